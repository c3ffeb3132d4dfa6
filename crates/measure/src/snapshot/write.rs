//! Writing a snapshot, section by section.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::Arc;

use base::SubjectTypeId;
use xxhash_rust::xxh3::Xxh3;

use super::{
    END, ENDS, INDEX, TEXTS, checksum, column_name, segment_name, staged_name, table_name,
    texts_name,
};
use crate::cells::{Cells, Packed};
use crate::columns::StagedRows;
use crate::dictionary::{Dictionaries, Dictionary};
use crate::segment::Segment;
use crate::table::Table;
use crate::versions::{Entry, Histories};

/// Puts sections together and writes each when it is full.
pub(super) struct Writer<W> {
    out: W,
    bytes: Vec<u8>,
    all: Xxh3,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> Writer<W> {
        Writer {
            out,
            bytes: Vec::new(),
            all: Xxh3::new(),
        }
    }

    /// Ends a section.
    pub fn section(&mut self, name: &str) -> std::io::Result<()> {
        let sum = checksum(name, &self.bytes);
        self.all.update(&sum.to_le_bytes());
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(name.as_bytes())?;
        self.out
            .write_all(&(self.bytes.len() as u64).to_le_bytes())?;
        self.out.write_all(&sum.to_le_bytes())?;
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    pub fn end(&mut self) -> std::io::Result<()> {
        let all = self.all.digest();
        self.number(all);
        self.section(END)?;
        self.out.flush()
    }

    pub fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub fn numbers(&mut self, numbers: &[u64]) {
        self.number(numbers.len() as u64);
        self.raw(numbers, u64::to_le_bytes);
    }

    fn words(&mut self, words: &[u32]) {
        self.number(words.len() as u64);
        self.raw(words, u32::to_le_bytes);
    }

    fn raw<T: Copy, const N: usize>(&mut self, values: &[T], bytes: impl Fn(T) -> [u8; N]) {
        let start = self.bytes.len();
        self.bytes.resize(start + values.len() * N, 0);
        if let Some(slots) = self.bytes.get_mut(start..) {
            let (slots, _) = slots.as_chunks_mut::<N>();
            for (slot, value) in slots.iter_mut().zip(values) {
                *slot = bytes(*value);
            }
        }
    }

    fn cells(&mut self, cells: &Cells) {
        fn packed<W: Write, T>(writer: &mut Writer<W>, tag: u64, packed: &Packed<T>) {
            writer.number(tag);
            for number in [packed.base, packed.least, packed.greatest] {
                writer.number(number as u64);
            }
            writer.number(packed.codes.len() as u64);
        }
        match cells {
            Cells::Same { cell, rows } => {
                [0, *cell as u64, *rows as u64]
                    .into_iter()
                    .for_each(|number| self.number(number));
            }
            Cells::Byte(cells) => {
                packed(self, 1, cells);
                self.bytes.extend_from_slice(&cells.codes);
            }
            Cells::Short(cells) => {
                packed(self, 2, cells);
                self.raw(&cells.codes, u16::to_le_bytes);
            }
            Cells::Word(cells) => {
                packed(self, 4, cells);
                self.raw(&cells.codes, u32::to_le_bytes);
            }
            Cells::Wide(cells) => {
                self.number(8);
                self.number(cells.len() as u64);
                self.raw(cells, i64::to_le_bytes);
            }
            Cells::Runs {
                starts,
                cells,
                rows,
            } => {
                self.number(16);
                self.number(*rows as u64);
                self.words(starts);
                self.cells(cells);
            }
            Cells::Sparse {
                usual,
                at,
                cells,
                rows,
            } => {
                self.number(32);
                self.number(*rows as u64);
                self.number(*usual as u64);
                self.words(at);
                self.cells(cells);
            }
        }
    }

    /// Rows with what was hidden since.
    fn rows(
        &mut self,
        part: &str,
        data: &Segment,
        hidden: &BTreeMap<u32, u64>,
    ) -> std::io::Result<()> {
        let mut all: BTreeMap<u32, u64> = data
            .hidden_rows
            .iter()
            .copied()
            .zip(data.hidden_at.iter().copied())
            .collect();
        all.extend(hidden);
        let (rows, at): (Vec<u32>, Vec<u64>) = all.into_iter().unzip();
        self.number(data.rows as u64);
        self.number(data.columns.len() as u64);
        for cells in [&data.added, &data.ids, &data.from, &data.to] {
            self.cells(cells);
        }
        self.words(&rows);
        self.numbers(&at);
        self.section(part)?;
        for (place, column) in data.columns.iter().enumerate() {
            self.cells(column);
            self.section(&column_name(part, place))?;
        }
        Ok(())
    }

    pub fn table(&mut self, name: &str, table: &Table) -> std::io::Result<()> {
        let columns: Vec<&Arc<str>> = table
            .all_columns()
            .map(|(_, column)| &column.name)
            .collect();
        self.number(columns.len() as u64);
        for column in columns {
            self.text(column);
        }
        self.number(table.changed());
        self.number(table.sealed.len() as u64);
        let (first, next) = table.versions();
        self.words(first);
        self.words(next);
        self.section(&table_name(name))?;
        for (number, part) in table.parts().enumerate() {
            self.rows(&segment_name(name, number), &part.data, &part.hidden)?;
        }
        Ok(())
    }

    fn dictionary(&mut self, name: &str, dictionary: &Dictionary) -> std::io::Result<()> {
        self.number(dictionary.seed);
        self.text(&dictionary.text);
        self.section(name)?;
        self.numbers(&dictionary.ends);
        self.section(&format!("{name}{ENDS}"))?;
        self.words(&dictionary.index);
        self.section(&format!("{name}{INDEX}"))
    }

    pub fn dictionaries(&mut self, dictionaries: &Dictionaries) -> std::io::Result<()> {
        self.dictionary(TEXTS, &dictionaries.texts)?;
        self.dictionary(&texts_name("units"), &dictionaries.units)?;
        let mut subjects: Vec<_> = dictionaries.subjects.iter().collect();
        subjects.sort_by_key(|(subject_type, _)| (*subject_type).clone());
        self.number(dictionaries.sets.len() as u64);
        for set in &dictionaries.sets {
            let members: Vec<u32> = set.iter().map(|member| member.unsigned_abs()).collect();
            self.words(&members);
        }
        self.number(subjects.len() as u64);
        for (subject_type, _) in &subjects {
            self.text(subject_type.as_str());
        }
        self.section("sets")?;
        for (subject_type, dictionary) in subjects {
            self.dictionary(&texts_name(subject_type.as_str()), dictionary)?;
        }
        Ok(())
    }

    pub fn histories(
        &mut self,
        histories: &HashMap<SubjectTypeId, Histories>,
    ) -> std::io::Result<()> {
        let mut all: Vec<_> = histories.iter().collect();
        all.sort_by_key(|(subject_type, _)| (*subject_type).clone());
        self.number(all.len() as u64);
        for (subject_type, histories) in all {
            self.text(subject_type.as_str());
            let mut entries: Vec<(&i32, &Vec<Entry>)> = histories.entries.iter().collect();
            entries.sort_unstable_by_key(|(subject, _)| **subject);
            self.number(entries.len() as u64);
            for (subject, entries) in entries {
                self.number(u64::from(subject.unsigned_abs()));
                self.number(entries.len() as u64);
                for entry in entries {
                    self.number(i64::from(entry.from) as u64);
                    self.number(entry.column as u64);
                    self.number(entry.cell as u64);
                }
            }
        }
        self.section("histories")
    }

    pub fn staged(&mut self, staged: &HashMap<u64, Vec<StagedRows>>) -> std::io::Result<()> {
        let mut imports: Vec<_> = staged.iter().collect();
        imports.sort_by_key(|(import, _)| **import);
        self.number(imports.len() as u64);
        for (import, tables) in &imports {
            self.number(**import);
            self.number(tables.len() as u64);
            for (table, _) in *tables {
                self.text(table);
            }
        }
        self.section("staged")?;
        for (import, tables) in imports {
            for (table, rows) in tables {
                self.rows(&staged_name(*import, table), rows, &BTreeMap::new())?;
            }
        }
        Ok(())
    }
}
