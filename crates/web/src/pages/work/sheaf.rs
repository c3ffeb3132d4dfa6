//! Many cases that wait for the same step, as one line that leads to where they are done together: the
//! office has hundreds of them, and nobody reads hundreds of lines.

use casework::{Action, Scope};
use indexmap::IndexMap;
use office::case::Case;
use office::sealing::closes;
use office::work::Task;

use super::Line;
use crate::look::Look;
use crate::pages::batch;

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

/// Where cases like this one are done together, and the step's name.
pub(super) fn table_of(look: &Look<'_>, task: &Task<'_>) -> Option<(String, String)> {
    let who = look.who()?;
    let actions = task
        .actions
        .iter()
        .filter_map(|id| task.case.flow.action(id));
    let mut found = actions.filter_map(|action| {
        let address = match who.role.as_str() {
            "reviewer" => "/review".to_owned(),
            "verifier" => "/verify".to_owned(),
            // What closes with the seal is done at the meeting.
            _ if task.case.about.item.is_some() && closes(task.case, action) => {
                "/meeting".to_owned()
            }
            _ if look
                .programme
                .done_by_record(&task.case.flow.id, &action.id)
                .is_some() =>
            {
                return None;
            }
            _ if is_for_all(task.case, action) => format!("/batch?action={}", action.id),
            _ => return None,
        };
        Some((address, look.text(&action.name).to_owned()))
    });
    // The step that goes on, not the one that sends back.
    found.next_back()
}

fn is_for_all(case: &Case, action: &Action) -> bool {
    let is_for_many = batch::is_for_many(&case.flow, action);
    action.scope == Scope::All && !action.reason_required && is_for_many
}

/// Puts lines alike together, in the order of what is due first; what came back stays by itself.
pub(super) fn bind(lines: Vec<Line>) -> (Vec<Sheaf>, Vec<Line>) {
    // In the order in which each kind is met first.
    let mut kinds: IndexMap<Alike, Vec<Line>> = IndexMap::new();
    for line in lines {
        let is_by_itself = line.came_back || line.is_locked || line.is_unattended;
        let alike = match &line.table {
            Some(table) if !is_by_itself => Alike::At(table.clone(), line.state.clone()),
            _ => Alike::Nothing(line.number),
        };
        kinds.entry(alike).or_default().push(line);
    }
    let (mut sheaves, mut single): (Vec<Sheaf>, Vec<Line>) = (Vec::new(), Vec::new());
    for (alike, lines) in kinds {
        match (alike, lines.first()) {
            (Alike::At((address, what), state), Some(first)) if lines.len() >= ALIKE_MIN => {
                sheaves.push(Sheaf {
                    address,
                    what,
                    state,
                    cases: lines.len(),
                    due: first.due.clone(),
                    left: first.left.clone(),
                    lamp: first.lamp,
                });
            }
            _ => single.extend(lines),
        }
    }
    (sheaves, single)
}

/// As what a line is done together with others.
#[derive(PartialEq, Eq, Hash)]
enum Alike {
    /// Table (address and step) and state.
    At((String, String), String),
    /// It is done by itself: the case's number.
    Nothing(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, table: Option<&str>, came_back: bool) -> Line {
        Line {
            number,
            table: table.map(|table| (table.to_owned(), "seal".to_owned())),
            came_back,
            due: number.to_string(),
            ..Line::default()
        }
    }

    #[test]
    fn many_alike_are_one_line_and_few_are_not() {
        let mut lines: Vec<Line> = (1..=12).map(|n| line(n, Some("/batch"), false)).collect();
        lines.insert(3, line(40, Some("/batch"), true));
        lines.extend((20..=28).map(|n| line(n, Some("/review"), false)));
        lines.push(line(50, None, false));
        let (sheaves, single) = bind(lines);
        let told: Vec<(&str, usize, &str)> = sheaves
            .iter()
            .map(|sheaf| (sheaf.address.as_str(), sheaf.cases, sheaf.due.as_str()))
            .collect();
        // Twelve are one line, with the day of the first; what came back, nine alike and one alone stay.
        assert_eq!(told, [("/batch", 12, "1")]);
        let numbers: Vec<u64> = single.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [40, 20, 21, 22, 23, 24, 25, 26, 27, 28, 50]);
    }
}
