//! The run: blocks of rows, item by item, then the totals of all rows with the same pattern together.
//!
//! A block fits the nearest cache. Its sums are made in 64 bits where their largest possible size
//! fits, else in 128, else its rows are scored as single cards; the size is known before anything
//! is multiplied. Rows whose own numbers are too large, or which a rule refuses, are marked and
//! scored as single cards at the end of their block.

use std::collections::BTreeMap;
use std::ops::{Add, Div, Mul, Neg, Rem};
use std::sync::Arc;

use base::{FigureState, Problem, Rounding};

use super::plan::{Grades, Pattern, Plan, Prepared, grade_names};
use super::scores::{Exception, ItemPoints, NO_GRADE, NO_POINTS, NO_TOTAL, Scores};
use super::whole::{Below, Node, Step, WholeEffect, WholeItem};
use super::{Denominators, FigureColumn, Kernel, Mark, States};
use crate::participant::{Input, Participant, VetoHit};
use crate::score::score_card;

/// Rows of a block.
const BLOCK: usize = 2048;

/// Fewer rows than this are not worth a thread of their own.
const ROWS_PER_THREAD_MIN: usize = 8 * BLOCK;

pub(super) fn score(
    kernel: &Kernel,
    columns: &[FigureColumn<'_>],
    rows: usize,
    threads: usize,
) -> Result<Scores, Problem> {
    let below = columns.iter().map(|column| match column.denominators {
        Denominators::Same(denominator) => Below::Same(denominator),
        Denominators::Each(_) => Below::Each,
    });
    let prepared = kernel.prepare(below.collect());
    let mut scores = empty(kernel, prepared.as_deref(), rows);
    let threads = threads.clamp(1, rows.div_ceil(ROWS_PER_THREAD_MIN).max(1));
    let chunk = rows.div_ceil(threads).next_multiple_of(BLOCK);
    let parts = parts(&mut scores, chunk);
    let prepared = prepared.as_deref();
    let run = |part: Part<'_>| {
        let rows = part.grades.len();
        Worker::new(kernel, prepared, columns, rows).run(part)
    };
    let done: Vec<Result<Vec<(usize, Exception)>, Problem>> = std::thread::scope(|scope| {
        let mut parts = parts.into_iter();
        let own = parts.next();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || run(part))).collect();
        let mut done: Vec<_> = own.map(run).into_iter().collect();
        for other in others {
            match other.join() {
                Ok(found) => done.push(found),
                // A thread of ours that panics has met a bug; it goes on where it can be seen.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    // Parts stand in the order of the rows, so the first problem is the first row's.
    for found in done {
        scores.exceptions.extend(found?);
    }
    Ok(scores)
}

/// Columns to be filled.
fn empty(kernel: &Kernel, prepared: Option<&Prepared>, rows: usize) -> Scores {
    let items = kernel.card.items.iter().enumerate().map(|(number, _)| {
        let item = prepared.and_then(|prepared| prepared.items.get(number));
        ItemPoints {
            numerators: vec![0; rows],
            scale: item.map_or(1, |item| item.scale),
            varying: item.filter(|item| item.varies).map(|_| vec![0; rows]),
        }
    });
    let vetoes = kernel.card.vetoes.iter().map(|veto| veto.id.clone());
    Scores {
        grade_names: grade_names(kernel).into(),
        veto_ids: vetoes.collect(),
        power: prepared.map_or(1, |prepared| prepared.power),
        grades: vec![0; rows],
        totals: vec![0; rows],
        marks: vec![0; rows],
        items: items.collect(),
        exceptions: BTreeMap::new(),
    }
}

/// A stretch of rows that one thread fills.
struct Part<'a> {
    first: usize,
    grades: &'a mut [u8],
    totals: &'a mut [i64],
    marks: &'a mut [u16],
    items: Vec<(&'a mut [i64], Option<&'a mut [i64]>)>,
}

fn parts(scores: &mut Scores, chunk: usize) -> Vec<Part<'_>> {
    let chunk = chunk.max(BLOCK);
    let grades = scores.grades.chunks_mut(chunk);
    let columns = grades
        .zip(scores.totals.chunks_mut(chunk))
        .zip(scores.marks.chunks_mut(chunk));
    let mut parts: Vec<Part<'_>> = columns
        .enumerate()
        .map(|(number, ((grades, totals), marks))| Part {
            first: number * chunk,
            grades,
            totals,
            marks,
            items: Vec::new(),
        })
        .collect();
    for item in &mut scores.items {
        let mut own = item
            .varying
            .as_mut()
            .map(|varying| varying.chunks_mut(chunk));
        for (part, numerators) in parts.iter_mut().zip(item.numerators.chunks_mut(chunk)) {
            let own = own.as_mut().and_then(Iterator::next);
            part.items.push((numerators, own));
        }
    }
    parts
}

