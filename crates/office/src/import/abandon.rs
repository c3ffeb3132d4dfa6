//! Imports that were interrupted are given up; their rows never become visible.

use base::Problem;

use crate::entry::{ImportEndFacts, Kind, Private};
use crate::fold::row;
use crate::folder::{Command, Office};
use crate::spaces::{self, ImportRow, ImportStatus};

impl Office {
    /// Gives up every import that has begun and not ended; says how many. Called whenever a folder is
    /// opened for writing, and before each import.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn abandon_open_imports(&mut self) -> Result<u64, Problem> {
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
