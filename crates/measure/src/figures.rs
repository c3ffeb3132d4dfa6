//! From groups of rows to figures, and from figures to figures derived from them.
//!
//! A question is settled once into an [`Asked`]; every indicator that it needs is then evaluated
//! for all its cells together, each at most once. How states combine: *not reported* wins over *not
//! applicable*, that over *preliminary*, that over *value*.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use base::{Day, Figure, FigureState, IndicatorId, Period, Problem, Ratio, SubjectTypeId, UnitId};
use programme::expr::{Arithmetic, NumberOp, Term, TermNode};
use programme::model::{Against, Attribution, Indicator, Measure, Over, Selection, TreeTime};
use programme::schema::{ColumnPath, ColumnType};

use crate::accumulate::Accumulator;
use crate::columns::{Columns, InForce};
use crate::compile::{Frame, Program, Source};
use crate::problems;
use crate::scan::{Grouping, Groups, Restriction, Rows, UnitFilter, UnitOf};
use crate::table::{NULL, Table};

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
    /// By unit, subject or text number; 0 when not divided; [`NULL`] for rows without one.
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

    fn everywhere(figure: Figure) -> Figures {
        Figures { by_key: HashMap::new(), other: figure, subject_type: None }
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
        Span { period, until: period.last().min(day) }
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
                (Against::Previous, Some(now), Some(then)) => then.plus_days(i64::from(self.until.days_since(now)))?,
                _ => self.until.plus_years(-1)?,
            }
        };
        Some(Span { period, until: until.min(period.last()) })
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
            beyond: std::cell::Cell::new(false),
        }
    }

    /// The programme's declaration of an indicator.
    pub fn indicator(&self, id: &IndicatorId) -> Result<&Indicator, Problem> {
        let indicators = &self.in_force.programme.indicators;
        indicators.get(id).ok_or_else(|| {
            problems::unknown_indicator(id, programme::suggest(id.as_str(), indicators.keys().map(IndicatorId::as_str)))
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
                Some(above) => tree
                    .group_of(end, i64::from(*unit))
                    .is_some_and(|group| tree.counts_for(group, TreeTime::RecordDay, end).contains(&above)),
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
        Evaluator { asked, known: HashMap::new() }
    }

    /// The figures of an indicator over a span.
    pub fn figures(&mut self, id: &IndicatorId, span: Span) -> Result<Rc<Figures>, Problem> {
        if let Some(found) = self.known.get(&(id.clone(), span)) {
            return Ok(found.clone());
        }
        let programme = self.asked.in_force.programme.clone();
        let indicator = match programme.indicators.get(id) {
            Some(indicator) => indicator,
            None => return Err(self.asked.indicator(id).err().unwrap_or_else(|| problems::broken_programme(id, id))),
        };
        let figures = match &indicator.measure {
            Measure::Ratio { numerator, denominator, per } => {
                let (above, below) = (self.figures(numerator, span)?, self.figures(denominator, span)?);
                combine(id, &[&above, &below], |values| match values {
                    [above, below] => Figure::value_of(above * per, below.clone()),
                    _ => Figure::not_applicable(),
                })?
            }
            Measure::Growth(of, against) => self.compared(id, of, span, *against, |now, then| {
                Figure::value_of(now - then, then.clone())
            })?,
            Measure::Change(of, against) => {
                self.compared(id, of, span, *against, |now, then| Figure::whole(now - then))?
            }
            Measure::Expression(arithmetic) => self.expression(id, arithmetic, span)?,
            _ => measured(&self.asked, indicator, span)?,
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

    fn expression(&mut self, id: &IndicatorId, arithmetic: &Arithmetic, span: Span) -> Result<Figures, Problem> {
        let used: Vec<IndicatorId> = arithmetic.used().into_iter().map(|(id, _)| id.clone()).collect();
        let mut parts = Vec::with_capacity(used.len());
        for part in &used {
            parts.push(self.figures(part, span)?);
        }
        let parts: Vec<&Figures> = parts.iter().map(Rc::as_ref).collect();
        combine(id, &parts, |values| {
            value_of(&arithmetic.root, &used, values).map_or_else(Figure::not_applicable, Figure::whole)
        })
    }
}

/// The value of arithmetic; `None` when it divides by zero.
fn value_of(term: &Term, used: &[IndicatorId], values: &[Ratio]) -> Option<Ratio> {
    match &term.node {
        TermNode::Number(number) => Some(number.clone()),
        TermNode::Indicator(id) => used.iter().position(|known| known == id).and_then(|place| values.get(place)).cloned(),
        TermNode::Negate(inner) => Some(-value_of(inner, used, values)?),
        TermNode::Binary(op, left, right) => {
            let (left, right) = (value_of(left, used, values)?, value_of(right, used, values)?);
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
fn combine(id: &IndicatorId, parts: &[&Figures], figure: impl Fn(&[Ratio]) -> Figure) -> Result<Figures, Problem> {
    let mut subject_type: Option<SubjectTypeId> = None;
    for part in parts {
        match (&subject_type, &part.subject_type) {
            (Some(known), Some(other)) if known != other => return Err(problems::two_subject_types(id)),
            (None, Some(other)) => subject_type = Some(other.clone()),
            _ => {}
        }
    }
    let keys: BTreeSet<i64> = parts.iter().flat_map(|part| part.by_key.keys().copied()).collect();
    let by_key = keys
        .into_iter()
        .map(|key| (key, combined(&parts.iter().map(|part| part.get(key)).collect::<Vec<_>>(), &figure)))
        .collect();
    let other = combined(&parts.iter().map(|part| &part.other).collect::<Vec<_>>(), &figure);
    Ok(Figures { by_key, other, subject_type })
}

fn combined(parts: &[&Figure], figure: &impl Fn(&[Ratio]) -> Figure) -> Figure {
    let any = |state: FigureState| parts.iter().any(|part| part.state() == state);
    if any(FigureState::NotReported) {
        return Figure::not_reported();
    }
    let values: Option<Vec<Ratio>> = parts.iter().map(|part| part.value()).collect();
    let Some(values) = values else { return Figure::not_applicable() };
    let found = figure(&values);
    if any(FigureState::Preliminary) && found.state() == FigureState::Value {
        Figure::preliminary(found.numerator().clone(), found.denominator().clone())
    } else {
        found
    }
}

/// Whether a unit asked for changes nothing: the figure is the city's.
pub(crate) fn is_city_wide(indicator: &Indicator) -> bool {
    indicator.attribution == Attribution::City
}

/// The columns to which rows are restricted.
pub(crate) fn restriction<'a>(
    asked: &'a Asked<'_>,
    indicator: &Indicator,
    table: &'a Table,
    frame: &Frame,
) -> Result<Restriction<'a>, Problem> {
    let mut found = Restriction::default();
    let name = &table.schema.name;
    if let Some(unit) = asked.unit.filter(|_| !is_city_wide(indicator)) {
        let of = UnitOf::new(&asked.in_force.tree, table, indicator.attribution)
            .ok_or_else(|| problems::not_by_unit(&indicator.id, name))?;
        found.unit = Some(UnitFilter::new(of, unit, indicator.tree, frame));
    }
    let dictionaries = asked.columns.dictionaries();
    if let Some(subject) = &asked.subject {
        let column = subject_column(indicator, table)?;
        let number = dictionaries.of_column(&column.column().schema.column_type).and_then(|known| known.find(subject));
        found.equal.push((column, number.map_or(-1, i64::from)));
    }
    if let Some((path, value)) = &asked.field {
        let column = field_column(asked.columns, indicator, table, path)?;
        let number = match value {
            None => NULL,
            Some(text) => {
                let dictionary = dictionaries.of_column(&column.column().schema.column_type);
                dictionary.and_then(|known| known.find(text)).map_or(-1, i64::from)
            }
        };
        found.equal.push((column, number));
    }
    Ok(found)
}

fn subject_column<'a>(indicator: &Indicator, table: &'a Table) -> Result<Source<'a>, Problem> {
    let name = table.schema.subject_column().map(|column| column.name.clone());
    let column = name.and_then(|name| table.column(&name));
    column.map(Source::Own).ok_or_else(|| problems::not_by_subject(&indicator.id, &table.schema.name))
}

fn field_column<'a>(
    columns: &'a Columns,
    indicator: &Indicator,
    table: &'a Table,
    path: &ColumnPath,
) -> Result<Source<'a>, Problem> {
    let source = Source::new(columns, table, path).filter(|source| {
        matches!(
            source.column().schema.column_type,
            ColumnType::Code(_) | ColumnType::Choice(_) | ColumnType::Text | ColumnType::Unit | ColumnType::Period
        ) && !source.column().schema.personal
    });
    source.ok_or_else(|| problems::not_by_field(&indicator.id, path, &table.schema.name))
}

