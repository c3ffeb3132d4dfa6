//! What an import says so that the next try succeeds: where the header is, what a row of sums is, what
//! was held back, and which spelling may mean what.

use base::{Lang, Problem};
use office::alias::Confirmation;
use office::import::{ImportOptions, Mapping};
use sheet::{ColumnOut, SheetOut, WorkbookOut};

use crate::town::{Town, counts, told, uscc};

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}

fn sample(number: &str, day: &str, unit: &str) -> String {
    format!(
        "number,day,unit,subject,result\n{number},{day},{unit},{},pass\n",
        uscc(1)
    )
}

#[test]
fn a_spelling_that_the_programme_declares_cannot_be_given_another_meaning() {
    let mut town = Town::new();
    let head = town.head();
    for (of, text, id, code) in [
        ("unit", "市场监督管理局", "quality", "O243"),
        ("unit", "Market Bureau", "quality", "O243"),
        ("code:result", "NG", "pass", "O243"),
        ("unit", " ", "market", "O242"),
        ("unit", "市监局", "nobody", "O241"),
        ("firm", "市监局", "market", "O240"),
        ("code:none", "a", "b", "O241"),
        ("subject:none", "a", "b", "O240"),
    ] {
        let refused = town
            .office
            .confirm_alias(of, text, id, Some("误"))
            .unwrap_err();
        assert_eq!(refused.code, code, "{of} {text}");
    }
    assert!(
        town.office
            .confirm_alias("subject:firm", "甲厂", "123", None)
            .is_err()
    );
    // To say again what the programme says writes nothing.
    let known = town
        .office
        .confirm_alias("unit", "市场监督管理局", "market", None);
    assert_eq!((known, town.head()), (Ok(Confirmation::Known), head));
}

#[test]
fn the_name_of_a_subject_cannot_be_given_to_another() {
    let mut town = Town::new();
    let file = format!("信用代码,名称\n{},甲厂\n", uscc(1));
    town.import("firm", file);
    let refused = town
        .office
        .confirm_alias("subject:firm", "甲厂", &uscc(2), None)
        .unwrap_err();
    assert_eq!(refused.code, "O245");
    town.office
        .confirm_alias("subject:firm", "甲", &uscc(1), None)
        .unwrap();
}

#[test]
fn a_confirmed_spelling_changes_only_with_a_reason_and_all_are_listed() {
    let mut town = Town::new();
    let mut confirm = |id: &str, reason| town.office.confirm_alias("unit", "市监局", id, reason);
    assert_eq!(confirm("market", None), Ok(Confirmation::New));
    assert_eq!(confirm("market", None), Ok(Confirmation::Known));
    let refused = confirm("quality", None).unwrap_err();
    assert_eq!(refused.code, "O244");
    assert!(refused.what(Lang::Zh).contains("market"), "{refused}");
    assert_eq!(confirm("quality", Some("  ")).unwrap_err().code, "O244");
    assert_eq!(
        confirm("quality", Some("写错")),
        Ok(Confirmation::Changed("market".to_owned()))
    );
    let town = town.reopened();
    let listed = town.office.aliases().unwrap();
    let listed: Vec<(&str, &str, &str)> = listed
        .iter()
        .map(|alias| (&*alias.of, &*alias.text, &*alias.id))
        .collect();
    assert_eq!(listed, [("unit", "市监局", "quality")]);
}

#[test]
fn an_unknown_unit_is_told_with_the_whole_command_and_whom_it_may_mean() {
    let mut town = Town::new();
    let report = town.import("sample", sample("a", "2018-03-05", "市监局"));
    let remedy = report.problems[0].remedy(Lang::Zh);
    assert!(remedy.contains("市场监督管理局（market）"), "{remedy}");
    assert!(
        remedy.contains("zhicheng alias --data … unit 市监局 "),
        "{remedy}"
    );
    let report = town.import("sample", sample("a", "2018-03-05", "ZZZZZZ"));
    let remedy = report.problems[0].remedy(Lang::Zh);
    assert!(
        remedy.contains("质量技术监督局（quality）") && !remedy.contains('—'),
        "{remedy}"
    );
    let report = town.import(
        "sample",
        sample("a", "2018-03-05", "market").replace("pass", "尚可"),
    );
    let problem = &report.problems[0];
    assert!(
        problem
            .remedy(Lang::Zh)
            .contains("zhicheng alias --data … code:result 尚可"),
        "{problem}"
    );
    assert!(
        problem.remedy(Lang::Zh).contains("不合格(fail)"),
        "{problem}"
    );
}

