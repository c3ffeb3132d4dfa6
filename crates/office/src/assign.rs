//! Assignments: what units are charged with beside the assessment's own course – follow-up supervision of what stays
//! late, a leader's instruction. Each is a case of a flow that says `about = "assignment"`, with a lead unit, units
//! that support it and a day; it closes as its flow says, by a written reply that is accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{ActionId, Day, FieldId, FlowId, Position, Problem, UnitId};
use casework::{Flow, Opening, Value};
use programme::model::{ASSIGNMENT, CONTENT_FIELD, DUE_FIELD, Programme, TITLE_FIELD};
use serde_json::Value as Json;

use crate::authority::Granted;
use crate::case::{ActRequest, Case};
use crate::entry::{CaseDue, CaseOpenFacts, Kind, Private};
use crate::folder::{Command, Office, now};
use crate::problems;

/// The action by which an assignment is registered in the same step in which it is opened, where its flow has one:
/// with the scan of an instruction, its number and who gave it.
pub const REGISTER: &str = "register";
/// Most signs of a title.
const TITLE_MAX: usize = 200;
/// Most signs of what is asked for.
const CONTENT_MAX: usize = 4_000;

/// What a unit is to be charged with.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    /// Flow.
    pub flow: String,
    /// What it is called.
    pub title: String,
    /// What is asked for.
    pub content: String,
    /// Day on which it is due.
    pub due: Option<Day>,
    /// The unit that leads.
    pub unit: String,
    /// Units that support it.
    pub support: Vec<String>,
    /// What registers it, of a flow with the action [`REGISTER`]: its fields and evidence.
    pub register: ActRequest,
}

/// The flows of a programme whose cases are assignments, in its order.
pub fn flows(programme: &Programme) -> impl Iterator<Item = &Flow> {
    let flows = programme.flows.values().map(|flow| &**flow);
    flows.filter(|flow| is_assignment(flow))
}

impl Office {
    /// Every assignment, open or closed, by number.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn assignments(&self) -> Result<Vec<Case>, Problem> {
        let flows = self.flows_ever();
        let flows: BTreeSet<&FlowId> = flows
            .iter()
            .filter(|flow| is_assignment(flow))
            .map(|flow| &flow.id)
            .collect();
        self.cases_of_flows(&flows.into_iter().collect::<Vec<_>>())
    }
}

/// Whether a flow's cases are assignments.
pub fn is_assignment(flow: &Flow) -> bool {
    flow.subject == ASSIGNMENT
}

/// The action that registers an assignment of a flow, if it has one.
pub fn register_of(flow: &Flow) -> Option<&casework::Action> {
    flow.action(&ActionId::new(REGISTER))
        .filter(|action| action.from.contains(&flow.initial))
}

/// Whether a unit leads an assignment or supports it.
pub fn is_charged(case: &Case, unit: Option<&str>) -> bool {
    unit.is_some_and(|unit| {
        case.about.unit.as_deref() == Some(unit) || case.about.support.iter().any(|one| one == unit)
    })
}

