//! The engine and its own SQL agree: every indicator, every division, several days and positions,
//! over random rows.

mod common;

use common::answers::{Cell, questions};
use common::{City, made_up, sqlite};
use measure::Dialect;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::types::Value;

fn run(connection: &rusqlite::Connection, sql: &str) -> rusqlite::Result<Vec<Vec<Cell>>> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let cell = |index| {
            Ok(match row.get::<_, Value>(index)? {
                Value::Null => Cell::Null,
                Value::Integer(number) => Cell::Integer(number.into()),
                Value::Text(text) => Cell::Text(text),
                other => panic!("{other:?} is neither an integer nor a text"),
            })
        };
        rows.push(
            (0..width)
                .map(cell)
                .collect::<rusqlite::Result<Vec<Cell>>>()?,
        );
    }
    Ok(rows)
}

/// Asks each `every`-th question of both; gives how many were answered.
fn compare(city: &City, every: usize) -> usize {
    let connection = sqlite(&city.columns);
    let questions = questions(city, Dialect::Sqlite, every);
    for question in &questions {
        let rows = run(&connection, &question.sql)
            .unwrap_or_else(|error| panic!("{error}\n{}", question.sql));
        question.compare(&rows);
    }
    questions.len()
}

#[test]
fn engine_and_sql_agree_on_a_year_of_records() {
    let city = made_up(&mut ChaCha8Rng::seed_from_u64(7), 600);
    // 5 has no divisor in common with the number of divisions or times, so all of them come up.
    assert!(compare(&city, 5) > 600);
}

#[test]
fn engine_and_sql_agree_on_nothing() {
    compare(&City::new(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_sql_agree_on_a_few_rows(seed: u64, records in 1_usize..40) {
        compare(&made_up(&mut ChaCha8Rng::seed_from_u64(seed), records), 3);
    }
}
