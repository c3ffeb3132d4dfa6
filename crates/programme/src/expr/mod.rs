//! Expressions: a closed grammar that reads like SQL and has exactly one meaning.
//!
//! Filters and numbers over the rows of one table ([`Expr`]), and arithmetic over indicators
//! ([`Arithmetic`]). Text becomes a typed tree here; crate `measure` runs the tree over columns and
//! prints it as SQL. Read the rules below, then [`ir`] for the tree and [`eval`] for what it means.
//!
//! # The rules
//! - Three-valued logic as in SQL: a comparison with an empty value is *unknown*, and a row counts
//!   only when its filter is true.
//! - Numbers are exact. A number expression is an integer over one denominator known beforehand:
//!   columns bring theirs, `+` and `-` take the common one, `*` the product; `/` takes a number
//!   written out, never a column. Whole calculations stay within 64 bits, or measuring is refused.
//! - Text has equality only. A text compared with a vocabulary's column must be one of its codes.
//! - A set (`has`) never is unknown: an empty set has nothing.
//! - A day minus a day is a number of days; a day plus or minus a whole number is a day.
//!
//! # The grammar, loosest first
//! ```text
//! or · and · not · = <> < <= > >= · [not] in (…) · [not] between … and … · is [not] null · has
//! + - · * / · unary - · ( … )
//! 12  12.5  'text'  date '2018-01-01'  true  false  column  "odd-name"  unit.kind  subject.industry
//! year(d)  month(d)  coalesce(a, b)  period_start  period_end  as_of
//! ```

mod arithmetic;
mod check;
pub mod eval;
pub mod ir;
mod lexer;
mod parse;
mod print;
mod types;

pub(crate) use lexer::name_in_words;

use base::{IndicatorId, Problem, Span, UnitId, VocabularyId};
use std::sync::Arc;

use indexmap::IndexMap;

pub use ir::{
    Arithmetic, CompareOp, Domain, Expr, Extreme, Node, NumberOp, Parameter, Term, TermNode, Type,
};

use crate::model::{Unit, Vocabulary};
use crate::schema::{Schema, TableSchema};

/// Longest expression, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 4096;
/// Deepest nesting of an expression.
pub const EXPRESSION_DEPTH_MAX: usize = 64;
/// Greatest constant denominator of a number expression.
pub const DENOMINATOR_MAX: i64 = 1_000_000_000_000;

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// For an indicator: personal columns are refused (erasing them must not change a figure).
    Indicator,
    /// For a condition on one record before it is accepted: personal columns are fine; the
    /// parameters and joined columns are refused, for there is no period and the condition
    /// must not depend on anything but the record.
    Constraint,
}

/// What an expression's names are looked up in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// All tables.
    pub schema: &'a Schema,
    /// Vocabularies, whose codes literals are checked against.
    pub vocabularies: &'a IndexMap<VocabularyId, Vocabulary>,
    /// Units, against which the literals of unit columns are checked.
    pub units: &'a IndexMap<UnitId, Unit>,
    /// What the expression is for.
    pub purpose: Purpose,
}

/// Reads a condition over the rows of `table`.
///
/// `span` is the place of the cell's value with or without its quotes; problems point into it.
///
/// # Errors
/// Every fault found: what cannot be read (P501 to P509, only the first), and unknown names,
/// wrong types, unknown codes (P510 and above, all).
pub fn parse_filter(
    text: &str,
    span: &Span,
    table: &TableSchema,
    context: &Context<'_>,
) -> Result<Expr, Vec<Problem>> {
    let tree = parse::parse(text, span)?;
    check::filter(&tree, table, context)
}

/// Reads a number over the rows of `table`. See [`parse_filter`].
///
/// # Errors
/// As [`parse_filter`].
pub fn parse_number(
    text: &str,
    span: &Span,
    table: &TableSchema,
    context: &Context<'_>,
) -> Result<Expr, Vec<Problem>> {
    let tree = parse::parse(text, span)?;
    check::number(&tree, table, context)
}

/// A condition on one input of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTest {
    /// The input.
    pub field: Arc<str>,
    /// What of it.
    pub test: Tested,
}

/// What is asked of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// It is this text, or code of a choice.
    Is(Arc<str>),
    /// It is this answer.
    IsAnswer(bool),
    /// It is another text, or nothing was given.
    IsNot(Arc<str>),
    /// Something was given.
    IsGiven,
}

/// Reads a condition on one input: `FIELD = 'code'`, `FIELD <> 'code'`, `FIELD`, `not FIELD` (of an answer) or
/// `FIELD is not null`. Whether there is such a field is for the caller to say.
///
/// # Errors
/// It cannot be read (P501 to P509), or it is another condition (P543).
pub fn parse_input_test(text: &str, span: &Span) -> Result<InputTest, Vec<Problem>> {
    use ir::CompareOp::{Equal, NotEqual};
    use parse::Kind;
    let tree = parse::parse(text, span)?;
    let name = |tree: &parse::Tree| match &tree.kind {
        Kind::Name(name) => Some(Arc::clone(name)),
        _ => None,
    };
    let found = match &tree.kind {
        Kind::Name(field) => Some((Arc::clone(field), Tested::IsAnswer(true))),
        Kind::Not(of) => name(of).map(|field| (field, Tested::IsAnswer(false))),
        Kind::IsNull {
            negated: true,
            operand,
        } => name(operand).map(|field| (field, Tested::IsGiven)),
        Kind::Compare(op, left, right) => match (op, &right.kind) {
            (Equal, Kind::Text(text)) => Some(Tested::Is(Arc::clone(text))),
            (NotEqual, Kind::Text(text)) => Some(Tested::IsNot(Arc::clone(text))),
            (Equal, Kind::Bool(answer)) => Some(Tested::IsAnswer(*answer)),
            (NotEqual, Kind::Bool(answer)) => Some(Tested::IsAnswer(!*answer)),
            _ => None,
        }
        .and_then(|test| Some((name(left)?, test))),
        _ => None,
    };
    let Some((field, test)) = found else {
        return Err(vec![
            crate::problems_expr::no_input_test().at(tree.span.clone()),
        ]);
    };
    Ok(InputTest { field, test })
}

/// Reads arithmetic over indicators: ids, decimals, `+ - * /`, `least`, `greatest`, parentheses. `known` are the ids of
/// all indicators. Cycles are not looked for here.
///
/// # Errors
/// As [`parse_filter`].
pub fn parse_arithmetic(
    text: &str,
    span: &Span,
    known: &[IndicatorId],
) -> Result<Arithmetic, Vec<Problem>> {
    let tree = parse::parse(text, span)?;
    arithmetic::build(&tree, known)
}

#[cfg(test)]
mod tests;
