//! Papers: who issues those of a kind and how their numbers read, where the office has said nothing else.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Faults, Rows};
use crate::model::PaperDefault;
use crate::problems;

/// The marks of year and number in a pattern, in either language; each stands in it once.
const MARKS: [[&str; 2]; 2] = [["{年}", "{year}"], ["{号}", "{number}"]];

pub(super) fn build(rows: &Rows, faults: &mut Faults) -> IndexMap<Arc<str>, PaperDefault> {
    let mut found = IndexMap::new();
    for row in rows.of("paper") {
        let Some(kind) = row.text("kind") else {
            continue;
        };
        let number = row.text("number").cloned();
        if let Some(pattern) = &number {
            let is_right = MARKS.iter().all(|marks| {
                let times = marks.iter().map(|mark| pattern.matches(mark).count());
                times.sum::<usize>() == 1
            });
            if !is_right {
                faults.cell(row, "number", problems::not_a_number_pattern(pattern));
            }
        }
        let paper = PaperDefault {
            issuer: row.bilingual("issuer").cloned(),
            number,
        };
        found.insert(kind.clone(), paper);
    }
    found
}
