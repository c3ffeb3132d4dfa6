//! Rules that take rates or points as they are: rate times points, product of rates, as given.

use base::{Ratio, Text};

use super::{RuleFault, RuleInput, earns};
use crate::words;

/// A rate kept within 0 and 1.
fn capped(rate: &Ratio) -> Ratio {
    rate.clone().max(Ratio::ZERO).min(Ratio::from_int(1))
}

/// points × rate, the rate capped at 100 %.
pub(super) fn rate_times_points(input: &RuleInput) -> Result<Ratio, RuleFault> {
    Ok(earns(input, &(input.points * &capped(input.value()?))))
}

/// points × rate₁ × rate₂ × …, each capped at 100 %.
pub(super) fn product_of_rates(rates: usize, input: &RuleInput) -> Result<Ratio, RuleFault> {
    let values = input.values_of(rates)?;
    let product = values
        .iter()
        .fold(Ratio::from_int(1), |product, rate| &product * &capped(rate));
    Ok(earns(input, &(input.points * &product)))
}

pub(super) fn rates_words(input: &RuleInput, points: &Ratio) -> Text {
    let rates: Vec<String> = input
        .values
        .iter()
        .map(|rate| match &capped(rate) == rate {
            true => input.show_rate(rate),
            false => format!(
                "{} → {}",
                input.show_rate(rate),
                input.show_rate(&capped(rate))
            ),
        })
        .collect();
    let (sign, rates) = (input.sign(), rates.join(" × "));
    let formula = format!("{sign}{rates} × {}", words::points(input.points));
    words::formula(&formula, points)
}

/// The value is the points.
pub(super) fn as_given(input: &RuleInput) -> Result<Ratio, RuleFault> {
    Ok(earns(input, input.value()?))
}

pub(super) fn as_given_words(points: &Ratio) -> Text {
    words::text(
        format!("按所报计 {} 分", words::points(points)),
        format!("as given: {}", words::english_points(points)),
    )
}

#[cfg(test)]
mod tests {
    use super::super::test_table::*;
    use crate::definition::Role;
    use crate::rule::Rule;

    #[test]
    fn rate_times_points_is_capped_at_full() {
        for (rate, points) in [
            ("0.97", "9.7"),
            ("1", "10"),
            ("1.2", "10"),
            ("0", "0"),
            ("-0.5", "0"),
            ("1/3", "10/3"),
        ] {
            check(&Rule::RateTimesPoints, "10", &[rate], None, points);
        }
        assert_eq!(
            zh(&Rule::RateTimesPoints, "10", &["1.2"], None),
            "120% → 100% × 10 = 10 分"
        );
    }

    #[test]
    fn completion_times_pass_rate_times_twenty() {
        let rule = Rule::ProductOfRates { rates: 2 };
        for (completion, pass, points) in [
            ("1", "0.98", "19.6"),
            ("0.9", "0.98", "17.64"),
            ("1.5", "0.5", "10"),
            ("0", "1", "0"),
        ] {
            check(&rule, "20", &[completion, pass], None, points);
        }
        refuse(&rule, "20", &["1"], None);
        refuse(&rule, "20", &["1", "1", "1"], None);
        assert_eq!(
            zh(&rule, "20", &["0.9", "0.98"], None),
            "90% × 98% × 20 = 17.64 分"
        );
    }

    #[test]
    fn points_as_given() {
        check(&Rule::AsGiven, "5", &["3.5"], None, "3.5");
        check_role(&Rule::AsGiven, Role::Deduction, "5", &["3.5"], None, "-3.5");
    }
}
