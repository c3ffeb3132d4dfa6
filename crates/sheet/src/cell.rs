//! What a table is made of: cells, rows, and the rows that had to be put aside.
//!
//! A cell keeps what the file says, as text or as one of the few types a workbook has. Reading it as
//! a number or a day for a field happens in [`Cell::decimal`] and [`Cell::day`], with the rules of
//! `clean.rs` and `dates.rs`, so that the same rows give the same answers from a workbook and from
//! delimited text.

use std::borrow::Cow;
use std::fmt;

use base::{Day, Problem};

use crate::clean::{DecimalText, EmptyMarks, NumberFault, parse_decimal_text, trim};
use crate::dates::{DateFault, DatePatterns, parse_date, parse_date_time};

/// A civil day with a time of day, in no particular time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    day: Day,
    millisecond_of_day: u32,
}

impl DateTime {
    /// `None` when the time is not within one day (86,400,000 milliseconds).
    ///
    /// ```
    /// let noon = sheet::DateTime::new(base::Day::from_ymd(2021, 2, 3).unwrap(), 43_200_000).unwrap();
    /// assert_eq!(noon.to_string(), "2021-02-03 12:00:00");
    /// ```
    pub fn new(day: Day, millisecond_of_day: u32) -> Option<Self> {
        (millisecond_of_day < 86_400_000).then_some(Self {
            day,
            millisecond_of_day,
        })
    }

    /// The civil day.
    pub fn day(self) -> Day {
        self.day
    }

    /// Milliseconds since midnight, below 86,400,000.
    pub fn millisecond_of_day(self) -> u32 {
        self.millisecond_of_day
    }
}

impl fmt::Display for DateTime {
    /// `2021-02-03 10:30:00`, with milliseconds only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.millisecond_of_day / 1000;
        write!(
            f,
            "{} {:02}:{:02}:{:02}",
            self.day,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )?;
        match self.millisecond_of_day % 1000 {
            0 => Ok(()),
            rest => write!(f, ".{rest:03}"),
        }
    }
}

/// One cell as the file has it. Delimited text knows only [`Cell::Empty`] and [`Cell::Text`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing at all. A cell of blanks is a text.
    #[default]
    Empty,
    /// Text, not trimmed.
    Text(String),
    /// A number as plain exact decimal text, never in exponent form: `12.5`, `-3`, `1200`. A
    /// workbook stores binary numbers; they are taken to 15 significant digits, as every
    /// spreadsheet shows them, so that 0.1 + 0.2 is `0.3`.
    Number(String),
    /// A number with a percent format, in hundredths: a cell that shows 12.5 % is `12.5`.
    Percent(String),
    /// A date cell without time of day.
    Date(Day),
    /// A date cell with time of day.
    DateTime(DateTime),
    /// A truth value.
    Bool(bool),
}

