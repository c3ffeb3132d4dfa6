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
