//! Importing what offices have: all or nothing or the valid rows, twice the same, revised, with names
//! that have to be confirmed, and with evidence.

use crate::city::{City, Row, text};
use crate::files::{SAMPLE_HEADER, firm, part_of, sample, samples, with_part};

/// Added, revised, unchanged, rejected, and what became of it.
fn outcome(row: &Row) -> (u64, u64, u64, u64, String) {
    let count = |key: &str| row[key].as_u64().unwrap();
    (
        count("added"),
        count("revised"),
        count("unchanged"),
        count("rejected"),
        text(row, "taken"),
    )
}

fn took(
    added: u64,
    revised: u64,
    unchanged: u64,
    rejected: u64,
    taken: &str,
) -> (u64, u64, u64, u64, String) {
    (added, revised, unchanged, rejected, taken.to_owned())
}

#[test]
fn a_table_becomes_records_and_the_same_table_adds_nothing() {
    let city = City::new("town");
    let file = city.file("三月.csv", samples("东乡", 39, 1));
    let first = city
        .run(["import", "sample", &file, "--format", "json"])
        .ok();
    assert_eq!(outcome(&first.row()), took(40, 0, 0, 0, "taken"));
    let head = city.head();
    let again = city
        .run(["import", "sample", &file, "--format", "json"])
        .ok();
    assert_eq!(outcome(&again.row()), took(0, 0, 40, 0, "unchanged"));
    assert_eq!(city.head(), head, "nothing is written");
    assert_eq!(
        (city.figure("samples"), city.figure("failed")),
        ("40".to_owned(), "1".to_owned())
    );
}

#[test]
fn rows_without_a_key_count_by_content_and_by_how_often_they_are_there() {
    let city = City::new("town");
    let two = "日期,主题\n2018-05-01,茶\n2018-05-01,茶\n";
    let file = city.file("走访.csv", two);
    assert_eq!(
        outcome(
            &city
                .run(["import", "visit", &file, "--format", "json"])
                .row()
        ),
        took(2, 0, 0, 0, "taken")
    );
    assert_eq!(
        outcome(
            &city
                .run(["import", "visit", &file, "--format", "json"])
                .row()
        ),
        took(0, 0, 2, 0, "unchanged")
    );
    let file = city.file("走访.csv", format!("{two}2018-05-01,茶\n"));
    assert_eq!(
        outcome(
            &city
                .run(["import", "visit", &file, "--format", "json"])
                .row()
        ),
        took(1, 0, 2, 0, "taken")
    );
    assert_eq!(city.figure("visits"), "3");
}

#[test]
fn a_trial_run_says_what_would_come_and_changes_nothing() {
    let city = City::new("town");
    let head = city.head();
    let file = city.file("三月.csv", samples("东乡", 3, 1));
    let run = city
        .run(["import", "sample", &file, "--dry-run", "--format", "json"])
        .ok();
    assert_eq!(outcome(&run.row()), took(4, 0, 0, 0, "checked"));
    assert_eq!(
        (city.head(), city.figure("samples")),
        (head, "0".to_owned())
    );
}

#[test]
fn one_bad_row_keeps_all_out_and_comes_back_in_a_workbook_that_is_imported_when_corrected() {
    let city = City::new("town");
    let head = city.head();
    let file = SAMPLE_HEADER.to_owned()
        + &sample("a1", "2018-03-01", "东乡", 1, "合格")
        + &sample("a2", "2018-03-02", "东乡", 1, "尚可")
        + &sample("a3", "2018-03-03", "东乡", 1, "不合格");
    let file = city.file("三月.csv", file);
    let rejects = city.path("退回.xlsx");
    let rejects = rejects.to_str().unwrap();

    let refused = city
        .run(["import", "sample", &file, "--format", "json"])
        .refused("O213");
    assert_eq!(outcome(&refused.row()), took(2, 0, 0, 1, "refused"));
    let refused = refused
        .telling("三月.csv")
        .telling("尚可")
        .telling("检验结论");
    assert!(
        refused.err.contains("row 3"),
        "the row is named as the spreadsheet numbers it: {refused}"
    );
    assert_eq!(
        (city.head(), city.figure("samples")),
        (head, "0".to_owned())
    );

    let run = city
        .run([
            "import",
            "sample",
            &file,
            "--valid-only",
            "--rejects",
            rejects,
            "--format",
            "json",
        ])
        .refused("O213");
    assert_eq!(outcome(&run.row()), took(2, 0, 0, 1, "taken"));
    assert_eq!(city.figure("samples"), "2");

    // The reason stands beside the row; the office corrects the cell and sends the workbook as it is.
    let workbook = std::fs::read(rejects).unwrap();
    let strings = part_of(&workbook, "xl/sharedStrings.xml");
    assert!(
        strings.contains("`尚可` is not in the vocabulary"),
        "{strings}"
    );
    let corrected = with_part(&workbook, "xl/sharedStrings.xml", |strings| {
        strings.replace("<t>尚可</t>", "<t>合格</t>")
    });
    std::fs::write(rejects, corrected).unwrap();
    let run = city
        .run(["import", "sample", rejects, "--format", "json"])
        .ok();
    assert_eq!(outcome(&run.row()), took(1, 0, 0, 0, "taken"));
    assert_eq!(
        (city.figure("samples"), city.figure("failed")),
        ("3".to_owned(), "1".to_owned())
    );
}

