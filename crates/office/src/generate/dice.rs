//! Dice: random numbers that are the same for a seed, on every machine and with every version of the libraries.
//!
//! Each distribution and each field of it has its own stream, so that adding one changes no other.
//! Only whole numbers are used, and only the raw output of ChaCha12 is taken from a library: how it
//! becomes a choice is fixed here. Where a share is declared, [`Dice::deal`] keeps it exactly.

use base::Ratio;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A whole, in the fixed-point shares that dice give: 2^20.
pub(super) const ONE: i64 = 1 << SHARE_BITS;
const SHARE_BITS: u32 = 20;
/// Bits of a fraction from which a number between two bounds is made.
const FRACTION_BITS: u32 = 60;

/// How numbers spread between their bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shape {
    /// All alike.
    #[default]
    Uniform,
    /// Most small, few large: the cube of a uniform number.
    LongTail,
    /// Around the middle: the mean of four uniform numbers.
    Normal,
}

impl Shape {
    /// The shape of that name.
    pub(super) fn named(text: &str) -> Shape {
        match text {
            "long_tail" => Shape::LongTail,
            "normal" => Shape::Normal,
            _ => Shape::Uniform,
        }
    }
}

/// A stream of random numbers.
pub(super) struct Dice(ChaCha12Rng);

impl Dice {
    /// The stream of a seed and a path of names.
    pub(super) fn new(seed: u64, path: &[&str]) -> Dice {
        let mut hasher = Sha256::new();
        hasher.update(seed.to_le_bytes());
        for name in path {
            hasher.update([0]);
            hasher.update(name.as_bytes());
        }
        Dice(ChaCha12Rng::from_seed(hasher.finalize().into()))
    }

    /// A number from 0 up to, and without, `bound`; 0 for a bound of 0. Unbiased.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound < 2 {
            return 0;
        }
        // What lies beyond the last whole multiple of the bound is thrown again.
        let unfair = (u64::MAX % bound + 1) % bound;
        loop {
            let thrown = self.0.next_u64();
            if thrown <= u64::MAX - unfair {
                return thrown % bound;
            }
        }
    }

    /// An index into something of that length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// An element, if there is any.
    pub(super) fn one_of<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.index(of.len()))
    }

    /// A number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub(super) fn between(&mut self, low: i64, high: i64, shape: Shape) -> i64 {
        if high <= low {
            return low;
        }
        let span = i128::from(high) - i128::from(low) + 1;
        let above = (span * i128::from(self.fraction(shape))) >> FRACTION_BITS;
        i64::try_from(i128::from(low) + above).unwrap_or(high)
    }

    /// A share from 0 up to, and without, [`ONE`].
    pub(super) fn share(&mut self) -> i64 {
        i64::try_from(self.0.next_u64() >> (64 - SHARE_BITS)).unwrap_or(0)
    }

    /// A fraction over 2^60.
    fn fraction(&mut self, shape: Shape) -> u64 {
        match shape {
            Shape::Uniform => self.0.next_u64() >> (64 - FRACTION_BITS),
            Shape::LongTail => (self.0.next_u64() >> (64 - FRACTION_BITS / 3)).pow(3),
            Shape::Normal => (0..4)
                .map(|_| self.0.next_u64() >> (64 - FRACTION_BITS + 2))
                .sum(),
        }
    }

    /// Puts the elements in random order.
    pub(super) fn shuffle<T>(&mut self, elements: &mut [T]) {
        for last in (1..elements.len()).rev() {
            elements.swap(last, self.index(last + 1));
        }
    }

    /// Deals `count` cards over the weights: each gets its share of them, exact to one card, in random order.
    pub(super) fn deal(&mut self, weights: &[Ratio], count: usize) -> Vec<usize> {
        let mut cards = Vec::with_capacity(count);
        for (index, number) in apportion(weights, count).into_iter().enumerate() {
            cards.extend(std::iter::repeat_n(index, number));
        }
        self.shuffle(&mut cards);
        cards
    }
}

