//! The rules: how a figure or a judgement becomes points.
//!
//! Each rule is one variant here and one small pure function in one of the modules below, beside
//! its table test and the sentence that explains it. [`points`] is the whole arithmetic; it knows
//! neither missing data (declared by [`WhenMissing`](crate::WhenMissing)) nor rounding.

use base::{Ratio, Text};

use crate::definition::{Direction, Role};

mod count;
mod curve;
mod input;
mod judged;
mod rate;
mod target;

pub use input::{RuleFault, RuleInput};

/// A rule with its parameters. All points in it are written positive; see
/// [`Role`].
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Full points or none.
    Binary {
        /// How the value is compared with the target; `None`: judged met or not met.
        comparison: Option<Comparison>,
    },
    /// Points of a described level (1 / 0.5 / 0), judged, or found from the value when the levels
    /// have lower bounds.
    Tiered {
        /// The levels.
        levels: Vec<Level>,
    },
    /// points × min(1, value ÷ target); where lower is better, points × min(1, target ÷ value).
    Proportional {
        /// Which way is better.
        better: Direction,
    },
    /// Nothing at one value, full points at another, linear between, clamped outside.
    Linear {
        /// The value that gives no points.
        zero_at: Ratio,
        /// The value that gives full points; below `zero_at` where lower is better.
        full_at: Ratio,
    },
    /// Piecewise constant points.
    Steps {
        /// Half-open lower bounds, ascending; a value below the first gives no points.
        steps: Vec<Step>,
    },
    /// Points through (value, points), linear between and constant outside.
    Piecewise {
        /// At least two knots, ascending by value.
        knots: Vec<Knot>,
    },
    /// `deduct` for each `unit` that the value is short of the target (above it, where lower is
    /// better), from full points (a deduction item: from nothing).
    PerPointShort {
        /// Points lost per unit short.
        deduct: Ratio,
        /// The unit; 1/100 is one percentage point.
        unit: Ratio,
        /// Whether a part of a unit counts as a whole one or in proportion.
        counting: Counting,
        /// Which way is better.
        better: Direction,
    },
    /// `deduct` for each thing that is missing (the value is their number).
    PerMissing {
        /// Points lost per missing thing.
        deduct: Ratio,
    },
    /// `each` per event (the value is their number), more from a repetition on. Normal items lose
    /// from full points, deduction items lose from nothing, bonus items gain.
    PerEvent {
        /// Points per event.
        each: Ratio,
        /// Other points per event from the nth on.
        escalation: Option<Escalation>,
    },
    /// Points by rank (the value is the rank, from 1).
    RankBased {
        /// Points of the first, the second, …
        by_rank: Vec<Ratio>,
        /// Points of every later rank.
        others: Ratio,
        /// Points without any result (rank 0 or not applicable); `None`: the item's effect of a
        /// missing value holds.
        none: Option<Ratio>,
    },
    /// points × value, the value kept within 0 and 1.
    RateTimesPoints,
    /// points × value₁ × value₂ × …, each kept within 0 and 1 (completion × pass rate × 20).
    ProductOfRates {
        /// How many figures there are.
        rates: usize,
    },
    /// The assessor picks points inside a described range (3 to 5).
    RangeByJudge {
        /// The ranges.
        ranges: Vec<JudgedRange>,
    },
    /// The assessor gives from 0 to the item's points.
    Judged,
    /// points × weighted mean of the parts' rates.
    CompositeOfParts {
        /// The parts, judged by id, or taken from the figures in this order.
        parts: Vec<PartWeight>,
        /// What the parts' values are.
        scale: PartScale,
    },
    /// The value itself is the points.
    AsGiven,
}

/// A comparison of the value with the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// value ≥ target
    AtLeast,
    /// value ≤ target
    AtMost,
    /// value > target
    MoreThan,
    /// value < target
    LessThan,
    /// value = target
    Equals,
}

/// A level of a tiered rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The level's id, unique in the rule.
    pub id: String,
    /// Its points.
    pub points: Ratio,
    /// What it takes, in words.
    pub describes: Text,
    /// Half-open lower bound of the value. Either no level has one (judged), or all have but the
    /// lowest, which may go without.
    pub from: Option<Ratio>,
}

/// A step of piecewise constant points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Half-open lower bound of the value.
    pub from: Ratio,
    /// Points from there on.
    pub points: Ratio,
}

/// A knot of piecewise linear points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knot {
    /// The value.
    pub value: Ratio,
    /// Points at that value.
    pub points: Ratio,
}

