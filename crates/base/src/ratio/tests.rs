//! Ratios against values worked out by hand and against big rationals for random ones.

use super::*;
use proptest::prelude::*;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

fn ratio(num: i128, den: i128) -> Ratio {
    Ratio::new(num, den).unwrap()
}

fn big(num: i128, den: i128) -> BigRational {
    BigRational::new(BigInt::from(num), BigInt::from(den))
}

/// The same value, and in the one form that it must have.
fn assert_is(ours: &Ratio, reference: &BigRational) {
    assert_eq!(&ours.numerator(), reference.numer());
    assert_eq!(&ours.denominator(), reference.denom());
    let fits = reference.numer().to_i128().is_some() && reference.denom().to_i128().is_some();
    assert_eq!(
        fits,
        matches!(ours.0, Repr::Small { .. }),
        "{ours} is in the wrong form"
    );
}

#[test]
fn reduced_with_the_sign_above() {
    for (num, den, text) in [
        (6, 8, "3/4"),
        (6, -8, "-3/4"),
        (-6, -8, "3/4"),
        (0, -5, "0"),
        (10, 5, "2"),
        (i128::MIN, i128::MIN, "1"),
        (0, i128::MIN, "0"),
        (i128::MIN, 1, "-170141183460469231731687303715884105728"),
        (i128::MIN, -1, "170141183460469231731687303715884105728"),
        (1, i128::MIN, "-1/170141183460469231731687303715884105728"),
        (
            i128::MAX,
            i128::MIN,
            "-170141183460469231731687303715884105727/170141183460469231731687303715884105728",
        ),
    ] {
        assert_eq!(ratio(num, den).to_string(), text);
    }
    assert_eq!(Ratio::new(1, 0), None);
    assert_eq!(Ratio::from_big(BigInt::from(1), BigInt::from(0)), None);
}

#[test]
fn arithmetic_by_hand() {
    let (third, sixth) = (ratio(1, 3), ratio(1, 6));
    assert_eq!(&third + &sixth, ratio(1, 2));
    assert_eq!(&third - &sixth, sixth);
    assert_eq!(&third * &sixth, ratio(1, 18));
    assert_eq!(third.checked_div(&sixth), Some(Ratio::from_int(2)));
    assert_eq!(third.checked_div(&ratio(-1, 6)), Some(Ratio::from_int(-2)));
    assert_eq!(third.checked_div(&Ratio::ZERO), None);
    assert_eq!(-third.clone(), ratio(-1, 3));
    assert_eq!(third.clone() + 2.into_ratio(), ratio(7, 3));
    assert_eq!(
        [third.clone(), sixth.clone()].iter().sum::<Ratio>(),
        ratio(1, 2)
    );
    assert_eq!([third, sixth].into_iter().product::<Ratio>(), ratio(1, 18));
    assert_eq!(Vec::<Ratio>::new().iter().sum::<Ratio>(), Ratio::ZERO);

    let mut total = Ratio::ZERO;
    total += ratio(5, 4);
    total -= &ratio(1, 4);
    total *= ratio(3, 1);
    assert_eq!(total, Ratio::from_int(3));
}

trait IntoRatio {
    fn into_ratio(self) -> Ratio;
}

impl IntoRatio for i64 {
    fn into_ratio(self) -> Ratio {
        Ratio::from(self)
    }
}

#[test]
fn beyond_128_bits_and_back() {
    let huge = ratio(i128::MAX, 1);
    let beyond = &huge + &Ratio::ONE;
    assert_eq!(beyond.to_i128_parts(), None);
    assert_eq!(
        beyond.to_string(),
        "170141183460469231731687303715884105728"
    );
    assert_eq!(&beyond - &Ratio::ONE, huge);
    assert_eq!(
        (&beyond - &Ratio::ONE).to_i128_parts(),
        Some((i128::MAX, 1))
    );
    assert!(beyond > huge);
    assert_eq!(-&beyond, ratio(i128::MIN, 1));
    assert_eq!(-&ratio(i128::MIN, 1), beyond);
    assert_eq!(ratio(i128::MIN, 1).abs(), beyond);
    assert_eq!((&beyond * &beyond).checked_div(&beyond), Some(beyond));
}

#[test]
fn order_where_products_do_not_fit() {
    // (2^127−1)/(2^127−2) against (2^127−2)/(2^127−3): n/(n−1) falls as n grows.
    let larger = ratio(i128::MAX - 1, i128::MAX - 2);
    let smaller = ratio(i128::MAX, i128::MAX - 1);
    assert!(smaller < larger);
    assert!(-&larger < -&smaller);
    assert!(-&larger < smaller);
    assert_eq!(smaller.clone().max(larger.clone()), larger);
    assert_eq!(smaller.clone().min(larger), smaller);
}