/// The figures of an indicator that reads rows.
fn measured(asked: &Asked<'_>, indicator: &Indicator, span: Span) -> Result<Figures, Problem> {
    let frame = asked.frame(span);
    let empty = HashMap::new();
    let table = |selection: &Selection| {
        asked.columns.table(&selection.table).ok_or_else(|| problems::broken_programme(&indicator.id, &selection.table))
    };
    let gather = Gather { asked, indicator, frame: &frame };
    let figures = match &indicator.measure {
        Measure::Count(selection) => {
            gather.run(selection, || Accumulator::Count(0), |_, accumulator, _| {
                if let Accumulator::Count(rows) = accumulator {
                    *rows += 1;
                }
            })?
            .figures(|found| found.figure(1, &empty))
        }
        Measure::Sum(selection, value) | Measure::Mean(selection, value) => {
            let program = gather.program(value, table(selection)?)?;
            let gathered = gather.run(
                selection,
                || Accumulator::Sum { total: 0, rows: 0 },
                |row, accumulator, _| accumulator.add_value(program.run(row, &frame)),
            )?;
            if matches!(indicator.measure, Measure::Mean(..)) {
                gathered.figures(|found| found.mean(value.denominator()))
            } else {
                gathered.figures(|found| found.figure(value.denominator(), &empty))
            }
        }
        Measure::Min(selection, value) | Measure::Max(selection, value) => {
            let program = gather.program(value, table(selection)?)?;
            let greatest = matches!(indicator.measure, Measure::Max(..));
            gather
                .run(
                    selection,
                    || Accumulator::Extreme { value: NULL, greatest },
                    |row, accumulator, _| accumulator.add_value(program.run(row, &frame)),
                )?
                .figures(|found| found.figure(value.denominator(), &empty))
        }
        Measure::Distinct(selection, column) => {
            let source = gather.column(column, table(selection)?)?;
            gather
                .run(
                    selection,
                    || Accumulator::Distinct(Default::default()),
                    |row, accumulator, _| accumulator.add_value(source.get(row, &frame)),
                )?
                .figures(|found| found.figure(1, &empty))
        }
        Measure::Share { whole, part, value } => {
            let read = table(whole)?;
            let part = gather.program(part, read)?;
            let program = match value {
                Some(value) => Some(gather.program(value, read)?),
                None => None,
            };
            let denominator = value.as_ref().map_or(1, |value| value.denominator());
            gather
                .run(whole, || Accumulator::Share { part: 0, whole: 0 }, |row, accumulator, _| {
                    let value = program.as_ref().map_or(1, |program| program.run(row, &frame));
                    if let Accumulator::Share { part: counted, whole } = accumulator
                        && value != NULL
                    {
                        *whole += i128::from(value);
                        if part.is_true(row, &frame) {
                            *counted += i128::from(value);
                        }
                    }
                })?
                .figures(|found| found.figure(denominator, &empty))
        }
        Measure::WeightedRatio { whole, part, strata, weights, weight, weight_strata } => {
            let read = table(whole)?;
            let part = gather.program(part, read)?;
            let strata = gather.column(strata, read)?;
            let weights = gather.weights(weights, weight, weight_strata)?;
            gather
                .run(whole, || Accumulator::Strata(HashMap::new()), |row, accumulator, _| {
                    if let Accumulator::Strata(found) = accumulator {
                        let entry = found.entry(strata.get(row, &frame)).or_default();
                        entry.0 += u64::from(part.is_true(row, &frame));
                        entry.1 += 1;
                    }
                })?
                .figures(|found| found.figure(1, &weights))
        }
        Measure::Latest { rows, value, .. } => {
            let reports = Reports::new(&gather, &indicator.measure, span.period)?;
            gather
                .run(
                    rows,
                    || Accumulator::Latest { key: (NULL, 0), value: NULL, preliminary: false },
                    |row, accumulator, rows| {
                        if let Some((key, value, preliminary)) = reports.report(rows, row, &frame) {
                            accumulator.add_latest(key, value, preliminary);
                        }
                    },
                )?
                .figures(|found| found.figure(value.denominator(), &empty))
        }
        // Derived measures read no rows and do not come here.
        Measure::Ratio { .. } | Measure::Expression(_) | Measure::Growth(..) | Measure::Change(..) => {
            return Err(problems::broken_programme(&indicator.id, &indicator.id));
        }
    };
    if frame.beyond.get() {
        return Err(problems::beyond_range(&indicator.id));
    }
    Ok(figures)
}

