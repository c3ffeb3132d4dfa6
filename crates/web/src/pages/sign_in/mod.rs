//! Sign-in and sign-out, the choice of a language, and the way from `/` to a role's first page.
//!
//! In a demonstration each of its people is a button; a real folder asks for name and password, with
//! lock-out by name and by address (`desk::lockout`), or sends to the provider of sign-ins (`elsewhere.rs`).

pub(crate) mod elsewhere;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use base::Problem;
use desk::Lockout;
use ledger::Nature;
use serde::Deserialize;

use crate::answer::{self, Page, Refused, go_to, set_cookie};
use crate::asked::{Asked, LANG_COOKIE, SESSION_COOKIE};
use crate::elsewhere::setting::Setting;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

const YEAR_S: i64 = 365 * 24 * 3600;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(first_page))
        .route("/sign-in", get(page).post(sign_in))
        .route("/sign-in/as", post(sign_in_as))
        .route("/sign-in/code", post(second_step))
        .route("/sign-in/elsewhere", get(elsewhere::go))
        .route(crate::elsewhere::setting::BACK, get(elsewhere::back))
        .route(elsewhere::OUT, get(elsewhere::out))
        .route("/sign-out", post(sign_out))
        .route("/language", post(language))
}

#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

/// A person of a demonstration.
struct Person {
    login: String,
    name: String,
    role: String,
    unit: String,
}

#[derive(Template)]
#[template(path = "pages/sign_in/sign_in.html")]
struct SignIn {
    frame: Frame,
    back: String,
    login: String,
    people: Vec<Person>,
    /// The words of the provider's button.
    elsewhere: Option<String>,
    problems: Vec<Problem>,
}

async fn first_page(State(site): State<Site>, asked: Asked) -> Response {
    site.file(asked, |look| {
        let role = look.visitor()?.role.as_str();
        Ok(go_to(match role {
            "leading_group" => "/leaders",
            "auditor" => "/board",
            "system_administrator" | "security_administrator" => "/admin",
            _ => "/work",
        }))
    })
    .await
}

async fn page(State(site): State<Site>, asked: Asked, Query(back): Query<Back>) -> Response {
    // No tag: the accounts and the provider on it are the desk's.
    site.page_open(Asked { has: None, ..asked }, move |look| {
        show(look, &back.back, "", Vec::new())
    })
    .await
}

fn show(look: &Look<'_>, back: &str, login: &str, problems: Vec<Problem>) -> Result<Page, Refused> {
    let frame = look.frame(match look.lang() {
        base::Lang::Zh => "登录",
        base::Lang::En => "Sign in",
    });
    let mut people = Vec::new();
    if look.is_demonstration() {
        for account in look.site.desk().accounts()? {
            let Some(actor) = crate::look::in_office(look.office, account.actor)?.1 else {
                continue;
            };
            if actor.closed.is_some() || account.is_closed || !account.is_demonstration {
                continue;
            }
            people.push(Person {
                login: account.login,
                name: actor.name,
                role: look.text(&look.role_name(&actor.role)).to_owned(),
                unit: actor
                    .unit
                    .map(|unit| look.unit_name(&unit))
                    .unwrap_or_default(),
            });
        }
    }
    let setting = Setting::read(look.site.desk())?;
    Page::of(&SignIn {
        frame,
        elsewhere: setting.is_on.then(|| setting.label(look.lang())),
        back: back.to_owned(),
        login: login.to_owned(),
        people,
        problems,
    })
}

async fn sign_in(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let lang = asked.lang;
    let tried = site
        .blocking(move |site| {
            let login = posted.get("login").trim().to_owned();
            let back = posted.get("back").to_owned();
            let found = check(site, &asked, &login, posted.get("password"));
            (asked, login, back, found)
        })
        .await;
    match tried {
        Ok((_, _, back, Ok(Signed::In(token)))) => signed_in(&site, &token, &back),
        Ok((asked, _, back, Ok(Signed::Half(half)))) => {
            site.page_open(Asked { has: None, ..asked }, move |look| {
                show_second(look, &back, &half, Vec::new())
            })
            .await
        }
        Ok((asked, login, back, Err(problem))) => {
            let status = answer::status_of(std::slice::from_ref(&problem));
            site.page_open(Asked { has: None, ..asked }, move |look| {
                Ok(show(look, &back, &login, vec![problem])?.with_status(status))
            })
            .await
        }
        Err(problem) => answer::bare(lang, &problem),
    }
}

/// How far a sign-in came.
enum Signed {
    /// The session's token.
    In(String),
    /// The password was right; the token of the second step.
    Half(String),
}

/// Refuses a try that comes too early after wrong ones.
pub(crate) fn check_lockout(site: &Site, who: &[&str]) -> Result<(), Problem> {
    for who in who {
        if let Lockout::Wait(seconds) = site.desk().lockout(who, site.now())? {
            return Err(problems::wait(seconds));
        }
    }
    Ok(())
}

/// A session's token for the right name and password, or that of the second step.
fn check(site: &Site, asked: &Asked, login: &str, password: &str) -> Result<Signed, Problem> {
    let (desk, now) = (site.desk(), site.now());
    let by_login = format!("login {}", login.to_lowercase());
    let by_address = format!("address {}", asked.address);
    check_lockout(site, &[&by_login, &by_address])?;
    if !desk.is_password(login, password)? {
        desk.note_failure(&by_login, now)?;
        desk.note_failure(&by_address, now)?;
        return Err(problems::not_signed_in());
    }
    let account = desk.account(login)?.ok_or_else(problems::not_signed_in)?;
    desk.forget_failures(&by_login)?;
    if account.one_time_secret.is_some() {
        return desk.begin_half(&account.login, now).map(Signed::Half);
    }
    begin(site, &account).map(Signed::In)
}

