//! Scorecards of subjects: every indicator behind them can be given for each subject of the type.
//!
//! An indicator over rows that have no subject, or one of another type, would be refused only when
//! the first rating is asked for; what shows in the text is told here instead.

use std::collections::BTreeSet;

use base::{IndicatorId, Span, SubjectTypeId};
use indexmap::IndexMap;

use super::Faults;
use super::indicators::derived_from;
use super::scorecards::Card;
use crate::model::{Indicator, Measure, Scored};
use crate::problems;
use crate::rows::Row;
use crate::schema::{ColumnType, Schema};

/// Checks the indicators of a card's items, vetoes and gates.
pub(super) fn check(card: &Card<'_>, schema: &Schema, faults: &mut Faults) {
    let Scored::Subjects(subject_type) = &card.of else {
        return;
    };
    let mut used: Vec<(IndicatorId, Span)> = Vec::new();
    let single = |row: &Row| {
        Some((
            IndicatorId::new(row.text("indicator")?),
            row.span_of("indicator"),
        ))
    };
    for row in card.rows.under("item", card.id) {
        used.extend(
            row.texts_placed("indicators")
                .map(|(id, span)| (IndicatorId::new(&id), span)),
        );
    }
    for table in ["veto", "gate"] {
        used.extend(
            card.rows
                .under(table, card.id)
                .iter()
                .filter_map(|row| single(row)),
        );
    }
    for (id, span) in used {
        if let Some(table) = table_without(card.indicators, schema, &id, subject_type) {
            faults.at(span, problems::not_by_subject(&id, table, subject_type));
        }
    }
}

/// The first table among those that an indicator reads whose rows are about no subject of the type.
fn table_without(
    indicators: &IndexMap<IndicatorId, Indicator>,
    schema: &Schema,
    id: &IndicatorId,
    subject_type: &SubjectTypeId,
) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut to_visit = vec![id.clone()];
    while let Some(id) = to_visit.pop() {
        let Some(indicator) = indicators.get(&id).filter(|_| seen.insert(id.clone())) else {
            continue;
        };
        let read = match &indicator.measure {
            Measure::Count(rows)
            | Measure::Sum(rows, _)
            | Measure::Mean(rows, _)
            | Measure::Min(rows, _)
            | Measure::Max(rows, _)
            | Measure::Distinct(rows, _)
            | Measure::Share { whole: rows, .. }
            | Measure::WeightedRatio { whole: rows, .. }
            | Measure::Latest { rows, .. } => rows,
            Measure::Ratio { .. }
            | Measure::Expression(_)
            | Measure::Growth(..)
            | Measure::Change(..) => {
                to_visit.extend(derived_from(&indicator.measure));
                continue;
            }
        };
        let column = schema
            .table(&read.table)
            .and_then(|table| table.subject_column());
        let wanted = ColumnType::Subject(subject_type.clone());
        if column.is_none_or(|column| column.column_type != wanted) {
            return Some(read.table.to_string());
        }
    }
    None
}
