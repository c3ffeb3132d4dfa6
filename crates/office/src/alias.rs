//! Confirmed spellings: 市监局 is 市场监督管理局, said once and remembered.

use std::collections::HashMap;

use base::{Problem, SubjectTypeId};
use programme::model::Identity;

use crate::authority::Granted;
use crate::entry::{AliasFacts, Kind, Private};
use crate::fold::row;
use crate::folder::{Command, Office};
use crate::import::intake::folded_name;
use crate::problems;
use crate::spaces;
use crate::values::{Declared, Meaning, read_uscc};

/// What is shown for a spelling of a person.
const HIDDEN: &str = "•••";

/// A confirmed spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfirmedAlias {
    /// What it stands for: `unit`, `code:VOCABULARY` or `subject:TYPE`.
    pub of: String,
    /// The spelling.
    pub text: String,
    /// Identifier that it means.
    pub id: String,
}

/// What a confirmation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// It is new.
    New,
    /// It meant this before.
    Changed(String),
    /// It meant the same already; nothing was written.
    Known,
}

impl Office {
    /// Confirms that a spelling means an identifier. `of` is `unit`, `code:VOCABULARY` or `subject:TYPE`.
    /// What the programme itself declares, and the name that a subject has, cannot be given another
    /// meaning; what was confirmed before only with a reason.
    ///
    /// # Errors
    /// `of` is none of these, nothing has the identifier, or the spelling means something else.
    pub fn confirm_alias(
        &mut self,
        of: &str,
        text: &str,
        id: &str,
        reason: Option<&str>,
    ) -> Result<Confirmation, Problem> {
        self.decide_again(|office| office.confirm_now(of, text, id, reason))
    }

    fn confirm_now(
        &mut self,
        of: &str,
        text: &str,
        id: &str,
        reason: Option<&str>,
    ) -> Result<Confirmation, Problem> {
        self.authorise(Granted::Alias)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(problems::alias_empty());
        }
        let spellings = self.spellings()?;
        let id = match of.split_once(':') {
            None if of == "unit" => meant(spellings.unit(id), id, of)?,
            Some(("code", vocabulary)) => meant(spellings.code(vocabulary, id), id, of)?,
            Some(("subject", subject_type)) => self.subject_meant(subject_type, id, of)?,
            _ => return Err(problems::alias_of_what(of)),
        };
        match spellings.declared(of, text) {
            Declared::As(known) if known == id => return Ok(Confirmation::Known),
            Declared::As(known) => return Err(problems::alias_declared(text, known)),
            // A spelling that the programme gives to two things is settled by the confirmation.
            Declared::Twice | Declared::Nowhere => {}
        }
        if let Some((_, subject_type)) = of.split_once(':').filter(|(kind, _)| *kind == "subject")
            && let Some(known) = self.named(subject_type, text).filter(|known| *known != id)
        {
            return Err(problems::alias_is_name(text, known));
        }
        let is_person = match of.split_once(':') {
            Some(("subject", subject_type)) => self.is_of_persons(subject_type)?,
            _ => false,
        };
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        let confirmed = self.confirmed_aliases()?;
        let before = confirmed.get(&(of.to_owned(), text.to_owned()));
        match before {
            Some(before) if *before == id => return Ok(Confirmation::Known),
            // Which of two persons a spelling meant could not be told once one is erased.
            Some(before) if reason.is_none() || is_person => {
                return Err(problems::alias_confirmed(text, before, id));
            }
            _ => {}
        }
        let facts = AliasFacts {
            of: of.to_owned(),
            text: if is_person {
                String::new()
            } else {
                text.to_owned()
            },
            id,
            reason: reason.map(str::to_owned),
        };
        let private = Private {
            alias: is_person.then(|| text.to_owned()),
            ..Private::default()
        };
        self.append(vec![Command::new(Kind::Alias, &facts, &private)?], &[])?;
        Ok(before.map_or(Confirmation::New, |before| {
            Confirmation::Changed(before.clone())
        }))
    }

    /// The identity that a spelling of a subject is to mean.
    fn subject_meant(&self, subject_type: &str, id: &str, of: &str) -> Result<String, Problem> {
        let programme = self.programme()?;
        let known = SubjectTypeId::new(subject_type);
        match programme.subject_types.get(&known) {
            None => Err(problems::alias_of_what(of)),
            Some(found) if found.identity == Identity::Uscc => read_uscc(id),
            Some(found) if found.personal => {
                let text = id.trim();
                match self.person(subject_type, text)? {
                    Some(opaque) => Ok(opaque),
                    None if self.mirror().subject_name(subject_type, text).is_some() => {
                        Ok(text.to_owned())
                    }
                    None => Err(problems::alias_means_nothing("…", of)),
                }
            }
            Some(_) => Ok(id.trim().to_owned()),
        }
    }

    /// The one subject that has that name.
    fn named(&self, subject_type: &str, name: &str) -> Option<String> {
        let folded = folded_name(name);
        let mut found = self
            .mirror()
            .subjects(subject_type)
            .filter(|(_, known)| folded_name(known) == folded);
        let (id, _) = found.next()?;
        found.next().is_none().then(|| id.to_owned())
    }

    /// All confirmed spellings, in order of what they stand for.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn aliases(&self) -> Result<Vec<ConfirmedAlias>, Problem> {
        let mut aliases: Vec<ConfirmedAlias> = self
            .confirmed_aliases()?
            .into_iter()
            .map(|((of, text), id)| ConfirmedAlias { of, text, id })
            .collect();
        for alias in &mut aliases {
            let subject_type = alias.of.strip_prefix("subject:");
            if let Some(subject_type) = subject_type
                && self.is_of_persons(subject_type)?
            {
                alias.text = HIDDEN.to_owned();
            }
        }
        aliases.sort();
        Ok(aliases)
    }

    /// All confirmed spellings: (of, text) → identifier.
    pub(crate) fn confirmed_aliases(&self) -> Result<HashMap<(String, String), String>, Problem> {
        let mut confirmed = HashMap::new();
        for found in self.state()?.scan(spaces::ALIAS, &[]) {
            let found = found?;
            let text = String::from_utf8_lossy(&found.key);
            if let Some((of, spelling)) = text.split_once('\0') {
                confirmed.insert(
                    (of.to_owned(), spelling.to_owned()),
                    row(spaces::ALIAS, &found.value)?,
                );
            }
        }
        Ok(confirmed)
    }
}

fn meant(meaning: Meaning<'_>, id: &str, of: &str) -> Result<String, Problem> {
    match meaning {
        Meaning::One(id) => Ok(id.to_owned()),
        Meaning::Several | Meaning::Unknown(_) => Err(problems::alias_means_nothing(id, of)),
    }
}
