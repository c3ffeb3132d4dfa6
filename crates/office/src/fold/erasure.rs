//! What an erasing entry does to the state: it takes out what was erased and puts back what remains.
//!
//! A replay meets the erased entries without their private parts, so their folds put nothing of them;
//! this fold must then come to the same rows as it does live, where it removes what they had put. So it
//! writes every row that an entry touched anew, from the facts and what remains, and never leaves one
//! as it finds it: the version of each is this entry's in both.

use std::collections::BTreeMap;

use base::{Position, Problem};
use ledger::{Change, Entry, StateView};

use super::{get, private, put, read};
use crate::entry::{EraseFacts, ErasedEntry, ErasedOf, Private};
use crate::problems;
use crate::spaces::{self, ActorRow, CaseRow, ErasedRow, SubjectRow};

/// The changes of an erasing entry.
pub(super) fn fold(state: &StateView, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: EraseFacts = read(entry)?;
    let mut work = Work {
        state,
        at: entry.position.0,
        remains: private(entry)?.remains,
        subjects: BTreeMap::new(),
        cases: BTreeMap::new(),
        changes: Vec::new(),
    };
    for erased in &facts.entries {
        work.erase(erased)?;
    }
    let mut changes = work.finish()?;
    for file in &facts.files {
        changes.push(put(
            spaces::FILE_ERASED,
            spaces::key(&[file]),
            &entry.position.0,
        )?);
    }
    for import in &facts.imports {
        let key = spaces::number_key(*import);
        changes.push(put(spaces::IMPORT_ERASED, key, &entry.position.0)?);
    }
    changes.extend(facts.parts.iter().map(|part| Change::ErasePrivate {
        position: Position(*part),
    }));
    Ok(changes)
}

/// The rows that are written anew; several entries may touch one.
struct Work<'a> {
    state: &'a StateView<'a>,
    at: u64,
    remains: BTreeMap<u64, Private>,
    subjects: BTreeMap<Vec<u8>, SubjectRow>,
    cases: BTreeMap<u64, CaseRow>,
    changes: Vec<Change>,
}

