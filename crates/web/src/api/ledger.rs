//! The ledger: how far it reaches, and any entry's facts with its leaf.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::Position;
use office::entry::Kind;
use serde::Serialize;
use utoipa::ToSchema;

use super::door::{Head, Number, Problem, Refused};
use crate::site::Site;

/// How far the ledger reaches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reach {
    /// The log's origin.
    origin: String,
    /// Its size: the position of its last entry.
    size: u64,
    /// The root of the Merkle tree of that size (RFC 6962), in hex.
    root: String,
}

/// The ledger's head.
#[utoipa::path(get, path = "/ledger", tag = "ledger", responses(
    (status = 200, body = Reach), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn head(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        let size = office.position();
        Ok(Reach {
            origin: office.ledger().origin().to_owned(),
            size: size.0,
            root: hex::encode(office.ledger().root_at(size)?),
        })
    })
    .await
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Position.
    position: u64,
    /// Kind, by its number in the leaf.
    kind: u16,
    /// Kind in a word.
    kind_name: String,
    /// When it was recorded (UTC).
    time: String,
    /// The opaque number of who did it.
    actor: u64,
    /// Its facts, exactly the bytes that were committed to, as text.
    facts: String,
}

/// An entry's facts. Private parts are never given.
#[utoipa::path(get, path = "/ledger/entries/{position}", tag = "ledger",
    params(("position" = u64, Path, description = "position")), responses(
    (status = 200, body = Entry), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn entry(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let position = Position(number);
        if number == 0 || position > office.position() {
            return Err(Refused::no_such(("存证", "entry"), number));
        }
        let found = office.ledger().entry(position)?;
        Ok(Entry {
            position: number,
            kind: found.kind,
            kind_name: Kind::from_number(found.kind)
                .map(|kind| format!("{kind:?}"))
                .unwrap_or_default(),
            time: found.time.to_string(),
            actor: found.actor,
            facts: String::from_utf8_lossy(&found.facts).into_owned(),
        })
    })
    .await
}

/// That an entry stands in the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// Position.
    position: u64,
    /// The entry's leaf of 115 bytes, in hex: what the tree's hash is made of.
    leaf: String,
    /// The inclusion proof in a signed checkpoint (C2SP), as text: what `zhicheng prove` prints and the verifier
    /// reads.
    proof: String,
}

/// The proof that an entry stands in the log, in a checkpoint that the log signed.
#[utoipa::path(get, path = "/ledger/entries/{position}/proof", tag = "ledger",
    params(("position" = u64, Path, description = "position; that of a record's version stands in its history")),
    responses(
    (status = 200, body = Proof), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn proof(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let position = Position(number);
        if number == 0 || position > office.position() {
            return Err(Refused::no_such(("存证", "entry"), number));
        }
        let found = office.ledger().entry(position)?;
        // The newest checkpoint that is kept, or a new one where that does not reach so far.
        let kept = office.key_files().signed().ok().flatten();
        let kept = kept
            .and_then(Result::ok)
            .filter(|signed| signed.checkpoint().size >= number);
        Ok(Proof {
            position: number,
            leaf: hex::encode(found.leaf),
            proof: office.prove_inclusion(position, kept)?.to_string(),
        })
    })
    .await
}
