//! The course of an assessment item with five people: target, self-score, return, review, verification,
//! draft, appeal, answer, composite.

use axum::http::StatusCode;
use base::{Day, ItemId, ScorecardId, UnitId};

use crate::city::{Browser, City};

/// A city whose cases of 2018 are open, with its people; gives the case of open kitchens in Puqi.
fn opened() -> (City, u64) {
    let city = City::demonstration();
    for (login, role, unit) in [
        ("liaison", "liaison", "puqi"),
        ("leader", "unit_leader", "puqi"),
        ("reviewer", "reviewer", "food_drug"),
        ("other", "reviewer", "quality"),
        ("verifier", "verifier", "quality_office"),
        ("office", "programme_office", "quality_office"),
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
            office.case_of_item(
                &scorecard,
                &year,
                &ItemId::new("open_kitchens"),
                &UnitId::new("puqi"),
            )
        })
        .unwrap()
        .unwrap();
    (city, case)
}

fn act(browser: &mut Browser<'_>, case: u64, fields: &[(&str, &str)]) -> crate::city::Reply {
    let page = format!("/cases/{case}");
    browser.submit(&page, &page, fields)
}

#[test]
fn five_people_lead_an_item_from_its_target_to_the_composite() {
    let (city, case) = opened();
    let page = format!("/cases/{case}");
    let number = case.to_string();
    let mut liaison = city.signed_in("liaison");
    let mut leader = city.signed_in("leader");
    let mut reviewer = city.signed_in("reviewer");
    let mut verifier = city.signed_in("verifier");
    let mut office = city.signed_in("office");

    // The target, in place, from the list of what waits.
    let fields = [
        ("action", "file_target"),
        ("case", &number),
        ("back", "/work"),
    ];
    liaison.submit(&page, "/batch", &fields).leads_to("/work");

    // A self-score needs the item's one piece of evidence; refused, it keeps what was typed.
    let score = [("action", "score_self"), ("f.self_points", "4.5")];
    let refused = act(&mut liaison, case, &score);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "O663");
    assert!(refused.body.contains("value=\"4.5\""));
    let photograph = ("evidence", "photo.jpg", b"a photograph".as_slice());
    liaison
        .upload(&page, &page, &score, photograph)
        .leads_to(&page);

    // The leader signs and submits what is ready.
    let fields = [
        ("action", "submit"),
        ("case", &number),
        ("signed", "1"),
        ("back", "/work"),
    ];
    leader
        .submit("/units/puqi/items", "/batch", &fields)
        .leads_to("/work");

    // Only who leads the item has its grid. A return needs its reason, and the liaison reads it on top.
    let grid = "/review/open_kitchens";
    let other = city.signed_in("other").get(grid);
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let (points, reason) = (format!("p.{case}"), format!("r.{case}"));
    let empty = [(points.as_str(), ""), ("return", &number)];
    assert_eq!(
        reviewer.submit(grid, grid, &empty).status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let back = [
        (points.as_str(), ""),
        (&reason, "照片没有日期"),
        ("return", &number),
    ];
    reviewer.submit(grid, grid, &back).leads_to(grid);
    liaison.get(&page).is(StatusCode::OK, "照片没有日期");

    // Again, and submitted in the same step; the piece that is there counts.
    let again = [
        ("action", "score_self"),
        ("f.self_points", "4.5"),
        ("then", "submit"),
    ];
    act(&mut liaison, case, &again).leads_to(&page);

    // Less than the self-score needs a reason.
    let bare = [(points.as_str(), "3")];
    reviewer
        .submit(grid, grid, &bare)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O661");
    let judged = [(points.as_str(), "3"), (&reason, "三所学校未推行")];
    reviewer.submit(grid, grid, &judged).leads_to(grid);

    // On the spot, with a photograph.
    let visit = format!("/verify/{case}");
    let fields = [
        ("action", "verify"),
        ("points", "2.5"),
        ("note", "两家未开"),
    ];
    verifier
        .upload(&visit, &visit, &fields, photograph)
        .leads_to(&page);

    // The draft, the appeal, its written answer, the composite.
    let drafts = [("action", "draft"), ("case", &number)];
    office
        .submit("/batch?action=draft", "/batch", &drafts)
        .leads_to("/batch?action=draft&done=1");
    act(
        &mut leader,
        case,
        &[("action", "appeal"), ("reason", "当日停业")],
    )
    .leads_to(&page);
    let answer = [
        ("action", "answer"),
        ("reason", "复核属实"),
        ("f.answer_points", "3"),
    ];
    office
        .upload(&page, &page, &answer, photograph)
        .leads_to(&page);
    let compose = [("action", "compose"), ("case", &number)];
    office
        .submit("/batch?action=compose", "/batch", &compose)
        .leads_to("/batch?action=compose&done=1");
    let found = city
        .site
        .office()
        .read(|office| office.case(case))
        .unwrap()
        .unwrap();
    assert_eq!(found.state.state.as_str(), "composed");
    // The answer to the appeal counts: 3 of 5, not the verified 2.5.
    let points = city
        .site
        .office()
        .read(|office| {
            let ask = office::assessment::Ask {
                scorecard: ScorecardId::new("assessment"),
                period: office.programme()?.year,
                day: office.today()?,
                at: office.position(),
            };
            let assessment = office.assess(&ask)?;
            let card = assessment
                .cards
                .into_iter()
                .find(|card| card.participant == "puqi");
            let item = card.and_then(|card| card.item(&ItemId::new("open_kitchens")).cloned());
            Ok::<_, base::Problem>(item.and_then(|item| item.points))
        })
        .unwrap()
        .unwrap();
    assert_eq!(points, Some(base::Ratio::from_int(3)));
    // The meeting shows what the appeal changed; the result waits for the others.
    office.get("/meeting").is(StatusCode::OK, "复核属实");
}

#[test]
fn many_acts_are_done_all_or_none() {
    let (city, case) = opened();
    let mut liaison = city.signed_in("liaison");
    let before = city.position();
    let (own, foreign) = (case.to_string(), (case + 1).to_string());
    let fields = [
        ("action", "file_target"),
        ("case", &own),
        ("case", &foreign),
    ];
    let reply = liaison.submit(&format!("/cases/{case}"), "/batch", &fields);
    assert_eq!(
        reply.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        reply.body
    );
    assert_eq!(city.position(), before, "nothing was done");
}
