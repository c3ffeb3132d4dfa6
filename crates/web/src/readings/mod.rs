//! Readings of sensors on their way in: who may send them, how many, and the one queue through which they are written.
//!
//! Which reading is taken is said by `office::readings`; here is what a running site needs so that a thousand a second do
//! not hurt it. A request is judged by the rules and by its sensor's rate, then waits in a bounded queue; one thread takes
//! what waits and writes it in one transaction of the desk, then looks whether a limit was crossed. Time sums up what is
//! over ([`close_periods`]). Read [`judge`] first, then [`Intake::offer`].

mod closing;
mod rates;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use base::{Moment, Problem, Ratio};
use desk::readings::Came;
use office::Office;
use office::authority::Granted;
use office::readings::{Reading, crossing_window, crossings};
use programme::model::{Programme, Sensor};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

pub(crate) use closing::tick;
pub use closing::{Closed, close_periods};
use rates::Rates;

use crate::problems;
use crate::site::{Shared, Site};

/// The right of a token to send readings of every sensor.
pub(crate) const EVERY_SENSOR: &str = "readings";
/// The right of a key to send those of one: this and the sensor's number.
pub(crate) const ONE_SENSOR: &str = "sensor:";
/// Most readings of one request.
pub(crate) const BATCH_MAX: usize = 1_000;
/// Most requests that wait to be written.
const QUEUE_MAX: usize = 512;
/// Most readings of one transaction.
const WRITE_MAX: usize = 5_000;
/// How long a key is believed before the desk is asked again.
const KEY_KEPT: Duration = Duration::from_secs(5);
/// Keys and sensors that are kept in memory.
const KEPT_MAX: usize = 20_000;

/// A reading as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// The sensor; empty: the one that the key is for.
    pub sensor: String,
    pub subject: String,
    pub at: String,
    pub value: String,
}

/// What a batch was judged to be.
pub(crate) struct Judged {
    /// What is to be written.
    pub came: Vec<(i64, Came)>,
    /// By the place in the batch: of a reading that is taken, its place in `came`; else why it is not.
    pub each: Vec<Result<usize, Problem>>,
}

/// Why nothing of a batch is taken.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It is refused.
    Refused(Problem),
    /// It is to come later: after so many seconds.
    Later(Problem, u64),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Stopped {
        Stopped::Refused(problem)
    }
}

/// Which sensors a key is for.
#[derive(Debug, Clone)]
enum Access {
    Every,
    One {
        id: i64,
        rule: Arc<str>,
        subject: Arc<str>,
    },
}

struct Job {
    came: Vec<(i64, Came)>,
    done: oneshot::Sender<Result<Vec<bool>, Problem>>,
}

/// What is kept in memory for readings.
#[derive(Default)]
pub(crate) struct Intake {
    queue: OnceLock<SyncSender<Job>>,
    keys: Mutex<HashMap<[u8; 32], (Access, Instant)>>,
    /// Sensors by rule and subject.
    known: Mutex<HashMap<(Arc<str>, String), i64>>,
    rates: Mutex<Rates>,
    ticked: Mutex<Option<Instant>>,
    /// Sensors that lacked readings when time last looked.
    gaps: Mutex<BTreeSet<i64>>,
    /// What failed last: a case that could not be opened, a summary that could not be written.
    failure: Mutex<Option<Problem>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Intake {
    /// What failed last of what follows from readings.
    pub fn failure(&self) -> Option<Problem> {
        held(&self.failure).clone()
    }

    fn note(&self, failed: Option<Problem>) {
        *held(&self.failure) = failed;
    }

    /// Forgets what is believed of keys and sensors: one was made or ended.
    pub fn forget(&self) {
        held(&self.keys).clear();
        held(&self.known).clear();
    }

    /// Puts what is to be written into the queue, where there is room; the answer comes when it is written.
    ///
    /// # Errors
    /// The queue is full.
    pub fn offer(
        &self,
        site: &Site,
        came: Vec<(i64, Came)>,
    ) -> Result<oneshot::Receiver<Result<Vec<bool>, Problem>>, Stopped> {
        let queue = self.queue.get_or_init(|| {
            let (sender, receiver) = sync_channel(QUEUE_MAX);
            let shared = Arc::downgrade(&site.shared);
            std::thread::spawn(move || write_all(&receiver, &shared));
            sender
        });
        let (done, answer) = oneshot::channel();
        match queue.try_send(Job { came, done }) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(Stopped::Later(problems::readings_wait(), 1)),
            Err(TrySendError::Disconnected(_)) => Err(problems::broke_off().into()),
        }
    }
}

