//! Deadlines counted over the National Day holiday of 2018 (1 to 7 October off; Saturday 29 and
//! Sunday 30 September working), by hand.

use base::{Day, Ratio};

use super::fixtures::{
    action, after, assessment_item, calendar_2018, day, field, opened, opening, proper,
    rectification,
};
use crate::DueState::{Ceased, Late, Met, Running};
use crate::{
    Act, Action, Adds, Amount, CaseState, Due, DueState, End, FieldKind, Flow, Length, Opening,
    Relation, Scope, Start, Value, WhenMissed, act, due, due_of, holds, locks, open, open_actions,
};

fn runs(flow: &Flow, case: &CaseState, id: &str, as_of: &str) -> Vec<Due> {
    let deadline = flow.deadline(&id.into()).unwrap();
    due_of(flow, case, deadline, day(as_of), &calendar_2018()).unwrap()
}

/// The case as it was drafted on this day, all earlier steps on the same day.
fn drafted(flow: &Flow, on: &str) -> CaseState {
    let way = ["file_target", "self_score", "review", "draft"].map(|action| (action, on));
    after(flow, opened(flow, on), &way)
}

#[test]
fn an_appeal_is_answered_within_five_working_days() {
    let flow = assessment_item();
    for (appealed, due_on) in [
        // Fri 28: Sat 29, Sun 30 work; 1 to 7 October off; Mon 8, Tue 9, Wed 10.
        ("2018-09-28", "2018-10-10"),
        // Thu 27: 28, 29, 30, 8, 9.
        ("2018-09-27", "2018-10-09"),
        // Sun 30 (working): 8, 9, 10, 11, 12.
        ("2018-09-30", "2018-10-12"),
        // Wed 3 October, within the holiday: 8, 9, 10, 11, 12.
        ("2018-10-03", "2018-10-12"),
        // Fri 21: the Mid-Autumn weekend 22 to 24 is off; 25, 26, 27, 28, Sat 29.
        ("2018-09-21", "2018-09-29"),
        // An ordinary week: Mon 16 to Mon 23 July.
        ("2018-07-16", "2018-07-23"),
    ] {
        let case = after(&flow, drafted(&flow, appealed), &[("appeal", appealed)]);
        let [run] = &runs(&flow, &case, "answer_due", appealed)[..] else {
            panic!("one run")
        };
        assert_eq!(
            (run.starts_on, run.due_on),
            (day(appealed), day(due_on)),
            "{appealed}"
        );
        assert_eq!(
            (run.state, run.done_on, run.is_fault),
            (Running, None, false)
        );
    }
}

#[test]
fn an_answer_is_met_on_its_last_day_and_late_after_it() {
    let flow = assessment_item();
    let appealed = after(
        &flow,
        drafted(&flow, "2018-09-28"),
        &[("appeal", "2018-09-28")],
    );
    let rows: &[(Option<&str>, &str, DueState, bool)] = &[
        (None, "2018-10-09", Running, false),
        (None, "2018-10-10", Running, false),
        (None, "2018-10-11", Late, true),
        (Some("2018-10-10"), "2018-12-01", Met, false),
        (Some("2018-10-11"), "2018-12-01", Late, true),
        // Asked for a day before the answer, the answer is not there yet.
        (Some("2018-10-11"), "2018-10-10", Running, false),
    ];
    for (answered, as_of, state, is_fault) in rows {
        let case = match answered {
            Some(on) => after(&flow, appealed.clone(), &[("answer", on)]),
            None => appealed.clone(),
        };
        let [run] = &runs(&flow, &case, "answer_due", as_of)[..] else {
            panic!("one run")
        };
        assert_eq!(
            (run.state, run.is_fault),
            (*state, *is_fault),
            "{answered:?} on {as_of}"
        );
        let done_on = answered.map(day).filter(|on| *on <= day(as_of));
        assert_eq!(run.done_on, done_on);
    }
}

