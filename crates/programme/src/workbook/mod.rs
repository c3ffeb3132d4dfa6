//! A package as one workbook and back, without loss: an office edits sheets, a reviewer reads text.
//!
//! One sheet for each table that has rows, in the order of [`crate::tables`]; every cell is text.
//! Columns are flattened: `name.zh` and `name.en`, lists as `a; b`, pairs as `90 = 0; 97.5 = 4`. Three
//! more columns keep what a table has not: `#comment`, and in `#file` and `#order` where in the text
//! files the row stands. The sheet `#files` lists the files with the comments at their ends.

mod read;
mod write;

pub use read::from_workbook;
pub use write::to_workbook;

use crate::tables::{Column, Kind, Table};

/// The column with the comments of a row.
const COMMENT: &str = "#comment";
/// The column with the text file of a row.
const FILE: &str = "#file";
/// The column with the place of a row in its text file.
const ORDER: &str = "#order";
/// The sheet that lists the text files.
const FILES: &str = "#files";

/// One column of a sheet: which part of which column of the table it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// A whole column.
    Whole(&'static Column),
    /// The Chinese text of a bilingual column.
    Zh(&'static Column),
    /// The English text of a bilingual column.
    En(&'static Column),
    /// Comments.
    Comment,
    /// File.
    File,
    /// Place in the file.
    Order,
}

impl Head {
    fn heading(self) -> String {
        match self {
            Head::Whole(column) => column.name.to_owned(),
            Head::Zh(column) => format!("{}.zh", column.name),
            Head::En(column) => format!("{}.en", column.name),
            Head::Comment => COMMENT.to_owned(),
            Head::File => FILE.to_owned(),
            Head::Order => ORDER.to_owned(),
        }
    }

    fn column(self) -> Option<&'static Column> {
        match self {
            Head::Whole(column) | Head::Zh(column) | Head::En(column) => Some(column),
            _ => None,
        }
    }
}

/// The columns of a table's sheet.
fn heads(table: &'static Table) -> Vec<Head> {
    let of_columns = table.columns.iter().flat_map(|column| match column.kind {
        Kind::Bilingual => vec![Head::Zh(column), Head::En(column)],
        _ => vec![Head::Whole(column)],
    });
    of_columns
        .chain([Head::Comment, Head::File, Head::Order])
        .collect()
}
