//! What steps of cases do to the state: to the case itself, to one above it, to one into which it is merged.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, private, put, read};
use crate::entry::{CaseActFacts, CasePassedFacts, CaseReportedFacts};
use crate::problems;
use crate::spaces::{self, CaseRow, ReportedRow, StepRow};

/// A step of a case.
pub(super) fn acted(
    state: &StateView<'_>,
    entry: &Entry,
    facts: CaseActFacts,
    unit_to: Option<String>,
    into: Option<u64>,
) -> Result<[Change; 1], Problem> {
    let at = entry.position.0;
    let (key, mut row) = case(state, at, facts.case)?;
    row.fields.extend(facts.fields.clone());
    row.state.clone_from(&facts.to);
    row.closed = facts.closes.then(|| (facts.day.clone(), facts.outcome));
    row.steps.push(StepRow {
        at,
        action: facts.action,
        from: facts.from,
        to: facts.to,
        day: facts.day,
        by: entry.actor,
        role: facts.role,
        unit: facts.unit,
        time: entry.time.as_micros(),
        fields: facts.fields,
        evidence: private(entry)?
            .evidence
            .into_iter()
            .map(|piece| piece.sha256)
            .collect(),
        reason: facts.reason,
        closing_reason: facts.closing_reason,
        unit_to,
        into,
    });
    Ok([put(spaces::CASE, key, &row)?])
}

/// A step by which a case passes on: the case into which it is merged knows it.
pub(super) fn passed(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: CasePassedFacts = read(entry)?;
    let into = facts.into;
    let number = facts.act.case;
    let mut changes: Vec<Change> = acted(state, entry, facts.act, facts.unit_to, into)?.into();
    if let Some(into) = into {
        let (key, mut row) = case(state, entry.position.0, into)?;
        row.merged.push(number);
        changes.push(put(spaces::CASE, key, &row)?);
    }
    Ok(changes)
}

/// A case that was opened below another: the other knows it.
pub(super) fn opened_below(state: &StateView<'_>, at: u64, parent: u64) -> Result<Change, Problem> {
    let (key, mut row) = case(state, at, parent)?;
    row.below.push(at);
    put(spaces::CASE, key, &row)
}

/// A report: a row more for each case.
pub(super) fn reported(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: CaseReportedFacts = read(entry)?;
    let mut changes = Vec::with_capacity(facts.cases.len());
    for due in facts.cases {
        let (key, _) = case(state, entry.position.0, due.case)?;
        let mut rows: Vec<ReportedRow> = get(state, spaces::REPORTED, &key)?.unwrap_or_default();
        rows.push(ReportedRow {
            at: entry.position.0,
            day: facts.day.clone(),
            deadline: due.deadline,
            due: due.due,
            declared: due.declared.unwrap_or_default(),
            roles: facts.roles.clone(),
        });
        changes.push(put(spaces::REPORTED, key, &rows)?);
    }
    Ok(changes)
}

fn case(state: &StateView<'_>, at: u64, number: u64) -> Result<(Vec<u8>, CaseRow), Problem> {
    let key = spaces::number_key(number);
    let row = get(state, spaces::CASE, &key)?.ok_or_else(|| problems::missing_case(at, number))?;
    Ok((key, row))
}
