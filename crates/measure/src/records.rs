//! The way from a figure back to its records.

use std::collections::HashSet;
use std::sync::Arc;

use base::{IndicatorId, Position, Problem};
use programme::model::{Indicator, Measure, Selection};
use programme::schema::{self, Value};

use crate::cells::NULL;
use crate::columns::Columns;
use crate::figures::{Asked, Span};
use crate::gather::{Job, Plan, weighing_rows};
use crate::pass::{Kind, Pass};
use crate::problems;
use crate::query::{By, Query};
use crate::segment::Part;
use crate::table::{RowAt, Table, decode};

/// A row behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Behind {
    /// The indicator that read it: the one asked for, or one that it is derived from.
    pub indicator: IndicatorId,
    /// Its table.
    pub table: Arc<str>,
    /// Which row.
    pub row: RowId,
    /// The ledger position that added it.
    pub added: Position,
    /// Whether it counts in the numerator: a row of the part, the row with the least, greatest or
    /// latest value, each row of a count or sum. Rows of the denominator alone have `false`.
    pub in_numerator: bool,
}

/// How a row is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowId {
    /// The number of a record or case.
    Number(u64),
    /// The identity of a subject, the id of a unit, or of a target or item its ids joined by `/`.
    Name(Arc<str>),
}

impl Columns {
    /// The rows behind a figure, in the order in which they were accepted. The question's own
    /// division is left aside: name the slice by `unit`, `subject` and `field`.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn records_behind(&self, query: &Query) -> Result<Vec<Behind>, Problem> {
        let asked = self.asked(&Query {
            by: By::None,
            ..query.clone()
        })?;
        let mut finder = Finder {
            asked: &asked,
            found: Vec::new(),
            seen: HashSet::new(),
        };
        finder.indicator(&query.indicator, Span::new(query.period, query.day))?;
        Ok(finder.found)
    }

    /// Whether a record or case is behind a figure, and if so whether it counts in the numerator, as
    /// [`Columns::records_behind`] says of all rows. An indicator that reads no table of its own has none. One
    /// row is looked at, but for the greatest, least and latest, which depend on the others.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn counts_row(&self, query: &Query, number: u64) -> Result<Option<bool>, Problem> {
        let asked = self.asked(&Query {
            by: By::None,
            ..query.clone()
        })?;
        let indicator = asked.indicator(&query.indicator)?.clone();
        let Some(selection) = read_by(&indicator.measure) else {
            return Ok(None);
        };
        if matches!(
            indicator.measure,
            Measure::Min(..) | Measure::Max(..) | Measure::Latest { .. }
        ) {
            let found = self.records_behind(query)?.into_iter();
            let mut own = found.filter(|behind| behind.row == RowId::Number(number));
            return Ok(own.next().map(|behind| behind.in_numerator));
        }
        let Some(table) = self.table(&selection.table) else {
            return Ok(None);
        };
        let mut rows = table.rows_with_id(number);
        let Some(row) = rows.find(|row| table.is_visible(*row, query.at.0)) else {
            return Ok(None);
        };
        let jobs = [Job {
            indicator: &indicator,
            spans: vec![Span::new(query.period, query.day)],
        }];
        let plan = Plan::listing(&asked, table, &jobs)?;
        let parts: Vec<&Part> = table.parts().collect();
        let found = counted(&plan.pass, table, &parts, Some(row));
        Ok(found.first().map(|(_, in_numerator)| *in_numerator))
    }
}

struct Finder<'a, 'q> {
    asked: &'a Asked<'q>,
    found: Vec<Behind>,
    seen: HashSet<(IndicatorId, Span)>,
}

impl Finder<'_, '_> {
    fn indicator(&mut self, id: &IndicatorId, span: Span) -> Result<(), Problem> {
        if !self.seen.insert((id.clone(), span)) {
            return Ok(());
        }
        let indicator = self.asked.indicator(id)?.clone();
        match &indicator.measure {
            Measure::Ratio {
                numerator,
                denominator,
                ..
            } => {
                self.indicator(numerator, span)?;
                self.indicator(denominator, span)
            }
            Measure::Expression(arithmetic) => arithmetic
                .indicators()
                .into_iter()
                .try_for_each(|part| self.indicator(part, span)),
            Measure::Growth(of, against) | Measure::Change(of, against) => {
                self.indicator(of, span)?;
                span.earlier(*against)
                    .map_or(Ok(()), |earlier| self.indicator(of, earlier))
            }
            _ => self.rows(&indicator, span),
        }
    }

