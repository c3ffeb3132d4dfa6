//! Indicators: what each measures, over which rows and which time, and in which order they follow
//! from each other.
//!
//! Each kind of measure has its own columns ([`COLUMNS`]); one that means nothing for the kind is
//! refused, so that nothing written is without effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{IndicatorId, Ratio};
use indexmap::IndexMap;

use super::expressions::{Names, told};
use super::fields::count;
use super::references::unknown_in;
use super::{Faults, Rows, cycles, shown_chain};
use crate::expr::{Expr, Purpose, parse_arithmetic};
use crate::model::{Against, Attribution, Better, Format, Indicator, Measure, Over, Selection, TreeTime};
use crate::problems;
use crate::rows::Row;
use crate::schema::{ColumnPath, ColumnSchema, ColumnType, Source, TableSchema};

/// The most decimal places of a shown figure.
const FORMAT_PLACES_MAX: u8 = 9;
/// The longest trailing window, in days or months.
const WINDOW_MAX: u32 = 40_000;

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
        &["of", "where", "strata", "weight_of", "weight_value", "weight_strata"],
        &["among", "weight_where", "weight_date"],
    ),
    ("latest", &["of", "value"], &["where", "period_field", "status_field"]),
    ("rank", &["of", "value"], &["where", "period_field", "status_field"]),
    ("expression", &["expression"], &[]),
    ("growth", &["indicator", "against"], &[]),
    ("change", &["indicator", "against"], &[]),
];
/// Columns of the kinds that read rows of a table.
const ROWS: &[&str] = &["date", "over", "window", "attribute_to", "tree"];
/// Columns that belong to some kinds only.
const SPECIAL: &[&str] = &[
    "of", "where", "among", "value", "field", "numerator", "denominator", "per", "expression", "indicator", "against", "strata",
    "weight_of", "weight_value", "weight_strata", "weight_where", "weight_date", "period_field", "status_field",
];

pub(super) fn build(rows: &Rows, names: &Names<'_>, faults: &mut Faults) -> IndexMap<IndicatorId, Indicator> {
    let known: Vec<IndicatorId> = rows.ids("indicator").map(IndicatorId::new).collect();
    let mut indicators = IndexMap::new();
    for row in rows.of("indicator") {
        if let Some(indicator) = indicator(row, names, &known, faults) {
            indicators.insert(indicator.id.clone(), indicator);
        }
    }
    in_order(indicators, faults)
}

fn indicator(row: &Arc<Row>, names: &Names<'_>, known: &[IndicatorId], faults: &mut Faults) -> Option<Indicator> {
    let (id, word) = (row.text("id")?, row.text("measure")?.clone());
    let reads_rows = check_columns(row, &word, faults)?;
    let table = if reads_rows { names.table(row, "of", faults) } else { None };
    let over = over(row, table, faults);
    let attribution = attribution(row, table, reads_rows, faults);
    let tree = match row.text("tree").map(|tree| &**tree) {
        Some("period_end") => TreeTime::PeriodEnd,
        _ => TreeTime::RecordDay,
    };
    let measure = Reader { row, names, faults }.measure(&word, table, known);
    let format = match row.text("format") {
        Some(text) => {
            let format = format_of(text);
            if format.is_none() {
                faults.cell(row, "format", problems::bad_format(text));
            }
            format
        }
        None => Some(default_format(&word, measure.as_ref())),
    };
    Some(Indicator {
        id: IndicatorId::new(id),
        name: row.name("name"),
        measure: measure?,
        over: over?,
        attribution: attribution?,
        tree,
        format: format?,
        better: match row.text("better").map(|better| &**better) {
            Some("higher") => Better::Higher,
            Some("lower") => Better::Lower,
            _ => Better::Neither,
        },
        unit_of_measure: row.name("unit_of_measure"),
        definition: row.name("definition"),
        source: row.name("source"),
        expected_days: count(row, "expected_days", 0, faults),
        row: row.clone(),
    })
}

/// Reports columns that the kind needs and that it cannot have; says whether the kind reads rows.
fn check_columns(row: &Row, word: &str, faults: &mut Faults) -> Option<bool> {
    let (_, needed, possible) = COLUMNS.iter().find(|(name, ..)| *name == word)?;
    for column in *needed {
        if !row.has(column) {
            faults.cell(row, "measure", problems::measure_needs(word, column));
        }
    }
    let reads_rows = needed.contains(&"of");
    for column in SPECIAL.iter().chain(ROWS) {
        let fits = needed.contains(column) || possible.contains(column) || (reads_rows && ROWS.contains(column));
        if row.has(column) && !fits {
            faults.cell(row, column, problems::column_not_of_measure(column, word));
        }
    }
    Some(reads_rows)
}

