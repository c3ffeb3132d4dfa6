//! The figures of all subjects of a type as columns, and those of one subject.
//!
//! Made for ratings: a value is numerator ÷ denominator, both whole, so that a scorecard is applied
//! to everyone without a fraction being made. Segments are grouped by subject, so a range of
//! subjects is a range of rows in each; ranges are small enough that their tallies stay in the
//! processor's cache, and each thread takes one after the other.

mod derived;
mod one;
mod output;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use base::{
    Day, Figure, FigureState, IndicatorId, Period, Position, Problem, Ratio, SubjectTypeId,
};
use programme::model::Measure;
use programme::schema::{ColumnType, Schema};

use crate::cells::NULL;
use crate::columns::Columns;
use crate::figures::{Asked, Span, figure_of_cell, jobs, parts_of};
use crate::gather::{Job, Plan, denominator_of, figure_of, weights};
use crate::pass::{Worker, threads};
use crate::problems;
use crate::query::{By, Query};
use crate::records::read_by;
use crate::segment::{Part, Place};
use crate::table::Table;
use crate::tally::{Kept, Tally};
use crate::wide;
use output::{Output, Slot, ranges};

/// Subjects taken at a time.
const RANGE: usize = 1 << 12;
/// A calculation left 64 bits, and a result did.
const BEYOND: u8 = 1;
const WIDE: u8 = 2;

/// The figures of all subjects of a type, as columns, in the order of `subjects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectFigures {
    /// Dictionary numbers of the subjects that are known on the day, ascending.
    pub subjects: Vec<u32>,
    /// One column for each indicator asked for.
    pub columns: Vec<FigureColumn>,
}

/// One indicator of all subjects; value = numerator ÷ denominator, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureColumn {
    /// Numerators.
    pub numerators: Vec<i64>,
    /// Denominators.
    pub denominators: Denominators,
    /// States.
    pub states: States,
}

/// Denominators of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denominators {
    /// The same for all.
    Same(i64),
    /// Each subject's own; 0 where there is nothing to divide by.
    Each(Vec<i64>),
}

/// States of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// As [`Columns::measure`]; M212 where a value does not fit 64 bits: then
    /// [`Columns::measure_by_subject`], which has no such limit, gives the same figures exactly.
    pub fn figures_by_subject(
        &self,
        subject_type: &SubjectTypeId,
        indicators: &[IndicatorId],
        period: Period,
        day: Day,
        at: Position,
    ) -> Result<SubjectFigures, Problem> {
        let subjects = self.known_subjects(subject_type, day, at);
        let Some(first) = indicators.first() else {
            return Ok(SubjectFigures {
                subjects,
                columns: Vec::new(),
            });
        };
        let asked = self.asked(&Query::new(first.clone(), period, day, at).by(By::Subject))?;
        let span = Span::new(period, day);
        let wanted: Vec<(IndicatorId, Span)> =
            indicators.iter().map(|id| (id.clone(), span)).collect();
        let by_table = by_table(jobs(&asked, &asked.in_force.programme, &wanted)?)?;
        let sources = Sources::new(&asked, subject_type, &by_table)?;
        let mut columns = Vec::with_capacity(indicators.len());
        for id in indicators {
            columns.push(Output::new(asked.indicator(id)?, subjects.len()));
        }
        let marks: Vec<AtomicU8> = indicators.iter().map(|_| AtomicU8::new(0)).collect();
        let work = Mutex::new(ranges(&subjects, &mut columns).into_iter());
        let rows = sources.plans.iter().map(|source| source.table.len()).sum();
        let sources = &sources;
        let take = || {
            let mut workers = sources.workers();
            let parts = sources.plans.iter().map(|source| source.parts.len()).sum();
            let mut reached: Reached = vec![0; parts];
            // One thread at a time asks for the next range.
            while let Some(mut range) = work.lock().ok().and_then(|mut work| work.next()) {
                sources.run(&mut workers, &mut reached, range.first);
                let here = Here {
                    sources,
                    workers: &workers,
                    first: range.first,
                };
                for ((id, slot), mark) in indicators.iter().zip(&mut range.slots).zip(&marks) {
                    let found = here.fill(id, span, range.subjects, slot);
                    mark.fetch_or(found, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads(rows) {
                scope.spawn(take);
            }
            take();
        });
        for (id, mark) in indicators.iter().zip(&marks) {
            match mark.load(Ordering::Relaxed) {
                0 => {}
                WIDE => return Err(problems::beyond_columns(id)),
                _ => return Err(problems::beyond_range(id)),
            }
        }
        Ok(SubjectFigures {
            subjects,
            columns: columns.into_iter().map(Output::finish).collect(),
        })
    }

    /// The identity of a subject by its number in [`SubjectFigures::subjects`].
    pub fn subject_id(&self, subject_type: &SubjectTypeId, number: u32) -> Option<&str> {
        let dictionary = self.dictionaries().subjects(subject_type)?;
        dictionary.text(i64::from(number))
    }

    /// The numbers of the subjects that are known on a day, ascending.
    fn known_subjects(&self, subject_type: &SubjectTypeId, day: Day, at: Position) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        let Some(table) = self.table(&Schema::subjects_name(subject_type)) else {
            return found;
        };
        let today = i64::from(day.number());
        let (mut mask, mut days, mut keys) = (vec![0; RANGE], vec![0; RANGE], vec![0; RANGE]);
        for part in table.parts() {
            for start in (0..part.data.rows).step_by(RANGE) {
                let len = RANGE.min(part.data.rows - start);
                for buffer in [&mut mask, &mut days] {
                    buffer.resize(len, 0);
                }
                keys.resize(len, NULL);
                part.visible(start, at.0, &mut mask);
                for (cells, least, greatest) in [
                    (&part.data.from, NULL + 1, today),
                    (&part.data.to, today, i64::MAX),
                ] {
                    cells.within(start, least, greatest, &mut days);
                    mask.iter_mut()
                        .zip(&days)
                        .for_each(|(row, day)| *row &= day);
                }
                part.data.read(Place::Column(0), start, &mut keys);
                let held = keys.iter().zip(&mask).filter(|(_, held)| **held == 1);
                found.extend(held.filter_map(|(key, _)| u32::try_from(*key).ok()));
            }
        }
        if !found.is_sorted() {
            found.sort_unstable();
        }
        found.dedup();
        found
    }
}

