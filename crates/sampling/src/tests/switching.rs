//! The rules of clauses 9.3 and 9.4.

use proptest::prelude::*;

use crate::{
    Aql, Decision, Event, Level, Lot, Outcome, Scheme, Severity, State, Step, Why, follow,
};

fn scheme(aql: &str) -> Scheme {
    Scheme {
        level: Level::USUAL,
        aql: Aql::parse(aql).unwrap(),
    }
}

/// A lot of 1000: normal n 80 Ac 2 at AQL 1.0, tightened Ac 1, reduced n 32 Ac 1.
fn lot(found: u32) -> Event {
    Event::Lot(Lot {
        size: 1_000,
        found,
        is_original: true,
    })
}

fn lots(found: &[u32]) -> Vec<Event> {
    found.iter().copied().map(lot).collect()
}

fn last(events: &[Event]) -> Step {
    *follow(scheme("1.0"), events).last().unwrap()
}

#[test]
fn two_of_five_lead_to_tightened_and_six_apart_do_not() {
    // 3 is above Ac 2.
    let step = last(&lots(&[3, 0, 0, 0, 3]));
    assert_eq!(
        (step.why, step.after.severity),
        (Why::TwoOfFive, Severity::Tightened)
    );
    // The lot itself was still inspected normally.
    assert_eq!(step.severity, Severity::Normal);
    assert_eq!(last(&lots(&[3, 3])).after.severity, Severity::Tightened);
    assert_eq!(
        last(&lots(&[3, 0, 0, 0, 0, 3])).after.severity,
        Severity::Normal
    );
}

#[test]
fn five_accepted_in_a_row_lead_back_and_one_between_begins_anew() {
    // After two threes every lot is inspected with Ac 1.
    let step = last(&lots(&[3, 3, 1, 1, 1, 1, 1]));
    assert_eq!(
        (step.why, step.after),
        (Why::FiveAccepted, State::default())
    );
    let step = last(&lots(&[3, 3, 1, 1, 1, 1, 2, 1, 1, 1, 1]));
    assert_eq!(step.after.severity, Severity::Tightened);
    assert_eq!(step.after.accepted_in_a_row, 4);
    assert_eq!(step.after.not_accepted, 1);
    // Back on normal inspection the two lots from before do not count again.
    let step = last(&lots(&[3, 3, 0, 0, 0, 0, 0, 3]));
    assert_eq!(step.after.severity, Severity::Normal);
}

#[test]
fn five_not_accepted_on_tightened_discontinue_it() {
    let mut events = lots(&[3, 3, 2, 0, 2, 0, 2, 0, 2, 0]);
    assert_eq!(last(&events).after.not_accepted, 4);
    events.push(lot(2));
    let step = last(&events);
    assert_eq!(
        (step.why, step.after.is_discontinued),
        (Why::FiveNotAccepted, true)
    );
    events.push(lot(0));
    assert_eq!(last(&events).outcome, Outcome::Discontinued);
    events.push(Event::Decision(Decision::Resume));
    let step = last(&events);
    assert_eq!(step.why, Why::Resumed);
    assert_eq!(
        step.after,
        State {
            severity: Severity::Tightened,
            ..State::default()
        }
    );
}

#[test]
fn the_score_grows_by_three_where_a_tighter_limit_would_accept() {
    // Ac 2 at 1.0; one step tighter, 0.65, J has Ac 1.
    let scores: Vec<u32> = follow(scheme("1.0"), &lots(&[0, 1, 2, 1, 3, 1]))
        .iter()
        .map(|step| step.after.score)
        .collect();
    // 2 found: accepted, but not one step tighter. 3 found: not accepted.
    assert_eq!(scores, [3, 6, 0, 3, 0, 3]);
    // With Ac 1 (AQL 0.65) an accepted lot gives 2.
    let scores: Vec<u32> = follow(scheme("0.65"), &lots(&[0, 1, 2, 1]))
        .iter()
        .map(|step| step.after.score)
        .collect();
    assert_eq!(scores, [2, 4, 0, 2]);
}

#[test]
fn reduced_needs_the_score_and_the_consent_and_ends_with_one_lot() {
    let mut events = lots(&[0; 9]);
    assert_eq!(last(&events).after.score, 27);
    events.push(lot(0));
    let step = last(&events);
    assert_eq!((step.why, step.after.score), (Why::WaitsForConsent, 30));
    assert_eq!(step.after.severity, Severity::Normal);
    events.push(Event::Decision(Decision::AllowReduced));
    let step = last(&events);
    assert_eq!(
        (step.why, step.after.severity),
        (Why::ScoreReached, Severity::Reduced)
    );
    // Reduced: n 32, Ac 1.
    events.push(lot(1));
    let step = last(&events);
    let Outcome::Judged(plan, true) = step.outcome else {
        panic!("{step:?}")
    };
    assert_eq!((plan.sample, plan.accept), (32, 1));
    events.push(lot(2));
    let step = last(&events);
    assert_eq!(step.why, Why::NotAcceptedOnReduced);
    assert_eq!(
        (step.after.severity, step.after.score),
        (Severity::Normal, 0)
    );
    // The consent stands: the score leads there again.
    events.extend(lots(&[0; 10]));
    assert_eq!(last(&events).after.severity, Severity::Reduced);
    events.push(Event::Decision(Decision::EndReduced));
    let step = last(&events);
    assert_eq!(
        (step.why, step.after.severity),
        (Why::EndedByDecision, Severity::Normal)
    );
    events.extend(lots(&[0; 10]));
    assert_eq!(last(&events).why, Why::WaitsForConsent);
}

#[test]
fn lots_presented_again_change_nothing() {
    let again = Event::Lot(Lot {
        size: 1_000,
        found: 9,
        is_original: false,
    });
    let step = last(&[lot(3), again, again]);
    assert_eq!(
        (step.why, step.after.severity),
        (Why::PresentedAgain, Severity::Normal)
    );
    assert!(matches!(step.outcome, Outcome::Judged(_, false)));
}

proptest! {
    /// What was decided of the first lots does not depend on those that follow, and states stay within their bounds.
    #[test]
    fn a_course_is_only_lengthened(found in prop::collection::vec((0_u32..5, any::<bool>(), 0_u8..12), 0..80)) {
        let events: Vec<Event> = found.iter().map(|(found, is_original, what)| match what {
            0 => Event::Decision(Decision::AllowReduced),
            1 => Event::Decision(Decision::EndReduced),
            2 => Event::Decision(Decision::Resume),
            _ => Event::Lot(Lot { size: 1_000, found: *found, is_original: *is_original }),
        }).collect();
        let all = follow(scheme("1.0"), &events);
        let half = follow(scheme("1.0"), &events[..events.len() / 2]);
        prop_assert_eq!(&all[..half.len()], &half[..]);
        for step in &all {
            prop_assert!(step.after.accepted_in_a_row < 5 && step.after.not_accepted <= 5);
            prop_assert!(!step.after.is_discontinued || step.after.severity == Severity::Tightened);
            prop_assert!(step.after.severity != Severity::Reduced || step.after.is_reduced_allowed);
        }
    }
}
