//! The work calendar: which days are worked, by weekends, holidays and make-up days.
//!
//! The caller fills it from the programme's data, one notice for each year. A year without days is
//! not published yet, and counting through it is an error: nobody guesses a holiday.

use crate::problems::{self, error_by_problem};
use crate::{Day, Problem};
use std::collections::BTreeMap;

/// One day that a notice names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecialDay {
    /// The day.
    pub day: Day,
    /// Off, or else a make-up day that is worked.
    pub is_off: bool,
    /// The holiday's name.
    pub name: String,
}

/// What is known of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearDays {
    /// The notice that the days come from.
    pub source: String,
    /// How many days the notice names; 0 when it is not published.
    pub day_count: usize,
}

/// A year whose holidays are not known is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpublishedYear {
    /// The year.
    pub year: i32,
}

impl From<UnpublishedYear> for Problem {
    fn from(error: UnpublishedYear) -> Problem {
        problems::unpublished_year(error.year)
    }
}

error_by_problem!(UnpublishedYear);

/// A notice that does not fit the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarError {
    /// The year is there already.
    YearTwice(i32),
    /// A day is neither in the year nor in the one before or after.
    DayOutsideYear {
        /// The day.
        day: Day,
        /// The notice's year.
        year: i32,
    },
    /// Two rows say the opposite of one day.
    Conflict {
        /// The day.
        day: Day,
        /// The notice that came first.
        first: String,
        /// The notice that came second.
        second: String,
    },
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Problem {
        match error {
            CalendarError::YearTwice(year) => problems::year_twice(year),
            CalendarError::DayOutsideYear { day, year } => problems::day_outside_year(day, year),
            CalendarError::Conflict { day, first, second } => {
                problems::calendar_conflict(day, first, second)
            }
        }
    }
}

error_by_problem!(CalendarError);

/// Working days with make-up days. Saturdays and Sundays are off unless a notice says otherwise.
///
/// ```
/// use base::{Day, SpecialDay, WorkCalendar};
/// let day = |text| Day::parse(text).unwrap();
/// let mut calendar = WorkCalendar::new();
/// calendar.add_year(2018, "State Council notice", [
///     SpecialDay { day: day("2018-04-05"), is_off: true, name: "清明节".into() },
///     SpecialDay { day: day("2018-04-06"), is_off: true, name: "清明节".into() },
///     SpecialDay { day: day("2018-04-08"), is_off: false, name: "清明节".into() },
/// ])?;
/// assert_eq!(calendar.is_working_day(day("2018-04-06")), Ok(false));
/// assert_eq!(calendar.is_working_day(day("2018-04-08")), Ok(true)); // a Sunday, made up for
/// assert_eq!(calendar.add_working_days(day("2018-04-04"), 1), Ok(day("2018-04-08")));
/// assert_eq!(calendar.is_working_day(day("2019-01-02")).unwrap_err().year, 2019);
/// # Ok::<(), base::CalendarError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    years: BTreeMap<i32, YearDays>,
    special: BTreeMap<Day, Special>,
    /// Of each published year the working days up to and with each of its days, so that counting does not go through
    /// days: every open case of a work list asks for a day so many working days away.
    worked: BTreeMap<i32, Worked>,
}

/// The working days of one year, counted up.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Worked {
    first: Day,
    up_to: Box<[u16]>,
}

impl Worked {
    /// How many there are from the year's first day up to and with a day of it.
    fn up_to(&self, day: Day) -> i64 {
        let counted = usize::try_from(day.days_since(self.first));
        let counted = counted.ok().and_then(|at| self.up_to.get(at));
        counted.copied().map_or(0, i64::from)
    }

    fn all(&self) -> i64 {
        self.up_to.last().copied().map_or(0, i64::from)
    }

    fn last(&self) -> Day {
        let days = self.up_to.len().saturating_sub(1);
        self.first.plus_days(days as i64).unwrap_or(self.first)
    }

