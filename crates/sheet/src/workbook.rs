//! Worksheets of a workbook (.xlsx), cell by cell.
//!
//! The archive is measured before anything in it is parsed, because the library beneath (calamine)
//! trusts what a file says about itself. Worksheets are read by its cell stream and never as a
//! block, so that one stray cell in the last row costs nothing. Next: `rows.rs`.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use base::Problem;
use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use zip::result::ZipError;

use crate::archive::check_archive;
use crate::cell::{Cell, Reason};
use crate::dates::{DatePatterns, parse_date_time};
use crate::limits::Limits;
use crate::number::{decimal_of_float, is_percent_format};
use crate::options::{ReadOptions, SheetChoice};
use crate::problems;
use crate::serial::{cell_of_serial, text_of_duration};

/// A row of a worksheet, not yet cut to the header.
#[derive(Debug, Default)]
pub(crate) struct SheetRow {
    /// 1-based.
    pub(crate) number: u32,
    pub(crate) cells: Vec<Cell>,
    pub(crate) reasons: Vec<Reason>,
}

/// The used rows of a worksheet in order; rows without cells are absent.
#[derive(Debug)]
pub(crate) struct SheetRows {
    pub(crate) name: String,
    pub(crate) rows: Vec<SheetRow>,
}

/// What one wants of a workbook.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// The sheet chosen in the options.
    Chosen,
    /// Every visible worksheet.
    AllVisible,
}

/// Reads worksheets; at least one when `Chosen`.
pub(crate) fn read_sheets(
    bytes: Vec<u8>,
    options: &ReadOptions,
    wanted: Wanted,
) -> Result<Vec<SheetRows>, Problem> {
    with_workbook(bytes, &options.limits, |book| {
        let sheets = worksheets(book, &options.limits)?;
        let names = match wanted {
            Wanted::Chosen => vec![choose(&sheets, &options.sheet)?],
            Wanted::AllVisible => visible(&sheets),
        };
        names
            .into_iter()
            .map(|name| read_sheet(book, name, options))
            .collect()
    })
}

/// The names of all worksheets in order, hidden ones included.
pub(crate) fn sheet_names(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<SheetName>, Problem> {
    with_workbook(bytes, limits, |book| {
        Ok(worksheets(book, limits)?
            .into_iter()
            .filter(|sheet| sheet.has_cells)
            .map(|sheet| SheetName {
                name: sheet.name,
                is_visible: sheet.is_visible,
            })
            .collect())
    })
}

/// A worksheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetName {
    /// As on its tab.
    pub name: String,
    /// Whether its tab is shown.
    pub is_visible: bool,
}

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Opens a workbook and works with it. A panic of the library on a malformed file becomes a problem
/// like any other: the workbook is local to this call, so nothing half-done survives it.
fn with_workbook<T>(
    bytes: Vec<u8>,
    limits: &Limits,
    work: impl FnOnce(&mut Book) -> Result<T, Problem>,
) -> Result<T, Problem> {
    check_archive(&bytes, limits)?;
    catch_unwind(AssertUnwindSafe(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| workbook_problem(&error))?;
        work(&mut book)
    }))
    .unwrap_or_else(|_| Err(problems::damaged_workbook("malformed XML")))
}

fn workbook_problem(error: &XlsxError) -> Problem {
    match error {
        XlsxError::Password => problems::locked_workbook(),
        XlsxError::Zip(ZipError::FileNotFound)
        | XlsxError::FileNotFound(_)
        | XlsxError::RelationshipNotFound => problems::not_a_workbook(),
        XlsxError::NotAWorksheet(name) => problems::not_a_worksheet(name),
        other => problems::damaged_workbook(other),
    }
}

struct Worksheet {
    name: String,
    is_visible: bool,
    has_cells: bool,
}

fn worksheets(book: &Book, limits: &Limits) -> Result<Vec<Worksheet>, Problem> {
    let sheets = book.sheets_metadata();
    if sheets.len() > limits.sheets_max {
        return Err(problems::too_many_sheets(limits.sheets_max));
    }
    Ok(sheets
        .iter()
        .map(|sheet| Worksheet {
            name: sheet.name.clone(),
            is_visible: sheet.visible == SheetVisible::Visible,
            has_cells: sheet.typ == SheetType::WorkSheet,
        })
        .collect())
}

fn visible(sheets: &[Worksheet]) -> Vec<&str> {
    sheets
        .iter()
        .filter(|sheet| sheet.is_visible && sheet.has_cells)
        .map(|sheet| sheet.name.as_str())
        .collect()
}

