//! Leave and handover: who stands in for me, and what I hand over or take over, each with a signature.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::Problem;
use office::people::Days;
use office::spaces::ActorRow;

use super::{day_of, say, show};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/me/deputy", post(appoint))
        .route("/me/deputy/end", post(end))
        .route("/me/handover", post(hand_over))
        .route("/handovers/{number}", get(page).post(confirm))
}

/// Somebody to choose.
pub(crate) struct Colleague {
    pub number: u64,
    pub name: String,
}

/// A deputy.
pub(crate) struct DeputyLine {
    pub number: u64,
    pub by: String,
    pub of: String,
    pub from: String,
    pub to: String,
    pub is_over: bool,
}

/// A handover.
pub(crate) struct HandoverLine {
    pub number: u64,
    pub from: String,
    pub to: String,
    pub day: String,
    pub confirmed: Option<String>,
    pub waits_for_me: bool,
}

/// Those in office, by name, with role and unit.
pub(crate) fn colleagues(
    look: &Look<'_>,
    actors: &BTreeMap<u64, ActorRow>,
    wanted: impl Fn(u64, &ActorRow) -> bool,
) -> Vec<Colleague> {
    let in_office = actors.iter().filter(|(number, row)| {
        row.closed.is_none() && row.stands_in.is_none() && wanted(**number, row)
    });
    let mut all: Vec<Colleague> = in_office
        .map(|(number, row)| {
            let role = look.role_name(&row.role);
            let unit = row.unit.as_deref().map(|unit| look.unit_name(unit));
            let about = [Some(look.text(&role).to_owned()), unit];
            let about: Vec<String> = about.into_iter().flatten().collect();
            Colleague {
                number: *number,
                name: format!("{} · {}", row.name, about.join(" · ")),
            }
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// Whoever stands in for somebody, or for whom somebody does; the newest first.
pub(crate) fn deputies_of(
    look: &Look<'_>,
    actors: &BTreeMap<u64, ActorRow>,
    number: u64,
) -> Vec<DeputyLine> {
    let words = Words { lang: look.lang() };
    let name = |number: u64| {
        actors
            .get(&number)
            .map_or_else(String::new, |row| row.name.clone())
    };
    let day =
        |text: &str| base::Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day));
    let today = look.today.to_string();
    actors
        .iter()
        .rev()
        .filter_map(|(of_deputy, row)| Some((*of_deputy, row.stands_in.as_ref()?)))
        .filter(|(_, days)| days.of == number || days.by == number)
        .map(|(of_deputy, days)| DeputyLine {
            number: of_deputy,
            by: name(days.by),
            of: name(days.of),
            from: day(&days.from),
            to: day(&days.to),
            is_over: days.to < today,
        })
        .collect()
}

/// The handovers of somebody, on either side.
pub(crate) fn handovers_of(look: &Look<'_>, number: u64) -> Result<Vec<HandoverLine>, Problem> {
    let words = Words { lang: look.lang() };
    let day =
        |text: &str| base::Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day));
    let mut lines = Vec::new();
    for (handover, row) in look.office.handovers()? {
        if row.from != number && row.to != number {
            continue;
        }
        lines.push(HandoverLine {
            number: handover,
            from: look.office.actor_name_in(row.from, look.lang())?,
            to: look.office.actor_name_in(row.to, look.lang())?,
            day: day(&row.day),
            waits_for_me: row.to == number && row.confirmed.is_none(),
            confirmed: row.confirmed.map(|(_, on)| day(&on)),
        });
    }
    Ok(lines)
}

fn number_of(posted: &Posted, field: &str) -> Result<u64, Problem> {
    posted
        .get(field)
        .parse()
        .map_err(|_| problems::choose_a_person())
}

/// Whose matter a form is about: `of` where a form names it (who manages people), else one's own.
fn whose(posted: &Posted, own: u64) -> Result<u64, Problem> {
    match posted.get("of") {
        "" => Ok(own),
        _ => number_of(posted, "of"),
    }
}

fn back_of(posted: &Posted) -> String {
    match posted.get("of") {
        "" => "/me#leave".to_owned(),
        number => format!("/admin/people/{number}"),
    }
}

async fn appoint(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, who| {
            let one = |problem| vec![problem];
            let of = whose(posted, who.own).map_err(one)?;
            let by = number_of(posted, "by").map_err(one)?;
            let days = Days {
                from: day_of(posted.get("from")).map_err(one)?,
                to: day_of(posted.get("to")).map_err(one)?,
            };
            let done = office.appoint_deputy(of, by, days, posted.get("reason"));
            done.map_err(one)
        },
        |_, _, posted, _| go_to(&back_of(posted)),
        again,
    )
    .await
}

