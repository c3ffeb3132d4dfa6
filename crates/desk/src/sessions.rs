//! Sessions: who is signed in. The cookie holds a random token, the table its SHA-256, so that a
//! copy of the file signs nobody in.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::{Desk, problems};

/// Seconds without a request after which a session ends: an office day.
pub const IDLE_S_MAX: i64 = 10 * 3600;
/// Seconds after which it ends in any case.
pub const AGE_S_MAX: i64 = 7 * 24 * 3600;
/// How often `seen` is written at most, so that a page view is not a write.
const SEEN_EVERY_S: i64 = 300;
const MICROS: i64 = 1_000_000;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub login: String,
    /// As whom it acts.
    pub actor: u64,
    /// The account's own actor: another one where it stands in for somebody.
    pub own: u64,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// When it began.
    pub created: Moment,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Its number in the file: enough to end it, not to use it.
    pub number: i64,
    /// As whom it acts.
    pub actor: u64,
    /// When it began.
    pub created: Moment,
    /// When it was used last, to a few minutes.
    pub seen: Moment,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// What a table keeps of a token.
pub(crate) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A new random token of 256 bits, as 64 hexadecimal digits.
pub(crate) fn new_token() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(problems::no_randomness)?;
    Ok(hex::encode(bytes))
}

impl Desk {
    /// Begins a session and gives the token that the cookie is to hold.
    ///
    /// # Errors
    /// The file refuses, or there is no randomness.
    pub fn begin_session(&self, login: &str, actor: u64, now: Moment) -> Result<String, Problem> {
        let token = new_token()?;
        let now = now.as_micros();
        let connection = self.lock();
        connection
            .execute("delete from session where expires < ?1", [now])
            .and_then(|_| {
                connection.execute(
                    "insert into session (token, login, actor, created, seen, expires)
                     values (?1, ?2, ?3, ?4, ?4, ?5)",
                    params![
                        digest(&token),
                        login,
                        actor.cast_signed(),
                        now,
                        now + AGE_S_MAX * MICROS
                    ],
                )
            })
            .map_err(|error| self.refused(error))?;
        Ok(token)
    }

    /// The session of a token, unless it ended.
    ///
    /// # Errors
    /// The file refuses.
    pub fn session(&self, token: &str, now: Moment) -> Result<Option<Session>, Problem> {
        let now = now.as_micros();
        let connection = self.lock();
        let found = connection
            .prepare_cached(
                "select s.login, s.actor, s.created, s.seen, a.actor, a.must_change from session s
                 join account a on a.login = s.login and a.is_closed = 0
                 where s.token = ?1 and s.expires >= ?2 and s.seen >= ?3",
            )
            .and_then(|mut query| {
                query
                    .query_row(
                        params![digest(token), now, now - IDLE_S_MAX * MICROS],
                        |row| {
                            let session = Session {
                                login: row.get(0)?,
                                actor: row.get::<_, i64>(1)?.unsigned_abs(),
                                own: row.get::<_, i64>(4)?.unsigned_abs(),
                                must_change: row.get(5)?,
                                created: Moment::from_micros(row.get(2)?).unwrap_or(Moment::MIN),
                            };
                            Ok((session, row.get::<_, i64>(3)?))
                        },
                    )
                    .optional()
            })
            .map_err(|error| self.refused(error))?;
        let Some((session, seen)) = found else {
            return Ok(None);
        };
        if seen < now - SEEN_EVERY_S * MICROS {
            connection
                .execute(
                    "update session set seen = ?2 where token = ?1",
                    params![digest(token), now],
                )
                .map_err(|error| self.refused(error))?;
        }
        Ok(Some(session))
    }

    /// Lets a session act as another actor, for which its account stands in.
    ///
    /// # Errors
    /// The file refuses.
    pub fn act_as(&self, token: &str, actor: u64) -> Result<(), Problem> {
        self.lock()
            .execute(
                "update session set actor = ?2 where token = ?1",
                params![digest(token), actor.cast_signed()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// The sessions of an account that have not ended, the newest first; `token` is that of the one who asks.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sessions(
        &self,
        login: &str,
        token: &str,
        now: Moment,
    ) -> Result<Vec<OpenSession>, Problem> {
        let now = now.as_micros();
        let moment = |micros: i64| Moment::from_micros(micros).unwrap_or(Moment::MIN);
        self.lock()
            .prepare_cached(
                "select rowid, actor, created, seen, token = ?2 from session
                 where login = ?1 and expires >= ?3 and seen >= ?4 order by created desc, rowid desc",
            )
            .and_then(|mut found| {
                found
                    .query_map(
                        params![login, digest(token), now, now - IDLE_S_MAX * MICROS],
                        |row| {
                            Ok(OpenSession {
                                number: row.get(0)?,
                                actor: row.get::<_, i64>(1)?.unsigned_abs(),
                                created: moment(row.get(2)?),
                                seen: moment(row.get(3)?),
                                is_this: row.get(4)?,
                            })
                        },
                    )?
                    .collect()
            })
            .map_err(|error| self.refused(error))
    }

    /// Ends one of an account's sessions, by its number.
    ///
    /// # Errors
    /// The file refuses.
    pub fn end_session_of(&self, login: &str, number: i64) -> Result<(), Problem> {
        self.lock()
            .execute(
                "delete from session where login = ?1 and rowid = ?2",
                params![login, number],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The file refuses.
    pub fn end_session(&self, token: &str) -> Result<(), Problem> {
        self.lock()
            .execute("delete from session where token = ?1", [digest(token)])
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// The file refuses.
    pub fn end_sessions(&self, login: &str) -> Result<(), Problem> {
        self.lock()
            .execute("delete from session where login = ?1", [login])
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}
