//! From rows to figures: what indicators ask of one table becomes one pass, and its tallies become
//! the figures of every cell.
//!
//! An indicator asked for several periods is one task where its windows can be cut into intervals;
//! counts and sums of intervals add up to those of windows, units' groups to those of the units
//! above. Next: `pass.rs` (the rows), `accumulate.rs` (what merges and which figure follows).

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Figure, Problem, Ratio, SubjectTypeId};
use programme::expr::Expr;
use programme::model::{Attribution, Indicator, Measure, Over, Selection, TreeTime};
use programme::schema::{ColumnPath, ColumnType, Source};

use crate::accumulate::Accumulator;
use crate::cells::NULL;
use crate::compile::{ABSENT, Cut, Frame, Op, Parameters, Step, Steps, has_parameter};
use crate::figures::{Asked, Division, Figures, Span};
use crate::pass::{Grouped, Key, Kind, Outcome, Pass, Selected, Task, bounds_of};
use crate::problems;
use crate::records::read_by;
use crate::scan::dating;
use crate::segment::{Part, Place};
use crate::table::{RowAt, Table};
use crate::tally::Tally;

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
        // Cuts first: the numbers of intervals stand in steps.
        let mut cuts: Vec<(Place, Vec<i64>)> = Vec::new();
        let mut merged = Vec::with_capacity(jobs.len());
        for job in jobs {
            let windows = plan.windows(job)?;
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
        plan.pass.steps.cuts = cuts.into_iter().map(|(_, days)| Cut::new(days)).collect();
        for (number, (job, windows)) in jobs.iter().zip(&merged).enumerate() {
            match windows {
                Some((place, windows)) => {
                    let cut = places.iter().position(|known| known == place).unwrap_or(0);
                    plan.several(number, job, *place, cut, windows)?;
                }
                None => {
                    for span in 0..job.spans.len() {
                        plan.one(number, job, span)?;
                    }
                }
            }
        }
        Ok(plan)
    }

    fn empty(asked: &'a Asked<'a>, table: &'a Table, jobs: &'i [Job<'i>]) -> Plan<'a, 'i> {
        let steps = Steps::new(asked.columns, table, &asked.in_force.tree, asked.at);
        Plan {
            pass: Pass::new(steps),
            readings: Vec::new(),
            asked,
            jobs,
            listed: false,
        }
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

    fn task(
        &mut self,
        indicator: &Indicator,
        parameters: &Parameters<'_>,
        frame: &Frame,
        spans: &[Span],
        window: Window,
        interval: Option<(Step, usize)>,
    ) -> Result<usize, Problem> {
        let selection = self.selection(indicator)?;
        let first = self.first(indicator, window, frame)?;
        let filter = match &selection.filter {
            Some(filter) => Some(self.condition(indicator, filter, parameters)?),
            None => None,
        };
        let only = self.restriction(indicator, frame)?;
        let group = self.group(indicator, frame)?;
        let kind = self.kind(indicator, parameters, frame, spans, window)?;
        let selected = self.pass.select(Selected {
            first,
            filter,
            only,
        });
        let key = self.pass.key(Key { group, interval });
        self.pass.tasks.push(Task {
            selected,
            key,
            kind,
        });
        Ok(self.pass.tasks.len() - 1)
    }

    /// Which rows are in time and exist.
    fn first(
        &mut self,
        indicator: &Indicator,
        window: Window,
        frame: &Frame,
    ) -> Result<Vec<Step>, Problem> {
        let table = self.table();
        let steps = &mut self.pass.steps;
        let mut first = Vec::new();
        match window {
            Window::Always => {}
            Window::Days(place, from, to) => {
                let date = steps.add(Op::Cell(place));
                first.push(steps.add(Op::Within(date, from, to)));
            }
            Window::Intervals(step, from, end) => {
                first.push(steps.add(Op::Within(step, from as i64, end as i64 - 1)));
            }
        }
        let until = i64::from(frame.until.number());
        if table.schema.is_versioned() {
            let (from, to) = (
                steps.add(Op::Cell(Place::From)),
                steps.add(Op::Cell(Place::To)),
            );
            first.push(steps.add(Op::Within(from, NULL + 1, until)));
            first.push(steps.add(Op::Within(to, until, i64::MAX)));
        }
        if table.schema.source == Source::Units {
            for (name, least, greatest) in [
                ("valid_from", NULL + 1, until),
                ("valid_to", until, i64::MAX),
            ] {
                let (place, _) = table
                    .column(name)
                    .ok_or_else(|| problems::broken_programme(&indicator.id, name))?;
                let cell = steps.add(Op::Cell(place));
                let (open, within) = (
                    steps.add(Op::IsEmpty(cell)),
                    steps.add(Op::Within(cell, least, greatest)),
                );
                first.push(steps.add(Op::Or(open, within)));
            }
        }
        Ok(first)
    }

    fn condition(
        &mut self,
        indicator: &Indicator,
        expr: &Expr,
        parameters: &Parameters<'_>,
    ) -> Result<Step, Problem> {
        let step = self.pass.steps.condition(expr, parameters);
        step.ok_or_else(|| problems::broken_programme(&indicator.id, expr))
    }

    fn value(
        &mut self,
        indicator: &Indicator,
        expr: &Expr,
        parameters: &Parameters<'_>,
    ) -> Result<Step, Problem> {
        let step = self.pass.steps.value(expr, parameters);
        step.ok_or_else(|| problems::broken_programme(&indicator.id, expr))
    }

    /// The values of a column of the row or of what it refers to, and their bounds.
    fn grouped_by(
        &mut self,
        indicator: &Indicator,
        path: &str,
        frame: &Frame,
    ) -> Result<Grouped, Problem> {
        let found = self
            .pass
            .steps
            .column(&ColumnPath::of_text(path), frame.until);
        let (step, _, table) =
            found.ok_or_else(|| problems::broken_programme(&indicator.id, path))?;
        Ok(self.bounded(step, table))
    }

    fn bounded(&self, step: Step, table: &Table) -> Grouped {
        let place = match self.pass.steps.op(step) {
            Op::Cell(place) | Op::Attribute { place, .. } => *place,
            _ => Place::Id,
        };
        let bounds = bounds_of(table.parts(), place);
        let (least, len) = bounds.map_or((0, 1), |(least, greatest)| {
            let span = usize::try_from(greatest.wrapping_sub(least)).unwrap_or(0);
            (least, span + 2)
        });
        Grouped { step, least, len }
    }

    /// The column of the subjects, and of which type these are.
    fn subject(&mut self, indicator: &Indicator) -> Result<(Step, SubjectTypeId), Problem> {
        let table = self.table();
        let name = table.schema.subject_column().map(|column| &column.name);
        let column = name.and_then(|name| table.column(name));
        match column.map(|(place, column)| (place, &column.column_type)) {
            Some((place, ColumnType::Subject(subject_type))) => {
                Ok((self.pass.steps.add(Op::Cell(place)), subject_type.clone()))
            }
            _ => Err(problems::not_by_subject(&indicator.id, &table.schema.name)),
        }
    }

    fn field(
        &mut self,
        indicator: &Indicator,
        path: &ColumnPath,
        frame: &Frame,
    ) -> Result<(Step, &'a ColumnType, &'a Table), Problem> {
        let found = self.pass.steps.column(path, frame.until);
        let fits = found.filter(|(_, column, _)| {
            !column.personal
                && matches!(
                    column.column_type,
                    ColumnType::Code(_)
                        | ColumnType::Choice(_)
                        | ColumnType::Text
                        | ColumnType::Unit
                        | ColumnType::Period
                )
        });
        fits.map(|(step, column, table)| (step, &column.column_type, table))
            .ok_or_else(|| problems::not_by_field(&indicator.id, path, &self.table().schema.name))
    }

    /// The group of the unit tree of each row.
    fn unit_group(&mut self, indicator: &Indicator, frame: &Frame) -> Result<Step, Problem> {
        let table = self.table();
        let column = table.schema.unit_column(indicator.attribution);
        let place = column.and_then(|column| table.column(&column.name));
        let (unit, _) =
            place.ok_or_else(|| problems::not_by_unit(&indicator.id, &table.schema.name))?;
        let day = self.pass.steps.day_of(frame.until);
        Ok(self.pass.steps.add(Op::Group { unit, day }))
    }

    /// Only rows of one unit, one subject, one value.
    fn restriction(&mut self, indicator: &Indicator, frame: &Frame) -> Result<Vec<Step>, Problem> {
        let asked = self.asked;
        let mut only = Vec::new();
        if let Some(unit) = asked.unit.filter(|_| !is_city_wide(indicator)) {
            let group = self.unit_group(indicator, frame)?;
            if self.listed || matches!(asked.division, Division::Subjects | Division::Field(_)) {
                let tree = &asked.in_force.tree;
                let end = tree.epoch_of(i64::from(frame.until.number()));
                let counts: Arc<[bool]> = (0..tree.groups())
                    .map(|group| tree.counts_for(group, indicator.tree, end).contains(&unit))
                    .collect();
                only.push(self.pass.steps.add(Op::Marked(group, counts)));
            }
        }
        let dictionaries = asked.columns.dictionaries();
        if let Some(subject) = &asked.subject {
            let (step, subject_type) = self.subject(indicator)?;
            let known = dictionaries.subjects(&subject_type);
            let number = known
                .and_then(|known| known.find(subject))
                .map_or(ABSENT, i64::from);
            only.push(self.pass.steps.add(Op::Within(step, number, number)));
        }
        if let Some((path, value)) = &asked.field {
            let (step, column_type, _) = self.field(indicator, path, frame)?;
            only.push(match value {
                None => self.pass.steps.add(Op::IsEmpty(step)),
                Some(text) => {
                    let known = dictionaries.of_column(column_type);
                    let number = known
                        .and_then(|known| known.find(text))
                        .map_or(ABSENT, i64::from);
                    self.pass.steps.add(Op::Within(step, number, number))
                }
            });
        }
        Ok(only)
    }

    fn group(&mut self, indicator: &Indicator, frame: &Frame) -> Result<Option<Grouped>, Problem> {
        let asked = self.asked;
        if self.listed {
            return Ok(None);
        }
        Ok(match &asked.division {
            Division::None | Division::Units if is_city_wide(indicator) => None,
            Division::None if asked.unit.is_none() => None,
            Division::None | Division::Units => Some(Grouped {
                step: self.unit_group(indicator, frame)?,
                least: 0,
                len: asked.in_force.tree.groups() + 1,
            }),
            Division::Subjects => {
                let (step, subject_type) = self.subject(indicator)?;
                let known = asked.columns.dictionaries().subjects(&subject_type);
                Some(Grouped {
                    step,
                    least: 0,
                    len: known.map_or(0, |known| known.len()) + 1,
                })
            }
            Division::Field(path) => {
                let (step, _, table) = self.field(indicator, path, frame)?;
                Some(self.bounded(step, table))
            }
        })
    }

    fn kind(
        &mut self,
        indicator: &Indicator,
        parameters: &Parameters<'_>,
        frame: &Frame,
        spans: &[Span],
        window: Window,
    ) -> Result<Kind, Problem> {
        Ok(match &indicator.measure {
            Measure::Sum(_, value) | Measure::Mean(_, value) => {
                Kind::Sum(self.value(indicator, value, parameters)?)
            }
            Measure::Min(_, value) | Measure::Max(_, value) => Kind::Extreme {
                value: self.value(indicator, value, parameters)?,
                greatest: matches!(indicator.measure, Measure::Max(..)),
            },
            Measure::Distinct(_, column) => {
                Kind::Distinct(self.grouped_by(indicator, column, frame)?.step)
            }
            Measure::Share { part, value, .. } => Kind::Share {
                part: self.condition(indicator, part, parameters)?,
                value: match value {
                    Some(value) => Some(self.value(indicator, value, parameters)?),
                    None => None,
                },
            },
            Measure::WeightedRatio { part, strata, .. } => Kind::Strata {
                part: self.condition(indicator, part, parameters)?,
                stratum: self.grouped_by(indicator, strata, frame)?,
            },
            Measure::Latest { .. } => {
                return self.reports(indicator, parameters, spans, window);
            }
            // Derived measures read no rows and do not come here.
            Measure::Count(_)
            | Measure::Ratio { .. }
            | Measure::Expression(_)
            | Measure::Growth(..)
            | Measure::Change(..) => Kind::Rows,
        })
    }

    /// How reports of outside figures are read: the value, whether it is for the period, how final it is.
    fn reports(
        &mut self,
        indicator: &Indicator,
        parameters: &Parameters<'_>,
        spans: &[Span],
        window: Window,
    ) -> Result<Kind, Problem> {
        let broken = |what: &str| problems::broken_programme(&indicator.id, what);
        let Measure::Latest {
            value,
            period_field,
            status_field,
            ..
        } = &indicator.measure
        else {
            return Err(broken("latest"));
        };
        let table = self.table();
        let texts = self.asked.columns.dictionaries().texts();
        let number = |text: &str| texts.find(text).map_or(ABSENT, i64::from);
        let column = |name: &Arc<str>| {
            let found = table.column(name).map(|(place, _)| place);
            found.ok_or_else(|| broken(name))
        };
        let mut value = self.value(indicator, value, parameters)?;
        let steps = &mut self.pass.steps;
        if let (Some(name), Some(span)) = (period_field, spans.first()) {
            let cell = steps.add(Op::Cell(column(name)?));
            let wanted = number(&span.period.to_string());
            let is_for_period = steps.add(Op::Within(cell, wanted, wanted));
            value = steps.add(Op::When(is_for_period, value));
        }
        let preliminary = match status_field {
            Some(name) => {
                let cell = steps.add(Op::Cell(column(name)?));
                let mut numbers = vec![number("flash"), number("preliminary")];
                numbers.sort_unstable();
                Some(steps.add(Op::OneOf(cell, numbers)))
            }
            None => None,
        };
        let date = match window {
            Window::Days(place, ..) => Some(steps.add(Op::Cell(place))),
            Window::Intervals(interval, ..) => match steps.op(interval).clone() {
                Op::Interval { date, .. } => Some(steps.add(Op::Cell(date))),
                _ => None,
            },
            Window::Always => None,
        };
        Ok(Kind::Latest {
            date,
            value,
            preliminary,
        })
    }

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

/// The pass over the rows of the weights of strata, and the strata: the same for every cell.
fn weighing<'a>(
    asked: &'a Asked<'a>,
    indicator: &Indicator,
    span: Span,
) -> Result<(Pass<'a>, Grouped, i64), Problem> {
    let broken = |what: &str| problems::broken_programme(&indicator.id, what);
    let Measure::WeightedRatio {
        weights,
        weight,
        weight_strata,
        ..
    } = &indicator.measure
    else {
        return Err(broken("weight"));
    };
    let table = asked
        .columns
        .table(&weights.table)
        .ok_or_else(|| broken(&weights.table))?;
    let frame = asked.frame(span);
    let mut plan = Plan::empty(asked, table, &[]);
    let (date, first, last) = dated(indicator, weights, table, &frame);
    let window = match plan.date_place(indicator, date)? {
        Some(place) => Window::Days(place, first, last),
        None => Window::Always,
    };
    let parameters = Parameters::Of(&frame);
    let first = plan.first(indicator, window, &frame)?;
    let filter = match &weights.filter {
        Some(filter) => Some(plan.condition(indicator, filter, &parameters)?),
        None => None,
    };
    let group = plan.grouped_by(indicator, weight_strata, &frame)?;
    let kind = Kind::Sum(plan.value(indicator, weight, &parameters)?);
    let selected = plan.pass.select(Selected {
        first,
        filter,
        only: Vec::new(),
    });
    let key = plan.pass.key(Key {
        group: Some(group.clone()),
        interval: None,
    });
    plan.pass.tasks.push(Task {
        selected,
        key,
        kind,
    });
    Ok((plan.pass, group, weight.denominator()))
}

/// The rows of the weights of strata.
pub(crate) fn weighing_rows<'a>(
    asked: &'a Asked<'a>,
    indicator: &Indicator,
    span: Span,
) -> Result<Vec<(&'a Table, RowAt)>, Problem> {
    let (pass, _, _) = weighing(asked, indicator, span)?;
    let table = pass.steps.table;
    let parts: Vec<&Part> = table.parts().collect();
    let mut found = Vec::new();
    pass.visit(&parts, 0, |part, block, rows| {
        let start = block.start();
        found.extend(rows.iter().map(|row| RowAt {
            part,
            row: start + usize::from(*row),
        }));
    });
    found.sort_by_key(|row| (row.part, table.span(*row).0, table.id(*row)));
    Ok(found.into_iter().map(|row| (table, row)).collect())
}

