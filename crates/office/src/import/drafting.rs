//! From rows to drafts: the part of an import that asks nothing of the office, so that it runs on a
//! thread of its own, ahead of what does. What becomes of the drafts is in `records.rs`.

use std::borrow::Cow;
use std::sync::Arc;

use base::{Day, FieldId, Place, Problem};
use ledger::EvidenceStore;
use programme::model::{Programme, RecordType};
use sheet::clean::{EmptyMarks, clean_text};
use sheet::{Cell, ReadRow, Reason, RejectedRow, Row};

use super::Job;
use super::columns::Line;
use super::file::{FileRows, ImportFile};
use super::names::Names;
use super::persons::names_persons;
use crate::entry::Private;
use crate::folder::Office;
use crate::new_record::NewRecord;
use crate::record::{Draft, Drafter};
use crate::values::{Reader, Spellings};

/// Everything that the check and the appending need.
#[derive(Clone, Copy)]
pub(super) struct Ready<'a> {
    pub programme: &'a Arc<Programme>,
    pub record_type: &'a RecordType,
    pub file: &'a ImportFile<'a>,
    pub spellings: &'a Spellings,
    pub job: &'a Job<'a>,
}

/// What was read from a row.
pub(super) enum Drafted {
    /// It cannot be read.
    Rejected(RejectedRow),
    /// Each of its records, and what is wrong with others of them.
    Row {
        /// The row.
        row: Row,
        /// Its sound records, and what is stored of each unless it names persons.
        drafts: Vec<(Draft, Option<(NewRecord, Private)>)>,
        /// Faults of the others.
        reasons: Vec<Reason>,
    },
}

/// Makes drafts of row after row.
pub(super) struct Drafting<'a> {
    pub ready: Ready<'a>,
    drafter: Drafter<'a>,
    names: Option<NamedSubject<'a>>,
    lines: Vec<Line>,
    /// The slot that wide columns fill, where its field is required.
    wide: Option<(usize, Reader<'a>)>,
    names_persons: bool,
    today: Day,
    evidence: EvidenceStore,
}

/// How the subject of a row is found when only its name is given.
struct NamedSubject<'a> {
    names: Names,
    identity: Reader<'a>,
    identity_slot: usize,
    name_slot: usize,
    /// Names stand in the column of identities.
    in_place: bool,
}

