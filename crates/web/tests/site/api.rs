//! The API beside the pages: the plan with its letters and changes, assignments, reminders, papers, subjects. Whoever
//! may do a thing on a page may do it here, and nobody else.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::city::City;
use crate::hooks::Receiver;
use crate::plan::{PUQI_BATCHES, change};
use crate::records::TOWN;
use crate::town::City as Town;

/// Programs of a city's people.
struct Programs<'c> {
    city: &'c City,
}

impl Programs<'_> {
    fn asks(
        &self,
        login: &str,
        method: Method,
        path: &str,
        once: &str,
        body: &Value,
    ) -> (u16, Value) {
        let token = self.city.program(login);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let address = format!("/api/v1{path}");
        let reply = self
            .city
            .browser()
            .asks(&token, method, &address, once, &body);
        let told = serde_json::from_str(&reply.body).unwrap_or(Value::Null);
        (reply.status.as_u16(), told)
    }

    #[track_caller]
    fn get(&self, login: &str, path: &str) -> Value {
        let (status, told) = self.asks(login, Method::GET, path, "", &Value::Null);
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    fn post(&self, login: &str, path: &str, body: &Value) -> (u16, Value) {
        self.asks(login, Method::POST, path, "", body)
    }

    #[track_caller]
    fn refused(&self, login: &str, path: &str, body: &Value, status: u16, code: &str) {
        let (found, told) = self.post(login, path, body);
        assert_eq!(
            (found, &told["code"]),
            (status, &json!(code)),
            "{path}: {told}"
        );
    }
}

fn city() -> City {
    let city = City::demonstration();
    for (login, role, unit) in [
        ("leader", "unit_leader", "puqi"),
        ("liaison", "liaison", "puqi"),
        ("other", "liaison", "drc"),
        ("committee", "leading_group", "committee"),
        ("office", "programme_office", "quality_office"),
    ] {
        city.person(login, role, Some(unit));
    }
    city
}

#[test]
fn letters_are_read_signed_and_countersigned_and_a_change_is_confirmed() {
    let city = city();
    let programs = Programs { city: &city };
    let own = "/plan/letters/puqi";
    let letter = programs.get("other", own);
    assert_eq!(letter["state"], "unsigned");
    assert_eq!(letter["is_change_pending"], false);
    let sha256 = letter["sha256"].as_str().unwrap();
    // What is signed is what is hashed.
    let content = letter["content"].as_str().unwrap();
    assert_eq!(office::letters::sha256_of(content), sha256);
    assert!(content.contains("food_batches\tcarries\t") && content.contains("\t190\t"));
    let sign = "/plan/letters/puqi/signature";
    let text = json!({ "sha256": sha256 });
    let wrong = json!({ "sha256": "0".repeat(64) });
    programs.refused("leader", sign, &wrong, 422, "O741");
    programs.refused("liaison", sign, &text, 403, "O281");
    programs.refused("leader", "/plan/letters/drc/signature", &text, 403, "O601");
    let (status, signed) = programs.asks("leader", Method::POST, sign, "k", &text);
    assert_eq!(
        (status, &signed["entry"]),
        (201, &signed["position"]),
        "{signed}"
    );
    let before = city.position();
    let (status, _) = programs.asks("leader", Method::POST, sign, "k", &text);
    assert!([409, 422].contains(&status), "{status}");
    assert_eq!(city.position(), before, "done once");

    let both = json!({ "letters": [{ "unit": "puqi", "sha256": sha256 }] });
    programs.refused("leader", "/plan/countersignatures", &both, 403, "O281");
    let (status, done) = programs.post("committee", "/plan/countersignatures", &both);
    assert_eq!((status, &done["signed"]), (201, &json!(1)), "{done}");
    let (status, done) = programs.post("committee", "/plan/countersignatures", &both);
    assert_eq!((status, &done["signed"]), (201, &json!(0)), "{done}");
    let (status, stored) = programs.post("liaison", "/evidence?name=a.pdf", &json!("scan"));
    assert_eq!(status, 201, "{stored}");
    let scan = json!({ "evidence": stored["sha256"], "name": "责任书.pdf" });
    let scans = "/plan/letters/puqi/scans";
    assert_eq!(programs.post("liaison", scans, &scan).0, 201);
    programs.refused("other", scans, &scan, 403, "O601");
    let letter = programs.get("office", own);
    assert_eq!(letter["state"], "complete");
    let signing = &letter["signings"][0];
    assert_eq!(signing["unit"]["entry"], signed["entry"]);
    assert_eq!(signing["unit"]["role"], "unit_leader");
    assert_eq!(signing["group"]["unit"], "committee");
    assert_eq!(signing["scans"], json!([stored["sha256"]]));
    assert!(!letter.to_string().contains("某"), "no names: {letter}");
    let complete = programs.get("office", "/plan/letters?state=complete");
    assert_eq!(complete.as_array().unwrap().len(), 1);
    assert_eq!(
        programs
            .asks(
                "office",
                Method::GET,
                "/plan/letters?state=x",
                "",
                &Value::Null
            )
            .0,
        400
    );
    assert_eq!(
        programs
            .asks(
                "office",
                Method::GET,
                "/plan/letters/nobody",
                "",
                &Value::Null
            )
            .0,
        404
    );

    // In mid-year Puqi's target grows from 190 to 200, and the city's from 1430 to 1440.
    change(
        &city,
        &[
            (PUQI_BATCHES, &PUQI_BATCHES.replace("190", "200")),
            ("target = 1430", "target = 1440"),
            ("version = \"1.0.0\"\ncity", "version = \"1.1.0\"\ncity"),
        ],
    );
    let versions = programs.get("office", "/programme/versions");
    assert_eq!(versions[0]["version"], "1.0.0");
    assert_eq!(versions[1]["version"], "1.1.0");
    let changes = programs.get("office", "/plan/changes?unit=puqi");
    assert_eq!(changes["from"], versions[0]["position"]);
    assert_eq!(changes["units"].as_array().unwrap().len(), 1);
    let found = &changes["units"][0]["changes"][0];
    assert_eq!(found["item"], "food_batches");
    assert_eq!(
        (&found["kind"], &found["aspects"]),
        (&json!("changed"), &json!(["target"]))
    );
    assert_eq!(
        (&found["before"]["target"], &found["after"]["target"]),
        (&json!("190"), &json!("200"))
    );
    assert_eq!(changes["units"][0]["confirmed"], Value::Null);
    let letter = programs.get("liaison", own);
    assert_eq!(
        (&letter["state"], &letter["is_change_pending"]),
        (&json!("changed"), &json!(true))
    );
    let now = json!({ "sha256": letter["sha256"] });
    let confirm = "/plan/changes/puqi/confirmation";
    programs.refused("other", confirm, &now, 403, "O601");
    programs.refused("liaison", confirm, &text, 422, "O741");
    let (status, done) = programs.post("liaison", confirm, &now);
    assert_eq!(status, 201, "{done}");
    let changes = programs.get("office", "/plan/changes?unit=puqi");
    assert_eq!(changes["units"][0]["confirmed"]["entry"], done["entry"]);
}

