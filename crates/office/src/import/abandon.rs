//! Imports that were interrupted are given up; their rows never become visible.

use std::thread;
use std::time::{Duration, Instant};

use base::Problem;

use crate::entry::{ImportEndFacts, Kind, Private};
use crate::fold::row;
use crate::folder::{Command, Office};
use crate::spaces::{self, ImportRow, ImportStatus};

/// The work that one writer does at a time: its rows are invisible until it ends, and whoever finds rows
/// of an import that nobody is at work on gives it up.
const IMPORTING: u32 = 1;

/// How long a second import waits for the first.
const WAIT: Duration = Duration::from_secs(10);

impl Office {
    /// Does the work of an import, when no other is under way.
    ///
    /// # Errors
    /// Another one is, and goes on; or those of the work.
    pub(crate) fn as_only_import<T>(
        &mut self,
        work: impl FnOnce(&mut Office) -> Result<T, Vec<Problem>>,
    ) -> Result<T, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let began = Instant::now();
        while !self.take_turn(IMPORTING).map_err(one)? {
            if began.elapsed() > WAIT {
                return Err(one(super::problems::import_under_way()));
            }
            thread::sleep(Duration::from_millis(100));
        }
        let done = self.refresh().map_err(one).and_then(|()| work(self));
        let left = self.leave_turn(IMPORTING).map_err(one);
        done.and_then(|done| left.map(|()| done))
    }

    /// Gives up every import that has begun and not ended; says how many. Called whenever a folder is
    /// opened for writing, and before each import. One that goes on in another process is left alone.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn abandon_open_imports(&mut self) -> Result<u64, Problem> {
        if !self.take_turn(IMPORTING)? {
            return Ok(0);
        }
        let abandoned = self.refresh().and_then(|()| self.abandon_all());
        self.leave_turn(IMPORTING)?;
        abandoned
    }

    /// The same for whoever has the turn.
    pub(super) fn abandon_all(&mut self) -> Result<u64, Problem> {
        let mut commands = Vec::new();
        for found in self.state()?.scan(spaces::IMPORT, &[]) {
            let found = found?;
            if row::<ImportRow>(spaces::IMPORT, &found.value)?.status == ImportStatus::Open {
                let import = found
                    .key
                    .as_slice()
                    .try_into()
                    .map_or(0, u64::from_be_bytes);
                let facts = ImportEndFacts {
                    import,
                    added: 0,
                    revised: 0,
                    unchanged: 0,
                    rejected: 0,
                };
                commands.push(Command::new(
                    Kind::ImportAbandon,
                    &facts,
                    &Private::default(),
                )?);
            }
        }
        let given_up = commands.len() as u64;
        if given_up > 0 {
            self.append(commands, &[])?;
        }
        Ok(given_up)
    }
}
