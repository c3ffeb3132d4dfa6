//! Workbook to package: every fault in one run, each with its sheet, row and column.
//!
//! Rows go back to the file and place that `#file` and `#order` say; a new row without them follows
//! the row above it. The other way is [`super::write`].

use std::collections::{BTreeMap, BTreeSet};

use base::{Place, Problem, Span};
use sheet::{Limits, ReadOptions, Table as Sheet};

use super::{FILE, FILES, Head, heads};
use crate::comments::{RowComments, clean};
use crate::flat::{unflatten, units};
use crate::fmt::{TextRow, format_file, write_rows};
use crate::load::{HEADER_FILE, Layer, PACKAGE_BYTES_MAX, ROWS_MAX};
use crate::problems_text as problem;
use crate::rows::Content;
use crate::tables::{self, TABLES, Table};

/// Reads a package from a workbook that [`to_workbook`](super::to_workbook) wrote, however often it
/// was edited and saved since. `name` is the package's name, by which others extend it.
///
/// The text is canonical: a package comes back byte for byte as [`format_layer`](crate::format_layer)
/// writes it.
///
/// # Errors
/// Everything that is wrong with cells, columns and sheets. What is wrong across rows is found by
/// [`rows`](crate::rows), as in text.
pub fn from_workbook(name: &str, bytes: &[u8]) -> Result<Layer, Vec<Problem>> {
    let file_name = format!("{name}.xlsx");
    let options = ReadOptions {
        limits: Limits {
            input_bytes_max: PACKAGE_BYTES_MAX,
            unpacked_bytes_max: PACKAGE_BYTES_MAX.saturating_mul(8),
            rows_max: u32::try_from(ROWS_MAX).unwrap_or(u32::MAX),
            ..Limits::default()
        },
        ..ReadOptions::named(file_name.clone())
    };
    let mut reader = Reader {
        workbook: file_name,
        rows: Vec::new(),
        tails: BTreeMap::new(),
        problems: Vec::new(),
    };
    let names = sheet::sheet_names(bytes, &options).map_err(|fault| vec![fault])?;
    for hidden in names
        .iter()
        .filter(|sheet| !sheet.is_visible && tables::table(&sheet.name).is_some())
    {
        let fault = problem::hidden_sheet(&hidden.name);
        reader
            .problems
            .push(fault.in_place(reader.place(&hidden.name)));
    }
    for table in sheet::read_workbook(bytes, &options).map_err(|fault| vec![fault])? {
        reader.sheet(&table);
    }
    if !reader.problems.is_empty() {
        let place = Place::in_file(reader.workbook.clone());
        let more = problem::further_checks_wait().in_place(place);
        reader.problems.push(more);
        return Err(reader.problems);
    }
    reader.layer(name)
}

/// Where a row stands in the text: file, place, and how far behind that place.
type At = (String, u64, i64);

struct PlacedRow {
    at: At,
    row: TextRow,
    place: Place,
}

struct Reader {
    workbook: String,
    rows: Vec<PlacedRow>,
    tails: BTreeMap<String, Vec<String>>,
    problems: Vec<Problem>,
}

