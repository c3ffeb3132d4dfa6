//! What the tests share: a toy fold whose answers can be counted by hand, and a way to tamper.

#![allow(dead_code)] // each test file uses its own part

use base::{Moment, Position, Problem};
use ledger::{Change, Entry, Ledger, Nature, NewEntry, Space, StateView, Storage};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

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
        facts: facts.as_bytes().to_vec().into(),
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

/// Makes one story two tests: on SQLite, and on PostgreSQL where there is a server for tests.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($place:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn story($place: &$crate::common::Place) $body

            #[test]
            fn on_sqlite() {
                story(&$crate::common::Place::sqlite());
            }

            #[test]
            fn on_postgres() {
                if let Some(place) = $crate::common::Place::postgres() {
                    story(&place);
                }
            }
        }
    )*};
}

/// A data folder, and where its ledger is.
pub struct Place {
    dir: TempDir,
    storage: Storage,
}

impl Place {
    pub fn sqlite() -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
            storage: Storage::Sqlite,
        }
    }

    /// One with a schema of its own on the server that `ZHICHENG_TEST_POSTGRES` names.
    pub fn postgres() -> Option<Place> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("ZHICHENG_TEST_POSTGRES") else {
            left_out("ledger: the storage PostgreSQL (ZHICHENG_TEST_POSTGRES is not set)");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let moment = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_micros();
        let schema = format!("t{}_{number}_{moment}", std::process::id());
        let mark = if server.contains('?') { '&' } else { '?' };
        Some(Place {
            dir: tempfile::tempdir().unwrap(),
            storage: Storage::Postgres(format!("{server}{mark}schema={schema}")),
        })
    }

    /// The same storage once more, empty.
    pub fn another(&self) -> Place {
        match self.storage {
            Storage::Sqlite => Place::sqlite(),
            Storage::Postgres(_) => Place::postgres().unwrap(),
        }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    pub fn is_postgres(&self) -> bool {
        self.storage != Storage::Sqlite
    }

    /// A new ledger there.
    pub fn create(&self) -> Ledger {
        let origin = "zhicheng.example.org/test";
        Ledger::create_on(self.dir(), &self.storage, origin, Nature::Demonstration).unwrap()
    }

    /// Changes the tables behind the ledger's back. The SQL is SQLite's; nobody has it open there.
    pub fn tamper(&self, sql: &str) {
        match &self.storage {
            Storage::Sqlite => {
                let file = rusqlite::Connection::open(self.dir().join("ledger.sqlite")).unwrap();
                file.execute_batch(sql).unwrap();
            }
            Storage::Postgres(url) => postgres(url, &in_postgres(sql)),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Storage::Postgres(url) = &self.storage {
            let (_, schema) = url.rsplit_once("schema=").unwrap();
            postgres(url, &format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

/// Runs statements in the schema that the URL ends with.
fn postgres(url: &str, sql: &str) {
    let (server, schema) = url.rsplit_once("schema=").unwrap();
    let server = server.trim_end_matches(['&', '?']);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let all = format!("SET client_min_messages = warning; SET search_path TO {schema}; {sql}");
        client
            .batch_execute(&all)
            .await
            .unwrap_or_else(|error| panic!("{all}: {error:?}"));
    });
}

/// SQL of the tests as PostgreSQL writes it: blobs, and what makes them.
fn in_postgres(sql: &str) -> String {
    let mut sql = sql.replace("AS BLOB", "AS bytea");
    while let Some(start) = sql.find("zeroblob(") {
        let end = start + sql[start..].find(')').unwrap();
        let bytes = format!("decode(repeat('00', {}), $$hex$$)", &sql[start + 9..end]);
        sql.replace_range(start..=end, &bytes);
    }
    let mut rest = sql.as_str();
    let mut all = String::new();
    // A blob, and not a text that ends with an x.
    while let Some(start) = [" x'", "(x'"]
        .iter()
        .filter_map(|blob| rest.find(blob))
        .min()
    {
        let digits = start + 3;
        let end = digits + rest[digits..].find('\'').unwrap();
        all.push_str(&rest[..=start]);
        all.push_str(&format!("'\\x{}'::bytea", &rest[digits..end]));
        rest = &rest[end + 1..];
    }
    all + rest
}

/// Says that something is left out on this machine, and why. `./test` gathers these lines.
pub fn left_out(what: &str) {
    println!("SKIPPED: {what}");
    if let Some(path) = std::env::var_os("ZHICHENG_SKIPPED") {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(path);
        writeln!(file.unwrap(), "SKIPPED: {what}").unwrap();
    }
}

/// A new ledger in a SQLite file.
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
