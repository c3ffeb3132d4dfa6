//! Sensors: what is measured on which subjects, and what becomes of the readings.

use std::sync::Arc;

use base::{FieldId, FlowId, RecordTypeId, SubjectTypeId};
use casework::Flow;
use indexmap::IndexMap;

use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{FieldType, RecordType, Sensor, SensorLimit, SubjectType};
use crate::problems;
use crate::rows::Row;

/// Numbers of a sensor: column, value when it is not written, least and most.
const EVERY: Number = ("every_seconds", 60, 1, 86_400);
const LATE: Number = ("late_minutes", 60, 0, 7 * 24 * 60);
const AHEAD: Number = ("ahead_seconds", 120, 0, 3_600);
const PER_MINUTE: Number = ("per_minute", 120, 1, 60_000);
const GAP_AFTER: Number = ("gap_after", 3, 1, 1_000);
const KEPT: Number = ("kept_days", 90, 1, 3_660);
const LIMIT_MINUTES: Number = ("limit_minutes", 0, 0, 24 * 60);
const SCALE: Number = ("scale", 1, 0, 6);

pub(super) type Number = (&'static str, i64, i64, i64);

/// Fields of a summary that have a meaning, each with the types that it may have; those of the first group must be there.
const NEEDED: &[(&str, &[&str])] = &[
    ("sensor", &["text", "choice"]),
    ("readings", &["number"]),
    ("digest", &["text"]),
];

pub(super) fn build(
    rows: &Rows,
    subject_types: &IndexMap<SubjectTypeId, SubjectType>,
    record_types: &IndexMap<RecordTypeId, RecordType>,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> IndexMap<Arc<str>, Sensor> {
    let of_row = |row: &Row, faults: &mut Faults| {
        let id = row.text("id")?.clone();
        let subject_type = subject_types.get(&SubjectTypeId::new(row.text("subject_type")?))?;
        let (min, max) = (row.decimal("min").cloned(), row.decimal("max").cloned());
        if let (Some(min), Some(max)) = (&min, &max)
            && min > max
        {
            let problem = problems::min_above_max(super::shown(min), super::shown(max));
            faults.cell(row, "max", problem);
        }
        let limit = limit(row, subject_type, flows, faults);
        let is_hourly = row.text("period").is_some_and(|period| &**period == "hour");
        let summary = summary(row, subject_type, record_types, is_hourly, faults);
        let unit_from = unit_from(row, subject_type, faults);
        let needs_unit = summary.is_some() || limit.as_ref().is_some_and(|it| it.opens.is_some());
        if needs_unit && unit_from.is_empty() {
            faults.at(row.span.clone(), problems::sensor_without_unit(&id));
        }
        let sensor = Sensor {
            name: row.name("name"),
            subject_type: subject_type.id.clone(),
            unit_of_measure: row.name("unit_of_measure"),
            scale: u8::try_from(number(row, SCALE, faults)).unwrap_or_default(),
            every_s: number(row, EVERY, faults),
            min,
            max,
            late_minutes: number(row, LATE, faults),
            ahead_s: number(row, AHEAD, faults),
            per_minute: number(row, PER_MINUTE, faults),
            gap_after: number(row, GAP_AFTER, faults),
            kept_days: number(row, KEPT, faults),
            limit,
            summary,
            is_hourly,
            unit_from,
            id,
        };
        // Raw readings are there until what they are summed up to is written.
        let waits_minutes = sensor.late_minutes + 24 * 60;
        if sensor.kept_days * 24 * 60 <= waits_minutes {
            let least = waits_minutes / (24 * 60) + 1;
            let problem = problems::number_out_of_range(KEPT.0, sensor.kept_days, least, KEPT.3);
            faults.cell(row, KEPT.0, problem);
        }
        Some((sensor.id.clone(), sensor))
    };
    rows.of("sensor")
        .iter()
        .filter_map(|row| of_row(row, faults))
        .collect()
}

pub(super) fn number(
    row: &Row,
    (column, default, least, most): Number,
    faults: &mut Faults,
) -> i64 {
    let value = row.int(column).unwrap_or(default);
    if !(least..=most).contains(&value) {
        let problem = problems::number_out_of_range(column, value, least, most);
        faults.cell(row, column, problem);
    }
    value.clamp(least, most)
}

fn limit(
    row: &Row,
    subject_type: &SubjectType,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> Option<SensorLimit> {
    let Some(value) = row.decimal("limit").cloned() else {
        for column in ["beyond", "limit_minutes", "opens"] {
            if row.has(column) {
                faults.cell(row, column, problems::column_needs(column, "limit"));
            }
        }
        return None;
    };
    let opens = row.text("opens").map(FlowId::new);
    if let Some(flow) = opens.as_ref().and_then(|id| flows.get(id))
        && *flow.subject != *subject_type.id.as_str()
    {
        let problem = problems::sensor_flow_of_others(&flow.id, &subject_type.id);
        faults.cell(row, "opens", problem);
    }
    Some(SensorLimit {
        value,
        is_least: row.text("beyond").is_some_and(|side| &**side == "below"),
        minutes: number(row, LIMIT_MINUTES, faults),
        opens,
    })
}

/// The record type of the summaries: about the same subjects, keyed so that a period has one, with what proves it.
fn summary(
    row: &Row,
    subject_type: &SubjectType,
    record_types: &IndexMap<RecordTypeId, RecordType>,
    is_hourly: bool,
    faults: &mut Faults,
) -> Option<RecordTypeId> {
    let Some(id) = row.text("summary") else {
        if row.has("period") {
            faults.cell(row, "period", problems::column_needs("period", "summary"));
        }
        return None;
    };
    let record_type = record_types.get(&RecordTypeId::new(id))?;
    if record_type.subject.as_ref() != Some(&subject_type.id) {
        let problem = problems::summary_of_others(id, &subject_type.id);
        faults.cell(row, "summary", problem);
    }
    let hour: &[(&str, &[&str])] = if is_hourly {
        &[("hour", &["number"])]
    } else {
        &[]
    };
    for (name, types) in NEEDED.iter().chain(hour) {
        let field = record_type.fields.get(&FieldId::new(name));
        let fits = field.is_some_and(|field| types.contains(&kind_of(&field.field_type)));
        if !fits {
            let problem = problems::summary_lacks(id, name, types.join(" / "));
            faults.cell(row, "summary", problem);
        }
    }
    let mut wanted = vec!["subject", "day", "sensor"];
    wanted.extend(is_hourly.then_some("hour"));
    let key = &record_type.key;
    let is_same = key.len() == wanted.len()
        && wanted
            .iter()
            .all(|name| key.iter().any(|field| field.as_str() == *name));
    if !is_same {
        faults.cell(row, "summary", problems::summary_key(id, wanted.join(", ")));
    }
    Some(record_type.id.clone())
}

fn kind_of(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Text => "text",
        FieldType::Choice(_) => "choice",
        FieldType::Number => "number",
        _ => "",
    }
}

pub(super) fn unit_from(
    row: &Row,
    subject_type: &SubjectType,
    faults: &mut Faults,
) -> Vec<FieldId> {
    let mut found = Vec::new();
    for (name, span) in row.texts_placed("unit_from") {
        let id = FieldId::new(&name);
        match subject_type.fields.get(&id) {
            Some(field) if field.field_type == FieldType::Unit => found.push(id),
            Some(_) => faults.at(span, problems::not_a_unit_field(&name)),
            None => unknown_in(
                faults,
                ("subject_type", subject_type.id.as_str()),
                ("field", &name),
                subject_type.fields.keys().map(FieldId::as_str),
                span,
            ),
        }
    }
    found
}
