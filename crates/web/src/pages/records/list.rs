//! The list of a type's records: conditions by field, order, columns, totals, a page at a time.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::Problem;
use office::authority::Granted;
use programme::model::{Field, FieldType, RecordType};

use super::filter::{Sight, Wanted, is_first};
use super::shown::{self, Shown};
use super::type_of;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::inspection::SEES_INSPECTORS;
use crate::site::Site;
use crate::words::Words;

/// Choices that a select offers; more are typed.
pub(crate) const CHOICES_MAX: usize = 400;

/// A condition's input.
struct FilterInput {
    id: String,
    name: String,
    /// `range`, `days`, `select`, `text`.
    kind: &'static str,
    value: String,
    least: String,
    greatest: String,
    choices: Vec<(String, String, bool)>,
    is_first: bool,
    is_subject: bool,
    subject_type: String,
}

struct Head {
    name: String,
    is_number: bool,
    sort: String,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
}

struct RowLine {
    number: u64,
    cells: Vec<Shown>,
}

struct Column {
    id: String,
    name: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/records/list.html")]
struct ListPage {
    frame: Frame,
    type_id: String,
    filters: Vec<FilterInput>,
    has_more_filters: bool,
    has_filters: bool,
    q: String,
    sort: String,
    sort_id: String,
    heads: Vec<Head>,
    rows: Vec<RowLine>,
    sums: Vec<Option<String>>,
    has_sums: bool,
    columns: Vec<Column>,
    chosen_columns: usize,
    views: Vec<(String, String)>,
    query: String,
    count: String,
    older: Option<String>,
    newer: Option<String>,
    problems: Vec<Problem>,
    may_enter: bool,
    may_import: bool,
    has_any: bool,
    is_personal: bool,
    has_lots: bool,
    compares_inspectors: bool,
    quotas: Vec<(String, String)>,
}

pub(crate) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    // The number of a record alone leads to it.
    if let Ok(number) = id.parse::<u64>() {
        return site
            .file(asked, move |look| {
                let none = || Refused::no_such(("记录", "record"), number);
                let of = look.office.record_type(number).map_err(|_| none())?;
                Ok(crate::answer::go_to(&format!("/records/{of}/{number}")))
            })
            .await;
    }
    let query = asked.uri.query().unwrap_or("").to_owned();
    site.page(asked, move |look| show(look, &id, &query)).await
}

fn show(look: &Look<'_>, id: &str, query: &str) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let record_type = type_of(look, id)?;
    let words = Words { lang: look.lang() };
    let wanted = Wanted::read(Sight::of(look), record_type, query);
    let listing = wanted.listing(look.at, record_type);
    let columns = look.office.mirror().columns();
    let page = columns.list(&listing);
    let fields: Vec<&Field> = wanted
        .columns
        .iter()
        .filter_map(|id| record_type.fields.get(id))
        .collect();
    let rows: Vec<RowLine> = page
        .rows
        .iter()
        .map(|row| RowLine {
            number: row.id(),
            cells: fields
                .iter()
                .map(|field| shown::of_row(look, field, row))
                .collect(),
        })
        .collect();
    let mut sums = page.sums.iter();
    let sums: Vec<Option<String>> = fields
        .iter()
        .map(|field| {
            let is_summed = shown::is_number(&field.field_type) && !field.personal;
            is_summed.then(|| {
                sums.next()
                    .map_or_else(String::new, |sum| shown::sum_of(field, *sum))
            })
        })
        .collect();
    // A page that ends before a row knows what precedes it; that something follows it knows anyway.
    let (has_newer, has_older) = match (wanted.is_before, wanted.from) {
        (true, _) => (page.has_more, true),
        (false, from) => (from.is_some(), page.has_more),
    };
    let leads = |name: &str, row: Option<&RowLine>, is_there: bool| {
        let row = row.filter(|_| is_there)?;
        let query = wanted.query(&[], &[(name, &row.number.to_string())]);
        Some(format!("/records/{id}?{query}"))
    };
    let (older, newer) = (
        leads("after", rows.last(), has_older),
        leads("before", rows.first(), has_newer),
    );
    let views = look
        .site
        .desk()
        .preferences(who.actor, &super::views::prefix(id))?
        .into_iter()
        .map(|(name, query)| {
            let name = name.strip_prefix(&super::views::prefix(id)).unwrap_or("");
            (name.to_owned(), query)
        })
        .collect();
    Page::of(&ListPage {
        frame: look.frame(look.text(&record_type.name)),
        type_id: id.to_owned(),
        has_more_filters: wanted.has_more,
        has_filters: !wanted.tests.is_empty(),
        q: wanted.get("q").to_owned(),
        sort: wanted.get("sort").to_owned(),
        sort_id: wanted.query(
            &["sort"],
            &[(
                "sort",
                if wanted.get("sort") == "id" {
                    "-id"
                } else {
                    "id"
                },
            )],
        ),
        filters: record_type
            .fields
            .values()
            .filter(|field| !field.personal && field.field_type != FieldType::File)
            .map(|field| filter_input(look, &wanted, field))
            .collect(),
        heads: fields
            .iter()
            .map(|field| head(look, &wanted, field))
            .collect(),
        has_sums: sums.iter().any(Option::is_some) && page.count > 0,
        sums,
        columns: all_columns(look, record_type, &wanted),
        chosen_columns: wanted.columns.len(),
        views,
        query: wanted.query(&[], &[]),
        count: words.count(page.count as usize),
        older,
        newer,
        has_any: page.count > 0 || columns.count_at(id, look.at) > 0,
        rows,
        problems: wanted.faults,
        may_enter: look.may(Granted::Submit),
        may_import: look.may(Granted::Import),
        is_personal: fields.iter().any(|field| field.personal),
        has_lots: look.programme.lot_sampling.contains_key(&record_type.id),
        compares_inspectors: look.programme.inspectors.contains_key(&record_type.id)
            && look.has_role(SEES_INSPECTORS),
        quotas: look
            .programme
            .quotas
            .values()
            .filter(|quota| quota.plan == record_type.id || quota.samples == record_type.id)
            .map(|quota| (quota.id.to_string(), look.text(&quota.name).to_owned()))
            .collect(),
    })
}

