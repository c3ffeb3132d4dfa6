//! Many cases that wait for the same step, as one line that leads to where they are done together: the
//! office has hundreds of them, and nobody reads hundreds of lines.

use casework::{Action, Scope};
use indexmap::IndexMap;
use office::case::Case;
use office::sealing::closes;
use office::work::Task;

use super::wait::{Is, Wait};
use super::{lamp, left};
use crate::look::Look;
use crate::pages::batch;
use crate::words::Words;

/// From so many on, lines alike become one.
const ALIKE_MIN: usize = 10;

/// Cases that wait for the same step.
pub(crate) struct Sheaf {
    /// Where they are done together.
    pub address: String,
    /// The step.
    pub what: String,
    /// Their state.
    pub state: String,
    pub cases: usize,
    /// Of the one that is due first.
    pub due: String,
    pub left: String,
    pub lamp: &'static str,
}

/// A step that many cases wait for, where it is taken for all of them, and their state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Table<'a> {
    place: Place<'a>,
    /// The step, in words.
    what: &'a str,
    /// The state, in words.
    state: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place<'a> {
    Review,
    Verify,
    /// What closes with the seal is done at the meeting.
    Meeting,
    /// By the action's id.
    Batch(&'a str),
}

impl Place<'_> {
    fn address(&self) -> String {
        match self {
            Place::Review => "/review".to_owned(),
            Place::Verify => "/verify".to_owned(),
            Place::Meeting => "/meeting".to_owned(),
            Place::Batch(action) => format!("/batch?action={action}"),
        }
    }
}

/// Where cases like this one are done together.
pub(super) fn table_of<'a>(look: &Look<'_>, task: &Task<'a>) -> Option<Table<'a>> {
    let who = look.who()?;
    let case = task.case;
    let actions = task.actions.iter().filter_map(|id| case.flow.action(id));
    let mut found = actions.filter_map(|action| {
        let place = match who.role.as_str() {
            "reviewer" => Place::Review,
            "verifier" => Place::Verify,
            _ if case.about.item.is_some() && closes(case, action) => Place::Meeting,
            _ if look
                .programme
                .done_by_record(&case.flow.id, &action.id)
                .is_some() =>
            {
                return None;
            }
            _ if is_for_all(case, action) => Place::Batch(action.id.as_str()),
            _ => return None,
        };
        Some((place, action.name.get(look.lang())))
    });
    // The step that goes on, not the one that sends back.
    let (place, what) = found.next_back()?;
    let state = case.flow.state(&case.state.state);
    Some(Table {
        place,
        what,
        state: state.map_or(case.state.state.as_str(), |state| {
            state.name.get(look.lang())
        }),
    })
}

fn is_for_all(case: &Case, action: &Action) -> bool {
    let is_for_many = batch::is_for_many(&case.flow, action);
    action.scope == Scope::All && !action.reason_required && is_for_many
}

/// Puts alike together, in the order of what is due first; what came back stays by itself.
pub(super) fn bind<'a>(look: &Look<'_>, waits: Vec<Wait<'a>>) -> (Vec<Sheaf>, Vec<Wait<'a>>) {
    let (bound, single) = part(waits);
    let sheaves = bound
        .into_iter()
        .map(|(table, cases, first)| sheaf(look, &table, cases, &first));
    (sheaves.collect(), single)
}

fn sheaf(look: &Look<'_>, table: &Table<'_>, cases: usize, first: &Wait<'_>) -> Sheaf {
    let words = Words { lang: look.lang() };
    let (due, left, lamp) = match &first.is {
        Is::Case(task) => (
            task.due
                .as_ref()
                .map(|due| words.day_and_weekday(due.due_on)),
            left(words, task.working_days_left),
            lamp(task),
        ),
        Is::Line(line) => (Some(line.due.clone()), line.left.clone(), line.lamp),
    };
    Sheaf {
        address: table.place.address(),
        what: table.what.to_owned(),
        state: table.state.to_owned(),
        cases,
        due: due.unwrap_or_default(),
        left,
        lamp,
    }
}

/// Those alike: as what, how many, and the first of them.
type Bound<'a> = (Table<'a>, usize, Wait<'a>);

fn part(waits: Vec<Wait<'_>>) -> (Vec<Bound<'_>>, Vec<Wait<'_>>) {
    // In the order in which each kind is met first; what is done by itself is a kind of its own.
    let mut kinds: IndexMap<Result<Table<'_>, usize>, Vec<Wait<'_>>> = IndexMap::new();
    for (number, wait) in waits.into_iter().enumerate() {
        let is_by_itself = wait.came_back || wait.is_locked || wait.is_unattended;
        let kind = wait.table.clone().filter(|_| !is_by_itself).ok_or(number);
        kinds.entry(kind).or_default().push(wait);
    }
    let (mut bound, mut single) = (Vec::new(), Vec::new());
    for (kind, waits) in kinds {
        let cases = waits.len();
        match kind {
            Ok(table) if cases >= ALIKE_MIN => {
                bound.extend(waits.into_iter().next().map(|first| (table, cases, first)));
            }
            _ => single.extend(waits),
        }
    }
    (bound, single)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::work::Line;

    fn wait(number: u64, place: Option<Place<'static>>, came_back: bool) -> Wait<'static> {
        let table = place.map(|place| Table {
            place,
            what: "seal",
            state: "scored",
        });
        let line = Line {
            number,
            came_back,
            ..Line::default()
        };
        Wait {
            table,
            ..Wait::of_line(line)
        }
    }

    fn number(wait: &Wait<'_>) -> u64 {
        match &wait.is {
            Is::Line(line) => line.number,
            Is::Case(task) => task.case.number,
        }
    }

    #[test]
    fn many_alike_are_one_line_and_few_are_not() {
        let close = || Some(Place::Batch("close"));
        let mut waits: Vec<Wait<'_>> = (1..=12).map(|n| wait(n, close(), false)).collect();
        waits.insert(3, wait(40, close(), true));
        waits.extend((20..=28).map(|n| wait(n, Some(Place::Review), false)));
        waits.push(wait(50, None, false));
        let (bound, single) = part(waits);
        let told: Vec<(String, usize, u64)> = bound
            .iter()
            .map(|(table, cases, first)| (table.place.address(), *cases, number(first)))
            .collect();
        // Twelve are one line, with the day of the first; what came back, nine alike and one alone stay.
        assert_eq!(told, [("/batch?action=close".to_owned(), 12, 1)]);
        let numbers: Vec<u64> = single.iter().map(number).collect();
        assert_eq!(numbers, [40, 20, 21, 22, 23, 24, 25, 26, 27, 28, 50]);
    }
}
