//! Rows side by side: a segment of a table, and how segments become one.
//!
//! A segment grows at the tail of a table, in the order of arrival; a sealed one never changes and
//! is grouped by the record type's subject, so that all rows of a subject stand together. Which
//! rows were hidden later is kept beside it ([`Part`]).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::cells::{Cells, NULL};

/// The position that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// Rows that are looked at together.
pub(crate) const STRETCH: usize = 1024;

/// Where a cell of a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A column of the table, by its number among all that there ever were.
    Column(usize),
    /// The row's number.
    Id,
    /// The position that added it.
    Added,
    /// First day of a version.
    From,
    /// Last day of a version.
    To,
}

/// Rows in columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    pub rows: usize,
    /// The position that added each row; never falling, but for grouped segments.
    pub added: Cells,
    /// The row's number, less the position that added it: 0 for nearly all.
    pub ids: Cells,
    /// By place; columns that came later are not here.
    pub columns: Vec<Cells>,
    /// Days for which a version holds; of versioned tables only.
    pub from: Cells,
    pub to: Cells,
    /// Rows that were hidden before the segment was made, in order.
    pub hidden_rows: Vec<u32>,
    pub hidden_at: Vec<u64>,
    /// Made when the first row is looked for by its number.
    pub index: OnceLock<IdIndex>,
}

/// A row to add.
pub(crate) struct NewRow<'a> {
    pub id: u64,
    pub added: u64,
    pub version: Option<(i32, i32)>,
    /// By place; what is missing is empty.
    pub cells: &'a [i64],
}

impl Segment {
    pub fn push(&mut self, row: &NewRow<'_>) {
        let added = row.added as i64;
        self.added.push(added);
        self.ids.push((row.id as i64).wrapping_sub(added));
        while self.columns.len() < row.cells.len() {
            self.columns.push(Cells::empty(self.rows));
        }
        for (place, column) in self.columns.iter_mut().enumerate() {
            column.push(row.cells.get(place).copied().unwrap_or(NULL));
        }
        if let Some((from, to)) = row.version {
            self.from.push(i64::from(from));
            self.to.push(i64::from(to));
        }
        self.rows += 1;
        self.index = OnceLock::new();
    }

    /// The cells at a place; `None` where they are computed (the row's number) or not there.
    #[inline]
    pub fn cells(&self, place: Place) -> Option<&Cells> {
        match place {
            Place::Column(number) => self.columns.get(number),
            Place::Id => None,
            Place::Added => Some(&self.added),
            Place::From => Some(&self.from),
            Place::To => Some(&self.to),
        }
    }

    pub fn get(&self, place: Place, row: usize) -> i64 {
        match (place, self.cells(place)) {
            (_, Some(cells)) => cells.get(row),
            (Place::Id, _) => self.id(row) as i64,
            _ => NULL,
        }
    }

    pub fn id(&self, row: usize) -> u64 {
        self.ids.get(row).wrapping_add(self.added.get(row)) as u64
    }

    /// The cells of `out.len()` rows from `start` on.
    pub fn read(&self, place: Place, start: usize, out: &mut [i64]) {
        match (place, self.cells(place)) {
            (_, Some(cells)) => cells.read(start, out),
            (Place::Id, _) => {
                self.added.read(start, out);
                if let Cells::Same { cell, .. } = &self.ids {
                    out.iter_mut().for_each(|id| *id = id.wrapping_add(*cell));
                } else {
                    for (row, id) in out.iter_mut().enumerate() {
                        *id = id.wrapping_add(self.ids.get(start + row));
                    }
                }
            }
            _ => out.fill(NULL),
        }
    }

    /// The greatest position that added a row.
    pub fn newest(&self) -> u64 {
        self.added.bounds().map_or(0, |(_, newest)| newest as u64)
    }

    /// A stretch of rows in which all are that were added after a position. Of a tail, where nothing is
    /// grouped yet, no others are.
    pub fn rows_since(&self, since: u64) -> Range<usize> {
        let least = i64::try_from(since).map_or(i64::MAX, |since| since.saturating_add(1));
        let mut later = [0; STRETCH];
        let mut found = 0..0;
        for start in (0..self.rows).step_by(STRETCH) {
            let Some(later) = later.get_mut(..STRETCH.min(self.rows - start)) else {
                break;
            };
            self.added.within(start, least, i64::MAX, later);
            // Most stretches have none, which is told at once.
            if !later.contains(&1) {
                continue;
            }
            let first = later.iter().position(|later| *later == 1);
            let last = later.iter().rposition(|later| *later == 1);
            if let Some((first, last)) = first.zip(last) {
                if found.is_empty() {
                    found.start = start + first;
                }
                found.end = start + last + 1;
            }
        }
        found
    }

