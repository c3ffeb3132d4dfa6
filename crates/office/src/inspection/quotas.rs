//! Plans by quota: what is planned, drawn, done and still to do, by category and place.

use std::collections::{BTreeMap, HashMap};

use base::{Day, Period, Position};
use measure::{ColumnAt, Columns, RowView, Value};
use programme::model::Quota;

use super::{day, is_in, text, whole};

/// What stands in one category and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Planned, in all rows of the plan together.
    pub planned: i64,
    /// Records that are there.
    pub drawn: i64,
    /// Of these, those with a result.
    pub done: i64,
    /// Planned by the day by which it is to be done; `Day::MAX` where none is said.
    dues: BTreeMap<Day, i64>,
}

impl Cell {
    /// What is still to do; more than was planned makes up for nothing elsewhere.
    pub fn to_do(&self) -> i64 {
        (self.planned - self.done).max(0)
    }

    /// The day by which the first of what is still to do is to be done.
    pub fn due(&self) -> Option<Day> {
        let mut planned = 0;
        let open = self.dues.iter().find(|(_, count)| {
            planned += **count;
            planned > self.done
        });
        open.map(|(day, _)| *day).filter(|day| *day != Day::MAX)
    }

    /// Whether that day has passed.
    pub fn is_late(&self, today: Day) -> bool {
        self.due().is_some_and(|due| due < today)
    }

    /// Adds what stands in another cell: totals. What is still to do is added up apart.
    pub fn add(&mut self, other: &Cell) {
        self.planned += other.planned;
        self.drawn += other.drawn;
        self.done += other.done;
    }
}

/// Cells by category and place, as the records write them; empty where a record says none.
pub type Grid = BTreeMap<(String, String), Cell>;

/// What a quota's records of a period say, up to a day.
pub fn grid(columns: &Columns, quota: &Quota, period: &Period, today: Day, at: Position) -> Grid {
    let mut grid = Grid::new();
    let (category, _) = &quota.category;
    let key = |row: &RowView<'_>| {
        (
            text(row, category.as_str()),
            text(row, quota.place.as_str()),
        )
    };
    for row in columns.rows_at(quota.plan.as_str(), at) {
        // A plan may begin later in the period: it counts from when it is there.
        if !is_in(&row, period, period.last()) {
            continue;
        }
        let planned = whole(&row, quota.planned.as_str()).unwrap_or(0);
        let due = quota
            .due
            .as_ref()
            .and_then(|field| day(&row, field.as_str()))
            .unwrap_or(Day::MAX);
        let cell = grid.entry(key(&row)).or_default();
        cell.planned += planned;
        *cell.dues.entry(due).or_default() += planned;
    }
    // Samples may be a million: they are counted by the numbers that stand for what they say, and named once.
    let table = quota.samples.as_str();
    let column = |name: &str| columns.column_at(table, name);
    let (of_day, of_category) = (column("day"), column(category.as_str()));
    let (of_place, of_result) = (
        column(quota.place.as_str()),
        quota
            .result
            .as_ref()
            .and_then(|field| column(field.as_str())),
    );
    let cell = |row: &RowView<'_>, column: Option<ColumnAt<'_>>| {
        column.map_or(0, |column| row.cell(column))
    };
    let is_done = |row: &RowView<'_>| {
        quota.result.as_ref().is_none_or(|field| {
            let said = text(row, field.as_str());
            !said.is_empty() && !quota.pending.iter().any(|code| **code == *said)
        })
    };
    let mut done_by_result: HashMap<i64, bool> = HashMap::new();
    let mut counted: HashMap<(i64, i64), (Cell, RowView<'_>)> = HashMap::new();
    for row in columns.rows_at(table, at) {
        let Some(Value::Day(day)) = of_day.map(|column| row.value_at(column)) else {
            continue;
        };
        if day > today || !period.contains(day) {
            continue;
        }
        let key = (cell(&row, of_category), cell(&row, of_place));
        let (found, _) = counted.entry(key).or_insert_with(|| (Cell::default(), row));
        found.drawn += 1;
        let result = done_by_result.entry(cell(&row, of_result));
        found.done += i64::from(*result.or_insert_with(|| is_done(&row)));
    }
    for (found, row) in counted.into_values() {
        grid.entry(key(&row)).or_default().add(&found);
    }
    grid
}
