//! Papers: what leaves the office on paper, with its number, kept for good.
//!
//! A paper is an entry: its kind and number, the SHA-256 of the file, of the template and of the values that it
//! was filled with, the position as of which those hold, and what was asked for. The three files are evidence,
//! so the paper can be handed out again as it went out, and made again byte for byte ([`Office::remake_paper`]).
//! Read [`Office::issue_paper`] first; what each kind of paper offers to its template is in `kinds.rs`, where
//! its values come from in `values.rs`.

mod kinds;
mod of_case;
mod values;
mod volume;

use std::collections::BTreeMap;

use base::{Day, Position, Problem};
use ledger::{EvidenceHash, Nature};
use report::{Checked, Data};
use sha2::{Digest, Sha256};

use crate::authority::Granted;
use crate::entry::{
    CasePaperFacts, Kind, PaperFacts, PaperTemplateFacts, PaperVoidedFacts, Private,
};
use crate::fold::{get, read, row};
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, PaperRow};

pub use kinds::{About, PaperKind};
pub use of_case::{CasePapers, StepPaper};
pub use volume::Volume;

/// The marks of a pattern of numbers, in either language.
const YEAR_MARKS: [&str; 2] = ["{年}", "{year}"];
const NUMBER_MARKS: [&str; 2] = ["{号}", "{number}"];
/// Most signs of a pattern, a signer and the like; a note may be longer.
const LINE_MAX: usize = 100;
const NOTE_MAX: usize = 4_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRequest {
    /// Its kind.
    pub kind: PaperKind,
    /// The unit, case or sealing that it is about, as [`PaperKind::about`] says.
    pub about: String,
    /// What was typed for it: the issuer, who signs, a note and the like, by the fields' English names
    /// ([`PaperKind::typed`]).
    pub typed: BTreeMap<String, String>,
    /// The first number of a series, where the office has given numbers of it before.
    pub first_number: Option<u32>,
    /// Issue a demonstration's paper as a demonstration's.
    pub as_demonstration: bool,
}

/// The template of a kind that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Position of the entry that put it in force; `None`: the one that the programme brings.
    pub at: Option<Position>,
    /// What was said of it.
    pub facts: PaperTemplateFacts,
    /// The file's name.
    pub name: String,
}

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Position of its entry: its number in the ledger.
    pub at: Position,
    /// What the entry says.
    pub facts: PaperFacts,
    /// Who issued it.
    pub by: u64,
    /// The day on which it was declared void, and why.
    pub voided: Option<(String, String)>,
}

/// A paper as it would be: not numbered, kept nowhere.
#[derive(Debug, Clone)]
pub struct DraftPaper {
    /// The file.
    pub bytes: Vec<u8>,
    /// The ending of its name.
    pub ending: &'static str,
    /// What it was filled with.
    pub data: Data,
    /// The number that it would get; empty where its kind has none.
    pub number: String,
}

impl Office {
    /// Holds a template against what a kind of paper offers.
    ///
    /// # Errors
    /// It cannot be read, or brings what a template must not.
    pub fn check_template(
        &self,
        kind: PaperKind,
        name: &str,
        bytes: &[u8],
    ) -> Result<Checked, Problem> {
        let programme = self.programme()?;
        report::check(name, bytes, &kind.known(&programme))
    }