/// What all indicators asked for read, table by table.
struct Sources<'a, 'i> {
    plans: Vec<Source<'a, 'i>>,
    /// Plan and reading of each indicator and span.
    readings: HashMap<(IndicatorId, Span), (usize, usize)>,
    weights: HashMap<(IndicatorId, Span), HashMap<i64, Ratio>>,
    asked: &'a Asked<'a>,
}

struct Source<'a, 'i> {
    table: &'a Table,
    plan: Plan<'a, 'i>,
    /// The table's parts, grouped by subject, each with its subjects' place.
    parts: Vec<&'a Part>,
    subject: usize,
}

impl<'a, 'i> Sources<'a, 'i> {
    fn new(
        asked: &'a Asked<'a>,
        subject_type: &SubjectTypeId,
        jobs: &'i [TableJobs<'i>],
    ) -> Result<Sources<'a, 'i>, Problem> {
        let mut sources = Sources {
            plans: Vec::new(),
            readings: HashMap::new(),
            weights: HashMap::new(),
            asked,
        };
        for (name, jobs) in jobs {
            let broken = || {
                let indicator = jobs.first().map(|job| job.indicator.id.to_string());
                problems::broken_programme(indicator.unwrap_or_default(), name)
            };
            let table = asked.columns.table(name).ok_or_else(broken)?;
            let plan = Plan::new(asked, table, jobs)?;
            for (number, reading) in plan.readings.iter().enumerate() {
                let Some((job, span)) = jobs
                    .get(reading.job)
                    .and_then(|job| Some((job, *job.spans.get(reading.span)?)))
                else {
                    continue;
                };
                let key = (job.indicator.id.clone(), span);
                if matches!(job.indicator.measure, Measure::WeightedRatio { .. }) {
                    let found = weights(asked, job.indicator, span)?;
                    sources.weights.insert(key.clone(), found);
                }
                sources.readings.insert(key, (sources.plans.len(), number));
            }
            let column = table.schema.subject_column();
            let place = column.and_then(|column| table.column(&column.name));
            let Some((Place::Column(subject), column)) = place else {
                return Err(broken());
            };
            if column.column_type != ColumnType::Subject(subject_type.clone())
                && let Some(job) = jobs.first()
            {
                return Err(problems::two_subject_types(&job.indicator.id));
            }
            sources.plans.push(Source {
                table,
                plan,
                parts: table.sealed.iter().chain([table.grouped_tail()]).collect(),
                subject,
            });
        }
        Ok(sources)
    }

    fn workers<'p>(&'p self) -> Vec<Worker<'p, 'a>> {
        let worker = |source: &'p Source<'a, 'i>| {
            let window = Some((0, RANGE + 1));
            Worker::new(&source.plan.pass, &source.table.tail, None, window)
        };
        self.plans.iter().map(worker).collect()
    }

    /// Takes up the rows of the subjects from `first` on.
    /// `reached`: for each part how far a thread has come; who goes on looks only from there.
    fn run<'p>(&'p self, workers: &mut [Worker<'p, 'a>], reached: &mut Reached, first: i64) {
        let end = first + RANGE as i64;
        let mut reached = reached.iter_mut();
        for (source, worker) in self.plans.iter().zip(workers) {
            worker.turn_to(first);
            for part in &source.parts {
                if let (Some(subjects), Some(reached)) =
                    (part.data.columns.get(source.subject), reached.next())
                {
                    let from = subjects.partition_point_from(*reached, |subject| subject < first);
                    let to = subjects.partition_point_from(from, |subject| subject < end);
                    *reached = to;
                    worker.rows(part, from..to);
                }
            }
            worker.settle();
        }
    }
}

