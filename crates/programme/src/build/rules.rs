//! Rules: from an item's row to the rule that `scoring` computes.
//!
//! Each kind of rule has its own columns ([`RULES`]) and takes its own number of indicators; a
//! column that means nothing for the kind is refused, so that nothing written is without effect.

use std::sync::Arc;

use base::Ratio;
use scoring::{
    Comparison, Counting, Direction, Escalation, JudgedRange, Knot, Level, PartScale, PartWeight,
    Rule, Step,
};

use super::Faults;
use super::fields::count;
use crate::problems;
use crate::rows::Row;

/// How many indicators a rule takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// None: an assessor judges.
    None,
    /// None (judged) or one.
    Maybe,
    /// One.
    One,
    /// One or more.
    Several,
    /// None (judged), or one for each part.
    PerPart,
}

/// A kind of rule: its name, the columns it needs, those it can have, and its indicators.
struct RuleKind {
    name: &'static str,
    needs: &'static [&'static str],
    can: &'static [&'static str],
    takes: Takes,
    /// Whether it compares with a target.
    compares: bool,
}

const fn rule(
    name: &'static str,
    needs: &'static [&'static str],
    can: &'static [&'static str],
    takes: Takes,
    compares: bool,
) -> RuleKind {
    RuleKind {
        name,
        needs,
        can,
        takes,
        compares,
    }
}

const RULES: &[RuleKind] = &[
    rule("binary", &[], &["compare"], Takes::Maybe, true),
    rule("tiered", &[], &[], Takes::Maybe, false),
    rule("proportional", &[], &["better"], Takes::One, true),
    rule("linear", &["zero_at", "full_at"], &[], Takes::One, false),
    rule("steps", &["steps"], &[], Takes::One, false),
    rule("piecewise", &["steps"], &[], Takes::One, false),
    rule(
        "per_point_short",
        &["deduct"],
        &["per", "whole_steps", "better"],
        Takes::One,
        true,
    ),
    rule("per_missing", &["deduct"], &[], Takes::One, false),
    rule(
        "per_event",
        &["deduct"],
        &["from_nth", "then_deduct"],
        Takes::One,
        false,
    ),
    rule(
        "rank_based",
        &["ranks"],
        &["others", "none"],
        Takes::One,
        false,
    ),
    rule("rate_times_points", &[], &[], Takes::One, false),
    rule("product_of_rates", &[], &[], Takes::Several, false),
    rule("range_by_judge", &[], &[], Takes::None, false),
    rule("judged", &[], &[], Takes::None, false),
    rule("composite", &[], &["part_scale"], Takes::PerPart, false),
    rule("as_given", &[], &[], Takes::One, false),
];

/// Every column that belongs to some rules only.
const SPECIAL: &[&str] = &[
    "compare",
    "better",
    "zero_at",
    "full_at",
    "steps",
    "deduct",
    "per",
    "whole_steps",
    "from_nth",
    "then_deduct",
    "ranks",
    "others",
    "none",
    "part_scale",
];

/// A rule and what follows from its kind.
pub(super) struct Built {
    pub(super) rule: Rule,
    /// An assessor judges it.
    pub(super) is_judged: bool,
    /// It compares with a target.
    pub(super) compares: bool,
}

/// The rule of an item; `levels` and `parts` are the rows that belong to the item.
pub(super) fn build(
    row: &Row,
    levels: &[Arc<Row>],
    parts: &[Arc<Row>],
    faults: &mut Faults,
) -> Option<Built> {
    let word = row.text("rule")?;
    let kind = RULES.iter().find(|kind| kind.name == &**word)?;
    check_columns(row, kind, faults);
    check_rows_of_item(word, levels, parts, faults);
    let indicators = row.list("indicators").len();
    check_indicators(row, kind, indicators, parts.len(), faults);
    let is_judged = indicators == 0;
    let rule = rule_of(row, word, is_judged, levels, parts, faults)?;
    let compares = kind.compares && !(is_judged && kind.name == "binary");
    Some(Built {
        rule,
        is_judged,
        compares,
    })
}

fn check_columns(row: &Row, kind: &RuleKind, faults: &mut Faults) {
    for column in kind.needs {
        if !row.has(column) {
            faults.cell(row, "rule", problems::rule_needs(kind.name, column));
        }
    }
    for column in SPECIAL {
        if row.has(column) && !kind.needs.contains(column) && !kind.can.contains(column) {
            faults.cell(row, column, problems::column_not_of_rule(column, kind.name));
        }
    }
}

/// Levels and parts stand under items whose rule reads them.
fn check_rows_of_item(word: &str, levels: &[Arc<Row>], parts: &[Arc<Row>], faults: &mut Faults) {
    let has_levels = word == "tiered" || word == "range_by_judge";
    for row in levels {
        if !has_levels {
            faults.cell(row, "item", problems::rows_not_of_rule("level", word));
            continue;
        }
        let (needed, foreign): (&[&str], &[&str]) = if word == "tiered" {
            (&["points"], &["from", "to"])
        } else {
            (&["from", "to"], &["points", "from_value"])
        };
        for column in needed.iter().filter(|column| !row.has(column)) {
            faults.at(row.span.clone(), problems::rule_needs(word, column));
        }
        for column in foreign.iter().filter(|column| row.has(column)) {
            faults.cell(row, column, problems::column_not_of_rule(column, word));
        }
    }
    for row in parts {
        if word != "composite" {
            faults.cell(row, "item", problems::rows_not_of_rule("part", word));
        }
        for column in ["from", "missing"].iter().filter(|column| row.has(column)) {
            faults.cell(row, column, problems::only_for_parts_of_card(column));
        }
    }
}

