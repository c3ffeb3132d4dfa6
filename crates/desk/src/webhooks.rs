//! Webhooks: who is told of the ledger's changes, up to which position each was told, and how it went.
//!
//! A subscription is a cursor over the ledger's positions: nothing is queued here, so nothing can be lost or
//! grow. What is sent and how is known where it is sent.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Desk, problems};

/// Subscriptions that a site has at most.
pub const WEBHOOKS_MAX: u32 = 50;
/// Seconds to wait after the first, second, … failure in a row; after the last it is given up.
pub const DELAYS_S: &[i64] = &[
    5, 15, 60, 300, 900, 3600, 7200, 14_400, 21_600, 43_200, 43_200, 43_200,
];
const MICROS: i64 = 1_000_000;

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is told.
    On,
    /// It failed too often and is told nothing more until somebody starts it again.
    Dead,
    /// It was stopped.
    Off,
}

impl Standing {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::On => "on",
            Standing::Dead => "dead",
            Standing::Off => "off",
        }
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: u64,
    /// What it is for.
    pub name: String,
    /// Where to send.
    pub address: String,
    /// Which changes it is told of; empty: all.
    pub kinds: Vec<String>,
    /// The secret that signs (base64 behind `whsec_`).
    pub secret: String,
    /// Up to which position of the ledger it was told.
    pub cursor: u64,
    /// Failures in a row.
    pub failures: u32,
    /// Not before then.
    pub next_try: Moment,
    /// How it stands.
    pub standing: Standing,
    /// What came of the last try: a status or why there was none.
    pub last: String,
    /// When it was tried last.
    pub last_at: Option<Moment>,
    /// How many were delivered.
    pub delivered: u64,
    /// When it was made.
    pub created: Moment,
}

/// A subscription to be made.
#[derive(Debug, Clone)]
pub struct NewWebhook<'a> {
    /// What it is for.
    pub name: &'a str,
    /// Where to send.
    pub address: &'a str,
    /// Which changes; empty: all.
    pub kinds: &'a [String],
    /// The secret that signs.
    pub secret: &'a str,
    /// After which position.
    pub cursor: u64,
    /// The command's id, so that it is done once.
    pub once: Option<[u8; 16]>,
}

const COLUMNS: &str = "id, name, address, kinds, secret, cursor, failures, next_try, standing, last, last_at, delivered, created";

fn read(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let moment = |micros: i64| Moment::from_micros(micros).unwrap_or(Moment::MIN);
    let standing: String = row.get(8)?;
    Ok(Webhook {
        id: row.get::<_, i64>(0)?.unsigned_abs(),
        name: row.get(1)?,
        address: row.get(2)?,
        kinds: row
            .get::<_, String>(3)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        secret: row.get(4)?,
        cursor: row.get::<_, i64>(5)?.unsigned_abs(),
        failures: row.get(6)?,
        next_try: moment(row.get(7)?),
        standing: match standing.as_str() {
            "on" => Standing::On,
            "dead" => Standing::Dead,
            _ => Standing::Off,
        },
        last: row.get(9)?,
        last_at: row.get::<_, Option<i64>>(10)?.map(moment),
        delivered: row.get::<_, i64>(11)?.unsigned_abs(),
        created: moment(row.get(12)?),
    })
}

impl Desk {
    /// Makes a subscription that is told of everything after its cursor.
    ///
    /// # Errors
    /// The command was given already, there are too many, or the file refuses.
    pub fn make_webhook(&self, new: &NewWebhook<'_>, now: Moment) -> Result<u64, Problem> {
        let connection = self.lock();
        let make = || -> rusqlite::Result<Result<u64, Problem>> {
            if let Some(once) = new.once {
                let is_done: bool = connection.query_row(
                    "select exists (select 1 from webhook where once = ?1)",
                    [once.as_slice()],
                    |row| row.get(0),
                )?;
                if is_done {
                    return Ok(Err(problems::done_already()));
                }
            }
            let made = connection
                .query_row(
                    "insert into webhook (name, address, kinds, secret, cursor, created, once)
                     select ?1, ?2, ?3, ?4, ?5, ?6, ?8 where (select count(*) from webhook) < ?7
                     returning id",
                    params![
                        new.name,
                        new.address,
                        new.kinds.join(" "),
                        new.secret,
                        new.cursor.cast_signed(),
                        now.as_micros(),
                        WEBHOOKS_MAX,
                        new.once.as_ref().map(|once| once.as_slice())
                    ],
                    |row| row.get::<_, i64>(0),
                )
                .optional()?;
            Ok(made
                .map(i64::unsigned_abs)
                .ok_or_else(|| problems::too_many_webhooks(WEBHOOKS_MAX)))
        };
        make().map_err(|error| self.refused(error))?
    }

