//! Evidence files: images, PDF and text are shown, everything else is downloaded; nothing runs. The pieces of
//! a case can be leafed through, in the drawer beside a grid or as a page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ledger::EvidenceHash;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;

/// Most signs of a text that are shown; the file itself has all.
const SIGNS_MAX: usize = 20_000;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/evidence/{sha256}", get(file))
        .route("/cases/{number}/evidence/{sha256}", get(piece))
}

/// One piece of a case, with the ones before and after it.
#[derive(Template)]
#[template(path = "pages/evidence/piece.html")]
struct PieceView {
    frame: Frame,
    case: u64,
    what: String,
    unit: String,
    sha256: String,
    /// `image`, `pdf`, `text` or `file`.
    kind: &'static str,
    text: String,
    is_cut: bool,
    size: String,
    nth: usize,
    of: usize,
    before: Option<String>,
    after: Option<String>,
}

async fn piece(
    State(site): State<Site>,
    asked: Asked,
    Path((number, sha256)): Path<(u64, String)>,
) -> Response {
    site.page(asked, move |look| show(look, number, &sha256))
        .await
}

fn show(look: &Look<'_>, number: u64, sha256: &str) -> Result<Page, Refused> {
    let case = look.office.case(number).map_err(Refused::missing)?;
    let none = || Refused::no_such(("佐证材料", "evidence"), sha256);
    let pieces = look.office.pieces_of(number)?;
    let nth = pieces
        .iter()
        .position(|piece| piece.sha256 == sha256)
        .ok_or_else(none)?;
    let found = pieces.get(nth).ok_or_else(none)?;
    let hash = EvidenceHash::parse(sha256).ok_or_else(none)?;
    let bytes = look.office.evidence().get(hash).map_err(|_| none())?;
    let kind = match kind_of(&bytes) {
        "application/pdf" => "pdf",
        "application/octet-stream" => "file",
        text if text.starts_with("text/") => "text",
        _ => "image",
    };
    let whole = String::from_utf8_lossy(&bytes);
    let text: String = if kind == "text" {
        whole.chars().take(SIGNS_MAX).collect()
    } else {
        String::new()
    };
    let at = |nth: Option<usize>| {
        let piece = pieces.get(nth?)?;
        Some(format!("/cases/{number}/evidence/{}", piece.sha256))
    };
    let words = crate::words::Words { lang: look.lang() };
    Page::of(&PieceView {
        frame: look.frame(if found.name.is_empty() {
            sha256
        } else {
            &found.name
        }),
        case: number,
        what: crate::pages::work::title_of(look, &case),
        unit: case
            .about
            .unit
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        sha256: sha256.to_owned(),
        kind,
        is_cut: kind == "text" && text.len() < whole.len(),
        text,
        size: format!("{} kB", words.count(bytes.len().div_ceil(1000))),
        nth: nth + 1,
        of: pieces.len(),
        before: at(nth.checked_sub(1)),
        after: at(nth.checked_add(1)),
    })
}

async fn file(State(site): State<Site>, asked: Asked, Path(sha256): Path<String>) -> Response {
    site.file(asked, move |look| {
        let none = || Refused::no_such(("佐证材料", "evidence"), &sha256);
        let hash = EvidenceHash::parse(&sha256).ok_or_else(none)?;
        let bytes = look.office.evidence().get(hash).map_err(|_| none())?;
        let kind = kind_of(&bytes);
        let disposition = if kind == "application/octet-stream" {
            "attachment"
        } else {
            "inline"
        };
        Ok((
            [
                (CONTENT_TYPE, kind),
                (CONTENT_DISPOSITION, disposition),
                // It never changes, but erasing it must reach every browser.
                (CACHE_CONTROL, "private, no-cache"),
                // A file that somebody handed in runs nothing here. Browsers show a PDF in a viewer of
                // their own, which a sandbox would keep from starting; it is framed by a record's page.
                (
                    CONTENT_SECURITY_POLICY,
                    if kind == "application/pdf" {
                        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
                    } else {
                        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
                    },
                ),
                (X_FRAME_OPTIONS, "SAMEORIGIN"),
            ],
            bytes,
        )
            .into_response())
    })
    .await
}

/// By its first bytes, never by its name.
fn kind_of(bytes: &[u8]) -> &'static str {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
    ];
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return kind;
    }
    if bytes.get(..4) == Some(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    let is_text = bytes.len() <= 1024 * 1024
        && std::str::from_utf8(bytes).is_ok_and(|text| {
            !text
                .chars()
                .any(|sign| sign.is_control() && !"\n\r\t".contains(sign))
        });
    if is_text {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}
