//! The state tables: what the entries up to a position add up to, as keys and values in spaces.
//!
//! The ledger does not know what a key means. A fold turns an entry into [`Change`]s; the ledger
//! applies them and notes with each key the position that wrote it, which is its version. Read
//! [`StateView`] first: it is what a fold sees.

use crate::problems::{self, show_key};
use crate::store::{Next, Page, Reading, Sought, StateSource};
use base::{Position, Problem};
use std::cell::RefCell;
use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;
use std::ops::Bound;
use std::vec;

/// The longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 1024;

/// The longest value, in bytes: 64 MiB.
pub const VALUE_BYTES_MAX: usize = 64 << 20;

/// A table of keys. Its number is chosen, and its meaning known, by whoever folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Space(pub u16);

/// What a command relied on when it was decided; tested inside the append's transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The space of the key.
    pub space: Space,
    /// The key that was read.
    pub key: Vec<u8>,
    /// The version that was read; `None` when the key must not exist.
    pub version: Option<Position>,
}

/// One change of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Writes a key, whether it existed or not. Its version becomes the entry's position.
    Put {
        /// The space of the key.
        space: Space,
        /// The key, at most [`KEY_BYTES_MAX`] bytes.
        key: Vec<u8>,
        /// The value, at most [`VALUE_BYTES_MAX`] bytes.
        value: Vec<u8>,
    },
    /// Removes a key; nothing happens when it does not exist.
    Delete {
        /// The space of the key.
        space: Space,
        /// The key.
        key: Vec<u8>,
    },
    /// Deletes the private part of an earlier entry, with its salt, from the log. Its leaf stays,
    /// and with it every hash and proof. [`Ledger::scrub`](crate::Ledger::scrub) then removes what
    /// the storage still holds of it.
    ErasePrivate {
        /// The entry, before the one whose fold gives this.
        position: Position,
    },
}

/// A key with its version and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRow {
    /// The key.
    pub key: Vec<u8>,
    /// The position of the entry that wrote it.
    pub version: Position,
    /// The value.
    pub value: Vec<u8>,
}

/// What stands for a key among the pending changes: its new version and value, or its removal.
pub(crate) type Slot = Option<(Position, Vec<u8>)>;

/// A key, and what was pending for it before.
type Replaced = (Space, Vec<u8>, Option<Slot>);

/// Changes that are not in the tables yet: those of the earlier entries of the same append, or of
/// a stretch of a replay. Kept apart so that a key that changes often is written once.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    spaces: BTreeMap<Space, BTreeMap<Vec<u8>, Slot>>,
    erasures: BTreeMap<Position, Position>,
    bytes: usize,
    /// What stood under each key that was changed since the last mark; nothing before the first.
    undo: Option<Vec<Replaced>>,
}

impl Pending {
    /// Adds the changes of the entry at `position`.
    pub(crate) fn apply(
        &mut self,
        changes: Vec<Change>,
        position: Position,
    ) -> Result<(), Problem> {
        for change in changes {
            let (space, key, slot) = match change {
                Change::Put { space, key, value } => (space, key, Some((position, value))),
                Change::Delete { space, key } => (space, key, None),
                Change::ErasePrivate { position: erased } => {
                    if erased >= position || erased == Position::EMPTY {
                        return Err(problems::erasure_of_later(position, erased));
                    }
                    self.erasures.entry(erased).or_insert(position);
                    continue;
                }
            };
            if key.len() > KEY_BYTES_MAX {
                return Err(problems::key_too_long(space.0, key.len(), KEY_BYTES_MAX));
            }
            let value_bytes = slot.as_ref().map_or(0, |(_, value)| value.len());
            if value_bytes > VALUE_BYTES_MAX {
                let shown = show_key(&key);
                return Err(problems::value_too_large(
                    space.0,
                    shown,
                    value_bytes,
                    VALUE_BYTES_MAX,
                ));
            }
            self.bytes += key.len() + value_bytes;
            let keys = self.spaces.entry(space).or_default();
            match &mut self.undo {
                Some(undo) => {
                    let before = keys.insert(key.clone(), slot);
                    undo.push((space, key, before));
                }
                None => drop(keys.insert(key, slot)),
            }
        }
        Ok(())
    }

