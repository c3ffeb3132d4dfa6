//! What someone changes behind the ledger's back is found by `verify` and named.

use rusqlite::{Connection, params};

use crate::city::{City, Run};
use crate::files::samples;

/// A city with more than one full tile of entries, and evidence.
fn city() -> City {
    let mut city = City::new("town");
    let file = city.file("抽检.csv", samples("东乡", 270, 10));
    city.run(["import", "sample", &file]).ok();
    let scan = city.file("扫描件.pdf", b"a scan");
    city.run([
        "submit",
        "paper",
        "number=1",
        "day=2018-05-01",
        "--evidence",
        &scan,
    ])
    .ok();
    city.run(["verify"]).ok();
    city.is_damaged_on_purpose();
    city
}

/// Turns one bit of a stored value.
fn flip(city: &City, table: &str, column: &str, row: &str) {
    let connection = Connection::open(city.ledger_file()).unwrap();
    let select = format!("SELECT {column} FROM {table} WHERE {row}");
    let mut bytes: Vec<u8> = connection.query_row(&select, [], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = connection
        .execute(
            &format!("UPDATE {table} SET {column} = ? WHERE {row}"),
            params![bytes],
        )
        .unwrap();
    assert_eq!(changed, 1);
}

fn execute(city: &City, sql: &str) {
    let changed = Connection::open(city.ledger_file())
        .unwrap()
        .execute(sql, [])
        .unwrap();
    assert!(changed > 0, "{sql}");
}

fn named(city: &City, code: &str, what: &str) -> Run {
    city.run(["verify"]).refused(code).telling(what)
}

#[test]
fn a_bit_of_a_records_facts() {
    let city = city();
    flip(&city, "entry", "facts", "position = 100");
    named(&city, "L307", "100");
}

#[test]
fn a_bit_of_the_private_part() {
    let city = city();
    let ledger = Connection::open(city.ledger_file()).unwrap();
    let position: i64 = ledger
        .query_row(
            "SELECT max(position) FROM entry WHERE private IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    flip(&city, "entry", "private", &format!("position = {position}"));
    named(&city, "L308", &position.to_string());
}

#[test]
fn a_bit_of_a_leaf() {
    let city = city();
    flip(&city, "entry", "leaf", "position = 100");
    let run = city.run(["verify"]);
    assert!(
        run.code == 1 && run.err.contains("error[L3") && run.err.contains("100"),
        "{run}"
    );
}

#[test]
fn a_bit_of_a_tile() {
    let city = city();
    flip(&city, "tile", "hashes", "level = 0 AND number = 0");
    named(&city, "L312", "tile");
}

#[test]
fn a_tile_that_is_gone() {
    let city = city();
    execute(&city, "DELETE FROM tile WHERE level = 0 AND number = 0");
    named(&city, "L313", "tile");
}

#[test]
fn a_bit_of_the_state() {
    let city = city();
    let row = "(space, key) = (SELECT space, key FROM state WHERE length(value) > 40 ORDER BY space, key LIMIT 1)";
    flip(&city, "state", "value", row);
    named(&city, "L317", "state");
}

#[test]
fn a_row_of_the_state_that_is_gone() {
    let city = city();
    execute(
        &city,
        "DELETE FROM state WHERE (space, key) = (SELECT space, key FROM state ORDER BY space, key LIMIT 1)",
    );
    named(&city, "L315", "state");
}

#[test]
fn the_root() {
    let city = city();
    flip(&city, "head", "root", "1");
    named(&city, "L311", "root");
}

#[test]
fn an_entry_that_is_gone() {
    let city = city();
    execute(&city, "DELETE FROM entry WHERE position = 100");
    named(&city, "L303", "100");
}

#[test]
fn a_byte_of_the_evidence_and_evidence_that_is_gone() {
    let city = city();
    // `printf 'a scan' | sha256sum`
    let hash = "5bb626f4973a4d80adb3d956673807597303a694d5124d9c2298b1fa2811810f";
    let path = city.data().join("evidence").join(&hash[..2]).join(hash);
    std::fs::write(&path, b"a sCan").unwrap();
    named(&city, "L402", hash);
    std::fs::remove_file(&path).unwrap();
    named(&city, "L401", hash);
}

#[test]
fn a_demonstration_never_passes_for_real() {
    let city = city();
    execute(&city, "UPDATE meta SET value = 'real' WHERE key = 'nature'");
    let run = city.run(["verify"]);
    assert!(
        run.code == 1 && (run.err.contains("[L301]") || run.err.contains("[O108]")),
        "{run}"
    );
    // Even so it is not sealed officially.
    let minutes = city.file("纪要.pdf", "x");
    let run = city.run([
        "seal",
        "assessment",
        "--minutes",
        &minutes,
        "--approval",
        "1号",
    ]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_file_that_is_no_ledger() {
    let city = city();
    std::fs::write(city.ledger_file(), b"SQLite format 3\0 but not really").unwrap();
    let run = city.run(["verify"]);
    assert!(run.code == 1 && run.err.contains("error[L"), "{run}");
}