fn choose<'s>(sheets: &'s [Worksheet], choice: &SheetChoice) -> Result<&'s str, Problem> {
    let present = || {
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        names.join("、")
    };
    let sheet = match choice {
        SheetChoice::First => {
            return visible(sheets)
                .first()
                .copied()
                .ok_or_else(problems::no_visible_sheet);
        }
        SheetChoice::Named(name) => sheets
            .iter()
            .find(|sheet| sheet.name == *name)
            .ok_or_else(|| problems::no_such_sheet(name, present()))?,
        SheetChoice::Index(index) => sheets
            .get(*index)
            .ok_or_else(|| problems::no_sheet_at(index.saturating_add(1), present()))?,
    };
    if sheet.has_cells {
        Ok(&sheet.name)
    } else {
        Err(problems::not_a_worksheet(&sheet.name))
    }
}

fn read_sheet(book: &mut Book, name: &str, options: &ReadOptions) -> Result<SheetRows, Problem> {
    let limits = &options.limits;
    let mut rows = read_rows(book, name, limits)?;
    if options.header_rows > 1 || options.spread_merged {
        let merged = book
            .merge_cells_by_sheet_name(name)
            .map_err(|error| workbook_problem(&error))?;
        let first_row = options.skip_rows.saturating_add(1);
        let header_end = header_start(&rows, options).saturating_add(options.header_rows);
        let last_row = if options.spread_merged {
            u32::MAX
        } else {
            header_end.saturating_sub(1)
        };
        spread(&mut rows, &merged, first_row..=last_row, limits)?;
    }
    Ok(SheetRows {
        name: name.to_owned(),
        rows,
    })
}

/// The number of the first header row: the first row with something to see below the skipped ones.
pub(crate) fn header_start(rows: &[SheetRow], options: &ReadOptions) -> u32 {
    rows.iter()
        .find(|row| row.number > options.skip_rows && !row.cells.iter().all(Cell::is_blank))
        .map_or(u32::MAX, |row| row.number)
}

fn read_rows(book: &mut Book, name: &str, limits: &Limits) -> Result<Vec<SheetRow>, Problem> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book
        .worksheet_cells_reader(name)
        .map_err(|error| workbook_problem(&error))?;
    let percent_styles: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| {
            style
                .number_format
                .as_ref()
                .is_some_and(|format| is_percent_format(&format.format_code))
        })
        .collect();
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut cells_left = limits.cells_max;
    let mut last_row = 0;
    loop {
        let next = reader.next_cell_with_style_id().map_err(|error| {
            problems::damaged_workbook(format!("{error}; {name}, row {}", last_row + 1))
        })?;
        let Some((found, style)) = next else {
            return Ok(rows);
        };
        let (row, column) = found.get_position();
        last_row = row;
        if matches!(found.get_value(), DataRef::Empty) {
            continue;
        }
        let is_percent = percent_styles.get(style).copied().unwrap_or(false);
        let (cell, problem) = read_cell(found.get_value(), is_percent, is_1904, limits)
            .map_err(|problem| at_cell(problem, name, row, column))?;
        if cell == Cell::Empty {
            continue;
        }
        if row >= limits.rows_max {
            return Err(problems::too_many_rows(limits.rows_max));
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= limits.columns_max {
            return Err(problems::too_many_columns(limits.columns_max));
        }
        let number = row.saturating_add(1);
        if rows.last().is_none_or(|last| last.number < number) {
            rows.push(SheetRow {
                number,
                ..SheetRow::default()
            });
        }
        let Some(target) = rows.last_mut().filter(|last| last.number == number) else {
            return Err(problems::damaged_workbook("rows out of order"));
        };
        place_cell(target, column, cell, &mut cells_left, limits)?;
        if let Some(problem) = problem {
            target.reasons.push(Reason {
                column: Some(column),
                problem,
            });
        }
    }
}

fn at_cell(problem: Problem, sheet: &str, row: u32, column: u32) -> Problem {
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    problem.in_place(base::Place {
        sheet: Some(sheet.to_owned()),
        row: Some(row.saturating_add(1)),
        column: Some(crate::header::column_letters(column)),
        ..base::Place::default()
    })
}

/// Puts a cell into its column, with empty cells before it as needed.
fn place_cell(
    row: &mut SheetRow,
    column: usize,
    cell: Cell,
    cells_left: &mut u64,
    limits: &Limits,
) -> Result<(), Problem> {
    let grown = (column + 1).saturating_sub(row.cells.len());
    *cells_left = u64::try_from(grown)
        .ok()
        .and_then(|grown| cells_left.checked_sub(grown))
        .ok_or_else(|| problems::too_many_cells(limits.cells_max))?;
    if grown > 0 {
        row.cells.resize(column + 1, Cell::Empty);
    }
    if let Some(place) = row.cells.get_mut(column) {
        *place = cell;
    }
    Ok(())
}

