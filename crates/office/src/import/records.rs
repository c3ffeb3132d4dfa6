//! A file's rows as records: checked first, all of them, then appended.
//!
//! While they are checked one thread reads the file and makes drafts, this one says what each comes to and
//! spills what is accepted (`spill.rs`). Then one thread makes groups of what was spilled, this one appends
//! them. Channels between hold a few batches, so that memory stays flat.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use base::{Position, Problem};
use ledger::{EntryHead, Precondition, Salts};
use measure::Columns;
use programme::model::{Programme, RecordType};
use sheet::{Reason, RejectedRow, Row};

use super::columns::Plan;
use super::drafting::{Drafted, Drafting, Ready};
use super::file::ImportFile;
use super::intake::{Intake, Look, Outcome, Taken};
use super::report::ImportReport;
use super::slots::record_slots;
use super::spill::{Spill, Spilled, Spills};
use super::{Job, problems};
use crate::authority::Reach;
use crate::fold::get;
use crate::folder::{Command, Office, Progress, Untold};
use crate::relied::relied_on;
use crate::rows::RowForms;
use crate::spaces::{self, ImportRow, ImportStatus};

/// Entries of the first append; each next one has twice as many, up to [`GROUP_ENTRIES_MAX`].
const GROUP_ENTRIES: usize = 4_000;
/// Entries of one append at most: one flush to the disk serves them all, and a page of an index that many
/// of them touch is written once. More of them would need more memory than they save time.
const GROUP_ENTRIES_MAX: usize = 8_000;
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
    let by = office.mirror().programme_at();
    let are_gone = office.let_columns_go();
    let checked = ready.check(office, progress);
    if are_gone {
        office.refresh().map_err(one)?;
        // Each row relies on what it was judged by; the rules are those of the programme as a whole.
        if office.mirror().programme_at() != by {
            return office.import_job(type_name, job, progress);
        }
    }
    let (mut report, checked) = checked.map_err(one)?;
    let has_news = report.added + report.revised > 0;
    let is_held_back = report.hold_back(job.options.valid_only);
    if job.options.dry_run || is_held_back || !has_news {
        return Ok(report);
    }
    match ready.append(office, &report, checked, progress) {
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

/// What the check came to beside its report.
struct Checked {
    intake: Intake,
    spill: Spill,
    /// The position at which the rows were judged.
    at: Position,
}

impl Ready<'_> {
    /// What every row comes to. One thread reads the rows and makes drafts of them, this one says what each
    /// comes to.
    fn check(
        &self,
        office: &Office,
        progress: Progress<'_>,
    ) -> Result<(ImportReport, Checked), Problem> {
        let mut report = ImportReport::new(
            self.record_type.id.as_str(),
            self.file,
            self.job.options.dry_run,
        );
        let look = Look::new(office)?;
        let mut judge = Judge::new(*self, office.is_one_of_many());
        let mut spill = Spill::new(office.dir());
        let mut drafting = Drafting::new(*self, office)?;
        let (send, batches) = sync_channel(BATCHES_AHEAD);
        let (give_back, spent) = channel();
        thread::scope(|scope| {
            let reader = scope.spawn(move || {
                read_batches(&mut drafting, &send, &spent);
            });
            let mut checking = Checking {
                judge: &mut judge,
                look: &look,
                report: &mut report,
                // Rows that are rejected may keep all others out, but what is not asked for is known now.
                spill: (!self.job.options.dry_run).then_some(&mut spill),
            };
            let judged = checking.batches(batches, &give_back, progress);
            joined(reader);
            judged
        })?;
        let (intake, at) = (judge.intake, look.state().position());
        Ok((report, Checked { intake, spill, at }))
    }

    /// Appends what the check spilled, in groups. One thread makes the groups, this one appends. Gives the
    /// position of the closing entry.
    fn append(
        &self,
        office: &mut Office,
        report: &ImportReport,
        checked: Checked,
        progress: Progress<'_>,
    ) -> Result<u64, Problem> {
        let import = self
            .job
            .open(office, self.record_type.id.as_str(), report.rows)?;
        let Checked {
            mut intake,
            spill,
            at: checked_at,
        } = checked;
        let total = spill.entries();
        let making = Making {
            by: office.mirror().programme_at(),
            programme: self.programme.clone(),
            spills: spill.read(import)?,
            columns: office.mirror().columns_without_rows()?,
            forms: RowForms::default(),
            salts: Salts::new(),
            group_entries: GROUP_ENTRIES,
        };
        let mut group = append_groups(office, making, total, progress)?;
        if office.is_one_of_many() {
            // Who is made known here must not have become known meanwhile.
            let absent = |key| Precondition {
                space: spaces::PERSON,
                key,
                version: None,
            };
            group.relied.extend(intake.new_persons().map(absent));
        }
        // Subjects are visible with the closing entry, as the records are.
        intake.number(import);
        for command in intake.subject_commands()? {
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
                return Err(problems::given_up_meanwhile(import));
            }
            for space in [spaces::ERASED, spaces::IMPORT_ERASED] {
                for found in state.scan(space, &[]) {
                    // What was erased since the check may be among the rows.
                    if found?.version > checked_at {
                        return Err(problems::given_up_meanwhile(import));
                    }
                }
            }
            if let Some(closing) = group.commands.last() {
                let closing = std::slice::from_ref(closing);
                group.relied.extend(relied_on(&state, closing)?);
            }
        }
        let heads = group.append(office)?;
        progress(total, total, "rows");
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}

