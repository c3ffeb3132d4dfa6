//! A new version of a programme against the one before: what would make old records unreadable.
//!
//! A later version may add or retire fields, codes and units; it never takes one away, retypes or
//! reuses it, because records accepted earlier are read by what is declared now. Whatever changes
//! only what new records must look like is a warning or nothing.

use base::{FieldId, Problem, Span};
use indexmap::IndexMap;

use crate::model::{Field, FieldType, Programme, RecordType, SubjectType, Unit, Vocabulary};
use crate::problems_text as problem;

/// What the new version changes that old records do not bear (errors), and what should be looked at
/// (warnings). Places are in the new version's text.
pub fn check_against(new: &Programme, old: &Programme) -> Vec<Problem> {
    let mut problems = Vec::new();
    if new.id != old.id {
        problems.push(problem::another_programme(&old.id, &new.id));
    }
    if new.time_zone != old.time_zone {
        problems.push(problem::time_zone_changed(&old.time_zone, &new.time_zone));
    }
    for (id, old) in &old.record_types {
        match new.record_types.get(id) {
            Some(new) => record_type(new, old, &mut problems),
            None => problems.push(problem::taken_away("记录类型", "record type", id)),
        }
    }
    for (id, old) in &old.subject_types {
        match new.subject_types.get(id) {
            Some(new) => subject_type(new, old, &mut problems),
            None => problems.push(problem::taken_away("对象类型", "subject type", id)),
        }
    }
    for (id, old) in &old.vocabularies {
        match new.vocabularies.get(id) {
            Some(new) => vocabulary(new, old, &mut problems),
            None => problems.push(problem::taken_away("词表", "vocabulary", id)),
        }
    }
    for (id, old) in &old.units {
        match new.units.get(id) {
            Some(new) => unit(new, old, &mut problems),
            None => problems.push(problem::unit_taken_away(id)),
        }
    }
    no_longer_there(new, old, &mut problems);
    goes_on_from_nothing(new, old, &mut problems);
    problems
}

/// What is computed, not kept: old figures stay measurable under the old version only.
fn no_longer_there(new: &Programme, old: &Programme, problems: &mut Vec<Problem>) {
    let indicators = old
        .indicators
        .keys()
        .filter(|id| !new.indicators.contains_key(*id))
        .map(|id| ("指标", "indicator", id.as_str()));
    let cards = old
        .scorecards
        .keys()
        .filter(|id| !new.scorecards.contains_key(*id))
        .map(|id| ("记分卡", "scorecard", id.as_str()));
    let flows = old
        .flows
        .keys()
        .filter(|id| !new.flows.contains_key(*id))
        .map(|id| ("流程", "flow", id.as_str()));
    for (zh, en, id) in indicators.chain(cards).chain(flows) {
        problems.push(problem::no_longer_computed(zh, en, id));
    }
}

/// Of a new year: the items of the old one from which its items say that they go on.
fn goes_on_from_nothing(new: &Programme, old: &Programme, problems: &mut Vec<Problem>) {
    if new.year == old.year {
        return;
    }
    for (id, card) in &new.scorecards {
        let Some(before) = old.scorecards.get(id) else {
            continue;
        };
        for (item, ties) in &card.items {
            for of in &ties.succeeds {
                if !before.items.contains_key(of) {
                    let fault = crate::problems::succeeds_nothing(item, of);
                    problems.push(fault.at(ties.row.span_of("succeeds")));
                }
            }
        }
    }
}

fn record_type(new: &RecordType, old: &RecordType, problems: &mut Vec<Problem>) {
    let at = &new.row;
    if new.subject != old.subject {
        let name = |subject: &Option<base::SubjectTypeId>| {
            subject
                .as_ref()
                .map_or_else(|| "—".to_owned(), ToString::to_string)
        };
        let fault = problem::subject_changed(&new.id, name(&old.subject), name(&new.subject));
        problems.push(fault.at(at.span_of("subject")));
    }
    if new.key != old.key {
        let names = |key: &[FieldId]| {
            if key.is_empty() {
                "—".to_owned()
            } else {
                key.iter()
                    .map(FieldId::as_str)
                    .collect::<Vec<_>>()
                    .join(", ")
            }
        };
        problems.push(
            problem::key_changed(&new.id, names(&old.key), names(&new.key)).at(at.span_of("key")),
        );
    }
    fields(
        new.id.as_str(),
        (&new.fields, &at.span),
        &old.fields,
        problems,
    );
}