/// How a part of a unit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    /// A part of a unit counts as a whole one.
    #[default]
    WholeSteps,
    /// In proportion.
    ProRata,
}

/// Heavier points on repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// From which event on, counted from 1.
    pub from_nth: u32,
    /// Points for each of those.
    pub then_each: Ratio,
}

/// A range inside which the assessor picks.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedRange {
    /// The range's id, unique in the rule.
    pub id: String,
    /// The fewest points.
    pub from: Ratio,
    /// The most points.
    pub to: Ratio,
    /// What it takes, in words.
    pub describes: Text,
}

/// A part of an item's composite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartWeight {
    /// The part's id, unique in the rule.
    pub part: String,
    /// Its weight; with [`PartScale::Points`] also the most that it can give.
    pub weight: Ratio,
}

/// What the values of parts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartScale {
    /// From 0 to 100.
    #[default]
    Percent,
    /// From 0 to the part's weight.
    Points,
}

/// What a rule needs before it can give points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// So many figures.
    Figures(usize),
    /// A judgement with a level.
    Level,
    /// A judgement with points.
    Points,
    /// Either a judgement with all parts, or as many figures.
    Parts(usize),
}

impl Rule {
    /// What the rule needs.
    ///
    /// ```
    /// use scoring::{Need, Rule};
    /// assert_eq!(Rule::RateTimesPoints.need(), Need::Figures(1));
    /// assert_eq!(Rule::Judged.need(), Need::Points);
    /// ```
    pub fn need(&self) -> Need {
        match self {
            Rule::Binary { comparison: None } => Need::Level,
            Rule::Tiered { levels } if levels.iter().all(|level| level.from.is_none()) => {
                Need::Level
            }
            Rule::Judged | Rule::RangeByJudge { .. } => Need::Points,
            Rule::ProductOfRates { rates } => Need::Figures(*rates),
            Rule::CompositeOfParts { parts, .. } => Need::Parts(parts.len()),
            Rule::Binary { .. }
            | Rule::Tiered { .. }
            | Rule::Proportional { .. }
            | Rule::Linear { .. }
            | Rule::Steps { .. }
            | Rule::Piecewise { .. }
            | Rule::PerPointShort { .. }
            | Rule::PerMissing { .. }
            | Rule::PerEvent { .. }
            | Rule::RankBased { .. }
            | Rule::RateTimesPoints
            | Rule::AsGiven => Need::Figures(1),
        }
    }

    /// Whether the rule compares with a target.
    ///
    /// ```
    /// use scoring::{Direction, Rule};
    /// assert!(Rule::Proportional { better: Direction::HigherBetter }.compares_with_target());
    /// assert!(!Rule::RateTimesPoints.compares_with_target());
    /// ```
    pub fn compares_with_target(&self) -> bool {
        matches!(
            self,
            Rule::Binary {
                comparison: Some(_)
            } | Rule::Proportional { .. }
                | Rule::PerPointShort { .. }
        )
    }

    /// The rule's name in packages and lists.
    ///
    /// ```
    /// assert_eq!(scoring::Rule::RateTimesPoints.kind(), "rate_times_points");
    /// ```
    pub fn kind(&self) -> &'static str {
        match self {
            Rule::Binary { .. } => "binary",
            Rule::Tiered { .. } => "tiered",
            Rule::Proportional { .. } => "proportional",
            Rule::Linear { .. } => "linear",
            Rule::Steps { .. } => "steps",
            Rule::Piecewise { .. } => "piecewise",
            Rule::PerPointShort { .. } => "per_point_short",
            Rule::PerMissing { .. } => "per_missing",
            Rule::PerEvent { .. } => "per_event",
            Rule::RankBased { .. } => "rank_based",
            Rule::RateTimesPoints => "rate_times_points",
            Rule::ProductOfRates { .. } => "product_of_rates",
            Rule::RangeByJudge { .. } => "range_by_judge",
            Rule::Judged => "judged",
            Rule::CompositeOfParts { .. } => "composite_of_parts",
            Rule::AsGiven => "as_given",
        }
    }

    /// Points that the rule itself declares for a figure that does not apply (no result to rank).
    pub(crate) fn points_without_result(&self, role: Role) -> Option<(Ratio, Text)> {
        match self {
            Rule::RankBased {
                none: Some(none), ..
            } => {
                let points = signed(role, none);
                let reason = count::without_result_words(&points);
                Some((points, reason))
            }
            _ => None,
        }
    }
}

