//! Snapshots: what is in memory, written down, so that a start does not read the whole log.
//!
//! A snapshot is a file `snapshots/POSITION.snapshot` in the data folder: a head that binds it to this log
//! (its position, and the root of the tree of that size), what the [`Mirror`] holds beside the columns, and
//! the columns. It is only ever a shortcut. It can be deleted at any time; one that is damaged, of
//! another log or of another version is set aside with a warning and the entries are read instead; and
//! `verify` holds it against them. Whatever is erased must not live on in one: [`discard_all`].

mod file_from;

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::{Position, Problem, Severity};
use ledger::Ledger;
use xxhash_rust::xxh3::xxh3_128;

use crate::mirror::Mirror;
use crate::problems;
use file_from::FileFrom;

/// The folder in the data folder.
const DIR: &str = "snapshots";
/// The first bytes of each file.
const MAGIC: &[u8; 8] = b"ZCMIRROR";
/// The form of the file, and of what the mirror makes of entries: a later version that makes something
/// else of them must count on here.
const VERSION: u32 = 4;
/// Magic, version, position, root, length and checksum of the part beside the columns, and the checksum
/// of all that.
const HEAD_BYTES: usize = 8 + 4 + 8 + 32 + 8 + 16 + 16;
/// How many snapshots are kept: the newest, and the one before it in case the newest is damaged.
const KEPT: usize = 2;
/// A folder with so few new entries is opened as fast without a snapshot of them.
const ENTRIES_MIN: u64 = 10_000;
/// A snapshot is written when this part of all entries is new: so that all the writing together costs a
/// bounded number of times what the last snapshot costs, and a start reads a bounded part of the log.
const NEW_PART: u64 = 32;

/// An unfinished file that nobody has written to for so long is of a process that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// Whether so many entries since the last snapshot are worth another one.
pub(crate) fn pays(last: Position, now: Position) -> bool {
    now.0.saturating_sub(last.0) >= ENTRIES_MIN.max(now.0 / NEW_PART)
}

/// Deletes every snapshot of a data folder, those that were set aside too.
///
/// # Errors
/// One of them cannot be deleted.
pub fn discard_all(dir: &Path) -> Result<(), Problem> {
    let dir = dir.join(DIR);
    match fs::remove_dir_all(&dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&dir, &error)),
        _ => Ok(()),
    }
}

/// The snapshots of a data folder, newest first.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn all(dir: &Path) -> Result<Vec<(Position, PathBuf)>, Problem> {
    in_folder(&dir.join(DIR))
}

fn in_folder(dir: &Path) -> Result<Vec<(Position, PathBuf)>, Problem> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(dir, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(dir, &error))?.path();
        let position = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_suffix(".snapshot")?.parse().ok());
        found.extend(position.map(|position| (Position(position), path)));
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// Writes a snapshot: whole or not at all, and durable when it returns. Older ones than the one before it
/// are deleted.
///
/// # Errors
/// The disk refuses.
pub(crate) fn write(dir: &Path, mirror: &Mirror, root: [u8; 32]) -> Result<(), Problem> {
    let dir = dir.join(DIR);
    fs::create_dir_all(&dir).map_err(|error| failed(&dir, &error))?;
    let position = mirror.position();
    let path = dir.join(format!("{position}.snapshot"));
    // Several processes may write into one folder when its ledger is on a server.
    let unfinished = dir.join(format!("unfinished-{}", std::process::id()));
    let written = write_file(&unfinished, mirror, root).and_then(|()| {
        let sync = || {
            fs::rename(&unfinished, &path)?;
            File::open(&dir)?.sync_all()
        };
        sync().map_err(|error| failed(&path, &error))
    });
    if written.is_err() {
        drop(fs::remove_file(&unfinished));
        return written;
    }
    tidy(&dir)
}

/// Deletes snapshots that are older than those that are kept, and what killed processes left unfinished.
fn tidy(dir: &Path) -> Result<(), Problem> {
    let removed = |path: &Path| match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    };
    for (_, old) in in_folder(dir)?.into_iter().skip(KEPT) {
        removed(&old)?;
    }
    let entries = fs::read_dir(dir).map_err(|error| failed(dir, &error))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let is_unfinished = entry
            .file_name()
            .to_string_lossy()
            .starts_with("unfinished-");
        let age = entry.metadata().and_then(|found| found.modified());
        let is_old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED_AFTER));
        if is_unfinished && is_old {
            removed(&path)?;
        }
    }
    Ok(())
}

