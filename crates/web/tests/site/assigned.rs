//! Reminders by one button, follow-up supervision and an instruction, with the people whom they concern.

use axum::http::StatusCode;
use base::{Day, ItemId, ScorecardId, UnitId};

use crate::city::City;

/// A city whose cases of 2018 are open and, in January 2019, all late with their targets; gives a case of Puqi.
fn late_city() -> (City, u64) {
    let city = City::demonstration();
    for (login, role, unit) in [
        ("liaison", "liaison", "puqi"),
        ("leader", "unit_leader", "puqi"),
        ("helper", "liaison", "education"),
        ("stranger", "liaison", "lushuihu"),
        ("office", "programme_office", "quality_office"),
        ("system", "system_administrator", "quality_office"),
    ] {
        city.person(login, role, Some(unit));
    }
    let case = city
        .site
        .office()
        .command(1, None, |office| {
            let (scorecard, year) = (ScorecardId::new("assessment"), office.programme()?.year);
            let day = Day::parse("2018-03-05").ok();
            office.open_assessment(&scorecard, &year, day, &mut |_, _, _| ())?;
            let (item, unit) = (ItemId::new("open_kitchens"), UnitId::new("puqi"));
            office.case_of_item(&scorecard, &year, &item, &unit)
        })
        .unwrap()
        .unwrap();
    (city, case)
}

/// The value that a page's form carries for the cases of a unit.
fn cases_of(body: &str, unit: &str) -> String {
    let start = format!("name=\"of.{unit}\" value=\"");
    let (_, rest) = body.split_once(&start).expect("the unit is listed");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn the_office_reminds_some_units_and_they_see_it() {
    let (city, case) = late_city();
    let mut office = city.signed_in("office");
    let page = office.get("/remind");
    page.is(StatusCode::OK, "late only");
    let own = cases_of(&page.body, "puqi");
    assert!(own.split(' ').any(|number| number == case.to_string()));
    let fields = [
        ("whom", "puqi"),
        ("of.puqi", own.as_str()),
        ("of.education", "1"),
        ("note", "请本周内补报"),
    ];
    let count = own.split(' ').count();
    office
        .submit("/remind", "/remind", &fields)
        .leads_to(&format!("/remind?done={count}"));
    // Nobody chosen is refused, and nothing is written.
    let before = city.position();
    let refused = office.submit("/remind", "/remind", &[("note", "x")]);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "O664");
    assert_eq!(city.position(), before);

    let mut liaison = city.signed_in("liaison");
    let case_page = format!("/cases/{case}");
    for address in ["/work", &case_page] {
        liaison
            .get(address)
            .is(StatusCode::OK, "reminded on 31 Jan 2019");
    }
    let mut stranger = city.signed_in("stranger");
    assert!(!stranger.get("/work").body.contains("reminded on"));
    stranger.get("/remind").is(StatusCode::FORBIDDEN, "W305");
}

#[test]
fn an_instruction_heads_the_list_and_closes_by_an_accepted_reply() {
    let (city, _) = late_city();
    let mut office = city.signed_in("office");
    let form = "/assignments/new?flow=instruction";
    let fields = [
        ("flow", "instruction"),
        ("title", "节前检查<b>"),
        ("content", "请逐户检查"),
        ("due", "2019-02-02"),
        ("unit", "puqi"),
        ("support", "education"),
        ("f.instructed_by", "分管副市长"),
        ("f.instructed_on", "2019-01-30"),
    ];
    // Without its scan it is refused and keeps what was typed.
    let refused = office.submit(form, "/assignments/new", &fields);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("请逐户检查") && refused.body.contains("节前检查&#60;b&#62;"));
    let scan = ("evidence", "scan.pdf", b"%PDF-1.4".as_slice());
    let done = office.upload(form, "/assignments/new", &fields, scan);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = done.location;

    for (login, action) in [("leader", "Reply in writing"), ("helper", "support")] {
        let list = city.signed_in(login).get("/work").body;
        let (_, rest) = list
            .split_once("id=\"group-assigned\"")
            .expect("it heads the list");
        let head = rest.split("id=\"group-late\"").next().unwrap();
        assert!(head.contains("节前检查"), "{login}");
        assert!(head.contains(action), "{login}");
    }
    let mut stranger = city.signed_in("stranger");
    assert!(!stranger.get("/assignments").body.contains("节前检查"));

    let mut helper = city.signed_in("helper");
    let helped = [("action", "contribute"), ("f.contribution", "派员两名")];
    helper.submit(&page, &page, &helped).leads_to(&page);
    let mut leader = city.signed_in("leader");
    let reply = [("action", "reply"), ("f.reply_text", "已检查12户")];
    leader.submit(&page, &page, &reply).leads_to(&page);
    let back = [("action", "return"), ("reason", "请补充名单")];
    office.submit(&page, &page, &back).leads_to(&page);
    leader.submit(&page, &page, &reply).leads_to(&page);
    let accepted = [("action", "accept"), ("f.verdict", "同意办结")];
    office
        .submit(&page, &page, &accepted)
        .leads_to(&page.replace("/cases/", "/work?done="));
    office
        .get("/assignments?state=closed")
        .is(StatusCode::OK, "同意办结");
    assert!(!leader.get("/work").body.contains("group-assigned"));
}

#[test]
fn who_runs_the_system_configures_channels_and_no_secret_is_shown_again() {
    let (city, _) = late_city();
    let mut system = city.signed_in("system");
    let page = "/admin/channels";
    system.get(page).is(StatusCode::OK, "WeCom group robot");
    // What is missing is told, and nothing is switched on.
    let on = [("is_on", "1")];
    let refused = system.submit(page, "/admin/channels/wecom", &on);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "W702");
    let secret = "http://127.0.0.1:1/send?key=very-secret";
    let fields = [("is_on", "1"), ("address", secret)];
    system
        .submit(page, "/admin/channels/wecom", &fields)
        .leads_to("/admin/channels?done=saved#channel-wecom");
    let shown = system.get(page);
    assert!(!shown.body.contains("very-secret"));
    // A trial says that nobody is there, without the secret.
    let tried = system.submit(page, "/admin/channels/wecom/trial", &[]);
    tried.is(StatusCode::UNPROCESSABLE_ENTITY, "W704");
    assert!(!tried.body.contains("very-secret"));
    // Saved again without the secret it is kept.
    system
        .submit(page, "/admin/channels/wecom", &[("is_on", "0")])
        .leads_to("/admin/channels?done=saved#channel-wecom");
    let kept = city.site.desk().channel("wecom").unwrap();
    assert!(kept.secret.unwrap().contains("very-secret") && !kept.is_on);

    let mail = [
        ("is_on", "1"),
        ("host", "mail.test"),
        ("port", "465"),
        ("security", "tls"),
        ("from", "zhicheng@example.cn"),
    ];
    system
        .submit(page, "/admin/channels/mail", &mail)
        .leads_to("/admin/channels?done=saved#channel-mail");
    let mut liaison = city.signed_in("liaison");
    let wrong = liaison.submit("/me", "/me/contacts", &[("mail", "nobody")]);
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY, "W701");
    liaison
        .submit("/me", "/me/contacts", &[("mail", "chen@example.cn")])
        .leads_to("/me");
    liaison.get("/me").is(StatusCode::OK, "chen@example.cn");
    liaison.get(page).is(StatusCode::FORBIDDEN, "W305");
}
