//! The field view: what a phone sends is one record however often it comes, both clocks are kept, two inspectors stand for
//! it, and what is refused is not lost.

use axum::http::StatusCode;
use serde_json::Value;

use crate::city::{Browser, City, Reply};
use crate::records::{FIRM, TOWN};
use crate::town;

const MATTER: &str = include_str!("../../../office/tests/flows/matter.toml");
const ROLES: &str = r#"
[[role]]
id = "inspector"
name = { zh = "执法检查人员", en = "Inspector" }

[[role]]
id = "clerk"
name = { zh = "办事员", en = "Clerk" }

[[grant]]
role = "inspector"
commands = ["submit", "read_personal"]
"#;
const KEY: &str = "7b0f3a52-6d1e-4c1b-9a55-0d6a1b2c3d4e";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n signature";
const JPEG: &[u8] = b"\xff\xd8\xff photograph";

fn town() -> City {
    let city = City::of_package(&format!("{TOWN}{ROLES}"), "inspector");
    for (login, role) in [
        ("wang", "inspector"),
        ("li", "inspector"),
        ("zhao", "inspector"),
        ("clerk", "clerk"),
    ] {
        city.person_without_password(login, role, Some("market"));
    }
    city
}

/// The number of somebody in the choice of second inspectors.
fn number_of(page: &str, name: &str) -> String {
    let (before, _) = page
        .split_once(&format!("\">{name} 某</option>"))
        .expect(name);
    before.rsplit("value=\"").next().unwrap().to_owned()
}

/// A visit as a phone sends it.
struct Sent<'a> {
    key: &'a str,
    number: &'a str,
    result: &'a str,
    sent: String,
    more: Vec<(&'a str, &'a str)>,
}

impl Sent<'_> {
    fn new(key: &'static str) -> Sent<'static> {
        Sent {
            key,
            number: "V-1",
            result: "pass",
            sent: office::folder::now().to_string(),
            more: Vec::new(),
        }
    }

    fn by(&self, browser: &mut Browser<'_>) -> Reply {
        let session: Value = serde_json::from_str(&browser.get("/field/session").body).unwrap();
        let text = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
        self.proved(browser, &text("csrf"), &text("account"))
    }

    fn proved(&self, browser: &mut Browser<'_>, csrf: &str, account: &str) -> Reply {
        browser.headers = vec![("accept", "application/json".to_owned())];
        let mut fields = vec![
            ("csrf", csrf),
            ("account", account),
            ("visit", self.key),
            ("filled", "2019-01-10T01:02:03.004Z"),
            ("sent", self.sent.as_str()),
            ("type", "sample"),
            ("f.day", "2018-03-05"),
            ("f.unit", "market"),
            ("f.subject", FIRM),
            ("f.number", self.number),
            ("f.result", self.result),
        ];
        fields.extend_from_slice(&self.more);
        let files = [
            ("evidence", "photo-1.jpg", JPEG),
            ("signature", "signature.png", PNG),
        ];
        let with_signature = self.more.iter().any(|(name, _)| *name == "signer");
        let files = if with_signature {
            &files[..]
        } else {
            &files[..1]
        };
        let reply = browser.post_parts("/field/visits", &fields, files);
        browser.headers = Vec::new();
        reply
    }
}

#[track_caller]
fn taken(reply: &Reply) -> u64 {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told["state"], "taken", "{told}");
    told["number"].as_u64().unwrap()
}

#[track_caller]
fn refused(reply: &Reply, code: &str) -> Value {
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told["state"], "refused", "{told}");
    assert_eq!(told["problems"][0]["code"], code, "{told}");
    assert!(!reply.status.is_success());
    told
}

/// The folder as an auditor holds it: its state is what its entries say.
#[track_caller]
fn verified(city: &City) {
    if let Err(problem) = office::verify(&city.data(), &mut |_, _, _| ()) {
        panic!("{}", problem.line(base::Lang::En));
    }
}

