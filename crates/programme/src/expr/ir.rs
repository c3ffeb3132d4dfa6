//! The typed tree of an expression: every name resolved, every type settled, every place kept.
//!
//! Whoever holds an [`Expr`] can run or print it without meeting an error other than a number
//! beyond 64 bits. [`super::eval`] is its meaning, written as plainly as possible.

use std::sync::Arc;

use base::{Day, IndicatorId, Ratio, Span, SubjectTypeId, VocabularyId};

use crate::schema::ColumnPath;

/// A checked expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it does.
    pub node: Node,
    /// What it gives.
    pub value_type: Type,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Expr {
    /// Equal in meaning as written; the places do not count.
    fn eq(&self, other: &Expr) -> bool {
        self.value_type == other.value_type && self.node == other.node
    }
}

/// What an expression gives; each can also be empty (null), a truth value *unknown*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// True, false or unknown.
    Bool,
    /// An integer over this positive constant.
    Number {
        /// The value is the integer divided by it.
        denominator: i64,
    },
    /// A civil day, as its number of days since 1970-01-01.
    Day,
    /// One text.
    Text(Domain),
    /// A set of texts.
    Set(Domain),
}

/// Which texts can be compared with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// Free text, choices and periods.
    Text,
    /// Codes of a vocabulary.
    Code(VocabularyId),
    /// Identities of subjects of a type.
    Subject(SubjectTypeId),
    /// Unit ids.
    Unit,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl CompareOp {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "<>",
            CompareOp::Less => "<",
            CompareOp::AtMost => "<=",
            CompareOp::Greater => ">",
            CompareOp::AtLeast => ">=",
        }
    }

    /// Whether it holds between two values that compare so.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Equal => ordering.is_eq(),
            CompareOp::NotEqual => ordering.is_ne(),
            CompareOp::Less => ordering.is_lt(),
            CompareOp::AtMost => ordering.is_le(),
            CompareOp::Greater => ordering.is_gt(),
            CompareOp::AtLeast => ordering.is_ge(),
        }
    }
}

/// Arithmetic on numbers and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, on the right only a number written out.
    Divide,
}

impl NumberOp {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            NumberOp::Add => "+",
            NumberOp::Subtract => "-",
            NumberOp::Multiply => "*",
            NumberOp::Divide => "/",
        }
    }
}

/// A value that the question brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// First day of the period measured (the earliest day there is, for `..2012`).
    PeriodStart,
    /// Last day of the period measured.
    PeriodEnd,
    /// The day measured, or the period's last if that is earlier.
    AsOf,
}

impl Parameter {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            Parameter::PeriodStart => "period_start",
            Parameter::PeriodEnd => "period_end",
            Parameter::AsOf => "as_of",
        }
    }
}

/// One step of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A number written out: this integer over the type's denominator.
    Number(i64),
    /// A text written out.
    Text(Arc<str>),
    /// A day written out.
    Day(Day),
    /// `true` or `false`.
    Bool(bool),
    /// The value of a column.
    Column(ColumnPath),
    /// A parameter.
    Parameter(Parameter),
    /// `not a`
    Not(Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// Two numbers, days, texts of one domain or truth values; the last two by `=` and `<>` only.
    /// Numbers of different denominators are brought to their least common one first.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a in (x, y)`: the same as `a = x or a = y`.
    In {
        /// `not in`.
        negated: bool,
        /// What is looked for.
        operand: Box<Expr>,
        /// Among these; at least one, all written out.
        list: Vec<Expr>,
    },
    /// `a between x and y`: the same as `a >= x and a <= y`.
    Between {
        /// `not between`.
        negated: bool,
        /// What is compared.
        operand: Box<Expr>,
        /// Least.
        low: Box<Expr>,
        /// Greatest.
        high: Box<Expr>,
    },
    /// `a is null`, `a is not null`; never unknown.
    IsNull {
        /// `is not null`.
        negated: bool,
        /// What is asked about.
        operand: Box<Expr>,
    },
    /// `set has 'x'`; never unknown.
    Has(Box<Expr>, Arc<str>),
    /// Of numbers. Added and subtracted over the least common denominator, multiplied over the
    /// product. On the right of `/` stands a constant p/q: the left integer times q (with p's
    /// sign), over the left denominator times |p|. Of a day and a whole number (`+`, `-`: a day),
    /// of two days (`-`: days between).
    Arithmetic(NumberOp, Box<Expr>, Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `year(d)`
    Year(Box<Expr>),
    /// `month(d)`
    Month(Box<Expr>),
    /// `coalesce(a, b, …)`: the first that is not empty.
    Coalesce(Vec<Expr>),
}

impl Expr {
    /// The constant denominator of a number, 1 for anything else.
    pub fn denominator(&self) -> i64 {
        match self.value_type {
            Type::Number { denominator } => denominator,
            _ => 1,
        }
    }

    /// All columns that it reads, in the order of the text, possibly repeated.
    pub fn columns(&self) -> Vec<&ColumnPath> {
        let mut found = Vec::new();
        self.visit(&mut |expr| {
            if let Node::Column(path) = &expr.node {
                found.push(path);
            }
        });
        found
    }

    /// Calls `see` with this expression and all inside it, in the order of the text.
    pub fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Expr)) {
        see(self);
        match &self.node {
            Node::Number(_)
            | Node::Text(_)
            | Node::Day(_)
            | Node::Bool(_)
            | Node::Column(_)
            | Node::Parameter(_) => {}
            Node::Not(a) | Node::Negate(a) | Node::Year(a) | Node::Month(a) | Node::Has(a, _) => {
                a.visit(see)
            }
            Node::IsNull { operand, .. } => operand.visit(see),
            Node::And(a, b)
            | Node::Or(a, b)
            | Node::Compare(_, a, b)
            | Node::Arithmetic(_, a, b) => {
                a.visit(see);
                b.visit(see);
            }
            Node::In { operand, list, .. } => {
                operand.visit(see);
                list.iter().for_each(|item| item.visit(see));
            }
            Node::Between {
                operand, low, high, ..
            } => {
                operand.visit(see);
                low.visit(see);
                high.visit(see);
            }
            Node::Coalesce(list) => list.iter().for_each(|item| item.visit(see)),
        }
    }

    /// The value of a number that depends on no column and no parameter.
    pub fn constant(&self) -> Option<Ratio> {
        match &self.node {
            Node::Number(numerator) => {
                Ratio::new(i128::from(*numerator), i128::from(self.denominator()))
            }
            Node::Negate(a) => Some(-a.constant()?),
            Node::Arithmetic(op, a, b) => {
                let (a, b) = (a.constant()?, b.constant()?);
                match op {
                    NumberOp::Add => Some(&a + &b),
                    NumberOp::Subtract => Some(&a - &b),
                    NumberOp::Multiply => Some(&a * &b),
                    NumberOp::Divide => a.checked_div(&b),
                }
            }
            _ => None,
        }
    }
}