/// The cell as a user sees it, and what is wrong with it alone.
fn read_cell(
    value: &DataRef<'_>,
    is_percent: bool,
    is_1904: bool,
    limits: &Limits,
) -> Result<(Cell, Option<Problem>), Problem> {
    let good = |cell| Ok((cell, None));
    match value {
        DataRef::Empty => good(Cell::Empty),
        DataRef::String(text) => text_cell(text, limits).map(|cell| (cell, None)),
        DataRef::SharedString(text) => text_cell(text, limits).map(|cell| (cell, None)),
        DataRef::Bool(truth) => good(Cell::Bool(*truth)),
        DataRef::Int(number) => good(Cell::Number(number.to_string())),
        DataRef::Float(number) => Ok(number_cell(*number, is_percent)),
        DataRef::DateTime(moment) if moment.is_duration() => {
            match text_of_duration(moment.as_f64()) {
                Some(text) => good(Cell::Text(text)),
                None => Ok(bad_serial(moment.as_f64())),
            }
        }
        DataRef::DateTime(moment) => match cell_of_serial(moment.as_f64(), is_1904) {
            Some(cell) => good(cell),
            None => Ok(bad_serial(moment.as_f64())),
        },
        DataRef::DateTimeIso(text) => good(match parse_date_time(text, &DatePatterns::default()) {
            Ok(moment) if moment.millisecond_of_day() == 0 => Cell::Date(moment.day()),
            Ok(moment) => Cell::DateTime(moment),
            Err(_) => text_cell(text, limits)?,
        }),
        DataRef::DurationIso(text) => text_cell(text, limits).map(|cell| (cell, None)),
        DataRef::Error(error) => Ok((
            Cell::Text(error.to_string()),
            Some(problems::error_cell(error)),
        )),
    }
}

fn text_cell(text: &str, limits: &Limits) -> Result<Cell, Problem> {
    if text.len() > limits.cell_chars_max && text.chars().count() > limits.cell_chars_max {
        return Err(problems::cell_too_long(limits.cell_chars_max));
    }
    Ok(Cell::text(text))
}

fn bad_serial(serial: f64) -> (Cell, Option<Problem>) {
    (
        Cell::Text(serial.to_string()),
        Some(problems::impossible_date_cell(serial)),
    )
}

fn number_cell(number: f64, is_percent: bool) -> (Cell, Option<Problem>) {
    /// From here on a workbook no longer holds every digit.
    const DIGITS_KEPT: f64 = 1e15;
    let shift = if is_percent { 2 } else { 0 };
    let Some(digits) = decimal_of_float(number, shift) else {
        return (Cell::Text(number.to_string()), Some(problems::not_finite()));
    };
    let problem = (number.abs() >= DIGITS_KEPT).then(|| problems::digits_lost(&digits));
    let cell = if is_percent {
        Cell::Percent(digits)
    } else {
        Cell::Number(digits)
    };
    (cell, problem)
}

/// Gives the value of each merged range to all its cells within the given rows and the used width.
fn spread(
    rows: &mut Vec<SheetRow>,
    merged: &[Dimensions],
    within: std::ops::RangeInclusive<u32>,
    limits: &Limits,
) -> Result<(), Problem> {
    let mut cells_left = limits.cells_max;
    let (Some(last_used), width) = (
        rows.last().map(|row| row.number),
        rows.iter().map(|row| row.cells.len()).max().unwrap_or(0),
    ) else {
        return Ok(());
    };
    for range in merged {
        let top = range.start.0.saturating_add(1);
        let bottom = range
            .end
            .0
            .saturating_add(1)
            .min(*within.end())
            .min(last_used);
        let left = usize::try_from(range.start.1).unwrap_or(usize::MAX);
        let right = usize::try_from(range.end.1)
            .unwrap_or(usize::MAX)
            .min(width.saturating_sub(1));
        if top < *within.start() || top > bottom || left > right {
            continue;
        }
        let Some(value) = find_row(rows, top)
            .and_then(|row| row.cells.get(left))
            .filter(|cell| !cell.is_blank())
            .cloned()
        else {
            continue;
        };
        for number in top..=bottom {
            let row = row_at(rows, number);
            for column in left..=right {
                if row.cells.get(column).is_none_or(Cell::is_blank) {
                    // Ranges that overlap may cover the same cells again and again: count the work.
                    cells_left = cells_left
                        .checked_sub(1)
                        .ok_or_else(|| problems::too_many_cells(limits.cells_max))?;
                    place_cell(row, column, value.clone(), &mut cells_left, limits)?;
                }
            }
        }
    }
    Ok(())
}

fn find_row(rows: &[SheetRow], number: u32) -> Option<&SheetRow> {
    let at = rows.binary_search_by_key(&number, |row| row.number).ok()?;
    rows.get(at)
}

/// The row of this number, made when absent.
fn row_at(rows: &mut Vec<SheetRow>, number: u32) -> &mut SheetRow {
    let at = match rows.binary_search_by_key(&number, |row| row.number) {
        Ok(at) => at,
        Err(at) => {
            rows.insert(
                at,
                SheetRow {
                    number,
                    ..SheetRow::default()
                },
            );
            at
        }
    };
    // In bounds: the row was found at `at` or has just been inserted there.
    &mut rows[at]
}
