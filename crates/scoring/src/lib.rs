//! Scoring: figures and judgements to points, groups, vetoes, grades and ranks.
//!
//! It knows arithmetic and nothing else: no records, no storage, no clock, no city. Everything is
//! exact; the one declared rounding happens to the total, before it is banded.

pub mod card;
pub mod definition;
pub mod participant;
pub mod problems;
pub mod rule;
mod words;

#[cfg(test)]
mod fixture;

pub use card::*;
pub use definition::*;
pub use participant::*;
pub use rule::{
    Comparison, Counting, Escalation, JudgedRange, Knot, Level, Need, PartScale, PartWeight, Rule,
    Step,
};
