//! Who may open a ledger: one writer, any number of readers beside it, and nobody a foreign file.

mod common;

use base::{Lang, Position};
use common::{COUNT, COUNTS, at, create, entry, fold, tamper, verify};
use ledger::{Ledger, Nature};
use std::fs;

on_both! {
fn a_ledger_opens_again_as_it_was(place) {
    // Sizes around the edges of tiles, and the number of entries that each append adds.
    let mut ledger = place.create();
    let mut size = 0u64;
    for count in [1, 2, 252, 1, 1, 255, 400, 3] {
        let group = (0..count).map(|_| entry(COUNT, u128::from(size + 1), "a"));
        ledger.append(at(0), &[], group.collect(), fold).unwrap();
        size += count;
        let head = ledger.head().unwrap();
        drop(ledger);
        ledger = Ledger::open(place.dir()).unwrap();
        assert_eq!(ledger.head().unwrap(), head);
        assert_eq!(head.size, Position(size));
    }
    let leaves: Vec<_> = ledger
        .entries(..)
        .unwrap()
        .map(|entry| entry.unwrap().leaf_hash())
        .collect();
    assert_eq!(
        ledger.head().unwrap().root,
        ledger::merkle::root_of(&leaves)
    );
    let report = verify(&ledger).unwrap();
    assert_eq!((report.tiles, report.commands, report.keys), (3, 8, 2));
    assert_eq!(ledger.nature(), Nature::Demonstration);
}
}

on_both! {
fn a_tree_of_three_levels_opens_again(place) {
    let mut ledger = place.create();
    let group = vec![entry(COUNT, 1, "a"); 65_536 + 300];
    ledger.append(at(0), &[], group, fold).unwrap();
    let head = ledger.head().unwrap();
    drop(ledger);
    let ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(ledger.head().unwrap(), head);
    assert_eq!(verify(&ledger).unwrap().tiles, 258);
}
}

#[test]
fn a_second_writer_is_refused_and_told_who_writes() {
    let dir = tempfile::tempdir().unwrap();
    let first = create(dir.path());
    let refused = Ledger::open(dir.path()).err().unwrap();
    assert_eq!(refused.code, "L105");
    let process = format!("(process {})", std::process::id());
    assert!(refused.what(Lang::En).contains(&process));
    let refused = Ledger::create(dir.path(), "o", Nature::Real).err().unwrap();
    assert_eq!(refused.code, "L105");
    drop(first);
    assert!(Ledger::open(dir.path()).is_ok());
}

on_both! {
fn a_reader_beside_a_writer_sees_what_is_accepted_and_holds_still(place) {
    let mut writer = place.create();
    let mut reader = Ledger::open_read_only(place.dir()).unwrap();
    assert_eq!(reader.nature(), Nature::Demonstration);
    writer
        .append(at(0), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    assert_eq!(reader.head().unwrap(), writer.head().unwrap());

    let still = reader.state().unwrap();
    let mut entries = reader.entries(..).unwrap();
    writer
        .append(at(0), &[], vec![entry(COUNT, 2, "a")], fold)
        .unwrap();
    assert_eq!(still.position(), Position(1));
    assert_eq!(
        still.get(COUNTS, b"a").unwrap(),
        Some((Position(1), vec![1]))
    );
    assert_eq!(still.scan(COUNTS, b"").count(), 1);
    assert_eq!(entries.by_ref().count(), 1);
    drop(still);
    // The entries still hold the reader where they began.
    assert_eq!(reader.head().unwrap().size, Position(1));
    drop(entries);
    assert_eq!(
        reader.get(COUNTS, b"a").unwrap(),
        Some((Position(2), vec![2]))
    );
    assert_eq!(verify(&reader).unwrap(), verify(&writer).unwrap());

    let refused = reader.append(at(0), &[], vec![entry(COUNT, 3, "a")], fold);
    assert_eq!(base::Problem::from(refused.unwrap_err()).code, "L106");
    // It reads on when the writer has gone, and one opens when nobody writes.
    drop(writer);
    assert_eq!(reader.head().unwrap().size, Position(2));
    drop(reader);
    let alone = Ledger::open_read_only(place.dir()).unwrap();
    assert_eq!(alone.head().unwrap().size, Position(2));
}
}

#[test]
fn what_is_no_ledger_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    for refused in [
        Ledger::open(&missing),
        Ledger::open(dir.path()),
        Ledger::open_read_only(dir.path()),
    ] {
        assert_eq!(refused.err().unwrap().code, "L101");
    }
    assert!(!missing.exists());
    fs::write(
        dir.path().join("ledger.sqlite"),
        "some text that is longer than a header",
    )
    .unwrap();
    assert_eq!(Ledger::open(dir.path()).err().unwrap().code, "L103");

    let other = tempfile::tempdir().unwrap();
    tamper(other.path(), "CREATE TABLE cat (name TEXT)");
    assert_eq!(Ledger::open(other.path()).err().unwrap().code, "L103");
    let refused = Ledger::create(other.path(), "o", Nature::Real)
        .err()
        .unwrap();
    assert_eq!(refused.code, "L102");

    let newer = tempfile::tempdir().unwrap();
    drop(create(newer.path()));
    tamper(newer.path(), "PRAGMA user_version = 99");
    assert_eq!(Ledger::open(newer.path()).err().unwrap().code, "L104");
    assert_eq!(
        Ledger::open_read_only(newer.path()).err().unwrap().code,
        "L104"
    );
}

#[test]
fn a_creation_that_was_cut_short_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ledger.sqlite"), "").unwrap();
    assert_eq!(Ledger::open(dir.path()).err().unwrap().code, "L103");
    drop(create(dir.path()));
    assert!(Ledger::open(dir.path()).is_ok());
}

/// A schema holds one ledger; a folder that could not be founded there names none.
#[test]
fn a_database_that_holds_a_ledger_is_not_founded_again() {
    let Some(place) = common::Place::postgres() else {
        return;
    };
    drop(place.create());
    let other = tempfile::tempdir().unwrap();
    let refused = Ledger::create_on(other.path(), place.storage(), "o", Nature::Real);
    assert_eq!(refused.err().unwrap().code, "L102");
    assert_eq!(Ledger::open(other.path()).err().unwrap().code, "L101");
    // The folder that names it opens it, and one that names nothing readable says so.
    assert!(Ledger::open(place.dir()).is_ok());
    fs::write(place.dir().join("ledger.postgres"), "two\nlines").unwrap();
    assert_eq!(Ledger::open(place.dir()).err().unwrap().code, "L117");
}
