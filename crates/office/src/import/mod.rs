//! From a spreadsheet to records: all rows or none, or the valid ones; visible at once by one entry.
//!
//! First everything is checked and nothing written: what is accepted is spilled (`spill.rs`). Then it is appended
//! in groups between an opening and a closing entry, and stays invisible until the closing one is there. So a
//! million rows need little memory beside the records themselves, and an import that is interrupted leaves nothing
//! half in: the next opening of the folder gives it up (`abandon.rs`), and importing the file again adds each row
//! once. Columns are matched in `columns.rs`, by a
//! [`Mapping`] where headings are foreign; records in `records.rs`, subjects in `subjects.rs`.

mod abandon;
mod columns;
mod drafting;
mod edits;
mod file;
pub(crate) mod intake;
mod mapping;
mod names;
mod peek;
pub(crate) mod persons;
pub mod problems;
mod records;
mod report;
mod slots;
mod spill;
mod subjects;
mod template;

use std::sync::Arc;

use base::Problem;
use sha2::{Digest, Sha256};

use crate::authority::{Granted, Reach};
use crate::entry::{Evidence, ImportEndFacts, ImportOpenFacts, Kind, Private};
use crate::fold::{get, row};
use crate::folder::{Command, Office, Progress};
use crate::relied::Refusal;
use crate::spaces::{self, ImportRow};

pub use edits::Edits;
pub use intake::{KEY_BYTES_MAX, OnOther};
pub use mapping::{Combined, Mapping, Placed, Wide};
pub use peek::{Peek, Target, mapping_text};
pub use report::{ImportReport, PROBLEMS_MAX, REJECTED_MAX};

/// The code of [`problems::given_up_meanwhile`].
const GIVEN_UP_MEANWHILE: &str = "O328";

/// How often an import is made when other writers take what it was about to.
const TRIES_MAX: u32 = 3;

/// What to do with a file.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// How its columns become fields, where their headings do not say it.
    pub mapping: Option<Mapping>,
    /// Check only, and write nothing.
    pub dry_run: bool,
    /// Take the valid rows although others are rejected. Otherwise a rejected row keeps all out.
    pub valid_only: bool,
    /// Take rows with a known key and other content as revisions. Otherwise they are rejected.
    pub revise: bool,
    /// Why records are revised; must be said with `revise`.
    pub reason: Option<String>,
    /// Worksheet, of a workbook.
    pub sheet: Option<String>,
    /// Do not import columns that nobody knows. Otherwise they are an error.
    pub ignore_unknown: bool,
    /// Evidence that each record of the file rests on; stored already.
    pub evidence: Vec<Evidence>,
    /// Corrections of its rows.
    pub edits: Option<Arc<Edits>>,
}

impl ImportOptions {
    fn mode(&self) -> &'static str {
        if self.valid_only { "valid_only" } else { "all" }
    }

    fn on_other(&self) -> OnOther {
        if self.revise {
            OnOther::Revise
        } else {
            OnOther::Refuse
        }
    }
}

