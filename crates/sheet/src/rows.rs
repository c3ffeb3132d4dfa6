//! The rows of a table one after the other, under a header that is known first.
//!
//! [`Rows`] reads delimited text in bounded memory, whatever its length; a workbook is loaded whole,
//! within its limits, and then handed out row by row. A row that does not fit is kept apart with its
//! reasons ([`ReadRow::Rejected`]); a problem of the file as a whole ends the reading.

use std::fmt;
use std::io::{Cursor, Read, Seek};

use base::{Place, Problem};

use crate::cell::{Cell, Reason, RejectedRow, Row};
use crate::decode::{TextPieces, find_encoding};
use crate::delimited::{Record, Records};
use crate::detect::{Kind, detect};
use crate::header::{Merged, column_label, join_header};
use crate::options::{Format, Notes, ReadOptions};
use crate::problems;
use crate::source::Source;
use crate::workbook::{SheetRow, SheetRows, Wanted, header_start, read_sheets};

/// A row as it came out of the file.
#[derive(Debug, Clone)]
pub enum ReadRow {
    /// It fits the header.
    Kept(Row),
    /// It does not, or a cell in it cannot be read.
    Rejected(RejectedRow),
}

/// Reads a table row by row. Made by [`Rows::open`] or [`Rows::from_bytes`].
///
/// ```
/// use sheet::{ReadOptions, ReadRow, Rows};
/// let text = "名称,数量\n甲厂,3\n乙厂\n";
/// let mut rows = Rows::from_bytes(text.as_bytes(), &ReadOptions::named("a.csv")).unwrap();
/// assert_eq!(rows.header(), ["名称", "数量"]);
/// let ReadRow::Kept(first) = rows.next().unwrap().unwrap() else { panic!() };
/// assert_eq!((first.number, first.cells[0].as_text().as_ref()), (2, "甲厂"));
/// let ReadRow::Rejected(second) = rows.next().unwrap().unwrap() else { panic!() };
/// assert_eq!(second.reasons[0].problem.code, "S502");
/// assert!(rows.next().is_none());
/// ```
pub struct Rows<'a> {
    shape: Shape,
    sheet_name: Option<String>,
    notes: Notes,
    body: Body<'a>,
    rows_left: u32,
    is_over: bool,
    /// Memory of rows that were given back.
    spare: Vec<Vec<Cell>>,
}

/// How many rows' memory is kept for the next ones.
const SPARE_ROWS_MAX: usize = 64;

enum Body<'a> {
    Text(Box<Records<'a>>, Record),
    Sheet(std::vec::IntoIter<SheetRow>),
}

impl<'a> Rows<'a> {
    /// Opens a table in a source that can be rewound, such as a file. The text is read once to find
    /// its encoding before the first row comes out.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use sheet::{ReadOptions, Rows};
    /// let rows = Rows::open(Cursor::new("a\tb\n1\t2\n"), &ReadOptions::default()).unwrap();
    /// assert_eq!(rows.count(), 1);
    /// ```
    pub fn open(
        source: impl Read + Seek + Send + 'a,
        options: &ReadOptions,
    ) -> Result<Self, Problem> {
        Self::open_source(source, options)
            .map_err(|problem| in_file(problem, &options.file_name, None, None))
    }

    /// Opens a table in memory.
    pub fn from_bytes(bytes: &'a [u8], options: &ReadOptions) -> Result<Self, Problem> {
        Self::open(Cursor::new(bytes), options)
    }

    fn open_source(
        source: impl Read + Seek + Send + 'a,
        options: &ReadOptions,
    ) -> Result<Self, Problem> {
        let mut source = Source::open(Box::new(source), &options.limits)?;
        let was_gzip = source.is_gzip();
        match detect(&mut source)? {
            Kind::Text => Self::open_text(source, options),
            Kind::Workbook => {
                let bytes = source.into_bytes()?;
                let sheet = read_sheets(bytes, options, Wanted::Chosen)?
                    .into_iter()
                    .next()
                    .ok_or_else(problems::no_visible_sheet)?;
                Self::of_sheet(sheet, options, was_gzip)
            }
        }
    }

