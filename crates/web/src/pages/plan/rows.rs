//! The rows of the table: an item with its figure, who carries it and how far it is.

use std::collections::BTreeMap;

use base::{Day, Figure, FigureState, IndicatorId, ItemId, PartKind, Ratio, UnitId};
use measure::Query;
use programme::model::{Attribution, Better, ItemTies};
use programme::plan::{self, Part};
use scoring::{ItemResult, ItemState, Role};

use super::Chosen;
use crate::answer::Refused;
use crate::pages::board::seen::Seen;

/// Days before the due day from which an item that is short is said to be due soon.
const SOON_DAYS: i64 = 30;

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Its day is over and something is missing.
    Short,
    /// Its day comes within a month and something is missing.
    Soon,
    /// Nobody has judged it yet.
    Open,
    /// Its figure has not come.
    NotReported,
    /// It is under way.
    Underway,
    /// All points.
    Reached,
    /// It applies to nobody.
    NotApplicable,
}

/// Every state, in the order of what needs looking at.
pub(super) const STATES: &[State] = &[
    State::Short,
    State::Soon,
    State::Open,
    State::NotReported,
    State::Underway,
    State::Reached,
    State::NotApplicable,
];

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Short => "short",
            State::Soon => "soon",
            State::Open => "open",
            State::NotReported => "not_reported",
            State::Underway => "underway",
            State::Reached => "reached",
            State::NotApplicable => "not_applicable",
        }
    }

    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            State::Short => ("到期未达标", "short at its day"),
            State::Soon => ("将到期", "due soon"),
            State::Open => ("待评", "not judged yet"),
            State::NotReported => ("未报", "not reported"),
            State::Underway => ("推进中", "under way"),
            State::Reached => ("已达标", "reached"),
            State::NotApplicable => ("不适用", "not applicable"),
        }
    }

    /// Its sign and its class: shape, colour and word say the same.
    pub fn lamp(self) -> (&'static str, &'static str) {
        match self {
            State::Short => ("■", "late"),
            State::Soon => ("▲", "soon"),
            State::Open | State::NotReported => ("○", "none"),
            State::Underway => ("◐", "none"),
            State::Reached => ("●", "on_track"),
            State::NotApplicable => ("◇", "none"),
        }
    }
}

/// A figure at the end of a month.
pub(super) struct MonthCell {
    pub text: String,
    pub address: String,
    pub is_reached: bool,
}

/// An item.
pub(super) struct PlanRow {
    pub number: usize,
    pub item: String,
    pub name: String,
    pub criterion: String,
    pub points: Ratio,
    pub points_text: String,
    pub target: String,
    pub target_value: Option<Ratio>,
    pub lead: String,
    pub support: String,
    pub carriers: String,
    /// The unit's own parts, where one unit is looked at.
    pub parts: String,
    pub due: Option<Day>,
    pub due_text: String,
    pub figure: String,
    pub figure_value: Option<Ratio>,
    pub figure_address: Option<String>,
    pub months: Vec<MonthCell>,
    /// How many of those that carry it have all points, of how many.
    pub reached: usize,
    pub of: usize,
    /// Of one unit: its points.
    pub own_points: String,
    pub state: State,
    pub sign: &'static str,
    pub lamp: &'static str,
    pub state_name: &'static str,
}

/// A category.
pub(super) struct Block {
    pub id: String,
    pub name: String,
    pub points: String,
    pub rows: Vec<PlanRow>,
}

/// The table.
pub(super) struct Rows {
    pub blocks: Vec<Block>,
    pub months: Vec<String>,
    pub points: String,
}

