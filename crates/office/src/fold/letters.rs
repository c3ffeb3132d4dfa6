//! What entries about responsibility letters do to the state: who signed which text, and who confirmed a change.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, put, read};
use crate::entry::{
    ChangeConfirmedFacts, Kind, LetterCountersignedFacts, LetterScanFacts, LetterSignedFacts,
};
use crate::problems;
use crate::spaces::{self, LetterRow, SignatureRow, SignedRow};

pub(super) fn fold(
    state: &StateView<'_>,
    entry: &Entry,
    kind: Kind,
) -> Result<Vec<Change>, Problem> {
    let at = entry.position.0;
    let row = |key: &[u8]| -> Result<LetterRow, Problem> {
        Ok(get(state, spaces::LETTER, key)?.unwrap_or_default())
    };
    let signature = |programme: u64, sha256: String, day: String| SignatureRow {
        at,
        by: entry.actor,
        day,
        programme,
        sha256,
    };
    let (key, row) = match kind {
        Kind::LetterSigned => {
            let facts: LetterSignedFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.unit]);
            let mut row = row(&key)?;
            row.signed.push(SignedRow {
                unit: signature(facts.programme, facts.sha256, facts.day),
                group: None,
                scans: Vec::new(),
            });
            (key, row)
        }
        Kind::LetterCountersigned => {
            let facts: LetterCountersignedFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.unit]);
            let mut row = row(&key)?;
            let signed = letter(&mut row, at, facts.letter)?;
            signed.group = Some(signature(signed.unit.programme, facts.sha256, facts.day));
            (key, row)
        }
        Kind::LetterScan => {
            let facts: LetterScanFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.unit]);
            let mut row = row(&key)?;
            letter(&mut row, at, facts.letter)?.scans.push(at);
            (key, row)
        }
        Kind::ChangeConfirmed => {
            let facts: ChangeConfirmedFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.unit]);
            let mut row = row(&key)?;
            row.confirmed
                .push(signature(facts.programme, facts.sha256, facts.day));
            (key, row)
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![put(spaces::LETTER, key, &row)?])
}

fn letter(row: &mut LetterRow, at: u64, number: u64) -> Result<&mut SignedRow, Problem> {
    row.signed
        .iter_mut()
        .find(|signed| signed.unit.at == number)
        .ok_or_else(|| problems::missing_letter(at, number))
}
