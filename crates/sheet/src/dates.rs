//! Dates as text: the forms that offices write, and why a text is no date.
//!
//! Year-first forms are read as they stand. A text such as `02/03/2021` means two different days in
//! two countries, so it is refused unless the column's pattern is declared. See also `cell.rs`, which
//! reads date cells of workbooks.

use base::Day;

use crate::cell::DateTime;
use crate::clean::{half_width_all, trim};

/// How a date with the year last is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearLast {
    /// `03/02/2021` is 3 February 2021.
    DayMonthYear,
    /// `02/03/2021` is 3 February 2021.
    MonthDayYear,
}

/// The forms accepted beside the year-first ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DatePatterns {
    /// The declared meaning of dates with the year last; `None` refuses them as ambiguous.
    pub year_last: Option<YearLast>,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// Blank.
    Blank,
    /// Not written as any accepted form.
    NotADate,
    /// Written as a date, but there is no such day: 31 February, month 13.
    NoSuchDay,
    /// Only a year and a month: `2021年2月`.
    MonthOnly,
    /// Only a year: `2021` or `2021年`.
    YearOnly,
    /// The year stands last and no pattern is declared: `02/03/2021`.
    Ambiguous,
    /// The year has two digits: `21-02-03`.
    ShortYear,
    /// The text also has a time of day, and a day was asked for.
    HasTime,
    /// The date is good, the time of day is not: `25:00`.
    NoSuchTime,
    /// The text names a time zone, and a civil time was asked for.
    HasZone,
    /// A bare number in the range of spreadsheet serial days: the cell lost its date format. The day
    /// it would be in the 1900 system is attached, to be shown, not to be taken.
    SerialNumber(Day),
}

/// Reads a civil day.
///
/// Accepted, in half or full width, with or without leading zeros: `2021-02-03`, `2021/2/3`,
/// `2021.2.3`, `2021年2月3日` (or `号`), `20210203`; each also with a time of day of exactly midnight,
/// which spreadsheets add. With a declared pattern also `02/03/2021`.
///
/// ```
/// use base::Day;
/// use sheet::dates::{parse_date, DateFault, DatePatterns, YearLast};
/// let patterns = DatePatterns::default();
/// let third = Day::from_ymd(2021, 2, 3).unwrap();
/// assert_eq!(parse_date("2021年2月3日", &patterns), Ok(third));
/// assert_eq!(parse_date("20210203", &patterns), Ok(third));
/// assert_eq!(parse_date("2021-02-31", &patterns), Err(DateFault::NoSuchDay));
/// assert_eq!(parse_date("02/03/2021", &patterns), Err(DateFault::Ambiguous));
/// let american = DatePatterns { year_last: Some(YearLast::MonthDayYear) };
/// assert_eq!(parse_date("02/03/2021", &american), Ok(third));
/// ```
pub fn parse_date(text: &str, patterns: &DatePatterns) -> Result<Day, DateFault> {
    let found = parse_date_time(text, patterns)?;
    if found.millisecond_of_day() == 0 {
        Ok(found.day())
    } else {
        Err(DateFault::HasTime)
    }
}

/// Reads a civil day with an optional time of day (midnight when absent).
///
/// The time follows a space or `T`: `10:30`, `10:30:05`, `10:30:05.250`, `10时30分`, `10时30分5秒`.
///
/// ```
/// use sheet::dates::{parse_date_time, DatePatterns};
/// let moment = parse_date_time("2021/2/3 10:30", &DatePatterns::default()).unwrap();
/// assert_eq!(moment.to_string(), "2021-02-03 10:30:00");
/// ```
pub fn parse_date_time(text: &str, patterns: &DatePatterns) -> Result<DateTime, DateFault> {
    let wide = half_width_all(text);
    let text = trim(&wide);
    if text.is_empty() {
        return Err(DateFault::Blank);
    }
    let (date, time) = split_time(text);
    let day = parse_day(date, patterns)?;
    let millisecond = match time {
        None => 0,
        Some(time) => parse_time(time)?,
    };
    DateTime::new(day, millisecond).ok_or(DateFault::NoSuchTime)
}

/// Splits at the `T`, at the blank, or behind `日`, before the time of day.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let at_mark = text
        .char_indices()
        .find(|(_, c)| c.is_whitespace() || matches!(c, 'T' | 't' | '日' | '号'));
    let Some((at, mark)) = at_mark else {
        return (text, None);
    };
    let end_of_date = if matches!(mark, '日' | '号') {
        at + mark.len_utf8()
    } else {
        at
    };
    let (date, rest) = text.split_at(end_of_date);
    let time = trim(rest.trim_start_matches(['T', 't']));
    (date, (!time.is_empty()).then_some(time))
}

