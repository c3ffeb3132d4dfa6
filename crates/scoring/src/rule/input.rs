//! What a rule reads, and why it cannot give points.

use base::{Ratio, Text};

use crate::definition::{Role, ValueFormat};
use crate::participant::Judgement;
use crate::words;

/// What a rule works on: plain values, all missing data being dealt with before.
#[derive(Debug, Clone, Copy)]
pub struct RuleInput<'a> {
    /// The values of the figures.
    pub values: &'a [Ratio],
    /// The assessor's judgement.
    pub judged: Option<&'a Judgement>,
    /// The target.
    pub target: Option<&'a Ratio>,
    /// The item's points.
    pub points: &'a Ratio,
    /// The item's role.
    pub role: Role,
    /// How values are written in the reason.
    pub format: ValueFormat,
}

impl<'a> RuleInput<'a> {
    /// The one value.
    pub(super) fn value(&self) -> Result<&'a Ratio, RuleFault> {
        match self.values {
            [value] => Ok(value),
            values => Err(RuleFault::ValueCount {
                wanted: 1,
                found: values.len(),
            }),
        }
    }

    /// Exactly so many values.
    pub(super) fn values_of(&self, wanted: usize) -> Result<&'a [Ratio], RuleFault> {
        match self.values.len() == wanted {
            true => Ok(self.values),
            false => Err(RuleFault::ValueCount {
                wanted,
                found: self.values.len(),
            }),
        }
    }

    pub(super) fn target(&self) -> Result<&'a Ratio, RuleFault> {
        self.target.ok_or(RuleFault::NoTarget)
    }

    pub(super) fn judgement(&self) -> Result<&'a Judgement, RuleFault> {
        self.judged.ok_or(RuleFault::NoJudgement)
    }

    pub(super) fn level(&self) -> Result<&'a str, RuleFault> {
        self.judgement()?
            .level
            .as_deref()
            .ok_or(RuleFault::NoJudgement)
    }

    pub(super) fn show(&self, value: &Ratio) -> String {
        words::value(value, self.format)
    }

    /// A difference of values: for percentages in percentage points.
    pub(super) fn show_difference(&self, difference: &Ratio) -> Text {
        match self.format {
            ValueFormat::Number(places) => Text::same(words::number(difference, places)),
            ValueFormat::Percent(places) => {
                let points = words::number(&(difference * &Ratio::from_int(100)), places);
                let noun = if points == "1" {
                    "percentage point"
                } else {
                    "percentage points"
                };
                words::text(format!("{points} 个百分点"), format!("{points} {noun}"))
            }
        }
    }

    /// What stands before the formula of an amount: a deduction takes it away.
    pub(super) fn sign(&self) -> &'static str {
        match self.role {
            Role::Normal | Role::Bonus => "",
            Role::Deduction => "− ",
        }
    }

    /// A rate is shown in percent even where the item says nothing about its values.
    pub(super) fn show_rate(&self, rate: &Ratio) -> String {
        match self.format {
            ValueFormat::Percent(_) => self.show(rate),
            ValueFormat::Number(_) => words::value(rate, ValueFormat::Percent(2)),
        }
    }
}

/// Why a rule cannot give points. The item is named where the fault becomes a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleFault {
    /// The rule compares with a target and there is none.
    NoTarget,
    /// A missed target below zero leaves no proportion.
    NegativeTarget,
    /// Another number of values than the rule takes.
    ValueCount {
        /// How many the rule takes.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// The rule needs a judgement, or another kind of judgement.
    NoJudgement,
    /// The judged level is none of the rule's.
    UnknownLevel {
        /// The level.
        level: String,
    },
    /// No level reaches down to the value.
    BelowLowestLevel {
        /// The value.
        value: String,
    },
    /// The points given are outside what may be given.
    PointsOutside {
        /// The points.
        points: String,
        /// The fewest.
        from: String,
        /// The most.
        to: String,
    },
    /// The points given are in none of the ranges.
    OutsideRanges {
        /// The points.
        points: String,
    },
    /// A part has no value.
    NoPart {
        /// The part.
        part: String,
    },
    /// A value for a part that the rule does not have.
    UnknownPart {
        /// The part.
        part: String,
    },
    /// A number of things, or a rank, that is negative or not whole.
    NotACount {
        /// The value.
        value: String,
    },
    /// A parameter of the rule that must be above zero is not; [`crate::validate`] finds it.
    ParameterNotPositive {
        /// The parameter.
        parameter: &'static str,
    },
}
