//! All items of one unit: figures, points, states, and what is ready to be submitted in one step.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use base::Ratio;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::asks_for_nothing;
use crate::pages::course::{CaseLine, actions, cases_of_unit, course, line};
use crate::site::Site;
use crate::words::Words;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/units/{unit}/items", get(page))
}

/// A case with whether it can be submitted now.
struct Row {
    line: CaseLine,
    is_ready: bool,
}

#[derive(Template)]
#[template(path = "pages/items/items.html")]
struct Items {
    frame: Frame,
    unit: String,
    rows: Vec<Row>,
    /// What can be done with all that are ready: action and name.
    act: Option<(String, String)>,
    ready: usize,
    own_total: String,
    given_total: String,
    points_total: String,
    max_total: String,
}

async fn page(State(site): State<Site>, asked: Asked, Path(unit): Path<String>) -> Response {
    site.page(asked, move |look| show(look, &unit)).await
}

fn show(look: &Look<'_>, unit: &str) -> Result<Page, Refused> {
    let who = look.visitor()?;
    if !look.programme.units.contains_key(unit) {
        return Err(Refused::no_such(("单位", "unit"), unit));
    }
    // Until the draft is out, points that are given to one unit are no other unit's business.
    let sees_all = who.unit.as_deref() == Some(unit) || !is_of_unit(&who.role);
    if !sees_all {
        let role = look.role_name(&who.role);
        return Err(crate::problems::not_for_role(&role.zh, &role.en).into());
    }
    let course = course(look)?;
    let words = Words { lang: look.lang() };
    let mut act = None;
    let mut rows = Vec::new();
    for case in cases_of_unit(look, &course, unit)? {
        let ready = actions(look, &case)
            .into_iter()
            .find(|action| asks_for_nothing(action))
            .map(|action| (action.id.to_string(), look.text(&action.name).to_owned()));
        let Some(line) = line(look, &course, &case) else {
            continue;
        };
        rows.push(Row {
            line,
            is_ready: ready.is_some(),
        });
        act = act.or(ready);
    }
    let total = |of: &dyn Fn(&CaseLine) -> Option<&Ratio>| -> String {
        let sum: Ratio = rows.iter().filter_map(|row| of(&row.line)).cloned().sum();
        words.points(&sum.round(2, base::Rounding::HalfUp))
    };
    let card = course
        .assessment
        .cards
        .iter()
        .find(|card| card.participant == unit);
    Page::of(&Items {
        frame: look.frame(match look.lang() {
            base::Lang::Zh => format!("{}的考核项目", look.unit_name(unit)),
            base::Lang::En => format!("Items of {}", look.unit_name(unit)),
        }),
        unit: unit.to_owned(),
        ready: rows.iter().filter(|row| row.is_ready).count(),
        own_total: total(&|line| line.own_points.as_ref()),
        given_total: total(&|line| line.given_points.as_ref()),
        max_total: total(&|line| Some(&line.max_points)),
        points_total: card
            .and_then(|card| card.total_text.clone())
            .unwrap_or_default(),
        act,
        rows,
    })
}

/// Roles that act for one unit only.
fn is_of_unit(role: &str) -> bool {
    ["liaison", "unit_leader"].contains(&role)
}
