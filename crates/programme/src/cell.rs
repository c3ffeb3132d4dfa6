//! One cell from its text: the same reader for a TOML string and for a workbook cell, so that both
//! forms of a package mean the same.
//!
//! What a cell must be is [`Kind`]; what a problem says is in [`crate::problems_text`]. Values that
//! TOML writes without quotes come here as their source text, so no number passes through a float.

use std::sync::Arc;

use base::{AssessmentStart, Day, Period, Problem, Ratio};

use crate::problems_text as problem;
use crate::rows::Content;
use crate::tables::{Column, Kind};

/// The most UTF-16 units that a cell may hold, so that every package fits into a workbook (whose
/// cells hold 32,767) in the flattened form too.
pub const CELL_UNITS_MAX: usize = 32_000;

/// Reads a single value (no list, pair or bilingual) from its text.
pub(crate) fn scalar(column: &Column, kind: &Kind, text: &str) -> Result<Content, Problem> {
    if let Some(found) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(problem::control_character(
            column.name,
            format!("{:04X}", u32::from(found)),
        ));
    }
    if text.encode_utf16().count() > CELL_UNITS_MAX {
        return Err(problem::too_long(column.name, CELL_UNITS_MAX));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(problem::empty_text(column.name));
    }
    let as_text = |text: &str| Content::Text(Arc::from(text));
    match kind {
        Kind::Id if base::is_valid_id(trimmed) => Ok(as_text(trimmed)),
        Kind::Id => Err(problem::bad_id(trimmed, id_like(trimmed))),
        Kind::Ref(_) => Ok(as_text(trimmed)),
        Kind::Text | Kind::Expression => Ok(as_text(text)),
        Kind::Bilingual => Ok(Content::Bilingual(base::Text::same(text))),
        Kind::Int => canonical_int(trimmed)
            .map(Content::Int)
            .ok_or_else(|| wrong_text(column, kind)),
        Kind::Decimal => match decimal(trimmed) {
            Some((ratio, written)) => Ok(Content::Decimal(ratio, Arc::from(written))),
            None => Err(problem::bad_decimal(trimmed)),
        },
        Kind::Bool => match trimmed {
            "true" | "TRUE" => Ok(Content::Bool(true)),
            "false" | "FALSE" => Ok(Content::Bool(false)),
            _ => Err(wrong_text(column, kind)),
        },
        Kind::Day => Day::parse(trimmed).map(Content::Day).map_err(|_| {
            let (zh, en) = why_no_day(trimmed);
            problem::bad_day(trimmed, zh, en)
        }),
        Kind::MonthDay if is_month_day(trimmed) => Ok(as_text(trimmed)),
        Kind::MonthDay => {
            let (zh, en) = why_no_day(&format!("2000-{trimmed}"));
            Err(problem::bad_month_day(trimmed, zh, en))
        }
        Kind::Period => match Period::parse(trimmed, AssessmentStart::default()) {
            Ok(_) => Ok(as_text(trimmed)),
            Err(_) => Err(problem::bad_period(trimmed)),
        },
        Kind::OneOf(words) if words.contains(&trimmed) => Ok(as_text(trimmed)),
        Kind::OneOf(words) => Err(problem::not_one_of(
            trimmed,
            column.name,
            crate::suggest(trimmed, words.iter().copied()),
        )),
        Kind::List(_) | Kind::Pairs => Err(wrong_text(column, kind)),
    }
}

/// Whether a text may hold the character: no controls but the line break (a workbook keeps no other).
fn is_allowed(c: char) -> bool {
    c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}'))
}

fn wrong_text(column: &Column, kind: &Kind) -> Problem {
    let (zh, en) = wanted(kind);
    problem::wrong_type(column.name, "文本", "a text", zh, en)
}

/// Why a text is no day, in Chinese and English: the month has not so many days, there is no such month,
/// or it is written in another form.
fn why_no_day(text: &str) -> (String, String) {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let part = |range: std::ops::Range<usize>| -> Option<u32> { text.get(range)?.parse().ok() };
    let (true, Some(year), Some(month)) = (is_shaped, part(0..4), part(5..7)) else {
        let (zh, en) = ("写法不对", "it is written in another form");
        return (zh.to_owned(), en.to_owned());
    };
    let of_month = |day: &u32| {
        i32::try_from(year).is_ok_and(|year| Day::from_ymd(year, month, *day).is_some())
    };
    match (28..=31).rev().find(of_month) {
        Some(days) => (
            format!("{month} 月只有 {days} 天"),
            format!("month {month} has {days} days"),
        ),
        None => (
            format!("没有 {month} 月"),
            format!("there is no month {month}"),
        ),
    }
}

/// A whole number as TOML or an office writes it: digits, a sign, `_` between digits.
pub(crate) fn canonical_int(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    digits.strip_prefix('+').unwrap_or(&digits).parse().ok()
}

/// An exact decimal and how it is written canonically: `97.5`, `-0.5`, `97.5%`; trailing zeros
/// stay, signs `+`, separators `_` and exponents go.
pub(crate) fn decimal(text: &str) -> Option<(Ratio, String)> {
    let (number, percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let plain: String = number.chars().filter(|c| *c != '_').collect();
    let plain = plain.strip_prefix('+').unwrap_or(&plain);
    let plain = match plain.find(['e', 'E']) {
        Some(at) => shift(plain.get(..at)?, plain.get(at + 1..)?.parse().ok()?)?,
        None => plain.to_owned(),
    };
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty())
        || !all_digits(whole)
        || !all_digits(fraction)
        || digits.len() > 200
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut written = format!("{sign}{whole}");
    if !fraction.is_empty() {
        written = format!("{written}.{fraction}");
    }
    let mut ratio = Ratio::parse_decimal(&written)?;
    if percent {
        ratio = ratio.checked_div(&Ratio::from_int(100))?;
        written.push('%');
    }
    Some((ratio, written))
}

