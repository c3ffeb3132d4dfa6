//! A question settled, and figures made of figures.
//!
//! A question is settled once into an [`Asked`]; every indicator that it needs is then evaluated
//! for all its cells together, each at most once. How states combine: *not reported* wins over *not
//! applicable*, that over *preliminary*, that over *value*. Next: `gather.rs` (figures from rows).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use base::{Day, Figure, FigureState, IndicatorId, Period, Problem, Ratio, SubjectTypeId, UnitId};
use indexmap::IndexMap;
use programme::expr::{Extreme, NumberOp, Term, TermNode};
use programme::model::{Against, Indicator, Measure, Programme, TreeTime};
use programme::schema::ColumnPath;

use crate::columns::{Columns, InForce};
use crate::compile::Frame;
use crate::gather::{Job, measured};
use crate::problems;
use crate::segment::Part;
use crate::table::Table;

/// A question, with names turned into numbers.
pub(crate) struct Asked<'a> {
    pub columns: &'a Columns,
    pub in_force: &'a InForce,
    pub division: Division,
    /// Only rows that count for this unit.
    pub unit: Option<i32>,
    pub subject: Option<Arc<str>>,
    pub field: Option<(ColumnPath, Option<Arc<str>>)>,
    pub at: u64,
    /// The day measured.
    pub day: Day,
}

/// Into which cells the rows are divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Division {
    None,
    Units,
    Subjects,
    Field(ColumnPath),
}

/// An indicator's figures by cell.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// By unit, subject or text number; 0 when not divided; `NULL` for rows without one.
    pub by_key: HashMap<i64, Figure>,
    /// The figure of every other cell.
    pub other: Figure,
    /// Of which type the subjects are.
    pub subject_type: Option<SubjectTypeId>,
}

impl Figures {
    pub fn get(&self, key: i64) -> &Figure {
        self.by_key.get(&key).unwrap_or(&self.other)
    }

    pub fn everywhere(figure: Figure) -> Figures {
        Figures {
            by_key: HashMap::new(),
            other: figure,
            subject_type: None,
        }
    }
}

/// A period and the last day of it that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    pub period: Period,
    pub until: Day,
}

impl Span {
    pub fn new(period: Period, day: Day) -> Span {
        Span {
            period,
            until: period.last().min(day),
        }
    }

    /// The span to compare with: as much of the earlier period as has passed of this one.
    pub fn earlier(&self, against: Against) -> Option<Span> {
        let period = match against {
            Against::Previous => self.period.previous(),
            Against::YearEarlier => self.period.year_earlier(),
        }?;
        let until = if self.until >= self.period.last() {
            period.last()
        } else {
            match (against, self.period.first(), period.first()) {
                (Against::Previous, Some(now), Some(then)) => {
                    then.plus_days(i64::from(self.until.days_since(now)))?
                }
                _ => self.until.plus_years(-1)?,
            }
        };
        Some(Span {
            period,
            until: until.min(period.last()),
        })
    }
}

impl Asked<'_> {
    /// The rows of the subject asked for, where a table has them together.
    pub fn rows_of_subject(&self, table: &Table) -> Option<Part> {
        let subject = self.subject.as_ref()?;
        let column = &table.schema.subject_column()?.column_type;
        let known = self.columns.dictionaries().of_column(column);
        let number = known.and_then(|known| known.find(subject)).map(i64::from);
        table.rows_of_subject(number, self.at)
    }

    pub fn frame(&self, span: Span) -> Frame {
        Frame {
            first: span.period.first().unwrap_or(Day::MIN),
            last: span.period.last(),
            until: span.until,
            day: self.day,
            at: self.at,
        }
    }

    /// The programme's declaration of an indicator.
    pub fn indicator(&self, id: &IndicatorId) -> Result<&Indicator, Problem> {
        let indicators = &self.in_force.programme.indicators;
        indicators.get(id).ok_or_else(|| {
            problems::unknown_indicator(
                id,
                programme::suggest(id.as_str(), indicators.keys().map(IndicatorId::as_str)),
            )
        })
    }
}

impl Asked<'_> {
    /// The units for which a cell is given, in declared order: those that exist within the period,
    /// or at its end where the indicator is told by the units of then; below the unit asked for.
    pub fn units_of(&self, indicator: &Indicator, span: Span) -> Vec<(UnitId, i32)> {
        let tree = &self.in_force.tree;
        let first = match indicator.tree {
            TreeTime::RecordDay => span.period.first().unwrap_or(Day::MIN),
            TreeTime::PeriodEnd => span.until,
        };
        let end = tree.epoch_of(i64::from(span.until.number()));
        let number = |id: &UnitId| self.columns.dictionaries().units().find(id.as_str());
        let all = self.in_force.programme.units.keys();
        all.filter_map(|id| Some((id.clone(), number(id)?)))
            .filter(|(_, unit)| tree.exists_within(*unit, first.number(), span.until.number()))
            .filter(|(_, unit)| match self.unit {
                None => true,
                Some(above) => tree.group_of(end, i64::from(*unit)).is_some_and(|group| {
                    tree.counts_for(group, TreeTime::RecordDay, end)
                        .contains(&above)
                }),
            })
            .collect()
    }
}

