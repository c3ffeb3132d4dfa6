//! Lines of published schemes (State Council 2013, Xuzhou, Taizhou, Shanghai DB31/T 788-2014) on one
//! card each, with the points that an official would give by hand.

use base::{Figure, GroupId, Ratio};

use crate::fixture::*;
use crate::*;

fn tiered(levels: &[(&str, &str)]) -> Rule {
    let level = |(id, points): &(&str, &str)| Level {
        id: id.to_string(),
        points: ratio(points),
        describes: same(id),
        from: None,
    };
    Rule::Tiered {
        levels: levels.iter().map(level).collect(),
    }
}

fn named(mut item: Item, group: &str, target: Option<&str>) -> Item {
    item.group = GroupId::new(group);
    item.target = target.map(ratio);
    item.format = ValueFormat::Percent(2);
    item
}

/// Targets 40, measures 60, bonus, veto; A 90, B 80, C 60, D.
fn assessment() -> Scorecard {
    let short = Rule::PerPointShort {
        deduct: ratio("2"),
        unit: ratio("0.01"),
        counting: Counting::WholeSteps,
        better: Direction::HigherBetter,
    };
    let events = Rule::PerEvent {
        each: ratio("5"),
        escalation: Some(Escalation {
            from_nth: 2,
            then_each: ratio("20"),
        }),
    };
    let mut base_score = item(
        "farm_monitoring",
        "10",
        Rule::Linear {
            zero_at: ratio("0.90"),
            full_at: ratio("0.975"),
        },
    );
    base_score.base_points = Some(ratio("6"));
    base_score.when_missing.not_applicable = Missing::Base;
    let proportional = Rule::Proportional {
        better: Direction::HigherBetter,
    };
    let ranked = Rule::RankBased {
        by_rank: ["6", "5", "4"].map(ratio).to_vec(),
        others: ratio("3"),
        none: Some(ratio("0")),
    };
    let mut honours = named(item("honours", "5", Rule::AsGiven), "bonus", None);
    honours.role = Role::Bonus;
    let mut card = card_of(vec![
        named(item("product_rate", "20", short), "targets", Some("0.94")),
        named(base_score, "targets", None),
        named(
            item("works_accepted", "10", proportional),
            "targets",
            Some("1"),
        ),
        named(
            item(
                "in_plan",
                "1",
                tiered(&[("area", "1"), ("department", "0.5"), ("none", "0")]),
            ),
            "measures",
            None,
        ),
        named(
            item(
                "policies",
                "1",
                Rule::PerMissing {
                    deduct: ratio("0.1"),
                },
            ),
            "measures",
            None,
        ),
        named(
            item("completion", "20", Rule::ProductOfRates { rates: 2 }),
            "measures",
            None,
        ),
        named(item("incidents", "32", events), "measures", None),
        named(item("ranking", "6", ranked), "measures", None),
        honours,
    ]);
    card.groups = ["targets", "measures", "bonus"].map(group).to_vec();
    card.groups[0].points = Some(ratio("40"));
    card.groups[1].points = Some(ratio("60"));
    card.groups[2].points = Some(ratio("5"));
    card.total = TotalRule::PercentOfCarried;
    card.total_cap = Some(ratio("100"));
    card.rounding.places = 1;
    card.bands = vec![
        band("A", Some("90")),
        band("B", Some("80")),
        band("C", Some("60")),
        band("D", None),
    ];
    card.vetoes = vec![Veto {
        id: "regional_incident".into(),
        name: same("regional or systemic incident"),
        basis: same("assessment measures, 2013"),
        forces: "D".into(),
        effect: VetoEffect::NoBetterThan,
        kind: "incident".into(),
    }];
    card
}

fn county() -> Participant {
    let rate = |value: &str| Input::figure(figure(value));
    let mut county = participant(
        "county",
        vec![
            ("product_rate", rate("0.927")), // 1.3 points short: two steps, −4 → 16
            ("farm_monitoring", rate("0.93")), // 3 of 7.5 → 4
            ("works_accepted", rate("0.98")), // 9.8
            ("in_plan", Input::level("department")), // 0.5
            ("policies", rate("3")),         // 0.7
            (
                "completion",
                Input {
                    figures: vec![figure("1.1"), figure("0.98")],
                    ..Input::default()
                },
            ), // 19.6
            ("incidents", rate("1")),        // 27
            ("ranking", rate("2")),          // 5
            ("honours", rate("3")),          // +3
        ],
    );
    county.vetoes.insert("regional_incident".into(), None);
    county
}

