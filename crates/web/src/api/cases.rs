//! Cases: what is open, a case with its steps, acting on one.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::{RoleId, UnitId};
use casework::open_actions;
use office::Office;
use office::case::{ActRequest, Case as Found};
use office::entry::Evidence;
use office::work::task;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Body, Caller, Head, Number, Problem, Refused};
use crate::problems;
use crate::site::Site;

/// Most cases of one answer.
const LIMIT_MAX: usize = 500;

/// Which cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only this unit's.
    unit: Option<String>,
    /// Only in this state.
    state: Option<String>,
    /// Only those that wait for whoever asks.
    #[serde(default)]
    mine: bool,
    /// Only cases after this number: the last of the answer before.
    after: Option<u64>,
    /// How many at most, up to 500; 100 when missing.
    limit: Option<usize>,
}

/// A case in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Short {
    /// Number.
    case: u64,
    /// Flow.
    flow: String,
    /// State.
    state: String,
    /// Unit.
    unit: Option<String>,
    /// Item.
    item: Option<String>,
    /// Period.
    period: Option<String>,
    /// The last day of the deadline that runs out first.
    due_on: Option<String>,
    /// Working days left, negative once late.
    working_days_left: Option<i64>,
    /// What whoever asks can do now.
    actions: Vec<String>,
}

/// Open cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed {
    /// By number.
    cases: Vec<Short>,
    /// Ask with it as `after` for more; `null` at the end.
    next: Option<u64>,
}

pub(super) fn short(office: &Office, caller: &Caller, case: &Found) -> Result<Short, Refused> {
    let (programme, today) = (office.programme()?, office.today()?);
    let (role, unit) = caller.standing(office)?;
    let relation = office::case::relation(&programme, &case.about, unit.as_deref());
    let roles = [RoleId::new(role)];
    let calendar = &programme.calendar;
    let actions = open_actions(&case.flow, &case.state, &roles, relation, today, calendar);
    let task = task(&programme, case, actions, today);
    Ok(Short {
        case: case.number,
        flow: case.about.flow.clone(),
        state: case.state.state.to_string(),
        unit: case.about.unit.clone(),
        item: case.about.item.clone(),
        period: case.about.period.clone(),
        due_on: task.due.as_ref().map(|due| due.due_on.to_string()),
        working_days_left: task.working_days_left,
        actions: task.actions.iter().map(ToString::to_string).collect(),
    })
}

/// Open cases, by number.
#[utoipa::path(get, path = "/cases", tag = "cases", params(Which), responses(
    (status = 200, body = Listed), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cases(
    State(site): State<Site>,
    head: Head,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let which = match which {
        Ok(Asked(which)) => which,
        Err(refused) => return refused.into_response(),
    };
    let own = site.clone();
    site.api_read(head, move |office, caller| {
        let limit = which.limit.unwrap_or(100).clamp(1, LIMIT_MAX);
        let list = own.worklist(office)?;
        let mut cases = Vec::new();
        let mut next = None;
        for case in list.open() {
            let is_wanted = which.after.is_none_or(|after| case.number > after)
                && which
                    .unit
                    .as_ref()
                    .is_none_or(|unit| case.about.unit.as_ref() == Some(unit))
                && which
                    .state
                    .as_ref()
                    .is_none_or(|state| case.state.state.as_str() == state);
            if !is_wanted {
                continue;
            }
            let found = short(office, caller, case)?;
            if which.mine && found.actions.is_empty() {
                continue;
            }
            if cases.len() == limit {
                next = cases.last().map(|last: &Short| last.case);
                break;
            }
            cases.push(found);
        }
        Ok(Listed { cases, next })
    })
    .await
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Action.
    action: String,
    /// State after it.
    to: String,
    /// Civil day.
    day: String,
    /// When it was recorded (UTC).
    time: String,
    /// Role in which it was done.
    role: String,
    /// Unit of the actor.
    unit: Option<String>,
    /// Fields that it set, as text.
    fields: BTreeMap<String, String>,
    /// Evidence by SHA-256 in hex.
    evidence: Vec<String>,
    /// Reason.
    reason: Option<String>,
}

