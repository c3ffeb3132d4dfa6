//! Revising a record that is named by its number: as its page does, whatever its key leads to.
//!
//! A file revises what its keys name (`record.rs`, `import/intake.rs`). Here the record is known, so that
//! one without a key can be revised too. Its key stays: who wants another withdraws it and enters anew.

use base::{Day, FieldId, Position, Problem};
use ledger::Entry;
use programme::model::{Field, FieldType, RecordType, Scope};
use serde_json::Value as Json;
use sheet::Cell;

use crate::authority::Granted;
use crate::entry::{Evidence, Private, RecordFacts};
use crate::fold::{get, read};
use crate::folder::Office;
use crate::import::intake::{Intake, Look, OnOther, Outcome, Taken};
use crate::problems;
use crate::record::{Draft, Fault, Receipt, draft};
use crate::spaces::{self, SubjectRow};
use crate::values::Value;

impl Office {
    /// Checks the cells of a record's next version. A personal field that is left empty stays as it was,
    /// because whoever revises need not see it; a person under the opaque number stays that person.
    ///
    /// # Errors
    /// Every fault of the record; there is no such record.
    pub fn draft_revision(
        &self,
        record: u64,
        record_type: &RecordType,
        cell: impl Fn(&FieldId) -> Option<String>,
        evidence: Vec<Evidence>,
    ) -> Result<Draft, Vec<Fault>> {
        let whole = |problem: Problem| {
            vec![Fault {
                field: None,
                problem,
            }]
        };
        let before = self.private_of(record).map_err(whole)?;
        let programme = self.programme().map_err(whole)?;
        let spellings = self.spellings().map_err(whole)?;
        let known = |id: &FieldId| -> Option<Cell> {
            let field = record_type.fields.get(id)?;
            let text = cell(id).filter(|text| !text.trim().is_empty());
            if field.personal && text.is_none() {
                let json = before.fields.get(id.as_str())?;
                return Value::from_json(json, &field.field_type)
                    .map(|value| Cell::text(value.to_text()));
            }
            let text = text?;
            Some(Cell::text(self.true_identity(field, &text).unwrap_or(text)))
        };
        draft(&programme, &spellings, record_type, known, evidence)
    }

    /// What the last version of a record keeps in private.
    fn private_of(&self, record: u64) -> Result<Private, Problem> {
        Ok(self.private_part(&self.last_version(record)?)?.0)
    }

    /// The personal fields of a record as text, for somebody of that role and unit who may read them;
    /// `None` for whom they are masked.
    ///
    /// # Errors
    /// There is no such record.
    pub fn personal_of(
        &self,
        record: u64,
        role: &str,
        own: Option<&str>,
    ) -> Result<Option<Vec<(String, String)>>, Problem> {
        let Some(scope) = self.scope_of(role, Granted::ReadPersonal) else {
            return Ok(None);
        };
        let programme = self.programme()?;
        // What no row grants is open to all; personal data is open to nobody then.
        let (name, _) = Granted::ReadPersonal.names();
        if !programme.grants.iter().any(|grant| *grant.command == *name) {
            return Ok(None);
        }
        let last = self.last_version(record)?;
        let facts: RecordFacts = read(&last)?;
        let text = |field: &str| facts.fields.get(field).and_then(Json::as_str);
        let is_within = match (scope, own, text("unit"), text("day").map(Day::parse)) {
            (Scope::All, ..) => true,
            (Scope::Own, Some(own), Some(unit), _) => own == unit,
            (Scope::Below, Some(own), Some(unit), Some(Ok(day))) => {
                programme.is_at_or_below(unit, own, day)
            }
            _ => false,
        };
        if !is_within {
            return Ok(None);
        }
        let private = self.private_part(&last)?.0;
        let plain = |json: &Json| match json {
            Json::String(text) => text.clone(),
            Json::Array(items) => {
                let items = items.iter().filter_map(Json::as_str);
                items.collect::<Vec<_>>().join("|")
            }
            other => other.to_string(),
        };
        let fields = crate::field_visit::without_marks(&private.fields);
        Ok(Some(
            fields.map(|(id, json)| (id.clone(), plain(json))).collect(),
        ))
    }

    /// The entry of the last version of a record that says something.
    fn last_version(&self, record: u64) -> Result<Entry, Problem> {
        let last = self
            .versions(record)?
            .into_iter()
            .rev()
            .find(|found| !found.withdrawn);
        let last = last.ok_or_else(|| problems::no_such_record(record))?;
        self.ledger().entry(Position(last.at))
    }

    /// The identity of the person whom an opaque number means.
    fn true_identity(&self, field: &Field, text: &str) -> Option<String> {
        let FieldType::Subject(subject_type) = &field.field_type else {
            return None;
        };
        if !self.is_of_persons(subject_type.as_str()).ok()? {
            return None;
        }
        let key = spaces::key(&[subject_type.as_str(), text.trim()]);
        let row: Option<SubjectRow> = get(&self.state().ok()?, spaces::SUBJECT, &key).ok()?;
        row?.identity
    }

    /// Revises the record of that number.
    ///
    /// # Errors
    /// No reason, no such record, it is withdrawn, its key would change, or the ledger cannot be written.
    pub fn revise(&mut self, record: u64, draft: &Draft, reason: &str) -> Result<Receipt, Problem> {
        self.decide_again(|office| office.revise_now(record, draft, reason))
    }

    fn revise_now(&mut self, record: u64, draft: &Draft, reason: &str) -> Result<Receipt, Problem> {
        let reach = self.authorise(Granted::Submit)?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(problems::reason_missing());
        }
        let programme = self.programme()?;
        let record_type = programme
            .record_types
            .get(&draft.record_type)
            .ok_or_else(|| problems::unknown_type(&draft.record_type, ""))?;
        if self.record_type(record)? != draft.record_type.as_str() {
            return Err(problems::no_such_record(record));
        }
        if let Some(problem) = draft.after_today(record_type, self.today()?) {
            return Err(problem);
        }
        if let Some((_, problem)) = draft.file_not_stored(record_type, self.evidence(), &[]) {
            return Err(problem);
        }
        if let (Some(unit), Some(day)) = (draft.unit(), draft.day()) {
            reach.check(unit, day)?;
        }
        let look = Look::new(self)?;
        // What it was is to be within reach as well as what it becomes.
        look.is_within(&reach, record)?;
        let versions = self.versions(record)?;
        let mut intake =
            Intake::of_one(programme.clone(), OnOther::Revise, Some(reason.to_owned()));
        let taken = intake.take_revision(&look, draft, record, &versions)?;
        let mut preconditions = intake.take_relied();
        preconditions.push(look.later_versions(record)?);
        preconditions.extend(intake.persons_relied(&look)?);
        drop(look);
        match taken {
            Taken::Refused(problem) => Err(problem),
            Taken::Unchanged(number) => Ok(Receipt::Unchanged(number)),
            Taken::Entry {
                record: facts,
                private,
                ..
            } => {
                let mut commands = intake.subject_commands()?;
                commands.push(Outcome::Revised(record).command(&facts, &private)?);
                self.append(commands, &preconditions)?;
                Ok(Receipt::Revised(record))
            }
        }
    }
}
