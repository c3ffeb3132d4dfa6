//! Locks: what a missed deadline no longer accepts, and the actions that open it again.
//!
//! A lock follows from the flow and the case like the deadline itself; nothing about it is stored. It is
//! lifted by a step of the case, so that who opened it again, when and why stands there for good.

use base::{ActionId, Day, Problem, RoleId, WorkCalendar};

use crate::act::{Relation, possible_actions};
use crate::case::CaseState;
use crate::deadline::{Deadline, WhenMissed};
use crate::due::{Due, DueState, due_of};
use crate::flow::{Action, Flow};
use crate::{beyond, extension, notice, problems};

/// The code of a due day in a year that is not published.
const UNPUBLISHED: &str = "F301";
/// How the codes of what could not be counted begin.
const UNCOUNTED: &str = "F3";

/// A deadline that was missed and locks something, until it is lifted.
#[derive(Clone, Debug)]
pub struct Lock<'flow> {
    /// What it locks.
    pub actions: &'flow [ActionId],
    /// The deadline.
    pub deadline: &'flow Deadline,
    /// Its run that was missed.
    pub run: Due,
}

/// Every lock that holds on a day. Only a deadline's latest run counts: entering the state again gives the
/// right anew. A limit that was met locks nothing, and one that was lifted after its last day neither.
///
/// # Errors
/// A due day cannot be counted: the calendar does not have its year (F301, F302).
pub fn locks<'flow>(
    flow: &'flow Flow,
    case: &CaseState,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<Lock<'flow>>, Problem> {
    let mut found = Vec::new();
    for deadline in &flow.deadlines {
        if let Some(lock) = lock_of(flow, case, deadline, day, calendar)? {
            found.push(lock);
        }
    }
    Ok(found)
}

fn lock_of<'flow>(
    flow: &Flow,
    case: &CaseState,
    deadline: &'flow Deadline,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<Option<Lock<'flow>>, Problem> {
    let WhenMissed::Lock(actions) = &deadline.when_missed else {
        return Ok(None);
    };
    let run = match due_of(flow, case, deadline, day, calendar) {
        Ok(mut runs) => runs.pop(),
        // A last day beyond the years that are published is not past on a day within them: in summer nobody
        // waits for the holidays of the year to come.
        Err(problem) if problem.code == UNPUBLISHED && calendar.has_year(day.year()) => None,
        Err(problem) => return Err(problem),
    };
    Ok(run
        .filter(Due::is_late)
        .filter(|run| !is_lifted(case, deadline, run))
        .map(|run| Lock {
            actions,
            deadline,
            run,
        }))
}

/// A deadline that still runs and that an action would cut short.
#[derive(Clone, Debug)]
pub struct Hold<'flow> {
    /// The deadline.
    pub deadline: &'flow Deadline,
    /// Its run.
    pub run: Due,
}

/// What still runs on a day and would be cut short by an action, the one that ends last first; nothing for
/// most actions. Such an action is taken only with a written reason: a right is not ended in silence.
///
/// # Errors
/// A due day cannot be counted: the calendar does not have its year (F301, F302).
pub fn holds<'flow>(
    flow: &'flow Flow,
    case: &CaseState,
    action: &ActionId,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<Vec<Hold<'flow>>, Problem> {
    let mut found = Vec::new();
    for deadline in flow
        .deadlines
        .iter()
        .filter(|one| one.holds.contains(action))
    {
        let runs = due_of(flow, case, deadline, day, calendar)?;
        let running = runs
            .into_iter()
            .filter(|run| run.state == DueState::Running);
        found.extend(running.map(|run| Hold { deadline, run }));
    }
    found.sort_by_key(|hold| std::cmp::Reverse(hold.run.due_on));
    Ok(found)
}

fn is_lifted(case: &CaseState, deadline: &Deadline, run: &Due) -> bool {
    case.steps
        .iter()
        .any(|step| step.day > run.due_on && deadline.lifted_by.contains(&step.action))
}

/// The actions of [`possible_actions`] that no deadline locks on that day; one that opens what is locked
/// again only while something is. Where a due day cannot be counted nothing is left out: acting tells why.
pub fn open_actions(
    flow: &Flow,
    case: &CaseState,
    roles: &[RoleId],
    relation: Relation,
    day: Day,
    calendar: &WorkCalendar,
) -> Vec<ActionId> {
    let mut possible = possible_actions(flow, case, roles, relation);
    if possible.is_empty() {
        return possible;
    }
    possible.retain(|id| {
        let action = flow.action(id);
        action.is_some_and(|action| {
            let judged = check(flow, case, action, day, calendar)
                .and_then(|()| beyond::check(flow, case, action))
                .and_then(|()| extension::check(flow, case, action, day, calendar))
                .and_then(|()| notice::check(flow, case, action, day, calendar));
            match judged {
                Ok(()) => true,
                // What waits for cases below is shown, and acting tells for which.
                Err(problem) => problem.code.starts_with(UNCOUNTED),
            }
        })
    });
    possible
}

/// Refuses an action whose time limit has passed, and one that lifts a lock where there is none.
pub(crate) fn check(
    flow: &Flow,
    case: &CaseState,
    action: &Action,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<(), Problem> {
    let mut lifts = false;
    let mut has_lock = false;
    for deadline in &flow.deadlines {
        let is_lifter = deadline.lifted_by.contains(&action.id);
        let is_locked =
            matches!(&deadline.when_missed, WhenMissed::Lock(ids) if ids.contains(&action.id));
        if !is_lifter && !is_locked {
            continue;
        }
        lifts |= is_lifter;
        let Some(lock) = lock_of(flow, case, deadline, day, calendar)? else {
            continue;
        };
        has_lock |= is_lifter;
        if is_locked {
            return Err(problems::in_both(|lang| {
                problems::locked(
                    action.name.get(lang),
                    deadline.name.get(lang),
                    lock.run.due_on,
                    deadline.basis.get(lang),
                )
            }));
        }
    }
    if lifts && !has_lock {
        return Err(problems::in_both(|lang| {
            problems::nothing_locked(action.name.get(lang))
        }));
    }
    Ok(())
}
