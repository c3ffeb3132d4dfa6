//! Casework: declared courses of work, with deadlines in working days.
//!
//! A [`Flow`] is a state machine that a programme declares. Read [`flow`] first.

mod deadline;
mod field;
pub mod flow;

pub use deadline::{Deadline, End, Length, Start, WhenMissed};
pub use field::{Bound, Choice, Field, FieldKind, Requirement, Value, When};
pub use flow::{Action, Flow, Reason, Scope, State, StateKind};
