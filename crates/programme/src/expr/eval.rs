//! What an expression means, one row at a time and as plainly as possible.
//!
//! Used where single rows are judged (conditions on a record, made-up data) and as the measure of
//! truth for the columns of crate `measure`, which compute the same over millions of rows.

use std::cmp::Ordering;
use std::sync::Arc;

use base::Day;

use super::ir::{CompareOp, Expr, Node, NumberOp, Parameter, Type, common_denominator};
use crate::schema::{ColumnPath, Value};

/// Where the values come from.
pub trait Facts {
    /// The value of a column of the row.
    fn value(&self, path: &ColumnPath) -> Value;
    /// A parameter; never asked for by a constraint.
    fn parameter(&self, parameter: Parameter) -> Option<Day>;
}

/// A calculation left the range of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeyondRange;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Empty; of a condition: unknown.
    Null,
    /// The integer over the expression's denominator.
    Number(i64),
    /// Days since 1970-01-01.
    Day(i64),
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(Arc<str>),
    /// A set.
    Set(Vec<Arc<str>>),
}

/// Whether a condition holds: `None` is unknown.
///
/// # Errors
/// [`BeyondRange`] when a calculation leaves 64 bits.
pub fn holds(condition: &Expr, facts: &impl Facts) -> Result<Option<bool>, BeyondRange> {
    Ok(match evaluate(condition, facts)? {
        Outcome::Bool(value) => Some(value),
        _ => None,
    })
}

/// The value of an expression.
///
/// # Errors
/// [`BeyondRange`] when a calculation leaves 64 bits.
pub fn evaluate(expr: &Expr, facts: &impl Facts) -> Result<Outcome, BeyondRange> {
    Ok(match &expr.node {
        Node::Number(numerator) => Outcome::Number(*numerator),
        Node::Text(text) => Outcome::Text(text.clone()),
        Node::Day(day) => Outcome::Day(i64::from(day.number())),
        Node::Bool(value) => Outcome::Bool(*value),
        Node::Column(path) => outcome(facts.value(path), &expr.value_type),
        Node::Parameter(parameter) => facts
            .parameter(*parameter)
            .map_or(Outcome::Null, |day| Outcome::Day(i64::from(day.number()))),
        Node::Not(a) => truth(holds(a, facts)?.map(|a| !a)),
        Node::And(a, b) => truth(and(holds(a, facts)?, holds(b, facts)?)),
        Node::Or(a, b) => truth(or(holds(a, facts)?, holds(b, facts)?)),
        Node::Compare(op, a, b) => truth(compare(*op, a, b, facts)?),
        Node::In {
            negated,
            operand,
            list,
        } => {
            let mut found = Some(false);
            for item in list {
                found = or(found, compare(CompareOp::Equal, operand, item, facts)?);
            }
            truth(found.map(|found| found != *negated))
        }
        Node::Between {
            negated,
            operand,
            low,
            high,
        } => {
            let low = compare(CompareOp::AtLeast, operand, low, facts)?;
            let high = compare(CompareOp::AtMost, operand, high, facts)?;
            truth(and(low, high).map(|within| within != *negated))
        }
        Node::IsNull { negated, operand } => {
            Outcome::Bool((evaluate(operand, facts)? == Outcome::Null) != *negated)
        }
        Node::Has(set, text) => match evaluate(set, facts)? {
            Outcome::Set(texts) => Outcome::Bool(texts.contains(text)),
            _ => Outcome::Bool(false),
        },
        Node::Negate(a) => match evaluate(a, facts)? {
            Outcome::Number(number) => Outcome::Number(number.checked_neg().ok_or(BeyondRange)?),
            _ => Outcome::Null,
        },
        Node::Arithmetic(op, a, b) => arithmetic(*op, a, b, expr, facts)?,
        Node::Year(a) => part_of_day(evaluate(a, facts)?, |day| i64::from(day.year())),
        Node::Month(a) => part_of_day(evaluate(a, facts)?, |day| i64::from(day.month())),
        Node::Coalesce(list) => {
            for item in list {
                match evaluate(item, facts)? {
                    Outcome::Null => {}
                    Outcome::Number(number) => {
                        return Ok(Outcome::Number(scale(number, item, expr.denominator())?));
                    }
                    found => return Ok(found),
                }
            }
            Outcome::Null
        }
    })
}

