//! Checking a package: every fault of its text and of its meaning in one run.
//!
//! This is the door to the rest of the house: whoever holds the [`Programme`] of a [`Checked`] needs
//! no second check. The text becomes rows in [`crate::rows`], the rows become meaning in `build`.

use std::collections::HashSet;
use std::sync::Arc;

use base::Problem;

use crate::build;
use crate::model::Programme;
use crate::{Sources, rows};

/// What a check found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The programme; there is one exactly when no problem is an error.
    pub programme: Option<Arc<Programme>>,
    /// Errors and warnings: what the text says wrongly first, then what it means wrongly, both in
    /// the order of the text.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

/// Checks a package with those that it extends, and builds the programme when nothing is wrong.
///
/// ```
/// use programme::{Sources, check};
/// let header = |year: &str| {
///     let text = format!(
///         "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\ntime_zone = \"Asia/Shanghai\"\nyear = \"{year}\"\n"
///     );
///     Sources::from_files("p", [("programme.toml".to_owned(), text)])
/// };
/// assert_eq!(check(&header("2018")).programme.unwrap().year.to_string(), "2018");
/// let checked = check(&header("..2018"));
/// assert!(checked.programme.is_none());
/// assert_eq!(checked.problems[0].code, "P222"); // a period without its first day
/// ```
pub fn check(sources: &Sources) -> Checked {
    let (rows, mut problems) = rows(sources);
    let built = build::build(&rows, &mut problems);
    if built.is_none() && !problems.iter().any(Problem::is_error) {
        problems.push(crate::problems::nothing_to_build());
    }
    in_text_order(&mut problems, sources);
    let is_sound = !problems.iter().any(Problem::is_error);
    Checked {
        programme: built.filter(|_| is_sound).map(Arc::new),
        problems: sources.locate(problems),
    }
}

/// Sorts problems by file and place, each once; those without a place come first, then what the text
/// says wrongly, since a row that could not be read makes others name what is not there.
fn in_text_order(problems: &mut Vec<Problem>, sources: &Sources) {
    let files: Vec<&Arc<str>> = sources
        .layers
        .iter()
        .flat_map(|layer| &layer.files)
        .map(|file| &file.name)
        .collect();
    let mut seen = HashSet::new();
    problems.retain(|problem| {
        seen.insert((problem.code, problem.span.clone(), problem.what.zh.clone()))
    });
    problems.sort_by_key(|problem| {
        let place = problem.span.as_ref().map(|span| {
            (
                files.iter().position(|file| **file == span.file),
                span.start,
            )
        });
        let is_of_meaning = problem.span.is_some() && !problem.code.starts_with("P1");
        (is_of_meaning, place, problem.severity)
    });
}
