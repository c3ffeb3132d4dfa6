//! What every answer carries and every request passes: the content security policy, headers against
//! framing and sniffing, limits, compression, and a catch for panics.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::posted::BODY_BYTES_MAX;
use crate::site::Site;
use crate::{answer, asked, problems};

/// No script, style or frame but our own files; forms only to ourselves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; frame-src 'self'; \
     object-src 'none'; base-uri 'none'; manifest-src 'self'; media-src 'self'; worker-src 'self'";

/// Pages are made for one reader and sent once: an eighth more bytes than with the usual 6, for half of its time.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(2);

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(self), geolocation=(self), microphone=()",
    ),
];

pub(crate) fn around(router: Router<Site>, site: &Site) -> Router<Site> {
    let compressed = SizeAbove::new(512).and(NotForContentType::const_new("text/event-stream"));
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(site.clone(), same_site))
        .layer(
            CompressionLayer::new()
                .quality(COMPRESSION)
                .compress_when(compressed),
        )
        .layer(middleware::map_response(add_headers))
        .layer(CatchPanicLayer::new())
}

async fn add_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Refuses what another site's page sends with this site's cookie. Forms prove themselves besides
/// (`Posted::is_of`).
async fn same_site(State(_): State<Site>, request: Request, next: Next) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if changes && is_from_elsewhere(request.headers()) {
        let lang = asked::cookie(request.headers(), asked::LANG_COOKIE)
            .and_then(|text| base::Lang::parse(&text))
            .unwrap_or_default();
        return answer::bare(lang, &problems::forged());
    }
    next.run(request).await
}

fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").map(|(_, rest)| rest) != Some(host),
        // Programs that are no browser send no origin; a browser's form always does.
        _ => false,
    }
}
