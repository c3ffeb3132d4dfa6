//! From rows to figures: what indicators ask of one table becomes one pass, and its tallies become
//! the figures of every cell.
//!
//! An indicator asked for several periods is one task where its windows can be cut into intervals;
//! counts and sums of intervals add up to those of windows, units' groups to those of the units
//! above. Next: `task.rs` (one of them), `pass.rs` (the rows), `figures.rs` (what follows from tallies).

mod figures;
mod task;
mod weights;

use std::sync::Arc;

use base::{Day, Figure, Problem};
use programme::expr::Expr;
use programme::model::{Attribution, Indicator, Measure, Over, Selection, TreeTime};

use crate::compile::{Cut, Frame, Op, Parameters, Step, Steps, has_parameter};
use crate::figures::{Asked, Division, Figures, Span};
use crate::pass::Pass;
use crate::plans::Compiled;
use crate::problems;
use crate::records::read_by;
use crate::scan::dating;
use crate::segment::Place;
use crate::table::Table;

pub(crate) use figures::{denominator_of, figure_of};
pub(crate) use weights::{weighing_rows, weights};

/// More places than this are not worth one task for several periods.
const PLACES_MAX: usize = 1 << 20;

/// Whether a unit asked for changes nothing: the figure is the city's.
pub(crate) fn is_city_wide(indicator: &Indicator) -> bool {
    indicator.attribution == Attribution::City
}

/// An indicator that reads rows, and when.
#[derive(Clone)]
pub(crate) struct Job<'i> {
    pub indicator: &'i Indicator,
    pub spans: Vec<Span>,
}

/// Where the figures of a job stand in a pass.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// The job and which of its spans.
    pub job: usize,
    pub span: usize,
    pub task: usize,
    /// The intervals of the span: from, up to but not with.
    pub intervals: (usize, usize),
}

/// What several jobs ask of one table.
pub(crate) struct Plan<'a, 'i> {
    pub pass: Pass<'a>,
    pub readings: Vec<Reading>,
    asked: &'a Asked<'a>,
    jobs: &'i [Job<'i>],
    /// Rows are listed: a unit asked for is a condition, not a group.
    listed: bool,
    /// The rows are those of the subject asked for, which is then no condition.
    is_of_subject: bool,
}

/// The column that dates rows, with the first and last day of each span.
type Windows = (Place, Vec<(i64, i64)>);

/// The days that count.
#[derive(Clone, Copy)]
enum Window {
    Always,
    Days(Place, i64, i64),
    Intervals(Step, usize, usize),
}

/// The rows of an indicator in time: the column that dates them, first and last day.
fn dated<'s>(
    indicator: &Indicator,
    selection: &'s Selection,
    table: &'s Table,
    frame: &Frame,
) -> (Option<&'s str>, i64, i64) {
    let (date, first, last) = dating(selection, indicator.over, &table.schema, frame);
    // A report for the period may well come after its end: any of the day measured or before counts.
    let for_period = matches!(
        &indicator.measure,
        Measure::Latest {
            period_field: Some(_),
            ..
        }
    );
    if for_period && indicator.over == Over::Period {
        (
            date,
            i64::from(Day::MIN.number()),
            i64::from(frame.day.number()),
        )
    } else {
        (date, first, last)
    }
}

