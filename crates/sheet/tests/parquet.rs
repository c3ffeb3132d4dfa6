//! Parquet files are read as they were written, over the edges of groups, and damage is no panic.

use std::io::Write;

use proptest::prelude::*;
use sheet::{ParquetCell, ParquetIn, ParquetKind, ParquetOut};

type Row = (Option<i64>, Option<String>);

const COLUMNS: [(&str, ParquetKind); 2] =
    [("数", ParquetKind::Integer), ("text", ParquetKind::Text)];

fn written(rows: &[Row]) -> Vec<u8> {
    let mut out = ParquetOut::start(Vec::new(), &COLUMNS).unwrap();
    for (number, text) in rows {
        out.write(&[
            number.map_or(ParquetCell::Null, ParquetCell::Integer),
            text.as_deref().map_or(ParquetCell::Null, ParquetCell::Text),
        ])
        .unwrap();
    }
    out.finish().unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<Row>, base::Problem> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let file = ParquetIn::open(file)?;
    let names: Vec<_> = file.columns()?;
    assert_eq!(names.len(), 2);
    let mut rows = Vec::new();
    file.rows(&mut |number, row| {
        assert_eq!(number as usize, rows.len() + 1);
        rows.push(match row {
            [first, second] => (
                match first {
                    ParquetCell::Integer(number) => Some(*number),
                    _ => None,
                },
                match second {
                    ParquetCell::Text(text) => Some((*text).to_owned()),
                    _ => None,
                },
            ),
            _ => panic!("{row:?}"),
        });
        Ok(())
    })?;
    Ok(rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn rows_come_back_as_they_went_in(rows in prop::collection::vec((any::<Option<i64>>(), any::<Option<String>>()), 0..200)) {
        prop_assert_eq!(read(&written(&rows)).unwrap(), rows);
    }
}

#[test]
fn a_table_of_several_groups_comes_back() {
    let row = |n: i64| (Some(n), (n % 3 != 0).then(|| format!("城{}", n % 1000)));
    let rows: Vec<Row> = (0..140_000).map(row).collect();
    let bytes = written(&rows);
    assert!(bytes.len() < 3 << 20, "{} bytes", bytes.len());
    assert_eq!(read(&bytes).unwrap(), rows);
}

#[test]
fn a_row_that_does_not_fit_is_refused() {
    let mut out = ParquetOut::start(Vec::new(), &COLUMNS).unwrap();
    assert_eq!(out.write(&[ParquetCell::Null]).unwrap_err().code, "S901");
    let mut out = ParquetOut::start(Vec::new(), &COLUMNS).unwrap();
    let row = [ParquetCell::Text("x"), ParquetCell::Null];
    assert_eq!(out.write(&row).unwrap_err().code, "S901");
}

#[test]
fn a_file_that_is_cut_is_named() {
    let bytes = written(&[(Some(1), Some("a".to_owned())), (None, None)]);
    for end in 0..bytes.len() {
        assert_eq!(read(&bytes[..end]).unwrap_err().code, "S901", "{end}");
    }
}
