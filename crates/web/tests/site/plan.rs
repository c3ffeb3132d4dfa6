//! The plan: the table, responsibility letters with two signatures, a change in mid-year, and the next year.

use std::sync::Arc;

use axum::http::StatusCode;
use base::{Day, ItemId, ScorecardId, UnitId};
use office::Office;
use programme::Sources;
use programme::model::Programme;

use crate::city::{Browser, City};

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

/// Puts Chibi's programme in force with other texts, each of which occurs in it.
pub fn change(city: &City, edits: &[(&str, &str)]) {
    let made = |office: &mut Office| -> (Sources, Arc<Programme>) {
        let mut parts = office.sources_in_force().unwrap().parts();
        for (find, replace) in edits {
            assert!(parts.iter().any(|part| part.text.contains(find)), "{find}");
            for part in &mut parts {
                part.text = part.text.replacen(find, replace, 1);
            }
        }
        let sources = Sources::from_parts(parts);
        let checked = programme::check(&sources);
        let programme = checked
            .programme
            .unwrap_or_else(|| panic!("{:?}", checked.problems));
        (sources, programme)
    };
    let done = city.site.office().command(1, None, |office| {
        let (sources, programme) = made(office);
        office.activate(&sources, programme)
    });
    done.unwrap();
}

pub const PUQI_BATCHES: &str = "item = \"food_batches\"\nunit = \"puqi\"\nvalue = 190";

fn told(browser: &mut Browser<'_>, text: &str) -> bool {
    browser.get("/work").body.contains(text)
}