/// For each part of each table the first row behind those that were taken up. Ranges are handed out in order, so the
/// rows of the next are never before it.
type Reached = Vec<usize>;

/// Jobs that read one table.
type TableJobs<'i> = (Arc<str>, Vec<Job<'i>>);

/// Jobs by the table that they read.
fn by_table(jobs: Vec<Job<'_>>) -> Result<Vec<TableJobs<'_>>, Problem> {
    let mut found: Vec<TableJobs<'_>> = Vec::new();
    for job in jobs {
        let indicator = job.indicator;
        let selection = read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))?;
        match found
            .iter_mut()
            .find(|(known, _)| *known == selection.table)
        {
            Some((_, jobs)) => jobs.push(job),
            None => found.push((selection.table.clone(), vec![job])),
        }
    }
    Ok(found)
}

/// The tallies of a range of subjects.
struct Here<'h, 'a, 'i> {
    sources: &'h Sources<'a, 'i>,
    workers: &'h [Worker<'h, 'a>],
    first: i64,
}

impl Here<'_, '_, '_> {
    fn place(&self, subject: u32) -> usize {
        usize::try_from(i64::from(subject) - self.first).unwrap_or(RANGE)
    }

    /// The places of subjects that follow each other without a gap.
    fn in_a_row(&self, subjects: &[u32]) -> Option<std::ops::Range<usize>> {
        let (first, last) = (
            self.place(*subjects.first()?),
            self.place(*subjects.last()?),
        );
        (last - first + 1 == subjects.len()).then_some(first..last + 1)
    }

    /// Whether a calculation of an indicator, or of one from which it is derived, left 64 bits.
    fn is_beyond(&self, id: &IndicatorId, span: Span) -> bool {
        let asked = self.sources.asked;
        if let Some((plan, reading)) = self.sources.readings.get(&(id.clone(), span)) {
            let task = self
                .sources
                .plans
                .get(*plan)
                .and_then(|source| source.plan.readings.get(*reading))
                .map(|reading| reading.task);
            let worker = self.workers.get(*plan);
            let beyond = worker
                .zip(task)
                .and_then(|(worker, task)| worker.outcome.beyond.get(task));
            return beyond == Some(&true);
        }
        let parts = asked.indicator(id).ok();
        let parts = parts
            .and_then(|indicator| parts_of(indicator, span))
            .flatten();
        parts
            .into_iter()
            .flatten()
            .any(|(id, span)| self.is_beyond(&id, span))
    }

    /// Fills the part of a column; gives what went wrong.
    fn fill(&self, id: &IndicatorId, span: Span, subjects: &[u32], slot: &mut Slot<'_>) -> u8 {
        let mark = if self.is_beyond(id, span) { BEYOND } else { 0 };
        mark | self
            .fill_plain(id, span, subjects, slot)
            .or_else(|| self.fill_derived(id, span, subjects, slot))
            .unwrap_or_else(|| self.fill_figures(id, span, subjects, slot))
    }

    /// What is counted or added: straight from the tallies. `None` for anything else.
    fn fill_plain(
        &self,
        id: &IndicatorId,
        span: Span,
        subjects: &[u32],
        slot: &mut Slot<'_>,
    ) -> Option<u8> {
        let (plan, reading) = self.sources.readings.get(&(id.clone(), span))?;
        let source = self.sources.plans.get(*plan)?;
        let reading = source.plan.readings.get(*reading)?;
        let task = source.plan.pass.tasks.get(reading.task)?;
        if source.plan.pass.keys.get(task.key)?.interval.is_some() {
            return None;
        }
        let indicator = self.sources.asked.indicator(id).ok()?;
        let Tally { seen, kept } = self.workers.get(*plan)?.outcome.tallies.get(reading.task)?;
        let mut wide = 0;
        let mut fit = |value: i128| {
            i64::try_from(value).unwrap_or_else(|_| {
                wide = WIDE;
                0
            })
        };
        if let Some(places) = self.in_a_row(subjects)
            && slot.denominators.is_none()
            && slot.states.is_none()
        {
            match (&indicator.measure, kept) {
                (Measure::Count(_), _) => {
                    let seen = seen.get(places)?;
                    wide::map(slot.numerators, seen, i64::from);
                    return Some(0);
                }
                (Measure::Sum(..), Kept::Sum { total, .. }) => {
                    if let Some(total) = total.all_small() {
                        slot.numerators.copy_from_slice(total.get(places)?);
                        return Some(0);
                    }
                }
                _ => {}
            }
        }
        let numerators = subjects.iter().zip(slot.numerators.iter_mut());
        match (
            &indicator.measure,
            kept,
            &mut slot.denominators,
            &mut slot.states,
        ) {
            (Measure::Count(_), _, _, _) => {
                for (subject, numerator) in numerators {
                    *numerator = i64::from(get(seen, self.place(*subject)));
                }
            }
            (Measure::Sum(..), Kept::Sum { total, .. }, _, _) => {
                for (subject, numerator) in numerators {
                    *numerator = fit(total.get(self.place(*subject)));
                }
            }
            (Measure::Share { .. }, Kept::Share(part), Some(denominators), Some(states)) => {
                let others = denominators.iter_mut().zip(states.iter_mut());
                for ((subject, numerator), (denominator, state)) in numerators.zip(others) {
                    let place = self.place(*subject);
                    *numerator = i64::from(get(part, place));
                    *denominator = i64::from(get(seen, place));
                    *state = if *denominator == 0 {
                        FigureState::NotApplicable
                    } else {
                        FigureState::Value
                    };
                }
            }
            (Measure::Min(..) | Measure::Max(..), Kept::Extreme { value, .. }, _, Some(states)) => {
                for ((subject, numerator), state) in numerators.zip(states.iter_mut()) {
                    let found = value.get(self.place(*subject)).copied().unwrap_or(NULL);
                    (*numerator, *state) = match found {
                        NULL => (0, FigureState::NotApplicable),
                        found => (found, FigureState::Value),
                    };
                }
            }
            _ => return None,
        }
        Some(wide)
    }

    /// Anything: by way of its figure.
    fn fill_figures(
        &self,
        id: &IndicatorId,
        span: Span,
        subjects: &[u32],
        slot: &mut Slot<'_>,
    ) -> u8 {
        let asked = self.sources.asked;
        let same = asked
            .indicator(id)
            .map_or(1, |found| denominator_of(&found.measure));
        let mut marks = 0;
        for (place, subject) in subjects.iter().enumerate() {
            let leaf = |id: &IndicatorId, span: Span| self.leaf(id, span, *subject);
            let figure = figure_of_cell(asked, id, span, &leaf);
            let same = slot.denominators.is_none().then_some(same);
            let (numerator, denominator) = whole_parts(&figure, same).unwrap_or_else(|| {
                marks |= WIDE;
                (0, 0)
            });
            if let Some(slot) = slot.numerators.get_mut(place) {
                *slot = numerator;
            }
            if let Some(slot) = slot
                .denominators
                .as_mut()
                .and_then(|each| each.get_mut(place))
            {
                *slot = denominator;
            }
            if let Some(slot) = slot.states.as_mut().and_then(|each| each.get_mut(place)) {
                *slot = figure.state();
            }
        }
        marks
    }

    /// The figure of an indicator that reads rows, for one subject.
    fn leaf(&self, id: &IndicatorId, span: Span, subject: u32) -> Figure {
        let key = (id.clone(), span);
        let found = self.sources.readings.get(&key).and_then(|(plan, reading)| {
            let source = self.sources.plans.get(*plan)?;
            let reading = source.plan.readings.get(*reading)?;
            let outcome = &self.workers.get(*plan)?.outcome;
            let none = HashMap::new();
            let weights = self.sources.weights.get(&key).unwrap_or(&none);
            let indicator = self.sources.asked.indicator(id).ok()?;
            let found = source.plan.cell(reading, outcome, self.place(subject))?;
            Some(figure_of(indicator, &found, weights))
        });
        found.unwrap_or_else(Figure::not_applicable)
    }
}

fn get<T: Copy + Default>(column: &[T], place: usize) -> T {
    column.get(place).copied().unwrap_or_default()
}

/// A figure as whole numerator and denominator (over `same`, when given); `None` beyond 64 bits.
fn whole_parts(figure: &Figure, same: Option<i64>) -> Option<(i64, i64)> {
    let (above, above_part) = figure.numerator().to_i128_parts()?;
    let (below, below_part) = figure.denominator().to_i128_parts()?;
    let (mut numerator, mut denominator) = (
        above.checked_mul(below_part)?,
        above_part.checked_mul(below)?,
    );
    match same.map(i128::from) {
        Some(same) if denominator != 0 => {
            numerator = numerator.checked_mul(same)?.checked_div(denominator)?;
            denominator = same;
        }
        _ => {
            let reduced =
                Ratio::new(numerator, denominator).and_then(|found| found.to_i128_parts());
            (numerator, denominator) = reduced.unwrap_or((numerator, denominator));
        }
    }
    Some((
        i64::try_from(numerator).ok()?,
        i64::try_from(denominator).ok()?,
    ))
}
