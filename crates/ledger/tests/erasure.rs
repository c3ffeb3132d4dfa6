//! A private part is erased: every hash stays, nothing of the text is left in any file, and a part
//! that is missing without an entry that erased it is damage.

mod common;

use base::{Position, Problem};
use common::{Place, at, private_entry};
use ledger::{Change, Entry, Ledger, NewEntry, Space, StateView};
use std::fs;
use std::path::Path;

/// Position of an entry → its private part.
const PRIVATE: Space = Space(1);
/// An entry with a private part, which its fold keeps in the state.
const KEEP: u16 = 1;
/// Erases the private parts of the entries that its facts list, one byte each.
const ERASE: u16 = 13;

const SECRET: &str = "张三 138-0000-1234";

fn fold(_: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let row = |position: u64| position.to_be_bytes().to_vec();
    if entry.kind == KEEP {
        let put = |value| Change::Put {
            space: PRIVATE,
            key: row(entry.position.0),
            value,
        };
        return Ok(entry.private.clone().map(put).into_iter().collect());
    }
    let erase = |number: &u8| {
        let position = Position(u64::from(*number));
        [
            Change::Delete {
                space: PRIVATE,
                key: row(position.0),
            },
            Change::ErasePrivate { position },
        ]
    };
    Ok(entry.facts.iter().flat_map(erase).collect())
}

fn erasing(command: u128, numbers: &[u8]) -> NewEntry {
    NewEntry {
        facts: numbers.to_vec().into(),
        private: None,
        kind: ERASE,
        ..private_entry(command, "", "")
    }
}

/// 40 entries with private parts; that of entry 7 is the secret.
fn filled(place: &Place) -> Ledger {
    let mut ledger = place.create();
    let entries = (1..=40).map(|number| {
        let private = if number == 7 {
            SECRET.to_owned()
        } else {
            format!("other {number} ").repeat(30)
        };
        private_entry(number, "facts", &private)
    });
    ledger.append(at(10), &[], entries.collect(), fold).unwrap();
    ledger
}

fn verify(ledger: &Ledger) -> Result<ledger::VerifyReport, Problem> {
    ledger.verify(&mut |_, _| (), fold)
}