    /// The entries whose private part is erased, each with the first entry that erases it.
    pub(crate) fn erasures(&self) -> &BTreeMap<Position, Position> {
        &self.erasures
    }

    /// Lets [`Pending::take_back`] return to how things stand now.
    pub(crate) fn mark(&mut self) {
        self.undo.get_or_insert_default().clear();
    }

    /// Takes back every change since the last mark, at which the log ended at `position`.
    pub(crate) fn take_back(&mut self, position: Position) {
        self.erasures.retain(|_, by| *by <= position);
        for (space, key, before) in self.undo.take().into_iter().flatten().rev() {
            let keys = self.spaces.entry(space).or_default();
            match before {
                Some(slot) => drop(keys.insert(key, slot)),
                None => drop(keys.remove(&key)),
            }
        }
    }

    /// About how many bytes have been put in; overwritten ones count too.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Every pending change, by space and key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Space, &[u8], &Slot)> {
        self.spaces.iter().flat_map(|(space, keys)| {
            keys.iter()
                .map(|(key, slot)| (*space, key.as_slice(), slot))
        })
    }

    pub(crate) fn get(&self, space: Space, key: &[u8]) -> Option<&Slot> {
        self.spaces.get(&space)?.get(key)
    }

    /// The first key of a space after `key`, whether it is written or removed.
    pub(crate) fn next_key(&self, space: Space, key: &[u8]) -> Option<&[u8]> {
        let after = (Bound::Excluded(key), Bound::Unbounded);
        let keys = self.spaces.get(&space)?;
        keys.range::<[u8], _>(after)
            .next()
            .map(|(key, _)| key.as_slice())
    }

    fn range(&self, space: Space, range: &KeyRange) -> Option<btree_map::Range<'_, Vec<u8>, Slot>> {
        let keys = self.spaces.get(&space)?;
        // A range that ends before it begins holds nothing; the map would refuse it.
        if range.is_empty() {
            return None;
        }
        let to = match &range.to {
            Some(to) => Bound::Excluded(to.as_slice()),
            None => Bound::Unbounded,
        };
        Some(keys.range::<[u8], _>((Bound::Included(range.from.as_slice()), to)))
    }
}

/// Keys from `from` (included) to `to` (excluded), in the order of their bytes.
#[derive(Clone, Debug)]
pub(crate) struct KeyRange {
    from: Vec<u8>,
    to: Option<Vec<u8>>,
}

impl KeyRange {
    /// Every key that begins with `prefix`.
    pub(crate) fn of_prefix(prefix: &[u8]) -> KeyRange {
        // The first key after them all: the prefix with its last byte below 0xff raised by one.
        let raised = prefix.iter().rposition(|byte| *byte < u8::MAX).map(|last| {
            // `last` is a place in the prefix, and its byte is below 0xff.
            let mut to = prefix[..=last].to_vec();
            to[last] += 1;
            to
        });
        KeyRange {
            from: prefix.to_vec(),
            to: raised,
        }
    }

    /// Every key from one to another, excluded.
    pub(crate) fn from_to(from: &[u8], to: Option<&[u8]>) -> KeyRange {
        KeyRange {
            from: from.to_vec(),
            to: to.map(<[u8]>::to_vec),
        }
    }

    /// Every key between two bounds.
    pub(crate) fn between(from: Bound<&[u8]>, to: Bound<&[u8]>) -> KeyRange {
        KeyRange {
            from: match from {
                Bound::Included(key) => key.to_vec(),
                Bound::Excluded(key) => after(key),
                Bound::Unbounded => Vec::new(),
            },
            to: match to {
                Bound::Included(key) => Some(after(key)),
                Bound::Excluded(key) => Some(key.to_vec()),
                Bound::Unbounded => None,
            },
        }
    }

