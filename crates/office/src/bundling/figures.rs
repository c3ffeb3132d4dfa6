//! Which figures a bundle shows, what they are, and the SQL that recomputes each.
//!
//! Shown are those that stand in sealed results and publications, at their own addresses; those of every
//! indicator that the programme declares public, and those that the city claims, as of the bundle's position
//! and day; and those that were asked for. A sealed or published figure that is another today is *restated*: the
//! present one is listed too, and the first says at which address. Figures of units share one SELECT for each
//! indicator, period, day and position: its row `slice` is the unit.

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
    /// Why it is shown: `sealed N`, `published N` (positions), `restates ADDRESS`, `public`, `claimed ID`, `asked`.
    pub because: Vec<String>,
    /// Of a sealed or published figure that is another today, as of the same day with all entries of the bundle:
    /// the address of the present one, or [`GONE`]. None where it is the same, or was never sealed or published.
    pub restated: Option<String>,
    /// The files of the SELECT without their ending, `.sqlite.sql`, `.postgres.sql`, `.duckdb.sql`; none for
    /// what is derived from a weighted ratio.
    pub sql: Option<String>,
    /// The row of the SELECT in which it stands.
    pub slice: String,
    /// `plain`: numerator and denominator are those of the row; `derived`: only the value is; `weighted`: it
    /// is the sum over the strata.
    pub form: String,
}

/// In [`ListedFigure::restated`]: the programme in force has no such figure any more.
pub const GONE: &str = "gone";

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

/// A figure that is to be shown.
struct Wanted {
    address: Address,
    because: Vec<String>,
    /// What the entry that sealed or published it says that it was.
    said: Option<Figure>,
    restated: Option<String>,
}

/// What is to be shown, by address.
#[derive(Default)]
struct Wishes(BTreeMap<String, Wanted>);

impl Wishes {
    fn add(&mut self, address: Address, because: String, said: Option<Figure>) {
        let wanted = self.0.entry(address.to_string()).or_insert_with(|| Wanted {
            address,
            because: Vec::new(),
            said: None,
            restated: None,
        });
        if !wanted.because.contains(&because) {
            wanted.because.push(because);
        }
        if said.is_some() {
            wanted.said = said;
        }
    }
}

/// The figures that a bundle of this mirror shows; `day` is that of present figures.
///
/// # Errors
/// A figure cannot be measured; or one is not what the entry that sealed or published it says.
pub(crate) fn list(
    mirror: &Mirror,
    day: base::Day,
    asked: &[String],
) -> Result<FigureList, Problem> {
    let mut wishes = Wishes::default();
    from_entries(mirror, &mut wishes)?;
    let mut answers = Answers::new(mirror);
    add_present(mirror, &mut wishes, &mut answers);
    let programme = mirror
        .programme()
        .ok_or_else(crate::problems::no_programme)?;
    let (at, since) = (mirror.position(), mirror.programme_at());
    for published in &programme.published {
        if let Production::Indicator(indicator) = &published.production {
            let query = Query::new(indicator.clone(), published.period, day, at);
            let because = format!("claimed {}", published.id);
            wishes.add(address(&query, since), because, None);
        }
    }
    for indicator in programme.indicators.keys() {
        if programme.is_public(indicator) {
            let query = Query::new(indicator.clone(), programme.year, day, at);
            wishes.add(address(&query, since), "public".to_owned(), None);
        }
    }
    for text in asked {
        let address = Address::parse(text, programme.assessment_start)?;
        if address.at > at {
            return Err(problems::address_beyond(text, at));
        }
        wishes.add(address, "asked".to_owned(), None);
    }
    let mut list = FigureList::default();
    for (text, wanted) in wishes.0 {
        let listed = listed(mirror, &mut answers, text, wanted)?;
        list.figures.push(listed);
    }
    list.questions = answers.questions;
    Ok(list)
}

/// What sealings and publications say.
fn from_entries(mirror: &Mirror, wishes: &mut Wishes) -> Result<(), Problem> {
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
            let because = format!("sealed {}", position.0);
            wishes.add(address(&query, since), because, Some(figure));
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
            wishes.add(address, format!("published {}", position.0), Some(said));
        }
    }
    Ok(())
}

/// Where a sealed or published figure is another now, the present one is shown as well.
fn add_present(mirror: &Mirror, wishes: &mut Wishes, answers: &mut Answers<'_>) {
    let mut present = Vec::new();
    for (text, wanted) in &mut wishes.0 {
        let Some(said) = &wanted.said else { continue };
        let now = Address {
            programme: mirror.programme_at(),
            at: mirror.position(),
            ..wanted.address.clone()
        };
        match answers.figure(&now) {
            Ok(figure) if kept(&figure) == kept(said) => {}
            Ok(_) => {
                wanted.restated = Some(now.to_string());
                present.push((now, format!("restates {text}")));
            }
            // Law 5 asks that it be said; law 6 lets a programme retire indicators and units.
            Err(_) => wanted.restated = Some(GONE.to_owned()),
        }
    }
    for (now, because) in present {
        wishes.add(now, because, None);
    }
}

