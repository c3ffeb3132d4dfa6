//! Subjects and records: counts, shares, sums and days that hold for every seed.

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, Scaled, organisation_code_check};
use ledger::Nature;
use office::entry::{Evidence, Kind, Private};
use office::{Access, Office};

use crate::town::{TOWN, Town, quiet, text};

const SEEDS: [u64; 3] = [1, 2, 20_181_231];

#[test]
fn counts_are_those_declared() {
    for seed in SEEDS {
        let (_, generated) = Town::filled(TOWN, seed);
        let counts: Vec<(&str, &str, u64)> = generated
            .by_distribution
            .iter()
            .map(|(id, of, count)| (id.as_str(), of.as_str(), *count))
            .collect();
        // Three villages with four reports each; four items carried by three villages.
        let declared = [
            ("firms", "subject:firm", 20),
            ("inspections", "inspection", 200),
            ("funds", "fund", 12),
            ("reports", "report", 12),
            ("certificates", "certificate", 20),
            ("cases", "case:course", 12),
        ];
        assert_eq!(counts, declared, "seed {seed}");
    }
}

#[test]
fn shares_and_conditions_are_kept_exactly() {
    for seed in SEEDS {
        let (town, _) = Town::filled(TOWN, seed);
        let inspections = town.records("inspection");
        let with = |field: &str| {
            let filled = inspections
                .iter()
                .filter(|record| !text(record, field).is_empty());
            filled.count()
        };
        let failed = inspections
            .iter()
            .filter(|record| text(record, "result") == "fail");
        // 5 % of 200 fail; only those have a fault, and each of them is corrected; a quarter has no remark.
        assert_eq!(failed.clone().count(), 10, "seed {seed}");
        assert_eq!(with("fault"), 10);
        assert_eq!(with("corrected_on"), 10);
        assert_eq!(with("remark"), 150);
        for record in failed {
            let day = Day::parse(text(record, "day")).unwrap();
            let corrected = Day::parse(text(record, "corrected_on")).unwrap();
            assert!((3..=10).contains(&corrected.days_since(day)), "{record:?}");
        }
    }
}

#[test]
fn numbers_add_up_to_their_sum() {
    for seed in SEEDS {
        let (town, _) = Town::filled(TOWN, seed);
        let amounts: Vec<i64> = town
            .records("fund")
            .iter()
            .map(|record| Scaled::parse(text(record, "amount"), 2).unwrap().units)
            .collect();
        assert_eq!(amounts.iter().sum::<i64>(), 3_120_000_001, "seed {seed}");
        let bounds = 100_000_000..=500_000_000;
        assert!(
            amounts.iter().all(|amount| bounds.contains(amount)),
            "{amounts:?}"
        );
    }
}

#[test]
fn days_and_units_are_those_declared() {
    for seed in SEEDS {
        let (town, _) = Town::filled(TOWN, seed);
        for record in town.records("inspection") {
            let day = Day::parse(text(&record, "day")).unwrap();
            assert!(day.weekday() < 6, "{day} is a weekend");
            assert_ne!(day.to_string(), "2018-10-01");
            assert_eq!(text(&record, "unit"), "market");
        }
        for record in town.records("fund") {
            let day = Day::parse(text(&record, "day")).unwrap();
            assert!(
                [3, 4, 5, 6, 9, 10, 11, 12].contains(&day.month()),
                "{day} is out of season"
            );
            assert_eq!(text(&record, "unit"), "market", "the office weighs nothing");
        }
        for record in town.records("certificate") {
            assert_eq!(text(&record, "day"), "2018-05-04");
        }
    }
}

#[test]
fn each_unit_has_its_reports_in_turn() {
    for seed in SEEDS {
        let (town, _) = Town::filled(TOWN, seed);
        let mut quarters: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for record in town.records("report") {
            let told = (
                text(&record, "day").to_owned(),
                text(&record, "quarter").to_owned(),
            );
            quarters
                .entry(text(&record, "unit").to_owned())
                .or_default()
                .push(told);
        }
        assert_eq!(
            quarters.keys().collect::<Vec<_>>(),
            ["east", "north", "west"]
        );
        for (unit, told) in quarters {
            let names: Vec<&str> = told.iter().map(|(_, quarter)| quarter.as_str()).collect();
            assert_eq!(names, ["2018Q1", "2018Q2", "2018Q3", "2018Q4"], "{unit}");
            assert!(told.is_sorted_by_key(|(day, _)| day), "{unit}: {told:?}");
            assert!(
                unit != "north" || told.iter().all(|(day, _)| day.as_str() >= "2018-07-01"),
                "{told:?}"
            );
        }
    }
}