/// What the case of an assignment says in a field of text; empty without one.
pub fn text_of(case: &Case, field: &str) -> String {
    match case.state.fields.get(&FieldId::new(field)) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

impl Office {
    /// Whether a role sees all assignments and not only those of its own unit.
    pub fn sees_all_assignments(&self, role: &str) -> bool {
        self.may(role, Granted::Assign) || self.may(role, Granted::AuditFinding)
    }

    /// Charges units with something; gives the case's number.
    ///
    /// # Errors
    /// The programme does not grant it, or everything that is wrong with what was given.
    pub fn assign(&mut self, wanted: &Assignment) -> Result<u64, Vec<Problem>> {
        self.decide_again(|office| office.assign_now(wanted))
    }

    fn assign_now(&mut self, wanted: &Assignment) -> Result<u64, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        self.authorise(Granted::Assign).map_err(one)?;
        let (programme, today) = (self.programme().map_err(one)?, self.today().map_err(one)?);
        let flow = programme
            .flows
            .get(&FlowId::new(&wanted.flow))
            .filter(|flow| is_assignment(flow))
            .ok_or_else(|| one(problems::no_assignment_flow(&wanted.flow)))?;
        let mut faults = Vec::new();
        let (title, content) = (wanted.title.trim(), wanted.content.trim());
        if title.is_empty() {
            faults.push(problems::assignment_without("事由", "its title"));
        }
        if content.is_empty() {
            faults.push(problems::assignment_without(
                "内容和要求",
                "what is asked for",
            ));
        }
        for (text, name, most) in [
            (title, "title", TITLE_MAX),
            (content, "content", CONTENT_MAX),
        ] {
            if text.chars().count() > most {
                faults.push(problems::assigned_text_too_long(name, most));
            }
        }
        match wanted.due {
            None => faults.push(problems::assignment_without(
                "办结期限",
                "the day it is due",
            )),
            Some(due) if due < today => faults.push(problems::assignment_due_in_past(due, today)),
            Some(_) => {}
        }
        faults.extend(check_units(&programme, wanted, today));
        let facts = CaseOpenFacts {
            support: wanted.support.clone(),
            ..opened(
                flow,
                today,
                &wanted.unit,
                [
                    (TITLE_FIELD, title.to_owned()),
                    (CONTENT_FIELD, content.to_owned()),
                    (DUE_FIELD, wanted.due.unwrap_or(today).to_string()),
                ],
            )
        };
        // Judged before anything is written: what registers it comes in the step after.
        let register = register_of(flow).map(|action| ActRequest {
            action: action.id.to_string(),
            ..wanted.register.clone()
        });
        if let Some(register) = &register {
            match draft(flow, &facts, today, wanted.due, title, content) {
                Ok(draft) => {
                    faults.extend(self.act_faults(&draft, register));
                }
                // What no case can be made of has been told already, in better words.
                Err(found) if faults.is_empty() => return Err(found),
                Err(_) => {}
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let command = Command::new(Kind::Assign, &facts, &Private::default()).map_err(one)?;
        let heads = self.append(vec![command], &[]).map_err(one)?;
        let number = heads.first().map_or(0, |head| head.position.0);
        if let Some(register) = register {
            let is_new = self.case(number).map_err(one)?.state.steps.is_empty();
            // The same form sent twice is one assignment.
            if is_new {
                self.act(number, &register)?;
            }
        }
        Ok(number)
    }
}

/// The facts of an assignment that is made on a day.
pub(crate) fn opened<const N: usize>(
    flow: &Flow,
    day: Day,
    unit: &str,
    fields: [(&str, String); N],
) -> CaseOpenFacts {
    CaseOpenFacts {
        flow: flow.id.to_string(),
        state: flow.initial.to_string(),
        day: day.to_string(),
        unit: Some(unit.to_owned()),
        scorecard: None,
        item: None,
        period: None,
        record: None,
        year: day.year(),
        fields: fields
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Json::String(text)))
            .collect(),
        support: Vec::new(),
        because: Vec::<CaseDue>::new(),
        subject: None,
        parent: None,
    }
}

fn check_units(programme: &Programme, wanted: &Assignment, today: Day) -> Vec<Problem> {
    let mut faults = Vec::new();
    if wanted.unit.is_empty() {
        faults.push(problems::assignment_without("牵头单位", "the lead unit"));
    }
    let mut seen: Vec<&str> = Vec::new();
    let all = std::iter::once(&wanted.unit).chain(&wanted.support);
    for id in all.filter(|id| !id.is_empty()) {
        let unit = programme.units.get(&UnitId::new(id));
        if !unit.is_some_and(|unit| unit.is_valid_on(today)) {
            let known = programme.units.keys().map(UnitId::as_str);
            faults.push(problems::unknown_unit(id, programme::suggest(id, known)));
        } else if seen.contains(&id.as_str()) {
            let name = unit.map_or_else(|| id.clone(), |unit| unit.name.zh.clone());
            faults.push(problems::unit_twice(&name));
        }
        seen.push(id);
    }
    faults
}

/// The case as it will be, to judge what registers it.
fn draft(
    flow: &Flow,
    facts: &CaseOpenFacts,
    day: Day,
    due: Option<Day>,
    title: &str,
    content: &str,
) -> Result<Case, Vec<Problem>> {
    let mut fields = BTreeMap::from([
        (FieldId::new(TITLE_FIELD), Value::Text(title.to_owned())),
        (FieldId::new(CONTENT_FIELD), Value::Text(content.to_owned())),
    ]);
    if let Some(due) = due {
        fields.insert(FieldId::new(DUE_FIELD), Value::Day(due));
    }
    let opening = Opening {
        day,
        moment: now(),
        by: 0,
        rules: Position(0),
        reference_year: day.year(),
        fields,
    };
    Ok(Case {
        number: 0,
        version: Position(0),
        state: casework::open(flow, opening)?,
        about: facts.clone(),
        flow: Arc::new(flow.clone()),
        by_time: Vec::new(),
        below: Vec::new(),
        merged: Vec::new(),
        opened_for: None,
    })
}
