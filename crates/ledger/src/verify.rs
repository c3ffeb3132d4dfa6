//! Checking a ledger against itself: every stored byte against the tree, and the state against a
//! replay. It names the first thing that is wrong.
//!
//! Read [`Ledger::verify`] first; each helper below checks one table.

use crate::entry::Entry;
use crate::ledger::{Ledger, StoredEntries};
use crate::merkle::Hash;
use crate::problems::{self, hex, show_key};
use crate::sqlite_state::SqliteState;
use crate::state::{Change, Pending, Space, StateRow, StateView, after};
use crate::store::{Page, Reading, StateTable, Store, StoredHead, Tile};
use crate::tree::{self, Edge};
use base::{Moment, Position, Problem};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::vec;

/// After so many bytes of changes a replay writes them to its scratch table.
const REPLAY_BYTES: usize = 32 << 20;

/// After so many entries progress is told.
const PROGRESS_ENTRIES: u64 = 1000;

/// What was found to be in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The number of entries, all of them re-hashed and replayed.
    pub size: Position,
    /// The root of the tree over them.
    pub root: Hash,
    /// How many stored tiles are what the leaves give.
    pub tiles: u64,
    /// How many commands stand where the leaves say.
    pub commands: u64,
    /// How many keys of the state are what the replay gives.
    pub keys: u64,
    /// How many entries lack their private part because a later entry erased it.
    pub erased: u64,
}

impl Ledger {
    /// Checks everything that is stored, as of one moment; a writer may go on beside it.
    ///
    /// The database's structure and description; each leaf (layout, position, time not before its
    /// predecessor's) and both parts against their commitments; the tiles, the frontier, the root
    /// and the time in the head against the leaves; the table of commands; and each key of the
    /// state, with its version, against a replay of all entries through `fold` over an empty
    /// scratch table. A private part may be absent when the fold of a later entry erases it, and
    /// must be then. `progress(done, total)` counts entries, each twice: checked and replayed.
    ///
    /// # Errors
    /// The first fault, named.
    pub fn verify<F>(
        &self,
        progress: &mut dyn FnMut(u64, u64),
        mut fold: F,
    ) -> Result<VerifyReport, Problem>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        let store = &*self.store;
        let _reading = Reading::begin(store)?;
        store.check_structure()?;
        store.meta()?;
        let head = store.head()?;

        // First the log against the tree, then the state against the log: a changed entry is named
        // as such before a fold stumbles over it.
        let mut counter = Counter {
            tell: progress,
            done: 0,
            total: head.size.saturating_mul(2),
        };
        let commands = check_log(store, &head, &mut counter)?;
        let mut replay = Replay::new()?;
        for row in StoredEntries::new(store, 1, i64::MAX) {
            replay.add(&row?.check()?, &mut fold)?;
            counter.count();
        }
        let erased = replay.check_erasures(store)?;
        let report = VerifyReport {
            size: Position(head.size),
            root: self.head()?.root,
            tiles: tree::tile_count(head.size),
            commands,
            keys: replay.compare_with(store)?,
            erased,
        };
        counter.finish();
        Ok(report)
    }
}

/// Tells progress now and then.
struct Counter<'a> {
    tell: &'a mut dyn FnMut(u64, u64),
    done: u64,
    total: u64,
}

impl Counter<'_> {
    fn count(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(PROGRESS_ENTRIES) {
            (self.tell)(self.done, self.total);
        }
    }

    fn finish(&mut self) {
        (self.tell)(self.total, self.total);
    }
}

/// Checks entries, tree, head and commands against each other; gives the number of commands.
fn check_log(
    store: &dyn Store,
    head: &StoredHead,
    counter: &mut Counter<'_>,
) -> Result<u64, Problem> {
    let mut tree = TreeCheck::new(store);
    let mut commands = CommandCheck::new(store);
    let mut last_time: Option<Moment> = None;
    let mut size = 0;
    // From the lowest number there is: a row before the first would be a fault as well.
    for row in StoredEntries::new(store, i64::MIN, i64::MAX) {
        let row = row?;
        size += 1;
        if u64::try_from(row.position) != Ok(size) {
            return Err(problems::entry_missing(size, row.position));
        }
        if size > head.size {
            return Err(problems::entry_beyond_head(size, head.size));
        }
        let entry = row.check()?;
        if last_time.is_some_and(|last| entry.time < last) {
            return Err(problems::time_went_back(entry.position));
        }
        last_time = Some(entry.time);
        tree.add(entry.leaf_hash())?;
        commands.add(&entry)?;
        counter.count();
    }
    if size < head.size {
        return Err(problems::entry_missing(size + 1, 0));
    }
    tree.finish(head, last_time)?;
    commands.finish()
}

