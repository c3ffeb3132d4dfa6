//! Delimited text, record by record (RFC 4180), in bounded memory.
//!
//! Written here and not taken from a library because an import must say *where* a text went wrong: the
//! line on which a quote opened that never closes, the record with text behind its closing quote, the
//! cell that outgrew its limit. Line ends may be LF, CR LF or CR. Quotes within an unquoted cell
//! are ordinary characters. Next: `rows.rs`, which makes rows under a header of these records.

use base::Problem;

use crate::decode::TextPieces;
use crate::limits::Limits;
use crate::options::Delimiter;
use crate::problems;

/// One record as it stands in the text.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The physical line on which it starts, 1-based.
    pub(crate) line: u32,
    pub(crate) cells: Vec<String>,
    /// Texts of records before, whose memory is used for the next cells.
    pub(crate) spare: Vec<String>,
    /// The first cell (0-based) in which text follows the closing quote, and the line of that.
    pub(crate) text_after_quote: Option<(usize, u32)>,
}

impl Record {
    /// An empty text, in memory that was used before where there is any.
    fn spare_text(&mut self) -> String {
        let mut text = self.spare.pop().unwrap_or_default();
        text.clear();
        text
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote within a quoted cell: the end of the cell, or the first half of `""`.
    QuoteInQuoted,
}

/// Splits a text into records.
pub(crate) struct Records<'a> {
    pieces: TextPieces<'a>,
    piece: String,
    /// Whether a zero byte, which no table has, stands in the piece.
    has_nul: bool,
    at: usize,
    is_at_end: bool,
    delimiter: u8,
    /// The current physical line, 1-based.
    line: u32,
    /// The character before was a CR, so that an LF now ends no further line.
    after_cr: bool,
    columns_max: usize,
    cell_chars_max: usize,
    row_bytes_max: usize,
}

impl<'a> Records<'a> {
    /// Opens a text and passes over its first `skip_rows` lines; without a declared delimiter it is
    /// found in the line after them.
    pub(crate) fn open(
        pieces: TextPieces<'a>,
        delimiter: Option<Delimiter>,
        skip_rows: u32,
        limits: &Limits,
    ) -> Result<(Self, Delimiter), Problem> {
        let mut records = Self {
            pieces,
            piece: String::new(),
            has_nul: false,
            at: 0,
            is_at_end: false,
            delimiter: delimiter.unwrap_or(Delimiter::Comma).byte(),
            line: 1,
            after_cr: false,
            columns_max: limits.columns_max,
            cell_chars_max: limits.cell_chars_max,
            row_bytes_max: limits.row_bytes_max,
        };
        for _ in 0..skip_rows {
            if !records.skip_physical_line()? {
                break;
            }
        }
        let delimiter = match delimiter {
            Some(delimiter) => delimiter,
            None => records.find_delimiter(limits.row_bytes_max)?,
        };
        records.delimiter = delimiter.byte();
        Ok((records, delimiter))
    }

    /// The likely delimiter by the whole first line, however few bytes the source gives at a time; of a
    /// line that is longer than a row may be, by its beginning.
    fn find_delimiter(&mut self, bytes_max: usize) -> Result<Delimiter, Problem> {
        self.fill()?;
        loop {
            let (delimiter, is_whole) = likely_delimiter(self.rest());
            if is_whole || self.is_at_end || self.rest().len() > bytes_max {
                return Ok(delimiter);
            }
            let mut more = String::new();
            self.is_at_end = !self.pieces.next_piece(&mut more)?;
            self.piece.push_str(&more);
        }
    }

    /// The undigested part of the current piece.
    fn rest(&self) -> &str {
        self.piece.get(self.at..).unwrap_or_default()
    }

    /// Makes sure that there is something to digest; `false` at the end of the text.
    fn fill(&mut self) -> Result<bool, Problem> {
        while self.at >= self.piece.len() {
            if self.is_at_end {
                return Ok(false);
            }
            self.at = 0;
            self.is_at_end = !self.pieces.next_piece(&mut self.piece)?;
            self.has_nul = self.piece.as_bytes().contains(&0);
        }
        Ok(true)
    }

