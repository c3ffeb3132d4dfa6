//! Fields of records and subjects: their types and what may be written beside each type.
//!
//! The reserved fields that every record has (`day`, `unit`, `place`, and `subject` where it has one)
//! stand first; a package may give them names, aliases and defaults, never another type.

use std::sync::Arc;

use base::{Day, FieldId, Period, Scaled, SubjectTypeId, Text, VocabularyId};
use indexmap::IndexMap;

use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{Field, FieldType, Vocabulary};
use crate::problems;
use crate::rows::Row;

/// The most decimal places of a field.
pub const FIELD_SCALE_MAX: u8 = 9;

/// Whose fields they are.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    /// A record type, and the type of its subjects with the name of their identity.
    Record(Option<(&'a SubjectTypeId, &'a Text)>),
    /// A subject type.
    Subject,
}

/// Names that a column of the schema has already, or one of the exported table.
const RESERVED_IN_SUBJECTS: &[&str] = &[
    "id",
    "name",
    "registered_on",
    "version_from",
    "version_to",
    "added",
    "hidden",
];
const RESERVED_IN_RECORDS: &[&str] = &["id", "added", "hidden"];

/// The columns that say something of some types only: column, types.
const OF_TYPES: &[(&str, &[&str])] = &[
    ("scale", &["decimal"]),
    ("vocabulary", &["choice", "choices"]),
    ("subject_type", &["subject"]),
    ("date_patterns", &["date"]),
    ("min", &["number", "decimal", "money"]),
    ("max", &["number", "decimal", "money"]),
    ("max_length", &["text"]),
];

/// The columns that some types cannot do without: type, column.
const NEEDED: &[(&str, &str)] = &[
    ("decimal", "scale"),
    ("choice", "vocabulary"),
    ("choices", "vocabulary"),
    ("subject", "subject_type"),
];

/// The fields of a record or subject type.
pub(super) fn build(
    rows: &Rows,
    of: &Arc<str>,
    owner: Owner<'_>,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) -> IndexMap<FieldId, Field> {
    let mut fields = IndexMap::new();
    if let Owner::Record(subject) = owner {
        for field in reserved(subject) {
            fields.insert(field.id.clone(), field);
        }
    }
    for row in rows.under("field", of) {
        let Some(id) = row.text("id") else { continue };
        let field = match fields.get(&**id) {
            Some(reserved) => said_of_reserved(rows, row, reserved, vocabularies, faults),
            None => declared(rows, row, owner, vocabularies, faults),
        };
        if let Some(field) = field {
            fields.insert(field.id.clone(), field);
        }
    }
    fields
}

fn reserved(subject: Option<(&SubjectTypeId, &Text)>) -> Vec<Field> {
    let field = |id: &str, name: Text, field_type: FieldType, required: bool| Field {
        id: FieldId::new(id),
        name,
        field_type,
        required,
        personal: false,
        aliases: Vec::new(),
        empty: None,
        date_patterns: Vec::new(),
        min: None,
        max: None,
        max_length: None,
        default: None,
        note: Text::default(),
        row: None,
    };
    let mut fields = vec![
        field("day", Text::new("日期", "Day"), FieldType::Date, true),
        field(
            "unit",
            Text::new("责任单位", "Responsible unit"),
            FieldType::Unit,
            false,
        ),
        field(
            "place",
            Text::new("所在地", "Place"),
            FieldType::Unit,
            false,
        ),
    ];
    if let Some((subject_type, identity_name)) = subject {
        fields.push(field(
            "subject",
            identity_name.clone(),
            FieldType::Subject(subject_type.clone()),
            true,
        ));
    }
    fields
}

