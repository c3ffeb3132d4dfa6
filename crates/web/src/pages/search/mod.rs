//! Search: units, items, indicators, enterprises, and numbers of records, cases and entries.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Lang;
use programme::model::Scored;
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::find::{Fit, Typed};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::figure;
use crate::site::Site;
use crate::words::Words;

/// Lines of one kind.
const LINES_MAX: usize = 20;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/search", get(page))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    q: String,
}

struct Line {
    name: String,
    note: String,
    address: String,
    opens_drawer: bool,
}

struct Block {
    id: &'static str,
    name: &'static str,
    lines: Vec<Line>,
    /// What more there is, in words.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/search/search.html")]
struct Search {
    frame: Frame,
    asked: String,
    blocks: Vec<Block>,
    is_asked: bool,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, chosen.q.trim()))
        .await
}

fn show(look: &Look<'_>, asked: &str) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let mut blocks = numbers(look, asked)?;
    if let Some(typed) = Typed::of(asked) {
        blocks.push(units(look, &typed));
        blocks.push(items(look, &typed));
        blocks.push(indicators(look, &typed));
        blocks.extend(subjects(look, &typed, asked)?);
    }
    blocks.retain(|block| !block.lines.is_empty());
    Page::of(&Search {
        frame: look.frame(words.say("搜索", "Search")),
        asked: asked.to_owned(),
        is_asked: !asked.is_empty(),
        blocks,
    })
}

fn words(look: &Look<'_>) -> Words {
    Words { lang: look.lang() }
}

/// Names of a kind that fit, best first.
fn ranked(mut found: Vec<(Fit, Line)>, look: &Look<'_>) -> (Vec<Line>, Option<String>) {
    found.sort_by_key(|(fit, _)| *fit);
    let more = found.len().saturating_sub(LINES_MAX);
    let lines = found
        .into_iter()
        .take(LINES_MAX)
        .map(|(_, line)| line)
        .collect();
    (lines, (more > 0).then(|| more_of(look, more)))
}

fn more_of(look: &Look<'_>, more: usize) -> String {
    match look.lang() {
        Lang::Zh => format!("还有{more}个，请写得更具体"),
        Lang::En => format!("{more} more: type more of the name"),
    }
}

fn best(typed: &Typed, names: &[&str]) -> Option<Fit> {
    names.iter().filter_map(|name| typed.fits(name)).min()
}

fn units(look: &Look<'_>, typed: &Typed) -> Block {
    let found = look
        .programme
        .units
        .values()
        .filter_map(|unit| {
            let name = unit.name_on(look.today);
            let mut names: Vec<&str> = vec![&name.zh, &name.en];
            names.extend(unit.aliases.iter().map(|alias| &**alias));
            let fit = best(typed, &names)?;
            Some((
                fit,
                Line {
                    name: look.text(name).to_owned(),
                    note: String::new(),
                    address: format!("/units/{}", unit.id),
                    opens_drawer: false,
                },
            ))
        })
        .collect();
    let (lines, more) = ranked(found, look);
    Block {
        id: "units",
        name: words(look).say("单位", "Units"),
        lines,
        more,
    }
}

fn items(look: &Look<'_>, typed: &Typed) -> Block {
    let found = look
        .programme
        .scorecards
        .values()
        .filter(|card| card.of == Scored::Units)
        .flat_map(|card| card.card.items.iter().map(move |item| (card, item)))
        .filter_map(|(card, item)| {
            let fit = best(typed, &[&item.name.zh, &item.name.en])?;
            Some((
                fit,
                Line {
                    name: look.text(&item.name).to_owned(),
                    note: look.text(&card.name).to_owned(),
                    address: format!("/items/{}", item.id),
                    opens_drawer: false,
                },
            ))
        })
        .collect();
    let (lines, more) = ranked(found, look);
    Block {
        id: "items",
        name: words(look).say("考核项目", "Items"),
        lines,
        more,
    }
}

