//! The leaders' view: five figures with their course, what burns, the board in miniature, one sentence.
//!
//! All of it is figures; nothing is written by hand. Which five figures are shown is a setting of the
//! programme office, else those at which most points stand. A ranking for a wall is off until the
//! programme office switches it on.

mod burns;
mod wall;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{IndicatorId, Lang, PartKind, Ratio, Rounding};
use measure::By;
use programme::model::{Better, Format, Indicator};
use scoring::CardState;
use serde::Deserialize;

use crate::answer::{self, Page, Refused};
use crate::asked::Asked;
use crate::chart::spark;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::Choice;
use crate::pages::board::seen::{Seen, Wanted};
use crate::pages::board::table::{shade_of, signed};
use crate::pages::figure;
use crate::posted::Posted;
use crate::site::Site;
use burns::Burn;

/// Figures that are shown.
const FIGURES: usize = 5;
/// The setting with their ids, separated by spaces.
const FIGURES_SETTING: &str = "leaders.figures";
/// The setting that lets a ranking stand on a wall.
const WALL_SETTING: &str = "leaders.wall";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/leaders", get(page))
        .route("/leaders/figures", post(choose))
        .route("/leaders/wall", post(switch))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    /// `1`: the ranking for a wall.
    wall: String,
    period: String,
    day: String,
    at: String,
}

struct Shown {
    name: String,
    value: String,
    address: String,
    /// Against the year before.
    change: Option<String>,
    /// Whether the change is for the better; shape and word say it too.
    is_better: Option<bool>,
    spark: String,
}

/// A unit in the miniature.
pub(crate) struct Tile {
    pub unit: String,
    pub name: String,
    pub short: String,
    pub total: String,
    pub shade: i64,
    pub is_vetoed: bool,
    pub is_open: bool,
}

/// A group of the miniature.
pub(crate) struct TileGroup {
    pub name: String,
    pub tiles: Vec<Tile>,
}

#[derive(Template)]
#[template(path = "pages/leaders/leaders.html")]
struct Leaders {
    frame: Frame,
    /// What an address adds to show the same.
    suffix: String,
    day: String,
    at: String,
    period: String,
    truth: String,
    summary: String,
    figures: Vec<Shown>,
    burns: Vec<Burn>,
    groups: Vec<TileGroup>,
    may_choose: bool,
    choices: Vec<Vec<Choice>>,
    is_wall_on: bool,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| {
        if chosen.wall == "1" {
            wall::show(look)
        } else {
            show(look, &chosen)
        }
    })
    .await
}

fn is_wall_on(look: &Look<'_>) -> Result<bool, Refused> {
    Ok(look.site.desk().setting(WALL_SETTING)?.as_deref() == Some("on"))
}

