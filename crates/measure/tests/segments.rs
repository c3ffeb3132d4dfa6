//! How rows are kept does not show: tables that seal their tail after a few rows, and merge often,
//! give the same figures as one long tail; by subject, for one subject and for all at once.

mod common;

use std::collections::BTreeMap;

use base::{Figure, IndicatorId, PartKind, Position, SubjectTypeId, UnitId};
use common::{City, city, day, made_up_in, period};
use measure::{By, Cell, Denominators, FigureColumn, Query, States};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn made_up(seed: u64, records: usize, tail_rows: usize) -> City {
    let city = City::sealed_at(city(), tail_rows);
    made_up_in(city, &mut ChaCha8Rng::seed_from_u64(seed), records)
}

fn indicators(city: &City) -> Vec<IndicatorId> {
    let (programme, _) = city.columns.programme_at(Position(city.head)).unwrap();
    programme.indicators.keys().cloned().collect()
}

/// Every indicator in every division, for a unit, a subject and a value, now and earlier.
fn questions(city: &City) -> Vec<Query> {
    let mut queries = Vec::new();
    for at in [city.head, city.head * 2 / 3, city.head / 4] {
        for id in indicators(city) {
            let ask = |over: &str, on: &str| {
                Query::new(id.clone(), period(over), day(on), Position(at.max(1)))
            };
            for by in [
                By::None,
                By::Unit,
                By::Subject,
                By::Field("result".into()),
                By::Part(PartKind::Month),
            ] {
                let query = ask("2018", "2018-12-31").by(by);
                queries.push(query.clone().for_unit(UnitId::new("office")));
                queries.push(query);
            }
            for month in ["2017-11", "2018-02", "2018-07", "2018-09"] {
                queries.push(ask(month, "2018-08-15").by(By::Unit));
            }
            queries.push(ask("2017..2018", "2018-10-01").for_subject("firm 1"));
            let mut query = ask("2018", "2018-12-31").by(By::Unit);
            query.field = Some(("result".into(), Some("pass".into())));
            queries.push(query);
        }
    }
    queries
}

fn answers(city: &City, queries: &[Query]) -> Vec<Result<Vec<Cell>, &'static str>> {
    let one = |query: &Query| city.columns.measure(query).map_err(|problem| problem.code);
    queries.iter().map(one).collect()
}

fn compare(seed: u64, records: usize, tail_rows: usize) {
    let (long, mut short) = (
        made_up(seed, records, 1 << 20),
        made_up(seed, records, tail_rows),
    );
    let queries = questions(&long);
    let expected = answers(&long, &queries);
    for settled in [false, true] {
        if settled {
            short.columns.settle();
        }
        for (query, (expected, found)) in queries
            .iter()
            .zip(expected.iter().zip(answers(&short, &queries)))
        {
            assert_eq!(*expected, found, "{query:?}");
        }
        // All together, each table in one pass.
        let sound: Vec<usize> = (0..queries.len())
            .filter(|n| expected[*n].is_ok())
            .collect();
        let together: Vec<Query> = sound.iter().map(|n| queries[*n].clone()).collect();
        let found = short.columns.measure_many(&together).unwrap();
        for (number, found) in sound.iter().zip(found) {
            assert_eq!(
                expected[*number].as_ref().unwrap(),
                &found,
                "{:?}",
                queries[*number]
            );
        }
        for query in queries.iter().step_by(13) {
            let behind = |city: &City| {
                city.columns
                    .records_behind(query)
                    .map_err(|problem| problem.code)
                    .map(|mut rows| {
                        rows.sort_by_key(|row| {
                            (row.indicator.to_string(), row.added, row.row.clone())
                        });
                        rows
                    })
            };
            assert_eq!(behind(&long), behind(&short), "{query:?}");
        }
    }
}

#[test]
fn segments_do_not_show() {
    compare(1, 700, 8);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segments_never_show(seed: u64, records in 1_usize..150, tail_rows in 1_usize..20) {
        compare(seed, records, tail_rows);
    }
}

/// Value and state of a place of a column.
fn shown(column: &FigureColumn, place: usize) -> (Option<base::Ratio>, base::FigureState) {
    let state = match &column.states {
        States::Same(state) => *state,
        States::Each(states) => states[place],
    };
    let denominator = match &column.denominators {
        Denominators::Same(denominator) => *denominator,
        Denominators::Each(denominators) => denominators[place],
    };
    let value = base::Ratio::new(column.numerators[place].into(), denominator.into());
    (value.filter(|_| state.has_value()), state)
}

fn compare_by_subject(seed: u64, records: usize, tail_rows: usize) {
    let city = made_up(seed, records, tail_rows);
    let firm = SubjectTypeId::new("firm");
    for at in [city.head, city.head / 2] {
        let at = Position(at.max(1));
        for (over, on) in [("2018", "2018-12-31"), ("2017..2018", "2018-06-30")] {
            let (over, on) = (period(over), day(on));
            // Those that can be asked by subject.
            let mut wanted = Vec::new();
            let mut expected = Vec::new();
            for id in indicators(&city) {
                if let Ok(found) = city.columns.measure_by_subject(&id, over, on, at) {
                    wanted.push(id);
                    expected.push(found);
                }
            }
            assert!(wanted.len() > 15, "{wanted:?}");
            let found = city
                .columns
                .figures_by_subject(&firm, &wanted, over, on, at)
                .unwrap();
            let named: BTreeMap<String, usize> = found
                .subjects
                .iter()
                .enumerate()
                .map(|(place, number)| {
                    (
                        city.columns.subject_id(&firm, *number).unwrap().to_string(),
                        place,
                    )
                })
                .collect();
            let mut known: Vec<String> = city
                .columns
                .subjects(&firm, on, at)
                .iter()
                .map(ToString::to_string)
                .collect();
            known.sort();
            assert_eq!(named.keys().cloned().collect::<Vec<_>>(), known);
            for (id, (expected, column)) in wanted.iter().zip(expected.iter().zip(&found.columns)) {
                for (name, place) in &named {
                    let figure = expected.get(name);
                    assert_eq!(
                        shown(column, *place),
                        (figure.value(), figure.state()),
                        "{id} of {name} at {at}"
                    );
                }
            }
            for name in named.keys().take(5) {
                let own: Vec<Figure> = city
                    .columns
                    .figures_of_subject(&firm, name, &wanted, over, on, at)
                    .unwrap();
                for (id, (own, expected)) in wanted.iter().zip(own.iter().zip(&expected)) {
                    assert_eq!(own, expected.get(name), "{id} of {name}");
                }
            }
        }
    }
}

#[test]
fn all_subjects_at_once_have_the_figures_of_each() {
    compare_by_subject(5, 900, 16);
    compare_by_subject(6, 300, 8192);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_subjects_always_have_the_figures_of_each(seed: u64, records in 1_usize..200, tail_rows in 1_usize..30) {
        compare_by_subject(seed, records, tail_rows);
    }
}
