//! What the check of a file came to, kept until its rows are appended: in memory while it is little, else in
//! a file without a name in the data folder, which is gone with the process however that ends.
//!
//! The number of the import is not known yet when the facts are written; it is put in on the way back.

use std::io::{BufReader, BufWriter, Read as _, Seek as _, Write as _};
use std::path::Path;

use base::{Position, Problem};
use ledger::{Precondition, Space};
use tempfile::{SpooledTempFile, spooled_tempfile_in};

use super::intake::Outcome;
use super::problems;
use crate::entry::{Kind, Private};
use crate::folder::Command;
use crate::new_record::{NewRecord, with_import};

/// Bytes that are kept in memory.
const MEMORY_BYTES: usize = 32 << 20;

/// Rows on their way into the spill.
pub(super) struct Spill {
    file: BufWriter<SpooledTempFile>,
    entries: u64,
    row: Vec<u8>,
}

/// An accepted row on its way back.
pub(super) struct Spilled {
    pub command: Command,
    /// What it relies on, where others write too.
    pub relied: Vec<Precondition>,
}

/// Rows on their way back, in their order.
pub(super) struct Spills {
    file: BufReader<SpooledTempFile>,
    left: u64,
    import: u64,
    row: Vec<u8>,
}

impl Spill {
    /// An empty one, for a file that is imported into this data folder.
    pub(super) fn new(dir: &Path) -> Spill {
        Spill {
            file: BufWriter::with_capacity(1 << 18, spooled_tempfile_in(MEMORY_BYTES, dir)),
            entries: 0,
            row: Vec::new(),
        }
    }

    /// Keeps an accepted row.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn push(
        &mut self,
        record: &NewRecord,
        private: &Private,
        outcome: Outcome,
        relied: &[Precondition],
    ) -> Result<(), Problem> {
        let kind = match outcome {
            Outcome::Added => Kind::Record,
            Outcome::Revised(_) => Kind::Revise,
        };
        let row = &mut self.row;
        row.clear();
        row.extend(kind.number().to_le_bytes());
        // The lengths come first: of all facts, of those before the import's place, of the private part.
        row.extend([0; 12]);
        let before = row.len();
        let place = record.write(row) - before;
        let facts = row.len() - before;
        if !private.is_empty() {
            serde_json::to_writer(&mut *row, private)
                .map_err(|error| crate::problems::unreadable_state(kind.number(), error))?;
        }
        let private = row.len() - before - facts;
        for (to, length) in row[2..14].chunks_mut(4).zip([facts, place, private]) {
            let length = u32::try_from(length).map_err(problems::spill_failed)?;
            to.copy_from_slice(&length.to_le_bytes());
        }
        row.extend((relied.len() as u32).to_le_bytes());
        for one in relied {
            row.extend(one.space.0.to_le_bytes());
            row.extend(one.version.map_or(0, |version| version.0).to_le_bytes());
            row.extend((one.key.len() as u32).to_le_bytes());
            row.extend_from_slice(&one.key);
        }
        self.entries += 1;
        self.file.write_all(row).map_err(problems::spill_failed)
    }

    /// The rows again, as those of this import.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn read(self, import: u64) -> Result<Spills, Problem> {
        let file = self.file.into_inner();
        let mut file = file.map_err(|error| problems::spill_failed(error.error()))?;
        file.rewind().map_err(problems::spill_failed)?;
        Ok(Spills {
            file: BufReader::with_capacity(1 << 18, file),
            left: self.entries,
            import,
            row: Vec::new(),
        })
    }

    /// How many rows it keeps.
    pub(super) fn entries(&self) -> u64 {
        self.entries
    }
}

impl Spills {
    fn spilled(&mut self) -> std::io::Result<Spilled> {
        let kind = u16::from_le_bytes(self.bytes()?);
        let mut lengths = [0_usize; 3];
        for length in &mut lengths {
            *length = u32::from_le_bytes(self.bytes()?) as usize;
        }
        let [facts, place, private] = lengths;
        self.take(facts)?;
        let facts = with_import(&self.row, place, self.import);
        self.take(private)?;
        let private = (private > 0).then(|| self.row.clone());
        let mut relied = Vec::new();
        for _ in 0..u32::from_le_bytes(self.bytes()?) {
            let space = Space(u16::from_le_bytes(self.bytes()?));
            let version = u64::from_le_bytes(self.bytes()?);
            let key = u32::from_le_bytes(self.bytes()?) as usize;
            self.take(key)?;
            relied.push(Precondition {
                space,
                key: self.row.clone(),
                version: (version > 0).then_some(Position(version)),
            });
        }
        let kind = if kind == Kind::Revise.number() {
            Kind::Revise
        } else {
            Kind::Record
        };
        let command = Command {
            kind,
            facts: facts.into(),
            private,
            row: None,
        };
        Ok(Spilled { command, relied })
    }

    fn bytes<const N: usize>(&mut self) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads so many bytes into the row.
    fn take(&mut self, length: usize) -> std::io::Result<()> {
        self.row.resize(length, 0);
        self.file.read_exact(&mut self.row)
    }
}

impl Iterator for Spills {
    type Item = Result<Spilled, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let spilled = self.spilled();
        if spilled.is_err() {
            self.left = 0;
        }
        Some(spilled.map_err(problems::spill_failed))
    }
}