#[test]
fn a_visit_that_is_sent_three_times_is_one_record() {
    let city = town();
    let mut phone = city.entered("wang");
    let before = city.position();
    let visit = Sent::new(KEY);
    // The answer to the first was lost; the second comes by another session, after signing in again.
    let first = taken(&visit.by(&mut phone));
    let again = taken(&visit.by(&mut phone));
    let mut later = city.entered("wang");
    let visit = Sent {
        sent: "2030-01-01T00:00:00.000Z".to_owned(),
        ..visit
    };
    assert_eq!((again, taken(&visit.by(&mut later))), (first, first));
    // The firm, the record and the visit beside it; nothing of the second and third.
    assert_eq!(city.position(), before + 3);
    let list = phone.get("/records/sample").body;
    assert_eq!(list.matches("V-1").count(), 1, "{list}");
    // In the key's other spelling it is the same key.
    let bare = KEY.replace('-', "").to_uppercase();
    let visit = Sent {
        key: &bare,
        ..Sent::new(KEY)
    };
    assert_eq!(taken(&visit.by(&mut phone)), first);
}

#[test]
fn a_visit_that_comes_twice_at_once_is_one_record() {
    let city = town();
    let before = city.position();
    let numbers: Vec<u64> = std::thread::scope(|scope| {
        let sends: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| taken(&Sent::new(KEY).by(&mut city.entered("wang")))))
            .collect();
        sends.into_iter().map(|send| send.join().unwrap()).collect()
    });
    assert!(
        numbers.iter().all(|number| *number == numbers[0]),
        "{numbers:?}"
    );
    assert_eq!(city.position(), before + 3);
}

#[test]
fn changed_after_it_was_taken_it_is_not_dropped_in_silence() {
    let city = town();
    let mut phone = city.entered("wang");
    let first = taken(&Sent::new(KEY).by(&mut phone));
    let before = city.position();
    let changed = Sent {
        result: "fail",
        ..Sent::new(KEY)
    };
    let told = refused(&changed.by(&mut phone), "O902");
    let remedy = told["problems"][0]["remedy"].as_str().unwrap();
    assert!(remedy.contains(&format!("/records/{first}")), "{remedy}");
    // Under another key it would be the same sample: a record of that key with another content.
    let other = Sent {
        result: "fail",
        ..Sent::new("00000000-0000-4000-8000-000000000001")
    };
    refused(&other.by(&mut phone), "O231");
    // The very same again is no second record either, and its photographs are not swallowed.
    refused(
        &Sent::new("00000000-0000-4000-8000-000000000002").by(&mut phone),
        "O903",
    );
    assert_eq!(city.position(), before);
}

#[test]
fn the_servers_time_rules_and_the_phones_stands_beside_it() {
    let city = town();
    let mut phone = city.entered("wang");
    let now = office::folder::now();
    let ahead = base::Moment::from_micros(now.as_micros() + 3 * 3_600_000_000 + 5_000_000).unwrap();
    let visit = Sent {
        sent: ahead.to_string(),
        ..Sent::new(KEY)
    };
    let reply = visit.by(&mut phone);
    let number = taken(&reply);
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told["is_clock_off"], true);
    let page = phone.get(&format!("/records/sample/{number}")).body;
    assert!(
        page.contains("the phone&#39;s clock was 3 h fast"),
        "{page}"
    );
    // Filled in at 01:02 UTC is 09:02 in the town.
    assert!(page.contains("10 Jan 2019 09:02"), "{page}");
    let kept = city.site.office().read(|office| {
        let entry = office.ledger().entry(base::Position(number + 1)).unwrap();
        let facts: Value = serde_json::from_slice(&entry.facts).unwrap();
        (entry.kind, entry.time, facts)
    });
    let (kind, time, facts) = kept.unwrap();
    assert_eq!(kind, 98);
    assert!((time.as_micros() - now.as_micros()).abs() < 60_000_000);
    assert_eq!(facts["sent"], ahead.to_string());
    assert_eq!(facts["filled"], "2019-01-10T01:02:03.004000Z");
    // A clock that is right, and one that the phone does not tell, is not remarked upon.
    for (key, number, sent) in [
        (
            "00000000-0000-4000-8000-000000000001",
            "V-2",
            office::folder::now().to_string(),
        ),
        (
            "00000000-0000-4000-8000-000000000002",
            "V-3",
            "yesterday".to_owned(),
        ),
    ] {
        let visit = Sent {
            key,
            number,
            sent,
            ..Sent::new(KEY)
        };
        let number = taken(&visit.by(&mut phone));
        let page = phone.get(&format!("/records/sample/{number}")).body;
        assert!(
            page.contains("First inspector") && !page.contains("clock was"),
            "{page}"
        );
    }
}

