//! Rows read one by one, as they were at a position: for lists, cards and explanations, not for figures.

use std::sync::Arc;

use base::{Day, Position, Ratio, SubjectTypeId};
use programme::schema::{ColumnSchema, ColumnType, Schema, Value};

use crate::columns::Columns;
use crate::dictionary::Dictionaries;
use crate::records::RowId;
use crate::segment::Place;
use crate::table::{NULL, RowAt, Table, decode};

/// A row of a table.
#[derive(Clone, Copy)]
pub struct RowView<'a> {
    table: &'a Table,
    dictionaries: &'a Dictionaries,
    row: RowAt,
}

impl<'a> RowView<'a> {
    pub(crate) fn new(table: &'a Table, dictionaries: &'a Dictionaries, row: RowAt) -> RowView<'a> {
        RowView {
            table,
            dictionaries,
            row,
        }
    }

    /// The number of the record or case.
    pub fn id(&self) -> u64 {
        self.table.id(self.row)
    }

    /// The position that added the row, and the one that hid it.
    pub fn span(&self) -> (Position, Position) {
        self.table.span(self.row)
    }

    /// The value of a column; null where the table has no such column.
    pub fn value(&self, column: &str) -> Value {
        let column = self.table.column(column);
        column.map_or(Value::Null, |(place, column)| {
            decode(
                self.table.get(self.row, place),
                &column.column_type,
                self.dictionaries,
            )
        })
    }

    /// The value of a column that was found before.
    pub fn value_at(&self, column: ColumnAt<'_>) -> Value {
        decode(
            self.cell(column),
            &column.schema.column_type,
            self.dictionaries,
        )
    }

    /// A number that stands for the value of a column that was found before: the same for the same value. Going
    /// through a million rows, this is all that is asked of most.
    pub fn cell(&self, column: ColumnAt<'_>) -> i64 {
        self.table.get(self.row, column.place)
    }

    /// The number in a column of numbers, exact.
    pub fn number(&self, column: &str) -> Option<Ratio> {
        let (place, column) = self.table.column(column)?;
        let cell = self.table.get(self.row, place);
        match column.column_type {
            _ if cell == NULL => None,
            ColumnType::Int => Some(Ratio::from_int(cell)),
            ColumnType::Decimal(scale) => Some(Ratio::from_scaled(cell, scale)),
            _ => None,
        }
    }

    /// Every column with its value as text, in the table's order; empty ones and personal ones left out.
    pub fn texts(&self) -> Vec<(Arc<str>, String)> {
        let columns = self.table.columns().filter(|(_, column)| !column.personal);
        columns
            .filter_map(|(_, column)| Some((column.name.clone(), self.text(&column.name)?)))
            .collect()
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(match self.value(name) {
            Value::Null => return None,
            Value::Int(number) => match self.number(name) {
                Some(exact) => exact.exact_decimal().unwrap_or_else(|| number.to_string()),
                None => number.to_string(),
            },
            Value::Day(day) => day.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Texts(texts) => texts.join("|"),
        })
    }
}

/// Where a column of a table is.
#[derive(Clone, Copy)]
pub struct ColumnAt<'a> {
    place: Place,
    schema: &'a ColumnSchema,
}

impl Columns {
    /// Finds a column once for many rows of its table.
    pub fn column_at(&self, table: &str, column: &str) -> Option<ColumnAt<'_>> {
        let (place, schema) = self.table(table)?.column(column)?;
        Some(ColumnAt { place, schema })
    }

    /// The rows of a table that count at a position, in the order in which they were accepted. None for a
    /// table that does not exist.
    pub fn rows_at(&self, table: &str, at: Position) -> impl Iterator<Item = RowView<'_>> {
        let dictionaries = self.dictionaries();
        self.table(table).into_iter().flat_map(move |table| {
            let rows = table
                .rows_in_order()
                .filter(move |row| table.is_visible(*row, at.0));
            rows.map(move |row| RowView {
                table,
                dictionaries,
                row,
            })
        })
    }

    /// The rows of a table that count at a position and hold on a day: of subjects and units one each, with
    /// what is so on that day.
    pub fn rows_on(
        &self,
        table: &str,
        day: Day,
        at: Position,
    ) -> impl Iterator<Item = RowView<'_>> {
        let dictionaries = self.dictionaries();
        self.table(table).into_iter().flat_map(move |table| {
            let rows = table.rows_in_order().filter(move |row| {
                table.is_visible(*row, at.0) && table.holds_on(*row, day.number())
            });
            rows.map(move |row| RowView {
                table,
                dictionaries,
                row,
            })
        })
    }

    /// The row of a record or case at a position.
    pub fn row_at(&self, table: &str, id: &RowId, at: Position) -> Option<RowView<'_>> {
        let RowId::Number(number) = id else {
            return None;
        };
        let found = self.table(table)?;
        // What counted then may be hidden by now.
        let row = found
            .rows_with_id(*number)
            .find(|row| found.is_visible(*row, at.0))?;
        Some(RowView {
            table: found,
            dictionaries: self.dictionaries(),
            row,
        })
    }

    /// The identities of the subjects of a type that are known on a day, each once.
    pub fn subjects(&self, subject_type: &SubjectTypeId, day: Day, at: Position) -> Vec<Arc<str>> {
        let name = Schema::subjects_name(subject_type);
        let Some(table) = self.table(&name) else {
            return Vec::new();
        };
        let rows = table
            .rows_in_order()
            .filter(|row| table.is_visible(*row, at.0) && table.holds_on(*row, day.number()));
        let dictionary = self.dictionaries().subjects(subject_type);
        rows.filter_map(|row| Some(dictionary?.text(table.get(row, Place::Column(0)))?.into()))
            .collect()
    }
}
