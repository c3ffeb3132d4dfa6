//! A civil day of the Gregorian calendar: what records are dated by and figures are true for.
//!
//! One number, so that columns of days are small and comparing them is one instruction. The
//! conversion to year, month and day runs in inner loops over records; it is integer arithmetic
//! here and is held against `jiff` for every day of the range in the tests.

use crate::Problem;
use crate::problems::{self, error_by_problem, shown};
use std::fmt;

/// A civil day from 0001-01-01 to 9999-12-31, kept as days since 1970-01-01.
///
/// ```
/// use base::Day;
/// let day = Day::parse("2018-03-05")?;
/// assert_eq!((day.year(), day.month(), day.day_of_month()), (2018, 3, 5));
/// assert_eq!(day.weekday(), 1); // a Monday
/// assert_eq!(day.number(), 17_595);
/// assert_eq!(day.plus_days(30).map(|d| d.to_string()).as_deref(), Some("2018-04-04"));
/// # Ok::<(), base::DayError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayError {
    /// Not of the form `2018-03-05`.
    Form(String),
    /// Of that form, but the calendar has no such day, such as 31 February.
    NoSuchDay(String),
}

impl From<DayError> for Problem {
    fn from(error: DayError) -> Problem {
        match error {
            DayError::Form(text) => problems::not_a_day(text),
            DayError::NoSuchDay(text) => problems::no_such_day(text),
        }
    }
}

error_by_problem!(DayError);

impl Day {
    /// 0001-01-01.
    pub const MIN: Day = Day(-719_162);
    /// 9999-12-31.
    pub const MAX: Day = Day(2_932_896);

    /// The day with this year, month (1 to 12) and day of month; `None` when there is none.
    ///
    /// ```
    /// use base::Day;
    /// assert!(Day::from_ymd(2016, 2, 29).is_some());
    /// assert!(Day::from_ymd(2018, 2, 29).is_none());
    /// ```
    #[must_use]
    pub const fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if year < 1 || year > 9999 || month < 1 || month > 12 {
            return None;
        }
        if day < 1 || day > days_in_month(year, month) {
            return None;
        }
        Some(Day(number_of(year, month, day)))
    }

    /// Reads `2018-03-05`: four, two and two ASCII digits with hyphens, nothing else.
    ///
    /// # Errors
    /// [`DayError`] says whether the form is wrong or the day does not exist.
    pub fn parse(text: &str) -> Result<Day, DayError> {
        let form = || DayError::Form(shown(text));
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| form())?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
            return Err(form());
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0u32, |sum, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| sum * 10 + u32::from(digit - b'0'))
            })
        };
        let year = number(&[y1, y2, y3, y4]).ok_or_else(form)?;
        let month = number(&[m1, m2]).ok_or_else(form)?;
        let day = number(&[d1, d2]).ok_or_else(form)?;
        i32::try_from(year)
            .ok()
            .and_then(|year| Day::from_ymd(year, month, day))
            .ok_or_else(|| DayError::NoSuchDay(shown(text)))
    }

    /// Days since 1970-01-01; negative before.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The day with this [`number`](Day::number); `None` outside the range.
    #[must_use]
    pub const fn from_number(number: i32) -> Option<Day> {
        if number < Day::MIN.0 || number > Day::MAX.0 {
            None
        } else {
            Some(Day(number))
        }
    }

    /// Year, month (1 to 12) and day of month (1 to 31) at once.
    #[must_use]
    pub const fn ymd(self) -> (i32, u32, u32) {
        civil_of(self.0)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u32 {
        self.ymd().1
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day_of_month(self) -> u32 {
        self.ymd().2
    }

    /// The day of the week, Monday 1 to Sunday 7.
    #[must_use]
    pub const fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        ((self.0 + 3).rem_euclid(7) + 1).unsigned_abs()
    }

    /// The day so many days later, or earlier when negative; `None` outside the range.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Day> {
        let number = i64::from(self.0).checked_add(days)?;
        i32::try_from(number).ok().and_then(Day::from_number)
    }

    /// The same day of the month so many months later, or the month's last day when it is
    /// shorter; `None` outside the range.
    ///
    /// ```
    /// use base::Day;
    /// let day = Day::parse("2018-01-31")?;
    /// assert_eq!(day.plus_months(1), Some(Day::parse("2018-02-28")?));
    /// # Ok::<(), base::DayError>(())
    /// ```
    #[must_use]
    pub fn plus_months(self, months: i32) -> Option<Day> {
        let (year, month, day) = self.ymd();
        let count = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let year = i32::try_from(count.div_euclid(12)).ok()?;
        let month = u32::try_from(count.rem_euclid(12)).ok()? + 1;
        Day::from_ymd(year, month, day.min(days_in_month(year, month)))
    }

    /// The same date so many years later, 29 February becoming 28 where there is none; `None`
    /// outside the range.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Option<Day> {
        self.plus_months(years.checked_mul(12)?)
    }

    /// How many days this day is after the other; negative when before.
    #[must_use]
    pub const fn days_since(self, earlier: Day) -> i32 {
        // Both are within ±3 million, so the difference cannot overflow.
        self.0 - earlier.0
    }

    /// The first day of this day's month.
    #[must_use]
    pub const fn first_of_month(self) -> Day {
        Day(self.0 - self.day_of_month().cast_signed() + 1)
    }

    /// The last day of this day's month.
    #[must_use]
    pub const fn last_of_month(self) -> Day {
        let (year, month, day) = self.ymd();
        Day(self.0 + (days_in_month(year, month) - day).cast_signed())
    }
}

