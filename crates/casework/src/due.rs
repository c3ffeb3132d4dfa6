//! Counting deadlines: when each started, when it is due, whether it was met.
//!
//! Nothing about deadlines is stored: every run follows from the flow, the case's opening and its
//! steps, so it is the same whenever it is asked for. A deadline can run several times, once for
//! each entering of its state. Next: `deadline.rs` for what can be declared.

use base::{ActionId, Day, DeadlineId, Problem, StateId, WorkCalendar};

use crate::case::CaseState;
use crate::deadline::{Deadline, End, Length, Start, WhenMissed};
use crate::field::Value;
use crate::flow::{Flow, StateKind};
use crate::moves::{Move, MovedDue, Moving};
use crate::problems;

/// One run of a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The deadline.
    pub deadline: DeadlineId,
    /// The day on which it starts, itself not counted.
    pub starts_on: Day,
    /// The last day on which it is met.
    pub due_on: Day,
    /// The day on which it was ended, in time or not; none while it runs and when the case was
    /// closed first.
    pub done_on: Option<Day>,
    /// How it stands.
    pub state: DueState,
    /// Whether it is late and the flow counts that as someone's fault ([`WhenMissed::Mark`]).
    pub is_fault: bool,
    /// How the last day moved since the run started, oldest first.
    pub moves: Vec<Move>,
    /// Since when its clock stands still, while it does. Its last day then moves on with each day.
    pub stopped_since: Option<Day>,
    /// How many steps of the case lie before the run.
    pub after_steps: usize,
}

/// How a run of a deadline stands on the day asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DueState {
    /// It is not ended and its last day has not passed.
    Running,
    /// It was ended in time.
    Met,
    /// Its last day passed before it was ended.
    Late,
    /// The case was closed in time, on a way that did not end it; it is neither met nor late.
    Ceased,
}

impl Due {
    /// Whether its last day passed before it was ended.
    pub fn is_late(&self) -> bool {
        self.state == DueState::Late
    }

    /// Calendar days from a day to the last day: 0 on the last day, negative after it.
    pub fn days_left(&self, on: Day) -> i64 {
        i64::from(self.due_on.number()) - i64::from(on.number())
    }

    /// Working days left after a day, the last day counted: 0 on the last day, negative by the
    /// working days that have passed since.
    ///
    /// # Errors
    /// When the calendar does not have a year in between (F301).
    pub fn working_days_left(&self, on: Day, calendar: &WorkCalendar) -> Result<i64, Problem> {
        let days = calendar.working_days_between(on, self.due_on);
        days.map_err(|missing| unpublished(&self.deadline, missing.year))
    }
}

