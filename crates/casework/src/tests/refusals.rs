//! Every way in which an act can be refused, one line each.

use base::{Lang, Position};

use super::fixtures::{
    after, assessment_item, calendar_2018, day, morning, number, opened, proper, text,
};
use crate::{Act, Bound, CaseState, Relation, Value, act, check};

/// A case of the course after this action, one action a day from 1 June.
fn case_after(last: Option<&str>) -> CaseState {
    const WAY: &[(&str, &str)] = &[
        ("file_target", "2018-06-01"),
        ("self_score", "2018-06-02"),
        ("review", "2018-06-03"),
        ("verify", "2018-06-04"),
        ("draft", "2018-06-05"),
        ("appeal", "2018-06-06"),
        ("answer", "2018-06-07"),
        ("compose", "2018-06-08"),
        ("seal", "2018-06-09"),
    ];
    let flow = assessment_item();
    let upto = last.map_or(0, |last| {
        WAY.iter().position(|step| step.0 == last).unwrap() + 1
    });
    after(&flow, opened(&flow, "2018-05-31"), &WAY[..upto])
}

type Change = fn(&mut Act);

#[test]
fn each_refusal_has_its_code() {
    let flow = assessment_item();
    let rows: &[(Option<&str>, &str, Change, &[&str])] = &[
        // May it be done at all? The first fault only.
        (None, "dance", |_| {}, &["F202"]),
        (Some("seal"), "compose", |_| {}, &["F203"]),
        (Some("seal"), "seal", |_| {}, &["F203"]),
        (None, "self_score", |_| {}, &["F204"]),
        (Some("draft"), "draft", |_| {}, &["F204"]),
        (
            None,
            "file_target",
            |a| a.roles = vec!["office".into()],
            &["F205"],
        ),
        (None, "file_target", |a| a.roles.clear(), &["F205"]),
        (
            None,
            "file_target",
            |a| a.relation = Relation::default(),
            &["F206"],
        ),
        (
            None,
            "file_target",
            |a| {
                a.relation = Relation {
                    own: false,
                    lead: true,
                    ..Relation::default()
                }
            },
            &["F206"],
        ),
        (
            Some("self_score"),
            "review",
            |a| a.relation = Relation::default(),
            &["F207"],
        ),
        (
            Some("self_score"),
            "review",
            |a| {
                a.relation = Relation {
                    own: true,
                    lead: false,
                    ..Relation::default()
                }
            },
            &["F207"],
        ),
        (
            Some("self_score"),
            "review",
            |a| a.day = day("2018-06-01"),
            &["F208"],
        ),
        (
            None,
            "file_target",
            |a| a.day = day("2018-05-30"),
            &["F208"],
        ),
        (
            Some("self_score"),
            "review",
            |a| a.moment = morning(day("2018-06-01")),
            &["F209"],
        ),
        // What was given with it? All faults.
        (None, "file_target", |a| a.fields.clear(), &["F211"]),
        (
            None,
            "file_target",
            |a| drop(a.fields.insert("place".into(), text("x"))),
            &["F210"],
        ),
        (
            None,
            "file_target",
            |a| drop(a.fields.insert("nowhere".into(), text("x"))),
            &["F210"],
        ),
        (
            None,
            "file_target",
            |a| drop(a.fields.insert("target".into(), number("97.555"))),
            &["F212"],
        ),
        (
            None,
            "file_target",
            |a| drop(a.fields.insert("target".into(), text("97.5"))),
            &["F212"],
        ),
        (
            None,
            "file_target",
            |a| drop(a.fields.insert("target".into(), Value::Integer(97))),
            &["F212"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| drop(a.fields.insert("self_points".into(), number("-0.1"))),
            &["F213"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| drop(a.fields.insert("self_points".into(), number("5.1"))),
            &["F214"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| a.evidence.clear(),
            &["F217"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| a.evidence = vec![" ".into()],
            &["F219"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| a.evidence = (0..1001).map(|n| n.to_string()).collect(),
            &["F218"],
        ),
        (
            Some("file_target"),
            "self_score",
            |a| {
                a.evidence.clear();
                a.fields.clear()
            },
            &["F211", "F217"],
        ),
        (
            Some("self_score"),
            "review",
            |a| drop(a.fields.insert("needs_visit".into(), Value::Bool(true))),
            &["F211"],
        ),
        (
            Some("review"),
            "verify",
            |a| {
                drop(
                    a.fields
                        .insert("visited_on".into(), Value::Day(day("2017-12-31"))),
                )
            },
            &["F245"],
        ),
        (
            Some("review"),
            "verify",
            |a| drop(a.fields.insert("visited_on".into(), text("yesterday"))),
            &["F212"],
        ),
        (
            Some("review"),
            "verify",
            |a| drop(a.fields.insert("visitors".into(), Value::Integer(0))),
            &["F213"],
        ),
        (
            Some("review"),
            "verify",
            |a| drop(a.fields.insert("visitors".into(), Value::Integer(31))),
            &["F214"],
        ),
        (
            Some("self_score"),
            "send_back",
            |a| a.reason = None,
            &["F220"],
        ),
        (
            Some("self_score"),
            "send_back",
            |a| a.reason = Some(" \u{3000}".into()),
            &["F220"],
        ),
        (
            Some("self_score"),
            "send_back",
            |a| a.reason = Some("长".repeat(20_001)),
            &["F216"],
        ),
        (
            Some("self_score"),
            "send_back",
            |a| a.closing_reason = Some("merged".into()),
            &["F223"],
        ),
        (
            Some("appeal"),
            "answer",
            |a| drop(a.fields.insert("verdict".into(), text("perhaps"))),
            &["F212"],
        ),
        (
            Some("compose"),
            "seal",
            |a| drop(a.fields.insert("approval_number".into(), text("1号"))),
            &["F215"],
        ),
        (
            Some("compose"),
            "seal",
            |a| drop(a.fields.insert("approval_number".into(), text("  "))),
            &["F212"],
        ),
        (
            Some("compose"),
            "seal",
            |a| {
                drop(
                    a.fields
                        .insert("approval_number".into(), text(&"长".repeat(20_001))),
                )
            },
            &["F216"],
        ),
        (None, "withdraw", |a| a.closing_reason = None, &["F221"]),
        (
            None,
            "withdraw",
            |a| a.closing_reason = Some("bored".into()),
            &["F222"],
        ),
    ];
    for (at, (last, action, change, expected)) in rows.iter().enumerate() {
        let case = case_after(*last);
        let mut wanted = proper(action, day("2018-06-10"));
        change(&mut wanted);
        let faults = check(&flow, &case, wanted.clone(), &calendar_2018()).unwrap_err();
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, *expected, "row {at}: {action}");
        let first = act(&flow, &case, wanted, &calendar_2018()).unwrap_err();
        assert_eq!(first, faults[0]);
    }
}

#[test]
fn values_at_the_limit_are_taken() {
    let flow = assessment_item();
    let rows: &[(&str, &str, &str, Value)] = &[
        ("file_target", "self_score", "self_points", number("5")),
        ("file_target", "self_score", "self_points", number("0")),
        (
            "review",
            "verify",
            "visited_on",
            Value::Day(day("2018-01-01")),
        ),
        ("review", "verify", "visitors", Value::Integer(30)),
        ("compose", "seal", "approval_number", text("一二三四")),
    ];
    for (last, action, field, value) in rows {
        let mut wanted = proper(action, day("2018-06-10"));
        wanted.fields.insert((*field).into(), value.clone());
        let case = act(&flow, &case_after(Some(last)), wanted, &calendar_2018()).unwrap();
        assert_eq!(case.fields.get(*field), Some(value), "{action}");
    }
}

/// Opened on 31 May, verified on 10 June; the visit lies between.
#[test]
fn a_day_is_bounded_by_the_opening_and_by_the_step() {
    let mut flow = assessment_item();
    flow.fields[7].min = Some(Bound::Opened);
    flow.fields[7].max = Some(Bound::Step);
    let verified = |visited_on: &str| {
        let mut verify = proper("verify", day("2018-06-10"));
        let visited_on = Value::Day(day(visited_on));
        verify.fields.insert("visited_on".into(), visited_on);
        act(&flow, &case_after(Some("review")), verify, &calendar_2018())
    };
    for within in ["2018-05-31", "2018-06-10"] {
        assert!(verified(within).is_ok(), "{within}");
    }
    let early = verified("2018-05-30").unwrap_err();
    assert_eq!(early.code, "F245");
    assert!(early.what.zh.contains("2018-05-30 早于开办之日 2018-05-31"));
    let late = verified("2018-06-11").unwrap_err();
    assert_eq!(late.code, "F246");
    assert!(
        late.what
            .en
            .contains("after the day of this step, 2018-06-10")
    );
}

#[test]
fn a_demanded_place_is_taken_when_a_visit_is_wanted() {
    let flow = assessment_item();
    let mut review = proper("review", day("2018-06-10"));
    review
        .fields
        .insert("needs_visit".into(), Value::Bool(true));
    review.fields.insert("place".into(), text("莼川大道"));
    let case = act(
        &flow,
        &case_after(Some("self_score")),
        review,
        &calendar_2018(),
    )
    .unwrap();
    assert_eq!(case.fields.get("place"), Some(&text("莼川大道")));
}

#[test]
fn evidence_cited_twice_counts_once() {
    let mut flow = assessment_item();
    flow.actions[1].requires_evidence_at_least = 2;
    let mut wanted = proper("self_score", day("2018-06-10"));
    wanted.evidence = vec!["a".into(), "a".into()];
    let case = case_after(Some("file_target"));
    let refused = act(&flow, &case, wanted.clone(), &calendar_2018()).unwrap_err();
    assert_eq!(refused.code, "F217");
    wanted.evidence.push("b".into());
    let case = act(&flow, &case, wanted, &calendar_2018()).unwrap();
    assert_eq!(case.evidence, ["a", "b"]);
}

#[test]
fn a_case_keeps_to_its_own_flow() {
    let mut other = assessment_item();
    other.id = "complaint".into();
    let refused = act(
        &other,
        &case_after(None),
        proper("file_target", day("2018-06-10")),
        &calendar_2018(),
    );
    assert_eq!(refused.unwrap_err().code, "F201");
    assert_eq!(case_after(None).opening.rules, Position(1));
}

#[test]
fn a_refusal_says_what_is_wrong_and_what_is_possible_in_both_languages() {
    let mut flow = assessment_item();
    flow.actions[0].name = base::Text {
        zh: "备案目标".into(),
        en: "file the target".into(),
    };
    flow.states[0].name = base::Text {
        zh: "已下达".into(),
        en: "announced".into(),
    };
    let case = case_after(None);
    let refused = act(
        &flow,
        &case,
        proper("seal", day("2018-06-10")),
        &calendar_2018(),
    )
    .unwrap_err();
    assert_eq!(refused.what(Lang::Zh), "办件处于“已下达”，不能“seal”");
    assert_eq!(
        refused.remedy(Lang::Zh),
        "现在可以：备案目标 (file_target)、withdraw (withdraw)"
    );
    assert_eq!(
        refused.what(Lang::En),
        "the case is in “announced”, where “seal” is not possible"
    );
    assert_eq!(
        refused.remedy(Lang::En),
        "possible now: file the target (file_target), withdraw (withdraw)"
    );
    let mut high = proper("self_score", day("2018-06-10"));
    high.fields.insert("self_points".into(), number("5.1"));
    let refused = act(
        &flow,
        &case_after(Some("file_target")),
        high,
        &calendar_2018(),
    )
    .unwrap_err();
    assert_eq!(refused.what(Lang::Zh), "“self_points”的值 5.1 太大");
    assert_eq!(refused.remedy(Lang::Zh), "不大于 5");
}

#[test]
fn what_a_person_types_is_read_by_the_kind_of_the_field() {
    let flow = assessment_item();
    for (field, typed, read) in [
        ("target", "97.50", Some("97.5")),
        ("target", " -3 ", Some("-3")),
        ("target", "97.555", None),
        ("target", "97,5", None),
        ("target", "", None),
        ("visitors", "12", Some("12")),
        ("visitors", "1.5", None),
        ("visitors", "9223372036854775808", None),
        ("visited_on", "2018-02-28", Some("2018-02-28")),
        ("visited_on", "2018-02-31", None),
        ("needs_visit", "是", Some("true")),
        ("needs_visit", "no", Some("false")),
        ("needs_visit", "maybe", None),
        ("verdict", "upheld", Some("upheld")),
        ("verdict", "perhaps", None),
        ("place", " 莼川大道 ", Some("莼川大道")),
        ("place", "\u{3000}", None),
    ] {
        let field = flow.field(&field.into()).unwrap();
        match (field.read(typed), read) {
            (Ok(value), Some(read)) => {
                assert_eq!(value.to_string(), read);
                assert_eq!(field.read(read), Ok(value));
            }
            (Err(problem), None) => assert_eq!(problem.code, "F212", "{typed}"),
            (found, _) => panic!("{typed}: {found:?}"),
        }
    }
    let long = flow
        .field(&"target".into())
        .unwrap()
        .read(&"长".repeat(1000))
        .unwrap_err();
    assert!(long.what(Lang::En).chars().count() < 100);
}
