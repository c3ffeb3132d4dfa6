//! Indicators: what each measures, over which rows and which time, and in which order they follow
//! from each other.
//!
//! What a kind of measure needs and how it is read is in `measures.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::IndicatorId;
use indexmap::IndexMap;

use super::expressions::Names;
use super::fields::count;
use super::measures::{Reader, check_columns, default_date};
use super::{Faults, Rows, cycles, shown_chain};
use crate::expr::Expr;
use crate::model::{Attribution, Better, Format, Indicator, Measure, Over, TreeTime};
use crate::problems;
use crate::rows::Row;
use crate::schema::TableSchema;

/// The most decimal places of a shown figure.
const FORMAT_PLACES_MAX: u8 = 9;
/// The longest trailing window, in days or months.
const WINDOW_MAX: u32 = 40_000;

pub(super) fn build(
    rows: &Rows,
    names: &Names<'_>,
    faults: &mut Faults,
) -> IndexMap<IndicatorId, Indicator> {
    let known: Vec<IndicatorId> = rows.ids("indicator").map(IndicatorId::new).collect();
    let mut indicators = IndexMap::new();
    for row in rows.of("indicator") {
        if let Some(indicator) = indicator(row, names, &known, faults) {
            indicators.insert(indicator.id.clone(), indicator);
        }
    }
    in_order(indicators, faults)
}

fn indicator(
    row: &Arc<Row>,
    names: &Names<'_>,
    known: &[IndicatorId],
    faults: &mut Faults,
) -> Option<Indicator> {
    let (id, word) = (row.text("id")?, row.text("measure")?.clone());
    let reads_rows = check_columns(row, &word, faults)?;
    let table = if reads_rows {
        names.table(row, "of", faults)
    } else {
        None
    };
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
        public: row.bool("public").unwrap_or(false),
        row: row.clone(),
    })
}

/// Which time the rows are taken from. Rows that no date places in time are those as of the day.
fn over(row: &Row, table: Option<&TableSchema>, faults: &mut Faults) -> Option<Over> {
    let dated = match row.text("date") {
        Some(date) => &**date != "none",
        None => table.is_some_and(|table| default_date(table).is_some()),
    };
    let word = row
        .text("over")
        .map_or(if dated { "period" } else { "as_of" }, |over| &**over);
    if word != "trailing" && row.has("window") {
        faults.cell(
            row,
            "window",
            problems::column_needs("window", "over = \"trailing\""),
        );
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
                faults.cell(
                    row,
                    "over",
                    problems::column_needs("over = \"trailing\"", "window"),
                );
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
    let number = number
        .parse()
        .ok()
        .filter(|number| (1..=WINDOW_MAX).contains(number))?;
    match unit.trim() {
        "day" | "days" => Some(Over::TrailingDays(number)),
        "month" | "months" => Some(Over::TrailingMonths(number)),
        _ => None,
    }
}

/// Whose figure a row counts for: of tables without units, the city's only.
fn attribution(
    row: &Row,
    table: Option<&TableSchema>,
    reads_rows: bool,
    faults: &mut Faults,
) -> Option<Attribution> {
    let word = row.text("attribute_to").map(|word| &**word);
    let attribution = match word {
        Some("place") => Attribution::Place,
        Some("city") => Attribution::City,
        _ => Attribution::Responsible,
    };
    let Some(table) = table else {
        return (!reads_rows).then_some(attribution);
    };
    if attribution != Attribution::City && table.unit_column(attribution).is_none() {
        if let Some(word) = word {
            faults.cell(
                row,
                "attribute_to",
                problems::no_unit_column(word, &table.name),
            );
        }
        return Some(Attribution::City);
    }
    Some(attribution)
}

/// What a figure is shown as: `integer`, `decimal.N`, `percent.N`, `money`, `rank`.
fn format_of(text: &str) -> Option<Format> {
    let places = |digits: &str| {
        digits
            .parse()
            .ok()
            .filter(|places| *places <= FORMAT_PLACES_MAX)
    };
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
        (_, Some(Measure::Sum(_, value) | Measure::Min(_, value) | Measure::Max(_, value))) => {
            of_number(value)
        }
        (_, Some(Measure::Latest { value, .. })) => of_number(value),
        _ => Format::Decimal(2),
    }
}

/// The indicators that one is derived from.
pub(super) fn derived_from(measure: &Measure) -> Vec<IndicatorId> {
    match measure {
        Measure::Ratio {
            numerator,
            denominator,
            ..
        } => vec![numerator.clone(), denominator.clone()],
        Measure::Growth(indicator, _) | Measure::Change(indicator, _) => vec![indicator.clone()],
        Measure::Expression(arithmetic) => arithmetic
            .used()
            .into_iter()
            .map(|(id, _)| id.clone())
            .collect(),
        _ => Vec::new(),
    }
}

/// Puts each indicator after those that it is derived from; the rest stays in declared order.
fn in_order(
    mut declared: IndexMap<IndicatorId, Indicator>,
    faults: &mut Faults,
) -> IndexMap<IndicatorId, Indicator> {
    let needs: BTreeMap<Arc<str>, Vec<Arc<str>>> = declared
        .values()
        .map(|indicator| {
            let from = derived_from(&indicator.measure)
                .iter()
                .map(|id| Arc::from(id.as_str()))
                .collect();
            (Arc::from(indicator.id.as_str()), from)
        })
        .collect();
    let found = cycles(&needs);
    for chain in &found {
        let Some(indicator) = chain.first().and_then(|id| declared.get(&**id)) else {
            continue;
        };
        let column = match indicator.measure {
            Measure::Ratio { .. } => "numerator",
            Measure::Expression(_) => "expression",
            _ => "indicator",
        };
        faults.cell(
            &indicator.row,
            column,
            problems::indicator_cycle(shown_chain(chain)),
        );
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
                let from = declared
                    .get(&id)
                    .map(|indicator| derived_from(&indicator.measure))
                    .unwrap_or_default();
                path.extend(from.into_iter().rev().map(|id| (id, false)));
            }
        }
    }
    order
        .into_iter()
        .filter_map(|id| declared.swap_remove(&id).map(|indicator| (id, indicator)))
        .collect()
}
