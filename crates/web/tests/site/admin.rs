//! Administration: who sees it, and what people do there.

use axum::http::StatusCode;
use office::Office;

use crate::city::City;

const PAGES: [&str; 8] = [
    "/admin",
    "/admin/people",
    "/admin/roles",
    "/admin/units",
    "/admin/calendar",
    "/admin/ledger",
    "/admin/sign-in",
    "/admin/webhooks",
];

#[test]
fn who_administers_or_audits_sees_it_in_both_languages_and_nobody_else() {
    let city = City::real();
    for (login, role, sees) in [
        ("office", "programme_office", true),
        ("system", "system_administrator", true),
        ("security", "security_administrator", true),
        ("auditor", "auditor", true),
        ("liaison", "liaison", false),
        ("leader", "unit_leader", false),
        ("inspector", "inspector", false),
    ] {
        let number = city.person(login, role, Some("puqi"));
        let person = format!("/admin/people/{number}");
        let mut browser = city.signed_in(login);
        for lang in ["zh", "en"] {
            browser
                .cookies
                .insert("zhicheng_lang".to_owned(), lang.to_owned());
            for page in PAGES.iter().copied().chain([person.as_str()]) {
                let reply = browser.get(page);
                let expected = if sees {
                    StatusCode::OK
                } else {
                    StatusCode::FORBIDDEN
                };
                assert_eq!(reply.status, expected, "{login} {page}: {}", reply.body);
                assert!(!reply.body.contains(" style="), "{page}");
                assert_eq!(reply.body.matches("<h1").count(), 1, "{page}");
            }
            browser.get("/me").is(StatusCode::OK, "<h1");
        }
        // Reading is not managing.
        let form = browser.get("/admin/people").body.contains("id=\"new\"");
        // Before anybody manages people, who runs the system registers the first.
        assert_eq!(form, ["security", "system"].contains(&login), "{login}");
    }
}

#[test]
fn people_are_registered_moved_and_closed_and_their_accounts_go_along() {
    let city = City::real();
    city.person("lin", "security_administrator", None);
    let mut browser = city.signed_in("lin");
    let new = [
        ("name", "陈立"),
        ("role", "liaison"),
        ("unit", "puqi"),
        ("login", "chen"),
    ];
    let done = browser.submit("/admin/people", "/admin/people", &new);
    let page = browser.get(&done.location);
    page.is(StatusCode::OK, "shown this once");
    let at = page.body.find("<p><code>").unwrap() + "<p><code>".len();
    let password = page.body[at..at + 19].to_owned();
    let mut chen = city.browser();
    chen.sign_in("chen", &password).leads_to("/me");
    chen.get("/work").leads_to("/me/password");
    // A login that is taken is refused before anybody is registered.
    let before = city.position();
    let twice = [
        ("name", "别人"),
        ("role", "liaison"),
        ("unit", "puqi"),
        ("login", "CHEN"),
    ];
    browser
        .submit("/admin/people", "/admin/people", &twice)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "K11");
    assert_eq!(city.position(), before);
    let person = done.location.clone();
    let moved = browser.submit(
        &person,
        &format!("{person}/move"),
        &[
            ("role", "reviewer"),
            ("unit", "food_drug"),
            ("reason", "任命"),
        ],
    );
    assert_ne!(moved.location, person);
    browser.get(&person).is(StatusCode::OK, "goes on as");
    chen.get("/me").leads_to("/sign-in?back=%2Fme");
    chen.sign_in("chen", &password).leads_to("/me");
    let account = city.site.desk().account("chen").unwrap().unwrap();
    assert_eq!(moved.location, format!("/admin/people/{}", account.actor));
    let person = moved.location;
    browser
        .submit(&person, &format!("{person}/close"), &[("reason", "")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O2");
    browser
        .submit(&person, &format!("{person}/close"), &[("reason", "退休")])
        .leads_to(&person);
    chen.get("/me").leads_to("/sign-in?back=%2Fme");
    chen.sign_in("chen", &password)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "W301");
    browser
        .submit(&person, &format!("{person}/reopen"), &[("reason", "返聘")])
        .leads_to(&person);
    chen.sign_in("chen", &password).leads_to("/me");
}

