//! A list page by page is what all rows sorted and cut would be, whatever was sealed, merged, revised
//! and withdrawn meanwhile.

mod common;

use std::cmp::Reverse;
use std::sync::Arc;

use base::Position;
use common::{City, city, day, text};
use measure::Value;
use measure::list::{Listing, Order, Test};
use proptest::prelude::*;
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const UNITS: [&str; 5] = ["hall", "office", "bridge", "hill", "wharf"];

fn sample(rng: &mut impl Rng) -> Vec<(&'static str, Value)> {
    let on = day("2018-01-01")
        .plus_days(rng.random_range(0..40))
        .unwrap();
    let mut cells = vec![
        ("day", Value::Day(on)),
        ("unit", text(UNITS[rng.random_range(0..5)])),
        (
            "subject",
            text(&format!("Firm {}", rng.random_range(0..20))),
        ),
        (
            "result",
            text(["pass", "fail", "void"][rng.random_range(0..3)]),
        ),
        ("load", Value::Int(rng.random_range(-20..20))),
    ];
    if rng.random_range(0..3) > 0 {
        cells.push(("batches", Value::Int(rng.random_range(0..9))));
    }
    cells
}

fn made(seed: u64, rows: usize, tail_rows: usize) -> City {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut city = City::sealed_at(city(), tail_rows);
    let mut known = Vec::new();
    for _ in 0..rows {
        let cells = sample(&mut rng);
        known.push(city.record("sample", &cells));
        if rng.random_range(0..6) == 0 {
            let number = known[rng.random_range(0..known.len())];
            city.hide("sample", number);
            if rng.random_range(0..2) == 0 {
                let cells = sample(&mut rng);
                city.numbered_record("sample", number, &cells);
            } else {
                known.retain(|known| *known != number);
            }
        }
    }
    city
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Day(day) => Some(i64::from(day.number())),
        _ => None,
    }
}

/// The numbers of the rows of a listing without pages, found by looking at each.
fn all(city: &City, listing: &Listing) -> Vec<u64> {
    let meets = |row: &measure::RowView<'_>, test: &Test| match test {
        Test::Within(name, least, greatest) => {
            number(&row.value(name)).is_some_and(|found| *least <= found && found <= *greatest)
        }
        Test::OneOf(name, texts) => match row.value(name) {
            Value::Text(found) => texts.contains(&found),
            _ => false,
        },
        Test::Contains(names, wanted) => names.iter().any(|name| match row.value(name) {
            Value::Text(found) => found.to_lowercase().contains(&wanted.to_lowercase()),
            _ => false,
        }),
        Test::Empty(name) => row.value(name) == Value::Null,
        // Records have no versions that hold for days.
        Test::HeldOn(_) => true,
    };
    let mut rows: Vec<measure::RowView<'_>> = city
        .columns
        .rows_at("sample", listing.at)
        .filter(|row| listing.tests.iter().all(|test| meets(row, test)))
        .collect();
    rows.sort_by_key(|row| Reverse(row.id()));
    if let Some(order) = &listing.order {
        // Sorting keeps the order of equals; what is empty stands last.
        rows.sort_by(|one, other| {
            let (one, other) = (one.value(&order.column), other.value(&order.column));
            let last = (one == Value::Null).cmp(&(other == Value::Null));
            let compared = match (&one, &other) {
                (Value::Text(one), Value::Text(other)) => one.cmp(other),
                _ => number(&one).cmp(&number(&other)),
            };
            last.then(if order.is_descending {
                compared.reverse()
            } else {
                compared
            })
        });
    }
    rows.iter().map(measure::RowView::id).collect()
}

fn ids(page: &measure::list::Page<'_>) -> Vec<u64> {
    page.rows.iter().map(measure::RowView::id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_are_the_sorted_rows_cut(
        seed in any::<u64>(),
        rows in 0_usize..500,
        tail_rows in 16_usize..80,
        limit in 1_usize..60,
        earlier in 0_u64..40,
        order in prop::option::of((0_usize..4, any::<bool>())),
        tests in prop::collection::vec(0_usize..5, 0..3),
    ) {
        let mut city = made(seed, rows, tail_rows);
        city.columns.settle();
        let order = order.map(|(column, is_descending)| Order {
            column: ["day", "load", "batches", "subject"][column].into(),
            is_descending,
        });
        let texts = |texts: &[&str]| texts.iter().map(|text| Arc::from(*text)).collect::<Vec<_>>();
        let first = i64::from(day("2018-01-10").number());
        let tests = tests.into_iter().map(|test| match test {
            0 => Test::Within("load".into(), -5, 12),
            1 => Test::Within("day".into(), first, first + 9),
            2 => Test::OneOf("unit".into(), texts(&["hall", "hill", "nowhere"])),
            3 => Test::Contains(texts(&["subject"]), "firm 1".to_owned()),
            _ => Test::Empty("batches".into()),
        }).collect();
        let mut listing = Listing {
            tests,
            order,
            sums: vec!["load".into()],
            ..Listing::new("sample", Position(city.head.saturating_sub(earlier)), limit)
        };
        let expected = all(&city, &listing);
        let mut found: Vec<u64> = Vec::new();
        let mut pages: Vec<Vec<u64>> = Vec::new();
        loop {
            let page = city.columns.list(&listing);
            prop_assert_eq!(page.count, expected.len() as u64);
            let numbers = ids(&page);
            found.extend(&numbers);
            prop_assert_eq!(page.has_more, found.len() < expected.len());
            pages.push(numbers.clone());
            match numbers.last() {
                Some(last) if page.has_more => listing.from = Some(*last),
                _ => break,
            }
        }
        prop_assert_eq!(&found, &expected);
        // And back again.
        listing.is_before = true;
        for pair in pages.windows(2).rev() {
            listing.from = pair[1].first().copied();
            prop_assert_eq!(ids(&city.columns.list(&listing)), pair[0].clone());
        }
        // What is not asked for is not looked at: the same page without sums.
        listing.sums.clear();
        listing.from = None;
        listing.is_before = false;
        let page = city.columns.list(&listing);
        prop_assert_eq!(ids(&page), expected[..limit.min(expected.len())].to_vec());
        prop_assert_eq!(page.count, expected.len() as u64);
    }
}

#[test]
fn sums_are_over_all_pages_and_a_text_does_not_reach_into_the_next() {
    let mut city = City::new();
    for (firm, load) in [("Alpha", 5), ("beta", 7), ("alpine", -2)] {
        city.record(
            "sample",
            &[
                ("day", Value::Day(day("2018-01-05"))),
                ("subject", text(firm)),
                ("load", Value::Int(load)),
            ],
        );
    }
    let listing = |wanted: &str| Listing {
        tests: vec![Test::Contains(vec!["subject".into()], wanted.to_owned())],
        sums: vec!["load".into()],
        ..Listing::new("sample", Position(city.head), 1)
    };
    let found = |wanted: &str| {
        let page = city.columns.list(&listing(wanted));
        (page.count, page.sums[0])
    };
    assert_eq!(found("al"), (2, 3));
    assert_eq!(found("ALP"), (2, 3));
    assert_eq!(found("ab"), (0, 0));
    assert_eq!(found("ta"), (1, 7));
}
