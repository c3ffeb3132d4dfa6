//! Putting a programme version in force: the whole resolved package becomes an entry.
//!
//! A running system reads no package from disk; what is measured at an earlier position is measured
//! with the programme of that position.

use std::sync::Arc;

use base::{Position, Problem};
use programme::{Part, Sources};
use programme::model::Programme;

use crate::entry::{Kind, Private, ProgrammeFacts};
use crate::folder::{Command, Office};
use crate::problems;

impl Office {
    /// Puts a checked programme in force.
    ///
    /// # Errors
    /// The ledger cannot be written. (Whether the change keeps old records readable is asked before, by
    /// `programme::check_against`.)
    pub fn activate(&mut self, sources: &Sources, programme: Arc<Programme>) -> Result<Position, Problem> {
        let files = sources.parts().into_iter().map(|part| (part.package, part.path, part.text)).collect();
        let sha256 = sources.layers.first().map(programme::content_hash).unwrap_or_default();
        let facts = ProgrammeFacts { id: programme.id.to_string(), version: programme.version.to_string(), sha256, files };
        let heads = self.append(vec![Command::new(Kind::Programme, &facts, &Private::default())?], &[])?;
        Ok(heads.last().map_or(Position(0), |head| head.position))
    }
}

/// The programme that an entry holds.
///
/// # Errors
/// Its text does not pass `check` in this version of the software.
pub(crate) fn programme_of(facts: &ProgrammeFacts) -> Result<Arc<Programme>, Problem> {
    let parts = facts.files.iter().map(|(package, path, text)| Part { package: package.clone(), path: path.clone(), text: text.clone() });
    let checked = programme::check(&Sources::from_parts(parts));
    checked.programme.ok_or_else(|| {
        let first = checked.problems.into_iter().find(Problem::is_error);
        first.unwrap_or_else(|| problems::no_programme())
    })
}
