//! The plan: its tasks with their figures, its versions, what a version changes, and confirming that.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::{Position, Ratio};
use measure::Query;
use office::Office;
use office::assessment::Ask;
use office::letters::scorecard_of;
use office::tasks::{PlanTask, TaskFigure, month_ends};
use programme::model::Programme;
use programme::plan;
use programme::shown::decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Body, Head, Measured, Named, Problem, Refused, When};
use super::letters::{Signature, signature};
use crate::problems;
use crate::site::Site;

/// Whose tasks, and whether with their course.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only tasks in which this unit has a part, with its own targets and figures.
    unit: Option<String>,
    /// With the figure as of each month's end.
    #[serde(default)]
    months: bool,
}

/// A figure of a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Known {
    /// Its address: asked for again with it, it is the same to the last digit.
    address: String,
    /// The day for which it is true.
    day: String,
    /// The figure; `null` where it cannot be measured.
    figure: Option<Measured>,
    /// Whether it reaches the target.
    is_reached: bool,
}

/// A task of the plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Task {
    /// Item.
    item: String,
    /// Name.
    name: Named,
    /// The scheme's own words.
    criterion: Named,
    /// The item's group.
    group: String,
    /// Points as decimal text.
    points: String,
    /// The target as decimal text: the unit's where it carries the item, else the city's.
    target: Option<String>,
    /// Day by which it is to be done.
    due_on: Option<String>,
    /// The unit that leads.
    lead: Option<String>,
    /// Units that support.
    support: Vec<String>,
    /// Units that carry it in the period; the one unit where one is asked for.
    carriers: Vec<String>,
    /// What the unit that is asked for does: `carries`, `leads`, `supports`.
    parts: Vec<String>,
    /// `short`, `soon`, `open`, `not_reported`, `underway`, `reached` or `not_applicable`.
    state: String,
    /// How many of those that carry it have all points.
    reached: usize,
    /// Of how many.
    of: usize,
    /// Its figure as of the day; `null` of a task without an indicator.
    figure: Option<Known>,
    /// The same as of the end of each month, oldest first, where it was asked for.
    months: Vec<Known>,
}

/// The plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// Scorecard.
    scorecard: String,
    /// Period.
    period: String,
    /// Day for which it is true.
    day: String,
    /// Position that it includes.
    position: u64,
    /// In the scheme's order.
    tasks: Vec<Task>,
}

fn texts<'i>(ids: impl IntoIterator<Item = &'i base::UnitId>) -> Vec<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

fn known(office: &Office, found: &TaskFigure) -> Known {
    let query: &Query = &found.query;
    let in_force = office.mirror().programme_position_as_of(query.at);
    Known {
        address: office::reconcile::address(query, in_force).to_string(),
        day: query.day.to_string(),
        figure: found.figure.as_ref().map(Measured::from),
        is_reached: found.is_reached,
    }
}

/// The tasks of the plan with targets, units and figures, as of a period, a day and a position.
#[utoipa::path(get, path = "/plan", tag = "plan", params(When, Which), responses(
    (status = 200, body = Plan), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn plan(
    State(site): State<Site>,
    head: Head,
    when: Result<Asked<When>, Refused>,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let (when, which) = match (when, which) {
        (Ok(Asked(when)), Ok(Asked(which))) => (when, which),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    let own = site.clone();
    site.api_read(head, move |office, _| {
        let (period, day, at) = when.read(office, &*office.programme()?)?;
        let programme = then(office, at)?;
        let scorecard = scorecard_of(&programme).ok_or_else(no_scorecard)?.clone();
        let unit = match &which.unit {
            None => None,
            Some(id) => {
                let unit = programme.units.get(id.as_str());
                Some(unit.ok_or_else(|| Refused::no_such(("单位", "unit"), id))?)
            }
        };
        let assessment = own.assessment(
            office,
            &Ask {
                scorecard: scorecard.clone(),
                period,
                day,
                at,
            },
        )?;
        let days = if which.months {
            month_ends(&period, day)
        } else {
            Vec::new()
        };
        let tasks = office.plan_tasks(&programme, &assessment, unit, |_, _, _| true);
        let shown = |task: &PlanTask<'_>| Task {
            item: task.item.id.to_string(),
            name: Named::from(&task.item.name),
            criterion: Named::from(&task.ties.criterion),
            group: task.item.group.to_string(),
            points: decimal(&task.item.points),
            target: task.target.as_ref().map(decimal),
            due_on: task.due.map(|due| due.to_string()),
            lead: task.ties.lead.as_ref().map(ToString::to_string),
            support: texts(&task.ties.support),
            carriers: match task.own {
                Some(unit) => vec![unit.id.to_string()],
                None => assessment
                    .cards
                    .iter()
                    .filter(|card| {
                        card.item(&task.item.id)
                            .is_some_and(|found| found.state != scoring::ItemState::NotCarried)
                    })
                    .map(|card| card.participant.clone())
                    .collect(),
            },
            parts: task
                .parts
                .iter()
                .map(|part| part.as_str().to_owned())
                .collect(),
            state: task.state.as_str().to_owned(),
            reached: task.reached,
            of: task.results.len(),
            figure: task.figure.as_ref().map(|found| known(office, found)),
            months: days
                .iter()
                .filter_map(|day| office.figure_of(&programme, &assessment, task, *day))
                .map(|found| known(office, &found))
                .collect(),
        };
        Ok(Plan {
            scorecard: scorecard.to_string(),
            period: period.to_string(),
            day: day.to_string(),
            position: at.0,
            tasks: tasks.iter().map(shown).collect(),
        })
    })
    .await
}