    /// Puts a template in force for a kind of paper, with the pattern of its numbers; gives the entry's position.
    ///
    /// # Errors
    /// Who acts may not; the template has faults; the pattern has no place for year and number.
    pub fn set_template(
        &mut self,
        kind: PaperKind,
        name: &str,
        bytes: &[u8],
        pattern: &str,
    ) -> Result<Position, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        self.authorise(Granted::Publish).map_err(one)?;
        let checked = self.check_template(kind, name, bytes).map_err(one)?;
        if !checked.is_usable() {
            return Err(checked
                .problems
                .into_iter()
                .filter(Problem::is_error)
                .collect());
        }
        let pattern = check_pattern(pattern).map_err(one)?;
        let evidence = self.store_evidence(name, bytes).map_err(one)?;
        let facts = PaperTemplateFacts {
            kind: kind.as_str().to_owned(),
            sha256: evidence.sha256.clone(),
            format: checked.format.ending().to_owned(),
            pattern,
            day: self.today().map_err(one)?.to_string(),
        };
        let private = Private {
            evidence: vec![evidence],
            ..Private::default()
        };
        let command = Command::new(Kind::PaperTemplate, &facts, &private).map_err(one)?;
        let heads = self.append(vec![command], &[]).map_err(one)?;
        Ok(heads.last().map_or(Position(0), |head| head.position))
    }

    /// The templates of a kind that were put in force, newest first; the programme's own last.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn templates(&self, kind: PaperKind) -> Result<Vec<Template>, Problem> {
        let key = spaces::key(&[kind.as_str()]);
        let positions: Vec<u64> =
            get(&self.state()?, spaces::PAPER_TEMPLATE, &key)?.unwrap_or_default();
        let mut templates = Vec::new();
        for at in positions.into_iter().rev() {
            let entry = self.ledger().entry(Position(at))?;
            let private = self.private_part(&entry)?.0;
            let name = private.evidence.first().map(|piece| piece.name.clone());
            templates.push(Template {
                at: Some(Position(at)),
                facts: read(&entry)?,
                name: name.unwrap_or_default(),
            });
        }
        let programme = self.programme()?;
        let declared = programme.papers.get(kind.as_str());
        let pattern = declared.and_then(|declared| declared.number.as_deref());
        templates.push(Template {
            at: None,
            facts: PaperTemplateFacts {
                kind: kind.as_str().to_owned(),
                sha256: hex::encode(Sha256::digest(kind.built_in())),
                format: kind.built_in_ending().to_owned(),
                pattern: pattern.unwrap_or_default().to_owned(),
                day: String::new(),
            },
            name: format!("{}.{}", kind.name().zh, kind.built_in_ending()),
        });
        Ok(templates)
    }

    /// The bytes of a template.
    ///
    /// # Errors
    /// Its file was erased or cannot be read.
    pub fn template_bytes(&self, template: &Template) -> Result<Vec<u8>, Problem> {
        if template.at.is_none()
            && let Some(kind) = PaperKind::parse(&*self.programme()?, &template.facts.kind)
        {
            return Ok(kind.built_in().to_vec());
        }
        self.kept_file(&template.facts.sha256)
    }

    fn kept_file(&self, sha256: &str) -> Result<Vec<u8>, Problem> {
        let hash = EvidenceHash::parse(sha256).ok_or_else(|| problems::paper_file_gone(sha256))?;
        self.evidence()
            .get(hash)
            .map_err(|_| problems::paper_file_gone(sha256))
    }

    fn template_in_force(&self, kind: PaperKind) -> Result<Template, Problem> {
        let mut templates = self.templates(kind)?.into_iter();
        templates
            .next()
            .ok_or_else(|| problems::unknown_paper_kind(kind.as_str()))
    }

    /// The paper as it would be now, by the template in force or by one that is only tried.
    ///
    /// # Errors
    /// What it is about is not there, or the template cannot be filled.
    pub fn draft_paper(
        &self,
        request: &PaperRequest,
        tried: Option<(&str, &[u8])>,
    ) -> Result<DraftPaper, Problem> {
        let template = self.template_in_force(request.kind)?;
        let today = self.today()?;
        let number = match self.next_number_of(&template.facts.pattern, today, request.first_number)
        {
            Ok(Some((_, number))) => number,
            Ok(None) => String::new(),
            Err(problem) => return Err(problem),
        };
        let data = self.paper_values(request, &number, today)?;
        let (name, bytes) = match tried {
            Some((name, bytes)) => (name.to_owned(), bytes.to_vec()),
            None => (template.name.clone(), self.template_bytes(&template)?),
        };
        let filled = report::fill(&name, &bytes, &data)?;
        let ending = report::format_of(&name, &bytes)?.ending();
        Ok(DraftPaper {
            bytes: filled,
            ending,
            data,
            number,
        })
    }

    /// Issues a paper: gives it its number, keeps it and what it was made from, and gives its position.
    ///
    /// # Errors
    /// Who acts may not; the folder is a demonstration and that was not said; what it is about is not there; the
    /// template cannot be filled.
    pub fn issue_paper(&mut self, request: &PaperRequest) -> Result<Position, Problem> {
        self.decide_again(|office| office.issue_paper_now(request))
    }

    fn issue_paper_now(&mut self, request: &PaperRequest) -> Result<Position, Problem> {
        let step = self.authorise_paper(request)?;
        let is_demonstration = self.nature() == Nature::Demonstration;
        if is_demonstration && !request.as_demonstration {
            return Err(problems::demonstration_paper());
        }
        let today = self.today()?;
        let template = self.template_in_force(request.kind)?;
        let number = self.next_number_of(&template.facts.pattern, today, request.first_number)?;
        let text = number
            .as_ref()
            .map(|(_, text)| text.clone())
            .unwrap_or_default();
        let data = self.paper_values(request, &text, today)?;
        let bytes = self.template_bytes(&template)?;
        let filled = report::fill(&template.name, &bytes, &data)?;
        let values =
            serde_json::to_vec(&data).map_err(|error| problems::unreadable_entry(0, error))?;
        let ending = &template.facts.format;
        let file_name = request.kind.file_name(&text, &data, ending);
        let paper = self.store_evidence(&file_name, &filled)?;
        let values = self.store_evidence("values.json", &values)?;
        let template_file = self.store_evidence(&template.name, &bytes)?;
        let parameters = kinds::typed_of(request);
        let facts = PaperFacts {
            kind: request.kind.as_str().to_owned(),
            about: request.about.clone(),
            pattern: template.facts.pattern.clone(),
            year: today.year(),
            number: number.map(|(number, _)| number),
            text,
            day: today.to_string(),
            at: self.position().0,
            parameters,
            template: template_file.sha256.clone(),
            values: values.sha256.clone(),
            sha256: paper.sha256.clone(),
            size: paper.size,
            format: ending.clone(),
            demonstration: is_demonstration,
        };
        let private = Private {
            evidence: vec![paper, values, template_file],
            ..Private::default()
        };
        let command = match step {
            None => Command::new(Kind::Paper, &facts, &private)?,
            Some((case, step)) => {
                let facts = CasePaperFacts {
                    paper: facts,
                    case,
                    step,
                };
                Command::new(Kind::CasePaper, &facts, &private)?
            }
        };
        let heads = self.append(vec![command], &[])?;
        Ok(heads.last().map_or(Position(0), |head| head.position))
    }

    /// Declares a paper void; its number stays taken.
    ///
    /// # Errors
    /// Who acts may not; there is no such paper, or it is void; no reason is given.
    pub fn void_paper(&mut self, at: Position, reason: &str) -> Result<(), Problem> {
        self.authorise(Granted::Publish)?;
        let paper = self.paper(at)?;
        if paper.voided.is_some() {
            return Err(problems::paper_is_void(at));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(problems::reason_missing());
        }
        let facts = PaperVoidedFacts {
            paper: at.0,
            day: self.today()?.to_string(),
            reason: reason.chars().take(NOTE_MAX).collect(),
        };
        self.append(
            vec![Command::new(
                Kind::PaperVoided,
                &facts,
                &Private::default(),
            )?],
            &[],
        )?;
        Ok(())
    }

    /// A paper.
    ///
    /// # Errors
    /// There is none of that position.
    pub fn paper(&self, at: Position) -> Result<Paper, Problem> {
        let found: Option<PaperRow> =
            get(&self.state()?, spaces::PAPER, &spaces::number_key(at.0))?;
        let found = found.ok_or_else(|| problems::no_such_paper(at))?;
        self.paper_of(at, found)
    }

    fn paper_of(&self, at: Position, row: PaperRow) -> Result<Paper, Problem> {
        let entry = self.ledger().entry(at)?;
        Ok(Paper {
            at,
            facts: read(&entry)?,
            by: entry.actor,
            voided: row.voided,
        })
    }

    /// The papers, newest first: as many as asked for, and how many there are.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn papers(
        &self,
        kind: Option<PaperKind>,
        most: usize,
    ) -> Result<(Vec<Paper>, usize), Problem> {
        let mut rows = Vec::new();
        for found in self.state()?.scan(spaces::PAPER, &[]) {
            let found = found?;
            let at = found
                .key
                .as_slice()
                .try_into()
                .map_or(0, u64::from_be_bytes);
            let row: PaperRow = row(spaces::PAPER, &found.value)?;
            if kind.is_none_or(|kind| row.kind == kind.as_str()) {
                rows.push((Position(at), row));
            }
        }
        let count = rows.len();
        let newest = rows.into_iter().rev().take(most);
        let papers = newest
            .map(|(at, row)| self.paper_of(at, row))
            .collect::<Result<_, _>>()?;
        Ok((papers, count))
    }

    /// Papers from the newest on, or from before a position on: as many as asked for of those that are `wanted`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn papers_before(
        &self,
        before: Option<Position>,
        most: usize,
        wanted: impl Fn(&Paper) -> bool,
    ) -> Result<Vec<Paper>, Problem> {
        let mut rows = Vec::new();
        for found in self.state()?.scan(spaces::PAPER, &[]) {
            let found = found?;
            let at = found.key.as_slice().try_into();
            let at = Position(at.map_or(0, u64::from_be_bytes));
            if before.is_none_or(|before| at < before) {
                rows.push((at, row(spaces::PAPER, &found.value)?));
            }
        }
        let mut papers = Vec::new();
        for (at, row) in rows.into_iter().rev() {
            if papers.len() == most {
                break;
            }
            let paper = self.paper_of(at, row)?;
            if wanted(&paper) {
                papers.push(paper);
            }
        }
        Ok(papers)
    }

    /// A paper's file as it went out.
    ///
    /// # Errors
    /// It was erased.
    pub fn paper_file(&self, paper: &Paper) -> Result<Vec<u8>, Problem> {
        self.kept_file(&paper.facts.sha256)
    }

    /// Makes a paper again from its template and values: the same bytes, or something is wrong.
    ///
    /// # Errors
    /// A file was erased or cannot be filled.
    pub fn remake_paper(&self, paper: &Paper) -> Result<Vec<u8>, Problem> {
        let template = self.kept_file(&paper.facts.template)?;
        let values = self.kept_file(&paper.facts.values)?;
        let data: Data = serde_json::from_slice(&values)
            .map_err(|error| problems::unreadable_entry(paper.at.0, error))?;
        report::fill(
            &format!("template.{}", paper.facts.format),
            &template,
            &data,
        )
    }

    /// The next number of a series and how it reads; `None` where papers have no number.
    fn next_number_of(
        &self,
        pattern: &str,
        day: Day,
        first: Option<u32>,
    ) -> Result<Option<(u32, String)>, Problem> {
        if pattern.is_empty() {
            return Ok(None);
        }
        let key = spaces::key(&[pattern, &day.year().to_string()]);
        let last: Option<u32> = get(&self.state()?, spaces::PAPER_SERIES, &key)?;
        let number = match (last, first) {
            (None, first) => first.unwrap_or(1),
            (Some(last), None) => last.saturating_add(1),
            (Some(last), Some(first)) if first == last.saturating_add(1) => first,
            (Some(last), Some(first)) => return Err(problems::number_has_gap(first, last)),
        };
        Ok(Some((number, written(pattern, day.year(), number))))
    }
}