impl Reader {
    fn place(&self, sheet: &str) -> Place {
        Place {
            sheet: Some(sheet.to_owned()),
            ..Place::in_file(self.workbook.clone())
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let name = sheet.sheet_name.clone().unwrap_or_default();
        let place = self.place(&name);
        for rejected in &sheet.rejected {
            self.problems
                .extend(rejected.reasons.iter().map(|reason| reason.problem.clone()));
        }
        if name == FILES {
            return self.files(sheet, &place);
        }
        let Some(table) = tables::table(&name) else {
            let names = TABLES.iter().map(|table| table.name);
            return self
                .problems
                .push(problem::unknown_table(&name, crate::suggest(&name, names)).in_place(place));
        };
        let heads = self.header(table, &sheet.header, &place);
        let start = self.rows.len();
        let mut pending: Vec<(TextRow, Place)> = Vec::new();
        for row in &sheet.rows {
            let texts: Vec<String> = row
                .cells
                .iter()
                .map(|cell| cell.as_text().replace("\r\n", "\n"))
                .collect();
            let place = Place {
                row: Some(row.number),
                ..place.clone()
            };
            let Some((text_row, file, order)) = self.row(table, &heads, &texts, &place) else {
                continue;
            };
            let after = self
                .rows
                .get(start..)
                .and_then(<[PlacedRow]>::last)
                .map(|last| last.at.clone());
            match (file, order, after) {
                (Some(file), order, _) => {
                    let at = (file, order.unwrap_or(u64::MAX), 0);
                    self.place_pending(&mut pending, &at);
                    self.rows.push(PlacedRow {
                        at,
                        row: text_row,
                        place,
                    });
                }
                (None, _, Some((file, order, behind))) => {
                    self.rows.push(PlacedRow {
                        at: (file, order, behind + 1),
                        row: text_row,
                        place,
                    });
                }
                (None, _, None) => pending.push((text_row, place)),
            }
        }
        let file = if table.single {
            HEADER_FILE.to_owned()
        } else {
            format!("{}.toml", table.name)
        };
        let order = if table.single { 0 } else { u64::MAX };
        self.place_pending(&mut pending, &(file, order, 1));
    }

    /// New rows above the first placed row of a sheet go before it.
    fn place_pending(&mut self, pending: &mut Vec<(TextRow, Place)>, (file, order, _): &At) {
        let count = i64::try_from(pending.len()).unwrap_or(i64::MAX);
        for ((row, place), number) in pending.drain(..).zip(0..) {
            self.rows.push(PlacedRow {
                at: (file.clone(), *order, number - count),
                row,
                place,
            });
        }
    }

    /// What each column of a sheet holds.
    fn header(
        &mut self,
        table: &'static Table,
        header: &[String],
        place: &Place,
    ) -> Vec<Option<Head>> {
        let known = heads(table);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut found = Vec::new();
        for heading in header {
            let head = known
                .iter()
                .find(|head| head.heading() == *heading)
                .copied();
            // A bilingual column may also stand as one: its text is then for both languages.
            let head = head.or_else(|| table.column(heading).map(Head::Whole));
            let at = Place {
                row: Some(1),
                column: Some(heading.clone()),
                ..place.clone()
            };
            if head.is_none() && !heading.is_empty() {
                let names: Vec<String> = known.iter().map(|head| head.heading()).collect();
                let nearest = crate::suggest(heading, names.iter().map(String::as_str));
                self.problems
                    .push(problem::unknown_key(heading, table.name, nearest).in_place(at.clone()));
            }
            if !heading.is_empty() && !seen.insert(heading.clone()) {
                self.problems
                    .push(problem::column_twice(heading).in_place(at));
            }
            found.push(head);
        }
        found
    }

    fn files(&mut self, sheet: &Sheet, place: &Place) {
        let column = |heading: &str| sheet.header.iter().position(|other| other == heading);
        let (file_column, comment_column) = (column(FILE), column(super::COMMENT));
        for row in &sheet.rows {
            let text = |at: Option<usize>| {
                at.and_then(|at| row.cell(at))
                    .map(|cell| cell.as_text().replace("\r\n", "\n"))
                    .unwrap_or_default()
            };
            let place = Place {
                row: Some(row.number),
                ..place.clone()
            };
            let comment = text(comment_column);
            if let Some(file) = self.file(&text(file_column), &place) {
                let lines = if comment.is_empty() {
                    Vec::new()
                } else {
                    comment.split('\n').map(comment_line).collect()
                };
                self.tails.insert(file, lines);
            }
        }
    }

    /// A row with its file and order; nothing when it is blank or has faults, which are noted.
    fn row(
        &mut self,
        table: &'static Table,
        heads: &[Option<Head>],
        texts: &[String],
        place: &Place,
    ) -> Option<(TextRow, Option<String>, Option<u64>)> {
        let mut row = TextRow {
            table,
            cells: BTreeMap::new(),
            comments: RowComments::default(),
        };
        let (mut file, mut order, mut comment) = (None, None, String::new());
        let mut faults = Vec::new();
        for (at, text) in texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty())
        {
            let head = heads.get(at).copied().flatten();
            let heading = head
                .map(Head::heading)
                .unwrap_or_else(|| sheet::column_letters(at));
            let cell = Place {
                column: Some(heading),
                value: Some(shortened(text)),
                ..place.clone()
            };
            match head {
                None => faults.push(problem::cell_without_heading().in_place(cell)),
                Some(Head::Comment) => comment.clone_from(text),
                Some(Head::File) => file = self.file(text, &cell),
                Some(Head::Order) => match text.trim().parse() {
                    Ok(number) => order = Some(number),
                    Err(_) => faults.push(problem::bad_order(text).in_place(cell)),
                },
                Some(head) => faults.extend(
                    set(&mut row, head, text)
                        .err()
                        .map(|fault| fault.in_place(cell)),
                ),
            }
        }
        if row.cells.is_empty() && comment.is_empty() && faults.is_empty() {
            return None;
        }
        for column in table
            .columns
            .iter()
            .filter(|column| column.required && !row.cells.contains_key(column.name))
        {
            let is_written = faults.iter().any(|fault| {
                let of = fault
                    .place
                    .as_ref()
                    .and_then(|place| place.column.as_deref())
                    .unwrap_or_default();
                of == column.name
                    || of
                        .strip_prefix(column.name)
                        .is_some_and(|rest| rest.starts_with('.'))
            });
            if !is_written {
                let cell = Place {
                    column: Some(column.name.to_owned()),
                    ..place.clone()
                };
                faults.push(
                    problem::missing(column.name, table.name, column.doc.0, column.doc.1)
                        .in_place(cell),
                );
            }
        }
        let is_sound = faults.is_empty();
        self.problems.append(&mut faults);
        set_comments(&mut row, &comment);
        is_sound.then_some((row, file, order))
    }

