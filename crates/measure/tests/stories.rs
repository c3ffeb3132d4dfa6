//! Figures that anyone can check by hand: states, time, history, the tree, what follows from what.

mod common;

use std::sync::Arc;

use base::{Day, IndicatorId, PartKind, Position, UnitId};
use common::{City, city, city_with, day, period, shown, text};
use measure::{By, Change, Columns, RowId, Value};

fn on(text: &str) -> Value {
    Value::Day(day(text))
}

/// Ten samples of 2018 in Bridge and Hill, and one of 2017.
fn ten_samples() -> City {
    let mut city = City::new();
    city.firm(
        "mill",
        "2016-01-01",
        &[("industry", text("paper")), ("staff", Value::Int(12))],
    );
    city.firm(
        "forge",
        "2018-03-01",
        &[("industry", text("steel")), ("staff", Value::Int(3))],
    );
    let rows = [
        // day, unit, place, subject, result, batches, load in thousandths
        ("2017-12-31", "office", "bridge", "mill", "pass", 1, 1000),
        ("2018-01-01", "office", "bridge", "mill", "pass", 1, 1000),
        ("2018-01-15", "office", "bridge", "mill", "fail", 2, 2500),
        ("2018-02-01", "office", "hill", "mill", "pass", 3, 500),
        ("2018-03-31", "office", "hill", "forge", "pass", 1, 250),
        ("2018-04-01", "office", "hill", "forge", "fail", 1, 750),
        ("2018-05-10", "office", "wharf", "mill", "pass", 4, 4000),
        ("2018-06-30", "office", "wharf", "mill", "void", 1, 1000),
        ("2018-07-01", "office", "bridge", "forge", "pass", 1, 1000),
        ("2018-10-09", "office", "hill", "forge", "pass", 2, 2000),
        ("2018-12-31", "office", "bridge", "mill", "fail", 1, 1500),
    ];
    for (date, unit, place, subject, result, batches, load) in rows {
        city.record(
            "sample",
            &[
                ("day", on(date)),
                ("unit", text(unit)),
                ("place", text(place)),
                ("subject", text(subject)),
                ("result", text(result)),
                ("batches", Value::Int(batches)),
                ("load", Value::Int(load)),
            ],
        );
    }
    city
}

#[test]
fn figures_of_the_whole_city() {
    let city = ten_samples();
    for (indicator, over, measured_on, expected) in [
        ("samples", "2018", "2018-12-31", "10"),
        ("samples", "2017", "2018-12-31", "1"),
        ("samples", "2018", "2018-06-30", "7"),
        ("samples", "2018", "2017-06-30", "0"),
        ("samples", "..2018", "2019-01-01", "11"),
        ("samples", "2018Q2", "2019-01-01", "3"),
        ("failed", "2018", "2018-12-31", "3"),
        ("batches", "2018", "2018-12-31", "17"),
        // 14.5 tonnes in ten samples.
        ("mean_load", "2018", "2018-12-31", "29/2 over 10"),
        ("least_load", "2018", "2018-12-31", "1/4"),
        ("least_load", "2016", "2018-12-31", "not_applicable"),
        ("pass_rate", "2018", "2018-12-31", "6 over 9"),
        ("pass_rate", "2016", "2018-12-31", "not_applicable"),
        ("samples", "2016", "2018-12-31", "0"),
        ("batches", "2016", "2018-12-31", "0"),
        // pass 1+0.5+0.25+4+1+2 of 14.5 tonnes
        ("pass_rate_by_load", "2018", "2018-12-31", "35/4 over 29/2"),
        // From 2018-10-03 on: mill and forge. From 2018-07-02 on the same.
        ("firms_sampled", "2018", "2018-12-31", "2"),
        ("firms_sampled", "2018", "2018-10-31", "1"),
        ("industries_sampled", "2018", "2018-12-31", "2"),
        // By then all samples of the last six months were of the mill: 2017-08-28 to 2018-02-28.
        ("industries_sampled", "2018", "2018-02-28", "1"),
        ("samples_growth", "2018", "2018-12-31", "9"),
        ("samples_growth", "2016", "2018-12-31", "not_applicable"),
        ("failed_per_sample", "2018", "2018-12-31", "300 over 10"),
        ("failed_per_sample", "2016", "2018-12-31", "not_applicable"),
        ("firms", "2018", "2018-12-31", "1"),
        ("firms", "2015", "2018-12-31", "0"),
        ("committee", "2018", "2018-12-31", "1"),
        // Hill becomes a park on 2018-04-01, Wharf ends on 2018-06-30.
        ("towns", "2018", "2018-03-31", "3"),
        ("towns", "2018", "2018-04-01", "2"),
        ("towns", "2018", "2018-12-31", "1"),
        // Office 0.98 is no town; Bridge 0.98, Hill 0.9, Wharf 0.98.
        ("targets", "2018", "2018-12-31", "143/50"),
        ("item_points", "2018", "2018-12-31", "9/2"),
    ] {
        assert_eq!(
            city.figure(indicator, over, measured_on),
            expected,
            "{indicator} {over} {measured_on}"
        );
    }
}

