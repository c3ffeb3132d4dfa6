//! Workbooks (.xlsx) to hand out: registers, templates with drop-down lists, packages as sheets.
//!
//! Describe what to write as plain data ([`WorkbookOut`], [`SheetOut`], [`ColumnOut`]), then take the
//! bytes. The same data always gives the same bytes: nothing in the file comes from a clock. A text is
//! always written as text, so that `=HYPERLINK(...)` typed by a stranger never becomes a formula.

use base::Problem;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Note, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use crate::cell::Cell;
use crate::header::column_letters;
use crate::problems;
use crate::serial::serial_of;

/// What a worksheet holds (ECMA-376; Excel specifications and limits).
pub(crate) const ROWS_MAX: usize = 1_048_576;
pub(crate) const COLUMNS_MAX: usize = 16_384;
const CELL_UNITS_MAX: usize = 32_767;
pub(crate) const SHEET_NAME_UNITS_MAX: usize = 31;
/// What an inline list of a drop-down holds, commas included.
const INLINE_LIST_UNITS_MAX: usize = 255;
/// Rows below the last that also get drop-down lists, so that rows can be added.
const SPARE_ROWS: usize = 1000;
/// Column width in characters of half width.
const WIDTH_MIN: usize = 8;
const WIDTH_MAX: usize = 60;
/// Paper sizes as SpreadsheetML numbers them.
const PAPER_A3: u8 = 8;
const PAPER_A4: u8 = 9;
/// Widest worksheet that is legible across A4, in characters of half width.
const A4_WIDTH: f64 = 200.0;
const LIST_SHEET: &str = "_lists";

/// A workbook to be written.
///
/// ```
/// use sheet::{Cell, ColumnOut, ReadOptions, SheetOut, WorkbookOut, read_table};
/// let mut sheet = SheetOut::new("抽检", [ColumnOut::text("名称"), ColumnOut::number("批次")]);
/// sheet.rows.push(vec![Cell::text("甲厂").into(), Cell::Number("12.5".into()).into()]);
/// let bytes = WorkbookOut::new([sheet]).to_bytes().unwrap();
/// let table = read_table(&bytes, &ReadOptions::default()).unwrap();
/// assert_eq!(table.rows[0].cells[1], Cell::Number("12.5".into()));
/// ```
#[derive(Debug, Clone, Default)]
pub struct WorkbookOut {
    /// The worksheets in order.
    pub sheets: Vec<SheetOut>,
    /// Whether every cell is written as text, and every column formatted as text: what is typed
    /// into it then stays exactly as typed. For packages that are edited as workbooks.
    pub all_text: bool,
    /// The title in the file's properties.
    pub title: String,
}

/// One worksheet to be written.
#[derive(Debug, Clone, Default)]
pub struct SheetOut {
    /// The name on the tab: 1 to 31 characters.
    pub name: String,
    /// The columns; their headings are the first row, which stays in view.
    pub columns: Vec<ColumnOut>,
    /// The rows below, each with one cell per column.
    pub rows: Vec<Vec<CellOut>>,
    /// Columns at the left that stay in view.
    pub frozen_columns: u16,
    /// Whether the tab is hidden.
    pub is_hidden: bool,
}

/// What a column holds, for its format; cells keep their own type except in text columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnKind {
    /// No format of its own.
    #[default]
    Any,
    /// Everything in it is text.
    Text,
    /// Numbers; with a number of decimals when it is fixed.
    Number {
        /// Decimals shown; `None` shows what there is.
        decimals: Option<u8>,
    },
    /// Days.
    Date,
    /// Days with a time.
    DateTime,
    /// Remarks beside the data: text, set off in grey.
    Comment,
}

/// One column to be written.
#[derive(Debug, Clone, Default)]
pub struct ColumnOut {
    /// The heading.
    pub heading: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// The values to choose from; other values are refused by the spreadsheet. Empty: free.
    pub choices: Vec<String>,
    /// A note on the heading: what to fill in.
    pub note: Option<String>,
    /// The width in characters of half width; `None` fits the content.
    pub width: Option<u16>,
}

