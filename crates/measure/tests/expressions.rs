//! Random conditions: the compiled program, the plain evaluation row by row and SQL all count the
//! same rows.

mod common;

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, IndicatorId, Position};
use common::{City, day, made_up_with, period, sqlite};
use measure::export::{ExportCell, Meaning};
use measure::{Dialect, Query};
use programme::expr::eval::{Facts, holds};
use programme::expr::{Context, Expr, Parameter, Purpose, parse_filter};
use programme::model::{Measure, Programme, Selection};
use programme::schema::{ColumnPath, ColumnType, Value};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const UNTIL: &str = "2018-10-31";

/// A table of the export by column name; only rows that are not hidden.
fn rows(city: &City, table: &str) -> Vec<HashMap<Arc<str>, Value>> {
    let export = city.columns.export();
    let table = export.iter().find(|found| found.name == table).unwrap();
    let named = |row: Vec<ExportCell>| -> HashMap<Arc<str>, Value> {
        table
            .columns
            .iter()
            .zip(row)
            .map(|(column, cell)| {
                let value = match (cell, column.meaning) {
                    (ExportCell::Null, _) => Value::Null,
                    (ExportCell::Integer(number), Meaning::Day) => {
                        Value::Day(Day::from_number(i32::try_from(number).unwrap()).unwrap())
                    }
                    (ExportCell::Integer(number), Meaning::YesNo) => Value::Bool(number == 1),
                    (ExportCell::Integer(number), _) => Value::Int(number),
                    (ExportCell::Text(text), Meaning::Set) => {
                        Value::Texts(text.trim_matches(';').split(';').map(Arc::from).collect())
                    }
                    (ExportCell::Text(text), _) => Value::Text(text),
                };
                (column.name.clone(), value)
            })
            .collect()
    };
    table
        .rows()
        .map(named)
        .filter(|row| row["hidden"] == Value::Int(i64::MAX))
        .collect()
}

/// A sample with the tables that its columns refer to.
struct Sample<'a> {
    row: &'a HashMap<Arc<str>, Value>,
    units: &'a [HashMap<Arc<str>, Value>],
    firms: &'a [HashMap<Arc<str>, Value>],
}

impl Facts for Sample<'_> {
    fn value(&self, path: &ColumnPath) -> Value {
        let (column, attribute) = match path {
            ColumnPath::Own(name) => return self.row[name].clone(),
            ColumnPath::Joined { column, attribute } => (column, attribute),
        };
        let versions = if &**column == "subject" {
            self.firms
        } else {
            self.units
        };
        let on = |row: &HashMap<Arc<str>, Value>, name: &str| match row[name] {
            Value::Day(day) => day,
            _ => panic!("{name} is a day"),
        };
        let today = on(self.row, "day");
        let found = versions.iter().find(|version| {
            version["id"] == self.row[column]
                && on(version, "version_from") <= today
                && today <= on(version, "version_to")
        });
        found.map_or(Value::Null, |version| version[attribute].clone())
    }

    fn parameter(&self, parameter: Parameter) -> Option<Day> {
        Some(match parameter {
            Parameter::PeriodStart => day("2017-01-01"),
            Parameter::PeriodEnd => day("2018-12-31"),
            Parameter::AsOf => day(UNTIL),
        })
    }
}

/// Conditions over samples, grown from the grammar.
fn conditions() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("batches".to_owned()),
        Just("fee".to_owned()),
        Just("load".to_owned()),
        Just("done_on - day".to_owned()),
        Just("month(day)".to_owned()),
        Just("year(done_on)".to_owned()),
        Just("subject.staff".to_owned()),
        (0..100_u32).prop_map(|number| number.to_string()),
        (0..60_u32, 0..100_u32).prop_map(|(a, b)| format!("{a}.{b:02}")),
    ];
    let number = number.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), prop_oneof!["\\+", "-", "\\*"])
                .prop_map(|(a, b, op)| format!("({a}) {op} ({b})")),
            (inner.clone(), prop_oneof!["3", "-4", "2\\.5"])
                .prop_map(|(a, b)| format!("({a}) / {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            inner.prop_map(|a| format!("-({a})")),
        ]
    });
    let days = prop_oneof![
        "day",
        "done_on",
        "as_of",
        "period_end",
        "day \\+ 30",
        "coalesce\\(done_on, day\\)",
        "date '2018-03-01'"
    ];
    let compare = || prop_oneof!["=", "<>", "<", "<=", ">", ">="];
    let test = prop_oneof![
        (number.clone(), compare(), number.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (number.clone(), number.clone(), number.clone())
            .prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        number
            .clone()
            .prop_map(|a| format!("{a} not in (1, 2.5, -3, 12)")),
        number.prop_map(|a| format!("({a}) is null")),
        (days.clone(), compare(), days).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        Just("result in ('pass', 'void')".to_owned()),
        Just("result <> 'fail'".to_owned()),
        Just("hazards has 'gas'".to_owned()),
        Just("hazards is null".to_owned()),
        Just("unit = place".to_owned()),
        Just("unit.\"group\" = 'towns'".to_owned()),
        Just("place.tags has 'lead'".to_owned()),
        Just("subject.industry = 'steel'".to_owned()),
        Just("subject.unit = unit".to_owned()),
        Just("subject = 'firm 1'".to_owned()),
        Just("coalesce(result, 'void') not in ('pass')".to_owned()),
    ];
    test.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) = ({b})")),
        ]
    })
}

