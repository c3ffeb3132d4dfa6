//! A file's rows as records.

use std::borrow::Cow;
use std::sync::Arc;

use base::{Day, Place, Problem};
use programme::model::{Programme, RecordType};
use sheet::clean::{EmptyMarks, clean_text};
use sheet::{Cell, ReadRow, Reason, RejectedRow, Row};

use super::columns::{Line, Plan};
use super::file::{FileRows, ImportFile};
use super::intake::{Intake, Look, Outcome, Taken};
use super::names::Names;
use super::report::ImportReport;
use super::slots::record_slots;
use super::{Job, next_position, problems};
use crate::folder::{Command, Office, Progress};
use crate::record::{Draft, Drafter};
use crate::values::{Reader, Spellings};

/// Entries of one append: one flush to the disk serves them all.
const GROUP_ENTRIES: usize = 5_000;
/// Bytes of one append, about.
const GROUP_BYTES: usize = 32 << 20;
/// After how many rows progress is told.
const TELL_EVERY: u64 = 2_000;

/// Imports a file as records of that type.
pub(super) fn import(
    office: &mut Office,
    programme: &Arc<Programme>,
    record_type: &RecordType,
    job: &Job<'_>,
    progress: Progress<'_>,
) -> Result<ImportReport, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let type_name = record_type.id.as_str();
    let continues = job
        .options
        .mapping
        .as_ref()
        .and_then(|mapping| mapping.continuation)
        .unwrap_or(record_type.continuation)
        || job
            .options
            .mapping
            .as_ref()
            .is_some_and(|mapping| !mapping.fill_down.is_empty());
    let slots = record_slots(programme, record_type);
    let heads = continues.then(|| head_slots(record_type));
    let file = ImportFile::open(
        job.file_name,
        job.bytes,
        job.options,
        type_name,
        &slots,
        heads,
    )?;
    let spellings = office.spellings().map_err(one)?;
    let ready = Ready {
        programme,
        record_type,
        file: &file,
        spellings: &spellings,
        job,
    };
    let mut report = ready.check(office, progress).map_err(one)?;
    let has_news = report.added + report.revised > 0;
    let is_held_back = report.hold_back(job.options.valid_only);
    if job.options.dry_run || is_held_back || !has_news {
        return Ok(report);
    }
    match ready.append(office, &report, progress) {
        Ok(position) => {
            report.position = Some(position);
            Ok(report)
        }
        Err(problem) => {
            // What was written stays invisible either way; if this fails too, the next opening does it.
            drop(office.abandon_open_imports());
            Err(vec![problem])
        }
    }
}

/// The slots whose empty cells make a row continue the one above: the first field of the key, which
/// names the batch; without a key, the required fields that every record has.
fn head_slots(record_type: &RecordType) -> Vec<usize> {
    match record_type.key.first() {
        Some(first) => record_type.fields.get_index_of(first).into_iter().collect(),
        None => {
            let is_head = |id: &str| matches!(id, "day" | "unit" | "place" | "subject");
            let fields = record_type.fields.values().enumerate();
            fields
                .filter(|(_, field)| field.required && is_head(field.id.as_str()))
                .map(|(index, _)| index)
                .collect()
        }
    }
}

/// Everything that both passes need.
struct Ready<'a> {
    programme: &'a Arc<Programme>,
    record_type: &'a RecordType,
    file: &'a ImportFile<'a>,
    spellings: &'a Spellings,
    job: &'a Job<'a>,
}

