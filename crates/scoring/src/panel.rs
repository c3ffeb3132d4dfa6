//! Several judges of one thing: mean, trimmed mean, median, and whether they must talk first.
//!
//! GB/Z 19579-style panels score apart, and where the scores lie further apart than a set gap the
//! judges seek consensus before anything is averaged. All is exact.

use base::Ratio;

/// The mean of the judges' scores; `None` without judges.
///
/// ```
/// use base::Ratio;
/// let scores = [70i64, 75, 86].map(Ratio::from_int);
/// assert_eq!(scoring::panel::mean(&scores), Some(Ratio::from_int(77)));
/// ```
pub fn mean(scores: &[Ratio]) -> Option<Ratio> {
    let sum = scores.iter().fold(Ratio::ZERO, |sum, score| &sum + score);
    sum.checked_div(&count(scores.len()))
}

/// The mean without the `drop_each_side` lowest and as many highest scores (去掉一个最高分、一个
/// 最低分); `None` when no score would be left.
///
/// ```
/// use base::Ratio;
/// let scores = [60i64, 80, 85, 90, 100].map(Ratio::from_int);
/// assert_eq!(scoring::panel::trimmed_mean(&scores, 1), Some(Ratio::from_int(85)));
/// assert_eq!(scoring::panel::trimmed_mean(&scores[..2], 1), None);
/// ```
pub fn trimmed_mean(scores: &[Ratio], drop_each_side: usize) -> Option<Ratio> {
    let mut sorted = scores.to_vec();
    sorted.sort();
    let upper = sorted.len().checked_sub(drop_each_side)?;
    mean(sorted.get(drop_each_side..upper)?)
}

/// The middle score, or the mean of the two in the middle; `None` without judges.
///
/// ```
/// use base::Ratio;
/// let scores = [90i64, 60, 80, 70].map(Ratio::from_int);
/// assert_eq!(scoring::panel::median(&scores), Some(Ratio::from_int(75)));
/// ```
pub fn median(scores: &[Ratio]) -> Option<Ratio> {
    let mut sorted = scores.to_vec();
    sorted.sort();
    let upper = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted.get(upper).cloned(),
        _ => mean(sorted.get(upper.checked_sub(1)?..=upper)?),
    }
}

/// The gap between the highest and the lowest score; `None` without judges.
///
/// ```
/// use base::Ratio;
/// let scores = [70i64, 75, 86].map(Ratio::from_int);
/// assert_eq!(scoring::panel::gap(&scores), Some(Ratio::from_int(16)));
/// ```
pub fn gap(scores: &[Ratio]) -> Option<Ratio> {
    Some(scores.iter().max()? - scores.iter().min()?)
}

/// Whether the judges lie further apart than the gap allows and must seek consensus first.
///
/// ```
/// use base::Ratio;
/// let scores = [70i64, 75, 86].map(Ratio::from_int);
/// assert!(scoring::panel::needs_consensus(&scores, &Ratio::from_int(15)));
/// assert!(!scoring::panel::needs_consensus(&scores, &Ratio::from_int(16)));
/// ```
pub fn needs_consensus(scores: &[Ratio], gap_max: &Ratio) -> bool {
    gap(scores).is_some_and(|gap| &gap > gap_max)
}

fn count(number: usize) -> Ratio {
    // A slice has at most isize::MAX elements, so the number always fits.
    Ratio::from_int(i128::try_from(number).unwrap_or(i128::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_without_judges_have_no_score() {
        assert_eq!(mean(&[]), None);
        assert_eq!(median(&[]), None);
        assert_eq!(gap(&[]), None);
        assert_eq!(trimmed_mean(&[], 0), None);
        assert_eq!(trimmed_mean(&[Ratio::ONE], 1), None);
        assert!(!needs_consensus(&[], &Ratio::ZERO));
        assert_eq!(median(&[Ratio::ONE]), Some(Ratio::ONE));
    }
}
