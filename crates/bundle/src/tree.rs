//! Roots and proofs of a tree that is read tile by tile, so that none of it needs the leaves.
//!
//! A proof of a log of a thousand million entries reads a few dozen tiles. What a tile says is
//! believed only as far as the root bears it out: whoever does not trust the tiles' source checks
//! the result against a signed root. Read [`Tree::root_at`] first.

use std::collections::HashMap;

use base::Problem;

use crate::merkle::{self, Hash};
use crate::problems;
use crate::tiles::{self, TILE_HEIGHT, TILE_WIDTH};

/// The most tiles that a tree keeps in memory (2 MiB); proofs read far fewer.
const CACHE_TILES_MAX: usize = 256;

/// Where the hashes of a log lie.
pub trait TileSource {
    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// They are not there, or cannot be read.
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Problem>;
}

/// The tree over the first `size` leaves of a log.
pub struct Tree<'a> {
    source: &'a dyn TileSource,
    size: u64,
    cache: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'a> Tree<'a> {
    /// The tree of `size` leaves whose tiles `source` has.
    pub fn new(source: &'a dyn TileSource, size: u64) -> Tree<'a> {
        Tree {
            source,
            size,
            cache: HashMap::new(),
        }
    }

    /// The root of the tree over the first `size` leaves, which are at most the tree's.
    ///
    /// # Errors
    /// V210 when the tree is smaller; or a tile cannot be read.
    pub fn root_at(&mut self, size: u64) -> Result<Hash, Problem> {
        if size > self.size {
            return Err(problems::beyond_tree(size, self.size));
        }
        if size == 0 {
            return Ok(merkle::empty_root());
        }
        self.range(0, size)
    }

    /// The inclusion proof of the leaf at `index` (from 0) in the tree over the first `size`
    /// leaves, the sibling nearest the leaf first (RFC 6962 section 2.1.1).
    ///
    /// # Errors
    /// V210 when the leaf or the size is beyond the tree; or a tile cannot be read.
    pub fn inclusion_proof(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, Problem> {
        if size > self.size || index >= size {
            return Err(problems::beyond_tree(index.max(size), self.size));
        }
        let mut proof = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let middle = from + split_of(to - from);
            if index < middle {
                proof.push(self.range(middle, to)?);
                to = middle;
            } else {
                proof.push(self.range(from, middle)?);
                from = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// The proof that the tree over the first `old` leaves is the beginning of that over the first
    /// `size` (RFC 6962 section 2.1.2).
    ///
    /// # Errors
    /// V210 when `old` is 0 (nothing can be proved of it) or beyond `size`, or that beyond the
    /// tree; or a tile cannot be read.
    pub fn consistency_proof(&mut self, old: u64, size: u64) -> Result<Vec<Hash>, Problem> {
        if size > self.size || old == 0 || old > size {
            return Err(problems::beyond_tree(old.max(size), self.size));
        }
        let mut proof = Vec::new();
        let (mut from, mut to) = (0, size);
        let mut is_whole_old_tree = true;
        while old < to {
            let middle = from + split_of(to - from);
            if old <= middle {
                proof.push(self.range(middle, to)?);
                to = middle;
            } else {
                proof.push(self.range(from, middle)?);
                from = middle;
                is_whole_old_tree = false;
            }
        }
        if !is_whole_old_tree {
            proof.push(self.range(from, to)?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// The root of the subtree over the leaves from `from` to before `to`, which is one that the
    /// recursion of RFC 6962 meets: `from` is a multiple of the power of two at or above its width.
    fn range(&mut self, from: u64, to: u64) -> Result<Hash, Problem> {
        let width = to - from;
        if width.is_power_of_two() {
            return self.perfect(width.ilog2(), from);
        }
        let middle = from + split_of(width);
        let left = self.range(from, middle)?;
        let right = self.range(middle, to)?;
        Ok(merkle::node_hash(&left, &right))
    }

    /// The root of the perfect subtree of that height whose first leaf is `from`.
    fn perfect(&mut self, height: u32, from: u64) -> Result<Hash, Problem> {
        // Heights are below 64, so levels below 8.
        let level = (height / TILE_HEIGHT) as u8;
        let first = from >> (u32::from(level) * TILE_HEIGHT);
        let count = 1_u64 << (height % TILE_HEIGHT);
        let number = first / u64::from(TILE_WIDTH);
        let offset = (first % u64::from(TILE_WIDTH)) as usize;
        let hashes = self.tile(level, number)?;
        let subtree = hashes.get(offset..offset + count as usize);
        subtree
            .map(merkle::root_of)
            .ok_or_else(|| problems::tile_short(tiles::tile_path(level, number, TILE_WIDTH)))
    }

    fn tile(&mut self, level: u8, number: u64) -> Result<&[Hash], Problem> {
        if self.cache.len() >= CACHE_TILES_MAX && !self.cache.contains_key(&(level, number)) {
            self.cache.clear();
        }
        let width = tiles::width(self.size, level, number);
        Ok(match self.cache.entry((level, number)) {
            std::collections::hash_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.source.tile(level, number, width)?)
            }
        })
    }
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split_of(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{
        consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
        verify_inclusion,
    };
    use crate::tiles::GrowingTiles;

    struct Tiles(HashMap<(u8, u64), Vec<Hash>>);

    impl TileSource for Tiles {
        fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Problem> {
            let hashes = &self.0[&(level, number)];
            Ok(hashes[..usize::from(width)].to_vec())
        }
    }

    fn log(size: u64) -> (Vec<Hash>, Tiles) {
        let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut growing = GrowingTiles::new();
        let mut tiles = HashMap::new();
        for leaf in &leaves {
            for full in growing.push(*leaf) {
                tiles.insert((full.level, full.number), full.hashes);
            }
        }
        for (level, number, hashes) in growing.partial() {
            tiles.insert((level, number), hashes.to_vec());
        }
        (leaves, Tiles(tiles))
    }

    #[test]
    fn proofs_from_tiles_are_those_from_leaves() {
        for size in [1, 2, 3, 7, 255, 256, 257, 513, 1000] {
            let (leaves, tiles) = log(size);
            let mut tree = Tree::new(&tiles, size);
            for at in [1, 2, 3, 100, 255, 256, 257, 511, 512, size] {
                if at > size {
                    continue;
                }
                let old = &leaves[..at as usize];
                assert_eq!(tree.root_at(at).unwrap(), root_of(old));
                let expected = consistency_proof(&leaves, at as usize).unwrap();
                assert_eq!(tree.consistency_proof(at, size).unwrap(), expected);
                for index in [0, at / 2, at - 1] {
                    let expected = inclusion_proof(old, index as usize).unwrap();
                    assert_eq!(tree.inclusion_proof(index, at).unwrap(), expected);
                }
            }
        }
    }

    #[test]
    fn a_large_tree_is_proved_from_few_tiles() {
        let (leaves, tiles) = log(70_000);
        let root = root_of(&leaves);
        let mut tree = Tree::new(&tiles, 70_000);
        assert_eq!(tree.root_at(70_000).unwrap(), root);
        let proof = tree.inclusion_proof(69_999, 70_000).unwrap();
        verify_inclusion(&leaves[69_999], 69_999, 70_000, &proof, &root).unwrap();
        let proof = tree.consistency_proof(65_537, 70_000).unwrap();
        let old = root_of(&leaves[..65_537]);
        verify_consistency(65_537, 70_000, &proof, &old, &root).unwrap();
        assert!(tree.cache.len() < 10, "{} tiles", tree.cache.len());
    }

    #[test]
    fn what_lies_beyond_the_tree_is_refused() {
        let (_, tiles) = log(5);
        let mut tree = Tree::new(&tiles, 5);
        assert_eq!(tree.root_at(0).unwrap(), merkle::empty_root());
        assert_eq!(tree.root_at(6).unwrap_err().code, "V210");
        assert_eq!(tree.inclusion_proof(5, 5).unwrap_err().code, "V210");
        assert_eq!(tree.inclusion_proof(0, 6).unwrap_err().code, "V210");
        assert_eq!(tree.consistency_proof(0, 5).unwrap_err().code, "V210");
        assert_eq!(tree.consistency_proof(4, 3).unwrap_err().code, "V210");
    }
}
