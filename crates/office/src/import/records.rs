//! A file's rows as records: checked in a first pass, appended in a second.
//!
//! In each a thread of its own reads the file ahead of the one that speaks with the office, through
//! channels that hold a few batches, so that memory stays flat.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use base::{Position, Problem};
use ledger::{EntryHead, Precondition};
use programme::model::{Programme, RecordType};
use sheet::{Reason, RejectedRow, Row};

use super::columns::Plan;
use super::drafting::{Drafted, Drafting, Ready};
use super::file::{FileRows, ImportFile};
use super::intake::{Intake, Look, Outcome, Taken};
use super::report::ImportReport;
use super::slots::record_slots;
use super::{Job, problems};
use crate::fold::get;
use crate::folder::{Command, Office, Progress};
use crate::relied::relied_on;
use crate::rows::RowForms;
use crate::spaces::{self, ImportRow, ImportStatus};

/// Entries of the first append; each next one has twice as many, up to [`GROUP_ENTRIES_MAX`].
const GROUP_ENTRIES: usize = 5_000;
/// Entries of one append at most: one flush to the disk serves them all, and a page of an index that many
/// of them touch is written once. More of them would need more memory than they save time.
const GROUP_ENTRIES_MAX: usize = 20_000;
/// Bytes of one append, about.
const GROUP_BYTES: usize = 32 << 20;
/// Groups that are made ahead of the appending.
const GROUPS_AHEAD: usize = 1;
/// Rows that are read together.
const BATCH_ROWS: usize = 256;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 8;
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
            drop(office.refresh().and_then(|()| office.abandon_all()));
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

impl Ready<'_> {
    /// The first pass: what every row comes to. One thread reads the rows and makes drafts of them,
    /// this one says what each comes to.
    fn check(&self, office: &Office, progress: Progress<'_>) -> Result<ImportReport, Problem> {
        let mut report = ImportReport::new(
            self.record_type.id.as_str(),
            self.file,
            self.job.options.dry_run,
        );
        let look = Look::new(office)?;
        let mut judge = Judge::new(*self, None);
        let mut drafting = Drafting::new(*self, office)?;
        let (send, batches) = sync_channel(BATCHES_AHEAD);
        let (give_back, spent) = channel();
        thread::scope(|scope| {
            let reader = scope.spawn(move || {
                read_batches(&mut drafting, &send, &spent);
            });
            let judged = self.judge_batches(
                batches,
                &mut judge,
                &look,
                &mut report,
                &give_back,
                progress,
            );
            joined(reader);
            judged
        })?;
        Ok(report)
    }

    fn judge_batches(
        &self,
        batches: Receiver<Result<Vec<Drafted>, Problem>>,
        judge: &mut Judge<'_>,
        look: &Look<'_>,
        report: &mut ImportReport,
        give_back: &Sender<Vec<Row>>,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        for batch in batches {
            let mut rows = Vec::with_capacity(BATCH_ROWS);
            for drafted in batch? {
                report.rows += 1;
                match judge.judge(look, drafted)? {
                    Judged::Rejected(row) => report.reject(row),
                    Judged::Taken(row, taken) => {
                        taken.iter().for_each(|taken| count(report, taken));
                        rows.push(row);
                    }
                }
                judge
                    .take_warnings()
                    .into_iter()
                    .for_each(|warning| report.note(warning));
                if report.rows.is_multiple_of(TELL_EVERY) {
                    progress(report.rows, 0, "rows checked");
                }
            }
            // Nobody takes them any more when the text is at its end.
            drop(give_back.send(rows));
        }
        Ok(())
    }

    /// The second pass: the same rows again, appended in groups. One thread reads the rows and makes
    /// groups of them, this one appends. Gives the position of the closing entry.
    fn append(
        &self,
        office: &mut Office,
        report: &ImportReport,
        progress: Progress<'_>,
    ) -> Result<u64, Problem> {
        let import = self
            .job
            .open(office, self.record_type.id.as_str(), report.rows)?;
        // What other threads read must not be what this one writes.
        let reader = office.reader()?;
        let mut making = Making {
            by: office.mirror().programme_at(),
            judge: Judge::new(*self, Some(import)),
            drafting: Drafting::new(*self, office)?,
            forms: RowForms::default(),
            group_entries: GROUP_ENTRIES,
            done: Done::default(),
        };
        let (send, groups) = sync_channel(GROUPS_AHEAD);
        let mut group = Group::default();
        let mut making = thread::scope(|scope| {
            let maker = scope.spawn(move || {
                making.groups(&reader, &send);
                making
            });
            let appended: Result<(), Problem> = groups.into_iter().try_for_each(|made: Made| {
                let (made, is_last, rows) = made?;
                if is_last {
                    // It may have room for what closes the import.
                    group = made;
                    return Ok(());
                }
                office.append_relying(made.commands, made.relied)?;
                progress(rows, report.rows, "rows");
                Ok(())
            });
            let making = joined(maker);
            appended.map(|()| making)
        })?;
        let done = &making.done;
        if (done.added, done.revised, done.rejected)
            != (report.added, report.revised, report.rejected_rows)
        {
            return Err(problems::changed_meanwhile(done.rows));
        }
        // Subjects are visible with the closing entry, as the records are.
        for command in making.judge.intake.subject_commands()? {
            if !group.has_room(GROUP_ENTRIES) {
                group.flush(office)?;
            }
            group.push(command);
        }
        group.push(self.job.closing(import, report)?);
        if office.is_one_of_many() {
            let state = office.state()?;
            let row: Option<ImportRow> = get(&state, spaces::IMPORT, &spaces::number_key(import))?;
            if row.is_none_or(|row| row.status != ImportStatus::Open) {
                // Who lost the connection lost its turn, and others gave the import up.
                return Err(problems::changed_meanwhile(done.rows));
            }
            if let Some(closing) = group.commands.last() {
                let closing = std::slice::from_ref(closing);
                group.relied.extend(relied_on(&state, closing)?);
            }
        }
        let heads = group.append(office)?;
        progress(report.rows, report.rows, "rows");
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}

