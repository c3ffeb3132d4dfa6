//! Expressions as steps over columns: names become places, texts become numbers, denominators
//! become factors. Equal steps are one step, so that what several indicators have in common is
//! computed once. `evaluate.rs` runs them, a block of rows at a time.
//!
//! The meaning is that of `programme::expr::eval`; the tests hold the two against each other.

use std::collections::HashMap;
use std::sync::Arc;

use base::Day;
use programme::expr::eval::divisor_factor;
use programme::expr::ir::common_denominator;
use programme::expr::{CompareOp, Domain, Expr, Node, NumberOp, Parameter, Type};
use programme::schema::{ColumnPath, ColumnSchema, ColumnType, Schema};

use crate::cells::NULL;
use crate::columns::Columns;
use crate::segment::Place;
use crate::table::Table;
use crate::tree::UnitTree;

/// The number of a text that no row has.
const ABSENT: i64 = -1;

/// What holds for a whole question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// First day of the period; `Day::MIN` when it has none.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// The day measured, or the period's last if that is earlier.
    pub until: Day,
    /// The day measured.
    pub day: Day,
    /// The position.
    pub at: u64,
}

impl Frame {
    fn parameter(&self, parameter: Parameter) -> i64 {
        let day = match parameter {
            Parameter::PeriodStart => self.first,
            Parameter::PeriodEnd => self.last,
            Parameter::AsOf => self.until,
        };
        i64::from(day.number())
    }
}

/// A step by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Step(pub usize);

/// The day as of which a unit or attribute is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DayOf {
    /// That of the row.
    Row(Place),
    /// The day measured.
    Fixed(i32),
}

/// What a step does. Values are 64-bit integers or empty; conditions are true, false or unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// A value written out.
    Constant(i64),
    /// A cell of the row.
    Cell(Place),
    /// The interval of a cut in which the row's date lies; empty outside.
    Interval {
        date: Place,
        cut: usize,
    },
    /// A value for each interval.
    ByInterval(Step, Vec<i64>),
    /// A cell of the unit or subject that a cell of the row refers to, as of a day.
    Attribute {
        key: Place,
        table: usize,
        place: Place,
        day: DayOf,
    },
    /// The group of the unit tree to which the row belongs.
    Group {
        unit: Place,
        day: DayOf,
    },
    /// 1, 0 or empty for true, false or unknown.
    Truth(Step),
    Scale(Step, i64),
    Add(Step, Step),
    Subtract(Step, Step),
    Multiply(Step, Step),
    Year(Step),
    Month(Step),
    /// The first that is not empty.
    Coalesce(Vec<Step>),
    /// A value where a condition is true, empty elsewhere.
    When(Step, Step),
    /// A truth value written out.
    Known(bool),
    /// Whether a value is 1; unknown when it is empty.
    Holds(Step),
    Not(Step),
    And(Step, Step),
    Or(Step, Step),
    Compare(CompareKey, Step, Step),
    /// Whether a value lies within bounds; unknown when it is empty.
    Within(Step, i64, i64),
    OneOf(Step, Vec<i64>),
    /// Never unknown.
    IsEmpty(Step),
    /// Whether the number of a set or group is marked; never unknown.
    Marked(Step, Arc<[bool]>),
}

/// [`CompareOp`] with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompareKey(pub CompareOp);

impl std::hash::Hash for CompareKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

/// Days cut into intervals that follow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// First day of each interval, and the day after the last.
    pub days: Vec<i64>,
    /// The interval of each day from `first` on; days before have the first's, days behind the last's.
    near: Vec<u16>,
    first: i64,
}

impl Cut {
    pub fn new(mut days: Vec<i64>) -> Cut {
        days.sort_unstable();
        days.dedup();
        let inner = days.get(1..days.len().saturating_sub(1)).unwrap_or(&[]);
        let (first, last) = match (inner.first(), inner.last()) {
            (Some(first), Some(last)) => (first - 1, *last),
            _ => (0, 0),
        };
        let mut cut = Cut {
            days,
            near: Vec::new(),
            first,
        };
        if (last - first) < 1 << 16 && cut.intervals() < 1 << 16 {
            cut.near = (first..=last)
                .map(|day| cut.slow(day).unwrap_or(0) as u16)
                .collect();
        }
        cut
    }

    pub fn intervals(&self) -> usize {
        self.days.len().saturating_sub(1)
    }

