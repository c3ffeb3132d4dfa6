//! Rules by judgement: described levels, a range, free points, a composite of parts.

use std::borrow::Cow;

use base::{Ratio, Text};

use super::{JudgedRange, Level, PartScale, PartWeight, RuleFault, RuleInput, earns};
use crate::words;

/// The level that was judged, or that the value has reached when the levels have lower bounds.
fn level_of<'a>(levels: &'a [Level], input: &RuleInput) -> Result<&'a Level, RuleFault> {
    if levels.iter().any(|level| level.from.is_some()) {
        let value = input.value()?;
        let reached = levels
            .iter()
            .filter(|level| level.from.as_ref().is_none_or(|from| from <= value));
        // `None` sorts below every bound, so the level without one is the lowest.
        return reached
            .max_by(|a, b| a.from.cmp(&b.from))
            .ok_or(RuleFault::BelowLowestLevel {
                value: words::points(value),
            });
    }
    let id = input.level()?;
    levels
        .iter()
        .find(|level| level.id == id)
        .ok_or_else(|| RuleFault::UnknownLevel {
            level: id.to_string(),
        })
}

/// Points of a described level.
pub(super) fn tiered(levels: &[Level], input: &RuleInput) -> Result<Ratio, RuleFault> {
    Ok(earns(input, &level_of(levels, input)?.points))
}

pub(super) fn tiered_words(
    levels: &[Level],
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let level = level_of(levels, input)?;
    let (zh, en) = (words::points(points), words::english_points(points));
    let describes = &level.describes;
    let (zh_level, en_level) = named(describes, &level.id);
    Ok(match &level.from {
        Some(_) => {
            let value = input.show(input.value()?);
            words::text(
                format!("{value}，属“{zh_level}”：{zh} 分"),
                format!("{value} is “{en_level}”: {en}"),
            )
        }
        None => words::text(
            format!("属“{zh_level}”：{zh} 分"),
            format!("“{en_level}”: {en}"),
        ),
    })
}

/// The description in both languages, or the id where there is none.
fn named<'a>(describes: &'a Text, id: &'a str) -> (&'a str, &'a str) {
    let zh = [describes.zh.as_str(), describes.en.as_str(), id];
    let en = [describes.en.as_str(), describes.zh.as_str(), id];
    let first = |names: [&'a str; 3]| {
        names
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or(id)
    };
    (first(zh), first(en))
}

/// The range that was chosen, or the first that holds the points.
fn range_of<'a>(
    ranges: &'a [JudgedRange],
    input: &RuleInput,
) -> Result<(&'a JudgedRange, Ratio), RuleFault> {
    let judgement = input.judgement()?;
    let points = judgement.points.clone().ok_or(RuleFault::NoJudgement)?;
    let holds = |range: &&JudgedRange| range.from <= points && points <= range.to;
    let Some(level) = &judgement.level else {
        let found = ranges.iter().find(holds);
        return found.map(|range| (range, points.clone())).ok_or_else(|| {
            RuleFault::OutsideRanges {
                points: words::points(&points),
            }
        });
    };
    let range = ranges
        .iter()
        .find(|range| &range.id == level)
        .ok_or_else(|| RuleFault::UnknownLevel {
            level: level.clone(),
        })?;
    match holds(&range) {
        true => Ok((range, points)),
        false => Err(outside(&points, &range.from, &range.to)),
    }
}

fn outside(points: &Ratio, from: &Ratio, to: &Ratio) -> RuleFault {
    RuleFault::PointsOutside {
        points: words::points(points),
        from: words::points(from),
        to: words::points(to),
    }
}

/// The assessor's points inside a described range.
pub(super) fn range_by_judge(
    ranges: &[JudgedRange],
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    Ok(earns(input, &range_of(ranges, input)?.1))
}

pub(super) fn range_by_judge_words(
    ranges: &[JudgedRange],
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let (range, _) = range_of(ranges, input)?;
    let (zh_range, en_range) = named(&range.describes, &range.id);
    let (from, to) = (words::points(&range.from), words::points(&range.to));
    Ok(words::text(
        format!(
            "属“{zh_range}”（{from} 至 {to} 分），评 {} 分",
            words::points(points)
        ),
        format!(
            "“{en_range}” ({from} to {to}), judged {}",
            words::english_points(points)
        ),
    ))
}