impl<'a, 'i> Plan<'a, 'i> {
    /// The plan of jobs that all read `table`.
    pub fn new(
        asked: &'a Asked<'a>,
        table: &'a Table,
        jobs: &'i [Job<'i>],
    ) -> Result<Plan<'a, 'i>, Problem> {
        let mut plan = Plan::empty(asked, table, jobs);
        plan.compile()?;
        Ok(plan)
    }

    fn compile(&mut self) -> Result<(), Problem> {
        let jobs = self.jobs;
        // Cuts first: the numbers of intervals stand in steps.
        let mut cuts: Vec<(Place, Vec<i64>)> = Vec::new();
        let mut merged = Vec::with_capacity(jobs.len());
        for job in jobs {
            let windows = self.windows(job)?;
            let days = |windows: &[(i64, i64)]| -> Vec<i64> {
                let ends = windows.iter().filter(|(first, last)| first <= last);
                ends.flat_map(|(first, last)| [*first, last + 1]).collect()
            };
            if let Some((place, windows)) = &windows {
                match cuts.iter_mut().find(|(known, _)| known == place) {
                    Some((_, known)) => known.extend(days(windows)),
                    None => cuts.push((*place, days(windows))),
                }
            }
            merged.push(windows);
        }
        let places: Vec<Place> = cuts.iter().map(|(place, _)| *place).collect();
        self.pass.steps.cuts = cuts.into_iter().map(|(_, days)| Cut::new(days)).collect();
        for (number, (job, windows)) in jobs.iter().zip(&merged).enumerate() {
            match windows {
                Some((place, windows)) => {
                    let cut = places.iter().position(|known| known == place).unwrap_or(0);
                    self.several(number, job, *place, cut, windows)?;
                }
                None => {
                    for span in 0..job.spans.len() {
                        self.one(number, job, span)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn empty(asked: &'a Asked<'a>, table: &'a Table, jobs: &'i [Job<'i>]) -> Plan<'a, 'i> {
        let steps = Steps::new(asked.columns, table, &asked.in_force.tree, asked.at);
        Plan {
            pass: Pass::new(steps),
            readings: Vec::new(),
            asked,
            jobs,
            listed: false,
            is_of_subject: false,
        }
    }

    /// The same as [`Plan::new`]; compiled before where the same was asked before. Whoever is done with it
    /// calls [`Plan::keep`].
    pub fn known_or_new(
        asked: &'a Asked<'a>,
        table: &'a Table,
        jobs: &'i [Job<'i>],
        is_of_subject: bool,
    ) -> Result<Plan<'a, 'i>, Problem> {
        let mut plan = Plan::empty(asked, table, jobs);
        plan.is_of_subject = is_of_subject;
        let known = asked.columns.plans().take(&plan);
        match known.and_then(|known| plan.take_over(known)) {
            Some(()) => Ok(plan),
            None => {
                plan.compile()?;
                Ok(plan)
            }
        }
    }

    /// Keeps what was compiled for the next time.
    pub fn keep(self) {
        let plans = self.asked.columns.plans();
        if let Some(question) = plans.question(&self) {
            let Pass {
                steps,
                selected,
                keys,
                tasks,
            } = self.pass;
            plans.put(
                question,
                Compiled {
                    steps: steps.compiled(),
                    selected,
                    keys,
                    tasks,
                    readings: self.readings,
                },
            );
        }
    }

    fn take_over(&mut self, known: Compiled) -> Option<()> {
        self.pass.steps.take_over(known.steps)?;
        self.pass.selected = known.selected;
        self.pass.keys = known.keys;
        self.pass.tasks = known.tasks;
        self.readings = known.readings;
        Some(())
    }

    /// The plan by which the rows behind one figure are listed.
    pub fn listing(
        asked: &'a Asked<'a>,
        table: &'a Table,
        jobs: &'i [Job<'i>],
    ) -> Result<Plan<'a, 'i>, Problem> {
        let mut plan = Plan::empty(asked, table, jobs);
        plan.listed = true;
        for (number, job) in jobs.iter().enumerate() {
            plan.one(number, job, 0)?;
        }
        Ok(plan)
    }

    /// What is asked, settled.
    pub fn asked(&self) -> &'a Asked<'a> {
        self.asked
    }

    /// Whether the rows are those of the subject asked for.
    pub fn is_of_subject(&self) -> bool {
        self.is_of_subject
    }

    /// What is asked.
    pub fn jobs(&self) -> &'i [Job<'i>] {
        self.jobs
    }

    fn table(&self) -> &'a Table {
        self.pass.steps.table
    }

    fn selection<'s>(&self, indicator: &'s Indicator) -> Result<&'s Selection, Problem> {
        read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))
    }

    fn date_place(
        &self,
        indicator: &Indicator,
        date: Option<&str>,
    ) -> Result<Option<Place>, Problem> {
        let table = self.table();
        date.map(|name| {
            let column = table.column(name).map(|(place, _)| place);
            column.ok_or_else(|| problems::broken_programme(&indicator.id, name))
        })
        .transpose()
    }

    /// The date and the windows of a job that can be one task for all its spans.
    fn windows(&self, job: &Job<'_>) -> Result<Option<Windows>, Problem> {
        let (indicator, table) = (job.indicator, self.table());
        if job.spans.len() < 2 || table.schema.row_day().is_none() {
            return Ok(None);
        }
        let reports_for_period = matches!(
            &indicator.measure,
            Measure::Latest {
                period_field: Some(_),
                ..
            }
        );
        let unit_filtered = self.asked.unit.is_some()
            && matches!(self.asked.division, Division::Subjects | Division::Field(_));
        let by_end = indicator.tree == TreeTime::PeriodEnd && unit_filtered;
        if reports_for_period || by_end {
            return Ok(None);
        }
        let selection = self.selection(indicator)?;
        let mut windows = Vec::with_capacity(job.spans.len());
        let mut place = None;
        for span in &job.spans {
            let frame = self.asked.frame(*span);
            let (date, first, last) = dated(indicator, selection, table, &frame);
            place = self.date_place(indicator, date)?;
            windows.push((first, last));
        }
        let Some(place) = place else {
            return Ok(None);
        };
        if expressions(indicator)
            .iter()
            .any(|expr| has_parameter(expr))
        {
            let mut sorted = windows.clone();
            sorted.sort_unstable();
            let apart = |pair: &[(i64, i64)]| match pair {
                [(_, last), (first, _)] => last < first,
                _ => true,
            };
            if !sorted.windows(2).all(apart) {
                return Ok(None);
            }
        }
        let groups = match &self.asked.division {
            Division::Subjects | Division::Field(_) => table.len(),
            _ => self.asked.in_force.tree.groups(),
        };
        let places = groups.saturating_mul(2 * windows.len());
        Ok((places <= PLACES_MAX).then_some((place, windows)))
    }

    /// One task for all spans of a job.
    fn several(
        &mut self,
        number: usize,
        job: &Job<'_>,
        date: Place,
        cut: usize,
        windows: &[(i64, i64)],
    ) -> Result<(), Problem> {
        let interval = self.pass.steps.add(Op::Interval { date, cut });
        let frames: Vec<Frame> = job
            .spans
            .iter()
            .map(|span| self.asked.frame(*span))
            .collect();
        let (mut of_interval, mut ranges) = (Vec::new(), Vec::new());
        if let Some(cut) = self.pass.steps.cuts.get(cut) {
            of_interval = vec![None; cut.intervals()];
            for ((first, last), frame) in windows.iter().zip(&frames) {
                let range = if first <= last {
                    cut.range(*first, *last)
                } else {
                    (0, 0)
                };
                let slots = of_interval.get_mut(range.0..range.1);
                slots
                    .into_iter()
                    .flatten()
                    .for_each(|slot| *slot = Some(frame));
                ranges.push(range);
            }
        }
        let filled = || ranges.iter().filter(|(first, end)| first < end);
        let first = filled().map(|range| range.0).min().unwrap_or(0);
        let end = filled().map(|range| range.1).max().unwrap_or(0);
        let intervals = of_interval.len().max(1);
        let parameters = Parameters::By(interval, of_interval);
        // The frame only dates tables whose rows have no day; these are not here.
        let Some(frame) = frames.first() else {
            return Ok(());
        };
        let task = self.task(
            job.indicator,
            &parameters,
            frame,
            &job.spans,
            Window::Intervals(interval, first, end),
            Some((interval, intervals)),
        )?;
        for (span, range) in ranges.into_iter().enumerate() {
            self.readings.push(Reading {
                job: number,
                span,
                task,
                intervals: range,
            });
        }
        Ok(())
    }

    /// One task for one span.
    fn one(&mut self, number: usize, job: &Job<'_>, span: usize) -> Result<(), Problem> {
        let Some(found) = job.spans.get(span) else {
            return Ok(());
        };
        let frame = self.asked.frame(*found);
        let selection = self.selection(job.indicator)?;
        let (date, first, last) = dated(job.indicator, selection, self.table(), &frame);
        let window = match self.date_place(job.indicator, date)? {
            Some(place) => Window::Days(place, first, last),
            None => Window::Always,
        };
        let parameters = Parameters::Of(&frame);
        let task = self.task(job.indicator, &parameters, &frame, &[*found], window, None)?;
        self.readings.push(Reading {
            job: number,
            span,
            task,
            intervals: (0, 1),
        });
        Ok(())
    }
}

