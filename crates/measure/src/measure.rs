//! Questions answered: [`Columns::measure`] and its variants for many cells at once.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Figure, IndicatorId, Period, Position, Problem, UnitId};
use programme::model::{Indicator, Measure};
use programme::schema::{ColumnPath, ColumnType};

use crate::columns::Columns;
use crate::figures::{Asked, Division, Evaluator, Figures, Span};
use crate::problems;
use crate::query::{By, Cell, Query, Slice};
use crate::records::read_by;
use crate::table::NULL;

/// The figures of all subjects.
#[derive(Debug, Clone)]
pub struct BySubject {
    /// Of the subjects that some row is about, by identity.
    pub figures: HashMap<Arc<str>, Figure>,
    /// Of every other subject: what no rows give (0, not applicable, not reported).
    pub other: Figure,
}

impl BySubject {
    /// The figure of a subject.
    pub fn get(&self, subject: &str) -> &Figure {
        self.figures.get(subject).unwrap_or(&self.other)
    }
}

impl Columns {
    /// Answers a question.
    ///
    /// # Errors
    /// M201 to M210: the indicator, unit or column is not there, rows have no unit or subject to
    /// divide by, or a calculation left 64 bits.
    pub fn measure(&self, query: &Query) -> Result<Vec<Cell>, Problem> {
        let answers = self.measure_many(std::slice::from_ref(query))?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// Answers several questions. Those that differ in indicator and period only are answered
    /// together, each table that they read in one pass.
    ///
    /// # Errors
    /// The first of [`Columns::measure`].
    pub fn measure_many(&self, queries: &[Query]) -> Result<Vec<Vec<Cell>>, Problem> {
        let mut alike: Vec<(&Query, Vec<usize>)> = Vec::new();
        for (number, query) in queries.iter().enumerate() {
            match alike.iter_mut().find(|(known, _)| is_alike(known, query)) {
                Some((_, numbers)) => numbers.push(number),
                None => alike.push((query, vec![number])),
            }
        }
        let mut answers: Vec<Vec<Cell>> = queries.iter().map(|_| Vec::new()).collect();
        for (first, numbers) in alike {
            let changed = self.on_day(first.at, first.day)?;
            let columns = changed.as_ref().unwrap_or(self);
            let mut evaluator = Evaluator::new(columns.asked(first)?);
            let mut wanted: Vec<(usize, Period)> = Vec::new();
            for number in numbers {
                if let Some(query) = queries.get(number) {
                    wanted.extend(periods_of(query)?.into_iter().map(|part| (number, part)));
                }
            }
            let spans: Vec<(IndicatorId, Span)> = wanted
                .iter()
                .filter_map(|(number, part)| {
                    let query = queries.get(*number)?;
                    Some((query.indicator.clone(), Span::new(*part, query.day)))
                })
                .collect();
            evaluator.prepare(&spans)?;
            for (number, part) in wanted {
                if let (Some(query), Some(answer)) = (queries.get(number), answers.get_mut(number))
                {
                    answer.extend(columns.cells(&mut evaluator, query, part)?);
                }
            }
        }
        Ok(answers)
    }

    /// The figure of every unit that exists within the period.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn measure_by_unit(
        &self,
        indicator: &IndicatorId,
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<HashMap<UnitId, Figure>, Problem> {
        let cells = self.measure(&Query::new(indicator.clone(), period, day, at).by(By::Unit))?;
        Ok(cells
            .into_iter()
            .filter_map(|cell| Some((cell.slice.unit?, cell.figure)))
            .collect())
    }

    /// The figure of every subject.
    ///
    /// # Errors
    /// As [`Columns::measure`].
    pub fn measure_by_subject(
        &self,
        indicator: &IndicatorId,
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<BySubject, Problem> {
        let query = Query::new(indicator.clone(), period, day, at).by(By::Subject);
        let changed = self.on_day(at, day)?;
        let columns = changed.as_ref().unwrap_or(self);
        let mut evaluator = Evaluator::new(columns.asked(&query)?);
        let figures = evaluator.figures(indicator, Span::new(period, day))?;
        let dictionary = figures
            .subject_type
            .as_ref()
            .and_then(|found| columns.dictionaries().subjects(found));
        let named = figures
            .by_key
            .iter()
            .filter_map(|(key, figure)| Some((Arc::from(dictionary?.text(*key)?), figure.clone())))
            .collect();
        Ok(BySubject {
            figures: named,
            other: figures.other.clone(),
        })
    }

    pub(crate) fn asked(&self, query: &Query) -> Result<Asked<'_>, Problem> {
        let in_force = self
            .in_force(query.at)
            .ok_or_else(|| problems::no_programme(query.at))?;
        let programme = &in_force.programme;
        let unit = match &query.unit {
            None => None,
            Some(id) => {
                let number = self
                    .dictionaries()
                    .units()
                    .find(id.as_str())
                    .filter(|_| programme.units.contains_key(id));
                Some(number.ok_or_else(|| {
                    problems::unknown_unit(
                        id,
                        programme::suggest(id.as_str(), programme.units.keys().map(UnitId::as_str)),
                    )
                })?)
            }
        };
        Ok(Asked {
            columns: self,
            in_force,
            division: match &query.by {
                By::None | By::Part(_) => Division::None,
                By::Unit => Division::Units,
                By::Subject => Division::Subjects,
                By::Field(name) => Division::Field(ColumnPath::of_text(name)),
            },
            unit,
            subject: query.subject.clone(),
            field: query
                .field
                .as_ref()
                .map(|(name, value)| (ColumnPath::of_text(name), value.clone())),
            at: query.at.0,
            day: query.day,
        })
    }

    fn cells(
        &self,
        evaluator: &mut Evaluator<'_>,
        query: &Query,
        period: Period,
    ) -> Result<Vec<Cell>, Problem> {
        let span = Span::new(period, query.day);
        let figures = evaluator.figures(&query.indicator, span)?;
        let indicator = evaluator.asked.indicator(&query.indicator)?;
        let slice = Slice {
            unit: query.unit.clone(),
            subject: query.subject.clone(),
            field: query.field.clone(),
        };
        let cell = |slice: Slice, figure: &Figure| Cell {
            slice,
            period,
            figure: figure.clone(),
        };
        Ok(match &query.by {
            By::None | By::Part(_) => vec![cell(slice, figures.get(0))],
            By::Unit => evaluator
                .asked
                .units_of(indicator, span)
                .into_iter()
                .map(|(id, number)| {
                    cell(
                        Slice {
                            unit: Some(id),
                            ..slice.clone()
                        },
                        figures.get(i64::from(number)),
                    )
                })
                .collect(),
            By::Subject => {
                let dictionary = figures
                    .subject_type
                    .as_ref()
                    .and_then(|found| self.dictionaries().subjects(found));
                let mut named: Vec<(Arc<str>, &Figure)> = figures
                    .by_key
                    .iter()
                    .filter_map(|(key, figure)| Some((Arc::from(dictionary?.text(*key)?), figure)))
                    .collect();
                named.sort_by(|a, b| a.0.cmp(&b.0));
                named
                    .into_iter()
                    .map(|(subject, figure)| {
                        cell(
                            Slice {
                                subject: Some(subject),
                                ..slice.clone()
                            },
                            figure,
                        )
                    })
                    .collect()
            }
            By::Field(name) => self
                .values_of(evaluator, indicator, &ColumnPath::of_text(name), &figures)
                .into_iter()
                .map(|(value, figure)| {
                    cell(
                        Slice {
                            field: Some((name.clone(), value)),
                            ..slice.clone()
                        },
                        figure,
                    )
                })
                .collect(),
        })
    }

    /// The values of a column that have a cell: codes in the vocabulary's order, other texts in
    /// alphabetical order, the empty value last.
    fn values_of<'f>(
        &self,
        evaluator: &Evaluator<'_>,
        indicator: &Indicator,
        path: &ColumnPath,
        figures: &'f Figures,
    ) -> Vec<(Option<Arc<str>>, &'f Figure)> {
        let programme = &evaluator.asked.in_force.programme;
        let column_type = base_table(evaluator, indicator)
            .and_then(|table| programme.schema.table(&table))
            .and_then(|table| programme.schema.resolve(table, path))
            .map_or(ColumnType::Text, |column| column.column_type.clone());
        let dictionary = self.dictionaries().of_column(&column_type);
        let order = |text: &Arc<str>| match &column_type {
            ColumnType::Code(vocabulary) => programme
                .vocabularies
                .get(vocabulary)
                .and_then(|found| found.codes.get_index_of(&**text))
                .unwrap_or(usize::MAX),
            ColumnType::Unit => programme.units.get_index_of(&**text).unwrap_or(usize::MAX),
            _ => 0,
        };
        let mut named: Vec<(Arc<str>, &Figure)> = figures
            .by_key
            .iter()
            .filter_map(|(key, figure)| Some((Arc::from(dictionary?.text(*key)?), figure)))
            .collect();
        named.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)).then_with(|| a.cmp(b)));
        let empty = figures.by_key.get(&NULL).map(|figure| (None, figure));
        named
            .into_iter()
            .map(|(text, figure)| (Some(text), figure))
            .chain(empty)
            .collect()
    }
}

