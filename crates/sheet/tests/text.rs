//! Delimited text as offices send it: encodings, headers, rows that do not fit, files that are no
//! tables. The parts of the reader have their own tables beside the code; here they work together.

use std::io::{self, Read, Seek, SeekFrom, Write};

use base::{Lang, Problem};
use flate2::Compression;
use flate2::write::GzEncoder;
use sheet::{
    Cell, Delimiter, Format, Limits, ReadOptions, ReadRow, Rows, Table, TextEncoding, read_table,
};

fn read(bytes: &[u8]) -> Result<Table, Problem> {
    read_table(bytes, &ReadOptions::named("上报.csv"))
}

fn code(bytes: &[u8], options: &ReadOptions) -> &'static str {
    match read_table(bytes, options) {
        Ok(_) => "",
        Err(problem) => problem.code,
    }
}

fn texts(table: &Table) -> Vec<(u32, Vec<String>)> {
    let cells = |cells: &[Cell]| cells.iter().map(|c| c.as_text().into_owned()).collect();
    table
        .rows
        .iter()
        .map(|row| (row.number, cells(&row.cells)))
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn encoded(text: &str, encoding: TextEncoding) -> Vec<u8> {
    match encoding {
        TextEncoding::Utf8 => text.as_bytes().to_vec(),
        TextEncoding::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
        TextEncoding::Utf16Le => ('\u{FEFF}'.to_string() + text)
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        TextEncoding::Utf16Be => ('\u{FEFF}'.to_string() + text)
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect(),
    }
}

#[test]
fn the_same_table_in_every_encoding_and_delimiter() {
    let text =
        "企业名称,不合格项,日期\r\n\"某某,食品厂\",\"标签\n包装\",2021年2月3日\r\n㐀𠀀店,无,\r\n";
    let expected = vec![
        (
            2,
            vec![
                "某某,食品厂".into(),
                "标签\n包装".into(),
                "2021年2月3日".into(),
            ],
        ),
        (4, vec!["㐀𠀀店".into(), "无".into(), String::new()]),
    ];
    use TextEncoding::{Gb18030, Utf8, Utf16Be, Utf16Le};
    for encoding in [Utf8, Gb18030, Utf16Le, Utf16Be] {
        let bytes = encoded(text, encoding);
        for packed in [false, true] {
            let bytes = if packed { gzip(&bytes) } else { bytes.clone() };
            let table = read(&bytes).expect("a well-formed table");
            assert_eq!(
                table.header,
                ["企业名称", "不合格项", "日期"],
                "{encoding:?}"
            );
            assert_eq!(texts(&table), expected, "{encoding:?}");
            assert_eq!(table.notes.was_gzip, packed);
            let delimiter = Delimiter::Comma;
            assert_eq!(
                table.notes.format,
                Format::Delimited {
                    encoding,
                    delimiter
                }
            );
        }
    }
    for delimiter in ["\t", ";"] {
        let text = format!("a{0}b\n1{0}\"2{0}3\"\n", delimiter);
        let table = read(text.as_bytes()).expect("a well-formed table");
        assert_eq!(
            texts(&table),
            [(2, vec!["1".into(), format!("2{delimiter}3")])]
        );
    }
}

#[test]
fn a_declared_delimiter_and_encoding_win() {
    let options = ReadOptions {
        delimiter: Some(Delimiter::Semicolon),
        encoding: Some(TextEncoding::Gb18030),
        ..ReadOptions::default()
    };
    let table = read_table("a,b;c\n1,2;3\n".as_bytes(), &options).expect("a table");
    assert_eq!(table.header, ["a,b", "c"]);
    let utf8 = ReadOptions {
        encoding: Some(TextEncoding::Utf8),
        ..ReadOptions::default()
    };
    assert_eq!(
        code(&encoded("名称\n", TextEncoding::Gb18030), &utf8),
        "S301"
    );
}

#[test]
fn rows_that_do_not_fit_are_kept_apart_with_their_place() {
    let text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n\"x\"y,2,3\n4,5,6\n";
    let table = read(text.as_bytes()).expect("the file itself is good");
    let kept: Vec<u32> = table.rows.iter().map(|row| row.number).collect();
    assert_eq!(kept, [2, 5, 7]);
    let rejected: Vec<(u32, &str, usize)> = table
        .rejected
        .iter()
        .map(|row| {
            (
                row.row.number,
                row.reasons[0].problem.code,
                row.row.cells.len(),
            )
        })
        .collect();
    assert_eq!(rejected, [(3, "S502", 2), (4, "S501", 4), (6, "S503", 3)]);
    let place = table.rejected[2].reasons[0].problem.place.as_deref();
    let place = place.expect("readers say where");
    assert_eq!(place.describe(Lang::En), "上报.csv, row 6, column \"a\"");
    assert_eq!(place.value.as_deref(), Some("xy"));

    let lenient = ReadOptions {
        allow_short_rows: true,
        ..ReadOptions::default()
    };
    let table = read_table(text.as_bytes(), &lenient).expect("the file itself is good");
    assert_eq!(
        texts(&table)[1],
        (3, vec!["1".into(), "2".into(), String::new()])
    );
}

#[test]
fn blank_rows_are_passed_over_and_counted() {
    let text = "a,b\n1,2\n\n ,　\n3,4\n,\n\n\n";
    let table = read(text.as_bytes()).expect("a table");
    assert_eq!(table.rows.len(), 2);
    // Line 3 is empty; lines 4 and 6 have cells of blanks; empty lines at the end are no rows.
    assert_eq!(table.notes.blank_rows, 3);
    let keeping = ReadOptions {
        keep_blank_rows: true,
        ..ReadOptions::default()
    };
    let table = read_table(text.as_bytes(), &keeping).expect("a table");
    let numbers: Vec<u32> = table.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [2, 4, 5, 6]);
}

