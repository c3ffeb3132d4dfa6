//! Which column is which field, with and without a mapping file.

use office::import::{ImportOptions, Mapping};

use crate::town::{Town, counts, told, uscc};

fn mapped(text: &str) -> ImportOptions {
    ImportOptions {
        mapping: Some(
            Mapping::parse(text, "m.toml").unwrap_or_else(|problems| panic!("{problems:#?}")),
        ),
        ..ImportOptions::default()
    }
}

#[test]
fn headings_are_known_by_identifier_name_and_alias_in_either_width() {
    let mut town = Town::new();
    for (heading, number) in [
        ("number", 1),
        ("样品编号", 2),
        (" 样品\n编号 ", 3),
        ("ＮＵＭＢＥＲ", 4),
        ("Number", 5),
    ] {
        let file = format!(
            "\"{heading}\",日期,Unit,统一社会信用代码,finding\nn{number},2018-01-05,market,{},pass\n",
            uscc(1)
        );
        assert_eq!(
            counts(&town.import("sample", file)),
            (1, 0, 0, 0),
            "{heading:?}"
        );
    }
}

#[test]
fn a_header_that_does_not_fit_is_refused_as_a_whole() {
    let none = ImportOptions::default();
    let mut town = Town::new();
    for (header, codes) in [
        ("日期,主题,备注", &["O320"][..]),
        ("日期,主提", &["O320", "O321"]),
        ("主题", &["O321"]),
        ("日期,day,主题", &["O322"]),
        ("日期,主题,主题", &["O323"]),
    ] {
        assert_eq!(
            town.refused("visit", format!("{header}\n2018-01-01,x,y\n"), &none),
            codes,
            "{header}"
        );
    }
    let problems = town
        .try_import("visit", "日期,主提\n2018-01-01,x\n", &none)
        .unwrap_err();
    assert!(
        problems[0].remedy(base::Lang::Zh).contains("主题"),
        "{}",
        problems[0]
    );
    assert_eq!(town.refused("visits", "日期,主题\n", &none), ["O224"]);

    let ignore = ImportOptions {
        ignore_unknown: true,
        ..ImportOptions::default()
    };
    let report = town.import_with("visit", "日期,主题,备注\n2018-01-01,x,y\n", &ignore);
    assert_eq!(
        (counts(&report), report.ignored),
        ((1, 0, 0, 0), vec!["备注".to_owned()])
    );
    let stray = town.import("visit", "日期,主题,\n2018-01-02,x,\n2018-01-03,x,y\n");
    assert_eq!(
        told(&stray)
            .iter()
            .map(|(code, row, _)| (*code, *row))
            .collect::<Vec<_>>(),
        [("S501", 3)]
    );
    let stray = town.import("visit", "日期,,主题\n2018-01-02,,x\n2018-01-03,y,x\n");
    assert_eq!(told(&stray), [("O324", 3, "B".to_owned())]);
}

