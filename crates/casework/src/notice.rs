//! Public notices: something is shown for so many days, objections are registered meanwhile, and when the time has
//! passed without an open one, what was shown takes effect by itself.
//!
//! Nothing waits for a clock: [`pass_time`] gives the case as it is on a day, with what time has done until then, so
//! that whoever reads is right although nothing ran. Writing these steps down later gives the same steps, on the same
//! days.

use base::{ActionId, Day, DeadlineId, Moment, Problem, RoleId, StateId, Text, WorkCalendar};

use crate::case::{CaseState, Step};
use crate::deadline::Length;
use crate::due::unpublished;
use crate::flow::{Action, Flow};
use crate::problems;

/// The role of what time does. No package can declare it.
pub const CLOCK_ROLE: &str = "@clock";
/// Most steps that time does at once: a course that goes round by itself stops here.
const STEPS_MAX: usize = 100;

/// A declared notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Unique within the flow, among the deadlines too.
    pub id: DeadlineId,
    /// What people read.
    pub name: Text,
    /// The state in which it is up: entering it puts the notice up, leaving it takes it down.
    pub state: StateId,
    /// How long: working days, calendar days or months, the day on which it is put up not counted.
    pub length: Length,
    /// The actions that register an objection, in that state.
    pub objections: Vec<ActionId>,
    /// The actions that settle the oldest open objection, in that state.
    pub settled_by: Vec<ActionId>,
    /// What happens by itself on the day after the last one, or on the day on which the last objection was settled
    /// if that is later.
    pub then: ActionId,
    /// The rule that sets it.
    pub basis: Text,
}

/// One time that a notice was up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRun {
    /// The notice.
    pub notice: DeadlineId,
    /// The day on which it was put up.
    pub put_up_on: Day,
    /// The last day for objections.
    pub last_day: Day,
    /// How many objections were registered.
    pub objections: usize,
    /// How many of them are not settled.
    pub open: usize,
    /// The day on which what it was about happens by itself, when nothing stands against it any more; it may be still
    /// to come. None while an objection is open and once the notice was taken down.
    pub ends_on: Option<Day>,
    /// The day on which the state was left.
    pub taken_down_on: Option<Day>,
}

/// As whom time acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The number of the actor.
    pub by: u64,
    /// When it is recorded.
    pub moment: Moment,
}

