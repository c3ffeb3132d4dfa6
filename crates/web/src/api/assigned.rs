//! Assignments (follow-up supervision, leaders' instructions) and reminders: what there is, and making them.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::Day;
use office::Office;
use office::assign::{Assignment, is_assignment, is_charged, text_of};
use office::authority::Granted;
use office::case::{ActRequest, Case};
use office::remind::{Awaited, SOON_DAYS, awaited, first_running};
use programme::model::{CONTENT_FIELD, TITLE_FIELD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cases::{Short, short, stored};
use super::door::{Asked, Body, Caller, Head, Problem, Refused};
use crate::problems;
use crate::site::Site;

/// Most of one answer.
const LIMIT_MAX: usize = 500;

/// How assignments stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    /// Not closed yet.
    #[default]
    Open,
    /// Closed.
    Closed,
    /// All.
    All,
}

/// Which assignments.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those of this flow.
    flow: Option<String>,
    /// Only those that this unit leads or supports.
    unit: Option<String>,
    /// `open` when missing.
    #[serde(default)]
    #[param(inline)]
    state: Standing,
    /// Only assignments after this number: `next` of the answer before.
    after: Option<u64>,
    /// How many at most, up to 500; 100 when missing.
    limit: Option<usize>,
}

/// A missed deadline because of which an assignment was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Because {
    /// Case.
    case: u64,
    /// Deadline of its flow.
    deadline: String,
    /// Its last day.
    due_on: String,
}

/// An assignment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Assigned {
    /// The case in short.
    #[serde(flatten)]
    short: Short,
    /// What it is called; empty of one that the system made.
    title: String,
    /// What is asked for; empty of one that the system made.
    content: String,
    /// Units that support the lead.
    support: Vec<String>,
    /// Day on which it was made.
    opened_on: String,
    /// Whether it is closed.
    is_closed: bool,
    /// What stayed late, where it was made because of that.
    because: Vec<Because>,
}

/// Assignments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentsListed)]
pub(crate) struct Listed {
    /// By number.
    assignments: Vec<Assigned>,
    /// Ask with it as `after` for more; `null` at the end.
    next: Option<u64>,
}

fn assigned(office: &Office, caller: &Caller, case: &Case) -> Result<Assigned, Refused> {
    Ok(Assigned {
        short: short(office, caller, case)?,
        title: text_of(case, TITLE_FIELD),
        content: text_of(case, CONTENT_FIELD),
        support: case.about.support.clone(),
        opened_on: case.state.opened_on().to_string(),
        is_closed: case.state.is_closed(),
        because: case
            .about
            .because
            .iter()
            .map(|due| Because {
                case: due.case,
                deadline: due.deadline.clone(),
                due_on: due.due.clone(),
            })
            .collect(),
    })
}

/// Assignments by number: all for whoever makes or audits them, else those of the own unit.
#[utoipa::path(get, path = "/assignments", tag = "assignments", params(Which), responses(
    (status = 200, body = Listed), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn assignments(
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
        let (role, unit) = caller.standing(office)?;
        let sees_all = office.sees_all_assignments(&role);
        let limit = which.limit.unwrap_or(100).clamp(1, LIMIT_MAX);
        let is_wanted = |case: &Case| {
            is_assignment(&case.flow)
                && which.after.is_none_or(|after| case.number > after)
                && (sees_all || is_charged(case, unit.as_deref()))
                && which
                    .flow
                    .as_ref()
                    .is_none_or(|flow| case.flow.id.as_str() == flow)
                && which
                    .unit
                    .as_ref()
                    .is_none_or(|unit| is_charged(case, Some(unit)))
                && (which.state != Standing::Closed || case.state.is_closed())
        };
        // What is open is held in memory; what is closed is read.
        let mut cases: Vec<Case> = if which.state == Standing::Open {
            let list = own.worklist(office)?;
            list.open()
                .filter(|case| is_wanted(case))
                .take(limit + 1)
                .cloned()
                .collect()
        } else {
            let all = office.assignments()?.into_iter();
            all.filter(is_wanted).take(limit + 1).collect()
        };
        let has_more = cases.len() > limit;
        cases.truncate(limit);
        let next = cases.last().map(|case| case.number).filter(|_| has_more);
        Ok(Listed {
            assignments: cases
                .iter()
                .map(|case| assigned(office, caller, case))
                .collect::<Result<_, _>>()?,
            next,
        })
    })
    .await
}

/// What units are to be charged with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAssignment {
    /// A flow of assignments.
    flow: String,
    /// What it is called. Stays visible for good: no personal data.
    #[schema(max_length = 200)]
    title: String,
    /// What is asked for. Stays visible for good: no personal data.
    #[schema(max_length = 4000)]
    content: String,
    /// Day (ISO) by which it is to be done.
    due_on: String,
    /// The unit that leads.
    unit: String,
    /// Units that support it.
    #[serde(default)]
    support: Vec<String>,
    /// Fields of the step that registers it, as text, where its flow has one.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Evidence that was stored, such as the scan of an instruction: SHA-256 in hex.
    #[serde(default)]
    evidence: Vec<String>,
}

/// An assignment that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    /// The case's number.
    case: u64,
    /// The ledger's position after it.
    position: u64,
}

