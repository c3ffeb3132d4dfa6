//! Where something stands in a source text: kept on everything that a package declares, so that
//! an error found late can still underline the line that caused it. See [`crate::render`].

use std::sync::Arc;

/// A stretch of bytes `start..end` in the source text named `file`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The name of the source text, as in [`SourceText::name`].
    pub file: Arc<str>,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A span of the named source text.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, start: u32, end: u32) -> Span {
        Span {
            file: file.into(),
            start,
            end,
        }
    }

    /// A span from byte offsets as text libraries give them; offsets beyond 4 GiB become 4 GiB.
    #[must_use]
    pub fn of_range(file: &Arc<str>, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: Arc::clone(file),
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    /// The smallest span that holds this one and a later one of the same file; this one when the
    /// files differ.
    ///
    /// ```
    /// use base::Span;
    /// let whole = Span::new("a.toml", 4, 6).to(&Span::new("a.toml", 10, 12));
    /// assert_eq!((whole.start, whole.end), (4, 12));
    /// ```
    #[must_use]
    pub fn to(&self, other: &Span) -> Span {
        if self.file != other.file {
            return self.clone();
        }
        Span {
            file: Arc::clone(&self.file),
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A source text and the name under which spans refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The name, usually a path.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceText {
    /// Names a text.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceText {
        SourceText {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Line and column of a byte, both from 1; columns count characters. A byte beyond the end is
    /// the end; a byte within a character is that character.
    ///
    /// ```
    /// let source = base::SourceText::new("a.toml", "名 = 1\nb = 2\n");
    /// assert_eq!(source.line_column(0), (1, 1));
    /// assert_eq!(source.line_column(4), (1, 3)); // 名 has three bytes
    /// assert_eq!(source.line_column(8), (2, 1));
    /// ```
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let at = char_floor(&self.text, offset);
        let before = self.text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (small(line), small(column))
    }

    /// The text of a span; `None` when the span is of another file or outside the text.
    #[must_use]
    pub fn slice(&self, span: &Span) -> Option<&str> {
        if span.file != self.name {
            return None;
        }
        self.text
            .get(usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?)
    }
}

/// The start of the character that holds the byte at `offset`, at most the text's length.
pub(crate) fn char_floor(text: &str, offset: u32) -> usize {
    let mut at = usize::try_from(offset)
        .unwrap_or(usize::MAX)
        .min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1; // 0 is always a boundary
    }
    at
}

/// The end of the character that holds the byte before `offset`, at most the text's length.
pub(crate) fn char_ceil(text: &str, offset: u32) -> usize {
    let mut at = usize::try_from(offset)
        .unwrap_or(usize::MAX)
        .min(text.len());
    while !text.is_char_boundary(at) {
        at += 1; // the text's length is always a boundary
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_by_characters() {
        let source = SourceText::new("f", "a\r\n市监局 = 'x'\n");
        for (offset, expected) in [
            (0, (1, 1)),
            (1, (1, 2)),
            (3, (2, 1)),
            (6, (2, 2)),
            (7, (2, 2)), // inside 监
            (12, (2, 4)),
            (19, (3, 1)),
            (9999, (3, 1)),
        ] {
            assert_eq!(source.line_column(offset), expected, "offset {offset}");
        }
    }

    #[test]
    fn a_slice_outside_the_text_or_of_another_file_is_nothing() {
        let source = SourceText::new("f", "市监局");
        assert_eq!(source.slice(&Span::new("f", 3, 6)), Some("监"));
        assert_eq!(source.slice(&Span::new("f", 1, 6)), None);
        assert_eq!(source.slice(&Span::new("f", 3, 60)), None);
        assert_eq!(source.slice(&Span::new("g", 3, 6)), None);
    }
}
