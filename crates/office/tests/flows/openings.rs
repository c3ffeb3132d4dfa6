//! Records that open cases: once, with what the record says, told when the record changes; what goes down to a case below
//! and back to the record; and cases that rules open where nobody can act.

use office::Office;
use office::authority::Granted;
use office::beyond::Filing;
use office::entry::Kind;
use office::folder::Access;
use office::openings::{CorrectedField, RecordNow};
use office::record::{OnOther, Receipt, draft};
use office::work::{Worklist, watches};
use sheet::Cell;

use crate::city::{City, day};

const SAMPLES: &str = include_str!("samples.toml");

/// A city in which samples can be handed in, as a clerk of the bureau.
fn city() -> City {
    let mut city = City::of(SAMPLES);
    city.becomes("clerk", "amr");
    city
}

impl City {
    fn hands_in(&mut self, cells: &[(&str, &str)], on_other: OnOther) -> u64 {
        let programme = self.office.programme().unwrap();
        let spellings = self.office.spellings().unwrap();
        let declared = &programme.record_types["sample"];
        let cell = |id: &base::FieldId| {
            let found = cells.iter().find(|(name, _)| *name == id.as_str());
            found.map(|(_, text)| Cell::text((*text).to_owned()))
        };
        let draft = draft(&programme, &spellings, declared, cell, Vec::new()).unwrap();
        let reason = (on_other == OnOther::Revise).then(|| "更正".to_owned());
        match self.office.submit(&draft, on_other, reason).unwrap() {
            Receipt::Added(number) | Receipt::Revised(number) | Receipt::Unchanged(number) => {
                number
            }
        }
    }

    pub fn sample(&mut self, number: &str, result: &str) -> u64 {
        let cells = [
            ("number", number),
            ("day", "2018-05-21"),
            ("unit", "amr"),
            ("subject", "S1"),
            ("result", result),
            ("reported_on", "2018-06-01"),
            ("cost", "12.50"),
            ("taken_by", "张三"),
        ];
        self.hands_in(&cells, OnOther::Revise)
    }

    /// Opens what records ask for, as the site does, and goes on as whoever acted.
    fn opens(&mut self) -> usize {
        let acting = self.office.acting();
        let today = self.office.today().unwrap();
        let opened = self.office.open_from_records(today).unwrap();
        assert_eq!(self.office.acting(), acting);
        opened
    }

    fn about(&self, record: u64) -> Vec<u64> {
        self.office.cases_about(record)
    }
}

#[test]
fn a_failed_sample_opens_its_disposal_once_with_what_it_says() {
    let mut city = city();
    let failed = city.sample("a1", "fail");
    let passed = city.sample("a2", "pass");
    assert_eq!(city.opens(), 1);
    assert_eq!(city.opens(), 0);
    assert!(city.about(passed).is_empty());
    let [case] = city.about(failed)[..] else {
        panic!("one case")
    };
    let found = city.case(case);
    assert_eq!(found.flow.id.as_str(), "disposal");
    assert_eq!(found.about.record, Some(failed));
    assert_eq!(found.about.subject.as_deref(), Some("S1"));
    assert_eq!(found.about.unit.as_deref(), Some("amr"));
    assert_eq!(found.state.opened_on(), day("2018-06-04"));
    let said = |id: &str| found.state.fields[&base::FieldId::new(id)].to_string();
    assert_eq!(said("number"), "a1");
    assert_eq!(said("sampled_on"), "2018-05-21");
    assert_eq!(said("cost"), "12.5");
    let entry = city.office.ledger().entry(base::Position(case)).unwrap();
    assert_eq!(entry.kind, Kind::CaseOfRecord.number());
    // What is personal in the record is nowhere in the case's facts.
    assert!(!String::from_utf8_lossy(&entry.facts).contains("张三"));
    // The clock is an actor like any other; whoever acted goes on.
    let by = city.office.actors().unwrap()[&entry.actor].role.clone();
    assert_eq!(by, office::advance::CLOCK_ROLE);
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn nothing_is_opened_twice_after_a_restart_a_close_or_a_case_by_hand() {
    let mut city = city();
    let failed = city.sample("a1", "fail");
    let filing = Filing {
        flow: "disposal".to_owned(),
        record: Some(failed),
        ..Filing::default()
    };
    let by_hand = city.office.file_case(&filing).unwrap();
    assert_eq!(city.case(by_hand).about.subject.as_deref(), Some("S1"));
    assert_eq!(city.opens(), 0);
    let other = city.sample("a2", "fail");
    assert_eq!(city.opens(), 1);
    let case = city.about(other)[0];
    city.acts(case, "close").unwrap();
    assert_eq!(city.opens(), 0);
    // A record that goes back and forth has its case.
    city.sample("a2", "pass");
    city.sample("a2", "fail");
    assert_eq!(city.opens(), 0);
    let today = city.office.today().unwrap();
    let data = city.data();
    drop(city.office);
    let mut again = Office::open(&data, Access::Write, &mut |_, _, _| ()).unwrap();
    assert_eq!(again.open_from_records(today).unwrap(), 0);
    assert_eq!(again.advance(today).unwrap().opened, 0);
    again.agrees_with_replay().unwrap();
}

#[test]
fn a_result_that_comes_later_opens_it_then() {
    let mut city = city();
    let record = city.sample("a1", "pending");
    assert_eq!(city.opens(), 0);
    city.it_is("2018-06-11");
    city.sample("a1", "fail");
    let today = city.office.today().unwrap();
    assert_eq!(city.office.advance(today).unwrap().opened, 1);
    assert_eq!(city.case(city.about(record)[0]).state.opened_on(), today);
}

#[test]
fn what_was_there_before_the_rule_and_what_is_old_opens_nothing() {
    let rule = SAMPLES.split("[[opening]]").nth(1).unwrap();
    let rule = format!(
        "[[opening]]{}",
        rule.split("[[correction]]").next().unwrap()
    );
    let mut city = City::of(&SAMPLES.replace(&rule, ""));
    city.becomes("clerk", "amr");
    let before = city.sample("a1", "fail");
    assert_eq!(city.opens(), 0);
    city.replaces("[[correction]]\nflow = \"testing\"\naction = \"found_fail\"\nof = \"sample\"\nfield = \"result\"", &format!("{rule}[[correction]]\nflow = \"testing\"\naction = \"found_fail\"\nof = \"sample\"\nfield = \"result\""));
    assert_eq!(city.opens(), 0);
    // Revised under the rule, it counts as any other.
    city.sample("a1", "pending");
    city.sample("a1", "fail");
    assert_eq!(city.opens(), 1);
    assert_eq!(city.about(before).len(), 1);
    let sample = |number: &'static str, day: &'static str, reported: &'static str| {
        [
            ("number", number),
            ("day", day),
            ("unit", "amr"),
            ("subject", "S1"),
            ("result", "fail"),
            ("reported_on", reported),
        ]
    };
    // 30 days before 4 June is 5 May.
    let old = city.hands_in(&sample("b1", "2018-04-02", "2018-05-04"), OnOther::Refuse);
    let just = city.hands_in(&sample("b2", "2018-04-02", "2018-05-05"), OnOther::Refuse);
    // Without a day of the report the sample's own counts.
    let old_day = city.hands_in(&sample("b3", "2018-05-04", ""), OnOther::Refuse);
    let new_day = city.hands_in(&sample("b4", "2018-05-05", ""), OnOther::Refuse);
    assert_eq!(city.opens(), 2);
    let opened = [old, just, old_day, new_day].map(|record| city.about(record).len());
    assert_eq!(opened, [0, 1, 0, 1]);
}