    /// All subscriptions, oldest first.
    ///
    /// # Errors
    /// The file refuses.
    pub fn webhooks(&self) -> Result<Vec<Webhook>, Problem> {
        self.lock()
            .prepare_cached(&format!("select {COLUMNS} from webhook order by id"))
            .and_then(|mut found| found.query_map([], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// The subscription of that number.
    ///
    /// # Errors
    /// The file refuses.
    pub fn webhook(&self, id: u64) -> Result<Option<Webhook>, Problem> {
        self.lock()
            .prepare_cached(&format!("select {COLUMNS} from webhook where id = ?1"))
            .and_then(|mut found| found.query_row([id.cast_signed()], read).optional())
            .map_err(|error| self.refused(error))
    }

    /// Removes a subscription: false when there was none.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drop_webhook(&self, id: u64) -> Result<bool, Problem> {
        self.lock()
            .execute("delete from webhook where id = ?1", [id.cast_signed()])
            .map(|changed| changed == 1)
            .map_err(|error| self.refused(error))
    }

    /// Starts a subscription again where it stood, or stops it.
    ///
    /// # Errors
    /// The file refuses.
    pub fn turn_webhook(&self, id: u64, is_on: bool) -> Result<(), Problem> {
        let standing = if is_on { Standing::On } else { Standing::Off };
        self.lock()
            .execute(
                "update webhook set standing = ?2, failures = 0, next_try = 0 where id = ?1",
                params![id.cast_signed(), standing.as_str()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Notes up to where a subscription was told; of what was sent, what was answered.
    ///
    /// # Errors
    /// The file refuses.
    pub fn told_webhook(
        &self,
        id: u64,
        cursor: u64,
        sent: Option<&str>,
        now: Moment,
    ) -> Result<(), Problem> {
        self.lock()
            .execute(
                "update webhook set cursor = max(cursor, ?2), failures = 0, next_try = 0,
                     last = coalesce(?3, last), last_at = case when ?3 is null then last_at else ?4 end,
                     delivered = delivered + (?3 is not null)
                 where id = ?1",
                params![id.cast_signed(), cursor.cast_signed(), sent, now.as_micros()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Notes that a subscription could not be told: it waits, longer each time, and at last is given up.
    ///
    /// # Errors
    /// The file refuses.
    pub fn missed_webhook(&self, id: u64, why: &str, now: Moment) -> Result<(), Problem> {
        let connection = self.lock();
        let note = || -> rusqlite::Result<()> {
            let failures: u32 = connection.query_row(
                "update webhook set failures = failures + 1, last = ?2, last_at = ?3 where id = ?1
                 returning failures",
                params![id.cast_signed(), why, now.as_micros()],
                |row| row.get(0),
            )?;
            match DELAYS_S.get(failures.saturating_sub(1) as usize) {
                Some(delay) => connection.execute(
                    "update webhook set next_try = ?2 where id = ?1",
                    params![id.cast_signed(), now.as_micros() + delay * MICROS],
                ),
                None => connection.execute(
                    "update webhook set standing = 'dead' where id = ?1 and standing = 'on'",
                    [id.cast_signed()],
                ),
            }?;
            Ok(())
        };
        match note() {
            // It was removed meanwhile.
            Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
            Err(error) => Err(self.refused(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment::from_micros(seconds * MICROS).unwrap()
    }

    fn new(once: Option<[u8; 16]>) -> NewWebhook<'static> {
        NewWebhook {
            name: "报表",
            address: "https://a.test/",
            kinds: &[],
            secret: "whsec_",
            cursor: 7,
            once,
        }
    }

    #[test]
    fn it_waits_longer_after_each_failure_dies_and_starts_again_where_it_stood() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        let id = desk.make_webhook(&new(None), at(0)).unwrap();
        let now = |desk: &Desk| desk.webhook(id).unwrap().unwrap();
        desk.told_webhook(id, 9, Some("204"), at(1)).unwrap();
        desk.told_webhook(id, 12, None, at(2)).unwrap();
        let found = now(&desk);
        assert_eq!((found.cursor, found.delivered), (12, 1));
        assert_eq!((found.last.as_str(), found.last_at), ("204", Some(at(1))));
        for (number, delay) in DELAYS_S.iter().enumerate() {
            desk.missed_webhook(id, "500", at(100)).unwrap();
            let found = now(&desk);
            assert_eq!(found.failures as usize, number + 1);
            assert_eq!(found.next_try, at(100 + delay));
            assert_eq!(found.standing, Standing::On);
        }
        desk.missed_webhook(id, "500", at(100)).unwrap();
        assert_eq!(now(&desk).standing, Standing::Dead);
        desk.turn_webhook(id, true).unwrap();
        let found = now(&desk);
        assert_eq!((found.standing, found.failures), (Standing::On, 0));
        assert_eq!(found.cursor, 12, "nothing is passed over");
        assert!(desk.drop_webhook(id).unwrap());
        assert!(!desk.drop_webhook(id).unwrap());
        desk.missed_webhook(id, "500", at(100)).unwrap();
    }

    #[test]
    fn there_are_so_many_at_most() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        let make = |once| desk.make_webhook(&new(once), at(0));
        make(Some([1; 16])).unwrap();
        assert_eq!(make(Some([1; 16])).unwrap_err().code, "K152");
        for _ in 1..WEBHOOKS_MAX {
            make(None).unwrap();
        }
        assert_eq!(make(None).unwrap_err().code, "K151");
    }
}
