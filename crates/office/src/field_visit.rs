//! Visits in the field: a record or a step of a case that a phone brought, perhaps hours after it was filled in.
//!
//! Each visit has a key that was made where it was filled in. Sent twice, after a lost answer or by two windows at once, it
//! is one record: [`Office::visit_taken`] finds it, and the ledger lets only one entry write a key. The time that counts
//! is that of the entry; what the phone's clock said stands beside it. The law wants two inspectors: the first sends, the
//! second is named and says herself, under her own sign-in, that it was so ([`Office::confirm_visit`]).

use std::collections::BTreeMap;

use base::{Moment, Problem};
use serde_json::Value as Json;

use crate::case::ActRequest;
use crate::entry::{Evidence, FieldVisitConfirmedFacts, FieldVisitFacts, Kind, Private};
use crate::fold::{get, row};
use crate::folder::{Command, Office};
use crate::problems;
use crate::record::Draft;
use crate::spaces::{self, ActorRow, VisitRow};

/// Difference from which the phone's clock is told to have been wrong, in seconds: more than a slow way explains.
pub const CLOCK_OFF_S: i64 = 5 * 60;
/// Most visits that one list names.
pub const LISTED_MAX: usize = 200;
/// Longest name of whoever signed.
pub const SIGNER_SIGNS_MAX: usize = 60;

/// What of a visit is personal stands under these names in the private part of the record or the step. No field of a type
/// has a point in its name.
const SIGNER: &str = "visit.signer";
/// SHA-256 of all that was sent: what is sent again with another content is told apart.
const CONTENT: &str = "visit.sha256";

/// The personal fields of a record without what a visit put beside them: what a record says is the same with and without.
pub(crate) fn without_marks(
    fields: &BTreeMap<String, Json>,
) -> impl Iterator<Item = (&String, &Json)> {
    let marks = [SIGNER, CONTENT];
    fields
        .iter()
        .filter(move |(name, _)| !marks.contains(&name.as_str()))
}

/// Whether and by whom a visit was signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signed {
    /// It needs no signature.
    #[default]
    NotAsked,
    /// The picture of the signature, and the name of whoever signed.
    By(Evidence, String),
    /// Whoever was inspected would not sign.
    Refused,
    /// Nobody was there to sign.
    Absent,
}

/// What a phone says of a visit beside the record or the step.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// Its key.
    pub key: String,
    /// When it was filled in, by the phone's clock.
    pub filled: Option<Moment>,
    /// When it was sent, by the phone's clock.
    pub sent: Option<Moment>,
    /// The second inspector.
    pub second: Option<u64>,
    /// The signature.
    pub signed: Signed,
    /// SHA-256 in hex of all that was sent but for the moment of sending.
    pub content: String,
}

/// A visit that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenVisit {
    /// Its key.
    pub key: String,
    /// What the state keeps of it.
    pub row: VisitRow,
}

impl TakenVisit {
    /// How far the phone's clock was ahead of the server's when it was sent, in seconds.
    pub fn clock_ahead_s(&self) -> Option<i64> {
        let sent = Moment::parse(self.row.sent.as_deref()?).ok()?;
        Some((sent.as_micros() - self.row.time) / 1_000_000)
    }

    /// Whether the phone's clock was off by more than a slow way explains.
    pub fn is_clock_off(&self) -> bool {
        self.clock_ahead_s()
            .is_some_and(|seconds| seconds.abs() > CLOCK_OFF_S)
    }

    /// Seconds between filling in and sending, both by the phone's clock: how long it waited for a way.
    pub fn waited_s(&self) -> Option<i64> {
        let moment = |text: &Option<String>| Moment::parse(text.as_deref()?).ok();
        let (filled, sent) = (moment(&self.row.filled)?, moment(&self.row.sent)?);
        Some((sent.as_micros() - filled.as_micros()) / 1_000_000)
    }
}

