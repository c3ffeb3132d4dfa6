//! First published and restated: every sealed or published figure beside its present value, with the
//! entries that changed it.
//!
//! *First* is the value as it was first given to the public. *Present* is the same figure (indicator,
//! slice, period) as of the same day, with all entries known at the head and by the programme in force
//! there: so what differs was recorded, corrected or redefined since, and is not the mere passing of
//! time. *Today* is the present figure as of today, where the day has passed. The entries between are
//! found exactly: a figure can be measured at any earlier position, and an entry changed it where the
//! figure at its position is not the one before (`changes.rs`). Sealed points, totals, grades and ranks
//! are held against the assessment scored again in the same way (`sealed.rs`).

mod beside;
mod changes;
mod sealed;

use std::collections::{BTreeMap, HashMap, HashSet};

use base::{
    Day, Figure, IndicatorId, ItemId, Moment, Period, Position, Problem, ScorecardId, UnitId,
};
use measure::{Address, Behind, Query, RowId, Slice};
use serde_json::Value as Json;

use crate::entry::{Kind, PublishedFigure};
use crate::exact::restored;
use crate::folder::Office;
use crate::problems;

pub use beside::{Cause, Causes, ItemBeside, beside_sealed};
pub(crate) use sealed::{figures_of_seal, values_of};

/// At most so many entries are listed for one figure.
pub const CHANGES_MAX: usize = 1000;

/// At most so many rows are listed for one entry.
pub const ROWS_MAX: usize = 50;

/// Which figures are asked for; nothing given asks for all.
#[derive(Debug, Clone, Default)]
pub struct RestateAsk {
    /// Only those of the publication of that name.
    pub publication: Option<String>,
    /// Only those sealed with that scorecard.
    pub scorecard: Option<ScorecardId>,
    /// Only those of that indicator.
    pub indicator: Option<IndicatorId>,
    /// Only those of that unit.
    pub unit: Option<UnitId>,
    /// Only those published, or sealed as of, that day or later.
    pub since: Option<Day>,
}

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// A figure.
    Figure,
    /// Points of an item.
    Points,
    /// The total of a card.
    Total,
    /// The grade of a card.
    Grade,
    /// The rank of a card.
    Rank,
}

impl What {
    /// Its name for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Figure => "figure",
            What::Points => "points",
            What::Total => "total",
            What::Grade => "grade",
            What::Rank => "rank",
        }
    }
}

/// A value as it was, is, or why there is none.
#[derive(Debug, Clone)]
pub enum Held {
    /// A figure.
    Figure(Figure),
    /// Points, a total, a grade or a rank as text, numbers exact; empty where there is none.
    Text(String),
    /// It cannot be measured: the programme no longer has the indicator, unit or scorecard.
    Gone(Problem),
}

impl PartialEq for Held {
    /// Whether a reader would see the same: state and, where there is a value, numerator and denominator.
    fn eq(&self, other: &Held) -> bool {
        match (self, other) {
            (Held::Figure(one), Held::Figure(two)) => {
                one.state() == two.state()
                    && (!one.state().has_value()
                        || (one.numerator() == two.numerator()
                            && one.denominator() == two.denominator()))
            }
            (Held::Text(one), Held::Text(two)) => one == two,
            (Held::Gone(one), Held::Gone(two)) => one.code == two.code,
            _ => false,
        }
    }
}

/// Where a value was given to the public.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// In a publication of that name.
    Publication(String),
    /// In a sealed result of that scorecard.
    Seal(ScorecardId),
}

/// A value as it was published once.
#[derive(Debug, Clone)]
pub struct Vintage {
    /// Where.
    pub source: Source,
    /// The position of the publication or sealing.
    pub position: Position,
    /// The position at which it was measured.
    pub at: Position,
    /// Day of the publication, or as of which the result was sealed.
    pub day: Day,
    /// The value.
    pub held: Held,
}

/// What identifies a published value, whenever it was published.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Published {
    /// What it is.
    pub what: What,
    /// The indicator, of a figure.
    pub indicator: Option<IndicatorId>,
    /// The scorecard, of points, totals, grades and ranks.
    pub scorecard: Option<ScorecardId>,
    /// The item, of points.
    pub item: Option<ItemId>,
    /// Unit, subject, field.
    pub slice: Slice,
    /// Period.
    pub period: Period,
    /// As of which day.
    pub day: Day,
}

