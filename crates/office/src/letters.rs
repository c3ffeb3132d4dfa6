//! Responsibility letters (责任书): what a unit is to do in a year, signed by its leader and by the leading group's.
//!
//! A letter's text is made from the programme (`programme::plan::content`); a signature is an entry with the text and
//! its hash. When a later version changes what the unit is to do, the text is another one: the signature stands over
//! the old one, and a new one is asked for. A change that touches a unit is told to it, and confirmed by it.

use base::{Day, Period, Position, Problem, ScorecardId, Text};
use programme::model::{Programme, Scored};
use programme::plan::{self, Change};
use sha2::{Digest, Sha256};

use crate::authority::Granted;
use crate::entry::{
    ChangeConfirmedFacts, Evidence, Kind, LetterCountersignedFacts, LetterScanFacts,
    LetterSignedFacts, Private,
};
use crate::fold::{get, read};
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, LetterRow, SignatureRow, SignedRow};

/// How a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterState {
    /// The unit has not signed.
    Unsigned,
    /// It was signed, and the plan was changed since.
    Changed,
    /// The unit has signed; the leading group has not.
    Signed,
    /// Both have signed what the plan says now.
    Complete,
}

impl LetterState {
    /// Every state.
    pub const ALL: [LetterState; 4] = [
        LetterState::Unsigned,
        LetterState::Changed,
        LetterState::Signed,
        LetterState::Complete,
    ];

    /// Its name in addresses and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LetterState::Unsigned => "unsigned",
            LetterState::Changed => "changed",
            LetterState::Signed => "signed",
            LetterState::Complete => "complete",
        }
    }
}

/// A unit's letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Unit.
    pub unit: String,
    /// The text as the programme makes it now.
    pub content: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Signatures and confirmations so far.
    pub row: LetterRow,
}

impl Letter {
    /// How it stands.
    pub fn state(&self) -> LetterState {
        match self.row.signed.last() {
            None => LetterState::Unsigned,
            Some(signed) if signed.unit.sha256 != self.sha256 => LetterState::Changed,
            Some(signed) if signed.group.is_none() => LetterState::Signed,
            Some(_) => LetterState::Complete,
        }
    }

    /// The signing that stands over the present text.
    pub fn signed(&self) -> Option<&SignedRow> {
        self.row
            .signed
            .last()
            .filter(|signed| signed.unit.sha256 == self.sha256)
    }
}

/// A change in mid-year that a unit has not confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingChange {
    /// Position of the programme that it knows.
    pub known: Position,
    /// Position of the programme in force.
    pub now: Position,
    /// What differs for the unit.
    pub changes: Vec<Change>,
}

/// SHA-256 of a letter's text, in hex.
pub fn sha256_of(content: &str) -> String {
    hex::encode(Sha256::digest(content))
}

/// The scorecard over units whose plan letters are about: the first declared.
pub fn scorecard_of(programme: &Programme) -> Option<&ScorecardId> {
    programme
        .scorecards
        .iter()
        .find(|(_, found)| found.of == Scored::Units)
        .map(|(id, _)| id)
}

/// The day by which letters are signed in a period; `None`: none is asked for.
pub fn letter_due(programme: &Programme, scorecard: &ScorecardId, period: &Period) -> Option<Day> {
    let declared = programme.scorecards.get(scorecard)?.letter_due?;
    plan::day_in(declared, period)
}

/// A unit's letter from its row.
pub(crate) fn letter_from(
    programme: &Programme,
    scorecard: &ScorecardId,
    unit: &str,
    row: LetterRow,
) -> Letter {
    let content = plan::content(programme, scorecard, &programme.year, unit);
    Letter {
        unit: unit.to_owned(),
        sha256: sha256_of(&content),
        content,
        row,
    }
}