#[test]
fn an_assignment_is_made_and_seen_by_whom_it_concerns() {
    let city = city();
    let programs = Programs { city: &city };
    let (_, scan) = programs.post("liaison", "/evidence?name=scan.pdf", &json!("scan"));
    let new = |evidence: Value| {
        json!({
            "flow": "instruction", "title": "节前检查", "content": "请逐户检查",
            "due_on": "2019-02-02", "unit": "puqi", "support": ["education"],
            "fields": { "instructed_by": "分管副市长", "instructed_on": "2019-01-30" },
            "evidence": evidence,
        })
    };
    let path = "/assignments";
    programs.refused("liaison", path, &new(json!([scan["sha256"]])), 403, "O281");
    // Without its scan, with one that is not there, without a day.
    assert_eq!(programs.post("office", path, &new(json!([]))).0, 422);
    assert_eq!(programs.post("office", path, &new(json!(["00"]))).0, 422);
    let mut without = new(json!([scan["sha256"]]));
    without["due_on"] = json!("soon");
    programs.refused("office", path, &without, 422, "W413");
    let all = new(json!([scan["sha256"]]));
    let (status, made) = programs.asks("office", Method::POST, path, "one", &all);
    assert_eq!(status, 201, "{made}");
    for (login, seen) in [("office", 1), ("liaison", 1), ("other", 0)] {
        let list = programs.get(login, path);
        assert_eq!(
            list["assignments"].as_array().unwrap().len(),
            seen,
            "{login}"
        );
    }
    let found = &programs.get("leader", path)["assignments"][0];
    assert_eq!(found["case"], made["case"]);
    assert_eq!(
        (&found["title"], &found["due_on"]),
        (&json!("节前检查"), &json!("2019-02-02"))
    );
    assert_eq!(found["support"], json!(["education"]));
    assert_eq!(found["actions"], json!(["reply"]));
    // 31 January 2019 is a Thursday; Friday 1 February and, made a working day by the calendar, Saturday the 2nd.
    assert_eq!(found["working_days_left"], 2);
    for (query, seen) in [
        ("?unit=education", 1),
        ("?unit=drc", 0),
        ("?state=closed", 0),
        ("?state=all", 1),
    ] {
        let list = programs.get("office", &format!("{path}{query}"));
        assert_eq!(
            list["assignments"].as_array().unwrap().len(),
            seen,
            "{query}"
        );
    }
}

