//! What a write sends to PostgreSQL: what it wants to know, and then what it stores.
//!
//! Statements go out together and are answered together: on the way to a server and back the time
//! of dozens of rows is lost. Rows travel as arrays, one statement for many.

use crate::entry::SaltedEntry;
use crate::postgres::{PostgresStore, Session, stored_number};
use crate::state::Pending;
use crate::store::{Batch, LEAVES_MAX, StoredHead, Tile, Wanted};
use base::{Moment, Position, Problem};
use futures_util::future::{try_join, try_join3, try_join5};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

/// A writer that hangs with the lock in its hand is cut off.
const BEGIN_WRITE: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '60s'";

/// A statement that carries more rows is cut into several.
const STATEMENT_ROWS_MAX: usize = 8192;

/// A statement that carries more bytes is cut into several; one row may be larger.
const STATEMENT_BYTES_ENOUGH: usize = 16 << 20;

/// The rows that a write asked for.
pub(crate) struct Around {
    pub(crate) head: Option<Row>,
    pub(crate) accepted: Vec<Row>,
    pub(crate) found: Vec<Row>,
    pub(crate) leaves: Vec<Row>,
}

/// Begins a write, locks the head and reads what is wanted: all sent before the first answer is
/// waited for. Each statement runs when the lock is held, and sees all that others committed.
pub(crate) async fn look_around(session: &Session, wanted: &Wanted<'_>) -> Result<Around, Error> {
    let client = &session.client;
    let head = session
        .prepared("SELECT size, root, frontier, last_time FROM head FOR UPDATE")
        .await?;
    let accepted = session
        .prepared("SELECT id, position FROM command WHERE id = ANY($1)")
        .await?;
    let found = session
        .prepared(
            "SELECT space, key, version, value
             FROM unnest($1::integer[], $2::bytea[]) AS wanted (space, key) JOIN state USING (space, key)",
        )
        .await?;
    let leaves = session
        .prepared("SELECT leaf FROM entry WHERE position > $1 ORDER BY position LIMIT $2")
        .await?;
    let commands: Vec<&[u8]> = wanted.commands.iter().map(<[u8; 16]>::as_slice).collect();
    let spaces: Vec<i32> = wanted
        .keys
        .iter()
        .map(|(space, _)| space.0.into())
        .collect();
    let keys: Vec<&[u8]> = wanted.keys.iter().map(|(_, key)| *key).collect();
    let edge_size = stored_number(wanted.edge_size);
    // One more than is used tells that there are too many.
    let limit = stored_number(LEAVES_MAX + 1);
    let (_, head, accepted, found, leaves) = try_join5(
        client.batch_execute(BEGIN_WRITE),
        client.query_opt(&head, &[]),
        client.query(&accepted, &[&commands]),
        async {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            client.query(&found, &[&spaces, &keys]).await
        },
        client.query(&leaves, &[&edge_size, &limit]),
    )
    .await?;
    Ok(Around {
        head,
        accepted,
        found,
        leaves,
    })
}

/// Stores a batch and commits. The last statements, all of them when the batch is small, are sent
/// before the first answer is waited for; when one fails the server refuses the rest, the commit
/// among them.
pub(crate) async fn write_batch(session: &Session, batch: &Batch<'_>) -> Result<(), Error> {
    let entries = chunks(batch.entries.iter(), |salted| {
        salted.entry.facts.len() + salted.entry.private.as_ref().map_or(0, Vec::len)
    });
    let puts = puts(batch.changes);
    // All but the last piece one after the other, so that the memory does not hold them twice.
    let (last_entries, entries) = split_last(&entries);
    for chunk in entries {
        insert_entries(session, chunk).await?;
    }
    let (last_puts, puts) = split_last(&puts);
    for chunk in puts {
        put_state(session, chunk).await?;
    }
    // Joined futures are asked in their order, and each sends when it is asked first. What has to
    // be prepared was prepared before, or is now.
    prepare(session).await?;
    try_join(
        try_join5(
            insert_entries(session, last_entries),
            insert_commands(session, batch.commands),
            insert_tiles(session, batch.tiles),
            put_state(session, last_puts),
            delete_state(session, batch.changes),
        ),
        try_join3(
            erase(session, batch.changes.erasures()),
            update_head(session, batch.head),
            session.client.batch_execute("COMMIT"),
        ),
    )
    .await?;
    Ok(())
}

const INSERT_ENTRIES: &str =
    "INSERT INTO entry (position, leaf, facts, facts_salt, private, private_salt)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[])";

