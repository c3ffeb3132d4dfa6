//! One pass over the rows of a table for all that is asked of it.
//!
//! A pass has *tasks*; each takes the rows of a selection, by the place that a key gives them, into
//! a [`Tally`]. Selections, keys and steps are shared. Rows are gone through in blocks; large tables
//! by several threads, each with tallies of its own that are merged at the end, so that results do
//! not depend on how the work was divided.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cells::NULL;
use crate::compile::{Step, Steps};
use crate::evaluate::{BLOCK, Block, has_any};
use crate::segment::{Part, Place};
use crate::sums::Sums;
use crate::table::RowAt;
use crate::tally::{Best, Kept, Tally, extreme};
use crate::wide;

/// Rows that a thread takes at a time.
const CHUNK_ROWS: usize = 64 * BLOCK;
/// A thread more for every so many rows.
const ROWS_PER_THREAD: usize = 200_000;

/// Which rows count. All must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// In time and existing; cannot leave 64 bits.
    pub first: Vec<Step>,
    /// The indicator's own condition.
    pub filter: Option<Step>,
    /// What the question is restricted to; cannot leave 64 bits.
    pub only: Vec<Step>,
}

/// By what rows get their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub group: Option<Grouped>,
    /// A step that gives intervals, and how many there are.
    pub interval: Option<(Step, usize)>,
}

/// Numbers of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grouped {
    pub step: Step,
    pub least: i64,
    /// How many there are, one more for rows without a group.
    pub len: usize,
}

impl Grouped {
    /// The group of a number; the last is that of rows without one.
    pub fn key(&self, number: usize) -> i64 {
        if number + 1 == self.len {
            NULL
        } else {
            self.least + number as i64
        }
    }
}

impl Key {
    pub fn intervals(&self) -> usize {
        self.interval.map_or(1, |(_, intervals)| intervals)
    }

    pub fn groups(&self) -> usize {
        self.group.as_ref().map_or(1, |group| group.len)
    }
}

/// What a task takes of each row.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Rows,
    Sum(Step),
    Extreme {
        value: Step,
        greatest: bool,
    },
    Distinct(Step),
    Share {
        part: Step,
        value: Option<Step>,
    },
    Latest {
        date: Option<Step>,
        value: Step,
        preliminary: Option<Step>,
    },
    Strata {
        part: Step,
        stratum: Grouped,
    },
}

impl Kind {
    fn kept(&self) -> Kept {
        match self {
            Kind::Rows => Kept::Rows,
            Kind::Sum(_) => Kept::Sum {
                total: Sums::default(),
                filled: Vec::new(),
            },
            Kind::Extreme { greatest, .. } => Kept::Extreme {
                value: Vec::new(),
                greatest: *greatest,
            },
            Kind::Distinct(_) => Kept::Distinct(Default::default()),
            Kind::Share { value: None, .. } => Kept::Share(Vec::new()),
            Kind::Share { .. } => Kept::ShareOf {
                whole: Vec::new(),
                part: Vec::new(),
            },
            Kind::Latest { .. } => Kept::Latest(Vec::new()),
            Kind::Strata { stratum, .. } => Kept::Strata {
                least: stratum.least,
                len: stratum.len,
                counts: Vec::new(),
            },
        }
    }
}

/// One thing asked.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub selected: usize,
    pub key: usize,
    pub kind: Kind,
}

/// All that is asked of a table.
pub(crate) struct Pass<'a> {
    pub steps: Steps<'a>,
    pub selected: Vec<Selected>,
    pub keys: Vec<Key>,
    pub tasks: Vec<Task>,
}

/// What came of it, task by task.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub tallies: Vec<Tally>,
    /// Whether a calculation left 64 bits in a row that counts.
    pub beyond: Vec<bool>,
}

impl Outcome {
    pub fn merge(&mut self, other: &Outcome) {
        for (tally, other) in self.tallies.iter_mut().zip(&other.tallies) {
            tally.merge(other);
        }
        for (beyond, other) in self.beyond.iter_mut().zip(&other.beyond) {
            *beyond |= *other;
        }
    }
}

/// How many threads a pass may use.
pub(crate) fn threads(rows: usize) -> usize {
    if rows < 2 * ROWS_PER_THREAD {
        return 1;
    }
    let most = std::thread::available_parallelism().map_or(1, |most| most.get());
    (rows / ROWS_PER_THREAD).min(most)
}