impl Visit {
    /// The form in which a key is kept: the UUID in small letters with its hyphens.
    ///
    /// # Errors
    /// It is none.
    pub fn key_of(text: &str) -> Result<String, Problem> {
        let digits: String = text
            .chars()
            .filter(|sign| *sign != '-')
            .map(|sign| sign.to_ascii_lowercase())
            .collect();
        let is_sound = digits.len() == 32 && digits.bytes().all(|sign| sign.is_ascii_hexdigit());
        let mut key = String::with_capacity(36);
        for (at, digit) in digits.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                key.push('-');
            }
            key.push(digit);
        }
        is_sound
            .then_some(key)
            .ok_or_else(|| problems::no_visit_key(text.chars().take(60).collect::<String>()))
    }

    /// Adds what is personal to the private part of the record or the step.
    fn mark(&self, private: &mut Private) {
        if let Signed::By(piece, name) = &self.signed {
            private
                .fields
                .insert(SIGNER.to_owned(), Json::String(name.clone()));
            if !private
                .evidence
                .iter()
                .any(|known| known.sha256 == piece.sha256)
            {
                private.evidence.push(piece.clone());
            }
        }
        let content = Json::String(self.content.clone());
        private.fields.insert(CONTENT.to_owned(), content);
    }

    /// The command of its own entry, `back` entries after the record or the step.
    fn command(&self, office: &Office, back: usize, case: Option<u64>) -> Result<Command, Problem> {
        let facts = FieldVisitFacts {
            visit: self.key.clone(),
            back: back as u64,
            case,
            day: office.today()?.to_string(),
            filled: self.filled.map(|moment| moment.to_string()),
            sent: self.sent.map(|moment| moment.to_string()),
            second: self.second,
            signature: match &self.signed {
                Signed::By(piece, _) => Some(piece.sha256.clone()),
                _ => None,
            },
            unsigned: match &self.signed {
                Signed::Refused => Some("refused".to_owned()),
                Signed::Absent => Some("absent".to_owned()),
                _ => None,
            },
        };
        Command::new(Kind::FieldVisit, &facts, &Private::default())
    }

    /// Joins it to the private part of a record, and gives its own command.
    pub(crate) fn join_record(
        &self,
        office: &Office,
        private: &mut Private,
    ) -> Result<Command, Problem> {
        self.mark(private);
        self.command(office, 1, None)
    }

    /// Joins it to the commands of a step, of which the first is the step itself.
    pub(crate) fn join_step(
        &self,
        office: &Office,
        case: u64,
        commands: &mut Vec<Command>,
    ) -> Result<(), Problem> {
        let unreadable = |error| problems::unreadable_state(Kind::CaseAct.number(), error);
        if let Some(step) = commands.first_mut() {
            let mut private = match &step.private {
                Some(bytes) => serde_json::from_slice(bytes).map_err(unreadable)?,
                None => Private::default(),
            };
            self.mark(&mut private);
            step.private = Some(serde_json::to_vec(&private).map_err(unreadable)?);
        }
        let own = self.command(office, commands.len(), Some(case))?;
        commands.push(own);
        Ok(())
    }
}

impl Office {
    /// Takes a visit that is a record.
    ///
    /// # Errors
    /// Those of submitting a record; the same content is another record; the key is another's, or was taken with another
    /// content; the second inspector cannot be it.
    pub fn visit_record(&mut self, visit: &Visit, draft: &Draft) -> Result<TakenVisit, Problem> {
        self.decide_again(|office| {
            if let Some(taken) = office.visit_taken(visit)? {
                return Ok(taken);
            }
            office.check_visit(visit)?;
            office.submit_visit(draft, visit)?;
            office.visit(&visit.key)
        })
    }

