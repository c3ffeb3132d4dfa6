//! Subject types and record types: identity, fields, keys, header aliases and constraints.

use std::collections::HashMap;
use std::sync::Arc;

use base::{FieldId, Lang, RecordTypeId, SubjectTypeId, Text, VocabularyId};
use indexmap::IndexMap;

use super::expressions::Names;
use super::fields::{self, Owner, count};
use super::references::{unknown, unknown_in};
use super::{Faults, Rows};
use crate::expr::Purpose;
use crate::model::{Constraint, Field, FieldType, Identity, RecordType, SubjectType, Vocabulary};
use crate::problems;
use crate::rows::Row;

/// Names that mean a table or a kind of case already.
const RESERVED_TYPES: &[&str] = &[
    "unit", "target", "item", "record", "subject", "case", "none",
];

pub(super) fn subject_types(
    rows: &Rows,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) -> IndexMap<SubjectTypeId, SubjectType> {
    let mut types = IndexMap::new();
    for row in rows.of("subject_type") {
        let Some(id) = row.text("id") else { continue };
        check_type_name(rows, row, id, faults);
        let identity = match row.text("identity").map(|word| &**word) {
            Some("uscc") => Identity::Uscc,
            _ => Identity::Text,
        };
        let fields = fields::build(rows, id, Owner::Subject, vocabularies, faults);
        let id = SubjectTypeId::new(id);
        types.insert(
            id.clone(),
            SubjectType {
                id,
                name: row.name("name"),
                identity,
                personal: row.bool("personal").unwrap_or(false),
                identity_name: row
                    .bilingual("identity_name")
                    .cloned()
                    .unwrap_or_else(|| default_identity_name(identity)),
                identity_aliases: row.texts("identity_aliases"),
                name_aliases: row.texts("name_aliases"),
                fields,
                row: row.clone(),
            },
        );
    }
    for subject_type in types.values() {
        check_headers(&subject_headers(subject_type), faults);
    }
    types
}

fn default_identity_name(identity: Identity) -> Text {
    match identity {
        Identity::Uscc => Text::new("统一社会信用代码", "Unified social credit code"),
        Identity::Text => Text::new("编号", "Identifier"),
    }
}

fn check_type_name(rows: &Rows, row: &Row, id: &Arc<str>, faults: &mut Faults) {
    if RESERVED_TYPES.contains(&&**id) {
        faults.cell(
            row,
            "id",
            problems::reserved_name(id, RESERVED_TYPES.join(", ")),
        );
    }
    if row.table.name == "record_type" && rows.find("subject_type", id).is_some() {
        faults.cell(row, "id", problems::record_and_subject_type(id));
    }
}

pub(super) fn record_types(
    rows: &Rows,
    subject_types: &IndexMap<SubjectTypeId, SubjectType>,
    vocabularies: &IndexMap<VocabularyId, Vocabulary>,
    faults: &mut Faults,
) -> IndexMap<RecordTypeId, RecordType> {
    check_owners(rows, faults);
    let mut types = IndexMap::new();
    for row in rows.of("record_type") {
        let Some(id) = row.text("id") else { continue };
        check_type_name(rows, row, id, faults);
        let subject = row.text("subject").map(SubjectTypeId::new);
        let subject_type = subject
            .as_ref()
            .and_then(|subject| subject_types.get(subject));
        // The subject type may be faulty; the record still has a subject then.
        let no_name = Text::default();
        let named = subject.as_ref().map(|id| {
            (
                id,
                subject_type.map_or(&no_name, |known| &known.identity_name),
            )
        });
        let fields = fields::build(rows, id, Owner::Record(named), vocabularies, faults);
        let record_type = RecordType {
            id: RecordTypeId::new(id),
            name: row.name("name"),
            subject,
            key: key(row, id, &fields, faults),
            evidence_at_least: count(row, "evidence_at_least", 0, faults).unwrap_or(0),
            evidence: row.name("evidence"),
            continuation: row.bool("continuation").unwrap_or(false),
            future: row.bool("future").unwrap_or(false),
            fields,
            constraints: Vec::new(),
            row: row.clone(),
        };
        check_headers(&record_headers(&record_type, subject_type), faults);
        check_lines(&record_type, faults);
        types.insert(record_type.id.clone(), record_type);
    }
    types
}

/// The lines of a batch are told apart by their key: the first field says which batch it is (a day alone
/// says nothing), another which line.
fn check_lines(record_type: &RecordType, faults: &mut Faults) {
    let own = record_type.key.iter().filter(|id| id.as_str() != "day");
    if record_type.continuation && !record_type.key.is_empty() && own.count() < 2 {
        faults.cell(
            &record_type.row,
            "key",
            problems::lines_have_one_key(&record_type.id),
        );
    }
}

