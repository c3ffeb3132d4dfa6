//! Checks and imports that go on in the background, whoever looks at them or not.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base::Problem;
use office::import::ImportReport;

/// Works whose outcome is kept; that of an older one is made again when somebody asks.
const KEPT_MAX: usize = 8;

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Check,
    Take,
}

/// One piece of work on a file.
pub(crate) struct Job {
    pub id: String,
    pub work: Work,
    done: AtomicU64,
    total: AtomicU64,
    outcome: Mutex<Option<Outcome>>,
}

pub(crate) type Outcome = Result<Arc<ImportReport>, Vec<Problem>>;

impl Job {
    /// Tells how far it is.
    pub fn tell(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// How far it is: rows, of how many (0: not known yet).
    pub fn told(&self) -> (u64, u64) {
        (
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
        )
    }

    /// What came of it, when it has ended.
    pub fn outcome(&self) -> Option<Outcome> {
        self.lock().clone()
    }

    pub fn end(&self, outcome: Outcome) {
        *self.lock() = Some(outcome);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Outcome>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The works of a site, by the file that waits.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<VecDeque<Arc<Job>>>);

impl Jobs {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work on a file.
    pub fn of(&self, id: &str) -> Option<Arc<Job>> {
        self.lock().iter().find(|job| job.id == id).cloned()
    }

    /// Forgets what came of the work on a file, so that it is done anew.
    pub fn forget(&self, id: &str) {
        self.lock().retain(|job| job.id != id);
    }

    /// A new work on a file; `None` when one goes on.
    pub fn begin(&self, id: &str, work: Work) -> Option<Arc<Job>> {
        let mut jobs = self.lock();
        let going_on = |job: &Arc<Job>| job.id == id && job.outcome().is_none();
        if jobs.iter().any(going_on) {
            return None;
        }
        jobs.retain(|job| job.id != id);
        while jobs.len() >= KEPT_MAX {
            let ended = jobs.iter().position(|job| job.outcome().is_some());
            match ended {
                Some(at) => drop(jobs.remove(at)),
                None => break,
            }
        }
        let job = Arc::new(Job {
            id: id.to_owned(),
            work,
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            outcome: Mutex::new(None),
        });
        jobs.push_back(job.clone());
        Some(job)
    }
}
