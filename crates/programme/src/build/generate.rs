//! Distributions of made-up data: checked against what they make, kept as rows for the generator.

use base::{FlowId, Ratio, RecordTypeId, RoleId, Span, UnitId};
use indexmap::IndexMap;

use super::expressions::Names;
use super::head::Head;
use super::references::{unknown, unknown_in};
use super::{Faults, Rows};
use crate::expr::Purpose;
use crate::model::{Generate, Person, RecordType};
use crate::problems;
use crate::rows::Row;
use crate::schema::{ColumnType, RANKING_GROUP, Schema, TableSchema, UNIT_KIND};

/// What a row of `generate` makes.
enum Made<'a> {
    Subjects,
    Records(&'a RecordType),
    Cases(&'a casework::Flow),
}

/// What the distributions refer to.
pub(super) struct Known<'a> {
    pub(super) record_types: &'a IndexMap<RecordTypeId, RecordType>,
    pub(super) flows: &'a IndexMap<FlowId, casework::Flow>,
    pub(super) names: &'a Names<'a>,
    pub(super) head: &'a Head,
}

pub(super) fn build(rows: &Rows, known: &Known<'_>, faults: &mut Faults) -> Generate {
    for row in rows.of("generate") {
        let Some(id) = row.text("id") else { continue };
        let made = made(row, known, faults);
        check_distribution(
            rows,
            row,
            made.as_ref(),
            known.names.schema,
            known.head,
            faults,
        );
        let Some(made) = made else { continue };
        let table = row.text("of").and_then(|of| known.names.schema.table(of));
        for field in rows.under("generate_field", id) {
            if let Some(table) = table {
                check_field(rows, field, &made, table, known.names, faults);
            }
        }
        check_required(rows, row, id, &made, faults);
        for step in rows.under("generate_step", id) {
            check_step(step, &made, faults);
        }
    }
    Generate {
        distributions: rows.of("generate").to_vec(),
        fields: rows.of("generate_field").to_vec(),
        steps: rows.of("generate_step").to_vec(),
        lists: rows.of("generate_list").to_vec(),
        people: rows
            .of("generate_person")
            .iter()
            .filter_map(|row| person(row))
            .collect(),
    }
}

fn person(row: &Row) -> Option<Person> {
    Some(Person {
        login: row.text("login")?.clone(),
        name: row.text("name")?.clone(),
        role: RoleId::new(row.text("role")?),
        unit: row.text("unit").map(UnitId::new),
    })
}

fn made<'a>(row: &Row, known: &Known<'a>, faults: &mut Faults) -> Option<Made<'a>> {
    let of = row.text("of")?;
    let schema: &Schema = known.names.schema;
    let made = if of.starts_with("subject:") {
        schema.table(of).map(|_| Made::Subjects)
    } else if let Some(flow) = of.strip_prefix("case:") {
        known.flows.get(flow).map(Made::Cases)
    } else {
        known.record_types.get(&**of).map(Made::Records)
    };
    if made.is_none() {
        let names = schema
            .tables
            .keys()
            .map(|name| &**name)
            .filter(|name| !["unit", "target", "item"].contains(name));
        unknown(faults, "table", of, names, row.span_of("of"));
    }
    made
}

