//! The unit tree through time: for each day, to which units a row of a unit counts.
//!
//! The days between two reorganisations are an *epoch*; within one the tree does not change, so
//! that rows can be gathered by unit and epoch first and rolled up afterwards.

use std::collections::BTreeSet;

use base::{Day, UnitId};
use indexmap::IndexMap;
use programme::model::{TreeTime, Unit};

use crate::compile::Cut;
use crate::dictionary::Dictionary;

/// How many steps up or over to successors are followed; a checked programme has no cycles.
const STEPS_MAX: usize = 64;

/// The tree of one programme.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnitTree {
    /// First day of each epoch, earliest first; the first is `Day::MIN`.
    epochs: Vec<i32>,
    /// The same, to find the epoch of a day.
    cut: Cut,
    /// `[epoch][unit]`: the unit itself and all above it.
    above: Vec<Vec<Vec<i32>>>,
    /// `[epoch][unit]`: the same from the units that have taken it over by then.
    above_heirs: Vec<Vec<Vec<i32>>>,
    /// How many units there are.
    units: usize,
    /// Existence of each unit; an empty range for those of other programmes.
    valid: Vec<(i32, i32)>,
}

impl UnitTree {
    /// Units get their numbers from the dictionary.
    pub fn new(units: &IndexMap<UnitId, Unit>, dictionary: &Dictionary) -> UnitTree {
        let mut days = BTreeSet::from([Day::MIN.number()]);
        for unit in units.values() {
            days.extend(unit.changes.iter().map(|change| change.on.number()));
            days.insert(unit.valid_from.number());
            days.extend(unit.valid_to.plus_days(1).map(Day::number));
        }
        let number = |id: &UnitId| dictionary.find(id.as_str());
        let count = dictionary.len();
        let mut tree = UnitTree {
            epochs: days.into_iter().collect(),
            units: count,
            valid: vec![(i32::MAX, i32::MIN); count],
            ..UnitTree::default()
        };
        for unit in units.values() {
            if let Some(slot) =
                number(&unit.id).and_then(|index| tree.valid.get_mut(index as usize))
            {
                *slot = (unit.valid_from.number(), unit.valid_to.number());
            }
        }
        let mut days: Vec<i64> = tree.epochs.iter().map(|day| i64::from(*day)).collect();
        days.push(i64::MAX);
        tree.cut = Cut::new(days);
        for epoch in &tree.epochs {
            let day = Day::from_number(*epoch).unwrap_or(Day::MIN);
            let mut above = vec![Vec::new(); count];
            let mut above_heirs = vec![Vec::new(); count];
            for unit in units.values() {
                let Some(index) = number(&unit.id) else {
                    continue;
                };
                let index = index as usize; // a number of the dictionary, so not negative
                let line = |unit: &Unit| {
                    chain(units, unit, day)
                        .into_iter()
                        .filter_map(|id| number(&id))
                        .collect::<Vec<i32>>()
                };
                let mut from_heirs = BTreeSet::new();
                for heir in heirs(units, unit, day) {
                    from_heirs.extend(line(heir));
                }
                if let (Some(slot), Some(heir_slot)) =
                    (above.get_mut(index), above_heirs.get_mut(index))
                {
                    *slot = line(unit);
                    *heir_slot = from_heirs.into_iter().collect();
                }
            }
            tree.above.push(above);
            tree.above_heirs.push(above_heirs);
        }
        tree
    }

    /// How many groups there are by unit and epoch.
    pub fn groups(&self) -> usize {
        self.epochs.len() * self.units
    }

    /// How many epochs there are.
    pub fn epochs(&self) -> usize {
        self.epochs.len()
    }

    /// The epoch of a day.
    #[inline]
    pub fn epoch_of(&self, day: i64) -> usize {
        usize::try_from(self.cut.of(day)).unwrap_or(0)
    }

    /// The group of a unit's rows in an epoch.
    #[inline]
    pub fn group_of(&self, epoch: usize, unit: i64) -> Option<usize> {
        let unit = usize::try_from(unit)
            .ok()
            .filter(|unit| *unit < self.units)?;
        Some(epoch * self.units + unit)
    }

    /// The units that the rows of a unit in an epoch count for. At the period's end, `end_epoch`
    /// decides and what was abolished by then counts for its successors.
    pub fn counts_for(&self, group: usize, tree: TreeTime, end_epoch: usize) -> &[i32] {
        if self.units == 0 {
            return &[];
        }
        let (epoch, unit) = (group / self.units, group % self.units);
        let above = match tree {
            TreeTime::RecordDay => self.above.get(epoch),
            TreeTime::PeriodEnd => self.above_heirs.get(end_epoch),
        };
        above
            .and_then(|units| units.get(unit))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a unit exists on some day from `first` to `last`.
    pub fn exists_within(&self, unit: i32, first: i32, last: i32) -> bool {
        usize::try_from(unit)
            .ok()
            .and_then(|unit| self.valid.get(unit))
            .is_some_and(|(from, to)| *from <= last && first <= *to)
    }

    /// Rows `(ancestor, descendant, first day, last day)`: each span of days on which the rows of a
    /// unit count for another, for the export.
    pub fn closure(&self, tree: TreeTime) -> Vec<(i32, i32, i32, i32)> {
        let source = match tree {
            TreeTime::RecordDay => &self.above,
            TreeTime::PeriodEnd => &self.above_heirs,
        };
        let mut spans = Vec::new();
        for unit in 0..self.units {
            let mut open: IndexMap<i32, i32> = IndexMap::new();
            for (epoch, first) in self.epochs.iter().enumerate() {
                let now = source
                    .get(epoch)
                    .and_then(|units| units.get(unit))
                    .map_or(&[][..], Vec::as_slice);
                open.retain(|ancestor, from| {
                    let stays = now.contains(ancestor);
                    if !stays {
                        spans.push((*ancestor, unit as i32, *from, *first - 1));
                    }
                    stays
                });
                for ancestor in now {
                    open.entry(*ancestor).or_insert(*first);
                }
            }
            spans.extend(
                open.into_iter()
                    .map(|(ancestor, from)| (ancestor, unit as i32, from, Day::MAX.number())),
            );
        }
        spans
    }
}

/// A unit and all above it on a day.
fn chain(units: &IndexMap<UnitId, Unit>, unit: &Unit, day: Day) -> Vec<UnitId> {
    let mut found = vec![unit.id.clone()];
    let mut at = unit;
    while let Some(parent) = at.parent_on(day).and_then(|parent| units.get(parent)) {
        if found.contains(&parent.id) || found.len() > STEPS_MAX {
            break;
        }
        found.push(parent.id.clone());
        at = parent;
    }
    found
}

/// The units that have a unit's work on a day: itself until it is abolished, then its successors
/// (or itself, when none is declared).
fn heirs<'a>(units: &'a IndexMap<UnitId, Unit>, unit: &'a Unit, day: Day) -> Vec<&'a Unit> {
    let mut found: Vec<&Unit> = Vec::new();
    let mut seen: Vec<&UnitId> = Vec::new();
    let mut open = vec![unit];
    while let Some(at) = open.pop() {
        if seen.contains(&&at.id) || seen.len() > STEPS_MAX {
            continue;
        }
        seen.push(&at.id);
        let next: Vec<&Unit> = at
            .successors
            .iter()
            .filter_map(|id| units.get(id))
            .collect();
        if day <= at.valid_to || next.is_empty() {
            found.push(at);
        } else {
            open.extend(next);
        }
    }
    found
}
