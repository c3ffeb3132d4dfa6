//! Time passes through one door: what falls due by itself is written here (law 14).
//!
//! [`Office::advance`] is given a civil day and writes what the programme declares for it: reminders around deadlines,
//! and an assignment for what stays late. It knows from the state what was written already, so that it may be called
//! as often as one likes, catches up after a pause with the one reminder that is right today, and goes on after a crash.
//! What is to be delivered of it, and where, is no fact and stands on the desk.

use std::collections::BTreeMap;

use base::{Day, Problem};
use programme::model::{DUE_FIELD, Programme, Reminder, Report};

use crate::actor::{NewActor, known_by};
use crate::assign::opened;
use crate::case::Case;
use crate::entry::{CaseDue, CaseReportedFacts, Kind, Private};
use crate::fold::get;
use crate::folder::{Command, Office};
use crate::problems;
use crate::remind::{Awaited, Running, awaited, case_due, reminder, running};
use crate::spaces::{self, ReportedRow};

/// The role of the actor under whose number time writes. No package can declare it, so that nothing is granted to it.
pub const CLOCK_ROLE: &str = casework::CLOCK_ROLE;
/// Its name.
const CLOCK_NAME: (&str, &str) = ("系统", "System");

/// What time did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advanced {
    /// Cases of which was reminded.
    pub reminded: usize,
    /// Assignments that were made because something stayed late.
    pub assigned: usize,
    /// Notices that ended, so that what they were about happened.
    pub ended: usize,
    /// Cases of visits that come near, and such as ended because they were made.
    pub visits: usize,
    /// Cases that records opened.
    pub opened: usize,
    /// Cases that were reported because they stayed late.
    pub reported: usize,
    /// Deadlines that could not be counted, each kind of reason once: a year's holidays are not published.
    pub unknown: Vec<Problem>,
}

/// What is to be written, by whom it is about.
#[derive(Default)]
struct Falls {
    reminders: BTreeMap<Awaited, Vec<CaseDue>>,
    /// By unit and place of the rule.
    assignments: BTreeMap<(String, usize), Vec<CaseDue>>,
    /// By the roles to which it is reported.
    reports: BTreeMap<Vec<String>, Vec<CaseDue>>,
}

/// The name of the actor under whose number time writes.
pub fn clock_name(lang: base::Lang) -> &'static str {
    match lang {
        base::Lang::Zh => CLOCK_NAME.0,
        base::Lang::En => CLOCK_NAME.1,
    }
}

impl Office {
    /// Writes what falls due by itself up to a civil day and is not written yet.
    ///
    /// # Errors
    /// The day is still to come, or the ledger cannot be written.
    pub fn advance(&mut self, day: Day) -> Result<Advanced, Problem> {
        let acting = self.acting();
        let done = self.decide_again(|office| office.advance_now(day));
        self.set_acting(acting);
        let mut done = done?;
        done.opened = self.open_from_records(day)?;
        Ok(done)
    }

    fn advance_now(&mut self, day: Day) -> Result<Advanced, Problem> {
        let today = self.today()?;
        if day > today {
            return Err(problems::day_still_to_come(day, today));
        }
        let programme = self.programme()?;
        let mut done = Advanced::default();
        let ends = |programme: &std::sync::Arc<Programme>| {
            let mut flows = programme.flows.values();
            flows.any(|flow| !flow.notices.is_empty())
        };
        let opens_visits = programme
            .visit_rules
            .values()
            .any(|rule| rule.opens.is_some());
        let has_nothing = programme.reminders.is_empty() && !opens_visits;
        if has_nothing && !self.mirror().programmes().any(ends) {
            return Ok(done);
        }
        let mut falls = Falls::default();
        let mut commands = Vec::new();
        for case in self.open_cases_on(day)? {
            commands.extend(self.time_commands(&case)?);
            self.look_at(&programme, &case, day, &mut falls, &mut done.unknown)?;
        }
        let mut seen: Vec<Problem> = Vec::new();
        done.unknown.retain(|problem| {
            let is_new = !seen.contains(problem);
            if is_new {
                seen.push(problem.clone());
            }
            is_new
        });
        done.ended = commands.len();
        let visits = self.visit_commands(day)?;
        done.visits = visits.len();
        commands.extend(visits);
        for cases in falls.reminders.into_values() {
            done.reminded += cases.len();
            commands.push(reminder(day, cases, None)?);
        }
        for ((unit, place), because) in falls.assignments {
            commands.extend(assignment(&programme, place, day, &unit, because)?);
            done.assigned += 1;
        }
        for (roles, cases) in falls.reports {
            done.reported += cases.len();
            let facts = CaseReportedFacts {
                day: day.to_string(),
                cases,
                roles,
            };
            commands.push(Command::new(
                Kind::CaseReported,
                &facts,
                &Private::default(),
            )?);
        }
        self.append_as_clock(commands)?;
        Ok(done)
    }

    /// Opens what became due and ends what was done of the rules of rhythm, and nothing else: a visit that was entered
    /// does not wait for the next day to be off the lists. Gives how many entries were written.
    ///
    /// # Errors
    /// As [`Office::advance`].
    pub fn advance_visits(&mut self, day: Day) -> Result<usize, Problem> {
        if self.programme()?.visit_rules.is_empty() {
            return Ok(0);
        }
        let acting = self.acting();
        let done = self.decide_again(|office| {
            let commands = office.visit_commands(day)?;
            let count = commands.len();
            office.append_as_clock(commands)?;
            Ok(count)
        });
        self.set_acting(acting);
        done
    }

