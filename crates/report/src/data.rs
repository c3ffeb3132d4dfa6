//! What is filled in: fields and lists, each under a Chinese and an English name.

use base::Text;
use serde::{Deserialize, Serialize};

use crate::chinese;
use crate::marks::{Form, normal_signs};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Text; line ends stay.
    Text(String),
    /// A number as its decimal text, so that a workbook can go on calculating with it.
    Number(String),
    /// A civil day (ISO).
    Day(String),
}

impl Value {
    /// Nothing.
    pub fn empty() -> Value {
        Value::Text(String::new())
    }

    /// Whether nothing stands there: what a condition asks.
    pub fn is_empty(&self) -> bool {
        let (Value::Text(text) | Value::Number(text) | Value::Day(text)) = self;
        text.trim().is_empty()
    }

    /// As it is written; `None` where it cannot be written in that form.
    pub fn written(&self, form: Option<Form>) -> Option<String> {
        let (Value::Text(text) | Value::Number(text) | Value::Day(text)) = self;
        if text.is_empty() {
            return Some(String::new());
        }
        match (self, form) {
            (Value::Day(iso), None) => chinese::day(iso),
            (_, None) => Some(text.clone()),
            (Value::Day(iso), Some(Form::Numerals)) => chinese::day_in_numerals(iso),
            (Value::Day(iso), Some(Form::Year)) => Some(chinese::parts_of_day(iso)?.0.to_string()),
            (Value::Day(iso), Some(Form::Month)) => Some(chinese::parts_of_day(iso)?.1.to_string()),
            (Value::Day(iso), Some(Form::DayOfMonth)) => {
                Some(chinese::parts_of_day(iso)?.2.to_string())
            }
            (Value::Number(number), Some(Form::Amount)) => chinese::amount(number),
            (Value::Number(number), Some(Form::Numerals)) => {
                Some(chinese::whole(number.parse().ok()?))
            }
            _ => None,
        }
    }
}

/// A name with what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// What is filled in.
    pub value: Value,
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// A list, of which each line repeats a row or paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListOf {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its lines, each with a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// Everything that a paper is filled with. It is kept with the paper, so that the same bytes can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Data {
    /// Fields.
    pub fields: Vec<Line>,
    /// Lists.
    pub lists: Vec<ListOf>,
    /// What every paper of this folder says at its head, such as that its data are made up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl Data {
    /// The value of that name, in either language.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let found = self
            .fields
            .iter()
            .find(|line| is_named(&line.zh, &line.en, name));
        found.map(|line| &line.value)
    }

    /// The list of that name, in either language.
    pub fn list(&self, name: &str) -> Option<&ListOf> {
        self.lists
            .iter()
            .find(|list| is_named(&list.zh, &list.en, name))
    }
}

impl ListOf {
    /// Where the column of that name stands, in either language.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| is_named(&column.zh, &column.en, name))
    }
}

/// Whether a thing with these two names is called so. Names are compared as they are typed on either keyboard.
pub(crate) fn is_named(zh: &str, en: &str, name: &str) -> bool {
    [zh, en]
        .into_iter()
        .any(|own| own == name || normal_signs(own).eq(name.chars()))
}

/// A field that a kind of paper offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in either language: what is written in a mark.
    pub name: Text,
    /// What it is.
    pub about: Text,
}

/// What a kind of paper offers to its templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Fields.
    pub fields: Vec<Field>,
    /// Lists: the list itself, and what each of its lines has.
    pub lists: Vec<(Field, Vec<Field>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_value_is_written_in_its_forms_only() {
        let day = Value::Day("2021-09-30".to_owned());
        let number = Value::Number("12".to_owned());
        let text = Value::Text("甲".to_owned());
        let table = [
            (&day, None, Some("2021年9月30日")),
            (&day, Some(Form::Numerals), Some("二〇二一年九月三十日")),
            (&day, Some(Form::Month), Some("9")),
            (&day, Some(Form::Amount), None),
            (&number, None, Some("12")),
            (&number, Some(Form::Numerals), Some("十二")),
            (&number, Some(Form::Amount), Some("壹拾贰元整")),
            (&number, Some(Form::Year), None),
            (&text, None, Some("甲")),
            (&text, Some(Form::Numerals), None),
        ];
        for (value, form, written) in table {
            assert_eq!(
                value.written(form).as_deref(),
                written,
                "{value:?} {form:?}"
            );
        }
        assert_eq!(
            Value::empty().written(Some(Form::Amount)).as_deref(),
            Some("")
        );
    }
}
