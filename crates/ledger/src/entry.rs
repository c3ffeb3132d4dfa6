//! An entry: what a command adds to the log, and what is read back.
//!
//! The ledger stores the parts as the bytes it was given and never writes them anew, so what was
//! hashed once can be hashed again. Read [`NewEntry`] going in, [`Entry`] coming out.

use crate::leaf::{LEAF_BYTES, Leaf, NO_COMMITMENT, Part, SALT_BYTES, commitment};
use crate::merkle::{self, Hash};
use crate::problems;
use crate::salts::Salts;
use base::{Moment, Position, Problem};
use std::ops::Deref;

/// What a command wants to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What kind of entry it is; the ledger only carries the number.
    pub kind: u16,
    /// The random id of the command. Entries of one append may share it; a later append that
    /// brings it again is refused as a duplicate. Millions of ids are written faster when their
    /// first bytes grow with time (UUID version 7) than when they have no order.
    pub command_id: [u8; 16],
    /// The opaque number of who gives the command.
    pub actor: u64,
    /// The position of the programme under which it is accepted.
    pub programme: Position,
    /// What counts.
    pub facts: NewFacts,
    /// Personal fields and references to evidence, if it has any.
    pub private: Option<Vec<u8>>,
}

/// What counts of a new entry, as bytes. Who brings very many may commit to them ahead, on a thread that has
/// the time: see [`NewFacts::committed`].
#[derive(Debug)]
pub struct NewFacts {
    bytes: Vec<u8>,
    committed: Option<([u8; SALT_BYTES], Hash)>,
}

