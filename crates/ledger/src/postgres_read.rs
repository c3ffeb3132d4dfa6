//! What the ledger reads from PostgreSQL, page by page.
//!
//! A page ends when it has enough rows or bytes. The server decides where, from the lengths of
//! what it would send, so that large parts fill neither its memory nor ours.

use crate::entry::StoredEntry;
use crate::postgres::{PostgresStore, position, stored_number};
use crate::problems::{self, show_key};
use crate::state::{Pending, Space, StateRow};
use crate::store::{
    Batch, Begun, Meta, PAGE_ROWS_MAX, Page, StateSource, StateTable, Store, StoredHead, Wanted,
};
use base::{Position, Problem};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// What a parameter of a statement may be.
type Parameter<'p> = &'p (dyn ToSql + Sync);

// `before` is what the page holds without the row, `total` how many rows there were to choose from;
// 512 and 4194304 are PAGE_ROWS_MAX and PAGE_BYTES_ENOUGH, held by a test below.
const ENTRY_PAGE: &str = "
SELECT position, leaf, facts, facts_salt, private, private_salt, total,
    (SELECT by FROM erased WHERE erased.position = sized.position) FROM (
    SELECT *, sum(bytes) OVER (ORDER BY position) - bytes AS before, count(*) OVER () AS total FROM (
        SELECT *, octet_length(leaf) + coalesce(octet_length(facts), 0)
            + coalesce(octet_length(private), 0) AS bytes
        FROM entry WHERE position BETWEEN $1 AND $2 ORDER BY position LIMIT 512
    ) AS candidate
) AS sized WHERE before < 4194304 ORDER BY position";

const STATE_PAGE: &str = "
SELECT key, version, value, total FROM (
    SELECT *, sum(bytes) OVER (ORDER BY key) - bytes AS before, count(*) OVER () AS total FROM (
        SELECT key, version, value, octet_length(key) + octet_length(value) AS bytes
        FROM state WHERE space = $1 AND key >= $2 AND ($3::bytea IS NULL OR key < $3)
        ORDER BY key LIMIT 512
    ) AS candidate
) AS sized WHERE before < 4194304 ORDER BY key";

const WHOLE_STATE_PAGE: &str = "
SELECT key, version, value, total, space FROM (
    SELECT *, sum(bytes) OVER (ORDER BY space, key) - bytes AS before, count(*) OVER () AS total FROM (
        SELECT space, key, version, value, octet_length(key) + octet_length(value) AS bytes
        FROM state WHERE (space, key) >= ($1, $2) ORDER BY space, key LIMIT 512
    ) AS candidate
) AS sized WHERE before < 4194304 ORDER BY space, key";

impl PostgresStore {
    fn query(&self, sql: &'static str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        self.run(async |session| {
            let statement = session.prepared(sql).await?;
            session.client.query(&statement, parameters).await
        })
    }

    fn row(&self, sql: &'static str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, Problem> {
        self.run(async |session| {
            let statement = session.prepared(sql).await?;
            session.client.query_opt(&statement, parameters).await
        })
    }

    /// A page of rows of which each tells how many there were to choose from.
    fn page<T>(
        &self,
        rows: &[Row],
        total_column: usize,
        read: impl Fn(&Row) -> Result<T, Problem>,
    ) -> Result<Page<T>, Problem> {
        let total: i64 = match rows.first() {
            Some(row) => self.column(row, total_column)?,
            None => 0,
        };
        let candidates = usize::try_from(total).unwrap_or(0);
        Ok(Page {
            is_last: candidates < PAGE_ROWS_MAX && rows.len() >= candidates,
            rows: rows.iter().map(read).collect::<Result<_, _>>()?,
        })
    }

    fn state_row(&self, row: &Row) -> Result<StateRow, Problem> {
        Ok(StateRow {
            key: self.column(row, 0)?,
            version: position(self.column(row, 1)?),
            value: self.column(row, 2)?,
        })
    }

    /// Whether table and index hold the same number of rows: an index that lost one hides it.
    fn check_index(&self, table: &str) -> Result<(), Problem> {
        let by_table = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
             SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on;";
        let by_index = "SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on;
             SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;";
        let count = format!("SELECT count(*) FROM {table}");
        let (in_table, in_index) = self.run(async |session| {
            session.client.batch_execute(by_table).await?;
            let in_table = session.client.query_one(&count, &[]).await?;
            session.client.batch_execute(by_index).await?;
            let in_index = session.client.query_one(&count, &[]).await?;
            Ok((in_table, in_index))
        })?;
        let (in_table, in_index): (i64, i64) =
            (self.column(&in_table, 0)?, self.column(&in_index, 0)?);
        if in_table == in_index {
            return Ok(());
        }
        let cause = format!("{table}: {in_table} rows, {in_index} in its index");
        Err(problems::structure_damaged(cause))
    }
}

