//! Text to tokens, each with its bytes. No token has a meaning yet.

use std::ops::Range;
use std::sync::Arc;

use base::{Problem, Span};

use crate::problems_expr as problems;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or keyword as written.
    Word(Arc<str>),
    /// A name in double quotes: never a keyword.
    Quoted(Arc<str>),
    /// Digits with an optional point: numerator over a power of ten, without trailing zeros.
    Number(i64, i64),
    /// A text in single quotes.
    Text(Arc<str>),
    /// One of `= <> < <= > >= + - * / ( ) , .`
    Symbol(&'static str),
    /// The end.
    End,
}

/// Maps places in the expression to places in the file.
#[derive(Debug, Clone)]
pub(super) struct Locator {
    base: Span,
    /// Where the text begins in the file; `None` when it is written with escapes, so that only
    /// the whole can be pointed at.
    start: Option<u32>,
}

impl Locator {
    /// `span` covers the text itself, the text in quotes, or the text in triple quotes.
    pub fn new(text: &str, span: &Span) -> Locator {
        let covered = span.end.saturating_sub(span.start) as usize;
        let start = match covered.checked_sub(text.len()) {
            Some(0) => Some(span.start),
            Some(2) => Some(span.start + 1),
            Some(6) => Some(span.start + 3),
            Some(7) => Some(span.start + 4), // a newline follows the opening quotes
            _ => None,
        };
        Locator {
            base: span.clone(),
            start,
        }
    }

    /// The place of these bytes of the expression.
    pub fn span(&self, range: Range<usize>) -> Span {
        match self.start {
            Some(start) => Span::of_range(
                &self.base.file,
                start as usize + range.start..start as usize + range.end,
            ),
            None => self.base.clone(),
        }
    }
}

const SYMBOLS: &[&str] = &[
    "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ",", ".",
];
/// What people who know other languages, or type full-width, write; and what to write instead.
const FOREIGN: &[(&str, &str)] = &[
    ("==", "="),
    ("!=", "<>"),
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
    ("%", "/ 100"),
    ("＝", "="),
    ("（", "("),
    ("）", ")"),
    ("，", ","),
    ("、", ","),
    ("＜", "<"),
    ("＞", ">"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "<>"),
    ("×", "*"),
    ("÷", "/"),
    ("‘", "'"),
    ("’", "'"),
    ("“", "'"),
    ("”", "'"),
];

/// Cuts the text into tokens; the last is [`Token::End`].
pub(super) fn tokens(text: &str, locator: &Locator) -> Result<Vec<(Token, Range<usize>)>, Problem> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if first.is_ascii_alphabetic() || first == '_' {
            let length = rest
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                .count();
            (
                Token::Word(rest.get(..length).unwrap_or_default().into()),
                length,
            )
        } else if first.is_ascii_digit() {
            number(rest).map_err(|length| {
                problems::number_too_long(rest.get(..length).unwrap_or_default())
                    .at(locator.span(at..at + length))
            })?
        } else if first == '\'' || first == '"' {
            let (content, length) = quoted(rest, first)
                .ok_or_else(|| problems::unterminated(first).at(locator.span(at..text.len())))?;
            (
                if first == '\'' {
                    Token::Text(content.into())
                } else {
                    Token::Quoted(content.into())
                },
                length,
            )
        } else if let Some((foreign, right)) = FOREIGN
            .iter()
            .find(|(foreign, _)| rest.starts_with(foreign))
        {
            return Err(
                problems::foreign_operator(foreign, right).at(locator.span(at..at + foreign.len()))
            );
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), symbol.len())
        } else if first.is_alphabetic() {
            let length = word_length(rest);
            let word = rest.get(..length).unwrap_or_default();
            return Err(problems::name_in_words(word).at(locator.span(at..at + length)));
        } else {
            return Err(
                problems::unexpected_character(first).at(locator.span(at..at + first.len_utf8()))
            );
        };
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

/// The first word of another script outside of quotes: a name where an identifier belongs.
pub(crate) fn name_in_words(text: &str) -> Option<&str> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c.is_alphabetic() && !c.is_ascii() => {
                let rest = text.get(at..)?;
                return rest.get(..word_length(rest));
            }
            None => {}
        }
    }
    None
}

/// The bytes of a word in any script.
fn word_length(rest: &str) -> usize {
    rest.char_indices()
        .find(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
        .map_or(rest.len(), |(at, _)| at)
}

/// Digits, perhaps with a point and more digits. The error is the length of what is too long.
fn number(rest: &str) -> Result<(Token, usize), usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let places = match rest.get(whole..).and_then(|tail| tail.strip_prefix('.')) {
        Some(tail) => digits(tail),
        None => 0,
    };
    let length = if places == 0 {
        whole
    } else {
        whole + 1 + places
    };
    let written = rest.get(..length).unwrap_or_default();
    let (before, after) = written.split_once('.').unwrap_or((written, ""));
    let after = after.trim_end_matches('0');
    let scale = u32::try_from(after.len()).map_err(|_| length)?;
    if before.len() + after.len() > 18 {
        return Err(length);
    }
    let numerator = format!("{before}{after}")
        .parse::<i64>()
        .map_err(|_| length)?;
    Ok((
        Token::Number(numerator, 10_i64.checked_pow(scale).ok_or(length)?),
        length,
    ))
}

/// A quoted stretch with doubled quotes inside: its content and its whole length.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            content.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            content.push(quote);
            characters.next();
        } else {
            return Some((content, at + 1));
        }
    }
    None
}