#[test]
fn a_county_by_hand() {
    let card = assessment();
    assert_eq!(validate(&card), []);
    let result = score_card(&card, &county()).unwrap();
    let points: Vec<Ratio> = result
        .items
        .iter()
        .map(|item| item.points.clone().unwrap())
        .collect();
    let by_hand = ["16", "4", "9.8", "0.5", "0.7", "19.6", "27", "5", "3"].map(ratio);
    assert_eq!(points, by_hand);
    // 29.8 + 52.8 = 82.6 of 100, and 3 on top
    assert_eq!(result.groups[0].points, ratio("29.8"));
    assert_eq!(result.groups[1].points, ratio("52.8"));
    assert_eq!(result.total_text.as_deref(), Some("85.6"));
    assert_eq!(
        (result.state, result.grade.as_deref()),
        (CardState::Final, Some("B"))
    );
}

#[test]
fn an_area_without_farms_gets_the_base_score() {
    let mut county = county();
    county.items.insert(
        "farm_monitoring".into(),
        Input::figure(Figure::not_applicable()),
    );
    let result = score_card(&assessment(), &county).unwrap();
    assert_eq!(result.items[1].points, Some(ratio("6")));
    assert_eq!(result.total_text.as_deref(), Some("87.6"));
}

#[test]
fn what_is_not_carried_leaves_the_possible_points() {
    let mut county = county();
    county
        .items
        .insert("incidents".into(), Input::not_carried());
    let result = score_card(&assessment(), &county).unwrap();
    // (82.6 − 27) of 68 = 81.7647…, and 3
    assert_eq!(result.total_exact, Some(&ratio("5560/68") + &ratio("3")));
    assert_eq!(result.total_text.as_deref(), Some("84.8"));
}

#[test]
fn an_incident_forces_d_and_its_withdrawal_restores_the_grade() {
    let mut county = county();
    let hit = VetoHit {
        count: 1,
        reason: same("same fault in many firms of one township"),
    };
    county.vetoes.insert("regional_incident".into(), Some(hit));
    let card = assessment();
    let forced = score_card(&card, &county).unwrap();
    assert_eq!(
        (forced.grade.as_deref(), forced.grade_by_score.as_deref()),
        (Some("D"), Some("B"))
    );
    assert_eq!(forced.total_text.as_deref(), Some("85.6"));
    assert!(forced.vetoes[0].changed_grade);
    county.vetoes.insert("regional_incident".into(), None);
    assert_eq!(
        score_card(&card, &county).unwrap().grade.as_deref(),
        Some("B")
    );
}

#[test]
fn shanghai_eleven_hundred_points() {
    // 60 indicators of 15 and 20 of 10; a district that loses 20 for untraceable food.
    let mut items: Vec<Item> = (0..60)
        .map(|i| item(&format!("a{i}"), "15", Rule::RateTimesPoints))
        .collect();
    items.extend((0..20).map(|i| item(&format!("b{i}"), "10", Rule::RateTimesPoints)));
    let mut untraceable = item(
        "untraceable",
        "0",
        Rule::PerEvent {
            each: ratio("20"),
            escalation: None,
        },
    );
    untraceable.role = Role::Deduction;
    let mut systems = item("service_systems", "50", Rule::AsGiven);
    systems.role = Role::Bonus;
    let ids: Vec<base::ItemId> = items.iter().map(|item| item.id.clone()).collect();
    items.extend([untraceable, systems]);
    let mut card = card_of(items);
    card.total = TotalRule::RescaledTo(ratio("1100"));
    card.bands = vec![
        band("A", Some("900")),
        band("B", Some("700")),
        band("C", Some("500")),
        band("D", None),
    ];
    card.rounding.places = 0;
    assert_eq!(validate(&card), []);
    // (rate of every indicator, untraceable cases, bonus, total, grade)
    for (rate, cases, bonus, total, grade) in [
        ("1", "0", "0", "1100", "A"),
        ("0.82", "0", "0", "902", "A"),
        ("0.82", "1", "0", "882", "B"),
        ("0.82", "1", "20", "902", "A"),
        ("0.63", "0", "0", "693", "C"),
        ("0.45", "0", "5", "500", "C"),
        ("0.45", "0", "4", "499", "D"),
    ] {
        let mut inputs: Vec<(&str, Input)> = ids
            .iter()
            .map(|id| (id.as_str(), Input::figure(figure(rate))))
            .collect();
        inputs.push(("untraceable", Input::figure(figure(cases))));
        inputs.push(("service_systems", Input::figure(figure(bonus))));
        let result = score_card(&card, &participant("district", inputs)).unwrap();
        assert_eq!(result.total_text.as_deref(), Some(total));
        assert_eq!(
            result.grade.as_deref(),
            Some(grade),
            "{rate} {cases} {bonus}"
        );
    }
}
