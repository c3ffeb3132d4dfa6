//! A file's rows as subjects: identity, name, and attributes that hold from a day on.
//!
//! Without a first day, an attribute that was never told holds from the beginning and a changed one
//! from today. What is known already adds nothing. Subjects are visible with the closing entry, so a
//! file's changes are written in groups as those of records are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{FieldId, Problem, Text};
use programme::model::{Field, FieldType, Programme, SubjectType};
use serde_json::Value as Json;
use sheet::{ReadRow, Reason, RejectedRow, Row};

use super::columns::Plan;
use super::file::ImportFile;
use super::intake::{BEGINNING, Look};
use super::persons::Persons;
use super::report::ImportReport;
use super::slots::{SUBJECT_COLUMNS, subject_slots};
use super::{Job, problems};
use crate::entry::{Kind, Private, SubjectFacts};
use crate::folder::{Command, Office, Progress};
use crate::spaces::SubjectRow;
use crate::values::{Reader, Spellings};

/// Entries of one append: one flush to the disk serves them all.
const GROUP_ENTRIES: usize = 5_000;
/// After how many rows progress is told.
const TELL_EVERY: u64 = 2_000;

/// Imports a file as subjects of that type.
pub(super) fn import(
    office: &mut Office,
    programme: &Arc<Programme>,
    subject_type: &SubjectType,
    job: &Job<'_>,
    progress: Progress<'_>,
) -> Result<ImportReport, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let type_name = subject_type.id.as_str();
    let file = ImportFile::open(
        job.file_name,
        job.bytes,
        job.options,
        type_name,
        &subject_slots(subject_type),
        None,
    )?;
    let spellings = office.spellings().map_err(one)?;
    let own = own_fields(subject_type);
    let readers = own
        .iter()
        .chain(subject_type.fields.values())
        .map(Reader::new)
        .collect();
    let mut judge = Judge {
        programme,
        subject_type,
        spellings: &spellings,
        file: &file,
        readers,
        today: office.today().map_err(one)?.to_string(),
        told: HashMap::new(),
        warnings: Vec::new(),
        persons: Persons::default(),
    };
    let mut report = ImportReport::new(type_name, &file, job.options.dry_run);
    let mut commands = Vec::new();
    {
        let look = Look::new(office).map_err(one)?;
        for row in file.rows().map_err(one)? {
            report.rows += 1;
            match judge.judge(&look, row.map_err(one)?).map_err(one)? {
                Judged::Rejected(row) => report.reject(row),
                Judged::Unchanged => report.unchanged += 1,
                Judged::Changed { is_new, changes } => {
                    if is_new {
                        report.added += 1;
                    } else {
                        report.revised += 1;
                    }
                    commands.extend(changes);
                }
            }
            for warning in judge.warnings.drain(..) {
                report.note(warning);
            }
            if report.rows.is_multiple_of(TELL_EVERY) {
                progress(report.rows, 0, "rows checked");
            }
        }
    }
    let is_held_back = report.hold_back(job.options.valid_only);
    if job.options.dry_run || is_held_back || commands.is_empty() {
        return Ok(report);
    }
    match append(office, job, &report, commands, progress) {
        Ok(position) => {
            report.position = Some(position);
            Ok(report)
        }
        Err(problem) => {
            // What was written stays invisible either way; if this fails too, the next opening does it.
            drop(office.refresh().and_then(|()| office.abandon_all()));
            Err(vec![problem])
        }
    }
}

/// Appends what the rows say in groups, between an opening and a closing entry.
fn append(
    office: &mut Office,
    job: &Job<'_>,
    report: &ImportReport,
    said: Vec<(SubjectFacts, Private)>,
    progress: Progress<'_>,
) -> Result<u64, Problem> {
    let import = job.open(office, &report.type_name, report.rows)?;
    let mut group = Vec::new();
    let (mut done, total) = (0, said.len() as u64);
    for (mut facts, private) in said {
        facts.import = Some(import);
        group.push(Command::new(Kind::ImportedSubject, &facts, &private)?);
        if group.len() >= GROUP_ENTRIES {
            done += group.len() as u64;
            office.append(std::mem::take(&mut group), &[])?;
            progress(done.min(total), total, "rows");
        }
    }
    group.push(job.closing(import, report)?);
    let heads = office.append(group, &[])?;
    progress(total, total, "rows");
    Ok(heads.last().map_or(0, |head| head.position.0))
}

