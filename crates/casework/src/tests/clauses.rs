//! Extensions, stopped clocks, transfers and notices, held against a count of days that is done day by day, and what
//! their declarations can get wrong.

use base::{Day, WorkCalendar};
use proptest::prelude::*;

use super::fixtures::{action, calendar_2018, day, deadline, field, morning, requires, state};
use crate::{
    Act, Action, Beyond, CaseState, Clock, Counts, Deadline, DueState, End, Extension, FieldKind,
    Filing, Flow, FlowPart, Length, Moved, Notice, OnTransfer, Opening, Relation, Scope, Start,
    StateKind, Transfer, Value, act, due_of, notices, open, open_actions, pass_time, validate,
};

/// Handled, stopped, shown; with all clauses.
fn matter(length: Length) -> Flow {
    let stay = |id: &str, role: &str| action(id, &["handling"], "handling", role, Scope::All);
    let mut stopped = state("stopped", StateKind::Waiting);
    stopped.is_clock_stopped = true;
    Flow {
        id: "matter".into(),
        name: "matter".into_text(),
        subject: "none".into(),
        initial: "handling".into(),
        states: vec![
            state("handling", StateKind::Open),
            stopped,
            state("shown", StateKind::Waiting),
            state("published", StateKind::Closed),
            state("withdrawn", StateKind::Closed),
        ],
        fields: vec![field("days", FieldKind::Integer)],
        actions: vec![
            action("stop", &["handling"], "stopped", "clerk", Scope::All),
            action("go_on", &["stopped"], "handling", "clerk", Scope::All),
            stay("ask", "clerk"),
            Action {
                requires: requires(&["days"]),
                ..stay("grant", "chief")
            },
            stay("refuse", "chief"),
            Action {
                beyond: Beyond {
                    transfers: Some(Transfer::ToUnit),
                    ..Beyond::default()
                },
                ..stay("pass", "clerk")
            },
            Action {
                beyond: Beyond {
                    transfers: Some(Transfer::Back),
                    ..Beyond::default()
                },
                ..stay("back", "clerk")
            },
            action("show", &["handling"], "shown", "clerk", Scope::All),
            action("object", &["shown"], "shown", "clerk", Scope::All),
            action("settle", &["shown"], "shown", "clerk", Scope::All),
            Action {
                roles: Vec::new(),
                ..action("publish", &["shown"], "published", "clerk", Scope::All)
            },
            action(
                "withdraw",
                &["handling"],
                "withdrawn",
                "clerk",
                Scope::Filer,
            ),
        ],
        deadlines: vec![Deadline {
            on_transfer: OnTransfer::StartsAnew,
            ..deadline(
                "handle",
                Start::OnOpen,
                End::OnEnter("shown".into()),
                length,
                false,
            )
        }],
        extensions: vec![Extension {
            deadline: "handle".into(),
            asked_by: "ask".into(),
            granted_by: "grant".into(),
            refused_by: Some("refuse".into()),
            days: "days".into(),
            counts: Counts::WorkingDays,
            at_most: 30,
            times: 3,
        }],
        notices: vec![Notice {
            id: "public".into(),
            name: "public".into_text(),
            state: "shown".into(),
            length: Length::WorkingDays(5),
            objections: vec!["object".into()],
            settled_by: vec!["settle".into()],
            then: "publish".into(),
            basis: "art. 5".into_text(),
        }],
        filing: Filing::default(),
    }
}

trait IntoText {
    fn into_text(self) -> base::Text;
}

impl IntoText for &str {
    fn into_text(self) -> base::Text {
        base::Text::same(self)
    }
}

fn opened(flow: &Flow, on: Day) -> CaseState {
    let opening = Opening {
        day: on,
        moment: morning(on),
        by: 1,
        rules: base::Position(1),
        reference_year: on.year(),
        fields: std::collections::BTreeMap::new(),
    };
    open(flow, opening).unwrap()
}

fn wanted(id: &str, on: Day) -> Act {
    let role = match id {
        "grant" | "refuse" => "chief",
        _ => "clerk",
    };
    Act {
        action: id.into(),
        by: 1,
        roles: vec![role.into()],
        unit: None,
        relation: Relation {
            filer: true,
            ..Relation::default()
        },
        day: on,
        moment: morning(on),
        fields: std::collections::BTreeMap::new(),
        evidence: Vec::new(),
        reason: None,
        closing_reason: None,
        unit_to: (id == "pass").then(|| "other".into()),
        into: None,
    }
}

