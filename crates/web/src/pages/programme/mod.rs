//! The programme as people read it, and its next version: uploaded, checked, compared with the one in
//! force, tried on the same records, put in force.

mod flow;
mod proposal;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use base::{Lang, Ratio, Rounding};
use office::authority::Granted;
use programme::model::{Carrier, Scored};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/programme", get(page))
        .merge(flow::routes())
        .merge(proposal::routes())
}

struct Version {
    version: String,
    position: u64,
    is_in_force: bool,
}

struct ItemRow {
    id: String,
    name: String,
    criterion: String,
    points: String,
    lead: String,
    carriers: String,
    due: String,
}

struct GroupRows {
    name: String,
    points: String,
    items: Vec<ItemRow>,
}

struct Scheme {
    id: String,
    name: String,
    basis: String,
    is_of_units: bool,
    bands: Vec<(String, String, String)>,
    vetoes: Vec<(String, String)>,
    gates: Vec<(String, String)>,
    groups: Vec<GroupRows>,
}

struct Kind {
    id: String,
    name: String,
    count: usize,
}

#[derive(Template)]
#[template(path = "pages/programme/programme.html")]
struct ProgrammePage {
    frame: Frame,
    id: String,
    version: String,
    versions: Vec<Version>,
    units: usize,
    may_change: bool,
    schemes: Vec<Scheme>,
    records: Vec<Kind>,
    indicators: usize,
    flows: Vec<(String, String, usize)>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, show).await
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    let programme = &look.programme;
    let in_force = look.office.mirror().programme_at();
    let versions = look
        .office
        .mirror()
        .versions()
        .map(|(at, found)| Version {
            version: found.version.to_string(),
            position: at.0,
            is_in_force: at == in_force,
        })
        .collect();
    Page::of(&ProgrammePage {
        frame: look.frame(look.text(&programme.name)),
        id: programme.id.to_string(),
        version: programme.version.to_string(),
        versions,
        units: programme
            .units
            .values()
            .filter(|unit| unit.is_valid_on(look.today))
            .count(),
        may_change: look.may(Granted::Activate),
        schemes: schemes(look),
        records: programme
            .record_types
            .values()
            .map(|found| Kind {
                id: found.id.to_string(),
                name: look.text(&found.name).to_owned(),
                count: found.fields.len(),
            })
            .collect(),
        indicators: programme.indicators.len(),
        flows: programme
            .flows
            .values()
            .map(|flow| {
                (
                    flow.id.to_string(),
                    look.text(&flow.name).to_owned(),
                    flow.states.len(),
                )
            })
            .collect(),
    })
}

fn schemes(look: &Look<'_>) -> Vec<Scheme> {
    let programme = &look.programme;
    let mut schemes = Vec::new();
    for (id, found) in &programme.scorecards {
        let groups = found
            .card
            .groups
            .iter()
            .filter(|group| group.parent.is_none())
            .map(|top| {
                let is_below = |mut group: base::GroupId| {
                    // As many steps as there are groups: a chain of parents has no circle (check).
                    for _ in 0..=found.card.groups.len() {
                        if group == top.id {
                            return true;
                        }
                        let parent = found
                            .card
                            .groups
                            .iter()
                            .find(|found| found.id == group)
                            .and_then(|found| found.parent.clone());
                        match parent {
                            Some(parent) => group = parent,
                            None => return false,
                        }
                    }
                    false
                };
                let items: Vec<_> = found
                    .card
                    .items
                    .iter()
                    .filter(|item| is_below(item.group.clone()))
                    .collect();
                let points: Ratio = items.iter().map(|item| item.points.clone()).sum();
                GroupRows {
                    name: look.text(&top.name).to_owned(),
                    points: points.to_decimal(1, Rounding::HalfUp),
                    items: items
                        .into_iter()
                        .map(|item| {
                            let ties = found.items.get(&item.id);
                            ItemRow {
                                id: item.id.to_string(),
                                name: look.text(&item.name).to_owned(),
                                criterion: ties
                                    .map(|ties| look.text(&ties.criterion).to_owned())
                                    .unwrap_or_default(),
                                points: programme::shown::points(&item.points),
                                lead: ties
                                    .and_then(|ties| ties.lead.as_ref())
                                    .map(|lead| look.unit_name(lead.as_str()))
                                    .unwrap_or_default(),
                                carriers: ties
                                    .map(|ties| carriers(look, &ties.carriers))
                                    .unwrap_or_default(),
                                due: ties
                                    .and_then(|ties| ties.due)
                                    .map(|(month, day)| match look.lang() {
                                        Lang::Zh => format!("{month}月{day}日"),
                                        Lang::En => format!("{month:02}-{day:02}"),
                                    })
                                    .unwrap_or_default(),
                            }
                        })
                        .collect(),
                }
            })
            .collect();
        schemes.push(Scheme {
            id: id.to_string(),
            name: look.text(&found.name).to_owned(),
            basis: found
                .row
                .bilingual("basis")
                .map(|basis| look.text(basis).to_owned())
                .unwrap_or_default(),
            is_of_units: found.of == Scored::Units,
            bands: found
                .card
                .bands
                .iter()
                .map(|band| {
                    (
                        band.grade.clone(),
                        look.text(&band.name).to_owned(),
                        band.from
                            .as_ref()
                            .map(programme::shown::points)
                            .unwrap_or_default(),
                    )
                })
                .collect(),
            vetoes: found
                .card
                .vetoes
                .iter()
                .map(|veto| {
                    (
                        look.text(&veto.name).to_owned(),
                        look.text(&veto.basis).to_owned(),
                    )
                })
                .collect(),
            gates: found
                .card
                .bands
                .iter()
                .flat_map(|band| {
                    band.gates
                        .iter()
                        .map(|gate| (band.grade.clone(), look.text(&gate.name).to_owned()))
                })
                .collect(),
            groups,
        });
    }
    schemes
}

/// Who carries an item, as it is declared.
pub(crate) fn carriers(look: &Look<'_>, carriers: &[Carrier]) -> String {
    let code = |id: &base::CodeId| {
        look.programme
            .vocabularies
            .values()
            .find_map(|vocabulary| vocabulary.codes.get(id))
            .map_or_else(|| id.to_string(), |code| look.text(&code.name).to_owned())
    };
    let names: Vec<String> = carriers
        .iter()
        .map(|carrier| match carrier {
            Carrier::Unit(id) => look.unit_name(id.as_str()),
            Carrier::Kind(kind) => code(kind),
            Carrier::Group(group) => code(group),
            Carrier::All => match look.lang() {
                Lang::Zh => "全部单位".to_owned(),
                Lang::En => "every unit".to_owned(),
            },
        })
        .collect();
    names.join(match look.lang() {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}
