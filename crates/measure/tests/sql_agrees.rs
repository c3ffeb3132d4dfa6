//! The engine and its own SQL agree: every indicator, every division, several days and positions,
//! over random rows.

mod common;

use std::collections::BTreeMap;

use base::{Figure, FigureState, PartKind, Position, Ratio, UnitId};
use common::{City, day, made_up, period, sqlite};
use measure::{By, Dialect, Query};
use programme::model::Measure;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Value or state, by slice; `None` is the slice of rows without one.
type Answers = BTreeMap<Option<String>, String>;

fn shown(figure: &Figure) -> String {
    match figure.value() {
        Some(value) => format!("{} {value}", figure.state()),
        None => figure.state().to_string(),
    }
}

fn by_engine(city: &City, query: &Query) -> Result<Answers, String> {
    let cells = city.columns.measure(query).map_err(|problem| problem.code.to_owned())?;
    Ok(cells
        .into_iter()
        .map(|cell| {
            let slice = match &query.by {
                By::None => Some(String::new()),
                By::Unit => cell.slice.unit.as_ref().map(ToString::to_string),
                By::Subject => cell.slice.subject.as_ref().map(ToString::to_string),
                By::Field(_) => cell.slice.field.and_then(|(_, value)| value).map(|value| value.to_string()),
                By::Part(_) => Some(cell.period.to_string()),
            };
            (slice, shown(&cell.figure))
        })
        .collect())
}

fn by_sql(connection: &rusqlite::Connection, sql: &str, is_weighted: bool) -> Answers {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    if is_weighted {
        let rows = statement
            .query_map([], |row| {
                let weight: Option<i64> = row.get(4)?;
                Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?, weight, row.get::<_, i64>(5)?))
            })
            .unwrap();
        let mut sums: BTreeMap<Option<String>, Option<(Ratio, Ratio)>> = BTreeMap::new();
        for row in rows {
            let (slice, part, whole, weight, scale) = row.unwrap();
            let entry = sums.entry(slice).or_insert_with(|| Some((Ratio::ZERO, Ratio::ZERO)));
            *entry = match (entry.take(), weight) {
                (Some((numerator, denominator)), Some(weight)) => {
                    let weight = Ratio::new(weight.into(), scale.into()).unwrap();
                    let share = Ratio::new(part.into(), whole.into()).unwrap();
                    Some((numerator + &weight * &share, denominator + weight))
                }
                _ => None,
            };
        }
        let figure = |sums: Option<(Ratio, Ratio)>| match sums {
            Some((numerator, denominator)) => Figure::value_of(numerator, denominator),
            None => Figure::not_reported(),
        };
        return sums.into_iter().map(|(slice, sums)| (slice, shown(&figure(sums)))).collect();
    }
    statement
        .query_map([], |row| {
            let (n, d): (Option<i64>, i64) = (row.get(1)?, row.get(3)?);
            let (ns, ds): (i64, i64) = (row.get(2)?, row.get(4)?);
            let preliminary: i64 = row.get(5)?;
            let ratio = |number: i64, scale: i64| Ratio::new(number.into(), scale.into()).unwrap();
            let figure = match n {
                None => Figure::not_reported(),
                Some(n) if preliminary == 1 => Figure::preliminary(ratio(n, ns), ratio(d, ds)),
                Some(n) => Figure::value_of(ratio(n, ns), ratio(d, ds)),
            };
            Ok((row.get::<_, Option<String>>(0)?, shown(&figure)))
        })
        .unwrap_or_else(|error| panic!("{error}\n{sql}"))
        .map(|row| row.unwrap_or_else(|error| panic!("{error}\n{sql}")))
        .collect()
}

/// Asks everything of both; gives how many questions were answered.
fn compare_all(city: &City) -> usize {
    let connection = sqlite(&city.columns);
    let (programme, _) = city.columns.programme_at(Position(city.head)).unwrap();
    let mut answered = 0;
    let divisions = [
        By::None,
        By::Unit,
        By::Subject,
        By::Field("result".into()),
        By::Field("subject.industry".into()),
        By::Field("unit.kind".into()),
        By::Part(PartKind::Quarter),
    ];
    for indicator in programme.indicators.values() {
        let is_weighted = matches!(indicator.measure, Measure::WeightedRatio { .. });
        for (over, on) in [("2018", "2019-03-01"), ("2018", "2018-05-20"), ("2017..2018", "2018-12-31"), ("2018H1", "2018-06-30")] {
            for at in [city.head, city.head / 2] {
                for by in &divisions {
                    for unit in [None, Some("bridge"), Some("office")] {
                        let mut query = Query::new(indicator.id.clone(), period(over), day(on), Position(at)).by(by.clone());
                        query.unit = unit.map(UnitId::new);
                        let engine = by_engine(city, &query);
                        let sql = city.columns.sql(&query, Dialect::Sqlite);
                        let (mut engine, sql) = match (engine, sql) {
                            (Ok(engine), Ok(sql)) => (engine, sql),
                            (Err(code), Err(problem)) => {
                                assert_eq!(code, problem.code, "{query:?}");
                                continue;
                            }
                            (engine, sql) => panic!("{query:?}\n{engine:?}\n{sql:?}"),
                        };
                        let mut found = by_sql(&connection, &sql, is_weighted);
                        if is_weighted {
                            // The strata are given only where there are rows, and for every unit with rows.
                            let empty = FigureState::NotApplicable.to_string();
                            engine.retain(|_, figure| *figure != empty);
                            found.retain(|slice, _| engine.contains_key(slice));
                        }
                        assert_eq!(engine, found, "{query:?}\n{sql}");
                        answered += 1;
                    }
                }
            }
        }
    }
    answered
}

#[test]
fn engine_and_sql_agree_on_a_year_of_records() {
    let city = made_up(&mut ChaCha8Rng::seed_from_u64(7), 600);
    assert!(compare_all(&city) > 2000);
}

#[test]
fn engine_and_sql_agree_on_nothing() {
    compare_all(&City::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_sql_agree_on_a_few_rows(seed: u64, records in 1_usize..40) {
        compare_all(&made_up(&mut ChaCha8Rng::seed_from_u64(seed), records));
    }
}
