//! How groups, caps, bonus and deductions make the total; each expected value is a short sum.

use base::{Figure, GroupId, Ratio};

use crate::fixture::*;
use crate::*;

fn rate(id: &str, points: &str) -> Item {
    item(id, points, Rule::RateTimesPoints)
}

fn in_group(mut item: Item, group: &str) -> Item {
    item.group = GroupId::new(group);
    item
}

fn inside(id: &str, parent: &str) -> Group {
    Group {
        parent: Some(GroupId::new(parent)),
        ..group(id)
    }
}

fn given(rates: &[(&'static str, &str)]) -> Participant {
    let inputs = rates.iter().map(|(id, value)| match *value {
        "n/a" => (*id, Input::figure(Figure::not_applicable())),
        "open" => (*id, Input::figure(Figure::not_reported())),
        "none" => (*id, Input::not_carried()),
        value => (*id, Input::figure(figure(value))),
    });
    participant("p", inputs.collect())
}

fn total(card: &Scorecard, rates: &[(&'static str, &str)]) -> Option<Ratio> {
    score_card(card, &given(rates)).unwrap().total_exact
}

#[test]
fn points_are_added_up_and_missing_ones_are_left_out_as_declared() {
    let mut card = card_of(vec![rate("a", "60"), rate("b", "30"), rate("c", "10")]);
    // (total rule, values of a b c, total, possible)
    let rescaled = || TotalRule::RescaledTo(ratio("1100"));
    for (rule, a, b, c, sum, possible) in [
        (TotalRule::Points, "0.9", "1", "0.5", Some("89"), "100"),
        (TotalRule::Points, "0.9", "1", "n/a", Some("84"), "90"),
        (
            TotalRule::PercentOfCarried,
            "0.9",
            "1",
            "n/a",
            Some("8400/90"),
            "100",
        ),
        (
            TotalRule::PercentOfCarried,
            "0.9",
            "none",
            "n/a",
            Some("90"),
            "100",
        ),
        (
            TotalRule::PercentOfCarried,
            "none",
            "none",
            "n/a",
            None,
            "100",
        ),
        (TotalRule::Points, "none", "none", "none", None, "0"),
        (rescaled(), "0.9", "1", "0.5", Some("979"), "1100"),
        (rescaled(), "n/a", "1", "0.5", Some("35/40*1100"), "1100"),
    ] {
        card.total = rule;
        let result = score_card(&card, &given(&[("a", a), ("b", b), ("c", c)])).unwrap();
        let expected = sum.map(|sum| match sum.split_once('*') {
            Some((rate, full)) => &ratio(rate) * &ratio(full),
            None => ratio(sum),
        });
        assert_eq!(result.total_exact, expected, "{a} {b} {c}");
        assert_eq!(result.possible, ratio(possible));
    }
}

#[test]
fn pending_items_are_open_and_keep_the_card_from_being_final() {
    let mut card = card_of(vec![rate("a", "60"), rate("b", "40")]);
    card.bands = vec![band("A", Some("90")), band("D", None)];
    let result = score_card(&card, &given(&[("a", "1"), ("b", "open")])).unwrap();
    assert_eq!(result.state, CardState::Pending);
    assert_eq!(result.open_points, ratio("40"));
    assert_eq!(result.total, Some(ratio("60")));
    // The grade of what it has is shown, but it is not its grade.
    assert_eq!(
        (result.grade_by_score.as_deref(), result.grade),
        (Some("D"), None)
    );

    let preliminary = Input::figure(Figure::preliminary(ratio("1"), ratio("1")));
    let inputs = vec![("a", preliminary), ("b", Input::figure(figure("1")))];
    let result = score_card(&card, &participant("p", inputs)).unwrap();
    assert_eq!(
        (result.state, result.grade.as_deref()),
        (CardState::Preliminary, Some("A"))
    );
}

#[test]
fn three_levels_of_groups_with_caps() {
    let mut card = card_of(vec![
        in_group(rate("a", "6"), "block"),
        in_group(rate("b", "6"), "block"),
        in_group(rate("c", "5"), "sub"),
        in_group(rate("d", "20"), "other"),
    ]);
    let block = Group {
        points: Some(ratio("10")),
        ..inside("block", "sub")
    };
    card.groups = vec![group("top"), inside("sub", "top"), block, group("other")];
    let rates = [("a", "1"), ("b", "1"), ("c", "0.4"), ("d", "0.5")];
    let result = score_card(&card, &given(&rates)).unwrap();
    let points = |id: &str| {
        result
            .group(&GroupId::new(id))
            .map(|g| g.points.clone())
            .unwrap()
    };
    // block: 6 + 6, at most 10; sub: 10 + 2; top: 12; other: 10
    assert_eq!(points("block"), ratio("10"));
    assert!(result.group(&GroupId::new("block")).unwrap().capped);
    assert_eq!(points("sub"), ratio("12"));
    assert_eq!(points("top"), ratio("12"));
    assert_eq!(result.total_exact, Some(ratio("22")));
    assert_eq!(result.possible, ratio("35"));
    let tops: Vec<&str> = result
        .items
        .iter()
        .map(|item| item.top_group.as_str())
        .collect();
    assert_eq!(tops, ["top", "top", "top", "other"]);
}

#[test]
fn a_rescaled_group_hands_the_points_of_what_is_left_out_to_its_neighbours() {
    let mut card = card_of(vec![
        rate("a", "10"),
        rate("b", "30"),
        in_group(rate("c", "60"), "h"),
    ]);
    card.groups = vec![
        Group {
            combine: Combine::Rescaled,
            ..group("g")
        },
        group("h"),
    ];
    // all: 5 + 30 + 60; without b: 5 of 10 are 20 of 40
    assert_eq!(
        total(&card, &[("a", "0.5"), ("b", "1"), ("c", "1")]),
        Some(ratio("95"))
    );
    assert_eq!(
        total(&card, &[("a", "0.5"), ("b", "n/a"), ("c", "1")]),
        Some(ratio("80"))
    );
    // a group without anything that counts leaves the card
    let result = score_card(&card, &given(&[("a", "none"), ("b", "n/a"), ("c", "1")])).unwrap();
    assert_eq!(
        (result.total_exact, result.possible),
        (Some(ratio("60")), ratio("60"))
    );
    // with declared points: 35 of 40 are 87.5 of 100
    card.groups[0].points = Some(ratio("100"));
    assert_eq!(
        total(&card, &[("a", "0.5"), ("b", "1"), ("c", "0")]),
        Some(ratio("87.5"))
    );
}

#[test]
fn weighted_means_at_both_levels() {
    let weighted = |mut item: Item, weight: &str| {
        item.weight = Some(ratio(weight));
        item
    };
    let mut card = card_of(vec![
        weighted(rate("a", "5"), "0.3"),
        weighted(rate("b", "50"), "0.7"),
        in_group(rate("c", "9"), "h"),
    ]);
    let mean = |id: &str, weight: &str| Group {
        combine: Combine::WeightedMean,
        weight: Some(ratio(weight)),
        ..group(id)
    };
    card.groups = vec![
        mean("g", "60"),
        Group {
            weight: Some(ratio("40")),
            ..group("h")
        },
    ];
    card.total = TotalRule::WeightedMean;
    // g: 0.3 × 1 + 0.7 × 0.5 = 0.65; total: 0.6 × 65 + 0.4 × 100/3
    let expected = &ratio("39") + &ratio("40/3");
    assert_eq!(
        total(&card, &[("a", "1"), ("b", "0.5"), ("c", "1/3")]),
        Some(expected)
    );
    // without b the group is a alone; without c the total is g alone
    assert_eq!(
        total(&card, &[("a", "0.2"), ("b", "n/a"), ("c", "n/a")]),
        Some(ratio("20"))
    );
}

#[test]
fn bonus_and_deduction_stand_outside_the_possible_points_and_have_their_caps() {
    let role = |id: &str, points: &str, role: Role| Item {
        role,
        ..in_group(
            item(id, points, Rule::AsGiven),
            if role == Role::Bonus { "plus" } else { "g" },
        )
    };
    let mut card = card_of(vec![
        rate("a", "100"),
        role("award", "4", Role::Bonus),
        role("standard", "3", Role::Bonus),
        role("late", "30", Role::Deduction),
    ]);
    card.groups.push(group("plus"));
    card.total = TotalRule::PercentOfCarried;
    let rates = [
        ("a", "0.9"),
        ("award", "4"),
        ("standard", "2.5"),
        ("late", "12"),
    ];
    // (bonus cap, deduction cap, group cap, total floor, total cap, total)
    for (bonus, deduction, plus, floor, cap, sum) in [
        (None, None, None, None, None, "84.5"),
        (Some("5"), None, None, None, None, "83"),
        (None, Some("10"), None, None, None, "86.5"),
        (None, None, Some("6"), None, None, "84"),
        (Some("5"), None, Some("6"), None, None, "83"),
        (None, None, None, Some("85"), None, "85"),
        (None, None, None, None, Some("80"), "80"),
    ] {
        card.bonus_cap = bonus.map(ratio);
        card.deduction_cap = deduction.map(ratio);
        card.groups[1].points = plus.map(ratio);
        card.total_floor = floor.map(ratio);
        card.total_cap = cap.map(ratio);
        assert_eq!(total(&card, &rates), Some(ratio(sum)));
    }
    let result = score_card(&card, &given(&rates)).unwrap();
    assert_eq!(result.possible, ratio("100"));
    assert_eq!(
        (result.bonus, result.deduction),
        (ratio("6.5"), ratio("-12"))
    );
    assert_eq!(result.items[3].points, Some(ratio("-12")));
}

#[test]
fn a_credit_score_starts_full_and_loses() {
    let mut events = item(
        "penalty",
        "0",
        Rule::PerEvent {
            each: ratio("7"),
            escalation: None,
        },
    );
    events.role = Role::Deduction;
    let mut card = card_of(vec![events]);
    card.start = Some(ratio("100"));
    card.total_floor = Some(ratio("0"));
    for (events, sum) in [("0", "100"), ("3", "79"), ("20", "0")] {
        assert_eq!(total(&card, &[("penalty", events)]), Some(ratio(sum)));
    }
    assert_eq!(total(&card, &[]), Some(ratio("100")));
}

#[test]
fn rounding_happens_once_and_before_banding() {
    let mut card = card_of(vec![rate("a", "50"), rate("b", "50")]);
    card.bands = vec![band("A", Some("90")), band("B", None)];
    // Each item gives 44.997: 89.994 in all. Rounded one by one to one place it would be 90.
    let rates = [("a", "0.89994"), ("b", "0.89994")];
    for (places, mode, rounded, grade) in [
        (2, base::Rounding::HalfUp, "89.99", "B"),
        (1, base::Rounding::HalfUp, "90.0", "A"),
        (0, base::Rounding::Down, "89", "B"),
        (0, base::Rounding::Up, "90", "A"),
    ] {
        card.rounding = TotalRounding { places, mode };
        let result = score_card(&card, &given(&rates)).unwrap();
        assert_eq!(result.total_exact, Some(ratio("89.994")));
        assert_eq!(result.total_text.as_deref(), Some(rounded));
        assert_eq!(result.grade.as_deref(), Some(grade));
    }
}

#[test]
fn a_composite_of_five_parts() {
    let mut card = card_of(vec![rate("a", "50")]);
    let part = |id: &str, weight: &str, source, when_missing| Part {
        id: id.into(),
        name: same(id),
        weight: ratio(weight),
        source,
        when_missing,
    };
    card.parts = vec![
        part("document", "40", PartSource::Items, Missing::Pending),
        part("site", "30", PartSource::Given, Missing::Pending),
        part("unannounced", "20", PartSource::Given, Missing::Exclude),
        part("survey", "10", PartSource::Given, Missing::Zero),
    ];
    let with = |parts: &[(&str, &str)]| Participant {
        parts: parts
            .iter()
            .map(|(id, value)| (id.to_string(), ratio(value)))
            .collect(),
        ..given(&[("a", "0.9")])
    };
    let all = with(&[("site", "80"), ("unannounced", "50"), ("survey", "100")]);
    let score = |participant: &Participant| score_card(&card, participant);
    // 0.4 × 90 + 0.3 × 80 + 0.2 × 50 + 0.1 × 100 = 80
    assert_eq!(score(&all).unwrap().total_exact, Some(ratio("80")));
    // without the unannounced visit and the survey: (36 + 24 + 0) ÷ 0.8
    let some = with(&[("site", "80")]);
    assert_eq!(score(&some).unwrap().total_exact, Some(ratio("75")));
    // without the site visit it is not final
    assert_eq!(
        score(&with(&[("survey", "100")])).unwrap().state,
        CardState::Pending
    );
    assert_eq!(score(&with(&[("site", "101")])).unwrap_err().code, "C220");
    assert_eq!(score(&with(&[("document", "1")])).unwrap_err().code, "C202");
}

#[test]
fn nothing_that_is_brought_is_dropped_in_silence() {
    let card = card_of(vec![rate("a", "10")]);
    let stranger = given(&[("b", "1")]);
    assert_eq!(score_card(&card, &stranger).unwrap_err().code, "C202");
    let mut vetoed = given(&[("a", "1")]);
    vetoed.vetoes.insert("major".into(), None);
    assert_eq!(score_card(&card, &vetoed).unwrap_err().code, "C202");
    let mut gated = given(&[("a", "1")]);
    gated.gates.insert("iso".into(), true);
    assert_eq!(score_card(&card, &gated).unwrap_err().code, "C202");
    let mut broken = card_of(vec![in_group(rate("a", "10"), "nowhere")]);
    assert_eq!(
        score_card(&broken, &given(&[("a", "1")])).unwrap_err().code,
        "C201"
    );
    broken.groups = vec![inside("nowhere", "nowhere")];
    assert_eq!(
        score_card(&broken, &given(&[("a", "1")])).unwrap_err().code,
        "C201"
    );
}
