//! Signing in elsewhere: which subject of which provider is which account, and who is on the way.
//!
//! An account is linked to a provider's subject (OpenID Connect: issuer and `sub`), never to a name that a
//! provider may give to somebody else tomorrow. A way out and back is kept for some minutes, is bound to the
//! browser that began it, and is used up by coming back.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::sessions::{digest, new_token};
use crate::{Desk, problems};

/// Seconds for which somebody may be on the way.
pub const WAY_S_MAX: i64 = 10 * 60;
/// Ways that are kept; the oldest goes.
const WAYS_MAX: u32 = 10_000;
const MICROS: i64 = 1_000_000;

/// A subject of a provider that is an account here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The provider.
    pub issuer: String,
    /// The subject, as the provider names it for good.
    pub subject: String,
    /// The account.
    pub login: String,
    /// When they were linked.
    pub linked: Moment,
}

/// Somebody on the way to a provider and back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The provider.
    pub issuer: String,
    /// What the ID token has to bring back.
    pub nonce: String,
    /// The proof that whoever asked for the code is who redeems it (PKCE).
    pub verifier: String,
    /// The page to go on with.
    pub back: String,
    /// The account that is to be linked; `None`: somebody signs in.
    pub login: Option<String>,
}

impl Desk {
    /// Keeps a way; gives the state that has to come back, and the secret of the browser that began it.
    ///
    /// # Errors
    /// The file refuses, or there is no randomness.
    pub fn begin_way(&self, way: &Way, now: Moment) -> Result<(String, String), Problem> {
        let (state, browser) = (new_token()?, new_token()?);
        let connection = self.lock();
        let insert = || -> rusqlite::Result<()> {
            connection.execute("delete from way where expires < ?1", [now.as_micros()])?;
            connection.execute(
                "insert into way (state, browser, issuer, nonce, verifier, back, login, expires)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    digest(&state),
                    digest(&browser),
                    way.issuer,
                    way.nonce,
                    way.verifier,
                    way.back,
                    way.login,
                    now.as_micros() + WAY_S_MAX * MICROS
                ],
            )?;
            connection.execute(
                "delete from way where rowid in
                 (select rowid from way order by expires desc, rowid desc limit -1 offset ?1)",
                [WAYS_MAX],
            )?;
            Ok(())
        };
        insert().map_err(|error| self.refused(error))?;
        Ok((state, browser))
    }

    /// Uses a way up: once, in time, and in the browser that began it.
    ///
    /// # Errors
    /// The file refuses.
    pub fn end_way(&self, state: &str, browser: &str, now: Moment) -> Result<Option<Way>, Problem> {
        self.lock()
            .query_row(
                "delete from way where state = ?1 and browser = ?2 and expires >= ?3
                 returning issuer, nonce, verifier, back, login",
                params![digest(state), digest(browser), now.as_micros()],
                |row| {
                    Ok(Way {
                        issuer: row.get(0)?,
                        nonce: row.get(1)?,
                        verifier: row.get(2)?,
                        back: row.get(3)?,
                        login: row.get(4)?,
                    })
                },
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// Links a subject to an account; an account has one subject of a provider.
    ///
    /// # Errors
    /// There is no such account, it or the subject is linked already, or the file refuses.
    pub fn link(
        &self,
        login: &str,
        issuer: &str,
        subject: &str,
        now: Moment,
    ) -> Result<(), Problem> {
        let account = self
            .account(login)?
            .ok_or_else(|| problems::no_account(login))?;
        let added = self
            .lock()
            .execute(
                "insert into elsewhere (issuer, subject, login, linked) values (?1, ?2, ?3, ?4)
                 on conflict do nothing",
                params![issuer, subject, account.login, now.as_micros()],
            )
            .map_err(|error| self.refused(error))?;
        if added == 1 || self.login_of(issuer, subject)?.as_deref() == Some(account.login.as_str())
        {
            Ok(())
        } else {
            Err(problems::is_linked(login))
        }
    }

    /// Takes the links of an account to a provider away.
    ///
    /// # Errors
    /// The file refuses.
    pub fn unlink(&self, login: &str, issuer: &str) -> Result<(), Problem> {
        self.lock()
            .execute(
                "delete from elsewhere where login = ?1 and issuer = ?2",
                [login, issuer],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// The account of a provider's subject.
    ///
    /// # Errors
    /// The file refuses.
    pub fn login_of(&self, issuer: &str, subject: &str) -> Result<Option<String>, Problem> {
        self.lock()
            .query_row(
                "select login from elsewhere where issuer = ?1 and subject = ?2",
                [issuer, subject],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// The subjects that an account is linked to.
    ///
    /// # Errors
    /// The file refuses.
    pub fn links_of(&self, login: &str) -> Result<Vec<Link>, Problem> {
        self.lock()
            .prepare_cached(
                "select issuer, subject, login, linked from elsewhere where login = ?1 order by issuer",
            )
            .and_then(|mut found| {
                found
                    .query_map([login], |row| {
                        Ok(Link {
                            issuer: row.get(0)?,
                            subject: row.get(1)?,
                            login: row.get(2)?,
                            linked: Moment::from_micros(row.get(3)?).unwrap_or(Moment::MIN),
                        })
                    })?
                    .collect()
            })
            .map_err(|error| self.refused(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewAccount;

    fn at(seconds: i64) -> Moment {
        Moment::from_micros(seconds * MICROS).unwrap()
    }

    #[test]
    fn a_way_is_used_once_in_time_and_by_the_browser_that_began_it() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        let way = Way {
            issuer: "https://id.test".to_owned(),
            nonce: "n".to_owned(),
            ..Way::default()
        };
        let (state, browser) = desk.begin_way(&way, at(0)).unwrap();
        assert_eq!(desk.end_way(&state, "other", at(1)).unwrap(), None);
        assert_eq!(desk.end_way("other", &browser, at(1)).unwrap(), None);
        let late = at(WAY_S_MAX + 1);
        assert_eq!(desk.end_way(&state, &browser, late).unwrap(), None);
        assert_eq!(desk.end_way(&state, &browser, at(1)).unwrap(), Some(way));
        assert_eq!(desk.end_way(&state, &browser, at(1)).unwrap(), None, "once");
    }

    #[test]
    fn a_subject_is_one_account_and_an_account_one_subject() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        for login in ["li", "wang"] {
            let new = NewAccount {
                login,
                actor: 1,
                password: None,
                must_change: false,
                is_demonstration: false,
            };
            desk.open_account(&new, at(0)).unwrap();
        }
        desk.link("LI", "https://id.test", "1", at(0)).unwrap();
        desk.link("li", "https://id.test", "1", at(0)).unwrap();
        let code = |login, subject| {
            let refused = desk.link(login, "https://id.test", subject, at(0));
            refused.unwrap_err().code
        };
        assert_eq!(code("wang", "1"), "K150", "taken");
        assert_eq!(code("li", "2"), "K150", "has one");
        assert_eq!(code("zhao", "3"), "K115");
        let login = desk.login_of("https://id.test", "1").unwrap();
        assert_eq!(login.as_deref(), Some("li"));
        assert_eq!(desk.login_of("https://other.test", "1").unwrap(), None);
        assert_eq!(desk.links_of("li").unwrap().len(), 1);
        desk.unlink("li", "https://id.test").unwrap();
        assert_eq!(desk.login_of("https://id.test", "1").unwrap(), None);
    }
}
