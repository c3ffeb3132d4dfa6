//! Records that steps of cases write: of which type, and where each of its fields comes from.

use std::sync::Arc;

use base::{ActionId, Day, FieldId, FlowId, Ratio, RecordTypeId, ScorecardId, SubjectTypeId};
use casework::{Action, Field as CaseField, FieldKind, Flow, When};
use indexmap::IndexMap;

use super::expressions::Names;
use super::openings::fits_back;
use super::references::unknown_in;
use super::{Faults, Rows, flows};
use crate::model::{
    Corrected, Field, FieldType, RecordType, Scorecard, SubjectType, VisitRule, Written,
};
use crate::problems;
use crate::rows::Row;

const DAY: &str = "day";
const UNIT: &str = "unit";
const SUBJECT: &str = "subject";

/// What such records are made of.
pub(super) struct Known<'a> {
    pub subject_types: &'a IndexMap<SubjectTypeId, SubjectType>,
    pub record_types: &'a IndexMap<RecordTypeId, RecordType>,
    pub flows: &'a IndexMap<FlowId, Flow>,
    pub scorecards: &'a IndexMap<ScorecardId, Scorecard>,
    pub visit_rules: &'a IndexMap<Arc<str>, VisitRule>,
    pub names: &'a Names<'a>,
}

pub(super) fn build(rows: &Rows, known: &Known<'_>, faults: &mut Faults) -> Vec<Written> {
    rows.of("written")
        .iter()
        .filter_map(|row| one(row, known, faults))
        .collect()
}

fn one(row: &Row, known: &Known<'_>, faults: &mut Faults) -> Option<Written> {
    let flow = known.flows.get(&FlowId::new(row.text("flow")?))?;
    let of = known
        .record_types
        .get(&RecordTypeId::new(row.text("of")?))?;
    let action = action(row, flow, known, faults);
    if let Some(action) = action
        && of.evidence_at_least > action.requires_evidence_at_least
    {
        let problem = problems::written_evidence(&of.id, of.evidence_at_least, &action.id);
        faults.cell(row, "of", problem);
    }
    let subject_type = of
        .subject
        .as_ref()
        .and_then(|id| known.subject_types.get(id));
    if subject_type.is_some_and(|found| found.personal) {
        faults.cell(row, "of", problems::written_about_persons(&of.id));
    }
    for column in ["without_subject", "subject_name"] {
        if of.subject.is_none() && row.has(column) {
            let problem = problems::column_needs(column, "subject");
            faults.cell(row, column, problem);
        }
    }
    let mut said = Vec::new();
    fields(row, (flow, of), known, &mut said, faults);
    values(row, of, known, &mut said, faults);
    covered(row, (flow, of), &said, faults);
    let day = row.text("day").and_then(|name| {
        let field = case_field(row, "day", name, flow, faults)?;
        if field.kind != FieldKind::Day {
            faults.cell(row, "day", problems::not_a_date_field(&field.id));
        }
        Some(field.id.clone())
    });
    let subject_name = row.text("subject_name").and_then(|name| {
        let field = case_field(row, "subject_name", name, flow, faults)?;
        if field.kind != FieldKind::Text {
            let problem = problems::opening_misfit(&field.id, "name");
            faults.cell(row, "subject_name", problem);
        }
        Some(field.id.clone())
    });
    Some(Written {
        flow: flow.id.clone(),
        action: ActionId::new(row.text("action")?),
        of: of.id.clone(),
        fields: said,
        day,
        when: when(row, flow, faults),
        without_subject: row
            .text("without_subject")
            .is_some_and(|said| **said == *"nothing"),
        subject_name,
        basis: row.name("basis"),
    })
}

/// The step: one that people take on their own.
fn action<'a>(
    row: &Row,
    flow: &'a Flow,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<&'a Action> {
    let id = ActionId::new(row.text("action")?);
    let Some(action) = flow.action(&id) else {
        let declared = flow.actions.iter().map(|action| action.id.as_str());
        let (owner, wanted) = (("flow", flow.id.as_str()), ("action", id.as_str()));
        unknown_in(faults, owner, wanted, declared, row.span_of("action"));
        return None;
    };
    let mut rules = known.visit_rules.values();
    let by_record = rules.any(|rule| {
        let closes = rule.opens.as_ref();
        closes.is_some_and(|(of, closes)| *of == flow.id && closes.as_ref() == Some(&id))
    });
    if action.roles.is_empty() || by_record {
        faults.cell(row, "action", problems::written_by_nobody(&id));
    }
    let mut scorecards = known.scorecards.iter();
    if let Some((scorecard, _)) = scorecards.find(|(_, card)| card.flow.as_ref() == Some(&flow.id))
    {
        let problem = problems::written_in_assessment(&flow.id, scorecard);
        faults.cell(row, "flow", problem);
    }
    Some(action)
}

/// A field of the case.
fn case_field<'a>(
    row: &Row,
    column: &str,
    name: &str,
    flow: &'a Flow,
    faults: &mut Faults,
) -> Option<&'a CaseField> {
    let found = flow.field(&FieldId::new(name));
    if found.is_none() {
        let known = flow.fields.iter().map(|field| field.id.as_str());
        let owner = ("flow", flow.id.as_str());
        unknown_in(faults, owner, ("field", name), known, row.span_of(column));
    }
    found
}

