//! Exact ratios: every figure and every score is one until its one declared rounding.
//!
//! Two 128-bit integers while they fit, big integers beyond; the step from one to the other is
//! not visible and nothing ever overflows or loses a digit. `ratio/operators.rs` has the
//! arithmetic, `ratio/decimal.rs` texts and rounding.

mod decimal;
mod operators;
#[cfg(test)]
mod tests;

pub use decimal::Rounding;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;

/// An exact rational number, always reduced, its denominator above 0.
///
/// ```
/// use base::{Ratio, Rounding};
/// let rate = Ratio::new(39, 40).unwrap();
/// let points = &rate * &Ratio::from_int(15);
/// assert_eq!(points.to_string(), "117/8");
/// assert_eq!(points.to_decimal(2, Rounding::HalfUp), "14.63");
/// assert!(Ratio::new(1, 0).is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ratio(Repr);

/// One value has one form: `Small` whenever both numbers fit, so that `==` and hashes may compare
/// the parts. The denominator is above 0 and shares no factor with the numerator.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { num: i128, den: i128 },
    Big(Box<BigRational>),
}

impl Ratio {
    /// 0.
    pub const ZERO: Ratio = Ratio(Repr::Small { num: 0, den: 1 });
    /// 1.
    pub const ONE: Ratio = Ratio(Repr::Small { num: 1, den: 1 });

    /// `numerator / denominator`; `None` when the denominator is 0.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Option<Ratio> {
        if denominator == 0 {
            return None;
        }
        Some(Ratio::reduced(numerator, denominator))
    }

    /// An integer.
    #[must_use]
    pub fn from_int<T: Into<i128>>(integer: T) -> Ratio {
        Ratio(Repr::Small {
            num: integer.into(),
            den: 1,
        })
    }

    /// `numerator / denominator` of any size; `None` when the denominator is 0.
    ///
    /// ```
    /// use base::{BigInt, Ratio};
    /// let huge = BigInt::from(10).pow(60);
    /// assert_eq!(Ratio::from_big(huge.clone(), huge), Some(Ratio::ONE));
    /// ```
    #[must_use]
    pub fn from_big(numerator: BigInt, denominator: BigInt) -> Option<Ratio> {
        if denominator.is_zero() {
            return None;
        }
        Some(Ratio::of_big(BigRational::new(numerator, denominator)))
    }

    /// `units` × 10^−`scale`.
    #[must_use]
    pub fn from_scaled(units: i64, scale: u8) -> Ratio {
        match 10i128.checked_pow(u32::from(scale)) {
            Some(power) => Ratio::reduced(i128::from(units), power),
            None => Ratio::of_big(BigRational::new(
                BigInt::from(units),
                BigInt::from(10).pow(u32::from(scale)),
            )),
        }
    }

    /// The reduced numerator, with the sign.
    #[must_use]
    pub fn numerator(&self) -> BigInt {
        match &self.0 {
            Repr::Small { num, .. } => BigInt::from(*num),
            Repr::Big(big) => big.numer().clone(),
        }
    }

    /// The reduced denominator, above 0.
    #[must_use]
    pub fn denominator(&self) -> BigInt {
        match &self.0 {
            Repr::Small { den, .. } => BigInt::from(*den),
            Repr::Big(big) => big.denom().clone(),
        }
    }

    /// Reduced numerator and denominator; `None` when one of them does not fit.
    #[must_use]
    pub fn to_i128_parts(&self) -> Option<(i128, i128)> {
        match self.0 {
            Repr::Small { num, den } => Some((num, den)),
            Repr::Big(_) => None,
        }
    }

    /// The integer that it is; `None` when it is none, or beyond 128 bits.
    #[must_use]
    pub fn to_integer(&self) -> Option<i128> {
        match self.0 {
            Repr::Small { num, den: 1 } => Some(num),
            _ => None,
        }
    }

    /// Near enough to draw it; never to calculate with it.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small { num, den } => *num as f64 / *den as f64,
            Repr::Big(big) => big.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// Says whether it is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { num: 0, .. })
    }

    /// Says whether it is an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { den, .. } => *den == 1,
            Repr::Big(big) => big.is_integer(),
        }
    }

    /// Says whether it is below 0.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num < 0,
            Repr::Big(big) => big.is_negative(),
        }
    }

    /// Says whether it is above 0.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// The size without the sign.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::new(-1, 2).unwrap().abs(), Ratio::new(1, 2).unwrap());
    /// ```
    #[must_use]
    pub fn abs(&self) -> Ratio {
        if self.is_negative() {
            -self
        } else {
            self.clone()
        }
    }

    /// The quotient; `None` when dividing by 0.
    ///
    /// ```
    /// use base::Ratio;
    /// assert_eq!(Ratio::ONE.checked_div(&Ratio::from_int(4)), Ratio::new(1, 4));
    /// assert_eq!(Ratio::ONE.checked_div(&Ratio::ZERO), None);
    /// ```
    #[must_use]
    pub fn checked_div(&self, divisor: &Ratio) -> Option<Ratio> {
        Some(self * &divisor.reciprocal()?)
    }

    /// 1 divided by it; `None` for 0.
    #[must_use]
    pub fn reciprocal(&self) -> Option<Ratio> {
        match &self.0 {
            Repr::Small { num: 0, .. } => None,
            Repr::Small { num, den } => {
                Some(match (num.signum().checked_mul(*den), num.checked_abs()) {
                    (Some(num), Some(den)) => Ratio(Repr::Small { num, den }),
                    _ => Ratio::of_big(self.to_big().recip()),
                })
            }
            Repr::Big(big) => Some(Ratio::of_big(big.recip())),
        }
    }

    /// The numerator and denominator without common factors, the sign above.
    fn reduced(num: i128, den: i128) -> Ratio {
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        // Only a divisor of 2^127 does not fit; then both numbers are 0 or the most negative one.
        let Ok(divisor) = i128::try_from(divisor) else {
            return Ratio::of_big(BigRational::new(BigInt::from(num), BigInt::from(den)));
        };
        if divisor == 0 {
            return Ratio::ZERO; // 0 / 0: no caller passes it
        }
        let (num, den) = (num / divisor, den / divisor);
        if den > 0 {
            return Ratio(Repr::Small { num, den });
        }
        match (num.checked_neg(), den.checked_neg()) {
            (Some(num), Some(den)) => Ratio(Repr::Small { num, den }),
            _ => Ratio::of_big(BigRational::new(BigInt::from(num), BigInt::from(den))),
        }
    }

    /// Takes a reduced big ratio, as a small one whenever it fits.
    fn of_big(big: BigRational) -> Ratio {
        match (big.numer().to_i128(), big.denom().to_i128()) {
            (Some(num), Some(den)) => Ratio(Repr::Small { num, den }),
            _ => Ratio(Repr::Big(Box::new(big))),
        }
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small { num, den } => {
                BigRational::new_raw(BigInt::from(*num), BigInt::from(*den))
            }
            Repr::Big(big) => (**big).clone(),
        }
    }
}

