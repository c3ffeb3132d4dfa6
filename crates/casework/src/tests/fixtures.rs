//! An assessment item's course, a rectification, the work calendar of 2018, and acts that fit.

use std::collections::BTreeMap;

use base::{Day, Moment, Position, Ratio, SpecialDay, Text, WorkCalendar};

use crate::{
    Act, Action, Bound, CaseState, Choice, Deadline, End, Field, FieldKind, Flow, Length, Opening,
    Reason, Relation, Requirement, Scope, Start, State, StateKind, Value, When, WhenMissed, act,
    open,
};

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Eight in the morning, UTC, of a day.
pub fn morning(day: Day) -> Moment {
    Moment::parse(&format!("{day}T08:00:00Z")).unwrap()
}

/// 2018 as the State Council's General Office announced it (国办发明电〔2017〕12号).
pub fn calendar_2018() -> WorkCalendar {
    let off: &[&str] = &[
        "2018-01-01",
        "2018-02-15",
        "2018-02-16",
        "2018-02-17",
        "2018-02-18",
        "2018-02-19",
        "2018-02-20",
        "2018-02-21",
        "2018-04-05",
        "2018-04-06",
        "2018-04-07",
        "2018-04-29",
        "2018-04-30",
        "2018-05-01",
        "2018-06-18",
        "2018-09-24",
        "2018-10-01",
        "2018-10-02",
        "2018-10-03",
        "2018-10-04",
        "2018-10-05",
        "2018-10-06",
        "2018-10-07",
    ];
    let working: &[&str] = &[
        "2018-02-11",
        "2018-02-24",
        "2018-04-08",
        "2018-04-28",
        "2018-09-29",
        "2018-09-30",
    ];
    let special = |is_off: bool| {
        move |&text: &&str| SpecialDay {
            day: day(text),
            is_off,
            name: String::new(),
        }
    };
    let days = off
        .iter()
        .map(special(true))
        .chain(working.iter().map(special(false)));
    let mut calendar = WorkCalendar::new();
    calendar
        .add_year(2018, "国办发明电〔2017〕12号", days)
        .unwrap();
    calendar
}

pub fn decimal(text: &str) -> Ratio {
    Ratio::parse_decimal(text).unwrap()
}

pub fn number(text: &str) -> Value {
    Value::Number(decimal(text))
}

