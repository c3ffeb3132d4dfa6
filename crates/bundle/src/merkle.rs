//! The Merkle tree of RFC 6962 section 2.1, as pure arithmetic on hashes.
//!
//! It stands alone so that it can be checked against published vectors without a database: leaf
//! and node hashes, the compact right edge ([`Frontier`]) that lets a log grow without re-reading
//! itself, and inclusion and consistency proofs. Read [`Frontier::push`] first; `growing.rs`
//! cuts tiles from it.

use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest: 32 bytes.
pub type Hash = [u8; 32];

/// The most leaves of a tree: what both storages can count in a signed 64-bit column.
pub const SIZE_MAX: u64 = i64::MAX as u64;

/// The SHA-256 digest of the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The root of the tree without leaves: SHA-256 of the empty string.
///
/// ```
/// assert_eq!(bundle::merkle::empty_root()[..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// ```
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The hash of a leaf: SHA-256(0x00 ‖ leaf).
///
/// ```
/// // The first leaf of the known tree of Certificate Transparency is empty.
/// assert_eq!(bundle::merkle::leaf_hash(b"")[..4], [0x6e, 0x34, 0x0b, 0x9c]);
/// ```
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0x00], leaf])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
///
/// ```
/// use bundle::merkle::{leaf_hash, node_hash};
/// let root_of_two = node_hash(&leaf_hash(b""), &leaf_hash(&[0]));
/// assert_eq!(root_of_two[..4], [0xfa, 0xc5, 0x42, 0x03]);
/// ```
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0x01; 65];
    let (_, children) = bytes.split_at_mut(1);
    let (first, second) = children.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    sha256(&[&bytes])
}

/// The right edge of a growing tree: the roots of the perfect subtrees into which its leaves
/// divide, the largest first. A tree of `size` leaves has as many as `size` has one bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// The frontier of a tree of `size` leaves from the bytes that [`Frontier::to_bytes`] gave;
    /// `None` when their number does not fit the size or the size is above [`SIZE_MAX`].
    ///
    /// ```
    /// use bundle::merkle::{Frontier, leaf_hash};
    /// let mut tree = Frontier::new();
    /// for n in 0..5u8 { tree.push(leaf_hash(&[n])); }
    /// assert_eq!(Frontier::from_bytes(5, &tree.to_bytes()), Some(tree));
    /// assert_eq!(Frontier::from_bytes(5, &[0; 32]), None);
    /// ```
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Frontier> {
        let (nodes, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && nodes.len() == size.count_ones() as usize && size <= SIZE_MAX;
        fits.then(|| Frontier {
            size,
            nodes: nodes.to_vec(),
        })
    }

    /// The subtree roots one after another, the largest subtree first: 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.nodes.concat()
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash. Costs one node hash on average.
    ///
    /// ```
    /// use bundle::merkle::{Frontier, leaf_hash};
    /// let mut tree = Frontier::new();
    /// tree.push(leaf_hash(b""));
    /// assert_eq!(tree.root(), leaf_hash(b""));
    /// ```
    pub fn push(&mut self, leaf: Hash) {
        self.push_noting(leaf, &mut |_, _| ());
    }

    /// Adds a leaf and calls `completed(height, hash)` for each perfect subtree that it completes,
    /// from the leaf itself (height 0) upwards.
    pub fn push_noting(&mut self, leaf: Hash, completed: &mut dyn FnMut(u32, &Hash)) {
        let mut hash = leaf;
        completed(0, &hash);
        let mut height = 0;
        // A one bit of the size is a subtree of that height waiting for its right sibling. Bit 63
        // is never set (SIZE_MAX; nobody pushes 2^63 leaves), so the loop ends before it.
        while (self.size >> height) & 1 == 1
            && let Some(left) = self.nodes.pop()
        {
            hash = node_hash(&left, &hash);
            height += 1;
            completed(height, &hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.nodes.iter().rev();
        match smallest_first.next() {
            None => empty_root(),
            Some(last) => smallest_first.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// The root of the tree over `leaves` (leaf hashes, in order).
///
/// ```
/// use bundle::merkle::{empty_root, root_of};
/// assert_eq!(root_of(&[]), empty_root());
/// ```
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::new();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// Why a proof does not prove what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofFault {
    /// The leaf's index is not below the tree's size.
    IndexBeyondSize,
    /// The older tree is empty: it is consistent with every tree, so nothing can be proved.
    EmptyOldTree,
    /// The older tree is larger than the newer one.
    OldLargerThanNew,
    /// The proof has too many or too few hashes for these sizes.
    WrongLength,
    /// The hashes do not lead to the root.
    WrongRoot,
}

impl fmt::Display for ProofFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProofFault::IndexBeyondSize => "the leaf's index is beyond the tree's size",
            ProofFault::EmptyOldTree => "nothing can be proved about an empty older tree",
            ProofFault::OldLargerThanNew => "the older tree is larger than the newer one",
            ProofFault::WrongLength => "the proof has the wrong number of hashes",
            ProofFault::WrongRoot => "the hashes do not lead to the root",
        })
    }
}