fn check_distribution(
    rows: &Rows,
    row: &Row,
    made: Option<&Made<'_>>,
    schema: &Schema,
    head: &Head,
    faults: &mut Faults,
) {
    let is_case = matches!(made, Some(Made::Cases(_)));
    match (row.int("count"), row.int("per_unit")) {
        (Some(_), Some(_)) => {
            faults.cell(row, "per_unit", problems::said_twice("count", "per_unit"))
        }
        (None, None) if made.is_some() && !row.has("scorecard") => {
            faults.at(row.span.clone(), problems::generate_without_count());
        }
        _ => {}
    }
    for column in ["count", "per_unit"] {
        if let Some(number) = row.int(column).filter(|number| *number < 0) {
            faults.cell(
                row,
                column,
                problems::number_out_of_range(column, number, 0, "…"),
            );
        }
    }
    if made.is_some() && !is_case && row.has("scorecard") {
        faults.cell(
            row,
            "scorecard",
            problems::column_needs("scorecard", "of = \"case:…\""),
        );
    }
    super::check_days_in_order(row, "from", "to", faults);
    let is_season = row
        .text("rhythm")
        .is_some_and(|rhythm| &**rhythm == "season");
    if is_season != row.has("months") {
        let (column, other) = if is_season {
            ("rhythm", "months")
        } else {
            ("months", "rhythm = \"season\"")
        };
        faults.cell(row, column, problems::column_needs(column, other));
    }
    if row.has("months") && row.list("months").len() != 12 {
        faults.cell(
            row,
            "months",
            problems::list_length("months", 12, row.list("months").len()),
        );
    }
    check_weights(row, "months", faults);
    check_pair(row, "unit_weights", "units", faults);
    check_weights(row, "unit_weights", faults);
    for column in ["units", "places"] {
        check_units(rows, row, column, head, faults);
    }
    check_subjects(rows, row, made, schema, faults);
}

/// A unit named by id exists while its records are made, or they would be refused.
fn check_exists(row: &Row, unit: &Row, head: &Head, span: Span, faults: &mut Faults) {
    let period = head.days();
    let (Some(first), Some(last)) = (
        row.day("from").or(period.map(|days| days.0)),
        row.day("to").or(period.map(|days| days.1)),
    ) else {
        return;
    };
    let begins_late = unit.day("valid_from").is_some_and(|from| from > first);
    let ends_early = unit.day("valid_to").is_some_and(|to| to < last);
    if begins_late || ends_early {
        let end = |column: &str| {
            unit.day(column)
                .map(|day| day.to_string())
                .unwrap_or_default()
        };
        let life = format!("{}..{}", end("valid_from"), end("valid_to"));
        faults.at(
            span,
            problems::unit_outside_period(
                unit.text("id").map_or("", |id| &**id),
                format!("{first}..{last}"),
                life,
            ),
        );
    }
}

/// Units by id, `kind:` and `group:`.
fn check_units(rows: &Rows, row: &Row, column: &str, head: &Head, faults: &mut Faults) {
    for (text, span) in row.texts_placed(column) {
        let coded = [("kind:", UNIT_KIND), ("group:", RANKING_GROUP)];
        let code = coded
            .iter()
            .find_map(|(prefix, vocabulary)| Some((*vocabulary, text.strip_prefix(prefix)?)));
        match code {
            Some((vocabulary, code)) => {
                if rows.find_under("code", vocabulary, code).is_none() {
                    unknown_in(
                        faults,
                        ("vocabulary", vocabulary),
                        ("code", code),
                        rows.ids_under("code", vocabulary),
                        span,
                    );
                }
            }
            None => match rows.find("unit", &text) {
                None => unknown(faults, "unit", &text, rows.ids("unit"), span),
                Some(unit) => check_exists(row, unit, head, span, faults),
            },
        }
    }
}

/// The distribution that makes the subjects makes subjects of the right type.
fn check_subjects(
    rows: &Rows,
    row: &Row,
    made: Option<&Made<'_>>,
    schema: &Schema,
    faults: &mut Faults,
) {
    let Some(source) = row.text("subjects") else {
        if let Some(Made::Records(record_type)) = made
            && record_type
                .fields
                .get("subject")
                .is_some_and(|field| field.required)
        {
            faults.at(
                row.span.clone(),
                problems::generate_needs_subjects(&record_type.id),
            );
        }
        return;
    };
    let Some(other) = rows.find("generate", source) else {
        unknown(
            faults,
            "generate",
            source,
            rows.ids("generate"),
            row.span_of("subjects"),
        );
        return;
    };
    let wanted = match made {
        Some(Made::Records(record_type)) => record_type
            .subject
            .as_ref()
            .map(|subject| format!("subject:{subject}")),
        Some(Made::Cases(flow)) => Some(format!("subject:{}", flow.subject)),
        Some(Made::Subjects) => None,
        None => return,
    };
    // A subject type that does not exist is told where it is named.
    if wanted
        .as_ref()
        .is_some_and(|wanted| schema.table(wanted).is_none())
    {
        return;
    }
    if other.text("of").map(|of| &**of) != wanted.as_deref() {
        let wanted = wanted.unwrap_or_else(|| "—".to_owned());
        faults.cell(
            row,
            "subjects",
            problems::generate_other_subjects(
                source,
                other.text("of").map_or("", |of| &**of),
                wanted,
            ),
        );
    }
}

