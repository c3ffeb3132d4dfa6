//! What an indicator counts, and what a rule gives points for, as a sentence that is made from the
//! declaration itself: it cannot say anything else than what is measured.
//!
//! Read [`indicator`] first; `condition.rs` says filters and numbers, `rule.rs` the rules of items.
//! Names come from the programme; only the language's own columns (a unit's kind, a case's state)
//! have their names here.

mod condition;
mod names;
mod rule;
#[cfg(test)]
mod tests;

use base::Text;

use crate::expr::{Extreme, NumberOp, Term, TermNode};
use crate::model::{
    Against, Attribution, Indicator, Measure, Over, Programme, Selection, TreeTime,
};
use crate::schema::ColumnPath;
use names::{Table, lower_first, pair};

pub use rule::rule;

/// For which period a sentence is said; without one it says "the period measured".
#[derive(Debug, Clone)]
pub struct When {
    /// The period, as it is read: 2018年, 2018.
    pub period: Text,
    /// The last day that counts, as it is read.
    pub end: Text,
}

/// What an indicator counts, where, over which period, and for whose figure: one sentence.
#[must_use]
pub fn indicator(programme: &Programme, indicator: &Indicator, when: Option<&When>) -> Text {
    let mut clauses = vec![what(programme, &indicator.measure)];
    if let Some(rows) = selection(&indicator.measure) {
        clauses.extend(time(
            &Table::of(programme, &rows.table),
            rows,
            indicator.over,
            when,
        ));
        clauses.push(whose(programme, indicator, rows));
    } else {
        clauses.push(pair(
            "各部分按各自的口径统计",
            "each part is counted as it is declared",
        ));
    }
    let zh: Vec<&str> = clauses.iter().map(|clause| clause.zh.as_str()).collect();
    let en: Vec<&str> = clauses.iter().map(|clause| clause.en.as_str()).collect();
    pair(
        format!("{}。", zh.join("；")),
        format!("{}.", en.join("; ")),
    )
}

/// The name of a table's column (`result`, `subject.industry`).
#[must_use]
pub fn column_name(programme: &Programme, table: &str, column: &str) -> Text {
    Table::of(programme, table).column_of_text(column)
}

/// A value of a table's column as it is read: the name of a code, a unit or a state, else as it is.
#[must_use]
pub fn value_name(programme: &Programme, table: &str, column: &str, value: &str) -> Text {
    let table = Table::of(programme, table);
    let path = ColumnPath::of_text(column);
    table.plain_value(&path, value)
}

/// What the rows of a table are called.
#[must_use]
pub fn rows_name(programme: &Programme, table: &str) -> Text {
    Table::of(programme, table).rows()
}

fn selection(measure: &Measure) -> Option<&Selection> {
    match measure {
        Measure::Count(rows)
        | Measure::Sum(rows, _)
        | Measure::Mean(rows, _)
        | Measure::Min(rows, _)
        | Measure::Max(rows, _)
        | Measure::Distinct(rows, _)
        | Measure::Latest { rows, .. } => Some(rows),
        Measure::Share { whole, .. } | Measure::WeightedRatio { whole, .. } => Some(whole),
        Measure::Ratio { .. }
        | Measure::Expression(_)
        | Measure::Growth(..)
        | Measure::Change(..) => None,
    }
}

/// The rows that count: `条件的“食品抽检”记录`, `“Food sampling” records where …`.
fn rows_that(table: &Table<'_>, rows: &Selection) -> Text {
    let noun = table.rows();
    match &rows.filter {
        None => noun,
        Some(filter) => {
            let filter = table.condition(filter);
            pair(
                format!("{}的{}", filter.zh, noun.zh),
                format!("{} where {}", noun.en, filter.en),
            )
        }
    }
}