    /// The day with which so many are reached; `None` in a later year.
    fn day_of(&self, count: i64) -> Option<Day> {
        let at = self
            .up_to
            .partition_point(|&up_to| i64::from(up_to) < count);
        (at < self.up_to.len()).then(|| self.first.plus_days(at as i64))?
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Special {
    is_off: bool,
    name: String,
    year: i32,
}

impl WorkCalendar {
    /// A calendar of which no year is published.
    #[must_use]
    pub fn new() -> WorkCalendar {
        WorkCalendar::default()
    }

    /// Adds a year's notice. It may name days of the year before or after, as real ones do around
    /// New Year. Without days the year is known and not published.
    ///
    /// # Errors
    /// [`CalendarError`]; nothing of the notice is taken then.
    pub fn add_year(
        &mut self,
        year: i32,
        source: impl Into<String>,
        days: impl IntoIterator<Item = SpecialDay>,
    ) -> Result<(), CalendarError> {
        let source = source.into();
        if self.years.contains_key(&year) {
            return Err(CalendarError::YearTwice(year));
        }
        let mut taken: BTreeMap<Day, Special> = BTreeMap::new();
        for SpecialDay { day, is_off, name } in days {
            if day.year().abs_diff(year) > 1 {
                return Err(CalendarError::DayOutsideYear { day, year });
            }
            let earlier = self.special.get(&day).or_else(|| taken.get(&day));
            if let Some(earlier) = earlier.filter(|earlier| earlier.is_off != is_off) {
                let first = match self.years.get(&earlier.year) {
                    Some(known) => known.source.clone(),
                    None => source.clone(), // within this notice
                };
                return Err(CalendarError::Conflict {
                    day,
                    first,
                    second: source,
                });
            }
            taken.insert(day, Special { is_off, name, year });
        }
        self.years.insert(
            year,
            YearDays {
                source,
                day_count: taken.len(),
            },
        );
        self.special.extend(taken);
        for near in [year - 1, year, year + 1] {
            if self.has_year(near) {
                let counted = self.count_up(near);
                self.worked.extend(counted.map(|counted| (near, counted)));
            }
        }
        Ok(())
    }

    fn count_up(&self, year: i32) -> Option<Worked> {
        let first = Day::from_ymd(year, 1, 1)?;
        let days = i64::from(Day::from_ymd(year, 12, 31)?.days_since(first));
        let mut count = 0;
        let up_to = (0..=days).filter_map(|after| {
            let day = first.plus_days(after)?;
            let special = self.special.get(&day);
            let is_off = special.map_or_else(|| is_weekend(day), |special| special.is_off);
            count += u16::from(!is_off);
            Some(count)
        });
        let up_to = up_to.collect();
        Some(Worked { first, up_to })
    }

    /// Says whether the year's holidays are published.
    #[must_use]
    pub fn has_year(&self, year: i32) -> bool {
        self.years.get(&year).is_some_and(|days| days.day_count > 0)
    }

    /// The years that were added, published or not, in order.
    pub fn years(&self) -> impl Iterator<Item = (i32, &YearDays)> {
        self.years.iter().map(|(&year, days)| (year, days))
    }

    /// What the notices say of a day, if they name it.
    #[must_use]
    pub fn special_day(&self, day: Day) -> Option<SpecialDay> {
        let Special { is_off, name, .. } = self.special.get(&day)?;
        Some(SpecialDay {
            day,
            is_off: *is_off,
            name: name.clone(),
        })
    }

    /// Says whether a day is worked.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the day's year is not published, even where an adjacent year's
    /// notice names the day.
    pub fn is_working_day(&self, day: Day) -> Result<bool, UnpublishedYear> {
        let year = self.published(day.year())?;
        let before = day.plus_days(-1).map_or(0, |before| year.up_to(before));
        Ok(year.up_to(day) > before)
    }

    /// The day by which so many working days have passed after the start; the start itself is not
    /// counted (Civil Code of China, art. 201). With 0 it is the start, worked or not.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the count runs into a year that is not published.
    pub fn add_working_days(&self, start: Day, count: u32) -> Result<Day, UnpublishedYear> {
        if count == 0 {
            return Ok(start);
        }
        let (mut after, mut left) = (start, i64::from(count));
        loop {
            // The year of the first day that counts: the start's own may have none left.
            let year = self.published(next_day(after)?.year())?;
            let passed = year.up_to(after);
            if let Some(day) = year.day_of(passed + left) {
                return Ok(day);
            }
            left -= year.all() - passed;
            after = year.last();
        }
    }

    /// The day so many calendar days after the start, or the next working day when that one is not
    /// worked (Civil Code of China, art. 203).
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the end falls in a year that is not published.
    pub fn add_calendar_days_rolled(&self, start: Day, count: u32) -> Result<Day, UnpublishedYear> {
        let mut day = start.plus_days(i64::from(count)).ok_or(BEYOND)?;
        while !self.is_working_day(day)? {
            day = next_day(day)?;
        }
        Ok(day)
    }

    /// How many working days lie after `from`, up to and with `to`; negative when `to` is earlier.
    /// So the day that [`add_working_days`](Self::add_working_days) finds is so many away.
    ///
    /// ```
    /// # use base::{Day, SpecialDay, WorkCalendar};
    /// # let day = |text| Day::parse(text).unwrap();
    /// # let mut calendar = WorkCalendar::new();
    /// # let new_year = SpecialDay { day: day("2018-01-01"), is_off: true, name: "元旦".into() };
    /// # calendar.add_year(2018, "notice", [new_year]).unwrap();
    /// let (friday, monday) = (day("2018-03-02"), day("2018-03-05"));
    /// assert_eq!(calendar.working_days_between(friday, monday), Ok(1));
    /// assert_eq!(calendar.working_days_between(monday, friday), Ok(-1));
    /// ```
    ///
    /// # Errors
    /// [`UnpublishedYear`] when one of the counted days is in a year that is not published.
    pub fn working_days_between(&self, from: Day, to: Day) -> Result<i64, UnpublishedYear> {
        if to < from {
            return self.working_days_between(to, from).map(|count| -count);
        }
        if to == from {
            return Ok(0);
        }
        let mut count = 0;
        for year in next_day(from)?.year()..=to.year() {
            let worked = self.published(year)?;
            count += worked.up_to(to.min(worked.last())) - worked.up_to(from);
        }
        Ok(count)
    }

    fn published(&self, year: i32) -> Result<&Worked, UnpublishedYear> {
        self.worked.get(&year).ok_or(UnpublishedYear { year })
    }
}

/// The year after the last day that there is: never published.
const BEYOND: UnpublishedYear = UnpublishedYear { year: 10_000 };

fn next_day(day: Day) -> Result<Day, UnpublishedYear> {
    day.plus_days(1).ok_or(BEYOND)
}

fn is_weekend(day: Day) -> bool {
    day.weekday() >= 6
}

#[cfg(test)]
mod tests;
