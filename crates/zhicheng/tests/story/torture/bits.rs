//! A bit turns: in any column of any table, in any byte of the database file, in a file of evidence, of a
//! snapshot, of the folder of keys. What
//! carries meaning is found by `verify` and named. Only bytes that no reader takes anything from (free space
//! of pages, counters of SQLite in the file's header) may turn unseen, and then every row reads as before.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bundle::{SignedCheckpoint, SignerKey};
use office::{Access, Office};
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::{Dice, short_or_long};
use crate::city::City;
use crate::files::samples;

/// A city with more than one full tile of entries, with evidence, a case, a revision.
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
    city.run(["case", "open", "assessment", "--day", "2018-01-02"])
        .ok();
    city.run(["checkpoint"]).ok();
    city.run(["verify"]).ok();
    city.is_damaged_on_purpose();
    city
}

/// The tables of the ledger with their columns.
fn columns(ledger: &Connection) -> Vec<(String, Vec<String>)> {
    let list = |sql: &str| -> Vec<String> {
        let mut statement = ledger.prepare(sql).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    };
    let tables = list(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    tables
        .into_iter()
        .map(|table| {
            let columns = list(&format!("SELECT name FROM pragma_table_info('{table}')"));
            (table, columns)
        })
        .collect()
}

/// The same value with a bit turned; `None` where nothing is.
fn turned(value: &Value, dice: &mut Dice) -> Option<Value> {
    Some(match value {
        Value::Null | Value::Real(_) => return None,
        Value::Integer(number) => Value::Integer(number ^ (1 << dice.below(20))),
        Value::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            *bytes.first_mut()? ^= 1;
            Value::Text(String::from_utf8(bytes).ok()?)
        }
        Value::Blob(bytes) if bytes.is_empty() => return None,
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            Value::Blob(bytes)
        }
    })
}

/// The code of the problem that `verify` names; `None` when it finds none.
fn found(data: &Path) -> Option<&'static str> {
    office::verify(data, &mut |_, _, _| {})
        .err()
        .map(|problem| {
            assert!(!problem.what(base::Lang::Zh).is_empty());
            problem.code
        })
}

#[test]
fn a_bit_of_any_column_of_any_row_is_found() {
    let city = city();
    let whole = std::fs::read(city.ledger_file()).unwrap();
    let mut dice = Dice::of("columns");
    let tables = columns(&Connection::open(city.ledger_file()).unwrap());
    assert!(tables.len() >= 6, "{tables:?}");
    let (mut turns, mut unseen) = (0, Vec::new());
    for (table, columns) in &tables {
        for column in columns {
            let rows: i64 = Connection::open(city.ledger_file())
                .unwrap()
                .query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| {
                    row.get(0)
                })
                .unwrap();
            let rows = usize::try_from(rows).unwrap();
            // Of a small table every row, since each is of its own kind.
            let tries = if rows <= 10 {
                rows.max(short_or_long(2, 100))
            } else {
                short_or_long(2, 100)
            };
            for number in 0..tries {
                if rows == 0 {
                    continue;
                }
                std::fs::write(city.ledger_file(), &whole).unwrap();
                let ledger = Connection::open(city.ledger_file()).unwrap();
                let offset = if rows <= 10 {
                    number % rows
                } else {
                    dice.below(rows)
                };
                let keys: Vec<&str> = columns.iter().map(String::as_str).collect();
                let select = format!(
                    "SELECT {} FROM \"{table}\" LIMIT 1 OFFSET {offset}",
                    keys.join(", ")
                );
                let row: Vec<Value> = ledger
                    .query_row(&select, [], |row| {
                        (0..keys.len()).map(|at| row.get(at)).collect()
                    })
                    .unwrap();
                let at = columns.iter().position(|name| name == column).unwrap();
                let Some(value) = turned(&row[at], &mut dice) else {
                    continue;
                };
                let same = keys
                    .iter()
                    .enumerate()
                    .map(|(at, key)| format!("{key} IS ?{}", at + 2));
                let update = format!(
                    "UPDATE OR IGNORE \"{table}\" SET {column} = ?1 WHERE {}",
                    same.collect::<Vec<_>>().join(" AND ")
                );
                let mut values = vec![value];
                values.extend(row);
                // A rule of the table itself may not let such a row be.
                let changed = ledger
                    .execute(&update, rusqlite::params_from_iter(values))
                    .unwrap_or(0);
                drop(ledger);
                if changed == 1 {
                    turns += 1;
                    if found(&city.data()).is_none() {
                        unseen.push(format!("{table}.{column} of row {offset}"));
                    }
                }
            }
        }
    }
    assert!(unseen.is_empty(), "{} of {turns}: {unseen:?}", unseen.len());
    let columns: usize = tables.iter().map(|(_, columns)| columns.len()).sum();
    assert!(turns >= columns, "{turns} turns in {columns} columns");
    println!(
        "{turns} turned bits in {columns} columns of {} tables",
        tables.len()
    );
}

