//! The rows of the board: cells, totals of groups, the order that was asked for.

use std::cmp::Ordering;
use std::collections::HashMap;

use base::{GroupId, Lang, Ratio, Rounding};
use scoring::{Card, CardState, ItemState};

use super::seen::{Seen, costliest};
use super::{Beside, Chosen};
use crate::answer::Refused;

/// Steps of the shade.
const SHADES: i64 = 5;

/// A category.
pub(crate) struct Head {
    pub id: String,
    pub name: String,
}

/// Points of a unit in a category.
pub(crate) struct Cell {
    pub net: Ratio,
    pub possible: Ratio,
    pub text: String,
    pub possible_text: String,
    /// 0 (none) to [`SHADES`].
    pub shade: i64,
    /// The item that costs most.
    pub tip: String,
}

/// A unit.
pub(crate) struct Row {
    pub unit: String,
    pub name: String,
    pub group: String,
    pub cells: Vec<Option<Cell>>,
    pub total: Option<Ratio>,
    pub total_text: String,
    pub rank: Option<u32>,
    pub grade: String,
    pub grade_name: String,
    pub state: CardState,
    pub veto: Option<String>,
    /// The categories in which most of the points were lost, for the tile.
    pub weakest: Vec<(String, String)>,
    /// The total that stands beside, and how far this one is from it.
    pub beside: Option<(String, Option<String>)>,
    beside_total: Option<Ratio>,
}

/// The sum of a column.
pub(crate) struct Foot {
    pub points: String,
    pub rate: String,
}

/// A ranking group.
pub(crate) struct Block {
    pub id: String,
    pub name: String,
    pub rows: Vec<Row>,
    pub mean: String,
    pub feet: Vec<Option<Foot>>,
}

/// The categories that are shown.
pub(crate) fn heads(seen: &Seen<'_>, category: &str) -> Result<Vec<(GroupId, Head)>, Refused> {
    Ok(seen
        .scorecard()?
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none())
        .filter(|group| category.is_empty() || group.id.as_str() == category)
        .map(|group| {
            let head = Head {
                id: group.id.to_string(),
                name: seen.look.text(&group.name).to_owned(),
            };
            (group.id.clone(), head)
        })
        .collect())
}

/// The blocks that are asked for, each in the order that is asked for.
pub(crate) fn blocks(seen: &Seen<'_>, chosen: &Chosen, heads: &[(GroupId, Head)]) -> Vec<Block> {
    let beside = beside(seen, chosen);
    let mut blocks: Vec<Block> = Vec::new();
    for card in &seen.assessment.cards {
        if !is_wanted(chosen, card) {
            continue;
        }
        let row = row(seen, heads, card, beside.get(card.participant.as_str()));
        match blocks.iter_mut().find(|block| block.id == row.group) {
            Some(block) => block.rows.push(row),
            None => blocks.push(Block {
                id: row.group.clone(),
                name: seen.group_name(&row.group),
                rows: vec![row],
                mean: String::new(),
                feet: Vec::new(),
            }),
        }
    }
    for block in &mut blocks {
        sort(&mut block.rows, chosen, heads);
        block.mean = mean(&block.rows);
        block.feet = (0..heads.len()).map(|at| foot(&block.rows, at)).collect();
    }
    blocks
}

fn is_wanted(chosen: &Chosen, card: &Card) -> bool {
    let group = card.ranking_group.as_deref().unwrap_or_default();
    let grade = card.grade.as_deref().unwrap_or("-");
    let is_in_state = match chosen.state.as_str() {
        "complete" => card.state == CardState::Final,
        "open" => card.state == CardState::Pending,
        "vetoed" => card.is_vetoed(),
        _ => true,
    };
    (chosen.group.is_empty() || chosen.group == group)
        && (chosen.grade.is_empty() || chosen.grade == grade)
        && is_in_state
}

/// The totals that stand beside, by unit: the text and, where it is a number, its value.
pub(crate) fn beside(seen: &Seen<'_>, chosen: &Chosen) -> HashMap<String, (String, Option<Ratio>)> {
    let totals = match chosen.beside() {
        Beside::Nothing => Vec::new(),
        Beside::YearBefore => seen.year_before(),
        Beside::Sealed => seen.sealed().map(|(_, totals)| totals).unwrap_or_default(),
    };
    totals
        .into_iter()
        .map(|(unit, total)| {
            let value = Ratio::parse_decimal(&total);
            (unit, (total, value))
        })
        .collect()
}

fn row(
    seen: &Seen<'_>,
    heads: &[(GroupId, Head)],
    card: &Card,
    beside: Option<&(String, Option<Ratio>)>,
) -> Row {
    let cells: Vec<Option<Cell>> = heads
        .iter()
        .map(|(group, _)| cell(seen, card, group))
        .collect();
    let grade = card.grade.clone().unwrap_or_default();
    let difference = |before: &Option<Ratio>| {
        let change = card.total.as_ref()? - before.as_ref()?;
        Some(signed(&change))
    };
    Row {
        unit: card.participant.clone(),
        name: seen.look.unit_name(&card.participant),
        group: card.ranking_group.clone().unwrap_or_default(),
        weakest: weakest(heads, &cells),
        cells,
        total: card.total.clone(),
        total_text: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
        rank: card.rank,
        grade_name: seen.grade_name(&grade),
        grade,
        state: card.state,
        veto: card
            .vetoes
            .first()
            .map(|veto| seen.look.text(&veto.name).to_owned()),
        beside_total: beside.and_then(|(_, total)| total.clone()),
        beside: beside.map(|(text, total)| (text.clone(), difference(total))),
    }
}