#[test]
fn the_unit_that_watches_the_subject_has_the_case() {
    let text = SAMPLES.replace(
        "date = \"reported_on\"\n",
        "date = \"reported_on\"\nunit_from = [\"watched_by\"]\n",
    );
    let mut city = City::of(&text);
    city.becomes("clerk", "amr");
    let record = city.sample("a1", "fail");
    assert_eq!(city.opens(), 1);
    // Nobody said who watches it: the record's unit.
    let case = city.case(city.about(record)[0]);
    assert_eq!(case.about.unit.as_deref(), Some("amr"));
}

#[test]
fn a_case_says_what_became_of_its_record() {
    let mut city = city();
    let record = city.sample("a1", "fail");
    city.opens();
    let case = city.about(record)[0];
    let now = |city: &City| city.office.record_now(&city.case(case)).unwrap();
    assert_eq!(now(&city), None);
    let mut cells = vec![
        ("number", "a1"),
        ("day", "2018-05-22"),
        ("unit", "amr"),
        ("subject", "S1"),
        ("result", "fail"),
    ];
    city.hands_in(&cells, OnOther::Revise);
    assert_eq!(now(&city), Some(RecordNow::Revised));
    cells[4].1 = "pass";
    city.hands_in(&cells, OnOther::Revise);
    assert_eq!(now(&city), Some(RecordNow::NoLonger));
    city.office.withdraw(record, "登记有误").unwrap();
    assert_eq!(now(&city), Some(RecordNow::Withdrawn));
    // It stays where it was, until whose it is calls it off: nobody filed it, so that is its unit.
    assert_eq!(city.state(case), "opened");
    city.becomes("clerk", "town");
    assert_eq!(city.acts(case, "withdraw"), Err("F230"));
    city.becomes("clerk", "amr");
    assert_eq!(city.acts(case, "withdraw"), Ok("withdrawn".to_owned()));
    assert_eq!(city.opens(), 0);
}

