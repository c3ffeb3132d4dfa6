//! Measures: from an indicator's row to what it measures.
//!
//! Each kind of measure has its own columns ([`COLUMNS`]); one that means nothing for the kind is
//! refused, so that nothing written is without effect.

use std::sync::Arc;

use base::{IndicatorId, Ratio};

use super::Faults;
use super::expressions::{Names, told};
use super::references::unknown_in;
use crate::expr::{Expr, Purpose, parse_arithmetic};
use crate::model::{Against, Measure, Selection};
use crate::problems;
use crate::rows::Row;
use crate::schema::{ColumnPath, ColumnSchema, ColumnType, Source, TableSchema};

/// The columns of each kind of measure: kind, needed, possible. Those of [`ROWS`] are possible for
/// every kind that reads rows, those that describe a figure (name, format, source …) for every kind.
const COLUMNS: &[(&str, &[&str], &[&str])] = &[
    ("count", &["of"], &["where"]),
    ("sum", &["of", "value"], &["where"]),
    ("mean", &["of", "value"], &["where"]),
    ("min", &["of", "value"], &["where"]),
    ("max", &["of", "value"], &["where"]),
    ("distinct", &["of", "field"], &["where"]),
    ("share", &["of", "where"], &["among", "value"]),
    ("ratio", &["numerator", "denominator"], &["per"]),
    (
        "weighted_ratio",
        &[
            "of",
            "where",
            "strata",
            "weight_of",
            "weight_value",
            "weight_strata",
        ],
        &["among", "weight_where", "weight_date"],
    ),
    (
        "latest",
        &["of", "value"],
        &["where", "period_field", "status_field"],
    ),
    (
        "rank",
        &["of", "value"],
        &["where", "period_field", "status_field"],
    ),
    ("expression", &["expression"], &[]),
    ("growth", &["indicator", "against"], &[]),
    ("change", &["indicator", "against"], &[]),
];
/// Columns of the kinds that read rows of a table.
const ROWS: &[&str] = &["date", "over", "window", "attribute_to", "tree"];
/// Columns that belong to some kinds only.
const SPECIAL: &[&str] = &[
    "of",
    "where",
    "among",
    "value",
    "field",
    "numerator",
    "denominator",
    "per",
    "expression",
    "indicator",
    "against",
    "strata",
    "weight_of",
    "weight_value",
    "weight_strata",
    "weight_where",
    "weight_date",
    "period_field",
    "status_field",
];
/// Reports columns that the kind needs and that it cannot have; says whether the kind reads rows.
pub(super) fn check_columns(row: &Row, word: &str, faults: &mut Faults) -> Option<bool> {
    let (_, needed, possible) = COLUMNS.iter().find(|(name, ..)| *name == word)?;
    for column in *needed {
        if !row.has(column) {
            faults.cell(row, "measure", problems::measure_needs(word, column));
        }
    }
    let reads_rows = needed.contains(&"of");
    for column in SPECIAL.iter().chain(ROWS) {
        let fits = needed.contains(column)
            || possible.contains(column)
            || (reads_rows && ROWS.contains(column));
        if row.has(column) && !fits {
            faults.cell(row, column, problems::column_not_of_measure(column, word));
        }
    }
    Some(reads_rows)
}
/// The column that dates the rows of a table where nothing else is said.
pub(super) fn default_date(table: &TableSchema) -> Option<&'static str> {
    match table.source {
        Source::Records(_) => Some("day"),
        Source::Cases(_) => Some("opened_on"),
        Source::Subjects(_) | Source::Units | Source::Targets | Source::Items => None,
    }
}
/// Reads the measure of one row; every fault is told before anything is given up.
pub(super) struct Reader<'r, 'n, 'f> {
    pub(super) row: &'r Arc<Row>,
    pub(super) names: &'r Names<'n>,
    pub(super) faults: &'f mut Faults,
}

