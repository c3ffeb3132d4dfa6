//! Every table is tampered with, cell by cell, and verify names what was touched.

mod common;

use common::{COUNT, Place, REMOVE, at, entry, fold, private_entry, verify};
use ledger::{EvidenceStore, Ledger};
use std::fs;

/// 600 entries in several groups, two full tiles; entry 3 has a private part.
fn filled(place: &Place) -> Ledger {
    let mut ledger = place.create();
    let mut group = vec![
        entry(COUNT, 1, "a"),
        entry(COUNT, 2, "b"),
        private_entry(3, "c", "Zhang San"),
        entry(COUNT, 4, "a"),
        entry(REMOVE, 4, "b"),
    ];
    ledger.append(at(10), &[], group.clone(), fold).unwrap();
    group = (0..595)
        .map(|number| entry(COUNT, 1000 + number, "d"))
        .collect();
    ledger.append(at(20), &[], group, fold).unwrap();
    ledger
}

/// The blob `B` with another first byte, in SQL.
const OTHER: &str =
    "CAST(CASE substr(B, 1, 1) WHEN x'77' THEN x'78' ELSE x'77' END || substr(B, 2) AS BLOB)";

on_both! {
fn an_untouched_ledger_is_in_order(place) {
    let ledger = filled(place);
    let mut told = Vec::new();
    let report = ledger
        .verify(&mut |done, total| told.push((done, total)), fold)
        .unwrap();
    assert_eq!(report.size.0, 600);
    assert_eq!((report.tiles, report.commands, report.keys), (2, 599, 4));
    assert_eq!(told, [(1000, 1200), (1200, 1200)]);
}
}

