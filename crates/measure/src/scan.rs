//! The one place where rows are gone through: which rows a selection has in a question's time, and
//! into which group each falls.
//!
//! Rows are gathered into dense groups (unit × epoch of the tree, subject) and rolled up
//! afterwards, so that a row costs one filter and one addition however deep the tree is. Whoever
//! makes this faster (segments by subject, batches, partitions) changes this file only.

use std::collections::HashMap;

use base::Day;
use programme::model::{Attribution, Over, Selection, TreeTime};
use programme::schema;

use crate::columns::Columns;
use crate::compile::{Frame, Program, Source};
use crate::table::{Column, NULL, Table};
use crate::tree::UnitTree;

/// The rows of a table that count, apart from their group.
pub(crate) struct Rows<'a> {
    pub table: &'a Table,
    filter: Option<Program<'a>>,
    /// The column that dates rows, and the days between which they count.
    date: Option<&'a Column>,
    first: i64,
    last: i64,
    existence: Existence<'a>,
}

/// What makes a row exist on the day measured, beside having been accepted.
enum Existence<'a> {
    Always,
    /// The version that holds on that day.
    Version(i32),
    /// The same, and the unit exists on that day.
    Unit {
        day: i32,
        from: &'a Column,
        to: &'a Column,
    },
}

/// The days within which dated rows count: `first <= date <= last`.
pub(crate) fn window(over: Over, frame: &Frame) -> (i64, i64) {
    let until = frame.until;
    let after = |day: Option<Day>| day.and_then(|day| day.plus_days(1)).unwrap_or(Day::MIN);
    let first = match over {
        Over::Period => frame.first,
        Over::ToDate | Over::AsOf => Day::MIN,
        Over::TrailingDays(days) => after(until.plus_days(-i64::from(days))),
        Over::TrailingMonths(months) => after(
            i32::try_from(months)
                .ok()
                .and_then(|months| until.plus_months(-months)),
        ),
    };
    (i64::from(first.number()), i64::from(until.number()))
}

/// The column by which rows are dated for a selection, and the days within which they count.
pub(crate) fn dating<'s>(
    selection: &'s Selection,
    over: Over,
    schema: &schema::TableSchema,
    frame: &Frame,
) -> (Option<&'s str>, i64, i64) {
    let own = schema.row_day();
    let never_before = i64::from(Day::MIN.number());
    match (&selection.date, over) {
        (_, Over::AsOf) => (own, never_before, i64::from(frame.until.number())),
        (None, _) => (own, never_before, i64::from(frame.day.number())),
        (Some(date), over) => {
            let (first, last) = window(over, frame);
            (Some(date.as_ref()), first, last)
        }
    }
}

impl<'a> Rows<'a> {
    /// `None` when the selection names what is not there.
    pub fn new(
        columns: &'a Columns,
        selection: &Selection,
        over: Over,
        frame: &Frame,
    ) -> Option<Rows<'a>> {
        let table = columns.table(&selection.table)?;
        let filter = match &selection.filter {
            Some(filter) => Some(Program::new(filter, columns, table, frame)?),
            None => None,
        };
        let (date, first, last) = dating(selection, over, &table.schema, frame);
        let date = match date {
            Some(name) => Some(table.column(name)?),
            None => None,
        };
        let existence = match table.schema.source {
            schema::Source::Units => Existence::Unit {
                day: frame.until.number(),
                from: table.column("valid_from")?,
                to: table.column("valid_to")?,
            },
            schema::Source::Subjects(_) => Existence::Version(frame.until.number()),
            _ => Existence::Always,
        };
        Some(Rows {
            table,
            filter,
            date,
            first,
            last,
            existence,
        })
    }

    /// The same with other days.
    pub fn within(mut self, first: i64, last: i64) -> Rows<'a> {
        (self.first, self.last) = (first, last);
        self
    }

    /// The day by which a row is dated, [`NULL`] when it is not.
    pub fn date(&self, row: usize) -> i64 {
        self.date.map_or(NULL, |column| column.get(row))
    }

    /// Calls `see` with each row that counts.
    pub fn each(&self, frame: &Frame, mut see: impl FnMut(usize)) {
        for row in 0..self.table.len() {
            if self.counts(row, frame) {
                see(row);
            }
        }
    }

    #[inline]
    fn counts(&self, row: usize, frame: &Frame) -> bool {
        if !self.table.is_visible(row, frame.at) {
            return false;
        }
        if let Some(column) = self.date {
            let day = column.get(row);
            if day < self.first || self.last < day || day == NULL {
                return false;
            }
        }
        let exists = match &self.existence {
            Existence::Always => true,
            Existence::Version(day) => self.table.holds_on(row, *day),
            Existence::Unit { day, from, to } => {
                let (from, to) = (from.get(row), to.get(row));
                let day_number = i64::from(*day);
                self.table.holds_on(row, *day)
                    && (from == NULL || from <= day_number)
                    && (to == NULL || day_number <= to)
            }
        };
        exists
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.is_true(row, frame))
    }
}