/// Reads the file to its end and sends drafts in batches, until nobody takes them.
fn read_batches(
    drafting: &mut Drafting<'_>,
    batches: &SyncSender<Result<Vec<Drafted>, Problem>>,
    spent: &Receiver<Vec<Row>>,
) {
    let mut rows = match drafting.rows() {
        Ok(rows) => rows,
        Err(problem) => return drop(batches.send(Err(problem))),
    };
    loop {
        for row in spent.try_iter().flatten() {
            rows.recycle(row);
        }
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        for row in rows.by_ref().take(BATCH_ROWS) {
            match row {
                Ok(row) => batch.push(drafting.row(row)),
                Err(problem) => {
                    // The rows before it first: they are what a single thread would have met first.
                    drop(batches.send(Ok(batch)));
                    return drop(batches.send(Err(problem)));
                }
            }
        }
        if batch.is_empty() || batches.send(Ok(batch)).is_err() {
            return;
        }
    }
}

/// What a thread came to; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// A group, whether it is the last, and how many rows were read up to it.
type Made = Result<(Group, bool, u64), Problem>;

/// Makes groups of commands, ahead of the thread that appends them.
struct Making<'a> {
    /// The programme in force, by which rows are made.
    by: Position,
    judge: Judge<'a>,
    drafting: Drafting<'a>,
    forms: RowForms,
    group_entries: usize,
    done: Done,
}

