//! Rows: what a package's text says, table by table, before it means anything.
//!
//! Every cell keeps the place it was written at, so that an error found much later (a target that
//! does not sum, a figure that is not applicable) can still underline the line that says so.
//! Reading text into rows is [`crate::parse`]; what rows mean is [`crate::model`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Ratio, Span};

use crate::tables::Table;

/// One cell's content, already of the kind that its column asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Text, identifiers, references, choices, periods, month-days and expressions.
    Text(Arc<str>),
    /// A name in both languages.
    Bilingual(base::Text),
    /// A whole number.
    Int(i64),
    /// An exact decimal and how it was written (`"97.5%"`).
    Decimal(Ratio, Arc<str>),
    /// Yes or no.
    Bool(bool),
    /// A civil day.
    Day(Day),
    /// A list; each element with its own place.
    List(Vec<Cell>),
    /// Pairs of decimals.
    Pairs(Vec<(Ratio, Ratio)>),
}

/// A cell with its places in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it says.
    pub content: Content,
    /// Where the value stands.
    pub span: Span,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its table.
    pub table: &'static Table,
    /// Where its header `[[table]]` stands.
    pub span: Span,
    /// Its cells by column name.
    pub cells: BTreeMap<&'static str, Cell>,
    /// The package (of a chain of extended ones) that says it; 0 is the outermost, the city's own.
    pub layer: usize,
}

impl Row {
    /// The place of a cell, or of the row where the cell is not written.
    pub fn span_of(&self, column: &str) -> Span {
        self.cells
            .get(column)
            .map_or_else(|| self.span.clone(), |cell| cell.span.clone())
    }

    /// The cell of that column.
    pub fn cell(&self, column: &str) -> Option<&Cell> {
        self.cells.get(column)
    }

    /// The text of a cell (text, identifier, reference, choice, period, expression).
    pub fn text(&self, column: &str) -> Option<&Arc<str>> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The bilingual text of a cell.
    pub fn bilingual(&self, column: &str) -> Option<&base::Text> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Bilingual(text)) => Some(text),
            _ => None,
        }
    }

    /// The whole number of a cell.
    pub fn int(&self, column: &str) -> Option<i64> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// The exact decimal of a cell.
    pub fn decimal(&self, column: &str) -> Option<&Ratio> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Decimal(ratio, _)) => Some(ratio),
            _ => None,
        }
    }

    /// The truth value of a cell.
    pub fn bool(&self, column: &str) -> Option<bool> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The day of a cell.
    pub fn day(&self, column: &str) -> Option<Day> {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Day(day)) => Some(*day),
            _ => None,
        }
    }

    /// The elements of a list cell; none when the cell is not written.
    pub fn list(&self, column: &str) -> &[Cell] {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::List(cells)) => cells,
            _ => &[],
        }
    }

    /// The texts of a list cell.
    pub fn texts(&self, column: &str) -> Vec<Arc<str>> {
        self.list(column)
            .iter()
            .filter_map(|cell| match &cell.content {
                Content::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    /// The decimals of a list cell.
    pub fn decimals(&self, column: &str) -> Vec<Ratio> {
        self.list(column)
            .iter()
            .filter_map(|cell| match &cell.content {
                Content::Decimal(ratio, _) => Some(ratio.clone()),
                _ => None,
            })
            .collect()
    }

    /// The pairs of a cell.
    pub fn pairs(&self, column: &str) -> &[(Ratio, Ratio)] {
        match self.cells.get(column).map(|cell| &cell.content) {
            Some(Content::Pairs(pairs)) => pairs,
            _ => &[],
        }
    }

    /// The values of the table's key columns joined by `/`: how the row is named in `[[remove]]` and in messages.
    pub fn key(&self) -> String {
        let mut parts = Vec::new();
        for column in self.table.key {
            if crate::tables::LATER_KEY == (self.table.name, *column)
                && !self.cells.contains_key(column)
            {
                continue;
            }
            parts.push(match self.cells.get(column).map(|cell| &cell.content) {
                Some(Content::Text(text)) => text.to_string(),
                Some(Content::Int(number)) => number.to_string(),
                Some(Content::Day(day)) => day.to_string(),
                _ => String::new(),
            });
        }
        parts.join("/")
    }
}