/// Shares a count out by weights with largest remainders; ties go to the earlier one.
pub(super) fn apportion(weights: &[Ratio], count: usize) -> Vec<usize> {
    let total = weights
        .iter()
        .fold(Ratio::from_int(0), |sum, weight| &sum + weight);
    let whole = Ratio::from_int(i128::try_from(count).unwrap_or(i128::MAX));
    let quotas: Vec<Ratio> = weights
        .iter()
        .map(|weight| {
            (&whole * weight)
                .checked_div(&total)
                .unwrap_or_else(|| Ratio::from_int(0))
        })
        .collect();
    let mut shares: Vec<usize> = quotas
        .iter()
        .map(|quota| {
            quota
                .floor()
                .to_integer()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(0)
        })
        .collect();
    let mut order: Vec<usize> = (0..quotas.len()).collect();
    order.sort_by_key(|&index| quotas.get(index).map(|quota| &quota.floor() - quota));
    let left = count.saturating_sub(shares.iter().sum());
    for index in order.into_iter().take(left) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

/// Weights to draw by, as running sums.
pub(super) struct Weights(Vec<u64>);

impl Weights {
    /// From whole numbers.
    pub(super) fn new(weights: impl IntoIterator<Item = u64>) -> Weights {
        let mut sum = 0_u64;
        Weights(
            weights
                .into_iter()
                .map(|weight| {
                    sum = sum.saturating_add(weight);
                    sum
                })
                .collect(),
        )
    }

    /// From exact weights: each in millionths of the whole, none that is above nothing lost.
    pub(super) fn of_ratios(weights: &[Ratio]) -> Weights {
        let total = weights
            .iter()
            .fold(Ratio::from_int(0), |sum, weight| &sum + weight);
        let million = Ratio::from_int(1_000_000);
        Weights::new(weights.iter().map(|weight| {
            let part = (weight * &million)
                .checked_div(&total)
                .map(|part| part.ceil());
            part.and_then(|part| part.to_integer())
                .and_then(|part| u64::try_from(part).ok())
                .unwrap_or(0)
        }))
    }

    /// A long tail over so many: the n-th has an n-th of the weight of the first.
    pub(super) fn long_tail(count: usize) -> Weights {
        Weights::new((1..=count as u64).map(|rank| (1_000_000 / rank).max(1)))
    }

    /// The same for so many.
    pub(super) fn even(count: usize) -> Weights {
        Weights::new(std::iter::repeat_n(1, count))
    }

    /// Whether nothing can be drawn.
    pub(super) fn is_empty(&self) -> bool {
        self.0.last().is_none_or(|sum| *sum == 0)
    }

    /// Draws an index; 0 when there is nothing to draw.
    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let Some(sum) = self.0.last() else { return 0 };
        let thrown = dice.below(*sum);
        self.0.partition_point(|running| *running <= thrown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratios(numbers: &[i64]) -> Vec<Ratio> {
        numbers
            .iter()
            .map(|number| Ratio::from_int(*number))
            .collect()
    }

    #[test]
    fn shares_are_kept_to_one() {
        // 1,965 × 97.5 % = 1,915.875 and × 2.5 % = 49.125: the larger remainder takes the one left.
        assert_eq!(apportion(&ratios(&[975, 25]), 1965), [1916, 49]);
        assert_eq!(apportion(&ratios(&[1, 1, 1]), 4), [2, 1, 1]);
        assert_eq!(apportion(&ratios(&[0, 1]), 3), [0, 3]);
        let mut dice = Dice::new(1, &["a"]);
        let cards = dice.deal(&ratios(&[975, 25]), 1965);
        assert_eq!(cards.iter().filter(|card| **card == 1).count(), 49);
    }

    #[test]
    fn bounds_are_kept_and_reached() {
        let mut dice = Dice::new(7, &["bounds"]);
        for shape in [Shape::Uniform, Shape::LongTail, Shape::Normal] {
            let drawn: Vec<i64> = (0..4000).map(|_| dice.between(-2, 2, shape)).collect();
            assert_eq!(drawn.iter().min(), Some(&-2), "{shape:?}");
            assert_eq!(drawn.iter().max(), Some(&2), "{shape:?}");
        }
        assert_eq!(dice.between(5, 5, Shape::Uniform), 5);
        assert_eq!(dice.between(5, 4, Shape::Uniform), 5);
        let huge = dice.between(i64::MIN, i64::MAX, Shape::Normal);
        assert!((i64::MIN..=i64::MAX).contains(&huge));
        assert!((0..1000).all(|_| (0..ONE).contains(&dice.share())));
    }

    #[test]
    fn streams_differ_by_seed_and_path() {
        let first = |seed, path: &[&str]| Dice::new(seed, path).below(u64::MAX);
        assert_eq!(first(1, &["a", "b"]), first(1, &["a", "b"]));
        assert_ne!(first(1, &["a", "b"]), first(2, &["a", "b"]));
        assert_ne!(first(1, &["a", "b"]), first(1, &["ab"]));
    }

    #[test]
    fn nothing_is_drawn_that_weighs_nothing() {
        let weights = Weights::new([0, 3, 0, 1]);
        let mut dice = Dice::new(3, &["weights"]);
        let drawn: Vec<usize> = (0..1000).map(|_| weights.draw(&mut dice)).collect();
        assert!(drawn.iter().all(|index| [1, 3].contains(index)));
        assert!(drawn.contains(&1) && drawn.contains(&3));
        assert!(
            Weights::new([]).is_empty()
                && Weights::new([0]).is_empty()
                && !Weights::even(2).is_empty()
        );
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut cards: Vec<u32> = (0..50).collect();
        Dice::new(9, &["shuffle"]).shuffle(&mut cards);
        assert_ne!(cards, (0..50).collect::<Vec<_>>());
        cards.sort_unstable();
        assert_eq!(cards, (0..50).collect::<Vec<_>>());
    }
}