fn write_file(path: &Path, mirror: &Mirror, root: [u8; 32]) -> Result<(), Problem> {
    let failed = |error: std::io::Error| failed(path, &error);
    let beside = mirror.beside_columns()?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend(MAGIC);
    head.extend(VERSION.to_le_bytes());
    head.extend(mirror.position().0.to_le_bytes());
    head.extend(root);
    head.extend((beside.len() as u64).to_le_bytes());
    head.extend(xxh3_128(&beside).to_le_bytes());
    head.extend(xxh3_128(&head).to_le_bytes());
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    out.write_all(&head).map_err(failed)?;
    out.write_all(&beside).map_err(failed)?;
    drop(beside);
    mirror.columns().write_snapshot(&mut out).map_err(failed)?;
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)
}

/// What a snapshot's head says.
struct Head {
    position: Position,
    root: [u8; 32],
    beside_bytes: usize,
    beside_sum: u128,
}

/// Reads the head; `None` when it is damaged or of another version.
fn read_head(bytes: &[u8]) -> Option<Head> {
    let (head, sum) = bytes.get(..HEAD_BYTES)?.split_last_chunk::<16>()?;
    if xxh3_128(head) != u128::from_le_bytes(*sum) {
        return None;
    }
    let (magic, rest) = head.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk::<4>()?;
    let (position, rest) = rest.split_first_chunk::<8>()?;
    let (root, rest) = rest.split_first_chunk::<32>()?;
    let (beside_bytes, rest) = rest.split_first_chunk::<8>()?;
    let beside_sum = rest.first_chunk::<16>()?;
    (magic == MAGIC && u32::from_le_bytes(*version) == VERSION).then_some(Head {
        position: Position(u64::from_le_bytes(*position)),
        root: *root,
        beside_bytes: usize::try_from(u64::from_le_bytes(*beside_bytes)).ok()?,
        beside_sum: u128::from_le_bytes(*beside_sum),
    })
}

/// Reads a snapshot of this log.
///
/// # Errors
/// It is damaged (then it says where), of another log or version, or cannot be read.
pub(crate) fn read(path: &Path, ledger: &Ledger) -> Result<Mirror, Problem> {
    let shown = || path.display().to_string();
    let failed = |error: std::io::Error| failed(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut head = [0; HEAD_BYTES];
    let head = match file.read_exact(&mut head) {
        Ok(()) => read_head(&head),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
        Err(error) => return Err(failed(error)),
    };
    let head = head.ok_or_else(|| problems::snapshot_head(shown()))?;
    let size = ledger.head()?.size;
    if head.position > size || ledger.root_at(head.position)? != head.root {
        return Err(problems::snapshot_foreign(shown(), head.position));
    }
    let damaged = |part: &dyn Display| problems::snapshot_damaged(shown(), part);
    // A length beyond the file's own would ask for memory that nothing fills.
    let beside_bytes = u64::try_from(head.beside_bytes).unwrap_or(u64::MAX);
    if beside_bytes > length {
        return Err(damaged(&"mirror"));
    }
    let mut beside = vec![0; head.beside_bytes];
    match file.read_exact(&mut beside) {
        Ok(()) if xxh3_128(&beside) == head.beside_sum => {}
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(failed(error)),
        _ => return Err(damaged(&"mirror")),
    }
    let columns = HEAD_BYTES as u64 + beside_bytes;
    let open = || Ok(FileFrom::new(&file, columns));
    Mirror::from_snapshot(head.position, &beside, open, ledger)
        .map_err(|problem| damaged(&problem.line(base::Lang::En)))
}

/// The newest snapshot that can be read, and what is wrong with newer ones. Those are set aside when
/// `set_aside` says so; a reader leaves them where they are.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn newest(
    dir: &Path,
    ledger: &Ledger,
    set_aside: bool,
) -> Result<(Option<Mirror>, Vec<Problem>), Problem> {
    let mut warnings = Vec::new();
    for (_, path) in all(dir)? {
        match read(&path, ledger) {
            Ok(mirror) => return Ok((Some(mirror), warnings)),
            Err(problem) => {
                // Nothing is lost by it: the entries are all there.
                let warning = Problem {
                    severity: Severity::Warning,
                    ..problem
                };
                if set_aside {
                    let aside = path.with_extension("set-aside");
                    fs::rename(&path, &aside).map_err(|error| failed(&path, &error))?;
                }
                warnings.push(warning);
            }
        }
    }
    Ok((None, warnings))
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    problems::snapshot_io(path.display(), error)
}

#[cfg(test)]
mod tests;
