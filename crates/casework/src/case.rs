//! A case: where it is, what it holds, and every step that brought it there.
//!
//! A case is its opening and its steps; all else is derived from them, and [`CaseState::record`]
//! is the one place that derives it. Steps are only ever added. Next: `act.rs`.

use std::collections::BTreeMap;

use base::{
    ActionId, CodeId, Day, FieldId, FlowId, Moment, Position, Problem, RoleId, StateId, UnitId,
};

use crate::act::{Days, given_fields_problems};
use crate::field::Value;
use crate::flow::{Flow, StateKind};
use crate::problems;

/// The most steps that one case can have.
pub const STEPS_PER_CASE_MAX: usize = 10_000;

/// How a case begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The civil day on which it opens; the day from which deadlines count.
    pub day: Day,
    /// When the opening was recorded.
    pub moment: Moment,
    /// The number of the actor who opened it.
    pub by: u64,
    /// The ledger position of the rules by which it is accepted. A case keeps them: whoever calls
    /// this crate must pass the [`Flow`] as it stood there.
    pub rules: Position,
    /// The year from which fixed days count, usually the year that is assessed.
    pub reference_year: i32,
    /// Fields that the case has from the start, for example an item's full points.
    pub fields: BTreeMap<FieldId, Value>,
}

/// A case as it stands after its last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseState {
    /// The flow that it runs by.
    pub flow: FlowId,
    /// How it began.
    pub opening: Opening,
    /// The state in which it is.
    pub state: StateId,
    /// The day on which it entered that state.
    pub entered_on: Day,
    /// What its fields hold now; earlier values stay in the opening and in the steps.
    pub fields: BTreeMap<FieldId, Value>,
    /// The hashes of all evidence cited so far, in the order of first citing, each once.
    pub evidence: Vec<String>,
    /// What was done, oldest first.
    pub steps: Vec<Step>,
    /// How it ended, while it is closed.
    pub closed: Option<Closed>,
    /// How many cases below it are not closed. Like the day it is told by whoever knows: a case cannot see others.
    pub sub_cases_open: u32,
}

/// One thing done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub action: ActionId,
    /// The number of the actor who did it.
    pub by: u64,
    /// The role that allowed it.
    pub role: RoleId,
    /// The actor's unit, if the actor has one.
    pub unit: Option<UnitId>,
    /// The civil day on which it was done.
    pub day: Day,
    /// When it was recorded.
    pub moment: Moment,
    /// The state before.
    pub from: StateId,
    /// The state after; the same when the case stayed.
    pub to: StateId,
    /// The fields given with it.
    pub fields: BTreeMap<FieldId, Value>,
    /// The hashes of the evidence cited with it, each once.
    pub evidence: Vec<String>,
    /// The written reason.
    pub reason: Option<String>,
    /// The reason from the list, when it closed the case.
    pub closing_reason: Option<CodeId>,
    /// The unit to which it passed the case on, or for which it opened a case below.
    pub unit_to: Option<UnitId>,
    /// The number of the case into which it merged this one.
    pub into: Option<u64>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The day.
    pub on: Day,
    /// What its last state means, as the flow declares it.
    pub outcome: Option<CodeId>,
    /// The reason from the closing action's list.
    pub reason: Option<CodeId>,
}

/// Opens a case in the flow's initial state.
///
/// ```
/// use base::Day;
/// use casework::{Value, example, open};
/// let mut opening = example::opening(Day::parse("2018-09-28")?);
/// let case = open(&example::flow(), opening.clone()).map_err(|mut faults| faults.remove(0))?;
/// assert_eq!(case.state, "drafted");
/// opening.fields.insert("verdict".into(), Value::Text("perhaps".into()));
/// assert_eq!(open(&example::flow(), opening).unwrap_err()[0].code, "F212");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Every fault of the given fields: one that the flow does not declare (F226), a value of the
/// wrong kind (F212) or beyond its limits (F213 to F216). A flow that [`validate`](crate::validate)
/// would refuse can give F102.
pub fn open(flow: &Flow, opening: Opening) -> Result<CaseState, Vec<Problem>> {
    let mut faults = Vec::new();
    if flow.state(&flow.initial).is_none() {
        faults.push(undeclared_state(flow, &flow.initial));
    }
    for field in opening.fields.keys().filter(|id| flow.field(id).is_none()) {
        faults.push(problems::in_both(|lang| {
            let known = flow.fields.iter().map(|field| &field.id);
            problems::field_not_declared(flow.name.get(lang), field, problems::list(known, lang))
        }));
    }
    faults.extend(given_fields_problems(
        flow,
        &opening.fields,
        &opening.fields,
        Days {
            opened: opening.day,
            step: opening.day,
        },
    ));
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(CaseState {
        flow: flow.id.clone(),
        state: flow.initial.clone(),
        entered_on: opening.day,
        fields: opening.fields.clone(),
        evidence: Vec::new(),
        steps: Vec::new(),
        closed: None,
        sub_cases_open: 0,
        opening,
    })
}

impl CaseState {
    /// The day on which the case opened.
    pub fn opened_on(&self) -> Day {
        self.opening.day
    }

    /// The day of the last step, or of the opening while there is none.
    pub fn last_day(&self) -> Day {
        self.steps.last().map_or(self.opening.day, |step| step.day)
    }

    /// When the last step, or else the opening, was recorded.
    pub fn last_moment(&self) -> Moment {
        self.steps
            .last()
            .map_or(self.opening.moment, |step| step.moment)
    }

    /// Whether the case is over.
    pub fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Takes up a step that was accepted before, by [`check`](crate::check). It judges nothing
    /// but that the step follows, so that what was accepted once can always be replayed, without
    /// a calendar.
    ///
    /// ```
    /// use base::Day;
    /// use casework::{check, example, open};
    /// let (flow, calendar) = (example::flow(), example::calendar());
    /// let day = Day::parse("2018-09-28")?;
    /// let mut case = open(&flow, example::opening(day)).map_err(|mut faults| faults.remove(0))?;
    /// let step = check(&flow, &case, example::act("accept", day), &calendar)
    ///     .map_err(|mut faults| faults.remove(0))?;
    /// case.record(&flow, step)?;
    /// assert!(case.is_closed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the step does not start in the state in which the case is (F227), or leads to a state
    /// that the flow does not declare (F102); the case is then unchanged.
    pub fn record(&mut self, flow: &Flow, step: Step) -> Result<(), Problem> {
        if step.from != self.state {
            return Err(problems::step_does_not_follow(&step.from, &self.state));
        }
        let Some(to) = flow.state(&step.to) else {
            return Err(undeclared_state(flow, &step.to));
        };
        if step.to != step.from {
            self.state = step.to.clone();
            self.entered_on = step.day;
            self.closed = (to.kind == StateKind::Closed).then(|| Closed {
                on: step.day,
                outcome: to.outcome.clone(),
                reason: step.closing_reason.clone(),
            });
        }
        self.fields.extend(
            step.fields
                .iter()
                .map(|(id, value)| (id.clone(), value.clone())),
        );
        for hash in &step.evidence {
            if !self.evidence.contains(hash) {
                self.evidence.push(hash.clone());
            }
        }
        self.steps.push(step);
        Ok(())
    }
}

fn undeclared_state(flow: &Flow, id: &StateId) -> Problem {
    problems::in_both(|lang| {
        let known = problems::list(flow.states.iter().map(|state| &state.id), lang);
        problems::undeclared_state(id, known)
    })
}