/// How reports of outside figures are read: the value, whether it is for the period, how final it is.
pub(crate) struct Reports<'a> {
    value: Program<'a>,
    /// The column with the period and the number of the period measured.
    period: Option<(&'a crate::table::Column, i64)>,
    /// The column with the status and the numbers of those that are preliminary.
    status: Option<(&'a crate::table::Column, [i64; 2])>,
}

impl<'a> Reports<'a> {
    pub fn new(gather: &Gather<'a, '_>, measure: &Measure, period: Period) -> Result<Reports<'a>, Problem> {
        let broken = |what: &str| problems::broken_programme(&gather.indicator.id, what);
        let Measure::Latest { rows, value, period_field, status_field, .. } = measure else {
            return Err(broken("latest"));
        };
        let columns = gather.asked.columns;
        let table = columns.table(&rows.table).ok_or_else(|| broken(&rows.table))?;
        let column = |name: &Arc<str>| table.column(name).ok_or_else(|| broken(name));
        let texts = columns.dictionaries().texts();
        let number = |text: &str| texts.find(text).map_or(-1, i64::from);
        let period = match period_field {
            Some(name) => Some((column(name)?, number(&period.to_string()))),
            None => None,
        };
        let status = match status_field {
            Some(name) => Some((column(name)?, [number("flash"), number("preliminary")])),
            None => None,
        };
        Ok(Reports { value: gather.program(value, table)?, period, status })
    }

    /// The rank among reports, the value, and whether it is preliminary; `None` when there is no value
    /// or it is for another period.
    pub fn report(&self, rows: &Rows<'_>, row: usize, frame: &Frame) -> Option<((i64, u64), i64, bool)> {
        if self.period.is_some_and(|(column, number)| column.get(row) != number) {
            return None;
        }
        let value = self.value.run(row, frame);
        let preliminary = self.status.is_some_and(|(column, numbers)| numbers.contains(&column.get(row)));
        (value != NULL).then(|| ((rows.date(row), rows.table.id(row)), value, preliminary))
    }
}

