//! Single appends by 64 writers, each durable before the next of its thread; beside the bulk inserts of the
//! same rows by the database alone.
//!
//! Ours: 64 threads give one record at a time to [`ledger::Appender`], with a precondition, a random command
//! id and a fold that writes a row of state, as `office` does. The peer gets the very rows that ours
//! stored and inserts them in transactions of 10,000 entries: SQLite by prepared inserts of many rows,
//! PostgreSQL by binary COPY. A second peer inserts the table of entries alone.
//!
//! How often a disk flushes in a second bounds what 64 writers can come to who each wait for a flush: they never pass 64
//! appends a flush. What is left to win beside that is measured too, with 64 threads that do nothing but give
//! the bytes of an entry to a file and wait until one flush has served all who wait.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::sync::{Barrier, Condvar, Mutex, PoisonError};
use std::thread;

use base::{Moment, Position, Problem};
use ledger::{
    Appender, Change, Entry, Ledger, Nature, NewEntry, Precondition, Space, StateView, Storage,
    Submission,
};
use rusqlite::{Connection, ToSql};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::timing::{Side, alternate, timed};

const WRITERS: usize = 64;
/// Entries of one transaction of the bulk inserts.
const BULK: usize = 10_000;
/// Rows of one prepared insert.
const ROWS: usize = 500;

const RECORD_KEY: Space = Space(6);

/// Measures appends on SQLite, and on PostgreSQL where a server is named.
///
/// # Errors
/// The disk or the server refuses.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let entries = bench.size(64 * 1000, 64 * 100);
    let place = bench.out.join("append");
    let mut rows = vec![on_sqlite(bench, &place, entries)?];
    let mut left_out = Vec::new();
    match &bench.postgres {
        Some(url) => rows.push(on_postgres(bench, &place, url, entries)?),
        None => left_out.push((
            "append".to_owned(),
            "PostgreSQL left out: no --postgres URL".to_owned(),
        )),
    }
    Ok(Findings {
        rows,
        left_out,
        ..Findings::default()
    })
}

fn on_sqlite(bench: &Bench, place: &Path, entries: usize) -> Result<Row, Failure> {
    let ours_in = place.join("ours");
    appended(&ours_in, &Storage::Sqlite, entries)?;
    let stored = Stored::read(&ours_in)?;
    let mut sides: Vec<Side<'_>> = vec![
        (
            "zhicheng, SQLite".to_owned(),
            Box::new(|| appended(&ours_in, &Storage::Sqlite, entries)),
        ),
        (
            "SQLite, bulk insert of the same rows".to_owned(),
            Box::new(|| bulk_in_sqlite(&place.join("bulk"), &stored, true)),
        ),
        (
            "SQLite, bulk insert of the entries alone".to_owned(),
            Box::new(|| bulk_in_sqlite(&place.join("bulk"), &stored, false)),
        ),
        (
            "64 writers into a bare file".to_owned(),
            Box::new(|| in_bare_file(&place.join("bare"), entries)),
        ),
    ];
    let taken = alternate(bench.rounds.min(5), &mut sides)?;
    Ok(row("SQLite", entries, &sides, taken))
}

fn on_postgres(bench: &Bench, place: &Path, url: &str, entries: usize) -> Result<Row, Failure> {
    let stored = Stored::read(&place.join("ours"))?;
    let mark = if url.contains('?') { '&' } else { '?' };
    let storage = Storage::Postgres(format!("{url}{mark}schema=bench_append"));
    let ours_in = place.join("ours-postgres");
    let mut sides: Vec<Side<'_>> = vec![
        (
            "zhicheng, PostgreSQL".to_owned(),
            Box::new(|| {
                with_postgres(url, async |client| {
                    client
                        .batch_execute("DROP SCHEMA IF EXISTS bench_append CASCADE")
                        .await
                })?;
                appended(&ours_in, &storage, entries)
            }),
        ),
        (
            "PostgreSQL, COPY of the same rows".to_owned(),
            Box::new(|| copy_in_postgres(url, &stored, true)),
        ),
        (
            "PostgreSQL, COPY of the entries alone".to_owned(),
            Box::new(|| copy_in_postgres(url, &stored, false)),
        ),
        (
            "64 writers into a bare file".to_owned(),
            Box::new(|| in_bare_file(&place.join("bare"), entries)),
        ),
    ];
    let taken = alternate(bench.rounds.min(5), &mut sides)?;
    let row = row("PostgreSQL", entries, &sides, taken);
    drop(sides);
    with_postgres(url, async |client| {
        client
            .batch_execute("DROP SCHEMA IF EXISTS bench_append CASCADE")
            .await
    })?;
    Ok(row)
}

