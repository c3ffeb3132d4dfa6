//! Corrections of a file's rows, made where its faults are shown: the file stays as it came, and is read
//! as if it had been corrected. So the same entries follow as from the corrected file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sheet::{Cell, ReadRow, Row};

/// Rows that are left out, and rows whose cells say something else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Numbers of rows that are not imported.
    #[serde(default)]
    pub dropped: BTreeSet<u32>,
    /// By number: the text of every cell of the row.
    #[serde(default)]
    pub rows: BTreeMap<u32, Vec<String>>,
}

impl Edits {
    /// Whether nothing was corrected.
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.rows.is_empty()
    }

    /// SHA-256 of what it says, in hex: what an import says of it.
    pub(crate) fn sha256(&self) -> Option<String> {
        let bytes = serde_json::to_vec(self).ok()?;
        (!self.is_empty()).then(|| hex::encode(Sha256::digest(bytes)))
    }

    /// The row as it is corrected; `None` where it is left out. A cell whose text stays keeps its kind. A row
    /// that could not be read is read when its cells were given anew.
    pub(crate) fn apply(&self, row: ReadRow, width: usize) -> Option<ReadRow> {
        let number = match &row {
            ReadRow::Kept(row) => row.number,
            ReadRow::Rejected(rejected) => rejected.row.number,
        };
        if self.dropped.contains(&number) {
            return None;
        }
        let Some(texts) = self.rows.get(&number) else {
            return Some(row);
        };
        let before = match row {
            ReadRow::Kept(row) => row,
            ReadRow::Rejected(rejected) => rejected.row,
        };
        let cells = (0..width.max(texts.len()))
            .map(|column| {
                let text = texts.get(column).map_or("", String::as_str);
                match before.cell(column) {
                    Some(cell) if cell.as_text() == text => cell.clone(),
                    _ if text.is_empty() => Cell::Empty,
                    _ => Cell::text(text),
                }
            })
            .collect();
        Some(ReadRow::Kept(Row { number, cells }))
    }
}
