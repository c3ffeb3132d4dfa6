//! `+`, `-`, `*` of ratios: on 128-bit integers while no product overflows, else on big integers.
//!
//! Sums follow Knuth, The Art of Computer Programming, vol. 2, 4.5.1: common factors are taken
//! out before multiplying, so that the small path reaches far and the result needs no reduction.

use super::{Ratio, Repr, gcd};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

fn small(num: i128, den: i128) -> Ratio {
    Ratio(Repr::Small { num, den })
}

/// `gcd` of a denominator (above 0) and any number: at most the denominator, so it fits.
fn gcd_with_denominator(number: i128, denominator: i128) -> i128 {
    i128::try_from(gcd(number.unsigned_abs(), denominator.unsigned_abs())).unwrap_or(1)
}

/// a/b + c/d, both reduced; `None` when a step overflows.
fn add_small(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    if b == d {
        let num = a.checked_add(c)?;
        if b == 1 {
            return Some(small(num, 1));
        }
        let divisor = gcd_with_denominator(num, b);
        return Some(small(num / divisor, b / divisor));
    }
    if d == 1 {
        return Some(small(c.checked_mul(b)?.checked_add(a)?, b));
    }
    if b == 1 {
        return Some(small(a.checked_mul(d)?.checked_add(c)?, d));
    }
    let shared = gcd_with_denominator(b, d);
    let (b_rest, d_rest) = (b / shared, d / shared);
    let num = a.checked_mul(d_rest)?.checked_add(c.checked_mul(b_rest)?)?;
    let divisor = gcd_with_denominator(num, shared);
    Some(small(num / divisor, b_rest.checked_mul(d / divisor)?))
}

/// a/b × c/d, both reduced; `None` when a step overflows.
fn mul_small(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    if b == 1 && d == 1 {
        return Some(small(a.checked_mul(c)?, 1));
    }
    let (left, right) = (gcd_with_denominator(a, d), gcd_with_denominator(c, b));
    Some(small(
        (a / left).checked_mul(c / right)?,
        (b / right).checked_mul(d / left)?,
    ))
}

impl Add<&Ratio> for &Ratio {
    type Output = Ratio;

    fn add(self, other: &Ratio) -> Ratio {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) =
            (&self.0, &other.0)
            && let Some(sum) = add_small(*a, *b, *c, *d)
        {
            return sum;
        }
        Ratio::of_big(self.to_big() + other.to_big())
    }
}

impl Sub<&Ratio> for &Ratio {
    type Output = Ratio;

    fn sub(self, other: &Ratio) -> Ratio {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) =
            (&self.0, &other.0)
            && let Some(negated) = c.checked_neg()
            && let Some(difference) = add_small(*a, *b, negated, *d)
        {
            return difference;
        }
        Ratio::of_big(self.to_big() - other.to_big())
    }
}

impl Mul<&Ratio> for &Ratio {
    type Output = Ratio;

    fn mul(self, other: &Ratio) -> Ratio {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) =
            (&self.0, &other.0)
            && let Some(product) = mul_small(*a, *b, *c, *d)
        {
            return product;
        }
        Ratio::of_big(self.to_big() * other.to_big())
    }
}

impl Neg for &Ratio {
    type Output = Ratio;

    fn neg(self) -> Ratio {
        if let Repr::Small { num, den } = &self.0
            && let Some(negated) = num.checked_neg()
        {
            return small(negated, *den);
        }
        Ratio::of_big(-self.to_big())
    }
}

impl Neg for Ratio {
    type Output = Ratio;

    fn neg(self) -> Ratio {
        -&self
    }
}

macro_rules! also_owned {
    ($($operator:ident $method:ident $assign:ident $assign_method:ident),*) => {$(
        impl $operator<Ratio> for Ratio {
            type Output = Ratio;

            fn $method(self, other: Ratio) -> Ratio {
                $operator::$method(&self, &other)
            }
        }

        impl $operator<&Ratio> for Ratio {
            type Output = Ratio;

            fn $method(self, other: &Ratio) -> Ratio {
                $operator::$method(&self, other)
            }
        }

        impl $operator<Ratio> for &Ratio {
            type Output = Ratio;

            fn $method(self, other: Ratio) -> Ratio {
                $operator::$method(self, &other)
            }
        }

        impl $assign<Ratio> for Ratio {
            fn $assign_method(&mut self, other: Ratio) {
                *self = $operator::$method(&*self, &other);
            }
        }

        impl $assign<&Ratio> for Ratio {
            fn $assign_method(&mut self, other: &Ratio) {
                *self = $operator::$method(&*self, other);
            }
        }
    )*};
}

also_owned!(
    Add add AddAssign add_assign,
    Sub sub SubAssign sub_assign,
    Mul mul MulAssign mul_assign
);

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(terms: I) -> Ratio {
        terms.fold(Ratio::ZERO, |sum, term| sum + term)
    }
}

impl<'a> Sum<&'a Ratio> for Ratio {
    fn sum<I: Iterator<Item = &'a Ratio>>(terms: I) -> Ratio {
        terms.fold(Ratio::ZERO, |sum, term| sum + term)
    }
}

impl Product for Ratio {
    fn product<I: Iterator<Item = Ratio>>(factors: I) -> Ratio {
        factors.fold(Ratio::ONE, |product, factor| product * factor)
    }
}

impl<'a> Product<&'a Ratio> for Ratio {
    fn product<I: Iterator<Item = &'a Ratio>>(factors: I) -> Ratio {
        factors.fold(Ratio::ONE, |product, factor| product * factor)
    }
}