#[test]
fn days_left_are_counted_to_the_last_day() {
    let flow = assessment_item();
    let case = after(
        &flow,
        drafted(&flow, "2018-09-28"),
        &[("appeal", "2018-09-28")],
    );
    let run = &runs(&flow, &case, "answer_due", "2018-09-28")[0];
    for (on, working, calendar_days) in [
        ("2018-09-28", 5, 12),
        ("2018-09-30", 3, 10),
        ("2018-10-03", 3, 7),
        ("2018-10-08", 2, 2),
        ("2018-10-10", 0, 0),
        ("2018-10-12", -2, -2),
        ("2018-10-15", -3, -5),
    ] {
        assert_eq!(
            run.working_days_left(day(on), &calendar_2018()),
            Ok(working),
            "{on}"
        );
        assert_eq!(run.days_left(day(on)), calendar_days, "{on}");
    }
    let missing = run
        .working_days_left(day("2019-01-02"), &calendar_2018())
        .unwrap_err();
    assert_eq!(missing.code, "F301");
}

#[test]
fn one_month_to_rectify() {
    for (ordered, rolls, due_on) in [
        // 5 October lies in the holiday; the next working day is Monday 8.
        ("2018-09-05", true, "2018-10-08"),
        ("2018-09-05", false, "2018-10-05"),
        // September has no 31st: its last day, a working Sunday.
        ("2018-08-31", true, "2018-09-30"),
        ("2018-01-31", true, "2018-02-28"),
        ("2018-06-12", true, "2018-07-12"),
        // 16 June 2018 was a Saturday, Monday 18 the Dragon Boat Festival.
        ("2018-05-16", true, "2018-06-19"),
    ] {
        let flow = rectification(rolls);
        let case = opened(&flow, ordered);
        assert_eq!(
            runs(&flow, &case, "month", ordered)[0].due_on,
            day(due_on),
            "{ordered}"
        );
    }
}

#[test]
fn calendar_days_roll_and_fixed_days_count_from_the_reference_year() {
    let flow = assessment_item();
    for (scored, due_on) in [("2018-09-20", "2018-09-30"), ("2018-09-21", "2018-10-08")] {
        let way = [("file_target", scored), ("self_score", scored)];
        let case = after(&flow, opened(&flow, scored), &way);
        assert_eq!(
            runs(&flow, &case, "review_due", scored)[0].due_on,
            day(due_on),
            "{scored}"
        );
    }
    // 15 June 2018 was a Friday.
    let case = opened(&flow, "2018-06-20");
    let [run] = &runs(&flow, &case, "target_due", "2018-06-20")[..] else {
        panic!("one run")
    };
    assert_eq!((run.due_on, run.state), (day("2018-06-15"), Late));

    let mut leap = assessment_item();
    leap.deadlines[0].length = Length::FixedDay {
        month: 2,
        day: 29,
        year_offset: 0,
    };
    let run = &runs(&leap, &case, "target_due", "2018-06-20")[0];
    assert_eq!(run.due_on, day("2018-02-28"));
}

#[test]
fn an_unpublished_year_is_an_error_only_for_what_needs_it() {
    let flow = assessment_item();
    let fields = opened(&flow, "2018-05-02").opening.fields;
    let next_year = Opening {
        reference_year: 2019,
        fields,
        ..opening("2018-05-02")
    };
    let case = open(&flow, next_year).unwrap();
    let calendar = calendar_2018();
    let problem = due(&flow, &case, day("2018-05-02"), &calendar).unwrap_err();
    assert_eq!(problem.code, "F301");
    let mut plain = flow.clone();
    plain.deadlines[0].rolls = false;
    let dues = due(&plain, &case, day("2018-05-02"), &calendar).unwrap();
    assert_eq!(
        dues.iter().map(|run| run.due_on).collect::<Vec<Day>>(),
        [day("2019-06-15")]
    );
    // The act goes through all the same: no deadline bears on it.
    assert!(
        act(
            &flow,
            &case,
            proper("file_target", day("2018-05-03")),
            &calendar
        )
        .is_ok()
    );
}