impl NewFacts {
    /// Commits to the bytes now.
    ///
    /// # Errors
    /// The operating system has no randomness.
    pub fn committed(bytes: Vec<u8>, salts: &mut Salts) -> Result<NewFacts, Problem> {
        let salt = salts.next()?;
        let commitment = commitment(Part::Facts, &salt, &bytes);
        Ok(NewFacts {
            bytes,
            committed: Some((salt, commitment)),
        })
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Default for NewFacts {
    fn default() -> NewFacts {
        NewFacts::from(Vec::new())
    }
}

impl From<Vec<u8>> for NewFacts {
    fn from(bytes: Vec<u8>) -> NewFacts {
        NewFacts {
            bytes,
            committed: None,
        }
    }
}

impl Deref for NewFacts {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The same bytes, not committed to: no salt is used twice.
impl Clone for NewFacts {
    fn clone(&self) -> NewFacts {
        NewFacts::from(self.bytes.clone())
    }
}

impl PartialEq for NewFacts {
    fn eq(&self, other: &NewFacts) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for NewFacts {}

/// An entry of the log, its parts checked against the commitments in its leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log, from 1.
    pub position: Position,
    /// When it was accepted; never before its predecessor's time.
    pub time: Moment,
    /// What kind of entry it is.
    pub kind: u16,
    /// The id of the command that wrote it.
    pub command_id: [u8; 16],
    /// The opaque number of who gave the command.
    pub actor: u64,
    /// The position of the programme under which it was accepted.
    pub programme: Position,
    /// What counts.
    pub facts: Vec<u8>,
    /// Personal fields and references to evidence; `None` too when they were erased.
    pub private: Option<Vec<u8>>,
    /// The entry by which its private part was erased. The commitment in the leaf stays.
    pub erased_by: Option<Position>,
    /// The leaf that stands for it in the tree.
    pub leaf: [u8; LEAF_BYTES],
}

impl Entry {
    /// The hash of its leaf in the tree.
    pub fn leaf_hash(&self) -> Hash {
        merkle::leaf_hash(&self.leaf)
    }
}

/// What [`append`](crate::Ledger::append) gives back for each entry: its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHead {
    /// Its place in the log, from 1.
    pub position: Position,
    /// The time in its leaf.
    pub time: Moment,
    /// The hash of its leaf in the tree.
    pub leaf_hash: Hash,
}

/// An entry with the salts that are stored beside its parts.
#[derive(Debug)]
pub(crate) struct SaltedEntry {
    pub(crate) entry: Entry,
    pub(crate) facts_salt: [u8; SALT_BYTES],
    pub(crate) private_salt: Option<[u8; SALT_BYTES]>,
}

impl SaltedEntry {
    /// Gives a new entry its place, time and leaf.
    pub(crate) fn place(
        new: NewEntry,
        position: Position,
        time: Moment,
        salts: &mut Salts,
    ) -> Result<SaltedEntry, Problem> {
        let NewFacts { bytes, committed } = match new.facts {
            facts @ NewFacts {
                committed: Some(_), ..
            } => facts,
            facts => NewFacts::committed(facts.bytes, salts)?,
        };
        let Some((facts_salt, facts)) = committed else {
            return Err(problems::facts_missing(position.0));
        };
        let (private, private_salt) = match &new.private {
            Some(bytes) => {
                let salt = salts.next()?;
                (commitment(Part::Private, &salt, bytes), Some(salt))
            }
            None => (NO_COMMITMENT, None),
        };
        let leaf = Leaf {
            position,
            time,
            kind: new.kind,
            command_id: new.command_id,
            actor: new.actor,
            programme: new.programme,
            facts,
            private,
        };
        Ok(SaltedEntry {
            entry: Entry {
                position,
                time,
                kind: new.kind,
                command_id: new.command_id,
                actor: new.actor,
                programme: new.programme,
                facts: bytes,
                private: new.private,
                erased_by: None,
                leaf: leaf.to_bytes(),
            },
            facts_salt,
            private_salt,
        })
    }
}

/// A row of the log as the storage gives it, nothing of it believed yet.
#[derive(Debug)]
pub(crate) struct StoredEntry {
    pub(crate) position: i64,
    pub(crate) leaf: Vec<u8>,
    pub(crate) facts: Option<Vec<u8>>,
    pub(crate) facts_salt: Option<Vec<u8>>,
    pub(crate) private: Option<Vec<u8>>,
    pub(crate) private_salt: Option<Vec<u8>>,
    /// The position that the table of erasures has for it. Whether the entry there says so too is
    /// for [`verify`](crate::Ledger::verify) to find out.
    pub(crate) erased_by: Option<i64>,
}

impl StoredEntry {
    /// The bytes that it holds, for keeping pages small.
    pub(crate) fn bytes(&self) -> usize {
        let parts = [&self.facts, &self.private];
        let parts = parts.into_iter().flatten().map(Vec::len).sum::<usize>();
        self.leaf.len() + parts
    }

    /// The entry, when its leaf is one of this position and both parts match it. A private part
    /// may be absent when it was erased, and only then.
    pub(crate) fn check(self) -> Result<Entry, Problem> {
        let position = self.position;
        let malformed = || problems::leaf_malformed(position);
        let bytes: [u8; LEAF_BYTES] = self.leaf.as_slice().try_into().map_err(|_| malformed())?;
        let leaf = Leaf::from_bytes(&bytes).ok_or_else(malformed)?;
        if i64::try_from(leaf.position.0) != Ok(position) {
            return Err(malformed());
        }
        let (Some(facts), Some(facts_salt)) = (self.facts, self.facts_salt) else {
            return Err(problems::facts_missing(position));
        };
        if !opens(&leaf.facts, Part::Facts, &facts_salt, &facts) {
            return Err(problems::facts_changed(position));
        }
        let erased_by = match self.erased_by {
            None => None,
            // What was erased was there once, and an entry erases only what came before it.
            Some(by) if by > position && leaf.private != NO_COMMITMENT => {
                Some(Position(by.cast_unsigned()))
            }
            Some(by) => return Err(problems::erasure_unnamed(position, by)),
        };
        let private = match (self.private, self.private_salt) {
            (None, None) if leaf.private == NO_COMMITMENT => None,
            (None, None) if erased_by.is_some() => None,
            (Some(_), _) | (_, Some(_)) if erased_by.is_some() => {
                return Err(problems::erasure_undone(
                    position,
                    self.erased_by.unwrap_or(0),
                ));
            }
            (Some(private), Some(salt)) => {
                if !opens(&leaf.private, Part::Private, &salt, &private) {
                    return Err(problems::private_changed(position));
                }
                Some(private)
            }
            _ if leaf.private == NO_COMMITMENT => return Err(problems::private_changed(position)),
            _ => return Err(problems::private_missing(position)),
        };
        Ok(Entry {
            position: leaf.position,
            time: leaf.time,
            kind: leaf.kind,
            command_id: leaf.command_id,
            actor: leaf.actor,
            programme: leaf.programme,
            facts,
            private,
            erased_by,
            leaf: bytes,
        })
    }
}

/// Whether the stored part is the one that was committed to.
fn opens(committed: &Hash, part: Part, salt: &[u8], bytes: &[u8]) -> bool {
    match <&[u8; SALT_BYTES]>::try_from(salt) {
        Ok(salt) => commitment(part, salt, bytes) == *committed,
        Err(_) => false,
    }
}
