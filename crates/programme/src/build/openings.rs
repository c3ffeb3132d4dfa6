//! Records that open cases: of which flow, when, and what of the record goes into the case. And back: what a step of the
//! case says that the record should say.

use base::{ActionId, FieldId, FlowId, RecordTypeId, SubjectTypeId};
use casework::{FieldKind, Flow};
use indexmap::IndexMap;

use super::expressions::Names;
use super::references::unknown_in;
use super::sensors::{Number, number, unit_from};
use super::{Faults, Rows};
use crate::expr::Purpose;
use crate::model::{
    Corrected, Correction, Field, FieldType, Opening, RecordType, SubjectType, Vocabulary,
};
use crate::problems;
use crate::rows::Row;
use crate::schema::ColumnPath;

const WITHIN: Number = ("within_days", 30, 0, 3_660);
/// The date of a record that every record has.
const DAY: &str = "day";

pub(super) fn build(
    rows: &Rows,
    subject_types: &IndexMap<SubjectTypeId, SubjectType>,
    record_types: &IndexMap<RecordTypeId, RecordType>,
    flows: &IndexMap<FlowId, Flow>,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Vec<Opening> {
    let of_row = |row: &Row, faults: &mut Faults| {
        let of = record_types.get(&RecordTypeId::new(row.text("of")?))?;
        let flow = flows.get(&FlowId::new(row.text("flow")?))?;
        let subject_type = of.subject.as_ref().and_then(|id| subject_types.get(id));
        let is_about = flow.subject == "record"
            || subject_type.is_some_and(|found| *flow.subject == *found.id.as_str());
        if !is_about {
            let problem = problems::opening_flow_of_others(&flow.id, &of.id);
            faults.cell(row, "flow", problem);
        }
        let fields = fields(row, of, flow, names, faults);
        let date = date(row, of, faults);
        let unit_from = match (subject_type, row.has("unit_from")) {
            (Some(subject_type), true) => unit_from(row, subject_type, faults),
            (None, true) => {
                let named = row.texts("unit_from").join(", ");
                let problem = problems::opening_without_unit(&of.id, named);
                faults.cell(row, "unit_from", problem);
                Vec::new()
            }
            (_, false) => Vec::new(),
        };
        let within_days = number(row, WITHIN, faults);
        let table = names.schema.table(of.id.as_str())?;
        let when = names.filter(row, "when", table, Purpose::Constraint, faults)?;
        for path in when.columns() {
            if let ColumnPath::Own(name) = &path
                && of.fields.get(&**name).is_some_and(|field| field.personal)
            {
                faults.cell(row, "when", problems::personal_in_opening(name));
            }
        }
        Some(Opening {
            of: of.id.clone(),
            flow: flow.id.clone(),
            when,
            fields,
            date,
            within_days,
            unit_from,
            basis: row.name("basis"),
        })
    };
    rows.of("opening")
        .iter()
        .filter_map(|row| of_row(row, faults))
        .collect()
}

fn date(row: &Row, of: &RecordType, faults: &mut Faults) -> FieldId {
    let Some(name) = row.text("date") else {
        return FieldId::new(DAY);
    };
    match field_of(row, "date", name, of, faults) {
        Some(field) if field.field_type == FieldType::Date => field.id.clone(),
        Some(field) => {
            faults.cell(row, "date", problems::not_a_date_field(&field.id));
            FieldId::new(DAY)
        }
        None => FieldId::new(DAY),
    }
}

/// A field of the record that is not personal.
fn field_of<'a>(
    row: &Row,
    column: &str,
    name: &str,
    of: &'a RecordType,
    faults: &mut Faults,
) -> Option<&'a Field> {
    let Some(field) = of.fields.get(name) else {
        let known = of.fields.keys().map(FieldId::as_str);
        let span = row.span_of(column);
        unknown_in(
            faults,
            ("record_type", of.id.as_str()),
            ("field", name),
            known,
            span,
        );
        return None;
    };
    if field.personal {
        faults.cell(row, column, problems::personal_in_opening(name));
    }
    Some(field)
}

