//! What must hold for any numbers: limits, monotony, sums, symmetry, untouched scores.

use base::{Figure, ItemId, Ratio};
use proptest::prelude::*;

use crate::fixture::*;
use crate::*;

fn any_ratio() -> impl Strategy<Value = Ratio> {
    (-3_000i128..3_000, 1i128..500).prop_map(|(n, d)| Ratio::new(n, d).unwrap())
}

fn any_rate() -> impl Strategy<Value = Ratio> {
    (0i128..=400).prop_map(|n| Ratio::new(n, 400).unwrap())
}

/// A rule that reads one measured value, and whether more of it never gives fewer points.
fn measured_rules() -> Vec<(Rule, bool)> {
    let knots = |points: [&str; 3]| {
        let values = ["-1", "0.5", "2"].map(ratio);
        let knot = |(value, points)| Knot {
            value,
            points: ratio(points),
        };
        values.into_iter().zip(points).map(knot).collect()
    };
    let steps = ["-1", "0.5", "2"]
        .map(ratio)
        .into_iter()
        .zip(["1", "4", "10"]);
    let short = |counting, better| Rule::PerPointShort {
        deduct: ratio("0.5"),
        unit: ratio("0.01"),
        counting,
        better,
    };
    vec![
        (
            Rule::Binary {
                comparison: Some(Comparison::AtLeast),
            },
            true,
        ),
        (
            Rule::Binary {
                comparison: Some(Comparison::LessThan),
            },
            false,
        ),
        (
            Rule::Proportional {
                better: Direction::HigherBetter,
            },
            true,
        ),
        (
            Rule::Proportional {
                better: Direction::LowerBetter,
            },
            false,
        ),
        (
            Rule::Linear {
                zero_at: ratio("0.1"),
                full_at: ratio("0.9"),
            },
            true,
        ),
        (
            Rule::Linear {
                zero_at: ratio("3"),
                full_at: ratio("-1"),
            },
            false,
        ),
        (
            Rule::Steps {
                steps: steps
                    .map(|(from, points)| Step {
                        from,
                        points: ratio(points),
                    })
                    .collect(),
            },
            true,
        ),
        (
            Rule::Piecewise {
                knots: knots(["0", "7", "10"]),
            },
            true,
        ),
        (
            Rule::Piecewise {
                knots: knots(["10", "3", "0"]),
            },
            false,
        ),
        (short(Counting::WholeSteps, Direction::HigherBetter), true),
        (short(Counting::ProRata, Direction::LowerBetter), false),
        (Rule::RateTimesPoints, true),
        (Rule::AsGiven, true),
    ]
}

fn points_of(rule: &Rule, role: Role, value: &Ratio) -> Ratio {
    let mut item = item("x", "10", rule.clone());
    item.role = role;
    if rule.compares_with_target() {
        item.target = Some(ratio("0.8"));
    }
    let card = card_of(vec![item]);
    let given = Input::figure(Figure::whole(value.clone()));
    let result = score_card(&card, &participant("p", vec![("x", given)])).unwrap();
    result.items[0].points.clone().unwrap()
}

fn rated(rates: &[Ratio]) -> (Scorecard, Participant) {
    let ids: Vec<String> = (0..rates.len()).map(|i| format!("i{i}")).collect();
    let items = ids
        .iter()
        .enumerate()
        .map(|(i, id)| item(id, &(i + 1).to_string(), Rule::RateTimesPoints));
    let card = card_of(items.collect());
    let inputs = ids.iter().zip(rates);
    let items =
        inputs.map(|(id, rate)| (ItemId::new(id), Input::figure(Figure::whole(rate.clone()))));
    let given = Participant {
        key: "p".into(),
        items: items.collect(),
        ..Participant::default()
    };
    (card, given)
}

