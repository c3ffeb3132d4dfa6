//! A moment in time, always UTC, and the time zone that turns it into a civil day.
//!
//! The ledger keeps moments; figures are dated by days. Only [`Moment::day_in`] goes from one to
//! the other, and it is told the time zone: nothing reads the machine's own.

use crate::problems::{self, error_by_problem, shown};
use crate::{Day, Problem};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::fmt;
use std::sync::Arc;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A moment: microseconds since 1970-01-01T00:00:00Z, from year 1 to year 9999.
///
/// ```
/// use base::{Moment, TimeZoneName};
/// let moment = Moment::parse("2018-03-05T23:30:00+08:00")?;
/// assert_eq!(moment.to_string(), "2018-03-05T15:30:00.000000Z");
/// assert_eq!(Moment::parse(&moment.to_string())?, moment);
/// # Ok::<(), base::MomentError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// A text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentError(String);

impl From<MomentError> for Problem {
    fn from(error: MomentError) -> Problem {
        problems::not_a_moment(error.0)
    }
}

error_by_problem!(MomentError);

impl Moment {
    /// 0001-01-03T00:00:00Z; two days after [`Day::MIN`], so that every time zone has a day for it.
    pub const MIN: Moment = Moment((Day::MIN.number() as i64 + 2) * MICROS_PER_DAY);
    /// The microsecond before 9999-12-30T00:00:00Z, for the same reason.
    pub const MAX: Moment = Moment((Day::MAX.number() as i64 - 1) * MICROS_PER_DAY - 1);

    /// The moment so many microseconds after 1970-01-01T00:00:00Z; `None` outside the range.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Moment> {
        if micros < Moment::MIN.0 || micros > Moment::MAX.0 {
            None
        } else {
            Some(Moment(micros))
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with an offset or `Z`, at most six digits below the second.
    ///
    /// # Errors
    /// [`MomentError`] when the text is none, or is finer than a microsecond.
    pub fn parse(text: &str) -> Result<Moment, MomentError> {
        let error = || MomentError(shown(text));
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| error())?;
        if timestamp.subsec_nanosecond() % 1000 != 0 {
            return Err(error());
        }
        Moment::from_micros(timestamp.as_microsecond()).ok_or_else(error)
    }

    /// The civil day that this moment falls on in a time zone.
    ///
    /// ```
    /// use base::{Moment, TimeZoneName};
    /// let city = TimeZoneName::parse("Asia/Shanghai").unwrap();
    /// let late = Moment::parse("2018-03-05T16:00:00Z").unwrap();
    /// assert_eq!(late.day_in(&city).to_string(), "2018-03-06");
    /// ```
    #[must_use]
    pub fn day_in(self, zone: &TimeZoneName) -> Day {
        let offset_micros = jiff::Timestamp::from_microsecond(self.0)
            .map_or(0, |moment| i64::from(zone.zone.to_offset(moment).seconds()))
            * MICROS_PER_SECOND;
        // Within the range of `Moment` an offset of at most ±26 hours stays within that of `Day`.
        i32::try_from((self.0 + offset_micros).div_euclid(MICROS_PER_DAY))
            .ok()
            .and_then(Day::from_number)
            .unwrap_or(if self.0 < 0 { Day::MIN } else { Day::MAX })
    }

    /// The first moment of a civil day in a time zone; `None` within two days of the range's ends.
    ///
    /// ```
    /// use base::{Day, Moment, TimeZoneName};
    /// let city = TimeZoneName::parse("Asia/Shanghai").unwrap();
    /// let midnight = Moment::start_of(Day::parse("2018-03-05").unwrap(), &city).unwrap();
    /// assert_eq!(midnight.to_string(), "2018-03-04T16:00:00.000000Z");
    /// ```
    #[must_use]
    pub fn start_of(day: Day, zone: &TimeZoneName) -> Option<Moment> {
        let (year, month, day) = day.ymd();
        let civil = jiff::civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        let first = civil
            .to_zoned(zone.zone.clone())
            .ok()?
            .start_of_day()
            .ok()?;
        Moment::from_micros(first.timestamp().as_microsecond())
    }

    /// The moment so many microseconds later, or earlier when negative; `None` outside the range.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Option<Moment> {
        self.0.checked_add(micros).and_then(Moment::from_micros)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.rem_euclid(MICROS_PER_DAY);
        let day = i32::try_from(self.0.div_euclid(MICROS_PER_DAY))
            .ok()
            .and_then(Day::from_number)
            .ok_or(fmt::Error)?; // cannot happen within the range of `Moment`
        let seconds = micros / MICROS_PER_SECOND;
        write!(
            f,
            "{day}T{:02}:{:02}:{:02}.{:06}Z",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            micros % MICROS_PER_SECOND
        )
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A time zone of the IANA time zone database, by name.
///
/// The database is compiled in: the same build gives the same days on every machine, and a machine
/// without one works.
///
/// ```
/// use base::TimeZoneName;
/// assert_eq!(TimeZoneName::parse("Asia/Shanghai").unwrap().as_str(), "Asia/Shanghai");
/// assert!(TimeZoneName::parse("Asia/Chibi").is_err());
/// ```
#[derive(Clone)]
pub struct TimeZoneName {
    name: Arc<str>,
    zone: TimeZone,
}

/// A name that the time zone database does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTimeZone(String);

impl From<UnknownTimeZone> for Problem {
    fn from(error: UnknownTimeZone) -> Problem {
        problems::unknown_time_zone(error.0)
    }
}

error_by_problem!(UnknownTimeZone);

impl TimeZoneName {
    /// Looks the name up in the database; letters of either case, kept as the database writes them.
    ///
    /// # Errors
    /// [`UnknownTimeZone`] when there is none of that name.
    pub fn parse(name: &str) -> Result<TimeZoneName, UnknownTimeZone> {
        let zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| UnknownTimeZone(shown(name)))?;
        Ok(TimeZoneName {
            name: Arc::from(zone.iana_name().unwrap_or(name)),
            zone,
        })
    }

