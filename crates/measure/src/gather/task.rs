//! One task of a plan: which rows of the table count, by what they are grouped, what is taken of each.

use std::sync::Arc;

use base::{Problem, SubjectTypeId};
use programme::expr::Expr;
use programme::model::{Indicator, Measure};
use programme::schema::{ColumnPath, ColumnType, Source};

use super::{Plan, Window, is_city_wide};
use crate::cells::NULL;
use crate::compile::{Frame, Op, Parameters, Step};
use crate::figures::{Division, Span};
use crate::pass::{Grouped, Key, Kind, Selected, Task, bounds_of};
use crate::problems;
use crate::segment::Place;
use crate::table::Table;

impl<'a> Plan<'a, '_> {
    pub(super) fn task(
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
    pub(super) fn first(
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

    pub(super) fn condition(
        &mut self,
        indicator: &Indicator,
        expr: &Expr,
        parameters: &Parameters<'_>,
    ) -> Result<Step, Problem> {
        let step = self.pass.steps.condition(expr, parameters);
        step.ok_or_else(|| problems::broken_programme(&indicator.id, expr))
    }

    pub(super) fn value(
        &mut self,
        indicator: &Indicator,
        expr: &Expr,
        parameters: &Parameters<'_>,
    ) -> Result<Step, Problem> {
        let step = self.pass.steps.value(expr, parameters);
        step.ok_or_else(|| problems::broken_programme(&indicator.id, expr))
    }

    /// The values of a column of the row or of what it refers to, and their bounds.
    pub(super) fn grouped_by(
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
        if let Some(subject) = asked.subject.as_ref().filter(|_| !self.is_of_subject) {
            let (step, subject_type) = self.subject(indicator)?;
            let known = dictionaries.subjects(&subject_type);
            let number = known.and_then(|known| known.find(subject));
            let number = self.pass.steps.number(number);
            only.push(self.pass.steps.add(Op::Within(step, number, number)));
        }
        if let Some((path, value)) = &asked.field {
            let (step, column_type, _) = self.field(indicator, path, frame)?;
            only.push(match value {
                None => self.pass.steps.add(Op::IsEmpty(step)),
                Some(text) => {
                    let known = dictionaries.of_column(column_type);
                    let number = known.and_then(|known| known.find(text));
                    let number = self.pass.steps.number(number);
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
        let column = |name: &Arc<str>| {
            let found = table.column(name).map(|(place, _)| place);
            found.ok_or_else(|| broken(name))
        };
        let mut value = self.value(indicator, value, parameters)?;
        let steps = &mut self.pass.steps;
        if let (Some(name), Some(span)) = (period_field, spans.first()) {
            let cell = steps.add(Op::Cell(column(name)?));
            let wanted = steps.number(texts.find(&span.period.to_string()));
            let is_for_period = steps.add(Op::Within(cell, wanted, wanted));
            value = steps.add(Op::When(is_for_period, value));
        }
        let preliminary = match status_field {
            Some(name) => {
                let cell = steps.add(Op::Cell(column(name)?));
                let mut numbers =
                    ["flash", "preliminary"].map(|text| steps.number(texts.find(text)));
                numbers.sort_unstable();
                Some(steps.add(Op::OneOf(cell, numbers.to_vec())))
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
}
