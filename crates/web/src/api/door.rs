//! The door of the API: who asks, what comes back, and how a fault is told.

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Day, Figure, Lang, Period, Position};
use office::Office;
use office::authority::Granted;
use programme::model::Programme;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::asked::lang_of_headers;
use crate::look::Answering;
use crate::problems;
use crate::remedies;
use crate::site::{BUILD, Site};

/// What may be done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Read,
    Write,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
        }
    }
}

/// A request's head.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    token: Option<String>,
    pub lang: Lang,
    /// The id under which a command is given, so that asking twice does it once.
    pub once: Option<String>,
    has: Option<String>,
    asked: String,
}

impl<S: Sync> FromRequestParts<S> for Head {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Head, Self::Rejection> {
        let text = |headers: &HeaderMap, name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Ok(Head {
            token: text(&parts.headers, AUTHORIZATION.as_str()).and_then(|value| {
                let (scheme, token) = value.split_once(' ')?;
                scheme
                    .eq_ignore_ascii_case("bearer")
                    .then(|| token.trim().to_owned())
            }),
            lang: lang_of_headers(&parts.headers),
            once: text(&parts.headers, "idempotency-key"),
            has: text(&parts.headers, IF_NONE_MATCH.as_str()),
            asked: parts.uri.to_string(),
        })
    }
}

/// A fault as RFC 9457 tells it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:zhicheng:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in the language that was asked for.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What would be right.
    pub detail: String,
    /// The stable code.
    pub code: String,
    /// Every fault, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// One of several faults.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub title: String,
    /// What would be right.
    pub detail: String,
    /// The field, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    problems: Vec<base::Problem>,
    lang: Lang,
}

impl Refused {
    /// Told in a language.
    pub fn in_language(self, lang: Lang) -> Refused {
        Refused { lang, ..self }
    }

    /// Something that is not there.
    pub fn not_found(problem: base::Problem) -> Refused {
        Refused {
            status: StatusCode::NOT_FOUND,
            problems: vec![problem],
            lang: Lang::default(),
        }
    }

    /// There is no such thing of that kind.
    pub fn no_such(kind: (&'static str, &'static str), id: impl std::fmt::Display) -> Refused {
        Refused::not_found(problems::no_such_thing(kind.0, kind.1, id))
    }
}

impl From<Vec<base::Problem>> for Refused {
    fn from(problems: Vec<base::Problem>) -> Refused {
        let status = match problems.first().map(|problem| problem.code) {
            Some("L206" | "K152") => StatusCode::CONFLICT,
            Some("W306") => StatusCode::UNAUTHORIZED,
            Some("W307") => StatusCode::FORBIDDEN,
            Some("W308") => StatusCode::BAD_REQUEST,
            _ => crate::answer::status_of(&problems),
        };
        Refused {
            status,
            problems,
            lang: Lang::default(),
        }
    }
}

