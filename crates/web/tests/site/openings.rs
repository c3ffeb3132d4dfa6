//! Records that open cases, as people see it: the case names its record and subject, says when the record changed, stands
//! on the office's list where nobody can act, and leads to the record's correction.

use axum::http::StatusCode;

use crate::town::{Answer, City};

const SAMPLES: &str = include_str!("../../../office/tests/flows/samples.toml");

fn sample<'a>(number: &'a str, result: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("f.number", number),
        ("f.day", "2018-06-01"),
        ("f.unit", "town"),
        ("f.subject", "S1"),
        ("f.result", result),
    ]
}

/// The number of the record that was just entered.
fn entered(answer: &Answer) -> u64 {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let address = answer.location();
    address.split('/').nth(3).unwrap().parse().unwrap()
}

fn opens(city: &City) -> usize {
    let opened = city.office.command(office::actor::FIRST, None, |office| {
        office.open_from_records(office.today()?)
    });
    opened.unwrap()
}

fn case_about(city: &City, record: u64) -> u64 {
    let about = city.office.read(|office| office.cases_about(record));
    about.unwrap()[0]
}

#[test]
fn the_office_is_told_of_a_case_that_nobody_can_act_on() {
    let city = City::new(SAMPLES, "group");
    let record = entered(&city.upload("/records/sample/new", &sample("a1", "fail"), &[]));
    assert_eq!((opens(&city), opens(&city)), (1, 0));
    let case = case_about(&city, record);
    let work = city.get("/work");
    assert!(
        work.has(&format!("/cases/{case}")) && work.has("该单位无人能办"),
        "{}",
        work.text()
    );
    let page = city.get(&format!("/cases/{case}"));
    assert!(page.has("系统按规则开办，但现在没有人能办") && page.has("街道·承办人"));
    assert!(
        page.has(&format!("/records/sample/{record}\"")) && page.has("/subjects/shop/S1\""),
        "{}",
        page.text()
    );
    // The record and the shop lead to it.
    assert!(
        city.get(&format!("/records/sample/{record}"))
            .has(&format!("/cases/{case}\""))
    );
    assert!(
        city.get("/subjects/shop/S1")
            .has(&format!("/cases/{case}\""))
    );
    // What becomes of the record is said on the case, which stays where it is.
    assert!(!page.has("所关的记录"));
    let revise = format!("/records/sample/{record}/revise");
    let with = |result: &'static str| {
        let mut fields = sample("a1", result);
        fields.push(("reason", "报告有误"));
        fields
    };
    entered(&city.upload(&revise, &with("pass"), &[]));
    let page = city.get(&format!("/cases/{case}"));
    assert!(
        page.has("已被更正，不再符合开办条件") && page.has("已启动"),
        "{}",
        page.text()
    );
    let withdraw = format!("/records/sample/{record}/withdraw");
    let done = city.post(&withdraw, &[("reason", "登记有误")]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(
        city.get(&format!("/cases/{case}"))
            .has("所关的记录已被撤回")
    );
}

#[test]
fn what_a_case_found_is_one_click_from_the_record() {
    let any = "to = \"failed\"\nroles = [\"clerk\"]\n";
    let city = City::new(
        &SAMPLES.replace(any, &format!("{any}scope = \"all\"\n")),
        "clerk",
    );
    let record = entered(&city.upload("/records/sample/new", &sample("a1", "pending"), &[]));
    let number = record.to_string();
    let filed = city.post(
        "/cases/new",
        &[("flow", "testing"), ("unit", "town"), ("record", &number)],
    );
    assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.text());
    let case = filed.location();
    assert!(!city.get(&case).has("更正记录"));
    let failed = city.upload(
        &case,
        &[("action", "found_fail"), ("f.reported_on", "2018-06-04")],
        &[],
    );
    assert_eq!(failed.status, StatusCode::SEE_OTHER, "{}", failed.text());
    let page = city.get(&case);
    let text = page.text();
    assert!(
        page.has("结论：待出结论 → <strong>不合格</strong>")
            && page.has("报告日期：（空） → <strong>2018年6月4日</strong>"),
        "{text}"
    );
    let from = text.find("/revise?").unwrap();
    let link = text[from..]
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let link = format!("/records/sample/{record}{}", link.replace("&amp;", "&"));
    let form = city.get(&link);
    assert!(
        form.has("value=\"fail\" selected") && form.has("查明的情况更正"),
        "{}",
        form.text()
    );
    let revise = format!("/records/sample/{record}/revise");
    let mut fields = sample("a1", "fail");
    fields.extend([("f.reported_on", "2018-06-04"), ("reason", "按办件更正")]);
    entered(&city.upload(&revise, &fields, &[]));
    let page = city.get(&case);
    assert!(
        !page.has("更正记录") && page.has("在开办之后更正过"),
        "{}",
        page.text()
    );
    assert_eq!(opens(&city), 1);
}