#[test]
fn what_is_late_is_listed_in_pages_and_reminded_of() {
    let city = city();
    let programs = Programs { city: &city };
    let opened = city.site.office().command(1, None, |office| {
        let (scorecard, year) = (
            base::ScorecardId::new("assessment"),
            office.programme()?.year,
        );
        let day = base::Day::parse("2018-03-05").ok();
        office.open_assessment(&scorecard, &year, day, &mut |_, _, _| ())
    });
    opened.unwrap();
    let path = "/reminders";
    let token = city.program("liaison");
    let refused = city
        .browser()
        .asks(&token, Method::GET, "/api/v1/reminders", "", "");
    assert_eq!(refused.status.as_u16(), 403, "{}", refused.body);
    // In January 2019 every unit of 2018 is late with its targets; page after page gives each case once.
    let mut seen = std::collections::BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = programs.get("office", &format!("{path}?unit=puqi&limit=7{after}"));
        for due in page["due"].as_array().unwrap() {
            assert_eq!(
                (&due["unit"], &due["is_late"]),
                (&json!("puqi"), &json!(true))
            );
            assert!(due["working_days_left"].as_i64().unwrap() < 0);
            assert_eq!(due["reminders"], json!([]));
            assert!(seen.insert(due["case"].as_u64().unwrap()), "twice");
        }
        match page["next"].as_u64() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let cases = city.site.office().read(|office| {
        let year = office.programme().unwrap().year;
        let cases = office
            .cases_of(&base::ScorecardId::new("assessment"), &year)
            .unwrap();
        cases
            .keys()
            .filter(|(_, unit)| unit.as_str() == "puqi")
            .count()
    });
    assert_eq!(seen.len(), cases.unwrap());
    let two: Vec<u64> = seen.iter().copied().take(2).collect();
    let body = json!({ "cases": two, "note": "请本周内补报" });
    programs.refused("liaison", path, &body, 403, "O281");
    let (status, done) = programs.post("office", path, &body);
    assert_eq!((status, &done["cases"]), (201, &json!(2)), "{done}");
    programs.refused("office", path, &json!({ "cases": [] }), 422, "O664");
    let page = programs.get("office", &format!("{path}?unit=puqi&limit=3"));
    let times: Vec<usize> = page["due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|due| due["reminders"].as_array().unwrap().len())
        .collect();
    assert_eq!(times, [1, 1, 0]);
    assert_eq!(page["due"][0]["reminders"][0]["is_declared"], false);
}

#[test]
fn a_units_items_are_told_as_they_stand_and_as_they_stood() {
    let city = city();
    let programs = Programs { city: &city };
    let opened = city.site.office().command(1, None, |office| {
        let (scorecard, year) = (
            base::ScorecardId::new("assessment"),
            office.programme()?.year,
        );
        let day = base::Day::parse("2018-03-05").ok();
        office.open_assessment(&scorecard, &year, day, &mut |_, _, _| ())
    });
    opened.unwrap();
    let case = city.case_of("open_kitchens", "puqi");
    let path = "/units/puqi/items";
    let item = |query: &str| -> Value {
        let items = programs.get("liaison", &format!("{path}{query}"));
        let mut all = items["items"].as_array().unwrap().iter();
        all.find(|item| item["item"] == "open_kitchens")
            .unwrap()
            .clone()
    };
    let (first, then) = (item(""), city.position());
    assert_eq!(first["case"], case);
    let act = format!("/cases/{case}/actions/file_target");
    let (status, done) = programs.post("liaison", &act, &json!({}));
    assert_eq!(status, 201, "{done}");
    let now = item("");
    assert_eq!(now["state"], done["state"]);
    assert_ne!(now["state"], first["state"]);
    // As it stood before the step, and before it was opened.
    assert_eq!(item(&format!("?at={then}"))["state"], first["state"]);
    assert_eq!(item(&format!("?at={}", case - 1))["case"], Value::Null);
    let mut liaison = city.signed_in("liaison");
    let page = liaison.get(&format!("{path}?at={then}"));
    page.is(StatusCode::OK, "How it stood then");
    // Another unit's points are no other unit's business.
    let refused = programs.asks("other", Method::GET, path, "", &Value::Null);
    assert_eq!((refused.0, &refused.1["code"]), (403, &json!("W305")));
}

#[test]
fn a_paper_is_issued_once_read_by_its_unit_handed_out_and_declared_void() {
    let city = city();
    let programs = Programs { city: &city };
    let path = "/papers";
    let new = json!({ "kind": "letter", "about": "puqi", "typed": { "signer": "质强办主任" }, "as_demonstration": true });
    programs.refused("liaison", path, &new, 403, "O281");
    programs.refused("office", path, &json!({ "kind": "x" }), 400, "W308");
    programs.refused(
        "office",
        path,
        &json!({ "kind": "letter", "about": "puqi" }),
        422,
        "O768",
    );
    let unknown = json!({ "kind": "letter", "about": "puqi", "typed": { "nothing": "x" } });
    programs.refused("office", path, &unknown, 400, "W308");
    let (status, made) = programs.asks("office", Method::POST, path, "once", &new);
    assert_eq!(status, 201, "{made}");
    let before = city.position();
    let (status, told) = programs.asks("office", Method::POST, path, "once", &new);
    assert_eq!((status, &told["code"]), (409, &json!("L206")), "{told}");
    assert_eq!(city.position(), before);
    let number = made["paper"].as_u64().unwrap();
    let one = format!("{path}/{number}");
    let shown = programs.get("liaison", &one);
    assert_eq!(
        (&shown["kind"], &shown["about"]),
        (&json!("letter"), &json!("puqi"))
    );
    assert_eq!(shown["typed"]["signer"], "质强办主任");
    assert_eq!(
        (&shown["format"], &shown["is_demonstration"]),
        (&json!("docx"), &json!(true))
    );
    // Another unit's is not there.
    assert_eq!(
        programs
            .asks("other", Method::GET, &one, "", &Value::Null)
            .0,
        404
    );
    assert_eq!(programs.get("other", path)["papers"], json!([]));
    let token = city.program("liaison");
    let file = city
        .browser()
        .asks(&token, Method::GET, &format!("/api/v1{one}/file"), "", "");
    assert!(file.status.is_success() && file.body.starts_with("PK"));
    assert_eq!(
        programs
            .asks(
                "other",
                Method::GET,
                &format!("{one}/file"),
                "",
                &Value::Null
            )
            .0,
        404
    );
    // Newest first, page by page.
    let (_, second) = programs.post("office", path, &new);
    let page = programs.get("office", &format!("{path}?limit=1"));
    assert_eq!(
        (&page["papers"][0]["paper"], &page["next"]),
        (&second["paper"], &second["paper"])
    );
    let page = programs.get("office", &format!("{path}?limit=1&before={}", page["next"]));
    assert_eq!(
        (&page["papers"][0]["paper"], &page["next"]),
        (&made["paper"], &Value::Null)
    );
    let void = format!("{one}/void");
    programs.refused("liaison", &void, &json!({ "reason": "x" }), 403, "O281");
    let (status, gone) = programs.post("office", &void, &json!({ "reason": "写错了单位" }));
    assert_eq!(
        (status, &gone["voided_because"]),
        (201, &json!("写错了单位")),
        "{gone}"
    );
}

#[test]
fn letters_assignments_and_papers_are_told_in_order_and_without_content() {
    let city = city();
    city.person("system", "system_administrator", Some("quality_office"));
    let programs = Programs { city: &city };
    let receiver = Receiver::start();
    let mut system = city.signed_in("system");
    let reach = [("anywhere", "1")];
    let page = "/admin/webhooks";
    system.submit(page, "/admin/webhooks/reach", &reach);
    let new = json!({ "name": "大屏", "address": receiver.address });
    let (status, made) = programs.post("system", "/webhooks", &new);
    assert_eq!(status, 201, "{made}");

    let text = json!({ "sha256": programs.get("leader", "/plan/letters/puqi")["sha256"] });
    let signed = programs
        .post("leader", "/plan/letters/puqi/signature", &text)
        .1;
    let both = json!({ "letters": [{ "unit": "puqi", "sha256": text["sha256"] }] });
    programs.post("committee", "/plan/countersignatures", &both);
    let supervision = json!({
        "flow": "supervision", "title": "保密的事由", "content": "保密的内容",
        "due_on": "2019-02-02", "unit": "puqi", "support": ["education"],
    });
    let (status, assigned) = programs.post("office", "/assignments", &supervision);
    assert_eq!(status, 201, "{assigned}");
    let case = assigned["case"].as_u64().unwrap();
    let remind = json!({ "cases": [case], "note": "保密的附言" });
    assert_eq!(programs.post("office", "/reminders", &remind).0, 201);
    let new = json!({ "kind": "letter", "about": "puqi", "typed": { "note": "保密的备注" }, "as_demonstration": true });
    let paper = programs.post("office", "/papers", &new).1["paper"].clone();
    let void = format!("/papers/{paper}/void");
    programs.post("office", &void, &json!({ "reason": "保密的缘由" }));
    web::tell_receivers(&city.site).unwrap();
    let kinds: Vec<String> = receiver.kinds();
    let told = [
        "zhicheng.letter.signed",
        "zhicheng.letter.countersigned",
        "zhicheng.case.opened",
        "zhicheng.reminder.given",
        "zhicheng.paper.issued",
        "zhicheng.paper.voided",
    ];
    assert_eq!(kinds, told);
    let got = receiver.got.lock().unwrap();
    let all: Vec<&Value> = got.iter().map(|(_, event)| event).collect();
    assert_eq!(all[0]["data"]["letter"], signed["entry"]);
    assert_eq!(all[1]["subject"], format!("letters/{}", signed["entry"]));
    assert_eq!(all[2]["data"]["support"], json!(["education"]));
    assert_eq!(all[3]["data"]["cases"][0]["case"], case);
    assert_eq!(
        (&all[4]["data"]["paper"], &all[4]["data"]["about"]),
        (&paper, &json!("puqi"))
    );
    let text: String = all.iter().map(|event| event.to_string()).collect();
    assert!(!text.contains("保密") && !text.contains("某"), "{text}");
}

/// A credit code with its check sign, as GB 32100 computes it.
fn code(number: u32) -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91420000{number:09}");
    let sum: usize = body
        .bytes()
        .enumerate()
        .map(|(place, sign)| {
            let value = SIGNS.iter().position(|known| *known == sign).unwrap();
            value * 3_usize.pow(u32::try_from(place).unwrap()) % 31
        })
        .sum();
    let check = SIGNS[(31 - sum % 31) % 31];
    format!("{body}{}", char::from(check))
}

