//! Signing in with a provider: who comes in, and everything that must not come in.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::json;

use crate::city::{Browser, City, Reply};
use crate::provider::{CLIENT, Provider, SECRET};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const BACK: &str = "/sign-in/elsewhere/back";

/// A city whose administrator set the provider up.
fn with_provider(claim: &str) -> (City, Provider) {
    let city = City::real();
    city.person("gao", "system_administrator", None);
    let provider = Provider::start();
    let mut gao = city.signed_in("gao");
    let done = gao.submit(
        "/admin/sign-in",
        "/admin/sign-in",
        &fields(&provider, claim),
    );
    done.leads_to("/admin/sign-in?try=1");
    gao.get(&done.location).is(StatusCode::OK, "EdDSA");
    (city, provider)
}

fn fields<'a>(provider: &'a Provider, claim: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("issuer", &provider.issuer),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("label_en", "City card"),
        ("claim", claim),
        ("site", "https://city.test"),
        ("is_on", "1"),
    ]
}

/// What the site asks of the provider.
fn goes_out(browser: &mut Browser<'_>, way: &str) -> BTreeMap<String, String> {
    let reply = browser.get(way);
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let (path, query) = reply.location.split_once('?').unwrap();
    assert!(path.ends_with("/authorize"), "{path}");
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// Out to the provider, and back with a code.
fn goes(browser: &mut Browser<'_>, provider: &Provider, way: &str) -> Reply {
    let asked = goes_out(browser, way);
    provider.set(|mind| {
        mind.nonce = asked["nonce"].clone();
        mind.challenge = asked["code_challenge"].clone();
    });
    browser.get(&format!("{BACK}?code=abc&state={}", asked["state"]))
}

const WAY: &str = "/sign-in/elsewhere?back=%2Fme";

fn is_out(browser: &Browser<'_>) -> bool {
    browser
        .cookies
        .get("zhicheng_session")
        .is_none_or(String::is_empty)
}

#[test]
fn whoever_is_linked_comes_in_and_can_sign_out_there_too() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    let now = office::folder::now();
    let desk = city.site.desk();
    desk.link("zhou", &provider.issuer, "subject-1", now)
        .unwrap();
    let mut browser = city.browser();
    browser.get("/sign-in").is(StatusCode::OK, "City card");
    let asked = goes_out(&mut browser, WAY);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], format!("https://city.test{BACK}"));
    assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
    assert!(asked["state"].len() >= 32 && asked["nonce"].len() >= 16);
    goes(&mut browser, &provider, WAY).leads_to("/me");
    browser.get("/me").is(StatusCode::OK, "subject-1");
    browser
        .submit("/me", "/sign-out", &[])
        .leads_to("/sign-in/out");
    let out = browser.get("/sign-in/out");
    out.is(StatusCode::OK, "/end?client_id=zhicheng");
    out.is(StatusCode::OK, "https%3A%2F%2Fcity.test%2Fsign-in");
    browser.get("/me").leads_to("/sign-in?back=%2Fme");
    // Whoever signed in with a password has nothing to end there.
    let mut other = city.signed_in("zhou");
    other
        .submit("/me", "/sign-out", &[])
        .leads_to("/sign-in?out");
    // Never to another site, whatever the address says.
    let away = "/sign-in/elsewhere?back=https%3A%2F%2Fevil.test";
    goes(&mut browser, &provider, away).leads_to("/");
}