async fn end(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let one = |problem| vec![problem];
            let number = number_of(posted, "deputy").map_err(one)?;
            office.end_deputy(number).map_err(one)
        },
        |_, _, posted, ()| go_to(&back_of(posted)),
        again,
    )
    .await
}

async fn hand_over(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let over = site.clone();
    site.command(
        asked,
        posted,
        move |office, posted, who| {
            let one = |problem| vec![problem];
            let from = whose(posted, who.own).map_err(one)?;
            let to = number_of(posted, "to").map_err(one)?;
            let drafts = over.desk().drafts(from).map_err(one)?;
            let forms: Vec<String> = drafts.into_iter().map(|draft| draft.form).collect();
            office
                .hand_over(from, to, &forms, posted.get("note"))
                .map_err(one)
        },
        |_, _, _, number| go_to(&format!("/handovers/{number}")),
        again,
    )
    .await
}

fn again(look: &Look<'_>, posted: &Posted, problems: &[Problem]) -> Result<Page, Refused> {
    match posted.get("of").parse() {
        Ok(number) => crate::pages::admin::people::show_person(look, number, problems),
        Err(_) => show(look, problems),
    }
}

/// A case that passes on.
struct CaseLine {
    number: u64,
    what: String,
    state: String,
    due: String,
    explanations: usize,
}

#[derive(Template)]
#[template(path = "pages/me/handover.html")]
struct Handover {
    frame: Frame,
    number: u64,
    from: String,
    to: String,
    day: String,
    signed_by: String,
    confirmed: Option<(u64, String)>,
    waits_for_me: bool,
    cases: Vec<CaseLine>,
    drafts: Vec<String>,
    note: String,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Path(number): Path<u64>) -> Response {
    site.page(asked, move |look| show_handover(look, number, &[]))
        .await
}

fn show_handover(look: &Look<'_>, number: u64, problems: &[Problem]) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let (row, list) = look
        .office
        .handover(number)
        .map_err(|_| Refused::no_such(("移交", "handover"), number))?;
    // Both sides see it, who manages people and who audits.
    let is_mine = row.from == who.own || row.to == who.own;
    if !is_mine && !crate::pages::admin::may_look(look) {
        return Err(Refused::no_such(("移交", "handover"), number));
    }
    let words = Words { lang: look.lang() };
    let day =
        |text: &str| base::Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day));
    let name = |number: u64| look.office.actor_name_in(number, look.lang());
    let mut cases = Vec::new();
    for handed in &list.cases {
        let case = look.office.case(handed.case)?;
        let state = case.flow.state(&base::StateId::new(&handed.state));
        let item = case.about.item.as_deref().map(|item| {
            let cards = look
                .programme
                .scorecards
                .get(case.about.scorecard.as_deref().unwrap_or_default());
            cards
                .and_then(|found| {
                    found
                        .card
                        .items
                        .iter()
                        .find(|found| found.id.as_str() == item)
                })
                .map_or_else(
                    || item.to_owned(),
                    |found| look.text(&found.name).to_owned(),
                )
        });
        cases.push(CaseLine {
            number: handed.case,
            what: item.unwrap_or_else(|| look.text(&case.flow.name).to_owned()),
            state: state.map_or_else(
                || handed.state.clone(),
                |state| look.text(&state.name).to_owned(),
            ),
            due: handed.due.as_deref().map(day).unwrap_or_default(),
            explanations: handed.explanations.len(),
        });
    }
    Page::of(&Handover {
        frame: look.frame(say(look.lang(), "工作移交单", "Handover list")),
        number,
        from: name(row.from)?,
        to: name(row.to)?,
        day: day(&row.day),
        signed_by: name(row.signed_by)?,
        waits_for_me: row.to == who.actor && row.confirmed.is_none(),
        confirmed: row.confirmed.map(|(at, on)| (at, day(&on))),
        cases,
        drafts: list.drafts,
        note: list.note.unwrap_or_default(),
        problems: problems.to_vec(),
    })
}

async fn confirm(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, _, _| {
            office
                .confirm_handover(number)
                .map_err(|problem| vec![problem])
        },
        move |site, _, _, row| {
            // What was typed and not handed in goes over with the second signature.
            let moved = site.desk().hand_over_drafts(row.from, row.to);
            match moved {
                Ok(_) => go_to(&format!("/handovers/{number}")),
                Err(problem) => crate::answer::bare(base::Lang::Zh, &problem),
            }
        },
        move |look, _, problems| show_handover(look, number, problems),
    )
    .await
}
