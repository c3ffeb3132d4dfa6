//! The columns saved and read again, so that a start does not go through the whole log.
//!
//! A file of sections: a name, a length, a checksum, bytes. Columns stand in it as they stand in
//! memory (little-endian), so reading parses nothing row by row. Programmes are not in it: whoever
//! reads gives them by position, and the tables must be the same. A flipped bit is found by the
//! checksum of its section, which the problem names; a file that ends early by its last section,
//! which is the checksum of all others.
//!
//! Layout of a section: length of the name (u16), name (UTF-8), length of the bytes (u64), xxh3-64
//! over name and bytes (u64), bytes. The first has the name `zhicheng columns 1`.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use base::{Position, Problem, SubjectTypeId};
use programme::model::Programme;
use xxhash_rust::xxh3::Xxh3;

use crate::cells::{Cells, Packed};
use crate::columns::{Columns, InForce, StagedRows};
use crate::dictionary::{Dictionaries, Dictionary};
use crate::problems;
use crate::segment::{Part, Segment};
use crate::table::Table;
use crate::tree::UnitTree;
use crate::versions::{Entry, Histories};

/// Name of the first section: what the file is, and the version of its layout.
const HEAD: &str = "zhicheng columns 1";
const END: &str = "end";
/// No name is longer.
const NAME_BYTES_MAX: usize = 1024;

impl Columns {
    /// Writes everything but the programmes.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write_snapshot(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = Writer {
            out,
            bytes: Vec::new(),
            all: Xxh3::new(),
        };
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

    /// Reads what [`Columns::write_snapshot`] wrote; `programme` gives the programme that came into
    /// force at a position.
    ///
    /// # Errors
    /// M401: no snapshot, or one of another version. M402: damaged, with the name of the part. M403: the
    /// programmes are not those of the snapshot. M404: reading failed. Those of `programme`.
    pub fn read_snapshot(
        input: impl Read,
        mut programme: impl FnMut(Position) -> Result<Arc<Programme>, Problem>,
    ) -> Result<Columns, Problem> {
        let mut reader = Reader {
            input,
            name: String::new(),
            bytes: Vec::new(),
            at: 0,
            all: Xxh3::new(),
        };
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

struct Writer<W> {
    out: W,
    bytes: Vec<u8>,
    all: Xxh3,
}

fn checksum(name: &str, bytes: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(name.as_bytes());
    hash.update(bytes);
    hash.digest()
}

impl<W: Write> Writer<W> {
    /// Ends a section.
    fn section(&mut self, name: &str) -> std::io::Result<()> {
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

    fn end(&mut self) -> std::io::Result<()> {
        let all = self.all.digest();
        self.number(all);
        self.section(END)?;
        self.out.flush()
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn numbers(&mut self, numbers: &[u64]) {
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
            self.section(&format!("{part}, column {place}"))?;
        }
        Ok(())
    }

    fn table(&mut self, name: &str, table: &Table) -> std::io::Result<()> {
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
        self.section(&format!("table {name}"))?;
        for (number, part) in table.parts().enumerate() {
            let part_name = format!("table {name}, segment {number}");
            self.rows(&part_name, &part.data, &part.hidden)?;
        }
        Ok(())
    }

    fn dictionary(&mut self, name: &str, dictionary: &Dictionary) -> std::io::Result<()> {
        self.number(dictionary.seed);
        self.text(&dictionary.text);
        self.numbers(&dictionary.ends);
        self.words(&dictionary.index);
        self.section(name)
    }

    fn dictionaries(&mut self, dictionaries: &Dictionaries) -> std::io::Result<()> {
        self.dictionary("texts", &dictionaries.texts)?;
        self.dictionary("texts of units", &dictionaries.units)?;
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
            self.dictionary(&format!("texts of {subject_type}"), dictionary)?;
        }
        Ok(())
    }

    fn histories(&mut self, histories: &HashMap<SubjectTypeId, Histories>) -> std::io::Result<()> {
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

    fn staged(&mut self, staged: &HashMap<u64, Vec<StagedRows>>) -> std::io::Result<()> {
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
                let name = format!("staged by {import}, table {table}");
                self.rows(&name, rows, &BTreeMap::new())?;
            }
        }
        Ok(())
    }
}

struct Reader<R> {
    input: R,
    /// The section at hand.
    name: String,
    bytes: Vec<u8>,
    at: usize,
    all: Xxh3,
}

