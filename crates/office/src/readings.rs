//! Readings of sensors: which are taken, what a period of them is summed up to, and what a crossed limit opens.
//!
//! Raw readings are no facts: they lie on the desk for a declared time, and the ledger is not flooded by them. Two things
//! become facts, both by rules of the programme and as time's own: a summary of each sensor and period ([`summarise`]),
//! which names the digest of the readings that it was made from, so that they prove it as long as they are kept; and a case
//! where a limit was crossed. Read [`judge`] first, then [`Office::write_summary`].

use std::sync::Arc;

use base::{Day, FieldId, Moment, Problem, Ratio, Rounding, TimeZoneName};
use casework::FieldKind;
use ledger::Nature;
use measure::list::{Listing, Test};
use programme::model::{FieldType, Programme, Sensor, SensorLimit};
use programme::schema::Schema;
use sha2::{Digest, Sha256};
use sheet::Cell;

use crate::beyond::{opened, time_of};
use crate::case::to_json;
use crate::entry::{CaseOpenFacts, Kind, Private};
use crate::folder::{Command, Office, now};
use crate::problems;
use crate::record::{Receipt, draft};
use crate::spaces::SubjectRow;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Most periods that are looked at in one round: after a long pause the rest follows in the next.
const PERIODS_MAX: usize = 400;

/// A reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// When it was measured.
    pub at: Moment,
    /// The value, with the sensor's places.
    pub value: Ratio,
}

/// A period of which one summary is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Moment,
    /// The first moment after it.
    pub to: Moment,
    /// Its civil day.
    pub day: Day,
    /// Of an hour: which of the day, from 0.
    pub hour: Option<i64>,
}

/// What a period's readings are summed up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many there are.
    pub readings: usize,
    /// Their mean.
    pub mean: Option<Ratio>,
    /// The lowest.
    pub lowest: Option<Ratio>,
    /// The highest.
    pub highest: Option<Ratio>,
    /// Minutes beyond the limit: readings beyond it × the interval, rounded half up.
    pub minutes_over: i64,
    /// Whether the limit was crossed for as long as it takes.
    pub is_exceeded: bool,
    /// Whole hours of the period without a reading.
    pub missing_hours: i64,
    /// SHA-256, in hex, of a line for each reading in the order of time: moment, space, value, line feed.
    pub digest: String,
}

/// A limit that was crossed for as long as it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// The first reading beyond it.
    pub since: Moment,
    /// The last.
    pub until: Moment,
    /// The value that lies furthest beyond.
    pub worst: Ratio,
}

/// Takes a reading, or says why not: from the future, too late, no number, not plausible. The value gets the sensor's
/// places.
///
/// # Errors
/// It is refused by a rule.
pub fn judge(sensor: &Sensor, at: Moment, value: &str, now: Moment) -> Result<Ratio, Problem> {
    let (at_micros, now_micros) = (at.as_micros(), now.as_micros());
    if at_micros > now_micros.saturating_add(sensor.ahead_s * SECOND) {
        return Err(problems::reading_ahead(at, now, sensor.ahead_s));
    }
    if at_micros < now_micros.saturating_sub(sensor.late_minutes * MINUTE) {
        return Err(problems::reading_too_late(at, sensor.late_minutes));
    }
    let found = Ratio::parse_decimal(value.trim());
    let found = found.ok_or_else(|| problems::reading_no_number(value))?;
    let is_below = sensor.min.as_ref().is_some_and(|min| found < *min);
    if is_below || sensor.max.as_ref().is_some_and(|max| found > *max) {
        let shown = |bound: &Option<Ratio>, open: &str| {
            let text = bound.as_ref().map(programme::shown::decimal);
            text.unwrap_or_else(|| open.to_owned())
        };
        let (least, most) = (shown(&sensor.min, "−∞"), shown(&sensor.max, "∞"));
        return Err(problems::reading_implausible(value, least, most));
    }
    let text = found.to_decimal(sensor.scale, Rounding::HalfUp);
    Ratio::parse_decimal(&text).ok_or_else(|| problems::reading_no_number(value))
}

/// A value as it is kept and shown: with the sensor's places.
#[must_use]
pub fn shown(sensor: &Sensor, value: &Ratio) -> String {
    value.to_decimal(sensor.scale, Rounding::HalfUp)
}

