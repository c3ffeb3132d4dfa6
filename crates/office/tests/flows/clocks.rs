//! Clocks: stopped while waiting for somebody else, extended with approval, and what follows when they run out.

use crate::city::{City, day};

/// A matter that was filed and accepted on Monday, 4 June 2018: 15 working days end on Tuesday the 26th.
fn handled() -> (City, u64) {
    let mut city = City::new();
    city.becomes("clerk", "amr");
    let case = city.files("过期食品");
    city.acts(case, "accept").unwrap();
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-06-26");
    (city, case)
}

#[test]
fn the_clock_stands_still_while_the_party_supplements() {
    let (mut city, case) = handled();
    city.it_is("2018-06-06");
    city.acts(case, "ask_party").unwrap();
    // It moves on with each working day, and not over the Dragon Boat festival.
    city.it_is("2018-06-19");
    // Eight so far: 27 to 29 June, 2 to 6 July.
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-07-06");
    city.it_is("2018-06-20");
    city.acts(case, "supplemented").unwrap();
    // From the 6th to the 20th nine working days passed: 7, 8, 11 to 15, 19, 20.
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-07-09");
    city.it_is("2018-07-02");
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-07-09");
    // The longest time by law runs on: 60 days after 4 June.
    assert_eq!(city.due(case, "law_due").unwrap(), "2018-08-03");
}

#[test]
fn what_is_late_stays_late_when_the_clock_is_stopped() {
    let (mut city, case) = handled();
    city.it_is("2018-06-27");
    city.acts(case, "ask_party").unwrap();
    city.it_is("2018-07-03");
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-06-26");
}

#[test]
fn an_extension_is_asked_for_by_one_and_granted_by_another() {
    let (mut city, case) = handled();
    let clerk = city.office.acting();
    let days = |days: &'static str| [("days", days)];
    assert_eq!(
        city.acts_with(case, "grant_time", &days("5"), |_| ()),
        Err("F205")
    );
    let chief = city.becomes("chief", "amr");
    assert_eq!(
        city.acts_with(case, "grant_time", &days("5"), |_| ()),
        Err("F240")
    );
    city.office.act_as(clerk).unwrap();
    city.acts(case, "ask_time").unwrap();
    assert_eq!(city.acts(case, "ask_time"), Err("F238"));
    city.office.act_as(chief).unwrap();
    for wrong in ["0", "11"] {
        assert_eq!(
            city.acts_with(case, "grant_time", &days(wrong), |_| ()),
            Err("F241")
        );
    }
    city.acts_with(case, "grant_time", &days("10"), |_| ())
        .unwrap();
    // Ten working days after 26 June: 27 to 29 June, 2 to 6 July, 9 and 10 July.
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-07-10");
    let read = city.case(case);
    let programme = city.office.programme().unwrap();
    let declared = read.flow.deadline(&"handle_due".into()).unwrap();
    let runs = casework::due_of(
        &read.flow,
        &read.state,
        declared,
        day("2018-06-04"),
        &programme.calendar,
    );
    let told: Vec<_> = runs.unwrap()[0]
        .moves
        .iter()
        .map(|moved| (moved.why, moved.from.to_string(), moved.to.to_string()))
        .collect();
    let by_ten = casework::Moved::Extended(10);
    assert_eq!(
        told,
        [(by_ten, "2018-06-26".to_owned(), "2018-07-10".to_owned())]
    );
    // Once is as often as it can be.
    city.office.act_as(clerk).unwrap();
    assert_eq!(city.acts(case, "ask_time"), Err("F239"));
}

#[test]
fn no_extension_of_what_is_late() {
    let (mut city, case) = handled();
    city.it_is("2018-06-27");
    assert_eq!(city.acts(case, "ask_time"), Err("F237"));
}

#[test]
fn what_stays_late_is_reminded_of_followed_up_and_reported_once_each() {
    let (mut city, case) = handled();
    city.it_is("2018-07-20");
    let mut happened = Vec::new();
    // Working days after Tuesday, 26 June: Wednesday the 27th is the first.
    for on in [
        "2018-06-26",
        "2018-06-27",
        "2018-06-28",
        "2018-06-29",
        "2018-07-02",
        "2018-07-03",
        "2018-07-04",
    ] {
        let done = city.office.advance(day(on)).unwrap();
        happened.push((done.reminded, done.assigned, done.reported));
    }
    assert_eq!(
        happened,
        [
            (0, 0, 0),
            (1, 0, 0),
            (0, 0, 0),
            (0, 1, 0),
            (0, 0, 0),
            (0, 0, 1),
            (0, 0, 0)
        ]
    );
    let reports = city.office.reports_of(case).unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].roles, ["group"]);
    assert_eq!(
        (reports[0].day.as_str(), reports[0].declared),
        ("2018-07-03", 5)
    );
}