/// By what rows are put into groups. The key of a group is a number; [`NULL`] for rows that have none.
pub(crate) enum Grouping<'a> {
    /// All in one group with key 0.
    All,
    /// By unit and epoch ([`UnitTree::group_of`]).
    Units(UnitOf<'a>),
    /// By the number of a subject or text.
    Column(Source<'a>),
}

/// How a row's unit and epoch are found.
pub(crate) struct UnitOf<'a> {
    tree: &'a UnitTree,
    unit: &'a Column,
    /// The row's day; `None`: the day measured.
    day: Option<&'a Column>,
}

impl<'a> UnitOf<'a> {
    /// `None` when rows of the table belong to no unit.
    pub fn new(
        tree: &'a UnitTree,
        table: &'a Table,
        attribution: Attribution,
    ) -> Option<UnitOf<'a>> {
        let unit = table.column(&table.schema.unit_column(attribution)?.name)?;
        let day = table.schema.row_day().and_then(|name| table.column(name));
        Some(UnitOf { tree, unit, day })
    }

    #[inline]
    pub fn group(&self, row: usize, frame: &Frame) -> Option<usize> {
        let unit = self.unit.get(row);
        if unit == NULL {
            return None;
        }
        let day = match self.day {
            Some(column) => column.get(row),
            None => i64::from(frame.until.number()),
        };
        self.tree.group_of(self.tree.epoch_of(day), unit)
    }
}

/// Only rows of one unit, one subject, one value.
#[derive(Default)]
pub(crate) struct Restriction<'a> {
    pub unit: Option<UnitFilter<'a>>,
    pub equal: Vec<(Source<'a>, i64)>,
}

/// Only rows that count for a unit.
pub(crate) struct UnitFilter<'a> {
    of: UnitOf<'a>,
    /// By group: whether its rows count.
    counts: Vec<bool>,
}

impl<'a> UnitFilter<'a> {
    pub fn new(of: UnitOf<'a>, unit: i32, tree: TreeTime, frame: &Frame) -> UnitFilter<'a> {
        let end = of.tree.epoch_of(i64::from(frame.until.number()));
        let counts = (0..of.tree.groups())
            .map(|group| of.tree.counts_for(group, tree, end).contains(&unit))
            .collect();
        UnitFilter { of, counts }
    }
}

impl Restriction<'_> {
    #[inline]
    pub fn allows(&self, row: usize, frame: &Frame) -> bool {
        self.unit.as_ref().is_none_or(|filter| {
            let group = filter.of.group(row, frame);
            group
                .and_then(|group| filter.counts.get(group))
                .copied()
                .unwrap_or(false)
        }) && self
            .equal
            .iter()
            .all(|(source, value)| source.get(row, frame) == *value)
    }
}

/// Things by group: dense where keys are small numbers, hashed elsewhere.
pub(crate) struct Groups<T> {
    dense: Vec<Option<T>>,
    sparse: HashMap<i64, T>,
}

/// Keys below this are kept in a vector.
const DENSE_MAX: usize = 1 << 22;

impl<T> Groups<T> {
    pub fn new() -> Groups<T> {
        Groups {
            dense: Vec::new(),
            sparse: HashMap::new(),
        }
    }

    /// The thing of a group, made when it is new.
    #[inline]
    pub fn entry(&mut self, key: i64, make: impl FnOnce() -> T) -> &mut T {
        match usize::try_from(key).ok().filter(|key| *key < DENSE_MAX) {
            Some(index) => {
                if self.dense.len() <= index {
                    self.dense.resize_with(index + 1, || None);
                }
                // The vector was just made long enough.
                match self.dense.get_mut(index) {
                    Some(slot) => slot.get_or_insert_with(make),
                    None => self.sparse.entry(key).or_insert_with(make),
                }
            }
            None => self.sparse.entry(key).or_insert_with(make),
        }
    }

    /// All groups with their keys; [`NULL`] is that of rows without one.
    pub fn into_iter(self) -> impl Iterator<Item = (i64, T)> {
        let dense = self.dense.into_iter().enumerate();
        dense
            .filter_map(|(key, slot)| Some((i64::try_from(key).ok()?, slot?)))
            .chain(self.sparse)
    }
}

impl Grouping<'_> {
    /// The key of a row's group.
    #[inline]
    pub fn key(&self, row: usize, frame: &Frame) -> i64 {
        match self {
            Grouping::All => 0,
            Grouping::Units(of) => of
                .group(row, frame)
                .and_then(|group| i64::try_from(group).ok())
                .unwrap_or(NULL),
            Grouping::Column(source) => source.get(row, frame),
        }
    }
}
