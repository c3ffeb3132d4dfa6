//! Casework: declared courses of work, with deadlines in working days.
//!
//! A [`Flow`] is a state machine that a programme declares; a [`CaseState`] is one run of it. The
//! same engine runs an assessment item's course, an inspection, a complaint and an award.
//! Everything here is pure: no clock (day and moment are passed in), no storage, no randomness,
//! and no knowledge of units, programmes or the ledger. Read [`flow`] first, then [`act()`].
//!
//! ```
//! use base::Day;
//! use casework::{DueState, act, due, example, open};
//!
//! let (flow, calendar) = (example::flow(), example::calendar());
//! let friday = Day::parse("2018-09-28")?;
//! let case = open(&flow, example::opening(friday)).map_err(|mut faults| faults.remove(0))?;
//! let case = act(&flow, &case, example::act("appeal", friday), &calendar)?;
//!
//! // Five working days over the National Day holiday, with its make-up Saturday and Sunday.
//! let last = Day::parse("2018-10-10")?;
//! assert_eq!(due(&flow, &case, friday, &calendar)?[0].due_on, last);
//!
//! let case = act(&flow, &case, example::act("answer", last), &calendar)?;
//! assert_eq!(case.closed.as_ref().and_then(|closed| closed.outcome.clone()), Some("answered".into()));
//! assert_eq!(due(&flow, &case, last, &calendar)?[0].state, DueState::Met);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod act;
mod case;
mod deadline;
mod diagram;
mod due;
pub mod example;
mod field;
pub mod flow;
mod lock;
pub mod problems;
mod validate;

#[cfg(test)]
mod tests;

pub use act::{
    Act, EVIDENCE_PER_ACT_MAX, Relation, TEXT_CHARACTERS_MAX, act, check, possible_actions,
};
pub use case::{CaseState, Closed, Opening, STEPS_PER_CASE_MAX, Step, open};
pub use deadline::{Deadline, End, Length, Start, WhenMissed};
pub use diagram::diagram;
pub use due::{Due, DueState, due, due_of};
pub use field::{Bound, Choice, Field, FieldKind, Requirement, Value, When};
pub use flow::{Action, Adds, Amount, Flow, Reason, Scope, State, StateKind};
pub use lock::{Hold, Lock, holds, locks, open_actions};
pub use validate::{DEADLINE_LENGTH_MAX, Fault, FlowPart, validate};
