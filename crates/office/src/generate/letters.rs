//! Made-up signatures under the responsibility letters: most are signed by both sides, a few wait for one.
//!
//! Letters of units as whose leader a demonstration can be entered are left to whoever enters it.

use base::{Day, Problem, RoleId};
use programme::model::Programme;

use super::dice::{Dice, Shape};
use crate::actor::{FIRST, NewActor, known_by};
use crate::folder::Office;
use crate::letters::{self, countersigning, signing};

/// One letter in so many is not signed by its unit, and one not by the leading group.
const OPEN_ONE_IN: i64 = 12;
/// Days before the letters' own day on which they are signed, at most.
const DAYS_BEFORE: i64 = 20;

impl Office {
    /// Signs most letters of a programme that asks for them, each by a leader made for it.
    pub(super) fn generate_letters(
        &mut self,
        programme: &Programme,
        seed: u64,
    ) -> Result<(), Problem> {
        let Some(scorecard) = letters::scorecard_of(programme).cloned() else {
            return Ok(());
        };
        let due = letters::letter_due(programme, &scorecard, &programme.year);
        let roles = (
            may(programme, "sign_letter"),
            may(programme, "countersign_letter"),
        );
        let (Some(due), (Some(signs), Some(countersigns))) = (due, roles) else {
            return Ok(());
        };
        let founder = self.acting();
        let mut dice = Dice::new(seed, &["letters"]);
        let mut to_countersign = Vec::new();
        for letter in self.letters(&scorecard)? {
            let (is_open, is_half) = (
                dice.between(1, OPEN_ONE_IN, Shape::Uniform) == 1,
                dice.between(1, OPEN_ONE_IN, Shape::Uniform) == 1,
            );
            let before = dice.between(1, DAYS_BEFORE, Shape::Uniform);
            let is_left = programme.generate.people.iter().any(|person| {
                person.role == signs
                    && person
                        .unit
                        .as_ref()
                        .is_some_and(|unit| unit.as_str() == letter.unit)
            });
            if is_open || is_left {
                continue;
            }
            let leader = self.next_actor()?;
            let name = programme.units.get(letter.unit.as_str());
            let name = name.map_or("", |unit| unit.name.zh.as_str());
            let new = NewActor {
                name: format!("{name}负责人（演示）"),
                role: signs.to_string(),
                unit: Some(letter.unit.clone()),
            };
            let day = day_before(due, before);
            self.set_acting(leader);
            let commands = vec![
                known_by(leader, &new)?,
                signing(self, &scorecard, &letter, day)?,
            ];
            self.append(commands, &[])?;
            if !is_half {
                to_countersign.push((letter.unit, day));
            }
        }
        if !to_countersign.is_empty() {
            let leader = self.next_actor()?;
            let new = NewActor {
                name: "领导小组负责人（演示）".to_owned(),
                role: countersigns.to_string(),
                unit: None,
            };
            let mut commands = vec![known_by(leader, &new)?];
            for (unit, day) in to_countersign {
                let row = self.letter_row(&scorecard, &programme.year, &unit)?;
                if let Some(signed) = row.signed.last() {
                    let day = day.plus_days(3).unwrap_or(day).min(due);
                    commands.push(countersigning(
                        &scorecard,
                        &programme.year,
                        &unit,
                        signed,
                        day,
                    )?);
                }
            }
            self.set_acting(leader);
            self.append(commands, &[])?;
        }
        self.set_acting(founder);
        Ok(())
    }

    fn next_actor(&self) -> Result<u64, Problem> {
        let actors = self.actors()?;
        Ok(actors.keys().next_back().map_or(FIRST, |last| last + 1))
    }
}

/// The first role that is granted a command.
fn may(programme: &Programme, command: &str) -> Option<RoleId> {
    let mut grants = programme.grants.iter();
    let found = grants.find(|grant| *grant.command == *command)?;
    Some(found.role.clone())
}

fn day_before(day: Day, days: i64) -> Day {
    day.plus_days(-days).unwrap_or(day)
}
