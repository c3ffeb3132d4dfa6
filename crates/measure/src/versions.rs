//! Subjects' dated attributes as versions: rows that each hold for a span of days.
//!
//! An attribute's value on a day is that of the latest entry from that day or before; of two
//! entries for the same day the later accepted counts. Each change recomputes the subject's
//! versions and hides and adds only those that differ, so that every earlier position keeps
//! seeing what was known then.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Position, Problem};
use programme::schema::Value;

use crate::dictionary::Dictionaries;
use crate::problems;
use crate::table::{NULL, Table, encode};

/// What was ever said about the subjects of one type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histories {
    /// By the subject's number: entries in the order in which they were accepted.
    entries: HashMap<i32, Vec<Entry>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    from: i32,
    /// The column's place in the table.
    column: usize,
    cell: i64,
}

/// A span of days with all cells of the subject.
struct Version {
    days: (i32, i32),
    cells: Vec<i64>,
}

impl Histories {
    /// Takes up what holds from a day on.
    pub fn take(
        &mut self,
        table: &mut Table,
        dictionaries: &mut Dictionaries,
        id: &Arc<str>,
        from: Day,
        attributes: &[(Arc<str>, Value)],
        at: Position,
    ) -> Result<(), Problem> {
        let schema = table.schema.clone();
        let full = || problems::table_full(&schema.name);
        let (_, key) = schema
            .columns
            .first()
            .ok_or_else(|| problems::unknown_table(&schema.name))?;
        let mut fresh = Vec::with_capacity(attributes.len());
        for (name, value) in attributes {
            let declared = schema
                .columns
                .get(name)
                .filter(|column| column.name != key.name);
            let (found, column) = declared
                .zip(table.place_of(name))
                .ok_or_else(|| problems::unknown_attribute(&schema.name, name))?;
            let cell = encode(value, found, dictionaries)
                .ok_or_else(|| problems::wrong_value(&schema.name, name))?;
            fresh.push(Entry {
                from: from.number(),
                column,
                cell,
            });
        }
        if fresh.is_empty() {
            // Known, with nothing said: an empty entry of its own identity.
            fresh.push(Entry {
                from: from.number(),
                column: 0,
                cell: NULL,
            });
        }
        let number = dictionaries
            .of_column_mut(&key.column_type)
            .number_of(id)
            .ok_or_else(full)?;
        let entries = self.entries.entry(number).or_default();
        entries.extend(fresh);
        let versions = versions_of(entries, number, table.all_columns().len());
        replace(table, number, &versions, at.0)
    }
}

fn versions_of(entries: &[Entry], number: i32, width: usize) -> Vec<Version> {
    let mut starts: Vec<i32> = entries.iter().map(|entry| entry.from).collect();
    starts.sort_unstable();
    starts.dedup();
    // A stable sort keeps the order of acceptance within a day.
    let mut ordered = entries.to_vec();
    ordered.sort_by_key(|entry| entry.from);
    let mut cells = vec![NULL; width];
    let mut next = ordered.iter().peekable();
    let mut versions = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        while let Some(entry) = next.next_if(|entry| entry.from <= *start) {
            cells
                .get_mut(entry.column)
                .into_iter()
                .for_each(|cell| *cell = entry.cell);
        }
        cells
            .iter_mut()
            .take(1)
            .for_each(|cell| *cell = i64::from(number));
        let end = starts
            .get(index + 1)
            .map_or(Day::MAX.number(), |next| next - 1);
        versions.push(Version {
            days: (*start, end),
            cells: cells.clone(),
        });
    }
    versions
}

/// Hides the versions that no longer hold and adds those that are new.
fn replace(table: &mut Table, number: i32, versions: &[Version], at: u64) -> Result<(), Problem> {
    let rows: Vec<usize> = table
        .rows_of(i64::from(number))
        .iter()
        .map(|row| *row as usize)
        .collect();
    let visible: Vec<usize> = rows
        .into_iter()
        .filter(|row| table.is_visible(*row, at))
        .collect();
    let same = |table: &Table, row: usize, version: &Version| {
        table.version(row) == Some(version.days)
            && table
                .all_columns()
                .iter()
                .zip(&version.cells)
                .all(|(column, cell)| column.get(row) == *cell)
    };
    let mut kept = Vec::new();
    let mut free = Vec::new();
    for row in visible {
        if versions.iter().any(|version| same(table, row, version)) {
            kept.push(row);
        } else if table.span(row).0.0 == at {
            free.push(row); // nobody can have measured it: written anew
        } else {
            table.hide(row, at);
        }
    }
    for version in versions {
        if kept.iter().any(|row| same(table, *row, version)) {
            continue;
        }
        match free.pop() {
            Some(row) => {
                table.write_all(row, &version.cells);
                table.write_version(row, version.days);
            }
            None => {
                let row = table.add_empty(number.unsigned_abs().into(), at, Some(version.days))?;
                table.write_all(row, &version.cells);
            }
        }
    }
    for row in free {
        table.hide(row, at);
    }
    Ok(())
}
