//! What the engine and what SQL answer, in a form in which they can be compared.

#![allow(dead_code)] // each test uses a part of it

use std::collections::BTreeMap;

use base::{Figure, FigureState, PartKind, Position, Ratio, UnitId};
use measure::{By, Dialect, Query};
use programme::model::Measure;

use super::{City, day, period};

/// Value or state, by slice; `None` is the slice of rows without one.
pub type Answers = BTreeMap<Option<String>, String>;

/// A cell of a result.
#[derive(Debug, Clone)]
pub enum Cell {
    Null,
    Integer(i128),
    Text(String),
}

impl Cell {
    fn integer(&self) -> Option<i128> {
        match self {
            Cell::Integer(number) => Some(*number),
            Cell::Null => None,
            Cell::Text(text) => panic!("{text} is no integer"),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Cell::Text(text) => Some(text.clone()),
            Cell::Null => None,
            Cell::Integer(number) => panic!("{number} is no text"),
        }
    }
}

fn shown(figure: &Figure) -> String {
    match figure.value() {
        Some(value) => format!("{} {value}", figure.state()),
        None => figure.state().to_string(),
    }
}

pub fn by_engine(city: &City, query: &Query) -> Result<Answers, String> {
    let cells = city
        .columns
        .measure(query)
        .map_err(|problem| problem.code.to_owned())?;
    Ok(cells
        .into_iter()
        .map(|cell| {
            let slice = match &query.by {
                By::None => Some(String::new()),
                By::Unit => cell.slice.unit.as_ref().map(ToString::to_string),
                By::Subject => cell.slice.subject.as_ref().map(ToString::to_string),
                By::Field(_) => cell
                    .slice
                    .field
                    .and_then(|(_, value)| value)
                    .map(|value| value.to_string()),
                By::Part(_) => Some(cell.period.to_string()),
            };
            (slice, shown(&cell.figure))
        })
        .collect())
}

fn ratio(number: i128, scale: i128) -> Ratio {
    Ratio::new(number, scale).unwrap()
}

/// The answers in the rows of a result.
pub fn by_sql(rows: &[Vec<Cell>], is_weighted: bool) -> Answers {
    if is_weighted {
        weighted(rows)
    } else {
        rows.iter()
            .map(|row| (row[0].text(), shown(&figure(row))))
            .collect()
    }
}

fn figure(row: &[Cell]) -> Figure {
    let [_, n, ns, d, ds, preliminary] = row else {
        panic!("{row:?}")
    };
    let (ns, d, ds) = (
        ns.integer().unwrap(),
        d.integer().unwrap(),
        ds.integer().unwrap(),
    );
    match n.integer() {
        None => Figure::not_reported(),
        Some(n) if preliminary.integer() == Some(1) => {
            Figure::preliminary(ratio(n, ns), ratio(d, ds))
        }
        Some(n) => Figure::value_of(ratio(n, ns), ratio(d, ds)),
    }
}

/// The documented formula of a weighted ratio.
fn weighted(rows: &[Vec<Cell>]) -> Answers {
    let mut sums: BTreeMap<Option<String>, Option<(Ratio, Ratio)>> = BTreeMap::new();
    for row in rows {
        let [slice, _, part, whole, weight, scale] = &row[..] else {
            panic!("{row:?}")
        };
        let entry = sums
            .entry(slice.text())
            .or_insert_with(|| Some((Ratio::ZERO, Ratio::ZERO)));
        *entry = match (entry.take(), weight.integer()) {
            (Some((numerator, denominator)), Some(weight)) => {
                let weight = ratio(weight, scale.integer().unwrap());
                let share = ratio(part.integer().unwrap(), whole.integer().unwrap());
                Some((numerator + &weight * &share, denominator + weight))
            }
            _ => None,
        };
    }
    let figure = |sums: Option<(Ratio, Ratio)>| match sums {
        Some((numerator, denominator)) => Figure::value_of(numerator, denominator),
        None => Figure::not_reported(),
    };
    sums.into_iter()
        .map(|(slice, sums)| (slice, shown(&figure(sums))))
        .collect()
}

/// A question with the engine's answers and its SQL.
pub struct Held {
    pub query: Query,
    pub engine: Answers,
    pub sql: String,
    pub is_weighted: bool,
}

impl Held {
    /// Holds a result against the engine's.
    pub fn compare(&self, rows: &[Vec<Cell>]) {
        let (mut engine, mut found) = (self.engine.clone(), by_sql(rows, self.is_weighted));
        if self.is_weighted {
            // Strata are given only where there are rows, and for every unit with rows.
            let empty = FigureState::NotApplicable.to_string();
            engine.retain(|_, figure| *figure != empty);
            found.retain(|slice, _| engine.contains_key(slice));
        }
        assert_eq!(engine, found, "{:?}\n{}", self.query, self.sql);
    }
}

/// Each `every`-th of all that can be asked of a city. Both refuse the same questions, for the same
/// reason.
pub fn questions(city: &City, dialect: Dialect, every: usize) -> Vec<Held> {
    let (programme, _) = city.columns.programme_at(Position(city.head)).unwrap();
    let divisions = [
        By::None,
        By::Unit,
        By::Subject,
        By::Field("result".into()),
        By::Field("subject.industry".into()),
        By::Field("unit.kind".into()),
        By::Part(PartKind::Quarter),
    ];
    let times = [
        ("2018", "2019-03-01"),
        ("2018", "2018-05-20"),
        ("2017..2018", "2018-12-31"),
        ("2018H1", "2018-06-30"),
    ];
    let mut held = Vec::new();
    let mut asked = 0_usize;
    for indicator in programme.indicators.values() {
        let is_weighted = matches!(indicator.measure, Measure::WeightedRatio { .. });
        for (over, on) in times {
            for (at, unit) in [
                (city.head, None),
                (city.head, Some("bridge")),
                (city.head / 2, None),
                (city.head / 2, Some("office")),
            ] {
                for by in &divisions {
                    asked += 1;
                    if !asked.is_multiple_of(every) {
                        continue;
                    }
                    let at = Position(at.max(1));
                    let mut query =
                        Query::new(indicator.id.clone(), period(over), day(on), at).by(by.clone());
                    query.unit = unit.map(UnitId::new);
                    match (by_engine(city, &query), city.columns.sql(&query, dialect)) {
                        (Ok(engine), Ok(sql)) => held.push(Held {
                            query,
                            engine,
                            sql,
                            is_weighted,
                        }),
                        (Err(code), Err(problem)) => assert_eq!(code, problem.code, "{query:?}"),
                        (engine, sql) => panic!("{query:?}\n{engine:?}\n{sql:?}"),
                    }
                }
            }
        }
    }
    held
}