fn indicators(look: &Look<'_>, typed: &Typed) -> Block {
    let found = look
        .programme
        .indicators
        .values()
        .filter_map(|indicator| {
            let fit = best(typed, &[&indicator.name.zh, &indicator.name.en])?;
            let query = measure::Query::new(
                indicator.id.clone(),
                look.programme.year,
                look.today,
                look.at,
            );
            Some((
                fit,
                Line {
                    name: look.text(&indicator.name).to_owned(),
                    note: indicator.id.to_string(),
                    address: figure::link(&figure::address_at(look, &query, look.at)),
                    opens_drawer: true,
                },
            ))
        })
        .collect();
    let (lines, more) = ranked(found, look);
    Block {
        id: "indicators",
        name: words(look).say("指标", "Indicators"),
        lines,
        more,
    }
}

/// Subjects by name or identity; persons are not among them.
fn subjects(look: &Look<'_>, typed: &Typed, asked: &str) -> Result<Option<Block>, Refused> {
    let names = look.site.names(look.office)?;
    let mut found = names.by_identity(look.office, asked, LINES_MAX);
    let (by_name, count, has_more) = names.subjects(look.office, typed, LINES_MAX);
    for hit in by_name {
        if found.len() < LINES_MAX && !found.contains(&hit) {
            found.push(hit);
        }
    }
    let more = count.saturating_sub(found.len());
    let more = match (has_more, more) {
        (true, _) => Some(match look.lang() {
            Lang::Zh => format!("超过{count}个，请写得更具体"),
            Lang::En => format!("more than {count}: type more of the name"),
        }),
        (false, 0) => None,
        (false, more) => Some(more_of(look, more)),
    };
    let lines: Vec<Line> = found
        .into_iter()
        .map(|hit| {
            let of = look.programme.subject_types.get(hit.subject_type.as_str());
            let of = of.map_or_else(
                || hit.subject_type.clone(),
                |of| look.text(&of.name).to_owned(),
            );
            let coded: String = url::form_urlencoded::byte_serialize(hit.id.as_bytes()).collect();
            Line {
                note: format!("{of} {}", hit.id),
                address: format!("/subjects/{}/{coded}", hit.subject_type),
                name: hit.name,
                opens_drawer: false,
            }
        })
        .collect();
    Ok(Some(Block {
        id: "subjects",
        name: words(look).say("企业和其他对象", "Enterprises and other subjects"),
        lines,
        more,
    }))
}

/// A number: the record, case and entry of that number.
fn numbers(look: &Look<'_>, asked: &str) -> Result<Vec<Block>, Refused> {
    let Ok(number) = asked.trim_start_matches('#').parse::<u64>() else {
        return Ok(Vec::new());
    };
    if number == 0 || number > look.at.0 {
        return Ok(Vec::new());
    }
    let words = words(look);
    let mut lines = Vec::new();
    if let Ok(of) = look.office.record_type(number) {
        let name = look.programme.record_types.get(of.as_str());
        lines.push(Line {
            name: format!("{} {number}", words.say("记录", "Record")),
            note: name.map_or_else(|| of.clone(), |of| look.text(&of.name).to_owned()),
            address: format!("/records/{of}/{number}"),
            opens_drawer: false,
        });
    }
    if let Ok(case) = look.office.case(number) {
        lines.push(Line {
            name: format!("{} {number}", words.say("事项", "Case")),
            note: look.text(&case.flow.name).to_owned(),
            address: format!("/cases/{number}"),
            opens_drawer: false,
        });
    }
    lines.push(Line {
        name: format!("{} #{number}", words.say("存证", "Entry")),
        note: String::new(),
        address: format!("/ledger/{number}"),
        opens_drawer: false,
    });
    Ok(vec![Block {
        id: "numbers",
        name: words.say("编号", "By number"),
        lines,
        more: None,
    }])
}