#[test]
fn subjects_have_right_codes_and_names_of_their_own() {
    for seed in SEEDS {
        let (town, _) = Town::filled(TOWN, seed);
        let firms = town.subjects();
        // Nine names by two words out of three, and twenty firms.
        let names: BTreeSet<&str> = firms
            .iter()
            .filter_map(|firm| firm.attributes.get("name")?.as_str())
            .collect();
        assert_eq!(names.len(), 20);
        let codes: BTreeSet<&str> = firms.iter().map(|firm| firm.id.as_str()).collect();
        assert_eq!(codes.len(), 20);
        for code in codes {
            assert_eq!(organisation_code_check(code), Ok(()), "{code}");
            assert!(code.starts_with("91421281XN"), "{code}");
        }
        let east = firms.iter().filter(|firm| {
            firm.attributes
                .get("location")
                .and_then(|unit| unit.as_str())
                == Some("east")
        });
        assert_eq!(east.count(), 15, "three to one");
        assert!(
            firms
                .iter()
                .all(|firm| !firm.attributes.contains_key("phone")),
            "a telephone is personal"
        );
    }
}

#[test]
fn records_are_about_the_subjects_made() {
    let (town, _) = Town::filled(TOWN, 1);
    let firms = town.subjects();
    let location: BTreeMap<&str, &str> = firms
        .iter()
        .filter_map(|firm| Some((firm.id.as_str(), firm.attributes.get("location")?.as_str()?)))
        .collect();
    let mut inspected: BTreeMap<String, usize> = BTreeMap::new();
    for record in town.records("inspection") {
        let subject = text(&record, "subject").to_owned();
        assert_eq!(
            location.get(subject.as_str()).copied(),
            Some(text(&record, "place"))
        );
        *inspected.entry(subject).or_default() += 1;
    }
    let certified: BTreeSet<String> = town
        .records("certificate")
        .iter()
        .map(|record| text(record, "subject").to_owned())
        .collect();
    assert_eq!(certified.len(), 20, "each once");
    assert!(
        inspected.values().max() > inspected.values().min(),
        "a long tail is not even"
    );
}

#[test]
fn evidence_says_that_it_is_made_up() {
    let (town, _) = Town::filled(TOWN, 1);
    let entries = town.office.ledger().entries(..).unwrap();
    let mut papers = 0;
    for entry in entries {
        let entry = entry.unwrap();
        if entry.kind != Kind::Record.number() {
            continue;
        }
        let Some(private) = entry.private else {
            continue;
        };
        let private: Private = serde_json::from_slice(&private).unwrap();
        for Evidence { sha256, name, .. } in private.evidence {
            let hash = ledger::EvidenceHash::parse(&sha256).unwrap();
            let content = String::from_utf8(town.office.evidence().get(hash).unwrap()).unwrap();
            assert!(
                name.starts_with("演示材料") && content.starts_with("演示材料"),
                "{name}: {content}"
            );
            papers += 1;
        }
    }
    assert_eq!(papers, 200, "one for each inspection");
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let (first, generated) = Town::filled(TOWN, 7);
    let (again, _) = Town::filled(TOWN, 7);
    let (other, otherwise) = Town::filled(TOWN, 8);
    // Not `assert_eq!`: nobody can read what it would print.
    assert!(first.entries() == again.entries(), "same seed, same facts");
    assert!(
        first.entries() != other.entries(),
        "other seed, other facts"
    );
    assert!(!first.entries().is_empty());
    assert_eq!(generated, otherwise);
}

#[test]
fn another_distribution_changes_none_of_the_others() {
    let more = format!(
        "{TOWN}\n[[generate]]\nid = \"a_more\"\nof = \"report\"\ncount = 5\nunits = [\"east\"]\n\n[[generate_field]]\ngenerate = \"a_more\"\nfield = \"quarter\"\nvalue = \"2018Q1\"\n"
    );
    let (plain, _) = Town::filled(TOWN, 7);
    let (richer, _) = Town::filled(&more, 7);
    for record_type in ["inspection", "fund", "certificate"] {
        let fields = |town: &Town| -> Vec<_> {
            let records = town.records(record_type).into_iter();
            records.map(|record| record.fields).collect()
        };
        assert_eq!(fields(&plain), fields(&richer), "{record_type}");
    }
    assert_eq!(richer.records("report").len(), 17);
}

#[test]
fn the_ledger_replays_to_the_same() {
    let (town, _) = Town::filled(TOWN, 3);
    assert_eq!(town.office.nature(), Nature::Demonstration);
    let path = town.dir.path().join("data");
    let rows = |office: &Office| office.mirror().columns().rows("inspection");
    assert_eq!(rows(&town.office), 200);
    drop(town.office);
    office::verify(&path, &mut quiet).unwrap();
    let reopened = Office::open(&path, Access::Read, &mut quiet).unwrap();
    assert_eq!(rows(&reopened), 200);
}
