//! Sense: numbers that are well written and cannot be meant.
//!
//! A share is 0.98 or "98%", never 98; a rule of ranks takes ranks; a sum over the lines of a batch
//! counts the batch as often as it has lines. Each of these computes, and gives a figure that nobody
//! expects; so they are told where they are written.

use std::sync::Arc;

use base::{IndicatorId, Ratio, RecordTypeId};
use indexmap::IndexMap;

use super::{Faults, Rows, shown};
use crate::expr::Expr;
use crate::model::{Indicator, Measure, RecordType};
use crate::problems;
use crate::rows::{Content, Row};
use crate::schema::ColumnPath;

/// Above this a bare number beside a share was meant in percent.
fn bare_share_max() -> Option<Ratio> {
    Ratio::new(3, 2)
}

/// Above this a bare pair beside a growth was meant in percent (a growth of 150 % is possible).
fn bare_growth_max() -> Ratio {
    Ratio::from_int(10)
}

/// Whether an indicator's figure is shown in percent, and whether it can never be above 1. Read from the
/// row, so that a fault elsewhere in the indicator hides nothing here.
fn is_share(indicator: &Row) -> (bool, bool) {
    let measure = indicator.text("measure").map_or("", |word| &**word);
    let is_part = matches!(measure, "share" | "weighted_ratio");
    let in_percent = match indicator.text("format") {
        Some(format) => format.starts_with("percent"),
        None => measure == "growth",
    };
    (is_part || in_percent, is_part)
}

fn id_of(row: &Row) -> &str {
    row.text("id").map_or("", |id| &**id)
}

fn is_rank(indicator: &Row) -> bool {
    match indicator.text("measure").map_or("", |word| &**word) {
        "rank" => true,
        "latest" => indicator
            .text("format")
            .is_some_and(|format| &**format == "rank"),
        _ => false,
    }
}

/// A number that is compared with an indicator's figure: of a share not written out of a hundred.
pub(super) fn check_number(
    row: &Row,
    column: &str,
    indicator: Option<&Arc<Row>>,
    faults: &mut Faults,
) {
    let Some((indicator, cell)) = indicator.zip(row.cell(column)) else {
        return;
    };
    let (in_percent, is_part) = is_share(indicator);
    if !in_percent {
        return;
    }
    let Some(most) = bare_share_max() else { return };
    let bare = match &cell.content {
        // Who writes "200%" of a growth means it; of a part it is possible nowhere.
        Content::Decimal(value, written) if is_part || !written.ends_with('%') => {
            (*value > most).then_some(value)
        }
        Content::Pairs(pairs) => {
            let most = if is_part { most } else { bare_growth_max() };
            pairs
                .iter()
                .map(|(from, _)| from)
                .find(|from| **from > most)
        }
        _ => None,
    };
    if let Some(value) = bare {
        let percent = shown(&(value * &Ratio::from_int(100)));
        faults.cell(
            row,
            column,
            problems::percent_written_bare(column, shown(value), id_of(indicator), percent),
        );
    }
}

/// What an item compares its first indicator with.
pub(super) fn check_item(
    row: &Row,
    levels: &[Arc<Row>],
    targets: &[Arc<Row>],
    rows: &Rows,
    faults: &mut Faults,
) {
    let texts = row.texts("indicators");
    let [only] = texts.as_slice() else { return };
    let indicator = rows.find("indicator", only);
    for column in ["target", "zero_at", "full_at", "steps"] {
        check_number(row, column, indicator, faults);
    }
    for level in levels {
        check_number(level, "from_value", indicator, faults);
    }
    for target in targets {
        check_number(target, "value", indicator, faults);
    }
    if let Some(indicator) = indicator.filter(|indicator| !is_rank(indicator))
        && row.text("rule").is_some_and(|rule| &**rule == "rank_based")
    {
        let measure = indicator.text("measure").map_or("", |word| &**word);
        faults.cell(
            row,
            "indicators",
            problems::not_a_rank(id_of(indicator), measure),
        );
    }
}

/// Counts, sums, means and shares over the lines of batches, unless they name a field that tells the
/// lines of a batch apart: any of the key but the first.
pub(super) fn check_lines(
    indicators: &IndexMap<IndicatorId, Indicator>,
    record_types: &IndexMap<RecordTypeId, RecordType>,
    faults: &mut Faults,
) {
    for indicator in indicators.values() {
        let (selection, exprs): (_, Vec<&Expr>) = match &indicator.measure {
            Measure::Count(rows) => (rows, Vec::new()),
            Measure::Sum(rows, value) | Measure::Mean(rows, value) => (rows, vec![value]),
            Measure::Share { whole, part, value } => {
                (whole, std::iter::once(part).chain(value).collect())
            }
            _ => continue,
        };
        let Some(record_type) = record_types
            .get(&*selection.table)
            .filter(|record_type| record_type.continuation)
        else {
            continue;
        };
        let mut columns = exprs
            .into_iter()
            .chain(&selection.filter)
            .flat_map(Expr::columns);
        let names_line = columns.any(|column| match column {
            ColumnPath::Own(name) => record_type
                .key
                .iter()
                .skip(1)
                .any(|field| field.as_str() == &**name),
            ColumnPath::Joined { .. } => false,
        });
        if !names_line {
            let measure = indicator.row.text("measure").map_or("", |word| &**word);
            faults.cell(
                &indicator.row,
                "measure",
                problems::lines_not_batches(measure, &record_type.id),
            );
        }
    }
}