/// Evaluates indicators for one question, each at most once per span.
pub(crate) struct Evaluator<'a> {
    pub asked: Asked<'a>,
    known: HashMap<(IndicatorId, Span), Rc<Figures>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(asked: Asked<'a>) -> Evaluator<'a> {
        Evaluator {
            asked,
            known: HashMap::new(),
        }
    }

    /// Measures everything that these indicators read over these spans, each table in one pass.
    pub fn prepare(&mut self, wanted: &[(IndicatorId, Span)]) -> Result<(), Problem> {
        let programme = self.asked.in_force.programme.clone();
        let mut jobs = jobs(&self.asked, &programme, wanted)?;
        for job in &mut jobs {
            let id = &job.indicator.id;
            job.spans
                .retain(|span| !self.known.contains_key(&(id.clone(), *span)));
        }
        jobs.retain(|job| !job.spans.is_empty());
        let figures = measured(&self.asked, &jobs)?;
        for (job, figures) in jobs.iter().zip(figures) {
            for (span, figures) in job.spans.iter().zip(figures) {
                self.known
                    .insert((job.indicator.id.clone(), *span), Rc::new(figures));
            }
        }
        Ok(())
    }

    /// The figures of an indicator over a span.
    pub fn figures(&mut self, id: &IndicatorId, span: Span) -> Result<Rc<Figures>, Problem> {
        let key = (id.clone(), span);
        if let Some(found) = self.known.get(&key) {
            return Ok(found.clone());
        }
        let programme = self.asked.in_force.programme.clone();
        self.asked.indicator(id)?;
        let indicator = programme.indicators.get(id);
        let broken = || problems::broken_programme(id, id);
        let indicator = indicator.ok_or_else(broken)?;
        let Some(parts) = parts_of(indicator, span) else {
            self.prepare(std::slice::from_ref(&key))?;
            return self.known.get(&key).cloned().ok_or_else(broken);
        };
        let figures = match parts {
            None => Figures::everywhere(Figure::not_applicable()),
            Some(parts) => {
                let mut found = Vec::with_capacity(parts.len());
                for (part, span) in &parts {
                    found.push(self.figures(part, *span)?);
                }
                let found: Vec<&Figures> = found.iter().map(Rc::as_ref).collect();
                combine(id, &found, |values| of_values(indicator, values))?
            }
        };
        let figures = Rc::new(figures);
        self.known.insert(key, figures.clone());
        Ok(figures)
    }
}

/// What indicators read, themselves or through those that they are derived from: each with its spans.
pub(crate) fn jobs<'p>(
    asked: &Asked<'_>,
    programme: &'p Programme,
    wanted: &[(IndicatorId, Span)],
) -> Result<Vec<Job<'p>>, Problem> {
    let mut found: IndexMap<IndicatorId, Job<'p>> = IndexMap::new();
    let mut seen = HashSet::new();
    let mut open: Vec<(IndicatorId, Span)> = wanted.iter().rev().cloned().collect();
    while let Some((id, span)) = open.pop() {
        if !seen.insert((id.clone(), span)) {
            continue;
        }
        asked.indicator(&id)?;
        let Some(indicator) = programme.indicators.get(&id) else {
            continue;
        };
        match parts_of(indicator, span) {
            Some(parts) => open.extend(parts.into_iter().flatten().rev()),
            None => found
                .entry(id)
                .or_insert_with(|| Job {
                    indicator,
                    spans: Vec::new(),
                })
                .spans
                .push(span),
        }
    }
    Ok(found.into_values().collect())
}

/// The figure of one cell: `leaf` gives those of indicators that read rows.
pub(crate) fn figure_of_cell(
    asked: &Asked<'_>,
    id: &IndicatorId,
    span: Span,
    leaf: &impl Fn(&IndicatorId, Span) -> Figure,
) -> Figure {
    let Ok(indicator) = asked.indicator(id) else {
        return Figure::not_applicable();
    };
    match parts_of(indicator, span) {
        None => leaf(id, span),
        Some(None) => Figure::not_applicable(),
        Some(Some(parts)) => {
            let found: Vec<Figure> = parts
                .iter()
                .map(|(part, span)| figure_of_cell(asked, part, *span, leaf))
                .collect();
            let found: Vec<&Figure> = found.iter().collect();
            combined(&found, &|values| of_values(indicator, values))
        }
    }
}

