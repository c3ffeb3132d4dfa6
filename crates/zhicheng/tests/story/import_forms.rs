//! The same rows in every form in which a file may come: encodings, delimiters, packed, workbooks.

use rust_xlsxwriter::{Format, Workbook};

use crate::city::{City, text};
use crate::files::{firm, gb18030, gzip};

/// Three samples, of which one failed; dates, widths and marks for empty as people write them.
fn rows(delimiter: &str, quote: &str) -> String {
    let line = |cells: [&str; 7]| {
        cells
            .map(|cell| format!("{quote}{cell}{quote}"))
            .join(delimiter)
            + "\r\n"
    };
    line([
        "样品编号",
        "抽样日期",
        "责任单位",
        "信用代码",
        "检验结论",
        "批次",
        "费用",
    ]) + &line([
        "a1",
        "2018年3月5日",
        "市场监督管理局",
        &firm(1),
        "合格",
        "１２３",
        "１２．５０",
    ]) + &line([
        "a2",
        "2018/3/6",
        "market",
        &firm(2).to_lowercase(),
        "NG",
        "/",
        "/",
    ]) + &line([
        "a3",
        "20180307",
        "Market bureau",
        &firm(1),
        "Pass",
        "-",
        "—",
    ])
}

#[test]
fn every_form_gives_the_same_records() {
    let plain = rows(",", "");
    let forms: [(&str, Vec<u8>); 9] = [
        ("utf8.csv", plain.clone().into_bytes()),
        ("mark.csv", format!("\u{feff}{plain}").into_bytes()),
        ("quoted.csv", rows(",", "\"").into_bytes()),
        ("semicolon.csv", rows(";", "").into_bytes()),
        ("tab.csv", rows("\t", "").into_bytes()),
        ("gb18030.csv", gb18030(&plain)),
        ("packed.csv.gz", gzip(plain.as_bytes())),
        ("packed-gb18030.csv.gz", gzip(&gb18030(&plain))),
        ("lines.csv", plain.replace("\r\n", "\n").into_bytes()),
    ];
    for (name, bytes) in forms {
        let city = City::new("town");
        let file = city.file(name, bytes);
        city.run(["import", "sample", &file]).ok();
        let figures = (
            city.figure("samples"),
            city.figure("failed"),
            city.figure("cost"),
        );
        assert_eq!(
            figures,
            ("3".to_owned(), "1".to_owned(), "12.5".to_owned()),
            "{name}"
        );
        let first = city
            .run([
                "measure",
                "samples",
                "--records",
                "--period",
                "2018-03-05..2018-03-05",
                "--format",
                "json",
            ])
            .row();
        assert_eq!(
            (text(&first, "batches"), text(&first, "subject")),
            ("123".to_owned(), firm(1)),
            "{name}"
        );
    }
}

#[test]
fn a_workbook_with_merged_headings_excel_dates_and_numbers_as_text() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("明细").unwrap();
    let (plain, date) = (
        Format::new(),
        Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""),
    );
    page.merge_range(0, 0, 0, 6, "2018年食品抽检汇总表", &plain)
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
        // 43164 is 5 March 2018 in a spreadsheet that counts from 1900.
        page.write_number_with_format(row, 1, 43164.0, &date)
            .unwrap();
        page.write_string(row, 2, "market").unwrap();
        page.write_string(row, 3, firm(number)).unwrap();
        page.write_string(row, 4, format!("第{number}茶厂"))
            .unwrap();
        page.write_string(row, 5, "合格").unwrap();
    }
    page.write_string(3, 6, " ７ ").unwrap();
    page.write_number(4, 6, 8.0).unwrap();
    let city = City::new("town");
    let file = city.file("汇总.xlsx", book.save_to_buffer().unwrap());
    let mapping = city.file(
        "mapping.toml",
        "skip_rows = 1\nheader_rows = 2\nsheet = \"明细\"\n\n[columns]\n\"抽样/日期\" = \"day\"\n\"抽样/单位\" = \"unit\"\n\
         \"企业/代码\" = \"subject\"\n\"企业/名称\" = \"subject_name\"\n\"检验/结论\" = \"result\"\n\"检验/批次\" = \"batches\"\n",
    );
    city.run(["import", "sample", &file, "--mapping", &mapping])
        .ok();
    let records = city
        .run(["measure", "samples", "--records", "--format", "json"])
        .json();
    let seen: Vec<[String; 3]> = records
        .iter()
        .map(|row| [text(row, "number"), text(row, "day"), text(row, "batches")])
        .collect();
    assert_eq!(seen, [["x1", "2018-03-05", "7"], ["x2", "2018-03-05", "8"]]);
}

#[test]
fn several_findings_of_one_report_stand_in_rows_below_each_other() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let table = [
        ["日期", "报告编号", "序号", "问题"],
        ["2018-05-01", "R1", "1", "无进货台账"],
        ["", "", "2", "无健康证"],
        ["", "", "3", "标签不全"],
        ["2018-05-02", "R2", "1", "超范围经营"],
    ];
    for (row, cells) in (0_u32..).zip(table) {
        for (column, cell) in (0_u16..).zip(cells) {
            page.write_string(row, column, cell).unwrap();
        }
    }
    page.merge_range(1, 0, 3, 0, "2018-05-01", &Format::new())
        .unwrap();
    let city = City::new("town");
    let file = city.file("发现.xlsx", book.save_to_buffer().unwrap());
    city.run(["import", "finding", &file]).ok();
    let records = city
        .run(["measure", "findings", "--records", "--format", "json"])
        .json();
    let seen: Vec<[String; 3]> = records
        .iter()
        .map(|row| [text(row, "report"), text(row, "line"), text(row, "day")])
        .collect();
    let expected = [
        ["R1", "1", "2018-05-01"],
        ["R1", "2", "2018-05-01"],
        ["R1", "3", "2018-05-01"],
        ["R2", "1", "2018-05-02"],
    ];
    assert_eq!(seen, expected);
}
