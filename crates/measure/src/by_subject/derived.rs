//! Figures made of figures for many subjects at once, in whole numbers.
//!
//! The same as `figure_of_cell`, but column by column and without a fraction being made: sums and
//! extremes over several registers are as common in ratings as the registers themselves. Whatever
//! does not fit 64 bits, or is neither counted nor added nor compared, is left to the other way.

use base::{FigureState, IndicatorId, Ratio};
use programme::expr::{Extreme, NumberOp, Term, TermNode};
use programme::model::Measure;

use super::Here;
use super::output::{Output, Slot};
use crate::figures::Span;

/// Values of a range of subjects: numerator ÷ denominator, which is above 0.
pub(super) struct Cells {
    numerators: Vec<i64>,
    below: Below,
    /// Who has no value; `None`: all have one.
    absent: Option<Vec<bool>>,
}

enum Below {
    Same(i64),
    Each(Vec<i64>),
}

impl Below {
    #[inline]
    fn at(&self, row: usize) -> i64 {
        match self {
            Below::Same(same) => *same,
            Below::Each(each) => each.get(row).copied().unwrap_or(1),
        }
    }
}

impl Here<'_, '_, '_> {
    /// Fills the part of a derived indicator's column; `None` for what is left to the other way.
    pub(super) fn fill_derived(
        &self,
        id: &IndicatorId,
        span: Span,
        subjects: &[u32],
        slot: &mut Slot<'_>,
    ) -> Option<u8> {
        let cells = self.cells(id, span, subjects)?;
        slot.numerators.copy_from_slice(&cells.numerators);
        if let Some(denominators) = &mut slot.denominators {
            for (row, denominator) in denominators.iter_mut().enumerate() {
                *denominator = cells.below.at(row);
            }
        }
        if let (Some(absent), Some(states)) = (&cells.absent, &mut slot.states) {
            let others = slot.numerators.iter_mut().zip(states.iter_mut());
            for (row, (numerator, state)) in others.enumerate() {
                if absent.get(row).copied().unwrap_or(true) {
                    (*numerator, *state) = (0, FigureState::NotApplicable);
                    let own = slot
                        .denominators
                        .as_mut()
                        .and_then(|each| each.get_mut(row));
                    if let Some(own) = own {
                        *own = 0;
                    }
                }
            }
        }
        Some(0)
    }

    /// The values of an indicator that reads rows or is derived.
    fn cells(&self, id: &IndicatorId, span: Span, subjects: &[u32]) -> Option<Cells> {
        let indicator = self.sources.asked.indicator(id).ok()?;
        match &indicator.measure {
            Measure::Expression(arithmetic) => self.term(&arithmetic.root, span, subjects),
            Measure::Ratio {
                numerator,
                denominator,
                per,
            } => {
                let above = self.cells(numerator, span, subjects)?;
                let above = above.joined(&of_number(per, subjects.len())?, NumberOp::Multiply)?;
                above.joined(&self.cells(denominator, span, subjects)?, NumberOp::Divide)
            }
            _ => {
                let mut output = Output::new(indicator, subjects.len());
                let mut slot = Slot {
                    numerators: &mut output.numerators,
                    denominators: output.denominators.as_deref_mut(),
                    states: output.states.as_deref_mut(),
                };
                if self.fill_plain(id, span, subjects, &mut slot)? != 0 {
                    return None;
                }
                Cells::of(output)
            }
        }
    }

    fn term(&self, term: &Term, span: Span, subjects: &[u32]) -> Option<Cells> {
        match &term.node {
            TermNode::Number(number) => of_number(number, subjects.len()),
            TermNode::Indicator(id) => self.cells(id, span, subjects),
            TermNode::Negate(inner) => {
                let mut cells = self.term(inner, span, subjects)?;
                for numerator in &mut cells.numerators {
                    *numerator = numerator.checked_neg()?;
                }
                Some(cells)
            }
            TermNode::Binary(op, left, right) => {
                let left = self.term(left, span, subjects)?;
                left.joined(&self.term(right, span, subjects)?, *op)
            }
            TermNode::Extreme(which, of) => {
                let mut of = of.iter().map(|term| self.term(term, span, subjects));
                let first = of.next()??;
                of.try_fold(first, |best, next| best.better(&next?, *which))
            }
        }
    }
}

/// The same number for all.
fn of_number(number: &Ratio, len: usize) -> Option<Cells> {
    let (numerator, denominator) = number.to_i128_parts()?;
    Some(Cells {
        numerators: vec![i64::try_from(numerator).ok()?; len],
        below: Below::Same(i64::try_from(denominator).ok()?),
        absent: None,
    })
}

impl Cells {
    /// What was filled from tallies: values, or not applicable.
    fn of(output: Output) -> Option<Cells> {
        let absent = output.states.map(|states| {
            let absent = states.iter().map(|state| *state != FigureState::Value);
            absent.collect::<Vec<bool>>()
        });
        let mut numerators = output.numerators;
        let below = match output.denominators {
            None => Below::Same(output.denominator),
            Some(mut each) => {
                for (numerator, denominator) in numerators.iter_mut().zip(&mut each) {
                    (*numerator, *denominator) = upright(*numerator, *denominator)?;
                }
                Below::Each(each)
            }
        };
        Some(Cells {
            numerators,
            below,
            absent: absent.filter(|absent| absent.contains(&true)),
        })
    }

