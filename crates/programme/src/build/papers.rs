//! Papers: who issues those of a kind and how their numbers read, where the office has said nothing else; and the papers
//! of a flow's steps.

use std::sync::Arc;

use base::{ActionId, FieldId, FlowId};
use casework::Flow;
use indexmap::IndexMap;

use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{CasePaper, PaperDefault};
use crate::problems;
use crate::rows::Row;

/// The marks of year and number in a pattern, in either language; each stands in it once.
const MARKS: [[&str; 2]; 2] = [["{年}", "{year}"], ["{号}", "{number}"]];
/// The kinds that belong to the assessment.
const KINDS: &[&str] = &[
    "letter",
    "supervision",
    "circular",
    "rectification",
    "summary",
    "confirmation",
];
/// What a text may take from a case beside the fields of its flow.
const FROM_CASE: &[&str] = &[
    "subject",
    "subject_id",
    "unit",
    "matter",
    "case",
    "day",
    "due",
    "reason",
];

pub(super) fn build(
    rows: &Rows,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> IndexMap<Arc<str>, PaperDefault> {
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
            of_case: of_case(row, kind, flows, faults),
        };
        found.insert(kind.clone(), paper);
    }
    found
}

fn of_case(
    row: &Row,
    kind: &Arc<str>,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> Option<CasePaper> {
    if KINDS.contains(&&**kind) {
        for column in ["name", "flow", "action", "layout", "text", "signed_by"] {
            if row.has(column) {
                faults.cell(row, column, problems::paper_of_assessment(kind, column));
            }
        }
        return None;
    }
    for column in ["name", "flow", "action", "text"] {
        if !row.has(column) {
            faults.at(
                row.span.clone(),
                problems::paper_lacks(kind, column, KINDS.join(", ")),
            );
        }
    }
    let flow = flows.get(&FlowId::new(row.text("flow")?))?;
    let id = row.text("action")?;
    let action = ActionId::new(id);
    if flow.action(&action).is_none() {
        unknown_in(
            faults,
            ("flow", flow.id.as_str()),
            ("action", id),
            flow.actions.iter().map(|found| found.id.as_str()),
            row.span_of("action"),
        );
    }
    let text = row.name("text");
    for mark in marks(&text.zh).chain(marks(&text.en)) {
        let is_known = FROM_CASE.contains(&mark) || flow.field(&FieldId::new(mark)).is_some();
        if !is_known {
            let fields = flow.fields.iter().map(|field| field.id.as_str());
            let known: Vec<&str> = FROM_CASE.iter().copied().chain(fields).collect();
            let problem = problems::paper_text_unknown(mark, known.join(", "));
            faults.cell(row, "text", problem);
        }
    }
    Some(CasePaper {
        kind: kind.clone(),
        name: row.name("name"),
        flow: flow.id.clone(),
        action,
        is_record: row
            .text("layout")
            .is_some_and(|layout| &**layout == "record"),
        text,
        signed_by: row.texts("signed_by"),
    })
}

/// What stands in braces.
fn marks(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(mark, _)| mark))
}