/// Which time the rows are taken from. Rows that no date places in time are those as of the day.
fn over(row: &Row, table: Option<&TableSchema>, faults: &mut Faults) -> Option<Over> {
    let dated = match row.text("date") {
        Some(date) => &**date != "none",
        None => table.is_some_and(|table| default_date(table).is_some()),
    };
    let word = row.text("over").map_or(if dated { "period" } else { "as_of" }, |over| &**over);
    if word != "trailing" && row.has("window") {
        faults.cell(row, "window", problems::column_needs("window", "over = \"trailing\""));
    }
    if word == "as_of" && row.text("date").is_some_and(|date| &**date != "none") {
        faults.cell(row, "date", problems::as_of_with_date());
    }
    if word != "as_of" && !dated && table.is_some() {
        faults.cell(row, "over", problems::over_without_date(word));
    }
    Some(match word {
        "to_date" => Over::ToDate,
        "as_of" => Over::AsOf,
        "trailing" => {
            let Some(text) = row.text("window") else {
                faults.cell(row, "over", problems::column_needs("over = \"trailing\"", "window"));
                return None;
            };
            let window = window_of(text);
            if window.is_none() {
                faults.cell(row, "window", problems::bad_window(text));
            }
            window?
        }
        _ => Over::Period,
    })
}

fn window_of(text: &str) -> Option<Over> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number = number.parse().ok().filter(|number| (1..=WINDOW_MAX).contains(number))?;
    match unit.trim() {
        "day" | "days" => Some(Over::TrailingDays(number)),
        "month" | "months" => Some(Over::TrailingMonths(number)),
        _ => None,
    }
}

/// The column that dates the rows of a table where nothing else is said.
fn default_date(table: &TableSchema) -> Option<&'static str> {
    match table.source {
        Source::Records(_) => Some("day"),
        Source::Cases(_) => Some("opened_on"),
        Source::Subjects(_) | Source::Units | Source::Targets | Source::Items => None,
    }
}

/// Whose figure a row counts for: of tables without units, the city's only.
fn attribution(row: &Row, table: Option<&TableSchema>, reads_rows: bool, faults: &mut Faults) -> Option<Attribution> {
    let word = row.text("attribute_to").map(|word| &**word);
    let attribution = match word {
        Some("place") => Attribution::Place,
        Some("city") => Attribution::City,
        _ => Attribution::Responsible,
    };
    let Some(table) = table else { return (!reads_rows).then_some(attribution) };
    if attribution != Attribution::City && table.unit_column(attribution).is_none() {
        if let Some(word) = word {
            faults.cell(row, "attribute_to", problems::no_unit_column(word, &table.name));
        }
        return Some(Attribution::City);
    }
    Some(attribution)
}

/// What a figure is shown as: `integer`, `decimal.N`, `percent.N`, `money`, `rank`.
fn format_of(text: &str) -> Option<Format> {
    let places = |digits: &str| digits.parse().ok().filter(|places| *places <= FORMAT_PLACES_MAX);
    match text.split_once('.') {
        None => match text {
            "integer" => Some(Format::Integer),
            "money" => Some(Format::Money),
            "rank" => Some(Format::Rank),
            _ => None,
        },
        Some(("decimal", digits)) => places(digits).map(Format::Decimal),
        Some(("percent", digits)) => places(digits).map(Format::Percent),
        Some(_) => None,
    }
}

fn default_format(word: &str, measure: Option<&Measure>) -> Format {
    let of_number = |expr: &Expr| match expr.denominator() {
        1 => Format::Integer,
        _ => Format::Decimal(2),
    };
    match (word, measure) {
        ("count" | "distinct", _) => Format::Integer,
        ("rank", _) => Format::Rank,
        ("share" | "growth" | "weighted_ratio", _) => Format::Percent(2),
        (_, Some(Measure::Sum(_, value) | Measure::Min(_, value) | Measure::Max(_, value))) => of_number(value),
        (_, Some(Measure::Latest { value, .. })) => of_number(value),
        _ => Format::Decimal(2),
    }
}

/// Reads the measure of one row; every fault is told before anything is given up.
struct Reader<'r, 'n, 'f> {
    row: &'r Arc<Row>,
    names: &'r Names<'n>,
    faults: &'f mut Faults,
}