/// The assessor's points, from 0 to the item's points.
pub(super) fn judged(input: &RuleInput) -> Result<Ratio, RuleFault> {
    let points = input
        .judgement()?
        .points
        .as_ref()
        .ok_or(RuleFault::NoJudgement)?;
    let zero = Ratio::ZERO;
    match &zero <= points && points <= input.points {
        true => Ok(earns(input, points)),
        false => Err(outside(points, &zero, input.points)),
    }
}

pub(super) fn judged_words(input: &RuleInput, points: &Ratio) -> Text {
    let full = words::points(input.points);
    words::text(
        format!("评 {} 分（满分 {full} 分）", words::points(points)),
        format!("judged {} of {full}", words::english_points(points)),
    )
}

/// Each part's value: judged by id, or else the figures in the order of the parts.
fn part_values<'a>(
    parts: &[PartWeight],
    input: &RuleInput<'a>,
) -> Result<Vec<Cow<'a, Ratio>>, RuleFault> {
    let Some(judgement) = input.judged else {
        return Ok(input
            .values_of(parts.len())?
            .iter()
            .map(Cow::Borrowed)
            .collect());
    };
    if let Some(stranger) = judgement
        .parts
        .keys()
        .find(|id| !parts.iter().any(|p| &&p.part == id))
    {
        return Err(RuleFault::UnknownPart {
            part: stranger.clone(),
        });
    }
    let value = |part: &PartWeight| {
        let value = judgement.parts.get(&part.part).map(Cow::Borrowed);
        value.ok_or_else(|| RuleFault::NoPart {
            part: part.part.clone(),
        })
    };
    parts.iter().map(value).collect()
}

/// The most that a part's value can be.
fn part_max(part: &PartWeight, scale: PartScale) -> Ratio {
    match scale {
        PartScale::Percent => Ratio::from_int(100),
        PartScale::Points => part.weight.clone(),
    }
}

/// points × Σ weight × value ÷ 100 ÷ Σ weight, or points × Σ value ÷ Σ weight.
pub(super) fn composite_of_parts(
    parts: &[PartWeight],
    scale: PartScale,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let zero = Ratio::ZERO;
    let (mut sum, mut weights) = (zero.clone(), zero.clone());
    for (part, value) in parts.iter().zip(part_values(parts, input)?) {
        let value = value.as_ref();
        let max = part_max(part, scale);
        if value < &zero || value > &max {
            return Err(outside(value, &zero, &max));
        }
        let earned = match scale {
            PartScale::Percent => (&part.weight * value).checked_div(&max),
            PartScale::Points => Some(value.clone()),
        };
        sum = &sum + &earned.unwrap_or(zero.clone()); // the divisor is 100
        weights = &weights + &part.weight;
    }
    let rate = sum
        .checked_div(&weights)
        .ok_or(RuleFault::ParameterNotPositive {
            parameter: "weight",
        })?;
    Ok(earns(input, &(input.points * &rate)))
}

pub(super) fn composite_of_parts_words(
    parts: &[PartWeight],
    scale: PartScale,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let zero = Ratio::ZERO;
    let weights = parts.iter().fold(zero, |sum, part| &sum + &part.weight);
    let terms: Vec<String> = parts
        .iter()
        .zip(part_values(parts, input)?)
        .map(|(part, value)| {
            let value = words::points(value.as_ref());
            match scale {
                PartScale::Percent => format!("{value}% × {}", words::points(&part.weight)),
                PartScale::Points => value,
            }
        })
        .collect();
    let (sum, weights) = (terms.join(" + "), words::points(&weights));
    let sign = input.sign();
    let formula = format!(
        "{sign}({sum}) ÷ {weights} × {}",
        words::points(input.points)
    );
    Ok(words::formula(&formula, points))
}

#[cfg(test)]
mod tests {
    use super::super::test_table::*;
    use super::*;
    use crate::rule::Rule;
    use crate::{Input, Judgement, Role};

    fn level(id: &str, points: &str, from: Option<&str>) -> Level {
        Level {
            id: id.into(),
            points: r(points),
            describes: same(id),
            from: from.map(r),
        }
    }

    #[test]
    fn one_in_the_area_plan_half_in_a_department_plan() {
        // Xuzhou 1.1
        let levels = vec![
            level("area", "1", None),
            level("department", "0.5", None),
            level("none", "0", None),
        ];
        let rule = Rule::Tiered { levels };
        check_judged(&rule, "1", Input::level("area"), "1");
        check_judged(&rule, "1", Input::level("department"), "0.5");
        check_judged(&rule, "1", Input::level("none"), "0");
        refuse_judged(&rule, "1", Input::level("province"));
        refuse_judged(&rule, "1", Input::points(r("1")));
    }

