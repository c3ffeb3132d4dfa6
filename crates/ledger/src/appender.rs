//! Many threads append, one flush serves many.
//!
//! Requests wait in a queue for one thread that owns the ledger. It takes all that have gathered
//! while the last group was flushed, judges each for itself, writes the accepted ones in one
//! transaction and answers everybody. Read [`Appender::append`] first.

use crate::append::{AppendError, GROUP_BYTES_MAX, GROUP_ENTRIES_MAX, check_limits};
use crate::entry::{Entry, EntryHead, NewEntry, SaltedEntry};
use crate::group::{self, Receipts, Request};
use crate::ledger::Ledger;
use crate::problems;
use crate::state::{Change, Precondition, StateView};
use base::{Moment, Problem};
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

/// The most requests that wait; one more is refused.
pub const QUEUE_REQUESTS_MAX: usize = 4096;

/// What the entries of a request do to the state, see [`Ledger::append`].
pub type BoxedFold = Box<dyn FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem> + Send>;

/// What one thread wants to append, all of it or none; its parts are those of [`Ledger::append`].
pub struct Submission {
    /// The time of its entries, unless the log is already later.
    pub now: Moment,
    /// What it relied on when it was decided.
    pub preconditions: Vec<Precondition>,
    /// What it adds.
    pub entries: Vec<NewEntry>,
    /// What that does to the state.
    pub fold: BoxedFold,
}

/// What was just made durable.
pub struct Committed<'a> {
    ledger: &'a Ledger,
    entries: &'a [SaltedEntry],
}

impl Committed<'_> {
    /// The ledger, for reading what others appended before.
    pub fn ledger(&self) -> &Ledger {
        self.ledger
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|salted| &salted.entry)
    }
}

/// A ledger that many threads append to: clone it for each.
///
/// ```
/// use base::{Moment, Position};
/// use ledger::{Appender, Ledger, Nature, NewEntry, Submission};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let ledger = Ledger::create(dir, "zhicheng.example.org/demo", Nature::Demonstration)?;
/// let appender = Appender::new(ledger, |_| ());
/// let submit = |number: u8| Submission {
///     now: Moment::MIN,
///     preconditions: Vec::new(),
///     entries: vec![NewEntry {
///         kind: 7,
///         command_id: [number; 16],
///         actor: 1,
///         programme: Position::EMPTY,
///         facts: vec![number].into(),
///         private: None,
///     }],
///     fold: Box::new(|_, _| Ok(Vec::new())),
/// };
/// std::thread::scope(|scope| {
///     for number in 0..8 {
///         let appender = appender.clone();
///         scope.spawn(move || appender.append(submit(number)).expect("nothing refuses it"));
///     }
/// });
/// let reader = Ledger::open_read_only(dir)?;
/// assert_eq!(reader.head()?.size, Position(8));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Appender {
    queue: Arc<Queue>,
    // Ends the thread with the last clone.
    _worker: Arc<Worker>,
}

impl Appender {
    /// Gives the ledger to a thread of its own. `observe` is told on that thread of each group,
    /// after it is durable and before those who appended it are; it must not append.
    pub fn new(ledger: Ledger, observe: impl FnMut(&Committed<'_>) + Send + 'static) -> Appender {
        let queue = Arc::new(Queue::default());
        let worker = {
            let queue = queue.clone();
            thread::spawn(move || work(ledger, &queue, observe))
        };
        Appender {
            _worker: Arc::new(Worker {
                queue: queue.clone(),
                thread: Some(worker),
            }),
            queue,
        }
    }

    /// Appends as [`Ledger::append`] does and waits for it: when it returns `Ok`, a power cut can
    /// take nothing of it away. Others that append at the same time share the flush; what is wrong
    /// with one of them concerns no other.
    ///
    /// A fold that panics does so in the thread that gave it.
    ///
    /// # Errors
    /// [`AppendError`]; then nothing was written. Too many may be waiting already
    /// ([`QUEUE_REQUESTS_MAX`]).
    pub fn append(&self, submission: Submission) -> Result<Vec<EntryHead>, AppendError> {
        let bytes = check_limits(&submission.entries)?;
        if submission.entries.is_empty() {
            return Ok(Vec::new());
        }
        let ticket = Arc::new(Ticket {
            outcome: Mutex::new(None),
            waiter: thread::current(),
        });
        self.queue.push(Waiting {
            submission,
            bytes,
            reply: Reply(Some(ticket.clone())),
        })?;
        loop {
            let outcome = locked(&ticket.outcome).take();
            match outcome {
                Some(Ok(receipts)) => return receipts,
                Some(Err(panic)) => resume_unwind(panic),
                None => thread::park(),
            }
        }
    }
}

/// What becomes of a request, or the panic of its fold.
type Outcome = Result<Receipts, Box<dyn Any + Send>>;

/// Where the answer to a request is put, and who waits for it.
struct Ticket {
    outcome: Mutex<Option<Outcome>>,
    waiter: Thread,
}

/// The duty to answer. Dropped without an answer, it says that there will be none.
struct Reply(Option<Arc<Ticket>>);

impl Reply {
    fn send(mut self, outcome: Outcome) {
        self.put(outcome);
    }

