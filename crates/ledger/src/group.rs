//! One transaction for the requests of many: each is judged for itself, all are written together.
//!
//! A request that is refused disturbs no other: what it changed is taken back before the next one
//! is looked at. Read [`write`] from top to bottom; it is the only way that anything is written.

use crate::append::AppendError;
use crate::entry::{Entry, EntryHead, NewEntry, SaltedEntry};
use crate::ledger::Ledger;
use crate::merkle::SIZE_MAX;
use crate::problems;
use crate::salts::Salts;
use crate::state::{Change, Gap, Pending, Precondition, Space, StateView};
use crate::store::{Batch, StateSource, StoredHead, Wanted, Writing};
use crate::tree::Edge;
use base::{Moment, Position, Problem};
use std::collections::BTreeMap;

/// What an entry does to the state.
pub(crate) type Fold<'f> =
    &'f mut dyn FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>;

/// What one caller wants to append, all of it or none.
pub(crate) struct Request<'f> {
    pub(crate) now: Moment,
    pub(crate) preconditions: &'f [Precondition],
    pub(crate) entries: Vec<NewEntry>,
    pub(crate) fold: Fold<'f>,
}

/// What became of a request.
pub(crate) type Receipts = Result<Vec<EntryHead>, AppendError>;

/// What became of a group.
pub(crate) struct Written {
    /// For each request, in order.
    pub(crate) receipts: Vec<Receipts>,
    /// The entries of the accepted requests, durable now.
    pub(crate) entries: Vec<SaltedEntry>,
}

/// Writes the requests in one transaction; gives what became of each.
///
/// # Errors
/// The storage failed, and nothing of any of them was written.
pub(crate) fn write(ledger: &mut Ledger, requests: Vec<Request<'_>>) -> Result<Written, Problem> {
    let store = &*ledger.store;
    let Some(writer) = &mut ledger.writer else {
        return Err(problems::opened_for_reading());
    };
    let commands = commands_of(&requests);
    let keys: Vec<(Space, &[u8])> = requests
        .iter()
        .flat_map(|request| request.preconditions)
        .map(|precondition| (precondition.space, precondition.key.as_slice()))
        .collect();
    let (writing, begun) = Writing::begin(
        store,
        &Wanted {
            edge_size: writer.edge.size(),
            commands: &commands,
            keys: &keys,
        },
    )?;
    let head = begun.head;
    // The edge in memory falls behind when others append to the same ledger, and when a commit
    // ended in doubt.
    if writer.edge.head(head.last_time) != head && !writer.edge.follow(&begun.leaves, &head) {
        writer.edge = Edge::rebuild(store, &head)?;
    }
    let accepted = begun.accepted.into_iter().collect();
    let is_alone = requests.len() == 1;
    let mut group = Group::new(store, &mut writer.salts, accepted, &head, is_alone);
    let receipts: Vec<Receipts> = requests
        .into_iter()
        .map(|request| group.take(request))
        .collect();
    if group.entries.is_empty() {
        return Ok(Written {
            receipts,
            entries: Vec::new(),
        });
    }
    let mut edge = writer.edge.clone();
    let mut tiles = Vec::new();
    for receipt in receipts.iter().flatten().flatten() {
        edge.push(receipt.leaf_hash, &mut tiles);
    }
    writing.commit(&Batch {
        entries: &group.entries,
        commands: &group.claimed,
        tiles: &tiles,
        changes: &group.pending,
        head: &edge.head(group.last_time),
    })?;
    writer.edge = edge;
    Ok(Written {
        receipts,
        entries: group.entries,
    })
}

/// Every command of the requests once, by id: neighbours share a page.
fn commands_of(requests: &[Request<'_>]) -> Vec<[u8; 16]> {
    let entries = requests.iter().flat_map(|request| &request.entries);
    let mut commands: Vec<_> = entries.map(|entry| entry.command_id).collect();
    commands.sort_unstable();
    commands.dedup();
    commands
}

/// The requests that were accepted so far, on their way into one commit.
pub(crate) struct Group<'a> {
    source: &'a dyn StateSource,
    salts: &'a mut Salts,
    /// Commands that the ledger holds.
    accepted: BTreeMap<[u8; 16], Position>,
    /// Commands of the requests before.
    claimed: BTreeMap<[u8; 16], Position>,
    pending: Pending,
    gap: Gap,
    entries: Vec<SaltedEntry>,
    size: u64,
    last_time: Option<Moment>,
    /// Whether there is one request only, so that nothing need be taken back.
    is_alone: bool,
}

