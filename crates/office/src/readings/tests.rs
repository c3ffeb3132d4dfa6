//! Rules of readings on their own: what is taken, what crosses a limit, what a period is summed up to.

use base::{Moment, Ratio, SubjectTypeId, Text, TimeZoneName};
use programme::model::{Sensor, SensorLimit};

use super::*;

fn dust() -> Sensor {
    Sensor {
        id: "dust".into(),
        name: Text::new("扬尘", "dust"),
        subject_type: SubjectTypeId::new("site"),
        unit_of_measure: Text::default(),
        scale: 1,
        every_s: 60,
        min: Some(Ratio::ZERO),
        max: Some(Ratio::from_int(1000)),
        late_minutes: 60,
        ahead_s: 120,
        per_minute: 120,
        gap_after: 3,
        kept_days: 90,
        limit: Some(SensorLimit {
            value: Ratio::from_int(150),
            is_least: false,
            minutes: 5,
            opens: None,
        }),
        summary: None,
        is_hourly: false,
        unit_from: Vec::new(),
    }
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn shanghai() -> TimeZoneName {
    TimeZoneName::parse("Asia/Shanghai").unwrap()
}

/// One reading a minute from a moment on.
fn each_minute(from: &str, values: &[&str]) -> Vec<Reading> {
    let start = at(from);
    let minute = |number: usize| start.plus_micros(number as i64 * 60_000_000).unwrap();
    values
        .iter()
        .enumerate()
        .map(|(number, value)| Reading {
            at: minute(number),
            value: Ratio::parse_decimal(value).unwrap(),
        })
        .collect()
}

#[test]
fn a_reading_is_refused_for_its_moment_or_its_value_and_rounded_otherwise() {
    let now = at("2026-05-01T08:00:00Z");
    let judged = |moment: &str, value: &str| {
        judge(&dust(), at(moment), value, now)
            .map(|value| shown(&dust(), &value))
            .map_err(|problem| problem.code)
    };
    assert_eq!(
        judged("2026-05-01T08:00:00Z", "82.25"),
        Ok("82.3".to_owned())
    );
    assert_eq!(judged("2026-05-01T08:02:00Z", "1"), Ok("1.0".to_owned()));
    assert_eq!(judged("2026-05-01T08:02:01Z", "1"), Err("O942"));
    assert_eq!(judged("2026-05-01T07:00:00Z", "1"), Ok("1.0".to_owned()));
    assert_eq!(judged("2026-05-01T06:59:59Z", "1"), Err("O943"));
    assert_eq!(judged("2026-05-01T08:00:00Z", "-0.1"), Err("O944"));
    assert_eq!(judged("2026-05-01T08:00:00Z", "1000.1"), Err("O944"));
    assert_eq!(judged("2026-05-01T08:00:00Z", "NaN"), Err("O945"));
}

#[test]
fn a_limit_is_crossed_when_it_lasts_without_a_gap_or_a_good_value() {
    let sensor = dust();
    let over = ["151", "160", "200.5", "170", "151", "152"];
    // Six readings a minute apart last five minutes.
    let found = crossings(&sensor, &each_minute("2026-05-01T00:00:00Z", &over));
    let [crossing] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(crossing.since, at("2026-05-01T00:00:00Z"));
    assert_eq!(crossing.until, at("2026-05-01T00:05:00Z"));
    assert_eq!(shown(&sensor, &crossing.worst), "200.5");
    // The limit itself is not beyond it.
    let once = ["151", "160", "150", "170", "151", "152"];
    assert!(crossings(&sensor, &each_minute("2026-05-01T00:00:00Z", &once)).is_empty());
    // Three intervals may pass, not more.
    let apart = |minutes: &[i64]| {
        let start = at("2026-05-01T00:00:00Z");
        let readings: Vec<Reading> = minutes
            .iter()
            .map(|minute| Reading {
                at: start.plus_micros(minute * 60_000_000).unwrap(),
                value: Ratio::from_int(200),
            })
            .collect();
        crossings(&sensor, &readings).len()
    };
    assert_eq!(apart(&[0, 3, 6]), 1);
    assert_eq!(apart(&[0, 2, 6, 8]), 0);
}

#[test]
fn a_lower_limit_is_crossed_from_below() {
    let mut sensor = dust();
    if let Some(limit) = &mut sensor.limit {
        limit.is_least = true;
        limit.minutes = 0;
    }
    let found = crossings(
        &sensor,
        &each_minute("2026-05-01T00:00:00Z", &["150", "140", "145"]),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(shown(&sensor, &found[0].worst), "140.0");
}

#[test]
fn a_day_is_summed_up_with_the_digest_of_its_readings() {
    let sensor = dust();
    let zone = shanghai();
    // 1 May in Shanghai begins at 16:00 UTC the day before.
    let since = at("2026-04-30T18:30:00Z");
    let spans = closed_periods(&sensor, since, at("2026-05-01T17:00:00Z"), &zone);
    assert_eq!(
        spans.len(),
        1,
        "an hour after its end no reading of the day is taken any more"
    );
    let early = closed_periods(&sensor, since, at("2026-05-01T16:59:59Z"), &zone);
    assert!(early.is_empty());
    let span = spans[0];
    assert_eq!(span.day.to_string(), "2026-05-01");
    let readings = each_minute("2026-05-01T00:00:00Z", &["100", "151", "149.5"]);
    let summary = summarise(&sensor, &readings, span, since);
    assert_eq!(summary.readings, 3);
    // (100 + 151 + 149.5) / 3 = 133.5
    assert_eq!(summary.mean, Ratio::parse_decimal("133.5"));
    assert_eq!(summary.lowest, Ratio::parse_decimal("100"));
    assert_eq!(summary.highest, Ratio::parse_decimal("151"));
    assert_eq!(summary.minutes_over, 1);
    assert!(!summary.is_exceeded, "one minute is not five");
    // From 02:00 on, when it was there, 22 hours; one of them has readings.
    assert_eq!(summary.missing_hours, 21);
    // printf '…' | sha256sum
    let lines = "2026-05-01T00:00:00.000000Z 100.0\n2026-05-01T00:01:00.000000Z 151.0\n2026-05-01T00:02:00.000000Z 149.5\n";
    assert_eq!(summary.digest, hex::encode(Sha256::digest(lines)));
    // The next day goes on where this one ended.
    let next = closed_periods(&sensor, span.to, at("2026-05-02T17:00:00Z"), &zone);
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].day.to_string(), "2026-05-02");
}

#[test]
fn hours_are_periods_of_their_own() {
    let sensor = Sensor {
        is_hourly: true,
        late_minutes: 0,
        ..dust()
    };
    let found = closed_periods(
        &sensor,
        at("2026-05-01T00:30:00Z"),
        at("2026-05-01T02:59:00Z"),
        &shanghai(),
    );
    let hours: Vec<Option<i64>> = found.iter().map(|span| span.hour).collect();
    // 00:30 UTC is 08:30 in Shanghai.
    assert_eq!(hours, [Some(8), Some(9)]);
}
