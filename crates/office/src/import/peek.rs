//! A look at a file before it is imported: its headings, some of its cells, and which field each column
//! seems to be, so that a person can say what it is.

use std::io::{Read, Seek};

use base::{Lang, Place, Problem, Text};
use programme::model::Programme;
use sheet::{Cell, ReadRow, RejectedRow, Rows, sheet_names};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::ImportOptions;
use super::columns::Plan;
use super::file::read_options;
use super::mapping::Mapping;
use super::slots::{Slot, record_slots, subject_slots};
use crate::folder::Office;

/// Rows from which cells are shown.
const SAMPLES: usize = 3;

/// Something that a column can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Whether there must be a column for it.
    pub is_required: bool,
}

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peek {
    /// Worksheet, of a workbook.
    pub sheet: Option<String>,
    /// Worksheets that are not hidden.
    pub sheets: Vec<String>,
    /// Headings.
    pub header: Vec<String>,
    /// Of each column: what stands in it in the first rows.
    pub samples: Vec<Vec<String>>,
    /// Of each column: the field that it seems to be.
    pub matched: Vec<Option<String>>,
    /// What a column can be.
    pub targets: Vec<Target>,
}

impl Office {
    /// Looks at a file that may become records or subjects of a type. A text is gone through and not held in memory.
    ///
    /// # Errors
    /// There is no such type, or the file cannot be read.
    pub fn peek(
        &self,
        type_name: &str,
        file_name: &str,
        mut source: impl Read + Seek + Send + Copy,
        options: &ImportOptions,
    ) -> Result<Peek, Problem> {
        let programme = self.programme()?;
        let slots = slots_of(&programme, type_name)
            .ok_or_else(|| super::unknown_type(&programme, type_name))?;
        let nothing = Mapping::default();
        let mapping = options.mapping.as_ref().unwrap_or(&nothing);
        let reading = read_options(file_name, options, mapping);
        let mut rows = Rows::open(source, &reading)?;
        let header = rows.header().to_vec();
        let sheet = rows.sheet_name().map(str::to_owned);
        let mut samples = vec![Vec::new(); header.len()];
        for row in rows.by_ref().take(SAMPLES) {
            let row = match row {
                Ok(ReadRow::Kept(row) | ReadRow::Rejected(RejectedRow { row, .. })) => row,
                Err(_) => break,
            };
            for (column, sample) in samples.iter_mut().enumerate() {
                let text = row.cell(column).map(Cell::as_text).unwrap_or_default();
                sample.push(text.into_owned());
            }
        }
        drop(rows);
        let mut workbook = Vec::new();
        let is_workbook =
            sheet.is_some() && source.rewind().is_ok() && source.read_to_end(&mut workbook).is_ok();
        let sheets = match is_workbook {
            true => sheet_names(&workbook, &reading)
                .unwrap_or_default()
                .into_iter()
                .filter(|found| found.is_visible)
                .map(|found| found.name)
                .collect(),
            false => Vec::new(),
        };
        let place = Place::in_file(file_name);
        let matched = Plan::guess(type_name, &slots, &header, mapping, &place);
        let id_of = |slot: Option<usize>| Some(slots.get(slot?)?.id.clone());
        Ok(Peek {
            sheet,
            sheets,
            samples,
            matched: matched.into_iter().map(id_of).collect(),
            header,
            targets: slots
                .iter()
                .map(|slot| Target {
                    id: slot.id.clone(),
                    name: slot.name.clone(),
                    is_required: slot.is_required,
                })
                .collect(),
        })
    }
}

fn slots_of(programme: &Programme, type_name: &str) -> Option<Vec<Slot>> {
    if let Some(record_type) = programme.record_types.get(type_name) {
        return Some(record_slots(programme, record_type));
    }
    let subject_type = programme.subject_types.get(type_name)?;
    Some(subject_slots(subject_type))
}

/// A mapping's text: of each heading the field that it is; what is none is not imported.
pub fn mapping_text(
    columns: &[(String, Option<String>)],
    sheet: Option<&str>,
    skip_rows: u32,
    lang: Lang,
) -> String {
    let mut text = DocumentMut::new();
    if let Some(sheet) = sheet {
        text.insert("sheet", value(sheet));
    }
    if skip_rows > 0 {
        text.insert("skip_rows", value(i64::from(skip_rows)));
    }
    let is_left = |(heading, field): &&(String, Option<String>)| {
        field.is_none() && !heading.trim().is_empty()
    };
    let left: Array = columns
        .iter()
        .filter(is_left)
        .map(|(heading, _)| heading.as_str())
        .collect();
    if !left.is_empty() {
        text.insert("ignore", value(left));
    }
    let mut table = Table::new();
    for (heading, field) in columns {
        if let Some(field) = field {
            table.insert(heading, value(field.as_str()));
        }
    }
    text.insert("columns", Item::Table(table));
    let told = match lang {
        Lang::Zh => "# 表头 = 字段；zhicheng import --mapping 也读它",
        Lang::En => "# heading = field; `zhicheng import --mapping` reads it too",
    };
    format!("{told}\n{text}")
}
