//! Expressions as small programs over the columns of one table: names become columns, texts
//! become numbers, denominators become factors. Run for each row without allocation.
//!
//! The meaning is that of `programme::expr::eval`; the tests hold the two against each other.

use std::cell::Cell;

use base::Day;
use programme::expr::eval::divisor_factor;
use programme::expr::ir::common_denominator;
use programme::expr::{CompareOp, Domain, Expr, Node, NumberOp, Parameter, Type};
use programme::schema::ColumnPath;

use crate::columns::Columns;
use crate::table::{Column, NULL, Table};

/// The number of a text that no row has.
const ABSENT: i64 = -1;

/// What holds for a whole question.
#[derive(Debug, Clone)]
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
    /// Set when a calculation left 64 bits.
    pub beyond: Cell<bool>,
}

/// A column of the row, or of what one of its columns refers to.
pub(crate) enum Source<'a> {
    Own(&'a Column),
    Joined {
        key: &'a Column,
        table: &'a Table,
        attribute: &'a Column,
        /// The column with the day as of which the attribute is taken; `None`: the day measured.
        row_day: Option<&'a Column>,
    },
}

impl<'a> Source<'a> {
    pub fn new(columns: &'a Columns, table: &'a Table, path: &ColumnPath) -> Option<Source<'a>> {
        match path {
            ColumnPath::Own(name) => table.column(name).map(Source::Own),
            ColumnPath::Joined { column, attribute } => {
                let key = table.column(column)?;
                let joined = match &key.schema.column_type {
                    programme::schema::ColumnType::Unit => columns.table("unit"),
                    programme::schema::ColumnType::Subject(subject_type) => {
                        columns.table(&programme::schema::Schema::subjects_name(subject_type))
                    }
                    _ => None,
                }?;
                let row_day = table.schema.row_day().and_then(|name| table.column(name));
                Some(Source::Joined {
                    key,
                    table: joined,
                    attribute: joined.column(attribute)?,
                    row_day,
                })
            }
        }
    }

    /// The column at the end of the way.
    pub fn column(&self) -> &'a Column {
        match self {
            Source::Own(column) => column,
            Source::Joined { attribute, .. } => attribute,
        }
    }

    #[inline]
    pub fn get(&self, row: usize, frame: &Frame) -> i64 {
        match self {
            Source::Own(column) => column.get(row),
            Source::Joined {
                key,
                table,
                attribute,
                row_day,
            } => {
                let number = key.get(row);
                let day = match row_day {
                    Some(column) => column.get(row),
                    None => i64::from(frame.until.number()),
                };
                if number == NULL || day == NULL {
                    return NULL;
                }
                let Ok(day) = i32::try_from(day) else {
                    return NULL;
                };
                table
                    .version_on(number, day, frame.at)
                    .map_or(NULL, |found| attribute.get(found))
            }
        }
    }
}

