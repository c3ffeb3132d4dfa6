//! The ground of the house: what every other crate may use and what uses no other crate.
//!
//! Days, periods and the work calendar; exact ratios, scaled decimals and figures with their
//! states; ids and positions; places in source texts and the problems that point at them. No
//! input or output, no clock, no global state. It knows nothing of programmes, records or cities.
//!
//! Read first: [`Ratio`] (why no figure is ever rounded by accident), then [`Figure`] (why
//! "not applicable" is not zero), then [`catalogue!`] (how an error is written).

mod calendar;
mod day;
mod figure;
mod ids;
mod moment;
mod period;
mod problem;
/// The problems that this crate itself can report.
pub mod problems;
mod ratio;
mod render;
mod scaled;
mod span;
#[cfg(test)]
mod test_data;
mod text;
mod uscc;

pub use calendar::{CalendarError, SpecialDay, UnpublishedYear, WorkCalendar, YearDays};
pub use day::{Day, DayError};
pub use figure::{Figure, FigureState};
pub use ids::*;
pub use moment::{Moment, MomentError, TimeZoneName, UnknownTimeZone};
pub use period::{AssessmentStart, PartKind, Period, PeriodError};
pub use problem::{Place, Problem, ProblemKind, Severity, codes_are_distinct};
pub use ratio::{Ratio, Rounding};
pub use render::render;
pub use scaled::{Scaled, ScaledError};
pub use span::{SourceText, Span};
pub use text::{Lang, Text};
pub use uscc::{UsccFault, organisation_code_check, uscc_check};

/// The big integer of [`Ratio::numerator`] and [`Ratio::denominator`].
pub use num_bigint::BigInt;
