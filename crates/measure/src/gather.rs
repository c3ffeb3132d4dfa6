//! From rows to figures: the rows of an indicator gathered into the cells of a question.
//!
//! Each kind of measure says what is kept of a row; grouping, restriction and roll-up are the same
//! for all. Next: `scan.rs` (which rows), `accumulate.rs` (what is kept).

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Figure, Period, Problem, Ratio, SubjectTypeId};
use programme::model::{Attribution, Indicator, Measure, Over, Selection};
use programme::schema::{ColumnPath, ColumnType};

use crate::accumulate::Accumulator;
use crate::columns::Columns;
use crate::compile::{Frame, Program, Source};
use crate::figures::{Asked, Division, Figures, Span};
use crate::problems;
use crate::scan::{Grouping, Groups, Restriction, Rows, UnitFilter, UnitOf};
use crate::table::{NULL, Table};

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
        let number = dictionaries
            .of_column(&column.column().schema.column_type)
            .and_then(|known| known.find(subject));
        found.equal.push((column, number.map_or(-1, i64::from)));
    }
    if let Some((path, value)) = &asked.field {
        let column = field_column(asked.columns, indicator, table, path)?;
        let number = match value {
            None => NULL,
            Some(text) => {
                let dictionary = dictionaries.of_column(&column.column().schema.column_type);
                dictionary
                    .and_then(|known| known.find(text))
                    .map_or(-1, i64::from)
            }
        };
        found.equal.push((column, number));
    }
    Ok(found)
}

fn subject_column<'a>(indicator: &Indicator, table: &'a Table) -> Result<Source<'a>, Problem> {
    let name = table
        .schema
        .subject_column()
        .map(|column| column.name.clone());
    let column = name.and_then(|name| table.column(&name));
    column
        .map(Source::Own)
        .ok_or_else(|| problems::not_by_subject(&indicator.id, &table.schema.name))
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
            ColumnType::Code(_)
                | ColumnType::Choice(_)
                | ColumnType::Text
                | ColumnType::Unit
                | ColumnType::Period
        ) && !source.column().schema.personal
    });
    source.ok_or_else(|| problems::not_by_field(&indicator.id, path, &table.schema.name))
}