/// A published value beside its present one.
#[derive(Debug, Clone)]
pub struct Restatement {
    /// Which value.
    pub of: Published,
    /// As it was published, oldest first; at least once.
    pub vintages: Vec<Vintage>,
    /// The present value as of the same day.
    pub present: Held,
    /// The present value as of today, where the day has passed.
    pub today: Option<Held>,
    /// The entries that changed it since it was first measured, oldest first.
    pub changes: Vec<ChangedBy>,
    /// Whether more entries changed it than are listed.
    pub has_more: bool,
}

impl Restatement {
    /// As it was first published.
    pub fn first(&self) -> &Vintage {
        // A restatement is made of a vintage.
        &self.vintages[0]
    }

    /// Whether the present value is another than the one first published.
    pub fn is_changed(&self) -> bool {
        self.first().held != self.present
    }
}

/// An entry that changed a published value.
#[derive(Debug, Clone)]
pub struct ChangedBy {
    /// Its position.
    pub position: Position,
    /// When it was recorded.
    pub time: Moment,
    /// Who gave the command.
    pub actor: String,
    /// What it was.
    pub kind: Kind,
    /// Why, where the command says so.
    pub reason: Option<String>,
    /// The value before it.
    pub before: Held,
    /// The value from it on.
    pub after: Held,
    /// The rows that count since, no longer or otherwise; of a figure only.
    pub rows: Vec<RowChange>,
    /// How many more rows there are than are listed.
    pub rows_more: usize,
}

/// What an entry did to a row behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowChange {
    /// Its table.
    pub table: String,
    /// Its number, or the id of a row of the programme or of a subject.
    pub row: RowId,
    /// What.
    pub effect: Effect,
}

/// How a row counts since an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It counts now and did not before.
    Entered,
    /// It counted before and does no longer.
    Left,
    /// It counts with other values, or on the other side of the fraction line.
    Changed,
}

impl Effect {
    /// Its name for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Entered => "entered",
            Effect::Left => "left",
            Effect::Changed => "changed",
        }
    }
}

/// Published values in the order of their first publication.
#[derive(Default)]
struct Gathered {
    order: Vec<(Published, Vec<Vintage>)>,
    places: HashMap<Published, usize>,
}

impl Gathered {
    fn add(&mut self, of: Published, vintage: Vintage) {
        let place = *self.places.entry(of.clone()).or_insert_with(|| {
            self.order.push((of, Vec::new()));
            self.order.len() - 1
        });
        let Some((_, vintages)) = self.order.get_mut(place) else {
            return;
        };
        // A city's figure stands on every unit's card of one sealing.
        if vintages
            .last()
            .is_none_or(|last| last.position != vintage.position)
        {
            vintages.push(vintage);
        }
    }
}

impl Office {
    /// Published and sealed values beside their present ones, in the order in which they were first published;
    /// of sealed results also points, totals, grades and ranks.
    ///
    /// # Errors
    /// There is no such publication; the ledger cannot be read.
    pub fn restated(&self, ask: &RestateAsk) -> Result<Vec<Restatement>, Problem> {
        let mut restated = Vec::new();
        let mut measured = Measured::default();
        for (of, vintages) in self.published_figures(ask)? {
            restated.push(self.restate_figure(of, vintages, &mut measured)?);
        }
        restated.extend(self.restate_seals(ask, &restated)?);
        // Figures and cards of one publication stand together.
        restated.sort_by_key(|found| found.first().position);
        Ok(restated)
    }

    /// The published and sealed figures that are asked for, each with the times it was published, in the order in
    /// which they were first published; without their present values, which cost more.
    ///
    /// # Errors
    /// There is no such publication; the ledger cannot be read.
    pub fn published_figures(
        &self,
        ask: &RestateAsk,
    ) -> Result<Vec<(Published, Vec<Vintage>)>, Problem> {
        let mut gathered = Gathered::default();
        for (position, facts) in self.mirror().publications() {
            for figure in &facts.figures {
                let (of, at, held) = self.published_figure(*position, figure)?;
                let vintage = Vintage {
                    source: Source::Publication(facts.name.clone()),
                    position: *position,
                    at,
                    day: day(*position, &facts.day)?,
                    held,
                };
                gathered.add(of, vintage);
            }
        }
        if let Some(name) = &ask.publication
            && self.publication(name).is_none()
        {
            return Err(problems::no_such_publication(name));
        }
        for (position, facts) in self.mirror().all_seals() {
            for (of, held) in figures_of_seal(self.mirror(), *position, facts)? {
                let vintage = Vintage {
                    source: Source::Seal(ScorecardId::new(&facts.scorecard)),
                    position: *position,
                    at: Position(facts.at),
                    day: day(*position, &facts.day)?,
                    held,
                };
                gathered.add(of, vintage);
            }
        }
        let mut order = gathered.order;
        order.retain(|(of, vintages)| is_asked(ask, of, vintages));
        Ok(order)
    }

