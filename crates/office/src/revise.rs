//! Revising a record that is named by its number: as its page does, whatever its key leads to.
//!
//! A file revises what its keys name (`record.rs`, `import/intake.rs`). Here the record is known, so that
//! one without a key can be revised too. Its key stays: who wants another withdraws it and enters anew.

use base::{FieldId, Position, Problem};
use programme::model::{Field, FieldType, RecordType};
use sheet::Cell;

use crate::authority::Granted;
use crate::entry::{Evidence, Private};
use crate::fold::get;
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
        let last = self
            .versions(record)?
            .into_iter()
            .rev()
            .find(|found| !found.withdrawn);
        let last = last.ok_or_else(|| problems::no_such_record(record))?;
        let entry = self.ledger().entry(Position(last.at))?;
        Ok(self.private_part(&entry)?.0)
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
        self.authorise(Granted::Submit)?;
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
        let look = Look::new(self)?;
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