/// What one thread needs beside its part.
struct Worker<'k, 'c> {
    kernel: &'k Kernel,
    prepared: Option<&'k Prepared>,
    columns: &'c [FigureColumn<'c>],
    grades: Grades<'k>,
    /// Of the rows of a block: items left out and open, and whether it goes as a single card.
    patterns: Vec<Pattern>,
    single: Vec<bool>,
}

impl<'k, 'c> Worker<'k, 'c> {
    fn new(
        kernel: &'k Kernel,
        prepared: Option<&'k Prepared>,
        columns: &'c [FigureColumn<'c>],
        rows: usize,
    ) -> Worker<'k, 'c> {
        let block = rows.min(BLOCK);
        Worker {
            kernel,
            prepared,
            columns,
            grades: Grades::new(kernel),
            patterns: vec![Pattern::default(); block],
            single: vec![false; block],
        }
    }

    fn run(mut self, mut part: Part<'_>) -> Result<Vec<(usize, Exception)>, Problem> {
        let mut exceptions = Vec::new();
        let rows = part.grades.len();
        for start in (0..rows).step_by(BLOCK) {
            let len = BLOCK.min(rows - start);
            let mut block = part.block(start, len);
            self.block(&mut block, &mut exceptions)?;
        }
        Ok(exceptions)
    }

    fn block(
        &mut self,
        block: &mut Part<'_>,
        exceptions: &mut Vec<(usize, Exception)>,
    ) -> Result<(), Problem> {
        let len = block.grades.len();
        let Some(prepared) = self.prepared else {
            self.single.fill(true);
            return self.score_singly(block, exceptions);
        };
        self.single.fill(false);
        let mut open = false;
        for (number, item) in prepared.items.iter().enumerate() {
            let Some((numerators, own)) = block.items.get_mut(number) else {
                continue; // the part has a column for each item
            };
            let own = own.as_deref_mut();
            let column = item.figure.and_then(|figure| self.columns.get(figure));
            let mut rows = ItemRows {
                item,
                bit: 1 << number,
                numerators,
                own,
                patterns: &mut self.patterns,
                single: &mut self.single,
                open: &mut open,
            };
            match column.and_then(|column| slice(column, block.first, len)) {
                Some(column) => rows.of_figure(&column),
                None => rows.constant(),
            }
        }
        self.mark(prepared, block);
        if open {
            self.add_up_by_pattern(prepared, block)?;
            self.patterns.fill(Pattern::default());
        } else {
            let all: Vec<ItemSlice<'_>> = block
                .items
                .iter()
                .map(|(numerators, own)| (&**numerators, own.as_deref()))
                .collect();
            let mut totals = Totals {
                marks: block.marks,
                totals: block.totals,
                grades: block.grades,
            };
            let done = add_up(
                self.kernel,
                prepared,
                Pattern::default(),
                &all,
                &mut totals,
                &mut self.grades,
            )?;
            if let Done::Single(rows) = done {
                rows.mark(&mut self.single);
            }
        }
        self.score_singly(block, exceptions)
    }

    /// Sets the marks of vetoes and declared gates.
    fn mark(&self, prepared: &Prepared, block: &mut Part<'_>) {
        let len = block.marks.len();
        for test in &prepared.tests {
            let column = self.columns.get(test.figure);
            let Some(column) = column.and_then(|column| slice(column, block.first, len)) else {
                continue; // preparing found a column for each test
            };
            let bit = 1_u16 << test.mark;
            match (&test.each, column.states) {
                (None, States::Same(state)) if state.has_value() => {
                    for (mark, numerator) in block.marks.iter_mut().zip(column.numerators) {
                        let holds = test.from <= *numerator && *numerator <= test.to;
                        *mark |= bit * u16::from(holds);
                    }
                }
                (None, States::Same(_)) => {}
                (None, States::Each(states)) => {
                    let rows = block.marks.iter_mut().zip(column.numerators).zip(states);
                    for ((mark, numerator), state) in rows {
                        let holds = test.from <= *numerator && *numerator <= test.to;
                        *mark |= bit * u16::from(holds && state.has_value());
                    }
                }
                (Some(each), _) => {
                    for (row, mark) in block.marks.iter_mut().enumerate() {
                        *mark |= bit * u16::from(each.holds(&column.figure(row)));
                    }
                }
            }
        }
    }

    /// Rows in which not the same items count, each kind of row by itself.
    fn add_up_by_pattern(
        &mut self,
        prepared: &Prepared,
        block: &mut Part<'_>,
    ) -> Result<(), Problem> {
        let len = block.grades.len();
        let mut by_pattern: Vec<(Pattern, Vec<usize>)> = Vec::new();
        let mut places: std::collections::HashMap<Pattern, usize> = Default::default();
        for (row, pattern) in self.patterns.iter().take(len).enumerate() {
            let place = *places.entry(*pattern).or_insert_with(|| {
                by_pattern.push((*pattern, Vec::new()));
                by_pattern.len() - 1
            });
            if let Some((_, rows)) = by_pattern.get_mut(place) {
                rows.push(row);
            }
        }
        for (pattern, rows) in by_pattern {
            let gathered: Vec<(Vec<i64>, Option<Vec<i64>>)> = block
                .items
                .iter()
                .enumerate()
                .map(|(number, (numerators, own))| {
                    let counts = (pattern.excluded | pattern.pending) >> number & 1 == 0;
                    match counts {
                        true => (
                            gather(numerators, &rows),
                            own.as_deref().map(|own| gather(own, &rows)),
                        ),
                        false => (Vec::new(), None),
                    }
                })
                .collect();
            let slices: Vec<ItemSlice<'_>> = gathered
                .iter()
                .map(|(numerators, own)| (numerators.as_slice(), own.as_deref()))
                .collect();
            let mut marks = gather(block.marks, &rows);
            let (mut totals, mut grades) = (vec![0; rows.len()], vec![0; rows.len()]);
            let mut found = Totals {
                marks: &mut marks,
                totals: &mut totals,
                grades: &mut grades,
            };
            let done = add_up(
                self.kernel,
                prepared,
                pattern,
                &slices,
                &mut found,
                &mut self.grades,
            )?;
            match done {
                Done::All => {}
                Done::Single(Singles::All) => {
                    rows.iter()
                        .for_each(|row| set(&mut self.single, *row, true));
                }
                Done::Single(Singles::Rows(places)) => {
                    for row in places.iter().filter_map(|place| rows.get(*place)) {
                        set(&mut self.single, *row, true);
                    }
                }
            }
            for (place, row) in rows.iter().enumerate() {
                set(block.marks, *row, marks.get(place).copied().unwrap_or(0));
                set(block.totals, *row, totals.get(place).copied().unwrap_or(0));
                set(block.grades, *row, grades.get(place).copied().unwrap_or(0));
            }
        }
        Ok(())
    }

    /// Scores the rows that are marked for it as single cards.
    fn score_singly(
        &self,
        block: &mut Part<'_>,
        exceptions: &mut Vec<(usize, Exception)>,
    ) -> Result<(), Problem> {
        let len = block.grades.len();
        let marked = self.single.iter().take(len).enumerate();
        for (row, _) in marked.filter(|(_, single)| **single) {
            let (exception, marks) = self.one_card(block.first + row)?;
            let number = exception.grade.as_ref().and_then(|grade| {
                let names = grade_names(self.kernel);
                let place = names.iter().position(|name| name == grade)?;
                u8::try_from(place).ok()
            });
            set(block.grades, row, number.unwrap_or(NO_GRADE));
            set(block.totals, row, NO_TOTAL);
            set(block.marks, row, marks);
            for (numerators, own) in &mut block.items {
                set(numerators, row, NO_POINTS);
                if let Some(own) = own {
                    set(own, row, 1);
                }
            }
            exceptions.push((block.first + row, exception));
        }
        Ok(())
    }

    fn one_card(&self, row: usize) -> Result<(Exception, u16), Problem> {
        let figure = |number: &usize| {
            let column = self.columns.get(*number);
            column.map_or_else(base::Figure::not_reported, |column| column.figure(row))
        };
        let mut participant = Participant::default();
        let card = &self.kernel.card;
        for (item, figures) in card.items.iter().zip(&self.kernel.reads.items) {
            let input = Input {
                figures: figures.iter().map(figure).collect(),
                ..Input::default()
            };
            participant.items.insert(item.id.clone(), input);
        }
        let mut marks = 0;
        for (number, mark) in self.kernel.grading.marks.iter().enumerate() {
            match mark {
                Mark::Veto(id, of, test) => {
                    let hit = test.holds(&figure(of));
                    marks |= u16::from(hit) << number;
                    let hit = hit.then(|| VetoHit {
                        count: 1,
                        reason: base::Text::default(),
                    });
                    participant.vetoes.insert(id.clone(), hit);
                }
                Mark::Gate(id, of, test) => {
                    let passes = test.holds(&figure(of));
                    marks |= u16::from(passes) << number;
                    participant.gates.insert(id.clone(), passes);
                }
                Mark::WorstGroup(..) => {}
            }
        }
        let card = score_card(card, &participant)?;
        let exception = Exception {
            grade: card.grade,
            total: card.total,
            points: card.items.into_iter().map(|item| item.points).collect(),
        };
        Ok((exception, marks))
    }
}

