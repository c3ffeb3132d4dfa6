//! What is to be sent to people and how: the channels that an office uses, where each person hears, and a queue that
//! tries again until the other side takes it.
//!
//! What a channel's settings mean is known where it is used. What is secret of them is written and never shown again.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, params};

use crate::Desk;

/// How often a message is tried before it is given up.
pub const TRIES_MAX: u32 = 9;
/// Minutes until it is tried again, after the first failure, the second, …
const WAIT_MINUTES: &[i64] = &[1, 2, 5, 15, 60, 180, 360, 720];
const MICROS_A_MINUTE: i64 = 60_000_000;
/// Days for which is kept what was sent or given up.
const DAYS_KEPT: i64 = 90;

/// A channel as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Channel {
    /// Whether it is used.
    pub is_on: bool,
    /// What is no secret, as JSON.
    pub settings: String,
    /// What is secret, as JSON; `None` where nothing was said yet.
    pub secret: Option<String>,
    /// When it was tried last, and what came of it; empty: it worked.
    pub trial: Option<(Moment, String)>,
}

/// A message that waits, was sent or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number.
    pub id: i64,
    /// Channel.
    pub channel: String,
    /// To whom; empty for a group.
    pub recipient: String,
    /// What it says.
    pub body: String,
    /// When it was queued.
    pub made: Moment,
    /// When it is tried next; `None` when it was sent or given up.
    pub next: Option<Moment>,
    /// How often it was tried.
    pub tries: u32,
    /// When it was sent.
    pub sent: Option<Moment>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

const COLUMNS: &str = "id, channel, recipient, body, made, next, tries, sent, failure";

