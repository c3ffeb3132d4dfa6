//! Which database holds the ledger of a data folder, and opening it.
//!
//! A folder with the file `ledger.sqlite` holds its ledger itself. One with the file
//! `ledger.postgres` names, in one line, the URL of the database that does; evidence and all else
//! stay in the folder.

use crate::problems;
use crate::sqlite::{DATABASE_FILE, SqliteStore};
use crate::store::{Meta, Store, StoredHead};
use base::Problem;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

#[cfg(feature = "postgres")]
use crate::{postgres::PostgresStore, postgres_url::PostgresUrl};

/// The file that names the database.
pub(crate) const POINTER_FILE: &str = "ledger.postgres";

/// Where a new ledger is to be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In a file of the data folder. One process writes.
    #[default]
    Sqlite,
    /// In a PostgreSQL database, by its URL: `postgresql://USER@HOST/DATABASE?schema=NAME`. The
    /// schema is made, and is the ledger's alone. Any number of processes write.
    Postgres(String),
}

impl Storage {
    /// Where the ledger of `dir` is; `None` when it has none.
    pub(crate) fn of(dir: &Path) -> Result<Option<Storage>, Problem> {
        if dir.join(DATABASE_FILE).exists() {
            return Ok(Some(Storage::Sqlite));
        }
        let path = dir.join(POINTER_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim_end().lines().collect::<Vec<_>>().as_slice() {
                [url] => Ok(Some(Storage::Postgres((*url).to_owned()))),
                _ => Err(problems::bad_pointer(path.display())),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(problems::bad_pointer(path.display()))
            }
            Err(error) => Err(problems::of_io(&path, &error)),
        }
    }

    /// Makes the tables of a new ledger. The caller holds the lock of `dir`.
    pub(crate) fn create(
        &self,
        dir: &Path,
        meta: &Meta,
        head: &StoredHead,
    ) -> Result<Box<dyn Store>, Problem> {
        // What a creation left behind that was cut short may be there; another ledger may not.
        if Storage::of(dir)?.is_some_and(|found| found != *self) {
            return Err(problems::ledger_exists(dir.display()));
        }
        match self {
            Storage::Sqlite => Ok(Box::new(SqliteStore::create(dir, meta, head)?)),
            #[cfg(feature = "postgres")]
            Storage::Postgres(url) => {
                let address = PostgresUrl::parse(url)?;
                // The folder first: a ledger that no folder names could not be found again.
                let was_named = dir.join(POINTER_FILE).exists();
                write_pointer(dir, url)?;
                match PostgresStore::create(address, meta, head) {
                    Ok(store) => Ok(Box::new(store)),
                    Err(problem) => {
                        if !was_named {
                            // It would name somebody else's ledger.
                            let path = dir.join(POINTER_FILE);
                            fs::remove_file(&path)
                                .map_err(|error| problems::of_io(&path, &error))?;
                        }
                        Err(problem)
                    }
                }
            }
            #[cfg(not(feature = "postgres"))]
            Storage::Postgres(_) => Err(problems::without_postgres(dir.display())),
        }
    }

    /// Opens the tables.
    pub(crate) fn open(&self, dir: &Path, is_read_only: bool) -> Result<Box<dyn Store>, Problem> {
        match self {
            Storage::Sqlite if is_read_only => Ok(Box::new(SqliteStore::open_read_only(dir)?)),
            Storage::Sqlite => Ok(Box::new(SqliteStore::open(dir)?)),
            #[cfg(feature = "postgres")]
            Storage::Postgres(url) => {
                let url = PostgresUrl::parse(url)?;
                Ok(Box::new(PostgresStore::open(url, is_read_only)?))
            }
            #[cfg(not(feature = "postgres"))]
            Storage::Postgres(_) => Err(problems::without_postgres(dir.display())),
        }
    }
}

/// Notes the URL, durably and for the owner's eyes: it may hold a password.
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
fn write_pointer(dir: &Path, url: &str) -> Result<(), Problem> {
    let path = dir.join(POINTER_FILE);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&path)?;
        writeln!(file, "{url}")?;
        file.sync_all()?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|error| problems::of_io(&path, &error))
}
