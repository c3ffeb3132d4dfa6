//! The small languages: days, periods, moments, numbers, addresses, credit codes. What is read prints as
//! something that reads as the same.

use base::{AssessmentStart, Day, Moment, Period, Ratio, Rounding, TimeZoneName};
use measure::Address;

use crate::Target;

pub const TARGET: Target = Target {
    name: "words",
    asks: "what is read prints as something that reads as the same value",
    run,
    words: &[
        "2018-03-05",
        "2018H1",
        "2018Q3",
        "2018-06",
        "2018A",
        "2016..2018",
        "..2012",
        "T01:02:03Z",
        ".000001",
        "/",
        "1/3",
        "%",
        "-",
        "+08:00",
        "9999-12-31",
        "0000",
        "Asia/Shanghai",
        "?period=",
        "&unit=",
        "&subject=",
        "&field=",
        ":",
        "&day=",
        "&programme=",
        "&at=",
        "%E7%94%B2",
        "%FF",
        "18446744073709551615",
    ],
};

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for line in text.lines().take(64) {
        word(line);
    }
}

fn word(text: &str) {
    if let Ok(day) = Day::parse(text) {
        assert_eq!(Day::parse(&day.to_string()), Ok(day));
        for months in [-1, 1, 12, i32::MAX] {
            let _ = day.plus_months(months);
        }
    }
    for start in [
        Some(AssessmentStart::default()),
        AssessmentStart::new(12, 1),
    ]
    .into_iter()
    .flatten()
    {
        if let Ok(period) = Period::parse(text, start) {
            assert_eq!(
                Period::parse(&period.to_string(), start),
                Ok(period),
                "{text}"
            );
            if let Some(first) = period.first() {
                assert!(first <= period.last(), "{text}");
                assert!(period.contains(first) && period.contains(period.last()));
            }
        }
        if let Ok(address) = Address::parse(text, start) {
            let printed = address.to_string();
            assert_eq!(Address::parse(&printed, start), Ok(address), "{text}");
        }
    }
    if let Ok(moment) = Moment::parse(text) {
        assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
        if let Ok(zone) = TimeZoneName::parse("Asia/Shanghai") {
            let day = moment.day_in(&zone);
            assert!(Moment::start_of(day, &zone).is_none_or(|start| start <= moment));
        }
    }
    for ratio in [Ratio::parse(text), Ratio::parse_decimal(text)]
        .into_iter()
        .flatten()
    {
        assert_eq!(
            Ratio::parse(&ratio.to_string()).as_ref(),
            Some(&ratio),
            "{text}"
        );
        if let Some(exact) = ratio.exact_decimal() {
            assert_eq!(
                Ratio::parse_decimal(&exact).as_ref(),
                Some(&ratio),
                "{text}"
            );
        }
        let (below, above) = (ratio.floor(), ratio.ceil());
        assert!(below <= ratio && ratio <= above && &above - &below <= Ratio::from_int(1));
        let rounded = ratio.round(2, Rounding::HalfUp);
        let printed = ratio.to_decimal(2, Rounding::HalfUp);
        assert_eq!(Ratio::parse_decimal(&printed), Some(rounded), "{text}");
    }
    if base::uscc_check(text).is_ok() {
        assert_eq!(text.chars().count(), 18);
    }
}
