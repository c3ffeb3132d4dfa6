//! Values of fields as people read them.

use base::{Day, Lang};
use measure::{RowView, Value};
use programme::model::{Field, FieldType};

use crate::look::Look;
use crate::words::Words;

/// What stands for what a reader may not see.
pub(crate) const MASK: &str = "•••";

/// Signs that stand on one line of a table.
const LINE_SIGNS: usize = 24;

/// A value with where it leads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub text: String,
    /// Beside the text: the identity of a subject.
    pub note: String,
    pub address: Option<String>,
    pub is_number: bool,
    /// Too long for one line of a table.
    pub is_long: bool,
}

/// A field's value out of its canonical text, as entries and histories have it.
pub(crate) fn of_text(look: &Look<'_>, field: &Field, text: &str) -> Shown {
    let words = Words { lang: look.lang() };
    let plain = |text: String| Shown {
        text,
        ..Shown::default()
    };
    if text.is_empty() {
        return Shown {
            is_number: is_number(&field.field_type),
            ..Shown::default()
        };
    }
    match &field.field_type {
        FieldType::Text | FieldType::Place => Shown {
            is_long: text.chars().count() > LINE_SIGNS,
            ..plain(text.to_owned())
        },
        FieldType::Number | FieldType::Decimal(_) | FieldType::Money => Shown {
            text: grouped(text),
            is_number: true,
            ..Shown::default()
        },
        FieldType::Date => {
            plain(Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day)))
        }
        FieldType::Choice(vocabulary) => plain(code_name(look, vocabulary.as_str(), text)),
        FieldType::Choices(vocabulary) => {
            let names: Vec<String> = text
                .split('|')
                .map(|code| code_name(look, vocabulary.as_str(), code))
                .collect();
            plain(names.join(words.say("、", ", ")))
        }
        FieldType::Subject(subject_type) => {
            let subject_type = subject_type.as_str();
            let name = look.office.mirror().subject_name(subject_type, text);
            let is_personal = look
                .programme
                .subject_types
                .get(subject_type)
                .is_some_and(|found| found.personal);
            let name = name.filter(|name| *name != text && !is_personal);
            Shown {
                text: name.unwrap_or(text).to_owned(),
                note: name.map(|_| text.to_owned()).unwrap_or_default(),
                address: Some(format!("/subjects/{subject_type}/{}", super::coded(text))),
                ..Shown::default()
            }
        }
        FieldType::Unit => Shown {
            text: look.unit_name(text),
            address: look
                .programme
                .units
                .contains_key(text)
                .then(|| format!("/units/{}", super::coded(text))),
            ..Shown::default()
        },
        FieldType::File => Shown {
            text: words.say("文件", "file").to_owned(),
            address: Some(format!("/evidence/{text}")),
            ..Shown::default()
        },
        FieldType::Period => plain(period(look, text)),
    }
}

/// A field's value in a row of the columns.
pub(crate) fn of_row(look: &Look<'_>, field: &Field, row: &RowView<'_>) -> Shown {
    if field.personal {
        return Shown {
            text: MASK.to_owned(),
            ..Shown::default()
        };
    }
    of_text(look, field, &text_of(field, row))
}

/// The canonical text of a field in a row.
pub(crate) fn text_of(field: &Field, row: &RowView<'_>) -> String {
    match row.value(field.id.as_str()) {
        Value::Null => String::new(),
        Value::Int(number) => match &field.field_type {
            FieldType::Money => scaled(number.into(), 2),
            FieldType::Decimal(scale) => scaled(number.into(), *scale),
            _ => number.to_string(),
        },
        Value::Day(day) => day.to_string(),
        Value::Bool(answer) => answer.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Texts(texts) => texts.join("|"),
    }
}

/// A number of units of 10^−scale.
pub(crate) fn scaled(units: i128, scale: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = units.unsigned_abs().to_string();
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, places) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{places}")
}

/// A sum over a column, as its field writes it.
pub(crate) fn sum_of(field: &Field, units: i128) -> String {
    let scale = match field.field_type {
        FieldType::Money => 2,
        FieldType::Decimal(scale) => scale,
        _ => 0,
    };
    grouped(&scaled(units, scale))
}

/// A decimal with its thousands apart.
fn grouped(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, places) = rest
        .split_once('.')
        .map_or((rest, None), |(whole, places)| (whole, Some(places)));
    if !whole.bytes().all(|sign| sign.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(places) = places {
        out.push('.');
        out.push_str(places);
    }
    out
}

/// Whether values of the type are numbers, which stand to the right.
pub(crate) fn is_number(field_type: &FieldType) -> bool {
    matches!(
        field_type,
        FieldType::Number | FieldType::Decimal(_) | FieldType::Money
    )
}

/// The name of a code, or the code.
pub(crate) fn code_name(look: &Look<'_>, vocabulary: &str, code: &str) -> String {
    look.programme
        .vocabularies
        .get(vocabulary)
        .and_then(|found| found.codes.get(code))
        .map_or_else(|| code.to_owned(), |code| look.text(&code.name).to_owned())
}

fn period(look: &Look<'_>, text: &str) -> String {
    match (look.lang(), text.len()) {
        (Lang::Zh, 4) => format!("{text}年"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_their_places_and_thousands() {
        assert_eq!(scaled(5, 2), "0.05");
        assert_eq!(scaled(-123_456, 2), "-1234.56");
        assert_eq!(grouped("-1234.56"), "-1,234.56");
        assert_eq!(grouped("999"), "999");
        assert_eq!(grouped("1000000"), "1,000,000");
    }
}
