//! One office for many threads: commands go through the ledger's queue, so that one flush serves
//! many; reads go on beside them, each with state and columns of one position.
//!
//! Read [`SharedOffice::command`] and [`SharedOffice::read`]. Inside them everything is an
//! [`Office`] as everywhere: no command knows whether it is alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base::{Position, Problem};
use ledger::{Appender, Committed, Ledger};
use parking_lot::{ArcRwLockReadGuard, ArcRwLockWriteGuard, RawRwLock, RwLock};

use crate::folder::{Access, Office, Progress};
use crate::import::{ImportOptions, ImportReport};
use crate::mirror::{Mirror, Told};
use crate::relied::Refusal;

/// Connections for reading that are kept for the next reader.
const READERS_KEPT_MAX: usize = 16;

/// A mirror that is read by many and does not move meanwhile.
pub(crate) type MirrorGuard = ArcRwLockReadGuard<RawRwLock, Mirror>;

/// An open data folder that many threads read and write: clone it for each.
///
/// On PostgreSQL other processes may write to the same ledger; what they append is seen by the next
/// read.
#[derive(Clone)]
pub struct SharedOffice {
    pub(crate) house: Arc<House>,
}

/// What all threads share.
pub(crate) struct House {
    dir: PathBuf,
    pub(crate) appender: Appender,
    mirror: Arc<RwLock<Mirror>>,
    readers: Mutex<Vec<Ledger>>,
    /// Pieces of work that one thread of this process does now.
    pub(crate) turns: Mutex<BTreeSet<u32>>,
}

impl SharedOffice {
    /// Opens a data folder for reading and writing by many threads.
    ///
    /// # Errors
    /// Those of [`Office::open`].
    pub fn open(dir: &Path, progress: Progress<'_>) -> Result<SharedOffice, Problem> {
        let (ledger, mirror) = Office::open(dir, Access::Write, progress)?.into_parts();
        let mirror = Arc::new(RwLock::new(mirror));
        let fed = mirror.clone();
        let appender = Appender::new(ledger, move |committed| {
            // While somebody reads the columns stay as they are; the next reader brings them up.
            if let Some(mut mirror) = fed.try_write() {
                feed(&mut mirror, committed);
            }
        });
        Ok(SharedOffice {
            house: Arc::new(House {
                dir: dir.to_owned(),
                appender,
                mirror,
                readers: Mutex::default(),
                turns: Mutex::default(),
            }),
        })
    }

    /// Reads. State and columns are of one position, which includes everything that was accepted
    /// before the call. While `work` goes on the columns cannot take what others append, and those
    /// who want to read it wait: take out what is needed and end.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn read<T>(&self, work: impl FnOnce(&Office) -> T) -> Result<T, Problem> {
        let office = self.enter()?;
        let done = work(&office);
        self.leave(office);
        Ok(done)
    }

    /// Gives a command as an actor. When others changed in the meantime what it was decided on, it
    /// is decided again, a few times; so `work` may be called more than once.
    ///
    /// `id` is the command's own id, so that a caller who did not hear the answer may give it again:
    /// it is then refused with the position where it was accepted (L206). `None` makes a new one.
    ///
    /// # Errors
    /// Those of the command.
    pub fn command<T, E: Refusal>(
        &self,
        actor: u64,
        id: Option<[u8; 16]>,
        work: impl FnMut(&mut Office) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut office = self.enter().map_err(E::of)?;
        office.set_acting(actor);
        office.set_command_id(id);
        let done = office.decide_again(work);
        self.leave(office);
        done
    }

    /// Checks a file as an actor's import would, and writes nothing. Others read and append meanwhile, however
    /// long it takes.
    ///
    /// # Errors
    /// Those of [`Office::import`].
    pub fn check_import(
        &self,
        actor: u64,
        type_name: &str,
        file_name: &str,
        bytes: &[u8],
        options: &ImportOptions,
        progress: Progress<'_>,
    ) -> Result<ImportReport, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let mut office = self.enter().map_err(one)?.without_columns();
        office.set_acting(actor);
        let options = ImportOptions {
            dry_run: true,
            ..options.clone()
        };
        let done = office.import(type_name, file_name, bytes, &options, progress);
        self.leave(office);
        done
    }

    /// An office for somebody who gives a command of the command line: it says itself who acts, and decides
    /// again as each of its commands does. While it is kept, others who want to read what is newer wait.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn office(&self) -> Result<Office, Problem> {
        self.enter()
    }

    fn enter(&self) -> Result<Office, Problem> {
        let kept = self.readers().pop();
        let ledger = match kept {
            Some(ledger) => ledger,
            None => Ledger::open_read_only(&self.house.dir)?,
        };
        let mut office = Office::of_house(&self.house.dir, ledger, self.house.clone());
        office.refresh()?;
        Ok(office)
    }

    fn leave(&self, office: Office) {
        let ledger = office.into_ledger();
        ledger.let_go();
        let mut readers = self.readers();
        if readers.len() < READERS_KEPT_MAX {
            readers.push(ledger);
        }
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<Ledger>> {
        self.house
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl House {
    /// The mirror at the position at which `ledger` is then held still: that of now.
    pub(crate) fn mirror_of(&self, ledger: &Ledger) -> Result<MirrorGuard, Problem> {
        let mirror = self.mirror.read_arc();
        ledger.hold_still()?;
        if ledger.head()?.size == mirror.position() {
            return Ok(mirror);
        }
        drop(mirror);
        let mut mirror = self.mirror.write_arc();
        // Whatever was appended while we waited for the others.
        ledger.hold_still()?;
        let head = ledger.head()?.size;
        for entry in ledger.entries(Position(mirror.position().0 + 1)..=head)? {
            mirror.take(&Told::from(&entry?))?;
        }
        Ok(ArcRwLockWriteGuard::downgrade(mirror))
    }
}

/// Takes what was committed, when nothing is missing before it. Where that fails, the next reader fails
/// at the same entry and tells why.
fn feed(mirror: &mut Mirror, committed: &Committed<'_>) {
    for entry in committed.entries() {
        let next = mirror.position().0 + 1;
        if entry.position.0 < next {
            continue;
        }
        if entry.position.0 > next || mirror.take(&Told::from(entry)).is_err() {
            return;
        }
    }
}