/// The first table that an indicator reads, itself or through those that it is derived from.
fn base_table(evaluator: &Evaluator<'_>, indicator: &Indicator) -> Option<Arc<str>> {
    if let Some(selection) = read_by(&indicator.measure) {
        return Some(selection.table.clone());
    }
    let next = match &indicator.measure {
        Measure::Ratio { numerator, .. } => numerator,
        Measure::Growth(of, _) | Measure::Change(of, _) => of,
        Measure::Expression(arithmetic) => arithmetic.indicators().into_iter().next()?,
        _ => return None,
    };
    base_table(evaluator, evaluator.asked.indicator(next).ok()?)
}

/// The periods for which a question has cells.
fn periods_of(query: &Query) -> Result<Vec<Period>, Problem> {
    let By::Part(kind) = &query.by else {
        return Ok(vec![query.period]);
    };
    let parts = query.period.parts(*kind);
    if parts.is_empty() {
        return Err(problems::no_parts(query.period, kind.as_str()));
    }
    Ok(parts)
}

/// Whether two questions can share what was computed.
fn is_alike(a: &Query, b: &Query) -> bool {
    a.by == b.by
        && a.unit == b.unit
        && a.subject == b.subject
        && a.field == b.field
        && a.day == b.day
        && a.at == b.at
}
