//! The inputs of a record's form: one for each field, by its type, with what the browser can check itself.
//! What the server checks is the same as for an import (`office::record::draft`).

use std::collections::BTreeMap;

use base::{Day, Problem, Ratio};
use office::record::Fault;
use programme::model::{Field, FieldType, Identity, RecordType};

use super::list::CHOICES_MAX;
use crate::look::Look;
use crate::words::Words;

/// Longest text that one line takes; longer ones get several.
const LINE_MAX: u32 = 120;

/// An input.
pub(crate) struct Input {
    pub id: String,
    pub label: String,
    pub note: String,
    /// `text`, `area`, `number`, `day`, `select`, `boxes`, `subject`, `file`.
    pub kind: &'static str,
    pub value: String,
    /// Code, name, whether it is chosen.
    pub choices: Vec<(String, String, bool)>,
    pub is_required: bool,
    pub is_personal: bool,
    /// What stands behind the number.
    pub suffix: &'static str,
    pub least: String,
    pub greatest: String,
    pub step: String,
    pub length_max: u32,
    /// Of a subject: its type, the name that was typed, how its identity is called.
    pub subject_type: String,
    pub subject_name: String,
    pub identity_pattern: &'static str,
    pub faults: Vec<Problem>,
}

/// What was typed, by field; choices of several as one text.
pub(crate) type Typed = BTreeMap<String, String>;

/// The inputs of a type's form as it stands.
pub(crate) fn inputs(
    look: &Look<'_>,
    record_type: &RecordType,
    typed: &Typed,
    faults: &[Fault],
    is_revision: bool,
) -> Vec<Input> {
    record_type
        .fields
        .values()
        .map(|field| input(look, field, typed, faults, is_revision))
        .collect()
}

fn input(
    look: &Look<'_>,
    field: &Field,
    typed: &Typed,
    faults: &[Fault],
    is_revision: bool,
) -> Input {
    let words = Words { lang: look.lang() };
    let id = field.id.to_string();
    let value = typed.get(&id).cloned().unwrap_or_default();
    let (mut kind, choices) = kind_of(look, field, &value);
    // What a browser's own input would not show is kept as it was typed.
    let is_clean = value.is_empty()
        || match kind {
            "number" => Ratio::parse_decimal(&value).is_some(),
            "day" => Day::parse(&value).is_ok(),
            _ => true,
        };
    if !is_clean {
        kind = "text";
    }
    let bound = |bound: &Option<Ratio>| {
        bound
            .as_ref()
            .map(programme::shown::decimal)
            .unwrap_or_default()
    };
    let mut notes: Vec<String> = Vec::new();
    let note = look.text(&field.note);
    if !note.is_empty() {
        notes.push(note.to_owned());
    }
    match (kind, &field.field_type) {
        (_, FieldType::Period) => {
            notes.push(
                words
                    .say(
                        "如 2018、2018-Q1、2018-06",
                        "such as 2018, 2018-Q1, 2018-06",
                    )
                    .to_owned(),
            );
        }
        (_, FieldType::Place) => notes.push(
            words
                .say("地名，或“经度,纬度”", "a name, or `longitude,latitude`")
                .to_owned(),
        ),
        ("number", _) => match (bound(&field.min), bound(&field.max)) {
            (least, greatest) if !least.is_empty() && !greatest.is_empty() => {
                notes.push(format!("{least}–{greatest}"));
            }
            (least, _) if !least.is_empty() && least != "0" => notes.push(format!("≥ {least}")),
            (_, greatest) if !greatest.is_empty() => notes.push(format!("≤ {greatest}")),
            _ => {}
        },
        _ => {}
    }
    if field.personal {
        notes.push(
            match is_revision {
                true => words.say(
                    "个人信息：不显示；留空则保持原样",
                    "personal: not shown; left empty it stays as it is",
                ),
                false => words.say(
                    "个人信息：单独保存，提交后不再显示",
                    "personal: kept apart, and not shown again",
                ),
            }
            .to_owned(),
        );
    }
    let subject = match &field.field_type {
        FieldType::Subject(of) => look.programme.subject_types.get(of),
        _ => None,
    };
    Input {
        label: look.text(&field.name).to_owned(),
        note: notes.join(words.say("；", "; ")),
        kind,
        choices,
        is_required: field.required && !(is_revision && field.personal),
        is_personal: field.personal,
        suffix: match field.field_type {
            FieldType::Money => words.say("元", "CNY"),
            _ => "",
        },
        least: bound(&field.min),
        greatest: bound(&field.max),
        step: match &field.field_type {
            FieldType::Number => "1".to_owned(),
            FieldType::Money => "0.01".to_owned(),
            FieldType::Decimal(scale) => super::shown::scaled(1, *scale),
            _ => "any".to_owned(),
        },
        length_max: field.max_length.unwrap_or(4000),
        subject_type: subject
            .map(|found| found.id.to_string())
            .unwrap_or_default(),
        subject_name: typed.get("subject_name").cloned().unwrap_or_default(),
        identity_pattern: match subject {
            Some(found) if found.identity == Identity::Uscc => words.say(
                "十八位统一社会信用代码，或已有企业的名称",
                "18-sign unified social credit code, or the name of one that is known",
            ),
            _ => words.say(
                "编号，或已有对象的名称",
                "identity, or the name of one that is known",
            ),
        },
        faults: faults
            .iter()
            .filter(|fault| fault.field.as_ref() == Some(&field.id))
            .map(|fault| fault.problem.clone())
            .collect(),
        value,
        id,
    }
}

