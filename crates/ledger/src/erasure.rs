//! What follows an erasure, and what throws the state away: both rewrite storage, and neither changes
//! an entry's leaf.
//!
//! An erasure itself is an append like any other, see [`Change::ErasePrivate`]. Read
//! [`Ledger::scrub`], then [`Ledger::rebuild_state`].

use crate::entry::Entry;
use crate::ledger::{Ledger, StoredEntries};
use crate::problems;
use crate::state::{Change, Pending, StateView};
use crate::store::{Wanted, Writing};
use base::{Position, Problem};

/// After so many bytes of changes a rebuild writes them to the table.
const REBUILD_BYTES: usize = 32 << 20;

/// After so many entries progress is told.
const PROGRESS_ENTRIES: u64 = 1000;

impl Ledger {
    /// Whether something was erased whose last copies are not removed yet: the process ended, or
    /// readers held them, between the erasure and its scrub.
    pub fn needs_scrub(&self) -> Result<bool, Problem> {
        self.store.needs_scrub()
    }

    /// Rewrites the storage so that nothing that was erased is left in it, whatever its free space and
    /// its logs held. It takes about as long, and for that time as much room, as a copy of the
    /// database. False when readers beside it keep the old pages alive: then do it again.
    ///
    /// # Errors
    /// The ledger was opened for reading, the disk is full, another writes.
    pub fn scrub(&mut self) -> Result<bool, Problem> {
        if self.writer.is_none() {
            return Err(problems::opened_for_reading());
        }
        self.released(|ledger| ledger.store.scrub())
    }

    /// Throws the state away and replays all entries through `fold`, in one transaction: the old
    /// state is there until the new one is whole. `progress(done, total)` counts entries.
    ///
    /// # Errors
    /// An entry does not match its leaf or the fold refuses it; then the state is as it was.
    pub fn rebuild_state<F>(
        &mut self,
        progress: &mut dyn FnMut(u64, u64),
        fold: F,
    ) -> Result<(), Problem>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        if self.writer.is_none() {
            return Err(problems::opened_for_reading());
        }
        self.released(|ledger| ledger.replay_state(progress, fold))
    }

    fn replay_state<F>(
        &self,
        progress: &mut dyn FnMut(u64, u64),
        mut fold: F,
    ) -> Result<(), Problem>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        let store = &*self.store;
        let (writing, begun) = Writing::begin(store, &Wanted::default())?;
        let size = begun.head.size;
        store.clear_state()?;
        let mut pending = Pending::default();
        let last = i64::try_from(size).unwrap_or(i64::MAX);
        for row in StoredEntries::new(store, 1, last) {
            let entry = row?.check()?;
            let before = Position(entry.position.0 - 1);
            let refused = |problem: Problem| problems::replay_refused(entry.position, problem);
            let changes =
                fold(&StateView::with_pending(store, &pending, before), &entry).map_err(refused)?;
            pending.apply(changes, entry.position).map_err(refused)?;
            if pending.bytes() > REBUILD_BYTES {
                store.put_state(&pending)?;
                pending = Pending::default();
            }
            if entry.position.0.is_multiple_of(PROGRESS_ENTRIES) {
                progress(entry.position.0, size);
            }
        }
        store.put_state(&pending)?;
        writing.commit_state()?;
        progress(size, size);
        Ok(())
    }
}
