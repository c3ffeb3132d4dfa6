//! What the other cities published, produced from records made with three seeds.

use crate::city::{City, Row, package, text};

/// Package, and how many of the city's published figures it carries.
const CITIES: [(&str, usize); 4] = [
    ("hanyang-2021", 31),
    ("huli-2023", 6),
    ("hongkou-2012", 9),
    ("changsha-2022", 2),
];

fn made(name: &str, seed: &str) -> City {
    let city = City::founded(&package(name), true);
    city.run(["generate", "--seed", seed]).ok();
    city
}

fn measured(city: &City, claim: &str) -> Row {
    let rows = city.run(["reconcile", "--format", "json"]).json();
    rows.into_iter()
        .find(|row| text(row, "claim") == claim)
        .unwrap()
}

#[test]
fn every_published_figure_of_the_other_cities_is_met_for_three_seeds() {
    for (name, claims) in CITIES {
        for seed in ["1", "2", "3"] {
            let city = made(name, seed);
            let run = city.run(["reconcile", "--format", "json"]);
            let rows = run.json();
            assert_eq!((run.code, rows.len()), (0, claims), "{name}, seed {seed}");
            for row in &rows {
                assert!(row["met"] == true, "{name}, seed {seed}: {row:?}");
            }
        }
    }
}

/// 1,965 batches, 49 of them failed and disposed of: one that passed less is 1,915 of 1,964.
#[test]
fn a_batch_less_moves_the_batches_and_the_pass_rate() {
    let city = made("hanyang-2021", "1");
    let passed = city
        .run([
            "measure",
            "food_sampling_pass_rate",
            "--records",
            "--format",
            "json",
        ])
        .json();
    let batch = passed
        .iter()
        .find(|row| text(row, "part") == "numerator")
        .unwrap();
    city.run([
        "withdraw",
        &text(batch, "record"),
        "--reason",
        "抽样单重复登记",
    ])
    .ok();
    let batches = measured(&city, "HY13");
    assert_eq!(text(&batches, "measured"), "1964");
    assert!(batches["met"] == false, "{batches:?}");
    let rate = city
        .run(["measure", "food_sampling_pass_rate", "--format", "json"])
        .row();
    assert_eq!(
        (text(&rate, "numerator"), text(&rate, "denominator")),
        ("1915".to_owned(), "1964".to_owned())
    );
    assert!(measured(&city, "HY15")["met"] == true);
}

/// An accident with special equipment fails the unit that answers for it, whatever its points.
#[test]
fn a_larger_accident_with_equipment_fails_the_bureau_and_the_claim() {
    let city = made("hanyang-2021", "2");
    city.run([
        "submit",
        "accident",
        "day=2021-08-03",
        "unit=market",
        "level=larger",
        "kind=equipment",
        "title=试验：较大特种设备事故",
    ])
    .ok();
    let claim = measured(&city, "HY18");
    assert_eq!(text(&claim, "measured"), "1");
    assert!(claim["met"] == false, "{claim:?}");
    let card = city.card("market");
    assert_eq!(text(&card, "grade"), "D");
}
