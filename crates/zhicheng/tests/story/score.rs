//! Points, grades, vetoes, overrides, sealing, and grades of firms: what figures are worth.

use crate::city::{City, keys, text};
use crate::files::{SAMPLE_HEADER, firm, sample};
use crate::town;

const KEYS: [&str; 14] = [
    "unit",
    "item",
    "group",
    "figure",
    "points",
    "max_points",
    "state",
    "reason",
    "total",
    "grade",
    "rank",
    "ranking_group",
    "vetoes",
    "consequences",
];

fn assessed() -> City {
    let city = City::new("town");
    town::year(&city);
    city
}

#[test]
fn each_item_has_its_figure_points_and_reason_and_each_unit_its_total_grade_and_rank() {
    let city = assessed();
    let rows = city.run(["score", "assessment", "--format", "json"]).json();
    assert!(rows.iter().all(|row| keys(row) == KEYS.into()), "{rows:?}");
    let items: Vec<[String; 5]> = rows
        .iter()
        .filter(|row| !row["item"].is_null())
        .map(|row| {
            [
                text(row, "unit"),
                text(row, "item"),
                text(row, "group"),
                text(row, "points"),
                text(row, "max_points"),
            ]
        })
        .collect();
    let expected = [
        ["east", "food", "safety", "10", "10"],
        ["east", "visiting", "work", "10", "10"],
        ["east", "leadership", "work", "10", "10"],
        // (95 − 90) ÷ (97.5 − 90) × 10
        ["west", "food", "safety", "6.666666666667", "10"],
        ["west", "visiting", "work", "10", "10"],
        ["west", "leadership", "work", "5", "10"],
    ];
    assert_eq!(items, expected);
    assert!(
        rows.iter()
            .filter(|row| !row["item"].is_null())
            .all(|row| !text(row, "reason").is_empty()),
        "each with its reason"
    );
    let units: Vec<[String; 6]> = rows
        .iter()
        .filter(|row| row["item"].is_null())
        .map(|row| {
            [
                "unit",
                "total",
                "grade",
                "rank",
                "ranking_group",
                "consequences",
            ]
            .map(|key| text(row, key))
        })
        .collect();
    // 30 ÷ 30, and 21.666… ÷ 30 = 72.22 %
    let expected = [
        ["east", "100.00", "A", "1", "townships", "commended"],
        ["west", "72.22", "C", "2", "townships", ""],
    ];
    assert_eq!(units, expected);
}

#[test]
fn the_figure_of_an_item_is_the_one_that_measure_gives() {
    let city = assessed();
    for unit in ["east", "west"] {
        let rows = city
            .run(["score", "assessment", "--unit", unit, "--format", "json"])
            .json();
        let shown = |item: &str| {
            rows.iter()
                .find(|row| text(row, "item") == item)
                .map(|row| text(row, "figure"))
                .unwrap()
        };
        let measured = |indicator: &str| {
            text(
                &city
                    .run(["measure", indicator, "--unit", unit, "--format", "csv"])
                    .ok()
                    .csv_row(),
                "value",
            )
        };
        assert_eq!(shown("visiting"), measured("visits"));
        let percent: f64 = measured("pass_rate").parse::<f64>().unwrap() * 100.0;
        assert_eq!(shown("food"), format!("{percent:.2}%"));
    }
}