    /// Takes a visit that is a step of a case.
    ///
    /// # Errors
    /// Those of acting on a case, and of [`Office::visit_record`].
    pub fn visit_case(
        &mut self,
        visit: &Visit,
        case: u64,
        request: &ActRequest,
    ) -> Result<TakenVisit, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        self.decide_again(|office| {
            if let Some(taken) = office.visit_taken(visit).map_err(one)? {
                return Ok(taken);
            }
            office.check_visit(visit).map_err(one)?;
            office.act_visit(case, request, visit)?;
            office.visit(&visit.key).map_err(one)
        })
    }

    /// The visit of that key, where it was taken before.
    ///
    /// # Errors
    /// Somebody else sent it, or it had another content.
    pub fn visit_taken(&self, visit: &Visit) -> Result<Option<TakenVisit>, Problem> {
        let found: Option<VisitRow> =
            get(&self.state()?, spaces::VISIT, &spaces::key(&[&visit.key]))?;
        let Some(row) = found else {
            return Ok(None);
        };
        if !self.is_or_was(self.acting(), row.by)? {
            return Err(problems::visit_of_another());
        }
        let entry = self.ledger().entry(base::Position(row.of))?;
        let kept = self.private_part(&entry)?.0.fields;
        // Where it was erased nothing tells the two apart, and the record stands.
        let is_same = kept
            .get(CONTENT)
            .and_then(Json::as_str)
            .is_none_or(|content| content == visit.content);
        if is_same {
            let key = visit.key.clone();
            return Ok(Some(TakenVisit { key, row }));
        }
        Err(match row.case {
            Some(case) => problems::visit_differs(format!("/cases/{case}")),
            None => problems::visit_differs(format!("/records/{}", row.of)),
        })
    }

    /// The visit of that key.
    ///
    /// # Errors
    /// There is none.
    pub fn visit(&self, key: &str) -> Result<TakenVisit, Problem> {
        let found: Option<VisitRow> = get(&self.state()?, spaces::VISIT, &spaces::key(&[key]))?;
        match found {
            Some(row) => Ok(TakenVisit {
                key: key.to_owned(),
                row,
            }),
            None => Err(problems::no_such_visit(key)),
        }
    }

    /// The visits that a record or the steps of a case were, oldest first; the first ones where they are too many.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn field_visits_of(&self, number: u64) -> Result<Vec<TakenVisit>, Problem> {
        self.visits_under(spaces::VISIT_OF, number)
    }

    /// The visits that wait until somebody says, as their second inspector, that it was so.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn visits_to_confirm(&self, actor: u64) -> Result<Vec<TakenVisit>, Problem> {
        let mut visits = self.visits_under(spaces::VISIT_SECOND, actor)?;
        // Whoever got another role or unit since is the same person.
        for (number, row) in self.actors()? {
            if row.moved_to.is_some() && self.is_or_was(actor, number)? && number != actor {
                visits.extend(self.visits_under(spaces::VISIT_SECOND, number)?);
            }
        }
        visits.sort_by_key(|visit| visit.row.at);
        visits.truncate(LISTED_MAX);
        Ok(visits)
    }

    /// How many visits wait for somebody's word as second inspector: every page says how much waits.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn count_to_confirm(&self, actor: u64) -> Result<usize, Problem> {
        let state = self.state()?;
        let found = state.scan(spaces::VISIT_SECOND, &spaces::number_key(actor));
        Ok(found.take(LISTED_MAX).count())
    }

    fn visits_under(&self, space: ledger::Space, number: u64) -> Result<Vec<TakenVisit>, Problem> {
        let state = self.state()?;
        let mut visits = Vec::new();
        for found in state.scan(space, &spaces::number_key(number)) {
            let key: String = row(space, &found?.value)?;
            if visits.len() == LISTED_MAX {
                break;
            }
            visits.push(self.visit(&key)?);
        }
        Ok(visits)
    }

    /// The name of whoever signed a visit; `None` where nobody did, or it was erased.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn signer_of(&self, visit: &TakenVisit) -> Result<Option<String>, Problem> {
        let entry = self.ledger().entry(base::Position(visit.row.of))?;
        let kept = self.private_part(&entry)?.0.fields;
        Ok(kept.get(SIGNER).and_then(Json::as_str).map(str::to_owned))
    }

    /// Who can be the second inspector beside somebody: the others of that role who act today.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn second_inspectors(&self, actor: u64) -> Result<Vec<(u64, ActorRow)>, Problem> {
        let Some(own) = self.actor_of(actor)? else {
            return Ok(Vec::new());
        };
        let actors = self.actors()?.into_iter();
        Ok(actors
            .filter(|(number, row)| *number != actor && can_be_second(&own, row, *number))
            .collect())
    }

    /// Says as the second inspector that a visit was so, or was not.
    ///
    /// # Errors
    /// Another is its second inspector, it was said before, or it was not so and nothing says why.
    pub fn confirm_visit(&mut self, key: &str, agrees: bool, note: &str) -> Result<(), Problem> {
        self.decide_again(|office| {
            office.acting_as()?;
            let visit = office.visit(key)?;
            let is_second = match visit.row.second {
                Some(second) => office.is_or_was(office.acting(), second)?,
                None => false,
            };
            if !is_second {
                return Err(problems::not_the_second());
            }
            if visit.row.confirmed.is_some() {
                return Err(problems::visit_confirmed_already());
            }
            let note = note.trim();
            if !agrees && note.is_empty() {
                return Err(problems::reason_missing());
            }
            let facts = FieldVisitConfirmedFacts {
                visit: key.to_owned(),
                day: office.today()?.to_string(),
                agrees,
                note: (!note.is_empty()).then(|| note.to_owned()),
            };
            let command = Command::new(Kind::FieldVisitConfirmed, &facts, &Private::default())?;
            office.append(vec![command], &[]).map(drop)
        })
    }

    fn check_visit(&self, visit: &Visit) -> Result<(), Problem> {
        if let Signed::By(_, name) = &visit.signed
            && (name.trim().is_empty() || name.chars().count() > SIGNER_SIGNS_MAX)
        {
            return Err(problems::signer_missing(SIGNER_SIGNS_MAX));
        }
        let Some(second) = visit.second else {
            return Ok(());
        };
        let acting = self.acting();
        let own = self.actor_of(acting)?;
        let other = self.actor_of(second)?;
        match (own, other) {
            (Some(own), Some(other)) if second != acting && can_be_second(&own, &other, second) => {
                Ok(())
            }
            _ => Err(problems::cannot_be_second()),
        }
    }

    /// Whether somebody acts under a number now, or did before getting another role or unit.
    fn is_or_was(&self, now_acting: u64, number: u64) -> Result<bool, Problem> {
        let mut found = number;
        loop {
            if found == now_acting {
                return Ok(true);
            }
            // Each step leads to a later number.
            match self.actor_of(found)?.and_then(|row| row.moved_to) {
                Some(next) if next > found => found = next,
                _ => return Ok(false),
            }
        }
    }
}

/// Another person of the same role, who acts for herself.
fn can_be_second(own: &ActorRow, other: &ActorRow, number: u64) -> bool {
    let is_deputy_of = own.stands_in.as_ref().is_some_and(|days| days.by == number);
    other.closed.is_none() && other.stands_in.is_none() && other.role == own.role && !is_deputy_of
}
