//! Cleaning the text of a cell: width, blanks, marks that mean "nothing", numbers.
//!
//! Offices type `１２．５％`, `　张三 `, `/` and `1,234.50`. Each function here is pure and says
//! exactly what it changes; nothing is guessed: a text that could mean two things is refused.
//! Dates are in `dates.rs`; the cells themselves in `cell.rs`.

use std::borrow::Cow;

/// Characters that occupy no width and are left behind by copying from web pages and chats:
/// zero-width space, non-joiner, joiner, word joiner, byte order mark, soft hyphen, and the
/// left-to-right and right-to-left marks.
const INVISIBLE: [char; 8] = [
    '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}', '\u{00AD}', '\u{200E}', '\u{200F}',
];

/// Whether a character is white space (the ideographic space included) or invisible.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || INVISIBLE.contains(&c)
}

/// Takes white space and invisible characters off both ends; the inside stays as it is.
///
/// ```
/// assert_eq!(sheet::clean::trim("\u{3000}张三 \u{200B}"), "张三");
/// assert_eq!(sheet::clean::trim("a b"), "a b");
/// ```
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Full-width digits, Latin letters and the ideographic space to half width; punctuation stays,
/// so that a name such as `（集团）有限公司` is not changed. For codes, licence numbers and names.
///
/// ```
/// assert_eq!(sheet::clean::half_width_letters("ＡＢ１２（东区）"), "AB12（东区）");
/// ```
pub fn half_width_letters(text: &str) -> Cow<'_, str> {
    map_chars(text, |c| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => narrow(c),
        '\u{3000}' => ' ',
        other => other,
    })
}

/// The whole full-width block (U+FF01 to U+FF5E) and the ideographic space to half width. For
/// numbers and dates, where `．`, `％`, `，` and `－` carry meaning.
///
/// ```
/// assert_eq!(sheet::clean::half_width_all("１２．５％"), "12.5%");
/// ```
pub fn half_width_all(text: &str) -> Cow<'_, str> {
    map_chars(text, |c| match c {
        '\u{FF01}'..='\u{FF5E}' => narrow(c),
        '\u{3000}' => ' ',
        other => other,
    })
}

/// The half-width twin of a character in U+FF01..=U+FF5E: the block repeats ASCII 0x21..=0x7E at
/// a distance of 0xFEE0.
fn narrow(c: char) -> char {
    u32::from(c)
        .checked_sub(0xFEE0)
        .and_then(char::from_u32)
        .unwrap_or(c)
}

fn map_chars(text: &str, map: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.chars().all(|c| map(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(map).collect())
    }
}

/// The texts that mean "nothing is stated here". They are compared with the whole trimmed cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmptyMarks {
    marks: Vec<String>,
}

impl Default for EmptyMarks {
    /// `/`, `-`, `—`, `——`, `－` and `无`: what offices write where a form must not stay blank.
    fn default() -> Self {
        Self::new(["/", "-", "—", "——", "－", "无"])
    }
}

impl EmptyMarks {
    /// Marks chosen by the caller, in place of the default ones.
    ///
    /// ```
    /// use sheet::clean::EmptyMarks;
    /// let marks = EmptyMarks::new(["none"]);
    /// assert!(marks.means_empty(" none "));
    /// assert!(marks.means_empty(""));
    /// assert!(!marks.means_empty("/"));
    /// ```
    pub fn new<T: Into<String>>(marks: impl IntoIterator<Item = T>) -> Self {
        Self {
            marks: marks.into_iter().map(Into::into).collect(),
        }
    }

    /// No marks: only a blank cell is empty.
    pub fn none() -> Self {
        Self { marks: Vec::new() }
    }

    /// Whether a cell text states nothing: blank, or one of the marks.
    pub fn means_empty(&self, text: &str) -> bool {
        let text = trim(text);
        text.is_empty() || self.marks.iter().any(|mark| mark == text)
    }
}

/// The trimmed text of a cell, or `None` when it states nothing.
///
/// ```
/// use sheet::clean::{clean_text, EmptyMarks};
/// let marks = EmptyMarks::default();
/// assert_eq!(clean_text(" 某某食品厂　", &marks), Some("某某食品厂"));
/// assert_eq!(clean_text(" — ", &marks), None);
/// ```
pub fn clean_text<'a>(text: &'a str, marks: &EmptyMarks) -> Option<&'a str> {
    (!marks.means_empty(text)).then(|| trim(text))
}