impl Part<'_> {
    /// Some rows of the part.
    fn block(&mut self, start: usize, len: usize) -> Part<'_> {
        fn cut<T>(column: &mut [T], start: usize, len: usize) -> &mut [T] {
            column.get_mut(start..start + len).unwrap_or_default()
        }
        let items = self.items.iter_mut().map(|(numerators, own)| {
            let own = own.as_deref_mut().map(|own| cut(own, start, len));
            (cut(numerators, start, len), own)
        });
        Part {
            first: self.first + start,
            items: items.collect(),
            grades: cut(self.grades, start, len),
            totals: cut(self.totals, start, len),
            marks: cut(self.marks, start, len),
        }
    }
}

fn set<T>(column: &mut [T], row: usize, value: T) {
    if let Some(slot) = column.get_mut(row) {
        *slot = value;
    }
}

fn gather<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter()
        .filter_map(|row| column.get(*row))
        .copied()
        .collect()
}

/// Some rows of a figure's column; `None` when it has fewer.
fn slice<'c>(column: &FigureColumn<'c>, first: usize, len: usize) -> Option<FigureColumn<'c>> {
    let rows = first..first + len;
    Some(FigureColumn {
        numerators: column.numerators.get(rows.clone())?,
        denominators: match column.denominators {
            Denominators::Same(same) => Denominators::Same(same),
            Denominators::Each(each) => Denominators::Each(each.get(rows.clone())?),
        },
        states: match column.states {
            States::Same(state) => States::Same(state),
            States::Each(each) => States::Each(each.get(rows)?),
        },
    })
}

