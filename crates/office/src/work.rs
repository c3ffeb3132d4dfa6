//! Work: which open cases wait for whom, and until when.
//!
//! Every page shows how much waits for whoever looks, so the open cases are kept in memory and brought
//! up by the entries since ([`Worklist::bring_up`]); what waits for whom, and until when, is kept until one
//! of those cases moves. Nothing here decides anything: what is possible says `casework`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{ActionId, Day, Position, Problem, RoleId, ScorecardId};
use casework::{
    Action, Due, DueState, Flow, Lock, Scope, StateKind, locks, open_actions, possible_actions,
};
use programme::model::Programme;
use programme::plan;

use crate::advance::CLOCK_ROLE;
use crate::authority::Granted;
use crate::case::{Case, relation};
use crate::entry::{CaseActFacts, CaseOpenFacts, Kind, RemindFacts};
use crate::fold::{read, row};
use crate::folder::Office;
use crate::letters;
use crate::spaces::{self, LetterRow, ReminderRow, StandsIn};

/// Most entries that are read to find the cases that they touched.
const ENTRIES_READ_MAX: u64 = 20_000;

/// Every case that is not closed, as of a position.
#[derive(Debug, Default)]
pub struct Worklist {
    position: Position,
    /// The day as of which time has passed in its cases.
    day: Option<Day>,
    open: BTreeMap<u64, Case>,
    reminded: BTreeMap<u64, Vec<ReminderRow>>,
    /// Letters and confirmed changes of the programme's year, by unit.
    letters: BTreeMap<String, LetterRow>,
    /// Results that are sealed: scorecard and period. Their items wait for nobody.
    sealed: BTreeSet<(String, String)>,
    deputies: Arc<[(u64, StandsIn)]>,
    /// Who can act: role and unit.
    posts: BTreeSet<(String, Option<String>)>,
    /// The number under which time writes.
    clock: Option<u64>,
    /// What was found to wait for a role and unit on the day; of a case that moves it is found anew.
    waiting: Mutex<HashMap<(String, Option<String>), Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    day: Day,
    /// The numbers of the cases that wait, with what can be done.
    found: BTreeMap<u64, Vec<ActionId>>,
    /// The same in the order of the list, made when somebody first looks at it.
    tasks: Option<Arc<[Waits]>>,
}

/// A task without its case.
#[derive(Debug)]
struct Waits {
    case: u64,
    actions: Vec<ActionId>,
    due: Option<Due>,
    working_days_left: Option<i64>,
    is_locked: bool,
}

/// What waits for somebody beside cases: the plan's letters and changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Duty {
    /// The unit's leader signs the letter; it was signed before, and the plan is another one now.
    SignLetter {
        /// Unit.
        unit: String,
        /// Whether an earlier text was signed.
        again: bool,
        /// The day by which it is signed.
        due: Day,
    },
    /// The leading group's leader signs letters that units have signed.
    CountersignLetters {
        /// How many.
        count: usize,
        /// The day by which they are signed.
        due: Day,
    },
    /// The unit confirms what a change in mid-year asks of it.
    ConfirmChange {
        /// Unit.
        unit: String,
        /// Position of the programme that brought it.
        programme: Position,
        /// How many items differ.
        items: usize,
    },
}

/// What waits for somebody.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// The case.
    pub case: &'a Case,
    /// What can be done, in the flow's order.
    pub actions: Vec<ActionId>,
    /// The deadline that runs out first, or did; none runs.
    pub due: Option<Due>,
    /// Working days until then, the last counted; negative once late. `None` without a deadline, or
    /// where the calendar of a year in between is not published.
    pub working_days_left: Option<i64>,
    /// A missed deadline keeps it from going on until somebody opens it again.
    pub is_locked: bool,
}

impl Worklist {
    /// Whether the list is as of the office's position and day.
    ///
    /// # Errors
    /// The day is not known.
    pub fn is_up(&self, office: &Office) -> Result<bool, Problem> {
        Ok(self.position >= office.position() && self.day == Some(office.today()?))
    }