/// Grows the tree again and compares what it gives with what is stored.
struct TreeCheck<'a> {
    store: &'a dyn Store,
    edge: Edge,
    full: Vec<Tile>,
}

impl<'a> TreeCheck<'a> {
    fn new(store: &'a dyn Store) -> TreeCheck<'a> {
        TreeCheck {
            store,
            edge: Edge::new(),
            full: Vec::new(),
        }
    }

    fn add(&mut self, leaf_hash: Hash) -> Result<(), Problem> {
        self.edge.push(leaf_hash, &mut self.full);
        for tile in self.full.drain(..) {
            let stored = self
                .store
                .tile(tile.level, tile.number)?
                .ok_or_else(|| problems::tile_missing(tile.level, tile.number))?;
            if stored != tile.hashes.concat() {
                return Err(problems::tile_differs(tile.level, tile.number));
            }
        }
        Ok(())
    }

    fn finish(&self, head: &StoredHead, last_time: Option<Moment>) -> Result<(), Problem> {
        let expected = self.edge.head(last_time);
        let fields = [
            ("root", expected.root == head.root),
            ("frontier", expected.frontier == head.frontier),
            ("last_time", expected.last_time == head.last_time),
        ];
        if let Some((field, _)) = fields.iter().find(|(_, agrees)| !agrees) {
            return Err(problems::head_differs(field));
        }
        for (level, number) in self.store.tile_names()? {
            if !tree::has_tile(head.size, level, number) {
                return Err(problems::tile_beyond_tree(level, number));
            }
        }
        Ok(())
    }
}

/// Compares the table of commands with the leaves: each id stands at its first position.
struct CommandCheck<'a> {
    store: &'a dyn Store,
    distinct: u64,
    /// The command of the entry before, which entries of one group often share.
    last: Option<[u8; 16]>,
}

