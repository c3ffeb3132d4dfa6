//! What a batch comes to: compact columns, a row for each participant.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Ratio;

/// The grade's number of a row without a grade.
pub const NO_GRADE: u8 = 255;
/// The total of a row in which nothing counts.
pub const NO_TOTAL: i64 = i64::MIN;
/// The points of an item that is left out or open.
pub const NO_POINTS: i64 = i64::MIN;

/// Grades, totals, marks and item points of all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    pub(super) grade_names: Arc<[String]>,
    pub(super) veto_ids: Arc<[String]>,
    pub(super) power: i64,
    pub(super) grades: Vec<u8>,
    pub(super) totals: Vec<i64>,
    pub(super) marks: Vec<u16>,
    pub(super) items: Vec<ItemPoints>,
    /// Rows that were scored as one card.
    pub(super) exceptions: BTreeMap<usize, Exception>,
}

/// Points of one item: numerator ÷ (scale × the row's own part).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPoints {
    /// Numerators, [`NO_POINTS`] where the item is left out or open.
    pub numerators: Vec<i64>,
    /// The part of the denominator that is the same for all.
    pub scale: i64,
    /// Each row's own part of the denominator, where there is one.
    pub varying: Option<Vec<i64>>,
}

/// A row whose numbers are too large for the columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Exception {
    pub grade: Option<String>,
    pub total: Option<Ratio>,
    pub points: Vec<Option<Ratio>>,
}

impl Scores {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.grades.len()
    }

    /// The grade of a row, before quotas.
    pub fn grade(&self, row: usize) -> Option<&str> {
        if let Some(exception) = self.exceptions.get(&row) {
            return exception.grade.as_deref();
        }
        let number = usize::from(*self.grades.get(row)?);
        self.grade_names.get(number).map(String::as_str)
    }

    /// The total of a row after its one rounding; `None` when nothing counts.
    pub fn total(&self, row: usize) -> Option<Ratio> {
        if let Some(exception) = self.exceptions.get(&row) {
            return exception.total.clone();
        }
        let units = *self.totals.get(row).filter(|units| **units != NO_TOTAL)?;
        Ratio::from_int(units).checked_div(&Ratio::from_int(self.power))
    }

    /// The points of an item (by its place in the scorecard) in a row, as they count.
    pub fn points(&self, row: usize, item: usize) -> Option<Ratio> {
        if let Some(exception) = self.exceptions.get(&row) {
            return exception.points.get(item).cloned().flatten();
        }
        self.items.get(item)?.points(row)
    }

    /// The vetoes that a row hits, in the scorecard's order.
    pub fn vetoes(&self, row: usize) -> impl Iterator<Item = &str> {
        let marks = self.marks.get(row).copied().unwrap_or(0);
        let ids = self.veto_ids.iter().enumerate();
        ids.filter(move |(number, _)| marks >> number & 1 == 1)
            .map(|(_, id)| id.as_str())
    }

    /// How many rows have each grade, in the order of the bands; `None` is no grade.
    pub fn grade_counts(&self) -> Vec<(Option<&str>, usize)> {
        let mut counts = vec![0_usize; self.grade_names.len()];
        let mut without = 0;
        for grade in &self.grades {
            match counts.get_mut(usize::from(*grade)) {
                Some(count) => *count += 1,
                None => without += 1,
            }
        }
        let named = self.grade_names.iter().map(|name| Some(name.as_str()));
        let mut found: Vec<(Option<&str>, usize)> = named.zip(counts).collect();
        found.push((None, without));
        found.retain(|(_, count)| *count > 0);
        found
    }

    /// The numbers of the rows' grades in [`Scores::grade_names`], or [`NO_GRADE`].
    pub fn grades(&self) -> &[u8] {
        &self.grades
    }

    /// The grades by number.
    pub fn grade_names(&self) -> &[String] {
        &self.grade_names
    }

    /// How many rows were scored as single cards because their numbers are too large.
    pub fn scored_singly(&self) -> usize {
        self.exceptions.len()
    }
}

impl ItemPoints {
    /// The points in a row.
    pub fn points(&self, row: usize) -> Option<Ratio> {
        let found = self.numerators.get(row);
        let numerator = *found.filter(|numerator| **numerator != NO_POINTS)?;
        let own = match &self.varying {
            Some(varying) => *varying.get(row)?,
            None => 1,
        };
        let below = &Ratio::from_int(self.scale) * &Ratio::from_int(own);
        Ratio::from_int(numerator).checked_div(&below)
    }
}
