//! Each row: a change to a sound scorecard, and the one fault that it must bring.

use base::{GroupId, ItemId, Rounding, Severity};

use super::*;
use crate::definition::*;
use crate::fixture::{band, card_of, group, item, ratio as r, same};
use crate::rule::*;

/// A card without faults that has one of everything.
fn sound() -> Scorecard {
    let mut rate = item(
        "rate",
        "60",
        Rule::Proportional {
            better: Direction::HigherBetter,
        },
    );
    rate.target = Some(r("0.98"));
    let levels = vec![
        Level {
            id: "full".into(),
            points: r("40"),
            describes: same("full"),
            from: None,
        },
        Level {
            id: "none".into(),
            points: r("0"),
            describes: same("none"),
            from: None,
        },
    ];
    let plan = item("plan", "40", Rule::Tiered { levels });
    let mut award = item("award", "5", Rule::AsGiven);
    award.role = Role::Bonus;
    let mut accident = item(
        "accident",
        "20",
        Rule::PerEvent {
            each: r("5"),
            escalation: Some(Escalation {
                from_nth: 2,
                then_each: r("20"),
            }),
        },
    );
    accident.role = Role::Deduction;
    let mut card = card_of(vec![rate, plan, award, accident]);
    card.groups = vec![Group {
        points: Some(r("100")),
        ..group("g")
    }];
    card.total = TotalRule::PercentOfCarried;
    card.bands = vec![
        band("A", Some("90")),
        band("B", Some("80")),
        band("C", None),
    ];
    card.vetoes = vec![Veto {
        id: "major".into(),
        name: same("major accident"),
        basis: same("art. 9"),
        forces: "C".into(),
        effect: VetoEffect::NoBetterThan,
        kind: String::new(),
    }];
    let at_most = QuotaLimit::ShareOf(r("0.3"), Rounding::Down);
    card.ranking.quotas = vec![Quota {
        group: None,
        grade: "A".into(),
        at_most,
    }];
    let on = ConsequenceOn::Veto("major".into());
    card.consequences = vec![Consequence {
        on,
        text: same("barred"),
        kind: String::new(),
    }];
    card
}

fn codes(card: &Scorecard) -> Vec<String> {
    validate(card)
        .iter()
        .map(|f| format!("{} {}", f.problem.code, f.at))
        .collect()
}

#[test]
fn a_sound_card_has_no_fault() {
    assert_eq!(codes(&sound()), [""; 0]);
}

/// Changes the sound card and compares all faults.
fn check(change: impl FnOnce(&mut Scorecard), faults: &[&str]) {
    let mut card = sound();
    change(&mut card);
    assert_eq!(codes(&card), faults);
}

fn rule_of(rule: Rule, faults: &[&str]) {
    check(
        |card| {
            card.items[0].rule = rule;
            if !card.items[0].rule.compares_with_target() {
                card.items[0].target = None;
            }
        },
        faults,
    );
}

#[test]
fn groups_and_weights() {
    check(|c| c.groups.push(group("g")), &["C101 groups[1].id"]);
    check(|c| c.groups.push(group("empty")), &["C105 groups[1].id"]);
    check(
        |c| c.groups[0].points = Some(r("99")),
        &["C106 groups[0].points"],
    );
    check(
        |c| c.groups[0].points = Some(r("-1")),
        &["C109 groups[0].points", "C106 groups[0].points"],
    );
    check(
        |c| c.groups[0].parent = Some(GroupId::new("gg")),
        &["C102 groups[0].parent"],
    );
    check(
        |c| c.groups[0].parent = Some(GroupId::new("g")),
        &["C103 groups[0].parent"],
    );
    let weighted = |c: &mut Scorecard, first: Option<&str>| {
        c.groups[0].combine = Combine::WeightedMean;
        c.items[0].weight = first.map(r);
        c.items[1].weight = Some(r("0.4"));
    };
    check(|c| weighted(c, Some("0.6")), &[]);
    check(|c| weighted(c, Some("0.5")), &["C107 groups[0].combine"]);
    check(|c| weighted(c, None), &["C108 items[0].weight"]);
    check(
        |c| c.total = TotalRule::WeightedMean,
        &["C108 groups[0].weight"],
    );
    check(
        |c| c.total = TotalRule::RescaledTo(r("0")),
        &["C109 total", "C130 bands[0].from", "C130 bands[1].from"],
    );
}

#[test]
fn too_deep_groups_and_cycles() {
    let deep = |c: &mut Scorecard| {
        let ids = ["g", "h", "i", "j"];
        c.groups = ids.map(group).to_vec();
        for (i, parent) in ["h", "i", "j"].iter().enumerate() {
            c.groups[i].parent = Some(GroupId::new(parent));
        }
    };
    check(deep, &["C104 groups[0].parent"]);
    check(
        |c| {
            deep(c);
            c.groups[3].parent = Some(GroupId::new("h"));
        },
        &[
            "C103 groups[1].parent",
            "C103 groups[2].parent",
            "C103 groups[3].parent",
        ],
    );
}

