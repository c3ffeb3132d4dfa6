//! Whatever is attempted, in whatever order: what must always be true of a case.

use base::Day;
use proptest::prelude::*;

use super::fixtures::{assessment_item, calendar_2018, day, opened, proper, rectification};
use crate::{CaseState, DueState, Flow, Relation, StateKind, act, due, open, possible_actions};

/// One attempt: which action, how many days later, and what is wrong with it.
#[derive(Clone, Debug)]
struct Attempt {
    action: usize,
    days: i64,
    fault: u8,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (0..20_usize, -1..6_i64, 0..12_u8).prop_map(|(action, days, fault)| Attempt {
        action,
        days,
        fault,
    });
    prop::collection::vec(attempt, 0..60)
}

/// Attempts one after the other; refused ones leave the case as it was.
fn run(flow: &Flow, attempts: &[Attempt]) -> Vec<CaseState> {
    let calendar = calendar_2018();
    let mut way = vec![opened(flow, "2018-01-02")];
    for attempt in attempts {
        let case = way.last().unwrap();
        // Half of the attempts are at random, half at what the state offers.
        let offered: Vec<_> = flow.actions_from(&case.state).collect();
        let action = match attempt.action % 2 {
            0 => &flow.actions[attempt.action % flow.actions.len()],
            _ if offered.is_empty() => &flow.actions[0],
            _ => offered[attempt.action % offered.len()],
        };
        let on: Day = case.last_day().plus_days(attempt.days).unwrap();
        let mut wanted = proper(action.id.as_str(), on);
        match attempt.fault {
            0 => wanted.roles.clear(),
            1 => wanted.relation = Relation::default(),
            2 => wanted.fields.clear(),
            3 => wanted.evidence.clear(),
            _ => {}
        }
        let before = case.clone();
        match act(flow, case, wanted, &calendar) {
            Ok(after) => way.push(after),
            Err(problem) => assert!(!problem.what(base::Lang::En).is_empty()),
        }
        assert_eq!(
            *way[..]
                .iter()
                .rev()
                .find(|c| c.steps.len() == before.steps.len())
                .unwrap(),
            before
        );
    }
    way
}

proptest! {
    #[test]
    fn a_case_is_always_in_a_declared_state_and_its_steps_only_grow(attempts in attempts()) {
        for flow in [assessment_item(), rectification(true)] {
            let way = run(&flow, &attempts);
            for (earlier, later) in way.iter().zip(way.iter().skip(1)) {
                prop_assert_eq!(later.steps.len(), earlier.steps.len() + 1);
                prop_assert_eq!(&later.steps[..earlier.steps.len()], &earlier.steps[..]);
                prop_assert!(later.last_day() >= earlier.last_day());
                prop_assert!(later.entered_on <= later.last_day());
                prop_assert!(later.evidence.starts_with(&earlier.evidence));
            }
            for case in &way {
                let state = flow.state(&case.state);
                prop_assert!(state.is_some());
                let closed = state.is_some_and(|state| state.kind == StateKind::Closed);
                prop_assert_eq!(case.is_closed(), closed);
            }
        }
    }

    #[test]
    fn a_closed_case_accepts_nothing(attempts in attempts()) {
        let flow = assessment_item();
        let way = run(&flow, &attempts);
        let closed = way.iter().position(CaseState::is_closed);
        prop_assert!(closed.is_none_or(|at| at + 1 == way.len()));
        if let Some(case) = way.last().filter(|case| case.is_closed()) {
            for action in &flow.actions {
                let wanted = proper(action.id.as_str(), case.last_day());
                let refused = act(&flow, case, wanted, &calendar_2018()).unwrap_err();
                prop_assert_eq!(refused.code, "F203");
            }
            let roles: Vec<_> = flow.actions.iter().flat_map(|a| a.roles.clone()).collect();
            let everyone = Relation { own: true, lead: true, support: true, filer: true };
            prop_assert!(possible_actions(&flow, case, &roles, everyone).is_empty());
        }
    }

    #[test]
    fn a_case_is_its_opening_and_its_steps(attempts in attempts()) {
        let flow = rectification(true);
        let way = run(&flow, &attempts);
        let last = way.last().unwrap();
        let mut replayed = open(&flow, last.opening.clone()).unwrap();
        for step in &last.steps {
            replayed.record(&flow, step.clone()).unwrap();
        }
        prop_assert_eq!(&replayed, last);
    }

    #[test]
    fn deadlines_agree_with_their_days(attempts in attempts(), later in 0..90_i64) {
        let flow = assessment_item();
        let way = run(&flow, &attempts);
        let last = way.last().unwrap();
        let as_of = last.last_day().plus_days(later).unwrap().min(day("2018-12-01"));
        for run in due(&flow, last, as_of, &calendar_2018()).unwrap() {
            match run.state {
                DueState::Running => prop_assert!(run.done_on.is_none() && as_of <= run.due_on),
                DueState::Met => prop_assert!(run.done_on.is_some_and(|on| on <= run.due_on)),
                DueState::Late => prop_assert!(run.done_on.unwrap_or(as_of) > run.due_on),
                DueState::Ceased => prop_assert!(last.is_closed() && run.done_on.is_none()),
            }
            prop_assert!(!run.is_fault || run.state == DueState::Late);
        }
    }

    /// What was once seen as of a day stays so, whatever happens on later days.
    #[test]
    fn the_past_does_not_change(attempts in attempts(), at in 0..60_usize) {
        let flow = assessment_item();
        let way = run(&flow, &attempts);
        let calendar = calendar_2018();
        let then = &way[at.min(way.len() - 1)];
        let day_before = then.last_day().plus_days(-1).unwrap();
        let last = way.last().unwrap();
        prop_assert_eq!(
            due(&flow, then, day_before, &calendar),
            due(&flow, last, day_before, &calendar)
        );
    }
}
