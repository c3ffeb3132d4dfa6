//! Workbooks as offices send them, made here by a spreadsheet library or part by part: types of
//! cells, merged headers, hidden sheets, damage and malice.

use std::io::{Cursor, Read, Write};

use base::{Day, Problem};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use sheet::{
    Cell, Continuation, Limits, ReadOptions, SheetChoice, Table, read_table, read_workbook,
    sheet_names,
};
use zip::write::SimpleFileOptions;

fn saved(mut book: Workbook) -> Vec<u8> {
    book.save_to_buffer().expect("memory takes all")
}

fn book_of(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    saved(book)
}

fn read(bytes: &[u8]) -> Result<Table, Problem> {
    read_table(bytes, &ReadOptions::named("上报.xlsx"))
}

fn code(bytes: &[u8], limits: Limits) -> &'static str {
    let options = ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    match read_table(bytes, &options) {
        Ok(_) => "",
        Err(problem) => problem.code,
    }
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd(year, month, day).expect("the day exists")
}

/// A workbook put together by hand: one sheet with this XML inside `sheetData`.
fn raw_book(sheet_data: &str, after: &str, shared: Option<&str>) -> Vec<u8> {
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet_data}</sheetData>{after}</worksheet>"#
    );
    let mut parts = vec![
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    if let Some(shared) = shared {
        parts.push(("xl/sharedStrings.xml", shared));
    }
    zipped(&parts)
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("memory takes all");
        zip.write_all(text.as_bytes()).expect("memory takes all");
    }
    zip.finish().expect("memory takes all").into_inner()
}

#[test]
fn each_type_of_cell() {
    let bytes = book_of(|page| {
        let headings = ["名称", "数", "率", "日", "时", "真", "时刻", "时长"];
        page.write_row(0, 0, headings).expect("row");
        page.write(1, 0, " 甲厂 ").expect("cell");
        page.write(1, 1, 0.1 + 0.2).expect("cell");
        let format = |code: &str| Format::new().set_num_format(code);
        let write = |page: &mut Worksheet, column, number: f64, code: &str| {
            page.write_number_with_format(1, column, number, &format(code))
                .expect("cell");
        };
        write(page, 2, 0.982, "0.0%");
        write(page, 3, 44_230.0, "yyyy\"年\"m\"月\"d\"日\"");
        write(page, 4, 44_230.437_5, "yyyy-mm-dd hh:mm");
        page.write(1, 5, true).expect("cell");
        write(page, 6, 0.75, "hh:mm");
        write(page, 7, 1.5, "[h]:mm");
    });
    let table = read(&bytes).expect("a workbook");
    assert_eq!(table.sheet_name.as_deref(), Some("Sheet1"));
    assert_eq!(table.rows[0].number, 2);
    let cells = &table.rows[0].cells;
    let noon_and_a_bit = sheet::DateTime::new(day(2021, 2, 3), 37_800_000).expect("within a day");
    assert_eq!(
        *cells,
        [
            Cell::Text(" 甲厂 ".into()),
            Cell::Number("0.3".into()),
            Cell::Percent("98.2".into()),
            Cell::Date(day(2021, 2, 3)),
            Cell::DateTime(noon_and_a_bit),
            Cell::Bool(true),
            Cell::Text("18:00:00".into()),
            Cell::Text("36:00:00".into()),
        ]
    );
}