fn moment(micros: i64) -> Moment {
    Moment::from_micros(micros).unwrap_or(Moment::MIN)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Outgoing> {
    Ok(Outgoing {
        id: row.get(0)?,
        channel: row.get(1)?,
        recipient: row.get(2)?,
        body: row.get(3)?,
        made: moment(row.get(4)?),
        next: row.get::<_, Option<i64>>(5)?.map(moment),
        tries: row.get(6)?,
        sent: row.get::<_, Option<i64>>(7)?.map(moment),
        failure: row.get(8)?,
    })
}

impl Desk {
    /// A channel; what nobody configured yet is off.
    ///
    /// # Errors
    /// The file refuses.
    pub fn channel(&self, kind: &str) -> Result<Channel, Problem> {
        let found = self
            .lock()
            .query_row(
                "select is_on, settings, secret, tried, outcome from channel where kind = ?1",
                [kind],
                |row| {
                    let tried: Option<i64> = row.get(3)?;
                    let outcome: Option<String> = row.get(4)?;
                    Ok(Channel {
                        is_on: row.get(0)?,
                        settings: row.get(1)?,
                        secret: row.get(2)?,
                        trial: tried.map(|tried| (moment(tried), outcome.unwrap_or_default())),
                    })
                },
            )
            .optional();
        found
            .map(Option::unwrap_or_default)
            .map_err(|error| self.refused(error))
    }

    /// Configures a channel. A secret that is not given stays as it is.
    ///
    /// # Errors
    /// The file refuses.
    pub fn set_channel(
        &self,
        kind: &str,
        is_on: bool,
        settings: &str,
        secret: Option<&str>,
    ) -> Result<(), Problem> {
        self.lock()
            .execute(
                "insert into channel (kind, is_on, settings, secret) values (?1, ?2, ?3, ?4)
                 on conflict (kind) do update
                 set is_on = ?2, settings = ?3, secret = coalesce(?4, secret)",
                params![kind, is_on, settings, secret],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Notes what came of a trial; an empty outcome: it worked.
    ///
    /// # Errors
    /// The file refuses.
    pub fn note_trial(&self, kind: &str, outcome: &str, now: Moment) -> Result<(), Problem> {
        self.lock()
            .execute(
                "update channel set tried = ?2, outcome = ?3 where kind = ?1",
                params![kind, now.as_micros(), outcome],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Where a person hears by a channel.
    ///
    /// # Errors
    /// The file refuses.
    pub fn contact(&self, actor: u64, channel: &str) -> Result<Option<String>, Problem> {
        self.lock()
            .query_row(
                "select address from contact where actor = ?1 and channel = ?2",
                params![actor.cast_signed(), channel],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// Sets where a person hears by a channel; `None`: not by it.
    ///
    /// # Errors
    /// The file refuses.
    pub fn set_contact(
        &self,
        actor: u64,
        channel: &str,
        address: Option<&str>,
    ) -> Result<(), Problem> {
        let connection = self.lock();
        match address {
            Some(address) => connection.execute(
                "insert into contact (actor, channel, address) values (?1, ?2, ?3)
                 on conflict (actor, channel) do update set address = ?3",
                params![actor.cast_signed(), channel, address],
            ),
            None => connection.execute(
                "delete from contact where actor = ?1 and channel = ?2",
                params![actor.cast_signed(), channel],
            ),
        }
        .map(drop)
        .map_err(|error| self.refused(error))
    }

    /// Queues a message, once for each `once`; gives whether it is new.
    ///
    /// # Errors
    /// The file refuses.
    pub fn queue(
        &self,
        once: &str,
        channel: &str,
        recipient: &str,
        body: &str,
        now: Moment,
    ) -> Result<bool, Problem> {
        self.lock()
            .execute(
                "insert into outgoing (once, channel, recipient, body, made, next)
                 values (?1, ?2, ?3, ?4, ?5, ?5) on conflict (once) do nothing",
                params![once, channel, recipient, body, now.as_micros()],
            )
            .map(|added| added > 0)
            .map_err(|error| self.refused(error))
    }

    /// Messages whose time has come, the oldest first.
    ///
    /// # Errors
    /// The file refuses.
    pub fn due_messages(&self, now: Moment, most: u32) -> Result<Vec<Outgoing>, Problem> {
        self.lock()
            .prepare_cached(&format!(
                "select {COLUMNS} from outgoing where next <= ?1 order by next, id limit ?2"
            ))
            .and_then(|mut found| {
                found
                    .query_map(params![now.as_micros(), most], read)?
                    .collect()
            })
            .map_err(|error| self.refused(error))
    }

    /// A message was taken by the other side.
    ///
    /// # Errors
    /// The file refuses.
    pub fn message_sent(&self, id: i64, now: Moment) -> Result<(), Problem> {
        let now = now.as_micros();
        let connection = self.lock();
        connection
            .execute(
                "update outgoing set sent = ?2, next = null, tries = tries + 1, failure = null
                 where id = ?1",
                params![id, now],
            )
            .and_then(|_| {
                connection.execute(
                    "delete from outgoing where next is null and made < ?1",
                    [now - DAYS_KEPT * 24 * 60 * MICROS_A_MINUTE],
                )
            })
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// A message was not taken: it is tried again, each time later, and given up at last.
    ///
    /// # Errors
    /// The file refuses.
    pub fn message_failed(&self, id: i64, why: &str, now: Moment) -> Result<(), Problem> {
        let connection = self.lock();
        let tries: Result<u32, _> = connection.query_row(
            "update outgoing set tries = tries + 1, failure = ?2 where id = ?1 returning tries",
            params![id, why],
            |row| row.get(0),
        );
        tries
            .and_then(|tries| {
                let wait = usize::try_from(tries)
                    .ok()
                    .and_then(|tries| WAIT_MINUTES.get(tries.saturating_sub(1)));
                let next = wait
                    .filter(|_| tries < TRIES_MAX)
                    .map(|minutes| now.as_micros() + minutes * MICROS_A_MINUTE);
                connection.execute(
                    "update outgoing set next = ?2 where id = ?1",
                    params![id, next],
                )
            })
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// What the sender noted for itself under a name.
    ///
    /// # Errors
    /// The file refuses.
    pub fn delivery_note(&self, name: &str) -> Result<Option<String>, Problem> {
        self.lock()
            .query_row(
                "select body from delivery_note where name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.refused(error))
    }

    /// Notes something for the sender.
    ///
    /// # Errors
    /// The file refuses.
    pub fn set_delivery_note(&self, name: &str, body: &str) -> Result<(), Problem> {
        self.lock()
            .execute(
                "insert into delivery_note (name, body) values (?1, ?2)
                 on conflict (name) do update set body = ?2",
                params![name, body],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Tries everything of a channel that failed or waits again now; gives how many.
    ///
    /// # Errors
    /// The file refuses.
    pub fn try_again(&self, channel: &str, now: Moment) -> Result<usize, Problem> {
        self.lock()
            .execute(
                "update outgoing set next = ?2, tries = 0 where channel = ?1 and sent is null",
                params![channel, now.as_micros()],
            )
            .map_err(|error| self.refused(error))
    }

    /// Messages of a channel, the newest first.
    ///
    /// # Errors
    /// The file refuses.
    pub fn messages(&self, channel: &str, most: u32) -> Result<Vec<Outgoing>, Problem> {
        self.lock()
            .prepare_cached(&format!(
                "select {COLUMNS} from outgoing where channel = ?1 order by id desc limit ?2"
            ))
            .and_then(|mut found| found.query_map(params![channel, most], read)?.collect())
            .map_err(|error| self.refused(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minutes: i64) -> Moment {
        Moment::from_micros(1_600_000_000_000_000 + minutes * MICROS_A_MINUTE).unwrap()
    }

    #[test]
    fn a_message_is_tried_later_each_time_and_given_up_at_last() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        assert!(desk.queue("1", "mail", "a@b", "hello", minute(0)).unwrap());
        assert!(!desk.queue("1", "mail", "a@b", "hello", minute(0)).unwrap());
        let mut now = 0;
        for wait in WAIT_MINUTES {
            let due = desk.due_messages(minute(now), 10).unwrap();
            assert_eq!(due.len(), 1, "after {now} minutes");
            desk.message_failed(due[0].id, "down", minute(now)).unwrap();
            let early = desk.due_messages(minute(now + wait - 1), 10).unwrap();
            assert!(early.is_empty(), "{wait}");
            now += wait;
        }
        let due = desk.due_messages(minute(now), 10).unwrap();
        desk.message_failed(due[0].id, "down", minute(now)).unwrap();
        let given_up = &desk.messages("mail", 10).unwrap()[0];
        assert_eq!((given_up.tries, given_up.next), (TRIES_MAX, None));
        assert_eq!(given_up.failure.as_deref(), Some("down"));
        // By hand it is tried once more, and sent.
        assert_eq!(desk.try_again("mail", minute(now)).unwrap(), 1);
        let due = desk.due_messages(minute(now), 10).unwrap();
        desk.message_sent(due[0].id, minute(now)).unwrap();
        let sent = &desk.messages("mail", 10).unwrap()[0];
        assert_eq!((sent.sent, sent.failure.clone()), (Some(minute(now)), None));
        assert!(
            desk.due_messages(minute(now + 9999), 10)
                .unwrap()
                .is_empty()
        );
        assert_eq!(desk.try_again("mail", minute(now)).unwrap(), 0);
    }

    #[test]
    fn a_secret_stays_until_another_is_given() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        assert_eq!(desk.channel("sms").unwrap(), Channel::default());
        desk.set_channel("sms", true, "{}", Some("key")).unwrap();
        desk.set_channel("sms", false, "{\"a\":\"b\"}", None)
            .unwrap();
        desk.note_trial("sms", "refused", minute(1)).unwrap();
        let found = desk.channel("sms").unwrap();
        assert_eq!(found.secret.as_deref(), Some("key"));
        assert_eq!(found.trial, Some((minute(1), "refused".to_owned())));
        assert!(!found.is_on);
        desk.set_contact(7, "sms", Some("138")).unwrap();
        assert_eq!(desk.contact(7, "sms").unwrap().as_deref(), Some("138"));
        desk.set_contact(7, "sms", None).unwrap();
        assert_eq!(desk.contact(7, "sms").unwrap(), None);
    }
}