    fn contains(&self, key: &[u8]) -> bool {
        self.from.as_slice() <= key && self.to.as_deref().is_none_or(|to| key < to)
    }

    fn is_empty(&self) -> bool {
        self.to.as_ref().is_some_and(|to| *to <= self.from)
    }
}

/// The key that comes next after `key` in the order of bytes.
pub(crate) fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// A stretch of a space without a stored key: from one that was looked for in vain to the next that is
/// there. Keys of a batch often come in an order, and then one question answers for many of them. Holds as
/// long as nothing is written to the tables: for one transaction of a writer.
#[derive(Debug, Default)]
pub(crate) struct Gap(RefCell<Option<(Space, KeyRange)>>);

impl Gap {
    /// The version and value of a stored key.
    pub(crate) fn get(
        &self,
        source: &dyn StateSource,
        space: Space,
        key: &[u8],
    ) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        let is_in = |(of, range): &(Space, KeyRange)| *of == space && range.contains(key);
        if self.0.borrow().as_ref().is_some_and(is_in) {
            return Ok(None);
        }
        let next = match source.state_seek(space, key)? {
            Sought::Found(version, value) => return Ok(Some((version, value))),
            Sought::Missing { next } => next,
        };
        let to = match next {
            Next::Key(next) => Some(next),
            Next::End => None,
            Next::Unknown => return Ok(None),
        };
        let from = key.to_vec();
        *self.0.borrow_mut() = Some((space, KeyRange { from, to }));
        Ok(None)
    }
}

/// The state as of one position, for reading.
///
/// A fold gets one that includes the earlier entries of the same append. One that comes from
/// [`Ledger::state`](crate::Ledger::state) stays at its position while a writer goes on beside it,
/// so hold it no longer than needed: the database file cannot shrink its log meanwhile.
pub struct StateView<'a> {
    source: &'a dyn StateSource,
    pending: Option<&'a Pending>,
    gap: Option<&'a Gap>,
    position: Position,
    _reading: Option<Reading<'a>>,
}

impl<'a> StateView<'a> {
    /// The stored state, kept still by `reading`.
    pub(crate) fn of_stored(
        source: &'a dyn StateSource,
        position: Position,
        reading: Reading<'a>,
    ) -> StateView<'a> {
        StateView {
            source,
            pending: None,
            gap: None,
            position,
            _reading: Some(reading),
        }
    }

    /// The stored state with changes upon it, inside a transaction.
    pub(crate) fn with_pending(
        source: &'a dyn StateSource,
        pending: &'a Pending,
        position: Position,
    ) -> StateView<'a> {
        StateView {
            source,
            pending: Some(pending),
            gap: None,
            position,
            _reading: None,
        }
    }

    /// With what is known of keys that are not there.
    pub(crate) fn with_gap(self, gap: &'a Gap) -> StateView<'a> {
        StateView {
            gap: Some(gap),
            ..self
        }
    }

    /// The number of the last entry that it includes.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The version and value of a key; `None` when there is no such key.
    pub fn get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        match self.pending.and_then(|pending| pending.get(space, key)) {
            Some(slot) => Ok(slot.clone()),
            None => match self.gap {
                Some(gap) => gap.get(self.source, space, key),
                None => self.source.state_get(space, key),
            },
        }
    }

    /// The versions of several stored keys, in their order; `None` for one that does not exist.
    pub fn versions(&self, keys: &[(Space, &[u8])]) -> Result<Vec<Option<Position>>, Problem> {
        match self.pending {
            None => self.source.state_versions(keys),
            Some(_) => keys
                .iter()
                .map(|(space, key)| Ok(self.get(*space, key)?.map(|(version, _)| version)))
                .collect(),
        }
    }

    /// The rows of a space whose keys begin with `prefix` (all of them when it is empty), in the
    /// order of the keys' bytes.
    pub fn scan(&self, space: Space, prefix: &[u8]) -> StateScan<'_> {
        self.scan_keys(space, KeyRange::of_prefix(prefix))
    }

    /// The rows of a space between two keys, in the order of the keys' bytes.
    pub fn scan_range(&self, space: Space, from: Bound<&[u8]>, to: Bound<&[u8]>) -> StateScan<'_> {
        self.scan_keys(space, KeyRange::between(from, to))
    }

    fn scan_keys(&self, space: Space, range: KeyRange) -> StateScan<'_> {
        StateScan::new(self.source, self.pending, space, range, None)
    }
}

