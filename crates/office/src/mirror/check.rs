//! Before entries are written: whether the mirror could take them.
//!
//! An entry that is written and cannot be taken would stop every later start at its position. Every command
//! checks what it writes against the programme and the state; this is the second lock, by the very columns that
//! will take the entry. It changes nothing.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::{FlowId, Position, Problem, SubjectTypeId};
use measure::{Change, Columns};
use programme::model::Programme;
use programme::schema::Schema;
use serde::de::DeserializeOwned;

use super::{CaseNow, Mirror, Told, attributes_of, facts, step_of};
use crate::activate::programme_of;
use crate::entry::{
    ActorEndFacts, ActorMovedFacts, AuditDrawFacts, AuditFindingFacts, CasePaperFacts,
    CaseReportedFacts, ChangeConfirmedFacts, DeputyEndedFacts, DeputyFacts,
    FieldVisitConfirmedFacts, FieldVisitFacts, HandoverConfirmedFacts, HandoverFacts,
    ImportEndFacts, Kind, LetterCountersignedFacts, LetterScanFacts, LetterSignedFacts,
    OverrideFacts, PaperFacts, PaperTemplateFacts, PaperVoidedFacts, ProgrammeFacts, PublishFacts,
    RemindFacts, SealFacts, SubjectFacts, WithdrawFacts,
};
use crate::problems;
use crate::rows::{RecordRow, RowForms};

/// The entries of one append, looked at one behind the other.
struct Ahead<'m> {
    mirror: &'m Mirror,
    is_one_of_many: bool,
    forms: RowForms,
    /// A programme that comes with this append, and columns that have taken it.
    programme: Option<(Arc<Programme>, Columns)>,
    /// Records that this append hides.
    gone: HashSet<(Arc<str>, u64)>,
    /// Cases as this append leaves them.
    cases: HashMap<u64, CaseNow>,
}

impl Mirror {
    /// Columns that have taken every programme that there was, and no row: they judge whether rows could be
    /// taken where the mirror itself is not at hand.
    ///
    /// # Errors
    /// A programme cannot be taken.
    pub(crate) fn columns_without_rows(&self) -> Result<Columns, Problem> {
        let mut columns = Columns::new();
        for (at, programme) in &self.programmes {
            columns.apply(Change::Programme {
                at: *at,
                programme: programme.clone(),
            })?;
        }
        Ok(columns)
    }

    /// Whether entries could be taken that one command is to append: kind, facts, and a record's row where it was
    /// made together with its facts. Where others append too (`is_one_of_many`) a record may be hidden by them
    /// meanwhile; the preconditions of the append see to that.
    ///
    /// # Errors
    /// The mirror would refuse one of them, with the same problem.
    pub(crate) fn could_take<'e>(
        &self,
        entries: impl Iterator<Item = (u16, &'e [u8], Option<&'e RecordRow>)>,
        is_one_of_many: bool,
    ) -> Result<(), Problem> {
        let mut ahead = Ahead {
            mirror: self,
            is_one_of_many,
            forms: RowForms::default(),
            programme: None,
            gone: HashSet::new(),
            cases: HashMap::new(),
        };
        for (number, (kind, facts, row)) in entries.enumerate() {
            let told = Told {
                // Where it will stand at the earliest.
                position: Position(self.position.0 + 1 + number as u64),
                programme: self.programme_at(),
                kind,
                facts,
            };
            ahead.check(&told, row)?;
        }
        Ok(())
    }
}

