//! The weighted mean of parts, the one formula behind composites and weighted groups.

use base::Ratio;

use crate::total::Quantity;

/// Σ weight × value ÷ Σ weight; `None` when the weights add up to zero (also for no parts at all).
///
/// ```
/// use base::Ratio;
/// use scoring::composite;
/// let int = |n: i64| Ratio::from_int(n);
/// // document review 40, site visit 30, unannounced visit 20, survey 10
/// let parts = [(int(40), int(90)), (int(30), int(80)), (int(20), int(50)), (int(10), int(100))];
/// assert_eq!(composite(parts.iter().map(|(w, v)| (w, v))), Some(int(80)));
/// assert_eq!(composite(std::iter::empty()), None);
/// ```
pub fn composite<'a>(parts: impl Iterator<Item = (&'a Ratio, &'a Ratio)>) -> Option<Ratio> {
    weighted_mean(parts)
}

/// The same of numbers or of formulas.
pub(crate) fn weighted_mean<'a, Q: Quantity + 'a>(
    parts: impl Iterator<Item = (&'a Ratio, &'a Q)>,
) -> Option<Q> {
    let mut sum = Q::constant(&Ratio::ZERO);
    let mut weights = Ratio::ZERO;
    for (weight, value) in parts {
        sum = sum.plus(&value.times(weight));
        weights = &weights + weight;
    }
    Some(sum.times(&weights.reciprocal()?))
}