#[test]
fn a_mapping_says_what_foreign_columns_mean() {
    let mapping = r#"
        delimiter = ";"
        ignore = ["Phone"]
        [columns]
        "Date" = "day"
        "Outcome" = "result"
        [combine]
        number = { columns = ["Year", "No"], separator = "-" }
        [constants]
        unit = "market"
        cost = 12.50
        [values.result]
        "Pass w/ Conditions" = "pass"
        "Out of Business" = "fail"
    "#;
    let mut town = Town::new();
    let file = format!(
        "Year;No;Date;Outcome;Phone;信用代码\n2018;7;2018-02-03;Pass w/ Conditions;1;{0}\n2018;8;2018-02-03;Out of Business;;{0}\n",
        uscc(3)
    );
    let report = town.import_with("sample", &file, &mapped(mapping));
    assert_eq!(
        (counts(&report), report.ignored),
        ((2, 0, 0, 0), vec!["Phone".to_owned()])
    );
    assert_eq!(town.figure("failed"), "1.00");
    let keys: Vec<String> = town
        .office
        .ledger()
        .entries(base::Position(1)..)
        .unwrap()
        .filter_map(|entry| {
            serde_json::from_slice::<serde_json::Value>(&entry.unwrap().facts).unwrap()["key"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(keys, ["2018-7", "2018-8"]);
}

#[test]
fn one_column_may_fill_several_fields_and_several_columns_give_several_records() {
    let mapping = "[columns]\n\"Indicator\" = \"what\"\n[wide]\nfield = \"value\"\n[wide.columns]\n\
        \"2017\" = { for_period = \"2017\", day = 2017-12-31 }\n\"2018\" = { for_period = \"2018\", day = 2018-12-31 }\n";
    let file = "Indicator,2017,2018\nvisits,1.5,2.25\nfines,,4\ntrees,NA,10\n";
    let mut town = Town::new();
    // An empty cell, and one that the field takes for empty, gives no record.
    let report = town.import_with("figure", file, &mapped(mapping));
    assert_eq!((counts(&report), report.rows), ((4, 0, 0, 0), 3));
    assert_eq!(town.figure("reported"), "17.75");

    let both = mapped("[columns]\n\"On\" = [\"day\"]\n\"What\" = [\"topic\"]\n");
    assert_eq!(
        counts(&town.import_with("visit", "On,What\n2018-05-05,x\n", &both)),
        (1, 0, 0, 0)
    );
}

#[test]
fn everything_that_a_mapping_can_say() {
    let text = r#"
        sheet = "明细"
        header_rows = 2
        skip_rows = 1
        delimiter = "tab"
        encoding = "GB18030"
        allow_short_rows = true
        continuation = true
        fill_down = ["报告编号"]
        ignore = ["备注"]
        ignore_unknown = true
        columns = { "样品编号" = "number", "日期" = ["day", "tested_on"] }
        combine = { address = ["路", "号"], spot = { columns = ["经度", "纬度"], separator = "," } }
        constants = { cost = 12.50, times = 3, day = 2018-12-31, unit = "market" }
        values.result = { "合格" = "pass", "/" = "" }
        [wide]
        field = "value"
        columns."2018" = { period = "2018" }
    "#;
    let mapping = Mapping::parse(&format!("\u{feff}{text}"), "m.toml")
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let pairs: Vec<(&str, &str)> = mapping
        .columns
        .iter()
        .map(|(heading, field)| (&*heading.text, &*field.text))
        .collect();
    assert_eq!(
        pairs,
        [
            ("样品编号", "number"),
            ("日期", "day"),
            ("日期", "tested_on")
        ]
    );
    let constants: Vec<&str> = mapping.constants.iter().map(|(_, text)| &**text).collect();
    assert_eq!(constants, ["12.50", "3", "2018-12-31", "market"]);
    assert_eq!(
        (mapping.header_rows, mapping.skip_rows, mapping.continuation),
        (Some(2), Some(1), Some(true))
    );
    assert_eq!(
        (mapping.delimiter, mapping.encoding),
        (
            Some(sheet::Delimiter::Tab),
            Some(sheet::TextEncoding::Gb18030)
        )
    );
    assert!(mapping.allow_short_rows && mapping.ignore_unknown);
    assert_eq!(
        (
            mapping.combine[0].separator.as_str(),
            mapping.combine[1].separator.as_str()
        ),
        (" ", ",")
    );
    assert_eq!(
        (
            mapping.values[0].1["合格"].as_str(),
            mapping.values[0].1["/"].as_str()
        ),
        ("pass", "")
    );
    assert_eq!(
        mapping
            .wide
            .map(|wide| (wide.field.text, wide.columns.len())),
        Some(("value".to_owned(), 1))
    );
}

#[test]
fn a_mapping_that_is_wrong_is_told_with_its_line() {
    for (text, code, line) in [
        ("[columns]\n\"a = \"day\"\n", "O340", 2),
        ("\nignored = [\"a\"]\n", "O341", 2),
        ("header_rows = \"2\"\n", "O342", 1),
        ("[columns]\n\"a\" = 3\n", "O342", 2),
        ("encoding = \"latin1\"\n", "O342", 1),
        ("[wide]\nfields = \"x\"\n", "O341", 2),
    ] {
        let problems = Mapping::parse(text, "m.toml").unwrap_err();
        let source = base::SourceText::new("m.toml", text);
        let at = problems[0]
            .span
            .as_ref()
            .map(|span| source.line_column(span.start).0);
        assert_eq!((problems[0].code, at), (code, Some(line)), "{text}");
    }
    let mut town = Town::new();
    for (text, code) in [
        ("[columns]\n\"主题\" = \"topics\"\n", "O343"),
        ("[columns]\n\"Thema\" = \"topic\"\n", "O344"),
        ("[constants]\ntopic = \"x\"\n", "O345"),
        ("[values.subject]\nx = \"y\"\n", "O343"),
        ("[combine]\ntopic = [\"A\"]\n", "O344"),
    ] {
        let codes = town.refused("visit", "日期,主题\n2018-01-01,x\n", &mapped(text));
        assert!(codes.contains(&code), "{text}: {codes:?}");
    }
}