#[test]
fn cells_that_cannot_be_trusted_reject_their_row() {
    let bytes = book_of(|page| {
        page.write_row(0, 0, ["编号", "数"]).expect("row");
        page.write(1, 0, "a").expect("cell");
        page.write_formula(1, 1, Formula::new("=NA()").set_result("#N/A"))
            .expect("cell");
        page.write(2, 0, 420_105_199_001_011_234_f64).expect("cell");
        page.write(3, 0, "b").expect("cell");
        let date = Format::new().set_num_format("yyyy-mm-dd");
        page.write_number_with_format(4, 1, 60.0, &date)
            .expect("cell");
    });
    let table = read(&bytes).expect("the workbook is good");
    assert_eq!(table.rows.len(), 1);
    let reasons: Vec<(u32, &str, Option<usize>)> = table
        .rejected
        .iter()
        .map(|row| {
            let reason = &row.reasons[0];
            (row.row.number, reason.problem.code, reason.column)
        })
        .collect();
    assert_eq!(
        reasons,
        [
            (2, "S504", Some(1)),
            (3, "S505", Some(0)),
            (5, "S507", Some(1))
        ]
    );
    let place = table.rejected[0].reasons[0].problem.place.as_deref();
    let place = place.expect("readers say where");
    assert_eq!(
        (place.file.as_str(), place.sheet.as_deref(), place.row),
        ("上报.xlsx", Some("Sheet1"), Some(2))
    );
    assert_eq!(place.column.as_deref(), Some("数"));
    assert_eq!(place.value.as_deref(), Some("#N/A"));
}

#[test]
fn merged_headers_below_a_title() {
    let bytes = book_of(|page| {
        let plain = Format::new();
        page.merge_range(0, 0, 0, 3, "2021年度统计表", &plain)
            .expect("merge");
        page.merge_range(1, 0, 2, 0, "序号", &plain).expect("merge");
        page.merge_range(1, 1, 1, 2, "抽检", &plain).expect("merge");
        page.merge_range(1, 3, 2, 3, "备注", &plain).expect("merge");
        page.write_row(2, 1, ["批次", "合格"]).expect("row");
        page.write_row(3, 0, [1, 10, 9]).expect("row");
    });
    let options = ReadOptions {
        skip_rows: 1,
        header_rows: 2,
        ..ReadOptions::default()
    };
    let table = read_table(&bytes, &options).expect("a workbook");
    assert_eq!(table.header, ["序号", "抽检/批次", "抽检/合格", "备注"]);
    // Missing cells at the right are empty: a worksheet has no ends of rows.
    assert_eq!(table.rows[0].cells.len(), 4);
    assert_eq!(
        (table.rows[0].number, &table.rows[0].cells[3]),
        (4, &Cell::Empty)
    );
}

#[test]
fn merged_body_cells_continue_or_spread() {
    let bytes = book_of(|page| {
        page.write_row(0, 0, ["项目", "措施", "单位"]).expect("row");
        let plain = Format::new();
        page.merge_range(1, 0, 3, 0, "甲", &plain).expect("merge");
        page.write_column(1, 1, ["一", "二", "三", "四"])
            .expect("column");
        page.merge_range(2, 2, 3, 2, "市监局", &plain)
            .expect("merge");
        page.write(4, 0, "乙").expect("cell");
    });
    let table = read(&bytes).expect("a workbook");
    let groups = Continuation::new([0])
        .group(table.rows)
        .expect("begins with a key");
    assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);

    let options = ReadOptions {
        spread_merged: true,
        ..ReadOptions::default()
    };
    let table = read_table(&bytes, &options).expect("a workbook");
    let shown: Vec<String> = table
        .rows
        .iter()
        .map(|row| {
            row.cells
                .iter()
                .map(Cell::as_text)
                .collect::<Vec<_>>()
                .join("|")
        })
        .collect();
    assert_eq!(shown, ["甲|一|", "甲|二|市监局", "甲|三|市监局", "乙|四|"]);
}

fn three_sheets() -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, hidden) in [("说明", true), ("数据", false), ("续", false)] {
        let page = book.add_worksheet();
        page.set_name(name).expect("name");
        page.set_hidden(hidden);
        page.set_active(name == "数据");
        page.write(0, 0, format!("{name}列")).expect("cell");
        page.write(1, 0, 1).expect("cell");
    }
    let empty = book.add_worksheet();
    empty.set_name("空").expect("name");
    saved(book)
}

