//! What a new version of a package says otherwise than the one before, row by row and cell by cell.
//!
//! Rows are those that count after extending, so that a change of an extended package is seen too. What
//! may not be changed is another question: [`crate::check_against`].

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::Sources;
use crate::flat::flatten;
use crate::rows::Row;
use crate::tables::Table;

/// A row that is new, gone or other.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Its table.
    pub table: &'static Table,
    /// Its key within the table, the parts joined by `/`; empty for the header.
    pub key: String,
    /// What it is called where it has a name; else empty in both languages.
    pub name: base::Text,
    /// What happened to it.
    pub change: Changed,
}

/// What happened to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// These columns say something else: name, text before, text now; empty where it says nothing.
    Cells(Vec<(&'static str, String, String)>),
}

/// The differences of a package from the version before, in the new one's order, what is gone last.
///
/// ```
/// use programme::{Sources, difference::{differences, Changed}};
/// let package = |year: &str| {
///     let text = format!(
///         "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\ntime_zone = \"Asia/Shanghai\"\nyear = \"{year}\"\n"
///     );
///     Sources::from_files("p", [("programme.toml".to_owned(), text)])
/// };
/// let found = differences(&package("2019"), &package("2018"));
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].change, Changed::Cells(vec![("year", "2018".into(), "2019".into())]));
/// ```
#[must_use]
pub fn differences(new: &Sources, old: &Sources) -> Vec<Difference> {
    let by_key = |sources: &Sources| -> IndexMap<(&'static str, String), Arc<Row>> {
        let (rows, _) = crate::rows(sources);
        rows.into_iter()
            .map(|row| ((row.table.name, key_of(&row)), row))
            .collect()
    };
    let (new, mut old) = (by_key(new), by_key(old));
    let mut found = Vec::new();
    for (key, row) in &new {
        let change = match old.shift_remove(key) {
            None => Changed::Added,
            Some(before) => {
                let cells = changed_cells(row, &before);
                if cells.is_empty() {
                    continue;
                }
                Changed::Cells(cells)
            }
        };
        found.push(difference(row, change));
    }
    found.extend(old.values().map(|row| difference(row, Changed::Removed)));
    found
}

fn difference(row: &Row, change: Changed) -> Difference {
    Difference {
        table: row.table,
        key: key_of(row),
        name: row.bilingual("name").cloned().unwrap_or_default(),
        change,
    }
}

/// The header of a package has no key: there is one.
fn key_of(row: &Row) -> String {
    if row.table.single {
        String::new()
    } else {
        row.key()
    }
}

fn text_of(row: &Row, column: &str) -> String {
    row.cell(column)
        .map(|cell| flatten(&cell.content))
        .unwrap_or_default()
}

fn changed_cells(new: &Row, old: &Row) -> Vec<(&'static str, String, String)> {
    let columns: BTreeSet<&'static str> =
        new.cells.keys().chain(old.cells.keys()).copied().collect();
    columns
        .into_iter()
        .map(|column| (column, text_of(old, column), text_of(new, column)))
        .filter(|(_, before, now)| before != now)
        .collect()
}
