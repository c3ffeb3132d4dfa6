//! Vocabularies: their codes, the spellings that an import takes for each, and the codes above them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{CodeId, Day, VocabularyId};
use indexmap::IndexMap;

use super::references::unknown_in;
use super::{Faults, Rows, check_days_in_order, cycles, shown_chain, spellings};
use crate::model::{Code, Vocabulary};
use crate::problems;

pub(super) fn build(rows: &Rows, faults: &mut Faults) -> IndexMap<VocabularyId, Vocabulary> {
    let mut vocabularies = IndexMap::new();
    for row in rows.of("vocabulary") {
        let Some(id) = row.text("id") else { continue };
        let codes = codes(rows, id, faults);
        if codes.is_empty() {
            faults.cell(row, "id", problems::vocabulary_without_codes(id));
        }
        let id = VocabularyId::new(id);
        vocabularies.insert(
            id.clone(),
            Vocabulary {
                id,
                name: row.name("name"),
                codes,
            },
        );
    }
    vocabularies
}

fn codes(rows: &Rows, vocabulary: &Arc<str>, faults: &mut Faults) -> IndexMap<CodeId, Code> {
    let code_rows = rows.under("code", vocabulary);
    let mut codes = IndexMap::new();
    let mut above = BTreeMap::new();
    for row in code_rows {
        let Some(id) = row.text("id") else { continue };
        check_days_in_order(row, "valid_from", "valid_to", faults);
        if let Some(parent) = row.text("parent") {
            if rows.find_under("code", vocabulary, parent).is_none() {
                let known = rows
                    .ids_under("code", vocabulary)
                    .filter(|known| *known != &**id);
                unknown_in(
                    faults,
                    ("vocabulary", vocabulary),
                    ("code", parent),
                    known,
                    row.span_of("parent"),
                );
            }
            above.insert(id.clone(), vec![parent.clone()]);
        }
        codes.insert(
            CodeId::new(id),
            Code {
                id: CodeId::new(id),
                name: row.name("name"),
                aliases: row.texts("aliases"),
                parent: row.text("parent").map(CodeId::new),
                valid_from: row.day("valid_from").unwrap_or(Day::MIN),
                valid_to: row.day("valid_to").unwrap_or(Day::MAX),
            },
        );
    }
    for chain in cycles(&above) {
        let row = chain
            .first()
            .and_then(|id| rows.find_under("code", vocabulary, id));
        if let Some(row) = row {
            faults.cell(row, "parent", problems::code_cycle(shown_chain(&chain)));
        }
    }
    spellings::check(code_rows, true, faults);
    codes
}
