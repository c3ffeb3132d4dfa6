//! Lots: the plan of each, its verdict, and how strictly the next lot of the same maker (and product) is inspected.

use std::collections::BTreeMap;

use base::{Day, Position};
use measure::list::{Listing, Test};
use measure::{Columns, RowView};
use programme::model::LotSampling;
use sampling::{Event, Lot, Outcome, Severity, State, Step, follow};

use super::{day, text, whole};

/// Lots of one maker and product that are followed.
pub const LOTS_MAX: usize = 20_000;
/// Lots of a type that an overview goes through.
pub const ALL_MAX: usize = 200_000;

/// A lot or a decision, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The record.
    pub record: u64,
    /// Its day.
    pub day: Day,
    /// What happened.
    pub event: Event,
    /// Items that were inspected, where that is recorded.
    pub inspected: Option<u64>,
    /// What came of it.
    pub step: Step,
}

impl Line {
    /// Whether fewer items were inspected than the plan wants.
    pub fn is_short(&self) -> bool {
        match (self.step.outcome, self.inspected) {
            (Outcome::Judged(plan, _), Some(inspected)) => inspected < plan.sample,
            _ => false,
        }
    }
}

/// The lots of one maker and product, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The maker, as its field holds it.
    pub maker: String,
    /// The product; empty where products are not told apart or none is written.
    pub product: String,
    /// What happened, oldest first.
    pub lines: Vec<Line>,
    /// How the next lot is inspected.
    pub next: State,
    /// Records without lot size or without what was found: they are no lots yet.
    pub incomplete: usize,
    /// There are more lots than are followed: nothing is said of the next one.
    pub is_cut: bool,
}

/// The lots of one maker and product at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The maker, as its field holds it.
    pub maker: String,
    /// The product; empty where products are not told apart or none is written.
    pub product: String,
    /// How many lots there are.
    pub lots: usize,
    /// How many of them were not accepted.
    pub not_accepted: usize,
    /// The day of the last thing that happened.
    pub last: Option<Day>,
    /// How the next lot is inspected.
    pub next: State,
    /// There are more lots than are followed: nothing is said of the next one.
    pub is_cut: bool,
}

/// Every maker and product with lots at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summaries {
    /// What needs attention first: discontinued, tightened, normal, reduced; among these in the order of their names as
    /// the records have them.
    pub all: Vec<Summary>,
    /// There were more lots than are gone through.
    pub is_cut: bool,
}

impl Summaries {
    /// How many are inspected that strictly next.
    pub fn count(&self, severity: Severity) -> usize {
        let all = self.all.iter().filter(|one| !one.next.is_discontinued);
        all.filter(|one| one.next.severity == severity).count()
    }

    /// How many are not inspected until their maker has put things right.
    pub fn discontinued(&self) -> usize {
        self.all
            .iter()
            .filter(|one| one.next.is_discontinued)
            .count()
    }
}

impl Course {
    fn summary(&self) -> Summary {
        let is_lot = |line: &&Line| matches!(line.event, Event::Lot(_));
        let is_not_accepted = |line: &&Line| matches!(line.step.outcome, Outcome::Judged(_, false));
        Summary {
            maker: self.maker.clone(),
            product: self.product.clone(),
            lots: self.lines.iter().filter(is_lot).count(),
            not_accepted: self.lines.iter().filter(is_not_accepted).count(),
            last: self.lines.last().map(|line| line.day),
            next: self.next,
            is_cut: self.is_cut,
        }
    }
}

/// Something that happened, before it is followed.
struct Raw {
    day: Day,
    record: u64,
    event: Event,
    inspected: Option<u64>,
}

#[derive(Default)]
struct Gathered {
    raw: Vec<Raw>,
    incomplete: usize,
}

fn lot_of(declared: &LotSampling, row: &RowView<'_>) -> Option<Raw> {
    let size = whole(row, declared.lot_size.as_str())?;
    let found = whole(row, declared.nonconforming.as_str())?;
    let is_again = declared.again.as_ref().is_some_and(|(field, codes)| {
        let said = text(row, field.as_str());
        codes.iter().any(|code| **code == *said)
    });
    let inspected = declared
        .sample
        .as_ref()
        .and_then(|field| whole(row, field.as_str()))
        .and_then(|count| u64::try_from(count).ok());
    Some(Raw {
        day: day(row, "day")?,
        record: row.id(),
        event: Event::Lot(Lot {
            size: u64::try_from(size).ok()?,
            found: u32::try_from(found).ok()?,
            is_original: !is_again,
        }),
        inspected,
    })
}

fn decision_of(declared: &LotSampling, row: &RowView<'_>) -> Option<Raw> {
    let decisions = declared.decisions.as_ref()?;
    let said = text(row, decisions.field.as_str());
    let (_, decision) = decisions.codes.iter().find(|(code, _)| **code == *said)?;
    Some(Raw {
        day: day(row, "day")?,
        record: row.id(),
        event: Event::Decision(*decision),
        inspected: None,
    })
}

