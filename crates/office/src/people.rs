//! The people who act: who manages them, who acts no more, deputies, and handovers with two signatures.
//!
//! An actor is a person in one role and unit, under one number for good: what was done keeps the role and unit in
//! which it was done. Another role or unit is another number. A deputy acts under a number of its own that says both
//! who really acted and for whom. Names are personal and stand in private parts.

use std::collections::BTreeMap;

use base::{Day, Lang, Problem, Text};
use ledger::Precondition;

use crate::actor::{NewActor, check, known_by};
use crate::advance::{CLOCK_ROLE, clock_name};
use crate::authority::Granted;
use crate::entry::{
    ActorEndFacts, ActorMovedFacts, DeputyEndedFacts, DeputyFacts, HandedCase,
    HandoverConfirmedFacts, HandoverFacts, Kind, Private,
};
use crate::fold::{get, read, row};
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, ActorRow, HandoverRow, StandsIn};
use crate::work::Worklist;

/// Most days of a deputy.
const DEPUTY_DAYS_MAX: i32 = 366;

/// The days of a deputy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// First.
    pub from: Day,
    /// Last.
    pub to: Day,
}

impl ActorRow {
    /// Refuses who acts no more, and a deputy outside its days.
    ///
    /// # Errors
    /// It does.
    pub fn check_may_act(&self, number: u64, today: Day) -> Result<(), Problem> {
        if let Some(day) = &self.closed {
            return Err(problems::actor_is_closed(number, day));
        }
        match &self.stands_in {
            Some(stands_in) if !stands_in.is_on(today) => Err(problems::deputy_not_today(
                number,
                &stands_in.from,
                &stands_in.to,
                today,
            )),
            _ => Ok(()),
        }
    }
}

impl StandsIn {
    /// Whether that day is one of its days.
    pub fn is_on(&self, day: Day) -> bool {
        let day = day.to_string();
        self.from <= day && day <= self.to
    }
}

impl Office {
    /// Lets somebody who is known act from now on.
    ///
    /// # Errors
    /// There is no such actor.
    pub fn act_as(&mut self, number: u64) -> Result<(), Problem> {
        self.known(number)?;
        self.set_acting(number);
        Ok(())
    }

