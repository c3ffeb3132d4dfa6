//! The tables as other programs read them: the export schema of `docs/export-schema.md`.
//!
//! Every row that there ever was, with the positions that added and hid it, so that a query can be
//! asked as of any position. Whole numbers everywhere: decimals in their smallest unit, days as days
//! since 1970-01-01. Personal columns are left out; no figure depends on them.

use std::fmt::Write as _;
use std::sync::Arc;

use base::Position;
use programme::model::TreeTime;
use programme::schema::{ColumnSchema, ColumnType, Source, TableSchema, Value};

use crate::columns::Columns;
use crate::segment::Place;
use crate::sql::Dialect;
use crate::table::{NEVER, RowAt, Table, decode};

/// `hidden` of what is not hidden: the greatest 64-bit integer.
pub const NOT_HIDDEN: i64 = i64::MAX;

/// A table of the export.
#[derive(Debug, Clone)]
pub struct ExportTable<'a> {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ExportColumn>,
    rows: Rows<'a>,
}

/// A column of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportColumn {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: ExportKind,
    /// What an integer stands for.
    pub meaning: Meaning,
}

/// What a column of the export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// 64-bit integers.
    Integer,
    /// Text.
    Text,
}

/// What an integer of the export stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Itself, or a text.
    Plain,
    /// Units of 10^−scale.
    Scaled(u8),
    /// Days since 1970-01-01.
    Day,
    /// 1 for yes, 0 for no.
    YesNo,
    /// A set of texts: each after and before a semicolon, `%` and `;` within as `%25` and `%3B`.
    Set,
}

/// A cell of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportCell {
    /// Empty.
    Null,
    /// An integer.
    Integer(i64),
    /// A text.
    Text(Arc<str>),
}

#[derive(Debug, Clone)]
enum Rows<'a> {
    Of(&'a Columns, &'a Table),
    /// Already made.
    Made(Vec<Vec<ExportCell>>),
}

/// The name under which a table of the schema is exported.
pub fn export_name(schema: &TableSchema) -> String {
    match &schema.source {
        Source::Records(id) => format!("record_{id}"),
        Source::Subjects(id) => format!("subject_history_{id}"),
        Source::Cases(id) => format!("case_{id}"),
        Source::Units => "unit_history".to_owned(),
        Source::Targets => "target".to_owned(),
        Source::Items => "item".to_owned(),
    }
}

impl Columns {
    /// All tables of the export, in the order of the latest programme's schema.
    pub fn export(&self) -> Vec<ExportTable<'_>> {
        let Some(latest) = self.programmes().last() else {
            return Vec::new();
        };
        let names = latest.programme.schema.tables.keys();
        let mut tables: Vec<ExportTable<'_>> = names
            .filter_map(|name| self.table(name))
            .map(|table| self.exported(table))
            .collect();
        tables.push(self.programme_table());
        for (name, tree) in [
            ("unit_closure", TreeTime::RecordDay),
            ("unit_closure_heirs", TreeTime::PeriodEnd),
        ] {
            tables.push(self.closure_table(name, tree));
        }
        tables
    }

    fn exported<'a>(&'a self, table: &'a Table) -> ExportTable<'a> {
        let mut columns: Vec<ExportColumn> = exported_columns(table)
            .map(|(_, column)| {
                let (kind, meaning) = match &column.column_type {
                    ColumnType::Int => (ExportKind::Integer, Meaning::Plain),
                    ColumnType::Decimal(scale) => (ExportKind::Integer, Meaning::Scaled(*scale)),
                    ColumnType::Day => (ExportKind::Integer, Meaning::Day),
                    ColumnType::Bool => (ExportKind::Integer, Meaning::YesNo),
                    ColumnType::Codes(_) | ColumnType::Texts => (ExportKind::Text, Meaning::Set),
                    _ => (ExportKind::Text, Meaning::Plain),
                };
                ExportColumn {
                    name: column.name.clone(),
                    kind,
                    meaning,
                }
            })
            .collect();
        if table.schema.is_versioned() {
            columns.push(integer("version_from", Meaning::Day));
            columns.push(integer("version_to", Meaning::Day));
        }
        columns.push(integer("added", Meaning::Plain));
        columns.push(integer("hidden", Meaning::Plain));
        ExportTable {
            name: export_name(&table.schema),
            columns,
            rows: Rows::Of(self, table),
        }
    }

    /// Which programme is in force from which position.
    fn programme_table(&self) -> ExportTable<'_> {
        let rows = self
            .programmes()
            .iter()
            .map(|found| {
                let text = |text: &Arc<str>| ExportCell::Text(text.clone());
                vec![
                    position(found.at),
                    text(&found.programme.id),
                    text(&found.programme.version),
                ]
            })
            .collect();
        let columns = vec![
            integer("at", Meaning::Plain),
            plain_text("id"),
            plain_text("version"),
        ];
        ExportTable {
            name: "programme".to_owned(),
            columns,
            rows: Rows::Made(rows),
        }
    }

    fn closure_table(&self, name: &str, tree: TreeTime) -> ExportTable<'_> {
        let unit = |number: i32| match self.dictionaries().units().text(i64::from(number)) {
            Some(text) => ExportCell::Text(text.into()),
            None => ExportCell::Null,
        };
        let mut rows = Vec::new();
        for found in self.programmes() {
            rows.extend(found.tree.closure(tree).into_iter().map(
                |(ancestor, descendant, from, to)| {
                    let day = |day: i32| ExportCell::Integer(i64::from(day));
                    vec![
                        position(found.at),
                        unit(ancestor),
                        unit(descendant),
                        day(from),
                        day(to),
                    ]
                },
            ));
        }
        let columns = vec![
            integer("programme", Meaning::Plain),
            plain_text("ancestor"),
            plain_text("descendant"),
            integer("valid_from", Meaning::Day),
            integer("valid_to", Meaning::Day),
        ];
        ExportTable {
            name: name.to_owned(),
            columns,
            rows: Rows::Made(rows),
        }
    }
}

