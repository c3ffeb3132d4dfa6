//! Delimited text. The first byte of an input says how it is read, the rest is the file.

use std::io::{Cursor, Read, Seek, SeekFrom};

use sheet::{
    Cell, DelimitedOptions, DelimitedOut, Delimiter, Limits, ReadOptions, ReadRow, Rows, Table,
    TextEncoding, read_table,
};

use super::problems_are_sound;
use super::tables::{limits, table_is_sound};
use crate::Target;

pub const TARGET: Target = Target {
    name: "delimited",
    asks: "rows fit the header; limits hold; read in small pieces it is the same; written and read it is the same",
    run,
    words: &[
        ",",
        ";",
        "\t",
        "\"",
        "\"\"",
        "\r\n",
        "\n",
        "\r",
        "\u{feff}",
        "甲,乙",
        "2018-02-30",
        "2018年3月5日",
        "20180305",
        "43164",
        "1,234.50",
        "１２３",
        "－",
        "无",
        "12%",
        "1e5",
        "=1+1",
        "\0",
        "\u{3000}",
        "\u{ff}\u{fe}",
        "\"a\nb\"",
        "03/02/2021 10:30",
        "上午",
        "(1,234)",
        "￥12",
        "a,a\n",
    ],
};

fn run(input: &[u8]) {
    let Some((how, bytes)) = input.split_first() else {
        return;
    };
    let options = ReadOptions {
        header_rows: u32::from(how & 1) + u32::from(how & 0x42 == 0x42),
        allow_short_rows: how & 2 != 0,
        keep_blank_rows: how & 4 != 0,
        delimiter: match how >> 3 & 3 {
            1 => Some(Delimiter::Comma),
            2 => Some(Delimiter::Semicolon),
            _ => None,
        },
        encoding: (how & 0x20 != 0).then_some(TextEncoding::Utf8),
        limits: limits(),
        ..ReadOptions::named("f.csv")
    };
    let whole = read_table(bytes, &options);
    let in_pieces = read_in_pieces(bytes, &options);
    let table = match (whole, in_pieces) {
        (Err(whole), Err(pieces)) => {
            assert_eq!(whole.code, pieces.code);
            problems_are_sound(&[whole], &[]);
            return;
        }
        (Ok(table), Ok(rows)) => {
            let cells: Vec<_> = table.rows.iter().map(|row| row.cells.clone()).collect();
            assert_eq!(cells, rows, "the same in small pieces");
            table
        }
        (whole, pieces) => panic!("{whole:?}\n{pieces:?}"),
    };
    table_is_sound(&table, &options.limits, options.header_rows > 0);
    written_and_read_again(&table);
}

/// A source that gives a few bytes at a time.
struct Trickle<'a>(Cursor<&'a [u8]>);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let few = into.len().min(3);
        self.0.read(&mut into[..few])
    }
}

impl Seek for Trickle<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

fn read_in_pieces(bytes: &[u8], options: &ReadOptions) -> Result<Vec<Vec<Cell>>, base::Problem> {
    let mut cells = Vec::new();
    for row in Rows::open(Trickle(Cursor::new(bytes)), options)? {
        if let ReadRow::Kept(row) = row? {
            cells.push(row.cells);
        }
    }
    Ok(cells)
}

/// Without a header, every cell that was read comes back as it is.
fn written_and_read_again(table: &Table) {
    let Some(width) = table.rows.first().map(|row| row.cells.len()) else {
        return;
    };
    if width == 0 || table.rows.iter().any(|row| row.cells.len() != width) {
        return;
    }
    let heading = vec!["h"; width];
    let write = || -> Result<Vec<u8>, base::Problem> {
        let mut out = DelimitedOut::start(Vec::new(), &heading, DelimitedOptions::default())?;
        for row in &table.rows {
            out.write_row(&row.cells)?;
        }
        out.finish()
    };
    let bytes = match write() {
        Ok(bytes) => bytes,
        Err(problem) => panic!("what was read can be written: {problem:?}"),
    };
    let options = ReadOptions {
        delimiter: Some(Delimiter::Comma),
        encoding: Some(TextEncoding::Utf8),
        keep_blank_rows: true,
        limits: Limits::default(),
        ..ReadOptions::named("again.csv")
    };
    let again = match read_table(&bytes, &options) {
        Ok(again) => again,
        Err(problem) => panic!("what was written can be read: {problem:?}"),
    };
    let texts = |table: &Table| -> Vec<Vec<String>> {
        let row = |row: &sheet::Row| {
            row.cells
                .iter()
                .map(|cell| cell.as_text().into_owned())
                .collect()
        };
        table.rows.iter().map(row).collect()
    };
    assert!(again.rejected.is_empty(), "{:?}", again.rejected);
    assert_eq!(texts(table), texts(&again));
}
