//! Import of CSV rows: checked against the programme, hashed into the tree, durable; beside SQLite's own CSV
//! import into a typed table and PostgreSQL's COPY, both durable as well and without any check beyond types.

use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::folder::{self, shown};
use crate::timing::{Side, alternate};

/// The table that the peers fill: the same four columns, no constraint but not to be empty, and what `key` adds.
fn table(key: &str) -> String {
    format!(
        "create table inspection (day text not null, unit text not null, number text not null{key}, result text not null)"
    )
}

/// Measures the import: into SQLite beside SQLite's own, into PostgreSQL beside its COPY.
///
/// # Errors
/// `zhicheng` or sqlite3 is not there, or the disk refuses.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let rows = bench.size(folder::ROWS, 50_000);
    let file = folder::csv(bench, 0, rows)?;
    // An import of a million rows is long enough to need fewer rounds.
    let rounds = bench.rounds.min(3);
    let mut resident = Vec::new();
    let database = bench.out.join("import.sqlite");
    let mut sides: Vec<Side<'_>> = vec![
        (
            "zhicheng, SQLite".to_owned(),
            Box::new(|| {
                let dir = folder::empty(bench, "import")?;
                let taken = imported(&dir, &file)?;
                resident.push(taken.resident_max);
                Ok(taken.seconds)
            }),
        ),
        (
            "SQLite .import".to_owned(),
            Box::new(|| sqlite(&database, &file, "")),
        ),
        (
            "SQLite .import, no number twice".to_owned(),
            Box::new(|| sqlite(&database, &file, " primary key")),
        ),
    ];
    let names = names_of(&sides);
    let taken = alternate(rounds, &mut sides)?;
    drop(sides);
    let shown = format!("Import of {rows} CSV rows");
    let mut in_sqlite = row(
        format!("{shown}, checked, hashed, durable, SQLite"),
        names,
        taken,
    )?;
    in_sqlite.notes.push(
        "ours refuses a number that comes twice, as the type's key asks; the peer's plain table does not"
            .to_owned(),
    );
    let memory = Row {
        work: format!("{shown}: memory of the process"),
        ours: Measured {
            unit: Unit::Bytes,
            runs: resident,
        },
        peers: Vec::new(),
        goal: Goal::Under(200e6, 150e6),
        notes: vec!["peak of resident memory, the records in memory included".to_owned()],
    };
    let mut found = Findings {
        rows: vec![in_sqlite, memory],
        ..Findings::default()
    };
    match &bench.postgres {
        Some(url) => {
            let mut sides: Vec<Side<'_>> = vec![
                (
                    "zhicheng, PostgreSQL".to_owned(),
                    Box::new(|| {
                        psql(url, "drop schema if exists bench_import cascade")?;
                        let dir = folder::empty_on(bench, "import-postgres", &in_schema(url))?;
                        Ok(imported(&dir, &file)?.seconds)
                    }),
                ),
                (
                    "PostgreSQL COPY".to_owned(),
                    Box::new(|| postgres(url, &file)),
                ),
            ];
            let names = names_of(&sides);
            let taken = alternate(rounds.min(2), &mut sides)?;
            drop(sides);
            psql(url, "drop schema if exists bench_import cascade")?;
            let work = format!("{shown}, checked, hashed, durable, PostgreSQL");
            found.rows.push(row(work, names, taken)?);
        }
        None => found.left_out.push((
            "import".to_owned(),
            "PostgreSQL left out: no --postgres URL".to_owned(),
        )),
    }
    Ok(found)
}

fn imported(dir: &Path, file: &Path) -> Result<folder::Taken, Failure> {
    folder::run(&[
        "import",
        "--data",
        shown(dir),
        folder::RECORD_TYPE,
        shown(file),
    ])
}

/// The URL of the schema that ours keeps its ledger in.
fn in_schema(url: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}schema=bench_import")
}

fn names_of(sides: &[Side<'_>]) -> Vec<String> {
    sides.iter().map(|(name, _)| name.clone()).collect()
}

/// The row of the table: the first side beside the others.
fn row(work: String, names: Vec<String>, taken: Vec<Vec<f64>>) -> Result<Row, Failure> {
    let mut measured = names
        .into_iter()
        .zip(taken.into_iter().map(Measured::seconds));
    let (_, seconds) = measured
        .next()
        .ok_or_else(|| Failure::new("nothing was measured"))?;
    Ok(Row {
        work,
        ours: seconds,
        peers: measured.collect(),
        goal: Goal::Within(4.0, 2.0),
        notes: vec![
            "from the command's start to its end, the database closed and on the disk".to_owned(),
            "peers check nothing but that no cell is empty, and keep one copy without hashes"
                .to_owned(),
        ],
    })
}

/// SQLite's own import, by its own program: write-ahead log, every commit flushed, one transaction.
fn sqlite(database: &Path, file: &Path, key: &str) -> Result<f64, Failure> {
    for ending in ["", "-wal", "-shm"] {
        // One of an earlier run, where there was one.
        drop(std::fs::remove_file(format!("{}{ending}", shown(database))));
    }
    let mut command = Command::new("sqlite3");
    command.arg(database).args([
        "pragma journal_mode = wal",
        "pragma synchronous = full",
        &format!("{} strict", table(key)),
        &format!(".import --csv --skip 1 {} inspection", shown(file)),
    ]);
    Ok(folder::watched(&mut command)?.seconds)
}

/// COPY from the client's side, by psql; the commit is durable unless the server says otherwise.
fn postgres(url: &str, file: &Path) -> Result<f64, Failure> {
    psql(url, "drop table if exists inspection")?;
    psql(url, &table(""))?;
    let copy = format!(
        "\\copy inspection from '{}' with (format csv, header true)",
        shown(file)
    );
    let taken = psql(url, &copy)?;
    psql(url, "drop table inspection")?;
    Ok(taken.seconds)
}

fn psql(url: &str, statement: &str) -> Result<folder::Taken, Failure> {
    let mut command = Command::new("psql");
    command
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .args([url, "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]);
    folder::watched(&mut command)
}
