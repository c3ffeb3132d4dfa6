//! The log as static files that any web server can give out: C2SP tlog-tiles, brought up to date in place.
//!
//! What was written never changes, so only what is new is written, and the checkpoint last. A folder that
//! holds anything else than the beginning of this log is refused. Partial tiles that a full one has replaced
//! are removed.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base::{Position, Problem};
use bundle::log::LogWriter;
use bundle::tiles::{TILE_WIDTH, entries_path, partial_folder, tile_path, tiles_of};
use bundle::{Files, SignedCheckpoint};

use super::folder::Folder;
use super::{CHECKPOINT, SMALL_BYTES_MAX, problems};
use crate::folder::{Office, Progress};
use crate::signing;

impl Office {
    /// Writes the log into `dir`, or brings up to date what was written there before.
    ///
    /// # Errors
    /// The folder holds another log, the log cannot be signed for, or the disk refuses.
    pub fn write_static_log(
        &self,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<SignedCheckpoint, Problem> {
        let checkpoint = self.checkpoint()?;
        let size = checkpoint.checkpoint().size;
        let failed = |error| problems::not_written(dir.display(), error);
        fs::create_dir_all(dir).map_err(failed)?;
        let folder = Folder::at(dir);
        let files: &dyn Files = &folder;
        match files.read(CHECKPOINT, SMALL_BYTES_MAX)? {
            Some(bytes) => {
                let earlier = signing::read_checkpoint(CHECKPOINT, &bytes)?;
                self.is_of_this_log(&earlier)?;
            }
            None if fs::read_dir(dir).map_err(failed)?.next().is_some() => {
                return Err(problems::folder_of_other(dir.display()));
            }
            None => {}
        }
        let mut log = LogWriter::new();
        for disclosed in self.ledger().disclosed(Position(size))? {
            let entry = disclosed?.entry;
            for (path, bytes) in log.push(&entry.leaf)? {
                put_once(dir, &path, &bytes)?;
            }
            if log.size().is_multiple_of(8192) {
                progress(log.size(), size, "entries");
            }
        }
        for (path, bytes) in log.partial() {
            put_once(dir, &path, &bytes)?;
        }
        replace(dir, CHECKPOINT, checkpoint.to_string().as_bytes())?;
        // Only now no checkpoint in the folder needs them any more.
        for (level, number, width) in tiles_of(size) {
            if width == TILE_WIDTH {
                remove_partial(dir, &tile_path(level, number, width))?;
                if level == 0 {
                    remove_partial(dir, &entries_path(number, width))?;
                }
            }
        }
        Ok(checkpoint)
    }
}

/// Writes a file that never changes; one that is there must be the same.
fn put_once(dir: &Path, path: &str, bytes: &[u8]) -> Result<(), Problem> {
    let files = Folder::at(dir);
    let files: &dyn Files = &files;
    match files.read(path, SMALL_BYTES_MAX)? {
        Some(found) if found == bytes => Ok(()),
        Some(_) => Err(problems::folder_of_other(path)),
        None => replace(dir, path, bytes),
    }
}

/// Writes a file in one step.
fn replace(dir: &Path, path: &str, bytes: &[u8]) -> Result<(), Problem> {
    let whole = dir.join(path);
    let beside = dir.join(format!("{path}.new"));
    let written = || -> std::io::Result<()> {
        if let Some(parent) = whole.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&beside, &whole)
    };
    written().map_err(|error| problems::not_written(path, error))
}

fn remove_partial(dir: &Path, full: &str) -> Result<(), Problem> {
    let folder = partial_folder(full);
    match fs::remove_dir_all(dir.join(&folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(problems::not_written(folder, error))
        }
        _ => Ok(()),
    }
}