impl From<base::Problem> for Refused {
    fn from(problem: base::Problem) -> Refused {
        Refused::from(vec![problem])
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let lang = self.lang;
        let first = self.problems.first();
        let told = Problem {
            kind: format!(
                "urn:zhicheng:problem:{}",
                first.map_or("", |problem| problem.code)
            ),
            title: first.map_or("", |problem| problem.what(lang)).to_owned(),
            status: self.status.as_u16(),
            detail: first.map_or_else(String::new, |problem| remedies::here(problem, lang)),
            code: first.map_or("", |problem| problem.code).to_owned(),
            errors: if self.problems.len() > 1 {
                self.problems
                    .iter()
                    .map(|problem| Fault {
                        code: problem.code.to_owned(),
                        title: problem.what(lang).to_owned(),
                        detail: remedies::here(problem, lang),
                        field: problem
                            .place
                            .as_ref()
                            .and_then(|place| place.column.clone()),
                    })
                    .collect()
            } else {
                Vec::new()
            },
        };
        let mut response = (self.status, Json(told)).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Who asks.
pub(crate) struct Caller {
    pub actor: u64,
}

impl Caller {
    /// Role and unit in which it acts.
    pub fn standing(&self, office: &Office) -> Result<(String, Option<String>), Refused> {
        let row = office.actor_of(self.actor)?.unwrap_or_default();
        Ok((row.role, row.unit))
    }

    /// Refuses whoever the programme does not grant a command, as the pages do.
    pub fn only_who_may(&self, office: &Office, command: Granted) -> Result<(), Refused> {
        let (role, _) = self.standing(office)?;
        if office.may(&role, command) {
            return Ok(());
        }
        let programme = office.programme()?;
        let name = programme.roles.get(role.as_str());
        let name = name.map_or_else(|| (&*role, &*role), |name| (&*name.zh, &*name.en));
        Err(problems::not_for_role(name.0, name.1).into())
    }
}

impl Head {
    /// The token that it brings.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The query of its address as it stands there.
    pub fn query(&self) -> &str {
        self.asked.split_once('?').map_or("", |(_, query)| query)
    }

    pub fn caller(&self, site: &Site, scope: Scope) -> Result<Caller, Refused> {
        let token = self.token.as_deref().ok_or_else(problems::no_token)?;
        let found = site
            .desk()
            .token(token, site.now())?
            .ok_or_else(problems::no_token)?;
        if !found.scopes.iter().any(|held| held == scope.name()) {
            return Err(problems::token_may_not(scope.name()).into());
        }
        // Whoever acts no more has no program that does; another role or unit goes on.
        let (actor, row) = site
            .office()
            .read(|office| crate::look::in_office(office, found.actor))??;
        if row.is_none_or(|row| row.closed.is_some()) {
            return Err(problems::no_token().into());
        }
        Ok(Caller { actor })
    }

    /// The command's id: the caller's own key with the actor, so that two callers cannot meet.
    pub fn command_id(&self, actor: u64) -> Option<[u8; 16]> {
        use sha2::{Digest, Sha256};
        let key = self.once.as_deref()?;
        let mut hasher = Sha256::new();
        hasher.update(b"zhicheng api\0");
        hasher.update(actor.to_be_bytes());
        hasher.update(key.as_bytes());
        hasher.finalize().as_slice().get(..16)?.try_into().ok()
    }
}

/// What answers a program once it is known who calls.
type Answer = Box<dyn FnOnce(&Site, &Head, &Caller) -> Result<Response, Refused> + Send>;
type Reading = Box<dyn FnOnce(&Office, &Caller) -> Result<Response, Refused> + Send>;

impl Site {
    /// Reads for a program.
    pub(crate) fn api_read<T: Serialize>(
        &self,
        head: Head,
        work: impl FnOnce(&Office, &Caller) -> Result<T, Refused> + Send + 'static,
    ) -> Answering {
        let work: Reading =
            Box::new(move |office, caller| Ok(Json(work(office, caller)?).into_response()));
        self.answering(
            head,
            Scope::Read,
            Box::new(|site, head, caller| read_tagged(site, head, caller, work)),
        )
    }

    /// Does for a program what only the desk keeps.
    pub(crate) fn api_desk<T: Serialize>(
        &self,
        head: Head,
        scope: Scope,
        status: StatusCode,
        work: impl FnOnce(&Site, &Head, &Caller) -> Result<T, Refused> + Send + 'static,
    ) -> Answering {
        self.answering(
            head,
            scope,
            Box::new(move |site, head, caller| {
                Ok((status, Json(work(site, head, caller)?)).into_response())
            }),
        )
    }

    /// Gives a command for a program.
    pub(crate) fn api_command<T: Serialize>(
        &self,
        head: Head,
        status: StatusCode,
        work: impl Fn(&mut Office) -> Result<T, Vec<base::Problem>> + Send + 'static,
    ) -> Answering {
        self.answering(
            head,
            Scope::Write,
            Box::new(move |site, head, caller| {
                let done = site.office().command(
                    caller.actor,
                    head.command_id(caller.actor),
                    |office| work(office),
                )?;
                if let Ok(position) = site.office().read(Office::position) {
                    site.tell(position);
                }
                Ok((status, Json(done)).into_response())
            }),
        )
    }

    /// Answers once it is known who calls; compiled once for all.
    fn answering(&self, head: Head, scope: Scope, answer: Answer) -> Answering {
        let site = self.clone();
        Box::pin(async move {
            let lang = head.lang;
            site.blocking(move |site| {
                let caller = head.caller(site, scope)?;
                answer(site, &head, &caller)
            })
            .await
            .unwrap_or_else(|problem| Err(problem.into()))
            .unwrap_or_else(|refused| Refused { lang, ..refused }.into_response())
        })
    }
}

/// Reads unless the caller has it already.
fn read_tagged(
    site: &Site,
    head: &Head,
    caller: &Caller,
    work: Reading,
) -> Result<Response, Refused> {
    site.office().read(|office| {
        let tag = tag(office, head, caller.actor);
        let mut response = if tag.is_some() && head.has == tag {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            work(office, caller)?
        };
        if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
            response.headers_mut().insert(ETAG, tag);
        }
        Ok(response)
    })?
}

fn tag(office: &Office, head: &Head, actor: u64) -> Option<String> {
    use std::hash::{Hash, Hasher};
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    BUILD.hash(&mut hasher);
    office.position().hash(&mut hasher);
    office.today().ok()?.hash(&mut hasher);
    head.lang.hash(&mut hasher);
    head.asked.hash(&mut hasher);
    actor.hash(&mut hasher);
    Some(format!("\"{:016x}\"", hasher.finish()))
}

/// For which period, day and position something is asked.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// Period, such as `2018`, `2018Q1`, `2018-06`; the programme's year when missing.
    pub period: Option<String>,
    /// Day (ISO) for which it is to be true; today when missing.
    pub day: Option<String>,
    /// The last ledger position that counts; the head when missing.
    pub at: Option<u64>,
}

