//! Rates on their own: time is passed in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::rates::Rates;

#[test]
fn a_bucket_fills_as_fast_as_its_rule_says_and_takes_all_or_nothing() {
    let start = Instant::now();
    let after = |seconds: u64| start + Duration::from_secs(seconds);
    let wanted = |counts: &[(i64, i64)]| -> BTreeMap<i64, (i64, i64)> {
        counts
            .iter()
            .map(|(sensor, count)| (*sensor, (*count, 5)))
            .collect()
    };
    let mut rates = Rates::default();
    assert_eq!(rates.take(&wanted(&[(1, 4)]), start), None);
    // Three are short, at one every twelve seconds; the other sensor of the request is not charged for it.
    assert_eq!(rates.take(&wanted(&[(1, 4), (2, 5)]), start), Some((5, 36)));
    assert_eq!(rates.take(&wanted(&[(2, 5)]), start), None);
    assert_eq!(rates.take(&wanted(&[(1, 4)]), after(35)), Some((5, 1)));
    assert_eq!(rates.take(&wanted(&[(1, 4)]), after(36)), None);
    // It never holds more than a minute's worth.
    assert_eq!(rates.take(&wanted(&[(1, 6)]), after(3_600)), Some((5, 12)));
}