const INSERT_COMMANDS: &str =
    "INSERT INTO command (id, position) SELECT * FROM unnest($1::bytea[], $2::bigint[])";

const INSERT_TILES: &str = "INSERT INTO tile (level, number, hashes)
     SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[])";

const PUT_STATE: &str = "INSERT INTO state (space, key, version, value)
     SELECT * FROM unnest($1::integer[], $2::bytea[], $3::bigint[], $4::bytea[])
     ON CONFLICT (space, key) DO UPDATE SET version = excluded.version, value = excluded.value";

const DELETE_STATE: &str = "DELETE FROM state
     USING unnest($1::integer[], $2::bytea[]) AS gone (space, key)
     WHERE state.space = gone.space AND state.key = gone.key";

const ERASE: &str = "WITH gone AS (
         UPDATE entry SET private = NULL, private_salt = NULL WHERE position = ANY($1)
     )
     INSERT INTO erased (position, by, is_scrubbed)
     SELECT *, 0 FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING";

const UPDATE_HEAD: &str = "UPDATE head SET size = $1, root = $2, frontier = $3, last_time = $4";

/// Prepares what every batch uses, so that nothing has to be waited for in between.
async fn prepare(session: &Session) -> Result<(), Error> {
    for sql in [
        INSERT_ENTRIES,
        INSERT_COMMANDS,
        INSERT_TILES,
        PUT_STATE,
        DELETE_STATE,
        ERASE,
        UPDATE_HEAD,
    ] {
        session.prepared(sql).await?;
    }
    Ok(())
}

async fn execute(
    session: &Session,
    sql: &'static str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<(), Error> {
    let statement = session.prepared(sql).await?;
    session
        .client
        .execute(&statement, parameters)
        .await
        .map(drop)
}

async fn insert_entries(session: &Session, entries: &[&SaltedEntry]) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let positions: Vec<i64> = entries
        .iter()
        .map(|e| stored_number(e.entry.position.0))
        .collect();
    let leaves: Vec<&[u8]> = entries.iter().map(|e| e.entry.leaf.as_slice()).collect();
    let facts: Vec<&[u8]> = entries.iter().map(|e| e.entry.facts.as_slice()).collect();
    let salts: Vec<&[u8]> = entries.iter().map(|e| e.facts_salt.as_slice()).collect();
    let private: Vec<Option<&[u8]>> = entries.iter().map(|e| e.entry.private.as_deref()).collect();
    let private_salts: Vec<Option<&[u8]>> = entries
        .iter()
        .map(|e| e.private_salt.as_ref().map(<[u8; 32]>::as_slice))
        .collect();
    let row: [&(dyn ToSql + Sync); 6] = [
        &positions,
        &leaves,
        &facts,
        &salts,
        &private,
        &private_salts,
    ];
    execute(session, INSERT_ENTRIES, &row).await
}

async fn insert_commands(
    session: &Session,
    commands: &BTreeMap<[u8; 16], Position>,
) -> Result<(), Error> {
    let ids: Vec<&[u8]> = commands.keys().map(<[u8; 16]>::as_slice).collect();
    let positions: Vec<i64> = commands.values().map(|p| stored_number(p.0)).collect();
    execute(session, INSERT_COMMANDS, &[&ids, &positions]).await
}

async fn insert_tiles(session: &Session, tiles: &[Tile]) -> Result<(), Error> {
    if tiles.is_empty() {
        return Ok(());
    }
    let levels: Vec<i32> = tiles.iter().map(|tile| tile.level.into()).collect();
    let numbers: Vec<i64> = tiles
        .iter()
        .map(|tile| stored_number(tile.number))
        .collect();
    let hashes: Vec<Vec<u8>> = tiles.iter().map(|tile| tile.hashes.concat()).collect();
    execute(session, INSERT_TILES, &[&levels, &numbers, &hashes]).await
}

/// A row of the state: space, key, version, value.
type StatePut<'a> = (i32, &'a [u8], i64, &'a [u8]);

/// The rows that changes put, in pieces of which each fits one statement.
fn puts(changes: &Pending) -> Vec<Vec<StatePut<'_>>> {
    let puts = changes.iter().filter_map(|(space, key, slot)| {
        let (version, value) = slot.as_ref()?;
        Some((
            i32::from(space.0),
            key,
            stored_number(version.0),
            value.as_slice(),
        ))
    });
    chunks(puts, |(_, key, _, value)| key.len() + value.len())
}

