//! Out to the provider and back: whoever was linked is signed in, or links the account that it is signed in with.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base::Problem;
use serde::Deserialize;

use super::{begin, show, show_second, signed_in};
use crate::answer::{self, Page, go_to, set_cookie};
use crate::asked::{Asked, cookie};
use crate::elsewhere::setting::Setting;
use crate::elsewhere::{self};
use crate::frame::Frame;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// The cookie of a browser that is on the way.
const WAY_COOKIE: &str = "zhicheng_way";
/// The cookie of a browser whose session began at the provider, so that it can be ended there too.
const CAME_COOKIE: &str = "zhicheng_came";
/// For what the link that binds an account is proved.
pub(crate) const LINK: &str = "link an account";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Out {
    #[serde(default)]
    back: String,
    /// The proof of the session that links its account.
    #[serde(default)]
    link: String,
}

pub(super) async fn go(State(site): State<Site>, asked: Asked, Query(out): Query<Out>) -> Response {
    let begun = site
        .blocking(move |site| {
            let begun = go_now(site, &asked, &out);
            (asked, out, begun)
        })
        .await;
    match begun {
        Ok((_, _, Ok((address, browser)))) => {
            // The one redirect that leaves the site: to what the administrator named.
            let mut response = (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response();
            let age = desk::elsewhere::WAY_S_MAX;
            set_cookie(&mut response, &site, WAY_COOKIE, &browser, age);
            response
        }
        Ok((asked, out, Err(problem))) => told(&site, asked, out.back, problem).await,
        Err(problem) => answer::bare(base::Lang::default(), &problem),
    }
}

fn go_now(site: &Site, asked: &Asked, out: &Out) -> Result<(String, String), Problem> {
    let setting = Setting::in_use(site.desk())?;
    if out.link.is_empty() {
        return elsewhere::begin(site, &setting, &out.back, None);
    }
    let session = session_of(site, asked)?;
    match session {
        Some(login) if asked.is_proof(LINK, &out.link) => {
            elsewhere::begin(site, &setting, "/me#elsewhere", Some(&login))
        }
        _ => Err(problems::forged()),
    }
}

/// The login of the session that asks.
fn session_of(site: &Site, asked: &Asked) -> Result<Option<String>, Problem> {
    let token = asked.token.as_deref().unwrap_or_default();
    let session = site.desk().session(token, site.now())?;
    Ok(session.map(|session| session.login))
}

/// The sign-in page with what went wrong.
async fn told(site: &Site, asked: Asked, back: String, problem: Problem) -> Response {
    let status = answer::status_of(std::slice::from_ref(&problem));
    let asked = Asked { has: None, ..asked };
    site.page_open(asked, move |look| {
        Ok(show(look, &back, "", vec![problem])?.with_status(status))
    })
    .await
}

/// What the provider sends back.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    iss: Option<String>,
}

/// How far it came.
enum Came {
    /// The session's token.
    In(String),
    /// The token of the second step.
    Half(String),
    /// The account is linked.
    Linked,
}

pub(super) async fn back(
    State(site): State<Site>,
    asked: Asked,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    let browser = cookie(&headers, WAY_COOKIE).unwrap_or_default();
    let came = site
        .blocking(move |site| {
            let came = arrive(site, &asked, &returned, &browser);
            (asked, came)
        })
        .await;
    let mut response = match came {
        Ok((_, Ok((Came::In(token), back)))) => {
            let mut response = signed_in(&site, &token, &back);
            set_cookie(
                &mut response,
                &site,
                CAME_COOKIE,
                "1",
                desk::sessions::AGE_S_MAX,
            );
            response
        }
        Ok((_, Ok((Came::Linked, back)))) => go_to(&back),
        Ok((asked, Ok((Came::Half(half), back)))) => {
            let asked = Asked { has: None, ..asked };
            site.page_open(asked, move |look| {
                show_second(look, &back, &half, Vec::new())
            })
            .await
        }
        Ok((asked, Err(problem))) => told(&site, asked, String::new(), problem).await,
        Err(problem) => answer::bare(base::Lang::default(), &problem),
    };
    set_cookie(&mut response, &site, WAY_COOKIE, "", 0);
    response
}

fn arrive(
    site: &Site,
    asked: &Asked,
    returned: &Returned,
    browser: &str,
) -> Result<(Came, String), Problem> {
    let (desk, now) = (site.desk(), site.now());
    let setting = Setting::in_use(desk)?;
    let way = desk
        .end_way(&returned.state, browser, now)?
        .filter(|way| way.issuer == setting.issuer)
        .ok_or_else(problems::way_is_over)?;
    if returned
        .iss
        .as_ref()
        .is_some_and(|issuer| *issuer != way.issuer)
    {
        return Err(problems::token_not_taken("iss"));
    }
    if !returned.error.is_empty() {
        let short = |text: &str| text.chars().take(200).collect::<String>();
        let why = short(&returned.error_description);
        return Err(problems::provider_refused(short(&returned.error), why));
    }
    let (links, back) = (way.login.clone(), way.back.clone());
    let who = elsewhere::end(site, &setting, way, &returned.code)?;
    if let Some(login) = links {
        if session_of(site, asked)?.as_deref() != Some(login.as_str()) {
            return Err(problems::way_of_another());
        }
        desk.link(&login, &who.issuer, &who.id, now)?;
        return Ok((Came::Linked, back));
    }
    let login = elsewhere::account_of(site, &setting, &who)?;
    let account = desk
        .account(&login)?
        .filter(|account| !account.is_closed)
        .ok_or_else(problems::account_of_nobody)?;
    // One-time codes are the person's own wish, whoever else asked for what.
    if account.one_time_secret.is_some() {
        let half = desk.begin_half(&account.login, now)?;
        return Ok((Came::Half(half), back));
    }
    Ok((Came::In(begin(site, &account)?), back))
}

/// The page that follows signing out where a provider of sign-ins is used.
pub(super) const OUT: &str = "/sign-in/out";

/// Where a sign-out goes on: to the page that offers to end the provider's session too.
pub(super) fn after_sign_out(headers: &HeaderMap) -> &'static str {
    if cookie(headers, CAME_COOKIE).as_deref() == Some("1") {
        OUT
    } else {
        "/sign-in?out"
    }
}

#[derive(Template)]
#[template(path = "pages/sign_in/out.html")]
struct OutPage {
    frame: Frame,
    issuer: String,
    way_out: Option<String>,
}

pub(super) async fn out(State(site): State<Site>, asked: Asked) -> Response {
    // Before the office is read: the provider may be asked.
    let offered = site
        .blocking(|site| match Setting::in_use(site.desk()) {
            Ok(setting) => {
                let way_out = elsewhere::way_out(site, &setting);
                (setting.issuer, way_out)
            }
            Err(_) => Default::default(),
        })
        .await
        .unwrap_or_default();
    let asked = Asked { has: None, ..asked };
    let mut response = site
        .page_open(asked, move |look| {
            let words = Words { lang: look.lang() };
            Page::of(&OutPage {
                frame: look.frame(words.say("已退出", "Signed out")),
                issuer: offered.0,
                way_out: offered.1,
            })
        })
        .await;
    set_cookie(&mut response, &site, CAME_COOKIE, "", 0);
    response
}
