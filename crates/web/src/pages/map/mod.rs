//! The map: boundaries that the office supplied, with their approval number (审图号) under them; or else a
//! tile grid of the units. Never a boundary of our own making.
//!
//! The boundaries are no fact by which anything is measured, so they are kept on the desk, with who
//! approved them. How a GeoJSON file becomes drawings is in `boundaries.rs`.

mod boundaries;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Lang;
use serde::{Deserialize, Serialize};

use crate::answer::{self, Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Seen, Wanted};
use crate::pages::leaders::{Tile, TileGroup, tiles};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use boundaries::Shape;

/// The setting with the boundaries.
const SETTING: &str = "map.boundaries";
/// A file of boundaries may be so large.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest approval number.
const APPROVAL_MAX: usize = 80;

/// Boundaries as the office supplied them.
#[derive(Debug, Serialize, Deserialize)]
struct Supplied {
    approval: String,
    /// Name of the file.
    file: String,
    /// Actor who supplied it, and the day.
    by: u64,
    day: String,
    geojson: serde_json::Value,
}

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/map", get(page).post(supply))
}

/// A unit on the map.
struct Area {
    tile: Tile,
    path: String,
    x: String,
    y: String,
}

#[derive(Template)]
#[template(path = "pages/map/map.html")]
struct Map {
    frame: Frame,
    /// What an address adds to show the same.
    suffix: String,
    day: String,
    at: String,
    period: String,
    truth: String,
    areas: Vec<Area>,
    width: u32,
    height: u32,
    approval: String,
    supplied: String,
    unknown: Vec<String>,
    groups: Vec<TileGroup>,
    has_map: bool,
    may_supply: bool,
    problems: Vec<base::Problem>,
    typed_approval: String,
}

/// As of when the map is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    period: String,
    day: String,
    at: String,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen, Vec::new(), ""))
        .await
}

fn show(
    look: &Look<'_>,
    chosen: &Chosen,
    found: Vec<base::Problem>,
    typed: &str,
) -> Result<Page, Refused> {
    let wanted = Wanted {
        period: &chosen.period,
        day: &chosen.day,
        at: &chosen.at,
    };
    let seen = Seen::of(look, &wanted)?;
    let mut groups = tiles(&seen);
    let supplied: Option<Supplied> = look
        .site
        .desk()
        .setting(SETTING)?
        .and_then(|text| serde_json::from_str(&text).ok());
    let shapes = supplied
        .as_ref()
        .and_then(|supplied| boundaries::read(&supplied.geojson).ok());
    let (mut areas, mut unknown) = (Vec::new(), Vec::new());
    let drawing = shapes.map(|shapes| boundaries::draw(&shapes));
    let has_map = drawing.is_some();
    let (width, height) = drawing
        .as_ref()
        .map_or((0, 0), |drawing| (drawing.width, drawing.height));
    for drawn in drawing.into_iter().flat_map(|drawing| drawing.shapes) {
        match take(look, &mut groups, &drawn.shape) {
            Some(tile) => areas.push(Area {
                tile,
                path: drawn.path,
                x: format!("{:.1}", drawn.middle.0),
                y: format!("{:.1}", drawn.middle.1),
            }),
            None => unknown.push(drawn.shape.label()),
        }
    }
    groups.retain(|group| !group.tiles.is_empty());
    Page::of(&Map {
        frame: seen.frame(
            seen.words.say("地图", "Map"),
            format!("/map{}", seen.suffix_of_now()),
        ),
        suffix: seen.suffix(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        period: chosen.period.clone(),
        truth: seen.truth(),
        areas,
        width,
        height,
        approval: supplied
            .as_ref()
            .map(|supplied| supplied.approval.clone())
            .unwrap_or_default(),
        supplied: supplied
            .map(|supplied| match look.lang() {
                Lang::Zh => format!("{}，{}提供", supplied.file, supplied.day),
                Lang::En => format!("{}, supplied on {}", supplied.file, supplied.day),
            })
            .unwrap_or_default(),
        unknown,
        groups,
        has_map,
        may_supply: look.has_role(&["programme_office"]) && seen.is_now(),
        problems: found,
        typed_approval: typed.to_owned(),
    })
}

/// The tile of the unit that a shape is of: by its id, its division code or its name.
fn take(look: &Look<'_>, groups: &mut [TileGroup], shape: &Shape) -> Option<Tile> {
    let is_of = |tile: &Tile| {
        let unit = look.programme.units.get(tile.unit.as_str());
        shape.names.iter().any(|name| {
            *name == tile.unit
                || *name == tile.name
                || *name == tile.short
                || unit.is_some_and(|unit| {
                    unit.division.as_deref() == Some(name)
                        || unit.aliases.iter().any(|alias| **alias == **name)
                })
        })
    };
    groups.iter_mut().find_map(|group| {
        let place = group.tiles.iter().position(is_of)?;
        Some(group.tiles.remove(place))
    })
}

/// Takes the boundaries, or forgets them.
async fn supply(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        look.only_for(&["programme_office"])?;
        if posted.get("forget") == "1" {
            look.site.desk().set_setting(SETTING, None)?;
            return Ok(answer::go_to("/map"));
        }
        let approval = posted.get("approval").trim();
        match supplied(look, posted, who.actor, approval) {
            Ok(body) => {
                look.site.desk().set_setting(SETTING, Some(&body))?;
                Ok(answer::go_to("/map"))
            }
            Err(problem) => {
                let status = answer::status_of(std::slice::from_ref(&problem));
                Ok(show(look, &Chosen::default(), vec![problem], approval)?
                    .with_status(status)
                    .answer(None))
            }
        }
    })
    .await
}

fn supplied(
    look: &Look<'_>,
    posted: &Posted,
    actor: u64,
    approval: &str,
) -> Result<String, base::Problem> {
    if approval.is_empty() || approval.chars().count() > APPROVAL_MAX {
        return Err(problems::no_approval(APPROVAL_MAX));
    }
    let file = posted
        .files
        .iter()
        .find(|file| file.field == "file")
        .ok_or_else(|| problems::no_boundaries("—"))?;
    if file.bytes.len() > BYTES_MAX {
        return Err(problems::file_too_large(
            &file.name,
            BYTES_MAX / 1024 / 1024,
        ));
    }
    let geojson =
        serde_json::from_slice(&file.bytes).map_err(|_| problems::no_boundaries(&file.name))?;
    boundaries::read(&geojson).map_err(|()| problems::no_boundaries(&file.name))?;
    let supplied = Supplied {
        approval: approval.to_owned(),
        file: file.name.clone(),
        by: actor,
        day: look.today.to_string(),
        geojson,
    };
    serde_json::to_string(&supplied).map_err(|_| problems::no_boundaries(&file.name))
}