    /// No row has a greater number.
    pub fn greatest_id(&self) -> Option<u64> {
        let (_, added) = self.added.bounds()?;
        let (_, more) = self.ids.bounds()?;
        Some(added.saturating_add(more).max(0) as u64)
    }

    /// The rows that have a number, by the index.
    pub fn rows_with_id(&self, id: u64) -> impl Iterator<Item = usize> + '_ {
        let rows = self.index.get_or_init(|| IdIndex::new(self)).bucket(id);
        rows.iter()
            .map(|row| *row as usize)
            .filter(move |row| self.id(*row) == id)
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Cells::bytes).sum();
        let own = [&self.added, &self.ids, &self.from, &self.to];
        columns
            + own.into_iter().map(Cells::bytes).sum::<usize>()
            + self.hidden_rows.capacity() * 4
            + self.hidden_at.capacity() * 8
            + self.index.get().map_or(0, IdIndex::bytes)
    }
}

/// Rows by number, in buckets of neighbouring numbers.
#[derive(Debug, Clone)]
pub(crate) struct IdIndex {
    least: u64,
    greatest: u64,
    shift: u32,
    /// Where each bucket starts in `rows`.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl IdIndex {
    fn new(segment: &Segment) -> IdIndex {
        let mut ids = vec![0; segment.rows];
        segment.read(Place::Id, 0, &mut ids);
        let least = ids.iter().map(|id| *id as u64).min().unwrap_or(0);
        let greatest = ids.iter().map(|id| *id as u64).max().unwrap_or(0);
        // About eight rows to a bucket when the numbers are spread evenly.
        let wanted = (segment.rows as u64 / 8).max(1);
        let mut shift = 0;
        while (greatest - least) >> shift >= wanted * 2 {
            shift += 1;
        }
        let bucket = |id: &i64| ((*id as u64 - least) >> shift) as usize;
        let mut starts = vec![0_u32; ((greatest - least) >> shift) as usize + 2];
        for id in &ids {
            if let Some(count) = starts.get_mut(bucket(id) + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut rows = vec![0_u32; segment.rows];
        for (row, id) in ids.iter().enumerate() {
            if let Some(place) = next.get_mut(bucket(id)) {
                if let Some(slot) = rows.get_mut(*place as usize) {
                    *slot = row as u32;
                }
                *place += 1;
            }
        }
        IdIndex {
            least,
            greatest,
            shift,
            starts,
            rows,
        }
    }

    fn bucket(&self, id: u64) -> &[u32] {
        if id < self.least || self.greatest < id {
            return &[];
        }
        let bucket = ((id - self.least) >> self.shift) as usize;
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        range
            .and_then(|(start, end)| self.rows.get(*start as usize..*end as usize))
            .unwrap_or(&[])
    }

    fn bytes(&self) -> usize {
        (self.starts.capacity() + self.rows.capacity()) * 4
    }
}

/// A segment and the positions that hid some of its rows since it was made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub data: Arc<Segment>,
    pub hidden: Arc<BTreeMap<u32, u64>>,
}

impl Part {
    /// The position that hid a row, [`NEVER`] if none has.
    pub fn hidden_at(&self, row: usize) -> u64 {
        let row = row as u32;
        if let Some(at) = self.hidden.get(&row) {
            return *at;
        }
        match self.data.hidden_rows.binary_search(&row) {
            Ok(place) => self.data.hidden_at.get(place).copied().unwrap_or(NEVER),
            Err(_) => NEVER,
        }
    }

    pub fn is_visible(&self, row: usize, at: u64) -> bool {
        row < self.data.rows && self.data.added.get(row) as u64 <= at && at < self.hidden_at(row)
    }

