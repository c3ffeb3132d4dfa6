//! A small city, made-up rows, and the SQLite database of the export.

#![allow(dead_code)] // each test uses a part of it

pub mod answers;

use std::sync::Arc;

use base::{Day, FlowId, IndicatorId, Period, Position, SubjectTypeId};
use measure::export::ExportCell;
use measure::{Change, Columns, Dialect, Query, Value};
use programme::model::Programme;
use programme::{Sources, check};
use rand::{Rng, RngExt};

/// The programme of `city.toml`.
pub fn city() -> Arc<Programme> {
    city_with("")
}

/// The same with more rows.
pub fn city_with(more: &str) -> Arc<Programme> {
    let text = format!("{}\n{more}", include_str!("city.toml"));
    let sources = Sources::from_files("small", [("programme.toml".to_owned(), text)]);
    let checked = check(&sources);
    let problems = base::render(&checked.problems, &sources.texts(), base::Lang::En, false);
    checked.programme.unwrap_or_else(|| panic!("{problems}"))
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub fn period(text: &str) -> Period {
    Period::parse(text, base::AssessmentStart::default()).unwrap()
}

pub fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Columns with changes at positions that go up by one.
pub struct City {
    pub columns: Columns,
    pub head: u64,
    next: u64,
}

impl City {
    pub fn new() -> City {
        City::of(self::city())
    }

    pub fn of(programme: Arc<Programme>) -> City {
        City::sealed_at(programme, 8192)
    }

    /// Whose tables seal their tail at so many rows.
    pub fn sealed_at(programme: Arc<Programme>, tail_rows: usize) -> City {
        let mut city = City {
            columns: Columns::sealed_at(tail_rows),
            head: 0,
            next: 0,
        };
        city.take(programme);
        city
    }

    /// A programme comes into force.
    pub fn take(&mut self, programme: Arc<Programme>) {
        let at = self.step();
        self.columns
            .apply(Change::Programme { at, programme })
            .unwrap();
    }

    fn step(&mut self) -> Position {
        self.head += 1;
        Position(self.head)
    }

    /// A record; columns that are not named are empty. Gives its number.
    pub fn record(&mut self, table: &str, cells: &[(&str, Value)]) -> u64 {
        self.next += 1;
        let number = self.next;
        self.numbered_record(table, number, cells);
        number
    }

    pub fn numbered_record(&mut self, table: &str, number: u64, cells: &[(&str, Value)]) {
        let (at, values) = (self.step(), self.values(table, cells));
        self.columns
            .apply(Change::Record {
                table: table.into(),
                id: number,
                at,
                values,
            })
            .unwrap();
    }

    pub fn hide(&mut self, table: &str, number: u64) {
        let at = self.step();
        self.columns
            .apply(Change::Hide {
                table: table.into(),
                id: number,
                at,
            })
            .unwrap();
    }

    pub fn case(&mut self, number: u64, cells: &[(&str, Value)]) {
        let (at, values) = (self.step(), self.values("case:complaint", cells));
        self.columns
            .apply(Change::Case {
                flow: FlowId::new("complaint"),
                id: number,
                at,
                values,
            })
            .unwrap();
    }

    pub fn firm(&mut self, id: &str, from: &str, attributes: &[(&str, Value)]) {
        let at = self.step();
        let attributes = attributes
            .iter()
            .map(|(name, value)| (Arc::from(*name), value.clone()))
            .collect();
        let subject_type = SubjectTypeId::new("firm");
        self.columns
            .apply(Change::Subject {
                subject_type,
                id: id.into(),
                from: day(from),
                attributes,
                at,
            })
            .unwrap();
    }

    fn values(&self, table: &str, cells: &[(&str, Value)]) -> Vec<Value> {
        let (programme, _) = self.columns.programme_at(Position(self.head)).unwrap();
        let schema = programme.schema.table(table).unwrap();
        for (name, _) in cells {
            assert!(schema.columns.contains_key(*name), "{table} has no {name}");
        }
        let value = |name: &str| {
            cells
                .iter()
                .find(|(cell, _)| *cell == name)
                .map_or(Value::Null, |(_, value)| value.clone())
        };
        schema
            .columns
            .keys()
            .skip(1)
            .map(|name| value(name))
            .collect()
    }

    pub fn query(&self, indicator: &str, over: &str, on: &str) -> Query {
        Query::new(
            IndicatorId::new(indicator),
            period(over),
            day(on),
            Position(self.head),
        )
    }

    /// The whole city's figure as [`shown`].
    pub fn figure(&self, indicator: &str, over: &str, on: &str) -> String {
        shown(
            &self
                .columns
                .measure(&self.query(indicator, over, on))
                .unwrap()[0]
                .figure,
        )
    }
}

/// A figure in a word: `10`, `6 over 9`, `not_reported`, `preliminary 91`.
pub fn shown(figure: &base::Figure) -> String {
    let parts = || match figure.denominator() {
        one if *one == base::Ratio::ONE => figure.numerator().to_string(),
        denominator => format!("{} over {denominator}", figure.numerator()),
    };
    match figure.state() {
        base::FigureState::Value => parts(),
        base::FigureState::Preliminary => format!("preliminary {}", parts()),
        state => state.to_string(),
    }
}

/// A city with made-up rows of every table, with revisions and withdrawals.
pub fn made_up(rng: &mut impl Rng, records: usize) -> City {
    made_up_with(city(), rng, records)
}

/// The same under another programme with the same tables.
pub fn made_up_with(programme: Arc<Programme>, rng: &mut impl Rng, records: usize) -> City {
    made_up_in(City::of(programme), rng, records)
}

/// The same in a city that is there.
pub fn made_up_in(mut city: City, rng: &mut impl Rng, records: usize) -> City {
    let units = ["hall", "office", "bridge", "hill", "wharf"];
    let firms: Vec<String> = (0..records / 8 + 1).map(|n| format!("firm {n}")).collect();
    let industries = ["steel", "paper", "dairy"];
    fn maybe(rng: &mut impl Rng, value: Value) -> Value {
        if rng.random_range(0..8) == 0 {
            Value::Null
        } else {
            value
        }
    }
    fn any_day(rng: &mut impl Rng) -> Day {
        Day::from_number(day("2017-01-01").number() + rng.random_range(0..800)).unwrap()
    }
    for firm in &firms {
        for _ in 0..rng.random_range(1..3) {
            let from = any_day(rng).to_string();
            let industry = text(industries[rng.random_range(0..3)]);
            let attributes = [
                ("industry", maybe(rng, industry)),
                ("staff", Value::Int(rng.random_range(0..30))),
                ("unit", text(units[rng.random_range(0..5)])),
                ("registered_on", Value::Day(any_day(rng))),
                ("name", text("someone")),
            ];
            let many = rng.random_range(1..=5);
            city.firm(firm, &from, &attributes[..many]);
        }
    }
    let mut known: Vec<u64> = Vec::new();
    for _ in 0..records {
        let on = any_day(rng);
        let result = text(["pass", "pass", "fail", "void"][rng.random_range(0..4)]);
        let hazards = [
            vec![],
            vec!["fire".into()],
            vec!["gas".into(), "fire".into()],
        ][rng.random_range(0..3)]
        .clone();
        let unit = text(units[rng.random_range(0..5)]);
        let place = text(units[rng.random_range(0..5)]);
        let subject = text(&firms[rng.random_range(0..firms.len())]);
        let done = Value::Day(on.plus_days(rng.random_range(0..200)).unwrap());
        let cells = [
            ("day", Value::Day(on)),
            ("unit", maybe(rng, unit)),
            ("place", maybe(rng, place)),
            ("subject", maybe(rng, subject)),
            ("result", maybe(rng, result)),
            ("batches", maybe_number(rng, 0, 9)),
            ("fee", maybe_number(rng, -500, 5000)),
            ("load", maybe_number(rng, 0, 20_000)),
            ("done_on", maybe(rng, done)),
            ("hazards", Value::Texts(hazards)),
        ];
        match rng.random_range(0..10) {
            0 if !known.is_empty() => {
                let number = known.swap_remove(rng.random_range(0..known.len()));
                city.hide("sample", number);
                if rng.random_range(0..2) == 0 {
                    city.numbered_record("sample", number, &cells);
                    known.push(number);
                }
            }
            1 => {
                let cells = [
                    ("day", Value::Day(on)),
                    ("unit", text(units[rng.random_range(0..5)])),
                    (
                        "for",
                        text(["2017", "2018", "2018H1", "2018-06"][rng.random_range(0..4)]),
                    ),
                    ("value", maybe_number(rng, 0, 900)),
                    (
                        "finality",
                        text(["flash", "final", "final"][rng.random_range(0..3)]),
                    ),
                ];
                city.record("report", &cells);
            }
            2 => {
                let cells = [
                    ("day", Value::Day(on)),
                    ("industry", text(industries[rng.random_range(0..3)])),
                    ("value", Value::Int(rng.random_range(1..900))),
                ];
                city.record("output", &cells);
            }
            3 => {
                let closed = on.plus_days(rng.random_range(0..120)).unwrap();
                let opened = [
                    ("opened_on", Value::Day(on)),
                    ("unit", text(units[rng.random_range(0..5)])),
                    ("state", text("received")),
                    ("handle_due", Value::Day(on.plus_days(60).unwrap())),
                ];
                let number = city.head + 1;
                city.case(number, &opened);
                if rng.random_range(0..3) > 0 {
                    let outcome = ["agreed", "ended"][rng.random_range(0..2)];
                    let mut cells = opened.to_vec();
                    cells.retain(|(name, _)| *name != "state");
                    cells.extend([
                        ("state", text(outcome)),
                        ("outcome", text(outcome)),
                        ("closed_on", Value::Day(closed)),
                        ("handle_done", Value::Day(closed)),
                        ("recovered", maybe_number(rng, 0, 50_000)),
                        (
                            "in_person",
                            maybe(rng, Value::Bool(closed.number() % 2 == 0)),
                        ),
                    ]);
                    city.case(number, &cells);
                }
            }
            _ => known.push(city.record("sample", &cells)),
        }
    }
    city
}

fn maybe_number(rng: &mut impl Rng, least: i64, most: i64) -> Value {
    if rng.random_range(0..8) == 0 {
        Value::Null
    } else {
        Value::Int(rng.random_range(least..=most))
    }
}

/// The export as a SQLite database.
pub fn sqlite(columns: &Columns) -> rusqlite::Connection {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    for table in columns.export() {
        transaction
            .execute_batch(&table.create_sql(Dialect::Sqlite))
            .unwrap();
        let marks = vec!["?"; table.columns.len()].join(", ");
        let mut insert = transaction
            .prepare(&format!("insert into \"{}\" values ({marks})", table.name))
            .unwrap();
        for row in table.rows() {
            let cells = row.into_iter().map(|cell| match cell {
                ExportCell::Null => rusqlite::types::Value::Null,
                ExportCell::Integer(number) => rusqlite::types::Value::Integer(number),
                ExportCell::Text(text) => rusqlite::types::Value::Text(text.to_string()),
            });
            insert.execute(rusqlite::params_from_iter(cells)).unwrap();
        }
        drop(insert);
        transaction
            .execute_batch(&table.index_sql().unwrap_or_default())
            .unwrap();
    }
    transaction.commit().unwrap();
    connection
}

/// The export as a folder: `schema.sql` for a dialect and a `.csv` file for each table.
pub fn write_export(columns: &Columns, dialect: Dialect, folder: &std::path::Path) -> Vec<String> {
    let mut schema = String::new();
    let mut names = Vec::new();
    for table in columns.export() {
        schema.push_str(&table.create_sql(dialect));
        schema.push('\n');
        table
            .write_csv(std::fs::File::create(folder.join(format!("{}.csv", table.name))).unwrap())
            .unwrap();
        names.push(table.name);
    }
    std::fs::write(folder.join("schema.sql"), schema).unwrap();
    names
}