#[test]
fn items_and_their_limits() {
    check(
        |c| c.items[1].id = ItemId::new("rate"),
        &["C101 items[1].id"],
    );
    check(
        |c| c.items[1].group = GroupId::new("x"),
        &["C106 groups[0].points", "C102 items[1].group"],
    );
    check(
        |c| c.items[3].floor = Some(r("10")),
        &["C112 items[3].floor", "C111 items[3].floor"],
    );
    check(
        |c| c.items[2].points = r("-1"),
        &["C111 items[2].floor", "C110 items[2].points"],
    );
    check(|c| c.items[0].target = None, &["C113 items[0].target"]);
    check(
        |c| c.items[1].target = Some(r("1")),
        &["C114 items[1].target"],
    );
    check(
        |c| c.items[0].target = Some(r("-1")),
        &["C110 items[0].target"],
    );
    check(|c| c.items.clear(), &["C136 items", "C105 groups[0].id"]);
    check(
        |c| c.items[0].when_missing.not_reported = Missing::Use,
        &["C124 items[0].when_missing.not_reported"],
    );
    check(
        |c| c.items[0].when_missing.not_reported = Missing::Base,
        &["C123 items[0].base_points"],
    );
    check(
        |c| c.total = TotalRule::Points,
        &["C125 items[0].when_missing.not_applicable"],
    );
    check(
        |c| c.items[2].rule = Rule::PerMissing { deduct: r("1") },
        &["C126 items[2].role"],
    );
}

#[test]
fn rules() {
    let step = |from, points| Step {
        from: r(from),
        points: r(points),
    };
    let knot = |value, points| Knot {
        value: r(value),
        points: r(points),
    };
    let level = |id: &str, points, from: Option<&str>| Level {
        id: id.into(),
        points: r(points),
        describes: same(id),
        from: from.map(r),
    };
    let range = |from, to| JudgedRange {
        id: "x".into(),
        from: r(from),
        to: r(to),
        describes: same("x"),
    };
    rule_of(Rule::Steps { steps: vec![] }, &["C115 items[0].rule.steps"]);
    rule_of(
        Rule::Steps {
            steps: vec![step("1", "60"), step("1", "2")],
        },
        &["C116 items[0].rule.steps[1]"],
    );
    rule_of(
        Rule::Steps {
            steps: vec![step("1", "61")],
        },
        &["C117 items[0].rule.steps[0]"],
    );
    rule_of(
        Rule::Steps {
            steps: vec![step("1", "59")],
        },
        &["C118 items[0].rule.steps"],
    );
    rule_of(
        Rule::Steps {
            steps: vec![step("1", "-1"), step("2", "60")],
        },
        &["C110 items[0].rule.steps[0]"],
    );
    rule_of(
        Rule::Piecewise {
            knots: vec![knot("1", "60")],
        },
        &["C115 items[0].rule.knots"],
    );
    rule_of(
        Rule::Piecewise {
            knots: vec![knot("1", "60"), knot("0", "0")],
        },
        &["C116 items[0].rule.knots[1]"],
    );
    rule_of(
        Rule::Tiered {
            levels: vec![level("a", "60", None), level("a", "0", None)],
        },
        &["C101 items[0].rule.levels[1]"],
    );
    rule_of(
        Rule::Tiered {
            levels: vec![
                level("a", "60", Some("1")),
                level("b", "1", None),
                level("c", "0", None),
            ],
        },
        &["C119 items[0].rule.levels"],
    );
    rule_of(
        Rule::Linear {
            zero_at: r("1"),
            full_at: r("1"),
        },
        &["C120 items[0].rule.full_at"],
    );
    let escalation = Some(Escalation {
        from_nth: 1,
        then_each: r("1"),
    });
    rule_of(
        Rule::PerEvent {
            each: r("1"),
            escalation,
        },
        &["C121 items[0].rule.from_nth"],
    );
    rule_of(
        Rule::RangeByJudge {
            ranges: vec![range("60", "3")],
        },
        &["C118 items[0].rule.ranges", "C122 items[0].rule.ranges[0]"],
    );
    rule_of(
        Rule::ProductOfRates { rates: 0 },
        &["C115 items[0].rule.rates"],
    );
    rule_of(
        Rule::RankBased {
            by_rank: vec![],
            others: r("61"),
            none: None,
        },
        &["C115 items[0].rule.by_rank", "C117 items[0].rule.others"],
    );
    let part = |weight| PartWeight {
        part: "x".into(),
        weight: r(weight),
    };
    rule_of(
        Rule::CompositeOfParts {
            parts: vec![part("1"), part("0")],
            scale: PartScale::Percent,
        },
        &["C101 items[0].rule.parts[1]", "C109 items[0].rule.parts[1]"],
    );
    rule_of(
        Rule::PerPointShort {
            deduct: r("0"),
            unit: r("0"),
            counting: Counting::WholeSteps,
            better: Direction::HigherBetter,
        },
        &["C109 items[0].rule.deduct", "C109 items[0].rule.unit"],
    );
}

