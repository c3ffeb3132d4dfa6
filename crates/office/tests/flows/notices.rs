//! Public notices that end by themselves.

use crate::city::{City, day};

/// A matter that was shown on Monday, 4 June 2018: five working days end on Monday the 11th.
fn shown() -> (City, u64) {
    let mut city = City::new();
    city.becomes("clerk", "amr");
    let case = city.files("过期食品");
    city.acts(case, "accept").unwrap();
    city.acts(case, "show").unwrap();
    (city, case)
}

#[test]
fn what_was_shown_takes_effect_on_the_day_after_the_last_however_late_the_system_runs() {
    let (mut city, case) = shown();
    city.it_is("2018-06-11");
    assert_eq!(city.state(case), "shown");
    assert_eq!(city.office.advance(day("2018-06-11")).unwrap().ended, 0);
    // Nothing ran for a week: who reads is right all the same, and nothing was written.
    city.it_is("2018-06-20");
    let before = city.office.position();
    let read = city.case(case);
    assert_eq!(read.state.state, "published");
    assert_eq!(read.by_time.len(), 1);
    assert_eq!(read.state.closed.unwrap().on, day("2018-06-12"));
    assert_eq!(city.published_on("2018-06-11"), "0");
    assert_eq!(city.published_on("2018-06-12"), "1");
    assert_eq!(city.office.position(), before);
    // It is written once, on its own day, by the system.
    assert_eq!(city.office.advance(day("2018-06-20")).unwrap().ended, 1);
    assert_eq!(city.office.advance(day("2018-06-20")).unwrap().ended, 0);
    let written = city.case(case);
    assert!(written.by_time.is_empty());
    let step = written.state.steps.last().unwrap();
    assert_eq!(
        (step.day, step.role.as_str()),
        (day("2018-06-12"), "@clock")
    );
    let by = city.office.actor_name(step.by).unwrap();
    assert_eq!(by, "系统");
    assert_eq!(city.published_on("2018-06-20"), "1");
}

#[test]
fn a_figure_at_an_address_stays_the_same_when_time_is_written_down() {
    let (mut city, _) = shown();
    city.it_is("2018-06-20");
    let at = city.office.position();
    let ask = |city: &City, on: &str| {
        let period = city.office.programme().unwrap().year;
        let query = measure::Query::new("matters_published".into(), period, day(on), at);
        let columns = city.office.mirror().columns();
        let behind = columns.records_behind(&query).unwrap().len();
        let cells = columns.measure(&query).unwrap();
        (cells[0].figure.value().unwrap().to_string(), behind)
    };
    let before = [ask(&city, "2018-06-11"), ask(&city, "2018-06-12")];
    assert_eq!(before, [("0".to_owned(), 0), ("1".to_owned(), 1)]);
    city.office.advance(day("2018-06-20")).unwrap();
    assert_eq!([ask(&city, "2018-06-11"), ask(&city, "2018-06-12")], before);
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn an_open_objection_keeps_it_up_until_it_is_settled() {
    let (mut city, case) = shown();
    city.it_is("2018-06-08");
    let text = [("objection", "结论有误")];
    city.acts_with(case, "object", &text, |_| ()).unwrap();
    city.it_is("2018-06-20");
    assert_eq!(city.state(case), "shown");
    assert_eq!(city.acts_with(case, "object", &text, |_| ()), Err("F242"));
    assert_eq!(city.acts(case, "settle"), Ok("published".to_owned()));
    // By itself, on the day on which the last objection was settled.
    let read = city.case(case);
    assert_eq!(read.state.closed.unwrap().on, day("2018-06-20"));
    assert_eq!(read.by_time.len(), 1);
    // Whoever acts next acts on what time has made of it.
    assert_eq!(city.acts(case, "settle"), Err("F203"));
    let before = city.office.position();
    city.becomes("chief", "amr");
    assert_eq!(city.acts(case, "reopen"), Ok("handling".to_owned()));
    let steps = city.case(case).state.steps;
    let last: Vec<&str> = steps
        .iter()
        .rev()
        .take(2)
        .map(|step| step.action.as_str())
        .collect();
    assert_eq!(last, ["reopen", "publish"]);
    assert!(city.office.position() > before);
}

#[test]
fn an_objection_that_is_upheld_takes_it_down_and_it_can_be_shown_anew() {
    let (mut city, case) = shown();
    assert_eq!(city.acts(case, "settle"), Err("F243"));
    city.acts_with(case, "object", &[("objection", "结论有误")], |_| ())
        .unwrap();
    city.acts(case, "take_down").unwrap();
    city.it_is("2018-06-20");
    assert_eq!(city.state(case), "handling");
    // Shown again on the 20th: until Wednesday the 27th.
    city.acts(case, "show").unwrap();
    city.it_is("2018-06-27");
    assert_eq!(city.state(case), "shown");
    city.it_is("2018-06-28");
    assert_eq!(city.state(case), "published");
}

#[test]
fn a_notice_into_a_year_without_holidays_is_refused_until_the_calendar_is_there() {
    let mut city = City::new();
    city.becomes("clerk", "amr");
    city.it_is("2018-12-27");
    let case = city.files("过期食品");
    city.acts(case, "accept").unwrap();
    let before = city.office.position();
    assert_eq!(city.acts(case, "show"), Err("F301"));
    assert_eq!(city.office.position(), before);
    assert_eq!(city.due(case, "handle_due").unwrap_err().code, "F301");
    let calendar = "[[flow]]\nid = \"test\"";
    let with = "[[calendar]]\nyear = 2019\nsource = \"国办发明电〔2018〕15号\"\n\n[[holiday]]\n\
                day = 2019-01-01\noff = true\n\n[[flow]]\nid = \"test\"";
    city.replaces(calendar, with);
    assert_eq!(city.acts(case, "show"), Ok("shown".to_owned()));
    // 15 working days after Thursday, 27 December: 28 and 31 December, then 13 of January without the 1st.
    assert_eq!(city.due(case, "handle_due").unwrap(), "2019-01-18");
    // Columns that could not be counted are counted by now.
    city.office.agrees_with_replay().unwrap();
}

#[test]
fn a_snapshot_knows_what_time_will_do() {
    let (mut city, case) = shown();
    city.it_is("2018-06-20");
    city.office.save_snapshot().unwrap();
    let data = city.data();
    assert_eq!(city.published_on("2018-06-12"), "1");
    let again =
        office::Office::open(&data, office::folder::Access::Read, &mut |_, _, _| ()).unwrap();
    assert_eq!(again.case(case).unwrap().state.state, "published");
    let period = again.programme().unwrap().year;
    let query = measure::Query::new(
        "matters_published".into(),
        period,
        day("2018-06-12"),
        again.position(),
    );
    let cells = again.mirror().columns().measure(&query).unwrap();
    assert_eq!(cells[0].figure.value().unwrap().to_string(), "1");
}
