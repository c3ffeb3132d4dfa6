//! Putting a programme version in force: the whole resolved package becomes an entry.
//!
//! A running system reads no package from disk; what is measured at an earlier position is measured
//! with the programme of that position.

use std::sync::Arc;

use base::{Lang, Position, Problem};
use measure::{Change, Columns};
use programme::model::Programme;
use programme::schema::ColumnType;
use programme::{Part, Sources};

use crate::authority::Granted;
use crate::entry::{Kind, Private, ProgrammeFacts};
use crate::folder::{Command, Office};
use crate::problems;

impl Office {
    /// Puts a checked programme in force.
    ///
    /// # Errors
    /// It would make what is recorded unreadable (`programme::check_against`, or a column of any earlier
    /// version would change its type), or the ledger cannot be written.
    pub fn activate(
        &mut self,
        sources: &Sources,
        programme: Arc<Programme>,
    ) -> Result<Position, Problem> {
        self.authorise(Granted::Activate)?;
        let faults = programme::check_against(&programme, &*self.programme()?);
        if let Some(fault) = faults.iter().find(|fault| fault.is_error()) {
            return Err(problems::programme_refused(
                fault.what(Lang::Zh),
                fault.what(Lang::En),
            ));
        }
        for earlier in self.mirror().programmes() {
            keeps_types(&programme, earlier)?;
        }
        let heads = self.append(vec![in_force(sources, &programme)?], &[])?;
        Ok(heads.last().map_or(Position(0), |head| head.position))
    }
}

/// No column may ever change its type, not even after a version without it: its cells stay.
fn keeps_types(new: &Programme, earlier: &Programme) -> Result<(), Problem> {
    for old in earlier.schema.tables.values() {
        let Some(table) = new.schema.table(&old.name) else {
            continue;
        };
        for column in old.columns.values() {
            let retyped = table
                .columns
                .get(&column.name)
                .is_some_and(|found| !is_held_alike(&found.column_type, &column.column_type));
            if retyped {
                return Err(problems::column_retyped(&old.name, &column.name));
            }
        }
    }
    Ok(())
}

/// Whether cells of one type read the same as cells of the other: a list of choices may grow, and a list may
/// become a vocabulary, but a text is no number.
fn is_held_alike(one: &ColumnType, other: &ColumnType) -> bool {
    let is_text = |of: &ColumnType| {
        matches!(
            of,
            ColumnType::Code(_) | ColumnType::Choice(_) | ColumnType::Text | ColumnType::Period
        )
    };
    let is_set = |of: &ColumnType| matches!(of, ColumnType::Codes(_) | ColumnType::Texts);
    one == other || (is_text(one) && is_text(other)) || (is_set(one) && is_set(other))
}

/// The command that puts a programme in force.
pub(crate) fn in_force(sources: &Sources, programme: &Arc<Programme>) -> Result<Command, Problem> {
    // What follows from a programme must fit into columns before it is written for good.
    Columns::new().apply(Change::Programme {
        at: Position(1),
        programme: programme.clone(),
    })?;
    let files = sources
        .parts()
        .into_iter()
        .map(|part| (part.package, part.path, part.text))
        .collect();
    let sha256 = sources
        .layers
        .first()
        .map(programme::content_hash)
        .unwrap_or_default();
    let facts = ProgrammeFacts {
        id: programme.id.to_string(),
        version: programme.version.to_string(),
        sha256,
        files,
    };
    Command::new(Kind::Programme, &facts, &Private::default())
}

/// The programme that an entry holds.
///
/// # Errors
/// This version of the software cannot build it. (That its `check` would refuse it today is no reason: it
/// was in force.)
pub(crate) fn programme_of(facts: &ProgrammeFacts) -> Result<Arc<Programme>, Problem> {
    let parts = facts.files.iter().map(|(package, path, text)| Part {
        package: package.clone(),
        path: path.clone(),
        text: text.clone(),
    });
    let checked = programme::read_stored(&Sources::from_parts(parts));
    checked.programme.ok_or_else(|| {
        let first = checked.problems.into_iter().find(Problem::is_error);
        first.unwrap_or_else(problems::no_programme)
    })
}
