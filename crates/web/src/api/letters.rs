//! Responsibility letters: how each stands, its text, and signing it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::Day;
use office::Office;
use office::letters::{Letter as Found, LetterState, letter_due, scorecard_of};
use office::spaces::SignatureRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cases::stored;
use super::door::{Asked, Body, Head, Problem, Refused};
use super::plan::{Done, Text, no_scorecard};
use crate::problems;
use crate::site::Site;

/// A signature. Who signed is told by role and unit; persons stand in the ledger's private part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Signature {
    /// The entry.
    entry: u64,
    /// Civil day.
    day: String,
    /// Position of the programme whose text was signed.
    programme: u64,
    /// SHA-256 of the text, in hex.
    sha256: String,
    /// Role of who signed.
    role: String,
    /// Unit of who signed.
    unit: Option<String>,
}

pub(super) fn signature(office: &Office, row: &SignatureRow) -> Result<Signature, base::Problem> {
    let actor = office.actor_of(row.by)?.unwrap_or_default();
    Ok(Signature {
        entry: row.at,
        day: row.day.clone(),
        programme: row.programme,
        sha256: row.sha256.clone(),
        role: actor.role,
        unit: actor.unit,
    })
}

/// A signing of a letter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Signing {
    /// The unit's signature; its entry is the letter's number.
    unit: Signature,
    /// The leading group's.
    group: Option<Signature>,
    /// Scans of the paper, SHA-256 in hex; what was erased is left out.
    scans: Vec<String>,
}

/// A unit's letter in short.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterShort)]
pub(crate) struct Short {
    /// Unit.
    unit: String,
    /// `unsigned`, `changed` (signed, and the plan is another one since), `signed` (by the unit) or `complete`.
    state: &'static str,
    /// SHA-256 in hex of the text as the programme makes it now: what a signature names.
    sha256: String,
    /// Day by which it is to be signed; `null` where the programme names none.
    due_on: Option<String>,
    /// Whether a change in mid-year waits for the unit's confirmation.
    is_change_pending: bool,
    /// Signings, oldest first; the last counts.
    signings: Vec<Signing>,
}

/// A unit's letter with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Letter {
    /// In short.
    #[serde(flatten)]
    short: Short,
    /// The text that is hashed and signed.
    content: String,
}

fn short(office: &Office, found: &Found, due: Option<Day>) -> Result<Short, Refused> {
    let programme = office.programme()?;
    let scorecard = scorecard_of(&programme).ok_or_else(no_scorecard)?;
    let mut signings = Vec::new();
    for signed in &found.row.signed {
        let group = signed.group.as_ref();
        signings.push(Signing {
            unit: signature(office, &signed.unit)?,
            group: group.map(|row| signature(office, row)).transpose()?,
            scans: office
                .scans_of(signed)?
                .into_iter()
                .map(|piece| piece.sha256)
                .collect(),
        });
    }
    let pending = office.pending_change(scorecard, &found.unit, &found.row)?;
    Ok(Short {
        unit: found.unit.clone(),
        state: found.state().as_str(),
        sha256: found.sha256.clone(),
        due_on: due.map(|due| due.to_string()),
        is_change_pending: pending.is_some(),
        signings,
    })
}

/// Which letters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those that stand so: `unsigned`, `changed`, `signed`, `complete`.
    state: Option<String>,
}

/// The letters of every unit that has a part in the plan of the year, in the programme's order.
#[utoipa::path(get, path = "/plan/letters", tag = "plan", params(Which), responses(
    (status = 200, body = Vec<Short>), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn letters(
    State(site): State<Site>,
    head: Head,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let which = match which {
        Ok(Asked(which)) => which,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let wanted = match &which.state {
            None => None,
            Some(text) => {
                let all = LetterState::ALL.into_iter();
                let found = all.into_iter().find(|state| state.as_str() == text);
                Some(found.ok_or_else(|| problems::not_understood("state", text))?)
            }
        };
        let programme = office.programme()?;
        let scorecard = scorecard_of(&programme).ok_or_else(no_scorecard)?;
        let due = letter_due(&programme, scorecard, &programme.year);
        let letters = office.letters(scorecard)?;
        letters
            .iter()
            .filter(|letter| wanted.is_none_or(|wanted| letter.state() == wanted))
            .map(|letter| short(office, letter, due))
            .collect::<Result<Vec<_>, Refused>>()
    })
    .await
}