impl std::error::Error for ProofFault {}

/// The largest power of two smaller than `n`, for `n` of at least 2 (RFC 6962 section 2.1).
fn split_of(n: usize) -> usize {
    1 << (n - 1).ilog2()
}

/// The inclusion proof of the leaf at `index` (from 0), the sibling nearest the leaf first;
/// `None` when there is no such leaf. Reads every leaf once.
///
/// ```
/// use bundle::merkle::{inclusion_proof, leaf_hash, root_of, verify_inclusion};
/// let leaves: Vec<_> = (0..7u8).map(|n| leaf_hash(&[n])).collect();
/// let proof = inclusion_proof(&leaves, 6).unwrap();
/// assert_eq!(proof.len(), 2);
/// assert!(verify_inclusion(&leaves[6], 6, 7, &proof, &root_of(&leaves)).is_ok());
/// ```
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut rest, mut index) = (leaves, index);
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split_of(rest.len()));
        if index < left.len() {
            proof.push(root_of(right));
            rest = left;
        } else {
            proof.push(root_of(left));
            index -= left.len();
            rest = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// The proof that the first `old_size` leaves are a prefix of `leaves`; `None` when `old_size` is
/// 0 or larger than the tree. Equal sizes have the empty proof.
///
/// ```
/// use bundle::merkle::{consistency_proof, leaf_hash, root_of, verify_consistency};
/// let leaves: Vec<_> = (0..7u8).map(|n| leaf_hash(&[n])).collect();
/// let proof = consistency_proof(&leaves, 3).unwrap();
/// assert!(verify_consistency(3, 7, &proof, &root_of(&leaves[..3]), &root_of(&leaves)).is_ok());
/// ```
pub fn consistency_proof(leaves: &[Hash], old_size: usize) -> Option<Vec<Hash>> {
    if old_size == 0 || old_size > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut rest, mut old_size) = (leaves, old_size);
    // SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2, from the outside in.
    let mut is_whole_old_tree = true;
    while old_size < rest.len() {
        let (left, right) = rest.split_at(split_of(rest.len()));
        if old_size <= left.len() {
            proof.push(root_of(right));
            rest = left;
        } else {
            proof.push(root_of(left));
            old_size -= left.len();
            rest = right;
            is_whole_old_tree = false;
        }
    }
    if !is_whole_old_tree {
        proof.push(root_of(rest));
    }
    proof.reverse();
    Some(proof)
}

/// Checks that the leaf with hash `leaf` stands at `index` (from 0) in the tree of `size` leaves
/// with this root (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofFault> {
    if index >= size {
        return Err(ProofFault::IndexBeyondSize);
    }
    let mut walk = Walk::new(index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        hash = match walk.up()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    walk.finish()?;
    (hash == *root).then_some(()).ok_or(ProofFault::WrongRoot)
}

/// Checks that the tree of `old_size` leaves is a prefix of the tree of `new_size` leaves
/// (RFC 9162 section 2.1.4.2). An older tree of size 0 is an error: nothing can be proved of it.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofFault> {
    if old_size == 0 {
        return Err(ProofFault::EmptyOldTree);
    }
    if old_size > new_size {
        return Err(ProofFault::OldLargerThanNew);
    }
    if old_size == new_size {
        if !proof.is_empty() {
            return Err(ProofFault::WrongLength);
        }
        return (old_root == new_root)
            .then_some(())
            .ok_or(ProofFault::WrongRoot);
    }
    // When the old tree is one perfect subtree, its root is where both walks begin.
    let (start, siblings) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofFault::WrongLength)?
    };
    let mut walk = Walk::new(old_size - 1, new_size - 1);
    walk.skip_right_turns();
    let (mut old, mut new) = (*start, *start);
    for sibling in siblings {
        match walk.up()? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    walk.finish()?;
    (old == *old_root && new == *new_root)
        .then_some(())
        .ok_or(ProofFault::WrongRoot)
}

/// On which side of the walked node its sibling stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: the node's number on its level and the last number there.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    fn new(node: u64, last: u64) -> Walk {
        Walk { node, last }
    }

    fn shift(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Goes up while the node is a right child, without asking for a sibling.
    fn skip_right_turns(&mut self) {
        while self.node & 1 == 1 {
            self.shift();
        }
    }

    /// Goes up to the next level on which the node has a sibling.
    fn up(&mut self) -> Result<Side, ProofFault> {
        if self.last == 0 {
            return Err(ProofFault::WrongLength);
        }
        let is_left_of_sibling = self.node & 1 == 0 && self.node != self.last;
        if is_left_of_sibling {
            self.shift();
            return Ok(Side::Right);
        }
        // The last node of a level may have no sibling for some levels.
        while self.node & 1 == 0 && self.node != 0 {
            self.shift();
        }
        self.shift();
        Ok(Side::Left)
    }

    fn finish(&self) -> Result<(), ProofFault> {
        (self.last == 0)
            .then_some(())
            .ok_or(ProofFault::WrongLength)
    }
}