    fn open_text(mut source: Source<'a>, options: &ReadOptions) -> Result<Self, Problem> {
        let was_gzip = source.is_gzip();
        let encoding = find_encoding(&mut source, options.encoding, options.encoding_was_checked)?;
        let pieces = TextPieces::new(source.into_read()?, encoding);
        let (mut records, delimiter) = Records::open(
            pieces,
            options.delimiter,
            options.skip_rows,
            &options.limits,
        )?;
        let mut header_rows = Vec::new();
        let mut record = Record::default();
        for _ in 0..options.header_rows {
            let found = records.next_record(&mut record);
            if found
                .map_err(|problem| {
                    in_file(problem, &options.file_name, None, Some(records.line()))
                })?
                .is_none()
            {
                break;
            }
            header_rows.push(std::mem::take(&mut record.cells));
        }
        let header = join_header(&header_rows, Merged::GuessedFromBlanks);
        Ok(Self {
            shape: Shape::new(header, options, None, options.allow_short_rows)?,
            sheet_name: None,
            notes: Notes {
                format: Format::Delimited {
                    encoding,
                    delimiter,
                },
                was_gzip,
                blank_rows: 0,
            },
            body: Body::Text(Box::new(records), record),
            rows_left: options.limits.rows_max.saturating_sub(options.header_rows),
            is_over: false,
            spare: Vec::new(),
        })
    }

    /// The rows of a worksheet that was read.
    pub(crate) fn of_sheet(
        sheet: SheetRows,
        options: &ReadOptions,
        was_gzip: bool,
    ) -> Result<Self, Problem> {
        let start = header_start(&sheet.rows, options);
        let body_start = start.saturating_add(options.header_rows);
        let (above, body): (Vec<SheetRow>, Vec<SheetRow>) = sheet
            .rows
            .into_iter()
            .filter(|row| row.number >= start)
            .partition(|row| row.number < body_start);
        let header_rows: Vec<Vec<String>> = above
            .iter()
            .map(|row| {
                let texts = row.cells.iter().map(|cell| cell.as_text().into_owned());
                texts.collect()
            })
            .collect();
        let header = join_header(&header_rows, Merged::Spread);
        Ok(Self {
            // A worksheet has no ends of rows: what is missing is empty.
            shape: Shape::new(header, options, Some(sheet.name.clone()), true)?,
            sheet_name: Some(sheet.name),
            notes: Notes {
                format: Format::Workbook,
                was_gzip,
                blank_rows: 0,
            },
            body: Body::Sheet(body.into_iter()),
            rows_left: options.limits.rows_max,
            is_over: false,
            spare: Vec::new(),
        })
    }

    /// The headings, one per column, cleaned; a column without heading has an empty one. Empty when
    /// the options say that there is no header.
    pub fn header(&self) -> &[String] {
        &self.shape.header
    }

    /// The worksheet's name; `None` for delimited text.
    pub fn sheet_name(&self) -> Option<&str> {
        self.sheet_name.as_deref()
    }

