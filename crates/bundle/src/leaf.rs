//! The leaf: the fixed 115 bytes that stand in the Merkle tree for one entry.
//!
//! Everything that a proof can ever say about an entry is in these bytes, so their layout is
//! frozen by their version number. The facts and the private part are in it only as salted
//! commitments: erasing a part with its salt leaves the tree, and every proof, as they were.

use crate::merkle::{self, Hash};
use base::{Moment, Position};

/// The length of a leaf of version 1.
pub const LEAF_BYTES: usize = 115;

/// The only leaf version so far.
pub const LEAF_VERSION: u8 = 1;

/// The length of the salt of a commitment.
pub const SALT_BYTES: usize = 32;

/// What stands for the commitment of a part that an entry never had.
pub const NO_COMMITMENT: Hash = [0; 32];

const COMMITMENT_DOMAIN: &[u8] = b"zhicheng/commitment/v1\0";

/// The two parts of an entry, each committed to on its own so that each can be erased alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What counts: no erasure may change a figure, so no figure depends on anything else.
    Facts,
    /// Personal fields and references to evidence, which can be erased on request.
    Private,
}

impl Part {
    fn number(self) -> u8 {
        match self {
            Part::Facts => 1,
            Part::Private => 2,
        }
    }
}

/// The commitment to the stored `bytes` of a part:
/// SHA-256("zhicheng/commitment/v1\0" ‖ part u8 ‖ salt ‖ bytes), facts 1, private 2.
///
/// ```
/// use bundle::leaf::{Part, commitment};
/// let salt = [7; 32];
/// assert_ne!(commitment(Part::Facts, &salt, b"x"), commitment(Part::Private, &salt, b"x"));
/// ```
pub fn commitment(part: Part, salt: &[u8; SALT_BYTES], bytes: &[u8]) -> Hash {
    merkle::sha256(&[COMMITMENT_DOMAIN, &[part.number()], salt, bytes])
}

/// A leaf, decoded. [`Leaf::to_bytes`] is its one encoding, all numbers big-endian:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 8 | position |
/// | 9 | 8 | time, microseconds UTC since 1970 (signed) |
/// | 17 | 2 | kind |
/// | 19 | 16 | command id |
/// | 35 | 8 | actor |
/// | 43 | 8 | programme position |
/// | 51 | 32 | commitment to the facts |
/// | 83 | 32 | commitment to the private part; zero bytes when there is none |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The entry's place in the log, from 1; also the size of the tree that ends with it.
    pub position: Position,
    /// When it was accepted; never before its predecessor's time.
    pub time: Moment,
    /// What kind of entry it is. The ledger does not know what the number means.
    pub kind: u16,
    /// The random id of the command that wrote it.
    pub command_id: [u8; 16],
    /// The opaque number of who gave the command.
    pub actor: u64,
    /// The position of the programme under which it was accepted.
    pub programme: Position,
    /// The commitment to its facts.
    pub facts: Hash,
    /// The commitment to its private part, or [`NO_COMMITMENT`].
    pub private: Hash,
}

/// Takes the next `N` bytes off the front. `None` when fewer are left.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

impl Leaf {
    /// The 115 bytes that are hashed into the tree.
    pub fn to_bytes(&self) -> [u8; LEAF_BYTES] {
        let fields: [&[u8]; 9] = [
            &[LEAF_VERSION],
            &self.position.0.to_be_bytes(),
            &self.time.as_micros().to_be_bytes(),
            &self.kind.to_be_bytes(),
            &self.command_id,
            &self.actor.to_be_bytes(),
            &self.programme.0.to_be_bytes(),
            &self.facts,
            &self.private,
        ];
        let mut bytes = [0; LEAF_BYTES];
        let mut rest = bytes.as_mut_slice();
        for field in fields {
            // The fields' lengths add up to LEAF_BYTES: the table above, held by a test below.
            let (place, after) = rest.split_at_mut(field.len());
            place.copy_from_slice(field);
            rest = after;
        }
        bytes
    }

    /// The leaf in `bytes`; `None` when their number is not 115, their version is not 1 or their
    /// time is no [`Moment`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Leaf> {
        if bytes.len() != LEAF_BYTES {
            return None;
        }
        let rest = &mut &*bytes;
        let [version] = take::<1>(rest)?;
        if version != LEAF_VERSION {
            return None;
        }
        Some(Leaf {
            position: Position(u64::from_be_bytes(take(rest)?)),
            time: Moment::from_micros(i64::from_be_bytes(take(rest)?))?,
            kind: u16::from_be_bytes(take(rest)?),
            command_id: take(rest)?,
            actor: u64::from_be_bytes(take(rest)?),
            programme: Position(u64::from_be_bytes(take(rest)?)),
            facts: take(rest)?,
            private: take(rest)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            position: Position(0x0102_0304_0506_0708),
            time: Moment::from_micros(-2).unwrap(),
            kind: 0x0a0b,
            command_id: [0xcc; 16],
            actor: 0x1112_1314_1516_1718,
            programme: Position(0x2122_2324_2526_2728),
            facts: [0xfa; 32],
            private: [0xee; 32],
        }
    }

    #[test]
    fn every_field_stands_at_its_documented_offset() {
        let bytes = leaf().to_bytes();
        let table: [(usize, &[u8]); 9] = [
            (0, &[1]),
            (1, &[1, 2, 3, 4, 5, 6, 7, 8]),
            (9, &[255, 255, 255, 255, 255, 255, 255, 254]),
            (17, &[0x0a, 0x0b]),
            (19, &[0xcc; 16]),
            (35, &[0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]),
            (43, &[0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28]),
            (51, &[0xfa; 32]),
            (83, &[0xee; 32]),
        ];
        for (offset, expected) in table {
            assert_eq!(&bytes[offset..offset + expected.len()], expected);
        }
        let total: usize = table.iter().map(|(_, field)| field.len()).sum();
        assert_eq!(total, LEAF_BYTES);
        assert_eq!(Leaf::from_bytes(&bytes), Some(leaf()));
    }

    #[test]
    fn another_length_or_version_is_no_leaf() {
        let bytes = leaf().to_bytes();
        assert_eq!(Leaf::from_bytes(&bytes[..114]), None);
        assert_eq!(Leaf::from_bytes(&[&bytes[..], &[0]].concat()), None);
        let mut other = bytes;
        other[0] = 2;
        assert_eq!(Leaf::from_bytes(&other), None);
    }
}