    /// Brings the list up to the office's position.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn bring_up(&mut self, office: &Office) -> Result<(), Problem> {
        if self.is_up(office)? {
            return Ok(());
        }
        let now = office.position();
        let today = office.today()?;
        self.pass_time(office, today)?;
        if self.position >= now {
            return Ok(());
        }
        // After a large import reading all cases is less than reading all its entries.
        if self.position == Position(0) || now.0 - self.position.0 > ENTRIES_READ_MAX {
            self.forget_waiting();
            self.open = office
                .open_cases()?
                .into_iter()
                .filter(|case| !case.state.is_closed())
                .map(|case| (case.number, case))
                .collect();
            self.reminded.clear();
            for number in self.open.keys() {
                let rows = office.reminders_of(*number)?;
                if !rows.is_empty() {
                    self.reminded.insert(*number, rows);
                }
            }
            self.take_letters(office)?;
            self.take_deputies(office)?;
        } else {
            self.take(office, Position(self.position.0 + 1), now)?;
        }
        let seals = office.mirror().all_seals().iter();
        let sealed = seals
            .map(|(_, facts)| (facts.scorecard.clone(), facts.period.clone()))
            .collect();
        if self.sealed != sealed {
            self.forget_waiting();
            self.sealed = sealed;
        }
        self.position = now;
        Ok(())
    }

    /// Whether a case is an item of a result that is sealed: it stays as it stood, and nobody is waited for.
    pub fn is_sealed(&self, case: &Case) -> bool {
        let about = &case.about;
        match (&about.item, &about.scorecard, &about.period) {
            (Some(_), Some(scorecard), Some(period)) => self
                .sealed
                .iter()
                .any(|(known, of)| known == scorecard && of == period),
            _ => false,
        }
    }

    /// Notices end at midnight, also where nothing is written.
    fn pass_time(&mut self, office: &Office, today: Day) -> Result<(), Problem> {
        if self.day.replace(today).is_none_or(|day| day == today) {
            return Ok(());
        }
        let with_notice = self
            .open
            .values()
            .filter(|case| !case.flow.notices.is_empty());
        let numbers: Vec<u64> = with_notice.map(|case| case.number).collect();
        self.forget_waiting();
        for number in numbers {
            let case = office.case(number)?;
            if case.state.is_closed() {
                self.open.remove(&number);
            } else {
                self.open.insert(number, case);
            }
        }
        Ok(())
    }

    fn take(&mut self, office: &Office, first: Position, last: Position) -> Result<(), Problem> {
        let mut touched = BTreeSet::new();
        let mut reminded = BTreeSet::new();
        let mut letters = false;
        let mut people = false;
        for entry in office.ledger().entries(first..=last)? {
            let entry = entry?;
            letters |= [
                Kind::Programme,
                Kind::LetterSigned,
                Kind::LetterCountersigned,
                Kind::ChangeConfirmed,
            ]
            .iter()
            .any(|kind| entry.kind == kind.number());
            let kind = Kind::from_number(entry.kind);
            people |= matches!(
                kind,
                Some(
                    Kind::Actor
                        | Kind::ActorClosed
                        | Kind::ActorReopened
                        | Kind::ActorMoved
                        | Kind::Deputy
                        | Kind::DeputyEnded
                )
            );
            // Another programme has other units and other holidays.
            if kind == Some(Kind::Programme) {
                self.forget_waiting();
            }
            if matches!(
                kind,
                Some(Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord)
            ) {
                touched.insert(entry.position.0);
                // The one above waits for it.
                touched.extend(read::<CaseOpenFacts>(&entry)?.parent);
            } else if matches!(kind, Some(Kind::CaseAct | Kind::CasePassed)) {
                touched.insert(read::<CaseActFacts>(&entry)?.case);
            } else if kind == Some(Kind::Remind) {
                let facts: RemindFacts = read(&entry)?;
                reminded.extend(facts.cases.into_iter().map(|due| due.case));
            }
        }
        let mut moved = touched.clone();
        for number in touched {
            let case = office.case(number)?;
            // The one above waits for it.
            if let Some(parent) = case
                .about
                .parent
                .filter(|parent| self.open.contains_key(parent))
            {
                moved.insert(parent);
                self.open.insert(parent, office.case(parent)?);
            }
            if case.state.is_closed() {
                self.open.remove(&number);
            } else {
                self.open.insert(number, case);
            }
        }
        if !moved.is_empty() {
            let programme = office.programme()?;
            self.find_again(&programme, &moved);
        }
        for number in reminded {
            self.reminded.insert(number, office.reminders_of(number)?);
        }
        if letters {
            self.take_letters(office)?;
        }
        if people {
            self.take_deputies(office)?;
        }
        Ok(())
    }

    /// The reminders of an open case, oldest first.
    pub fn reminders_of(&self, case: u64) -> &[ReminderRow] {
        self.reminded.get(&case).map_or(&[], Vec::as_slice)
    }

    fn take_letters(&mut self, office: &Office) -> Result<(), Problem> {
        self.letters.clear();
        let programme = office.programme()?;
        let Some(scorecard) = letters::scorecard_of(&programme) else {
            return Ok(());
        };
        let year = programme.year.to_string();
        let mut prefix = spaces::key(&[scorecard.as_str(), &year]);
        prefix.push(0);
        for found in office.state()?.scan(spaces::LETTER, &prefix) {
            let found = found?;
            let unit = found.key.get(prefix.len()..).unwrap_or_default();
            let unit = String::from_utf8_lossy(unit).into_owned();
            self.letters
                .insert(unit, row(spaces::LETTER, &found.value)?);
        }
        Ok(())
    }

    fn take_deputies(&mut self, office: &Office) -> Result<(), Problem> {
        let mut actors = office.actors()?;
        actors.retain(|_, row| row.closed.is_none());
        self.clock = actors
            .iter()
            .find(|(_, row)| row.role == CLOCK_ROLE)
            .map(|(number, _)| *number);
        let posts = actors.values();
        self.posts = posts
            .map(|row| (row.role.clone(), row.unit.clone()))
            .collect();
        self.forget_waiting();
        let acting = actors.into_iter();
        self.deputies = acting
            .filter_map(|(number, row)| Some((number, row.stands_in?)))
            .collect();
        Ok(())
    }

    /// Everyone who stands in for somebody and may still act: the deputy's number, and for whom on which days.
    pub fn deputies(&self) -> Arc<[(u64, StandsIn)]> {
        self.deputies.clone()
    }

    /// What waits for a role and unit beside cases.
    ///
    /// # Errors
    /// No programme is in force.
    pub fn duties_for(
        &self,
        office: &Office,
        role: &str,
        unit: Option<&str>,
    ) -> Result<Vec<Duty>, Problem> {
        let programme = office.programme()?;
        let Some(scorecard) = letters::scorecard_of(&programme) else {
            return Ok(Vec::new());
        };
        let due = letters::letter_due(&programme, scorecard, &programme.year);
        let none = LetterRow::default();
        let now = office.mirror().programme_at();
        // Every page asks: the text is made only where the programme is another one since it was signed.
        let stands = |unit: &str, row: &LetterRow| {
            row.signed.last().is_some_and(|signed| {
                signed.unit.programme == now.0
                    || letters::letter_from(&programme, scorecard, unit, row.clone())
                        .signed()
                        .is_some()
            })
        };
        let mut duties = Vec::new();
        if let Some(unit) = unit {
            let row = self.letters.get(unit).unwrap_or(&none);
            if let (Some(due), true) = (due, office.may(role, Granted::SignLetter))
                && has_part(&programme, scorecard, unit)
                && !stands(unit, row)
            {
                duties.push(Duty::SignLetter {
                    unit: unit.to_owned(),
                    again: !row.signed.is_empty(),
                    due,
                });
            }
            // Who signs the letter anew confirms with it.
            if duties.is_empty()
                && office.may(role, Granted::ConfirmChange)
                && let Some(pending) = office.pending_change(scorecard, unit, row)?
            {
                duties.push(Duty::ConfirmChange {
                    unit: unit.to_owned(),
                    programme: pending.now,
                    items: pending.changes.len(),
                });
            }
        }
        if let (Some(due), true) = (due, office.may(role, Granted::CountersignLetter)) {
            let waits = |(unit, row): &(&String, &LetterRow)| {
                row.signed
                    .last()
                    .is_some_and(|signed| signed.group.is_none())
                    && stands(unit, row)
            };
            let count = self.letters.iter().filter(waits).count();
            if count > 0 {
                duties.push(Duty::CountersignLetters { count, due });
            }
        }
        Ok(duties)
    }

    /// Whether a case that a rule opened waits for people whom its unit does not have: then it waits for the office.
    pub fn is_unattended(&self, case: &Case) -> bool {
        if self.clock != Some(case.state.opening.by) || case.state.is_closed() {
            return false;
        }
        let flow = &case.flow;
        let mut actions = flow
            .actions_from(&case.state.state)
            .filter(|action| !action.roles.is_empty() && !calls_off(flow, action))
            .peekable();
        let has = |action: &Action| {
            let roles = action.roles.iter().map(|role| role.as_str());
            let mut posts = roles.filter(|role| match action.scope {
                Scope::Own => {
                    let post = ((*role).to_owned(), case.about.unit.clone());
                    self.posts.contains(&post)
                }
                Scope::Filer => false,
                _ => self.posts.iter().any(|(known, _)| known == role),
            });
            posts.next().is_some()
        };
        actions.peek().is_some() && !actions.any(has)
    }

    /// The open cases, by number.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Case> {
        self.open.values()
    }

    /// How many cases wait for a role and unit.
    pub fn count_for(
        &self,
        programme: &Programme,
        role: &str,
        unit: Option<&str>,
        today: Day,
    ) -> usize {
        self.waiting(programme, role, unit, today, |waiting| waiting.found.len())
    }

    /// What waits for a role and unit: late first, then by due day, what has none last.
    pub fn tasks_for<'a>(
        &'a self,
        programme: &Programme,
        role: &str,
        unit: Option<&str>,
        today: Day,
    ) -> Vec<Task<'a>> {
        let tasks = self.waiting(programme, role, unit, today, |waiting| {
            let found = &waiting.found;
            let made = || self.in_order(programme, found, today);
            waiting.tasks.get_or_insert_with(made).clone()
        });
        let with_case = tasks.iter().filter_map(|waits| {
            Some(Task {
                case: self.open.get(&waits.case)?,
                actions: waits.actions.clone(),
                due: waits.due.clone(),
                working_days_left: waits.working_days_left,
                is_locked: waits.is_locked,
            })
        });
        with_case.collect()
    }

    fn in_order(
        &self,
        programme: &Programme,
        found: &BTreeMap<u64, Vec<ActionId>>,
        today: Day,
    ) -> Arc<[Waits]> {
        let mut tasks: Vec<Task<'_>> = found
            .iter()
            .filter_map(|(number, actions)| Some((self.open.get(number)?, actions.clone())))
            .map(|(case, actions)| task(programme, case, actions, today))
            .collect();
        tasks.sort_by_key(|task| {
            let due = task.due.as_ref().map_or(Day::MAX, |due| due.due_on);
            (due, task.case.number)
        });
        let without_case = tasks.into_iter().map(|task| Waits {
            case: task.case.number,
            actions: task.actions,
            due: task.due,
            working_days_left: task.working_days_left,
            is_locked: task.is_locked,
        });
        without_case.collect()
    }

    /// What waits for a role and unit. Every page says how much it is, and cases move seldom: it is kept. Whoever asks
    /// while it is being found waits, so that it is found once.
    fn waiting<T>(
        &self,
        programme: &Programme,
        role: &str,
        unit: Option<&str>,
        today: Day,
        take: impl FnOnce(&mut Waiting) -> T,
    ) -> T {
        let key = (role.to_owned(), unit.map(str::to_owned));
        let mut kept = self.kept_waiting();
        let find = || {
            let open = self.open.values();
            let waiting = open.filter_map(|case| {
                let actions = self.actions_waiting(programme, role, unit, today, case)?;
                Some((case.number, actions))
            });
            Waiting {
                day: today,
                found: waiting.collect(),
                tasks: None,
            }
        };
        let waiting = kept.entry(key).or_insert_with(find);
        if waiting.day != today {
            *waiting = find();
        }
        take(waiting)
    }

    /// Finds anew for whom some cases wait, for all who were asked for.
    fn find_again(&mut self, programme: &Programme, moved: &BTreeSet<u64>) {
        let mut kept = std::mem::take(&mut *self.kept_waiting());
        for ((role, unit), waiting) in &mut kept {
            for number in moved {
                let case = self.open.get(number);
                let actions = case.and_then(|case| {
                    self.actions_waiting(programme, role, unit.as_deref(), waiting.day, case)
                });
                let before = match actions {
                    Some(actions) => {
                        // It may be due on another day even where the same can be done.
                        waiting.tasks = None;
                        waiting.found.insert(*number, actions)
                    }
                    None => waiting.found.remove(number),
                };
                if before.is_some() {
                    waiting.tasks = None;
                }
            }
        }
        *self.kept_waiting() = kept;
    }

    fn kept_waiting(&self) -> MutexGuard<'_, HashMap<(String, Option<String>), Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_waiting(&mut self) {
        self.kept_waiting().clear();
    }

    /// What a role and unit can do with an open case, where it waits for them.
    fn actions_waiting(
        &self,
        programme: &Programme,
        role: &str,
        unit: Option<&str>,
        today: Day,
        case: &Case,
    ) -> Option<Vec<ActionId>> {
        if self.is_sealed(case) {
            return None;
        }
        let roles = [RoleId::new(role)];
        let relation = relation(programme, &case.about, unit);
        let (flow, state, calendar) = (&case.flow, &case.state, &programme.calendar);
        let mut actions = open_actions(flow, state, &roles, relation, today, calendar);
        // What would cut a unit's right short waits for that to end, not for whom it would be possible.
        actions.retain(|id| {
            casework::holds(flow, state, id, today, calendar).map_or(true, |found| found.is_empty())
        });
        // Who could only call it off is not whom it waits for.
        let ends_it = |id: &ActionId| {
            let action = flow.action(id);
            action.is_some_and(|action| calls_off(flow, action))
        };
        if self.is_unattended(case) && watches(programme, role) {
            return Some(actions);
        }
        if !actions.is_empty() {
            return (!actions.iter().all(ends_it)).then_some(actions);
        }
        // What is locked and can be opened again still waits: for who could go on with it, too.
        let possible = possible_actions(flow, state, &roles, relation);
        let waits = !possible.is_empty()
            && locks(flow, state, today, calendar).is_ok_and(|found| {
                found.iter().any(|lock| {
                    !lock.deadline.lifted_by.is_empty()
                        && lock.actions.iter().any(|id| possible.contains(id))
                })
            });
        waits.then_some(actions)
    }
}

