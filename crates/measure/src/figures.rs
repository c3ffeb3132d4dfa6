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
use programme::expr::{Arithmetic, NumberOp, Term, TermNode};
use programme::model::{Against, Indicator, Measure, TreeTime};
use programme::schema::ColumnPath;

use crate::columns::{Columns, InForce};
use crate::compile::Frame;
use crate::gather::{Job, measured};
use crate::problems;

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
        let mut found: IndexMap<IndicatorId, Vec<Span>> = IndexMap::new();
        let mut seen = HashSet::new();
        let mut open: Vec<(IndicatorId, Span)> = wanted.iter().rev().cloned().collect();
        while let Some((id, span)) = open.pop() {
            if self.known.contains_key(&(id.clone(), span)) || !seen.insert((id.clone(), span)) {
                continue;
            }
            match &self.asked.indicator(&id)?.measure {
                Measure::Ratio {
                    numerator,
                    denominator,
                    ..
                } => open.extend([(denominator.clone(), span), (numerator.clone(), span)]),
                Measure::Growth(of, against) | Measure::Change(of, against) => {
                    open.extend(span.earlier(*against).map(|earlier| (of.clone(), earlier)));
                    open.push((of.clone(), span));
                }
                Measure::Expression(arithmetic) => open.extend(
                    arithmetic
                        .indicators()
                        .into_iter()
                        .map(|part| (part.clone(), span)),
                ),
                _ => found.entry(id).or_default().push(span),
            }
        }
        let jobs: Vec<Job<'_>> = found
            .into_iter()
            .filter_map(|(id, spans)| {
                let indicator = programme.indicators.get(&id)?;
                Some(Job { indicator, spans })
            })
            .collect();
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
        if let Some(found) = self.known.get(&(id.clone(), span)) {
            return Ok(found.clone());
        }
        let programme = self.asked.in_force.programme.clone();
        let indicator = match programme.indicators.get(id) {
            Some(indicator) => indicator,
            None => {
                return Err(self
                    .asked
                    .indicator(id)
                    .err()
                    .unwrap_or_else(|| problems::broken_programme(id, id)));
            }
        };
        let figures = match &indicator.measure {
            Measure::Ratio {
                numerator,
                denominator,
                per,
            } => {
                let (above, below) = (
                    self.figures(numerator, span)?,
                    self.figures(denominator, span)?,
                );
                combine(id, &[&above, &below], |values| match values {
                    [above, below] => Figure::value_of(above * per, below.clone()),
                    _ => Figure::not_applicable(),
                })?
            }
            Measure::Growth(of, against) => {
                self.compared(id, of, span, *against, |now, then| {
                    Figure::value_of(now - then, then.clone())
                })?
            }
            Measure::Change(of, against) => {
                self.compared(id, of, span, *against, |now, then| {
                    Figure::whole(now - then)
                })?
            }
            Measure::Expression(arithmetic) => self.expression(id, arithmetic, span)?,
            // What reads rows is found by `prepare`.
            _ => {
                self.prepare(&[(id.clone(), span)])?;
                return self
                    .known
                    .get(&(id.clone(), span))
                    .cloned()
                    .ok_or_else(|| problems::broken_programme(id, id));
            }
        };
        let figures = Rc::new(figures);
        self.known.insert((id.clone(), span), figures.clone());
        Ok(figures)
    }

    fn compared(
        &mut self,
        id: &IndicatorId,
        of: &IndicatorId,
        span: Span,
        against: Against,
        figure: impl Fn(&Ratio, &Ratio) -> Figure,
    ) -> Result<Figures, Problem> {
        let now = self.figures(of, span)?;
        let Some(earlier) = span.earlier(against) else {
            return Ok(Figures::everywhere(Figure::not_applicable()));
        };
        let then = self.figures(of, earlier)?;
        combine(id, &[&now, &then], |values| match values {
            [now, then] => figure(now, then),
            _ => Figure::not_applicable(),
        })
    }

    fn expression(
        &mut self,
        id: &IndicatorId,
        arithmetic: &Arithmetic,
        span: Span,
    ) -> Result<Figures, Problem> {
        let used: Vec<IndicatorId> = arithmetic
            .used()
            .into_iter()
            .map(|(id, _)| id.clone())
            .collect();
        let mut parts = Vec::with_capacity(used.len());
        for part in &used {
            parts.push(self.figures(part, span)?);
        }
        let parts: Vec<&Figures> = parts.iter().map(Rc::as_ref).collect();
        combine(id, &parts, |values| {
            value_of(&arithmetic.root, &used, values)
                .map_or_else(Figure::not_applicable, Figure::whole)
        })
    }
}

/// The value of arithmetic; `None` when it divides by zero.
fn value_of(term: &Term, used: &[IndicatorId], values: &[Ratio]) -> Option<Ratio> {
    match &term.node {
        TermNode::Number(number) => Some(number.clone()),
        TermNode::Indicator(id) => used
            .iter()
            .position(|known| known == id)
            .and_then(|place| values.get(place))
            .cloned(),
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
    }
}

/// Figures made of figures, cell by cell. `figure` gets the values in the order of `parts`.
fn combine(
    id: &IndicatorId,
    parts: &[&Figures],
    figure: impl Fn(&[Ratio]) -> Figure,
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

fn combined(parts: &[&Figure], figure: &impl Fn(&[Ratio]) -> Figure) -> Figure {
    let any = |state: FigureState| parts.iter().any(|part| part.state() == state);
    if any(FigureState::NotReported) {
        return Figure::not_reported();
    }
    let values: Option<Vec<Ratio>> = parts.iter().map(|part| part.value()).collect();
    let Some(values) = values else {
        return Figure::not_applicable();
    };
    let found = figure(&values);
    if any(FigureState::Preliminary) && found.state() == FigureState::Value {
        Figure::preliminary(found.numerator().clone(), found.denominator().clone())
    } else {
        found
    }
}