#[test]
fn a_case_below_knows_what_the_one_above_knows() {
    let mut city = city();
    let record = city.sample("a1", "fail");
    city.opens();
    let case = city.about(record)[0];
    city.acts(case, "recall").unwrap();
    city.acts(case, "mend").unwrap();
    let [recall, mending] = city.case(case).below[..] else {
        panic!("two below")
    };
    let recall = city.case(recall);
    assert_eq!(recall.about.record, Some(record));
    assert_eq!(recall.about.subject.as_deref(), Some("S1"));
    // The number by its name; the day not, as it is a text here; what the one above has not stays empty.
    let fields: Vec<(&str, String)> = recall
        .state
        .fields
        .iter()
        .map(|(id, value)| (id.as_str(), value.to_string()))
        .collect();
    assert_eq!(fields, [("number", "a1".to_owned())]);
    let mending = city.case(mending);
    assert_eq!(mending.about.subject.as_deref(), Some("S1"));
    let subject = city.office.subject_of_case(&mending).unwrap().unwrap();
    assert_eq!((subject.0.as_str(), &*subject.1), ("shop", "S1"));
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn what_a_case_found_is_offered_to_the_record_and_opens_no_second_case() {
    let mut city = city();
    let record = city.sample("a1", "pending");
    let filing = Filing {
        flow: "testing".to_owned(),
        record: Some(record),
        ..Filing::default()
    };
    let testing = city.office.file_case(&filing).unwrap();
    let offered = |city: &City| city.office.corrections_of(&city.case(testing)).unwrap();
    assert!(offered(&city).is_empty());
    let fields = [("reported_on", "2018-06-04")];
    city.acts_with(testing, "found_fail", &fields, |_| ())
        .unwrap();
    let wanted = |field: &str, says: &str, should: &str| CorrectedField {
        field: field.into(),
        says: says.to_owned(),
        should: should.to_owned(),
    };
    assert_eq!(
        offered(&city),
        [
            wanted("result", "pending", "fail"),
            wanted("reported_on", "2018-06-01", "2018-06-04"),
        ]
    );
    // The step that was taken last says it.
    city.acts(testing, "found_pass").unwrap();
    assert_eq!(offered(&city)[0], wanted("result", "pending", "pass"));
    city.sample("a1", "fail");
    assert_eq!(offered(&city)[0], wanted("result", "fail", "pass"));
    assert_eq!(city.opens(), 1);
    city.acts(testing, "dispose").unwrap();
    assert!(city.case(testing).below.is_empty());
    assert_eq!(city.about(record).len(), 2);
}

#[test]
fn a_case_that_a_rule_opens_where_nobody_can_act_is_the_offices() {
    let mut city = city();
    let cells = [
        ("number", "a1"),
        ("day", "2018-06-01"),
        ("unit", "town"),
        ("subject", "S1"),
        ("result", "fail"),
    ];
    let record = city.hands_in(&cells, OnOther::Refuse);
    city.opens();
    let case = city.about(record)[0];
    let waiting = |city: &City, role: &str, unit: Option<&str>| -> Vec<u64> {
        let mut list = Worklist::default();
        list.bring_up(&city.office).unwrap();
        let (programme, today) = (city.office.programme().unwrap(), day("2018-06-04"));
        let tasks = list.tasks_for(&programme, role, unit, today);
        tasks.iter().map(|task| task.case.number).collect()
    };
    let programme = city.office.programme().unwrap();
    assert!(watches(&programme, "group") && !watches(&programme, "clerk"));
    assert!(city.office.may("group", Granted::Remind));
    assert_eq!(waiting(&city, "group", None), [case]);
    assert!(waiting(&city, "clerk", Some("amr")).is_empty());
    // Somebody comes to the town: it is theirs, and no longer the office's.
    city.becomes("clerk", "town");
    assert!(waiting(&city, "group", None).is_empty());
    assert_eq!(waiting(&city, "clerk", Some("town")), [case]);
}

#[test]
fn by_hand_a_record_has_its_case_once_and_only_where_it_asks_for_one() {
    let mut city = city();
    let failed = city.sample("a1", "fail");
    let passed = city.sample("a2", "pass");
    let mut file = |record: u64, number: &str| {
        let typed = (!number.is_empty()).then(|| ("number".to_owned(), number.to_owned()));
        let filing = Filing {
            flow: "disposal".to_owned(),
            record: Some(record),
            fields: typed.into_iter().collect(),
            ..Filing::default()
        };
        let filed = city.office.file_case(&filing);
        filed.map_err(|faults| faults.iter().map(|fault| fault.code).collect::<Vec<_>>())
    };
    assert_eq!(file(passed, "").unwrap_err(), ["O955"]);
    assert_eq!(file(failed, "b9").unwrap_err(), ["O956"]);
    let case = file(failed, "a1").unwrap();
    assert_eq!(file(failed, "").unwrap_err(), ["O954"]);
    // What nobody typed is there as the record says it.
    let said = &city.case(case).state.fields[&base::FieldId::new("cost")];
    assert_eq!(said.to_string(), "12.5");
    city.acts(case, "close").unwrap();
    let filing = Filing {
        flow: "disposal".to_owned(),
        record: Some(failed),
        ..Filing::default()
    };
    let faults = city.office.file_case(&filing).unwrap_err();
    assert_eq!(faults[0].code, "O954");
    // What was called off was not gone through: then it may be opened again.
    let other = Filing {
        record: Some(city.sample("a3", "fail")),
        ..filing
    };
    let called_off = city.office.file_case(&other).unwrap();
    city.acts(called_off, "withdraw").unwrap();
    city.office.file_case(&other).unwrap();
    city.office.agrees_with_replay().unwrap();
}