on_both! {
fn each_touched_cell_is_named(place) {
    let change = |table: &str, column: &str, condition: &str| {
        let other = OTHER.replace("B,", &format!("{column},"));
        format!("UPDATE {table} SET {column} = {other} WHERE {condition}")
    };
    let sql = str::to_owned;
    // What is done to the file; the code of the problem; what its text names.
    let table = [
        (change("entry", "facts", "position = 2"), "L307", "entry 2 "),
        (
            change("entry", "facts_salt", "position = 600"),
            "L307",
            "entry 600 ",
        ),
        (
            sql("UPDATE entry SET facts = x'' WHERE position = 7"),
            "L307",
            "entry 7 ",
        ),
        (
            sql("UPDATE entry SET facts = NULL WHERE position = 7"),
            "L309",
            "entry 7",
        ),
        (
            sql("UPDATE entry SET facts_salt = NULL WHERE position = 7"),
            "L309",
            "entry 7",
        ),
        (
            sql("UPDATE entry SET facts_salt = x'00' WHERE position = 7"),
            "L307",
            "entry 7",
        ),
        (
            change("entry", "private", "position = 3"),
            "L308",
            "entry 3 ",
        ),
        (
            change("entry", "private_salt", "position = 3"),
            "L308",
            "entry 3 ",
        ),
        (
            sql("UPDATE entry SET private = NULL WHERE position = 3"),
            "L310",
            "entry 3,",
        ),
        (
            sql("UPDATE entry SET private = NULL, private_salt = NULL WHERE position = 3"),
            "L310",
            "entry 3,",
        ),
        (
            sql("UPDATE entry SET private = x'00' WHERE position = 4"),
            "L308",
            "entry 4 ",
        ),
        // The version, the position, the time (its last byte), the kind, a commitment.
        (change("entry", "leaf", "position = 4"), "L305", "entry 4 "),
        (leaf_byte(4, 9, "05"), "L305", "entry 4 "),
        (leaf_byte(4, 17, "01"), "L306", "entry 4 "),
        (leaf_byte(600, 17, "ff"), "L311", "root"),
        (leaf_byte(600, 19, "00"), "L311", "root"),
        (leaf_byte(4, 19, "00"), "L312", "tile 0 of level 0"),
        (leaf_byte(4, 60, "00"), "L307", "entry 4 "),
        (
            sql("UPDATE entry SET leaf = x'01' WHERE position = 4"),
            "L305",
            "entry 4 ",
        ),
        (
            sql("DELETE FROM entry WHERE position = 5"),
            "L303",
            "entry 5 is missing",
        ),
        (
            sql("DELETE FROM entry WHERE position = 600"),
            "L303",
            "entry 600 is missing",
        ),
        (
            sql(
                "INSERT INTO entry SELECT 601, leaf, facts, facts_salt, NULL, NULL FROM entry WHERE position = 600",
            ),
            "L304",
            "entry 601,",
        ),
        (
            sql(
                "INSERT INTO entry SELECT 0, leaf, facts, facts_salt, NULL, NULL FROM entry WHERE position = 600",
            ),
            "L303",
            "entry 1 is missing",
        ),
        (
            sql("UPDATE entry SET position = -1 WHERE position = 1"),
            "L303",
            "entry 1 is missing",
        ),
        (
            change("tile", "hashes", "number = 1"),
            "L312",
            "tile 1 of level 0",
        ),
        (
            sql("DELETE FROM tile WHERE number = 0"),
            "L313",
            "tile 0 of level 0",
        ),
        (
            sql("INSERT INTO tile VALUES (0, 2, x'00')"),
            "L314",
            "tile 2 of level 0",
        ),
        (
            sql("INSERT INTO tile VALUES (-1, 0, x'00')"),
            "L314",
            "tile 0 of level -1",
        ),
        (sql("UPDATE head SET size = 599"), "L304", "entry 600,"),
        (
            sql("UPDATE head SET size = 601"),
            "L303",
            "entry 601 is missing",
        ),
        (sql("UPDATE head SET size = -1"), "L311", "size"),
        (change("head", "root", "id = 1"), "L311", "root"),
        (change("head", "frontier", "id = 1"), "L311", "frontier"),
        (sql("UPDATE head SET last_time = 21"), "L311", "last_time"),
        (sql("UPDATE head SET last_time = NULL"), "L311", "last_time"),
        (
            sql("UPDATE head SET last_time = -9223372036854775808"),
            "L311",
            "last_time",
        ),
        (sql("DELETE FROM head"), "L311", "row"),
        (
            sql("UPDATE command SET position = 3 WHERE position = 2"),
            "L318",
            "00000002 ",
        ),
        (
            sql("UPDATE command SET position = 5 WHERE position = 4"),
            "L318",
            "00000004 ",
        ),
        (
            sql("UPDATE command SET position = -4 WHERE position = 4"),
            "L318",
            "00000004 ",
        ),
        (
            sql("UPDATE command SET id = x'ff' WHERE position = 2"),
            "L318",
            "00000002 ",
        ),
        (
            sql("DELETE FROM command WHERE position = 2"),
            "L318",
            "00000002 ",
        ),
        (
            sql("INSERT INTO command VALUES (x'fe', 2)"),
            "L318",
            "command fe ",
        ),
        (
            sql("INSERT INTO command VALUES (x'', 2)"),
            "L318",
            "command",
        ),
        (
            change("state", "value", "key = x'61'"),
            "L317",
            "key “a” of space 1",
        ),
        (
            sql("UPDATE state SET version = 3 WHERE key = x'61'"),
            "L317",
            "stored version: entry 3, replayed: entry 4",
        ),
        (
            sql("UPDATE state SET key = x'6161' WHERE key = x'61'"),
            "L315",
            "key “a” of space 1",
        ),
        (sql("DELETE FROM state WHERE space = 2"), "L315", "space 2"),
        (
            sql("INSERT INTO state VALUES (1, x'00', 1, x'')"),
            "L316",
            "key 0x00 of space 1",
        ),
        (
            sql("INSERT INTO state VALUES (9, x'61', 1, x'')"),
            "L316",
            "key “a” of space 9",
        ),
        (
            sql("INSERT INTO state VALUES (-1, x'61', 1, x'')"),
            "L316",
            "space -1",
        ),
        (
            sql("INSERT INTO state VALUES (65536, x'61', 1, x'')"),
            "L316",
            "space 65536",
        ),
        (
            sql("UPDATE meta SET value = 'real' WHERE key = 'nature'"),
            "L301",
            "nature",
        ),
        (
            sql("UPDATE meta SET value = 'x' WHERE key = 'nature'"),
            "L301",
            "nature",
        ),
        (
            sql("UPDATE meta SET value = 'x' WHERE key = 'origin'"),
            "L301",
            "origin",
        ),
        (
            sql("UPDATE meta SET value = 'x' WHERE key = 'created'"),
            "L301",
            "created",
        ),
        (
            sql("UPDATE meta SET value = '99' WHERE key = 'format'"),
            "L301",
            "format",
        ),
        (
            sql("UPDATE meta SET value = 'x' WHERE key = 'checksum'"),
            "L301",
            "checksum",
        ),
        (
            sql("DELETE FROM meta WHERE key = 'origin'"),
            "L301",
            "origin",
        ),
    ];
    for (sql, code, named) in table {
        let place = place.another();
        drop(filled(&place));
        place.tamper(&sql);
        let problem = match Ledger::open_read_only(place.dir()) {
            Ok(ledger) => verify(&ledger).expect_err(&sql),
            Err(problem) => problem,
        };
        let text = problem.what(base::Lang::En);
        assert_eq!(problem.code, code, "{sql}: {text}");
        assert!(format!("{text} ").contains(named), "{sql}: {text}");
    }
}
}