impl<R: Read> Reader<R> {
    /// Goes on to the next section, which must have this name, and checks it.
    fn next(&mut self, name: &str) -> Result<(), Problem> {
        if self.at != self.bytes.len() {
            return Err(self.damaged());
        }
        let is_first = self.name.is_empty();
        self.name = name.to_owned();
        let wrong = || {
            if is_first {
                problems::no_snapshot()
            } else {
                problems::damaged_snapshot(name)
            }
        };
        let length = usize::from(u16::from_le_bytes(self.take()?));
        if length != name.len() || length > NAME_BYTES_MAX {
            return Err(wrong());
        }
        let mut found = vec![0; length];
        self.fill(&mut found)?;
        if found != name.as_bytes() {
            return Err(wrong());
        }
        let length = u64::from_le_bytes(self.take()?);
        let sum = u64::from_le_bytes(self.take()?);
        self.at = 0;
        self.bytes.clear();
        // A wrong length meets the end of the file; nothing is allocated for what is not there.
        let read = (&mut self.input).take(length).read_to_end(&mut self.bytes);
        read.map_err(|error| problems::snapshot_not_read(&self.name, error))?;
        if self.bytes.len() as u64 != length || checksum(name, &self.bytes) != sum {
            return Err(self.damaged());
        }
        self.all.update(&sum.to_le_bytes());
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let all = self.all.digest();
        self.next(END)?;
        let mut more = [0];
        let rest = self.input.read(&mut more);
        let rest = rest.map_err(|error| problems::snapshot_not_read(END, error))?;
        if self.number()? != all || rest != 0 {
            return Err(self.damaged());
        }
        Ok(())
    }

    fn damaged(&self) -> Problem {
        problems::damaged_snapshot(&self.name)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Problem> {
        self.input.read_exact(bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                problems::damaged_snapshot(&self.name)
            } else {
                problems::snapshot_not_read(&self.name, error)
            }
        })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next bytes of the section.
    fn some(&mut self, count: usize) -> Result<&[u8], Problem> {
        let end = self.at.checked_add(count);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        match found {
            Some(found) => {
                self.at += count;
                Ok(found)
            }
            None => Err(problems::damaged_snapshot(&self.name)),
        }
    }