fn subject_type(new: &SubjectType, old: &SubjectType, problems: &mut Vec<Problem>) {
    if new.identity != old.identity {
        problems.push(problem::identity_changed(&new.id).at(new.row.span_of("identity")));
    }
    if new.personal != old.personal {
        problems.push(problem::persons_changed(&new.id).at(new.row.span_of("personal")));
    }
    fields(
        new.id.as_str(),
        (&new.fields, &new.row.span),
        &old.fields,
        problems,
    );
}

type Fields = IndexMap<FieldId, Field>;

fn fields(of: &str, (new, span): (&Fields, &Span), old: &Fields, problems: &mut Vec<Problem>) {
    for (id, old) in old {
        match new.get(id) {
            Some(new) => field(of, new, old, span, problems),
            None => problems.push(problem::field_taken_away(id, of).at(span.clone())),
        }
    }
    for (id, new) in new
        .iter()
        .filter(|(_, new)| new.required && new.default.is_none())
    {
        if old.get(id).is_none_or(|old| !old.required) {
            problems.push(problem::newly_required(id, of).at(field_span(new, "required", span)));
        }
    }
}

fn field_span(field: &Field, column: &str, otherwise: &Span) -> Span {
    field
        .row
        .as_ref()
        .map_or_else(|| otherwise.clone(), |row| row.span_of(column))
}

fn field(of: &str, new: &Field, old: &Field, span: &Span, problems: &mut Vec<Problem>) {
    if new.field_type != old.field_type {
        let fault = problem::field_retyped(
            &new.id,
            of,
            type_words(&old.field_type),
            type_words(&new.field_type),
        );
        let column = match (&new.field_type, &old.field_type) {
            (FieldType::Decimal(_), FieldType::Decimal(_)) => "scale",
            (FieldType::Choice(_), FieldType::Choice(_))
            | (FieldType::Choices(_), FieldType::Choices(_)) => "vocabulary",
            (FieldType::Subject(_), FieldType::Subject(_)) => "subject_type",
            _ => "type",
        };
        problems.push(fault.at(field_span(new, column, span)));
    }
    if new.personal != old.personal {
        problems.push(problem::personal_changed(&new.id, of).at(field_span(new, "personal", span)));
    }
}

/// A field's type as the package writes it.
fn type_words(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Text => "text".to_owned(),
        FieldType::Number => "number".to_owned(),
        FieldType::Decimal(scale) => format!("decimal, scale {scale}"),
        FieldType::Money => "money".to_owned(),
        FieldType::Date => "date".to_owned(),
        FieldType::Choice(vocabulary) => format!("choice, vocabulary {vocabulary}"),
        FieldType::Choices(vocabulary) => format!("choices, vocabulary {vocabulary}"),
        FieldType::Subject(subject) => format!("subject, subject_type {subject}"),
        FieldType::Unit => "unit".to_owned(),
        FieldType::File => "file".to_owned(),
        FieldType::Place => "place".to_owned(),
        FieldType::Period => "period".to_owned(),
    }
}

fn vocabulary(new: &Vocabulary, old: &Vocabulary, problems: &mut Vec<Problem>) {
    for (id, old) in &old.codes {
        match new.codes.get(id) {
            None => problems.push(problem::code_taken_away(id, &new.id)),
            Some(code) if code.valid_from > old.valid_from || code.valid_to < old.valid_to => {
                let fault =
                    problem::validity_shrunk("代码", "code", id, code.valid_from, code.valid_to);
                problems.push(fault);
            }
            Some(_) => {}
        }
    }
}

fn unit(new: &Unit, old: &Unit, problems: &mut Vec<Problem>) {
    if new.valid_from > old.valid_from || new.valid_to < old.valid_to {
        let column = if new.valid_to < old.valid_to {
            "valid_to"
        } else {
            "valid_from"
        };
        let fault = problem::validity_shrunk("单位", "unit", &new.id, new.valid_from, new.valid_to);
        problems.push(fault.at(new.row.span_of(column)));
    }
    // A move belongs into a dated change; at the beginning it rewrites the past.
    let is_same_change = |change: &crate::model::UnitChange| {
        new.changes.iter().any(|other| {
            other.on == change.on && other.parent == change.parent && other.group == change.group
        })
    };
    if new.parent != old.parent || new.group != old.group || !old.changes.iter().all(is_same_change)
    {
        let column = if new.parent != old.parent {
            "parent"
        } else {
            "group"
        };
        problems.push(problem::history_rewritten(&new.id).at(new.row.span_of(column)));
    }
}
