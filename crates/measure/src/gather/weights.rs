//! The weights of strata, which a weighted ratio takes from another table.

use std::collections::HashMap;

use base::{Problem, Ratio};
use programme::model::{Indicator, Measure};

use super::{Plan, Window, dated};
use crate::accumulate::Accumulator;
use crate::compile::Parameters;
use crate::figures::{Asked, Span};
use crate::pass::{Grouped, Key, Kind, Pass, Selected, Task};
use crate::problems;
use crate::segment::Part;
use crate::table::{RowAt, Table};

/// The pass over the rows of the weights of strata, and the strata: the same for every cell.
fn weighing<'a>(
    asked: &'a Asked<'a>,
    indicator: &Indicator,
    span: Span,
) -> Result<(Pass<'a>, Grouped, i64), Problem> {
    let broken = |what: &str| problems::broken_programme(&indicator.id, what);
    let Measure::WeightedRatio {
        weights,
        weight,
        weight_strata,
        ..
    } = &indicator.measure
    else {
        return Err(broken("weight"));
    };
    let table = asked
        .columns
        .table(&weights.table)
        .ok_or_else(|| broken(&weights.table))?;
    let frame = asked.frame(span);
    let mut plan = Plan::empty(asked, table, &[]);
    let (date, first, last) = dated(indicator, weights, table, &frame);
    let window = match plan.date_place(indicator, date)? {
        Some(place) => Window::Days(place, first, last),
        None => Window::Always,
    };
    let parameters = Parameters::Of(&frame);
    let first = plan.first(indicator, window, &frame)?;
    let filter = match &weights.filter {
        Some(filter) => Some(plan.condition(indicator, filter, &parameters)?),
        None => None,
    };
    let group = plan.grouped_by(indicator, weight_strata, &frame)?;
    let kind = Kind::Sum(plan.value(indicator, weight, &parameters)?);
    let selected = plan.pass.select(Selected {
        first,
        filter,
        only: Vec::new(),
    });
    let key = plan.pass.key(Key {
        group: Some(group.clone()),
        interval: None,
    });
    plan.pass.tasks.push(Task {
        selected,
        key,
        kind,
    });
    Ok((plan.pass, group, weight.denominator()))
}

/// The rows of the weights of strata.
pub(crate) fn weighing_rows<'a>(
    asked: &'a Asked<'a>,
    indicator: &Indicator,
    span: Span,
) -> Result<Vec<(&'a Table, RowAt)>, Problem> {
    let (pass, _, _) = weighing(asked, indicator, span)?;
    let table = pass.steps.table;
    let parts: Vec<&Part> = table.parts().collect();
    let mut found = Vec::new();
    pass.visit(&parts, 0, None, |part, block, rows| {
        let start = block.start();
        found.extend(rows.iter().map(|row| RowAt {
            part,
            row: start + usize::from(*row),
        }));
    });
    found.sort_by_key(|row| (row.part, table.span(*row).0, table.id(*row)));
    Ok(found.into_iter().map(|row| (table, row)).collect())
}

/// The weights of strata.
pub(crate) fn weights(
    asked: &Asked<'_>,
    indicator: &Indicator,
    span: Span,
) -> Result<HashMap<i64, Ratio>, Problem> {
    let (pass, group, denominator) = weighing(asked, indicator, span)?;
    let parts: Vec<&Part> = pass.steps.table.parts().collect();
    let outcome = pass.run(&parts, None);
    if outcome.beyond.contains(&true) {
        return Err(problems::beyond_range(&indicator.id));
    }
    let mut found = HashMap::new();
    for number in 0..group.len {
        let cell = outcome.tallies.first().map(|tally| tally.cell(number));
        if let Some(Accumulator::Sum { total, rows }) = cell
            && rows > 0
            && let Some(weight) = Ratio::new(total, i128::from(denominator))
        {
            found.insert(group.key(number), weight);
        }
    }
    Ok(found)
}
