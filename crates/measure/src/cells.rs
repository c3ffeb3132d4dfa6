//! Cells: one column of integers in the narrowest form that holds it.
//!
//! A cell is a 64-bit integer or empty ([`NULL`]). Kept are differences to a base in one, two or
//! four bytes, one value for all rows, runs of equal values, or the few that differ from the usual
//! one; which form is chosen shows in memory and speed only. `mask` has the tests over them.

use crate::wide;

/// Empty, wherever cells are read.
pub(crate) const NULL: i64 = i64::MIN;

/// At most so many codes are worked out beforehand, and one for so many rows: see [`Cells::by_code`].
const BY_CODE_MAX: usize = 1 << 13;
const BY_CODE_PART: usize = 4;

/// A column's cells.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    /// The same in every row.
    Same { cell: i64, rows: usize },
    /// Differences to a base.
    Byte(Packed<u8>),
    /// Differences to a base.
    Short(Packed<u16>),
    /// Differences to a base.
    Word(Packed<u32>),
    /// As they are.
    Wide(Vec<i64>),
    /// Runs of equal cells: the first row of each, and its cell.
    Runs {
        starts: Vec<u32>,
        cells: Box<Cells>,
        rows: usize,
    },
    /// The rows that differ from the usual cell, in order, and their cells.
    Sparse {
        usual: i64,
        at: Vec<u32>,
        cells: Box<Cells>,
        rows: usize,
    },
}

/// Codes with what they are differences to; the greatest code is empty.
#[derive(Debug, Clone)]
pub(crate) struct Packed<T> {
    pub base: i64,
    pub codes: Vec<T>,
    /// Bounds of the cells that are not empty; they may be wider than need be.
    pub least: i64,
    pub greatest: i64,
}

/// A code of one, two or four bytes.
pub(crate) trait Code: Copy + Ord + Into<u32> {
    const NULL: Self;
    /// A code below [`Code::NULL`]; callers have compared.
    fn of(difference: u64) -> Self;
}

macro_rules! code {
    ($($code:ty)*) => {$(
        impl Code for $code {
            const NULL: Self = <$code>::MAX;
            #[inline]
            fn of(difference: u64) -> Self {
                difference as $code
            }
        }
    )*};
}
code!(u8 u16 u32);

/// What a code stands for, without a branch.
#[inline]
fn cell_of<T: Code>(base: i64, code: T) -> i64 {
    let cell = base.wrapping_add(i64::from(code.into()));
    if code == T::NULL { NULL } else { cell }
}

impl<T: Code> Packed<T> {
    fn null_code() -> u64 {
        u64::from(T::NULL.into())
    }

    #[inline]
    pub fn cell(&self, code: T) -> i64 {
        cell_of(self.base, code)
    }

    /// The code of a cell, when there is one.
    #[inline]
    fn code(&self, cell: i64) -> Option<T> {
        if cell == NULL {
            return Some(T::NULL);
        }
        let difference = (cell as u64).wrapping_sub(self.base as u64);
        (cell >= self.base && difference < Self::null_code()).then(|| T::of(difference))
    }

    fn saw(&mut self, cell: i64) {
        if cell != NULL {
            self.least = self.least.min(cell);
            self.greatest = self.greatest.max(cell);
        }
    }

    fn push(&mut self, cell: i64) -> bool {
        match self.code(cell) {
            Some(code) => {
                self.saw(cell);
                self.codes.push(code);
                true
            }
            None => false,
        }
    }

    fn set(&mut self, row: usize, cell: i64) -> bool {
        match (self.code(cell), self.codes.get_mut(row)) {
            (Some(code), Some(slot)) => {
                *slot = code;
                self.saw(cell);
                true
            }
            _ => false,
        }
    }

    fn of(cells: impl Iterator<Item = i64>, base: i64, bounds: (i64, i64)) -> Packed<T> {
        let code = |cell: i64| {
            if cell == NULL {
                T::NULL
            } else {
                T::of((cell as u64).wrapping_sub(base as u64))
            }
        };
        Packed {
            base,
            codes: cells.map(code).collect(),
            least: bounds.0,
            greatest: bounds.1,
        }
    }

