//! How a command ends: done, refused with problems, or not able to read or write.

use std::path::Path;
use std::process::ExitCode;

use base::{Problem, SourceText};

use crate::output::tell;

/// Why a command did not do what was asked.
pub enum Failure {
    /// Problems, with the texts that they point at.
    Problems(Vec<Problem>, Vec<SourceText>),
    /// The output was closed by its reader.
    Enough,
    /// The problems were told already; only the exit code is left.
    Told,
}

/// What a command gives.
pub type Outcome = Result<(), Failure>;

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Problems(vec![problem], Vec::new())
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Failure {
        Failure::Problems(problems, Vec::new())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        // Whoever reads has read enough (`… | head`): nothing went wrong.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure::Enough;
        }
        crate::problems::output_failed(error).into()
    }
}

/// Problems of the ledger, of depots and of restores with files, disks and stores. (What the database
/// says when it fails may also be damage, which `verify` tells as any other.)
const OF_DISKS: [&str; 7] = ["L107", "L109", "D101", "D102", "D103", "O360", "O513"];

/// Tells the problems and gives the exit code: 1 for problems of what was asked, 3 for files and disks.
pub fn exit_code(outcome: Outcome) -> ExitCode {
    ExitCode::from(code_of(outcome))
}

/// As [`exit_code`], as a number.
pub fn code_of(outcome: Outcome) -> u8 {
    match outcome {
        Ok(()) | Err(Failure::Enough) => 0,
        Err(Failure::Told) => 1,
        Err(Failure::Problems(problems, sources)) => {
            tell(&problems, &sources);
            let is_file = problems
                .iter()
                .any(|problem| problem.code.starts_with("Z1") || OF_DISKS.contains(&problem.code));
            if is_file { 3 } else { 1 }
        }
    }
}

/// Reads a file.
///
/// # Errors
/// It cannot be read; the reason of the system is told.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(crate::beside::place(path))
        .map_err(|error| crate::problems::cannot_read(path.display(), why(&error)).into())
}

/// Writes a file.
///
/// # Errors
/// It cannot be written; the reason of the system is told.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(crate::beside::place(path), bytes)
        .map_err(|error| crate::problems::cannot_write(path.display(), why(&error)).into())
}

/// Refuses to overwrite a file unless that was asked for.
///
/// # Errors
/// The file exists.
pub fn refuse_existing(path: &Path, force: bool) -> Outcome {
    if crate::beside::place(path).exists() && !force {
        Err(crate::problems::file_exists(path.display()).into())
    } else {
        Ok(())
    }
}

/// The system's reason in the reader's language; in the system's own words where it is a rare one.
pub fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let known = match error.kind() {
        ErrorKind::NotFound => ("没有这个文件或文件夹", "there is no such file or folder"),
        ErrorKind::PermissionDenied => ("没有权限", "permission denied"),
        ErrorKind::AlreadyExists => ("已存在", "it exists already"),
        ErrorKind::IsADirectory => ("它是文件夹", "it is a folder"),
        ErrorKind::NotADirectory => ("路径中有一段不是文件夹", "a part of the path is no folder"),
        ErrorKind::StorageFull => ("磁盘已满", "the disk is full"),
        ErrorKind::ReadOnlyFilesystem => ("磁盘是只读的", "the disk is read-only"),
        _ => return error.to_string(),
    };
    crate::lang::say(known.0, known.1).to_owned()
}
