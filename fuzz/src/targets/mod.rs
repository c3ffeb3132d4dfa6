//! What is asked of each parser.

mod bundle;
mod delimited;
mod filter;
mod mapping;
mod note;
mod package;
mod proof;
mod snapshot;
mod tables;
mod template;
mod volume;
mod words;
mod workbook;

use base::{Lang, Problem, SourceText};

use crate::Target;

/// Every target.
pub const TARGETS: &[Target] = &[
    package::TARGET,
    filter::TARGET,
    delimited::TARGET,
    workbook::TARGET,
    proof::TARGET,
    words::TARGET,
    mapping::TARGET,
    note::TARGET,
    snapshot::TARGET,
    bundle::TARGET,
    template::TARGET,
    volume::TARGET,
];

/// What must hold of every problem: it says something and what would be right, in both languages; its span
/// lies in its text, between whole characters; and it can be shown.
fn problems_are_sound(problems: &[Problem], sources: &[SourceText]) {
    for problem in problems {
        for lang in [Lang::Zh, Lang::En] {
            assert!(!problem.what(lang).is_empty(), "{problem:?}");
            assert!(!problem.line(lang).contains('\n'), "one line: {problem:?}");
        }
        if let Some(span) = &problem.span {
            assert!(
                sources.iter().any(|source| source.slice(span).is_some()),
                "its span lies in its text: {problem:?}"
            );
        }
    }
    // Rendering reads around each span; a few are enough to try that.
    let few = &problems[..problems.len().min(20)];
    for lang in [Lang::Zh, Lang::En] {
        let shown = base::render(few, sources, lang, false);
        assert!(few.is_empty() || !shown.is_empty());
    }
}
