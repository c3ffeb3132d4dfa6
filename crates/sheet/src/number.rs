//! Numbers of a workbook: binary in the file, decimal on the screen.
//!
//! A spreadsheet stores binary64 and shows at most 15 significant digits (ECMA-376 part 1, 18.8.30;
//! IEEE 754 `DBL_DIG`), so 15 digits are what the user entered and sees, and what is read here.

/// Significant digits that every decimal number keeps through binary64.
const DIGITS: usize = 15;

/// A finite number to 15 significant digits in plain notation, multiplied by `10^shift`; `None` when
/// it is not finite.
pub(crate) fn decimal_of_float(number: f64, shift: i32) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    // `{:e}` rounds the exact binary value: d.dddddddddddddde±x.
    let scientific = format!("{:.*e}", DIGITS - 1, number.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let point = exponent
        .parse::<i32>()
        .ok()?
        .checked_add(shift)?
        .checked_add(1)?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    match usize::try_from(point) {
        Ok(whole) if whole > 0 => {
            let (before, after) = digits.split_at(whole.min(digits.len()));
            text.push_str(before);
            text.extend(std::iter::repeat_n('0', whole.saturating_sub(digits.len())));
            if !after.is_empty() {
                text.push('.');
                text.push_str(after);
            }
        }
        _ => {
            text.push_str("0.");
            let zeros = usize::try_from(point.unsigned_abs()).ok()?;
            text.extend(std::iter::repeat_n('0', zeros));
            text.push_str(digits);
        }
    }
    Some(text)
}

/// Whether a number format shows percent: a `%` in its first section that is neither quoted nor
/// escaped nor in brackets.
pub(crate) fn is_percent_format(code: &str) -> bool {
    let mut chars = code.chars();
    let mut is_quoted = false;
    let mut is_bracketed = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' => is_bracketed = true,
            ']' => is_bracketed = false,
            _ if is_bracketed => {}
            // The next character is shown as it is, or gives its width.
            '\\' | '_' | '*' => {
                chars.next();
            }
            ';' => return false,
            '%' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_a_spreadsheet_shows_them() {
        let table: &[(f64, i32, &str)] = &[
            (0.0, 0, "0"),
            (-0.0, 0, "0"),
            (12.0, 0, "12"),
            (12.5, 0, "12.5"),
            (0.1 + 0.2, 0, "0.3"),
            (12.499_999_999_999_999, 0, "12.5"),
            (12.499_999, 0, "12.499999"),
            (-1234.5, 0, "-1234.5"),
            (1_200_000.0, 0, "1200000"),
            (0.000_012_3, 0, "0.0000123"),
            (1e20, 0, "100000000000000000000"),
            (123_456_789_012_345.0, 0, "123456789012345"),
            (0.125, 2, "12.5"),
            (0.982, 2, "98.2"),
            (1.0, 2, "100"),
            (0.07, 2, "7"),
            (0.000_05, 2, "0.005"),
            (-0.5, 2, "-50"),
        ];
        for (number, shift, text) in table {
            assert_eq!(
                decimal_of_float(*number, *shift).as_deref(),
                Some(*text),
                "{number} {shift}"
            );
        }
        assert_eq!(decimal_of_float(f64::NAN, 0), None);
        assert_eq!(decimal_of_float(f64::INFINITY, 0), None);
    }

    #[test]
    fn percent_formats() {
        for code in ["0%", "0.00%", "#,##0.0%;[Red]-0%", "\"约\"0%"] {
            assert!(is_percent_format(code), "{code}");
        }
        for code in ["General", "0.00", "0\\%", "0\"%\"", "0;0%", "[$%-804]0"] {
            assert!(!is_percent_format(code), "{code}");
        }
    }
}
