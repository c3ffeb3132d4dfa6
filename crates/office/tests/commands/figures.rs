//! Every figure of the town, on four ways.

use base::{Day, Period, Position};
use measure::{By, Columns, Dialect, ExportCell, Query};
use office::{Access, Office};
use programme::model::Measure;
use rusqlite::types::Value;

use crate::answers::{Answers, Cell, Held, by_engine};
use crate::town::{Town, quiet};

/// Columns at a position, as `answers.rs` asks them.
pub struct City {
    pub columns: Columns,
    pub head: u64,
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub fn period(text: &str) -> Period {
    Period::parse(text, base::AssessmentStart::default()).unwrap()
}

/// What was measured when a position was the last.
pub struct Seen {
    at: Position,
    answers: Vec<(Query, Result<Answers, String>)>,
}

/// Every indicator of the programme that was in force, undivided, by unit and by half-year.
fn questions(columns: &Columns, at: Position) -> Vec<Query> {
    let Some((programme, _)) = columns.programme_at(at) else {
        return Vec::new();
    };
    let mut questions = Vec::new();
    for indicator in programme.indicators.keys() {
        for (over, on) in [("2018", "2018-12-31"), ("2018H1", "2018-06-30")] {
            for by in [By::None, By::Unit] {
                questions.push(Query::new(indicator.clone(), period(over), day(on), at).by(by));
            }
        }
    }
    questions
}

fn answers(columns: &Columns, at: Position) -> Vec<(Query, Result<Answers, String>)> {
    let city = City {
        columns: columns.clone(),
        head: at.0,
    };
    let asked = questions(columns, at).into_iter();
    asked
        .map(|query| {
            let found = by_engine(&city, &query);
            (query, found)
        })
        .collect()
}

impl Seen {
    /// What is measured now.
    pub fn of(town: &Town) -> Seen {
        let at = town.office.position();
        Seen {
            at,
            answers: answers(town.office.mirror().columns(), at),
        }
    }

    fn is_the_same(&self, columns: &Columns, way: &str) {
        for ((query, seen), (_, now)) in self.answers.iter().zip(answers(columns, self.at)) {
            assert_eq!(*seen, now, "{way}, at position {}: {query:?}", self.at.0);
        }
    }
}

/// What was seen at each position is seen there again: now, after a replay, in another process's reading, and
/// by SQL; and the folder is whole.
pub fn same_on_every_way(town: &mut Town, seen: &[Seen]) {
    let path = town.dir.path().join("data");
    town.office.agrees_with_replay().unwrap();
    for one in seen {
        one.is_the_same(town.office.mirror().columns(), "later");
    }
    let beside = Office::open(&path, Access::Read, &mut quiet).unwrap();
    for one in seen {
        one.is_the_same(beside.mirror().columns(), "replayed");
    }
    by_sql(beside.mirror().columns(), seen);
    drop(beside);
    town.office.save_snapshot().unwrap();
    town.reopen();
    assert_eq!(town.office.started_from(), town.office.position());
    town.office.agrees_with_replay().unwrap();
    for one in seen {
        one.is_the_same(town.office.mirror().columns(), "from a snapshot");
    }
    if let Some((size, restored)) = town.restored() {
        for one in seen.iter().filter(|one| one.at.0 <= size) {
            one.is_the_same(restored.mirror().columns(), "from a backup");
        }
    }
    let verified = office::verify(&path, &mut quiet).unwrap();
    assert_eq!(verified.position, town.office.position());
    assert_eq!(verified.open_imports, 0);
}

fn by_sql(columns: &Columns, seen: &[Seen]) {
    let connection = sqlite(columns);
    // Some positions are enough, the last among them: each costs an engine that plans every question anew.
    let step = seen.len().div_ceil(4);
    for one in seen.iter().rev().step_by(step) {
        for (query, engine) in &one.answers {
            let sql = columns.sql(query, Dialect::Sqlite);
            let (engine, sql) = match (engine, sql) {
                (Ok(engine), Ok(sql)) => (engine.clone(), sql),
                (Err(code), Err(problem)) => {
                    assert_eq!(*code, problem.code, "{query:?}");
                    continue;
                }
                (engine, sql) => panic!("{query:?}\n{engine:?}\n{sql:?}"),
            };
            let (programme, _) = columns.programme_at(query.at).unwrap();
            let measure = &programme.indicators[&query.indicator].measure;
            let held = Held {
                query: query.clone(),
                engine,
                is_weighted: matches!(measure, Measure::WeightedRatio { .. }),
                sql,
            };
            held.compare(&rows(&connection, &held.sql));
        }
    }
}

fn sqlite(columns: &Columns) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for table in columns.export() {
        connection
            .execute_batch(&table.create_sql(Dialect::Sqlite))
            .unwrap();
        connection
            .execute_batch(&table.index_sql().unwrap_or_default())
            .unwrap();
        let marks = vec!["?"; table.columns.len()].join(", ");
        let mut insert = connection
            .prepare(&format!("insert into \"{}\" values ({marks})", table.name))
            .unwrap();
        for row in table.rows() {
            let cells = row.into_iter().map(|cell| match cell {
                ExportCell::Null => Value::Null,
                ExportCell::Integer(number) => Value::Integer(number),
                ExportCell::Text(text) => Value::Text(text.to_string()),
            });
            insert.execute(rusqlite::params_from_iter(cells)).unwrap();
        }
    }
    connection
}

fn rows(connection: &rusqlite::Connection, sql: &str) -> Vec<Vec<Cell>> {
    let mut statement = connection
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let width = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let cell = |index| match row.get::<_, Value>(index).unwrap() {
            Value::Null => Cell::Null,
            Value::Integer(number) => Cell::Integer(number.into()),
            Value::Text(text) => Cell::Text(text),
            other => panic!("{other:?} is neither an integer nor a text"),
        };
        rows.push((0..width).map(cell).collect());
    }
    rows
}
