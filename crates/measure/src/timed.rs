//! What time alone makes of a case, where nobody has written it down yet.
//!
//! A notice that has ended makes its case another one from a day on, whether or not anything ran on that day. So the
//! columns are told beforehand what a case will be if nothing else happens, and a question asked for a later day is
//! answered by columns that have it. The answer to a question does not change when it is written down at last: what
//! was expected from one position until another stays known.

use std::sync::Arc;

use base::{Day, FlowId, Position, Problem};
use programme::schema::{Schema, Value};

use crate::columns::Columns;
use crate::problems;

/// That a case is another one from a day on.
#[derive(Debug, Clone)]
pub(crate) struct Timed {
    pub flow: FlowId,
    pub id: u64,
    /// Expected from this position on.
    pub from: Position,
    /// And until this one, where something else happened or it was written down.
    pub until: Option<Position>,
    pub day: Day,
    pub values: Arc<[Value]>,
}

impl Columns {
    /// Takes back what was expected of a case.
    pub(crate) fn expect_nothing(&mut self, flow: &FlowId, id: u64, at: Position) {
        for timed in &mut self.timed {
            if timed.id == id && timed.flow == *flow && timed.until.is_none() {
                timed.until = Some(at);
            }
        }
        self.timed
            .retain(|timed| timed.until.is_none_or(|until| timed.from < until));
    }

    /// The columns as they are on a day, where time has changed anything that a position does not have yet.
    ///
    /// # Errors
    /// What was expected does not fit the table.
    pub(crate) fn on_day(&self, at: Position, day: Day) -> Result<Option<Columns>, Problem> {
        let is_so = |timed: &&Timed| {
            timed.from <= at && timed.until.is_none_or(|until| at < until) && timed.day <= day
        };
        if !self.timed.iter().any(|timed| is_so(&timed)) {
            return Ok(None);
        }
        let mut changed = self.clone();
        let mut passed: Vec<&Timed> = self.timed.iter().filter(is_so).collect();
        passed.sort_by_key(|timed| timed.day);
        for timed in passed {
            changed.put_in_place(timed, at)?;
        }
        changed.timed.clear();
        Ok(Some(changed))
    }

    /// Tells again what was expected of a case from one position until another, after the columns were read from a
    /// snapshot.
    pub fn expect_between(
        &mut self,
        flow: FlowId,
        id: u64,
        from: Position,
        until: Option<Position>,
        day: Day,
        values: Vec<Value>,
    ) {
        self.timed.push(Timed {
            flow,
            id,
            from,
            until,
            day,
            values: values.into(),
        });
    }

    fn put_in_place(&mut self, timed: &Timed, at: Position) -> Result<(), Problem> {
        let name = Schema::cases_name(&timed.flow);
        let (tables, dictionaries, cells) = self.parts_to_write();
        let table = tables
            .get_mut(&name)
            .ok_or_else(|| problems::unknown_table(&name))?;
        table.encode_row(timed.id, &timed.values, dictionaries, cells)?;
        let shown = table
            .rows_with_id(timed.id)
            .find(|row| table.is_visible(*row, at.0));
        if let Some(row) = shown {
            table.hide(row, at.0);
        }
        table.add(timed.id, at.0, cells)
    }
}
