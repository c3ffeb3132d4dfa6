//! What the ledger asks of a database, and nothing more: the wall behind which storage stands.
//!
//! The log, the tree and the state are arithmetic on what passes through these two traits, so that
//! one suite can test every storage. Read [`Store::write`] first: it is where an append lands.

use crate::entry::{SaltedEntry, StoredEntry};
use crate::ledger::Nature;
use crate::merkle;
use crate::problems;
use crate::state::{Pending, Space, StateRow};
use base::{Moment, Position, Problem};
/// A full tile of the tree: 256 hashes of one level, as in C2SP tlog-tiles.
pub(crate) use bundle::tiles::FullTile as Tile;
use std::collections::BTreeMap;

/// The format of what is stored; it changes when the schema or its meaning does.
pub(crate) const FORMAT: i32 = 2;

/// The most leaves of others that the beginning of a write reads; beyond, the edge is rebuilt.
pub(crate) const LEAVES_MAX: u64 = 4096;

/// The most rows that a page holds.
pub(crate) const PAGE_ROWS_MAX: usize = 512;

/// When a page holds this many bytes it ends, so that large parts do not fill the memory.
pub(crate) const PAGE_BYTES_ENOUGH: usize = 4 << 20;

/// Some rows, and whether they are the last that were asked for.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) is_last: bool,
}

/// The key under which the table `meta` keeps the last checkpoint that was signed. It bears its own
/// signature and is no part of the checksum.
pub(crate) const SIGNED: &str = "signed";

/// The facts about a ledger that are fixed when it is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) origin: String,
    pub(crate) nature: Nature,
    pub(crate) created: String,
}

impl Meta {
    /// The rows of the table `meta`. The checksum is over the others, in their order.
    pub(crate) fn rows(&self) -> Vec<(&'static str, String)> {
        let nature = match self.nature {
            Nature::Real => "real",
            Nature::Demonstration => "demonstration",
        };
        let mut rows = vec![
            ("format", FORMAT.to_string()),
            ("origin", self.origin.clone()),
            ("nature", nature.to_owned()),
            ("created", self.created.clone()),
        ];
        let text: String = rows
            .iter()
            .map(|(key, value)| format!("{key}={value}\n"))
            .collect();
        let checksum = merkle::sha256(&[text.as_bytes()]);
        rows.push(("checksum", problems::hex(&checksum)));
        rows
    }

    /// What all rows of the table say, when their checksum agrees. A row that no version writes is one
    /// whose key was changed: the last signed checkpoint would be missed without a word.
    pub(crate) fn from_rows(stored: &[(String, String)]) -> Result<Meta, Problem> {
        let value_of = |key: &str| {
            let found = stored.iter().find(|(found, _)| found == key);
            found
                .map(|(_, value)| value.clone())
                .ok_or_else(problems::meta_changed)
        };
        let meta = Meta {
            origin: value_of("origin")?,
            nature: match value_of("nature")?.as_str() {
                "real" => Nature::Real,
                "demonstration" => Nature::Demonstration,
                _ => return Err(problems::meta_changed()),
            },
            created: value_of("created")?,
        };
        let rows = meta.rows();
        for (key, value) in &rows {
            if value_of(key)? != *value {
                return Err(problems::meta_changed());
            }
        }
        let is_known = |key: &str| key == SIGNED || rows.iter().any(|(known, _)| *known == key);
        if stored.iter().all(|(key, _)| is_known(key)) {
            Ok(meta)
        } else {
            Err(problems::meta_changed())
        }
    }
}

/// The one row that says how far the log reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredHead {
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
    pub(crate) frontier: Vec<u8>,
    pub(crate) last_time: Option<Moment>,
}

/// What a write is going to ask for, so that a storage behind a network can fetch it at once.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    /// The size of the tree whose edge the writer knows.
    pub(crate) edge_size: u64,
    /// The commands that it brings.
    pub(crate) commands: &'a [[u8; 16]],
    /// Keys of the state that it is likely to read.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    pub(crate) keys: &'a [(Space, &'a [u8])],
}