    fn read(&self, start: usize, out: &mut [i64]) {
        let codes = self.codes.get(start..start + out.len()).unwrap_or(&[]);
        let base = self.base;
        wide::map(out, codes, move |code| cell_of(base, code));
    }

    /// The codes of the cells within bounds, `None` when there is none.
    fn codes_within(&self, least: i64, greatest: i64) -> Option<(T, T)> {
        let (least, greatest) = (least.max(self.least), greatest.min(self.greatest));
        (least <= greatest).then(|| {
            let difference = |cell: i64| T::of((cell as u64).wrapping_sub(self.base as u64));
            (difference(least), difference(greatest))
        })
    }

    fn within(&self, start: usize, least: i64, greatest: i64, out: &mut [u8]) {
        let Some((least, greatest)) = self.codes_within(least, greatest) else {
            return out.fill(0);
        };
        let codes = self.codes.get(start..start + out.len()).unwrap_or(&[]);
        if least == greatest {
            wide::map(out, codes, move |code| u8::from(code == least));
        } else {
            wide::map(out, codes, move |code| {
                u8::from(code >= least) & u8::from(code <= greatest)
            });
        }
    }

    fn filled(&self, start: usize, out: &mut [u8]) {
        let codes = self.codes.get(start..start + out.len()).unwrap_or(&[]);
        wide::map(out, codes, |code| u8::from(code != T::NULL));
    }

    fn numbers(&self, start: usize, least: i64, none: u32, out: &mut [u32]) -> bool {
        // Cells below `least` must not come out above it again.
        let Ok(offset) = i32::try_from(self.base.wrapping_sub(least)) else {
            return false;
        };
        if self.greatest.wrapping_sub(self.base) > i64::from(i32::MAX) || none > i32::MAX as u32 {
            return false;
        }
        let codes = self.codes.get(start..start + out.len()).unwrap_or(&[]);
        wide::map(out, codes, move |code| {
            // Below `least` it is negative, as a word greater than any group's number.
            let number = code.into().wrapping_add(offset as u32).min(none);
            if code == T::NULL { none } else { number }
        });
        true
    }

    fn one_of(&self, start: usize, list: &[i64], out: &mut [u8]) {
        out.fill(0);
        let codes = self.codes.get(start..start + out.len()).unwrap_or(&[]);
        let known = list.iter().filter(|cell| **cell != NULL);
        let wanted: Vec<T> = known.filter_map(|cell| self.code(*cell)).collect();
        for wanted in wanted {
            wide::change(out, codes, move |found, code| {
                found | u8::from(code == wanted)
            });
        }
    }
}

/// Bounds of what is not empty; `None` when all is.
fn bounds(cells: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    let mut found: Option<(i64, i64)> = None;
    for cell in cells.filter(|cell| *cell != NULL) {
        found = Some(found.map_or((cell, cell), |(least, greatest)| {
            (least.min(cell), greatest.max(cell))
        }));
    }
    found
}

/// The bytes of a code for that many different values.
fn width(bounds: (i64, i64)) -> usize {
    let span = (bounds.1 as u64).wrapping_sub(bounds.0 as u64);
    match span {
        span if span < u64::from(u8::MAX) => 1,
        span if span < u64::from(u16::MAX) => 2,
        span if span < u64::from(u32::MAX) => 4,
        _ => 8,
    }
}

impl Default for Cells {
    fn default() -> Cells {
        Cells::empty(0)
    }
}

impl Cells {
    /// Rows without content.
    pub fn empty(rows: usize) -> Cells {
        Cells::Same { cell: NULL, rows }
    }

