//! Appending ahead of the disk: while one group is written by a thread of its own, the next is folded.
//!
//! For long work whose entries count only when its last one does, as an import's: [`Ledger::go_ahead`] begins
//! it, [`Ledger::settle`] waits until all of it is durable. One group at a time is on its way; what it does to
//! the state is laid over the stored state, so that each fold sees what it would see without the haste.

use crate::append::{AppendError, check_limits};
use crate::entry::{EntryHead, SaltedEntry};
use crate::group::{Group, Request};
use crate::ledger::Ledger;
use crate::problems;
use crate::state::{KeyRange, Pending, Space, StateRow, StateScan};
use crate::store::{
    Batch, Next, PAGE_BYTES_ENOUGH, PAGE_ROWS_MAX, Page, Sought, StateSource, Store, StoredHead,
    Tile, Wanted, Writing,
};
use crate::tree::Edge;
use base::{Moment, Position, Problem};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// The thread that writes, and what it is at.
pub(crate) struct Ahead {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<Result<(), Problem>>>,
    in_flight: Option<InFlight>,
    last_time: Option<Moment>,
}

/// What was handed over last: it may be stored already, or not.
struct InFlight {
    changes: Arc<Pending>,
    commands: Arc<BTreeMap<[u8; 16], Position>>,
}

/// One group, to be written in one transaction.
struct Job {
    /// How the log must end before it.
    before: StoredHead,
    entries: Vec<SaltedEntry>,
    commands: Arc<BTreeMap<[u8; 16], Position>>,
    tiles: Vec<Tile>,
    changes: Arc<Pending>,
    head: StoredHead,
}

impl Ledger {
    /// From now on [`Ledger::append`] returns before its entries are durable, until [`Ledger::settle`]. False,
    /// and nothing changes, where others write too or the storage has no second way in. Readers see a
    /// group when it is durable, so nothing of them may be told to anybody before.
    ///
    /// # Errors
    /// The storage cannot be read or opened again.
    pub fn go_ahead(&mut self) -> Result<bool, Problem> {
        // One that goes on already, and may have failed.
        self.settle()?;
        // What is read must be what was written last.
        self.let_go();
        let Some(writer) = &mut self.writer else {
            return Err(problems::opened_for_reading());
        };
        let Some(store) = self.store.second_writer()? else {
            return Ok(false);
        };
        let head = self.store.head()?;
        if writer.edge.head(head.last_time) != head {
            writer.edge = Edge::rebuild(&*self.store, &head)?;
        }
        // Handed over hand to hand: who gives a group knows that the one before is stored.
        let (jobs, received) = sync_channel(0);
        self.ahead = Some(Ahead {
            jobs: Some(jobs),
            thread: Some(thread::spawn(move || work(&*store, &received))),
            in_flight: None,
            last_time: head.last_time,
        });
        Ok(true)
    }

    /// Waits until everything is durable that was appended since [`Ledger::go_ahead`]; from now on appends
    /// are so at once again. Where nobody went ahead there is nothing to wait for.
    ///
    /// # Errors
    /// A group could not be written, and none after it was: what was appended since is gone.
    pub fn settle(&mut self) -> Result<(), Problem> {
        let Some(mut ahead) = self.ahead.take() else {
            return Ok(());
        };
        let done = ahead.join();
        if let (Err(_), Some(writer)) = (&done, &mut self.writer) {
            // It knows of leaves that are not there.
            writer.edge = Edge::new();
        }
        done
    }