/// The files of a folder in which the secret stands.
fn files_with_secret(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let secret = SECRET.as_bytes();
        if bytes.windows(secret.len()).any(|window| window == secret) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

on_both! {
fn what_was_erased_is_in_no_file_and_every_hash_stays(place) {
    let mut ledger = filled(place);
    let leaf = ledger.entry(Position(7)).unwrap().leaf_hash();
    assert!(
        place.is_postgres() || !files_with_secret(place.dir()).is_empty(),
        "the search can find"
    );
    assert!(!ledger.needs_scrub().unwrap());

    ledger
        .append(at(20), &[], vec![erasing(100, &[7])], fold)
        .unwrap();
    assert!(ledger.needs_scrub().unwrap());
    assert!(ledger.scrub().unwrap());
    assert!(!ledger.needs_scrub().unwrap());
    assert_eq!(files_with_secret(place.dir()), Vec::<String>::new());

    let entry = ledger.entry(Position(7)).unwrap();
    assert_eq!(
        (entry.private.clone(), entry.erased_by),
        (None, Some(Position(41)))
    );
    assert_eq!(entry.leaf_hash(), leaf);
    let other = ledger.entry(Position(8)).unwrap();
    assert_eq!((other.private.is_some(), other.erased_by), (true, None));
    let report = verify(&ledger).unwrap();
    assert_eq!((report.size.0, report.erased, report.keys), (41, 1, 39));

    // What comes after stands on the same tree.
    ledger
        .append(
            at(30),
            &[],
            vec![private_entry(200, "facts", "later")],
            fold,
        )
        .unwrap();
    drop(ledger);
    let ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(verify(&ledger).unwrap().erased, 1);
}
}

on_both! {
fn a_scrub_that_readers_hold_up_is_done_again(place) {
    let mut ledger = filled(place);
    let reader = Ledger::open_read_only(place.dir()).unwrap();
    let still = reader.state().unwrap();
    assert_eq!(still.position(), Position(40));
    ledger
        .append(at(20), &[], vec![erasing(100, &[7])], fold)
        .unwrap();
    assert!(!ledger.scrub().unwrap());
    assert!(ledger.needs_scrub().unwrap(), "it is not forgotten");
    drop(still);
    assert!(ledger.scrub().unwrap());
    assert_eq!(files_with_secret(place.dir()), Vec::<String>::new());
    verify(&ledger).unwrap();
}
}

on_both! {
fn an_entry_erases_only_what_came_before_it_and_only_once(place) {
    let mut ledger = filled(place);
    for numbers in [[41], [50], [0]] {
        let refused = ledger
            .append(at(20), &[], vec![erasing(100, &numbers)], fold)
            .unwrap_err();
        assert_eq!(Problem::from(refused).code, "L208");
    }
    ledger
        .append(at(20), &[], vec![erasing(100, &[7, 7])], fold)
        .unwrap();
    ledger
        .append(at(20), &[], vec![erasing(101, &[7, 8])], fold)
        .unwrap();
    let by = |position| ledger.entry(Position(position)).unwrap().erased_by;
    assert_eq!((by(7), by(8)), (Some(Position(41)), Some(Position(42))));
    assert_eq!(verify(&ledger).unwrap().erased, 2);
}
}

on_both! {
fn what_is_missing_or_back_without_an_entry_that_says_so_is_named(place) {
    let table = [
        // Removed from outside, with and without a note of it.
        (
            "UPDATE entry SET private = NULL, private_salt = NULL WHERE position = 9",
            "L310",
            "entry 9,",
        ),
        (
            "UPDATE entry SET private = NULL, private_salt = NULL WHERE position = 9;
             INSERT INTO erased VALUES (9, 41, 1)",
            "L321",
            "entry 9 ",
        ),
        ("UPDATE erased SET by = 40", "L321", "entry 7 "),
        ("UPDATE erased SET by = 7", "L321", "entry 7 "),
        ("DELETE FROM erased", "L310", "entry 7,"),
        (
            "UPDATE entry SET private = x'00', private_salt = x'00' WHERE position = 7",
            "L322",
            "entry 7",
        ),
        (
            "UPDATE entry SET private_salt = x'00' WHERE position = 7",
            "L322",
            "entry 7",
        ),
        (
            "UPDATE entry SET leaf = CAST(substr(leaf, 1, 83) || zeroblob(32) AS BLOB) WHERE position = 7",
            "L321",
            "entry 7 ",
        ),
    ];
    for (sql, code, what) in table {
            let place = place.another();
        let mut ledger = filled(&place);
        ledger
            .append(at(20), &[], vec![erasing(100, &[7])], fold)
            .unwrap();
        drop(ledger);
        place.tamper(sql);
        let problem = verify(&Ledger::open_read_only(place.dir()).unwrap()).unwrap_err();
        assert_eq!(problem.code, code, "{sql}: {problem}");
        assert!(problem.what.en.contains(what), "{sql}: {problem}");
    }
}
}

#[test]
fn a_part_that_was_put_back_with_its_salt_is_named() {
    let place = Place::sqlite();
    let dir = place.dir();
    drop(filled(&place));
    let file = || rusqlite::Connection::open(dir.join("ledger.sqlite")).unwrap();
    let kept: (Vec<u8>, Vec<u8>) = file()
        .query_row(
            "SELECT private, private_salt FROM entry WHERE position = 7",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    Ledger::open(dir)
        .unwrap()
        .append(at(20), &[], vec![erasing(100, &[7])], fold)
        .unwrap();
    file()
        .execute(
            "UPDATE entry SET private = ?1, private_salt = ?2 WHERE position = 7",
            kept,
        )
        .unwrap();
    file().execute_batch("DELETE FROM erased").unwrap();
    let problem = verify(&Ledger::open_read_only(dir).unwrap()).unwrap_err();
    assert_eq!(problem.code, "L322", "{problem}");
}

on_both! {
fn the_state_is_thrown_away_and_replayed(place) {
    let mut ledger = filled(place);
    ledger
        .append(at(20), &[], vec![erasing(100, &[7])], fold)
        .unwrap();
    drop(ledger);
    place.tamper(
        "DELETE FROM state WHERE version < 5; UPDATE state SET value = x'00' WHERE version = 20;
         INSERT INTO state VALUES (9, x'61', 1, x'')",
    );
    let mut ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(verify(&ledger).unwrap_err().code, "L315");
    // A fold that refuses an entry leaves the state as it was.
    let refused = ledger.rebuild_state(&mut |_, _| (), |_, entry| {
        if entry.position == Position(30) {
            return Err(common::refused_by_fold(30));
        }
        Ok(Vec::new())
    });
    assert_eq!(refused.unwrap_err().code, "L319");
    assert_eq!(verify(&ledger).unwrap_err().code, "L315");
    let mut told = Vec::new();
    ledger
        .rebuild_state(&mut |done, total| told.push((done, total)), fold)
        .unwrap();
    assert_eq!(told, [(41, 41)]);
    assert_eq!(verify(&ledger).unwrap().keys, 39);
    assert_eq!(
        Ledger::open_read_only(place.dir())
            .unwrap()
            .rebuild_state(&mut |_, _| (), fold)
            .unwrap_err()
            .code,
        "L106"
    );
}
}

#[test]
fn an_evidence_file_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger::EvidenceStore::at(dir.path());
    let hash = store.put(&b"a scan"[..]).unwrap();
    assert!(store.remove(hash).unwrap());
    assert!(!store.contains(hash) && !store.remove(hash).unwrap());
    assert_eq!(store.verify(&mut |_| ()).unwrap(), 0);
}