/// The figures from which an indicator is derived. `None`: it reads rows; `Some(None)`: there is no
/// earlier period to compare with.
pub(crate) fn parts_of(
    indicator: &Indicator,
    span: Span,
) -> Option<Option<Vec<(IndicatorId, Span)>>> {
    match &indicator.measure {
        Measure::Ratio {
            numerator,
            denominator,
            ..
        } => Some(Some(vec![
            (numerator.clone(), span),
            (denominator.clone(), span),
        ])),
        Measure::Growth(of, against) | Measure::Change(of, against) => Some(
            span.earlier(*against)
                .map(|earlier| vec![(of.clone(), span), (of.clone(), earlier)]),
        ),
        Measure::Expression(arithmetic) => Some(Some(
            arithmetic
                .used()
                .into_iter()
                .map(|(part, _)| (part.clone(), span))
                .collect(),
        )),
        _ => None,
    }
}

/// The figure that follows from the values of [`parts_of`].
fn of_values(indicator: &Indicator, values: &[Option<Ratio>]) -> Figure {
    match (&indicator.measure, values) {
        (Measure::Ratio { per, .. }, [Some(above), Some(below)]) => {
            Figure::value_of(above * per, below.clone())
        }
        (Measure::Growth(..), [Some(now), Some(then)]) => {
            Figure::value_of(now - then, then.clone())
        }
        (Measure::Change(..), [Some(now), Some(then)]) => Figure::whole(now - then),
        (Measure::Expression(arithmetic), values) => {
            let used: Vec<&IndicatorId> = arithmetic.indicators();
            value_of(&arithmetic.root, &used, values)
                .map_or_else(Figure::not_applicable, Figure::whole)
        }
        _ => Figure::not_applicable(),
    }
}

/// The value of arithmetic; `None` when it divides by zero or needs a value that is not there.
fn value_of(term: &Term, used: &[&IndicatorId], values: &[Option<Ratio>]) -> Option<Ratio> {
    match &term.node {
        TermNode::Number(number) => Some(number.clone()),
        TermNode::Indicator(id) => used
            .iter()
            .position(|known| *known == id)
            .and_then(|place| values.get(place))
            .cloned()
            .flatten(),
        TermNode::Negate(inner) => Some(-value_of(inner, used, values)?),
        TermNode::Binary(op, left, right) => {
            let (left, right) = (
                value_of(left, used, values)?,
                value_of(right, used, values)?,
            );
            match op {
                NumberOp::Add => Some(left + right),
                NumberOp::Subtract => Some(left - right),
                NumberOp::Multiply => Some(left * right),
                NumberOp::Divide => left.checked_div(&right),
            }
        }
        TermNode::Extreme(which, of) => {
            let found = of.iter().filter_map(|term| value_of(term, used, values));
            match which {
                Extreme::Least => found.min(),
                Extreme::Greatest => found.max(),
            }
        }
    }
}

/// Figures made of figures, cell by cell. `figure` gets the values in the order of `parts`, as far as
/// they have one.
fn combine(
    id: &IndicatorId,
    parts: &[&Figures],
    figure: impl Fn(&[Option<Ratio>]) -> Figure,
) -> Result<Figures, Problem> {
    let mut subject_type: Option<SubjectTypeId> = None;
    for part in parts {
        match (&subject_type, &part.subject_type) {
            (Some(known), Some(other)) if known != other => {
                return Err(problems::two_subject_types(id));
            }
            (None, Some(other)) => subject_type = Some(other.clone()),
            _ => {}
        }
    }
    let keys: BTreeSet<i64> = parts
        .iter()
        .flat_map(|part| part.by_key.keys().copied())
        .collect();
    let by_key = keys
        .into_iter()
        .map(|key| {
            (
                key,
                combined(
                    &parts.iter().map(|part| part.get(key)).collect::<Vec<_>>(),
                    &figure,
                ),
            )
        })
        .collect();
    let other = combined(
        &parts.iter().map(|part| &part.other).collect::<Vec<_>>(),
        &figure,
    );
    Ok(Figures {
        by_key,
        other,
        subject_type,
    })
}

fn combined(parts: &[&Figure], figure: &impl Fn(&[Option<Ratio>]) -> Figure) -> Figure {
    let any = |state: FigureState| parts.iter().any(|part| part.state() == state);
    if any(FigureState::NotReported) {
        return Figure::not_reported();
    }
    let values: Vec<Option<Ratio>> = parts.iter().map(|part| part.value()).collect();
    let found = figure(&values);
    if any(FigureState::Preliminary) && found.state() == FigureState::Value {
        Figure::preliminary(found.numerator().clone(), found.denominator().clone())
    } else {
        found
    }
}
