//! The receipt of a visit, and the word of its second inspector: under her own sign-in, because nobody else can give it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::Problem;

use super::shown::{Panel, panel, what_of};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/field/receipt.html")]
struct Receipt {
    frame: Frame,
    what: String,
    address: String,
    visit: Panel,
    problems: Vec<Problem>,
    note: String,
}

pub(super) async fn receipt(
    State(site): State<Site>,
    asked: Asked,
    Path(key): Path<String>,
) -> Response {
    site.page(asked, move |look| show(look, &key, &[], ""))
        .await
}

fn show(look: &Look<'_>, key: &str, problems: &[Problem], note: &str) -> Result<Page, Refused> {
    let visit = look.office.visit(key).map_err(Refused::missing)?;
    let (what, address) = what_of(look, &visit)?;
    let words = Words { lang: look.lang() };
    Page::of(&Receipt {
        frame: look.frame(words.say("现场检查回执", "Receipt of the visit")),
        what,
        address,
        visit: panel(look, &visit)?,
        problems: problems.to_vec(),
        note: note.to_owned(),
    })
}

pub(super) async fn confirm(
    State(site): State<Site>,
    asked: Asked,
    Path(key): Path<String>,
    posted: Posted,
) -> Response {
    let (of, back) = (key.clone(), key.clone());
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let agrees = posted.get("agrees") == "yes";
            office
                .confirm_visit(&of, agrees, posted.get("note"))
                .map_err(|problem| vec![problem])
        },
        move |_, _, _, ()| go_to(&format!("/field/visits/{back}")),
        move |look, posted, problems| show(look, &key, problems, posted.get("note")),
    )
    .await
}
