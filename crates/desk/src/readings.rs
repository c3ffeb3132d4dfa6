//! Sensors and their raw readings: taken many at a time in one transaction, kept for a declared time.
//!
//! What is true of a sensor is in the programme (its rule) and the ledger (its subject, its summaries); here is only
//! what came in, so that a lost desk loses raw readings and no fact.

use base::{Moment, Problem};
use rusqlite::{OptionalExtension, Row, params};

use crate::Desk;

const HOUR: i64 = 3_600_000_000;

/// A sensor that has a key or has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensor {
    /// Its number here.
    pub id: i64,
    /// The row of the programme that declares it.
    pub rule: String,
    /// The subject that it is mounted on.
    pub subject: String,
    /// When it was first known.
    pub since: Moment,
    /// Its newest reading.
    pub last: Option<(Moment, String)>,
    /// Up to where periods are summed up.
    pub summed_to: Option<Moment>,
    /// Readings up to here belong to a case that was opened.
    pub watched_from: Option<Moment>,
}

/// What came in of a sensor: a reading that is taken, or the code of the rule that refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// A reading: when it was measured, and the exact decimal.
    Taken(Moment, String),
    /// It was refused.
    Refused(&'static str),
}

const COLUMNS: &str = "id, rule, subject, since, last_at, last_value, summed_to, watched_from";

