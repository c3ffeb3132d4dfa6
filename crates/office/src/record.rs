//! Records: checking one on its way in, submitting, revising and withdrawing it.
//!
//! A [`Draft`] exists only when every field, the units' and codes' validity on the day and the
//! type's constraints were checked. Imports, the generator and single submissions all make drafts
//! here, so that nothing can enter by one door that another would refuse.

use std::borrow::Cow;

use base::{Day, FieldId, Problem, RecordTypeId, VocabularyId};
use ledger::{EvidenceHash, EvidenceStore};
use programme::model::{Field, FieldType, Programme, RecordType};
use programme::schema::ColumnPath;
use sheet::Cell;

use crate::authority::{Granted, Reach};
use crate::entry::{Evidence, Kind, Private, WithdrawFacts};
use crate::field_visit::Visit;
use crate::folder::{Command, Office};
pub use crate::import::intake::OnOther;
use crate::import::intake::{Intake, Look, Outcome, Taken};
use crate::import::problems as import_problems;
use crate::new_record::{self, NewRecord};
use crate::problems;
use crate::values::{Reader, Spellings, Value};

/// The code of the fault that another record has the key.
const KEY_TAKEN: &str = "O231";
/// Separates the values in a key's text.
pub(crate) const KEY_SEPARATOR: char = '\u{1f}';

/// A checked record on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its type.
    pub record_type: RecordTypeId,
    /// Values of the fields that state something.
    pub values: Values,
    /// The name that its source gives the subject.
    pub subject_name: Option<String>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// The row of the file that it came from.
    pub row: Option<u32>,
}

/// The values of a record's fields, in the order of the fields' names. There are a few, and millions of records.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(Vec<(FieldId, Value)>);

impl Values {
    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(id, _)| id.as_str() == field);
        found.map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, field: &str) -> Option<&mut Value> {
        let found = self.0.iter_mut().find(|(id, _)| id.as_str() == field);
        found.map(|(_, value)| value)
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldId, &Value)> {
        self.0.iter().map(|(id, value)| (id, value))
    }
}

impl FromIterator<(FieldId, Value)> for Values {
    fn from_iter<T: IntoIterator<Item = (FieldId, Value)>>(values: T) -> Values {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(|(one, _), (other, _)| one.cmp(other));
        Values(values)
    }
}

/// A fault of a draft, with the field it is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Field; `None` when it concerns the whole record.
    pub field: Option<FieldId>,
    /// What is wrong.
    pub problem: Problem,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// A new record.
    Added(u64),
    /// A new version of a record.
    Revised(u64),
    /// The same content is there already.
    Unchanged(u64),
}

/// Checks cells into a draft.
///
/// # Errors
/// Every fault of the record, not only the first.
pub fn draft(
    programme: &Programme,
    spellings: &Spellings,
    record_type: &RecordType,
    cell: impl Fn(&FieldId) -> Option<Cell>,
    evidence: Vec<Evidence>,
) -> Result<Draft, Vec<Fault>> {
    Drafter::new(programme, spellings, record_type).draft(
        |_, field| Cow::Owned(cell(&field.id).unwrap_or_default()),
        evidence,
    )
}

/// Checks many records of one type.
#[derive(Debug)]
pub struct Drafter<'a> {
    programme: &'a Programme,
    spellings: &'a Spellings,
    record_type: &'a RecordType,
    readers: Vec<Reader<'a>>,
}

impl<'a> Drafter<'a> {
    /// One for records of that type.
    pub fn new(
        programme: &'a Programme,
        spellings: &'a Spellings,
        record_type: &'a RecordType,
    ) -> Drafter<'a> {
        let readers = record_type.fields.values().map(Reader::new).collect();
        Drafter {
            programme,
            spellings,
            record_type,
            readers,
        }
    }

    /// Checks the cells of one record into a draft; `cell` is asked for each field and its place among
    /// the type's fields.
    ///
    /// # Errors
    /// Every fault of the record, not only the first.
    pub fn draft<'c>(
        &mut self,
        cell: impl Fn(usize, &Field) -> Cow<'c, Cell>,
        evidence: Vec<Evidence>,
    ) -> Result<Draft, Vec<Fault>> {
        let mut values = Vec::with_capacity(self.readers.len());
        let mut faults = Vec::new();
        for (index, reader) in self.readers.iter_mut().enumerate() {
            let field = reader.field();
            match reader.read(&cell(index, field), self.programme, self.spellings) {
                Ok(Some(value)) => {
                    values.push((field.id.clone(), value));
                }
                Ok(None) => {}
                Err(problem) => faults.push(Fault {
                    field: Some(field.id.clone()),
                    problem,
                }),
            }
        }
        let draft = Draft {
            record_type: self.record_type.id.clone(),
            values: values.into_iter().collect(),
            subject_name: None,
            evidence,
            row: None,
        };
        faults.extend(draft.faults_on_its_day(self.programme, self.record_type));
        // A condition is judged when every field that it reads is sound, whatever else is wrong.
        let unsound: Vec<FieldId> = faults
            .iter()
            .filter_map(|fault| fault.field.clone())
            .collect();
        faults.extend(draft.broken_constraints(self.record_type, &unsound));
        faults.extend(draft.too_little_evidence(self.record_type));
        if faults.is_empty() {
            Ok(draft)
        } else {
            Err(faults)
        }
    }
}

