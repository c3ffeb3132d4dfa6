//! The card of a unit: where it stands, where points were lost, what would lift it most, every item.

mod course;
mod sealed;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Ratio, Rounding};
use scoring::{Card, ItemState, Role};
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Seen, Wanted};
use crate::site::Site;
use course::{CaseLine, open_cases, trend, trend_csv, trend_svg, year_before};

/// Bars of lost points and lines of what would lift.
const BARS_MAX: usize = 10;

/// Open cases that are listed.
const CASES_MAX: usize = 10;

/// As of when the card is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    period: String,
    day: String,
    at: String,
}

impl Chosen {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            period: &self.period,
            day: &self.day,
            at: &self.at,
        }
    }
}

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/units/{unit}", get(page))
        .route("/units/{unit}/sealed", get(sealed::page))
        .route("/units/{unit}/trend", get(trend))
        .route("/units/{unit}/trend.svg", get(trend_svg))
        .route("/units/{unit}/trend.csv", get(trend_csv))
}

struct Bar {
    name: String,
    lost: String,
    /// Percent of the longest.
    width: i64,
    anchor: String,
}

struct Lift {
    name: String,
    open: String,
    gain: String,
}

struct ItemLine {
    id: String,
    name: String,
    criterion: String,
    figure: String,
    figure_address: Option<String>,
    points: String,
    max: String,
    reason: String,
    state: &'static str,
    case: Option<u64>,
}

struct GroupBlock {
    id: String,
    name: String,
    points: String,
    possible: String,
    items: Vec<ItemLine>,
}

#[derive(Template)]
#[template(path = "pages/unit/unit.html")]
struct UnitCard {
    frame: Frame,
    unit: String,
    may_issue: bool,
    may_bind: bool,
    truth: String,
    plan: String,
    day: String,
    at: String,
    period: String,
    unit_id: String,
    suffix: String,
    trend: String,
    year_before: Option<(String, String, Option<String>)>,
    sealed: Option<(u64, String)>,
    cases: Vec<CaseLine>,
    more_cases: usize,
    scheme: String,
    total: String,
    rank: String,
    of: String,
    grade: String,
    grade_name: String,
    is_pending: bool,
    vetoes: Vec<(String, String, String)>,
    consequences: Vec<String>,
    gates: Vec<String>,
    bars: Vec<Bar>,
    lifts: Vec<Lift>,
    groups: Vec<GroupBlock>,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &unit, &chosen))
        .await
}