/// Moves the decimal point of `digits` by `exponent` places (at most 30, which is a declared limit).
fn shift(digits: &str, exponent: i32) -> Option<String> {
    if exponent.unsigned_abs() > 30 {
        return None;
    }
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places = usize::try_from(exponent.unsigned_abs()).ok()?;
    Some(if exponent >= 0 {
        let padded = format!("{fraction:0<places$}");
        let (moved, rest) = padded.split_at_checked(places)?;
        format!(
            "{sign}{whole}{moved}{}{rest}",
            if rest.is_empty() { "" } else { "." }
        )
    } else {
        let padded = format!("{whole:0>width$}", width = places + 1);
        let (rest, moved) = padded.split_at_checked(padded.len() - places)?;
        format!("{sign}{rest}.{moved}{fraction}")
    })
}

/// Whether a text is a month and a day that some year has (`02-29` is).
fn is_month_day(text: &str) -> bool {
    text.len() == 5 && Day::parse(&format!("2000-{text}")).is_ok()
}

/// An identifier made from a text that is none, as an example of what would be right.
fn id_like(text: &str) -> String {
    let mut id: String = text
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    id = id.trim_matches(['_', '-']).chars().take(60).collect();
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        id = if id.is_empty() {
            "food_safety".to_owned()
        } else {
            format!("n{id}")
        };
    }
    id
}

/// What a column of a kind wants, for messages, in Chinese and English.
pub(crate) fn wanted(kind: &Kind) -> (String, String) {
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    match kind {
        Kind::Id => both(
            "标识文本，例如 \"food_safety\"",
            "an identifier in quotes, such as \"food_safety\"",
        ),
        Kind::Ref(table) => (
            format!("“{table}”某一行的标识，加引号"),
            format!("the identifier of a row of `{table}` in quotes"),
        ),
        Kind::Text => both("带引号的文本", "a text in quotes"),
        Kind::Bilingual => both("{ zh = \"…\", en = \"…\" }", "{ zh = \"…\", en = \"…\" }"),
        Kind::Int => both("整数，例如 3", "a whole number, such as 3"),
        Kind::Decimal => both(
            "数，例如 97.5 或 \"97.5%\"",
            "a number, such as 97.5 or \"97.5%\"",
        ),
        Kind::Bool => both("true 或 false", "true or false"),
        Kind::Day => both("日期，例如 2018-01-31", "a day, such as 2018-01-31"),
        Kind::MonthDay => both(
            "带引号的月日，例如 \"07-01\"",
            "a month and a day in quotes, such as \"07-01\"",
        ),
        Kind::Period => both(
            "带引号的期间，例如 \"2018\"",
            "a period in quotes, such as \"2018\"",
        ),
        Kind::OneOf(words) => (
            format!("其中之一：{}", words.join("、")),
            format!("one of: {}", words.join(", ")),
        ),
        Kind::Expression => both(
            "带引号的条件式，例如 \"result = 'pass'\"",
            "an expression in quotes, such as \"result = 'pass'\"",
        ),
        Kind::List(inner) => {
            let (zh, en) = wanted(inner);
            (
                format!("方括号里的列表，每个元素是{zh}"),
                format!("a list in brackets, each element {en}"),
            )
        }
        Kind::Pairs => both(
            "数对的列表，例如 [[90, 0], [97.5, 4]]",
            "a list of pairs of numbers, such as [[90, 0], [97.5, 4]]",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_written_in_one_way() {
        for (text, numerator, denominator, written) in [
            ("4", 4, 1, "4"),
            ("97.50", 195, 2, "97.50"),
            ("+1_000.5", 2001, 2, "1000.5"),
            ("97.5%", 39, 40, "97.5%"),
            ("-.5", -1, 2, "-0.5"),
            ("5.", 5, 1, "5"),
            ("1e3", 1000, 1, "1000"),
            ("1.25e1", 25, 2, "12.5"),
            ("-2.5E-2", -1, 40, "-0.025"),
            ("007", 7, 1, "7"),
        ] {
            let (ratio, found) = decimal(text).unwrap();
            assert_eq!(Some(ratio), Ratio::new(numerator, denominator), "{text}");
            assert_eq!(found, written, "{text}");
        }
        for text in [
            "", ".", "%", "nan", "inf", "1e99", "1.2.3", "--1", "0x10", "１",
        ] {
            assert!(decimal(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_month_day_is_one_that_some_year_has() {
        for (text, expected) in [
            ("07-01", true),
            ("02-29", true),
            ("02-30", false),
            ("7-1", false),
            ("13-01", false),
            ("", false),
        ] {
            assert_eq!(is_month_day(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_that_is_none_is_told_why() {
        for (text, zh) in [
            ("2000-11-31", "11 月只有 30 天"),
            ("2018-02-29", "2 月只有 28 天"),
            ("2016-02-30", "2 月只有 29 天"),
            ("2000-13-01", "没有 13 月"),
            ("2018/1/1", "写法不对"),
        ] {
            assert_eq!(why_no_day(text).0, zh);
        }
    }

    #[test]
    fn the_example_of_an_identifier_is_one() {
        for text in [
            "Food Safety",
            "2018",
            "质量",
            "a--",
            "x".repeat(99).as_str(),
        ] {
            assert!(
                base::is_valid_id(&id_like(text)),
                "{text}: {}",
                id_like(text)
            );
        }
    }
}