#[test]
fn what_does_not_hold_is_refused_with_a_way_on() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    let now = office::folder::now();
    let desk = city.site.desk();
    desk.link("zhou", &provider.issuer, "subject-1", now)
        .unwrap();
    let right = provider.mind.lock().unwrap().clone();
    let seconds = now.as_micros() / 1_000_000;
    /// What the provider does wrong, how, and what is said of it.
    type Wrong<'a> = (&'a str, &'a dyn Fn(), Option<&'a str>);
    let cases: [Wrong<'_>; 16] = [
        ("all as it should be", &|| (), None),
        (
            "another nonce",
            &|| provider.claim("nonce", json!("x")),
            Some("W764"),
        ),
        (
            "another audience",
            &|| provider.claim("aud", json!("other")),
            Some("W764"),
        ),
        (
            "a further audience",
            &|| provider.claim("aud", json!([CLIENT, "other"])),
            Some("W764"),
        ),
        (
            "another issuer",
            &|| provider.claim("iss", json!("https://evil.test")),
            Some("W764"),
        ),
        (
            "expired",
            &|| provider.claim("exp", json!(seconds - 120)),
            Some("W764"),
        ),
        (
            "expired by a clock's difference",
            &|| provider.claim("exp", json!(seconds - 20)),
            None,
        ),
        (
            "issued in the future",
            &|| provider.claim("iat", json!(seconds + 600)),
            Some("W764"),
        ),
        (
            "signed with a key of nobody",
            &|| provider.set(|mind| mind.signs_with = 9),
            Some("W764"),
        ),
        (
            "unsigned",
            &|| provider.set(|mind| mind.algorithm = "none"),
            Some("W764"),
        ),
        (
            "by the shared secret",
            &|| provider.set(|mind| mind.algorithm = "HS256"),
            Some("W764"),
        ),
        (
            "without a subject",
            &|| provider.claim("sub", json!(null)),
            Some("W764"),
        ),
        (
            "nobody's subject",
            &|| provider.claim("sub", json!("subject-2")),
            Some("W765"),
        ),
        (
            "a code that is none",
            &|| provider.set(|mind| mind.knows_code = false),
            Some("W762"),
        ),
        (
            "another key since",
            &|| {
                provider.set(|mind| {
                    mind.key = 2;
                    mind.signs_with = 2;
                })
            },
            None,
        ),
        ("and again", &|| (), None),
    ];
    for (what, change, code) in cases {
        provider.set(|mind| *mind = right.clone());
        change();
        let mut browser = city.browser();
        let reply = goes(&mut browser, &provider, WAY);
        match code {
            None => {
                assert_eq!(
                    reply.status,
                    StatusCode::SEE_OTHER,
                    "{what}: {}",
                    reply.body
                );
                assert_eq!(reply.location, "/me", "{what}");
                assert!(!is_out(&browser), "{what}");
            }
            Some(code) => {
                assert_eq!(reply.status, REFUSED, "{what}: {}", reply.body);
                assert!(reply.body.contains(code), "{what}: {}", reply.body);
                assert!(is_out(&browser), "{what}");
                // The way on: the other ways to sign in are on the page.
                assert!(reply.body.contains("id=\"password\""), "{what}");
                assert!(reply.body.contains("id=\"elsewhere\""), "{what}");
            }
        }
    }
}

#[test]
fn a_way_is_walked_once_and_in_the_browser_that_began_it() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    let desk = city.site.desk();
    let now = office::folder::now();
    desk.link("zhou", &provider.issuer, "subject-1", now)
        .unwrap();
    let mut browser = city.browser();
    browser
        .get(&format!("{BACK}?code=abc&state=x"))
        .is(REFUSED, "W761");
    let asked = goes_out(&mut browser, WAY);
    provider.set(|mind| {
        mind.nonce = asked["nonce"].clone();
        mind.challenge = asked["code_challenge"].clone();
    });
    let back = format!("{BACK}?code=abc&state={}", asked["state"]);
    // A code that somebody else's browser is led to signs nobody in (login CSRF).
    let mut other = city.browser();
    other.get(&back).is(REFUSED, "W761");
    assert!(is_out(&other));
    // An answer that says another issuer is mixed up.
    let mut mixed = city.browser();
    let way = goes_out(&mut mixed, WAY);
    let state = &way["state"];
    mixed
        .get(&format!(
            "{BACK}?code=abc&state={state}&iss=https://evil.test"
        ))
        .is(REFUSED, "W764");
    browser.get(&back).leads_to("/me");
    // Replayed: with the cookie that is gone, and with a stolen one.
    browser.get(&back).is(REFUSED, "W761");
    // The provider says no.
    let asked = goes_out(&mut other, WAY);
    let state = &asked["state"];
    let refused = other.get(&format!(
        "{BACK}?error=access_denied&error_description=%3Cb%3Eno&state={state}"
    ));
    refused.is(REFUSED, "W762");
    refused.is(REFUSED, "access_denied &#60;b&#62;no");
}

