//! One TOML value to the content that its column asks for.
//!
//! Every fault is noted at its place and the rest is read on. What a text of each kind may say is
//! [`crate::cell`]; reading whole files is [`crate::parse`].

use std::ops::Range;
use std::sync::Arc;

use base::{Problem, Span};
use toml_edit::Value;

use crate::cell::{self, wanted};
use crate::problems_text as problem;
use crate::rows::{Cell, Content};
use crate::tables::{Column, Kind};

/// Reads TOML values as cells of a column.
pub(crate) struct Convert<'a> {
    /// The text in which the values have their spans.
    pub raw: &'a str,
    /// Where that text starts in its file.
    pub base: usize,
    /// The file's name.
    pub file: &'a Arc<str>,
    /// The column.
    pub column: &'a Column,
    /// Where faults are noted.
    pub faults: &'a mut Vec<Problem>,
}

impl Convert<'_> {
    fn span(&self, value: &Value) -> Span {
        Span::of_range(self.file, range_of(value, self.base))
    }

    fn source_text(&self, value: &Value) -> &str {
        value
            .span()
            .and_then(|range| self.raw.get(range))
            .unwrap_or_default()
    }

    /// The cell, or nothing once the fault is noted.
    pub(crate) fn cell(&mut self, kind: &Kind, value: &Value) -> Option<Cell> {
        let span = self.span(value);
        let content = match (kind, value) {
            (Kind::List(inner), Value::Array(array)) => Some(Content::List(
                array
                    .iter()
                    .filter_map(|element| self.cell(inner, element))
                    .collect(),
            )),
            (Kind::Pairs, Value::Array(array)) => Some(Content::Pairs(
                array
                    .iter()
                    .filter_map(|element| self.pair(element))
                    .collect(),
            )),
            (Kind::Bilingual, Value::InlineTable(languages)) => self.bilingual(value, languages),
            // Numbers, days and truth values are read from their source text.
            (Kind::Int, Value::Integer(_))
            | (Kind::Decimal, Value::Integer(_) | Value::Float(_))
            | (Kind::Period, Value::Integer(_)) => {
                let text = self.source_text(value).to_owned();
                self.scalar(kind, &text, &span)
            }
            (Kind::Bool, Value::Boolean(_)) | (Kind::Day, Value::Datetime(_)) => {
                let text = self.source_text(value).to_owned();
                self.scalar(kind, &text, &span)
            }
            (Kind::List(_) | Kind::Pairs | Kind::Int | Kind::Bool, _) => self.wrong(kind, value),
            (_, Value::String(text)) => {
                let text = text.value().replace("\r\n", "\n");
                self.scalar(kind, &text, &span)
            }
            _ => self.wrong(kind, value),
        };
        content.map(|content| Cell { content, span })
    }

    fn scalar(&mut self, kind: &Kind, text: &str, span: &Span) -> Option<Content> {
        match cell::scalar(self.column, kind, text) {
            Ok(content) => Some(content),
            Err(fault) => {
                self.faults.push(fault.at(span.clone()));
                None
            }
        }
    }

    fn wrong<T>(&mut self, kind: &Kind, value: &Value) -> Option<T> {
        let (found_zh, found_en) = found(value);
        let (zh, en) = wanted(kind);
        let span = self.span(value);
        self.faults
            .push(problem::wrong_type(self.column.name, found_zh, found_en, zh, en).at(span));
        None
    }

    fn pair(&mut self, value: &Value) -> Option<(base::Ratio, base::Ratio)> {
        let elements: Vec<&Value> = value
            .as_array()
            .map(|array| array.iter().collect())
            .unwrap_or_default();
        let [first, second] = elements.as_slice() else {
            return self.wrong(&Kind::Pairs, value);
        };
        match (
            self.cell(&Kind::Decimal, first)?.content,
            self.cell(&Kind::Decimal, second)?.content,
        ) {
            (Content::Decimal(first, _), Content::Decimal(second, _)) => Some((first, second)),
            _ => None,
        }
    }

    fn bilingual(&mut self, whole: &Value, languages: &toml_edit::InlineTable) -> Option<Content> {
        let mut text = base::Text::default();
        let mut sound = true;
        for (language, value) in languages.iter() {
            let span = self.span(value);
            let into = match language {
                "zh" => &mut text.zh,
                "en" => &mut text.en,
                _ => {
                    self.faults
                        .push(problem::unknown_language(language, self.column.name).at(span));
                    sound = false;
                    continue;
                }
            };
            let Value::String(written) = value else {
                sound = false;
                self.wrong::<()>(&Kind::Text, value);
                continue;
            };
            match self.scalar(&Kind::Text, &written.value().replace("\r\n", "\n"), &span) {
                Some(Content::Text(read)) => *into = read.to_string(),
                _ => sound = false,
            }
        }
        if sound && text.is_empty() {
            let span = self.span(whole);
            self.faults
                .push(problem::empty_text(self.column.name).at(span));
        }
        (!text.is_empty()).then_some(Content::Bilingual(text))
    }
}

/// What a TOML value is, in Chinese and English.
fn found(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::String(_) => ("文本", "a text"),
        Value::Integer(_) => ("整数", "a whole number"),
        Value::Float(_) => ("小数", "a decimal number"),
        Value::Boolean(_) => ("真假值", "a truth value"),
        Value::Datetime(_) => ("日期或时间", "a date or time"),
        Value::Array(_) => ("列表", "a list"),
        Value::InlineTable(_) => ("花括号表", "a table in braces"),
    }
}

/// The bytes of a value in its file, when its text starts at `base` there.
pub(crate) fn range_of(value: &Value, base: usize) -> Range<usize> {
    let range = value.span().unwrap_or(0..0);
    base + range.start..base + range.end
}
