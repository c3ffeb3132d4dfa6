//! What papers and their templates do to the state: which template is in force, which numbers are given.

use base::Problem;
use ledger::{Change, Entry, StateView};

use super::{get, put, read};
use crate::entry::{CasePaperFacts, Kind, PaperFacts, PaperTemplateFacts, PaperVoidedFacts};
use crate::problems;
use crate::spaces::{self, PaperRow};

pub(super) fn fold(
    state: &StateView<'_>,
    entry: &Entry,
    kind: Kind,
) -> Result<Vec<Change>, Problem> {
    let at = entry.position.0;
    match kind {
        Kind::PaperTemplate => {
            let facts: PaperTemplateFacts = read(entry)?;
            let key = spaces::key(&[&facts.kind]);
            let mut positions: Vec<u64> =
                get(state, spaces::PAPER_TEMPLATE, &key)?.unwrap_or_default();
            positions.push(at);
            Ok(vec![put(spaces::PAPER_TEMPLATE, key, &positions)?])
        }
        Kind::Paper => issued(at, read(entry)?),
        Kind::CasePaper => {
            let facts: CasePaperFacts = read(entry)?;
            let key = spaces::number_key(facts.case);
            let mut papers: Vec<u64> = get(state, spaces::CASE_PAPERS, &key)?.unwrap_or_default();
            papers.push(at);
            let mut changes = issued(at, facts.paper)?;
            changes.push(put(spaces::CASE_PAPERS, key, &papers)?);
            Ok(changes)
        }
        Kind::PaperVoided => {
            let facts: PaperVoidedFacts = read(entry)?;
            let key = spaces::number_key(facts.paper);
            let mut row: PaperRow = get(state, spaces::PAPER, &key)?
                .ok_or_else(|| problems::no_such_paper(facts.paper))?;
            row.voided = Some((facts.day, facts.reason));
            Ok(vec![put(spaces::PAPER, key, &row)?])
        }
        _ => Ok(Vec::new()),
    }
}

/// A paper that is issued: its row, and the last number of its series.
fn issued(at: u64, facts: PaperFacts) -> Result<Vec<Change>, Problem> {
    let row = PaperRow {
        kind: facts.kind,
        voided: None,
    };
    let mut changes = vec![put(spaces::PAPER, spaces::number_key(at), &row)?];
    if let Some(number) = facts.number {
        let key = spaces::key(&[&facts.pattern, &facts.year.to_string()]);
        changes.push(put(spaces::PAPER_SERIES, key, &number)?);
    }
    Ok(changes)
}
