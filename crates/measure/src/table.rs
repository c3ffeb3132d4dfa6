//! One table: sealed segments and a short tail in order of arrival. Rows are only added and hidden;
//! each knows the position that added it and the one that hid it, so that every earlier position
//! can be measured.
//!
//! A full tail is sealed: grouped by the record type's subject and packed. Eight neighbours of like
//! size become one, on a thread of its own over immutable segments; what is measured does not
//! depend on when. A copy of a table shares all segments.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use base::{Position, Problem};
use programme::schema::{ColumnSchema, ColumnType, Source, TableSchema, Value};

use crate::cells::Cells;
pub(crate) use crate::cells::NULL;
use crate::dictionary::Dictionaries;
use crate::problems;
pub(crate) use crate::segment::NEVER;
use crate::segment::{Merged, NewRow, Part, Place, Segment, merge};

/// The tail is sealed at so many rows.
pub(crate) const TAIL_ROWS: usize = 8192;
/// So many neighbours of like size become one segment.
const FAN: usize = 8;
/// With more segments than this an append waits for the merge under way.
const SEGMENTS_MAX: usize = 96;
/// Hidings that are remembered to bring earlier results forward.
const HIDES_MAX: usize = 4096;

/// A value as a cell; `None` when it is of another type or no number is left for its text.
/// Personal values are not kept: no figure may use them, and what is not here need not be erased.
pub(crate) fn encode(
    value: &Value,
    column: &ColumnSchema,
    dictionaries: &mut Dictionaries,
) -> Option<i64> {
    let column_type = &column.column_type;
    if column.personal {
        return Some(NULL);
    }
    match (value, column_type) {
        (Value::Null, _) => Some(NULL),
        (Value::Int(number), ColumnType::Int | ColumnType::Decimal(_)) => {
            (*number != NULL).then_some(*number)
        }
        (Value::Day(day), ColumnType::Day) => Some(i64::from(day.number())),
        (Value::Bool(value), ColumnType::Bool) => Some(i64::from(*value)),
        (Value::Texts(texts), ColumnType::Codes(_) | ColumnType::Texts) if texts.is_empty() => {
            Some(NULL)
        }
        (Value::Texts(texts), ColumnType::Codes(_) | ColumnType::Texts) => {
            dictionaries.set_number(texts).map(i64::from)
        }
        (
            Value::Text(text),
            ColumnType::Code(_)
            | ColumnType::Choice(_)
            | ColumnType::Text
            | ColumnType::Subject(_)
            | ColumnType::Unit
            | ColumnType::Period,
        ) => dictionaries.number_in(column_type, text).map(i64::from),
        _ => None,
    }
}

/// Whether [`encode`] has a cell for a value, as long as numbers are left for texts.
pub(crate) fn fits(value: &Value, column: &ColumnSchema) -> bool {
    column.personal
        || match (value, &column.column_type) {
            (Value::Null, _) => true,
            (Value::Int(number), ColumnType::Int | ColumnType::Decimal(_)) => *number != NULL,
            (Value::Day(_), ColumnType::Day) | (Value::Bool(_), ColumnType::Bool) => true,
            (Value::Texts(_), ColumnType::Codes(_) | ColumnType::Texts) => true,
            (
                Value::Text(_),
                ColumnType::Code(_)
                | ColumnType::Choice(_)
                | ColumnType::Text
                | ColumnType::Subject(_)
                | ColumnType::Unit
                | ColumnType::Period,
            ) => true,
            _ => false,
        }
}

/// A cell as a value.
pub(crate) fn decode(cell: i64, column_type: &ColumnType, dictionaries: &Dictionaries) -> Value {
    if cell == NULL {
        return Value::Null;
    }
    match column_type {
        ColumnType::Int | ColumnType::Decimal(_) => Value::Int(cell),
        ColumnType::Day => i32::try_from(cell)
            .ok()
            .and_then(base::Day::from_number)
            .map_or(Value::Null, Value::Day),
        ColumnType::Bool => Value::Bool(cell != 0),
        ColumnType::Codes(_) | ColumnType::Texts => Value::Texts(dictionaries.set_texts(cell)),
        _ => dictionaries
            .of_column(column_type)
            .and_then(|dictionary| dictionary.text(cell))
            .map_or(Value::Null, |text| Value::Text(text.into())),
    }
}

