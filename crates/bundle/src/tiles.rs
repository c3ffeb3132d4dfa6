//! The files of a log as C2SP tlog-tiles lays them out: tiles of 256 hashes and bundles of 256
//! entries, named so that a plain file server can serve them.
//!
//! Tile `n` of level `l` holds the roots of the perfect subtrees of height `8 l` numbered from
//! `256 n`; level 0 holds leaf hashes. A tile that is not full yet is partial: a folder of its
//! widths, `000.p/17`, which a full tile replaces. Read [`tile_path`] first.

use crate::merkle::{self, Hash};

/// The hashes of a full tile, and the entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The height of a tile: 2^8 = 256.
pub(crate) const TILE_HEIGHT: u32 = 8;

/// The longest entry of an entry bundle, in bytes.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// How many hashes or entries tile `number` of `level` has in a tree of `size` leaves: 0 to 256.
///
/// ```
/// use bundle::tiles::width;
/// // The example of C2SP tlog-tiles: 273 full tiles, then one of width 112; 17 and 1 above.
/// assert_eq!((width(70_000, 0, 272), width(70_000, 0, 273)), (256, 112));
/// assert_eq!((width(70_000, 1, 1), width(70_000, 2, 0), width(70_000, 3, 0)), (17, 1, 0));
/// ```
pub fn width(size: u64, level: u8, number: u64) -> u16 {
    let hashes = size
        .checked_shr(u32::from(level) * TILE_HEIGHT)
        .unwrap_or(0);
    let before = number.saturating_mul(u64::from(TILE_WIDTH));
    let width = hashes.saturating_sub(before).min(u64::from(TILE_WIDTH));
    // At most 256.
    width as u16
}

/// The tiles of a tree of `size` leaves that hold something: level, number, width.
pub fn tiles_of(size: u64) -> impl Iterator<Item = (u8, u64, u16)> {
    (0..8_u8).flat_map(move |level| {
        let hashes = size >> (u32::from(level) * TILE_HEIGHT);
        let tiles = hashes.div_ceil(u64::from(TILE_WIDTH));
        (0..tiles).map(move |number| (level, number, width(size, level, number)))
    })
}

/// `1234067` as `x001/x234/067`.
fn number_path(number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn with_width(path: String, width: u16) -> String {
    if width == TILE_WIDTH {
        path
    } else {
        format!("{path}.p/{width}")
    }
}

/// Where a tile lies.
///
/// ```
/// use bundle::tiles::tile_path;
/// assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
/// assert_eq!(tile_path(2, 0, 17), "tile/2/000.p/17");
/// ```
pub fn tile_path(level: u8, number: u64, width: u16) -> String {
    with_width(format!("tile/{level}/{}", number_path(number)), width)
}

/// Where a bundle of entries lies.
///
/// ```
/// use bundle::tiles::entries_path;
/// assert_eq!(entries_path(0, 256), "tile/entries/000");
/// assert_eq!(entries_path(1000, 3), "tile/entries/x001/000.p/3");
/// ```
pub fn entries_path(number: u64, width: u16) -> String {
    with_width(format!("tile/entries/{}", number_path(number)), width)
}

/// The folder of the partial widths that a full file at `path` replaces.
pub fn partial_folder(path: &str) -> String {
    format!("{path}.p")
}

/// The hashes of a tile; `None` when there are not exactly `width`.
pub fn read_tile(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() == usize::from(width)).then(|| hashes.to_vec())
}

/// The entries of a bundle, each after its length as two bytes, big-endian; `None` when there are
/// not exactly `width`.
///
/// ```
/// use bundle::tiles::{read_entries, write_entry};
/// let mut bytes = Vec::new();
/// assert!(write_entry(&mut bytes, b"one") && write_entry(&mut bytes, b""));
/// assert_eq!(bytes, b"\0\x03one\0\0");
/// assert_eq!(read_entries(&bytes, 2), Some(vec![b"one".as_slice(), b""]));
/// assert_eq!(read_entries(&bytes, 1), None);
/// ```
pub fn read_entries(bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length)?;
        entries.push(entry);
        rest = after;
    }
    (rest.is_empty() && entries.len() == usize::from(width)).then_some(entries)
}

/// Adds an entry to a bundle; `false` when it is longer than [`ENTRY_BYTES_MAX`].
pub fn write_entry(bytes: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else {
        return false;
    };
    bytes.extend(length.to_be_bytes());
    bytes.extend(entry);
    true
}

/// The tiles of a log that grows leaf by leaf: only its right edge is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrowingTiles {
    frontier: merkle::Frontier,
    /// Of each level, the hashes of its last tile, which is not full; as many levels as hold something.
    partial: Vec<Vec<Hash>>,
}

/// A tile that a leaf has filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Its level.
    pub level: u8,
    /// Its number on that level.
    pub number: u64,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
}

impl GrowingTiles {
    /// The tiles of the empty log.
    pub fn new() -> GrowingTiles {
        GrowingTiles::default()
    }

