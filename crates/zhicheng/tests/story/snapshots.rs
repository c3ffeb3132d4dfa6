//! A folder of many records starts from a snapshot; a damaged one costs time and nothing else.

use std::fs;

use crate::city::City;
use crate::files::{SAMPLE_HEADER, sample};

/// So many new entries are worth a snapshot.
const ROWS: u32 = 12_000;

fn import(city: &City, name: &str, rows: std::ops::Range<u32>) {
    let row = |n| sample(&format!("k{n}"), "2018-03-05", "东乡", n % 50 + 1, "合格");
    let text = SAMPLE_HEADER.to_owned() + &rows.map(row).collect::<String>();
    let file = city.file(name, text);
    city.run(["import", "sample", &file]).ok();
}

#[test]
fn a_damaged_snapshot_is_told_and_costs_only_time() {
    let city = City::new("town");
    let folder = city.data().join("snapshots");
    import(&city, "少.csv", 0..10);
    assert!(!folder.exists(), "a few records need none");
    import(&city, "多.csv", 10..ROWS);
    let found: Vec<_> = fs::read_dir(&folder).unwrap().flatten().collect();
    assert_eq!(found.len(), 1);
    let path = found[0].path();

    // What came after it counts too.
    import(&city, "后.csv", ROWS..ROWS + 5);
    let figure = || {
        let run = city.run(["measure", "samples", "--format", "json"]).ok();
        (run.json()[0]["value"].to_string(), run.err)
    };
    let (value, told) = figure();
    assert_eq!((value.trim_matches('"'), told.as_str()), ("12005", ""));
    city.run(["verify"]).ok();

    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let (value, told) = figure();
    assert_eq!(value.trim_matches('"'), "12005");
    assert!(told.contains("[O133]"), "{told}");
    city.run(["verify"]).refused("O133");

    // The next writer sets it aside and writes another, as so much is read from the log.
    import(&city, "再.csv", ROWS + 5..ROWS + 6);
    let (value, told) = figure();
    assert_eq!((value.trim_matches('"'), told.as_str()), ("12006", ""));
    city.run(["verify"]).ok();
}
