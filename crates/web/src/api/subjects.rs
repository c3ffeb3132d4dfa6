//! Subjects (enterprises, places, products): their types, a list in order of identity, and the same as a stream.
//!
//! A page goes on from an identity, so what is made known meanwhile moves nothing that was read. Persons are
//! subjects too; they are neither listed nor searched here, as on the pages.

use std::io::{BufWriter, Write as _};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use office::Office;
use programme::model::{Programme, Scored, SubjectType as Declared};
use serde::{Deserialize, Serialize};
use sheet::{Cell, DelimitedOptions, DelimitedOut};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Head, Named, Problem, Refused, Scope};
use super::lists::{Form, Written};
use crate::pages::records::export::{Chunks, PIECE_BYTES, PIECE_ROWS, PIECES_AHEAD, Sender};
use crate::problems;
use crate::site::Site;

/// Most subjects of one page; of one with ratings fewer, as each is scored.
const LIMIT_MAX: usize = 1000;
const RATED_MAX: usize = 200;

/// A type of subjects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectType {
    /// Identifier.
    id: String,
    /// Name.
    name: Named,
    /// Name of its identity, such as a credit code.
    identity: Named,
    /// Whether its subjects are persons: they are not listed.
    is_personal: bool,
    /// How many are known.
    count: usize,
    /// The scorecard that rates them.
    rated_by: Option<String>,
}

fn rated_by<'p>(programme: &'p Programme, of: &Declared) -> Option<&'p base::ScorecardId> {
    programme
        .scorecards
        .iter()
        .find(|(_, card)| matches!(&card.of, Scored::Subjects(found) if *found == of.id))
        .map(|(id, _)| id)
}

/// All types of subjects.
#[utoipa::path(get, path = "/subject-types", tag = "subjects", responses(
    (status = 200, body = Vec<SubjectType>), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn types(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        let programme = office.programme()?;
        let types = programme.subject_types.values();
        Ok(types
            .map(|found| SubjectType {
                id: found.id.to_string(),
                name: Named::from(&found.name),
                identity: Named::from(&found.identity_name),
                is_personal: found.personal,
                count: office.mirror().subject_count(found.id.as_str()),
                rated_by: rated_by(&programme, found).map(ToString::to_string),
            })
            .collect::<Vec<_>>())
    })
    .await
}

/// Which subjects.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// A piece of the name or identity.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many at most, up to 1000, rated up to 200; 100 when missing.
    limit: Option<usize>,
    /// With the grade and total of each, where a scorecard rates the type.
    #[serde(default)]
    rated: bool,
}

/// A subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Subject {
    /// Identity.
    subject: String,
    /// The name by which it was last made known; its identity without one.
    name: String,
    /// Grade as of today, where it was asked for and there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Total as of today.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
}

/// A page of subjects.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubjectsPage)]
pub(crate) struct Page {
    /// In the order of their identities.
    subjects: Vec<Subject>,
    /// How many of the type are known, whatever was asked for.
    known: usize,
    /// The position that this page includes.
    position: u64,
    /// Ask with it as `after` for more; `null` at the end.
    next: Option<String>,
}

/// The type, if its subjects may be listed.
fn type_of<'p>(programme: &'p Programme, id: &str) -> Result<&'p Declared, Refused> {
    let found = programme
        .subject_types
        .get(id)
        .ok_or_else(|| Refused::no_such(("对象类型", "subject type"), id))?;
    if found.personal {
        return Err(problems::persons_are_not_listed(&found.name.zh, &found.name.en).into());
    }
    Ok(found)
}

/// Subjects after one that have a text in name or identity.
fn some<'o>(
    office: &'o Office,
    of: &str,
    q: &str,
    after: Option<&str>,
    most: usize,
) -> Vec<(&'o str, &'o str)> {
    let upper = q.to_uppercase();
    office
        .mirror()
        .subjects_after(of, after)
        .filter(|(id, name)| q.is_empty() || name.contains(q) || id.contains(&upper) || *id == q)
        .take(most)
        .collect()
}