fn what(programme: &Programme, measure: &Measure) -> Text {
    let name = |id: &base::IndicatorId| {
        let found = programme.indicators.get(id);
        let name = found.map_or_else(|| Text::same(id.as_str()), |found| found.name.clone());
        pair(format!("“{}”", name.zh), format!("“{}”", name.en))
    };
    match measure {
        Measure::Count(rows) => {
            let rows = rows_that(&Table::of(programme, &rows.table), rows);
            pair(
                format!("{}的数量", rows.zh),
                format!("The number of {}", rows.en),
            )
        }
        Measure::Sum(rows, value) => of_value(programme, rows, value, ("之和", "The sum of")),
        Measure::Mean(rows, value) => of_value(
            programme,
            rows,
            value,
            ("的平均数（只算填了的）", "The mean, where it is given, of"),
        ),
        Measure::Min(rows, value) => of_value(programme, rows, value, ("的最小值", "The least")),
        Measure::Max(rows, value) => of_value(programme, rows, value, ("的最大值", "The greatest")),
        Measure::Distinct(rows, column) => {
            let table = Table::of(programme, &rows.table);
            let (rows, column) = (rows_that(&table, rows), table.column_of_text(column));
            pair(
                format!("{}中，不同“{}”的个数（重复的只算一个）", rows.zh, column.zh),
                format!(
                    "The number of different values of {} among {}",
                    lower_first(&column.en),
                    rows.en
                ),
            )
        }
        Measure::Share { whole, part, value } => {
            let table = Table::of(programme, &whole.table);
            let part = table.condition(part);
            let rows = rows_that(&table, whole);
            let all = if whole.filter.is_none() {
                ("全部", "all ")
            } else {
                ("", "")
            };
            let by = value.as_ref().map_or_else(
                || pair("", ""),
                |value| {
                    let value = table.number(value);
                    pair(
                        format!("（按{}之和计）", value.zh),
                        format!(" (by the sum of {})", lower_first(&value.en)),
                    )
                },
            );
            pair(
                format!("在{}{}中，{}的所占比例{}", all.0, rows.zh, part.zh, by.zh),
                format!(
                    "Among {}{}, the share of those where {}{}",
                    all.1, rows.en, part.en, by.en
                ),
            )
        }
        Measure::Ratio {
            numerator,
            denominator,
            per,
        } => {
            let (above, below) = (name(numerator), name(denominator));
            let times = if *per == base::Ratio::from_int(1) {
                pair("", "")
            } else {
                let per = crate::shown::points(per);
                pair(format!("，再乘以{per}"), format!(", times {per}"))
            };
            pair(
                format!("{}除以{}{}", above.zh, below.zh, times.zh),
                format!("{} divided by {}{}", above.en, below.en, times.en),
            )
        }
        Measure::WeightedRatio {
            whole,
            part,
            strata,
            weights,
            weight,
            ..
        } => {
            let table = Table::of(programme, &whole.table);
            let weighing = Table::of(programme, &weights.table);
            let (rows, part) = (rows_that(&table, whole), table.condition(part));
            let (strata, weight) = (table.column_of_text(strata), weighing.number(weight));
            let weights = weighing.rows();
            pair(
                format!(
                    "在{}中，先按“{}”分别计算{}的所占比例，再按{}的{}加权平均",
                    rows.zh, strata.zh, part.zh, weights.zh, weight.zh
                ),
                format!(
                    "Among {}, the share of those where {}, for each {} by itself, then the mean of these weighted by {} of {}",
                    rows.en,
                    part.en,
                    lower_first(&strata.en),
                    lower_first(&weight.en),
                    weights.en
                ),
            )
        }
        Measure::Latest {
            rows,
            value,
            period_field,
            is_rank,
            ..
        } => {
            let table = Table::of(programme, &rows.table);
            let (noun, value) = (rows_that(&table, rows), table.number(value));
            let of_period = period_field.as_ref().map_or_else(
                || pair("", ""),
                |field| {
                    let field = table.column_of_text(field);
                    pair(
                        format!("，“{}”须为统计期", field.zh),
                        format!(
                            ", with the period measured as its {}",
                            lower_first(&field.en)
                        ),
                    )
                },
            );
            let rank = if *is_rank {
                ("（外部给出的名次）", " (a rank given from outside)")
            } else {
                ("", "")
            };
            pair(
                format!(
                    "{}中最近一次上报的{}{}{}",
                    noun.zh, value.zh, rank.0, of_period.zh
                ),
                format!(
                    "The latest {} reported in {}{}{}",
                    lower_first(&value.en),
                    noun.en,
                    of_period.en,
                    rank.1
                ),
            )
        }
        Measure::Expression(arithmetic) => term(&arithmetic.root, &name, false),
        Measure::Growth(of, against) => {
            let (of, against) = (name(of), earlier(*against));
            pair(
                format!("{}比{}增长的比例", of.zh, against.0),
                format!("The growth of {} against {}", of.en, against.1),
            )
        }
        Measure::Change(of, against) => {
            let (of, against) = (name(of), earlier(*against));
            pair(
                format!("{}减去{}的数", of.zh, against.0),
                format!("{} less that of {}", of.en, against.1),
            )
        }
    }
}

fn of_value(
    programme: &Programme,
    rows: &Selection,
    value: &crate::expr::Expr,
    of: (&str, &str),
) -> Text {
    let table = Table::of(programme, &rows.table);
    let (rows, value) = (rows_that(&table, rows), table.number(value));
    pair(
        format!("{}的{}{}", rows.zh, value.zh, of.0),
        format!("{} {} of {}", of.1, lower_first(&value.en), rows.en),
    )
}