#[test]
fn sheets_by_name_place_and_visibility() {
    let bytes = three_sheets();
    let header = |sheet: SheetChoice| {
        let options = ReadOptions {
            sheet,
            ..ReadOptions::default()
        };
        read_table(&bytes, &options)
            .map(|table| table.header.concat())
            .map_err(|problem| problem.code)
    };
    assert_eq!(header(SheetChoice::First), Ok("数据列".into()));
    assert_eq!(header(SheetChoice::Named("续".into())), Ok("续列".into()));
    assert_eq!(
        header(SheetChoice::Named("说明".into())),
        Ok("说明列".into())
    );
    assert_eq!(header(SheetChoice::Index(0)), Ok("说明列".into()));
    assert_eq!(header(SheetChoice::Named("无".into())), Err("S401"));
    assert_eq!(header(SheetChoice::Index(4)), Err("S402"));
    assert_eq!(header(SheetChoice::Index(3)), Err("S405"));

    let names = sheet_names(&bytes, &ReadOptions::default()).expect("a workbook");
    let shown: Vec<(&str, bool)> = names
        .iter()
        .map(|s| (s.name.as_str(), s.is_visible))
        .collect();
    assert_eq!(
        shown,
        [("说明", false), ("数据", true), ("续", true), ("空", true)]
    );

    let tables = read_workbook(&bytes, &ReadOptions::default()).expect("a workbook");
    let read: Vec<_> = tables.iter().map(|t| t.sheet_name.as_deref()).collect();
    assert_eq!(read, [Some("数据"), Some("续")]);
}

#[test]
fn other_packages_are_named() {
    let default = Limits::default();
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("a.txt", "x")], "S106"),
        (&[("mimetype", "x"), ("content.xml", "x")], "S105"),
        (&[("_rels/.rels", "x"), ("word/document.xml", "x")], "S105"),
        (&[("_rels/.rels", "x"), ("xl/workbook.bin", "x")], "S105"),
        (
            &[("_rels/.rels", "<Relationships></Relationships>")],
            "S106",
        ),
    ];
    for (parts, expected) in cases {
        assert_eq!(
            code(&zipped(parts), default.clone()),
            *expected,
            "{parts:?}"
        );
    }
    let problem = read_workbook(b"a,b\n", &ReadOptions::default()).expect_err("a text");
    assert_eq!(problem.code, "S105");
}

#[test]
fn half_a_workbook() {
    let bytes = three_sheets();
    for length in (10..bytes.len() - 1).step_by(97) {
        let problem = read(&bytes[..length]).expect_err("it is cut");
        assert_eq!(problem.code, "S107", "{length} of {}", bytes.len());
    }
}

#[test]
fn no_damaged_byte_is_a_panic() {
    let bytes = three_sheets();
    for at in (0..bytes.len()).step_by(13) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        // Either it is still readable or it is a problem; both are answers.
        if let Err(problem) = read(&damaged) {
            assert!(problem.code.starts_with('S'), "{problem}");
        }
    }
}

#[test]
fn malformed_parts() {
    let row = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    let merged = r#"<mergeCells><mergeCell ref="B2:A1"/></mergeCells>"#;
    let options = ReadOptions {
        header_rows: 2,
        ..ReadOptions::default()
    };
    // A range that ends before it begins: an answer of either kind, never a panic.
    let answer = read_table(&raw_book(row, merged, None), &options);
    assert!(answer.map_or_else(|problem| problem.code == "S108", |_| true));

    let backwards =
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#;
    let default = Limits::default();
    assert_eq!(
        code(&raw_book(backwards, "", None), default.clone()),
        "S108"
    );
    let unknown = r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row>"#;
    assert_eq!(code(&raw_book(unknown, "", None), default), "S108");
}

#[test]
fn one_stray_cell_costs_nothing() {
    let last_row = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>"#;
    let table = read(&raw_book(last_row, "", None)).expect("a workbook");
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0].number, 1_048_576);
    let last_column = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>"#;
    assert_eq!(
        code(&raw_book(last_column, "", None), Limits::default()),
        "S208"
    );
    // A format without content is no cell.
    let only_format = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>"#;
    assert_eq!(
        code(&raw_book(only_format, "", None), Limits::default()),
        ""
    );
}

