//! Accounts: how a person signs in. Who it is, its role and unit stand in the ledger, under the
//! actor's number.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Desk, password, problems};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name to sign in with; case does not matter.
    pub login: String,
    /// The actor's number in the ledger.
    pub actor: u64,
    /// Whether it has a password; without one it signs in elsewhere.
    pub has_password: bool,
    /// The secret of its one-time codes (base32), when they are on.
    pub one_time_secret: Option<String>,
    /// Whether it may not sign in any more.
    pub is_closed: bool,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: bool,
    /// Whether it is one of a demonstration's people, who need no password there.
    pub is_demonstration: bool,
    /// When it was opened.
    pub created: Moment,
}

/// An account to be opened.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// The name to sign in with.
    pub login: &'a str,
    /// The actor's number in the ledger.
    pub actor: u64,
    /// The password; `None`: signs in elsewhere.
    pub password: Option<&'a str>,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: bool,
    /// Whether it is one of a demonstration's people.
    pub is_demonstration: bool,
}

const COLUMNS: &str = "login, actor, password is not null, one_time_secret, is_closed, must_change, is_demonstration, created";

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        login: row.get(0)?,
        actor: row.get::<_, i64>(1)?.unsigned_abs(),
        has_password: row.get(2)?,
        one_time_secret: row.get(3)?,
        is_closed: row.get(4)?,
        must_change: row.get(5)?,
        is_demonstration: row.get(6)?,
        created: Moment::from_micros(row.get(7)?).unwrap_or(Moment::MIN),
    })
}

fn check_login(login: &str) -> Result<(), Problem> {
    let length = login.chars().count();
    let is_good = |sign: char| sign.is_alphanumeric() || ".-_@".contains(sign);
    if (2..=40).contains(&length) && login.chars().all(is_good) {
        Ok(())
    } else {
        Err(problems::bad_login(login))
    }
}

impl Desk {
    /// Whether an account could be opened under that login.
    ///
    /// # Errors
    /// The login is none or taken, or the file refuses.
    pub fn check_new_login(&self, login: &str) -> Result<(), Problem> {
        check_login(login)?;
        match self.account(login)? {
            Some(_) => Err(problems::login_is_taken(login)),
            None => Ok(()),
        }
    }

    /// Opens an account.
    ///
    /// # Errors
    /// The login is none or taken, the password too weak, or the file refuses.
    pub fn open_account(&self, new: &NewAccount<'_>, now: Moment) -> Result<(), Problem> {
        check_login(new.login)?;
        let hashed = match new.password {
            Some(text) => {
                password::check(new.login, text)?;
                Some(password::hash(text)?)
            }
            None => None,
        };
        let added = self.lock().execute(
            "insert into account (login, actor, password, must_change, is_demonstration, created)
             values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing",
            params![
                new.login,
                new.actor.cast_signed(),
                hashed,
                new.must_change,
                new.is_demonstration,
                now.as_micros()
            ],
        );
        match added.map_err(|error| self.refused(error))? {
            0 => Err(problems::login_is_taken(new.login)),
            _ => Ok(()),
        }
    }

    /// The account of that login.
    ///
    /// # Errors
    /// The file refuses.
    pub fn account(&self, login: &str) -> Result<Option<Account>, Problem> {
        self.lock()
            .prepare_cached(&format!("select {COLUMNS} from account where login = ?1"))
            .and_then(|mut found| found.query_row([login], read).optional())
            .map_err(|error| self.refused(error))
    }

    /// All accounts, by login.
    ///
    /// # Errors
    /// The file refuses.
    pub fn accounts(&self) -> Result<Vec<Account>, Problem> {
        self.lock()
            .prepare_cached(&format!("select {COLUMNS} from account order by login"))
            .and_then(|mut found| found.query_map([], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// Whether that is the password of that account. Takes the same time whoever asks.
    ///
    /// # Errors
    /// The file refuses.
    pub fn is_password(&self, login: &str, text: &str) -> Result<bool, Problem> {
        let hashed: Option<String> = self
            .lock()
            .query_row(
                "select password from account where login = ?1 and is_closed = 0",
                [login],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))?
            .flatten();
        // Outside the lock: hashing takes its time.
        Ok(password::is_right(text, hashed.as_deref()))
    }

    /// Sets a password; everybody who is signed in with the account is signed out.
    ///
    /// # Errors
    /// No such account, a weak password, or the file refuses.
    pub fn set_password(&self, login: &str, text: &str, must_change: bool) -> Result<(), Problem> {
        password::check(login, text)?;
        let hashed = password::hash(text)?;
        self.change(
            login,
            "update account set password = ?2, must_change = ?3 where login = ?1",
            params![login, hashed, must_change],
        )?;
        self.end_sessions(login)
    }

    /// Lets an account act as another actor from now on: the person has another role or unit.
    ///
    /// # Errors
    /// No such account, or the file refuses.
    pub fn set_actor(&self, login: &str, actor: u64) -> Result<(), Problem> {
        self.change(
            login,
            "update account set actor = ?2 where login = ?1",
            params![login, actor.cast_signed()],
        )?;
        self.end_sessions(login)
    }

    /// Turns one-time codes on with a secret (base32), or off.
    ///
    /// # Errors
    /// No such account, or the file refuses.
    pub fn set_one_time_secret(&self, login: &str, secret: Option<&str>) -> Result<(), Problem> {
        self.change(
            login,
            "update account set one_time_secret = ?2, one_time_last = 0 where login = ?1",
            params![login, secret],
        )
    }

    /// Uses up a one-time code's time step: false when it, or a later one, was used before.
    ///
    /// # Errors
    /// The file refuses.
    pub fn use_one_time_step(&self, login: &str, step: u64) -> Result<bool, Problem> {
        self.lock()
            .execute(
                "update account set one_time_last = ?2 where login = ?1 and one_time_last < ?2",
                params![login, step.cast_signed()],
            )
            .map(|changed| changed == 1)
            .map_err(|error| self.refused(error))
    }

    /// Closes or opens an account again; closing signs it out.
    ///
    /// # Errors
    /// No such account, or the file refuses.
    pub fn close_account(&self, login: &str, is_closed: bool) -> Result<(), Problem> {
        self.change(
            login,
            "update account set is_closed = ?2 where login = ?1",
            params![login, is_closed],
        )?;
        if is_closed {
            self.end_sessions(login)?;
        }
        Ok(())
    }

    fn change(&self, login: &str, sql: &str, values: impl rusqlite::Params) -> Result<(), Problem> {
        match self
            .lock()
            .execute(sql, values)
            .map_err(|error| self.refused(error))?
        {
            0 => Err(problems::no_account(login)),
            _ => Ok(()),
        }
    }
}