    pub(crate) fn append_as_clock(&mut self, mut commands: Vec<Command>) -> Result<(), Problem> {
        if !commands.is_empty() {
            let clock = self.clock()?;
            commands.splice(0..0, clock);
            self.append(commands, &[])?;
        }
        Ok(())
    }

    /// What falls due of one case.
    fn look_at(
        &self,
        programme: &Programme,
        case: &Case,
        day: Day,
        falls: &mut Falls,
        unknown: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let mut rules = programme
            .reminders
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.flow == case.state.flow)
            .peekable();
        if rules.peek().is_none() || case.state.is_closed() {
            return Ok(());
        }
        let runs = running(programme, case, day, unknown);
        for (place, rule) in rules {
            for run in runs.iter().filter(|run| run.due.deadline == rule.deadline) {
                let Some(whom) = awaited(programme, case, &rule.deadline) else {
                    continue;
                };
                if let Some(stage) = self.stage(case, rule, run)? {
                    let due = case_due(case, &run.due, Some(stage));
                    falls.reminders.entry(whom.clone()).or_default().push(due);
                }
                for report in &rule.reports {
                    if self.is_to_be_reported(case, rule, report, run)? {
                        let due = case_due(case, &run.due, Some(report.after));
                        let roles = report.roles.iter().map(ToString::to_string).collect();
                        falls.reports.entry(roles).or_default().push(due);
                    }
                }
                if let Awaited::Unit(unit) = whom
                    && self.is_to_be_followed(case, rule, run)?
                {
                    let due = case_due(case, &run.due, None);
                    let found = falls.assignments.entry((unit, place)).or_default();
                    found.push(due);
                }
            }
        }
        Ok(())
    }

    /// The reminder that is right now, where it was not sent yet: the last of those whose day has come. Those before it
    /// that nobody sent would only say the same.
    fn stage(&self, case: &Case, rule: &Reminder, run: &Running) -> Result<Option<i64>, Problem> {
        let reached = rule.days.iter().rev().find(|stage| **stage <= passed(run));
        let Some(stage) = reached.copied() else {
            return Ok(None);
        };
        let due = run.due.due_on.to_string();
        let is_sent = self.reminders_of(case.number)?.iter().any(|sent| {
            *sent.deadline == *rule.deadline.as_str()
                && sent.due == due
                && sent.declared.is_some_and(|sent| sent >= stage)
        });
        Ok((!is_sent).then_some(stage))
    }

    fn is_to_be_followed(
        &self,
        case: &Case,
        rule: &Reminder,
        run: &Running,
    ) -> Result<bool, Problem> {
        let Some(escalation) = &rule.escalates else {
            return Ok(false);
        };
        if passed(run) < escalation.after {
            return Ok(false);
        }
        let due = run.due.due_on.to_string();
        let followed = self.followed_of(case.number)?;
        let is_followed = followed
            .iter()
            .any(|found| *found.deadline == *rule.deadline.as_str() && found.due == due);
        Ok(!is_followed)
    }

    fn is_to_be_reported(
        &self,
        case: &Case,
        rule: &Reminder,
        report: &Report,
        run: &Running,
    ) -> Result<bool, Problem> {
        if passed(run) < report.after {
            return Ok(false);
        }
        let due = run.due.due_on.to_string();
        let known = self.reports_of(case.number)?;
        let is_reported = known.iter().any(|found| {
            *found.deadline == *rule.deadline.as_str()
                && found.due == due
                && found.declared == report.after
        });
        Ok(!is_reported)
    }

    /// The reports of a case to the leading group, oldest first.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn reports_of(&self, case: u64) -> Result<Vec<ReportedRow>, Problem> {
        let key = spaces::number_key(case);
        Ok(get(&self.state()?, spaces::REPORTED, &key)?.unwrap_or_default())
    }

    /// Acts as time from now on; gives the command that makes it known, when it is not yet.
    pub(crate) fn clock(&mut self) -> Result<Option<Command>, Problem> {
        let actors = self.actors()?;
        let known = actors.iter().find(|(_, row)| row.role == CLOCK_ROLE);
        if let Some((number, _)) = known {
            self.set_acting(*number);
            return Ok(None);
        }
        let number = actors.keys().next_back().map_or(1, |last| last + 1);
        self.set_acting(number);
        let clock = NewActor {
            name: CLOCK_NAME.0.to_owned(),
            role: CLOCK_ROLE.to_owned(),
            unit: None,
        };
        known_by(number, &clock).map(Some)
    }
}

/// Working days since the last day; negative before it.
fn passed(run: &Running) -> i64 {
    // Late over a holiday: the day itself is over.
    if run.due.is_late() {
        (-run.left).max(1)
    } else {
        -run.left
    }
}

fn assignment(
    programme: &Programme,
    place: usize,
    day: Day,
    unit: &str,
    because: Vec<CaseDue>,
) -> Result<Option<Command>, Problem> {
    let rule = programme.reminders.get(place);
    let Some(escalation) = rule.and_then(|rule| rule.escalates.as_ref()) else {
        return Ok(None);
    };
    let Some(flow) = programme.flows.get(&escalation.to) else {
        return Ok(None);
    };
    // Where the holidays are not known yet, days are counted as they come.
    let due = programme
        .calendar
        .add_working_days(day, escalation.reply_within)
        .ok()
        .or_else(|| day.plus_days(i64::from(escalation.reply_within)))
        .unwrap_or(day);
    // What it is about is told by the cases; a page says so in the reader's language.
    let facts = crate::entry::CaseOpenFacts {
        because,
        ..opened(flow, day, unit, [(DUE_FIELD, due.to_string())])
    };
    Command::new(Kind::Assign, &facts, &Private::default()).map(Some)
}
