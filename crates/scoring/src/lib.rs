//! Scoring: figures and judgements to points, groups, vetoes, grades and ranks.
//!
//! It knows arithmetic and nothing else: no records, no storage, no clock, no city, no law. One
//! engine serves unit assessments, enterprise credit grades, risk classes, stars and award scores.
//! Everything is exact; the one declared rounding happens to the total, before it is banded.
//!
//! Read [`score_card`] first, then [`definition`] (what a scheme can say) and [`mod@rule`] (what a
//! line can say). [`rank_cards`] completes a set of cards; [`validate`] finds what is wrong with a
//! definition before anything is scored.

pub mod batch;
pub mod card;
mod composite;
pub mod definition;
mod grade;
mod item;
pub mod panel;
pub mod participant;
pub mod problems;
mod rank;
pub mod rule;
mod score;
mod sensitivity;
mod total;
mod tree;
mod validate;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use card::*;
pub use composite::composite;
pub use definition::*;
pub use participant::*;
pub use rank::rank_cards;
pub use rule::{
    Comparison, Counting, Escalation, JudgedRange, Knot, Level, Need, PartScale, PartWeight, Rule,
    Step,
};
pub use score::score_card;
pub use sensitivity::{OpenItem, open_items};
pub use validate::{Fault, FaultAt, FaultTable, validate};
