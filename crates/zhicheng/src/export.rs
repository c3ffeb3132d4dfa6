//! Writing the exported tables where SQL engines read them: one SQLite file, or CSV files with the
//! statements that make and fill the tables; and as a workbook, where people read them. Rows are written
//! one after the other and never held. What the tables are is in `docs/export-schema.md`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use base::{Day, Scaled};
use measure::{Dialect, ExportCell, ExportColumn, ExportKind, ExportTable, Meaning, NOT_HIDDEN};
use office::Office;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, params_from_iter};
use sheet::{Cell as SheetCell, ColumnKind, ColumnOut, WorkbookStream};

use crate::failure::{Failure, Outcome, write};
use crate::problems;
use crate::progress::Progress;

/// What the export is of: a demonstration says so in every export (law 13).
fn about(office: &Office) -> Result<Vec<(&'static str, String)>, Failure> {
    let programme = office.programme()?;
    Ok(vec![
        ("nature", office::nature_name(office.nature()).to_owned()),
        ("programme", programme.id.to_string()),
        ("programme_version", programme.version.to_string()),
        ("position", office.position().0.to_string()),
    ])
}

const ABOUT: &str = "create table \"about\" (\"key\" text, \"value\" text);\n";

/// Writes all tables into a new SQLite file; one that is there is refused.
pub fn sqlite(office: &Office, path: &Path, progress: &mut Progress) -> Outcome {
    if path.exists() {
        return Err(problems::folder_taken(path.display()).into());
    }
    let failed =
        |error: rusqlite::Error| Failure::from(problems::cannot_write(path.display(), error));
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.execute_batch(ABOUT).map_err(failed)?;
    for (key, value) in about(office)? {
        connection
            .execute("insert into \"about\" values (?, ?)", (key, value))
            .map_err(failed)?;
    }
    for table in office.mirror().columns().export() {
        let transaction = connection.transaction().map_err(failed)?;
        transaction
            .execute_batch(&table.create_sql(Dialect::Sqlite))
            .map_err(failed)?;
        let marks = vec!["?"; table.columns.len()].join(", ");
        {
            let mut insert = transaction
                .prepare(&format!(
                    "insert into {} values ({marks})",
                    quoted(&table.name)
                ))
                .map_err(failed)?;
            for (done, row) in (1..).zip(table.rows()) {
                insert
                    .execute(params_from_iter(row.iter().map(to_sql)))
                    .map_err(failed)?;
                if done % 8192 == 0 {
                    progress.tell(done, done, &table.name);
                }
            }
        }
        // Without it, SQL that looks at a subject or at the unit tree takes hours over a large city.
        if let Some(index) = table.index_sql() {
            transaction.execute_batch(&index).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

fn to_sql(cell: &ExportCell) -> ToSqlOutput<'_> {
    match cell {
        ExportCell::Null => ToSqlOutput::from(rusqlite::types::Null),
        ExportCell::Integer(number) => ToSqlOutput::from(*number),
        ExportCell::Text(text) => ToSqlOutput::from(text.as_ref()),
    }
}

/// Writes each table as a CSV, with `tables.postgres.sql` and `tables.duckdb.sql` that make and fill them.
pub fn csv(office: &Office, dir: &Path, progress: &mut Progress) -> Outcome {
    std::fs::create_dir_all(dir)
        .map_err(|error| problems::cannot_write(dir.display(), crate::failure::why(&error)))?;
    let mut text = "\"key\",\"value\"\n".to_owned();
    for (key, value) in about(office)? {
        text.push_str(&format!("{},{}\n", quoted(key), quoted(&value)));
    }
    write(&dir.join("about.csv"), text.as_bytes())?;
    let tables = office.mirror().columns().export();
    for table in &tables {
        one_csv(table, &dir.join(format!("{}.csv", table.name)), progress)?;
    }
    for (file, dialect) in [
        ("tables.postgres.sql", Dialect::Postgres),
        ("tables.duckdb.sql", Dialect::DuckDb),
    ] {
        let mut text = format!("{ABOUT}{}", fill("about", dialect));
        for table in &tables {
            text.push_str(&table.create_sql(dialect));
            text.push('\n');
            text.push_str(&fill(&table.name, dialect));
            if let Some(index) = table.index_sql() {
                text.push_str(&index);
                text.push('\n');
            }
        }
        write(&dir.join(file), text.as_bytes())?;
    }
    Ok(())
}

/// How a table is filled from its CSV, run from the folder.
fn fill(table: &str, dialect: Dialect) -> String {
    let name = quoted(table);
    let file = table.replace('\'', "''");
    match dialect {
        // \copy reads on the client's side, so the server needs no right to the folder.
        Dialect::Postgres => {
            format!("\\copy {name} from '{file}.csv' with (format csv, header true)\n")
        }
        _ => format!("copy {name} from '{file}.csv' (header true);\n"),
    }
}

/// Writes all tables into one workbook, for people: days are dates, decimals have their point, and what is
/// not hidden has an empty cell for it. The first worksheet says what the workbook is. A table that is longer than
/// a worksheet goes on in others; each worksheet is told with the number of its rows.
pub fn workbook(office: &Office, path: &Path, progress: &mut Progress) -> Outcome {
    let mut book = WorkbookStream::new(&office.programme()?.name.zh)?;
    let about = about(office)?;
    let tables = office.mirror().columns().export();
    book.begin_table("about", &[ColumnOut::text("key"), ColumnOut::text("value")])?;
    for (key, value) in about {
        book.row([SheetCell::text(key), SheetCell::text(value)])?;
    }
    for table in &tables {
        let columns: Vec<ColumnOut> = table.columns.iter().map(column_out).collect();
        book.begin_table(&table.name, &columns)?;
        let mut rows = 0;
        for row in table.rows() {
            let cells = row.iter().zip(&table.columns);
            book.row(cells.map(|(cell, column)| cell_out(cell, column)))?;
            rows += 1;
            if rows % 8192 == 0 {
                progress.tell(rows, rows, &table.name);
            }
        }
    }
    let failed = |error: std::io::Error| {
        Failure::from(problems::cannot_write(
            path.display(),
            crate::failure::why(&error),
        ))
    };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let sheets = book.finish(&mut file)?;
    file.flush().map_err(failed)?;
    for (sheet, rows) in &sheets {
        outln!("{sheet}  {rows}");
    }
    Ok(())
}

fn column_out(column: &ExportColumn) -> ColumnOut {
    let kind = match (column.kind, column.meaning) {
        (ExportKind::Text, _) => ColumnKind::Text,
        (_, Meaning::Scaled(scale)) => ColumnKind::Number {
            decimals: Some(scale),
        },
        (_, Meaning::Day) => ColumnKind::Date,
        (_, Meaning::YesNo) => ColumnKind::Any,
        _ => ColumnKind::Number { decimals: None },
    };
    ColumnOut::of_kind(column.name.as_ref(), kind)
}

fn cell_out(cell: &ExportCell, column: &ExportColumn) -> SheetCell {
    match (cell, column.meaning) {
        (ExportCell::Null | ExportCell::Integer(NOT_HIDDEN), _) => SheetCell::Empty,
        (ExportCell::Text(text), _) => SheetCell::text(text.as_ref()),
        (ExportCell::Integer(number), Meaning::Scaled(scale)) => {
            SheetCell::Number(Scaled::new(*number, scale).to_string())
        }
        (ExportCell::Integer(number), Meaning::Day) => {
            let day = i32::try_from(*number).ok().and_then(Day::from_number);
            // The first and the last day there are mean "ever" and say nothing.
            day.filter(|day| *day != Day::MIN && *day != Day::MAX)
                .map_or(SheetCell::Empty, SheetCell::Date)
        }
        (ExportCell::Integer(number), Meaning::YesNo) => SheetCell::Bool(*number != 0),
        (ExportCell::Integer(number), _) => SheetCell::Number(number.to_string()),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn one_csv(table: &ExportTable<'_>, path: &Path, progress: &mut Progress) -> Outcome {
    progress.tell(0, 1, &table.name);
    let failed = |error: std::io::Error| {
        Failure::from(problems::cannot_write(
            path.display(),
            crate::failure::why(&error),
        ))
    };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    table.write_csv(&mut file).map_err(failed)?;
    file.flush().map_err(failed)
}
