//! The way from a figure back to its records.

use std::collections::HashSet;
use std::sync::Arc;

use base::{IndicatorId, Position, Problem};
use programme::model::{Indicator, Measure, Selection};
use programme::schema::{self, Value};

use crate::columns::Columns;
use crate::compile::{Frame, Program, Source};
use crate::figures::{Asked, Span};
use crate::gather::{Gather, Reports, restriction};
use crate::problems;
use crate::query::{By, Query};
use crate::scan::{Restriction, Rows};
use crate::table::{NULL, Table, decode};

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
        let frame = asked.frame(span);
        let gather = Gather {
            asked,
            indicator,
            frame: &frame,
        };
        let selection = read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))?;
        let rows = gather.rows(selection)?;
        let only = restriction(asked, indicator, rows.table, &frame)?;
        let pass = Pass {
            rows: &rows,
            only: &only,
            frame: &frame,
        };
        let table = rows.table;
        let counted = match &indicator.measure {
            Measure::Count(_) => pass.all(|_| Some(true)),
            Measure::Sum(_, value) | Measure::Mean(_, value) => {
                let program = gather.program(value, table)?;
                pass.all(|row| has(&program, row, &frame).then_some(true))
            }
            Measure::Min(_, value) | Measure::Max(_, value) => {
                let program = gather.program(value, table)?;
                let values = pass.all(|row| has(&program, row, &frame).then_some(true));
                let values = values.iter().map(|(row, _)| program.run(*row, &frame));
                let extreme = if matches!(indicator.measure, Measure::Min(..)) {
                    values.min()
                } else {
                    values.max()
                };
                pass.all(|row| {
                    has(&program, row, &frame).then(|| Some(program.run(row, &frame)) == extreme)
                })
            }
            Measure::Distinct(_, column) => {
                let source: Source<'_> = gather.column(column, table)?;
                pass.all(|row| (source.get(row, &frame) != NULL).then_some(true))
            }
            Measure::Share { part, value, .. } => {
                let part = gather.program(part, table)?;
                let value = match value {
                    Some(value) => Some(gather.program(value, table)?),
                    None => None,
                };
                pass.all(|row| {
                    let counts = value.as_ref().is_none_or(|value| has(value, row, &frame));
                    counts.then(|| part.is_true(row, &frame))
                })
            }
            Measure::WeightedRatio { part, weights, .. } => {
                let part = gather.program(part, table)?;
                let weighting = gather.rows(weights)?;
                weighting.each(&frame, |row| {
                    self.add(indicator, weighting.table, row, false)
                });
                pass.all(|row| Some(part.is_true(row, &frame)))
            }
            Measure::Latest { .. } => {
                let reports = Reports::new(&gather, &indicator.measure, span.period)?;
                let mut latest: Option<((i64, u64), usize)> = None;
                pass.each(|row| {
                    if let Some((key, _, _)) = reports.report(&rows, row, &frame)
                        && latest.is_none_or(|(known, _)| key > known)
                    {
                        latest = Some((key, row));
                    }
                });
                latest.into_iter().map(|(_, row)| (row, true)).collect()
            }
            Measure::Ratio { .. }
            | Measure::Expression(_)
            | Measure::Growth(..)
            | Measure::Change(..) => Vec::new(),
        };
        for (row, in_numerator) in counted {
            self.add(indicator, table, row, in_numerator);
        }
        if frame.beyond.get() {
            return Err(problems::beyond_range(&indicator.id));
        }
        Ok(())
    }

    fn add(&mut self, indicator: &Indicator, table: &Table, row: usize, in_numerator: bool) {
        let dictionaries = self.asked.columns.dictionaries();
        let text = |column: Option<&crate::table::Column>| match column
            .map(|column| decode(column.get(row), &column.schema.column_type, dictionaries))
        {
            Some(Value::Text(text)) => text,
            _ => Arc::from(""),
        };
        let joined = |names: &[&str]| {
            let parts: Vec<Arc<str>> = names.iter().map(|name| text(table.column(name))).collect();
            RowId::Name(parts.join("/").into())
        };
        let named = match table.schema.source {
            schema::Source::Records(_) | schema::Source::Cases(_) => RowId::Number(table.id(row)),
            schema::Source::Subjects(_) | schema::Source::Units => {
                RowId::Name(text(table.column("id")))
            }
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

/// The rows of the cell.
struct Pass<'a> {
    rows: &'a Rows<'a>,
    only: &'a Restriction<'a>,
    frame: &'a Frame,
}

impl Pass<'_> {
    fn each(&self, mut see: impl FnMut(usize)) {
        self.rows.each(self.frame, |row| {
            if self.only.allows(row, self.frame) {
                see(row);
            }
        });
    }

    /// The rows for which `counts` says whether they count in the numerator; not those with `None`.
    fn all(&self, counts: impl Fn(usize) -> Option<bool>) -> Vec<(usize, bool)> {
        let mut found = Vec::new();
        self.each(|row| found.extend(counts(row).map(|in_numerator| (row, in_numerator))));
        found
    }
}

fn has(value: &Program<'_>, row: usize, frame: &Frame) -> bool {
    value.run(row, frame) != NULL
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
