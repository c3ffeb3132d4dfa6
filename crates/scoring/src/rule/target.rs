//! Rules that compare the value with a target: binary, proportional, per point short.

use base::{Ratio, Text};

use super::{Comparison, Counting, RuleFault, RuleInput, earns, loses};
use crate::definition::{Direction, Role};
use crate::participant::{MET, NOT_MET};
use crate::words;

/// Full points or none, by comparison or as judged.
pub(super) fn binary(
    comparison: Option<Comparison>,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let met = match comparison {
        Some(comparison) => comparison.holds(input.value()?, input.target()?),
        None => match input.level()? {
            MET => true,
            NOT_MET => false,
            other => {
                return Err(RuleFault::UnknownLevel {
                    level: other.to_string(),
                });
            }
        },
    };
    let earned = if met {
        input.points.clone()
    } else {
        Ratio::ZERO
    };
    Ok(earns(input, &earned))
}

impl Comparison {
    /// Whether the value stands in this relation to the target.
    ///
    /// ```
    /// use base::Ratio;
    /// use scoring::Comparison;
    /// assert!(Comparison::AtLeast.holds(&Ratio::from_int(3), &Ratio::from_int(3)));
    /// assert!(!Comparison::LessThan.holds(&Ratio::from_int(3), &Ratio::from_int(3)));
    /// ```
    pub fn holds(self, value: &Ratio, target: &Ratio) -> bool {
        match self {
            Comparison::AtLeast => value >= target,
            Comparison::AtMost => value <= target,
            Comparison::MoreThan => value > target,
            Comparison::LessThan => value < target,
            Comparison::Equals => value == target,
        }
    }

    /// The sign: `≥`.
    ///
    /// ```
    /// assert_eq!(scoring::Comparison::AtLeast.sign(), "≥");
    /// ```
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::AtLeast => "≥",
            Comparison::AtMost => "≤",
            Comparison::MoreThan => ">",
            Comparison::LessThan => "<",
            Comparison::Equals => "=",
        }
    }
}

pub(super) fn binary_words(
    comparison: Option<Comparison>,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let (zh_points, en_points) = (words::points(points), words::english_points(points));
    let Some(comparison) = comparison else {
        let met = input.level()? == MET;
        return Ok(match met {
            true => words::text(
                format!("判为达到：{zh_points} 分"),
                format!("judged as met: {en_points}"),
            ),
            false => words::text(
                format!("判为未达到：{zh_points} 分"),
                format!("judged as not met: {en_points}"),
            ),
        });
    };
    let (value, target) = (input.value()?, input.target()?);
    let met = comparison.holds(value, target);
    let (value, target) = (input.show(value), input.show(target));
    let sign = comparison.sign();
    Ok(words::text(
        format!(
            "要求 {sign} 目标 {target}，实际 {value}，{}：{zh_points} 分",
            if met { "达到" } else { "未达到" }
        ),
        format!(
            "required {sign} target {target}, actual {value}, {}: {en_points}",
            if met { "met" } else { "not met" }
        ),
    ))
}

/// points × min(1, value ÷ target), or points × min(1, target ÷ value) where lower is better.
///
/// A met target gives full points whatever the target is, so that a target of zero faults or zero
/// complaints can be met; a negative value earns nothing where higher is better.
pub(super) fn proportional(better: Direction, input: &RuleInput) -> Result<Ratio, RuleFault> {
    let (value, target) = (input.value()?, input.target()?);
    let zero = Ratio::ZERO;
    let (part, whole) = match better {
        Direction::HigherBetter if value >= target => return Ok(earns(input, input.points)),
        Direction::LowerBetter if value <= target => return Ok(earns(input, input.points)),
        Direction::HigherBetter => (value, target),
        Direction::LowerBetter => (target, value),
    };
    // Higher better: value < target. Lower better: target < value. So the divisor is the larger.
    if target < &zero {
        return Err(RuleFault::NegativeTarget);
    }
    let rate = part.checked_div(whole).ok_or(RuleFault::NegativeTarget)?;
    Ok(earns(input, &(input.points * &rate.max(zero))))
}

