//! The fields of a case: what they may hold, and when an action demands them.
//!
//! Kept apart from records' fields on purpose: a case field is filled by an action, is judged at
//! that moment and stays as the step's own statement. Next: `act.rs` judges values by this.

use std::collections::BTreeMap;
use std::fmt;

use base::{CodeId, Day, FieldId, Lang, Problem, Ratio, Rounding, Text};

use crate::problems;

/// A field that a case can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Unique within the flow.
    pub id: FieldId,
    /// What people read.
    pub name: Text,
    /// What it may hold.
    pub kind: FieldKind,
    /// The least value allowed, itself included. For text: the least number of characters.
    pub min: Option<Bound>,
    /// The greatest value allowed, itself included. For text: the greatest number of characters.
    pub max: Option<Bound>,
}

/// What a field may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Written text, not blank.
    Text,
    /// A number with at most this many decimal places.
    Decimal {
        /// Places after the decimal point.
        scale: u8,
    },
    /// A whole number.
    Integer,
    /// A civil day.
    Day,
    /// One code from this list.
    Choice(Vec<Choice>),
    /// Yes or no.
    Bool,
}

/// One entry of a choice list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The code that is stored, as [`Value::Text`].
    pub id: CodeId,
    /// What people read.
    pub name: Text,
}

/// A limit of a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A number: for decimals, integers and the length of text.
    Number(Ratio),
    /// A day: for days.
    Day(Day),
    /// Whatever another field of the case holds, for example an item's full points, given when
    /// the case is opened. While that field is empty there is no limit.
    Field(FieldId),
    /// The day on which the case was opened: for days.
    Opened,
    /// The day of the step that fills the field: for days.
    Step,
}

/// A field that an action demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The field, declared in the flow.
    pub field: FieldId,
    /// When it is demanded. When it is not, it may still be given.
    pub when: When,
}

/// A condition on the case as it would be after the act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// In any case.
    Always,
    /// When the field holds this value.
    Is(FieldId, Value),
    /// When the field holds another value, or none.
    IsNot(FieldId, Value),
    /// When the field holds any value.
    Given(FieldId),
}

impl When {
    /// Whether it holds for what the fields of a case hold.
    #[must_use]
    pub fn holds(&self, fields: &BTreeMap<FieldId, Value>) -> bool {
        match self {
            When::Always => true,
            When::Is(field, value) => fields.get(field) == Some(value),
            When::IsNot(field, value) => fields.get(field) != Some(value),
            When::Given(field) => fields.contains_key(field),
        }
    }
}

/// What a field holds.
///
/// Text and codes of choices are both [`Value::Text`]; the field's kind tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text, or the code of a choice.
    Text(String),
    /// An exact number.
    Number(Ratio),
    /// A whole number.
    Integer(i64),
    /// A civil day.
    Day(Day),
    /// Yes or no.
    Bool(bool),
}

impl fmt::Display for Value {
    /// As a person would type it; a number that no decimal can show exactly as a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => match number.exact_decimal() {
                Some(decimal) => f.write_str(&decimal),
                None => write!(f, "{}/{}", number.numerator(), number.denominator()),
            },
            Value::Integer(number) => write!(f, "{number}"),
            Value::Day(day) => write!(f, "{day}"),
            Value::Bool(answer) => write!(f, "{answer}"),
        }
    }
}

