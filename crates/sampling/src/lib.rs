//! Acceptance sampling by attributes (ISO 2859-1:1999, GB/T 2828.1-2012), and the statistics of inspection.
//!
//! A lot of so many items is judged by a sample: [`plan`] gives how many items are drawn and how many of
//! them may be nonconforming, [`follow`] how strictly the next lot of the same maker is inspected, and
//! [`oc`] what such a plan lets through. [`colleagues`] holds an inspector's results against those of the
//! others on comparable subjects, [`threshold`] looks for scores that crowd just above a limit.
//!
//! Probabilities are floating-point numbers, which is why this is a room of its own: no figure, point or
//! grade is made of them, and nothing here is written to the ledger. No storage, no clock, no language.

pub mod chance;
pub mod colleagues;
pub mod oc;
mod switching;
mod tables;
#[cfg(test)]
mod tests;
pub mod threshold;

pub use switching::{Decision, Event, Lot, Outcome, Scheme, State, Step, Why, follow};
pub use tables::{
    AQLS, Aql, LEVELS, Letter, Level, NoPlan, Plan, Severity, code_letter, lot_sizes, plan,
};
