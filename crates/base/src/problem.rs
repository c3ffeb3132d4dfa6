//! A problem: what is wrong, where, and what would be right, in both languages.
//!
//! Each crate writes its problems once, in a `problems.rs`, with [`catalogue!`](crate::catalogue);
//! documentation is made from the [`ProblemKind`]s that the macro collects. Read [`Problem`] next.

use crate::render::one_line;
use crate::{Lang, Span, Text};
use std::fmt;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// What was asked is refused.
    Error,
    /// What was asked is done; someone should look.
    Warning,
}

/// Where in a data file a problem stands; for places in a package's text see [`Span`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The sheet, when the file is a workbook.
    pub sheet: Option<String>,
    /// The row as the reader of the file counts it, from 1 with the header.
    pub row: Option<u32>,
    /// The column's header text or letter.
    pub column: Option<String>,
    /// The cell's text as it stands there.
    pub value: Option<String>,
}

impl Place {
    /// A place in the named file; set the other fields as far as they are known.
    #[must_use]
    pub fn in_file(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            ..Place::default()
        }
    }

    /// The place as a reader says it, without the value.
    ///
    /// ```
    /// use base::{Lang, Place};
    /// let place = Place { row: Some(7), column: Some("结果".into()), ..Place::in_file("a.csv") };
    /// assert_eq!(place.describe(Lang::En), "a.csv, row 7, column \"结果\"");
    /// assert_eq!(place.describe(Lang::Zh), "a.csv，第 7 行，“结果”列");
    /// ```
    #[must_use]
    pub fn describe(&self, lang: Lang) -> String {
        let mut parts = vec![self.file.clone()];
        parts.extend(self.sheet.clone());
        parts.extend(self.row.map(|row| match lang {
            Lang::Zh => format!("第 {row} 行"),
            Lang::En => format!("row {row}"),
        }));
        parts.extend(self.column.as_ref().map(|column| match lang {
            Lang::Zh => format!("“{column}”列"),
            Lang::En => format!("column \"{column}\""),
        }));
        parts.join(match lang {
            Lang::Zh => "，",
            Lang::En => ", ",
        })
    }
}

/// Something that is wrong: a stable code, what it is, what would be right, and where.
///
/// Made by the functions of a [`catalogue!`](crate::catalogue), then told where it stands with
/// [`Problem::at`] or [`Problem::in_place`]. Shown with [`render`](crate::render); its `Display`
/// is one Chinese line for logs. (The texts are boxed so that a `Result` with it stays small.)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Problem {
    /// The stable code, such as `P101`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub what: Box<Text>,
    /// What would be right.
    pub remedy: Box<Text>,
    /// Where in a source text.
    pub span: Option<Span>,
    /// Where in a data file.
    pub place: Option<Box<Place>>,
}

impl Problem {
    /// A problem without a place. Called by [`catalogue!`](crate::catalogue).
    pub fn new(code: &'static str, severity: Severity, what: Text, remedy: Text) -> Problem {
        Problem {
            code,
            severity,
            what: Box::new(what),
            remedy: Box::new(remedy),
            span: None,
            place: None,
        }
    }

    /// Points the problem at a place in a source text.
    pub fn at(mut self, span: Span) -> Problem {
        self.span = Some(span);
        self
    }

    /// Points the problem at a place in a data file.
    pub fn in_place(mut self, place: Place) -> Problem {
        self.place = Some(Box::new(place));
        self
    }

    /// What is wrong, in the asked language.
    #[must_use]
    pub fn what(&self, lang: Lang) -> &str {
        self.what.get(lang)
    }

    /// What would be right, in the asked language.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> &str {
        self.remedy.get(lang)
    }

    /// Says whether what was asked is refused.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The problem in one line: code, place in the data file, what, remedy. Control characters
    /// that came in with a file's text are made visible.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let mut line = format!("{}[{}]: ", severity_word(self.severity, lang), self.code);
        let (colon, stop, help) = match lang {
            Lang::Zh => ("：", "。", "改法："),
            Lang::En => (": ", "; ", "help: "),
        };
        if let Some(place) = &self.place {
            line.push_str(&place.describe(lang));
            line.push_str(colon);
        }
        line.push_str(self.what(lang));
        if !self.remedy.is_empty() {
            line.push_str(stop);
            line.push_str(help);
            line.push_str(self.remedy(lang));
        }
        one_line(&line)
    }
}

/// The word for a severity in a header line.
pub(crate) fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Error, Lang::Zh) => "错误",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::Zh) => "警告",
        (Severity::Warning, Lang::En) => "warning",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Lang::Zh))
    }
}

impl std::error::Error for Problem {}

/// One entry of a catalogue: the texts still have their `{argument}`s in them (and a brace of the
/// text itself doubled, as in `format!`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// The name of the function that makes it.
    pub name: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in Chinese.
    pub what_zh: &'static str,
    /// What is wrong, in English.
    pub what_en: &'static str,
    /// What would be right, in Chinese.
    pub remedy_zh: &'static str,
    /// What would be right, in English.
    pub remedy_en: &'static str,
}

