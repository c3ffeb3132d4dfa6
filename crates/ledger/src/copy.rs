//! Entries exactly as they are stored, with their salts: what a backup takes away and brings back.
//!
//! A copy has the same leaves, so the same tree; only the state is folded anew. Read
//! [`Ledger::copied`], then [`Ledger::bring_back`].

use crate::append::GROUP_ENTRIES_MAX;
use crate::entry::{Entry, SaltedEntry, StoredEntry};
use crate::leaf::{LEAF_BYTES, Leaf, SALT_BYTES};
use crate::ledger::{Head, Ledger, StoredEntries};
use crate::problems;
use crate::state::{Change, Pending, StateView};
use crate::store::{Batch, Reading, Wanted, Writing};
use crate::tree::Edge;
use base::{Position, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// A part of an entry with the salt of its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedPart {
    /// The stored bytes.
    pub bytes: Vec<u8>,
    /// The salt.
    pub salt: [u8; SALT_BYTES],
}

/// An entry as it is stored. [`CopiedEntry::check`] says whether it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedEntry {
    /// Its place in the log.
    pub position: Position,
    /// Its leaf.
    pub leaf: [u8; LEAF_BYTES],
    /// Its facts.
    pub facts: CopiedPart,
    /// Its private part; `None` where it has none or it was erased.
    pub private: Option<CopiedPart>,
    /// The entry by which its private part was erased.
    pub erased_by: Option<Position>,
}

impl CopiedEntry {
    fn of(row: StoredEntry) -> Result<CopiedEntry, Problem> {
        let salts = (row.facts_salt.clone(), row.private_salt.clone());
        let entry = row.check()?;
        // `check` has seen both salts where there is a part.
        let salt = |salt: Option<Vec<u8>>| salt.and_then(|salt| salt.try_into().ok());
        let facts_salt = salt(salts.0).ok_or_else(|| problems::facts_missing(entry.position.0))?;
        let private = entry.private.zip(salt(salts.1));
        Ok(CopiedEntry {
            position: entry.position,
            leaf: entry.leaf,
            facts: CopiedPart {
                bytes: entry.facts,
                salt: facts_salt,
            },
            private: private.map(|(bytes, salt)| CopiedPart { bytes, salt }),
            erased_by: entry.erased_by,
        })
    }

    /// The entry, when both parts match its leaf.
    ///
    /// # Errors
    /// They do not, or a part is missing that no entry erased.
    pub fn check(&self) -> Result<Entry, Problem> {
        self.stored().check()
    }

    fn stored(&self) -> StoredEntry {
        let private = self.private.as_ref();
        let number = |position: Position| i64::try_from(position.0).unwrap_or(i64::MAX);
        StoredEntry {
            position: number(self.position),
            leaf: self.leaf.to_vec(),
            facts: Some(self.facts.bytes.clone()),
            facts_salt: Some(self.facts.salt.to_vec()),
            private: private.map(|part| part.bytes.clone()),
            private_salt: private.map(|part| part.salt.to_vec()),
            erased_by: self.erased_by.map(number),
        }
    }
}

/// An iterator over entries as they are stored, all from the log as it was when it was made.
pub struct CopiedEntries<'a> {
    rows: StoredEntries<'a>,
    head: Head,
    _reading: Reading<'a>,
}

impl CopiedEntries<'_> {
    /// How far the log reached then.
    pub fn head(&self) -> Head {
        self.head
    }
}

impl Iterator for CopiedEntries<'_> {
    type Item = Result<CopiedEntry, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        Some(row.and_then(CopiedEntry::of))
    }
}

impl Ledger {
    /// The entries from a position on as they are stored, each checked against its leaf.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn copied(&self, from: Position) -> Result<CopiedEntries<'_>, Problem> {
        let reading = Reading::begin(&*self.store)?;
        let head = self.head()?;
        let first = i64::try_from(from.0.max(1)).unwrap_or(i64::MAX);
        let last = i64::try_from(head.size.0).unwrap_or(i64::MAX);
        Ok(CopiedEntries {
            rows: StoredEntries::new(&*self.store, first, last),
            head,
            _reading: reading,
        })
    }

    /// Every entry whose private part was erased, with the entry that erased it.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub fn erasures(&self) -> Result<Vec<(Position, Position)>, Problem> {
        let position = |number: i64| Position(u64::try_from(number).unwrap_or(0));
        let found = self.store.erasures()?;
        Ok(found
            .into_iter()
            .map(|(erased, by)| (position(erased), position(by)))
            .collect())
    }

    /// Adds the next entries of another log exactly as they are there, in one transaction: their leaves,
    /// salts and times stay, the state is folded. Only into a log that has the entries before them, as
    /// a backup is brought back; a private part may be missing that a later entry erased.
    ///
    /// # Errors
    /// An entry does not follow, does not match its leaf, or the fold refuses it; then nothing was
    /// written.
    pub fn bring_back<F>(&mut self, entries: &[CopiedEntry], mut fold: F) -> Result<(), Problem>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        let store = &*self.store;
        let Some(writer) = &mut self.writer else {
            return Err(problems::opened_for_reading());
        };
        if entries.len() > GROUP_ENTRIES_MAX {
            return Err(problems::group_too_large(entries.len(), GROUP_ENTRIES_MAX));
        }
        let mut commands: Vec<[u8; 16]> = Vec::with_capacity(entries.len());
        for copied in entries {
            let leaf = Leaf::from_bytes(&copied.leaf);
            commands.push(leaf.map_or([0; 16], |leaf| leaf.command_id));
        }
        commands.sort_unstable();
        commands.dedup();
        let wanted = Wanted {
            edge_size: writer.edge.size(),
            commands: &commands,
            keys: &[],
        };
        let (writing, begun) = Writing::begin(store, &wanted)?;
        let head = begun.head;
        if writer.edge.head(head.last_time) != head {
            writer.edge = Edge::rebuild(store, &head)?;
        }
        // Entries of one append share an id: the first of them has it, here or in the group before.
        let accepted: BTreeSet<[u8; 16]> = begun.accepted.iter().map(|(id, _)| *id).collect();
        let mut claimed = BTreeMap::new();
        let mut edge = writer.edge.clone();
        let mut last_time = head.last_time;
        let mut pending = Pending::default();
        let (mut placed, mut full_tiles) = (Vec::with_capacity(entries.len()), Vec::new());
        for copied in entries {
            let before = Position(edge.size());
            let entry = copied.check()?;
            if entry.position.0 != before.0 + 1 {
                return Err(problems::entry_missing(before.0 + 1, entry.position.0));
            }
            if last_time.is_some_and(|last| entry.time < last) {
                return Err(problems::time_went_back(entry.position));
            }
            last_time = Some(entry.time);
            if !accepted.contains(&entry.command_id) {
                claimed.entry(entry.command_id).or_insert(entry.position);
            }
            let changes = fold(&StateView::with_pending(store, &pending, before), &entry)?;
            pending.apply(changes, entry.position)?;
            edge.push(entry.leaf_hash(), &mut full_tiles);
            placed.push(SaltedEntry {
                entry,
                facts_salt: copied.facts.salt,
                private_salt: copied.private.as_ref().map(|part| part.salt),
            });
        }
        writing.commit(&Batch {
            entries: &placed,
            commands: &claimed,
            tiles: &full_tiles,
            changes: &pending,
            head: &edge.head(last_time),
        })?;
        writer.edge = edge;
        Ok(())
    }
}
