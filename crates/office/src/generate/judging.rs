//! How a made-up assessor judges an item: levels, points and parts that the item's rule takes.
//!
//! A share of 1 is work without fault. What is given depends on the unit first (some work better), on the
//! case second and on chance last, so that units differ and one unit's steps agree with each other.

use std::collections::BTreeMap;

use base::{Ratio, Rounding};
use scoring::{Item, MET, NOT_MET, Need, PartScale, Role, Rule};

use super::dice::{Dice, ONE};

/// One case in so many is a poor one.
const POOR_ONE_IN: u64 = 25;
/// One deduction in so many is made, one bonus in so many is earned.
const DEDUCTION_ONE_IN: u64 = 12;
const BONUS_ONE_IN: u64 = 3;

/// How well a unit does, and how well this case went, as shares of [`ONE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Quality {
    unit: i64,
    case: i64,
}

impl Quality {
    /// The quality of a unit's case. A unit's own is the same in all its cases.
    pub(super) fn of(seed: u64, distribution: &str, unit: &str, case_dice: &mut Dice) -> Quality {
        let weak = Dice::new(seed, &[distribution, "unit", unit]).share();
        let case = if case_dice.below(POOR_ONE_IN) == 0 {
            0
        } else {
            case_dice.share()
        };
        // Most units are good and few are poor: a square pushes them up.
        Quality {
            unit: ONE - weak * weak / ONE,
            case,
        }
    }

    /// The share of the points that a step gives, between two shares.
    pub(super) fn share(self, from: i64, to: i64, dice: &mut Dice) -> i64 {
        let mixed = (4 * self.unit + self.case + dice.share()) / 6;
        from + (to - from).max(0) * mixed / ONE
    }
}

/// What an assessor gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Mark {
    /// The level, for rules that need one.
    pub level: Option<String>,
    /// The points.
    pub points: Ratio,
    /// The parts' values, by part.
    pub parts: BTreeMap<String, Ratio>,
}

/// Judges an item by a share of [`ONE`]; points and parts have `scale` places.
pub(super) fn judge(item: &Item, share: i64, scale: u8, dice: &mut Dice) -> Mark {
    let share = match item.role {
        Role::Normal => share,
        // Of a deduction item points are what is taken, so good work gives none.
        Role::Deduction => {
            if dice.below(DEDUCTION_ONE_IN) == 0 {
                ONE - share
            } else {
                0
            }
        }
        Role::Bonus => {
            if dice.below(BONUS_ONE_IN) == 0 {
                share
            } else {
                0
            }
        }
    };
    match &item.rule {
        Rule::Binary { .. } if item.rule.need() == Need::Level => {
            let is_met = reaches(share, dice);
            let points = if is_met {
                item.points.clone()
            } else {
                Ratio::from_int(0)
            };
            Mark {
                level: Some(if is_met { MET } else { NOT_MET }.to_owned()),
                points,
                ..Mark::default()
            }
        }
        Rule::Tiered { levels } if item.rule.need() == Need::Level => {
            let mut best_first: Vec<_> = levels.iter().collect();
            best_first.sort_by(|a, b| b.points.cmp(&a.points));
            let reached = best_first
                .iter()
                .find(|_| reaches(share, dice))
                .or(best_first.last());
            match reached {
                Some(level) => Mark {
                    level: Some(level.id.clone()),
                    points: level.points.clone(),
                    ..Mark::default()
                },
                None => Mark::default(),
            }
        }
        Rule::RangeByJudge { ranges } => {
            let least = ranges.iter().map(|range| &range.from).min();
            let most = ranges.iter().map(|range| &range.to).max();
            let (Some(least), Some(most)) = (least, most) else {
                return Mark::default();
            };
            let wanted = least + &(&(most - least) * &of_one(share));
            // Between two ranges the lower one's most is given.
            let range = ranges
                .iter()
                .filter(|range| range.from <= wanted)
                .max_by(|a, b| a.from.cmp(&b.from));
            let Some(range) = range else {
                return Mark {
                    points: least.clone(),
                    ..Mark::default()
                };
            };
            let points = wanted
                .round(scale, Rounding::Down)
                .clamp(range.from.clone(), range.to.clone());
            Mark {
                points,
                ..Mark::default()
            }
        }
        Rule::CompositeOfParts {
            parts,
            scale: part_scale,
        } => {
            let mut mark = Mark::default();
            let (mut sum, mut weights) = (Ratio::from_int(0), Ratio::from_int(0));
            for part in parts {
                let near = (share + (dice.share() - ONE / 2) / 10).clamp(0, ONE);
                let most = match part_scale {
                    PartScale::Percent => Ratio::from_int(100),
                    PartScale::Points => part.weight.clone(),
                };
                mark.parts.insert(
                    part.part.clone(),
                    (&most * &of_one(near)).round(scale, Rounding::Down),
                );
                sum = &sum + &(&part.weight * &of_one(near));
                weights = &weights + &part.weight;
            }
            let rate = sum
                .checked_div(&weights)
                .unwrap_or_else(|| Ratio::from_int(0));
            mark.points = (&item.points * &rate).round(scale, Rounding::Down);
            mark
        }
        _ => Mark {
            points: (&item.points * &of_one(share)).round(scale, Rounding::Down),
            ..Mark::default()
        },
    }
}

