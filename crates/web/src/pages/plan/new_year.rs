//! The next year from this one: each item is kept, split, merged or dropped; what comes out waits as a proposed
//! version, where it is checked, compared and tried.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use base::{Problem, Ratio};
use office::authority::Granted;
use office::letters::scorecard_of;
use programme::new_year::{Fate, NewYear, next_version};

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/plan/new-year", get(page).post(make))
}

struct ItemRow {
    id: String,
    name: String,
    fate: String,
    into: String,
    parts: String,
    new_points: String,
    target: Option<String>,
    new_target: String,
}

struct Block {
    id: String,
    name: String,
    rows: Vec<ItemRow>,
}

#[derive(Template)]
#[template(path = "pages/plan/new_year.html")]
struct NewYearPage {
    frame: Frame,
    problems: Vec<Problem>,
    scheme: String,
    now: String,
    year: String,
    version: String,
    blocks: Vec<Block>,
    items: Vec<(String, String)>,
}

fn may(look: &Look<'_>) -> Result<(), Refused> {
    let role = look.visitor()?.role.clone();
    if look.may(Granted::Activate) {
        return Ok(());
    }
    let name = look.role_name(&role);
    Err(crate::problems::not_for_role(&name.zh, &name.en).into())
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| show(look, None, Vec::new())).await
}

/// The year after a period, as it is written.
fn year_after(programme: &programme::model::Programme) -> String {
    let text = programme.year.to_string();
    let (digits, rest) = text.split_at(text.len().min(4));
    match digits.parse::<i32>() {
        Ok(year) => format!("{}{rest}", year + 1),
        Err(_) => String::new(),
    }
}

fn show(look: &Look<'_>, posted: Option<&Posted>, problems: Vec<Problem>) -> Result<Page, Refused> {
    may(look)?;
    let words = Words { lang: look.lang() };
    let none = || Refused::no_such(("记分卡", "scorecard"), "unit");
    let scorecard = scorecard_of(&look.programme).ok_or_else(none)?;
    let declared = look.programme.scorecards.get(scorecard).ok_or_else(none)?;
    let typed = |name: &str, otherwise: String| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => otherwise,
    };
    let groups = &declared.card.groups;
    let top = |group: &base::GroupId| {
        let mut here = groups.iter().find(|found| &found.id == group);
        while let Some(parent) = here.and_then(|found| found.parent.as_ref()) {
            here = groups.iter().find(|found| &found.id == parent);
        }
        here.map(|found| found.id.clone())
    };
    let row = |item: &scoring::Item| {
        let field = |name: &str| format!("{name}.{}", item.id);
        let ties = declared.items.get(&item.id);
        let target = ties
            .and_then(|ties| ties.row.decimal("target"))
            .map(programme::shown::decimal);
        ItemRow {
            name: look.text(&item.name).to_owned(),
            fate: typed(&field("do"), "keep".to_owned()),
            into: typed(&field("into"), String::new()),
            parts: typed(&field("parts"), String::new()),
            new_points: typed(&field("points"), words.points(&item.points)),
            new_target: typed(&field("target"), target.clone().unwrap_or_default()),
            target,
            id: item.id.to_string(),
        }
    };
    Page::of(&NewYearPage {
        frame: look.frame(words.say("编制新年度方案", "Start the next year")),
        problems,
        scheme: look.text(&declared.name).to_owned(),
        now: format!(
            "{} {}",
            words.period(&look.programme.year),
            look.programme.version
        ),
        year: typed("year", year_after(&look.programme)),
        version: typed("version", next_version(&look.programme.version)),
        items: declared
            .card
            .items
            .iter()
            .map(|item| (item.id.to_string(), look.text(&item.name).to_owned()))
            .collect(),
        blocks: groups
            .iter()
            .filter(|group| group.parent.is_none())
            .map(|group| Block {
                id: group.id.to_string(),
                name: look.text(&group.name).to_owned(),
                rows: declared
                    .card
                    .items
                    .iter()
                    .filter(|item| top(&item.group).as_ref() == Some(&group.id))
                    .map(row)
                    .collect(),
            })
            .collect(),
    })
}

/// What the form asks for.
fn asked_for(look: &Look<'_>, posted: &Posted) -> Result<NewYear, Vec<Problem>> {
    let mut faults = Vec::new();
    let Some(scorecard) = scorecard_of(&look.programme) else {
        return Err(vec![crate::problems::no_such_thing(
            "记分卡",
            "scorecard",
            "unit",
        )]);
    };
    let mut ask = NewYear {
        scorecard: scorecard.to_string(),
        year: posted.get("year").trim().to_owned(),
        version: posted.get("version").trim().to_owned(),
        ..NewYear::default()
    };
    for (item, fate) in posted.with_prefix("do.") {
        let fate = match fate {
            "drop" => Fate::Drop,
            "merge" => Fate::Merge(posted.get(&format!("into.{item}")).to_owned()),
            "split" => match Fate::split(item, posted.get(&format!("parts.{item}"))) {
                Ok(fate) => fate,
                Err(problem) => {
                    faults.push(problem);
                    continue;
                }
            },
            _ => continue,
        };
        ask.fates.insert(item.to_owned(), fate);
    }
    let declared = look.programme.scorecards.get(scorecard);
    let points_of = |id: &str| {
        let mut items = declared?.card.items.iter();
        items
            .find(|item| item.id.as_str() == id)
            .map(|item| item.points.clone())
    };
    let target_of = |id: &str| declared?.items.get(id)?.row.decimal("target").cloned();
    let mut changed = |prefix: &str, of: &dyn Fn(&str) -> Option<Ratio>| {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for (item, text) in posted.with_prefix(prefix) {
            let text = text.trim();
            let is_kept = !ask.fates.contains_key(item);
            match Ratio::parse_decimal(text) {
                Some(number) if is_kept && of(item).is_some_and(|was| was != number) => {
                    found.insert(item.to_owned(), text.to_owned());
                }
                Some(_) => {}
                None if text.is_empty() || !is_kept => {}
                None => faults.push(crate::problems::not_a_number(text)),
            }
        }
        found
    };
    let points = changed("points.", &points_of);
    let targets = changed("target.", &target_of);
    ask.points = points;
    ask.targets = targets;
    if faults.is_empty() {
        Ok(ask)
    } else {
        Err(faults)
    }
}

async fn make(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        may(look)?;
        let refused = |problems: Vec<Problem>| {
            Ok(show(look, Some(posted), problems)?
                .with_status(StatusCode::UNPROCESSABLE_ENTITY)
                .answer(None))
        };
        let ask = match asked_for(look, posted) {
            Ok(ask) => ask,
            Err(faults) => return refused(faults),
        };
        let (name, bytes) = match look.office.propose_new_year(&ask) {
            Ok(made) => made,
            Err(faults) => return refused(faults),
        };
        let id = look
            .site
            .desk()
            .keep_upload(who.actor, &name, &bytes, look.site.now())?;
        Ok(go_to(&format!("/programme/proposals/{id}")))
    })
    .await
}
