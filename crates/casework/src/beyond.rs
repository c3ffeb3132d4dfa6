//! What an action does beyond its case: pass it to another unit, merge it into another, open one below.
//!
//! This crate knows no other case and no unit: it says what must be given and what must hold, and carries both in
//! the step. Whoever calls it finds the unit and the cases.

use base::{FlowId, Problem};

use crate::act::Act;
use crate::case::CaseState;
use crate::flow::{Action, Flow};
use crate::problems;

/// What an action does beyond its case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// It opens a case of this flow below the case each time that it is taken.
    pub opens: Option<FlowId>,
    /// It is possible only when every case below is closed.
    pub waits_for_sub_cases: bool,
    /// It merges the case into another of the same flow, where it goes on.
    pub merges: bool,
    /// It passes the case to another unit, or sends it back.
    pub transfers: Option<Transfer>,
}

/// How an action passes a case on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transfer {
    /// To a unit that is named with the act.
    ToUnit,
    /// Back to the unit from which it came last.
    Back,
}

/// Refuses what has to wait for cases below, and sending back what nobody passed on.
pub(crate) fn check(flow: &Flow, case: &CaseState, action: &Action) -> Result<(), Problem> {
    if action.beyond.waits_for_sub_cases && case.sub_cases_open > 0 {
        return Err(problems::in_both(|lang| {
            problems::sub_cases_open(action.name.get(lang), case.sub_cases_open)
        }));
    }
    if action.beyond.transfers == Some(Transfer::Back) && depth(flow, case) == 0 {
        return Err(problems::in_both(|lang| {
            problems::not_passed_on(action.name.get(lang))
        }));
    }
    Ok(())
}

/// How many units the case could be sent back through.
fn depth(flow: &Flow, case: &CaseState) -> usize {
    case.steps.iter().fold(0_usize, |depth, step| {
        match flow
            .action(&step.action)
            .and_then(|action| action.beyond.transfers)
        {
            Some(Transfer::ToUnit) => depth + 1,
            Some(Transfer::Back) => depth.saturating_sub(1),
            None => depth,
        }
    })
}

/// What must be given with the act, and what must not.
pub(crate) fn given_problems(action: &Action, act: &Act) -> Vec<Problem> {
    let mut faults = Vec::new();
    let passes = action.beyond.transfers == Some(Transfer::ToUnit);
    if passes && act.unit_to.is_none() {
        faults.push(problems::in_both(|lang| {
            problems::unit_missing(action.name.get(lang))
        }));
    }
    if act.unit_to.is_some() && !passes && action.beyond.opens.is_none() {
        faults.push(problems::in_both(|lang| {
            problems::unit_not_taken(action.name.get(lang))
        }));
    }
    if action.beyond.merges && act.into.is_none() {
        faults.push(problems::in_both(|lang| {
            problems::case_missing(action.name.get(lang))
        }));
    }
    if act.into.is_some() && !action.beyond.merges {
        faults.push(problems::in_both(|lang| {
            problems::case_not_taken(action.name.get(lang))
        }));
    }
    faults
}
