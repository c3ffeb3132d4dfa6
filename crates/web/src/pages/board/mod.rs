//! The scoreboard: units by ranking group × categories, with total, rank, grade and veto.
//!
//! A heat map is a table with cells: each cell says its points, the shade repeats the share in words'
//! place for the eye, and every number leads on.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{GroupId, Lang, Ratio, Rounding, ScorecardId};
use office::assessment::{Ask, Assessment};
use programme::model::{Programme, Scorecard, Scored};
use scoring::{Card, CardState};
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;

/// Steps of the shade.
const SHADES: i64 = 5;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/board", get(page))
}

/// What the board is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Chosen {
    /// Ranking group.
    #[serde(default)]
    group: String,
    /// Grade; `-` for none yet.
    #[serde(default)]
    grade: String,
}

struct Head {
    id: String,
    name: String,
}

struct BoardCell {
    text: String,
    possible: String,
    /// 0 (none) to [`SHADES`].
    shade: i64,
    title: String,
}

struct BoardRow {
    unit: String,
    name: String,
    cells: Vec<Option<BoardCell>>,
    total: String,
    rank: String,
    grade: String,
    grade_name: String,
    is_pending: bool,
    veto: Option<String>,
}

struct Block {
    name: String,
    rows: Vec<BoardRow>,
}

/// A choice of a filter.
pub(crate) struct Choice {
    pub value: String,
    pub name: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/board/board.html")]
struct Board {
    frame: Frame,
    scheme: String,
    heads: Vec<Head>,
    blocks: Vec<Block>,
    groups: Vec<Choice>,
    grades: Vec<Choice>,
    units: usize,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

/// The scorecard over units whose board is shown: the one asked for, else the first declared.
pub(crate) fn scorecard_of<'p>(
    programme: &'p Programme,
    asked: Option<&str>,
) -> Option<(&'p ScorecardId, &'p Scorecard)> {
    programme
        .scorecards
        .iter()
        .filter(|(_, found)| found.of == Scored::Units)
        .find(|(id, _)| asked.is_none_or(|asked| id.as_str() == asked))
}

/// The assessment of the programme's year as of today.
pub(crate) fn assessed(look: &Look<'_>, id: &ScorecardId) -> Result<Arc<Assessment>, Refused> {
    let ask = Ask {
        scorecard: id.clone(),
        period: look.programme.year,
        day: look.today,
        at: look.at,
    };
    Ok(look.site.assessment(look.office, &ask)?)
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let (id, scorecard) = scorecard_of(&look.programme, None)
        .ok_or_else(|| Refused::no_such(("记分卡", "scorecard"), "unit"))?;
    let assessment = assessed(look, id)?;
    let tops: Vec<&GroupId> = scorecard
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none())
        .map(|group| &group.id)
        .collect();
    let heads = scorecard
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none())
        .map(|group| Head {
            id: group.id.to_string(),
            name: look.text(&group.name).to_owned(),
        })
        .collect();
    let mut blocks: Vec<(Option<String>, Block)> = Vec::new();
    let mut groups: Vec<Choice> = Vec::new();
    let mut grades: Vec<Choice> = Vec::new();
    for card in &assessment.cards {
        let group = card.ranking_group.clone();
        let group_id = group.clone().unwrap_or_default();
        if !groups.iter().any(|found| found.value == group_id) {
            groups.push(Choice {
                name: group_name(look, &group_id),
                is_chosen: chosen.group == group_id,
                value: group_id.clone(),
            });
        }
        let grade = card.grade.clone().unwrap_or_else(|| "-".to_owned());
        if !grades.iter().any(|found| found.value == grade) {
            grades.push(Choice {
                name: card
                    .grade
                    .as_deref()
                    .map_or_else(|| say(look, "未定", "open").to_owned(), str::to_owned),
                is_chosen: chosen.grade == grade,
                value: grade.clone(),
            });
        }
        let is_wanted = (chosen.group.is_empty() || chosen.group == group_id)
            && (chosen.grade.is_empty() || chosen.grade == grade);
        if !is_wanted {
            continue;
        }
        let row = row(look, scorecard, &tops, card);
        match blocks.iter_mut().find(|(found, _)| *found == group) {
            Some((_, block)) => block.rows.push(row),
            None => blocks.push((
                group,
                Block {
                    name: group_name(look, &group_id),
                    rows: vec![row],
                },
            )),
        }
    }
    grades.sort_by(|a, b| a.value.cmp(&b.value));
    for (_, block) in &mut blocks {
        // Ranked first, in order; then the others as the programme lists them.
        block
            .rows
            .sort_by_key(|row| row.rank.parse::<u32>().unwrap_or(u32::MAX));
    }
    let blocks: Vec<Block> = blocks.into_iter().map(|(_, block)| block).collect();
    Page::of(&Board {
        frame: look.frame(say(look, "记分榜", "Scoreboard")),
        scheme: look.text(&scorecard.name).to_owned(),
        heads,
        units: blocks.iter().map(|block| block.rows.len()).sum(),
        blocks,
        groups,
        grades,
    })
}

