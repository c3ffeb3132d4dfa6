//! The rule of an item in words: what gives points, before anybody's figure is put in.

use base::{Ratio, Text};
use scoring::rule::{Counting, PartScale};
use scoring::{Direction, Item, Role, Rule, ValueFormat};

use super::names::pair;
use crate::shown::points;

/// What an item gives points for.
#[must_use]
pub fn rule(item: &Item) -> Text {
    let value = |ratio: &Ratio| match item.format {
        ValueFormat::Percent(_) => format!("{}%", points(&(ratio * &Ratio::from_int(100)))),
        ValueFormat::Number(_) => points(ratio),
    };
    let full = points(&item.points);
    let takes = item.role == Role::Deduction;
    match &item.rule {
        Rule::Binary { comparison: None } => pair(
            format!("评定达到得{full}分，达不到不得分"),
            format!("{full} points where it is judged met, else none"),
        ),
        Rule::Binary {
            comparison: Some(comparison),
        } => {
            use scoring::rule::Comparison as C;
            let (zh, en) = match comparison {
                C::AtLeast => ("不低于", "is at least"),
                C::AtMost => ("不高于", "is at most"),
                C::MoreThan => ("高于", "is above"),
                C::LessThan => ("低于", "is below"),
                C::Equals => ("等于", "equals"),
            };
            pair(
                format!("{zh}目标得{full}分，否则不得分"),
                format!("{full} points where the figure {en} the target, else none"),
            )
        }
        Rule::Tiered { levels } => {
            let zh: Vec<String> = levels
                .iter()
                .map(|level| match &level.from {
                    Some(from) => format!("{}及以上得{}分", value(from), points(&level.points)),
                    None => format!(
                        "{}得{}分",
                        named(&level.describes.zh, &level.id),
                        points(&level.points)
                    ),
                })
                .collect();
            let en: Vec<String> = levels
                .iter()
                .map(|level| match &level.from {
                    Some(from) => format!("{} points from {}", points(&level.points), value(from)),
                    None => format!(
                        "{} points: {}",
                        points(&level.points),
                        named(&level.describes.en, &level.id)
                    ),
                })
                .collect();
            pair(
                format!("分档：{}", zh.join("，")),
                format!("By level: {}", en.join("; ")),
            )
        }
        Rule::Proportional {
            better: Direction::HigherBetter,
        } => pair(
            format!("达到目标得{full}分，不足按完成比例计（分值 × 数字 ÷ 目标）"),
            format!("{full} points at the target, in proportion below (points × figure ÷ target)"),
        ),
        Rule::Proportional {
            better: Direction::LowerBetter,
        } => pair(
            format!("不超过目标得{full}分，超过按比例减（分值 × 目标 ÷ 数字）"),
            format!(
                "{full} points at the target or less, in proportion above (points × target ÷ figure)"
            ),
        ),
        Rule::Linear { zero_at, full_at } => pair(
            format!(
                "{}得{full}分，{}不得分，其间按比例计",
                value(full_at),
                value(zero_at)
            ),
            format!(
                "{full} points at {}, none at {}, linear between",
                value(full_at),
                value(zero_at)
            ),
        ),
        Rule::Steps { steps } => {
            let zh: Vec<String> = steps
                .iter()
                .map(|step| format!("{}起得{}分", value(&step.from), points(&step.points)))
                .collect();
            let en: Vec<String> = steps
                .iter()
                .map(|step| format!("{} points from {}", points(&step.points), value(&step.from)))
                .collect();
            pair(
                format!("分段：{}，更低不得分", zh.join("，")),
                format!("By steps: {}; none below", en.join("; ")),
            )
        }
        Rule::Piecewise { knots } => {
            let zh: Vec<String> = knots
                .iter()
                .map(|knot| format!("{}得{}分", value(&knot.value), points(&knot.points)))
                .collect();
            let en: Vec<String> = knots
                .iter()
                .map(|knot| format!("{} points at {}", points(&knot.points), value(&knot.value)))
                .collect();
            pair(
                format!("{}，其间按比例计", zh.join("，")),
                format!("{}, linear between", en.join("; ")),
            )
        }
        Rule::PerPointShort {
            deduct,
            unit,
            counting,
            better,
        } => {
            let percent = unit * &Ratio::from_int(100);
            let (unit_zh, unit_en) = match item.format {
                ValueFormat::Percent(_) => (
                    format!("{}个百分点", points(&percent)),
                    english_percentage_points(&percent),
                ),
                ValueFormat::Number(_) => (points(unit), points(unit)),
            };
            let (side_zh, side_en) = match better {
                Direction::HigherBetter => ("比目标每低", "short of the target"),
                Direction::LowerBetter => ("比目标每高", "above the target"),
            };
            let (count_zh, count_en) = match counting {
                Counting::WholeSteps => ("不足一档按一档", "a part of it counts as a whole"),
                Counting::ProRata => ("按比例", "in proportion"),
            };
            pair(
                format!("{side_zh}{unit_zh}扣{}分（{count_zh}）", points(deduct)),
                format!(
                    "−{} points for each {unit_en} {side_en} ({count_en})",
                    points(deduct)
                ),
            )
        }
        Rule::PerMissing { deduct } => pair(
            format!("每缺一项扣{}分", points(deduct)),
            format!("−{} points for each thing missing", points(deduct)),
        ),
        Rule::PerEvent { each, escalation } => {
            let (zh, en) = match (item.role, takes) {
                (Role::Bonus, _) => ("加", "+"),
                _ => ("扣", "−"),
            };
            let more = escalation.as_ref().map_or_else(
                || pair("", ""),
                |found| {
                    pair(
                        format!(
                            "，第{}起起每起{zh}{}分",
                            found.from_nth,
                            points(&found.then_each)
                        ),
                        format!(
                            ", {en}{} for each from number {}",
                            points(&found.then_each),
                            found.from_nth
                        ),
                    )
                },
            );
            let most = if item.points.is_zero() || item.role == Role::Normal {
                pair("", "")
            } else {
                pair(format!("，最多{full}分"), format!(", at most {full}"))
            };
            pair(
                format!("每起{zh}{}分{}{}", points(each), more.zh, most.zh),
                format!(
                    "{en}{} points for each event{}{}",
                    points(each),
                    more.en,
                    most.en
                ),
            )
        }
        Rule::RankBased {
            by_rank, others, ..
        } => {
            let list: Vec<String> = by_rank.iter().map(points).collect();
            pair(
                format!(
                    "第一名起依次得{}分，其余得{}分",
                    list.join("、"),
                    points(others)
                ),
                format!(
                    "{} points from the first rank on, {} for every later one",
                    list.join(", "),
                    points(others)
                ),
            )
        }
        Rule::RateTimesPoints => pair(
            format!("{full}分 × 数字（不超过100%）"),
            format!("{full} points × the figure (at most 100 %)"),
        ),
        Rule::ProductOfRates { rates } => pair(
            format!("{full}分 × {rates}个比率的乘积"),
            format!("{full} points × the product of {rates} rates"),
        ),
        Rule::RangeByJudge { ranges } => {
            let zh: Vec<String> = ranges
                .iter()
                .map(|range| {
                    format!(
                        "{}{}至{}分",
                        named(&range.describes.zh, &range.id),
                        points(&range.from),
                        points(&range.to)
                    )
                })
                .collect();
            let en: Vec<String> = ranges
                .iter()
                .map(|range| {
                    format!(
                        "{} to {} points: {}",
                        points(&range.from),
                        points(&range.to),
                        named(&range.describes.en, &range.id)
                    )
                })
                .collect();
            pair(
                format!("评定：{}", zh.join("，")),
                format!("Judged: {}", en.join("; ")),
            )
        }
        Rule::Judged => pair(
            format!("评定0至{full}分"),
            format!("Judged, from 0 to {full} points"),
        ),
        Rule::CompositeOfParts { parts, scale } => {
            let list: Vec<String> = parts
                .iter()
                .map(|part| format!("{} {}", part.part, points(&part.weight)))
                .collect();
            let of = match scale {
                PartScale::Percent => ("按权重平均", "the weighted mean of the parts"),
                PartScale::Points => ("相加", "the parts added up"),
            };
            pair(
                format!("{full}分，由{}{}", list.join("、"), of.0),
                format!("{full} points: {} ({})", of.1, list.join(", ")),
            )
        }
        Rule::AsGiven => {
            let (zh, en) = if takes {
                ("扣分", "deducted")
            } else {
                ("得分", "given")
            };
            pair(
                format!("数字本身就是{zh}"),
                format!("the figure itself is the points {en}"),
            )
        }
    }
}

fn named<'t>(words: &'t str, id: &'t str) -> &'t str {
    if words.is_empty() { id } else { words }
}

fn english_percentage_points(percent: &Ratio) -> String {
    if *percent == Ratio::from_int(1) {
        "percentage point".to_owned()
    } else {
        format!("{} percentage points", points(percent))
    }
}