/// Everything that can be read from the file: each row of each table, and what SQLite is told of them.
fn content(path: &Path) -> Option<Vec<String>> {
    let ledger = Connection::open(path).ok()?;
    let mut content = Vec::new();
    let tables = [
        "sqlite_schema",
        "meta",
        "entry",
        "tile",
        "head",
        "command",
        "state",
    ];
    let pragmas = ["application_id", "user_version", "encoding", "page_size"];
    let queries = tables
        .map(|table| format!("SELECT * FROM {table}"))
        .into_iter()
        .chain(pragmas.map(|pragma| format!("PRAGMA {pragma}")));
    for query in queries {
        let mut statement = ledger.prepare(&query).ok()?;
        let width = statement.column_count();
        let mut rows = statement.query(params![]).ok()?;
        while let Some(row) = rows.next().ok()? {
            let row: Vec<Value> = (0..width)
                .map(|at| row.get(at))
                .collect::<Result<_, _>>()
                .ok()?;
            content.push(format!("{query} {row:?}"));
        }
    }
    Some(content)
}

#[test]
fn a_bit_of_the_database_file_is_found_or_nothing_was_written_there() {
    let city = city();
    // What is in the write-ahead log goes into the file first.
    Connection::open(city.ledger_file())
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let whole = std::fs::read(city.ledger_file()).unwrap();
    let before = content(&city.ledger_file()).unwrap();
    let mut dice = Dice::of("bytes");
    let (mut seen, mut unseen) = (0, 0);
    let turns = short_or_long(120, 20_000);
    for turn in 0..turns {
        let mut bytes = whole.clone();
        // The header of the file more often than chance would.
        let at = if turn % 10 == 0 {
            dice.below(100)
        } else {
            dice.below(bytes.len())
        };
        bytes[at] ^= 1 << dice.below(8);
        for name in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let _ = std::fs::remove_file(city.data().join(name));
        }
        std::fs::write(city.ledger_file(), &bytes).unwrap();
        if found(&city.data()).is_some() {
            seen += 1;
            continue;
        }
        unseen += 1;
        assert!(
            content(&city.ledger_file()).as_ref() == Some(&before),
            "byte {at} of {} was turned, `verify` saw nothing, and something else is read",
            bytes.len()
        );
    }
    println!("{turns} turned bits: {seen} found, {unseen} where nothing is read from");
    assert!(seen > unseen, "{seen} {unseen}");
}

#[test]
fn a_bit_of_evidence_is_found_and_named() {
    let city = city();
    // `printf 'a scan' | sha256sum`
    let hash = "5bb626f4973a4d80adb3d956673807597303a694d5124d9c2298b1fa2811810f";
    let path = city.data().join("evidence").join(&hash[..2]).join(hash);
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, bytes).unwrap();
        let problem = office::verify(&city.data(), &mut |_, _, _| {}).unwrap_err();
        assert_eq!(problem.code, "L402");
        assert!(problem.what(base::Lang::En).contains(hash), "{problem}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(found(&city.data()), None, "what was healed is whole");
}