fn say<'t>(look: &Look<'_>, zh: &'t str, en: &'t str) -> &'t str {
    match look.lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn group_name(look: &Look<'_>, id: &str) -> String {
    look.programme
        .vocabularies
        .values()
        .find_map(|vocabulary| vocabulary.codes.get(id))
        .map_or_else(
            || say(look, "不分组", "No group").to_owned(),
            |code| look.text(&code.name).to_owned(),
        )
}

fn row(look: &Look<'_>, scorecard: &Scorecard, tops: &[&GroupId], card: &Card) -> BoardRow {
    let words = crate::words::Words { lang: look.lang() };
    let cells = tops
        .iter()
        .map(|group| {
            let found = card.group(group)?;
            let has_items = card.items.iter().any(|item| {
                &item.top_group == *group && item.state != scoring::ItemState::NotCarried
            });
            if !has_items {
                return None;
            }
            let net = found.net_points();
            let shade = found.rate().map_or(0, |rate| shade_of(&rate));
            Some(BoardCell {
                text: net.to_decimal(1, Rounding::HalfUp),
                possible: words.points(&found.possible),
                shade,
                title: costliest(look, scorecard, card, group),
            })
        })
        .collect();
    let grade = card.grade.clone().unwrap_or_default();
    BoardRow {
        unit: card.participant.clone(),
        name: look.unit_name(&card.participant),
        cells,
        total: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
        rank: card.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        grade_name: scorecard
            .card
            .bands
            .iter()
            .find(|band| band.grade == grade)
            .map(|band| look.text(&band.name).to_owned())
            .unwrap_or_default(),
        grade,
        is_pending: card.state == CardState::Pending,
        veto: card
            .vetoes
            .first()
            .map(|veto| look.text(&veto.name).to_owned()),
    }
}

/// From 1 (little) to [`SHADES`] (all).
fn shade_of(rate: &Ratio) -> i64 {
    let scaled = rate * &Ratio::from_int(SHADES);
    scaled
        .to_decimal(0, Rounding::Down)
        .parse::<i64>()
        .unwrap_or(0)
        .clamp(0, SHADES)
        .max(1)
}

/// The item that costs most of a category.
fn costliest(look: &Look<'_>, scorecard: &Scorecard, card: &Card, group: &GroupId) -> String {
    let lost = |item: &scoring::ItemResult| {
        item.points.as_ref().map_or_else(
            || item.max_points.clone(),
            |points| &item.max_points - points,
        )
    };
    let worst = card
        .items
        .iter()
        .filter(|item| &item.top_group == group && !item.excluded)
        .max_by_key(|item| lost(item));
    let Some(worst) = worst.filter(|item| lost(item) > Ratio::ZERO) else {
        return say(look, "没有失分", "nothing lost").to_owned();
    };
    let name = scorecard
        .card
        .items
        .iter()
        .find(|item| item.id == worst.item)
        .map(|item| look.text(&item.name).to_owned())
        .unwrap_or_default();
    let points = programme::shown::points(&lost(worst));
    match look.lang() {
        Lang::Zh => format!("失分最多：{name} −{points}"),
        Lang::En => format!("costs most: {name} −{points}"),
    }
}
