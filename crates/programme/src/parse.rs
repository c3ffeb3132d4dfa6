//! One TOML file to rows: every fault in one run.
//!
//! A file that is sound TOML is read at once. In one that is not, each row is read on its own and a
//! broken entry is left out of its row, so that one missing quote hides nothing else. A row with
//! faults is still handed on with the cells that could be read: later checks then do not complain
//! about what is only misspelt. Reading several files into a package is [`crate::load`].

use std::collections::BTreeMap;
use std::ops::Range;

use base::{Problem, SourceText, Span};
use toml_edit::{Document, Item, Value};

use crate::cell::CELL_UNITS_MAX;
use crate::convert::{Convert, range_of};
use crate::problems_text as problem;
use crate::rows::Row;
use crate::tables::{self, Table};

/// A file's rows in their order, with what is needed to write the file again.
pub(crate) struct Parsed {
    /// The rows.
    pub rows: Vec<ParsedRow>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A row and where its entries stand.
pub(crate) struct ParsedRow {
    /// The row.
    pub row: Row,
    /// The bytes of its header `[[table]]`.
    pub header: Range<usize>,
    /// Column, bytes from the key's start to the value's end.
    pub entries: Vec<(&'static str, Range<usize>)>,
}

/// Reads one file.
pub(crate) fn parse_file(source: &SourceText, layer: usize) -> Parsed {
    let mut reader = Reader {
        source,
        layer,
        parsed: Parsed {
            rows: Vec::new(),
            problems: Vec::new(),
        },
    };
    match Document::parse(&*source.text) {
        Ok(document) => reader.document(&document, 0, &[]),
        Err(error) => {
            reader.blocks();
            // Sound rows can still not stand together in one file.
            if reader.parsed.problems.is_empty() {
                reader.whole_file(&error);
            }
        }
    }
    reader.parsed
}

/// Reads one file; what is done with broken text is in [`crate::broken`].
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a SourceText,
    layer: usize,
    pub(crate) parsed: Parsed,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::of_range(&self.source.name, range)
    }

    pub(crate) fn report(&mut self, problem: Problem, range: Range<usize>) {
        let span = self.span(range);
        self.parsed.problems.push(problem.at(span));
    }

    /// Reads the tables of a sound text that starts at byte `base` of the file.
    pub(crate) fn document(&mut self, document: &Document<&str>, base: usize, broken: &[String]) {
        let mut tables: Vec<(&toml_edit::Key, &toml_edit::Table, bool)> = Vec::new();
        let root = document.as_table();
        for (name, item) in root.iter() {
            let Some(key) = root.key(name) else { continue };
            match item {
                Item::ArrayOfTables(array) => {
                    tables.extend(array.iter().map(|table| (key, table, true)))
                }
                Item::Table(table) if !table.is_dotted() => tables.push((key, table, false)),
                _ => {
                    let range = key.span().unwrap_or(0..0);
                    self.report(
                        problem::key_outside(name),
                        base + range.start..base + range.end,
                    );
                }
            }
        }
        tables.sort_by_key(|(_, table, _)| table.span().map_or(0, |range| range.start));
        for (key, table, double) in tables {
            self.table(document.raw(), key.get(), table, double, base, broken);
        }
    }

    fn table(
        &mut self,
        raw: &str,
        name: &str,
        content: &toml_edit::Table,
        double: bool,
        base: usize,
        broken: &[String],
    ) {
        let header = header_range(raw, content.span().unwrap_or(0..0));
        let header = base + header.start..base + header.end;
        let Some(table) = tables::table(name) else {
            let names = tables::TABLES.iter().map(|table| table.name);
            return self.report(
                problem::unknown_table(name, crate::suggest(name, names)),
                header,
            );
        };
        if table.single && double {
            self.report(problem::double_brackets(name), header.clone());
        }
        if !table.single && !double {
            self.report(problem::single_brackets(name), header.clone());
        }
        let mut row = ParsedRow {
            row: Row {
                table,
                span: self.span(header.clone()),
                cells: BTreeMap::new(),
                layer: self.layer,
            },
            header,
            entries: Vec::new(),
        };
        for (key_text, item) in content.iter() {
            self.entry(raw, content, table, key_text, item, base, &mut row);
        }
        self.missing(table, content, broken, &row);
        row.entries.sort_by_key(|(_, range)| range.start);
        self.parsed.rows.push(row);
    }

    #[allow(clippy::too_many_arguments)] // one call, and each argument is a different thing
    fn entry(
        &mut self,
        raw: &str,
        content: &toml_edit::Table,
        table: &'static Table,
        name: &str,
        item: &Item,
        base: usize,
        row: &mut ParsedRow,
    ) {
        let key = content
            .key(name)
            .and_then(toml_edit::Key::span)
            .unwrap_or(0..0);
        let key = base + key.start..base + key.end;
        let Some(column) = table.column(name) else {
            let names = table.columns.iter().map(|column| column.name);
            return self.report(
                problem::unknown_key(name, table.name, crate::suggest(name, names)),
                key,
            );
        };
        let Item::Value(value) = item else {
            return self.report(problem::nested_table(name), key);
        };
        if let Value::InlineTable(inline) = value
            && inline.is_dotted()
        {
            return self.report(problem::nested_table(name), key);
        }
        let at = range_of(value, base);
        row.entries.push((column.name, key.start..at.end));
        let mut faults = Vec::new();
        let cell = Convert {
            raw,
            base,
            file: &self.source.name,
            column,
            faults: &mut faults,
        }
        .cell(&column.kind, value);
        if let Some(cell) = cell {
            match crate::flat::units(&cell.content) > CELL_UNITS_MAX {
                true => faults.push(problem::too_long(column.name, CELL_UNITS_MAX).at(cell.span)),
                false => {
                    row.row.cells.insert(column.name, cell);
                }
            }
        }
        self.parsed.problems.append(&mut faults);
    }

    fn missing(
        &mut self,
        table: &'static Table,
        content: &toml_edit::Table,
        broken: &[String],
        row: &ParsedRow,
    ) {
        for column in table.columns.iter().filter(|column| column.required) {
            let is_written =
                content.contains_key(column.name) || broken.iter().any(|key| key == column.name);
            // A misspelt key was reported with this column as the nearest; once is enough.
            let is_misspelt = content.iter().any(|(key, _)| {
                table.column(key).is_none()
                    && crate::nearest(key, table.columns.iter().map(|c| c.name))
                        == Some(column.name)
            });
            if !is_written && !is_misspelt {
                self.report(
                    problem::missing(column.name, table.name, column.doc.0, column.doc.1),
                    row.header.clone(),
                );
            }
        }
    }
}

/// The header line `[[name]]` of a table whose content spans `range`.
fn header_range(raw: &str, range: Range<usize>) -> Range<usize> {
    let line = raw
        .get(range.start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let end = line.find(']').map_or(line.len(), |at| {
        if line.get(at + 1..at + 2) == Some("]") {
            at + 2
        } else {
            at + 1
        }
    });
    range.start..range.start + end
}