impl<'a> Pass<'a> {
    pub fn new(steps: Steps<'a>) -> Pass<'a> {
        Pass {
            steps,
            selected: Vec::new(),
            keys: Vec::new(),
            tasks: Vec::new(),
        }
    }

    /// The number of a selection, equal ones being one.
    pub fn select(&mut self, selected: Selected) -> usize {
        let known = self.selected.iter().position(|known| *known == selected);
        known.unwrap_or_else(|| {
            self.selected.push(selected);
            self.selected.len() - 1
        })
    }

    /// The number of a key, equal ones being one.
    pub fn key(&mut self, key: Key) -> usize {
        let known = self.keys.iter().position(|known| *known == key);
        known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    /// Goes through the rows of `parts` that were added after `since`.
    pub fn run<'p>(&'p self, parts: &[&'p Part], since: Option<u64>) -> Outcome {
        let chunks: Vec<(&'p Part, Range<usize>)> = parts
            .iter()
            .filter(|part| since.is_none_or(|since| since < part.data.newest()))
            .flat_map(|part| {
                let rows = since.map_or(0..part.data.rows, |since| part.data.rows_since(since));
                let starts = rows.clone().step_by(CHUNK_ROWS);
                starts.map(move |start| (*part, start..(start + CHUNK_ROWS).min(rows.end)))
            })
            .collect();
        let Some((first, _)) = chunks.first() else {
            return self.nothing();
        };
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker::new(self, first, since, None);
            while let Some((part, rows)) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                worker.rows(part, rows.clone());
            }
            worker.settle();
            worker.outcome
        };
        let threads = threads(chunks.iter().map(|(_, rows)| rows.len()).sum());
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut outcome = work();
            for other in others {
                match other.join() {
                    Ok(other) => outcome.merge(&other),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            outcome
        })
    }

    fn nothing(&self) -> Outcome {
        let tally = |task: &Task| {
            let places = self
                .keys
                .get(task.key)
                .map_or(1, |key| key.groups() * key.intervals());
            Tally::new(places, &task.kind.kept())
        };
        Outcome {
            tallies: self.tasks.iter().map(tally).collect(),
            beyond: vec![false; self.tasks.len()],
        }
    }

    /// Shows the rows of a selection, block by block; of one row only, where that is asked.
    pub fn visit<'p>(
        &'p self,
        parts: &[&'p Part],
        selected: usize,
        only: Option<RowAt>,
        mut see: impl FnMut(usize, &mut Block<'p, 'a>, &[u16]),
    ) {
        for (number, part) in parts.iter().enumerate() {
            let rows = match only {
                Some(row) if row.part == number => row.row..row.row + 1,
                Some(_) => continue,
                None => 0..part.data.rows,
            };
            let mut worker = Worker::new(self, part, None, None);
            for start in rows.clone().step_by(BLOCK) {
                let len = BLOCK.min(rows.end - start);
                if worker.go(part, start, len) {
                    worker.select(selected);
                    if let Some(list) = worker.lists.get(selected) {
                        see(number, &mut worker.block, &list.rows);
                    }
                }
            }
        }
    }
}

/// Rows of a block that count for a selection.
#[derive(Default)]
struct List {
    stamp: u64,
    rows: Vec<u16>,
    mask: Vec<u8>,
    beyond: bool,
}

#[derive(Default)]
struct Places {
    stamp: u64,
    of: Vec<u32>,
}

/// Goes through rows, block by block.
pub(crate) struct Worker<'p, 'a> {
    pass: &'p Pass<'a>,
    /// For each task the first that counts the same rows by the same key: it counts for all of them.
    counts: Vec<usize>,
    block: Block<'p, 'a>,
    since: Option<u64>,
    /// Only groups from the first on, so many.
    window: Option<(i64, usize)>,
    stamp: u64,
    visible: Vec<u8>,
    lists: Vec<List>,
    places: Vec<Places>,
    pub outcome: Outcome,
}

impl<'p, 'a> Worker<'p, 'a> {
    pub fn new(
        pass: &'p Pass<'a>,
        part: &'p Part,
        since: Option<u64>,
        window: Option<(i64, usize)>,
    ) -> Worker<'p, 'a> {
        let mut outcome = Outcome {
            tallies: Vec::new(),
            beyond: vec![false; pass.tasks.len()],
        };
        for task in &pass.tasks {
            let places = pass.keys.get(task.key).map_or(1, |key| match window {
                Some((_, len)) if key.group.is_some() => len * key.intervals(),
                _ => key.groups() * key.intervals(),
            });
            outcome.tallies.push(Tally::new(places, &task.kind.kept()));
        }
        let same = |task: &Task| {
            let counted = |known: &Task| (known.selected, known.key) == (task.selected, task.key);
            pass.tasks.iter().position(counted).unwrap_or_default()
        };
        Worker {
            pass,
            counts: pass.tasks.iter().map(same).collect(),
            block: Block::new(&pass.steps, part),
            since,
            window,
            stamp: 0,
            visible: Vec::new(),
            lists: pass.selected.iter().map(|_| List::default()).collect(),
            places: pass.keys.iter().map(|_| Places::default()).collect(),
            outcome,
        }
    }