impl Field {
    /// Reads what a person typed, or chose by code or by name. [`Value`]'s `Display` writes what
    /// this reads.
    ///
    /// ```
    /// use casework::{Field, FieldKind, Value};
    /// let scored = Field {
    ///     id: "points".into(),
    ///     name: base::Text::new("分值", "points"),
    ///     kind: FieldKind::Decimal { scale: 1 },
    ///     min: None,
    ///     max: None,
    /// };
    /// assert_eq!(scored.read(" 4.50 ")?.to_string(), "4.5");
    /// assert_eq!(scored.read("4.55").unwrap_err().code, "F212");
    /// # Ok::<(), base::Problem>(())
    /// ```
    ///
    /// # Errors
    /// When the text is nothing that the field may hold (F212). Limits are judged with the act,
    /// because they may depend on other fields.
    pub fn read(&self, text: &str) -> Result<Value, Problem> {
        let typed = text.trim();
        let value = match &self.kind {
            FieldKind::Text => Some(Value::Text(typed.to_string())),
            FieldKind::Decimal { .. } => Ratio::parse_decimal(typed).map(Value::Number),
            FieldKind::Integer => typed.parse().ok().map(Value::Integer),
            FieldKind::Day => Day::parse(typed).ok().map(Value::Day),
            FieldKind::Choice(choices) => {
                let meant = |c: &&Choice| c.id == typed || c.name.zh == typed || c.name.en == typed;
                choices
                    .iter()
                    .find(meant)
                    .map(|c| Value::Text(c.id.as_str().to_string()))
            }
            FieldKind::Bool => match typed {
                "是" | "yes" | "true" => Some(Value::Bool(true)),
                "否" | "no" | "false" => Some(Value::Bool(false)),
                _ => None,
            },
        };
        value
            .filter(|value| self.kind.admits(value))
            .ok_or_else(|| {
                problems::in_both(|lang| {
                    let typed = problems::shortened(typed);
                    problems::wrong_kind(self.name.get(lang), typed, self.kind.wanted(lang))
                })
            })
    }
}

impl FieldKind {
    /// Whether a value is of this kind, whatever its limits.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (FieldKind::Text, Value::Text(text)) => !text.trim().is_empty(),
            (FieldKind::Decimal { scale }, Value::Number(number)) => {
                number.round(*scale, Rounding::Down) == *number
            }
            (FieldKind::Integer, Value::Integer(_))
            | (FieldKind::Day, Value::Day(_))
            | (FieldKind::Bool, Value::Bool(_)) => true,
            (FieldKind::Choice(choices), Value::Text(code)) => {
                choices.iter().any(|choice| choice.id.as_str() == code)
            }
            _ => false,
        }
    }

    /// What would be right, as a person is told.
    pub(crate) fn wanted(&self, lang: Lang) -> String {
        match (self, lang) {
            (FieldKind::Text, Lang::Zh) => "文字（不能空白）".into(),
            (FieldKind::Text, Lang::En) => "text that is not blank".into(),
            (FieldKind::Decimal { scale }, Lang::Zh) => format!("至多 {scale} 位小数的数"),
            (FieldKind::Decimal { scale }, Lang::En) => {
                format!("a number with at most {scale} decimal places")
            }
            (FieldKind::Integer, Lang::Zh) => "整数".into(),
            (FieldKind::Integer, Lang::En) => "a whole number".into(),
            (FieldKind::Day, Lang::Zh) => "日期，例如 2018-03-05".into(),
            (FieldKind::Day, Lang::En) => "a day such as 2018-03-05".into(),
            (FieldKind::Bool, Lang::Zh) => "是或否".into(),
            (FieldKind::Bool, Lang::En) => "yes or no".into(),
            (FieldKind::Choice(choices), lang) => {
                let entries = choices
                    .iter()
                    .map(|c| format!("{} ({})", c.name.get(lang), c.id));
                match lang {
                    Lang::Zh => format!("下列之一：{}", problems::list(entries, lang)),
                    Lang::En => format!("one of: {}", problems::list(entries, lang)),
                }
            }
        }
    }
}

impl Value {
    /// Whether this lies below the other; false for what has no order between them.
    pub(crate) fn is_below(&self, other: &Value) -> bool {
        if let (Value::Day(mine), Value::Day(theirs)) = (self, other) {
            return mine < theirs;
        }
        let number = |value: &Value| match value {
            Value::Number(number) => Some(number.clone()),
            Value::Integer(number) => Some(Ratio::from_int(*number)),
            Value::Text(_) | Value::Day(_) | Value::Bool(_) => None,
        };
        number(self)
            .zip(number(other))
            .is_some_and(|(mine, theirs)| mine < theirs)
    }
}