/// A change with its sign.
pub(crate) fn signed(change: &Ratio) -> String {
    let text = change.abs().to_decimal(2, Rounding::HalfUp);
    if change.is_positive() {
        format!("+{text}")
    } else if change.is_negative() {
        format!("−{text}")
    } else {
        "0".to_owned()
    }
}

fn cell(seen: &Seen<'_>, card: &Card, group: &GroupId) -> Option<Cell> {
    let found = card.group(group)?;
    let mut items = card
        .items
        .iter()
        .filter(|item| &item.top_group == group && item.state != ItemState::NotCarried)
        .peekable();
    items.peek()?;
    let is_open = items.any(|item| item.pending);
    let tip = match costliest(card, Some(group)) {
        Some((item, lost)) => {
            let name = seen.item_name(&item.item);
            let lost = seen.words.points(&lost);
            match seen.words.lang {
                Lang::Zh => format!("失分最多：{name} −{lost}"),
                Lang::En => format!("Costs most: {name} −{lost}"),
            }
        }
        None if is_open => seen
            .words
            .say("还有未评的项目", "Some items are still open")
            .to_owned(),
        None => seen.words.say("没有失分", "Nothing lost").to_owned(),
    };
    let net = found.net_points();
    Some(Cell {
        text: net.to_decimal(1, Rounding::HalfUp),
        possible_text: seen.words.points(&found.possible),
        possible: found.possible.clone(),
        net,
        shade: found.rate().map_or(0, |rate| shade_of(&rate)),
        tip,
    })
}

fn weakest(heads: &[(GroupId, Head)], cells: &[Option<Cell>]) -> Vec<(String, String)> {
    let mut lost: Vec<(Ratio, String)> = heads
        .iter()
        .zip(cells)
        .filter_map(|((_, head), cell)| {
            let cell = cell.as_ref()?;
            let lost = &cell.possible - &cell.net;
            (lost > Ratio::ZERO).then(|| (lost, head.name.clone()))
        })
        .collect();
    lost.sort_by(|a, b| b.0.cmp(&a.0));
    lost.into_iter()
        .take(3)
        .map(|(lost, name)| (name, lost.to_decimal(1, Rounding::HalfUp)))
        .collect()
}

/// From 1 (little) to [`SHADES`] (all).
pub(crate) fn shade_of(rate: &Ratio) -> i64 {
    let scaled = rate * &Ratio::from_int(SHADES);
    scaled
        .to_decimal(0, Rounding::Down)
        .parse::<i64>()
        .unwrap_or(0)
        .clamp(1, SHADES)
}

fn sort(rows: &mut [Row], chosen: &Chosen, heads: &[(GroupId, Head)]) {
    let column = heads.iter().position(|(_, head)| head.id == chosen.sort);
    let rate = |row: &Row| {
        let cell = row.cells.get(column?)?.as_ref()?;
        cell.net.checked_div(&cell.possible)
    };
    // What has no value stands last in either direction.
    let by_value = |a: Option<Ratio>, b: Option<Ratio>| match (a, b) {
        (Some(a), Some(b)) if chosen.is_ascending() => a.cmp(&b),
        (Some(a), Some(b)) => b.cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    let rank = |row: &Row| row.rank.map(|rank| Ratio::from_int(i128::from(rank)));
    let is_ascending = chosen.is_ascending();
    rows.sort_by(|a, b| match chosen.sort.as_str() {
        "unit" if is_ascending => a.name.cmp(&b.name),
        "unit" => b.name.cmp(&a.name),
        "total" => by_value(a.total.clone(), b.total.clone()),
        "beside" => by_value(a.beside_total.clone(), b.beside_total.clone()),
        "grade" => {
            let order = match (a.grade.is_empty(), b.grade.is_empty()) {
                (false, true) => return Ordering::Less,
                (true, false) => return Ordering::Greater,
                _ => a.grade.cmp(&b.grade),
            };
            if is_ascending { order } else { order.reverse() }
        }
        _ if column.is_some() => by_value(rate(a), rate(b)),
        // Ranked first, in order; then the others as the programme lists them.
        _ => by_value(rank(a), rank(b)),
    });
}

/// The mean of the totals.
fn mean(rows: &[Row]) -> String {
    let totals: Vec<&Ratio> = rows.iter().filter_map(|row| row.total.as_ref()).collect();
    let sum = totals.iter().fold(Ratio::ZERO, |sum, total| &sum + *total);
    let count = Ratio::from_int(i128::try_from(totals.len()).unwrap_or(i128::MAX));
    sum.checked_div(&count).map_or_else(
        || "—".to_owned(),
        |mean| mean.to_decimal(2, Rounding::HalfUp),
    )
}

fn foot(rows: &[Row], at: usize) -> Option<Foot> {
    let cells: Vec<&Cell> = rows
        .iter()
        .filter_map(|row| row.cells.get(at)?.as_ref())
        .collect();
    if cells.is_empty() {
        return None;
    }
    let net = cells.iter().fold(Ratio::ZERO, |sum, cell| &sum + &cell.net);
    let possible = cells
        .iter()
        .fold(Ratio::ZERO, |sum, cell| &sum + &cell.possible);
    let rate = (&net * &Ratio::from_int(100)).checked_div(&possible);
    Some(Foot {
        points: net.to_decimal(1, Rounding::HalfUp),
        rate: rate.map_or_else(
            || "—".to_owned(),
            |rate| format!("{}%", rate.to_decimal(0, Rounding::HalfUp)),
        ),
    })
}
