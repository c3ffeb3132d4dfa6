//! The assessment items of a unit: figure, points, and how far the case of each is.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::{Ratio, UnitId};
use office::assessment::Ask;
use office::case::Case;
use office::course::{item_of, number_in, proposed_points};
use office::letters::scorecard_of;
use office::tasks::figure_query;
use office::work::task;
use programme::shown::decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::door::{Asked, Head, Measured, Named, Problem, Refused, When};
use super::plan::no_scorecard;
use crate::pages::items::may_read;
use crate::problems;
use crate::site::Site;

/// An item of a unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnitItem)]
pub(crate) struct Item {
    /// Item.
    item: String,
    /// Name.
    name: Named,
    /// Top group.
    category: String,
    /// The number of its case; `null` where it is not opened.
    case: Option<u64>,
    /// State of the case.
    state: Option<String>,
    /// Address of its figure; asked for again with it, it is the same to the last digit.
    address: Option<String>,
    /// Its figure.
    figure: Option<Measured>,
    /// Target as decimal text.
    target: Option<String>,
    /// Most points.
    max_points: String,
    /// Points by figure and rule; `null` of what people judge.
    proposed_points: Option<String>,
    /// Points that the unit gave itself.
    own_points: Option<String>,
    /// Points that were given by whoever judges.
    given_points: Option<String>,
    /// Points as they count; `null` while open or excluded.
    points: Option<String>,
    /// How the points came about.
    reason: Named,
    /// The last day of the deadline that runs out first.
    due_on: Option<String>,
    /// Working days left, negative once late.
    working_days_left: Option<i64>,
}

/// The items of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Items {
    /// Unit.
    unit: String,
    /// Scorecard.
    scorecard: String,
    /// Period.
    period: String,
    /// Day for which they are true.
    day: String,
    /// Position that they include.
    position: u64,
    /// In the scheme's order.
    items: Vec<Item>,
}

/// The assessment items that a unit carries, as of a period, a day and a position; for the unit and for whoever sees all.
#[utoipa::path(get, path = "/units/{unit}/items", tag = "results",
    params(("unit" = String, Path, description = "unit"), When), responses(
    (status = 200, body = Items), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn items(
    State(site): State<Site>,
    head: Head,
    Path(unit): Path<String>,
    when: Result<Asked<When>, Refused>,
) -> Response {
    let when = match when {
        Ok(Asked(when)) => when,
        Err(refused) => return refused.into_response(),
    };
    let own = site.clone();
    site.api_read(head, move |office, caller| {
        let (role, of) = caller.standing(office)?;
        if !may_read(&role, of.as_deref(), &unit) {
            return Err(problems::not_for_role(&role, &role).into());
        }
        let (period, day, at) = when.read(office, &*office.programme()?)?;
        let programme = office
            .mirror()
            .programme_as_of(at)
            .ok_or_else(|| problems::not_understood("at", at))?;
        let scorecard_id = scorecard_of(&programme).ok_or_else(no_scorecard)?.clone();
        let scorecard = programme
            .scorecards
            .get(&scorecard_id)
            .ok_or_else(no_scorecard)?;
        let ask = Ask {
            scorecard: scorecard_id.clone(),
            period,
            day,
            at,
        };
        let assessment = own.assessment(office, &ask)?;
        let card = assessment
            .cards
            .iter()
            .find(|card| card.participant == unit)
            .ok_or_else(|| Refused::no_such(("单位", "unit"), &unit))?;
        let numbers = office.cases_of(&scorecard_id, &period)?;
        let unit_id = UnitId::new(&unit);
        let mut items = Vec::new();
        for result in &card.items {
            if result.state == scoring::ItemState::NotCarried {
                continue;
            }
            let Some(ties) = scorecard.items.get(&result.item) else {
                continue;
            };
            let number = numbers.get(&(result.item.clone(), unit_id.clone()));
            let case: Option<Case> = match number {
                Some(number) => office.case_as_of(*number, at, day)?,
                None => None,
            };
            let of = case
                .as_ref()
                .and_then(|case| item_of(&programme, &case.about));
            let due = case
                .as_ref()
                .map(|case| task(&programme, case, Vec::new(), day));
            let number_of = |fields: &[std::sync::Arc<str>]| -> Option<String> {
                let points: Ratio = number_in(case.as_ref()?, fields)?;
                Some(decimal(&points))
            };
            let name = scorecard
                .card
                .items
                .iter()
                .find(|item| item.id == result.item)
                .map(|item| Named::from(&item.name));
            items.push(Item {
                item: result.item.to_string(),
                name: name.unwrap_or_else(|| Named::from(&base::Text::same(result.item.as_str()))),
                category: result.top_group.to_string(),
                case: case.as_ref().map(|case| case.number),
                state: case.as_ref().map(|case| case.state.state.to_string()),
                address: ties.indicators.first().map(|indicator| {
                    let query =
                        figure_query(&programme, &assessment, indicator, Some(&unit_id), day);
                    let in_force = office.mirror().programme_position_as_of(at);
                    office::reconcile::address(&query, in_force).to_string()
                }),
                figure: result.figures.first().map(Measured::from),
                target: result.target.as_ref().map(decimal),
                max_points: decimal(&result.max_points),
                proposed_points: of
                    .and_then(|of| proposed_points(of, result))
                    .as_ref()
                    .map(decimal),
                own_points: number_of(&scorecard.self_scored_by),
                given_points: number_of(&scorecard.judged_by),
                points: result.points.as_ref().map(decimal),
                reason: Named::from(&result.reason),
                due_on: due
                    .as_ref()
                    .and_then(|task| task.due.as_ref())
                    .map(|due| due.due_on.to_string()),
                working_days_left: due.as_ref().and_then(|task| task.working_days_left),
            });
        }
        Ok(Items {
            unit,
            scorecard: scorecard_id.to_string(),
            period: period.to_string(),
            day: day.to_string(),
            position: at.0,
            items,
        })
    })
    .await
}
