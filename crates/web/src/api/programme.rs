//! The programme in force: what it is, its units, indicators and record types.

use axum::extract::State;
use axum::response::Response;
use programme::model::FieldType;
use serde::Serialize;
use utoipa::ToSchema;

use super::door::{Head, Named, Problem};
use crate::site::Site;

/// The programme in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Programme {
    /// Identifier.
    id: String,
    /// Name.
    name: Named,
    /// Version.
    version: String,
    /// City.
    city: Named,
    /// IANA time zone in which days are counted.
    time_zone: String,
    /// The period that is meant when none is given.
    period: String,
    /// Ledger position that this answer includes.
    position: u64,
    /// Today, by which it is true.
    day: String,
    /// Whether the records are made up.
    is_demonstration: bool,
}

/// What is in force.
#[utoipa::path(get, path = "/programme", tag = "programme", responses(
    (status = 200, body = Programme), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn programme(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        let programme = office.programme()?;
        Ok(Programme {
            id: programme.id.to_string(),
            name: Named::from(&programme.name),
            version: programme.version.to_string(),
            city: Named::from(&programme.city),
            time_zone: programme.time_zone.to_string(),
            period: programme.year.to_string(),
            position: office.position().0,
            day: office.today()?.to_string(),
            is_demonstration: office.nature() == ledger::Nature::Demonstration,
        })
    })
    .await
}

/// A unit as of today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unit {
    /// Identifier.
    id: String,
    /// Name.
    name: Named,
    /// Kind.
    kind: String,
    /// The unit above.
    parent: Option<String>,
    /// Ranking group.
    group: Option<String>,
    /// Whether it exists today.
    is_valid: bool,
}

/// All units in declared order.
#[utoipa::path(get, path = "/units", tag = "programme", responses(
    (status = 200, body = Vec<Unit>), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn units(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        let (programme, today) = (office.programme()?, office.today()?);
        Ok(programme
            .units
            .values()
            .map(|unit| Unit {
                id: unit.id.to_string(),
                name: Named::from(unit.name_on(today)),
                kind: unit.kind.to_string(),
                parent: unit.parent_on(today).map(ToString::to_string),
                group: unit.group_on(today).map(ToString::to_string),
                is_valid: unit.is_valid_on(today),
            })
            .collect::<Vec<_>>())
    })
    .await
}

/// An indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Indicator {
    /// Identifier.
    id: String,
    /// Name.
    name: Named,
}

/// All indicators.
#[utoipa::path(get, path = "/indicators", tag = "figures", responses(
    (status = 200, body = Vec<Indicator>), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn indicators(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        Ok(office
            .programme()?
            .indicators
            .iter()
            .map(|(id, found)| Indicator {
                id: id.to_string(),
                name: Named::from(&found.name),
            })
            .collect::<Vec<_>>())
    })
    .await
}

/// A record type with its fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordType {
    /// Identifier.
    id: String,
    /// Name.
    name: Named,
    /// Type of the subject that a record is about.
    subject: Option<String>,
    /// Fields of its key.
    key: Vec<String>,
    /// Least number of pieces of evidence.
    evidence_at_least: u32,
    /// Fields, the reserved ones first.
    fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Field {
    /// Identifier.
    id: String,
    /// Name, also a header in files.
    name: Named,
    /// `text`, `number`, `decimal`, `money`, `date`, `choice`, `choices`, `subject`, `unit`, `file`,
    /// `place` or `period`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Vocabulary or subject type that it refers to.
    of: Option<String>,
    /// Whether it must be given.
    is_required: bool,
    /// Whether it is personal.
    is_personal: bool,
}

/// All record types.
#[utoipa::path(get, path = "/record-types", tag = "records", responses(
    (status = 200, body = Vec<RecordType>), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn record_types(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        Ok(office
            .programme()?
            .record_types
            .values()
            .map(|found| RecordType {
                id: found.id.to_string(),
                name: Named::from(&found.name),
                subject: found.subject.as_ref().map(ToString::to_string),
                key: found.key.iter().map(ToString::to_string).collect(),
                evidence_at_least: found.evidence_at_least,
                fields: found
                    .fields
                    .values()
                    .map(|field| {
                        let (kind, of) = kind(&field.field_type);
                        Field {
                            id: field.id.to_string(),
                            name: Named::from(&field.name),
                            kind,
                            of,
                            is_required: field.required,
                            is_personal: field.personal,
                        }
                    })
                    .collect(),
            })
            .collect::<Vec<_>>())
    })
    .await
}

fn kind(of: &FieldType) -> (&'static str, Option<String>) {
    match of {
        FieldType::Text => ("text", None),
        FieldType::Number => ("number", None),
        FieldType::Decimal(_) => ("decimal", None),
        FieldType::Money => ("money", None),
        FieldType::Date => ("date", None),
        FieldType::Choice(vocabulary) => ("choice", Some(vocabulary.to_string())),
        FieldType::Choices(vocabulary) => ("choices", Some(vocabulary.to_string())),
        FieldType::Subject(of) => ("subject", Some(of.to_string())),
        FieldType::Unit => ("unit", None),
        FieldType::File => ("file", None),
        FieldType::Place => ("place", None),
        FieldType::Period => ("period", None),
    }
}
