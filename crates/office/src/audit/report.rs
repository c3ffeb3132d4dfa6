//! What a draw's findings come to.

use base::{Figure, Problem, Ratio};
use measure::Address;

use super::{AuditLine, Verdict};
use crate::folder::Office;

/// What was found of a draw.
#[derive(Debug, Clone)]
pub struct AuditReport {
    /// The figures drawn.
    pub figures: Tally,
    /// The records drawn behind them.
    pub records: Tally,
    /// The figures that do not agree, or rest on a record that does not.
    pub affected: Vec<AffectedFigure>,
}

/// So many lines by what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines.
    pub drawn: u64,
    /// Of them agreeing.
    pub agrees: u64,
    /// Differing.
    pub differs: u64,
    /// Not found.
    pub not_found: u64,
}

impl Tally {
    /// Lines with a finding.
    pub fn checked(&self) -> u64 {
        self.agrees + self.differs + self.not_found
    }

    /// Lines without one.
    pub fn open(&self) -> u64 {
        self.drawn - self.checked()
    }

    /// The share of the checked lines that agree; not applicable while none was checked.
    pub fn agreement(&self) -> Figure {
        Figure::value_of(
            Ratio::from_int(self.agrees),
            Ratio::from_int(self.checked()),
        )
    }

    fn add(&mut self, line: &AuditLine) {
        self.drawn += 1;
        let verdict = line
            .found
            .as_ref()
            .map(|found| found.facts.verdict.as_str());
        match verdict.and_then(Verdict::parse) {
            Some(Verdict::Agrees) => self.agrees += 1,
            Some(Verdict::Differs) => self.differs += 1,
            Some(Verdict::NotFound) => self.not_found += 1,
            None => {}
        }
    }
}

/// A published figure that the findings put in doubt: it is to be corrected and published again, or explained.
#[derive(Debug, Clone)]
pub struct AffectedFigure {
    /// Its line.
    pub line: String,
    /// Where it stands.
    pub address: Address,
    /// The lines below it, or its own, that do not agree.
    pub lines: Vec<String>,
}

impl Office {
    /// What the findings of a draw come to.
    ///
    /// # Errors
    /// There is no such draw, or the ledger cannot be read.
    pub fn audit_report(&self, draw: u64) -> Result<AuditReport, Problem> {
        let mut report = AuditReport {
            figures: Tally::default(),
            records: Tally::default(),
            affected: Vec::new(),
        };
        let mut figure = String::new();
        for line in self.audit_lines(draw)? {
            if line.record.is_none() {
                report.figures.add(&line);
                figure.clone_from(&line.line);
            } else {
                report.records.add(&line);
            }
            let agrees = line
                .found
                .as_ref()
                .is_none_or(|found| Verdict::parse(&found.facts.verdict) == Some(Verdict::Agrees));
            if agrees {
                continue;
            }
            match report.affected.last_mut() {
                Some(last) if last.line == figure => last.lines.push(line.line),
                _ => report.affected.push(AffectedFigure {
                    line: figure.clone(),
                    address: line.address,
                    lines: vec![line.line],
                }),
            }
        }
        Ok(report)
    }
}
