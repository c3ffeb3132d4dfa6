//! What `check_row` and `check_subject` let through is taken up, and nothing else is: any value in any column.

mod common;

use std::sync::Arc;

use base::SubjectTypeId;
use common::{City, day, text};
use measure::{Change, Value};

/// A value of each kind, the edges of numbers, and an empty cell.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        Value::Int(0),
        Value::Int(i64::MAX),
        Value::Int(i64::MIN + 1),
        // The number that stands for an empty cell.
        Value::Int(i64::MIN),
        Value::Day(day("2018-01-01")),
        Value::Bool(true),
        text("pass"),
        text(""),
        Value::Texts(vec![]),
        Value::Texts(vec!["fire".into(), "gas".into()]),
    ]
}

#[test]
fn a_row_is_taken_if_and_only_if_it_is_let_through() {
    let city = City::new();
    let (programme, _) = city.columns.programme_at(base::Position(1)).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for table in ["sample", "report", "output"] {
        let schema = programme.schema.table(table).unwrap();
        let width = schema.columns.len() - 1;
        let mut rows = vec![
            vec![Value::Null; width - 1],
            vec![Value::Null; width + 1],
            vec![],
        ];
        for place in 0..width {
            for value in values() {
                let mut row = vec![Value::Null; width];
                row[place] = value;
                rows.push(row);
            }
        }
        for values in rows {
            let checked = city.columns.check_row(table, &values);
            let change = Change::Record {
                table: table.into(),
                id: 7,
                at: base::Position(2),
                values: values.clone(),
            };
            let applied = city.columns.clone().apply(change);
            let codes = |found: Result<(), base::Problem>| found.map_err(|problem| problem.code);
            let is_taken = applied.is_ok();
            assert_eq!(codes(checked), codes(applied), "{table}: {values:?}");
            if is_taken {
                taken += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(taken > 20 && refused > 50, "{taken} {refused}");
    assert_eq!(
        city.columns.check_row("nothing", &[]).unwrap_err().code,
        "M101"
    );
    assert!(!city.columns.has_row("sample", 7));
}

#[test]
fn a_subject_is_taken_if_and_only_if_it_is_let_through() {
    let city = City::new();
    let names = [
        "industry",
        "staff",
        "unit",
        "registered_on",
        "name",
        "id",
        "nothing of that name",
    ];
    for name in names {
        for value in values() {
            let attributes: Vec<(Arc<str>, Value)> = vec![(name.into(), value)];
            let subject_type = SubjectTypeId::new("firm");
            let checked = city.columns.check_subject(&subject_type, &attributes);
            let applied = city.columns.clone().apply(Change::Subject {
                subject_type,
                id: "firm 1".into(),
                from: day("2018-01-01"),
                attributes: attributes.clone(),
                at: base::Position(2),
            });
            assert_eq!(
                checked.map_err(|problem| problem.code),
                applied.map_err(|problem| problem.code),
                "{attributes:?}"
            );
        }
    }
}
