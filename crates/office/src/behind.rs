//! A page of the rows behind a figure: what is shown is read, the others are only counted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::Problem;
use measure::{Query, RowId, RowView, Value};

use crate::folder::Office;
use crate::history::BehindRow;

/// An identity in a table.
type NameIn = (Arc<str>, Arc<str>);

/// The fields of a row as text.
type Texts = Vec<(String, String)>;

/// Some of the rows behind a figure.
#[derive(Debug, Clone)]
pub struct BehindPage {
    /// The rows, in the order in which they were accepted.
    pub rows: Vec<BehindRow>,
    /// How many there are in all.
    pub total: usize,
    /// How many of all count in the numerator.
    pub in_part: usize,
}

impl Office {
    /// The rows behind a figure from the given one on (0 is the first), at most so many.
    ///
    /// # Errors
    /// The figure cannot be measured.
    pub fn behind_page(
        &self,
        query: &Query,
        from: usize,
        most: usize,
    ) -> Result<BehindPage, Problem> {
        let columns = self.mirror().columns();
        let behind = columns.records_behind(query)?;
        let page: Vec<_> = behind.iter().skip(from).take(most).collect();
        // Rows of the programme and subjects are told apart by their identity as of the day.
        let mut wanted: HashMap<Arc<str>, HashSet<Arc<str>>> = HashMap::new();
        for found in &page {
            if let RowId::Name(name) = &found.row {
                let names = wanted.entry(found.table.clone()).or_default();
                names.insert(name.clone());
            }
        }
        let mut named: HashMap<NameIn, Texts> = HashMap::new();
        for (table, names) in wanted {
            let mut left = names.len();
            for row in columns.rows_on(&table, query.day, query.at) {
                if left == 0 {
                    break;
                }
                if let Value::Text(id) = row.value("id")
                    && names.contains(&id)
                {
                    left -= 1;
                    named.insert((table.clone(), id), texts_of(&row));
                }
            }
        }
        let rows = page
            .into_iter()
            .map(|found| {
                let (number, values) = match &found.row {
                    RowId::Number(number) => {
                        let row = columns.row_at(&found.table, &found.row, query.at);
                        (
                            Some(*number),
                            row.as_ref().map(texts_of).unwrap_or_default(),
                        )
                    }
                    RowId::Name(name) => {
                        let mut values = vec![("id".to_owned(), name.to_string())];
                        let key = (found.table.clone(), name.clone());
                        values.extend(named.get(&key).cloned().unwrap_or_default());
                        (None, values)
                    }
                };
                BehindRow {
                    table: found.table.to_string(),
                    number,
                    in_part: found.in_numerator,
                    values,
                }
            })
            .collect();
        Ok(BehindPage {
            rows,
            total: behind.len(),
            in_part: behind.iter().filter(|found| found.in_numerator).count(),
        })
    }
}

/// A row's fields as text, without its number or identity.
fn texts_of(row: &RowView) -> Texts {
    let texts = row.texts().into_iter().filter(|(name, _)| **name != *"id");
    texts.map(|(name, text)| (name.to_string(), text)).collect()
}