/// The crossings among readings in the order of time. A gap ends one: nobody knows what was in it.
#[must_use]
pub fn crossings(sensor: &Sensor, readings: &[Reading]) -> Vec<Crossing> {
    let Some(limit) = &sensor.limit else {
        return Vec::new();
    };
    let mut found: Vec<Crossing> = Vec::new();
    let mut run: Option<Crossing> = None;
    let gap = sensor.gap_after * sensor.every_s * SECOND;
    let mut end = |run: Option<Crossing>| found.extend(run.filter(|run| is_long(limit, run)));
    for reading in readings {
        if !limit.is_crossed_by(&reading.value) {
            end(run.take());
            continue;
        }
        let broken = |run: &Crossing| reading.at.as_micros() - run.until.as_micros() > gap;
        if run.as_ref().is_some_and(broken) {
            end(run.take());
        }
        let run = run.get_or_insert_with(|| Crossing {
            since: reading.at,
            until: reading.at,
            worst: reading.value.clone(),
        });
        run.until = reading.at;
        let is_worse = (reading.value < run.worst) == limit.is_least;
        if is_worse {
            run.worst = reading.value.clone();
        }
    }
    end(run);
    found
}

fn is_long(limit: &SensorLimit, run: &Crossing) -> bool {
    run.until.as_micros() - run.since.as_micros() >= limit.minutes * MINUTE
}

/// How far back readings decide whether the limit is crossed now.
#[must_use]
pub fn crossing_window(sensor: &Sensor) -> i64 {
    let minutes = sensor.limit.as_ref().map_or(0, |limit| limit.minutes);
    minutes * MINUTE + 2 * sensor.gap_after * sensor.every_s * SECOND
}

/// Sums up the readings of a period, which are in the order of time. Hours before `since`, when the sensor was not there
/// yet, do not lack readings.
#[must_use]
pub fn summarise(sensor: &Sensor, readings: &[Reading], span: Span, since: Moment) -> Summary {
    let sum = readings
        .iter()
        .fold(Ratio::ZERO, |sum, reading| &sum + &reading.value);
    let count = Ratio::from_int(readings.len() as u64);
    let values = || readings.iter().map(|reading| reading.value.clone());
    let over = sensor.limit.as_ref().map_or(0, |limit| {
        let beyond = readings
            .iter()
            .filter(|reading| limit.is_crossed_by(&reading.value));
        i64::try_from(beyond.count()).unwrap_or(i64::MAX)
    });
    let mut hasher = Sha256::new();
    for reading in readings {
        hasher.update(line_of(sensor, reading));
    }
    let from = span.from.as_micros().max(since.as_micros());
    let first = (from - span.from.as_micros()).div_euclid(HOUR);
    let hours = (span.to.as_micros() - span.from.as_micros()).div_euclid(HOUR);
    let is_read = |hour: i64| {
        let start = span.from.as_micros() + hour * HOUR;
        let within = |reading: &&Reading| (start..start + HOUR).contains(&reading.at.as_micros());
        readings.iter().find(within).is_some()
    };
    let missing = (first..hours).filter(|hour| !is_read(*hour)).count();
    Summary {
        readings: readings.len(),
        mean: sum.checked_div(&count),
        lowest: values().min(),
        highest: values().max(),
        minutes_over: (over.saturating_mul(sensor.every_s) + 30).div_euclid(60),
        is_exceeded: !crossings(sensor, readings).is_empty(),
        missing_hours: i64::try_from(missing).unwrap_or(i64::MAX),
        digest: hex::encode(hasher.finalize()),
    }
}

/// The line of a reading in what a summary's digest is made from.
#[must_use]
pub fn line_of(sensor: &Sensor, reading: &Reading) -> String {
    format!("{} {}\n", reading.at, shown(sensor, &reading.value))
}

/// The periods that began at or after `from` or hold it, and are over for so long that no reading of theirs is taken any
/// more.
#[must_use]
pub fn closed_periods(
    sensor: &Sensor,
    from: Moment,
    now: Moment,
    zone: &TimeZoneName,
) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut day = from.day_in(zone);
    let last = now.as_micros() - sensor.late_minutes * MINUTE;
    while let (Some(start), Some(next)) = (Moment::start_of(day, zone), day.plus_days(1)) {
        let Some(end) = Moment::start_of(next, zone) else {
            break;
        };
        let hours = (end.as_micros() - start.as_micros()).div_euclid(HOUR);
        let parts: Vec<Span> = if sensor.is_hourly {
            let hour = |hour: i64| {
                Some(Span {
                    from: start.plus_micros(hour * HOUR)?,
                    to: start.plus_micros((hour + 1) * HOUR)?,
                    day,
                    hour: Some(hour),
                })
            };
            (0..hours).filter_map(hour).collect()
        } else {
            vec![Span {
                from: start,
                to: end,
                day,
                hour: None,
            }]
        };
        for span in parts {
            if span.to.as_micros() > last || spans.len() == PERIODS_MAX {
                return spans;
            }
            if span.to > from {
                spans.push(span);
            }
        }
        day = next;
    }
    spans
}