/// All expressions of an indicator that are asked of its rows.
fn expressions(indicator: &Indicator) -> Vec<&Expr> {
    let filter = read_by(&indicator.measure).and_then(|selection| selection.filter.as_ref());
    let mut found: Vec<&Expr> = filter.into_iter().collect();
    match &indicator.measure {
        Measure::Sum(_, value)
        | Measure::Mean(_, value)
        | Measure::Min(_, value)
        | Measure::Max(_, value)
        | Measure::Latest { value, .. } => found.push(value),
        Measure::Share { part, value, .. } => {
            found.push(part);
            found.extend(value);
        }
        Measure::WeightedRatio { part, .. } => found.push(part),
        _ => {}
    }
    found
}

/// The figures of jobs, by job and span.
pub(crate) fn measured(asked: &Asked<'_>, jobs: &[Job<'_>]) -> Result<Vec<Vec<Figures>>, Problem> {
    let mut by_table: Vec<(Arc<str>, Vec<usize>)> = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        let indicator = job.indicator;
        let selection = read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))?;
        match by_table
            .iter_mut()
            .find(|(table, _)| *table == selection.table)
        {
            Some((_, numbers)) => numbers.push(number),
            None => by_table.push((selection.table.clone(), vec![number])),
        }
    }
    let nothing = || Figures::everywhere(Figure::not_applicable());
    let mut found: Vec<Vec<Figures>> = jobs
        .iter()
        .map(|job| job.spans.iter().map(|_| nothing()).collect())
        .collect();
    for (name, numbers) in by_table {
        let own: Vec<Job<'_>> = numbers
            .iter()
            .filter_map(|number| jobs.get(*number).cloned())
            .collect();
        let table = asked.columns.table(&name);
        let table = table.ok_or_else(|| {
            let indicator = own.first().map(|job| job.indicator.id.to_string());
            problems::broken_programme(indicator.unwrap_or_default(), &name)
        })?;
        let rows = asked.rows_of_subject(table);
        let plan = Plan::known_or_new(asked, table, &own, rows.is_some())?;
        let outcome = match rows {
            Some(rows) => Arc::new(plan.pass.run(&[&rows], None)),
            None => asked.columns.outcome(asked, &plan),
        };
        for (reading, figures) in plan.readings.iter().zip(plan.figures(&outcome)?) {
            let job = numbers.get(reading.job).and_then(|job| found.get_mut(*job));
            if let Some(slot) = job.and_then(|job| job.get_mut(reading.span)) {
                *slot = figures;
            }
        }
        plan.keep();
    }
    Ok(found)
}
