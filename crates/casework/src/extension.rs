//! Extensions: who asks for more time, who grants it, how much and how often.
//!
//! An extension is two steps of the case, so who asked, who granted, when and why stands there for good; the due
//! day that follows is counted in `moves.rs`.

use std::collections::BTreeMap;

use base::{ActionId, Day, DeadlineId, FieldId, Problem, WorkCalendar};

use crate::case::{CaseState, Step};
use crate::due::{DueState, due_of};
use crate::field::Value;
use crate::flow::{Action, Flow};
use crate::problems;

/// The most days of one extension, and the most extensions of one run.
pub const EXTENSIONS_MAX: u32 = 1_000;

/// How a deadline can be extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The deadline.
    pub deadline: DeadlineId,
    /// The action that asks for it, while the deadline runs.
    pub asked_by: ActionId,
    /// The action that grants it; only when it was asked for and not answered.
    pub granted_by: ActionId,
    /// The action that refuses it.
    pub refused_by: Option<ActionId>,
    /// The field of the granting action with the number of days, a whole number.
    pub days: FieldId,
    /// How the days count.
    pub counts: Counts,
    /// The most days of one extension.
    pub at_most: u32,
    /// How often one run of the deadline can be extended.
    pub times: u32,
}

/// How days count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counts {
    /// By the work calendar.
    WorkingDays,
    /// As they come.
    CalendarDays,
}

/// How far asking for more time has come in a run of a deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether somebody asked and has no answer yet.
    pub is_pending: bool,
    /// How often it was granted.
    pub granted: u32,
}

impl Extension {
    /// What a step says about it.
    fn take(&self, asked: &mut Asked, step: &Step) {
        if step.action == self.asked_by {
            asked.is_pending = true;
        } else if step.action == self.granted_by {
            *asked = Asked {
                is_pending: false,
                granted: asked.granted + 1,
            };
        } else if self.refused_by.as_ref() == Some(&step.action) {
            asked.is_pending = false;
        }
    }

    /// The days that a step granted.
    pub(crate) fn granted(&self, step: &Step) -> Option<u32> {
        if step.action != self.granted_by {
            return None;
        }
        match step.fields.get(&self.days) {
            Some(Value::Integer(days)) => u32::try_from(*days).ok(),
            _ => None,
        }
    }
}

/// How far asking for more time has come, in the run of the extension's deadline that began last.
///
/// # Errors
/// The deadline cannot be counted (F301, F302).
pub fn asked_for(
    flow: &Flow,
    case: &CaseState,
    extension: &Extension,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<Asked, Problem> {
    Ok(standing(flow, case, extension, day, calendar)?.0)
}

/// The same, and whether the run goes on in time.
fn standing(
    flow: &Flow,
    case: &CaseState,
    extension: &Extension,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<(Asked, bool), Problem> {
    let mut asked = Asked::default();
    let Some(deadline) = flow.deadline(&extension.deadline) else {
        return Ok((asked, false));
    };
    let Some(run) = due_of(flow, case, deadline, day, calendar)?.pop() else {
        return Ok((asked, false));
    };
    for step in case.steps.iter().skip(run.after_steps) {
        extension.take(&mut asked, step);
    }
    Ok((asked, run.state == DueState::Running))
}

/// Refuses asking where nothing runs or all is used up, and answering where nobody asked.
pub(crate) fn check(
    flow: &Flow,
    case: &CaseState,
    action: &Action,
    day: Day,
    calendar: &WorkCalendar,
) -> Result<(), Problem> {
    for extension in &flow.extensions {
        let asks = action.id == extension.asked_by;
        let grants = action.id == extension.granted_by;
        let answers = grants || extension.refused_by.as_ref() == Some(&action.id);
        if !asks && !answers {
            continue;
        }
        let (asked, runs) = standing(flow, case, extension, day, calendar)?;
        let name = |lang| {
            let deadline = flow.deadline(&extension.deadline);
            deadline.map_or("", |deadline| deadline.name.get(lang))
        };
        let problem = if asks && !runs {
            problems::in_both(|lang| problems::nothing_to_extend(name(lang)))
        } else if asks && asked.is_pending {
            problems::in_both(|lang| problems::extension_pending(name(lang)))
        } else if asks && asked.granted >= extension.times {
            problems::in_both(|lang| problems::extensions_used_up(name(lang), extension.times))
        } else if answers && !asked.is_pending {
            problems::in_both(|lang| {
                problems::extension_not_asked(action.name.get(lang), name(lang))
            })
        } else {
            continue;
        };
        return Err(problem);
    }
    Ok(())
}

/// More days than the extension allows.
pub(crate) fn given_problems(
    flow: &Flow,
    action: &Action,
    given: &BTreeMap<FieldId, Value>,
) -> Vec<Problem> {
    let grants = flow
        .extensions
        .iter()
        .filter(|extension| extension.granted_by == action.id);
    grants
        .filter_map(|extension| {
            let Some(Value::Integer(days)) = given.get(&extension.days) else {
                return None;
            };
            let most = i64::from(extension.at_most);
            (!(1..=most).contains(days)).then(|| problems::extension_too_long(days, most))
        })
        .collect()
}
