//! What is written can be read again: every cell, every text, the same bytes each time.

use std::io::{Cursor, Read};

use base::{Day, Lang};
use proptest::prelude::*;
use sheet::{
    Cell, CellOut, ColumnKind, ColumnOut, DateTime, DelimitedOptions, DelimitedOut, Delimiter,
    ReadOptions, SheetOut, WorkbookOut, is_reason_heading, read_table, read_workbook,
    rejected_workbook, sheet_names,
};

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook is a zip");
    let mut text = String::new();
    archive
        .by_name(name)
        .expect("the part is there")
        .read_to_string(&mut text)
        .expect("the part is text");
    text
}

fn typed_sheet() -> SheetOut {
    let day = Day::from_ymd(2021, 2, 3).expect("the day exists");
    let mut sheet = SheetOut::new(
        "登记",
        [
            ColumnOut::text("名称"),
            ColumnOut::number("数量"),
            ColumnOut::of_kind("比率", ColumnKind::Any),
            ColumnOut::date("日期"),
            ColumnOut::of_kind("时间", ColumnKind::DateTime),
            ColumnOut::of_kind("是否", ColumnKind::Any),
        ],
    );
    let moment = DateTime::new(day, 37_800_000).expect("within a day");
    sheet.rows.push(
        [
            Cell::text("=HYPERLINK(\"http://x\")"),
            Cell::Number("12.5".into()),
            Cell::Percent("98.2".into()),
            Cell::Date(day),
            Cell::DateTime(moment),
            Cell::Bool(true),
        ]
        .map(CellOut::from)
        .to_vec(),
    );
    sheet
}

#[test]
fn typed_cells_come_back() {
    let sheet = typed_sheet();
    let expected: Vec<Cell> = sheet.rows[0].iter().map(|out| out.cell.clone()).collect();
    let bytes = WorkbookOut::new([sheet]).to_bytes().expect("memory");
    let table = read_table(&bytes, &ReadOptions::default()).expect("our own workbook");
    assert_eq!(table.sheet_name.as_deref(), Some("登记"));
    assert_eq!(table.rows[0].cells, expected);
    // The text that looks like a formula is none.
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
}

#[test]
fn in_all_text_mode_every_cell_is_text() {
    let sheet = typed_sheet();
    let expected: Vec<String> = sheet.rows[0]
        .iter()
        .map(|out| out.cell.as_text().into_owned())
        .collect();
    let book = WorkbookOut {
        all_text: true,
        ..WorkbookOut::new([sheet])
    };
    let bytes = book.to_bytes().expect("memory");
    let table = read_table(&bytes, &ReadOptions::default()).expect("our own workbook");
    let expected: Vec<Cell> = expected.into_iter().map(Cell::Text).collect();
    assert_eq!(table.rows[0].cells, expected);
}

#[test]
fn numbers_and_days_beyond_a_workbook_stay_exact_as_text() {
    let mut sheet = SheetOut::new("s", [ColumnOut::number("n"), ColumnOut::date("d")]);
    let old = Day::from_ymd(1850, 1, 1).expect("the day exists");
    let long = "420105199001011234";
    sheet.rows.push(vec![
        Cell::Number(long.into()).into(),
        Cell::Date(old).into(),
    ]);
    sheet.rows.push(vec![
        Cell::Number("100000000000000000".into()).into(),
        CellOut::default(),
    ]);
    let bytes = WorkbookOut::new([sheet]).to_bytes().expect("memory");
    let table = read_table(&bytes, &ReadOptions::default()).expect("our own workbook");
    assert!(table.rejected.is_empty());
    assert_eq!(
        table.rows[0].cells,
        [Cell::Text(long.into()), Cell::Text("1850-01-01".into())]
    );
    assert_eq!(
        table.rows[1].cells[0],
        Cell::Text("100000000000000000".into())
    );
}