impl Office {
    /// The row of a unit's letter.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn letter_row(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        unit: &str,
    ) -> Result<LetterRow, Problem> {
        let key = spaces::key(&[scorecard.as_str(), &period.to_string(), unit]);
        Ok(get(&self.state()?, spaces::LETTER, &key)?.unwrap_or_default())
    }

    /// A unit's letter of the programme's year.
    ///
    /// # Errors
    /// The unit has no part in the plan, or the state cannot be read.
    pub fn letter(&self, scorecard: &ScorecardId, unit: &str) -> Result<Letter, Problem> {
        let programme = self.programme()?;
        if plan::lines(&programme, scorecard, &programme.year, unit).is_empty() {
            return Err(problems::no_letter(unit, programme.year));
        }
        let row = self.letter_row(scorecard, &programme.year, unit)?;
        Ok(letter_from(&programme, scorecard, unit, row))
    }

    /// The letters of every unit that has a part in the plan, in the programme's order.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn letters(&self, scorecard: &ScorecardId) -> Result<Vec<Letter>, Problem> {
        let programme = self.programme()?;
        let Some(declared) = programme.scorecards.get(scorecard) else {
            return Err(problems::unknown_scorecard(scorecard, ""));
        };
        plan::units(&programme, declared, &programme.year)
            .map(|unit| {
                let row = self.letter_row(scorecard, &programme.year, unit.id.as_str())?;
                Ok(letter_from(&programme, scorecard, unit.id.as_str(), row))
            })
            .collect()
    }

    /// The text of a letter as it was signed.
    ///
    /// # Errors
    /// No letter was signed at that position, or the ledger cannot be read.
    pub fn letter_as_signed(&self, letter: u64) -> Result<LetterSignedFacts, Problem> {
        let missing = || problems::missing_letter(letter, letter);
        if letter == 0 || letter > self.position().0 {
            return Err(missing());
        }
        let entry = self.ledger().entry(Position(letter))?;
        if entry.kind != Kind::LetterSigned.number() {
            return Err(missing());
        }
        read(&entry)
    }

    /// The scans of a signing; what was erased is left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn scans_of(&self, signed: &SignedRow) -> Result<Vec<Evidence>, Problem> {
        let mut pieces = Vec::new();
        for at in &signed.scans {
            let entry = self.ledger().entry(Position(*at))?;
            pieces.extend(self.private_part(&entry)?.0.evidence);
        }
        Ok(pieces)
    }

    /// Signs a unit's letter for the unit. `sha256` is of the text that was read. Gives the letter's number.
    ///
    /// # Errors
    /// Who acts may not; the text is another one by now; it is signed already.
    pub fn sign_letter(
        &mut self,
        scorecard: &ScorecardId,
        unit: &str,
        sha256: &str,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| office.sign_now(scorecard, unit, sha256))
    }

    fn sign_now(
        &mut self,
        scorecard: &ScorecardId,
        unit: &str,
        sha256: &str,
    ) -> Result<u64, Problem> {
        let today = self.today()?;
        self.authorise(Granted::SignLetter)?.check(unit, today)?;
        let letter = self.letter(scorecard, unit)?;
        if letter.sha256 != sha256 {
            return Err(problems::letter_changed());
        }
        if let Some(signed) = letter.signed() {
            return Err(problems::letter_is_signed(&signed.unit.day));
        }
        let command = signing(self, scorecard, &letter, today)?;
        let heads = self.append(vec![command], &[])?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }

    /// Signs letters for the leading group: all or none. Gives how many.
    ///
    /// # Errors
    /// Who acts may not; nothing was chosen; one of them is not signed as it stands, or was signed by the same person.
    pub fn countersign_letters(
        &mut self,
        scorecard: &ScorecardId,
        units: &[(String, String)],
    ) -> Result<usize, Vec<Problem>> {
        self.decide_again(|office| office.countersign_now(scorecard, units))
    }

    fn countersign_now(
        &mut self,
        scorecard: &ScorecardId,
        units: &[(String, String)],
    ) -> Result<usize, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        self.authorise(Granted::CountersignLetter).map_err(one)?;
        if units.is_empty() {
            return Err(one(problems::nothing_chosen()));
        }
        let programme = self.programme().map_err(one)?;
        let today = self.today().map_err(one)?;
        let (mut commands, mut faults) = (Vec::new(), Vec::new());
        for (unit, sha256) in units {
            let letter = match self.letter(scorecard, unit) {
                Ok(letter) => letter,
                Err(problem) => {
                    faults.push(problem);
                    continue;
                }
            };
            let name = name_of(&programme, unit, today);
            let signed = letter
                .signed()
                .filter(|signed| signed.unit.sha256 == *sha256);
            match signed {
                None => faults.push(problems::letter_unsigned(&name.zh, &name.en)),
                Some(signed) if self.is_same_person(signed.unit.by).map_err(one)? => {
                    faults.push(problems::letter_by_one_person(&name.zh, &name.en));
                }
                // Sent twice, it is done once.
                Some(signed) if signed.group.is_some() => {}
                Some(signed) => {
                    let command = countersigning(scorecard, &programme.year, unit, signed, today);
                    commands.push(command.map_err(one)?);
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let count = commands.len();
        if count > 0 {
            self.append(commands, &[]).map_err(one)?;
        }
        Ok(count)
    }

    /// Whether who acts now is the person behind that actor: by number, by whom a deputy is, or by name.
    fn is_same_person(&self, actor: u64) -> Result<bool, Problem> {
        let person = |number: u64| -> Result<(u64, String), Problem> {
            let row = self.actor_of(number)?.unwrap_or_default();
            match row.stands_in {
                Some(stands_in) => {
                    let by = self.actor_of(stands_in.by)?.unwrap_or_default();
                    Ok((stands_in.by, by.name))
                }
                None => Ok((number, row.name)),
            }
        };
        let (one, other) = (person(self.acting())?, person(actor)?);
        Ok(one.0 == other.0 || (!one.1.is_empty() && one.1 == other.1))
    }

    /// Adds the letter as it was signed on paper.
    ///
    /// # Errors
    /// Who acts may neither submit for the unit nor countersign; nobody signed.
    pub fn attach_scan(
        &mut self,
        scorecard: &ScorecardId,
        unit: &str,
        piece: Evidence,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| {
            let today = office.today()?;
            if office.authorise(Granted::CountersignLetter).is_err() {
                office.authorise(Granted::Submit)?.check(unit, today)?;
            }
            let letter = office.letter(scorecard, unit)?;
            let signed = letter.row.signed.last();
            let signed = signed.ok_or_else(problems::scan_without_letter)?;
            let facts = LetterScanFacts {
                scorecard: scorecard.to_string(),
                period: office.programme()?.year.to_string(),
                unit: unit.to_owned(),
                letter: signed.unit.at,
                day: today.to_string(),
            };
            let private = Private {
                evidence: vec![piece.clone()],
                ..Private::default()
            };
            let command = Command::new(Kind::LetterScan, &facts, &private)?;
            let heads = office.append(vec![command], &[])?;
            Ok(heads.last().map_or(0, |head| head.position.0))
        })
    }

    /// The versions of the programme's year, oldest first.
    pub fn versions_of_year(&self) -> Vec<Position> {
        let now = self.mirror().programme();
        let year = now.map(|programme| programme.year);
        self.mirror()
            .versions()
            .filter(|(_, found)| Some(found.year) == year)
            .map(|(at, _)| at)
            .collect()
    }

    /// What the programme in force changes for a unit against the version that it knows: that which it signed or
    /// confirmed last, else the year's first. `None` where nothing is to be confirmed.
    ///
    /// # Errors
    /// No programme is in force.
    pub fn pending_change(
        &self,
        scorecard: &ScorecardId,
        unit: &str,
        row: &LetterRow,
    ) -> Result<Option<PendingChange>, Problem> {
        let versions = self.versions_of_year();
        let (Some(first), Some(now)) = (versions.first(), versions.last()) else {
            return Ok(None);
        };
        let signed = row.signed.iter().map(|signed| &signed.unit);
        let known = signed
            .chain(&row.confirmed)
            .map(|signature: &SignatureRow| Position(signature.programme))
            .filter(|at| versions.contains(at))
            .max()
            .unwrap_or(*first);
        if known >= *now {
            return Ok(None);
        }
        let programme = self.programme()?;
        let before = self.mirror().programme_as_of(known);
        let before = before.ok_or_else(problems::no_programme)?;
        let changes = plan::changes(&programme, &before, scorecard, &programme.year, unit);
        Ok((!changes.is_empty()).then_some(PendingChange {
            known,
            now: *now,
            changes,
        }))
    }

    /// How a unit took note of a version of the year: by confirming it, or by signing its letter by it or a later one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn confirmed_version(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        unit: &str,
        version: Position,
    ) -> Result<Option<SignatureRow>, Problem> {
        let row = self.letter_row(scorecard, period, unit)?;
        let signed = row.signed.into_iter().map(|signed| signed.unit);
        Ok(row
            .confirmed
            .into_iter()
            .chain(signed)
            .filter(|signature| Position(signature.programme) >= version)
            .min_by_key(|signature| signature.at))
    }

    /// Confirms for a unit what the programme in force changes for it.
    ///
    /// # Errors
    /// Who acts may not; the plan is another one by now; nothing is to be confirmed.
    pub fn confirm_change(
        &mut self,
        scorecard: &ScorecardId,
        unit: &str,
        sha256: &str,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| {
            let today = office.today()?;
            office
                .authorise(Granted::ConfirmChange)?
                .check(unit, today)?;
            let programme = office.programme()?;
            let row = office.letter_row(scorecard, &programme.year, unit)?;
            let pending = office
                .pending_change(scorecard, unit, &row)?
                .ok_or_else(|| problems::nothing_to_confirm(unit))?;
            let letter = letter_from(&programme, scorecard, unit, row);
            if letter.sha256 != sha256 {
                return Err(problems::letter_changed());
            }
            let facts = ChangeConfirmedFacts {
                scorecard: scorecard.to_string(),
                period: programme.year.to_string(),
                unit: unit.to_owned(),
                programme: pending.now.0,
                sha256: letter.sha256,
                day: today.to_string(),
            };
            let command = Command::new(Kind::ChangeConfirmed, &facts, &Private::default())?;
            let heads = office.append(vec![command], &[])?;
            Ok(heads.last().map_or(0, |head| head.position.0))
        })
    }
}

