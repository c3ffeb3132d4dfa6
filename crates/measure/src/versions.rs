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
use crate::segment::Place;
use crate::table::{NULL, RowAt, Table, encode, fits};

/// What was ever said about the subjects of one type, where a single version does not say it all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histories {
    /// By the subject's number: entries in the order in which they were accepted.
    pub(crate) entries: HashMap<i32, Vec<Entry>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub from: i32,
    /// The column's place in the table.
    pub column: usize,
    pub cell: i64,
}

/// A span of days with all cells of the subject.
struct Version {
    days: (i32, i32),
    cells: Vec<i64>,
}

impl Histories {
    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let entries: usize = self.entries.values().map(Vec::capacity).sum();
        entries * size_of::<Entry>() + self.entries.capacity() * 32
    }

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
            let place = table.column(name).map(|(place, _)| place);
            let (found, Place::Column(column)) = declared
                .zip(place)
                .ok_or_else(|| problems::unknown_attribute(&schema.name, name))?
            else {
                return Err(problems::unknown_attribute(&schema.name, name));
            };
            let cell = encode(value, found, dictionaries)
                .ok_or_else(|| problems::wrong_value(&schema.name, name))?;
            if !found.personal {
                fresh.push(Entry {
                    from: from.number(),
                    column,
                    cell,
                });
            }
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
            .number_in(&key.column_type, id)
            .ok_or_else(full)?;
        let width = table.all_columns().count();
        let known = self.entries.contains_key(&number);
        let first = table.rows_of(i64::from(number)).next();
        let is_plain = |entry: &Entry| entry.cell != NULL || entry.column == 0;
        if !known && first.is_none() && fresh.iter().all(is_plain) {
            // The version says all that was said.
            return replace(table, number, &versions_of(&fresh, number, width), at.0);
        }
        let entries = self.entries.entry(number).or_default();
        if let Some(row) = first.filter(|_| !known) {
            let from = table.version(row).map_or(Day::MIN.number(), |days| days.0);
            let said = |column: usize| table.get(row, Place::Column(column));
            entries.extend(
                (0..width)
                    .map(|column| Entry {
                        from,
                        column,
                        cell: said(column),
                    })
                    .filter(|entry| entry.cell != NULL),
            );
        }
        entries.extend(fresh);
        replace(table, number, &versions_of(entries, number, width), at.0)
    }
}

/// Whether a subject's attributes would be taken, as [`Histories::take`] judges them.
pub(crate) fn check(table: &Table, attributes: &[(Arc<str>, Value)]) -> Result<(), Problem> {
    let schema = &table.schema;
    let key = schema.columns.first();
    let (key, _) = key.ok_or_else(|| problems::unknown_table(&schema.name))?;
    for (name, value) in attributes {
        let declared = schema.columns.get(name).filter(|_| name != key);
        let found = declared.and_then(|_| table.column(name));
        let Some((Place::Column(_), column)) = found else {
            return Err(problems::unknown_attribute(&schema.name, name));
        };
        if !fits(value, column) {
            return Err(problems::wrong_value(&schema.name, name));
        }
    }
    Ok(())
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
    let visible: Vec<RowAt> = table
        .rows_of(i64::from(number))
        .filter(|row| table.is_visible(*row, at))
        .collect();
    let same = |table: &Table, row: RowAt, version: &Version| {
        let mut cells = version.cells.iter().enumerate();
        table.version(row) == Some(version.days)
            && cells.all(|(place, cell)| table.get(row, Place::Column(place)) == *cell)
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
                table.rewrite(row, &version.cells);
                table.rewrite_version(row, version.days);
            }
            None => table.add_version(
                number.unsigned_abs().into(),
                at,
                version.days,
                &version.cells,
            )?,
        }
    }
    for row in free {
        table.hide(row, at);
    }
    Ok(())
}
