//! Papers: those that were issued, one with its file, issuing one and declaring one void.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::Position;
use office::Office;
use office::papers::{About, Paper as Found, PaperKind, PaperRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Body, Caller, Head, Number, Problem, Refused, Scope};
use super::records::Why;
use crate::pages::papers::may_read;
use crate::problems;
use crate::site::Site;

/// Most papers of one answer.
const LIMIT_MAX: usize = 500;
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which papers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only this kind: `letter`, `supervision`, `circular`, `rectification`, `summary`, `confirmation`.
    kind: Option<String>,
    /// Only papers about this unit, case or sealing.
    about: Option<String>,
    /// Only papers before this number: `next` of the answer before.
    before: Option<u64>,
    /// How many at most, up to 500; 100 when missing.
    limit: Option<usize>,
}

/// A paper.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Paper {
    /// Its entry, by which it is asked for.
    paper: u64,
    /// Kind.
    kind: String,
    /// The unit, case or sealing that it is about; empty: the programme's year.
    about: String,
    /// Its number as it is written; empty of papers without one.
    number: String,
    /// Civil day.
    day: String,
    /// Position as of which its values hold.
    values_at: u64,
    /// What was typed for it.
    typed: BTreeMap<String, String>,
    /// SHA-256 of the file, in hex.
    sha256: String,
    /// SHA-256 of the template, in hex.
    template: String,
    /// Bytes of the file.
    size: u64,
    /// `docx` or `xlsx`.
    format: String,
    /// Whether it is a demonstration's: no official paper.
    is_demonstration: bool,
    /// The day on which it was declared void; its number stays taken.
    voided_on: Option<String>,
    /// Why.
    voided_because: Option<String>,
}

fn shown(found: Found) -> Paper {
    let (voided_on, voided_because) = found.voided.unzip();
    let facts = found.facts;
    Paper {
        paper: found.at.0,
        kind: facts.kind,
        about: facts.about,
        number: facts.text,
        day: facts.day,
        values_at: facts.at,
        typed: facts.parameters,
        sha256: facts.sha256,
        template: facts.template,
        size: facts.size,
        format: facts.format,
        is_demonstration: facts.demonstration,
        voided_on,
        voided_because,
    }
}

/// A page of papers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PapersPage)]
pub(crate) struct Page {
    /// Newest first.
    papers: Vec<Paper>,
    /// Ask with it as `before` for more; `null` at the end.
    next: Option<u64>,
}

/// Papers, newest first: all for whoever issues or oversees them, else those about the own unit.
#[utoipa::path(get, path = "/papers", tag = "papers", params(Which), responses(
    (status = 200, body = Page), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn papers(
    State(site): State<Site>,
    head: Head,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let which = match which {
        Ok(Asked(which)) => which,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, caller| {
        let (role, unit) = caller.standing(office)?;
        if let Some(kind) = &which.kind
            && PaperKind::parse(&*office.programme()?, kind).is_none()
        {
            return Err(problems::not_understood("kind", kind).into());
        }
        let limit = which.limit.unwrap_or(100).clamp(1, LIMIT_MAX);
        let is_wanted = |paper: &Found| {
            which
                .kind
                .as_ref()
                .is_none_or(|kind| paper.facts.kind == *kind)
                && which
                    .about
                    .as_ref()
                    .is_none_or(|about| paper.facts.about == *about)
                && may_read(office, &role, unit.as_deref(), paper)
        };
        let before = which.before.map(Position);
        let mut papers = office.papers_before(before, limit + 1, is_wanted)?;
        let has_more = papers.len() > limit;
        papers.truncate(limit);
        Ok(Page {
            next: papers.last().map(|paper| paper.at.0).filter(|_| has_more),
            papers: papers.into_iter().map(shown).collect(),
        })
    })
    .await
}

/// A paper that whoever asks may read; what may not be read is not there.
fn found(office: &Office, caller: &Caller, at: u64) -> Result<Found, Refused> {
    let none = || Refused::no_such(("公文", "paper"), at);
    let (role, unit) = caller.standing(office)?;
    let paper = office.paper(Position(at)).map_err(|_| none())?;
    if may_read(office, &role, unit.as_deref(), &paper) {
        Ok(paper)
    } else {
        Err(none())
    }
}