async fn put_state(session: &Session, rows: &[StatePut<'_>]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let spaces: Vec<i32> = rows.iter().map(|row| row.0).collect();
    let keys: Vec<&[u8]> = rows.iter().map(|row| row.1).collect();
    let versions: Vec<i64> = rows.iter().map(|row| row.2).collect();
    let values: Vec<&[u8]> = rows.iter().map(|row| row.3).collect();
    execute(session, PUT_STATE, &[&spaces, &keys, &versions, &values]).await
}

async fn delete_state(session: &Session, changes: &Pending) -> Result<(), Error> {
    let deleted = changes.iter().filter(|(_, _, slot)| slot.is_none());
    let (spaces, keys): (Vec<i32>, Vec<&[u8]>) = deleted
        .map(|(space, key, _)| (i32::from(space.0), key))
        .unzip();
    if keys.is_empty() {
        return Ok(());
    }
    execute(session, DELETE_STATE, &[&spaces, &keys]).await
}

async fn erase(session: &Session, erasures: &BTreeMap<Position, Position>) -> Result<(), Error> {
    if erasures.is_empty() {
        return Ok(());
    }
    let erased: Vec<i64> = erasures.keys().map(|p| stored_number(p.0)).collect();
    let by: Vec<i64> = erasures.values().map(|p| stored_number(p.0)).collect();
    execute(session, ERASE, &[&erased, &by]).await
}

async fn update_head(session: &Session, head: &StoredHead) -> Result<(), Error> {
    let last_time = head.last_time.map(Moment::as_micros);
    let size = stored_number(head.size);
    execute(
        session,
        UPDATE_HEAD,
        &[&size, &head.root, &head.frontier, &last_time],
    )
    .await
}

impl PostgresStore {
    /// Writes changes of the state inside the transaction that is open.
    pub(crate) fn store_state(&self, changes: &Pending) -> Result<(), Problem> {
        self.run(async |session| {
            for chunk in puts(changes) {
                put_state(session, &chunk).await?;
            }
            delete_state(session, changes).await
        })
    }

    /// Writes the tables anew that held what was erased. False when somebody reads for so long what
    /// was there before that it cannot be left out.
    pub(crate) fn rewrite_tables(&self) -> Result<bool, Problem> {
        self.run(async |session| {
            let client = &session.client;
            let now: i64 = client
                .query_one("SELECT pg_current_xact_id()::text::bigint", &[])
                .await?
                .try_get(0)?;
            let is_seen = session.prepared(OLD_SNAPSHOTS).await?;
            let mut waits = SCRUB_WAITS;
            while client.query_one(&is_seen, &[&now]).await?.try_get(0)? {
                if waits == 0 {
                    return Ok(false);
                }
                waits -= 1;
                tokio::time::sleep(SCRUB_WAIT).await;
            }
            for table in ["entry", "state"] {
                // It waits for every reader of the table, and keeps every reader out.
                let vacuum = format!("VACUUM FULL {table}");
                match client.batch_execute(&vacuum).await {
                    Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                        return Ok(false);
                    }
                    done => done?,
                }
            }
            let done = "UPDATE erased SET is_scrubbed = 1 WHERE is_scrubbed = 0";
            client.batch_execute(done).await?;
            Ok(true)
        })
    }
}

/// Whether a transaction that began before ours may still see older rows than we do.
const OLD_SNAPSHOTS: &str = "SELECT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()
        AND age(backend_xmin) > pg_snapshot_xmax(pg_current_snapshot())::text::bigint - $1)";

/// How often a scrub looks whether the readers of what was there before are gone, and how long it
/// waits in between: five seconds together.
const SCRUB_WAITS: u32 = 50;
const SCRUB_WAIT: Duration = Duration::from_millis(100);

/// The last piece, and those before it.
fn split_last<T>(chunks: &[Vec<T>]) -> (&[T], &[Vec<T>]) {
    match chunks.split_last() {
        Some((last, before)) => (last, before),
        None => (&[], &[]),
    }
}

/// Rows in pieces of which each fits one statement.
fn chunks<T>(rows: impl Iterator<Item = T>, bytes: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut chunks: Vec<Vec<T>> = Vec::new();
    let mut held = 0;
    for row in rows {
        let more = bytes(&row);
        let is_full = chunks.last().is_none_or(|chunk| {
            chunk.len() >= STATEMENT_ROWS_MAX || held + more > STATEMENT_BYTES_ENOUGH
        });
        if is_full {
            chunks.push(Vec::new());
            held = 0;
        }
        held += more;
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(row);
        }
    }
    chunks
}