/// Where a row stands now; sealing and merging move rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowAt {
    pub part: usize,
    pub row: usize,
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// As the latest programme declares it.
    pub schema: TableSchema,
    columns: Vec<ColumnSchema>,
    by_name: HashMap<Arc<str>, usize>,
    /// For each column of the schema the column here.
    order: Vec<usize>,
    /// Oldest first: no row of one was added after a row of the next.
    pub(crate) sealed: Vec<Part>,
    pub(crate) tail: Part,
    /// The rows of the tail that are not hidden, by number; not of versioned tables.
    live: Arc<HashMap<u64, u32>>,
    /// The greatest number of a sealed row.
    sealed_greatest: Option<u64>,
    /// First and next version of a subject or unit, by its number and by row; of versioned tables.
    versions: Arc<Versions>,
    /// The tail grouped by subject, until it changes.
    grouped_tail: OnceLock<Arc<Part>>,
    /// The latest hidings: position and number; all after `hides_from`.
    hides: VecDeque<(u64, u64)>,
    hides_from: u64,
    /// The position of the latest change.
    changed: u64,
    /// How many rows there ever were.
    rows: usize,
    merging: Merging,
    /// The tail is sealed at so many rows.
    tail_rows: usize,
}

/// Rows of each subject or unit as chains.
#[derive(Debug, Clone, Default)]
struct Versions {
    first: Vec<u32>,
    next: Vec<u32>,
}

const NO_ROW: u32 = u32::MAX;

/// A merge under way; a copy of the table has none.
#[derive(Debug, Default)]
struct Merging(Option<Running>);

#[derive(Debug)]
struct Running {
    first: usize,
    inputs: Vec<Part>,
    thread: JoinHandle<Merged>,
}

impl Clone for Merging {
    fn clone(&self) -> Merging {
        Merging(None)
    }
}

impl Table {
    pub fn new(schema: &TableSchema, tail_rows: usize) -> Table {
        let mut table = Table {
            tail_rows,
            schema: schema.clone(),
            columns: Vec::new(),
            by_name: HashMap::new(),
            order: Vec::new(),
            sealed: Vec::new(),
            tail: Part::default(),
            live: Arc::default(),
            sealed_greatest: None,
            versions: Arc::default(),
            grouped_tail: OnceLock::new(),
            hides: VecDeque::new(),
            hides_from: 0,
            changed: 0,
            rows: 0,
            merging: Merging(None),
        };
        table.adopt(schema);
        table
    }

    /// Takes over a later programme's schema: new columns are empty so far, retired ones stay.
    pub fn adopt(&mut self, schema: &TableSchema) {
        self.order.clear();
        for column in schema.columns.values() {
            let index = match self.by_name.get(&column.name) {
                Some(&index) => index,
                None => {
                    self.columns.push(column.clone());
                    self.by_name
                        .insert(column.name.clone(), self.columns.len() - 1);
                    self.columns.len() - 1
                }
            };
            if let Some(known) = self.columns.get_mut(index) {
                *known = column.clone();
            }
            self.order.push(index);
        }
        self.schema = schema.clone();
    }