/// How things stand once no other writer can change them.
pub(crate) struct Begun {
    pub(crate) head: StoredHead,
    /// Which of the wanted commands were accepted before, and where.
    pub(crate) accepted: Vec<([u8; 16], Position)>,
    /// The leaves after the wanted edge, up to the head, when they are at most [`LEAVES_MAX`].
    pub(crate) leaves: Vec<Vec<u8>>,
}

/// All that one commit writes.
pub(crate) struct Batch<'a> {
    pub(crate) entries: &'a [SaltedEntry],
    /// Each new command with its first position, by id: neighbours share a page.
    pub(crate) commands: &'a BTreeMap<[u8; 16], Position>,
    pub(crate) tiles: &'a [Tile],
    pub(crate) changes: &'a Pending,
    pub(crate) head: &'a StoredHead,
}

impl Batch<'_> {
    /// About how many bytes it writes.
    pub(crate) fn bytes(&self) -> usize {
        /// A leaf, salts, and what a row needs beside its columns.
        const ROW_BYTES: usize = 200;
        let part = |salted: &SaltedEntry| {
            let private = salted.entry.private.as_ref().map_or(0, Vec::len);
            ROW_BYTES + salted.entry.facts.len() + private
        };
        self.entries.iter().map(part).sum::<usize>() + self.changes.bytes()
    }
}

/// What a look for a key came upon.
pub(crate) enum Sought {
    /// It is there.
    Found(Position, Vec<u8>),
    /// It is not.
    Missing {
        /// The key of the space that comes after it.
        next: Next,
    },
}

/// The next key of a space.
pub(crate) enum Next {
    /// This one.
    Key(Vec<u8>),
    /// There is none.
    End,
    /// Nobody looked.
    Unknown,
}

/// A place where state can be looked up.
pub(crate) trait StateSource {
    /// The version and value of a key.
    fn state_get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem>;

    /// The versions of several keys, in their order.
    fn state_versions(&self, keys: &[(Space, &[u8])]) -> Result<Vec<Option<Position>>, Problem> {
        let version = |(space, key): &(Space, &[u8])| {
            Ok(self.state_get(*space, key)?.map(|(version, _)| version))
        };
        keys.iter().map(version).collect()
    }

    /// Looks for a key as [`StateSource::state_get`] does. Where it is not, a storage that finds the next one
    /// on the way tells it.
    fn state_seek(&self, space: Space, key: &[u8]) -> Result<Sought, Problem> {
        Ok(match self.state_get(space, key)? {
            Some((version, value)) => Sought::Found(version, value),
            None => Sought::Missing {
                next: Next::Unknown,
            },
        })
    }

    /// Rows of a space from the key `from` (included) to `to` (excluded), by key.
    fn state_page(
        &self,
        space: Space,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Page<StateRow>, Problem>;
}

/// A place that can be read from end to end.
pub(crate) trait StateTable: StateSource {
    /// Rows of all spaces from a key of a space on (from the first when `None`), by space and key.
    fn whole_state_page(
        &self,
        from: Option<(Space, &[u8])>,
    ) -> Result<Page<(Space, StateRow)>, Problem>;
}

/// A database that holds one ledger.
pub(crate) trait Store: StateTable + Send {
    /// Keeps what is read still until as many [`Store::end_read`] have followed.
    fn begin_read(&self) -> Result<(), Problem>;

    /// Ends the last [`Store::begin_read`].
    fn end_read(&self);