fn listed(
    mirror: &Mirror,
    answers: &mut Answers<'_>,
    text: String,
    wanted: Wanted,
) -> Result<ListedFigure, Problem> {
    let address = &wanted.address;
    let programme = mirror
        .programme_as_of(address.at)
        .ok_or_else(crate::problems::no_programme)?;
    let since = mirror.columns().programme_at(address.at);
    let is_of_programme = since.is_some_and(|(_, since)| since == address.programme);
    let indicator = programme.indicators.get(&address.indicator);
    let Some(indicator) = indicator.filter(|_| is_of_programme) else {
        return Err(problems::no_such_figure(text));
    };
    let figure = answers.figure(address)?;
    if let Some(said) = &wanted.said
        && kept(said) != kept(&figure)
    {
        return Err(problems::figure_differs(text));
    }
    let (state, numerator, denominator) = kept(&figure);
    let form = match &indicator.measure {
        Measure::WeightedRatio { .. } => "weighted",
        measure if measure.indicators().is_empty() => "plain",
        _ => "derived",
    };
    let (sql, slice) = answers.sql(address)?;
    Ok(ListedFigure {
        address: text,
        name: Names::from(&indicator.name),
        state,
        numerator,
        denominator,
        value: figure.value().as_ref().map(exact),
        because: wanted.because,
        restated: wanted.restated,
        sql,
        slice,
        form: form.to_owned(),
    })
}

/// What was asked, and the answers: the figures of all units of one question in one pass.
struct Answers<'a> {
    mirror: &'a Mirror,
    /// By question: the figures by unit, or under the empty text.
    measured: HashMap<String, Result<HashMap<String, Figure>, Problem>>,
    /// By question: its SELECT, where there is one.
    selects: HashMap<String, Option<String>>,
    questions: Vec<(String, Query)>,
}

impl<'a> Answers<'a> {
    fn new(mirror: &'a Mirror) -> Answers<'a> {
        Answers {
            mirror,
            measured: HashMap::new(),
            selects: HashMap::new(),
            questions: Vec::new(),
        }
    }

    /// The figure at an address.
    fn figure(&mut self, address: &Address) -> Result<Figure, Problem> {
        let (question, slice) = question_of(address);
        let measured = self
            .measured
            .entry(format!("{question:?}"))
            .or_insert_with(|| by_slice(self.mirror, &question));
        match measured {
            Err(problem) => Err(problem.clone()),
            Ok(figures) => match figures.get(&slice) {
                Some(figure) => Ok(figure.clone()),
                None if question.by == By::Unit => Err(problems::no_such_figure(address)),
                None => Ok(Figure::not_reported()),
            },
        }
    }

    /// The SELECT that gives it, by the name of its files, and the row of it.
    fn sql(&mut self, address: &Address) -> Result<(Option<String>, String), Problem> {
        let (question, slice) = question_of(address);
        let key = format!("{question:?}");
        if let Some(name) = self.selects.get(&key) {
            return Ok((name.clone(), slice));
        }
        let name = match self.mirror.columns().sql(&question, Dialect::Sqlite) {
            Ok(_) => {
                let name = format!("sql/{:05}", self.questions.len() + 1);
                self.questions.push((name.clone(), question));
                Some(name)
            }
            // Derived from a weighted ratio: no single SELECT gives it.
            Err(problem) if problem.code == "M301" => None,
            Err(problem) => return Err(problem),
        };
        self.selects.insert(key, name.clone());
        Ok((name, slice))
    }
}

/// The question among whose answers the figure at an address is, and the name of its slice there.
fn question_of(address: &Address) -> (Query, String) {
    let mut question = address.query();
    if question.subject.is_some() || question.field.is_some() {
        return (question, String::new());
    }
    match question.unit.take() {
        Some(unit) => (question.by(By::Unit), unit.to_string()),
        None => (question, String::new()),
    }
}

fn by_slice(mirror: &Mirror, question: &Query) -> Result<HashMap<String, Figure>, Problem> {
    let cells = mirror.columns().measure(question)?;
    let figures = cells.into_iter().map(|cell| {
        let unit = cell.slice.unit.filter(|_| question.by == By::Unit);
        let slice = unit.map(|unit| unit.to_string()).unwrap_or_default();
        (slice, cell.figure)
    });
    Ok(figures.collect())
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
