//! Style, scripts and icons: built in, under addresses that change with the build, kept by the browser
//! for good.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;

use crate::site::Site;

#[derive(Embed)]
#[folder = "src/assets"]
struct Files;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/assets/{build}/{*name}", get(asset))
}

async fn asset(Path((_, name)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [
            (CONTENT_TYPE, kind_of(&name)),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        file.data,
    )
        .into_response()
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The text of an asset.
pub(crate) fn text_of(name: &str) -> Option<String> {
    let file = Files::get(name)?;
    Some(String::from_utf8_lossy(&file.data).into_owned())
}