    /// Everyone who acts or acted, by number.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actors(&self) -> Result<BTreeMap<u64, ActorRow>, Problem> {
        let mut actors = BTreeMap::new();
        for found in self.state()?.scan(spaces::ACTOR, &[]) {
            let found = found?;
            let number = found.key.as_slice().try_into();
            let number = number.map_or(0, u64::from_be_bytes);
            actors.insert(number, row(spaces::ACTOR, &found.value)?);
        }
        Ok(actors)
    }

    /// The name of an actor in a reader's language; of a deputy that of who acts and for whom.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actor_name_in(&self, number: u64, lang: Lang) -> Result<String, Problem> {
        let own = |number: u64| -> Result<String, Problem> {
            let row = self.actor_of(number)?;
            if row.as_ref().is_some_and(|row| row.role == CLOCK_ROLE) {
                return Ok(clock_name(lang).to_owned());
            }
            Ok(row
                .map(|row| row.name)
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| format!("#{number}")))
        };
        match self.actor_of(number)?.and_then(|row| row.stands_in) {
            None => own(number),
            Some(stands_in) => {
                let (by, of) = (own(stands_in.by)?, own(stands_in.of)?);
                Ok(match lang {
                    Lang::Zh => format!("{by}（代{of}）"),
                    Lang::En => format!("{by} (for {of})"),
                })
            }
        }
    }

    /// Registers somebody who is to act. Who acts now stays who it is.
    ///
    /// As long as nobody manages people, whoever has one of the roles that are kept apart may register one who
    /// does: so a new folder gets its administrators.
    ///
    /// # Errors
    /// Who acts may not; no name; no such role or unit; the person holds a role already that must be another's.
    pub fn engage(&mut self, new: &NewActor) -> Result<u64, Problem> {
        self.decide_again(|office| office.engage_now(new))
    }

    fn engage_now(&mut self, new: &NewActor) -> Result<u64, Problem> {
        if let Err(refused) = self.authorise(Granted::People)
            && !self.is_founding(new)?
        {
            return Err(refused);
        }
        let new = NewActor {
            name: new.name.trim().to_owned(),
            ..new.clone()
        };
        if new.name.is_empty() {
            return Err(problems::name_missing());
        }
        check(&*self.programme()?, &new)?;
        let actors = self.actors()?;
        self.check_apart(&actors, &new, None)?;
        if let Some(number) = crate::actor::same_as(&actors, &new) {
            return match actors.get(&number).and_then(|row| row.closed.as_ref()) {
                Some(day) => Err(problems::actor_is_closed(number, day)),
                None => Ok(number),
            };
        }
        let number = next_number(&actors);
        self.append(vec![known_by(number, &new)?], &[])?;
        Ok(number)
    }

    /// Whether nobody manages people yet, and this one is to.
    fn is_founding(&self, new: &NewActor) -> Result<bool, Problem> {
        let (role, _) = self.acting_as()?;
        Ok(self.may(&new.role, Granted::People) && self.may_register_first(&role)?)
    }

    /// Whether a role may register who is to manage people, because nobody does yet: one of those that are kept
    /// apart, and not who audits.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn may_register_first(&self, role: &str) -> Result<bool, Problem> {
        let programme = self.programme()?;
        let mut apart = programme.roles_apart.iter();
        if self.may(role, Granted::AuditFinding) || !apart.any(|apart| apart.as_str() == role) {
            return Ok(false);
        }
        let actors = self.actors()?;
        let mut in_office = actors.values().filter(|row| row.closed.is_none());
        Ok(!in_office.any(|row| self.may(&row.role, Granted::People)))
    }

    /// Refuses a role that must not be held by who holds another one of those that are kept apart. Persons are
    /// known by their names.
    pub(crate) fn check_apart(
        &self,
        actors: &BTreeMap<u64, ActorRow>,
        new: &NewActor,
        but: Option<u64>,
    ) -> Result<(), Problem> {
        let programme = self.programme()?;
        let is_apart = |role: &str| {
            programme
                .roles_apart
                .iter()
                .any(|apart| apart.as_str() == role)
        };
        if !is_apart(&new.role) {
            return Ok(());
        }
        let other = actors.iter().find(|(number, row)| {
            Some(**number) != but
                && row.closed.is_none()
                && row.name == new.name
                && row.role != new.role
                && is_apart(&row.role)
        });
        match other {
            None => Ok(()),
            Some((_, row)) => {
                let named = |role: &str| {
                    programme
                        .roles
                        .get(role)
                        .cloned()
                        .unwrap_or_else(|| Text::same(role))
                };
                let (held, role) = (named(&row.role), named(&new.role));
                Err(problems::roles_are_apart(
                    &new.name, held.zh, held.en, role.zh, role.en,
                ))
            }
        }
    }

    /// Closes an actor: it acts no more.
    ///
    /// # Errors
    /// Who acts may not, or is the one; no such actor; it is closed already; no reason.
    pub fn close_actor(&mut self, number: u64, reason: &str) -> Result<(), Problem> {
        self.decide_again(|office| {
            office.authorise(Granted::People)?;
            let row = office.known(number)?;
            if office.is_oneself(number)? {
                return Err(problems::not_oneself());
            }
            if row.closed.is_some() {
                return Err(problems::is_so_already(number));
            }
            office.append_end(Kind::ActorClosed, number, reason)
        })
    }

    /// Opens an actor again.
    ///
    /// # Errors
    /// Who acts may not; no such actor; it is open; no reason; the person holds a role that must be another's.
    pub fn reopen_actor(&mut self, number: u64, reason: &str) -> Result<(), Problem> {
        self.decide_again(|office| {
            office.authorise(Granted::People)?;
            let row = office.known(number)?;
            if row.closed.is_none() {
                return Err(problems::is_so_already(number));
            }
            let again = NewActor {
                name: row.name,
                role: row.role,
                unit: row.unit,
            };
            check(&*office.programme()?, &again)?;
            let actors = office.actors()?;
            office.check_apart(&actors, &again, Some(number))?;
            office.append_end(Kind::ActorReopened, number, reason)
        })
    }

    fn append_end(&mut self, kind: Kind, actor: u64, reason: &str) -> Result<(), Problem> {
        let facts = ActorEndFacts {
            actor,
            day: self.today()?.to_string(),
            reason: some_reason(reason)?,
        };
        self.append(vec![Command::new(kind, &facts, &Private::default())?], &[])
            .map(drop)
    }

    /// Gives somebody another role or unit: the person goes on under a new number, which is given.
    ///
    /// # Errors
    /// Who acts may not, or is the one; no such actor, role or unit; nothing would change; no reason; the person
    /// would hold two roles that must be two people's.
    pub fn move_actor(
        &mut self,
        number: u64,
        role: &str,
        unit: Option<&str>,
        reason: &str,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| {
            office.authorise(Granted::People)?;
            let row = office.known(number)?;
            if office.is_oneself(number)? {
                return Err(problems::not_oneself());
            }
            if let Some(day) = &row.closed {
                return Err(problems::actor_is_closed(number, day));
            }
            if row.stands_in.is_some() {
                return Err(problems::not_a_deputy(number));
            }
            if row.role == role && row.unit.as_deref() == unit {
                return Err(problems::is_so_already(number));
            }
            let new = NewActor {
                name: row.name,
                role: role.to_owned(),
                unit: unit.map(str::to_owned),
            };
            check(&*office.programme()?, &new)?;
            let actors = office.actors()?;
            office.check_apart(&actors, &new, Some(number))?;
            let to = next_number(&actors);
            let facts = ActorMovedFacts {
                from: number,
                to,
                day: office.today()?.to_string(),
                reason: some_reason(reason)?,
            };
            let moved = Command::new(Kind::ActorMoved, &facts, &Private::default())?;
            office.append(vec![known_by(to, &new)?, moved], &[])?;
            Ok(to)
        })
    }

    /// Lets one actor stand in for another; gives the number under which the deputy acts.
    ///
    /// # Errors
    /// Who acts neither manages people nor is whom it is about; both are not people in office; the days are none;
    /// the deputy would hold two roles that must be two people's.
    pub fn appoint_deputy(
        &mut self,
        of: u64,
        by: u64,
        days: Days,
        reason: &str,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| {
            if office.acting() != of || office.acting_as().is_err() {
                office.authorise(Granted::People)?;
            }
            let (absent, deputy) = (office.known(of)?, office.known(by)?);
            for (number, row) in [(of, &absent), (by, &deputy)] {
                if of == by || row.stands_in.is_some() || row.closed.is_some() {
                    return Err(problems::not_a_deputy(number));
                }
            }
            let today = office.today()?;
            let length = days.to.days_since(days.from);
            if !(0..DEPUTY_DAYS_MAX).contains(&length) || days.to < today {
                return Err(problems::deputy_days(days.from, days.to));
            }
            // Who stands in for an administrator holds that role meanwhile.
            let actors = office.actors()?;
            let meanwhile = NewActor {
                name: deputy.name,
                role: absent.role,
                unit: absent.unit,
            };
            office.check_apart(&actors, &meanwhile, None)?;
            let number = next_number(&actors);
            let facts = DeputyFacts {
                actor: number,
                of,
                by,
                from: days.from.to_string(),
                to: days.to.to_string(),
                reason: some_reason(reason)?,
            };
            let command = Command::new(Kind::Deputy, &facts, &Private::default())?;
            office.append(vec![command], &[])?;
            Ok(number)
        })
    }

    /// Ends a deputy's days with yesterday, so that today it acts no more.
    ///
    /// # Errors
    /// Who acts neither manages people nor is whom it is about; it is no deputy's number, or its days are over.
    pub fn end_deputy(&mut self, number: u64) -> Result<(), Problem> {
        self.decide_again(|office| {
            let row = office.known(number)?;
            let Some(stands_in) = row.stands_in else {
                return Err(problems::not_a_deputy(number));
            };
            let is_own = [stands_in.of, stands_in.by].contains(&office.acting());
            if !is_own || office.acting_as().is_err() {
                office.authorise(Granted::People)?;
            }
            let today = office.today()?;
            if stands_in.to < today.to_string() {
                return Err(problems::is_so_already(number));
            }
            let facts = DeputyEndedFacts {
                actor: number,
                to: today.plus_days(-1).unwrap_or(today).to_string(),
            };
            let command = Command::new(Kind::DeputyEnded, &facts, &Private::default())?;
            office.append(vec![command], &[]).map(drop)
        })
    }

    /// The numbers under which somebody may act for others today.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn deputy_for(&self, by: u64) -> Result<Vec<(u64, ActorRow)>, Problem> {
        let (today, actors) = (self.today()?, self.actors()?);
        let is_open = |number: &u64| actors.get(number).is_some_and(|row| row.closed.is_none());
        Ok(actors
            .iter()
            .filter(|(_, row)| {
                row.closed.is_none()
                    && row.stands_in.as_ref().is_some_and(|stands_in| {
                        stands_in.by == by && stands_in.is_on(today) && is_open(&by)
                    })
            })
            .map(|(number, row)| (*number, row.clone()))
            .collect())
    }

    /// Signs the list of what one actor hands to another, and gives its number. `drafts` are the addresses of
    /// forms that were begun.
    ///
    /// # Errors
    /// Who acts neither manages people nor hands over; the other has not the same role and unit.
    pub fn hand_over(
        &mut self,
        from: u64,
        to: u64,
        drafts: &[String],
        note: &str,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| {
            if office.acting() != from || office.acting_as().is_err() {
                office.authorise(Granted::People)?;
            }
            let (giver, taker) = (office.known(from)?, office.known(to)?);
            let is_same = giver.role == taker.role && giver.unit == taker.unit;
            let is_person = giver.stands_in.is_none() && taker.stands_in.is_none();
            if from == to || !is_same || !is_person || taker.closed.is_some() {
                return Err(problems::cannot_take_over(from, to));
            }
            let note = note.trim();
            let facts = HandoverFacts {
                from,
                to,
                day: office.today()?.to_string(),
                cases: office.in_hand(from, &giver)?,
                drafts: drafts.to_vec(),
                note: (!note.is_empty()).then(|| note.to_owned()),
            };
            let command = Command::new(Kind::Handover, &facts, &Private::default())?;
            let heads = office.append(vec![command], &[])?;
            Ok(heads.first().map_or(0, |head| head.position.0))
        })
    }

    /// What waits for an actor's role and unit, with the explanations that the actor gave in it.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn in_hand(&self, number: u64, row: &ActorRow) -> Result<Vec<HandedCase>, Problem> {
        let (programme, today) = (self.programme()?, self.today()?);
        let mut list = Worklist::default();
        list.bring_up(self)?;
        let tasks = list.tasks_for(&programme, &row.role, row.unit.as_deref(), today);
        let mut handed = Vec::with_capacity(tasks.len());
        for task in tasks {
            let key = spaces::number_key(task.case.number);
            let row: Option<spaces::CaseRow> = get(&self.state()?, spaces::CASE, &key)?;
            let steps = row.map(|row| row.steps).unwrap_or_default();
            handed.push(HandedCase {
                case: task.case.number,
                state: task.case.state.state.to_string(),
                due: task.due.map(|due| due.due_on.to_string()),
                explanations: steps
                    .iter()
                    .filter(|step| step.by == number && step.reason.is_some())
                    .map(|step| step.at)
                    .collect(),
            });
        }
        Ok(handed)
    }

    /// Confirms that what was handed over was taken over: the second signature.
    ///
    /// # Errors
    /// It is not for who acts, or was confirmed.
    pub fn confirm_handover(&mut self, handover: u64) -> Result<HandoverRow, Problem> {
        self.decide_again(|office| {
            let key = spaces::number_key(handover);
            let found = office.state()?.get(spaces::HANDOVER, &key)?;
            let Some((version, value)) = found else {
                return Err(problems::not_your_handover(handover));
            };
            let row: HandoverRow = row(spaces::HANDOVER, &value)?;
            office.acting_as()?;
            if row.confirmed.is_some() || row.to != office.acting() {
                return Err(problems::not_your_handover(handover));
            }
            let facts = HandoverConfirmedFacts {
                handover,
                day: office.today()?.to_string(),
            };
            let command = Command::new(Kind::HandoverConfirmed, &facts, &Private::default())?;
            let precondition = Precondition {
                space: spaces::HANDOVER,
                key,
                version: Some(version),
            };
            office.append(vec![command], &[precondition])?;
            Ok(row)
        })
    }

    /// Every handover, the newest first.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn handovers(&self) -> Result<Vec<(u64, HandoverRow)>, Problem> {
        let mut all = Vec::new();
        for found in self.state()?.scan(spaces::HANDOVER, &[]) {
            let found = found?;
            let number = found.key.as_slice().try_into();
            let number = number.map_or(0, u64::from_be_bytes);
            all.push((number, row(spaces::HANDOVER, &found.value)?));
        }
        all.reverse();
        Ok(all)
    }

    /// The list of a handover.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn handover(&self, number: u64) -> Result<(HandoverRow, HandoverFacts), Problem> {
        let row: Option<HandoverRow> = get(
            &self.state()?,
            spaces::HANDOVER,
            &spaces::number_key(number),
        )?;
        let row = row.ok_or_else(|| problems::not_your_handover(number))?;
        let entry = self.ledger().entry(base::Position(number))?;
        Ok((row, read(&entry)?))
    }

    fn known(&self, number: u64) -> Result<ActorRow, Problem> {
        self.actor_of(number)?
            .ok_or_else(|| problems::no_such_actor(number))
    }

    /// Whether a number is who acts now, or who really acts.
    fn is_oneself(&self, number: u64) -> Result<bool, Problem> {
        let really = self.actor()?.and_then(|row| row.stands_in);
        Ok(self.acting() == number || really.is_some_and(|stands_in| stands_in.by == number))
    }
}

fn next_number(actors: &BTreeMap<u64, ActorRow>) -> u64 {
    actors
        .keys()
        .next_back()
        .map_or(crate::actor::FIRST, |last| last + 1)
}

fn some_reason(reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(problems::reason_missing());
    }
    Ok(reason.to_owned())
}