/// Identity, name and first day as fields, so that their cells are read like any other.
fn own_fields(subject_type: &SubjectType) -> Vec<Field> {
    let is_personal = subject_type.personal;
    let field = |id: &str, name: Text, field_type: FieldType, required: bool| Field {
        id: FieldId::new(id),
        name,
        field_type,
        required,
        // Of a person only the first day is no secret.
        personal: is_personal && id == SUBJECT_COLUMNS[1],
        aliases: Vec::new(),
        empty: None,
        date_patterns: Vec::new(),
        min: None,
        max: None,
        max_length: None,
        default: None,
        note: Text::default(),
        row: None,
    };
    let [id, name, from] = SUBJECT_COLUMNS;
    vec![
        field(
            id,
            subject_type.identity_name.clone(),
            FieldType::Subject(subject_type.id.clone()),
            true,
        ),
        field(name, Text::new("名称", "Name"), FieldType::Text, false),
        field(from, Text::new("起始日期", "From"), FieldType::Date, false),
    ]
}

/// What a row comes to.
enum Judged {
    Rejected(RejectedRow),
    Unchanged,
    Changed {
        is_new: bool,
        changes: Vec<(SubjectFacts, Private)>,
    },
}

/// Attributes, the name among them: value, and whether it is personal.
type Attributes = BTreeMap<String, (Json, bool)>;

/// What a row says.
struct Said {
    id: String,
    from: Option<String>,
    attributes: Attributes,
}

struct Judge<'a> {
    programme: &'a Programme,
    subject_type: &'a SubjectType,
    spellings: &'a Spellings,
    file: &'a ImportFile<'a>,
    /// Of [`SUBJECT_COLUMNS`], then of the attributes.
    readers: Vec<Reader<'a>>,
    today: String,
    /// Identity and first day → the row that told it, and what it said.
    told: HashMap<(String, Option<String>), (u32, Attributes)>,
    warnings: Vec<Problem>,
    persons: Persons,
}

