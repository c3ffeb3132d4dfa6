//! Cases as they stood at an earlier position.

use base::{Position, Problem};
use casework::{Closed, StateKind};

use crate::case::{Case, day_of};
use crate::fold::row;
use crate::folder::Office;
use crate::problems;
use crate::spaces::{self, CaseRow};

impl Office {
    /// A case as it stood at an earlier position; `None` where it was not opened yet.
    ///
    /// # Errors
    /// There is no such case.
    pub fn case_as_of(&self, number: u64, at: Position) -> Result<Option<Case>, Problem> {
        if number > at.0 {
            return Ok(None);
        }
        let state = self.state()?;
        let Some((version, bytes)) = state.get(spaces::CASE, &spaces::number_key(number))? else {
            return Err(problems::no_such_case(number));
        };
        let mut row: CaseRow = row(spaces::CASE, &bytes)?;
        if row.steps.iter().all(|step| step.at <= at.0) {
            return self.case_of(number, version, row).map(Some);
        }
        row.steps.retain(|step| step.at <= at.0);
        row.fields = row.opened.fields.clone();
        for step in &row.steps {
            row.fields.extend(step.fields.clone());
        }
        let last = row.steps.last();
        row.state = last.map_or(row.opened.state.clone(), |step| step.to.clone());
        let (version, day) = last.map_or((number, row.opened.day.clone()), |step| {
            (step.at, step.day.clone())
        });
        row.closed = None;
        let mut case = self.case_of(number, Position(version), row)?;
        // A case is closed where its last step led to a state that closes.
        case.state.closed = case
            .flow
            .state(&case.state.state)
            .filter(|state| state.kind == StateKind::Closed)
            .map(|state| Closed {
                on: day_of(&day),
                outcome: state.outcome.clone(),
                reason: case
                    .state
                    .steps
                    .last()
                    .and_then(|step| step.closing_reason.clone()),
            });
        Ok(Some(case))
    }
}
