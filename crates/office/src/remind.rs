//! Reminders: whom a deadline waits for, how often a case was reminded of, and reminding by hand.
//!
//! What the programme declares to be sent by itself is in [`crate::advance`].

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, DeadlineId, ItemId, Problem, RoleId, ScorecardId};
use casework::{Due, DueState, End, Scope, WhenMissed};
use programme::model::Programme;

use crate::authority::Granted;
use crate::case::Case;
use crate::entry::{CaseDue, Kind, Private, RemindFacts};
use crate::fold::get;
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, FollowedRow, ReminderRow};

/// Most cases of one reminder.
pub const CASES_MAX: usize = 2_000;
/// Most signs of what is said with it.
const NOTE_MAX: usize = 400;

/// Whom a case waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// A unit.
    Unit(String),
    /// Whoever has one of these roles, of no unit in particular.
    Roles(Vec<RoleId>),
}

/// A deadline that runs, or was missed and is still open.
#[derive(Debug, Clone)]
pub struct Running {
    /// The run.
    pub due: Due,
    /// Working days until its last day; negative once it is late.
    pub left: i64,
}

/// The deadlines of a case that run on a day or are late, of those whose missing is somebody's fault. Those for which
/// a year's holidays are not known are left out, and told in `unknown`.
pub fn running(
    programme: &Programme,
    case: &Case,
    day: Day,
    unknown: &mut Vec<Problem>,
) -> Vec<Running> {
    let mut found = Vec::new();
    let blames = |missed: &WhenMissed| *missed == WhenMissed::Mark;
    for deadline in case
        .flow
        .deadlines
        .iter()
        .filter(|one| blames(&one.when_missed))
    {
        let runs = casework::due_of(&case.flow, &case.state, deadline, day, &programme.calendar);
        let runs = match runs {
            Ok(runs) => runs,
            Err(problem) => {
                unknown.push(problem);
                continue;
            }
        };
        for due in runs {
            let is_open =
                due.done_on.is_none() && matches!(due.state, DueState::Running | DueState::Late);
            if !is_open || case.state.is_closed() {
                continue;
            }
            match due.working_days_left(day, &programme.calendar) {
                // Over a holiday no working day passes, and yet it is late.
                Ok(left) => found.push(Running { due, left }),
                Err(problem) => unknown.push(problem),
            }
        }
    }
    found
}

/// Working days from which something is due soon.
pub const SOON_DAYS: i64 = 5;

/// The deadline of a case that runs out first, or did.
pub fn first_running(programme: &Programme, case: &Case, day: Day) -> Option<Running> {
    running(programme, case, day, &mut Vec::new())
        .into_iter()
        .min_by_key(|found| found.due.due_on)
}

/// Whom a deadline of a case waits for: by the action that ends it.
pub fn awaited(programme: &Programme, case: &Case, deadline: &DeadlineId) -> Option<Awaited> {
    let ends = &case.flow.deadline(deadline)?.ends;
    let action = case.flow.actions.iter().find(|action| match ends {
        End::OnAction(actions) => actions.contains(&action.id),
        End::OnLeave(state) => action.from.contains(state) && action.to != *state,
        End::OnEnter(state) => action.to == *state,
    })?;
    let unit = match action.scope {
        Scope::Own => case.about.unit.clone(),
        Scope::Lead => lead_of(programme, case),
        Scope::Support => case.about.support.first().cloned(),
        Scope::All => None,
    };
    Some(match unit {
        Some(unit) => Awaited::Unit(unit),
        None => Awaited::Roles(action.roles.clone()),
    })
}

fn lead_of(programme: &Programme, case: &Case) -> Option<String> {
    let scorecard = ScorecardId::new(case.about.scorecard.as_deref()?);
    let item = ItemId::new(case.about.item.as_deref()?);
    let ties = programme.scorecards.get(&scorecard)?.items.get(&item)?;
    ties.lead.as_ref().map(ToString::to_string)
}

impl Office {
    /// The reminders of a case, oldest first.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn reminders_of(&self, case: u64) -> Result<Vec<ReminderRow>, Problem> {
        let key = spaces::number_key(case);
        Ok(get(&self.state()?, spaces::REMINDED, &key)?.unwrap_or_default())
    }

    /// The assignments that were made because a case stayed late, oldest first.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn followed_of(&self, case: u64) -> Result<Vec<FollowedRow>, Problem> {
        let key = spaces::number_key(case);
        Ok(get(&self.state()?, spaces::FOLLOWED, &key)?.unwrap_or_default())
    }

    /// Reminds of cases: each of its deadline that runs out first, or did. Gives how many.
    ///
    /// # Errors
    /// The programme does not grant it; nothing was chosen; a case is closed or has no deadline that runs.
    pub fn remind(&mut self, cases: &[u64], note: Option<&str>) -> Result<usize, Vec<Problem>> {
        self.decide_again(|office| office.remind_now(cases, note))
    }

    fn remind_now(&mut self, cases: &[u64], note: Option<&str>) -> Result<usize, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let reach = self.authorise(Granted::Remind).map_err(one)?;
        let cases: BTreeSet<u64> = cases.iter().copied().collect();
        if cases.is_empty() {
            return Err(one(problems::nothing_chosen()));
        }
        if cases.len() > CASES_MAX {
            return Err(one(problems::too_many_at_once(cases.len(), CASES_MAX)));
        }
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        if note.is_some_and(|note| note.chars().count() > NOTE_MAX) {
            return Err(one(problems::assigned_text_too_long("note", NOTE_MAX)));
        }
        let (programme, today) = (self.programme().map_err(one)?, self.today().map_err(one)?);
        let mut by_awaited: BTreeMap<Option<Awaited>, Vec<CaseDue>> = BTreeMap::new();
        let mut faults = Vec::new();
        for number in cases {
            let case = self.case(number).map_err(one)?;
            if let Some(unit) = &case.about.unit {
                reach.check(unit, today).map_err(one)?;
            }
            let mut unknown = Vec::new();
            let first = running(&programme, &case, today, &mut unknown)
                .into_iter()
                .min_by_key(|found| found.due.due_on);
            match first {
                Some(found) => by_awaited
                    .entry(awaited(&programme, &case, &found.due.deadline))
                    .or_default()
                    .push(case_due(&case, &found.due, None)),
                None if unknown.is_empty() => faults.push(problems::nothing_to_remind(number)),
                None => faults.append(&mut unknown),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let count = by_awaited.values().map(Vec::len).sum();
        let commands = by_awaited
            .into_values()
            .map(|cases| reminder(today, cases, note))
            .collect::<Result<Vec<_>, _>>()
            .map_err(one)?;
        self.append(commands, &[]).map_err(one)?;
        Ok(count)
    }
}

pub(crate) fn case_due(case: &Case, due: &Due, declared: Option<i64>) -> CaseDue {
    CaseDue {
        case: case.number,
        deadline: due.deadline.to_string(),
        due: due.due_on.to_string(),
        declared,
    }
}

/// The command of a reminder.
pub(crate) fn reminder(
    day: Day,
    cases: Vec<CaseDue>,
    note: Option<&str>,
) -> Result<Command, Problem> {
    let facts = RemindFacts {
        day: day.to_string(),
        cases,
        note: note.map(str::to_owned),
    };
    Command::new(Kind::Remind, &facts, &Private::default())
}