    /// A path within the package, if the text is one.
    fn file(&mut self, text: &str, place: &Place) -> Option<String> {
        let path = text.trim();
        let is_path = path.ends_with(".toml")
            && path.len() <= 400
            && !path.contains(['\\', ':'])
            && !path.chars().any(char::is_control)
            && path
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.'));
        if !is_path {
            self.problems
                .push(problem::bad_file(path).in_place(place.clone()));
        }
        is_path.then(|| path.to_owned())
    }

    /// Writes the text files.
    fn layer(mut self, name: &str) -> Result<Layer, Vec<Problem>> {
        self.rows.sort_by(|a, b| a.at.cmp(&b.at));
        let mut files: BTreeMap<String, (Vec<TextRow>, Vec<Place>)> = self
            .tails
            .keys()
            .map(|file| (file.clone(), Default::default()))
            .collect();
        for PlacedRow { at, row, place } in self.rows {
            let file = files.entry(at.0).or_default();
            file.0.push(row);
            file.1.push(place);
        }
        let mut texts = Vec::new();
        let mut places = BTreeMap::new();
        let mut problems = Vec::new();
        for (path, (rows, of_rows)) in files {
            let tail = self.tails.get(&path).map_or(&[][..], Vec::as_slice);
            let source = base::SourceText::new(format!("{name}/{path}"), write_rows(&rows, tail));
            // Once more, for comments that an office wrote in another way than `fmt`.
            match format_file(&source) {
                Ok(text) => texts.push((path, text)),
                Err(mut faults) => problems.append(&mut faults),
            }
            places.extend(
                of_rows
                    .into_iter()
                    .enumerate()
                    .map(|(at, place)| ((source.name.clone(), at), place)),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut layer = Layer::new(name, texts);
        layer.places = places;
        Ok(layer)
    }
}

/// Puts a cell's text into a row.
fn set(row: &mut TextRow, head: Head, text: &str) -> Result<(), Problem> {
    let Some(column) = head.column() else {
        return Ok(());
    };
    let anywhere = Span::new("", 0, 0);
    let content = unflatten(column, &column.kind, text, &anywhere)?;
    let content = match (head, content, row.cells.remove(column.name)) {
        (Head::Zh(_), Content::Bilingual(new), before) => Content::Bilingual(base::Text {
            zh: new.zh,
            en: english(before.as_ref()),
        }),
        (Head::En(_), Content::Bilingual(new), before) => Content::Bilingual(base::Text {
            zh: chinese(before.as_ref()),
            en: new.en,
        }),
        (_, content, _) => content,
    };
    if units(&content) > crate::cell::CELL_UNITS_MAX {
        return Err(problem::too_long(column.name, crate::cell::CELL_UNITS_MAX));
    }
    row.cells.insert(column.name, content);
    Ok(())
}

fn english(content: Option<&Content>) -> String {
    if let Some(Content::Bilingual(text)) = content {
        text.en.clone()
    } else {
        String::new()
    }
}

fn chinese(content: Option<&Content>) -> String {
    if let Some(Content::Bilingual(text)) = content {
        text.zh.clone()
    } else {
        String::new()
    }
}

/// Sorts the lines of `#comment` to the header and the keys.
fn set_comments(row: &mut TextRow, comment: &str) {
    if comment.is_empty() {
        return;
    }
    for line in comment.split('\n') {
        let of_key = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let column = of_key
            .and_then(|(name, rest)| Some((row.table.column(name.trim())?, rest.trim_start())));
        match column {
            Some((column, rest)) if row.cells.contains_key(column.name) => {
                row.comments
                    .keys
                    .entry(column.name)
                    .or_default()
                    .push(comment_line(rest));
            }
            // The cell was emptied; its comment stays with the row.
            Some((_, rest)) => row.comments.header.push(comment_line(rest)),
            None => row.comments.header.push(comment_line(line)),
        }
    }
}

/// A line as a comment; what an office typed without `#` gets one.
fn comment_line(line: &str) -> String {
    let line = clean(line);
    if line.is_empty() || line.starts_with('#') {
        line
    } else {
        format!("# {line}")
    }
}

/// A cell's text as messages show it.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