fn granting(on: Day, days: i64) -> Act {
    Act {
        fields: [("days".into(), Value::Integer(days))].into(),
        ..wanted("grant", on)
    }
}

/// Counts working days one after the other, without the calendar's own arithmetic.
struct Paper {
    special: Vec<(Day, bool)>,
}

impl Paper {
    fn of(calendar: &WorkCalendar) -> Paper {
        let mut on = day("2018-01-01");
        let mut special = Vec::new();
        while on <= day("2018-12-31") {
            special.extend(calendar.special_day(on).map(|found| (on, found.is_off)));
            on = on.plus_days(1).unwrap();
        }
        Paper { special }
    }

    fn is_worked(&self, on: Day) -> bool {
        let said = self.special.iter().find(|(special, _)| *special == on);
        said.map_or(on.weekday() <= 5, |(_, is_off)| !is_off)
    }
}

proptest! {
    /// A limit of N working days with any stops and extensions: its last day is the one on which N plus the granted
    /// working days have passed while the clock ran.
    #[test]
    fn a_moved_limit_is_as_long_as_the_days_on_which_its_clock_ran(
        length in 1_u32..30,
        start in 0_i64..100,
        moves in prop::collection::vec((0_i64..6, 0_u8..3, 1_i64..10), 0..8),
    ) {
        let calendar = calendar_2018();
        let paper = Paper::of(&calendar);
        let flow = matter(Length::WorkingDays(length));
        let from = day("2018-01-02").plus_days(start).unwrap();
        let mut case = opened(&flow, from);
        // Stopped from the first day of each pair until the second; granted on a day, so many.
        let mut stops: Vec<(Day, Day)> = Vec::new();
        let mut granted: Vec<i64> = Vec::new();
        for (later, what, days) in moves {
            let on = case.last_day().plus_days(later).unwrap();
            let due = due_of(&flow, &case, &flow.deadlines[0], on, &calendar).unwrap();
            if due[0].state != DueState::Running {
                break;
            }
            match what {
                0 => {
                    let until = on.plus_days(days).unwrap();
                    case = act(&flow, &case, wanted("stop", on), &calendar).unwrap();
                    case = act(&flow, &case, wanted("go_on", until), &calendar).unwrap();
                    stops.push((on, until));
                }
                1 => {
                    let asked = act(&flow, &case, wanted("ask", on), &calendar);
                    if granted.len() == 3 {
                        prop_assert_eq!(asked.unwrap_err().code, "F239");
                        continue;
                    }
                    case = act(&flow, &asked.unwrap(), granting(on, days), &calendar).unwrap();
                    granted.push(days);
                }
                _ => {
                    case = act(&flow, &case, wanted("ask", on), &calendar).unwrap_or(case);
                    case = act(&flow, &case, wanted("refuse", on), &calendar).unwrap_or(case);
                }
            }
        }
        let run = &due_of(&flow, &case, &flow.deadlines[0], case.last_day(), &calendar).unwrap()[0];
        let counts = |on: Day| {
            paper.is_worked(on) && !stops.iter().any(|(since, until)| on > *since && on <= *until)
        };
        let wanted: i64 = i64::from(length) + granted.iter().sum::<i64>();
        let (mut on, mut ran) = (from, 0);
        while ran < wanted {
            on = on.plus_days(1).unwrap();
            ran += i64::from(counts(on));
        }
        // Stopped on its last day it may still be done when the clock goes on: until the last working day so far.
        while let Some((since, until)) = stops.iter().find(|(since, _)| *since == on) {
            let mut later = *since;
            while later < *until {
                later = later.plus_days(1).unwrap();
                on = if paper.is_worked(later) { later } else { on };
            }
            if on == *since {
                break;
            }
        }
        prop_assert_eq!(run.due_on, on);
        // Each move goes on from the one before, and ends at the due day.
        let mut last = None;
        for moved in &run.moves {
            prop_assert!(last.is_none_or(|last| last == moved.from) && moved.from <= moved.to);
            last = Some(moved.to);
        }
        prop_assert!(last.is_none_or(|last| last == run.due_on));
    }

    /// A notice of N working days ends by itself on the day after the Nth, or on the day of the last settlement.
    #[test]
    fn a_notice_ends_on_its_day_whenever_it_is_looked_at(
        start in 0_i64..150,
        objected in prop::option::of((0_i64..8, 0_i64..20)),
        looked in 0_i64..60,
    ) {
        let calendar = calendar_2018();
        let paper = Paper::of(&calendar);
        let flow = matter(Length::WorkingDays(20));
        let up = day("2018-01-02").plus_days(start).unwrap();
        let mut case = act(&flow, &opened(&flow, up), wanted("show", up), &calendar).unwrap();
        let (mut last, mut left) = (up, 5);
        while left > 0 {
            last = last.plus_days(1).unwrap();
            left -= i64::from(paper.is_worked(last));
        }
        let mut ends = last.plus_days(1).unwrap();
        if let Some((later, settled)) = objected {
            let on = up.plus_days(later).unwrap();
            let tried = act(&flow, &case, wanted("object", on), &calendar);
            if on > last {
                prop_assert_eq!(tried.unwrap_err().code, "F242");
            } else {
                let settled = on.plus_days(settled).unwrap();
                case = act(&flow, &tried.unwrap(), wanted("settle", settled), &calendar).unwrap();
                ends = ends.max(settled);
            }
        }
        let clock = Clock { by: 7, moment: base::Moment::MIN };
        let on = case.last_day().plus_days(looked).unwrap();
        let mut seen = case.clone();
        let steps = pass_time(&flow, &mut seen, on, &calendar, clock).unwrap();
        prop_assert_eq!(steps.len(), usize::from(on >= ends));
        prop_assert_eq!(seen.is_closed(), on >= ends);
        if let Some(step) = steps.first() {
            prop_assert_eq!(step.day, ends);
        }
        // Looked at again nothing more happens.
        prop_assert!(pass_time(&flow, &mut seen, on, &calendar, clock).unwrap().is_empty());
    }
}