/// One item's rows of a block, to be filled.
struct ItemRows<'a> {
    item: &'a WholeItem,
    bit: u64,
    numerators: &'a mut [i64],
    own: Option<&'a mut [i64]>,
    patterns: &'a mut [Pattern],
    single: &'a mut [bool],
    open: &'a mut bool,
}

/// Most items have at most so many bounds; then the segment is found without a branch.
const BOUNDS_FEW: usize = 7;

impl ItemRows<'_> {
    /// The same for all rows, for no figure is read.
    fn constant(&mut self) {
        let effect = self.item.effect(FigureState::Value);
        for row in 0..self.numerators.len() {
            self.apply(row, effect);
        }
    }

    fn of_figure(&mut self, column: &FigureColumn<'_>) {
        if let (States::Same(state), Denominators::Same(_)) = (column.states, column.denominators) {
            let effect = self.item.effect(state);
            match effect {
                WholeEffect::ByRule => self.by_rule(column),
                _ => (0..self.numerators.len()).for_each(|row| self.apply(row, effect)),
            }
            return;
        }
        self.by_rule(column);
        let effects = FigureState::ALL.map(|state| (state, self.item.effect(state)));
        for row in 0..self.numerators.len() {
            let state = column.state(row);
            if state == FigureState::Value {
                continue;
            }
            match effects.iter().find(|(known, _)| *known == state) {
                Some((_, WholeEffect::ByRule)) => {}
                Some((_, effect)) => self.apply(row, *effect),
                None => set(self.single, row, true),
            }
        }
    }

    /// The points of every row as if its figure had a value.
    fn by_rule(&mut self, column: &FigureColumn<'_>) {
        let item = self.item;
        let is_plain = item.only_lines && item.starts.len() <= BOUNDS_FEW;
        let max = item.numerator_max;
        let fits = |n: &i64| -max <= *n && *n <= max;
        let all_fit = column.numerators.iter().all(fits);
        match column.denominators {
            Denominators::Same(_)
                if is_plain && all_fit && item.multiple_of.is_none_or(|of| of == 1) =>
            {
                let lines = Lines::new(item);
                lines.over_same(column.numerators, self.numerators);
                if let Some(own) = self.own.as_deref_mut() {
                    own.fill(1);
                }
            }
            Denominators::Each(each)
                if is_plain
                    && all_fit
                    && item.multiple_of.is_none()
                    && each.iter().all(|d| 0 <= *d && *d <= item.denominator_max) =>
            {
                let lines = Lines::new(item);
                lines.over_each(column.numerators, each, self.numerators);
                if let Some(own) = self.own.as_deref_mut() {
                    own.copy_from_slice(each);
                }
            }
            denominators => {
                for (row, numerator) in column.numerators.iter().enumerate() {
                    let denominator = match denominators {
                        Denominators::Same(_) => 1,
                        Denominators::Each(each) => each.get(row).copied().unwrap_or(0),
                    };
                    match points_of(item, *numerator, denominator) {
                        Some((points, own)) => self.put(row, points, own),
                        // A row without a value is put right by its state.
                        None if !column.state(row).has_value() => self.put(row, 0, 1),
                        None => {
                            self.put(row, 0, 1);
                            set(self.single, row, true);
                        }
                    }
                }
            }
        }
    }

    fn put(&mut self, row: usize, points: i64, own: i64) {
        set(self.numerators, row, points);
        if let Some(column) = self.own.as_deref_mut() {
            set(column, row, own);
        }
    }

    fn apply(&mut self, row: usize, effect: WholeEffect) {
        match effect {
            WholeEffect::Points(points) => self.put(row, points, 1),
            WholeEffect::Excluded | WholeEffect::Pending => {
                self.put(row, NO_POINTS, 1);
                *self.open = true;
                if let Some(pattern) = self.patterns.get_mut(row) {
                    match effect {
                        WholeEffect::Pending => pattern.pending |= self.bit,
                        _ => pattern.excluded |= self.bit,
                    }
                }
            }
            WholeEffect::Fault | WholeEffect::ByRule => {
                self.put(row, 0, 1);
                set(self.single, row, true);
            }
        }
    }
}