/// A field of the record that a case can say, and that nothing said before.
fn record_field<'a>(
    name: &str,
    span: &base::Span,
    of: &'a RecordType,
    said: &[(FieldId, Corrected)],
    faults: &mut Faults,
) -> Option<&'a Field> {
    let Some(field) = of.fields.get(name) else {
        let known = of.fields.keys().map(FieldId::as_str);
        let owner = ("record_type", of.id.as_str());
        unknown_in(faults, owner, ("field", name), known, span.clone());
        return None;
    };
    if name == DAY || name == UNIT {
        faults.at(span.clone(), problems::written_day());
        return None;
    }
    if said.iter().any(|(known, _)| *known == field.id) {
        faults.at(span.clone(), problems::listed_twice(name));
    }
    if field.personal {
        faults.at(span.clone(), problems::personal_in_written(name));
    }
    Some(field)
}

fn fields(
    row: &Row,
    (flow, of): (&Flow, &RecordType),
    known: &Known<'_>,
    said: &mut Vec<(FieldId, Corrected)>,
    faults: &mut Faults,
) {
    for (text, span) in row.texts_placed("fields") {
        let (name, from) = text.split_once('=').unwrap_or((&*text, &*text));
        let (name, from) = (name.trim(), FieldId::new(from.trim()));
        let Some(field) = record_field(name, &span, of, said, faults) else {
            continue;
        };
        let Some(declared) = flow.field(&from) else {
            let known = flow.fields.iter().map(|field| field.id.as_str());
            let (owner, wanted) = (("flow", flow.id.as_str()), ("field", from.as_str()));
            unknown_in(faults, owner, wanted, known, span);
            continue;
        };
        // An identity is a text that the subject's type reads.
        let fits = match name == SUBJECT {
            true => declared.kind == FieldKind::Text,
            false => fits_back(&declared.kind, &field.field_type, known.names),
        };
        if !fits {
            faults.at(span, problems::opening_misfit(&from, &field.id));
        }
        said.push((field.id.clone(), Corrected::Input(from)));
    }
}

fn values(
    row: &Row,
    of: &RecordType,
    known: &Known<'_>,
    said: &mut Vec<(FieldId, Corrected)>,
    faults: &mut Faults,
) {
    for (text, span) in row.texts_placed("values") {
        let (name, value) = text.split_once('=').unwrap_or((&*text, ""));
        let (name, value) = (name.trim(), value.trim());
        let Some(field) = record_field(name, &span, of, said, faults) else {
            continue;
        };
        let is_sound = match &field.field_type {
            FieldType::Text => !value.is_empty(),
            FieldType::Number => value.parse::<i64>().is_ok(),
            FieldType::Decimal(_) | FieldType::Money => Ratio::parse_decimal(value).is_some(),
            FieldType::Date => Day::parse(value).is_ok(),
            FieldType::Choice(id) => {
                let codes = known.names.vocabularies.get(id);
                codes.is_none_or(|found| found.codes.contains_key(value))
            }
            _ => false,
        };
        if !is_sound {
            faults.at(span, problems::written_value(name, value));
        }
        said.push((field.id.clone(), Corrected::Value(value.into())));
    }
}

/// Whatever the record requires, and its key, comes from somewhere.
fn covered(
    row: &Row,
    (flow, of): (&Flow, &RecordType),
    said: &[(FieldId, Corrected)],
    faults: &mut Faults,
) {
    // What the case is about says the subject: the subject itself, a record about one, or what the case above is about.
    let own = of
        .subject
        .as_ref()
        .is_some_and(|id| *flow.subject == *id.as_str());
    let gives_subject = own || ["record", "case"].contains(&&*flow.subject);
    let is_given = |field: &Field| {
        [DAY, UNIT].contains(&field.id.as_str())
            || (field.id.as_str() == SUBJECT && gives_subject)
            || field.default.is_some()
            || said.iter().any(|(known, _)| *known == field.id)
    };
    let lacking = of.fields.values().filter(|field| {
        let is_wanted = field.required || of.key.contains(&field.id);
        is_wanted && !is_given(field)
    });
    let lacking: Vec<&str> = lacking.map(|field| field.id.as_str()).collect();
    if !lacking.is_empty() {
        let column = if row.has("fields") { "fields" } else { "of" };
        let problem = problems::written_lacks(&of.id, lacking.join(", "));
        faults.cell(row, column, problem);
    }
}

fn when(row: &Row, flow: &Flow, faults: &mut Faults) -> When {
    let Some(text) = row.text("when") else {
        return When::Always;
    };
    let when = match flows::when(text, &row.span_of("when")) {
        Ok(when) => when,
        Err(found) => {
            faults.extend(found);
            return When::Always;
        }
    };
    if let When::Given(field) | When::Is(field, _) | When::IsNot(field, _) = &when
        && let Some(field) = case_field(row, "when", field.as_str(), flow, faults)
        && let When::Is(_, value) | When::IsNot(_, value) = &when
        && !field.kind.admits(value)
    {
        faults.cell(row, "when", problems::written_never(&field.id));
    }
    when
}
