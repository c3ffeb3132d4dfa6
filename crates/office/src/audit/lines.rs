//! The lines of a draw's list: each figure drawn, and below it each record drawn behind it, with what was
//! found of it.

use base::{Figure, Position, Problem};
use measure::Address;

use crate::entry::{AuditDrawFacts, AuditFindingFacts, FrameFigure};
use crate::folder::Office;
use crate::problems;

/// A line: a figure, or a record behind it.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// `3` for the third figure drawn, `3.2` for the second record drawn behind it.
    pub line: String,
    /// The figure.
    pub address: Address,
    /// Its value as it was published.
    pub published: Figure,
    /// The publication or sealing that holds it.
    pub publication: u64,
    /// The record; `None` for the figure itself.
    pub record: Option<LineRecord>,
    /// What was found, if anything.
    pub found: Option<Found>,
}

/// A record of a line, as it counted in the figure.
#[derive(Debug, Clone)]
pub struct LineRecord {
    /// Its table: a record type, or `case:FLOW`.
    pub table: String,
    /// Its number.
    pub number: u64,
    /// The entry whose content counted.
    pub entry: u64,
    /// Whether it counts in the numerator; otherwise only in the denominator.
    pub in_part: bool,
    /// Its fields as text, personal ones left out.
    pub fields: Vec<(String, String)>,
    /// Its evidence: the name under which each piece was handed in (empty where erased), and its SHA-256.
    pub evidence: Vec<(String, String)>,
}

/// What was found of a line.
#[derive(Debug, Clone)]
pub struct Found {
    /// The position of the finding.
    pub position: Position,
    /// What it says.
    pub facts: AuditFindingFacts,
}

impl Office {
    /// The draw at a position, with the frame that it was drawn from.
    ///
    /// # Errors
    /// There is no draw there.
    pub(super) fn drawn(&self, draw: u64) -> Result<(&AuditDrawFacts, &[FrameFigure]), Problem> {
        let at = |position: u64| {
            let mut draws = self.mirror().draws().iter();
            draws
                .find(|(at, _)| at.0 == position)
                .map(|(_, facts)| facts)
        };
        let facts = at(draw).filter(|facts| facts.seed.is_some());
        let facts = facts.ok_or_else(|| problems::no_such_draw(draw))?;
        let frame = match facts.announced.and_then(at) {
            Some(announced) => &announced.frame,
            None => &facts.frame,
        };
        Ok((facts, frame))
    }

    /// The lines of a draw, figure by figure in the order in which they were drawn.
    ///
    /// # Errors
    /// There is no draw there, or the ledger cannot be read.
    pub fn audit_lines(&self, draw: u64) -> Result<Vec<AuditLine>, Problem> {
        let (facts, frame) = self.drawn(draw)?;
        let at = Position(facts.announced.unwrap_or(draw));
        let mut lines = Vec::new();
        for (index, drawn) in facts.drawn.iter().enumerate() {
            let number = usize::try_from(drawn.number).unwrap_or(usize::MAX);
            let figure = number.checked_sub(1).and_then(|index| frame.get(index));
            let figure = figure.ok_or_else(|| problems::unreadable_entry(draw, drawn.number))?;
            let address = self.address_of(at, &figure.address)?;
            // What was published is what is measured at its address: law 2, and `restated` shows when not.
            let published = self.figure_at(&address)?;
            let name = format!("{}", index + 1);
            let line = |line: String, record| AuditLine {
                found: self.found_of(draw, &line),
                line,
                address: address.clone(),
                published: published.clone(),
                publication: figure.published,
                record,
            };
            lines.push(line(name.clone(), None));
            let behind = self.behind(&address.query())?;
            for (index, chosen) in drawn.records.iter().enumerate() {
                let row = behind
                    .iter()
                    .find(|row| row.number == Some(chosen.record) && row.table == chosen.table);
                let mut record = LineRecord {
                    table: chosen.table.clone(),
                    number: chosen.record,
                    entry: chosen.record,
                    in_part: row.is_some_and(|row| row.in_part),
                    fields: row.map(|row| row.values.clone()).unwrap_or_default(),
                    evidence: Vec::new(),
                };
                if chosen.table.starts_with("case:") {
                    let names = self.case_evidence(chosen.record)?;
                    record.evidence = names.into_iter().map(|(hash, name)| (name, hash)).collect();
                    record.evidence.sort();
                } else {
                    let history = self.history(chosen.record)?;
                    let mut versions = history.into_iter();
                    if let Some(version) = versions.rfind(|version| version.position <= address.at)
                    {
                        record.entry = version.position.0;
                        record.fields = version.fields;
                        let pieces = version.evidence.into_iter();
                        record.evidence = pieces.map(|piece| (piece.name, piece.sha256)).collect();
                    }
                }
                lines.push(line(format!("{name}.{}", index + 1), Some(record)));
            }
        }
        Ok(lines)
    }

    /// The last finding of a line.
    pub(super) fn found_of(&self, draw: u64, line: &str) -> Option<Found> {
        let mut findings = self.mirror().findings().iter();
        findings
            .rfind(|(_, facts)| facts.draw == draw && facts.line == line)
            .map(|(position, facts)| Found {
                position: *position,
                facts: facts.clone(),
            })
    }
}