/// Appends what is made, group by group; gives the last, which may have room for what closes the import. One
/// thread makes the groups, this one appends; where nobody else writes, a third takes the rows into the mirror,
/// and the appends go ahead of the disk.
fn append_groups(
    office: &mut Office,
    mut making: Making,
    total: u64,
    progress: Progress<'_>,
) -> Result<Group, Problem> {
    let (send, groups) = sync_channel(GROUPS_AHEAD);
    let mut group = Group::default();
    let mut done = 0;
    let programme = making.by;
    if !office.is_one_of_many() {
        // Nothing of it is visible before the closing entry, which is appended when all is settled.
        office.go_ahead()?;
    }
    let mut mirror = office.lend_mirror();
    thread::scope(|scope| {
        let maker = scope.spawn(move || making.groups(&send));
        let (tell, teller) = match mirror.take() {
            Some(mut mirror) => {
                let (tell, untold) = sync_channel::<Untold>(GROUPS_AHEAD);
                let teller = scope.spawn(move || {
                    let told = untold.into_iter().try_for_each(|one| one.tell(&mut mirror));
                    (mirror, told)
                });
                (Some(tell), Some(teller))
            }
            None => (None, None),
        };
        let mut append = |made: Made| {
            let (made, is_last) = made?;
            if is_last {
                // It may have room for what closes the import.
                group = made;
                return Ok(());
            }
            done += made.commands.len() as u64;
            match &tell {
                Some(tell) => {
                    let untold = office.append_untold(made.commands, made.relied, programme)?;
                    // Who takes no more says why at the end.
                    drop(tell.send(untold));
                }
                None => drop(office.append_relying(made.commands, made.relied)?),
            }
            progress(done, total, "rows");
            Ok(())
        };
        // Whatever happens, what was lent is given back.
        let appended = catch_unwind(AssertUnwindSafe(|| {
            groups.into_iter().try_for_each(&mut append)
        }));
        drop(tell);
        let made = maker.join();
        let settled = catch_unwind(AssertUnwindSafe(|| office.settle()));
        let told = teller.map(|teller| teller.join());
        let given_back = match told {
            None => Ok(Ok(())),
            Some(Ok((mirror, told))) => Ok(office.take_mirror_back(mirror).and(told)),
            Some(Err(panic)) => {
                // What it was told last nobody knows.
                drop(office.take_mirror_back(Box::default()));
                Err(panic)
            }
        };
        let [appended, settled, told] = [appended, settled, given_back]
            .map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)));
        made.unwrap_or_else(|panic| resume_unwind(panic));
        appended.and(settled).and(told)
    })?;
    Ok(group)
}

/// The check, row after row.
struct Checking<'c, 'r> {
    judge: &'c mut Judge<'r>,
    look: &'c Look<'c>,
    report: &'c mut ImportReport,
    spill: Option<&'c mut Spill>,
}