/// A number as its pattern writes it: no zeros before it, as GB/T 9704 says.
fn written(pattern: &str, year: i32, number: u32) -> String {
    let mut text = pattern.to_owned();
    for mark in YEAR_MARKS {
        text = text.replace(mark, &year.to_string());
    }
    for mark in NUMBER_MARKS {
        text = text.replace(mark, &number.to_string());
    }
    text
}

/// A pattern of numbers as it is kept; empty for papers without a number.
fn check_pattern(pattern: &str) -> Result<String, Problem> {
    let pattern = pattern.trim();
    let times = |marks: [&str; 2]| {
        marks
            .iter()
            .map(|mark| pattern.matches(mark).count())
            .sum::<usize>()
    };
    let is_right = pattern.is_empty()
        || (times(YEAR_MARKS) == 1
            && times(NUMBER_MARKS) == 1
            && pattern.chars().count() <= LINE_MAX
            && !pattern.chars().any(char::is_control));
    if is_right {
        Ok(pattern.to_owned())
    } else {
        Err(problems::not_a_pattern(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_its_pattern_says() {
        assert_eq!(
            written("赤质办〔{年}〕{号}号", 2026, 3),
            "赤质办〔2026〕3号"
        );
        assert_eq!(written("QO {year}-{number}", 2026, 12), "QO 2026-12");
        for pattern in ["赤质办〔{年}〕号", "{号}", "{年}{年}{号}", "{年}\n{号}"] {
            assert_eq!(
                check_pattern(pattern).unwrap_err().code,
                "O762",
                "{pattern}"
            );
        }
        assert_eq!(check_pattern(" ").unwrap(), "");
    }
}
