//! Figures: what `measure` answers, by what it can be divided, and that its records make it.

use std::collections::BTreeSet;

use crate::city::{City, Row, keys, text};
use crate::files::firm;
use crate::town;

const KEYS: [&str; 9] = [
    "indicator",
    "unit",
    "period",
    "numerator",
    "denominator",
    "value",
    "state",
    "position",
    "day",
];

fn city() -> City {
    let city = City::new("town");
    town::records(&city);
    city
}

fn with<'a>(more: &[&'a str]) -> BTreeSet<&'a str> {
    KEYS.into_iter().chain(more.iter().copied()).collect()
}

/// A figure as an official reads it: unit, numerator of denominator, value, state.
fn read(row: &Row, by: &str) -> [String; 5] {
    [
        text(row, by),
        text(row, "numerator"),
        text(row, "denominator"),
        text(row, "value"),
        text(row, "state"),
    ]
}

#[test]
fn a_share_by_place_is_rolled_up_through_the_tree_and_empty_is_not_zero() {
    let rows = city()
        .run(["measure", "pass_rate", "--by", "unit", "--format", "json"])
        .json();
    let seen: Vec<_> = rows.iter().map(|row| read(row, "unit")).collect();
    let expected = [
        // 39 + 19 of 40 + 20
        ["government", "58", "60", "0.966666666667", "value"],
        ["market", "", "", "", "not_applicable"],
        ["quality", "", "", "", "not_applicable"],
        ["east", "39", "40", "0.975", "value"],
        ["west", "19", "20", "0.95", "value"],
    ];
    assert_eq!(seen, expected);
    // By responsible unit it is the bureau that sampled.
    let rows = city()
        .run(["measure", "samples", "--by", "unit", "--format", "json"])
        .json();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| [text(row, "unit"), text(row, "value")])
        .collect();
    assert_eq!(
        seen,
        [
            ["government", "60"],
            ["market", "60"],
            ["quality", "0"],
            ["east", "0"],
            ["west", "0"]
        ]
    );
}

#[test]
fn the_keys_are_those_that_are_documented() {
    let city = city();
    let table: [(&str, &[&str]); 4] = [
        ("unit", &[]),
        ("month", &[]),
        ("subject", &["subject"]),
        ("result", &["field", "value_of_field"]),
    ];
    for (by, more) in table {
        for row in city
            .run(["measure", "samples", "--by", by, "--format", "json"])
            .json()
        {
            assert_eq!(keys(&row), with(more), "by {by}");
        }
    }
    let row = city.run(["measure", "samples", "--format", "json"]).row();
    assert_eq!(keys(&row), with(&[]));
    assert!(
        row["value"].is_string() && row["position"].is_u64() && row["unit"].is_null(),
        "{row:?}"
    );
    let csv = city.run(["measure", "samples", "--format", "csv"]).ok();
    let header: Vec<&str> = csv
        .out
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap()
        .split(',')
        .collect();
    assert_eq!(header, KEYS);
}

#[test]
fn a_year_divided_by_time_by_field_and_by_firm_adds_up() {
    let city = city();
    let of = |by: &str, key: &str| -> Vec<[String; 2]> {
        let rows = city
            .run(["measure", "samples", "--by", by, "--format", "json"])
            .json();
        rows.iter()
            .map(|row| [text(row, key), text(row, "value")])
            .collect()
    };
    assert_eq!(
        of("quarter", "period"),
        [
            ["2018Q1", "60"],
            ["2018Q2", "0"],
            ["2018Q3", "0"],
            ["2018Q4", "0"]
        ]
    );
    assert_eq!(of("half", "period"), [["2018H1", "60"], ["2018H2", "0"]]);
    let months = of("month", "period");
    assert_eq!(
        (months.len(), &months[2]),
        (12, &["2018-03".to_owned(), "60".to_owned()])
    );
    let results = of("result", "value_of_field");
    assert!(
        results.contains(&["pass".into(), "58".into()])
            && results.contains(&["fail".into(), "2".into()]),
        "{results:?}"
    );
    // Sample n is of firm n mod 7 + 1. Of firm 1 are 7, 14, 21, 28, 35 of the east's 40 and 7, 14 of the west's 20.
    let firms = of("subject", "subject");
    assert!(firms.contains(&[firm(1), "7".into()]), "{firms:?}");
    let total: u32 = firms
        .iter()
        .map(|[_, value]| value.parse::<u32>().unwrap())
        .sum();
    assert_eq!(total, 60);
}