#[test]
fn only_who_may_enter_records_uses_it_and_only_under_the_own_name() {
    let city = town();
    let mut clerk = city.entered("clerk");
    for address in ["/field", "/field/record/sample"] {
        clerk.get(address).is(StatusCode::FORBIDDEN, "W305");
    }
    assert!(!clerk.get("/work").body.contains("href=\"/field\""));
    refused(&Sent::new(KEY).by(&mut clerk), "O281");
    let mut phone = city.entered("wang");
    assert!(phone.get("/work").body.contains("href=\"/field\""));
    // Nobody is signed in: the phone is told so, and nothing is redirected.
    let mut nobody = city.browser();
    nobody
        .get("/field/session")
        .is(StatusCode::UNAUTHORIZED, "sign_in");
    let reply = Sent::new(KEY).proved(&mut nobody, "", "wang");
    reply.is(StatusCode::UNAUTHORIZED, "sign_in");
    // Another session's proof, and another account's visit.
    let reply = Sent::new(KEY).proved(&mut phone, "0123", "wang");
    reply.is(StatusCode::FORBIDDEN, "\"session\"");
    let session: Value = serde_json::from_str(&phone.get("/field/session").body).unwrap();
    let csrf = session["csrf"].as_str().unwrap();
    let reply = Sent::new(KEY).proved(&mut phone, csrf, "li");
    reply.is(StatusCode::FORBIDDEN, "\"account\"");
    // The key of somebody else's visit tells nothing of it.
    taken(&Sent::new(KEY).by(&mut phone));
    refused(&Sent::new(KEY).by(&mut city.entered("li")), "O901");
    let visit = Sent {
        key: "no key",
        ..Sent::new(KEY)
    };
    refused(&visit.by(&mut phone), "O900");
}

#[test]
fn a_refused_visit_says_why_at_its_field_and_is_taken_once_put_right() {
    let city = town();
    let mut phone = city.entered("wang");
    let before = city.position();
    let wrong = Sent {
        result: "unheard",
        ..Sent::new(KEY)
    };
    let told = refused(&wrong.by(&mut phone), "O213");
    assert_eq!(told["problems"][0]["field"], "result", "{told}");
    assert_eq!(city.position(), before);
    taken(&Sent::new(KEY).by(&mut phone));
}

