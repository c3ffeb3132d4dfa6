//! Figures that the city published, and what produces each: an indicator, or a rule that is tried.

use std::sync::Arc;

use base::{IndicatorId, Ratio, RecordTypeId, ScorecardId};
use indexmap::IndexMap;

use super::head::Head;
use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{Indicator, Measure, Production, Published, RecordType, Relation, Trial};
use crate::problems;
use crate::rows::{Content, Row};

/// The unit of measure of a share that is written times 100.
const PERCENT: &str = "percent";

/// What published figures refer to.
pub(super) struct Known<'a> {
    pub(super) indicators: &'a IndexMap<IndicatorId, Indicator>,
    pub(super) record_types: &'a IndexMap<RecordTypeId, RecordType>,
}

pub(super) fn build(
    rows: &Rows,
    head: &Head,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Vec<Published> {
    let mut published = Vec::new();
    for row in rows.of("published") {
        let production = production(rows, known, row, faults);
        let (value, written, unit_of_measure) = match figure(row) {
            Some(figure) => figure,
            None => continue,
        };
        if let Some(Production::Indicator(id)) = &production
            && let Some(indicator) = known.indicators.get(id)
        {
            check_sense(row, indicator, &value, &unit_of_measure, faults);
        }
        let (Some(id), Some(period), Some(production)) =
            (row.text("id"), head.period(row, "period"), production)
        else {
            continue;
        };
        let Some(relation) = relation(row) else {
            continue;
        };
        published.push(Published {
            id: id.clone(),
            statement: row.name("statement"),
            value,
            written,
            unit_of_measure,
            relation,
            period,
            production,
            row: row.clone(),
        });
    }
    published
}

/// The value, how it was written and its unit; `"97.5%"` is 97.5 percent.
fn figure(row: &Row) -> Option<(Ratio, Arc<str>, Arc<str>)> {
    let Some(Content::Decimal(value, written)) = row.cell("value").map(|cell| &cell.content) else {
        return None;
    };
    let unit = row
        .text("unit_of_measure")
        .cloned()
        .unwrap_or_else(|| Arc::from(""));
    match written.strip_suffix('%') {
        Some(number) => Some((
            value * &Ratio::from_int(100),
            Arc::from(number.trim()),
            Arc::from(PERCENT),
        )),
        None => Some((value.clone(), written.clone(), unit)),
    }
}

fn relation(row: &Row) -> Option<Relation> {
    Some(match &**row.text("relation")? {
        "exact" => Relation::Exact,
        "rounded_1" => Relation::Rounded1,
        "more_than" => Relation::MoreThan,
        "at_least" => Relation::AtLeast,
        "nearly" => Relation::Nearly,
        "about" => Relation::About,
        _ => return None,
    })
}

/// What produces the figure: an indicator, or a veto or consequence that is tried.
fn production(
    rows: &Rows,
    known: &Known<'_>,
    row: &Row,
    faults: &mut Faults,
) -> Option<Production> {
    match (row.text("indicator"), row.text("trial")) {
        (Some(indicator), None) => {
            for column in [
                "scorecard",
                "veto",
                "consequence",
                "trial_record",
                "trial_values",
            ]
            .iter()
            .filter(|column| row.has(column))
            {
                faults.cell(row, column, problems::column_needs(column, "trial"));
            }
            Some(Production::Indicator(IndicatorId::new(indicator)))
        }
        (None, Some(kind)) => tried_rule(rows, known, row, kind, faults),
        (Some(_), Some(_)) => {
            faults.cell(row, "trial", problems::said_twice("indicator", "trial"));
            None
        }
        (None, None) => {
            faults.at(
                row.span.clone(),
                problems::published_by_nothing(row.text("id").map_or("", |id| &**id)),
            );
            None
        }
    }
}

fn tried_rule(
    rows: &Rows,
    known: &Known<'_>,
    row: &Row,
    kind: &str,
    faults: &mut Faults,
) -> Option<Production> {
    let (table, other) = if kind == "veto" {
        ("veto", "consequence")
    } else {
        ("consequence", "veto")
    };
    if row.has(other) {
        faults.cell(
            row,
            other,
            problems::column_needs(other, format!("trial = \"{other}\"")),
        );
    }
    for column in ["scorecard", table]
        .iter()
        .filter(|column| !row.has(column))
    {
        faults.cell(
            row,
            "trial",
            problems::column_needs(format!("trial = \"{kind}\""), column),
        );
    }
    let (scorecard, name) = (row.text("scorecard")?, row.text(table)?);
    let rule = rows.find_under(table, scorecard, name);
    if rule.is_none() && rows.find("scorecard", scorecard).is_some() {
        let known = rows.ids_under(table, scorecard);
        unknown_in(
            faults,
            ("scorecard", scorecard),
            (table, name),
            known,
            row.span_of(table),
        );
    }
    let rule = rule?;
    // A veto is tried by inserting an event. What follows from a grade can be looked up on the cards that
    // have it; where a veto forces the grade, it can be tried by an event too.
    let is_forced = || {
        let vetoes = rows.ids_under("veto", scorecard);
        let mut forced = vetoes.into_iter().filter_map(|id| {
            rows.find_under("veto", scorecard, id)?
                .text("forces")
                .cloned()
        });
        rule.text("grade")
            .is_some_and(|grade| forced.any(|forced| forced == *grade))
    };
    let needs = match table == "veto" || rule.has("veto") {
        true => Record::Needed,
        false if is_forced() => Record::Possible,
        false => Record::Meaningless,
    };
    let trial = trial(known, row, needs, faults);
    let (scorecard, name) = (ScorecardId::new(scorecard), name.clone());
    match table {
        "veto" => Some(Production::Veto(scorecard, name, trial?)),
        _ => Some(Production::Consequence(scorecard, name, trial)),
    }
}

/// Whether a trial inserts a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Record {
    Needed,
    Possible,
    Meaningless,
}

