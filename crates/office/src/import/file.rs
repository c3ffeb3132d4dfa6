//! The file that is imported: its header is known first, its rows can be gone through again and again.
//!
//! Delimited text is read anew each time, so that a file of any length needs little memory; a
//! workbook is held, as it was loaded whole anyway. Continuation rows leave here filled from above.

use std::borrow::Cow;
use std::sync::Arc;

use base::{Place, Problem};
use sheet::{
    Cell, Continuation, Format, Notes, ReadOptions, ReadRow, Reason, RejectedRow, Row, Rows,
    SheetChoice, column_letters,
};

use super::ImportOptions;
use super::columns::{Plan, fold, headings_known};
use super::edits::Edits;
use super::mapping::Mapping;
use super::problems;
use super::slots::Slot;

/// An open file with the plan of its columns.
pub(crate) struct ImportFile<'a> {
    bytes: &'a [u8],
    options: ReadOptions,
    held: Option<Vec<ReadRow>>,
    fill: Option<Fill>,
    edits: Option<Arc<Edits>>,
    /// File and sheet.
    pub place: Place,
    /// Headings.
    pub header: Vec<String>,
    /// Where each slot's cell comes from.
    pub plan: Plan,
    /// What the reader found out.
    pub notes: Notes,
}

/// How continuation rows are told and filled.
struct Fill {
    continuation: Continuation,
    down: Vec<bool>,
}

impl<'a> ImportFile<'a> {
    /// Opens a file. `heads` are the slots whose empty cells make a row continue the one above; `None`
    /// when rows of the type never do.
    ///
    /// # Errors
    /// The file cannot be read, or its header does not fit the type.
    pub(crate) fn open(
        file_name: &str,
        bytes: &'a [u8],
        import: &ImportOptions,
        type_name: &str,
        slots: &[Slot],
        heads: Option<Vec<usize>>,
    ) -> Result<ImportFile<'a>, Vec<Problem>> {
        let nothing = Mapping::default();
        let mapping = import.mapping.as_ref().unwrap_or(&nothing);
        let options = read_options(file_name, import, mapping);
        let mut rows = Rows::from_bytes(bytes, &options).map_err(|problem| vec![problem])?;
        let header = rows.header().to_vec();
        let place = Place {
            sheet: rows.sheet_name().map(str::to_owned),
            ..Place::in_file(file_name)
        };
        let plan = match Plan::make(
            type_name,
            slots,
            &header,
            mapping,
            import.ignore_unknown,
            &place,
        ) {
            Ok(plan) => plan,
            Err(problems) => {
                let elsewhere = Elsewhere {
                    bytes,
                    slots,
                    mapping,
                    options: &options,
                    place: &place,
                };
                return Err(elsewhere.look(&header, rows, problems));
            }
        };
        let held = match rows.notes().format {
            Format::Workbook => Some(
                rows.by_ref()
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|problem| vec![problem])?,
            ),
            Format::Delimited { .. } => None,
        };
        let notes = rows.notes().clone();
        drop(rows);
        let mut options = options;
        if let Format::Delimited {
            encoding,
            delimiter,
        } = notes.format
        {
            options.encoding = Some(encoding);
            options.encoding_was_checked = true;
            options.delimiter = Some(delimiter);
        }
        let mut file = ImportFile {
            bytes,
            options,
            held,
            fill: None,
            edits: import.edits.clone(),
            place,
            header,
            plan,
            notes,
        };
        if let Some(heads) = heads {
            file.fill = file.make_fill(&heads, mapping)?;
        }
        Ok(file)
    }

    fn make_fill(&self, heads: &[usize], mapping: &Mapping) -> Result<Option<Fill>, Vec<Problem>> {
        let columns: Vec<usize> = heads
            .iter()
            .filter_map(|slot| self.plan.column(*slot, Plan::WHOLE_ROW))
            .collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let continuation = Continuation::new(columns);
        let mut down = vec![false; self.header.len()];
        let mut faults = Vec::new();
        for heading in &mapping.fill_down {
            match self
                .header
                .iter()
                .position(|known| fold(known) == fold(&heading.text))
                .and_then(|at| down.get_mut(at))
            {
                Some(down) => *down = true,
                None => {
                    let nearest =
                        programme::suggest(&heading.text, self.header.iter().map(String::as_str));
                    faults.push(
                        problems::mapped_heading_missing(&heading.text, nearest)
                            .at(heading.span.clone()),
                    );
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if mapping.fill_down.is_empty() {
            // What is told once for several rows stands in none of the continuing ones; a column that is
            // filled in any of them is told line by line, and an empty cell in it means empty.
            down.fill(true);
            for row in self.raw_rows().map_err(|problem| vec![problem])? {
                let ReadRow::Kept(row) = row.map_err(|problem| vec![problem])? else {
                    continue;
                };
                if continuation.continues(&row) {
                    for (down, cell) in down.iter_mut().zip(&row.cells) {
                        *down &= cell.is_blank();
                    }
                }
            }
        }
        Ok(Some(Fill { continuation, down }))
    }

    fn raw_rows(&self) -> Result<Edited<'_>, Problem> {
        let body = match &self.held {
            Some(rows) => Body::Held(rows.iter()),
            None => Body::Text(Box::new(Rows::from_bytes(self.bytes, &self.options)?)),
        };
        Ok(Edited {
            body,
            edits: self.edits.as_deref(),
            width: self.header.len(),
        })
    }

    /// The rows, from the first; blank ones are passed over.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn rows(&self) -> Result<FileRows<'_>, Problem> {
        Ok(FileRows {
            file: self,
            body: self.raw_rows()?,
            head: None,
        })
    }

    /// The place of a row, and of a cell in it.
    pub(crate) fn place_of(&self, row: &Row, column: Option<usize>) -> Place {
        Place {
            row: Some(row.number),
            column: column.map(|column| super::columns::label(&self.header, column)),
            value: column
                .and_then(|column| row.cell(column))
                .map(|cell| cell.as_text().into_owned()),
            ..self.place.clone()
        }
    }

    fn reject(&self, row: Row, column: Option<usize>, problem: Problem) -> ReadRow {
        let problem = problem.in_place(self.place_of(&row, column));
        ReadRow::Rejected(RejectedRow {
            row,
            reasons: vec![Reason { column, problem }],
        })
    }
}

