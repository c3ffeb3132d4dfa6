//! Records that steps of cases write: a decided case its penalty, a referral what was referred.
//!
//! Which steps do, the programme says (`[[written]]`), as it stood when the case was accepted. The record is drafted of
//! the case as it is after the step, judged as one that is typed, and appended right after the step in one append with
//! it: where it cannot be entered the step is refused. It names its case; the case finds it behind its step, so that no
//! row of the state is needed. Whoever may take the step may write it. Read [`Office::written_by`] first.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{ActionId, FieldId, Position, Problem, Text};
use casework::{Step, Value};
use ledger::Precondition;
use programme::model::{Corrected, Programme, RecordType, Written};
use sheet::Cell;

use crate::case::Case;
use crate::entry::{Evidence, Kind, RecordHead};
use crate::fold::{get, read_borrowed};
use crate::folder::{Command, Office};
use crate::import::intake::{Intake, Look, OnOther, Taken};
use crate::problems;
use crate::record::draft;
use crate::spaces::{self, CaseRow};
use crate::values::{Reader, Spellings};

const DAY: &str = "day";
const UNIT: &str = "unit";
const SUBJECT: &str = "subject";

/// What the steps of one append write: of two of them under one key only one can.
#[derive(Default)]
pub(crate) struct Writing {
    begun: Option<Begun>,
}

/// It is begun with the first record: most steps write none.
struct Begun {
    programme: Arc<Programme>,
    spellings: Spellings,
    intake: Intake,
    relied: Vec<Precondition>,
}

impl Writing {
    fn begin(&mut self, office: &Office) -> Result<&mut Begun, Problem> {
        let begun = match self.begun.take() {
            Some(begun) => begun,
            None => {
                let programme = office.programme()?;
                let intake = Intake::new(programme.clone(), OnOther::Refuse, None, None);
                Begun {
                    spellings: office.spellings()?,
                    intake: intake.relying(true),
                    programme,
                    relied: Vec::new(),
                }
            }
        };
        Ok(self.begun.insert(begun))
    }

    /// The commands that make new subjects known, to stand before the steps, and what all of it relies on.
    pub(crate) fn finish(self) -> Result<(Vec<Command>, Vec<Precondition>), Problem> {
        match self.begun {
            Some(mut begun) => Ok((begun.intake.subject_commands()?, begun.relied)),
            None => Ok((Vec::new(), Vec::new())),
        }
    }
}

impl Office {
    /// The programme under which a case was accepted.
    fn rules_of(&self, case: &Case) -> Option<Arc<Programme>> {
        let then = self.mirror().programme_as_of(case.state.opening.rules);
        then.or_else(|| self.mirror().programme())
    }

    /// The records that a step of a case writes, as the programme says.
    pub fn writes_of(&self, case: &Case, action: &ActionId) -> Vec<Written> {
        let then = self.rules_of(case);
        let rules = then.iter().flat_map(|then| &then.written);
        let own = rules.filter(|rule| rule.flow == case.flow.id && rule.action == *action);
        own.cloned().collect()
    }

