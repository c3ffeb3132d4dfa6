//! The columns saved and read again, so that a start does not go through the whole log.
//!
//! A file of sections: a name, a length, a checksum, bytes. Columns stand in it as they stand in
//! memory (little-endian), so reading parses nothing row by row. Programmes are not in it: whoever
//! reads gives them by position, and the tables must be the same. A flipped bit is found by the
//! checksum of its section, which the problem names; a file that ends early by its last section,
//! which is the checksum of all others.
//!
//! Layout of a section: length of the name (u16), name (UTF-8), length of the bytes (u64), xxh3-64
//! over name and bytes (u64), bytes. The first has the name `zhicheng columns 2`.
//!
//! Next: `write.rs`; `sections.rs`, which reads sections on several threads, each into the memory where
//! it stays; `read.rs`, which makes columns of them.

mod read;
mod sections;
mod write;

use std::io::{Read, Seek, Write};
use std::sync::Arc;

use base::{Position, Problem};
use programme::model::Programme;
use xxhash_rust::xxh3::Xxh3;

use crate::columns::{Columns, InForce};
use crate::problems;
use crate::table::Table;
use crate::tree::UnitTree;
use read::Reader;
use write::Writer;

/// Name of the first section: what the file is, and the version of its layout.
const HEAD: &str = "zhicheng columns 2";
const END: &str = "end";
/// No name is longer.
const NAME_BYTES_MAX: usize = 1024;

/// Texts of all kinds.
const TEXTS: &str = "texts";
/// Behind the name of a dictionary: where its texts end, and the index of their numbers.
const ENDS: &str = ", ends";
const INDEX: &str = ", index";
const COLUMN: &str = ", column ";
const SEGMENT: &str = ", segment ";
const STAGED: &str = "staged by ";

fn texts_name(of: &str) -> String {
    format!("{TEXTS} of {of}")
}

fn table_name(table: &str) -> String {
    format!("table {table}")
}

fn segment_name(table: &str, number: usize) -> String {
    format!("table {table}{SEGMENT}{number}")
}

fn column_name(part: &str, place: usize) -> String {
    format!("{part}{COLUMN}{place}")
}

fn staged_name(import: u64, table: &str) -> String {
    format!("{STAGED}{import}, table {table}")
}

fn checksum(name: &str, bytes: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(name.as_bytes());
    hash.update(bytes);
    hash.digest()
}

impl Columns {
    /// Writes everything but the programmes.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write_snapshot(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = Writer::new(out);
        writer.number(self.head().0);
        let positions: Vec<u64> = self.programmes().iter().map(|found| found.at.0).collect();
        writer.numbers(&positions);
        writer.section(HEAD)?;
        writer.dictionaries(self.dictionaries())?;
        let mut tables: Vec<(&Arc<str>, &Table)> = self.tables().collect();
        tables.sort_by_key(|(name, _)| (*name).clone());
        writer.number(tables.len() as u64);
        for (name, _) in &tables {
            writer.text(name);
        }
        writer.section("tables")?;
        for (name, table) in tables {
            writer.table(name, table)?;
        }
        writer.histories(self.histories())?;
        writer.staged(self.staged())?;
        writer.end()
    }

    /// Reads what [`Columns::write_snapshot`] wrote. `open` gives it from its first byte on, to each thread
    /// for itself; `programme` gives the programme that came into force at a position.
    ///
    /// # Errors
    /// M401: no snapshot, or one of another version. M402: damaged, with the name of the part. M403: the
    /// programmes are not those of the snapshot. M404: reading failed. Those of `programme`.
    pub fn read_snapshot<R: Read + Seek + Send>(
        open: impl Fn() -> std::io::Result<R> + Sync,
        mut programme: impl FnMut(Position) -> Result<Arc<Programme>, Problem>,
    ) -> Result<Columns, Problem> {
        let mut reader = Reader::new(sections::read(open)?);
        reader.next(HEAD)?;
        let head = Position(reader.number()?);
        let positions = reader.numbers()?;
        let dictionaries = reader.dictionaries()?;
        let mut columns = Columns::new();
        let mut in_force = Vec::with_capacity(positions.len());
        for at in positions.into_iter().map(Position) {
            let programme = programme(at)?;
            columns.adopt(&programme);
            let tree = UnitTree::new(&programme.units, dictionaries.units());
            in_force.push(InForce {
                at,
                programme,
                tree,
            });
        }
        reader.next("tables")?;
        let count = reader.number()?;
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(reader.text()?);
        }
        let known: Vec<&str> = columns.tables().map(|(name, _)| &**name).collect();
        if known.len() != names.len() || !names.iter().all(|name| known.contains(&&**name)) {
            return Err(problems::other_programmes("tables"));
        }
        for name in names {
            let Some(table) = columns.table_mut(&name) else {
                return Err(problems::other_programmes(&name));
            };
            reader.table(&name, table)?;
        }
        let histories = reader.histories()?;
        let staged = reader.staged()?;
        reader.end()?;
        columns.restore(head, dictionaries, in_force, histories, staged);
        Ok(columns)
    }
}