impl Ready<'_> {
    /// The first pass: what every row comes to.
    fn check(&self, office: &Office, progress: Progress<'_>) -> Result<ImportReport, Problem> {
        let mut report = ImportReport::new(
            self.record_type.id.as_str(),
            self.file,
            self.job.options.dry_run,
        );
        let look = Look::new(office)?;
        let mut judge = Judge::new(self, office, None)?;
        for row in self.file.rows()? {
            report.rows += 1;
            match judge.judge(&look, row?)? {
                Judged::Rejected(row) => report.reject(row),
                Judged::Taken(taken) => taken.iter().for_each(|taken| count(&mut report, taken)),
            }
            judge
                .take_warnings()
                .into_iter()
                .for_each(|warning| report.note(warning));
            if report.rows.is_multiple_of(TELL_EVERY) {
                progress(report.rows, 0, "rows checked");
            }
        }
        if let (rows, Some(first)) = judge.after_today {
            report.note(first);
            if rows > 1 {
                report.note(problems::days_after_today(rows).in_place(self.file.place.clone()));
            }
        }
        Ok(report)
    }

    /// The second pass: the same rows again, appended in groups. Gives the position of the closing entry.
    fn append(
        &self,
        office: &mut Office,
        report: &ImportReport,
        progress: Progress<'_>,
    ) -> Result<u64, Problem> {
        let import = next_position(office)?;
        let mut judge = Judge::new(self, office, Some(import))?;
        let mut group = Group::default();
        group.push(
            self.job
                .opening(self.record_type.id.as_str(), report.rows)?,
        );
        let mut rows = self.file.rows()?;
        let mut done = Done::default();
        while self.fill(office, &mut rows, &mut judge, &mut group, &mut done)? {
            office.append(group.take(), &[])?;
            progress(done.rows, report.rows, "rows");
        }
        if (done.added, done.revised, done.rejected)
            != (report.added, report.revised, report.rejected_rows)
        {
            return Err(problems::changed_meanwhile(done.rows));
        }
        // Subjects are visible as soon as they are known: they come with the closing entry, not before.
        let mut last = judge.intake.subject_commands()?;
        let room = ledger::GROUP_ENTRIES_MAX.saturating_sub(1);
        while last.len() > room {
            let rest = last.split_off(room);
            group.flush(office)?;
            office.append(std::mem::replace(&mut last, rest), &[])?;
        }
        if group.commands.len() + last.len() > room {
            group.flush(office)?;
        }
        group.commands.append(&mut last);
        group.push(self.job.closing(import, report)?);
        let heads = office.append(group.take(), &[])?;
        progress(report.rows, report.rows, "rows");
        Ok(heads.last().map_or(0, |head| head.position.0))
    }

    /// Fills a group from the next rows; false when the file is at its end.
    fn fill(
        &self,
        office: &Office,
        rows: &mut FileRows<'_>,
        judge: &mut Judge<'_>,
        group: &mut Group,
        done: &mut Done,
    ) -> Result<bool, Problem> {
        let look = Look::new(office)?;
        while group.has_room() {
            let Some(row) = rows.next() else {
                return Ok(false);
            };
            done.rows += 1;
            let taken = match judge.judge(&look, row?)? {
                Judged::Rejected(_) => {
                    done.rejected += 1;
                    continue;
                }
                Judged::Taken(taken) => taken,
            };
            for taken in taken {
                if let Taken::Entry {
                    facts,
                    private,
                    outcome,
                } = taken
                {
                    match outcome {
                        Outcome::Added => done.added += 1,
                        Outcome::Revised(_) => done.revised += 1,
                    }
                    group.push(outcome.command(&facts, &private)?);
                }
            }
            judge.take_warnings();
        }
        Ok(true)
    }
}

fn count(report: &mut ImportReport, taken: &Taken) {
    match taken {
        Taken::Entry {
            outcome: Outcome::Added,
            ..
        } => report.added += 1,
        Taken::Entry {
            outcome: Outcome::Revised(_),
            ..
        } => report.revised += 1,
        Taken::Unchanged(_) => report.unchanged += 1,
        Taken::Refused(_) => {}
    }
}

/// What the second pass has come to.
#[derive(Default)]
struct Done {
    rows: u64,
    added: u64,
    revised: u64,
    rejected: u64,
}

/// Commands that go into one append.
#[derive(Default)]
struct Group {
    commands: Vec<Command>,
    bytes: usize,
}

impl Group {
    fn has_room(&self) -> bool {
        self.commands.len() < GROUP_ENTRIES && self.bytes < GROUP_BYTES
    }

