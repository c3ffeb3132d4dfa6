//! Reminders, follow-up and instructions, on the days that a calendar on paper gives.

use std::path::Path;

use base::{Day, ItemId, ScorecardId, UnitId};
use ledger::Nature;
use office::Office;
use office::actor::NewActor;
use office::advance::Advanced;
use office::assign::Assignment;
use office::case::ActRequest;
use programme::Sources;
use tempfile::TempDir;

/// The cases of a year's assessment, opened on Monday, 5 March 2018: their targets are to be filed within 15 working
/// days, that is until Monday, 26 March.
struct City {
    office: Office,
    cases: u64,
    _dir: TempDir,
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

impl City {
    fn new() -> City {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/chibi-2018");
        let sources = Sources::read_folder(package).unwrap();
        let programme = programme::check(&sources).programme.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let founder = NewActor {
            name: "筹建组".to_owned(),
            role: "programme_office".to_owned(),
            unit: Some("quality_office".to_owned()),
        };
        let data = dir.path().join("data");
        let mut office =
            Office::init(&data, &sources, programme, Nature::Demonstration, &founder).unwrap();
        let year = office.programme().unwrap().year;
        let scorecard = ScorecardId::new("assessment");
        let opened = Some(day("2018-03-05"));
        let cases = office
            .open_assessment(&scorecard, &year, opened, &mut |_, _, _| ())
            .unwrap();
        City {
            office,
            cases,
            _dir: dir,
        }
    }

    fn case(&self, item: &str, unit: &str) -> u64 {
        let year = self.office.programme().unwrap().year;
        let scorecard = ScorecardId::new("assessment");
        let (item, unit) = (ItemId::new(item), UnitId::new(unit));
        let found = self.office.case_of_item(&scorecard, &year, &item, &unit);
        found.unwrap().unwrap()
    }

    fn advance(&mut self, on: &str) -> (usize, usize) {
        let Advanced {
            reminded,
            assigned,
            unknown,
            ..
        } = self.office.advance(day(on)).unwrap();
        assert_eq!(unknown, [], "{on}");
        (reminded, assigned)
    }

    fn becomes(&mut self, role: &str, unit: &str) {
        let actor = NewActor {
            name: format!("{role} {unit}"),
            role: role.to_owned(),
            unit: Some(unit.to_owned()),
        };
        self.office.register_actor(&actor).unwrap();
    }

    fn act(&mut self, case: u64, action: &str, field: (&str, &str)) -> Result<String, String> {
        let request = ActRequest {
            action: action.to_owned(),
            fields: [(field.0.to_owned(), field.1.to_owned())]
                .into_iter()
                .filter(|(name, _)| !name.is_empty())
                .collect(),
            reason: Some("说明".to_owned()),
            ..ActRequest::default()
        };
        let done = self.office.act(case, &request);
        done.map(|case| case.state.state.to_string())
            .map_err(|problems| problems[0].code.to_owned())
    }
}

#[test]
fn reminders_come_on_declared_working_days_once_each() {
    let mut city = City::new();
    let all = usize::try_from(city.cases).unwrap();
    assert!(all > 100);
    // Declared: 5 and 1 working days before 26 March, 1 and 5 after it.
    for (on, expected) in [
        ("2018-03-16", 0),   // 6 before
        ("2018-03-19", all), // 5 before
        ("2018-03-19", 0),   // once
        ("2018-03-22", 0),   // 2 before
        ("2018-03-23", all), // 1 before
        ("2018-03-26", 0),   // the day itself is not declared
        // Nobody was there from 27 March to 2 April: of the two only the one that is right then is sent.
        ("2018-04-03", all),
        ("2018-04-03", 0),
        ("2018-04-23", 0),
    ] {
        assert_eq!(city.advance(on), (expected, 0), "{on}");
    }
    let case = city.case("open_kitchens", "puqi");
    let rows = city.office.reminders_of(case).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (&*row.day, row.declared, &*row.due))
        .collect();
    let due = "2018-03-26";
    assert_eq!(
        told,
        [
            ("2018-03-19", Some(-5), due),
            ("2018-03-23", Some(-1), due),
            ("2018-04-03", Some(5), due)
        ]
    );
    // A day that is still to come cannot have come.
    assert_eq!(
        city.office.advance(day("2019-02-01")).unwrap_err().code,
        "O720"
    );
}

