//! A workbook that is written row by row, whatever its length, in memory that stays flat.
//!
//! [`crate::WorkbookOut`] is for what people fill in: drop-down lists, notes, widths by content. This is for
//! long tables: each row goes to a temporary file without a name and is gone from memory, the texts
//! stand in the cells instead of a list of all texts, and a table that is longer than a worksheet goes on
//! in another one.

use std::io::Write;

use base::Problem;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};
use unicode_width::UnicodeWidthStr;

use crate::cell::Cell;
use crate::problems;
use crate::workbook_out::{
    COLUMNS_MAX, ColumnKind, ColumnOut, Formats, ROWS_MAX, SHEET_NAME_UNITS_MAX, WriteError,
    column_index, is_sheet_name, number_of, set_paper, write_problem, write_text,
};

/// Columns are at least and at most so wide, in characters of half width, where no width is declared.
const WIDTHS: std::ops::RangeInclusive<usize> = 12..=40;

/// A workbook on its way out.
///
/// ```
/// use sheet::{Cell, ColumnOut, ReadOptions, WorkbookStream, read_table};
/// let mut book = WorkbookStream::new("抽检").unwrap();
/// book.begin_table("抽检", &[ColumnOut::text("名称"), ColumnOut::number("批次")]).unwrap();
/// book.row([Cell::text("甲厂"), Cell::Number("3".into())]).unwrap();
/// let mut bytes = Vec::new();
/// assert_eq!(book.finish(&mut bytes).unwrap(), [("抽检".to_owned(), 1)]);
/// let table = read_table(&bytes, &ReadOptions::default()).unwrap();
/// assert_eq!(table.rows[0].cells[1], Cell::Number("3".into()));
/// ```
pub struct WorkbookStream {
    book: Workbook,
    formats: Formats,
    rows_max: usize,
    /// Every worksheet so far and how many rows it has below its heading.
    sheets: Vec<(String, usize)>,
    /// The table that is being written.
    table: String,
    columns: Vec<ColumnOut>,
    /// How many worksheets it has.
    parts: usize,
}

impl WorkbookStream {
    /// A workbook without a table.
    ///
    /// # Errors
    /// Never for a title that a workbook can have.
    pub fn new(title: &str) -> Result<WorkbookStream, Problem> {
        let mut book = Workbook::new();
        // Fixed: without it the library writes the time of the call.
        let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(write_problem)?;
        let properties = DocProperties::new();
        book.set_properties(&properties.set_title(title).set_creation_datetime(&epoch));
        Ok(WorkbookStream {
            book,
            formats: Formats::new(),
            rows_max: ROWS_MAX,
            sheets: Vec::new(),
            table: String::new(),
            columns: Vec::new(),
            parts: 0,
        })
    }

    /// The same with shorter worksheets, to try what happens at their end.
    #[cfg(test)]
    fn with_rows_max(mut self, rows_max: usize) -> WorkbookStream {
        self.rows_max = rows_max;
        self
    }

    /// Begins a table: its rows follow. Its worksheet is called as the table is, as far as the name fits
    /// and is free.
    ///
    /// # Errors
    /// It has more columns than a worksheet, or the temporary file cannot be made.
    pub fn begin_table(&mut self, name: &str, columns: &[ColumnOut]) -> Result<(), Problem> {
        if columns.len() > COLUMNS_MAX {
            return Err(problems::sheet_too_large(name, 1, columns.len()));
        }
        name.clone_into(&mut self.table);
        self.columns = columns.to_vec();
        self.parts = 0;
        self.begin_sheet().map_err(write_problem)
    }

    /// Writes the next row of the table; on another worksheet when the last is full.
    ///
    /// # Errors
    /// It has not a cell for each column, a text is longer than a cell holds, or the disk is full.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), Problem> {
        if self
            .sheets
            .last()
            .is_none_or(|(_, rows)| rows + 1 >= self.rows_max)
        {
            self.begin_sheet().map_err(write_problem)?;
        }
        let last = self.sheets.len().saturating_sub(1);
        let page = self
            .book
            .worksheet_from_index(last)
            .map_err(write_problem)?;
        let Some((_, rows)) = self.sheets.last_mut() else {
            return Err(problems::nothing_to_write());
        };
        *rows += 1;
        let row = u32::try_from(*rows).unwrap_or(u32::MAX);
        let mut found = 0;
        for cell in cells {
            if let Some(column) = self.columns.get(found) {
                let place = (row, column_index(found));
                write_cell(page, place, &cell, column.kind, &self.formats)
                    .map_err(write_problem)?;
            }
            found += 1;
        }
        if found == self.columns.len() {
            Ok(())
        } else {
            Err(problems::row_width(*rows + 1, found, self.columns.len()))
        }
    }

    /// Writes the file; gives the worksheets in order, each with the number of its rows.
    ///
    /// # Errors
    /// There is no table, or the file cannot be written.
    pub fn finish(mut self, out: impl Write + Send) -> Result<Vec<(String, usize)>, Problem> {
        if self.sheets.is_empty() {
            return Err(problems::nothing_to_write());
        }
        self.book.save_to_writer(out).map_err(write_problem)?;
        Ok(self.sheets)
    }

    fn begin_sheet(&mut self) -> Result<(), WriteError> {
        self.parts += 1;
        let name = self.free_name();
        let page = self.book.add_worksheet_with_constant_memory()?;
        page.set_name(&name)?;
        page.set_freeze_panes(1, 0)?;
        let mut all = 0.0;
        for (at, column) in self.columns.iter().enumerate() {
            let index = column_index(at);
            if let Some(format) = self.formats.of_kind(column.kind) {
                page.set_column_format(index, &format)?;
            }
            let fitting = column.heading.width().saturating_add(2);
            let fitting = fitting.clamp(*WIDTHS.start(), *WIDTHS.end());
            let width = column.width.map_or(fitting, usize::from);
            let width = f64::from(u16::try_from(width).unwrap_or(u16::MAX));
            all += width;
            page.set_column_width(index, width)?;
            write_text(page, 0, index, &column.heading, &self.formats.heading)?;
        }
        set_paper(page, all)?;
        self.sheets.push((name, 0));
        Ok(())
    }

    /// The table's name as the name of its next worksheet: what a worksheet's name cannot have is `_`, and
    /// it ends in a number where it goes on or is taken.
    fn free_name(&self) -> String {
        let mut clean: String = self
            .table
            .chars()
            .map(|c| match c {
                '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' => '_',
                c if c.is_control() => '_',
                c => c,
            })
            .collect();
        if !is_sheet_name(&cut(&clean, SHEET_NAME_UNITS_MAX)) {
            clean = format!("_{clean}");
        }
        let mut number = self.parts;
        loop {
            let ending = if number > 1 {
                format!(" ({number})")
            } else {
                String::new()
            };
            let name = cut(&clean, SHEET_NAME_UNITS_MAX.saturating_sub(ending.len())) + &ending;
            let is_taken =
                |(known, _): &(String, usize)| known.to_lowercase() == name.to_lowercase();
            if !self.sheets.iter().any(is_taken) {
                return name;
            }
            number += 1;
        }
    }
}