    #[test]
    fn levels_by_value_have_half_open_lower_bounds() {
        // Lower is better: no overdue case 2 points, one or two 1, more 0. Order does not matter.
        let levels = vec![
            level("few", "1", Some("1")),
            level("none", "2", None),
            level("many", "0", Some("3")),
        ];
        let rule = Rule::Tiered { levels };
        for (value, points) in [
            ("0", "2"),
            ("0.5", "2"),
            ("1", "1"),
            ("2", "1"),
            ("3", "0"),
            ("9", "0"),
        ] {
            check(&rule, "2", &[value], None, points);
        }
        let rule = Rule::Tiered {
            levels: vec![level("low", "1", Some("0"))],
        };
        refuse(&rule, "2", &["-1"], None);
    }

    #[test]
    fn the_assessor_picks_inside_the_range() {
        let range = |id: &str, from, to| JudgedRange {
            id: id.into(),
            from: r(from),
            to: r(to),
            describes: same(id),
        };
        let rule = Rule::RangeByJudge {
            ranges: vec![range("good", "3", "5"), range("fair", "1", "2")],
        };
        let judged = |level: &str, points: &str| Input {
            judged: Some(Judgement {
                level: Some(level.into()),
                points: Some(r(points)),
                ..Judgement::default()
            }),
            ..Input::default()
        };
        check_judged(&rule, "5", judged("good", "4"), "4");
        check_judged(&rule, "5", judged("good", "3"), "3");
        check_judged(&rule, "5", judged("good", "5"), "5");
        check_judged(&rule, "5", Input::points(r("1.5")), "1.5");
        refuse_judged(&rule, "5", judged("good", "2"));
        refuse_judged(&rule, "5", judged("bad", "0"));
        refuse_judged(&rule, "5", Input::points(r("2.5")));
        refuse_judged(&rule, "5", Input::level("good"));
    }

    #[test]
    fn free_points_stay_within_the_item() {
        for points in ["0", "2.5", "4"] {
            check_judged(&Rule::Judged, "4", Input::points(r(points)), points);
        }
        refuse_judged(&Rule::Judged, "4", Input::points(r("4.1")));
        refuse_judged(&Rule::Judged, "4", Input::points(r("-0.1")));
        let deduction = points(
            &Rule::Judged,
            &RuleInput {
                judged: Input::points(r("3")).judged.as_ref(),
                ..input(&[], &r("4"), None, Role::Deduction)
            },
        );
        assert_eq!(deduction, Ok(r("-3")));
    }

    #[test]
    fn document_site_unannounced_survey() {
        let part = |part: &str, weight| PartWeight {
            part: part.into(),
            weight: r(weight),
        };
        let parts = vec![
            part("document", "40"),
            part("site", "30"),
            part("unannounced", "20"),
            part("survey", "10"),
        ];
        let judged = |values: [&str; 4]| {
            let ids = ["document", "site", "unannounced", "survey"];
            let parts = ids
                .iter()
                .zip(values)
                .map(|(id, value)| (id.to_string(), r(value)))
                .collect();
            Input {
                judged: Some(Judgement {
                    parts,
                    ..Judgement::default()
                }),
                ..Input::default()
            }
        };
        // 0.4 × 90 + 0.3 × 80 + 0.2 × 50 + 0.1 × 100 = 36 + 24 + 10 + 10 = 80
        let percent = Rule::CompositeOfParts {
            parts: parts.clone(),
            scale: PartScale::Percent,
        };
        check_judged(&percent, "100", judged(["90", "80", "50", "100"]), "80");
        check_judged(&percent, "20", judged(["90", "80", "50", "100"]), "16");
        refuse_judged(&percent, "20", judged(["101", "80", "50", "100"]));
        check(&percent, "100", &["90", "80", "50", "100"], None, "80");
        // 35 + 30 + 10 + 5 = 80 of 100
        let scaled = Rule::CompositeOfParts {
            parts,
            scale: PartScale::Points,
        };
        check_judged(&scaled, "100", judged(["35", "30", "10", "5"]), "80");
        refuse_judged(&scaled, "100", judged(["41", "30", "10", "5"]));
        let mut stranger = judged(["1", "1", "1", "1"]);
        if let Some(judgement) = &mut stranger.judged {
            judgement.parts.insert("leader".into(), r("1"));
        }
        refuse_judged(&scaled, "100", stranger);
    }
}