/// The greatest common divisor; that of 0 and 0 is 0. 64-bit division while both numbers fit, as
/// nearly all do: it is several times faster.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(small_a), Ok(small_b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd_u64(small_a, small_b));
        }
        (a, b) = (b, a % b);
    }
    a
}

fn gcd_u64(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Default for Ratio {
    fn default() -> Ratio {
        Ratio::ZERO
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) =
            (&self.0, &other.0)
        {
            if b == d {
                return a.cmp(c);
            }
            if a.signum() != c.signum() {
                return a.cmp(c);
            }
            if let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b)) {
                return left.cmp(&right);
            }
        }
        // Not `BigRational::cmp`: it divides step by step; one product each is enough here.
        (self.numerator() * other.denominator()).cmp(&(other.numerator() * self.denominator()))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Ratio {
    fn from(integer: i64) -> Ratio {
        Ratio::from_int(integer)
    }
}

impl From<i128> for Ratio {
    fn from(integer: i128) -> Ratio {
        Ratio::from_int(integer)
    }
}

impl From<BigInt> for Ratio {
    fn from(integer: BigInt) -> Ratio {
        Ratio::of_big(BigRational::new_raw(integer, BigInt::one()))
    }
}

/// `3`, `-3/4`; [`Ratio::parse`] reads it.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { num, den: 1 } => write!(f, "{num}"),
            Repr::Small { num, den } => write!(f, "{num}/{den}"),
            Repr::Big(big) => write!(f, "{big}"),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