#[test]
fn a_hidden_first_sheet_stays_hidden() {
    let sheet = |name: &str, is_hidden| SheetOut {
        is_hidden,
        ..SheetOut::new(name, [ColumnOut::text(name)])
    };
    let book = WorkbookOut::new([sheet("meta", true), sheet("data", false)]);
    let bytes = book.to_bytes().expect("memory");
    let table = read_table(&bytes, &ReadOptions::default()).expect("our own workbook");
    assert_eq!(table.header, ["data"]);
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let book = || {
        let mut sheet = typed_sheet();
        sheet.columns[0] = ColumnOut::text("名称")
            .with_note("企业全称")
            .with_choices((0..200).map(|n| format!("选项{n}")));
        WorkbookOut::new([sheet]).to_bytes().expect("memory")
    };
    let first = book();
    assert!(part(&first, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
    // Longer than the two seconds that a zip can tell apart would be slow; the parts say it too.
    let mut archive = zip::ZipArchive::new(Cursor::new(&first)).expect("a workbook is a zip");
    for index in 0..archive.len() {
        let modified = archive.by_index(index).expect("a part").last_modified();
        assert_eq!(modified.map(|time| time.year()), Some(1980));
    }
    assert!(book() == first);
}

#[test]
fn drop_down_lists() {
    let long: Vec<String> = (0..200).map(|n| format!("选项{n}")).collect();
    let sheet = SheetOut::new(
        "填报",
        [
            ColumnOut::text("短").with_choices(["合格", "不合格"]),
            ColumnOut::text("长").with_choices(long.clone()),
            ColumnOut::text("逗号").with_choices(["a,b", "c"]),
            ColumnOut::text("同长").with_choices(long.clone()),
        ],
    );
    let bytes = WorkbookOut::new([sheet]).to_bytes().expect("memory");
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<formula1>\"合格,不合格\"</formula1>"));
    assert_eq!(
        xml.matches("<formula1>_lists!$A$1:$A$200</formula1>")
            .count(),
        2
    );
    assert!(xml.contains("<formula1>_lists!$B$1:$B$2</formula1>"));
    let names = sheet_names(&bytes, &ReadOptions::default()).expect("our own workbook");
    let hidden: Vec<&str> = names
        .iter()
        .filter(|sheet| !sheet.is_visible)
        .map(|sheet| sheet.name.as_str())
        .collect();
    assert_eq!(hidden, ["_lists"]);
    // The hidden lists are no table of the workbook.
    let tables = read_workbook(&bytes, &ReadOptions::default()).expect("our own workbook");
    assert_eq!(tables.len(), 1);
}

#[test]
fn what_cannot_be_written() {
    let code = |book: WorkbookOut| book.to_bytes().map(|_| ()).map_err(|problem| problem.code);
    let named = |name: &str| SheetOut::new(name, [ColumnOut::text("a")]);
    assert_eq!(code(WorkbookOut::default()), Err("S706"));
    let long = "长".repeat(32);
    for name in ["", "a/b", "a:b", "'a", "History", "_lists", long.as_str()] {
        assert_eq!(code(WorkbookOut::new([named(name)])), Err("S701"), "{name}");
    }
    assert_eq!(
        code(WorkbookOut::new([named("A"), named("a")])),
        Err("S701")
    );
    assert_eq!(code(WorkbookOut::new([named(&"长".repeat(31))])), Ok(()));
    let mut narrow = named("s");
    narrow.rows.push(vec![]);
    assert_eq!(code(WorkbookOut::new([narrow])), Err("S704"));
    let mut long_text = named("s");
    long_text
        .rows
        .push(vec![Cell::text("长".repeat(32_768)).into()]);
    assert_eq!(code(WorkbookOut::new([long_text])), Err("S703"));
    let wide = SheetOut::new("s", (0..16_385).map(|_| ColumnOut::text("a")));
    assert_eq!(code(WorkbookOut::new([wide])), Err("S702"));
}