fn exported_columns(table: &Table) -> impl Iterator<Item = (Place, &ColumnSchema)> {
    table.all_columns().filter(|(_, column)| !column.personal)
}

fn integer(name: &str, meaning: Meaning) -> ExportColumn {
    ExportColumn {
        name: name.into(),
        kind: ExportKind::Integer,
        meaning,
    }
}

fn plain_text(name: &str) -> ExportColumn {
    ExportColumn {
        name: name.into(),
        kind: ExportKind::Text,
        meaning: Meaning::Plain,
    }
}

fn position(position: Position) -> ExportCell {
    ExportCell::Integer(if position.0 == NEVER {
        NOT_HIDDEN
    } else {
        i64::try_from(position.0).unwrap_or(NOT_HIDDEN)
    })
}

/// A member of a set as it stands between semicolons.
pub(crate) fn set_member(text: &str) -> String {
    text.replace('%', "%25").replace(';', "%3B")
}

impl ExportTable<'_> {
    /// The rows, in the order in which they were accepted.
    pub fn rows(&self) -> Box<dyn Iterator<Item = Vec<ExportCell>> + '_> {
        match &self.rows {
            Rows::Made(rows) => Box::new(rows.iter().cloned()),
            Rows::Of(columns, table) => {
                Box::new(table.rows_in_order().map(|row| cells(columns, table, row)))
            }
        }
    }

    /// `CREATE TABLE` in a dialect.
    pub fn create_sql(&self, dialect: Dialect) -> String {
        let mut sql = format!("CREATE TABLE {} (", quoted(&self.name));
        for (index, column) in self.columns.iter().enumerate() {
            let kind = match (column.kind, dialect) {
                (ExportKind::Integer, Dialect::Sqlite) => "INTEGER",
                (ExportKind::Integer, _) => "BIGINT",
                (ExportKind::Text, _) => "TEXT",
            };
            let comma = if index == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(sql, "{comma}{} {kind}", quoted(&column.name));
        }
        sql.push_str(");");
        sql
    }

    /// `CREATE INDEX` where a row of another table is looked up in this one; the same in every dialect.
    pub fn index_sql(&self) -> Option<String> {
        let has = |name: &str| self.columns.iter().any(|column| &*column.name == name);
        let columns = if has("version_from") {
            "\"id\", \"version_from\""
        } else if has("descendant") {
            "\"descendant\", \"programme\""
        } else {
            return None;
        };
        let name = quoted(&format!("{}_by", self.name));
        Some(format!(
            "CREATE INDEX {name} ON {} ({columns});",
            quoted(&self.name)
        ))
    }

    /// The table as comma-separated text with a header: an empty cell without quotes is empty,
    /// texts are always quoted.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write_csv(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
        let header: Vec<String> = self
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect();
        writeln!(out, "{}", header.join(","))?;
        for row in self.rows() {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell {
                    ExportCell::Null => String::new(),
                    ExportCell::Integer(number) => number.to_string(),
                    ExportCell::Text(text) => quoted(text),
                })
                .collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        Ok(())
    }
}

/// In double quotes: a name in SQL, a text in comma-separated files.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn cells(columns: &Columns, table: &Table, row: RowAt) -> Vec<ExportCell> {
    let mut cells: Vec<ExportCell> = exported_columns(table)
        .map(|(place, column)| {
            match decode(
                table.get(row, place),
                &column.column_type,
                columns.dictionaries(),
            ) {
                Value::Null => ExportCell::Null,
                Value::Int(number) => ExportCell::Integer(number),
                Value::Day(day) => ExportCell::Integer(i64::from(day.number())),
                Value::Bool(value) => ExportCell::Integer(i64::from(value)),
                Value::Text(text) => ExportCell::Text(text),
                Value::Texts(texts) => {
                    let members: Vec<String> = texts.iter().map(|text| set_member(text)).collect();
                    ExportCell::Text(format!(";{};", members.join(";")).into())
                }
            }
        })
        .collect();
    if let Some((from, to)) = table.version(row) {
        cells.push(ExportCell::Integer(i64::from(from)));
        cells.push(ExportCell::Integer(i64::from(to)));
    }
    let (added, hidden) = table.span(row);
    cells.push(position(added));
    cells.push(position(hidden));
    cells
}