/// The points of one row and its own part below the line; `None` for a row that goes as a single card.
fn points_of(item: &WholeItem, numerator: i64, denominator: i64) -> Option<(i64, i64)> {
    let within = -item.numerator_max <= numerator && numerator <= item.numerator_max;
    if !within || denominator <= 0 || denominator > item.denominator_max {
        return None;
    }
    if let Some(of) = item.multiple_of
        && numerator % of.checked_mul(denominator)? != 0
    {
        return None;
    }
    match item.steps.get(item.segment(numerator, denominator))? {
        Step::Line { slope, base } => Some((slope * numerator + base * denominator, denominator)),
        Step::Inverse { over } if numerator > 0 => Some((over * denominator, numerator)),
        Step::Inverse { .. } | Step::Fault => None,
    }
}

/// The lines of an item with few bounds, laid out so that finding a value's line needs no branch.
struct Lines {
    unit: i64,
    /// What numerator × unit − start × denominator must reach.
    starts: [i64; BOUNDS_FEW],
    reaches: [i64; BOUNDS_FEW],
    slopes: [i64; BOUNDS_FEW + 1],
    bases: [i64; BOUNDS_FEW + 1],
    bounds: usize,
}

impl Lines {
    fn new(item: &WholeItem) -> Lines {
        let mut lines = Lines {
            unit: item.unit,
            starts: [0; BOUNDS_FEW],
            reaches: [i64::MAX; BOUNDS_FEW], // never reached
            slopes: [0; BOUNDS_FEW + 1],
            bases: [0; BOUNDS_FEW + 1],
            bounds: item.starts.len(),
        };
        let slots = lines.starts.iter_mut().zip(&mut lines.reaches);
        for ((start, inclusive), (slot, reach)) in item.starts.iter().zip(slots) {
            (*slot, *reach) = (*start, i64::from(!inclusive));
        }
        let slots = lines.slopes.iter_mut().zip(&mut lines.bases);
        for (step, (slope_slot, base_slot)) in item.steps.iter().zip(slots) {
            if let Step::Line { slope, base } = step {
                (*slope_slot, *base_slot) = (*slope, *base);
            }
        }
        lines
    }