impl Draft {
    /// The unit of the record.
    pub fn unit(&self) -> Option<&str> {
        match self.values.get("unit") {
            Some(Value::Text(unit)) => Some(unit),
            _ => None,
        }
    }

    /// The day of the record.
    pub fn day(&self) -> Option<Day> {
        match self.values.get("day") {
            Some(Value::Day(day)) => Some(*day),
            _ => None,
        }
    }

    /// What is wrong with a day that has not come: a record says what happened, and a later day is nearly
    /// always a slip; unless the type's records may lie ahead.
    pub fn after_today(&self, record_type: &RecordType, today: Day) -> Option<Problem> {
        if record_type.future {
            return None;
        }
        let day = self.day().filter(|day| *day > today)?;
        Some(import_problems::day_after_today(day, today))
    }

    /// The first field of type `file` whose file is not stored, and that it is not; `pieces` are about to be.
    pub(crate) fn file_not_stored(
        &self,
        record_type: &RecordType,
        store: &EvidenceStore,
        pieces: &[Evidence],
    ) -> Option<(FieldId, Problem)> {
        let files = record_type
            .fields
            .values()
            .filter(|field| field.field_type == FieldType::File);
        for field in files {
            if let Some(Value::Text(hash)) = self.values.get(field.id.as_str())
                && !pieces.iter().any(|piece| piece.sha256 == *hash)
                && !EvidenceHash::parse(hash).is_some_and(|hash| store.contains(hash))
            {
                return Some((field.id.clone(), problems::file_not_stored(hash)));
            }
        }
        None
    }

    /// The identity of its subject.
    pub fn subject(&self) -> Option<&str> {
        match self.values.get("subject") {
            Some(Value::Text(identity)) => Some(identity),
            _ => None,
        }
    }

    /// Units and codes must exist on the record's day.
    fn faults_on_its_day(&self, programme: &Programme, record_type: &RecordType) -> Vec<Fault> {
        let Some(day) = self.day() else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        for (id, value) in self.values.iter() {
            // Texts and numbers are valid on every day.
            if !matches!(value, Value::Text(_) | Value::Codes(_)) {
                continue;
            }
            let Some(field) = record_type.fields.get(id) else {
                continue;
            };
            let valid_code = |vocabulary: &VocabularyId, code: &str| {
                let found = programme
                    .vocabularies
                    .get(vocabulary)
                    .and_then(|found| found.codes.get(code));
                found.is_none_or(|code| code.valid_from <= day && day <= code.valid_to)
            };
            let problem = match (&field.field_type, value) {
                (FieldType::Unit, Value::Text(unit)) => {
                    let valid = programme
                        .units
                        .get(unit.as_str())
                        .is_some_and(|found| found.is_valid_on(day));
                    (!valid).then(|| problems::unit_not_valid(unit, day))
                }
                (FieldType::Choice(vocabulary), Value::Text(code)) => {
                    (!valid_code(vocabulary, code)).then(|| problems::code_not_valid(code, day))
                }
                (FieldType::Choices(vocabulary), Value::Codes(codes)) => codes
                    .iter()
                    .find(|code| !valid_code(vocabulary, code))
                    .map(|code| problems::code_not_valid(code, day)),
                _ => None,
            };
            faults.extend(problem.map(|problem| Fault {
                field: Some(id.clone()),
                problem,
            }));
        }
        faults
    }

    fn too_little_evidence(&self, record_type: &RecordType) -> Option<Fault> {
        let found = u32::try_from(self.evidence.len()).unwrap_or(u32::MAX);
        let (needed, wanted) = (record_type.evidence_at_least, &record_type.evidence);
        (found < needed).then(|| Fault {
            field: None,
            problem: problems::too_little_evidence(found, needed, &wanted.zh, &wanted.en),
        })
    }