#[test]
fn what_stays_late_is_followed_up_until_a_reply_is_accepted() {
    let mut city = City::new();
    let case = city.case("open_kitchens", "puqi");
    // 20 working days after 26 March: 4 in March; 2, 3 and 4 April; the holiday of 5 to 7 April with its made-up
    // Sunday, the 8th; then 9 to 13, 16 to 20, 23 and 24 April.
    let (_, early) = city.advance("2018-04-23");
    assert_eq!(early, 0);
    let (_, assigned) = city.advance("2018-04-24");
    assert!(assigned > 10, "{assigned}");
    assert_eq!(city.advance("2018-04-24"), (0, 0));
    let followed = city.office.followed_of(case).unwrap();
    let [row] = followed.as_slice() else {
        panic!("{followed:?}")
    };
    let assignment = city.office.case(row.assignment).unwrap();
    assert_eq!(assignment.about.unit.as_deref(), Some("puqi"));
    assert!(assignment.about.because.iter().any(|due| due.case == case));
    // Five working days: 25, 26, 27 April; the made-up Saturday, 28 April; the holiday to 1 May; 2 May.
    let due = assignment.state.fields.get(&base::FieldId::new("due"));
    assert_eq!(due.map(ToString::to_string).as_deref(), Some("2018-05-02"));

    let number = row.assignment;
    let written = ("reply_text", "已补报");
    city.becomes("unit_leader", "education");
    assert_eq!(city.act(number, "reply", written), Err("F206".to_owned()));
    city.becomes("unit_leader", "puqi");
    assert_eq!(city.act(number, "reply", ("", "")), Err("F211".to_owned()));
    assert_eq!(city.act(number, "reply", written), Ok("replied".to_owned()));
    city.becomes("programme_office", "quality_office");
    assert_eq!(
        city.act(number, "return", ("", "")),
        Ok("returned".to_owned())
    );
    city.becomes("unit_leader", "puqi");
    assert_eq!(city.act(number, "reply", written), Ok("replied".to_owned()));
    city.becomes("programme_office", "quality_office");
    let accepted = city.act(number, "accept", ("verdict", "同意办结"));
    assert_eq!(accepted, Ok("accepted".to_owned()));
    assert!(city.office.case(number).unwrap().state.is_closed());
    // What was followed up once is not followed up again.
    let (_, again) = city.advance("2018-05-31");
    assert_eq!(again, 0);
}

#[test]
fn an_instruction_has_lead_and_support_and_needs_its_scan() {
    let mut city = City::new();
    let scan = city.office.store_evidence("scan.pdf", b"%PDF-1.4").unwrap();
    let fields = [
        ("instructed_by", "分管副市长"),
        ("instructed_on", "2019-01-30"),
    ];
    let mut wanted = Assignment {
        flow: "instruction".to_owned(),
        title: "节前检查".to_owned(),
        content: "请逐户检查".to_owned(),
        due: Some(day("2019-02-15")),
        unit: "puqi".to_owned(),
        support: vec!["education".to_owned()],
        register: ActRequest {
            fields: fields
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into(),
            ..ActRequest::default()
        },
    };
    let codes = |done: Result<u64, Vec<base::Problem>>| -> Vec<&str> {
        let faults = done.unwrap_err();
        faults.iter().map(|problem| problem.code).collect()
    };
    // Nothing is written where anything is wrong.
    let before = city.office.position();
    assert_eq!(codes(city.office.assign(&wanted)).len(), 1);
    wanted.register.evidence.push(scan);
    for (spoil, code) in [
        (
            Assignment {
                title: String::new(),
                ..wanted.clone()
            },
            "O723",
        ),
        (
            Assignment {
                due: Some(day("2019-01-30")),
                ..wanted.clone()
            },
            "O724",
        ),
        (
            Assignment {
                support: vec!["puqi".to_owned()],
                ..wanted.clone()
            },
            "O725",
        ),
        (
            Assignment {
                flow: "assessment_item".to_owned(),
                ..wanted.clone()
            },
            "O722",
        ),
    ] {
        assert_eq!(codes(city.office.assign(&spoil)), [code]);
    }
    assert_eq!(city.office.position(), before);
    let number = city.office.assign(&wanted).unwrap();
    let case = city.office.case(number).unwrap();
    assert_eq!(case.state.state, "issued");
    assert_eq!(case.state.evidence.len(), 1);

    let helped = ("contribution", "派员参加");
    city.becomes("liaison", "puqi");
    assert_eq!(
        city.act(number, "contribute", helped),
        Err("F229".to_owned())
    );
    assert_eq!(codes(city.office.assign(&wanted)), ["O281"]);
    assert_eq!(
        city.office.remind(&[number], None).unwrap_err()[0].code,
        "O281"
    );
    city.becomes("liaison", "education");
    assert_eq!(
        city.act(number, "contribute", helped),
        Ok("issued".to_owned())
    );

    city.becomes("programme_office", "quality_office");
    assert_eq!(
        city.office
            .remind(&[number, number], Some("请抓紧"))
            .unwrap(),
        1
    );
    assert_eq!(city.office.reminders_of(number).unwrap().len(), 1);
    assert_eq!(city.office.remind(&[], None).unwrap_err()[0].code, "O664");
    let lifted = city.act(number, "lift", ("", ""));
    assert_eq!(lifted, Ok("lifted".to_owned()));
    assert_eq!(
        city.office.remind(&[number], None).unwrap_err()[0].code,
        "O721"
    );
}
