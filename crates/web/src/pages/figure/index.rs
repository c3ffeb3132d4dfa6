//! All indicators, by the category of the items that take them, with the city's value now or then.

use askama::Template;
use base::Figure;
use measure::Query;
use programme::model::{Indicator, Programme, Scored};

use super::{Chosen, address_at, link};
use crate::answer::{Page, Refused};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Then, Wanted};
use crate::words::Words;

struct Line {
    name: String,
    value: String,
    unit_of_measure: String,
    address: String,
    /// Whether it has a value.
    has_value: bool,
}

struct Block {
    id: String,
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "pages/figure/index.html")]
struct Index {
    frame: Frame,
    asked: String,
    day: String,
    at: String,
    blocks: Vec<Block>,
    count: usize,
    all: usize,
}

pub(super) fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let asked = chosen.q.as_str();
    let then = Then::of(
        look,
        &Wanted {
            period: "",
            day: &chosen.day,
            at: &chosen.at,
        },
    )?;
    let programme = &then.programme;
    let wanted = asked.trim().to_lowercase();
    let is_wanted = |indicator: &Indicator| {
        let texts = [
            &indicator.name.zh,
            &indicator.name.en,
            &indicator.definition.zh,
            &indicator.definition.en,
        ];
        wanted.is_empty()
            || indicator.id.as_str().contains(&wanted)
            || texts
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
    };
    let found: Vec<&Indicator> = programme
        .indicators
        .values()
        .filter(|indicator| is_wanted(indicator))
        .collect();
    let queries: Vec<Query> = found
        .iter()
        .map(|indicator| Query::new(indicator.id.clone(), programme.year, then.day, then.at))
        .collect();
    let columns = look.office.mirror().columns();
    let figures: Vec<Figure> = match columns.measure_many(&queries) {
        Ok(cells) => cells
            .into_iter()
            .map(|cells| {
                let first = cells.into_iter().next();
                first.map_or_else(Figure::not_reported, |cell| cell.figure)
            })
            .collect(),
        Err(problem) => return Err(problem.into()),
    };
    let mut blocks: Vec<Block> = Vec::new();
    for ((indicator, figure), query) in found.iter().zip(&figures).zip(&queries) {
        let (id, name) = category(look, programme, indicator);
        let line = Line {
            name: look.text(&indicator.name).to_owned(),
            value: words.figure(figure, indicator.format),
            unit_of_measure: look.text(&indicator.unit_of_measure).to_owned(),
            address: link(&address_at(look, query, then.at)),
            has_value: figure.value().is_some(),
        };
        match blocks.iter_mut().find(|block| block.id == id) {
            Some(block) => block.lines.push(line),
            None => blocks.push(Block {
                id,
                name,
                lines: vec![line],
            }),
        }
    }
    // In the scheme's order; what no item takes is last.
    let order = order(programme);
    blocks.sort_by_key(|block| {
        order
            .iter()
            .position(|id| *id == block.id)
            .unwrap_or(order.len())
    });
    Page::of(&Index {
        frame: then.frame(
            look,
            words.say("指标", "Indicators"),
            format!("/figures?{}", query_of(asked)),
        ),
        asked: asked.trim().to_owned(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        count: found.len(),
        all: programme.indicators.len(),
        blocks,
    })
}

fn query_of(asked: &str) -> String {
    let mut coded = url::form_urlencoded::Serializer::new(String::new());
    if !asked.is_empty() {
        coded.append_pair("q", asked);
    }
    coded.finish()
}

fn order(programme: &Programme) -> Vec<String> {
    programme
        .scorecards
        .values()
        .filter(|card| card.of == Scored::Units)
        .flat_map(|card| &card.card.groups)
        .filter(|group| group.parent.is_none())
        .map(|group| group.id.to_string())
        .collect()
}

/// The category of the first item over units that takes an indicator.
fn category(look: &Look<'_>, programme: &Programme, indicator: &Indicator) -> (String, String) {
    for scorecard in programme.scorecards.values() {
        if scorecard.of != Scored::Units {
            continue;
        }
        let taken = scorecard
            .items
            .iter()
            .find(|(_, ties)| ties.indicators.contains(&indicator.id))
            .and_then(|(id, _)| scorecard.card.items.iter().find(|item| &item.id == id));
        let Some(item) = taken else { continue };
        let mut group = scorecard
            .card
            .groups
            .iter()
            .find(|group| group.id == item.group);
        while let Some(found) = group
            && let Some(parent) = &found.parent
        {
            group = scorecard
                .card
                .groups
                .iter()
                .find(|group| &group.id == parent);
        }
        if let Some(group) = group {
            return (group.id.to_string(), look.text(&group.name).to_owned());
        }
    }
    let words = Words { lang: look.lang() };
    (
        String::new(),
        words.say("考核之外", "Outside the assessment").to_owned(),
    )
}