    fn broken_constraints(&self, record_type: &RecordType, unsound: &[FieldId]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let is_unsound = |path: &&ColumnPath| match path {
            ColumnPath::Own(name) => unsound.iter().any(|field| field.as_str() == name.as_ref()),
            ColumnPath::Joined { .. } => false,
        };
        for constraint in &record_type.constraints {
            if !unsound.is_empty() && constraint.rule.columns().iter().any(is_unsound) {
                continue;
            }
            let problem = match programme::expr::eval::holds(&constraint.rule, self) {
                Ok(Some(false)) => {
                    problems::constraint_broken(&constraint.message.zh, &constraint.message.en)
                }
                Err(programme::expr::eval::BeyondRange) => {
                    import_problems::beyond_range(&constraint.id)
                }
                Ok(_) => continue,
            };
            faults.push(Fault {
                field: None,
                problem,
            });
        }
        faults
    }

    /// The text of its key, for types that have one.
    fn key(&self, record_type: &RecordType) -> Option<String> {
        if record_type.key.is_empty() {
            return None;
        }
        let mut key = String::new();
        for (index, id) in record_type.key.iter().enumerate() {
            if index > 0 {
                key.push(KEY_SEPARATOR);
            }
            match self.values.get(id.as_str()) {
                Some(Value::Text(text)) => key.push_str(text),
                Some(value) => key.push_str(&value.to_text()),
                None => {}
            }
        }
        Some(key)
    }

    /// What is stored of it: in the open, and in private.
    pub(crate) fn parts(&self, record_type: &RecordType) -> (NewRecord, Private) {
        let is_personal = |id: &FieldId| {
            let field = record_type.fields.get(id);
            field.is_some_and(|field| field.personal)
        };
        let open = self.values.iter().filter(|(id, _)| !is_personal(id));
        let fields = new_record::object(open.map(|(id, value)| (id.as_str(), value)));
        let record = NewRecord {
            record_type: self.record_type.clone(),
            record: None,
            fields,
            key: self.key(record_type),
            content: None,
            import: None,
            row: self.row,
            reason: None,
            case: None,
        };
        let personal = self.values.iter().filter(|(id, _)| is_personal(id));
        let private = Private {
            evidence: self.evidence.clone(),
            fields: personal
                .map(|(id, value)| (id.to_string(), value.to_json()))
                .collect(),
            ..Private::default()
        };
        (record, private)
    }
}

/// A constraint sees nothing but the record.
impl programme::expr::eval::Facts for Draft {
    fn value(&self, path: &ColumnPath) -> programme::schema::Value {
        match path {
            ColumnPath::Own(name) => self
                .values
                .get(name.as_ref())
                .map(Value::to_column)
                .unwrap_or_default(),
            ColumnPath::Joined { .. } => programme::schema::Value::Null,
        }
    }

    fn parameter(&self, _: programme::expr::Parameter) -> Option<Day> {
        None
    }
}

/// What goes with a record that is submitted.
#[derive(Default)]
struct With<'a> {
    /// Within what whoever submits may; nobody's grant is asked without.
    reach: Option<&'a Reach>,
    /// Entries that stand before it.
    before: Vec<Command>,
    /// The visit in the field that it was.
    visit: Option<&'a Visit>,
}