#[test]
fn a_major_accident_forces_the_grade_keeps_the_score_and_its_withdrawal_restores_all() {
    let city = assessed();
    let before = city.card("east");
    let at = city.head().to_string();
    let accident = city
        .run([
            "submit",
            "accident",
            "number=1",
            "day=2018-11-05",
            "unit=east",
            "level=major",
        ])
        .number();
    let during = city.card("east");
    let seen = ["total", "grade", "vetoes", "consequences"].map(|key| text(&during, key));
    assert_eq!(
        seen,
        [
            "100.00",
            "D",
            "major_accident",
            "leaders barred from promotion that year; the leader is summoned"
        ]
    );
    assert_eq!(
        text(&city.card("west"), "grade"),
        "C",
        "the other township is as it was"
    );
    let card = city.run(["score", "assessment", "--unit", "east"]).ok();
    assert!(
        card.out.contains("article 5 of the scheme"),
        "the legal basis is shown: {card}"
    );
    let earlier = city
        .run([
            "score",
            "assessment",
            "--unit",
            "east",
            "--at",
            &at,
            "--format",
            "json",
        ])
        .json();
    assert_eq!(
        text(earlier.last().unwrap(), "grade"),
        "A",
        "at the earlier position it was an A"
    );

    city.run([
        "withdraw",
        &accident.to_string(),
        "--reason",
        "复核为一般事故",
    ])
    .ok();
    assert_eq!(city.card("east"), before);
    // An ordinary accident forces nothing.
    city.run([
        "submit",
        "accident",
        "number=2",
        "day=2018-11-05",
        "unit=east",
        "level=ordinary",
    ])
    .ok();
    assert_eq!(city.card("east"), before);
}

#[test]
fn an_item_without_a_judgement_is_open_and_one_without_a_figure_is_left_out() {
    let city = City::new("town");
    let card = city.card("east");
    assert_eq!(
        ["state", "grade"].map(|key| text(&card, key)),
        ["pending", ""]
    );
    let rows = city
        .run(["score", "assessment", "--unit", "east", "--format", "json"])
        .json();
    let seen: Vec<[String; 3]> = rows
        .iter()
        .map(|row| ["item", "points", "state"].map(|key| text(row, key)))
        .collect();
    assert_eq!(
        seen[..3],
        [
            ["food", "", "not_applicable"],
            ["visiting", "0", "value"],
            ["leadership", "", "not_judged"]
        ]
    );
}

#[test]
fn points_set_by_hand_carry_their_reason_and_can_be_lifted() {
    let city = assessed();
    let visiting = || {
        let rows = city
            .run(["score", "assessment", "--unit", "west", "--format", "json"])
            .json();
        let found = rows
            .into_iter()
            .find(|row| text(row, "item") == "visiting")
            .unwrap();
        (text(&found, "points"), text(&found, "reason"))
    };
    let before = visiting();
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "8",
        "--reason",
        " ",
    ])
    .refused("O232");
    city.run([
        "override",
        "assessment",
        "visitin",
        "west",
        "8",
        "--reason",
        "x",
    ])
    .refused("O276")
    .telling("visiting");
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "viele",
        "--reason",
        "x",
    ])
    .refused("Z212");
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "11",
        "--reason",
        "x",
    ])
    .refused("O274")
    .telling("10");
    city.run([
        "override",
        "assessment",
        "visiting",
        "market",
        "8",
        "--reason",
        "x",
    ])
    .refused("O275");
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "8",
        "--reason",
        "两次走访无记录",
    ])
    .ok();
    let (points, reason) = visiting();
    assert!(
        points == "8" && reason.contains("两次走访无记录"),
        "{points} {reason}"
    );
    // (6.666… + 8 + 5) ÷ 30
    assert_eq!(text(&city.card("west"), "total"), "65.56");
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "none",
        "--reason",
        "记录已补",
    ])
    .ok();
    assert_eq!(visiting(), before);
}