    /// The figure that a publication holds.
    ///
    /// # Errors
    /// The entry cannot be read.
    pub fn figure_as_published(
        &self,
        position: Position,
        figure: &PublishedFigure,
    ) -> Result<Figure, Problem> {
        match self.published_figure(position, figure)? {
            (_, _, Held::Figure(held)) => Ok(held),
            _ => Err(problems::unreadable_entry(position.0, &figure.address)),
        }
    }

    /// A figure of a publication: what it is, where it was measured, and its value.
    pub(crate) fn published_figure(
        &self,
        position: Position,
        figure: &PublishedFigure,
    ) -> Result<(Published, Position, Held), Problem> {
        let address = self.address_of(position, &figure.address)?;
        let (numerator, denominator) = (figure.numerator.as_deref(), figure.denominator.as_deref());
        let held = restored(&figure.state, numerator, denominator)
            .ok_or_else(|| problems::unreadable_entry(position.0, &figure.address))?;
        let of = Published {
            what: What::Figure,
            indicator: Some(address.indicator.clone()),
            scorecard: None,
            item: None,
            slice: address.slice.clone(),
            period: address.period,
            day: address.day,
        };
        Ok((of, address.at, Held::Figure(held)))
    }

    /// Reads an address that an entry holds.
    pub(crate) fn address_of(&self, position: Position, text: &str) -> Result<Address, Problem> {
        let programme = self
            .mirror()
            .programme_as_of(position)
            .ok_or_else(problems::no_programme)?;
        Address::parse(text, programme.assessment_start)
            .map_err(|_| problems::unreadable_entry(position.0, text))
    }

    /// One of [`Office::published_figures`] beside its present value, with the entries that changed it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn restated_figure(
        &self,
        of: Published,
        vintages: Vec<Vintage>,
    ) -> Result<Restatement, Problem> {
        self.restate_figure(of, vintages, &mut Measured::default())
    }

    fn restate_figure(
        &self,
        of: Published,
        vintages: Vec<Vintage>,
        measured: &mut Measured,
    ) -> Result<Restatement, Problem> {
        let head = self.position();
        let query = query_of(&of, head);
        let present = measured.held(self, &query);
        let today = self.today()?;
        let as_of_today = (today > of.day).then(|| {
            let query = Query {
                day: today,
                ..query.clone()
            };
            measured.held(self, &query)
        });
        let from = vintages.first().map_or(head, |first| first.at);
        let is_same = vintages.iter().all(|vintage| vintage.held == present);
        let mut steps = if is_same {
            Vec::new()
        } else {
            let candidates = self.may_have_changed(&query, from)?;
            changes::steps(from, head, candidates, CHANGES_MAX, |at| {
                Ok(self.held(&Query {
                    at,
                    ..query.clone()
                }))
            })?
        };
        let has_more = steps.len() > CHANGES_MAX;
        steps.truncate(CHANGES_MAX);
        let changes = steps.into_iter().map(|step| {
            let rows = self.row_changes(&query, step.at);
            self.changed_by(step.at, step.before, step.after, rows)
        });
        Ok(Restatement {
            of,
            vintages,
            present,
            today: as_of_today,
            changes: changes.collect::<Result<_, _>>()?,
            has_more,
        })
    }

    /// The figure that answers a question, or why there is none.
    fn held(&self, query: &Query) -> Held {
        match self.mirror().columns().measure(query) {
            Ok(cells) => Held::Figure(
                cells
                    .into_iter()
                    .next()
                    .map_or_else(Figure::not_reported, |cell| cell.figure),
            ),
            Err(problem) => Held::Gone(problem),
        }
    }

    /// The rows behind a figure at a position; none where it cannot be measured.
    fn behind_at(&self, query: &Query, at: Position) -> HashSet<Behind> {
        let query = Query {
            at,
            ..query.clone()
        };
        let found = self.mirror().columns().records_behind(&query);
        found.unwrap_or_default().into_iter().collect()
    }

    /// Positions after `from` at which the figure may have changed: where a row behind it came or went, and
    /// where a programme came into force.
    fn may_have_changed(&self, query: &Query, from: Position) -> Result<Vec<Position>, Problem> {
        let head = query.at;
        let (then, now) = (self.behind_at(query, from), self.behind_at(query, head));
        let mut positions: Vec<Position> = now.difference(&then).map(|row| row.added).collect();
        let mut gone: BTreeMap<&str, HashSet<u64>> = BTreeMap::new();
        for row in then.difference(&now) {
            if let RowId::Number(number) = row.row {
                gone.entry(&row.table).or_default().insert(number);
            }
        }
        for (table, numbers) in gone {
            for row in self.mirror().columns().rows_at(table, from) {
                if numbers.contains(&row.id()) {
                    positions.push(row.span().1);
                }
            }
        }
        positions.extend(self.mirror().programmes_between(from, head));
        Ok(positions)
    }

    /// The rows behind a figure that count since an entry, no longer or otherwise.
    fn row_changes(&self, query: &Query, at: Position) -> Vec<RowChange> {
        let before = self.behind_at(query, Position(at.0.saturating_sub(1)));
        let after = self.behind_at(query, at);
        let mut rows: BTreeMap<(String, RowId), (bool, bool)> = BTreeMap::new();
        let key = |row: &Behind| (row.table.to_string(), row.row.clone());
        for row in before.difference(&after) {
            rows.entry(key(row)).or_default().0 = true;
        }
        for row in after.difference(&before) {
            rows.entry(key(row)).or_default().1 = true;
        }
        rows.into_iter()
            .map(|((table, row), sides)| RowChange {
                table,
                row,
                effect: match sides {
                    (false, _) => Effect::Entered,
                    (true, false) => Effect::Left,
                    (true, true) => Effect::Changed,
                },
            })
            .collect()
    }

    fn changed_by(
        &self,
        position: Position,
        before: Held,
        after: Held,
        mut rows: Vec<RowChange>,
    ) -> Result<ChangedBy, Problem> {
        let entry = self.ledger().entry(position)?;
        let kind = Kind::from_number(entry.kind)
            .ok_or_else(|| problems::unknown_kind(position.0, entry.kind))?;
        // Every kind that gives a reason calls it so.
        let facts: Json = serde_json::from_slice(&entry.facts)
            .map_err(|error| problems::unreadable_entry(position.0, error))?;
        let rows_more = rows.len().saturating_sub(ROWS_MAX);
        rows.truncate(ROWS_MAX);
        Ok(ChangedBy {
            position,
            time: entry.time,
            actor: self.actor_name(entry.actor)?,
            kind,
            reason: facts["reason"].as_str().map(str::to_owned),
            before,
            after,
            rows,
            rows_more,
        })
    }
}

