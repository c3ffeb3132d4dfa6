//! The tree as it is stored: full tiles of 256 hashes, and the right edge that is still growing.
//!
//! Tiles are those of C2SP tlog-tiles: tile `n` of level `l` holds the roots of the perfect
//! subtrees of height `8 l` numbered from `256 n`. A full tile never changes, so it is written once; what
//! is not full yet lives in memory ([`GrowingTiles`]) and is rebuilt from leaves and tiles when a ledger is opened.

use bundle::tiles::GrowingTiles;

use crate::merkle::{self, Hash};
use crate::problems;
use crate::store::{Store, StoredHead, Tile};
use base::{Moment, Position, Problem};

/// The number of hashes in a full tile.
pub(crate) const TILE_HASHES: usize = 256;

/// The height of a tile: 2^8 = 256.
const TILE_HEIGHT: u32 = 8;

/// Levels beyond which no tree below 2^63 leaves reaches.
const LEVELS: u8 = 8;

/// The growing right edge as the storage knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    tiles: GrowingTiles,
}

impl Edge {
    /// The edge of the empty tree.
    pub(crate) fn new() -> Edge {
        Edge::default()
    }

    /// The number of leaves.
    pub(crate) fn size(&self) -> u64 {
        self.tiles.size()
    }

    /// The root of the tree.
    pub(crate) fn root(&self) -> Hash {
        self.tiles.root()
    }

    /// Adds a leaf by its hash; tiles that become full are added to `full`.
    pub(crate) fn push(&mut self, leaf: Hash, full: &mut Vec<Tile>) {
        full.extend(self.tiles.push(leaf));
    }

    /// The head row of the tree that ends here.
    pub(crate) fn head(&self, last_time: Option<Moment>) -> StoredHead {
        StoredHead {
            size: self.size(),
            root: self.root().to_vec(),
            frontier: self.tiles.frontier().to_bytes(),
            last_time,
        }
    }

    /// Adds the leaves that others appended, when they lead to `head`; tells whether they did.
    pub(crate) fn follow(&mut self, leaves: &[Vec<u8>], head: &StoredHead) -> bool {
        // Full tiles were written by whoever filled them.
        let mut full = Vec::new();
        for leaf in leaves {
            self.push(merkle::leaf_hash(leaf), &mut full);
        }
        self.head(head.last_time) == *head
    }

    /// Rebuilds the edge that `head` describes from stored leaves and tiles, and checks that both
    /// agree.
    pub(crate) fn rebuild(store: &dyn Store, head: &StoredHead) -> Result<Edge, Problem> {
        let broken = || problems::edge_broken(head.size);
        let mut partial = Vec::new();
        for level in 0..u32::from(LEVELS) {
            let first = tiles_of_level(head.size, level) * TILE_HASHES as u64;
            let nodes = nodes_of_level(head.size, level);
            let hashes: Vec<Hash> = match level.checked_sub(1) {
                None => {
                    let leaves = store.leaves(Position(first + 1), Position(nodes))?;
                    leaves.iter().map(|leaf| merkle::leaf_hash(leaf)).collect()
                }
                Some(below) => (first..nodes)
                    .map(|number| {
                        let tile = store.tile(below as u8, number)?;
                        let root = tile.and_then(|tile| root_of_tile(&tile));
                        root.ok_or_else(broken)
                    })
                    .collect::<Result<_, _>>()?,
            };
            partial.push(hashes);
        }
        // Fewer than a tile's hashes, or there are leaves missing.
        let tiles = GrowingTiles::from_partial(head.size, partial).ok_or_else(broken)?;
        let edge = Edge { tiles };
        (edge.head(head.last_time) == *head)
            .then_some(edge)
            .ok_or_else(broken)
    }
}

/// How many hashes a level has in a tree of `size` leaves.
fn nodes_of_level(size: u64, level: u32) -> u64 {
    size.checked_shr(level * TILE_HEIGHT).unwrap_or(0)
}

/// How many full tiles a level has in a tree of `size` leaves.
pub(crate) fn tiles_of_level(size: u64, level: u32) -> u64 {
    nodes_of_level(size, level + 1)
}

/// How many full tiles the tree of `size` leaves has.
pub(crate) fn tile_count(size: u64) -> u64 {
    (0..u32::from(LEVELS))
        .map(|level| tiles_of_level(size, level))
        .sum()
}

/// Whether the tree of `size` leaves has the full tile of that name.
pub(crate) fn has_tile(size: u64, level: i64, number: i64) -> bool {
    match (u8::try_from(level), u64::try_from(number)) {
        (Ok(level), Ok(number)) if level < LEVELS => {
            number < tiles_of_level(size, u32::from(level))
        }
        _ => false,
    }
}

/// The root of a full tile; `None` when it has not 256 hashes.
pub(crate) fn root_of_tile(bytes: &[u8]) -> Option<Hash> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() == TILE_HASHES).then(|| merkle::root_of(hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cheap distinct hash per leaf.
    fn leaf(number: u64) -> Hash {
        merkle::leaf_hash(&number.to_be_bytes())
    }

    #[test]
    fn tiles_are_full_exactly_when_256_hashes_below_them_are() {
        let mut edge = Edge::new();
        let mut full = Vec::new();
        let mut hashes = Vec::new();
        for number in 0..65_536 + 300 {
            hashes.push(leaf(number));
            edge.push(leaf(number), &mut full);
        }
        let names: Vec<_> = full.iter().map(|tile| (tile.level, tile.number)).collect();
        let mut expected: Vec<_> = (0..256).map(|number| (0, number)).collect();
        expected.extend([(1, 0), (0, 256)]);
        assert_eq!(names, expected);
        assert_eq!(full.len() as u64, tile_count(edge.size()));
        assert_eq!(full[3].hashes, hashes[3 * 256..4 * 256]);
        let second_level = full.iter().find(|tile| tile.level == 1).unwrap();
        assert_eq!(
            second_level.hashes[9],
            merkle::root_of(&hashes[9 * 256..10 * 256])
        );
        assert_eq!(edge.root(), merkle::root_of(&hashes));
    }

    #[test]
    fn tile_names_that_a_tree_has() {
        let table = [
            (255, 0, 0, false),
            (256, 0, 0, true),
            (256, 0, 1, false),
            (256, 1, 0, false),
            (65_536, 1, 0, true),
            (65_536, 0, 255, true),
            (65_536, 0, 256, false),
            (65_536, -1, 0, false),
            (65_536, 0, -1, false),
            (65_536, 8, 0, false),
        ];
        for (size, level, number, expected) in table {
            assert_eq!(
                has_tile(size, level, number),
                expected,
                "{size} {level} {number}"
            );
        }
    }
}
