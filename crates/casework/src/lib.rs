//! Casework: declared courses of work, with deadlines in working days.
//!
//! A [`Flow`] is a state machine that a programme declares; a [`CaseState`] is one run of it. The
//! same engine runs an assessment item's course, an inspection, a complaint and an award.
//! Everything here is pure: no clock (day and moment are passed in), no storage, no randomness,
//! and no knowledge of units, programmes or the ledger. Read [`flow`] first, then [`act()`].

mod act;
mod case;
mod deadline;
mod diagram;
mod due;
mod field;
pub mod flow;
pub mod problems;
mod validate;

#[cfg(test)]
mod tests;

pub use act::{Act, Relation, act, check, possible_actions};
pub use case::{CaseState, Closed, Opening, Step, open};
pub use deadline::{Deadline, End, Length, Start, WhenMissed};
pub use diagram::diagram;
pub use due::{Due, DueState, due, due_of};
pub use field::{Bound, Choice, Field, FieldKind, Requirement, Value, When};
pub use flow::{Action, Flow, Reason, Scope, State, StateKind};
pub use validate::{Fault, FlowPart, validate};