#[test]
fn a_bit_of_a_snapshot_is_found_and_named() {
    let city = city();
    let mut office = Office::open(&city.data(), Access::Write, &mut |_, _, _| {}).unwrap();
    office.save_snapshot().unwrap();
    drop(office);
    let folder = city.data().join("snapshots");
    let path = std::fs::read_dir(folder).unwrap().next().unwrap();
    let path = path.unwrap().path();
    let whole = std::fs::read(&path).unwrap();
    let mut dice = Dice::of("snapshots");
    for _ in 0..short_or_long(40, 4_000) {
        let mut bytes = whole.clone();
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
        std::fs::write(&path, bytes).unwrap();
        let problem = office::verify(&city.data(), &mut |_, _, _| {})
            .expect_err(&format!("byte {at} of {} of a snapshot", whole.len()));
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(problem.what(base::Lang::En).contains(name), "{problem}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(found(&city.data()), None, "what was healed is whole");
}

/// Has the present checkpoint cosigned by a witness; both copies of it then bear its word.
fn cosigned(city: &City) {
    let office = Office::open(&city.data(), Access::Write, &mut |_, _, _| {}).unwrap();
    let note = office.checkpoint().unwrap().to_string();
    let witness = SignerKey::from_seed("witness.example/w1", [9; 32]).unwrap();
    let (text, _) = note.split_once("\n\n").unwrap();
    let key = witness.cosigner();
    let mut line = key.id().to_be_bytes().to_vec();
    line.extend(witness.cosign(&format!("{text}\n"), 1_700_000_000));
    let line = format!("\u{2014} {} {}\n", key.name(), STANDARD.encode(line));
    let cosigned = SignedCheckpoint::parse(format!("{note}{line}").as_bytes()).unwrap();
    office.add_cosignature(&cosigned, &key).unwrap();
}

#[test]
fn a_bit_of_the_folder_of_keys_is_found_and_named() {
    let city = city();
    cosigned(&city);
    assert_eq!(found(&city.data()), None);
    let folder = city.data().join("keys");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let whole = std::fs::read(&path).unwrap();
        // The lock of whoever signs is empty, and only there to be locked.
        if whole.is_empty() {
            assert_eq!(name, "lock");
            continue;
        }
        let mut dice = Dice::of(&name[name.len().saturating_sub(4)..]);
        for turn in 0..short_or_long(60, whole.len() * 8) {
            let bit = match super::is_long() {
                true => turn,
                false => dice.below(whole.len() * 8),
            };
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).unwrap();
            let problem = office::verify(&city.data(), &mut |_, _, _| {});
            let problem = problem.expect_err(&format!("bit {bit} of {name}"));
            assert!(problem.what(base::Lang::En).contains(&name), "{problem}");
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(found(&city.data()), None, "what was healed is whole");
        names.push(name);
    }
    names.sort();
    assert!(names[0].ends_with(".skey"), "{names:?}");
    assert_eq!(names[1..], ["signed", "witnesses"]);
}

#[test]
fn a_bit_of_the_checkpoint_that_the_ledger_keeps_is_found() {
    let city = city();
    cosigned(&city);
    let ledger = Connection::open(city.ledger_file()).unwrap();
    let signed: String = ledger
        .query_row("SELECT value FROM meta WHERE key = 'signed'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let mut dice = Dice::of("signed");
    let mut turns = 0;
    for turn in 0..short_or_long(40, signed.len() * 7) {
        let bit = match super::is_long() {
            true => turn,
            false => dice.below(signed.len() * 7),
        };
        let mut bytes = signed.clone().into_bytes();
        bytes[bit / 7] ^= 1 << (bit % 7);
        // Where the text is none any more SQLite would not keep it as one.
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let update = "UPDATE meta SET value = ?1 WHERE key = 'signed'";
        ledger.execute(update, [&text]).unwrap();
        let problem = office::verify(&city.data(), &mut |_, _, _| {})
            .expect_err(&format!("bit {bit} of {signed}"));
        assert!(["O603", "O623"].contains(&problem.code), "{problem}");
        assert!(problem.what(base::Lang::En).contains("ledger"), "{problem}");
        turns += 1;
    }
    assert!(turns > 20);
}

/// Without its key a log is whole and cannot sign. It says so, says how to go on, and that way goes.
#[test]
fn a_missing_key_is_told_and_the_log_goes_on_with_another() {
    for lost in ["rotate", "renew-origin"] {
        let city = City::new("town");
        city.run(["checkpoint"]).ok();
        let whole = city.run(["verify"]).ok();
        assert!(whole.err.is_empty(), "{whole}");
        let folder = city.data().join("keys");
        let is_key = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "skey");
        let files = std::fs::read_dir(&folder).unwrap();
        let key = files
            .map(|entry| entry.unwrap().path())
            .find(is_key)
            .unwrap();
        std::fs::remove_file(&key).unwrap();
        city.run(["submit", "visit", "day=2018-05-01", "topic=tea"])
            .ok();
        let name = key.file_name().unwrap().to_str().unwrap();
        city.run(["verify"])
            .ok()
            .telling("[O621]")
            .telling(name)
            .telling("key rotate --lost");
        city.run(["checkpoint"])
            .refused("O602")
            .telling(name)
            .telling("key rotate --lost");
        let mut command = vec!["key", lost, "--reason", "the disk of the office was lost"];
        if lost == "rotate" {
            city.run_all(&command).refused("O602");
        }
        command.push("--lost");
        city.run_all(&command).ok();
        let whole = city.run(["verify"]).ok();
        assert!(whole.err.is_empty(), "{whole}");
        city.run(["checkpoint"]).ok();
    }
}