pub(super) fn proportional_words(
    better: Direction,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let (value, target) = (input.value()?, input.target()?);
    let (sign, met) = match better {
        Direction::HigherBetter => ("≥", value >= target),
        Direction::LowerBetter => ("≤", value <= target),
    };
    let (value, target) = (input.show(value), input.show(target));
    if met {
        return Ok(words::text(
            format!("{value} {sign} 目标 {target}：{} 分", words::points(points)),
            format!(
                "{value} {sign} target {target}: {}",
                words::english_points(points)
            ),
        ));
    }
    let (minus, most) = (input.sign(), words::points(input.points));
    let equals = words::equals_points(points);
    Ok(match better {
        Direction::HigherBetter => words::text(
            format!("{minus}{value} ÷ 目标 {target} × {most} 分 {equals} 分"),
            format!("{minus}{value} ÷ target {target} × {most} points {equals} points"),
        ),
        Direction::LowerBetter => words::text(
            format!("{minus}目标 {target} ÷ {value} × {most} 分 {equals} 分"),
            format!("{minus}target {target} ÷ {value} × {most} points {equals} points"),
        ),
    })
}

/// `deduct` for each unit short of the target.
pub(super) fn per_point_short(
    deduct: &Ratio,
    unit: &Ratio,
    counting: Counting,
    better: Direction,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let units = units_short(unit, counting, better, input)?;
    Ok(loses(input, &(deduct * &units)))
}

fn shortfall(better: Direction, input: &RuleInput) -> Result<Ratio, RuleFault> {
    let (value, target) = (input.value()?, input.target()?);
    let short = match better {
        Direction::HigherBetter => target - value,
        Direction::LowerBetter => value - target,
    };
    Ok(short.max(Ratio::ZERO))
}

fn units_short(
    unit: &Ratio,
    counting: Counting,
    better: Direction,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let units = shortfall(better, input)?
        .checked_div(unit)
        .ok_or(RuleFault::ParameterNotPositive { parameter: "unit" })?;
    Ok(match counting {
        Counting::WholeSteps => units.round(0, base::Rounding::Up),
        Counting::ProRata => units,
    })
}