/// Rows below a first row of unknown headings in which the header is looked for.
const LOOKED_AT_ROWS: usize = 20;
/// Other worksheets in which it is looked for.
const LOOKED_AT_SHEETS: usize = 20;
/// So many known headings make a header.
const HEADINGS_MIN: usize = 2;

/// Where the header may be, when the first row is none: under a title, or on another worksheet.
struct Elsewhere<'a> {
    bytes: &'a [u8],
    slots: &'a [Slot],
    mapping: &'a Mapping,
    options: &'a ReadOptions,
    place: &'a Place,
}

impl Elsewhere<'_> {
    /// What to tell in place of, or beside, what is wrong with the header.
    fn look(&self, header: &[String], rows: Rows<'_>, mut found: Vec<Problem>) -> Vec<Problem> {
        let own = |heading: &&String| {
            let mapped = self
                .mapping
                .columns
                .iter()
                .map(|(heading, _)| &heading.text);
            mapped
                .into_iter()
                .any(|mapped| fold(mapped) == fold(heading))
        };
        let known = headings_known(self.slots, header.iter().map(Cow::from));
        if known > 0 || header.iter().any(|heading| own(&heading)) {
            return found;
        }
        let wanted = HEADINGS_MIN.min(
            self.slots
                .iter()
                .filter(|slot| slot.is_required)
                .count()
                .max(1),
        );
        for row in rows.take(LOOKED_AT_ROWS) {
            let row = match row {
                Ok(ReadRow::Kept(row) | ReadRow::Rejected(RejectedRow { row, .. })) => row,
                Err(_) => break,
            };
            if headings_known(self.slots, row.cells.iter().map(Cell::as_text)) >= wanted {
                let skip = row.number.saturating_sub(1);
                return vec![problems::header_below(row.number, skip).in_place(self.place.clone())];
            }
        }
        let Some(sheet) = &self.place.sheet else {
            return found;
        };
        let others: Vec<String> = sheet::sheet_names(self.bytes, self.options)
            .unwrap_or_default()
            .into_iter()
            .filter(|other| other.is_visible && other.name != *sheet)
            .map(|other| other.name)
            .collect();
        for other in others.iter().take(LOOKED_AT_SHEETS) {
            let options = ReadOptions {
                sheet: SheetChoice::Named(other.clone()),
                ..self.options.clone()
            };
            let Ok(rows) = Rows::from_bytes(self.bytes, &options) else {
                continue;
            };
            if headings_known(self.slots, rows.header().iter().map(Cow::from)) >= wanted {
                return vec![
                    problems::header_on_other_sheet(sheet, other).in_place(self.place.clone()),
                ];
            }
        }
        if !others.is_empty() {
            found.push(
                problems::other_sheets(sheet, others.join("、")).in_place(self.place.clone()),
            );
        }
        found
    }
}

