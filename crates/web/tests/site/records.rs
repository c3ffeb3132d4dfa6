//! Records: lists, entering, revising, withdrawing, what is typed into every field.

use axum::http::StatusCode;

use crate::town::{City, File};

pub const TOWN: &str = include_str!("../../../office/tests/import/town.toml");

/// An enterprise whose code has a right check sign.
pub const FIRM: &str = "91420000000000001R";

fn town() -> City {
    City::new(TOWN, "programme_office")
}

/// Enters a sample; gives its number.
fn enter(city: &City, number: &str, more: &[(&str, &str)]) -> u64 {
    let mut fields = vec![
        ("f.day", "2018-03-05"),
        ("f.unit", "market"),
        ("f.number", number),
        ("f.result", "pass"),
    ];
    fields.extend_from_slice(more);
    if !more.iter().any(|(name, _)| *name == "f.subject") {
        fields.push(("f.subject", FIRM));
    }
    let answer = city.upload("/records/sample/new", &fields, &[]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let location = answer.location();
    let mut parts = location.split('/');
    parts.nth(3).unwrap().parse().unwrap()
}

#[test]
fn what_is_entered_stands_in_its_list_and_on_its_page() {
    let city = town();
    assert!(city.get("/records/sample").has("下载模板"));
    let number = enter(
        &city,
        "A-1",
        &[("f.cost", "1200.5"), ("f.inspector", "李某")],
    );
    let receipt = city.get(&format!("/records/sample/{number}/receipt"));
    assert!(
        receipt.has(&format!("记录 #{number}")),
        "{}",
        receipt.text()
    );
    let list = city.get("/records/sample");
    assert!(list.has("A-1") && list.has("1,200.50") && list.has("2018年3月5日"));
    let page = city.get(&format!("/records/sample/{number}"));
    assert!(page.has("市场监督管理局") && page.has("合格") && page.has("王某"));
    assert_eq!(
        city.get(&format!("/records/{number}")).location(),
        format!("/records/sample/{number}")
    );
    // A record of another type is not shown under this one.
    assert_eq!(
        city.get(&format!("/records/visit/{number}")).status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(city.get("/records/visit/one").status, StatusCode::NOT_FOUND);
    // The personal field is nowhere.
    for answer in [&list, &page, &city.get("/records/sample/export.csv")] {
        assert!(!answer.has("李某"));
    }
}

#[test]
fn personal_fields_are_shown_on_the_page_to_whom_the_programme_names_and_nowhere_else() {
    const MORE: &str = "\n[[role]]\nid = \"programme_office\"\nname = { zh = \"质强办\", en = \"Office\" }\n\
                        [[grant]]\nrole = \"programme_office\"\ncommands = [\"read_personal\"]\n";
    let city = City::new(&format!("{TOWN}{MORE}"), "programme_office");
    let number = enter(&city, "P-1", &[("f.inspector", "李某")]);
    assert!(city.get(&format!("/records/sample/{number}")).has("李某"));
    for path in [
        "/records/sample".to_owned(),
        "/records/sample/export.csv?col=inspector&col=number".to_owned(),
        format!("/records/sample/{number}/revise"),
        format!("/records/sample/{number}/receipt"),
    ] {
        assert!(!city.get(&path).has("李某"), "{path}");
    }
}

#[test]
fn faults_stand_at_their_fields_and_what_was_typed_stays() {
    let city = town();
    let answer = city.upload(
        "/records/sample/new",
        &[
            ("f.day", "2018-02-31"),
            ("f.unit", "nobody"),
            ("f.number", "A-2"),
            ("f.result", "unheard"),
            ("f.batches", "minus three"),
            ("f.subject", "91420000000000001A"),
        ],
        &[],
    );
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    for (field, typed) in [
        ("day", "2018-02-31"),
        ("unit", "nobody"),
        ("result", "unheard"),
        ("batches", "minus three"),
        ("subject", "91420000000000001A"),
    ] {
        let at = text
            .find(&format!("id=\"f-{field}\""))
            .unwrap_or_else(|| panic!("{field}"));
        let input = text[at..].split('>').next().unwrap();
        assert!(input.contains("aria-invalid=\"true\""), "{field}: {input}");
        assert!(input.contains(typed), "{field}: {input}");
    }
    assert!(text.contains("value=\"A-2\""));
    assert!(city.get("/records/sample").has("还没有这一类记录"));
}

#[test]
fn no_field_lets_anything_through_that_is_no_text() {
    let city = town();
    let long = "长".repeat(40_000);
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7*7 }}",
        "' or '1'='1",
        "\u{202e}gpj.exe",
        "مرحبا بالعالم",
        "\u{0}",
        "=cmd|' /C calc'!A0",
        long.as_str(),
    ];
    for text in hostile {
        for field in [
            "day",
            "unit",
            "subject",
            "subject_name",
            "number",
            "result",
            "batches",
            "cost",
            "inspector",
        ] {
            let name = format!("f.{field}");
            let mut fields: Vec<(&str, &str)> = vec![
                ("f.day", "2018-03-05"),
                ("f.unit", "market"),
                ("f.number", "B-1"),
                ("f.result", "pass"),
                ("f.subject", FIRM),
            ];
            fields.retain(|(known, _)| *known != name);
            fields.push((&name, text));
            let answer = city.upload("/records/sample/new", &fields, &[]);
            assert!(
                matches!(
                    answer.status,
                    StatusCode::SEE_OTHER | StatusCode::UNPROCESSABLE_ENTITY
                ),
                "{field} {text:.20}: {}",
                answer.status
            );
            assert!(
                !answer.has("<script>alert") && !answer.has("<img src=x"),
                "{field}"
            );
        }
        // And in a condition, a view's name, an import's name.
        let coded: String =
            url::form_urlencoded::byte_serialize(&text.as_bytes()[..text.len().min(900)]).collect();
        for query in [
            "q",
            "f.day.min",
            "f.unit",
            "f.subject",
            "f.number",
            "sort",
            "col",
            "after",
        ] {
            let answer = city.get(&format!("/records/sample?{query}={coded}"));
            assert_eq!(answer.status, StatusCode::OK, "{query} {text:.20}");
            assert!(
                !answer.has("<script>alert") && !answer.has("<img src=x"),
                "{query}"
            );
        }
    }
    let list = city.get("/records/sample");
    assert!(!list.has("<script>alert"));
    let file = city.get("/records/sample/export.csv").text();
    // A spreadsheet would run what begins with an equals sign.
    assert!(!file.contains(",=cmd") && !file.contains("\n=cmd"));
}