impl Judge<'_> {
    fn judge(&mut self, look: &Look, row: ReadRow) -> Result<Judged, Problem> {
        let row = match row {
            ReadRow::Kept(row) => row,
            ReadRow::Rejected(rejected) => return Ok(Judged::Rejected(rejected)),
        };
        let said = match self.read(&row) {
            Ok(said) => said,
            Err(reasons) => return Ok(Judged::Rejected(RejectedRow { row, reasons })),
        };
        let place = (said.id.clone(), said.from.clone());
        if let Some((first, before)) = self.told.get(&place) {
            if *before == said.attributes {
                return Ok(Judged::Unchanged);
            }
            let problem = problems::subject_twice_in_file(&said.id, first)
                .in_place(self.file.place_of(&row, None));
            return Ok(Judged::Rejected(RejectedRow {
                row,
                reasons: vec![Reason {
                    column: None,
                    problem,
                }],
            }));
        }
        self.told
            .insert(place, (row.number, said.attributes.clone()));
        let subject_type = self.subject_type.id.as_str();
        let (id, mut identity) = if self.subject_type.personal {
            let opaque = self.persons.opaque(look, subject_type, &said.id)?;
            let identity = self.persons.identity(subject_type, &opaque);
            (opaque.to_string(), identity)
        } else {
            (said.id.clone(), None)
        };
        let known = look.subject(subject_type, &id)?;
        if known.as_ref().is_some_and(|known| known.identity.is_some()) {
            identity = None;
        }
        // A subject may be told without any attribute: that it is there is news as well.
        let mut by_day: BTreeMap<String, Attributes> = BTreeMap::new();
        if known.is_none() {
            by_day.insert(
                said.from.clone().unwrap_or_else(|| BEGINNING.to_owned()),
                BTreeMap::new(),
            );
        }
        let mut left: Vec<(&str, u64)> = Vec::new();
        for (attribute, (value, personal)) in said.attributes {
            // What was erased is not taken again.
            let erased = known
                .as_ref()
                .and_then(|known| known.erased.get_key_value(&attribute));
            if let Some((name, by)) = erased {
                left.push((name, *by));
                continue;
            }
            let on = said.from.as_deref().unwrap_or(&self.today);
            let before = known
                .as_ref()
                .map_or(Before::Never, |known| value_on(known, &attribute, on));
            let from = match (&before, &said.from) {
                (Before::Holds(held), _) if *held == &value => continue,
                (_, Some(from)) => from.clone(),
                (Before::Never, None) => BEGINNING.to_owned(),
                (_, None) => self.today.clone(),
            };
            by_day
                .entry(from)
                .or_default()
                .insert(attribute, (value, personal));
        }
        if let Some((_, by)) = left.first() {
            let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
            let warning = crate::problems::attribute_left_erased(names.join(", "), &said.id, by);
            self.warnings
                .push(warning.in_place(self.file.place_of(&row, None)));
        }
        if by_day.is_empty() {
            return Ok(Judged::Unchanged);
        }
        let changes = by_day
            .into_iter()
            .map(|(from, attributes)| self.parts(&id, identity.take(), from, attributes))
            .collect();
        Ok(Judged::Changed {
            is_new: known.is_none(),
            changes,
        })
    }

    fn parts(
        &self,
        id: &str,
        identity: Option<Arc<str>>,
        from: String,
        attributes: Attributes,
    ) -> (SubjectFacts, Private) {
        let mut facts = SubjectFacts {
            subject_type: self.subject_type.id.to_string(),
            id: id.to_owned(),
            from,
            attributes: BTreeMap::new(),
            import: None,
        };
        let mut private = Private {
            identity: identity.map(|identity| identity.to_string()),
            ..Private::default()
        };
        for (attribute, (value, personal)) in attributes {
            let to = if personal {
                &mut private.fields
            } else {
                &mut facts.attributes
            };
            to.insert(attribute, value);
        }
        (facts, private)
    }

    fn read(&mut self, row: &Row) -> Result<Said, Vec<Reason>> {
        let mut said = Said {
            id: String::new(),
            from: None,
            attributes: BTreeMap::new(),
        };
        let mut reasons = Vec::new();
        for (slot, reader) in self.readers.iter_mut().enumerate() {
            let cell = self.file.plan.cell(slot, row, Plan::WHOLE_ROW);
            match reader.read(&cell, self.programme, self.spellings) {
                Ok(None) => {}
                Ok(Some(value)) => match slot {
                    0 => said.id = value.to_text(),
                    2 => said.from = Some(value.to_text()),
                    _ => {
                        let field = reader.field();
                        said.attributes
                            .insert(field.id.to_string(), (value.to_json(), field.personal));
                    }
                },
                Err(problem) => {
                    let column = self.file.plan.column(slot, Plan::WHOLE_ROW);
                    reasons.push(Reason {
                        column,
                        problem: problem.in_place(self.file.place_of(row, column)),
                    });
                }
            }
        }
        if reasons.is_empty() {
            Ok(said)
        } else {
            Err(reasons)
        }
    }
}

/// What is known of an attribute on a day.
enum Before<'a> {
    /// It was never told.
    Never,
    /// It was told, for later days only.
    Later,
    /// It has this value.
    Holds(&'a Json),
}

fn value_on<'a>(known: &'a SubjectRow, attribute: &str, day: &str) -> Before<'a> {
    let told = || {
        known
            .attributes
            .iter()
            .filter(|(name, ..)| name == attribute)
    };
    // Of those told for the same first day the last counts: `max_by` gives the last of equal ones.
    match told()
        .filter(|(_, from, ..)| from.as_str() <= day)
        .max_by(|a, b| a.1.cmp(&b.1))
    {
        Some((_, _, value, _)) => Before::Holds(value),
        None if told().next().is_some() => Before::Later,
        None => Before::Never,
    }
}