/// Subjects of a type in the order of their identities, a page at a time.
#[utoipa::path(get, path = "/subject-types/{type}/subjects", tag = "subjects",
    params(("type" = String, Path, description = "subject type"), Which), responses(
    (status = 200, body = Page), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn subjects(
    State(site): State<Site>,
    head: Head,
    Path(id): Path<String>,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let which = match which {
        Ok(Asked(which)) => which,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let programme = office.programme()?;
        let of = type_of(&programme, &id)?;
        let (at, today) = (office.position(), office.today()?);
        let rater = match rated_by(&programme, of).filter(|_| which.rated) {
            Some(scorecard) => Some(office.rater(scorecard, at)?),
            None => None,
        };
        let most = if rater.is_some() {
            RATED_MAX
        } else {
            LIMIT_MAX
        };
        let limit = which.limit.unwrap_or(100).clamp(1, most);
        let q = which.q.as_deref().unwrap_or_default().trim();
        let mut found = some(office, &id, q, which.after.as_deref(), limit + 1);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let columns = office.mirror().columns();
        Ok(Page {
            next: found
                .last()
                .map(|(id, _)| (*id).to_owned())
                .filter(|_| has_more),
            known: office.mirror().subject_count(&id),
            position: at.0,
            subjects: found
                .into_iter()
                .map(|(id, name)| {
                    let rater = rater.as_ref();
                    let card = rater.and_then(|rater| rater.rate_one(columns, id, today, at).ok());
                    Subject {
                        subject: id.to_owned(),
                        name: name.to_owned(),
                        grade: card.as_ref().and_then(|card| card.grade.clone()),
                        total: card.and_then(|card| card.total_text),
                    }
                })
                .collect(),
        })
    })
    .await
}

/// Which subjects are streamed.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Searched {
    /// A piece of the name or identity.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// All subjects of a type as one stream of any length, in the order of their identities. A stream that breaks off
/// ends without its last line break.
#[utoipa::path(get, path = "/subject-types/{type}/stream", tag = "subjects",
    params(("type" = String, Path, description = "subject type"), Written, Searched), responses(
    (status = 200, content((String = "application/x-ndjson"), (String = "text/csv"))),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn stream(
    State(site): State<Site>,
    head: Head,
    Path(id): Path<String>,
    written: Result<Asked<Written>, Refused>,
    searched: Result<Asked<Searched>, Refused>,
) -> Response {
    let (written, searched) = match (written, searched) {
        (Ok(Asked(written)), Ok(Asked(searched))) => (written, searched),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    let lang = head.lang;
    let of = id.clone();
    let begun = site
        .blocking(move |site| {
            head.caller(site, Scope::Read)?;
            site.office().read(|office| {
                let programme = office.programme()?;
                type_of(&programme, &id)?;
                Ok::<_, Refused>(office.position().0)
            })?
        })
        .await
        .unwrap_or_else(|problem| Err(problem.into()));
    let position = match begun {
        Ok(position) => position,
        Err(refused) => return refused.in_language(lang).into_response(),
    };
    let form = written.form();
    let (send, pieces) = mpsc::channel::<Result<Bytes, std::io::Error>>(PIECES_AHEAD);
    // On a thread of its own: a slow reader must not hold one of those that answer.
    std::thread::spawn(move || {
        let failed = send.clone();
        let q = searched.q.unwrap_or_default();
        if let Err(problem) = write(&site, &of, q.trim(), form, send) {
            let told = std::io::Error::other(problem.line(lang));
            let _ = failed.blocking_send(Err(told));
        }
    });
    (
        StatusCode::OK,
        [
            (CONTENT_TYPE.as_str(), form.content_type().to_owned()),
            ("zhicheng-position", position.to_string()),
        ],
        Body::from_stream(ReceiverStream::new(pieces)),
    )
        .into_response()
}

fn write(site: &Site, of: &str, q: &str, form: Form, send: Sender) -> Result<(), base::Problem> {
    let mut out = BufWriter::with_capacity(PIECE_BYTES, Chunks { send });
    match form {
        Form::Ndjson => {
            each(site, of, q, |subject, name| {
                let line = Subject {
                    subject,
                    name,
                    grade: None,
                    total: None,
                };
                serde_json::to_writer(&mut out, &line).map_err(problems::cannot_export)?;
                out.write_all(b"\n").map_err(problems::cannot_export)
            })?;
            out.flush().map_err(problems::cannot_export)
        }
        Form::Csv => {
            let options = DelimitedOptions::default();
            let mut file = DelimitedOut::start(out, &["subject", "name"], options)?;
            each(site, of, q, |subject, name| {
                file.write_row(&[Cell::text(subject), Cell::text(name)])
            })?;
            file.finish()?.flush().map_err(problems::cannot_export)
        }
    }
}

/// Gives every subject. A piece is taken out before any of it is written, because whoever reads the stream may be
/// slow, and meanwhile others read and write here.
fn each(
    site: &Site,
    of: &str,
    q: &str,
    mut take: impl FnMut(String, String) -> Result<(), base::Problem>,
) -> Result<(), base::Problem> {
    let mut after: Option<String> = None;
    loop {
        let piece: Vec<(String, String)> = site.office().read(|office| {
            some(office, of, q, after.as_deref(), PIECE_ROWS)
                .into_iter()
                .map(|(id, name)| (id.to_owned(), name.to_owned()))
                .collect()
        })?;
        let is_last = piece.len() < PIECE_ROWS;
        after = piece.last().map(|(id, _)| id.clone());
        for (id, name) in piece {
            take(id, name)?;
        }
        if is_last {
            return Ok(());
        }
    }
}