/// Settings are the programme office's.
fn may_choose(look: &Look<'_>) -> bool {
    look.has_role(&["programme_office"])
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let wanted = Wanted {
        period: &chosen.period,
        day: &chosen.day,
        at: &chosen.at,
    };
    let seen = Seen::of(look, &wanted)?;
    let ids = figures(&seen)?;
    let may_choose = may_choose(look) && seen.is_now();
    let choices = if may_choose {
        (0..FIGURES)
            .map(|place| choices(look, ids.get(place)))
            .collect()
    } else {
        Vec::new()
    };
    Page::of(&Leaders {
        frame: seen.frame(
            seen.words.say("质量强市一览", "The programme at a glance"),
            format!("/leaders{}", seen.suffix_of_now()),
        ),
        suffix: seen.suffix(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        period: chosen.period.clone(),
        truth: seen.truth(),
        summary: summary(&seen)?,
        figures: ids
            .iter()
            .map(|id| shown(&seen, id))
            .collect::<Result<_, _>>()?,
        // Who waits for what is so now; nobody asks whom a day of last year waited for.
        burns: match seen.is_now() {
            true => burns::burns(&seen)?,
            false => Vec::new(),
        },
        groups: tiles(&seen),
        may_choose,
        choices,
        is_wall_on: is_wall_on(look)?,
    })
}

fn choices(look: &Look<'_>, chosen: Option<&IndicatorId>) -> Vec<Choice> {
    look.programme
        .indicators
        .values()
        .map(|indicator| Choice {
            value: indicator.id.to_string(),
            name: look.text(&indicator.name).to_owned(),
            is_chosen: chosen == Some(&indicator.id),
        })
        .collect()
}

/// The figures that are set, else those at which most points of all units stand.
fn figures(seen: &Seen<'_>) -> Result<Vec<IndicatorId>, Refused> {
    let set = seen.look.site.desk().setting(FIGURES_SETTING)?;
    let set: Vec<IndicatorId> = set
        .unwrap_or_default()
        .split_whitespace()
        .map(IndicatorId::new)
        .filter(|id| seen.programme.indicators.contains_key(id))
        .collect();
    if !set.is_empty() {
        return Ok(set);
    }
    let scorecard = seen.scorecard()?;
    let mut stakes: Vec<(Ratio, &IndicatorId)> = Vec::new();
    for (id, ties) in &scorecard.items {
        let Some(indicator) = ties.indicators.first() else {
            continue;
        };
        let is_rate = seen
            .programme
            .indicators
            .get(indicator)
            .is_some_and(|found| matches!(found.format, Format::Percent(_)));
        if !is_rate || stakes.iter().any(|(_, known)| *known == indicator) {
            continue;
        }
        let stake = seen
            .assessment
            .cards
            .iter()
            .filter_map(|card| card.item(id))
            .filter(|item| !item.excluded)
            .fold(Ratio::ZERO, |sum, item| &sum + &item.max_points);
        stakes.push((stake, indicator));
    }
    stakes.sort_by(|a, b| b.0.cmp(&a.0));
    Ok(stakes
        .into_iter()
        .take(FIGURES)
        .map(|(_, id)| id.clone())
        .collect())
}

fn shown(seen: &Seen<'_>, id: &IndicatorId) -> Result<Shown, Refused> {
    let no_such = || Refused::no_such(("指标", "indicator"), id);
    let indicator = seen.programme.indicators.get(id).ok_or_else(no_such)?;
    let columns = seen.look.office.mirror().columns();
    let query = measure::Query::new(
        id.clone(),
        seen.assessment.period,
        seen.assessment.day,
        seen.assessment.at,
    );
    let figure = columns
        .measure(&query)?
        .into_iter()
        .next()
        .map(|cell| cell.figure)
        .unwrap_or_else(base::Figure::not_reported);
    let months = measure::Query {
        by: By::Part(PartKind::Month),
        ..query.clone()
    };
    let values: Vec<Option<f64>> = columns
        .measure(&months)
        .unwrap_or_default()
        .iter()
        .filter(|cell| {
            cell.period
                .first()
                .is_some_and(|day| day <= seen.assessment.day)
        })
        .map(|cell| cell.figure.value().map(|value| value.to_f64()))
        .collect();
    let (change, is_better) = change(seen, indicator, &query, &figure)?;
    Ok(Shown {
        name: seen.look.text(&indicator.name).to_owned(),
        value: seen.words.figure(&figure, indicator.format),
        address: figure::link(&figure::address_at(seen.look, &query, seen.assessment.at)),
        change,
        is_better,
        spark: spark(&values),
    })
}

/// The change against the year before, where that has a value that is not nothing.
fn change(
    seen: &Seen<'_>,
    indicator: &Indicator,
    query: &measure::Query,
    figure: &base::Figure,
) -> Result<(Option<String>, Option<bool>), Refused> {
    let Some(period) = query.period.year_earlier() else {
        return Ok((None, None));
    };
    let earlier = measure::Query {
        period,
        ..query.clone()
    };
    let before = seen.look.office.mirror().columns().measure(&earlier)?;
    let before = before
        .into_iter()
        .next()
        .and_then(|cell| cell.figure.value());
    let (Some(now), Some(before)) = (figure.value(), before.filter(|value| !value.is_zero()))
    else {
        return Ok((None, None));
    };
    let change = &now - &before;
    let is_better = match indicator.better {
        _ if change.is_zero() => None,
        Better::Higher => Some(change.is_positive()),
        Better::Lower => Some(change.is_negative()),
        Better::Neither => None,
    };
    let text = match indicator.format {
        Format::Percent(_) => {
            let points = signed(&(&change * &Ratio::from_int(100)));
            format!("{points}{}", seen.words.say("个百分点", " points"))
        }
        _ => signed(&change),
    };
    let year = seen.words.period(&period);
    Ok((
        Some(match seen.words.lang {
            Lang::Zh => format!("比{year}{text}"),
            Lang::En => format!("{text} on {year}"),
        }),
        is_better,
    ))
}

/// The units as tiles, by group.
pub(crate) fn tiles(seen: &Seen<'_>) -> Vec<TileGroup> {
    let city = seen.look.text(&seen.programme.city);
    let mut groups: Vec<(String, TileGroup)> = Vec::new();
    for card in &seen.assessment.cards {
        let name = seen.look.unit_name(&card.participant);
        let rate = card
            .total
            .as_ref()
            .and_then(|total| total.checked_div(&card.possible));
        let tile = Tile {
            // All units of a city bear its name. In English what is left may say nothing: “Town” of “Chibi Town”.
            short: match seen.words.lang {
                Lang::Zh => name.strip_prefix(city).unwrap_or(&name).to_owned(),
                Lang::En => name.clone(),
            },
            unit: card.participant.clone(),
            total: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
            shade: rate.map_or(0, |rate| shade_of(&rate)),
            is_vetoed: card.is_vetoed(),
            is_open: card.state == CardState::Pending,
            name,
        };
        let id = card.ranking_group.clone().unwrap_or_default();
        match groups.iter_mut().find(|(found, _)| *found == id) {
            Some((_, group)) => group.tiles.push(tile),
            None => groups.push((
                id.clone(),
                TileGroup {
                    name: seen.group_name(&id),
                    tiles: vec![tile],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// How it stands, in one sentence of figures.
fn summary(seen: &Seen<'_>) -> Result<String, Refused> {
    let cards = &seen.assessment.cards;
    let totals: Vec<&Ratio> = cards
        .iter()
        .filter_map(|card| card.total.as_ref())
        .collect();
    let sum = totals.iter().fold(Ratio::ZERO, |sum, total| &sum + *total);
    let mean = sum
        .checked_div(&Ratio::from_int(i128::try_from(totals.len()).unwrap_or(1)))
        .map_or_else(
            || "—".to_owned(),
            |mean| mean.to_decimal(2, Rounding::HalfUp),
        );
    let grades: Vec<String> = seen
        .scorecard()?
        .card
        .bands
        .iter()
        .filter_map(|band| {
            let count = cards
                .iter()
                .filter(|card| card.grade.as_ref() == Some(&band.grade))
                .count();
            (count > 0).then(|| match seen.words.lang {
                Lang::Zh => format!("{}级{count}个", band.grade),
                Lang::En => format!("{count} in grade {}", band.grade),
            })
        })
        .collect();
    let open = cards
        .iter()
        .filter(|card| card.state == CardState::Pending)
        .count();
    let vetoed = cards.iter().filter(|card| card.is_vetoed()).count();
    let mut text = match seen.words.lang {
        Lang::Zh => format!("{}个单位平均{mean}分", cards.len()),
        Lang::En => format!("{} units average {mean}", cards.len()),
    };
    if !grades.is_empty() {
        text.push_str(seen.words.say("，", ": "));
        text.push_str(&grades.join(seen.words.say("、", ", ")));
    }
    if vetoed > 0 {
        text.push_str(&match seen.words.lang {
            Lang::Zh => format!("（{vetoed}个被一票否决）"),
            Lang::En => format!(" ({vetoed} vetoed)"),
        });
    }
    if open > 0 {
        text.push_str(&match seen.words.lang {
            Lang::Zh => format!("，{open}个还没有评完"),
            Lang::En => format!(", {open} still open"),
        });
    }
    text.push_str(seen.words.say("。", "."));
    Ok(text)
}

/// Chooses the figures that are shown.
async fn choose(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, _| {
        look.only_for(&["programme_office"])?;
        let mut ids: Vec<&str> = Vec::new();
        for id in posted.all("figure") {
            if look.programme.indicators.contains_key(id) && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids.truncate(FIGURES);
        let text = ids.join(" ");
        let body = (!text.is_empty()).then_some(text.as_str());
        look.site.desk().set_setting(FIGURES_SETTING, body)?;
        Ok(answer::go_to("/leaders"))
    })
    .await
}

/// Switches the ranking on a wall on or off.
async fn switch(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, _| {
        look.only_for(&["programme_office"])?;
        let body = (posted.get("wall") == "on").then_some("on");
        look.site.desk().set_setting(WALL_SETTING, body)?;
        Ok(answer::go_to("/leaders"))
    })
    .await
}
