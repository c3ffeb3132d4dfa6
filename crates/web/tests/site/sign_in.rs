//! Signing in: passwords, one-time codes, sessions, the first account.

use axum::http::StatusCode;
use desk::{NewAccount, one_time};

use crate::city::{City, PASSWORD};

const NEW: &str = "又新又长的一句话 2";

#[test]
fn a_wrong_name_and_a_wrong_password_are_told_alike_and_wait_after_five() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let mut browser = city.browser();
    let (wrong, unknown) = (browser.sign_in("zhou", "x"), browser.sign_in("nobody", "x"));
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY, "W301");
    unknown.is(StatusCode::UNPROCESSABLE_ENTITY, "W301");
    for _ in 0..4 {
        browser.sign_in("zhou", "x");
    }
    // The right one has to wait too.
    browser
        .sign_in("zhou", PASSWORD)
        .is(StatusCode::TOO_MANY_REQUESTS, "W302");
}

#[test]
fn a_password_that_was_made_must_be_changed_before_anything_else() {
    let city = City::real();
    let actor = city.person("zhou", "liaison", Some("puqi"));
    let new = NewAccount {
        login: "fresh",
        actor,
        password: Some(PASSWORD),
        must_change: true,
        is_demonstration: false,
    };
    city.site
        .desk()
        .open_account(&new, office::folder::now())
        .unwrap();
    let mut browser = city.browser();
    browser.sign_in("fresh", PASSWORD).leads_to("/me");
    for page in ["/", "/me", "/work", "/board"] {
        browser.get(page).leads_to("/me/password");
    }
    // A command waits too, whatever it brings.
    browser
        .post("/me/handover", &[("to", "1")])
        .leads_to("/me/password");
    let change = |browser: &mut crate::city::Browser<'_>, old: &str, new: &str, again: &str| {
        browser.submit(
            "/me/password",
            "/me/password",
            &[("old", old), ("password", new), ("again", again)],
        )
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    change(&mut browser, "x", NEW, NEW).is(unprocessable, "W315");
    change(&mut browser, PASSWORD, NEW, "other").is(unprocessable, "W314");
    change(&mut browser, PASSWORD, PASSWORD, PASSWORD).is(unprocessable, "W316");
    change(&mut browser, PASSWORD, "short", "short").is(unprocessable, "K112");
    let before = browser.cookies["zhicheng_session"].clone();
    change(&mut browser, PASSWORD, NEW, NEW).leads_to("/");
    assert_ne!(browser.cookies["zhicheng_session"], before, "a new session");
    browser.get("/me").is(StatusCode::OK, "fresh");
    browser
        .cookies
        .insert("zhicheng_session".to_owned(), before);
    browser.get("/me").leads_to("/sign-in?back=%2Fme");
}

#[test]
fn signing_out_clears_what_the_browser_kept_and_no_visit_that_waits() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let mut zhou = city.signed_in("zhou");
    let out = zhou.submit("/me", "/sign-out", &[]);
    out.leads_to("/sign-in?out");
    // "storage" would clear visits that were not sent, also those of other people on the same phone.
    assert_eq!(out.headers["clear-site-data"], "\"cache\"");
    let signed_out = zhou.get("/sign-in?out");
    signed_out.is(StatusCode::OK, "data-signed-out");
    // Where a session only ran out, what the phone keeps stays.
    let asked = zhou.get("/sign-in?back=%2Ffield");
    assert!(!asked.body.contains("data-signed-out"));
}

#[test]
fn sessions_are_listed_and_ended() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let (mut one, mut other) = (city.signed_in("zhou"), city.signed_in("zhou"));
    let page = one.get("/me");
    page.is(StatusCode::OK, "this one");
    assert_eq!(
        page.body.matches(">End it</button>").count(),
        1,
        "the other can be ended"
    );
    let number = page.field("number");
    one.submit("/me", "/me/sessions", &[("number", &number)])
        .leads_to("/me#sessions");
    other.get("/me").leads_to("/sign-in?back=%2Fme");
    one.get("/me").is(StatusCode::OK, "zhou");
}

