//! Problems as a person reads them: header, source line with the fault underlined, remedy.
//!
//! The layout is that of `annotate-snippets`, the words are the reader's language. Only the lines
//! of a problem's span are handed over, so a long source costs no more than a short one.

use crate::problem::severity_word;
use crate::span::{char_ceil, char_floor};
use crate::{Lang, Problem, Severity, SourceText, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use std::collections::BTreeMap;

/// The widest line that is drawn, in columns; longer source lines are cut around the fault.
const WIDTH_COLUMNS: usize = 140;

/// The most source lines that one problem shows; a longer span is underlined as far as they go.
const LINES_MAX: usize = 6;

/// Shows problems one after the other, in the order given, with an empty line between them.
///
/// ```
/// use base::{Lang, Problem, Severity, SourceText, Span, Text, render};
/// let source = SourceText::new("units.toml", "[[unit]]\nnmae = \"市监局\"\n");
/// let problem = Problem::new(
///     "P101",
///     Severity::Error,
///     Text::new("没有“nmae”这一列", "there is no key `nmae`"),
///     Text::new("改成“name”", "use `name`"),
/// )
/// .at(Span::new("units.toml", 9, 13));
/// assert_eq!(render(&[problem], &[source], Lang::En, false), "\
/// error[P101]: there is no key `nmae`
///  --> units.toml:2:1
///   |
/// 2 | nmae = \"市监局\"
///   | ^^^^
///   |
///   = help: use `name`
/// ");
/// ```
#[must_use]
pub fn render(problems: &[Problem], sources: &[SourceText], lang: Lang, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .decor_style(DecorStyle::Ascii)
    .term_width(WIDTH_COLUMNS);
    let sources: BTreeMap<&str, Lines<'_>> = sources
        .iter()
        .map(|source| (&*source.name, Lines::of(&source.text)))
        .collect();
    let mut shown = String::new();
    for problem in problems {
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&renderer.render(&[group(problem, &sources, lang)]));
        shown.push('\n');
    }
    shown
}

/// One problem as a group of the renderer.
fn group<'a>(
    problem: &'a Problem,
    sources: &BTreeMap<&'a str, Lines<'a>>,
    lang: Lang,
) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .with_name(severity_word(problem.severity, lang))
        .primary_title(problem.what(lang))
        .id(problem.code);
    let mut group = Group::with_title(title);
    if let Some(span) = &problem.span {
        group = match sources.get(&*span.file) {
            Some(lines) => group.element(snippet(span, lines)),
            None => group.element(Origin::path(&*span.file)),
        };
    }
    if let Some(place) = &problem.place {
        group = group.element(Origin::path(one_line(&place.describe(lang))));
        if let Some(value) = &place.value {
            let label = match lang {
                Lang::Zh => "值：",
                Lang::En => "value: ",
            };
            group = group.element(
                Level::NOTE
                    .no_name()
                    .message(format!("{label}{}", one_line(value))),
            );
        }
    }
    if !problem.remedy.is_empty() {
        let label = match lang {
            Lang::Zh => "改法：",
            Lang::En => "help: ",
        };
        let remedy = normalize_untrusted_str(problem.remedy(lang));
        group = group.element(Level::HELP.no_name().message(format!("{label}{remedy}")));
    }
    group
}

fn snippet<'a>(span: &Span, lines: &Lines<'a>) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let cut = lines.around(span);
    Snippet::source(cut.text)
        .path(span.file.to_string())
        .line_start(cut.first_line)
        .fold(true)
        .annotation(AnnotationKind::Primary.span(cut.start..cut.end))
}

/// A text from a file as one harmless line: control characters, which could play tricks on a
/// terminal, become visible signs.
pub(crate) fn one_line(text: &str) -> String {
    normalize_untrusted_str(text).replace('\n', "␤")
}

/// A source text with the offsets at which its lines start.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

/// The lines that hold a span, and the span within them.
struct Cut<'a> {
    text: &'a str,
    first_line: usize,
    start: usize,
    end: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(newlines).collect(),
        }
    }

    /// A span outside the text is moved to its end; one within characters widens to them.
    fn around(&self, span: &Span) -> Cut<'a> {
        let start = char_floor(self.text, span.start);
        let mut end = char_ceil(self.text, span.end.max(span.start));
        let first = self.line_of(start);
        let last_shown = self.line_of(end).min(first + LINES_MAX - 1);
        let from = self.starts.get(first).copied().unwrap_or(0);
        let to = self
            .starts
            .get(last_shown + 1)
            .copied()
            .unwrap_or(self.text.len());
        let text = self.text.get(from..to).unwrap_or_default();
        if end > to {
            end = from + text.trim_end_matches(['\r', '\n']).len();
        }
        Cut {
            text,
            first_line: first + 1,
            start: start - from,
            end: end.max(start) - from,
        }
    }

    /// The line of an offset, from 0.
    fn line_of(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }
}

#[cfg(test)]
mod tests;
