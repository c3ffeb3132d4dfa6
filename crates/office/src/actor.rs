//! Actors: who does things, by an opaque number, with a name (personal) and a role.
//!
//! Before there is a sign-in, the command line says who acts; the first actor is registered when a
//! folder is made. The same name, role and unit is the same actor.

use std::collections::BTreeMap;

use base::{Problem, RoleId, UnitId};
use programme::model::Programme;

use crate::entry::{ActorFacts, Kind, Private};
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, ActorRow};

/// The number of the actor who made the folder.
pub const FIRST: u64 = 1;

/// Who is to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewActor {
    /// Name.
    pub name: String,
    /// Role, as the programme declares it.
    pub role: String,
    /// Unit, for roles that act for one.
    pub unit: Option<String>,
}

/// Whether the programme has the actor's role and unit. A programme that declares no roles bears any.
///
/// # Errors
/// It has not; its roles are named.
pub fn check(programme: &Programme, actor: &NewActor) -> Result<(), Problem> {
    if !programme.roles.is_empty() && !programme.roles.contains_key(actor.role.as_str()) {
        let known: Vec<&str> = programme.roles.keys().map(RoleId::as_str).collect();
        return Err(problems::unknown_role(&actor.role, known.join(", ")));
    }
    match &actor.unit {
        Some(unit) if !programme.units.contains_key(unit.as_str()) => {
            let known = programme.units.keys().map(UnitId::as_str);
            Err(problems::unknown_unit(
                unit,
                programme::suggest(unit, known),
            ))
        }
        _ => Ok(()),
    }
}

/// The command that makes an actor known under a number.
pub(crate) fn known_by(number: u64, actor: &NewActor) -> Result<Command, Problem> {
    let facts = ActorFacts {
        actor: number,
        role: actor.role.clone(),
        unit: actor.unit.clone(),
    };
    Command::new(
        Kind::Actor,
        &facts,
        &Private {
            name: Some(actor.name.clone()),
            ..Private::default()
        },
    )
}

/// The actor of that name, role and unit: one that is open before one that is closed.
pub(crate) fn same_as(actors: &BTreeMap<u64, ActorRow>, actor: &NewActor) -> Option<u64> {
    let same = actors.iter().filter(|(_, row)| {
        row.stands_in.is_none()
            && row.name == actor.name
            && row.role == actor.role
            && row.unit == actor.unit
    });
    same.max_by_key(|(number, row)| (row.closed.is_none(), **number))
        .map(|(number, _)| *number)
}

impl Office {
    /// The number under which somebody is known already.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn known_actor(&self, actor: &NewActor) -> Result<Option<u64>, Problem> {
        Ok(same_as(&self.actors()?, actor))
    }

    /// Registers an actor and lets it act from now on; one that is known already is taken as it is.
    ///
    /// # Errors
    /// The programme declares roles but not this one, it has no such unit, or the ledger cannot be
    /// written.
    pub fn register_actor(&mut self, actor: &NewActor) -> Result<u64, Problem> {
        self.decide_again(|office| office.register_now(actor))
    }

    fn register_now(&mut self, actor: &NewActor) -> Result<u64, Problem> {
        check(&*self.programme()?, actor)?;
        let actors = self.actors()?;
        if let Some(number) = same_as(&actors, actor) {
            self.set_acting(number);
            return Ok(number);
        }
        self.check_apart(&actors, actor, None)?;
        let number = actors.keys().next_back().map_or(FIRST, |last| last + 1);
        self.set_acting(number);
        self.append(vec![known_by(number, actor)?], &[])?;
        Ok(number)
    }

    /// The actor who acts now.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actor(&self) -> Result<Option<ActorRow>, Problem> {
        self.actor_of(self.acting())
    }

    /// The actor of that number.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actor_of(&self, number: u64) -> Result<Option<ActorRow>, Problem> {
        crate::fold::get(&self.state()?, spaces::ACTOR, &spaces::number_key(number))
    }
}