    /// Begins a transaction that no other writer can be inside of, and reads what is wanted.
    fn begin_write(&self, wanted: &Wanted<'_>) -> Result<Begun, Problem>;

    /// Writes a batch and commits: when it returns, everything is durable or nothing happened.
    fn write(&self, batch: &Batch<'_>) -> Result<(), Problem>;

    /// Gives up the transaction.
    fn roll_back(&self);

    /// What was fixed when the ledger was created, checked against its checksum.
    fn meta(&self) -> Result<Meta, Problem>;

    /// The last checkpoint that was signed, see [`Store::keep_signed`].
    fn signed(&self) -> Result<Option<String>, Problem>;

    /// Keeps the note of the last checkpoint that was signed, durably, in a transaction of its own.
    fn keep_signed(&self, note: &str) -> Result<(), Problem>;

    /// The head.
    fn head(&self) -> Result<StoredHead, Problem>;

    /// Entries from one position to another, both included, in order.
    fn entry_page(&self, from: i64, to: i64) -> Result<Page<StoredEntry>, Problem>;

    /// The leaf at a position.
    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Problem>;

    /// The leaves from one position to another, both included, in order; those that are there.
    fn leaves(&self, from: Position, to: Position) -> Result<Vec<Vec<u8>>, Problem>;

    /// The hashes of a tile, one after another.
    fn tile(&self, level: u8, number: u64) -> Result<Option<Vec<u8>>, Problem>;

    /// Level and number of every tile.
    fn tile_names(&self) -> Result<Vec<(i64, i64)>, Problem>;

    /// Where a command was accepted.
    fn command(&self, command: &[u8]) -> Result<Option<Position>, Problem>;

    /// How many commands were accepted.
    fn command_count(&self) -> Result<u64, Problem>;

    /// Commands whose ids come after `after`, by id, with their positions.
    fn command_page(&self, after: &[u8]) -> Result<Page<(Vec<u8>, Position)>, Problem>;

    /// Every entry whose private part was erased, with the entry that erased it, as the table of
    /// erasures has them, in order.
    fn erasures(&self) -> Result<Vec<(i64, i64)>, Problem>;

    /// Whether something was erased since the last [`Store::scrub`] that came to its end.
    fn needs_scrub(&self) -> Result<bool, Problem>;

    /// Makes sure that nothing of what was deleted is left in the storage: not in free space, not
    /// in copies of pages, not in logs of changes. (On SQLite: rewrite the file and truncate the
    /// write-ahead log; on PostgreSQL: `VACUUM FULL` of the tables `entry` and `state`, while what the
    /// server's own archived log holds is its operator's to expire.) False when readers beside it
    /// keep old pages alive; then it is to be done again.
    fn scrub(&self) -> Result<bool, Problem>;

    /// Removes all state, inside the transaction that is open.
    fn clear_state(&self) -> Result<(), Problem>;

    /// Writes changes of the state (not their erasures), inside the transaction that is open.
    fn put_state(&self, changes: &Pending) -> Result<(), Problem>;

    /// Commits a transaction that only wrote state.
    fn commit_state(&self) -> Result<(), Problem>;

    /// Looks for damage in the database's own structure.
    fn check_structure(&self) -> Result<(), Problem>;

    /// The same storage once more, for a thread that writes while this one reads; `None` where others may
    /// write too, or it would pay nothing.
    fn second_writer(&self) -> Result<Option<Box<dyn Store>>, Problem> {
        Ok(None)
    }

    /// Whether other processes may append beside this one.
    fn is_shared(&self) -> bool;

    /// Tries to take a piece of work that one writer of the ledger does at a time, until
    /// [`Store::leave_turn`], or until this connection ends, however it ends.
    fn take_turn(&self, work: u32) -> Result<bool, Problem>;

    /// Lets others take the work.
    fn leave_turn(&self, work: u32) -> Result<(), Problem>;
}

/// Keeps a store's reads still while it lives.
pub(crate) struct Reading<'a> {
    store: &'a dyn Store,
}

impl<'a> Reading<'a> {
    pub(crate) fn begin(store: &'a dyn Store) -> Result<Reading<'a>, Problem> {
        store.begin_read()?;
        Ok(Reading { store })
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.store.end_read();
    }
}

/// A write transaction that is given up unless it was committed, even when a fold panics.
pub(crate) struct Writing<'a> {
    store: &'a dyn Store,
    is_open: bool,
}

impl<'a> Writing<'a> {
    pub(crate) fn begin(
        store: &'a dyn Store,
        wanted: &Wanted<'_>,
    ) -> Result<(Writing<'a>, Begun), Problem> {
        let begun = store.begin_write(wanted)?;
        let writing = Writing {
            store,
            is_open: true,
        };
        Ok((writing, begun))
    }

    pub(crate) fn commit(mut self, batch: &Batch<'_>) -> Result<(), Problem> {
        self.store.write(batch)?;
        self.is_open = false;
        Ok(())
    }
}

impl Writing<'_> {
    /// Commits what [`Store::put_state`] wrote.
    pub(crate) fn commit_state(mut self) -> Result<(), Problem> {
        self.store.commit_state()?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.store.roll_back();
        }
    }
}