#[test]
fn too_many_places_and_too_large_are_two_things() {
    let mut town = Town::new();
    let with = |cost: &str| {
        sample("a", "2018-03-05", "market")
            .replace("result\n", "result,cost\n")
            .replace("pass\n", &format!("pass,{cost}\n"))
    };
    let report = town.import("sample", with("2.505"));
    let problem = &report.problems[0];
    assert_eq!(problem.code, "O204");
    assert!(
        problem.what(Lang::Zh).ends_with("小数多于 2 位"),
        "{problem}"
    );
    assert_eq!(
        codes(&town.import("sample", with("99999999999999999999")).problems),
        ["O225"]
    );
}

#[test]
fn conditions_are_judged_on_the_fields_that_are_sound() {
    let mut town = Town::new();
    let file = format!(
        "number,day,unit,subject,result,batches,cost\nn1,2018-03-01,market,{0},maybe,10,0.5\nn2,2018-03-01,market,{0},pass,10,x\n",
        uscc(1)
    );
    let report = town.import("sample", file);
    // The first row breaks the condition beside its bad code; the second cannot be judged by it.
    assert_eq!(codes(&report.problems), ["O213", "O222", "O207"]);
}

#[test]
fn what_a_rejected_row_holds_back_is_counted() {
    let mut town = Town::new();
    let file = "day,topic\n2018-01-01,a\n2018-01-02,b\n2018-01-32,c\n";
    let report = town.import("visit", file);
    assert_eq!(
        (counts(&report), report.held_back, report.position),
        ((2, 0, 0, 1), 2, None)
    );
    let options = ImportOptions {
        valid_only: true,
        ..ImportOptions::default()
    };
    assert_eq!(town.import_with("visit", file, &options).held_back, 0);
}

#[test]
fn revisions_need_a_reason() {
    let mut town = Town::new();
    let options = ImportOptions {
        revise: true,
        ..ImportOptions::default()
    };
    assert_eq!(
        town.refused("sample", sample("a", "2018-03-05", "market"), &options),
        ["O232"]
    );
    let options = ImportOptions {
        dry_run: true,
        ..options
    };
    town.import_with("sample", sample("a", "2018-03-05", "market"), &options);
}

#[test]
fn days_that_have_not_come_are_refused_where_they_stand() {
    let mut town = Town::new();
    // The town's today is 2019-01-10.
    let file = "day,topic\n2019-01-10,a\n2091-01-02,b\n2091-01-03,c\n";
    let report = town.import("visit", file);
    // What a held-back row would have come to is told apart from the rejected ones.
    assert_eq!(report.rejected_rows, 2);
    assert_eq!(
        told(&report),
        [("O350", 3, "day".to_owned()), ("O350", 4, "day".to_owned())]
    );
    let first = report.problems[0].what(Lang::En);
    assert!(
        first.contains("2091-01-02") && first.contains("2019-01-10"),
        "{first}"
    );
}

#[test]
fn a_row_of_sums_is_called_one() {
    let mut town = Town::new();
    for total in ["合计", "总 计：", "Grand total"] {
        let report = town.import("visit", format!("day,topic\n2018-01-01,a\n{total},2\n"));
        assert_eq!(told(&report)[0], ("O352", 3, "day".to_owned()), "{total}");
    }
    let report = town.import("visit", "topic,day\n合计工作,2018-01-32\n");
    assert_eq!(codes(&report.problems), ["O209"]);
}