#[test]
fn a_provider_that_is_down_or_off_leaves_the_password() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    let mut browser = city.browser();
    // Known, but down by the time the code is to be redeemed.
    let asked = goes_out(&mut browser, WAY);
    provider.set(|mind| mind.is_down = true);
    let reply = browser.get(&format!("{BACK}?code=abc&state={}", asked["state"]));
    assert_eq!(reply.status, REFUSED);
    assert!(reply.body.contains("W76"), "{}", reply.body);
    // Asked anew.
    let mut gao = city.signed_in("gao");
    gao.get("/admin/sign-in?try=1").is(StatusCode::OK, "W763");
    browser
        .sign_in("zhou", crate::city::PASSWORD)
        .leads_to("/me");
    let mut off = fields(&provider, "");
    off[6] = ("is_off", "1");
    gao.submit("/admin/sign-in", "/admin/sign-in", &off);
    let mut browser = city.browser();
    browser.get(WAY).is(REFUSED, "W760");
    assert!(!browser.get("/sign-in").body.contains("id=\"elsewhere\""));
}

#[test]
fn one_links_ones_own_account_and_takes_the_link_away() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    city.person("wang", "liaison", Some("puqi"));
    let mut zhou = city.signed_in("zhou");
    let page = zhou.get("/me").body;
    let at = page.find("/sign-in/elsewhere?link=").unwrap();
    let way = page[at..].split('"').next().unwrap().to_owned();
    // Nobody else's link.
    city.signed_in("wang")
        .get(&way)
        .is(StatusCode::FORBIDDEN, "W203");
    city.browser().get(&way).is(StatusCode::FORBIDDEN, "W203");
    goes(&mut zhou, &provider, &way).leads_to("/me#elsewhere");
    let linked = |subject: &str| {
        let desk = city.site.desk();
        desk.login_of(&provider.issuer, subject).unwrap()
    };
    assert_eq!(linked("subject-1").as_deref(), Some("zhou"));
    // The same identity cannot be two people.
    let mut wang = city.signed_in("wang");
    let page = wang.get("/me").body;
    let at = page.find("/sign-in/elsewhere?link=").unwrap();
    let way = page[at..].split('"').next().unwrap().to_owned();
    goes(&mut wang, &provider, &way).is(REFUSED, "K150");
    // Whoever signs in as somebody else meanwhile links nothing.
    provider.claim("sub", json!("subject-3"));
    let asked = goes_out(&mut wang, &way);
    provider.set(|mind| {
        mind.nonce = asked["nonce"].clone();
        mind.challenge = asked["code_challenge"].clone();
    });
    wang.sign_in("zhou", crate::city::PASSWORD);
    wang.get(&format!("{BACK}?code=abc&state={}", asked["state"]))
        .is(REFUSED, "W767");
    assert_eq!(linked("subject-3"), None);
    zhou.submit("/me", "/me/elsewhere/drop", &[])
        .leads_to("/me#elsewhere");
    assert_eq!(linked("subject-1"), None);
}

#[test]
fn who_manages_people_links_and_unlocks() {
    let (city, provider) = with_provider("");
    city.person("lin", "security_administrator", None);
    let number = city.person("zhou", "liaison", Some("puqi"));
    let page = format!("/admin/people/{number}");
    let mut lin = city.signed_in("lin");
    let link = [("login", "zhou"), ("subject", "subject-1")];
    lin.submit(&page, &format!("{page}/elsewhere"), &link)
        .leads_to(&page);
    lin.get(&page).is(StatusCode::OK, "subject-1");
    let mut browser = city.browser();
    goes(&mut browser, &provider, WAY).leads_to("/me");
    // Taken away: who came so is out.
    lin.submit(&page, &format!("{page}/elsewhere"), &[("login", "zhou")])
        .leads_to(&page);
    browser.get("/me").leads_to("/sign-in?back=%2Fme");
    // A liaison links nobody.
    city.signed_in("zhou")
        .submit("/me", &format!("{page}/elsewhere"), &link)
        .is(StatusCode::FORBIDDEN, "W305");
    assert!(!lin.get(&page).body.contains("/unlock"));
    for _ in 0..6 {
        browser.sign_in("zhou", "x");
    }
    browser
        .sign_in("zhou", crate::city::PASSWORD)
        .is(StatusCode::TOO_MANY_REQUESTS, "W302");
    lin.get(&page)
        .is(StatusCode::OK, "locked after wrong tries");
    lin.submit(&page, &format!("{page}/unlock"), &[("login", "zhou")])
        .leads_to(&page);
    // Its own address had tried too often as well; from elsewhere the account is open again.
    let mut elsewhere = city.browser();
    elsewhere.from = Some("192.0.2.7:4711".parse().unwrap());
    elsewhere
        .sign_in("zhou", crate::city::PASSWORD)
        .leads_to("/me");
}