/// The least common multiple of two positive numbers, if 64 bits hold it.
pub fn common_denominator(a: i64, b: i64) -> Option<i64> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    // x is the greatest common divisor and divides a; it is 0 only when both are.
    a.checked_div(x)?.checked_mul(b)
}

/// Arithmetic over indicators. A division by zero makes the figure not applicable.
#[derive(Debug, Clone, PartialEq)]
pub struct Arithmetic {
    /// The whole.
    pub root: Term,
}

/// A part of [`Arithmetic`].
#[derive(Debug, Clone)]
pub struct Term {
    /// What it is.
    pub node: TermNode,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Term {
    /// Equal as written; the places do not count.
    fn eq(&self, other: &Term) -> bool {
        self.node == other.node
    }
}

impl Term {
    /// Calls `each` for every indicator in the order of the text; `within`: also inside extremes.
    fn each_indicator<'a>(
        &'a self,
        within: bool,
        each: &mut impl FnMut(&'a IndicatorId, &'a Span),
    ) {
        match &self.node {
            TermNode::Number(_) => {}
            TermNode::Indicator(id) => each(id, &self.span),
            TermNode::Negate(a) => a.each_indicator(within, each),
            TermNode::Binary(_, a, b) => {
                a.each_indicator(within, each);
                b.each_indicator(within, each);
            }
            TermNode::Extreme(_, of) if within => {
                of.iter().for_each(|term| term.each_indicator(within, each));
            }
            TermNode::Extreme(..) => {}
        }
    }
}

/// What a [`Term`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum TermNode {
    /// A number written out.
    Number(Ratio),
    /// The value of an indicator for the same slice, period, day and position.
    Indicator(IndicatorId),
    /// `-a`
    Negate(Box<Term>),
    /// `a + b` and the like.
    Binary(NumberOp, Box<Term>, Box<Term>),
    /// `least(a, b, …)`, `greatest(a, b, …)`: of those that have a value; none where none has.
    Extreme(Extreme, Vec<Term>),
}

/// Which of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    /// The least.
    Least,
    /// The greatest.
    Greatest,
}

impl Extreme {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Extreme::Least => "least",
            Extreme::Greatest => "greatest",
        }
    }
}

impl Arithmetic {
    /// The indicators used with the place of their first use, each once, in the order of the text.
    pub fn used(&self) -> Vec<(&IndicatorId, &Span)> {
        let mut found: Vec<(&IndicatorId, &Span)> = Vec::new();
        self.root.each_indicator(true, &mut |id, span| {
            if !found.iter().any(|(seen, _)| *seen == id) {
                found.push((id, span));
            }
        });
        found
    }

    /// The indicators without which there is no value: all but those that stand only inside `least` or
    /// `greatest`.
    pub fn needed(&self) -> Vec<&IndicatorId> {
        let mut found: Vec<&IndicatorId> = Vec::new();
        self.root.each_indicator(false, &mut |id, _| found.push(id));
        found
    }

    /// The indicators used, each once.
    pub fn indicators(&self) -> Vec<&IndicatorId> {
        self.used().into_iter().map(|(id, _)| id).collect()
    }
}