impl ColumnOut {
    /// A column of texts.
    pub fn text(heading: impl Into<String>) -> Self {
        Self::of_kind(heading, ColumnKind::Text)
    }

    /// A column of numbers, shown as they are.
    pub fn number(heading: impl Into<String>) -> Self {
        Self::of_kind(heading, ColumnKind::Number { decimals: None })
    }

    /// A column of days.
    pub fn date(heading: impl Into<String>) -> Self {
        Self::of_kind(heading, ColumnKind::Date)
    }

    /// A column of this kind.
    pub fn of_kind(heading: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            heading: heading.into(),
            kind,
            ..Self::default()
        }
    }

    /// The column with a drop-down list.
    #[must_use]
    pub fn with_choices<T: Into<String>>(mut self, choices: impl IntoIterator<Item = T>) -> Self {
        self.choices = choices.into_iter().map(Into::into).collect();
        self
    }

    /// The column with a note on its heading.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// One cell to be written.
#[derive(Debug, Clone, Default)]
pub struct CellOut {
    /// Its content.
    pub cell: Cell,
    /// What is wrong with it: the cell is coloured and carries this as a note.
    pub fault: Option<String>,
}

impl From<Cell> for CellOut {
    fn from(cell: Cell) -> Self {
        Self { cell, fault: None }
    }
}

impl From<&str> for CellOut {
    fn from(text: &str) -> Self {
        Cell::text(text).into()
    }
}