impl When {
    /// What they mean.
    ///
    /// # Errors
    /// One of them is none.
    pub fn read(
        &self,
        office: &Office,
        programme: &Programme,
    ) -> Result<(Period, Day, Position), Refused> {
        let period = match &self.period {
            None => programme.year,
            Some(text) => Period::parse(text, programme.assessment_start)
                .map_err(|_| problems::not_understood("period", text))?,
        };
        let day = match &self.day {
            None => office.today()?,
            Some(text) => Day::parse(text).map_err(|_| problems::not_understood("day", text))?,
        };
        let head = office.position();
        let at = match self.at {
            None => head,
            Some(at) if at <= head.0 && office.mirror().programme_as_of(Position(at)).is_some() => {
                Position(at)
            }
            Some(at) => return Err(problems::not_understood("at", at).into()),
        };
        Ok((period, day, at))
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Named {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&base::Text> for Named {
    fn from(text: &base::Text) -> Named {
        Named {
            zh: text.get(Lang::Zh).to_owned(),
            en: text.get(Lang::En).to_owned(),
        }
    }
}

/// A figure: exact, with its state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Measured {
    /// `value`, `preliminary`, `not_applicable`, `not_reported` or `not_carried`.
    pub state: String,
    /// Numerator as exact decimal text; `null` without a value.
    pub numerator: Option<String>,
    /// Denominator.
    pub denominator: Option<String>,
    /// The value: exact where its decimals end within 12 places, else rounded there.
    pub value: Option<String>,
}

impl From<&Figure> for Measured {
    fn from(figure: &Figure) -> Measured {
        let value = figure.value();
        let exact = |ratio: &base::Ratio| {
            value.as_ref().map(|_| {
                ratio
                    .exact_decimal()
                    .unwrap_or_else(|| format!("{}/{}", ratio.numerator(), ratio.denominator()))
            })
        };
        Measured {
            state: figure.state().as_str().to_owned(),
            numerator: exact(figure.numerator()),
            denominator: exact(figure.denominator()),
            value: value.as_ref().map(programme::shown::decimal),
        }
    }
}

/// Query parameters of which a wrong one is told as a problem.
pub(crate) struct Asked<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Refused> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(found)) => Ok(Asked(found)),
            Err(rejection) => Err(problems::not_understood("query", rejection.body_text()).into()),
        }
    }
}

/// A JSON body of which a wrong one is told as a problem.
pub(crate) struct Body<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> axum::extract::FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Body<T>, Refused> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(found)) => Ok(Body(found)),
            Err(rejection) => Err(problems::not_understood("body", rejection.body_text()).into()),
        }
    }
}

/// A number in a path of which a wrong one names nothing.
pub(crate) struct Number(pub u64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Number, Refused> {
        match axum::extract::Path::<u64>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(number)) => Ok(Number(number)),
            Err(_) => Err(Refused::not_found(problems::no_such_page())),
        }
    }
}
