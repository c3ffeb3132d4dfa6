//! The records behind a figure, as a table for each kind of rows, and as a file.

use office::behind::BehindPage;
use programme::model::{Measure, Selection};
use programme::schema::{ColumnPath, Source};

use super::At;
use crate::answer::Refused;

/// Columns shown on a page; a file has all.
const COLUMNS_MAX: usize = 8;
/// Rows in a file.
const CSV_ROWS_MAX: usize = 200_000;

/// The rows behind a figure.
pub(super) struct Records {
    pub total: usize,
    pub total_text: String,
    pub in_part_text: String,
    pub tables: Vec<RowsTable>,
    pub is_cut: bool,
}

/// Rows of one table.
pub(super) struct RowsTable {
    pub name: String,
    pub heads: Vec<String>,
    pub rows: Vec<RowLine>,
}

/// A row.
pub(super) struct RowLine {
    pub id: String,
    pub address: Option<String>,
    pub in_part: bool,
    pub cells: Vec<String>,
}

pub(super) fn page(at: &At<'_>, from: usize, most: usize) -> Result<Records, Refused> {
    let found = at.look.office.behind_page(&at.query(), from, most)?;
    Ok(Records {
        total: found.total,
        total_text: at.words.count(found.total),
        in_part_text: at.words.count(found.in_part),
        tables: tables(at, &found, COLUMNS_MAX),
        is_cut: from + most < found.total,
    })
}

fn tables(at: &At<'_>, found: &BehindPage, columns_max: usize) -> Vec<RowsTable> {
    let mut names: Vec<&str> = Vec::new();
    for row in &found.rows {
        if !names.contains(&row.table.as_str()) {
            names.push(&row.table);
        }
    }
    names
        .into_iter()
        .map(|table| {
            let rows: Vec<_> = found.rows.iter().filter(|row| row.table == table).collect();
            let schema = at.programme.schema.table(table);
            let has = |name: &str| {
                rows.iter()
                    .any(|row| row.values.iter().any(|(found, _)| found == name))
            };
            let mut columns: Vec<&str> = schema
                .into_iter()
                .flat_map(|schema| schema.columns.keys())
                .map(|name| &**name)
                .filter(|name| *name != "id" && has(name))
                .collect();
            // The first two (mostly day and unit), then what decides whether a row counts.
            if let Some(rest) = columns.get_mut(2..) {
                rest.sort_by_key(|name| !decides(at, name));
            }
            columns.truncate(columns_max);
            let heads = columns
                .iter()
                .map(|column| {
                    let name = programme::sentence::column_name(&at.programme, table, column);
                    at.look.text(&name).to_owned()
                })
                .collect();
            let lines = rows
                .iter()
                .map(|row| {
                    let value = |column: &str| {
                        row.values
                            .iter()
                            .find(|(name, _)| name == column)
                            .map(|(_, value)| read(at, table, column, value))
                            .unwrap_or_default()
                    };
                    let id = row
                        .number
                        .map_or_else(|| value("id"), |number| number.to_string());
                    RowLine {
                        address: address(at, table, row.number, &row.values),
                        id,
                        in_part: row.in_part,
                        cells: columns.iter().map(|column| value(column)).collect(),
                    }
                })
                .collect();
            let name = programme::sentence::rows_name(&at.programme, table);
            RowsTable {
                name: at.look.text(&name).to_owned(),
                heads,
                rows: lines,
            }
        })
        .collect()
}