#[test]
fn a_row_counts_for_the_units_of_its_own_day() {
    let city = ten_samples();
    let by_place = |indicator: &str| {
        let cells = city
            .columns
            .measure(&city.query(indicator, "2018", "2018-12-31").by(By::Unit))
            .unwrap();
        let shown: Vec<String> = cells
            .iter()
            .map(|cell| {
                format!(
                    "{} {}",
                    cell.slice.unit.as_ref().unwrap(),
                    shown(&cell.figure)
                )
            })
            .collect();
        shown.join(", ")
    };
    // Hill's rate counts for the office only until Hill leaves it on 2018-04-01; Wharf keeps its own.
    assert_eq!(
        by_place("pass_rate"),
        "hall 6 over 9, office 2 over 2, bridge 2 over 4, hill 3 over 4, wharf 1"
    );
    // At the period's end Wharf is gone: its two rows are Bridge's and Hill's, and once the city's.
    assert_eq!(
        by_place("samples_at_place"),
        "hall 10, office 0, bridge 6, hill 6"
    );
    // By responsible unit all are the office's.
    assert_eq!(
        by_place("samples"),
        "hall 10, office 10, bridge 0, hill 0, wharf 0"
    );
}

#[test]
fn cells_by_part_field_and_subject() {
    let city = ten_samples();
    let ask = |indicator: &str, by: By| {
        let cells = city
            .columns
            .measure(&city.query(indicator, "2018", "2018-12-31").by(by))
            .unwrap();
        let shown: Vec<String> = cells
            .iter()
            .map(|cell| {
                let name = match (&cell.slice.subject, &cell.slice.field) {
                    (Some(subject), _) => subject.to_string(),
                    (_, Some((_, value))) => {
                        value.as_ref().map_or("-".to_owned(), ToString::to_string)
                    }
                    _ => cell.period.to_string(),
                };
                format!("{name} {}", shown(&cell.figure))
            })
            .collect();
        shown.join(", ")
    };
    assert_eq!(
        ask("samples", By::Part(PartKind::Quarter)),
        "2018Q1 4, 2018Q2 3, 2018Q3 1, 2018Q4 2"
    );
    assert_eq!(ask("samples", By::Subject), "forge 4, mill 6");
    assert_eq!(
        ask("samples", By::Field("result".into())),
        "pass 6, fail 3, void 1"
    );
    assert_eq!(
        ask("failed", By::Field("subject.industry".into())),
        "steel 1, paper 2"
    );
    assert_eq!(
        ask("failed_per_sample", By::Field("subject.industry".into())),
        "steel 100 over 4, paper 200 over 6"
    );
}

#[test]
fn an_earlier_position_shows_what_was_known_then() {
    let mut city = ten_samples();
    let before = Position(city.head);
    let hidden = city.record(
        "sample",
        &[("day", on("2018-08-01")), ("result", text("fail"))],
    );
    let with_it = Position(city.head);
    city.hide("sample", hidden);
    city.numbered_record(
        "sample",
        hidden,
        &[("day", on("2018-08-02")), ("result", text("pass"))],
    );
    for (at, expected) in [
        (before, "6 over 9"),
        (with_it, "6 over 10"),
        (Position(city.head), "7 over 10"),
        (Position(with_it.0 + 1), "6 over 9"),
    ] {
        let mut query = city.query("pass_rate", "2018", "2018-12-31");
        query.at = at;
        assert_eq!(
            shown(&city.columns.measure(&query).unwrap()[0].figure),
            expected,
            "{at}"
        );
    }
    let mut query = city.query("pass_rate", "2018", "2018-12-31");
    query.at = Position(0);
    assert_eq!(city.columns.measure(&query).unwrap_err().code, "M201");
}

