//! Units as a tree, as of a day, with their history: founded, renamed, moved, merged.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, Problem};
use programme::model::Unit;
use serde::Deserialize;

use super::only_administration;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::me::day_of;
use crate::site::Site;
use crate::words::Words;

/// Deeper levels are shown as this one.
const LEVEL_MAX: usize = 5;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/admin/units", get(page))
}

#[derive(Debug, Default, Deserialize)]
struct When {
    #[serde(default)]
    day: String,
}

struct Line {
    id: String,
    level: usize,
    name: String,
    kind: String,
    group: String,
    aliases: String,
    history: Vec<String>,
}

struct Event {
    on: Day,
    day: String,
    id: String,
    unit: String,
    what: String,
}

#[derive(Template)]
#[template(path = "pages/admin/units.html")]
struct Units {
    frame: Frame,
    day: Day,
    shown: String,
    lines: Vec<Line>,
    gone: Vec<Line>,
    events: Vec<Event>,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(when): Query<When>) -> Response {
    site.page(asked, move |look| show(look, &when.day)).await
}

fn show(look: &Look<'_>, asked: &str) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let (day, problems) = match asked {
        "" => (look.today, Vec::new()),
        text => match day_of(text) {
            Ok(day) => (day, Vec::new()),
            Err(problem) => (look.today, vec![problem]),
        },
    };
    let units: Vec<&Unit> = look.programme.units.values().collect();
    let now: Vec<&Unit> = units
        .iter()
        .copied()
        .filter(|unit| unit.is_valid_on(day))
        .collect();
    let mut lines = Vec::new();
    let mut taken = BTreeSet::new();
    let is_root = |unit: &Unit| {
        unit.parent_on(day)
            .is_none_or(|parent| !now.iter().any(|other| other.id == *parent))
    };
    let mut waiting: Vec<(usize, &Unit)> = now
        .iter()
        .rev()
        .filter(|unit| is_root(unit))
        .map(|unit| (0, *unit))
        .collect();
    while let Some((level, unit)) = waiting.pop() {
        if !taken.insert(unit.id.clone()) {
            continue;
        }
        lines.push(line(look, unit, day, level.min(LEVEL_MAX)));
        let below = now
            .iter()
            .rev()
            .filter(|other| other.parent_on(day) == Some(&unit.id));
        waiting.extend(below.map(|other| (level + 1, *other)));
    }
    let gone = units.iter().filter(|unit| !unit.is_valid_on(day));
    let mut events: Vec<Event> = units
        .iter()
        .flat_map(|unit| events_of(look, unit))
        .collect();
    events.sort_by(|one, other| other.on.cmp(&one.on).then_with(|| one.id.cmp(&other.id)));
    Page::of(&Units {
        frame: look.frame(words.say("责任单位", "Units")),
        shown: words.day(day),
        lines,
        gone: gone.map(|unit| line(look, unit, day, 0)).collect(),
        events,
        day,
        problems,
    })
}

fn line(look: &Look<'_>, unit: &Unit, day: Day, level: usize) -> Line {
    let code = |vocabulary: &str, id: &str| {
        let found = look.programme.vocabularies.get(vocabulary);
        let found = found.and_then(|found| found.codes.get(id));
        found.map_or_else(|| id.to_owned(), |code| look.text(&code.name).to_owned())
    };
    let aliases: Vec<&str> = unit.aliases.iter().map(|alias| &**alias).collect();
    Line {
        id: unit.id.to_string(),
        level,
        name: look.text(unit.name_on(day)).to_owned(),
        kind: code("unit_kind", unit.kind.as_str()),
        group: unit
            .group_on(day)
            .map(|group| code("ranking_group", group.as_str()))
            .unwrap_or_default(),
        aliases: aliases.join("、"),
        history: events_of(look, unit)
            .into_iter()
            .map(|event| format!("{} {}", event.day, event.what))
            .collect(),
    }
}

/// What happened to a unit, the earliest first.
fn events_of(look: &Look<'_>, unit: &Unit) -> Vec<Event> {
    let words = Words { lang: look.lang() };
    let mut found: Vec<(Day, String)> = Vec::new();
    if unit.valid_from > Day::MIN {
        found.push((unit.valid_from, words.say("设立", "founded").to_owned()));
    }
    for change in &unit.changes {
        let mut parts = Vec::new();
        if let Some(name) = &change.name {
            parts.push(format!(
                "{} {}",
                words.say("更名为", "renamed to"),
                look.text(name)
            ));
        }
        if let Some(parent) = &change.parent {
            let name = look.unit_name(parent.as_str());
            parts.push(format!("{} {name}", words.say("改隶", "moved under")));
        }
        if let Some(group) = &change.group {
            parts.push(format!(
                "{} {group}",
                words.say("改入排名组", "moved to the ranking group")
            ));
        }
        found.push((change.on, parts.join("；")));
    }
    if unit.valid_to < Day::MAX {
        let names: Vec<String> = unit
            .successors
            .iter()
            .map(|unit| look.unit_name(unit.as_str()))
            .collect();
        let what = match names.is_empty() {
            true => words.say("撤销", "ended").to_owned(),
            false => format!("{} {}", words.say("并入", "merged into"), names.join("、")),
        };
        found.push((unit.valid_to, what));
    }
    found
        .into_iter()
        .map(|(on, what)| Event {
            on,
            day: words.day(on),
            id: unit.id.to_string(),
            unit: look.text(unit.name_on(on)).to_owned(),
            what,
        })
        .collect()
}