/// A column heading as it is matched: trimmed; a line break inside (Alt+Enter in a narrow column)
/// is dropped between wide characters and is a space elsewhere.
///
/// ```
/// assert_eq!(sheet::clean::clean_heading(" 责任\n单位 "), "责任单位");
/// assert_eq!(sheet::clean::clean_heading("Due\r\ndate"), "Due date");
/// ```
pub fn clean_heading(text: &str) -> String {
    let mut heading = String::with_capacity(text.len());
    for line in text.split(['\n', '\r']) {
        let line = trim(line);
        if line.is_empty() {
            continue;
        }
        let narrow_edges = heading.chars().next_back().is_some_and(|c| c.is_ascii())
            && line.chars().next().is_some_and(|c| c.is_ascii());
        if narrow_edges {
            heading.push(' ');
        }
        heading.push_str(line);
    }
    heading
}

/// A number as text: exact, plain, without separators, ready for an exact parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecimalText {
    /// An optional `-`, digits, and a `.` with digits where the number has a fraction as written.
    /// The written decimals stay: `1,234.50` gives `1234.50`.
    pub digits: String,
    /// Whether a percent sign followed; `digits` are then hundredths: `12.5%` gives `12.5`, true.
    pub is_percent: bool,
}

impl DecimalText {
    /// The exact value: digits as they stand, or divided by 100 behind a percent sign.
    ///
    /// ```
    /// let share = sheet::clean::parse_decimal_text("12.5%").unwrap();
    /// assert_eq!(share.to_ratio(), base::Ratio::new(1, 8));
    /// ```
    pub fn to_ratio(&self) -> Option<base::Ratio> {
        let value = base::Ratio::parse_decimal(&self.digits)?;
        if self.is_percent {
            value.checked_div(&base::Ratio::from_int(100))
        } else {
            Some(value)
        }
    }
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// Blank.
    Blank,
    /// Not digits with at most one decimal point, one sign and one percent sign.
    NotANumber,
    /// Separators that do not stand before each group of three digits: `12,34`, `1,2345`.
    BadThousands,
    /// `1.2E+05`: a narrow column was saved as shown, so digits are already lost.
    Exponent,
}

/// Reads a number as offices write it: full width, thousands separators, percent sign.
///
/// Accepted: an optional sign (`+`, `-`, `−`), digits with or without separators every three
/// digits, an optional fraction, an optional `%`. Nothing else: a unit (`12个`, `3万`) or a bracket is
/// refused, because reading half a cell is guessing.
///
/// ```
/// use sheet::clean::{parse_decimal_text, NumberFault};
/// assert_eq!(parse_decimal_text("１,２３４．５０").unwrap().digits, "1234.50");
/// assert!(parse_decimal_text("98.2%").unwrap().is_percent);
/// assert_eq!(parse_decimal_text("12,34"), Err(NumberFault::BadThousands));
/// assert_eq!(parse_decimal_text("3万"), Err(NumberFault::NotANumber));
/// ```
pub fn parse_decimal_text(text: &str) -> Result<DecimalText, NumberFault> {
    let wide = half_width_all(text);
    let mut rest = trim(&wide);
    if rest.is_empty() {
        return Err(NumberFault::Blank);
    }
    let is_negative = rest.starts_with(['-', '\u{2212}']);
    if is_negative || rest.starts_with('+') {
        rest = rest.trim_start_matches(|c: char| !is_blank(c) && !c.is_ascii_digit() && c != '.');
        // More than one sign, or a sign before letters, was cut above as well: refuse it.
        let cut = trim(&wide).chars().count() - rest.chars().count();
        if cut != 1 {
            return Err(NumberFault::NotANumber);
        }
    }
    let is_percent = rest.ends_with('%');
    if let Some(before) = rest.strip_suffix('%') {
        rest = before.trim_end_matches(is_blank);
    }
    if looks_like_exponent(rest) {
        return Err(NumberFault::Exponent);
    }
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return Err(NumberFault::NotANumber);
    }
    let whole = without_thousands(whole)?;
    let fraction = fraction.filter(|digits| !digits.is_empty());
    if whole.is_empty() && fraction.is_none() {
        return Err(NumberFault::NotANumber);
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    let is_zero = whole == "0" && fraction.is_none_or(|digits| digits.bytes().all(|b| b == b'0'));
    let mut digits = String::with_capacity(rest.len() + 2);
    if is_negative && !is_zero {
        digits.push('-');
    }
    digits.push_str(whole);
    if let Some(fraction) = fraction {
        digits.push('.');
        digits.push_str(fraction);
    }
    Ok(DecimalText { digits, is_percent })
}