#[test]
fn an_import_counts_from_its_closing_entry_on_or_never() {
    let mut city = ten_samples();
    let before = city.head;
    let row = |city: &City| {
        let width = city
            .columns
            .programme_at(Position(before))
            .unwrap()
            .0
            .schema
            .table("sample")
            .unwrap()
            .columns
            .len();
        [vec![on("2018-08-01")], vec![Value::Null; width - 2]].concat()
    };
    let stage = |city: &City, import: u64, id: u64, at: u64| Change::Stage {
        import,
        table: "sample".into(),
        id,
        at: Position(at),
        values: row(city),
    };
    // Import 1 brings a new record and the next version of record 2 (of 2018-01-01); import 2 is given up.
    for (import, id, at) in [(1, 100, 1), (1, 2, 2), (2, 101, 3)] {
        let change = stage(&city, import, id, before + at);
        city.columns.apply(change).unwrap();
    }
    city.columns
        .apply(Change::Reveal {
            import: 1,
            at: Position(before + 4),
        })
        .unwrap();
    city.columns
        .apply(Change::Discard {
            import: 2,
            at: Position(before + 5),
        })
        .unwrap();
    let samples = |period: &str, at: u64| {
        let mut query = city.query("samples", period, "2018-12-31");
        query.at = Position(before + at);
        shown(&city.columns.measure(&query).unwrap()[0].figure)
    };
    for (at, of_the_year, of_january) in [
        (0, "10", "2"),
        (3, "10", "2"),
        (4, "11", "1"),
        (5, "11", "1"),
    ] {
        assert_eq!(
            (
                samples("2018", at).as_str(),
                samples("2018-01", at).as_str()
            ),
            (of_the_year, of_january),
            "{at}"
        );
    }
}

#[test]
fn personal_values_are_not_kept() {
    let mut city = City::new();
    city.firm(
        "mill",
        "2018-01-01",
        &[("name", text("Zhang San")), ("industry", text("steel"))],
    );
    let number = city.record(
        "sample",
        &[("day", on("2018-01-01")), ("inspector", text("Li Si"))],
    );
    let row = city
        .columns
        .row_at("sample", &RowId::Number(number), Position(city.head))
        .unwrap();
    assert_eq!(
        (row.value("inspector"), row.value("day")),
        (Value::Null, on("2018-01-01"))
    );
    let firm = city
        .columns
        .rows_at("subject:firm", Position(city.head))
        .next()
        .unwrap();
    assert_eq!(
        (firm.value("name"), firm.value("industry")),
        (Value::Null, text("steel"))
    );
}