#[test]
fn headers_of_two_rows_below_a_title() {
    let text = "2021年度统计表,,,\n序号,抽检,,备注\n,批次,合格,\n1,10,9,\n";
    let options = ReadOptions {
        skip_rows: 1,
        header_rows: 2,
        ..ReadOptions::default()
    };
    let table = read_table(text.as_bytes(), &options).expect("a table");
    assert_eq!(table.header, ["序号", "抽检/批次", "抽检/合格", "备注"]);
    assert_eq!(texts(&table)[0].0, 4);
}

#[test]
fn without_a_header_rows_have_any_width() {
    let options = ReadOptions {
        header_rows: 0,
        ..ReadOptions::default()
    };
    let table = read_table("1,2\n3\n".as_bytes(), &options).expect("a table");
    assert!(table.header.is_empty());
    let widths: Vec<usize> = table.rows.iter().map(|row| row.cells.len()).collect();
    assert_eq!(widths, [2, 1]);
}

#[test]
fn files_that_are_no_tables() {
    let default = ReadOptions::default();
    let table: &[(&[u8], &str)] = &[
        (b"", "S101"),
        (&gzip(b""), "S101"),
        (b"\n\n", "S405"),
        (b" , ,\n1,2,3\n", "S405"),
        (&gzip(&gzip(b"a,b\n")), "S110"),
        (&gzip(b"a,b\n1,2\n")[..20], "S109"),
        (b"\x1F\x8B", "S109"),
        (b"<table><tr><td>a</td></tr></table>", "S104"),
        (&gzip(b"<html></html>"), "S104"),
        (b"a,b\n1,\0\n", "S303"),
        (b"a,b\n1,\"cut", "S304"),
        (b"a,b\n\xFF\xFF\x80\n", "S302"),
        // UTF-16 without a byte order mark is no text that can be told apart.
        (b"a\0,\0b\0\n\0", "S303"),
        ("\u{FEFF}".as_bytes(), "S405"),
    ];
    for (bytes, expected) in table {
        assert_eq!(code(bytes, &default), *expected, "{bytes:?}");
    }
}

#[test]
fn a_damaged_checksum_is_found() {
    let mut bytes = gzip(b"a,b\n1,2\n");
    let checksum = bytes.len() - 6;
    bytes[checksum] ^= 0xFF;
    assert_eq!(code(&bytes, &ReadOptions::default()), "S109");
}