    /// Bounds are whole numerators here, which belong to their segment.
    fn over_same(&self, numerators: &[i64], out: &mut [i64]) {
        match self.bounds {
            0..=3 => self.over_same_of::<3>(numerators, out),
            4 => self.over_same_of::<4>(numerators, out),
            _ => self.over_same_of::<BOUNDS_FEW>(numerators, out),
        }
    }

    fn over_same_of<const BOUNDS: usize>(&self, numerators: &[i64], out: &mut [i64]) {
        let mut starts = [i64::MAX; BOUNDS];
        for (slot, start) in starts.iter_mut().zip(self.starts.iter().take(self.bounds)) {
            *slot = *start;
        }
        let (slopes, bases) = (self.slopes, self.bases);
        for (out, numerator) in out.iter_mut().zip(numerators) {
            let segment: usize = starts
                .iter()
                .map(|start| usize::from(numerator >= start))
                .sum();
            let segment = segment & BOUNDS_FEW;
            *out = slopes[segment] * numerator + bases[segment];
        }
    }

    fn over_each(&self, numerators: &[i64], denominators: &[i64], out: &mut [i64]) {
        let (slopes, bases) = (self.slopes, self.bases);
        let bounds = || self.starts.iter().zip(&self.reaches).take(self.bounds);
        for ((out, numerator), denominator) in out.iter_mut().zip(numerators).zip(denominators) {
            let value = numerator * self.unit;
            let segment: usize = bounds()
                .map(|(start, reach)| usize::from(value - start * denominator >= *reach))
                .sum();
            let segment = segment & BOUNDS_FEW;
            *out = slopes[segment] * numerator + bases[segment] * denominator;
        }
    }
}

/// One item's numerators and own parts of the rows that are added up.
type ItemSlice<'a> = (&'a [i64], Option<&'a [i64]>);

/// Where the sums of some rows go.
struct Totals<'a> {
    marks: &'a mut [u16],
    totals: &'a mut [i64],
    grades: &'a mut [u8],
}

/// Which rows of those added up must go as single cards.
enum Singles {
    All,
    Rows(Vec<usize>),
}

impl Singles {
    fn mark(&self, single: &mut [bool]) {
        match self {
            Singles::All => single.fill(true),
            Singles::Rows(rows) => rows.iter().for_each(|row| set(single, *row, true)),
        }
    }
}

enum Done {
    All,
    Single(Singles),
}