impl StateSource for PostgresStore {
    fn state_get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        if let Some(found) = self.fetched(space, key) {
            return Ok(found);
        }
        let sql = "SELECT version, value FROM state WHERE space = $1 AND key = $2";
        match self.row(sql, &[&i32::from(space.0), &key])? {
            None => Ok(None),
            Some(row) => Ok(Some((
                position(self.column(&row, 0)?),
                self.column(&row, 1)?,
            ))),
        }
    }

    fn state_versions(&self, keys: &[(Space, &[u8])]) -> Result<Vec<Option<Position>>, Problem> {
        let sql = "SELECT version
             FROM unnest($1::integer[], $2::bytea[]) WITH ORDINALITY AS wanted (space, key, place)
             LEFT JOIN state USING (space, key) ORDER BY place";
        let (spaces, keys): (Vec<i32>, Vec<&[u8]>) = keys
            .iter()
            .map(|(space, key)| (i32::from(space.0), *key))
            .unzip();
        let rows = self.query(sql, &[&spaces, &keys])?;
        rows.iter()
            .map(|row| Ok(self.column::<Option<i64>>(row, 0)?.map(position)))
            .collect()
    }

    fn state_page(
        &self,
        space: Space,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Page<StateRow>, Problem> {
        let rows = self.query(STATE_PAGE, &[&i32::from(space.0), &from, &to])?;
        self.page(&rows, 3, |row| self.state_row(row))
    }
}

impl StateTable for PostgresStore {
    fn whole_state_page(
        &self,
        from: Option<(Space, &[u8])>,
    ) -> Result<Page<(Space, StateRow)>, Problem> {
        // A space below 0, which we never write, must come up too.
        let (space, key) = from.map_or((i32::MIN, [].as_slice()), |(space, key)| {
            (i32::from(space.0), key)
        });
        let rows = self.query(WHOLE_STATE_PAGE, &[&space, &key])?;
        self.page(&rows, 3, |row| {
            let state = self.state_row(row)?;
            let space: i32 = self.column(row, 4)?;
            match u16::try_from(space) {
                Ok(space) => Ok((Space(space), state)),
                Err(_) => Err(problems::state_unexpected(
                    space,
                    show_key(&state.key),
                    state.version,
                )),
            }
        })
    }
}

impl Store for PostgresStore {
    fn begin_read(&self) -> Result<(), Problem> {
        self.begin_reading()
    }

    fn end_read(&self) {
        self.end_reading();
    }

    fn begin_write(&self, wanted: &Wanted<'_>) -> Result<Begun, Problem> {
        self.begin_writing(wanted)
    }

    fn write(&self, batch: &Batch<'_>) -> Result<(), Problem> {
        self.store(batch)
    }

    fn roll_back(&self) {
        self.give_up();
    }

    fn meta(&self) -> Result<Meta, Problem> {
        let mut stored = Vec::new();
        for row in self.query("SELECT key, value FROM meta", &[])? {
            stored.push((self.column(&row, 0)?, self.column(&row, 1)?));
        }
        Meta::from_rows(&stored)
    }

    fn signed(&self) -> Result<Option<String>, Problem> {
        match self.row("SELECT value FROM meta WHERE key = 'signed'", &[])? {
            None => Ok(None),
            Some(row) => self.column(&row, 0).map(Some),
        }
    }

