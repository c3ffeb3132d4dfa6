//! One subject by itself: from its own rows, in a time that does not depend on how many others there are.

use base::{Day, Figure, IndicatorId, Period, Position, Problem, SubjectTypeId};
use programme::schema::Schema;

use super::output::Output;
use super::{FigureColumn, whole_parts};
use crate::cells::Cells;
use crate::columns::Columns;
use crate::figures::{Evaluator, Span};
use crate::problems;
use crate::query::Query;
use crate::segment::{Part, Place, STRETCH, Segment};
use crate::table::Table;

impl Columns {
    /// The figures of one subject, from its own rows only.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn figures_of_subject(
        &self,
        _subject_type: &SubjectTypeId,
        subject: &str,
        indicators: &[IndicatorId],
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<Vec<Figure>, Problem> {
        let Some(first) = indicators.first() else {
            return Ok(Vec::new());
        };
        let query = Query::new(first.clone(), period, day, at).for_subject(subject);
        let mut evaluator = Evaluator::new(self.asked(&query)?);
        let span = Span::new(period, day);
        let wanted: Vec<(IndicatorId, Span)> =
            indicators.iter().map(|id| (id.clone(), span)).collect();
        evaluator.prepare(&wanted)?;
        indicators
            .iter()
            .map(|id| Ok(evaluator.figures(id, span)?.get(0).clone()))
            .collect()
    }

    /// The same as columns of one row, in the form of [`Columns::figures_by_subject`]; `None` where a value
    /// does not fit 64 bits.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn columns_of_subject(
        &self,
        subject_type: &SubjectTypeId,
        subject: &str,
        indicators: &[IndicatorId],
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<Option<Vec<FigureColumn>>, Problem> {
        let figures =
            self.figures_of_subject(subject_type, subject, indicators, period, day, at)?;
        let in_force = self
            .in_force(at)
            .ok_or_else(|| problems::no_programme(at))?;
        let mut columns = Vec::with_capacity(figures.len());
        for (id, figure) in indicators.iter().zip(&figures) {
            let Some(indicator) = in_force.programme.indicators.get(id) else {
                return Ok(None);
            };
            let mut output = Output::new(indicator, 1);
            let same = output.denominators.is_none().then_some(output.denominator);
            let Some((numerator, denominator)) = whole_parts(figure, same) else {
                return Ok(None);
            };
            output.numerators.fill(numerator);
            if let Some(denominators) = &mut output.denominators {
                denominators.fill(denominator);
            }
            if let Some(states) = &mut output.states {
                states.fill(figure.state());
            }
            // A denominator that is only this subject's is no constant of the column.
            output.is_derived &= denominator <= 1;
            columns.push(output.finish());
        }
        Ok(Some(columns))
    }

    /// Whether a subject is known on a day.
    pub fn knows_subject(
        &self,
        subject_type: &SubjectTypeId,
        subject: &str,
        day: Day,
        at: Position,
    ) -> bool {
        let known = self.dictionaries().subjects(subject_type);
        let number = known.and_then(|known| known.find(subject));
        let table = self.table(&Schema::subjects_name(subject_type));
        number.zip(table).is_some_and(|(number, table)| {
            table
                .rows_of(i64::from(number))
                .any(|row| table.is_visible(row, at.0) && table.holds_on(row, day.number()))
        })
    }
}

impl Table {
    /// The rows of one subject that count at a position, by themselves. `None` where rows are not
    /// kept by subject.
    pub(crate) fn rows_of_subject(&self, number: Option<i64>, at: u64) -> Option<Part> {
        let column = self.schema.subject_column()?;
        let (Place::Column(place), _) = self.column(&column.name)? else {
            return None;
        };
        let Some(number) = number else {
            return Some(Part::default());
        };
        let mut rows: Vec<(&Part, usize)> = Vec::new();
        let mut add = |part, row| {
            if Part::is_visible(part, row, at) {
                rows.push((part, row));
            }
        };
        if self.schema.is_versioned() {
            for row in self.rows_of(number) {
                add(&self.tail, row.row);
            }
        } else {
            for part in &self.sealed {
                let Some(subjects) = part.data.columns.get(place) else {
                    continue;
                };
                let outside = |(least, greatest)| number < least || greatest < number;
                if subjects.bounds().is_none_or(outside) {
                    continue;
                }
                let first = subjects.partition_point(|subject| subject < number);
                let end = subjects.partition_point(|subject| subject <= number);
                (first..end).for_each(|row| add(part, row));
            }
            if let Some(subjects) = self.tail.data.columns.get(place) {
                each_within(subjects, number, |row| add(&self.tail, row));
            }
        }
        // So few that packing them would take longer than reading them.
        let column = |place| {
            let cells = rows.iter().map(|(part, row)| part.data.get(place, *row));
            Cells::Wide(cells.collect())
        };
        let ids = rows.iter().map(|(part, row)| part.data.ids.get(*row));
        let mut own = Segment {
            rows: rows.len(),
            added: column(Place::Added),
            ids: Cells::Wide(ids.collect()),
            columns: (0..self.all_columns().count())
                .map(|number| column(Place::Column(number)))
                .collect(),
            ..Segment::default()
        };
        if self.schema.is_versioned() {
            (own.from, own.to) = (column(Place::From), column(Place::To));
        }
        Some(Part {
            data: own.into(),
            hidden: Default::default(),
        })
    }
}

/// Shows the rows that have a cell.
fn each_within(cells: &Cells, cell: i64, mut see: impl FnMut(usize)) {
    let mut mask = [0; STRETCH];
    for start in (0..cells.len()).step_by(STRETCH) {
        let Some(mask) = mask.get_mut(..STRETCH.min(cells.len() - start)) else {
            return;
        };
        cells.within(start, cell, cell, mask);
        // Most stretches have none, which is told at once.
        if mask.contains(&1) {
            let held = mask.iter().enumerate().filter(|(_, held)| **held == 1);
            held.for_each(|(row, _)| see(start + row));
        }
    }
}