#[test]
fn a_notice_of_months_ends_after_the_same_day_of_the_month() {
    let (mut flow, calendar) = (matter(Length::CalendarDays(10)), calendar_2018());
    flow.notices[0].length = Length::Months(3);
    let clock = Clock {
        by: 7,
        moment: base::Moment::MIN,
    };
    // Put up on the last of November: to the last of February, of which there is no 30th; it ends on the 1st of March.
    for (up, last, ends) in [
        ("2017-11-30", "2018-02-28", "2018-03-01"),
        ("2018-05-15", "2018-08-15", "2018-08-16"),
    ] {
        let shown = act(
            &flow,
            &opened(&flow, day(up)),
            wanted("show", day(up)),
            &calendar,
        );
        let mut case = shown.unwrap();
        let none = pass_time(&flow, &mut case, day(last), &calendar, clock).unwrap();
        assert_eq!(none, []);
        let steps = pass_time(&flow, &mut case, day("2018-12-31"), &calendar, clock).unwrap();
        assert_eq!(steps[0].day, day(ends));
    }
}

#[test]
fn a_transfer_starts_the_limit_anew_and_sending_back_gives_the_old_one() {
    let (flow, calendar) = (matter(Length::CalendarDays(10)), calendar_2018());
    let case = opened(&flow, day("2018-06-04"));
    let refused = act(&flow, &case, wanted("back", day("2018-06-05")), &calendar);
    assert_eq!(refused.unwrap_err().code, "F232");
    let due = |case: &CaseState| {
        let runs = due_of(
            &flow,
            case,
            &flow.deadlines[0],
            day("2018-06-30"),
            &calendar,
        )
        .unwrap();
        (runs[0].due_on.to_string(), runs[0].moves.len())
    };
    assert_eq!(due(&case), ("2018-06-14".to_owned(), 0));
    let case = act(&flow, &case, wanted("pass", day("2018-06-08")), &calendar).unwrap();
    assert_eq!(due(&case), ("2018-06-18".to_owned(), 1));
    let case = act(&flow, &case, wanted("back", day("2018-06-11")), &calendar).unwrap();
    assert_eq!(due(&case), ("2018-06-14".to_owned(), 2));
}

#[test]
fn a_stopped_clock_tells_since_when_and_moves_on() {
    let (flow, calendar) = (matter(Length::CalendarDays(10)), calendar_2018());
    let case = opened(&flow, day("2018-06-04"));
    let case = act(&flow, &case, wanted("stop", day("2018-06-06")), &calendar).unwrap();
    let run = |on: &str| {
        let runs = due_of(&flow, &case, &flow.deadlines[0], day(on), &calendar).unwrap();
        runs[0].clone()
    };
    assert_eq!(run("2018-06-06").due_on, day("2018-06-14"));
    let later = run("2018-07-06");
    assert_eq!(later.due_on, day("2018-07-14"));
    assert_eq!(later.stopped_since, Some(day("2018-06-06")));
    assert_eq!(later.moves[0].why, Moved::Stopped(None));
}

