//! The rules: how a figure or a judgement becomes points.
//!
//! Each rule is one variant here and one small pure function in one of the modules below, beside
//! its table test and the sentence that explains it. [`points`] is the whole arithmetic; it knows
//! neither missing data (see [`crate::item`]) nor rounding.

use base::{Ratio, Text};

use crate::definition::Direction;

/// A rule with its parameters. All points in it are written positive; see
/// [`Role`](crate::definition::Role).
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
