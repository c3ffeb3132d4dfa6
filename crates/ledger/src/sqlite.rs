//! The ledger in one SQLite file, `ledger.sqlite` in the data folder.
//!
//! WAL with `synchronous = FULL`: a commit that has returned is on the disk, and readers go on
//! beside the writer. The schema is below; `state` alone lives in `sqlite_state.rs`, because a
//! replay needs that table in a scratch database too.

use crate::entry::StoredEntry;
use crate::problems;
use crate::sqlite_checkpoint::Checkpointer;
use crate::sqlite_state::{SqliteState, blob, limit_reached, plan_once, put_state};
use crate::state::{Pending, Space, StateRow};
use crate::store::{
    Batch, Begun, FORMAT, LEAVES_MAX, Meta, Page, SIGNED, Sought, StateSource, StateTable, Store,
    StoredHead, Wanted,
};
use base::{Moment, Position, Problem};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the database file in a data folder.
pub(crate) const DATABASE_FILE: &str = "ledger.sqlite";

/// "ZCHL" in ASCII: tells SQLite tools and us that the file is a ledger.
const APPLICATION_ID: i32 = 0x5A43_484C;

/// How long to wait for a lock that another programme holds on the file.
const BUSY_SECONDS: u64 = 5;

/// The page cache of a connection, in KiB.
const CACHE_KIB: i64 = 64 << 10;

/// The write-ahead log is folded into the file, beside the writer, when about so much was committed.
/// A larger log writes a page that many groups touch once instead of each time.
const WAL_BYTES: i64 = 64 << 20;

/// The pages (of 4 KiB) that it may have before a commit itself folds it in: 512 MiB.
const WAL_PAGES_MAX: i64 = 131_072;

