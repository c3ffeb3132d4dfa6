//! A record's row in the columns, read from its facts: once for each record that there ever was, at
//! every start that has no snapshot. So the bytes are read straight into typed values, without a tree
//! of JSON between.
//!
//! What a value is follows from the field's type as the programme in force declares it, exactly as
//! [`crate::values::Value::from_json`] reads it: what is no value of its type is empty (or a text, which
//! the columns then refuse).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use base::{Day, Problem, Scaled};
use programme::model::{FieldType, Programme};
use programme::schema::{TableSchema, Value};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::entry::Borrowed;
use crate::problems;
use crate::record::Draft;
use crate::values;

/// How the records of one type become rows.
#[derive(Debug)]
pub(crate) struct RowForm {
    /// The table.
    pub table: Arc<str>,
    /// Fields by name, each with its type and its place in the row.
    fields: Vec<(Box<str>, FieldType, usize)>,
    width: usize,
}

impl RowForm {
    /// The form of a type's rows: a value for each column of the table but the first, its number.
    pub(crate) fn new(programme: &Programme, table: &TableSchema) -> RowForm {
        let declared = programme.record_types.get(table.name.as_ref());
        let columns = table.columns.values().skip(1);
        let mut fields: Vec<(Box<str>, FieldType, usize)> = columns
            .enumerate()
            .filter_map(|(place, column)| {
                let field = declared?.fields.get(column.name.as_ref())?;
                Some((column.name.as_ref().into(), field.field_type.clone(), place))
            })
            .collect();
        fields.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        RowForm {
            table: table.name.clone(),
            fields,
            width: table.columns.len().saturating_sub(1),
        }
    }

    /// The row of facts that are at hand.
    pub(crate) fn row_of(&self, facts: &BTreeMap<String, Json>) -> Vec<Value> {
        let mut row = vec![Value::Null; self.width];
        for (name, field_type, place) in &self.fields {
            let value = facts
                .get(name.as_ref())
                .and_then(|json| values::Value::from_json(json, field_type));
            if let (Some(value), Some(cell)) = (value, row.get_mut(*place)) {
                *cell = value.to_column();
            }
        }
        row
    }
}

/// A record as the columns take it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RecordRow {
    /// The table.
    pub table: Arc<str>,
    /// The record that it revises.
    pub record: Option<u64>,
    /// The import that brought it.
    pub import: Option<u64>,
    /// A value for each column but the first.
    pub values: Vec<Value>,
}

/// The forms of one programme's record types, each made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct RowForms {
    forms: HashMap<Box<str>, RowForm>,
}

impl RowForms {
    /// The form of a type.
    ///
    /// # Errors
    /// The programme declares no such type.
    pub(crate) fn of(&mut self, programme: &Programme, name: &str) -> Result<&RowForm, Problem> {
        if !self.forms.contains_key(name) {
            let table = programme.schema.table(name);
            let table = table.ok_or_else(|| problems::unknown_type(name, ""))?;
            self.forms
                .insert(name.into(), RowForm::new(programme, table));
        }
        let form = self.forms.get(name);
        form.ok_or_else(|| problems::unknown_type(name, ""))
    }

    /// The row of the facts of a [`Kind::Record`](crate::entry::Kind::Record) or revision.
    ///
    /// # Errors
    /// They cannot be read, or are of a type that the programme does not declare.
    pub(crate) fn read(
        &mut self,
        programme: &Programme,
        position: u64,
        facts: &[u8],
    ) -> Result<RecordRow, Problem> {
        let unreadable = |error| problems::unreadable_entry(position, error);
        let mut unknown = None;
        let seed = FactsSeed {
            forms: self,
            programme,
            unknown: &mut unknown,
        };
        let mut input = serde_json::Deserializer::from_slice(facts);
        let row = seed.deserialize(&mut input);
        if let Some(problem) = unknown {
            return Err(problem);
        }
        let row = row.map_err(unreadable)?;
        input.end().map_err(unreadable)?;
        Ok(row)
    }
}

/// Reads the facts of a record.
struct FactsSeed<'s> {
    forms: &'s mut RowForms,
    programme: &'s Programme,
    /// The problem when the type is not declared.
    unknown: &'s mut Option<Problem>,
}

