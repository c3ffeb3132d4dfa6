//! Steps run over a block of rows, column by column.
//!
//! A value step gives a cell for each row; a condition gives two masks, the rows for which it is
//! true and those for which it is false, of which only what is asked for is computed. A row whose
//! calculation leaves 64 bits is marked *beyond*; whether it matters is decided by who counts it.

use base::Day;
use programme::expr::CompareOp;

use crate::cells::NULL;
use crate::compile::{DayOf, Op, Step, Steps};
use crate::segment::{Part, Place};
use crate::table::Table;
use crate::wide;

/// Rows computed at a time.
pub(crate) const BLOCK: usize = 1024;

#[derive(Default)]
struct Lanes {
    stamp: u64,
    cells: Vec<i64>,
    /// 1 for rows beyond 64 bits; empty when there is none.
    beyond: Vec<u8>,
}

#[derive(Default)]
struct Mask {
    stamp: u64,
    rows: Vec<u8>,
    any: bool,
}

/// The steps of a pass at one block of rows.
pub(crate) struct Block<'s, 'a> {
    steps: &'s Steps<'a>,
    part: &'s Part,
    start: usize,
    len: usize,
    /// Counts blocks: what has another stamp is of another block.
    stamp: u64,
    lanes: Vec<Lanes>,
    /// Rows for which a condition is true, and for which it is false.
    masks: Vec<[Mask; 2]>,
    /// Beyond 64 bits, of conditions.
    beyond: Vec<Lanes>,
    /// Steps that were worked out code by code, for the parts gone to so far.
    known: Vec<Vec<Known<'s>>>,
}

/// A step worked out for each code of a part's column; `None` when that is not worth it.
struct Known<'s> {
    part: &'s Part,
    by_code: Option<Vec<i64>>,
}

