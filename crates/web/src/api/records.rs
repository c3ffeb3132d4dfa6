//! Records: submitting, reading with history, withdrawing; evidence files.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::{FieldId, Place};
use office::Office;
use office::authority::Granted;
use office::entry::{Evidence, Kind};
use office::import::OnOther;
use office::record::{Fault, Receipt, draft};
use programme::model::RecordType;
use serde::{Deserialize, Serialize};
use sheet::Cell;
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Body, Head, Number, Problem, Refused};
use crate::problems;
use crate::site::Site;

/// A record to be submitted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecord {
    /// Field to text, as it would stand in a file: ids or names of units, codes and subjects, days as ISO.
    fields: BTreeMap<String, String>,
    /// Name of the subject, where it is not known yet.
    #[serde(default)]
    subject_name: Option<String>,
    /// Evidence that was stored: SHA-256 in hex.
    #[serde(default)]
    evidence: Vec<String>,
    /// Why: makes it the new version of the record with the same key.
    #[serde(default)]
    revises_because: Option<String>,
}

/// What became of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Its number.
    record: u64,
    /// `added`, `revised`, `unchanged` or `withdrawn`.
    result: &'static str,
    /// The ledger's position after it.
    position: u64,
}

/// Submits a record.
#[utoipa::path(post, path = "/record-types/{type}/records", tag = "records",
    params(("type" = String, Path, description = "record type"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once (`unchanged`, or 409 with L206)")),
    request_body = NewRecord, responses(
    (status = 201, body = Taken),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn submit(
    State(site): State<Site>,
    head: Head,
    Path(type_name): Path<String>,
    body: Result<Body<NewRecord>, Refused>,
) -> Response {
    let new = match body {
        Ok(Body(new)) => new,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        submit_now(office, &type_name, &new)
    })
    .await
}

fn submit_now(
    office: &mut Office,
    type_name: &str,
    new: &NewRecord,
) -> Result<Taken, Vec<base::Problem>> {
    let one = |problem: base::Problem| vec![problem];
    office.authorise(Granted::Submit).map_err(one)?;
    let programme = office.programme().map_err(one)?;
    let record_type = programme.record_types.get(type_name).ok_or_else(|| {
        let known = programme
            .record_types
            .keys()
            .map(base::RecordTypeId::as_str);
        vec![office::problems::unknown_type(
            type_name,
            programme::suggest(type_name, known),
        )]
    })?;
    known_fields(record_type, &new.fields)?;
    let mut evidence = Vec::new();
    for sha256 in &new.evidence {
        evidence.push(stored(office, sha256)?);
    }
    let cell = |id: &FieldId| {
        new.fields
            .get(id.as_str())
            .map(|text| Cell::text(text.clone()))
    };
    let spellings = office.spellings().map_err(one)?;
    let mut made = draft(&programme, &spellings, record_type, cell, evidence)
        .map_err(|faults| placed(type_name, faults))?;
    made.subject_name = new.subject_name.clone();
    let on_other = if new.revises_because.is_some() {
        OnOther::Revise
    } else {
        OnOther::Refuse
    };
    let receipt = office
        .submit(&made, on_other, new.revises_because.clone())
        .map_err(one)?;
    Ok(taken(office, receipt))
}

fn taken(office: &Office, receipt: Receipt) -> Taken {
    let (record, result) = match receipt {
        Receipt::Added(number) => (number, "added"),
        Receipt::Revised(number) => (number, "revised"),
        Receipt::Unchanged(number) => (number, "unchanged"),
    };
    Taken {
        record,
        result,
        position: office.position().0,
    }
}

/// Refuses fields that the type does not have.
fn known_fields(
    record_type: &RecordType,
    fields: &BTreeMap<String, String>,
) -> Result<(), Vec<base::Problem>> {
    let of = record_type.id.as_str();
    let unknown: Vec<base::Problem> = fields
        .keys()
        .filter(|field| !record_type.fields.contains_key(field.as_str()))
        .map(|field| problems::no_such_thing("字段", "field", field).in_place(in_field(of, field)))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(unknown)
    }
}

/// Faults with the fields that they are in.
fn placed(type_name: &str, faults: Vec<Fault>) -> Vec<base::Problem> {
    let place = |fault: Fault| match &fault.field {
        Some(field) => fault
            .problem
            .clone()
            .in_place(in_field(type_name, field.as_str())),
        None => fault.problem,
    };
    faults.into_iter().map(place).collect()
}

fn in_field(type_name: &str, field: &str) -> Place {
    Place {
        column: Some(field.to_owned()),
        ..Place::in_file(type_name)
    }
}

/// A stored file as evidence.
fn stored(office: &Office, sha256: &str) -> Result<Evidence, Vec<base::Problem>> {
    let found = ::ledger::EvidenceHash::parse(sha256)
        .filter(|hash| office.evidence().contains(*hash))
        .and_then(|hash| office.evidence().get(hash).ok());
    match found {
        Some(bytes) => Ok(Evidence {
            sha256: sha256.to_lowercase(),
            name: sha256.get(..12).unwrap_or(sha256).to_owned(),
            size: bytes.len() as u64,
        }),
        None => Err(vec![problems::no_such_thing(
            "佐证材料",
            "evidence",
            sha256,
        )]),
    }
}

/// A version of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    /// Position of its entry.
    position: u64,
    /// When it was recorded (UTC).
    time: String,
    /// `submitted`, `revised` or `withdrawn`.
    what: &'static str,
    /// Why.
    reason: Option<String>,
    /// Its fields as text, personal ones left out.
    fields: BTreeMap<String, String>,
    /// Its evidence by SHA-256 in hex.
    evidence: Vec<String>,
}

