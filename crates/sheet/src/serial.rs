//! Spreadsheet serial days: the number behind a date cell of a workbook.
//!
//! A workbook stores a date as days since its epoch. The usual "1900 system" counts a 29 February
//! 1900 that never was (ECMA-376 part 1, 18.17.4.1), so days before March 1900 stand one nearer to the
//! epoch; the "1904 system" starts at 1 January 1904 as day 0.

use base::Day;

use crate::cell::{Cell, DateTime};

const MILLISECONDS_PER_DAY: i64 = 86_400_000;
/// 31 December 9999, the last day a spreadsheet knows, in the 1900 system.
const LAST_SERIAL_1900: i64 = 2_958_465;
/// Days from the 1900 system's epoch to that of the 1904 system.
const DAYS_1900_TO_1904: i64 = 1_462;
/// The day that the 1900 system has and the calendar has not: 29 February 1900.
const NO_SUCH_DAY: i64 = 60;
/// 30 December 1899 counted from 1970-01-01: serial day 0 for dates from March 1900 on.
const EPOCH: i64 = -25_569;

/// The day of a serial number in the 1900 system; `None` for 0, for 29 February 1900 and beyond 9999.
pub(crate) fn day_of_1900(serial: u32) -> Option<Day> {
    let serial = i64::from(serial);
    if !(1..=LAST_SERIAL_1900).contains(&serial) || serial == NO_SUCH_DAY {
        return None;
    }
    let number = EPOCH + serial + i64::from(serial < NO_SUCH_DAY);
    i32::try_from(number).ok().and_then(Day::from_number)
}

/// The cell behind a serial number with a date format: a date, a date-time, or, below one day in the
/// 1900 system, a time of day as text. `None` when the calendar has no such day.
pub(crate) fn cell_of_serial(serial: f64, is_1904: bool) -> Option<Cell> {
    let milliseconds = to_milliseconds(serial)?;
    let (mut days, millisecond) = (
        milliseconds.div_euclid(MILLISECONDS_PER_DAY),
        u32::try_from(milliseconds.rem_euclid(MILLISECONDS_PER_DAY)).ok()?,
    );
    if is_1904 {
        days += DAYS_1900_TO_1904;
    } else if days == 0 {
        return Some(Cell::Text(clock_text(i64::from(millisecond))));
    }
    let day = day_of_1900(u32::try_from(days).ok()?)?;
    if millisecond == 0 {
        return Some(Cell::Date(day));
    }
    DateTime::new(day, millisecond).map(Cell::DateTime)
}

/// The serial number of a day and a time in the 1900 system; `None` before 1 March 1900, because
/// spreadsheet programs disagree by a day about the two months before.
pub(crate) fn serial_of(day: Day, millisecond_of_day: u32) -> Option<f64> {
    let serial = i64::from(day.number()).checked_sub(EPOCH)?;
    if !(NO_SUCH_DAY + 1..=LAST_SERIAL_1900).contains(&serial) {
        return None;
    }
    let serial = u32::try_from(serial).ok()?;
    Some(f64::from(serial) + f64::from(millisecond_of_day) / 86_400_000.0)
}

/// A duration (`[h]:mm:ss`) as text: hours go beyond 24. `None` when it is no finite number or is
/// negative.
pub(crate) fn text_of_duration(serial: f64) -> Option<String> {
    to_milliseconds(serial).map(clock_text)
}

/// Rounded to the millisecond, which is what spreadsheets themselves resolve.
fn to_milliseconds(serial: f64) -> Option<i64> {
    const SERIAL_MAX: f64 = 2_958_466.0;
    if !(0.0..SERIAL_MAX).contains(&serial) {
        return None;
    }
    // In range by the check above: at most 2.6e14, exact in both types.
    Some((serial * 86_400_000.0).round() as i64)
}

fn clock_text(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let rest = milliseconds % 1000;
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if rest == 0 {
        clock
    } else {
        format!("{clock}.{rest:03}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_serial_numbers() {
        // ECMA-376 part 1, 18.17.4.3, and well-known values.
        let table: &[(f64, bool, Option<&str>)] = &[
            (1.0, false, Some("1900-01-01")),
            (59.0, false, Some("1900-02-28")),
            (60.0, false, None),
            (61.0, false, Some("1900-03-01")),
            (43_131.0, false, Some("2018-01-31")),
            (44_230.0, false, Some("2021-02-03")),
            (2_958_465.0, false, Some("9999-12-31")),
            (2_958_466.0, false, None),
            (-1.0, false, None),
            (f64::NAN, false, None),
            (0.5, false, Some("12:00:00")),
            (44_230.437_5, false, Some("2021-02-03 10:30:00")),
            // The last half millisecond of a day belongs to the next.
            (44_229.999_999_999_9, false, Some("2021-02-03")),
            (0.0, true, Some("1904-01-01")),
            (42_768.0, true, Some("2021-02-03")),
        ];
        for (serial, is_1904, shown) in table {
            let cell = cell_of_serial(*serial, *is_1904);
            assert_eq!(
                cell.map(|cell| cell.as_text().into_owned()).as_deref(),
                *shown,
                "{serial} {is_1904}"
            );
        }
    }

    #[test]
    fn days_to_serial_numbers() {
        let table = [
            ((1900, 2, 28), None),
            ((1900, 3, 1), Some(61.0)),
            ((2021, 2, 3), Some(44_230.0)),
            ((9999, 12, 31), Some(2_958_465.0)),
            ((1850, 1, 1), None),
        ];
        for ((y, m, d), serial) in table {
            let day = Day::from_ymd(y, m, d).expect("a day of the table exists");
            assert_eq!(serial_of(day, 0), serial, "{day}");
        }
    }

    #[test]
    fn durations_go_beyond_a_day() {
        assert_eq!(text_of_duration(1.5).as_deref(), Some("36:00:00"));
        assert_eq!(text_of_duration(-0.5), None);
    }
}