fn parse_day(text: &str, patterns: &DatePatterns) -> Result<Day, DateFault> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return parse_digits(text);
    }
    let (parts, separators) = split_parts(text)?;
    match separators.as_slice() {
        ['年', '月', '日' | '号'] | ['-', '-'] | ['/', '/'] | ['.', '.'] => {}
        // The last mark is often left out: 2021年2月3.
        ['年', '月'] if parts.len() == 3 => {}
        ['年', '月'] => return Err(month_only(&parts)),
        ['-'] | ['/'] | ['.'] => {
            return Err(match parts.as_slice() {
                [year, _] if year.len() == 4 => month_only(&parts),
                _ => DateFault::NotADate,
            });
        }
        ['年'] => {
            return Err(match parts.as_slice() {
                [year] if year.len() == 4 => DateFault::YearOnly,
                _ => month_only(&parts),
            });
        }
        _ => return Err(DateFault::NotADate),
    }
    let [first, second, third] = parts.as_slice() else {
        return Err(DateFault::NotADate);
    };
    let is_chinese = separators.first() == Some(&'年');
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => civil_day(first, second, third),
        (1..=2, 1..=2, 4) if !is_chinese => match patterns.year_last {
            Some(YearLast::DayMonthYear) => civil_day(third, second, first),
            Some(YearLast::MonthDayYear) => civil_day(third, first, second),
            None => Err(DateFault::Ambiguous),
        },
        (1..=2, 1..=2, 1..=2) => Err(DateFault::ShortYear),
        _ => Err(DateFault::NotADate),
    }
}

/// `2021年2月`, `2021-02`: a month when the month exists.
fn month_only(parts: &[&str]) -> DateFault {
    match parts {
        [year, month, ..] if year.len() == 4 => match month.parse::<u32>() {
            Ok(1..=12) => DateFault::MonthOnly,
            Ok(_) => DateFault::NoSuchDay,
            Err(_) => DateFault::NotADate,
        },
        [year, _, ..] if year.len() == 2 => DateFault::ShortYear,
        _ => DateFault::NotADate,
    }
}

/// A text of digits only: `20210203`, or something that only looks like it.
fn parse_digits(text: &str) -> Result<Day, DateFault> {
    match text.len() {
        8 => civil_day(
            text.get(..4).unwrap_or_default(),
            text.get(4..6).unwrap_or_default(),
            text.get(6..).unwrap_or_default(),
        ),
        6 if text.starts_with("19") || text.starts_with("20") => Err(DateFault::MonthOnly),
        5 => match text
            .parse::<u32>()
            .ok()
            .and_then(crate::serial::day_of_1900)
        {
            Some(day) => Err(DateFault::SerialNumber(day)),
            None => Err(DateFault::NotADate),
        },
        4 => Err(DateFault::YearOnly),
        _ => Err(DateFault::NotADate),
    }
}

/// Runs of digits, and the single characters between and behind them.
fn split_parts(text: &str) -> Result<(Vec<&str>, Vec<char>), DateFault> {
    let mut parts = Vec::new();
    let mut separators = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        // A date has three parts; a longer text is none, however long it goes on.
        if digits == 0 || parts.len() == 3 {
            return Err(DateFault::NotADate);
        }
        let (part, tail) = rest.split_at(digits);
        parts.push(part);
        let mut tail_chars = tail.chars();
        if let Some(separator) = tail_chars.next() {
            separators.push(separator);
        }
        rest = tail_chars.as_str();
    }
    Ok((parts, separators))
}

fn civil_day(year: &str, month: &str, day: &str) -> Result<Day, DateFault> {
    let number = |part: &str| part.parse::<u32>().map_err(|_| DateFault::NotADate);
    let year = number(year)?;
    // A year below 1000 in four digits is a slip of the hand, not the early Middle Ages.
    if year < 1000 {
        return Err(DateFault::NoSuchDay);
    }
    let year = i32::try_from(year).map_err(|_| DateFault::NotADate)?;
    Day::from_ymd(year, number(month)?, number(day)?).ok_or(DateFault::NoSuchDay)
}

