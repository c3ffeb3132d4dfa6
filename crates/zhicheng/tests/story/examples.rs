//! The example packages over the real files of their publishers, held against figures that were computed
//! from the files by other means (`tests/examples/expected.py`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::city::{City, Row, left_out, package, text};

fn expected() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/examples/expected.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The sample files: in the folder that `ZHICHENG_SHARED` names, or in `shared/` beside the repository.
fn samples() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("ZHICHENG_SHARED")
        .map_or_else(beside, PathBuf::from)
        .join("samples");
    folder.is_dir().then_some(folder)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("no `{key}`"))
}

fn arguments<'a>(command: &'a str, asked: &'a Value) -> Vec<&'a str> {
    let words = list(asked, "arguments")
        .iter()
        .map(|word| word.as_str().unwrap());
    std::iter::once(command)
        .chain(words)
        .chain(["--format", "json"])
        .collect()
}

/// The fields of `row` that `expected` names.
fn the_same_fields(row: &Row, expected: &Row) -> Row {
    expected
        .keys()
        .map(|key| (key.clone(), row.get(key).cloned().unwrap_or(Value::Null)))
        .collect()
}

fn holds(name: &str) {
    let Some(samples) = samples() else {
        left_out(&format!(
            "the example {name}: there is no folder of sample files; name it with ZHICHENG_SHARED"
        ));
        return;
    };
    let all = expected();
    let example = list(&all, "packages")
        .iter()
        .find(|found| found["package"] == name)
        .unwrap();
    let examples = package("examples");
    let city = City::founded(&examples.join(name), false);
    for import in list(example, "imports") {
        let of = |key: &str| import[key].as_str().unwrap();
        let (file, mapping) = (samples.join(of("file")), examples.join(of("mapping")));
        let asked = [
            "import",
            of("type"),
            file.to_str().unwrap(),
            "--mapping",
            mapping.to_str().unwrap(),
            "--format",
            "json",
        ];
        let told = |row: &Row| {
            ["rows", "added", "unchanged", "rejected"].map(|key| row[key].as_u64().unwrap())
        };
        let (rows, added) = (
            import["rows"].as_u64().unwrap(),
            import["added"].as_u64().unwrap(),
        );
        assert_eq!(
            told(&city.run_all(&asked).ok().row()),
            [rows, added, 0, 0],
            "{} of {}",
            of("type"),
            of("file")
        );
        assert_eq!(
            told(&city.run_all(&asked).ok().row()),
            [rows, 0, added, 0],
            "again adds nothing"
        );
    }
    for figure in list(example, "figures") {
        let found = city.run_all(&arguments("measure", figure)).ok().json();
        let cells = list(figure, "cells");
        assert_eq!(found.len(), cells.len(), "{}", figure["arguments"]);
        for (row, cell) in found.iter().zip(cells) {
            let cell = cell.as_object().unwrap();
            assert_eq!(&the_same_fields(row, cell), cell, "{}", figure["arguments"]);
        }
    }
    for rating in list(example, "ratings") {
        let mut grades: BTreeMap<String, u64> = BTreeMap::new();
        for card in city.run_all(&arguments("rate", rating)).ok().json() {
            *grades.entry(text(&card, "grade")).or_default() += 1;
        }
        let expected: BTreeMap<String, u64> =
            serde_json::from_value(rating["grades"].clone()).unwrap();
        assert_eq!(grades, expected, "{}", rating["arguments"]);
    }
    for score in list(example, "scores") {
        let rows = city.run_all(&arguments("score", score)).ok().json();
        let units: Vec<&Row> = rows.iter().filter(|row| row["item"].is_null()).collect();
        assert_eq!(
            units.len(),
            list(score, "cards").len(),
            "{}",
            score["arguments"]
        );
        for card in list(score, "cards") {
            let card = card.as_object().unwrap();
            let found = units
                .iter()
                .find(|row| row["unit"] == card["unit"])
                .unwrap();
            assert_eq!(
                &the_same_fields(found, card),
                card,
                "{}",
                score["arguments"]
            );
        }
    }
}

#[test]
fn chicago_food_inspections() {
    holds("chicago-food");
}

#[test]
fn chicago_311_requests() {
    holds("chicago-311");
}

#[test]
fn new_york_lifts() {
    holds("nyc-lifts");
}

#[test]
fn new_york_scorecard() {
    holds("nyc-mmr");
}