#[test]
fn attributes_are_those_of_the_records_day_and_known_then() {
    let mut city = ten_samples();
    let query = |city: &City| {
        city.query("failed", "2018", "2018-12-31")
            .by(By::Field("subject.industry".into()))
    };
    let answer = |city: &City, at: u64| {
        let mut query = query(city);
        query.at = Position(at);
        let cells = city.columns.measure(&query).unwrap();
        let name = |cell: &measure::Cell| {
            cell.slice
                .field
                .as_ref()
                .and_then(|(_, value)| value.clone())
        };
        cells
            .iter()
            .map(|cell| {
                (
                    name(cell).unwrap_or("-".into()).to_string(),
                    shown(&cell.figure),
                )
            })
            .collect::<Vec<_>>()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let before = city.head;
    // From 2018-12-01 the mill makes milk: its failure of 2018-12-31 is dairy's.
    city.firm("mill", "2018-12-01", &[("industry", text("dairy"))]);
    assert_eq!(
        answer(&city, city.head),
        [pair("steel", "1"), pair("paper", "1"), pair("dairy", "1")]
    );
    // What was said from 2016 on is corrected; what was said from 2018-12-01 on stays.
    city.firm("mill", "2016-01-01", &[("industry", text("steel"))]);
    assert_eq!(
        answer(&city, city.head),
        [pair("steel", "2"), pair("dairy", "1")]
    );
    assert_eq!(
        answer(&city, before),
        [pair("steel", "1"), pair("paper", "2")]
    );
}

#[test]
fn a_later_programme_does_not_change_what_an_earlier_one_said() {
    let mut city = ten_samples();
    let before = Position(city.head);
    // Bridge moves below the office from 2018-03-01 on, and samples get a field.
    city.take(city_with(
        r#"
[[unit_change]]
unit = "bridge"
on = 2018-03-01
parent = "office"
[[field]]
of = "sample"
id = "method"
name = "方法"
type = "text"
[[indicator]]
id = "by_method"
name = "有方法"
measure = "count"
of = "sample"
where = "method is not null"
"#,
    ));
    city.record(
        "sample",
        &[
            ("day", on("2018-12-31")),
            ("place", text("bridge")),
            ("method", text("x")),
            ("result", text("pass")),
        ],
    );
    let ask = |at: Position| {
        let mut query = city
            .query("pass_rate", "2018", "2018-12-31")
            .for_unit(UnitId::new("office"));
        query.at = at;
        shown(&city.columns.measure(&query).unwrap()[0].figure)
    };
    // Hill to 2018-03-31, then with Bridge from 2018-03-01: pass and fail, and the new pass.
    assert_eq!(ask(before), "2 over 2");
    assert_eq!(ask(Position(before.0 + 1)), "3 over 4");
    assert_eq!(ask(Position(city.head)), "4 over 5");
    assert_eq!(city.figure("by_method", "2018", "2018-12-31"), "1");
    let mut query = city.query("by_method", "2018", "2018-12-31");
    query.at = before;
    assert_eq!(city.columns.measure(&query).unwrap_err().code, "M202");
}

#[test]
fn reports_from_outside() {
    let mut city = City::new();
    assert_eq!(
        city.figure("reported", "2018", "2018-12-31"),
        "not_reported"
    );
    assert_eq!(
        city.figure("reported_change", "2018", "2018-12-31"),
        "not_reported"
    );
    let mut report = |date: &str, of: &str, value: Option<i64>, finality: &str| {
        city.record(
            "report",
            &[
                ("day", on(date)),
                ("for", text(of)),
                ("value", value.map_or(Value::Null, Value::Int)),
                ("finality", text(finality)),
            ],
        )
    };
    report("2018-02-10", "2017", Some(9000), "final");
    report("2018-12-20", "2018", Some(9100), "flash");
    report("2019-02-10", "2018", Some(9250), "final");
    report("2019-03-10", "2018", None, "final");
    // The report for 2018 comes after its end; until then the flash stands.
    assert_eq!(
        city.figure("reported", "2018", "2018-12-19"),
        "not_reported"
    );
    assert_eq!(
        city.figure("reported", "2018", "2019-01-31"),
        "preliminary 91"
    );
    assert_eq!(city.figure("reported", "2018", "2019-04-01"), "185/2");
    assert_eq!(
        city.figure("reported_change", "2018", "2019-01-31"),
        "preliminary 1"
    );
    assert_eq!(city.figure("reported_change", "2018", "2019-04-01"), "5/2");
    // Without a period field the latest of the window counts.
    assert_eq!(city.figure("place_in_province", "2018", "2019-04-01"), "91");
}

#[test]
fn a_weight_that_is_missing_is_not_left_out_in_silence() {
    let mut city = ten_samples();
    city.record(
        "output",
        &[
            ("day", on("2018-01-01")),
            ("industry", text("paper")),
            ("value", Value::Int(300)),
        ],
    );
    assert_eq!(
        city.figure("weighted_pass_rate", "2018", "2018-12-31"),
        "not_reported"
    );
    city.record(
        "output",
        &[
            ("day", on("2018-01-01")),
            ("industry", text("steel")),
            ("value", Value::Int(100)),
        ],
    );
    // Paper 3 of 5 with weight 3, steel 3 of 4 with weight 1: (1.8 + 0.75) ÷ 4.
    let figure = &city
        .columns
        .measure(&city.query("weighted_pass_rate", "2018", "2018-12-31"))
        .unwrap()[0]
        .figure;
    assert_eq!(figure.value().unwrap().exact_decimal().unwrap(), "0.6375");
    assert_eq!(figure.denominator().to_string(), "4");
    assert_eq!(
        city.figure("weighted_pass_rate", "2016", "2018-12-31"),
        "not_applicable"
    );
}

#[test]
fn growth_in_mid_period_compares_as_much_of_the_earlier_one() {
    let mut city = City::new();
    for date in [
        "2017-02-01",
        "2017-03-01",
        "2017-09-01",
        "2017-10-01",
        "2018-01-05",
        "2018-02-05",
        "2018-03-05",
    ] {
        city.record("sample", &[("day", on(date))]);
    }
    // By 2018-06-30 three, by 2017-06-30 two; by the end of 2018 three against four.
    assert_eq!(
        city.figure("samples_growth", "2018", "2018-06-30"),
        "1 over 2"
    );
    assert_eq!(
        city.figure("samples_growth", "2018", "2018-12-31"),
        "-1 over 4"
    );
}

#[test]
fn the_records_behind_a_figure() {
    let city = ten_samples();
    let behind = |indicator: &str, unit: Option<&str>| {
        let mut query = city.query(indicator, "2018", "2018-12-31");
        query.unit = unit.map(UnitId::new);
        let found = city.columns.records_behind(&query).unwrap();
        found
            .into_iter()
            .map(|row| match row.row {
                RowId::Number(number) => {
                    format!("{}{number}", if row.in_numerator { "+" } else { "" })
                }
                RowId::Name(name) => name.to_string(),
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(behind("pass_rate", Some("hill")), "+4 +5 6 +10");
    assert_eq!(behind("pass_rate", Some("office")), "+4 +5");
    assert_eq!(behind("failed", None), "+3 +6 +11");
    assert_eq!(behind("least_load", None), "2 3 4 +5 6 7 8 9 10 11");
    assert_eq!(
        behind("failed_per_sample", None),
        "+3 +6 +11 +2 +3 +4 +5 +6 +7 +8 +9 +10 +11"
    );
    assert_eq!(behind("firms", None), "mill");
    assert_eq!(behind("item_points", None), "assessment/food");
    assert_eq!(
        behind("samples_growth", None),
        "+2 +3 +4 +5 +6 +7 +8 +9 +10 +11 +1"
    );
    // Asked of one record alone, the answer is the same.
    for indicator in ["pass_rate", "failed", "least_load"] {
        for unit in [None, Some("hill"), Some("office")] {
            let mut query = city.query(indicator, "2018", "2018-12-31");
            query.unit = unit.map(UnitId::new);
            let all = city.columns.records_behind(&query).unwrap();
            for number in 1..=12 {
                let mut own = all.iter().filter(|row| row.row == RowId::Number(number));
                let expected = own.next().map(|row| row.in_numerator);
                let found = city.columns.counts_row(&query, number).unwrap();
                assert_eq!(found, expected, "{indicator} {unit:?} {number}");
            }
        }
    }
    // What is made from others reads no record itself.
    let query = city.query("failed_per_sample", "2018", "2018-12-31");
    assert_eq!(city.columns.counts_row(&query, 3).unwrap(), None);
}

#[test]
fn the_city_s_own_figure_is_every_unit_s() {
    let city = ten_samples();
    let cells = city
        .columns
        .measure(&city.query("quick_share", "2018", "2018-12-31").by(By::Unit))
        .unwrap();
    // Nothing is done: to the end of the year only those of 2018-10-09 or later are within 90 days.
    assert!(
        cells.iter().all(|cell| shown(&cell.figure) == "1 over 10"),
        "{cells:?}"
    );
    assert_eq!(cells.len(), 5);
}

#[test]
fn by_unit_and_by_subject_for_many() {
    let city = ten_samples();
    let id = IndicatorId::new("pass_rate");
    let (over, on, at) = (period("2018"), day("2018-12-31"), Position(city.head));
    let by_unit = city.columns.measure_by_unit(&id, over, on, at).unwrap();
    assert_eq!(shown(&by_unit[&UnitId::new("bridge")]), "2 over 4");
    let by_subject = city.columns.measure_by_subject(&id, over, on, at).unwrap();
    assert_eq!(shown(by_subject.get("forge")), "3 over 4");
    assert_eq!(shown(by_subject.get("nobody")), "not_applicable");
    let alike = city.columns.measure_many(&[
        city.query("pass_rate", "2018", "2018-12-31"),
        city.query("index", "2018", "2018-12-31"),
        city.query("pass_rate", "2017", "2018-12-31"),
    ]);
    let alike: Vec<String> = alike
        .unwrap()
        .iter()
        .map(|cells| shown(&cells[0].figure))
        .collect();
    // 60 × 6/9 + (17 − 3) ÷ 11 × 0.25
    assert_eq!(alike, ["6 over 9", "887/22", "1"]);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let city = ten_samples();
    let ask = |indicator: &str, by: By, unit: Option<&str>| {
        let mut query = city.query(indicator, "2018", "2018-12-31").by(by);
        query.unit = unit.map(UnitId::new);
        city.columns
            .measure(&query)
            .err()
            .map(|problem| problem.code)
    };
    for (indicator, by, unit, code) in [
        ("nothing", By::None, None, Some("M202")),
        ("samples", By::None, Some("puki"), Some("M203")),
        ("reported", By::Subject, None, Some("M205")),
        ("samples", By::Field("colour".into()), None, Some("M207")),
        ("samples", By::Field("batches".into()), None, Some("M207")),
        ("samples", By::Field("inspector".into()), None, Some("M207")),
        (
            "samples",
            By::Field("subject.name".into()),
            None,
            Some("M207"),
        ),
        ("samples", By::Unit, Some("office"), None),
    ] {
        assert_eq!(ask(indicator, by, unit), code, "{indicator}");
    }
    let mut query = city
        .query("samples", "..2018", "2018-12-31")
        .by(By::Part(PartKind::Year));
    assert_eq!(city.columns.measure(&query).unwrap_err().code, "M210");
    query.by = By::None;
    assert!(city.columns.measure(&query).is_ok());
}

#[test]
fn a_calculation_beyond_64_bits_is_refused() {
    let mut city = City::new();
    city.record(
        "sample",
        &[("day", on("2018-01-01")), ("fee", Value::Int(i64::MAX / 2))],
    );
    let problem = city
        .columns
        .measure(&city.query("cost", "2018", "2018-12-31"))
        .unwrap_err();
    assert_eq!(problem.code, "M208");
}

#[test]
fn changes_that_do_not_fit_are_refused_and_change_nothing() {
    let mut columns = Columns::new();
    let record = |id: u64, at: u64, values: Vec<Value>| Change::Record {
        table: "sample".into(),
        id,
        at: Position(at),
        values,
    };
    assert_eq!(
        columns.apply(record(1, 1, Vec::new())).unwrap_err().code,
        "M101"
    );
    columns
        .apply(Change::Programme {
            at: Position(1),
            programme: city(),
        })
        .unwrap();
    let width = city().schema.table("sample").unwrap().columns.len() - 1;
    let empty = || vec![Value::Null; width];
    let wrong = || [vec![Value::Int(1)], vec![Value::Null; width - 1]].concat();
    for (change, code) in [
        (record(1, 2, vec![Value::Null]), "M102"),
        (record(1, 2, wrong()), "M103"),
        (record(1, 0, empty()), "M106"),
        (
            Change::Hide {
                table: "sample".into(),
                id: 9,
                at: Position(2),
            },
            "M105",
        ),
        (
            Change::Subject {
                subject_type: "firm".into(),
                id: "x".into(),
                from: Day::MIN,
                attributes: vec![(Arc::from("colour"), Value::Null)],
                at: Position(2),
            },
            "M107",
        ),
    ] {
        assert_eq!(columns.apply(change).unwrap_err().code, code);
        assert_eq!(columns.head(), Position(1));
    }
    columns.apply(record(1, 2, empty())).unwrap();
    assert_eq!(
        columns.apply(record(1, 3, empty())).unwrap_err().code,
        "M104"
    );
    assert_eq!(columns.rows("sample"), 1);
}