#[test]
fn merged_ranges_over_everything() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>"#;
    let merged = r#"<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#;
    let options = ReadOptions {
        spread_merged: true,
        ..ReadOptions::default()
    };
    let table = read_table(&raw_book(rows, merged, None), &options).expect("a workbook");
    assert_eq!(table.header, ["1", "1"]);
    assert_eq!(
        table.rows[0].cells,
        [Cell::Number("1".into()), Cell::Number("2".into())]
    );
}

#[test]
fn each_limit_is_named() {
    let default = Limits::default();
    let bytes = three_sheets();
    let cases = [
        (
            Limits {
                input_bytes_max: 100,
                ..default.clone()
            },
            "S201",
        ),
        (
            Limits {
                unpacked_bytes_max: 100,
                ..default.clone()
            },
            "S202",
        ),
        (
            Limits {
                parts_max: 3,
                ..default.clone()
            },
            "S204",
        ),
        (
            Limits {
                sheets_max: 3,
                ..default.clone()
            },
            "S205",
        ),
        (
            Limits {
                sheets_max: 4,
                ..default.clone()
            },
            "",
        ),
        (
            Limits {
                shared_texts_max: 2,
                ..default.clone()
            },
            "S206",
        ),
        (
            Limits {
                rows_max: 1,
                ..default.clone()
            },
            "S207",
        ),
        (
            Limits {
                columns_max: 0,
                ..default.clone()
            },
            "S208",
        ),
        (
            Limits {
                cell_chars_max: 2,
                ..default.clone()
            },
            "S209",
        ),
        (
            Limits {
                cells_max: 1,
                ..default.clone()
            },
            "S211",
        ),
        (
            Limits {
                structure_bytes_max: 100,
                ..default.clone()
            },
            "S212",
        ),
    ];
    for (limits, expected) in cases {
        assert_eq!(code(&bytes, limits.clone()), expected, "{limits:?}");
    }
}

#[test]
fn bombs() {
    let zeros = "0".repeat(20 << 20);
    let cell = format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{zeros}</t></is></c></row>"#);
    let bomb = raw_book(&cell, "", None);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert_eq!(code(&bomb, Limits::default()), "S203");
    let generous = Limits {
        unpack_ratio_max: 2000,
        ..Limits::default()
    };
    assert_eq!(code(&bomb, generous), "S209");
    // Memory is asked for by what the part claims, so the claim itself is refused.
    let claim = r#"<sst xmlns="x" uniqueCount="999999999999"><si><t>a</t></si></sst>"#;
    let row = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#;
    assert_eq!(
        code(&raw_book(row, "", Some(claim)), Limits::default()),
        "S206"
    );
}

#[test]
fn a_workbook_packed_with_gzip() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder
        .write_all(&three_sheets())
        .expect("memory takes all");
    let packed = encoder.finish().expect("memory takes all");
    let table = read(&packed).expect("a workbook inside");
    assert!(table.notes.was_gzip);
    assert_eq!(table.header, ["数据列"]);
}

#[test]
fn dates_of_the_1904_system() {
    // Style 1 is a date; the workbook counts from 1904.
    let mut bytes = Vec::new();
    let plain = raw_book(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>日</t></is></c></row><row r="2"><c r="A2" s="1"><v>42768</v></c></row>"#,
        "",
        None,
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(plain)).expect("made above");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("made above");
        let mut text = String::new();
        part.read_to_string(&mut text).expect("text");
        let name = part.name().expect("made above").into_owned();
        parts.push((
            name,
            text.replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#),
        ));
    }
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    parts.push(("xl/styles.xml".into(), styles.into()));
    let borrowed: Vec<(&str, &str)> = parts
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    bytes.extend(zipped(&borrowed));
    let table = read(&bytes).expect("a workbook");
    assert_eq!(table.rows[0].cells, [Cell::Date(day(2021, 2, 3))]);
}
