//! The lock that makes one process the writer of a data folder.
//!
//! The storage's own locks would let two writers take turns; two that each believe in their own
//! right edge of the tree must not exist at all. The lock is an advisory one on a file of its own:
//! the system releases it when the process ends, however it ends. Readers do not take it.

use crate::problems;
use base::Problem;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

const LOCK_FILE: &str = "ledger.lock";

/// The writer's right to a data folder, held until it is dropped.
#[derive(Debug)]
pub(crate) struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock of `dir`, or says which process holds it.
    pub(crate) fn take(dir: &Path) -> Result<WriterLock, Problem> {
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| problems::of_io(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(problems::second_writer(dir.display(), holder(&mut file)));
            }
            Err(TryLockError::Error(error)) => return Err(problems::of_io(&path, &error)),
        }
        // The number only helps the person who reads the message above; the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()));
        Ok(WriterLock { _file: file })
    }
}

/// The process number that the holder wrote into the file, or a question mark.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(20).read_to_string(&mut text) {
        Ok(_) if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => text,
        _ => "?".to_owned(),
    }
}