/// The row of the table: rates, compared with the bulk insert of the same rows.
fn row(backend: &str, entries: usize, sides: &[Side<'_>], taken: Vec<Vec<f64>>) -> Row {
    let rate = |seconds: &Vec<f64>| Measured {
        unit: Unit::PerSecond,
        runs: seconds
            .iter()
            .map(|seconds| entries as f64 / seconds)
            .collect(),
    };
    let mut rates: Vec<Measured> = taken.iter().map(rate).collect();
    let bare = rates.pop();
    let alone = rates.pop();
    let same = rates.pop();
    let shown = |measured: Option<&Measured>| {
        measured.map_or_else(String::new, |rate| Unit::PerSecond.shown(rate.best()))
    };
    let share = |of: Option<&Measured>| match (rates.first(), of) {
        (Some(ours), Some(peer)) => format!("{:.0} %", 100.0 * ours.best() / peer.best()),
        _ => String::new(),
    };
    let notes = vec![
        "each append has a precondition, a command id of its own (UUID version 7) and a row of state under a key \
         in no order; the peer inserts the \
         very rows that ours stored, 10,000 entries a transaction"
            .to_owned(),
        format!(
            "bulk insert of the table of entries alone, without commands and state: {} ({} of it)",
            shown(alone.as_ref()),
            share(alone.as_ref())
        ),
        format!(
            "what this disk lets {WRITERS} writers do who each wait for a flush, into a bare file: {} ({} of it)",
            shown(bare.as_ref()),
            share(bare.as_ref())
        ),
    ];
    Row {
        work: format!("{entries} single appends by {WRITERS} writers, durable, {backend}"),
        ours: rates.first().cloned().unwrap_or(Measured {
            unit: Unit::PerSecond,
            runs: Vec::new(),
        }),
        peers: sides
            .get(1)
            .map(|(name, _)| name.clone())
            .zip(same)
            .into_iter()
            .collect(),
        goal: Goal::ShareOfRate(0.3, 0.6),
        notes,
    }
}

/// The facts of a record, about as long as a real one's.
fn facts(number: u64) -> Vec<u8> {
    format!(
        r#"{{"type":"inspection","fields":{{"day":"2018-{:02}-{:02}","number":"n{number:08}","place":"puqi","result":"pass","subject":"91421281MA0000015B","unit":"market"}},"key":"n{number:08}"}}"#,
        number % 12 + 1,
        number % 28 + 1
    )
    .into_bytes()
}

/// Numbers without an order, from a counter (the finaliser of SplitMix64).
fn scramble(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// The key by which a record is known: in no order, as firms' numbers and hashes are.
fn record_key(number: u64) -> Vec<u8> {
    format!("inspection\0{:016x}", scramble(number)).into_bytes()
}

/// The id of a command as `office` makes it: the millisecond, then without an order.
fn command_id(number: u64) -> [u8; 16] {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    (millis << 80 | u128::from(scramble(number))).to_be_bytes()
}

fn fold(number: u64) -> impl FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem> + Send {
    move |_, entry| {
        let at = entry.position.0;
        Ok(vec![Change::Put {
            space: RECORD_KEY,
            key: record_key(number),
            value: format!("\"{at}\"").into_bytes(),
        }])
    }
}

/// Seconds that 64 threads take to append so many records one by one to a new ledger.
fn appended(dir: &Path, storage: &Storage, entries: usize) -> Result<f64, Failure> {
    emptied(dir)?;
    let ledger = Ledger::create_on(dir, storage, "bench/append", Nature::Demonstration)?;
    let appender = Appender::new(ledger, |_| ());
    let start = Barrier::new(WRITERS + 1);
    let each = entries / WRITERS;
    let submit = |number: u64| Submission {
        now: Moment::MIN,
        preconditions: vec![Precondition {
            space: RECORD_KEY,
            key: record_key(number),
            version: None,
        }],
        entries: vec![NewEntry {
            kind: 10,
            command_id: command_id(number),
            actor: 1,
            programme: Position(1),
            facts: facts(number).into(),
            private: None,
        }],
        fold: Box::new(fold(number)),
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (appender, start) = (appender.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    for number in 0..each {
                        appender
                            .append(submit((writer * each + number) as u64))
                            .map_err(Problem::from)?;
                    }
                    Ok::<(), Problem>(())
                })
            })
            .collect();
        let (seconds, done) = timed(|| {
            start.wait();
            threads.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        });
        done?;
        Ok(seconds)
    })
}

