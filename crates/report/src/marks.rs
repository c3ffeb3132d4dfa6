//! Marks: what an official types into a template where something is to be filled in.
//!
//! `{{单位名称}}` is a field, `{{日期|汉字}}` a field in a form of writing, `{{#项目}}` begins what is repeated
//! for each line of a list and `{{/项目}}` ends it, `{{?备注}}` begins what stands only where there is something,
//! `{{!备注}}` only where there is nothing. With its end in the same paragraph a condition is about the text
//! between; else about the paragraph, or all up to its end. Braces and signs may be typed in full width, as Chinese keyboards do.

use std::ops::Range;

/// Most signs of a mark.
const SIGNS_MAX: usize = 80;

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A value stands here.
    Put,
    /// Begins what is repeated for each line.
    Each,
    /// Begins what stands only where there is something.
    If,
    /// Begins what stands only where there is nothing.
    IfNot,
    /// Ends what was begun.
    End,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In Chinese numerals.
    Numerals,
    /// As an amount in capital numerals.
    Amount,
    /// The year only.
    Year,
    /// The month only.
    Month,
    /// The day of the month only.
    DayOfMonth,
}

impl Form {
    fn parse(text: &str) -> Option<Form> {
        Some(match text {
            "汉字" | "numerals" => Form::Numerals,
            "大写" | "amount" => Form::Amount,
            "年" | "year" => Form::Year,
            "月" | "month" => Form::Month,
            "日" | "day" => Form::DayOfMonth,
            _ => return None,
        })
    }
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What it does.
    pub sign: Sign,
    /// The name, as [`normal`] writes it.
    pub name: String,
    /// The form of writing; `Err` holds one that is unknown.
    pub form: Result<Option<Form>, ()>,
    /// As it was typed, without its braces.
    pub written: String,
    /// The signs that it takes, counted from the paragraph's first.
    pub at: Range<usize>,
    /// Of a condition and its end: both stand in one paragraph, and only the text between is conditional.
    pub is_inline: bool,
}

/// What of a paragraph begins like a mark and does not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclosed(pub String);

/// A name as it is compared: without spaces, signs in half width, letters small.
pub fn normal(name: &str) -> String {
    normal_signs(name).collect()
}

pub(crate) fn normal_signs(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars()
        .filter(|sign| {
            !sign.is_whitespace() && !matches!(sign, '\u{200b}'..='\u{200f}' | '\u{feff}')
        })
        .map(half_width)
        .flat_map(char::to_lowercase)
}

fn half_width(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '。' => '.',
        other => other,
    }
}

/// The marks of a paragraph, in order.
///
/// # Errors
/// One does not end within the paragraph, or is longer than a mark can be.
pub fn find(signs: &[char]) -> Result<Vec<Mark>, Unclosed> {
    let is = |at: usize, wanted: char| {
        signs
            .get(at)
            .is_some_and(|sign| half_width(*sign) == wanted)
    };
    let mut marks = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        if !(is(at, '{') && is(at + 1, '{')) {
            at += 1;
            continue;
        }
        let start = at;
        let mut end = start + 2;
        while !(is(end, '}') && is(end + 1, '}')) {
            let goes_on = end < signs.len()
                && end - start < SIGNS_MAX
                && !is(end, '{')
                && signs.get(end).is_some_and(|sign| *sign != '\n');
            if !goes_on {
                let shown = signs
                    .get(start..(start + 20).min(signs.len()))
                    .unwrap_or_default();
                return Err(Unclosed(
                    shown.iter().filter(|sign| **sign != '\n').collect(),
                ));
            }
            end += 1;
        }
        let written: String = signs
            .get(start + 2..end)
            .unwrap_or_default()
            .iter()
            .collect();
        marks.push(read(&written, start..end + 2));
        at = end + 2;
    }
    pair(&mut marks);
    Ok(marks)
}

fn read(written: &str, at: Range<usize>) -> Mark {
    let text = normal(written);
    let mut rest = text.chars();
    let sign = match rest.next() {
        Some('#') => Sign::Each,
        Some('?') => Sign::If,
        Some('!') => Sign::IfNot,
        Some('/') => Sign::End,
        _ => Sign::Put,
    };
    let rest = if sign == Sign::Put {
        text.as_str()
    } else {
        rest.as_str()
    };
    let (name, form) = match rest.split_once('|') {
        Some((name, form)) => (name, Form::parse(form).map(Some).ok_or(())),
        None => (rest, Ok(None)),
    };
    Mark {
        sign,
        name: name.to_owned(),
        form,
        written: written.trim().to_owned(),
        at,
        is_inline: false,
    }
}

/// Finds the conditions that end in their own paragraph.
fn pair(marks: &mut [Mark]) {
    for begin in 0..marks.len() {
        let Some(mark) = marks
            .get(begin)
            .filter(|mark| matches!(mark.sign, Sign::If | Sign::IfNot))
        else {
            continue;
        };
        let name = mark.name.clone();
        let end = marks
            .iter()
            .enumerate()
            .skip(begin + 1)
            .find(|(_, mark)| mark.sign == Sign::End && mark.name == name && !mark.is_inline);
        if let Some((end, _)) = end {
            for at in [begin, end] {
                if let Some(mark) = marks.get_mut(at) {
                    mark.is_inline = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Sign, String)> {
        let signs: Vec<char> = text.chars().collect();
        let marks = find(&signs).unwrap();
        marks
            .into_iter()
            .map(|mark| (mark.sign, mark.name))
            .collect()
    }

    #[test]
    fn marks_are_read_as_either_keyboard_types_them() {
        let table = [
            ("甲{{单位名称}}乙", Sign::Put, "单位名称"),
            ("{{ Unit.Name }}", Sign::Put, "unit.name"),
            ("｛｛单位名称｝｝", Sign::Put, "单位名称"),
            ("{{＃项目}}", Sign::Each, "项目"),
            ("{{／项目}}", Sign::End, "项目"),
            ("{{？备注}}", Sign::If, "备注"),
            ("{{！备注}}", Sign::IfNot, "备注"),
            ("{ {{日期｜汉字}} }", Sign::Put, "日期"),
        ];
        for (text, sign, name) in table {
            assert_eq!(found(text), [(sign, name.to_owned())], "{text}");
        }
        assert_eq!(found("{单位} } {"), []);
        assert_eq!(found("{{甲}}{{乙}}").len(), 2);
    }

    #[test]
    fn a_mark_ends_in_its_paragraph() {
        for text in ["{{单位", "{{单位\n名称}}", "{{单{{位}}", "{{", "{{单位}"] {
            let signs: Vec<char> = text.chars().collect();
            assert!(find(&signs).is_err(), "{text}");
        }
        let long: Vec<char> = format!("{{{{{}}}}}", "长".repeat(100)).chars().collect();
        assert!(find(&long).is_err());
    }
}