    /// The intervals between two days, the last included; bounds of the cut.
    pub fn range(&self, first: i64, last: i64) -> (usize, usize) {
        let place = |day: i64| self.days.partition_point(|known| *known < day);
        (place(first), place(last + 1))
    }

    fn slow(&self, day: i64) -> Option<usize> {
        let place = self.days.partition_point(|known| *known <= day);
        (0 < place && place < self.days.len()).then(|| place - 1)
    }

    /// The interval of a day, [`NULL`] outside.
    #[inline]
    pub fn of(&self, day: i64) -> i64 {
        let within = match (self.days.first(), self.days.last()) {
            (Some(first), Some(end)) => *first <= day && day < *end,
            _ => false,
        };
        if !within || day == NULL {
            return NULL;
        }
        if self.near.is_empty() {
            return self.slow(day).map_or(NULL, |interval| interval as i64);
        }
        let place = (day - self.first).clamp(0, self.near.len() as i64 - 1) as usize;
        self.near.get(place).map_or(NULL, |near| i64::from(*near))
    }
}

/// The steps of one pass over a table.
pub(crate) struct Steps<'a> {
    pub columns: &'a Columns,
    pub table: &'a Table,
    pub tree: &'a UnitTree,
    pub at: u64,
    pub ops: Vec<Op>,
    known: HashMap<Op, Step>,
    /// Whether a step can leave 64 bits.
    risky: Vec<bool>,
    /// Tables of which attributes are taken.
    pub joined: Vec<&'a Table>,
    pub cuts: Vec<Cut>,
    /// How many texts and sets there were when one was looked for that was not there, or when sets were
    /// looked through: with more of them the steps may be others.
    depends_on: Option<(usize, usize)>,
}

/// Steps without the rows that they are run over.
#[derive(Debug)]
pub(crate) struct CompiledSteps {
    ops: Vec<Op>,
    risky: Vec<bool>,
    joined: Vec<Arc<str>>,
    cuts: Vec<Cut>,
    depends_on: Option<(usize, usize)>,
}