#[test]
fn a_claim_names_an_account_that_is_there_only_where_the_setting_says_so() {
    let (city, provider) = with_provider("preferred_username");
    city.person("zhou", "liaison", Some("puqi"));
    provider.claim("preferred_username", json!("nobody"));
    let mut browser = city.browser();
    goes(&mut browser, &provider, WAY).is(REFUSED, "W765");
    assert!(city.site.desk().account("nobody").unwrap().is_none());
    provider.claim("preferred_username", json!("ZHOU"));
    goes(&mut browser, &provider, WAY).leads_to("/me");
    // Linked for good: another subject of that name is somebody else.
    provider.claim("sub", json!("subject-2"));
    goes(&mut city.browser(), &provider, WAY).is(REFUSED, "K150");
    // A mailbox must have been proved.
    let (city, provider) = with_provider("email");
    city.person("zhou@city.test", "liaison", Some("puqi"));
    provider.claim("email", json!("zhou@city.test"));
    goes(&mut city.browser(), &provider, WAY).is(REFUSED, "W765");
    provider.claim("email_verified", json!(true));
    goes(&mut city.browser(), &provider, WAY).leads_to("/me");
}

#[test]
fn closed_accounts_stay_out_and_one_time_codes_are_asked_for() {
    let (city, provider) = with_provider("");
    city.person("zhou", "liaison", Some("puqi"));
    let desk = city.site.desk();
    let now = office::folder::now();
    desk.link("zhou", &provider.issuer, "subject-1", now)
        .unwrap();
    let secret = desk::one_time::new_secret().unwrap();
    desk.set_one_time_secret("zhou", Some(&secret)).unwrap();
    let mut browser = city.browser();
    let half = goes(&mut browser, &provider, WAY);
    half.is(StatusCode::OK, "one-time-code");
    assert!(is_out(&browser));
    let code = desk::one_time::code_at(&secret, office::folder::now()).unwrap();
    let fields = [
        ("half", half.field("half")),
        ("code", code),
        ("back", "/me".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser.post("/sign-in/code", &fields).leads_to("/me");
    desk.set_one_time_secret("zhou", None).unwrap();
    desk.close_account("zhou", true).unwrap();
    let mut browser = city.browser();
    goes(&mut browser, &provider, WAY).is(StatusCode::FORBIDDEN, "W310");
    assert!(is_out(&browser));
}

#[test]
fn the_secret_is_shown_to_nobody_again_and_goes_with_its_provider() {
    let (city, provider) = with_provider("");
    city.person("lin", "security_administrator", None);
    let mut gao = city.signed_in("gao");
    for path in ["/admin/sign-in", "/admin", "/admin/sign-in?try=1"] {
        assert!(!gao.get(path).body.contains(SECRET), "{path}");
    }
    let stored = || {
        city.site
            .desk()
            .setting("sign_in_elsewhere")
            .unwrap()
            .unwrap()
    };
    // Left empty it stays; with another provider it goes.
    let mut again = fields(&provider, "");
    again[2] = ("client_secret", "");
    gao.submit("/admin/sign-in", "/admin/sign-in", &again);
    assert!(stored().contains(SECRET));
    let mut bad = again;
    bad[0] = ("issuer", "http://id.example.test");
    gao.submit("/admin/sign-in", "/admin/sign-in", &bad)
        .is(REFUSED, "W766");
    assert!(stored().contains(SECRET), "nothing was saved");
    let mut other = again;
    other[0] = ("issuer", "https://id.example.test");
    other[6] = ("is_off", "1");
    gao.submit("/admin/sign-in", "/admin/sign-in", &other);
    assert!(!stored().contains(SECRET));
    // Who manages people sees it and sets nothing.
    let mut lin = city.signed_in("lin");
    assert!(!lin.get("/admin/sign-in").body.contains("name=\"issuer\""));
    lin.submit("/me", "/admin/sign-in", &again)
        .is(StatusCode::FORBIDDEN, "W305");
}
