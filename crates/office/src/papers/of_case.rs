//! Papers of a flow's steps: which a case asks for, who may make them, and what they say.
//!
//! The programme declares for a step its paper (`[[paper]]` with `flow` and `action`). When the step was taken, whoever may
//! take it may make the paper, once; made void, it can be made again. It stands on the case's page from then on.

use std::collections::BTreeMap;

use base::{Day, Position, Problem};
use casework::{Scope, Step};
use programme::model::{CasePaper, Programme};
use report::Value;

use super::values::{Filling, day, fields_of, matter, name_of, text, value_in_words};
use super::{Paper, PaperKind, PaperRequest};
use crate::authority::Granted;
use crate::case::Case;
use crate::fold::get;
use crate::folder::Office;
use crate::problems;
use crate::spaces;

/// The papers of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePapers {
    /// Those that its steps ask for, in the order of the programme.
    pub wanted: Vec<StepPaper>,
    /// Those that were made, oldest first.
    pub made: Vec<Paper>,
}

/// A paper that a step asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPaper {
    /// Its kind.
    pub kind: PaperKind,
    /// The day of the step.
    pub day: Day,
    /// Whether whoever asks may make it.
    pub is_mine: bool,
}

/// The last step of a case that asks for a paper, and which it is, from 1.
fn step_of<'c>(case: &'c Case, paper: &CasePaper) -> Option<(u64, &'c Step)> {
    let mut steps = case.state.steps.iter().enumerate().rev();
    let (at, step) = steps.find(|(_, step)| step.action == paper.action)?;
    Some((u64::try_from(at).ok()? + 1, step))
}

