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
    let after = format!("/work?done={case}");
    liaison.submit(&page, "/batch", &fields).leads_to(&after);
    // The next page says what was done, what follows, and who has it now.
    let told = liaison.get(&after);
    told.is(StatusCode::OK, "is done");
    assert!(told.body.contains("Score oneself (Puqi"), "{}", told.body);

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
        .leads_to(&after);

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
    reviewer
        .submit(grid, grid, &back)
        .leads_to(&format!("{grid}?done=1"));
    liaison.get(&page).is(StatusCode::OK, "照片没有日期");

    // Again by the leader, and submitted in the same step, which is not the liaison's; the piece that is there counts.
    assert!(!liaison.get(&page).body.contains("name=\"then\""));
    let again = [
        ("action", "score_self"),
        ("f.self_points", "4.5"),
        ("then", "submit"),
    ];
    act(&mut leader, case, &again).leads_to(&page);

    // Less than the self-score needs a reason; the self-score itself, though less than the full 5, needs none.
    let agreed = office::case::ActRequest {
        action: "review".to_owned(),
        fields: [("review_points".to_owned(), "4.5".to_owned())].into(),
        ..office::case::ActRequest::default()
    };
    let faults = city
        .site
        .office()
        .read(|office| office.check_act(case, &agreed));
    let faults = faults.unwrap().unwrap();
    assert!(
        faults.iter().all(|fault| fault.code != "O661"),
        "{faults:?}"
    );
    let bare = [(points.as_str(), "3")];
    reviewer
        .submit(grid, grid, &bare)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O661");
    let judged = [(points.as_str(), "3"), (&reason, "三所学校未推行")];
    reviewer
        .submit(grid, grid, &judged)
        .leads_to(&format!("{grid}?done=1"));

    // On the spot, with a photograph, which a refusal keeps.
    let visit = format!("/verify/{case}");
    let silent = [("action", "verify"), ("points", "2.5")];
    let refused = verifier.upload(&visit, &visit, &silent, photograph);
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "O661");
    assert!(
        refused.body.contains("name=\"kept_file\"") && refused.body.contains(photograph.1),
        "{}",
        refused.body
    );
    // It is sent again without the file.
    let kept = refused.field("kept_file");
    let fields = [
        ("action", "verify"),
        ("points", "2.5"),
        ("note", "两家未开"),
        ("kept_file", &kept),
    ];
    verifier.submit(&visit, &visit, &fields).leads_to(&page);

    // The draft, the appeal, its written answer, the composite.
    let drafts = [("action", "draft"), ("case", &number)];
    office
        .submit("/batch?action=draft", "/batch", &drafts)
        .tells_at("/batch?action=draft");
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
        .tells_at("/batch?action=compose");
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

/// What an item of a unit comes to, as the board has it.
fn result(city: &City, item: &str, unit: &str) -> scoring::ItemResult {
    let found = city.site.office().read(|office| {
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
            .find(|card| card.participant == unit);
        Ok::<_, base::Problem>(card.and_then(|card| card.item(&ItemId::new(item)).cloned()))
    });
    found.unwrap().unwrap().unwrap()
}

