//! Rules of rhythm: from when they count, how long, and which case they open.

use std::sync::Arc;

use base::{ActionId, FieldId, FlowId, RecordTypeId, ScorecardId, SubjectTypeId};
use casework::{FieldKind, Flow, StateKind};
use indexmap::IndexMap;

use super::references::unknown_in;
use super::sensors::{Number, number, unit_from};
use super::{Faults, Rows};
use crate::model::{
    Field, FieldType, RecordType, Scorecard, Scored, SubjectType, VisitAfter, VisitBy,
    VisitInterval, VisitRule,
};
use crate::problems;
use crate::rows::Row;

const AHEAD: Number = ("ahead_days", 15, 0, 366);
const MONTHS: Number = ("months", 0, 0, 240);
const DAYS: Number = ("days", 0, 0, 3_660);

/// What rules speak of.
pub(super) struct Known<'a> {
    pub subject_types: &'a IndexMap<SubjectTypeId, SubjectType>,
    pub record_types: &'a IndexMap<RecordTypeId, RecordType>,
    pub flows: &'a IndexMap<FlowId, Flow>,
    pub scorecards: &'a IndexMap<ScorecardId, Scorecard>,
}

pub(super) fn build(
    rows: &Rows,
    known: &Known<'_>,
    faults: &mut Faults,
) -> IndexMap<Arc<str>, VisitRule> {
    rows.of("visit_rule")
        .iter()
        .filter_map(|row| rule(rows, row, known, faults))
        .map(|rule| (rule.id.clone(), rule))
        .collect()
}

fn rule(rows: &Rows, row: &Row, known: &Known<'_>, faults: &mut Faults) -> Option<VisitRule> {
    let id = row.text("id")?.clone();
    let subject_type = known
        .subject_types
        .get(&SubjectTypeId::new(row.text("subject_type")?))?;
    let of_subject = (
        "subject_type",
        subject_type.id.as_str(),
        &subject_type.fields,
    );
    let only = only(row, "only_field", "only_values", of_subject, faults);
    let after = after(row, subject_type, known, faults)?;
    let by = by(row, subject_type, known, faults);
    let intervals: Vec<(Option<Arc<str>>, VisitInterval)> = rows
        .under("visit_interval", &id)
        .iter()
        .map(|row| {
            let interval = VisitInterval {
                months: i32::try_from(number(row, MONTHS, faults)).unwrap_or_default(),
                days: number(row, DAYS, faults),
                basis: row.name("basis"),
            };
            (row.text("value").cloned(), interval)
        })
        .collect();
    if intervals.is_empty() {
        faults.at(row.span.clone(), problems::visit_without_interval(&id));
    }
    let opens = opens(row, subject_type, known, faults);
    let unit_from = unit_from(row, subject_type, faults);
    if opens.is_some() && unit_from.is_empty() {
        faults.at(row.span.clone(), problems::sensor_without_unit(&id));
    }
    Some(VisitRule {
        name: row.name("name"),
        subject_type: subject_type.id.clone(),
        only,
        after,
        by,
        intervals,
        rolls: row.bool("rolls").unwrap_or(true),
        ahead_days: number(row, AHEAD, faults),
        opens,
        unit_from,
        id,
    })
}

type Fields<'a> = (&'static str, &'a str, &'a IndexMap<FieldId, Field>);

/// A field that must be there.
fn field<'a>(
    row: &Row,
    column: &'static str,
    (table, owner, fields): Fields<'a>,
    faults: &mut Faults,
) -> Option<&'a Field> {
    let name = row.text(column)?;
    let found = fields.get(&FieldId::new(name));
    if found.is_none() {
        unknown_in(
            faults,
            (table, owner),
            ("field", name),
            fields.keys().map(FieldId::as_str),
            row.span_of(column),
        );
    }
    found
}