pub(super) fn per_point_short_words(
    deduct: &Ratio,
    unit: &Ratio,
    counting: Counting,
    better: Direction,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let short = shortfall(better, input)?;
    let (value, target) = (input.show(input.value()?), input.show(input.target()?));
    if short == Ratio::ZERO {
        return Ok(words::text(
            format!("{value}，达到目标 {target}：{} 分", words::points(points)),
            format!(
                "{value}, target {target} met: {}",
                words::english_points(points)
            ),
        ));
    }
    let units = words::points(&units_short(unit, counting, better, input)?);
    let (short, unit) = (input.show_difference(&short), input.show_difference(unit));
    let deduct = words::points(deduct);
    let from = match input.role {
        Role::Deduction => String::new(),
        Role::Normal | Role::Bonus => format!("{} ", words::points(input.points)),
    };
    let equals = words::equals_points(points);
    let (zh_way, en_way) = match better {
        Direction::HigherBetter => ("低于", "below"),
        Direction::LowerBetter => ("高于", "above"),
    };
    Ok(words::text(
        format!(
            "{value} {zh_way}目标 {target}，差 {}，每 {}扣 {deduct} 分：{from}− {units} × {deduct} {equals} 分",
            short.zh, unit.zh
        ),
        format!(
            "{value} is {en_way} target {target} by {}, {deduct} off per {}: {from}− {units} × {deduct} {equals} points",
            short.en, unit.en
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::test_table::*;
    use super::*;
    use crate::rule::Rule;
    use crate::{Input, Judgement};

    #[test]
    fn binary_compares_or_is_judged() {
        use Comparison::*;
        // (comparison, value, target, points of an item of 4)
        for (comparison, value, target, points) in [
            (AtLeast, "0.98", "0.98", "4"),
            (AtLeast, "0.9799", "0.98", "0"),
            (AtMost, "3", "3", "4"),
            (AtMost, "4", "3", "0"),
            (MoreThan, "6", "6", "0"),
            (MoreThan, "6.01", "6", "4"),
            (LessThan, "6", "6", "0"),
            (LessThan, "5", "6", "4"),
            (Equals, "1/3", "2/6", "4"),
            (Equals, "0.333", "1/3", "0"),
        ] {
            let rule = Rule::Binary {
                comparison: Some(comparison),
            };
            check(&rule, "4", &[value], Some(target), points);
        }
        let judged = Rule::Binary { comparison: None };
        check_judged(&judged, "1", Input::level(MET), "1");
        check_judged(&judged, "1", Input::level(NOT_MET), "0");
        refuse_judged(&judged, "1", Input::level("perhaps"));
    }

    #[test]
    fn proportional_to_target() {
        // Higher is better: (value, target, points of an item of 4)
        for (value, target, points) in [
            ("0.975", "0.98", "3.9/0.98"),
            ("0.98", "0.98", "4"),
            ("1", "0.98", "4"),
            ("0", "0.98", "0"),
            ("-1", "0.98", "0"),
            ("0", "0", "4"),
            ("75", "150", "2"),
        ] {
            let rule = Rule::Proportional {
                better: Direction::HigherBetter,
            };
            check(&rule, "4", &[value], Some(target), points);
        }
        // Lower is better.
        for (value, target, points) in [
            ("2", "3", "4"),
            ("3", "3", "4"),
            ("4", "3", "3"),
            ("12", "3", "1"),
            ("5", "0", "0"),
        ] {
            let rule = Rule::Proportional {
                better: Direction::LowerBetter,
            };
            check(&rule, "4", &[value], Some(target), points);
        }
        let rule = Rule::Proportional {
            better: Direction::HigherBetter,
        };
        refuse(&rule, "4", &["-2"], Some("-1"));
        refuse(&rule, "4", &["1"], None);
        refuse(&rule, "4", &["1", "2"], Some("1"));
        refuse_judged(
            &rule,
            "4",
            Input {
                judged: Some(Judgement::default()),
                ..Input::default()
            },
        );
    }

    #[test]
    fn per_point_short_of_target() {
        let rule = |counting, better| Rule::PerPointShort {
            deduct: r("0.5"),
            unit: r("0.01"),
            counting,
            better,
        };
        let (whole, rata) = (Counting::WholeSteps, Counting::ProRata);
        let (higher, lower) = (Direction::HigherBetter, Direction::LowerBetter);
        // (counting, direction, value, target, points of an item of 5)
        for (counting, better, value, target, points) in [
            (whole, higher, "0.95", "0.95", "5"),
            (whole, higher, "1", "0.95", "5"),
            (whole, higher, "0.94", "0.95", "4.5"),
            (whole, higher, "0.939", "0.95", "4"),
            (rata, higher, "0.939", "0.95", "4.45"),
            (rata, higher, "0.85", "0.95", "0"),
            (rata, higher, "0.75", "0.95", "-5"), // the floor is the item's, not the rule's
            (whole, lower, "0.02", "0.03", "5"),
            (whole, lower, "0.0301", "0.03", "4.5"),
        ] {
            check(&rule(counting, better), "5", &[value], Some(target), points);
        }
        check_role(
            &rule(whole, higher),
            Role::Deduction,
            "5",
            &["0.929"],
            Some("0.95"),
            "-1.5",
        );
    }

    #[test]
    fn reasons_show_the_sum() {
        let rule = Rule::Proportional {
            better: Direction::HigherBetter,
        };
        assert_eq!(
            zh(&rule, "4", &["0.975"], Some("0.98")),
            "97.5% ÷ 目标 98% × 4 分 ≈ 3.9796 分"
        );
        let rule = Rule::PerPointShort {
            deduct: r("0.5"),
            unit: r("0.01"),
            counting: Counting::WholeSteps,
            better: Direction::HigherBetter,
        };
        assert_eq!(
            zh(&rule, "5", &["0.937"], Some("0.95")),
            "93.7% 低于目标 95%，差 1.3 个百分点，每 1 个百分点扣 0.5 分：5 − 2 × 0.5 = 4 分"
        );
    }
}
