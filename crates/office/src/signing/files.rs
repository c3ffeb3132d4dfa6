//! The folder `keys/` of a data folder: private keys, the last signed checkpoint, known witnesses.
//!
//! None of it is a fact: it can be lost without losing a record. Private keys are readable by the
//! owner only, the rest by whoever may read the data folder. Every file is written beside and moved, so that a crash leaves the old or the new.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use base::Problem;
use bundle::checkpoint::CheckpointFault;
use bundle::{SignedCheckpoint, SignerKey, VerifierKey};

use super::problems;

/// The name of the folder.
pub const KEYS_FOLDER: &str = "keys";

/// The file in it with the last checkpoint that was signed.
pub const SIGNED_FILE: &str = "signed";

/// The file in it with the keys of witnesses, one a line.
const WITNESSES_FILE: &str = "witnesses";

/// Readable by the owner only.
const PRIVATE: u32 = 0o600;

/// Readable by all, as far as the folder is.
const PUBLIC: u32 = 0o644;

/// The most witnesses that are kept.
const WITNESSES_MAX: usize = 100;

/// The folder of keys of a data folder.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    dir: PathBuf,
}

/// One process at a time signs; it is let go when dropped.
#[derive(Debug)]
pub struct SigningLock {
    _file: File,
}

impl KeyFiles {
    /// Those of the data folder `dir`.
    pub fn at(dir: &Path) -> KeyFiles {
        KeyFiles {
            dir: dir.join(KEYS_FOLDER),
        }
    }

    /// Waits until no other process signs.
    ///
    /// # Errors
    /// The folder cannot be made or locked.
    pub fn lock(&self) -> Result<SigningLock, Problem> {
        self.make()?;
        let path = self.dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| problems::keys_not_written(path.display(), error))?;
        file.lock()
            .map_err(|error| problems::keys_not_written(path.display(), error))?;
        Ok(SigningLock { _file: file })
    }

    /// Makes a new private key of that name; it is durable when this returns.
    ///
    /// # Errors
    /// The system gives no randomness, the name can name no key, or the disk refuses.
    pub fn create(&self, name: &str) -> Result<SignerKey, Problem> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(crate::problems::no_randomness)?;
        let key = SignerKey::from_seed(name, seed).ok_or_else(|| problems::not_a_key_name(name))?;
        self.make()?;
        let path = self.private_path(&key.verifier());
        self.put(
            &path,
            format!("{}\n", key.to_secret_text()).as_bytes(),
            PRIVATE,
        )?;
        Ok(key)
    }

    /// The private half of a key; `None` when it is not here.
    ///
    /// # Errors
    /// The file is there and is not that key's.
    pub fn private(&self, key: &VerifierKey) -> Result<Option<SignerKey>, Problem> {
        let path = self.private_path(key);
        let Some(text) = read(&path)? else {
            return Ok(None);
        };
        SignerKey::parse(text.trim_end_matches('\n'))
            .filter(|found| found.verifier() == *key)
            .map(Some)
            .ok_or_else(|| problems::private_key_damaged(path.display()))
    }

    /// Removes the private half of a key that signs no more.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove(&self, key: &VerifierKey) -> Result<(), Problem> {
        let path = self.private_path(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(problems::keys_not_written(path.display(), error))
            }
            _ => Ok(()),
        }
    }

    /// Where the private half of a key lies.
    pub fn private_path(&self, key: &VerifierKey) -> PathBuf {
        self.dir.join(format!("{:08x}.skey", key.id()))
    }

    /// The last checkpoint that was signed here, and what is wrong with it if it is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn signed(&self) -> Result<Option<Result<SignedCheckpoint, CheckpointFault>>, Problem> {
        let text = read(&self.dir.join(SIGNED_FILE))?;
        Ok(text.map(|text| SignedCheckpoint::parse(text.as_bytes())))
    }

    /// Keeps a checkpoint as the last that was signed.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep_signed(&self, signed: &SignedCheckpoint) -> Result<(), Problem> {
        self.make()?;
        self.put(
            &self.dir.join(SIGNED_FILE),
            signed.to_string().as_bytes(),
            PUBLIC,
        )
    }

    /// The witnesses whose cosignatures were taken, in the order of their first.
    ///
    /// # Errors
    /// The file cannot be read, or has a line that is no key.
    pub fn witnesses(&self) -> Result<Vec<VerifierKey>, Problem> {
        let path = self.dir.join(WITNESSES_FILE);
        let text = read(&path)?.unwrap_or_default();
        let is_cut = !text.is_empty() && !text.ends_with('\n');
        let keys = text.lines().enumerate().map(|(number, line)| {
            VerifierKey::parse(line)
                .ok_or_else(|| problems::witnesses_damaged(path.display(), number + 1))
        });
        match keys.collect() {
            Ok(_) if is_cut => Err(problems::witnesses_damaged(
                path.display(),
                text.lines().count(),
            )),
            found => found,
        }
    }

    /// Keeps the key of a witness.
    ///
    /// # Errors
    /// There are too many, or the disk refuses.
    pub fn add_witness(&self, witness: &VerifierKey) -> Result<(), Problem> {
        let mut witnesses = self.witnesses()?;
        if witnesses.contains(witness) {
            return Ok(());
        }
        if witnesses.len() == WITNESSES_MAX {
            return Err(problems::too_many_witnesses(WITNESSES_MAX));
        }
        witnesses.push(witness.clone());
        let text: String = witnesses.iter().map(|key| format!("{key}\n")).collect();
        self.put(&self.dir.join(WITNESSES_FILE), text.as_bytes(), PUBLIC)
    }

    fn make(&self) -> Result<(), Problem> {
        match fs::create_dir(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(problems::keys_not_written(self.dir.display(), error))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file in one step.
    fn put(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), Problem> {
        let beside = path.with_extension("new");
        let written = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
            #[cfg(not(unix))]
            let _ = mode;
            let mut file = options.open(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            File::open(&self.dir)?.sync_all()
        };
        written().map_err(|error| problems::keys_not_written(path.display(), error))
    }
}

/// A file's text; `None` when there is none. What is no text stands in it as U+FFFD, which is in no key and no
/// note, so that whoever reads on finds it damaged.
fn read(path: &Path) -> Result<Option<String>, Problem> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problems::keys_not_read(path.display(), error)),
    }
}