/// The command by which a unit signs.
pub(crate) fn signing(
    office: &Office,
    scorecard: &ScorecardId,
    letter: &Letter,
    day: Day,
) -> Result<Command, Problem> {
    let facts = LetterSignedFacts {
        scorecard: scorecard.to_string(),
        period: office.programme()?.year.to_string(),
        unit: letter.unit.clone(),
        programme: office.mirror().programme_at().0,
        sha256: letter.sha256.clone(),
        content: letter.content.clone(),
        day: day.to_string(),
    };
    Command::new(Kind::LetterSigned, &facts, &Private::default())
}

/// The command by which the leading group signs.
pub(crate) fn countersigning(
    scorecard: &ScorecardId,
    period: &Period,
    unit: &str,
    signed: &SignedRow,
    day: Day,
) -> Result<Command, Problem> {
    let facts = LetterCountersignedFacts {
        scorecard: scorecard.to_string(),
        period: period.to_string(),
        unit: unit.to_owned(),
        letter: signed.unit.at,
        sha256: signed.unit.sha256.clone(),
        day: day.to_string(),
    };
    Command::new(Kind::LetterCountersigned, &facts, &Private::default())
}

fn name_of(programme: &Programme, unit: &str, day: Day) -> Text {
    programme
        .units
        .get(unit)
        .map_or_else(|| Text::same(unit), |unit| unit.name_on(day).clone())
}