/// An attribute of a subject on a day, as text.
#[must_use]
pub fn attribute_on(row: &SubjectRow, name: &str, day: Day) -> Option<String> {
    let day = day.to_string();
    let told = row.attributes.iter();
    let told = told.filter(|(told, from, ..)| told == name && *from <= day);
    let (_, _, value, _) = told.max_by(|one, other| (&one.1, one.3).cmp(&(&other.1, other.3)))?;
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    }
}

impl Office {
    /// The present moment; in a demonstration this time of its fixed day.
    ///
    /// # Errors
    /// The programme cannot be read.
    pub fn moment(&self) -> Result<Moment, Problem> {
        let now = now();
        if self.nature() != Nature::Demonstration {
            return Ok(now);
        }
        let zone = self.zone()?;
        let started = Moment::start_of(now.day_in(&zone), &zone);
        let today = Moment::start_of(self.today()?, &zone);
        let shifted = started
            .zip(today)
            .and_then(|(started, today)| today.plus_micros(now.as_micros() - started.as_micros()));
        Ok(shifted.unwrap_or(now))
    }

    /// The programme's time zone.
    ///
    /// # Errors
    /// It is none.
    pub fn zone(&self) -> Result<TimeZoneName, Problem> {
        TimeZoneName::parse(&self.programme()?.time_zone).map_err(Problem::from)
    }

