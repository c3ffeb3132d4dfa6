//! What was said of a file that waits: how it is read, what was corrected, how far it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Lang, Problem};
use office::import::{Edits, ImportOptions, ImportReport, Mapping, mapping_text};
use serde::{Deserialize, Serialize};

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Stage {
    /// Its columns are matched.
    #[default]
    Columns,
    /// Its rows are checked and corrected.
    Rows,
    /// It is being taken.
    Taking,
    /// It was taken.
    Taken,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Came {
    pub rows: u64,
    pub added: u64,
    pub revised: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub position: Option<u64>,
}

impl From<&ImportReport> for Came {
    fn from(report: &ImportReport) -> Came {
        Came {
            rows: report.rows,
            added: report.added,
            revised: report.revised,
            unchanged: report.unchanged,
            rejected: report.rejected_rows,
            position: report.position,
        }
    }
}

/// What was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    #[serde(default)]
    pub stage: Stage,
    #[serde(default)]
    pub sheet: Option<String>,
    /// Rows above the header.
    #[serde(default)]
    pub skip_rows: u32,
    /// Each heading with the field that it is.
    #[serde(default)]
    pub columns: Vec<(String, Option<String>)>,
    #[serde(default)]
    pub edits: Edits,
    #[serde(default)]
    pub valid_only: bool,
    #[serde(default)]
    pub revise: bool,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub result: Option<Came>,
}

impl Plan {
    pub fn of_text(text: &str) -> Plan {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The mapping as a file says it.
    pub fn mapping(&self, lang: Lang) -> String {
        mapping_text(&self.columns, self.sheet.as_deref(), self.skip_rows, lang)
    }

    /// How the file is imported.
    pub fn options(&self) -> Result<ImportOptions, Vec<Problem>> {
        // In one language, so that the same columns are the same mapping in the ledger.
        let mapping = Mapping::parse(&self.mapping(Lang::Zh), "mapping.toml")?;
        Ok(ImportOptions {
            mapping: Some(mapping),
            valid_only: self.valid_only,
            revise: self.revise,
            reason: Some(self.reason.clone()),
            edits: (!self.edits.is_empty()).then(|| Arc::new(self.edits.clone())),
            ..ImportOptions::default()
        })
    }

    /// Takes up what was typed into the cells of rows.
    pub fn correct(&mut self, cells: BTreeMap<u32, BTreeMap<usize, String>>, dropped: Vec<u32>) {
        for (row, cells) in cells {
            if dropped.contains(&row) {
                continue;
            }
            let width = cells.keys().next_back().map_or(0, |last| last + 1);
            let mut texts = vec![String::new(); width];
            for (column, text) in cells {
                if let Some(slot) = texts.get_mut(column) {
                    *slot = text;
                }
            }
            self.edits.rows.insert(row, texts);
        }
        self.edits.dropped.extend(dropped);
    }
}