impl Rows {
    pub fn of(seen: &Seen<'_>, chosen: &Chosen) -> Result<Rows, Refused> {
        let scorecard = seen.scorecard()?;
        let words = seen.words;
        let period = seen.assessment.period;
        let unit = match chosen.unit.as_str() {
            "" => None,
            id => {
                let found = seen.programme.units.get(id);
                Some(found.ok_or_else(|| Refused::no_such(("单位", "unit"), id))?)
            }
        };
        let days: Vec<Day> = if chosen.months == "1" {
            period
                .parts(PartKind::Month)
                .iter()
                .take_while(|month| month.first().is_some_and(|day| day <= seen.assessment.day))
                .map(|month| month.last().min(seen.assessment.day))
                .collect()
        } else {
            Vec::new()
        };
        let wanted_words: Vec<String> =
            chosen.q.split_whitespace().map(str::to_lowercase).collect();
        let mut blocks: Vec<Block> = scorecard
            .card
            .groups
            .iter()
            .filter(|group| group.parent.is_none())
            .map(|group| Block {
                id: group.id.to_string(),
                name: seen.look.text(&group.name).to_owned(),
                points: String::new(),
                rows: Vec::new(),
            })
            .collect();
        let mut sums: BTreeMap<String, Ratio> = BTreeMap::new();
        for (number, item) in scorecard.card.items.iter().enumerate() {
            let Some(ties) = scorecard.items.get(&item.id) else {
                continue;
            };
            let parts = unit.map(|unit| plan::parts(ties, unit, &period));
            if let Some(parts) = &parts {
                let is_part = |part: &Part| chosen.part.is_empty() || part.as_str() == chosen.part;
                if !parts.iter().any(is_part) {
                    continue;
                }
            }
            let group = top(seen, &item.group);
            if !chosen.category.is_empty() && chosen.category != group {
                continue;
            }
            let told = [
                &item.name.zh,
                &item.name.en,
                &ties.criterion.zh,
                &ties.criterion.en,
            ];
            let is_told =
                |word: &String| told.iter().any(|text| text.to_lowercase().contains(word));
            if !wanted_words.iter().all(is_told) {
                continue;
            }
            let own = unit.filter(|_| {
                let parts = parts.as_ref();
                parts.is_some_and(|parts| parts.contains(&Part::Carries))
            });
            let row = row(seen, item, ties, own, parts.as_deref(), number + 1, &days);
            if !chosen.state.is_empty() && row.state.as_str() != chosen.state {
                continue;
            }
            if item.role == Role::Normal {
                let sum = sums.entry(group.clone()).or_insert(Ratio::ZERO);
                *sum = &*sum + &item.points;
            }
            if let Some(block) = blocks.iter_mut().find(|block| block.id == group) {
                block.rows.push(row);
            }
        }
        blocks.retain(|block| !block.rows.is_empty());
        for block in &mut blocks {
            block.points = sums
                .get(&block.id)
                .map(|sum| words.points(sum))
                .unwrap_or_default();
        }
        if !chosen.sort.is_empty() {
            blocks = sorted(seen, blocks, &chosen.sort);
        }
        let total = sums.values().fold(Ratio::ZERO, |sum, part| &sum + part);
        Ok(Rows {
            blocks,
            months: days
                .iter()
                .map(|day| match words.lang {
                    base::Lang::Zh => format!("{}月", day.month()),
                    base::Lang::En => day.month().to_string(),
                })
                .collect(),
            points: words.points(&total),
        })
    }
}

/// All rows in one list, in another order than the scheme's.
fn sorted(seen: &Seen<'_>, blocks: Vec<Block>, sort: &str) -> Vec<Block> {
    let mut rows: Vec<PlanRow> = blocks.into_iter().flat_map(|block| block.rows).collect();
    match sort {
        "due" => rows.sort_by_key(|row| row.due.unwrap_or(Day::MAX)),
        "points" => rows.sort_by(|a, b| b.points.cmp(&a.points)),
        _ => rows.sort_by_key(|row| row.state),
    }
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block {
        id: "all".to_owned(),
        name: seen.words.say("全部", "All").to_owned(),
        points: String::new(),
        rows,
    }]
}

/// The category of a group.
fn top(seen: &Seen<'_>, group: &base::GroupId) -> String {
    let groups = seen.programme.scorecards.get(&seen.id);
    let groups = groups
        .map(|card| card.card.groups.as_slice())
        .unwrap_or_default();
    let mut here = groups.iter().find(|found| &found.id == group);
    while let Some(parent) = here.and_then(|found| found.parent.as_ref()) {
        here = groups.iter().find(|found| &found.id == parent);
    }
    here.map(|found| found.id.to_string()).unwrap_or_default()
}

fn row(
    seen: &Seen<'_>,
    item: &scoring::Item,
    ties: &ItemTies,
    own: Option<&programme::model::Unit>,
    parts: Option<&[Part]>,
    number: usize,
    days: &[Day],
) -> PlanRow {
    let words = seen.words;
    let look = seen.look;
    let period = seen.assessment.period;
    let results: Vec<&ItemResult> = seen
        .assessment
        .cards
        .iter()
        .filter(|card| own.is_none_or(|unit| card.participant == unit.id.as_str()))
        .filter_map(|card| card.item(&item.id))
        .filter(|result| result.state != ItemState::NotCarried)
        .collect();
    let due = plan::due(ties, &period);
    let target = match own {
        Some(unit) => ties.target_for(unit, &period),
        None => ties.city_target(&period),
    };
    let target = target.filter(|_| item.rule.compares_with_target());
    let indicator = ties.indicators.first();
    let format = indicator
        .and_then(|id| seen.programme.indicators.get(id))
        .map(|found| found.format);
    let unit_id = own.map(|unit| unit.id.clone());
    let measured = indicator.and_then(|id| {
        let figure = measure(seen, id, unit_id.as_ref(), seen.assessment.day)?;
        Some((id, figure))
    });
    let target_text = |target: &Ratio| match format {
        Some(format) => words.figure(&Figure::whole(target.clone()), format),
        None => words.points(target),
    };
    let reached = results.iter().filter(|result| is_full(result)).count();
    let state = state(&results, reached, due, seen.assessment.day);
    let (sign, lamp) = state.lamp();
    let (zh, en) = state.words();
    let names = |units: &mut dyn Iterator<Item = &UnitId>| {
        let names: Vec<String> = units.map(|unit| look.unit_name(unit.as_str())).collect();
        names.join(words.say("、", ", "))
    };
    PlanRow {
        number,
        item: item.id.to_string(),
        name: look.text(&item.name).to_owned(),
        criterion: look.text(&ties.criterion).to_owned(),
        points_text: words.points(&item.points),
        points: item.points.clone(),
        target: target.as_ref().map(target_text).unwrap_or_default(),
        lead: names(&mut ties.lead.iter()),
        support: names(&mut ties.support.iter()),
        carriers: crate::pages::programme::carriers(look, &ties.carriers),
        parts: parts
            .unwrap_or_default()
            .iter()
            .map(|part| look.text(&part.name()).to_owned())
            .collect::<Vec<_>>()
            .join(words.say("、", ", ")),
        due,
        due_text: due.map(|due| words.day(due)).unwrap_or_default(),
        figure: measured
            .as_ref()
            .map(|(_, figure)| match format {
                Some(format) => words.figure(figure, format),
                None => String::new(),
            })
            .unwrap_or_default(),
        figure_value: measured.as_ref().and_then(|(_, figure)| figure.value()),
        figure_address: measured
            .as_ref()
            .map(|(id, _)| seen.figure(id, unit_id.as_ref().map(UnitId::as_str))),
        months: match indicator {
            Some(id) => months(seen, id, unit_id.as_ref(), target.as_ref(), days),
            None => days
                .iter()
                .map(|_| MonthCell {
                    text: String::new(),
                    address: String::new(),
                    is_reached: false,
                })
                .collect(),
        },
        target_value: target,
        reached,
        of: results.len(),
        own_points: match (own, results.first()) {
            (Some(_), Some(result)) => result
                .points
                .as_ref()
                .map_or_else(|| "—".to_owned(), |points| words.points(points)),
            _ => String::new(),
        },
        state,
        sign,
        lamp,
        state_name: words.say(zh, en),
    }
}

