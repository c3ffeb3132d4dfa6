//! The import wizard, from a faulty file to its records.

use axum::http::StatusCode;

use crate::records::TOWN;
use crate::town::{City, File};

const HEADER: &str = "编号,抽样日期,责任单位,检验结论,批次,备注,信用代码\n";
/// Two sound rows; a day that is none; a unit nobody knows; a second row of the first key.
const FAULTY: &str = "S-1,2018-03-05,市场监督管理局,合格,3,甲,91420000000000001R\n\
                      S-2,2018-02-31,市场监督管理局,合格,4,乙,91420000000000001R\n\
                      S-3,2018-03-07,<script>alert(1)</script>,不合格,5,丙,91420000000000001R\n\
                      S-4,2018-03-08,市场监督管理局,合格,6,丁,91420000000000001R\n\
                      S-1,2018-03-09,市场监督管理局,合格,7,戊,91420000000000001R\n";
/// The same as it should be: the second and third put right, the last left out.
const RIGHT: &str = "S-1,2018-03-05,市场监督管理局,合格,3,甲,91420000000000001R\n\
                     S-2,2018-02-28,市场监督管理局,合格,4,乙,91420000000000001R\n\
                     S-3,2018-03-07,市场监督管理局,不合格,5,丙,91420000000000001R\n\
                     S-4,2018-03-08,市场监督管理局,合格,6,丁,91420000000000001R\n";