/// A reserved field with what the package says of it.
fn said_of_reserved(
    rows: &Rows,
    row: &Arc<Row>,
    reserved: &Field,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) -> Option<Field> {
    let id = &reserved.id;
    let type_word = match &reserved.field_type {
        FieldType::Date => "date",
        FieldType::Subject(_) => "subject",
        _ => "unit",
    };
    if row.text("type").is_some_and(|word| &**word != type_word) {
        faults.cell(row, "type", problems::reserved_type(id, type_word));
    }
    for column in [
        "scale",
        "vocabulary",
        "subject_type",
        "min",
        "max",
        "max_length",
    ] {
        if row.has(column) {
            faults.cell(row, column, problems::column_not_of_type(column, type_word));
        }
    }
    if type_word != "date" && row.has("date_patterns") {
        faults.cell(
            row,
            "date_patterns",
            problems::column_not_of_type("date_patterns", type_word),
        );
    }
    if row.bool("personal") == Some(true) {
        faults.cell(row, "personal", problems::reserved_personal(id));
    }
    if id.as_str() == "day" && row.bool("required") == Some(false) {
        faults.cell(row, "required", problems::day_is_required());
    }
    let mut field = common(row, id.clone(), reserved.field_type.clone(), faults);
    field.required = row.bool("required").unwrap_or(reserved.required);
    check_default(rows, row, &field, vocabularies, faults);
    Some(field)
}

fn declared(
    rows: &Rows,
    row: &Arc<Row>,
    owner: Owner<'_>,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) -> Option<Field> {
    let id = row.text("id")?;
    let taken = match owner {
        Owner::Record(_) => RESERVED_IN_RECORDS,
        Owner::Subject => RESERVED_IN_SUBJECTS,
    };
    if taken.contains(&&**id) {
        faults.cell(row, "id", problems::reserved_name(id, taken.join(", ")));
        return None;
    }
    if matches!(owner, Owner::Record(None)) && &**id == "subject" {
        faults.cell(
            row,
            "id",
            problems::record_without_subject(row.text("of").map_or("", |of| &**of)),
        );
        return None;
    }
    let Some(word) = row.text("type") else {
        faults.at(
            row.span.clone(),
            problems::field_without_type(id, crate::tables::FIELD_TYPES.join(", ")),
        );
        return None;
    };
    for (column, types) in OF_TYPES {
        if row.has(column) && !types.contains(&&**word) {
            faults.cell(row, column, problems::column_not_of_type(column, word));
        }
    }
    for (of_type, column) in NEEDED {
        if *of_type == &**word && !row.has(column) {
            faults.cell(row, "type", problems::type_needs_column(word, column));
        }
    }
    let field_type = field_type(row, word, faults)?;
    let mut field = common(row, FieldId::new(id), field_type, faults);
    field.required = row.bool("required").unwrap_or(false);
    field.personal = row.bool("personal").unwrap_or(false);
    if let (Some(min), Some(max)) = (&field.min, &field.max)
        && min > max
    {
        faults.cell(
            row,
            "max",
            problems::min_above_max(super::shown(min), super::shown(max)),
        );
    }
    check_default(rows, row, &field, vocabularies, faults);
    Some(field)
}

fn field_type(row: &Row, word: &str, faults: &mut Faults) -> Option<FieldType> {
    Some(match word {
        "text" => FieldType::Text,
        "number" => FieldType::Number,
        // Without a sound scale the field goes on with two places, so that its uses are not faulty too.
        "decimal" => FieldType::Decimal(scale(row, faults).unwrap_or(2)),
        "money" => FieldType::Money,
        "date" => FieldType::Date,
        "choice" => FieldType::Choice(VocabularyId::new(row.text("vocabulary")?)),
        "choices" => FieldType::Choices(VocabularyId::new(row.text("vocabulary")?)),
        "subject" => FieldType::Subject(SubjectTypeId::new(row.text("subject_type")?)),
        "unit" => FieldType::Unit,
        "file" => FieldType::File,
        "place" => FieldType::Place,
        "period" => FieldType::Period,
        _ => return None,
    })
}

/// The decimal places that a row declares.
pub(super) fn scale(row: &Row, faults: &mut Faults) -> Option<u8> {
    let number = row.int("scale")?;
    let scale = u8::try_from(number)
        .ok()
        .filter(|scale| *scale <= FIELD_SCALE_MAX);
    if scale.is_none() {
        faults.cell(
            row,
            "scale",
            problems::number_out_of_range("scale", number, 0, FIELD_SCALE_MAX),
        );
    }
    scale
}

/// A whole number of a cell that must be from `least` up to what 32 bits hold.
pub(super) fn count(row: &Row, column: &str, least: u32, faults: &mut Faults) -> Option<u32> {
    let number = row.int(column)?;
    let count = u32::try_from(number).ok().filter(|count| *count >= least);
    if count.is_none() {
        faults.cell(
            row,
            column,
            problems::number_out_of_range(column, number, least, u32::MAX),
        );
    }
    count
}

