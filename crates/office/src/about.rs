//! What the pages of records ask beside the records themselves: what a record is used for, and subjects by
//! a piece of their name.

use base::Problem;
use programme::model::{Indicator, Measure, Programme};

use crate::folder::Office;
use crate::import::intake::Look;
use crate::spaces::SubjectRow;

/// Whether an indicator reads a table.
fn reads(measure: &Measure, table: &str) -> bool {
    let is_of = |selection: &programme::model::Selection| *selection.table == *table;
    match measure {
        Measure::Count(rows)
        | Measure::Sum(rows, _)
        | Measure::Mean(rows, _)
        | Measure::Min(rows, _)
        | Measure::Max(rows, _)
        | Measure::Distinct(rows, _)
        | Measure::Latest { rows, .. } => is_of(rows),
        Measure::Share { whole, .. } => is_of(whole),
        Measure::WeightedRatio { whole, weights, .. } => is_of(whole) || is_of(weights),
        Measure::Ratio { .. }
        | Measure::Expression(_)
        | Measure::Growth(..)
        | Measure::Change(..) => false,
    }
}

/// The indicators that read a table themselves, in declared order.
pub fn indicators_of<'p>(programme: &'p Programme, table: &str) -> Vec<&'p Indicator> {
    programme
        .indicators
        .values()
        .filter(|indicator| reads(&indicator.measure, table))
        .collect()
}

impl Office {
    /// Known subjects of a type whose identity or name contains a text, in no promised order; of persons
    /// nobody is told.
    pub fn subjects_like<'a>(
        &'a self,
        subject_type: &'a str,
        text: &str,
        most: usize,
    ) -> Vec<(&'a str, &'a str)> {
        let text = text.trim();
        let is_personal = self.is_of_persons(subject_type).unwrap_or(true);
        if text.is_empty() || is_personal {
            return Vec::new();
        }
        let upper = text.to_uppercase();
        self.mirror()
            .subjects(subject_type)
            .filter(|(id, name)| name.contains(text) || id.contains(&upper) || *id == text)
            .take(most)
            .collect()
    }

    /// A subject with everything that was ever told of it, in the order in which it was told.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn subject(&self, subject_type: &str, id: &str) -> Result<Option<SubjectRow>, Problem> {
        Look::new(self)?.subject(subject_type, id)
    }

    /// The cases that were opened about a record.
    pub fn cases_about(&self, record: u64) -> Vec<u64> {
        self.mirror().cases_about(record)
    }
}
