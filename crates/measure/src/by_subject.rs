//! The figures of all subjects of a type as columns, and those of one subject.
//!
//! Made for ratings: a value is numerator ÷ denominator, both whole, so that a scorecard is applied
//! to everyone without a fraction being made.

use std::sync::Arc;

use base::{Day, Figure, FigureState, IndicatorId, Period, Position, Problem, SubjectTypeId};
use programme::model::Measure;

use crate::columns::Columns;
use crate::problems;
use crate::query::Query;

/// The figures of all subjects of a type, as columns, in the order of `subjects`.
#[derive(Debug, Clone)]
pub struct SubjectFigures {
    /// Dictionary numbers of the subjects that are known on the day.
    pub subjects: Vec<u32>,
    /// One column for each indicator asked for.
    pub columns: Vec<FigureColumn>,
}

/// One indicator of all subjects; value = numerator ÷ denominator, exactly.
#[derive(Debug, Clone)]
pub struct FigureColumn {
    /// Numerators.
    pub numerators: Vec<i64>,
    /// Denominators.
    pub denominators: Denominators,
    /// States.
    pub states: States,
}

/// Denominators of a column.
#[derive(Debug, Clone)]
pub enum Denominators {
    /// The same for all.
    Same(i64),
    /// Each subject's own; 0 where there is nothing to divide by.
    Each(Vec<i64>),
}

/// States of a column.
#[derive(Debug, Clone)]
pub enum States {
    /// The same for all.
    Same(FigureState),
    /// Each subject's own.
    Each(Vec<FigureState>),
}

impl Columns {
    /// The figures of every subject that is known on the day.
    ///
    /// # Errors
    /// As [`Columns::measure`]; M210 where a value does not fit 64 bits.
    pub fn figures_by_subject(
        &self,
        subject_type: &SubjectTypeId,
        indicators: &[IndicatorId],
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<SubjectFigures, Problem> {
        let known = self.subjects(subject_type, day, at);
        let dictionary = self.dictionaries().subjects(subject_type);
        let number = |id: &Arc<str>| u32::try_from(dictionary?.find(id)?).ok();
        let mut subjects: Vec<(u32, Arc<str>)> = known
            .into_iter()
            .filter_map(|id| Some((number(&id)?, id)))
            .collect();
        subjects.sort_unstable();
        let mut columns = Vec::with_capacity(indicators.len());
        for indicator in indicators {
            let measured = self.measure_by_subject(indicator, period, day, at)?;
            let figures = subjects.iter().map(|(_, id)| measured.get(id));
            let same = self.same_denominator(indicator, at);
            let column = column_of(figures, same);
            columns.push(column.ok_or_else(|| problems::beyond_range(indicator))?);
        }
        Ok(SubjectFigures {
            subjects: subjects.into_iter().map(|(number, _)| number).collect(),
            columns,
        })
    }

    /// The identity of a subject by its number in [`SubjectFigures::subjects`].
    pub fn subject_id(&self, subject_type: &SubjectTypeId, number: u32) -> Option<&Arc<str>> {
        let dictionary = self.dictionaries().subjects(subject_type)?;
        dictionary.text(i64::from(number))
    }

    /// The figures of one subject.
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
        let mut figures = Vec::with_capacity(indicators.len());
        for indicator in indicators {
            let query = Query::new(indicator.clone(), period, day, at).for_subject(subject);
            let cells = self.measure(&query)?;
            let figure = cells.into_iter().next().map(|cell| cell.figure);
            figures.push(figure.unwrap_or_else(Figure::not_applicable));
        }
        Ok(figures)
    }

    /// The denominator that all subjects share: that of the values which are counted, added or compared.
    fn same_denominator(&self, indicator: &IndicatorId, at: Position) -> Option<i64> {
        let (programme, _) = self.programme_at(at)?;
        match &programme.indicators.get(indicator)?.measure {
            Measure::Count(_) | Measure::Distinct(..) => Some(1),
            Measure::Sum(_, value)
            | Measure::Min(_, value)
            | Measure::Max(_, value)
            | Measure::Latest { value, .. } => Some(value.denominator()),
            _ => None,
        }
    }
}

fn column_of<'a>(
    figures: impl Iterator<Item = &'a Figure>,
    same: Option<i64>,
) -> Option<FigureColumn> {
    let (mut numerators, mut denominators, mut states) = (Vec::new(), Vec::new(), Vec::new());
    for figure in figures {
        let (above, above_part) = figure.numerator().to_i128_parts()?;
        let (below, below_part) = figure.denominator().to_i128_parts()?;
        let (mut numerator, mut denominator) = (
            above.checked_mul(below_part)?,
            above_part.checked_mul(below)?,
        );
        if let (Some(same), true) = (same, denominator != 0) {
            numerator = numerator.checked_mul(i128::from(same))? / denominator;
            denominator = i128::from(same);
        }
        numerators.push(i64::try_from(numerator).ok()?);
        denominators.push(i64::try_from(denominator).ok()?);
        states.push(figure.state());
    }
    let one_state = states.first().copied();
    Some(FigureColumn {
        numerators,
        denominators: same.map_or(Denominators::Each(denominators), Denominators::Same),
        states: match one_state {
            Some(state) if states.iter().all(|found| *found == state) => States::Same(state),
            _ => States::Each(states),
        },
    })
}
