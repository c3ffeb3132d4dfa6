//! The `state` table of SQLite: in the ledger's own file, and alone in a scratch database when a
//! replay is compared with it.

use crate::problems::{self, show_key};
use crate::state::{Pending, Space, StateRow};
use crate::store::{Next, PAGE_BYTES_ENOUGH, PAGE_ROWS_MAX, Page, Sought, StateSource, StateTable};
use base::{Position, Problem};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Rows, params};
use std::path::PathBuf;

pub(crate) const SCHEMA: &str = "
CREATE TABLE state (
    space INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
";

/// A connection to a database with a `state` table.
pub(crate) struct SqliteState {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

impl SqliteState {
    /// An empty table in a temporary database that disappears when it is dropped. SQLite keeps it
    /// in memory while it is small and in an unnamed file beyond.
    pub(crate) fn scratch() -> Result<SqliteState, Problem> {
        let path = PathBuf::from("(scratch)");
        let open = || {
            let connection = Connection::open("")?;
            connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
            plan_once(&connection)?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        match open() {
            Ok(connection) => Ok(SqliteState { connection, path }),
            Err(error) => Err(problem(&path, &error)),
        }
    }

    /// Writes changes at once, outside any transaction of the caller.
    pub(crate) fn write(&self, changes: &Pending) -> Result<(), Problem> {
        self.run(|connection| {
            connection.execute_batch("BEGIN")?;
            put_state(connection, changes)?;
            connection.execute_batch("COMMIT")
        })
    }

    /// Does some work and turns its failure into a problem that names the file.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        work(&self.connection).map_err(|error| problem(&self.path, &error))
    }
}

/// Lets SQLite plan each statement once. It would do so anew for each value of a parameter that stands in a range,
/// to choose by it between plans where there is only one.
pub(crate) fn plan_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A database error as what it means to the reader.
fn problem(path: &std::path::Path, error: &rusqlite::Error) -> Problem {
    let path = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => problems::disk_full(path),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => problems::storage_busy(path),
        Some(ErrorCode::NotADatabase) => problems::not_a_ledger(path, error),
        Some(ErrorCode::DatabaseCorrupt) => problems::structure_damaged(error),
        Some(_) => problems::storage(path, error),
        // Not an answer of SQLite: a column held another type than the schema says.
        None => problems::structure_damaged(error),
    }
}

/// The bytes in a column.
pub(crate) fn blob(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_blob()?.to_vec())
}

/// Whether a page has enough.
pub(crate) fn limit_reached(rows: usize, bytes: usize) -> bool {
    rows >= PAGE_ROWS_MAX || bytes >= PAGE_BYTES_ENOUGH
}

/// Writes changes inside the transaction that is open.
pub(crate) fn put_state(connection: &Connection, changes: &Pending) -> rusqlite::Result<()> {
    let mut delete =
        connection.prepare_cached("DELETE FROM state WHERE space = ?1 AND key = ?2")?;
    // One row a statement, and REPLACE: one with many rows, or with ON CONFLICT DO UPDATE, keeps the former text of
    // each page that it touches, in a file beside when they are many. And what REPLACE overwrites in a table without
    // a rowid and without a second index it need not look for.
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO state (space, key, version, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (space, key, slot) in changes.iter() {
        match slot {
            Some((version, value)) => {
                put.execute(params![space.0, key, version.0.cast_signed(), value])?
            }
            None => delete.execute(params![space.0, key])?,
        };
    }
    Ok(())
}

/// Reads rows of `key, version, value` from the given column on until the page has enough.
fn page<T>(
    mut found: Rows<'_>,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(usize, T)>,
) -> rusqlite::Result<Page<T>> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        let (row_bytes, row) = read(row)?;
        bytes += row_bytes;
        rows.push(row);
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
}

fn state_row(row: &Row<'_>, first_column: usize) -> rusqlite::Result<(usize, StateRow)> {
    let row = StateRow {
        key: blob(row, first_column)?,
        version: Position(row.get::<_, i64>(first_column + 1)?.cast_unsigned()),
        value: blob(row, first_column + 2)?,
    };
    Ok((row.key.len() + row.value.len(), row))
}

impl StateSource for SqliteState {
    fn state_get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT version, value FROM state WHERE space = ?1 AND key = ?2")?
                .query_row(params![space.0, key], |row| {
                    let version: i64 = row.get(0)?;
                    Ok((Position(version.cast_unsigned()), blob(row, 1)?))
                })
                .optional()
        })
    }

    fn state_seek(&self, space: Space, key: &[u8]) -> Result<Sought, Problem> {
        self.run(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT key, version, CASE WHEN key = ?2 THEN value END FROM state
                 WHERE space = ?1 AND key >= ?2 ORDER BY key LIMIT 1",
            )?;
            let mut rows = select.query(params![space.0, key])?;
            let Some(row) = rows.next()? else {
                return Ok(Sought::Missing { next: Next::End });
            };
            let found = row.get_ref(0)?.as_blob()?;
            if found == key {
                let version = Position(row.get::<_, i64>(1)?.cast_unsigned());
                return Ok(Sought::Found(version, blob(row, 2)?));
            }
            let next = Next::Key(found.to_vec());
            Ok(Sought::Missing { next })
        })
    }

    fn state_page(
        &self,
        space: Space,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Page<StateRow>, Problem> {
        self.run(|connection| match to {
            Some(to) => {
                let mut select = connection.prepare_cached(
                    "SELECT key, version, value FROM state
                     WHERE space = ?1 AND key >= ?2 AND key < ?3 ORDER BY key",
                )?;
                page(select.query(params![space.0, from, to])?, |row| {
                    state_row(row, 0)
                })
            }
            None => {
                let mut select = connection.prepare_cached(
                    "SELECT key, version, value FROM state
                     WHERE space = ?1 AND key >= ?2 ORDER BY key",
                )?;
                page(select.query(params![space.0, from])?, |row| {
                    state_row(row, 0)
                })
            }
        })
    }
}

impl StateTable for SqliteState {
    fn whole_state_page(
        &self,
        from: Option<(Space, &[u8])>,
    ) -> Result<Page<(Space, StateRow)>, Problem> {
        // A space below 0, which we never write, must come up too.
        let (space, key) = from.map_or((i64::MIN, [].as_slice()), |(space, key)| {
            (i64::from(space.0), key)
        });
        let page = self.run(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT space, key, version, value FROM state
                 WHERE (space, key) >= (?1, ?2) ORDER BY space, key",
            )?;
            page(select.query(params![space, key])?, |row| {
                let (bytes, state) = state_row(row, 1)?;
                Ok((bytes, (row.get::<_, i64>(0)?, state)))
            })
        })?;
        let rows = page
            .rows
            .into_iter()
            .map(|(space, row)| match u16::try_from(space) {
                Ok(space) => Ok((Space(space), row)),
                Err(_) => Err(problems::state_unexpected(
                    space,
                    show_key(&row.key),
                    row.version,
                )),
            });
        Ok(Page {
            rows: rows.collect::<Result<_, _>>()?,
            is_last: page.is_last,
        })
    }
}
