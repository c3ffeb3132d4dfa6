//! Folding the write-ahead log into the database file on a thread of its own, so that no commit waits for
//! it: SQLite lets that go on beside a writer. What it does not come to, SQLite does itself, when the log
//! has become too long or the file is closed.

use rusqlite::{Connection, OpenFlags};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Bytes that a commit writes beside what it is given: pages of the head, of the tree, of indexes.
const COMMIT_BYTES: u64 = 5 * 4096;

/// A thread that does so when about as many bytes were committed as it is told. It begins when it is needed
/// first, and ends with this.
pub(crate) struct Checkpointer {
    path: PathBuf,
    every_bytes: u64,
    bytes: Cell<u64>,
    worker: RefCell<Option<Worker>>,
    /// Held while it works: two cannot at once.
    busy: Arc<Mutex<()>>,
}

struct Worker {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// One for the database at `path`.
    pub(crate) fn new(path: &Path, every_bytes: u64) -> Checkpointer {
        Checkpointer {
            path: path.to_owned(),
            every_bytes,
            bytes: Cell::new(0),
            worker: RefCell::new(None),
            busy: Arc::default(),
        }
    }

    /// Notes a commit of about so many bytes.
    pub(crate) fn committed(&self, bytes: u64) {
        self.bytes.set(self.bytes.get() + bytes + COMMIT_BYTES);
        if self.bytes.get() < self.every_bytes {
            return;
        }
        self.bytes.set(0);
        let mut worker = self.worker.borrow_mut();
        let worker = worker.get_or_insert_with(|| Worker::start(&self.path, &self.busy));
        if let Some(wake) = &worker.wake {
            // One that has been woken and has not begun does for this too.
            let _ = wake.try_send(());
        }
    }

    /// Keeps it from working as long as the guard lives.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    fn start(path: &Path, busy: &Arc<Mutex<()>>) -> Worker {
        let (wake, woken) = sync_channel(1);
        let (path, busy) = (path.to_owned(), busy.clone());
        Worker {
            wake: Some(wake),
            thread: Some(thread::spawn(move || work(&path, &busy, &woken))),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // What it panicked with it has told already.
            let _ = thread.join();
        }
    }
}

fn work(path: &Path, busy: &Mutex<()>, woken: &Receiver<()>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Without a connection the log grows until SQLite folds it in itself.
    let Ok(connection) = Connection::open_with_flags(path, flags) else {
        return;
    };
    while woken.recv().is_ok() {
        let _busy = busy.lock().unwrap_or_else(PoisonError::into_inner);
        // What fails here fails again, and is told, where it matters: in a commit.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
    }
}
