//! Other units, other cases, other people: transfer, merge, cases below, withdrawal, versions, two at once.

use base::Position;

use crate::city::City;

fn handled() -> (City, u64, u64) {
    let mut city = City::new();
    let clerk = city.becomes("clerk", "amr");
    let case = city.files("过期食品");
    city.acts(case, "accept").unwrap();
    (city, case, clerk)
}

#[test]
fn a_case_passes_to_another_unit_and_comes_back_as_it_was() {
    let (mut city, case, clerk) = handled();
    city.it_is("2018-06-07");
    assert_eq!(city.acts(case, "pass_on"), Err("F233"));
    let to = |unit: &'static str| {
        move |request: &mut office::case::ActRequest| {
            request.unit_to = Some(unit.to_owned());
        }
    };
    assert_eq!(city.acts_with(case, "pass_on", &[], to("amr")), Err("O861"));
    assert!(city.acts_with(case, "pass_on", &[], to("nowhere")).is_err());
    city.acts_with(case, "pass_on", &[], to("housing")).unwrap();
    let passed = city.case(case);
    assert_eq!(passed.about.unit.as_deref(), Some("housing"));
    assert_eq!(passed.opened_for.as_deref(), Some("amr"));
    // It starts anew on the 7th: until Friday, 29 June.
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-06-29");
    // The one that passed it on has it no more.
    assert_eq!(city.acts(case, "take_over"), Err("F206"));
    city.becomes("clerk", "housing");
    city.it_is("2018-06-11");
    city.acts(case, "send_back").unwrap();
    assert_eq!(city.case(case).about.unit.as_deref(), Some("amr"));
    assert_eq!(city.due(case, "handle_due").unwrap(), "2018-06-26");
    city.office.act_as(clerk).unwrap();
    assert_eq!(city.acts(case, "send_back"), Err("F204"));
    city.acts_with(case, "pass_on", &[], to("housing")).unwrap();
    city.becomes("clerk", "housing");
    city.acts(case, "take_over").unwrap();
    assert_eq!(city.case(case).about.unit.as_deref(), Some("housing"));
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn a_duplicate_is_merged_and_is_reached_from_the_other() {
    let (mut city, first, _) = handled();
    let second = city.files("还是那家店的过期食品");
    assert_eq!(city.acts(second, "merge"), Err("F235"));
    for wrong in [second, 9_999] {
        let into = |request: &mut office::case::ActRequest| request.into = Some(wrong);
        assert_eq!(city.acts_with(second, "merge", &[], into), Err("O862"));
    }
    let into = |request: &mut office::case::ActRequest| request.into = Some(first);
    city.acts_with(second, "merge", &[], into).unwrap();
    let merged = city.case(second);
    assert!(merged.state.is_closed());
    assert_eq!(merged.state.steps.last().unwrap().into, Some(first));
    assert_eq!(city.case(first).merged, [second]);
    assert_eq!(city.case(first).state.state, "handling");
    // Nothing is merged into a case that is closed.
    let third = city.files("又一次");
    let into = |request: &mut office::case::ActRequest| request.into = Some(second);
    assert_eq!(city.acts_with(third, "merge", &[], into), Err("O862"));
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn a_case_waits_for_those_below_it() {
    let (mut city, case, _) = handled();
    city.acts(case, "test").unwrap();
    let to = |request: &mut office::case::ActRequest| request.unit_to = Some("housing".to_owned());
    city.acts_with(case, "test", &[], to).unwrap();
    let below = city.case(case).below;
    assert_eq!(below.len(), 2);
    assert_eq!(city.case(below[0]).about.parent, Some(case));
    assert_eq!(city.case(below[1]).about.unit.as_deref(), Some("housing"));
    let closing = |request: &mut office::case::ActRequest| {
        request.closing_reason = Some("agreed".to_owned());
    };
    assert_eq!(city.acts_with(case, "close", &[], closing), Err("F231"));
    assert_eq!(city.acts(case, "show"), Err("F231"));
    city.acts(below[0], "report").unwrap();
    assert_eq!(city.acts_with(case, "close", &[], closing), Err("F231"));
    city.becomes("clerk", "housing");
    city.acts(below[1], "report").unwrap();
    city.becomes("clerk", "amr");
    let verdict = [("verdict", "unsatisfied")];
    city.acts_with(case, "close", &verdict, closing).unwrap();
    let closed = city.case(case).state.closed.unwrap();
    assert_eq!(closed.reason.unwrap().as_str(), "agreed");
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn only_whoever_filed_it_withdraws_it() {
    let mut city = City::new();
    let window = city.becomes("window", "amr");
    let case = city.files("过期食品");
    let other = city.becomes("clerk", "amr");
    assert_ne!(other, window);
    assert_eq!(city.acts(case, "withdraw"), Err("F230"));
    city.office.act_as(window).unwrap();
    assert_eq!(city.acts(case, "withdraw"), Ok("withdrawn".to_owned()));
}

#[test]
fn filing_asks_for_what_is_declared() {
    let mut city = City::new();
    city.becomes("chief", "amr");
    let filing = |flow: &str, content: &str| office::beyond::Filing {
        flow: flow.to_owned(),
        fields: [("content".to_owned(), content.to_owned())].into(),
        ..office::beyond::Filing::default()
    };
    let mut code = |filing: &office::beyond::Filing| {
        let refused = city.office.file_case(filing).unwrap_err();
        refused[0].code
    };
    assert_eq!(code(&filing("matter", "x")), "O863");
    assert_eq!(code(&filing("test", "x")), "O863");
    let mut city = City::new();
    city.becomes("window", "amr");
    let mut code = |filing: &office::beyond::Filing| {
        let refused = city.office.file_case(filing).unwrap_err();
        refused[0].code
    };
    assert_eq!(code(&filing("matter", " ")), "O865");
    let mut other = filing("matter", "x");
    other
        .fields
        .insert("verdict".to_owned(), "satisfied".to_owned());
    assert_eq!(code(&other), "O866");
    let mut other = filing("matter", "x");
    other.unit = Some("nowhere".to_owned());
    assert!(!code(&other).is_empty());
}

#[test]
fn two_at_once_one_wins_and_the_other_is_told_who_did_what() {
    let (mut city, case, _) = handled();
    let seen = city.case(case).version;
    let with = |request: &mut office::case::ActRequest| request.seen = Some(seen);
    assert_eq!(
        city.acts_with(case, "ask_party", &[], with),
        Ok("supplement".to_owned())
    );
    let second = office::case::ActRequest {
        action: "ask_time".to_owned(),
        reason: Some("案情复杂".to_owned()),
        seen: Some(seen),
        ..office::case::ActRequest::default()
    };
    let before = city.office.position();
    let refused = city.office.act(case, &second).unwrap_err();
    assert_eq!(refused[0].code, "O860");
    let told = refused[0].what(base::Lang::Zh);
    assert!(
        told.contains("clerk amr") && told.contains("要求补正") && told.contains("待补正"),
        "{told}"
    );
    assert_eq!(city.office.position(), before);
    // Who has seen the case as it is may act.
    let with = |request: &mut office::case::ActRequest| request.seen = Some(Position(u64::MAX));
    assert_eq!(
        city.acts_with(case, "supplemented", &[], with),
        Ok("handling".to_owned())
    );
}

#[test]
fn a_case_keeps_the_rules_under_which_it_was_accepted() {
    let (mut city, old, _) = handled();
    city.replaces("working_days = 15", "working_days = 5");
    city.replaces("zh = \"要求补正\"", "zh = \"补正告知\"");
    let new = city.files("另一家店");
    assert_eq!(city.due(old, "handle_due").unwrap(), "2018-06-26");
    assert_eq!(city.due(new, "handle_due").unwrap(), "2018-06-11");
    let name = |case: u64| {
        let case = city.case(case);
        case.flow
            .action(&"ask_party".into())
            .unwrap()
            .name
            .zh
            .clone()
    };
    assert_eq!(
        (name(old), name(new)),
        ("要求补正".to_owned(), "补正告知".to_owned())
    );
    city.it_is("2018-06-20");
    city.acts(old, "show").unwrap();
    assert_eq!(city.state(old), "shown");
}