#[test]
fn a_letter_is_signed_by_both_and_a_change_is_told_to_whom_it_touches() {
    let city = city();
    let mut leader = city.signed_in("leader");
    let mut liaison = city.signed_in("liaison");
    let mut other = city.signed_in("other");
    let mut committee = city.signed_in("committee");
    let mut office = city.signed_in("office");
    let page = "/plan/letters/puqi";
    let (sign, confirm) = (
        "Sign the responsibility letter",
        "Confirm the change of the plan",
    );

    // It waits for the unit's leader, and for nobody else.
    assert!(
        told(&mut leader, sign)
            && !told(&mut liaison, sign)
            && !told(&mut committee, "Countersign")
    );
    let sha256 = leader.get(page).field("sha256");
    // The leading group cannot sign first, a liaison not at all, and nobody another text than the one that was read.
    let chosen = format!("puqi@{sha256}");
    let early = committee.get("/plan/letters");
    assert!(!early.body.contains("Countersign what is ticked"));
    leader
        .submit(page, page, &[("sha256", "00")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O741");
    let signed = leader.submit(page, page, &[("sha256", &sha256)]);
    signed.tells_at(page);
    let told_there = leader.get(&signed.location);
    told_there.is(StatusCode::OK, "The letter is signed for the unit");
    told_there.is(StatusCode::OK, "Next: the countersignature (");
    // To nobody else.
    assert!(!liaison.get(&signed.location).body.contains("id=\"told\""));
    liaison
        .submit(page, page, &[("sha256", &sha256)])
        .is(StatusCode::FORBIDDEN, "O281");
    leader
        .submit(page, page, &[("sha256", &sha256)])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O742");
    assert!(!told(&mut leader, sign) && told(&mut committee, "Countersign responsibility letters"));
    let all = "/plan/letters";
    // What waits is ticked; with nothing ticked the list comes back as it was chosen.
    let waiting = format!("{all}?state=signed");
    let list = committee.get(&waiting).body;
    let ticks = format!("value=\"{chosen}\" form=\"countersign\" checked");
    assert!(list.contains(&ticks), "{list}");
    let nothing = committee.submit(&waiting, all, &[("state", "signed")]);
    nothing.is(StatusCode::UNPROCESSABLE_ENTITY, "O664");
    assert!(nothing.body.contains("value=\"signed\" selected"));
    committee
        .submit(all, all, &[("letter", &chosen)])
        .tells_at(all);
    // Sent twice, it is done once.
    let before = city.position();
    drop(committee.submit(page, all, &[("letter", &chosen)]));
    assert_eq!(city.position(), before);
    let signed = leader.get(page);
    signed.is(StatusCode::OK, "signed by both");
    assert!(
        !signed.body.contains("id=\"told\""),
        "nothing was done just now"
    );
    assert!(signed.body.contains("leader 某") && signed.body.contains("committee 某"));
    // A scan of the paper.
    let scan = ("scan", "责任书.pdf", b"%PDF-1.4 a scan".as_slice());
    liaison
        .upload(page, &format!("{page}/scan"), &[], scan)
        .tells_at(page);
    office.get(page).is(StatusCode::OK, "责任书.pdf");

    // In mid-year Puqi's target grows, and with it the city's.
    change(
        &city,
        &[
            (PUQI_BATCHES, &PUQI_BATCHES.replace("190", "200")),
            ("target = 1430", "target = 1440"),
            ("version = \"1.0.0\"\ncity", "version = \"1.1.0\"\ncity"),
        ],
    );
    // The letter says so and asks for a new signature; the liaison confirms; the other unit is not told.
    leader
        .get(page)
        .is(StatusCode::OK, "changed since: sign again");
    assert!(told(&mut leader, sign) && told(&mut liaison, confirm) && !told(&mut other, confirm));
    let changes = "/plan/changes/puqi";
    let shown = liaison.get(changes);
    shown.is(StatusCode::OK, "<del>190</del>");
    assert!(shown.body.contains("<ins>200</ins>"));
    office.get("/plan/changes").is(StatusCode::OK, "not yet");
    let now = shown.field("sha256");
    liaison
        .submit(changes, changes, &[("sha256", &now)])
        .tells_at("/work");
    assert!(!told(&mut liaison, confirm));
    office.get("/plan/changes").is(StatusCode::OK, "liaison 某");
    // What was signed stays as it was signed.
    let letter = signed.body.split("?signed=").nth(1).unwrap();
    let letter: String = letter.chars().take_while(char::is_ascii_digit).collect();
    let old = leader.get(&format!("{page}?signed={letter}"));
    old.is(StatusCode::OK, "\tcarries\t");
    assert!(old.body.contains("\t190\t") && !old.body.contains("\t200\t"));
    // State, entries and memory agree.
    let done = city.site.office().read(Office::agrees_with_replay);
    done.unwrap().unwrap();
}

#[test]
fn the_table_is_filtered_and_taken_out() {
    let city = city();
    let mut office = city.signed_in("office");
    let all = office.get("/plan");
    all.is(StatusCode::OK, "id=\"item-food_batches\"");
    assert_eq!(all.body.matches("<tr id=\"item-").count(), 59);
    // Four items stand in the category.
    let planning = office.get("/plan?category=planning");
    assert_eq!(planning.body.matches("<tr id=\"item-").count(), 4);
    let words = office.get("/plan?q=%E6%8A%BD%E6%A3%80&category=food");
    assert!(words.body.contains("id=\"item-food_batches\""));
    assert!(!words.body.contains("id=\"item-goals_in_plan\""));
    // One unit's own target, and its part.
    let puqi = office.get("/plan?unit=puqi");
    assert!(puqi.body.contains(">190<") && !puqi.body.contains(">1430<"));
    let leads = office.get("/plan?unit=food_drug&part=leads");
    assert!(leads.body.contains("id=\"item-food_batches\""));
    assert!(!leads.body.contains("id=\"item-food_pass\""));
    let months = office.get("/plan?category=food&months=1");
    assert!(months.body.contains("data-drawer"));
    assert_eq!(
        office.get("/plan?unit=nobody").status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(office.get("/plan?as=7").status, StatusCode::NOT_FOUND);
    assert_eq!(office.get("/plan.xlsx?unit=puqi").status, StatusCode::OK);
}

#[test]
fn a_new_year_is_proposed_from_the_old_one() {
    let city = city();
    let mut office = city.signed_in("office");
    let page = "/plan/new-year";
    let refused = [
        ("year", "2018"),
        ("version", "2.0.0"),
        ("do.food_pass", "merge"),
        ("into.food_pass", "x"),
    ];
    let told = office.submit(page, page, &refused);
    told.is(StatusCode::UNPROCESSABLE_ENTITY, "P549");
    assert!(told.body.contains("P545"));
    let fields = [
        ("year", "2019"),
        ("version", "2.0.0"),
        ("do.goals_in_plan", "drop"),
        ("do.fund_execution", "split"),
        ("parts.fund_execution", "经费到位 = 1\n经费执行 = 2"),
        ("do.policy_fields", "merge"),
        ("into.policy_fields", "food_pass"),
    ];
    let made = office.submit(page, page, &fields);
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let proposal = office.get(&made.location);
    proposal.is(StatusCode::OK, "No error.");
    assert!(proposal.body.contains("assessment/goals_in_plan"));
    assert_eq!(
        office.get(&format!("{}/file", made.location)).status,
        StatusCode::OK
    );
    // In force, the letters are those of the new year, and nobody has signed them.
    let address = format!("{}/activate", made.location);
    office
        .submit(&made.location, &address, &[])
        .leads_to("/programme");
    office.get("/plan/letters").is(StatusCode::OK, "0 / ");
    office
        .get("/plan")
        .is(StatusCode::OK, "id=\"item-fund_execution_2\"");
    // Nobody else may.
    let mut liaison = city.signed_in("liaison");
    assert_eq!(liaison.get(page).status, StatusCode::FORBIDDEN);
}

/// Opens the cases of the programme's year, and gives that of an item in Puqi.
fn case_of(city: &City, item: &str, day: &str) -> u64 {
    let done = city.site.office().command(1, None, |office| {
        let (scorecard, year) = (ScorecardId::new("assessment"), office.programme()?.year);
        office.open_assessment(&scorecard, &year, Day::parse(day).ok(), &mut |_, _, _| ())?;
        office.case_of_item(&scorecard, &year, &ItemId::new(item), &UnitId::new("puqi"))
    });
    done.unwrap().unwrap()
}

#[test]
fn a_certificate_that_is_still_valid_is_offered_again_next_year() {
    let city = city();
    let mut liaison = city.signed_in("liaison");
    let mut office = city.signed_in("office");
    // A certificate of the old year, valid for 36 months, and a paper that says nothing of how long it holds.
    for (item, name) in [
        ("certified_products", "证书.pdf"),
        ("open_kitchens", "照片.jpg"),
    ] {
        let case = case_of(&city, item, "2018-03-05");
        let page = format!("/cases/{case}");
        liaison
            .submit(&page, &page, &[("action", "file_target")])
            .leads_to(&page);
        let score = [
            ("action", "score_self"),
            ("f.self_points", "0"),
            ("reason", "说明"),
        ];
        let file = ("evidence", name, name.as_bytes());
        liaison.upload(&page, &page, &score, file).leads_to(&page);
    }
    // The new year: the item is another one's successor.
    let page = "/plan/new-year";
    let fields = [
        ("year", "2019"),
        ("version", "2.0.0"),
        ("do.certified_products", "split"),
        ("parts.certified_products", "绿色食品 = 1\n有机产品 = 1"),
    ];
    let made = office.submit(page, page, &fields);
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    office.get(&made.location).is(StatusCode::OK, "No error.");
    let address = format!("{}/activate", made.location);
    office
        .submit(&made.location, &address, &[])
        .leads_to("/programme");
    let case = case_of(&city, "certified_products_2", "2019-01-15");
    let page = format!("/cases/{case}");
    liaison
        .submit(&page, &page, &[("action", "file_target")])
        .leads_to(&page);
    let shown = liaison.get(&page);
    // Filed on the demonstration's today, 31 January 2019, it holds until 31 January 2022.
    shown.is(StatusCode::OK, "still valid, until 31 Jan 2022");
    assert!(shown.body.contains("证书.pdf") && !shown.body.contains("照片.jpg"));
    let sha256 = shown.body.split("name=\"reuse\" value=\"").nth(1).unwrap();
    let sha256: String = sha256.chars().take_while(char::is_ascii_hexdigit).collect();
    let again = [
        ("action", "score_self"),
        ("f.self_points", "0"),
        ("reason", "证书仍有效"),
        ("reuse", &sha256),
    ];
    liaison.submit(&page, &page, &again).leads_to(&page);
    liaison
        .get(&page)
        .is(StatusCode::OK, &format!("/evidence/{sha256}"));
}

#[test]
fn tables_are_sorted_by_their_heads_and_keep_what_was_filtered() {
    let city = city();
    let mut office = city.signed_in("office");
    let order = |page: &str| -> Vec<String> {
        let rows = page.split("<tr id=\"item-").skip(1);
        rows.map(|row| row.split('"').next().unwrap().to_owned())
            .collect()
    };
    let plain = order(&office.get("/plan?category=food").body);
    let page = office.get("/plan?category=food&sort=points");
    assert!(page.body.contains("aria-sort=\"descending\""));
    // A second click turns it; the filter stays.
    let turned = "/plan?category=food&#38;sort=points&#38;dir=asc";
    assert!(page.body.contains(turned), "{}", page.body);
    let points = |page: &str| -> Vec<f64> {
        let rows = page.split("<tr id=\"item-").skip(1);
        rows.map(|row| {
            let cell = row.split("<td class=\"number\">").nth(2).unwrap();
            cell.split('<').next().unwrap().parse().unwrap()
        })
        .collect()
    };
    let most_first = points(&page.body);
    assert_eq!(most_first.len(), plain.len());
    assert!(
        most_first.is_sorted_by(|one, other| one >= other),
        "{most_first:?}"
    );
    let least_first = points(&office.get("/plan?category=food&sort=points&dir=asc").body);
    assert!(least_first.is_sorted(), "{least_first:?}");
    assert_ne!(most_first, least_first);
    // People by name: committee, leader, liaison, office, other.
    let people = office.get("/admin/people?sort=name&dir=desc").body;
    let at = |name: &str| {
        people
            .find(&format!(">{name}<"))
            .unwrap_or_else(|| panic!("{name}"))
    };
    assert!(at("other 某") < at("liaison 某") && at("liaison 某") < at("committee 某"));
    // Letters by how many items: the most first.
    let letters = office.get("/plan/letters?sort=items").body;
    let counts: Vec<u32> = letters
        .split("<tr id=\"letter-")
        .skip(1)
        .map(|row| {
            let cell = row.split("data-name=\"Items\">").nth(1).unwrap();
            cell.split('<').next().unwrap().parse().unwrap()
        })
        .collect();
    assert!(
        counts.len() > 40 && counts.is_sorted_by(|one, other| one >= other),
        "{counts:?}"
    );
    office
        .get("/assessment?sort=late")
        .is(StatusCode::OK, "aria-sort=\"descending\"");
}