/// The time of day in milliseconds.
fn parse_time(text: &str) -> Result<u32, DateFault> {
    let has_zone = text.ends_with(['Z', 'z'])
        || text
            .char_indices()
            .any(|(at, c)| at >= 4 && matches!(c, '+' | '-'));
    if has_zone {
        return Err(DateFault::HasZone);
    }
    let colons = text
        .replace(['时', '分'], ":")
        .trim_end_matches('秒')
        .to_owned();
    let colons = colons.strip_suffix(':').unwrap_or(&colons);
    let parts: Vec<&str> = colons.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return Err(DateFault::NotADate),
    };
    let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
    let number = |part: &str, limit: u32| {
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DateFault::NotADate);
        }
        match part.parse::<u32>() {
            Ok(value) if value < limit => Ok(value),
            _ => Err(DateFault::NoSuchTime),
        }
    };
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateFault::NotADate);
    }
    let milliseconds: u32 = format!("{fraction:0<3}")
        .get(..3)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    let seconds = (number(hour, 24)? * 60 + number(minute, 60)?) * 60 + number(second, 60)?;
    Ok(seconds * 1000 + milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd(year, month, day).expect("a day of the table exists")
    }

    #[test]
    fn forms_that_offices_write() {
        let table: &[(&str, (i32, u32, u32))] = &[
            ("2021-02-03", (2021, 2, 3)),
            ("2021-2-3", (2021, 2, 3)),
            ("2021/2/3", (2021, 2, 3)),
            ("2021/02/03", (2021, 2, 3)),
            ("2021.2.3", (2021, 2, 3)),
            ("2021年2月3日", (2021, 2, 3)),
            ("2021年02月03号", (2021, 2, 3)),
            ("2021年2月3", (2021, 2, 3)),
            ("20210203", (2021, 2, 3)),
            ("２０２１－０２－０３", (2021, 2, 3)),
            ("　2021-02-03\u{200B}", (2021, 2, 3)),
            ("2021-02-03 00:00:00", (2021, 2, 3)),
            ("2021-02-03T00:00", (2021, 2, 3)),
            ("2020-02-29", (2020, 2, 29)),
            ("9999-12-31", (9999, 12, 31)),
        ];
        for (text, (y, m, d)) in table {
            assert_eq!(
                parse_date(text, &DatePatterns::default()),
                Ok(day(*y, *m, *d)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_day() {
        use DateFault::*;
        let table: &[(&str, DateFault)] = &[
            ("", Blank),
            ("　", Blank),
            ("不详", NotADate),
            ("2021-02-31", NoSuchDay),
            ("2021-02-29", NoSuchDay),
            ("2021年13月1日", NoSuchDay),
            ("20210230", NoSuchDay),
            ("0021-02-03", NoSuchDay),
            ("2021-00-01", NoSuchDay),
            ("2021年2月", MonthOnly),
            ("2021-02", MonthOnly),
            ("2021.2", MonthOnly),
            ("202102", MonthOnly),
            ("2021年13月", NoSuchDay),
            ("2021年", YearOnly),
            ("2021", YearOnly),
            ("02/03/2021", Ambiguous),
            ("2-3-2021", Ambiguous),
            ("13/02/2021", Ambiguous),
            ("21-02-03", ShortYear),
            ("21年2月3日", ShortYear),
            ("2021-02/03", NotADate),
            ("2021-02-03-04", NotADate),
            ("2021--03", NotADate),
            ("2月3日", NotADate),
            ("12.5", NotADate),
            ("2021-02-03 10:30", HasTime),
            ("2021-02-03 25:00", NoSuchTime),
            ("2021-02-03 10:60", NoSuchTime),
            ("2021-02-03T00:00:00Z", HasZone),
            ("2021-02-03T00:00:00+08:00", HasZone),
            ("2021-02-03 morning", NotADate),
            // 44230 days after 30 December 1899.
            ("44230", SerialNumber(day(2021, 2, 3))),
        ];
        for (text, fault) in table {
            assert_eq!(
                parse_date(text, &DatePatterns::default()),
                Err(*fault),
                "{text}"
            );
        }
    }

    #[test]
    fn the_year_last_needs_a_pattern() {
        let british = DatePatterns {
            year_last: Some(YearLast::DayMonthYear),
        };
        let american = DatePatterns {
            year_last: Some(YearLast::MonthDayYear),
        };
        assert_eq!(parse_date("02/03/2021", &british), Ok(day(2021, 3, 2)));
        assert_eq!(parse_date("02/03/2021", &american), Ok(day(2021, 2, 3)));
        assert_eq!(
            parse_date("02/13/2021", &british),
            Err(DateFault::NoSuchDay)
        );
        assert_eq!(parse_date("2021-02-03", &british), Ok(day(2021, 2, 3)));
    }

    #[test]
    fn times_of_day() {
        let table: &[(&str, &str)] = &[
            ("2021-02-03", "2021-02-03 00:00:00"),
            ("2021-02-03 10:30", "2021-02-03 10:30:00"),
            ("2021/2/3 9:05:07", "2021-02-03 09:05:07"),
            ("2021-02-03T23:59:59", "2021-02-03 23:59:59"),
            ("2021-02-03 10:30:05.25", "2021-02-03 10:30:05.250"),
            ("2021年2月3日10时30分", "2021-02-03 10:30:00"),
            ("2021年2月3日 10时30分5秒", "2021-02-03 10:30:05"),
            ("２０２１年２月３日　１０：３０", "2021-02-03 10:30:00"),
        ];
        for (text, shown) in table {
            let found = parse_date_time(text, &DatePatterns::default());
            assert_eq!(
                found.map(|t| t.to_string()),
                Ok((*shown).to_owned()),
                "{text}"
            );
        }
    }
}
