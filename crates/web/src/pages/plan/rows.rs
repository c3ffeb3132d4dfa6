//! The rows of the table: an item with its figure, who carries it and how far it is, in the reader's words.

use std::collections::BTreeMap;

use base::{Day, Figure, FigureState, ItemId, Ratio, UnitId};
use office::tasks::{PlanTask, TaskFigure, TaskState, month_ends};
use programme::plan::Part;
use scoring::Role;

use super::Chosen;
use crate::answer::Refused;
use crate::pages::board::seen::Seen;
use crate::sorting::by_name;

/// The sign and the class of a state: shape, colour and word say the same.
fn lamp_of(state: TaskState) -> (&'static str, &'static str) {
    match state {
        TaskState::Short => ("■", "late"),
        TaskState::Soon => ("▲", "soon"),
        TaskState::Open | TaskState::NotReported => ("○", "none"),
        TaskState::Underway => ("◐", "none"),
        TaskState::Reached => ("●", "on_track"),
        TaskState::NotApplicable => ("◇", "none"),
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
    pub reached_share: Option<Ratio>,
    /// Of one unit: its points.
    pub own_points: String,
    pub own_value: Option<Ratio>,
    pub state: TaskState,
    pub sign: &'static str,
    pub lamp: &'static str,
    pub state_name: String,
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
        let days = if chosen.months == "1" {
            month_ends(&period, seen.assessment.day)
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
        let is_wanted =
            |item: &scoring::Item, ties: &programme::model::ItemTies, parts: &[Part]| {
                let told = [
                    &item.name.zh,
                    &item.name.en,
                    &ties.criterion.zh,
                    &ties.criterion.en,
                ];
                let is_told =
                    |word: &String| told.iter().any(|text| text.to_lowercase().contains(word));
                (unit.is_none()
                    || chosen.part.is_empty()
                    || parts.iter().any(|part| part.as_str() == chosen.part))
                    && (chosen.category.is_empty() || chosen.category == top(seen, &item.group))
                    && wanted_words.iter().all(is_told)
            };
        let office = seen.look.office;
        for task in office.plan_tasks(&seen.programme, &seen.assessment, unit, is_wanted) {
            if !chosen.state.is_empty() && task.state.as_str() != chosen.state {
                continue;
            }
            let group = top(seen, &task.item.group);
            if task.item.role == Role::Normal {
                let sum = sums.entry(group.clone()).or_insert(Ratio::ZERO);
                *sum = &*sum + &task.item.points;
            }
            if let Some(block) = blocks.iter_mut().find(|block| block.id == group) {
                block.rows.push(row(seen, &task, &days));
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
            blocks = sorted(seen, blocks, chosen);
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

/// All rows in one list, in another order than the scheme's. What says nothing in the column stands last either way.
fn sorted(seen: &Seen<'_>, blocks: Vec<Block>, chosen: &Chosen) -> Vec<Block> {
    let mut rows: Vec<PlanRow> = blocks.into_iter().flat_map(|block| block.rows).collect();
    let sort = chosen.sorting();
    match chosen.sort.as_str() {
        "name" => sort.by_key(&mut rows, |row| by_name(&row.name)),
        "points" => sort.by_key(&mut rows, |row| Some(row.points.clone())),
        "target" => sort.by_key(&mut rows, |row| row.target_value.clone()),
        "now" => sort.by_key(&mut rows, |row| row.figure_value.clone()),
        "reached" => sort.by_key(&mut rows, |row| row.reached_share.clone()),
        "own" => sort.by_key(&mut rows, |row| row.own_value.clone()),
        "due" => sort.by_key(&mut rows, |row| row.due),
        "lead" => sort.by_key(&mut rows, |row| by_name(&row.lead)),
        _ => sort.by_key(&mut rows, |row| Some(row.state)),
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

fn row(seen: &Seen<'_>, task: &PlanTask<'_>, days: &[Day]) -> PlanRow {
    let words = seen.words;
    let look = seen.look;
    let (item, ties) = (task.item, task.ties);
    let indicator = ties.indicators.first();
    let declared = indicator.and_then(|id| seen.programme.indicators.get(id));
    let format = declared.map(|found| found.format);
    let target_text = |target: &Ratio| match format {
        Some(format) => words.figure(&Figure::whole(target.clone()), format),
        None => words.points(target),
    };
    let (sign, lamp) = lamp_of(task.state);
    let names = |units: &mut dyn Iterator<Item = &UnitId>| {
        let names: Vec<String> = units.map(|unit| look.unit_name(unit.as_str())).collect();
        names.join(words.say("、", ", "))
    };
    let measured = task.figure.as_ref();
    let figure = measured.and_then(|found| found.figure.as_ref());
    let own = task.own.and_then(|_| task.results.first());
    let whole = |count: usize| Ratio::from_int(i128::try_from(count).unwrap_or(i128::MAX));
    let office = look.office;
    PlanRow {
        number: task.number,
        item: item.id.to_string(),
        name: look.text(&item.name).to_owned(),
        criterion: look.text(&ties.criterion).to_owned(),
        points_text: words.points(&item.points),
        points: item.points.clone(),
        target: task.target.as_ref().map(target_text).unwrap_or_default(),
        target_value: task.target.clone(),
        lead: names(&mut ties.lead.iter()),
        support: names(&mut ties.support.iter()),
        carriers: crate::pages::programme::carriers(look, &ties.carriers),
        parts: task
            .parts
            .iter()
            .map(|part| look.text(&part.name()).to_owned())
            .collect::<Vec<_>>()
            .join(words.say("、", ", ")),
        due: task.due,
        due_text: task.due.map(|due| words.day(due)).unwrap_or_default(),
        figure: match (figure, format) {
            (Some(figure), Some(format)) => words.figure(figure, format),
            _ => String::new(),
        },
        figure_value: figure.and_then(Figure::value),
        figure_address: measured
            .filter(|found| found.figure.is_some())
            .map(|found| address(seen, found)),
        months: days
            .iter()
            .map(|day| {
                let found = office.figure_of(&seen.programme, &seen.assessment, task, *day);
                month(seen, found.as_ref(), format)
            })
            .collect(),
        reached: task.reached,
        of: task.results.len(),
        reached_share: whole(task.reached).checked_div(&whole(task.results.len())),
        own_value: own.and_then(|result| result.points.clone()),
        own_points: own.map_or_else(String::new, |result| {
            result
                .points
                .as_ref()
                .map_or_else(|| "—".to_owned(), |points| words.points(points))
        }),
        state: task.state,
        sign,
        lamp,
        state_name: look.text(&task.state.name()).to_owned(),
    }
}

/// The page of a figure.
fn address(seen: &Seen<'_>, found: &TaskFigure) -> String {
    crate::pages::figure::link(&crate::pages::figure::address_at(
        seen.look,
        &found.query,
        seen.assessment.at,
    ))
}

fn month(
    seen: &Seen<'_>,
    found: Option<&TaskFigure>,
    format: Option<programme::model::Format>,
) -> MonthCell {
    let Some(found) = found else {
        return MonthCell {
            text: String::new(),
            address: String::new(),
            is_reached: false,
        };
    };
    let figure = found
        .figure
        .as_ref()
        .filter(|figure| figure.state() != FigureState::NotCarried && figure.value().is_some());
    MonthCell {
        text: match (figure, format) {
            (Some(figure), Some(format)) => seen.words.figure(figure, format),
            _ => "—".to_owned(),
        },
        address: address(seen, found),
        is_reached: found.is_reached,
    }
}

/// An item's name by its identifier, as a file needs it.
pub(super) fn item_id(row: &PlanRow) -> ItemId {
    ItemId::new(&row.item)
}
