//! Results: the cards of an assessment.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::ScorecardId;
use office::Office;
use office::assessment::{Ask, Assessment};
use programme::model::Scored;
use scoring::CardState;
use serde::Serialize;
use utoipa::ToSchema;

use super::door::{Asked, Head, Named, Problem, Refused, When};
use crate::site::Site;

/// A unit's result in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcome {
    /// Unit.
    unit: String,
    /// Total as decimal text with the declared places; `null` when nothing counts.
    total: Option<String>,
    /// Grade; `null` while it is open.
    grade: Option<String>,
    /// Rank within its group.
    rank: Option<u32>,
    /// Ranking group.
    group: Option<String>,
    /// `final`, `preliminary` or `pending`.
    state: &'static str,
    /// Vetoes that were hit.
    vetoes: Vec<String>,
}

/// The results of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Results {
    /// Scorecard.
    scorecard: String,
    /// Period.
    period: String,
    /// Day for which they are true.
    day: String,
    /// Position that they include.
    position: u64,
    /// In the programme's order of units.
    results: Vec<Outcome>,
}

/// One item of a card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    /// Item.
    item: String,
    /// Top group.
    category: String,
    /// Points as they count; `null` while open or excluded.
    points: Option<String>,
    /// The most that it can give.
    max_points: String,
    /// What is known of it.
    state: String,
    /// How the points came about.
    reason: Named,
}

/// A unit's card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Card {
    /// The result in short.
    #[serde(flatten)]
    outcome: Outcome,
    /// Item by item.
    items: Vec<Item>,
}

fn assessed(office: &Office, scorecard: &str, when: &When) -> Result<Assessment, Refused> {
    let programme = office.programme()?;
    let (period, day, at) = when.read(office, &programme)?;
    let id = ScorecardId::new(scorecard);
    let of_units = office
        .mirror()
        .programme_as_of(at)
        .and_then(|programme| Some(programme.scorecards.get(&id)?.of == Scored::Units));
    if of_units != Some(true) {
        return Err(Refused::no_such(
            ("记分卡", "scorecard of units"),
            scorecard,
        ));
    }
    Ok(office.assess(&Ask {
        scorecard: id,
        period,
        day,
        at,
    })?)
}

fn outcome(card: &scoring::Card) -> Outcome {
    Outcome {
        unit: card.participant.clone(),
        total: card.total_text.clone(),
        grade: card.grade.clone(),
        rank: card.rank,
        group: card.ranking_group.clone(),
        state: match card.state {
            CardState::Final => "final",
            CardState::Preliminary => "preliminary",
            CardState::Pending => "pending",
        },
        vetoes: card.vetoes.iter().map(|veto| veto.veto.clone()).collect(),
    }
}

/// The results of an assessment of units.
#[utoipa::path(get, path = "/scorecards/{scorecard}/results", tag = "results",
    params(("scorecard" = String, Path, description = "scorecard over units"), When), responses(
    (status = 200, body = Results), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn results(
    State(site): State<Site>,
    head: Head,
    Path(scorecard): Path<String>,
    when: Result<Asked<When>, Refused>,
) -> Response {
    let when = match when {
        Ok(Asked(when)) => when,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let found = assessed(office, &scorecard, &when)?;
        Ok(Results {
            scorecard,
            period: found.period.to_string(),
            day: found.day.to_string(),
            position: found.at.0,
            results: found.cards.iter().map(outcome).collect(),
        })
    })
    .await
}

/// One unit's card.
#[utoipa::path(get, path = "/scorecards/{scorecard}/results/{unit}", tag = "results",
    params(("scorecard" = String, Path, description = "scorecard over units"),
        ("unit" = String, Path, description = "unit"), When), responses(
    (status = 200, body = Card), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn card(
    State(site): State<Site>,
    head: Head,
    Path((scorecard, unit)): Path<(String, String)>,
    when: Result<Asked<When>, Refused>,
) -> Response {
    let when = match when {
        Ok(Asked(when)) => when,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let found = assessed(office, &scorecard, &when)?;
        let card = found
            .cards
            .iter()
            .find(|card| card.participant == unit)
            .ok_or_else(|| Refused::no_such(("单位", "unit"), &unit))?;
        Ok(Card {
            outcome: outcome(card),
            items: card
                .items
                .iter()
                .map(|item| Item {
                    item: item.item.to_string(),
                    category: item.top_group.to_string(),
                    points: item.points.as_ref().map(programme::shown::decimal),
                    max_points: programme::shown::decimal(&item.max_points),
                    state: item.state.as_str().to_owned(),
                    reason: Named::from(&item.reason),
                })
                .collect(),
        })
    })
    .await
}
