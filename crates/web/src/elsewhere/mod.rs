//! Signing in with a provider of OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! The protocol is the library's (`openidconnect`): discovery, the exchange, the ID token's signature by the
//! provider's keys, issuer, audience, expiry and nonce. What is ours: who may come in. An account is linked to
//! issuer and subject, by who manages people or by the person; a setting may let a claim name an account that
//! is there. No account is ever made of a sign-in. The pages are in `pages/sign_in` and `pages/admin`.

pub(crate) mod setting;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::{Moment, Problem};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use desk::elsewhere::Way;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope, TokenResponse,
};
use serde_json::Value;

use self::setting::Setting;
use crate::outgoing::{ANSWER_BYTES_MAX, Reach, TIMEOUT, agent};
use crate::problems;
use crate::site::Site;

/// How long what a provider says of itself is taken as it was.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// How far the provider's clock may be from ours.
const SKEW_S: i64 = 60;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What a provider said of itself.
struct Known {
    issuer: String,
    metadata: ProviderMetadataWithLogout,
    fetched: Instant,
}

/// What is kept of the provider.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<Arc<Known>>>);

/// Somebody whom the provider knows.
pub(crate) struct Subject {
    pub issuer: String,
    pub id: String,
    /// The login that the claim of the setting names.
    pub claimed: Option<String>,
}

/// A request to the provider failed.
#[derive(Debug)]
pub(crate) struct Failed(String);

impl std::fmt::Display for Failed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// Sends a request of the library.
fn send(request: HttpRequest) -> Result<HttpResponse, Failed> {
    // The administrator names the provider, which mostly stands in the office's own network.
    let failed = |error: ureq::Error| Failed(error.to_string());
    let answer = agent(Reach::Anywhere, TIMEOUT)
        .run(request)
        .map_err(failed)?;
    let (head, mut body) = answer.into_parts();
    let bytes = body
        .with_config()
        .limit(ANSWER_BYTES_MAX)
        .read_to_vec()
        .map_err(failed)?;
    Ok(HttpResponse::from_parts(head, bytes))
}

/// The innermost reason of an error, which says most.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// What the provider says of itself; fetched where that is older than `at_most`.
fn known(site: &Site, setting: &Setting, at_most: Duration) -> Result<Arc<Known>, Problem> {
    let kept = || {
        let kept = &site.shared.elsewhere.0;
        kept.lock().unwrap_or_else(PoisonError::into_inner)
    };
    let fresh = kept()
        .clone()
        .filter(|found| found.issuer == setting.issuer && found.fetched.elapsed() < at_most);
    if let Some(found) = fresh {
        return Ok(found);
    }
    let issuer = IssuerUrl::new(setting.issuer.clone())
        .map_err(|error| problems::provider_not_reached(&setting.issuer, error))?;
    let metadata =
        ProviderMetadataWithLogout::discover(&issuer, &send).map_err(|error| match &error {
            DiscoveryError::Request(_) => {
                problems::provider_not_reached(&setting.issuer, reason(&error))
            }
            DiscoveryError::Response(status, ..) => {
                problems::provider_not_reached(&setting.issuer, format!("HTTP {status}"))
            }
            _ => problems::provider_not_reached(&setting.issuer, reason(&error)),
        })?;
    let found = Arc::new(Known {
        issuer: setting.issuer.clone(),
        metadata,
        fetched: Instant::now(),
    });
    *kept() = Some(found.clone());
    Ok(found)
}

fn client(known: &Known, setting: &Setting) -> Result<Client, Problem> {
    let secret = (!setting.client_secret.is_empty())
        .then(|| ClientSecret::new(setting.client_secret.clone()));
    let back = RedirectUrl::new(setting.back_address())
        .map_err(|_| problems::bad_setting("本站地址", "this site's address"))?;
    // The one way that all providers have to take, unless this one says that it does not.
    let takes_basic = known
        .metadata
        .token_endpoint_auth_methods_supported()
        .is_none_or(|known| known.contains(&CoreClientAuthMethod::ClientSecretBasic));
    Ok(CoreClient::from_provider_metadata(
        known.metadata.clone(),
        ClientId::new(setting.client_id.clone()),
        secret,
    )
    .set_redirect_uri(back)
    .set_auth_type(if takes_basic {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    }))
}

/// Whether the provider answers and is who it is said to be; gives how it signs.
pub(crate) fn try_it(site: &Site, setting: &Setting) -> Result<String, Problem> {
    let found = known(site, setting, Duration::ZERO)?;
    client(&found, setting)?;
    let names: Vec<String> = found
        .metadata
        .id_token_signing_alg_values_supported()
        .iter()
        .filter_map(|name| serde_json::to_value(name).ok())
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    Ok(names.join(", "))
}

/// Begins a way: where to go, and what the browser has to keep.
pub(crate) fn begin(
    site: &Site,
    setting: &Setting,
    back: &str,
    login: Option<&str>,
) -> Result<(String, String), Problem> {
    let known = known(site, setting, KEPT_FOR)?;
    let client = client(&known, setting)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let nonce = Nonce::new_random();
    let way = Way {
        issuer: setting.issuer.clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        back: back.to_owned(),
        login: login.map(str::to_owned),
    };
    let (state, browser) = site.desk().begin_way(&way, site.now())?;
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new(state),
            || nonce,
        )
        .set_pkce_challenge(challenge);
    if let Some(scope) = setting.scope() {
        request = request.add_scope(Scope::new(scope.to_owned()));
    }
    Ok((request.url().0.to_string(), browser))
}