    fn number(&mut self) -> Result<u64, Problem> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.some(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    fn signed(&mut self) -> Result<i64, Problem> {
        self.number().map(|number| number as i64)
    }

    fn count(&mut self) -> Result<usize, Problem> {
        let number = self.number()?;
        usize::try_from(number).map_err(|_| self.damaged())
    }

    fn text(&mut self) -> Result<String, Problem> {
        let length = self.count()?;
        let bytes = self.some(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| self.damaged())
    }

    fn raw<T, const N: usize>(
        &mut self,
        count: usize,
        of: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Problem> {
        let length = count.checked_mul(N).ok_or_else(|| self.damaged())?;
        let (values, _) = self.some(length)?.as_chunks::<N>();
        Ok(values.iter().map(|bytes| of(*bytes)).collect())
    }

    fn numbers(&mut self) -> Result<Vec<u64>, Problem> {
        let count = self.count()?;
        self.raw(count, u64::from_le_bytes)
    }

    fn words(&mut self) -> Result<Vec<u32>, Problem> {
        let count = self.count()?;
        self.raw(count, u32::from_le_bytes)
    }

    fn packed<T, const N: usize>(
        &mut self,
        of: impl Fn([u8; N]) -> T,
    ) -> Result<Packed<T>, Problem> {
        let (base, least, greatest) = (self.signed()?, self.signed()?, self.signed()?);
        let count = self.count()?;
        Ok(Packed {
            base,
            codes: self.raw(count, of)?,
            least,
            greatest,
        })
    }

    /// `depth`: cells within cells stand only one deep.
    fn cells(&mut self, depth: usize) -> Result<Cells, Problem> {
        Ok(match self.number()? {
            0 => Cells::Same {
                cell: self.signed()?,
                rows: self.count()?,
            },
            1 => Cells::Byte(self.packed(|[byte]: [u8; 1]| byte)?),
            2 => Cells::Short(self.packed(u16::from_le_bytes)?),
            4 => Cells::Word(self.packed(u32::from_le_bytes)?),
            8 => {
                let count = self.count()?;
                Cells::Wide(self.raw(count, i64::from_le_bytes)?)
            }
            16 if depth > 0 => Cells::Runs {
                rows: self.count()?,
                starts: self.words()?,
                cells: Box::new(self.cells(depth - 1)?),
            },
            32 if depth > 0 => Cells::Sparse {
                rows: self.count()?,
                usual: self.signed()?,
                at: self.words()?,
                cells: Box::new(self.cells(depth - 1)?),
            },
            _ => return Err(self.damaged()),
        })
    }

    fn rows(&mut self, part: &str) -> Result<Segment, Problem> {
        self.next(part)?;
        let rows = self.count()?;
        let width = self.count()?;
        let mut segment = Segment {
            rows,
            added: self.cells(2)?,
            ids: self.cells(2)?,
            columns: Vec::new(),
            from: self.cells(2)?,
            to: self.cells(2)?,
            hidden_rows: self.words()?,
            hidden_at: self.numbers()?,
            index: OnceLock::new(),
        };
        for place in 0..width {
            self.next(&format!("{part}, column {place}"))?;
            segment.columns.push(self.cells(2)?);
        }
        let lengths = segment.columns.iter().chain([&segment.added, &segment.ids]);
        if lengths.into_iter().any(|cells| cells.len() != rows) {
            return Err(self.damaged());
        }
        Ok(segment)
    }

    fn table(&mut self, name: &str, table: &mut Table) -> Result<(), Problem> {
        self.next(&format!("table {name}"))?;
        let count = self.count()?;
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(self.text()?);
        }
        if !table
            .all_columns()
            .map(|(_, column)| &*column.name)
            .eq(columns.iter().map(String::as_str))
        {
            return Err(problems::other_programmes(name));
        }
        let changed = self.number()?;
        let sealed = self.count()?;
        let (first, next) = (self.words()?, self.words()?);
        let mut parts = Vec::new();
        for number in 0..=sealed {
            let segment = self.rows(&format!("table {name}, segment {number}"))?;
            parts.push(Part {
                data: Arc::new(segment),
                hidden: Arc::default(),
            });
        }
        table.restore(parts, changed, first, next);
        Ok(())
    }

    fn dictionary(&mut self, name: &str) -> Result<Arc<Dictionary>, Problem> {
        self.next(name)?;
        let dictionary = Dictionary {
            seed: self.number()?,
            text: self.text()?,
            ends: self.numbers()?,
            index: self.words()?,
        };
        if !dictionary.is_sound() {
            return Err(self.damaged());
        }
        Ok(Arc::new(dictionary))
    }

    fn dictionaries(&mut self) -> Result<Dictionaries, Problem> {
        let mut found = Dictionaries {
            texts: self.dictionary("texts")?,
            units: self.dictionary("texts of units")?,
            ..Dictionaries::default()
        };
        self.next("sets")?;
        for number in 0..self.count()? {
            let members = self.words()?;
            let members: Vec<i32> = members.into_iter().map(|member| member as i32).collect();
            found.set_numbers.insert(members.clone(), number as i32);
            found.sets.push(members);
        }
        let mut types = Vec::new();
        for _ in 0..self.count()? {
            types.push(self.text()?);
        }
        for subject_type in types {
            let dictionary = self.dictionary(&format!("texts of {subject_type}"))?;
            found
                .subjects
                .insert(SubjectTypeId::new(subject_type), dictionary);
        }
        Ok(found)
    }

    fn histories(&mut self) -> Result<HashMap<SubjectTypeId, Histories>, Problem> {
        self.next("histories")?;
        let mut found = HashMap::new();
        for _ in 0..self.count()? {
            let subject_type = SubjectTypeId::new(self.text()?);
            let mut histories = Histories::default();
            for _ in 0..self.count()? {
                let subject = i32::try_from(self.number()?).map_err(|_| self.damaged())?;
                let mut entries = Vec::new();
                for _ in 0..self.count()? {
                    entries.push(Entry {
                        from: i32::try_from(self.signed()?).map_err(|_| self.damaged())?,
                        column: self.count()?,
                        cell: self.signed()?,
                    });
                }
                histories.entries.insert(subject, entries);
            }
            found.insert(subject_type, histories);
        }
        Ok(found)
    }

    fn staged(&mut self) -> Result<HashMap<u64, Vec<StagedRows>>, Problem> {
        self.next("staged")?;
        let mut imports: Vec<(u64, Vec<String>)> = Vec::new();
        for _ in 0..self.count()? {
            let import = self.number()?;
            let mut tables = Vec::new();
            for _ in 0..self.count()? {
                tables.push(self.text()?);
            }
            imports.push((import, tables));
        }
        let mut found = HashMap::new();
        for (import, tables) in imports {
            let mut staged = Vec::new();
            for table in tables {
                let rows = self.rows(&format!("staged by {import}, table {table}"))?;
                staged.push((table.into(), Arc::new(rows)));
            }
            found.insert(import, staged);
        }
        Ok(found)
    }
}
