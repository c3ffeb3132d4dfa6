//! An open ledger: creating, opening and reading it. Adding to it is in `append.rs`, checking it
//! in `verify.rs`.

use crate::ahead::Ahead;
use crate::entry::{Entry, StoredEntry};
use crate::lock::WriterLock;
use crate::merkle::Hash;
use crate::problems;
use crate::salts::Salts;
use crate::state::{KeyRange, Space, StateScan, StateView};
use crate::storage::Storage;
use crate::store::{Meta, Reading, Store};
use crate::tree::Edge;
use base::{Moment, Position, Problem};
use std::cell::Cell;
use std::fs::File;
use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::vec;

/// The longest origin name, in bytes.
const ORIGIN_BYTES_MAX: usize = 255;

/// Whether a data folder tells of a real city or of a made-up one: for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Real records of a real office.
    Real,
    /// Made-up records, which must never pass for real ones.
    Demonstration,
}

/// How far the log reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of entries, which is the position of the last one.
    pub size: Position,
    /// The root of the Merkle tree over their leaves.
    pub root: Hash,
    /// The time of the last entry; `None` while there is none.
    pub last_time: Option<Moment>,
}

/// The append-only log of a data folder, with the tree over it and the state it adds up to.
///
/// In a SQLite file one `Ledger` writes ([`Ledger::create`], [`Ledger::open`]), in PostgreSQL any
/// number; any number read beside it ([`Ledger::open_read_only`]), in this process or in others. It
/// can be sent to another thread but not shared by two: give each reading thread one of its own,
/// and the writing threads an [`Appender`](crate::Appender).
pub struct Ledger {
    /// While appends go ahead of the disk. It ends before the writer's lock does.
    pub(crate) ahead: Option<Ahead>,
    pub(crate) store: Box<dyn Store>,
    pub(crate) writer: Option<Writer>,
    meta: Meta,
    /// Whether what is read is held still until further notice.
    is_held: Cell<bool>,
}

/// What only the writer has.
pub(crate) struct Writer {
    pub(crate) edge: Edge,
    pub(crate) salts: Salts,
    /// The right to the folder, where one process writes.
    _lock: Option<WriterLock>,
}

impl Ledger {
    /// Makes a new ledger in the folder `dir` (which is made too), in a SQLite file, and opens it
    /// for writing. As [`Ledger::create_on`].
    ///
    /// # Errors
    /// Those of [`Ledger::create_on`].
    pub fn create(dir: &Path, origin: &str, nature: Nature) -> Result<Ledger, Problem> {
        Ledger::create_on(dir, &Storage::Sqlite, origin, nature)
    }

    /// Makes a new ledger for the folder `dir` (which is made too) and opens it for writing.
    ///
    /// `origin` is the name under which its checkpoints will be known: unique, for good, like
    /// `zhicheng.example.org/chibi`.
    ///
    /// # Errors
    /// When the folder or the database already holds a ledger or is being written, when the origin
    /// has line breaks or more than 255 bytes, when the disk or the database refuses.
    pub fn create_on(
        dir: &Path,
        storage: &Storage,
        origin: &str,
        nature: Nature,
    ) -> Result<Ledger, Problem> {
        Ledger::create_as(dir, storage, origin, nature, &now_text())
    }

