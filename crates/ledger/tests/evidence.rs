//! Evidence as a story: filed once under its hash, whole or not at all.

use ledger::{EVIDENCE_BYTES_MAX, EvidenceHash, EvidenceStore};
use std::fs;
use std::io::{self, Read};

/// SHA-256("abc"), FIPS 180-2 appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn files_under(folder: &std::path::Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| if path.is_dir() { files_under(&path) } else { 1 })
        .sum()
}

#[test]
fn a_file_stands_under_the_hash_of_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    let hash = store.put(&b"abc"[..]).unwrap();
    assert_eq!(hash.to_string(), ABC);
    assert_eq!(hash, EvidenceHash::of(b"abc"));
    assert_eq!(
        store.path(hash),
        dir.path().join("evidence").join("ba").join(ABC)
    );
    assert_eq!(store.get(hash).unwrap(), b"abc");
    assert!(store.contains(hash));
    assert!(!store.contains(EvidenceHash::of(b"abd")));
    assert_eq!(
        store.get(EvidenceHash::of(b"abd")).unwrap_err().code,
        "L401"
    );
}

#[test]
fn the_same_file_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    for _ in 0..3 {
        store.put(&b"abc"[..]).unwrap();
    }
    assert_eq!(files_under(dir.path()), 1);
    let long = vec![7; 200_000];
    let hash = store.put(long.as_slice()).unwrap();
    assert_eq!(hash, EvidenceHash::of(&long));
    assert_eq!(store.get(hash).unwrap(), long);
}

#[test]
fn a_reader_that_fails_leaves_nothing() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the connection broke"))
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    let refused = store.put((&b"half"[..]).chain(Broken)).unwrap_err();
    assert_eq!(refused.code, "L109");
    assert_eq!(files_under(dir.path()), 0);
}

#[test]
fn a_file_beyond_the_limit_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    let refused = store
        .put(io::repeat(0).take(EVIDENCE_BYTES_MAX + 1))
        .unwrap_err();
    assert_eq!(refused.code, "L403");
    assert_eq!(files_under(dir.path()), 0);
}

#[test]
fn what_a_crash_left_half_written_is_no_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    store.put(&b"abc"[..]).unwrap();
    fs::write(dir.path().join("evidence/unfinished/0123"), b"ab").unwrap();
    assert_eq!(store.verify(&mut |_| ()).unwrap(), 1);
    assert_eq!(store.remove_unfinished().unwrap(), 1);
    assert_eq!(files_under(dir.path()), 1);
}

#[test]
fn only_the_64_digits_are_a_hash() {
    let upper = ABC.to_uppercase();
    let long = format!("{ABC}00");
    for text in [
        "",
        "ba",
        &upper,
        &long,
        &ABC[1..],
        &ABC[2..],
        "../../etc/passwd",
    ] {
        assert_eq!(EvidenceHash::parse(text), None, "{text}");
    }
    assert_eq!(EvidenceHash::parse(ABC).unwrap().to_string(), ABC);
}
