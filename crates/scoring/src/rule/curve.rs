//! Rules that are a fixed function of the value: linear, steps, piecewise linear.

use base::{Ratio, Text};

use super::{Knot, RuleFault, RuleInput, Step, earns};
use crate::words;

/// The share of full points at `value` on the line from nothing at `zero_at` to full at `full_at`.
fn share_on_line(value: &Ratio, zero_at: &Ratio, full_at: &Ratio) -> Option<Ratio> {
    let share = (value - zero_at).checked_div(&(full_at - zero_at))?;
    Some(share.max(Ratio::ZERO).min(Ratio::from_int(1)))
}

/// Nothing at one value, full points at another, linear between.
pub(super) fn linear(
    zero_at: &Ratio,
    full_at: &Ratio,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let share =
        share_on_line(input.value()?, zero_at, full_at).ok_or(RuleFault::ParameterNotPositive {
            parameter: "full_at - zero_at",
        })?;
    Ok(earns(input, &(input.points * &share)))
}

pub(super) fn linear_words(
    zero_at: &Ratio,
    full_at: &Ratio,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let value = input.value()?;
    let shown = input.show(value);
    let (zero, full) = (input.show(zero_at), input.show(full_at));
    let rising = full_at > zero_at;
    let at_full = if rising {
        value >= full_at
    } else {
        value <= full_at
    };
    let at_zero = if rising {
        value <= zero_at
    } else {
        value >= zero_at
    };
    let (zh, en) = (words::points(points), words::english_points(points));
    if at_full {
        return Ok(words::text(
            format!("{shown} 达到满分线 {full}：{zh} 分"),
            format!("{shown} reaches the full mark {full}: {en}"),
        ));
    }
    if at_zero {
        return Ok(words::text(
            format!("{shown} 未越过零分线 {zero}：{zh} 分"),
            format!("{shown} does not pass the zero mark {zero}: {en}"),
        ));
    }
    let (sign, most) = (input.sign(), words::points(input.points));
    let formula = format!("{sign}({shown} − {zero}) ÷ ({full} − {zero}) × {most}");
    Ok(words::formula(&formula, points))
}

/// The last step that the value has reached.
fn step_at<'a>(steps: &'a [Step], value: &Ratio) -> Option<&'a Step> {
    steps.iter().rev().find(|step| &step.from <= value)
}

/// Piecewise constant points; nothing below the first step.
pub(super) fn steps(steps: &[Step], input: &RuleInput) -> Result<Ratio, RuleFault> {
    let step = step_at(steps, input.value()?);
    let points = step.map_or_else(|| Ratio::ZERO, |step| step.points.clone());
    Ok(earns(input, &points))
}

pub(super) fn steps_words(
    steps: &[Step],
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let value = input.value()?;
    let (zh, en) = (words::points(points), words::english_points(points));
    let shown = input.show(value);
    Ok(match step_at(steps, value) {
        Some(step) => {
            let from = input.show(&step.from);
            words::text(
                format!("{shown}，在 {from} 起的一档：{zh} 分"),
                format!("{shown}, in the step from {from}: {en}"),
            )
        }
        None => words::text(
            format!("{shown}，低于最低一档：{zh} 分"),
            format!("{shown}, below the first step: {en}"),
        ),
    })
}

/// Where a value stands among the knots.
enum Place<'a> {
    At(&'a Knot),
    Between(&'a Knot, &'a Knot),
}

fn place<'a>(knots: &'a [Knot], value: &Ratio) -> Result<Place<'a>, RuleFault> {
    let above = knots.iter().position(|knot| &knot.value >= value);
    let found = match above {
        Some(0) => knots.first().map(Place::At),
        Some(i) => match (knots.get(i - 1), knots.get(i)) {
            (_, Some(knot)) if &knot.value == value => Some(Place::At(knot)),
            (Some(low), Some(high)) => Some(Place::Between(low, high)),
            _ => None,
        },
        None => knots.last().map(Place::At),
    };
    found.ok_or(RuleFault::ParameterNotPositive { parameter: "knots" })
}

/// Points through the knots, linear between them and constant outside.
pub(super) fn piecewise(knots: &[Knot], input: &RuleInput) -> Result<Ratio, RuleFault> {
    let value = input.value()?;
    let points = match place(knots, value)? {
        Place::At(knot) => knot.points.clone(),
        Place::Between(low, high) => {
            // low.value < value < high.value, so the divisor is positive.
            let share = share_on_line(value, &low.value, &high.value)
                .ok_or(RuleFault::ParameterNotPositive { parameter: "knots" })?;
            &low.points + &(&(&high.points - &low.points) * &share)
        }
    };
    Ok(earns(input, &points))
}

