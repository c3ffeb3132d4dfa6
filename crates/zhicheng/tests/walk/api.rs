//! Programs: a token, records and cases by JSON, and Schemathesis, which nobody here wrote, going through
//! the whole description with whatever it can think of.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use base::Moment;
use serde_json::{Value, json};

use crate::site::Site;

/// A token for the demonstration's office.
fn token(site: &Site, login: &str, scopes: &[&str]) -> String {
    let desk = desk::Desk::open(&site.data).unwrap();
    let actor = desk.account(login).unwrap().unwrap().actor;
    let now = office::folder::now();
    let day = Moment::from_micros(now.as_micros() + 86_400_000_000).unwrap();
    desk.make_token("test", actor, scopes, day, now).unwrap()
}

/// Status and JSON of an answer.
fn asks(
    site: &Site,
    token: &str,
    method: &str,
    path: &str,
    more: &str,
    body: &Value,
) -> (u16, Value) {
    let host = site.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let bearer = if token.is_empty() {
        String::new()
    } else {
        format!("Authorization: Bearer {token}\r\n")
    };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept-Language: en\r\n{bearer}{more}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn a_program_reads_submits_once_and_withdraws_as_its_actor_may() {
    let site = Site::demonstration();
    let office = token(&site, "office", &["read", "write"]);
    let get = |token: &str, path: &str| asks(&site, token, "GET", path, "", &Value::Null);
    // Without a token, with a wrong one, without the scope.
    let (status, told) = get("", "/api/v1/programme");
    assert_eq!((status, &told["code"]), (401, &json!("W306")));
    assert_eq!(get("0".repeat(64).as_str(), "/api/v1/units").0, 401);
    let reader = token_of_reader(&site);
    let withdrawal = json!({ "reason": "x" });
    let (status, told) = asks(
        &site,
        &reader,
        "POST",
        "/api/v1/records/1/withdrawal",
        "",
        &withdrawal,
    );
    assert_eq!((status, &told["code"]), (403, &json!("W307")));

    let (status, found) = get(&office, "/api/v1/programme");
    assert_eq!((status, &found["id"]), (200, &json!("chibi-2018")));
    assert_eq!(found["is_demonstration"], json!(true));
    let (_, units) = get(&office, "/api/v1/units");
    assert!(
        units
            .as_array()
            .unwrap()
            .iter()
            .any(|unit| unit["id"] == "puqi")
    );

    // The city sampled 1,963 batches of food by the 42 published figures: what `reconcile` holds too.
    let (status, cells) = get(&office, "/api/v1/figures/food_pass_rate?by=unit");
    assert_eq!(status, 200);
    let whole = get(&office, "/api/v1/figures/food_pass_rate").1;
    let address = whole[0]["address"].as_str().unwrap().to_owned();
    assert!(
        address.starts_with("food_pass_rate?period=2018&day="),
        "{address}"
    );
    assert!(cells.as_array().unwrap().len() > 1);
    assert_eq!(get(&office, "/api/v1/figures/no_such").0, 404);
    assert_eq!(
        get(&office, "/api/v1/figures/food_pass_rate?period=2018-13").0,
        400
    );
    assert_eq!(
        get(&office, "/api/v1/figures/food_pass_rate?at=999999999").0,
        400
    );
    assert_eq!(
        get(&office, "/api/v1/figures/food_pass_rate?at=word").0,
        400
    );

    // What comes of a record, the same twice, with a fault, and gone again.
    let new = json!({ "fields": {
        "day": "2018-12-03", "unit": "quality_office", "place": "chibi",
        "title": "质量月总结会", "kind": "meeting",
    }});
    let (status, types) = get(&office, "/api/v1/record-types");
    assert_eq!(status, 200);
    assert!(types.as_array().unwrap().len() > 5);
    let (status, told) = asks(
        &site,
        &office,
        "POST",
        "/api/v1/record-types/no_such/records",
        "",
        &new,
    );
    assert!(status == 422 || status == 404, "{status} {told}");
    let wrong = json!({ "fields": { "day": "2018-02-31", "nothing": "x" } });
    let kind = types[0]["id"].as_str().unwrap().to_owned();
    let (status, told) = asks(
        &site,
        &office,
        "POST",
        &format!("/api/v1/record-types/{kind}/records"),
        "",
        &wrong,
    );
    assert_eq!((status, &told["code"]), (422, &json!("W202")), "{told}");

    // A case: acted on once, however often it is asked for. The leading group seals, so it waits for it.
    let committee = token(&site, "committee", &["read", "write"]);
    let (_, cases) = get(&committee, "/api/v1/cases?mine=true&limit=1&state=composed");
    let case = cases["cases"][0]["case"].as_u64().unwrap();
    let act =
        json!({ "fields": { "minutes_no": "纪〔2019〕1号", "approval_no": "批〔2019〕1号" } });
    let path = format!("/api/v1/cases/{case}/actions/seal");
    let once = "Idempotency-Key: one-and-the-same\r\n";
    let (status, told) = asks(&site, &committee, "POST", &path, once, &act);
    assert_eq!((status, &told["state"]), (201, &json!("sealed")), "{told}");
    let (status, told) = asks(&site, &committee, "POST", &path, once, &act);
    assert!(status == 409 || status == 422, "{status} {told}");
    let (_, after) = get(&office, &format!("/api/v1/cases/{case}"));
    assert_eq!(
        after["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| step["action"] == "seal")
            .count(),
        1
    );
    // As somebody who may not.
    let liaison = token(&site, "liaison", &["read", "write"]);
    let (_, cases) = get(&committee, "/api/v1/cases?mine=true&limit=1&state=composed");
    let case = cases["cases"][0]["case"].as_u64().unwrap();
    let path = format!("/api/v1/cases/{case}/actions/seal");
    assert_eq!(asks(&site, &liaison, "POST", &path, "", &act).0, 422);

    // The log.
    let (_, head) = get(&office, "/api/v1/ledger");
    let size = head["size"].as_u64().unwrap();
    let (_, entry) = get(&office, &format!("/api/v1/ledger/entries/{size}"));
    assert_eq!(entry["kind_name"], json!("CaseAct"));
    assert_eq!(
        get(&office, &format!("/api/v1/ledger/entries/{}", size + 1)).0,
        404
    );
    assert_eq!(get(&office, "/api/v1/ledger/entries/0").0, 404);
}

fn token_of_reader(site: &Site) -> String {
    token(site, "office", &["read"])
}

#[test]
fn schemathesis_finds_no_server_error_and_no_answer_outside_the_description() {
    let Some(python) = std::env::var_os("ZHICHENG_TEST_PYTHON") else {
        crate::site::left_out("Schemathesis: ZHICHENG_TEST_PYTHON is not set");
        return;
    };
    let site = Site::demonstration();
    let token = token(&site, "office", &["read", "write"]);
    let report = tempfile::tempdir().unwrap();
    // Names that are there, beside those that it thinks of: so that it comes past the first door.
    std::fs::write(
        report.path().join("schemathesis.toml"),
        "[parameters]\nindicator = [\"food_pass_rate\", \"x\"]\nscorecard = \"assessment\"\nunit = \"puqi\"\nposition = 5\n",
    )
    .unwrap();
    let done = Command::new(python)
        .current_dir(report.path())
        .args(["-m", "schemathesis.cli", "run"])
        .arg(format!("{}/api/v1/openapi.json", site.base))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--max-examples",
            "15",
            "--seed",
            "2026",
            "--generation-deterministic",
            "--suppress-health-check",
            "all",
            "--no-color",
        ])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(
        told.contains("16 passed") || told.contains("Tested: "),
        "{told}"
    );
}
