//! Lock-out with delay: after a few wrong passwords the next try has to wait, longer each time, by
//! login and by address; so guessing is slow and nobody can lock a colleague out for good.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::Desk;

/// Wrong tries that cost nothing: people mistype.
pub const FREE_TRIES: u32 = 4;
/// The first delay in seconds; it doubles with each further wrong try.
pub const FIRST_DELAY_S: i64 = 2;
/// The longest delay in seconds.
pub const DELAY_S_MAX: i64 = 15 * 60;
/// Seconds without a try after which it starts anew.
const FORGOTTEN_AFTER_S: i64 = 24 * 3600;
const MICROS: i64 = 1_000_000;

/// Whether a try is taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lockout {
    /// It is.
    Open,
    /// Not before that many seconds.
    Wait(i64),
}

impl Desk {
    /// Whether that login or address may try now.
    ///
    /// # Errors
    /// The file refuses.
    pub fn lockout(&self, who: &str, now: Moment) -> Result<Lockout, Problem> {
        let until: Option<i64> = self
            .lock()
            .query_row(
                "select blocked_until from attempt where who = ?1",
                [who],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))?;
        let left = until.unwrap_or(0) - now.as_micros();
        Ok(if left > 0 {
            Lockout::Wait((left + MICROS - 1) / MICROS)
        } else {
            Lockout::Open
        })
    }

    /// Notes a wrong try.
    ///
    /// # Errors
    /// The file refuses.
    pub fn note_failure(&self, who: &str, now: Moment) -> Result<(), Problem> {
        let now = now.as_micros();
        let connection = self.lock();
        let failures: u32 = connection
            .query_row(
                "insert into attempt (who, failures, blocked_until, last) values (?1, 1, 0, ?2)
                 on conflict (who) do update set last = ?2,
                     failures = case when last < ?2 - ?3 then 1 else failures + 1 end
                 returning failures",
                params![who, now, FORGOTTEN_AFTER_S * MICROS],
                |row| row.get(0),
            )
            .map_err(|error| self.refused(error))?;
        connection
            .execute(
                "update attempt set blocked_until = ?2 where who = ?1",
                params![who, now + delay_s(failures) * MICROS],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Forgets the wrong tries: the right one came.
    ///
    /// # Errors
    /// The file refuses.
    pub fn forget_failures(&self, who: &str) -> Result<(), Problem> {
        self.lock()
            .execute("delete from attempt where who = ?1", [who])
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}

/// Seconds to wait after that many wrong tries in a row.
fn delay_s(failures: u32) -> i64 {
    match failures.checked_sub(FREE_TRIES + 1) {
        None => 0,
        Some(further) => (FIRST_DELAY_S << further.min(20)).min(DELAY_S_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_and_ends_at_a_quarter_of_an_hour() {
        let delays: Vec<i64> = (0..18).map(delay_s).collect();
        assert_eq!(
            delays,
            [
                0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900
            ]
        );
    }

    #[test]
    fn a_day_later_it_starts_anew() {
        let dir = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(dir.path()).expect("a desk");
        let at = |s: i64| Moment::from_micros(s * MICROS).expect("a moment");
        for second in 0..5 {
            desk.note_failure("x", at(second)).expect("noted");
        }
        assert_eq!(desk.lockout("x", at(4)).expect("asked"), Lockout::Wait(2));
        assert_eq!(desk.lockout("x", at(6)).expect("asked"), Lockout::Open);
        assert_eq!(desk.lockout("y", at(4)).expect("asked"), Lockout::Open);
        desk.note_failure("x", at(90_000)).expect("noted");
        assert_eq!(desk.lockout("x", at(90_000)).expect("asked"), Lockout::Open);
    }
}