pub(super) fn piecewise_words(
    knots: &[Knot],
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let value = input.value()?;
    let shown = input.show(value);
    let equals = words::equals_points(points);
    Ok(match place(knots, value)? {
        Place::At(knot) => {
            let at = format!(
                "({}, {})",
                input.show(&knot.value),
                words::points(&knot.points)
            );
            words::text(
                format!("{shown}，按折点 {at}：{} 分", words::points(points)),
                format!(
                    "{shown}, at the knot {at}: {}",
                    words::english_points(points)
                ),
            )
        }
        Place::Between(low, high) => {
            let low = format!(
                "({}, {})",
                input.show(&low.value),
                words::points(&low.points)
            );
            let high = format!(
                "({}, {})",
                input.show(&high.value),
                words::points(&high.points)
            );
            words::text(
                format!("{shown}，在 {low} 与 {high} 之间线性 {equals} 分"),
                format!("{shown}, linear between {low} and {high} {equals} points"),
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::test_table::*;
    use super::*;
    use crate::definition::Role;
    use crate::rule::Rule;

    #[test]
    fn linear_between_two_values() {
        // 0 at 90 %, full at 97.5 %: (value, points of an item of 5)
        let rule = Rule::Linear {
            zero_at: r("0.90"),
            full_at: r("0.975"),
        };
        for (value, points) in [
            ("0.80", "0"),
            ("0.90", "0"),
            ("0.915", "1"),
            ("0.93", "2"),
            ("0.9375", "2.5"),
            ("0.975", "5"),
            ("1", "5"),
        ] {
            check(&rule, "5", &[value], None, points);
        }
        // Lower is better: full at 2 days, nothing at 10.
        let rule = Rule::Linear {
            zero_at: r("10"),
            full_at: r("2"),
        };
        for (value, points) in [
            ("0", "4"),
            ("2", "4"),
            ("4", "3"),
            ("6", "2"),
            ("10", "0"),
            ("99", "0"),
        ] {
            check(&rule, "4", &[value], None, points);
        }
        refuse(
            &Rule::Linear {
                zero_at: r("1"),
                full_at: r("1"),
            },
            "4",
            &["1"],
            None,
        );
        let rule = Rule::Linear {
            zero_at: r("0.90"),
            full_at: r("0.975"),
        };
        assert_eq!(
            zh(&rule, "5", &["0.93"], None),
            "(93% − 90%) ÷ (97.5% − 90%) × 5 = 2 分"
        );
        let lost = "− (93% − 90%) ÷ (97.5% − 90%) × 5 = −2 分";
        assert_eq!(zh_role(&rule, Role::Deduction, "5", &["0.93"], None), lost);
    }

    #[test]
    fn steps_have_half_open_lower_bounds() {
        let step = |from, points| Step {
            from: r(from),
            points: r(points),
        };
        let rule = Rule::Steps {
            steps: vec![step("1", "2"), step("5", "3"), step("10", "5")],
        };
        for (value, points) in [
            ("0", "0"),
            ("0.99", "0"),
            ("1", "2"),
            ("4.999", "2"),
            ("5", "3"),
            ("9", "3"),
            ("10", "5"),
            ("11", "5"),
        ] {
            check(&rule, "5", &[value], None, points);
        }
        check_role(&rule, Role::Deduction, "5", &["5"], None, "-3");
    }

    #[test]
    fn piecewise_linear_through_knots() {
        let knot = |value, points| Knot {
            value: r(value),
            points: r(points),
        };
        // Pass rate of the rating workload.
        let knots = vec![
            knot("0", "0"),
            knot("0.6", "40"),
            knot("0.9", "85"),
            knot("1", "100"),
        ];
        let rule = Rule::Piecewise { knots };
        for (value, points) in [
            ("-1", "0"),
            ("0", "0"),
            ("0.3", "20"),
            ("0.6", "40"),
            ("0.75", "62.5"),
            ("2/3", "50"),
            ("0.9", "85"),
            ("0.96", "94"),
            ("1", "100"),
            ("2", "100"),
        ] {
            check(&rule, "100", &[value], None, points);
        }
        // Falling: severity sum.
        let knots = vec![
            knot("0", "100"),
            knot("5", "70"),
            knot("20", "20"),
            knot("50", "0"),
        ];
        let rule = Rule::Piecewise { knots };
        for (value, points) in [
            ("0", "100"),
            ("2", "88"),
            ("8", "60"),
            ("35", "10"),
            ("51", "0"),
        ] {
            check(&rule, "100", &[value], None, points);
        }
        refuse(&Rule::Piecewise { knots: Vec::new() }, "100", &["1"], None);
    }
}
