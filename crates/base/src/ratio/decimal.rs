//! Ratios as texts, and the one declared rounding that turns an exact value into a shown one.

use super::{Ratio, Repr};
use crate::scaled::{decimal_text, split_decimal};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;
use std::fmt;

/// How to round what lies between two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rounding {
    /// To the nearer; the middle away from zero (四舍五入). The default.
    #[default]
    HalfUp,
    /// To the nearer; the middle to the even digit (GB/T 8170).
    HalfEven,
    /// Towards zero: cut off.
    Down,
    /// Away from zero.
    Up,
}

impl Rounding {
    /// Every rounding, in the order of the declaration.
    pub const ALL: [Rounding; 4] = [
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::Down,
        Rounding::Up,
    ];

    /// The name in a programme.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Rounding::HalfUp => "half_up",
            Rounding::HalfEven => "half_even",
            Rounding::Down => "down",
            Rounding::Up => "up",
        }
    }

    /// Reads a name as written by [`Rounding::as_str`].
    ///
    /// ```
    /// use base::Rounding;
    /// assert_eq!(Rounding::parse("half_even"), Some(Rounding::HalfEven));
    /// assert_eq!(Rounding::parse("nearest"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Rounding> {
        Rounding::ALL
            .into_iter()
            .find(|rounding| rounding.as_str() == text)
    }

    /// Says whether a size between two neighbours goes to the one further from zero: `half` is how
    /// it lies to the middle, `is_odd` whether the nearer to zero is odd. For callers that divide
    /// integers themselves, many at once.
    ///
    /// ```
    /// use base::Rounding;
    /// use std::cmp::Ordering;
    /// // 7 / 2 lies in the middle between 3 and 4.
    /// assert!(Rounding::HalfUp.goes_outward(Ordering::Equal, true));
    /// assert!(!Rounding::Down.goes_outward(Ordering::Greater, true));
    /// ```
    #[inline]
    #[must_use]
    pub fn goes_outward(self, half: Ordering, is_odd: bool) -> bool {
        match self {
            Rounding::HalfUp => half.is_ge(),
            Rounding::HalfEven => half.is_gt() || (half.is_eq() && is_odd),
            Rounding::Down => false,
            Rounding::Up => true,
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The longest number text that is read: longer ones are mistakes or attacks.
const TEXT_LENGTH_MAX: usize = 1000;

impl Ratio {
    /// Reads `97.5`: an optional sign, ASCII digits, optionally a point and more digits; at most
    /// 1000 characters.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::parse_decimal("97.5"), Ratio::new(195, 2));
    /// assert_eq!(Ratio::parse_decimal("97,5"), None);
    /// assert_eq!(Ratio::parse_decimal(".5"), None);
    /// ```
    #[must_use]
    pub fn parse_decimal(text: &str) -> Option<Ratio> {
        if text.len() > TEXT_LENGTH_MAX {
            return None;
        }
        let decimal = split_decimal(text)?;
        let places = u32::try_from(decimal.places.len()).ok()?;
        let digits = [decimal.whole, decimal.places].concat();
        if let (Ok(units), Some(power)) = (digits.parse::<i128>(), 10i128.checked_pow(places)) {
            return Ratio::new(if decimal.negative { -units } else { units }, power);
        }
        let units: BigInt = digits.parse().ok()?;
        let units = if decimal.negative { -units } else { units };
        Ratio::from_big(units, BigInt::from(10).pow(places))
    }

    /// Reads a decimal or what `Display` writes: `3`, `-3/4`; at most 1000 characters each side.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::parse("-6/8"), Ratio::new(-3, 4));
    /// assert_eq!(Ratio::parse("0.75"), Ratio::new(3, 4));
    /// assert_eq!(Ratio::parse("3/0"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Ratio> {
        match text.split_once('/') {
            None => Ratio::parse_decimal(text),
            Some((numerator, denominator)) => {
                let is_number = |part: &str| !part.contains('.') && !part.starts_with('+');
                if !is_number(numerator) || !is_number(denominator) || denominator.starts_with('-')
                {
                    return None;
                }
                Ratio::parse_decimal(numerator)?.checked_div(&Ratio::parse_decimal(denominator)?)
            }
        }
    }

    /// The value with so many decimal places, rounded; never `-0`.
    ///
    /// ```
    /// use base::{Ratio, Rounding};
    /// let two_thirds = Ratio::new(2, 3).unwrap();
    /// assert_eq!(two_thirds.to_decimal(3, Rounding::HalfUp), "0.667");
    /// assert_eq!(two_thirds.to_decimal(3, Rounding::Down), "0.666");
    /// assert_eq!(two_thirds.to_decimal(0, Rounding::HalfUp), "1");
    /// ```
    #[must_use]
    pub fn to_decimal(&self, places: u8, rounding: Rounding) -> String {
        if let Some(units) = self.rounded_units_small(places, rounding) {
            return decimal_text(units < 0, units.unsigned_abs().to_string(), places);
        }
        let units = self.rounded_units_big(places, rounding);
        decimal_text(units.is_negative(), units.magnitude().to_string(), places)
    }

    /// The nearest value with so many decimal places, in the direction that the rounding says.
    ///
    /// ```
    /// use base::{Ratio, Rounding};
    /// let half = Ratio::new(25, 2).unwrap();
    /// assert_eq!(half.round(0, Rounding::HalfUp), Ratio::from_int(13));
    /// assert_eq!(half.round(0, Rounding::HalfEven), Ratio::from_int(12));
    /// assert_eq!((-&half).round(0, Rounding::HalfUp), Ratio::from_int(-13));
    /// ```
    #[must_use]
    pub fn round(&self, places: u8, rounding: Rounding) -> Ratio {
        let exponent = u32::from(places);
        if let (Some(units), Some(power)) = (
            self.rounded_units_small(places, rounding),
            10i128.checked_pow(exponent),
        ) {
            return Ratio::reduced(units, power);
        }
        let units = self.rounded_units_big(places, rounding);
        Ratio::of_big(BigRational::new(units, BigInt::from(10).pow(exponent)))
    }

    /// The largest integer that is not above it.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::new(-1, 2).unwrap().floor(), Ratio::from_int(-1));
    /// assert_eq!(Ratio::new(27, 10).unwrap().floor(), Ratio::from_int(2));
    /// ```
    #[must_use]
    pub fn floor(&self) -> Ratio {
        self.round(
            0,
            if self.is_negative() {
                Rounding::Up
            } else {
                Rounding::Down
            },
        )
    }

    /// The smallest integer that is not below it.
    #[must_use]
    pub fn ceil(&self) -> Ratio {
        self.round(
            0,
            if self.is_negative() {
                Rounding::Down
            } else {
                Rounding::Up
            },
        )
    }

    /// All the digits; `None` when they do not end, as with 1/3.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::new(117, 8).unwrap().exact_decimal().as_deref(), Some("14.625"));
    /// assert_eq!(Ratio::from_int(100).exact_decimal().as_deref(), Some("100"));
    /// assert_eq!(Ratio::new(1, 3).unwrap().exact_decimal(), None);
    /// ```
    #[must_use]
    pub fn exact_decimal(&self) -> Option<String> {
        let (mut rest, two, five) = (self.denominator(), BigInt::from(2), BigInt::from(5));
        let mut count = |factor: &BigInt| {
            let mut times = 0u32;
            while rest.is_multiple_of(factor) {
                rest = &rest / factor;
                times += 1;
            }
            times
        };
        let places = count(&two).max(count(&five));
        if !rest.is_one() {
            return None;
        }
        // Reduced, and the denominator divides 10^places, so this division is exact.
        let units = self.numerator() * BigInt::from(10).pow(places) / self.denominator();
        let digits = units.magnitude().to_string();
        Some(match u8::try_from(places) {
            Ok(places) => decimal_text(units.is_negative(), digits, places),
            Err(_) => long_decimal_text(units.is_negative(), &digits, places),
        })
    }

    /// The value × 10^places, rounded to an integer; `None` when 128 bits do not hold a step.
    fn rounded_units_small(&self, places: u8, rounding: Rounding) -> Option<i128> {
        let Repr::Small { num, den } = self.0 else {
            return None;
        };
        let scaled = num.checked_mul(10i128.checked_pow(u32::from(places))?)?;
        let (quotient, rest) = (scaled / den, scaled % den);
        if rest == 0 {
            return Some(quotient);
        }
        // |rest| < den ≤ 2^127 − 1, so its double fits 128 bits without a sign.
        let half = (rest.unsigned_abs() * 2).cmp(&den.unsigned_abs());
        if rounding.goes_outward(half, quotient % 2 != 0) {
            return quotient.checked_add(scaled.signum());
        }
        Some(quotient)
    }

    /// The same without a limit.
    fn rounded_units_big(&self, places: u8, rounding: Rounding) -> BigInt {
        let denominator = self.denominator();
        let scaled = self.numerator() * BigInt::from(10).pow(u32::from(places));
        let (quotient, rest) = scaled.div_rem(&denominator); // towards zero
        if rest.is_zero() {
            return quotient;
        }
        let half = (rest.abs() * 2u32).cmp(&denominator);
        if rounding.goes_outward(half, quotient.is_odd()) {
            return quotient + scaled.signum();
        }
        quotient
    }
}

/// [`decimal_text`] for more than 255 places.
fn long_decimal_text(negative: bool, digits: &str, places: u32) -> String {
    let places = usize::try_from(places).unwrap_or(usize::MAX);
    let sign = if negative { "-" } else { "" };
    let padded = format!(
        "{}{digits}",
        "0".repeat((places + 1).saturating_sub(digits.len()))
    );
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}
