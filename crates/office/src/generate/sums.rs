//! Numbers that add up to exactly what is declared, each within its bounds.

/// Changes numbers that lie within `low..=high` so that they sum to `sum`, each moved by its share of the
/// room that is left to it. `None` when no numbers within the bounds can.
pub(super) fn meet_sum(numbers: &[i64], low: i64, high: i64, sum: i64) -> Option<Vec<i64>> {
    let wanted = i128::from(sum);
    let count = i128::try_from(numbers.len()).ok()?;
    if wanted < i128::from(low) * count || wanted > i128::from(high) * count {
        return None;
    }
    let found: i128 = numbers.iter().map(|number| i128::from(*number)).sum();
    let missing = wanted - found;
    let room = |number: i64| {
        if missing > 0 {
            i128::from(high) - i128::from(number)
        } else {
            i128::from(number) - i128::from(low)
        }
    };
    let room_in_all: i128 = numbers.iter().map(|number| room(*number)).sum();
    if missing == 0 || room_in_all == 0 {
        return (missing == 0).then(|| numbers.to_vec());
    }
    let mut left = missing.abs();
    let mut moved: Vec<i128> = Vec::with_capacity(numbers.len());
    for number in numbers {
        // room ≤ room_in_all, so no share is larger than its room.
        let share = room(*number).checked_mul(missing.abs())? / room_in_all;
        left -= share;
        moved.push(share);
    }
    for (share, number) in moved.iter_mut().zip(numbers) {
        if left == 0 {
            break;
        }
        let more = (room(*number) - *share).min(1).min(left);
        *share += more;
        left -= more;
    }
    // Rounding down loses less than one for each number, and one was given back to each that had room.
    let step = missing.signum();
    numbers
        .iter()
        .zip(moved)
        .map(|(number, share)| i64::try_from(i128::from(*number) + step * share).ok())
        .collect()
}

/// Shares `sum` out by weights, each getting at least `low`. `None` when there is not enough for that.
pub(super) fn share_out(weights: &[i64], low: i64, sum: i64) -> Option<Vec<i64>> {
    let count = i128::try_from(weights.len()).ok()?;
    let above = i128::from(sum) - i128::from(low) * count;
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if above < 0 || (total == 0 && above > 0) {
        return None;
    }
    let mut left = above;
    let mut shares = Vec::with_capacity(weights.len());
    for weight in weights {
        let share = if total == 0 {
            0
        } else {
            above.checked_mul(i128::from(*weight))? / total
        };
        left -= share;
        shares.push(share);
    }
    // What rounding down left is less than one for each.
    let given = shares.iter().enumerate().map(|(index, share)| {
        let more = i128::from(i128::try_from(index).is_ok_and(|index| index < left));
        i64::try_from(i128::from(low) + share + more).ok()
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_moved_to_their_sum() {
        // 10 missing, room 7, 5 and 3 of 15: shares 4, 3 and 2, and the one left goes to the first.
        assert_eq!(meet_sum(&[3, 5, 7], 0, 10, 25), Some(vec![8, 8, 9]));
        assert_eq!(meet_sum(&[3, 5, 7], 0, 10, 15), Some(vec![3, 5, 7]));
        assert_eq!(meet_sum(&[3, 5], 3, 5, 6), Some(vec![3, 3]));
        assert_eq!(meet_sum(&[3, 5], 3, 5, 5), None);
        assert_eq!(meet_sum(&[3, 5], 3, 5, 11), None);
        assert_eq!(meet_sum(&[], 0, 10, 0), Some(vec![]));
        assert_eq!(meet_sum(&[], 0, 10, 1), None);
    }

    #[test]
    fn a_sum_is_shared_out_by_weights() {
        // 100 by 1 : 2 : 4 is 14, 28 and 57 rounded down; the one left goes to the first.
        assert_eq!(share_out(&[1, 2, 4], 0, 100), Some(vec![15, 28, 57]));
        assert_eq!(share_out(&[1, 1], 10, 21), Some(vec![11, 10]));
        assert_eq!(share_out(&[1, 1], 10, 19), None);
        assert_eq!(share_out(&[], 0, 0), Some(vec![]));
        assert_eq!(share_out(&[], 0, 5), None);
    }

    proptest! {
        #[test]
        fn sums_are_met_within_bounds(numbers in prop::collection::vec(-50_i64..=50, 1..40), sum in -2_500_i64..=2_500) {
            let count = i64::try_from(numbers.len()).unwrap();
            match meet_sum(&numbers, -50, 50, sum) {
                Some(met) => {
                    prop_assert_eq!(met.iter().sum::<i64>(), sum);
                    prop_assert!(met.iter().all(|number| (-50..=50).contains(number)));
                }
                None => prop_assert!(sum < -50 * count || sum > 50 * count),
            }
        }

        #[test]
        fn shares_add_up(weights in prop::collection::vec(1_i64..=1_000, 1..40), low in 0_i64..10, sum in 0_i64..=1_000_000) {
            if let Some(shares) = share_out(&weights, low, sum) {
                prop_assert_eq!(shares.iter().sum::<i64>(), sum);
                prop_assert!(shares.iter().all(|share| *share >= low));
            }
        }
    }
}
