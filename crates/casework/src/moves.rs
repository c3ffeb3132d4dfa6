//! How a due day moves: by an extension, by time in which the clock stood still, by passing to another unit.
//!
//! Nothing of it is stored: it follows from the flow and the steps, like the deadline itself, so that the old and
//! the new day can be told for each of them. A limit whose last day has passed does not come back by a clock that is
//! stopped afterwards; only an extension that was asked for in time moves it then.

use base::{Day, Problem, WorkCalendar};

use crate::beyond::Transfer;
use crate::case::{CaseState, Step};
use crate::deadline::{Deadline, Length, OnTransfer};
use crate::due::{beyond_calendar, last_day, rolled, unpublished};
use crate::extension::Counts;
use crate::flow::Flow;

/// One move of a due day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The day on which it happened: of the step; of a clock that was stopped, the day on which it stopped.
    pub on: Day,
    /// Why.
    pub why: Moved,
    /// The due day before.
    pub from: Day,
    /// The due day after.
    pub to: Day,
}

/// Why a due day moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was extended by so many days.
    Extended(u32),
    /// The clock was stopped until this day; none while it still is.
    Stopped(Option<Day>),
    /// The case passed to another unit, for which it starts anew.
    Transferred,
    /// The other unit sent the case back.
    SentBack,
}

/// Where a run has come.
pub(crate) struct Moving<'a> {
    pub flow: &'a Flow,
    pub case: &'a CaseState,
    pub deadline: &'a Deadline,
    pub calendar: &'a WorkCalendar,
    /// The run begins after so many steps.
    pub after_steps: usize,
    /// And ends with this step at the latest.
    pub to_step: usize,
    /// As of this day.
    pub as_of: Day,
}

/// The due day of a run, and how it came to be that.
pub(crate) struct MovedDue {
    pub due_on: Day,
    pub moves: Vec<Move>,
    pub stopped_since: Option<Day>,
}

impl Moving<'_> {
    /// Counts a run that starts on a day.
    ///
    /// # Errors
    /// A year that is not published, or beyond what can be counted.
    pub fn due(&self, start: Day) -> Result<MovedDue, Problem> {
        let year = self.case.opening.reference_year;
        let first = last_day(self.deadline, start, year, self.calendar)?;
        // Before each transfer that may be undone.
        let mut before: Vec<Day> = Vec::new();
        let mut last = first;
        let mut due_on = rolled(self.deadline, last, self.calendar)?;
        let mut moves = Vec::new();
        let mut stopped_since = None;
        let steps = self.case.steps.iter().enumerate().take(self.to_step);
        for (at, step) in steps.skip(self.after_steps) {
            let mut found = Vec::with_capacity(1);
            if let Some((since, until)) = self.stop(at, step)
                && since <= due_on
            {
                let to = self.later(last, since, until.unwrap_or(self.as_of).min(self.as_of))?;
                stopped_since = until.is_none().then_some(since);
                found.push((Moved::Stopped(until), to));
            }
            let extensions = self.flow.extensions.iter();
            for extension in extensions.filter(|found| found.deadline == self.deadline.id) {
                if let Some(days) = extension.granted(step) {
                    let to = self.plus(last, days, extension.counts)?;
                    found.push((Moved::Extended(days), to));
                }
            }
            if let Some(moved) = self.passed_on(step) {
                let to = match moved {
                    Moved::SentBack => before.pop(),
                    _ => {
                        before.push(last);
                        Some(last_day(self.deadline, step.day, year, self.calendar)?)
                    }
                };
                found.extend(to.map(|to| (moved, to)));
            }
            for (why, to) in found {
                last = to;
                let from =
                    std::mem::replace(&mut due_on, rolled(self.deadline, to, self.calendar)?);
                moves.push(Move {
                    on: step.day,
                    why,
                    from,
                    to: due_on,
                });
            }
        }
        Ok(MovedDue {
            due_on,
            moves,
            stopped_since,
        })
    }

    /// Whether a step stops the clock: from when, and until when.
    fn stop(&self, at: usize, step: &Step) -> Option<(Day, Option<Day>)> {
        let is_stopped = |id| {
            self.flow
                .state(id)
                .is_some_and(|state| state.is_clock_stopped)
        };
        if self.deadline.runs_on
            || matches!(self.deadline.length, Length::FixedDay { .. })
            || step.from == step.to
            || !is_stopped(&step.to)
        {
            return None;
        }
        let mut later = self.case.steps.iter().take(self.to_step).skip(at + 1);
        let left = later.find(|later| later.from != later.to);
        Some((step.day, left.map(|left| left.day)))
    }

    /// A last day later by the time between two days, as the deadline counts it. The day on which the clock stops
    /// is counted, the one on which it goes on is not: the day on which a limit starts never is.
    fn later(&self, last: Day, since: Day, until: Day) -> Result<Day, Problem> {
        let days = match self.deadline.length {
            Length::WorkingDays(_) => self
                .calendar
                .working_days_between(since, until)
                .map_err(|missing| unpublished(&self.deadline.id, missing.year))?,
            _ => i64::from(until.days_since(since)),
        };
        let counts = match self.deadline.length {
            Length::WorkingDays(_) => Counts::WorkingDays,
            _ => Counts::CalendarDays,
        };
        self.plus(last, u32::try_from(days).unwrap_or(0), counts)
    }

    fn plus(&self, last: Day, days: u32, counts: Counts) -> Result<Day, Problem> {
        match counts {
            Counts::WorkingDays => self
                .calendar
                .add_working_days(last, days)
                .map_err(|missing| unpublished(&self.deadline.id, missing.year)),
            Counts::CalendarDays => last
                .plus_days(i64::from(days))
                .ok_or_else(|| beyond_calendar(self.deadline)),
        }
    }

    fn passed_on(&self, step: &Step) -> Option<Moved> {
        if self.deadline.on_transfer == OnTransfer::GoesOn
            || matches!(self.deadline.length, Length::FixedDay { .. })
        {
            return None;
        }
        match self.flow.action(&step.action)?.beyond.transfers? {
            Transfer::ToUnit => Some(Moved::Transferred),
            Transfer::Back => Some(Moved::SentBack),
        }
    }
}
