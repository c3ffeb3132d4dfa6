//! A period: what a figure is measured over and an assessment is held for.
//!
//! Periods are texts in programmes, in addresses of figures and on the command line; every period
//! has one text and [`Period::parse`] reads it back. `period/parts.rs` cuts and moves periods.

mod parts;
#[cfg(test)]
mod tests;

pub use parts::PartKind;

use crate::problems::{self, error_by_problem, shown};
use crate::{Day, DayError, Problem};
use std::cmp::Ordering;
use std::fmt;

/// The first day of a city's assessment year; 1 January unless declared.
///
/// ```
/// use base::AssessmentStart;
/// let july = AssessmentStart::new(7, 1).unwrap();
/// assert_eq!((july.month(), july.day()), (7, 1));
/// assert!(AssessmentStart::new(2, 29).is_none()); // not in every year
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssessmentStart {
    month: u8,
    day: u8,
}

impl AssessmentStart {
    /// A day that every year has; `None` when there is none, or for 29 February.
    #[must_use]
    pub fn new(month: u8, day: u8) -> Option<AssessmentStart> {
        const COMMON_YEAR: i32 = 2018;
        Day::from_ymd(COMMON_YEAR, u32::from(month), u32::from(day))?;
        Some(AssessmentStart { month, day })
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// The assessment year that starts in a calendar year.
    #[must_use]
    pub fn year_from(self, start_year: i32) -> Period {
        Period::AssessmentYear {
            start_year,
            start_month: self.month,
            start_day: self.day,
        }
    }
}

impl Default for AssessmentStart {
    fn default() -> AssessmentStart {
        AssessmentStart { month: 1, day: 1 }
    }
}

/// A span of days, both ends in it.
///
/// Made by [`Period::parse`]. A variant written by hand with numbers that no calendar has (half 3,
/// month 13, year 0) is treated as the nearest one that it has.
///
/// Periods are ordered by their first day, then by their last; one without a first day is first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar year: `2018`.
    Year(i32),
    /// Half 1 or 2 of a year: `2018H1`.
    Half(i32, u8),
    /// Quarter 1 to 4 of a year: `2018Q3`.
    Quarter(i32, u8),
    /// Month 1 to 12 of a year: `2018-06`.
    Month(i32, u8),
    /// The calendar years from the first to the last: `2016..2018`.
    Years(i32, i32),
    /// Everything up to the end of a calendar year: `..2012`.
    UpTo(i32),
    /// The twelve months from a declared day: `2015A` starts in 2015.
    AssessmentYear {
        /// The calendar year in which it starts.
        start_year: i32,
        /// The month in which it starts, 1 to 12.
        start_month: u8,
        /// The day of the month on which it starts.
        start_day: u8,
    },
    /// From a day to a day: `2018-01-05..2018-02-07`.
    Days(Day, Day),
}

/// A text that is no period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeriodError {
    /// In none of the forms.
    Form(String),
    /// It ends before it starts.
    Backwards(String),
    /// One of its days does not exist.
    Day(DayError),
}

impl From<PeriodError> for Problem {
    fn from(error: PeriodError) -> Problem {
        match error {
            PeriodError::Form(text) => problems::not_a_period(text),
            PeriodError::Backwards(text) => problems::backwards_period(text),
            PeriodError::Day(error) => error.into(),
        }
    }
}

error_by_problem!(PeriodError);

impl Period {
    /// Reads `2018`, `2018H1`, `2018Q3`, `2018-06`, `2016..2018`, `..2012`, `2015A` (a year from
    /// the given start) or `2018-01-05..2018-02-07`.
    ///
    /// ```
    /// use base::{AssessmentStart, Period};
    /// let july = AssessmentStart::new(7, 1).unwrap();
    /// let year = Period::parse("2015A", july)?;
    /// assert_eq!(year.last().to_string(), "2016-06-30");
    /// assert_eq!(year.to_string(), "2015A");
    /// assert!(Period::parse("2018H3", july).is_err());
    /// # Ok::<(), base::PeriodError>(())
    /// ```
    ///
    /// # Errors
    /// [`PeriodError`] says whether the form is wrong, the ends are swapped or a day does not exist.
    pub fn parse(text: &str, start: AssessmentStart) -> Result<Period, PeriodError> {
        let form = || PeriodError::Form(shown(text));
        if let Some((first, last)) = text.split_once("..") {
            return parse_range(first, last)
                .unwrap_or_else(|| Err(form()))
                .map_err(|e| match e {
                    PeriodError::Backwards(_) => PeriodError::Backwards(shown(text)),
                    other => other,
                });
        }
        let (year, rest) = text.split_at_checked(4).ok_or_else(form)?;
        let year = parse_year(year).ok_or_else(form)?;
        let number = |digits: &str, max: u8| {
            let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: Option<u8> = digits.parse().ok().filter(|_| all_digits);
            number.filter(|n| (1..=max).contains(n)).ok_or_else(form)
        };
        match rest {
            "" => return Ok(Period::Year(year)),
            "A" => return Ok(start.year_from(year)),
            _ => {}
        }
        // A sign that is no letter of ours may be several bytes wide; then there is no part behind it.
        match rest.split_at_checked(1).ok_or_else(form)? {
            ("H", half) if half.len() == 1 => Ok(Period::Half(year, number(half, 2)?)),
            ("Q", quarter) if quarter.len() == 1 => Ok(Period::Quarter(year, number(quarter, 4)?)),
            ("-", month) if month.len() == 2 => Ok(Period::Month(year, number(month, 12)?)),
            _ => Err(form()),
        }
    }

