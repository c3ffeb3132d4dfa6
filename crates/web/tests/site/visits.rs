//! What is due: from the last visit, the stars and the calendar; the cases that time opens and ends; a step's paper.

use axum::http::StatusCode;
use base::{Day, Position};
use measure::list::Listing;
use office::papers::PaperKind;

use crate::town::City;

const WORKS: &str = include_str!("works.toml");

/// Three sites: one good, one poor, one completed; the first two were visited on 2 February 2026.
fn town() -> City {
    let city = City::new(WORKS, "inspector");
    let import = |of: &str, csv: &str| {
        city.office
            .command(office::actor::FIRST, None, |office| {
                let options = office::import::ImportOptions::default();
                office.import(of, "rows.csv", csv.as_bytes(), &options, &mut |_, _, _| ())
            })
            .unwrap();
    };
    import(
        "site",
        "编号,名称,监管单位,进度\nS-1,一号工地,质监站,在建\nS-2,二号工地,质监站,在建\nS-3,三号工地,质监站,竣工\n",
    );
    for (site, problems) in [("S-1", "1"), ("S-2", "5"), ("S-3", "0")] {
        visit(&city, site, "2026-02-02", problems);
    }
    city
}

fn visit(city: &City, site: &str, day: &str, problems: &str) {
    let fields = [
        ("f.day", day),
        ("f.unit", "station"),
        ("f.subject", site),
        ("f.problems", problems),
    ];
    let answer = city.upload("/records/visit/new", &fields, &[]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

fn due(city: &City, on: &str) -> Vec<(String, String, bool)> {
    let on = Day::parse(on).unwrap();
    city.office
        .read(|office| {
            let programme = office.programme().unwrap();
            let rule = &programme.visit_rules["rhythm"];
            let found = office.visits_of(rule, on).unwrap();
            found
                .iter()
                .map(|visit| {
                    let overdue = visit.is_overdue(on);
                    (visit.subject.to_string(), visit.due.to_string(), overdue)
                })
                .collect()
        })
        .unwrap()
}

fn advance(city: &City) -> usize {
    let done = city.office.command(office::actor::FIRST, None, |office| {
        office.advance(office.today()?)
    });
    done.unwrap().visits
}

fn open_cases(city: &City) -> u64 {
    city.office
        .read(|office| {
            let listing = Listing {
                tests: vec![measure::list::Test::Empty("closed_on".into())],
                ..Listing::new("case:visit_due", office.position(), 10)
            };
            office.mirror().columns().list(&listing).count
        })
        .unwrap()
}

#[test]
fn the_next_visit_follows_from_the_last_one_the_stars_and_the_calendar() {
    let city = town();
    // One problem costs 5 of 100: three months from 2 February is Saturday, 2 May; Friday was a holiday, Monday works.
    // Five problems leave 75, which is poor: fifteen days from 2 February.
    let wanted = [("S-2", "2026-02-17", true), ("S-1", "2026-05-04", false)];
    let wanted = wanted.map(|(id, day, late)| (id.to_owned(), day.to_owned(), late));
    assert_eq!(due(&city, "2026-05-04"), wanted);
    let page = city.get("/visits");
    assert!(
        page.has("二号工地") && page.has("逾期76天") && page.has("今天到期"),
        "{}",
        page.text()
    );
    assert!(!page.has("三号工地"), "what is completed is not visited");
    assert!(
        page.has("好，每3个月") && page.has("差，每15天"),
        "{}",
        page.text()
    );
    assert!(!city.get("/visits?state=overdue").has("一号工地"));
    let subject = city.get("/subjects/site/S-2");
    assert!(
        subject.has("下次应在") && subject.has("2026年2月17日"),
        "{}",
        subject.text()
    );
    // A day before the visits were made nothing but the registration counts.
    assert!(
        due(&city, "2026-02-01")
            .iter()
            .all(|(_, day, _)| day != "2026-02-17")
    );
}

#[test]
fn time_opens_a_case_for_each_that_is_near_and_ends_it_when_the_visit_was_made() {
    let city = town();
    assert_eq!((advance(&city), open_cases(&city)), (2, 2));
    let position = city.office.read(office::Office::position).unwrap();
    assert_eq!(advance(&city), 0, "asked again it does nothing more");
    assert_eq!(
        city.office.read(office::Office::position).unwrap(),
        position
    );
    let work = city.get("/work");
    assert!(
        work.has("到期检查") && work.has("质监站"),
        "{}",
        work.text()
    );
    visit(&city, "S-2", "2026-05-04", "0");
    // Still poor, so in fifteen days: that is not near yet, and the case ends.
    assert_eq!(
        due(&city, "2026-05-04")[1],
        ("S-2".into(), "2026-05-19".into(), false)
    );
    // It does not wait for the day's work of the clock: the site asks for this alone every minute.
    let followed = city.office.command(office::actor::FIRST, None, |office| {
        office.advance_visits(office.today()?)
    });
    assert_eq!((followed.unwrap(), open_cases(&city)), (1, 1));
    assert_eq!(advance(&city), 0);
    let last = city.office.read(office::Office::position).unwrap();
    let entry = city.get(&format!("/ledger/{}", last.0));
    assert!(
        entry.has("visited") && entry.has("系统"),
        "{}",
        entry.text()
    );
}

#[test]
fn a_register_that_is_corrected_ends_the_case_for_good() {
    let package = WORKS
        .replace(
            "after_record = \"visit\"\nby_scorecard = \"stars\"",
            "after_field = \"next_on\"\nrolls = false",
        )
        .replace("value = \"A\"\nmonths = 3", "days = 0")
        .replace("\n[[visit_interval]]\nrule = \"rhythm\"\ndays = 15\n", "")
        + "\n[[field]]\nof = \"site\"\nid = \"next_on\"\nname = { zh = \"下次\", en = \"Next\" }\ntype = \"date\"\n";
    let city = City::new(&package, "inspector");
    let import = |csv: &str| {
        city.office
            .command(office::actor::FIRST, None, |office| {
                let options = office::import::ImportOptions::default();
                office.import(
                    "site",
                    "rows.csv",
                    csv.as_bytes(),
                    &options,
                    &mut |_, _, _| (),
                )
            })
            .unwrap();
    };
    import("编号,名称,监管单位,进度,下次\nS-1,一号工地,质监站,在建,2026-04-30\n");
    assert_eq!((advance(&city), open_cases(&city)), (1, 1));
    import("编号,下次\nS-1,2027-04-30\n");
    // On the day before the correction the earlier date held, since then the later one alone.
    let of = |day: &str| vec![("S-1".to_owned(), day.to_owned(), day < "2026-05-03")];
    assert_eq!(due(&city, "2026-05-03"), of("2026-04-30"));
    assert_eq!(due(&city, "2026-05-04"), of("2027-04-30"));
    let page = city.get("/subjects/site/S-1");
    assert!(
        page.has("2027年4月30日") && page.text().matches("下次应在").count() == 1,
        "{}",
        page.text()
    );
    assert_eq!((advance(&city), open_cases(&city)), (1, 0));
    for _ in 0..3 {
        assert_eq!((advance(&city), open_cases(&city)), (0, 0));
    }
}

#[test]
fn a_visit_is_entered_and_not_ticked_off() {
    let city = town();
    assert_eq!(advance(&city), 2);
    let listing = Listing {
        tests: vec![measure::list::Test::OneOf(
            "subject".into(),
            vec!["S-2".into()],
        )],
        ..Listing::new("case:visit_due", Position(u64::MAX), 1)
    };
    let case = city.office.read(|office| {
        let page = office.mirror().columns().list(&listing);
        page.rows[0].id()
    });
    let case = format!("/cases/{}", case.unwrap());
    let form = "/records/visit/new?f.subject=S-2";
    let page = city.get(&case);
    assert!(
        page.has(form) && !page.has("name=\"action\" value=\"visited\""),
        "{}",
        page.text()
    );
    assert!(city.get(form).has("value=\"S-2\""));
    assert!(!city.get("/work").has("value=\"visited\""));
    let field = city.get("/field");
    assert!(
        field.has("/field/record/visit?subject=S-2") && !field.has("action=visited"),
        "{}",
        field.text()
    );
    let refused = city.upload(&case, &[("action", "visited")], &[]);
    assert!(refused.has("O972"), "{}", refused.text());
    assert_eq!(open_cases(&city), 2);
    visit(&city, "S-2", "2026-05-04", "0");
    assert_eq!(advance(&city), 1);
    assert_eq!(open_cases(&city), 1);
}

#[test]
fn a_steps_paper_is_made_once_numbered_kept_and_made_again_byte_for_byte() {
    let city = town();
    let filed = city.post(
        "/cases/new",
        &[
            ("flow", "over"),
            ("unit", "station"),
            ("subject", "S-1"),
            ("f.value", "212.5"),
        ],
    );
    assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.text());
    let case = filed.location();
    assert!(
        !city.get(&case).has("超标告知书"),
        "the step was not taken yet"
    );
    let papers = format!("{case}/papers");
    let early = city.post(
        &papers,
        &[("kind", "over_notice"), ("as_demonstration", "1")],
    );
    assert!(early.has("O951"), "{}", early.text());
    let settled = city.upload(&case, &[("action", "settle")], &[]);
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    assert!(city.get(&case).has("超标告知书"));
    let make = || {
        city.post(
            &papers,
            &[
                ("kind", "over_notice"),
                ("signer", "赵某"),
                ("as_demonstration", "1"),
            ],
        )
    };
    let made = make();
    assert_eq!(made.location(), format!("{case}#papers"), "{}", made.text());
    let at = city.office.read(office::Office::position).unwrap();
    let page = city.get(&case);
    assert!(page.has("超告〔2026〕1号") && page.has(&format!("/papers/{}/file", at.0)));
    let again = make();
    assert!(again.has("O952"), "{}", again.text());
    // What it says, and that it is made again as it was.
    let (file, remade) = city
        .office
        .read(|office| {
            let paper = office.paper(Position(at.0)).unwrap();
            (
                office.paper_file(&paper).unwrap(),
                office.remake_paper(&paper).unwrap(),
            )
        })
        .unwrap();
    assert_eq!(file, remade);
    let text = document(&file);
    for said in [
        "超标告知书",
        "超告〔2026〕1号",
        "一号工地（S-1）监测最高值212.5，已于2026年5月4日处置。",
        "请加强管理。",
        "签收人：",
        "赵某",
        "演示数据，不是正式文件",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("{{") && !text.contains('{'), "{text}");
    assert_eq!(
        city.get(&format!("/papers/{}", at.0)).status,
        StatusCode::OK
    );
    // Declared void it can be made again, with the next number.
    let void = city.post(&format!("/papers/{}/void", at.0), &[("reason", "打印有误")]);
    assert_eq!(void.status, StatusCode::SEE_OTHER, "{}", void.text());
    assert_eq!(make().location(), format!("{case}#papers"));
    assert!(city.get(&case).has("超告〔2026〕2号"));
}

/// The text of a Word file.
fn document(bytes: &[u8]) -> String {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    let mut part = archive.by_name("word/document.xml").unwrap();
    part.read_to_string(&mut xml).unwrap();
    let mut text = String::new();
    let mut rest = xml.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text
}

#[test]
fn both_built_in_layouts_take_only_what_a_case_offers() {
    let record = WORKS.replace(
        "signed_by = [\"签收人：\"]",
        "signed_by = [\"签收人：\"]\nlayout = \"record\"",
    );
    for package in [WORKS.to_owned(), record] {
        let city = City::new(&package, "inspector");
        city.office
            .read(|office| {
                let programme = office.programme().unwrap();
                let kind = PaperKind::parse(&programme, "over_notice").unwrap();
                let checked = office
                    .check_template(kind, "x.docx", kind.built_in())
                    .unwrap();
                assert!(checked.is_usable(), "{:?}", checked.problems);
                assert_eq!(checked.problems, []);
            })
            .unwrap();
    }
}
