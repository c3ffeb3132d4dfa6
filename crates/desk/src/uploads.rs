//! Uploads that wait for a decision: a package that is looked at before it is put in force.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::{Desk, problems};

/// Most bytes of one.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most that wait for one actor; the oldest go first.
pub const KEPT_MAX: i64 = 20;

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its number.
    pub id: i64,
    /// Who uploaded it.
    pub actor: u64,
    /// The file's name.
    pub name: String,
    /// When.
    pub saved: Moment,
}

impl Desk {
    /// Keeps an upload and gives its number.
    ///
    /// # Errors
    /// It is too large, or the file refuses.
    pub fn keep_upload(
        &self,
        actor: u64,
        name: &str,
        body: &[u8],
        now: Moment,
    ) -> Result<i64, Problem> {
        if body.len() > BYTES_MAX {
            return Err(problems::upload_too_large(name, BYTES_MAX / 1024 / 1024));
        }
        let connection = self.lock();
        connection
            .query_row(
                "insert into upload (actor, name, body, saved) values (?1, ?2, ?3, ?4) returning id",
                params![actor.cast_signed(), name, body, now.as_micros()],
                |row| row.get(0),
            )
            .and_then(|id| {
                connection.execute(
                    "delete from upload where actor = ?1 and id not in
                         (select id from upload where actor = ?1 order by id desc limit ?2)",
                    params![actor.cast_signed(), KEPT_MAX],
                )?;
                Ok(id)
            })
            .map_err(|error| self.refused(error))
    }

    /// An upload with what it holds.
    ///
    /// # Errors
    /// The file refuses.
    pub fn upload(&self, id: i64) -> Result<Option<(Upload, Vec<u8>)>, Problem> {
        self.lock()
            .query_row(
                "select id, actor, name, saved, body from upload where id = ?1",
                [id],
                |row| Ok((read(row)?, row.get(4)?)),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// What waits, the newest first.
    ///
    /// # Errors
    /// The file refuses.
    pub fn uploads(&self) -> Result<Vec<Upload>, Problem> {
        self.lock()
            .prepare_cached("select id, actor, name, saved from upload order by id desc limit 50")
            .and_then(|mut found| found.query_map([], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// Throws an upload away.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drop_upload(&self, id: i64) -> Result<(), Problem> {
        self.lock()
            .execute("delete from upload where id = ?1", [id])
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        actor: row.get::<_, i64>(1)?.unsigned_abs(),
        name: row.get(2)?,
        saved: Moment::from_micros(row.get(3)?).unwrap_or(Moment::MIN),
    })
}