#[test]
fn a_demonstration_is_sealed_only_as_one_and_a_correction_stands_beside_the_first() {
    let city = assessed();
    let minutes = city.file("纪要.pdf", "the minutes");
    let seal = [
        "seal",
        "assessment",
        "--minutes",
        &minutes,
        "--approval",
        "质强委〔2019〕1号",
    ];
    city.run(seal).refused("O270").telling("--demonstration");
    let demonstration = |approval: &str| {
        city.run([
            "seal",
            "assessment",
            "--minutes",
            &minutes,
            "--approval",
            approval,
            "--demonstration",
        ])
    };
    demonstration(" ").refused("O271");
    let first = demonstration("质强委〔2019〕1号").number();
    city.run([
        "override",
        "assessment",
        "visiting",
        "west",
        "8",
        "--reason",
        "两次走访无记录",
    ])
    .ok();
    // What was sealed is corrected with a reason, beside the first.
    demonstration("质强委〔2019〕2号").refused("O277");
    let second = city
        .run([
            "seal",
            "assessment",
            "--minutes",
            &minutes,
            "--approval",
            "质强委〔2019〕2号",
            "--demonstration",
            "--reason",
            "走访记录核减",
        ])
        .number();
    let (first_facts, second_facts) = (city.facts(first), city.facts(second));
    assert_eq!(
        (&first_facts["demonstration"], &first_facts["corrects"]),
        (&true.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        second_facts["corrects"], first,
        "the correction names what it corrects"
    );
    let total =
        |facts: &serde_json::Value| facts["results"][1]["total"].as_str().unwrap().to_owned();
    assert_eq!(
        (total(&first_facts), total(&second_facts)),
        ("72.22".to_owned(), "65.56".to_owned())
    );
}

#[test]
fn real_data_is_sealed_officially_but_not_while_an_item_is_open() {
    let city = City::real("town");
    town::records(&city);
    town::open_cases(&city);
    let minutes = city.file("纪要.pdf", "the minutes");
    let seal = || {
        city.run([
            "seal",
            "assessment",
            "--minutes",
            &minutes,
            "--approval",
            "质强委〔2019〕1号",
        ])
    };
    seal().refused("O272");
    for (unit, level) in [("east", "full"), ("west", "half")] {
        town::review(&city, town::case_of(&city, "leadership", unit), unit, level);
    }
    let position = seal().number();
    assert_ne!(
        city.facts(position)["demonstration"],
        true,
        "an official result"
    );
}

#[test]
fn every_firm_has_one_grade_with_its_reasons() {
    let city = City::new("town");
    // Firm 1 never failed; firm 2 failed once; firm 3 three times.
    let results = [
        (1, "合格"),
        (2, "不合格"),
        (2, "合格"),
        (3, "不合格"),
        (3, "不合格"),
        (3, "不合格"),
    ];
    let rows: String = (1..)
        .zip(results)
        .map(|(n, (firm, result))| sample(&n.to_string(), "2018-03-05", "东乡", firm, result))
        .collect();
    let file = city.file("抽检.csv", SAMPLE_HEADER.to_owned() + &rows);
    city.run(["import", "sample", &file]).ok();
    let rated = city
        .run(["rate", "credit", "--day", "2018-12-31", "--format", "json"])
        .json();
    let documented = [
        "subject", "name", "score", "grade", "vetoes", "reasons", "day", "position",
    ];
    assert!(
        rated.iter().all(|row| keys(row) == documented.into()),
        "{rated:?}"
    );
    let seen: Vec<[String; 3]> = rated
        .iter()
        .map(|row| ["subject", "score", "grade"].map(|key| text(row, key)))
        .collect();
    // 100; 100 − 15; 100 − 15 − 30 − 30
    assert_eq!(
        seen,
        [
            [firm(1), "100".into(), "A".into()],
            [firm(2), "85".into(), "B".into()],
            [firm(3), "25".into(), "C".into()]
        ]
    );
    assert_eq!(text(&rated[2], "reasons"), "Failed samples −75");
    // Twelve months later the failures have left the window.
    let later = city
        .run(["rate", "credit", "--day", "2019-03-06", "--format", "json"])
        .json();
    assert!(
        later.iter().all(|row| text(row, "grade") == "A"),
        "{later:?}"
    );
    let one = city
        .run([
            "rate",
            "credit",
            "--day",
            "2018-12-31",
            "--subject",
            &firm(3),
            "--format",
            "json",
        ])
        .row();
    assert_eq!(text(&one, "grade"), "C");
    city.run([
        "rate",
        "credit",
        "--day",
        "2018-12-31",
        "--subject",
        &firm(9),
    ])
    .refused("O263");
    city.run(["rate", "assessment", "--day", "2018-12-31"])
        .refused("O262");
    city.run(["score", "credit"]).refused("O261");
}
