//! One table: rows in columns of integers. Rows are only added and hidden; each knows the position
//! that added it and the one that hid it, so that every earlier position can be measured.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Position, Problem};
use programme::schema::{ColumnSchema, ColumnType, TableSchema, Value};

use crate::dictionary::Dictionaries;
use crate::problems;

/// Empty, in a wide cell and wherever cells are read.
pub(crate) const NULL: i64 = i64::MIN;
const NARROW_NULL: i32 = i32::MIN;
/// The position that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// The cells of a column: numbers wide; days, truth values and numbers of texts narrow.
#[derive(Debug, Clone)]
enum Cells {
    Wide(Vec<i64>),
    Narrow(Vec<i32>),
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub schema: ColumnSchema,
    cells: Cells,
}

impl Column {
    fn new(schema: ColumnSchema, rows: usize) -> Column {
        let cells = match schema.column_type {
            ColumnType::Int | ColumnType::Decimal(_) => Cells::Wide(vec![NULL; rows]),
            _ => Cells::Narrow(vec![NARROW_NULL; rows]),
        };
        Column { schema, cells }
    }

    /// The cell of a row, [`NULL`] when empty (or when there is no such row).
    #[inline]
    pub fn get(&self, row: usize) -> i64 {
        match &self.cells {
            Cells::Wide(cells) => cells.get(row).copied().unwrap_or(NULL),
            Cells::Narrow(cells) => match cells.get(row) {
                Some(&cell) if cell != NARROW_NULL => i64::from(cell),
                _ => NULL,
            },
        }
    }

    fn push(&mut self, cell: i64) {
        match &mut self.cells {
            Cells::Wide(cells) => cells.push(cell),
            Cells::Narrow(cells) => cells.push(narrow(cell)),
        }
    }

    fn set(&mut self, row: usize, cell: i64) {
        match &mut self.cells {
            Cells::Wide(cells) => cells.get_mut(row).into_iter().for_each(|old| *old = cell),
            Cells::Narrow(cells) => cells
                .get_mut(row)
                .into_iter()
                .for_each(|old| *old = narrow(cell)),
        }
    }
}

/// Narrow cells come from `encode`, which makes no others than these fit.
fn narrow(cell: i64) -> i32 {
    i32::try_from(cell).unwrap_or(NARROW_NULL)
}

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
        ) => dictionaries
            .of_column_mut(column_type)
            .number_of(text)
            .map(i64::from),
        _ => None,
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
            .map_or(Value::Null, |text| Value::Text(text.clone())),
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// As the latest programme declares it.
    pub schema: TableSchema,
    columns: Vec<Column>,
    by_name: HashMap<Arc<str>, usize>,
    /// For each column of the schema the column here.
    order: Vec<usize>,
    ids: Vec<u64>,
    added: Vec<u64>,
    hidden: Vec<u64>,
    /// Days for which a version holds; used by versioned tables only.
    versions: Vec<(i32, i32)>,
    /// The row that is not hidden, by id; not of versioned tables.
    live: HashMap<u64, u32>,
    /// All rows of a subject or unit, by its number; of versioned tables only.
    rows_of: Vec<Vec<u32>>,
}

impl Table {
    pub fn new(schema: &TableSchema) -> Table {
        let mut table = Table {
            schema: schema.clone(),
            columns: Vec::new(),
            by_name: HashMap::new(),
            order: Vec::new(),
            ids: Vec::new(),
            added: Vec::new(),
            hidden: Vec::new(),
            versions: Vec::new(),
            live: HashMap::new(),
            rows_of: Vec::new(),
        };
        table.adopt(schema);
        table
    }

    /// Takes over a later programme's schema: new columns are empty so far, retired ones stay.
    pub fn adopt(&mut self, schema: &TableSchema) {
        let rows = self.len();
        self.order.clear();
        for column in schema.columns.values() {
            let index = match self.by_name.get(&column.name) {
                Some(&index) => index,
                None => {
                    self.columns.push(Column::new(column.clone(), rows));
                    self.by_name
                        .insert(column.name.clone(), self.columns.len() - 1);
                    self.columns.len() - 1
                }
            };
            if let Some(known) = self.columns.get_mut(index) {
                known.schema = column.clone();
            }
            self.order.push(index);
        }
        self.schema = schema.clone();
    }

