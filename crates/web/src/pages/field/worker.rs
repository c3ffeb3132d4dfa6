//! What the phone's own part needs: the service worker under an address within its scope, and who is signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::account_of;
use crate::asked::Asked;
use crate::assets::text_of;
use crate::look::look_again;
use crate::site::{BUILD, Site};

/// Header by which a worker below `/field/` may serve `/field` itself.
const ALLOWED: &str = "service-worker-allowed";

/// Assets without which a page of the field view does not open.
const SHELL: &[&str] = &[
    "site.css",
    "site.js",
    "icons.svg",
    "mark.svg",
    "filters.js",
    "drawer.js",
    "live.js",
    "drafts.js",
    "copy.js",
    "tips.js",
    "suggest.js",
    "drop.js",
    "grid.js",
    "lazy.js",
    "size.js",
    "refresh.js",
    "field.js",
    "field-form.js",
    "field-ink.js",
    "field-out.js",
    "field-queue.js",
];

/// The service worker. What differs from build to build heads it, so that a browser sees when it is another.
pub(super) async fn script() -> Response {
    let shell: Vec<String> = SHELL
        .iter()
        .map(|name| format!("/assets/{BUILD}/{name}"))
        .collect();
    let head = format!(
        "\"use strict\";\nconst BUILD = {};\nconst SHELL = {};\n",
        json!(BUILD),
        json!(shell)
    );
    let body = text_of("field-worker.js").unwrap_or_default();
    (
        [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (CACHE_CONTROL, "no-cache"),
            (HeaderName::from_static(ALLOWED), "/field"),
        ],
        format!("{head}{body}"),
    )
        .into_response()
}

/// Who is signed in, for what waits on a phone: its account, the proof for forms, the server's time.
pub(super) async fn session(State(site): State<Site>, asked: Asked) -> Response {
    let done = site
        .blocking(move |site| {
            look_again(site, &asked, |look| {
                let who = look.visitor().ok()?;
                Some(json!({
                    "account": account_of(who),
                    "name": who.name,
                    "csrf": asked.csrf(),
                    "now": site.now().as_micros() / 1000,
                }))
            })
        })
        .await;
    let answer = match done {
        Ok(Ok(Some(told))) => (StatusCode::OK, Json(told)),
        Ok(Ok(None)) => (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "state": "sign_in" })),
        ),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "state": "later" })),
        ),
    };
    ([(CACHE_CONTROL, "no-store")], answer).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_load_is_kept_for_them() {
        // A module that a page imports and the worker does not keep would be missing without a network.
        let site = text_of("site.js").unwrap();
        for line in site.lines().filter(|line| line.starts_with("import ")) {
            let name = line
                .split("\"./")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            assert!(SHELL.contains(&name.unwrap_or(line)), "{line}");
        }
        for name in SHELL {
            assert!(text_of(name).is_some(), "{name}");
        }
    }
}
