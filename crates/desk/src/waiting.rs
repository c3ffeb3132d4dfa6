//! Files that wait to be imported: in a folder beside the desk's file, never in memory only, so that
//! whoever reloads the page or comes back after lunch goes on where he was. Each has a folder of its own:
//! the file as it came, and what was said of it so far.
//!
//! What waits is not taken: throwing the folder away loses no record. It has a limit and an age.

use std::fs;
use std::io;
use std::path::PathBuf;

use base::{Moment, Problem};
use serde::{Deserialize, Serialize};

use crate::{Desk, problems};

/// The folder's name in a data folder.
pub const FOLDER: &str = "waiting";
/// Bytes that wait, of all together.
pub const BYTES_MAX: u64 = 8 << 30;
/// Files of one person.
pub const FILES_MAX: usize = 20;
/// Days after which a file is thrown away.
pub const DAYS_MAX: i64 = 14;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its name here: 32 signs nobody can guess.
    pub id: String,
    /// Whose it is.
    pub actor: u64,
    /// What it is to become: a record or subject type.
    pub of: String,
    /// The name under which it was handed in.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// When it came (microseconds since 1970).
    pub came: i64,
    /// What was said of it so far; known where it is used.
    pub plan: String,
}

impl Desk {
    fn waiting_folder(&self) -> PathBuf {
        self.path.with_file_name(FOLDER)
    }

    fn waiting_problem(&self, error: io::Error) -> Problem {
        problems::cannot_use(self.waiting_folder().display(), error)
    }

    /// Makes room for a file that comes; gives its name and where to write it. What is too old goes.
    ///
    /// # Errors
    /// Too much waits already, or the disk refuses.
    pub fn begin_waiting(&self, actor: u64, now: Moment) -> Result<(String, PathBuf), Problem> {
        let mut bytes = 0;
        let mut own = 0;
        for found in self.all_waiting()? {
            if found.came + DAYS_MAX * MICROS_A_DAY < now.as_micros() {
                self.remove_waiting(&found.id)?;
            } else {
                bytes += found.bytes;
                own += usize::from(found.actor == actor);
            }
        }
        if own >= FILES_MAX || bytes >= BYTES_MAX {
            return Err(problems::too_much_waits(FILES_MAX, BYTES_MAX >> 30));
        }
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).map_err(problems::no_randomness)?;
        let id = hex::encode(secret);
        let folder = self.waiting_folder().join(&id);
        fs::create_dir_all(&folder).map_err(|error| self.waiting_problem(error))?;
        Ok((id, folder.join("file")))
    }

    /// Saves what is known of a file that waits.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn save_waiting(&self, waiting: &Waiting) -> Result<(), Problem> {
        let folder = self.waiting_folder().join(&waiting.id);
        let write = || -> io::Result<()> {
            let bytes = serde_json::to_vec(waiting)?;
            // Whoever reads meanwhile reads the one or the other.
            let fresh = folder.join("about.new");
            fs::write(&fresh, bytes)?;
            fs::rename(fresh, folder.join("about.json"))
        };
        write().map_err(|error| self.waiting_problem(error))
    }

    /// A file that waits, when it is that person's.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn waiting(&self, actor: u64, id: &str) -> Result<Option<Waiting>, Problem> {
        let is_id = id.len() == 32 && id.bytes().all(|sign| sign.is_ascii_hexdigit());
        if !is_id {
            return Ok(None);
        }
        Ok(self.read_waiting(id)?.filter(|found| found.actor == actor))
    }

    /// Everything of that person that waits to become something, newest first.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn waiting_of(&self, actor: u64, of: &str) -> Result<Vec<Waiting>, Problem> {
        let mut found = self.all_waiting()?;
        found.retain(|waiting| waiting.actor == actor && waiting.of == of);
        found.sort_by_key(|waiting| std::cmp::Reverse(waiting.came));
        Ok(found)
    }

    /// Where the file itself is.
    pub fn waiting_file(&self, id: &str) -> PathBuf {
        self.waiting_folder().join(id).join("file")
    }

    /// Throws a file away.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove_waiting(&self, id: &str) -> Result<(), Problem> {
        match fs::remove_dir_all(self.waiting_folder().join(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.waiting_problem(error))
            }
            _ => Ok(()),
        }
    }

    fn read_waiting(&self, id: &str) -> Result<Option<Waiting>, Problem> {
        match fs::read(self.waiting_folder().join(id).join("about.json")) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.waiting_problem(error)),
        }
    }

    /// Everything that waits; a folder in which nothing was finished is told as empty and very old.
    fn all_waiting(&self) -> Result<Vec<Waiting>, Problem> {
        let folder = match fs::read_dir(self.waiting_folder()) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.waiting_problem(error)),
        };
        let mut found = Vec::new();
        for entry in folder.flatten() {
            let id = entry.file_name().to_string_lossy().into_owned();
            if let Some(waiting) = self.read_waiting(&id)? {
                found.push(waiting);
                continue;
            }
            // One that is coming now is young.
            let is_old = entry
                .metadata()
                .and_then(|about| about.modified())
                .ok()
                .and_then(|at| at.elapsed().ok())
                .is_some_and(|age| age.as_secs() > 86_400);
            if is_old {
                self.remove_waiting(&id)?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(desk: &Desk, actor: u64, day: i64) -> Waiting {
        let now = Moment::from_micros(day * MICROS_A_DAY).unwrap();
        let (id, path) = desk.begin_waiting(actor, now).unwrap();
        fs::write(path, b"a,b\n").unwrap();
        let waiting = Waiting {
            id,
            actor,
            of: "visit".to_owned(),
            name: "a.csv".to_owned(),
            bytes: 4,
            came: now.as_micros(),
            plan: String::new(),
        };
        desk.save_waiting(&waiting).unwrap();
        waiting
    }

    #[test]
    fn what_waits_is_its_owners_and_goes_when_it_is_old() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        let first = came(&desk, 1, 10);
        assert_eq!(desk.waiting(1, &first.id).unwrap().as_ref(), Some(&first));
        assert_eq!(desk.waiting(2, &first.id).unwrap(), None);
        assert_eq!(desk.waiting(1, "../desk.sqlite").unwrap(), None);
        assert_eq!(desk.waiting_of(1, "other").unwrap(), []);
        let second = came(&desk, 1, 10 + DAYS_MAX + 1);
        assert_eq!(desk.waiting_of(1, "visit").unwrap(), [second]);
        assert!(!desk.waiting_file(&first.id).exists());
    }

    #[test]
    fn a_person_has_so_many_at_most() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        for _ in 0..FILES_MAX {
            came(&desk, 1, 10);
        }
        let now = Moment::from_micros(10 * MICROS_A_DAY).unwrap();
        assert_eq!(desk.begin_waiting(1, now).unwrap_err().code, "K141");
        assert!(desk.begin_waiting(2, now).is_ok());
    }
}
