//! Adding to the ledger: preconditions, entries, their fold, the tree and the state, all in one
//! transaction or not at all.
//!
//! Read [`Ledger::append`] first: it appends for one caller. For many threads there is
//! [`Appender`](crate::Appender). Both end in `group.rs`.

use crate::entry::{Entry, EntryHead, NewEntry};
use crate::group::{self, Request};
use crate::ledger::Ledger;
use crate::problems::{self, hex, show_key};
use crate::state::{Change, Precondition, StateView};
use base::{Moment, Position, Problem};
use std::fmt;

/// The most entries of one append.
pub const GROUP_ENTRIES_MAX: usize = 100_000;

/// The longest part of an entry, in bytes: 64 MiB.
pub const PART_BYTES_MAX: usize = 64 << 20;

/// The most bytes of all parts of one append: 512 MiB.
pub const GROUP_BYTES_MAX: usize = 512 << 20;

/// Why an append wrote nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// A precondition failed: what the command read has changed since.
    Conflict {
        /// The precondition, with the version that the command expected.
        precondition: Precondition,
        /// The version that the key has; `None` when it does not exist.
        found: Option<Position>,
    },
    /// The command was accepted before.
    Duplicate {
        /// The command.
        command_id: [u8; 16],
        /// Where it was accepted: the first of its entries.
        position: Position,
    },
    /// The fold refused an entry, a limit was exceeded, or the storage failed.
    Problem(Problem),
}

impl From<Problem> for AppendError {
    fn from(problem: Problem) -> AppendError {
        AppendError::Problem(problem)
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Problem {
        match error {
            AppendError::Conflict {
                precondition,
                found,
            } => problems::conflict(
                precondition.space.0,
                show_key(&precondition.key),
                precondition.version.unwrap_or(Position::EMPTY),
                found.unwrap_or(Position::EMPTY),
            ),
            AppendError::Duplicate {
                command_id,
                position,
            } => problems::duplicate(hex(&command_id), position),
            AppendError::Problem(problem) => problem,
        }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Problem::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for AppendError {}

impl Ledger {
    /// Adds a group of entries: all of them, durably, or none.
    ///
    /// In one transaction it refuses commands that were accepted before, tests the preconditions
    /// against the state as it was before the group, gives each entry its position and time,
    /// calls `fold` for each with the state that includes the entries before it, and writes
    /// entries, tree and state. When it returns `Ok`, a power cut can take nothing of it away.
    ///
    /// `now` is the time of all entries of the group, unless the log is already later: then it is
    /// the time of its last entry. `fold` must depend on nothing but what it is given, or a replay
    /// will differ.
    ///
    /// Entries of one group may share a command id; a later append that brings the id again gets
    /// [`AppendError::Duplicate`] with the position of the first. This is asked before the
    /// preconditions, so a repeated command learns that it was accepted and not that it conflicts
    /// with itself. A group without entries writes nothing and tests nothing.
    ///
    /// # Errors
    /// [`AppendError`]; then nothing was written.
    pub fn append<F>(
        &mut self,
        now: Moment,
        preconditions: &[Precondition],
        entries: Vec<NewEntry>,
        mut fold: F,
    ) -> Result<Vec<EntryHead>, AppendError>
    where
        F: FnMut(&StateView<'_>, &Entry) -> Result<Vec<Change>, Problem>,
    {
        if self.writer.is_none() {
            return Err(problems::opened_for_reading().into());
        }
        check_limits(&entries)?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request {
            now,
            preconditions,
            entries,
            fold: &mut fold,
        };
        if self.ahead.is_some() {
            return self.append_ahead(request);
        }
        let mut written = self.released(|ledger| group::write(ledger, vec![request]))?;
        // One request, one answer.
        written.receipts.pop().unwrap_or_else(|| Ok(Vec::new()))
    }
}

/// Refuses what is beyond a limit; gives the bytes of all parts.
pub(crate) fn check_limits(entries: &[NewEntry]) -> Result<usize, Problem> {
    if entries.len() > GROUP_ENTRIES_MAX {
        return Err(problems::group_too_large(entries.len(), GROUP_ENTRIES_MAX));
    }
    let parts = || {
        let private = |entry: &NewEntry| entry.private.as_ref().map_or(0, Vec::len);
        let lengths = entries.iter().map(move |e| [e.facts.len(), private(e)]);
        lengths.flatten()
    };
    let longest = parts().max().unwrap_or(0);
    if longest > PART_BYTES_MAX {
        return Err(problems::part_too_large(longest, PART_BYTES_MAX));
    }
    // At most GROUP_ENTRIES_MAX × 2 × PART_BYTES_MAX, which fits 64 bits.
    let total = parts().sum::<usize>();
    if total > GROUP_BYTES_MAX {
        return Err(problems::group_too_heavy(total, GROUP_BYTES_MAX));
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Nature;
    use crate::sqlite::SqliteStore;
    use crate::tree::Edge;

    fn entries(count: u8) -> Vec<NewEntry> {
        let entry = |number| NewEntry {
            kind: 1,
            command_id: [number; 16],
            actor: 1,
            programme: Position::EMPTY,
            facts: vec![number; 1000].into(),
            private: None,
        };
        (0..count).map(entry).collect()
    }

    fn fold(_: &StateView<'_>, _: &Entry) -> Result<Vec<Change>, Problem> {
        Ok(Vec::new())
    }

    fn now() -> Moment {
        Moment::parse("2018-03-05T01:02:03Z").unwrap()
    }

    #[test]
    fn a_full_disk_keeps_nothing_and_is_gone_when_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(dir.path(), "o", Nature::Real).unwrap();
        let limit_pages = |ledger: &mut Ledger, pages: u32| {
            let store = SqliteStore::open(dir.path()).unwrap();
            store.limit_pages(pages);
            ledger.store = Box::new(store);
        };
        limit_pages(&mut ledger, 30);
        let refused = ledger.append(now(), &[], entries(100), fold).unwrap_err();
        assert_eq!(Problem::from(refused).code, "L107");
        assert_eq!(ledger.head().unwrap().size, Position(0));
        limit_pages(&mut ledger, 1000);
        ledger.append(now(), &[], entries(100), fold).unwrap();
        assert_eq!(ledger.verify(&mut |_, _| (), fold).unwrap().size.0, 100);
    }

    #[test]
    fn an_edge_that_fell_behind_the_file_is_rebuilt() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(dir.path(), "o", Nature::Real).unwrap();
        ledger.append(now(), &[], entries(100), fold).unwrap();
        // As after a commit that reached the disk although its answer was an error.
        ledger.writer.as_mut().unwrap().edge = Edge::new();
        let mut more = entries(103);
        more.drain(..100);
        let receipts = ledger.append(now(), &[], more, fold).unwrap();
        assert_eq!(receipts[0].position, Position(101));
        assert_eq!(ledger.verify(&mut |_, _| (), fold).unwrap().size.0, 103);
    }

    #[test]
    fn a_ledger_can_move_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Ledger>();
    }
}
