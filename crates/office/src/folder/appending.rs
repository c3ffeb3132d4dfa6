//! How an office appends: commands become entries, one transaction each time, and the mirror is told.
//!
//! Read [`Office::append`] first. An import appends in another way: while a thread of its own tells the mirror
//! ([`Office::lend_mirror`], [`Untold`]), and ahead of the disk ([`Office::go_ahead`]).

use base::{Moment, Position, Problem};
use ledger::{EntryHead, NewEntry, NewFacts, Precondition, Salts, Submission};
use serde::Serialize;

use super::{Held, Office, now};
use crate::entry::{Kind, Private};
use crate::fold::fold;
use crate::mirror::{Mirror, Told};
use crate::problems;
use crate::relied::relied_on;
use crate::rows::RecordRow;
use crate::snapshots;

/// One entry on its way to the ledger.
#[derive(Debug, Clone)]
pub struct Command {
    /// Kind.
    pub kind: Kind,
    /// Facts, as JSON bytes.
    pub facts: NewFacts,
    /// Private part, as JSON bytes.
    pub private: Option<Vec<u8>>,
    /// The row that the columns get for it, where it is at hand, and the position of the programme by
    /// which it was made: it is then not read from the facts.
    pub(crate) row: Option<(Position, RecordRow)>,
}

impl Command {
    /// A command from its facts and private part; an empty private part is none.
    ///
    /// # Errors
    /// Only when the facts cannot be written as JSON, which no facts of [`crate::entry`] do.
    pub fn new<T: Serialize>(kind: Kind, facts: &T, private: &Private) -> Result<Command, Problem> {
        let facts = serde_json::to_vec(facts)
            .map_err(|error| problems::unreadable_state(kind.number(), error))?;
        Command::written(kind, facts, private)
    }

    /// Commits to its facts ahead of the append.
    ///
    /// # Errors
    /// The operating system has no randomness.
    pub(crate) fn commit(&mut self, salts: &mut Salts) -> Result<(), Problem> {
        let bytes = std::mem::take(&mut self.facts);
        self.facts = NewFacts::committed(bytes.into_bytes(), salts)?;
        Ok(())
    }

    /// A command whose facts are written already.
    pub(crate) fn written(
        kind: Kind,
        facts: Vec<u8>,
        private: &Private,
    ) -> Result<Command, Problem> {
        let write = |error: serde_json::Error| problems::unreadable_state(kind.number(), error);
        let private = if private.is_empty() {
            None
        } else {
            Some(serde_json::to_vec(private).map_err(write)?)
        };
        Ok(Command {
            kind,
            facts: facts.into(),
            private,
            row: None,
        })
    }
}

/// What was appended and the mirror does not know yet.
pub(crate) struct Untold {
    programme: Position,
    entries: Vec<UntoldEntry>,
    heads: Vec<EntryHead>,
}

struct UntoldEntry {
    kind: u16,
    /// Empty where there is the row.
    facts: Vec<u8>,
    row: Option<RecordRow>,
}

impl Untold {
    /// Tells the mirror.
    ///
    /// # Errors
    /// It cannot take an entry.
    pub(crate) fn tell(self, mirror: &mut Mirror) -> Result<(), Problem> {
        for (entry, head) in self.entries.into_iter().zip(&self.heads) {
            let told = Told {
                position: head.position,
                programme: self.programme,
                kind: entry.kind,
                facts: &entry.facts,
            };
            mirror.take_with(&told, entry.row)?;
        }
        Ok(())
    }
}
impl Office {
    /// Appends commands in one transaction and takes them into the mirror.
    ///
    /// Where others append too, nothing that the commands' entries write may have been written since
    /// this office last looked.
    ///
    /// # Errors
    /// A precondition does not hold any more (someone else was faster), or the ledger cannot be written.
    pub(crate) fn append(
        &mut self,
        commands: Vec<Command>,
        preconditions: &[Precondition],
    ) -> Result<Vec<EntryHead>, Problem> {
        let mut relied = preconditions.to_vec();
        if self.is_one_of_many() {
            relied.extend(relied_on(&self.state()?, &commands)?);
        }
        self.append_relying(commands, relied)
    }

    /// The same for commands of which is known already what they rely on.
    pub(crate) fn append_relying(
        &mut self,
        commands: Vec<Command>,
        preconditions: Vec<Precondition>,
    ) -> Result<Vec<EntryHead>, Problem> {
        let programme = self.mirror().programme_at();
        // What could not be taken into memory must not be written either.
        let coming = commands.iter().map(|command| {
            let row = command.row.as_ref().filter(|(by, _)| *by == programme);
            let facts: &[u8] = &command.facts;
            (command.kind.number(), facts, row.map(|(_, row)| row))
        });
        self.mirror().could_take(coming, self.is_one_of_many())?;
        let untold = self.append_untold(commands, preconditions, programme)?;
        // Not in the middle of an import: what ends it is soon there.
        let is_settled = untold.entries.last().is_none_or(|told| told.row.is_none());
        let heads = untold.heads.clone();
        let (Some(first), None) = (heads.first(), &self.house) else {
            return Ok(heads);
        };
        // What others appended before.
        self.catch_up_to(Position(first.position.0 - 1), &mut |_, _, _| ())?;
        if let Held::Own(mirror) = &mut self.mirror {
            untold.tell(mirror)?;
        }
        if self.ledger.is_shared() {
            // And after: the state that is read next has it.
            self.catch_up(&mut |_, _, _| ())?;
        }
        if is_settled {
            // It only saves time. What keeps it from being written is told when it matters: by the next
            // command that needs the disk.
            drop(self.save_snapshot_if_it_pays());
        }
        Ok(heads)
    }

