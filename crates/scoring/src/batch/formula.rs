//! A total as a formula over the items' points: sums with known factors, and cuts by floors and caps.
//!
//! Which items count is known when it is made, so that every weight and every possible point is a
//! number by then; [`add_up`](crate::total::add_up) makes it with the same steps that add up one card.

use std::rc::Rc;

use base::Ratio;

use crate::total::Quantity;

/// constant + Σ factor × term
#[derive(Debug, Clone)]
pub(super) struct Formula {
    pub constant: Ratio,
    pub terms: Vec<(Term, Ratio)>,
    /// It is never below this; `None`: not known.
    low: Option<Ratio>,
    /// It is never above this; `None`: not known.
    high: Option<Ratio>,
}

/// What a formula reads.
#[derive(Debug, Clone)]
pub(super) enum Term {
    /// The points of an item.
    Item(usize),
    /// Another formula, cut.
    Cut(Rc<Cut>),
}

/// A formula kept within a limit.
#[derive(Debug)]
pub(super) struct Cut {
    pub of: Formula,
    pub at_most: Option<Ratio>,
    pub at_least: Option<Ratio>,
}

impl Formula {
    /// An item's points, with their floor and cap as far as it has them.
    pub fn item(number: usize, low: Option<Ratio>, high: Option<Ratio>) -> Formula {
        Formula {
            constant: Ratio::ZERO,
            terms: vec![(Term::Item(number), Ratio::ONE)],
            low,
            high,
        }
    }

    fn cut(self, at_most: Option<Ratio>, at_least: Option<Ratio>) -> Formula {
        let tighter = |own: &Option<Ratio>,
                       limit: &Option<Ratio>,
                       of: fn(Ratio, Ratio) -> Ratio| match (own, limit) {
            (Some(own), Some(limit)) => Some(of(own.clone(), limit.clone())),
            (own, limit) => own.clone().or_else(|| limit.clone()),
        };
        Formula {
            constant: Ratio::ZERO,
            low: tighter(&self.low, &at_least, Ratio::max),
            high: tighter(&self.high, &at_most, Ratio::min),
            terms: vec![(
                Term::Cut(Rc::new(Cut {
                    of: self,
                    at_most,
                    at_least,
                })),
                Ratio::ONE,
            )],
        }
    }
}

/// Whether two terms are the same thing.
fn is_same(a: &Term, b: &Term) -> bool {
    match (a, b) {
        (Term::Item(a), Term::Item(b)) => a == b,
        (Term::Cut(a), Term::Cut(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

impl Quantity for Formula {
    fn constant(value: &Ratio) -> Formula {
        Formula {
            constant: value.clone(),
            terms: Vec::new(),
            low: Some(value.clone()),
            high: Some(value.clone()),
        }
    }

    fn plus(&self, other: &Formula) -> Formula {
        let both = |a: &Option<Ratio>, b: &Option<Ratio>| Some(a.as_ref()? + b.as_ref()?);
        let mut terms = self.terms.clone();
        for (term, factor) in &other.terms {
            match terms.iter_mut().find(|(known, _)| is_same(known, term)) {
                Some((_, sum)) => *sum += factor,
                None => terms.push((term.clone(), factor.clone())),
            }
        }
        Formula {
            constant: &self.constant + &other.constant,
            terms,
            low: both(&self.low, &other.low),
            high: both(&self.high, &other.high),
        }
    }

    fn times(&self, factor: &Ratio) -> Formula {
        if factor.is_zero() {
            return Formula::constant(&Ratio::ZERO);
        }
        let scaled = |limit: &Option<Ratio>| limit.as_ref().map(|limit| limit * factor);
        let (low, high) = match factor.is_negative() {
            true => (scaled(&self.high), scaled(&self.low)),
            false => (scaled(&self.low), scaled(&self.high)),
        };
        let terms = self.terms.iter();
        Formula {
            constant: &self.constant * factor,
            terms: terms
                .map(|(term, own)| (term.clone(), own * factor))
                .collect(),
            low,
            high,
        }
    }

    fn at_most(self, limit: &Ratio) -> (Formula, bool) {
        // A cap that nothing can reach, as most are, costs nothing.
        let formula = match (&self.low, &self.high) {
            (_, Some(high)) if high <= limit => self,
            (Some(low), _) if low >= limit => Formula::constant(limit),
            _ => self.cut(Some(limit.clone()), None),
        };
        (formula, false)
    }

    fn at_least(self, limit: &Ratio) -> (Formula, bool) {
        let formula = match (&self.low, &self.high) {
            (Some(low), _) if low >= limit => self,
            (_, Some(high)) if high <= limit => Formula::constant(limit),
            _ => self.cut(None, Some(limit.clone())),
        };
        (formula, false)
    }
}
