//! Columns out of the sections of a snapshot.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use base::{Problem, SubjectTypeId};
use xxhash_rust::xxh3::Xxh3;

use super::sections::{Content, Section};
use super::{
    END, ENDS, INDEX, TEXTS, column_name, segment_name, staged_name, table_name, texts_name,
};
use crate::columns::StagedRows;
use crate::dictionary::{Dictionaries, Dictionary};
use crate::problems;
use crate::segment::{Part, Segment};
use crate::table::Table;
use crate::versions::{Entry, Histories};

/// Takes sections one after the other, each by the name that it must have.
pub(super) struct Reader {
    sections: std::vec::IntoIter<Section>,
    /// The section at hand.
    name: String,
    bytes: Vec<u8>,
    at: usize,
    all: Xxh3,
}

impl Reader {
    pub fn new(sections: Vec<Section>) -> Reader {
        Reader {
            sections: sections.into_iter(),
            name: String::new(),
            bytes: Vec::new(),
            at: 0,
            all: Xxh3::new(),
        }
    }

    /// Goes on to the next section, which must have this name.
    fn content(&mut self, name: &str) -> Result<Content, Problem> {
        if self.at != self.bytes.len() {
            return Err(self.damaged());
        }
        let is_first = self.name.is_empty();
        self.name = name.to_owned();
        let wrong = || match is_first {
            true => problems::no_snapshot(),
            false => problems::damaged_snapshot(name),
        };
        let section = self.sections.next().ok_or_else(wrong)?;
        if section.name != name {
            // What is no section at all says so itself.
            return Err(match section.content {
                Err(problem) if section.name.is_empty() => problem,
                _ => wrong(),
            });
        }
        self.all.update(&section.sum.to_le_bytes());
        section.content
    }

    /// The same for a section that is read number by number.
    pub fn next(&mut self, name: &str) -> Result<(), Problem> {
        let Content::Bytes(bytes) = self.content(name)? else {
            return Err(self.damaged());
        };
        (self.bytes, self.at) = (bytes, 0);
        Ok(())
    }

    pub fn end(&mut self) -> Result<(), Problem> {
        let all = self.all.digest();
        self.next(END)?;
        if self.number()? != all || self.at != self.bytes.len() {
            return Err(self.damaged());
        }
        match self.sections.next() {
            None => Ok(()),
            Some(section) => Err(section.content.err().unwrap_or_else(|| self.damaged())),
        }
    }

    fn damaged(&self) -> Problem {
        problems::damaged_snapshot(&self.name)
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

    pub fn number(&mut self) -> Result<u64, Problem> {
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

    pub fn text(&mut self) -> Result<String, Problem> {
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

    pub fn numbers(&mut self) -> Result<Vec<u64>, Problem> {
        let count = self.count()?;
        self.raw(count, u64::from_le_bytes)
    }

    fn words(&mut self) -> Result<Vec<u32>, Problem> {
        let count = self.count()?;
        self.raw(count, u32::from_le_bytes)
    }

    fn rows(&mut self, part: &str) -> Result<Segment, Problem> {
        let Content::Rows(found) = self.content(part)? else {
            return Err(self.damaged());
        };
        let mut segment = Segment {
            rows: found.rows,
            added: found.added,
            ids: found.ids,
            columns: Vec::new(),
            from: found.from,
            to: found.to,
            hidden_rows: found.hidden_rows,
            hidden_at: found.hidden_at,
            index: OnceLock::new(),
        };
        for place in 0..found.width {
            match self.content(&column_name(part, place))? {
                Content::Cells(cells) => segment.columns.push(cells),
                _ => return Err(self.damaged()),
            }
        }
        let lengths = segment.columns.iter().chain([&segment.added, &segment.ids]);
        if lengths.into_iter().any(|cells| cells.len() != segment.rows) {
            return Err(self.damaged());
        }
        Ok(segment)
    }

    pub fn table(&mut self, name: &str, table: &mut Table) -> Result<(), Problem> {
        self.next(&table_name(name))?;
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
            let segment = self.rows(&segment_name(name, number))?;
            parts.push(Part {
                data: Arc::new(segment),
                hidden: Arc::default(),
            });
        }
        table.restore(parts, changed, first, next);
        Ok(())
    }

    fn dictionary(&mut self, name: &str) -> Result<Arc<Dictionary>, Problem> {
        let Content::Text { seed, text } = self.content(name)? else {
            return Err(self.damaged());
        };
        let Content::Numbers(ends) = self.content(&format!("{name}{ENDS}"))? else {
            return Err(self.damaged());
        };
        let Content::Words(index) = self.content(&format!("{name}{INDEX}"))? else {
            return Err(self.damaged());
        };
        let dictionary = Dictionary {
            text,
            ends,
            index,
            seed,
        };
        if !dictionary.is_sound() {
            return Err(self.damaged());
        }
        Ok(Arc::new(dictionary))
    }

    pub fn dictionaries(&mut self) -> Result<Dictionaries, Problem> {
        let mut found = Dictionaries {
            texts: self.dictionary(TEXTS)?,
            units: self.dictionary(&texts_name("units"))?,
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
            let dictionary = self.dictionary(&texts_name(&subject_type))?;
            found
                .subjects
                .insert(SubjectTypeId::new(subject_type), dictionary);
        }
        Ok(found)
    }

    pub fn histories(&mut self) -> Result<HashMap<SubjectTypeId, Histories>, Problem> {
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

    pub fn staged(&mut self) -> Result<HashMap<u64, Vec<StagedRows>>, Problem> {
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
                let rows = self.rows(&staged_name(import, &table))?;
                staged.push((table.into(), Arc::new(rows)));
            }
            found.insert(import, staged);
        }
        Ok(found)
    }
}
