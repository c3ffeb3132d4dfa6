//! The ledger in a schema of a PostgreSQL database: any number of processes append to it.
//!
//! A group of appends locks the one row of `head` until it commits and numbers its entries from
//! it. So the order is total, and whoever sees a head sees every entry up to it: a snapshot that
//! has a later head cannot lack an earlier commit. What a write needs to know is asked for in one
//! go, and so is what it stores, because each question and answer costs more than its work.
//!
//! Connecting and transactions are here; what a write sends is in `postgres_write.rs`, what is read
//! in `postgres_read.rs`.

use crate::postgres_url::PostgresUrl;
use crate::postgres_write::{Around, look_around, write_batch};
use crate::problems;
use crate::state::Space;
use crate::store::{Batch, Begun, LEAVES_MAX, Meta, StoredHead, Wanted};
use base::{Moment, Position, Problem};
use bundle::merkle;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

/// How long to wait for a connection.
const CONNECT_SECONDS: u64 = 10;

/// What every connection sets first. A writer waits so long for the others, and a writer that hangs
/// with the lock in its hand is cut off. A commit is durable whatever the server's default is.
const SETTINGS: &str = "
SET lock_timeout = '30s';
SET client_min_messages = warning;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// The second statement fixes the snapshot.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT FROM head";

