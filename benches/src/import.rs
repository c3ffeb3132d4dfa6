//! Import of CSV rows: checked against the programme, hashed into the tree, durable; beside SQLite's own CSV
//! import into a typed table and PostgreSQL's COPY, both durable as well and without any check beyond types.

use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::folder::{self, shown};
use crate::timing::{Side, alternate};

/// The table that the peers fill: the same four columns, no constraint but not to be empty.
const TABLE: &str = "create table inspection (day text not null, unit text not null, number text not null, result text not null)";

/// Measures the import.
///
/// # Errors
/// `zhicheng` or sqlite3 is not there, or the disk refuses.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let rows = bench.size(folder::ROWS, 50_000);
    let file = folder::csv(bench, 0, rows)?;
    let mut resident = Vec::new();
    let mut ours = || {
        let dir = folder::empty(bench, "import")?;
        let taken = folder::run(&[
            "import",
            "--data",
            shown(&dir),
            folder::RECORD_TYPE,
            shown(&file),
        ])?;
        resident.push(taken.resident_max);
        Ok(taken.seconds)
    };
    let database = bench.out.join("import.sqlite");
    let mut sides: Vec<Side<'_>> = vec![
        ("zhicheng".to_owned(), Box::new(&mut ours)),
        (
            "SQLite .import".to_owned(),
            Box::new(|| sqlite(&database, &file)),
        ),
    ];
    if let Some(url) = &bench.postgres {
        sides.push((
            "PostgreSQL COPY".to_owned(),
            Box::new(|| postgres(url, &file)),
        ));
    }
    let names: Vec<String> = sides.iter().map(|(name, _)| name.clone()).collect();
    // An import of a million rows is long enough to need fewer rounds.
    let taken = alternate(bench.rounds.min(3), &mut sides)?;
    drop(sides);
    let mut measured = names
        .into_iter()
        .zip(taken.into_iter().map(Measured::seconds));
    let (_, seconds) = measured
        .next()
        .ok_or_else(|| Failure::new("nothing was measured"))?;
    let mut notes = vec![
        "from the command's start to its end, the database closed and on the disk".to_owned(),
        "peers check nothing but that no cell is empty, and keep one copy without hashes"
            .to_owned(),
    ];
    if bench.postgres.is_none() {
        notes.push("PostgreSQL left out: no --postgres URL".to_owned());
    }
    let rows_shown = format!("Import of {rows} CSV rows");
    let memory = Row {
        work: format!("{rows_shown}: memory of the process"),
        ours: Measured {
            unit: Unit::Bytes,
            runs: resident,
        },
        peers: Vec::new(),
        goal: Goal::Under(200e6, 150e6),
        notes: vec!["peak of resident memory, the records in memory included".to_owned()],
    };
    let import = Row {
        work: format!("{rows_shown}, checked, hashed, durable"),
        ours: seconds,
        peers: measured.collect(),
        goal: Goal::Within(4.0, 2.0),
        notes,
    };
    Ok(Findings {
        rows: vec![import, memory],
        ..Findings::default()
    })
}

/// SQLite's own import, by its own program: write-ahead log, every commit flushed, one transaction.
fn sqlite(database: &Path, file: &Path) -> Result<f64, Failure> {
    for ending in ["", "-wal", "-shm"] {
        // One of an earlier run, where there was one.
        drop(std::fs::remove_file(format!("{}{ending}", shown(database))));
    }
    let mut command = Command::new("sqlite3");
    command.arg(database).args([
        "pragma journal_mode = wal",
        "pragma synchronous = full",
        &format!("{TABLE} strict"),
        &format!(".import --csv --skip 1 {} inspection", shown(file)),
    ]);
    Ok(folder::watched(&mut command)?.seconds)
}

/// COPY from the client's side, by psql; the commit is durable unless the server says otherwise.
fn postgres(url: &str, file: &Path) -> Result<f64, Failure> {
    let psql = |statement: &str| {
        let mut command = Command::new("psql");
        command.args([url, "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]);
        folder::watched(&mut command)
    };
    psql("drop table if exists inspection")?;
    psql(TABLE)?;
    let taken = psql(&format!(
        "\\copy inspection from '{}' with (format csv, header true)",
        shown(file)
    ))?;
    psql("drop table inspection")?;
    Ok(taken.seconds)
}