    fn put(&mut self, outcome: Outcome) {
        if let Some(ticket) = self.0.take() {
            *locked(&ticket.outcome) = Some(outcome);
            ticket.waiter.unpark();
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.put(Ok(Err(problems::appender_ended().into())));
    }
}

/// A request in the queue.
struct Waiting {
    submission: Submission,
    bytes: usize,
    reply: Reply,
}

/// What waits for the next group.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Gathered>,
    arrived: Condvar,
}

#[derive(Default)]
struct Gathered {
    requests: VecDeque<Waiting>,
    bytes: usize,
    /// With how many the thread is to be woken.
    wanted: usize,
    is_closed: bool,
}

/// The group before: how many requests it had, and how long it took.
#[derive(Clone, Copy, Default)]
struct Last {
    requests: usize,
    time: Duration,
}

/// How many of the group before are waited for.
const GATHERED_PERCENT: usize = 90;

/// For which part of the time that the group before took, at most.
const GATHERING_PART: u32 = 4;

/// And never longer.
const GATHERING_MAX: Duration = Duration::from_millis(2);

impl Queue {
    fn push(&self, waiting: Waiting) -> Result<(), Problem> {
        let mut gathered = locked(&self.waiting);
        if gathered.is_closed {
            return Err(problems::appender_ended());
        }
        if gathered.requests.len() >= QUEUE_REQUESTS_MAX
            || gathered.bytes + waiting.bytes > GROUP_BYTES_MAX
        {
            return Err(problems::queue_full(gathered.requests.len()));
        }
        gathered.bytes += waiting.bytes;
        gathered.requests.push_back(waiting);
        let are_enough = gathered.requests.len() >= gathered.wanted;
        drop(gathered);
        if are_enough {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for requests and takes as many as one group may have; `None` at the end.
    ///
    /// Those who were answered just now come back in a moment. When they were many it pays to wait for
    /// most of them, a part of the time that a group takes: else one flush would serve the first of
    /// them alone and the next all others.
    fn take(&self, last: Last) -> Option<Vec<Waiting>> {
        let mut gathered = locked(&self.waiting);
        gathered.wanted = last.requests * GATHERED_PERCENT / 100;
        let wait = (last.time / GATHERING_PART).min(GATHERING_MAX);
        let (mut gathered, _) = self
            .arrived
            .wait_timeout_while(gathered, wait, |gathered| {
                gathered.requests.len() < gathered.wanted && !gathered.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        gathered.wanted = 1;
        let mut gathered = self
            .arrived
            .wait_while(gathered, |gathered| {
                gathered.requests.is_empty() && !gathered.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let (mut entries, mut bytes) = (0, 0);
        // One request never has more than a group may.
        let fits = gathered.requests.iter().take_while(|waiting| {
            entries += waiting.submission.entries.len();
            bytes += waiting.bytes;
            entries <= GROUP_ENTRIES_MAX && bytes <= GROUP_BYTES_MAX
        });
        let count = fits.count();
        let taken: Vec<Waiting> = gathered.requests.drain(..count).collect();
        gathered.bytes -= taken.iter().map(|waiting| waiting.bytes).sum::<usize>();
        (!taken.is_empty()).then_some(taken)
    }

    fn close(&self) {
        locked(&self.waiting).is_closed = true;
        self.arrived.notify_all();
    }
}

/// The thread, which ends with its handle.
struct Worker {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // What it panicked with it has told already.
            let _ = thread.join();
        }
    }
}

/// Closes the queue when the thread ends, however it ends, so that nobody waits for nothing.
struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
        locked(&self.0.waiting).requests.clear();
    }
}

/// Writes group after group until the queue is closed and empty.
fn work(mut ledger: Ledger, queue: &Queue, mut observe: impl FnMut(&Committed<'_>)) {
    let _closing = Closing(queue);
    let mut last = Last::default();
    let mut answers = Answers::default();
    while let Some(group) = queue.take(last) {
        let begun = Instant::now();
        let count = group.len();
        let mut replies = Vec::with_capacity(group.len());
        let mut requests = Vec::with_capacity(group.len());
        for waiting in group {
            replies.push(waiting.reply);
            requests.push(Guarded::new(waiting.submission));
        }
        match write(&mut ledger, &mut requests) {
            Ok((receipts, entries)) => {
                if !entries.is_empty() {
                    observe(&Committed {
                        ledger: &ledger,
                        entries: &entries,
                    });
                }
                let outcomes = receipts.into_iter().zip(requests);
                let outcomes = outcomes.map(|(receipts, request)| match request.panic {
                    Some(panic) => Err(panic),
                    None => Ok(receipts),
                });
                answers.give(replies.into_iter().zip(outcomes).collect());
            }
            Err(problem) => {
                for reply in replies {
                    reply.send(Ok(Err(problem.clone().into())));
                }
            }
        }
        last = Last {
            requests: count,
            time: begun.elapsed(),
        };
    }
}

/// From how many on the answers are given by a thread of their own: waking many takes as long as a flush.
const ANSWERED_APART: usize = 8;

/// The thread that gives answers while the next group is written. It begins when it is needed first.
#[derive(Default)]
struct Answers {
    thread: Option<(Sender<Vec<Answer>>, JoinHandle<()>)>,
}

/// What becomes of a request, and who is to be told.
type Answer = (Reply, Outcome);

impl Answers {
    fn give(&mut self, answers: Vec<Answer>) {
        if answers.len() < ANSWERED_APART {
            return give(answers);
        }
        let (send, _) = self.thread.get_or_insert_with(|| {
            let (send, given) = channel();
            (
                send,
                thread::spawn(move || given.into_iter().for_each(give)),
            )
        });
        if let Err(unsent) = send.send(answers) {
            give(unsent.0);
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        if let Some((send, thread)) = self.thread.take() {
            drop(send);
            // What it panicked with it has told already.
            let _ = thread.join();
        }
    }
}

fn give(answers: Vec<Answer>) {
    for (reply, outcome) in answers {
        reply.send(outcome);
    }
}

/// A request whose fold may panic without harm to the others.
struct Guarded {
    now: Moment,
    preconditions: Vec<Precondition>,
    entries: Vec<NewEntry>,
    fold: BoxedFold,
    panic: Option<Box<dyn Any + Send>>,
}

impl Guarded {
    fn new(submission: Submission) -> Guarded {
        Guarded {
            now: submission.now,
            preconditions: submission.preconditions,
            entries: submission.entries,
            fold: submission.fold,
            panic: None,
        }
    }
}

fn write(
    ledger: &mut Ledger,
    requests: &mut [Guarded],
) -> Result<(Vec<Receipts>, Vec<SaltedEntry>), Problem> {
    let mut parts = Vec::with_capacity(requests.len());
    for request in requests {
        let Guarded {
            now,
            preconditions,
            entries,
            fold,
            panic,
        } = request;
        let guarded = move |state: &StateView<'_>, entry: &Entry| {
            // A panicking fold leaves nothing but itself half done: its changes are taken back.
            match catch_unwind(AssertUnwindSafe(|| fold(state, entry))) {
                Ok(changes) => changes,
                Err(payload) => {
                    *panic = Some(payload);
                    Err(problems::appender_ended())
                }
            }
        };
        parts.push((*now, &*preconditions, std::mem::take(entries), guarded));
    }
    let requests = parts
        .iter_mut()
        .map(|(now, preconditions, entries, fold)| Request {
            now: *now,
            preconditions,
            entries: std::mem::take(entries),
            fold,
        })
        .collect();
    let written = group::write(ledger, requests)?;
    Ok((written.receipts, written.entries))
}

/// A lock that another thread's panic does not spoil: what it guards is whole between two calls.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
