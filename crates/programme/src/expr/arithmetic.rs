//! Syntax to arithmetic over indicators.

use base::{IndicatorId, Problem, Ratio};

use super::ir::{Arithmetic, Extreme, Term, TermNode};
use super::parse::{Kind, Tree};
use crate::nearest::suggest;
use crate::problems_expr as problems;

/// Checks that only known indicators, numbers and arithmetic stand in the tree.
pub(super) fn build(tree: &Tree, known: &[IndicatorId]) -> Result<Arithmetic, Vec<Problem>> {
    let mut faults = Vec::new();
    match term(tree, known, &mut faults) {
        Some(root) if faults.is_empty() => Ok(Arithmetic { root }),
        _ => Err(faults),
    }
}

fn term(tree: &Tree, known: &[IndicatorId], faults: &mut Vec<Problem>) -> Option<Term> {
    let node = match &tree.kind {
        Kind::Number(numerator, denominator) => {
            // The denominator is a power of ten.
            TermNode::Number(Ratio::new(
                i128::from(*numerator),
                i128::from(*denominator),
            )?)
        }
        Kind::Name(name) => match known.iter().find(|id| id.as_str() == &**name) {
            Some(id) => TermNode::Indicator(id.clone()),
            None => {
                let nearest = suggest(name, known.iter().map(IndicatorId::as_str));
                faults.push(
                    problems::unknown_indicator_in_expression(name, nearest).at(tree.span.clone()),
                );
                return None;
            }
        },
        Kind::Negate(inner) => TermNode::Negate(Box::new(term(inner, known, faults)?)),
        Kind::Arithmetic(op, left, right) => {
            let (left, right) = (term(left, known, faults), term(right, known, faults));
            TermNode::Binary(*op, Box::new(left?), Box::new(right?))
        }
        Kind::Call(word, arguments) if arguments.len() > 1 && extreme(word).is_some() => {
            let which = extreme(word)?;
            let of: Vec<Option<Term>> = arguments
                .iter()
                .map(|argument| term(argument, known, faults))
                .collect();
            TermNode::Extreme(which, of.into_iter().collect::<Option<_>>()?)
        }
        _ => {
            faults.push(problems::only_arithmetic().at(tree.span.clone()));
            return None;
        }
    };
    Some(Term {
        node,
        span: tree.span.clone(),
    })
}

fn extreme(word: &str) -> Option<Extreme> {
    [Extreme::Least, Extreme::Greatest]
        .into_iter()
        .find(|extreme| extreme.as_str() == word)
}