pub(super) fn read_options(
    file_name: &str,
    import: &ImportOptions,
    mapping: &Mapping,
) -> ReadOptions {
    let mut options = ReadOptions::named(file_name);
    if let Some(sheet) = import.sheet.as_ref().or(mapping.sheet.as_ref()) {
        options.sheet = SheetChoice::Named(sheet.clone());
    }
    options.skip_rows = mapping.skip_rows.unwrap_or(options.skip_rows);
    // A table without a header could be matched to nothing.
    options.header_rows = mapping.header_rows.unwrap_or(options.header_rows).max(1);
    options.delimiter = mapping.delimiter;
    options.encoding = mapping.encoding;
    options.allow_short_rows = mapping.allow_short_rows;
    options
}

enum Body<'a> {
    Text(Box<Rows<'a>>),
    Held(std::slice::Iter<'a, ReadRow>),
}

impl Iterator for Body<'_> {
    type Item = Result<ReadRow, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Body::Text(rows) => rows.next(),
            Body::Held(rows) => rows.next().cloned().map(Ok),
        }
    }
}

/// The rows as they were corrected.
struct Edited<'a> {
    body: Body<'a>,
    edits: Option<&'a Edits>,
    width: usize,
}

impl Iterator for Edited<'_> {
    type Item = Result<ReadRow, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(edits) = self.edits else {
            return self.body.next();
        };
        loop {
            let row = match self.body.next()? {
                Ok(row) => row,
                Err(problem) => return Some(Err(problem)),
            };
            if let Some(row) = edits.apply(row, self.width) {
                return Some(Ok(row));
            }
        }
    }
}

impl FileRows<'_> {
    /// Gives back a row that is no longer needed, so that its memory is used for the next.
    pub(crate) fn recycle(&mut self, row: Row) {
        if let Body::Text(rows) = &mut self.body.body {
            rows.recycle(row);
        }
    }
}

/// The rows of a file one after the other.
pub(crate) struct FileRows<'a> {
    file: &'a ImportFile<'a>,
    body: Edited<'a>,
    /// The row that continuation rows continue, filled itself.
    head: Option<Row>,
}

impl FileRows<'_> {
    fn finish(&mut self, row: ReadRow) -> ReadRow {
        let mut row = match row {
            ReadRow::Kept(row) => row,
            ReadRow::Rejected(rejected) => {
                // What follows a row that cannot be read must not continue the one before it.
                self.head = None;
                return ReadRow::Rejected(rejected);
            }
        };
        if let Some(column) = self.file.plan.stray(&row) {
            self.head = None;
            return self.file.reject(
                row,
                Some(column),
                problems::value_without_heading(column_letters(column)),
            );
        }
        if let Some(fill) = &self.file.fill {
            if !fill.continuation.continues(&row) {
                self.head = Some(row.clone());
            } else if let Some(head) = &self.head {
                for ((cell, above), down) in row.cells.iter_mut().zip(&head.cells).zip(&fill.down) {
                    if *down && cell.is_blank() {
                        cell.clone_from(above);
                    }
                }
            } else {
                return self.file.reject(row, None, problems::continues_nothing());
            }
        }
        ReadRow::Kept(row)
    }
}

impl Iterator for FileRows<'_> {
    type Item = Result<ReadRow, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.body.next()?;
        Some(row.map(|row| self.finish(row)))
    }
}