/// A field and the values of it that count.
fn only(
    row: &Row,
    column: &'static str,
    values: &'static str,
    fields: Fields<'_>,
    faults: &mut Faults,
) -> Option<(FieldId, Vec<Arc<str>>)> {
    match (row.has(column), row.has(values)) {
        (true, false) => faults.cell(row, column, problems::column_needs(column, values)),
        (false, true) => faults.cell(row, values, problems::column_needs(values, column)),
        _ => {}
    }
    let found = field(row, column, fields, faults)?;
    Some((found.id.clone(), row.texts(values)))
}

fn after(
    row: &Row,
    subject_type: &SubjectType,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<VisitAfter> {
    if row.has("after_record") == row.has("after_field") {
        faults.at(row.span.clone(), problems::visit_from_nothing());
        return None;
    }
    if let Some(id) = row.text("after_record") {
        let record_type = known.record_types.get(&RecordTypeId::new(id))?;
        if record_type.subject.as_ref() != Some(&subject_type.id) {
            let problem = problems::summary_of_others(id, &subject_type.id);
            faults.cell(row, "after_record", problem);
        }
        let fields = ("record_type", record_type.id.as_str(), &record_type.fields);
        let only = only(row, "record_field", "record_values", fields, faults);
        return Some(VisitAfter::Record(record_type.id.clone(), only));
    }
    let fields = (
        "subject_type",
        subject_type.id.as_str(),
        &subject_type.fields,
    );
    let found = field(row, "after_field", fields, faults)?;
    if found.field_type != FieldType::Date {
        faults.cell(row, "after_field", problems::not_a_date_field(&found.id));
    }
    Some(VisitAfter::Field(found.id.clone()))
}

fn by(row: &Row, subject_type: &SubjectType, known: &Known<'_>, faults: &mut Faults) -> VisitBy {
    if row.has("by_scorecard") && row.has("by_field") {
        let problem = problems::said_twice("by_scorecard", "by_field");
        faults.cell(row, "by_field", problem);
    }
    if let Some(id) = row.text("by_scorecard").map(ScorecardId::new) {
        let of = known.scorecards.get(&id).map(|scorecard| &scorecard.of);
        if of.is_some_and(|of| *of != Scored::Subjects(subject_type.id.clone())) {
            let problem = problems::summary_of_others(&id, &subject_type.id);
            faults.cell(row, "by_scorecard", problem);
        }
        return VisitBy::Scorecard(id);
    }
    let fields = (
        "subject_type",
        subject_type.id.as_str(),
        &subject_type.fields,
    );
    match field(row, "by_field", fields, faults) {
        Some(found) => VisitBy::Field(found.id.clone()),
        None => VisitBy::All,
    }
}

/// The flow of the case, which holds the day, and the action that ends it.
fn opens(
    row: &Row,
    subject_type: &SubjectType,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<(FlowId, Option<ActionId>)> {
    let Some(id) = row.text("opens") else {
        if row.has("closes") {
            faults.cell(row, "closes", problems::column_needs("closes", "opens"));
        }
        return None;
    };
    let flow = known.flows.get(&FlowId::new(id))?;
    if *flow.subject != *subject_type.id.as_str() {
        let problem = problems::sensor_flow_of_others(&flow.id, &subject_type.id);
        faults.cell(row, "opens", problem);
    }
    let due = flow.field(&FieldId::new(DUE_ON));
    if due.is_none_or(|field| field.kind != FieldKind::Day) {
        faults.cell(
            row,
            "opens",
            problems::visit_flow_without_day(&flow.id, DUE_ON),
        );
    }
    let closes = row.text("closes").map(ActionId::new);
    if let Some(id) = &closes {
        let ends = flow.action(id).is_some_and(|action| {
            let to = flow.state(&action.to);
            to.is_some_and(|state| state.kind == StateKind::Closed) && action.requires.is_empty()
        });
        if !ends {
            faults.cell(row, "closes", problems::visit_closes_nothing(id, &flow.id));
        }
    }
    Some((flow.id.clone(), closes))
}

/// The field of a case that holds the day by which something is to be done.
const DUE_ON: &str = "due_on";