#[test]
fn subjects_are_listed_in_order_and_streamed_whole() {
    let city = Town::new(TOWN, "programme_office");
    let token = city.program(&["read", "write"]);
    let rows = (0..2500).map(|number| format!("{},第{number}厂\n", code(number)));
    let file = format!("信用代码,企业名称\n{}", rows.collect::<String>());
    let done = city
        .site
        .office()
        .command(office::actor::FIRST, None, |office| {
            let options = office::import::ImportOptions::default();
            let bytes = file.as_bytes();
            office.import("firm", "firms.csv", bytes, &options, &mut |_, _, _| ())
        });
    assert_eq!(done.unwrap().added, 2500);
    let get = |path: &str| -> Value {
        let answer = city.asks(&token, "GET", &format!("/api/v1{path}"), "", "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.bytes).unwrap()
    };
    let types = get("/subject-types");
    assert_eq!(
        (&types[0]["id"], &types[0]["count"]),
        (&json!("firm"), &json!(2500))
    );
    let list = "/subject-types/firm/subjects";
    let (mut seen, mut path) = (Vec::new(), format!("{list}?limit=1000"));
    loop {
        let page = get(&path);
        assert_eq!(page["known"], 2500);
        let names = page["subjects"].as_array().unwrap();
        seen.extend(
            names
                .iter()
                .map(|found| found["subject"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{list}?limit=1000&after={next}");
    }
    let wanted: Vec<String> = (0..2500).map(code).collect();
    assert_eq!(seen, wanted, "in the order of their codes, each once");
    // 厂 numbers with 249 in them: 249, 1249, 2249 and 2490 to 2499.
    let found = get(&format!("{list}?q=249"));
    let names = found["subjects"].as_array().unwrap().iter();
    assert_eq!(
        names
            .filter(|found| found["name"].as_str().unwrap().contains("249"))
            .count(),
        13
    );
    let all = city.asks(&token, "GET", "/api/v1/subject-types/firm/stream", "", "");
    assert_eq!(all.headers["content-type"], "application/x-ndjson");
    assert_eq!(all.text().lines().count(), 2500);
    let table = city.asks(
        &token,
        "GET",
        "/api/v1/subject-types/firm/stream?format=csv&q=%E7%AC%AC7%E5%8E%82",
        "",
        "",
    );
    assert_eq!(table.text().lines().count(), 2, "{}", table.text());
    let missing = city.asks(
        &token,
        "GET",
        "/api/v1/subject-types/nothing/subjects",
        "",
        "",
    );
    assert_eq!(missing.status, 404);
}
