//! What is found wrong with a flow, one line each.

use base::Ratio;

use super::fixtures::{action, assessment_item, day, deadline, field, rectification, state, text};
use crate::{
    Bound, End, FieldKind, Flow, FlowPart, Length, Requirement, Scope, Start, StateKind, When,
    WhenMissed, validate,
};

#[test]
fn the_courses_of_the_tests_are_without_fault() {
    for flow in [assessment_item(), rectification(true), rectification(false)] {
        assert_eq!(validate(&flow), []);
    }
}

type Change = fn(&mut Flow);
type Expected = &'static [(FlowPart, &'static str, &'static str)];

#[test]
fn each_fault_is_found_where_it_is() {
    use FlowPart::{Action as A, Deadline as D, Field as F, Flow as W, State as S};
    // In `assessment_item`: actions 0 file_target, 1 self_score, 2 send_back, 3 review, 4 verify,
    // 5 draft, 6 appeal, 7 answer, 8 compose, 9 seal, 10 withdraw; states from 0 announced to 10
    // withdrawn; fields 0 full_points, 2 self_points, 5 needs_visit, 7 visited_on, 9 verdict.
    let rows: &[(Change, Expected)] = &[
        (
            |f| f.states.push(state("sealed", StateKind::Closed)),
            &[(S(11), "id", "F101")],
        ),
        (
            |f| f.fields.push(field("target", FieldKind::Bool)),
            &[(F(11), "id", "F101")],
        ),
        (
            |f| {
                f.actions.push(action(
                    "seal",
                    &["composed"],
                    "sealed",
                    "office",
                    Scope::All,
                ))
            },
            &[(A(11), "id", "F101")],
        ),
        (
            |f| f.deadlines.push(f.deadlines[0].clone()),
            &[(D(4), "id", "F101")],
        ),
        (|f| f.initial = "nowhere".into(), &[(W, "initial", "F102")]),
        (
            |f| f.actions[9].to = "seeled".into(),
            &[(A(9), "to", "F102")],
        ),
        (
            |f| f.actions[5].from.push("nowhere".into()),
            &[(A(5), "from", "F102")],
        ),
        (
            |f| f.states.push(state("lost", StateKind::Closed)),
            &[(S(11), "id", "F105")],
        ),
        (
            |f| f.states.push(state("lost", StateKind::Open)),
            &[(S(11), "id", "F105"), (S(11), "id", "F106")],
        ),
        // Answered leads back to appealed only: neither state can be closed any more.
        (
            |f| {
                f.actions[8].from = vec!["drafted".into()];
                f.actions.push(action(
                    "reopen_appeal",
                    &["answered"],
                    "appealed",
                    "office",
                    Scope::All,
                ))
            },
            &[(S(6), "id", "F107"), (S(7), "id", "F107")],
        ),
        // An action that stays is no way out.
        (
            |f| {
                f.actions[8].from = vec!["drafted".into()];
                f.actions.push(action(
                    "note",
                    &["answered"],
                    "answered",
                    "office",
                    Scope::All,
                ))
            },
            &[(S(6), "id", "F107"), (S(7), "id", "F106")],
        ),
        (
            |f| f.states[0].kind = StateKind::Closed,
            &[
                (W, "initial", "F123"),
                (A(0), "from", "F111"),
                (A(10), "from", "F111"),
            ],
        ),
        (
            |f| f.states[1].outcome = Some("filed".into()),
            &[(S(1), "outcome", "F112")],
        ),
        (|f| f.actions[5].roles.clear(), &[(A(5), "roles", "F109")]),
        (
            |f| f.actions[10].from.clear(),
            &[(S(10), "id", "F105"), (A(10), "from", "F110")],
        ),
        (
            |f| f.actions[10].from.push("sealed".into()),
            &[(A(10), "from", "F111")],
        ),
        (
            |f| f.actions[10].closes_with = Some(vec![]),
            &[(A(10), "closes_with", "F114")],
        ),
        (
            |f| f.actions[8].closes_with = f.actions[10].closes_with.clone(),
            &[(A(8), "closes_with", "F113")],
        ),
        (
            |f| {
                if let Some(list) = &mut f.actions[10].closes_with {
                    list.push(list[0].clone())
                }
            },
            &[(A(10), "closes_with", "F101")],
        ),
        (
            |f| f.actions[0].requires[0].field = "goal".into(),
            &[(A(0), "requires", "F104")],
        ),
        (
            |f| f.actions[3].requires[1].when = When::Given("visit".into()),
            &[(A(3), "requires", "F104")],
        ),
        (
            |f| f.actions[3].requires[1].when = When::Is("needs_visit".into(), text("yes")),
            &[(A(3), "requires", "F120")],
        ),
        (
            |f| {
                f.actions[7].requires.push(Requirement {
                    field: "place".into(),
                    when: When::IsNot("verdict".into(), text("perhaps")),
                })
            },
            &[(A(7), "requires", "F120")],
        ),
        (
            |f| f.actions[0].sets.push("goal".into()),
            &[(A(0), "sets", "F104")],
        ),
        (
            |f| f.fields[9].kind = FieldKind::Choice(vec![]),
            &[(F(9), "kind", "F114")],
        ),
        (
            |f| {
                if let FieldKind::Choice(list) = &mut f.fields[9].kind {
                    list.push(list[0].clone())
                }
            },
            &[(F(9), "kind", "F101")],
        ),
        (
            |f| f.fields[2].max = Some(Bound::Field("points".into())),
            &[(F(2), "max", "F104")],
        ),
        (
            |f| f.fields[2].max = Some(Bound::Field("place".into())),
            &[(F(2), "max", "F118")],
        ),
        (
            |f| f.fields[2].max = Some(Bound::Day(day("2018-01-01"))),
            &[(F(2), "max", "F118")],
        ),
        (
            |f| f.fields[2].max = Some(Bound::Step),
            &[(F(2), "max", "F118")],
        ),
        (
            |f| f.fields[7].min = Some(Bound::Number(Ratio::from_int(1))),
            &[(F(7), "min", "F118")],
        ),
        (
            |f| f.fields[5].min = Some(Bound::Number(Ratio::from_int(1))),
            &[(F(5), "min", "F118")],
        ),
        (
            |f| f.fields[6].max = Some(Bound::Number(Ratio::from_int(-1))),
            &[(F(6), "max", "F118")],
        ),
        (
            |f| f.fields[8].min = Some(Bound::Number(Ratio::from_int(31))),
            &[(F(8), "min", "F119")],
        ),
        (
            |f| f.fields[7].max = Some(Bound::Day(day("2017-01-01"))),
            &[(F(7), "min", "F119")],
        ),
        (
            |f| f.deadlines[2].starts = Start::OnEnter("nowhere".into()),
            &[(D(2), "starts", "F102")],
        ),
        (
            |f| f.deadlines[2].starts = Start::OnField("nowhere".into()),
            &[(D(2), "starts", "F104")],
        ),
        (
            |f| f.deadlines[2].starts = Start::OnField("place".into()),
            &[(D(2), "starts", "F212")],
        ),
        (
            |f| f.deadlines[2].starts = Start::OnEnter("sealed".into()),
            &[(D(2), "starts", "F122")],
        ),
        (
            |f| {
                f.deadlines[2].starts = Start::OnFixedDay {
                    month: 2,
                    day: 30,
                    year_offset: 0,
                }
            },
            &[(D(2), "starts", "F117")],
        ),
        (
            |f| {
                f.deadlines[0].length = Length::FixedDay {
                    month: 13,
                    day: 1,
                    year_offset: 0,
                }
            },
            &[(D(0), "length", "F117")],
        ),
        (
            |f| {
                f.deadlines[0].length = Length::FixedDay {
                    month: 2,
                    day: 29,
                    year_offset: 0,
                }
            },
            &[],
        ),
        (
            |f| f.deadlines[1].length = Length::WorkingDays(0),
            &[(D(1), "length", "F116")],
        ),
        (
            |f| f.deadlines[1].length = Length::CalendarDays(20_001),
            &[(D(1), "length", "F116")],
        ),
        (
            |f| f.deadlines[1].ends = End::OnLeave("nowhere".into()),
            &[(D(1), "ends", "F102")],
        ),
        (
            |f| f.deadlines[1].ends = End::OnAction(vec!["dance".into()]),
            &[(D(1), "ends", "F103")],
        ),
        // Never ends: no action at all, a state never left, an action that only comes before.
        (
            |f| f.deadlines[1].ends = End::OnAction(vec![]),
            &[(D(1), "ends", "F115")],
        ),
        (
            |f| f.deadlines[1].ends = End::OnLeave("sealed".into()),
            &[(D(1), "ends", "F115")],
        ),
        (
            |f| f.deadlines[1].ends = End::OnEnter("announced".into()),
            &[(D(1), "ends", "F115")],
        ),
        (
            |f| f.deadlines[3].ends = End::OnAction(vec!["draft".into()]),
            &[(D(3), "ends", "F115")],
        ),
        (
            |f| f.deadlines[2].when_missed = WhenMissed::Lock(vec!["apeal".into()]),
            &[(D(2), "when_missed", "F103")],
        ),
        (
            |f| {
                f.deadlines[2].when_missed =
                    WhenMissed::Lock(vec!["appeal".into(), "compose".into()])
            },
            &[(S(5), "id", "F121"), (S(7), "id", "F121")],
        ),
    ];
    for (at, (change, expected)) in rows.iter().enumerate() {
        let mut flow = assessment_item();
        change(&mut flow);
        let faults = validate(&flow);
        let found: Vec<_> = faults
            .iter()
            .map(|f| (f.part, f.key, f.problem.code))
            .collect();
        assert_eq!(found, *expected, "row {at}: {faults:#?}");
    }
}