fn check_field(
    rows: &Rows,
    row: &Row,
    made: &Made<'_>,
    table: &TableSchema,
    names: &Names<'_>,
    faults: &mut Faults,
) {
    const WAYS: &[&str] = &["value", "values", "choices", "text", "from"];
    let Some(field) = row.text("field") else {
        return;
    };
    let is_record_number = &**field == "id" && !matches!(made, Made::Subjects);
    let column = table.columns.get(field).filter(|_| !is_record_number);
    if column.is_none() {
        let known = table
            .columns
            .keys()
            .map(|known| &**known)
            .filter(|known| *known != "id" || matches!(made, Made::Subjects));
        unknown_in(
            faults,
            ("table", &table.name),
            ("field", field),
            known,
            row.span_of("field"),
        );
    }
    let ways: Vec<&str> = WAYS.iter().copied().filter(|way| row.has(way)).collect();
    match ways.as_slice() {
        [] if !row.has("sum") => faults.at(row.span.clone(), problems::generate_field_empty(field)),
        [first, second, ..] => faults.cell(row, second, problems::said_twice(first, second)),
        _ => {}
    }
    check_pair(row, "weights", "choices", faults);
    check_weights(row, "weights", faults);
    if row.has("to") && !row.has("from") {
        faults.cell(row, "to", problems::column_needs("to", "from"));
    }
    if let (Some(from), Some(to)) = (row.decimal("from"), row.decimal("to"))
        && from > to
    {
        faults.cell(
            row,
            "to",
            problems::min_above_max(super::shown(from), super::shown(to)),
        );
    }
    check_share(row, "empty", faults);
    if let Some(text) = row.text("text") {
        check_pattern(rows, row, text, faults);
    }
    names.filter(row, "when", table, Purpose::Constraint, faults);
    if let Some(column) = column {
        let codes = match &column.column_type {
            ColumnType::Code(vocabulary) | ColumnType::Codes(vocabulary) => Some(vocabulary),
            _ => None,
        };
        for cell in ["value", "values", "choices"] {
            let single = row.text(cell).map(|text| (text.clone(), row.span_of(cell)));
            for (text, span) in row.texts_placed(cell).chain(single) {
                if let Some(vocabulary) = codes.filter(|vocabulary| {
                    rows.find_under("code", vocabulary.as_str(), &text)
                        .is_none()
                }) {
                    let known = rows.ids_under("code", vocabulary.as_str());
                    unknown_in(
                        faults,
                        ("vocabulary", vocabulary.as_str()),
                        ("code", &text),
                        known,
                        span,
                    );
                } else if column.column_type == ColumnType::Unit
                    && rows.find("unit", &text).is_none()
                {
                    unknown(faults, "unit", &text, rows.ids("unit"), span);
                } else if !can_hold(&column.column_type, &text) {
                    faults.at(span, problems::generate_value(field, &text));
                }
            }
        }
    }
}