    fn push(&mut self, command: Command) {
        self.bytes += command.facts.len() + command.private.as_ref().map_or(0, Vec::len);
        self.commands.push(command);
    }

    fn take(&mut self) -> Vec<Command> {
        self.bytes = 0;
        std::mem::take(&mut self.commands)
    }

    fn flush(&mut self, office: &mut Office) -> Result<(), Problem> {
        if !self.commands.is_empty() {
            office.append(self.take(), &[])?;
        }
        Ok(())
    }
}

/// What a row comes to.
enum Judged {
    /// Each of its records.
    Taken(Vec<Taken>),
    /// None of them, or not all.
    Rejected(RejectedRow),
}

/// Judges row after row; both passes do it alike.
struct Judge<'a> {
    file: &'a ImportFile<'a>,
    record_type: &'a RecordType,
    spellings: &'a Spellings,
    job: &'a Job<'a>,
    drafter: Drafter<'a>,
    intake: Intake,
    names: Option<NamedSubject<'a>>,
    lines: Vec<Line>,
    /// The slot that wide columns fill, where its field is required.
    wide: Option<(usize, Reader<'a>)>,
    warnings: Vec<Problem>,
    today: Day,
    /// Rows whose day has not come: how many, and the first of them.
    after_today: (u64, Option<Problem>),
}

/// How the subject of a row is found when only its name is given.
struct NamedSubject<'a> {
    names: Names,
    identity: Reader<'a>,
    identity_slot: usize,
    name_slot: usize,
}

impl<'a> Judge<'a> {
    fn new(ready: &Ready<'a>, office: &Office, import: Option<u64>) -> Result<Judge<'a>, Problem> {
        let options = ready.job.options;
        let reason = options
            .reason
            .as_deref()
            .map(|reason| reason.trim().to_owned());
        let record_type = ready.record_type;
        let name_slot = record_type.fields.len();
        let identity = record_type.fields.get_full("subject");
        let names = match (&record_type.subject, identity) {
            (Some(subject_type), Some((identity_slot, _, field)))
                if ready.file.plan.has(name_slot) =>
            {
                Some(NamedSubject {
                    names: Names::of(office, subject_type),
                    identity: Reader::new(field),
                    identity_slot,
                    name_slot,
                })
            }
            _ => None,
        };
        let wide = ready.file.plan.wide_slot().and_then(|slot| {
            let (_, field) = record_type.fields.get_index(slot)?;
            // Where the field may be empty, a cell that says so is a record that says so.
            field.required.then(|| (slot, Reader::new(field)))
        });
        Ok(Judge {
            file: ready.file,
            record_type,
            spellings: ready.spellings,
            job: ready.job,
            drafter: Drafter::new(ready.programme, ready.spellings, record_type),
            intake: Intake::new(ready.programme.clone(), options.on_other(), import, reason),
            names,
            lines: ready.file.plan.lines(),
            wide,
            warnings: Vec::new(),
            today: office.today()?,
            after_today: (0, None),
        })
    }

    fn take_warnings(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.warnings)
    }

