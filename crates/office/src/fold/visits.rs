//! What visits in the field do to the state: each is known by its key, so that it is taken once however often it is sent.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, put, read};
use crate::entry::{FieldVisitConfirmedFacts, FieldVisitFacts};
use crate::problems;
use crate::spaces::{self, ConfirmedRow, VisitRow};

/// A visit: its row, and the ways to it from what it became and from the second inspector.
pub(super) fn visited(entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: FieldVisitFacts = read(entry)?;
    let at = entry.position.0;
    let of = at
        .checked_sub(facts.back)
        .filter(|of| *of > 0 && *of < at)
        .ok_or_else(|| problems::unreadable_entry(at, format!("back {}", facts.back)))?;
    let key = spaces::key(&[&facts.visit]);
    let about = facts.case.unwrap_or(of);
    let mut changes = vec![put(
        spaces::VISIT_OF,
        spaces::numbers_key(about, at),
        &facts.visit,
    )?];
    if let Some(second) = facts.second {
        let key = spaces::numbers_key(second, at);
        changes.push(put(spaces::VISIT_SECOND, key, &facts.visit)?);
    }
    let row = VisitRow {
        at,
        of,
        case: facts.case,
        by: entry.actor,
        time: entry.time.as_micros(),
        filled: facts.filled,
        sent: facts.sent,
        second: facts.second,
        signature: facts.signature,
        unsigned: facts.unsigned,
        confirmed: None,
    };
    changes.push(put(spaces::VISIT, key, &row)?);
    Ok(changes)
}

/// What the second inspector said: it waits for her no more.
pub(super) fn confirmed(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let facts: FieldVisitConfirmedFacts = read(entry)?;
    let at = entry.position.0;
    let key = spaces::key(&[&facts.visit]);
    let mut row: VisitRow = get(state, spaces::VISIT, &key)?
        .ok_or_else(|| problems::unreadable_entry(at, format!("visit {}", facts.visit)))?;
    row.confirmed = Some(ConfirmedRow {
        at,
        by: entry.actor,
        day: facts.day,
        agrees: facts.agrees,
        note: facts.note,
    });
    let mut changes = Vec::with_capacity(2);
    if let Some(second) = row.second {
        changes.push(Change::Delete {
            space: spaces::VISIT_SECOND,
            key: spaces::numbers_key(second, row.at),
        });
    }
    changes.push(put(spaces::VISIT, key, &row)?);
    Ok(changes)
}
