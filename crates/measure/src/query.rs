//! What is asked, and what comes back.

use std::sync::Arc;

use base::{Day, Figure, IndicatorId, PartKind, Period, Position, UnitId};

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which indicator.
    pub indicator: IndicatorId,
    /// Into which cells the figure is divided.
    pub by: By,
    /// Only what counts for this unit.
    pub unit: Option<UnitId>,
    /// Only what is about this subject.
    pub subject: Option<Arc<str>>,
    /// Only rows whose column (or `subject.attribute`, `unit.kind`) has this value; `None`: is empty.
    pub field: Option<(Arc<str>, Option<Arc<str>>)>,
    /// Over which period.
    pub period: Period,
    /// For which day it is to be true: no row of a later day counts.
    pub day: Day,
    /// The last ledger entry that counts.
    pub at: Position,
}

impl Query {
    /// The whole city's figure as of the period's end or later.
    pub fn new(indicator: IndicatorId, period: Period, day: Day, at: Position) -> Query {
        Query {
            indicator,
            by: By::None,
            unit: None,
            subject: None,
            field: None,
            period,
            day,
            at,
        }
    }

    /// The same question, divided.
    #[must_use]
    pub fn by(mut self, by: By) -> Query {
        self.by = by;
        self
    }

    /// The same question for a unit.
    #[must_use]
    pub fn for_unit(mut self, unit: UnitId) -> Query {
        self.unit = Some(unit);
        self
    }

    /// The same question for a subject.
    #[must_use]
    pub fn for_subject(mut self, subject: impl Into<Arc<str>>) -> Query {
        self.subject = Some(subject.into());
        self
    }
}

/// Into which cells a figure is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Not at all: one cell.
    None,
    /// One cell for each unit that exists within the period, with all below it.
    Unit,
    /// One cell for each subject that a row is about.
    Subject,
    /// One cell for each value of a column of codes or texts, or of `subject.attribute`, `unit.kind`.
    Field(Arc<str>),
    /// One cell for each year, half, quarter or month of the period.
    Part(PartKind),
}

/// Which rows a figure is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Slice {
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// About this subject.
    pub subject: Option<Arc<str>>,
    /// With this value in this column; the inner `None`: empty.
    pub field: Option<(Arc<str>, Option<Arc<str>>)>,
}

/// A figure with its slice and period.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which rows.
    pub slice: Slice,
    /// Which period.
    pub period: Period,
    /// The figure.
    pub figure: Figure,
}