#[test]
fn a_right_to_appeal_lapses_and_a_new_draft_gives_it_anew() {
    let mut flow = assessment_item();
    flow.actions.push(super::fixtures::action(
        "redraft",
        &["drafted"],
        "reviewed",
        "office",
        crate::Scope::All,
    ));
    // Mon 16 July 2018: the window's last day is Mon 23.
    let case = drafted(&flow, "2018-07-16");
    let calendar = calendar_2018();
    assert!(act(&flow, &case, proper("appeal", day("2018-07-23")), &calendar).is_ok());
    let lapsed = act(&flow, &case, proper("appeal", day("2018-07-24")), &calendar).unwrap_err();
    assert_eq!(lapsed.code, "F224");
    assert_eq!(
        lapsed.what(base::Lang::En),
        "“appeal_window” ended on 2018-07-23; “appeal” is no longer possible"
    );
    assert!(lapsed.remedy(base::Lang::Zh).contains("考核办法第十条"));
    // Not used, it is late but nobody's fault, and the office can go on.
    let run = &runs(&flow, &case, "appeal_window", "2018-07-24")[0];
    assert_eq!((run.state, run.is_fault), (Late, false));
    assert!(
        act(
            &flow,
            &case,
            proper("compose", day("2018-07-24")),
            &calendar
        )
        .is_ok()
    );

    let again = after(
        &flow,
        case,
        &[("redraft", "2018-07-24"), ("draft", "2018-07-24")],
    );
    assert!(
        act(
            &flow,
            &again,
            proper("appeal", day("2018-07-31")),
            &calendar
        )
        .is_ok()
    );
    let windows = runs(&flow, &again, "appeal_window", "2018-07-24");
    assert_eq!(windows.len(), 2);
    assert_eq!(
        (windows[0].state, windows[0].done_on),
        (Late, Some(day("2018-07-24")))
    );
    assert_eq!(
        (windows[1].starts_on, windows[1].state),
        (day("2018-07-24"), Running)
    );
}

#[test]
fn each_entering_of_a_state_is_a_run_of_its_own() {
    let flow = assessment_item();
    let case = after(
        &flow,
        opened(&flow, "2018-05-02"),
        &[
            ("file_target", "2018-06-01"),
            ("self_score", "2018-07-02"),
            ("send_back", "2018-07-10"),
            ("self_score", "2018-07-11"),
            ("review", "2018-07-25"),
        ],
    );
    let found: Vec<_> = runs(&flow, &case, "review_due", "2018-12-01")
        .into_iter()
        .map(|run| (run.starts_on.to_string(), run.due_on.to_string(), run.state))
        .collect();
    // 12 July is a Thursday; 21 July a Saturday, so Monday 23.
    assert_eq!(
        found,
        [
            ("2018-07-02".to_string(), "2018-07-12".to_string(), Met),
            ("2018-07-11".to_string(), "2018-07-23".to_string(), Late),
        ]
    );
}

#[test]
fn closing_a_case_ends_what_still_runs() {
    let mut flow = assessment_item();
    flow.deadlines[0].ends = End::OnEnter("sealed".into());
    for (closed, state) in [("2018-06-15", Ceased), ("2018-06-19", Late)] {
        let case = after(&flow, opened(&flow, "2018-05-02"), &[("withdraw", closed)]);
        let [run] = &runs(&flow, &case, "target_due", "2018-12-01")[..] else {
            panic!("one run")
        };
        assert_eq!((run.state, run.done_on), (state, None), "{closed}");
    }
    // Reopened, the state that is entered again starts a new run.
    let flow = rectification(true);
    let way = [("correct", "2018-03-02"), ("reopen", "2018-07-11")];
    let case = after(&flow, opened(&flow, "2018-03-01"), &way);
    let months = runs(&flow, &case, "month", "2018-07-11");
    assert_eq!(
        months.iter().map(|run| run.state).collect::<Vec<_>>(),
        [Met, Running]
    );
    // 11 August 2018 was a Saturday.
    assert_eq!(months[1].due_on, day("2018-08-13"));
}

#[test]
fn a_deadline_can_start_on_a_day_that_a_field_tells() {
    let mut flow = rectification(true);
    flow.deadlines[0].starts = Start::OnField("told_on".into());
    flow.deadlines[0].length = Length::WorkingDays(5);
    let calendar = calendar_2018();
    let case = opened(&flow, "2018-07-02");
    assert_eq!(runs(&flow, &case, "month", "2018-07-02"), []);
    let tell = |case: &CaseState, on: &str, told: &str| {
        let mut tell = proper("tell", day(on));
        tell.fields.insert("told_on".into(), Value::Day(day(told)));
        act(&flow, case, tell, &calendar).unwrap()
    };
    let case = tell(&case, "2018-07-04", "2018-07-03");
    // Tue 3 July: 4, 5, 6, 9, 10.
    assert_eq!(
        runs(&flow, &case, "month", "2018-07-04")[0].due_on,
        day("2018-07-10")
    );
    // The day was wrong and is corrected: the deadline follows; asked for before, it does not.
    let case = tell(&case, "2018-07-06", "2018-07-05");
    assert_eq!(
        runs(&flow, &case, "month", "2018-07-06")[0].due_on,
        day("2018-07-12")
    );
    assert_eq!(
        runs(&flow, &case, "month", "2018-07-05")[0].due_on,
        day("2018-07-10")
    );
    let case = after(&flow, case, &[("correct", "2018-07-12")]);
    assert_eq!(runs(&flow, &case, "month", "2018-08-01")[0].state, Met);
}