#[test]
fn an_item_that_is_late_is_locked_until_the_office_reopens_it_and_that_costs_points() {
    // Quality month was due on 31 October 2018: 45 working days later is 4 January 2019; today is 31 January.
    let (city, _) = opened();
    let case = city.case_of("quality_month", "puqi");
    let page = format!("/cases/{case}");
    let mut liaison = city.signed_in("liaison");
    let mut leader = city.signed_in("leader");
    let mut office = city.signed_in("office");
    let mut verifier = city.signed_in("verifier");
    act(&mut liaison, case, &[("action", "file_target")]).leads_to(&page);
    liaison.get(&page).is(StatusCode::OK, "Locked");
    // The office's list and page offer to reopen it, and only what is locked.
    office.get("/batch?action=reopen").is(StatusCode::OK, &page);
    let other = format!("/cases/{}", city.case_of("open_kitchens", "puqi"));
    assert!(!office.get("/batch?action=reopen").body.contains(&other));
    assert!(!office.get(&other).body.contains("value=\"reopen\""));
    act(
        &mut liaison,
        case,
        &[
            ("action", "score_self"),
            ("f.self_points", "0"),
            ("f.self_note", "补报"),
        ],
    )
    .leads_to(&page);
    // Its page has no form for what is not possible; whoever sends one all the same is refused.
    let locked = [("action", "submit")];
    let told = leader.submit("/me", &page, &locked);
    told.is(StatusCode::UNPROCESSABLE_ENTITY, "F224");
    leader.get("/work").is(StatusCode::OK, "locked");

    // Only the office, only with a reason, and the points stand on the form: 10 % of 1 is 0.1.
    let reopened = [("action", "reopen"), ("reason", "9月洪灾，材料在乡里")];
    let told = verifier.submit("/me", &page, &reopened);
    assert!(told.status.is_client_error(), "a verifier reopens nothing");
    office.get(&page).is(StatusCode::OK, "0.1 (10 %)");
    act(&mut office, case, &[("action", "reopen")]).is(StatusCode::UNPROCESSABLE_ENTITY, "F220");
    act(&mut office, case, &reopened).leads_to(&page);
    liaison.get(&page).is(StatusCode::OK, "9月洪灾，材料在乡里");
    // Again is refused: nothing is locked.
    let told = office.submit("/me", &page, &reopened);
    told.is(StatusCode::UNPROCESSABLE_ENTITY, "F228");
    let found = city
        .site
        .office()
        .read(|office| office.case(case))
        .unwrap()
        .unwrap();
    let deducted = found.state.fields.get(&base::FieldId::new("deducted"));
    assert_eq!(deducted.map(ToString::to_string).as_deref(), Some("0.1"));
    act(
        &mut leader,
        case,
        &[
            ("action", "score_self"),
            ("f.self_points", "0"),
            ("then", "submit"),
        ],
    )
    .leads_to(&page);
    // Two activities, as many as are wanted: 1 × 2 ÷ 2 = 1 by the rule, less 0.1 is 0.9.
    for title in ["质量月启动仪式", "质量月现场咨询"] {
        let record = [
            ("f.day", "2018-09-10"),
            ("f.unit", "puqi"),
            ("f.kind", "quality_month"),
            ("f.title", title),
        ];
        let entry = "/records/activity/new";
        let reply = office.submit(entry, entry, &record);
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }
    let found = result(&city, "quality_month", "puqi");
    assert_eq!(found.computed_points, Some(base::Ratio::from_int(1)));
    assert_eq!(found.points, base::Ratio::parse_decimal("0.9"));
    let card = office.get("/units/puqi");
    card.is(StatusCode::OK, "0.1 off for being late");
}