/// Judges a batch: whether the key may send it, whether its sensors are within their rates, and each reading by its rule.
///
/// # Errors
/// Nothing of it is taken: no key, a key of another sensor, too many readings.
pub(crate) fn judge(site: &Site, secret: Option<&str>, sent: &[Sent]) -> Result<Judged, Stopped> {
    if sent.is_empty() || sent.len() > BATCH_MAX {
        return Err(problems::batch_of_readings(sent.len(), BATCH_MAX).into());
    }
    let access = access(site, secret)?;
    site.office()
        .read(|office| judge_in(site, office, &access, sent))?
}

fn judge_in(
    site: &Site,
    office: &Office,
    access: &Access,
    sent: &[Sent],
) -> Result<Judged, Stopped> {
    let intake = &site.shared.readings;
    let programme = office.programme()?;
    let now = office.moment()?;
    let mut found: Vec<Result<(i64, &Sensor), Problem>> = Vec::with_capacity(sent.len());
    for reading in sent {
        found.push(match access {
            Access::One { id, rule, subject } => {
                let is_own = (reading.sensor.is_empty() || reading.sensor == **rule)
                    && (reading.subject.is_empty() || reading.subject == **subject);
                if !is_own {
                    return Err(problems::key_of_other_sensor(rule, subject).into());
                }
                let sensor = office.sensor_on(&programme, rule, subject);
                sensor.map(|sensor| (*id, sensor))
            }
            Access::Every => office
                .sensor_on(&programme, &reading.sensor, &reading.subject)
                .and_then(|sensor| Ok((number_of(site, sensor, &reading.subject, now)?, sensor))),
        });
    }
    // All or nothing: who sends too fast sends the same again later.
    let mut wanted: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (id, sensor) in found.iter().flatten() {
        wanted.entry(*id).or_insert((0, sensor.per_minute)).0 += 1;
    }
    let over = held(&intake.rates).take(&wanted, Instant::now());
    if let Some((limit, seconds)) = over {
        return Err(Stopped::Later(problems::readings_too_fast(limit), seconds));
    }
    let mut judged = Judged {
        came: Vec::with_capacity(sent.len()),
        each: Vec::with_capacity(sent.len()),
    };
    for (reading, found) in sent.iter().zip(found) {
        let taken = found.and_then(|(id, sensor)| {
            let taken = Moment::parse(&reading.at)
                .map_err(|_| office::problems::reading_no_moment(&reading.at))
                .and_then(|at| {
                    let value = office::readings::judge(sensor, at, &reading.value, now)?;
                    Ok(Came::Taken(at, office::readings::shown(sensor, &value)))
                });
            match taken {
                Ok(taken) => {
                    judged.came.push((id, taken));
                    Ok(judged.came.len() - 1)
                }
                Err(problem) => {
                    judged.came.push((id, Came::Refused(problem.code)));
                    Err(problem)
                }
            }
        });
        judged.each.push(taken);
    }
    Ok(judged)
}

/// Which sensors a key is for.
fn access(site: &Site, secret: Option<&str>) -> Result<Access, Problem> {
    let secret = secret.ok_or_else(problems::no_token)?;
    let intake = &site.shared.readings;
    let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    if let Some((access, since)) = held(&intake.keys).get(&digest)
        && since.elapsed() < KEY_KEPT
    {
        return Ok(access.clone());
    }
    let token = site
        .desk()
        .token(secret, site.now())?
        .ok_or_else(problems::no_token)?;
    let one = token.scopes.iter().find_map(|scope| {
        let number = scope.strip_prefix(ONE_SENSOR)?;
        number.parse::<i64>().ok()
    });
    let access = if let Some(id) = one {
        // A key belongs to the sensor, not to whoever made it: it holds on when that person goes.
        let sensor = site.desk().sensor(id)?.ok_or_else(problems::no_token)?;
        Access::One {
            id,
            rule: sensor.rule.into(),
            subject: sensor.subject.into(),
        }
    } else if token.scopes.iter().any(|scope| scope == EVERY_SENSOR) {
        let (_, row) = site
            .office()
            .read(|office| crate::look::in_office(office, token.actor))??;
        let row = row.filter(|row| row.closed.is_none());
        let row = row.ok_or_else(problems::no_token)?;
        let may = site
            .office()
            .read(|office| office.may(&row.role, Granted::Submit))?;
        if !may {
            return Err(problems::token_may_not(EVERY_SENSOR));
        }
        Access::Every
    } else {
        return Err(problems::token_may_not(EVERY_SENSOR));
    };
    let mut keys = held(&intake.keys);
    if keys.len() >= KEPT_MAX {
        keys.clear();
    }
    keys.insert(digest, (access.clone(), Instant::now()));
    Ok(access)
}

/// The number of a sensor on the desk; it is known from its first reading on.
fn number_of(site: &Site, sensor: &Sensor, subject: &str, now: Moment) -> Result<i64, Problem> {
    let key = (sensor.id.clone(), subject.to_owned());
    let intake = &site.shared.readings;
    if let Some(id) = held(&intake.known).get(&key) {
        return Ok(*id);
    }
    let found = site.desk().know_sensor(&sensor.id, subject, now)?;
    let mut known = held(&intake.known);
    if known.len() >= KEPT_MAX {
        known.clear();
    }
    known.insert(key, found.id);
    Ok(found.id)
}

