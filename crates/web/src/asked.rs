//! What a request says before anyone looks at who sent it: address, language, cookies, what the browser
//! has already.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use base::Lang;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The cookie of a session.
pub(crate) const SESSION_COOKIE: &str = "zhicheng_session";
/// The cookie of a chosen language.
pub(crate) const LANG_COOKIE: &str = "zhicheng_lang";

/// A request, without its body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub uri: Uri,
    /// The reader's language.
    pub lang: Lang,
    /// The session's token.
    pub token: Option<String>,
    /// The ETag of what the browser has.
    pub has: Option<String>,
    /// Where it comes from, for the lock-out.
    pub address: IpAddr,
}

impl Asked {
    /// Path and query, as in links.
    pub fn address_here(&self) -> String {
        self.uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string)
    }

    /// A proof that a link for one purpose was made for this session. It is no proof for a form, since
    /// addresses are seen by more than forms are.
    pub fn proof(&self, purpose: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"zhicheng link\0");
        hasher.update(purpose.as_bytes());
        hasher.update(b"\0");
        hasher.update(self.token.as_deref().unwrap_or_default().as_bytes());
        hex::encode(hasher.finalize())
    }

    /// Whether that is such a proof.
    pub fn is_proof(&self, purpose: &str, proof: &str) -> bool {
        let own = self.proof(purpose);
        self.token.is_some() && bool::from(own.as_bytes().ct_eq(proof.as_bytes()))
    }

    /// The session's proof against forged forms, see [`csrf_of`].
    pub fn csrf(&self) -> String {
        csrf_of(self.token.as_deref().unwrap_or_default())
    }
}

/// What a form of this session must bring: bound to the session's secret, so that nothing is kept for
/// it, and not the secret itself.
pub(crate) fn csrf_of(token: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"zhicheng form\0");
    hasher.update(token.as_bytes());
    hex::encode(hasher.finalize())
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Infallible> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Ok(Asked {
            uri: parts.uri.clone(),
            lang: lang_of_headers(&parts.headers),
            token: cookie(&parts.headers, SESSION_COOKIE),
            has: text(IF_NONE_MATCH),
            address: parts
                .extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip()),
        })
    }
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

/// The chosen language, else the browser's first that we speak, else Chinese.
pub(crate) fn lang_of_headers(headers: &HeaderMap) -> Lang {
    if let Some(chosen) = cookie(headers, LANG_COOKIE).and_then(|text| Lang::parse(&text)) {
        return chosen;
    }
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .into_iter()
        .flat_map(|value| value.split(','))
        .find_map(|tag| Lang::parse(tag.trim().get(..2)?))
        .unwrap_or_default()
}