/// What the record fills in: inputs of the opening, each with a field that it can hold.
fn fields(
    row: &Row,
    of: &RecordType,
    flow: &Flow,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Vec<(FieldId, FieldId)> {
    let taken = || flow.filing.requires.iter().chain(&flow.filing.sets);
    let mut found: Vec<(FieldId, FieldId)> = Vec::new();
    for (text, span) in row.texts_placed("fields") {
        let (input, field) = text.split_once('=').unwrap_or((&*text, &*text));
        let (input, name) = (FieldId::new(input.trim()), field.trim());
        if found.iter().any(|(known, _)| *known == input) {
            faults.at(span.clone(), problems::listed_twice(&input));
        }
        let declared = flow
            .field(&input)
            .filter(|_| taken().any(|id| *id == input));
        let Some(declared) = declared else {
            let known = taken().map(FieldId::as_str).collect::<Vec<_>>().join(", ");
            faults.at(
                span,
                problems::opening_input_unknown(&input, &flow.id, known),
            );
            continue;
        };
        let Some(field) = field_of(row, "fields", name, of, faults) else {
            continue;
        };
        if !fits(&declared.kind, &field.field_type, names) {
            faults.at(span, problems::opening_misfit(&field.id, &input));
        }
        found.push((input, field.id.clone()));
    }
    let lacking = flow.filing.requires.iter();
    let lacking: Vec<&str> = lacking
        .filter(|id| !found.iter().any(|(input, _)| input == *id))
        .map(FieldId::as_str)
        .collect();
    if !lacking.is_empty() {
        let problem = problems::opening_lacks(&flow.id, lacking.join(", "));
        faults.cell(row, "fields", problem);
    }
    found
}

/// Whether an input can hold every value of a field.
fn fits(kind: &FieldKind, field_type: &FieldType, names: &Names<'_>) -> bool {
    let codes = |vocabulary: &Vocabulary, choices: &[casework::Choice]| {
        let mut codes = vocabulary.codes.keys();
        codes.all(|code| {
            choices
                .iter()
                .any(|choice| *choice.id.as_str() == *code.as_str())
        })
    };
    match (kind, field_type) {
        (
            FieldKind::Text,
            FieldType::Text | FieldType::Number | FieldType::Decimal(_) | FieldType::Money,
        )
        | (FieldKind::Integer | FieldKind::Decimal { .. }, FieldType::Number)
        | (FieldKind::Day, FieldType::Date) => true,
        (FieldKind::Decimal { scale }, FieldType::Decimal(places)) => places <= scale,
        (FieldKind::Decimal { scale }, FieldType::Money) => *scale >= 2,
        (FieldKind::Choice(choices), FieldType::Choice(vocabulary)) => names
            .vocabularies
            .get(vocabulary)
            .is_some_and(|vocabulary| codes(vocabulary, choices)),
        _ => false,
    }
}

pub(super) fn corrections(
    rows: &Rows,
    record_types: &IndexMap<RecordTypeId, RecordType>,
    flows: &IndexMap<FlowId, Flow>,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Vec<Correction> {
    let of_row = |row: &Row, faults: &mut Faults| {
        let flow = flows.get(&FlowId::new(row.text("flow")?))?;
        let of = record_types.get(&RecordTypeId::new(row.text("of")?))?;
        let owner = ("flow", flow.id.as_str());
        let action = ActionId::new(row.text("action")?);
        if flow.action(&action).is_none() {
            let known = flow.actions.iter().map(|action| action.id.as_str());
            let wanted = ("action", action.as_str());
            unknown_in(faults, owner, wanted, known, row.span_of("action"));
        }
        let field = field_of(row, "field", row.text("field")?, of, faults)?;
        let to = match (row.text("value"), row.text("input")) {
            (Some(value), None) => {
                if let FieldType::Choice(id) = &field.field_type
                    && let Some(vocabulary) = names.vocabularies.get(id)
                    && !vocabulary.codes.contains_key(&**value)
                {
                    let known = vocabulary.codes.keys().map(|code| code.as_str());
                    let owner = ("vocabulary", id.as_str());
                    unknown_in(faults, owner, ("code", value), known, row.span_of("value"));
                }
                Corrected::Value(value.clone())
            }
            (None, Some(input)) => {
                let input = FieldId::new(input);
                match flow.field(&input) {
                    None => {
                        let known = flow.fields.iter().map(|field| field.id.as_str());
                        let wanted = ("field", input.as_str());
                        unknown_in(faults, owner, wanted, known, row.span_of("input"));
                    }
                    Some(found) if !fits_back(&found.kind, &field.field_type, names) => {
                        let problem = problems::opening_misfit(&input, &field.id);
                        faults.cell(row, "input", problem);
                    }
                    Some(_) => {}
                }
                Corrected::Input(input)
            }
            _ => {
                faults.at(row.span.clone(), problems::correction_of_nothing());
                return None;
            }
        };
        Some(Correction {
            flow: flow.id.clone(),
            action,
            of: of.id.clone(),
            field: field.id.clone(),
            to,
        })
    };
    rows.of("correction")
        .iter()
        .filter_map(|row| of_row(row, faults))
        .collect()
}

/// Whether a field of a record can hold every value of an input.
pub(super) fn fits_back(kind: &FieldKind, field_type: &FieldType, names: &Names<'_>) -> bool {
    match (kind, field_type) {
        (FieldKind::Text, FieldType::Text)
        | (FieldKind::Integer, FieldType::Number | FieldType::Decimal(_) | FieldType::Money)
        | (FieldKind::Day, FieldType::Date) => true,
        (FieldKind::Decimal { scale }, FieldType::Decimal(places)) => scale <= places,
        (FieldKind::Decimal { scale }, FieldType::Money) => *scale <= 2,
        (FieldKind::Choice(choices), FieldType::Choice(id)) => {
            names.vocabularies.get(id).is_some_and(|vocabulary| {
                let mut choices = choices.iter();
                choices.all(|choice| vocabulary.codes.contains_key(choice.id.as_str()))
            })
        }
        _ => false,
    }
}