/// The weights of strata.
pub(crate) fn weights(
    asked: &Asked<'_>,
    indicator: &Indicator,
    span: Span,
) -> Result<HashMap<i64, Ratio>, Problem> {
    let (pass, group, denominator) = weighing(asked, indicator, span)?;
    let parts: Vec<&Part> = pass.steps.table.parts().collect();
    let outcome = pass.run(&parts, None);
    if outcome.beyond.contains(&true) {
        return Err(problems::beyond_range(&indicator.id));
    }
    let mut found = HashMap::new();
    for number in 0..group.len {
        let cell = outcome.tallies.first().map(|tally| tally.cell(number));
        if let Some(Accumulator::Sum { total, rows }) = cell
            && rows > 0
            && let Some(weight) = Ratio::new(total, i128::from(denominator))
        {
            found.insert(group.key(number), weight);
        }
    }
    Ok(found)
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
        let plan = Plan::new(asked, table, &own)?;
        let outcome = asked.columns.outcome(asked, &plan);
        for (reading, figures) in plan.readings.iter().zip(plan.figures(&outcome)?) {
            let job = numbers.get(reading.job).and_then(|job| found.get_mut(*job));
            if let Some(slot) = job.and_then(|job| job.get_mut(reading.span)) {
                *slot = figures;
            }
        }
    }
    Ok(found)
}
