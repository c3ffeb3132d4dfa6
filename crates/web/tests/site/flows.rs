//! Cases of any flow in the browser: opened by hand, two officers at once, clocks, notices and the picture.

use axum::http::StatusCode;

use crate::city::City;

const MATTER: &str = include_str!("../../../office/tests/flows/matter.toml");

fn town() -> City {
    let city = City::of_package(MATTER, "group");
    for (login, role, unit) in [
        ("window", "window", "amr"),
        ("clerk", "clerk", "amr"),
        ("second", "clerk", "amr"),
        ("chief", "chief", "amr"),
        ("housing", "clerk", "housing"),
    ] {
        city.person_without_password(login, role, Some(unit));
    }
    city
}

/// A matter that the window has opened; gives its page.
fn filed(city: &City) -> String {
    let mut window = city.entered("window");
    window
        .get("/cases/new?flow=matter")
        .is(StatusCode::OK, "What it is about");
    let form = "/cases/new?flow=matter";
    let without = [("flow", "matter"), ("unit", "amr")];
    window
        .submit(form, "/cases/new", &without)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O865");
    let fields = [
        ("flow", "matter"),
        ("unit", "amr"),
        ("f.content", "过期食品<b>"),
    ];
    let done = window.submit(form, "/cases/new", &fields);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    done.location
}

/// The version that a page's forms carry.
fn seen(body: &str) -> String {
    let (_, rest) = body.split_once("name=\"seen\" value=\"").expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn two_officers_act_at_once_one_wins_and_the_other_loses_no_text() {
    let city = town();
    let page = filed(&city);
    let (mut first, mut second) = (city.entered("clerk"), city.entered("second"));
    first
        .submit(&page, &page, &[("action", "accept")])
        .leads_to(&page);
    // Both have the page before them.
    let version = seen(&first.get(&page).body);
    assert_eq!(version, seen(&second.get(&page).body));
    let asks = [
        ("action", "ask_party"),
        ("seen", version.as_str()),
        ("reason", "请补正购物凭证"),
    ];
    first.submit(&page, &page, &asks).leads_to(&page);
    let before = city.position();
    let wants = [
        ("action", "ask_time"),
        ("seen", version.as_str()),
        ("reason", "案情复杂，涉及外省<供货商>"),
    ];
    let refused = second.submit(&page, &page, &wants);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "O860");
    // Who did what is said, and the text stands on the page although the step is no longer possible.
    assert!(refused.body.contains("clerk 某"), "{}", refused.body);
    assert!(refused.body.contains("Ask the party"));
    assert!(refused.body.contains("案情复杂，涉及外省&#60;供货商&#62;"));
    assert!(refused.body.contains("What you typed"));
    assert_eq!(city.position(), before);
    // Where the step is still possible the text is in its form, and can be sent again.
    let page_now = second.get(&page).body;
    let version = seen(&page_now);
    let goes_on = [("action", "supplemented"), ("seen", version.as_str())];
    first.submit(&page, &page, &goes_on).leads_to(&page);
    let tells = [
        ("action", "supplemented"),
        ("seen", version.as_str()),
        ("reason", "凭证已收"),
    ];
    let refused = second.submit(&page, &page, &tells);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "凭证已收");
}

#[test]
fn clocks_notices_and_the_way_are_on_the_page() {
    let city = town();
    let page = filed(&city);
    let mut clerk = city.entered("clerk");
    clerk
        .submit(&page, &page, &[("action", "accept")])
        .leads_to(&page);
    let asks = [("action", "ask_time"), ("reason", "案情复杂")];
    clerk.submit(&page, &page, &asks).leads_to(&page);
    let mut chief = city.entered("chief");
    let grants = [("action", "grant_time"), ("f.days", "10")];
    chief.submit(&page, &page, &grants).leads_to(&page);
    let body = clerk.get(&page).body;
    assert!(
        body.contains("extended by 10 days: 26 Jun → 10 Jul"),
        "{body}"
    );
    // A test below keeps it from being shown, and passing it on needs a unit.
    clerk
        .submit(&page, &page, &[("action", "test")])
        .leads_to(&page);
    let body = clerk.get(&page).body;
    assert!(body.contains("Cases below") && !body.contains("value=\"show\""));
    let to = [
        ("action", "pass_on"),
        ("reason", "职责在住建"),
        ("unit_to", "housing"),
    ];
    clerk.submit(&page, &page, &to).leads_to(&page);
    let mut housing = city.entered("housing");
    let back = [("action", "send_back"), ("reason", "不属本局")];
    housing.submit(&page, &page, &back).leads_to(&page);
    let below = body
        .split("<ul class=\"ties\">")
        .nth(1)
        .and_then(|rest| rest.split("href=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    let done = [("action", "report")];
    clerk
        .submit(&below, &below, &done)
        .leads_to(&below.replace("/cases/", "/work?done="));
    clerk
        .submit(&page, &page, &[("action", "show")])
        .leads_to(&page);
    let body = clerk.get(&page).body;
    // Monday, 4 June, and five working days: until the 11th, and by itself on the 12th.
    assert!(body.contains("Mon 11 Jun 2018") && body.contains("Tue 12 Jun 2018"));
    assert!(body.contains("class=\"state now\"") && body.contains("class=\"way taken\""));
}

#[test]
fn a_flow_draws_itself_and_the_list_finds_its_cases() {
    let city = town();
    let page = filed(&city);
    let mut clerk = city.entered("clerk");
    let flow = clerk.get("/programme/flows/matter");
    flow.is(StatusCode::OK, "<svg class=\"flow\"");
    assert!(flow.body.contains("the system, at the end of a notice"));
    assert!(
        flow.body
            .contains("can be extended 1 times by up to 10 working days")
    );
    clerk
        .get("/programme/flows/nothing")
        .is(StatusCode::NOT_FOUND, "nothing");
    let list = clerk.get("/cases?flow=matter");
    list.is(StatusCode::OK, "过期食品&#60;b&#62;");
    assert!(list.body.contains(&format!("href=\"{page}\"")));
    assert!(!clerk.get("/cases?flow=matter&late=1").body.contains(&page));
    assert!(
        !clerk
            .get("/cases?flow=matter&unit=housing")
            .body
            .contains(&page)
    );
    // Who may not open one is told so.
    city.entered("chief")
        .get("/cases/new?flow=matter")
        .is(StatusCode::FORBIDDEN, "W");
}