/// Goes through the rows of an indicator.
pub(crate) struct Gather<'a, 'q> {
    pub asked: &'a Asked<'q>,
    pub indicator: &'a Indicator,
    pub frame: &'a Frame,
}

/// Groups of rows by cell.
struct Gathered {
    by_key: HashMap<i64, Accumulator>,
    other: Accumulator,
    subject_type: Option<SubjectTypeId>,
}

impl Gathered {
    fn figures(&self, figure: impl Fn(&Accumulator) -> Figure) -> Figures {
        Figures {
            by_key: self.by_key.iter().map(|(key, found)| (*key, figure(found))).collect(),
            other: figure(&self.other),
            subject_type: self.subject_type.clone(),
        }
    }
}

impl<'a> Gather<'a, '_> {
    pub fn program(&self, expr: &programme::expr::Expr, table: &'a Table) -> Result<Program<'a>, Problem> {
        Program::new(expr, self.asked.columns, table, self.frame)
            .ok_or_else(|| problems::broken_programme(&self.indicator.id, expr))
    }

    pub fn column(&self, name: &str, table: &'a Table) -> Result<Source<'a>, Problem> {
        Source::new(self.asked.columns, table, &ColumnPath::of_text(name))
            .ok_or_else(|| problems::broken_programme(&self.indicator.id, name))
    }

    /// The rows of a selection in the indicator's time.
    pub fn rows(&self, selection: &Selection) -> Result<Rows<'a>, Problem> {
        let broken = || problems::broken_programme(&self.indicator.id, &selection.table);
        let rows = Rows::new(self.asked.columns, selection, self.indicator.over, self.frame).ok_or_else(broken)?;
        // A report for the period may well come after its end: any of the day measured or before counts.
        let for_period = matches!(&self.indicator.measure, Measure::Latest { period_field: Some(_), .. });
        Ok(if for_period && self.indicator.over == Over::Period {
            rows.within(i64::from(Day::MIN.number()), i64::from(self.frame.day.number()))
        } else {
            rows
        })
    }

    /// The weights of strata: the same for every cell.
    pub fn weights(
        &self,
        selection: &Selection,
        weight: &programme::expr::Expr,
        strata: &str,
    ) -> Result<HashMap<i64, Ratio>, Problem> {
        let rows = self.rows(selection)?;
        let program = self.program(weight, rows.table)?;
        let strata = self.column(strata, rows.table)?;
        let mut sums: HashMap<i64, i128> = HashMap::new();
        rows.each(self.frame, |row| {
            let value = program.run(row, self.frame);
            if value != NULL {
                *sums.entry(strata.get(row, self.frame)).or_default() += i128::from(value);
            }
        });
        let denominator = i128::from(weight.denominator());
        Ok(sums.into_iter().filter_map(|(stratum, sum)| Some((stratum, Ratio::new(sum, denominator)?))).collect())
    }

    fn run(
        &self,
        selection: &Selection,
        make: impl Fn() -> Accumulator,
        mut add: impl FnMut(usize, &mut Accumulator, &Rows<'a>),
    ) -> Result<Gathered, Problem> {
        let (asked, indicator, frame) = (self.asked, self.indicator, self.frame);
        let rows = self.rows(selection)?;
        let restriction = restriction(asked, indicator, rows.table, frame)?;
        let tree = &asked.in_force.tree;
        let mut subject_type = None;
        let grouping = match &asked.division {
            Division::None => Grouping::All,
            Division::Units if is_city_wide(indicator) => Grouping::All,
            Division::Units => Grouping::Units(
                UnitOf::new(tree, rows.table, indicator.attribution)
                    .ok_or_else(|| problems::not_by_unit(&indicator.id, &rows.table.schema.name))?,
            ),
            Division::Subjects => {
                let source = subject_column(indicator, rows.table)?;
                if let ColumnType::Subject(found) = &source.column().schema.column_type {
                    subject_type = Some(found.clone());
                }
                Grouping::Column(source)
            }
            Division::Field(path) => Grouping::Column(field_column(asked.columns, indicator, rows.table, path)?),
        };
        let mut groups: Groups<Accumulator> = Groups::new();
        rows.each(frame, |row| {
            if restriction.allows(row, frame) {
                add(row, groups.entry(grouping.key(row, frame), &make), &rows);
            }
        });
        let mut gathered = Gathered { by_key: HashMap::new(), other: make(), subject_type };
        match &grouping {
            Grouping::Units(_) => {
                let end = tree.epoch_of(i64::from(frame.until.number()));
                for (key, found) in groups.into_iter() {
                    let Ok(group) = usize::try_from(key) else { continue };
                    for unit in tree.counts_for(group, indicator.tree, end) {
                        gathered.by_key.entry(i64::from(*unit)).or_insert_with(&make).merge(&found);
                    }
                }
            }
            // The one group is every cell's.
            Grouping::All => gathered.other = groups.into_iter().map(|(_, found)| found).next().unwrap_or_else(make),
            Grouping::Column(_) => gathered.by_key = groups.into_iter().collect(),
        }
        Ok(gathered)
    }
}