    /// 1 for each row from `start` on that counts at a position. Gives whether all do.
    pub fn visible(&self, start: usize, at: u64, out: &mut [u8]) -> bool {
        let data = &*self.data;
        let newest = i64::try_from(at).unwrap_or(i64::MAX);
        let mut all = data.newest() <= at;
        if all {
            out.fill(1);
        } else {
            data.added.within(start, 0, newest, out);
        }
        let end = start + out.len();
        let mut hide = |row: u32, hidden: u64| {
            if hidden <= at
                && let Some(slot) = out.get_mut(row as usize - start)
            {
                *slot = 0;
                all = false;
            }
        };
        if !data.hidden_rows.is_empty() {
            let first = data
                .hidden_rows
                .partition_point(|row| (*row as usize) < start);
            for (row, hidden) in data.hidden_rows.iter().zip(&data.hidden_at).skip(first) {
                if *row as usize >= end {
                    break;
                }
                hide(*row, *hidden);
            }
        }
        if !self.hidden.is_empty() {
            for (row, hidden) in self.hidden.range(start as u32..end as u32) {
                hide(*row, *hidden);
            }
        }
        all
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.data.bytes() + self.hidden.len() * 32
    }
}

/// One segment out of several that follow each other.
pub(crate) struct Merged {
    pub segment: Segment,
    /// For each row of the inputs, one after the other, its row now.
    pub rows: Vec<u32>,
}

/// Makes one segment of several. With a subject column, rows are grouped by it and keep their order
/// within a subject; all inputs but a single one must be grouped already.
pub(crate) fn merge(parts: &[Part], subject: Option<usize>) -> Merged {
    let total: usize = parts.iter().map(|part| part.data.rows).sum();
    let order = subject.map(|place| grouped_order(parts, Place::Column(place), total));
    let column = |place: Place| {
        let mut cells = vec![NULL; total];
        let mut start = 0;
        for part in parts {
            let end = start + part.data.rows;
            if let Some(slots) = cells.get_mut(start..end) {
                part.data.read(place, 0, slots);
            }
            start = end;
        }
        in_order(cells, order.as_deref())
    };
    let versioned = parts.iter().any(|part| part.data.from.bounds().is_some());
    let version = |place: Place| {
        if versioned {
            Cells::pack(&column(place))
        } else {
            Cells::default()
        }
    };
    let width = parts.iter().map(|part| part.data.columns.len()).max();
    let added = column(Place::Added);
    let mut ids = column(Place::Id);
    for (id, added) in ids.iter_mut().zip(&added) {
        *id = id.wrapping_sub(*added);
    }
    let mut rows: Vec<u32> = (0..total as u32).collect();
    if let Some(order) = &order {
        for (now, before) in order.iter().enumerate() {
            if let Some(slot) = rows.get_mut(*before as usize) {
                *slot = now as u32;
            }
        }
    }
    let mut hidden: Vec<(u32, u64)> = Vec::new();
    let mut start = 0;
    for part in parts {
        let own = part.data.hidden_rows.iter().zip(&part.data.hidden_at);
        for (row, at) in own.chain(part.hidden.iter()) {
            if let Some(now) = rows.get(start + *row as usize) {
                hidden.push((*now, *at));
            }
        }
        start += part.data.rows;
    }
    hidden.sort_unstable();
    let (hidden_rows, hidden_at) = hidden.into_iter().unzip();
    let segment = Segment {
        rows: total,
        added: Cells::pack(&added),
        ids: Cells::pack(&ids),
        columns: (0..width.unwrap_or(0))
            .map(|place| Cells::pack(&column(Place::Column(place))))
            .collect(),
        from: version(Place::From),
        to: version(Place::To),
        hidden_rows,
        hidden_at,
        index: OnceLock::new(),
    };
    Merged { segment, rows }
}

fn in_order(cells: Vec<i64>, order: Option<&[u32]>) -> Vec<i64> {
    let Some(order) = order else {
        return cells;
    };
    let cell = |row: &u32| cells.get(*row as usize).copied().unwrap_or(NULL);
    order.iter().map(cell).collect()
}

/// The rows of all parts, one after the other, grouped by subject.
fn grouped_order(parts: &[Part], subject: Place, total: usize) -> Vec<u32> {
    let keys: Vec<Vec<i64>> = parts
        .iter()
        .map(|part| {
            let mut keys = vec![NULL; part.data.rows];
            part.data.read(subject, 0, &mut keys);
            keys
        })
        .collect();
    if let [keys] = &keys[..] {
        let mut order: Vec<u32> = (0..total as u32).collect();
        order.sort_by_key(|row| keys.get(*row as usize).copied());
        return order;
    }
    let mut order = Vec::with_capacity(total);
    let mut heads = vec![0_usize; parts.len()];
    let mut next: Vec<Option<i64>> = keys.iter().map(|keys| keys.first().copied()).collect();
    while let Some(least) = next.iter().flatten().min().copied() {
        let mut offset = 0_usize;
        for ((keys, head), next) in keys.iter().zip(&mut heads).zip(&mut next) {
            while *next == Some(least) {
                order.push((offset + *head) as u32);
                *head += 1;
                *next = keys.get(*head).copied();
            }
            offset += keys.len();
        }
    }
    order
}