/// A paper.
#[utoipa::path(get, path = "/papers/{number}", tag = "papers",
    params(("number" = u64, Path, description = "the paper's entry")), responses(
    (status = 200, body = Paper), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn paper(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, caller| {
        found(office, caller, number).map(shown)
    })
    .await
}

/// A paper's file as it went out.
#[utoipa::path(get, path = "/papers/{number}/file", tag = "papers",
    params(("number" = u64, Path, description = "the paper's entry")), responses(
    (status = 200, content((Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn file(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    let lang = head.lang;
    let done = site
        .blocking(move |site| {
            let caller = head.caller(site, Scope::Read)?;
            site.office().read(|office| {
                let paper = found(office, &caller, number)?;
                let bytes = office.paper_file(&paper)?;
                Ok::<_, Refused>((paper.facts.format, bytes))
            })?
        })
        .await
        .unwrap_or_else(|problem| Err(problem.into()));
    match done {
        Ok((format, bytes)) => {
            let kind = if format == "xlsx" { XLSX } else { DOCX };
            let name = format!("attachment; filename=\"paper-{number}.{format}\"");
            let head = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)];
            (StatusCode::OK, head, bytes).into_response()
        }
        Err(refused) => refused.in_language(lang).into_response(),
    }
}

/// A paper to be issued.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPaper {
    /// `letter`, `supervision`, `circular`, `rectification`, `summary` or `confirmation`.
    kind: String,
    /// The unit, case or sealing that it is about, as its kind says; left out where it is about the year.
    #[serde(default)]
    about: String,
    /// What is typed for it, by name: `issuer`, `signer`, `copied_to`, `note` and what its kind has besides.
    #[serde(default)]
    typed: BTreeMap<String, String>,
    /// The first number of a series that the office began elsewhere.
    #[serde(default)]
    first_number: Option<u32>,
    /// In a demonstration: issue it as a demonstration's paper.
    #[serde(default)]
    as_demonstration: bool,
}

/// A paper that was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Issued {
    /// Its entry.
    paper: u64,
    /// Its number as it is written; empty of papers without one.
    number: String,
    /// The ledger's position after it.
    position: u64,
}

/// Issues a paper by the template in force: it gets its number and is kept with what it was made from.
#[utoipa::path(post, path = "/papers", tag = "papers",
    params(("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once (409, L206)")),
    request_body = NewPaper, responses(
    (status = 201, body = Issued),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn issue(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<NewPaper>, Refused>,
) -> Response {
    let new = match body {
        Ok(Body(new)) => new,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        let programme = office.programme().map_err(one)?;
        let kind = PaperKind::parse(&programme, &new.kind)
            .ok_or_else(|| one(problems::not_understood("kind", &new.kind)))?;
        let known = kind.typed();
        let is_known = |name: &&String| known.iter().any(|field| field.name.en == **name);
        if let Some(name) = new.typed.keys().find(|name| !is_known(name)) {
            return Err(one(problems::not_understood("typed", name)));
        }
        let request = PaperRequest {
            kind,
            about: match kind.about() {
                About::Year => String::new(),
                _ => new.about.clone(),
            },
            typed: new.typed.clone(),
            first_number: new.first_number,
            as_demonstration: new.as_demonstration,
        };
        let at = office.issue_paper(&request).map_err(one)?;
        let number = office.paper(at).map_err(one)?.facts.text;
        Ok(Issued {
            paper: at.0,
            number,
            position: office.position().0,
        })
    })
    .await
}

/// Declares a paper void; its number stays taken.
#[utoipa::path(post, path = "/papers/{number}/void", tag = "papers",
    params(("number" = u64, Path, description = "the paper's entry"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Why, responses(
    (status = 201, body = Paper),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn void(
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
        let one = |problem: base::Problem| vec![problem];
        office
            .void_paper(Position(number), &why.reason)
            .map_err(one)?;
        office.paper(Position(number)).map(shown).map_err(one)
    })
    .await
}