    /// As [`Ledger::create_on`], for a copy of a log that was created at another time.
    ///
    /// # Errors
    /// As [`Ledger::create_on`].
    pub fn create_as(
        dir: &Path,
        storage: &Storage,
        origin: &str,
        nature: Nature,
        created: &str,
    ) -> Result<Ledger, Problem> {
        let is_fit = (1..=ORIGIN_BYTES_MAX).contains(&origin.len())
            && origin.trim() == origin
            && !origin.contains(char::is_control);
        if !is_fit {
            return Err(problems::bad_origin(origin.escape_debug()));
        }
        // With its name in the folder above, which a power cut must not take either.
        crate::evidence::make_folder(dir)?;
        let lock = WriterLock::take(dir)?;
        let meta = Meta {
            origin: origin.to_owned(),
            nature,
            created: created.to_owned(),
        };
        let edge = Edge::new();
        let store = storage.create(dir, &meta, &edge.head(None))?;
        // The new file's name must last as surely as its content.
        File::open(dir)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| problems::of_io(dir, &error))?;
        let is_shared = store.is_shared();
        Ok(Ledger {
            store,
            ahead: None,
            writer: Some(Writer {
                edge,
                salts: Salts::new(),
                _lock: (!is_shared).then_some(lock),
            }),
            meta,
            is_held: Cell::new(false),
        })
    }

    /// Opens the ledger in `dir` for writing.
    ///
    /// # Errors
    /// When another process (or another `Ledger` of this one) is writing to the same file, when
    /// there is no ledger, or when its tree does not fit its head.
    pub fn open(dir: &Path) -> Result<Ledger, Problem> {
        if !dir.is_dir() {
            return Err(problems::no_ledger(dir.display()));
        }
        let storage = Storage::of(dir)?;
        let lock = match storage {
            Some(Storage::Postgres(_)) => None,
            _ => Some(WriterLock::take(dir)?),
        };
        let store = storage.unwrap_or_default().open(dir, false)?;
        let meta = store.meta()?;
        let edge = {
            // Head and tree of one moment, whoever else writes.
            let _reading = Reading::begin(&*store)?;
            Edge::rebuild(&*store, &store.head()?)?
        };
        Ok(Ledger {
            store,
            ahead: None,
            writer: Some(Writer {
                edge,
                salts: Salts::new(),
                _lock: lock,
            }),
            meta,
            is_held: Cell::new(false),
        })
    }

    /// Opens the ledger in `dir` for reading, beside a writer or alone.
    ///
    /// # Errors
    /// When there is no ledger or its description was changed.
    pub fn open_read_only(dir: &Path) -> Result<Ledger, Problem> {
        let store = Storage::of(dir)?.unwrap_or_default().open(dir, true)?;
        let meta = store.meta()?;
        Ok(Ledger {
            store,
            ahead: None,
            writer: None,
            meta,
            is_held: Cell::new(false),
        })
    }

    /// Whether other processes may append to it beside this one.
    pub fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// Keeps everything that is read still, at the position of now, until [`Ledger::let_go`]; called
    /// again, it moves on to now. What this `Ledger` itself writes moves it on too.
    ///
    /// # Errors
    /// The storage refuses; then nothing is held.
    pub fn hold_still(&self) -> Result<(), Problem> {
        self.let_go();
        self.store.begin_read()?;
        self.is_held.set(true);
        Ok(())
    }

    /// Ends [`Ledger::hold_still`].
    pub fn let_go(&self) {
        if self.is_held.take() {
            self.store.end_read();
        }
    }

    /// Does some work that cannot be done while reads are held still, and holds them again.
    pub(crate) fn released<T>(&mut self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        let was_held = self.is_held.get();
        self.let_go();
        let done = work(self);
        self.hold_again(was_held);
        done
    }

    /// The end of work that had to let go.
    pub(crate) fn hold_again(&self, was_held: bool) {
        // What was written is written, whatever becomes of the reads after it.
        self.is_held
            .set(was_held && self.store.begin_read().is_ok());
    }

    /// Whether reads are held still.
    pub(crate) fn is_held(&self) -> bool {
        self.is_held.get()
    }

    /// Tries to take a piece of work that one writer of a ledger does at a time; `work` is the
    /// caller's number for it. It ends with [`Ledger::leave_turn`], or with the process, however
    /// that ends.
    ///
    /// # Errors
    /// The storage cannot be asked.
    pub fn take_turn(&self, work: u32) -> Result<bool, Problem> {
        self.store.take_turn(work)
    }

    /// Lets others take the work.
    ///
    /// # Errors
    /// The storage cannot be told.
    pub fn leave_turn(&self, work: u32) -> Result<(), Problem> {
        self.store.leave_turn(work)
    }

    /// Whether it is real or a demonstration.
    pub fn nature(&self) -> Nature {
        self.meta.nature
    }

    /// The name under which its checkpoints are known.
    pub fn origin(&self) -> &str {
        &self.meta.origin
    }

    /// When it was created, as RFC 3339 by the clock of the machine.
    pub fn created(&self) -> &str {
        &self.meta.created
    }

    /// How far it reaches now. Every entry up to there is durable.
    pub fn head(&self) -> Result<Head, Problem> {
        let head = self.store.head()?;
        Ok(Head {
            size: Position(head.size),
            root: <Hash>::try_from(head.root.as_slice())
                .map_err(|_| problems::head_differs("root"))?,
            last_time: head.last_time,
        })
    }

    /// The state as it is now, kept still while the view lives: all that is read through it is of
    /// one position.
    pub fn state(&self) -> Result<StateView<'_>, Problem> {
        let reading = Reading::begin(&*self.store)?;
        let position = Position(self.store.head()?.size);
        Ok(StateView::of_stored(&*self.store, position, reading))
    }

    /// The version and value of a key now; `None` when there is no such key.
    pub fn get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        self.store.state_get(space, key)
    }

    /// The rows of a space whose keys begin with `prefix`, in the order of the keys' bytes, all of
    /// one position.
    pub fn scan(&self, space: Space, prefix: &[u8]) -> Result<StateScan<'_>, Problem> {
        let reading = Reading::begin(&*self.store)?;
        let range = KeyRange::of_prefix(prefix);
        Ok(StateScan::new(
            &*self.store,
            None,
            space,
            range,
            Some(reading),
        ))
    }

    /// The rows of a space between two keys, in the order of the keys' bytes, all of one position.
    pub fn scan_range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
    ) -> Result<StateScan<'_>, Problem> {
        let reading = Reading::begin(&*self.store)?;
        let range = KeyRange::between(from, to);
        Ok(StateScan::new(
            &*self.store,
            None,
            space,
            range,
            Some(reading),
        ))
    }

    /// The entry at a position, its parts checked against its leaf.
    ///
    /// # Errors
    /// When there is no such position, or the entry does not match its leaf.
    pub fn entry(&self, position: Position) -> Result<Entry, Problem> {
        match self.entries(position..=position)?.next() {
            Some(entry) => entry,
            None => Err(problems::no_such_entry(position, self.head()?.size)),
        }
    }

    /// The entries of a range of positions, in order, each checked against its leaf; positions
    /// outside the log are left out. They are read page by page, all from the log as it was when
    /// the iterator was made.
    pub fn entries(&self, range: impl RangeBounds<Position>) -> Result<Entries<'_>, Problem> {
        let from = match range.start_bound() {
            Bound::Included(position) => position.0,
            Bound::Excluded(position) => position.0.saturating_add(1),
            Bound::Unbounded => 1,
        };
        let reading = Reading::begin(&*self.store)?;
        let size = self.store.head()?.size;
        let to = match range.end_bound() {
            Bound::Included(position) => position.0.min(size),
            Bound::Excluded(position) => position.0.saturating_sub(1).min(size),
            Bound::Unbounded => size,
        };
        // Both are at most SIZE_MAX + 1 before the conversion, or there is nothing to read.
        let first = i64::try_from(from.max(1)).unwrap_or(i64::MAX);
        let last = i64::try_from(to).unwrap_or(0);
        Ok(Entries {
            rows: StoredEntries::new(&*self.store, first, last),
            _reading: reading,
        })
    }

    /// Where a command was accepted (its first entry); `None` when it was not.
    pub fn position_of_command(&self, command_id: &[u8; 16]) -> Result<Option<Position>, Problem> {
        self.store.command(command_id)
    }
}