#[test]
fn what_time_does_is_offered_to_nobody() {
    let (flow, calendar) = (matter(Length::WorkingDays(20)), calendar_2018());
    let on = day("2018-06-04");
    let case = act(&flow, &opened(&flow, on), wanted("show", on), &calendar).unwrap();
    let roles = ["clerk".into(), "chief".into()];
    let offered = open_actions(&flow, &case, &roles, Relation::default(), on, &calendar);
    // Nothing is open that could be settled.
    assert_eq!(offered, ["object"]);
    let refused = act(&flow, &case, wanted("publish", on), &calendar).unwrap_err();
    assert_eq!(refused.code, "F205");
    let run = &notices(&flow, &case, on, &calendar).unwrap()[0];
    assert_eq!(run.last_day, day("2018-06-11"));
    assert_eq!(run.ends_on, Some(day("2018-06-12")));
}

#[test]
fn every_fault_of_a_clause_is_found_at_its_place() {
    type Break = fn(&mut Flow);
    let flow = matter(Length::WorkingDays(20));
    assert_eq!(validate(&flow), []);
    let table: &[(Break, FlowPart, &str, &str)] = &[
        (
            |f| f.extensions[0].deadline = "x".into(),
            FlowPart::Extension(0),
            "deadline",
            "F126",
        ),
        (
            |f| f.extensions[0].asked_by = "x".into(),
            FlowPart::Extension(0),
            "asked_by",
            "F103",
        ),
        (
            |f| f.actions[3].roles = vec!["clerk".into()],
            FlowPart::Extension(0),
            "granted_by",
            "F127",
        ),
        (
            |f| f.actions[3].requires.clear(),
            FlowPart::Extension(0),
            "days",
            "F128",
        ),
        (
            |f| f.extensions[0].times = 0,
            FlowPart::Extension(0),
            "times",
            "F129",
        ),
        (
            |f| f.extensions[0].refused_by = Some("show".into()),
            FlowPart::Extension(0),
            "refused_by",
            "F130",
        ),
        (
            |f| f.notices[0].state = "published".into(),
            FlowPart::Notice(0),
            "state",
            "F131",
        ),
        (
            |f| f.notices[0].then = "object".into(),
            FlowPart::Notice(0),
            "then",
            "F132",
        ),
        (
            |f| f.actions[10].reason_required = true,
            FlowPart::Notice(0),
            "then",
            "F133",
        ),
        (
            |f| f.notices[0].settled_by.clear(),
            FlowPart::Notice(0),
            "objections",
            "F134",
        ),
        (
            |f| f.actions[8].to = "handling".into(),
            FlowPart::Notice(0),
            "objections",
            "F135",
        ),
        (
            |f| f.notices[0].length = Length::WorkingDays(0),
            FlowPart::Notice(0),
            "length",
            "F116",
        ),
        (
            |f| f.notices[0].id = "handle".into(),
            FlowPart::Notice(0),
            "id",
            "F101",
        ),
        (
            |f| f.states[3].is_clock_stopped = true,
            FlowPart::State(3),
            "clock",
            "F136",
        ),
        (
            |f| f.actions[0].beyond.waits_for_sub_cases = true,
            FlowPart::Action(0),
            "waits_for_sub_cases",
            "F137",
        ),
        (
            |f| f.actions[0].beyond.merges = true,
            FlowPart::Action(0),
            "merges",
            "F138",
        ),
        (
            |f| f.actions[5].beyond.transfers = None,
            FlowPart::Action(6),
            "transfers",
            "F139",
        ),
        // An action without roles that no notice takes is nobody's.
        (
            |f| f.actions[0].roles.clear(),
            FlowPart::Action(0),
            "roles",
            "F109",
        ),
    ];
    for (spoil, part, key, code) in table {
        let mut flow = flow.clone();
        spoil(&mut flow);
        let faults = validate(&flow);
        let found = faults
            .iter()
            .any(|fault| fault.part == *part && fault.key == *key && fault.problem.code == *code);
        assert!(found, "{code}: {faults:?}");
    }
}
