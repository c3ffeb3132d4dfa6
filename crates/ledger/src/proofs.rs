//! Proofs of the stored log: roots of earlier sizes, inclusion and consistency, and the entries
//! with the salts that open their facts, for whoever hands the log to outsiders.
//!
//! All of it is read from tiles and leaves; nothing here walks the whole log. What is stored is
//! committed, so a proof speaks of durable entries only.

use crate::entry::{Entry, StoredEntry};
use crate::leaf::{LEAF_BYTES, SALT_BYTES};
use crate::ledger::{Ledger, StoredEntries};
use crate::merkle::{self, Hash};
use crate::problems;
use crate::store::{Reading, Store};
use crate::tree::root_of_tile;
use base::{Position, Problem};
use bundle::tiles::TILE_WIDTH;
use bundle::{TileSource, Tree};

impl Ledger {
    /// The root of the tree over the first `size` entries.
    ///
    /// # Errors
    /// The log is shorter, or its tree cannot be read.
    pub fn root_at(&self, size: Position) -> Result<Hash, Problem> {
        self.with_tree(|tree| tree.root_at(size.0))
    }

    /// The proof that the entry at `position` stands in the tree over the first `size` entries,
    /// the sibling nearest the leaf first.
    ///
    /// # Errors
    /// There is no such position in that tree, or the log is shorter.
    pub fn inclusion_proof(
        &self,
        position: Position,
        size: Position,
    ) -> Result<Vec<Hash>, Problem> {
        let Some(index) = position.0.checked_sub(1) else {
            return Err(problems::no_such_entry(position, size));
        };
        self.with_tree(|tree| tree.inclusion_proof(index, size.0))
    }

    /// The proof that the first `old` entries are the beginning of the first `size`.
    ///
    /// # Errors
    /// `old` is 0 or beyond `size`, or the log is shorter.
    pub fn consistency_proof(&self, old: Position, size: Position) -> Result<Vec<Hash>, Problem> {
        self.with_tree(|tree| tree.consistency_proof(old.0, size.0))
    }

    fn with_tree<T>(
        &self,
        work: impl FnOnce(&mut Tree<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let _reading = Reading::begin(&*self.store)?;
        let size = self.store.head()?.size;
        let tiles = StoredTiles(&*self.store);
        work(&mut Tree::new(&tiles, size))
    }

    /// The entries of the first `size` positions with the salts of their facts, in order, each
    /// checked against its leaf; all from the log as it is when the iterator is made.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn disclosed(&self, size: Position) -> Result<DisclosedEntries<'_>, Problem> {
        let reading = Reading::begin(&*self.store)?;
        let last = i64::try_from(size.0).unwrap_or(i64::MAX);
        Ok(DisclosedEntries {
            rows: StoredEntries::new(&*self.store, 1, last),
            _reading: reading,
        })
    }

    /// The last checkpoint that was signed for this log by a process that wrote to it, as the text
    /// of its note.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub fn last_signed(&self) -> Result<Option<String>, Problem> {
        self.store.signed()
    }

    /// Keeps the text of the last checkpoint that was signed, so that a log that forgot its folder
    /// of keys still knows to what it is held. Only the writer can; for a reader it does nothing
    /// and gives `false`.
    ///
    /// # Errors
    /// The storage cannot be written.
    pub fn keep_signed(&self, note: &str) -> Result<bool, Problem> {
        if self.writer.is_none() {
            return Ok(false);
        }
        let was_held = self.is_held();
        self.let_go();
        let kept = self.store.keep_signed(note);
        self.hold_again(was_held);
        kept?;
        Ok(true)
    }
}

/// An entry with what opens the commitment to its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisclosedEntry {
    /// The entry.
    pub entry: Entry,
    /// The salt of the commitment to its facts.
    pub facts_salt: [u8; SALT_BYTES],
}

/// An iterator over [`DisclosedEntry`].
pub struct DisclosedEntries<'a> {
    rows: StoredEntries<'a>,
    _reading: Reading<'a>,
}

impl Iterator for DisclosedEntries<'_> {
    type Item = Result<DisclosedEntry, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        Some(row.and_then(disclose))
    }
}

fn disclose(row: StoredEntry) -> Result<DisclosedEntry, Problem> {
    let salt = row
        .facts_salt
        .as_deref()
        .and_then(|salt| salt.try_into().ok());
    let position = row.position;
    let entry = row.check()?;
    Ok(DisclosedEntry {
        entry,
        facts_salt: salt.ok_or_else(|| problems::facts_missing(position))?,
    })
}

/// The tiles as the storage has them: full ones whole, the others from what is below them.
struct StoredTiles<'a>(&'a dyn Store);

impl TileSource for StoredTiles<'_> {
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Problem> {
        if width == TILE_WIDTH {
            return self.full(level, number);
        }
        let first = number * u64::from(TILE_WIDTH);
        (first..first + u64::from(width))
            .map(|node| match level.checked_sub(1) {
                None => self.leaf(Position(node + 1)),
                Some(below) => self
                    .full(below, node)
                    .map(|hashes| merkle::root_of(&hashes)),
            })
            .collect()
    }
}

impl StoredTiles<'_> {
    fn full(&self, level: u8, number: u64) -> Result<Vec<Hash>, Problem> {
        let bytes = self
            .0
            .tile(level, number)?
            .ok_or_else(|| problems::tile_missing(level, number))?;
        // Its length is checked with its root.
        root_of_tile(&bytes).ok_or_else(|| problems::tile_differs(level, number))?;
        Ok(bytes.as_chunks::<32>().0.to_vec())
    }

    fn leaf(&self, position: Position) -> Result<Hash, Problem> {
        let leaf = self.0.leaf(position)?;
        let leaf = leaf.filter(|leaf| leaf.len() == LEAF_BYTES);
        leaf.map(|leaf| merkle::leaf_hash(&leaf))
            .ok_or_else(|| problems::entry_missing(position, 0))
    }
}
