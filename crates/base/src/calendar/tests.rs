//! The work calendar against spring 2018 on the wall, and against the published years.

use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn special(text: &str, is_off: bool) -> SpecialDay {
    SpecialDay {
        day: day(text),
        is_off,
        name: "节".into(),
    }
}

/// 2018 as far as these tests need it: Spring Festival off from Thursday 15 to Wednesday 21
/// February, made up on Sunday 11 and Saturday 24 February; 1 January off. 2019: 1 January off,
/// and Saturday 29 December 2018 worked for Monday 31 December.
fn two_years() -> WorkCalendar {
    let mut calendar = WorkCalendar::new();
    let mut days: Vec<SpecialDay> = (15..=21)
        .map(|d| special(&format!("2018-02-{d}"), true))
        .collect();
    days.extend([
        special("2018-01-01", true),
        special("2018-02-11", false),
        special("2018-02-24", false),
    ]);
    calendar.add_year(2018, "notice 2018", days).unwrap();
    let new_year = [
        special("2018-12-29", false),
        special("2018-12-31", true),
        special("2019-01-01", true),
    ];
    calendar.add_year(2019, "notice 2019", new_year).unwrap();
    calendar.add_year(2020, "not yet", []).unwrap();
    calendar
}

#[test]
fn weekends_holidays_and_make_up_days() {
    let calendar = two_years();
    for (text, worked) in [
        ("2018-02-09", true),  // Friday
        ("2018-02-10", false), // Saturday
        ("2018-02-11", true),  // Sunday, made up
        ("2018-02-14", true),  // Wednesday before the festival
        ("2018-02-15", false),
        ("2018-02-17", false), // Saturday within the festival
        ("2018-02-22", true),  // Thursday after it
        ("2018-02-24", true),  // Saturday, made up
        ("2018-02-25", false),
        ("2018-12-29", true), // by the notice of 2019
        ("2018-12-31", false),
    ] {
        assert_eq!(calendar.is_working_day(day(text)), Ok(worked), "{text}");
    }
    assert_eq!(
        calendar.special_day(day("2018-02-11")),
        Some(special("2018-02-11", false))
    );
    assert_eq!(calendar.special_day(day("2018-02-10")), None);
}

#[test]
fn deadlines_in_working_days_do_not_count_the_start() {
    let calendar = two_years();
    for (start, count, end) in [
        ("2018-03-05", 0, "2018-03-05"),
        ("2018-03-04", 0, "2018-03-04"), // a Sunday stays where it is
        ("2018-03-05", 1, "2018-03-06"),
        ("2018-03-02", 1, "2018-03-05"),
        ("2018-03-03", 1, "2018-03-05"), // from a Saturday
        ("2018-03-05", 5, "2018-03-12"),
        ("2018-02-09", 1, "2018-02-11"),
        ("2018-02-14", 1, "2018-02-22"),
        ("2018-02-14", 3, "2018-02-24"),
        ("2018-02-14", 4, "2018-02-26"),
        ("2018-12-28", 1, "2018-12-29"),
        ("2018-12-28", 2, "2019-01-02"),
    ] {
        assert_eq!(
            calendar.add_working_days(day(start), count),
            Ok(day(end)),
            "{start} + {count}"
        );
    }
}

#[test]
fn a_period_that_ends_on_a_rest_day_ends_on_the_next_working_day() {
    let calendar = two_years();
    for (start, count, end) in [
        ("2018-03-05", 4, "2018-03-09"),
        ("2018-03-05", 5, "2018-03-12"),  // Saturday
        ("2018-02-05", 10, "2018-02-22"), // the first day of the festival
        ("2018-02-05", 6, "2018-02-11"),  // a worked Sunday
        ("2018-12-21", 10, "2019-01-02"),
    ] {
        let found = calendar.add_calendar_days_rolled(day(start), count);
        assert_eq!(found, Ok(day(end)), "{start} + {count}");
    }
}

#[test]
fn working_days_from_one_day_to_another() {
    let calendar = two_years();
    for (from, to, count) in [
        ("2018-03-05", "2018-03-05", 0),
        ("2018-03-05", "2018-03-09", 4),
        ("2018-03-02", "2018-03-04", 0),
        ("2018-02-14", "2018-02-24", 3),
        ("2018-02-24", "2018-02-14", -3),
        ("2018-12-28", "2019-01-02", 2),
    ] {
        let found = calendar.working_days_between(day(from), day(to));
        assert_eq!(found, Ok(count), "{from} to {to}");
    }
}

