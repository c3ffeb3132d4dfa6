//! Preferences of an actor: language, saved views, chosen columns. A name and a text each; what the
//! text means is known where it is used.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::Desk;

/// Under whom the desk keeps what is of nobody: no actor has this number.
pub const NOBODY: u64 = 0;
const BACKUP: &str = "backup";

/// The last backup that was taken from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupNote {
    /// Where it lies.
    pub place: String,
    /// Up to which position of the ledger.
    pub position: u64,
    /// When it was taken.
    pub taken: Moment,
}

impl Desk {
    /// Notes that a backup was taken, so that administrators see when and where.
    ///
    /// # Errors
    /// The file refuses.
    pub fn note_backup(&self, note: &BackupNote) -> Result<(), Problem> {
        let body = serde_json::json!({
            "place": note.place, "position": note.position, "taken": note.taken.as_micros(),
        });
        self.set_preference(NOBODY, BACKUP, Some(&body.to_string()))
    }

    /// The last backup that was noted.
    ///
    /// # Errors
    /// The file refuses.
    pub fn backup_note(&self) -> Result<Option<BackupNote>, Problem> {
        let text = self.preference(NOBODY, BACKUP)?.unwrap_or_default();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let note = || {
            Some(BackupNote {
                place: body.get("place")?.as_str()?.to_owned(),
                position: body.get("position")?.as_u64()?,
                taken: Moment::from_micros(body.get("taken")?.as_i64()?)?,
            })
        };
        Ok(note())
    }

    /// The preference of that name.
    ///
    /// # Errors
    /// The file refuses.
    pub fn preference(&self, actor: u64, name: &str) -> Result<Option<String>, Problem> {
        self.lock()
            .query_row(
                "select body from preference where actor = ?1 and name = ?2",
                params![actor.cast_signed(), name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// All preferences whose name begins so, by name.
    ///
    /// # Errors
    /// The file refuses.
    pub fn preferences(&self, actor: u64, prefix: &str) -> Result<Vec<(String, String)>, Problem> {
        self.lock()
            .prepare_cached(
                "select name, body from preference
                 where actor = ?1 and substr(name, 1, length(?2)) = ?2 order by name",
            )
            .and_then(|mut found| {
                found
                    .query_map(params![actor.cast_signed(), prefix], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?
                    .collect()
            })
            .map_err(|error| self.refused(error))
    }

    /// How often the drafts and preferences of an actor changed: equal numbers, equal content.
    ///
    /// # Errors
    /// The file refuses.
    pub fn version_of(&self, actor: u64) -> Result<u64, Problem> {
        self.lock()
            .prepare_cached("select times from changed where actor = ?1")
            .and_then(|mut found| {
                found
                    .query_row([actor.cast_signed()], |row| row.get::<_, i64>(0))
                    .optional()
            })
            .map(|times| times.unwrap_or(0).unsigned_abs())
            .map_err(|error| self.refused(error))
    }

    /// Sets a preference; `None` forgets it.
    ///
    /// # Errors
    /// The file refuses.
    pub fn set_preference(
        &self,
        actor: u64,
        name: &str,
        body: Option<&str>,
    ) -> Result<(), Problem> {
        let connection = self.lock();
        match body {
            Some(body) => connection.execute(
                "insert into preference (actor, name, body) values (?1, ?2, ?3)
                 on conflict (actor, name) do update set body = ?3",
                params![actor.cast_signed(), name, body],
            ),
            None => connection.execute(
                "delete from preference where actor = ?1 and name = ?2",
                params![actor.cast_signed(), name],
            ),
        }
        .map(drop)
        .map_err(|error| self.refused(error))
    }
}