#[test]
fn digits_that_a_spreadsheet_dropped_are_told() {
    let mut town = Town::new();
    let report = town.import("sample", sample("9.11305E+17", "2018-03-05", "market"));
    assert_eq!(told(&report), [("O353", 2, "number".to_owned())]);
    let file = sample("a", "2018-03-05", "market").replace(&uscc(1), "9.1E+17");
    assert_eq!(
        told(&town.import("sample", file)),
        [("O353", 2, "subject".to_owned())]
    );
}

#[test]
fn headings_of_two_rows_are_known_by_their_parts() {
    let mapping = Mapping::parse("header_rows = 2\n", "m.toml").unwrap();
    let options = ImportOptions {
        mapping: Some(mapping),
        ..ImportOptions::default()
    };
    let mut town = Town::new();
    let file = format!(
        "样品编号,抽样,,被抽样单位,,结果\n,抽样日期,责任单位,企业名称,信用代码,检验结论\na,2018-01-02,market,甲厂,{},合格\n",
        uscc(1)
    );
    assert_eq!(
        counts(&town.import_with("sample", file, &options)),
        (1, 0, 0, 0)
    );
    assert_eq!(
        town.office.mirror().subject_name("firm", &uscc(1)),
        Some("甲厂")
    );
    // An upper part that stands over one column only.
    let file = format!(
        "number,day,unit,subject,检验结论/是否达标\nb,2018-01-02,market,{},合格\n",
        uscc(1)
    );
    assert_eq!(counts(&town.import("sample", file)), (1, 0, 0, 0));
    // One that stands over several says nothing, nor does a last part that stands twice.
    for headings in ["检验结论/甲,检验结论/乙", "初检/检验结论,复检/检验结论"]
    {
        let file = format!(
            "number,day,unit,subject,{headings}\nc,2018-01-02,market,{},合格,合格\n",
            uscc(1)
        );
        assert_eq!(
            town.refused("sample", file, &ImportOptions::default()),
            ["O320", "O320", "O321"],
            "{headings}"
        );
    }
}

#[test]
fn a_header_under_a_title_or_on_another_sheet_is_found() {
    let mut town = Town::new();
    let none = ImportOptions::default();
    let problems = town
        .try_import(
            "visit",
            "2018年走访台账\n填报单位：某镇\n日期,主题\n2018-01-02,a\n",
            &none,
        )
        .unwrap_err();
    assert_eq!(codes(&problems), ["O355"]);
    assert!(
        problems[0].remedy(Lang::Zh).contains("skip_rows = 2"),
        "{}",
        problems[0]
    );

    let notes = || {
        SheetOut::new(
            "说明",
            [ColumnOut::text("填表说明"), ColumnOut::text("版本")],
        )
    };
    let data = SheetOut::new("明细", [ColumnOut::date("日期"), ColumnOut::text("主题")]);
    let bytes = WorkbookOut::new([notes(), data]).to_bytes().unwrap();
    let problems = town.try_import("visit", bytes, &none).unwrap_err();
    assert_eq!(codes(&problems), ["O356"]);
    assert!(
        problems[0].remedy(Lang::Zh).contains("--sheet 明细"),
        "{}",
        problems[0]
    );

    let other = SheetOut::new("其他", [ColumnOut::text("某列")]);
    let bytes = WorkbookOut::new([notes(), other]).to_bytes().unwrap();
    let problems = town.try_import("visit", bytes, &none).unwrap_err();
    assert_eq!(codes(&problems), ["O320", "O320", "O321", "O321", "O357"]);
}

#[test]
fn a_template_is_in_one_language_and_names_its_defaults() {
    let mut town = Town::new();
    let bytes = town.office.template("sample", Lang::En).unwrap();
    let table = sheet::read_table(&bytes, &sheet::ReadOptions::default()).unwrap();
    assert!(
        table.header.contains(&"Firm name".to_owned()),
        "{:?}",
        table.header
    );
    assert!(
        table.header.iter().all(|heading| heading.is_ascii()),
        "{:?}",
        table.header
    );
    assert_eq!(counts(&town.import("sample", &bytes)), (0, 0, 0, 0));
}