#[test]
fn other_content_under_a_known_key_must_be_meant_and_keeps_its_history() {
    let city = City::new("town");
    let first = city.file(
        "a.csv",
        SAMPLE_HEADER.to_owned() + &sample("a1", "2018-03-01", "东乡", 1, "合格"),
    );
    let other = city.file(
        "b.csv",
        SAMPLE_HEADER.to_owned() + &sample("a1", "2018-03-01", "东乡", 1, "不合格"),
    );
    city.run(["import", "sample", &first]).ok();
    city.run(["import", "sample", &other]).refused("O231");
    assert_eq!(city.figure("failed"), "0");

    let revised = city
        .run([
            "import",
            "sample",
            &other,
            "--revise",
            "--reason",
            "复检不合格",
            "--format",
            "json",
        ])
        .ok();
    assert_eq!(outcome(&revised.row()), took(0, 1, 0, 0, "taken"));
    assert_eq!(
        (city.figure("samples"), city.figure("failed")),
        ("1".to_owned(), "1".to_owned())
    );

    let record = city
        .run(["measure", "failed", "--records", "--format", "json"])
        .row()["record"]
        .to_string();
    let history = city.run(["record", &record, "--format", "json"]).json();
    assert_eq!(history.len(), 2);
    assert!(
        text(&history[0], "fields").contains("result=pass"),
        "{history:?}"
    );
    assert!(
        text(&history[1], "fields").contains("result=fail"),
        "{history:?}"
    );
    assert_eq!(text(&history[1], "reason"), "复检不合格");
}

#[test]
fn a_short_name_is_confirmed_once_and_remembered() {
    let city = City::new("town");
    let file = SAMPLE_HEADER.to_owned()
        + &sample("a1", "2018-03-01", "东乡", 1, "合格").replace("市场监督管理局", "市监局");
    let file = city.file("a.csv", file);
    city.run(["import", "sample", &file])
        .refused("O215")
        .telling("市监局")
        .telling("alias");
    city.run(["alias", "unit", "市监局", "market"]).ok();
    city.run(["import", "sample", &file]).ok();
    city.run([
        "submit",
        "sample",
        "number=a2",
        "day=2018-03-02",
        "unit=市监局",
        &format!("subject={}", firm(1)),
        "result=合格",
    ])
    .ok();
    let rows = city
        .run(["measure", "samples", "--records", "--format", "json"])
        .json();
    assert!(
        rows.len() == 2 && rows.iter().all(|row| text(row, "unit") == "market"),
        "{rows:?}"
    );
}

#[test]
fn a_firm_named_only_by_its_short_name_is_confirmed_once_too() {
    let city = City::new("town");
    let known = city.file(
        "a.csv",
        SAMPLE_HEADER.to_owned() + &sample("a1", "2018-03-01", "东乡", 1, "合格"),
    );
    city.run(["import", "sample", &known]).ok();
    let header = "样品编号,抽样日期,责任单位,企业名称,检验结论\n";
    let file = city.file(
        "b.csv",
        format!("{header}a2,2018-03-02,市场监督管理局,一茶,合格\n"),
    );
    let run = city.run(["import", "sample", &file]);
    assert_eq!(run.code, 1, "{run}");
    run.telling("一茶").telling("alias");
    city.run(["alias", "subject:firm", "一茶", &firm(1)]).ok();
    city.run(["import", "sample", &file]).ok();
    let rows = city
        .run(["measure", "samples", "--by", "subject", "--format", "json"])
        .json();
    let of_first: Vec<String> = rows
        .iter()
        .filter(|row| text(row, "subject") == firm(1))
        .map(|row| text(row, "value"))
        .collect();
    assert_eq!(of_first, ["2"]);
}

#[test]
fn columns_with_names_of_their_own_come_in_by_a_mapping() {
    let city = City::new("town");
    let file = city.file(
        "导出.csv",
        format!(
            "SN,Date,Firm,Verdict,Remark\ns1,2018-04-01,{},good,x\ns2,2018-04-02,{},poor,\n",
            firm(1),
            firm(2)
        ),
    );
    let mapping = "[columns]\nSN = \"number\"\nDate = \"day\"\nFirm = \"subject\"\nVerdict = \"result\"\n\n\
        [values.result]\ngood = \"pass\"\npoor = \"fail\"\n\n[constants]\nunit = \"market\"\nplace = \"west\"\n";
    let with = |text: String| city.file("mapping.toml", text);
    let bare = with(mapping.to_owned());
    city.run(["import", "sample", &file, "--mapping", &bare])
        .telling("Remark");
    let ignoring = with(format!("ignore = [\"Remark\"]\n\n{mapping}"));
    city.run(["import", "sample", &file, "--mapping", &ignoring])
        .ok();
    let row = city
        .run(["measure", "pass_rate", "--unit", "west", "--format", "json"])
        .row();
    assert_eq!(
        (text(&row, "numerator"), text(&row, "denominator")),
        ("1".to_owned(), "2".to_owned())
    );
    let misspelt = with("[colums]\nSN = \"number\"\n".to_owned());
    let run = city.run(["import", "sample", &file, "--mapping", &misspelt]);
    assert_eq!(run.code, 1, "{run}");
    run.telling("mapping.toml:1").telling("columns");
}