/// Whether an action ends a case before its end.
fn calls_off(flow: &Flow, action: &Action) -> bool {
    let to = flow.state(&action.to);
    action.reason_required && to.is_some_and(|to| to.kind == StateKind::Closed)
}

/// Whether a role is the office's: the programme lets it remind units of what they have to do.
pub fn watches(programme: &Programme, role: &str) -> bool {
    let (reminds, _) = Granted::Remind.names();
    let mut grants = programme.grants.iter();
    grants.any(|grant| *grant.command == *reminds && grant.role.as_str() == role)
}

/// Whether a unit has a part in the plan of the programme's year.
fn has_part(programme: &Programme, scorecard: &ScorecardId, unit: &str) -> bool {
    let (Some(card), Some(unit)) = (
        programme.scorecards.get(scorecard),
        programme.units.get(unit),
    ) else {
        return false;
    };
    let mut items = card.items.values();
    items.any(|ties| !plan::parts(ties, unit, &programme.year).is_empty())
}

/// A case as a task, with the deadline that runs out first.
pub fn task<'a>(
    programme: &Programme,
    case: &'a Case,
    actions: Vec<ActionId>,
    today: Day,
) -> Task<'a> {
    let mut due: Option<Due> = None;
    for deadline in &case.flow.deadlines {
        // One whose year's holidays are not published hides no other.
        let runs = casework::due_of(
            &case.flow,
            &case.state,
            deadline,
            today,
            &programme.calendar,
        )
        .unwrap_or_default();
        for run in runs {
            let is_open = run.done_on.is_none()
                && match run.state {
                    DueState::Running => true,
                    DueState::Late => !deadline.is_a_right(),
                    DueState::Met | DueState::Ceased => false,
                };
            if is_open && due.as_ref().is_none_or(|found| run.due_on < found.due_on) {
                due = Some(run);
            }
        }
    }
    let working_days_left = due
        .as_ref()
        .and_then(|due| due.working_days_left(today, &programme.calendar).ok());
    Task {
        case,
        actions,
        due,
        working_days_left,
        is_locked: is_locked(programme, case, today),
    }
}

/// Whether a missed deadline keeps a case from going on until somebody opens it again.
fn is_locked(programme: &Programme, case: &Case, day: Day) -> bool {
    locks(&case.flow, &case.state, day, &programme.calendar)
        .unwrap_or_default()
        .iter()
        .any(|lock| is_in_the_way(case, lock))
}

/// Whether a lock is in the way where the case stands, and can be opened.
pub fn is_in_the_way(case: &Case, lock: &Lock<'_>) -> bool {
    let lifted_by = &lock.deadline.lifted_by;
    case.flow
        .actions_from(&case.state.state)
        .any(|action| lifted_by.contains(&action.id))
}
