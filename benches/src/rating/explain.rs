//! Whom exact arithmetic moves: the same rating in binary floating point, as the peers compute it,
//! and each enterprise whose grade differs, with the exact reason.
//!
//! The figures must be the same on all sides, and so must the hash of the grades in floating point.
//! A grade may differ only where the exact total stands so near to a band's bound that floating
//! point cannot tell the sides apart.

use base::Ratio;
use office::rating::Rating;
use scoring::batch::{Denominators, FigureColumn};

use crate::findings::Failure;

/// Piecewise linear through these (value, points), by item.
const POINTS: [&[(f64, f64)]; 8] = [
    &[(0.0, 0.0), (0.6, 40.0), (0.9, 85.0), (1.0, 100.0)],
    &[(0.0, 100.0), (5.0, 70.0), (20.0, 20.0), (50.0, 0.0)],
    &[(0.0, 100.0), (1.0, 80.0), (3.0, 40.0), (6.0, 0.0)],
    &[
        (0.0, 100.0),
        (10_000.0, 80.0),
        (100_000.0, 30.0),
        (500_000.0, 0.0),
    ],
    &[(0.0, 0.0), (1.0, 60.0), (3.0, 100.0)],
    &[(0.0, 0.0), (180.0, 40.0), (730.0, 90.0), (1826.0, 100.0)],
    &[(0.0, 0.0), (1.0, 70.0), (2.0, 100.0)],
    &[(0.0, 100.0), (1.0, 60.0), (3.0, 0.0)],
];
const WEIGHTS: [f64; 8] = [0.25, 0.15, 0.10, 0.15, 0.05, 0.15, 0.05, 0.10];
/// Points where there is no value, by item; 0 where there always is one.
const NO_VALUE: [f64; 8] = [80.0, 0.0, 0.0, 0.0, 0.0, 100.0, 0.0, 0.0];
const BANDS: [(&str, i64); 3] = [("A", 85), ("B", 70), ("C", 55)];

/// The grade of a row in floating point, operation by operation as the peers' query has it.
pub fn float_grade(figures: &[FigureColumn<'_>], row: usize) -> &'static str {
    let value = |number: usize| {
        let column = figures.get(number)?;
        let numerator = *column.numerators.get(row)? as f64;
        column
            .state(row)
            .has_value()
            .then_some(match column.denominators {
                Denominators::Same(denominator) => numerator / denominator as f64,
                Denominators::Each(each) => numerator / *each.get(row)? as f64,
            })
    };
    if value(8).is_some_and(|grave| grave > 0.0) {
        return "D";
    }
    let mut score = 0.0;
    for (item, ((knots, weight), missing)) in POINTS.iter().zip(WEIGHTS).zip(NO_VALUE).enumerate() {
        let points = value(item).map_or(missing, |value| points_of(knots, value));
        score = if item == 0 {
            weight * points
        } else {
            score + weight * points
        };
    }
    let reached = BANDS.iter().find(|(_, from)| score >= *from as f64);
    reached.map_or("D", |(grade, _)| grade)
}

fn points_of(knots: &[(f64, f64)], value: f64) -> f64 {
    let (Some(first), Some(last)) = (knots.first(), knots.last()) else {
        return 0.0;
    };
    if value <= first.0 {
        return first.1;
    }
    let pairs = knots.iter().zip(knots.iter().skip(1));
    let mut pairs = pairs.filter(|(_, high)| value <= high.0);
    pairs.next().map_or(last.1, |(low, high)| {
        low.1 + ((value - low.0) * (high.1 - low.1)) / (high.0 - low.0)
    })
}

/// Each enterprise whose exact grade is another than in floating point, in a sentence.
///
/// # Errors
/// One of them does not stand at a bound: then it is no matter of arithmetic.
pub fn moved(rating: &Rating<'_>, figures: &[FigureColumn<'_>]) -> Result<Vec<String>, Failure> {
    let near = Ratio::new(1, 1_000_000_000).unwrap_or(Ratio::ZERO);
    let mut told = Vec::new();
    for row in 0..rating.len() {
        let (exact, float) = (
            rating.grade(row).unwrap_or_default(),
            float_grade(figures, row),
        );
        if exact == float {
            continue;
        }
        let card = rating.card(row)?;
        let enterprise = rating.subject(row);
        let total = card.total_exact.clone().unwrap_or(Ratio::ZERO);
        let bound = BANDS.iter().map(|(_, from)| Ratio::from_int(*from));
        let bound = bound
            .min_by_key(|bound| (&total - bound).abs())
            .unwrap_or(Ratio::ZERO);
        if (&total - &bound).abs() > near {
            return Err(Failure::new(format!(
                "enterprise {enterprise} is {exact} here and {float} in floating point, and its total is {total}"
            )));
        }
        told.push(match total == bound {
            true => format!("enterprise {enterprise}: exactly {bound}, so {exact}; floating point falls just short and says {float}"),
            false => format!("enterprise {enterprise}: {total}, which is not {bound}, so {exact}; floating point says {float}"),
        });
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_run_through_the_knots() {
        // (value, points) of the pass rate: at a knot, between, outside
        for (value, points) in [
            (0.6, 40.0),
            (0.75, 62.5),
            (1.0, 100.0),
            (2.0, 100.0),
            (-1.0, 0.0),
        ] {
            assert!(
                (points_of(POINTS[0], value) - points).abs() < 1e-9,
                "{value}"
            );
        }
    }
}