impl Cell {
    /// A text cell, or [`Cell::Empty`] for the empty text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        }
    }

    /// The cell as a spreadsheet saves it to delimited text: dates in ISO form, truth values as
    /// `TRUE` and `FALSE`, percentages with their sign.
    ///
    /// ```
    /// use sheet::Cell;
    /// assert_eq!(Cell::Percent("12.5".into()).as_text(), "12.5%");
    /// assert_eq!(Cell::Empty.as_text(), "");
    /// ```
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::Percent(digits) => Cow::Owned(format!("{digits}%")),
            Self::Date(day) => Cow::Owned(day.to_string()),
            Self::DateTime(moment) => Cow::Owned(moment.to_string()),
            Self::Bool(true) => Cow::Borrowed("TRUE"),
            Self::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// Whether nothing can be seen in the cell: empty, or only blanks.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => trim(text).is_empty(),
            _ => false,
        }
    }

    /// The cell read as a number: `Ok(None)` when it states nothing.
    ///
    /// ```
    /// use sheet::{Cell, clean::EmptyMarks};
    /// let cell = Cell::Text("1,234.50".into());
    /// assert_eq!(cell.decimal(&EmptyMarks::default()).unwrap().unwrap().digits, "1234.50");
    /// assert_eq!(Cell::Text("/".into()).decimal(&EmptyMarks::default()), Ok(None));
    /// ```
    pub fn decimal(&self, marks: &EmptyMarks) -> Result<Option<DecimalText>, NumberFault> {
        let exact = |digits: &str, is_percent| DecimalText {
            digits: digits.to_owned(),
            is_percent,
        };
        match self {
            Self::Empty => Ok(None),
            Self::Number(digits) => Ok(Some(exact(digits, false))),
            Self::Percent(digits) => Ok(Some(exact(digits, true))),
            Self::Text(text) if marks.means_empty(text) => Ok(None),
            Self::Text(text) => parse_decimal_text(text).map(Some),
            Self::Date(_) | Self::DateTime(_) | Self::Bool(_) => Err(NumberFault::NotANumber),
        }
    }

    /// The cell read as a day: `Ok(None)` when it states nothing.
    ///
    /// A number cell is read by its digits (`20210203`), and refused with the day it would be when
    /// it looks like a date that lost its format.
    ///
    /// ```
    /// use sheet::{Cell, clean::EmptyMarks, dates::DatePatterns};
    /// let cell = Cell::Text("2021年2月3日".into());
    /// let day = cell.day(&DatePatterns::default(), &EmptyMarks::default());
    /// assert_eq!(day, Ok(base::Day::from_ymd(2021, 2, 3)));
    /// ```
    pub fn day(
        &self,
        patterns: &DatePatterns,
        marks: &EmptyMarks,
    ) -> Result<Option<Day>, DateFault> {
        match self {
            Self::Empty => Ok(None),
            Self::Date(day) => Ok(Some(*day)),
            Self::DateTime(moment) if moment.millisecond_of_day() == 0 => Ok(Some(moment.day())),
            Self::DateTime(_) => Err(DateFault::HasTime),
            Self::Text(text) if marks.means_empty(text) => Ok(None),
            Self::Text(text) | Self::Number(text) => parse_date(text, patterns).map(Some),
            Self::Percent(_) | Self::Bool(_) => Err(DateFault::NotADate),
        }
    }

    /// The cell read as a civil date-time (midnight when it has no time): `Ok(None)` when it states
    /// nothing.
    ///
    /// ```
    /// use sheet::{Cell, clean::EmptyMarks, dates::DatePatterns};
    /// let cell = Cell::Text("2021/2/3 10:30".into());
    /// let moment = cell.date_time(&DatePatterns::default(), &EmptyMarks::default());
    /// assert_eq!(moment.unwrap().unwrap().to_string(), "2021-02-03 10:30:00");
    /// ```
    pub fn date_time(
        &self,
        patterns: &DatePatterns,
        marks: &EmptyMarks,
    ) -> Result<Option<DateTime>, DateFault> {
        match self {
            Self::Empty => Ok(None),
            Self::Date(day) => Ok(DateTime::new(*day, 0)),
            Self::DateTime(moment) => Ok(Some(*moment)),
            Self::Text(text) if marks.means_empty(text) => Ok(None),
            Self::Text(text) | Self::Number(text) => parse_date_time(text, patterns).map(Some),
            Self::Percent(_) | Self::Bool(_) => Err(DateFault::NotADate),
        }
    }
}

/// One row of a table, with as many cells as the header has columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Where the user finds it, 1-based: the row of the worksheet, or the line of the text on which
    /// the record starts.
    pub number: u32,
    /// The cells, in the order of the header.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column (0-based), or `None` beyond the last.
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)
    }

    /// Whether nothing can be seen in any cell.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// What is wrong with a row, and in which cell when it is one cell.
#[derive(Debug, Clone)]
pub struct Reason {
    /// The column (0-based), or `None` when the whole row is meant.
    pub column: Option<usize>,
    /// What, where and the remedy.
    pub problem: Problem,
}

/// A row that is kept apart because something is wrong with it.
///
/// Readers make them for rows that do not fit the header; importers make them for rows that break a
/// rule. [`crate::rejected_workbook`] writes them back for correction.
#[derive(Debug, Clone)]
pub struct RejectedRow {
    /// The row with its cells as they stand in the file, however many there are.
    pub row: Row,
    /// At least one reason.
    pub reasons: Vec<Reason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_reading_from_typed_and_from_text_cells() {
        let marks = EmptyMarks::default();
        let patterns = DatePatterns::default();
        let third = Day::from_ymd(2021, 2, 3);
        let cells = [
            Cell::Date(third.expect("3 February exists")),
            Cell::Text("2021-02-03".into()),
            Cell::Text("2021/2/3".into()),
            Cell::Number("20210203".into()),
        ];
        for cell in cells {
            assert_eq!(cell.day(&patterns, &marks), Ok(third), "{cell:?}");
        }
        let percent = [
            Cell::Percent("98.5".into()),
            Cell::Text("９８．５％".into()),
        ];
        for cell in percent {
            let decimal = cell.decimal(&marks).expect("a number").expect("not empty");
            assert_eq!(
                (decimal.digits.as_str(), decimal.is_percent),
                ("98.5", true)
            );
        }
    }

    #[test]
    fn a_number_that_lost_its_date_format_is_refused_with_its_day() {
        let cell = Cell::Number("44230".into());
        let fault = cell.day(&DatePatterns::default(), &EmptyMarks::default());
        let third = Day::from_ymd(2021, 2, 3).expect("3 February exists");
        assert_eq!(fault, Err(DateFault::SerialNumber(third)));
    }

    #[test]
    fn blank_cells() {
        assert!(Cell::Empty.is_blank());
        assert!(Cell::Text("　 ".into()).is_blank());
        assert!(!Cell::Text("/".into()).is_blank());
        assert!(!Cell::Bool(false).is_blank());
    }
}