fn followed(
    declared: &LotSampling,
    maker: String,
    product: String,
    mut gathered: Gathered,
    is_cut: bool,
) -> Course {
    // By day; of one day in the order in which they were entered.
    gathered.raw.sort_by_key(|raw| (raw.day, raw.record));
    let events: Vec<Event> = gathered.raw.iter().map(|raw| raw.event).collect();
    let steps = follow(declared.scheme, &events);
    let next = steps.last().map_or_else(State::default, |step| step.after);
    let lines = gathered
        .raw
        .into_iter()
        .zip(steps)
        .map(|(raw, step)| Line {
            record: raw.record,
            day: raw.day,
            event: raw.event,
            inspected: raw.inspected,
            step,
        })
        .collect();
    Course {
        maker,
        product,
        lines,
        next,
        incomplete: gathered.incomplete,
        is_cut,
    }
}

/// What says whose lots are meant.
fn tests(declared: &LotSampling, maker: &str, product: &str) -> Vec<Test> {
    let one = |field: &str, value: &str| match value {
        "" => Test::Empty(field.into()),
        _ => Test::OneOf(field.into(), vec![value.into()]),
    };
    let product_field = declared.product.as_ref();
    std::iter::once(one(declared.maker.as_str(), maker))
        .chain(product_field.map(|field| one(field.as_str(), product)))
        .collect()
}

/// The lots of one maker and product at a position.
pub fn course(
    columns: &Columns,
    declared: &LotSampling,
    maker: &str,
    product: &str,
    at: Position,
) -> Course {
    let mut gathered = Gathered::default();
    let mut is_cut = false;
    let mut listing = Listing::new(declared.record_type.as_str(), at, LOTS_MAX);
    listing.tests = tests(declared, maker, product);
    let page = columns.list(&listing);
    is_cut |= page.has_more;
    for row in &page.rows {
        match lot_of(declared, row) {
            Some(raw) => gathered.raw.push(raw),
            None => gathered.incomplete += 1,
        }
    }
    if let Some(decisions) = &declared.decisions {
        let mut listing = Listing::new(decisions.record_type.as_str(), at, LOTS_MAX);
        listing.tests = tests(declared, maker, product);
        let page = columns.list(&listing);
        is_cut |= page.has_more;
        let found = page.rows.iter();
        gathered
            .raw
            .extend(found.filter_map(|row| decision_of(declared, row)));
    }
    followed(
        declared,
        maker.to_owned(),
        product.to_owned(),
        gathered,
        is_cut,
    )
}

/// The course of the maker and product of one record; `None` for a record that does not count at that position.
pub fn course_of(
    columns: &Columns,
    declared: &LotSampling,
    record: u64,
    at: Position,
) -> Option<Course> {
    let id = measure::RowId::Number(record);
    let row = columns.row_at(declared.record_type.as_str(), &id, at)?;
    let maker = text(&row, declared.maker.as_str());
    let product = product_of(declared, &row);
    Some(course(columns, declared, &maker, &product, at))
}

fn product_of(declared: &LotSampling, row: &RowView<'_>) -> String {
    let field = declared.product.as_ref();
    field.map_or_else(String::new, |field| text(row, field.as_str()))
}

/// Every maker and product with lots at a position.
pub fn summaries(columns: &Columns, declared: &LotSampling, at: Position) -> Summaries {
    let mut all: BTreeMap<(String, String), Gathered> = BTreeMap::new();
    let mut is_cut = false;
    for (number, row) in columns
        .rows_at(declared.record_type.as_str(), at)
        .enumerate()
    {
        if number == ALL_MAX {
            is_cut = true;
            break;
        }
        let key = (
            text(&row, declared.maker.as_str()),
            product_of(declared, &row),
        );
        let gathered = all.entry(key).or_default();
        match lot_of(declared, &row) {
            Some(raw) => gathered.raw.push(raw),
            None => gathered.incomplete += 1,
        }
    }
    if let Some(decisions) = &declared.decisions {
        for row in columns
            .rows_at(decisions.record_type.as_str(), at)
            .take(ALL_MAX)
        {
            let key = (
                text(&row, declared.maker.as_str()),
                product_of(declared, &row),
            );
            // A decision without any lot says nothing yet.
            if let (Some(gathered), Some(raw)) = (all.get_mut(&key), decision_of(declared, &row)) {
                gathered.raw.push(raw);
            }
        }
    }
    let mut all: Vec<Summary> = all
        .into_iter()
        .map(|((maker, product), gathered)| {
            followed(declared, maker, product, gathered, is_cut).summary()
        })
        .collect();
    all.sort_by_key(|one| match (one.next.is_discontinued, one.next.severity) {
        (true, _) => 0,
        (_, Severity::Tightened) => 1,
        (_, Severity::Normal) => 2,
        (_, Severity::Reduced) => 3,
    });
    Summaries { all, is_cut }
}
