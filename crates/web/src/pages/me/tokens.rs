//! Tokens for programs: made with a name, scopes and an end; the secret is shown once.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use base::{Moment, Problem};

use super::back_or_told;
use crate::answer::{Refused, go_to};
use crate::asked::Asked;
use crate::look::{Look, Visitor};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// What a token may, within what its owner may: name, and words.
pub(super) const SCOPES: &[(&str, (&str, &str))] = &[
    ("read", ("读取我能看到的内容", "read what I may see")),
    (
        "write",
        ("以我的身份提交和办理", "give the commands that I may"),
    ),
    (
        crate::readings::EVERY_SENSOR,
        ("上报传感器读数", "send readings of sensors"),
    ),
];

/// Most days of a token.
pub(super) const DAYS_MAX: i64 = 366;
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/me/tokens", post(make))
        .route("/me/tokens/drop", post(drop_one))
}

/// A token.
pub(super) struct TokenLine {
    pub name: String,
    pub scopes: String,
    pub created: String,
    pub created_at: i64,
    pub expires: String,
    pub is_over: bool,
    pub used: Option<String>,
}

pub(super) fn lines(look: &Look<'_>, actor: u64) -> Result<Vec<TokenLine>, Problem> {
    let words = Words { lang: look.lang() };
    let now = look.site.now();
    let tokens = look.site.desk().tokens(actor)?;
    let line = |token: desk::tokens::Token| TokenLine {
        scopes: token.scopes.join(" "),
        created: words.moment(&look.programme, token.created),
        created_at: token.created.as_micros(),
        expires: words.moment(&look.programme, token.expires),
        is_over: token.expires <= now,
        used: token.used.map(|used| words.moment(&look.programme, used)),
        name: token.name,
    };
    Ok(tokens.into_iter().map(line).collect())
}

async fn make(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        match make_one(look.site, who, posted) {
            Ok((name, secret)) => {
                look.site.tell_once(look.asked, &name, secret);
                Ok(go_to("/me#told"))
            }
            Err(problem) => back_or_told(look, Err(problem)),
        }
    })
    .await
}

fn make_one(site: &Site, who: &Visitor, posted: &Posted) -> Result<(String, String), Problem> {
    let name = posted.get("name").trim();
    let scopes: Vec<&str> = SCOPES
        .iter()
        .map(|(scope, _)| *scope)
        .filter(|scope| posted.all("scope").any(|found| found == *scope))
        .collect();
    let days: i64 = posted.get("days").trim().parse().unwrap_or_default();
    if name.is_empty() || scopes.is_empty() || !(1..=DAYS_MAX).contains(&days) {
        return Err(problems::token_incomplete(DAYS_MAX));
    }
    let now = site.now();
    let end = Moment::from_micros(now.as_micros() + days * DAY_MICROS).unwrap_or(now);
    // Never as a deputy: its days end, and the token's do not.
    let secret = site.desk().make_token(name, who.own, &scopes, end, now)?;
    Ok((name.to_owned(), secret))
}

async fn drop_one(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        let created = posted.get("created").parse().ok();
        if let Some(created) = created.and_then(Moment::from_micros) {
            look.site
                .desk()
                .drop_token(who.own, posted.get("name"), created)?;
        }
        Ok::<_, Refused>(go_to("/me#tokens"))
    })
    .await
}
