//! Sums by place that never leave their range.
//!
//! A table has fewer than 2³² rows, as rows are counted in 32 bits, so values of 32 bits add up within 64. Blocks
//! with greater ones are added in 128 bits beside them, for which room is made when the first comes.

use crate::cells::NULL;
use crate::wide;

/// A sum for each place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    small: Vec<i64>,
    /// Of blocks with values beyond 32 bits; empty while there was none.
    large: Vec<i128>,
}

impl Sums {
    /// Nothing at so many places.
    pub fn new(places: usize) -> Sums {
        Sums {
            small: vec![0; places],
            large: Vec::new(),
        }
    }

    /// Whether all values of a block may go into [`Sums::small`].
    pub fn are_small(values: &[i64]) -> bool {
        wide::fold(values, true, |all, value| {
            all & ((value == NULL) | (i64::from(value as i32) == value))
        })
    }

    /// Where values of 32 bits are added.
    pub fn small(&mut self) -> &mut [i64] {
        &mut self.small
    }

    /// Where any value is added.
    pub fn large(&mut self) -> &mut [i128] {
        self.large.resize(self.small.len(), 0);
        &mut self.large
    }

    /// All sums, when no value was beyond 32 bits.
    pub fn all_small(&self) -> Option<&[i64]> {
        self.large.is_empty().then_some(&self.small)
    }

    /// The sum at a place, 0 where there is none.
    pub fn get(&self, place: usize) -> i128 {
        let small = self.small.get(place).copied().unwrap_or_default();
        let large = self.large.get(place).copied().unwrap_or_default();
        i128::from(small) + large
    }

    /// Forgets all; keeps the places.
    pub fn clear(&mut self) {
        self.small.fill(0);
        self.large.clear();
    }

    /// Adds what others added at the same places.
    pub fn add(&mut self, other: &Sums) {
        wide::change(&mut self.small, &other.small, |sum, more| sum + more);
        if !other.large.is_empty() {
            let sums = self.large().iter_mut().zip(&other.large);
            sums.for_each(|(sum, more)| *sum += more);
        }
    }

    /// Takes away what was added before.
    pub fn subtract(&mut self, other: &Sums) {
        wide::change(&mut self.small, &other.small, |sum, less| sum - less);
        if !other.large.is_empty() {
            let sums = self.large().iter_mut().zip(&other.large);
            sums.for_each(|(sum, less)| *sum -= less);
        }
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.small.capacity() * 8 + self.large.capacity() * 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_in_either_width_is_one_sum() {
        let mut sums = Sums::new(2);
        assert!(Sums::are_small(&[NULL, i64::from(i32::MIN), 7]));
        sums.small()[0] += 7;
        assert_eq!(sums.all_small(), Some(&[7, 0][..]));
        assert!(!Sums::are_small(&[7, 1 << 31]));
        sums.large()[0] += i128::from(i64::MAX);
        let mut twice = sums.clone();
        twice.add(&sums);
        assert_eq!(twice.all_small(), None);
        assert_eq!(twice.get(0), 2 * (i128::from(i64::MAX) + 7));
        twice.subtract(&sums);
        assert_eq!((twice.get(0), twice.get(1)), (i128::from(i64::MAX) + 7, 0));
        twice.clear();
        assert_eq!(twice.all_small(), Some(&[0, 0][..]));
    }
}