impl Making<'_> {
    /// Makes groups of all rows and sends them, until nobody takes them. `reader` reads the state as it
    /// is between the appends. Rows of the import itself are remembered by the judge, so it does not
    /// matter how many of them are there already.
    fn groups(&mut self, reader: &Office, groups: &SyncSender<Made>) {
        let mut rows = match self.drafting.rows() {
            Ok(rows) => rows,
            Err(problem) => return drop(groups.send(Err(problem))),
        };
        let mut group = Group::default();
        loop {
            let filled = self.fill(reader, &mut rows, &mut group);
            let is_last = !matches!(filled, Ok(true));
            let made = filled.map(|_| (std::mem::take(&mut group), is_last, self.done.rows));
            self.group_entries = GROUP_ENTRIES_MAX.min(self.group_entries * 2);
            if groups.send(made).is_err() || is_last {
                return;
            }
        }
    }

    /// Fills a group from the next rows; false when the file is at its end.
    fn fill(
        &mut self,
        reader: &Office,
        rows: &mut FileRows<'_>,
        group: &mut Group,
    ) -> Result<bool, Problem> {
        let look = Look::new(reader)?;
        let is_filled = self.fill_from(&look, rows, group)?;
        if reader.is_one_of_many() {
            // By this look they were judged, whatever others do before they are appended.
            group.relied = relied_on(look.state(), &group.commands)?;
        }
        Ok(is_filled)
    }

    fn fill_from(
        &mut self,
        look: &Look<'_>,
        rows: &mut FileRows<'_>,
        group: &mut Group,
    ) -> Result<bool, Problem> {
        let programme = self.drafting.ready.programme;
        let done = &mut self.done;
        while group.has_room(self.group_entries) {
            let Some(row) = rows.next() else {
                return Ok(false);
            };
            done.rows += 1;
            let drafted = self.drafting.row(row?);
            let (row, taken) = match self.judge.judge(look, drafted)? {
                Judged::Rejected(_) => {
                    done.rejected += 1;
                    continue;
                }
                Judged::Taken(row, taken) => (row, taken),
            };
            rows.recycle(row);
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
                    let mut command = outcome.command(&facts, &private)?;
                    let row = self.forms.row_of(programme, &facts)?;
                    command.row = Some((self.by, row));
                    group.push(command);
                }
            }
            self.judge.take_warnings();
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
    /// What they rely on, where others write too.
    relied: Vec<Precondition>,
}

impl Group {
    fn has_room(&self, entries: usize) -> bool {
        self.commands.len() < entries && self.bytes < GROUP_BYTES
    }

    fn push(&mut self, command: Command) {
        self.bytes += command.facts.len() + command.private.as_ref().map_or(0, Vec::len);
        self.commands.push(command);
    }

    fn append(&mut self, office: &mut Office) -> Result<Vec<EntryHead>, Problem> {
        let group = std::mem::take(self);
        office.append_relying(group.commands, group.relied)
    }

    fn flush(&mut self, office: &mut Office) -> Result<(), Problem> {
        if !self.commands.is_empty() {
            self.append(office)?;
        }
        Ok(())
    }
}

/// What a row comes to.
enum Judged {
    /// Each of its records; and the row, to be given back.
    Taken(Row, Vec<Taken>),
    /// None of them, or not all.
    Rejected(RejectedRow),
}

/// Says of row after row what it comes to; both passes do it alike.
struct Judge<'a> {
    file: &'a ImportFile<'a>,
    intake: Intake,
    /// The slot of the subject's name, where a column fills it.
    name_slot: Option<usize>,
    warnings: Vec<Problem>,
}

impl<'a> Judge<'a> {
    fn new(ready: Ready<'a>, import: Option<u64>) -> Judge<'a> {
        let options = ready.job.options;
        let reason = options
            .reason
            .as_deref()
            .map(|reason| reason.trim().to_owned());
        let name_slot = ready.record_type.fields.len();
        let is_named = ready.record_type.subject.is_some() && ready.file.plan.has(name_slot);
        Judge {
            file: ready.file,
            intake: Intake::new(ready.programme.clone(), options.on_other(), import, reason),
            name_slot: is_named.then_some(name_slot),
            warnings: Vec::new(),
        }
    }

    fn take_warnings(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.warnings)
    }

    fn judge(&mut self, look: &Look<'_>, drafted: Drafted) -> Result<Judged, Problem> {
        let (row, drafts, mut reasons) = match drafted {
            Drafted::Rejected(rejected) => return Ok(Judged::Rejected(rejected)),
            Drafted::Row {
                row,
                drafts,
                reasons,
            } => (row, drafts, reasons),
        };
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
                    .name_slot
                    .and_then(|slot| self.file.plan.column(slot, Plan::WHOLE_ROW));
                let place = |warning: Problem| warning.in_place(self.file.place_of(&row, name));
                self.warnings
                    .extend(self.intake.take_warnings().into_iter().map(place));
            }
        }
        if reasons.is_empty() {
            return Ok(Judged::Taken(row, taken));
        }
        if let Some(column) = total_column(&row) {
            let problem = problems::total_row().in_place(self.file.place_of(&row, Some(column)));
            reasons.insert(
                0,
                Reason {
                    column: Some(column),
                    problem,
                },
            );
        }
        Ok(Judged::Rejected(RejectedRow { row, reasons }))
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
