//! Which figures a bundle shows, what they are, and the SQL that recomputes each.
//!
//! Shown are those that stand in sealed results and publications, at their own addresses; those of every
//! indicator that the programme declares public, and those that the city claims, as of the bundle's position
//! and day; and those that were asked for. Figures of units share one SELECT for each indicator, period, day
//! and position: its row `slice` is the unit.

use std::collections::{BTreeMap, HashMap};

use base::{Figure, FigureState, Position, Problem, Text};
use measure::{Address, By, Dialect, Query};
use programme::model::{Measure, Production};
use serde::{Deserialize, Serialize};

use super::problems;
use crate::exact::{exact, kept, restored};
use crate::folder::Office;
use crate::mirror::Mirror;
use crate::reconcile::address;
use crate::restated::{Held, figures_of_seal};

/// A figure as a bundle lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFigure {
    /// Its address.
    pub address: String,
    /// The indicator's names.
    pub name: Names,
    /// Its state.
    pub state: String,
    /// Numerator, exact; only where the state has a value.
    pub numerator: Option<String>,
    /// Denominator, exact.
    pub denominator: Option<String>,
    /// The value, exact: a decimal, or a fraction where none is exact.
    pub value: Option<String>,
    /// Why it is shown: `sealed N`, `published N` (positions), `public`, `claimed ID`, `asked`.
    pub because: Vec<String>,
    /// The files of the SELECT without their ending, `.sqlite.sql`, `.postgres.sql`, `.duckdb.sql`; none for
    /// what is derived from a weighted ratio.
    pub sql: Option<String>,
    /// The row of the SELECT in which it stands.
    pub slice: String,
    /// `plain`: numerator and denominator are those of the row; `derived`: only the value is; `weighted`: it
    /// is the sum over the strata.
    pub form: String,
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Text> for Names {
    fn from(text: &Text) -> Names {
        Names {
            zh: text.zh.to_string(),
            en: text.en.to_string(),
        }
    }
}

/// All figures, and the SELECTs by the name of their files.
#[derive(Debug, Clone, Default)]
pub struct FigureList {
    /// The figures, in the order of their addresses.
    pub figures: Vec<ListedFigure>,
    /// The SELECTs: name without ending, and the question that they answer.
    pub questions: Vec<(String, Query)>,
}

/// What is wanted, by address: why, and what an entry says that it was.
type Wanted = BTreeMap<String, (Address, Vec<String>, Option<Figure>)>;

/// The figures that a bundle of this mirror shows; `day` is that of present figures.
///
/// # Errors
/// A figure cannot be measured; or one is not what the entry that sealed or published it says.
pub(crate) fn list(
    mirror: &Mirror,
    day: base::Day,
    asked: &[String],
) -> Result<FigureList, Problem> {
    let mut wanted = Wanted::new();
    let mut want = |address: Address, because: String, said: Option<Figure>| {
        let entry = wanted
            .entry(address.to_string())
            .or_insert_with(|| (address, Vec::new(), None));
        if !entry.1.contains(&because) {
            entry.1.push(because);
        }
        if said.is_some() {
            entry.2 = said;
        }
    };
    from_entries(mirror, &mut want)?;
    let programme = mirror
        .programme()
        .ok_or_else(crate::problems::no_programme)?;
    let (at, since) = (mirror.position(), mirror.programme_at());
    for published in &programme.published {
        if let Production::Indicator(indicator) = &published.production {
            let query = Query::new(indicator.clone(), published.period, day, at);
            want(
                address(&query, since),
                format!("claimed {}", published.id),
                None,
            );
        }
    }
    for indicator in programme.indicators.keys() {
        if programme.is_public(indicator) {
            let query = Query::new(indicator.clone(), programme.year, day, at);
            want(address(&query, since), "public".to_owned(), None);
        }
    }
    for text in asked {
        let address = Address::parse(text, programme.assessment_start)?;
        if address.at > at {
            return Err(problems::address_beyond(text, at));
        }
        want(address, "asked".to_owned(), None);
    }
    measured(mirror, wanted)
}

/// What sealings and publications say.
fn from_entries(
    mirror: &Mirror,
    want: &mut dyn FnMut(Address, String, Option<Figure>),
) -> Result<(), Problem> {
    for (position, facts) in mirror.all_seals() {
        let since = mirror
            .columns()
            .programme_at(Position(facts.at))
            .map(|(_, since)| since)
            .ok_or_else(crate::problems::no_programme)?;
        for (of, held) in figures_of_seal(mirror, *position, facts)? {
            let (Some(indicator), Held::Figure(figure)) = (of.indicator, held) else {
                continue;
            };
            // A unit that does not carry the item has no figure of its own to show.
            if figure.state() == FigureState::NotCarried {
                continue;
            }
            let mut query = Query::new(indicator, of.period, of.day, Position(facts.at));
            query.unit = of.slice.unit;
            want(
                address(&query, since),
                format!("sealed {}", position.0),
                Some(figure),
            );
        }
    }
    for (position, facts) in mirror.publications() {
        let programme = mirror
            .programme_as_of(*position)
            .ok_or_else(crate::problems::no_programme)?;
        for figure in &facts.figures {
            let unreadable = || crate::problems::unreadable_entry(position.0, &figure.address);
            let address = Address::parse(&figure.address, programme.assessment_start)
                .map_err(|_| unreadable())?;
            let said = restored(
                &figure.state,
                figure.numerator.as_deref(),
                figure.denominator.as_deref(),
            );
            let said = said.ok_or_else(unreadable)?;
            want(address, format!("published {}", position.0), Some(said));
        }
    }
    Ok(())
}