/// What waits for the next flush of a bare file.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// Given so far, and flushed so far.
    given: usize,
    flushed: usize,
    /// Whether somebody flushes.
    is_busy: bool,
    failed: Option<std::io::ErrorKind>,
}

/// Seconds that 64 threads take to bring so many entries' bytes into a file, each waiting until its own are
/// flushed: whoever comes while nobody flushes does it for all who wait.
fn in_bare_file(dir: &Path, entries: usize) -> Result<f64, Failure> {
    emptied(dir)?;
    let path = dir.join("bare");
    let file = File::create(&path).map_err(|error| Failure::file(&path, &error))?;
    let (waiting, flushed) = (Mutex::new(Waiting::default()), Condvar::new());
    let locked = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let bring = |number: u64| {
        let facts = facts(number);
        let mut all = locked();
        all.bytes.extend_from_slice(&facts);
        all.given += 1;
        let own = all.given;
        while all.flushed < own && all.failed.is_none() {
            if all.is_busy {
                all = flushed.wait(all).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            all.is_busy = true;
            let (bytes, upto) = (std::mem::take(&mut all.bytes), all.given);
            drop(all);
            let done = (&file).write_all(&bytes).and_then(|()| file.sync_data());
            all = locked();
            all.is_busy = false;
            all.flushed = upto;
            all.failed = done.err().map(|error| error.kind());
            flushed.notify_all();
        }
    };
    let each = entries / WRITERS;
    let (seconds, ()) = timed(|| {
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let bring = &bring;
                scope.spawn(move || {
                    (0..each).for_each(|number| bring((writer * each + number) as u64))
                });
            }
        });
    });
    match locked().failed {
        None => Ok(seconds),
        Some(kind) => Err(Failure::file(&path, &kind.into())),
    }
}

/// A folder with nothing in it.
fn emptied(dir: &Path) -> Result<(), Failure> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
    }
    std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))
}

type EntryRow = (i64, Vec<u8>, Vec<u8>, Vec<u8>);
type CommandRow = (Vec<u8>, i64);
type StateRow = (i32, Vec<u8>, i64, Vec<u8>);

/// What ours stored: of every 10,000 entries the rows of three tables.
struct Stored {
    chunks: Vec<(Vec<EntryRow>, Vec<CommandRow>, Vec<StateRow>)>,
}