    /// What the reader found out so far; the count of blank rows grows while reading.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Gives back a row that is no longer needed: the next ones use its memory, so that going through a
    /// long text asks for none.
    ///
    /// ```
    /// use sheet::{ReadOptions, ReadRow, Rows};
    /// let mut rows = Rows::from_bytes(b"a\n1\n2\n", &ReadOptions::default()).unwrap();
    /// while let Some(row) = rows.next() {
    ///     let ReadRow::Kept(row) = row.unwrap() else { panic!() };
    ///     rows.recycle(row);
    /// }
    /// ```
    pub fn recycle(&mut self, row: Row) {
        if let (Body::Text(_, record), true) = (&mut self.body, self.spare.len() < SPARE_ROWS_MAX) {
            let mut cells = row.cells;
            record
                .spare
                .extend(cells.drain(..).filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text),
                    _ => None,
                }));
            self.spare.push(cells);
        }
    }

    fn read_next(&mut self) -> Result<Option<ReadRow>, Problem> {
        loop {
            let Some(raw) = self.next_raw()? else {
                return Ok(None);
            };
            let Some(rows_left) = self.rows_left.checked_sub(1) else {
                return Err(problems::too_many_rows(self.shape.rows_max));
            };
            self.rows_left = rows_left;
            let is_blank = raw.reasons.is_empty() && raw.cells.iter().all(Cell::is_blank);
            if is_blank && !self.shape.keeps_blank_rows {
                self.notes.blank_rows = self.notes.blank_rows.saturating_add(1);
                continue;
            }
            return Ok(Some(self.shape.fit(raw)));
        }
    }

    fn next_raw(&mut self) -> Result<Option<SheetRow>, Problem> {
        match &mut self.body {
            Body::Sheet(rows) => Ok(rows.next()),
            Body::Text(records, record) => {
                let found = records.next_record(record).map_err(|problem| {
                    let sheet = None;
                    in_file(problem, &self.shape.file_name, sheet, Some(records.line()))
                })?;
                let Some(empty_lines) = found else {
                    return Ok(None);
                };
                self.notes.blank_rows = self.notes.blank_rows.saturating_add(empty_lines);
                let reasons = record
                    .text_after_quote
                    .map(|(column, line)| Reason {
                        column: Some(column),
                        problem: problems::text_after_quote(line),
                    })
                    .into_iter()
                    .collect();
                let mut cells = self.spare.pop().unwrap_or_default();
                let Record {
                    cells: texts,
                    spare,
                    ..
                } = record;
                cells.extend(texts.drain(..).map(|text| {
                    if text.is_empty() {
                        spare.push(text);
                        Cell::Empty
                    } else {
                        Cell::Text(text)
                    }
                }));
                Ok(Some(SheetRow {
                    number: record.line,
                    cells,
                    reasons,
                }))
            }
        }
    }

    /// Takes the header, sheet name and notes out at the end.
    pub(crate) fn into_parts(self) -> (Vec<String>, Option<String>, Notes) {
        (self.shape.header, self.sheet_name, self.notes)
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("header", &self.shape.header)
            .field("sheet_name", &self.sheet_name)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<ReadRow, Problem>;

    /// The next row. After a problem of the file as a whole there is no further row.
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.read_next().map_err(|problem| {
            in_file(
                problem,
                &self.shape.file_name,
                self.sheet_name.as_deref(),
                None,
            )
        });
        self.is_over = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// The form that every row of the table has.
struct Shape {
    header: Vec<String>,
    file_name: String,
    sheet_name: Option<String>,
    has_header: bool,
    allows_short_rows: bool,
    keeps_blank_rows: bool,
    rows_max: u32,
}

impl Shape {
    fn new(
        header: Vec<String>,
        options: &ReadOptions,
        sheet_name: Option<String>,
        allows_short_rows: bool,
    ) -> Result<Self, Problem> {
        let has_header = options.header_rows > 0;
        if has_header && header.is_empty() {
            return Err(match &sheet_name {
                Some(name) => in_file(problems::no_header(), &options.file_name, Some(name), None),
                None => problems::no_header(),
            });
        }
        Ok(Self {
            header,
            file_name: options.file_name.clone(),
            sheet_name,
            has_header,
            allows_short_rows,
            keeps_blank_rows: options.keep_blank_rows,
            rows_max: options.limits.rows_max,
        })
    }

    /// Cuts or fills the row to the header's width; a row that does not fit is rejected as it is.
    fn fit(&self, raw: SheetRow) -> ReadRow {
        let SheetRow {
            number,
            mut cells,
            mut reasons,
        } = raw;
        let expected = self.header.len();
        if self.has_header {
            // Empty cells beyond the header come from formats without content, or a last comma.
            while cells.len() > expected && cells.last().is_some_and(Cell::is_blank) {
                cells.pop();
            }
            let found = cells.len();
            if found > expected {
                reasons.push(whole_row(problems::extra_cells(found, expected)));
            } else if found < expected && self.allows_short_rows {
                cells.resize(expected, Cell::Empty);
            } else if found < expected {
                reasons.push(whole_row(problems::missing_cells(found, expected)));
            }
        }
        let row = Row { number, cells };
        if reasons.is_empty() {
            return ReadRow::Kept(row);
        }
        for reason in &mut reasons {
            let value = reason
                .column
                .and_then(|column| row.cell(column))
                .map(|cell| cell.as_text().into_owned());
            let place = Place {
                file: self.file_name.clone(),
                sheet: self.sheet_name.clone(),
                row: Some(number),
                column: reason.column.map(|at| column_label(&self.header, at)),
                value,
            };
            reason.problem = reason.problem.clone().in_place(place);
        }
        ReadRow::Rejected(RejectedRow { row, reasons })
    }
}

fn whole_row(problem: Problem) -> Reason {
    Reason {
        column: None,
        problem,
    }
}

/// Adds the file, and what else is known, to a problem's place.
pub(crate) fn in_file(
    problem: Problem,
    file_name: &str,
    sheet: Option<&str>,
    row: Option<u32>,
) -> Problem {
    let known = problem.place.as_deref().cloned().unwrap_or_default();
    if file_name.is_empty() && sheet.is_none() && row.is_none() && problem.place.is_none() {
        return problem;
    }
    problem.in_place(Place {
        file: file_name.to_owned(),
        sheet: known.sheet.or(sheet.map(str::to_owned)),
        row: known.row.or(row),
        ..known
    })
}
