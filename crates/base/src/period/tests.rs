//! Periods: texts, ends, pieces and neighbours, by the calendar on the wall.

use super::*;
use proptest::prelude::*;

fn july() -> AssessmentStart {
    AssessmentStart::new(7, 1).unwrap()
}

fn period(text: &str) -> Period {
    Period::parse(text, july()).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn every_form_has_its_days_and_one_text() {
    for (text, first, last, days) in [
        ("2018", "2018-01-01", "2018-12-31", 365),
        ("2016", "2016-01-01", "2016-12-31", 366),
        ("2018H1", "2018-01-01", "2018-06-30", 181),
        ("2018H2", "2018-07-01", "2018-12-31", 184),
        ("2018Q1", "2018-01-01", "2018-03-31", 90),
        ("2018Q3", "2018-07-01", "2018-09-30", 92),
        ("2018Q4", "2018-10-01", "2018-12-31", 92),
        ("2018-02", "2018-02-01", "2018-02-28", 28),
        ("2016-02", "2016-02-01", "2016-02-29", 29),
        ("2016..2018", "2016-01-01", "2018-12-31", 1096),
        ("2018..2018", "2018-01-01", "2018-12-31", 365),
        ("2015A", "2015-07-01", "2016-06-30", 366),
        ("2018-01-05..2018-02-07", "2018-01-05", "2018-02-07", 34),
        ("2018-01-05..2018-01-05", "2018-01-05", "2018-01-05", 1),
        ("0001", "0001-01-01", "0001-12-31", 365),
        ("9999", "9999-01-01", "9999-12-31", 365),
    ] {
        let period = period(text);
        assert_eq!(period.first(), Some(day(first)), "{text}");
        assert_eq!(period.last(), day(last), "{text}");
        assert_eq!(period.length_days(), Some(days), "{text}");
        assert_eq!(period.to_string(), text);
        assert!(period.contains(day(first)) && period.contains(day(last)));
        if let Some(before) = day(first).plus_days(-1) {
            assert!(!period.contains(before));
        }
        if let Some(after) = day(last).plus_days(1) {
            assert!(!period.contains(after));
        }
    }
    let open = period("..2012");
    assert_eq!(
        (open.first(), open.last(), open.length_days()),
        (None, day("2012-12-31"), None)
    );
    assert!(open.contains(Day::MIN) && !open.contains(day("2013-01-01")));
    assert_eq!(open.to_string(), "..2012");
}

#[test]
fn an_assessment_year_follows_its_declared_start() {
    for (month, day_of_month, first, last) in [
        (1, 1, "2015-01-01", "2015-12-31"),
        (7, 1, "2015-07-01", "2016-06-30"),
        (11, 16, "2015-11-16", "2016-11-15"),
        (3, 1, "2015-03-01", "2016-02-29"),
        (12, 31, "2015-12-31", "2016-12-30"),
    ] {
        let start = AssessmentStart::new(month, day_of_month).unwrap();
        let year = Period::parse("2015A", start).unwrap();
        assert_eq!((year.first(), year.last()), (Some(day(first)), day(last)));
    }
    assert_eq!(AssessmentStart::new(2, 29), None);
    assert_eq!(AssessmentStart::new(4, 31), None);
    assert_eq!(AssessmentStart::new(0, 1), None);
    // The last one that there is has no room for its twelve months and ends with the calendar.
    assert_eq!(july().year_from(9999).last(), Day::MAX);
}

#[test]
fn what_is_no_period_is_refused_with_the_reason() {
    for text in [
        "",
        "18",
        "0000",
        "20180",
        "2018H",
        "2018H0",
        "2018H3",
        "2018H12",
        "2018Q5",
        "2018h1",
        "2018-00",
        "2018-13",
        "2018-1",
        "2018-+1",
        "2018-001",
        "2018B",
        "2018A1",
        "2018-06-01",
        "2018年",
        "2018年度",
        "..",
        "2018..",
        "2018..2019..2020",
        "2018-01..2018-03",
        "2018..2018-03-01",
        "+201",
        " 2018",
        "２０１８",
        "二〇一八",
    ] {
        assert_eq!(
            Period::parse(text, july()),
            Err(PeriodError::Form(text.to_owned())),
            "{text}"
        );
    }
    for text in ["2018..2016", "2018-02-07..2018-01-05"] {
        let expected = Err(PeriodError::Backwards(text.to_owned()));
        assert_eq!(Period::parse(text, july()), expected, "{text}");
    }
    let error = Period::parse("2018-02-01..2018-02-31", july()).unwrap_err();
    assert_eq!(
        error,
        PeriodError::Day(DayError::NoSuchDay("2018-02-31".into()))
    );
    assert_eq!(Problem::from(error).code, "B102");
}

#[test]
fn pieces() {
    use PartKind::{Half, Month, Quarter, Year};
    for (text, kind, parts) in [
        ("2018", Year, "2018"),
        ("2018", Quarter, "2018Q1 2018Q2 2018Q3 2018Q4"),
        ("2018H2", Quarter, "2018Q3 2018Q4"),
        ("2018Q2", Month, "2018-04 2018-05 2018-06"),
        ("2016..2018", Year, "2016 2017 2018"),
        ("2018..2018", Year, "2018"),
        ("2015A", Half, "2015H2 2016H1"),
        (
            "2015A",
            Year,
            "2015-07-01..2015-12-31 2016-01-01..2016-06-30",
        ),
        ("2018-05", Quarter, "2018-05"),
        ("2018-02-01..2018-02-28", Month, "2018-02"),
        ("2018-02-10..2018-02-28", Month, "2018-02-10..2018-02-28"),
        (
            "2017-11-16..2018-01-15",
            Month,
            "2017-11-16..2017-11-30 2017-12 2018-01-01..2018-01-15",
        ),
        ("..2012", Year, ""),
        ("9999", Half, "9999H1 9999H2"),
    ] {
        let texts: Vec<String> = period(text)
            .parts(kind)
            .iter()
            .map(Period::to_string)
            .collect();
        assert_eq!(texts.join(" "), parts, "{text} by {kind}");
    }
}

#[test]
fn the_period_before_and_the_year_before() {
    for (text, previous, year_earlier) in [
        ("2018", "2017", "2017"),
        ("2018H1", "2017H2", "2017H1"),
        ("2018H2", "2018H1", "2017H2"),
        ("2018Q1", "2017Q4", "2017Q1"),
        ("2018Q3", "2018Q2", "2017Q3"),
        ("2018-01", "2017-12", "2017-01"),
        ("2018-06", "2018-05", "2017-06"),
        ("2016..2018", "2013..2015", "2015..2017"),
        ("2015A", "2014A", "2014A"),
        (
            "2018-01-05..2018-02-07",
            "2017-12-02..2018-01-04",
            "2017-01-05..2017-02-07",
        ),
        (
            "2016-02-20..2016-02-29",
            "2016-02-10..2016-02-19",
            "2015-02-20..2015-02-28",
        ),
    ] {
        assert_eq!(period(text).previous(), Some(period(previous)), "{text}");
        assert_eq!(
            period(text).year_earlier(),
            Some(period(year_earlier)),
            "{text}"
        );
    }
    assert_eq!(period("..2012").previous(), None);
    assert_eq!(period("..2012").year_earlier(), Some(period("..2011")));
    for text in [
        "0001",
        "0001H1",
        "0001Q1",
        "0001-01",
        "0001A",
        "0001..0003",
        "0001-01-01..0001-01-02",
    ] {
        assert_eq!(period(text).previous(), None, "{text}");
        assert_eq!(period(text).year_earlier(), None, "{text}");
    }
}

#[test]
fn in_order_of_time() {
    let mut periods = [
        "2018-01",
        "2019",
        "2018Q1",
        "..2020",
        "2018",
        "2017..2018",
        "2018..2018",
    ]
    .map(period);
    periods.sort();
    let texts = periods.map(|period| period.to_string());
    assert_eq!(
        texts,
        [
            "..2020",
            "2017..2018",
            "2018-01",
            "2018Q1",
            "2018..2018",
            "2018",
            "2019"
        ]
    );
}

#[test]
fn numbers_that_no_calendar_has_do_not_panic() {
    for period in [
        Period::Half(2018, 9),
        Period::Quarter(i32::MAX, 0),
        Period::Month(i32::MIN, 13),
        Period::Years(5, i32::MIN),
        Period::UpTo(i32::MIN),
        Period::AssessmentYear {
            start_year: 2018,
            start_month: 0,
            start_day: 99,
        },
        Period::Days(Day::MAX, Day::MIN),
    ] {
        let _ = (
            period.first(),
            period.last(),
            period.previous(),
            period.year_earlier(),
        );
        let _ = (
            period.length_days(),
            period.parts(PartKind::Month).len(),
            period.to_string(),
        );
    }
}

fn any_period() -> impl Strategy<Value = Period> {
    let year = 1i32..=9999;
    let day = (Day::MIN.number()..=Day::MAX.number()).prop_map(|n| Day::from_number(n).unwrap());
    prop_oneof![
        year.clone().prop_map(Period::Year),
        (year.clone(), 1u8..=2).prop_map(|(y, h)| Period::Half(y, h)),
        (year.clone(), 1u8..=4).prop_map(|(y, q)| Period::Quarter(y, q)),
        (year.clone(), 1u8..=12).prop_map(|(y, m)| Period::Month(y, m)),
        (year.clone(), 0i32..30).prop_map(|(y, n)| Period::Years(y, (y + n).min(9999))),
        year.clone().prop_map(Period::UpTo),
        year.prop_map(|y| july().year_from(y)),
        (day, 0i64..800).prop_map(|(d, n)| Period::Days(d, d.plus_days(n).unwrap_or(Day::MAX))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_period_reads_back(period in any_period()) {
        prop_assert_eq!(Period::parse(&period.to_string(), july()), Ok(period));
    }

    #[test]
    fn parts_tile_the_period(period in any_period()) {
        for kind in [PartKind::Year, PartKind::Half, PartKind::Quarter, PartKind::Month] {
            let parts = period.parts(kind);
            let mut expected = period.first();
            for part in &parts {
                prop_assert_eq!(part.first(), expected);
                prop_assert!(part.last() <= period.last());
                expected = part.last().plus_days(1);
            }
            if let Some(last) = parts.last() {
                prop_assert_eq!(last.last(), period.last());
            }
        }
    }

    #[test]
    fn the_previous_period_ends_the_day_before(period in any_period()) {
        if let Some(previous) = period.previous() {
            prop_assert_eq!(previous.last().plus_days(1), period.first());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9HQA.\\-年]{0,24}") {
        if let Ok(period) = Period::parse(&text, july()) {
            prop_assert_eq!(period.to_string(), text);
        }
    }
}