/// The beginning of a text, of so many UTF-16 units at most.
fn cut(text: &str, units_max: usize) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= units_max
    };
    text.chars().take_while(fits).collect()
}

/// Cells have the format of their column, so that none is made for each of them.
fn write_cell(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    kind: ColumnKind,
    formats: &Formats,
) -> Result<(), WriteError> {
    let is_text = matches!(kind, ColumnKind::Text | ColumnKind::Comment);
    match (cell, number_of(cell).filter(|_| !is_text)) {
        (Cell::Empty, _) => {}
        (Cell::Bool(truth), _) if !is_text => drop(page.write_boolean(row, column, *truth)?),
        (_, Some(number)) => drop(page.write_number(row, column, number)?),
        // A number or day that a workbook cannot hold stays exact as text.
        _ => write_text(page, row, column, &cell.as_text(), &formats.text)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ReadOptions, SheetChoice};
    use crate::table::read_table;

    fn numbers(table: &str, rows: usize, rows_max: usize) -> (Vec<u8>, Vec<(String, usize)>) {
        let mut book = WorkbookStream::new("t").unwrap().with_rows_max(rows_max);
        let columns = [ColumnOut::number("n"), ColumnOut::text("t")];
        book.begin_table("first", &columns).unwrap();
        book.begin_table(table, &columns).unwrap();
        for row in 0..rows {
            let cells = [Cell::Number(row.to_string()), Cell::text("=1+1")];
            book.row(cells).unwrap();
        }
        let mut bytes = Vec::new();
        let sheets = book.finish(&mut bytes).unwrap();
        (bytes, sheets)
    }

    #[test]
    fn a_long_table_goes_on_in_another_worksheet() {
        // Four rows of a worksheet are a heading and three rows: seven rows need three worksheets.
        let (bytes, sheets) = numbers("record", 7, 4);
        let names: Vec<(&str, usize)> = sheets.iter().map(|(n, r)| (n.as_str(), *r)).collect();
        let expected = [
            ("first", 0),
            ("record", 3),
            ("record (2)", 3),
            ("record (3)", 1),
        ];
        assert_eq!(names, expected);
        let mut found = Vec::new();
        for (name, rows) in sheets.iter().skip(1) {
            let options = ReadOptions {
                sheet: SheetChoice::Named(name.clone()),
                ..ReadOptions::default()
            };
            let table = read_table(&bytes, &options).unwrap();
            assert_eq!((table.header.len(), table.rows.len()), (2, *rows));
            for row in &table.rows {
                assert_eq!(row.cells[1], Cell::text("=1+1"));
                found.push(row.cells[0].as_text().into_owned());
            }
        }
        assert_eq!(found, ["0", "1", "2", "3", "4", "5", "6"]);
    }

    #[test]
    fn names_are_cut_cleaned_and_kept_apart() {
        let long = "record_of_a_very_long_name_indeed";
        let table = [
            ("FIRST", "FIRST (2)"),
            (long, "record_of_a_very_long_name_inde"),
            ("case:x/y", "case_x_y"),
            ("history", "_history"),
        ];
        for (name, expected) in table {
            assert_eq!(numbers(name, 1, 10).1[1].0, expected);
        }
        let mut book = WorkbookStream::new("t").unwrap();
        for name in [long, "record_of_a_very_long_name_indeed_too"] {
            book.begin_table(name, &[ColumnOut::text("t")]).unwrap();
        }
        assert_eq!(book.sheets[1].0, "record_of_a_very_long_name_ (2)");
    }

    #[test]
    fn the_same_rows_are_the_same_bytes_and_a_short_row_is_refused() {
        assert_eq!(numbers("a", 5, 10).0, numbers("a", 5, 10).0);
        let mut book = WorkbookStream::new("t").unwrap();
        book.begin_table("a", &[ColumnOut::text("t"), ColumnOut::text("u")])
            .unwrap();
        assert_eq!(book.row([Cell::text("x")]).unwrap_err().code, "S704");
        let empty = WorkbookStream::new("t").unwrap();
        assert_eq!(empty.finish(Vec::new()).unwrap_err().code, "S706");
    }
}