/// What of the facts the columns need.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FactsKey {
    Type,
    Record,
    Fields,
    Import,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for FactsSeed<'_> {
    type Value = RecordRow;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<RecordRow, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FactsSeed<'_> {
    type Value = RecordRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the facts of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RecordRow, A::Error> {
        let (mut record, mut import) = (None, None);
        let mut form: Option<&RowForm> = None;
        let mut values = None;
        // The fields, when they come before the type.
        let mut early: Option<BTreeMap<String, Json>> = None;
        let mut forms = Some(self.forms);
        while let Some(key) = map.next_key::<FactsKey>()? {
            match key {
                FactsKey::Type => {
                    let name: Borrowed<'de> = map.next_value()?;
                    let forms = forms
                        .take()
                        .ok_or_else(|| A::Error::duplicate_field("type"))?;
                    match forms.of(self.programme, &name.0) {
                        Ok(found) => form = Some(found),
                        Err(problem) => {
                            *self.unknown = Some(problem);
                            return Err(A::Error::custom("unknown type"));
                        }
                    }
                }
                FactsKey::Record => record = map.next_value()?,
                FactsKey::Import => import = map.next_value()?,
                FactsKey::Fields => match form {
                    Some(form) => values = Some(map.next_value_seed(FieldsSeed { form })?),
                    None => early = Some(map.next_value()?),
                },
                FactsKey::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let form = form.ok_or_else(|| A::Error::missing_field("type"))?;
        let values = values
            .or_else(|| early.map(|fields| form.row_of(&fields)))
            .ok_or_else(|| A::Error::missing_field("fields"))?;
        Ok(RecordRow {
            table: form.table.clone(),
            record,
            import,
            values,
        })
    }
}

/// Reads the fields of a record into a row.
struct FieldsSeed<'f> {
    form: &'f RowForm,
}

impl<'de> DeserializeSeed<'de> for FieldsSeed<'_> {
    type Value = Vec<Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Vec<Value>, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsSeed<'_> {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Value>, A::Error> {
        let mut row = vec![Value::Null; self.form.width];
        let fields = &self.form.fields;
        // Entries have their fields in the order of their names, as the form has.
        let mut next = 0;
        while let Some(Borrowed(name)) = map.next_key::<Borrowed<'de>>()? {
            let at = match fields.get(next) {
                Some((expected, ..)) if **expected == *name => Ok(next),
                _ => fields.binary_search_by(|(known, ..)| known.as_ref().cmp(&name)),
            };
            match at.ok().and_then(|at| Some((at, fields.get(at)?))) {
                Some((at, (_, field_type, place))) => {
                    next = at + 1;
                    let value = map.next_value_seed(ValueSeed { field_type })?;
                    if let Some(cell) = row.get_mut(*place) {
                        *cell = value;
                    }
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(row)
    }
}

/// Reads one value; what is none of the type is empty.
struct ValueSeed<'f> {
    field_type: &'f FieldType,
}