/// Measures what is wanted; the figures of units of one question in one pass.
fn measured(mirror: &Mirror, wanted: Wanted) -> Result<FigureList, Problem> {
    let mut list = FigureList::default();
    let mut passes: HashMap<String, Pass> = HashMap::new();
    for (text, (address, because, said)) in wanted {
        let mut question = address.query();
        let unit = question.unit.take();
        let by_unit = unit.is_some() && question.subject.is_none() && question.field.is_none();
        if by_unit {
            question.by = By::Unit;
        } else {
            question.unit.clone_from(&unit);
        }
        let programme = mirror
            .programme_as_of(address.at)
            .ok_or_else(crate::problems::no_programme)?;
        let since = mirror.columns().programme_at(address.at);
        let is_of_programme = since.is_some_and(|(_, since)| since == address.programme);
        let Some(indicator) = programme
            .indicators
            .get(&address.indicator)
            .filter(|_| is_of_programme)
        else {
            return Err(problems::no_such_figure(text));
        };
        let key = format!("{question:?}");
        if !passes.contains_key(&key) {
            let pass = Pass::new(mirror, &question, &mut list)?;
            passes.insert(key.clone(), pass);
        }
        let slice = if by_unit {
            unit.map(|unit| unit.to_string()).unwrap_or_default()
        } else {
            String::new()
        };
        let pass = passes.get(&key);
        let figure = pass.and_then(|pass| pass.figures.get(&slice).cloned());
        let figure = match (figure, by_unit) {
            (Some(figure), _) => figure,
            (None, true) => return Err(problems::no_such_figure(text)),
            (None, false) => Figure::not_reported(),
        };
        if let Some(said) = said
            && kept(&said) != kept(&figure)
        {
            return Err(problems::figure_differs(text));
        }
        let (state, numerator, denominator) = kept(&figure);
        let form = match &indicator.measure {
            Measure::WeightedRatio { .. } => "weighted",
            measure if measure.indicators().is_empty() => "plain",
            _ => "derived",
        };
        list.figures.push(ListedFigure {
            address: text,
            name: Names::from(&indicator.name),
            state,
            numerator,
            denominator,
            value: figure.value().as_ref().map(exact),
            because,
            sql: pass.and_then(|pass| pass.sql.clone()),
            slice,
            form: form.to_owned(),
        });
    }
    Ok(list)
}

/// A question with its answers.
struct Pass {
    /// By unit, or under the empty text.
    figures: HashMap<String, Figure>,
    sql: Option<String>,
}

impl Pass {
    fn new(mirror: &Mirror, question: &Query, list: &mut FigureList) -> Result<Pass, Problem> {
        let cells = mirror.columns().measure(question)?;
        let figures = cells
            .into_iter()
            .map(|cell| {
                let slice = match question.by {
                    By::Unit => cell.slice.unit.map(|unit| unit.to_string()),
                    _ => None,
                };
                (slice.unwrap_or_default(), cell.figure)
            })
            .collect();
        let sql = match mirror.columns().sql(question, Dialect::Sqlite) {
            Ok(_) => {
                let name = format!("sql/{:05}", list.questions.len() + 1);
                list.questions.push((name.clone(), question.clone()));
                Some(name)
            }
            // Derived from a weighted ratio: no single SELECT gives it.
            Err(problem) if problem.code == "M301" => None,
            Err(problem) => return Err(problem),
        };
        Ok(Pass { figures, sql })
    }
}

/// The files of a SELECT: their endings and dialects.
pub(crate) const SQL_FILES: [(&str, Dialect); 3] = [
    ("sqlite.sql", Dialect::Sqlite),
    ("postgres.sql", Dialect::Postgres),
    ("duckdb.sql", Dialect::DuckDb),
];

/// The text of a SELECT's file.
pub(crate) fn sql_text(
    mirror: &Mirror,
    question: &Query,
    dialect: Dialect,
) -> Result<String, Problem> {
    let mut text = mirror.columns().sql(question, dialect)?;
    text.push_str(";\n");
    Ok(text)
}

impl Office {
    /// The figures that a bundle made now shows, with `asked` beside those that are published.
    ///
    /// # Errors
    /// As for a bundle.
    pub fn bundle_figures(&self, asked: &[String]) -> Result<FigureList, Problem> {
        list(self.mirror(), self.today()?, asked)
    }
}