    /// An append whose entries are on their way when it returns.
    pub(crate) fn append_ahead(
        &mut self,
        request: Request<'_>,
    ) -> Result<Vec<EntryHead>, AppendError> {
        check_limits(&request.entries)?;
        let (Some(writer), Some(ahead)) = (&mut self.writer, &mut self.ahead) else {
            return Err(problems::opened_for_reading().into());
        };
        if request.entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut accepted = BTreeMap::new();
        let mut asked = None;
        for entry in &request.entries {
            // Entries of one command stand together as a rule.
            if asked.replace(entry.command_id) == Some(entry.command_id) {
                continue;
            }
            let in_flight = ahead.in_flight.as_ref();
            let known = in_flight.and_then(|group| group.commands.get(&entry.command_id).copied());
            let known = match known {
                Some(position) => Some(position),
                None => self.store.command(&entry.command_id)?,
            };
            accepted.extend(known.map(|position| (entry.command_id, position)));
        }
        let source = Overlaid {
            store: &*self.store,
            over: ahead.in_flight.as_ref().map(|group| &*group.changes),
        };
        let before = writer.edge.head(ahead.last_time);
        let mut group = Group::new(&source, &mut writer.salts, accepted, &before, true);
        let receipts = group.take(request)?;
        let written = group.into_parts();
        let mut edge = writer.edge.clone();
        let mut tiles = Vec::new();
        for receipt in &receipts {
            edge.push(receipt.leaf_hash, &mut tiles);
        }
        let in_flight = InFlight {
            changes: Arc::new(written.pending),
            commands: Arc::new(written.claimed),
        };
        let job = Job {
            head: edge.head(written.last_time),
            before,
            entries: written.entries,
            commands: in_flight.commands.clone(),
            tiles,
            changes: in_flight.changes.clone(),
        };
        let jobs = ahead.jobs.as_ref();
        if jobs.is_none_or(|jobs| jobs.send(job).is_err()) {
            // The thread has ended, with a problem or a panic; `settle` says so again.
            let problem = ahead.join().err();
            return Err(problem.unwrap_or_else(problems::appender_ended).into());
        }
        ahead.last_time = written.last_time;
        ahead.in_flight = Some(in_flight);
        writer.edge = edge;
        Ok(receipts)
    }
}

impl Ahead {
    /// Waits for the thread.
    fn join(&mut self) -> Result<(), Problem> {
        self.jobs = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(done)) => done,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            // It was told already that it failed.
            None => Err(problems::appender_ended()),
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Who drops it does not want to know.
            let _ = thread.join();
        }
    }
}

fn work(store: &dyn Store, jobs: &Receiver<Job>) -> Result<(), Problem> {
    for job in jobs {
        let wanted = Wanted {
            edge_size: job.before.size,
            ..Wanted::default()
        };
        let (writing, begun) = Writing::begin(store, &wanted)?;
        if begun.head != job.before {
            return Err(problems::head_differs("size"));
        }
        writing.commit(&Batch {
            entries: &job.entries,
            commands: &job.commands,
            tiles: &job.tiles,
            changes: &job.changes,
            head: &job.head,
        })?;
    }
    Ok(())
}

/// The stored state with the changes of a group upon it that may be stored already: it is the same either way.
struct Overlaid<'a> {
    store: &'a dyn StateSource,
    over: Option<&'a Pending>,
}

impl StateSource for Overlaid<'_> {
    fn state_get(&self, space: Space, key: &[u8]) -> Result<Option<(Position, Vec<u8>)>, Problem> {
        match self.over.and_then(|over| over.get(space, key)) {
            Some(slot) => Ok(slot.clone()),
            None => self.store.state_get(space, key),
        }
    }

    fn state_seek(&self, space: Space, key: &[u8]) -> Result<Sought, Problem> {
        let Some(over) = self.over else {
            return self.store.state_seek(space, key);
        };
        match over.get(space, key) {
            Some(Some((version, value))) => return Ok(Sought::Found(*version, value.clone())),
            // Removed, perhaps only here.
            Some(None) => {
                return Ok(Sought::Missing {
                    next: Next::Unknown,
                });
            }
            None => {}
        }
        let next = match self.store.state_seek(space, key)? {
            Sought::Missing { next } => next,
            found => return Ok(found),
        };
        let over_next = over.next_key(space, key);
        let next = match (next, over_next) {
            (Next::Key(stored), Some(over)) => Next::Key(stored.min(over.to_vec())),
            (Next::End, Some(over)) => Next::Key(over.to_vec()),
            (next, _) => next,
        };
        Ok(Sought::Missing { next })
    }

    fn state_page(
        &self,
        space: Space,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Page<StateRow>, Problem> {
        let range = KeyRange::from_to(from, to);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for row in StateScan::new(self.store, self.over, space, range, None) {
            let row = row?;
            bytes += row.key.len() + row.value.len();
            rows.push(row);
            if rows.len() >= PAGE_ROWS_MAX || bytes >= PAGE_BYTES_ENOUGH {
                return Ok(Page {
                    rows,
                    is_last: false,
                });
            }
        }
        Ok(Page {
            rows,
            is_last: true,
        })
    }
}