/// Whether good enough, with the probability of the share.
fn reaches(share: i64, dice: &mut Dice) -> bool {
    dice.share() < share
}

fn of_one(share: i64) -> Ratio {
    Ratio::new(i128::from(share), i128::from(ONE)).unwrap_or_else(|| Ratio::from_int(0))
}

/// A declared share (0 to 1) in units of [`ONE`].
pub(super) fn in_ones(share: &Ratio) -> i64 {
    let ones = (share * &Ratio::from_int(ONE)).floor();
    ones.to_integer()
        .and_then(|ones| i64::try_from(ones).ok())
        .unwrap_or(ONE)
        .clamp(0, ONE)
}

#[cfg(test)]
mod tests {
    use base::{GroupId, ItemId, Text};
    use scoring::{JudgedRange, Level, PartWeight};

    use super::*;

    fn item(rule: Rule) -> Item {
        Item::new(
            ItemId::new("i"),
            GroupId::new("g"),
            Text::new("项", "item"),
            Ratio::from_int(4),
            rule,
        )
    }

    fn level(id: &str, points: &str) -> Level {
        Level {
            id: id.to_owned(),
            points: Ratio::parse_decimal(points).unwrap(),
            describes: Text::new(id, id),
            from: None,
        }
    }

    #[test]
    fn points_are_the_share_rounded_down() {
        let mut dice = Dice::new(1, &["judging"]);
        // 4 × 0.75 = 3, and 4 × 1/3 = 1.33 rounded down to two places.
        assert_eq!(
            judge(&item(Rule::Judged), ONE * 3 / 4, 2, &mut dice).points,
            Ratio::from_int(3)
        );
        assert_eq!(
            judge(&item(Rule::Judged), ONE / 3, 2, &mut dice)
                .points
                .exact_decimal()
                .as_deref(),
            Some("1.33")
        );
    }

    #[test]
    fn faultless_work_has_the_best_level_and_none_the_worst() {
        let tiered = item(Rule::Tiered {
            levels: vec![level("none", "0"), level("full", "4"), level("half", "2")],
        });
        let mut dice = Dice::new(2, &["judging"]);
        for _ in 0..50 {
            assert_eq!(
                judge(&tiered, ONE, 2, &mut dice),
                Mark {
                    level: Some("full".into()),
                    points: Ratio::from_int(4),
                    ..Mark::default()
                }
            );
            assert_eq!(
                judge(&tiered, 0, 2, &mut dice).level.as_deref(),
                Some("none")
            );
        }
        let binary = item(Rule::Binary { comparison: None });
        assert_eq!(
            judge(&binary, ONE, 2, &mut dice).level.as_deref(),
            Some(MET)
        );
        assert_eq!(judge(&binary, 0, 2, &mut dice).points, Ratio::from_int(0));
    }

    #[test]
    fn points_lie_within_a_range() {
        let range = |id: &str, from: i64, to: i64| JudgedRange {
            id: id.to_owned(),
            from: Ratio::from_int(from),
            to: Ratio::from_int(to),
            describes: Text::new(id, id),
        };
        let ranges = vec![range("poor", 0, 1), range("good", 3, 4)];
        let judged = item(Rule::RangeByJudge { ranges });
        let mut dice = Dice::new(3, &["judging"]);
        for tenth in 0..=10 {
            let points = judge(&judged, ONE * tenth / 10, 2, &mut dice).points;
            let within = |from: i64, to: i64| {
                points >= Ratio::from_int(from) && points <= Ratio::from_int(to)
            };
            assert!(within(0, 1) || within(3, 4), "{tenth}: {points:?}");
        }
    }

    #[test]
    fn a_composite_has_all_its_parts() {
        let part = |id: &str, weight: i64| PartWeight {
            part: id.to_owned(),
            weight: Ratio::from_int(weight),
        };
        let composite = item(Rule::CompositeOfParts {
            parts: vec![part("document", 40), part("site", 60)],
            scale: PartScale::Points,
        });
        let mark = judge(&composite, ONE, 2, &mut Dice::new(4, &["judging"]));
        assert_eq!(mark.parts.keys().collect::<Vec<_>>(), ["document", "site"]);
        assert!(
            mark.parts.get("document").is_some_and(
                |points| *points <= Ratio::from_int(40) && *points >= Ratio::from_int(38)
            )
        );
        assert!(mark.points <= Ratio::from_int(4));
    }
}
