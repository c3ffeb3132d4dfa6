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
    /// The programme; of [`check`] there is one exactly when no problem is an error.
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

/// An extended package that is not there.
const LACKS_LAYER: &[&str] = &["P143"];
/// Faults of the text that leave out a cell or a row, about which nothing more can be told.
const OF_CELLS: &[&str] = &[
    "P103", "P110", "P111", "P112", "P115", "P116", "P120", "P130", "P131", "P132", "P133", "P134",
    "P135", "P136", "P137", "P138", "P139",
];

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
    let (built, problems) = build_and_judge(sources);
    let is_sound = !problems.iter().any(Problem::is_error);
    Checked {
        programme: built.filter(|_| is_sound),
        problems,
    }
}

/// Reads a package that passed the [`check`] of some version of this software and was put in force then.
///
/// What is in force stays in force: a check that has become stricter judges what comes, and never makes a
/// data folder unreadable. So there is a programme whenever one can be built, whatever is to be said of it;
/// that is told all the same. A part that cannot be built at all (no earlier version accepted such a one) is
/// left out of it, with its fault.
///
/// ```
/// use programme::{Sources, check, read_stored};
/// // The holidays of 2018 are not written down: refused today.
/// let text = "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\ntime_zone = \"Asia/Shanghai\"\nyear = \"2018\"\n\n[[calendar]]\nyear = 2018\nsource = \"none\"\n";
/// let sources = Sources::from_files("p", [("programme.toml".to_owned(), text.to_owned())]);
/// assert!(check(&sources).programme.is_none());
/// assert_eq!(read_stored(&sources).programme.unwrap().id.as_ref(), "p");
/// ```
pub fn read_stored(sources: &Sources) -> Checked {
    let (programme, problems) = build_and_judge(sources);
    Checked {
        programme,
        problems,
    }
}

/// The programme as far as it can be built, and all that is to be said of it.
fn build_and_judge(sources: &Sources) -> (Option<Arc<Programme>>, Vec<Problem>) {
    let (rows, mut problems) = rows(sources);
    // Without the extended package half of the names are missing: what follows from that says nothing.
    let is_whole = !problems
        .iter()
        .any(|problem| LACKS_LAYER.contains(&problem.code));
    let built = is_whole
        .then(|| build::build(&rows, &mut problems))
        .flatten();
    if is_whole && built.is_none() && !problems.iter().any(Problem::is_error) {
        problems.push(crate::problems::nothing_to_build());
    }
    in_text_order(&mut problems, sources);
    let hides_more = |problem: &Problem| {
        !is_whole && LACKS_LAYER.contains(&problem.code) || OF_CELLS.contains(&problem.code)
    };
    if problems.iter().any(hides_more) {
        problems.push(crate::problems_text::further_checks_wait());
    }
    (built.map(Arc::new), sources.locate(problems))
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