    /// How many rows there ever were.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.by_name
            .get(name)
            .and_then(|index| self.columns.get(*index))
    }

    /// The columns of the schema, in its order.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.order
            .iter()
            .filter_map(|index| self.columns.get(*index))
    }

    #[inline]
    pub fn is_visible(&self, row: usize, at: u64) -> bool {
        self.added.get(row).is_some_and(|added| *added <= at)
            && self.hidden.get(row).is_some_and(|hidden| at < *hidden)
    }

    /// Positions that added and hid a row.
    pub fn span(&self, row: usize) -> (Position, Position) {
        let get = |positions: &[u64]| Position(positions.get(row).copied().unwrap_or(NEVER));
        (get(&self.added), get(&self.hidden))
    }

    pub fn id(&self, row: usize) -> u64 {
        self.ids.get(row).copied().unwrap_or(0)
    }

    /// Whether a version holds on a day (true for rows that are no versions).
    #[inline]
    pub fn holds_on(&self, row: usize, day: i32) -> bool {
        self.versions
            .get(row)
            .is_none_or(|(from, to)| *from <= day && day <= *to)
    }

    /// The days for which a version holds.
    pub fn version(&self, row: usize) -> Option<(i32, i32)> {
        self.versions.get(row).copied()
    }

    /// All versions of a subject or unit, hidden ones too.
    pub fn rows_of(&self, number: i64) -> &[u32] {
        usize::try_from(number)
            .ok()
            .and_then(|number| self.rows_of.get(number))
            .map_or(&[], Vec::as_slice)
    }

    /// The version of a subject or unit that holds on a day, as of a position.
    #[inline]
    pub fn version_on(&self, number: i64, day: i32, at: u64) -> Option<usize> {
        let rows = self.rows_of(number).iter().map(|row| *row as usize);
        rows.into_iter()
            .find(|row| self.holds_on(*row, day) && self.is_visible(*row, at))
    }

    /// The row with this id that is not hidden.
    pub fn live_row(&self, id: u64) -> Option<usize> {
        self.live.get(&id).map(|row| *row as usize)
    }

    /// The cells of a row for all columns of the schema, checked and encoded. `values` may leave
    /// out the first column, when that is the row's number.
    pub fn encode_row(
        &self,
        id: u64,
        values: &[Value],
        dictionaries: &mut Dictionaries,
    ) -> Result<Vec<i64>, Problem> {
        let numbered = self.has_number();
        let wanted = self.order.len() - usize::from(numbered);
        if values.len() != wanted {
            return Err(problems::wrong_width(
                &self.schema.name,
                wanted,
                values.len(),
            ));
        }
        let mut cells = Vec::with_capacity(self.order.len());
        if numbered {
            cells.push(i64::try_from(id).map_err(|_| problems::table_full(&self.schema.name))?);
        }
        for (column, value) in self.columns().skip(usize::from(numbered)).zip(values) {
            let cell = encode(value, &column.schema, dictionaries)
                .ok_or_else(|| problems::wrong_value(&self.schema.name, &column.schema.name))?;
            cells.push(cell);
        }
        Ok(cells)
    }

    /// Whether the first column is the row's number (records and cases).
    fn has_number(&self) -> bool {
        self.schema.row_day().is_some()
    }

    /// Adds a row of encoded cells in schema order.
    pub fn add(&mut self, id: u64, at: u64, cells: &[i64]) -> Result<(), Problem> {
        let row = self.add_empty(id, at, None)?;
        self.write(row, cells);
        Ok(())
    }

    /// Adds a row without content: of a version with the days for which it holds.
    pub fn add_empty(
        &mut self,
        id: u64,
        at: u64,
        version: Option<(i32, i32)>,
    ) -> Result<usize, Problem> {
        let row = self.len();
        let number = u32::try_from(row).map_err(|_| problems::table_full(&self.schema.name))?;
        for column in &mut self.columns {
            column.push(NULL);
        }
        self.ids.push(id);
        self.added.push(at);
        self.hidden.push(NEVER);
        if let Some(version) = version {
            self.versions.push(version);
            let key = usize::try_from(id).map_err(|_| problems::table_full(&self.schema.name))?;
            if self.rows_of.len() <= key {
                self.rows_of.resize(key + 1, Vec::new());
            }
            self.rows_of
                .get_mut(key)
                .into_iter()
                .for_each(|rows| rows.push(number));
        } else {
            self.live.insert(id, number);
        }
        Ok(row)
    }

    /// Adds a row that counts at no position yet.
    pub fn stage(&mut self, id: u64, cells: &[i64]) -> Result<usize, Problem> {
        let earlier = self.live.get(&id).copied();
        let row = self.add_empty(id, NEVER, None)?;
        // The version that counts stays the live one until the row is revealed.
        match earlier {
            Some(earlier) => self.live.insert(id, earlier),
            None => self.live.remove(&id),
        };
        self.write(row, cells);
        Ok(row)
    }

    /// Lets a staged row count from `at` on, in place of the version before it.
    pub fn reveal(&mut self, row: usize, at: u64) -> Result<(), Problem> {
        let id = self.id(row);
        if let Some(earlier) = self.live_row(id) {
            self.hide(earlier, at);
        }
        let number = u32::try_from(row).map_err(|_| problems::table_full(&self.schema.name))?;
        self.added
            .get_mut(row)
            .into_iter()
            .for_each(|added| *added = at);
        self.live.insert(id, number);
        Ok(())
    }

    /// Whether a row is staged, and so counts nowhere.
    pub fn is_staged(&self, row: usize) -> bool {
        self.added.get(row) == Some(&NEVER)
    }

    /// Replaces the cells of a row that nobody can have measured yet.
    pub fn write(&mut self, row: usize, cells: &[i64]) {
        for (index, cell) in self.order.iter().zip(cells) {
            if let Some(column) = self.columns.get_mut(*index) {
                column.set(row, *cell);
            }
        }
    }

    /// The same with a cell for every column that there ever was.
    pub fn write_all(&mut self, row: usize, cells: &[i64]) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.set(row, *cell);
        }
    }

    /// The place of a column among all that there ever were; it never changes.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// All columns that there ever were.
    pub fn all_columns(&self) -> &[Column] {
        &self.columns
    }

    /// Changes the days of a version that nobody can have measured yet.
    pub fn write_version(&mut self, row: usize, version: (i32, i32)) {
        if let Some(old) = self.versions.get_mut(row) {
            *old = version;
        }
    }

    /// Hides a row from `at` on.
    pub fn hide(&mut self, row: usize, at: u64) {
        if let Some(hidden) = self.hidden.get_mut(row) {
            *hidden = at;
        }
        let id = self.id(row);
        if self.live.get(&id).is_some_and(|live| *live as usize == row) {
            self.live.remove(&id);
        }
    }

    /// Hides all rows that are not hidden yet.
    pub fn hide_all(&mut self, at: u64) {
        for hidden in &mut self.hidden {
            if *hidden == NEVER {
                *hidden = at;
            }
        }
        self.live.clear();
    }
}
