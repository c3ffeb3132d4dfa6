//! Readings of sensors: one or many at a time.

use axum::Json;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Lang, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::{Body, Fault, Head, Problem, Refused};
use crate::problems;
use crate::readings::{Sent, Stopped, judge};
use crate::remedies;
use crate::site::Site;

/// A value: a decimal as text, which is exact, or as a number.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ReadValue {
    /// As text.
    Text(String),
    /// As a number.
    Number(f64),
}

/// A reading.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReading {
    /// The sensor as the programme declares it; not needed with a sensor's own key.
    #[serde(default)]
    sensor: Option<String>,
    /// The subject that it is mounted on; not needed with a sensor's own key.
    #[serde(default)]
    subject: Option<String>,
    /// When it was measured (RFC 3339 with an offset).
    at: String,
    /// The value.
    value: ReadValue,
}

/// Readings of one request, at most 1000.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Readings {
    /// In any order.
    readings: Vec<NewReading>,
}

/// One reading, or many.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    /// Many.
    Many(Readings),
    /// One.
    One(NewReading),
}

/// A reading that was refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RefusedReading {
    /// Its place in the request, from 0.
    index: usize,
    /// Why.
    #[serde(flatten)]
    fault: Fault,
}

/// What became of readings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReadingsTaken {
    /// How many are new.
    accepted: usize,
    /// How many were there already: the same sensor and moment.
    duplicates: usize,
    /// Those that a rule refused. They are not to be sent again.
    refused: Vec<RefusedReading>,
}

/// Sends readings of sensors.
///
/// With a token that may send `readings`, or with a sensor's own key. Readings may come in any order within the time that
/// their rule declares; those that are there already are counted and ignored. Where every reading is refused the answer is
/// 422. Beyond a sensor's rate nothing of the request is taken: send the same again after `Retry-After` seconds.
#[utoipa::path(post, path = "/readings", tag = "readings",
    request_body = OneOrMany, responses(
    (status = 200, body = ReadingsTaken),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json",
        headers(("Retry-After" = u64, description = "seconds")))))]
pub(crate) async fn send(
    State(site): State<Site>,
    head: Head,
    body: Result<Body<OneOrMany>, Refused>,
) -> Response {
    let lang = head.lang;
    let sent = match body {
        Ok(Body(OneOrMany::Many(many))) => many.readings,
        Ok(Body(OneOrMany::One(one))) => vec![one],
        Err(refused) => return refused.in_language(lang).into_response(),
    };
    match take(&site, head, sent.into_iter().map(sent_of).collect()).await {
        Ok(taken) => match told(taken, lang) {
            Ok(taken) => Json(taken).into_response(),
            Err(refused) => refused.in_language(lang).into_response(),
        },
        Err(Stopped::Refused(problem)) => Refused::from(problem).in_language(lang).into_response(),
        Err(Stopped::Later(problem, seconds)) => {
            let mut response = Refused::from(problem).in_language(lang).into_response();
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

fn sent_of(new: NewReading) -> Sent {
    Sent {
        sensor: new.sensor.unwrap_or_default(),
        subject: new.subject.unwrap_or_default(),
        at: new.at,
        value: match new.value {
            ReadValue::Text(text) => text,
            ReadValue::Number(number) => number.to_string(),
        },
    }
}

/// By the place in the request: whether it is new, or why it is refused.
type Taken = Vec<Result<bool, base::Problem>>;

async fn take(site: &Site, head: Head, sent: Vec<Sent>) -> Result<Taken, Stopped> {
    let judged = site
        .blocking(move |site| judge(site, head.token(), &sent))
        .await??;
    let answer = site.shared.readings.offer(site, judged.came)?;
    let news = answer.await.map_err(|_| problems::broke_off())??;
    let each = judged.each.into_iter();
    Ok(each
        .map(|found| found.map(|at| news.get(at).copied().unwrap_or_default()))
        .collect())
}

fn told(taken: Taken, lang: Lang) -> Result<ReadingsTaken, Refused> {
    let mut told = ReadingsTaken {
        accepted: 0,
        duplicates: 0,
        refused: Vec::new(),
    };
    let mut faults = Vec::new();
    for (index, found) in taken.into_iter().enumerate() {
        match found {
            Ok(true) => told.accepted += 1,
            Ok(false) => told.duplicates += 1,
            Err(problem) => {
                told.refused.push(RefusedReading {
                    index,
                    fault: Fault {
                        code: problem.code.to_owned(),
                        title: problem.what(lang).to_owned(),
                        detail: remedies::here(&problem, lang),
                        field: None,
                    },
                });
                let place = Place {
                    column: Some(format!("readings[{index}]")),
                    ..Place::in_file("readings")
                };
                faults.push(problem.in_place(place));
            }
        }
    }
    if told.accepted + told.duplicates == 0 {
        return Err(faults.into());
    }
    Ok(told)
}