impl Office {
    /// Spellings for reading cells: the programme's and those that were confirmed.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn spellings(&self) -> Result<Spellings, Problem> {
        Ok(Spellings::new(
            &*self.programme()?,
            self.confirmed_aliases()?,
        ))
    }

    /// Submits one record.
    ///
    /// # Errors
    /// Another record has its key, a revision has no reason, or the ledger cannot be written.
    pub fn submit(
        &mut self,
        draft: &Draft,
        on_other: OnOther,
        reason: Option<String>,
    ) -> Result<Receipt, Problem> {
        self.decide_again(|office| {
            let reach = office.authorise(Granted::Submit)?;
            let with = With {
                reach: Some(&reach),
                ..With::default()
            };
            office.submit_now(draft, on_other, reason.clone(), with)
        })
    }

    /// Submits what follows by rule, as time: nobody's grant is asked. Where its key is taken already it was written
    /// before.
    pub(crate) fn submit_by_rule(&mut self, draft: &Draft) -> Result<Option<Receipt>, Problem> {
        let acting = self.acting();
        let done = self.decide_again(|office| {
            let with = With {
                before: office.clock()?.into_iter().collect(),
                ..With::default()
            };
            office.submit_now(draft, OnOther::Refuse, None, with)
        });
        self.set_acting(acting);
        match done {
            Err(problem) if problem.code == KEY_TAKEN => Ok(None),
            done => done.map(Some),
        }
    }

    /// Submits one record that a visit in the field became.
    pub(crate) fn submit_visit(&mut self, draft: &Draft, visit: &Visit) -> Result<(), Problem> {
        let reach = self.authorise(Granted::Submit)?;
        let with = With {
            reach: Some(&reach),
            visit: Some(visit),
            ..With::default()
        };
        match self.submit_now(draft, OnOther::Refuse, None, with)? {
            // What was seen would be lost with its photographs.
            Receipt::Unchanged(number) => Err(problems::visit_same_as(number)),
            Receipt::Added(_) | Receipt::Revised(_) => Ok(()),
        }
    }

    fn submit_now(
        &mut self,
        draft: &Draft,
        on_other: OnOther,
        reason: Option<String>,
        with: With<'_>,
    ) -> Result<Receipt, Problem> {
        // What is read is read at one position, and as one read of the storage.
        let look = Look::new(self)?;
        if on_other == OnOther::Revise
            && reason
                .as_ref()
                .is_none_or(|reason| reason.trim().is_empty())
        {
            return Err(problems::reason_missing());
        }
        let programme = self.programme()?;
        if let Some(record_type) = programme.record_types.get(&draft.record_type) {
            let today = self.today()?;
            if let Some(problem) = draft.after_today(record_type, today) {
                return Err(problem);
            }
            if let Some((_, problem)) = draft.file_not_stored(record_type, self.evidence(), &[]) {
                return Err(problem);
            }
        }
        if let (Some(reach), Some(unit), Some(day)) = (with.reach, draft.unit(), draft.day()) {
            reach.check(unit, day)?;
        }
        let mut intake = Intake::of_one(programme, on_other, reason);
        let taken = intake.take(&look, draft)?;
        if let Taken::Entry {
            outcome: Outcome::Revised(record),
            ..
        } = &taken
            && let Some(reach) = with.reach
        {
            look.is_within(reach, *record)?;
        }
        let mut preconditions = intake.take_relied();
        preconditions.extend(intake.persons_relied(&look)?);
        drop(look);
        match taken {
            Taken::Refused(problem) => Err(problem),
            Taken::Unchanged(number) => Ok(Receipt::Unchanged(number)),
            Taken::Entry {
                record,
                mut private,
                outcome,
            } => {
                let beside = with
                    .visit
                    .map(|visit| visit.join_record(self, &mut private))
                    .transpose()?;
                let mut commands = with.before;
                commands.extend(intake.subject_commands()?);
                let at = commands.len();
                commands.push(outcome.command(&record, &private)?);
                commands.extend(beside);
                let heads = self.append(commands, &preconditions)?;
                let last = heads.get(at).map_or(0, |head| head.position.0);
                Ok(match outcome {
                    Outcome::Added => Receipt::Added(last),
                    Outcome::Revised(number) => Receipt::Revised(number),
                })
            }
        }
    }

    /// Withdraws a record: it counts no more, and stays to be seen with who withdrew it, when and why.
    ///
    /// # Errors
    /// No such record, it is withdrawn already, no reason, or someone changed it at the same time.
    pub fn withdraw(&mut self, record: u64, reason: &str) -> Result<u64, Problem> {
        self.decide_again(|office| office.withdraw_now(record, reason))
    }

    fn withdraw_now(&mut self, record: u64, reason: &str) -> Result<u64, Problem> {
        let reach = self.authorise(Granted::Withdraw)?;
        if reason.trim().is_empty() {
            return Err(problems::reason_missing());
        }
        let record_type = self.record_type(record)?;
        let precondition = {
            let look = Look::new(self)?;
            let versions = self.versions(record)?;
            if !look.counts(&versions)? {
                return Err(problems::withdrawn_already(record));
            }
            if look.is_arriving(&versions, None)? {
                return Err(import_problems::being_imported(record));
            }
            look.is_within(&reach, record)?;
            look.later_versions(record)?
        };
        let facts = WithdrawFacts {
            record,
            record_type,
            reason: reason.trim().to_owned(),
        };
        let heads = self.append(
            vec![Command::new(Kind::Withdraw, &facts, &Private::default())?],
            &[precondition],
        )?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}