fn earlier(against: Against) -> (&'static str, &'static str) {
    match against {
        Against::Previous => ("上一期", "the period before"),
        Against::YearEarlier => ("上年同期", "the same period a year earlier"),
    }
}

/// Arithmetic over indicators, by their names.
fn term(of: &Term, name: &impl Fn(&base::IndicatorId) -> Text, is_inner: bool) -> Text {
    match &of.node {
        TermNode::Number(number) => Text::same(crate::shown::decimal(number)),
        TermNode::Indicator(id) => name(id),
        TermNode::Negate(inner) => {
            let inner = term(inner, name, true);
            pair(format!("−{}", inner.zh), format!("−{}", inner.en))
        }
        TermNode::Binary(op, a, b) => {
            let sign = match op {
                NumberOp::Add => "+",
                NumberOp::Subtract => "−",
                NumberOp::Multiply => "×",
                NumberOp::Divide => "÷",
            };
            let (a, b) = (term(a, name, true), term(b, name, true));
            let (zh, en) = (
                format!("{} {sign} {}", a.zh, b.zh),
                format!("{} {sign} {}", a.en, b.en),
            );
            if is_inner {
                pair(format!("（{zh}）"), format!("({en})"))
            } else {
                pair(zh, en)
            }
        }
        TermNode::Extreme(extreme, terms) => {
            let terms: Vec<Text> = terms.iter().map(|inner| term(inner, name, false)).collect();
            let zh: Vec<&str> = terms.iter().map(|text| text.zh.as_str()).collect();
            let en: Vec<&str> = terms.iter().map(|text| text.en.as_str()).collect();
            let word = match extreme {
                Extreme::Least => ("最小者", "the least of"),
                Extreme::Greatest => ("最大者", "the greatest of"),
            };
            pair(
                format!("{}中{}", zh.join("、"), word.0),
                format!("{} {}", word.1, en.join(", ")),
            )
        }
    }
}

/// Which rows fall into the period.
fn time(table: &Table<'_>, rows: &Selection, over: Over, when: Option<&When>) -> Option<Text> {
    let (period, end) = when.map_or_else(
        || {
            (
                pair("统计期", "the period measured"),
                pair("期末（或统计日）", "the period’s end (or the day measured)"),
            )
        },
        |when| (when.period.clone(), when.end.clone()),
    );
    if over == Over::AsOf {
        return Some(pair(
            format!("按{}当日的情况", end.zh),
            format!("as it is on {}", end.en),
        ));
    }
    let date = table.column_of_text(rows.date.as_ref()?);
    let by = lower_first(&date.en);
    Some(match over {
        Over::Period => pair(
            format!("“{}”在{}内的才计", date.zh, period.zh),
            format!("counted where the {by} lies within {}", period.en),
        ),
        Over::ToDate => pair(
            format!("累计到{}（按“{}”）", end.zh, date.zh),
            format!("counted up to {} by the {by}", end.en),
        ),
        Over::TrailingDays(days) => pair(
            format!("计截至{}的{days}天（按“{}”）", end.zh, date.zh),
            format!(
                "counted over the {days} days that end on {} by the {by}",
                end.en
            ),
        ),
        Over::TrailingMonths(months) => pair(
            format!("计截至{}的{months}个月（按“{}”）", end.zh, date.zh),
            format!(
                "counted over the {months} months that end on {} by the {by}",
                end.en
            ),
        ),
        Over::AsOf => return None,
    })
}

/// For whose figure a row counts.
fn whose(programme: &Programme, indicator: &Indicator, rows: &Selection) -> Text {
    let column = programme
        .schema
        .table(&rows.table)
        .and_then(|table| table.unit_column(indicator.attribution));
    let Some(column) = column else {
        return pair("只算全市一个数", "one figure for the whole city");
    };
    let who = match (&*column.name, indicator.attribution) {
        ("id", _) => ("记在单位自己名下", "credited to the unit itself"),
        ("lead", _) => ("记在牵头单位名下", "credited to the lead unit"),
        (_, Attribution::Place) => ("记在所在地名下", "credited to the place"),
        _ => ("记在责任单位名下", "credited to the responsible unit"),
    };
    let tree = match indicator.tree {
        TreeTime::RecordDay => (
            "下级并入上级，按记录当日的隶属",
            "with those above it, as units stood on the record’s day",
        ),
        TreeTime::PeriodEnd => (
            "下级并入上级，按期末的隶属，撤销单位的归承接单位",
            "with those above it, as units stand at the period’s end, an abolished unit’s to its successor",
        ),
    };
    pair(
        format!("{}（{}）", who.0, tree.0),
        format!("{} ({})", who.1, tree.1),
    )
}
