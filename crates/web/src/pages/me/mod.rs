//! My account: who I am here, password, one-time codes, sessions, deputy and handover, tokens for programs.
//!
//! What is no fact goes to the desk; deputies and handovers are entries of the ledger.

mod codes;
mod contacts;
mod elsewhere;
mod handover;
mod tokens;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use base::{Lang, Problem};
use office::authority::Granted;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::{Look, Visitor};
use crate::pages::sign_in::{check_lockout, signed_in};
use crate::posted::Posted;
use crate::problems;
use crate::site::{Site, Told};
use crate::words::Words;

pub(crate) use self::contacts::check as check_contact;
pub(crate) use self::handover::{
    Colleague, DeputyLine, HandoverLine, colleagues, deputies_of, handovers_of,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/me", get(page))
        .route("/me/password", get(password_page).post(change_password))
        .route("/me/sessions", post(end_session))
        .route("/me/act-as", post(act_as))
        .merge(codes::routes())
        .merge(contacts::routes())
        .merge(elsewhere::routes())
        .merge(handover::routes())
        .merge(tokens::routes())
}

/// A session.
struct SessionLine {
    number: i64,
    created: String,
    seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "pages/me/me.html")]
struct Me {
    frame: Frame,
    login: String,
    name: String,
    role: String,
    unit: String,
    has_password: bool,
    has_codes: bool,
    elsewhere: Option<elsewhere::Provider>,
    sessions: Vec<SessionLine>,
    tokens: Vec<tokens::TokenLine>,
    scopes: &'static [(&'static str, (&'static str, &'static str))],
    days_max: i64,
    told: Option<Told>,
    deputies: Vec<DeputyLine>,
    handovers: Vec<HandoverLine>,
    colleagues: Vec<Colleague>,
    peers: Vec<Colleague>,
    manages_people: bool,
    contacts: Vec<contacts::ContactLine>,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    // The desk's rows have no place in the page's tag.
    site.page(Asked { has: None, ..asked }, |look| show(look, &[]))
        .await
}

fn show(look: &Look<'_>, problems: &[Problem]) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let (desk, now) = (look.site.desk(), look.site.now());
    let account = desk.account(&who.login)?.ok_or(Refused::SignIn)?;
    let token = look.asked.token.as_deref().unwrap_or_default();
    let moment = |moment| words.moment(&look.programme, moment);
    let actors = look.office.actors()?;
    Page::of(&Me {
        frame: look.frame(words.say("我的账号", "My account")),
        login: who.login.clone(),
        name: who.name.clone(),
        role: look.text(&look.role_name(&who.role)).to_owned(),
        unit: who
            .unit
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        has_password: account.has_password,
        has_codes: account.one_time_secret.is_some(),
        elsewhere: elsewhere::provider(look, &who.login)?,
        sessions: desk
            .sessions(&who.login, token, now)?
            .into_iter()
            .map(|session| SessionLine {
                number: session.number,
                created: moment(session.created),
                seen: moment(session.seen),
                is_this: session.is_this,
            })
            .collect(),
        tokens: tokens::lines(look, who.own)?,
        scopes: tokens::SCOPES,
        days_max: tokens::DAYS_MAX,
        told: look.site.told_once(look.asked),
        deputies: handover::deputies_of(look, &actors, who.own),
        handovers: handover::handovers_of(look, who.own)?,
        colleagues: handover::colleagues(look, &actors, |number, _| number != who.own),
        peers: handover::colleagues(look, &actors, |number, row| {
            let own = actors.get(&who.own);
            number != who.own
                && own.is_some_and(|own| (&own.role, &own.unit) == (&row.role, &row.unit))
        }),
        manages_people: look.may(Granted::People),
        contacts: contacts::lines(look, who.own)?,
        problems: problems.to_vec(),
    })
}

/// What came of a step on the desk: back to the page, or the page with what is wrong.
fn back_or_told(look: &Look<'_>, done: Result<(), Problem>) -> Result<Response, Refused> {
    match done {
        Ok(()) => Ok(go_to("/me")),
        Err(problem) => {
            let told = [problem];
            let status = crate::answer::status_of(&told);
            Ok(show(look, &told)?.with_status(status).answer(None))
        }
    }
}

#[derive(Template)]
#[template(path = "pages/me/password.html")]
struct PasswordPage {
    frame: Frame,
    is_asked_for: bool,
    has_password: bool,
    problems: Vec<Problem>,
}

fn show_password(look: &Look<'_>, problems: Vec<Problem>) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let account = look.site.desk().account(&who.login)?;
    Page::of(&PasswordPage {
        frame: look.frame(words.say("修改密码", "Change the password")),
        is_asked_for: who.must_change,
        has_password: account.is_some_and(|account| account.has_password),
        problems,
    })
}

async fn password_page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(Asked { has: None, ..asked }, |look| {
        show_password(look, Vec::new())
    })
    .await
}

async fn change_password(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        match set_password(look.site, who, posted) {
            // The old sessions ended, this one among them; it goes on under a new token.
            Ok(token) => Ok(signed_in(look.site, &token, "/")),
            Err(problem) => {
                let status = crate::answer::status_of(std::slice::from_ref(&problem));
                let page = show_password(look, vec![problem])?;
                Ok(page.with_status(status).answer(None))
            }
        }
    })
    .await
}

fn set_password(site: &Site, who: &Visitor, posted: &Posted) -> Result<String, Problem> {
    let (desk, now) = (site.desk(), site.now());
    let by_login = format!("password {}", who.login.to_lowercase());
    check_lockout(site, &[&by_login])?;
    let account = desk.account(&who.login)?;
    if !account.is_some_and(|account| account.has_password) {
        return Err(problems::has_no_password());
    }
    let (old, new) = (posted.get("old"), posted.get("password"));
    if !desk.is_password(&who.login, old)? {
        desk.note_failure(&by_login, now)?;
        return Err(problems::wrong_password());
    }
    desk.forget_failures(&by_login)?;
    if new != posted.get("again") {
        return Err(problems::passwords_differ());
    }
    if new == old {
        return Err(problems::same_password());
    }
    desk.set_password(&who.login, new, false)?;
    desk.begin_session(&who.login, who.own, now)
}

async fn end_session(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        let number = posted.get("number").parse().unwrap_or_default();
        look.site.desk().end_session_of(&who.login, number)?;
        Ok(go_to("/me#sessions"))
    })
    .await
}

/// Acts for somebody, or as oneself again.
async fn act_as(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        let number: u64 = posted.get("actor").parse().unwrap_or_default();
        let may = number == who.own
            || look
                .office
                .deputy_for(who.own)?
                .iter()
                .any(|(found, _)| *found == number);
        if !may {
            return Err(problems::not_your_deputy().into());
        }
        if let Some(token) = &look.asked.token {
            look.site.desk().act_as(token, number)?;
        }
        Ok(go_to("/"))
    })
    .await
}

/// A day as it was typed.
pub(crate) fn day_of(text: &str) -> Result<base::Day, Problem> {
    base::Day::parse(text.trim()).map_err(|_| problems::not_a_day(text))
}

/// A text of two, by the language.
pub(crate) fn say(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    Words { lang }.say(zh, en)
}
