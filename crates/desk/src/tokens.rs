//! Tokens: keys for programs, each for an actor, with scopes and an end.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::Desk;
use crate::sessions::{digest, new_token};

/// A token, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is for.
    pub name: String,
    /// As whom it acts.
    pub actor: u64,
    /// What it may.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Moment,
    /// When it ends.
    pub expires: Moment,
    /// When it was used last.
    pub used: Option<Moment>,
}

const COLUMNS: &str = "name, actor, scopes, created, expires, used";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Token> {
    let moment = |micros: i64| Moment::from_micros(micros).unwrap_or(Moment::MIN);
    Ok(Token {
        name: row.get(0)?,
        actor: row.get::<_, i64>(1)?.unsigned_abs(),
        scopes: row
            .get::<_, String>(2)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        created: moment(row.get(3)?),
        expires: moment(row.get(4)?),
        used: row.get::<_, Option<i64>>(5)?.map(moment),
    })
}

impl Desk {
    /// Makes a token and gives its secret, which is shown once and kept nowhere.
    ///
    /// # Errors
    /// The file refuses, or there is no randomness.
    pub fn make_token(
        &self,
        name: &str,
        actor: u64,
        scopes: &[&str],
        expires: Moment,
        now: Moment,
    ) -> Result<String, Problem> {
        let secret = new_token()?;
        self.lock()
            .execute(
                "insert into token (token, name, actor, scopes, created, expires)
                 values (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    digest(&secret),
                    name,
                    actor.cast_signed(),
                    scopes.join(" "),
                    now.as_micros(),
                    expires.as_micros()
                ],
            )
            .map_err(|error| self.refused(error))?;
        Ok(secret)
    }

    /// The token of that secret, unless it ended; notes that it was used.
    ///
    /// # Errors
    /// The file refuses.
    pub fn token(&self, secret: &str, now: Moment) -> Result<Option<Token>, Problem> {
        self.lock()
            .query_row(
                &format!(
                    "update token set used = ?2 where token = ?1 and expires > ?2
                     returning {COLUMNS}"
                ),
                params![digest(secret), now.as_micros()],
                read,
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// The tokens of an actor.
    ///
    /// # Errors
    /// The file refuses.
    pub fn tokens(&self, actor: u64) -> Result<Vec<Token>, Problem> {
        self.lock()
            .prepare_cached(&format!(
                "select {COLUMNS} from token where actor = ?1 order by created"
            ))
            .and_then(|mut found| found.query_map([actor.cast_signed()], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// Ends a token of an actor, by its name and when it was made.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drop_token(&self, actor: u64, name: &str, created: Moment) -> Result<(), Problem> {
        self.lock()
            .execute(
                "delete from token where actor = ?1 and name = ?2 and created = ?3",
                params![actor.cast_signed(), name, created.as_micros()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}
