//! The typed tree back to text, with no more parentheses than it needs: reading it again gives
//! the same tree.

use std::fmt::{Display, Formatter, Result};

use super::ir::{Arithmetic, Expr, Node, NumberOp, Term, TermNode};
use super::parse::KEYWORDS;
use crate::schema::ColumnPath;

// Binding strengths as in `parse.rs`.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MULTIPLY: u8 = 6;
const NEGATE: u8 = 7;
const LEAF: u8 = 8;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let not = |negated: &bool| if *negated { "not " } else { "" };
        match &self.node {
            Node::Number(numerator) => f.write_str(&decimal(*numerator, self.denominator())),
            Node::Text(text) => write_quoted(f, text, '\''),
            Node::Day(day) => write!(f, "date '{day}'"),
            Node::Bool(value) => write!(f, "{value}"),
            Node::Column(ColumnPath::Own(name)) => write_name(f, name),
            Node::Column(ColumnPath::Joined { column, attribute }) => {
                write_name(f, column)?;
                f.write_str(".")?;
                write_name(f, attribute)
            }
            Node::Parameter(parameter) => f.write_str(parameter.as_str()),
            Node::Not(a) => {
                f.write_str("not ")?;
                write_inner(f, a, NOT)
            }
            Node::And(a, b) => write_binary(f, a, " and ", b, AND),
            Node::Or(a, b) => write_binary(f, a, " or ", b, OR),
            Node::Compare(op, a, b) => {
                write_inner(f, a, ADD)?;
                write!(f, " {} ", op.as_str())?;
                write_inner(f, b, ADD)
            }
            Node::In {
                negated,
                operand,
                list,
            } => {
                write_inner(f, operand, ADD)?;
                write!(f, " {}in (", not(negated))?;
                write_list(f, list)
            }
            Node::Between {
                negated,
                operand,
                low,
                high,
            } => {
                write_inner(f, operand, ADD)?;
                write!(f, " {}between ", not(negated))?;
                write_inner(f, low, ADD)?;
                f.write_str(" and ")?;
                write_inner(f, high, ADD)
            }
            Node::IsNull { negated, operand } => {
                write_inner(f, operand, ADD)?;
                write!(f, " is {}null", not(negated))
            }
            Node::Has(set, text) => {
                write_inner(f, set, ADD)?;
                f.write_str(" has ")?;
                write_quoted(f, text, '\'')
            }
            Node::Arithmetic(op, a, b) => {
                write_binary(f, a, &format!(" {} ", op.as_str()), b, strength_of(*op))
            }
            Node::Negate(a) => {
                f.write_str("-")?;
                write_inner(f, a, NEGATE)
            }
            Node::Year(a) => write!(f, "year({a})"),
            Node::Month(a) => write!(f, "month({a})"),
            Node::Coalesce(list) => {
                f.write_str("coalesce(")?;
                write_list(f, list)
            }
        }
    }
}

fn strength(expr: &Expr) -> u8 {
    match &expr.node {
        Node::Or(..) => OR,
        Node::And(..) => AND,
        Node::Not(_) => NOT,
        Node::Compare(..)
        | Node::In { .. }
        | Node::Between { .. }
        | Node::IsNull { .. }
        | Node::Has(..) => COMPARE,
        Node::Arithmetic(op, ..) => strength_of(*op),
        Node::Negate(_) => NEGATE,
        _ => LEAF,
    }
}

fn strength_of(op: NumberOp) -> u8 {
    match op {
        NumberOp::Add | NumberOp::Subtract => ADD,
        NumberOp::Multiply | NumberOp::Divide => MULTIPLY,
    }
}

/// A part that must bind at least so strongly, in parentheses if it does not.
fn write_inner(f: &mut Formatter<'_>, inner: &Expr, least: u8) -> Result {
    if strength(inner) < least {
        write!(f, "({inner})")
    } else {
        write!(f, "{inner}")
    }
}

/// Operators group from the left, so the right side must bind more strongly.
fn write_binary(f: &mut Formatter<'_>, a: &Expr, operator: &str, b: &Expr, own: u8) -> Result {
    write_inner(f, a, own)?;
    f.write_str(operator)?;
    write_inner(f, b, own + 1)
}

fn write_list(f: &mut Formatter<'_>, list: &[Expr]) -> Result {
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    f.write_str(")")
}

fn write_quoted(f: &mut Formatter<'_>, text: &str, quote: char) -> Result {
    let doubled = format!("{quote}{quote}");
    write!(f, "{quote}{}{quote}", text.replace(quote, &doubled))
}

fn write_name(f: &mut Formatter<'_>, name: &str) -> Result {
    let mut bytes = name.bytes();
    let plain = bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.contains(&name);
    if plain {
        f.write_str(name)
    } else {
        write_quoted(f, name, '"')
    }
}

/// A numerator over a power of ten as digits with a point.
fn decimal(numerator: i64, denominator: i64) -> String {
    let scale = denominator.max(1).ilog10() as u8; // at most 18
    base::Scaled::new(numerator, scale).to_string()
}

impl Display for Arithmetic {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.root)
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let inner = |f: &mut Formatter<'_>, term: &Term, least: u8| {
            let own = match &term.node {
                TermNode::Number(_) | TermNode::Indicator(_) | TermNode::Extreme(..) => LEAF,
                TermNode::Negate(_) => NEGATE,
                TermNode::Binary(op, ..) => strength_of(*op),
            };
            if own < least {
                write!(f, "({term})")
            } else {
                write!(f, "{term}")
            }
        };
        match &self.node {
            // Written out in text, so it always is a decimal.
            TermNode::Number(number) => {
                f.write_str(&number.exact_decimal().unwrap_or_else(|| number.to_string()))
            }
            TermNode::Indicator(id) => write_name(f, id.as_str()),
            TermNode::Negate(a) => {
                f.write_str("-")?;
                inner(f, a, NEGATE)
            }
            TermNode::Binary(op, a, b) => {
                inner(f, a, strength_of(*op))?;
                write!(f, " {} ", op.as_str())?;
                inner(f, b, strength_of(*op) + 1)
            }
            TermNode::Extreme(which, of) => {
                write!(f, "{}(", which.as_str())?;
                for (place, term) in of.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(f, "{comma}{term}")?;
                }
                f.write_str(")")
            }
        }
    }
}