    fn keep_signed(&self, note: &str) -> Result<(), Problem> {
        let sql = "INSERT INTO meta (key, value) VALUES ('signed', $1)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.run(async |session| {
            let statement = session.prepared(sql).await?;
            session.client.execute(&statement, &[&note]).await
        })
        .map(drop)
    }

    fn head(&self) -> Result<StoredHead, Problem> {
        let row = self
            .row("SELECT size, root, frontier, last_time FROM head", &[])?
            .ok_or_else(|| problems::head_differs("row"))?;
        self.head_of(&row)
    }

    fn entry_page(&self, from: i64, to: i64) -> Result<Page<StoredEntry>, Problem> {
        let rows = self.query(ENTRY_PAGE, &[&from, &to])?;
        self.page(&rows, 6, |row| {
            Ok(StoredEntry {
                position: self.column(row, 0)?,
                leaf: self.column(row, 1)?,
                facts: self.column(row, 2)?,
                facts_salt: self.column(row, 3)?,
                private: self.column(row, 4)?,
                private_salt: self.column(row, 5)?,
                erased_by: self.column(row, 7)?,
            })
        })
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Problem> {
        let sql = "SELECT leaf FROM entry WHERE position = $1";
        match self.row(sql, &[&stored_number(position.0)])? {
            None => Ok(None),
            Some(row) => self.column(&row, 0).map(Some),
        }
    }

    fn leaves(&self, from: Position, to: Position) -> Result<Vec<Vec<u8>>, Problem> {
        let sql = "SELECT leaf FROM entry WHERE position BETWEEN $1 AND $2 ORDER BY position";
        let rows = self.query(sql, &[&stored_number(from.0), &stored_number(to.0)])?;
        rows.iter().map(|row| self.column(row, 0)).collect()
    }

    fn tile(&self, level: u8, number: u64) -> Result<Option<Vec<u8>>, Problem> {
        let sql = "SELECT hashes FROM tile WHERE level = $1 AND number = $2";
        match self.row(sql, &[&i32::from(level), &stored_number(number)])? {
            None => Ok(None),
            Some(row) => self.column(&row, 0).map(Some),
        }
    }

    fn tile_names(&self) -> Result<Vec<(i64, i64)>, Problem> {
        let sql = "SELECT level::bigint, number FROM tile ORDER BY level, number";
        self.query(sql, &[])?
            .iter()
            .map(|row| Ok((self.column(row, 0)?, self.column(row, 1)?)))
            .collect()
    }

    fn command(&self, command: &[u8]) -> Result<Option<Position>, Problem> {
        match self.row("SELECT position FROM command WHERE id = $1", &[&command])? {
            None => Ok(None),
            Some(row) => self.column(&row, 0).map(position).map(Some),
        }
    }

    fn command_count(&self) -> Result<u64, Problem> {
        match self.row("SELECT count(*) FROM command", &[])? {
            None => Ok(0),
            Some(row) => self.column::<i64>(&row, 0).map(i64::cast_unsigned),
        }
    }

    fn command_page(&self, after: &[u8]) -> Result<Page<(Vec<u8>, Position)>, Problem> {
        let sql = "SELECT id, position FROM command WHERE id > $1 ORDER BY id LIMIT 512";
        let rows = self.query(sql, &[&after])?;
        Ok(Page {
            is_last: rows.len() < PAGE_ROWS_MAX,
            rows: rows
                .iter()
                .map(|row| Ok((self.column(row, 0)?, position(self.column(row, 1)?))))
                .collect::<Result<_, Problem>>()?,
        })
    }

    fn erasures(&self) -> Result<Vec<(i64, i64)>, Problem> {
        self.query("SELECT position, by FROM erased ORDER BY position", &[])?
            .iter()
            .map(|row| Ok((self.column(row, 0)?, self.column(row, 1)?)))
            .collect()
    }

    fn needs_scrub(&self) -> Result<bool, Problem> {
        let sql = "SELECT EXISTS (SELECT FROM erased WHERE is_scrubbed = 0)";
        match self.row(sql, &[])? {
            None => Ok(false),
            Some(row) => self.column(&row, 0),
        }
    }

    fn scrub(&self) -> Result<bool, Problem> {
        self.rewrite_tables()
    }

    fn clear_state(&self) -> Result<(), Problem> {
        self.run(async |session| session.client.batch_execute("DELETE FROM state").await)
    }

    fn put_state(&self, changes: &Pending) -> Result<(), Problem> {
        self.store_state(changes)
    }

    fn commit_state(&self) -> Result<(), Problem> {
        self.commit()
    }

    fn check_structure(&self) -> Result<(), Problem> {
        // The settings are those of the transaction, so there has to be one.
        self.begin_reading()?;
        let checked = [
            "meta", "entry", "tile", "head", "command", "erased", "state",
        ]
        .into_iter()
        .try_for_each(|table| self.check_index(table));
        self.end_reading();
        checked
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn take_turn(&self, work: u32) -> Result<bool, Problem> {
        let sql = "SELECT pg_try_advisory_lock(oid::bigint::bit(32)::integer, $1)
             FROM pg_namespace WHERE nspname = current_schema()";
        match self.row(sql, &[&work.cast_signed()])? {
            None => Ok(false),
            Some(row) => self.column(&row, 0),
        }
    }

    fn leave_turn(&self, work: u32) -> Result<(), Problem> {
        let sql = "SELECT pg_advisory_unlock(oid::bigint::bit(32)::integer, $1)
             FROM pg_namespace WHERE nspname = current_schema()";
        self.row(sql, &[&work.cast_signed()]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::PAGE_BYTES_ENOUGH;

    #[test]
    fn pages_end_where_those_of_the_other_storage_do() {
        for sql in [ENTRY_PAGE, STATE_PAGE, WHOLE_STATE_PAGE] {
            assert!(sql.contains(&format!("LIMIT {PAGE_ROWS_MAX}\n")));
            assert!(sql.contains(&format!("before < {PAGE_BYTES_ENOUGH} ")));
        }
    }
}