/// The points of a rule, as they count (a deduction's are negative), before floor and cap.
///
/// ```
/// use base::Ratio;
/// use scoring::rule::{points, RuleInput};
/// use scoring::{Direction, Role, Rule, ValueFormat};
/// // 95 of 100 sampled against a target of 98 %, 4 points: 0.95 ÷ 0.98 × 4 = 190/49
/// let (rate, target) = (Ratio::new(95, 100).unwrap(), Ratio::new(98, 100).unwrap());
/// let input = RuleInput {
///     values: &[rate],
///     judged: None,
///     target: Some(&target),
///     points: &Ratio::from_int(4),
///     role: Role::Normal,
///     format: ValueFormat::Percent(2),
/// };
/// let rule = Rule::Proportional { better: Direction::HigherBetter };
/// assert_eq!(points(&rule, &input).unwrap(), Ratio::new(190, 49).unwrap());
/// ```
pub fn points(rule: &Rule, input: &RuleInput) -> Result<Ratio, RuleFault> {
    match rule {
        Rule::Binary { comparison } => target::binary(*comparison, input),
        Rule::Tiered { levels } => judged::tiered(levels, input),
        Rule::Proportional { better } => target::proportional(*better, input),
        Rule::Linear { zero_at, full_at } => curve::linear(zero_at, full_at, input),
        Rule::Steps { steps } => curve::steps(steps, input),
        Rule::Piecewise { knots } => curve::piecewise(knots, input),
        Rule::PerPointShort {
            deduct,
            unit,
            counting,
            better,
        } => target::per_point_short(deduct, unit, *counting, *better, input),
        Rule::PerMissing { deduct } => count::per_missing(deduct, input),
        Rule::PerEvent { each, escalation } => count::per_event(each, escalation.as_ref(), input),
        Rule::RankBased {
            by_rank,
            others,
            none,
        } => count::rank_based(by_rank, others, none.as_ref(), input),
        Rule::RateTimesPoints => rate::rate_times_points(input),
        Rule::ProductOfRates { rates } => rate::product_of_rates(*rates, input),
        Rule::RangeByJudge { ranges } => judged::range_by_judge(ranges, input),
        Rule::Judged => judged::judged(input),
        Rule::CompositeOfParts { parts, scale } => judged::composite_of_parts(parts, *scale, input),
        Rule::AsGiven => rate::as_given(input),
    }
}

/// The sentence that explains the points that [`points`] gave for the same rule and input.
pub fn explain(rule: &Rule, input: &RuleInput, points: &Ratio) -> Result<Text, RuleFault> {
    Ok(match rule {
        Rule::Binary { comparison } => target::binary_words(*comparison, input, points)?,
        Rule::Tiered { levels } => judged::tiered_words(levels, input, points)?,
        Rule::Proportional { better } => target::proportional_words(*better, input, points)?,
        Rule::Linear { zero_at, full_at } => curve::linear_words(zero_at, full_at, input, points)?,
        Rule::Steps { steps } => curve::steps_words(steps, input, points)?,
        Rule::Piecewise { knots } => curve::piecewise_words(knots, input, points)?,
        Rule::PerPointShort {
            deduct,
            unit,
            counting,
            better,
        } => target::per_point_short_words(deduct, unit, *counting, *better, input, points)?,
        Rule::PerMissing { deduct } => count::per_missing_words(deduct, input, points)?,
        Rule::PerEvent { each, escalation } => {
            count::per_event_words(each, escalation.as_ref(), input, points)?
        }
        Rule::RankBased { .. } => count::rank_based_words(input, points)?,
        Rule::RateTimesPoints | Rule::ProductOfRates { .. } => rate::rates_words(input, points),
        Rule::RangeByJudge { ranges } => judged::range_by_judge_words(ranges, input, points)?,
        Rule::Judged => judged::judged_words(input, points),
        Rule::CompositeOfParts { parts, scale } => {
            judged::composite_of_parts_words(parts, *scale, input, points)?
        }
        Rule::AsGiven => rate::as_given_words(points),
    })
}

/// An amount earned: a deduction item loses it.
fn earns(input: &RuleInput, amount: &Ratio) -> Ratio {
    signed(input.role, amount)
}

fn signed(role: Role, amount: &Ratio) -> Ratio {
    match role {
        Role::Normal | Role::Bonus => amount.clone(),
        Role::Deduction => &Ratio::ZERO - amount,
    }
}

/// An amount lost: from full points, or for a deduction item from nothing.
fn loses(input: &RuleInput, amount: &Ratio) -> Ratio {
    match input.role {
        Role::Normal | Role::Bonus => input.points - amount,
        Role::Deduction => &Ratio::ZERO - amount,
    }
}

#[cfg(test)]
pub(crate) mod test_table;
