//! Filters and numbers over rows, in words.

use base::Text;

use super::names::{Table, lower_first, pair};
use crate::expr::{CompareOp, Expr, Node, NumberOp, Parameter, Type};
use crate::schema::ColumnPath;

impl Table<'_> {
    /// A condition.
    pub fn condition(&self, expr: &Expr) -> Text {
        match &expr.node {
            Node::And(a, b) => {
                let (a, b) = (self.part(a), self.part(b));
                pair(
                    format!("{}、且{}", a.zh, b.zh),
                    format!("{} and {}", a.en, b.en),
                )
            }
            Node::Or(a, b) => {
                let (a, b) = (self.condition(a), self.condition(b));
                pair(
                    format!("{}、或{}", a.zh, b.zh),
                    format!("{} or {}", a.en, b.en),
                )
            }
            Node::Not(inner) => {
                let inner = self.condition(inner);
                pair(
                    format!("并非（{}）", inner.zh),
                    format!("not ({})", inner.en),
                )
            }
            Node::Compare(op, a, b) => self.compare(*op, a, b),
            Node::In {
                negated,
                operand,
                list,
            } => {
                let path = path_of(operand);
                let names: Vec<Text> = list.iter().map(|item| self.operand(item, path)).collect();
                let zh: Vec<&str> = names.iter().map(|text| text.zh.as_str()).collect();
                let en: Vec<&str> = names.iter().map(|text| text.en.as_str()).collect();
                let of = self.number(operand);
                let (is_zh, is_en) = if *negated {
                    ("不是", "is not")
                } else {
                    ("为", "is")
                };
                pair(
                    format!("{}{is_zh}{}", of.zh, zh.join("或")),
                    format!("{} {is_en} {}", lower_first(&of.en), en.join(" or ")),
                )
            }
            Node::Between {
                negated,
                operand,
                low,
                high,
            } => {
                let (of, low, high) = (self.number(operand), self.number(low), self.number(high));
                let (not_zh, not_en) = if *negated { ("不", "not ") } else { ("", "") };
                pair(
                    format!("{}{not_zh}在{}至{}之间", of.zh, low.zh, high.zh),
                    format!(
                        "{} is {not_en}from {} to {}",
                        lower_first(&of.en),
                        low.en,
                        high.en
                    ),
                )
            }
            Node::IsNull { negated, operand } => {
                let of = self.number(operand);
                if *negated {
                    pair(
                        format!("已填{}", of.zh),
                        format!("{} is given", lower_first(&of.en)),
                    )
                } else {
                    pair(
                        format!("{}为空", of.zh),
                        format!("{} is empty", lower_first(&of.en)),
                    )
                }
            }
            Node::Has(set, text) => {
                let of = self.number(set);
                let value = self.value(path_of(set), text);
                pair(
                    format!("{}含{}", of.zh, value.zh),
                    format!("{} include {}", lower_first(&of.en), value.en),
                )
            }
            _ => self.number(expr),
        }
    }

    /// A part of an `and`: an `or` in it stands in parentheses.
    fn part(&self, expr: &Expr) -> Text {
        let text = self.condition(expr);
        match expr.node {
            Node::Or(..) => pair(format!("（{}）", text.zh), format!("({})", text.en)),
            _ => text,
        }
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr) -> Text {
        let path = path_of(a).or_else(|| path_of(b));
        let (left, right) = (self.operand(a, path), self.operand(b, path));
        let is_day = a.value_type == Type::Day;
        let (zh, en) = match (op, is_day) {
            (CompareOp::Equal, _) => ("为", "is"),
            (CompareOp::NotEqual, _) => ("不是", "is not"),
            (CompareOp::Less, true) => ("早于", "is before"),
            (CompareOp::AtMost, true) => ("不晚于", "is no later than"),
            (CompareOp::Greater, true) => ("晚于", "is after"),
            (CompareOp::AtLeast, true) => ("不早于", "is no earlier than"),
            (CompareOp::Less, false) => ("小于", "is below"),
            (CompareOp::AtMost, false) => ("不大于", "is at most"),
            (CompareOp::Greater, false) => ("大于", "is above"),
            (CompareOp::AtLeast, false) => ("不小于", "is at least"),
        };
        pair(
            format!("{}{zh}{}", left.zh, right.zh),
            format!("{} {en} {}", lower_first(&left.en), lower_first(&right.en)),
        )
    }

    /// An operand; a text is named as a code of the column that it is compared with.
    fn operand(&self, expr: &Expr, path: Option<&ColumnPath>) -> Text {
        match &expr.node {
            Node::Text(text) => self.value(path, text),
            _ => self.number(expr),
        }
    }

    /// A number, day, text or set.
    pub fn number(&self, expr: &Expr) -> Text {
        match &expr.node {
            Node::Number(_) => Text::same(
                expr.constant()
                    .as_ref()
                    .map_or_else(|| expr.to_string(), crate::shown::decimal),
            ),
            Node::Text(text) => self.value(None, text),
            Node::Day(day) => pair(day.to_string(), day.to_string()),
            Node::Bool(true) => pair("是", "true"),
            Node::Bool(false) => pair("否", "false"),
            Node::Column(path) => self.column(path),
            Node::Parameter(Parameter::PeriodStart) => pair("期首日", "the period’s first day"),
            Node::Parameter(Parameter::PeriodEnd) => pair("期末日", "the period’s last day"),
            Node::Parameter(Parameter::AsOf) => pair("统计日", "the day measured"),
            Node::Negate(inner) => {
                let inner = self.number(inner);
                pair(format!("−{}", inner.zh), format!("−{}", inner.en))
            }
            Node::Year(inner) => {
                let inner = self.number(inner);
                pair(
                    format!("{}的年份", inner.zh),
                    format!("the year of {}", lower_first(&inner.en)),
                )
            }
            Node::Month(inner) => {
                let inner = self.number(inner);
                pair(
                    format!("{}的月份", inner.zh),
                    format!("the month of {}", lower_first(&inner.en)),
                )
            }
            Node::Coalesce(list) => {
                let texts: Vec<Text> = list.iter().map(|item| self.number(item)).collect();
                let zh: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
                let en: Vec<&str> = texts.iter().map(|text| text.en.as_str()).collect();
                pair(
                    format!("{}中第一个不空的", zh.join("、")),
                    format!("the first that is given of {}", en.join(", ")),
                )
            }
            Node::Arithmetic(op, a, b) => self.arithmetic(*op, a, b),
            _ => self.condition(expr),
        }
    }

    fn arithmetic(&self, op: NumberOp, a: &Expr, b: &Expr) -> Text {
        let (left, right) = (self.number(a), self.number(b));
        let is_day = a.value_type == Type::Day;
        match (op, is_day, b.value_type == Type::Day) {
            (NumberOp::Subtract, true, true) => pair(
                format!("{}到{}的天数", right.zh, left.zh),
                format!(
                    "the days from {} to {}",
                    lower_first(&right.en),
                    lower_first(&left.en)
                ),
            ),
            (NumberOp::Add, true, false) => pair(
                format!("{}后{}天", left.zh, right.zh),
                format!("{} days after {}", right.en, lower_first(&left.en)),
            ),
            (NumberOp::Subtract, true, false) => pair(
                format!("{}前{}天", left.zh, right.zh),
                format!("{} days before {}", right.en, lower_first(&left.en)),
            ),
            _ => {
                let sign = match op {
                    NumberOp::Add => "+",
                    NumberOp::Subtract => "−",
                    NumberOp::Multiply => "×",
                    NumberOp::Divide => "÷",
                };
                let inner = |expr: &Expr, text: Text| match expr.node {
                    Node::Arithmetic(..) => {
                        pair(format!("（{}）", text.zh), format!("({})", text.en))
                    }
                    _ => text,
                };
                let (left, right) = (inner(a, left), inner(b, right));
                pair(
                    format!("{} {sign} {}", left.zh, right.zh),
                    format!("{} {sign} {}", left.en, lower_first(&right.en)),
                )
            }
        }
    }
}

fn path_of(expr: &Expr) -> Option<&ColumnPath> {
    match &expr.node {
        Node::Column(path) => Some(path),
        _ => None,
    }
}
