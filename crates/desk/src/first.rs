//! The first account of a folder: a random link, printed once where the site was started, that works once.

use base::{Moment, Problem};
use rusqlite::params;

use crate::Desk;
use crate::sessions::{digest, new_token};

/// Seconds for which the link works.
pub const LINK_S_MAX: i64 = 24 * 3600;
const MICROS: i64 = 1_000_000;

impl Desk {
    /// Whether anybody can sign in.
    ///
    /// # Errors
    /// The file refuses.
    pub fn has_accounts(&self) -> Result<bool, Problem> {
        self.lock()
            .query_row(
                "select exists (select 1 from account where is_closed = 0)",
                [],
                |row| row.get(0),
            )
            .map_err(|error| self.refused(error))
    }

    /// Makes the link's token, in place of every earlier one.
    ///
    /// # Errors
    /// The file refuses, or there is no randomness.
    pub fn make_first_link(&self, now: Moment) -> Result<String, Problem> {
        let token = new_token()?;
        let connection = self.lock();
        connection
            .execute("delete from first_link", [])
            .and_then(|_| {
                connection.execute(
                    "insert into first_link (token, expires) values (?1, ?2)",
                    params![digest(&token), now.as_micros() + LINK_S_MAX * MICROS],
                )
            })
            .map_err(|error| self.refused(error))?;
        Ok(token)
    }

    /// Whether a token opens the first account: it was not used, and nobody can sign in yet.
    ///
    /// # Errors
    /// The file refuses.
    pub fn is_first_link(&self, token: &str, now: Moment) -> Result<bool, Problem> {
        if self.has_accounts()? {
            return Ok(false);
        }
        self.lock()
            .query_row(
                "select exists (select 1 from first_link where token = ?1 and expires > ?2)",
                params![digest(token), now.as_micros()],
                |row| row.get(0),
            )
            .map_err(|error| self.refused(error))
    }

    /// Uses a token up: true once.
    ///
    /// # Errors
    /// The file refuses.
    pub fn use_first_link(&self, token: &str, now: Moment) -> Result<bool, Problem> {
        self.lock()
            .execute(
                "delete from first_link where token = ?1 and expires > ?2",
                params![digest(token), now.as_micros()],
            )
            .map(|changed| changed == 1)
            .map_err(|error| self.refused(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewAccount;

    #[test]
    fn the_link_works_once_for_a_day_and_never_beside_an_account() {
        let dir = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(dir.path()).expect("a desk");
        let at = |s: i64| Moment::from_micros(s * MICROS).expect("a moment");
        let old = desk.make_first_link(at(0)).expect("made");
        let token = desk.make_first_link(at(0)).expect("made");
        assert!(!desk.is_first_link(&old, at(1)).expect("asked"), "replaced");
        assert!(desk.is_first_link(&token, at(1)).expect("asked"));
        assert!(!desk.is_first_link(&token, at(LINK_S_MAX)).expect("asked"));
        assert!(desk.use_first_link(&token, at(2)).expect("used"));
        assert!(!desk.use_first_link(&token, at(2)).expect("used"), "once");
        let token = desk.make_first_link(at(3)).expect("made");
        let new = NewAccount {
            login: "first",
            actor: 1,
            password: None,
            must_change: false,
            is_demonstration: false,
        };
        desk.open_account(&new, at(3)).expect("opened");
        assert!(!desk.is_first_link(&token, at(4)).expect("asked"));
    }
}