#[test]
fn a_window_of_days_and_a_day_within_the_period() {
    let city = city();
    let value = |rest: &[&str]| {
        let mut all = vec!["measure", "samples", "--format", "json"];
        all.extend(rest);
        text(&city.run_all(&all).row(), "value")
    };
    // Sample n is of 2018-03-(n mod 28 + 1): on the 2nd are 1 and 29 of the east, and 1 of the west.
    assert_eq!(value(&["--period", "2018-03-02..2018-03-02"]), "3");
    assert_eq!(value(&["--period", "2018-02"]), "0");
    assert_eq!(value(&["--period", "2016..2018"]), "60");
    assert_eq!(value(&["--period", "..2018"]), "60");
    // As of 1 March only numbers 28 of the east are there (28 mod 28 + 1 = 1); the west has none.
    assert_eq!(value(&["--day", "2018-03-01"]), "1");
}

#[test]
fn the_records_listed_are_those_that_make_the_figure() {
    let city = city();
    for (number, cost) in [("k1", "12.50"), ("k2", "0.07"), ("k3", "100")] {
        let subject = format!("subject={}", firm(1));
        let (number, cost) = (format!("number={number}"), format!("cost={cost}"));
        city.run([
            "submit",
            "sample",
            &number,
            "day=2018-04-01",
            "unit=market",
            "place=west",
            &subject,
            "result=pending",
            &cost,
        ])
        .ok();
    }
    for unit in ["east", "west"] {
        let figure = city
            .run(["measure", "pass_rate", "--unit", unit, "--format", "json"])
            .row();
        let behind = city
            .run([
                "measure",
                "pass_rate",
                "--unit",
                unit,
                "--records",
                "--format",
                "json",
            ])
            .json();
        let passed = behind
            .iter()
            .filter(|row| text(row, "part") == "numerator")
            .count();
        assert_eq!(
            (passed.to_string(), behind.len().to_string()),
            (text(&figure, "numerator"), text(&figure, "denominator"))
        );
        assert!(
            behind
                .iter()
                .all(|row| text(row, "place") == unit && text(row, "result") != "pending"),
            "{unit}"
        );
        assert!(
            behind
                .iter()
                .all(|row| (text(row, "result") == "pass") == (text(row, "part") == "numerator")),
            "{unit}"
        );
    }
    // 12.50 + 0.07 + 100.00, in fen
    let behind = city
        .run(["measure", "cost", "--records", "--format", "json"])
        .json();
    let fen = |text: String| -> i64 {
        let (yuan, fen) = text.split_once('.').unwrap_or((&text, ""));
        format!("{yuan}{fen:0<2}").parse().unwrap()
    };
    let listed: i64 = behind
        .iter()
        .map(|row| text(row, "cost"))
        .filter(|cost| !cost.is_empty())
        .map(fen)
        .sum();
    assert_eq!((listed, city.figure("cost")), (11257, "112.57".to_owned()));
}

#[test]
fn what_is_asked_wrongly_is_refused_with_what_would_be_right() {
    let city = city();
    city.run(["measure", "sampels"])
        .refused("Z203")
        .telling("samples");
    city.run(["measure", "samples", "--period", "18年"])
        .refused("Z201")
        .telling("2018H1");
    city.run(["measure", "samples", "--day", "2018-02-30"])
        .refused("Z202");
    city.run(["measure", "samples", "--unit", "eastt"])
        .refused("Z208")
        .telling("east");
    city.run(["measure", "samples", "--by", "colour"])
        .refused("Z209");
    city.run(["measure", "samples", "--at", "99999"])
        .refused("Z206");
}

#[test]
fn an_earlier_position_gives_the_earlier_figure_whatever_came_later() {
    let city = city();
    let at = city.head().to_string();
    let asked = |rest: &[&str]| {
        let mut all = vec!["measure", "pass_rate", "--unit", "east", "--format", "json"];
        all.extend(rest);
        let row = city.run_all(&all).row();
        format!("{}/{}", text(&row, "numerator"), text(&row, "denominator"))
    };
    assert_eq!(asked(&[]), "39/40");
    let failed = city
        .run(["measure", "failed", "--records", "--format", "json"])
        .json();
    let of_east = failed
        .iter()
        .find(|row| text(row, "place") == "east")
        .unwrap();
    city.run(["withdraw", &text(of_east, "record"), "--reason", "样品混淆"])
        .ok();
    assert_eq!(asked(&[]), "39/39");
    let subject = format!("subject={}", firm(2));
    city.run([
        "submit",
        "sample",
        "number=z",
        "day=2018-12-01",
        "unit=market",
        "place=east",
        &subject,
        "result=pass",
    ])
    .ok();
    assert_eq!(
        (asked(&[]), asked(&["--at", &at])),
        ("40/40".to_owned(), "39/40".to_owned())
    );
    assert_eq!(asked(&["--at", "3"]), "/", "before the first record");
}