pub fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn name(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

pub fn state(id: &str, kind: StateKind) -> State {
    let outcome = (kind == StateKind::Closed).then(|| id.into());
    State {
        id: id.into(),
        name: name(id, id),
        kind,
        outcome,
    }
}

pub fn field(id: &str, kind: FieldKind) -> Field {
    Field {
        id: id.into(),
        name: name(id, id),
        kind,
        min: None,
        max: None,
    }
}

pub fn action(id: &str, from: &[&str], to: &str, role: &str, scope: Scope) -> Action {
    Action {
        id: id.into(),
        name: name(id, id),
        from: from.iter().map(|&state| state.into()).collect(),
        to: to.into(),
        roles: vec![role.into()],
        scope,
        requires: Vec::new(),
        sets: Vec::new(),
        requires_evidence_at_least: 0,
        reason_required: false,
        closes_with: None,
        reopens: false,
        adds: None,
    }
}

pub fn requires(fields: &[&str]) -> Vec<Requirement> {
    fields
        .iter()
        .map(|&field| Requirement {
            field: field.into(),
            when: When::Always,
        })
        .collect()
}

pub fn deadline(id: &str, starts: Start, ends: End, length: Length, rolls: bool) -> Deadline {
    Deadline {
        id: id.into(),
        name: name(id, id),
        starts,
        ends,
        length,
        rolls,
        basis: name("考核办法第十条", "assessment rules, art. 10"),
        when_missed: WhenMissed::Mark,
        lifted_by: Vec::new(),
        holds: Vec::new(),
    }
}

/// Target filed, self-scored with evidence, reviewed by the lead unit, verified on site if
/// wanted, drafted to the unit, appealed and answered if wanted, composed, sealed.
pub fn assessment_item() -> Flow {
    use StateKind::{Closed, Open, Waiting};
    let points = |id: &str| Field {
        min: Some(Bound::Number(Ratio::from_int(0))),
        max: Some(Bound::Field("full_points".into())),
        ..field(id, FieldKind::Decimal { scale: 1 })
    };
    let verdict = |id: &str| Choice {
        id: id.into(),
        name: name(id, id),
    };
    Flow {
        id: "assessment_item".into(),
        name: name("考核项", "assessment item"),
        subject: "item".into(),
        initial: "announced".into(),
        states: vec![
            state("announced", Open),
            state("target_filed", Open),
            state("self_scored", Open),
            state("reviewed", Open),
            state("verified", Open),
            state("drafted", Waiting),
            state("appealed", Open),
            state("answered", Open),
            state("composed", Open),
            state("sealed", Closed),
            state("withdrawn", Closed),
        ],
        fields: vec![
            field("full_points", FieldKind::Decimal { scale: 1 }),
            field("target", FieldKind::Decimal { scale: 2 }),
            points("self_points"),
            points("reviewed_points"),
            points("verified_points"),
            field("needs_visit", FieldKind::Bool),
            Field {
                max: Some(Bound::Number(Ratio::from_int(20))),
                ..field("place", FieldKind::Text)
            },
            Field {
                min: Some(Bound::Day(day("2018-01-01"))),
                ..field("visited_on", FieldKind::Day)
            },
            Field {
                min: Some(Bound::Number(Ratio::from_int(1))),
                max: Some(Bound::Number(Ratio::from_int(30))),
                ..field("visitors", FieldKind::Integer)
            },
            field(
                "verdict",
                FieldKind::Choice(vec![verdict("upheld"), verdict("changed")]),
            ),
            Field {
                min: Some(Bound::Number(Ratio::from_int(4))),
                ..field("approval_number", FieldKind::Text)
            },
        ],
        actions: vec![
            Action {
                requires: requires(&["target"]),
                ..action(
                    "file_target",
                    &["announced"],
                    "target_filed",
                    "liaison",
                    Scope::Own,
                )
            },
            Action {
                requires: requires(&["self_points"]),
                requires_evidence_at_least: 1,
                ..action(
                    "self_score",
                    &["target_filed"],
                    "self_scored",
                    "liaison",
                    Scope::Own,
                )
            },
            Action {
                reason_required: true,
                ..action(
                    "send_back",
                    &["self_scored"],
                    "target_filed",
                    "reviewer",
                    Scope::Lead,
                )
            },
            Action {
                requires: vec![
                    Requirement {
                        field: "reviewed_points".into(),
                        when: When::Always,
                    },
                    Requirement {
                        field: "place".into(),
                        when: When::Is("needs_visit".into(), Value::Bool(true)),
                    },
                ],
                sets: vec!["needs_visit".into()],
                ..action(
                    "review",
                    &["self_scored"],
                    "reviewed",
                    "reviewer",
                    Scope::Lead,
                )
            },
            Action {
                requires: requires(&["verified_points", "visited_on", "visitors"]),
                requires_evidence_at_least: 1,
                ..action("verify", &["reviewed"], "verified", "team", Scope::All)
            },
            action(
                "draft",
                &["reviewed", "verified"],
                "drafted",
                "office",
                Scope::All,
            ),
            Action {
                reason_required: true,
                ..action("appeal", &["drafted"], "appealed", "liaison", Scope::Own)
            },
            Action {
                requires: requires(&["verdict"]),
                reason_required: true,
                ..action("answer", &["appealed"], "answered", "office", Scope::All)
            },
            action(
                "compose",
                &["drafted", "answered"],
                "composed",
                "office",
                Scope::All,
            ),
            Action {
                requires: requires(&["approval_number"]),
                requires_evidence_at_least: 1,
                ..action("seal", &["composed"], "sealed", "office", Scope::All)
            },
            Action {
                closes_with: Some(vec![
                    Reason {
                        id: "not_carried".into(),
                        name: name("不承担", "not carried"),
                    },
                    Reason {
                        id: "merged".into(),
                        name: name("已合并", "merged"),
                    },
                ]),
                ..action(
                    "withdraw",
                    &["announced", "target_filed"],
                    "withdrawn",
                    "office",
                    Scope::All,
                )
            },
        ],
        deadlines: vec![
            deadline(
                "target_due",
                Start::OnOpen,
                End::OnLeave("announced".into()),
                Length::FixedDay {
                    month: 6,
                    day: 15,
                    year_offset: 0,
                },
                true,
            ),
            deadline(
                "review_due",
                Start::OnEnter("self_scored".into()),
                End::OnLeave("self_scored".into()),
                Length::CalendarDays(10),
                true,
            ),
            Deadline {
                when_missed: WhenMissed::Lock(vec!["appeal".into()]),
                lifted_by: Vec::new(),
                holds: Vec::new(),
                ..deadline(
                    "appeal_window",
                    Start::OnEnter("drafted".into()),
                    End::OnLeave("drafted".into()),
                    Length::WorkingDays(5),
                    false,
                )
            },
            deadline(
                "answer_due",
                Start::OnEnter("appealed".into()),
                End::OnAction(vec!["answer".into()]),
                Length::WorkingDays(5),
                false,
            ),
        ],
    }
}

/// Ordered, then corrected within one month.
pub fn rectification(rolls: bool) -> Flow {
    Flow {
        id: "rectification".into(),
        name: name("整改", "rectification"),
        subject: "unit".into(),
        initial: "ordered".into(),
        states: vec![
            state("ordered", StateKind::Open),
            state("corrected", StateKind::Closed),
        ],
        fields: vec![field("told_on", FieldKind::Day)],
        actions: vec![
            Action {
                sets: vec!["told_on".into()],
                ..action("tell", &["ordered"], "ordered", "office", Scope::All)
            },
            action("correct", &["ordered"], "corrected", "liaison", Scope::Own),
            Action {
                reopens: true,
                adds: None,
                ..action("reopen", &["corrected"], "ordered", "office", Scope::All)
            },
        ],
        deadlines: vec![deadline(
            "month",
            Start::OnEnter("ordered".into()),
            End::OnLeave("ordered".into()),
            Length::Months(1),
            rolls,
        )],
    }
}

pub fn opening(on: &str) -> Opening {
    Opening {
        day: day(on),
        moment: morning(day(on)),
        by: 1,
        rules: Position(1),
        reference_year: 2018,
        fields: BTreeMap::new(),
    }
}

/// An item worth 5 points.
pub fn opened(flow: &Flow, on: &str) -> CaseState {
    let fields = match flow.field(&"full_points".into()) {
        Some(_) => BTreeMap::from([("full_points".into(), number("5"))]),
        None => BTreeMap::new(),
    };
    open(
        flow,
        Opening {
            fields,
            ..opening(on)
        },
    )
    .unwrap()
}

/// An act of the course as the right person would take it, with all that is needed.
pub fn proper(action: &str, on: Day) -> Act {
    let given: &[(&str, Value)] = match action {
        "file_target" => &[("target", number("97.5"))],
        "self_score" => &[("self_points", number("4.5"))],
        "review" => &[("reviewed_points", number("4"))],
        "verify" => &[
            ("verified_points", number("3.5")),
            ("visited_on", Value::Day(on)),
            ("visitors", Value::Integer(3)),
        ],
        "answer" => &[("verdict", text("upheld"))],
        "seal" => &[("approval_number", text("赤政办〔2019〕1号"))],
        _ => &[],
    };
    let role = match action {
        "file_target" | "self_score" | "appeal" | "correct" => "liaison",
        "review" | "send_back" => "reviewer",
        "verify" => "team",
        _ => "office",
    };
    let evidence = match action {
        "self_score" | "verify" | "seal" => vec![format!("hash of {action}")],
        _ => Vec::new(),
    };
    Act {
        action: action.into(),
        by: 7,
        roles: vec![role.into()],
        unit: Some("amr".into()),
        relation: Relation {
            own: role == "liaison",
            lead: role == "reviewer",
            ..Relation::default()
        },
        day: on,
        moment: morning(on),
        fields: given
            .iter()
            .map(|(id, value)| ((*id).into(), value.clone()))
            .collect(),
        evidence,
        reason: matches!(action, "appeal" | "answer" | "send_back").then(|| "有据".into()),
        closing_reason: (action == "withdraw").then(|| "merged".into()),
    }
}

/// The case after these acts, each on its day.
pub fn after(flow: &Flow, case: CaseState, acts: &[(&str, &str)]) -> CaseState {
    acts.iter().fold(case, |case, (action, on)| {
        act(flow, &case, proper(action, day(on)), &calendar_2018())
            .unwrap_or_else(|problem| panic!("{action} on {on}: {problem}"))
    })
}
