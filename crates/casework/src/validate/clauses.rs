//! What extensions, notices, stopped clocks and actions beyond their case can get wrong.

use base::{ActionId, Problem};

use super::{Check, FlowPart};
use crate::beyond::{Beyond, Transfer};
use crate::deadline::{End, Length};
use crate::extension::{EXTENSIONS_MAX, Extension};
use crate::field::FieldKind;
use crate::flow::{Action, StateKind};
use crate::notice::Notice;
use crate::problems;

pub(super) fn check(check: &mut Check<'_>) {
    let flow = check.flow;
    for (at, state) in flow.states.iter().enumerate() {
        if state.is_clock_stopped && state.kind == StateKind::Closed {
            let problem = problems::stopped_when_closed(&state.id);
            check.fault(FlowPart::State(at), "clock", problem);
        }
    }
    for (at, action) in flow.actions.iter().enumerate() {
        beyond(check, FlowPart::Action(at), action);
    }
    for (at, extension) in flow.extensions.iter().enumerate() {
        self::extension(check, FlowPart::Extension(at), extension);
    }
    for (at, notice) in flow.notices.iter().enumerate() {
        self::notice(check, FlowPart::Notice(at), notice);
    }
}

fn beyond(check: &mut Check<'_>, part: FlowPart, action: &Action) {
    let flow = check.flow;
    let others = || flow.actions.iter().map(|other| &other.beyond);
    if action.beyond.waits_for_sub_cases && !others().any(|other| other.opens.is_some()) {
        let problem = problems::waits_for_nothing(&action.id);
        check.fault(part, "waits_for_sub_cases", problem);
    }
    let to = flow.state(&action.to);
    if action.beyond.merges && to.is_some_and(|to| to.kind != StateKind::Closed) {
        let problem = problems::merges_without_closing(&action.id);
        check.fault(part, "merges", problem);
    }
    let passes = |other: &Beyond| other.transfers == Some(Transfer::ToUnit);
    if action.beyond.transfers == Some(Transfer::Back) && !others().any(passes) {
        let problem = problems::sends_back_nothing(&action.id);
        check.fault(part, "transfers", problem);
    }
}

fn extension(check: &mut Check<'_>, part: FlowPart, extension: &Extension) {
    let flow = check.flow;
    let id = &extension.deadline;
    let deadline = flow.deadline(id);
    if deadline.is_none() {
        let known = || flow.deadlines.iter().map(|deadline| &deadline.id);
        let problem = problems::in_both(|lang| {
            problems::undeclared_deadline(id, problems::list(known(), lang))
        });
        check.fault(part, "deadline", problem);
    }
    let mut actions = vec![
        ("asked_by", &extension.asked_by),
        ("granted_by", &extension.granted_by),
    ];
    actions.extend(
        extension
            .refused_by
            .as_ref()
            .map(|action| ("refused_by", action)),
    );
    for (key, action) in &actions {
        check.declared_action(part, key, action);
        let (Some(deadline), Some(found)) = (deadline, flow.action(action)) else {
            continue;
        };
        let ends = match &deadline.ends {
            End::OnLeave(state) => found.from.contains(state) && found.to != *state,
            End::OnEnter(state) => {
                found.to == *state && found.from.iter().any(|from| from != state)
            }
            End::OnAction(ending) => ending.contains(action),
        };
        if ends {
            check.fault(part, key, problems::extension_ends_it(id, action));
        }
    }
    if let (Some(asks), Some(grants)) = (
        flow.action(&extension.asked_by),
        flow.action(&extension.granted_by),
    ) {
        if let Some(role) = asks.roles.iter().find(|role| grants.roles.contains(role)) {
            check.fault(part, "granted_by", problems::grants_to_itself(id, role));
        }
        let is_number = flow
            .field(&extension.days)
            .is_some_and(|field| field.kind == FieldKind::Integer);
        let is_required = grants
            .requires
            .iter()
            .any(|wanted| wanted.field == extension.days);
        if !is_number || !is_required {
            let problem = problems::extension_without_days(id, &extension.days, &grants.id);
            check.fault(part, "days", problem);
        }
    }
    for (key, number) in [("at_most", extension.at_most), ("times", extension.times)] {
        if !(1..=EXTENSIONS_MAX).contains(&number) {
            check.fault(part, key, problems::bad_extension(id, EXTENSIONS_MAX));
        }
    }
}

fn notice(check: &mut Check<'_>, part: FlowPart, notice: &Notice) {
    let flow = check.flow;
    check.declared_state(part, "state", &notice.state);
    let state = flow.state(&notice.state);
    if state.is_some_and(|state| state.kind == StateKind::Closed) {
        let problem = problems::notice_in_closed_state(&notice.id, &notice.state);
        check.fault(part, "state", problem);
    }
    if let Length::WorkingDays(days) | Length::CalendarDays(days) | Length::Months(days) =
        notice.length
        && !(1..=super::DEADLINE_LENGTH_MAX).contains(&days)
    {
        let problem = problems::bad_length(&notice.id, days, super::DEADLINE_LENGTH_MAX);
        check.fault(part, "length", problem);
    }
    check.declared_action(part, "then", &notice.then);
    if let Some(then) = flow.action(&notice.then) {
        if !then.from.contains(&notice.state) || then.to == notice.state {
            let problem = problems::notice_end_elsewhere(&notice.id, &then.id, &notice.state);
            check.fault(part, "then", problem);
        }
        if needs_somebody(then) {
            let problem = problems::notice_end_needs_somebody(&notice.id, &then.id);
            check.fault(part, "then", problem);
        }
    }
    if notice.objections.is_empty() != notice.settled_by.is_empty() {
        let key = if notice.objections.is_empty() {
            "settled_by"
        } else {
            "objections"
        };
        check.fault(part, key, problems::objections_unsettled(&notice.id));
    }
    let mut staying = |key, actions: &[ActionId]| {
        for id in actions {
            check.declared_action(part, key, id);
            let Some(action) = check.flow.action(id) else {
                continue;
            };
            if action.from != [notice.state.clone()] || action.to != notice.state {
                let problem: Problem = problems::objection_leaves(&notice.id, id, &notice.state);
                check.fault(part, key, problem);
            }
        }
    };
    staying("objections", &notice.objections);
    staying("settled_by", &notice.settled_by);
}

/// Whether an action asks for anything that time does not have.
fn needs_somebody(action: &Action) -> bool {
    !action.roles.is_empty()
        || !action.requires.is_empty()
        || action.requires_evidence_at_least > 0
        || action.reason_required
        || action.closes_with.is_some()
        || action.adds.is_some()
        || action.beyond != Beyond::default()
}