impl<'r, 'n> Reader<'r, 'n, '_> {
    /// The measure, when nothing is wrong with it. `known` are the ids of all indicators.
    pub(super) fn measure(
        &mut self,
        word: &str,
        table: Option<&'n TableSchema>,
        known: &[IndicatorId],
    ) -> Option<Measure> {
        let named = |column: &str| {
            let id = self.row.text(column)?;
            known.iter().find(|known| known.as_str() == &**id).cloned()
        };
        match word {
            "ratio" => {
                let per = self
                    .row
                    .decimal("per")
                    .cloned()
                    .unwrap_or_else(|| Ratio::from_int(1));
                let (numerator, denominator) = (named("numerator"), named("denominator"));
                if !per.is_positive() {
                    self.faults
                        .cell(self.row, "per", problems::must_be_positive("per"));
                }
                Some(Measure::Ratio {
                    numerator: numerator?,
                    denominator: denominator?,
                    per,
                })
            }
            "growth" | "change" => {
                let indicator = named("indicator")?;
                let against = match &**self.row.text("against")? {
                    "previous" => Against::Previous,
                    _ => Against::YearEarlier,
                };
                Some(if word == "growth" {
                    Measure::Growth(indicator, against)
                } else {
                    Measure::Change(indicator, against)
                })
            }
            "expression" => {
                let text = self.row.text("expression")?;
                told(
                    parse_arithmetic(text, &self.row.span_of("expression"), known),
                    self.faults,
                )
                .map(Measure::Expression)
            }
            _ => self.over_rows(word, table?),
        }
    }

    fn over_rows(&mut self, word: &str, table: &'n TableSchema) -> Option<Measure> {
        match word {
            "count" => Some(Measure::Count(self.selection(table, "where", "date")?)),
            "sum" | "mean" | "min" | "max" => {
                let (rows, value) = (
                    self.selection(table, "where", "date"),
                    self.number("value", table),
                );
                let (rows, value) = (rows?, value?);
                Some(match word {
                    "sum" => Measure::Sum(rows, value),
                    "mean" => Measure::Mean(rows, value),
                    "min" => Measure::Min(rows, value),
                    _ => Measure::Max(rows, value),
                })
            }
            "distinct" => {
                let (rows, field) = (
                    self.selection(table, "where", "date"),
                    self.column("field", table),
                );
                Some(Measure::Distinct(rows?, field.map(|(name, _)| name)?))
            }
            "share" => {
                let (whole, part) = (
                    self.selection(table, "among", "date"),
                    self.filter("where", table),
                );
                let value = self.optional_number("value", table);
                Some(Measure::Share {
                    whole: whole?,
                    part: part?,
                    value: value?,
                })
            }
            "weighted_ratio" => self.weighted_ratio(table),
            "latest" | "rank" => {
                let (rows, value) = (
                    self.selection(table, "where", "date"),
                    self.number("value", table),
                );
                let period_field = self.period_field(table);
                let status_field = self.status_field(table);
                Some(Measure::Latest {
                    rows: rows?,
                    value: value?,
                    period_field: period_field?,
                    status_field: status_field?,
                    is_rank: word == "rank",
                })
            }
            _ => None,
        }
    }

    fn weighted_ratio(&mut self, table: &'n TableSchema) -> Option<Measure> {
        let (whole, part) = (
            self.selection(table, "among", "date"),
            self.filter("where", table),
        );
        let strata = self.column("strata", table);
        let weights_table = self.names.table(self.row, "weight_of", self.faults)?;
        let weights = self.selection(weights_table, "weight_where", "weight_date");
        let weight = self.number("weight_value", weights_table);
        let weight_strata = self.column("weight_strata", weights_table);
        let ((strata, left), (weight_strata, right)) = (strata?, weight_strata?);
        if left.column_type != right.column_type {
            self.faults.cell(
                self.row,
                "weight_strata",
                problems::strata_differ(&strata, &weight_strata),
            );
        }
        Some(Measure::WeightedRatio {
            whole: whole?,
            part: part?,
            strata,
            weights: weights?,
            weight: weight?,
            weight_strata,
        })
    }

    /// The rows of a table: their condition, and the column that places them in time.
    fn selection(&mut self, table: &TableSchema, filter: &str, date: &str) -> Option<Selection> {
        let filter = if self.row.has(filter) {
            Some(self.filter(filter, table))
        } else {
            None
        };
        let is_as_of = self.row.text("over").is_some_and(|over| &**over == "as_of");
        let date = match self.row.text(date) {
            Some(name) if &**name == "none" => None,
            Some(name) => {
                let name = name.clone();
                let column = self.own_column(date, &name, table)?;
                if column.column_type != ColumnType::Day {
                    self.faults.cell(
                        self.row,
                        date,
                        problems::column_of_other_type(&name, "日期", "a day"),
                    );
                    return None;
                }
                Some(name)
            }
            None if is_as_of => None,
            None => default_date(table).map(Arc::from),
        };
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        Some(Selection {
            table: table.name.clone(),
            filter,
            date,
        })
    }

    fn filter(&mut self, column: &str, table: &TableSchema) -> Option<Expr> {
        self.names
            .filter(self.row, column, table, Purpose::Indicator, self.faults)
    }

    fn number(&mut self, column: &str, table: &TableSchema) -> Option<Expr> {
        self.names.number(self.row, column, table, self.faults)
    }

    /// `Some(None)` when the cell is not written, `None` when it is faulty.
    fn optional_number(&mut self, column: &str, table: &TableSchema) -> Option<Option<Expr>> {
        if self.row.has(column) {
            self.number(column, table).map(Some)
        } else {
            Some(None)
        }
    }

    /// A column of the table itself.
    fn own_column<'t>(
        &mut self,
        cell: &str,
        name: &str,
        table: &'t TableSchema,
    ) -> Option<&'t ColumnSchema> {
        let column = table.columns.get(name);
        if column.is_none() {
            let known = table.columns.keys().map(|known| &**known);
            unknown_in(
                self.faults,
                ("table", &table.name),
                ("column", name),
                known,
                self.row.span_of(cell),
            );
        }
        column
    }

    /// A column whose values are counted or make strata; of a unit or subject also one of its own.
    fn column(
        &mut self,
        cell: &str,
        table: &'n TableSchema,
    ) -> Option<(Arc<str>, &'n ColumnSchema)> {
        let text = self.row.text(cell)?.clone();
        let path = ColumnPath::of_text(&text);
        let Some(column) = self.names.schema.resolve(table, &path) else {
            let (owner, name) = match &path {
                ColumnPath::Joined { column, attribute } => {
                    match table
                        .columns
                        .get(column)
                        .and_then(|column| self.names.schema.joined(column))
                    {
                        Some(joined) => (joined, attribute.clone()),
                        None => (table, text.clone()),
                    }
                }
                ColumnPath::Own(name) => (table, name.clone()),
            };
            let known = owner.columns.keys().map(|known| &**known);
            unknown_in(
                self.faults,
                ("table", &owner.name),
                ("column", &name),
                known,
                self.row.span_of(cell),
            );
            return None;
        };
        if column.personal {
            self.faults
                .cell(self.row, cell, problems::personal_column(&text));
        }
        Some((text, column))
    }

    fn period_field(&mut self, table: &TableSchema) -> Option<Option<Arc<str>>> {
        let Some(name) = self.row.text("period_field").cloned() else {
            return Some(None);
        };
        let column = self.own_column("period_field", &name, table)?;
        if column.column_type != ColumnType::Period {
            self.faults.cell(
                self.row,
                "period_field",
                problems::column_of_other_type(&name, "期间", "a period"),
            );
            return None;
        }
        Some(Some(name))
    }

    fn status_field(&mut self, table: &TableSchema) -> Option<Option<Arc<str>>> {
        const STATUSES: &[&str] = &["flash", "preliminary", "final"];
        let Some(name) = self.row.text("status_field").cloned() else {
            return Some(None);
        };
        let column = self.own_column("status_field", &name, table)?;
        match &column.column_type {
            ColumnType::Code(vocabulary) => {
                let codes = self
                    .names
                    .vocabularies
                    .get(vocabulary)
                    .into_iter()
                    .flat_map(|known| known.codes.keys());
                let other = codes
                    .map(|code| code.as_str())
                    .find(|code| !STATUSES.contains(code));
                if let Some(other) = other {
                    self.faults.cell(
                        self.row,
                        "status_field",
                        problems::unknown_status(&name, other),
                    );
                }
            }
            ColumnType::Text => {}
            _ => {
                self.faults.cell(
                    self.row,
                    "status_field",
                    problems::column_of_other_type(&name, "代码", "a code"),
                );
                return None;
            }
        }
        Some(Some(name))
    }
}