#[test]
fn a_deadline_can_start_on_a_fixed_day() {
    let mut flow = rectification(true);
    flow.deadlines[0].starts = Start::OnFixedDay {
        month: 9,
        day: 28,
        year_offset: 0,
    };
    flow.deadlines[0].length = Length::WorkingDays(5);
    let case = opened(&flow, "2018-07-02");
    let run = &runs(&flow, &case, "month", "2018-07-02")[0];
    assert_eq!(
        (run.starts_on, run.due_on),
        (day("2018-09-28"), day("2018-10-10"))
    );
    assert_eq!(run.state, Running);
}

#[test]
fn a_limit_that_was_met_locks_nothing() {
    let mut flow = assessment_item();
    // Self-scores are wanted by 15 June and not taken after it.
    flow.deadlines[0].ends = End::OnAction(vec!["self_score".into()]);
    flow.deadlines[0].when_missed = WhenMissed::Lock(vec!["self_score".into()]);
    let filed = after(
        &flow,
        opened(&flow, "2018-05-02"),
        &[("file_target", "2018-06-01")],
    );
    let calendar = calendar_2018();
    let late = act(
        &flow,
        &filed,
        proper("self_score", day("2018-06-16")),
        &calendar,
    );
    assert_eq!(late.unwrap_err().code, "F224");
    // Handed in on time and sent back, it may be handed in again.
    let way = [("self_score", "2018-06-15"), ("send_back", "2018-06-20")];
    let back = after(&flow, filed, &way);
    assert!(
        act(
            &flow,
            &back,
            proper("self_score", day("2018-06-21")),
            &calendar
        )
        .is_ok()
    );
}

#[test]
fn what_is_locked_is_opened_again_by_an_action_that_adds_up_what_it_costs() {
    let mut flow = assessment_item();
    flow.deadlines[0].ends = End::OnAction(vec!["self_score".into()]);
    flow.deadlines[0].when_missed = WhenMissed::Lock(vec!["self_score".into()]);
    flow.deadlines[0].lifted_by = vec!["reopen".into()];
    flow.fields
        .push(field("taken", FieldKind::Decimal { scale: 1 }));
    flow.actions.push(Action {
        reason_required: true,
        adds: Some(Adds {
            field: "taken".into(),
            // 5 % of 5 points is 0.25, and with one place 0.3.
            amount: Amount::ShareOf("target".into(), Ratio::new(1, 20).unwrap()),
        }),
        ..action(
            "reopen",
            &["target_filed"],
            "target_filed",
            "office",
            Scope::All,
        )
    });
    let calendar = calendar_2018();
    let filed = after(
        &flow,
        opened(&flow, "2018-05-02"),
        &[("file_target", "2018-06-01")],
    );
    let mut filed = filed;
    filed
        .fields
        .insert("target".into(), Value::Number(Ratio::from_int(5)));
    let reopen = |on: &str| Act {
        reason: Some("洪灾".into()),
        ..proper("reopen", day(on))
    };
    // On the last day nothing is locked and nothing to be opened; on the next it is the other way round.
    let possible = |case: &CaseState, role: &str, own: bool, on: &str| {
        let relation = Relation {
            own,
            lead: false,
            support: false,
        };
        open_actions(&flow, case, &[role.into()], relation, day(on), &calendar)
    };
    let refused = act(&flow, &filed, reopen("2018-06-15"), &calendar);
    assert_eq!(refused.unwrap_err().code, "F228");
    assert_eq!(
        possible(&filed, "liaison", true, "2018-06-15"),
        ["self_score"]
    );
    assert!(possible(&filed, "liaison", true, "2018-06-16").is_empty());
    assert_eq!(
        possible(&filed, "office", false, "2018-06-16"),
        ["withdraw", "reopen"]
    );
    assert_eq!(
        locks(&flow, &filed, day("2018-06-16"), &calendar)
            .unwrap()
            .len(),
        1
    );
    let once = act(&flow, &filed, reopen("2018-06-18"), &calendar).unwrap();
    assert_eq!(
        once.fields["taken"],
        Value::Number(Ratio::new(3, 10).unwrap())
    );
    assert!(
        locks(&flow, &once, day("2018-06-30"), &calendar)
            .unwrap()
            .is_empty()
    );
    let again = act(&flow, &once, reopen("2018-06-19"), &calendar);
    assert_eq!(again.unwrap_err().code, "F228");
    let done = act(
        &flow,
        &once,
        proper("self_score", day("2018-06-20")),
        &calendar,
    );
    assert_eq!(done.unwrap().state, "self_scored");
}

