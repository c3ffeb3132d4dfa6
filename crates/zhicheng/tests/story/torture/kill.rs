//! `kill -9` at random moments: of an import, and of single submissions.

use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Dice, short_or_long};
use crate::city::{BINARY, City, text};
use crate::files::{SAMPLE_HEADER, firm, sample};

/// The ledger's size, read beside the writer.
fn size(city: &City) -> i64 {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let ledger = Connection::open_with_flags(city.ledger_file(), flags).unwrap();
    ledger
        .query_row("SELECT size FROM head", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn an_import_that_is_killed_leaves_all_of_it_or_nothing() {
    let rows: u32 = short_or_long(12_000, 100_000);
    let moments = short_or_long(4, 50);
    let row = |n| {
        let day = format!("2018-{:02}-{:02}", n % 12 + 1, n % 28 + 1);
        sample(&format!("k{n}"), &day, "东乡", n % 50 + 1, "合格")
    };
    let table = SAMPLE_HEADER.to_owned() + &(0..rows).map(row).collect::<String>();
    let first = City::new("town");
    let before = SAMPLE_HEADER.to_owned() + &sample("before", "2018-01-01", "东乡", 1, "合格");
    let before = first.file("前.csv", before);
    first.run(["import", "sample", &before]).ok();
    let file = first.file("很多批.csv", table);

    let mut dice = Dice::of("kill");
    let mut killed_half_way = 0;
    for moment in 0..moments {
        let city = City::copy_of(&first.data());
        let head = size(&city);
        // The first is killed while the rows are checked, the others after so many entries were written.
        let written = match moment {
            0 => 0,
            _ => i64::try_from(dice.below(rows as usize)).unwrap(),
        };
        let mut import = city.start(["import", "sample", &file]);
        std::thread::sleep(Duration::from_millis(50 + dice.below(100) as u64));
        while written > 0 && size(&city) < head + written && import.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(dice.below(2_000) as u64));
        }
        import.kill().unwrap();
        import.wait().unwrap();

        city.run(["verify"]).ok();
        let seen = city.figure("samples");
        // On a busy machine it may have come to its end before it was killed: then all is in.
        let is_in = seen == (rows + 1).to_string();
        assert!(
            seen == "1" || is_in,
            "all or nothing: {seen} after {written}"
        );
        if !is_in && size(&city) > head {
            killed_half_way += 1;
        }
        println!(
            "{moment}: killed with {} entries more, {seen} count",
            size(&city) - head
        );
        if moment % 5 > 1 {
            // The next writer gives up what was begun; what follows is looked at when the story ends.
            city.run(["submit", "visit", "day=2018-05-01", "topic=tea"])
                .ok();
            continue;
        }
        let again = city.run(["import", "sample", &file, "--format", "json"]);
        let again = again.ok().row();
        let (added, unchanged) = if is_in { (0, rows) } else { (rows, 0) };
        let told = (text(&again, "added"), text(&again, "unchanged"));
        assert_eq!(told, (added.to_string(), unchanged.to_string()));
        assert_eq!(city.figure("samples"), (rows + 1).to_string());
    }
    assert!(killed_half_way > 0, "rows had been written at least once");
    println!("{moments} moments, {killed_half_way} of them with rows half in");
}

#[test]
fn every_submission_that_was_acknowledged_is_there_however_the_next_one_is_killed() {
    let city = City::new("town");
    let mut dice = Dice::of("submissions");
    let (mut acknowledged, mut cut_short) = (Vec::new(), 0);
    for number in 0..short_or_long(40, 1_000) {
        let child = Command::new(BINARY)
            .args([
                "--lang",
                "en",
                "submit",
                "sample",
                "day=2018-03-05",
                "unit=market",
                "place=east",
            ])
            .args([format!("number=n{number}"), format!("subject={}", firm(1))])
            .args(["result=pass", "--data"])
            .arg(city.data())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.unwrap();
        // From before it opens the folder until after it has come to its end.
        std::thread::sleep(Duration::from_micros(dice.below(120_000) as u64));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        if String::from_utf8_lossy(&output.stdout).starts_with("new record ") {
            acknowledged.push(number);
        } else {
            cut_short += 1;
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let ledger = Connection::open_with_flags(city.ledger_file(), flags).unwrap();
    let mut facts = ledger.prepare("SELECT facts FROM entry").unwrap();
    let facts = facts.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let facts: String = facts
        .map(|facts| String::from_utf8(facts.unwrap()).unwrap())
        .collect();
    for number in &acknowledged {
        assert!(
            facts.contains(&format!("\"n{number}\"")),
            "submission {number} was acknowledged and is gone"
        );
    }
    println!("{} acknowledged, {cut_short} cut short", acknowledged.len());
    assert!(cut_short > 0, "some were killed before they were done");
}
