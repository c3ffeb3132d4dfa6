//! Evidence files: photographs, scans and documents, each kept once under the hash of its bytes.
//!
//! An entry names its evidence by hash, so a file must be on the disk before its entry is. Read
//! [`EvidenceStore::put`] first: it says how that is made sure.

use crate::merkle::{self, Hash};
use crate::problems::{self, hex, of_io};
use crate::salts;
use base::Problem;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The largest file, in bytes: 256 MiB.
pub const EVIDENCE_BYTES_MAX: u64 = 256 << 20;

/// Where files stand while they are written; a name that no hash begins with.
const UNFINISHED: &str = "unfinished";

const CHUNK_BYTES: usize = 64 << 10;

/// The SHA-256 of a file's bytes, which is its name. Its text is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceHash(pub Hash);

impl EvidenceHash {
    /// The hash of `bytes`.
    ///
    /// ```
    /// // SHA-256("abc"), FIPS 180-2 appendix B.1.
    /// let hash = ledger::EvidenceHash::of(b"abc");
    /// assert!(hash.to_string().starts_with("ba7816bf8f01cfea"));
    /// ```
    pub fn of(bytes: &[u8]) -> EvidenceHash {
        EvidenceHash(merkle::sha256(&[bytes]))
    }

    /// Reads the text form; `None` when it is anything but 64 lower-case hexadecimal digits.
    ///
    /// ```
    /// let hash = ledger::EvidenceHash::of(b"abc");
    /// assert_eq!(ledger::EvidenceHash::parse(&hash.to_string()), Some(hash));
    /// assert_eq!(ledger::EvidenceHash::parse("BA78"), None);
    /// ```
    pub fn parse(text: &str) -> Option<EvidenceHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        let bytes = pairs
            .iter()
            .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
        bytes.try_into().ok().map(EvidenceHash)
    }
}

impl fmt::Display for EvidenceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

/// The `evidence` folder of a data folder. Any number of processes may put into it.
#[derive(Clone, Debug)]
pub struct EvidenceStore {
    folder: PathBuf,
}

impl EvidenceStore {
    /// The store of the data folder `dir`; its folder is made when something is first put in.
    pub fn at(dir: &Path) -> EvidenceStore {
        EvidenceStore {
            folder: dir.join("evidence"),
        }
    }

    /// Where the file with this hash stands or would stand: `evidence/ab/abcdef…`.
    pub fn path(&self, hash: EvidenceHash) -> PathBuf {
        let name = hash.to_string();
        // The name is 64 ASCII characters.
        self.folder.join(&name[..2]).join(name)
    }

    /// Keeps the bytes of `content` (a file, an upload, a `&[u8]`) and gives their hash. Putting the
    /// same bytes again changes nothing, or heals a damaged file.
    ///
    /// They are written under a temporary name and flushed, moved to their own name, and the folder
    /// is flushed: when this returns, the file outlasts a power cut, and under a hash there is
    /// never half a file.
    ///
    /// # Errors
    /// When there are more than [`EVIDENCE_BYTES_MAX`] bytes, when `content` cannot be read or the
    /// disk refuses; then nothing is kept.
    pub fn put(&self, content: impl Read) -> Result<EvidenceHash, Problem> {
        let unfinished = self.folder.join(UNFINISHED);
        make_folder(&unfinished)?;
        let mut random = [0; 16];
        salts::fill(&mut random)?;
        let temporary = Temporary(unfinished.join(hex(&random)));
        let hash = temporary.write(content)?;
        let path = self.path(hash);
        // A path made by `path` has a parent.
        let folder = path.parent().unwrap_or(&self.folder);
        make_folder(folder)?;
        fs::rename(&temporary.0, &path).map_err(|error| of_io(&path, &error))?;
        sync_folder(folder)?;
        Ok(hash)
    }

    /// Whether there is a file with this hash. Its bytes are not looked at.
    pub fn contains(&self, hash: EvidenceHash) -> bool {
        self.path(hash).is_file()
    }