fn common(row: &Arc<Row>, id: FieldId, field_type: FieldType, faults: &mut Faults) -> Field {
    check_date_patterns(row, faults);
    Field {
        id,
        name: row.name("name"),
        field_type,
        required: false,
        personal: false,
        aliases: row.texts("aliases"),
        empty: row.has("empty").then(|| row.texts("empty")),
        date_patterns: row.texts("date_patterns"),
        min: row.decimal("min").cloned(),
        max: row.decimal("max").cloned(),
        max_length: count(row, "max_length", 1, faults),
        default: row.text("default").cloned(),
        note: row.name("note"),
        row: Some(row.clone()),
    }
}

/// A pattern has year, month and day once each; several patterns agree whether the month or the day
/// comes first where the year stands last, for `02/03/2018` cannot mean two days.
fn check_date_patterns(row: &Row, faults: &mut Faults) {
    let mut day_first = None;
    for (pattern, span) in row.texts_placed("date_patterns") {
        let at = |sign: &str| {
            pattern
                .find(sign)
                .filter(|_| pattern.matches(sign).count() == 1)
        };
        let rest = ["%Y", "%m", "%d", "%H", "%M", "%S", "%I", "%p"]
            .iter()
            .fold(pattern.to_string(), |text, sign| text.replace(sign, ""));
        match (at("%Y"), at("%m"), at("%d")) {
            (Some(year), Some(month), Some(day)) if !rest.contains('%') => {
                let year_last = year > month && year > day;
                if year_last
                    && day_first
                        .replace(day < month)
                        .is_some_and(|before| before != (day < month))
                {
                    faults.at(span, problems::date_patterns_disagree());
                }
            }
            _ => faults.at(span, problems::bad_date_pattern(&pattern)),
        }
    }
}

/// A default must be a value that the field would take.
fn check_default(
    rows: &Rows,
    row: &Row,
    field: &Field,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) {
    let Some(default) = &field.default else {
        return;
    };
    let span = row.span_of("default");
    let number = |scale: u8| {
        Scaled::parse(default, scale)
            .map(|scaled| scaled.to_ratio())
            .map_err(base::Problem::from)
    };
    let known_code = |vocabulary: &VocabularyId, code: &str, faults: &mut Faults| {
        let Some(vocabulary) = vocabularies.get(vocabulary) else {
            return;
        };
        if !vocabulary.codes.contains_key(code) {
            let known = vocabulary.codes.keys().map(|code| code.as_str());
            unknown_in(
                faults,
                ("vocabulary", vocabulary.id.as_str()),
                ("code", code),
                known,
                span.clone(),
            );
        }
    };
    let value = match &field.field_type {
        FieldType::Number => Some(number(0)),
        FieldType::Decimal(scale) => Some(number(*scale)),
        FieldType::Money => Some(number(2)),
        FieldType::Date => {
            if let Err(error) = Day::parse(default) {
                faults.at(span.clone(), error.into());
            }
            None
        }
        FieldType::Period => {
            if let Err(error) = Period::parse(default, base::AssessmentStart::default()) {
                faults.at(span.clone(), error.into());
            }
            None
        }
        FieldType::Choice(vocabulary) => {
            known_code(vocabulary, default, faults);
            None
        }
        FieldType::Choices(vocabulary) => {
            for code in default.split(';') {
                known_code(vocabulary, code.trim(), faults);
            }
            None
        }
        FieldType::Unit => {
            if rows.find("unit", default).is_none() {
                super::references::unknown(faults, "unit", default, rows.ids("unit"), span.clone());
            }
            None
        }
        FieldType::Text => {
            if field
                .max_length
                .is_some_and(|most| default.chars().count() > most as usize)
            {
                faults.at(span.clone(), problems::default_outside(default));
            }
            None
        }
        FieldType::Subject(_) | FieldType::File | FieldType::Place => None,
    };
    match value {
        Some(Err(problem)) => faults.at(span, problem),
        Some(Ok(value)) => {
            let below = field.min.as_ref().is_some_and(|min| value < *min);
            let above = field.max.as_ref().is_some_and(|max| value > *max);
            if below || above {
                faults.at(span, problems::default_outside(default));
            }
        }
        None => {}
    }
}