/// What parameters stand for.
pub(crate) enum Parameters<'f> {
    /// The same for all rows.
    Of(&'f Frame),
    /// By the interval of a row's date, in a cut whose intervals each belong to one frame or none.
    By(Step, Vec<Option<&'f Frame>>),
}

impl<'a> Steps<'a> {
    pub fn new(columns: &'a Columns, table: &'a Table, tree: &'a UnitTree, at: u64) -> Steps<'a> {
        Steps {
            columns,
            table,
            tree,
            at,
            ops: Vec::new(),
            known: HashMap::new(),
            risky: Vec::new(),
            joined: Vec::new(),
            cuts: Vec::new(),
            depends_on: None,
        }
    }

    /// What was compiled, to be taken over by steps over the same table and programme.
    pub fn compiled(self) -> CompiledSteps {
        let name = |table: &&Table| table.schema.name.clone();
        CompiledSteps {
            ops: self.ops,
            risky: self.risky,
            joined: self.joined.iter().map(name).collect(),
            cuts: self.cuts,
            depends_on: self.depends_on,
        }
    }

    /// Takes over what was compiled. `None` where it would be compiled differently now.
    pub fn take_over(&mut self, compiled: CompiledSteps) -> Option<()> {
        let CompiledSteps {
            ops,
            risky,
            joined,
            cuts,
            depends_on,
        } = compiled;
        if depends_on.is_some_and(|then| then != self.columns.dictionaries().sizes()) {
            return None;
        }
        let tables = joined.iter().map(|name| self.columns.table(name));
        self.joined = tables.collect::<Option<_>>()?;
        (self.ops, self.risky, self.cuts) = (ops, risky, cuts);
        self.depends_on = depends_on;
        // No step is added to those that are taken over.
        self.known.clear();
        Some(())
    }

    /// The number of a text as a cell; of one that no row has, [`ABSENT`].
    pub fn number(&mut self, found: Option<i32>) -> i64 {
        found.map_or_else(
            || {
                self.depends_on = Some(self.columns.dictionaries().sizes());
                ABSENT
            },
            i64::from,
        )
    }

    pub fn op(&self, step: Step) -> &Op {
        // Steps come from `add` only.
        self.ops.get(step.0).unwrap_or(&Op::Known(false))
    }

    /// Whether a step can leave 64 bits, itself or through what it reads.
    pub fn is_risky(&self, step: Step) -> bool {
        self.risky.get(step.0).copied().unwrap_or(false)
    }

    /// The step that does this.
    pub fn add(&mut self, op: Op) -> Step {
        if let Some(step) = self.known.get(&op) {
            return *step;
        }
        let risky = |step: &Step| self.is_risky(*step);
        let is_risky = match &op {
            Op::Scale(..) | Op::Add(..) | Op::Subtract(..) | Op::Multiply(..) => true,
            Op::Constant(_)
            | Op::Cell(_)
            | Op::Interval { .. }
            | Op::ByInterval(..)
            | Op::Attribute { .. }
            | Op::Group { .. }
            | Op::Known(_) => false,
            Op::Truth(a)
            | Op::Year(a)
            | Op::Month(a)
            | Op::Holds(a)
            | Op::Not(a)
            | Op::Within(a, ..)
            | Op::OneOf(a, _)
            | Op::IsEmpty(a)
            | Op::Marked(a, _) => risky(a),
            Op::And(a, b) | Op::Or(a, b) | Op::Compare(_, a, b) | Op::When(a, b) => {
                risky(a) || risky(b)
            }
            Op::Coalesce(list) => list.iter().any(risky),
        };
        let step = Step(self.ops.len());
        self.ops.push(op.clone());
        self.risky.push(is_risky);
        self.known.insert(op, step);
        step
    }

    fn constant(&self, step: Step) -> Option<i64> {
        match self.op(step) {
            Op::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a column of the row, or of what one of its columns refers to; `as_of` is the day
    /// measured, for tables whose rows have no day.
    pub fn column(
        &mut self,
        path: &ColumnPath,
        as_of: Day,
    ) -> Option<(Step, &'a ColumnSchema, &'a Table)> {
        let table = self.table;
        match path {
            ColumnPath::Own(name) => {
                let (place, schema) = table.column(name)?;
                Some((self.add(Op::Cell(place)), schema, table))
            }
            ColumnPath::Joined { column, attribute } => {
                let (key, schema) = table.column(column)?;
                let joined = match &schema.column_type {
                    ColumnType::Unit => self.columns.table("unit"),
                    ColumnType::Subject(subject_type) => {
                        self.columns.table(&Schema::subjects_name(subject_type))
                    }
                    _ => None,
                }?;
                let (place, schema) = joined.column(attribute)?;
                let known = self
                    .joined
                    .iter()
                    .position(|known| std::ptr::eq(*known, joined));
                let number = known.unwrap_or_else(|| {
                    self.joined.push(joined);
                    self.joined.len() - 1
                });
                let step = self.add(Op::Attribute {
                    key,
                    table: number,
                    place,
                    day: self.day_of(as_of),
                });
                Some((step, schema, joined))
            }
        }
    }

    /// The day as of which units and attributes of a row are taken.
    pub fn day_of(&self, as_of: Day) -> DayOf {
        let column = self.table.schema.row_day();
        match column.and_then(|name| self.table.column(name)) {
            Some((place, _)) => DayOf::Row(place),
            None => DayOf::Fixed(as_of.number()),
        }
    }

    /// A condition. `None` when it names what is not there (it was checked against another schema).
    pub fn condition(&mut self, expr: &Expr, parameters: &Parameters<'_>) -> Option<Step> {
        let op = match &expr.node {
            Node::Bool(value) => Op::Known(*value),
            Node::Not(a) => Op::Not(self.condition(a, parameters)?),
            Node::And(a, b) => Op::And(
                self.condition(a, parameters)?,
                self.condition(b, parameters)?,
            ),
            Node::Or(a, b) => Op::Or(
                self.condition(a, parameters)?,
                self.condition(b, parameters)?,
            ),
            Node::Compare(op, a, b) => return self.compare(*op, a, b, parameters),
            Node::In {
                negated,
                operand,
                list,
            } => {
                let found = self.one_of(operand, list, parameters)?;
                return Some(self.negated(found, *negated));
            }
            Node::Between {
                negated,
                operand,
                low,
                high,
            } => {
                let least = self.compare(CompareOp::AtLeast, operand, low, parameters)?;
                let most = self.compare(CompareOp::AtMost, operand, high, parameters)?;
                let within = self.add(Op::And(least, most));
                return Some(self.negated(within, *negated));
            }
            Node::IsNull { negated, operand } => {
                let value = self.value(operand, parameters)?;
                let empty = self.add(Op::IsEmpty(value));
                return Some(self.negated(empty, *negated));
            }
            Node::Has(set, text) => {
                let sets = self.columns.dictionaries().sets_with(text);
                self.depends_on = Some(self.columns.dictionaries().sizes());
                Op::Marked(self.value(set, parameters)?, sets.into())
            }
            _ => Op::Holds(self.value(expr, parameters)?),
        };
        Some(self.add(op))
    }

    fn negated(&mut self, step: Step, negated: bool) -> Step {
        if negated {
            self.add(Op::Not(step))
        } else {
            step
        }
    }

    fn one_of(
        &mut self,
        operand: &Expr,
        list: &[Expr],
        parameters: &Parameters<'_>,
    ) -> Option<Step> {
        let mut common = operand.denominator();
        for item in list {
            common = common_denominator(common, item.denominator())?;
        }
        let mut values = Vec::with_capacity(list.len());
        for item in list {
            let step = self.value(item, parameters)?;
            // Written out, so it is a constant; beyond 64 bits no value is equal to it.
            let scaled = self
                .constant(step)?
                .checked_mul(common / item.denominator());
            values.extend(scaled.filter(|value| *value != NULL));
        }
        values.sort_unstable();
        values.dedup();
        let value = self.value(operand, parameters)?;
        let value = self.scaled(value, common / operand.denominator());
        Some(self.add(match &values[..] {
            [one] => Op::Within(value, *one, *one),
            _ => Op::OneOf(value, values),
        }))
    }

    /// A value; of a condition 1, 0 or empty.
    pub fn value(&mut self, expr: &Expr, parameters: &Parameters<'_>) -> Option<Step> {
        let op = match &expr.node {
            Node::Number(numerator) => Op::Constant(*numerator),
            Node::Text(text) => Op::Constant(self.text(text, &expr.value_type)),
            Node::Day(day) => Op::Constant(i64::from(day.number())),
            Node::Column(path) => {
                let as_of = match parameters {
                    Parameters::Of(frame) => frame.until,
                    // Rows with a date have a day of their own.
                    Parameters::By(..) => Day::MAX,
                };
                return self.column(path, as_of).map(|(step, _, _)| step);
            }
            Node::Parameter(parameter) => match parameters {
                Parameters::Of(frame) => Op::Constant(frame.parameter(*parameter)),
                Parameters::By(interval, frames) => {
                    let value = |frame: &Option<&Frame>| {
                        frame.map_or(NULL, |frame| frame.parameter(*parameter))
                    };
                    Op::ByInterval(*interval, frames.iter().map(value).collect())
                }
            },
            Node::Negate(a) => {
                let (zero, a) = (self.add(Op::Constant(0)), self.value(a, parameters)?);
                return Some(self.arithmetic(NumberOp::Subtract, zero, a));
            }
            Node::Arithmetic(op @ (NumberOp::Add | NumberOp::Subtract), a, b) => {
                let left = self.value(a, parameters)?;
                let left = self.scaled(left, expr.denominator() / a.denominator());
                let right = self.value(b, parameters)?;
                let right = self.scaled(right, expr.denominator() / b.denominator());
                return Some(self.arithmetic(*op, left, right));
            }
            Node::Arithmetic(NumberOp::Multiply, a, b) => {
                let (left, right) = (self.value(a, parameters)?, self.value(b, parameters)?);
                return Some(self.arithmetic(NumberOp::Multiply, left, right));
            }
            Node::Arithmetic(NumberOp::Divide, a, b) => {
                let left = self.value(a, parameters)?;
                let right = self.add(Op::Constant(divisor_factor(b)?));
                return Some(self.arithmetic(NumberOp::Multiply, left, right));
            }
            Node::Year(a) => Op::Year(self.value(a, parameters)?),
            Node::Month(a) => Op::Month(self.value(a, parameters)?),
            Node::Coalesce(list) => {
                let mut items = Vec::with_capacity(list.len());
                for item in list {
                    let value = self.value(item, parameters)?;
                    items.push(self.scaled(value, expr.denominator() / item.denominator()));
                }
                Op::Coalesce(items)
            }
            _ => Op::Truth(self.condition(expr, parameters)?),
        };
        Some(self.add(op))
    }

    fn arithmetic(&mut self, op: NumberOp, left: Step, right: Step) -> Step {
        if let (Some(a), Some(b)) = (self.constant(left), self.constant(right)) {
            let folded = match op {
                NumberOp::Add => a.checked_add(b),
                NumberOp::Subtract => a.checked_sub(b),
                _ => a.checked_mul(b),
            };
            if let Some(value) = folded.filter(|value| *value != NULL) {
                return self.add(Op::Constant(value));
            }
        }
        self.add(match op {
            NumberOp::Add => Op::Add(left, right),
            NumberOp::Subtract => Op::Subtract(left, right),
            _ => Op::Multiply(left, right),
        })
    }

    fn scaled(&mut self, step: Step, factor: i64) -> Step {
        if factor == 1 {
            return step;
        }
        let folded = self
            .constant(step)
            .and_then(|value| value.checked_mul(factor));
        match folded.filter(|value| *value != NULL) {
            Some(value) => self.add(Op::Constant(value)),
            None => self.add(Op::Scale(step, factor)),
        }
    }

    fn compare(
        &mut self,
        op: CompareOp,
        a: &Expr,
        b: &Expr,
        parameters: &Parameters<'_>,
    ) -> Option<Step> {
        let common = common_denominator(a.denominator(), b.denominator())?;
        let left = self.value(a, parameters)?;
        let left = self.scaled(left, common / a.denominator());
        let right = self.value(b, parameters)?;
        let right = self.scaled(right, common / b.denominator());
        Some(match (self.constant(left), self.constant(right)) {
            (None, Some(bound)) => self.bounded(op, left, bound),
            (Some(bound), None) => self.bounded(turned(op), right, bound),
            _ => self.add(Op::Compare(CompareKey(op), left, right)),
        })
    }

    /// `value op bound` as bounds on both sides.
    fn bounded(&mut self, op: CompareOp, value: Step, bound: i64) -> Step {
        let least = NULL + 1;
        match op {
            CompareOp::Equal => self.add(Op::Within(value, bound, bound)),
            CompareOp::NotEqual => {
                let equal = self.add(Op::Within(value, bound, bound));
                self.add(Op::Not(equal))
            }
            CompareOp::AtMost => self.add(Op::Within(value, least, bound)),
            CompareOp::AtLeast => self.add(Op::Within(value, bound, i64::MAX)),
            CompareOp::Less => self.add(Op::Within(value, least, bound.saturating_sub(1))),
            CompareOp::Greater if bound == i64::MAX => self.add(Op::OneOf(value, Vec::new())),
            CompareOp::Greater => self.add(Op::Within(value, bound + 1, i64::MAX)),
        }
    }

    fn text(&mut self, text: &str, value_type: &Type) -> i64 {
        let domain = match value_type {
            Type::Text(domain) => domain,
            _ => &Domain::Text,
        };
        let dictionary = self.columns.dictionaries().of_domain(domain);
        let found = dictionary.and_then(|dictionary| dictionary.find(text));
        self.number(found)
    }
}

/// The same comparison with its sides changed.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::AtMost => CompareOp::AtLeast,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::AtLeast => CompareOp::AtMost,
        same => same,
    }
}

/// Whether an expression has a parameter.
pub(crate) fn has_parameter(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= matches!(part.node, Node::Parameter(_)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_into_their_interval() {
        // Open at the beginning, short and long intervals.
        for days in [
            vec![-1_000_000, 5, 6, 40],
            vec![10, 20],
            vec![0, 3, 200_000, 200_001],
        ] {
            let cut = Cut::new(days.clone());
            assert_eq!(cut.intervals(), days.len() - 1);
            for day in [
                -1_000_001, -1_000_000, 0, 2, 3, 4, 5, 6, 10, 19, 20, 39, 40, 199_999, 200_000,
                200_001,
            ] {
                let expected = days
                    .windows(2)
                    .position(|pair| pair[0] <= day && day < pair[1]);
                assert_eq!(
                    cut.of(day),
                    expected.map_or(NULL, |place| place as i64),
                    "{day} in {days:?}"
                );
            }
            assert_eq!(cut.of(NULL), NULL);
        }
        let cut = Cut::new(vec![1, 5, 9, 12]);
        assert_eq!(
            (cut.range(1, 8), cut.range(5, 11), cut.range(9, 8)),
            ((0, 2), (1, 3), (2, 2))
        );
    }
}
