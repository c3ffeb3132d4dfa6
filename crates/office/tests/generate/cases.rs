//! Cases: the steps that are declared, by whom they may be taken, with what the item's rule needs.

use std::collections::BTreeMap;

use base::{Day, Ratio, ScorecardId};
use office::case::Case;
use office::entry::Kind;

use crate::town::{TOWN, Town};

fn cases(town: &Town) -> BTreeMap<String, Case> {
    let numbers = town.office.case_numbers().into_iter();
    let named = numbers.map(|number| {
        let case = town.office.case(number).unwrap();
        let about = &case.about;
        let name = format!(
            "{}/{}",
            about.item.as_deref().unwrap_or_default(),
            about.unit.as_deref().unwrap_or_default()
        );
        (name, case)
    });
    named.collect()
}

fn actions(case: &Case) -> Vec<&str> {
    let steps = case.state.steps.iter();
    steps.map(|step| step.action.as_str()).collect()
}

#[test]
fn every_case_goes_its_way() {
    for seed in [1, 2, 3] {
        let (town, _) = Town::filled(TOWN, seed);
        let cases = cases(&town);
        assert_eq!(cases.len(), 12);
        for (name, case) in &cases {
            // A part of the composite is given on site, so all visits are verified though the step's share is 0.
            let mut expected = vec!["score_self"];
            if actions(case).contains(&"return") {
                expected.extend(["return", "score_self"]);
            }
            expected.push("review");
            if name.starts_with("visit") {
                expected.push("verify");
            }
            expected.push("close");
            assert_eq!(actions(case), expected, "{name}, seed {seed}");
            assert!(case.state.is_closed());
        }
    }
}

#[test]
fn a_quarter_is_sent_back_and_put_right_in_days() {
    // A quarter of twelve comes back, exactly.
    let (town, _) = Town::filled(TOWN, 5);
    let cases = cases(&town);
    let returned: Vec<&Case> = cases
        .values()
        .filter(|case| actions(case).contains(&"return"))
        .collect();
    assert_eq!(returned.len(), 3);
    for case in returned {
        let steps = &case.state.steps;
        let at = steps
            .iter()
            .position(|step| step.action == "return")
            .unwrap();
        assert!(steps[at + 1].day.days_since(steps[at].day) <= 9);
        assert!(
            steps[at]
                .reason
                .as_deref()
                .is_some_and(|reason| reason.starts_with("（演示）"))
        );
        assert!(case.state.is_closed());
    }
}

#[test]
fn steps_are_taken_by_those_who_may_on_working_days() {
    let (town, _) = Town::filled(TOWN, 1);
    for (name, case) in cases(&town) {
        for step in &case.state.steps {
            let unit = step.unit.as_ref().map(|unit| unit.as_str());
            match step.action.as_str() {
                "score_self" => {
                    assert_eq!(unit, case.about.unit.as_deref(), "{name}");
                    assert_eq!(step.evidence.len(), 1, "{name}");
                }
                "review" | "return" => {
                    let lead = if name.starts_with("visit") {
                        "market"
                    } else {
                        "office"
                    };
                    assert_eq!(unit, Some(lead), "{name}");
                }
                _ => assert_eq!(unit, None, "{name}"),
            }
            assert!(step.day.weekday() < 6, "{name}: {}", step.day);
        }
        // Opened on 5 March; 150 to 160 working days later, with one holiday between.
        let scored = case.state.steps[0].day.to_string();
        assert!(
            ("2018-10-02".."2018-10-18").contains(&scored.as_str()),
            "{name}: {scored}"
        );
    }
}

#[test]
fn marks_are_what_the_rules_take() {
    for seed in [1, 2, 3] {
        let (town, _) = Town::filled(TOWN, seed);
        for (name, case) in cases(&town) {
            let value = |field: &str| case.state.fields.get(field).map(ToString::to_string);
            let number = |field: &str| value(field).and_then(|text| Ratio::parse_decimal(&text));
            let whole = |number: i64| Some(Ratio::from_int(number));
            match name.split_once('/').map(|(item, _)| item) {
                Some("plan") => {
                    // Between a half of 4 points and all.
                    let points = number("review_points");
                    assert!(
                        points >= whole(2).map(|low| &low - &Ratio::parse_decimal("0.1").unwrap())
                    );
                    assert!(points <= whole(4), "{name}: {points:?}");
                    assert_eq!(value("review_level"), None);
                    assert_eq!(value("paper"), None);
                }
                Some("training") => {
                    let expected = match value("review_level").as_deref() {
                        Some("full") => 2,
                        Some("none") => 0,
                        other => panic!("{name}: {other:?}"),
                    };
                    assert_eq!(number("review_points"), whole(expected), "{name}");
                }
                Some("visit") => {
                    for part in ["paper", "site"] {
                        assert!(
                            number(part).is_some_and(|part| part <= Ratio::from_int(100)),
                            "{name}"
                        );
                    }
                }
                _ => {}
            }
            if case.state.is_closed() {
                assert_eq!(
                    value("verify_points"),
                    None,
                    "a verification without findings changes nothing"
                );
                assert!(value("opinion").is_some_and(|text| text.starts_with("（演示）")));
                let reason = case
                    .state
                    .closed
                    .as_ref()
                    .and_then(|closed| closed.reason.clone());
                assert!(
                    reason.is_some_and(|reason| ["agreed", "answered"].contains(&reason.as_str()))
                );
            }
        }
    }
}

#[test]
fn an_assessment_follows_from_the_cases() {
    let (town, _) = Town::filled(TOWN, 1);
    let ask = office::assessment::Ask {
        scorecard: ScorecardId::new("assessment"),
        period: base::Period::Year(2018),
        day: Day::parse("2019-01-31").unwrap(),
        at: town.office.position(),
    };
    let assessment = town.office.assess(&ask).unwrap();
    assert_eq!(assessment.cards.len(), 3);
    for card in assessment.cards {
        let pending = card.items.iter().filter(|item| item.pending);
        assert_eq!(pending.count(), 0);
    }
}

#[test]
fn nothing_happens_after_today() {
    let early = TOWN.replace(
        "demonstration_today = 2019-01-31",
        "demonstration_today = 2018-09-28",
    );
    let (town, _) = Town::filled(&early, 1);
    assert_eq!(
        town.entries()
            .iter()
            .filter(|(kind, _)| *kind == Kind::CaseOpen)
            .count(),
        12
    );
    assert_eq!(
        town.entries()
            .iter()
            .filter(|(kind, _)| *kind == Kind::CaseAct)
            .count(),
        0
    );
}

#[test]
fn only_the_cases_of_the_named_units_walk() {
    let named = TOWN.replace(
        "rhythm = \"once\"\nfrom = 2018-03-05",
        "rhythm = \"once\"\nfrom = 2018-03-05\nunits = [\"east\"]",
    );
    let (town, generated) = Town::filled(&named, 1);
    assert_eq!(
        generated.by_distribution.last().map(|(_, _, count)| *count),
        Some(4)
    );
    for (name, case) in cases(&town) {
        assert_eq!(
            case.state.steps.is_empty(),
            !name.ends_with("/east"),
            "{name}"
        );
    }
}