/// Every required field of a record is made by something.
fn check_required(rows: &Rows, row: &Row, id: &str, made: &Made<'_>, faults: &mut Faults) {
    let Made::Records(record_type) = made else {
        return;
    };
    for field in record_type
        .fields
        .values()
        .filter(|field| field.required && field.default.is_none())
    {
        let is_made = match field.id.as_str() {
            "day" | "subject" => true,
            "unit" => row.has("units") || row.has("per_unit"),
            "place" => row.has("places"),
            _ => false,
        };
        let has_row = rows.under("generate_field", id).iter().any(|row| {
            row.text("field")
                .is_some_and(|name| **name == *field.id.as_str())
        });
        if !is_made && !has_row {
            faults.at(
                row.span.clone(),
                problems::generate_lacks_field(&record_type.id, &field.id),
            );
        }
    }
}

/// Whether a column could hold what a made-up cell says.
fn can_hold(column: &ColumnType, text: &str) -> bool {
    match column {
        ColumnType::Int => base::Scaled::parse(text, 0).is_ok(),
        ColumnType::Decimal(scale) => base::Scaled::parse(text, *scale).is_ok(),
        ColumnType::Day => base::Day::parse(text).is_ok(),
        ColumnType::Bool => matches!(text, "true" | "false"),
        ColumnType::Choice(choices) => choices.iter().any(|choice| **choice == *text),
        _ => true,
    }
}

/// `{n}` is the ordinal; every other name in braces is a list of words.
fn check_pattern(rows: &Rows, row: &Row, text: &str, faults: &mut Faults) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            faults.cell(row, "text", problems::pattern_not_closed(text));
            return;
        };
        if name != "n" && rows.find("generate_list", name).is_none() {
            let known = std::iter::once("n").chain(rows.ids("generate_list"));
            unknown(faults, "list", name, known, row.span_of("text"));
        }
        rest = behind;
    }
}

fn check_step(row: &Row, made: &Made<'_>, faults: &mut Faults) {
    let Made::Cases(flow) = made else {
        faults.at(row.span.clone(), problems::steps_without_flow());
        return;
    };
    let Some(name) = row.text("action") else {
        return;
    };
    match flow
        .actions
        .iter()
        .find(|action| action.id.as_str() == &**name)
    {
        None => {
            let known = flow.actions.iter().map(|action| action.id.as_str());
            unknown_in(
                faults,
                ("flow", flow.id.as_str()),
                ("action", name),
                known,
                row.span_of("action"),
            );
        }
        Some(action) => {
            if let Some(role) = row
                .text("role")
                .filter(|role| !action.roles.iter().any(|known| known.as_str() == &***role))
            {
                let known = action.roles.iter().map(|role| role.as_str());
                unknown_in(
                    faults,
                    ("action", name),
                    ("role", role),
                    known,
                    row.span_of("role"),
                );
            }
        }
    }
    for (least, most) in [("days_from", "days_to")] {
        if let (Some(from), Some(to)) = (row.int(least), row.int(most))
            && from > to
        {
            faults.cell(row, most, problems::min_above_max(from, to));
        }
    }
    for column in ["share", "quality_from", "quality_to"] {
        check_share(row, column, faults);
    }
}

/// A list of weights is as long as the list that it weighs.
fn check_pair(row: &Row, weights: &str, of: &str, faults: &mut Faults) {
    if !row.has(weights) {
        return;
    }
    let (found, wanted) = (row.list(weights).len(), row.list(of).len());
    if found != wanted {
        faults.cell(row, weights, problems::list_length(weights, wanted, found));
    }
}

/// Weights are not negative and not all nothing.
fn check_weights(row: &Row, column: &str, faults: &mut Faults) {
    let weights = row.decimals(column);
    let none = weights.iter().all(Ratio::is_zero);
    if row.has(column) && (none || weights.iter().any(Ratio::is_negative)) {
        faults.cell(row, column, problems::must_be_positive(column));
    }
}

fn check_share(row: &Row, column: &str, faults: &mut Faults) {
    let (none, all) = (Ratio::from_int(0), Ratio::from_int(1));
    if let Some(share) = row
        .decimal(column)
        .filter(|share| **share < none || **share > all)
    {
        faults.cell(
            row,
            column,
            problems::share_out_of_range(column, super::shown(share)),
        );
    }
}