#[test]
fn an_unpublished_year_is_an_error_and_not_a_guess() {
    let calendar = two_years();
    let unpublished = |year| Err(UnpublishedYear { year });
    assert_eq!(
        calendar.is_working_day(day("2020-01-06")),
        unpublished(2020)
    );
    assert_eq!(
        calendar.is_working_day(day("2017-12-29")),
        Err(UnpublishedYear { year: 2017 })
    );
    assert_eq!(
        calendar.add_working_days(day("2019-12-31"), 1),
        Err(UnpublishedYear { year: 2020 })
    );
    assert_eq!(
        calendar.add_working_days(day("2019-12-30"), 1),
        Ok(day("2019-12-31"))
    );
    let between = calendar.working_days_between(day("2018-06-01"), day("2020-06-01"));
    assert_eq!(between, Err(UnpublishedYear { year: 2020 }));
    // The first counted day is in a published year.
    assert_eq!(
        calendar.working_days_between(day("2017-12-31"), day("2018-01-02")),
        Ok(1)
    );
    assert!(calendar.has_year(2019) && !calendar.has_year(2020) && !calendar.has_year(2021));
    assert_eq!(
        calendar.years().map(|(year, _)| year).collect::<Vec<_>>(),
        [2018, 2019, 2020]
    );
    let beyond = calendar.add_calendar_days_rolled(Day::MAX, 1);
    assert_eq!(beyond, Err(UnpublishedYear { year: 10_000 }));
    assert_eq!(
        UnpublishedYear { year: 2027 }.to_string(),
        "错误[B107]: 2027 年的放假安排尚未公布，无法计算工作日。改法：公布后在方案的日历中补上 2027 年"
    );
}

#[test]
fn a_notice_that_does_not_fit_changes_nothing() {
    let mut calendar = two_years();
    let before = calendar.clone();
    assert_eq!(
        calendar.add_year(2018, "again", []),
        Err(CalendarError::YearTwice(2018))
    );
    assert_eq!(
        calendar.add_year(
            2021,
            "n",
            [special("2021-01-01", true), special("2019-12-31", true)]
        ),
        Err(CalendarError::DayOutsideYear {
            day: day("2019-12-31"),
            year: 2021
        })
    );
    assert_eq!(
        calendar.add_year(2017, "notice 2017", [special("2018-01-01", false)]),
        Err(CalendarError::Conflict {
            day: day("2018-01-01"),
            first: "notice 2018".into(),
            second: "notice 2017".into()
        })
    );
    let both_ways = [special("2021-01-04", true), special("2021-01-04", false)];
    assert!(matches!(
        calendar.add_year(2021, "n", both_ways),
        Err(CalendarError::Conflict { .. })
    ));
    assert_eq!(calendar, before);
    // The same said twice is no conflict.
    assert_eq!(
        calendar.add_year(2017, "n", [special("2018-01-01", true)]),
        Ok(())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counting_there_and_back_agrees(start in 0i64..700, count in 0u32..400) {
        let calendar = two_years();
        let start = day("2018-01-01").plus_days(start).unwrap();
        if let Ok(end) = calendar.add_working_days(start, count) {
            prop_assert_eq!(calendar.working_days_between(start, end), Ok(i64::from(count)));
        }
    }

    #[test]
    fn the_count_is_the_sum_of_its_days(start in 0i64..729, length in 0i64..729) {
        let calendar = two_years();
        let from = day("2018-01-01").plus_days(start).unwrap();
        let to = from.plus_days(length).unwrap().min(day("2019-12-31"));
        let mut worked = 0;
        let mut counted = from;
        while counted < to {
            counted = counted.plus_days(1).unwrap();
            worked += i64::from(calendar.is_working_day(counted).unwrap());
        }
        prop_assert_eq!(calendar.working_days_between(from, to), Ok(worked));
    }
}

#[test]
fn the_published_years_load_and_count() {
    let Some(folder) = crate::test_data::shared("samples/cn_holidays") else {
        return;
    };
    let mut calendar = WorkCalendar::new();
    for year in 2007..=2027 {
        let path: PathBuf = folder.join(format!("{year}.json"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("left out: {} is not there", path.display());
            return;
        };
        calendar
            .add_year(year, format!("{year}.json"), special_days(&text))
            .unwrap();
    }
    assert!(calendar.has_year(2026) && !calendar.has_year(2027));
    // National Day 2018: off from 1 to 7 October, worked on Saturday 29 and Sunday 30 September.
    for (text, worked) in [
        ("2018-09-29", true),
        ("2018-09-30", true),
        ("2018-10-01", false),
        ("2018-10-07", false),
        ("2018-10-08", true),
        ("2018-12-29", true),
        ("2018-12-31", false),
    ] {
        assert_eq!(calendar.is_working_day(day(text)), Ok(worked), "{text}");
    }
    assert_eq!(
        calendar.add_working_days(day("2018-09-28"), 3),
        Ok(day("2018-10-08"))
    );
    assert_eq!(
        calendar.working_days_between(day("2018-09-28"), day("2018-10-12")),
        Ok(7)
    );
}

/// The days of one file, `"name": "…"`, `"date": "…"`, `"isOffDay": …` in turn; enough for a test
/// and no JSON reader in this crate.
fn special_days(json: &str) -> Vec<SpecialDay> {
    let value = |chunk: &str, key: &str| {
        let (_, rest) = chunk.split_once(&format!("\"{key}\":")).unwrap();
        rest.trim_start()
            .trim_start_matches('"')
            .split(['"', ',', '\n', '}'])
            .next()
            .unwrap()
            .to_owned()
    };
    let chunks = json
        .split('{')
        .filter(|chunk| chunk.contains("\"isOffDay\""));
    chunks
        .map(|chunk| SpecialDay {
            day: Day::parse(&value(chunk, "date")).unwrap(),
            is_off: value(chunk, "isOffDay").trim() == "true",
            name: value(chunk, "name"),
        })
        .collect()
}
