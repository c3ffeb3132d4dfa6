//! Inspection work seen as a whole: lots and how strictly the next one is inspected, what is still to sample where,
//! inspectors beside their colleagues. Each is a pure function of the records that count at a position; nothing of it
//! is stored, so that whoever has the records finds the same.

pub mod inspectors;
pub mod lots;
pub mod quotas;

use base::{Day, Period};
use measure::{RowView, Value};

/// A cell as text; empty where nothing is there.
fn text(row: &RowView<'_>, field: &str) -> String {
    match row.value(field) {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Day(day) => day.to_string(),
        _ => String::new(),
    }
}

fn whole(row: &RowView<'_>, field: &str) -> Option<i64> {
    match row.value(field) {
        Value::Int(number) => Some(number),
        _ => None,
    }
}

fn day(row: &RowView<'_>, field: &str) -> Option<Day> {
    match row.value(field) {
        Value::Day(day) => Some(day),
        _ => None,
    }
}

/// Whether a row's day lies in a period, and not after a day.
fn is_in(row: &RowView<'_>, period: &Period, until: Day) -> bool {
    day(row, "day").is_some_and(|day| day <= until && period.contains(day))
}