impl Office {
    /// Imports a file as records of a record type, or as subjects of a subject type.
    ///
    /// `progress` is told rows: first those that were checked (of 0, as their number is not known
    /// yet), then those that were written.
    ///
    /// # Errors
    /// The file as a whole cannot be read, its header or the mapping does not fit the type, or the
    /// ledger cannot be written. Rejected rows are no error: see [`ImportReport::rejected`].
    pub fn import(
        &mut self,
        type_name: &str,
        file_name: &str,
        bytes: &[u8],
        options: &ImportOptions,
        progress: Progress<'_>,
    ) -> Result<ImportReport, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let reach = self.authorise(Granted::Import).map_err(one)?;
        let is_without_reason = options
            .reason
            .as_ref()
            .is_none_or(|reason| reason.trim().is_empty());
        if options.revise && is_without_reason && !options.dry_run {
            return Err(vec![crate::problems::reason_missing()]);
        }
        self.brought_nobody_erased(bytes).map_err(one)?;
        let job = Job {
            file_name,
            bytes,
            options,
            reach,
        };
        if options.dry_run {
            return self.import_job(type_name, &job, progress);
        }
        // When another writer took a key between the check and its append, the whole is checked again.
        let mut tries = 1;
        loop {
            let done = self.as_only_import(|office| {
                office.abandon_all().map_err(one)?;
                office.import_job(type_name, &job, progress)
            });
            let is_conflict =
                |problem: &Problem| problem.is_conflict() || problem.code == GIVEN_UP_MEANWHILE;
            let is_overtaken = self.is_one_of_many()
                && done
                    .as_ref()
                    .is_err_and(|problems| problems.iter().any(is_conflict));
            if !is_overtaken || tries == TRIES_MAX {
                return done;
            }
            tries += 1;
        }
    }

    fn import_job(
        &mut self,
        type_name: &str,
        job: &Job<'_>,
        progress: Progress<'_>,
    ) -> Result<ImportReport, Vec<Problem>> {
        let programme = self.programme().map_err(|problem| vec![problem])?;
        if let Some(record_type) = programme.record_types.get(type_name) {
            records::import(self, &programme, record_type, job, progress)
        } else if let Some(subject_type) = programme.subject_types.get(type_name) {
            // Subjects belong to no unit.
            job.reach.check_all().map_err(|problem| vec![problem])?;
            subjects::import(self, &programme, subject_type, job, progress)
        } else {
            Err(vec![unknown_type(&programme, type_name)])
        }
    }
}

impl Office {
    /// Refuses the very file that brought a person who was erased since: with the identity gone, nothing
    /// could tell that its rows are of the same person.
    fn brought_nobody_erased(&self, bytes: &[u8]) -> Result<(), Problem> {
        let state = self.state()?;
        let mut sha256 = None;
        for found in state.scan(spaces::IMPORT_ERASED, &[]) {
            let found = found?;
            let import: Option<ImportRow> = get(&state, spaces::IMPORT, &found.key)?;
            let own = sha256.get_or_insert_with(|| hex::encode(Sha256::digest(bytes)));
            if import.is_some_and(|import| import.sha256 == *own) {
                let by: u64 = row(spaces::IMPORT_ERASED, &found.value)?;
                let import = found.key.as_slice().try_into();
                let import = import.map_or(0, u64::from_be_bytes);
                return Err(crate::problems::import_of_erased(import, by));
            }
        }
        Ok(())
    }
}

/// A problem that names the nearest record or subject type.
fn unknown_type(programme: &programme::model::Programme, type_name: &str) -> Problem {
    let records = programme.record_types.keys().map(|id| id.as_str());
    let known = records.chain(programme.subject_types.keys().map(|id| id.as_str()));
    crate::problems::unknown_type(type_name, programme::suggest(type_name, known))
}

/// A file and what to do with it.
struct Job<'a> {
    file_name: &'a str,
    bytes: &'a [u8],
    options: &'a ImportOptions,
    /// For whose things who imports may.
    reach: Reach,
}

impl Job<'_> {
    /// Begins the import; gives its number, which is the position of its opening.
    fn open(&self, office: &mut Office, type_name: &str, rows: u64) -> Result<u64, Problem> {
        let heads = office.append(vec![self.opening(type_name, rows)?], &[])?;
        Ok(heads.first().map_or(0, |head| head.position.0))
    }

    /// The entry with which the import begins.
    fn opening(&self, type_name: &str, rows: u64) -> Result<Command, Problem> {
        let facts = ImportOpenFacts {
            record_type: type_name.to_owned(),
            sha256: hex::encode(Sha256::digest(self.bytes)),
            rows,
            mode: self.options.mode().to_owned(),
            mapping: self.options.mapping.as_ref().and_then(Mapping::sha256),
            edits: self.options.edits.as_ref().and_then(|edits| edits.sha256()),
        };
        // A file's name may be a person's.
        let private = Private {
            file_name: Some(self.file_name.to_owned()),
            ..Private::default()
        };
        Command::new(Kind::ImportOpen, &facts, &private)
    }

    /// The entry that makes everything visible.
    fn closing(&self, import: u64, report: &ImportReport) -> Result<Command, Problem> {
        let facts = ImportEndFacts {
            import,
            added: report.added,
            revised: report.revised,
            unchanged: report.unchanged,
            rejected: report.rejected_rows,
        };
        Command::new(Kind::ImportClose, &facts, &Private::default())
    }
}