    /// The sensor of that name, on a subject that is known.
    ///
    /// # Errors
    /// The programme does not declare it, or there is no such subject.
    pub fn sensor_on<'p>(
        &self,
        programme: &'p Programme,
        sensor: &str,
        subject: &str,
    ) -> Result<&'p Sensor, Problem> {
        let declared = programme.sensors.get(sensor).ok_or_else(|| {
            let known = programme.sensors.keys().map(|id| &**id);
            problems::unknown_sensor(sensor, programme::suggest(sensor, known))
        })?;
        let subject_type = declared.subject_type.as_str();
        if self.mirror().subject_name(subject_type, subject).is_none() {
            let name = programme.subject_types.get(&declared.subject_type);
            let name = name.map_or(subject_type, |found| &*found.name.zh);
            return Err(problems::sensor_of_nobody(name, subject));
        }
        Ok(declared)
    }

    /// The unit that answers for what a sensor measures on a subject.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn sensor_unit(
        &self,
        sensor: &Sensor,
        subject: &str,
        day: Day,
    ) -> Result<Option<String>, Problem> {
        let row = self.subject(sensor.subject_type.as_str(), subject)?;
        let row = row.unwrap_or_default();
        let mut fields = sensor.unit_from.iter();
        Ok(fields.find_map(|field| attribute_on(&row, field.as_str(), day)))
    }

    /// Writes the summary of a period as a record; `None` where it was written before.
    ///
    /// # Errors
    /// The record does not meet its type's rules, such as the subject having no unit; the ledger cannot be written.
    pub fn write_summary(
        &mut self,
        sensor: &Sensor,
        subject: &str,
        span: Span,
        summary: &Summary,
        refused: u64,
    ) -> Result<Option<u64>, Problem> {
        let programme = self.programme()?;
        let Some(record_type) = sensor
            .summary
            .as_ref()
            .and_then(|id| programme.record_types.get(id))
        else {
            return Ok(None);
        };
        let unit = self.sensor_unit(sensor, subject, span.day)?;
        if unit.is_none() && !sensor.unit_from.is_empty() {
            return Err(problems::summary_without_unit(subject));
        }
        let places = |id: &FieldId| match record_type.fields.get(id).map(|it| &it.field_type) {
            Some(FieldType::Decimal(places)) => *places,
            _ => 0,
        };
        let decimal = |id: &FieldId, value: &Option<Ratio>| {
            value
                .as_ref()
                .map(|value| value.to_decimal(places(id), Rounding::HalfUp))
        };
        let cell = |id: &FieldId| {
            let text = match id.as_str() {
                "day" => Some(span.day.to_string()),
                "unit" => unit.clone(),
                "subject" => Some(subject.to_owned()),
                "sensor" => Some(sensor.id.to_string()),
                "hour" => span.hour.map(|hour| hour.to_string()),
                "readings" => Some(summary.readings.to_string()),
                "mean" => decimal(id, &summary.mean),
                "lowest" => decimal(id, &summary.lowest),
                "highest" => decimal(id, &summary.highest),
                "minutes_over" => Some(summary.minutes_over.to_string()),
                "exceeded" => Some(if summary.is_exceeded { "yes" } else { "no" }.to_owned()),
                "missing_hours" => Some(summary.missing_hours.to_string()),
                "refused" => Some(refused.to_string()),
                "digest" => Some(summary.digest.clone()),
                _ => None,
            };
            text.map(Cell::text)
        };
        let spellings = self.spellings()?;
        let made = draft(&programme, &spellings, record_type, cell, Vec::new());
        let made = made.map_err(|mut faults| faults.swap_remove(0).problem)?;
        Ok(match self.submit_by_rule(&made)? {
            Some(Receipt::Added(record)) => Some(record),
            _ => None,
        })
    }

    /// The open case that a sensor's crossed limit has on a subject.
    ///
    /// # Errors
    /// The programme cannot be read.
    pub fn case_of_sensor(&self, sensor: &Sensor, subject: &str) -> Result<Option<u64>, Problem> {
        let programme = self.programme()?;
        let Some(flow) = flow_of(&programme, sensor) else {
            return Ok(None);
        };
        let mut tests = vec![
            Test::OneOf("subject".into(), vec![subject.into()]),
            Test::Empty("closed_on".into()),
        ];
        if let Some(field) = flow.fields.iter().find(|field| is_which(field)) {
            let own: Arc<str> = said(field, sensor).into();
            tests.push(Test::OneOf(field.id.as_str().into(), vec![own]));
        }
        let listing = Listing {
            tests,
            ..Listing::new(Schema::cases_name(&flow.id), self.position(), 1)
        };
        let page = self.mirror().columns().list(&listing);
        Ok(page.rows.first().map(measure::RowView::id))
    }

    /// Opens the case that a crossed limit asks for, unless one is open; gives the new one.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn open_for_crossing(
        &mut self,
        sensor: &Sensor,
        subject: &str,
        crossing: &Crossing,
    ) -> Result<Option<u64>, Problem> {
        let acting = self.acting();
        let done = self.decide_again(|office| office.open_for_now(sensor, subject, crossing));
        self.set_acting(acting);
        done
    }

    fn open_for_now(
        &mut self,
        sensor: &Sensor,
        subject: &str,
        crossing: &Crossing,
    ) -> Result<Option<u64>, Problem> {
        let programme = self.programme()?;
        let Some(flow) = flow_of(&programme, sensor) else {
            return Ok(None);
        };
        if self.case_of_sensor(sensor, subject)?.is_some() {
            return Ok(None);
        }
        let (today, zone) = (self.today()?, self.zone()?);
        let mut facts = CaseOpenFacts {
            subject: Some(subject.to_owned()),
            ..opened(flow, today, self.sensor_unit(sensor, subject, today)?)
        };
        let limit = sensor.limit.as_ref();
        let limit = limit
            .map(|limit| shown(sensor, &limit.value))
            .unwrap_or_default();
        for field in &flow.fields {
            let text = match field.id.as_str() {
                _ if is_which(field) => said(field, sensor),
                "value" => shown(sensor, &crossing.worst),
                "limit" => limit.clone(),
                "measured_on" => crossing.since.day_in(&zone).to_string(),
                "since" if field.kind == FieldKind::Day => crossing.since.day_in(&zone).to_string(),
                "since" => time_of(crossing.since, &zone),
                _ => continue,
            };
            // A field that cannot hold it stays empty: the case is opened all the same.
            if let Ok(value) = field.read(&text) {
                facts.fields.insert(field.id.to_string(), to_json(&value));
            }
        }
        let clock = self.clock()?;
        let mut commands: Vec<Command> = clock.into_iter().collect();
        commands.push(Command::new(Kind::CaseFiled, &facts, &Private::default())?);
        let heads = self.append(commands, &[])?;
        Ok(heads.last().map(|head| head.position.0))
    }
}

fn flow_of<'p>(programme: &'p Programme, sensor: &Sensor) -> Option<&'p casework::Flow> {
    let flow = sensor.limit.as_ref()?.opens.as_ref()?;
    programme.flows.get(flow).map(|flow| &**flow)
}

/// Whether a case's field says which sensor it is about.
fn is_which(field: &casework::Field) -> bool {
    matches!(field.id.as_str(), "sensor" | "measured")
}

/// What a case's field says of a sensor: its code where it is a choice, otherwise its name.
fn said(field: &casework::Field, sensor: &Sensor) -> String {
    match field.kind {
        FieldKind::Choice(_) => sensor.id.to_string(),
        _ => sensor.name.zh.to_string(),
    }
}

#[cfg(test)]
mod tests;