impl Work<'_> {
    fn erase(&mut self, erased: &ErasedEntry) -> Result<(), Problem> {
        let kept = self.remains.remove(&erased.entry).unwrap_or_default();
        let key = spaces::number_key(erased.entry);
        let mut row: ErasedRow = get(self.state, spaces::ERASED, &key)?.unwrap_or_default();
        let by = |name: &String| (name.clone(), self.at);
        row.fields.extend(erased.fields.iter().map(by));
        row.evidence.extend(erased.evidence.iter().map(by));
        row.remains_in = erased.remains.then_some(self.at);
        self.changes.push(put(spaces::ERASED, key, &row)?);
        match &erased.of {
            ErasedOf::Subject(subject_type, id, from) => {
                self.subject(erased, kept, subject_type, id, from)
            }
            ErasedOf::Alias(subject_type, id) => self.alias(erased, kept, subject_type, id),
            ErasedOf::Actor(actor) => self.actor(*actor, kept),
            ErasedOf::Case(case) => self.case(erased.entry, kept, &row, *case),
            // The state keeps nothing of their private parts.
            ErasedOf::Record(_)
            | ErasedOf::Import(_)
            | ErasedOf::Seal(_)
            | ErasedOf::LetterScan(_)
            | ErasedOf::Paper(_) => Ok(()),
        }
    }

    fn subject(
        &mut self,
        erased: &ErasedEntry,
        kept: Private,
        subject_type: &str,
        id: &str,
        from: &str,
    ) -> Result<(), Problem> {
        let at = self.at;
        let mut row = self.take_subject(subject_type, id)?;
        let is_of_part =
            |name: &String| erased.fields.contains(name) || kept.fields.contains_key(name);
        row.attributes
            .retain(|(name, _, _, told)| *told != erased.entry || !is_of_part(name));
        let place = row
            .attributes
            .partition_point(|(_, _, _, told)| *told <= erased.entry);
        let back = kept
            .fields
            .into_iter()
            .map(|(name, value)| (name, from.to_owned(), value, erased.entry));
        row.attributes.splice(place..place, back);
        if erased.fields.iter().any(|name| name == "id") || kept.identity.is_some() {
            if let Some(identity) = row.identity.take() {
                self.changes.push(Change::Delete {
                    space: spaces::PERSON,
                    key: spaces::key(&[subject_type, &identity]),
                });
            }
            if let Some(identity) = kept.identity {
                let key = spaces::key(&[subject_type, &identity]);
                self.changes.push(put(spaces::PERSON, key, &id)?);
                row.identity = Some(identity);
            }
        }
        row.erased
            .extend(erased.fields.iter().map(|name| (name.clone(), at)));
        self.subjects.insert(spaces::key(&[subject_type, id]), row);
        Ok(())
    }

    fn alias(
        &mut self,
        erased: &ErasedEntry,
        kept: Private,
        subject_type: &str,
        id: &str,
    ) -> Result<(), Problem> {
        let mut row = self.take_subject(subject_type, id)?;
        let key = |text: &str| spaces::key(&[&format!("subject:{subject_type}"), text]);
        let place = row
            .aliases
            .partition_point(|(told, _)| *told < erased.entry);
        if row
            .aliases
            .get(place)
            .is_some_and(|(told, _)| *told == erased.entry)
        {
            let (_, text) = row.aliases.remove(place);
            self.changes.push(Change::Delete {
                space: spaces::ALIAS,
                key: key(&text),
            });
        }
        if let Some(text) = kept.alias {
            self.changes.push(put(spaces::ALIAS, key(&text), &id)?);
            row.aliases.insert(place, (erased.entry, text));
        }
        self.subjects.insert(spaces::key(&[subject_type, id]), row);
        Ok(())
    }

    fn actor(&mut self, actor: u64, kept: Private) -> Result<(), Problem> {
        let key = spaces::number_key(actor);
        let mut row: ActorRow = get(self.state, spaces::ACTOR, &key)?
            .ok_or_else(|| problems::unreadable_entry(self.at, format!("actor {actor}")))?;
        row.name = kept.name.unwrap_or_default();
        self.changes.push(put(spaces::ACTOR, key, &row)?);
        Ok(())
    }

    /// A step keeps the hashes that it cited: how much evidence there was is no secret, and was judged.
    fn case(
        &mut self,
        step: u64,
        kept: Private,
        erased: &ErasedRow,
        case: u64,
    ) -> Result<(), Problem> {
        let mut row: CaseRow = match self.cases.remove(&case) {
            Some(row) => row,
            None => get(self.state, spaces::CASE, &spaces::number_key(case))?
                .ok_or_else(|| problems::missing_case(self.at, case))?,
        };
        if let Some(found) = row.steps.iter_mut().find(|found| found.at == step) {
            let kept = kept.evidence.into_iter().map(|piece| piece.sha256);
            let gone = erased.evidence.iter().map(|(sha256, _)| sha256.clone());
            found.evidence = kept.chain(gone).collect();
        }
        self.cases.insert(case, row);
        Ok(())
    }

    /// A subject's row as this fold has it so far.
    fn take_subject(&mut self, subject_type: &str, id: &str) -> Result<SubjectRow, Problem> {
        let key = spaces::key(&[subject_type, id]);
        match self.subjects.remove(&key) {
            Some(row) => Ok(row),
            None => Ok(get(self.state, spaces::SUBJECT, &key)?.unwrap_or_default()),
        }
    }

    fn finish(mut self) -> Result<Vec<Change>, Problem> {
        for (key, row) in self.subjects {
            self.changes.push(put(spaces::SUBJECT, key, &row)?);
        }
        for (case, row) in self.cases {
            self.changes
                .push(put(spaces::CASE, spaces::number_key(case), &row)?);
        }
        Ok(self.changes)
    }
}