/// An iterator over the rows of a space; it reads them page by page.
pub struct StateScan<'a> {
    source: &'a dyn StateSource,
    space: Space,
    range: KeyRange,
    page: Peekable<vec::IntoIter<StateRow>>,
    is_last_page: bool,
    pending: Option<Peekable<btree_map::Range<'a, Vec<u8>, Slot>>>,
    _reading: Option<Reading<'a>>,
}

impl<'a> StateScan<'a> {
    pub(crate) fn new(
        source: &'a dyn StateSource,
        pending: Option<&'a Pending>,
        space: Space,
        range: KeyRange,
        reading: Option<Reading<'a>>,
    ) -> StateScan<'a> {
        StateScan {
            source,
            space,
            is_last_page: range.is_empty(),
            page: Vec::new().into_iter().peekable(),
            pending: pending
                .and_then(|pending| pending.range(space, &range))
                .map(Iterator::peekable),
            range,
            _reading: reading,
        }
    }

    fn turn_page(&mut self) -> Result<(), Problem> {
        while self.page.peek().is_none() && !self.is_last_page {
            let Page { rows, is_last } =
                self.source
                    .state_page(self.space, &self.range.from, self.range.to.as_deref())?;
            self.is_last_page = is_last;
            if let Some(last) = rows.last() {
                self.range.from = after(&last.key);
            }
            self.page = rows.into_iter().peekable();
        }
        Ok(())
    }

    /// The next row with pending changes put over the stored rows.
    fn merge(&mut self) -> Result<Option<StateRow>, Problem> {
        loop {
            self.turn_page()?;
            let Some(pending) = &mut self.pending else {
                return Ok(self.page.next());
            };
            let Some((key, slot)) = pending.peek() else {
                return Ok(self.page.next());
            };
            match self.page.peek().map(|row| row.key.cmp(key)) {
                Some(std::cmp::Ordering::Less) => return Ok(self.page.next()),
                Some(std::cmp::Ordering::Equal) => drop(self.page.next()),
                Some(std::cmp::Ordering::Greater) | None => {}
            }
            let row = slot.as_ref().map(|(version, value)| StateRow {
                key: key.to_vec(),
                version: *version,
                value: value.clone(),
            });
            pending.next();
            if row.is_some() {
                return Ok(row);
            }
        }
    }
}

impl Iterator for StateScan<'_> {
    type Item = Result<StateRow, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.merge();
        if row.is_err() {
            // After a failed read there is nothing more that could be trusted.
            self.is_last_page = true;
            self.page = Vec::new().into_iter().peekable();
            self.pending = None;
        }
        row.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_its_last_byte_is_raised() {
        let table: [(&[u8], Option<&[u8]>); 5] = [
            (b"", None),
            (b"ab", Some(b"ac")),
            (b"a\xff", Some(b"b")),
            (b"\xff\xff", None),
            (b"a\xfe", Some(b"a\xff")),
        ];
        for (prefix, to) in table {
            let range = KeyRange::of_prefix(prefix);
            assert_eq!((range.from.as_slice(), range.to.as_deref()), (prefix, to));
        }
    }
}