    /// The first day; `None` when the period has no start (`..2012`).
    #[must_use]
    pub fn first(&self) -> Option<Day> {
        Some(match *self {
            Period::Year(year) | Period::Years(year, _) => first_of(year, 1),
            Period::Half(year, half) => first_of(year, half_month(half)),
            Period::Quarter(year, quarter) => first_of(year, quarter_month(quarter)),
            Period::Month(year, month) => first_of(year, u32::from(month)),
            Period::UpTo(_) => return None,
            Period::AssessmentYear {
                start_year,
                start_month,
                start_day,
            } => assessment_first(start_year, start_month, start_day),
            Period::Days(first, _) => first,
        })
    }

    /// The last day.
    #[must_use]
    pub fn last(&self) -> Day {
        match *self {
            Period::Year(year) | Period::Years(_, year) | Period::UpTo(year) => {
                first_of(year, 12).last_of_month()
            }
            Period::Half(year, half) => first_of(year, half_month(half) + 5).last_of_month(),
            Period::Quarter(year, quarter) => {
                first_of(year, quarter_month(quarter) + 2).last_of_month()
            }
            Period::Month(year, month) => first_of(year, u32::from(month)).last_of_month(),
            Period::AssessmentYear {
                start_year,
                start_month,
                start_day,
            } => {
                let first = assessment_first(start_year, start_month, start_day);
                first
                    .plus_years(1)
                    .and_then(|day| day.plus_days(-1))
                    .unwrap_or(Day::MAX)
            }
            Period::Days(_, last) => last,
        }
    }

    /// Says whether a day is in the period.
    ///
    /// ```
    /// use base::{AssessmentStart, Day, Period};
    /// let day = Day::parse("2012-12-31").unwrap();
    /// assert!(Period::UpTo(2012).contains(day));
    /// assert!(!Period::Half(2012, 1).contains(day));
    /// ```
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.first().is_none_or(|first| first <= day) && day <= self.last()
    }

    /// The number of days, both ends counted; `None` when the period has no start.
    #[must_use]
    pub fn length_days(&self) -> Option<i32> {
        Some(self.last().days_since(self.first()?) + 1)
    }

    /// A number for each variant and its three fields, to tell apart what has the same days.
    fn raw(&self) -> [i32; 4] {
        match *self {
            Period::UpTo(year) => [0, year, 0, 0],
            Period::Years(first, last) => [1, first, last, 0],
            Period::Year(year) => [2, year, 0, 0],
            Period::AssessmentYear {
                start_year,
                start_month,
                start_day,
            } => [3, start_year, i32::from(start_month), i32::from(start_day)],
            Period::Half(year, half) => [4, year, i32::from(half), 0],
            Period::Quarter(year, quarter) => [5, year, i32::from(quarter), 0],
            Period::Month(year, month) => [6, year, i32::from(month), 0],
            Period::Days(first, last) => [7, first.number(), last.number(), 0],
        }
    }
}

/// Both ends of `a..b`; `None` when they are in no form.
fn parse_range(first: &str, last: &str) -> Option<Result<Period, PeriodError>> {
    if first.is_empty() {
        return parse_year(last).map(|year| Ok(Period::UpTo(year)));
    }
    if let (Some(from), Some(to)) = (parse_year(first), parse_year(last)) {
        return Some(if from <= to {
            Ok(Period::Years(from, to))
        } else {
            Err(PeriodError::Backwards(String::new()))
        });
    }
    match (Day::parse(first), Day::parse(last)) {
        (Ok(from), Ok(to)) if from <= to => Some(Ok(Period::Days(from, to))),
        (Ok(_), Ok(_)) => Some(Err(PeriodError::Backwards(String::new()))),
        (Err(error @ DayError::NoSuchDay(_)), _) | (_, Err(error @ DayError::NoSuchDay(_))) => {
            Some(Err(PeriodError::Day(error)))
        }
        _ => None,
    }
}

/// Four digits from 0001 to 9999.
fn parse_year(text: &str) -> Option<i32> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&year: &i32| is_year && year >= 1)
}

fn first_of(year: i32, month: u32) -> Day {
    // After clamping there is such a day; `MIN` is never reached.
    Day::from_ymd(year.clamp(1, 9999), month.clamp(1, 12), 1).unwrap_or(Day::MIN)
}

fn half_month(half: u8) -> u32 {
    u32::from(half.clamp(1, 2)) * 6 - 5
}

fn quarter_month(quarter: u8) -> u32 {
    u32::from(quarter.clamp(1, 4)) * 3 - 2
}

fn assessment_first(year: i32, month: u8, day: u8) -> Day {
    let first = first_of(year, u32::from(month));
    let last = first.last_of_month();
    first
        .plus_days(i64::from(day.clamp(1, 31)) - 1)
        .map_or(last, |start| start.min(last))
}

impl Ord for Period {
    fn cmp(&self, other: &Period) -> Ordering {
        (self.first(), self.last(), self.raw()).cmp(&(other.first(), other.last(), other.raw()))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Period) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Year(year) => write!(f, "{year:04}"),
            Period::Half(year, half) => write!(f, "{year:04}H{half}"),
            Period::Quarter(year, quarter) => write!(f, "{year:04}Q{quarter}"),
            Period::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Period::Years(first, last) => write!(f, "{first:04}..{last:04}"),
            Period::UpTo(year) => write!(f, "..{year:04}"),
            Period::AssessmentYear { start_year, .. } => write!(f, "{start_year:04}A"),
            Period::Days(first, last) => write!(f, "{first}..{last}"),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