impl Ahead<'_> {
    /// Whether the next entry could be taken.
    fn check(&mut self, told: &Told, row: Option<&RecordRow>) -> Result<(), Problem> {
        let kind = Kind::from_number(told.kind)
            .ok_or_else(|| problems::unknown_kind(told.position.0, told.kind))?;
        match kind {
            Kind::Founded
            | Kind::Key
            | Kind::Actor
            | Kind::Alias
            | Kind::Erase
            | Kind::ImportOpen => Ok(()),
            Kind::Programme => self.check_programme(told),
            Kind::Subject | Kind::ImportedSubject => self.check_subject(&facts(told)?),
            Kind::Record | Kind::Revise => match row {
                Some(row) => self.check_record(told.position, row),
                None => {
                    let programme = self.programme()?;
                    let row = self.forms.read(&programme, told.position.0, told.facts)?;
                    self.check_record(told.position, &row)
                }
            },
            Kind::Withdraw => {
                let withdrawn: WithdrawFacts = facts(told)?;
                self.hide(&withdrawn.record_type.as_str().into(), withdrawn.record)
            }
            Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord => {
                let case = CaseNow::opened(facts(told)?, told.programme);
                self.check_case(told.position.0, case)
            }
            Kind::CaseAct | Kind::CasePassed => {
                let passed = step_of(told, kind)?;
                let number = passed.act.case;
                let known = self.cases.remove(&number);
                let known = known.or_else(|| self.mirror.cases.get(number).map(Cow::into_owned));
                let mut case =
                    known.ok_or_else(|| problems::missing_case(told.position.0, number))?;
                case.take(told.position, passed);
                self.check_case(number, case)
            }
            Kind::CaseReported => readable::<CaseReportedFacts>(told),
            Kind::FieldVisit => readable::<FieldVisitFacts>(told),
            Kind::FieldVisitConfirmed => readable::<FieldVisitConfirmedFacts>(told),
            Kind::ImportClose | Kind::ImportAbandon => readable::<ImportEndFacts>(told),
            Kind::Remind => readable::<RemindFacts>(told),
            Kind::Override => readable::<OverrideFacts>(told),
            Kind::Seal => readable::<SealFacts>(told),
            Kind::Publish => readable::<PublishFacts>(told),
            Kind::AuditDraw => readable::<AuditDrawFacts>(told),
            Kind::AuditFinding => readable::<AuditFindingFacts>(told),
            Kind::ActorClosed | Kind::ActorReopened => readable::<ActorEndFacts>(told),
            Kind::ActorMoved => readable::<ActorMovedFacts>(told),
            Kind::Deputy => readable::<DeputyFacts>(told),
            Kind::DeputyEnded => readable::<DeputyEndedFacts>(told),
            Kind::Handover => readable::<HandoverFacts>(told),
            Kind::HandoverConfirmed => readable::<HandoverConfirmedFacts>(told),
            Kind::LetterSigned => readable::<LetterSignedFacts>(told),
            Kind::LetterCountersigned => readable::<LetterCountersignedFacts>(told),
            Kind::LetterScan => readable::<LetterScanFacts>(told),
            Kind::ChangeConfirmed => readable::<ChangeConfirmedFacts>(told),
            Kind::PaperTemplate => readable::<PaperTemplateFacts>(told),
            Kind::Paper => readable::<PaperFacts>(told),
            Kind::CasePaper => readable::<CasePaperFacts>(told),
            Kind::PaperVoided => readable::<PaperVoidedFacts>(told),
        }
    }

    fn programme(&self) -> Result<Arc<Programme>, Problem> {
        let comes = self
            .programme
            .as_ref()
            .map(|(programme, _)| programme.clone());
        comes
            .or_else(|| self.mirror.programme())
            .ok_or_else(problems::no_programme)
    }

    fn columns(&self) -> &Columns {
        match &self.programme {
            Some((_, columns)) => columns,
            None => &self.mirror.columns,
        }
    }

    /// Columns without rows take every programme that there was, and then this one.
    fn check_programme(&mut self, told: &Told) -> Result<(), Problem> {
        let programme = programme_of(&facts::<ProgrammeFacts>(told)?)?;
        let mut columns = match self.programme.take() {
            Some((_, columns)) => columns,
            None => self.mirror.columns_without_rows()?,
        };
        columns.apply(Change::Programme {
            at: told.position,
            programme: programme.clone(),
        })?;
        self.programme = Some((programme, columns));
        self.forms = RowForms::default();
        Ok(())
    }

    fn check_subject(&self, subject: &SubjectFacts) -> Result<(), Problem> {
        let subject_type = SubjectTypeId::new(&subject.subject_type);
        let programme = self.programme()?;
        match attributes_of(&programme, &subject_type, subject) {
            Some(attributes) => self.columns().check_subject(&subject_type, &attributes),
            None => Ok(()),
        }
    }

    fn check_record(&mut self, at: Position, row: &RecordRow) -> Result<(), Problem> {
        // A record's number is the position of an earlier entry; where others append too, of one of theirs.
        if let Some(record) = row.record.filter(|record| *record >= at.0)
            && (!self.is_one_of_many || i64::try_from(record).is_err())
        {
            return Err(problems::record_not_in_memory(record, &row.table));
        }
        // What an import revises is looked for when it is revealed.
        if let (Some(record), None) = (row.record, row.import) {
            self.is_there(&row.table, record)?;
        }
        self.columns().check_row(&row.table, &row.values)
    }

    fn check_case(&mut self, number: u64, case: CaseNow) -> Result<(), Problem> {
        // A case that comes with its programme was made by that programme's flow.
        if self.programme.is_none() {
            let values = self.mirror.values_of_case(&case)?;
            let table = Schema::cases_name(&FlowId::new(&case.opened.flow));
            self.columns().check_row(&table, &values)?;
        }
        self.cases.insert(number, case);
        Ok(())
    }

    fn is_there(&self, table: &Arc<str>, record: u64) -> Result<(), Problem> {
        if self.is_one_of_many {
            return Ok(());
        }
        let is_gone = self.gone.contains(&(table.clone(), record));
        if is_gone || !self.mirror.columns.has_row(table, record) {
            return Err(problems::record_not_in_memory(record, table));
        }
        Ok(())
    }

    fn hide(&mut self, table: &Arc<str>, record: u64) -> Result<(), Problem> {
        self.is_there(table, record)?;
        self.gone.insert((table.clone(), record));
        Ok(())
    }
}

fn readable<T: DeserializeOwned>(told: &Told) -> Result<(), Problem> {
    facts::<T>(told).map(drop)
}

#[cfg(test)]
mod tests;