    /// Forgets what was taken and goes on with other groups.
    pub fn turn_to(&mut self, first: i64) {
        if let Some(window) = &mut self.window {
            window.0 = first;
        }
        self.outcome.tallies.iter_mut().for_each(Tally::clear);
    }

    /// Must be called after the last rows, before the tallies are looked at.
    pub fn settle(&mut self) {
        for (number, first) in self.counts.iter().enumerate() {
            if let Some((before, [tally, ..])) = self.outcome.tallies.split_at_mut_checked(number)
                && let Some(first) = before.get(*first)
            {
                tally.seen.copy_from_slice(&first.seen);
            }
        }
        self.outcome.tallies.iter_mut().for_each(Tally::settle);
    }

    /// Takes up rows of a part.
    pub fn rows(&mut self, part: &'p Part, rows: Range<usize>) {
        let mut start = rows.start;
        while start < rows.end {
            let len = BLOCK.min(rows.end - start);
            if self.go(part, start, len) {
                for number in 0..self.pass.tasks.len() {
                    self.task(number);
                }
            }
            start += len;
        }
    }

    /// Goes to a block; gives whether it has rows that count at the position.
    fn go(&mut self, part: &'p Part, start: usize, len: usize) -> bool {
        self.stamp += 1;
        self.block.go(part, start, len);
        self.visible.resize(len, 0);
        part.visible(start, self.pass.steps.at, &mut self.visible);
        if let Some(since) = self.since {
            let mut later = vec![0; len];
            let least = i64::try_from(since).map_or(i64::MAX, |since| since + 1);
            part.data.added.within(start, least, i64::MAX, &mut later);
            and(&mut self.visible, &later);
        }
        has_any(&self.visible)
    }

    fn select(&mut self, number: usize) {
        let (Some(selected), Some(list)) =
            (self.pass.selected.get(number), self.lists.get_mut(number))
        else {
            return;
        };
        if list.stamp == self.stamp {
            return;
        }
        list.stamp = self.stamp;
        list.beyond = false;
        list.rows.clear();
        list.mask.clear();
        list.mask.extend_from_slice(&self.visible);
        for step in &selected.first {
            and(&mut list.mask, self.block.mask(*step, true));
        }
        if !has_any(&list.mask) {
            return;
        }
        if let Some(filter) = selected.filter {
            list.beyond = meets(&list.mask, self.block.condition_beyond(filter));
            and(&mut list.mask, self.block.mask(filter, true));
        }
        for step in &selected.only {
            and(&mut list.mask, self.block.mask(*step, true));
        }
        rows_of(&list.mask, &mut list.rows);
    }

    fn place(&mut self, number: usize) {
        let (Some(key), Some(places)) = (self.pass.keys.get(number), self.places.get_mut(number))
        else {
            return;
        };
        if places.stamp == self.stamp {
            return;
        }
        places.stamp = self.stamp;
        places.of.resize(self.visible.len(), 0);
        if key.group.is_none() {
            places.of.fill(0);
        }
        let intervals = key.intervals() as u32;
        if let Some(group) = &key.group {
            let (least, none) = match self.window {
                Some((first, len)) => (first, len as u32 - 1),
                None => (group.least, group.len as u32 - 1),
            };
            if !self.block.numbers(group.step, least, none, &mut places.of) {
                let groups = self.block.value(group.step);
                wide::map(&mut places.of, groups, move |group| {
                    // What is not among the groups has the last place.
                    let number = group.wrapping_sub(least) as u64;
                    number.min(u64::from(none)) as u32
                });
            }
            if intervals > 1 {
                wide::replace(&mut places.of, move |place| place * intervals);
            }
        }
        if let Some((step, _)) = key.interval
            && !self.block.add_intervals(step, &mut places.of)
        {
            let found = self.block.value(step);
            wide::change(&mut places.of, found, |place, interval| {
                let is_filled = u32::from(interval != NULL);
                place + (is_filled.wrapping_neg() & interval as u32)
            });
        }
    }

