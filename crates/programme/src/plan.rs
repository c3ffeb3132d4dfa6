//! The plan of a year as each unit reads it: what it carries, leads and supports, with points, target and day.
//!
//! A unit's responsibility letter is made from these lines ([`content`]), and what a new version changes for a unit
//! is where they differ ([`changes`]). Like everything here it is a function of the programme alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base::{Day, IndicatorId, ItemId, Period, Ratio, ScorecardId, Text, UnitId};

use crate::flat::flatten;
use crate::model::{ItemTies, Programme, Scorecard, Unit};
use crate::rows::Row;

/// What a unit does for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// It is scored on it.
    Carries,
    /// It leads: it reviews all who carry it.
    Leads,
    /// It supports who carries it.
    Supports,
}

impl Part {
    /// Its name in the text that is signed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Carries => "carries",
            Part::Leads => "leads",
            Part::Supports => "supports",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Part::Carries => Text::new("承担", "carries"),
            Part::Leads => Text::new("牵头", "leads"),
            Part::Supports => Text::new("配合", "supports"),
        }
    }
}

/// One item of a unit's plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The item.
    pub item: ItemId,
    /// What the unit does for it, in the order of [`Part`].
    pub parts: Vec<Part>,
    /// Its name.
    pub name: Text,
    /// The scheme's own words.
    pub criterion: Text,
    /// Its points.
    pub points: Ratio,
    /// The target: the unit's where it carries the item, else the city's.
    pub target: Option<Ratio>,
    /// The day by which it is to be done.
    pub due: Option<Day>,
    /// What the package says of its scoring, `column=value` by column.
    pub scoring: String,
    /// What the package says of the indicators that it takes, and of those that these are derived from.
    pub figures: String,
}

/// Columns of an item that say how it is scored; points, target, day and words are told by themselves.
const SCORING: &[&str] = &[
    "role",
    "weight",
    "rule",
    "indicators",
    "better",
    "compare",
    "zero_at",
    "full_at",
    "steps",
    "deduct",
    "per",
    "whole_steps",
    "from_nth",
    "then_deduct",
    "ranks",
    "others",
    "floor",
    "cap",
    "base_points",
    "not_applicable",
    "not_reported",
    "preliminary",
    "not_judged",
];

/// Columns of an indicator that only describe it.
const DESCRIBES: &[&str] = &["name", "definition", "source", "note", "system", "public"];

/// The scorecard over units and a unit of a programme, where both are there.
fn found<'p>(
    programme: &'p Programme,
    scorecard: &ScorecardId,
    unit: &str,
) -> Option<(&'p Scorecard, &'p Unit)> {
    let scorecard = programme.scorecards.get(scorecard)?;
    Some((scorecard, programme.units.get(unit)?))
}

/// A unit's lines, in the scheme's order; none where scorecard or unit are not there.
#[must_use]
pub fn lines(
    programme: &Programme,
    scorecard: &ScorecardId,
    period: &Period,
    unit: &str,
) -> Vec<Line> {
    let Some((scorecard, unit)) = found(programme, scorecard, unit) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for item in &scorecard.card.items {
        let Some(ties) = scorecard.items.get(&item.id) else {
            continue;
        };
        let parts = parts(ties, unit, period);
        if parts.is_empty() {
            continue;
        }
        let target = if parts.contains(&Part::Carries) {
            ties.target_for(unit, period)
        } else {
            ties.city_target(period)
        };
        lines.push(Line {
            item: item.id.clone(),
            parts,
            name: item.name.clone(),
            criterion: ties.criterion.clone(),
            points: item.points.clone(),
            target: target.filter(|_| item.rule.compares_with_target()),
            due: due(ties, period),
            scoring: cells(&ties.row, |column| SCORING.contains(&column)),
            figures: figures(programme, &ties.indicators),
        });
    }
    lines
}

/// What a unit does for an item in a period, judged at its end.
#[must_use]
pub fn parts(ties: &ItemTies, unit: &Unit, period: &Period) -> Vec<Part> {
    let mut parts = Vec::new();
    if ties.is_carried_by(unit, period.last()) {
        parts.push(Part::Carries);
    }
    if ties.lead.as_ref() == Some(&unit.id) {
        parts.push(Part::Leads);
    }
    if ties.support.contains(&unit.id) {
        parts.push(Part::Supports);
    }
    parts
}

