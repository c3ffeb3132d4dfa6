//! A cell as one flat text, the form it has in a workbook: lists joined by `; `, pairs as `90 = 0`.
//!
//! Both ways are exact: what [`flatten`] writes, [`unflatten`] reads back as the same content.

use base::{Problem, Ratio};

use crate::cell::{self, decimal};
use crate::problems_text as problem;
use crate::rows::{Cell, Content};
use crate::tables::{Column, Kind};

/// The flat text of a content; of a bilingual one both languages (its two columns are written apart).
pub(crate) fn flatten(content: &Content) -> String {
    match content {
        Content::Text(text) => text.to_string(),
        Content::Bilingual(text) => format!("{}\n{}", text.zh, text.en),
        Content::Int(number) => number.to_string(),
        Content::Decimal(_, written) => written.to_string(),
        Content::Bool(value) => value.to_string(),
        Content::Day(day) => day.to_string(),
        Content::List(cells) if cells.is_empty() => EMPTY_LIST.to_owned(),
        Content::List(cells) => cells
            .iter()
            .map(|cell| escape(&flatten(&cell.content)))
            .collect::<Vec<_>>()
            .join("; "),
        Content::Pairs(pairs) if pairs.is_empty() => EMPTY_LIST.to_owned(),
        Content::Pairs(pairs) => pairs
            .iter()
            .map(|(a, b)| format!("{} = {}", exact(a), exact(b)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// How an empty list is written, which is not the same as no list.
const EMPTY_LIST: &str = "[]";

/// The exact decimal text of a ratio that was written as a decimal.
pub(crate) fn exact(ratio: &Ratio) -> String {
    // Every ratio of a cell was read from a decimal text, so it has an exact decimal form.
    ratio.exact_decimal().unwrap_or_else(|| ratio.to_string())
}

/// UTF-16 units of the flat text, which is what a workbook's cell limit counts.
pub(crate) fn units(content: &Content) -> usize {
    match content {
        Content::Bilingual(text) => text
            .zh
            .encode_utf16()
            .count()
            .max(text.en.encode_utf16().count()),
        other => flatten(other).encode_utf16().count(),
    }
}

/// Escapes an element: `\`, `;`, `；`, a space at either end, and an element that looks like an empty list.
fn escape(element: &str) -> String {
    let mut text = String::with_capacity(element.len());
    let last = element.chars().count().saturating_sub(1);
    for (at, c) in element.chars().enumerate() {
        let is_edge = at == 0 || at == last;
        if matches!(c, '\\' | ';' | '；') || (is_edge && c.is_whitespace()) || (at == 0 && c == '[')
        {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Cuts at `;` that are not escaped, trims what is not escaped, and takes the escapes away.
fn cut(text: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut element: Vec<(char, bool)> = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => element.push((chars.next().unwrap_or('\\'), true)),
            ';' | '；' => elements.push(std::mem::take(&mut element)),
            _ => element.push((c, false)),
        }
    }
    elements.push(element);
    elements
        .into_iter()
        .map(|element| {
            let is_space = |(c, escaped): &(char, bool)| c.is_whitespace() && !escaped;
            let start = element
                .iter()
                .position(|c| !is_space(c))
                .unwrap_or(element.len());
            let end = element
                .iter()
                .rposition(|c| !is_space(c))
                .map_or(start, |at| at + 1);
            element
                .get(start..end)
                .unwrap_or_default()
                .iter()
                .map(|(c, _)| *c)
                .collect()
        })
        .collect()
}

/// Reads a flat text of a column that is not bilingual.
pub(crate) fn unflatten(
    column: &Column,
    kind: &Kind,
    text: &str,
    span: &base::Span,
) -> Result<Content, Problem> {
    let plain = plain_number(kind, text);
    let text = plain.as_deref().unwrap_or(text);
    let trimmed = text.trim();
    match kind {
        Kind::List(_) if trimmed == EMPTY_LIST => Ok(Content::List(Vec::new())),
        Kind::Pairs if trimmed == EMPTY_LIST => Ok(Content::Pairs(Vec::new())),
        Kind::List(inner) => {
            let elements = cut(text).into_iter().filter(|element| !element.is_empty());
            let cells = elements.map(|element| {
                cell::scalar(column, inner, &element).map(|content| Cell {
                    content,
                    span: span.clone(),
                })
            });
            cells.collect::<Result<Vec<_>, _>>().map(Content::List)
        }
        Kind::Pairs => {
            let pairs = cut(text)
                .into_iter()
                .filter(|element| !element.is_empty())
                .map(|element| {
                    let sides = element.split_once(['=', '＝']);
                    let pair =
                        sides.and_then(|(a, b)| Some((decimal(a.trim())?.0, decimal(b.trim())?.0)));
                    pair.ok_or_else(|| {
                        problem::wrong_type(
                            column.name,
                            format!("“{element}”"),
                            format!("`{element}`"),
                            "90 = 0; 97.5 = 4",
                            "90 = 0; 97.5 = 4",
                        )
                    })
                });
            pairs.collect::<Result<Vec<_>, _>>().map(Content::Pairs)
        }
        _ => cell::scalar(column, kind, text),
    }
}

/// What an office types for a number or a day, as the language writes it: full-width digits and signs
/// become half-width, and of a whole date in a column of month and day only those two are taken. `None`:
/// nothing changes.
fn plain_number(kind: &Kind, text: &str) -> Option<String> {
    let of_numbers = |kind: &Kind| {
        matches!(
            kind,
            Kind::Int | Kind::Decimal | Kind::Day | Kind::MonthDay | Kind::Period | Kind::Pairs
        )
    };
    let fits = match kind {
        Kind::List(inner) => of_numbers(inner),
        kind => of_numbers(kind),
    };
    if !fits {
        return None;
    }
    let half = |c: char| match c {
        // The full-width forms of the printable ASCII signs stand in the same order.
        '！'..='～' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        '。' => '.',
        '　' => ' ',
        c => c,
    };
    let text: String = text.chars().map(half).collect();
    if *kind == Kind::MonthDay {
        let date = text.trim().get(..10).unwrap_or_default();
        let is_midnight = matches!(text.trim().get(10..), Some("" | "T00:00:00" | " 00:00:00"));
        if let (true, Ok(day)) = (is_midnight, base::Day::parse(date)) {
            return Some(format!("{:02}-{:02}", day.month(), day.day_of_month()));
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_read_as_offices_type_them() {
        for (kind, text, expected) in [
            (Kind::Int, "２０２６", "2026"),
            (Kind::Decimal, "９７．５％", "97.5%"),
            (Kind::MonthDay, "2026-11-30", "11-30"),
            (Kind::MonthDay, "2026-11-30T00:00:00", "11-30"),
            (Kind::MonthDay, "１１-３０", "11-30"),
        ] {
            assert_eq!(plain_number(&kind, text).as_deref(), Some(expected));
        }
        assert_eq!(plain_number(&Kind::Text, "２０２６"), None);
    }
}