    fn task(&mut self, number: usize) {
        let Some(task) = self.pass.tasks.get(number) else {
            return;
        };
        self.select(task.selected);
        let Some(list) = self.lists.get(task.selected) else {
            return;
        };
        let mut beyond = list.beyond;
        if !list.rows.is_empty() {
            self.place(task.key);
            beyond |= self.take(number, task);
        }
        if beyond && let Some(flag) = self.outcome.beyond.get_mut(number) {
            *flag = true;
        }
    }

    /// Gives whether a value left 64 bits in a row that counts.
    fn take(&mut self, number: usize, task: &Task) -> bool {
        let (Some(list), Some(places), Some(tally)) = (
            self.lists.get(task.selected),
            self.places.get(task.key),
            self.outcome.tallies.get_mut(number),
        ) else {
            return false;
        };
        let (rows, mask, places) = (&list.rows[..], &list.mask[..], &places.of[..]);
        let Tally { seen, kept } = tally;
        if self.counts.get(number) == Some(&number) {
            match &mut seen[..] {
                [alone] => *alone += rows.len() as u32,
                seen => each(rows, places, |_, place| bump(seen, place)),
            }
        }
        let block = &mut self.block;
        match (&task.kind, kept) {
            (Kind::Sum(value), Kept::Sum { total, filled }) => {
                let values = block.value(*value);
                if Sums::are_small(values) {
                    let small = total.small();
                    each(rows, places, |row, place| {
                        let value = values.get(row).copied().unwrap_or(NULL);
                        if value != NULL {
                            if let Some(sum) = small.get_mut(place) {
                                *sum += value;
                            }
                            bump(filled, place);
                        }
                    });
                } else {
                    let large = total.large();
                    each(rows, places, |row, place| {
                        let value = values.get(row).copied().unwrap_or(NULL);
                        if value != NULL {
                            add(large, place, i128::from(value));
                            bump(filled, place);
                        }
                    });
                }
                meets(mask, block.value_beyond(*value))
            }
            (Kind::Extreme { value, greatest }, Kept::Extreme { value: best, .. }) => {
                let values = block.value(*value);
                each(rows, places, |row, place| {
                    if let (Some(best), Some(value)) = (best.get_mut(place), values.get(row)) {
                        extreme(best, *value, *greatest);
                    }
                });
                meets(mask, block.value_beyond(*value))
            }
            (Kind::Distinct(value), Kept::Distinct(pairs)) => {
                let values = block.value(*value);
                each(rows, places, |row, place| {
                    let value = values.get(row).copied().unwrap_or(NULL);
                    if value != NULL {
                        pairs.push(place as u32, value);
                    }
                });
                meets(mask, block.value_beyond(*value))
            }
            (Kind::Share { part, value: None }, Kept::Share(counts)) => {
                let is_part = block.mask(*part, true);
                each(rows, places, |row, place| {
                    if let (Some(count), Some(part)) = (counts.get_mut(place), is_part.get(row)) {
                        *count += u32::from(*part);
                    }
                });
                meets(mask, block.condition_beyond(*part))
            }
            (
                Kind::Share {
                    part,
                    value: Some(value),
                },
                Kept::ShareOf {
                    whole,
                    part: of_part,
                },
            ) => {
                let values = block.value(*value).to_vec();
                let beyond = meets(mask, block.value_beyond(*value));
                let part_beyond = block.condition_beyond(*part).to_vec();
                let is_part = block.mask(*part, true);
                let mut left = false;
                each(rows, places, |row, place| {
                    let value = values.get(row).copied().unwrap_or(NULL);
                    if value != NULL {
                        add(whole, place, i128::from(value));
                        left |= part_beyond.get(row) == Some(&1);
                        if is_part.get(row) == Some(&1) {
                            add(of_part, place, i128::from(value));
                        }
                    }
                });
                beyond | left
            }
            (
                Kind::Latest {
                    date,
                    value,
                    preliminary,
                },
                Kept::Latest(best),
            ) => {
                let dates = date.map(|date| block.value(date).to_vec());
                let is_preliminary = preliminary.map(|step| block.mask(step, true).to_vec());
                let (data, start) = (&block.part().data, block.start());
                let ids: Vec<u64> = rows
                    .iter()
                    .map(|row| data.id(start + usize::from(*row)))
                    .collect();
                let values = block.value(*value);
                let mut next = ids.into_iter();
                each(rows, places, |row, place| {
                    let get = |cells: &[i64]| cells.get(row).copied().unwrap_or(NULL);
                    let found = Best {
                        key: (dates.as_deref().map_or(NULL, get), next.next().unwrap_or(0)),
                        value: get(values),
                        preliminary: is_preliminary
                            .as_ref()
                            .is_some_and(|mask| mask.get(row) == Some(&1)),
                    };
                    if let Some(best) = best.get_mut(place) {
                        best.take(&found);
                    }
                });
                meets(mask, block.value_beyond(*value))
            }
            (Kind::Strata { part, stratum }, Kept::Strata { least, len, counts }) => {
                let strata = block.value(stratum.step).to_vec();
                let is_part = block.mask(*part, true);
                each(rows, places, |row, place| {
                    let stratum = strata.get(row).copied().unwrap_or(NULL);
                    let number = (stratum.wrapping_sub(*least) as u64).min(*len as u64 - 1);
                    if let Some(count) = counts.get_mut(place * *len + number as usize) {
                        count.0 += u32::from(is_part.get(row) == Some(&1));
                        count.1 += 1;
                    }
                });
                meets(mask, block.condition_beyond(*part))
            }
            _ => false,
        }
    }
}

/// Calls `see` with each row and its place.
#[inline]
fn each(rows: &[u16], places: &[u32], mut see: impl FnMut(usize, usize)) {
    for row in rows {
        let row = usize::from(*row);
        if let Some(place) = places.get(row) {
            see(row, *place as usize);
        }
    }
}

#[inline]
fn bump(counts: &mut [u32], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}

#[inline]
fn add(sums: &mut [i128], place: usize, value: i128) {
    if let Some(sum) = sums.get_mut(place) {
        *sum += value;
    }
}

fn and(mask: &mut [u8], other: &[u8]) {
    wide::change(mask, other, |row, other| row & other);
}

/// Whether a row is in both.
fn meets(mask: &[u8], other: &[u8]) -> bool {
    let both = mask.iter().zip(other);
    !other.is_empty() && both.fold(0, |any, (row, other)| any | (row & other)) != 0
}

/// Which of eight rows each combination of them has, first to last.
const ROWS_OF_BITS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut row, mut found) = (0, 0);
        while row < 8 {
            if bits >> row & 1 == 1 {
                table[bits][found] = row;
                found += 1;
            }
            row += 1;
        }
        bits += 1;
    }
    table
};