#[test]
fn without_scripts_a_refused_form_keeps_text_photographs_and_signature() {
    let city = town();
    let mut browser = city.entered("wang");
    let page = browser.get("/field/record/sample");
    page.is(StatusCode::OK, "accept=\"image/*\" capture=\"environment\"");
    let (csrf, key) = (page.field("csrf"), page.field("visit"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("visit", key.as_str()),
        ("type", "sample"),
        ("f.day", "2018-03-05"),
        ("f.unit", "market"),
        ("f.subject", FIRM),
        ("f.number", "W-1"),
        ("f.result", "unheard"),
        ("signer", "刘某"),
    ];
    let files = [
        ("evidence", "photo-1.jpg", JPEG),
        ("signature", "signature.png", PNG),
    ];
    let again = browser.post_parts("/field/visits", &fields, &files);
    again.is(StatusCode::UNPROCESSABLE_ENTITY, "value=\"W-1\"");
    assert!(again.body.contains("photo-1.jpg") && again.body.contains("刘某"));
    let (kept, signature) = (again.field("kept"), again.field("kept_signature"));
    assert_eq!(again.field("visit"), key);
    let mut right: Vec<(&str, &str)> = fields.to_vec();
    right.retain(|(name, _)| *name != "f.result");
    right.extend([
        ("f.result", "pass"),
        ("kept", kept.as_str()),
        ("kept_signature", signature.as_str()),
    ]);
    let done = browser.post_parts("/field/visits", &right, &[]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let receipt = browser.get(&done.location);
    receipt.is(StatusCode::OK, "刘某");
    assert!(receipt.body.contains(&signature));
    // The button pressed twice: the same receipt.
    let twice = browser.post_parts("/field/visits", &right, &[]);
    assert_eq!(twice.location, done.location);
    // The clerk sees that it was signed and not by whom.
    let receipt = city.entered("clerk").get(&done.location).body;
    assert!(receipt.contains(&signature) && !receipt.contains("刘某"));
}

#[test]
fn the_second_inspector_says_under_her_own_name_that_it_was_so() {
    let city = town();
    let mut phone = city.entered("wang");
    let form = phone.get("/field/record/sample").body;
    let li = number_of(&form, "li");
    // Neither oneself nor somebody of another role can be chosen.
    assert!(!form.contains("wang 某</option>") && !form.contains("clerk 某</option>"));
    let named = |key, number, second| Sent {
        number,
        more: vec![("second", second), ("signer", "刘某")],
        ..Sent::new(key)
    };
    for (key, second) in [
        ("00000000-0000-4000-8000-00000000000a", "99"),
        ("00000000-0000-4000-8000-00000000000b", "x"),
    ] {
        refused(&named(key, "S-0", second).by(&mut phone), "O904");
    }
    let number = taken(&named(KEY, "S-1", &li).by(&mut phone));
    let record = format!("/records/sample/{number}");
    let page = phone.get(&record).body;
    assert!(
        page.contains("not confirmed yet") && page.contains("刘某"),
        "{page}"
    );
    let receipt = format!("/field/visits/{KEY}");
    let word = format!("{receipt}/confirm");
    // It waits for her alone, on her list of work and in her field view.
    let mut second = city.entered("li");
    assert!(second.get("/work").body.contains("/field#confirm"));
    assert!(second.get("/field").body.contains(&receipt));
    for other in ["wang", "zhao"] {
        let mut other = city.entered(other);
        assert!(!other.get("/field").body.contains(&receipt));
        other
            .submit("/me", &word, &[("agrees", "yes")])
            .is(StatusCode::UNPROCESSABLE_ENTITY, "O905");
    }
    second
        .submit(&receipt, &word, &[("agrees", "no"), ("note", " ")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O232");
    second
        .submit(&receipt, &word, &[("agrees", "yes")])
        .leads_to(&receipt);
    let page = phone.get(&record).body;
    assert!(page.contains("confirmed") && !page.contains("not confirmed yet"));
    assert!(!second.get("/field").body.contains(&receipt));
    second
        .submit("/me", &word, &[("agrees", "no"), ("note", "不在场")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O906");
    // Who was not there says so, and it stands on the record.
    let key = "00000000-0000-4000-8000-00000000000c";
    let number = taken(&named(key, "S-2", &li).by(&mut phone));
    let receipt = format!("/field/visits/{key}");
    let no = [("agrees", "no"), ("note", "当天不在场")];
    second
        .submit(&receipt, &format!("{receipt}/confirm"), &no)
        .leads_to(&receipt);
    let page = phone.get(&format!("/records/sample/{number}")).body;
    assert!(
        page.contains("does not agree") && page.contains("当天不在场"),
        "{page}"
    );
    verified(&city);
}

#[test]
fn erasing_takes_who_signed_and_the_visit_is_still_known() {
    let city = town();
    let mut phone = city.entered("wang");
    let signed = || Sent {
        more: vec![("signer", "刘某"), ("f.inspector", "孙某")],
        ..Sent::new(KEY)
    };
    let number = taken(&signed().by(&mut phone));
    let record = format!("/records/sample/{number}");
    let page = phone.get(&record).body;
    assert!(
        page.contains("刘某") && page.contains("signature.png"),
        "{page}"
    );
    let what = office::erase::Erasing::Record {
        record: number,
        fields: Vec::new(),
        evidence: Vec::new(),
    };
    let why = office::erase::EraseReason {
        reason: "依申请".to_owned(),
        asked_by: None,
    };
    let office = city.site.office();
    office
        .command(1, None, |office| {
            office.erase(&what, &why, &mut |_, _, _| ())
        })
        .unwrap();
    let page = phone.get(&record).body;
    assert!(page.contains("First inspector"), "{page}");
    assert!(
        !page.contains("刘某") && !page.contains("photo-1.jpg"),
        "{page}"
    );
    // The phone never heard the answer and sends it once more.
    let before = city.position();
    assert_eq!(taken(&signed().by(&mut phone)), number);
    assert_eq!(city.position(), before);
    verified(&city);
}

#[test]
fn a_step_of_a_case_is_a_visit_too() {
    let city = City::of_package(MATTER, "group");
    for (login, role) in [("window", "window"), ("clerk", "clerk"), ("other", "clerk")] {
        city.person_without_password(login, role, Some("amr"));
    }
    let form = "/cases/new?flow=matter";
    let fields = [
        ("flow", "matter"),
        ("unit", "amr"),
        ("f.content", "过期食品"),
    ];
    let page = city
        .entered("window")
        .submit(form, "/cases/new", &fields)
        .location;
    let number = page.rsplit('/').next().unwrap().to_owned();
    let mut phone = city.entered("clerk");
    let list = phone.get("/field").body;
    let step = format!("/field/case/{number}?action=accept");
    assert!(list.contains(&step) && list.contains("过期食品"), "{list}");
    phone
        .get(&step)
        .is(StatusCode::OK, "name=\"action\" value=\"accept\"");
    let session: Value = serde_json::from_str(&phone.get("/field/session").body).unwrap();
    let before = city.position();
    let send = |phone: &mut Browser<'_>, key: &str| {
        phone.headers = vec![("accept", "application/json".to_owned())];
        let fields = [
            ("csrf", session["csrf"].as_str().unwrap()),
            ("account", "clerk"),
            ("visit", key),
            ("filled", "2019-01-10T01:02:03.004Z"),
            ("sent", "2019-01-10T01:02:09.004Z"),
            ("case", number.as_str()),
            ("action", "accept"),
            ("reason", "现场受理"),
            ("signer", "刘某"),
        ];
        let files = [
            ("evidence", "photo-1.jpg", JPEG),
            ("signature", "signature.png", PNG),
        ];
        let reply = phone.post_parts("/field/visits", &fields, &files);
        phone.headers = Vec::new();
        reply
    };
    for _ in 0..3 {
        assert_eq!(taken(&send(&mut phone, KEY)).to_string(), number);
    }
    assert_eq!(
        city.position(),
        before + 2,
        "the step and the visit beside it"
    );
    let shown = phone.get(&page).body;
    assert!(
        shown.contains("现场受理") && shown.contains("photo-1.jpg"),
        "{shown}"
    );
    assert!(shown.contains("Visits in the field") && shown.contains("clock was"));
    // The case has moved on: another phone's step is refused with its reason, and written nowhere.
    let before = city.position();
    let told = send(&mut phone, "00000000-0000-4000-8000-000000000001");
    assert!(!told.status.is_success(), "{}", told.body);
    assert!(told.body.contains("refused"), "{}", told.body);
    assert_eq!(city.position(), before);
    verified(&city);
}

#[test]
fn the_worker_may_serve_the_field_view_and_nothing_may_serve_scripts_from_elsewhere() {
    let city = town::City::new(TOWN, "programme_office");
    let worker = city.get("/field/worker.js");
    let header = |name: &str| worker.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("service-worker-allowed"), "/field");
    assert_eq!(header("cache-control"), "no-cache");
    assert!(header("content-type").starts_with("text/javascript"));
    assert!(header("content-security-policy").contains("worker-src 'self'"));
    // Every asset that it keeps is there.
    let text = worker.text();
    let (_, rest) = text.split_once("const SHELL = ").unwrap();
    let shell: Vec<String> = serde_json::from_str(rest.split(';').next().unwrap()).unwrap();
    assert!(shell.len() > 10);
    for address in shell {
        assert_eq!(city.get(&address).status, StatusCode::OK, "{address}");
    }
    let session = city.get("/field/session");
    assert_eq!(session.headers["cache-control"], "no-store");
    assert!(session.has("\"account\":\"wang\""));
}