    /// The narrowest form; `as_is` without runs and rests, to which cells can be added fast.
    pub fn pack(cells: &[i64]) -> Cells {
        let rows = cells.len();
        let Some(bounds) = bounds(cells.iter().copied()) else {
            return Cells::empty(rows);
        };
        let runs = 1 + cells
            .iter()
            .zip(cells.iter().skip(1))
            .filter(|(a, b)| a != b)
            .count();
        if runs == 1 {
            return Cells::Same {
                cell: bounds.0,
                rows,
            };
        }
        let packed_bytes = rows * width(bounds);
        let of_cell = width(bounds) + 4;
        if runs * of_cell * 2 <= packed_bytes {
            let mut starts = Vec::with_capacity(runs);
            let mut kept: Vec<i64> = Vec::with_capacity(runs);
            for (row, cell) in cells.iter().enumerate() {
                if kept.last() != Some(cell) {
                    kept.push(*cell);
                    starts.push(row as u32);
                }
            }
            return Cells::Runs {
                starts,
                cells: Box::new(Cells::dense(&kept, bounds)),
                rows,
            };
        }
        for usual in [NULL, 0] {
            let others = cells.iter().filter(|cell| **cell != usual).count();
            if others * of_cell * 2 <= packed_bytes {
                let (at, kept): (Vec<u32>, Vec<i64>) = cells
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| **cell != usual)
                    .map(|(row, cell)| (row as u32, *cell))
                    .unzip();
                return Cells::Sparse {
                    usual,
                    at,
                    cells: Box::new(Cells::pack(&kept)),
                    rows,
                };
            }
        }
        Cells::dense(cells, bounds)
    }

    fn dense(cells: &[i64], bounds: (i64, i64)) -> Cells {
        Cells::based(cells.iter().copied(), bounds.0, bounds)
    }

    fn based(cells: impl Iterator<Item = i64>, base: i64, bounds: (i64, i64)) -> Cells {
        match width((base, bounds.1)) {
            1 => Cells::Byte(Packed::of(cells, base, bounds)),
            2 => Cells::Short(Packed::of(cells, base, bounds)),
            4 => Cells::Word(Packed::of(cells, base, bounds)),
            _ => Cells::Wide(cells.collect()),
        }
    }

    /// The cell of a row, [`NULL`] when there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> i64 {
        match self {
            Cells::Same { cell, rows } => {
                if row < *rows {
                    *cell
                } else {
                    NULL
                }
            }
            Cells::Byte(packed) => packed
                .codes
                .get(row)
                .map_or(NULL, |code| packed.cell(*code)),
            Cells::Short(packed) => packed
                .codes
                .get(row)
                .map_or(NULL, |code| packed.cell(*code)),
            Cells::Word(packed) => packed
                .codes
                .get(row)
                .map_or(NULL, |code| packed.cell(*code)),
            Cells::Wide(cells) => cells.get(row).copied().unwrap_or(NULL),
            Cells::Runs { starts, cells, .. } => {
                cells.get(starts.partition_point(|start| *start as usize <= row) - 1)
            }
            Cells::Sparse {
                usual, at, cells, ..
            } => match at.binary_search(&(row as u32)) {
                Ok(place) => cells.get(place),
                Err(_) => *usual,
            },
        }
    }

    /// The cells of `out.len()` rows from `start` on, which are there.
    pub fn read(&self, start: usize, out: &mut [i64]) {
        match self {
            Cells::Same { cell, .. } => out.fill(*cell),
            Cells::Byte(packed) => packed.read(start, out),
            Cells::Short(packed) => packed.read(start, out),
            Cells::Word(packed) => packed.read(start, out),
            Cells::Wide(cells) => {
                if let Some(cells) = cells.get(start..start + out.len()) {
                    out.copy_from_slice(cells);
                }
            }
            Cells::Runs { starts, cells, .. } => {
                each_run(starts, start, out.len(), |run, from, to| {
                    if let Some(slots) = out.get_mut(from..to) {
                        slots.fill(cells.get(run));
                    }
                });
            }
            Cells::Sparse {
                usual, at, cells, ..
            } => {
                out.fill(*usual);
                each_other(at, start, out.len(), |place, row| {
                    if let Some(slot) = out.get_mut(row) {
                        *slot = cells.get(place);
                    }
                });
            }
        }
    }

    /// 1 for each row whose cell is not empty and within bounds, 0 for the others.
    pub fn within(&self, start: usize, least: i64, greatest: i64, out: &mut [u8]) {
        let holds = move |cell: i64| {
            u8::from(cell != NULL) & u8::from(least <= cell) & u8::from(cell <= greatest)
        };
        match self {
            Cells::Byte(packed) => packed.within(start, least, greatest, out),
            Cells::Short(packed) => packed.within(start, least, greatest, out),
            Cells::Word(packed) => packed.within(start, least, greatest, out),
            _ => self.test(start, out, holds),
        }
    }

    /// 1 for each row whose cell is one of the list.
    pub fn one_of(&self, start: usize, list: &[i64], out: &mut [u8]) {
        match self {
            Cells::Byte(packed) if list.len() <= 16 => packed.one_of(start, list, out),
            Cells::Short(packed) if list.len() <= 8 => packed.one_of(start, list, out),
            Cells::Word(packed) if list.len() <= 4 => packed.one_of(start, list, out),
            _ => self.test(start, out, |cell| {
                u8::from(cell != NULL && list.contains(&cell))
            }),
        }
    }

    /// 1 for each row whose cell is not empty.
    pub fn filled(&self, start: usize, out: &mut [u8]) {
        match self {
            Cells::Byte(packed) => packed.filled(start, out),
            Cells::Short(packed) => packed.filled(start, out),
            Cells::Word(packed) => packed.filled(start, out),
            _ => self.test(start, out, |cell| u8::from(cell != NULL)),
        }
    }

    /// How far each cell stands from `least`, at most `none`, which is also that of empty ones. `false`:
    /// not in this form.
    pub fn numbers(&self, start: usize, least: i64, none: u32, out: &mut [u32]) -> bool {
        match self {
            Cells::Byte(packed) => packed.numbers(start, least, none, out),
            Cells::Short(packed) => packed.numbers(start, least, none, out),
            Cells::Word(packed) => packed.numbers(start, least, none, out),
            _ => false,
        }
    }

    /// What `of` makes of each code, in the order of the codes, that of empty cells last; `None` when there would
    /// be more than a part of the rows, so that it is not worth it.
    pub fn by_code(&self, of: impl Fn(i64) -> i64) -> Option<Vec<i64>> {
        fn each<T: Code>(packed: &Packed<T>, of: impl Fn(i64) -> i64) -> Option<Vec<i64>> {
            let last = packed.greatest.checked_sub(packed.base)?;
            let codes = usize::try_from(last).ok()? + 1;
            if codes > BY_CODE_MAX || codes > packed.codes.len() / BY_CODE_PART {
                return None;
            }
            let known = (0..=last).map(|code| of(packed.base + code));
            Some(known.chain([of(NULL)]).collect())
        }
        match self {
            Cells::Byte(packed) => each(packed, of),
            Cells::Short(packed) => each(packed, of),
            _ => None,
        }
    }

    /// Changes each slot by what stands for the row's cell in what [`Cells::by_code`] gave.
    pub fn look_up<S: Copy>(
        &self,
        start: usize,
        known: &[i64],
        out: &mut [S],
        with: impl Fn(S, i64) -> S,
    ) {
        fn each<T: Code, S: Copy>(
            codes: &[T],
            known: &[i64],
            out: &mut [S],
            with: impl Fn(S, i64) -> S,
        ) {
            let last = known.len().saturating_sub(1);
            for (slot, code) in out.iter_mut().zip(codes) {
                let number: u32 = (*code).into();
                let place = (number as usize).min(last);
                *slot = with(*slot, known.get(place).copied().unwrap_or(NULL));
            }
        }
        let rows = start..start + out.len();
        match self {
            Cells::Byte(packed) => each(packed.codes.get(rows).unwrap_or(&[]), known, out, with),
            Cells::Short(packed) => each(packed.codes.get(rows).unwrap_or(&[]), known, out, with),
            _ => {}
        }
    }

    fn test(&self, start: usize, out: &mut [u8], holds: impl Fn(i64) -> u8) {
        match self {
            Cells::Same { cell, .. } => out.fill(holds(*cell)),
            Cells::Wide(cells) => {
                let cells = cells.get(start..start + out.len()).unwrap_or(&[]);
                wide::map(out, cells, holds);
            }
            Cells::Runs { starts, cells, .. } => {
                each_run(starts, start, out.len(), |run, from, to| {
                    if let Some(slots) = out.get_mut(from..to) {
                        slots.fill(holds(cells.get(run)));
                    }
                });
            }
            Cells::Sparse {
                usual, at, cells, ..
            } => {
                out.fill(holds(*usual));
                each_other(at, start, out.len(), |place, row| {
                    if let Some(slot) = out.get_mut(row) {
                        *slot = holds(cells.get(place));
                    }
                });
            }
            Cells::Byte(packed) => test_packed(packed, start, out, holds),
            Cells::Short(packed) => test_packed(packed, start, out, holds),
            Cells::Word(packed) => test_packed(packed, start, out, holds),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, cell: i64) {
        let added = match self {
            Cells::Same { cell: same, rows } if *same == cell || *rows == 0 => {
                *same = cell;
                *rows += 1;
                true
            }
            Cells::Byte(packed) => packed.push(cell),
            Cells::Short(packed) => packed.push(cell),
            Cells::Word(packed) => packed.push(cell),
            Cells::Wide(cells) => {
                cells.push(cell);
                true
            }
            _ => false,
        };
        if !added {
            self.widen(cell);
            self.push(cell);
        }
    }

    /// Replaces the cell of a row.
    pub fn set(&mut self, row: usize, cell: i64) {
        let set = match self {
            Cells::Same { cell: same, rows } => *same == cell || row >= *rows,
            Cells::Byte(packed) => packed.set(row, cell),
            Cells::Short(packed) => packed.set(row, cell),
            Cells::Word(packed) => packed.set(row, cell),
            Cells::Wide(cells) => {
                cells.get_mut(row).into_iter().for_each(|old| *old = cell);
                true
            }
            _ => false,
        };
        if !set {
            self.widen(cell);
            self.set(row, cell);
        }
    }

    /// A form that can also hold `cell`, with room below and above, so that growing is rare.
    fn widen(&mut self, cell: i64) {
        let rows = self.len();
        let mut cells = vec![NULL; rows];
        self.read(0, &mut cells);
        let (least, greatest) = bounds(cells.iter().copied().chain([cell])).unwrap_or((0, 0));
        let span = (greatest as u64).wrapping_sub(least as u64);
        let room = match width((least, greatest)) {
            1 => u64::from(u8::MAX),
            2 => u64::from(u16::MAX),
            4 => u64::from(u32::MAX),
            _ => {
                *self = Cells::Wide(cells);
                return;
            }
        };
        // Cells from 0 on stay so: numbers of texts grow upwards.
        let slack = i64::try_from((room - 1 - span) / 2).unwrap_or(0);
        let base = if least >= 0 {
            least.saturating_sub(slack).max(0)
        } else {
            least.saturating_sub(slack).max(NULL + 1)
        };
        // The form may be one wider than what is needed now, never narrower.
        let top = least.max(greatest);
        *self = Cells::based(cells.into_iter(), base, (least, top));
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Cells::Same { rows, .. } | Cells::Runs { rows, .. } | Cells::Sparse { rows, .. } => {
                *rows
            }
            Cells::Byte(packed) => packed.codes.len(),
            Cells::Short(packed) => packed.codes.len(),
            Cells::Word(packed) => packed.codes.len(),
            Cells::Wide(cells) => cells.len(),
        }
    }

    /// Adds a number to every cell that is not empty.
    pub fn shift(&mut self, by: i64) {
        fn packed<T>(packed: &mut Packed<T>, by: i64) {
            packed.base = packed.base.wrapping_add(by);
            packed.least = packed.least.wrapping_add(by);
            packed.greatest = packed.greatest.wrapping_add(by);
        }
        match self {
            Cells::Same { cell, .. } if *cell == NULL => {}
            Cells::Same { cell, .. } => *cell = cell.wrapping_add(by),
            Cells::Byte(cells) => packed(cells, by),
            Cells::Short(cells) => packed(cells, by),
            Cells::Word(cells) => packed(cells, by),
            Cells::Wide(cells) => cells
                .iter_mut()
                .filter(|cell| **cell != NULL)
                .for_each(|cell| *cell = cell.wrapping_add(by)),
            Cells::Runs { cells, .. } => cells.shift(by),
            Cells::Sparse { usual, cells, .. } => {
                if *usual != NULL {
                    *usual = usual.wrapping_add(by);
                }
                cells.shift(by);
            }
        }
    }

    /// Bounds of the cells that are not empty, perhaps wider than need be; `None` when all are.
    pub fn bounds(&self) -> Option<(i64, i64)> {
        match self {
            Cells::Same { cell, .. } => (*cell != NULL).then_some((*cell, *cell)),
            Cells::Byte(packed) => Some((packed.least, packed.greatest)),
            Cells::Short(packed) => Some((packed.least, packed.greatest)),
            Cells::Word(packed) => Some((packed.least, packed.greatest)),
            Cells::Wide(cells) => bounds(cells.iter().copied()),
            Cells::Runs { cells, .. } => cells.bounds(),
            Cells::Sparse { usual, cells, .. } => {
                let own = cells.bounds();
                match (own, *usual) {
                    (own, NULL) => own,
                    (None, usual) => Some((usual, usual)),
                    (Some((least, greatest)), usual) => {
                        Some((least.min(usual), greatest.max(usual)))
                    }
                }
            }
        }
        .filter(|(least, greatest)| least <= greatest)
    }

    /// The first row from which on `before` no longer holds, in cells ordered by it.
    pub fn partition_point(&self, before: impl Fn(i64) -> bool) -> usize {
        if let Cells::Runs {
            starts,
            cells,
            rows,
        } = self
        {
            let run = part(starts.len(), |run| before(cells.get(run)));
            return starts.get(run).map_or(*rows, |start| *start as usize);
        }
        part(self.len(), |row| before(self.get(row)))
    }

    /// Bytes in memory, apart from the value itself.
    pub fn bytes(&self) -> usize {
        match self {
            Cells::Same { .. } => 0,
            Cells::Byte(packed) => packed.codes.capacity(),
            Cells::Short(packed) => packed.codes.capacity() * 2,
            Cells::Word(packed) => packed.codes.capacity() * 4,
            Cells::Wide(cells) => cells.capacity() * 8,
            Cells::Runs { starts, cells, .. } => starts.capacity() * 4 + cells.bytes() + 64,
            Cells::Sparse { at, cells, .. } => at.capacity() * 4 + cells.bytes() + 64,
        }
    }
}