/// All runs of all deadlines of a case as of a day, in the flow's order and then by start.
///
/// Steps after that day are left out; before the opening there is nothing. A run that starts on a field's day or a fixed day is listed
/// even before it starts. Closing the case ends what still runs; reopening starts only what the
/// states then entered start.
///
/// ```
/// use base::Day;
/// use casework::{DueState, act, due, example, open};
/// let (flow, calendar) = (example::flow(), example::calendar());
/// let friday = Day::parse("2018-09-28")?;
/// let case = open(&flow, example::opening(friday)).map_err(|mut faults| faults.remove(0))?;
/// assert!(due(&flow, &case, friday, &calendar)?.is_empty());
/// let case = act(&flow, &case, example::act("appeal", friday), &calendar)?;
/// let holiday = Day::parse("2018-10-03")?;
/// let run = &due(&flow, &case, holiday, &calendar)?[0];
/// assert_eq!((run.due_on.to_string().as_str(), run.state), ("2018-10-10", DueState::Running));
/// assert_eq!(run.working_days_left(holiday, &calendar)?, 3); // Mon 8 to Wed 10 October
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a due day needs a year that the calendar does not have (F301) or lies beyond the days that
/// can be counted (F302). [`due_of`] asks for one deadline, so that one missing year need not hide
/// the others.
pub fn due(
    flow: &Flow,
    case: &CaseState,
    as_of: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<Due>, Problem> {
    let mut all = Vec::new();
    for deadline in &flow.deadlines {
        all.extend(due_of(flow, case, deadline, as_of, calendar)?);
    }
    Ok(all)
}

/// The runs of one deadline of a case as of a day, oldest first.
///
/// # Errors
/// As [`due`].
pub fn due_of(
    flow: &Flow,
    case: &CaseState,
    deadline: &Deadline,
    as_of: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<Due>, Problem> {
    if as_of < case.opening.day {
        return Ok(Vec::new());
    }
    let events = events(flow, case, as_of);
    let mut dues = Vec::new();
    let mut free_from = 0;
    while let Some((index, starts_on)) = next_start(deadline, case, &events, free_from)? {
        let end = (index..events.len()).find_map(|at| {
            let event = events.get(at)?;
            if may_end_at(deadline, index, at) && ends(deadline, event) {
                Some((at, event, true))
            } else if event.closes {
                Some((at, event, false))
            } else {
                None
            }
        });
        let moving = Moving {
            flow,
            case,
            deadline,
            calendar,
            after_steps: index,
            to_step: end.map_or(events.len() - 1, |(at, ..)| at),
            as_of,
        };
        let MovedDue {
            due_on,
            moves,
            stopped_since,
        } = moving.due(starts_on)?;
        let done_on = end.and_then(|(_, event, done)| done.then_some(event.day));
        let looked_at = end.map_or(as_of, |(_, event, _)| event.day);
        let state = match (end, looked_at > due_on) {
            (_, true) => DueState::Late,
            (None, false) => DueState::Running,
            (Some((_, _, true)), false) => DueState::Met,
            (Some((_, _, false)), false) => DueState::Ceased,
        };
        dues.push(Due {
            deadline: deadline.id.clone(),
            starts_on,
            due_on,
            done_on,
            state,
            is_fault: state == DueState::Late && deadline.when_missed == WhenMissed::Mark,
            moves,
            stopped_since: stopped_since.filter(|_| end.is_none()),
            after_steps: index,
        });
        match (&deadline.starts, end) {
            // The event that ends a run may start the next, but only a later one than its own.
            (Start::OnEnter(_), Some((at, _, _))) => free_from = at.max(index + 1),
            _ => break,
        }
    }
    Ok(dues)
}

/// What happened to a case at once: the opening, or a step.
struct Event<'case> {
    day: Day,
    action: Option<&'case ActionId>,
    left: Option<&'case StateId>,
    entered: Option<&'case StateId>,
    closes: bool,
}

fn events<'case>(flow: &'case Flow, case: &'case CaseState, as_of: Day) -> Vec<Event<'case>> {
    let opening = Event {
        day: case.opening.day,
        action: None,
        left: None,
        entered: Some(&flow.initial),
        closes: false,
    };
    let steps = case
        .steps
        .iter()
        .filter(|step| step.day <= as_of)
        .map(|step| {
            let moves = step.from != step.to;
            let is_closed = |id| {
                flow.state(id)
                    .is_some_and(|state| state.kind == StateKind::Closed)
            };
            Event {
                day: step.day,
                action: Some(&step.action),
                left: moves.then_some(&step.from),
                entered: moves.then_some(&step.to),
                closes: moves && is_closed(&step.to),
            }
        });
    std::iter::once(opening).chain(steps).collect()
}

/// The next event at or after `from` that starts a run, with the day that it starts on.
fn next_start(
    deadline: &Deadline,
    case: &CaseState,
    events: &[Event<'_>],
    from: usize,
) -> Result<Option<(usize, Day)>, Problem> {
    Ok(match &deadline.starts {
        Start::OnOpen => Some((0, case.opening.day)),
        Start::OnEnter(state) => {
            let mut later = events.iter().enumerate().skip(from);
            later
                .find(|(_, event)| event.entered == Some(state))
                .map(|(at, event)| (at, event.day))
        }
        Start::OnField(field) => {
            // One run for a case: it starts by what the field now says, so that correcting the
            // field corrects the deadline, and can be ended from when the field was first filled.
            let opening = std::iter::once(&case.opening.fields);
            let fields = opening.chain(case.steps.iter().map(|step| &step.fields));
            let mut given =
                fields
                    .zip(0..events.len())
                    .filter_map(|(given, at)| match given.get(field) {
                        Some(Value::Day(day)) => Some((at, *day)),
                        _ => None,
                    });
            let first = given.next();
            first.map(|(at, day)| (at, given.last().map_or(day, |(_, day)| day)))
        }
        Start::OnFixedDay {
            month,
            day,
            year_offset,
        } => {
            let year = case.opening.reference_year;
            Some((0, fixed_day(deadline, year, *year_offset, *month, *day)?))
        }
    })
}

/// A state's run cannot be ended by the very event that starts it; one that a field starts can,
/// because the action that fills the field may be the one that is waited for.
fn may_end_at(deadline: &Deadline, start: usize, at: usize) -> bool {
    at > start || matches!(deadline.starts, Start::OnField(_))
}

fn ends(deadline: &Deadline, event: &Event<'_>) -> bool {
    match &deadline.ends {
        End::OnLeave(state) => event.left == Some(state),
        End::OnEnter(state) => event.entered == Some(state),
        End::OnAction(actions) => event.action.is_some_and(|action| actions.contains(action)),
    }
}

/// The last day of a limit that starts on a day, before it rolls forward from a rest day.
pub(crate) fn last_day(
    deadline: &Deadline,
    start: Day,
    reference_year: i32,
    calendar: &WorkCalendar,
) -> Result<Day, Problem> {
    let beyond = || beyond_calendar(deadline);
    match deadline.length {
        Length::WorkingDays(days) => calendar
            .add_working_days(start, days)
            .map_err(|missing| unpublished(&deadline.id, missing.year)),
        Length::CalendarDays(days) => start.plus_days(i64::from(days)).ok_or_else(beyond),
        Length::Months(months) => {
            let later = i32::try_from(months)
                .ok()
                .and_then(|months| start.plus_months(months));
            later.ok_or_else(beyond)
        }
        Length::FixedDay {
            month,
            day,
            year_offset,
        } => fixed_day(deadline, reference_year, year_offset, month, day),
    }
}

/// The last day as it counts: the next working day, where a rest day rolls forward.
pub(crate) fn rolled(
    deadline: &Deadline,
    last: Day,
    calendar: &WorkCalendar,
) -> Result<Day, Problem> {
    if !deadline.rolls || matches!(deadline.length, Length::WorkingDays(_)) {
        return Ok(last);
    }
    let rolled = calendar.add_calendar_days_rolled(last, 0);
    rolled.map_err(|missing| unpublished(&deadline.id, missing.year))
}

/// The 29th of February of a common year is its 28th.
fn clamped_day(year: i32, month: u32, day: u32) -> Option<Day> {
    match Day::from_ymd(year, month, day) {
        None if (month, day) == (2, 29) => Day::from_ymd(year, 2, 28),
        exact => exact,
    }
}

fn fixed_day(
    deadline: &Deadline,
    reference_year: i32,
    year_offset: i32,
    month: u8,
    day: u8,
) -> Result<Day, Problem> {
    let year = reference_year.checked_add(year_offset);
    year.and_then(|year| clamped_day(year, month.into(), day.into()))
        .ok_or_else(|| beyond_calendar(deadline))
}

pub(crate) fn unpublished(id: &DeadlineId, year: i32) -> Problem {
    problems::unpublished_year(id, year)
}

pub(crate) fn beyond_calendar(deadline: &Deadline) -> Problem {
    problems::in_both(|lang| problems::beyond_calendar(deadline.name.get(lang)))
}