#[test]
fn a_flow_without_a_closed_state_is_told_once() {
    let mut flow = rectification(true);
    flow.states[1] = state("corrected", StateKind::Open);
    let codes: Vec<&str> = validate(&flow)
        .iter()
        .map(|fault| fault.problem.code)
        .collect();
    assert_eq!(codes, ["F108"]);
}

#[test]
fn an_empty_flow_is_refused_without_a_panic() {
    let mut flow = rectification(true);
    flow.states.clear();
    flow.actions.clear();
    flow.fields.clear();
    flow.deadlines = vec![deadline(
        "d",
        Start::OnOpen,
        End::OnAction(vec![]),
        Length::Months(1),
        false,
    )];
    let codes: Vec<&str> = validate(&flow)
        .iter()
        .map(|fault| fault.problem.code)
        .collect();
    assert_eq!(codes, ["F102", "F108"]);
}

#[test]
fn an_undeclared_id_comes_with_the_declared_ones() {
    let mut flow = rectification(true);
    flow.actions[1].to = "corected".into();
    let faults = validate(&flow);
    let fault = faults
        .iter()
        .find(|fault| fault.problem.code == "F102")
        .unwrap();
    assert_eq!(
        fault.problem.what(base::Lang::En),
        "the flow declares no state `corected`"
    );
    assert_eq!(
        fault.problem.remedy(base::Lang::Zh),
        "可用的状态：ordered、corrected"
    );
}