/// The question of a published figure at a position.
fn query_of(of: &Published, at: Position) -> Query {
    let indicator = of.indicator.clone().unwrap_or_else(|| IndicatorId::new(""));
    let mut query = Query::new(indicator, of.period, of.day, at);
    query.unit.clone_from(&of.slice.unit);
    query.subject.clone_from(&of.slice.subject);
    query.field.clone_from(&of.slice.field);
    query
}

fn is_asked(ask: &RestateAsk, of: &Published, vintages: &[Vintage]) -> bool {
    let of_source = |vintage: &Vintage| {
        let is_publication = ask.publication.as_ref().is_none_or(
            |name| matches!(&vintage.source, Source::Publication(found) if found == name),
        );
        let is_scorecard = ask
            .scorecard
            .as_ref()
            .is_none_or(|id| matches!(&vintage.source, Source::Seal(found) if found == id));
        is_publication && is_scorecard && ask.since.is_none_or(|since| vintage.day >= since)
    };
    let is_indicator = ask.indicator.is_none() || ask.indicator == of.indicator;
    let is_unit = ask.unit.is_none() || ask.unit == of.slice.unit;
    is_indicator && is_unit && vintages.iter().any(of_source)
}

fn day(position: Position, text: &str) -> Result<Day, Problem> {
    Day::parse(text).map_err(|_| problems::unreadable_entry(position.0, text))
}

/// Figures measured for all units at once, because published figures come in such groups.
#[derive(Default)]
struct Measured {
    by_unit: HashMap<Asked, Option<HashMap<UnitId, Figure>>>,
}

/// What all units are asked for together.
type Asked = (IndicatorId, Period, Day, Position);

impl Measured {
    fn held(&mut self, office: &Office, query: &Query) -> Held {
        let (Some(unit), None, None) = (&query.unit, &query.subject, &query.field) else {
            return office.held(query);
        };
        let key = (query.indicator.clone(), query.period, query.day, query.at);
        let figures = self.by_unit.entry(key).or_insert_with(|| {
            let columns = office.mirror().columns();
            columns
                .measure_by_unit(&query.indicator, query.period, query.day, query.at)
                .ok()
        });
        match figures.as_ref().and_then(|figures| figures.get(unit)) {
            Some(figure) => Held::Figure(figure.clone()),
            // A unit of another time, or a question that has no answer: asked alone, it is told why.
            None => office.held(query),
        }
    }
}