/// A compiled expression. Truth values are 0 and 1; empty and unknown are [`NULL`].
pub(crate) enum Program<'a> {
    Constant(i64),
    Column(Source<'a>),
    Not(Box<Program<'a>>),
    And(Box<Program<'a>>, Box<Program<'a>>),
    Or(Box<Program<'a>>, Box<Program<'a>>),
    Compare {
        op: CompareOp,
        left: Box<Program<'a>>,
        left_factor: i64,
        right: Box<Program<'a>>,
        right_factor: i64,
    },
    In {
        negated: bool,
        operand: Box<Program<'a>>,
        factor: i64,
        list: Vec<i64>,
    },
    Between {
        negated: bool,
        least: Box<Program<'a>>,
        most: Box<Program<'a>>,
    },
    IsNull {
        negated: bool,
        operand: Box<Program<'a>>,
    },
    Has {
        set: Box<Program<'a>>,
        sets: Vec<bool>,
    },
    Sum {
        left: Box<Program<'a>>,
        left_factor: i64,
        right: Box<Program<'a>>,
        right_factor: i64,
        subtract: bool,
    },
    Product(Box<Program<'a>>, Box<Program<'a>>),
    Year(Box<Program<'a>>),
    Month(Box<Program<'a>>),
    Coalesce(Vec<(Program<'a>, i64)>),
}

impl<'a> Program<'a> {
    /// `None` when the expression names what is not there (it was checked against another schema).
    pub fn new(
        expr: &Expr,
        columns: &'a Columns,
        table: &'a Table,
        frame: &Frame,
    ) -> Option<Program<'a>> {
        Compiler {
            columns,
            table,
            frame,
        }
        .compile(expr)
    }

    /// Whether a condition is true for a row.
    #[inline]
    pub fn is_true(&self, row: usize, frame: &Frame) -> bool {
        self.run(row, frame) == 1
    }

    /// The value for a row.
    pub fn run(&self, row: usize, frame: &Frame) -> i64 {
        match self {
            Program::Constant(value) => *value,
            Program::Column(source) => source.get(row, frame),
            Program::Not(inner) => not(inner.run(row, frame)),
            Program::And(left, right) => match left.run(row, frame) {
                0 => 0,
                1 => right.run(row, frame),
                _ if right.run(row, frame) == 0 => 0,
                _ => NULL,
            },
            Program::Or(left, right) => match left.run(row, frame) {
                1 => 1,
                0 => right.run(row, frame),
                _ if right.run(row, frame) == 1 => 1,
                _ => NULL,
            },
            Program::Compare {
                op,
                left,
                left_factor,
                right,
                right_factor,
            } => {
                let left = scaled(left.run(row, frame), *left_factor, frame);
                let right = scaled(right.run(row, frame), *right_factor, frame);
                if left == NULL || right == NULL {
                    return NULL;
                }
                i64::from(op.holds(left.cmp(&right)))
            }
            Program::In {
                negated,
                operand,
                factor,
                list,
            } => match scaled(operand.run(row, frame), *factor, frame) {
                NULL => NULL,
                value => i64::from(list.contains(&value) != *negated),
            },
            Program::Between {
                negated,
                least,
                most,
            } => {
                let within = match (least.run(row, frame), most.run(row, frame)) {
                    (0, _) | (_, 0) => 0,
                    (1, 1) => 1,
                    _ => NULL,
                };
                if *negated { not(within) } else { within }
            }
            Program::IsNull { negated, operand } => {
                i64::from((operand.run(row, frame) == NULL) != *negated)
            }
            Program::Has { set, sets } => {
                let number = usize::try_from(set.run(row, frame)).ok();
                i64::from(
                    number
                        .and_then(|number| sets.get(number))
                        .copied()
                        .unwrap_or(false),
                )
            }
            Program::Sum {
                left,
                left_factor,
                right,
                right_factor,
                subtract,
            } => {
                let left = scaled(left.run(row, frame), *left_factor, frame);
                let right = scaled(right.run(row, frame), *right_factor, frame);
                if left == NULL || right == NULL {
                    return NULL;
                }
                kept(
                    if *subtract {
                        left.checked_sub(right)
                    } else {
                        left.checked_add(right)
                    },
                    frame,
                )
            }
            Program::Product(left, right) => {
                let (left, right) = (left.run(row, frame), right.run(row, frame));
                if left == NULL || right == NULL {
                    NULL
                } else {
                    kept(left.checked_mul(right), frame)
                }
            }
            Program::Year(day) => {
                day_of(day.run(row, frame)).map_or(NULL, |day| i64::from(day.year()))
            }
            Program::Month(day) => {
                day_of(day.run(row, frame)).map_or(NULL, |day| i64::from(day.month()))
            }
            Program::Coalesce(list) => {
                for (item, factor) in list {
                    let value = item.run(row, frame);
                    if value != NULL {
                        return scaled(value, *factor, frame);
                    }
                }
                NULL
            }
        }
    }
}

fn not(value: i64) -> i64 {
    if value == NULL { NULL } else { 1 - value }
}

/// A result within 64 bits, or a mark that the question cannot be answered.
fn kept(value: Option<i64>, frame: &Frame) -> i64 {
    match value {
        Some(value) if value != NULL => value,
        _ => {
            frame.beyond.set(true);
            NULL
        }
    }
}

#[inline]
fn scaled(value: i64, factor: i64, frame: &Frame) -> i64 {
    if value == NULL || factor == 1 {
        value
    } else {
        kept(value.checked_mul(factor), frame)
    }
}

fn day_of(number: i64) -> Option<Day> {
    i32::try_from(number).ok().and_then(Day::from_number)
}

struct Compiler<'a, 'f> {
    columns: &'a Columns,
    table: &'a Table,
    frame: &'f Frame,
}

impl<'a> Compiler<'a, '_> {
    fn compile(&self, expr: &Expr) -> Option<Program<'a>> {
        let boxed = |expr: &Expr| self.compile(expr).map(Box::new);
        Some(match &expr.node {
            Node::Number(numerator) => Program::Constant(*numerator),
            Node::Text(text) => Program::Constant(self.text(text, &expr.value_type)),
            Node::Day(day) => Program::Constant(i64::from(day.number())),
            Node::Bool(value) => Program::Constant(i64::from(*value)),
            Node::Column(path) => Program::Column(Source::new(self.columns, self.table, path)?),
            Node::Parameter(parameter) => Program::Constant(i64::from(
                match parameter {
                    Parameter::PeriodStart => self.frame.first,
                    Parameter::PeriodEnd => self.frame.last,
                    Parameter::AsOf => self.frame.until,
                }
                .number(),
            )),
            Node::Not(a) => Program::Not(boxed(a)?),
            Node::And(a, b) => Program::And(boxed(a)?, boxed(b)?),
            Node::Or(a, b) => Program::Or(boxed(a)?, boxed(b)?),
            Node::Compare(op, a, b) => self.compare(*op, a, b)?,
            Node::In {
                negated,
                operand,
                list,
            } => {
                let mut common = operand.denominator();
                for item in list {
                    common = common_denominator(common, item.denominator())?;
                }
                let mut values = Vec::with_capacity(list.len());
                for item in list {
                    // Written out, so it reads no row.
                    values.push(scaled(
                        self.compile(item)?.run(0, self.frame),
                        common / item.denominator(),
                        self.frame,
                    ));
                }
                let factor = common / operand.denominator();
                Program::In {
                    negated: *negated,
                    operand: boxed(operand)?,
                    factor,
                    list: values,
                }
            }
            Node::Between {
                negated,
                operand,
                low,
                high,
            } => Program::Between {
                negated: *negated,
                least: Box::new(self.compare(CompareOp::AtLeast, operand, low)?),
                most: Box::new(self.compare(CompareOp::AtMost, operand, high)?),
            },
            Node::IsNull { negated, operand } => Program::IsNull {
                negated: *negated,
                operand: boxed(operand)?,
            },
            Node::Has(set, text) => Program::Has {
                set: boxed(set)?,
                sets: self.columns.dictionaries().sets_with(text),
            },
            Node::Negate(a) => Program::Sum {
                left: Box::new(Program::Constant(0)),
                left_factor: 1,
                right: boxed(a)?,
                right_factor: 1,
                subtract: true,
            },
            Node::Arithmetic(op @ (NumberOp::Add | NumberOp::Subtract), a, b) => Program::Sum {
                left: boxed(a)?,
                left_factor: expr.denominator() / a.denominator(),
                right: boxed(b)?,
                right_factor: expr.denominator() / b.denominator(),
                subtract: *op == NumberOp::Subtract,
            },
            Node::Arithmetic(NumberOp::Multiply, a, b) => Program::Product(boxed(a)?, boxed(b)?),
            Node::Arithmetic(NumberOp::Divide, a, b) => {
                Program::Product(boxed(a)?, Box::new(Program::Constant(divisor_factor(b)?)))
            }
            Node::Year(a) => Program::Year(boxed(a)?),
            Node::Month(a) => Program::Month(boxed(a)?),
            Node::Coalesce(list) => {
                let mut items = Vec::with_capacity(list.len());
                for item in list {
                    items.push((self.compile(item)?, expr.denominator() / item.denominator()));
                }
                Program::Coalesce(items)
            }
        })
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr) -> Option<Program<'a>> {
        let common = common_denominator(a.denominator(), b.denominator())?;
        Some(Program::Compare {
            op,
            left: Box::new(self.compile(a)?),
            left_factor: common / a.denominator(),
            right: Box::new(self.compile(b)?),
            right_factor: common / b.denominator(),
        })
    }

    fn text(&self, text: &str, value_type: &Type) -> i64 {
        let domain = match value_type {
            Type::Text(domain) => domain,
            _ => &Domain::Text,
        };
        let dictionary = self.columns.dictionaries().of_domain(domain);
        dictionary
            .and_then(|dictionary| dictionary.find(text))
            .map_or(ABSENT, i64::from)
    }
}