#[test]
fn rounding_of_halves_and_neighbours() {
    use Rounding::{Down, HalfEven, HalfUp, Up};
    for (num, den, places, [half_up, half_even, down, up]) in [
        (5, 2, 0, ["3", "2", "2", "3"]),
        (7, 2, 0, ["4", "4", "3", "4"]),
        (-5, 2, 0, ["-3", "-2", "-2", "-3"]),
        (1, 8, 2, ["0.13", "0.12", "0.12", "0.13"]),
        (-1, 8, 2, ["-0.13", "-0.12", "-0.12", "-0.13"]),
        (1, 3, 2, ["0.33", "0.33", "0.33", "0.34"]),
        (2, 3, 2, ["0.67", "0.67", "0.66", "0.67"]),
        (1, 1000, 2, ["0.00", "0.00", "0.00", "0.01"]),
        (-1, 1000, 2, ["0.00", "0.00", "0.00", "-0.01"]),
        (-1, 200, 2, ["-0.01", "0.00", "0.00", "-0.01"]),
        (97, 1, 1, ["97.0", "97.0", "97.0", "97.0"]),
        (1999, 1000, 2, ["2.00", "2.00", "1.99", "2.00"]),
        (0, 1, 3, ["0.000", "0.000", "0.000", "0.000"]),
    ] {
        let value = ratio(num, den);
        for (rounding, text) in [
            (HalfUp, half_up),
            (HalfEven, half_even),
            (Down, down),
            (Up, up),
        ] {
            assert_eq!(
                value.to_decimal(places, rounding),
                text,
                "{value} {rounding}"
            );
            assert_eq!(
                Some(value.round(places, rounding)),
                Ratio::parse_decimal(text)
            );
        }
    }
}

#[test]
fn rounding_beyond_128_bits() {
    // 10^40 + 1/2
    let value = Ratio::from_big(BigInt::from(10).pow(40) * 2 + 1, BigInt::from(2)).unwrap();
    let zeros = "0".repeat(40);
    assert_eq!(value.to_decimal(0, Rounding::HalfEven), format!("1{zeros}"));
    assert_eq!(
        value.to_decimal(2, Rounding::HalfUp),
        format!("1{zeros}.50")
    );
    assert_eq!(
        (-&value).to_decimal(0, Rounding::HalfUp),
        format!("-1{}1", "0".repeat(39))
    );
    assert_eq!(
        ratio(1, 3).to_decimal(255, Rounding::Down),
        format!("0.{}", "3".repeat(255))
    );
    assert_eq!(
        ratio(i128::MAX, 2).to_decimal(0, Rounding::Up),
        "85070591730234615865843651857942052864"
    );
}

#[test]
fn floor_and_ceil() {
    for (num, den, floor, ceil) in [(7, 2, 3, 4), (-7, 2, -4, -3), (6, 2, 3, 3), (0, 1, 0, 0)] {
        assert_eq!(ratio(num, den).floor(), Ratio::from_int(floor));
        assert_eq!(ratio(num, den).ceil(), Ratio::from_int(ceil));
    }
}

#[test]
fn texts() {
    for (text, expected) in [
        ("97.5", Some((195, 2))),
        ("-0.125", Some((-1, 8))),
        ("+3", Some((3, 1))),
        ("000.50", Some((1, 2))),
        ("-0", Some((0, 1))),
        ("", None),
        (".", None),
        ("1.", None),
        (".1", None),
        ("1e5", None),
        ("1 000", None),
        ("NaN", None),
        ("１", None),
    ] {
        let expected = expected.map(|(num, den)| ratio(num, den));
        assert_eq!(Ratio::parse_decimal(text), expected, "{text}");
        assert_eq!(Ratio::parse(text), expected, "{text}");
    }
    for text in ["1/", "/2", "1/2/3", "1.5/2", "1/-2", "1/0", "+1/2"] {
        assert_eq!(Ratio::parse(text), None, "{text}");
        assert_eq!(Ratio::parse_decimal(text), None, "{text}");
    }
    assert_eq!(Ratio::parse_decimal(&"9".repeat(1001)), None);
    let long = format!("0.{}1", "0".repeat(99));
    let tiny = Ratio::parse_decimal(&long).unwrap();
    assert_eq!(tiny.denominator(), BigInt::from(10).pow(100));
    assert_eq!(tiny.exact_decimal(), Some(long));
}

#[test]
fn all_digits_where_they_end() {
    for (num, den, text) in [
        (1, 2, Some("0.5")),
        (-1, 8, Some("-0.125")),
        (3, 1, Some("3")),
        (1, 40, Some("0.025")),
        (1, 6, None),
        (1, 7, None),
        (0, 1, Some("0")),
    ] {
        assert_eq!(ratio(num, den).exact_decimal().as_deref(), text);
    }
    let many = Ratio::from_big(BigInt::from(-3), BigInt::from(10).pow(300)).unwrap();
    assert_eq!(
        many.exact_decimal(),
        Some(format!("-0.{}3", "0".repeat(299)))
    );
}

