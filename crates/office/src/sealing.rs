//! Sealing with what it ends: the result, and the steps that close the cases that it decided on, as one.
//!
//! After a result is sealed nothing of it waits for anybody. What had finished its course is closed by the step
//! that the flow has for that; what had not is closed as it stands, by a step that says why. Where a flow has no
//! such step the case stays where it is, and [`crate::work`] leaves it out of everybody's list.

use std::collections::BTreeMap;

use base::{ActionId, Day, Period, Problem, RoleId, ScorecardId};
use casework::{Action, Hold, StateKind};
use ledger::Precondition;

use crate::case::{ActRequest, Case};
use crate::course::{ACTS_MAX, item_of};
use crate::folder::{Command, Office};
use crate::problems;
use crate::seal::SealRequest;
use crate::spaces;

/// What the cases of an assessment come to when its result is sealed.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// Those that have finished their course, with the step that closes them.
    pub finished: Vec<(u64, ActionId)>,
    /// Those that have not, with the step that closes them as they stand.
    pub as_they_stand: Vec<(u64, ActionId)>,
    /// Those that no step closes from where they stand.
    pub left: Vec<u64>,
}

impl Ending {
    /// How many have not finished their course.
    pub fn unfinished(&self) -> usize {
        self.as_they_stand.len() + self.left.len()
    }
}

/// A right of a unit that a step would cut short: an objection that nobody answered, or the days in which it can
/// still object.
#[derive(Debug, Clone)]
pub struct CutShort {
    /// The case.
    pub case: u64,
    /// The last day on which the unit can still object; `None`: it has, and waits for its answer.
    pub until: Option<Day>,
}

/// Whether an action ends a case and asks for nothing but words.
pub fn closes(case: &Case, action: &Action) -> bool {
    action.requires_evidence_at_least == 0
        && action.closes_with.is_none()
        && case
            .flow
            .state(&action.to)
            .is_some_and(|state| state.kind == StateKind::Closed)
}

/// Whether a case waits for the answer to what its own unit objected: its last step is the unit's, says why, and
/// comes after points were given.
pub fn is_unanswered(programme: &programme::model::Programme, case: &Case) -> bool {
    let Some(of) = item_of(programme, &case.about) else {
        return false;
    };
    let steps = &case.state.steps;
    let judged = |step: &casework::Step| {
        let mut named = of.scorecard.judged_by.iter();
        named.any(|field| step.fields.contains_key(&base::FieldId::new(field)))
    };
    steps.last().is_some_and(|last| {
        last.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref()
            && last.reason.is_some()
            && steps.iter().any(judged)
    }) && !case.state.is_closed()
}

impl Office {
    /// What sealing ends, as somebody of that role would end it.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn ending(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        role: &str,
    ) -> Result<Ending, Problem> {
        let role = RoleId::new(role);
        let mut ending = Ending::default();
        for number in self.cases_of(scorecard, period)?.into_values() {
            let case = self.case(number)?;
            if case.state.is_closed() {
                continue;
            }
            let mut ways: Vec<&Action> = case
                .flow
                .actions_from(&case.state.state)
                .filter(|action| closes(&case, action) && action.roles.contains(&role))
                .collect();
            // The step for what is finished asks for no reason.
            ways.sort_by_key(|action| action.reason_required);
            match ways.first() {
                Some(action) if action.reason_required => {
                    ending.as_they_stand.push((number, action.id.clone()));
                }
                Some(action) => ending.finished.push((number, action.id.clone())),
                None => ending.left.push(number),
            }
        }
        Ok(ending)
    }

    /// The rights that would be cut short if the cases of an assessment ended on a day, by case.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn cut_short(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        day: Day,
    ) -> Result<Vec<CutShort>, Problem> {
        let programme = self.programme()?;
        let mut found = Vec::new();
        for case in self.cases_of(scorecard, period)?.into_values() {
            let held = self.case(case)?;
            if held.state.is_closed() {
                continue;
            }
            if is_unanswered(&programme, &held) {
                found.push(CutShort { case, until: None });
                continue;
            }
            let ways = held.flow.actions_from(&held.state.state);
            let runs = ways.filter_map(|action| first_hold(&programme, &held, &action.id, day));
            if let Some(until) = runs.map(|hold| hold.run.due_on).max() {
                found.push(CutShort {
                    case,
                    until: Some(until),
                });
            }
        }
        Ok(found)
    }

    /// Seals an assessment and closes its cases with it, all or nothing: those that have finished their course,
    /// and for `why` those that have not. `fields` are what closing asks for. Gives the position of the sealing.
    ///
    /// # Errors
    /// Everything for which [`Office::seal`] refuses; cases have not finished their course and it is not said
    /// why that is not waited for; a case cannot be closed.
    pub fn seal_and_close(
        &mut self,
        request: &SealRequest,
        fields: &BTreeMap<String, String>,
        why: Option<&str>,
    ) -> Result<u64, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let (role, _) = self.acting_as().map_err(one)?;
        let ending = self
            .ending(&request.ask.scorecard, &request.ask.period, &role)
            .map_err(one)?;
        let why = why.map(str::trim).filter(|why| !why.is_empty());
        if ending.unfinished() > 0 && why.is_none() {
            return Err(one(problems::unfinished_without_reason(
                ending.unfinished(),
            )));
        }
        let mut commands = vec![self.seal_command(request).map_err(one)?];
        let mut preconditions = Vec::new();
        let both = ending
            .finished
            .iter()
            .map(|(case, action)| (case, action, None));
        let stand = ending.as_they_stand.iter();
        let both = both.chain(stand.map(|(case, action)| (case, action, why)));
        for (number, action, reason) in both {
            let case = self.case(*number).map_err(one)?;
            let takes = |id: &str| {
                case.flow.action(action).is_some_and(|action| {
                    crate::course::fields_of(action).any(|field| field.as_str() == id)
                })
            };
            let act = ActRequest {
                action: action.to_string(),
                fields: fields
                    .iter()
                    .filter(|(id, _)| takes(id))
                    .map(|(id, text)| (id.clone(), text.clone()))
                    .collect(),
                reason: reason.map(str::to_owned),
                ..ActRequest::default()
            };
            commands.push(self.act_command(&case, &act)?);
            preconditions.push(Precondition {
                space: spaces::CASE,
                key: spaces::number_key(*number),
                version: Some(case.version),
            });
        }
        // One append as long as it can be one; the result itself is always in the first.
        let mut position = 0;
        let mut commands = commands.into_iter();
        let mut conditions = preconditions.into_iter();
        loop {
            let group: Vec<Command> = commands.by_ref().take(ACTS_MAX).collect();
            if group.is_empty() {
                return Ok(position);
            }
            let is_first = position == 0;
            let wanted = group.len() - usize::from(is_first);
            let relied: Vec<Precondition> = conditions.by_ref().take(wanted).collect();
            let heads = self.append(group, &relied).map_err(one)?;
            if is_first {
                position = heads.first().map_or(0, |head| head.position.0);
            }
        }
    }
}

/// What an action on a case would cut short on a day; nothing where a due day cannot be counted, which acting
/// tells.
pub fn first_hold<'c>(
    programme: &programme::model::Programme,
    case: &'c Case,
    action: &ActionId,
    day: Day,
) -> Option<Hold<'c>> {
    let calendar = &programme.calendar;
    let found = casework::holds(&case.flow, &case.state, action, day, calendar);
    found.unwrap_or_default().into_iter().next()
}
