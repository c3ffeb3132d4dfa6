//! Numbers in the sentences that explain points: exact where that is short, else marked as rounded.
//!
//! Nothing here is calculated with; the sentences are for readers.

use base::{Ratio, Rounding, Text};

use crate::definition::ValueFormat;

/// Points and intermediate results are shown with at most this many places.
const PLACES_SHOWN: u8 = 4;

/// A number with at most `places` decimals and no trailing zeros.
pub(crate) fn number(value: &Ratio, places: u8) -> String {
    let text = value.to_decimal(places, Rounding::HalfUp);
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text.as_str(),
    };
    match text.strip_prefix('-') {
        Some("0") => "0".to_string(),
        Some(rest) => format!("−{rest}"),
        None => text.to_string(),
    }
}

/// A measured value or a target as the item writes it.
pub(crate) fn value(value: &Ratio, format: ValueFormat) -> String {
    match format {
        ValueFormat::Number(places) => number(value, places),
        ValueFormat::Percent(places) => {
            format!("{}%", number(&(value * &Ratio::from_int(100)), places))
        }
    }
}

/// A number of points.
pub(crate) fn points(value: &Ratio) -> String {
    number(value, PLACES_SHOWN)
}

/// `= 3.5` or `≈ 3.9796`.
pub(crate) fn equals_points(value: &Ratio) -> String {
    let shown = value.round(PLACES_SHOWN, Rounding::HalfUp);
    let sign = if &shown == value { "=" } else { "≈" };
    format!("{sign} {}", points(value))
}

/// `1 point`, `2 points`.
pub(crate) fn english_points(value: &Ratio) -> String {
    let noun = if value.abs() == Ratio::from_int(1) {
        "point"
    } else {
        "points"
    };
    format!("{} {noun}", points(value))
}

/// A text in both languages.
pub(crate) fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// The same formula in both languages, with the unit "points" behind it.
pub(crate) fn formula(formula: &str, result: &Ratio) -> Text {
    let equals = equals_points(result);
    text(
        format!("{formula} {equals} 分"),
        format!("{formula} {equals} points"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r(text: &str) -> Ratio {
        crate::fixture::ratio(text)
    }

    #[test]
    fn numbers_are_short_and_say_when_they_are_rounded() {
        // (value, shown as points, shown behind an equals sign)
        for (value, shown, equals) in [
            ("3.50", "3.5", "= 3.5"),
            ("0", "0", "= 0"),
            ("-20", "−20", "= −20"),
            ("100", "100", "= 100"),
            ("390/98", "3.9796", "≈ 3.9796"),
            ("-1/100000", "0", "≈ 0"),
        ] {
            assert_eq!(points(&r(value)), shown, "{value}");
            assert_eq!(equals_points(&r(value)), equals, "{value}");
        }
        assert_eq!(value(&r("0.975"), ValueFormat::Percent(2)), "97.5%");
        assert_eq!(value(&r("1/3"), ValueFormat::Percent(2)), "33.33%");
        assert_eq!(value(&r("6.25"), ValueFormat::Number(1)), "6.3");
    }
}
