//! Actors: who does things, by an opaque number, with a name (personal) and a role.
//!
//! Before there is a sign-in, the command line says who acts; the first actor is registered when a
//! folder is made. The same name, role and unit is the same actor.

use base::Problem;

use crate::entry::{ActorFacts, Kind, Private};
use crate::folder::{Command, Office};
use crate::fold::row;
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

impl Office {
    /// Registers an actor and lets it act from now on; one that is known already is taken as it is.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn register_actor(&mut self, actor: &NewActor) -> Result<u64, Problem> {
        let mut last = FIRST - 1;
        let wanted = ActorRow { name: actor.name.clone(), role: actor.role.clone(), unit: actor.unit.clone() };
        let mut known = None;
        for found in self.state()?.scan(spaces::ACTOR, &[]) {
            let found = found?;
            let number = found.key.as_slice().try_into().map_or(0, u64::from_be_bytes);
            last = last.max(number);
            if row::<ActorRow>(spaces::ACTOR, &found.value)? == wanted {
                known = Some(number);
            }
        }
        if let Some(number) = known {
            self.set_acting(number);
            return Ok(number);
        }
        let number = last + 1;
        self.set_acting(number);
        let facts = ActorFacts { actor: number, role: actor.role.clone(), unit: actor.unit.clone() };
        let private = Private { name: Some(actor.name.clone()), ..Private::default() };
        self.append(vec![Command::new(Kind::Actor, &facts, &private)?], &[])?;
        Ok(number)
    }

    /// The actor who acts now.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actor(&self) -> Result<Option<ActorRow>, Problem> {
        crate::fold::get(&self.state()?, spaces::ACTOR, &spaces::number_key(self.acting()))
    }
}