/// Whether nothing of an item is missing.
fn is_full(result: &ItemResult) -> bool {
    let Some(points) = &result.points else {
        return false;
    };
    match result.role {
        Role::Normal => *points >= result.max_points,
        Role::Deduction => points.is_zero(),
        Role::Bonus => *points > Ratio::ZERO,
    }
}

fn state(results: &[&ItemResult], reached: usize, due: Option<Day>, today: Day) -> State {
    let applies: Vec<_> = results
        .iter()
        .filter(|result| result.state != ItemState::NotApplicable)
        .collect();
    // Points on top are earned or not; nobody falls short of them.
    let is_bonus = results.iter().any(|result| result.role == Role::Bonus);
    if applies.is_empty() {
        return State::NotApplicable;
    }
    if reached >= applies.len() {
        return State::Reached;
    }
    let of = |state: ItemState| applies.iter().any(|result| result.state == state);
    if of(ItemState::NotJudged) {
        return State::Open;
    }
    if of(ItemState::NotReported) {
        return State::NotReported;
    }
    match due {
        _ if is_bonus => State::Underway,
        Some(due) if due < today => State::Short,
        Some(due) if i64::from(due.days_since(today)) <= SOON_DAYS => State::Soon,
        _ => State::Underway,
    }
}

fn query(seen: &Seen<'_>, id: &IndicatorId, unit: Option<&UnitId>, day: Day) -> Query {
    let is_city = seen
        .programme
        .indicators
        .get(id)
        .is_some_and(|found| found.attribution == Attribution::City);
    let query = Query::new(id.clone(), seen.assessment.period, day, seen.assessment.at);
    match unit.filter(|_| !is_city) {
        Some(unit) => query.for_unit(unit.clone()),
        None => query,
    }
}

fn measure(seen: &Seen<'_>, id: &IndicatorId, unit: Option<&UnitId>, day: Day) -> Option<Figure> {
    let columns = seen.look.office.mirror().columns();
    let cells = columns.measure(&query(seen, id, unit, day)).ok()?;
    cells.into_iter().next().map(|cell| cell.figure)
}

fn months(
    seen: &Seen<'_>,
    id: &IndicatorId,
    unit: Option<&UnitId>,
    target: Option<&Ratio>,
    days: &[Day],
) -> Vec<MonthCell> {
    let declared = seen.programme.indicators.get(id);
    days.iter()
        .map(|day| {
            let figure = measure(seen, id, unit, *day);
            let value = figure.as_ref().and_then(Figure::value);
            let is_reached = match (&value, target) {
                (Some(value), Some(target)) => match declared.map(|found| found.better) {
                    Some(Better::Lower) => value <= target,
                    _ => value >= target,
                },
                _ => false,
            };
            let is_shown = figure
                .as_ref()
                .is_some_and(|figure| figure.state() != FigureState::NotCarried);
            MonthCell {
                text: match (&figure, declared, is_shown) {
                    (Some(figure), Some(declared), true) if value.is_some() => {
                        seen.words.figure(figure, declared.format)
                    }
                    _ => "—".to_owned(),
                },
                address: crate::pages::figure::link(&crate::pages::figure::address_at(
                    seen.look,
                    &query(seen, id, unit, *day),
                    seen.assessment.at,
                )),
                is_reached,
            }
        })
        .collect()
}

/// An item's name by its identifier, as a file needs it.
pub(super) fn item_id(row: &PlanRow) -> ItemId {
    ItemId::new(&row.item)
}