impl Checking<'_, '_> {
    fn batches(
        &mut self,
        batches: Receiver<Result<Vec<Drafted>, Problem>>,
        give_back: &Sender<Vec<Row>>,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        for batch in batches {
            let mut rows = Vec::with_capacity(BATCH_ROWS);
            for drafted in batch? {
                self.report.rows += 1;
                match self.judge.judge(self.look, drafted)? {
                    Judged::Rejected(row) => self.report.reject(row),
                    Judged::Taken(row, taken) => {
                        for (taken, relied) in &taken {
                            self.take(taken, relied)?;
                        }
                        rows.push(row);
                    }
                }
                for warning in self.judge.take_warnings() {
                    self.report.note(warning);
                }
                if self.report.rows.is_multiple_of(TELL_EVERY) {
                    progress(self.report.rows, 0, "rows checked");
                }
            }
            // Nobody takes them any more when the text is at its end.
            drop(give_back.send(rows));
        }
        Ok(())
    }

    fn take(&mut self, taken: &Taken, relied: &[Precondition]) -> Result<(), Problem> {
        count(self.report, taken);
        let (
            Some(spill),
            Taken::Entry {
                record,
                private,
                outcome,
            },
        ) = (&mut self.spill, taken)
        else {
            return Ok(());
        };
        spill.push(record, private, *outcome, relied)
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
        Err(panic) => resume_unwind(panic),
    }
}

/// A group, and whether it is the last.
type Made = Result<(Group, bool), Problem>;

/// Makes groups of commands, ahead of the thread that appends them.
struct Making {
    /// The programme in force, by which rows are made, and its position.
    programme: Arc<Programme>,
    by: Position,
    spills: Spills,
    columns: Columns,
    forms: RowForms,
    salts: Salts,
    group_entries: usize,
}

impl Making {
    /// Makes groups of all that was spilled and sends them, until nobody takes them.
    fn groups(&mut self, groups: &SyncSender<Made>) {
        loop {
            let mut group = Group::default();
            let filled = self.fill(&mut group);
            let is_last = !matches!(filled, Ok(true));
            self.group_entries = GROUP_ENTRIES_MAX.min(self.group_entries * 2);
            if groups.send(filled.map(|_| (group, is_last))).is_err() || is_last {
                return;
            }
        }
    }

    /// Fills a group; false when nothing is left.
    fn fill(&mut self, group: &mut Group) -> Result<bool, Problem> {
        while group.has_room(self.group_entries) {
            let Some(spilled) = self.spills.next() else {
                return Ok(false);
            };
            let Spilled {
                mut command,
                relied,
            } = spilled?;
            let row = self.forms.read(&self.programme, 0, &command.facts)?;
            // What could not be taken into memory must not be written either.
            self.columns.check_row(&row.table, &row.values)?;
            command.row = Some((self.by, row));
            command.commit(&mut self.salts)?;
            group.relied.extend(relied);
            group.push(command);
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
    /// Each of its records and what it relies on, where others write too; and the row, to be given back.
    Taken(Row, Vec<(Taken, Vec<Precondition>)>),
    /// None of them, or not all.
    Rejected(RejectedRow),
}

/// Says of row after row what it comes to.
struct Judge<'a> {
    file: &'a ImportFile<'a>,
    intake: Intake,
    reach: &'a Reach,
    /// The slot of the subject's name, where a column fills it.
    name_slot: Option<usize>,
    warnings: Vec<Problem>,
}

impl<'a> Judge<'a> {
    fn new(ready: Ready<'a>, relies: bool) -> Judge<'a> {
        let options = ready.job.options;
        let reason = options
            .reason
            .as_deref()
            .map(|reason| reason.trim().to_owned());
        let name_slot = ready.record_type.fields.len();
        let is_named = ready.record_type.subject.is_some() && ready.file.plan.has(name_slot);
        Judge {
            file: ready.file,
            reach: &ready.job.reach,
            intake: Intake::new(ready.programme.clone(), options.on_other(), None, reason)
                .relying(relies),
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
            for (draft, parts) in drafts {
                match self.intake.take_written(look, &draft, parts)? {
                    Taken::Refused(problem) => reasons.push(Reason {
                        column: None,
                        problem: problem.in_place(self.file.place_of(&row, None)),
                    }),
                    accepted => {
                        // What is revised must be within reach too, not only what it becomes.
                        if let Taken::Entry {
                            outcome: Outcome::Revised(record),
                            ..
                        } = &accepted
                            && let Err(problem) = look.is_within(self.reach, *record)
                        {
                            reasons.push(Reason {
                                column: None,
                                problem: problem.in_place(self.file.place_of(&row, None)),
                            });
                        }
                        taken.push((accepted, self.intake.take_relied()));
                    }
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