fn show(look: &Look<'_>, unit: &str, chosen: &Chosen) -> Result<Page, Refused> {
    let none = || Refused::no_such(("单位", "unit"), unit);
    let seen = Seen::of(look, &chosen.wanted())?;
    let (id, scorecard) = (&seen.id, seen.scorecard()?);
    let assessment = &seen.assessment;
    let card = assessment
        .cards
        .iter()
        .find(|card| card.participant == unit)
        .ok_or_else(none)?;
    let words = seen.words;
    let item_name = |id: &base::ItemId| {
        scorecard
            .card
            .items
            .iter()
            .find(|item| &item.id == id)
            .map(|item| look.text(&item.name).to_owned())
            .unwrap_or_default()
    };
    let lifts = scoring::open_items(&scorecard.card, card)?
        .into_iter()
        .filter(|open| open.total_gain > Ratio::ZERO)
        .take(BARS_MAX)
        .map(|open| Lift {
            name: item_name(&open.item),
            open: words.points(&open.open_points),
            gain: open.total_gain.to_decimal(2, Rounding::HalfUp),
        })
        .collect();
    let unit_id = base::UnitId::new(unit);
    let items = scorecard.items.keys();
    let cases = look
        .office
        .cases_of_unit(id, &assessment.period, &unit_id, items)?;
    let groups = scorecard
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none())
        .filter_map(|group| {
            let result = card.group(&group.id)?;
            let items: Vec<ItemLine> = card
                .items
                .iter()
                .filter(|item| item.top_group == group.id && item.state != ItemState::NotCarried)
                .map(|item| {
                    let declared = scorecard.items.get(&item.item);
                    let indicator = declared.and_then(|ties| ties.indicators.first());
                    let figure = match (indicator, item.figures.first()) {
                        (Some(indicator), Some(figure)) => programme::shown::figure_of(
                            &seen.programme,
                            indicator,
                            figure,
                            assessment.period,
                            look.lang(),
                        ),
                        _ => String::new(),
                    };
                    ItemLine {
                        id: item.item.to_string(),
                        name: item_name(&item.item),
                        criterion: declared
                            .map(|ties| look.text(&ties.criterion).to_owned())
                            .unwrap_or_default(),
                        figure,
                        figure_address: indicator
                            .map(|indicator| seen.figure(indicator, Some(unit))),
                        points: item
                            .points
                            .as_ref()
                            .map_or_else(|| "—".to_owned(), |points| words.points(points)),
                        max: words.points(&item.max_points),
                        reason: look.text(&item.reason).to_owned(),
                        state: item.state.as_str(),
                        case: cases.get(&item.item).copied(),
                    }
                })
                .collect();
            (!items.is_empty()).then(|| GroupBlock {
                id: group.id.to_string(),
                name: look.text(&group.name).to_owned(),
                points: words.points(&result.net_points()),
                possible: words.points(&result.possible),
                items,
            })
        })
        .collect();
    let grade = card.grade.clone().unwrap_or_default();
    let (cases, more_cases) = open_cases(&seen, unit)?;
    Page::of(&UnitCard {
        frame: seen.frame(
            look.unit_name(unit),
            format!("/units/{unit}{}", seen.suffix_of_now()),
        ),
        unit: unit.to_owned(),
        // Papers are made from what is true now.
        may_bind: seen.is_now() && crate::pages::papers::may_bind(look, unit),
        may_issue: look.may(office::authority::Granted::Publish),
        plan: seen.with_suffix(&format!("/plan?unit={unit}")),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        period: chosen.period.clone(),
        truth: seen.truth(),
        unit_id: unit.to_owned(),
        trend: format!("/units/{unit}/trend{}", seen.suffix()),
        year_before: year_before(&seen, card),
        sealed: seen.sealed().and_then(|(position, totals)| {
            let (_, total) = totals.into_iter().find(|(found, _)| found == unit)?;
            Some((position.0, total))
        }),
        more_cases,
        cases,
        suffix: seen.suffix(),
        scheme: look.text(&scorecard.name).to_owned(),
        total: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
        rank: card.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        of: card.ranked_of.map(|of| of.to_string()).unwrap_or_default(),
        grade_name: scorecard
            .card
            .bands
            .iter()
            .find(|band| band.grade == grade)
            .map(|band| look.text(&band.name).to_owned())
            .unwrap_or_default(),
        grade,
        is_pending: card.state == scoring::CardState::Pending,
        vetoes: card
            .vetoes
            .iter()
            .map(|veto| {
                (
                    look.text(&veto.name).to_owned(),
                    look.text(&veto.reason).to_owned(),
                    look.text(&veto.basis).to_owned(),
                )
            })
            .collect(),
        consequences: card
            .consequences
            .iter()
            .map(|found| look.text(&found.text).to_owned())
            .collect(),
        gates: card
            .gate_reasons
            .iter()
            .map(|found| look.text(&found.reason).to_owned())
            .collect(),
        bars: bars(card, item_name),
        lifts,
        groups,
    })
}

/// The items that lost most, longest first.
fn bars(card: &Card, name: impl Fn(&base::ItemId) -> String) -> Vec<Bar> {
    let mut lost: Vec<(Ratio, &scoring::ItemResult)> = card
        .items
        .iter()
        .filter(|item| !item.excluded && item.state != ItemState::NotCarried)
        .filter_map(|item| {
            let points = item.points.as_ref()?;
            let lost = match item.role {
                Role::Normal => &item.max_points - points,
                Role::Deduction => -points,
                Role::Bonus => return None,
            };
            (lost > Ratio::ZERO).then_some((lost, item))
        })
        .collect();
    lost.sort_by(|a, b| b.0.cmp(&a.0));
    lost.truncate(BARS_MAX);
    let longest = lost.first().map(|(lost, _)| lost.clone());
    lost.iter()
        .map(|(points, item)| Bar {
            name: name(&item.item),
            lost: programme::shown::points(points),
            width: longest
                .as_ref()
                .and_then(|longest| (points * &Ratio::from_int(100)).checked_div(longest))
                .and_then(|share| share.to_decimal(0, Rounding::HalfUp).parse().ok())
                .unwrap_or(0),
            anchor: item.item.to_string(),
        })
        .collect()
}

/// The page of a figure as of now.
pub(crate) fn figure_address(
    look: &Look<'_>,
    indicator: &str,
    unit: Option<&str>,
    period: &base::Period,
) -> String {
    let mut address = format!("{indicator}?period={period}");
    if let Some(unit) = unit {
        address.push_str(&format!("&unit={unit}"));
    }
    address.push_str(&format!(
        "&day={}&programme={}&at={}",
        look.today,
        look.office.mirror().programme_at(),
        look.at
    ));
    let coded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    format!("/figures?a={coded}")
}
