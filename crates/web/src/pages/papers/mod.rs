//! Papers: those that were issued, making one, and the office's templates; a unit's evidence as one volume.

mod new;
mod one;
mod templates;
mod volume;

pub(crate) use templates::WAITING;
pub(crate) use volume::may_bind;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::Day;
use office::Office;
use office::authority::Granted;
use office::papers::{About, Paper, PaperKind};
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

/// Most papers that one page lists.
const PAPERS_MAX: usize = 300;
/// Roles that see every paper beside those that may issue them.
const SEE_ALL: &[&str] = &["leading_group", "auditor", "system_administrator"];

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/papers", get(page))
        .route("/papers/new", get(new::page).post(new::issue))
        .route("/papers/draft", get(new::draft))
        .route("/papers/templates", get(templates::list))
        .route(
            "/papers/templates/{kind}",
            get(templates::page).post(templates::upload),
        )
        .route("/papers/templates/{kind}/file", get(templates::file))
        .route(
            "/papers/templates/{kind}/try/{id}",
            get(templates::tried).post(templates::put),
        )
        .route(
            "/papers/templates/{kind}/try/{id}/draft",
            get(templates::draft),
        )
        .route("/papers/{at}", get(one::page))
        .route("/papers/{at}/file", get(one::file))
        .route("/papers/{at}/void", post(one::void))
        .route("/units/{unit}/volume", get(volume::page))
        .route("/units/{unit}/volume.pdf", get(volume::pdf))
        .route("/units/{unit}/volume.zip", get(volume::zip))
}

/// A paper in a list.
pub(super) struct PaperLine {
    at: u64,
    number: String,
    kind: String,
    about: String,
    day: String,
    by: String,
    voided: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    kind: String,
}

#[derive(Template)]
#[template(path = "pages/papers/papers.html")]
struct Papers {
    frame: Frame,
    lines: Vec<PaperLine>,
    kinds: Vec<(&'static str, String, bool)>,
    may_issue: bool,
    more: usize,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| {
        let words = Words { lang: look.lang() };
        let wanted = PaperKind::parse(&look.programme, &chosen.kind);
        let (papers, count) = look.office.papers(wanted, PAPERS_MAX)?;
        let more = count.saturating_sub(papers.len());
        let mut lines = Vec::new();
        for paper in papers.iter().filter(|paper| may_see(look, paper)) {
            lines.push(PaperLine {
                at: paper.at.0,
                number: paper.facts.text.clone(),
                kind: kind_name(look, &paper.facts.kind),
                about: about_name(look, paper),
                day: day(words, &paper.facts.day),
                by: look.office.actor_name_in(paper.by, look.lang())?,
                voided: paper.voided.is_some(),
            });
        }
        Page::of(&Papers {
            frame: look.frame(words.say("公文", "Papers")),
            lines,
            kinds: kinds(look, wanted),
            may_issue: look.may(Granted::Publish),
            more: if sees_all(look) { more } else { 0 },
        })
    })
    .await
}

/// Every kind of paper: name in addresses, name to people, whether it is the chosen one.
fn kinds(look: &Look<'_>, chosen: Option<PaperKind>) -> Vec<(&'static str, String, bool)> {
    let one = |kind: PaperKind| {
        (
            kind.as_str(),
            look.text(&kind.name()).to_owned(),
            Some(kind) == chosen,
        )
    };
    PaperKind::all(&look.programme)
        .into_iter()
        .map(one)
        .collect()
}

fn sees_all(look: &Look<'_>) -> bool {
    look.who()
        .is_some_and(|who| role_sees_all(look.office, &who.role))
}

fn role_sees_all(office: &Office, role: &str) -> bool {
    office.may(role, Granted::Publish) || SEE_ALL.contains(&role)
}

fn may_see(look: &Look<'_>, paper: &Paper) -> bool {
    look.who()
        .is_some_and(|who| may_read(look.office, &who.role, who.unit.as_deref(), paper))
}

/// Whether a paper may be seen: by whoever issues them or oversees, and by the unit that it is about.
pub(crate) fn may_read(office: &Office, role: &str, own: Option<&str>, paper: &Paper) -> bool {
    if role_sees_all(office, role) {
        return true;
    }
    let programme = office.programme().ok();
    let kind = programme.and_then(|programme| PaperKind::parse(&programme, &paper.facts.kind));
    match kind {
        Some(PaperKind::OfCase(_)) => office.may_read_of_case(paper, role, own),
        Some(kind) => kind.about() == About::Unit && own == Some(paper.facts.about.as_str()),
        None => false,
    }
}

/// Refuses who may not issue papers.
fn only_issuers(look: &Look<'_>) -> Result<(), Refused> {
    if look.may(Granted::Publish) {
        return Ok(());
    }
    let role = look.role_name(look.visitor()?.role.as_str());
    Err(crate::problems::not_for_role(&role.zh, &role.en).into())
}

fn kind_of(look: &Look<'_>, text: &str) -> Result<PaperKind, Refused> {
    PaperKind::parse(&look.programme, text)
        .ok_or_else(|| Refused::no_such(("公文", "kind of paper"), text))
}

fn kind_name(look: &Look<'_>, kind: &str) -> String {
    PaperKind::parse(&look.programme, kind).map_or_else(
        || kind.to_owned(),
        |kind| look.text(&kind.name()).to_owned(),
    )
}

/// What a paper is about, as people call it.
fn about_name(look: &Look<'_>, paper: &Paper) -> String {
    let words = Words { lang: look.lang() };
    let about = &paper.facts.about;
    match PaperKind::parse(&look.programme, &paper.facts.kind).map(PaperKind::about) {
        Some(About::Unit) => look.unit_name(about),
        Some(About::Case) => format!("{} {about}", words.say("事项", "Case")),
        Some(About::Seal) => format!("{} #{about}", words.say("审定结果", "Sealed result")),
        _ => words.period(&look.programme.year),
    }
}

fn day(words: Words, iso: &str) -> String {
    Day::parse(iso).map_or_else(|_| iso.to_owned(), |day| words.day(day))
}
