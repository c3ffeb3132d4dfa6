//! The stories of this crate, told on an assessment item's course.
//!
//! Days are counted by hand from the State Council's notice of holidays for 2018.

mod clauses;
mod course;
mod deadlines;
mod fixtures;
mod properties;
mod refusals;
mod validation;
