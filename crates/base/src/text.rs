//! A text in the two languages of the house, and which of them is asked for.

use std::fmt;

/// A language of the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language's tag: `zh` or `en`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// Reads a tag as written by [`Lang::as_str`].
    ///
    /// ```
    /// assert_eq!(base::Lang::parse("en"), Some(base::Lang::En));
    /// assert_eq!(base::Lang::parse("fr"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Lang> {
        match text {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name or a sentence in Chinese and English; either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Text {
    /// Puts the two texts together.
    #[must_use]
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// A text that is the same in both languages, such as a code.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Text {
        let zh = text.into();
        Text { en: zh.clone(), zh }
    }

    /// The text in the asked language, or in the other one when that is empty.
    ///
    /// ```
    /// use base::{Lang, Text};
    /// let name = Text::new("合格率", "");
    /// assert_eq!(name.get(Lang::En), "合格率");
    /// ```
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        let (asked, other) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        if asked.is_empty() { other } else { asked }
    }

    /// Says whether both texts are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_language_falls_back_to_the_other() {
        let both = Text::new("甲", "A");
        assert_eq!((both.get(Lang::Zh), both.get(Lang::En)), ("甲", "A"));
        let english = Text::new("", "A");
        assert_eq!((english.get(Lang::Zh), english.get(Lang::En)), ("A", "A"));
        assert!(!english.is_empty());
        assert!(Text::default().is_empty());
        assert_eq!(Text::same("AA"), Text::new("AA", "AA"));
    }
}