    fn is_absent(&self, row: usize) -> bool {
        let absent = self.absent.as_ref().and_then(|absent| absent.get(row));
        absent.copied().unwrap_or(false)
    }

    /// Sum, difference, product or quotient; no value where one side has none, or the divisor is 0.
    fn joined(mut self, other: &Cells, op: NumberOp) -> Option<Cells> {
        if let Some(theirs) = &other.absent {
            let own = self.absent.get_or_insert_with(|| vec![false; theirs.len()]);
            own.iter_mut()
                .zip(theirs)
                .for_each(|(own, theirs)| *own |= theirs);
        }
        // The usual case: counts and sums over one denominator.
        if let (Below::Same(a), Below::Same(b), NumberOp::Add | NumberOp::Subtract) =
            (&self.below, &other.below, op)
            && a == b
        {
            for (own, theirs) in self.numerators.iter_mut().zip(&other.numerators) {
                *own = match op {
                    NumberOp::Subtract => own.checked_sub(*theirs)?,
                    _ => own.checked_add(*theirs)?,
                };
            }
            return Some(self);
        }
        let mut each = Vec::with_capacity(self.numerators.len());
        let mut divided_by_zero = Vec::new();
        for (row, (own, theirs)) in self
            .numerators
            .iter_mut()
            .zip(&other.numerators)
            .enumerate()
        {
            let (a, b, c, d) = (*own, self.below.at(row), *theirs, other.below.at(row));
            let (numerator, denominator) = match op {
                NumberOp::Add if b == d => (a.checked_add(c)?, b),
                NumberOp::Subtract if b == d => (a.checked_sub(c)?, b),
                NumberOp::Add => (
                    a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?,
                    b.checked_mul(d)?,
                ),
                NumberOp::Subtract => (
                    a.checked_mul(d)?.checked_sub(c.checked_mul(b)?)?,
                    b.checked_mul(d)?,
                ),
                NumberOp::Multiply => (a.checked_mul(c)?, b.checked_mul(d)?),
                NumberOp::Divide => (a.checked_mul(d)?, b.checked_mul(c)?),
            };
            if op == NumberOp::Divide && c == 0 {
                divided_by_zero.push(row);
            }
            let (numerator, denominator) = upright(numerator, denominator)?;
            *own = numerator;
            each.push(denominator);
        }
        if !divided_by_zero.is_empty() {
            let absent = self.absent.get_or_insert_with(|| vec![false; each.len()]);
            for row in divided_by_zero {
                if let Some(absent) = absent.get_mut(row) {
                    *absent = true;
                }
            }
        }
        self.below = one_below(each, self.absent.as_deref());
        Some(self)
    }

    /// The least or greatest of two, of those that have a value.
    fn better(mut self, other: &Cells, which: Extreme) -> Option<Cells> {
        let same = match (&self.below, &other.below) {
            (Below::Same(a), Below::Same(b)) if a == b => Some(*a),
            _ => None,
        };
        let mut each = Vec::new();
        for row in 0..self.numerators.len() {
            let (c, d) = (*other.numerators.get(row)?, other.below.at(row));
            let b = self.below.at(row);
            let takes = match (self.is_absent(row), other.is_absent(row)) {
                (_, true) => false,
                (true, false) => true,
                (false, false) => {
                    // Both denominators are above 0, so the products stand as the values do.
                    let own = i128::from(*self.numerators.get(row)?) * i128::from(d);
                    let theirs = i128::from(c) * i128::from(b);
                    match which {
                        Extreme::Least => theirs < own,
                        Extreme::Greatest => theirs > own,
                    }
                }
            };
            if takes {
                *self.numerators.get_mut(row)? = c;
                if let Some(absent) = self.absent.as_mut().and_then(|absent| absent.get_mut(row)) {
                    *absent = false;
                }
            }
            if same.is_none() {
                each.push(if takes { d } else { b });
            }
        }
        if same.is_none() {
            self.below = one_below(each, self.absent.as_deref());
        }
        Some(self)
    }
}

/// A denominator that is not below 0.
#[inline]
fn upright(numerator: i64, denominator: i64) -> Option<(i64, i64)> {
    match denominator < 0 {
        true => Some((numerator.checked_neg()?, denominator.checked_neg()?)),
        false => Some((numerator, denominator)),
    }
}

/// One denominator for all where those who have a value share it.
fn one_below(each: Vec<i64>, absent: Option<&[bool]>) -> Below {
    let is_absent = |row: usize| {
        absent
            .and_then(|absent| absent.get(row))
            .copied()
            .unwrap_or(false)
    };
    let mut present = each.iter().enumerate().filter(|(row, _)| !is_absent(*row));
    let first = present.next().map_or(1, |(_, first)| *first);
    match first > 0 && present.all(|(_, found)| *found == first) {
        true => Below::Same(first),
        false => Below::Each(each),
    }
}