    fn peek(&self) -> u8 {
        self.piece.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Passes over text up to and with the next line end; `false` at the end of the text.
    fn skip_physical_line(&mut self) -> Result<bool, Problem> {
        let mut saw_any = false;
        while self.fill()? {
            let byte = self.peek();
            if byte == b'\n' && self.after_cr {
                self.take_line_end(byte);
                continue;
            }
            saw_any = true;
            if matches!(byte, b'\n' | b'\r') {
                self.take_line_end(byte);
                return Ok(true);
            }
            self.after_cr = false;
            let run = self.rest();
            self.at += run.find(['\n', '\r']).unwrap_or(run.len());
        }
        Ok(saw_any)
    }

    /// Consumes one byte of a line end and counts the line.
    fn take_line_end(&mut self, byte: u8) {
        if byte == b'\r' || !self.after_cr {
            self.line = self.line.saturating_add(1);
        }
        self.after_cr = byte == b'\r';
        self.at += 1;
    }

    /// Reads the next record into `record`; `None` at the end, else the number of empty lines that
    /// were passed over before it. Those at the end of the text are no rows and are not counted.
    pub(crate) fn next_record(&mut self, record: &mut Record) -> Result<Option<u32>, Problem> {
        record.spare.append(&mut record.cells);
        record.text_after_quote = None;
        let mut empty_lines: u32 = 0;
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            match self.peek() {
                b'\n' if self.after_cr => self.take_line_end(b'\n'),
                byte @ (b'\n' | b'\r') => {
                    empty_lines = empty_lines.saturating_add(1);
                    self.take_line_end(byte);
                }
                _ => break,
            }
        }
        record.line = self.line;
        self.read_cells(record)?;
        Ok(Some(empty_lines))
    }

    fn read_cells(&mut self, record: &mut Record) -> Result<(), Problem> {
        let mut state = State::CellStart;
        let mut cell = record.spare_text();
        let mut quote_line = self.line;
        let mut row_bytes = 0_usize;
        loop {
            if !self.fill()? {
                if state == State::Quoted {
                    return Err(problems::unclosed_quote(quote_line));
                }
                return self.end_cell(record, &mut cell);
            }
            let byte = self.peek();
            match state {
                State::CellStart if byte == b'"' => {
                    quote_line = self.line;
                    state = State::Quoted;
                    self.step();
                }
                State::Quoted if byte == b'"' => {
                    state = State::QuoteInQuoted;
                    self.step();
                }
                State::Quoted if matches!(byte, b'\n' | b'\r') => {
                    cell.push(char::from(byte));
                    self.check_growth(&cell, &mut row_bytes, 1)?;
                    self.take_line_end(byte);
                }
                State::QuoteInQuoted if byte == b'"' => {
                    cell.push('"');
                    self.check_growth(&cell, &mut row_bytes, 1)?;
                    state = State::Quoted;
                    self.step();
                }
                State::Quoted => self.take_run(&mut cell, &mut row_bytes, |b| {
                    matches!(b, b'"' | b'\n' | b'\r')
                })?,
                _ if byte == self.delimiter => {
                    self.end_cell(record, &mut cell)?;
                    state = State::CellStart;
                    self.step();
                }
                _ if matches!(byte, b'\n' | b'\r') => {
                    self.take_line_end(byte);
                    return self.end_cell(record, &mut cell);
                }
                State::CellStart | State::Plain | State::QuoteInQuoted => {
                    if state == State::QuoteInQuoted && record.text_after_quote.is_none() {
                        record.text_after_quote = Some((record.cells.len(), self.line));
                    }
                    state = State::Plain;
                    let delimiter = self.delimiter;
                    self.take_run(&mut cell, &mut row_bytes, |b| {
                        b == delimiter || matches!(b, b'\n' | b'\r')
                    })?;
                }
            }
        }
    }

    fn step(&mut self) {
        self.after_cr = false;
        self.at += 1;
    }

    /// Takes characters up to the next special one, which is ASCII, or to the end of the piece.
    fn take_run(
        &mut self,
        cell: &mut String,
        row_bytes: &mut usize,
        is_special: impl Fn(u8) -> bool,
    ) -> Result<(), Problem> {
        self.after_cr = false;
        let rest = self.rest();
        let length = rest.bytes().position(is_special).unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        if self.has_nul && run.contains('\0') {
            return Err(problems::nul_byte(self.line));
        }
        cell.push_str(run);
        self.at += length;
        self.check_growth(cell, row_bytes, length)
    }