fn then(office: &Office, at: Position) -> Result<Arc<Programme>, Refused> {
    office
        .mirror()
        .programme_as_of(at)
        .ok_or_else(|| problems::not_understood("at", at).into())
}

/// A programme without a scorecard over units has no plan.
pub(super) fn no_scorecard() -> Refused {
    Refused::no_such(("记分卡", "scorecard"), "unit")
}

/// A version of the programme.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanVersion)]
pub(crate) struct Version {
    /// Position of its entry, by which it is asked for.
    position: u64,
    /// Version as the package says it.
    version: String,
    /// Its year.
    period: String,
}

/// Every version that was in force, oldest first.
#[utoipa::path(get, path = "/programme/versions", tag = "programme", responses(
    (status = 200, body = Vec<Version>), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn versions(State(site): State<Site>, head: Head) -> Response {
    site.api_read(head, |office, _| {
        let versions = office.mirror().versions();
        Ok(versions
            .map(|(at, found)| Version {
                position: at.0,
                version: found.version.to_string(),
                period: found.year.to_string(),
            })
            .collect::<Vec<_>>())
    })
    .await
}

/// Between which versions, and for whom.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// Position of the earlier version; the one before the later when missing.
    from: Option<u64>,
    /// Position of the later version; the one in force when missing.
    to: Option<u64>,
    /// Only what changes for this unit.
    unit: Option<String>,
}

/// A line of a unit's plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// Name.
    name: Named,
    /// `carries`, `leads`, `supports`.
    parts: Vec<String>,
    /// Points as decimal text.
    points: String,
    /// Target as decimal text.
    target: Option<String>,
    /// Day by which it is to be done.
    due_on: Option<String>,
    /// The scheme's own words.
    criterion: Named,
}

/// What changes of one item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// Item.
    item: String,
    /// `added`, `changed` or `dropped`.
    kind: &'static str,
    /// What differs: `part`, `name`, `points`, `target`, `due`, `criterion`, `scoring`, `figure`.
    aspects: Vec<&'static str>,
    /// Before; `null` of what is new.
    before: Option<Line>,
    /// After; `null` of what is gone.
    after: Option<Line>,
}

/// What changes for one unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Touched {
    /// Unit.
    unit: String,
    /// Item by item.
    changes: Vec<Change>,
    /// How the unit confirmed it, by confirming or by signing its letter anew.
    confirmed: Option<Signature>,
}

/// The difference between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// Position of the earlier version; `null` where there is none.
    from: Option<u64>,
    /// Position of the later version.
    to: u64,
    /// The units that it touches, in the programme's order; others are not asked.
    units: Vec<Touched>,
}

fn line(line: &plan::Line) -> Line {
    let number = |number: &Ratio| decimal(number);
    Line {
        name: Named::from(&line.name),
        parts: line
            .parts
            .iter()
            .map(|part| part.as_str().to_owned())
            .collect(),
        points: number(&line.points),
        target: line.target.as_ref().map(number),
        due_on: line.due.map(|due| due.to_string()),
        criterion: Named::from(&line.criterion),
    }
}