impl ValueSeed<'_> {
    fn whole(&self, number: Option<i64>) -> Value {
        match (self.field_type, number) {
            (FieldType::Number, Some(number)) => Value::Int(number),
            _ => Value::Null,
        }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a field")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        let scaled = |scale| {
            Scaled::parse(text, scale).map_or(Value::Null, |scaled| Value::Int(scaled.units))
        };
        Ok(match self.field_type {
            FieldType::Decimal(scale) => scaled(*scale),
            FieldType::Money => scaled(2),
            FieldType::Date => Day::parse(text).map_or(Value::Null, Value::Day),
            _ => Value::Text(text.into()),
        })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(self.whole(Some(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(self.whole(i64::try_from(number).ok()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let is_set = matches!(self.field_type, FieldType::Choices(_));
        let mut texts: Option<Vec<Arc<str>>> = is_set.then(Vec::new);
        while let Some(item) = seq.next_element::<Member<'de>>()? {
            match (&mut texts, item) {
                (Some(texts), Member::Text(text)) => texts.push(text.as_ref().into()),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Value::Null, Value::Texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }
}

/// A member of a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Other(IgnoredAny),
}

/// The row of a record of a programme, from a draft.
pub(crate) fn record_values(
    programme: &Programme,
    table: &TableSchema,
    draft: &Draft,
) -> Vec<Value> {
    let form = RowForm::new(programme, table);
    let mut row = vec![Value::Null; form.width];
    for (name, _, place) in &form.fields {
        let is_personal = programme
            .record_types
            .get(&draft.record_type)
            .and_then(|record_type| record_type.fields.get(name.as_ref()))
            .is_some_and(|field| field.personal);
        let value = draft.values.get(name.as_ref()).filter(|_| !is_personal);
        if let (Some(value), Some(cell)) = (value, row.get_mut(*place)) {
            *cell = value.to_column();
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::RecordFacts;

    fn form(forms: &mut RowForms) {
        let fields = [
            ("amount", FieldType::Decimal(1), 3),
            ("codes", FieldType::Choices("c".into()), 2),
            ("count", FieldType::Number, 0),
            ("day", FieldType::Date, 1),
            ("fine", FieldType::Money, 4),
            ("what", FieldType::Text, 5),
        ];
        let fields = fields.map(|(name, field_type, place)| (name.into(), field_type, place));
        let form = RowForm {
            table: "t".into(),
            fields: fields.into(),
            width: 6,
        };
        forms.forms.insert("t".into(), form);
    }

    fn programme() -> Arc<Programme> {
        let text = include_str!("../tests/import/town.toml").to_owned();
        let files = [("programme.toml".to_owned(), text)];
        let sources = programme::Sources::from_files("town", files);
        programme::check(&sources).programme.unwrap()
    }

    /// The same facts through a tree of JSON and [`values::Value::from_json`]: the slow, plain way.
    fn plain(form: &RowForm, facts: &str) -> Vec<Value> {
        let facts: RecordFacts = serde_json::from_str(facts).unwrap();
        form.row_of(&facts.fields)
    }

    #[test]
    fn bytes_are_read_as_the_plain_way_reads_them() {
        let programme = programme();
        let mut forms = RowForms::default();
        form(&mut forms);
        let day = |text: &str| Value::Day(Day::parse(text).unwrap());
        // What is written first: the fields; then the row that they are, worked out by hand.
        let table = [
            (
                r#"{"amount":"12.5","codes":["a","b"],"count":3,"day":"2018-03-05","fine":"1.00","what":"x\"y"}"#,
                vec![
                    Value::Int(3),
                    day("2018-03-05"),
                    Value::Texts(vec!["a".into(), "b".into()]),
                    Value::Int(125),
                    Value::Int(100),
                    Value::Text("x\"y".into()),
                ],
            ),
            // In another order, with a field that nobody knows.
            (
                r#"{"what":"甲","later":{"a":[1]},"amount":"-0.1"}"#,
                vec![
                    Value::Null,
                    Value::Null,
                    Value::Null,
                    Value::Int(-1),
                    Value::Null,
                    Value::Text("甲".into()),
                ],
            ),
            // Nothing here is of its type.
            (
                r#"{"amount":"1.25","codes":["a",1],"count":true,"day":"2018-02-30","fine":7,"what":true}"#,
                vec![Value::Null; 6],
            ),
            (
                r#"{"amount":[],"codes":{"a":1},"count":1.5,"day":null,"fine":[[]],"what":["x"]}"#,
                vec![Value::Null; 6],
            ),
            (
                r#"{"count":18446744073709551615,"what":""}"#,
                vec![
                    Value::Null,
                    Value::Null,
                    Value::Null,
                    Value::Null,
                    Value::Null,
                    Value::Text("".into()),
                ],
            ),
            ("{}", vec![Value::Null; 6]),
        ];
        for (fields, expected) in table {
            // The type first, as we write it, and last, as another might.
            for facts in [
                format!(
                    r#"{{"type":"t","record":9,"fields":{fields},"key":"k","import":4,"row":2}}"#
                ),
                format!(r#"{{"row":2,"record":9,"import":4,"fields":{fields},"type":"t"}}"#),
            ] {
                let row = forms.read(&programme, 7, facts.as_bytes()).unwrap();
                assert_eq!(row.values, expected, "{facts}");
                assert_eq!(row.values, plain(&forms.forms["t"], &facts), "{facts}");
                assert_eq!((row.record, row.import), (Some(9), Some(4)));
            }
        }
    }

    #[test]
    fn what_is_no_record_is_named() {
        let programme = programme();
        let mut forms = RowForms::default();
        form(&mut forms);
        for (facts, code) in [
            (r#"{"type":"nobody","fields":{}}"#, "O224"),
            (r#"{"type":"t"}"#, "O102"),
            (r#"{"fields":{}}"#, "O102"),
            (r#"{"type":"t","fields":{}} x"#, "O102"),
            (r#"{"type":"t","fields":{"what":"#, "O102"),
        ] {
            let problem = forms.read(&programme, 7, facts.as_bytes()).unwrap_err();
            assert!(problem.code == code, "{facts}: {}", problem.code);
        }
    }
}