    /// The tiles of a log of `size` leaves, from the hashes of the last, not full tile of each level, the lowest
    /// first; `None` when there are not as many as such a log has.
    pub fn from_partial(size: u64, mut partial: Vec<Vec<Hash>>) -> Option<GrowingTiles> {
        let hashes_of = |level: usize| size.checked_shr(level as u32 * TILE_HEIGHT).unwrap_or(0);
        let fits = |(level, hashes): (usize, &Vec<Hash>)| {
            hashes.len() as u64 == hashes_of(level) % u64::from(TILE_WIDTH)
        };
        if hashes_of(partial.len()) > 0 || !partial.iter().enumerate().all(fits) {
            return None;
        }
        let used = (0..partial.len()).take_while(|level| hashes_of(*level) > 0);
        partial.truncate(used.count());
        let nodes = partial
            .iter()
            .rev()
            .flat_map(|hashes| perfect_roots(hashes));
        let nodes: Vec<Hash> = nodes.collect();
        Some(GrowingTiles {
            frontier: merkle::Frontier::from_bytes(size, &nodes.concat())?,
            partial,
        })
    }

    /// The tree's right edge.
    pub fn frontier(&self) -> &merkle::Frontier {
        &self.frontier
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Adds a leaf by its hash and gives the tiles that it fills, the lowest first.
    pub fn push(&mut self, leaf: Hash) -> Vec<FullTile> {
        let size = self.frontier.size() + 1;
        let mut full = Vec::new();
        let partial = &mut self.partial;
        self.frontier.push_noting(leaf, &mut |height, hash| {
            if !height.is_multiple_of(TILE_HEIGHT) {
                return;
            }
            let level = (height / TILE_HEIGHT) as usize;
            if partial.len() == level {
                partial.push(Vec::new());
            }
            // A subtree of a level is finished after those of the levels below it.
            let Some(hashes) = partial.get_mut(level) else {
                return;
            };
            hashes.push(*hash);
            if hashes.len() == usize::from(TILE_WIDTH) {
                full.push(FullTile {
                    // Heights stay below 64, so levels below 8.
                    level: level as u8,
                    number: (size >> (height + TILE_HEIGHT)) - 1,
                    hashes: std::mem::take(hashes),
                });
            }
        });
        full
    }

    /// The tiles that are not full, the lowest first: level, number, hashes.
    pub fn partial(&self) -> impl Iterator<Item = (u8, u64, &[Hash])> {
        let size = self.size();
        (0_u8..)
            .zip(&self.partial)
            .filter(|(_, hashes)| !hashes.is_empty())
            .map(move |(level, hashes)| {
                let number = size >> (u32::from(level + 1) * TILE_HEIGHT);
                (level, number, hashes.as_slice())
            })
    }
}

/// The roots of the perfect subtrees into which fewer than 256 hashes divide, the largest first.
fn perfect_roots(hashes: &[Hash]) -> Vec<Hash> {
    let mut roots = Vec::new();
    let mut rest = hashes;
    while !rest.is_empty() {
        let (subtree, others) = rest.split_at(1 << rest.len().ilog2());
        roots.push(merkle::root_of(subtree));
        rest = others;
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{leaf_hash, root_of};

    #[test]
    fn a_growing_log_has_the_tiles_that_its_size_says() {
        let mut growing = GrowingTiles::new();
        let (mut hashes, mut full) = (Vec::new(), Vec::new());
        for number in 0..66_000_u64 {
            let leaf = leaf_hash(&number.to_be_bytes());
            hashes.push(leaf);
            full.extend(growing.push(leaf));
            if ![1, 255, 256, 257, 65_535, 65_536, 66_000].contains(&(number + 1)) {
                continue;
            }
            let mut found: Vec<(u8, u64, u16)> = full
                .iter()
                .map(|tile| (tile.level, tile.number, 256))
                .chain(
                    growing
                        .partial()
                        .map(|(level, number, hashes)| (level, number, hashes.len() as u16)),
                )
                .collect();
            found.sort_unstable();
            let expected: Vec<_> = tiles_of(number + 1).collect();
            assert_eq!(found, expected, "{}", number + 1);
            assert_eq!(growing.root(), root_of(&hashes));
            let mut partial = growing.partial.clone();
            let again = GrowingTiles::from_partial(number + 1, partial.clone());
            assert_eq!(again.as_ref(), Some(&growing));
            assert_eq!(
                GrowingTiles::from_partial(number + 2, partial.clone()),
                None
            );
            // Levels that hold nothing yet change nothing.
            partial.resize(8, Vec::new());
            assert_eq!(GrowingTiles::from_partial(number + 1, partial), again);
        }
        // A hash of level 1 is the root of a full tile of level 0.
        let above = full.iter().find(|tile| tile.level == 1).unwrap();
        assert_eq!(above.hashes[9], root_of(&hashes[9 * 256..10 * 256]));
    }

    #[test]
    fn bundles_that_are_cut_or_too_long_are_none() {
        let mut bytes = Vec::new();
        assert!(write_entry(&mut bytes, b"entry"));
        for end in 0..bytes.len() {
            assert_eq!(read_entries(&bytes[..end], 1), None, "{end}");
        }
        bytes.push(0);
        assert_eq!(read_entries(&bytes, 1), None);
        assert!(!write_entry(&mut bytes, &[0; ENTRY_BYTES_MAX + 1]));
        assert_eq!(read_tile(&[0; 64], 2).map(|hashes| hashes.len()), Some(2));
        assert_eq!(read_tile(&[0; 63], 2), None);
        assert_eq!(read_tile(&[0; 64], 1), None);
    }
}