/// The record that a trial inserts: its type, and its fields as `field=value`.
fn trial(known: &Known<'_>, row: &Row, record: Record, faults: &mut Faults) -> Option<Trial> {
    let Some(id) = row.text("trial_record") else {
        if record == Record::Needed {
            faults.cell(
                row,
                "trial",
                problems::column_needs("trial", "trial_record"),
            );
        }
        if row.has("trial_values") {
            faults.cell(
                row,
                "trial_values",
                problems::column_needs("trial_values", "trial_record"),
            );
        }
        return None;
    };
    if record == Record::Meaningless {
        faults.cell(row, "trial_record", problems::trial_without_veto());
        return None;
    }
    let record_type = known.record_types.get(&**id)?;
    let mut values = Vec::new();
    for (text, span) in row.texts_placed("trial_values") {
        let Some((field, value)) = text.split_once('=') else {
            faults.at(span, problems::bad_trial_value(&text));
            continue;
        };
        match record_type.fields.get(field.trim()) {
            Some(field) => values.push((field.id.clone(), Arc::from(value.trim()))),
            None => {
                let fields = record_type.fields.keys().map(|field| field.as_str());
                unknown_in(
                    faults,
                    ("record_type", id),
                    ("field", field.trim()),
                    fields,
                    span,
                );
            }
        }
    }
    // Day, unit and place are those of the unit that the rule is tried on.
    let needed = record_type
        .fields
        .values()
        .filter(|field| field.required && field.default.is_none());
    for field in needed.filter(|field| !["day", "unit", "place"].contains(&field.id.as_str())) {
        if !values.iter().any(|(given, _)| *given == field.id) {
            let column = if row.has("trial_values") {
                "trial_values"
            } else {
                "trial_record"
            };
            faults.cell(row, column, problems::trial_lacks_field(id, &field.id));
        }
    }
    Some(Trial {
        record_type: RecordTypeId::new(id),
        values,
    })
}

/// A value that its indicator could have: a count is whole and not negative, a share at most 100 %.
fn check_sense(row: &Row, indicator: &Indicator, value: &Ratio, unit: &str, faults: &mut Faults) {
    let is_sound = match &indicator.measure {
        Measure::Count(_) | Measure::Distinct(..) => {
            value.is_integer() && !value.is_negative() && unit != PERCENT
        }
        Measure::Share { .. } => {
            let most = Ratio::from_int(if unit == PERCENT { 100 } else { 1 });
            !value.is_negative() && *value <= most
        }
        _ => true,
    };
    if !is_sound {
        faults.cell(
            row,
            "value",
            problems::published_out_of_sense(&indicator.id, super::shown(value), unit),
        );
    }
}