#[test]
fn all_deadlines_are_listed_in_the_order_of_the_flow() {
    let flow = assessment_item();
    let case = after(
        &flow,
        drafted(&flow, "2018-06-01"),
        &[("appeal", "2018-06-04")],
    );
    let dues = due(&flow, &case, day("2018-06-04"), &calendar_2018()).unwrap();
    let ids: Vec<&str> = dues.iter().map(|run| run.deadline.as_str()).collect();
    assert_eq!(
        ids,
        ["target_due", "review_due", "appeal_window", "answer_due"]
    );
    // The day before the case opened, nothing was due.
    assert_eq!(
        due(&flow, &case, day("2018-05-31"), &calendar_2018()),
        Ok(vec![])
    );
}

#[test]
fn what_would_cut_a_limit_short_needs_its_reason_until_it_has_run_out() {
    let mut flow = assessment_item();
    let window = flow
        .deadlines
        .iter_mut()
        .find(|one| one.id == "appeal_window");
    window.unwrap().holds = vec!["compose".into()];
    // Mon 16 July 2018: the window's last day is Mon 23.
    let case = drafted(&flow, "2018-07-16");
    let calendar = calendar_2018();
    for (on, is_held) in [
        ("2018-07-16", true),
        ("2018-07-23", true),
        ("2018-07-24", false),
    ] {
        let id = "compose".into();
        let held = holds(&flow, &case, &id, day(on), &calendar).unwrap();
        let until: Vec<_> = held.iter().map(|hold| hold.run.due_on).collect();
        let expected = if is_held {
            vec![day("2018-07-23")]
        } else {
            Vec::new()
        };
        assert_eq!(until, expected, "{on}");
        let silent = act(&flow, &case, proper("compose", day(on)), &calendar);
        match silent {
            Ok(_) => assert!(!is_held, "{on}"),
            Err(problem) => {
                assert!(is_held, "{on}");
                assert_eq!(problem.code, "F230");
                assert_eq!(
                    problem.what(base::Lang::En),
                    "“appeal_window” runs until 2018-07-23; “compose” now would cut it short"
                );
            }
        }
        let said = crate::Act {
            reason: Some("各单位书面表示无异议".into()),
            ..proper("compose", day(on))
        };
        let after = act(&flow, &case, said, &calendar).unwrap();
        let last = after.steps.last().unwrap();
        assert_eq!(last.reason.as_deref(), Some("各单位书面表示无异议"));
    }
    // Spaces are no reason, and an appeal that was answered leaves nothing to cut short.
    let blank = crate::Act {
        reason: Some("  ".into()),
        ..proper("compose", day("2018-07-17"))
    };
    assert_eq!(
        act(&flow, &case, blank, &calendar).unwrap_err().code,
        "F230"
    );
    let way = [("appeal", "2018-07-17"), ("answer", "2018-07-18")];
    let answered = after(&flow, case, &way);
    assert!(
        act(
            &flow,
            &answered,
            proper("compose", day("2018-07-18")),
            &calendar
        )
        .is_ok()
    );
}

#[test]
fn a_limit_holds_only_actions_that_there_are() {
    let mut flow = assessment_item();
    flow.deadlines[0].holds = vec!["compse".into()];
    let faults = crate::validate(&flow);
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.key, fault.problem.code))
        .collect();
    assert_eq!(found, [("holds", "F103")]);
}