#[test]
fn each_limit_is_named() {
    let with = |limits: Limits| ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    let default = Limits::default();
    let text = "a,b\n1,2\n3,4\n";
    let cases = [
        (
            Limits {
                input_bytes_max: 5,
                ..default.clone()
            },
            "S201",
        ),
        (
            Limits {
                rows_max: 2,
                ..default.clone()
            },
            "S207",
        ),
        (
            Limits {
                rows_max: 3,
                ..default.clone()
            },
            "",
        ),
        (
            Limits {
                columns_max: 1,
                ..default.clone()
            },
            "S208",
        ),
        (
            Limits {
                cell_chars_max: 0,
                ..default.clone()
            },
            "S209",
        ),
        (
            Limits {
                row_bytes_max: 1,
                ..default.clone()
            },
            "S210",
        ),
        (
            Limits {
                cells_max: 3,
                ..default.clone()
            },
            "S211",
        ),
        (
            Limits {
                cells_max: 4,
                ..default.clone()
            },
            "",
        ),
    ];
    for (limits, expected) in cases {
        assert_eq!(
            code(text.as_bytes(), &with(limits.clone())),
            expected,
            "{limits:?}"
        );
    }
    let bomb = gzip(&vec![b'0'; 20 << 20]);
    assert_eq!(code(&bomb, &ReadOptions::default()), "S203");
    let tight = Limits {
        unpacked_bytes_max: 1 << 20,
        ..default
    };
    assert_eq!(code(&bomb, &with(tight)), "S202");
}

#[test]
fn a_million_columns() {
    let text = "a,".repeat(1_000_000);
    assert_eq!(code(text.as_bytes(), &ReadOptions::default()), "S208");
}

#[test]
fn a_problem_of_the_file_says_where_and_ends_the_rows() {
    let mut text = "a,b\n".to_owned();
    text.push_str(&"1,2\n".repeat(10));
    text.push_str("3,\"cut off");
    let options = ReadOptions::named("cut.csv");
    let mut rows = Rows::from_bytes(text.as_bytes(), &options).expect("the header is good");
    let good = (&mut rows).take_while(|row| row.is_ok()).count();
    assert_eq!(good, 10);
    assert!(rows.next().is_none());
    let problem = read_table(text.as_bytes(), &options).expect_err("a quote is open");
    assert_eq!(
        problem.what(Lang::En).split(';').next(),
        Some("the quote opened on line 12 is never closed")
    );
    assert_eq!(
        problem.place.map(|place| place.file),
        Some("cut.csv".to_owned())
    );
}

/// A file of a million rows that is made while it is read.
struct MadeUp {
    at: u64,
}

const HEADER: &str = "number,name,state,day\n";
const LINE_BYTES: u64 = 31;
const LINES: u64 = 1_000_000;

impl MadeUp {
    const BYTES: u64 = HEADER.len() as u64 + LINE_BYTES * LINES;

    fn line(number: u64) -> String {
        format!("{number:08},enterprise,A,20210203\n")
    }
}

impl Read for MadeUp {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let header = HEADER.len() as u64;
        let source = if self.at < header {
            HEADER[self.at as usize..].to_owned()
        } else if self.at < Self::BYTES {
            let number = (self.at - header) / LINE_BYTES;
            let offset = ((self.at - header) % LINE_BYTES) as usize;
            let mut lines = Self::line(number)[offset..].to_owned();
            let more = (number + 1)..LINES.min(number + 1000);
            lines.extend(more.map(Self::line));
            lines
        } else {
            return Ok(0);
        };
        let read = source.len().min(buffer.len());
        buffer[..read].copy_from_slice(&source.as_bytes()[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for MadeUp {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.at = match position {
            SeekFrom::Start(at) => at,
            SeekFrom::End(0) => Self::BYTES,
            _ => return Err(io::Error::other("not needed")),
        };
        Ok(self.at)
    }
}

#[test]
fn a_million_rows_stream() {
    assert_eq!(MadeUp::line(7).len() as u64, LINE_BYTES);
    let rows = Rows::open(MadeUp { at: 0 }, &ReadOptions::default()).expect("a table");
    assert_eq!(rows.header(), ["number", "name", "state", "day"]);
    let mut count = 0_u32;
    for row in rows {
        match row.expect("the text is good") {
            ReadRow::Kept(row) => {
                assert_eq!(row.number, count + 2);
                count += 1;
            }
            ReadRow::Rejected(row) => panic!("{row:?}"),
        }
    }
    assert_eq!(u64::from(count), LINES);
}