#[test]
fn bands_vetoes_quotas_and_consequences() {
    check(|c| c.bands[2].from = Some(r("60")), &["C127 bands[2].from"]);
    check(|c| c.bands[1].from = Some(r("90")), &["C128 bands[1].from"]);
    check(|c| c.bands.swap(0, 1), &["C129 bands[1].from"]);
    check(
        |c| c.direction = Direction::LowerBetter,
        &["C129 bands[1].from", "C129 bands[2].from"],
    );
    check(
        |c| c.bands[0].from = Some(r("106")),
        &["C130 bands[0].from"],
    );
    check(|c| c.bands[0].from = Some(r("105")), &[]); // 100 and a bonus of 5
    let gate = || Gate {
        id: "iso".into(),
        name: same("iso"),
        kind: GateKind::Declared,
    };
    check(|c| c.bands[2].gates.push(gate()), &["C131 bands[2].gates"]);
    check(
        |c| {
            let kind = GateKind::WorstGroup { limit: r("60") };
            c.bands[0].gates.push(Gate { kind, ..gate() });
        },
        &["C135 bands[0].gates[0]"],
    );
    check(|c| c.bands[1].grade = "A".into(), &["C101 bands[1].grade"]);
    check(|c| c.vetoes[0].basis = same(" "), &["C132 vetoes[0].basis"]);
    check(
        |c| c.vetoes[0].forces = "D".into(),
        &["C102 vetoes[0].forces"],
    );
    check(
        |c| c.ranking.quotas[0].grade = "C".into(),
        &["C133 ranking.quotas[0].grade"],
    );
    check(
        |c| c.ranking.quotas[0].grade = "AA".into(),
        &["C102 ranking.quotas[0].grade"],
    );
    check(
        |c| c.ranking.quotas.push(c.ranking.quotas[0].clone()),
        &["C134 ranking.quotas[1].grade"],
    );
    check(
        |c| c.ranking.quotas[0].at_most = QuotaLimit::ShareOf(r("30"), Rounding::Down),
        &["C135 ranking.quotas[0].at_most"],
    );
    check(
        |c| c.ranking.tie_at_edge = TieAtEdge::ByKey(vec![TieKey::Item(ItemId::new("rat"))]),
        &["C102 ranking.tie_at_edge[0]"],
    );
    check(
        |c| c.consequences[0].on = ConsequenceOn::Veto("x".into()),
        &["C102 consequences[0].on"],
    );
    check(
        |c| c.consequences[0].on = ConsequenceOn::Grade("E".into()),
        &["C102 consequences[0].on"],
    );
    check(
        |c| {
            c.total_floor = Some(r("5"));
            c.total_cap = Some(r("1"));
        },
        &[
            "C111 total_floor",
            "C130 bands[0].from",
            "C130 bands[1].from",
        ],
    );
}

#[test]
fn parts_of_a_composite() {
    let part = |id: &str, weight, source| Part {
        id: id.into(),
        name: same(id),
        weight: r(weight),
        source,
        when_missing: Missing::Pending,
    };
    let both = |c: &mut Scorecard| {
        c.parts = vec![
            part("items", "60", PartSource::Items),
            part("site", "40", PartSource::Given),
        ];
    };
    check(both, &[]);
    check(
        |c| {
            both(c);
            c.parts[0].weight = r("50");
        },
        &["C107 parts[1].weight"],
    );
    check(
        |c| {
            both(c);
            c.parts[1].when_missing = Missing::Base;
        },
        &["C124 parts[1].when_missing"],
    );
    check(
        |c| {
            both(c);
            c.parts[1].source = PartSource::Group(GroupId::new("h"));
        },
        &["C102 parts[1].source"],
    );
}

#[test]
fn the_nearest_id_is_offered() {
    let mut card = sound();
    card.vetoes[0].forces = "a".into();
    card.consequences[0].on = ConsequenceOn::Veto("mayor".into());
    let remedies: Vec<String> = validate(&card)
        .iter()
        .map(|f| f.problem.remedy(base::Lang::En).to_string())
        .collect();
    assert!(remedies[1].contains("`major`"), "{remedies:?}");
    assert!(
        validate(&card)
            .iter()
            .all(|f| f.problem.severity == Severity::Error)
    );
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("", "abc"), 3);
}

/// A message names the columns as a scheme writes them.
#[test]
fn points_of_a_rule_are_named_as_they_are_written() {
    let mut card = sound();
    card.items = vec![item(
        "rate",
        "60",
        Rule::RankBased {
            by_rank: vec![r("61")],
            others: r("0"),
            none: None,
        },
    )];
    let told: Vec<String> = validate(&card)
        .iter()
        .filter(|fault| fault.problem.code == "C117")
        .map(|fault| fault.problem.what.en.clone())
        .collect();
    assert_eq!(
        told,
        ["ranks of item `rate` gives 61 points, more than the item's 60"]
    );
}
