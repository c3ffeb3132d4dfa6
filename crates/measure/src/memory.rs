//! How many bytes the columns take.

use std::sync::Arc;

use crate::columns::Columns;

/// Bytes in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Of each table, by name.
    pub tables: Vec<TableMemory>,
    /// Of texts and their numbers.
    pub dictionaries: usize,
    /// Of what was said of subjects where a single version does not say it all.
    pub histories: usize,
}

/// Bytes of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMemory {
    /// Its name.
    pub table: Arc<str>,
    /// Rows that there ever were.
    pub rows: usize,
    /// Cells, positions, numbers and versions of them.
    pub bytes: usize,
}

impl Memory {
    /// All together.
    pub fn total(&self) -> usize {
        self.dictionaries
            + self.histories
            + self.tables.iter().map(|table| table.bytes).sum::<usize>()
    }
}

impl Columns {
    /// Bytes in memory, as allocated; what the allocator itself adds is not known here.
    pub fn memory(&self) -> Memory {
        let mut tables: Vec<TableMemory> = self
            .tables()
            .map(|(name, table)| TableMemory {
                table: name.clone(),
                rows: table.len(),
                bytes: table.bytes(),
            })
            .collect();
        tables.sort_by(|a, b| a.table.cmp(&b.table));
        Memory {
            tables,
            dictionaries: self.dictionaries().bytes(),
            histories: self.histories_bytes(),
        }
    }
}