/// A session for an account whose person acts.
fn begin(site: &Site, account: &desk::Account) -> Result<String, Problem> {
    let (actor, row) = site
        .office()
        .read(|office| crate::look::in_office(office, account.actor))??;
    if row.is_none_or(|row| row.closed.is_some()) {
        return Err(problems::account_of_nobody());
    }
    if actor != account.actor {
        site.desk().set_actor(&account.login, actor)?;
    }
    site.desk().begin_session(&account.login, actor, site.now())
}

#[derive(Template)]
#[template(path = "pages/sign_in/code.html")]
struct SecondStep {
    frame: Frame,
    back: String,
    half: String,
    problems: Vec<Problem>,
}

fn show_second(
    look: &Look<'_>,
    back: &str,
    half: &str,
    problems: Vec<Problem>,
) -> Result<Page, Refused> {
    let words = crate::words::Words { lang: look.lang() };
    Page::of(&SecondStep {
        frame: look.frame(words.say("填写动态码", "Give the code")),
        back: back.to_owned(),
        half: half.to_owned(),
        problems,
    })
}

async fn second_step(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let lang = asked.lang;
    let tried = site
        .blocking(move |site| {
            let found = check_code(site, posted.get("half"), posted.get("code"));
            (asked, posted, found)
        })
        .await;
    match tried {
        Ok((_, posted, Ok(token))) => signed_in(&site, &token, posted.get("back")),
        Ok((asked, posted, Err(problem))) => {
            let status = answer::status_of(std::slice::from_ref(&problem));
            let is_over = problem.code == "W312";
            site.page_open(Asked { has: None, ..asked }, move |look| {
                let (back, half) = (posted.get("back"), posted.get("half"));
                let page = if is_over {
                    show(look, back, "", vec![problem])
                } else {
                    show_second(look, back, half, vec![problem])
                };
                Ok(page?.with_status(status))
            })
            .await
        }
        Err(problem) => answer::bare(lang, &problem),
    }
}

/// A session's token for the right one-time code.
fn check_code(site: &Site, half: &str, code: &str) -> Result<String, Problem> {
    let (desk, now) = (site.desk(), site.now());
    let login = desk
        .half(half, now)?
        .ok_or_else(problems::second_step_over)?;
    let by_code = format!("code {}", login.to_lowercase());
    check_lockout(site, &[&by_code])?;
    if !desk.take_one_time_code(&login, code, now)? {
        desk.note_failure(&by_code, now)?;
        return Err(problems::wrong_code());
    }
    let account = desk.account(&login)?.ok_or_else(problems::not_signed_in)?;
    desk.forget_failures(&by_code)?;
    desk.end_half(half)?;
    begin(site, &account)
}

/// One of a demonstration's people, by a button.
async fn sign_in_as(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let lang = asked.lang;
    let tried = site
        .blocking(move |site| {
            if site.office().read(|office| office.nature())? != Nature::Demonstration {
                return Err(problems::only_in_demonstrations());
            }
            let account = site
                .desk()
                .account(posted.get("login"))?
                .filter(|account| account.is_demonstration && !account.is_closed)
                .ok_or_else(problems::not_signed_in)?;
            let token = begin(site, &account)?;
            Ok((token, posted.get("back").to_owned()))
        })
        .await;
    match tried {
        Ok(Ok((token, back))) => signed_in(&site, &token, &back),
        Ok(Err(problem)) | Err(problem) => answer::bare(lang, &problem),
    }
}

pub(crate) fn signed_in(site: &Site, token: &str, back: &str) -> Response {
    let mut response = go_to(back);
    set_cookie(
        &mut response,
        site,
        SESSION_COOKIE,
        token,
        desk::sessions::AGE_S_MAX,
    );
    response
}

async fn sign_out(
    State(site): State<Site>,
    asked: Asked,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let over = site.clone();
    let next = elsewhere::after_sign_out(&headers);
    site.desk_work(asked, posted, move |look, _, _| {
        if let Some(token) = &look.asked.token {
            look.site.desk().end_session(token)?;
        }
        let mut response = go_to(next);
        set_cookie(&mut response, &over, SESSION_COOKIE, "", 0);
        // Pages that the browser keeps go. Not "storage": in it lie visits that other people have not sent yet.
        let cache = HeaderValue::from_static("\"cache\"");
        response.headers_mut().insert("clear-site-data", cache);
        Ok(response)
    })
    .await
}

/// Whether an address is where signing out leads: what a phone keeps of the field goes there, where the page on which
/// somebody signed out had no time for it.
pub(crate) fn is_after_sign_out(uri: &Uri) -> bool {
    uri.path() == elsewhere::OUT || (uri.path() == "/sign-in" && uri.query() == Some("out"))
}

/// Anyone may choose a language; it changes nothing but a cookie.
async fn language(State(site): State<Site>, posted: Posted) -> Response {
    let mut response = go_to(posted.get("back"));
    if let Some(lang) = base::Lang::parse(posted.get("lang")) {
        set_cookie(&mut response, &site, LANG_COOKIE, lang.as_str(), YEAR_S);
    }
    response
}
