//! What an auditor found, line by line.

use std::collections::HashSet;

use base::Problem;

use crate::authority::Granted;
use crate::entry::{AuditFindingFacts, Kind, Private};
use crate::folder::{Command, Office};
use crate::problems;

/// What was found of a figure or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What is recorded is what was found.
    Agrees,
    /// Something else was found.
    Differs,
    /// Nothing was found that it could rest on.
    NotFound,
}

impl Verdict {
    /// All.
    pub const ALL: [Verdict; 3] = [Verdict::Agrees, Verdict::Differs, Verdict::NotFound];

    /// Its name in entries.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
            Verdict::NotFound => "not_found",
        }
    }

    /// Its name in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Verdict::Agrees => "一致",
            Verdict::Differs => "不一致",
            Verdict::NotFound => "查无",
        }
    }

    /// The verdict of that name, in either language.
    pub fn parse(text: &str) -> Option<Verdict> {
        let text = text.trim();
        let mut all = Verdict::ALL.into_iter();
        all.find(|verdict| {
            verdict.as_str() == text
                || verdict.zh() == text
                || verdict.as_str().replace('_', " ") == text
        })
    }
}

/// A finding to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRequest {
    /// The line, as [`crate::audit::AuditLine::line`].
    pub line: String,
    /// The verdict, in either language.
    pub verdict: String,
    /// What was found instead.
    pub value_found: Option<String>,
    /// Remark; no personal data belongs into it.
    pub note: Option<String>,
}

impl Office {
    /// Keeps findings of a draw, all of them or none; one that says what the last one of its line says is
    /// passed over. Gives how many were kept.
    ///
    /// # Errors
    /// Who acts may not; there is no such draw or line; a line stands twice; a verdict is none; a line that differs
    /// does not say how; a finding takes another's place without a note.
    pub fn keep_findings(&mut self, draw: u64, found: &[FindingRequest]) -> Result<usize, Problem> {
        self.authorise(Granted::AuditFinding)?;
        let lines = self.line_names(draw)?;
        let mut seen = HashSet::new();
        let mut commands = Vec::new();
        for request in found {
            let line = request.line.trim();
            if !lines.contains(line) {
                return Err(problems::no_such_line(line, draw));
            }
            if !seen.insert(line) {
                return Err(problems::line_twice(line));
            }
            let verdict = Verdict::parse(&request.verdict)
                .ok_or_else(|| problems::not_a_verdict(&request.verdict, line))?;
            let text = |text: &Option<String>| {
                let text = text.as_deref().map(str::trim).unwrap_or_default();
                (!text.is_empty()).then(|| text.to_owned())
            };
            let before = self.found_of(draw, line);
            let facts = AuditFindingFacts {
                draw,
                line: line.to_owned(),
                verdict: verdict.as_str().to_owned(),
                value_found: text(&request.value_found),
                note: text(&request.note),
                corrects: before.as_ref().map(|found| found.position.0),
            };
            if verdict == Verdict::Differs && facts.value_found.is_none() && facts.note.is_none() {
                return Err(problems::difference_untold(line));
            }
            if let Some(before) = before {
                let same = AuditFindingFacts {
                    corrects: before.facts.corrects,
                    ..facts.clone()
                };
                if same == before.facts {
                    continue;
                }
                if facts.note.is_none() {
                    return Err(problems::finding_again(line, before.position));
                }
            }
            commands.push(Command::new(
                Kind::AuditFinding,
                &facts,
                &Private::default(),
            )?);
        }
        let count = commands.len();
        if count > 0 {
            self.append(commands, &[])?;
        }
        Ok(count)
    }

    /// The names of a draw's lines.
    fn line_names(&self, draw: u64) -> Result<HashSet<String>, Problem> {
        let (facts, _) = self.drawn(draw)?;
        let mut names = HashSet::new();
        for (index, drawn) in facts.drawn.iter().enumerate() {
            let figure = index + 1;
            names.insert(figure.to_string());
            names.extend((1..=drawn.records.len()).map(|record| format!("{figure}.{record}")));
        }
        Ok(names)
    }
}