/// Charges units with something.
#[utoipa::path(post, path = "/assignments", tag = "assignments",
    params(("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = NewAssignment, responses(
    (status = 201, body = Made),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn assign(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<NewAssignment>, Refused>,
) -> Response {
    let new = match body {
        Ok(Body(new)) => new,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let one = |problem: base::Problem| vec![problem];
        let due = Day::parse(&new.due_on);
        let due = due.map_err(|_| one(problems::not_a_day(&new.due_on)))?;
        let evidence = new.evidence.iter();
        let evidence = evidence
            .map(|sha256| stored(office, sha256, None).map_err(one))
            .collect::<Result<_, _>>()?;
        let wanted = Assignment {
            flow: new.flow.clone(),
            title: new.title.clone(),
            content: new.content.clone(),
            due: Some(due),
            unit: new.unit.clone(),
            support: new.support.clone(),
            register: ActRequest {
                fields: new.fields.clone(),
                evidence,
                ..ActRequest::default()
            },
        };
        let case = office.assign(&wanted)?;
        Ok(Made {
            case,
            position: office.position().0,
        })
    })
    .await
}

/// What waits.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Waiting {
    /// Only what waits for this unit.
    unit: Option<String>,
    /// Also what is due within five working days; else only what is late.
    #[serde(default)]
    soon: bool,
    /// Only cases after this number: `next` of the answer before.
    after: Option<u64>,
    /// How many at most, up to 500; 100 when missing.
    limit: Option<usize>,
}

/// A reminder that was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reminder {
    /// Its entry; one entry may remind of many cases.
    entry: u64,
    /// Civil day.
    day: String,
    /// Whether the system gave it, as the programme declares.
    is_declared: bool,
}

/// A case that is late or due soon.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Due {
    /// Case.
    case: u64,
    /// Flow.
    flow: String,
    /// The unit that the case is about.
    unit: Option<String>,
    /// Item, where it is an assessment item's.
    item: Option<String>,
    /// The unit for which it waits; `null` where it waits for roles.
    waits_for_unit: Option<String>,
    /// The roles for which it waits, where it waits for no unit.
    waits_for_roles: Vec<String>,
    /// Deadline of its flow.
    deadline: String,
    /// Its last day.
    due_on: String,
    /// Working days left, negative once late.
    working_days_left: i64,
    /// Whether it is late.
    is_late: bool,
    /// Reminders so far, oldest first.
    reminders: Vec<Reminder>,
}

/// What is late or due soon.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dues {
    /// By case.
    due: Vec<Due>,
    /// Ask with it as `after` for more; `null` at the end.
    next: Option<u64>,
}

/// What is late, and how often was reminded of it; for whoever may remind.
#[utoipa::path(get, path = "/reminders", tag = "assignments", params(Waiting), responses(
    (status = 200, body = Dues), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn due(
    State(site): State<Site>,
    head: Head,
    waiting: Result<Asked<Waiting>, Refused>,
) -> Response {
    let waiting = match waiting {
        Ok(Asked(waiting)) => waiting,
        Err(refused) => return refused.into_response(),
    };
    let own = site.clone();
    site.api_read(head, move |office, caller| {
        caller.only_who_may(office, Granted::Remind)?;
        let limit = waiting.limit.unwrap_or(100).clamp(1, LIMIT_MAX);
        let (programme, today) = (office.programme()?, office.today()?);
        let list = own.worklist(office)?;
        let (mut due, mut next) = (Vec::new(), None);
        for case in list.open() {
            if waiting.after.is_some_and(|after| case.number <= after) {
                continue;
            }
            let Some(run) = first_running(&programme, case, today) else {
                continue;
            };
            let is_late = run.due.is_late();
            let is_wanted = is_late || (waiting.soon && run.left <= SOON_DAYS);
            if !is_wanted {
                continue;
            }
            let (unit, roles) = match awaited(&programme, case, &run.due.deadline) {
                Some(Awaited::Unit(unit)) => (Some(unit), Vec::new()),
                Some(Awaited::Roles(roles)) => {
                    (None, roles.iter().map(ToString::to_string).collect())
                }
                None => continue,
            };
            if waiting.unit.is_some() && waiting.unit != unit {
                continue;
            }
            if due.len() == limit {
                next = due.last().map(|last: &Due| last.case);
                break;
            }
            due.push(Due {
                case: case.number,
                flow: case.about.flow.clone(),
                unit: case.about.unit.clone(),
                item: case.about.item.clone(),
                waits_for_unit: unit,
                waits_for_roles: roles,
                deadline: run.due.deadline.to_string(),
                due_on: run.due.due_on.to_string(),
                working_days_left: run.left,
                is_late,
                reminders: list
                    .reminders_of(case.number)
                    .iter()
                    .map(|row| Reminder {
                        entry: row.at,
                        day: row.day.clone(),
                        is_declared: row.declared.is_some(),
                    })
                    .collect(),
            });
        }
        Ok(Dues { due, next })
    })
    .await
}

/// Of what is to be reminded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReminder {
    /// Cases, each with a deadline that runs or is late: all, or none.
    #[schema(min_items = 1, max_items = 2000)]
    cases: Vec<u64>,
    /// What is said with it. Stays visible for good: no enterprise, no person.
    #[serde(default)]
    #[schema(max_length = 400)]
    note: Option<String>,
}

/// That was reminded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reminded {
    /// Of how many cases.
    cases: usize,
    /// The ledger's position after it.
    position: u64,
}

/// Reminds of cases: each of its deadline that runs out first, or did.
#[utoipa::path(post, path = "/reminders", tag = "assignments",
    params(("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once")),
    request_body = NewReminder, responses(
    (status = 201, body = Reminded),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remind(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<NewReminder>, Refused>,
) -> Response {
    let new = match body {
        Ok(Body(new)) => new,
        Err(refused) => return refused.into_response(),
    };
    site.api_command(head, StatusCode::CREATED, move |office| {
        let cases = office.remind(&new.cases, new.note.as_deref())?;
        Ok(Reminded {
            cases,
            position: office.position().0,
        })
    })
    .await
}