fn aspect(aspect: plan::Aspect) -> &'static str {
    match aspect {
        plan::Aspect::Part => "part",
        plan::Aspect::Name => "name",
        plan::Aspect::Points => "points",
        plan::Aspect::Target => "target",
        plan::Aspect::Due => "due",
        plan::Aspect::Criterion => "criterion",
        plan::Aspect::Scoring => "scoring",
        plan::Aspect::Figure => "figure",
    }
}

fn change(change: &plan::Change) -> Option<Change> {
    Some(Change {
        item: change.line()?.item.to_string(),
        kind: match (&change.before, &change.after) {
            (None, _) => "added",
            (_, None) => "dropped",
            _ => "changed",
        },
        aspects: change.aspects.iter().map(|found| aspect(*found)).collect(),
        before: change.before.as_ref().map(line),
        after: change.after.as_ref().map(line),
    })
}

/// The two versions: as asked for, else the one in force and the one before it in its year.
fn two(office: &Office, between: &Between) -> Result<(Option<Position>, Position), Refused> {
    let all: Vec<Position> = office.mirror().versions().map(|(at, _)| at).collect();
    let asked = |name: &str, at: Option<u64>| match at.map(Position) {
        None => Ok(None),
        Some(at) if all.contains(&at) => Ok(Some(at)),
        Some(at) => Err(Refused::from(problems::not_understood(name, at))),
    };
    let to = asked("to", between.to)?.unwrap_or(office.mirror().programme_at());
    let from = match asked("from", between.from)? {
        Some(from) => Some(from),
        None => {
            let year = |at: Position| office.mirror().programme_as_of(at).map(|found| found.year);
            let before = all.iter().rfind(|at| **at < to).copied();
            before.filter(|before| year(*before) == year(to))
        }
    };
    Ok((from, to))
}

/// What a version of the programme changes, unit by unit, and who has confirmed it.
#[utoipa::path(get, path = "/plan/changes", tag = "plan", params(Between), responses(
    (status = 200, body = Difference), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn changes(
    State(site): State<Site>,
    head: Head,
    between: Result<Asked<Between>, Refused>,
) -> Response {
    let between = match between {
        Ok(Asked(between)) => between,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let (from, to) = two(office, &between)?;
        let new = then(office, to)?;
        let scorecard = scorecard_of(&new).ok_or_else(no_scorecard)?;
        if let Some(unit) = &between.unit
            && !new.units.contains_key(unit.as_str())
        {
            return Err(Refused::no_such(("单位", "unit"), unit));
        }
        let mut units = Vec::new();
        if let Some(from) = from {
            let old = then(office, from)?;
            for (unit, changes) in plan::units_touched(&new, &old, scorecard, &new.year) {
                if between
                    .unit
                    .as_ref()
                    .is_some_and(|wanted| *wanted != *unit.as_str())
                {
                    continue;
                }
                let confirmed =
                    office.confirmed_version(scorecard, &new.year, unit.as_str(), to)?;
                units.push(Touched {
                    unit: unit.to_string(),
                    changes: changes.iter().filter_map(change).collect(),
                    confirmed: confirmed
                        .map(|found| signature(office, &found))
                        .transpose()?,
                });
            }
        }
        Ok(Difference {
            from: from.map(|from| from.0),
            to: to.0,
            units,
        })
    })
    .await
}

/// The text that is confirmed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// SHA-256 in hex of the letter's text that was read: `sha256` of the unit's letter. If the text is another one
    /// by now, nothing is done.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
}

/// That something was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// The entry that was written, or the last that was there.
    pub entry: u64,
    /// The ledger's position after it.
    pub position: u64,
}

/// Confirms for a unit what the programme in force changes for it.
#[utoipa::path(post, path = "/plan/changes/{unit}/confirmation", tag = "plan",
    params(("unit" = String, Path, description = "unit"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Text, responses(
    (status = 201, body = Done),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn confirm(
    State(site): State<Site>,
    head: Head,
    Path(unit): Path<String>,
    body: Result<Body<Text>, Refused>,
) -> Response {
    let body = match body {
        Ok(Body(body)) => body,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        let programme = office.programme().map_err(one)?;
        let scorecard = scorecard_of(&programme).cloned();
        let scorecard =
            scorecard.ok_or_else(|| one(office::problems::unknown_scorecard("unit", "")))?;
        let entry = office
            .confirm_change(&scorecard, &unit, &body.sha256)
            .map_err(one)?;
        Ok(Done {
            entry,
            position: office.position().0,
        })
    })
    .await
}