impl<'a> CommandCheck<'a> {
    fn new(store: &'a dyn Store) -> CommandCheck<'a> {
        CommandCheck {
            store,
            distinct: 0,
            last: None,
        }
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Problem> {
        let id = entry.command_id;
        if self.last == Some(id) {
            return Ok(());
        }
        let stored = self.store.command(&id)?;
        if stored == Some(entry.position) {
            self.distinct += 1;
        } else if !self.is_first_at(&id, stored, entry.position)? {
            return Err(problems::command_differs(hex(&id)));
        }
        self.last = Some(id);
        Ok(())
    }

    /// Whether an id stands at an earlier entry, which has it.
    fn is_first_at(
        &self,
        id: &[u8; 16],
        stored: Option<Position>,
        before: Position,
    ) -> Result<bool, Problem> {
        match stored {
            Some(earlier) if earlier < before => self.has_command(id, earlier),
            _ => Ok(false),
        }
    }

    fn has_command(&self, id: &[u8], position: Position) -> Result<bool, Problem> {
        let leaf = self.store.leaf(position)?;
        let leaf = leaf.as_deref().and_then(crate::leaf::Leaf::from_bytes);
        Ok(leaf.is_some_and(|leaf| leaf.command_id[..] == *id))
    }

    /// Every id of the leaves is in the table; now none is there that the leaves do not have.
    fn finish(&self) -> Result<u64, Problem> {
        if self.store.command_count()? == self.distinct {
            return Ok(self.distinct);
        }
        let mut after = Vec::new();
        loop {
            let page = self.store.command_page(&after)?;
            for (id, position) in &page.rows {
                if !self.has_command(id, *position)? {
                    return Err(problems::command_differs(hex(id)));
                }
            }
            match page.rows.last() {
                Some((id, _)) if !page.is_last => after.clone_from(id),
                _ => return Err(problems::command_differs("?")),
            }
        }
    }
}

/// Folds every entry over an empty scratch table.
struct Replay {
    scratch: SqliteState,
    pending: Pending,
    erasures: BTreeMap<Position, Position>,
}

impl Replay {
    fn new() -> Result<Replay, Problem> {
        Ok(Replay {
            scratch: SqliteState::scratch()?,
            pending: Pending::default(),
            erasures: BTreeMap::new(),
        })
    }

    fn add<F>(&mut self, entry: &Entry, fold: &mut F) -> Result<(), Problem>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        // Positions were found to begin with 1.
        let before = Position(entry.position.0 - 1);
        let refused = |problem: Problem| problems::replay_refused(entry.position, problem);
        let changes = fold(
            &StateView::with_pending(&self.scratch, &self.pending, before),
            entry,
        )
        .map_err(refused)?;
        self.pending
            .apply(changes, entry.position)
            .map_err(refused)?;
        if self.pending.bytes() > REPLAY_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Problem> {
        self.scratch.write(&self.pending)?;
        for (erased, by) in std::mem::take(&mut self.pending).erasures() {
            self.erasures.entry(*erased).or_insert(*by);
        }
        Ok(())
    }

    /// Compares the table of erasures with what the folds erased; gives their number.
    fn check_erasures(&mut self, store: &dyn Store) -> Result<u64, Problem> {
        self.flush()?;
        let stored: BTreeMap<i64, i64> = store.erasures()?.into_iter().collect();
        let named = |erased: i64| {
            let by = self.erasures.get(&Position(u64::try_from(erased).ok()?))?;
            i64::try_from(by.0).ok()
        };
        for (erased, by) in &stored {
            if named(*erased) != Some(*by) {
                return Err(problems::erasure_unnamed(erased, by));
            }
        }
        for (erased, by) in &self.erasures {
            if !i64::try_from(erased.0).is_ok_and(|erased| stored.contains_key(&erased)) {
                return Err(problems::erasure_undone(erased, by));
            }
        }
        Ok(self.erasures.len() as u64)
    }

    /// Compares key by key and counts them.
    fn compare_with(mut self, store: &dyn Store) -> Result<u64, Problem> {
        self.flush()?;
        let mut replayed = WholeState::new(&self.scratch);
        let mut stored = WholeState::new(store);
        let mut keys = 0;
        loop {
            let (space, expected, found) = match (replayed.next()?, stored.next()?) {
                (None, None) => return Ok(keys),
                (Some((space, row)), None) => return Err(missing(space, &row)),
                (None, Some((space, row))) => return Err(unexpected(space, &row)),
                (Some((space, expected)), Some((found_space, found))) => {
                    match (space, &expected.key).cmp(&(found_space, &found.key)) {
                        Ordering::Less => return Err(missing(space, &expected)),
                        Ordering::Greater => return Err(unexpected(found_space, &found)),
                        Ordering::Equal => (space, expected, found),
                    }
                }
            };
            if expected != found {
                let key = show_key(&found.key);
                return Err(problems::state_differs(
                    space.0,
                    key,
                    found.version,
                    expected.version,
                ));
            }
            keys += 1;
        }
    }
}

fn missing(space: Space, row: &StateRow) -> Problem {
    problems::state_missing(space.0, show_key(&row.key), row.version)
}

fn unexpected(space: Space, row: &StateRow) -> Problem {
    problems::state_unexpected(space.0, show_key(&row.key), row.version)
}

/// Every row of a state, by space and key.
struct WholeState<'a> {
    source: &'a dyn StateTable,
    page: vec::IntoIter<(Space, StateRow)>,
    next: Option<(Space, Vec<u8>)>,
    is_last_page: bool,
}

impl<'a> WholeState<'a> {
    fn new(source: &'a dyn StateTable) -> WholeState<'a> {
        WholeState {
            source,
            page: Vec::new().into_iter(),
            next: None,
            is_last_page: false,
        }
    }

    fn next(&mut self) -> Result<Option<(Space, StateRow)>, Problem> {
        while self.page.len() == 0 && !self.is_last_page {
            let from = self.next.as_ref();
            let from = from.map(|(space, key)| (*space, key.as_slice()));
            let Page { rows, is_last } = self.source.whole_state_page(from)?;
            self.is_last_page = is_last;
            if let Some((space, row)) = rows.last() {
                self.next = Some((*space, after(&row.key)));
            }
            self.page = rows.into_iter();
        }
        Ok(self.page.next())
    }
}
