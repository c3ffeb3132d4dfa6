//! Rows that continue the row above: one thing told in several rows.
//!
//! A form lists a project once and its five measures below each other, with the project's cells empty
//! or merged. [`Continuation`] puts such rows together; what the group means is the caller's.

use base::{Place, Problem};

use crate::cell::{Cell, Row};
use crate::problems;

/// Groups rows by key columns: a row whose key columns are all blank belongs to the row above.
///
/// Merged key cells of a workbook are blank below the first, as long as
/// [`crate::ReadOptions::spread_merged`] is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    key_columns: Vec<usize>,
}

impl Continuation {
    /// Key columns, 0-based. Without any, each row stands alone.
    pub fn new(key_columns: impl IntoIterator<Item = usize>) -> Self {
        Self {
            key_columns: key_columns.into_iter().collect(),
        }
    }

    /// Whether the row continues the one above.
    pub fn continues(&self, row: &Row) -> bool {
        !self.key_columns.is_empty()
            && self
                .key_columns
                .iter()
                .all(|column| row.cell(*column).is_none_or(Cell::is_blank))
    }

    /// The rows in groups, each beginning with a row that has a key. A continuation row at the very
    /// top is a problem.
    ///
    /// ```
    /// use sheet::{Continuation, ReadOptions, read_table};
    /// let text = "项目,措施\n甲,一\n,二\n乙,三\n";
    /// let table = read_table(text.as_bytes(), &ReadOptions::default()).unwrap();
    /// let groups = Continuation::new([0]).group(table.rows).unwrap();
    /// let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
    /// assert_eq!(sizes, [2, 1]);
    /// ```
    pub fn group(&self, rows: impl IntoIterator<Item = Row>) -> Result<Vec<Vec<Row>>, Problem> {
        let mut groups: Vec<Vec<Row>> = Vec::new();
        for row in rows {
            if !self.continues(&row) {
                groups.push(vec![row]);
            } else if let Some(group) = groups.last_mut() {
                group.push(row);
            } else {
                return Err(problems::continues_nothing().in_place(Place {
                    row: Some(row.number),
                    ..Place::default()
                }));
            }
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, cells: &[&str]) -> Row {
        Row {
            number,
            cells: cells.iter().map(|text| Cell::text(*text)).collect(),
        }
    }

    #[test]
    fn several_key_columns_must_all_be_blank() {
        let rows = [
            row(2, &["甲", "1", "a"]),
            row(3, &["", " ", "b"]),
            row(4, &["", "2", "c"]),
            row(5, &["　", "", "d"]),
        ];
        let groups = Continuation::new([0, 1])
            .group(rows)
            .expect("begins with a key");
        let numbers: Vec<Vec<u32>> = groups
            .iter()
            .map(|group| group.iter().map(|row| row.number).collect())
            .collect();
        assert_eq!(numbers, [vec![2, 3], vec![4, 5]]);
    }

    #[test]
    fn nothing_to_continue() {
        let problem = Continuation::new([0]).group([row(2, &["", "x"])]);
        let problem = problem.expect_err("no row above");
        assert_eq!(problem.code, "S508");
        assert_eq!(problem.place.and_then(|place| place.row), Some(2));
    }

    #[test]
    fn without_key_columns_each_row_stands_alone() {
        let groups = Continuation::new([]).group([row(2, &[""]), row(3, &[""])]);
        assert_eq!(groups.map(|groups| groups.len()), Ok(2));
    }
}
