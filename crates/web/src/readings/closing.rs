//! Periods that are over: each becomes one record, and raw readings go when their time has come.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base::{Moment, Problem, TimeZoneName};
use desk::Desk;
use office::Office;
use office::readings::{Span, Summary, closed_periods, summarise};
use programme::model::{Programme, Sensor};

use super::{Standing, held, numbers, standing};
use crate::site::Site;

/// How often the site looks for periods that are over.
const EVERY: Duration = Duration::from_secs(60);
const DAY: i64 = 24 * 3_600_000_000;
/// The rule whose refusals a summary counts: values that are not plausible.
const IMPLAUSIBLE: &str = "O944";

/// What was summed up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Closed {
    /// Records that were written.
    pub written: usize,
    /// What could not be, each kind once.
    pub failed: Vec<Problem>,
}

/// Writes the summary of a sensor's period on a subject, of so many readings; says whether it is new.
pub type WriteSummary<'a> =
    dyn FnMut(&Sensor, &str, Span, &Summary, u64) -> Result<bool, Problem> + 'a;

/// Sums up every sensor's periods that are over and not summed up yet, each by `write`, which says whether it is new.
/// Asking again does nothing more.
///
/// # Errors
/// The desk cannot be read.
pub fn close_periods(
    desk: &Desk,
    programme: &Programme,
    zone: &TimeZoneName,
    now: Moment,
    write: &mut WriteSummary<'_>,
) -> Result<Closed, Problem> {
    let mut closed = Closed::default();
    for row in desk.sensors()? {
        let Some(sensor) = programme.sensors.get(row.rule.as_str()) else {
            continue;
        };
        if sensor.summary.is_some() {
            let from = row.summed_to.unwrap_or(row.since);
            for span in closed_periods(sensor, from, now, zone) {
                let minutes = (span.to.as_micros() - span.from.as_micros()) / 60_000_000;
                // No more can have been taken, by the sensor's rate.
                let most =
                    usize::try_from((minutes + 2 * sensor.late_minutes + 1) * sensor.per_minute);
                let kept = desk.readings(row.id, span.from, span.to, most.unwrap_or(usize::MAX))?;
                let summary = summarise(sensor, &numbers(kept), span, row.since);
                let refused =
                    desk.readings_refused(row.id, span.from, span.to, Some(IMPLAUSIBLE))?;
                match write(sensor, &row.subject, span, &summary, refused) {
                    Ok(is_new) => closed.written += usize::from(is_new),
                    Err(problem) => {
                        if !closed.failed.contains(&problem) {
                            closed.failed.push(problem);
                        }
                        // What comes after waits, so that no period is left out.
                        break;
                    }
                }
                desk.sensor_summed(row.id, span.to)?;
            }
        }
        if let Some(before) = now.plus_micros(-sensor.kept_days * DAY) {
            desk.drop_readings(row.id, before)?;
        }
    }
    Ok(closed)
}

/// Sums up what is over, once a minute.
pub(crate) fn tick(site: &Site) -> Result<(), Problem> {
    let intake = &site.shared.readings;
    {
        let mut ticked = held(&intake.ticked);
        if ticked.is_some_and(|last| last.elapsed() < EVERY) {
            return Ok(());
        }
        *ticked = Some(Instant::now());
    }
    let (programme, zone, now) = site.office().read(|office| {
        Ok::<_, Problem>((office.programme()?, office.zone()?, office.moment()?))
    })??;
    if programme.sensors.is_empty() {
        return Ok(());
    }
    // Lists of work show gaps, and no entry tells of one.
    let sensors = site.desk().sensors()?;
    let is_gap = |row: &&desk::readings::Sensor| standing(&programme, row, now) == Standing::Gap;
    let gaps: BTreeSet<i64> = sensors.iter().filter(is_gap).map(|row| row.id).collect();
    if *held(&intake.gaps) != gaps {
        *held(&intake.gaps) = gaps;
        site.desk().sensors_changed()?;
    }
    let mut write = |sensor: &Sensor, subject: &str, span: Span, summary: &Summary, refused| {
        site.office().command(office::actor::FIRST, None, |office| {
            let written = office.write_summary(sensor, subject, span, summary, refused)?;
            Ok::<_, Problem>(written.is_some())
        })
    };
    let closed = close_periods(site.desk(), &programme, &zone, now, &mut write)?;
    if closed.written > 0
        && let Ok(position) = site.office().read(Office::position)
    {
        site.tell(position);
    }
    intake.note(closed.failed.into_iter().next());
    Ok(())
}
