//! Figures: an indicator for a period, a day and a position, whole or divided.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::{IndicatorId, PartKind, UnitId};
use measure::{Address, By, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Head, Measured, Problem, Refused, When};
use crate::problems;
use crate::site::Site;

/// A figure at its address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cell {
    /// Its address: asked for again with it, it is the same to the last digit.
    address: String,
    /// Unit, where it is one's.
    unit: Option<String>,
    /// Subject, where it is one's.
    subject: Option<String>,
    /// Value of the field by which it was divided.
    field_value: Option<String>,
    /// Period.
    period: String,
    /// The figure.
    figure: Measured,
}

/// How a figure is divided.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Division {
    /// `unit`, `month`, `quarter`, `half`, `year`, or `field:NAME`; not at all when missing.
    by: Option<String>,
    /// Only this unit and those below it.
    unit: Option<String>,
}

/// An indicator measured.
#[utoipa::path(get, path = "/figures/{indicator}", tag = "figures",
    params(("indicator" = String, Path, description = "indicator"), When, Division), responses(
    (status = 200, body = Vec<Cell>), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn figures(
    State(site): State<Site>,
    head: Head,
    Path(indicator): Path<String>,
    when: Result<Asked<When>, Refused>,
    division: Result<Asked<Division>, Refused>,
) -> Response {
    let (when, division) = match (when, division) {
        (Ok(Asked(when)), Ok(Asked(division))) => (when, division),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let programme = office.programme()?;
        let id = IndicatorId::new(&indicator);
        if !programme.indicators.contains_key(&id) {
            return Err(Refused::no_such(("指标", "indicator"), indicator));
        }
        let (period, day, at) = when.read(office, &programme)?;
        let by = match division.by.as_deref() {
            None => By::None,
            Some("unit") => By::Unit,
            Some("year") => By::Part(PartKind::Year),
            Some("half") => By::Part(PartKind::Half),
            Some("quarter") => By::Part(PartKind::Quarter),
            Some("month") => By::Part(PartKind::Month),
            Some(text) => match text.strip_prefix("field:") {
                Some(field) if !field.is_empty() => By::Field(field.into()),
                _ => return Err(problems::not_understood("by", text).into()),
            },
        };
        let mut query = Query::new(id.clone(), period, day, at).by(by);
        if let Some(unit) = division.unit {
            if !programme.units.contains_key(unit.as_str()) {
                return Err(Refused::no_such(("单位", "unit"), unit));
            }
            query = query.for_unit(UnitId::new(unit));
        }
        let in_force = office.mirror().programme_position_as_of(at);
        Ok(office
            .mirror()
            .columns()
            .measure(&query)?
            .into_iter()
            .map(|cell| Cell {
                unit: cell.slice.unit.as_ref().map(ToString::to_string),
                subject: cell.slice.subject.as_ref().map(ToString::to_string),
                field_value: cell
                    .slice
                    .field
                    .as_ref()
                    .and_then(|(_, value)| value.as_ref().map(ToString::to_string)),
                period: cell.period.to_string(),
                figure: Measured::from(&cell.figure),
                address: Address {
                    indicator: id.clone(),
                    slice: cell.slice,
                    period: cell.period,
                    day,
                    programme: in_force,
                    at,
                }
                .to_string(),
            })
            .collect::<Vec<_>>())
    })
    .await
}

/// Most rows of one answer.
const ROWS_MAX: usize = 1000;

/// Which of the rows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rows {
    /// Only this unit and those below it.
    unit: Option<String>,
    /// How many rows to leave out; together with `at` the same rows for good.
    #[serde(default)]
    from: u32,
    /// How many at most, up to 1000; 100 when missing.
    limit: Option<usize>,
}

/// A row behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Behind {
    /// Record type, or another table of the programme.
    table: String,
    /// The number of the record or case; `null` of units, targets and subjects.
    number: Option<u64>,
    /// Whether it counts in the numerator; otherwise only in the denominator.
    in_numerator: bool,
    /// Its fields as text.
    fields: std::collections::BTreeMap<String, String>,
}

/// The rows behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Parts {
    /// In the order in which they were accepted.
    rows: Vec<Behind>,
    /// How many there are in all.
    total: usize,
    /// How many of all count in the numerator.
    in_numerator: usize,
    /// The position for which it is true.
    position: u64,
}

/// What a figure is made of: the records behind it.
#[utoipa::path(get, path = "/figures/{indicator}/records", tag = "figures",
    params(("indicator" = String, Path, description = "indicator"), When, Rows), responses(
    (status = 200, body = Parts), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn records(
    State(site): State<Site>,
    head: Head,
    Path(indicator): Path<String>,
    when: Result<Asked<When>, Refused>,
    rows: Result<Asked<Rows>, Refused>,
) -> Response {
    let (when, rows) = match (when, rows) {
        (Ok(Asked(when)), Ok(Asked(rows))) => (when, rows),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    site.api_read(head, move |office, _| {
        let programme = office.programme()?;
        let id = IndicatorId::new(&indicator);
        if !programme.indicators.contains_key(&id) {
            return Err(Refused::no_such(("指标", "indicator"), indicator));
        }
        let (period, day, at) = when.read(office, &programme)?;
        let mut query = Query::new(id, period, day, at);
        if let Some(unit) = rows.unit {
            if !programme.units.contains_key(unit.as_str()) {
                return Err(Refused::no_such(("单位", "unit"), unit));
            }
            query = query.for_unit(UnitId::new(unit));
        }
        let most = rows.limit.unwrap_or(100).clamp(1, ROWS_MAX);
        let page = office.behind_page(&query, rows.from as usize, most)?;
        Ok(Parts {
            rows: page
                .rows
                .into_iter()
                .map(|row| Behind {
                    table: row.table,
                    number: row.number,
                    in_numerator: row.in_part,
                    fields: row.values.into_iter().collect(),
                })
                .collect(),
            total: page.total,
            in_numerator: page.in_part,
            position: at.0,
        })
    })
    .await
}