/// Writes what waits, as much as there is in one transaction, as long as the site is there.
fn write_all(queue: &Receiver<Job>, shared: &Weak<Shared>) {
    while let Ok(first) = queue.recv() {
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let site = Site { shared };
        let mut jobs = vec![first];
        let mut count = jobs.iter().map(|job| job.came.len()).sum::<usize>();
        while count < WRITE_MAX
            && let Ok(job) = queue.try_recv()
        {
            count += job.came.len();
            jobs.push(job);
        }
        write(&site, jobs);
    }
}

fn write(site: &Site, jobs: Vec<Job>) {
    let mut came = Vec::new();
    let mut waiting = Vec::with_capacity(jobs.len());
    for job in jobs {
        waiting.push((job.came.len(), job.done));
        came.extend(job.came);
    }
    let taken = site
        .office()
        .read(Office::moment)
        .and_then(|now| site.desk().take_readings(&came, now?));
    let news = match taken {
        Ok(news) => news,
        Err(problem) => {
            for (_, done) in waiting {
                // Whoever went away needs no answer.
                let _ = done.send(Err(problem.clone()));
            }
            return;
        }
    };
    let fresh: BTreeSet<i64> = came
        .iter()
        .zip(&news)
        .filter(|(_, is_new)| **is_new)
        .map(|((sensor, _), _)| *sensor)
        .collect();
    for sensor in fresh {
        if let Err(problem) = watch(site, sensor) {
            site.shared.readings.note(Some(problem));
        }
    }
    let mut news = news.into_iter();
    for (count, done) in waiting {
        let _ = done.send(Ok(news.by_ref().take(count).collect()));
    }
}

/// Opens a case where the newest readings of a sensor cross its limit for as long as it takes.
fn watch(site: &Site, id: i64) -> Result<(), Problem> {
    let Some(row) = site.desk().sensor(id)? else {
        return Ok(());
    };
    let Some((last, _)) = &row.last else {
        return Ok(());
    };
    let programme = site.office().read(Office::programme)??;
    let Some(sensor) = programme.sensors.get(row.rule.as_str()) else {
        return Ok(());
    };
    if sensor
        .limit
        .as_ref()
        .is_none_or(|limit| limit.opens.is_none())
    {
        return Ok(());
    }
    let window = last.plus_micros(-crossing_window(sensor));
    // What belongs to a case that was opened opens no other.
    let after = row.watched_from.and_then(|from| from.plus_micros(1));
    let from = window.max(after).unwrap_or(Moment::MIN);
    let to = last.plus_micros(1).unwrap_or(Moment::MAX);
    let kept = site.desk().readings(id, from, to, WRITE_MAX)?;
    let found = crossings(sensor, &numbers(kept));
    let Some(crossing) = found.last() else {
        return Ok(());
    };
    // The same crossing seen by two processes is one command.
    let mut hasher = Sha256::new();
    hasher.update(b"zhicheng sensor case\0");
    for part in [&*sensor.id, &*row.subject] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.update(crossing.since.as_micros().to_be_bytes());
    let once = hasher.finalize();
    let once = once.as_slice().get(..16).and_then(|id| id.try_into().ok());
    let opened = site.office().command(office::actor::FIRST, once, |office| {
        office.open_for_crossing(sensor, &row.subject, crossing)
    });
    match opened {
        Ok(Some(case)) => site.tell(base::Position(case)),
        Ok(None) => {}
        Err(problem) if problem.code == "L206" => {}
        Err(problem) => return Err(problem),
    }
    site.desk().sensor_watched(id, *last)
}

/// Kept readings as numbers.
pub(crate) fn numbers(kept: Vec<(Moment, String)>) -> Vec<Reading> {
    let numbers = kept.into_iter();
    numbers
        .filter_map(|(at, value)| {
            let value = Ratio::parse_decimal(&value)?;
            Some(Reading { at, value })
        })
        .collect()
}

/// How a sensor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It sends.
    Sending,
    /// It sent nothing for longer than its rule says.
    Gap,
    /// It never sent.
    Silent,
    /// The programme does not declare it any more.
    Undeclared,
}

/// How a sensor stands at a moment.
pub(crate) fn standing(
    programme: &Programme,
    row: &desk::readings::Sensor,
    now: Moment,
) -> Standing {
    let Some(sensor) = programme.sensors.get(row.rule.as_str()) else {
        return Standing::Undeclared;
    };
    let Some((last, _)) = &row.last else {
        return Standing::Silent;
    };
    let quiet = now.as_micros() - last.as_micros();
    if quiet > sensor.gap_after * sensor.every_s * 1_000_000 {
        Standing::Gap
    } else {
        Standing::Sending
    }
}
