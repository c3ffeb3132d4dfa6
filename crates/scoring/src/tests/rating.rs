//! The credit rating of the rating workload: eight piecewise indicators, a veto, four bands.
//!
//! Three enterprises are worked out by hand in the comments.

use base::Figure;

use crate::fixture::*;
use crate::*;

/// Indicator, (value, points) pairs, points without a value, weight.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

/// The workload's scorecard, table row by table row.
fn rating() -> Scorecard {
    let rows: [Row; 8] = [
        (
            "pass_rate",
            &[("0", "0"), ("0.6", "40"), ("0.9", "85"), ("1", "100")],
            "80",
            "0.25",
        ),
        (
            "severity",
            &[("0", "100"), ("5", "70"), ("20", "20"), ("50", "0")],
            "",
            "0.15",
        ),
        (
            "complaints",
            &[("0", "100"), ("1", "80"), ("3", "40"), ("6", "0")],
            "",
            "0.10",
        ),
        (
            "penalties",
            &[
                ("0", "100"),
                ("10000", "80"),
                ("100000", "30"),
                ("500000", "0"),
            ],
            "",
            "0.15",
        ),
        (
            "awards",
            &[("0", "0"), ("1", "60"), ("3", "100")],
            "",
            "0.05",
        ),
        (
            "days_since_failure",
            &[("0", "0"), ("180", "40"), ("730", "90"), ("1826", "100")],
            "100",
            "0.15",
        ),
        (
            "commitments",
            &[("0", "0"), ("1", "70"), ("2", "100")],
            "",
            "0.05",
        ),
        (
            "overdue",
            &[("0", "100"), ("1", "60"), ("3", "0")],
            "",
            "0.10",
        ),
    ];
    let items = rows.map(|(id, knots, base, weight)| {
        let knots = knots
            .iter()
            .map(|(value, points)| Knot {
                value: ratio(value),
                points: ratio(points),
            })
            .collect();
        let mut item = item(id, "100", Rule::Piecewise { knots });
        item.weight = Some(ratio(weight));
        if !base.is_empty() {
            item.base_points = Some(ratio(base));
            item.when_missing.not_applicable = Missing::Base;
        }
        item
    });
    let mut card = card_of(items.to_vec());
    card.groups = vec![Group {
        combine: Combine::WeightedMean,
        ..group("g")
    }];
    card.bands = vec![
        band("A", Some("85")),
        band("B", Some("70")),
        band("C", Some("55")),
        band("D", None),
    ];
    card.vetoes = vec![Veto {
        id: "grave".into(),
        name: same("severity 5 within a year"),
        basis: same("workload"),
        forces: "D".into(),
        effect: VetoEffect::NoBetterThan,
        kind: String::new(),
    }];
    card.rounding.places = 4;
    card
}

/// The eight values in the table's order; `-` is no value.
fn enterprise(values: [&str; 8], grave: bool) -> Card {
    let card = rating();
    assert_eq!(validate(&card), [], "the workload's scorecard is sound");
    let inputs = card.items.iter().zip(values).map(|(item, value)| {
        let figure = if value == "-" {
            Figure::not_applicable()
        } else {
            figure(value)
        };
        (item.id.clone(), Input::figure(figure))
    });
    let hit = VetoHit {
        count: 1,
        reason: same("severity 5"),
    };
    let one = Participant {
        key: "e".into(),
        items: inputs.collect(),
        vetoes: [("grave".into(), grave.then_some(hit))].into(),
        ..Participant::default()
    };
    score_card(&card, &one).unwrap()
}

#[test]
fn a_good_enterprise() {
    // 19 of 20 passed: 85 + 15 × 0.05 / 0.1 = 92.5      × 0.25 = 23.125
    // severity 2:      100 − 30 × 2 / 5 = 88            × 0.15 = 13.2
    // complaints 0:    100                              × 0.10 = 10
    // penalties 0:     100                              × 0.15 = 15
    // awards 2:        60 + 40 × 1 / 2 = 80             × 0.05 =  4
    // 730 days:        90                               × 0.15 = 13.5
    // commitments 1:   70                               × 0.05 =  3.5
    // overdue 0:       100                              × 0.10 = 10
    let card = enterprise(["19/20", "2", "0", "0", "2", "730", "1", "0"], false);
    assert_eq!(card.total_exact, Some(ratio("92.325")));
    assert_eq!(card.grade.as_deref(), Some("A"));
    let vetoed = enterprise(["19/20", "2", "0", "0", "2", "730", "1", "0"], true);
    assert_eq!(vetoed.total_exact, card.total_exact);
    assert_eq!(
        (vetoed.grade.as_deref(), vetoed.grade_by_score.as_deref()),
        (Some("D"), Some("A"))
    );
}

#[test]
fn an_enterprise_without_inspections_or_failures() {
    // no inspection:   80                               × 0.25 = 20
    // severity 0:      100                              × 0.15 = 15
    // complaints 4:    40 − 40 × 1 / 3 = 80/3           × 0.10 = 8/3
    // penalties 40000: 80 − 50 × 30000 / 90000 = 190/3  × 0.15 = 9.5
    // awards 0:        0
    // no failure:      100                              × 0.15 = 15
    // commitments 0:   0
    // overdue 0:       100                              × 0.10 = 10
    // 20 + 15 + 9.5 + 15 + 10 + 8/3 = 69.5 + 8/3 = 433/6 = 72.1666…
    let card = enterprise(["-", "0", "4", "40000", "0", "-", "0", "0"], false);
    assert_eq!(card.total_exact, Some(ratio("433/6")));
    assert_eq!(card.total_text.as_deref(), Some("72.1667"));
    assert_eq!(card.grade.as_deref(), Some("B"));
    assert_eq!(card.items[0].reason.zh, "不适用，给基础分：80 分");
}

#[test]
fn a_weak_enterprise() {
    // 2 of 3 passed:   40 + 45 × (2/3 − 0.6) / 0.3 = 50 × 0.25 = 12.5
    // severity 35:     20 − 20 × 15 / 30 = 10           × 0.15 =  1.5
    // complaints 6:    0
    // penalties 600000: 0
    // awards 5:        100                              × 0.05 =  5
    // 90 days:         20                               × 0.15 =  3
    // commitments 2:   100                              × 0.05 =  5
    // overdue 2:       60 − 60 × 1 / 2 = 30             × 0.10 =  3
    let card = enterprise(["2/3", "35", "6", "600000", "5", "90", "2", "2"], false);
    assert_eq!(card.total_exact, Some(ratio("30")));
    assert_eq!(card.grade.as_deref(), Some("D"));
}
