//! A checked record on its way into an entry. Files bring millions of them, so their facts are written
//! straight from the checked values, byte for byte as serde writes [`RecordFacts`](crate::entry::RecordFacts).

use std::io::Write as _;

use base::{RecordTypeId, Scaled};

use crate::values::Value;

/// What a record says in the open, its fields written already.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewRecord {
    pub record_type: RecordTypeId,
    /// The record that it revises.
    pub record: Option<u64>,
    /// The fields that are not personal, as a JSON object in the order of their names.
    pub fields: Vec<u8>,
    pub key: Option<String>,
    pub content: Option<(String, u32)>,
    pub import: Option<u64>,
    pub row: Option<u32>,
    pub reason: Option<String>,
    /// The case of which a step writes it.
    pub case: Option<u64>,
}

impl NewRecord {
    /// The facts of its entry.
    pub(crate) fn facts(&self) -> Vec<u8> {
        let mut facts = Vec::with_capacity(self.fields.len() + 160);
        let place = self.write(&mut facts);
        match self.import {
            Some(import) => with_import(&facts, place, import),
            None => facts,
        }
    }

    /// Adds the facts to `out`, but not their import; says where in `out` that belongs.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> usize {
        out.extend_from_slice(b"{\"type\":");
        text(out, self.record_type.as_str());
        if let Some(record) = self.record {
            number(out, "record", record);
        }
        out.extend_from_slice(b",\"fields\":");
        out.extend_from_slice(&self.fields);
        if let Some(key) = &self.key {
            out.extend_from_slice(b",\"key\":");
            text(out, key);
        }
        if let Some((hash, nth)) = &self.content {
            out.extend_from_slice(b",\"content\":[");
            text(out, hash);
            write(out, format_args!(",{nth}]"));
        }
        let place = out.len();
        if let Some(row) = self.row {
            number(out, "row", u64::from(row));
        }
        if let Some(reason) = &self.reason {
            out.extend_from_slice(b",\"reason\":");
            text(out, reason);
        }
        if let Some(case) = self.case {
            number(out, "case", case);
        }
        out.push(b'}');
        place
    }
}

/// Facts that [`NewRecord::write`] wrote, with their import at its place.
pub(crate) fn with_import(facts: &[u8], place: usize, import: u64) -> Vec<u8> {
    let (before, after) = facts.split_at_checked(place).unwrap_or((facts, &[]));
    let mut whole = Vec::with_capacity(facts.len() + 20);
    whole.extend_from_slice(before);
    number(&mut whole, "import", import);
    whole.extend_from_slice(after);
    whole
}

/// Fields as a JSON object, in the order in which they are given.
pub(crate) fn object<'v>(fields: impl Iterator<Item = (&'v str, &'v Value)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.push(b'{');
    for (name, field) in fields {
        if out.len() > 1 {
            out.push(b',');
        }
        text(&mut out, name);
        out.push(b':');
        value(&mut out, field);
    }
    out.push(b'}');
    out
}

/// A value as [`Value::to_json`] has it.
fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(said) => text(out, said),
        Value::Int(number) => write(out, format_args!("{number}")),
        Value::Scaled(Scaled { .. }) | Value::Day(_) => {
            // Digits, a point and signs: nothing that needs escaping.
            out.push(b'"');
            match value {
                Value::Day(day) => day_text(out, *day),
                _ => write(out, format_args!("{}", value.to_text())),
            }
            out.push(b'"');
        }
        Value::Codes(codes) => {
            out.push(b'[');
            for (index, code) in codes.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                text(out, code);
            }
            out.push(b']');
        }
    }
}

fn day_text(out: &mut Vec<u8>, day: base::Day) {
    let (year, month, day) = day.ymd();
    let digits = |number: u32| [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
    // A day's year is 1 to 9999.
    let year = year.unsigned_abs();
    out.extend(digits(year / 100));
    out.extend(digits(year));
    out.push(b'-');
    out.extend(digits(month));
    out.push(b'-');
    out.extend(digits(day));
}

fn number(out: &mut Vec<u8>, name: &str, number: u64) {
    write(out, format_args!(",\"{name}\":{number}"));
}

fn text(out: &mut Vec<u8>, text: &str) {
    let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing a text to memory cannot fail.
        let _ = serde_json::to_writer(out, text);
    }
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::RecordFacts;
    use base::Day;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn values() -> impl Strategy<Value = Value> {
        let any_text = || any::<String>();
        prop_oneof![
            any_text().prop_map(Value::Text),
            any::<i64>().prop_map(Value::Int),
            (any::<i64>(), 0_u8..=18)
                .prop_map(|(units, scale)| Value::Scaled(Scaled { units, scale })),
            (-719_162_i32..=2_932_896).prop_map(|day| Value::Day(Day::from_number(day).unwrap())),
            prop::collection::vec(any_text(), 0..3).prop_map(Value::Codes),
        ]
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_serde(
            fields in prop::collection::btree_map(any::<String>(), values(), 0..5),
            record in any::<Option<u64>>(),
            key in any::<Option<String>>(),
            content in any::<Option<(String, u32)>>(),
            import in any::<Option<u64>>(),
            row in any::<Option<u32>>(),
            reason in any::<Option<String>>(),
            case in any::<Option<u64>>(),
            type_name in any::<String>(),
        ) {
            let json: BTreeMap<String, serde_json::Value> =
                fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
            let expected = serde_json::to_vec(&RecordFacts {
                record_type: type_name.clone(),
                record,
                fields: json,
                key: key.clone(),
                content: content.clone(),
                import,
                row,
                reason: reason.clone(),
                case,
            }).unwrap();
            let new = NewRecord {
                record_type: RecordTypeId::new(&type_name),
                record,
                fields: object(fields.iter().map(|(name, value)| (name.as_str(), value))),
                key,
                content,
                import,
                row,
                reason,
                case,
            };
            prop_assert_eq!(new.facts(), expected);
        }
    }
}