const SCHEMA: &str = "
CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE entry (
    position bigint PRIMARY KEY,
    leaf bytea NOT NULL,
    facts bytea, facts_salt bytea,
    private bytea, private_salt bytea
);
CREATE TABLE tile (
    level integer NOT NULL, number bigint NOT NULL, hashes bytea NOT NULL,
    PRIMARY KEY (level, number)
);
CREATE TABLE head (
    id integer PRIMARY KEY CHECK (id = 1),
    size bigint NOT NULL, root bytea NOT NULL, frontier bytea NOT NULL, last_time bigint
) WITH (fillfactor = 10);
CREATE TABLE command (id bytea PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE erased (
    position bigint PRIMARY KEY, by bigint NOT NULL, is_scrubbed integer NOT NULL
);
CREATE TABLE state (
    space integer NOT NULL, key bytea NOT NULL, version bigint NOT NULL, value bytea NOT NULL,
    PRIMARY KEY (space, key)
);
";

/// What a key stands for in the state.
type Found = Option<(Position, Vec<u8>)>;

/// An open ledger in a database.
pub(crate) struct PostgresStore {
    url: PostgresUrl,
    is_read_only: bool,
    session: RefCell<Option<Session>>,
    /// How many readers want what is read to keep still.
    readings: Cell<u32>,
    is_writing: Cell<bool>,
    /// Keys that the write under way has fetched; nobody else can change them until it ends.
    fetched: RefCell<HashMap<Space, HashMap<Vec<u8>, Found>>>,
}

/// A connection, and what runs it.
pub(crate) struct Session {
    runtime: Runtime,
    pub(crate) client: Client,
    statements: RefCell<HashMap<&'static str, Statement>>,
}

impl Session {
    /// The statement, prepared when it is used for the first time.
    pub(crate) async fn prepared(&self, sql: &'static str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.borrow_mut().insert(sql, statement.clone());
        Ok(statement)
    }
}

impl PostgresStore {
    /// Makes a new ledger in the schema that the URL names, which is made too.
    pub(crate) fn create(
        url: PostgresUrl,
        meta: &Meta,
        head: &StoredHead,
    ) -> Result<Self, Problem> {
        let store = PostgresStore::connected(url, false)?;
        if store.has_ledger()? {
            return Err(problems::ledger_exists(&store.url));
        }
        let schema = format!(
            "BEGIN; CREATE SCHEMA IF NOT EXISTS \"{}\"; {SCHEMA}",
            store.url.schema()
        );
        let last_time = head.last_time.map(Moment::as_micros);
        let made = store.run(async |session| {
            session.client.batch_execute(&schema).await?;
            for (key, value) in meta.rows() {
                let put = "INSERT INTO meta (key, value) VALUES ($1, $2)";
                session.client.execute(put, &[&key, &value]).await?;
            }
            let put =
                "INSERT INTO head (id, size, root, frontier, last_time) VALUES (1, $1, $2, $3, $4)";
            let size = stored_number(head.size);
            let row: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                [&size, &head.root, &head.frontier, &last_time];
            session.client.execute(put, &row).await?;
            session.client.batch_execute("COMMIT").await
        });
        if made.is_err() {
            store.roll_back_quietly();
        }
        made.map(|()| store)
    }

    /// Opens the ledger that the URL names.
    pub(crate) fn open(url: PostgresUrl, is_read_only: bool) -> Result<Self, Problem> {
        let store = PostgresStore::connected(url, is_read_only)?;
        if store.has_ledger()? {
            Ok(store)
        } else {
            Err(problems::no_ledger(&store.url))
        }
    }

    fn connected(url: PostgresUrl, is_read_only: bool) -> Result<Self, Problem> {
        let store = PostgresStore {
            url,
            is_read_only,
            session: RefCell::new(None),
            readings: Cell::new(0),
            is_writing: Cell::new(false),
            fetched: RefCell::default(),
        };
        store.connect()?;
        Ok(store)
    }

    fn has_ledger(&self) -> Result<bool, Problem> {
        let table = format!("\"{}\".meta", self.url.schema());
        let row = self.run(async |session| {
            let query = "SELECT to_regclass($1) IS NOT NULL";
            session.client.query_one(query, &[&table]).await
        })?;
        self.column(&row, 0)
    }

    fn connect(&self) -> Result<(), Problem> {
        let failed = |error: &dyn std::fmt::Display| problems::no_connection(&self.url, error);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let mut config = self.url.config().clone();
        config.connect_timeout(Duration::from_secs(CONNECT_SECONDS));
        let schema = self.url.schema();
        let mut settings = format!("SET search_path TO \"{schema}\";{SETTINGS}");
        if self.is_read_only {
            settings.push_str("SET default_transaction_read_only = on;");
        }
        let connected = runtime.block_on(async {
            let (client, connection) = config.connect(NoTls).await?;
            // It ends with the client; what ends it early, the client's next call tells.
            tokio::spawn(async { drop(connection.await) });
            client.batch_execute(&settings).await?;
            Ok::<_, Error>(client)
        });
        let client = connected.map_err(|error| failed(&told(&error)))?;
        *self.session.borrow_mut() = Some(Session {
            runtime,
            client,
            statements: RefCell::default(),
        });
        Ok(())
    }

    /// Does some work over the connection, which is made again when it was lost between two pieces
    /// of work. Inside a transaction nothing can be made again.
    pub(crate) fn run<T>(
        &self,
        work: impl AsyncFnOnce(&Session) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        let is_lost = match &*self.session.borrow() {
            Some(session) => session.client.is_closed(),
            None => true,
        };
        if is_lost && self.readings.get() == 0 && !self.is_writing.get() {
            self.connect()?;
        }
        let session = self.session.borrow();
        let Some(session) = session.as_ref() else {
            return Err(problems::connection_lost(&self.url, "-"));
        };
        let done = session.runtime.block_on(work(session));
        done.map_err(|error| self.problem(&error))
    }

    /// The value of a column of a row that came back.
    pub(crate) fn column<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        column: usize,
    ) -> Result<T, Problem> {
        row.try_get(column).map_err(|error| self.problem(&error))
    }

    /// A database error as what it means to the reader.
    fn problem(&self, error: &Error) -> Problem {
        let cause = told(error);
        let Some(code) = error.code() else {
            let is_connection = error.is_closed()
                || error
                    .source()
                    .is_some_and(|source| source.is::<std::io::Error>());
            return if is_connection {
                problems::connection_lost(&self.url, cause)
            } else {
                // A column held another type than the schema says.
                problems::structure_damaged(cause)
            };
        };
        match code {
            &SqlState::DISK_FULL => problems::disk_full(&self.url),
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED => {
                problems::storage_busy(&self.url)
            }
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
                problems::connection_lost(&self.url, cause)
            }
            &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => {
                problems::structure_damaged(cause)
            }
            _ => problems::storage(&self.url, cause),
        }
    }

    /// What the write under way fetched of a key; `None` when it did not ask for it.
    pub(crate) fn fetched(&self, space: Space, key: &[u8]) -> Option<Found> {
        self.fetched.borrow().get(&space)?.get(key).cloned()
    }

    pub(crate) fn begin_reading(&self) -> Result<(), Problem> {
        if self.readings.get() == 0 && !self.is_writing.get() {
            self.run(async |session| session.client.batch_execute(BEGIN_READ).await)?;
        }
        self.readings.set(self.readings.get() + 1);
        Ok(())
    }

    pub(crate) fn end_reading(&self) {
        self.readings.set(self.readings.get().saturating_sub(1));
        if self.readings.get() == 0 && !self.is_writing.get() {
            // A transaction that only read has nothing to lose; the next one tells of trouble.
            let _ = self.run(async |session| session.client.batch_execute("COMMIT").await);
        }
    }

    pub(crate) fn begin_writing(&self, wanted: &Wanted<'_>) -> Result<Begun, Problem> {
        let begun = self.run(async |session| {
            self.is_writing.set(true);
            look_around(session, wanted).await
        });
        match begun.and_then(|rows| self.take_in(wanted, rows)) {
            Ok(begun) => Ok(begun),
            Err(problem) => {
                self.give_up();
                Err(problem)
            }
        }
    }

    /// Reads what came back, and keeps the fetched keys at hand.
    fn take_in(&self, wanted: &Wanted<'_>, rows: Around) -> Result<Begun, Problem> {
        let head = rows.head.ok_or_else(|| problems::head_differs("row"))?;
        let head = self.head_of(&head)?;
        let mut accepted = Vec::with_capacity(rows.accepted.len());
        for row in &rows.accepted {
            let id: &[u8] = self.column(row, 0)?;
            // The column is asked for ids of 16 bytes.
            if let Ok(id) = id.try_into() {
                accepted.push((id, position(self.column(row, 1)?)));
            }
        }
        let mut fetched: HashMap<Space, HashMap<Vec<u8>, Found>> = HashMap::new();
        for (space, key) in wanted.keys {
            fetched
                .entry(*space)
                .or_default()
                .insert(key.to_vec(), None);
        }
        for row in &rows.found {
            let space: i32 = self.column(row, 0)?;
            let key: &[u8] = self.column(row, 1)?;
            let value = (position(self.column(row, 2)?), self.column(row, 3)?);
            let slot = u16::try_from(space)
                .ok()
                .and_then(|space| fetched.get_mut(&Space(space))?.get_mut(key));
            if let Some(slot) = slot {
                *slot = Some(value);
            }
        }
        *self.fetched.borrow_mut() = fetched;
        let mut leaves = Vec::new();
        if rows.leaves.len() as u64 <= LEAVES_MAX {
            for row in &rows.leaves {
                leaves.push(self.column(row, 0)?);
            }
        }
        Ok(Begun {
            head,
            accepted,
            leaves,
        })
    }

    /// Stores a batch and commits.
    pub(crate) fn store(&self, batch: &Batch<'_>) -> Result<(), Problem> {
        self.run(async |session| write_batch(session, batch).await)?;
        self.end_writing();
        Ok(())
    }

    /// Commits what was written piece by piece.
    pub(crate) fn commit(&self) -> Result<(), Problem> {
        self.run(async |session| session.client.batch_execute("COMMIT").await)?;
        self.end_writing();
        Ok(())
    }

    fn end_writing(&self) {
        self.is_writing.set(false);
        self.fetched.borrow_mut().clear();
    }

    /// Gives up the write transaction.
    pub(crate) fn give_up(&self) {
        self.roll_back_quietly();
        self.end_writing();
    }

    fn roll_back_quietly(&self) {
        let session = self.session.borrow();
        if let Some(session) = session
            .as_ref()
            .filter(|session| !session.client.is_closed())
        {
            // When even this fails the connection is lost, and the server gives it up by itself.
            let rolled_back = session.client.batch_execute("ROLLBACK");
            let _ = session.runtime.block_on(rolled_back);
        }
    }

    pub(crate) fn head_of(&self, row: &Row) -> Result<StoredHead, Problem> {
        let size: i64 = self.column(row, 0)?;
        let last_time: Option<i64> = self.column(row, 3)?;
        let last_time = match last_time {
            None => None,
            Some(micros) => Some(
                Moment::from_micros(micros).ok_or_else(|| problems::head_differs("last_time"))?,
            ),
        };
        Ok(StoredHead {
            size: u64::try_from(size).map_err(|_| problems::head_differs("size"))?,
            root: self.column(row, 1)?,
            frontier: self.column(row, 2)?,
            last_time,
        })
    }
}

/// What the server, or the way to it, says of an error.
fn told(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(error), _) => format!("{} ({})", error.message(), error.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// A number that is never above [`merkle::SIZE_MAX`], as the database stores it.
pub(crate) fn stored_number(number: u64) -> i64 {
    debug_assert!(number <= merkle::SIZE_MAX || number.cast_signed() < 0);
    number.cast_signed()
}

/// A stored number as a position. A negative one, which we never write, becomes one beyond the
/// end of every log, so that no comparison takes it for a true position.
pub(crate) fn position(stored: i64) -> Position {
    Position(stored.cast_unsigned())
}
