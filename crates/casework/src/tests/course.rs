//! The course itself: who can do what, and what a case keeps.

use base::{Lang, RoleId};

use super::fixtures::{
    after, assessment_item, calendar_2018, day, number, opened, opening, proper, rectification,
};
use crate::{CaseState, Closed, Relation, act, check, diagram, open, possible_actions};

/// The whole way, with a visit and an appeal.
const WHOLE_WAY: &[(&str, &str)] = &[
    ("file_target", "2018-06-01"),
    ("self_score", "2018-09-03"),
    ("send_back", "2018-09-04"),
    ("self_score", "2018-09-05"),
    ("review", "2018-09-10"),
    ("verify", "2018-09-19"),
    ("draft", "2018-09-20"),
    ("appeal", "2018-09-28"),
    ("answer", "2018-10-10"),
    ("compose", "2018-10-11"),
    ("seal", "2018-10-31"),
];

#[test]
fn an_item_goes_from_its_target_to_the_seal() {
    let flow = assessment_item();
    let mut case = opened(&flow, "2018-05-02");
    for (at, (action, to)) in [
        ("file_target", "target_filed"),
        ("self_score", "self_scored"),
        ("send_back", "target_filed"),
        ("self_score", "self_scored"),
        ("review", "reviewed"),
        ("verify", "verified"),
        ("draft", "drafted"),
        ("appeal", "appealed"),
        ("answer", "answered"),
        ("compose", "composed"),
        ("seal", "sealed"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(case.closed, None, "before {action}");
        case = after(&flow, case, &WHOLE_WAY[at..=at]);
        assert_eq!(case.state, to, "after {action}");
        assert_eq!(case.entered_on, day(WHOLE_WAY[at].1));
    }
    let sealed = Closed {
        on: day("2018-10-31"),
        outcome: Some("sealed".into()),
        reason: None,
    };
    assert_eq!(case.closed, Some(sealed));
    assert_eq!(case.opened_on(), day("2018-05-02"));
    assert_eq!(case.steps.len(), 11);
    assert_eq!(case.steps[7].reason.as_deref(), Some("有据"));
    assert_eq!(case.steps[7].role, "liaison");
    // Evidence cited twice by two self-scores is kept once, each step keeps its own citing.
    assert_eq!(
        case.evidence,
        ["hash of self_score", "hash of verify", "hash of seal"]
    );
    assert_eq!(case.steps[3].evidence, ["hash of self_score"]);
}

#[test]
fn the_short_way_needs_neither_visit_nor_appeal() {
    let flow = assessment_item();
    let case = after(
        &flow,
        opened(&flow, "2018-05-02"),
        &[
            ("file_target", "2018-05-02"),
            ("self_score", "2018-05-02"),
            ("review", "2018-05-02"),
            ("draft", "2018-05-02"),
            ("compose", "2018-05-02"),
            ("seal", "2018-05-02"),
        ],
    );
    assert!(case.is_closed());
}

#[test]
fn a_case_replays_from_its_opening_and_its_steps() {
    let flow = assessment_item();
    let case = after(&flow, opened(&flow, "2018-05-02"), WHOLE_WAY);
    let mut replayed = open(&flow, case.opening.clone()).unwrap();
    for step in &case.steps {
        replayed.record(&flow, step.clone()).unwrap();
    }
    assert_eq!(replayed, case);
}

#[test]
fn a_step_is_recorded_only_where_it_follows() {
    let flow = assessment_item();
    let mut case = opened(&flow, "2018-05-02");
    let calendar = calendar_2018();
    let step = check(
        &flow,
        &case,
        proper("file_target", day("2018-05-03")),
        &calendar,
    )
    .unwrap();
    case.record(&flow, step.clone()).unwrap();
    let before = case.clone();
    assert_eq!(case.record(&flow, step).unwrap_err().code, "F227");
    assert_eq!(case, before);
}

#[test]
fn later_values_replace_earlier_ones_and_the_steps_keep_both() {
    let flow = assessment_item();
    let case = after(&flow, opened(&flow, "2018-05-02"), &WHOLE_WAY[..3]);
    let mut again = proper("self_score", day("2018-09-05"));
    again.fields = [("self_points".into(), number("3"))].into();
    let case = act(&flow, &case, again, &calendar_2018()).unwrap();
    let field = "self_points";
    assert_eq!(case.fields.get(field), Some(&number("3")));
    assert_eq!(case.steps[1].fields.get(field), Some(&number("4.5")));
    assert_eq!(case.steps[3].fields.get(field), Some(&number("3")));
}

#[test]
fn a_case_can_close_with_a_reason_from_the_list() {
    let flow = assessment_item();
    let case = after(
        &flow,
        opened(&flow, "2018-05-02"),
        &[("withdraw", "2018-05-03")],
    );
    let closed = case.closed.unwrap();
    assert_eq!(closed.outcome, Some("withdrawn".into()));
    assert_eq!(closed.reason, Some("merged".into()));
}

#[test]
fn possible_actions_follow_state_role_and_relation() {
    let flow = assessment_item();
    let none = Relation::default();
    let own = Relation {
        own: true,
        lead: false,
        ..Relation::default()
    };
    let lead = Relation {
        own: false,
        lead: true,
        ..Relation::default()
    };
    let whole: Vec<CaseState> = (0..=WHOLE_WAY.len())
        .map(|steps| after(&flow, opened(&flow, "2018-05-02"), &WHOLE_WAY[..steps]))
        .collect();
    for (steps, roles, relation, expected) in [
        (0, &["liaison"][..], own, &["file_target"][..]),
        (0, &["liaison"], lead, &[]),
        (0, &["office"], none, &["withdraw"]),
        (0, &["office", "liaison"], own, &["file_target", "withdraw"]),
        (0, &["office", "liaison"], none, &["withdraw"]),
        (0, &[], own, &[]),
        (2, &["reviewer"], lead, &["send_back", "review"]),
        (2, &["reviewer"], own, &[]),
        (5, &["team", "office"], none, &["verify", "draft"]),
        (7, &["liaison", "office"], own, &["appeal", "compose"]),
        (11, &["liaison", "office", "reviewer", "team"], own, &[]),
    ] {
        let roles: Vec<RoleId> = roles.iter().map(|&role| role.into()).collect();
        let possible = possible_actions(&flow, &whole[steps], &roles, relation);
        let possible: Vec<&str> = possible.iter().map(|action| action.as_str()).collect();
        assert_eq!(possible, expected, "{roles:?} after {steps} steps");
    }
}

#[test]
fn a_flow_may_declare_how_a_closed_case_is_taken_up_again() {
    let flow = rectification(true);
    let way = [("correct", "2018-03-02"), ("reopen", "2018-03-05")];
    let closed = after(&flow, opened(&flow, "2018-03-01"), &way[..1]);
    let office = possible_actions(&flow, &closed, &["office".into()], Relation::default());
    assert_eq!(office, ["reopen"]);
    let reopened = after(&flow, closed, &way[1..]);
    assert_eq!(reopened.closed, None);
    assert_eq!(reopened.state, "ordered");
    let code = act(
        &flow,
        &reopened,
        proper("reopen", day("2018-03-06")),
        &calendar_2018(),
    );
    assert_eq!(code.unwrap_err().code, "F204");
}

#[test]
fn opening_takes_only_declared_fields_of_the_right_kind() {
    let flow = assessment_item();
    let mut faulty = opening("2018-05-02");
    faulty.fields = [
        ("colour".into(), number("1")),
        ("full_points".into(), number("5.25")),
        ("visitors".into(), crate::Value::Integer(31)),
    ]
    .into();
    let codes: Vec<&str> = open(&flow, faulty)
        .unwrap_err()
        .iter()
        .map(|p| p.code)
        .collect();
    assert_eq!(codes, ["F226", "F212", "F214"]);
}

#[test]
fn a_flow_draws_as_a_diagram() {
    let picture = diagram(&rectification(true), Lang::En);
    assert_eq!(
        picture,
        "stateDiagram-v2\n    s0 : ordered\n    s1 : corrected\n    s1 --> [*]\n    [*] --> s0\n    \
         s0 --> s0 : tell\n    s0 --> s1 : correct\n    s1 --> s0 : reopen\n"
    );
}