impl<'r, 'n> Reader<'r, 'n, '_> {
    fn measure(&mut self, word: &str, table: Option<&'n TableSchema>, known: &[IndicatorId]) -> Option<Measure> {
        let named = |column: &str| {
            let id = self.row.text(column)?;
            known.iter().find(|known| known.as_str() == &**id).cloned()
        };
        match word {
            "ratio" => {
                let per = self.row.decimal("per").cloned().unwrap_or_else(|| Ratio::from_int(1));
                let (numerator, denominator) = (named("numerator"), named("denominator"));
                if !per.is_positive() {
                    self.faults.cell(self.row, "per", problems::must_be_positive("per"));
                }
                Some(Measure::Ratio { numerator: numerator?, denominator: denominator?, per })
            }
            "growth" | "change" => {
                let indicator = named("indicator")?;
                let against = match &**self.row.text("against")? {
                    "previous" => Against::Previous,
                    _ => Against::YearEarlier,
                };
                Some(if word == "growth" { Measure::Growth(indicator, against) } else { Measure::Change(indicator, against) })
            }
            "expression" => {
                let text = self.row.text("expression")?;
                told(parse_arithmetic(text, &self.row.span_of("expression"), known), self.faults).map(Measure::Expression)
            }
            _ => self.over_rows(word, table?),
        }
    }

    fn over_rows(&mut self, word: &str, table: &'n TableSchema) -> Option<Measure> {
        match word {
            "count" => Some(Measure::Count(self.selection(table, "where", "date")?)),
            "sum" | "mean" | "min" | "max" => {
                let (rows, value) = (self.selection(table, "where", "date"), self.number("value", table));
                let (rows, value) = (rows?, value?);
                Some(match word {
                    "sum" => Measure::Sum(rows, value),
                    "mean" => Measure::Mean(rows, value),
                    "min" => Measure::Min(rows, value),
                    _ => Measure::Max(rows, value),
                })
            }
            "distinct" => {
                let (rows, field) = (self.selection(table, "where", "date"), self.column("field", table));
                Some(Measure::Distinct(rows?, field.map(|(name, _)| name)?))
            }
            "share" => {
                let (whole, part) = (self.selection(table, "among", "date"), self.filter("where", table));
                let value = self.optional_number("value", table);
                Some(Measure::Share { whole: whole?, part: part?, value: value? })
            }
            "weighted_ratio" => self.weighted_ratio(table),
            "latest" | "rank" => {
                let (rows, value) = (self.selection(table, "where", "date"), self.number("value", table));
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
        let (whole, part) = (self.selection(table, "among", "date"), self.filter("where", table));
        let strata = self.column("strata", table);
        let weights_table = self.names.table(self.row, "weight_of", self.faults)?;
        let weights = self.selection(weights_table, "weight_where", "weight_date");
        let weight = self.number("weight_value", weights_table);
        let weight_strata = self.column("weight_strata", weights_table);
        let ((strata, left), (weight_strata, right)) = (strata?, weight_strata?);
        if left.column_type != right.column_type {
            self.faults.cell(self.row, "weight_strata", problems::strata_differ(&strata, &weight_strata));
        }
        Some(Measure::WeightedRatio { whole: whole?, part: part?, strata, weights: weights?, weight: weight?, weight_strata })
    }

    /// The rows of a table: their condition, and the column that places them in time.
    fn selection(&mut self, table: &TableSchema, filter: &str, date: &str) -> Option<Selection> {
        let filter = if self.row.has(filter) { Some(self.filter(filter, table)) } else { None };
        let is_as_of = self.row.text("over").is_some_and(|over| &**over == "as_of");
        let date = match self.row.text(date) {
            Some(name) if &**name == "none" => None,
            Some(name) => {
                let name = name.clone();
                let column = self.own_column(date, &name, table)?;
                if column.column_type != ColumnType::Day {
                    self.faults.cell(self.row, date, problems::column_of_other_type(&name, "日期", "a day"));
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
        Some(Selection { table: table.name.clone(), filter, date })
    }

    fn filter(&mut self, column: &str, table: &TableSchema) -> Option<Expr> {
        self.names.filter(self.row, column, table, Purpose::Indicator, self.faults)
    }

    fn number(&mut self, column: &str, table: &TableSchema) -> Option<Expr> {
        self.names.number(self.row, column, table, self.faults)
    }

    /// `Some(None)` when the cell is not written, `None` when it is faulty.
    fn optional_number(&mut self, column: &str, table: &TableSchema) -> Option<Option<Expr>> {
        if self.row.has(column) { self.number(column, table).map(Some) } else { Some(None) }
    }

    /// A column of the table itself.
    fn own_column<'t>(&mut self, cell: &str, name: &str, table: &'t TableSchema) -> Option<&'t ColumnSchema> {
        let column = table.columns.get(name);
        if column.is_none() {
            let known = table.columns.keys().map(|known| &**known);
            unknown_in(self.faults, ("table", &table.name), ("column", name), known, self.row.span_of(cell));
        }
        column
    }

    /// A column whose values are counted or make strata; of a unit or subject also one of its own.
    fn column(&mut self, cell: &str, table: &'n TableSchema) -> Option<(Arc<str>, &'n ColumnSchema)> {
        let text = self.row.text(cell)?.clone();
        let path = ColumnPath::of_text(&text);
        let Some(column) = self.names.schema.resolve(table, &path) else {
            let (owner, name) = match &path {
                ColumnPath::Joined { column, attribute } => {
                    match table.columns.get(column).and_then(|column| self.names.schema.joined(column)) {
                        Some(joined) => (joined, attribute.clone()),
                        None => (table, text.clone()),
                    }
                }
                ColumnPath::Own(name) => (table, name.clone()),
            };
            let known = owner.columns.keys().map(|known| &**known);
            unknown_in(self.faults, ("table", &owner.name), ("column", &name), known, self.row.span_of(cell));
            return None;
        };
        if column.personal {
            self.faults.cell(self.row, cell, problems::personal_column(&text));
            return None;
        }
        Some((text, column))
    }

    fn period_field(&mut self, table: &TableSchema) -> Option<Option<Arc<str>>> {
        let Some(name) = self.row.text("period_field").cloned() else { return Some(None) };
        let column = self.own_column("period_field", &name, table)?;
        if column.column_type != ColumnType::Period {
            self.faults.cell(self.row, "period_field", problems::column_of_other_type(&name, "期间", "a period"));
            return None;
        }
        Some(Some(name))
    }

    fn status_field(&mut self, table: &TableSchema) -> Option<Option<Arc<str>>> {
        const STATUSES: &[&str] = &["flash", "preliminary", "final"];
        let Some(name) = self.row.text("status_field").cloned() else { return Some(None) };
        let column = self.own_column("status_field", &name, table)?;
        match &column.column_type {
            ColumnType::Code(vocabulary) => {
                let codes = self.names.vocabularies.get(vocabulary).into_iter().flat_map(|known| known.codes.keys());
                let other = codes.map(|code| code.as_str()).find(|code| !STATUSES.contains(code));
                if let Some(other) = other {
                    self.faults.cell(self.row, "status_field", problems::unknown_status(&name, other));
                }
            }
            ColumnType::Text => {}
            _ => {
                self.faults.cell(self.row, "status_field", problems::column_of_other_type(&name, "代码", "a code"));
                return None;
            }
        }
        Some(Some(name))
    }
}

/// The indicators that one is derived from.
pub(super) fn derived_from(measure: &Measure) -> Vec<IndicatorId> {
    match measure {
        Measure::Ratio { numerator, denominator, .. } => vec![numerator.clone(), denominator.clone()],
        Measure::Growth(indicator, _) | Measure::Change(indicator, _) => vec![indicator.clone()],
        Measure::Expression(arithmetic) => arithmetic.used().into_iter().map(|(id, _)| id.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Puts each indicator after those that it is derived from; the rest stays in declared order.
fn in_order(mut declared: IndexMap<IndicatorId, Indicator>, faults: &mut Faults) -> IndexMap<IndicatorId, Indicator> {
    let needs: BTreeMap<Arc<str>, Vec<Arc<str>>> = declared
        .values()
        .map(|indicator| {
            let from = derived_from(&indicator.measure).iter().map(|id| Arc::from(id.as_str())).collect();
            (Arc::from(indicator.id.as_str()), from)
        })
        .collect();
    let found = cycles(&needs);
    for chain in &found {
        let Some(indicator) = chain.first().and_then(|id| declared.get(&**id)) else { continue };
        let column = match indicator.measure {
            Measure::Ratio { .. } => "numerator",
            Measure::Expression(_) => "expression",
            _ => "indicator",
        };
        faults.cell(&indicator.row, column, problems::indicator_cycle(shown_chain(chain)));
    }
    if !found.is_empty() {
        return declared;
    }
    let mut order: Vec<IndicatorId> = Vec::new();
    let mut done: BTreeSet<IndicatorId> = BTreeSet::new();
    for start in declared.keys() {
        let mut path = vec![(start.clone(), false)];
        while let Some((id, is_left)) = path.pop() {
            if is_left {
                if done.insert(id.clone()) {
                    order.push(id);
                }
            } else if !done.contains(&id) {
                path.push((id.clone(), true));
                let from = declared.get(&id).map(|indicator| derived_from(&indicator.measure)).unwrap_or_default();
                path.extend(from.into_iter().rev().map(|id| (id, false)));
            }
        }
    }
    order.into_iter().filter_map(|id| declared.swap_remove(&id).map(|indicator| (id, indicator))).collect()
}
