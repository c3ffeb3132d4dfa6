//! Segments of entries as bytes: facts in one object, private parts in another.
//!
//! Both begin with a line that says what they are. Numbers are big-endian.
//!
//! | facts, for each entry | bytes |
//! |---|---|
//! | leaf | 115 |
//! | salt of the facts | 32 |
//! | length of the facts | 4 |
//! | facts | so many |
//!
//! | private parts, for each entry that has or had one | bytes |
//! |---|---|
//! | position | 8 |
//! | 1: it follows; 2: it was erased | 1 |
//! | 1: salt, length and bytes as above; 2: position of the erasing entry | 36 + so many; 8 |

use std::io::{Read, Write};

use base::Position;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ledger::{
    CopiedEntry, CopiedPart, LEAF_BYTES, Leaf, NO_COMMITMENT, PART_BYTES_MAX, SALT_BYTES,
};

const FACTS: &[u8] = b"zhicheng facts 1\n";
const PRIVATE: &[u8] = b"zhicheng private 1\n";

/// No object of a segment is larger, packed or not: a full one and the two longest parts of its last entry.
pub(super) const CHUNK_BYTES_MAX: u64 =
    (super::SEGMENT_BYTES + 2 * PART_BYTES_MAX + (16 << 20)) as u64;

/// The entries' leaves and facts.
pub(super) fn facts_of(entries: &[CopiedEntry]) -> Vec<u8> {
    let mut bytes = FACTS.to_vec();
    for entry in entries {
        bytes.extend_from_slice(&entry.leaf);
        put_part(&mut bytes, &entry.facts);
    }
    bytes
}

/// The entries' private parts; `None` when none of them has or had one.
pub(super) fn private_of(entries: &[CopiedEntry]) -> Option<Vec<u8>> {
    let mut bytes = PRIVATE.to_vec();
    for entry in entries {
        let mark = match (&entry.private, entry.erased_by) {
            (Some(_), _) => 1,
            (None, Some(_)) => 2,
            (None, None) => continue,
        };
        bytes.extend_from_slice(&entry.position.0.to_be_bytes());
        bytes.push(mark);
        match (&entry.private, entry.erased_by) {
            (Some(part), _) => put_part(&mut bytes, part),
            (None, by) => {
                bytes.extend_from_slice(&by.unwrap_or(Position::EMPTY).0.to_be_bytes());
            }
        }
    }
    (bytes.len() > PRIVATE.len()).then_some(bytes)
}

fn put_part(bytes: &mut Vec<u8>, part: &CopiedPart) {
    bytes.extend_from_slice(&part.salt);
    // A part has at most PART_BYTES_MAX bytes, far below 2³².
    bytes.extend_from_slice(&(part.bytes.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&part.bytes);
}

/// Puts the entries of a segment together; `None` when the bytes are no such segment. Whether the parts match
/// the leaves is not looked at.
pub(super) fn entries_of(facts: &[u8], private: Option<&[u8]>) -> Option<Vec<CopiedEntry>> {
    let mut rest = facts.strip_prefix(FACTS)?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let leaf: [u8; LEAF_BYTES] = take(&mut rest)?;
        let position = Leaf::from_bytes(&leaf)?.position;
        entries.push(CopiedEntry {
            position,
            leaf,
            facts: take_part(&mut rest)?,
            private: None,
            erased_by: None,
        });
    }
    let first = entries.first()?.position.0;
    let mut rest = private.unwrap_or(PRIVATE).strip_prefix(PRIVATE)?;
    while !rest.is_empty() {
        let position = u64::from_be_bytes(take(&mut rest)?);
        let index = usize::try_from(position.checked_sub(first)?).ok()?;
        let entry = entries.get_mut(index)?;
        match take::<1>(&mut rest)? {
            [1] => entry.private = Some(take_part(&mut rest)?),
            [2] => entry.erased_by = Some(Position(u64::from_be_bytes(take(&mut rest)?))),
            _ => return None,
        }
    }
    Some(entries)
}

/// Whether an entry of a segment had a private part once.
pub(super) fn had_private(entry: &CopiedEntry) -> bool {
    Leaf::from_bytes(&entry.leaf).is_some_and(|leaf| leaf.private != NO_COMMITMENT)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn take_part(rest: &mut &[u8]) -> Option<CopiedPart> {
    let salt: [u8; SALT_BYTES] = take(rest)?;
    let length = u32::from_be_bytes(take(rest)?) as usize;
    let (bytes, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(CopiedPart {
        bytes: bytes.to_vec(),
        salt,
    })
}

/// Packs bytes; the same bytes always give the same.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    // Writing to memory does not fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

/// Unpacks bytes; `None` when they are not packed so, or are too many.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut unpacked = GzDecoder::new(packed).take(CHUNK_BYTES_MAX + 1);
    unpacked.read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= CHUNK_BYTES_MAX).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use base::Moment;

    use super::*;

    fn entry(position: u64) -> CopiedEntry {
        let has_private = position.is_multiple_of(2);
        let leaf = Leaf {
            position: Position(position),
            time: Moment::from_micros(7).unwrap(),
            kind: 10,
            command_id: [1; 16],
            actor: 1,
            programme: Position(3),
            facts: [2; 32],
            private: if has_private { [3; 32] } else { NO_COMMITMENT },
        };
        let part = |text: &str| CopiedPart {
            bytes: text.as_bytes().to_vec(),
            salt: [9; 32],
        };
        CopiedEntry {
            position: Position(position),
            leaf: leaf.to_bytes(),
            facts: part(&format!("facts {position}")),
            private: (has_private && position != 12).then(|| part("private")),
            erased_by: (position == 12).then_some(Position(99)),
        }
    }

    #[test]
    fn segments_are_read_as_they_were_written() {
        let entries: Vec<CopiedEntry> = (9..30).map(entry).collect();
        let (facts, private) = (facts_of(&entries), private_of(&entries).unwrap());
        assert_eq!(entries_of(&facts, Some(&private)), Some(entries.clone()));
        assert_eq!(unpack(&pack(&facts)), Some(facts.clone()));
        assert_eq!(pack(&facts), pack(&facts));
        assert!(had_private(&entries[3]) && !had_private(&entries[0]));
        assert_eq!(private_of(&entries[..1]), None);
        // Cut anywhere, it is none or holds fewer entries.
        for length in 0..facts.len() {
            let cut = entries_of(&facts[..length], None);
            assert!(cut.is_none_or(|found| found.len() < entries.len()));
        }
        for length in 0..private.len() {
            let cut = entries_of(&facts, Some(&private[..length]));
            assert!(cut.is_none_or(|found| found != entries));
        }
        assert_eq!(entries_of(&private, Some(&facts)), None);
    }
}
