//! Drafts: what somebody typed into a form and has not handed in, so that an error, a time-out or a
//! lost connection costs no text.

use std::collections::BTreeMap;

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::{Desk, problems};

/// Most bytes of a draft.
pub const BYTES_MAX: usize = 256 * 1024;

/// What was typed: field to text.
pub type Typed = BTreeMap<String, String>;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The address of the form.
    pub form: String,
    /// What was typed.
    pub typed: Typed,
    /// When it was saved.
    pub saved: Moment,
}

impl Desk {
    /// Saves what was typed into a form, over what was saved before.
    ///
    /// # Errors
    /// It is too large, or the file refuses.
    pub fn save_draft(
        &self,
        actor: u64,
        form: &str,
        typed: &Typed,
        now: Moment,
    ) -> Result<(), Problem> {
        let body = serde_json::to_string(typed).unwrap_or_default();
        if body.len() > BYTES_MAX || form.len() > BYTES_MAX {
            return Err(problems::draft_too_large(BYTES_MAX));
        }
        self.lock()
            .execute(
                "insert into draft (actor, form, body, saved) values (?1, ?2, ?3, ?4)
                 on conflict (actor, form) do update set body = ?3, saved = ?4",
                params![actor.cast_signed(), form, body, now.as_micros()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// The draft of a form.
    ///
    /// # Errors
    /// The file refuses.
    pub fn draft(&self, actor: u64, form: &str) -> Result<Option<Draft>, Problem> {
        self.lock()
            .query_row(
                "select form, body, saved from draft where actor = ?1 and form = ?2",
                params![actor.cast_signed(), form],
                read,
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// All drafts of an actor, the newest first.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drafts(&self, actor: u64) -> Result<Vec<Draft>, Problem> {
        self.lock()
            .prepare_cached(
                "select form, body, saved from draft where actor = ?1 order by saved desc",
            )
            .and_then(|mut found| found.query_map([actor.cast_signed()], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// Throws a draft away: it was handed in, or is not wanted.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drop_draft(&self, actor: u64, form: &str) -> Result<(), Problem> {
        self.lock()
            .execute(
                "delete from draft where actor = ?1 and form = ?2",
                params![actor.cast_signed(), form],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Gives all drafts of one actor to another, who takes over; where both have one of the same
    /// form, that of the new one stays. Gives how many went over.
    ///
    /// # Errors
    /// The file refuses.
    pub fn hand_over_drafts(&self, from: u64, to: u64) -> Result<usize, Problem> {
        self.lock()
            .execute(
                "update or ignore draft set actor = ?2 where actor = ?1",
                params![from.cast_signed(), to.cast_signed()],
            )
            .map_err(|error| self.refused(error))
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        form: row.get(0)?,
        typed: serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default(),
        saved: Moment::from_micros(row.get(2)?).unwrap_or(Moment::MIN),
    })
}