#[test]
fn a_list_is_filtered_sorted_added_up_and_paged() {
    let city = town();
    for at in 1..=120_u32 {
        let (number, batches) = (format!("N-{at:03}"), at.to_string());
        let result = if at % 10 == 0 { "fail" } else { "pass" };
        let day = format!("2018-{:02}-05", at % 12 + 1);
        let answer = city.upload(
            "/records/sample/new",
            &[
                ("f.day", &day),
                ("f.unit", "market"),
                ("f.number", &number),
                ("f.result", result),
                ("f.batches", &batches),
                ("f.subject", FIRM),
                ("f.cost", "2.50"),
            ],
            &[],
        );
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    let first = city.get("/records/sample");
    // 1 + … + 120 = 7260; 120 × 2.50 = 300.00.
    assert!(first.has("7,260") && first.has("300.00"));
    assert!(first.has("N-120") && first.has("N-071") && !first.has("N-070"));
    let next = first.text();
    let (_, rest) = next.split_once("rel=\"next\" href=\"").unwrap();
    let address = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let second = city.get(&address);
    assert!(
        second.has("N-070") && second.has("N-021") && !second.has("N-071") && !second.has("N-020")
    );
    let back = second.text();
    let (_, rest) = back.split_once("rel=\"prev\" href=\"").unwrap();
    let address = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let again = city.get(&address);
    assert!(again.has("N-120") && again.has("N-071") && !again.has("N-070"));
    // Twelve failed; batches 10 + 20 + … + 120 = 780.
    let failed = city.get("/records/sample?f.result=fail");
    assert!(failed.has("<span class=\"count\">12</span>") && failed.has("780"));
    let few = city.get("/records/sample?f.batches.min=5&f.batches.max=7&sort=batches");
    assert!(few.has("<span class=\"count\">3</span>"));
    let text = few.text();
    assert!(text.find("N-005").unwrap() < text.find("N-007").unwrap());
    assert!(
        city.get("/records/sample?q=n-11")
            .has("<span class=\"count\">10</span>")
    );
    // Days of January: 12, 24, … 120.
    let days = city.get("/records/sample?f.day.min=2018-01-01&f.day.max=2018-01-31");
    assert!(days.has("<span class=\"count\">10</span>"));
    assert!(city.get("/records/sample?f.day.min=tomorrow").has("W511"));
    // The file has all of them, and what was asked only.
    let file = city.get("/records/sample/export.csv?f.result=fail").text();
    assert_eq!(file.lines().count(), 13);
    let book = city.get("/records/sample/export.xlsx?f.result=fail").bytes;
    let table = sheet::read_table(&book, &sheet::ReadOptions::default()).unwrap();
    assert_eq!(table.rows.len(), 12);
}

#[test]
fn a_revision_shows_what_changed_and_a_withdrawal_takes_it_out() {
    let city = town();
    let number = enter(&city, "C-1", &[("f.cost", "10"), ("f.inspector", "李某")]);
    let page = format!("/records/sample/{number}");
    let form = city.get(&format!("{page}/revise"));
    assert!(form.has("value=\"C-1\"") && form.has("10.00") && !form.has("李某"));
    let revised = [
        ("f.day", "2018-03-05"),
        ("f.unit", "market"),
        ("f.number", "C-1"),
        ("f.result", "fail"),
        ("f.cost", "12"),
        ("f.subject", FIRM),
    ];
    // Without a reason nothing happens.
    let refused = city.upload(&format!("{page}/revise"), &revised, &[]);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut with = revised.to_vec();
    with.push(("reason", "录入错误"));
    let done = city.upload(&format!("{page}/revise"), &with, &[]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let text = city.get(&page).text();
    assert!(
        text.contains("录入错误")
            && text.contains("<del>10.00</del>")
            && text.contains("<ins>12.00</ins>")
    );
    assert!(text.contains("<del>合格</del>") && text.contains("<ins>不合格</ins>"));
    // The personal field that nobody saw is still there: the same again is no news.
    let same = city.upload(&format!("{page}/revise"), &with, &[]);
    assert!(same.location().ends_with("known"), "{}", same.text());
    // Its key stays.
    let mut other = with.clone();
    other[2] = ("f.number", "C-2");
    assert!(
        city.upload(&format!("{page}/revise"), &other, &[])
            .has("O641")
    );
    assert_eq!(
        city.post(&format!("{page}/withdraw"), &[("reason", " ")])
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let gone = city.post(&format!("{page}/withdraw"), &[("reason", "重复")]);
    assert_eq!(gone.location(), page);
    assert!(city.get(&page).has("已撤回"));
    assert!(!city.get("/records/sample").has("C-1"));
}

#[test]
fn a_record_without_a_key_is_revised_too_and_the_folder_verifies() {
    let city = town();
    let answer = city.upload(
        "/records/visit/new",
        &[
            ("f.day", "2018-03-05"),
            ("f.unit", "market"),
            ("f.topic", "计量"),
        ],
        &[],
    );
    let number: u64 = answer
        .location()
        .split('/')
        .nth(3)
        .unwrap()
        .parse()
        .unwrap();
    let revise = |topic: &str| {
        let fields = [
            ("f.day", "2018-03-05"),
            ("f.unit", "market"),
            ("f.topic", topic),
            ("reason", "更正主题"),
        ];
        city.upload(&format!("/records/visit/{number}/revise"), &fields, &[])
    };
    assert_eq!(revise("标准").status, StatusCode::SEE_OTHER);
    assert_eq!(revise("计量").status, StatusCode::SEE_OTHER);
    let list = city.get("/records/visit");
    assert!(list.has("<span class=\"count\">1</span>") && list.has("计量"));
    office::verify(&city.data(), &mut |_, _, _| ()).unwrap();
}

#[test]
fn evidence_is_counted_kept_through_refusals_and_of_known_kinds() {
    let city = town();
    let fields = [("f.day", "2018-03-05"), ("f.unit", "market")];
    let none = city.upload("/records/paper/new", &fields, &[]);
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let file = |name: &'static str, bytes: &'static [u8]| File {
        field: "evidence",
        name,
        bytes,
    };
    for (name, bytes, code) in [
        ("virus.exe", &b"MZ"[..], "W207"),
        ("empty.pdf", &b""[..], "W208"),
        ("../../etc/passwd", &b"root"[..], "W207"),
    ] {
        let answer = city.upload(
            "/records/paper/new",
            &fields,
            &[File {
                field: "evidence",
                name,
                bytes,
            }],
        );
        assert!(answer.has(code), "{name}: {}", answer.text());
    }
    let wrong_day = [("f.day", "2018-13-05"), ("f.unit", "market")];
    let answer = city.upload(
        "/records/paper/new",
        &wrong_day,
        &[file("扫描件.pdf", b"%PDF-1.4 a")],
    );
    let text = answer.text();
    let (_, rest) = text.split_once("name=\"kept\" value=\"").unwrap();
    let kept = rest.split('"').next().unwrap();
    let mut again = fields.to_vec();
    again.push(("kept", kept));
    let done = city.upload("/records/paper/new", &again, &[]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let number = done.location().split('/').nth(3).unwrap().to_owned();
    let page = city.get(&format!("/records/paper/{number}"));
    assert!(page.has("扫描件.pdf"));
    let sha256 = kept.split(':').next().unwrap();
    let shown = city.get(&format!("/evidence/{sha256}"));
    assert_eq!(shown.headers["content-type"], "application/pdf");
    assert_eq!(shown.headers["x-frame-options"], "SAMEORIGIN");
}

#[test]
fn a_new_enterprise_becomes_known_with_its_record_and_its_page_gathers_everything() {
    let city = town();
    let number = enter(
        &city,
        "D-1",
        &[("f.subject", FIRM), ("f.subject_name", "赤壁茶厂")],
    );
    let found = city.get("/subjects/firm/find?q=%E8%8C%B6%E5%8E%82");
    assert!(found.has(FIRM) && found.has("赤壁茶厂"), "{}", found.text());
    // From now on its name is enough.
    enter(&city, "D-2", &[("f.subject", "赤壁茶厂")]);
    let page = city.get(&format!("/subjects/firm/{FIRM}"));
    assert!(page.has("赤壁茶厂") && page.has(&format!("/records/sample/{number}")));
    assert!(
        page.has("<span class=\"count\">2</span>"),
        "{}",
        page.text()
    );
    assert!(city.get("/subjects/firm?q=%E8%B5%A4").has("赤壁茶厂"));
    assert!(
        city.get("/records/sample?f.subject=%E8%8C%B6")
            .has("<span class=\"count\">2</span>")
    );
    assert_eq!(
        city.get("/subjects/firm/nobody").status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn views_are_kept_by_name_and_forgotten() {
    let city = town();
    enter(&city, "E-1", &[]);
    let kept = city.post(
        "/records/sample/views",
        &[("name", "<b>合格</b>"), ("query", "f.result=pass")],
    );
    assert_eq!(kept.location(), "/records/sample?f.result=pass");
    let list = city.get("/records/sample");
    assert!(list.has("?f.result=pass") && !list.has("<b>合格</b>"));
    city.post(
        "/records/sample/views",
        &[("name", "<b>合格</b>"), ("query", ""), ("forget", "1")],
    );
    assert!(!city.get("/records/sample").has("?f.result=pass"));
}

#[test]
fn a_form_that_is_not_of_here_changes_nothing() {
    let city = town();
    let fields = [
        ("f.day", "2018-03-05"),
        ("f.unit", "market"),
        ("f.number", "F-1"),
        ("f.result", "pass"),
    ];
    let forged = city.upload_as("/records/sample/new", "0000", &fields, &[]);
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(!city.get("/records/sample").has("F-1"));
}
