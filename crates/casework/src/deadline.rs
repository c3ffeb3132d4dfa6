//! Time limits as a programme declares them: what starts one, what ends it, how long it is.
//!
//! Counting is in `due.rs`. Working days and calendar days are different things: a working day is
//! what the published calendar of the year says, make-up Saturdays and Sundays included.

use base::{ActionId, DeadlineId, FieldId, StateId, Text};

/// A time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Unique within the flow.
    pub id: DeadlineId,
    /// What people read.
    pub name: Text,
    /// What starts it. The day on which it starts is not counted (Civil Code of the PRC,
    /// art. 201).
    pub starts: Start,
    /// What ends it.
    pub ends: End,
    /// How long it is.
    pub length: Length,
    /// Whether a last day that is a rest day moves to the next working day (Civil Code, art.
    /// 203). Working-day lengths end on a working day anyway.
    pub rolls: bool,
    /// The rule that sets it.
    pub basis: Text,
    /// What follows when the last day has passed.
    pub when_missed: WhenMissed,
    /// The actions that open again what it locked, for the run that was missed; they are possible only
    /// while something is locked.
    pub lifted_by: Vec<ActionId>,
    /// The actions that would cut it short: while it runs they are taken only with a written reason.
    pub holds: Vec<ActionId>,
    /// Whether it runs on while the case is in a state where the clock is stopped.
    pub runs_on: bool,
    /// What becomes of it when the case passes to another unit.
    pub on_transfer: OnTransfer,
}

impl Deadline {
    /// Whether its end is the end of somebody's right and nobody's fault: until then another step has to wait, or what
    /// it locks stays locked.
    #[must_use]
    pub fn is_a_right(&self) -> bool {
        match &self.when_missed {
            WhenMissed::Mark => false,
            WhenMissed::Nothing => !self.holds.is_empty(),
            WhenMissed::Lock(_) => self.lifted_by.is_empty(),
        }
    }
}

/// What becomes of a time limit when the case passes to another unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnTransfer {
    /// It goes on.
    #[default]
    GoesOn,
    /// It starts anew on the day on which the case was passed on; if the other unit sends the case back, it is
    /// as if it had not been.
    StartsAnew,
}

/// What starts a time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The opening of the case.
    OnOpen,
    /// Each entering of the state, also by opening there.
    OnEnter(StateId),
    /// The day that a field of the case holds, once it is filled.
    OnField(FieldId),
    /// A fixed day of the year, counted from the case's reference year.
    OnFixedDay {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
        /// 0 is the reference year itself, 1 the year after.
        year_offset: i32,
    },
}

/// What ends a time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The leaving of the state.
    OnLeave(StateId),
    /// The entering of the state.
    OnEnter(StateId),
    /// Any one of these actions.
    OnAction(Vec<ActionId>),
}

/// How long a time limit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// This many working days after the start.
    WorkingDays(u32),
    /// This many days after the start.
    CalendarDays(u32),
    /// The same day of the month so many months later, or that month's last day when it has no
    /// such day (Civil Code, art. 202).
    Months(u32),
    /// A fixed day of the year, whenever it starts, counted from the case's reference year.
    FixedDay {
        /// 1 to 12.
        month: u8,
        /// 1 to 31. The 29th of February means the 28th in a common year.
        day: u8,
        /// 0 is the reference year itself, 1 the year after.
        year_offset: i32,
    },
}

/// What follows when a time limit has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenMissed {
    /// Nothing but that it shows: a limit that nobody is blamed for.
    Nothing,
    /// These actions are no longer accepted: a right that lapses, for example to appeal.
    Lock(Vec<ActionId>),
    /// It counts as someone's fault and is marked as late.
    Mark,
}
