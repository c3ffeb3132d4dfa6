//! Forged and replayed requests are refused, and nothing of them is written.

use axum::http::StatusCode;

use crate::city::City;

#[test]
fn a_form_that_did_not_come_from_here_does_nothing() {
    let city = City::real();
    city.person("lin", "security_administrator", None);
    city.person("zhou", "liaison", Some("puqi"));
    let (mut browser, mut other) = (city.signed_in("lin"), city.signed_in("zhou"));
    let own = browser.get("/admin/people");
    let (csrf, once) = (own.field("csrf"), own.field("once"));
    let foreign = other.get("/me").field("csrf");
    let before = city.position();
    let person = |csrf: &str, once: &str| {
        [
            ("csrf", csrf.to_owned()),
            ("once", once.to_owned()),
            ("name", "王五".to_owned()),
            ("role", "liaison".to_owned()),
            ("unit", "puqi".to_owned()),
        ]
    };
    let send = |browser: &mut crate::city::Browser<'_>, csrf: &str, once: &str| {
        let fields = person(csrf, once);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post("/admin/people", &fields)
    };
    for wrong in ["", "x", foreign.as_str()] {
        send(&mut browser, wrong, &once).is(StatusCode::FORBIDDEN, "W203");
    }
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.test"),
        ("origin", "null"),
    ] {
        browser.headers = vec![(name, value.to_owned())];
        send(&mut browser, &csrf, &once).is(StatusCode::FORBIDDEN, "W203");
    }
    browser.headers.clear();
    assert_eq!(city.position(), before, "nothing was written");
    let done = send(&mut browser, &csrf, &once);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(city.position(), before + 1);
    // The same form again, word by word, and with another name: it was given already.
    let again = send(&mut browser, &csrf, &once);
    assert_eq!(city.position(), before + 1, "{}", again.body);
    let fields = [
        ("csrf", csrf.as_str()),
        ("once", once.as_str()),
        ("name", "赵六"),
        ("role", "liaison"),
        ("unit", "puqi"),
    ];
    browser
        .post("/admin/people", &fields)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "L206");
    assert_eq!(city.position(), before + 1);
    // Without a session there is nothing to forge.
    let mut stranger = city.browser();
    stranger
        .post("/admin/people", &fields)
        .leads_to("/sign-in?back=%2Fadmin%2Fpeople");
    assert_eq!(city.position(), before + 1);
}

#[test]
fn the_desk_refuses_forged_forms_too() {
    let city = City::real();
    city.person("lin", "security_administrator", None);
    let number = city.person("zhou", "liaison", Some("puqi"));
    let mut browser = city.signed_in("lin");
    let reset = format!("/admin/people/{number}/password");
    browser
        .post(&reset, &[("login", "zhou")])
        .is(StatusCode::FORBIDDEN, "W203");
    // And who may not, may not, whatever is proved.
    let mut other = city.signed_in("zhou");
    other
        .submit("/me", &reset, &[("login", "zhou")])
        .is(StatusCode::FORBIDDEN, "W305");
    other
        .submit("/me", "/me/act-as", &[("actor", "1")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "W322");
    assert!(
        !city
            .site
            .desk()
            .account("zhou")
            .unwrap()
            .unwrap()
            .must_change
    );
}
