//! `kill -9` at random moments: of an import, and of single submissions.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Dice, short_or_long};
use crate::city::{BINARY, City, Store, text};
use crate::files::{SAMPLE_HEADER, firm, sample};
use crate::on_both;

/// A town with one sample in it, and the path of a file with so many more.
fn town_and_file(store: Store, rows: u32) -> Option<(City, String)> {
    let city = store.city("town")?;
    let before = SAMPLE_HEADER.to_owned() + &sample("before", "2018-01-01", "东乡", 1, "合格");
    let before = city.file("前.csv", before);
    city.run(["import", "sample", &before]).ok();
    let row = |n| {
        let day = format!("2018-{:02}-{:02}", n % 12 + 1, n % 28 + 1);
        sample(&format!("k{n}"), &day, "东乡", n % 50 + 1, "合格")
    };
    let table = SAMPLE_HEADER.to_owned() + &(0..rows).map(row).collect::<String>();
    let file = city.file("很多批.csv", table);
    Some((city, file))
}

on_both! {
    fn an_import_that_is_killed_leaves_all_of_it_or_nothing(store) {
        let rows: u32 = short_or_long(12_000, 100_000);
        let moments = short_or_long(4, 50);
        let mut dice = Dice::of("kill");
        let mut killed_half_way = 0;
        for moment in 0..moments {
            let Some((city, file)) = town_and_file(store, rows) else {
                return;
            };
            let head = city.size();
            // The first is killed while the rows are checked, the others after so many entries were written.
            let written = match moment {
                0 => 0,
                _ => i64::try_from(dice.below(rows as usize)).unwrap(),
            };
            let mut import = city.start(["import", "sample", &file]);
            std::thread::sleep(Duration::from_millis(50 + dice.below(100) as u64));
            while written > 0 && city.size() < head + written && import.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(dice.below(2_000) as u64));
            }
            import.kill().unwrap();
            import.wait().unwrap();
            let more = city.size() - head;
            if half_or_whole(&city, &file, rows, more, moment) {
                killed_half_way += 1;
            }
        }
        assert!(killed_half_way > 0, "rows had been written at least once");
        println!("{store:?}: {moments} moments, {killed_half_way} of them with rows half in");
    }

    fn every_submission_that_was_acknowledged_is_there_however_the_next_one_is_killed(store) {
        let Some(city) = store.city("town") else {
            return;
        };
        let mut dice = Dice::of("submissions");
        let (mut acknowledged, mut cut_short) = (Vec::new(), 0);
        for number in 0..short_or_long(40, 1_000) {
            // From before it opens the folder until after it has come to its end.
            let then = Duration::from_micros(dice.below(120_000) as u64);
            if submission_is_acknowledged(&city, number, then) {
                acknowledged.push(number);
            } else {
                cut_short += 1;
            }
        }
        city.size();
        let facts = city.all_facts();
        for number in &acknowledged {
            assert!(
                facts.contains(&format!("\"n{number}\"")),
                "submission {number} was acknowledged and is gone"
            );
        }
        println!("{store:?}: {} acknowledged, {cut_short} cut short", acknowledged.len());
        assert!(cut_short > 0, "some were killed before they were done");
    }
}

/// Looks at a folder in which an import was killed after `more` entries, and goes on in it. Whether it was killed
/// with some of its rows written.
fn half_or_whole(city: &City, file: &str, rows: u32, more: i64, moment: u32) -> bool {
    city.run(["verify"]).ok();
    let seen = city.figure("samples");
    // On a busy machine it may have come to its end before it was killed: then all is in.
    let is_in = seen == (rows + 1).to_string();
    assert!(seen == "1" || is_in, "all or nothing: {seen} after {more}");
    println!("{moment}: killed with {more} entries more, {seen} count");
    let is_half = !is_in && more > 0;
    if moment % 5 > 1 {
        // The next writer gives up what was begun; what follows is looked at when the story ends.
        city.run(["submit", "visit", "day=2018-05-01", "topic=tea"])
            .ok();
        return is_half;
    }
    let again = city.run(["import", "sample", file, "--format", "json"]);
    let again = again.ok().row();
    let (added, unchanged) = if is_in { (0, rows) } else { (rows, 0) };
    let told = (text(&again, "added"), text(&again, "unchanged"));
    assert_eq!(told, (added.to_string(), unchanged.to_string()));
    assert_eq!(city.figure("samples"), (rows + 1).to_string());
    is_half
}

/// Submits sample `n{number}`, kills the process after a time, and says whether it had acknowledged by then.
fn submission_is_acknowledged(city: &City, number: u32, then: Duration) -> bool {
    let child = Command::new(&*BINARY)
        .args(["--lang", "en", "submit", "sample", "day=2018-03-05"])
        .args(["unit=market", "place=east", "result=pass"])
        .args([format!("number=n{number}"), format!("subject={}", firm(1))])
        .arg("--data")
        .arg(city.data())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.unwrap();
    std::thread::sleep(then);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).starts_with("new record ")
}
