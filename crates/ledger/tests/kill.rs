//! A writer is killed (`kill -9`) at random moments, on both storages: what it said was accepted is there,
//! no group is there in part, and the state agrees with a replay. `ZHICHENG_TORTURE=1` makes it longer.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{COUNT, at, entry, fold};
use ledger::{Ledger, NewEntry};

/// In the environment of the process that is killed: the folder into which it writes.
const FOLDER: &str = "ZHICHENG_KILLED_WRITER";

/// How many entries group `number` has: from a single one to more than a full tile.
fn entries_of_group(number: u64) -> u64 {
    [1, 3, 40, 1, 300][(number % 5) as usize]
}

fn group(number: u64) -> Vec<NewEntry> {
    let of = entries_of_group(number);
    let command = u128::from(number);
    (0..of)
        .map(|place| entry(COUNT, command, &format!("{number} {place} {of}")))
        .collect()
}

/// No test of its own: the other runs it as a process of its own and kills it.
#[test]
fn a_writer_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let mut ledger = Ledger::open(Path::new(&folder)).unwrap();
    let mut number = ledger
        .head()
        .unwrap()
        .last_time
        .map_or(0, |time| time.as_micros())
        .cast_unsigned();
    loop {
        number += 1;
        // The time says which group it is, so that the next writer goes on behind it.
        let receipts = ledger
            .append(at(number.cast_signed()), &[], group(number), fold)
            .unwrap();
        println!("accepted {}", receipts.last().unwrap().position.0);
        std::io::stdout().flush().unwrap();
    }
}

/// Starts a writer, kills it after so many acknowledgements and a moment more, and gives the last position
/// that it said was accepted.
fn killed(folder: &Path, acknowledgements: u64, then: Duration) -> u64 {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_writer_to_be_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let accepted = |line: String| {
        line.strip_prefix("accepted ")
            .and_then(|text| text.parse().ok())
    };
    let (mut seen, mut last) = (0, 0);
    while seen < acknowledgements {
        let line = lines
            .next()
            .expect("the writer goes on until it is killed")
            .unwrap();
        if let Some(position) = accepted(line) {
            (seen, last) = (seen + 1, position);
        }
    }
    std::thread::sleep(then);
    writer.kill().unwrap();
    writer.wait().unwrap();
    // What it could still say before it died counts too; a line that was cut off says nothing.
    let rest = lines.map_while(Result::ok).filter_map(accepted);
    rest.last().unwrap_or(last)
}

on_both! {
    fn what_was_accepted_outlasts_a_kill(place) {
        drop(place.create());
        let is_long = std::env::var_os("ZHICHENG_TORTURE").is_some_and(|value| value == "1");
        let mut moment = 2026_u64;
        for _ in 0..if is_long { 50 } else { 5 } {
            // A linear congruential step (Knuth's MMIX): moments that differ, the same in each run.
            moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let then = Duration::from_micros(moment >> 50);
            let accepted = killed(place.dir(), 1 + (moment >> 60), then);
            let ledger = Ledger::open_read_only(place.dir()).unwrap();
            let size = ledger.head().unwrap().size;
            assert!(size.0 >= accepted, "{accepted} was accepted, {} are there", size.0);
            let report = ledger.verify(&mut |_, _| (), fold).unwrap();
            // A server may still finish what a writer asked of it with its last breath.
            assert!(report.size >= size);
            whole_groups(&ledger);
        }
    }
}

/// Every group that is there is there in whole, one behind the other.
fn whole_groups(ledger: &Ledger) {
    let (mut number, mut place) = (1, 0);
    for found in ledger.entries(..).unwrap() {
        let found = found.unwrap();
        let of = entries_of_group(number);
        assert_eq!(found.facts, format!("{number} {place} {of}").into_bytes());
        place += 1;
        if place == of {
            (number, place) = (number + 1, 0);
        }
    }
    assert_eq!(place, 0, "group {number} is there in part");
}
