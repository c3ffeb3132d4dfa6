//! One-time codes (RFC 6238: HMAC-SHA-1, six digits, 30 seconds), asked as a second step of the sign-in.
//!
//! A code of the step before or after is taken, for clocks that differ; none is taken twice.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};
use totp_rs::{Builder, Secret, Totp};

use crate::sessions::{digest, new_token};
use crate::{Desk, problems};

/// Seconds for which the second step waits.
pub const HALF_S_MAX: i64 = 300;
const MICROS: i64 = 1_000_000;

/// A new secret of 160 bits, in base32.
///
/// # Errors
/// There is no randomness.
pub fn new_secret() -> Result<String, Problem> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).map_err(problems::no_randomness)?;
    Ok(Secret::from(bytes).to_base32())
}

fn codes_of(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// The time step of which a text is the code now; `None` when it is not a right code.
pub fn step_of(secret: &str, code: &str, now: Moment) -> Option<u64> {
    let seconds = u64::try_from(now.as_micros() / MICROS).ok()?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    codes_of(secret)?.check(&digits, seconds)
}

/// The code of a moment, as a telephone shows it.
pub fn code_at(secret: &str, now: Moment) -> Option<String> {
    let seconds = u64::try_from(now.as_micros() / MICROS).ok()?;
    Some(codes_of(secret)?.generate(seconds).to_string())
}

/// The address that a telephone's program reads from the picture.
pub fn address(secret: &str, login: &str, issuer: &str) -> String {
    let coded = |text: &str| -> String {
        // Colons divide issuer and account.
        let text = text.replace(':', " ");
        url::form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    let (issuer, login) = (coded(issuer), coded(login));
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}")
}

impl Desk {
    /// Whether that is the code of an account now, and uses it up.
    ///
    /// # Errors
    /// The file refuses.
    pub fn take_one_time_code(
        &self,
        login: &str,
        code: &str,
        now: Moment,
    ) -> Result<bool, Problem> {
        let secret = self
            .account(login)?
            .and_then(|account| account.one_time_secret);
        match secret.and_then(|secret| step_of(&secret, code, now)) {
            Some(step) => self.use_one_time_step(login, step),
            None => Ok(false),
        }
    }

    /// Notes that somebody gave the right password, and gives the token of the second step.
    ///
    /// # Errors
    /// The file refuses, or there is no randomness.
    pub fn begin_half(&self, login: &str, now: Moment) -> Result<String, Problem> {
        let token = new_token()?;
        let now = now.as_micros();
        let connection = self.lock();
        connection
            .execute("delete from half_session where expires < ?1", [now])
            .and_then(|_| {
                connection.execute(
                    "insert into half_session (token, login, expires) values (?1, ?2, ?3)",
                    params![digest(&token), login, now + HALF_S_MAX * MICROS],
                )
            })
            .map_err(|error| self.refused(error))?;
        Ok(token)
    }

    /// Who gave the right password, by the token of the second step.
    ///
    /// # Errors
    /// The file refuses.
    pub fn half(&self, token: &str, now: Moment) -> Result<Option<String>, Problem> {
        self.lock()
            .query_row(
                "select login from half_session where token = ?1 and expires >= ?2",
                params![digest(token), now.as_micros()],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// Ends the second step.
    ///
    /// # Errors
    /// The file refuses.
    pub fn end_half(&self, token: &str) -> Result<(), Problem> {
        self.lock()
            .execute("delete from half_session where token = ?1", [digest(token)])
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewAccount;

    /// The secret of RFC 6238, appendix B: the ASCII text 12345678901234567890.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(s: i64) -> Moment {
        Moment::from_micros(s * MICROS).expect("a moment")
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        // Appendix B gives eight digits; six are their last six.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, at(seconds)).as_deref(), Some(code));
            let step = u64::try_from(seconds).expect("after 1970") / 30;
            assert_eq!(step_of(SECRET, code, at(seconds)), Some(step));
            assert_eq!(step_of(SECRET, code, at(seconds + 30)), Some(step));
            assert_eq!(step_of(SECRET, code, at(seconds + 90)), None);
        }
        for wrong in ["", "28708", "2870820", "x", "０８１８０４"] {
            assert_eq!(step_of(SECRET, wrong, at(59)), None, "{wrong}");
        }
        assert!(
            step_of(SECRET, "287 082", at(59)).is_some(),
            "as it is read aloud"
        );
    }

    #[test]
    fn a_code_is_taken_once_and_none_before_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(dir.path()).expect("a desk");
        let new = NewAccount {
            login: "zhou",
            actor: 1,
            password: None,
            must_change: false,
            is_demonstration: false,
        };
        desk.open_account(&new, at(0)).expect("opened");
        let take =
            |code: &str, s: i64| desk.take_one_time_code("zhou", code, at(s)).expect("asked");
        assert!(!take("287082", 59), "they are off");
        desk.set_one_time_secret("zhou", Some(SECRET)).expect("on");
        assert!(take("287082", 59));
        assert!(!take("287082", 59), "not twice");
        let before = code_at(SECRET, at(10)).expect("a code");
        assert!(!take(&before, 59), "none of an earlier step");
    }

    #[test]
    fn the_second_step_waits_five_minutes() {
        let dir = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(dir.path()).expect("a desk");
        let new = NewAccount {
            login: "zhou",
            actor: 1,
            password: None,
            must_change: false,
            is_demonstration: false,
        };
        desk.open_account(&new, at(0)).expect("opened");
        let token = desk.begin_half("zhou", at(0)).expect("begun");
        let who = |s: i64| desk.half(&token, at(s)).expect("asked");
        assert_eq!(who(300).as_deref(), Some("zhou"));
        assert_eq!(who(301), None);
        desk.end_half(&token).expect("ended");
        assert_eq!(who(1), None);
    }

    #[test]
    fn two_secrets_differ_and_a_telephone_can_read_one() {
        let (one, other) = (new_secret().expect("made"), new_secret().expect("made"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 32);
        assert_eq!(
            address(SECRET, "a:b@c", "质城"),
            format!(
                "otpauth://totp/%E8%B4%A8%E5%9F%8E:a%20b%40c?secret={SECRET}&issuer=%E8%B4%A8%E5%9F%8E"
            )
        );
    }
}
