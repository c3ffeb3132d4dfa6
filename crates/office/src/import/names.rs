//! Subjects by name: whom a row means that gives a firm's name and not its identity.

use std::collections::HashMap;

use base::{Problem, SubjectTypeId};
use serde_json::Value as Json;

use super::intake::folded_name;
use super::problems;
use crate::fold::row;
use crate::folder::Office;
use crate::spaces::{self, SubjectRow};
use crate::values::Spellings;

/// More names than this are not searched for a similar one.
const SEARCHED_MAX: usize = 50_000;
/// Identities that a message lists.
const LISTED_MAX: usize = 5;

/// The known names of a subject type.
pub(super) struct Names {
    subject_type: SubjectTypeId,
    /// Folded name → identities.
    known: HashMap<String, Vec<String>>,
    /// Names that were looked for before.
    sought: HashMap<String, Result<String, Problem>>,
}

impl Names {
    pub(super) fn of(office: &Office, subject_type: &SubjectTypeId) -> Result<Names, Problem> {
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        let mut note = |id: &str, name: &str| {
            let ids = known.entry(folded_name(name)).or_default();
            ids.push(id.to_owned());
        };
        if office.is_of_persons(subject_type.as_str())? {
            // Persons' names are in no column: the state has them as long as they are not erased.
            let prefix = spaces::key(&[subject_type.as_str(), ""]);
            for found in office.state()?.scan(spaces::SUBJECT, &prefix) {
                let found: SubjectRow = row(spaces::SUBJECT, &found?.value)?;
                let name = found.attributes.iter().rev().find(|told| told.0 == "name");
                if let (Some(identity), Some((_, _, Json::String(name), _))) =
                    (&found.identity, name)
                {
                    note(identity, name);
                }
            }
        } else {
            for (id, name) in office.mirror().subjects(subject_type.as_str()) {
                note(id, name);
            }
        }
        Ok(Names {
            subject_type: subject_type.clone(),
            known,
            sought: HashMap::new(),
        })
    }

    /// The identity of the subject of that name.
    ///
    /// # Errors
    /// Nobody, or more than one, has the name, and it was not confirmed to mean anybody.
    pub(super) fn identity(
        &mut self,
        name: &str,
        spellings: &Spellings,
    ) -> Result<String, Problem> {
        if let Some(found) = self.sought.get(name) {
            return found.clone();
        }
        let found = self.look_up(name, spellings);
        self.sought.insert(name.to_owned(), found.clone());
        found
    }

    fn look_up(&self, name: &str, spellings: &Spellings) -> Result<String, Problem> {
        if let Some(id) = spellings.subject(self.subject_type.as_str(), name) {
            return Ok(id.to_owned());
        }
        let folded = folded_name(name);
        match self.known.get(&folded).map(Vec::as_slice) {
            Some([id]) => Ok(id.clone()),
            Some(ids) => {
                let mut listed: Vec<&str> = ids.iter().map(String::as_str).collect();
                listed.sort_unstable();
                listed.truncate(LISTED_MAX);
                Err(problems::ambiguous_subject_name(name, listed.join(", ")))
            }
            None => {
                let near = (self.known.len() <= SEARCHED_MAX).then(|| {
                    // In a fixed order, so that the same misspelling gets the same answer.
                    let mut names: Vec<&str> = self.known.keys().map(String::as_str).collect();
                    names.sort_unstable();
                    programme::nearest(&folded, names)
                });
                Err(problems::unknown_subject_name(
                    name,
                    &self.subject_type,
                    near.flatten().unwrap_or("—"),
                ))
            }
        }
    }
}
