//! Persons: the opaque identity that stands in facts for a true one.
//!
//! A subject type that is `personal` is of persons. Their true identity stands only in private parts, and
//! in the state that is folded from them, where it is found again until it is erased. What is new gets a
//! random number: nothing about the person can be computed from it.

use std::collections::HashMap;
use std::sync::Arc;

use base::Problem;
use programme::model::{FieldType, Programme, RecordType};

use super::intake::Look;
use crate::fold::get;
use crate::folder::Office;
use crate::problems;
use crate::record::Draft;
use crate::spaces;
use crate::values::Value;

/// Random bytes of an opaque identity: two alike are not to be feared among all people there are.
const RANDOM_BYTES: usize = 10;
/// What an opaque identity begins with.
const PREFIX: char = 'p';

/// A new opaque identity: `p` and twenty hexadecimal digits.
fn new_opaque() -> Result<Arc<str>, Problem> {
    let mut random = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(problems::no_randomness)?;
    Ok(opaque_of(&random))
}

/// The opaque identity of these bytes.
pub(crate) fn opaque_of(random: &[u8; RANDOM_BYTES]) -> Arc<str> {
    format!("{PREFIX}{}", hex::encode(random)).into()
}

fn is_opaque(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|digits| {
        digits.len() == 2 * RANDOM_BYTES
            && digits
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A person as a batch speaks of it: subject type, and identity of either kind.
pub(crate) type Person = (Arc<str>, Arc<str>);

/// The persons that a batch has met, by type and what it called them.
#[derive(Default)]
pub(crate) struct Persons {
    met: HashMap<Person, Arc<str>>,
    /// True identities, by type and opaque identity.
    identities: HashMap<Person, Arc<str>>,
}

impl Persons {
    /// The opaque identity of a person; `text` is the true one, or the opaque one of a person that is known.
    pub(crate) fn opaque(
        &mut self,
        look: &Look,
        subject_type: &str,
        text: &str,
    ) -> Result<Arc<str>, Problem> {
        let key: Person = (subject_type.into(), text.into());
        if let Some(known) = self.met.get(&key) {
            return Ok(known.clone());
        }
        let found: Option<String> = get(
            look.state(),
            spaces::PERSON,
            &spaces::key(&[subject_type, text]),
        )?;
        let opaque = match found {
            Some(known) => known.into(),
            None if is_opaque(text) && look.subject(subject_type, text)?.is_some() => {
                self.met.insert(key, text.into());
                return Ok(text.into());
            }
            None => new_opaque()?,
        };
        self.identities
            .insert((key.0.clone(), opaque.clone()), key.1.clone());
        self.met.insert(key, opaque.clone());
        Ok(opaque)
    }

    /// Notes an opaque identity that the batch makes known itself.
    pub(crate) fn make(&mut self, subject_type: &str, opaque: &Arc<str>) {
        self.met
            .insert((subject_type.into(), opaque.clone()), opaque.clone());
    }

    /// The true identity that a batch gave for an opaque one.
    pub(crate) fn identity(&self, subject_type: &str, opaque: &str) -> Option<Arc<str>> {
        self.identities
            .get(&(subject_type.into(), opaque.into()))
            .cloned()
    }

    /// The draft with opaque identities in all fields that name persons, and who they are: type and opaque
    /// identity.
    pub(crate) fn hide(
        &mut self,
        look: &Look,
        programme: &Programme,
        record_type: &RecordType,
        draft: &mut Draft,
    ) -> Result<Vec<Person>, Problem> {
        let mut named = Vec::new();
        for field in record_type.fields.values() {
            let FieldType::Subject(subject_type) = &field.field_type else {
                continue;
            };
            if !programme
                .subject_types
                .get(subject_type)
                .is_some_and(|found| found.personal)
            {
                continue;
            }
            if let Some(Value::Text(text)) = draft.values.get_mut(field.id.as_str()) {
                let opaque = self.opaque(look, subject_type.as_str(), text)?;
                *text = opaque.to_string();
                named.push((subject_type.as_str().into(), opaque));
            }
        }
        Ok(named)
    }
}

/// Whether any field of a record type names persons.
pub(crate) fn names_persons(programme: &Programme, record_type: &RecordType) -> bool {
    record_type
        .fields
        .values()
        .any(|field| match &field.field_type {
            FieldType::Subject(of) => programme
                .subject_types
                .get(of)
                .is_some_and(|of| of.personal),
            _ => false,
        })
}

impl Office {
    /// The opaque identity of a person whose true identity, or a confirmed spelling of it, is given; `None`
    /// when nobody has it, or it was erased.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn person(&self, subject_type: &str, text: &str) -> Result<Option<String>, Problem> {
        let key = spaces::key(&[subject_type, text]);
        get(&self.state()?, spaces::PERSON, &key)
    }

    /// Whether the subjects of a type are persons.
    ///
    /// # Errors
    /// No programme is in force.
    pub fn is_of_persons(&self, subject_type: &str) -> Result<bool, Problem> {
        let programme = self.programme()?;
        let found = programme.subject_types.get(subject_type);
        Ok(found.is_some_and(|found| found.personal))
    }
}
