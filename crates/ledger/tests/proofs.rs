//! Proofs from a stored log: what it gives at every size is what arithmetic on all leaves gives.

mod common;

use base::Position;
use bundle::merkle::{Hash, consistency_proof, inclusion_proof, root_of};
use common::*;
use ledger::{Ledger, Nature};

/// A log of so many entries and their leaf hashes.
fn log(dir: &std::path::Path, size: u64) -> (Ledger, Vec<Hash>) {
    let mut ledger = Ledger::create(dir, "example.org/log", Nature::Real).unwrap();
    let numbered = |number: u64| entry(COUNT, number.into(), &number.to_string());
    let entries = (0..size).map(numbered).collect();
    ledger.append(at(1), &[], entries, fold).unwrap();
    let leaves = ledger
        .entries(..)
        .unwrap()
        .map(|entry| entry.unwrap().leaf_hash())
        .collect();
    (ledger, leaves)
}

#[test]
fn roots_and_proofs_of_every_size_are_those_of_the_leaves() {
    for size in [1, 2, 255, 256, 257, 700] {
        let dir = tempfile::tempdir().unwrap();
        let (ledger, leaves) = log(dir.path(), size);
        for at in [1, 2, 3, 100, 256, 257, 511, 512, 513, size] {
            if at > size {
                continue;
            }
            let old = &leaves[..at as usize];
            assert_eq!(ledger.root_at(Position(at)).unwrap(), root_of(old));
            assert_eq!(
                ledger
                    .consistency_proof(Position(at), Position(size))
                    .unwrap(),
                consistency_proof(&leaves, at as usize).unwrap()
            );
            assert_eq!(
                ledger
                    .inclusion_proof(Position(at), Position(size))
                    .unwrap(),
                inclusion_proof(&leaves, at as usize - 1).unwrap()
            );
        }
        assert_eq!(ledger.root_at(Position(size + 1)).unwrap_err().code, "V210");
        assert_eq!(
            ledger
                .inclusion_proof(Position(0), Position(size))
                .unwrap_err()
                .code,
            "L112"
        );
    }
}

#[test]
fn what_was_signed_is_kept_by_the_writer_only() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, _) = log(dir.path(), 3);
    assert_eq!(ledger.last_signed().unwrap(), None);
    assert!(ledger.keep_signed("one\n").unwrap());
    assert!(ledger.keep_signed("two\n").unwrap());
    let reader = Ledger::open_read_only(dir.path()).unwrap();
    assert_eq!(reader.last_signed().unwrap().as_deref(), Some("two\n"));
    assert!(!reader.keep_signed("three\n").unwrap());
    drop(ledger);
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(ledger.last_signed().unwrap().as_deref(), Some("two\n"));
}

#[test]
fn disclosed_entries_open_their_commitments() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, _) = log(dir.path(), 300);
    let mut count = 0;
    for disclosed in ledger.disclosed(Position(290)).unwrap() {
        let disclosed = disclosed.unwrap();
        let leaf = ledger::Leaf::from_bytes(&disclosed.entry.leaf).unwrap();
        let facts = &disclosed.entry.facts;
        let committed = ledger::commitment(ledger::Part::Facts, &disclosed.facts_salt, facts);
        assert_eq!(committed, leaf.facts);
        count += 1;
    }
    assert_eq!(count, 290);
}