/// A unit's letter of the year, with its text.
#[utoipa::path(get, path = "/plan/letters/{unit}", tag = "plan",
    params(("unit" = String, Path, description = "unit")), responses(
    (status = 200, body = Letter), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn letter(
    State(site): State<Site>,
    head: Head,
    Path(unit): Path<String>,
) -> Response {
    site.api_read(head, move |office, _| {
        let programme = office.programme()?;
        let scorecard = scorecard_of(&programme).ok_or_else(no_scorecard)?;
        let due = letter_due(&programme, scorecard, &programme.year);
        let found = office.letter(scorecard, &unit);
        let found = found.map_err(Refused::not_found)?;
        Ok(Letter {
            short: short(office, &found, due)?,
            content: found.content,
        })
    })
    .await
}

/// Signs a unit's letter for the unit. A signature is an entry of the ledger and cannot be undone.
#[utoipa::path(post, path = "/plan/letters/{unit}/signature", tag = "plan",
    params(("unit" = String, Path, description = "unit"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Text, responses(
    (status = 201, body = Done),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sign(
    State(site): State<Site>,
    head: Head,
    Path(unit): Path<String>,
    body: Result<Body<Text>, Refused>,
) -> Response {
    let body = match body {
        Ok(Body(body)) => body,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        let scorecard = scorecard(office).map_err(one)?;
        let entry = office
            .sign_letter(&scorecard, &unit, &body.sha256)
            .map_err(one)?;
        Ok(Done {
            entry,
            position: office.position().0,
        })
    })
    .await
}

/// The scorecard over units of the programme in force.
fn scorecard(office: &Office) -> Result<base::ScorecardId, base::Problem> {
    let programme = office.programme()?;
    scorecard_of(&programme)
        .cloned()
        .ok_or_else(|| office::problems::unknown_scorecard("unit", ""))
}

/// A scan of a letter that was signed on paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scan {
    /// SHA-256 in hex of evidence that was stored.
    evidence: String,
    /// The file's name.
    #[serde(default)]
    name: Option<String>,
}

/// Adds a scan to the last signing of a unit's letter.
#[utoipa::path(post, path = "/plan/letters/{unit}/scans", tag = "plan",
    params(("unit" = String, Path, description = "unit"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Scan, responses(
    (status = 201, body = Done),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn scan(
    State(site): State<Site>,
    head: Head,
    Path(unit): Path<String>,
    body: Result<Body<Scan>, Refused>,
) -> Response {
    let body = match body {
        Ok(Body(body)) => body,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        let name = body.name.as_deref().map(crate::posted::bare_name);
        let piece = stored(office, &body.evidence, name.as_deref()).map_err(one)?;
        let scorecard = scorecard(office).map_err(one)?;
        let entry = office.attach_scan(&scorecard, &unit, piece).map_err(one)?;
        Ok(Done {
            entry,
            position: office.position().0,
        })
    })
    .await
}

/// A letter to be countersigned: the unit and the text that was read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    /// Unit.
    unit: String,
    /// SHA-256 in hex of the text that the unit signed.
    #[schema(min_length = 64, max_length = 64)]
    sha256: String,
}

/// Letters to be countersigned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Countersigning {
    /// All of them, or none.
    #[schema(min_items = 1)]
    letters: Vec<Chosen>,
}

/// How many were signed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Countersigned {
    /// How many; those that were countersigned before are not signed again.
    signed: usize,
    /// The ledger's position after it.
    position: u64,
}

/// Signs letters for the leading group: all or none.
#[utoipa::path(post, path = "/plan/countersignatures", tag = "plan",
    params(("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Countersigning, responses(
    (status = 201, body = Countersigned),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn countersign(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<Countersigning>, Refused>,
) -> Response {
    let body = match body {
        Ok(Body(body)) => body,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let scorecard = scorecard(office).map_err(|problem| vec![problem])?;
        let chosen: Vec<(String, String)> = body
            .letters
            .iter()
            .map(|letter| (letter.unit.clone(), letter.sha256.clone()))
            .collect();
        let signed = office.countersign_letters(&scorecard, &chosen)?;
        Ok(Countersigned {
            signed,
            position: office.position().0,
        })
    })
    .await
}