/// The number of days of a month; 0 when there is no such month.
const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil and
// civil_from_days): years start in March, so that the leap day is the year's last.

/// Days since 1970-01-01 of an existing day of years 1 to 9999.
const fn number_of(year: i32, month: u32, day: u32) -> i32 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = (month.cast_signed() + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day.cast_signed() - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`number_of`].
const fn civil_of(number: i32) -> (i32, u32, u32) {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month.unsigned_abs(), day.unsigned_abs())
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Day, DayError> {
        Day::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_day_of_the_range_agrees_with_jiff() {
        let mut civil = jiff::civil::date(1, 1, 1);
        let mut number = Day::MIN.number();
        loop {
            let ours = Day::from_number(number).unwrap();
            let (year, month, day_of_month) = ours.ymd();
            assert_eq!(year, i32::from(civil.year()));
            assert_eq!(month, u32::from(civil.month().unsigned_abs()));
            assert_eq!(day_of_month, u32::from(civil.day().unsigned_abs()));
            assert_eq!(Day::from_ymd(year, month, day_of_month), Some(ours));
            let weekday = civil.weekday().to_monday_one_offset().unsigned_abs();
            assert_eq!(ours.weekday(), u32::from(weekday));
            if ours == Day::MAX {
                break;
            }
            number += 1;
            civil = civil.tomorrow().unwrap();
        }
        assert_eq!(civil, jiff::civil::date(9999, 12, 31));
    }

    #[test]
    fn texts_and_the_reason_when_they_are_no_days() {
        let form = |text: &str| Err(DayError::Form(text.to_owned()));
        let none = |text: &str| Err(DayError::NoSuchDay(text.to_owned()));
        for (text, expected) in [
            ("1970-01-01", Ok(0)),
            ("1969-12-31", Ok(-1)),
            ("2000-03-01", Ok(11_017)),
            ("2018-02-31", none("2018-02-31")),
            ("1900-02-29", none("1900-02-29")),
            ("2018-13-01", none("2018-13-01")),
            ("2018-00-10", none("2018-00-10")),
            ("0000-01-01", none("0000-01-01")),
            ("2018-3-5", form("2018-3-5")),
            ("2018/03/05", form("2018/03/05")),
            ("2018-03-05 ", form("2018-03-05 ")),
            ("+018-03-05", form("+018-03-05")),
            ("2018年3月", form("2018年3月")),
            ("", form("")),
        ] {
            assert_eq!(Day::parse(text).map(Day::number), expected, "{text}");
        }
    }

    #[test]
    fn months_and_years_keep_the_date_where_it_exists() {
        for (from, months, to) in [
            ("2018-01-31", 1, Some("2018-02-28")),
            ("2016-01-31", 1, Some("2016-02-29")),
            ("2018-01-15", -1, Some("2017-12-15")),
            ("2018-12-31", 12, Some("2019-12-31")),
            ("2016-02-29", -12, Some("2015-02-28")),
            ("9999-12-01", 1, None),
            ("0001-01-31", -1, None),
        ] {
            assert_eq!(
                day(from).plus_months(months),
                to.map(day),
                "{from} {months}"
            );
        }
        assert_eq!(day("2016-02-29").plus_years(4), Some(day("2020-02-29")));
        assert_eq!(day("2018-02-14").first_of_month(), day("2018-02-01"));
        assert_eq!(day("2016-02-14").last_of_month(), day("2016-02-29"));
    }

    #[test]
    fn nothing_wraps_at_the_ends() {
        assert_eq!(Day::MAX.plus_days(1), None);
        assert_eq!(Day::MIN.plus_days(-1), None);
        assert_eq!(Day::MAX.plus_days(i64::MAX), None);
        assert_eq!(Day::MIN.plus_months(i32::MIN), None);
        assert_eq!(Day::MIN.plus_years(i32::MIN), None);
        assert_eq!(Day::MAX.days_since(Day::MIN), 3_652_058);
        assert_eq!(
            (Day::MIN.to_string(), Day::MAX.to_string()),
            ("0001-01-01".into(), "9999-12-31".into())
        );
    }

    #[test]
    fn an_error_says_what_would_be_right() {
        assert_eq!(
            Day::parse("2018-02-31").unwrap_err().to_string(),
            "错误[B102]: 日历上没有“2018-02-31”这一天。改法：核对年、月、日，写一个实际存在的日期"
        );
    }
}