    /// Appends, and leaves it to the caller to tell the mirror, see [`Office::lend_mirror`]. `programme` is
    /// the position of the one in force.
    pub(crate) fn append_untold(
        &mut self,
        commands: Vec<Command>,
        preconditions: Vec<Precondition>,
        programme: Position,
    ) -> Result<Untold, Problem> {
        let command_id = match self.command_id {
            Some(id) => id,
            None => new_command_id(now())?,
        };
        let mut entries = Vec::with_capacity(commands.len());
        let mut told = Vec::with_capacity(commands.len());
        for command in commands {
            let kind = command.kind.number();
            let row = command.row.filter(|(by, _)| *by == programme);
            let row = row.map(|(_, row)| row);
            // What comes with its row is not read again.
            let facts = match &row {
                Some(_) => Vec::new(),
                None => command.facts.to_vec(),
            };
            told.push(UntoldEntry { kind, facts, row });
            entries.push(NewEntry {
                kind,
                command_id,
                actor: self.actor,
                programme,
                facts: command.facts,
                private: command.private,
            });
        }
        let heads = self.write(entries, preconditions)?;
        self.command_id = None;
        self.appended += 1;
        Ok(Untold {
            programme,
            entries: told,
            heads,
        })
    }

    /// The mirror, for a thread that takes into it what [`Office::append_untold`] gave while this one appends;
    /// to be given back by [`Office::take_mirror_back`]. `None` where others append or read too.
    pub(crate) fn lend_mirror(&mut self) -> Option<Box<Mirror>> {
        if self.is_one_of_many() || !matches!(self.mirror, Held::Own(_)) {
            return None;
        }
        match std::mem::replace(&mut self.mirror, Held::Shared(None)) {
            Held::Own(mirror) => Some(mirror),
            Held::Shared(_) => None,
        }
    }

    /// From now on appends may return before they are durable, until [`Office::settle`], see
    /// [`Ledger::go_ahead`].
    pub(crate) fn go_ahead(&mut self) -> Result<bool, Problem> {
        self.ledger.go_ahead()
    }

    /// Waits until what was appended is durable.
    pub(crate) fn settle(&mut self) -> Result<(), Problem> {
        self.ledger.settle()
    }

    /// Takes back what was lent. One that was told of entries that then were not written is read anew.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn take_mirror_back(&mut self, mirror: Box<Mirror>) -> Result<(), Problem> {
        let is_true = (Position(1)..=self.ledger.head()?.size).contains(&mirror.position());
        self.mirror = Held::Own(mirror);
        if is_true {
            return Ok(());
        }
        self.mirror = Held::Own(Box::default());
        let (found, warnings) = snapshots::newest(&self.dir, &self.ledger, true)?;
        self.warnings.extend(warnings);
        self.mirror = Held::Own(Box::new(found.unwrap_or_default()));
        self.catch_up(&mut |_, _, _| ())
    }

    /// Writes entries, itself or through the queue of the house.
    fn write(
        &mut self,
        entries: Vec<NewEntry>,
        preconditions: Vec<Precondition>,
    ) -> Result<Vec<EntryHead>, Problem> {
        let Some(house) = self.house.clone() else {
            let written = self.ledger.append(now(), &preconditions, entries, fold);
            return written.map_err(Problem::from);
        };
        // The columns have to move while this one waits.
        self.mirror = Held::Shared(None);
        self.ledger.let_go();
        let written = house.appender.append(Submission {
            now: now(),
            preconditions,
            entries,
            fold: Box::new(fold),
        });
        // What is written is written, whatever becomes of the reads after it.
        let refreshed = self.refresh();
        let heads = written.map_err(Problem::from)?;
        drop(refreshed);
        Ok(heads)
    }
}

/// A new id of a command: the millisecond, then random (as UUID version 7 of RFC 9562), so that those of one
/// time stand together in the ledger's index.
fn new_command_id(now: Moment) -> Result<[u8; 16], Problem> {
    let mut id = [0_u8; 16];
    getrandom::fill(&mut id).map_err(problems::no_randomness)?;
    let [.., a, b, c, d, e, f] = (now.as_micros() / 1000).to_be_bytes();
    let [a_, b_, c_, d_, e_, f_, version, _, variant, ..] = &mut id;
    (*a_, *b_, *c_, *d_, *e_, *f_) = (a, b, c, d, e, f);
    *version = *version & 0x0f | 0x70;
    *variant = *variant & 0x3f | 0x80;
    Ok(id)
}