#[test]
fn one_time_codes_are_asked_as_a_second_step_and_taken_once() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let mut browser = city.signed_in("zhou");
    let page = browser.get("/me/codes");
    page.is(StatusCode::OK, "<path class=\"qr-ink\"");
    let secret = page.field("secret");
    let wrong = browser.submit(
        "/me/codes",
        "/me/codes",
        &[("secret", &secret), ("code", "000")],
    );
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY, "W311");
    let code = one_time::code_at(&secret, office::folder::now()).unwrap();
    browser
        .submit(
            "/me/codes",
            "/me/codes",
            &[("secret", &secret), ("code", &code)],
        )
        .leads_to("/me#codes");
    let mut other = city.browser();
    let second = other.sign_in("zhou", PASSWORD);
    second.is(StatusCode::OK, "one-time-code");
    assert!(
        !other.cookies.contains_key("zhicheng_session"),
        "not in yet"
    );
    let half = second.field("half");
    // The code that turned them on was used up.
    let replayed = other.post("/sign-in/code", &[("half", &half), ("code", &code)]);
    replayed.is(StatusCode::UNPROCESSABLE_ENTITY, "W311");
    // That of the next half minute is within the tolerance.
    let soon = base::Moment::from_micros(office::folder::now().as_micros() + 30_000_000).unwrap();
    let next = one_time::code_at(&secret, soon).unwrap();
    other
        .post(
            "/sign-in/code",
            &[("half", &half), ("code", &next), ("back", "/me")],
        )
        .leads_to("/me");
    other.get("/me").is(StatusCode::OK, "zhou");
    // Neither the half session nor one of nobody opens anything any more.
    for half in [half.as_str(), "x"] {
        let over = city
            .browser()
            .post("/sign-in/code", &[("half", half), ("code", &next)]);
        over.is(StatusCode::UNPROCESSABLE_ENTITY, "W312");
    }
}

#[test]
fn guessing_codes_has_to_wait() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let secret = one_time::new_secret().unwrap();
    city.site
        .desk()
        .set_one_time_secret("zhou", Some(&secret))
        .unwrap();
    let mut browser = city.browser();
    let half = browser.sign_in("zhou", PASSWORD).field("half");
    for _ in 0..5 {
        browser.post("/sign-in/code", &[("half", &half), ("code", "12345")]);
    }
    let code = one_time::code_at(&secret, office::folder::now()).unwrap();
    let late = browser.post("/sign-in/code", &[("half", &half), ("code", &code)]);
    late.is(StatusCode::TOO_MANY_REQUESTS, "W302");
}

#[test]
fn the_first_account_is_opened_once_and_from_this_machine() {
    let city = City::real();
    let token = city
        .site
        .desk()
        .make_first_link(office::folder::now())
        .unwrap();
    let page = format!("/first?token={token}");
    let mut far = city.browser();
    far.from = Some("192.0.2.7:4711".parse().unwrap());
    far.get(&page).is(StatusCode::FORBIDDEN, "W320");
    let mut browser = city.browser();
    browser
        .get("/first?token=x")
        .is(StatusCode::FORBIDDEN, "W313");
    browser
        .get(&page)
        .is(StatusCode::OK, "Open the first account");
    let fields = |login: &'static str, again: &'static str| {
        [
            ("name", "高翔"),
            ("role", "system_administrator"),
            ("login", login),
            ("password", NEW),
            ("again", again),
        ]
    };
    let mut all = vec![("token", token.as_str())];
    all.extend(fields("gao", "other"));
    browser
        .post("/first", &all)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "W314");
    let mut all = vec![("token", token.as_str())];
    all.extend(fields("gao", NEW));
    assert_eq!(far.post("/first", &all).status, StatusCode::FORBIDDEN);
    browser.post("/first", &all).leads_to("/admin");
    browser.get("/admin").is(StatusCode::OK, "Administration");
    let mut all = vec![("token", token.as_str())];
    all.extend(fields("second", NEW));
    city.browser()
        .post("/first", &all)
        .is(StatusCode::FORBIDDEN, "W313");
    assert!(city.site.desk().account("second").unwrap().is_none());
    // Who runs the system registers who manages people, and then nobody else.
    let security = [
        ("name", "林静"),
        ("role", "security_administrator"),
        ("login", "lin"),
    ];
    let done = browser.submit("/admin/people", "/admin/people", &security);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    browser
        .get(&done.location)
        .is(StatusCode::OK, "shown this once");
    assert!(
        !browser.get(&done.location).body.contains("shown this once"),
        "once"
    );
}

#[test]
fn no_password_and_no_token_is_in_the_ledger_or_in_clear_on_the_desk() {
    let city = City::real();
    city.person("zhou", "liaison", Some("puqi"));
    let mut browser = city.signed_in("zhou");
    let made = browser.submit(
        "/me",
        "/me/tokens",
        &[("name", "报表"), ("scope", "read"), ("days", "30")],
    );
    made.leads_to("/me#told");
    let page = browser.get("/me");
    let at = page.body.find("<p><code>").unwrap() + "<p><code>".len();
    let secret = &page.body[at..at + 64];
    assert!(
        secret.chars().all(|sign| sign.is_ascii_hexdigit()),
        "{secret}"
    );
    assert!(
        city.site
            .desk()
            .token(secret, office::folder::now())
            .unwrap()
            .is_some()
    );
    assert!(!browser.get("/me").body.contains(secret), "shown once");
    let session = browser.cookies["zhicheng_session"].clone();
    for file in std::fs::read_dir(city.data()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for text in [PASSWORD, secret, &session] {
                let found = bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
}