/// Says whether no code stands twice; [`catalogue!`](crate::catalogue) asks it at compile time.
/// (Its indices stay below the lengths; `const fn` has no iterators yet.)
#[must_use]
pub const fn codes_are_distinct(kinds: &[ProblemKind]) -> bool {
    let mut i = 0;
    while i < kinds.len() {
        let mut j = i + 1;
        while j < kinds.len() {
            if same_bytes(kinds[i].code.as_bytes(), kinds[j].code.as_bytes()) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// `==` for bytes, which `const fn` cannot use yet.
const fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Writes a crate's problems: one function for each, and `CATALOGUE` with them all.
///
/// Each argument takes anything that can be shown. The texts name the arguments in braces and do
/// not end with a full stop. A code that stands twice does not compile.
///
/// ```
/// mod problems {
///     base::catalogue! {
///         /// A table has a key that is not declared for it.
///         fn unknown_key(key, table, nearest) -> "P101" Error {
///             what { zh: "表“{table}”没有“{key}”这一列", en: "table `{table}` has no key `{key}`" }
///             remedy { zh: "改成“{nearest}”或删去", en: "use `{nearest}` or delete it" }
///         }
///     }
/// }
///
/// let problem = problems::unknown_key("nmae", "unit", "name");
/// assert_eq!(problem.code, "P101");
/// assert_eq!(problem.what(base::Lang::En), "table `unit` has no key `nmae`");
/// assert_eq!(problem.to_string(), "错误[P101]: 表“unit”没有“nmae”这一列。改法：改成“name”或删去");
/// assert_eq!(problems::CATALOGUE[0].remedy_en, "use `{nearest}` or delete it");
/// ```
#[macro_export]
macro_rules! catalogue {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($($arg:ident),* $(,)?) -> $code:literal $severity:ident {
            what { zh: $what_zh:literal, en: $what_en:literal $(,)? } $(,)?
            remedy { zh: $remedy_zh:literal, en: $remedy_en:literal $(,)? } $(,)?
        }
    )*) => {
        $(
            $(#[$meta])*
            #[allow(clippy::useless_format, clippy::too_many_arguments)]
            pub fn $name($($arg: impl ::core::fmt::Display),*) -> $crate::Problem {
                $crate::Problem::new(
                    $code,
                    $crate::Severity::$severity,
                    $crate::Text {
                        zh: ::std::format!($what_zh),
                        en: ::std::format!($what_en),
                    },
                    $crate::Text {
                        zh: ::std::format!($remedy_zh),
                        en: ::std::format!($remedy_en),
                    },
                )
            }
        )*

        /// Every problem that this crate can report, in the order of the source.
        pub const CATALOGUE: &[$crate::ProblemKind] = &[$(
            $crate::ProblemKind {
                name: ::core::stringify!($name),
                code: $code,
                severity: $crate::Severity::$severity,
                what_zh: $what_zh,
                what_en: $what_en,
                remedy_zh: $remedy_zh,
                remedy_en: $remedy_en,
            }
        ),*];

        const _: () = ::core::assert!(
            $crate::codes_are_distinct(CATALOGUE),
            "a code stands twice in this catalogue"
        );
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::catalogue! {
        /// With an argument used twice and a brace of its own.
        fn odd_bracket(bracket) -> "T001" Error {
            what { zh: "“{bracket}”前缺“{{”", en: "no `{{` before `{bracket}`" }
            remedy { zh: "补上“{{{bracket}”", en: "write `{{{bracket}`" }
        }
        /// Without arguments and with commas wherever they may stand.
        fn nothing_there() -> "T002" Warning {
            what { zh: "没有内容", en: "nothing is there", },
            remedy { zh: "", en: "", },
        }
    }

    #[test]
    fn a_catalogue_makes_functions_and_a_list() {
        let problem = odd_bracket('}');
        assert_eq!((problem.code, problem.severity), ("T001", Severity::Error));
        assert_eq!(problem.what(Lang::Zh), "“}”前缺“{”");
        assert_eq!(problem.remedy(Lang::En), "write `{}`");
        assert_eq!(
            nothing_there().line(Lang::En),
            "warning[T002]: nothing is there"
        );
        assert!(problem.is_error() && !nothing_there().is_error());
        let names: Vec<_> = CATALOGUE
            .iter()
            .map(|kind| (kind.code, kind.name))
            .collect();
        assert_eq!(names, [("T001", "odd_bracket"), ("T002", "nothing_there")]);
    }

    #[test]
    fn a_code_may_stand_once_only() {
        assert!(codes_are_distinct(CATALOGUE));
        assert!(codes_are_distinct(crate::problems::CATALOGUE));
        let [first, second] = CATALOGUE else {
            panic!("there are two");
        };
        assert!(!codes_are_distinct(&[*first, *second, *first]));
    }

    #[test]
    fn one_line_with_its_place_and_nothing_that_a_terminal_obeys() {
        let place = Place {
            sheet: Some("抽检".into()),
            row: Some(7),
            column: Some("结\u{1b}[2J果".into()),
            ..Place::in_file("表.xlsx")
        };
        assert_eq!(
            odd_bracket("a\nb").in_place(place).line(Lang::En),
            "error[T001]: 表.xlsx, 抽检, row 7, column \"结␛[2J果\": no `{` before `a␤b`; help: write `{a␤b`"
        );
    }

    #[test]
    fn a_result_with_a_problem_stays_small() {
        assert!(size_of::<Problem>() <= 96);
    }
}