/// A record with every version, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Record {
    /// Number.
    record: u64,
    /// Type.
    #[serde(rename = "type")]
    record_type: String,
    /// Versions.
    versions: Vec<Version>,
}

/// A record with its history.
#[utoipa::path(get, path = "/records/{number}", tag = "records",
    params(("number" = u64, Path, description = "the record's number")), responses(
    (status = 200, body = Record), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn history(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let found = office.history(number).map_err(Refused::not_found)?;
        Ok(Record {
            record: number,
            record_type: office.record_type(number).map_err(Refused::not_found)?,
            versions: found
                .into_iter()
                .map(|version| Version {
                    position: version.position.0,
                    time: version.time.to_string(),
                    what: match version.kind {
                        Kind::Revise => "revised",
                        Kind::Withdraw => "withdrawn",
                        _ => "submitted",
                    },
                    reason: version.reason,
                    fields: version.fields.into_iter().collect(),
                    evidence: version
                        .evidence
                        .into_iter()
                        .map(|piece| piece.sha256)
                        .collect(),
                })
                .collect(),
        })
    })
    .await
}

/// The next version of a record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVersion {
    /// Every field as it is to be, as text; a personal one that is left out stays as it was.
    fields: BTreeMap<String, String>,
    /// All of its evidence: SHA-256 in hex.
    #[serde(default)]
    evidence: Vec<String>,
    /// Why.
    reason: String,
}

/// Revises a record: the new version takes the place of the one before, which stays to be seen.
#[utoipa::path(post, path = "/records/{number}/revision", tag = "records",
    params(("number" = u64, Path, description = "the record's number"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once (`unchanged`, or 409 with L206)")),
    request_body = NewVersion, responses(
    (status = 201, body = Taken),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn revise(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
    body: Result<Body<NewVersion>, Refused>,
) -> Response {
    let (number, new) = match (number, body) {
        (Ok(Number(number)), Ok(Body(new))) => (number, new),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        office.authorise(Granted::Submit).map_err(one)?;
        let type_name = office.record_type(number).map_err(one)?;
        let programme = office.programme().map_err(one)?;
        let record_type = programme
            .record_types
            .get(type_name.as_str())
            .ok_or_else(|| {
                one(problems::no_such_thing(
                    "记录类型",
                    "record type",
                    &type_name,
                ))
            })?;
        known_fields(record_type, &new.fields)?;
        let mut evidence = Vec::new();
        for sha256 in &new.evidence {
            evidence.push(stored(office, sha256)?);
        }
        let cell = |id: &FieldId| new.fields.get(id.as_str()).cloned();
        let draft = office
            .draft_revision(number, record_type, cell, evidence)
            .map_err(|faults| placed(&type_name, faults))?;
        let receipt = office.revise(number, &draft, &new.reason).map_err(one)?;
        Ok(taken(office, receipt))
    })
    .await
}

/// Why something is withdrawn.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// The reason.
    pub reason: String,
}

/// Withdraws a record: it counts no more and stays to be seen.
#[utoipa::path(post, path = "/records/{number}/withdrawal", tag = "records",
    params(("number" = u64, Path, description = "the record's number"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Why, responses(
    (status = 201, body = Taken),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn withdraw(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
    why: Result<Body<Why>, Refused>,
) -> Response {
    let (number, why) = match (number, why) {
        (Ok(Number(number)), Ok(Body(why))) => (number, why),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        office
            .withdraw(number, &why.reason)
            .map_err(|problem| vec![problem])?;
        Ok(Taken {
            record: number,
            result: "withdrawn",
            position: office.position().0,
        })
    })
    .await
}

/// The name of a file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileName {
    /// The file's name with its ending.
    name: String,
}

/// A stored file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stored {
    /// SHA-256 in hex, by which records and cases cite it.
    sha256: String,
    /// Bytes.
    size: u64,
}

/// Stores a file as evidence. It counts for nothing until something cites it.
#[utoipa::path(post, path = "/evidence", tag = "records", params(FileName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, body = Stored),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "the file is too large"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn evidence(
    State(site): State<Site>,
    head: Head,
    name: Result<Asked<FileName>, Refused>,
    bytes: Bytes,
) -> Response {
    let name = match name {
        Ok(Asked(found)) => found.name,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let file = crate::posted::Upload {
            field: String::new(),
            name: name.clone(),
            bytes: bytes.to_vec(),
        };
        let one = |problem: base::Problem| vec![problem];
        office.authorise(Granted::Submit).map_err(one)?;
        crate::posted::check_evidence(&file).map_err(one)?;
        let stored = office.store_evidence(&name, &file.bytes).map_err(one)?;
        Ok(Stored {
            sha256: stored.sha256,
            size: stored.size,
        })
    })
    .await
}