/// Sets one byte (from 1) of a leaf.
fn leaf_byte(position: u64, byte: usize, value: &str) -> String {
    let (before, after) = (byte - 1, byte + 1);
    format!(
        "UPDATE entry SET leaf = CAST(substr(leaf, 1, {before}) || x'{value}' || substr(leaf, {after}) AS BLOB)
         WHERE position = {position}"
    )
}

on_both! {
fn reading_a_touched_entry_fails_without_verify(place) {
    drop(filled(place));
    place.tamper("UPDATE entry SET facts = x'00' WHERE position = 2");
    let ledger = Ledger::open_read_only(place.dir()).unwrap();
    assert_eq!(ledger.entry(base::Position(2)).unwrap_err().code, "L307");
    assert!(ledger.entry(base::Position(1)).is_ok());
    let first_fault = ledger.entries(..).unwrap().find_map(Result::err);
    assert_eq!(first_fault.unwrap().code, "L307");
}
}

on_both! {
fn a_writer_refuses_to_go_on_from_a_broken_edge(place) {
    let table = [
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET frontier = x''",
        "UPDATE head SET size = 599",
        "UPDATE entry SET leaf = x'01' WHERE position = 600",
        "DELETE FROM entry WHERE position = 590",
        "DELETE FROM tile WHERE number = 1",
    ];
    for sql in table {
        let place = place.another();
        drop(filled(&place));
        place.tamper(sql);
        assert_eq!(
            Ledger::open(place.dir()).err().unwrap().code,
            "L320",
            "{sql}"
        );
    }
}
}

/// `STRIcT` is still read, but such a table takes a text where a number belongs.
#[test]
fn a_turned_letter_in_the_description_of_a_table_is_found() {
    let place = Place::sqlite();
    drop(filled(&place));
    let file = place.dir().join("ledger.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let word = bytes
        .windows(6)
        .position(|window| window == b"STRICT")
        .unwrap();
    bytes[word + 4] ^= 0x20;
    fs::write(&file, bytes).unwrap();
    let problem = verify(&Ledger::open(place.dir()).unwrap()).unwrap_err();
    assert_eq!(problem.code, "L302");
    assert!(
        problem
            .line(base::Lang::En)
            .contains("sqlite_schema: table"),
        "{problem:?}"
    );
}

#[test]
fn damage_below_the_tables_is_found() {
    let place = Place::sqlite();
    drop(filled(&place));
    let file = place.dir().join("ledger.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    // The type byte of a b-tree page in the middle of the file (pages of 4 KiB).
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page] ^= 0x40;
    fs::write(&file, bytes).unwrap();
    let ledger = Ledger::open_read_only(place.dir()).unwrap();
    assert_eq!(verify(&ledger).unwrap_err().code, "L302");
}

on_both! {
fn a_fold_that_decides_otherwise_is_named(place) {
    let ledger = filled(place);
    let refusing = |state: &ledger::StateView<'_>, entry: &ledger::Entry| {
        if entry.position.0 == 5 {
            return Err(common::refused_by_fold(entry.position));
        }
        fold(state, entry)
    };
    let problem = ledger.verify(&mut |_, _| (), refusing).unwrap_err();
    assert_eq!(problem.code, "L319");
    assert!(
        problem
            .what(base::Lang::En)
            .contains("replay refused entry 5")
    );
}
}

#[test]
fn touched_evidence_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = EvidenceStore::at(dir.path());
    assert_eq!(store.verify(&mut |_| ()).unwrap(), 0);
    let hash = store.put(&b"a photograph"[..]).unwrap();
    let other = store.put(&b"a scan"[..]).unwrap();
    assert_eq!(store.verify(&mut |_| ()).unwrap(), 2);

    let path = store.path(hash);
    fs::write(&path, b"b photograph").unwrap();
    assert_eq!(store.get(hash).unwrap_err().code, "L402");
    let problem = store.verify(&mut |_| ()).unwrap_err();
    assert_eq!(problem.code, "L402");
    assert!(problem.what(base::Lang::En).contains(&hash.to_string()));
    // Filing it again heals it.
    assert_eq!(store.put(&b"a photograph"[..]).unwrap(), hash);
    assert_eq!(store.verify(&mut |_| ()).unwrap(), 2);

    let strays = [
        path.with_file_name("note.txt"),
        dir.path().join("evidence").join("note.txt"),
        store.path(other).with_file_name(hash.to_string()),
    ];
    for stray in strays {
        fs::write(&stray, b"a photograph").unwrap();
        assert_eq!(store.verify(&mut |_| ()).unwrap_err().code, "L404");
        fs::remove_file(stray).unwrap();
    }
    fs::remove_file(path).unwrap();
    assert_eq!(store.get(hash).unwrap_err().code, "L401");
}