impl<'s, 'a> Block<'s, 'a> {
    pub fn new(steps: &'s Steps<'a>, part: &'s Part) -> Block<'s, 'a> {
        Block {
            steps,
            part,
            start: 0,
            len: 0,
            stamp: 0,
            lanes: steps.ops.iter().map(|_| Lanes::default()).collect(),
            masks: steps.ops.iter().map(|_| Default::default()).collect(),
            beyond: steps.ops.iter().map(|_| Lanes::default()).collect(),
            known: steps.ops.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Goes to other rows.
    pub fn go(&mut self, part: &'s Part, start: usize, len: usize) {
        self.part = part;
        self.start = start;
        self.len = len;
        self.stamp += 1;
    }

    pub fn part(&self) -> &'s Part {
        self.part
    }

    pub fn start(&self) -> usize {
        self.start
    }

    /// The value of a step for each row.
    pub fn value(&mut self, step: Step) -> &[i64] {
        self.compute(step);
        self.cells(step)
    }

    /// Rows whose value left 64 bits; empty when there is none.
    pub fn value_beyond(&mut self, step: Step) -> &[u8] {
        self.compute(step);
        self.lanes.get(step.0).map_or(&[], |lanes| &lanes.beyond)
    }

    /// How far the cells of a step stand from `least`, at most `none`, which is also that of empty ones.
    /// `false`: it must be told from the values.
    pub fn numbers(&self, step: Step, least: i64, none: u32, out: &mut [u32]) -> bool {
        match self.steps.op(step) {
            Op::Cell(place) => match self.part.data.cells(*place) {
                Some(cells) => cells.numbers(self.start, least, none, out),
                None => false,
            },
            _ => false,
        }
    }

    /// Adds the interval that a step gives to each row; none counts as the first. `false`: it must be told
    /// from the values.
    pub fn add_intervals(&mut self, step: Step, out: &mut [u32]) -> bool {
        // The lower half of what stands for none is 0: no branch is needed.
        const { assert!(NULL as u32 == 0) };
        self.look_up(step, out, |place, interval| place + interval as u32)
    }

    /// Changes each slot by the value of a step that depends on one column with few codes, which is worked out once
    /// for each code of a part. `false`: it does not.
    fn look_up<S: Copy>(&mut self, step: Step, out: &mut [S], with: impl Fn(S, i64) -> S) -> bool {
        let Some(place) = self.only_cell(step) else {
            return false;
        };
        let Some(cells) = self.part.data.cells(place) else {
            return false;
        };
        let part = self.part;
        let is_here = |known: &Known<'_>| std::ptr::eq(known.part, part);
        if !self
            .known
            .get(step.0)
            .is_some_and(|known| known.iter().any(is_here))
        {
            let by_code = cells.by_code(|cell| self.of_cell(step, cell));
            if let Some(known) = self.known.get_mut(step.0) {
                known.push(Known { part, by_code });
            }
        }
        let known = self
            .known
            .get(step.0)
            .and_then(|known| known.iter().find(|known| is_here(known)));
        let Some(known) = known.and_then(|known| known.by_code.as_deref()) else {
            return false;
        };
        cells.look_up(self.start, known, out, with);
        true
    }

    /// The one column that a step depends on, for steps that are worked out code by code.
    fn only_cell(&self, step: Step) -> Option<Place> {
        match self.steps.op(step) {
            Op::Interval { date, .. } => Some(*date),
            Op::ByInterval(interval, _) => self.only_cell(*interval),
            Op::Group { unit, day } => self.only_epoch(*day).map(|_| *unit),
            _ => None,
        }
    }

    /// The value of such a step where the column has this cell.
    fn of_cell(&self, step: Step, cell: i64) -> i64 {
        match self.steps.op(step) {
            Op::Interval { cut, .. } => self.steps.cuts.get(*cut).map_or(cell, |cut| cut.of(cell)),
            Op::ByInterval(interval, values) => by_interval(values, self.of_cell(*interval, cell)),
            Op::Group { day, .. } => self
                .only_epoch(*day)
                .map_or(NULL, |epoch| self.group_in(epoch, cell)),
            _ => NULL,
        }
    }

    /// The epoch of the units' tree, when it is the same for every row.
    fn only_epoch(&self, day: DayOf) -> Option<usize> {
        match day {
            DayOf::Fixed(day) => Some(self.steps.tree.epoch_of(i64::from(day))),
            DayOf::Row(_) => (self.steps.tree.epochs() == 1).then_some(0),
        }
    }

    fn group_in(&self, epoch: usize, unit: i64) -> i64 {
        let group = self.steps.tree.group_of(epoch, unit);
        group
            .and_then(|group| i64::try_from(group).ok())
            .unwrap_or(NULL)
    }

    fn cells(&self, step: Step) -> &[i64] {
        self.lanes.get(step.0).map_or(&[], |lanes| &lanes.cells)
    }

    fn compute(&mut self, step: Step) {
        let Some(slot) = self.lanes.get_mut(step.0) else {
            return;
        };
        if slot.stamp == self.stamp {
            return;
        }
        let mut out = std::mem::take(slot);
        out.stamp = self.stamp;
        out.beyond.clear();
        out.cells.resize(self.len, NULL);
        self.fill(step, &mut out);
        if let Some(slot) = self.lanes.get_mut(step.0) {
            *slot = out;
        }
    }

    fn fill(&mut self, step: Step, out: &mut Lanes) {
        let steps = self.steps;
        match steps.op(step) {
            Op::Constant(value) => out.cells.fill(*value),
            Op::Cell(place) => self.part.data.read(*place, self.start, &mut out.cells),
            Op::Interval { .. } | Op::ByInterval(..) | Op::Group { .. }
                if self.look_up(step, &mut out.cells, |_, found| found) => {}
            Op::Interval { date, cut } => {
                self.part.data.read(*date, self.start, &mut out.cells);
                if let Some(cut) = steps.cuts.get(*cut) {
                    for cell in &mut out.cells {
                        *cell = cut.of(*cell);
                    }
                }
            }
            Op::ByInterval(interval, values) => {
                let intervals = self.value(*interval);
                for (slot, interval) in out.cells.iter_mut().zip(intervals) {
                    *slot = by_interval(values, *interval);
                }
            }
            Op::Attribute {
                key,
                table,
                place,
                day,
            } => {
                if let Some(table) = steps.joined.get(*table) {
                    self.attribute(table, *key, *place, *day, &mut out.cells);
                }
            }
            Op::Group { unit, day } => self.group(*unit, *day, &mut out.cells),
            Op::Truth(condition) => {
                let condition = *condition;
                self.truth(condition, true);
                self.truth(condition, false);
                let (is_true, is_false) = (self.rows(condition, true), self.rows(condition, false));
                wide::map_two(
                    &mut out.cells,
                    is_true,
                    is_false,
                    |is_true, is_false| match (is_true, is_false) {
                        (1, _) => 1,
                        (_, 1) => 0,
                        _ => NULL,
                    },
                );
                out.beyond = self.condition_beyond(condition).to_vec();
            }
            Op::Scale(a, factor) => self.unary(*a, out, |a| a.checked_mul(*factor)),
            Op::Add(a, b) => self.binary(*a, *b, out, |a, b| {
                let sum = a.wrapping_add(b);
                (sum, (a ^ sum) & (b ^ sum) < 0)
            }),
            Op::Subtract(a, b) => self.binary(*a, *b, out, |a, b| {
                let rest = a.wrapping_sub(b);
                (rest, (a ^ b) & (a ^ rest) < 0)
            }),
            Op::Multiply(a, b) => self.binary(*a, *b, out, i64::overflowing_mul),
            Op::Year(a) => self.part_of_day(*a, out, |day| i64::from(day.year())),
            Op::Month(a) => self.part_of_day(*a, out, |day| i64::from(day.month())),
            Op::Coalesce(list) => {
                out.cells.fill(NULL);
                for item in list {
                    self.compute(*item);
                    let beyond = self
                        .lanes
                        .get(item.0)
                        .map_or(&[][..], |lanes| &lanes.beyond);
                    // Only of rows that had no value so far.
                    mark(&mut out.beyond, beyond, |row| {
                        out.cells.get(row) == Some(&NULL)
                    });
                    wide::change(&mut out.cells, self.cells(*item), |kept, cell| {
                        if kept == NULL { cell } else { kept }
                    });
                }
            }
            Op::When(condition, value) => {
                let (condition, value) = (*condition, *value);
                self.compute(value);
                self.truth(condition, true);
                let held = self.rows(condition, true);
                wide::map_two(&mut out.cells, self.cells(value), held, |cell, held| {
                    if held == 1 { cell } else { NULL }
                });
                let beyond = self
                    .lanes
                    .get(value.0)
                    .map_or(&[][..], |lanes| &lanes.beyond);
                mark(&mut out.beyond, beyond, |row| held.get(row) == Some(&1));
                let beyond = self.condition_beyond(condition);
                mark(&mut out.beyond, beyond, |_| true);
            }
            // A condition where a value is wanted; `Steps` makes none.
            _ => out.cells.fill(NULL),
        }
    }

    fn unary(&mut self, a: Step, out: &mut Lanes, op: impl Fn(i64) -> Option<i64>) {
        self.compute(a);
        let Some(a) = self.lanes.get(a.0) else {
            return;
        };
        let mut left = 0_u8;
        for (slot, a) in out.cells.iter_mut().zip(&a.cells) {
            *slot = match op(*a) {
                _ if *a == NULL => NULL,
                Some(value) => {
                    left |= u8::from(value == NULL);
                    value
                }
                None => {
                    left = 1;
                    NULL
                }
            };
        }
        mark(&mut out.beyond, &a.beyond, |_| true);
        if left == 1 {
            for (row, (slot, a)) in out.cells.iter().zip(&a.cells).enumerate() {
                if *slot == NULL && *a != NULL {
                    mark_one(&mut out.beyond, out.cells.len(), row);
                }
            }
        }
    }

    /// `op` gives the result in 64 bits and whether it left them. Without branches, for speed.
    fn binary(&mut self, a: Step, b: Step, out: &mut Lanes, op: impl Fn(i64, i64) -> (i64, bool)) {
        self.compute(a);
        self.compute(b);
        let (Some(a), Some(b)) = (self.lanes.get(a.0), self.lanes.get(b.0)) else {
            return;
        };
        wide::map_two(&mut out.cells, &a.cells, &b.cells, move |a, b| {
            let (value, is_beyond) = op(a, b);
            let is_empty = (a == NULL) | (b == NULL) | is_beyond;
            if is_empty { NULL } else { value }
        });
        // A result may also be the very number that stands for empty.
        let is_left = |out: i64, a: i64, b: i64| (out == NULL) & (a != NULL) & (b != NULL);
        let left = wide::any_of_three(&out.cells, &a.cells, &b.cells, is_left);
        mark(&mut out.beyond, &a.beyond, |_| true);
        mark(&mut out.beyond, &b.beyond, |_| true);
        if left {
            let cells = out.cells.iter().zip(&a.cells).zip(&b.cells);
            for (row, ((slot, a), b)) in cells.enumerate() {
                if is_left(*slot, *a, *b) {
                    mark_one(&mut out.beyond, out.cells.len(), row);
                }
            }
        }
    }

    fn part_of_day(&mut self, a: Step, out: &mut Lanes, part: impl Fn(Day) -> i64) {
        self.compute(a);
        let Some(a) = self.lanes.get(a.0) else {
            return;
        };
        // Rows that follow each other often have the same day.
        let mut last = (NULL, NULL);
        for (slot, number) in out.cells.iter_mut().zip(&a.cells) {
            if *number != last.0 {
                let day = i32::try_from(*number).ok().and_then(Day::from_number);
                last = (*number, day.map_or(NULL, &part));
            }
            *slot = last.1;
        }
        mark(&mut out.beyond, &a.beyond, |_| true);
    }

    fn days(&self, day: DayOf, len: usize) -> Vec<i64> {
        let mut days = vec![NULL; len];
        match day {
            DayOf::Row(place) => self.part.data.read(place, self.start, &mut days),
            DayOf::Fixed(day) => days.fill(i64::from(day)),
        }
        days
    }

    /// Attributes: `out` gets the keys first.
    fn attribute(&self, table: &Table, key: Place, place: Place, day: DayOf, out: &mut [i64]) {
        let days = self.days(day, out.len());
        self.part.data.read(key, self.start, out);
        let at = self.steps.at;
        // The versions of the last key met: first and last day, and the cell.
        let mut versions: Vec<(i64, i64, i64)> = Vec::new();
        let mut last = NULL;
        for (slot, day) in out.iter_mut().zip(days) {
            if *slot == NULL || day == NULL {
                *slot = NULL;
                continue;
            }
            if *slot != last {
                last = *slot;
                versions.clear();
                let rows = table.rows_of(last).filter(|row| table.is_visible(*row, at));
                versions.extend(rows.filter_map(|row| {
                    let (from, to) = table.version(row)?;
                    Some((i64::from(from), i64::from(to), table.get(row, place)))
                }));
            }
            let found = versions
                .iter()
                .find(|(from, to, _)| *from <= day && day <= *to);
            *slot = found.map_or(NULL, |(_, _, cell)| *cell);
        }
    }

    fn group(&self, unit: Place, day: DayOf, out: &mut [i64]) {
        self.part.data.read(unit, self.start, out);
        if let Some(epoch) = self.only_epoch(day) {
            out.iter_mut()
                .for_each(|slot| *slot = self.group_in(epoch, *slot));
            return;
        }
        let days = self.days(day, out.len());
        for (slot, day) in out.iter_mut().zip(days) {
            *slot = self.group_in(self.steps.tree.epoch_of(day), *slot);
        }
    }

    /// The rows for which a condition is true (or false).
    pub fn mask(&mut self, step: Step, wanted: bool) -> &[u8] {
        self.truth(step, wanted);
        self.rows(step, wanted)
    }

    /// Whether there is such a row.
    pub fn any(&mut self, step: Step, wanted: bool) -> bool {
        let (step, wanted) = self.direct(step, wanted);
        self.truth(step, wanted);
        let masks = self.masks.get(step.0);
        masks.is_some_and(|[yes, no]| if wanted { yes.any } else { no.any })
    }

    /// A negation is the other mask of what it negates.
    fn direct(&self, mut step: Step, mut wanted: bool) -> (Step, bool) {
        while let Op::Not(inner) = self.steps.op(step) {
            (step, wanted) = (*inner, !wanted);
        }
        (step, wanted)
    }

    fn rows(&self, step: Step, wanted: bool) -> &[u8] {
        let (step, wanted) = self.direct(step, wanted);
        self.masks
            .get(step.0)
            .map_or(&[], |[yes, no]| if wanted { &yes.rows } else { &no.rows })
    }

    fn truth(&mut self, step: Step, wanted: bool) {
        let (step, wanted) = self.direct(step, wanted);
        let stamp = self.stamp;
        let Some([yes, no]) = self.masks.get_mut(step.0) else {
            return;
        };
        let slot = if wanted { yes } else { no };
        if slot.stamp == stamp {
            return;
        }
        let mut out = std::mem::take(slot);
        out.stamp = stamp;
        out.rows.resize(self.len, 0);
        self.fill_mask(step, wanted, &mut out.rows);
        out.any = has_any(&out.rows);
        if let Some([yes, no]) = self.masks.get_mut(step.0) {
            *(if wanted { yes } else { no }) = out;
        }
    }

    fn fill_mask(&mut self, step: Step, wanted: bool, out: &mut [u8]) {
        let steps = self.steps;
        match steps.op(step) {
            Op::Known(value) => out.fill(u8::from(*value == wanted)),
            Op::Holds(value) => {
                let bound = i64::from(wanted);
                self.within(*value, bound, bound, true, out);
            }
            Op::And(a, b) => self.both(*a, *b, wanted, wanted, out),
            // Not or: neither.
            Op::Or(a, b) => self.both(*a, *b, wanted, !wanted, out),
            Op::Compare(op, a, b) => {
                let (a, b) = (*a, *b);
                self.compute(a);
                self.compute(b);
                let (a, b) = (self.cells(a), self.cells(b));
                compare(op.0, wanted, a, b, out);
            }
            Op::Within(value, least, greatest) => {
                self.within(*value, *least, *greatest, wanted, out);
            }
            Op::OneOf(value, list) => {
                self.found(
                    *value,
                    out,
                    wanted,
                    |cells, start, out| {
                        cells.one_of(start, list, out);
                    },
                    |cell| list.binary_search(&cell).is_ok(),
                );
            }
            Op::IsEmpty(value) => {
                let value = *value;
                match steps.op(value) {
                    Op::Cell(place) if self.part.data.cells(*place).is_some() => {
                        if let Some(cells) = self.part.data.cells(*place) {
                            cells.filled(self.start, out);
                        }
                        if wanted {
                            out.iter_mut().for_each(|slot| *slot ^= 1);
                        }
                    }
                    _ => {
                        for (slot, cell) in out.iter_mut().zip(self.value(value)) {
                            *slot = u8::from((*cell == NULL) == wanted);
                        }
                    }
                }
            }
            Op::Marked(value, marked) => {
                for (slot, number) in out.iter_mut().zip(self.value(*value)) {
                    let place = usize::try_from(*number).ok();
                    let found = place.and_then(|place| marked.get(place)).copied();
                    *slot = u8::from(found.unwrap_or(false) == wanted);
                }
            }
            // A value where a condition is wanted; `Steps` makes none.
            _ => out.fill(0),
        }
    }

    /// Rows for which both have the truth value `of`, or (`all` false) one of them has.
    fn both(&mut self, a: Step, b: Step, of: bool, all: bool, out: &mut [u8]) {
        let first = self.any(a, of);
        out.copy_from_slice(self.rows(a, of));
        if all {
            // What can leave 64 bits is asked of every row, however the rows are divided into blocks.
            if first {
                let rows = self.mask(b, of);
                wide::change(out, rows, |slot, row| slot & row);
            }
        } else {
            let rows = self.mask(b, of);
            wide::change(out, rows, |slot, row| slot | row);
        }
    }

    fn within(&mut self, value: Step, least: i64, greatest: i64, wanted: bool, out: &mut [u8]) {
        self.found(
            value,
            out,
            wanted,
            |cells, start, out| cells.within(start, least, greatest, out),
            move |cell| (least <= cell) & (cell <= greatest),
        );
    }

    /// Rows whose value is found, or (`wanted` false) has a value that is not.
    fn found(
        &mut self,
        value: Step,
        out: &mut [u8],
        wanted: bool,
        of_cells: impl Fn(&crate::cells::Cells, usize, &mut [u8]),
        holds: impl Fn(i64) -> bool,
    ) {
        if let Op::Cell(place) = self.steps.op(value)
            && let Some(cells) = self.part.data.cells(*place)
        {
            of_cells(cells, self.start, out);
            if !wanted {
                let mut filled = vec![0; out.len()];
                cells.filled(self.start, &mut filled);
                wide::change(out, &filled, |slot, filled| filled & (slot ^ 1));
            }
            return;
        }
        let cells = self.value(value);
        wide::map(out, cells, move |cell| {
            u8::from(cell != NULL) & u8::from(holds(cell) == wanted)
        });
    }

    /// Rows for which a condition left 64 bits; empty when there is none. A second part is only asked
    /// where the first leaves the answer open.
    pub fn condition_beyond(&mut self, step: Step) -> &[u8] {
        if !self.steps.is_risky(step) {
            return &[];
        }
        let stamp = self.stamp;
        if self
            .beyond
            .get(step.0)
            .is_none_or(|slot| slot.stamp != stamp)
        {
            let mut out = self
                .beyond
                .get_mut(step.0)
                .map(std::mem::take)
                .unwrap_or_default();
            out.stamp = stamp;
            out.beyond.clear();
            let steps = self.steps;
            match steps.op(step) {
                Op::Not(a) => mark(&mut out.beyond, self.condition_beyond(*a), |_| true),
                Op::And(a, b) => self.second_beyond(*a, *b, false, &mut out.beyond),
                Op::Or(a, b) => self.second_beyond(*a, *b, true, &mut out.beyond),
                Op::Compare(_, a, b) => {
                    mark(&mut out.beyond, self.value_beyond(*a), |_| true);
                    mark(&mut out.beyond, self.value_beyond(*b), |_| true);
                }
                Op::Holds(a)
                | Op::Within(a, ..)
                | Op::OneOf(a, _)
                | Op::IsEmpty(a)
                | Op::Marked(a, _) => mark(&mut out.beyond, self.value_beyond(*a), |_| true),
                _ => {}
            }
            if let Some(slot) = self.beyond.get_mut(step.0) {
                *slot = out;
            }
        }
        self.beyond.get(step.0).map_or(&[], |lanes| &lanes.beyond)
    }

    fn second_beyond(&mut self, a: Step, b: Step, decided: bool, out: &mut Vec<u8>) {
        mark(out, self.condition_beyond(a), |_| true);
        if self.condition_beyond(b).is_empty() {
            return;
        }
        let beyond = self.condition_beyond(b).to_vec();
        let decided = self.mask(a, decided);
        mark(out, &beyond, |row| decided.get(row) == Some(&0));
    }
}

/// What a list has for an interval.
fn by_interval(values: &[i64], interval: i64) -> i64 {
    let place = usize::try_from(interval).ok();
    let value = place.and_then(|place| values.get(place));
    value.copied().unwrap_or(NULL)
}

/// Marks the rows of `from` for which `also` holds.
fn mark(out: &mut Vec<u8>, from: &[u8], also: impl Fn(usize) -> bool) {
    for (row, beyond) in from.iter().enumerate() {
        if *beyond == 1 && also(row) {
            mark_one(out, from.len(), row);
        }
    }
}

fn mark_one(out: &mut Vec<u8>, len: usize, row: usize) {
    out.resize(len, 0);
    if let Some(slot) = out.get_mut(row) {
        *slot = 1;
    }
}

/// Whether a mask has a row.
pub(crate) fn has_any(mask: &[u8]) -> bool {
    wide::fold(mask, 0, |any, row| any | row) != 0
}

fn compare(op: CompareOp, wanted: bool, a: &[i64], b: &[i64], out: &mut [u8]) {
    fn each(a: &[i64], b: &[i64], wanted: bool, out: &mut [u8], holds: impl Fn(i64, i64) -> bool) {
        wide::map_two(out, a, b, move |a, b| {
            let is_filled = u8::from(a != NULL) & u8::from(b != NULL);
            is_filled & u8::from(holds(a, b) == wanted)
        });
    }
    match op {
        CompareOp::Equal => each(a, b, wanted, out, |a, b| a == b),
        CompareOp::NotEqual => each(a, b, wanted, out, |a, b| a != b),
        CompareOp::Less => each(a, b, wanted, out, |a, b| a < b),
        CompareOp::AtMost => each(a, b, wanted, out, |a, b| a <= b),
        CompareOp::Greater => each(a, b, wanted, out, |a, b| a > b),
        CompareOp::AtLeast => each(a, b, wanted, out, |a, b| a >= b),
    }
}