    /// The name, such as `Asia/Shanghai`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl PartialEq for TimeZoneName {
    fn eq(&self, other: &TimeZoneName) -> bool {
        self.name == other.name
    }
}

impl Eq for TimeZoneName {}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl fmt::Debug for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeZoneName({:?})", &*self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn zone(name: &str) -> TimeZoneName {
        TimeZoneName::parse(name).unwrap()
    }

    #[test]
    fn texts_and_microseconds() {
        for (text, micros, shown) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000000Z"),
            (
                "1970-01-01T08:00:00+08:00",
                0,
                "1970-01-01T00:00:00.000000Z",
            ),
            (
                "1970-01-01T00:00:00.000001Z",
                1,
                "1970-01-01T00:00:00.000001Z",
            ),
            (
                "1969-12-31T23:59:59.999999Z",
                -1,
                "1969-12-31T23:59:59.999999Z",
            ),
            (
                "2018-03-05T01:02:03Z",
                1_520_211_723_000_000,
                "2018-03-05T01:02:03.000000Z",
            ),
        ] {
            assert_eq!(moment(text).as_micros(), micros, "{text}");
            assert_eq!(Moment::from_micros(micros), Some(moment(text)));
            assert_eq!(moment(text).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2018-03-05",
            "2018-03-05T01:02:03",
            "2018-02-31T01:02:03Z",
            "2018-03-05T25:02:03Z",
            "2018-03-05T01:02:03.0000001Z",
            "0000-12-31T23:59:59Z",
            "-000001-01-01T00:00:00Z",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
        let error = Problem::from(Moment::parse("yesterday").unwrap_err());
        assert_eq!(
            (error.code, error.what(crate::Lang::En)),
            ("B103", "`yesterday` is not a moment with its offset")
        );
    }

    #[test]
    fn the_day_depends_on_the_zone_and_on_its_history() {
        for (text, name, day) in [
            ("2018-03-05T15:59:59Z", "Asia/Shanghai", "2018-03-05"),
            ("2018-03-05T16:00:00Z", "Asia/Shanghai", "2018-03-06"),
            ("2018-03-05T16:00:00Z", "UTC", "2018-03-05"),
            // China kept summer time (+09:00) from May to September 1986.
            ("1986-07-01T15:30:00Z", "Asia/Shanghai", "1986-07-02"),
            ("1985-07-01T15:30:00Z", "Asia/Shanghai", "1985-07-01"),
            ("2018-07-05T04:30:00Z", "America/Chicago", "2018-07-04"),
            ("2018-07-05T05:00:00Z", "America/Chicago", "2018-07-05"),
        ] {
            assert_eq!(
                moment(text).day_in(&zone(name)).to_string(),
                day,
                "{text} {name}"
            );
        }
    }

    #[test]
    fn a_day_starts_at_its_first_moment() {
        let city = zone("Asia/Shanghai");
        for number in -20_000..20_000 {
            let day = Day::from_number(number).unwrap();
            let start = Moment::start_of(day, &city).unwrap();
            assert_eq!(start.day_in(&city), day);
            assert_eq!(
                start.plus_micros(-1).unwrap().day_in(&city),
                day.plus_days(-1).unwrap()
            );
        }
    }

    #[test]
    fn nothing_wraps_at_the_ends() {
        assert_eq!(Moment::from_micros(i64::MIN), None);
        assert_eq!(Moment::from_micros(i64::MAX), None);
        assert_eq!(Moment::MAX.plus_micros(1), None);
        assert_eq!(Moment::MIN.plus_micros(i64::MIN), None);
        assert_eq!(Moment::MIN.to_string(), "0001-01-03T00:00:00.000000Z");
        assert_eq!(Moment::MAX.to_string(), "9999-12-29T23:59:59.999999Z");
        for end in [Moment::MIN, Moment::MAX] {
            assert_eq!(moment(&end.to_string()), end);
            for name in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"] {
                let day = end.day_in(&zone(name));
                assert!(day > Day::MIN && day < Day::MAX);
            }
        }
        assert_eq!(Moment::start_of(Day::MIN, &zone("UTC")), None);
        assert_eq!(Moment::start_of(Day::MAX, &zone("UTC")), None);
    }

    #[test]
    fn a_zone_is_known_by_its_name_in_the_database() {
        assert_eq!(zone("asia/shanghai"), zone("Asia/Shanghai"));
        assert_eq!(zone("asia/shanghai").to_string(), "Asia/Shanghai");
        assert_ne!(zone("Asia/Shanghai"), zone("UTC"));
        for name in ["", "Asia/Chibi", "+08:00", "../../etc/passwd"] {
            assert!(TimeZoneName::parse(name).is_err(), "{name}");
        }
    }
}