/// Whether the indicator's own conditions and values read a column.
fn decides(at: &At<'_>, column: &str) -> bool {
    let Some(indicator) = at.programme.indicators.get(&at.address.indicator) else {
        return false;
    };
    let of = |expr: &programme::expr::Expr| {
        expr.columns().into_iter().any(|path| match path {
            ColumnPath::Own(name) => **name == *column,
            ColumnPath::Joined { column: own, .. } => **own == *column,
        })
    };
    let filter = |rows: &Selection| rows.filter.as_ref().is_some_and(of);
    match &indicator.measure {
        Measure::Count(rows) => filter(rows),
        Measure::Distinct(rows, name) => filter(rows) || **name == *column,
        Measure::Sum(rows, value)
        | Measure::Mean(rows, value)
        | Measure::Min(rows, value)
        | Measure::Max(rows, value)
        | Measure::Latest { rows, value, .. } => filter(rows) || of(value),
        Measure::Share { whole, part, value } => {
            filter(whole) || of(part) || value.as_ref().is_some_and(of)
        }
        Measure::WeightedRatio {
            whole,
            part,
            strata,
            weight,
            ..
        } => filter(whole) || of(part) || of(weight) || **strata == *column,
        Measure::Ratio { .. }
        | Measure::Expression(_)
        | Measure::Growth(..)
        | Measure::Change(..) => false,
    }
}

/// A value as it is read: codes and units by name, subjects by name where it is known.
fn read(at: &At<'_>, table: &str, column: &str, value: &str) -> String {
    let column_type = at
        .programme
        .schema
        .table(table)
        .and_then(|schema| schema.columns.get(column))
        .map(|column| &column.column_type);
    if let Some(programme::schema::ColumnType::Subject(of)) = column_type {
        let known = at.look.office.mirror().subject_name(of.as_str(), value);
        return known.unwrap_or(value).to_owned();
    }
    if column_type == Some(&programme::schema::ColumnType::Unit) {
        return at.look.unit_name(value);
    }
    let name = programme::sentence::value_name(&at.programme, table, column, value);
    at.look.text(&name).to_owned()
}

/// Where a row can be read with its history.
fn address(
    at: &At<'_>,
    table: &str,
    number: Option<u64>,
    values: &[(String, String)],
) -> Option<String> {
    let id = || {
        values
            .iter()
            .find(|(name, _)| name == "id")
            .map(|(_, id)| id)
    };
    match &at.programme.schema.table(table)?.source {
        Source::Records(of) => Some(format!("/records/{of}/{}", number?)),
        Source::Cases(_) => Some(format!("/cases/{}", number?)),
        Source::Subjects(of) => Some(format!("/subjects/{of}/{}", super::coded(id()?))),
        Source::Units => Some(format!("/units/{}", id()?)),
        Source::Items | Source::Targets => None,
    }
}

/// All rows as lines of a file: table, number, whether in the numerator, then every column.
pub(super) fn csv(at: &At<'_>) -> Result<Vec<Vec<String>>, Refused> {
    let found = at.look.office.behind_page(&at.query(), 0, CSV_ROWS_MAX)?;
    let tables = tables(at, &found, usize::MAX);
    let mut heads: Vec<String> = Vec::new();
    for head in tables.iter().flat_map(|table| &table.heads) {
        if !heads.contains(head) {
            heads.push(head.clone());
        }
    }
    let mut first = vec![
        at.say("表", "Table").to_owned(),
        at.say("编号", "Number").to_owned(),
        at.say("计入分子", "In the numerator").to_owned(),
    ];
    first.extend(heads.iter().cloned());
    let mut lines = vec![first];
    for table in &tables {
        for row in &table.rows {
            let mut line = vec![
                table.name.clone(),
                row.id.clone(),
                if row.in_part {
                    at.say("是", "yes")
                } else {
                    at.say("否", "no")
                }
                .to_owned(),
            ];
            line.extend(heads.iter().map(|head| {
                let place = table.heads.iter().position(|found| found == head);
                place
                    .and_then(|place| row.cells.get(place))
                    .cloned()
                    .unwrap_or_default()
            }));
            lines.push(line);
        }
    }
    if found.total > CSV_ROWS_MAX {
        let left = found.total - CSV_ROWS_MAX;
        let mut line = vec![match at.words.lang {
            base::Lang::Zh => format!("还有{left}条没有列出：请缩小范围后再导出"),
            base::Lang::En => {
                format!("{left} more are left out: narrow the figure and export again")
            }
        }];
        line.resize(lines.first().map_or(1, Vec::len), String::new());
        lines.push(line);
    }
    Ok(lines)
}