#[test]
fn a_deputy_acts_for_another_and_goes_back() {
    let city = City::demonstration();
    let leader = city.person("wu", "unit_leader", Some("puqi"));
    let liaison = city.person("chen", "liaison", Some("puqi"));
    let mut wu = city.signed_in("wu");
    let by = liaison.to_string();
    let named = wu.submit(
        "/me",
        "/me/deputy",
        &[
            ("by", &by),
            ("from", "2019-01-31"),
            ("to", "2019-02-03"),
            ("reason", "年休"),
        ],
    );
    named.leads_to("/me#leave");
    let mut chen = city.signed_in("chen");
    chen.get("/me").is(StatusCode::OK, "chen 某 (for wu 某)");
    let (number, _) = city
        .site
        .office()
        .read(|office| office.deputy_for(liaison).unwrap().remove(0))
        .unwrap();
    let number = number.to_string();
    // Nobody else stands in.
    wu.submit("/me", "/me/act-as", &[("actor", &number)])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "W322");
    chen.submit("/me", "/me/act-as", &[("actor", &number)])
        .leads_to("/");
    let page = chen.get("/me");
    page.is(StatusCode::OK, "You are standing in for somebody");
    page.is(StatusCode::OK, "Back to myself");
    chen.submit("/me", "/me/act-as", &[("actor", &by)])
        .leads_to("/");
    // Ended: the session that still says so is oneself again.
    chen.submit("/me", "/me/act-as", &[("actor", &number)])
        .leads_to("/");
    wu.submit("/me", "/me/deputy/end", &[("deputy", &number)])
        .leads_to("/me#leave");
    assert!(!chen.get("/me").body.contains("You are standing in"));
    let _ = leader;
}

#[test]
fn a_handover_passes_drafts_on_with_the_second_signature() {
    let city = City::demonstration();
    let from = city.person("chen", "liaison", Some("puqi"));
    let to = city.person("wang", "liaison", Some("puqi"));
    let typed = std::collections::BTreeMap::from([("reason".to_owned(), "半成稿".to_owned())]);
    let now = office::folder::now();
    city.site
        .desk()
        .save_draft(from, "/cases/9", &typed, now)
        .unwrap();
    let mut chen = city.signed_in("chen");
    let to_text = to.to_string();
    let signed = chen.submit(
        "/me",
        "/me/handover",
        &[("to", &to_text), ("note", "钥匙在柜里")],
    );
    assert!(
        signed.location.starts_with("/handovers/"),
        "{}",
        signed.body
    );
    chen.get(&signed.location).is(StatusCode::OK, "/cases/9");
    let mut wang = city.signed_in("wang");
    wang.get("/me").is(StatusCode::OK, "waits for you");
    assert_eq!(city.site.desk().drafts(to).unwrap().len(), 0);
    // One signature is not two.
    chen.submit("/me", &signed.location, &[])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O612");
    wang.submit(&signed.location, &signed.location, &[])
        .leads_to(&signed.location);
    assert_eq!(city.site.desk().drafts(to).unwrap().len(), 1);
    assert_eq!(city.site.desk().drafts(from).unwrap().len(), 0);
    city.person("liu", "liaison", Some("chibi_town"));
    city.signed_in("liu")
        .get(&signed.location)
        .is(StatusCode::NOT_FOUND, "W202");
}

#[test]
fn the_ledger_is_verified_beside_the_work_and_the_result_is_kept() {
    let city = City::real();
    city.person("system", "system_administrator", None);
    city.person("security", "security_administrator", None);
    let mut system = city.signed_in("system");
    system
        .get("/admin/ledger")
        .is(StatusCode::OK, "was not verified from here yet");
    let verify = "/admin/ledger/verify";
    let mut security = city.signed_in("security");
    security
        .submit("/me", verify, &[])
        .is(StatusCode::FORBIDDEN, "W305");
    system
        .submit("/admin/ledger", verify, &[])
        .leads_to("/admin/ledger#verification");
    for _ in 0..600 {
        if city
            .site
            .desk()
            .preference(0, "verification")
            .unwrap()
            .is_some()
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let position = city.site.office().read(Office::position).unwrap();
    system
        .get("/admin/ledger")
        .is(StatusCode::OK, &format!("up to entry {position}"));
}

#[test]
fn roles_units_and_calendar_say_what_the_programme_declares() {
    let city = City::real();
    city.person("system", "system_administrator", None);
    let mut browser = city.signed_in("system");
    let roles = browser.get("/admin/roles").body;
    for text in [
        "Liaison officer",
        "own unit and those below",
        "Submit the self-evaluation",
        "※",
    ] {
        assert!(roles.contains(text), "{text}");
    }
    browser
        .get("/admin/units?day=2018-06-30")
        .is(StatusCode::OK, "level-2");
    browser.get("/admin/units?day=x").is(StatusCode::OK, "W413");
    // The notice of 2018: Friday 6 April off, Sunday 8 April worked; 251 working days less make-up: by the notice.
    let calendar = browser.get("/admin/calendar?year=2018").body;
    assert!(calendar.contains("Fri 6 Apr 2018 · off"), "{calendar}");
    assert!(
        calendar.contains("Sun 8 Apr 2018 · <strong>worked</strong>"),
        "{calendar}"
    );
    assert_eq!(calendar.matches("<table class=\"month\">").count(), 12);
}