    fn judge(&mut self, look: &Look, row: ReadRow) -> Result<Judged, Problem> {
        let row = match row {
            ReadRow::Kept(row) => row,
            ReadRow::Rejected(rejected) => return Ok(Judged::Rejected(rejected)),
        };
        let mut drafts = Vec::with_capacity(self.lines.len());
        let mut reasons = Vec::new();
        for line in self.lines.clone() {
            // A cell of a wide column that the required field takes for empty is no record.
            if self.wide.as_ref().is_some_and(|(slot, reader)| {
                reader.means_empty(&self.file.plan.cell(*slot, &row, line))
            }) {
                continue;
            }
            match self.draft(&row, line) {
                Ok(draft) => {
                    self.note_day(&row, line, &draft);
                    drafts.push(draft);
                }
                Err(faults) => reasons.extend(faults),
            }
        }
        let mut taken = Vec::with_capacity(drafts.len());
        if reasons.is_empty() {
            for draft in &drafts {
                match self.intake.take(look, draft)? {
                    Taken::Refused(problem) => reasons.push(Reason {
                        column: None,
                        problem: problem.in_place(self.file.place_of(&row, None)),
                    }),
                    accepted => taken.push(accepted),
                }
                let name = self
                    .names
                    .as_ref()
                    .and_then(|named| self.file.plan.column(named.name_slot, Plan::WHOLE_ROW));
                let place = |warning: Problem| warning.in_place(self.file.place_of(&row, name));
                self.warnings
                    .extend(self.intake.take_warnings().into_iter().map(place));
            }
        }
        Ok(if reasons.is_empty() {
            Judged::Taken(taken)
        } else {
            if let Some(column) = total_column(&row) {
                let problem =
                    problems::total_row().in_place(self.file.place_of(&row, Some(column)));
                reasons.insert(
                    0,
                    Reason {
                        column: Some(column),
                        problem,
                    },
                );
            }
            Judged::Rejected(RejectedRow { row, reasons })
        })
    }

    /// Counts a row whose day has not come, and keeps the place of the first.
    fn note_day(&mut self, row: &Row, line: Line, draft: &Draft) {
        if let Some(problem) = draft.after_today(self.today) {
            let column = self
                .record_type
                .fields
                .get_index_of("day")
                .and_then(|slot| self.file.plan.column(slot, line));
            let (rows, first) = &mut self.after_today;
            *rows += 1;
            first.get_or_insert_with(|| problem.in_place(self.file.place_of(row, column)));
        }
    }

    fn draft(&mut self, row: &Row, line: Line) -> Result<Draft, Vec<Reason>> {
        let plan = &self.file.plan;
        let mut reasons = Vec::new();
        let mut subject_name = None;
        // The identity that the name gives, when the row does not: the slot and the cell.
        let mut found: Option<(usize, Cell)> = None;
        if let Some(named) = &mut self.names {
            let name = plan.cell(named.name_slot, row, line);
            let name = name.as_text();
            subject_name = clean_text(&name, &EmptyMarks::default()).map(str::to_owned);
            let is_unidentified =
                named
                    .identity
                    .means_empty(&plan.cell(named.identity_slot, row, line));
            if let (Some(name), true) = (&subject_name, is_unidentified) {
                let cell = match named.names.identity(name, self.spellings) {
                    Ok(identity) => Cell::text(identity),
                    Err(problem) => {
                        let column = plan.column(named.name_slot, line);
                        reasons.push(Reason {
                            column,
                            problem: problem.in_place(self.file.place_of(row, column)),
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
        let faults = match self.drafter.draft(cell, self.job.options.evidence.clone()) {
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
            let slot = field.and_then(|id| self.record_type.fields.get_index_of(id));
            let column = slot.and_then(|slot| plan.column(slot, line));
            let place = match (
                column,
                slot.and_then(|slot| self.record_type.fields.get_index(slot)),
            ) {
                // A field without a column is named by its name.
                (None, Some((_, field))) => Place {
                    column: Some(field.name.get(base::Lang::Zh).to_owned()),
                    ..self.file.place_of(row, None)
                },
                _ => self.file.place_of(row, column),
            };
            reasons.push(Reason {
                column,
                problem: fault.problem.in_place(place),
            });
        }
        Err(reasons)
    }
}

/// Words with which a row of sums begins.
const TOTALS: [&str; 8] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "total",
    "subtotal",
    "grandtotal",
];

/// The column that says that the row is one of sums: its first cell that is not empty.
fn total_column(row: &Row) -> Option<usize> {
    let (column, cell) = row
        .cells
        .iter()
        .enumerate()
        .find(|(_, cell)| !cell.is_blank())?;
    let mut text: String = cell
        .as_text()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    text.make_ascii_lowercase();
    TOTALS
        .contains(&text.trim_end_matches([':', '：']))
        .then_some(column)
}