fn moment(micros: i64) -> Moment {
    Moment::from_micros(micros).unwrap_or(Moment::MIN)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Sensor> {
    let last: (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
    Ok(Sensor {
        id: row.get(0)?,
        rule: row.get(1)?,
        subject: row.get(2)?,
        since: moment(row.get(3)?),
        last: last.0.map(moment).zip(last.1),
        summed_to: row.get::<_, Option<i64>>(6)?.map(moment),
        watched_from: row.get::<_, Option<i64>>(7)?.map(moment),
    })
}

impl Desk {
    /// All sensors, by rule and subject.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensors(&self) -> Result<Vec<Sensor>, Problem> {
        self.lock()
            .prepare_cached(&format!(
                "select {COLUMNS} from sensor order by rule, subject"
            ))
            .and_then(|mut found| found.query_map([], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// The sensors of a subject, by rule. Subjects of several types may share an identity: the caller knows its rules.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensors_of(&self, subject: &str) -> Result<Vec<Sensor>, Problem> {
        self.lock()
            .prepare_cached(&format!(
                "select {COLUMNS} from sensor where subject = ?1 order by rule"
            ))
            .and_then(|mut found| found.query_map([subject], read)?.collect())
            .map_err(|error| self.refused(error))
    }

    /// A sensor by its number.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensor(&self, id: i64) -> Result<Option<Sensor>, Problem> {
        self.lock()
            .prepare_cached(&format!("select {COLUMNS} from sensor where id = ?1"))
            .and_then(|mut found| found.query_row([id], read).optional())
            .map_err(|error| self.refused(error))
    }

    /// The sensor of a rule on a subject; it is known from now on.
    ///
    /// # Errors
    /// The file refuses.
    pub fn know_sensor(&self, rule: &str, subject: &str, now: Moment) -> Result<Sensor, Problem> {
        let desk = self.lock();
        desk.prepare_cached(
            "insert or ignore into sensor (rule, subject, since) values (?1, ?2, ?3)",
        )
        .and_then(|mut added| added.execute(params![rule, subject, now.as_micros()]))
        .and_then(|_| {
            desk.prepare_cached(&format!(
                "select {COLUMNS} from sensor where rule = ?1 and subject = ?2"
            ))?
            .query_row([rule, subject], read)
        })
        .map_err(|error| self.refused(error))
    }

    /// Forgets a sensor with its raw readings, and ends its keys.
    ///
    /// # Errors
    /// The file refuses.
    pub fn forget_sensor(&self, id: i64) -> Result<(), Problem> {
        let desk = self.lock();
        desk.execute(
            "delete from token where scopes = ?1",
            [format!("sensor:{id}")],
        )
        .and_then(|_| desk.execute("delete from sensor where id = ?1", [id]))
        .map(drop)
        .map_err(|error| self.refused(error))
    }

    /// How many keys in force each sensor has.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensor_keys(&self, now: Moment) -> Result<Vec<(i64, usize)>, Problem> {
        self.lock()
            .prepare_cached(
                "select cast(substr(scopes, 8) as integer), count(*) from token
                 where scopes like 'sensor:%' and expires > ?1 group by scopes",
            )
            .and_then(|mut found| {
                found
                    .query_map([now.as_micros()], |row| {
                        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs() as usize))
                    })?
                    .collect()
            })
            .map_err(|error| self.refused(error))
    }

    /// Takes what came in, all or nothing. Says of each whether it is new: a second reading of the same sensor and
    /// moment is not, whatever its value; what was refused is counted.
    ///
    /// # Errors
    /// The file refuses.
    pub fn take_readings(&self, came: &[(i64, Came)], now: Moment) -> Result<Vec<bool>, Problem> {
        let mut desk = self.lock();
        let take = || -> rusqlite::Result<Vec<bool>> {
            let change =
                desk.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let mut news = Vec::with_capacity(came.len());
            {
                let mut add = change.prepare_cached(
                    "insert or ignore into reading (sensor, at, value) values (?1, ?2, ?3)",
                )?;
                let mut newest = change.prepare_cached(
                    "update sensor set last_at = ?2, last_value = ?3
                     where id = ?1 and (last_at is null or last_at < ?2)",
                )?;
                let mut count = change.prepare_cached(
                    "insert into reading_refused values (?1, ?2, ?3, 1)
                     on conflict do update set times = times + 1",
                )?;
                for (sensor, came) in came {
                    news.push(match came {
                        Came::Taken(at, value) => {
                            let values = params![sensor, at.as_micros(), value];
                            let is_new = add.execute(values)? > 0;
                            if is_new {
                                newest.execute(values)?;
                            }
                            is_new
                        }
                        Came::Refused(code) => {
                            let hour = now.as_micros().div_euclid(HOUR) * HOUR;
                            count.execute(params![sensor, hour, code])?;
                            false
                        }
                    });
                }
            }
            change.commit()?;
            Ok(news)
        };
        let mut take = take;
        take().map_err(|error| self.refused(error))
    }

    /// The readings of a sensor from a moment up to before another, in the order of time, at most so many: the latest.
    ///
    /// # Errors
    /// The file refuses.
    pub fn readings(
        &self,
        sensor: i64,
        from: Moment,
        to: Moment,
        most: usize,
    ) -> Result<Vec<(Moment, String)>, Problem> {
        let mut found: Vec<(Moment, String)> = self
            .lock()
            .prepare_cached(
                "select at, value from reading where sensor = ?1 and at >= ?2 and at < ?3
                 order by at desc limit ?4",
            )
            .and_then(|mut found| {
                let bounds = params![
                    sensor,
                    from.as_micros(),
                    to.as_micros(),
                    i64::try_from(most).unwrap_or(i64::MAX)
                ];
                found
                    .query_map(bounds, |row| Ok((moment(row.get(0)?), row.get(1)?)))?
                    .collect()
            })
            .map_err(|error| self.refused(error))?;
        found.reverse();
        Ok(found)
    }

    /// How many readings of a sensor were refused by a rule from a moment up to before another, by the hours in which
    /// they came; every rule where no code is given.
    ///
    /// # Errors
    /// The file refuses.
    pub fn readings_refused(
        &self,
        sensor: i64,
        from: Moment,
        to: Moment,
        code: Option<&str>,
    ) -> Result<u64, Problem> {
        self.lock()
            .query_row(
                "select coalesce(sum(times), 0) from reading_refused
                 where sensor = ?1 and hour >= ?2 and hour < ?3 and (?4 is null or code = ?4)",
                params![sensor, from.as_micros(), to.as_micros(), code],
                |row| row.get::<_, i64>(0).map(i64::unsigned_abs),
            )
            .map_err(|error| self.refused(error))
    }

    /// Notes up to where a sensor's periods are summed up.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensor_summed(&self, id: i64, to: Moment) -> Result<(), Problem> {
        self.lock()
            .execute(
                "update sensor set summed_to = ?2 where id = ?1",
                params![id, to.as_micros()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Notes that a sensor's readings up to a moment belong to a case that was opened.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensor_watched(&self, id: i64, from: Moment) -> Result<(), Problem> {
        self.lock()
            .execute(
                "update sensor set watched_from = ?2 where id = ?1",
                params![id, from.as_micros()],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Notes that what everybody sees of sensors is another now: for the tags of pages.
    ///
    /// # Errors
    /// The file refuses.
    pub fn sensors_changed(&self) -> Result<(), Problem> {
        self.lock()
            .execute(
                "insert into changed values (0, 1) on conflict do update set times = times + 1",
                [],
            )
            .map(drop)
            .map_err(|error| self.refused(error))
    }

    /// Deletes the readings of a sensor from before a moment, and what was counted.
    ///
    /// # Errors
    /// The file refuses.
    pub fn drop_readings(&self, sensor: i64, before: Moment) -> Result<(), Problem> {
        let desk = self.lock();
        let bounds = params![sensor, before.as_micros()];
        desk.execute("delete from reading where sensor = ?1 and at < ?2", bounds)
            .and_then(|_| {
                desk.execute(
                    "delete from reading_refused where sensor = ?1 and hour < ?2",
                    bounds,
                )
            })
            .map(drop)
            .map_err(|error| self.refused(error))
    }
}
