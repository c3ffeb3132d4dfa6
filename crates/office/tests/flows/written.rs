//! Records that steps of cases write: the figure moves with the step, the record leads back to its case, and what cannot be
//! entered refuses the step whole.

use base::{IndicatorId, Position};
use measure::Query;
use office::Office;
use office::beyond::Filing;
use office::case::ActRequest;
use office::entry::{Kind, RecordFacts};
use office::folder::Access;

use crate::city::City;

const SAMPLES: &str = include_str!("samples.toml");
const WRITTEN: &str = include_str!("written.toml");

/// A city in which a shop is known, as a clerk of the bureau.
fn city() -> City {
    let mut city = City::of(&format!("{SAMPLES}\n{WRITTEN}"));
    city.becomes("clerk", "amr");
    city.sample("a1", "pass");
    city
}

/// What a clerk fills in to decide on a fine.
fn decision<'a>(number: &'a str, amount: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("decision_no", number),
        ("amount", amount),
        ("is_fined", "true"),
        ("decided_on", "2018-06-01"),
    ]
}

impl City {
    fn hears(&mut self, shop: &str) -> u64 {
        let filing = Filing {
            flow: "fining".to_owned(),
            unit: Some("amr".to_owned()),
            subject: Some(shop.to_owned()),
            ..Filing::default()
        };
        self.office.file_case(&filing).unwrap()
    }

    fn decides(&mut self, case: u64, number: &str, amount: &str) -> Result<String, &'static str> {
        self.acts_with(case, "decide", &decision(number, amount), |_| ())
    }

    fn fines(&self) -> String {
        let year = self.office.programme().unwrap().year;
        let today = self.office.today().unwrap();
        let query = Query::new(
            IndicatorId::new("fines"),
            year,
            today,
            self.office.position(),
        );
        let cells = self.office.mirror().columns().measure(&query).unwrap();
        cells[0].figure.value().unwrap().to_string()
    }

    fn written(&self, case: u64) -> Vec<(u64, String)> {
        self.office.written_of(&self.case(case)).unwrap()
    }
}

#[test]
fn the_step_writes_its_record_and_the_figure_moves() {
    let mut city = city();
    let case = city.hears("S1");
    assert_eq!(city.fines(), "0");
    let before = city.office.position();
    assert_eq!(
        city.decides(case, "罚1号", "12.50"),
        Ok("decided".to_owned())
    );
    // The step, and the record right after it.
    assert_eq!(city.office.position(), Position(before.0 + 2));
    let record = before.0 + 2;
    assert_eq!(city.fines(), "1");
    assert_eq!(city.written(case), [(record, "fine".to_owned())]);
    let ledger = city.office.ledger();
    let (step, entry) = (
        ledger.entry(Position(record - 1)).unwrap(),
        ledger.entry(Position(record)).unwrap(),
    );
    assert_eq!(step.kind, Kind::CaseAct.number());
    assert_eq!(
        (entry.kind, entry.actor),
        (Kind::Record.number(), step.actor)
    );
    let facts: RecordFacts = serde_json::from_slice(&entry.facts).unwrap();
    let said: Vec<(&str, &str)> = facts
        .fields
        .iter()
        .map(|(field, value)| (field.as_str(), value.as_str().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("amount", "12.50"),
            ("day", "2018-06-01"),
            ("kind", "pass"),
            ("number", "罚1号"),
            ("subject", "S1"),
            ("unit", "amr"),
        ]
    );
    assert_eq!(facts.case, Some(case));
    let history = city.office.history(record).unwrap();
    assert_eq!(history[0].case, Some(case));
    city.office.agrees_with_replay().unwrap();
    let data = city.data();
    drop(city.office);
    let again = Office::open(&data, Access::Write, &mut |_, _, _| ()).unwrap();
    let found = again.written_of(&again.case(case).unwrap()).unwrap();
    assert_eq!(found, [(record, "fine".to_owned())]);
}

#[test]
fn where_the_condition_does_not_hold_nothing_is_written() {
    let mut city = city();
    let case = city.hears("S1");
    let before = city.office.position();
    let done = city.acts_with(case, "decide", &[("is_fined", "false")], |_| ());
    assert_eq!(done, Ok("decided".to_owned()));
    assert_eq!(city.office.position(), Position(before.0 + 1));
    assert!(city.written(case).is_empty());
    assert_eq!(city.fines(), "0");
}

#[test]
fn what_cannot_be_entered_refuses_the_step_whole_and_names_type_and_field() {
    let mut city = city();
    let (one, other) = (city.hears("S1"), city.hears("S1"));
    city.decides(one, "罚1号", "10").unwrap();
    let before = city.office.position();
    let mut refused = |fields: &[(&str, &str)]| {
        let request = ActRequest {
            action: "decide".to_owned(),
            fields: fields
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            ..ActRequest::default()
        };
        let told = city.office.check_act(other, &request).unwrap();
        let problems = city.office.act(other, &request).unwrap_err();
        assert_eq!(told, problems);
        let [problem] = &problems[..] else {
            panic!("one: {problems:?}")
        };
        problem.what.clone()
    };
    // No number.
    let what = refused(&decision("", "10")[1..]);
    assert!(what.zh.contains("“罚款”的“文号”"), "{}", what.zh);
    assert!(what.en.contains("Fine, Number"), "{}", what.en);
    // Longer than the record takes, against its constraint, with the number of the other.
    let what = refused(&decision(
        "一二三四五六七八九十一二三四五六七八九十一",
        "10",
    ));
    assert!(what.zh.contains("文号"), "{}", what.zh);
    let what = refused(&decision("罚2号", "1000.01"));
    assert!(what.zh.contains("不得超过一千元"), "{}", what.zh);
    let what = refused(&decision("罚1号", "10.01"));
    assert!(what.zh.contains("罚1号"), "{}", what.zh);
    assert_eq!(city.office.position(), before);
    assert_eq!(city.state(other), "heard");
    assert_eq!(city.fines(), "1");
    city.decides(other, "罚2号", "1000").unwrap();
    assert_eq!(city.fines(), "2");
}

#[test]
fn of_many_at_once_two_cannot_write_under_one_number() {
    let mut city = city();
    let (one, other) = (city.hears("S1"), city.hears("S1"));
    let acts = |numbers: [&str; 2]| {
        [(one, numbers[0]), (other, numbers[1])].map(|(case, number)| {
            let fields = decision(number, "10");
            let request = ActRequest {
                action: "decide".to_owned(),
                fields: fields
                    .map(|(name, text)| (name.to_owned(), text.to_owned()))
                    .into(),
                ..ActRequest::default()
            };
            (case, request)
        })
    };
    let before = city.office.position();
    assert!(city.office.act_many(&acts(["罚1号", "罚1号"])).is_err());
    assert_eq!(city.office.position(), before);
    assert_eq!(city.office.act_many(&acts(["罚1号", "罚2号"])).unwrap(), 2);
    assert_eq!(city.fines(), "2");
    assert_eq!(city.written(one).len(), 1);
    assert_eq!(city.written(other).len(), 1);
    city.office.agrees_with_replay().unwrap();
}
