//! Programs: lists that stay the same while others write, streams, revisions, imports, proofs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::records::{FIRM, TOWN};
use crate::town::{Answer, City};

fn town() -> (City, String) {
    let city = City::new(TOWN, "programme_office");
    let token = city.program(&["read", "write"]);
    (city, token)
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| panic!("{}", answer.text()))
}

fn get(city: &City, token: &str, path: &str) -> Value {
    let answer = city.asks(token, "GET", path, "", "");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    json_of(&answer)
}

/// Imports samples of these numbers; every tenth fails.
fn import(city: &City, token: &str, numbers: std::ops::RangeInclusive<u32>) -> Value {
    let mut file = "day,unit,number,result,subject,batches\n".to_owned();
    for at in numbers {
        let result = if at % 10 == 0 { "fail" } else { "pass" };
        file += &format!(
            "2018-{:02}-05,market,N-{at:05},{result},{FIRM},{at}\n",
            at % 12 + 1
        );
    }
    let path = "/api/v1/record-types/sample/imports?name=samples.csv";
    let answer = city.asks(token, "POST", path, "", file);
    assert_eq!(answer.status, 200, "{}", answer.text());
    json_of(&answer)
}

const LIST: &str = "/api/v1/record-types/sample/records";

#[test]
fn pages_of_one_walk_are_of_one_position_whatever_comes_meanwhile() {
    let (city, token) = town();
    assert_eq!(import(&city, &token, 1..=250)["added"], 250);
    let mut seen = BTreeSet::new();
    let mut path = format!("{LIST}?limit=100&sort=-batches");
    let mut sizes = Vec::new();
    let mut last = u64::MAX;
    for round in 0_u32.. {
        let page = get(&city, &token, &path);
        assert_eq!(page["count"], 250, "as when the walk began");
        let rows = page["records"].as_array().unwrap();
        sizes.push(rows.len());
        for row in rows {
            let batches = row["fields"]["batches"].as_str().unwrap().parse().unwrap();
            assert!(last > batches, "from the greatest");
            last = batches;
            assert!(seen.insert(row["record"].as_u64().unwrap()), "twice");
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{LIST}?limit=100&sort=-batches&cursor={next}");
        // Others add rows that would stand before and among those.
        import(&city, &token, 1000 + 10 * round..=1009 + 10 * round);
    }
    assert_eq!(sizes, [100, 100, 50]);
    let now = get(&city, &token, &format!("{LIST}?limit=1"));
    assert_eq!(now["count"], 270);
    // As it was, by position.
    let at = get(
        &city,
        &token,
        &format!("{LIST}?limit=1&cursor={}.{}", now["position"], u64::MAX),
    );
    assert_eq!(at["position"], now["position"]);
}

#[test]
fn conditions_are_those_of_the_pages() {
    let (city, token) = town();
    import(&city, &token, 1..=60);
    for (query, count) in [
        ("f.result=fail", 6),
        ("f.result=fail&f.result=pass", 60),
        // Days of a month: numbers 2, 14, 26, 38, 50.
        ("f.day.min=2018-03-01&f.day.max=2018-03-31", 5),
        ("f.batches.min=51", 10),
        ("q=N-0000", 9),
        ("f.result=-", 0),
    ] {
        let found = get(&city, &token, &format!("{LIST}?{query}"));
        assert_eq!(found["count"], count, "{query}");
        let page = city.get(&format!("/records/sample?{query}"));
        assert_eq!(page.status, 200);
    }
    for (query, status) in [
        ("cursor=x", 400),
        ("at=99999999", 400),
        ("limit=x", 400),
        ("f.batches.min=many", 422),
    ] {
        let answer = city.asks(&token, "GET", &format!("{LIST}?{query}"), "", "");
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    }
    let path = "/api/v1/record-types/no_such/records";
    assert_eq!(city.asks(&token, "GET", path, "", "").status, 404);
}

#[test]
fn a_list_is_streamed_whole_as_lines_and_as_a_table() {
    let (city, token) = town();
    import(&city, &token, 1..=12_345);
    let stream = |query: &str| {
        let path = format!("/api/v1/record-types/sample/stream?{query}");
        city.asks(&token, "GET", &path, "", "")
    };
    let all = stream("");
    assert_eq!(all.headers["content-type"], "application/x-ndjson");
    assert!(all.headers.contains_key("zhicheng-position"));
    let text = all.text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 12_345);
    // 1 + … + 12345 = 12345 × 12346 / 2.
    let sum: u64 = lines
        .iter()
        .map(|line| {
            line["fields"]["batches"]
                .as_str()
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .sum();
    assert_eq!(sum, 76_205_685);
    let table = stream("format=csv&f.result=fail");
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    let text = table.text();
    assert_eq!(text.lines().count(), 1 + 1234);
    assert!(text.starts_with("record,"), "{}", &text[..80]);
    assert!(!text.contains('\u{feff}'));
    assert_eq!(stream("format=xml").status, 400);
    let reader = city.program(&["write"]);
    let path = "/api/v1/record-types/sample/stream";
    assert_eq!(city.asks(&reader, "GET", path, "", "").status, 403);
}

#[test]
fn a_record_is_submitted_revised_once_and_proved() {
    let (city, token) = town();
    let fields = |result: &str| json!({ "day": "2018-03-05", "unit": "market", "number": "N-1", "result": result, "subject": FIRM });
    let new = json!({ "fields": fields("pass") }).to_string();
    let path = "/api/v1/record-types/sample/records";
    let made = city.asks(&token, "POST", path, "a", new.clone());
    assert_eq!(made.status, 201, "{}", made.text());
    let number = json_of(&made)["record"].as_u64().unwrap();
    // Sent again: the same content is there, so there is nothing to append.
    let before = get(&city, &token, "/api/v1/ledger")["size"].clone();
    let again = city.asks(&token, "POST", path, "a", new);
    assert_eq!(json_of(&again)["result"], "unchanged", "{}", again.text());
    // Another content under the same key is not what was asked for then.
    let other = json!({ "fields": fields("fail"), "revises_because": "x" }).to_string();
    assert_eq!(city.asks(&token, "POST", path, "a", other).status, 409);
    assert_eq!(get(&city, &token, "/api/v1/ledger")["size"], before);
    let path = format!("/api/v1/records/{number}/revision");
    let revision = json!({ "fields": fields("fail"), "reason": "复检" }).to_string();
    let done = city.asks(&token, "POST", &path, "b", revision.clone());
    assert_eq!(json_of(&done)["result"], "revised", "{}", done.text());
    let again = city.asks(&token, "POST", &path, "b", revision);
    assert_eq!(json_of(&again)["result"], "unchanged", "{}", again.text());
    let without = json!({ "fields": fields("pass"), "reason": "" }).to_string();
    assert_eq!(city.asks(&token, "POST", &path, "c", without).status, 422);
    let unknown = json!({ "fields": { "nothing": "x" }, "reason": "x" }).to_string();
    assert_eq!(city.asks(&token, "POST", &path, "d", unknown).status, 422);
    let history = get(&city, &token, &format!("/api/v1/records/{number}"));
    assert_eq!(history["versions"].as_array().unwrap().len(), 2);
    let position = &history["versions"][1]["position"];
    let proof = get(
        &city,
        &token,
        &format!("/api/v1/ledger/entries/{position}/proof"),
    );
    assert_eq!(proof["leaf"].as_str().unwrap().len(), 230);
    assert!(
        proof["proof"]
            .as_str()
            .unwrap()
            .contains("c2sp.org/tlog-proof")
    );
    let path = "/api/v1/ledger/entries/99999/proof";
    assert_eq!(city.asks(&token, "GET", path, "", "").status, 404);
}

#[test]
fn an_import_tells_every_fault_at_its_cell_and_is_taken_once() {
    let (city, token) = town();
    let file = format!(
        "day,unit,number,result,subject\n2018-03-05,market,N-1,pass,{FIRM}\n2018-02-31,market,N-2,pass,{FIRM}\n"
    );
    let path = |more: &str| format!("/api/v1/record-types/sample/imports?name=a.csv{more}");
    let send = |more: &str| json_of(&city.asks(&token, "POST", &path(more), "", file.clone()));
    for more in ["&dry_run=true", ""] {
        let found = send(more);
        assert_eq!(
            (&found["rejected"], &found["position"]),
            (&json!(1), &Value::Null)
        );
        let fault = &found["faults"][0];
        assert_eq!(
            (&fault["row"], &fault["value"]),
            (&json!(3), &json!("2018-02-31"))
        );
        assert_eq!(fault["column"], "day");
    }
    let taken = send("&valid_only=true");
    assert_eq!(
        (&taken["added"], taken["position"].is_u64()),
        (&json!(1), true)
    );
    assert_eq!(send("&valid_only=true")["unchanged"], 1);
    assert_eq!(city.asks(&token, "POST", &path(""), "", "").status, 422);
    let reader = city.program(&["read"]);
    assert_eq!(
        city.asks(&reader, "POST", &path(""), "", file.clone())
            .status,
        403
    );
}