    fn rows(&mut self, indicator: &Indicator, span: Span) -> Result<(), Problem> {
        let asked = self.asked;
        let selection = read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))?;
        let table = asked
            .columns
            .table(&selection.table)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &selection.table))?;
        let jobs = [Job {
            indicator,
            spans: vec![span],
        }];
        let plan = Plan::listing(asked, table, &jobs)?;
        let parts: Vec<&Part> = table.parts().collect();
        if plan.pass.run(&parts, None).beyond.contains(&true) {
            return Err(problems::beyond_range(&indicator.id));
        }
        if matches!(indicator.measure, Measure::WeightedRatio { .. }) {
            for (table, row) in weighing_rows(asked, indicator, span)? {
                self.add(indicator, table, row, false);
            }
        }
        for (row, in_numerator) in counted(&plan.pass, table, &parts, None) {
            self.add(indicator, table, row, in_numerator);
        }
        Ok(())
    }

    fn add(&mut self, indicator: &Indicator, table: &Table, row: RowAt, in_numerator: bool) {
        let dictionaries = self.asked.columns.dictionaries();
        let text = |name: &str| {
            let value = table.column(name).map(|(place, column)| {
                decode(table.get(row, place), &column.column_type, dictionaries)
            });
            match value {
                Some(Value::Text(text)) => text,
                _ => Arc::from(""),
            }
        };
        let joined = |names: &[&str]| {
            let parts: Vec<Arc<str>> = names.iter().map(|name| text(name)).collect();
            RowId::Name(parts.join("/").into())
        };
        let named = match table.schema.source {
            schema::Source::Records(_) | schema::Source::Cases(_) => RowId::Number(table.id(row)),
            schema::Source::Subjects(_) | schema::Source::Units => RowId::Name(text("id")),
            schema::Source::Targets => joined(&["scorecard", "item", "unit"]),
            schema::Source::Items => joined(&["scorecard", "id"]),
        };
        self.found.push(Behind {
            indicator: indicator.id.clone(),
            table: table.schema.name.clone(),
            row: named,
            added: table.span(row).0,
            in_numerator,
        });
    }
}

/// The rows that a pass of one task counts, in the order of the positions that added them, and
/// whether each counts in the numerator.
fn counted(
    pass: &Pass<'_>,
    table: &Table,
    parts: &[&Part],
    only: Option<RowAt>,
) -> Vec<(RowAt, bool)> {
    let Some(task) = pass.tasks.first() else {
        return Vec::new();
    };
    // With a value by which the extreme or latest is told.
    let mut found: Vec<(RowAt, bool, (i64, u64))> = Vec::new();
    pass.visit(parts, task.selected, only, |part, block, rows| {
        let (start, data) = (block.start(), &block.part().data);
        let at = |row: &u16| RowAt {
            part,
            row: start + usize::from(*row),
        };
        let cell = |cells: &[i64], row: &u16| cells.get(usize::from(*row)).copied().unwrap_or(NULL);
        let held = |mask: &[u8], row: &u16| mask.get(usize::from(*row)) == Some(&1);
        let counts = (0, 0);
        match &task.kind {
            Kind::Rows => found.extend(rows.iter().map(|row| (at(row), true, counts))),
            Kind::Sum(value) | Kind::Distinct(value) | Kind::Extreme { value, .. } => {
                let values = block.value(*value);
                let filled = rows.iter().filter(|row| cell(values, row) != NULL);
                found.extend(filled.map(|row| (at(row), true, (cell(values, row), 0))));
            }
            Kind::Share { part, value } => {
                let values = value.map(|value| block.value(value).to_vec());
                let is_part = block.mask(*part, true);
                let filled = rows.iter().filter(|row| {
                    values
                        .as_ref()
                        .is_none_or(|values| cell(values, row) != NULL)
                });
                found.extend(filled.map(|row| (at(row), held(is_part, row), counts)));
            }
            Kind::Strata { part, .. } => {
                let is_part = block.mask(*part, true);
                found.extend(rows.iter().map(|row| (at(row), held(is_part, row), counts)));
            }
            Kind::Latest { date, value, .. } => {
                let dates = date.map(|date| block.value(date).to_vec());
                let values = block.value(*value);
                let filled = rows.iter().filter(|row| cell(values, row) != NULL);
                found.extend(filled.map(|row| {
                    let date = dates.as_ref().map_or(NULL, |dates| cell(dates, row));
                    (at(row), true, (date, data.id(start + usize::from(*row))))
                }));
            }
        }
    });
    let keys = || found.iter().map(|(_, _, key)| *key);
    match &task.kind {
        Kind::Extreme { greatest, .. } => {
            let extreme = if *greatest {
                keys().max()
            } else {
                keys().min()
            };
            for (_, in_numerator, key) in &mut found {
                *in_numerator = Some(*key) == extreme;
            }
        }
        Kind::Latest { .. } => {
            let latest = keys().max();
            found.retain(|(_, _, key)| Some(*key) == latest);
        }
        _ => {}
    }
    found.sort_by_key(|(row, _, _)| (row.part, table.span(*row).0, table.id(*row)));
    found
        .into_iter()
        .map(|(row, in_numerator, _)| (row, in_numerator))
        .collect()
}

/// The selection that an indicator reads; of a weighted ratio the whole.
pub(crate) fn read_by(measure: &Measure) -> Option<&Selection> {
    match measure {
        Measure::Count(selection)
        | Measure::Sum(selection, _)
        | Measure::Mean(selection, _)
        | Measure::Min(selection, _)
        | Measure::Max(selection, _)
        | Measure::Distinct(selection, _) => Some(selection),
        Measure::Share { whole, .. } | Measure::WeightedRatio { whole, .. } => Some(whole),
        Measure::Latest { rows, .. } => Some(rows),
        Measure::Ratio { .. }
        | Measure::Expression(_)
        | Measure::Growth(..)
        | Measure::Change(..) => None,
    }
}