/// The day by which an item is to be done in a period.
#[must_use]
pub fn due(ties: &ItemTies, period: &Period) -> Option<Day> {
    ties.due.and_then(|day| day_in(day, period))
}

/// The day of a month and day in a period.
#[must_use]
pub fn day_in((month, day): (u8, u8), period: &Period) -> Option<Day> {
    let first = period.first()?;
    (first.year()..=period.last().year())
        .filter_map(|year| Day::from_ymd(year, month.into(), day.into()))
        .find(|day| period.contains(*day))
}

/// The units that have any part in a period, in declared order.
pub fn units<'p>(
    programme: &'p Programme,
    scorecard: &'p Scorecard,
    period: &'p Period,
) -> impl Iterator<Item = &'p Unit> {
    programme.units.values().filter(move |unit| {
        unit.is_valid_on(period.last())
            && scorecard
                .items
                .values()
                .any(|ties| !parts(ties, unit, period).is_empty())
    })
}

fn cells(row: &Row, is_wanted: impl Fn(&str) -> bool) -> String {
    let cells = row.cells.iter().filter(|(column, _)| is_wanted(column));
    cells
        .map(|(column, cell)| format!("{column}={}", flatten(&cell.content)))
        .collect::<Vec<_>>()
        .join("; ")
}

/// What the package says of indicators and of all that they are derived from.
fn figures(programme: &Programme, indicators: &[IndicatorId]) -> String {
    let mut wanted: Vec<&IndicatorId> = indicators.iter().collect();
    let mut all = BTreeSet::new();
    while let Some(id) = wanted.pop() {
        if let (true, Some(indicator)) = (all.insert(id), programme.indicators.get(id)) {
            wanted.extend(indicator.measure.indicators());
        }
    }
    let said = |id: &&IndicatorId| programme.indicators.get(*id);
    all.iter()
        .filter_map(said)
        .map(|indicator| cells(&indicator.row, |column| !DESCRIBES.contains(&column)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A number as it is signed: exactly.
fn exact(number: &Ratio) -> String {
    number.exact_decimal().unwrap_or_else(|| number.to_string())
}

/// A text in one line, without the signs that part lines and columns.
fn flat(text: &str) -> String {
    text.split(['\t', '\n', '\r']).collect::<Vec<_>>().join(" ")
}

/// The first line of a letter's text, which says how the others are to be read.
pub const CONTENT_HEAD: &str = "zhicheng responsibility letter v1";

/// The text of a unit's responsibility letter, which is what is hashed and signed: a head, what it is about, the
/// scheme's words, then a line for each item (tabs between identifier, parts, name, points, target, due day, criterion
/// and scoring). The same programme always gives the same text.
#[must_use]
pub fn content(
    programme: &Programme,
    scorecard: &ScorecardId,
    period: &Period,
    unit: &str,
) -> String {
    let mut text = format!("{CONTENT_HEAD}\n{scorecard}\t{period}\t{unit}");
    if let Some((declared, found)) = found(programme, scorecard, unit) {
        let name = found.name_on(period.last());
        // Writing to a String cannot fail.
        let _ = write!(text, "\t{}\n{}", flat(&name.zh), flat(&declared.letter.zh));
    }
    for line in lines(programme, scorecard, period, unit) {
        let parts: Vec<&str> = line.parts.iter().map(|part| part.as_str()).collect();
        let _ = write!(
            text,
            "\n{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            line.item,
            parts.join(","),
            flat(&line.name.zh),
            exact(&line.points),
            line.target.as_ref().map(exact).unwrap_or_default(),
            line.due.map(|day| day.to_string()).unwrap_or_default(),
            flat(&line.criterion.zh),
            flat(&line.scoring),
        );
    }
    text.push('\n');
    text
}

/// What of an item can be another in a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The unit's part in it.
    Part,
    /// Its name.
    Name,
    /// Its points.
    Points,
    /// The target.
    Target,
    /// The due day.
    Due,
    /// The scheme's words.
    Criterion,
    /// How it is scored.
    Scoring,
    /// How its figure is measured.
    Figure,
}

impl Aspect {
    /// Its name.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Aspect::Part => Text::new("职责", "part"),
            Aspect::Name => Text::new("名称", "name"),
            Aspect::Points => Text::new("分值", "points"),
            Aspect::Target => Text::new("目标值", "target"),
            Aspect::Due => Text::new("完成时限", "due day"),
            Aspect::Criterion => Text::new("评分标准", "criterion"),
            Aspect::Scoring => Text::new("计分办法", "scoring"),
            Aspect::Figure => Text::new("指标口径", "how the figure is measured"),
        }
    }
}

