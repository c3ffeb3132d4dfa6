//! Subjects: made known by records, by a register, and found again by their names.

use crate::town::{Town, counts, told, uscc};

fn sample(number: &str, day: &str, identity: &str, name: &str) -> String {
    format!(
        "number,day,unit,信用代码,企业名称,result\n{number},{day},market,{identity},{name},pass\n"
    )
}

#[test]
fn a_firm_given_by_name_is_found_when_it_is_known_or_confirmed() {
    let mut town = Town::new();
    let report = town.import("sample", sample("a", "2018-03-01", "", "红茶（集团）厂"));
    assert_eq!(told(&report), [("O307", 2, "企业名称".to_owned())]);
    assert_eq!(
        counts(&town.import(
            "sample",
            sample("a", "2018-03-01", &uscc(1), "红茶（集团）厂")
        )),
        (1, 0, 0, 0)
    );
    // The brackets of either width are the same name.
    assert_eq!(
        counts(&town.import("sample", sample("b", "2018-03-02", "/", "红茶(集团)厂"))),
        (1, 0, 0, 0)
    );
    assert_eq!(
        told(&town.import("sample", sample("c", "2018-03-02", "", "红茶厂"))),
        [("O307", 2, "企业名称".to_owned())]
    );
    town.office
        .confirm_alias("subject:firm", "红茶厂", &uscc(1), None)
        .unwrap();
    assert_eq!(
        counts(&town.import("sample", sample("c", "2018-03-02", "", "红茶厂"))),
        (1, 0, 0, 0)
    );

    town.import(
        "sample",
        sample("d", "2018-03-02", &uscc(2), "红茶（集团）厂"),
    );
    let report = town.import("sample", sample("e", "2018-03-02", "", "红茶（集团）厂"));
    assert_eq!(told(&report), [("O308", 2, "企业名称".to_owned())]);

    // A name may stand in the column of identities, as in the form for one record: one that is known once is its
    // firm, one that several bear or nobody is listed.
    town.import("sample", sample("g", "2018-03-02", &uscc(3), "黑茶厂"));
    let listed = format!(
        "number,day,unit,信用代码,result\nh,2018-03-02,market,{},pass\ni,2018-03-02,market,黑茶厂,pass\nj,2018-03-02,market,红茶（集团）厂,pass\nk,2018-03-02,market,白茶厂,pass\n",
        uscc(3)
    );
    let report = town.import("sample", listed);
    assert_eq!(counts(&report), (2, 0, 0, 2));
    let at = |code| (code, "信用代码".to_owned());
    let listed: Vec<_> = told(&report)
        .into_iter()
        .map(|(code, _, column)| (code, column))
        .collect();
    assert_eq!(listed, [at("O308"), at("O307")]);

    let report = town.import("sample", sample("f", "2018-03-02", &uscc(1), "绿茶厂"));
    assert_eq!(
        (counts(&report), told(&report)),
        ((1, 0, 0, 0), vec![("O306", 2, "企业名称".to_owned())])
    );
    town.reopened();
}

#[test]
fn a_register_tells_attributes_once_and_changes_from_a_day() {
    let mut town = Town::new();
    town.import("sample", sample("a", "2018-03-01", &uscc(1), "甲厂"));
    let register = format!(
        "统一社会信用代码,名称,行业\n{},甲厂,食品\n{},乙厂,食品\n",
        uscc(1),
        uscc(2)
    );
    assert_eq!(counts(&town.import("firm", &register)), (1, 1, 0, 0));
    assert_eq!(town.figure("firms"), "2.00");
    let before = town.head();
    assert_eq!(counts(&town.import("firm", &register)), (0, 0, 2, 0));
    assert_eq!(town.head(), before);

    let changed = format!("信用代码,行业,起始日期\n{},茶叶,2018-06-01\n", uscc(2));
    assert_eq!(counts(&town.import("firm", &changed)), (0, 1, 0, 0));
    assert_eq!(counts(&town.import("firm", &changed)), (0, 0, 1, 0));
    assert_eq!(town.figure("firms"), "1.00");
    assert_eq!(
        town.office.mirror().subject_name("firm", &uscc(2)),
        Some("乙厂")
    );
    assert_eq!(town.reopened().figure("firms"), "1.00");
}

#[test]
fn a_bad_register_keeps_all_out() {
    let mut town = Town::new();
    let file = format!(
        "信用代码,名称,行业\n{0},甲厂,食品\n123,乙厂,食品\n{0},甲厂,茶叶\n,丙厂,食品\n",
        uscc(1)
    );
    let before = town.head();
    let report = town.import("firm", &file);
    let codes: Vec<(&str, u32)> = told(&report)
        .iter()
        .map(|(code, row, _)| (*code, *row))
        .collect();
    assert_eq!((codes[1], codes[2]), (("O310", 4), ("O201", 5)));
    assert_eq!(
        (counts(&report), codes[0].1, town.head()),
        ((1, 0, 0, 3), 3, before)
    );
}

#[test]
fn an_import_makes_its_subjects_known_together_with_its_records() {
    let mut town = Town::new();
    let header = "number,day,unit,信用代码,企业名称,result\n";
    let file = format!(
        "{header}a,2018-05-01,market,{0},甲厂,pass\nb,2018-03-01,market,{0},甲厂,fail\nc,2018-03-01,market,{0},甲厂,x\n",
        uscc(1)
    );
    assert_eq!(counts(&town.import("sample", &file)), (2, 0, 0, 1));
    assert_eq!(town.office.mirror().subject_name("firm", &uscc(1)), None);
    town.import("sample", file.replace(",x\n", ",pass\n"));
    // The subject is known from the earliest day of the file.
    let subjects: Vec<serde_json::Value> = town
        .office
        .ledger()
        .entries(base::Position(1)..)
        .unwrap()
        .map(|entry| serde_json::from_slice(&entry.unwrap().facts).unwrap())
        .filter(|facts: &serde_json::Value| facts["id"] == uscc(1).as_str())
        .collect();
    assert_eq!(subjects.len(), 1);
    assert_eq!(
        (&subjects[0]["from"], &subjects[0]["attributes"]["name"]),
        (&"2018-03-01".into(), &"甲厂".into())
    );
}