    /// The bytes with this hash, checked.
    ///
    /// # Errors
    /// When there is no such file or its bytes do not have the hash.
    pub fn get(&self, hash: EvidenceHash) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        self.copy_to(hash, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes the bytes with this hash to `sink` and gives their number. Whether they are the right
    /// ones is known only at the end: discard what was written when this fails.
    ///
    /// # Errors
    /// When there is no such file, when its bytes do not have the hash, or `sink` refuses.
    pub fn copy_to(&self, hash: EvidenceHash, sink: &mut impl Write) -> Result<u64, Problem> {
        let path = self.path(hash);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(problems::evidence_missing(hash));
            }
            Err(error) => return Err(of_io(&path, &error)),
        };
        let (found, bytes) = copy_hashing(file, sink, &path)?;
        if found != hash {
            return Err(problems::evidence_changed(path.display()));
        }
        Ok(bytes)
    }

    /// Removes the file with this hash, for good; false when there is none. Whether something still
    /// needs it is the caller's to know. Only the ledger's writer may call it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, hash: EvidenceHash) -> Result<bool, Problem> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(of_io(&path, &error)),
        }
        path.parent().map_or(Ok(()), sync_folder)?;
        Ok(true)
    }

    /// The hashes of all files with their sizes in bytes, in order. Nothing is read of them.
    ///
    /// # Errors
    /// When a file does not belong here, or the folder cannot be read.
    pub fn list(&self) -> Result<Vec<(EvidenceHash, u64)>, Problem> {
        let mut found = Vec::new();
        for folder in sorted_names(&self.folder)? {
            if folder.ends_with(UNFINISHED) {
                continue;
            }
            for path in sorted_names(&folder)? {
                let name = path.file_name().and_then(|name| name.to_str());
                let hash = name.and_then(EvidenceHash::parse);
                let Some(hash) = hash.filter(|hash| self.path(*hash) == path) else {
                    return Err(problems::evidence_stray(path.display()));
                };
                // A file that was erased since its name was read is none.
                match fs::metadata(&path) {
                    Ok(file) => found.push((hash, file.len())),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(of_io(&path, &error)),
                }
            }
        }
        Ok(found)
    }

    /// Reads every file and checks it against its name. Gives the number of files, in the order of
    /// their hashes; `progress(done)` counts them.
    ///
    /// # Errors
    /// The first file whose bytes do not have its hash, or that does not belong here.
    pub fn verify(&self, progress: &mut dyn FnMut(u64)) -> Result<u64, Problem> {
        let mut files = 0;
        for folder in sorted_names(&self.folder)? {
            if folder.ends_with(UNFINISHED) {
                continue;
            }
            for path in sorted_names(&folder)? {
                let name = path.file_name().and_then(|name| name.to_str());
                let hash = name.and_then(EvidenceHash::parse);
                let Some(hash) = hash.filter(|hash| self.path(*hash) == path) else {
                    return Err(problems::evidence_stray(path.display()));
                };
                self.copy_to(hash, &mut std::io::sink())?;
                files += 1;
                progress(files);
            }
        }
        Ok(files)
    }

    /// Removes what a crash left half written, and gives the number of files. Only the ledger's
    /// writer may call it, and only while it is putting nothing.
    pub fn remove_unfinished(&self) -> Result<u64, Problem> {
        let mut files = 0;
        for path in sorted_names(&self.folder.join(UNFINISHED))? {
            fs::remove_file(&path).map_err(|error| of_io(&path, &error))?;
            files += 1;
        }
        Ok(files)
    }
}

/// A file that is removed unless it was moved away.
struct Temporary(PathBuf);

impl Temporary {
    fn write(&self, content: impl Read) -> Result<EvidenceHash, Problem> {
        let mut file = File::create_new(&self.0).map_err(|error| of_io(&self.0, &error))?;
        let (hash, _) = copy_hashing(content, &mut file, &self.0)?;
        file.sync_all().map_err(|error| of_io(&self.0, &error))?;
        Ok(hash)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the move there is nothing under this name; another failure leaves a file that
        // `remove_unfinished` finds.
        let _ = fs::remove_file(&self.0);
    }
}

/// Copies everything, at most [`EVIDENCE_BYTES_MAX`] bytes, and hashes it on the way.
fn copy_hashing(
    mut from: impl Read,
    to: &mut impl Write,
    path: &Path,
) -> Result<(EvidenceHash, u64), Problem> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut total = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return Ok((EvidenceHash(hasher.finalize().into()), total)),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(of_io(path, &error)),
        };
        total += read as u64;
        if total > EVIDENCE_BYTES_MAX {
            return Err(problems::evidence_too_large(EVIDENCE_BYTES_MAX));
        }
        // `read` never says more than the buffer holds.
        let bytes = chunk.get(..read).unwrap_or(&chunk);
        hasher.update(bytes);
        to.write_all(bytes).map_err(|error| of_io(path, &error))?;
    }
}

/// Makes a folder with its parents and flushes their names to the disk.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Problem> {
    if folder.is_dir() {
        return Ok(());
    }
    // The parent of a plain name is the folder in which we are.
    let parent = folder
        .parent()
        .map(|parent| match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        });
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => {}
        // Another process was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(of_io(folder, &error)),
    }
    parent.map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> Result<(), Problem> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| of_io(folder, &error))
}

/// The paths in a folder, in the order of their names; none when there is no folder.
fn sorted_names(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let failed = |error: std::io::Error| of_io(folder, &error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(problems::evidence_stray(folder.display()));
        }
        Err(error) => return Err(failed(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}
