//! The same as `sql_agrees.rs` in PostgreSQL and DuckDB, where they are there.
//!
//! PostgreSQL: set `ZHICHENG_TEST_POSTGRES` to the URL of a database in which schemas may be made
//! (`psql` is used). DuckDB: `python3`, or what `ZHICHENG_TEST_PYTHON` names, can `import duckdb`.
//! Where one is missing the test says so and holds nothing.

mod common;

use std::fmt::Write as _;
use std::process::Command;

use common::answers::{Cell, Held, questions};
use common::{City, made_up, write_export};
use measure::Dialect;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn city() -> City {
    made_up(&mut ChaCha8Rng::seed_from_u64(11), 300)
}

/// Results as `#N` and the rows of question N, tab-separated with `\N` for null.
fn compare(questions: &[Held], output: &str) {
    let mut results: Vec<Vec<Vec<Cell>>> = Vec::new();
    for line in output.lines() {
        if line.starts_with('#') {
            results.push(Vec::new());
            continue;
        }
        let row =
            line.split('\t')
                .enumerate()
                .map(|(place, cell)| match (place, cell.parse::<i128>()) {
                    (_, _) if cell == "\\N" => Cell::Null,
                    (0, _) | (_, Err(_)) => Cell::Text(cell.to_owned()),
                    (_, Ok(number)) => Cell::Integer(number),
                });
        results.last_mut().unwrap().push(row.collect());
    }
    assert_eq!(
        results.len(),
        questions.len(),
        "{}",
        output.lines().last().unwrap_or_default()
    );
    for (question, rows) in questions.iter().zip(&results) {
        question.compare(rows);
    }
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("measure-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn postgres_agrees() {
    let Ok(url) = std::env::var("ZHICHENG_TEST_POSTGRES") else {
        eprintln!("PostgreSQL is not held against: ZHICHENG_TEST_POSTGRES is not set");
        return;
    };
    let (city, folder) = (city(), folder("postgres"));
    let schema = format!("measure_{}", std::process::id());
    let mut script = format!(
        "\\set ON_ERROR_STOP on\nset client_min_messages = warning;\ncreate schema {schema};\nset search_path = {schema};\n\\i schema.sql\n"
    );
    for name in write_export(&city.columns, Dialect::Postgres, &folder) {
        writeln!(
            script,
            "\\copy \"{name}\" from '{name}.csv' with (format csv, header)"
        )
        .unwrap();
    }
    let questions = questions(&city, Dialect::Postgres, 3);
    for (number, question) in questions.iter().enumerate() {
        writeln!(
            script,
            "\\echo #{number}\ncopy ({}) to stdout;",
            question.sql
        )
        .unwrap();
    }
    writeln!(script, "drop schema {schema} cascade;").unwrap();
    std::fs::write(folder.join("script.sql"), script).unwrap();
    let output = Command::new("psql")
        .args([&url, "-q", "-X", "-f", "script.sql"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    compare(&questions, &String::from_utf8(output.stdout).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

const DUCKDB: &str = r##"
import duckdb, pathlib
db = duckdb.connect()
db.execute(pathlib.Path("schema.sql").read_text())
for path in pathlib.Path(".").glob("*.csv"):
    db.execute(f"""copy "{path.stem}" from '{path.name}' (format csv, header)""")
for number, sql in enumerate(pathlib.Path("questions.sql").read_text().split(";;")[:-1]):
    print(f"#{number}")
    for row in db.execute(sql).fetchall():
        print("\t".join("\\N" if cell is None else str(cell) for cell in row))
"##;

#[test]
fn duckdb_agrees() {
    let python = std::env::var("ZHICHENG_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let is_there = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        eprintln!("DuckDB is not held against: {python} cannot import duckdb");
        return;
    }
    let (city, folder) = (city(), folder("duckdb"));
    write_export(&city.columns, Dialect::DuckDb, &folder);
    let questions = questions(&city, Dialect::DuckDb, 3);
    let all: String = questions
        .iter()
        .map(|question| format!("{};;", question.sql))
        .collect();
    std::fs::write(folder.join("questions.sql"), all).unwrap();
    let output = Command::new(&python)
        .args(["-c", DUCKDB])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    compare(&questions, &String::from_utf8(output.stdout).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}