/// The first of `0..len` for which `before` does not hold.
fn part(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn test_packed<T: Code>(
    packed: &Packed<T>,
    start: usize,
    out: &mut [u8],
    holds: impl Fn(i64) -> u8,
) {
    let codes = packed.codes.get(start..start + out.len()).unwrap_or(&[]);
    let base = packed.base;
    wide::map(out, codes, move |code| holds(cell_of(base, code)));
}

/// Calls `see` with each run that has rows from `start` on, and which of the `len` rows these are.
fn each_run(starts: &[u32], start: usize, len: usize, mut see: impl FnMut(usize, usize, usize)) {
    let mut run = starts
        .partition_point(|first| *first as usize <= start)
        .saturating_sub(1);
    let mut from = 0;
    while from < len {
        let to = starts
            .get(run + 1)
            .map_or(len, |next| (*next as usize - start).min(len));
        see(run, from, to);
        from = to;
        run += 1;
    }
}

/// Calls `see` with each place of a sparse column that has a row from `start` on, and which row.
fn each_other(at: &[u32], start: usize, len: usize, mut see: impl FnMut(usize, usize)) {
    let first = at.partition_point(|row| (*row as usize) < start);
    for (place, row) in at.iter().enumerate().skip(first) {
        let row = *row as usize - start;
        if row >= len {
            break;
        }
        see(place, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cells of every form: few and many values, runs, mostly empty, mostly 0, wide.
    fn columns() -> impl Strategy<Value = Vec<i64>> {
        let cell = prop_oneof![
            Just(NULL),
            Just(0_i64),
            -3..3_i64,
            0..300_i64,
            -70_000..70_000_i64,
            (NULL + 1)..i64::MAX
        ];
        let small = prop_oneof![Just(NULL), 0..5_i64];
        prop_oneof![
            prop::collection::vec(cell.clone(), 0..200),
            prop::collection::vec(small, 0..300),
            prop::collection::vec((cell.clone(), 1..40_usize), 0..20).prop_map(|runs| {
                runs.into_iter()
                    .flat_map(|(cell, times)| std::iter::repeat_n(cell, times))
                    .collect()
            }),
            prop::collection::vec((cell, 0..30_usize), 0..10).prop_map(|others| {
                others
                    .into_iter()
                    .flat_map(|(cell, zeros)| [vec![0; zeros], vec![cell]].concat())
                    .collect()
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_form_holds_the_same(values in columns(), low in -10..10_i64, high in -10..400_i64, cut in 0..100_usize) {
            let mut grown = Cells::default();
            values.iter().for_each(|cell| grown.push(*cell));
            let mut written = Cells::empty(values.len());
            values.iter().enumerate().rev().for_each(|(row, cell)| written.set(row, *cell));
            let start = cut.min(values.len());
            let rest = &values[start..];
            for cells in [Cells::pack(&values), grown, written] {
                prop_assert_eq!(cells.len(), values.len());
                for (row, cell) in values.iter().enumerate() {
                    prop_assert_eq!(cells.get(row), *cell);
                }
                let mut read = vec![7; rest.len()];
                cells.read(start, &mut read);
                prop_assert_eq!(&read, rest);
                let mut mask = vec![7; rest.len()];
                let held = |holds: &dyn Fn(i64) -> bool| -> Vec<u8> {
                    rest.iter().map(|cell| u8::from(*cell != NULL && holds(*cell))).collect()
                };
                cells.within(start, low, high, &mut mask);
                prop_assert_eq!(&mask, &held(&|cell| low <= cell && cell <= high));
                cells.within(start, high, high, &mut mask);
                prop_assert_eq!(&mask, &held(&|cell| cell == high));
                cells.one_of(start, &[low, high, NULL], &mut mask);
                prop_assert_eq!(&mask, &held(&|cell| cell == low || cell == high));
                cells.filled(start, &mut mask);
                prop_assert_eq!(&mask, &held(&|_| true));
                let mut numbers = vec![7; rest.len()];
                if cells.numbers(start, low, 50, &mut numbers) {
                    let number = |cell: &i64| match *cell {
                        NULL => 50,
                        cell if cell < low => 50,
                        cell => (cell as i128 - i128::from(low)).min(50) as u32,
                    };
                    prop_assert_eq!(&numbers, &rest.iter().map(number).collect::<Vec<u32>>());
                }
                let least = values.iter().filter(|cell| **cell != NULL).min();
                prop_assert_eq!(cells.bounds().is_some(), least.is_some());
                if let (Some((low, high)), Some(least)) = (cells.bounds(), least) {
                    prop_assert!(low <= *least && values.iter().all(|cell| *cell <= high));
                }
            }
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(
                Cells::pack(&sorted).partition_point(|cell| cell < high),
                sorted.partition_point(|cell| *cell < high)
            );
        }

        #[test]
        fn shifted_cells_are_all_moved(values in prop::collection::vec(prop_oneof![Just(NULL), Just(0), -500..500_i64], 0..200), by in -9..9_i64) {
            let mut cells = Cells::pack(&values);
            cells.shift(by);
            for (row, cell) in values.iter().enumerate() {
                prop_assert_eq!(cells.get(row), if *cell == NULL { NULL } else { cell + by });
            }
        }
    }
}