/// Adds up rows in which the same items count.
fn add_up(
    kernel: &Kernel,
    prepared: &Prepared,
    pattern: Pattern,
    items: &[ItemSlice<'_>],
    into: &mut Totals<'_>,
    grades: &mut Grades<'_>,
) -> Result<Done, Problem> {
    let Some(plan) = prepared.plan(kernel, pattern) else {
        return Ok(Done::Single(Singles::All));
    };
    let size = size_of(&plan, prepared, items);
    let sums = Sums {
        kernel,
        prepared,
        plan,
        items,
    };
    if size < 1 << 62 {
        sums.run::<i64>(into, grades)
    } else if size < 1 << 126 {
        sums.run::<i128>(into, grades)
    } else {
        Ok(Done::Single(Singles::All))
    }
}

/// No number that adding up these rows makes is larger.
fn size_of(plan: &Plan, prepared: &Prepared, items: &[ItemSlice<'_>]) -> u128 {
    let greatest = |column: &[i64]| {
        let sizes = column.iter().map(|number| number.unsigned_abs());
        u128::from(sizes.max().unwrap_or(0))
    };
    let points_of = |number: usize| {
        let known = prepared.items.get(number).and_then(|item| item.points_max);
        match (known, items.get(number)) {
            (Some(known), _) => u128::from(known.unsigned_abs()),
            (None, Some((numerators, _))) => greatest(numerators),
            (None, None) => 0,
        }
    };
    // By node: the largest sum for own parts of 1, and the largest product of own parts.
    let mut sizes: Vec<(u128, u128)> = Vec::with_capacity(plan.nodes.len());
    let mut largest = u128::from(prepared.power.unsigned_abs());
    for node in &plan.nodes {
        let mut sum = node.constant.unsigned_abs();
        let mut own = 1_u128;
        for (number, factor) in node.fixed.iter().chain(&node.varying) {
            let term = factor.unsigned_abs().saturating_mul(points_of(*number));
            sum = sum.saturating_add(term);
            largest = largest.max(factor.unsigned_abs());
        }
        for (number, _) in &node.varying {
            let column = items.get(*number).and_then(|(_, own)| *own);
            own = own.saturating_mul(column.map_or(1, greatest).max(1));
        }
        for (inner, factor) in &node.inner {
            let (inner_sum, inner_own) = sizes.get(*inner).copied().unwrap_or((0, 1));
            let term = factor.unsigned_abs().saturating_mul(inner_sum);
            sum = sum.saturating_add(term);
            own = own.saturating_mul(inner_own);
            largest = largest.max(factor.unsigned_abs());
        }
        let limits = [node.at_most, node.at_least].into_iter().flatten();
        let limit = limits.map(i128::unsigned_abs).max().unwrap_or(0);
        let sum = sum.max(limit);
        sizes.push((sum, own));
        // Before the division a sum is multiplied by the places, a remainder by 2.
        let power = u128::from(prepared.power.unsigned_abs());
        let above = sum.saturating_mul(own).saturating_mul(power);
        let under = node
            .scale
            .unsigned_abs()
            .saturating_mul(own)
            .saturating_mul(2);
        largest = largest.max(above).max(under);
    }
    largest
}

/// A whole number wide enough for the sums at hand.
trait Number:
    Copy
    + Ord
    + From<i64>
    + TryFrom<i128>
    + TryInto<i64>
    + Add<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
{
}
impl Number for i64 {}
impl Number for i128 {}

/// The sums of a node: numerators, and own parts where its items have them.
struct Sum<N> {
    above: Vec<N>,
    own: Option<Vec<N>>,
}

struct Sums<'a> {
    kernel: &'a Kernel,
    prepared: &'a Prepared,
    plan: Arc<Plan>,
    items: &'a [ItemSlice<'a>],
}

