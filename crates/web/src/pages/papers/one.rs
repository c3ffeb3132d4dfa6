//! A paper that was issued: its number, what it stands on, its file, whether it can be made again.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::{Position, Problem};
use office::authority::Granted;
use office::papers::{Paper, PaperKind};

use super::new::{kind_of_file, label};
use super::{about_name, day, kind_name, may_see};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::download;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/papers/one.html")]
struct One {
    frame: Frame,
    problems: Vec<Problem>,
    at: u64,
    kind: String,
    about: String,
    about_address: String,
    number: String,
    day: String,
    by: String,
    typed: Vec<(String, String)>,
    values_at: u64,
    sha256: String,
    template: String,
    size: u64,
    voided: Option<(String, String)>,
    is_same: Option<bool>,
    is_demonstration: bool,
    may_void: bool,
}

fn found(look: &Look<'_>, at: u64) -> Result<Paper, Refused> {
    let none = || Refused::no_such(("公文", "paper"), at);
    let paper = look.office.paper(Position(at)).map_err(|_| none())?;
    if may_see(look, &paper) {
        Ok(paper)
    } else {
        Err(none())
    }
}

pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(at): Path<u64>) -> Response {
    site.page(asked, move |look| show(look, at, &[])).await
}

fn show(look: &Look<'_>, at: u64, problems: &[Problem]) -> Result<Page, Refused> {
    let paper = found(look, at)?;
    let words = Words { lang: look.lang() };
    let kind = PaperKind::parse(&look.programme, &paper.facts.kind);
    let typed = paper.facts.parameters.iter().map(|(name, value)| {
        let field = kind.and_then(|kind| {
            kind.typed()
                .into_iter()
                .find(|field| field.name.en == *name)
        });
        let label = field.map_or_else(|| name.clone(), |field| label(look.text(&field.name)));
        (label, value.clone())
    });
    let is_same = match (
        look.office.remake_paper(&paper),
        look.office.paper_file(&paper),
    ) {
        (Ok(made), Ok(kept)) => Some(made == kept),
        _ => None,
    };
    let about_address = match kind.map(PaperKind::about) {
        Some(office::papers::About::Unit) => format!("/units/{}", paper.facts.about),
        Some(office::papers::About::Case) => format!("/cases/{}", paper.facts.about),
        Some(office::papers::About::Seal) => format!("/circular/{}", paper.facts.about),
        _ => "/assessment".to_owned(),
    };
    let title = match paper.facts.text.as_str() {
        "" => format!("{} #{at}", kind_name(look, &paper.facts.kind)),
        number => number.to_owned(),
    };
    Page::of(&One {
        problems: problems.to_vec(),
        at,
        kind: kind_name(look, &paper.facts.kind),
        about: about_name(look, &paper),
        about_address,
        number: paper.facts.text.clone(),
        day: day(words, &paper.facts.day),
        by: look.office.actor_name_in(paper.by, look.lang())?,
        typed: typed.collect(),
        values_at: paper.facts.at,
        sha256: paper.facts.sha256.clone(),
        template: paper.facts.template.clone(),
        size: paper.facts.size.div_ceil(1024),
        voided: paper
            .voided
            .clone()
            .map(|(iso, reason)| (day(words, &iso), reason)),
        is_same,
        is_demonstration: paper.facts.demonstration,
        may_void: look.may(Granted::Publish) && paper.voided.is_none(),
        frame: look.frame(title),
    })
}

pub(super) async fn file(State(site): State<Site>, asked: Asked, Path(at): Path<u64>) -> Response {
    site.file(asked, move |look| {
        let paper = found(look, at)?;
        let bytes = look.office.paper_file(&paper)?;
        let kind = PaperKind::parse(&look.programme, &paper.facts.kind)
            .map_or_else(String::new, |kind| kind.name().zh);
        let name = format!("{} {kind} {}", paper.facts.text, paper.facts.day);
        Ok(download::file(
            name.trim(),
            kind_of_file(&paper.facts.format),
            bytes,
        ))
    })
    .await
}

pub(super) async fn void(
    State(site): State<Site>,
    asked: Asked,
    Path(at): Path<u64>,
    posted: Posted,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            office
                .void_paper(Position(at), posted.get("reason"))
                .map_err(|problem| vec![problem])
        },
        move |_, _, _, ()| go_to(&format!("/papers/{at}")),
        move |look, _, problems| show(look, at, problems),
    )
    .await
}