/// The rows of a mask. Eight are written each time, and those that count are kept: which those are is too hard to
/// guess for the processor to be asked.
fn rows_of(mask: &[u8], rows: &mut Vec<u16>) {
    rows.resize(BLOCK + 8, 0);
    let mut found = 0;
    let (chunks, rest) = mask.as_chunks::<8>();
    for (place, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        if word == 0 {
            continue;
        }
        // Each byte is 0 or 1: the product has them side by side in its highest byte.
        let bits = (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
        let first = place as u16 * 8;
        if let Some(slots) = rows.get_mut(found..found + 8) {
            for (slot, row) in slots.iter_mut().zip(&ROWS_OF_BITS[usize::from(bits)]) {
                *slot = first + u16::from(*row);
            }
        }
        // The sum of the bytes; not every processor counts ones by itself.
        found += (word.wrapping_mul(0x0101_0101_0101_0101) >> 56) as usize;
    }
    for (row, held) in (chunks.len() as u16 * 8..).zip(rest) {
        if let Some(slot) = rows.get_mut(found) {
            *slot = row;
        }
        found += usize::from(*held);
    }
    rows.truncate(found);
}

/// The bounds of a place over parts; `None` where all cells are empty or are computed.
pub(crate) fn bounds_of<'p>(
    parts: impl Iterator<Item = &'p Part>,
    place: Place,
) -> Option<(i64, i64)> {
    let each = parts.filter_map(|part| part.data.cells(place)?.bounds());
    each.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