impl Sums<'_> {
    fn run<N: Number>(
        &self,
        into: &mut Totals<'_>,
        grades: &mut Grades<'_>,
    ) -> Result<Done, Problem> {
        let rows = into.totals.len();
        let mut sums: Vec<Sum<N>> = Vec::with_capacity(self.plan.nodes.len());
        for node in &self.plan.nodes {
            match self.sum(node, &sums, rows) {
                Some(sum) => sums.push(sum),
                None => return Ok(Done::Single(Singles::All)), // its size was shown to fit
            }
        }
        let zero = N::from(0);
        for (mark, within) in &self.plan.worst {
            for (row, marks) in into.marks.iter_mut().enumerate() {
                let holds = |node: &usize| {
                    let sum = sums.get(*node).and_then(|sum| sum.above.get(row));
                    sum.is_some_and(|sum| *sum >= zero)
                };
                *marks |= u16::from(within.iter().all(holds)) << mark;
            }
        }
        let Some(total) = self.plan.total else {
            into.totals.fill(NO_TOTAL);
            for (grade, marks) in into.grades.iter_mut().zip(&*into.marks) {
                *grade = grades
                    .of(None, *marks, self.plan.pending)
                    .map_err(|problem| *problem)?;
            }
            return Ok(Done::All);
        };
        let scale = self.plan.nodes.get(total).map_or(1, |node| node.scale);
        match sums.get(total) {
            Some(sum) => self.round_and_grade(sum, scale, into, grades),
            None => Ok(Done::Single(Singles::All)),
        }
    }

    fn sum<N: Number>(&self, node: &Node, inner: &[Sum<N>], rows: usize) -> Option<Sum<N>> {
        let number = |value: i128| N::try_from(value).ok();
        let mut above = vec![number(node.constant)?; rows];
        for (item, factor) in &node.fixed {
            let (numerators, _) = self.items.get(*item)?;
            let factor = number(*factor)?;
            for (sum, points) in above.iter_mut().zip(*numerators) {
                *sum = *sum + factor * N::from(*points);
            }
        }
        let mut own: Option<Vec<N>> = None;
        for (item, factor) in &node.varying {
            let (numerators, parts) = self.items.get(*item)?;
            let (factor, parts) = (number(*factor)?, (*parts)?);
            let terms = numerators.iter().zip(parts);
            match &mut own {
                None => {
                    for (sum, (points, part)) in above.iter_mut().zip(terms) {
                        *sum = *sum * N::from(*part) + factor * N::from(*points);
                    }
                    own = Some(parts.iter().map(|part| N::from(*part)).collect());
                }
                Some(own) => {
                    for ((sum, own), (points, part)) in above.iter_mut().zip(own).zip(terms) {
                        *sum = *sum * N::from(*part) + factor * N::from(*points) * *own;
                        *own = *own * N::from(*part);
                    }
                }
            }
        }
        for (place, factor) in &node.inner {
            let (term, factor) = (inner.get(*place)?, number(*factor)?);
            let one = vec![N::from(1); rows];
            let parts = term.own.as_ref().unwrap_or(&one);
            let all = own.get_or_insert_with(|| one.clone());
            let terms = term.above.iter().zip(parts);
            for ((sum, own), (points, part)) in above.iter_mut().zip(all).zip(terms) {
                *sum = *sum * *part + factor * *points * *own;
                *own = *own * *part;
            }
        }
        for (limit, is_cap) in [(node.at_most, true), (node.at_least, false)] {
            let Some(limit) = limit else { continue };
            let limit = number(limit)?;
            for (row, sum) in above.iter_mut().enumerate() {
                let part = own.as_ref().and_then(|own| own.get(row).copied());
                let limit = part.map_or(limit, |part| limit * part);
                *sum = if is_cap {
                    (*sum).min(limit)
                } else {
                    (*sum).max(limit)
                };
            }
        }
        Some(Sum { above, own })
    }

    fn round_and_grade<N: Number>(
        &self,
        sum: &Sum<N>,
        scale: i128,
        into: &mut Totals<'_>,
        grades: &mut Grades<'_>,
    ) -> Result<Done, Problem> {
        let (Ok(scale), power) = (N::try_from(scale), N::from(self.prepared.power)) else {
            return Ok(Done::Single(Singles::All));
        };
        let rounding = self.kernel.card.rounding.mode;
        let (bounds, bands) = (&self.prepared.bounds, &self.prepared.bands);
        let mut beyond = Vec::new();
        let outs = into.totals.iter_mut().zip(into.grades.iter_mut());
        for (row, (above, (total, grade))) in sum.above.iter().zip(outs).enumerate() {
            let own = sum.own.as_ref().and_then(|own| own.get(row));
            let under = own.map_or(scale, |own| scale * *own);
            let rounded = divide(*above * power, under, rounding);
            let Ok(units) = rounded.try_into() else {
                beyond.push(row);
                continue;
            };
            *total = units;
            let reached = bounds.iter().filter(|bound| units >= **bound).count();
            let band = bands.get(reached).copied().flatten();
            let marks = into.marks.get(row).copied().unwrap_or(0);
            *grade = grades
                .of(band, marks, self.plan.pending)
                .map_err(|problem| *problem)?;
        }
        Ok(match beyond.is_empty() {
            true => Done::All,
            false => Done::Single(Singles::Rows(beyond)),
        })
    }
}

/// The rounded quotient; `under` is above 0.
fn divide<N: Number>(above: N, under: N, rounding: Rounding) -> N {
    let (quotient, rest) = (above / under, above % under);
    let zero = N::from(0);
    if rest == zero {
        return quotient;
    }
    let (size, outward) = match rest < zero {
        true => (-rest, N::from(-1)),
        false => (rest, N::from(1)),
    };
    let is_odd = quotient % N::from(2) != zero;
    match rounding.goes_outward((size + size).cmp(&under), is_odd) {
        true => quotient + outward,
        false => quotient,
    }
}