fn outcome(value: Value, value_type: &Type) -> Outcome {
    match (value, value_type) {
        (Value::Int(number), Type::Number { .. }) => Outcome::Number(number),
        (Value::Day(day), Type::Day) => Outcome::Day(i64::from(day.number())),
        (Value::Bool(value), Type::Bool) => Outcome::Bool(value),
        (Value::Text(text), Type::Text(_)) => Outcome::Text(text),
        (Value::Texts(texts), Type::Set(_)) if !texts.is_empty() => Outcome::Set(texts),
        _ => Outcome::Null,
    }
}

fn truth(value: Option<bool>) -> Outcome {
    value.map_or(Outcome::Null, Outcome::Bool)
}

/// Three-valued: false wins over unknown.
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Three-valued: true wins over unknown.
fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|neither| !neither)
}

/// A number of `from` brought to another denominator, a multiple of its own.
fn scale(number: i64, from: &Expr, denominator: i64) -> Result<i64, BeyondRange> {
    denominator
        .checked_div(from.denominator())
        .and_then(|factor| number.checked_mul(factor))
        .ok_or(BeyondRange)
}

fn compare(
    op: CompareOp,
    a: &Expr,
    b: &Expr,
    facts: &impl Facts,
) -> Result<Option<bool>, BeyondRange> {
    let ordering = match (evaluate(a, facts)?, evaluate(b, facts)?) {
        (Outcome::Number(x), Outcome::Number(y)) => {
            let common = common_denominator(a.denominator(), b.denominator()).ok_or(BeyondRange)?;
            Some(scale(x, a, common)?.cmp(&scale(y, b, common)?))
        }
        (Outcome::Day(x), Outcome::Day(y)) => Some(x.cmp(&y)),
        (Outcome::Bool(x), Outcome::Bool(y)) => Some(x.cmp(&y)),
        (Outcome::Text(x), Outcome::Text(y)) => Some(if x == y {
            Ordering::Equal
        } else {
            Ordering::Less
        }),
        _ => None,
    };
    Ok(ordering.map(|ordering| op.holds(ordering)))
}

fn arithmetic(
    op: NumberOp,
    a: &Expr,
    b: &Expr,
    whole: &Expr,
    facts: &impl Facts,
) -> Result<Outcome, BeyondRange> {
    let (x, y) = (evaluate(a, facts)?, evaluate(b, facts)?);
    let days = |x: i64, y: i64| {
        if op == NumberOp::Subtract {
            x.checked_sub(y)
        } else {
            x.checked_add(y)
        }
        .ok_or(BeyondRange)
    };
    Ok(match (x, y) {
        (Outcome::Number(x), Outcome::Number(y)) => Outcome::Number(
            match op {
                NumberOp::Add => {
                    scale(x, a, whole.denominator())?.checked_add(scale(y, b, whole.denominator())?)
                }
                NumberOp::Subtract => {
                    scale(x, a, whole.denominator())?.checked_sub(scale(y, b, whole.denominator())?)
                }
                NumberOp::Multiply => x.checked_mul(y),
                NumberOp::Divide => divisor_factor(b).and_then(|factor| x.checked_mul(factor)),
            }
            .ok_or(BeyondRange)?,
        ),
        (Outcome::Day(x), Outcome::Day(y)) => Outcome::Number(days(x, y)?),
        (Outcome::Day(x), Outcome::Number(y)) | (Outcome::Number(x), Outcome::Day(y)) => {
            Outcome::Day(days(x, y)?)
        }
        _ => Outcome::Null,
    })
}

/// What the numerator is multiplied by in a division by the constant p/q: q with the sign of p.
pub fn divisor_factor(divisor: &Expr) -> Option<i64> {
    let (numerator, denominator) = divisor.constant()?.to_i128_parts()?;
    i64::try_from(if numerator < 0 {
        -denominator
    } else {
        denominator
    })
    .ok()
}

fn part_of_day(day: Outcome, part: impl Fn(Day) -> i64) -> Outcome {
    match day {
        Outcome::Day(number) => i32::try_from(number)
            .ok()
            .and_then(Day::from_number)
            .map_or(Outcome::Null, |day| Outcome::Number(part(day))),
        _ => Outcome::Null,
    }
}
