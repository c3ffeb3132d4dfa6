//! The first account of a folder, by the link that was printed where the site was started.
//!
//! It works once, within a day, from that machine, and only while nobody can sign in. Further people are
//! registered by who then manages them, see `admin/people`.

use std::net::IpAddr;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use desk::NewAccount;
use office::actor::NewActor;
use serde::Deserialize;

use crate::answer::{self, Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::sign_in::{check_lockout, signed_in};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// The role that is proposed, where the programme declares it.
const PROPOSED: &str = "system_administrator";

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/first", get(page).post(open))
}

#[derive(Debug, Default, Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "pages/first/first.html")]
struct First {
    frame: Frame,
    token: String,
    name: String,
    login: String,
    role: String,
    roles: Vec<(String, String)>,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(link): Query<Link>) -> Response {
    site.page_open(Asked { has: None, ..asked }, move |look| {
        check_link(look.site, look.asked.address, &link.token)?;
        show(look, &link.token, &Posted::default(), Vec::new())
    })
    .await
}

/// Refuses a link that is not the one, and whoever comes from elsewhere.
fn check_link(site: &Site, address: IpAddr, token: &str) -> Result<(), Problem> {
    if !address.to_canonical().is_loopback() {
        return Err(problems::only_from_here());
    }
    if site.desk().is_first_link(token, site.now())? {
        Ok(())
    } else {
        Err(problems::first_link_over())
    }
}

fn show(
    look: &Look<'_>,
    token: &str,
    posted: &Posted,
    problems: Vec<Problem>,
) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let chosen = posted.get("role");
    Page::of(&First {
        frame: look.frame(words.say("开通第一个账号", "Open the first account")),
        token: token.to_owned(),
        name: posted.get("name").to_owned(),
        login: posted.get("login").to_owned(),
        role: if chosen.is_empty() { PROPOSED } else { chosen }.to_owned(),
        roles: look
            .programme
            .roles
            .iter()
            .map(|(id, name)| (id.to_string(), look.text(name).to_owned()))
            .collect(),
        problems,
    })
}

async fn open(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let lang = asked.lang;
    let tried = site
        .blocking(move |site| {
            let done = open_account(site, &asked, &posted);
            (asked, posted, done)
        })
        .await;
    match tried {
        Ok((_, _, Ok(token))) => signed_in(&site, &token, "/admin"),
        Ok((asked, posted, Err(problem))) => {
            let status = answer::status_of(std::slice::from_ref(&problem));
            site.page_open(Asked { has: None, ..asked }, move |look| {
                if ["W313", "W320"].contains(&problem.code) {
                    return Err(problem.into());
                }
                Ok(show(look, posted.get("token"), &posted, vec![problem])?.with_status(status))
            })
            .await
        }
        Err(problem) => answer::bare(lang, &problem),
    }
}

fn open_account(site: &Site, asked: &Asked, posted: &Posted) -> Result<String, Problem> {
    let (desk, now) = (site.desk(), site.now());
    let by_address = format!("first {}", asked.address);
    check_lockout(site, &[&by_address])?;
    let token = posted.get("token");
    if let Err(problem) = check_link(site, asked.address, token) {
        desk.note_failure(&by_address, now)?;
        return Err(problem);
    }
    let (login, password) = (posted.get("login").trim(), posted.get("password"));
    desk.check_new_login(login)?;
    if password != posted.get("again") {
        return Err(problems::passwords_differ());
    }
    desk::password::check(login, password)?;
    let new = NewActor {
        name: posted.get("name").trim().to_owned(),
        role: posted.get("role").to_owned(),
        unit: None,
    };
    if new.name.is_empty() {
        return Err(office::problems::name_missing());
    }
    let programme = site.office().read(office::Office::programme)??;
    office::actor::check(&programme, &new)?;
    // From here on the link is used, so that of two who have it one gets in.
    if !desk.use_first_link(token, now)? {
        return Err(problems::first_link_over());
    }
    let actor = site
        .office()
        .command(office::actor::FIRST, posted.once(), |office| {
            office.register_actor(&new)
        })?;
    desk.open_account(
        &NewAccount {
            login,
            actor,
            password: Some(password),
            must_change: false,
            is_demonstration: false,
        },
        now,
    )?;
    desk.begin_session(login, actor, now)
}