proptest! {
    #[test]
    fn points_stay_within_floor_and_cap(value in any_ratio()) {
        for (rule, _) in measured_rules() {
            for role in [Role::Normal, Role::Bonus, Role::Deduction] {
                let points = points_of(&rule, role, &value);
                let (low, high) = match role {
                    Role::Normal | Role::Bonus => ("0", "10"),
                    Role::Deduction => ("-10", "0"),
                };
                prop_assert!(ratio(low) <= points && points <= ratio(high), "{:?} {:?}", rule, role);
            }
        }
    }

    #[test]
    fn a_better_value_never_gives_fewer_points(a in any_ratio(), b in any_ratio()) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        for (rule, rising) in measured_rules() {
            let (low, high) = (points_of(&rule, Role::Normal, &low), points_of(&rule, Role::Normal, &high));
            prop_assert!(if rising { low <= high } else { low >= high }, "{:?}", rule);
        }
    }

    #[test]
    fn items_add_up_to_the_groups_and_the_groups_to_the_total(
        rates in prop::collection::vec(any_rate(), 1..9),
    ) {
        let (card, given) = rated(&rates);
        let result = score_card(&card, &given).unwrap();
        let sum = result.items.iter().fold(Ratio::ZERO, |sum, i| &sum + i.points.as_ref().unwrap());
        prop_assert_eq!(&result.groups[0].points, &sum);
        prop_assert_eq!(result.total_exact.as_ref(), Some(&sum));
    }

    #[test]
    fn what_is_left_out_changes_no_other_item_and_equal_rates_stay(
        rates in prop::collection::vec(any_rate(), 2..9),
        equal in any_rate(),
    ) {
        let (mut card, mut given) = rated(&rates);
        card.total = TotalRule::PercentOfCarried;
        let before = score_card(&card, &given).unwrap();
        given.items.insert(ItemId::new("i0"), Input::figure(Figure::not_applicable()));
        let after = score_card(&card, &given).unwrap();
        prop_assert_eq!(&before.items[1..], &after.items[1..]);
        // If all have the same rate, leaving one out leaves the total.
        let (_, mut given) = rated(&vec![equal; rates.len()]);
        let before = score_card(&card, &given).unwrap().total_exact;
        given.items.insert(ItemId::new("i0"), Input::not_carried());
        prop_assert_eq!(score_card(&card, &given).unwrap().total_exact, before);
    }

    #[test]
    fn a_veto_never_changes_the_total(rates in prop::collection::vec(any_rate(), 1..9)) {
        let (mut card, mut given) = rated(&rates);
        card.bands = vec![band("A", Some("1")), band("B", None)];
        card.vetoes = vec![Veto {
            id: "v".into(),
            name: same("v"),
            basis: same("v"),
            forces: "B".into(),
            effect: VetoEffect::NoBetterThan,
            kind: String::new(),
        }];
        given.vetoes.insert("v".into(), None);
        let without = score_card(&card, &given).unwrap();
        given.vetoes.insert("v".into(), Some(VetoHit { count: 2, reason: same("v") }));
        let with = score_card(&card, &given).unwrap();
        prop_assert_eq!(with.grade.as_deref(), Some("B"));
        prop_assert_eq!((with.total, with.items), (without.total, without.items));
    }

    #[test]
    fn ranks_and_grades_do_not_depend_on_the_order(
        totals in prop::collection::vec(0i64..8, 1..12),
        turn in 0usize..12,
    ) {
        let mut card = card_of(vec![item("score", "10", Rule::AsGiven)]);
        card.bands = vec![band("A", Some("5")), band("B", Some("3")), band("C", None)];
        card.ranking.quotas = ["A", "B"]
            .map(|grade| Quota { group: None, grade: grade.into(), at_most: QuotaLimit::Count(3) })
            .to_vec();
        let score = |(i, total): (usize, &i64)| {
            let input = Input::figure(Figure::whole(Ratio::from_int(*total)));
            score_card(&card, &participant(&i.to_string(), vec![("score", input)])).unwrap()
        };
        let mut cards: Vec<Card> = totals.iter().enumerate().map(score).collect();
        let mut turned = cards.clone();
        turned.rotate_left(turn % totals.len());
        turned.reverse();
        rank_cards(&card, &mut cards);
        rank_cards(&card, &mut turned);
        turned.sort_by_key(|card| card.participant.parse::<usize>().unwrap());
        prop_assert_eq!(&cards, &turned);
        // A rank is one more than the number of better totals; a quota with all out is kept.
        for (i, one) in cards.iter().enumerate() {
            let better = totals.iter().filter(|total| **total > totals[i]).count();
            prop_assert_eq!(one.rank, u32::try_from(better + 1).ok());
        }
        for grade in ["A", "B"] {
            let holders = cards.iter().filter(|card| card.grade.as_deref() == Some(grade)).count();
            prop_assert!(holders <= 3);
        }
    }

    #[test]
    fn full_items_have_nothing_open_and_gains_are_what_is_missing(
        rates in prop::collection::vec(any_rate(), 1..9),
    ) {
        let (card, given) = rated(&rates);
        let result = score_card(&card, &given).unwrap();
        let open = open_items(&card, &result).unwrap();
        let gains = open.iter().fold(Ratio::ZERO, |sum, open| &sum + &open.total_gain);
        prop_assert_eq!(&gains + &result.total_exact.unwrap(), result.possible);
    }
}