impl Office {
    /// The papers of a case, for whoever acts in a role and a unit.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn papers_of_case(
        &self,
        case: &Case,
        role: &str,
        unit: Option<&str>,
    ) -> Result<CasePapers, Problem> {
        let programme = self.programme()?;
        let made = self.made_of(case.number)?;
        let mut wanted = Vec::new();
        for kind in PaperKind::all(&programme) {
            let PaperKind::OfCase(paper) = kind else {
                continue;
            };
            if paper.flow != case.flow.id {
                continue;
            }
            let Some((number, step)) = step_of(case, paper) else {
                continue;
            };
            let is_made = made
                .iter()
                .any(|(at_step, made)| is_of(made, paper) && *at_step == number);
            if !is_made {
                wanted.push(StepPaper {
                    kind,
                    day: step.day,
                    is_mine: self.may_make(case, paper, role, unit),
                });
            }
        }
        Ok(CasePapers {
            wanted,
            made: made.into_iter().map(|(_, paper)| paper).collect(),
        })
    }

    /// The papers of a case, each with the step that it is about.
    fn made_of(&self, case: u64) -> Result<Vec<(u64, Paper)>, Problem> {
        let key = spaces::number_key(case);
        let papers: Vec<u64> = get(&self.state()?, spaces::CASE_PAPERS, &key)?.unwrap_or_default();
        papers
            .into_iter()
            .map(|at| {
                let entry = self.ledger().entry(Position(at))?;
                let facts: crate::entry::CasePaperFacts = crate::fold::read(&entry)?;
                Ok((facts.step, self.paper(Position(at))?))
            })
            .collect()
    }

    /// Whether a role and unit may make a paper: whoever may issue papers, or may take its step for that case.
    fn may_make(&self, case: &Case, paper: &CasePaper, role: &str, unit: Option<&str>) -> bool {
        let takes = case.flow.action(&paper.action).is_some_and(|action| {
            let has_role = action.roles.iter().any(|may| may.as_str() == role);
            has_role && (action.scope == Scope::All || case.about.unit.as_deref() == unit)
        });
        takes || self.may(role, Granted::Publish)
    }

    /// Whether a paper about a case may be read in a role and a unit.
    #[must_use]
    pub fn may_read_of_case(&self, paper: &Paper, role: &str, unit: Option<&str>) -> bool {
        let number = paper.facts.about.parse().unwrap_or_default();
        let (Ok(programme), Ok(case)) = (self.programme(), self.case(number)) else {
            return false;
        };
        let is_own = unit.is_some() && case.about.unit.as_deref() == unit;
        match PaperKind::parse(&programme, &paper.facts.kind) {
            Some(PaperKind::OfCase(kind)) => is_own || self.may_make(&case, kind, role, unit),
            _ => false,
        }
    }

    /// Refuses who may not make a paper. Of a paper of a step: the case, and which step it is.
    pub(super) fn authorise_paper(
        &self,
        request: &PaperRequest,
    ) -> Result<Option<(u64, u64)>, Problem> {
        let PaperKind::OfCase(paper) = request.kind else {
            return self.authorise(Granted::Publish).map(|_| None);
        };
        let case = self.case_of_paper(paper, &request.about)?;
        let (role, unit) = self.acting_as()?;
        if !self.may_make(&case, paper, &role, unit.as_deref()) {
            return Err(problems::paper_not_yours(&paper.name.zh, &paper.name.en));
        }
        let (number, _) = step_of(&case, paper)
            .ok_or_else(|| problems::paper_before_step(&paper.name.zh, &paper.name.en))?;
        let made = self.made_of(case.number)?;
        let before = made
            .iter()
            .find(|(at_step, made)| is_of(made, paper) && *at_step == number);
        if let Some((_, before)) = before {
            return Err(problems::paper_made_already(before.at));
        }
        Ok(Some((case.number, number)))
    }

    fn case_of_paper(&self, paper: &CasePaper, about: &str) -> Result<Case, Problem> {
        let none = || problems::paper_about_nothing(about);
        let case = self.case(about.trim().parse().map_err(|_| none())?)?;
        if case.flow.id == paper.flow {
            Ok(case)
        } else {
            Err(none())
        }
    }

    /// Name and identity of the subject that a case is about, itself, by its record or by the case above; `None` for
    /// persons, whose names stand in private parts and must not go into a paper's values.
    fn addressee(
        &self,
        case: &Case,
        programme: &Programme,
    ) -> Result<Option<(String, String)>, Problem> {
        let Some((of, id)) = self.subject_of_case(case)? else {
            return Ok(None);
        };
        if programme
            .subject_types
            .get(&of)
            .is_none_or(|of| of.personal)
        {
            return Ok(None);
        }
        let name = self.mirror().subject_name(of.as_str(), &id);
        Ok(Some((name.unwrap_or(&id).to_owned(), id)))
    }

    pub(super) fn put_case_paper(
        &self,
        filling: &mut Filling,
        about: &str,
        paper: &CasePaper,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let case = self.case_of_paper(paper, about)?;
        let (number, step) = step_of(&case, paper)
            .ok_or_else(|| problems::paper_before_step(&paper.name.zh, &paper.name.en))?;
        let unit = case.about.unit.as_deref().unwrap_or_default();
        let unit = name_of(programme, unit, step.day);
        let (subject, id) = self
            .addressee(&case, programme)?
            .unwrap_or_else(|| (unit.clone(), String::new()));
        let due = crate::work::task(programme, &case, Vec::new(), today).due;
        let due = due.map(|due| due.due_on);
        let step_day = report::chinese::day(&step.day.to_string()).unwrap_or_default();
        let due_text = due
            .and_then(|due| report::chinese::day(&due.to_string()))
            .unwrap_or_default();
        let reason = step.reason.clone().unwrap_or_default();
        let matter = matter(programme, &case);
        let mut said: BTreeMap<String, String> = [
            ("subject", subject.clone()),
            ("subject_id", id.clone()),
            ("unit", unit.clone()),
            ("matter", matter.clone()),
            ("case", case.number.to_string()),
            ("day", step_day),
            ("due", due_text),
            ("reason", reason.clone()),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
        let fields = fields_of(&case);
        for field in &case.flow.fields {
            let value = case.state.fields.get(&field.id);
            let value = value.map(|value| value_in_words(Some(field), value));
            let value = value.unwrap_or_default();
            filling.text(&format!("field.{}", field.id), value.clone());
            said.insert(field.id.to_string(), value);
        }
        filling.text("unit.name", unit);
        filling.text("title", paper.name.zh.clone());
        filling.text("subject", subject);
        filling.text("subject.id", id);
        filling.text("matter", matter);
        filling.put("case", Value::Number(case.number.to_string()));
        let action = case.flow.action(&paper.action);
        let action = action.map(|action| action.name.zh.clone());
        filling.text("step", action.unwrap_or_default());
        filling.put("step.day", Value::Day(step.day.to_string()));
        filling.put("due", day(due));
        filling.text("reason", reason);
        let paragraphs = paper.text.zh.split('\n');
        filling.lines(
            "paragraphs",
            paragraphs
                .map(|paragraph| vec![text(filled(paragraph, &said))])
                .collect(),
        );
        filling.lines(
            "fields",
            fields
                .into_iter()
                .map(|(name, value)| vec![text(name), text(value)])
                .collect(),
        );
        let steps = case
            .state
            .steps
            .iter()
            .take(usize::try_from(number).unwrap_or(usize::MAX))
            .map(|step| {
                let action = case.flow.action(&step.action);
                let action = action.map(|action| action.name.zh.clone());
                let unit = step.unit.as_ref();
                let unit = unit.map(|unit| name_of(programme, unit.as_str(), step.day));
                vec![
                    Value::Day(step.day.to_string()),
                    text(action.unwrap_or_else(|| step.action.to_string())),
                    text(unit.unwrap_or_default()),
                    text(step.reason.clone().unwrap_or_default()),
                ]
            });
        let steps = steps.collect();
        filling.lines("steps", steps);
        filling.lines(
            "signatures",
            paper
                .signed_by
                .iter()
                .map(|line| vec![text(line.to_string())])
                .collect(),
        );
        Ok(())
    }
}

fn is_of(made: &Paper, paper: &CasePaper) -> bool {
    made.facts.kind == *paper.kind && made.voided.is_none()
}

/// A text with what its braces name; what is empty is left out.
fn filled(text: &str, said: &BTreeMap<String, String>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let Some((mark, behind)) = after.split_once('}') else {
            made.push('{');
            rest = after;
            continue;
        };
        made.push_str(said.get(mark).map_or("", String::as_str));
        rest = behind;
    }
    made + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_what_its_braces_name_and_nothing_twice() {
        let said = [("a", "甲{b}"), ("b", "乙")];
        let said = said.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let said = BTreeMap::from(said);
        assert_eq!(filled("{a}、{b}、{c}。", &said), "甲{b}、乙、。");
        assert_eq!(filled("开{", &said), "开{");
    }
}
