//! What entries about people do to the state: who acts no more, who stands in for whom, who handed over.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, put, read};
use crate::entry::{
    ActorEndFacts, ActorMovedFacts, DeputyEndedFacts, DeputyFacts, HandoverConfirmedFacts,
    HandoverFacts, Kind,
};
use crate::problems;
use crate::spaces::{self, ActorRow, HandoverRow, StandsIn};

pub(super) fn fold(
    state: &StateView<'_>,
    entry: &Entry,
    kind: Kind,
) -> Result<Vec<Change>, Problem> {
    let actor = |number: u64| -> Result<ActorRow, Problem> {
        get(state, spaces::ACTOR, &spaces::number_key(number))?
            .ok_or_else(|| problems::missing_actor(entry.position.0, number))
    };
    let known = |number: u64, row: &ActorRow| put(spaces::ACTOR, spaces::number_key(number), row);
    let change = match kind {
        Kind::ActorClosed => {
            let facts: ActorEndFacts = read(entry)?;
            let mut row = actor(facts.actor)?;
            row.closed = Some(facts.day);
            known(facts.actor, &row)?
        }
        Kind::ActorReopened => {
            let facts: ActorEndFacts = read(entry)?;
            let mut row = actor(facts.actor)?;
            row.closed = None;
            row.moved_to = None;
            known(facts.actor, &row)?
        }
        Kind::ActorMoved => {
            let facts: ActorMovedFacts = read(entry)?;
            let mut row = actor(facts.from)?;
            row.closed = Some(facts.day);
            row.moved_to = Some(facts.to);
            known(facts.from, &row)?
        }
        Kind::Deputy => {
            let facts: DeputyFacts = read(entry)?;
            let of = actor(facts.of)?;
            // No name: that of who acts and that of whom it is done for stand in their own rows, and are
            // erased there.
            let row = ActorRow {
                role: of.role,
                unit: of.unit,
                stands_in: Some(StandsIn {
                    of: facts.of,
                    by: facts.by,
                    from: facts.from,
                    to: facts.to,
                }),
                ..ActorRow::default()
            };
            known(facts.actor, &row)?
        }
        Kind::DeputyEnded => {
            let facts: DeputyEndedFacts = read(entry)?;
            let mut row = actor(facts.actor)?;
            if let Some(stands_in) = &mut row.stands_in {
                stands_in.to = facts.to;
            }
            known(facts.actor, &row)?
        }
        Kind::Handover => {
            let facts: HandoverFacts = read(entry)?;
            let row = HandoverRow {
                from: facts.from,
                to: facts.to,
                signed_by: entry.actor,
                day: facts.day,
                confirmed: None,
            };
            let key = spaces::number_key(entry.position.0);
            put(spaces::HANDOVER, key, &row)?
        }
        Kind::HandoverConfirmed => {
            let facts: HandoverConfirmedFacts = read(entry)?;
            let key = spaces::number_key(facts.handover);
            let mut row: HandoverRow = get(state, spaces::HANDOVER, &key)?
                .ok_or_else(|| problems::missing_handover(entry.position.0, facts.handover))?;
            row.confirmed = Some((entry.position.0, facts.day));
            put(spaces::HANDOVER, key, &row)?
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![change])
}