fn kind_of(
    look: &Look<'_>,
    field: &Field,
    value: &str,
) -> (&'static str, Vec<(String, String, bool)>) {
    match &field.field_type {
        FieldType::Text
            if field.max_length.is_none_or(|most| most > LINE_MAX)
                && field.id.as_str() != "number" =>
        {
            ("area", Vec::new())
        }
        FieldType::Text | FieldType::Place | FieldType::Period => ("text", Vec::new()),
        FieldType::Number | FieldType::Decimal(_) | FieldType::Money => ("number", Vec::new()),
        FieldType::Date => ("day", Vec::new()),
        FieldType::File => ("file", Vec::new()),
        FieldType::Subject(_) => ("subject", Vec::new()),
        FieldType::Choice(vocabulary) | FieldType::Choices(vocabulary) => {
            let is_several = matches!(field.field_type, FieldType::Choices(_));
            let chosen: Vec<&str> = value.split(['|', '、']).map(str::trim).collect();
            let codes = look.programme.vocabularies.get(vocabulary);
            let codes = codes
                .map(|found| found.codes.values())
                .into_iter()
                .flatten();
            let choices: Vec<_> = codes
                .filter(|code| {
                    chosen.contains(&code.id.as_str())
                        || (code.valid_from <= look.today && look.today <= code.valid_to)
                })
                .map(|code| {
                    let is_chosen = chosen.contains(&code.id.as_str());
                    (
                        code.id.to_string(),
                        look.text(&code.name).to_owned(),
                        is_chosen,
                    )
                })
                .collect();
            let is_known = is_several
                || value.is_empty()
                || choices.iter().any(|(_, _, is_chosen)| *is_chosen);
            if choices.len() > CHOICES_MAX || !is_known {
                ("text", Vec::new())
            } else {
                (if is_several { "boxes" } else { "select" }, choices)
            }
        }
        FieldType::Unit => {
            let choices: Vec<_> = look
                .programme
                .units
                .values()
                .filter(|unit| unit.id.as_str() == value || unit.is_valid_on(look.today))
                .map(|unit| {
                    let id = unit.id.to_string();
                    let is_chosen = id == value;
                    (id, look.unit_name(unit.id.as_str()), is_chosen)
                })
                .collect();
            let is_known = value.is_empty() || choices.iter().any(|(_, _, is_chosen)| *is_chosen);
            if choices.len() > CHOICES_MAX || !is_known {
                ("text", Vec::new())
            } else {
                ("select", choices)
            }
        }
    }
}
