//! A figure: a measured value that keeps its numerator, its denominator and its state.
//!
//! "Not applicable" is not zero: each reason for having no value is a state of its own and
//! reaches the score, which declares its effect. Read [`FigureState`] first.

use crate::Ratio;
use std::fmt;

/// Why a figure has a value, or has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FigureState {
    /// There is a value and it is final.
    Value,
    /// Nothing to divide by: no sample was taken, no case was accepted.
    NotApplicable,
    /// Expected from outside and not there yet; not the unit's fault.
    NotReported,
    /// There is a value and its source says that it may still change.
    Preliminary,
    /// The unit does not carry the item.
    NotCarried,
}

impl FigureState {
    /// Every state, in the order of the declaration.
    pub const ALL: [FigureState; 5] = [
        FigureState::Value,
        FigureState::NotApplicable,
        FigureState::NotReported,
        FigureState::Preliminary,
        FigureState::NotCarried,
    ];

    /// The state's text in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FigureState::Value => "value",
            FigureState::NotApplicable => "not_applicable",
            FigureState::NotReported => "not_reported",
            FigureState::Preliminary => "preliminary",
            FigureState::NotCarried => "not_carried",
        }
    }

    /// Reads a text as written by [`FigureState::as_str`].
    ///
    /// ```
    /// use base::FigureState;
    /// assert_eq!(FigureState::parse("not_reported"), Some(FigureState::NotReported));
    /// assert_eq!(FigureState::parse("zero"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<FigureState> {
        FigureState::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Says whether figures of this state have a value.
    #[must_use]
    pub fn has_value(self) -> bool {
        matches!(self, FigureState::Value | FigureState::Preliminary)
    }
}

impl fmt::Display for FigureState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A measured value. A count or a sum has the denominator 1.
///
/// ```
/// use base::{Figure, FigureState, Ratio};
/// let rate = Figure::value_of(Ratio::from_int(975), Ratio::from_int(1000));
/// assert_eq!(rate.value(), Ratio::new(39, 40));
/// assert_eq!(rate.numerator(), &Ratio::from_int(975)); // kept as counted, not reduced
///
/// let empty = Figure::value_of(Ratio::from_int(0), Ratio::from_int(0));
/// assert_eq!(empty.state(), FigureState::NotApplicable);
/// assert_eq!(empty.value(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Figure {
    state: FigureState,
    numerator: Ratio,
    denominator: Ratio,
}

impl Figure {
    /// A final value, or not applicable when the denominator is 0 (numerator and denominator are
    /// kept all the same).
    #[must_use]
    pub fn value_of(numerator: Ratio, denominator: Ratio) -> Figure {
        Figure::with_value(FigureState::Value, numerator, denominator)
    }

    /// A value that its source may still change, or not applicable when the denominator is 0.
    #[must_use]
    pub fn preliminary(numerator: Ratio, denominator: Ratio) -> Figure {
        Figure::with_value(FigureState::Preliminary, numerator, denominator)
    }

    /// A final value over 1: a count, a sum, a number from outside.
    #[must_use]
    pub fn whole(value: Ratio) -> Figure {
        Figure::value_of(value, Ratio::ONE)
    }

    /// Nothing to divide by.
    #[must_use]
    pub fn not_applicable() -> Figure {
        Figure::without_value(FigureState::NotApplicable)
    }

    /// Not there yet.
    #[must_use]
    pub fn not_reported() -> Figure {
        Figure::without_value(FigureState::NotReported)
    }

    /// Not this unit's item.
    #[must_use]
    pub fn not_carried() -> Figure {
        Figure::without_value(FigureState::NotCarried)
    }

    /// Puts a stored figure together again; `None` when its state has a value and its denominator
    /// is 0, which no figure is made with.
    #[must_use]
    pub fn restore(state: FigureState, numerator: Ratio, denominator: Ratio) -> Option<Figure> {
        (!state.has_value() || !denominator.is_zero()).then_some(Figure {
            state,
            numerator,
            denominator,
        })
    }

    /// Why there is a value, or none.
    #[must_use]
    pub fn state(&self) -> FigureState {
        self.state
    }

    /// The numerator as counted; 0 where there is nothing to count.
    #[must_use]
    pub fn numerator(&self) -> &Ratio {
        &self.numerator
    }

    /// The denominator as counted; 0 where there is nothing to divide by.
    #[must_use]
    pub fn denominator(&self) -> &Ratio {
        &self.denominator
    }

    /// The exact value; `None` unless the state is value or preliminary.
    #[must_use]
    pub fn value(&self) -> Option<Ratio> {
        if self.state.has_value() {
            self.numerator.checked_div(&self.denominator)
        } else {
            None
        }
    }

    fn with_value(state: FigureState, numerator: Ratio, denominator: Ratio) -> Figure {
        let state = if denominator.is_zero() {
            FigureState::NotApplicable
        } else {
            state
        };
        Figure {
            state,
            numerator,
            denominator,
        }
    }

    fn without_value(state: FigureState) -> Figure {
        Figure {
            state,
            numerator: Ratio::ZERO,
            denominator: Ratio::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_denominator_is_neither_nothing_nor_everything() {
        let int = Ratio::from_int::<i64>;
        for figure in [
            Figure::value_of(int(0), int(0)),
            Figure::value_of(int(5), int(0)),
            Figure::preliminary(int(0), int(0)),
            Figure::not_applicable(),
        ] {
            assert_eq!(figure.state(), FigureState::NotApplicable);
            assert_eq!(figure.value(), None);
        }
        assert_eq!(Figure::value_of(int(0), int(7)).value(), Some(Ratio::ZERO));
        assert_eq!(
            Figure::preliminary(int(3), int(4)).value(),
            Ratio::new(3, 4)
        );
        assert_eq!(Figure::whole(int(9)).value(), Some(int(9)));
    }

    #[test]
    fn every_state_has_its_own_text() {
        for state in FigureState::ALL {
            assert_eq!(FigureState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_stored_figure_with_a_value_needs_a_denominator() {
        let restore = |state| Figure::restore(state, Ratio::ONE, Ratio::ZERO);
        assert_eq!(restore(FigureState::Value), None);
        assert_eq!(restore(FigureState::Preliminary), None);
        assert!(restore(FigureState::NotApplicable).is_some());
        assert_eq!(
            Figure::restore(FigureState::NotCarried, Ratio::ZERO, Ratio::ZERO),
            Some(Figure::not_carried())
        );
    }
}
