//! Delimited text to hand out, to any writer, row by row.
//!
//! RFC 4180: cells with delimiter, quote or line end are quoted, quotes doubled, lines end in CR LF. A
//! byte order mark is for spreadsheets that would otherwise take UTF-8 for a local encoding; the guard
//! against formulas is for files that people open in a spreadsheet.

use std::io::Write;

use base::Problem;

use crate::cell::Cell;
use crate::clean::parse_decimal_text;
use crate::options::Delimiter;
use crate::problems;

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelimitedOptions {
    /// Between cells.
    pub delimiter: Delimiter,
    /// Whether the file begins with a UTF-8 byte order mark.
    pub has_byte_order_mark: bool,
    /// Whether a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`
    /// or a control character, and is no number) gets an apostrophe before it (OWASP, "CSV
    /// injection"). The text is then no longer what was stored: leave it off for machines.
    pub guards_formulas: bool,
}

impl Default for DelimitedOptions {
    fn default() -> Self {
        Self {
            delimiter: Delimiter::Comma,
            has_byte_order_mark: false,
            guards_formulas: false,
        }
    }
}

impl DelimitedOptions {
    /// For people with a spreadsheet: byte order mark and guard against formulas.
    pub fn for_spreadsheets() -> Self {
        Self {
            has_byte_order_mark: true,
            guards_formulas: true,
            ..Self::default()
        }
    }
}

/// Writes delimited text in UTF-8.
///
/// ```
/// use sheet::{Cell, DelimitedOptions, DelimitedOut};
/// let mut out = DelimitedOut::start(Vec::new(), &["名称", "数量"], DelimitedOptions::default()).unwrap();
/// out.write_row(&[Cell::text("甲,乙"), Cell::Number("3".into())]).unwrap();
/// let bytes = out.finish().unwrap();
/// assert_eq!(bytes, "名称,数量\r\n\"甲,乙\",3\r\n".as_bytes());
/// ```
pub struct DelimitedOut<W: Write> {
    writer: csv::Writer<W>,
    columns: usize,
    rows: usize,
    guards_formulas: bool,
}

impl<W: Write> DelimitedOut<W> {
    /// Writes the header.
    pub fn start<T: AsRef<str>>(
        mut inner: W,
        header: &[T],
        options: DelimitedOptions,
    ) -> Result<Self, Problem> {
        if options.has_byte_order_mark {
            inner
                .write_all("\u{FEFF}".as_bytes())
                .map_err(problems::write_failed)?;
        }
        let writer = csv::WriterBuilder::new()
            .delimiter(options.delimiter.byte())
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(inner);
        let mut out = Self {
            writer,
            columns: header.len(),
            rows: 0,
            guards_formulas: options.guards_formulas,
        };
        out.write_texts(header)?;
        Ok(out)
    }

    /// Writes a row of cells, one per column.
    pub fn write_row(&mut self, cells: &[Cell]) -> Result<(), Problem> {
        self.check_width(cells.len())?;
        for cell in cells {
            let text = cell.as_text();
            let is_text = matches!(cell, Cell::Text(_));
            self.write_field(&text, is_text)?;
        }
        self.end_row()
    }

    /// Writes a row of texts, one per column.
    pub fn write_texts<T: AsRef<str>>(&mut self, texts: &[T]) -> Result<(), Problem> {
        self.check_width(texts.len())?;
        for text in texts {
            self.write_field(text.as_ref(), true)?;
        }
        self.end_row()
    }

    /// Writes what is still buffered and gives the writer back.
    pub fn finish(self) -> Result<W, Problem> {
        self.writer
            .into_inner()
            .map_err(|error| problems::write_failed(error.error()))
    }

    fn check_width(&self, found: usize) -> Result<(), Problem> {
        if found == self.columns {
            Ok(())
        } else {
            Err(problems::row_width(self.rows + 1, found, self.columns))
        }
    }

    fn write_field(&mut self, text: &str, is_text: bool) -> Result<(), Problem> {
        if self.guards_formulas && is_text && may_become_formula(text) {
            self.writer.write_field(format!("'{text}"))
        } else {
            self.writer.write_field(text)
        }
        .map_err(problems::write_failed)
    }

    fn end_row(&mut self) -> Result<(), Problem> {
        self.rows += 1;
        self.writer
            .write_record(None::<&[u8]>)
            .map_err(problems::write_failed)
    }
}

/// Full-width signs count: some spreadsheets take them for their half-width twins.
fn may_become_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && parse_decimal_text(text).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(options: DelimitedOptions, rows: &[&[&str]]) -> String {
        let mut out = DelimitedOut::start(Vec::new(), &["a", "b"], options).expect("memory");
        for row in rows {
            out.write_texts(row).expect("two cells");
        }
        String::from_utf8(out.finish().expect("memory")).expect("UTF-8")
    }

    #[test]
    fn formulas_are_guarded_where_asked() {
        let rows: &[&[&str]] = &[&["=1+1", "-5"], &["+86 10", "@SUM"], &["-", "－"]];
        assert_eq!(
            written(DelimitedOptions::for_spreadsheets(), rows),
            "\u{FEFF}a,b\r\n'=1+1,-5\r\n'+86 10,'@SUM\r\n'-,'－\r\n"
        );
        assert_eq!(
            written(DelimitedOptions::default(), rows),
            "a,b\r\n=1+1,-5\r\n+86 10,@SUM\r\n-,－\r\n"
        );
    }

    #[test]
    fn rows_must_fit_the_header() {
        let mut out =
            DelimitedOut::start(Vec::new(), &["a"], DelimitedOptions::default()).expect("memory");
        let problem = out.write_texts(&["1", "2"]).expect_err("too wide");
        assert_eq!(problem.code, "S704");
    }

    #[test]
    fn one_empty_cell_is_no_empty_line() {
        let mut out =
            DelimitedOut::start(Vec::new(), &["a"], DelimitedOptions::default()).expect("memory");
        out.write_row(&[Cell::Empty]).expect("one cell");
        assert_eq!(out.finish().expect("memory"), b"a\r\n\"\"\r\n");
    }
}
