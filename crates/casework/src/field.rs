//! The fields of a case: what they may hold, and when an action demands them.
//!
//! Kept apart from records' fields on purpose: a case field is filled by an action, is judged at
//! that moment and stays as the step's own statement. Next: `act.rs` judges values by this.

use std::fmt;

use base::{CodeId, Day, FieldId, Ratio, Text};

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