    /// Oldest first; the last is the tail.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.sealed.iter().chain([&self.tail])
    }

    fn part(&self, number: usize) -> &Part {
        self.sealed.get(number).unwrap_or(&self.tail)
    }

    /// How many rows there ever were.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The position of the latest change.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// The place of a column and what it holds.
    pub fn column(&self, name: &str) -> Option<(Place, &ColumnSchema)> {
        let index = *self.by_name.get(name)?;
        Some((self.place(index), self.columns.get(index)?))
    }

    /// The columns of the schema, in its order.
    pub fn columns(&self) -> impl Iterator<Item = (Place, &ColumnSchema)> {
        self.order
            .iter()
            .filter_map(|index| Some((self.place(*index), self.columns.get(*index)?)))
    }

    /// All columns that there ever were.
    pub fn all_columns(&self) -> impl Iterator<Item = (Place, &ColumnSchema)> {
        let all = self.columns.iter().enumerate();
        all.map(|(index, column)| (self.place(index), column))
    }

    /// The first column of records and cases is the row's number, which is kept apart.
    fn place(&self, index: usize) -> Place {
        if index == 0 && self.has_number() {
            Place::Id
        } else {
            Place::Column(index)
        }
    }

    /// Whether the first column is the row's number (records and cases).
    fn has_number(&self) -> bool {
        self.schema.row_day().is_some()
    }

    /// The place of the column by whose subject rows are grouped.
    pub fn grouping(&self) -> Option<usize> {
        if self.is_kept_in_order() {
            return None;
        }
        let column = self.schema.subject_column()?;
        self.by_name.get(&column.name).copied()
    }

    /// Subjects, units, targets and items stay in order of arrival; rows of records and cases are sealed.
    fn is_kept_in_order(&self) -> bool {
        !matches!(self.schema.source, Source::Records(_) | Source::Cases(_))
    }

    pub fn get(&self, at: RowAt, place: Place) -> i64 {
        self.part(at.part).data.get(place, at.row)
    }

    pub fn is_visible(&self, row: RowAt, at: u64) -> bool {
        self.part(row.part).is_visible(row.row, at)
    }

    /// Positions that added and hid a row.
    pub fn span(&self, row: RowAt) -> (Position, Position) {
        let part = self.part(row.part);
        (
            Position(part.data.added.get(row.row) as u64),
            Position(part.hidden_at(row.row)),
        )
    }

    pub fn id(&self, row: RowAt) -> u64 {
        self.part(row.part).data.id(row.row)
    }

    /// Whether a version holds on a day (true for rows that are no versions).
    pub fn holds_on(&self, row: RowAt, day: i32) -> bool {
        self.version(row)
            .is_none_or(|(from, to)| from <= day && day <= to)
    }

    /// The days for which a version holds.
    pub fn version(&self, row: RowAt) -> Option<(i32, i32)> {
        if !self.schema.is_versioned() {
            return None;
        }
        let data = &self.part(row.part).data;
        let day = |place| i32::try_from(data.get(place, row.row)).ok();
        Some((day(Place::From)?, day(Place::To)?))
    }

    /// Every row that there ever was, in the order of the positions that added them.
    pub fn rows_in_order(&self) -> impl Iterator<Item = RowAt> + '_ {
        self.parts().enumerate().flat_map(|(number, part)| {
            let data = &part.data;
            let mut order: Vec<u32> = Vec::new();
            if number < self.sealed.len() && self.grouping().is_some() {
                order = (0..data.rows as u32).collect();
                order.sort_unstable_by_key(|row| {
                    (data.added.get(*row as usize), data.id(*row as usize))
                });
            }
            (0..data.rows).map(move |place| RowAt {
                part: number,
                row: order.get(place).map_or(place, |row| *row as usize),
            })
        })
    }

    /// All versions of a subject or unit, hidden ones too, in order of arrival.
    pub fn rows_of(&self, number: i64) -> impl Iterator<Item = RowAt> + '_ {
        let first = usize::try_from(number)
            .ok()
            .and_then(|number| self.versions.first.get(number))
            .copied();
        let chain = std::iter::successors(first.filter(|row| *row != NO_ROW), |row| {
            let next = self.versions.next.get(*row as usize).copied();
            next.filter(|row| *row != NO_ROW)
        });
        chain.map(|row| RowAt {
            part: 0,
            row: row as usize,
        })
    }

    /// The rows of a table that have a number, hidden ones too.
    pub fn rows_with_id(&self, id: u64) -> impl Iterator<Item = RowAt> + '_ {
        self.parts().enumerate().flat_map(move |(number, part)| {
            let rows = part.data.rows_with_id(id);
            rows.map(move |row| RowAt { part: number, row })
        })
    }

    /// The row with this number that is not hidden.
    pub fn live_row(&self, id: u64) -> Option<RowAt> {
        if let Some(row) = self.live.get(&id) {
            return Some(RowAt {
                part: self.sealed.len(),
                row: *row as usize,
            });
        }
        if self.sealed_greatest.is_none_or(|greatest| greatest < id) {
            return None;
        }
        let parts = self.sealed.iter().enumerate().rev();
        parts
            .flat_map(|(number, part)| {
                let rows = part.data.rows_with_id(id);
                rows.filter(|row| part.hidden_at(*row) == NEVER)
                    .map(move |row| RowAt { part: number, row })
            })
            .next()
    }

    /// The cells of a row by place, checked and encoded, into `cells`. `values` may leave out the
    /// first column, when that is the row's number.
    pub fn encode_row(
        &self,
        id: u64,
        values: &[Value],
        dictionaries: &mut Dictionaries,
        cells: &mut Vec<i64>,
    ) -> Result<(), Problem> {
        let numbered = self.has_number();
        let wanted = self.order.len() - usize::from(numbered);
        if values.len() != wanted {
            return Err(problems::wrong_width(
                &self.schema.name,
                wanted,
                values.len(),
            ));
        }
        if numbered && i64::try_from(id).is_err() {
            return Err(problems::table_full(&self.schema.name));
        }
        cells.clear();
        cells.resize(self.columns.len(), NULL);
        let places = self.order.iter().skip(usize::from(numbered));
        for (index, value) in places.zip(values) {
            let Some(column) = self.columns.get(*index) else {
                continue;
            };
            let cell = encode(value, column, dictionaries)
                .ok_or_else(|| problems::wrong_value(&self.schema.name, &column.name))?;
            if let Some(slot) = cells.get_mut(*index) {
                *slot = cell;
            }
        }
        Ok(())
    }

    /// Whether a row would be taken: as [`Table::encode_row`] and [`Table::add`] judge it.
    pub fn check_row(&self, values: &[Value]) -> Result<(), Problem> {
        let skipped = usize::from(self.has_number());
        let wanted = self.order.len() - skipped;
        if values.len() != wanted {
            let found = values.len();
            return Err(problems::wrong_width(&self.schema.name, wanted, found));
        }
        if u32::try_from(self.len() + 1).is_err() {
            return Err(problems::table_full(&self.schema.name));
        }
        let places = self.order.iter().skip(skipped);
        let columns = places.filter_map(|index| self.columns.get(*index));
        match columns
            .zip(values)
            .find(|(column, value)| !fits(value, column))
        {
            Some((column, _)) => Err(problems::wrong_value(&self.schema.name, &column.name)),
            None => Ok(()),
        }
    }

    /// Adds a row of encoded cells.
    pub fn add(&mut self, id: u64, at: u64, cells: &[i64]) -> Result<(), Problem> {
        self.settle_tail(at);
        let row = self.push(&NewRow {
            id,
            added: at,
            version: None,
            cells,
        })?;
        Arc::make_mut(&mut self.live).insert(id, row);
        Ok(())
    }

    /// Adds a version of a subject or unit with the days for which it holds; `id` is its number.
    pub fn add_version(
        &mut self,
        id: u64,
        at: u64,
        version: (i32, i32),
        cells: &[i64],
    ) -> Result<(), Problem> {
        let key = usize::try_from(id).map_err(|_| problems::table_full(&self.schema.name))?;
        let row = self.push(&NewRow {
            id,
            added: at,
            version: Some(version),
            cells,
        })?;
        Arc::make_mut(&mut self.versions).link(key, row);
        Ok(())
    }

    /// Adds a row that is only ever gone through: of a target or item.
    pub fn add_listed(&mut self, id: u64, at: u64, cells: &[i64]) -> Result<(), Problem> {
        let row = NewRow {
            id,
            added: at,
            version: None,
            cells,
        };
        self.push(&row).map(drop)
    }

    fn push(&mut self, row: &NewRow<'_>) -> Result<u32, Problem> {
        let full = || problems::table_full(&self.schema.name);
        if u32::try_from(self.len()).is_err() {
            return Err(full());
        }
        let number = u32::try_from(self.tail.data.rows).map_err(|_| full())?;
        Arc::make_mut(&mut self.tail.data).push(row);
        self.rows += 1;
        self.touch(row.added);
        Ok(number)
    }

    fn touch(&mut self, at: u64) {
        self.changed = self.changed.max(at);
        self.grouped_tail = OnceLock::new();
    }

    /// Lets rows of an import, which arrived in this order and have `added` 0, count from `at` on in
    /// place of the versions before them.
    pub fn reveal(&mut self, mut rows: Segment, at: u64) -> Result<(), Problem> {
        let mut ids = vec![0; rows.rows];
        rows.read(Place::Id, 0, &mut ids);
        let mut last: HashMap<i64, usize> = HashMap::new();
        let is_ascending = ids.is_sorted_by(|a, b| a < b);
        for (row, id) in ids.iter().enumerate() {
            if let Some(earlier) = self.live_row(*id as u64) {
                self.hide(earlier, at);
            }
            // A row that the same import brings again never counts.
            if !is_ascending && let Some(before) = last.insert(*id, row) {
                rows.hidden_rows.push(before as u32);
            }
        }
        rows.hidden_rows.sort_unstable();
        rows.hidden_at = vec![at; rows.hidden_rows.len()];
        if rows.rows < self.tail_rows {
            let mut cells = Vec::new();
            for (row, id) in ids.iter().enumerate() {
                cells.clear();
                cells.extend(rows.columns.iter().map(|column| column.get(row)));
                if rows.hidden_rows.binary_search(&(row as u32)).is_err() {
                    self.add(*id as u64, at, &cells)?;
                } else {
                    let number = self.push(&NewRow {
                        id: *id as u64,
                        added: at,
                        version: None,
                        cells: &cells,
                    })?;
                    Arc::make_mut(&mut self.tail.hidden).insert(number, at);
                }
            }
            return Ok(());
        }
        if u32::try_from(self.len() + rows.rows).is_err() {
            return Err(problems::table_full(&self.schema.name));
        }
        self.rows += rows.rows;
        self.seal();
        let position = at as i64;
        rows.added = Cells::Same {
            cell: position,
            rows: rows.rows,
        };
        rows.ids.shift(position.wrapping_neg());
        let part = Part {
            data: Arc::new(rows),
            hidden: Arc::default(),
        };
        let merged = merge(&[part], self.grouping());
        self.push_sealed(merged.segment);
        self.touch(at);
        Ok(())
    }

    /// The row that was added last under this number and position, to be written anew.
    pub fn rewrite(&mut self, row: RowAt, cells: &[i64]) {
        if row.part != self.sealed.len() {
            return;
        }
        let data = Arc::make_mut(&mut self.tail.data);
        while data.columns.len() < cells.len() {
            let empty = Cells::empty(data.rows);
            data.columns.push(empty);
        }
        for (column, cell) in data.columns.iter_mut().zip(cells) {
            column.set(row.row, *cell);
        }
        data.index = OnceLock::new();
        let at = self.changed;
        self.touch(at);
        // Whoever measured in between at the same position saw other cells.
        self.forget_hides(at);
    }

    /// Changes the days of a version that nobody can have measured yet.
    pub fn rewrite_version(&mut self, row: RowAt, version: (i32, i32)) {
        let data = Arc::make_mut(&mut self.tail.data);
        data.from.set(row.row, i64::from(version.0));
        data.to.set(row.row, i64::from(version.1));
    }

    /// Hides a row from `at` on.
    pub fn hide(&mut self, row: RowAt, at: u64) {
        let id = self.id(row);
        if row.part == self.sealed.len() {
            Arc::make_mut(&mut self.tail.hidden).insert(row.row as u32, at);
            if self
                .live
                .get(&id)
                .is_some_and(|live| *live as usize == row.row)
            {
                Arc::make_mut(&mut self.live).remove(&id);
            }
        } else if let Some(part) = self.sealed.get_mut(row.part) {
            Arc::make_mut(&mut part.hidden).insert(row.row as u32, at);
        }
        if self.hides.len() == HIDES_MAX
            && let Some((position, _)) = self.hides.pop_front()
        {
            self.hides_from = position;
        }
        self.hides.push_back((at, id));
        self.touch(at);
    }

    fn forget_hides(&mut self, at: u64) {
        self.hides.clear();
        self.hides_from = at;
    }

    /// The numbers of the rows hidden after a position, up to another; `None` when not all are
    /// remembered.
    pub fn hidden_between(&self, after: u64, until: u64) -> Option<Vec<(u64, u64)>> {
        (self.hides_from <= after).then(|| {
            let hides = self.hides.iter().rev().take_while(|(at, _)| *at > after);
            hides.filter(|(at, _)| *at <= until).copied().collect()
        })
    }

    /// Hides all rows that are not hidden yet; of tables that are kept in order.
    pub fn hide_all(&mut self, at: u64) {
        let hidden: Vec<u32> = (0..self.tail.data.rows as u32)
            .filter(|row| self.tail.hidden_at(*row as usize) == NEVER)
            .collect();
        Arc::make_mut(&mut self.tail.hidden).extend(hidden.into_iter().map(|row| (row, at)));
        Arc::make_mut(&mut self.live).clear();
        self.forget_hides(at);
        self.touch(at);
    }

    /// The tail, grouped by subject where rows have one.
    pub fn grouped_tail(&self) -> &Part {
        let column = self.schema.subject_column();
        let place = column.and_then(|column| self.column(&column.name));
        let Some((Place::Column(subject), _)) = place else {
            return &self.tail;
        };
        self.grouped_tail.get_or_init(|| {
            let mut subjects = vec![NULL; self.tail.data.rows];
            self.tail
                .data
                .read(Place::Column(subject), 0, &mut subjects);
            if subjects.is_sorted() {
                return Arc::new(self.tail.clone());
            }
            let merged = merge(std::slice::from_ref(&self.tail), Some(subject));
            Arc::new(Part {
                data: Arc::new(merged.segment),
                hidden: Arc::default(),
            })
        })
    }

    /// Seals a full tail before a row of a later position comes, and looks after merges.
    fn settle_tail(&mut self, at: u64) {
        if self.tail.data.rows >= self.tail_rows && self.changed < at && !self.is_kept_in_order() {
            self.seal();
        }
    }

    fn seal(&mut self) {
        if self.tail.data.rows == 0 {
            return;
        }
        let tail = std::mem::take(&mut self.tail);
        let merged = merge(&[tail], self.grouping());
        self.live = Arc::default();
        self.push_sealed(merged.segment);
    }

    fn push_sealed(&mut self, segment: Segment) {
        self.sealed_greatest = self.sealed_greatest.max(segment.greatest_id());
        self.sealed.push(Part {
            data: Arc::new(segment),
            hidden: Arc::default(),
        });
        self.merge_some(self.sealed.len() > SEGMENTS_MAX);
    }

    /// Takes in a merge that is done and starts the next one, if there is one to do.
    fn merge_some(&mut self, wait: bool) {
        if let Some(running) = self.merging.0.take() {
            if wait || running.thread.is_finished() {
                self.take_in(running);
            } else {
                self.merging.0 = Some(running);
                return;
            }
        }
        let Some(first) = self.next_merge() else {
            return;
        };
        let inputs: Vec<Part> = self.sealed.iter().skip(first).take(FAN).cloned().collect();
        let (copy, subject) = (inputs.clone(), self.grouping());
        // Without a thread to be had, segments stay as they are: slower, not wrong.
        if let Ok(thread) = std::thread::Builder::new()
            .name("merge".to_owned())
            .spawn(move || merge(&copy, subject))
        {
            self.merging.0 = Some(Running {
                first,
                inputs,
                thread,
            });
        }
    }

    /// The first of as many neighbours of like size as become one segment.
    fn next_merge(&self) -> Option<usize> {
        let tier = |part: &Part| (part.data.rows / self.tail_rows).max(1).ilog(FAN);
        let tiers: Vec<u32> = self.sealed.iter().map(tier).collect();
        let like = |window: &[u32]| window.iter().all(|tier| Some(tier) == window.first());
        tiers.windows(FAN).rposition(like)
    }

    fn take_in(&mut self, running: Running) {
        let Running {
            first,
            inputs,
            thread,
        } = running;
        let Ok(merged) = thread.join() else {
            return;
        };
        let stands = self.sealed.iter().skip(first).zip(&inputs);
        if inputs.is_empty()
            || stands
                .filter(|(now, then)| Arc::ptr_eq(&now.data, &then.data))
                .count()
                != inputs.len()
        {
            return;
        }
        // What was hidden in the meantime.
        let mut hidden = BTreeMap::new();
        let mut start = 0;
        for (now, then) in self.sealed.iter().skip(first).zip(&inputs) {
            for (row, at) in now.hidden.iter() {
                if !then.hidden.contains_key(row)
                    && let Some(row) = merged.rows.get(start + *row as usize)
                {
                    hidden.insert(*row, *at);
                }
            }
            start += then.data.rows;
        }
        let part = Part {
            data: Arc::new(merged.segment),
            hidden: Arc::new(hidden),
        };
        self.sealed.splice(first..first + inputs.len(), [part]);
    }

    /// First and next version by number and by row, of versioned tables.
    pub fn versions(&self) -> (&[u32], &[u32]) {
        (&self.versions.first, &self.versions.next)
    }

    /// Takes in what was saved: the parts, the last of which is the tail.
    pub fn restore(&mut self, mut parts: Vec<Part>, changed: u64, first: Vec<u32>, next: Vec<u32>) {
        self.tail = parts.pop().unwrap_or_default();
        self.rows = self.tail.data.rows + parts.iter().map(|part| part.data.rows).sum::<usize>();
        self.sealed_greatest = parts
            .iter()
            .filter_map(|part| part.data.greatest_id())
            .max();
        self.sealed = parts;
        self.versions = Arc::new(Versions { first, next });
        self.changed = changed;
        self.forget_hides(changed);
        if !self.is_kept_in_order() {
            let tail = &self.tail;
            let live = (0..tail.data.rows).filter(|row| tail.hidden_at(*row) == NEVER);
            self.live = Arc::new(live.map(|row| (tail.data.id(row), row as u32)).collect());
        }
    }

    /// Waits until no merge is under way or due.
    pub fn settle(&mut self) {
        self.merge_some(false);
        while self.merging.0.is_some() {
            self.merge_some(true);
        }
    }

    /// Bytes in memory: cells, what is hidden, numbers and versions.
    pub fn bytes(&self) -> usize {
        self.parts().map(Part::bytes).sum::<usize>()
            + self.live.capacity() * 16
            + (self.versions.first.capacity() + self.versions.next.capacity()) * 4
    }
}

impl Versions {
    fn link(&mut self, key: usize, row: u32) {
        if self.first.len() <= key {
            self.first.resize(key + 1, NO_ROW);
        }
        if self.next.len() <= row as usize {
            self.next.resize(row as usize + 1, NO_ROW);
        }
        let Some(first) = self.first.get_mut(key) else {
            return;
        };
        if *first == NO_ROW {
            *first = row;
            return;
        }
        let mut at = *first;
        while let Some(next) = self.next.get_mut(at as usize) {
            if *next == NO_ROW {
                *next = row;
                return;
            }
            at = *next;
        }
    }
}