impl Stored {
    fn read(dir: &Path) -> Result<Stored, Failure> {
        let read = || -> rusqlite::Result<Stored> {
            let file = Connection::open(dir.join("ledger.sqlite"))?;
            let last: i64 = file.query_row("SELECT size FROM head", (), |row| row.get(0))?;
            let mut chunks = Vec::new();
            for first in (1..=last).step_by(BULK) {
                let range = [first, first + BULK as i64 - 1];
                let entries = file
                    .prepare("SELECT position, leaf, facts, facts_salt FROM entry WHERE position BETWEEN ? AND ?")?
                    .query_map(range, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                    .collect::<Result<_, _>>()?;
                // In the order of the keys: the best for the peer.
                let commands = file
                    .prepare("SELECT id, position FROM command WHERE position BETWEEN ? AND ? ORDER BY id")?
                    .query_map(range, |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect::<Result<_, _>>()?;
                let state = file
                    .prepare("SELECT space, key, version, value FROM state WHERE version BETWEEN ? AND ? ORDER BY space, key")?
                    .query_map(range, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                    .collect::<Result<_, _>>()?;
                chunks.push((entries, commands, state));
            }
            Ok(Stored { chunks })
        };
        read().map_err(|error| Failure::new(error.to_string()))
    }
}

/// The tables, with their keys, as the ledger has them.
const SQLITE_TABLES: &str = "
CREATE TABLE entry (position INTEGER PRIMARY KEY, leaf BLOB NOT NULL, facts BLOB, facts_salt BLOB) STRICT;
CREATE TABLE command (id BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state (space INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID;
";

fn bulk_in_sqlite(dir: &Path, stored: &Stored, with_all: bool) -> Result<f64, Failure> {
    emptied(dir)?;
    let failed = |error: rusqlite::Error| Failure::new(error.to_string());
    let file = Connection::open(dir.join("bulk.sqlite")).map_err(failed)?;
    let settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
        PRAGMA wal_autocheckpoint = 16384;";
    file.execute_batch(settings).map_err(failed)?;
    file.execute_batch(SQLITE_TABLES).map_err(failed)?;
    file.set_prepared_statement_cache_capacity(16);
    let insert = |table: &str, columns: usize, rows: &[Vec<&dyn ToSql>]| -> rusqlite::Result<()> {
        for rows in rows.chunks(ROWS) {
            let one = format!("({})", vec!["?"; columns].join(","));
            let sql = format!(
                "INSERT INTO {table} VALUES {}",
                vec![one; rows.len()].join(",")
            );
            let values: Vec<&dyn ToSql> = rows.concat();
            file.prepare_cached(&sql)?.execute(values.as_slice())?;
        }
        Ok(())
    };
    let (seconds, done) = timed(|| -> rusqlite::Result<()> {
        for (entries, commands, state) in &stored.chunks {
            file.execute_batch("BEGIN IMMEDIATE")?;
            let rows: Vec<Vec<&dyn ToSql>> = entries
                .iter()
                .map(|row| vec![&row.0 as &dyn ToSql, &row.1, &row.2, &row.3])
                .collect();
            insert("entry", 4, &rows)?;
            if with_all {
                let rows: Vec<Vec<&dyn ToSql>> = commands
                    .iter()
                    .map(|row| vec![&row.0 as &dyn ToSql, &row.1])
                    .collect();
                insert("command", 2, &rows)?;
                let rows: Vec<Vec<&dyn ToSql>> = state
                    .iter()
                    .map(|row| vec![&row.0 as &dyn ToSql, &row.1, &row.2, &row.3])
                    .collect();
                insert("state", 4, &rows)?;
            }
            file.execute_batch("COMMIT")?;
        }
        Ok(())
    });
    done.map_err(failed)?;
    Ok(seconds)
}

/// The same tables.
const POSTGRES_TABLES: &str = "
DROP SCHEMA IF EXISTS bench_append_bulk CASCADE; CREATE SCHEMA bench_append_bulk;
SET search_path TO bench_append_bulk; SET synchronous_commit = on;
CREATE TABLE entry (position bigint PRIMARY KEY, leaf bytea NOT NULL, facts bytea, facts_salt bytea);
CREATE TABLE command (id bytea PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE state (space integer NOT NULL, key bytea NOT NULL, version bigint NOT NULL, value bytea NOT NULL,
    PRIMARY KEY (space, key));
";

fn copy_in_postgres(url: &str, stored: &Stored, with_all: bool) -> Result<f64, Failure> {
    with_postgres(url, async |client| {
        client.batch_execute(POSTGRES_TABLES).await?;
        let start = std::time::Instant::now();
        for (entries, commands, state) in &stored.chunks {
            client.batch_execute("BEGIN").await?;
            let types = [Type::INT8, Type::BYTEA, Type::BYTEA, Type::BYTEA];
            let into = client.copy_in("COPY entry FROM STDIN BINARY").await?;
            let mut writer = pin!(BinaryCopyInWriter::new(into, &types));
            for row in entries {
                writer
                    .as_mut()
                    .write(&[&row.0, &row.1, &row.2, &row.3])
                    .await?;
            }
            writer.finish().await?;
            if with_all {
                let into = client.copy_in("COPY command FROM STDIN BINARY").await?;
                let mut writer = pin!(BinaryCopyInWriter::new(into, &[Type::BYTEA, Type::INT8]));
                for row in commands {
                    writer.as_mut().write(&[&row.0, &row.1]).await?;
                }
                writer.finish().await?;
                let types = [Type::INT4, Type::BYTEA, Type::INT8, Type::BYTEA];
                let into = client.copy_in("COPY state FROM STDIN BINARY").await?;
                let mut writer = pin!(BinaryCopyInWriter::new(into, &types));
                for row in state {
                    writer
                        .as_mut()
                        .write(&[&row.0, &row.1, &row.2, &row.3])
                        .await?;
                }
                writer.finish().await?;
            }
            client.batch_execute("COMMIT").await?;
        }
        let seconds = start.elapsed().as_secs_f64();
        client
            .batch_execute("DROP SCHEMA bench_append_bulk CASCADE")
            .await?;
        Ok(seconds)
    })
}

/// Does some work over a connection of its own.
fn with_postgres<T>(
    url: &str,
    work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(error.to_string()))?;
    let done = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async { drop(connection.await) });
        client
            .batch_execute("SET client_min_messages = warning")
            .await?;
        work(&client).await
    });
    done.map_err(|error| Failure::new(format!("{error:?}")))
}
