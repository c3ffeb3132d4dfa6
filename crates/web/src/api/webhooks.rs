//! Webhooks: who is told of changes. For whoever runs the system.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use office::authority::Granted;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::{Body, Caller, Head, Number, Problem, Refused, Scope};
use crate::hooks::{self, NewHook};
use crate::problems;
use crate::site::Site;

/// A subscription. The secret is given once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhook {
    /// Number.
    webhook: u64,
    /// What it is for.
    name: String,
    /// Where to.
    address: String,
    /// Kinds of changes (CloudEvents' `type`); empty: all.
    kinds: Vec<String>,
    /// The position up to which it was told.
    position: u64,
    /// `on`, `dead` (given up after failures) or `off`.
    state: &'static str,
    /// Failures in a row.
    failures: u32,
    /// What came of the last try.
    last: String,
    /// How many were delivered.
    delivered: u64,
}

fn shown(hook: desk::webhooks::Webhook) -> Webhook {
    Webhook {
        webhook: hook.id,
        name: hook.name,
        address: hook.address,
        kinds: hook.kinds,
        position: hook.cursor,
        state: hook.standing.as_str(),
        failures: hook.failures,
        last: hook.last,
        delivered: hook.delivered,
    }
}

/// Refuses who does not run the system.
fn only_system(site: &Site, caller: &Caller) -> Result<(), Refused> {
    let may = site.office().read(|office| {
        let row = office.actor_of(caller.actor)?;
        Ok::<_, base::Problem>(row.is_some_and(|row| office.may(&row.role, Granted::Key)))
    })??;
    if may {
        Ok(())
    } else {
        let name = "system_administrator";
        Err(problems::not_for_role(name, name).into())
    }
}

/// All subscriptions.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", responses(
    (status = 200, body = Vec<Webhook>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn all(State(site): State<Site>, head: Head) -> Response {
    site.api_desk(head, Scope::Read, StatusCode::OK, |site, _, caller| {
        only_system(site, caller)?;
        let all = site.desk().webhooks()?;
        Ok(all.into_iter().map(shown).collect::<Vec<_>>())
    })
    .await
}

/// A subscription to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// What it is for.
    name: String,
    /// Where to: https, outside of private networks unless the site permits them.
    address: String,
    /// Kinds of changes; empty or missing: all.
    #[serde(default)]
    kinds: Vec<String>,
    /// The position after which it is told; the present one when missing.
    #[serde(default)]
    after: Option<u64>,
}

/// A subscription that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeWebhook {
    /// Number.
    webhook: u64,
    /// The secret that signs (Standard Webhooks); not given again.
    secret: String,
}

/// Makes a subscription: changes are sent to its address as CloudEvents, signed, in order, at least once.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks",
    params(("Idempotency-Key" = Option<String>, Header, description = "asked twice with the same key it is done once (409, K152)")),
    request_body = NewWebhook, responses(
    (status = 201, body = MadeWebhook),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn make(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<NewWebhook>, Refused>,
) -> Response {
    let new = match body {
        Ok(Body(new)) => new,
        Err(refused) => return refused.into_response(),
    };
    site.api_desk(
        head,
        Scope::Write,
        StatusCode::CREATED,
        move |site, head, caller| {
            only_system(site, caller)?;
            let position = site.office().read(|office| office.position().0)?;
            let new = NewHook {
                name: new.name,
                address: new.address,
                kinds: new.kinds,
                after: new.after,
                once: head.command_id(caller.actor),
            };
            let (webhook, secret) = hooks::make(site, &new, position)?;
            Ok(MadeWebhook { webhook, secret })
        },
    )
    .await
}

/// Starts a subscription again where it stood, after it was given up or stopped.
#[utoipa::path(post, path = "/webhooks/{number}/start", tag = "webhooks",
    params(("number" = u64, Path, description = "the subscription's number")), responses(
    (status = 200, body = Webhook),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn start(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_desk(
        head,
        Scope::Write,
        StatusCode::OK,
        move |site, _, caller| {
            only_system(site, caller)?;
            site.desk().turn_webhook(number, true)?;
            let found = site.desk().webhook(number)?;
            found
                .map(shown)
                .ok_or_else(|| Refused::no_such(("变动通知", "webhook"), number))
        },
    )
    .await
}

/// Removes a subscription.
#[utoipa::path(delete, path = "/webhooks/{number}", tag = "webhooks",
    params(("number" = u64, Path, description = "the subscription's number")), responses(
    (status = 200, body = Webhook),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove(
    State(site): State<Site>,
    head: Head,
    number: Result<Number, Refused>,
) -> Response {
    let number = match number {
        Ok(Number(number)) => number,
        Err(refused) => return refused.into_response(),
    };
    site.api_desk(
        head,
        Scope::Write,
        StatusCode::OK,
        move |site, _, caller| {
            only_system(site, caller)?;
            let found = site
                .desk()
                .webhook(number)?
                .ok_or_else(|| Refused::no_such(("变动通知", "webhook"), number))?;
            site.desk().drop_webhook(number)?;
            Ok(shown(found))
        },
    )
    .await
}
