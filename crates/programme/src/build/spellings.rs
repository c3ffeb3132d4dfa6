//! Spellings: what an import takes for a unit or a code must stand for one of them only.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Lang, Span};

use super::Faults;
use crate::problems;
use crate::rows::Row;

/// Checks that no name or alias (nor, where asked, id) stands for two rows that are valid on one
/// day: an import could not choose. Letter case and surrounding space make no difference.
pub(super) fn check(rows: &[Arc<Row>], with_ids: bool, faults: &mut Faults) {
    let mut taken: HashMap<String, Vec<&Arc<Row>>> = HashMap::new();
    for row in rows {
        let Some(id) = row.text("id") else { continue };
        for (spelling, column) in spellings_of(row, with_ids) {
            let owners = taken.entry(spelling.trim().to_lowercase()).or_default();
            if owners.iter().any(|owner| Arc::ptr_eq(owner, row)) {
                continue;
            }
            let other = owners.iter().find(|owner| are_valid_together(owner, row));
            if let Some(other) = other.and_then(|owner| owner.text("id")) {
                faults.at(
                    span_of(row, column, &spelling),
                    problems::spelling_twice(&spelling, other, id),
                );
            }
            owners.push(row);
        }
    }
}

fn spellings_of(row: &Row, with_ids: bool) -> Vec<(String, &'static str)> {
    let mut spellings = Vec::new();
    if let Some(id) = row.text("id").filter(|_| with_ids) {
        spellings.push((id.to_string(), "id"));
    }
    let name = row.name("name");
    spellings.push((name.get(Lang::Zh).to_owned(), "name"));
    spellings.push((name.get(Lang::En).to_owned(), "name"));
    spellings.extend(
        row.texts("aliases")
            .iter()
            .map(|alias| (alias.to_string(), "aliases")),
    );
    spellings.retain(|(spelling, _)| !spelling.trim().is_empty());
    spellings
}

/// The place of a spelling: its element of the list, or its cell.
pub(super) fn span_of(row: &Row, column: &str, spelling: &str) -> Span {
    row.texts_placed(column)
        .find(|(text, _)| &**text == spelling)
        .map_or_else(|| row.span_of(column), |(_, span)| span)
}

fn are_valid_together(one: &Row, other: &Row) -> bool {
    let first = |row: &Row| row.day("valid_from").unwrap_or(Day::MIN);
    let last = |row: &Row| row.day("valid_to").unwrap_or(Day::MAX);
    first(one) <= last(other) && first(other) <= last(one)
}