fn all_columns(look: &Look<'_>, record_type: &RecordType, wanted: &Wanted) -> Vec<Column> {
    record_type
        .fields
        .values()
        .map(|field| Column {
            id: field.id.to_string(),
            name: look.text(&field.name).to_owned(),
            is_chosen: wanted.columns.contains(&field.id),
        })
        .collect()
}

fn head(look: &Look<'_>, wanted: &Wanted, field: &Field) -> Head {
    let id = field.id.as_str();
    let now = wanted.get("sort");
    let (sorted, next) = match now.strip_prefix('-') {
        Some(column) if column == id => ("descending", id.to_owned()),
        None if now == id => ("ascending", format!("-{id}")),
        // Numbers and days are mostly looked at from the greatest.
        _ if shown::is_number(&field.field_type) || field.field_type == FieldType::Date => {
            ("", format!("-{id}"))
        }
        _ => ("", id.to_owned()),
    };
    Head {
        name: look.text(&field.name).to_owned(),
        is_number: shown::is_number(&field.field_type),
        sort: if field.personal {
            String::new()
        } else {
            wanted.query(&["sort"], &[("sort", &next)])
        },
        sorted,
    }
}

fn filter_input(look: &Look<'_>, wanted: &Wanted, field: &Field) -> FilterInput {
    let id = field.id.as_str();
    let value = wanted.get(&format!("f.{id}")).to_owned();
    let chosen = |code: &str| value == code;
    let mut subject_type = String::new();
    let (kind, choices) = match &field.field_type {
        FieldType::Date => ("days", Vec::new()),
        FieldType::Number | FieldType::Decimal(_) | FieldType::Money => ("range", Vec::new()),
        FieldType::Choice(vocabulary) | FieldType::Choices(vocabulary) => {
            let codes = look.programme.vocabularies.get(vocabulary);
            let codes = codes
                .map(|found| found.codes.values())
                .into_iter()
                .flatten();
            let choices: Vec<_> = codes
                .map(|code| {
                    let id = code.id.to_string();
                    let is_chosen = chosen(&id);
                    (id, look.text(&code.name).to_owned(), is_chosen)
                })
                .collect();
            if choices.len() > CHOICES_MAX {
                ("text", Vec::new())
            } else {
                ("select", choices)
            }
        }
        FieldType::Unit => {
            let units = look.programme.units.values();
            let choices: Vec<_> = units
                .map(|unit| {
                    let id = unit.id.to_string();
                    let is_chosen = chosen(&id);
                    (id, look.unit_name(unit.id.as_str()), is_chosen)
                })
                .collect();
            if choices.len() > CHOICES_MAX {
                ("text", Vec::new())
            } else {
                ("select", choices)
            }
        }
        FieldType::Subject(of) => {
            subject_type = of.to_string();
            ("text", Vec::new())
        }
        _ => ("text", Vec::new()),
    };
    FilterInput {
        id: id.to_owned(),
        name: look.text(&field.name).to_owned(),
        kind,
        least: wanted.get(&format!("f.{id}.min")).to_owned(),
        greatest: wanted.get(&format!("f.{id}.max")).to_owned(),
        value,
        choices,
        is_first: is_first(field),
        is_subject: !subject_type.is_empty(),
        subject_type,
    }
}