/// The figures of an indicator that reads rows.
pub(crate) fn measured(
    asked: &Asked<'_>,
    indicator: &Indicator,
    span: Span,
) -> Result<Figures, Problem> {
    let frame = asked.frame(span);
    let empty = HashMap::new();
    let table = |selection: &Selection| {
        asked
            .columns
            .table(&selection.table)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &selection.table))
    };
    let gather = Gather {
        asked,
        indicator,
        frame: &frame,
    };
    let figures = match &indicator.measure {
        Measure::Count(selection) => gather
            .run(
                selection,
                || Accumulator::Count(0),
                |_, accumulator, _| {
                    if let Accumulator::Count(rows) = accumulator {
                        *rows += 1;
                    }
                },
            )?
            .figures(|found| found.figure(1, &empty)),
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
                    || Accumulator::Extreme {
                        value: NULL,
                        greatest,
                    },
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
                .run(
                    whole,
                    || Accumulator::Share { part: 0, whole: 0 },
                    |row, accumulator, _| {
                        let value = program
                            .as_ref()
                            .map_or(1, |program| program.run(row, &frame));
                        if let Accumulator::Share {
                            part: counted,
                            whole,
                        } = accumulator
                            && value != NULL
                        {
                            *whole += i128::from(value);
                            if part.is_true(row, &frame) {
                                *counted += i128::from(value);
                            }
                        }
                    },
                )?
                .figures(|found| found.figure(denominator, &empty))
        }
        Measure::WeightedRatio {
            whole,
            part,
            strata,
            weights,
            weight,
            weight_strata,
        } => {
            let read = table(whole)?;
            let part = gather.program(part, read)?;
            let strata = gather.column(strata, read)?;
            let weights = gather.weights(weights, weight, weight_strata)?;
            gather
                .run(
                    whole,
                    || Accumulator::Strata(HashMap::new()),
                    |row, accumulator, _| {
                        if let Accumulator::Strata(found) = accumulator {
                            let entry = found.entry(strata.get(row, &frame)).or_default();
                            entry.0 += u64::from(part.is_true(row, &frame));
                            entry.1 += 1;
                        }
                    },
                )?
                .figures(|found| found.figure(1, &weights))
        }
        Measure::Latest { rows, value, .. } => {
            let reports = Reports::new(&gather, &indicator.measure, span.period)?;
            gather
                .run(
                    rows,
                    || Accumulator::Latest {
                        key: (NULL, 0),
                        value: NULL,
                        preliminary: false,
                    },
                    |row, accumulator, rows| {
                        if let Some((key, value, preliminary)) = reports.report(rows, row, &frame) {
                            accumulator.add_latest(key, value, preliminary);
                        }
                    },
                )?
                .figures(|found| found.figure(value.denominator(), &empty))
        }
        // Derived measures read no rows and do not come here.
        Measure::Ratio { .. }
        | Measure::Expression(_)
        | Measure::Growth(..)
        | Measure::Change(..) => {
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
    pub fn new(
        gather: &Gather<'a, '_>,
        measure: &Measure,
        period: Period,
    ) -> Result<Reports<'a>, Problem> {
        let broken = |what: &str| problems::broken_programme(&gather.indicator.id, what);
        let Measure::Latest {
            rows,
            value,
            period_field,
            status_field,
            ..
        } = measure
        else {
            return Err(broken("latest"));
        };
        let columns = gather.asked.columns;
        let table = columns
            .table(&rows.table)
            .ok_or_else(|| broken(&rows.table))?;
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
        Ok(Reports {
            value: gather.program(value, table)?,
            period,
            status,
        })
    }

    /// The rank among reports, the value, and whether it is preliminary; `None` when there is no value
    /// or it is for another period.
    pub fn report(
        &self,
        rows: &Rows<'_>,
        row: usize,
        frame: &Frame,
    ) -> Option<((i64, u64), i64, bool)> {
        if self
            .period
            .is_some_and(|(column, number)| column.get(row) != number)
        {
            return None;
        }
        let value = self.value.run(row, frame);
        let preliminary = self
            .status
            .is_some_and(|(column, numbers)| numbers.contains(&column.get(row)));
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
            by_key: self
                .by_key
                .iter()
                .map(|(key, found)| (*key, figure(found)))
                .collect(),
            other: figure(&self.other),
            subject_type: self.subject_type.clone(),
        }
    }
}

impl<'a> Gather<'a, '_> {
    pub fn program(
        &self,
        expr: &programme::expr::Expr,
        table: &'a Table,
    ) -> Result<Program<'a>, Problem> {
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
        let rows = Rows::new(
            self.asked.columns,
            selection,
            self.indicator.over,
            self.frame,
        )
        .ok_or_else(broken)?;
        // A report for the period may well come after its end: any of the day measured or before counts.
        let for_period = matches!(
            &self.indicator.measure,
            Measure::Latest {
                period_field: Some(_),
                ..
            }
        );
        Ok(if for_period && self.indicator.over == Over::Period {
            rows.within(
                i64::from(Day::MIN.number()),
                i64::from(self.frame.day.number()),
            )
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
        Ok(sums
            .into_iter()
            .filter_map(|(stratum, sum)| Some((stratum, Ratio::new(sum, denominator)?)))
            .collect())
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
            Division::Field(path) => {
                Grouping::Column(field_column(asked.columns, indicator, rows.table, path)?)
            }
        };
        let mut groups: Groups<Accumulator> = Groups::new();
        rows.each(frame, |row| {
            if restriction.allows(row, frame) {
                add(row, groups.entry(grouping.key(row, frame), &make), &rows);
            }
        });
        let mut gathered = Gathered {
            by_key: HashMap::new(),
            other: make(),
            subject_type,
        };
        match &grouping {
            Grouping::Units(_) => {
                let end = tree.epoch_of(i64::from(frame.until.number()));
                for (key, found) in groups.into_iter() {
                    let Ok(group) = usize::try_from(key) else {
                        continue;
                    };
                    for unit in tree.counts_for(group, indicator.tree, end) {
                        gathered
                            .by_key
                            .entry(i64::from(*unit))
                            .or_insert_with(&make)
                            .merge(&found);
                    }
                }
            }
            // The one group is every cell's.
            Grouping::All => {
                gathered.other = groups
                    .into_iter()
                    .map(|(_, found)| found)
                    .next()
                    .unwrap_or_else(make)
            }
            Grouping::Column(_) => gathered.by_key = groups.into_iter().collect(),
        }
        Ok(gathered)
    }
}
