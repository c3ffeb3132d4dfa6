//! What is kept of a group of rows, how two groups merge, and which figure follows.

use std::collections::{HashMap, HashSet};

use base::{Figure, Ratio};

use crate::table::NULL;

/// A group of rows so far.
#[derive(Debug, Clone)]
pub(crate) enum Accumulator {
    /// Number of rows.
    Count(u64),
    /// Sum of the values and number of rows that have one.
    Sum { total: i128, rows: u64 },
    /// The least or greatest value; [`NULL`] without one.
    Extreme { value: i64, greatest: bool },
    /// The values that occur.
    Distinct(HashSet<i64>),
    /// Part and whole, counted or summed.
    Share { part: i128, whole: i128 },
    /// The latest row: by its date, then by its number.
    Latest {
        key: (i64, u64),
        value: i64,
        preliminary: bool,
    },
    /// Part and whole of each stratum.
    Strata(HashMap<i64, (u64, u64)>),
}

impl Accumulator {
    /// Takes up another group's rows.
    pub fn merge(&mut self, other: &Accumulator) {
        match (self, other) {
            (Accumulator::Count(rows), Accumulator::Count(more)) => *rows += more,
            (
                Accumulator::Sum { total, rows },
                Accumulator::Sum {
                    total: more,
                    rows: more_rows,
                },
            ) => {
                *total += more;
                *rows += more_rows;
            }
            (extreme @ Accumulator::Extreme { .. }, Accumulator::Extreme { value, .. }) => {
                extreme.add_extreme(*value)
            }
            (Accumulator::Distinct(values), Accumulator::Distinct(more)) => values.extend(more),
            (
                Accumulator::Share { part, whole },
                Accumulator::Share {
                    part: more_part,
                    whole: more_whole,
                },
            ) => {
                *part += more_part;
                *whole += more_whole;
            }
            (
                latest @ Accumulator::Latest { .. },
                Accumulator::Latest {
                    key,
                    value,
                    preliminary,
                },
            ) => {
                latest.add_latest(*key, *value, *preliminary);
            }
            (Accumulator::Strata(strata), Accumulator::Strata(more)) => {
                for (stratum, (part, whole)) in more {
                    let entry = strata.entry(*stratum).or_default();
                    entry.0 += part;
                    entry.1 += whole;
                }
            }
            // Groups of one question are all of one kind.
            _ => {}
        }
    }

    fn add_extreme(&mut self, found: i64) {
        if let Accumulator::Extreme { value, greatest } = self {
            let better = found != NULL
                && (*value == NULL
                    || if *greatest {
                        found > *value
                    } else {
                        found < *value
                    });
            if better {
                *value = found;
            }
        }
    }

    /// Takes up a report.
    pub fn add_latest(&mut self, found_key: (i64, u64), found: i64, found_preliminary: bool) {
        if let Accumulator::Latest {
            key,
            value,
            preliminary,
        } = self
            && found != NULL
            && (*value == NULL || found_key > *key)
        {
            (*key, *value, *preliminary) = (found_key, found, found_preliminary);
        }
    }

    /// The figure; `denominator` is that of the values, `weights` those of the strata.
    pub fn figure(&self, denominator: i64, weights: &HashMap<i64, Ratio>) -> Figure {
        let ratio = |numerator: i128, denominator: i64| {
            Ratio::new(numerator, i128::from(denominator)).unwrap_or_default()
        };
        let integer = |number: u64| Ratio::from_int(i128::from(number));
        match self {
            Accumulator::Count(rows) => Figure::whole(integer(*rows)),
            Accumulator::Distinct(values) => Figure::whole(integer(values.len() as u64)),
            Accumulator::Sum { total, .. } => Figure::whole(ratio(*total, denominator)),
            Accumulator::Extreme { value: NULL, .. } => Figure::not_applicable(),
            Accumulator::Extreme { value, .. } => {
                Figure::whole(ratio(i128::from(*value), denominator))
            }
            Accumulator::Share { part, whole } => {
                Figure::value_of(ratio(*part, denominator), ratio(*whole, denominator))
            }
            Accumulator::Latest { value: NULL, .. } => Figure::not_reported(),
            Accumulator::Latest {
                value,
                preliminary: true,
                ..
            } => Figure::preliminary(ratio(i128::from(*value), denominator), Ratio::ONE),
            Accumulator::Latest { value, .. } => {
                Figure::whole(ratio(i128::from(*value), denominator))
            }
            Accumulator::Strata(strata) => weighted(strata, weights),
        }
    }

    /// The figure of a mean: sum over number of rows with a value.
    pub fn mean(&self, denominator: i64) -> Figure {
        match self {
            Accumulator::Sum { total, rows } => Figure::value_of(
                Ratio::new(*total, i128::from(denominator)).unwrap_or_default(),
                Ratio::from_int(i128::from(*rows)),
            ),
            _ => Figure::not_applicable(),
        }
    }
}

/// Σ wᵢ·pᵢ over Σ wᵢ, for the strata that have rows. A stratum with rows whose weight is missing
/// makes the figure not reported: leaving it out would change what is measured without a word.
fn weighted(strata: &HashMap<i64, (u64, u64)>, weights: &HashMap<i64, Ratio>) -> Figure {
    let (mut numerator, mut denominator) = (Ratio::ZERO, Ratio::ZERO);
    for (stratum, (part, whole)) in strata.iter().filter(|(_, (_, whole))| *whole > 0) {
        let Some(weight) = weights.get(stratum) else {
            return Figure::not_reported();
        };
        let share = Ratio::new(i128::from(*part), i128::from(*whole)).unwrap_or_default();
        numerator = &numerator + &(weight * &share);
        denominator = &denominator + weight;
    }
    Figure::value_of(numerator, denominator)
}
