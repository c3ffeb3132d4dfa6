//! Evidence files: images, PDF and text are shown, everything else is downloaded; nothing runs.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ledger::EvidenceHash;

use crate::answer::Refused;
use crate::asked::Asked;
use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/evidence/{sha256}", get(file))
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