/// What a group came to.
pub(crate) struct Parts {
    pub(crate) entries: Vec<SaltedEntry>,
    pub(crate) claimed: BTreeMap<[u8; 16], Position>,
    pub(crate) pending: Pending,
    pub(crate) last_time: Option<Moment>,
}

impl<'a> Group<'a> {
    /// One upon the state of `source`, after `head`. `accepted` says which of its commands the ledger holds;
    /// `is_alone` that there is one request only.
    pub(crate) fn new(
        source: &'a dyn StateSource,
        salts: &'a mut Salts,
        accepted: BTreeMap<[u8; 16], Position>,
        head: &StoredHead,
        is_alone: bool,
    ) -> Group<'a> {
        Group {
            source,
            salts,
            accepted,
            claimed: BTreeMap::new(),
            pending: Pending::default(),
            gap: Gap::default(),
            entries: Vec::new(),
            size: head.size,
            last_time: head.last_time,
            is_alone,
        }
    }

    pub(crate) fn into_parts(self) -> Parts {
        Parts {
            entries: self.entries,
            claimed: self.claimed,
            pending: self.pending,
            last_time: self.last_time,
        }
    }
}

impl Group<'_> {
    pub(crate) fn take(&mut self, request: Request<'_>) -> Receipts {
        let entries_before = self.entries.len();
        if !self.is_alone {
            self.pending.mark();
        }
        let receipts = self.judge(request);
        if receipts.is_err() {
            self.pending.take_back(Position(self.size));
            self.entries.truncate(entries_before);
        }
        receipts
    }

    /// Judges a request; its changes are pending and its entries placed when it is accepted, and
    /// some of them may be when it is not.
    fn judge(&mut self, request: Request<'_>) -> Receipts {
        let Request {
            now,
            preconditions,
            entries,
            fold,
        } = request;
        if SIZE_MAX - self.size < entries.len() as u64 {
            let room = SIZE_MAX - self.size;
            return Err(problems::group_too_large(entries.len(), room).into());
        }
        self.refuse_duplicates(&entries)?;
        self.test(preconditions)?;
        let time = self.last_time.map_or(now, |last| last.max(now));
        let mut receipts = Vec::with_capacity(entries.len());
        let mut commands: Vec<([u8; 16], Position)> = Vec::new();
        for (before, new) in (self.size..).zip(entries) {
            let position = Position(before + 1);
            if commands.last().is_none_or(|(id, _)| *id != new.command_id) {
                commands.push((new.command_id, position));
            }
            let salted = SaltedEntry::place(new, position, time, self.salts)?;
            let changes = {
                let view = StateView::with_pending(self.source, &self.pending, Position(before));
                fold(&view.with_gap(&self.gap), &salted.entry)?
            };
            self.pending.apply(changes, position)?;
            receipts.push(EntryHead {
                position,
                time,
                leaf_hash: salted.entry.leaf_hash(),
            });
            self.entries.push(salted);
        }
        // From here on nothing can refuse it.
        if let Some(last) = receipts.last() {
            self.size = last.position.0;
            self.last_time = Some(last.time);
        }
        for (id, position) in commands {
            self.claimed.entry(id).or_insert(position);
        }
        Ok(receipts)
    }

    fn refuse_duplicates(&self, entries: &[NewEntry]) -> Result<(), AppendError> {
        let mut last = None;
        for entry in entries {
            // Entries of one command stand together as a rule.
            if last == Some(&entry.command_id) {
                continue;
            }
            last = Some(&entry.command_id);
            let known = self
                .accepted
                .get(&entry.command_id)
                .or_else(|| self.claimed.get(&entry.command_id));
            if let Some(position) = known {
                return Err(AppendError::Duplicate {
                    command_id: entry.command_id,
                    position: *position,
                });
            }
        }
        Ok(())
    }

    /// Tests preconditions against the state with the requests before.
    fn test(&self, preconditions: &[Precondition]) -> Result<(), AppendError> {
        for precondition in preconditions {
            let Precondition {
                space,
                key,
                version,
            } = precondition;
            let found = match self.pending.get(*space, key) {
                Some(slot) => slot.as_ref().map(|(version, _)| *version),
                None => {
                    let found = self.gap.get(self.source, *space, key)?;
                    found.map(|(version, _)| version)
                }
            };
            if found != *version {
                return Err(AppendError::Conflict {
                    precondition: precondition.clone(),
                    found,
                });
            }
        }
        Ok(())
    }
}