#[test]
fn firms_come_in_with_dated_attributes() {
    let city = City::new("town");
    let file = city.file(
        "企业.csv",
        format!(
            "信用代码,企业名称,行业\n{},第1茶厂,茶叶\n{},第2食品厂,食品\n",
            firm(1),
            firm(2)
        ),
    );
    city.run(["import", "firm", &file]).ok();
    let again = city.run(["import", "firm", &file, "--format", "json"]).ok();
    assert_eq!(outcome(&again.row()), took(0, 0, 2, 0, "unchanged"));
    let graded = city
        .run(["rate", "credit", "--day", "2018-12-31", "--format", "json"])
        .json();
    let names: Vec<String> = graded.iter().map(|row| text(row, "name")).collect();
    assert_eq!(names, ["第1茶厂", "第2食品厂"]);
}

#[test]
fn the_template_has_lists_to_choose_from_and_comes_back_filled() {
    let city = City::new("town");
    let path = city.path("抽检.xlsx");
    let path = path.to_str().unwrap();
    city.run(["template", "sample", "--output", path]).ok();
    let workbook = std::fs::read(path).unwrap();
    let page = part_of(&workbook, "xl/worksheets/sheet1.xml");
    assert!(
        page.contains("<dataValidation ") && page.contains("type=\"list\""),
        "{page}"
    );

    // The office fills one row below the headings, in the order in which the template gives them.
    let empty = city
        .run(["import", "sample", path, "--format", "json"])
        .ok();
    assert_eq!(outcome(&empty.row()), took(0, 0, 0, 0, "unchanged"));
    let headings = headings(&workbook);
    let value = |heading: &String| match heading.trim_end_matches('*').trim() {
        "Number" => "t1".to_owned(),
        "Sampled on" => "2018-06-05".to_owned(),
        "Unit" => "Market bureau".to_owned(),
        "Place" => "East".to_owned(),
        "Firm" => firm(3),
        "Finding" => "Pass".to_owned(),
        _ => String::new(),
    };
    let cell =
        |heading: &String| format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", value(heading));
    let filled = with_part(&workbook, "xl/worksheets/sheet1.xml", |page| {
        let row = format!(
            "<row>{}</row></sheetData>",
            headings.iter().map(cell).collect::<String>()
        );
        page.replace("</sheetData>", &row)
    });
    std::fs::write(path, filled).unwrap();
    let run = city
        .run(["import", "sample", path, "--format", "json"])
        .ok();
    assert_eq!(outcome(&run.row()), took(1, 0, 0, 0, "taken"));
    let record = city
        .run(["measure", "samples", "--records", "--format", "json"])
        .row();
    assert_eq!(
        (
            text(&record, "number"),
            text(&record, "place"),
            text(&record, "result")
        ),
        ("t1".into(), "east".into(), "pass".into())
    );
}

/// The headings of the first worksheet, from its table.
fn headings(workbook: &[u8]) -> Vec<String> {
    sheet::read_table(workbook, &sheet::ReadOptions::default())
        .unwrap()
        .header
        .iter()
        .map(|heading| heading.as_str().to_owned())
        .collect()
}

#[test]
fn evidence_that_a_type_demands_is_filed_once_under_its_hash() {
    let city = City::new("town");
    city.run(["submit", "paper", "number=1", "day=2018-05-01"])
        .refused("O223");
    let scan = city.file("扫描件.pdf", b"a scan");
    city.run([
        "submit",
        "paper",
        "number=1",
        "day=2018-05-01",
        "--evidence",
        &scan,
    ])
    .ok();
    city.run([
        "submit",
        "paper",
        "number=2",
        "day=2018-05-02",
        "--evidence",
        &scan,
    ])
    .ok();
    let stored: Vec<_> = walk(&city.data().join("evidence"));
    // `printf 'a scan' | sha256sum`
    assert_eq!(
        stored,
        ["5bb626f4973a4d80adb3d956673807597303a694d5124d9c2298b1fa2811810f"],
        "one file for both"
    );
    assert_eq!(
        city.run(["verify", "--format", "json"]).row()["evidence"],
        1
    );
    assert_eq!(city.figure("papers"), "2");
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}
