//! What became of a file: how many rows, which were rejected and why, and the workbook that gives
//! those back.

use base::{Lang, Problem};
use sheet::{Notes, RejectedRow};

use super::file::ImportFile;
use super::problems;

/// Most rejected rows that are given back; more are counted only.
pub const REJECTED_MAX: usize = 100_000;
/// Most problems that are listed; all reasons stand in the workbook of rejected rows.
pub const PROBLEMS_MAX: usize = 1_000;

/// What became of a file.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// Record or subject type.
    pub type_name: String,
    /// File.
    pub file: String,
    /// Worksheet, of a workbook.
    pub sheet: Option<String>,
    /// Headings.
    pub header: Vec<String>,
    /// Headings that were not imported.
    pub ignored: Vec<String>,
    /// What the reader found out: encoding, delimiter, blank rows.
    pub notes: Notes,
    /// Rows with content below the header.
    pub rows: u64,
    /// Records that were added (in a trial run: would be), or changes of subjects.
    pub added: u64,
    /// Records that were revised.
    pub revised: u64,
    /// Records that were there already.
    pub unchanged: u64,
    /// Rows that were rejected.
    pub rejected_rows: u64,
    /// Records that were sound and new, and yet were not taken because a row was rejected. They are not in
    /// the workbook of rejected rows: correct the file and import all of it, or take the valid rows.
    pub held_back: u64,
    /// The first [`REJECTED_MAX`] rejected rows, with reasons.
    pub rejected: Vec<RejectedRow>,
    /// The first [`PROBLEMS_MAX`] problems and warnings, each with file, sheet, row, column and value.
    pub problems: Vec<Problem>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Position of the entry that made the rows visible; `None` when nothing was written: in a trial
    /// run, when a rejected row kept all out, or when everything was there already.
    pub position: Option<u64>,
}

impl ImportReport {
    pub(super) fn new(type_name: &str, file: &ImportFile<'_>, dry_run: bool) -> ImportReport {
        ImportReport {
            type_name: type_name.to_owned(),
            file: file.place.file.clone(),
            sheet: file.place.sheet.clone(),
            header: file.header.clone(),
            ignored: file.plan.ignored.clone(),
            notes: file.notes.clone(),
            rows: 0,
            added: 0,
            revised: 0,
            unchanged: 0,
            rejected_rows: 0,
            held_back: 0,
            rejected: Vec::new(),
            problems: Vec::new(),
            dry_run,
            position: None,
        }
    }

    pub(super) fn reject(&mut self, row: RejectedRow) {
        self.rejected_rows += 1;
        for reason in &row.reasons {
            self.note(reason.problem.clone());
        }
        if self.rejected.len() < REJECTED_MAX {
            self.rejected.push(row);
        } else if self.rejected_rows == REJECTED_MAX as u64 + 1 {
            self.problems
                .insert(0, problems::too_many_rejected(REJECTED_MAX));
        }
    }

    /// Whether a rejected row keeps all others out.
    pub(super) fn hold_back(&mut self, valid_only: bool) -> bool {
        let is_held_back = self.rejected_rows > 0 && !valid_only;
        if is_held_back {
            self.held_back = self.added + self.revised;
        }
        is_held_back
    }

    pub(super) fn note(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    /// The rejected rows as a workbook with the reasons beside them: correct it and import it again.
    ///
    /// # Errors
    /// More rows than a worksheet holds.
    pub fn rejects_workbook(&self, lang: Lang) -> Result<Vec<u8>, Problem> {
        sheet::rejected_workbook(&self.header, &self.rejected, lang)
    }
}
