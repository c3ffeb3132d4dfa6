//! A decimal of a declared, fixed scale: how records keep money and measured numbers.
//!
//! `12.50` at scale 2 is the integer 1250. Nothing is rounded on the way in: a text with more
//! places than the scale is refused. Calculation goes through [`Ratio`].

use crate::problems::{self, error_by_problem, shown};
use crate::{Problem, Ratio};
use std::fmt;

/// `units` × 10^−`scale`. Two of different scale are different values, even when equal in size.
///
/// ```
/// use base::{Ratio, Scaled};
/// let price = Scaled::parse("12.50", 2)?;
/// assert_eq!((price.units, price.scale), (1250, 2));
/// assert_eq!(price.to_string(), "12.50");
/// assert_eq!(Some(price.to_ratio()), Ratio::new(25, 2));
/// # Ok::<(), base::ScaledError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scaled {
    /// The number of smallest units.
    pub units: i64,
    /// The number of decimal places.
    pub scale: u8,
}

/// A text that is no decimal of the asked scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScaledError {
    /// Not a decimal number.
    Form(String),
    /// More decimal places than the scale has, other than zeros.
    TooManyPlaces(String, u8),
    /// Beyond what 64 bits hold at this scale.
    TooLarge(String, u8),
}

impl From<ScaledError> for Problem {
    fn from(error: ScaledError) -> Problem {
        match error {
            ScaledError::Form(text) => problems::not_a_decimal(text),
            ScaledError::TooManyPlaces(text, scale) => problems::too_many_places(text, scale),
            ScaledError::TooLarge(text, scale) => problems::number_too_large(text, scale),
        }
    }
}

error_by_problem!(ScaledError);

impl Scaled {
    /// A decimal of so many smallest units.
    #[must_use]
    pub const fn new(units: i64, scale: u8) -> Scaled {
        Scaled { units, scale }
    }

    /// Reads `-12.5`: an optional sign, ASCII digits, optionally a point and more digits. Fewer
    /// places than the scale are filled with zeros; more must be zeros.
    ///
    /// # Errors
    /// [`ScaledError`] says which of the three is wrong.
    pub fn parse(text: &str, scale: u8) -> Result<Scaled, ScaledError> {
        let decimal = split_decimal(text).ok_or_else(|| ScaledError::Form(shown(text)))?;
        let kept = decimal.places.len().min(usize::from(scale));
        let (places, beyond) = decimal.places.split_at(kept); // ASCII digits: any cut is good
        if beyond.bytes().any(|digit| digit != b'0') {
            return Err(ScaledError::TooManyPlaces(shown(text), scale));
        }
        let too_large = || ScaledError::TooLarge(shown(text), scale);
        let filled = usize::from(scale) - kept;
        let mut units: i64 = 0;
        let zeros = std::iter::repeat_n(b'0', filled);
        for digit in decimal.whole.bytes().chain(places.bytes()).chain(zeros) {
            let digit = i64::from(digit - b'0');
            let digit = if decimal.negative { -digit } else { digit };
            units = units
                .checked_mul(10)
                .and_then(|tens| tens.checked_add(digit))
                .ok_or_else(too_large)?;
        }
        Ok(Scaled { units, scale })
    }

    /// The exact value.
    #[must_use]
    pub fn to_ratio(self) -> Ratio {
        Ratio::from_scaled(self.units, self.scale)
    }

    /// The sum of two of the same scale; `None` when the scales differ or 64 bits do not hold it.
    ///
    /// ```
    /// use base::Scaled;
    /// assert_eq!(Scaled::new(150, 2).checked_add(Scaled::new(50, 2)), Some(Scaled::new(200, 2)));
    /// assert_eq!(Scaled::new(1, 2).checked_add(Scaled::new(1, 0)), None);
    /// ```
    #[must_use]
    pub fn checked_add(self, other: Scaled) -> Option<Scaled> {
        if self.scale != other.scale {
            return None;
        }
        let units = self.units.checked_add(other.units)?;
        Some(Scaled {
            units,
            scale: self.scale,
        })
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.units.unsigned_abs().to_string();
        f.pad(&decimal_text(self.units < 0, digits, self.scale))
    }
}

/// The parts of a decimal text; both parts are ASCII digits only.
pub(crate) struct DecimalText<'a> {
    pub negative: bool,
    pub whole: &'a str,
    pub places: &'a str,
}

/// Takes a decimal text apart; `None` when it is none.
pub(crate) fn split_decimal(text: &str) -> Option<DecimalText<'_>> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, places) = match unsigned.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && is_digits(whole) && is_digits(places)).then_some(DecimalText {
        negative,
        whole,
        places,
    })
}

/// Puts the point into the digits of a scaled integer.
pub(crate) fn decimal_text(negative: bool, digits: String, scale: u8) -> String {
    let scale = usize::from(scale);
    let mut text = digits;
    if text.len() <= scale {
        text.insert_str(0, &"0".repeat(scale + 1 - text.len()));
    }
    if scale > 0 {
        text.insert(text.len() - scale, '.');
    }
    if negative {
        text.insert(0, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_at_a_scale() {
        let form = |text: &str| Err(ScaledError::Form(text.to_owned()));
        for (text, scale, expected) in [
            ("12.50", 2, Ok(1250)),
            ("12.5", 2, Ok(1250)),
            ("12", 2, Ok(1200)),
            ("12.500", 2, Ok(1250)),
            ("-0.05", 2, Ok(-5)),
            ("+7", 0, Ok(7)),
            ("007", 0, Ok(7)),
            ("7.0", 0, Ok(7)),
            (
                "12.505",
                2,
                Err(ScaledError::TooManyPlaces("12.505".into(), 2)),
            ),
            ("92233720368547758.07", 2, Ok(i64::MAX)),
            ("-92233720368547758.08", 2, Ok(i64::MIN)),
            (
                "92233720368547758.08",
                2,
                Err(ScaledError::TooLarge("92233720368547758.08".into(), 2)),
            ),
            ("1", 19, Err(ScaledError::TooLarge("1".into(), 19))),
            ("0", 255, Ok(0)),
            ("", 2, form("")),
            ("-", 2, form("-")),
            (".5", 2, form(".5")),
            ("5.", 2, form("5.")),
            ("1,200", 2, form("1,200")),
            ("1e3", 2, form("1e3")),
            ("1.2.3", 2, form("1.2.3")),
            ("--1", 2, form("--1")),
            ("１２", 2, form("１２")),
        ] {
            assert_eq!(
                Scaled::parse(text, scale).map(|s| s.units),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn shown_with_all_its_places() {
        for (units, scale, text) in [
            (1250, 2, "12.50"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (0, 2, "0.00"),
            (7, 0, "7"),
            (i64::MIN, 18, "-9.223372036854775808"),
            (1, 20, "0.00000000000000000001"),
        ] {
            assert_eq!(Scaled::new(units, scale).to_string(), text);
        }
    }
}
