//! A bundle's log: tiles, entries, payloads, and a list of erasures, as bytes and as a true log that was changed.
//!
//! An input is read as it is by each parser; and it is a recipe: how many entries the log has (two bytes), then
//! four bytes for each change of one of its files (what, which file, where, by what).

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor};

use base::{Moment, Position, Problem};
use bundle::Files;
use bundle::leaf::{Leaf, NO_COMMITMENT, Part, commitment};
use bundle::log::{LogWriter, check_log};
use bundle::payload::Payload;
use bundle::tiles::{read_entries, read_tile, write_entry};
use office::erasures::ErasureList;

use crate::Target;

pub const TARGET: Target = Target {
    name: "bundle",
    asks: "a changed file of a log or a changed payload is found; what is read is written as the same bytes",
    run,
    words: &[
        "\0\u{1}",
        "{\"position\":1,\"facts\":\"\",\"facts_salt\":\"",
        "\"private\":\"x\",\"private_salt\":\"",
        "\\u0041",
        "\"}",
        "{\"format\":1,\"origin\":\"a/b\",\"size\":7,\"erasures\":[",
        "\"leaves\":[",
        "\"facts\":{\"day\":\"2018-01-01\",\"reason\":\"x\"}",
        "00",
    ],
};

/// The most entries of a log: more than one full tile.
const ENTRIES_MAX: usize = 300;

fn run(input: &[u8]) {
    as_it_is(input);
    let [high, low, changes @ ..] = input else {
        return;
    };
    let size = usize::from(u16::from_be_bytes([*high, *low])) % ENTRIES_MAX + 1;
    log_is_guarded(size, changes);
    payload_is_guarded(size as u64, changes);
}

fn as_it_is(input: &[u8]) {
    if let Some(payload) = Payload::parse(input) {
        let line = payload.to_line();
        assert!(line.ends_with('\n'));
        assert_eq!(line.matches('\n').count(), 1, "one line: {line}");
        let again = Payload::parse(line.trim_end().as_bytes());
        assert_eq!(again.as_ref(), Some(&payload));
        assert!(payload.open(0, input, None).is_err(), "a leaf is no text");
    }
    for width in [0, 1, 2, 3, 256] {
        if let Some(hashes) = read_tile(input, width) {
            assert_eq!(hashes.concat(), input);
        }
        if let Some(entries) = read_entries(input, width) {
            let mut bytes = Vec::new();
            assert!(entries.iter().all(|entry| write_entry(&mut bytes, entry)));
            assert_eq!(bytes, input);
        }
    }
    if let Ok(list) = ErasureList::from_bytes(input) {
        let again = list
            .to_bytes()
            .and_then(|bytes| ErasureList::from_bytes(&bytes));
        assert_eq!(again.ok(), Some(list));
    }
}

/// Files in memory.
struct Folder(BTreeMap<String, Vec<u8>>);

impl Files for Folder {
    fn open(&self, path: &str) -> Result<Option<Box<dyn BufRead + '_>>, Problem> {
        let found = self.0.get(path);
        Ok(found.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn BufRead>))
    }

    fn list(&self) -> Result<Vec<String>, Problem> {
        Ok(self.0.keys().cloned().collect())
    }
}

fn entry(number: usize) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

/// The log of so many entries checks; after a change of its files it does not, or gives the very entries.
fn log_is_guarded(size: usize, changes: &[u8]) {
    let mut writer = LogWriter::new();
    let mut files = BTreeMap::new();
    for number in 0..size {
        match writer.push(&entry(number)) {
            Ok(full) => files.extend(full),
            Err(problem) => panic!("{problem}"),
        }
    }
    files.extend(writer.partial());
    let root = writer.root();
    let mut changed = files.clone();
    let names: Vec<String> = files.keys().cloned().collect();
    for step in changes.chunks_exact(4).take(16) {
        let [what, which, place, by] = [step[0], step[1], step[2], step[3]];
        let name = &names[usize::from(which) % names.len()];
        let other = files[&names[usize::from(by) % names.len()]].clone();
        if what % 6 == 5 {
            changed.remove(name);
        } else if let Some(bytes) = changed.get_mut(name) {
            let at = (usize::from(place) * 37) % bytes.len().max(1);
            match what % 6 {
                0 if at < bytes.len() => bytes[at] ^= by.max(1),
                1 => bytes.truncate(at),
                2 => bytes.insert(at, by),
                3 if at < bytes.len() => drop(bytes.remove(at)),
                _ => *bytes = other,
            }
        }
    }
    let is_changed = changed != files;
    let mut told = 0;
    let mut is_true = true;
    let checked = check_log(
        &Folder(changed),
        size as u64,
        &root,
        &mut |number, bytes| {
            is_true &= number == told as u64 && bytes == entry(told);
            told += 1;
            Ok(())
        },
    );
    match checked {
        Ok(()) => {
            assert!(
                is_true && told == size,
                "what was checked is what was logged"
            );
            // A partial tile that was put in the place of an equal one is no change that matters.
            assert!(!is_changed, "every file of a log is needed");
        }
        Err(problem) => assert!(is_changed, "a true log checks: {problem}"),
    }
}

/// The payload of an entry opens; one that says something else does not.
fn payload_is_guarded(position: u64, changes: &[u8]) {
    let (facts, private) = ("{\"key\":\"a1\",\"名\":\"值\"}", "{\"name\":\"某\"}");
    let salt = [7; 32];
    let has_private = position.is_multiple_of(2);
    let leaf = Leaf {
        position: Position(position),
        time: Moment::from_micros(7).unwrap_or(Moment::MIN),
        kind: 10,
        command_id: [1; 16],
        actor: 1,
        programme: Position(1),
        facts: commitment(Part::Facts, &salt, facts.as_bytes()),
        private: match has_private {
            true => commitment(Part::Private, &salt, private.as_bytes()),
            false => NO_COMMITMENT,
        },
    };
    let payload = Payload {
        position,
        facts: facts.to_owned(),
        facts_salt: "07".repeat(32),
        private: has_private.then(|| private.to_owned()),
        private_salt: has_private.then(|| "07".repeat(32)),
    };
    let open = |payload: Payload| payload.open(position - 1, &leaf.to_bytes(), None);
    match open(payload.clone()) {
        Ok(opened) => assert_eq!(opened.facts, facts.as_bytes()),
        Err(problem) => panic!("{problem}"),
    }
    let mut line = payload.to_line().trim_end().as_bytes().to_vec();
    for step in changes.chunks_exact(3).take(16) {
        let at = usize::from(step[1]) % line.len().max(1);
        match step[0] % 3 {
            0 if at < line.len() => line[at] = step[2],
            1 => line.insert(at, step[2]),
            _ if at < line.len() => drop(line.remove(at)),
            _ => {}
        }
    }
    let Some(changed) = Payload::parse(&line) else {
        return;
    };
    // What is not disclosed the leaf still commits to.
    let withheld = Payload {
        private: None,
        private_salt: None,
        ..payload.clone()
    };
    if changed != payload && changed != withheld {
        assert!(open(changed).is_err(), "{}", String::from_utf8_lossy(&line));
    }
}
