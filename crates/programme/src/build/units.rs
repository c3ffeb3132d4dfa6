//! Units: the tree of responsible bodies and its history.
//!
//! A unit's parent, name and ranking group may change on a day; the tree must have no cycle on any
//! day, and a parent must exist as long as its children name it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{CodeId, Day, UnitId};
use indexmap::IndexMap;

use super::head::Head;
use super::{Faults, Rows, check_days_in_order, cycles, shown_chain, spellings};
use crate::model::{Unit, UnitChange};
use crate::problems;
use crate::rows::Row;

pub(super) fn build(rows: &Rows, head: &Head, faults: &mut Faults) -> IndexMap<UnitId, Unit> {
    let mut units = IndexMap::new();
    for row in rows.of("unit") {
        let (Some(id), Some(kind)) = (row.text("id"), row.text("kind")) else {
            continue;
        };
        check_days_in_order(row, "valid_from", "valid_to", faults);
        let unit = Unit {
            id: UnitId::new(id),
            name: row.name("name"),
            aliases: row.texts("aliases"),
            kind: CodeId::new(kind),
            parent: row.text("parent").map(UnitId::new),
            group: row.text("group").map(CodeId::new),
            division: row.text("division").cloned(),
            tags: row.texts("tags"),
            valid_from: row.day("valid_from").unwrap_or(Day::MIN),
            valid_to: row.day("valid_to").unwrap_or(Day::MAX),
            successors: row.texts("successors").iter().map(UnitId::new).collect(),
            changes: changes(rows, row, faults),
            row: row.clone(),
        };
        units.insert(unit.id.clone(), unit);
    }
    check_tree(&units, faults);
    check_parents_exist(rows, &units, head, faults);
    check_successors(&units, faults);
    spellings::check(rows.of("unit"), false, faults);
    units
}

fn changes(rows: &Rows, unit: &Row, faults: &mut Faults) -> Vec<UnitChange> {
    let mut changes = Vec::new();
    let Some(id) = unit.text("id") else {
        return changes;
    };
    for row in rows.under("unit_change", id) {
        let Some(on) = row.day("on") else { continue };
        let before = unit.day("valid_from").is_some_and(|from| on <= from);
        let after = unit.day("valid_to").is_some_and(|to| on > to);
        if before || after {
            faults.cell(row, "on", problems::change_outside_life(id, on));
        }
        if !["name", "parent", "group"]
            .iter()
            .any(|column| row.has(column))
        {
            faults.at(row.span.clone(), problems::change_of_nothing(id, on));
        }
        changes.push(UnitChange {
            on,
            name: row.bilingual("name").cloned(),
            parent: row.text("parent").map(UnitId::new),
            group: row.text("group").map(CodeId::new),
        });
    }
    changes.sort_by_key(|change| change.on);
    changes
}

/// The tree has no cycle, at the beginning or after any change.
fn check_tree(units: &IndexMap<UnitId, Unit>, faults: &mut Faults) {
    let mut days: BTreeSet<Day> = BTreeSet::from([Day::MIN]);
    days.extend(
        units
            .values()
            .flat_map(|unit| &unit.changes)
            .filter(|change| change.parent.is_some())
            .map(|change| change.on),
    );
    let mut told: BTreeSet<BTreeSet<Arc<str>>> = BTreeSet::new();
    for day in days {
        let mut above: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        for unit in units.values() {
            if let Some(parent) = unit.parent_on(day) {
                above.insert(
                    Arc::from(unit.id.as_str()),
                    vec![Arc::from(parent.as_str())],
                );
            }
        }
        for chain in cycles(&above) {
            let unit = chain.first().and_then(|id| units.get(&**id));
            if let Some(unit) = unit.filter(|_| told.insert(chain.iter().cloned().collect())) {
                faults.cell(
                    &unit.row,
                    "parent",
                    problems::unit_cycle(shown_chain(&chain)),
                );
            }
        }
    }
}

/// From each day on which a unit gets a parent until the day on which it gets another, that parent exists.
fn check_parents_exist(
    rows: &Rows,
    units: &IndexMap<UnitId, Unit>,
    head: &Head,
    faults: &mut Faults,
) {
    // What comes after the programme's period need not be told.
    let horizon = head.days().map_or(Day::MAX, |(_, last)| last);
    for unit in units.values() {
        let mut starts = vec![(unit.valid_from, unit.parent.as_ref(), &unit.row)];
        let mut moves: Vec<_> = rows
            .under("unit_change", unit.id.as_str())
            .iter()
            .filter_map(|row| {
                Some((
                    row.day("on")?,
                    row.text("parent")
                        .and_then(|id| units.get_key_value(&**id))
                        .map(|(id, _)| id)?,
                    row,
                ))
            })
            .collect();
        moves.sort_by_key(|(on, ..)| *on);
        starts.extend(
            moves
                .into_iter()
                .map(|(on, parent, row)| (on, Some(parent), row)),
        );
        for (at, (start, parent, row)) in starts.iter().enumerate() {
            let Some(parent) = parent.and_then(|parent| units.get(parent)) else {
                continue;
            };
            let end = match starts.get(at + 1) {
                Some((next, ..)) => next.plus_days(-1).unwrap_or(Day::MIN),
                None => unit.valid_to,
            };
            // A unit that does not say since when it exists is not asked about the time before its parent.
            if *start > Day::MIN && parent.valid_from > *start {
                faults.cell(
                    row,
                    "parent",
                    problems::parent_not_yet(&unit.id, &parent.id, start, parent.valid_from),
                );
            }
            if parent.valid_to < end.min(horizon) {
                faults.cell(
                    row,
                    "parent",
                    problems::parent_no_more(&unit.id, &parent.id, parent.valid_to),
                );
            }
        }
    }
}

fn check_successors(units: &IndexMap<UnitId, Unit>, faults: &mut Faults) {
    let mut after: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for unit in units.values() {
        if unit.successors.is_empty() {
            continue;
        }
        let list = unit
            .successors
            .iter()
            .map(|id| Arc::from(id.as_str()))
            .collect();
        after.insert(Arc::from(unit.id.as_str()), list);
        let Some(next_day) = unit.row.day("valid_to").and_then(|day| day.plus_days(1)) else {
            faults.cell(
                &unit.row,
                "successors",
                problems::successors_without_end(&unit.id),
            );
            continue;
        };
        for (text, span) in unit.row.texts_placed("successors") {
            if units
                .get(&*text)
                .is_some_and(|successor| !successor.is_valid_on(next_day))
            {
                faults.at(span, problems::successor_not_valid(&text, next_day));
            }
        }
    }
    for chain in cycles(&after) {
        if let Some(unit) = chain.first().and_then(|id| units.get(&**id)) {
            faults.cell(
                &unit.row,
                "successors",
                problems::unit_cycle(shown_chain(&chain)),
            );
        }
    }
}

/// Whether a unit cannot be meant in the programme's period: it ended before or began after it.
pub(super) fn is_outside_period(unit: &Unit, head: &Head) -> bool {
    head.days()
        .is_some_and(|(first, last)| unit.valid_to < first || unit.valid_from > last)
}
