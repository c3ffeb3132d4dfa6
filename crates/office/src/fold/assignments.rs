//! What reminders and assignments do to the state: who was reminded of which deadline, and which were followed up.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, put, read};
use crate::entry::{CaseOpenFacts, RemindFacts};
use crate::problems;
use crate::spaces::{self, FollowedRow, ReminderRow};

/// A reminder: a row more for each case.
pub(super) fn reminded(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: RemindFacts = read(entry)?;
    let mut changes = Vec::with_capacity(facts.cases.len());
    for due in facts.cases {
        let key = spaces::number_key(due.case);
        if state.get(spaces::CASE, &key)?.is_none() {
            return Err(problems::missing_case(entry.position.0, due.case));
        }
        let mut rows: Vec<ReminderRow> = get(state, spaces::REMINDED, &key)?.unwrap_or_default();
        rows.push(ReminderRow {
            at: entry.position.0,
            day: facts.day.clone(),
            by: entry.actor,
            deadline: due.deadline,
            due: due.due,
            declared: due.declared,
        });
        changes.push(put(spaces::REMINDED, key, &rows)?);
    }
    Ok(changes)
}

/// The cases because of which an assignment was made know it.
pub(super) fn followed(
    state: &StateView<'_>,
    at: u64,
    facts: &CaseOpenFacts,
) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::with_capacity(facts.because.len());
    for due in &facts.because {
        let key = spaces::number_key(due.case);
        let mut rows: Vec<FollowedRow> = get(state, spaces::FOLLOWED, &key)?.unwrap_or_default();
        rows.push(FollowedRow {
            assignment: at,
            deadline: due.deadline.clone(),
            due: due.due.clone(),
        });
        changes.push(put(spaces::FOLLOWED, key, &rows)?);
    }
    Ok(changes)
}