/// Every time that a notice of the case was up, as of a day, in the flow's order and then by start.
///
/// # Errors
/// A last day lies in a year whose holidays are not published (F301), or beyond what can be counted (F302).
pub fn notices(
    flow: &Flow,
    case: &CaseState,
    as_of: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<NoticeRun>, Problem> {
    let mut runs = Vec::new();
    for notice in &flow.notices {
        runs.extend(runs_of(flow, case, notice, as_of, calendar)?);
    }
    Ok(runs)
}

fn runs_of(
    flow: &Flow,
    case: &CaseState,
    notice: &Notice,
    as_of: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<NoticeRun>, Problem> {
    let mut runs: Vec<NoticeRun> = Vec::new();
    let mut settled_on = None;
    if flow.initial == notice.state && case.opening.day <= as_of {
        runs.push(put_up(notice, case.opening.day, calendar)?);
    }
    for step in case.steps.iter().take_while(|step| step.day <= as_of) {
        if step.from != step.to && step.to == notice.state {
            settled_on = None;
            runs.push(put_up(notice, step.day, calendar)?);
            continue;
        }
        let Some(run) = runs.last_mut().filter(|run| run.taken_down_on.is_none()) else {
            continue;
        };
        if notice.objections.contains(&step.action) {
            run.objections += 1;
            run.open += 1;
        } else if notice.settled_by.contains(&step.action) {
            run.open = run.open.saturating_sub(1);
            settled_on = Some(step.day);
        }
        let after = run.last_day.plus_days(1);
        run.ends_on = after
            .filter(|_| run.open == 0)
            .map(|after| settled_on.map_or(after, |settled| settled.max(after)));
        if step.from == notice.state && step.to != step.from {
            run.taken_down_on = Some(step.day);
            run.ends_on = None;
        }
    }
    Ok(runs)
}

fn put_up(notice: &Notice, day: Day, calendar: &WorkCalendar) -> Result<NoticeRun, Problem> {
    let beyond = || problems::in_both(|lang| problems::beyond_calendar(notice.name.get(lang)));
    let last_day = match notice.length {
        Length::CalendarDays(days) => day.plus_days(i64::from(days)).ok_or_else(beyond)?,
        Length::WorkingDays(days) => calendar
            .add_working_days(day, days)
            .map_err(|missing| unpublished(&notice.id, missing.year))?,
        Length::Months(months) => i32::try_from(months)
            .ok()
            .and_then(|months| day.plus_months(months))
            .ok_or_else(beyond)?,
        // A package can say no other length of a notice.
        Length::FixedDay { .. } => return Err(beyond()),
    };
    Ok(NoticeRun {
        notice: notice.id.clone(),
        put_up_on: day,
        last_day,
        objections: 0,
        open: 0,
        ends_on: last_day.plus_days(1),
        taken_down_on: None,
    })
}

/// The steps that time has taken of itself up to and with a day and that the case does not have yet; the case has
/// them afterwards.
///
/// # Errors
/// A notice is up whose last day cannot be counted (F301, F302): then nothing happens by itself.
pub fn pass_time(
    flow: &Flow,
    case: &mut CaseState,
    as_of: Day,
    calendar: &WorkCalendar,
    clock: Clock,
) -> Result<Vec<Step>, Problem> {
    let mut steps = Vec::new();
    while steps.len() < STEPS_MAX && !case.is_closed() {
        let Some((notice, day)) = ended(flow, case, as_of, calendar)? else {
            break;
        };
        let Some(action) = flow.action(&notice.then) else {
            break;
        };
        let step = Step {
            action: action.id.clone(),
            by: clock.by,
            role: RoleId::new(CLOCK_ROLE),
            unit: None,
            day: day.max(case.last_day()),
            moment: clock.moment.max(case.last_moment()),
            from: case.state.clone(),
            to: action.to.clone(),
            fields: std::collections::BTreeMap::new(),
            evidence: Vec::new(),
            reason: None,
            closing_reason: None,
            unit_to: None,
            into: None,
        };
        case.record(flow, step.clone())?;
        steps.push(step);
    }
    Ok(steps)
}

/// The notice whose time has passed first, and on which day.
fn ended<'flow>(
    flow: &'flow Flow,
    case: &CaseState,
    as_of: Day,
    calendar: &WorkCalendar,
) -> Result<Option<(&'flow Notice, Day)>, Problem> {
    let mut first: Option<(&Notice, Day)> = None;
    for notice in flow
        .notices
        .iter()
        .filter(|notice| notice.state == case.state)
    {
        let run = runs_of(flow, case, notice, as_of, calendar)?.pop();
        let ends_on = run.and_then(|run| run.ends_on).filter(|day| *day <= as_of);
        if let Some(day) = ends_on
            && first.is_none_or(|(_, earlier)| day < earlier)
        {
            first = Some((notice, day));
        }
    }
    Ok(first)
}

/// Refuses an objection after the last day, settling where nothing is open, and a notice whose last day nobody could
/// say yet.
pub(crate) fn check(
    flow: &Flow,
    case: &CaseState,
    action: &Action,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<(), Problem> {
    for notice in &flow.notices {
        if action.to == notice.state && case.state != notice.state {
            put_up(notice, day, calendar)?;
        }
        let objects = notice.objections.contains(&action.id);
        let settles = notice.settled_by.contains(&action.id);
        if case.state != notice.state || !(objects || settles) {
            continue;
        }
        let Some(run) = runs_of(flow, case, notice, day, calendar)?.pop() else {
            continue;
        };
        if objects && day > run.last_day {
            return Err(problems::in_both(|lang| {
                problems::notice_over(action.name.get(lang), notice.name.get(lang), run.last_day)
            }));
        }
        if settles && run.open == 0 {
            return Err(problems::in_both(|lang| {
                problems::no_open_objection(action.name.get(lang), notice.name.get(lang))
            }));
        }
    }
    Ok(())
}