#[test]
fn what_it_is() {
    assert!(Ratio::ZERO.is_zero() && !Ratio::ZERO.is_positive() && !Ratio::ZERO.is_negative());
    assert!(ratio(1, 2).is_positive() && !ratio(1, 2).is_integer());
    assert!(ratio(-4, 2).is_negative() && ratio(-4, 2).is_integer());
    assert_eq!(ratio(-4, 2).to_integer(), Some(-2));
    assert_eq!(ratio(1, 2).to_integer(), None);
    assert!((ratio(1, 4).to_f64() - 0.25).abs() < f64::EPSILON);
    assert_eq!(Ratio::from_scaled(1250, 2), ratio(25, 2));
    assert_eq!(
        Ratio::from_scaled(1, 40).denominator(),
        BigInt::from(10).pow(40)
    );
    assert_eq!(Ratio::default(), Ratio::ZERO);
}

/// Numbers as they are met: mostly small, some at the edge of 64 and 128 bits.
fn number() -> impl Strategy<Value = i128> {
    prop_oneof![
        4 => -1000i128..1000,
        2 => any::<i64>().prop_map(i128::from),
        2 => any::<i128>(),
        1 => prop::sample::select(vec![i128::MIN, i128::MIN + 1, i128::MAX, i128::MAX - 1, 0, 1, -1]),
    ]
}

/// A ratio and the same as a big rational; now and then beyond 128 bits.
fn both() -> impl Strategy<Value = (Ratio, BigRational)> {
    let nonzero = || number().prop_filter("a denominator", |&den| den != 0);
    (
        number(),
        nonzero(),
        prop::option::weighted(0.2, (nonzero(), nonzero())),
    )
        .prop_map(|(num, den, more)| {
            let mut reference = big(num, den);
            if let Some((num, den)) = more {
                reference *= big(num, den);
            }
            let ours = Ratio::from_big(reference.numer().clone(), reference.denom().clone());
            (ours.unwrap(), reference)
        })
}

fn hash_of(value: &Ratio) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn operations_agree_with_big_rationals((a, ra) in both(), (b, rb) in both()) {
        assert_is(&a, &ra);
        assert_is(&(&a + &b), &(&ra + &rb));
        assert_is(&(&a - &b), &(&ra - &rb));
        assert_is(&(&a * &b), &(&ra * &rb));
        assert_is(&-&a, &-ra.clone());
        assert_is(&a.abs(), &ra.abs());
        match a.checked_div(&b) {
            Some(quotient) => assert_is(&quotient, &(&ra / &rb)),
            None => prop_assert!(rb.is_zero()),
        }
        prop_assert_eq!(a.cmp(&b), ra.cmp(&rb));
        prop_assert_eq!(a == b, ra == rb);
    }

    #[test]
    fn a_way_there_and_back_is_the_same_value((a, _) in both(), (b, _) in both()) {
        let back = &(&a + &b) - &b;
        prop_assert_eq!(&back, &a);
        prop_assert_eq!(hash_of(&back), hash_of(&a));
        prop_assert_eq!(Ratio::parse(&a.to_string()), Some(a.clone()));
        if let Some(digits) = a.exact_decimal().filter(|digits| digits.len() <= 1000) {
            prop_assert_eq!(Ratio::parse_decimal(&digits), Some(a));
        }
    }

    #[test]
    fn small_arithmetic_agrees_with_plain_fractions(
        a in -10_000i128..10_000, b in 1i128..10_000, c in -10_000i128..10_000, d in 1i128..10_000,
    ) {
        let (left, right) = (ratio(a, b), ratio(c, d));
        prop_assert_eq!(&left + &right, ratio(a * d + c * b, b * d));
        prop_assert_eq!(&left - &right, ratio(a * d - c * b, b * d));
        prop_assert_eq!(&left * &right, ratio(a * c, b * d));
        prop_assert_eq!(left.cmp(&right), (a * d).cmp(&(c * b)));
    }

    #[test]
    fn rounding_goes_where_it_says((a, _) in both(), places in 0u8..30) {
        let step = Ratio::ONE.checked_div(&Ratio::from_big(BigInt::from(10).pow(u32::from(places)), BigInt::from(1)).unwrap()).unwrap();
        let half = &step * &ratio(1, 2);
        for rounding in Rounding::ALL {
            let rounded = a.round(places, rounding);
            let distance = (&rounded - &a).abs();
            match rounding {
                Rounding::HalfUp | Rounding::HalfEven => prop_assert!(distance <= half),
                Rounding::Down => prop_assert!(rounded.abs() <= a.abs() && distance < step),
                Rounding::Up => prop_assert!(rounded.abs() >= a.abs() && distance < step),
            }
            prop_assert_eq!(Ratio::parse_decimal(&a.to_decimal(places, rounding)), Some(rounded.clone()));
            prop_assert_eq!(rounded.round(places, rounding), rounded);
        }
        prop_assert!(a.floor() <= a && a.floor() > &a - &Ratio::ONE);
        prop_assert!(a.ceil() >= a && a.ceil() < &a + &Ratio::ONE);
    }
}