impl<'a> Drafting<'a> {
    /// The rows of the file, from the first.
    pub(super) fn rows(&self) -> Result<FileRows<'a>, Problem> {
        self.ready.file.rows()
    }

    pub(super) fn new(ready: Ready<'a>, office: &Office) -> Result<Drafting<'a>, Problem> {
        let record_type = ready.record_type;
        let name_slot = record_type.fields.len();
        let identity = record_type.fields.get_full("subject");
        let names = match (&record_type.subject, identity) {
            (Some(subject_type), Some((identity_slot, _, field))) => {
                let in_place = names_stand_in(ready, identity_slot)?;
                let is_needed = in_place || ready.file.plan.has(name_slot);
                let named = || -> Result<NamedSubject<'a>, Problem> {
                    Ok(NamedSubject {
                        in_place,
                        names: Names::of(office, subject_type)?,
                        identity: Reader::new(field),
                        identity_slot,
                        name_slot,
                    })
                };
                is_needed.then(named).transpose()?
            }
            _ => None,
        };
        let wide = ready.file.plan.wide_slot().and_then(|slot| {
            let (_, field) = record_type.fields.get_index(slot)?;
            // Where the field may be empty, a cell that says so is a record that says so.
            field.required.then(|| (slot, Reader::new(field)))
        });
        Ok(Drafting {
            ready,
            drafter: Drafter::new(ready.programme, ready.spellings, record_type),
            names,
            lines: ready.file.plan.lines(),
            wide,
            names_persons: names_persons(ready.programme, record_type),
            today: office.today()?,
            evidence: office.evidence().clone(),
        })
    }

    /// The drafts of a row.
    pub(super) fn row(&mut self, row: ReadRow) -> Drafted {
        let row = match row {
            ReadRow::Kept(row) => row,
            ReadRow::Rejected(rejected) => return Drafted::Rejected(rejected),
        };
        let mut drafts = Vec::with_capacity(self.lines.len());
        let mut reasons = Vec::new();
        for at in 0..self.lines.len() {
            let Some(line) = self.lines.get(at).copied() else {
                break;
            };
            // A cell of a wide column that the required field takes for empty is no record.
            if self.wide.as_ref().is_some_and(|(slot, reader)| {
                reader.means_empty(&self.ready.file.plan.cell(*slot, &row, line))
            }) {
                continue;
            }
            match self.draft(&row, line) {
                Ok(draft) => {
                    let refused = self.refused_today(&row, line, &draft);
                    if refused.is_empty() {
                        let parts =
                            (!self.names_persons).then(|| draft.parts(self.ready.record_type));
                        drafts.push((draft, parts));
                    }
                    reasons.extend(refused);
                }
                Err(faults) => reasons.extend(faults),
            }
        }
        Drafted::Row {
            row,
            drafts,
            reasons,
        }
    }

    /// What depends on more than the row: its day has not come, it is of a unit for which who imports may not,
    /// or a file that it names is not stored.
    fn refused_today(&self, row: &Row, line: Line, draft: &Draft) -> Vec<Reason> {
        let Ready {
            record_type,
            file,
            job,
            ..
        } = self.ready;
        let day = draft
            .after_today(record_type, self.today)
            .map(|problem| (FieldId::new("day"), problem));
        let foreign = match (draft.unit(), draft.day()) {
            (Some(unit), Some(day)) => job.reach.check(unit, day).err(),
            _ => job.reach.check_all().err(),
        }
        .map(|problem| (FieldId::new("unit"), problem));
        let lacking = draft.file_not_stored(record_type, &self.evidence, &job.options.evidence);
        let place = |(field, problem): (FieldId, Problem)| {
            let slot = record_type.fields.get_index_of(&field);
            let column = slot.and_then(|slot| file.plan.column(slot, line));
            Reason {
                column,
                problem: problem.in_place(file.place_of(row, column)),
            }
        };
        day.into_iter()
            .chain(foreign)
            .chain(lacking)
            .map(place)
            .collect()
    }

    fn draft(&mut self, row: &Row, line: Line) -> Result<Draft, Vec<Reason>> {
        let plan = &self.ready.file.plan;
        let mut reasons = Vec::new();
        let mut subject_name = None;
        // The identity that the name gives, when the row does not: the slot and the cell.
        let mut found: Option<(usize, Cell)> = None;
        if let Some(named) = &mut self.names {
            let name = plan.cell(named.name_slot, row, line);
            let name = name.as_text();
            subject_name = clean_text(&name, &EmptyMarks::default()).map(str::to_owned);
            let identity = plan.cell(named.identity_slot, row, line);
            let is_unidentified = named.identity.means_empty(&identity);
            let (programme, spellings) = (self.ready.programme, self.ready.spellings);
            // As in the form for one record, a name may stand where the identity should.
            if named.in_place
                && !is_unidentified
                && is_like_a_name(&identity.as_text())
                && named
                    .identity
                    .read(&identity, programme, spellings)
                    .is_err()
            {
                let text = identity.as_text();
                let cell = match named.names.identity(text.trim(), spellings) {
                    Ok(identity) => Cell::text(identity),
                    Err(problem) => {
                        let column = plan.column(named.identity_slot, line);
                        reasons.push(Reason {
                            column,
                            problem: problem.in_place(self.ready.file.place_of(row, column)),
                        });
                        Cell::Empty
                    }
                };
                found = Some((named.identity_slot, cell));
            }
            if let (Some(name), true) = (&subject_name, is_unidentified) {
                let cell = match named.names.identity(name, self.ready.spellings) {
                    Ok(identity) => Cell::text(identity),
                    Err(problem) => {
                        let column = plan.column(named.name_slot, line);
                        reasons.push(Reason {
                            column,
                            problem: problem.in_place(self.ready.file.place_of(row, column)),
                        });
                        Cell::Empty
                    }
                };
                found = Some((named.identity_slot, cell));
            }
        }
        let is_nameless = !reasons.is_empty();
        let cell = |slot: usize, _: &programme::model::Field| match &found {
            Some((identity, cell)) if *identity == slot => Cow::Borrowed(cell),
            _ => plan.cell(slot, row, line),
        };
        let faults = match self
            .drafter
            .draft(cell, self.ready.job.options.evidence.clone())
        {
            Ok(mut draft) if reasons.is_empty() => {
                draft.subject_name = subject_name;
                draft.row = Some(row.number);
                return Ok(draft);
            }
            Ok(_) => Vec::new(),
            Err(faults) => faults,
        };
        for fault in faults {
            let field = fault.field.as_ref().map(|id| id.as_str());
            // That nobody has the name says enough of the subject.
            if is_nameless && field == Some("subject") {
                continue;
            }
            let slot = field.and_then(|id| self.ready.record_type.fields.get_index_of(id));
            let column = slot.and_then(|slot| plan.column(slot, line));
            let place = match (
                column,
                slot.and_then(|slot| self.ready.record_type.fields.get_index(slot)),
            ) {
                // A field without a column is named by its name.
                (None, Some((_, field))) => Place {
                    column: Some(field.name.get(base::Lang::Zh).to_owned()),
                    ..self.ready.file.place_of(row, None)
                },
                _ => self.ready.file.place_of(row, column),
            };
            reasons.push(Reason {
                column,
                problem: fault.problem.in_place(place),
            });
        }
        Err(reasons)
    }
}

/// Rows that are looked at for names in the column of identities.
const LOOKED_AT_ROWS: usize = 1_000;

/// Whether the column of the subject's identity holds what is none: its first rows are looked at, so that the names of
/// all subjects are only put in order where a list needs them.
fn names_stand_in(ready: Ready<'_>, slot: usize) -> Result<bool, Problem> {
    let plan = &ready.file.plan;
    let Some((_, field)) = ready.record_type.fields.get_index(slot) else {
        return Ok(false);
    };
    if !plan.has(slot) {
        return Ok(false);
    }
    let mut reader = Reader::new(field);
    let lines = plan.lines();
    for row in ready.file.rows()?.take(LOOKED_AT_ROWS) {
        let ReadRow::Kept(row) = row? else {
            continue;
        };
        for line in lines.iter().copied() {
            let cell = plan.cell(slot, &row, line);
            if is_like_a_name(&cell.as_text())
                && !reader.means_empty(&cell)
                && reader
                    .read(&cell, ready.programme, ready.spellings)
                    .is_err()
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a text is rather a name than an identity with a fault: it has signs that no code has.
fn is_like_a_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_ascii() || text.contains(' ')
}
