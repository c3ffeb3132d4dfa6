//! Columns of figures being filled, range by range.

use base::FigureState;
use programme::model::{Indicator, Measure};

use super::{Denominators, FigureColumn, RANGE, States};
use crate::gather::denominator_of;

/// A column being filled.
pub(super) struct Output {
    pub numerators: Vec<i64>,
    pub denominator: i64,
    pub denominators: Option<Vec<i64>>,
    pub states: Option<Vec<FigureState>>,
    /// From other figures, so that only the figures tell whether they share a denominator.
    pub is_derived: bool,
}

impl Output {
    pub fn new(indicator: &Indicator, len: usize) -> Output {
        let (has_own, has_states) = match &indicator.measure {
            Measure::Count(_) | Measure::Sum(..) | Measure::Distinct(..) => (false, false),
            Measure::Min(..) | Measure::Max(..) | Measure::Latest { .. } => (false, true),
            _ => (true, true),
        };
        Output {
            numerators: vec![0; len],
            denominator: denominator_of(&indicator.measure),
            denominators: has_own.then(|| vec![0; len]),
            states: has_states.then(|| vec![FigureState::Value; len]),
            is_derived: matches!(indicator.measure, Measure::Expression(_)),
        }
    }

    pub fn finish(self) -> FigureColumn {
        let same =
            |states: &[FigureState]| states.iter().all(|state| Some(state) == states.first());
        // Where nobody has a value of its own denominator, as with sums of counts, one is enough.
        let one = |each: &[i64]| {
            let first = *each.iter().find(|denominator| **denominator != 0)?;
            let fits = |denominator: &i64| *denominator == first || *denominator == 0;
            (first > 0 && self.is_derived && each.iter().all(fits)).then_some(first)
        };
        FigureColumn {
            numerators: self.numerators,
            denominators: match self.denominators {
                Some(each) if one(&each).is_some() => Denominators::Same(one(&each).unwrap_or(1)),
                Some(each) => Denominators::Each(each),
                None => Denominators::Same(self.denominator),
            },
            states: match self.states {
                None => States::Same(FigureState::Value),
                Some(states) if same(&states) => {
                    States::Same(states.first().copied().unwrap_or(FigureState::Value))
                }
                Some(states) => States::Each(states),
            },
        }
    }
}

/// The part of a column that belongs to a range of subjects.
pub(super) struct Slot<'o> {
    pub numerators: &'o mut [i64],
    pub denominators: Option<&'o mut [i64]>,
    pub states: Option<&'o mut [FigureState]>,
}

/// A range of subjects with its part of every column.
pub(super) struct SubjectRange<'o> {
    pub first: i64,
    pub subjects: &'o [u32],
    pub slots: Vec<Slot<'o>>,
}

/// Cuts columns into ranges of subjects.
pub(super) fn ranges<'o>(subjects: &'o [u32], columns: &'o mut [Output]) -> Vec<SubjectRange<'o>> {
    let mut rest: Vec<Slot<'o>> = columns
        .iter_mut()
        .map(|column| Slot {
            numerators: &mut column.numerators,
            denominators: column.denominators.as_deref_mut(),
            states: column.states.as_deref_mut(),
        })
        .collect();
    let mut found = Vec::new();
    let mut subjects = subjects;
    while let Some(first) = subjects.first() {
        let first = i64::from(*first) / RANGE as i64 * RANGE as i64;
        let len = subjects.partition_point(|subject| i64::from(*subject) < first + RANGE as i64);
        let (own, others) = subjects.split_at(len);
        subjects = others;
        let mut slots = Vec::with_capacity(rest.len());
        for slot in &mut rest {
            let cut = |slot: &mut &'o mut [i64]| {
                let (own, others) = std::mem::take(slot).split_at_mut(len);
                *slot = others;
                own
            };
            slots.push(Slot {
                numerators: cut(&mut slot.numerators),
                denominators: slot.denominators.as_mut().map(cut),
                states: slot.states.as_mut().map(|slot| {
                    let (own, others) = std::mem::take(slot).split_at_mut(len);
                    *slot = others;
                    own
                }),
            });
        }
        found.push(SubjectRange {
            first,
            subjects: own,
            slots,
        });
    }
    found
}
