//! Cutting a period into calendar pieces, and moving it back in time to compare with.

use super::Period;
use crate::Day;

/// The calendar pieces that a period can be cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// Calendar years.
    Year,
    /// Halves of calendar years.
    Half,
    /// Quarters of calendar years.
    Quarter,
    /// Calendar months.
    Month,
}

impl PartKind {
    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PartKind::Year => "year",
            PartKind::Half => "half",
            PartKind::Quarter => "quarter",
            PartKind::Month => "month",
        }
    }

    /// Reads a name as written by [`PartKind::as_str`].
    ///
    /// ```
    /// use base::PartKind;
    /// assert_eq!(PartKind::parse("quarter"), Some(PartKind::Quarter));
    /// assert_eq!(PartKind::parse("week"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<PartKind> {
        [
            PartKind::Year,
            PartKind::Half,
            PartKind::Quarter,
            PartKind::Month,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }

    /// The piece of this kind that a day is in.
    ///
    /// ```
    /// use base::{Day, PartKind, Period};
    /// let day = Day::parse("2018-08-20").unwrap();
    /// assert_eq!(PartKind::Quarter.of(day), Period::Quarter(2018, 3));
    /// ```
    #[must_use]
    pub fn of(self, day: Day) -> Period {
        let (year, month, _) = day.ymd();
        let number = |months: u32| u8::try_from((month - 1) / months + 1).unwrap_or(1); // at most 12
        match self {
            PartKind::Year => Period::Year(year),
            PartKind::Half => Period::Half(year, number(6)),
            PartKind::Quarter => Period::Quarter(year, number(3)),
            PartKind::Month => Period::Month(year, number(1)),
        }
    }
}

impl std::fmt::Display for PartKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Period {
    /// The period cut at the borders of calendar pieces, in order; together the parts have exactly
    /// the days of the period. A piece that the period's edge cuts short is given by its days; a
    /// period within one piece is its own only part. A period without a start has no parts.
    ///
    /// ```
    /// use base::{AssessmentStart, PartKind, Period};
    /// let texts = |text, kind| -> Vec<String> {
    ///     let period = Period::parse(text, AssessmentStart::default()).unwrap();
    ///     period.parts(kind).iter().map(Period::to_string).collect()
    /// };
    /// assert_eq!(texts("2018", PartKind::Half), ["2018H1", "2018H2"]);
    /// assert_eq!(
    ///     texts("2018-01-20..2018-03-31", PartKind::Month),
    ///     ["2018-01-20..2018-01-31", "2018-02", "2018-03"],
    /// );
    /// assert_eq!(texts("2018-06", PartKind::Year), ["2018-06"]);
    /// ```
    #[must_use]
    pub fn parts(&self, kind: PartKind) -> Vec<Period> {
        let Some(first) = self.first() else {
            return Vec::new();
        };
        let last = self.last();
        let mut parts = Vec::new();
        let mut from = first;
        while from <= last {
            let piece = kind.of(from);
            let to = piece.last().min(last);
            let is_whole = piece.first() == Some(from) && piece.last() == to;
            parts.push(if (from, to) == (first, last) && !is_whole {
                *self
            } else if is_whole {
                piece
            } else {
                Period::Days(from, to)
            });
            match to.plus_days(1) {
                Some(next) => from = next,
                None => break, // the last day that there is
            }
        }
        parts
    }

    /// The period of the same length just before: the previous half of 2018H1 is 2017H2, that of
    /// 2016..2018 is 2013..2015, that of ten days are the ten days before. `None` for a period
    /// without a start and before year 1.
    ///
    /// ```
    /// use base::Period;
    /// assert_eq!(Period::Quarter(2018, 1).previous(), Some(Period::Quarter(2017, 4)));
    /// assert_eq!(Period::UpTo(2012).previous(), None);
    /// ```
    #[must_use]
    pub fn previous(&self) -> Option<Period> {
        match *self {
            Period::Half(year, half) if half > 1 => Some(Period::Half(year, half - 1)),
            Period::Half(year, _) => Some(Period::Half(year_before(year)?, 2)),
            Period::Quarter(year, quarter) if quarter > 1 => {
                Some(Period::Quarter(year, quarter - 1))
            }
            Period::Quarter(year, _) => Some(Period::Quarter(year_before(year)?, 4)),
            Period::Month(year, month) if month > 1 => Some(Period::Month(year, month - 1)),
            Period::Month(year, _) => Some(Period::Month(year_before(year)?, 12)),
            Period::Years(first, last) => {
                let before = year_before(first)?;
                let length = last.checked_sub(first)?;
                let start = before.checked_sub(length).filter(|&year| year >= 1)?;
                Some(Period::Years(start, before))
            }
            Period::UpTo(_) => None,
            Period::Days(first, last) => {
                let before = first.plus_days(-1)?;
                let start = before.plus_days(-i64::from(last.days_since(first)))?;
                Some(Period::Days(start, before))
            }
            Period::Year(_) | Period::AssessmentYear { .. } => self.year_earlier(),
        }
    }

    /// The same period one calendar year earlier, to compare with (同比). Days keep their date; 29
    /// February becomes 28. `None` before year 1.
    ///
    /// ```
    /// use base::Period;
    /// assert_eq!(Period::Month(2018, 6).year_earlier(), Some(Period::Month(2017, 6)));
    /// assert_eq!(Period::UpTo(2012).year_earlier(), Some(Period::UpTo(2011)));
    /// ```
    #[must_use]
    pub fn year_earlier(&self) -> Option<Period> {
        Some(match *self {
            Period::Year(year) => Period::Year(year_before(year)?),
            Period::Half(year, half) => Period::Half(year_before(year)?, half),
            Period::Quarter(year, quarter) => Period::Quarter(year_before(year)?, quarter),
            Period::Month(year, month) => Period::Month(year_before(year)?, month),
            Period::Years(first, last) => Period::Years(year_before(first)?, year_before(last)?),
            Period::UpTo(year) => Period::UpTo(year_before(year)?),
            Period::AssessmentYear {
                start_year,
                start_month,
                start_day,
            } => Period::AssessmentYear {
                start_year: year_before(start_year)?,
                start_month,
                start_day,
            },
            Period::Days(first, last) => Period::Days(first.plus_years(-1)?, last.plus_years(-1)?),
        })
    }
}

/// The year before, if it is one that a day can have.
fn year_before(year: i32) -> Option<i32> {
    year.checked_sub(1).filter(|&year| year >= 1)
}