/// Records of three enterprises (enterprise, kind, day, result, severity, amount, office), rated as of
/// 2026-01-01. The points of each are worked out in [`credit_rating_in_either_form`].
const CREDIT_RECORDS: &str = "\
enterprise_id,record_type,occurred_on,result,severity,amount,unit
good,inspection,2025-02-01,pass,0,0,3
good,inspection,2025-02-02,pass,0,0,3
good,inspection,2025-02-03,pass,0,0,3
good,inspection,2025-02-04,pass,0,0,3
good,inspection,2025-02-05,pass,0,0,3
good,inspection,2025-02-06,pass,0,0,3
good,inspection,2025-02-07,pass,0,0,3
good,inspection,2025-02-08,pass,0,0,3
good,inspection,2025-02-09,pass,0,0,3
good,test,2025-07-05,fail,2,0,3
good,award,2022-05-01,na,0,0,3
good,award,2023-05-01,na,0,0,3
good,commitment,2024-05-01,na,0,0,3
grave,inspection,2025-03-01,pass,0,0,7
grave,certification,2025-04-01,pass,0,0,7
grave,inspection,2025-06-01,fail,5,0,7
quiet,complaint,2021-06-01,na,0,0,44
quiet,penalty,2022-06-01,na,0,40000,44
quiet,rectification,2025-10-03,na,0,0,44
quiet,rectification,2025-10-04,na,0,0,44
";

/// The same rating over one register and over eight gives each enterprise the same card.
#[test]
fn credit_rating_in_either_form() {
    // good:  9 of 10 passed within 730 days: 85         × 0.25 = 21.25
    //        severity 2: 100 − 30 × 2 / 5 = 88          × 0.15 = 13.2
    //        no complaint 100 × 0.10, no penalty 100 × 0.15    = 25
    //        2 awards: 60 + 40 × 1 / 2 = 80             × 0.05 =  4
    //        5 July to 1 January are 180 days: 40       × 0.15 =  6
    //        1 commitment: 70                           × 0.05 =  3.5
    //        nothing overdue: 100                       × 0.10 = 10          82.95: B
    // grave: 2 of 3 passed: 40 + 45 × (2/3 − 0.6) / 0.3 = 50  × 0.25 = 12.5
    //        severity 5: 70                             × 0.15 = 10.5
    //        no complaint, penalty: 10 + 15                    = 25
    //        1 June to 1 January are 214 days: 40 + 50 × 34 / 550 = 43.0909…  × 0.15 = 6.463636…
    //        nothing overdue                                   = 10          64.4636…: C, forced to D
    // quiet: nothing inspected: 80                      × 0.25 = 20
    //        severity 0: 15, 1 complaint: 80 × 0.10 = 8         = 23
    //        40000: 80 − 50 × 30000 / 90000 = 190/3     × 0.15 =  9.5
    //        no failure: 100                            × 0.15 = 15
    //        90 days before 1 January is 3 October, so one of two is overdue: 60 × 0.10 = 6    73.5: B
    let expected = [
        ("good", "82.9500", "B", ""),
        ("grave", "64.4636", "D", "grave_failure"),
        ("quiet", "73.5000", "B", ""),
    ];
    for example in ["credit-rating", "credit-rating-by-kind"] {
        let folder = package("examples").join(example);
        let city = City::founded(&folder, false);
        let (header, rows) = CREDIT_RECORDS.split_once('\n').unwrap();
        if example == "credit-rating" {
            let file = city.file("records.csv", CREDIT_RECORDS);
            city.run(["import", "credit_record", &file]).ok();
        } else {
            let kinds: std::collections::BTreeSet<&str> = rows
                .lines()
                .filter_map(|row| row.split(',').nth(1))
                .collect();
            for kind in kinds {
                // A register of its own needs no column for the kind, and only penalties have amounts.
                let own = |row: &str| {
                    let cells: Vec<&str> = row.split(',').collect();
                    let mut kept = vec![cells[0], cells[2], cells[3], cells[4], cells[6]];
                    if kind == "penalty" {
                        kept.push(cells[5]);
                    }
                    kept.join(",") + "\n"
                };
                let of_kind = rows
                    .lines()
                    .filter(|row| row.split(',').nth(1) == Some(kind));
                let text: String = std::iter::once(header).chain(of_kind).map(own).collect();
                let file = city.file(&format!("{kind}.csv"), text);
                city.run(["import", kind, &file]).ok();
            }
        }
        let rated = city
            .run(["rate", "credit", "--day", "2026-01-01", "--format", "json"])
            .ok()
            .json();
        let found: Vec<[String; 4]> = rated
            .iter()
            .map(|row| ["subject", "score", "grade", "vetoes"].map(|key| text(row, key)))
            .collect();
        let expected = expected.map(|(a, b, c, d)| [a, b, c, d].map(str::to_owned));
        assert_eq!(found, expected, "{example}");
        // One enterprise from its own rows says the same.
        for row in &rated {
            let subject = text(row, "subject");
            let alone = city
                .run([
                    "rate",
                    "credit",
                    "--subject",
                    &subject,
                    "--day",
                    "2026-01-01",
                    "--format",
                    "json",
                ])
                .ok()
                .row();
            assert_eq!(&alone, row, "{example}");
        }
    }
}