/// The time by the clock of the machine. It only labels a new ledger; nothing is decided by it.
fn now_text() -> String {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_1970.as_micros())
        .ok()
        .and_then(Moment::from_micros)
        .unwrap_or(Moment::MAX)
        .to_string()
}

/// An iterator over entries.
pub struct Entries<'a> {
    rows: StoredEntries<'a>,
    _reading: Reading<'a>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        Some(row.and_then(StoredEntry::check))
    }
}

/// Rows of the log, read page by page and not checked.
pub(crate) struct StoredEntries<'a> {
    store: &'a dyn Store,
    page: vec::IntoIter<StoredEntry>,
    next: i64,
    last: i64,
    is_done: bool,
}

impl<'a> StoredEntries<'a> {
    pub(crate) fn new(store: &'a dyn Store, first: i64, last: i64) -> StoredEntries<'a> {
        StoredEntries {
            store,
            page: Vec::new().into_iter(),
            next: first,
            last,
            is_done: first > last,
        }
    }
}

impl Iterator for StoredEntries<'_> {
    type Item = Result<StoredEntry, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.len() == 0 && !self.is_done {
            match self.store.entry_page(self.next, self.last) {
                Ok(page) => {
                    self.is_done = page.is_last;
                    if let Some(row) = page.rows.last() {
                        self.next = row.position.saturating_add(1);
                    }
                    self.page = page.rows.into_iter();
                }
                Err(problem) => {
                    self.is_done = true;
                    return Some(Err(problem));
                }
            }
        }
        self.page.next().map(Ok)
    }
}
