//! Merkle proofs, leaves and hashes from outside.
//!
//! An input is a recipe: the size of a tree, an index, an older size, then changes of the true proof.

use ledger::merkle::{
    Frontier, Hash, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};
use ledger::{EvidenceHash, LEAF_BYTES, Leaf};

use crate::Target;

pub const TARGET: Target = Target {
    name: "proof",
    asks: "a true proof holds, a changed one never; what is read is written as the same bytes",
    run,
    words: &["\0", "\u{1}", "\u{7f}", "\u{ff}"],
};

fn run(input: &[u8]) {
    bytes_round_trip(input);
    let [size, index, old_size, changes @ ..] = input else {
        return;
    };
    let size = usize::from(*size % 80) + 1;
    let index = usize::from(*index) % size;
    let old_size = usize::from(*old_size) % size + 1;
    // The tree is always the same, so that a corpus stays what it is.
    let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    let root = root_of(&leaves);
    let old_root = root_of(&leaves[..old_size]);

    let proof = inclusion_proof(&leaves, index).unwrap_or_default();
    let held = |index: u64, size: u64, proof: &[Hash]| {
        verify_inclusion(
            &leaves[index_of(index, size, leaves.len())],
            index,
            size,
            proof,
            &root,
        )
    };
    let (index, size) = (index as u64, size as u64);
    assert_eq!(held(index, size, &proof), Ok(()));
    let changed = change(&proof, changes);
    if changed != proof {
        assert!(held(index, size, &changed).is_err(), "{size} {index}");
    }
    let other = wide(changes);
    let _ = held(other, size, &changed);
    let _ = held(index, other, &changed);

    let proof = consistency_proof(&leaves, old_size).unwrap_or_default();
    let old = old_size as u64;
    assert_eq!(
        verify_consistency(old, size, &proof, &old_root, &root),
        Ok(())
    );
    let changed = change(&proof, changes);
    if changed != proof {
        assert!(verify_consistency(old, size, &changed, &old_root, &root).is_err());
    }
    let _ = verify_consistency(other, size, &changed, &old_root, &root);
    let _ = verify_consistency(old, other, &changed, &old_root, &root);
    assert!(verify_consistency(0, size, &changed, &old_root, &root).is_err());
}

/// A place within the leaves, for an index that may be anything.
fn index_of(index: u64, size: u64, leaves: usize) -> usize {
    if index < size && index < leaves as u64 {
        index as usize
    } else {
        0
    }
}

/// The first eight bytes as a number.
fn wide(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |first| u64::from_le_bytes(*first))
}

/// Changes a proof, three bytes of the recipe for each change: what, where, by what.
fn change(proof: &[Hash], recipe: &[u8]) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    for step in recipe.chunks_exact(3) {
        let [what, place, by] = [step[0], step[1], step[2]];
        let length = proof.len().max(1);
        let at = usize::from(place) % length;
        match what % 5 {
            0 => {
                if let Some(hash) = proof.get_mut(at) {
                    hash[usize::from(by) % 32] ^= by | 1;
                }
            }
            1 if at < proof.len() => drop(proof.remove(at)),
            2 => proof.insert(at.min(proof.len()), [by; 32]),
            3 if at < proof.len() => proof.swap(at, usize::from(by) % length),
            4 => proof.truncate(at),
            _ => {}
        }
    }
    proof
}

fn bytes_round_trip(input: &[u8]) {
    if let Some(bytes) = input.first_chunk::<LEAF_BYTES>()
        && let Some(leaf) = Leaf::from_bytes(bytes)
    {
        assert_eq!(leaf.to_bytes(), *bytes);
    }
    for size in [0, 1, 3, 7, u64::MAX] {
        if let Some(frontier) = Frontier::from_bytes(size, input) {
            assert_eq!(frontier.to_bytes(), input);
            let _ = frontier.root();
        }
    }
    if let Ok(text) = std::str::from_utf8(input)
        && let Some(hash) = EvidenceHash::parse(text)
    {
        assert_eq!(hash.to_string(), text);
    }
}