const SCHEMA: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL,
    facts BLOB, facts_salt BLOB,
    private BLOB, private_salt BLOB
) STRICT;
CREATE TABLE tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT;
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL, root BLOB NOT NULL, frontier BLOB NOT NULL, last_time INTEGER
) STRICT;
CREATE TABLE command (
    id BLOB PRIMARY KEY, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE erased (
    position INTEGER PRIMARY KEY, by INTEGER NOT NULL, is_scrubbed INTEGER NOT NULL
) STRICT;
";

/// What a database describes: kind, name, table and text.
type Description = (String, String, String, Option<String>);

/// All that a database describes, in the order of the names. What SQLite makes by itself has no text.
fn descriptions(connection: &Connection) -> rusqlite::Result<Vec<Description>> {
    connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name, type")?
        .query_map((), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect()
}

/// An open ledger file.
pub(crate) struct SqliteStore {
    // Before the connection: who closes the file last folds in the rest.
    checkpointer: Checkpointer,
    state: SqliteState,
    /// How many readers want what is read to keep still.
    readings: Cell<u32>,
}

impl SqliteStore {
    /// Makes a new file in `dir`, which exists and is locked.
    pub(crate) fn create(dir: &Path, meta: &Meta, head: &StoredHead) -> Result<Self, Problem> {
        let path = dir.join(DATABASE_FILE);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let store = SqliteStore::connect(path, flags)?;
        // A file without tables is what a creation leaves behind that was cut short.
        let tables: i64 = store.number("SELECT count(*) FROM sqlite_schema")?;
        if tables != 0 {
            return Err(problems::ledger_exists(dir.display()));
        }
        store.set_up_writing()?;
        store.in_transaction(|store| store.write_schema(meta, head))?;
        Ok(store)
    }

    /// Opens the file in `dir` for writing; the caller holds the lock.
    pub(crate) fn open(dir: &Path) -> Result<Self, Problem> {
        let store = SqliteStore::open_with(dir, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.set_up_writing()?;
        Ok(store)
    }

    /// Opens the file in `dir` for reading, beside a writer or alone.
    pub(crate) fn open_read_only(dir: &Path) -> Result<Self, Problem> {
        SqliteStore::open_with(dir, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn open_with(dir: &Path, flags: OpenFlags) -> Result<Self, Problem> {
        let path = dir.join(DATABASE_FILE);
        if !path.exists() {
            return Err(problems::no_ledger(dir.display()));
        }
        let store = SqliteStore::connect(path, flags)?;
        let shown = store.state.path.display();
        let application_id: i64 = store.number("PRAGMA application_id")?;
        if application_id != i64::from(APPLICATION_ID) {
            let cause = format!("application_id = {application_id:#x}");
            return Err(problems::not_a_ledger(shown, cause));
        }
        let format: i64 = store.number("PRAGMA user_version")?;
        if format != i64::from(FORMAT) {
            return Err(problems::other_format(shown, format, FORMAT));
        }
        Ok(store)
    }

    fn connect(path: PathBuf, flags: OpenFlags) -> Result<Self, Problem> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match Connection::open_with_flags(&path, flags) {
            Ok(connection) => connection,
            Err(error) => return Err(problems::storage(path.display(), error)),
        };
        let store = SqliteStore {
            checkpointer: Checkpointer::new(&path, WAL_BYTES.unsigned_abs()),
            state: SqliteState { connection, path },
            readings: Cell::new(0),
        };
        store.run(|connection| {
            connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
            plan_once(connection)?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update(None, "trusted_schema", false)
        })?;
        Ok(store)
    }

    /// Lets the file grow to so many pages and no further, as a disk does that becomes full.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: u32) {
        let query = format!("PRAGMA max_page_count = {pages}");
        self.number(&query).unwrap();
    }

    fn set_up_writing(&self) -> Result<(), Problem> {
        self.run(|connection| {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES_MAX)?;
            // Between an erasure and its scrub nothing deleted stays in the file's free space.
            connection.pragma_update(None, "secure_delete", true)?;
            // After a burst the log file shrinks again, to its size at a checkpoint.
            connection.pragma_update(None, "journal_size_limit", WAL_BYTES)
        })
    }

    fn write_schema(&self, meta: &Meta, head: &StoredHead) -> Result<(), Problem> {
        self.run(|connection| {
            connection.execute_batch(SCHEMA)?;
            connection.execute_batch(crate::sqlite_state::SCHEMA)?;
            let mut put = connection.prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)")?;
            for (key, value) in meta.rows() {
                put.execute(params![key, value])?;
            }
            connection.execute(
                "INSERT INTO head (id, size, root, frontier, last_time) VALUES (1, ?1, ?2, ?3, ?4)",
                params![
                    stored_number(head.size),
                    head.root,
                    head.frontier,
                    head.last_time.map(Moment::as_micros)
                ],
            )?;
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", FORMAT)
        })
    }

    fn in_transaction(
        &self,
        work: impl FnOnce(&Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.begin()?;
        let done = work(self).and_then(|()| self.commit());
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    fn begin(&self) -> Result<(), Problem> {
        self.run(|connection| connection.execute_batch("BEGIN IMMEDIATE"))
    }

    /// What a write wants to know, inside its transaction.
    fn look_around(&self, wanted: &Wanted<'_>) -> Result<Begun, Problem> {
        let head = self.head()?;
        let mut accepted = Vec::new();
        for id in wanted.commands {
            accepted.extend(self.command(id)?.map(|position| (*id, position)));
        }
        let leaves = match head.size.checked_sub(wanted.edge_size) {
            Some(1..=LEAVES_MAX) => {
                self.leaves(Position(wanted.edge_size + 1), Position(head.size))?
            }
            _ => Vec::new(),
        };
        Ok(Begun {
            head,
            accepted,
            leaves,
        })
    }

    fn commit(&self) -> Result<(), Problem> {
        self.run(|connection| connection.execute_batch("COMMIT"))
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Problem> {
        self.state.run(work)
    }

    /// The single number that a query gives.
    fn number(&self, query: &str) -> Result<i64, Problem> {
        self.run(|connection| connection.query_row(query, (), |row| row.get(0)))
    }

    fn write_batch(&self, batch: &Batch<'_>) -> Result<(), Problem> {
        self.run(|connection| {
            // What fails ends the transaction, so SQLite need not keep what a single statement did.
            let insert =
                "INSERT OR ROLLBACK INTO entry (position, leaf, facts, facts_salt, private, private_salt) VALUES";
            for rows in by_many(batch.entries) {
                let mut entry = connection.prepare_cached(&of_rows(insert, 6, rows.len()))?;
                let mut at = Places::default();
                for salted in rows {
                    let place = stored_number(salted.entry.position.0);
                    entry.raw_bind_parameter(at.next(), place)?;
                    entry.raw_bind_parameter(at.next(), salted.entry.leaf)?;
                    entry.raw_bind_parameter(at.next(), &salted.entry.facts)?;
                    entry.raw_bind_parameter(at.next(), salted.facts_salt)?;
                    entry.raw_bind_parameter(at.next(), &salted.entry.private)?;
                    entry.raw_bind_parameter(at.next(), salted.private_salt)?;
                }
                entry.raw_execute()?;
            }
            let mut command =
                connection.prepare_cached("INSERT INTO command (id, position) VALUES (?1, ?2)")?;
            for (id, first) in batch.commands {
                command.execute(params![id, stored_number(first.0)])?;
            }
            let mut tile = connection
                .prepare_cached("INSERT INTO tile (level, number, hashes) VALUES (?1, ?2, ?3)")?;
            for full in batch.tiles {
                let hashes = full.hashes.concat();
                tile.execute(params![full.level, stored_number(full.number), hashes])?;
            }
            put_state(connection, batch.changes)?;
            for (erased, by) in batch.changes.erasures() {
                let (erased, by) = (stored_number(erased.0), stored_number(by.0));
                connection
                    .prepare_cached(
                        "UPDATE entry SET private = NULL, private_salt = NULL WHERE position = ?1",
                    )?
                    .execute([erased])?;
                connection
                    .prepare_cached(
                        "INSERT INTO erased (position, by, is_scrubbed) VALUES (?1, ?2, 0)
                         ON CONFLICT DO NOTHING",
                    )?
                    .execute([erased, by])?;
            }
            connection
                .prepare_cached(
                    "UPDATE head SET size = ?1, root = ?2, frontier = ?3, last_time = ?4",
                )?
                .execute(params![
                    stored_number(batch.head.size),
                    batch.head.root,
                    batch.head.frontier,
                    batch.head.last_time.map(Moment::as_micros)
                ])?;
            Ok(())
        })
    }
}

/// Rows of one statement: SQLite takes many in less time than one by one.
const ROWS: usize = 32;

/// The rows in stretches of [`ROWS`], and those that are left one by one: two statements are enough.
fn by_many<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let many = rows.chunks_exact(ROWS);
    let left = many.remainder().chunks(1);
    many.chain(left)
}

/// The text of a statement for so many rows.
fn of_rows(insert: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    format!("{insert} {}", vec![row; rows].join(","))
}

/// The places of a statement's parameters, one after the other.
#[derive(Default)]
struct Places(usize);

impl Places {
    fn next(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

/// A number that is never above [`crate::merkle::SIZE_MAX`], as SQLite stores it.
fn stored_number(number: u64) -> i64 {
    number.cast_signed()
}

/// A stored number as a position. A negative one, which we never write, becomes one beyond the
/// end of every log, so that no comparison takes it for a true position.
fn position(stored: i64) -> Position {
    Position(stored.cast_unsigned())
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    let part = |column| -> rusqlite::Result<Option<Vec<u8>>> {
        Ok(row.get_ref(column)?.as_blob_or_null()?.map(<[u8]>::to_vec))
    };
    Ok(StoredEntry {
        position: row.get(0)?,
        leaf: blob(row, 1)?,
        facts: part(2)?,
        facts_salt: part(3)?,
        private: part(4)?,
        private_salt: part(5)?,
        erased_by: row.get(6)?,
    })
}

impl StateSource for SqliteStore {
    fn state_get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        self.state.state_get(space, key)
    }

    fn state_seek(&self, space: Space, key: &[u8]) -> Result<Sought, Problem> {
        self.state.state_seek(space, key)
    }

    fn state_page(
        &self,
        space: Space,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Page<StateRow>, Problem> {
        self.state.state_page(space, from, to)
    }
}

impl StateTable for SqliteStore {
    fn whole_state_page(
        &self,
        from: Option<(Space, &[u8])>,
    ) -> Result<Page<(Space, StateRow)>, Problem> {
        self.state.whole_state_page(from)
    }
}

impl Store for SqliteStore {
    fn begin_read(&self) -> Result<(), Problem> {
        if self.readings.get() == 0 {
            self.run(|connection| connection.execute_batch("BEGIN DEFERRED"))?;
        }
        self.readings.set(self.readings.get() + 1);
        Ok(())
    }

    fn end_read(&self) {
        self.readings.set(self.readings.get().saturating_sub(1));
        if self.readings.get() == 0 {
            // A transaction that only read has nothing to lose; the next BEGIN tells of trouble.
            let _ = self.run(|connection| connection.execute_batch("COMMIT"));
        }
    }

    fn begin_write(&self, wanted: &Wanted<'_>) -> Result<Begun, Problem> {
        self.begin()?;
        let begun = self.look_around(wanted);
        if begun.is_err() {
            self.roll_back();
        }
        begun
    }

    fn write(&self, batch: &Batch<'_>) -> Result<(), Problem> {
        self.write_batch(batch)?;
        self.commit()?;
        self.checkpointer.committed(batch.bytes() as u64);
        Ok(())
    }

    fn roll_back(&self) {
        // Some errors end the transaction by themselves; then there is nothing to give up.
        if !self.state.connection.is_autocommit() {
            let _ = self.run(|connection| connection.execute_batch("ROLLBACK"));
        }
    }

    fn meta(&self) -> Result<Meta, Problem> {
        let rows = self.run(|connection| {
            let mut rows = connection.prepare("SELECT key, value FROM meta")?;
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<Vec<_>, _>>()
        })?;
        Meta::from_rows(&rows)
    }

    fn signed(&self) -> Result<Option<String>, Problem> {
        self.run(|connection| {
            connection
                .query_row("SELECT value FROM meta WHERE key = ?1", [SIGNED], |row| {
                    row.get(0)
                })
                .optional()
        })
    }

    fn keep_signed(&self, note: &str) -> Result<(), Problem> {
        self.in_transaction(|store| {
            store.run(|connection| {
                connection
                    .execute(
                        "INSERT INTO meta (key, value) VALUES (?1, ?2)
                         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                        params![SIGNED, note],
                    )
                    .map(drop)
            })
        })
    }

    fn head(&self) -> Result<StoredHead, Problem> {
        let (size, root, frontier, last_time) = self
            .run(|connection| {
                connection
                    .prepare_cached("SELECT size, root, frontier, last_time FROM head")?
                    .query_row((), |row| {
                        let last_time: Option<i64> = row.get(3)?;
                        Ok((
                            row.get::<_, i64>(0)?,
                            blob(row, 1)?,
                            blob(row, 2)?,
                            last_time,
                        ))
                    })
                    .optional()
            })?
            .ok_or_else(|| problems::head_differs("row"))?;
        let last_time = match last_time {
            None => None,
            Some(micros) => Some(
                Moment::from_micros(micros).ok_or_else(|| problems::head_differs("last_time"))?,
            ),
        };
        Ok(StoredHead {
            size: u64::try_from(size).map_err(|_| problems::head_differs("size"))?,
            root,
            frontier,
            last_time,
        })
    }

    fn entry_page(&self, from: i64, to: i64) -> Result<Page<StoredEntry>, Problem> {
        self.run(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT position, leaf, facts, facts_salt, private, private_salt,
                        (SELECT by FROM erased WHERE erased.position = entry.position)
                 FROM entry WHERE position BETWEEN ?1 AND ?2 ORDER BY position",
            )?;
            let mut found = select.query([from, to])?;
            let (mut rows, mut bytes) = (Vec::new(), 0);
            while let Some(row) = found.next()? {
                let entry = read_entry(row)?;
                bytes += entry.bytes();
                rows.push(entry);
                if limit_reached(rows.len(), bytes) {
                    return Ok(Page {
                        rows,
                        is_last: false,
                    });
                }
            }
            Ok(Page {
                rows,
                is_last: true,
            })
        })
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT leaf FROM entry WHERE position = ?1")?
                .query_row([stored_number(position.0)], |row| blob(row, 0))
                .optional()
        })
    }

    fn leaves(&self, from: Position, to: Position) -> Result<Vec<Vec<u8>>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT leaf FROM entry WHERE position BETWEEN ?1 AND ?2 ORDER BY position",
                )?
                .query_map([stored_number(from.0), stored_number(to.0)], |row| {
                    blob(row, 0)
                })?
                .collect()
        })
    }

    fn tile(&self, level: u8, number: u64) -> Result<Option<Vec<u8>>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT hashes FROM tile WHERE level = ?1 AND number = ?2")?
                .query_row(params![level, stored_number(number)], |row| blob(row, 0))
                .optional()
        })
    }

    fn tile_names(&self) -> Result<Vec<(i64, i64)>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT level, number FROM tile ORDER BY level, number")?
                .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    fn command(&self, command: &[u8]) -> Result<Option<Position>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT position FROM command WHERE id = ?1")?
                .query_row([command], |row| row.get(0).map(position))
                .optional()
        })
    }

    fn command_count(&self) -> Result<u64, Problem> {
        self.number("SELECT count(*) FROM command")
            .map(i64::cast_unsigned)
    }

    fn command_page(&self, after: &[u8]) -> Result<Page<(Vec<u8>, Position)>, Problem> {
        self.run(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT id, position FROM command WHERE id > ?1 ORDER BY id LIMIT ?2",
            )?;
            let limit = crate::store::PAGE_ROWS_MAX;
            let rows = select
                .query_map(params![after, limit as i64], |row| {
                    Ok((blob(row, 0)?, position(row.get(1)?)))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(Page {
                is_last: rows.len() < limit,
                rows,
            })
        })
    }

    fn erasures(&self) -> Result<Vec<(i64, i64)>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT position, by FROM erased ORDER BY position")?
                .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    fn needs_scrub(&self) -> Result<bool, Problem> {
        self.number("SELECT EXISTS (SELECT 1 FROM erased WHERE is_scrubbed = 0)")
            .map(|found| found != 0)
    }

    fn scrub(&self) -> Result<bool, Problem> {
        // Zeros over what is deleted would leave the copies that a page keeps of cells that were
        // moved; a file that is written anew has neither.
        self.run(|connection| connection.execute_batch("VACUUM"))?;
        let is_busy = {
            let _held = self.checkpointer.hold();
            self.number("PRAGMA wal_checkpoint(TRUNCATE)")? != 0
        };
        if !is_busy {
            self.run(|connection| {
                connection.execute(
                    "UPDATE erased SET is_scrubbed = 1 WHERE is_scrubbed = 0",
                    (),
                )
            })?;
        }
        Ok(!is_busy)
    }

    fn clear_state(&self) -> Result<(), Problem> {
        self.run(|connection| connection.execute_batch("DELETE FROM state"))
    }

    fn put_state(&self, changes: &Pending) -> Result<(), Problem> {
        self.run(|connection| put_state(connection, changes))
    }

    fn commit_state(&self) -> Result<(), Problem> {
        self.commit()
    }

    fn check_structure(&self) -> Result<(), Problem> {
        let verdict: String = self.run(|connection| {
            connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))
        })?;
        if verdict != "ok" {
            return Err(problems::structure_damaged(verdict));
        }
        // SQLite reads its own description of the tables with indulgence: a letter that turned there may
        // change what a table accepts without a word.
        let described = self.run(descriptions)?;
        let expected = self.run(|_| {
            let pattern = Connection::open_in_memory()?;
            pattern.execute_batch(SCHEMA)?;
            pattern.execute_batch(crate::sqlite_state::SCHEMA)?;
            descriptions(&pattern)
        })?;
        let differing = expected
            .iter()
            .find(|table| !described.contains(table))
            .or_else(|| described.iter().find(|table| !expected.contains(table)));
        match differing {
            None => Ok(()),
            Some((kind, name, ..)) => Err(problems::structure_damaged(format!(
                "sqlite_schema: {kind} {name}"
            ))),
        }
    }

    fn second_writer(&self) -> Result<Option<Box<dyn Store>>, Problem> {
        let Some(dir) = self.state.path.parent() else {
            return Ok(None);
        };
        Ok(Some(Box::new(SqliteStore::open(dir)?)))
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn take_turn(&self, _work: u32) -> Result<bool, Problem> {
        // Who holds the folder's lock is the only writer there is.
        Ok(true)
    }

    fn leave_turn(&self, _work: u32) -> Result<(), Problem> {
        Ok(())
    }
}