#[test]
fn an_item_of_parts_is_given_part_by_part_in_the_grid_and_on_the_spot() {
    let (city, _) = opened();
    city.person("parts", "reviewer", Some("quality_office"));
    let case = city.case_of("main_responsibility", "puqi");
    let page = format!("/cases/{case}");
    let mut liaison = city.signed_in("liaison");
    let mut reviewer = city.signed_in("parts");
    let mut verifier = city.signed_in("verifier");
    act(&mut liaison, case, &[("action", "file_target")]).leads_to(&page);
    let score = [("action", "score_self"), ("f.self_points", "2")];
    let paper = ("evidence", "list.txt", "清单".as_bytes());
    liaison.upload(&page, &page, &score, paper).leads_to(&page);
    let mut leader = city.signed_in("leader");
    act(&mut leader, case, &[("action", "submit")]).leads_to(&page);

    // The evidence is read beside the grid, by its name.
    let grid = "/review/main_responsibility";
    let shown = reviewer.get(grid);
    let at = shown
        .body
        .find(&format!("{page}/evidence/"))
        .expect("a link");
    let link = shown.body[at..].split('"').next().unwrap().to_owned();
    reviewer.get(&link).is(StatusCode::OK, "清单");

    // Documents 80 (weight 40) and survey 90 (weight 10), of 2 points: 2 × (40×80 + 10×90) ÷ (50×100) = 1.64.
    let (document, survey) = (format!("q.{case}.document"), format!("q.{case}.survey"));
    let (points, reason) = (format!("p.{case}"), format!("r.{case}"));
    let given = [
        (points.as_str(), ""),
        (&document, "80"),
        (&survey, "90"),
        (&reason, "两份自查报告未盖章"),
    ];
    let wrong = [
        (points.as_str(), ""),
        (&document, "101"),
        (&survey, "90"),
        (&reason, "x"),
    ];
    reviewer
        .submit(grid, grid, &wrong)
        .is(StatusCode::UNPROCESSABLE_ENTITY, "value=\"101\"");
    reviewer
        .submit(grid, grid, &given)
        .leads_to(&format!("{grid}?done=1"));
    let found = city
        .site
        .office()
        .read(|office| office.case(case))
        .unwrap()
        .unwrap();
    let reviewed = found.state.fields.get(&base::FieldId::new("review_points"));
    assert_eq!(reviewed.map(ToString::to_string).as_deref(), Some("1.64"));
    assert!(result(&city, "main_responsibility", "puqi").pending);

    // With the visit 70 (weight 30) and the unannounced one 60 (weight 20):
    // 2 × (40×80 + 30×70 + 20×60 + 10×90) ÷ (100×100) = 2 × 0.74 = 1.48.
    let visit = format!("/verify/{case}");
    let fields = [
        ("action", "verify"),
        ("q.site", "70"),
        ("q.unannounced", "60"),
        ("note", "一处未上墙"),
    ];
    verifier
        .upload(
            &visit,
            &visit,
            &fields,
            ("evidence", "photo.jpg", b"a photograph"),
        )
        .leads_to(&page);
    let points = result(&city, "main_responsibility", "puqi").points;
    assert_eq!(points, base::Ratio::parse_decimal("1.48"));
}

#[test]
fn a_reason_is_written_for_the_difference_and_not_filled_in_beforehand() {
    // Nothing was sampled: of 1430 batches the rule gives 0, so a self-score of 1.5 says why.
    let (city, _) = opened();
    let case = city.case_of("food_batches", "puqi");
    let page = format!("/cases/{case}");
    let number = case.to_string();
    let mut liaison = city.signed_in("liaison");
    let mut leader = city.signed_in("leader");
    let mut reviewer = city.signed_in("reviewer");
    act(&mut liaison, case, &[("action", "file_target")]).leads_to(&page);
    let note = "已按目标完成，材料附后";
    let score = [
        ("action", "score_self"),
        ("f.self_points", "1.5"),
        ("f.self_note", note),
    ];
    act(&mut liaison, case, &score).leads_to(&page);
    act(&mut leader, case, &[("action", "submit")]).leads_to(&page);
    let grid = "/review/food_batches";
    let (points, reason) = (format!("p.{case}"), format!("r.{case}"));
    let back = [
        (points.as_str(), ""),
        (&reason, "系统里没有样品"),
        ("return", &number),
    ];
    reviewer
        .submit(grid, grid, &back)
        .leads_to(&format!("{grid}?done=1"));
    // The row says what was written, also after it was saved.
    reviewer.get(grid).is(StatusCode::OK, "系统里没有样品");

    // The form brings the note of the first time, and says that it does not count.
    let form = liaison.get(&page);
    form.is(StatusCode::OK, "unchanged does not count");
    assert!(form.body.contains(note));
    let told = act(&mut liaison, case, &score);
    told.is(StatusCode::UNPROCESSABLE_ENTITY, "O821");
    assert!(told.body.contains("O660"), "{}", told.body);
    let score = [
        ("action", "score_self"),
        ("f.self_points", "1.5"),
        ("f.self_note", "715批在省平台，尚未导入"),
    ];
    act(&mut liaison, case, &score).leads_to(&page);
}
