//! Columns that were saved and read again are the same columns, now, earlier and later; whatever is
//! wrong with a file is found and its part named.

mod common;

use std::sync::Arc;

use base::{Position, Problem};
use common::{City, city, city_with, day, made_up_in, period, shown, text};
use measure::{By, Change, Columns, Query, Value};
use programme::model::Programme;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn saved(columns: &Columns) -> Vec<u8> {
    let mut bytes = Vec::new();
    columns.write_snapshot(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8], programmes: &[(u64, Arc<Programme>)]) -> Result<Columns, Problem> {
    let open = || Ok(std::io::Cursor::new(bytes));
    Columns::read_snapshot(open, |at| {
        let found = programmes.iter().find(|(known, _)| *known == at.0);
        Ok(found.expect("a programme at that position").1.clone())
    })
}

fn answers(columns: &Columns) -> Vec<String> {
    let head = columns.head();
    let (programme, _) = columns.programme_at(head).unwrap();
    let mut shown = Vec::new();
    for id in programme.indicators.keys() {
        for at in [head, Position(head.0 / 2)] {
            for by in [By::None, By::Unit, By::Subject, By::Field("result".into())] {
                let query = Query::new(id.clone(), period("2018"), day("2018-12-31"), at).by(by);
                let cells = columns.measure(&query).map_err(|problem| problem.code);
                shown.push(format!("{query:?} {cells:?}"));
            }
        }
    }
    for table in columns.export() {
        let mut rows: Vec<_> = table.rows().map(|row| format!("{row:?}")).collect();
        rows.sort();
        shown.push(format!("{} {rows:?}", table.name));
    }
    shown
}

/// A city with two programmes, subjects with histories, sealed rows, a tail, and an open import.
fn grown(tail_rows: usize) -> (City, Vec<(u64, Arc<Programme>)>) {
    let first = city();
    let later = city_with(
        r#"
[[field]]
of = "sample"
id = "method"
name = "方法"
type = "text"
"#,
    );
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let mut city = made_up_in(City::sealed_at(first.clone(), tail_rows), &mut rng, 250);
    city.take(later.clone());
    let at = city.head;
    let mut city = made_up_in_again(city);
    let width = later.schema.table("sample").unwrap().columns.len();
    let values = [
        vec![Value::Day(day("2018-08-01"))],
        vec![Value::Null; width - 2],
    ]
    .concat();
    city.head += 1;
    city.columns
        .apply(Change::Stage {
            import: 77,
            table: "sample".into(),
            id: 900_000,
            at: Position(city.head),
            values,
        })
        .unwrap();
    (city, vec![(1, first), (at, later)])
}

fn made_up_in_again(mut city: City) -> City {
    for number in 0..30 {
        city.record(
            "sample",
            &[
                ("day", Value::Day(day("2018-05-01"))),
                ("method", text(&format!("method {number}"))),
                ("subject", text("firm 1")),
            ],
        );
    }
    city
}

#[test]
fn what_was_saved_is_what_is_read() {
    for tail_rows in [8, 8192] {
        let (mut city, programmes) = grown(tail_rows);
        let bytes = saved(&city.columns);
        let mut again = read(&bytes, &programmes).unwrap();
        assert_eq!(answers(&city.columns), answers(&again));
        // The same snapshot again, and the same life afterwards.
        assert_eq!(bytes, saved(&again), "{tail_rows}");
        let later = [
            Change::Reveal {
                import: 77,
                at: Position(city.head + 1),
            },
            Change::Hide {
                table: "sample".into(),
                id: 900_000,
                at: Position(city.head + 2),
            },
            Change::Subject {
                subject_type: base::SubjectTypeId::new("firm"),
                id: "firm 1".into(),
                from: day("2017-02-01"),
                attributes: vec![("staff".into(), Value::Int(99))],
                at: Position(city.head + 3),
            },
        ];
        for change in later {
            city.columns.apply(change.clone()).unwrap();
            again.apply(change).unwrap();
            assert_eq!(answers(&city.columns), answers(&again));
        }
        let query = city.query("samples", "2018", "2018-12-31");
        assert_eq!(
            shown(&city.columns.measure(&query).unwrap()[0].figure),
            shown(&again.measure(&query).unwrap()[0].figure)
        );
    }
}

#[test]
fn nothing_is_saved_and_read_too() {
    let bytes = saved(&Columns::new());
    let columns = read(&bytes, &[]).unwrap();
    assert_eq!(columns.head(), Position(0));
}

#[test]
fn every_flipped_bit_is_found_and_its_part_named() {
    let (city, programmes) = grown(8192);
    let bytes = saved(&city.columns);
    // Thousands of places, spread evenly over the file; every bit of a byte comes up.
    let step = (bytes.len() / 2500).max(1) | 1;
    let mut parts = std::collections::BTreeSet::new();
    for place in (0..bytes.len()).step_by(step) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << (place % 8);
        let problem = read(&damaged, &programmes).expect_err("it was damaged");
        assert!(["M401", "M402"].contains(&problem.code), "{problem:?}");
        parts.insert(problem.line(base::Lang::En));
    }
    let named = |name: &str| parts.iter().any(|line| line.contains(name));
    for name in [
        "`texts`",
        "`texts of firm`",
        "`table sample, segment 0",
        "`table subject:firm, segment 0",
    ] {
        assert!(named(name), "{name} in {parts:#?}");
    }
}

#[test]
fn a_cut_file_and_other_programmes_are_refused() {
    let (city, programmes) = grown(8192);
    let bytes = saved(&city.columns);
    for length in [0, 1, 30, bytes.len() / 2, bytes.len() - 1] {
        let problem = read(&bytes[..length], &programmes).unwrap_err();
        assert!(
            ["M401", "M402"].contains(&problem.code),
            "{length}: {problem:?}"
        );
    }
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(read(&longer, &programmes).unwrap_err().code, "M402");
    assert_eq!(read(b"other", &programmes).unwrap_err().code, "M401");
    let mut other = bytes.clone();
    other[2..20].copy_from_slice(b"zhicheng columns 1");
    assert_eq!(read(&other, &programmes).unwrap_err().code, "M401");
    let same: Vec<(u64, Arc<Programme>)> = programmes
        .iter()
        .map(|(at, _)| (*at, programmes[0].1.clone()))
        .collect();
    assert_eq!(read(&bytes, &same).unwrap_err().code, "M403");
}