impl SheetOut {
    /// A worksheet without rows.
    pub fn new(name: impl Into<String>, columns: impl IntoIterator<Item = ColumnOut>) -> Self {
        Self {
            name: name.into(),
            columns: columns.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl WorkbookOut {
    /// A workbook of these sheets.
    pub fn new(sheets: impl IntoIterator<Item = SheetOut>) -> Self {
        Self {
            sheets: sheets.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        self.check()?;
        let mut book = Workbook::new();
        book.set_properties(&self.properties()?);
        let formats = Formats::new();
        let mut lists = Lists::default();
        let mut has_active = false;
        for sheet in &self.sheets {
            let page = book.add_worksheet();
            // The library shows a hidden first sheet unless another one is active.
            if !sheet.is_hidden && !has_active {
                page.set_active(true);
                has_active = true;
            }
            self.write_sheet(page, sheet, &formats, &mut lists)
                .map_err(write_problem)?;
        }
        lists.write(&mut book).map_err(write_problem)?;
        book.save_to_buffer().map_err(write_problem)
    }

    /// Fixed properties: without them the library writes the time of the call.
    fn properties(&self) -> Result<DocProperties, Problem> {
        let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(write_problem)?;
        Ok(DocProperties::new()
            .set_title(self.title.as_str())
            .set_creation_datetime(&epoch))
    }

    fn check(&self) -> Result<(), Problem> {
        if self.sheets.iter().all(|sheet| sheet.is_hidden) {
            return Err(problems::nothing_to_write());
        }
        let mut names = vec![LIST_SHEET.to_owned()];
        for sheet in &self.sheets {
            let name = sheet.name.to_lowercase();
            if !is_sheet_name(&sheet.name) || names.contains(&name) {
                return Err(problems::bad_sheet_name(&sheet.name));
            }
            names.push(name);
            let (rows, columns) = (sheet.rows.len().saturating_add(1), sheet.columns.len());
            if rows > ROWS_MAX || columns > COLUMNS_MAX {
                return Err(problems::sheet_too_large(&sheet.name, rows, columns));
            }
            for (at, row) in sheet.rows.iter().enumerate() {
                if row.len() != columns {
                    return Err(problems::row_width(at + 2, row.len(), columns));
                }
            }
        }
        Ok(())
    }

    fn write_sheet(
        &self,
        page: &mut Worksheet,
        sheet: &SheetOut,
        formats: &Formats,
        lists: &mut Lists,
    ) -> Result<(), WriteError> {
        page.set_name(&sheet.name)?;
        page.set_hidden(sheet.is_hidden);
        page.set_freeze_panes(1, sheet.frozen_columns)?;
        let mut width = 0.0;
        for (at, column) in sheet.columns.iter().enumerate() {
            let index = column_index(at);
            let kind = if self.all_text {
                ColumnKind::Text
            } else {
                column.kind
            };
            if let Some(format) = formats.of_kind(kind) {
                page.set_column_format(index, &format)?;
            }
            let column_width = column_width(sheet, at, column);
            width += column_width;
            page.set_column_width(index, column_width)?;
            write_text(page, 0, index, &column.heading, &formats.heading)?;
            if let Some(note) = &column.note {
                page.insert_note(0, index, &note_of(note))?;
            }
            if !column.choices.is_empty() {
                let last = (sheet.rows.len() + SPARE_ROWS).min(ROWS_MAX - 1);
                let validation = lists.validation(&column.choices)?;
                page.add_data_validation(1, index, row_index(last), index, &validation)?;
            }
        }
        set_paper(page, width)?;
        for (at, row) in sheet.rows.iter().enumerate() {
            for (column_at, (cell, column)) in row.iter().zip(&sheet.columns).enumerate() {
                let kind = if self.all_text {
                    ColumnKind::Text
                } else {
                    column.kind
                };
                let place = (row_index(at + 1), column_index(column_at));
                write_cell(page, place, cell, kind, formats)?;
            }
        }
        Ok(())
    }
}

/// In range: `check` has compared the sheet with `ROWS_MAX`.
fn row_index(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// In range: `check` has compared the sheet with `COLUMNS_MAX`.
pub(crate) fn column_index(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

pub(crate) fn is_sheet_name(name: &str) -> bool {
    let units = name.encode_utf16().count();
    (1..=SHEET_NAME_UNITS_MAX).contains(&units)
        && !name.contains(['[', ']', ':', '*', '?', '/', '\\'])
        && !name.chars().any(char::is_control)
        && !name.starts_with('\'')
        && !name.ends_with('\'')
        // Reserved by Excel for its change log.
        && !name.eq_ignore_ascii_case("history")
}

fn write_cell(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    out: &CellOut,
    kind: ColumnKind,
    formats: &Formats,
) -> Result<(), WriteError> {
    let format = formats.of_cell(&out.cell, kind, out.fault.is_some());
    let is_text_column = matches!(kind, ColumnKind::Text | ColumnKind::Comment);
    let number = if is_text_column {
        None
    } else {
        number_of(&out.cell)
    };
    match (&out.cell, number) {
        (Cell::Empty, _) if out.fault.is_none() => {}
        (Cell::Empty, _) => {
            page.write_blank(row, column, &format)?;
        }
        (Cell::Bool(truth), _) if !is_text_column => {
            page.write_boolean_with_format(row, column, *truth, &format)?;
        }
        (_, Some(number)) => {
            page.write_number_with_format(row, column, number, &format)?;
        }
        (cell, None) => {
            let is_typed = !matches!(cell, Cell::Text(_));
            if is_typed && !is_text_column {
                // A number or date that a workbook cannot hold stays exact as text.
                let format = formats.of_cell(&Cell::Text(String::new()), kind, out.fault.is_some());
                write_text(page, row, column, &cell.as_text(), &format)?;
            } else {
                write_text(page, row, column, &cell.as_text(), &format)?;
            }
        }
    }
    if let Some(fault) = &out.fault {
        page.insert_note(row, column, &note_of(fault))?;
    }
    Ok(())
}

/// The number that a workbook stores for a cell; `None` for texts and for what it cannot store without
/// loss: more than 15 digits, days before March 1900.
pub(crate) fn number_of(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(digits) if fits_binary(digits) => digits.parse().ok(),
        // Shifted as text, so that 12.5 % is the nearest binary number to 0.125.
        Cell::Percent(digits) if fits_binary(digits) => format!("{digits}e-2").parse().ok(),
        Cell::Date(day) => serial_of(*day, 0),
        Cell::DateTime(moment) => serial_of(moment.day(), moment.millisecond_of_day()),
        _ => None,
    }
}

/// Whether a decimal text is a plain number of at most 15 significant digits, and below 10^15, from
/// where on a reader cannot tell zeros from lost digits.
fn fits_binary(digits: &str) -> bool {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let whole = unsigned.split('.').next().unwrap_or_default();
    let significant: String = unsigned.chars().filter(|c| *c != '.').collect();
    let significant = significant.trim_matches('0');
    unsigned.len() <= 300
        && unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || c == '.')
        && significant.len() <= 15
        && whole.trim_start_matches('0').len() <= 15
}

pub(crate) fn write_text(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<(), WriteError> {
    if text.len() > CELL_UNITS_MAX && text.encode_utf16().count() > CELL_UNITS_MAX {
        return Err(WriteError::Problem(problems::text_too_long(
            row.saturating_add(1),
            u32::from(column) + 1,
        )));
    }
    page.write_string_with_format(row, column, text, format)?;
    Ok(())
}

fn note_of(text: &str) -> Note {
    // Excel cuts longer notes; the reason column has the whole text.
    let short: String = text.chars().take(1000).collect();
    Note::new(short)
        .add_author_prefix(false)
        .set_width(240)
        .set_height(90)
}

/// How a worksheet goes onto paper: across, as wide as the paper, its heading on every page; on A3 where A4 would
/// make it too small to read.
pub(crate) fn set_paper(page: &mut Worksheet, width: f64) -> Result<(), XlsxError> {
    page.set_landscape();
    page.set_paper_size(if width > A4_WIDTH { PAPER_A3 } else { PAPER_A4 });
    page.set_print_fit_to_pages(1, 0);
    page.set_repeat_rows(0, 0)?;
    Ok(())
}

fn column_width(sheet: &SheetOut, at: usize, column: &ColumnOut) -> f64 {
    if let Some(width) = column.width {
        return f64::from(width);
    }
    /// A long sheet is measured by its first rows.
    const ROWS_MEASURED: usize = 1000;
    let line_width = |text: &str| text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
    let widest = sheet
        .rows
        .iter()
        .take(ROWS_MEASURED)
        .filter_map(|row| row.get(at))
        .map(|out| line_width(&out.cell.as_text()))
        .chain([line_width(&column.heading)])
        .max()
        .unwrap_or(0);
    let width = widest.saturating_add(2).clamp(WIDTH_MIN, WIDTH_MAX);
    f64::from(u16::try_from(width).unwrap_or(u16::MAX))
}

/// The formats of a workbook, made once.
pub(crate) struct Formats {
    pub(crate) heading: Format,
    any: Format,
    pub(crate) text: Format,
    comment: Format,
    date: Format,
    date_time: Format,
    percent: Format,
}

impl Formats {
    pub(crate) fn new() -> Self {
        let plain = || Format::new().set_align(FormatAlign::Top);
        Self {
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0x00D9_E2F3))
                .set_border(FormatBorder::Thin)
                .set_num_format("@"),
            any: plain().set_text_wrap(),
            text: plain().set_num_format("@").set_text_wrap(),
            comment: plain()
                .set_num_format("@")
                .set_text_wrap()
                .set_italic()
                .set_font_color(Color::RGB(0x0060_6060)),
            date: plain().set_num_format("yyyy-mm-dd"),
            date_time: plain().set_num_format("yyyy-mm-dd hh:mm:ss"),
            percent: plain().set_num_format("0.##########%"),
        }
    }

    /// The format of a whole column.
    pub(crate) fn of_kind(&self, kind: ColumnKind) -> Option<Format> {
        match kind {
            ColumnKind::Any => None,
            ColumnKind::Text => Some(self.text.clone()),
            ColumnKind::Comment => Some(self.comment.clone()),
            ColumnKind::Date => Some(self.date.clone()),
            ColumnKind::DateTime => Some(self.date_time.clone()),
            ColumnKind::Number { decimals } => Some(number_format(decimals)),
        }
    }

    fn of_cell(&self, cell: &Cell, kind: ColumnKind, is_faulty: bool) -> Format {
        let format = match (kind, cell) {
            (ColumnKind::Comment, _) => self.comment.clone(),
            (ColumnKind::Text, _) => self.text.clone(),
            (ColumnKind::Date, Cell::Empty) | (_, Cell::Date(_)) => self.date.clone(),
            (ColumnKind::DateTime, Cell::Empty) | (_, Cell::DateTime(_)) => self.date_time.clone(),
            (_, Cell::Percent(_)) => self.percent.clone(),
            (ColumnKind::Number { decimals }, Cell::Number(_)) => number_format(decimals),
            // As text, so that editing the cell does not turn its text into a formula or a date.
            (_, Cell::Text(_)) => self.text.clone(),
            _ => self.any.clone(),
        };
        if is_faulty {
            format
                .set_background_color(Color::RGB(0x00FF_C7CE))
                .set_font_color(Color::RGB(0x009C_0006))
        } else {
            format
        }
    }
}

fn number_format(decimals: Option<u8>) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    match decimals {
        None => format,
        Some(0) => format.set_num_format("0"),
        Some(decimals) => {
            format.set_num_format(format!("0.{}", "0".repeat(usize::from(decimals.min(15)))))
        }
    }
}

/// Drop-down lists that are too long to stand in the cell's own rule, one column each on a hidden sheet.
#[derive(Default)]
struct Lists {
    columns: Vec<Vec<String>>,
}

impl Lists {
    fn validation(&mut self, choices: &[String]) -> Result<DataValidation, WriteError> {
        let units: usize = choices
            .iter()
            .map(|choice| choice.replace('"', "\"\"").encode_utf16().count() + 1)
            .sum();
        // A comma would split a choice, and blanks at its ends are lost.
        let is_plain = |choice: &String| !choice.contains(',') && choice.trim() == choice;
        if units <= INLINE_LIST_UNITS_MAX && choices.iter().all(is_plain) {
            return Ok(DataValidation::new().allow_list_strings(choices)?);
        }
        let at = match self.columns.iter().position(|column| column == choices) {
            Some(at) => at,
            None => {
                self.columns.push(choices.to_vec());
                self.columns.len() - 1
            }
        };
        let letters = column_letters(at);
        let range = format!(
            "={LIST_SHEET}!${letters}$1:${letters}${}",
            choices.len().min(ROWS_MAX)
        );
        Ok(DataValidation::new().allow_list_formula(Formula::new(range)))
    }

    fn write(&self, book: &mut Workbook) -> Result<(), WriteError> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let page = book.add_worksheet();
        page.set_name(LIST_SHEET)?;
        page.set_hidden(true);
        let text = Format::new().set_num_format("@");
        for (column, choices) in self.columns.iter().take(COLUMNS_MAX).enumerate() {
            for (row, choice) in choices.iter().take(ROWS_MAX).enumerate() {
                write_text(page, row_index(row), column_index(column), choice, &text)?;
            }
        }
        Ok(())
    }
}

/// Either side's error on the way out.
pub(crate) enum WriteError {
    Problem(Problem),
    Library(XlsxError),
}

impl From<XlsxError> for WriteError {
    fn from(error: XlsxError) -> Self {
        Self::Library(error)
    }
}

pub(crate) fn write_problem(error: impl Into<WriteError>) -> Problem {
    match error.into() {
        WriteError::Problem(problem) => problem,
        WriteError::Library(error) => problems::write_failed(error),
    }
}
