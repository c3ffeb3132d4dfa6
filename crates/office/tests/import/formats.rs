//! The same rows in every form in which a file may come.

use std::io::Write;

use office::import::{ImportOptions, Mapping};
use rust_xlsxwriter::{Format, Workbook};
use sheet::Format as FileFormat;

use crate::town::{Town, counts, told, uscc};

fn text(delimiter: &str, quoted: bool) -> String {
    let cell = |text: &str| {
        if quoted {
            format!("\"{text}\"")
        } else {
            text.to_owned()
        }
    };
    let line = |cells: [&str; 6]| cells.map(cell).join(delimiter) + "\r\n";
    line([
        "样品编号",
        "日期",
        "责任单位",
        "信用代码",
        "检验结论",
        "批次",
    ]) + &line([
        "a1",
        "2018年3月5日",
        "市场监督管理局",
        &uscc(1),
        "合格",
        "１２３",
    ]) + &line(["a2", "2018/3/6", "market", &uscc(2), "NG", "/"])
        + &line([
            "a3",
            "20180307",
            "质量技术监督局",
            &uscc(1).to_lowercase(),
            "Pass",
            "-",
        ])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn every_form_gives_the_same_records() {
    let plain = text(",", false);
    let gb18030 = encoding_rs::GB18030.encode(&plain).0.into_owned();
    let forms: [(&str, Vec<u8>); 8] = [
        ("utf-8", plain.clone().into_bytes()),
        ("utf-8 with mark", format!("\u{feff}{plain}").into_bytes()),
        ("quoted", text(",", true).into_bytes()),
        ("semicolon", text(";", false).into_bytes()),
        ("tab", text("\t", false).into_bytes()),
        ("gb18030", gb18030.clone()),
        ("gzip", gzip(plain.as_bytes())),
        ("gb18030 in gzip", gzip(&gb18030)),
    ];
    let mut town = Town::new();
    let mut first = true;
    for (name, bytes) in forms {
        let report = town.import("sample", &bytes);
        // 123 batches without a cost are taken: the type's condition is unknown then, not false.
        let expected = if first { (3, 0, 0, 0) } else { (0, 0, 3, 0) };
        assert_eq!(
            (counts(&report), told(&report)),
            (expected, vec![]),
            "{name}"
        );
        first = false;
    }
    assert_eq!(
        (town.figure("samples"), town.figure("failed")),
        ("3.00".to_owned(), "1.00".to_owned())
    );
}

#[test]
fn a_workbook_with_merged_headings_dates_and_numbers_as_text() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("明细").unwrap();
    let (plain, date) = (Format::new(), Format::new().set_num_format("yyyy-mm-dd"));
    page.merge_range(0, 0, 0, 6, "二〇一八年抽检", &plain)
        .unwrap();
    page.merge_range(1, 0, 2, 0, "样品编号", &plain).unwrap();
    page.merge_range(1, 1, 1, 2, "抽样", &plain).unwrap();
    page.merge_range(1, 3, 1, 4, "企业", &plain).unwrap();
    page.merge_range(1, 5, 1, 6, "检验", &plain).unwrap();
    for (column, heading) in [
        (1, "日期"),
        (2, "单位"),
        (3, "代码"),
        (4, "名称"),
        (5, "结论"),
        (6, "批次"),
    ] {
        page.write_string(2, column, heading).unwrap();
    }
    for (row, number) in [(3, 1), (4, 2)] {
        page.write_string(row, 0, format!("x{number}")).unwrap();
        page.write_number_with_format(row, 1, 43164.0, &date)
            .unwrap();
        page.write_string(row, 2, "market").unwrap();
        page.write_string(row, 3, uscc(number)).unwrap();
        page.write_string(row, 4, format!("厂 {number}")).unwrap();
        page.write_string(row, 5, "合格").unwrap();
    }
    page.write_string(3, 6, " 7 ").unwrap();
    page.write_number(4, 6, 8.0).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mapping = "skip_rows = 1\nheader_rows = 2\nsheet = \"明细\"\n[columns]\n\"抽样/日期\" = \"day\"\n\"抽样/单位\" = \"unit\"\n\
        \"企业/代码\" = \"subject\"\n\"企业/名称\" = \"subject_name\"\n\"检验/结论\" = \"result\"\n\"检验/批次\" = \"batches\"\n";
    let options = ImportOptions {
        mapping: Some(Mapping::parse(mapping, "m.toml").unwrap()),
        ..ImportOptions::default()
    };
    let mut town = Town::new();
    let report = town.import_with("sample", &bytes, &options);
    assert_eq!(
        (
            counts(&report),
            report.sheet.as_deref(),
            report.notes.format
        ),
        ((2, 0, 0, 0), Some("明细"), FileFormat::Workbook)
    );
    assert_eq!(
        town.office.mirror().subject_name("firm", &uscc(2)),
        Some("厂 2")
    );
    // 43164 is 5 March 2018: the rows stand in the year.
    assert_eq!(town.reopened().figure("samples"), "2.00");
}

#[test]
fn rows_that_continue_the_row_above() {
    let file = "报告编号,日期,责任单位,序号,问题,说明\n\
        R1,2018-03-05,market,1,无证,已改\n,,,2,过期,\n,,,3,标签,\nR2,2018-03-06,market,1,卫生,复查\n";
    let mut town = Town::new();
    assert_eq!(counts(&town.import("finding", file)), (4, 0, 0, 0));
    assert_eq!(town.figure("findings"), "4.00");
    assert_eq!(counts(&town.import("finding", file)), (0, 0, 4, 0));

    // A row that says something of its own in a column is not given the word of the row above there.
    let own = "报告编号,日期,责任单位,序号,问题,说明\nR3,2018-03-05,market,1,无证,已改\n,,,2,过期,\n,,,3,标签,未改\n";
    assert_eq!(counts(&town.import("finding", own)), (3, 0, 0, 0));
    let stored: Vec<serde_json::Value> = town
        .office
        .ledger()
        .entries(base::Position(1)..)
        .unwrap()
        .map(|entry| serde_json::from_slice(&entry.unwrap().facts).unwrap_or_default())
        .filter(|facts: &serde_json::Value| facts["fields"]["report"] == "R3")
        .map(|facts| facts["fields"]["remark"].clone())
        .collect();
    assert_eq!(
        stored,
        [
            serde_json::json!("已改"),
            serde_json::Value::Null,
            serde_json::json!("未改")
        ]
    );

    let orphan = "报告编号,日期,序号,问题\n,2018-03-05,1,无证\n";
    assert_eq!(
        told(&town.import("finding", orphan)),
        [("O325", 2, String::new())]
    );
    // After a row that is broken, its continuations must not join the report before it.
    let broken = "报告编号,日期,序号,问题\nR8,2018-03-05,1,无证\nR9,2018-03-05\n,,2,过期\n";
    assert_eq!(
        told(&town.import("finding", broken)),
        [("S502", 3, String::new()), ("O325", 4, String::new())]
    );
}

#[test]
fn an_empty_template_filled_in_can_be_imported() {
    let mut town = Town::new();
    for (type_name, lang) in [
        ("sample", base::Lang::Zh),
        ("sample", base::Lang::En),
        ("firm", base::Lang::Zh),
        ("finding", base::Lang::Zh),
    ] {
        let bytes = town.office.template(type_name, lang).unwrap();
        let report = town.import(type_name, &bytes);
        assert_eq!((report.rows, report.ignored.len()), (0, 0), "{type_name}");
    }
    assert_eq!(
        town.office
            .template("samples", base::Lang::Zh)
            .unwrap_err()
            .code,
        "O224"
    );
}
