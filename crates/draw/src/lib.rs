//! Random selection that a stranger can repeat: from a seed and a numbered list to what is drawn.
//!
//! The method is that of RFC 3797 (publicly verifiable selection), with SHA-256 in the place of MD5:
//! for the i-th draw (from 0) the hash of `i ‖ key ‖ i`, `i` as two bytes, big-endian, is read as one
//! big-endian number; its remainder by what is left chooses. What is chosen leaves the list, and the
//! rest keeps its order. With MD5 the same code gives the published selections of the RFC and of the
//! IETF's nominating committees, which the tests hold it to ([`select_with`]).
//!
//! Weights ([`select_weighted`]) generalise it: the remainder by the sum of the weights that are left
//! falls into one element's part of that sum. With equal weights of one it is the plain draw.
//!
//! A 256-bit number leaves a bias below 2⁻¹⁹² for any list; MD5's 128 bits one below 2⁻⁶⁴.
//!
//! This crate knows nothing of what is drawn: no storage, no clock, no source of randomness. Read
//! [`select`] first, then [`allocate`] (strata).

use num_bigint::BigUint;
use num_traits::ToPrimitive;
use sha2::{Digest, Sha256};

/// The most that one key can draw: the counter has two bytes.
pub const DRAWN_MAX: usize = 65_536;

/// Draws `count` different numbers from 1 to `pool`, in the order in which they are drawn; all of them
/// when there are fewer, and at most [`DRAWN_MAX`].
///
/// ```
/// let drawn = draw::select(b"9319./2.5.8.10.12./", 25, 3);
/// assert_eq!(drawn, draw::select(b"9319./2.5.8.10.12./", 25, 3));
/// assert_eq!(drawn.len(), 3);
/// assert!(drawn.iter().all(|number| (1..=25).contains(number)));
/// ```
#[must_use]
pub fn select(key: &[u8], pool: usize, count: usize) -> Vec<usize> {
    select_with::<Sha256>(key, pool, count)
}

/// As [`select`], with another hash: MD5 gives RFC 3797 to the letter.
#[must_use]
pub fn select_with<D: Digest>(key: &[u8], pool: usize, count: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (1..=pool).collect();
    counters(count)
        .map_while(|counter| {
            let chosen = remainder::<D>(counter, key, left.len() as u64)?;
            // The remainder is below the length.
            Some(left.remove(usize::try_from(chosen).ok()?))
        })
        .collect()
}

/// Draws `count` different numbers from 1 to the number of weights, each with a chance in proportion to
/// its weight among those that are left; those with weight 0 never.
///
/// The chance that an element is among the first drawn is exactly proportional to its weight; over
/// several draws without replacement it is so only nearly (successive sampling).
///
/// ```
/// // The whole weight lies on the second.
/// assert_eq!(draw::select_weighted(b"seed/", &[0, 7, 0], 3), [2]);
/// // With equal weights it is the plain draw.
/// assert_eq!(draw::select_weighted(b"seed/", &[1; 25], 5), draw::select(b"seed/", 25, 5));
/// ```
#[must_use]
pub fn select_weighted(key: &[u8], weights: &[u64], count: usize) -> Vec<usize> {
    let mut left: Vec<(usize, u64)> = (1..).zip(weights.iter().copied()).collect();
    left.retain(|(_, weight)| *weight > 0);
    counters(count)
        .map_while(|counter| {
            let total: u128 = left.iter().map(|(_, weight)| u128::from(*weight)).sum();
            let chosen = wide_remainder::<Sha256>(counter, key, total)?;
            let mut before = 0;
            let index = left.iter().position(|(_, weight)| {
                before += u128::from(*weight);
                chosen < before
            })?;
            Some(left.remove(index).0)
        })
        .collect()
}

/// Shares `count` draws among strata in proportion to their sizes: whole parts first, then one more for
/// the largest remainders, of equal ones for the earlier stratum (Hamilton). No stratum gets more than it
/// has, so the shares add up to `count` or to all there is.
///
/// ```
/// // 10 of 5, 3 and 2: exactly half, 3 and 2 tenths. 4 of the same: 2, 1.2, 0.8.
/// assert_eq!(draw::allocate(&[5, 3, 2], 10), [5, 3, 2]);
/// assert_eq!(draw::allocate(&[5, 3, 2], 4), [2, 1, 1]);
/// ```
#[must_use]
pub fn allocate(sizes: &[usize], count: usize) -> Vec<usize> {
    let total: u128 = sizes.iter().map(|size| *size as u128).sum();
    let count = (count as u128).min(total);
    if total == 0 {
        return vec![0; sizes.len()];
    }
    // A share is never above its size, because `count` is not above `total`.
    let exact = |size: usize| (size as u128) * count;
    let mut shares: Vec<usize> = sizes
        .iter()
        .map(|size| usize::try_from(exact(*size) / total).unwrap_or(*size))
        .collect();
    let given: u128 = shares.iter().map(|share| *share as u128).sum();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|index| {
        let size = sizes.get(*index).copied().unwrap_or(0);
        (std::cmp::Reverse(exact(size) % total), *index)
    });
    let missing = usize::try_from(count - given).unwrap_or(0);
    for index in order.into_iter().take(missing) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

/// The counters of so many draws.
fn counters(count: usize) -> impl Iterator<Item = u16> {
    (0..=u16::MAX).take(count)
}

/// The hash of a counter and the key, as a number, by `modulus`; `None` when nothing is left.
fn remainder<D: Digest>(counter: u16, key: &[u8], modulus: u64) -> Option<u64> {
    u64::try_from(wide_remainder::<D>(counter, key, u128::from(modulus))?).ok()
}

fn wide_remainder<D: Digest>(counter: u16, key: &[u8], modulus: u128) -> Option<u128> {
    if modulus == 0 {
        return None;
    }
    let counter = counter.to_be_bytes();
    let mut hash = D::new();
    hash.update(counter);
    hash.update(key);
    hash.update(counter);
    (BigUint::from_bytes_be(&hash.finalize()) % modulus).to_u128()
}

#[cfg(test)]
mod tests;