    /// The records that a case has written, oldest first: number and type.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn written_of(&self, case: &Case) -> Result<Vec<(u64, String)>, Problem> {
        let mut found = Vec::new();
        let Some(then) = self.rules_of(case) else {
            return Ok(found);
        };
        let own: Vec<&Written> = then.written.iter().collect();
        let own: Vec<&Written> = own
            .into_iter()
            .filter(|rule| rule.flow == case.flow.id)
            .collect();
        if own.is_empty() {
            return Ok(found);
        }
        let key = spaces::number_key(case.number);
        let row: Option<CaseRow> = get(&self.state()?, spaces::CASE, &key)?;
        let row = row.ok_or_else(|| problems::no_such_case(case.number))?;
        let writes = |action: &str| own.iter().any(|rule| *rule.action.as_str() == *action);
        for step in row.steps.iter().filter(|step| writes(&step.action)) {
            for at in step.at + 1..=self.position().0 {
                let entry = self.ledger().entry(Position(at))?;
                if entry.kind != Kind::Record.number() {
                    break;
                }
                let facts: RecordHead<'_> = read_borrowed(&entry)?;
                if facts.case != Some(case.number) {
                    break;
                }
                found.push((at, facts.record_type.into_owned()));
            }
        }
        Ok(found)
    }

    /// The commands of the records that a step writes, to stand right after it.
    ///
    /// # Errors
    /// Every reason for which one of them cannot be entered, each with the record type and its field.
    pub(crate) fn written_by(
        &self,
        case: &Case,
        step: &Step,
        evidence: &[Evidence],
        writing: &mut Writing,
    ) -> Result<Vec<Command>, Vec<Problem>> {
        let rules = self.writes_of(case, &step.action);
        if rules.is_empty() {
            return Ok(Vec::new());
        }
        let mut after = case.state.fields.clone();
        after.extend(step.fields.clone());
        let (mut commands, mut faults) = (Vec::new(), Vec::new());
        for rule in rules.iter().filter(|rule| rule.when.holds(&after)) {
            match self.write_record(rule, (case, step), &after, evidence, writing) {
                Ok(command) => commands.extend(command),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            Ok(commands)
        } else {
            Err(faults)
        }
    }

    /// The command of one record; none where there is nothing to write.
    fn write_record(
        &self,
        rule: &Written,
        (case, step): (&Case, &Step),
        after: &BTreeMap<FieldId, Value>,
        evidence: &[Evidence],
        writing: &mut Writing,
    ) -> Result<Option<Command>, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let begun = writing.begin(self).map_err(one)?;
        let programme = begun.programme.clone();
        // A type that is gone since the case was accepted has no records any more.
        let Some(of) = programme.record_types.get(&rule.of) else {
            return Ok(None);
        };
        let cells = self.cells_of(rule, of, (case, step), after).map_err(one)?;
        let cell = |id: &FieldId| cells.get(id.as_str()).map(Cell::text);
        if let (true, Some(field)) = (rule.without_subject, of.fields.get(SUBJECT))
            && cell(&field.id).is_none_or(|cell| Reader::new(field).means_empty(&cell))
        {
            return Ok(None);
        }
        // A record of a type that names none is not to show what the case keeps.
        let wants = of.evidence_at_least > 0 || !of.evidence.zh.is_empty();
        let pieces = if wants { evidence.to_vec() } else { Vec::new() };
        let mut drafted =
            draft(&programme, &begun.spellings, of, cell, pieces).map_err(|faults| {
                let faults = faults.into_iter();
                let faults = faults.map(|fault| named(of, fault.field.as_ref(), fault.problem));
                faults.collect::<Vec<Problem>>()
            })?;
        let name = rule.subject_name.as_ref().and_then(|id| after.get(id));
        drafted.subject_name = name.map(ToString::to_string);
        let today = self.today().map_err(one)?;
        if let Some(problem) = drafted.after_today(of, today) {
            return Err(one(named(of, None, problem)));
        }
        let look = Look::new(self).map_err(one)?;
        let taken = begun.intake.take(&look, &drafted).map_err(one)?;
        begun.relied.extend(begun.intake.take_relied());
        match taken {
            Taken::Refused(problem) => Err(one(named(of, None, problem))),
            Taken::Unchanged(number) => {
                let versions = self.history(number).map_err(one)?;
                let last = versions.last().map(|last| last.kind);
                if last == Some(Kind::Withdraw) {
                    let problem = problems::withdrawn_already(number);
                    return Err(one(named(of, None, problem)));
                }
                Ok(None)
            }
            Taken::Entry {
                mut record,
                private,
                outcome,
            } => {
                record.case = Some(case.number);
                outcome.command(&record, &private).map(Some).map_err(one)
            }
        }
    }

    /// What the record says, as it would be typed.
    fn cells_of(
        &self,
        rule: &Written,
        of: &RecordType,
        (case, step): (&Case, &Step),
        after: &BTreeMap<FieldId, Value>,
    ) -> Result<BTreeMap<String, String>, Problem> {
        let said = |id: &FieldId| after.get(id).map(ToString::to_string);
        let mut cells = BTreeMap::new();
        let day = rule.day.as_ref().and_then(said);
        cells.insert(DAY.to_owned(), day.unwrap_or_else(|| step.day.to_string()));
        let own = case.about.unit.clone();
        if let Some(unit) = own.or_else(|| step.unit.as_ref().map(ToString::to_string)) {
            cells.insert(UNIT.to_owned(), unit);
        }
        let named = |id: &FieldId| id.as_str() == SUBJECT;
        if let Some(subject_type) = &of.subject
            && !rule.fields.iter().any(|(id, _)| named(id))
            && let Some((found, id)) = self.subject_of_case(case)?
            && found == *subject_type
        {
            cells.insert(SUBJECT.to_owned(), id);
        }
        for (id, from) in &rule.fields {
            let text = match from {
                Corrected::Value(value) => Some(value.to_string()),
                Corrected::Input(input) => said(input),
            };
            if let Some(text) = text {
                cells.insert(id.to_string(), text);
            }
        }
        Ok(cells)
    }
}

/// A problem of a record that a step writes: it says of which type and field.
fn named(of: &RecordType, field: Option<&FieldId>, problem: Problem) -> Problem {
    let field = field
        .and_then(|id| of.fields.get(id))
        .map(|field| &field.name);
    let (zh, en) = match field {
        Some(name) => (
            format!("“{}”的“{}”", of.name.zh, name.zh),
            format!("{}, {}", of.name.en, name.en),
        ),
        None => (format!("“{}”", of.name.zh), of.name.en.clone()),
    };
    let text = Text::new(
        format!("这一步要写的记录{zh}：{}", problem.what.zh),
        format!(
            "the record that this step writes ({en}): {}",
            problem.what.en
        ),
    );
    Problem::new(problem.code, problem.severity, text, *problem.remedy)
}