/// Fields and constraints belong to a type that exists.
fn check_owners(rows: &Rows, faults: &mut Faults) {
    for row in rows.of("field") {
        let Some(of) = row.text("of") else { continue };
        if rows.find("record_type", of).is_none() && rows.find("subject_type", of).is_none() {
            let known = rows.ids("record_type").chain(rows.ids("subject_type"));
            unknown(faults, "type", of, known, row.span_of("of"));
        }
    }
    for row in rows.of("constraint") {
        let Some(of) = row.text("of") else { continue };
        if rows.find("record_type", of).is_none() {
            unknown(
                faults,
                "record_type",
                of,
                rows.ids("record_type"),
                row.span_of("of"),
            );
        }
    }
}

fn key(
    row: &Row,
    id: &str,
    fields: &IndexMap<FieldId, Field>,
    faults: &mut Faults,
) -> Vec<FieldId> {
    let mut key: Vec<FieldId> = Vec::new();
    for (name, span) in row.texts_placed("key") {
        let Some(field) = fields.get(&*name) else {
            let known = fields.keys().map(|known| known.as_str());
            unknown_in(faults, ("record_type", id), ("field", &name), known, span);
            continue;
        };
        if key.contains(&field.id) {
            faults.at(span.clone(), problems::listed_twice(&name));
        }
        if field.personal {
            faults.at(span, problems::personal_in_key(&name));
        } else if field.field_type == FieldType::File {
            faults.at(span, problems::file_in_key(&name));
        }
        key.push(field.id.clone());
    }
    key
}

/// Adds the constraints once the schema is known.
pub(super) fn constraints(
    rows: &Rows,
    types: &mut IndexMap<RecordTypeId, RecordType>,
    names: &Names<'_>,
    faults: &mut Faults,
) {
    for record_type in types.values_mut() {
        let Some(table) = names.schema.table(record_type.id.as_str()) else {
            continue;
        };
        for row in rows.under("constraint", record_type.id.as_str()) {
            let Some(rule) = names.filter(row, "rule", table, Purpose::Constraint, faults) else {
                continue;
            };
            let Some(id) = row.text("id") else { continue };
            record_type.constraints.push(Constraint {
                id: id.clone(),
                rule,
                message: row.name("message"),
            });
        }
    }
}

/// A spelling of a column's header: whose it is, how it is spelt, and where it stands.
struct Header<'a> {
    owner: String,
    spelling: String,
    row: &'a Row,
    column: &'static str,
}

fn field_headers<'a>(fields: &'a IndexMap<FieldId, Field>, type_row: &'a Row) -> Vec<Header<'a>> {
    let mut headers = Vec::new();
    for field in fields.values() {
        let row = field.row.as_deref().unwrap_or(type_row);
        let mut add = |spelling: &str, column| {
            headers.push(Header {
                owner: field.id.to_string(),
                spelling: spelling.to_owned(),
                row,
                column,
            });
        };
        add(field.id.as_str(), "id");
        add(field.name.get(Lang::Zh), "name");
        add(field.name.get(Lang::En), "name");
        for alias in &field.aliases {
            add(alias, "aliases");
        }
    }
    headers
}

fn subject_headers(subject_type: &SubjectType) -> Vec<Header<'_>> {
    let mut headers = identity_headers(subject_type, &subject_type.row, "id");
    headers.extend(field_headers(&subject_type.fields, &subject_type.row));
    headers
}

fn identity_headers<'a>(
    subject_type: &'a SubjectType,
    row: &'a Row,
    identity: &str,
) -> Vec<Header<'a>> {
    let mut headers = Vec::new();
    let mut add = |owner: &str, spelling: &str, column| {
        headers.push(Header {
            owner: owner.to_owned(),
            spelling: spelling.to_owned(),
            row,
            column,
        });
    };
    add(
        identity,
        subject_type.identity_name.get(Lang::Zh),
        "identity_name",
    );
    add(
        identity,
        subject_type.identity_name.get(Lang::En),
        "identity_name",
    );
    for alias in &subject_type.identity_aliases {
        add(identity, alias, "identity_aliases");
    }
    for alias in &subject_type.name_aliases {
        add("name", alias, "name_aliases");
    }
    headers
}

fn record_headers<'a>(
    record_type: &'a RecordType,
    subject_type: Option<&'a SubjectType>,
) -> Vec<Header<'a>> {
    let mut headers = Vec::new();
    if let Some(subject_type) = subject_type {
        headers.extend(identity_headers(subject_type, &subject_type.row, "subject"));
    }
    headers.extend(field_headers(&record_type.fields, &record_type.row));
    headers
}

/// No header stands for two columns.
fn check_headers(headers: &[Header<'_>], faults: &mut Faults) {
    let mut taken: HashMap<String, &str> = HashMap::new();
    for header in headers {
        let key = header.spelling.trim().to_lowercase();
        if key.is_empty() {
            continue;
        }
        let owner = taken.entry(key).or_insert(&header.owner);
        if *owner != header.owner {
            let span = super::spellings::span_of(header.row, header.column, &header.spelling);
            faults.at(
                span,
                problems::header_twice(&header.spelling, *owner, &header.owner),
            );
        }
    }
}