/// What a new version changes for a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The line before; `None` where the item is new for the unit.
    pub before: Option<Line>,
    /// The line now; `None` where the unit has it no more.
    pub after: Option<Line>,
    /// What differs, where there are both.
    pub aspects: Vec<Aspect>,
}

impl Change {
    /// The item.
    #[must_use]
    pub fn line(&self) -> Option<&Line> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// What a new version of a programme changes for one unit over a period, in the new one's order, what is gone last.
#[must_use]
pub fn changes(
    new: &Programme,
    old: &Programme,
    scorecard: &ScorecardId,
    period: &Period,
    unit: &str,
) -> Vec<Change> {
    let mut before = lines(old, scorecard, period, unit);
    let mut changes = Vec::new();
    for line in lines(new, scorecard, period, unit) {
        let was = before.iter().position(|found| found.item == line.item);
        match was.map(|at| before.remove(at)) {
            None => changes.push(Change {
                before: None,
                after: Some(line),
                aspects: Vec::new(),
            }),
            Some(was) => {
                let aspects = aspects(&was, &line);
                if !aspects.is_empty() {
                    changes.push(Change {
                        before: Some(was),
                        after: Some(line),
                        aspects,
                    });
                }
            }
        }
    }
    changes.extend(before.into_iter().map(|line| Change {
        before: Some(line),
        after: None,
        aspects: Vec::new(),
    }));
    changes
}

fn aspects(before: &Line, after: &Line) -> Vec<Aspect> {
    let differ = [
        (Aspect::Part, before.parts != after.parts),
        (Aspect::Name, before.name != after.name),
        (Aspect::Points, before.points != after.points),
        (Aspect::Target, before.target != after.target),
        (Aspect::Due, before.due != after.due),
        (Aspect::Criterion, before.criterion != after.criterion),
        (Aspect::Scoring, before.scoring != after.scoring),
        (Aspect::Figure, before.figures != after.figures),
    ];
    differ
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(aspect, _)| aspect)
        .collect()
}

/// The units that a new version touches, in the new one's order, those that are gone last.
#[must_use]
pub fn units_touched(
    new: &Programme,
    old: &Programme,
    scorecard: &ScorecardId,
    period: &Period,
) -> Vec<(UnitId, Vec<Change>)> {
    let gone = old.units.keys().filter(|id| !new.units.contains_key(*id));
    new.units
        .keys()
        .chain(gone)
        .map(|unit| {
            let found = changes(new, old, scorecard, period, unit.as_str());
            (unit.clone(), found)
        })
        .filter(|(_, changes)| !changes.is_empty())
        .collect()
}

/// How an item of a year stands to the items of the year before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The item.
    pub item: ItemId,
    /// The items of the year before that it goes on from; none of a new one.
    pub from: Vec<ItemId>,
}

/// From which items of the year before each item goes on, and the items that nothing goes on from.
#[must_use]
pub fn successions(new: &Scorecard, old: &Scorecard) -> (Vec<Succession>, Vec<ItemId>) {
    let all: Vec<Succession> = new
        .items
        .iter()
        .map(|(id, ties)| Succession {
            item: id.clone(),
            from: ties
                .goes_on_from(id)
                .into_iter()
                .filter(|of| old.items.contains_key(of))
                .collect(),
        })
        .collect();
    let goes_on = |id: &&ItemId| all.iter().any(|found| found.from.contains(id));
    let dropped = old.items.keys().filter(|id| !goes_on(id)).cloned();
    let dropped = dropped.collect();
    (all, dropped)
}