/// Redeems a code for what the provider says of who came.
pub(crate) fn end(
    site: &Site,
    setting: &Setting,
    way: Way,
    code: &str,
) -> Result<Subject, Problem> {
    let known = known(site, setting, KEPT_FOR)?;
    let client = client(&known, setting)?;
    let token = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| problems::token_not_taken(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(way.verifier))
        .request(&send)
        .map_err(|error| match &error {
            RequestTokenError::ServerResponse(answer) => {
                problems::provider_refused(answer.error(), shown(answer.error_description()))
            }
            RequestTokenError::Request(_) => {
                problems::provider_not_reached(&setting.issuer, reason(&error))
            }
            _ => problems::token_not_taken(reason(&error)),
        })?;
    let id_token = token
        .id_token()
        .ok_or_else(|| problems::token_not_taken("no id_token"))?;
    let nonce = Nonce::new(way.nonce);
    let id = match check(&client, id_token, &nonce, site.now()) {
        // Perhaps the provider signs with another key since.
        Err(ClaimsVerificationError::SignatureVerification(_)) => {
            let known = self::known(site, setting, Duration::ZERO)?;
            let client = self::client(&known, setting)?;
            check(&client, id_token, &nonce, site.now())
        }
        checked => checked,
    }
    .map_err(|error| problems::token_not_taken(error.to_string()))?;
    Ok(Subject {
        issuer: setting.issuer.clone(),
        id,
        claimed: claimed(id_token, &setting.claim),
    })
}

fn shown(text: Option<&String>) -> String {
    text.map(String::as_str)
        .unwrap_or_default()
        .chars()
        .filter(|sign| !sign.is_control())
        .take(200)
        .collect()
}

/// The subject of an ID token that holds in everything.
fn check(
    client: &Client,
    token: &CoreIdToken,
    nonce: &Nonce,
    now: Moment,
) -> Result<String, ClaimsVerificationError> {
    use CoreJwsSigningAlgorithm as Signed;
    let moment = |seconds: i64| {
        DateTime::<Utc>::from_timestamp_micros(now.as_micros() + seconds * 1_000_000)
            .unwrap_or_default()
    };
    let verifier = client
        .id_token_verifier()
        // By the provider's own keys, never by a secret that both have, and never unsigned.
        .set_allowed_algs([
            Signed::RsaSsaPkcs1V15Sha256,
            Signed::RsaSsaPkcs1V15Sha384,
            Signed::RsaSsaPkcs1V15Sha512,
            Signed::RsaSsaPssSha256,
            Signed::RsaSsaPssSha384,
            Signed::RsaSsaPssSha512,
            Signed::EcdsaP256Sha256,
            Signed::EcdsaP384Sha384,
            Signed::EdDsa,
        ])
        .set_time_fn(move || moment(-SKEW_S))
        .set_issue_time_verifier_fn(move |issued| {
            if issued > moment(SKEW_S) {
                Err("issued in the future".to_owned())
            } else {
                Ok(())
            }
        });
    let claims = token.claims(&verifier, nonce)?;
    Ok(claims.subject().as_str().to_owned())
}

/// The text of a claim of a token that was checked.
fn claimed(token: &CoreIdToken, claim: &str) -> Option<String> {
    if claim.is_empty() {
        return None;
    }
    let text = token.to_string();
    let body = BASE64_URL_SAFE_NO_PAD
        .decode(text.split('.').nth(1)?)
        .ok()?;
    let claims: Value = serde_json::from_slice(&body).ok()?;
    // A mailbox that nobody proved is anybody's.
    if claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return None;
    }
    let found = claims.get(claim)?.as_str()?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// The account of who came.
pub(crate) fn account_of(site: &Site, setting: &Setting, who: &Subject) -> Result<String, Problem> {
    let desk = site.desk();
    if let Some(login) = desk.login_of(&who.issuer, &who.id)? {
        return Ok(login);
    }
    // The setting says that a claim names an account. It must be there, and nobody else's.
    let account = match &who.claimed {
        Some(login) => desk.account(login)?.filter(|account| !account.is_closed),
        None => None,
    };
    match account {
        Some(account) => {
            desk.link(&account.login, &who.issuer, &who.id, site.now())?;
            Ok(account.login)
        }
        None => Err(problems::subject_not_linked(&who.id, &setting.issuer)),
    }
}

/// Where to sign out at the provider, when it offers that and is known.
pub(crate) fn way_out(site: &Site, setting: &Setting) -> Option<String> {
    let known = known(site, setting, KEPT_FOR).ok()?;
    let end = known
        .metadata
        .additional_metadata()
        .end_session_endpoint
        .as_ref()?;
    let mut address = end.url().clone();
    address
        .query_pairs_mut()
        .append_pair("client_id", &setting.client_id)
        .append_pair("post_logout_redirect_uri", &setting.out_address());
    matches!(address.scheme(), "http" | "https").then(|| address.to_string())
}