fn begun(city: &City, of: &str, name: &str, bytes: &[u8]) -> String {
    let file = File {
        field: "file",
        name,
        bytes,
    };
    let answer = city.upload(&format!("/records/{of}/import"), &[], &[file]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.location()
}

fn matched(city: &City, here: &str) {
    let answer = city.post(
        here,
        &[
            ("do", "columns"),
            ("header_row", "1"),
            ("h.0", "编号"),
            ("c.0", "number"),
            ("h.1", "抽样日期"),
            ("c.1", "day"),
            ("h.2", "责任单位"),
            ("c.2", "unit"),
            ("h.3", "检验结论"),
            ("c.3", "result"),
            ("h.4", "批次"),
            ("c.4", "batches"),
            ("h.5", "备注"),
            ("c.5", ""),
            ("h.6", "信用代码"),
            ("c.6", "subject"),
        ],
    );
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

fn count(page: &str, of: &str) -> u64 {
    let (_, rest) = page.split_once(&format!("id=\"count-{of}\"")).expect(of);
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split('<').next().unwrap().parse().unwrap()
}

/// What each record of the log says, without what differs between two logs.
fn records(city: &City) -> Vec<serde_json::Value> {
    city.office
        .read(|office| {
            let last = office.position();
            office
                .ledger()
                .entries(base::Position(1)..=last)
                .unwrap()
                .map(Result::unwrap)
                .filter(|entry| entry.kind == office::entry::Kind::Record.number())
                .map(|entry| serde_json::from_slice(&entry.facts).unwrap())
                .map(|mut facts: serde_json::Value| {
                    facts.as_object_mut().unwrap().remove("import");
                    facts
                })
                .collect()
        })
        .unwrap()
}

#[test]
fn a_faulty_file_is_put_right_cell_by_cell_and_gives_what_the_right_file_gives() {
    let city = City::new(TOWN, "programme_office");
    let here = begun(
        &city,
        "sample",
        "抽检.csv",
        format!("{HEADER}{FAULTY}").as_bytes(),
    );
    let columns = city.get(&here);
    // What is known is matched already, what nobody knows is not.
    assert!(
        columns.has("样品编号 *") && columns.has("2018-03-05"),
        "{}",
        columns.text()
    );
    let text = columns.text();
    let select = |at: usize| {
        let (_, rest) = text.split_once(&format!("id=\"c-{at}\"")).unwrap();
        rest.split("</select>").next().unwrap().to_owned()
    };
    assert!(select(1).contains("value=\"day\" selected"));
    assert!(!select(5).contains("selected"));
    matched(&city, &here);
    let page = city.settled(&here);
    let text = page.text();
    assert_eq!(
        ["rows", "added", "rejected"].map(|of| count(&text, of)),
        [5, 2, 3],
        "{text}"
    );
    assert!(text.contains("name=\"r.3.1\"") && text.contains("2018-02-31"));
    assert!(!text.contains("<script>alert"));
    // Nothing is taken yet.
    assert!(city.get("/records/sample").has("还没有这一类记录"));
    let book = city.get(&format!("{here}/rejects.xlsx")).bytes;
    let table = sheet::read_table(&book, &sheet::ReadOptions::default()).unwrap();
    assert_eq!(table.rows.len(), 3);
    // All or nothing with faulty rows writes nothing.
    city.post(&here, &[("do", "take"), ("mode", "all")]);
    assert_eq!(count(&city.settled(&here).text(), "rejected"), 3);
    assert!(records(&city).is_empty());
    let cells = |row: &str, texts: [&str; 7]| -> Vec<(String, String)> {
        let each = texts.iter().enumerate();
        each.map(|(at, text)| (format!("r.{row}.{at}"), (*text).to_owned()))
            .collect()
    };
    let mut fields = vec![
        ("do".to_owned(), "correct".to_owned()),
        ("drop".to_owned(), "6".to_owned()),
    ];
    fields.extend(cells(
        "3",
        [
            "S-2",
            "2018-02-28",
            "市场监督管理局",
            "合格",
            "4",
            "乙",
            "91420000000000001R",
        ],
    ));
    fields.extend(cells(
        "4",
        [
            "S-3",
            "2018-03-07",
            "市场监督管理局",
            "不合格",
            "5",
            "丙",
            "91420000000000001R",
        ],
    ));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    city.post(&here, &fields);
    let text = city.settled(&here).text();
    assert_eq!(
        ["rows", "added", "rejected"].map(|of| count(&text, of)),
        [4, 4, 0],
        "{text}"
    );
    assert!(
        city.get(&format!("{here}/mapping.toml"))
            .has("\"编号\" = \"number\""),
        "{}",
        city.get(&format!("{here}/mapping.toml")).text()
    );
    city.post(&here, &[("do", "take"), ("mode", "all")]);
    let taken = city.settled(&here).text();
    assert!(taken.contains("已导入"), "{taken}");
    assert_eq!(count(&taken, "added"), 4);
    assert!(
        city.get("/records/sample")
            .has("<span class=\"count\">4</span>")
    );
    // The same entries as from the right file, to the row.
    let right = City::new(TOWN, "programme_office");
    let there = begun(
        &right,
        "sample",
        "抽检.csv",
        format!("{HEADER}{RIGHT}").as_bytes(),
    );
    matched(&right, &there);
    right.settled(&there);
    right.post(&there, &[("do", "take"), ("mode", "all")]);
    right.settled(&there);
    assert_eq!(records(&city), records(&right));
    assert_eq!(records(&city).len(), 4);
    office::verify(&city.data(), &mut |_, _, _| ()).unwrap();
    // A file that was taken is not taken again.
    city.post(&here, &[("do", "take"), ("mode", "all")]);
    assert_eq!(records(&city).len(), 4);
}

#[test]
fn sound_rows_may_go_first_and_known_keys_become_revisions_with_a_reason() {
    let city = City::new(TOWN, "programme_office");
    let here = begun(
        &city,
        "sample",
        "a.csv",
        format!("{HEADER}{FAULTY}").as_bytes(),
    );
    matched(&city, &here);
    city.settled(&here);
    city.post(&here, &[("do", "take"), ("mode", "valid_only")]);
    let taken = city.settled(&here).text();
    assert_eq!(
        ["rows", "added", "rejected"].map(|of| count(&taken, of)),
        [5, 2, 3]
    );
    let other = FAULTY.lines().next().unwrap().replace("合格", "不合格");
    let again = begun(
        &city,
        "sample",
        "b.csv",
        format!("{HEADER}{other}\n").as_bytes(),
    );
    matched(&city, &again);
    assert_eq!(count(&city.settled(&again).text(), "rejected"), 1);
    city.post(
        &again,
        &[("do", "options"), ("revise", "1"), ("mode", "all")],
    );
    assert_eq!(count(&city.settled(&again).text(), "revised"), 1);
    // Without a reason nothing is revised.
    let refused = city.post(&again, &[("do", "take"), ("revise", "1"), ("mode", "all")]);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    city.post(
        &again,
        &[
            ("do", "take"),
            ("revise", "1"),
            ("reason", "复检"),
            ("mode", "all"),
        ],
    );
    assert_eq!(count(&city.settled(&again).text(), "revised"), 1);
    assert!(
        city.get("/records/sample?f.result=fail")
            .has("<span class=\"count\">1</span>")
    );
}

#[test]
fn what_is_no_table_is_refused_and_waits_nowhere() {
    let city = City::new(TOWN, "programme_office");
    let try_with = |name: &str, bytes: &[u8]| {
        let file = File {
            field: "file",
            name,
            bytes,
        };
        city.upload("/records/sample/import", &[], &[file])
    };
    for (name, bytes, code) in [
        ("a.exe", &b"MZ"[..], "W523"),
        ("../../a.pdf", &b"%PDF"[..], "W523"),
        ("a.csv", &b""[..], "W208"),
        ("", &b""[..], "W522"),
    ] {
        let answer = try_with(name, bytes);
        assert!(answer.has(code), "{name}: {}", answer.text());
    }
    assert!(city.upload("/records/sample/import", &[], &[]).has("W522"));
    let file = File {
        field: "file",
        name: "a.csv",
        bytes: b"a\n",
    };
    let forged = city.upload_as("/records/sample/import", "0000", &[], &[file]);
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let waiting = std::fs::read_dir(city.data().join("waiting"));
    assert_eq!(waiting.map_or(0, Iterator::count), 0);
    // What calls itself a workbook and is none is told on its page.
    let here = begun(&city, "sample", "a.xlsx", b"PK\x03\x04 nothing");
    assert_eq!(city.get(&here).status, StatusCode::OK);
    assert!(city.get(&here).has("class=\"problems\""));
    assert_eq!(
        city.get("/records/sample/import/0123456789abcdef0123456789abcdef")
            .status,
        StatusCode::NOT_FOUND
    );
    city.post(&here, &[("do", "remove")]);
    assert_eq!(city.get(&here).status, StatusCode::NOT_FOUND);
}

#[test]
fn subjects_come_by_the_same_way() {
    let city = City::new(TOWN, "programme_office");
    let list = format!(
        "信用代码,企业名称,行业\n{},赤壁茶厂,茶叶\n",
        crate::records::FIRM
    );
    let here = begun(&city, "firm", "名录.csv", list.as_bytes());
    city.post(
        &here,
        &[
            ("do", "columns"),
            ("header_row", "1"),
            ("h.0", "信用代码"),
            ("c.0", "id"),
            ("h.1", "企业名称"),
            ("c.1", "name"),
            ("h.2", "行业"),
            ("c.2", "industry"),
        ],
    );
    assert_eq!(count(&city.settled(&here).text(), "added"), 1);
    city.post(&here, &[("do", "take"), ("mode", "all")]);
    assert_eq!(count(&city.settled(&here).text(), "added"), 1);
    assert!(city.get("/subjects/firm").has("赤壁茶厂"));
    assert!(
        city.get(&format!("/subjects/firm/{}", crate::records::FIRM))
            .has("茶叶")
    );
}
