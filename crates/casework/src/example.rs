//! A small flow with its calendar, for documentation: a unit may appeal against its draft result,
//! and an appeal is answered within five working days.
//!
//! Not for use in a system: real flows are declared by a programme.

use std::collections::BTreeMap;

use base::{Day, Moment, Position, SpecialDay, StateId, Text, WorkCalendar};

use crate::{
    Act, Action, Choice, Deadline, End, Field, FieldKind, Flow, Length, Opening, Relation,
    Requirement, Scope, Start, State, StateKind, Value, When, WhenMissed,
};

/// Drafted, then either accepted or appealed and answered.
pub fn flow() -> Flow {
    let verdict = FieldKind::Choice(vec![
        Choice {
            id: "upheld".into(),
            name: Text::new("维持", "upheld"),
        },
        Choice {
            id: "changed".into(),
            name: Text::new("更正", "changed"),
        },
    ]);
    Flow {
        id: "appeal".into(),
        name: Text::new("申诉", "appeal"),
        subject: "item".into(),
        initial: "drafted".into(),
        states: vec![
            state("drafted", "初评", StateKind::Waiting),
            state("appealed", "申诉中", StateKind::Open),
            state("answered", "已答复", StateKind::Closed),
            state("accepted", "已确认", StateKind::Closed),
        ],
        fields: vec![Field {
            id: "verdict".into(),
            name: Text::new("答复结论", "verdict"),
            kind: verdict,
            min: None,
            max: None,
        }],
        actions: vec![
            action("accept", "确认", "drafted", "accepted", Scope::Own),
            Action {
                reason_required: true,
                ..action("appeal", "申诉", "drafted", "appealed", Scope::Own)
            },
            Action {
                requires: vec![Requirement {
                    field: "verdict".into(),
                    when: When::Always,
                }],
                ..action("answer", "答复", "appealed", "answered", Scope::Lead)
            },
        ],
        deadlines: vec![Deadline {
            id: "answer_due".into(),
            name: Text::new("答复期限", "answer due"),
            starts: Start::OnEnter("appealed".into()),
            ends: End::OnLeave("appealed".into()),
            length: Length::WorkingDays(5),
            rolls: false,
            basis: Text::new("考核办法第十条", "assessment rules, art. 10"),
            when_missed: WhenMissed::Mark,
            lifted_by: Vec::new(),
            holds: Vec::new(),
        }],
    }
}

fn state(id: &str, zh: &str, kind: StateKind) -> State {
    let outcome = (kind == StateKind::Closed).then(|| id.into());
    State {
        id: id.into(),
        name: Text::new(zh, id),
        kind,
        outcome,
    }
}

fn action(id: &str, zh: &str, from: &str, to: &str, scope: Scope) -> Action {
    Action {
        id: id.into(),
        name: Text::new(zh, id),
        from: vec![StateId::new(from)],
        to: to.into(),
        roles: vec![
            if scope == Scope::Own {
                "liaison"
            } else {
                "reviewer"
            }
            .into(),
        ],
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

/// The National Day holiday of 2018, as far as the examples need the year.
pub fn calendar() -> WorkCalendar {
    let october = (1..=7)
        .filter_map(|day| Day::from_ymd(2018, 10, day))
        .map(|day| (day, true));
    let september = [29, 30]
        .into_iter()
        .filter_map(|day| Day::from_ymd(2018, 9, day));
    let days = october.chain(september.map(|day| (day, false)));
    let mut calendar = WorkCalendar::new();
    let notice = days.map(|(day, is_off)| SpecialDay {
        day,
        is_off,
        name: "国庆节".into(),
    });
    // The only year added, each of its days named once: nothing to conflict with.
    let _ = calendar.add_year(2018, "国办发明电〔2017〕12号", notice);
    calendar
}

/// How a case opens on a day, without fields.
pub fn opening(day: Day) -> Opening {
    Opening {
        day,
        moment: Moment::MIN,
        by: 1,
        rules: Position(1),
        reference_year: day.year(),
        fields: BTreeMap::new(),
    }
}

/// An act by the right person: the unit's liaison appeals or accepts, the lead unit answers.
pub fn act(action: &str, day: Day) -> Act {
    let answers = action == "answer";
    let verdict = answers.then(|| ("verdict".into(), Value::Text("upheld".into())));
    Act {
        action: action.into(),
        by: 2,
        roles: vec![if answers { "reviewer" } else { "liaison" }.into()],
        unit: Some("amr".into()),
        relation: Relation {
            own: !answers,
            lead: answers,
            ..Relation::default()
        },
        day,
        moment: Moment::MIN,
        fields: verdict.into_iter().collect(),
        evidence: Vec::new(),
        reason: (action == "appeal").then(|| "依据附后".into()),
        closing_reason: None,
    }
}