fn check_indicators(row: &Row, kind: &RuleKind, found: usize, parts: usize, faults: &mut Faults) {
    let (fits, wanted) = match kind.takes {
        Takes::None => (found == 0, "0".to_owned()),
        Takes::Maybe => (found <= 1, "0–1".to_owned()),
        Takes::One => (found == 1, "1".to_owned()),
        Takes::Several => (found >= 1, "1…".to_owned()),
        Takes::PerPart => (found == 0 || found == parts, format!("0 / {parts}")),
    };
    if !fits {
        let column = if row.has("indicators") {
            "indicators"
        } else {
            "rule"
        };
        faults.cell(
            row,
            column,
            problems::indicator_count(kind.name, wanted, found),
        );
    }
}

fn rule_of(
    row: &Row,
    word: &str,
    is_judged: bool,
    levels: &[Arc<Row>],
    parts: &[Arc<Row>],
    faults: &mut Faults,
) -> Option<Rule> {
    let number = |column: &str| row.decimal(column).cloned();
    let better = match row.text("better").map(|better| &**better) {
        Some("lower") => Direction::LowerBetter,
        _ => Direction::HigherBetter,
    };
    Some(match word {
        "binary" => Rule::Binary {
            comparison: comparison(row, is_judged, faults),
        },
        "tiered" => Rule::Tiered {
            levels: levels.iter().filter_map(|row| level(row)).collect(),
        },
        "proportional" => Rule::Proportional { better },
        "linear" => Rule::Linear {
            zero_at: number("zero_at")?,
            full_at: number("full_at")?,
        },
        "steps" => {
            let step = |(from, points): &(Ratio, Ratio)| Step {
                from: from.clone(),
                points: points.clone(),
            };
            Rule::Steps {
                steps: row.pairs("steps").iter().map(step).collect(),
            }
        }
        "piecewise" => {
            let knot = |(value, points): &(Ratio, Ratio)| Knot {
                value: value.clone(),
                points: points.clone(),
            };
            Rule::Piecewise {
                knots: row.pairs("steps").iter().map(knot).collect(),
            }
        }
        "per_point_short" => Rule::PerPointShort {
            deduct: number("deduct")?,
            unit: number("per").or_else(|| Ratio::new(1, 100))?,
            counting: if row.bool("whole_steps").unwrap_or(true) {
                Counting::WholeSteps
            } else {
                Counting::ProRata
            },
            better,
        },
        "per_missing" => Rule::PerMissing {
            deduct: number("deduct")?,
        },
        "per_event" => Rule::PerEvent {
            each: number("deduct")?,
            escalation: escalation(row, faults),
        },
        "rank_based" => Rule::RankBased {
            by_rank: row.decimals("ranks"),
            others: number("others").unwrap_or_else(|| Ratio::from_int(0)),
            none: number("none"),
        },
        "rate_times_points" => Rule::RateTimesPoints,
        "product_of_rates" => Rule::ProductOfRates {
            rates: row.list("indicators").len(),
        },
        "range_by_judge" => Rule::RangeByJudge {
            ranges: levels.iter().filter_map(|row| range(row)).collect(),
        },
        "judged" => Rule::Judged,
        "composite" => Rule::CompositeOfParts {
            parts: parts.iter().filter_map(|row| part(row)).collect(),
            scale: match row.text("part_scale").map(|scale| &**scale) {
                Some("points") => PartScale::Points,
                _ => PartScale::Percent,
            },
        },
        "as_given" => Rule::AsGiven,
        _ => return None,
    })
}

fn comparison(row: &Row, is_judged: bool, faults: &mut Faults) -> Option<Comparison> {
    let word = row.text("compare").map(|word| &**word);
    if is_judged {
        if word.is_some() {
            faults.cell(
                row,
                "compare",
                problems::column_needs("compare", "indicators"),
            );
        }
        return None;
    }
    Some(match word {
        Some("at_most") => Comparison::AtMost,
        Some("above") => Comparison::MoreThan,
        Some("below") => Comparison::LessThan,
        Some("equal") => Comparison::Equals,
        _ => Comparison::AtLeast,
    })
}

fn level(row: &Row) -> Option<Level> {
    Some(Level {
        id: row.text("id")?.to_string(),
        points: row.decimal("points")?.clone(),
        describes: row.name("describes"),
        from: row.decimal("from_value").cloned(),
    })
}

fn range(row: &Row) -> Option<JudgedRange> {
    Some(JudgedRange {
        id: row.text("id")?.to_string(),
        from: row.decimal("from")?.clone(),
        to: row.decimal("to")?.clone(),
        describes: row.name("describes"),
    })
}

fn part(row: &Row) -> Option<PartWeight> {
    Some(PartWeight {
        part: row.text("id")?.to_string(),
        weight: row.decimal("weight")?.clone(),
    })
}

fn escalation(row: &Row, faults: &mut Faults) -> Option<Escalation> {
    for (one, other) in [("from_nth", "then_deduct"), ("then_deduct", "from_nth")] {
        if row.has(one) && !row.has(other) {
            faults.cell(row, one, problems::column_needs(one, other));
        }
    }
    Some(Escalation {
        from_nth: count(row, "from_nth", 2, faults)?,
        then_each: row.decimal("then_deduct")?.clone(),
    })
}