/// The small city with one counting indicator for each condition.
fn programme_with(texts: &[String]) -> (Arc<Programme>, Vec<Expr>) {
    let mut programme = Arc::unwrap_or_clone(common::city());
    let model = programme.indicators[&IndicatorId::new("samples")].clone();
    let mut filters = Vec::new();
    for text in texts {
        let table = programme.schema.table("sample").unwrap();
        let context = Context {
            schema: &programme.schema,
            vocabularies: &programme.vocabularies,
            units: &programme.units,
            purpose: Purpose::Indicator,
        };
        let span = base::Span::new("x", 0, u32::try_from(text.len()).unwrap());
        // Too deep or too precise ones are refused; all others are sound.
        if let Ok(filter) = parse_filter(text, &span, table, &context) {
            filters.push(filter);
        }
    }
    for (number, filter) in filters.iter().enumerate() {
        let mut indicator = model.clone();
        indicator.id = IndicatorId::new(format!("random_{number}"));
        let selection = Selection {
            table: "sample".into(),
            filter: Some(filter.clone()),
            date: Some("day".into()),
        };
        indicator.measure = Measure::Count(selection);
        programme.indicators.insert(indicator.id.clone(), indicator);
    }
    (Arc::new(programme), filters)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn three_ways_count_the_same(seed: u64, texts in prop::collection::vec(conditions(), 60)) {
        let (programme, filters) = programme_with(&texts);
        prop_assert!(filters.len() > 30, "{} of 60 conditions are sound", filters.len());
        let city = made_up_with(programme, &mut ChaCha8Rng::seed_from_u64(seed), 120);
        let connection = sqlite(&city.columns);
        let (samples, units, firms) =
            (rows(&city, "record_sample"), rows(&city, "unit_history"), rows(&city, "subject_history_firm"));
        for (number, filter) in filters.iter().enumerate() {
            let id = IndicatorId::new(format!("random_{number}"));
            let query = Query::new(id, period("2017..2018"), day(UNTIL), Position(city.head));
            let mut plain = 0_i128;
            for row in &samples {
                let Value::Day(on) = row["day"] else { continue };
                if on <= day(UNTIL) {
                    let sample = Sample { row, units: &units, firms: &firms };
                    plain += i128::from(holds(filter, &sample) == Ok(Some(true)));
                }
            }
            let engine = city.columns.measure(&query).unwrap()[0].figure.numerator().to_integer().unwrap();
            prop_assert_eq!(engine, plain, "{}", filter);
            let sql = city.columns.sql(&query, Dialect::Sqlite).unwrap();
            let found: i64 = connection.query_row(&sql, [], |row| row.get(1)).unwrap();
            prop_assert_eq!(engine, i128::from(found), "{}\n{}", filter, sql);
        }
    }
}

#[test]
fn the_schema_says_what_the_export_means() {
    // Each column of a record type stands in its table, but for personal ones.
    let city = City::new();
    let (programme, _) = city.columns.programme_at(Position(city.head)).unwrap();
    let export = city.columns.export();
    let table = export
        .iter()
        .find(|table| table.name == "record_sample")
        .unwrap();
    let schema = programme.schema.table("sample").unwrap();
    for column in schema.columns.values() {
        let found = table.columns.iter().find(|found| found.name == column.name);
        assert_eq!(found.is_none(), column.personal, "{}", column.name);
        let Some(found) = found else { continue };
        let expected = match &column.column_type {
            ColumnType::Decimal(scale) => Meaning::Scaled(*scale),
            ColumnType::Day => Meaning::Day,
            ColumnType::Codes(_) => Meaning::Set,
            _ => Meaning::Plain,
        };
        assert_eq!(found.meaning, expected, "{}", column.name);
    }
}
