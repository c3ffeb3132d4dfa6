//! Putting a programme version in force: the whole resolved package becomes an entry.
//!
//! A running system reads no package from disk; what is measured at an earlier position is measured
//! with the programme of that position.

use std::sync::Arc;

use base::{Position, Problem, SourceText};
use programme::Sources;
use programme::model::Programme;

use crate::entry::{Kind, LayerFacts, Private, ProgrammeFacts};
use crate::folder::{Command, Office};
use crate::problems;

impl Office {
    /// Puts a checked programme in force.
    ///
    /// # Errors
    /// The ledger cannot be written. (Whether the change keeps old records readable is asked before, by
    /// `programme::check_against`.)
    pub fn activate(&mut self, sources: &Sources, programme: Arc<Programme>) -> Result<Position, Problem> {
        let layers: Vec<LayerFacts> = sources
            .layers
            .iter()
            .map(|layer| LayerFacts {
                name: layer.name.to_string(),
                files: layer.files.iter().map(|file| (file.name.to_string(), file.text.to_string())).collect(),
            })
            .collect();
        let sha256 = sources.layers.first().map(programme::content_hash).unwrap_or_default();
        let facts = ProgrammeFacts { id: programme.id.to_string(), version: programme.version.to_string(), sha256, layers };
        let heads = self.append(vec![Command::new(Kind::Programme, &facts, &Private::default())?], &[])?;
        Ok(heads.last().map_or(Position(0), |head| head.position))
    }
}

/// The programme that an entry holds.
///
/// # Errors
/// Its text does not pass `check` in this version of the software.
pub(crate) fn programme_of(facts: &ProgrammeFacts) -> Result<Arc<Programme>, Problem> {
    let layers = facts
        .layers
        .iter()
        .map(|layer| programme::Layer {
            name: layer.name.as_str().into(),
            files: layer.files.iter().map(|(path, text)| SourceText::new(path.as_str(), text.as_str())).collect(),
        })
        .collect();
    let checked = programme::check(&Sources { layers });
    checked.programme.ok_or_else(|| {
        let first = checked.problems.into_iter().find(Problem::is_error);
        first.unwrap_or_else(|| problems::no_programme())
    })
}
