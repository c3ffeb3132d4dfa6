//! The figures of a plan's tallies: groups rolled up into units, intervals into periods.

use std::collections::HashMap;

use base::{Figure, Problem, Ratio};
use programme::expr::Expr;
use programme::model::{Indicator, Measure};
use programme::schema::ColumnType;

use super::weights::weights;
use super::{Plan, Reading};
use crate::accumulate::Accumulator;
use crate::figures::{Division, Figures};
use crate::pass::{Key, Outcome};
use crate::problems;
use crate::tally::Tally;

impl Plan<'_, '_> {
    /// The figures of each reading, in their order.
    pub fn figures(&self, outcome: &Outcome) -> Result<Vec<Figures>, Problem> {
        for reading in &self.readings {
            if outcome.beyond.get(reading.task) == Some(&true)
                && let Some(job) = self.jobs.get(reading.job)
            {
                return Err(problems::beyond_range(&job.indicator.id));
            }
        }
        self.readings
            .iter()
            .map(|reading| self.figures_of(reading, outcome))
            .collect()
    }

    /// What is kept of a group; of one without rows, nothing.
    pub fn cell(&self, reading: &Reading, outcome: &Outcome, group: usize) -> Option<Accumulator> {
        let task = self.pass.tasks.get(reading.task)?;
        let tally = outcome.tallies.get(reading.task)?;
        let cells = CellsOf {
            tally,
            key: self.pass.keys.get(task.key),
            intervals: reading.intervals,
        };
        cells
            .at(group)
            .or_else(|| Some(Tally::new(1, &tally.kept).cell(0)))
    }

    fn figures_of(&self, reading: &Reading, outcome: &Outcome) -> Result<Figures, Problem> {
        let asked = self.asked;
        let task = self.pass.tasks.get(reading.task);
        let (Some(job), Some(task), Some(tally)) = (
            self.jobs.get(reading.job),
            task,
            outcome.tallies.get(reading.task),
        ) else {
            return Ok(Figures::everywhere(Figure::not_applicable()));
        };
        let indicator = job.indicator;
        let span = job.spans.get(reading.span).copied();
        let weights = match (&indicator.measure, span) {
            (Measure::WeightedRatio { .. }, Some(span)) => weights(asked, indicator, span)?,
            _ => HashMap::new(),
        };
        let figure = |found: &Accumulator| figure_of(indicator, found, &weights);
        let cells = CellsOf {
            tally,
            key: self.pass.keys.get(task.key),
            intervals: reading.intervals,
        };
        let none = Tally::new(1, &tally.kept).cell(0);
        let mut figures = Figures::everywhere(figure(&none));
        let Some(group) = cells.key.and_then(|key| key.group.as_ref()) else {
            figures.other = figure(&cells.at(0).unwrap_or(none));
            return Ok(figures);
        };
        let until = span.map_or(asked.day, |span| span.until);
        match &asked.division {
            Division::None | Division::Units => {
                let tree = &asked.in_force.tree;
                let end = tree.epoch_of(i64::from(until.number()));
                let mut by_unit: HashMap<i32, Accumulator> = HashMap::new();
                for group in 0..tree.groups() {
                    let units = tree.counts_for(group, indicator.tree, end);
                    if asked.unit.is_some_and(|unit| !units.contains(&unit)) {
                        continue;
                    }
                    let Some(found) = cells.at(group) else {
                        continue;
                    };
                    let cells: &[i32] = match (&asked.division, &asked.unit) {
                        (Division::None, Some(unit)) => std::slice::from_ref(unit),
                        _ => units,
                    };
                    for unit in cells {
                        match by_unit.get_mut(unit) {
                            Some(known) => known.merge(&found),
                            None => drop(by_unit.insert(*unit, found.clone())),
                        }
                    }
                }
                match (&asked.division, asked.unit) {
                    (Division::None, Some(unit)) => {
                        figures.other = figure(by_unit.get(&unit).unwrap_or(&none));
                    }
                    _ => {
                        figures.by_key = by_unit
                            .iter()
                            .map(|(unit, found)| (i64::from(*unit), figure(found)))
                            .collect();
                    }
                }
            }
            Division::Subjects | Division::Field(_) => {
                for number in 0..group.len {
                    if let Some(found) = cells.at(number) {
                        figures.by_key.insert(group.key(number), figure(&found));
                    }
                }
                if asked.division == Division::Subjects {
                    let column = self.table().schema.subject_column();
                    if let Some(ColumnType::Subject(found)) =
                        column.map(|column| &column.column_type)
                    {
                        figures.subject_type = Some(found.clone());
                    }
                }
            }
        }
        Ok(figures)
    }
}

/// The places of one reading.
struct CellsOf<'t> {
    tally: &'t Tally,
    key: Option<&'t Key>,
    intervals: (usize, usize),
}

impl CellsOf<'_> {
    /// What is kept of a group over the reading's intervals; `None` when it has no rows.
    fn at(&self, group: usize) -> Option<Accumulator> {
        let width = self.key.map_or(1, Key::intervals);
        let places = (self.intervals.0..self.intervals.1).map(|interval| group * width + interval);
        let mut found: Option<Accumulator> = None;
        for place in places {
            if self.tally.seen.get(place).is_none_or(|seen| *seen == 0) {
                continue;
            }
            let cell = self.tally.cell(place);
            match &mut found {
                Some(found) => found.merge(&cell),
                None => found = Some(cell),
            }
        }
        found
    }
}

/// The figure of what was kept of an indicator's rows.
pub(crate) fn figure_of(
    indicator: &Indicator,
    found: &Accumulator,
    weights: &HashMap<i64, Ratio>,
) -> Figure {
    match &indicator.measure {
        Measure::Mean(_, value) => found.mean(value.denominator()),
        measure => found.figure(denominator_of(measure), weights),
    }
}

/// What values are divided by.
pub(crate) fn denominator_of(measure: &Measure) -> i64 {
    match measure {
        Measure::Sum(_, value)
        | Measure::Mean(_, value)
        | Measure::Min(_, value)
        | Measure::Max(_, value)
        | Measure::Latest { value, .. } => value.denominator(),
        Measure::Share { value, .. } => value.as_ref().map_or(1, Expr::denominator),
        _ => 1,
    }
}