/// A case with its steps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Case {
    /// In short.
    #[serde(flatten)]
    short: Short,
    /// Fields as they stand, as text.
    fields: BTreeMap<String, String>,
    /// Steps, oldest first.
    steps: Vec<Step>,
}

fn whole(office: &Office, caller: &Caller, number: u64) -> Result<Case, Refused> {
    let found = office.case(number).map_err(Refused::not_found)?;
    let texts = |fields: &BTreeMap<base::FieldId, casework::Value>| {
        fields
            .iter()
            .map(|(id, value)| (id.to_string(), value.to_string()))
            .collect()
    };
    Ok(Case {
        short: short(office, caller, &found)?,
        fields: texts(&found.state.fields),
        steps: found
            .state
            .steps
            .iter()
            .map(|step| Step {
                action: step.action.to_string(),
                to: step.to.to_string(),
                day: step.day.to_string(),
                time: step.moment.to_string(),
                role: step.role.to_string(),
                unit: step.unit.as_ref().map(UnitId::to_string),
                fields: texts(&step.fields),
                evidence: step.evidence.clone(),
                reason: step.reason.clone(),
            })
            .collect(),
    })
}

/// A case.
#[utoipa::path(get, path = "/cases/{number}", tag = "cases",
    params(("number" = u64, Path, description = "the case's number")), responses(
    (status = 200, body = Case), (status = 304, description = "as before"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn case(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_read(head, move |office, caller| whole(office, caller, number))
        .await
}

/// What is to be done with a case.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    /// Fields as text.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Evidence that was stored: SHA-256 in hex.
    #[serde(default)]
    evidence: Vec<String>,
    /// Reason.
    #[serde(default)]
    reason: Option<String>,
    /// Reason from the action's list.
    #[serde(default)]
    closing_reason: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Acted {
    /// Case.
    case: u64,
    /// State after it.
    state: String,
    /// The ledger's position after it.
    position: u64,
}

/// A stored piece of evidence under a name, else under the beginning of its hash.
pub(super) fn stored(
    office: &Office,
    sha256: &str,
    name: Option<&str>,
) -> Result<Evidence, base::Problem> {
    let hash = ::ledger::EvidenceHash::parse(sha256)
        .filter(|hash| office.evidence().contains(*hash))
        .ok_or_else(|| problems::no_such_thing("佐证材料", "evidence", sha256))?;
    let bytes = office.evidence().get(hash)?;
    Ok(Evidence {
        sha256: hash.to_string(),
        name: name
            .or_else(|| sha256.get(..12))
            .unwrap_or(sha256)
            .to_owned(),
        size: bytes.len() as u64,
    })
}

/// Acts on a case.
#[utoipa::path(post, path = "/cases/{number}/actions/{action}", tag = "cases",
    params(("number" = u64, Path, description = "the case's number"),
        ("action" = String, Path, description = "action of its flow"),
        ("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = Act, responses(
    (status = 201, body = Acted),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn act(
    State(site): State<Site>,
    head: Head,
    path: Result<Path<(u64, String)>, axum::extract::rejection::PathRejection>,
    body: Result<Body<Act>, Refused>,
) -> Response {
    let (Ok(Path((number, action))), body) = (path, body) else {
        return Refused::not_found(problems::no_such_page()).into_response();
    };
    let body = match body {
        Ok(Body(body)) => body,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let evidence = body.evidence.iter();
        let evidence = evidence
            .map(|sha256| stored(office, sha256, None).map_err(|problem| vec![problem]))
            .collect::<Result<_, _>>()?;
        let request = ActRequest {
            action: action.clone(),
            fields: body.fields.clone(),
            evidence,
            reason: body.reason.clone(),
            closing_reason: body.closing_reason.clone(),
            day: None,
            standing: None,
        };
        let case = office.act(number, &request)?;
        Ok(Acted {
            case: number,
            state: case.state.state.to_string(),
            position: office.position().0,
        })
    })
    .await
}
