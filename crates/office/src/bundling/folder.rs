//! A folder as a bundle's files: read for verifying, and written with the hash of every file.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use base::Problem;
use bundle::Files;
use bundle::manifest::{Manifest, is_file_name};
use sha2::{Digest, Sha256};

use super::problems;

/// The most files of a folder.
const FILES_MAX: usize = 10_000_000;

/// A folder that is read.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// The files below `dir`.
    pub fn at(dir: &Path) -> Folder {
        Folder {
            dir: dir.to_owned(),
        }
    }

    /// A file as the system knows it; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn file(&self, path: &str) -> Result<Option<File>, Problem> {
        if !is_file_name(path) {
            return Ok(None);
        }
        match File::open(self.dir.join(path)) {
            Ok(file) => Ok(Some(file)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(bundle::problems::cannot_read(path, error)),
        }
    }
}

impl Files for Folder {
    fn open(&self, path: &str) -> Result<Option<Box<dyn BufRead + '_>>, Problem> {
        let file = self.file(path)?;
        Ok(file.map(|file| Box::new(BufReader::with_capacity(1 << 16, file)) as Box<dyn BufRead>))
    }

    fn list(&self) -> Result<Vec<String>, Problem> {
        let mut found = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let failed = |error| bundle::problems::cannot_read(&folder, error);
            for entry in fs::read_dir(self.dir.join(&folder)).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let path = if folder.is_empty() {
                    name.into_owned()
                } else {
                    format!("{folder}/{name}")
                };
                if entry.file_type().map_err(failed)?.is_dir() {
                    folders.push(path);
                } else if found.len() == FILES_MAX {
                    return Err(problems::too_many_files(FILES_MAX));
                } else {
                    found.push(path);
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// A folder that is written: every file's hash goes into the manifest.
pub struct FolderOut {
    dir: PathBuf,
    manifest: Manifest,
}

impl FolderOut {
    /// Begins in a folder that is made.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn start(dir: &Path) -> Result<FolderOut, Problem> {
        fs::create_dir_all(dir).map_err(|error| problems::not_written(dir.display(), error))?;
        Ok(FolderOut {
            dir: dir.to_owned(),
            manifest: Manifest::new(),
        })
    }

    /// Writes a file whole.
    ///
    /// # Errors
    /// The name is none, or the disk refuses.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        let mut file = self.begin(path)?;
        file.write_all(bytes)
            .map_err(|error| problems::not_written(path, error))?;
        self.end(path, file)
    }

    /// Begins a file that is written piece by piece.
    ///
    /// # Errors
    /// The name is none, or the disk refuses.
    pub fn begin(&self, path: &str) -> Result<HashedFile, Problem> {
        if !is_file_name(path) {
            return Err(problems::not_a_file_name(path));
        }
        let whole = self.dir.join(path);
        let made = || -> io::Result<File> {
            if let Some(parent) = whole.parent() {
                fs::create_dir_all(parent)?;
            }
            File::create(&whole)
        };
        let file = made().map_err(|error| problems::not_written(path, error))?;
        Ok(HashedFile {
            file: BufWriter::with_capacity(1 << 16, file),
            hash: Sha256::new(),
        })
    }

    /// Ends a file and notes its hash.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn end(&mut self, path: &str, mut file: HashedFile) -> Result<(), Problem> {
        file.flush()
            .map_err(|error| problems::not_written(path, error))?;
        self.manifest.add(path, file.hash.finalize().into());
        Ok(())
    }

    /// What was written.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes a file that no manifest names.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put_beside(&self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        fs::write(self.dir.join(path), bytes).map_err(|error| problems::not_written(path, error))
    }
}

/// A file that is hashed as it is written.
pub struct HashedFile {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The hash of a file's content.
pub(crate) fn hash_of(mut file: impl BufRead) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(hash.finalize().into());
        }
        hash.update(bytes);
        let length = bytes.len();
        file.consume(length);
    }
}
