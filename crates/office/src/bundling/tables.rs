//! The tables of a bundle, in both forms: how they are written, and how they are held against the columns.
//!
//! Neither side is ever held whole: rows are made one after the other, and compared with the bytes of the CSV file
//! and the rows of the Parquet file as they are read.

use std::io::BufRead;

use base::Problem;
use bundle::Files;
use measure::{Dialect, ExportCell, ExportKind, ExportTable};
use sheet::{ParquetCell, ParquetIn, ParquetKind, ParquetOut};

use super::folder::{Folder, FolderOut, HashedFile};
use super::{problems, table_path};
use crate::folder::Progress;

/// Writes every table in both forms, and the statements that load them.
pub(crate) fn write(
    out: &mut FolderOut,
    tables: &[ExportTable<'_>],
    progress: Progress<'_>,
) -> Result<(), Problem> {
    let total = tables.len() as u64;
    for (done, table) in (0..).zip(tables) {
        progress(done, total, "tables");
        let path = table_path(&table.name, "csv");
        let mut file = out.begin(&path)?;
        table
            .write_csv(&mut file)
            .map_err(|error| problems::not_written(&path, error))?;
        out.end(&path, file)?;
        let path = table_path(&table.name, "parquet");
        let file = write_parquet(table, out.begin(&path)?)?;
        out.end(&path, file)?;
    }
    for (dialect, path) in LOADING {
        out.put(path, loading(tables, dialect).as_bytes())?;
    }
    Ok(())
}

/// Writes a table's rows as Parquet.
fn write_parquet(table: &ExportTable<'_>, file: HashedFile) -> Result<HashedFile, Problem> {
    let columns: Vec<(&str, ParquetKind)> = table
        .columns
        .iter()
        .map(|column| (&*column.name, parquet_kind(column.kind)))
        .collect();
    let mut out = ParquetOut::start(file, &columns)?;
    for row in table.rows() {
        let cells: Vec<ParquetCell<'_>> = row.iter().map(parquet_cell).collect();
        out.write(&cells)?;
    }
    out.finish()
}

fn parquet_kind(kind: ExportKind) -> ParquetKind {
    match kind {
        ExportKind::Integer => ParquetKind::Integer,
        ExportKind::Text => ParquetKind::Text,
    }
}

fn parquet_cell(cell: &ExportCell) -> ParquetCell<'_> {
    match cell {
        ExportCell::Null => ParquetCell::Null,
        ExportCell::Integer(number) => ParquetCell::Integer(*number),
        ExportCell::Text(text) => ParquetCell::Text(text),
    }
}

/// The statements that make and fill the tables, run from the bundle's folder.
pub(crate) const LOADING: [(Dialect, &str); 2] = [
    (Dialect::DuckDb, "tables/load.duckdb.sql"),
    (Dialect::Postgres, "tables/load.postgres.sql"),
];

/// The text of such a file.
pub(crate) fn loading(tables: &[ExportTable<'_>], dialect: Dialect) -> String {
    let mut text = String::new();
    for table in tables {
        let quoted = format!("\"{}\"", table.name.replace('"', "\"\""));
        let name = table.name.replace('\'', "''");
        text.push_str(&table.create_sql(dialect));
        text.push('\n');
        text.push_str(&match dialect {
            Dialect::Postgres => {
                format!("\\copy {quoted} from 'tables/{name}.csv' with (format csv, header true)\n")
            }
            _ => format!("insert into {quoted} select * from 'tables/{name}.parquet';\n"),
        });
    }
    text
}

/// Compares every table with its files.
///
/// # Errors
/// A file is missing, or the first row that is not what the columns have.
pub(crate) fn check(
    folder: &Folder,
    tables: &[ExportTable<'_>],
    progress: Progress<'_>,
) -> Result<(), Problem> {
    for (done, table) in (0..).zip(tables) {
        progress(done, tables.len() as u64, "tables");
        check_csv(folder, table)?;
        check_parquet(folder, table)?;
    }
    Ok(())
}

/// Compares what would be written now with what lies there, without holding either.
struct Comparing<'a> {
    file: Box<dyn BufRead + 'a>,
    line: u64,
}

impl std::io::Write for Comparing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let found = self.file.fill_buf()?;
            let length = found.len().min(rest.len());
            let (same, after) = rest.split_at(length);
            if length == 0 || found.get(..length) != Some(same) {
                let until = found
                    .iter()
                    .zip(same)
                    .take_while(|(found, expected)| found == expected);
                self.line += until.filter(|(found, _)| **found == b'\n').count() as u64;
                return Err(std::io::Error::other("differs"));
            }
            self.line += same.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.file.consume(length);
            rest = after;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn check_csv(files: &dyn Files, table: &ExportTable<'_>) -> Result<(), Problem> {
    let path = table_path(&table.name, "csv");
    let file = files
        .open(&path)?
        .ok_or_else(|| bundle::problems::file_missing(&path))?;
    let mut comparing = Comparing { file, line: 0 };
    let is_same = table.write_csv(&mut comparing).is_ok();
    let is_at_end = comparing.file.fill_buf().is_ok_and(<[u8]>::is_empty);
    if is_same && is_at_end {
        return Ok(());
    }
    // The header is no row, so the number of lines before is that of the row.
    Err(problems::table_differs(path, comparing.line))
}

fn check_parquet(folder: &Folder, table: &ExportTable<'_>) -> Result<(), Problem> {
    let path = table_path(&table.name, "parquet");
    let file = folder
        .file(&path)?
        .ok_or_else(|| bundle::problems::file_missing(&path))?;
    let damaged = |_| problems::table_differs(&path, 0);
    let read = ParquetIn::open(file).map_err(damaged)?;
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.to_string(), parquet_kind(column.kind)))
        .collect();
    if read.columns().map_err(damaged)? != columns {
        return Err(problems::table_differs(&path, 0));
    }
    let mut expected = table.rows();
    let mut last = 0;
    read.rows(&mut |number, row| {
        last = number;
        let is_same = expected.next().is_some_and(|expected| {
            expected.len() == row.len()
                && expected
                    .iter()
                    .zip(row)
                    .all(|(expected, found)| parquet_cell(expected) == *found)
        });
        if is_same {
            Ok(())
        } else {
            Err(problems::table_differs(&path, number))
        }
    })
    .map_err(|problem| {
        if problem.code == "O710" {
            problem
        } else {
            problems::table_differs(&path, last + 1)
        }
    })?;
    match expected.next() {
        None => Ok(()),
        Some(_) => Err(problems::table_differs(&path, last + 1)),
    }
}