    /// Stops a cell or row that outgrows its limit before all of it is in memory.
    fn check_growth(
        &self,
        cell: &str,
        row_bytes: &mut usize,
        added_bytes: usize,
    ) -> Result<(), Problem> {
        *row_bytes = row_bytes.saturating_add(added_bytes);
        // A character has at most four bytes, so this never refuses a cell within its limit.
        if cell.len() / 4 > self.cell_chars_max {
            return Err(problems::cell_too_long(self.cell_chars_max));
        }
        if *row_bytes > self.row_bytes_max {
            return Err(problems::row_too_long(self.row_bytes_max));
        }
        Ok(())
    }

    fn end_cell(&self, record: &mut Record, cell: &mut String) -> Result<(), Problem> {
        if cell.len() > self.cell_chars_max && cell.chars().count() > self.cell_chars_max {
            return Err(problems::cell_too_long(self.cell_chars_max));
        }
        if record.cells.len() >= self.columns_max {
            return Err(problems::too_many_columns(self.columns_max));
        }
        let next = record.spare_text();
        record.cells.push(std::mem::replace(cell, next));
        Ok(())
    }

    /// The line on which reading stands, for problems that end it.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }
}

/// The delimiter that stands most often outside quotes in the first line; at a tie the earlier of
/// comma, semicolon, tab; a comma when there is none. Also whether the text has the line's end.
fn likely_delimiter(text: &str) -> (Delimiter, bool) {
    let mut counts = [0_usize; Delimiter::ALL.len()];
    let (mut is_quoted, mut is_whole) = (false, false);
    for byte in text.trim_start_matches(['\n', '\r']).bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => {
                is_whole = true;
                break;
            }
            _ if is_quoted => {}
            _ => {
                for (delimiter, count) in Delimiter::ALL.iter().zip(&mut counts) {
                    *count += usize::from(delimiter.byte() == byte);
                }
            }
        }
    }
    let mut best = (Delimiter::Comma, 0);
    for (delimiter, count) in Delimiter::ALL.iter().zip(counts) {
        if count > best.1 {
            best = (*delimiter, count);
        }
    }
    (best.0, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::TextEncoding;
    use std::io::Cursor;

    type Found = Result<Vec<(u32, Vec<String>)>, String>;

    #[test]
    fn the_delimiter_is_found_in_a_first_line_of_several_pieces() {
        // Fuzzing found that only the first piece was looked at: here it has more commas.
        let wide = "质".repeat(40_000);
        let text = format!("a,b;{wide};c;d\n1,5;2;3;4\n");
        let limits = Limits {
            cell_chars_max: 100_000,
            ..Limits::default()
        };
        let rows = read_with(&text, &limits, 0).expect("the text is sound");
        assert_eq!(rows[1].1, ["1,5", "2", "3", "4"]);
    }

    fn read_with(text: &str, limits: &Limits, skip_rows: u32) -> Found {
        let pieces = TextPieces::new(
            Box::new(Cursor::new(text.as_bytes().to_vec())),
            TextEncoding::Utf8,
        );
        let plain = |problem: Problem| format!("{} {}", problem.code, problem.what(base::Lang::En));
        let (mut records, _) = Records::open(pieces, None, skip_rows, limits).map_err(plain)?;
        let mut found = Vec::new();
        let mut record = Record::default();
        while records.next_record(&mut record).map_err(plain)?.is_some() {
            found.push((record.line, record.cells.clone()));
        }
        Ok(found)
    }

    fn read(text: &str) -> Found {
        read_with(text, &Limits::default(), 0)
    }

    fn rows(rows: &[(u32, &[&str])]) -> Found {
        Ok(rows
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(|c| (*c).to_owned()).collect()))
            .collect())
    }

    #[test]
    fn records_and_their_lines() {
        assert_eq!(
            read("a,b\n1,2\n"),
            rows(&[(1, &["a", "b"]), (2, &["1", "2"])])
        );
        assert_eq!(
            read("a,b\r\n1,2"),
            rows(&[(1, &["a", "b"]), (2, &["1", "2"])])
        );
        assert_eq!(
            read("a,b\r1,2\r"),
            rows(&[(1, &["a", "b"]), (2, &["1", "2"])])
        );
        assert_eq!(
            read("a,b\n\n\n1,"),
            rows(&[(1, &["a", "b"]), (4, &["1", ""])])
        );
        assert_eq!(
            read("a,b\n\"x\ny\r\nz\",2\n3,4\n"),
            rows(&[(1, &["a", "b"]), (2, &["x\ny\r\nz", "2"]), (5, &["3", "4"])])
        );
        assert_eq!(read("\"a\"\"b\",\"\"\n"), rows(&[(1, &["a\"b", ""])]));
        assert_eq!(read("5\" pipe,x\n"), rows(&[(1, &["5\" pipe", "x"])]));
        assert_eq!(read("\"\"\n"), rows(&[(1, &[""])]));
        assert_eq!(read("\n\r\n"), rows(&[]));
    }

    #[test]
    fn a_quoted_cell_across_pieces() {
        let long = "汉,\"\"字\n".repeat(30_000);
        let text = format!("a,b\n\"{}\",2\n", &long[..90_000]);
        let inner = long[..90_000].replace("\"\"", "\"");
        let limits = Limits {
            cell_chars_max: 1 << 20,
            ..Limits::default()
        };
        let found = read_with(&text, &limits, 0).expect("the text is well formed");
        assert!(found[1].1[0] == inner);
    }

    #[test]
    fn delimiters_from_the_first_line() {
        let table = [
            ("a,b;c,d\n", Delimiter::Comma),
            ("a;b;c\n1,2;3;4", Delimiter::Semicolon),
            ("a\tb,c\td", Delimiter::Tab),
            ("\"a;b;c;d\",e", Delimiter::Comma),
            ("\"a\n;;\"\tb", Delimiter::Tab),
            ("alone\n1;2;3", Delimiter::Comma),
            ("", Delimiter::Comma),
        ];
        for (text, delimiter) in table {
            assert_eq!(likely_delimiter(text).0, delimiter, "{text:?}");
        }
    }

    #[test]
    fn a_cut_file_names_the_line_of_its_quote() {
        assert_eq!(
            read("a,b\n1,2\n3,\"never\nclosed\n5,6\n"),
            Err("S304 the quote opened on line 3 is never closed; the file may be cut off".into())
        );
    }

    #[test]
    fn nul_bytes() {
        assert_eq!(
            read("a,b\n1,\0\n"),
            Err("S303 line 2 has a NUL byte, which no text has".into())
        );
    }

    #[test]
    fn limits_are_named() {
        let limits = Limits {
            columns_max: 3,
            cell_chars_max: 5,
            row_bytes_max: 16,
            ..Limits::default()
        };
        let code = |text: &str| read_with(text, &limits, 0).map_err(|e| e[..4].to_owned());
        assert!(code("a,b,c\n质量强市好,1,\n").is_ok());
        assert_eq!(code("a,b,c,d\n"), Err("S208".into()));
        assert_eq!(code("a,b,c\n123456,,\n"), Err("S209".into()));
        assert_eq!(code("a,b,c\n质量强市好,质量,\n"), Err("S210".into()));
        // A missing quote does not swallow the whole file into memory.
        let wide = Limits {
            row_bytes_max: 8 << 20,
            ..limits.clone()
        };
        for text in [
            format!("\"{}", "x\n".repeat(50)),
            format!("\"{}", "\n".repeat(50)),
        ] {
            let found = read_with(&text, &wide, 0).map_err(|e| e[..4].to_owned());
            assert_eq!(found, Err("S209".into()));
        }
    }

    #[test]
    fn skipped_lines() {
        let found = read_with("标题, 2021\r\n\r\na;b\r\n1;2\r\n", &Limits::default(), 2);
        assert_eq!(found, rows(&[(3, &["a", "b"]), (4, &["1", "2"])]));
        assert_eq!(read_with("one\n", &Limits::default(), 5), rows(&[]));
    }
}
