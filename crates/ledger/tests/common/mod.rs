//! What the tests share: a toy fold whose answers can be counted by hand, and a way to tamper.

#![allow(dead_code)] // each test file uses its own part

use base::{Moment, Position, Problem};
use ledger::{Change, Entry, Ledger, Nature, NewEntry, Space, StateView};
use std::path::Path;

/// One row for each entry of kind [`COUNT`]: its facts are the key, the value counts how often.
pub const COUNTS: Space = Space(1);
/// The position of the last entry, whatever its kind, under the empty key.
pub const LAST: Space = Space(2);

/// Adds one to the count of its facts.
pub const COUNT: u16 = 1;
/// Removes the count of its facts.
pub const REMOVE: u16 = 2;
/// Is refused by the fold.
pub const REFUSED: u16 = 3;

base::catalogue! {
    /// What the toy fold says to an entry of kind 3.
    fn refused_by_fold(position) -> "T001" Error {
        what { zh: "第 {position} 条被拒", en: "entry {position} is refused" }
        remedy { zh: "换一类", en: "use another kind" }
    }
}

pub fn fold(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let key = entry.facts.clone();
    let change = match entry.kind {
        COUNT => {
            let count = state.get(COUNTS, &key)?.map_or(0, |(_, value)| value[0]);
            let value = vec![count.wrapping_add(1)];
            Change::Put {
                space: COUNTS,
                key,
                value,
            }
        }
        REMOVE => Change::Delete { space: COUNTS, key },
        _ => return Err(refused_by_fold(entry.position)),
    };
    let last = Change::Put {
        space: LAST,
        key: Vec::new(),
        value: entry.position.0.to_be_bytes().to_vec(),
    };
    Ok(vec![change, last])
}

/// So many microseconds after 1970.
pub fn at(micros: i64) -> Moment {
    Moment::from_micros(micros).unwrap()
}

/// An entry of a command of its own.
pub fn entry(kind: u16, command: u128, facts: &str) -> NewEntry {
    NewEntry {
        kind,
        command_id: command.to_be_bytes(),
        actor: 42,
        programme: Position(0),
        facts: facts.as_bytes().to_vec(),
        private: None,
    }
}

/// An entry with a private part.
pub fn private_entry(command: u128, facts: &str, private: &str) -> NewEntry {
    NewEntry {
        private: Some(private.as_bytes().to_vec()),
        ..entry(COUNT, command, facts)
    }
}

pub fn create(dir: &Path) -> Ledger {
    Ledger::create(dir, "zhicheng.example.org/test", Nature::Demonstration).unwrap()
}

pub fn verify(ledger: &Ledger) -> Result<ledger::VerifyReport, Problem> {
    ledger.verify(&mut |_, _| (), fold)
}

/// Changes the closed database file in `dir` behind the ledger's back.
pub fn tamper(dir: &Path, sql: &str) {
    let file = rusqlite::Connection::open(dir.join("ledger.sqlite")).unwrap();
    file.execute_batch(sql).unwrap();
}