/// Takes the separators out of the whole part; each must stand before a group of three digits.
fn without_thousands(whole: &str) -> Result<String, NumberFault> {
    if !whole.bytes().all(|b| b.is_ascii_digit() || b == b',') {
        return Err(NumberFault::NotANumber);
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    let mut is_grouped = false;
    for group in groups {
        is_grouped = true;
        if group.len() != 3 {
            return Err(NumberFault::BadThousands);
        }
        digits.push_str(group);
    }
    if is_grouped && !(1..=3).contains(&first.len()) {
        return Err(NumberFault::BadThousands);
    }
    Ok(digits)
}

fn looks_like_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.trim_start_matches(['+', '-']);
    let is_number = |part: &str| {
        part.bytes().any(|b| b.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    is_number(mantissa) && is_number(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_offices_write_them() {
        let table: &[(&str, &str, bool)] = &[
            ("0", "0", false),
            ("12", "12", false),
            ("007", "7", false),
            ("12.5", "12.5", false),
            ("12.50", "12.50", false),
            (" 12.5 ", "12.5", false),
            ("１２．５％", "12.5", true),
            ("12.5 %", "12.5", true),
            ("1,234.50", "1234.50", false),
            ("１，２３４", "1234", false),
            ("12,345,678", "12345678", false),
            ("0,123", "123", false),
            ("-5", "-5", false),
            ("－５", "-5", false),
            ("−5", "-5", false),
            ("+5", "5", false),
            ("-0.0", "0.0", false),
            (".5", "0.5", false),
            ("5.", "5", false),
            ("100%", "100", true),
            ("-1,000.25%", "-1000.25", true),
            (
                "123456789012345678901234567890.1",
                "123456789012345678901234567890.1",
                false,
            ),
        ];
        for (text, digits, is_percent) in table {
            assert_eq!(
                parse_decimal_text(text),
                Ok(DecimalText {
                    digits: (*digits).to_owned(),
                    is_percent: *is_percent
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_number() {
        use NumberFault::*;
        let table: &[(&str, NumberFault)] = &[
            ("", Blank),
            ("　\u{200B}", Blank),
            ("abc", NotANumber),
            ("12个", NotANumber),
            ("3万", NotANumber),
            ("1.2.3", NotANumber),
            ("--5", NotANumber),
            ("+-5", NotANumber),
            ("-", NotANumber),
            ("- 5", NotANumber),
            ("-a5", NotANumber),
            ("%", NotANumber),
            (".", NotANumber),
            ("5%%", NotANumber),
            ("1 234", NotANumber),
            ("(5)", NotANumber),
            ("1.5,0", NotANumber),
            ("12,34", BadThousands),
            ("1,2345", BadThousands),
            (",123", BadThousands),
            ("1234,567", BadThousands),
            ("1,", BadThousands),
            ("1.2E+05", Exponent),
            ("4e3", Exponent),
        ];
        for (text, fault) in table {
            assert_eq!(parse_decimal_text(text), Err(*fault), "{text}");
        }
    }

    #[test]
    fn marks_that_mean_nothing() {
        let marks = EmptyMarks::default();
        for text in ["", " ", "　", "\u{FEFF}", "/", " - ", "—", "——", "－", "无"] {
            assert!(marks.means_empty(text), "{text:?}");
            assert_eq!(clean_text(text, &marks), None);
        }
        for text in ["0", "无锡", "a/b", "没有"] {
            assert!(!marks.means_empty(text), "{text:?}");
        }
        assert!(!EmptyMarks::none().means_empty("/"));
        assert!(EmptyMarks::none().means_empty(" "));
    }

    #[test]
    fn width() {
        assert_eq!(half_width_letters("Ａｂ９　（甲）"), "Ab9 （甲）");
        assert_eq!(half_width_all("（１－２）"), "(1-2)");
        assert!(matches!(half_width_all("plain 中文"), Cow::Borrowed(_)));
    }

    #[test]
    fn headings() {
        let table = [
            ("名称", "名称"),
            ("责任\r\n单位", "责任单位"),
            ("  a\n b ", "a b"),
            ("合格率\n(%)", "合格率(%)"),
            ("\u{FEFF}编号", "编号"),
            ("", ""),
        ];
        for (text, heading) in table {
            assert_eq!(clean_heading(text), heading, "{text:?}");
        }
    }
}