#[test]
fn rejected_rows_go_out_and_come_back() {
    let text = "名称,数量\n甲,1\n乙\n丙,3,4\n\"丁\"x,5\n";
    let options = ReadOptions::named("上报.csv");
    let table = read_table(text.as_bytes(), &options).expect("the file itself is good");
    assert_eq!(table.rejected.len(), 3);
    let bytes = rejected_workbook(&table.header, &table.rejected, Lang::Zh).expect("memory");
    let back = read_table(&bytes, &ReadOptions::default()).expect("our own workbook");
    // One row has a cell too many: its column has no heading.
    assert_eq!(back.header, ["名称", "数量", "", "退回原因"]);
    let reason = back.rows[2].cells[3].as_text().into_owned();
    assert!(reason.starts_with("原文件第 5 行\n名称："), "{reason}");
    assert!(is_reason_heading(&back.header[3]));
    // The bad cell carries its reason as a note.
    assert!(part(&bytes, "xl/comments1.xml").contains("ref=\"A4\""));

    // Sent again and returned again, the workbook does not grow a second reason column.
    let header: Vec<String> = ["名称", "退回原因"].map(str::to_owned).to_vec();
    let again = rejected_workbook(&header, &[], Lang::Zh).expect("memory");
    let rows = read_table(&again, &ReadOptions::default()).expect("our own workbook");
    assert_eq!(rows.header, ["名称", "退回原因"]);
}

/// Texts of the kinds that break readers: quotes, delimiters, line ends, wide and odd characters.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just(";".to_owned()),
        Just("\t".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("=1+1".to_owned()),
        Just("_x000D_".to_owned()),
        Just(" ".to_owned()),
        "[a-z0-9]{1,3}",
        "[一-龥]{1,3}",
        "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Three columns; the first cell of each row is never blank, as blank rows are passed over.
fn any_rows() -> impl Strategy<Value = Vec<[String; 3]>> {
    prop::collection::vec((any_text(), any_text(), any_text()), 0..8).prop_map(|rows| {
        rows.into_iter()
            .map(|(a, b, c)| [format!("行{a}"), b, c])
            .collect()
    })
}

fn texts_of(bytes: &[u8], options: &ReadOptions) -> Vec<Vec<String>> {
    let table = read_table(bytes, options).expect("our own file");
    assert!(table.rejected.is_empty(), "{:?}", table.rejected);
    let texts = |cells: &[Cell]| cells.iter().map(|c| c.as_text().into_owned()).collect();
    table.rows.iter().map(|row| texts(&row.cells)).collect()
}

proptest! {
    #[test]
    fn delimited_text_comes_back(
        rows in any_rows(),
        delimiter in prop_oneof![
            Just(Delimiter::Comma),
            Just(Delimiter::Semicolon),
            Just(Delimiter::Tab)
        ],
        has_byte_order_mark: bool,
    ) {
        let options = DelimitedOptions { delimiter, has_byte_order_mark, guards_formulas: false };
        let mut out = DelimitedOut::start(Vec::new(), &["a", "b", "c"], options).expect("memory");
        for row in &rows {
            out.write_texts(row).expect("three cells");
        }
        let bytes = out.finish().expect("memory");
        let read = texts_of(&bytes, &ReadOptions::default());
        prop_assert_eq!(read, rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn our_reader_agrees_with_an_independent_one(rows in any_rows()) {
        let mut out = DelimitedOut::start(Vec::new(), &["a", "b", "c"], DelimitedOptions::default())
            .expect("memory");
        for row in &rows {
            out.write_texts(row).expect("three cells");
        }
        let bytes = out.finish().expect("memory");
        let theirs: Vec<Vec<String>> = csv::Reader::from_reader(bytes.as_slice())
            .records()
            .map(|record| record.expect("well formed").iter().map(str::to_owned).collect())
            .collect();
        prop_assert_eq!(texts_of(&bytes, &ReadOptions::default()), theirs);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_table(&bytes, &ReadOptions::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn workbook_texts_come_back(rows in any_rows()) {
        let columns = ["a", "b", "c"].map(ColumnOut::text);
        let mut sheet = SheetOut::new("s", columns);
        sheet.rows = rows
            .iter()
            .map(|row| row.iter().map(|text| text.as_str().into()).collect())
            .collect();
        let book = WorkbookOut { all_text: true, ..WorkbookOut::new([sheet]) };
        let bytes = book.to_bytes().expect("memory");
        let read = texts_of(&bytes, &ReadOptions::default());
        prop_assert_eq!(read, rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }
}
