//! Plans by quota: what is still to sample where, by when.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use office::inspection::quotas::{Cell, Grid};
use programme::model::Quota;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::records::{coded, shown};
use crate::paging::Paging;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/plan/quotas", get(index))
        .route("/plan/quotas/{quota}", get(page))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Chosen {
    place: String,
    category: String,
    /// Page of what is still to do.
    p: String,
}

/// Numbers with where they lead.
struct Numbers {
    planned: i64,
    planned_address: String,
    drawn: i64,
    drawn_address: String,
    done: i64,
    done_address: String,
    to_do: i64,
}

struct ToDo {
    place: String,
    category: String,
    numbers: Numbers,
    due: String,
    is_late: bool,
}

struct PlaceRow {
    name: String,
    is_own: bool,
    /// What is still to do of each category; nothing where none is planned.
    cells: Vec<Option<GridCell>>,
    numbers: Numbers,
}

struct GridCell {
    to_do: i64,
    done: i64,
    planned: i64,
    address: String,
    is_late: bool,
}

struct Summary {
    id: String,
    name: String,
    numbers: Numbers,
    late: i64,
}

#[derive(Template)]
#[template(path = "pages/inspection/quotas.html")]
struct QuotasPage {
    frame: Frame,
    quotas: Vec<Summary>,
}

#[derive(Template)]
#[template(path = "pages/inspection/quota.html")]
struct QuotaPage {
    frame: Frame,
    id: String,
    total: Numbers,
    late: i64,
    places: Vec<(String, String, bool)>,
    categories: Vec<(String, String, bool)>,
    has_filter: bool,
    to_do: Vec<ToDo>,
    paging: Paging,
    heads: Vec<String>,
    rows: Vec<PlaceRow>,
    samples: String,
    samples_name: String,
    plan: String,
    plan_name: String,
}

async fn index(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| {
        let words = Words { lang: look.lang() };
        let quotas = look
            .programme
            .quotas
            .values()
            .map(|quota| summary(look, quota))
            .collect::<Result<_, Refused>>()?;
        Page::of(&QuotasPage {
            frame: look.frame(words.say("定额计划", "Plans by quota")),
            quotas,
        })
    })
    .await
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        let quota = look
            .programme
            .quotas
            .get(&*id)
            .ok_or_else(|| Refused::no_such(("定额计划", "plan by quota"), &id))?;
        show(look, quota, &chosen)
    })
    .await
}

fn summary(look: &Look<'_>, quota: &Quota) -> Result<Summary, Refused> {
    let found = super::kept::quota(look, quota)?;
    Ok(Summary {
        id: quota.id.to_string(),
        name: look.text(&quota.name).to_owned(),
        numbers: total(look, quota, found.values(), ("", "")),
        late: late(look, found.values()),
    })
}

/// A page of what is still to do, with the same filters.
fn page_address(chosen: &Chosen, page: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("place", &chosen.place), ("category", &chosen.category)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("p", &page.to_string());
    format!("?{}#to-do", query.finish())
}

fn late<'c>(look: &Look<'_>, cells: impl Iterator<Item = &'c Cell>) -> i64 {
    cells
        .filter(|cell| cell.is_late(look.today))
        .map(Cell::to_do)
        .sum()
}

/// The records of a type with that category and place in the year.
fn records(look: &Look<'_>, quota: &Quota, of: &str, (category, place): (&str, &str)) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let empty = |text: &str| if text.is_empty() { "-" } else { text }.to_owned();
    let (field, _) = &quota.category;
    if category != "*" {
        query.append_pair(&format!("f.{field}"), &empty(category));
    }
    if place != "*" {
        query.append_pair(&format!("f.{}", quota.place), &empty(place));
        query.append_pair("only", quota.place.as_str());
    }
    if let Some(first) = look.programme.year.first() {
        query.append_pair("f.day.min", &first.to_string());
    }
    query.append_pair("f.day.max", &look.programme.year.last().to_string());
    format!("/records/{}?{}", coded(of), query.finish())
}

fn numbers(look: &Look<'_>, quota: &Quota, cell: &Cell, to_do: i64, of: (&str, &str)) -> Numbers {
    let samples = records(look, quota, quota.samples.as_str(), of);
    let done_address = match &quota.result {
        // Those with a result: every code but those that are none.
        Some(field) if cell.done < cell.drawn => {
            let vocabulary = look
                .programme
                .record_types
                .get(&quota.samples)
                .and_then(|found| found.fields.get(field));
            let codes = match vocabulary.map(|field| &field.field_type) {
                Some(programme::model::FieldType::Choice(id)) => {
                    look.programme.vocabularies.get(id).map(|found| {
                        found
                            .codes
                            .keys()
                            .map(ToString::to_string)
                            .filter(|code| !quota.pending.iter().any(|known| **known == **code))
                            .fold(String::new(), |query, code| {
                                format!("{query}&f.{field}={}", coded(&code))
                            })
                    })
                }
                _ => None,
            };
            format!("{samples}{}", codes.unwrap_or_default())
        }
        _ => samples.clone(),
    };
    Numbers {
        planned: cell.planned,
        planned_address: records(look, quota, quota.plan.as_str(), of),
        drawn: cell.drawn,
        drawn_address: samples,
        done: cell.done,
        done_address,
        to_do,
    }
}

fn total<'c>(
    look: &Look<'_>,
    quota: &Quota,
    cells: impl Iterator<Item = &'c Cell>,
    (category, place): (&str, &str),
) -> Numbers {
    let mut sum = Cell::default();
    let mut to_do = 0;
    for cell in cells {
        sum.add(cell);
        to_do += cell.to_do();
    }
    let all = |text: &str| if text.is_empty() { "*" } else { text }.to_owned();
    numbers(look, quota, &sum, to_do, (&all(category), &all(place)))
}

fn show(look: &Look<'_>, quota: &Quota, chosen: &Chosen) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let all = super::kept::quota(look, quota)?;
    let own = look
        .who()
        .and_then(|who| who.unit.clone())
        .unwrap_or_default();
    let (_, vocabulary) = &quota.category;
    let category_name = |code: &str| match code {
        "" => words.say("（未填）", "(none)").to_owned(),
        code => shown::code_name(look, vocabulary.as_str(), code),
    };
    let place_name = |id: &str| match id {
        "" => words.say("（未填）", "(none)").to_owned(),
        id => look.unit_name(id),
    };
    // In the order in which the programme declares them.
    let codes = look.programme.vocabularies.get(vocabulary);
    let rank_of_code: BTreeMap<&str, usize> = codes
        .into_iter()
        .flat_map(|found| found.codes.keys().enumerate())
        .map(|(at, code)| (code.as_str(), at))
        .collect();
    let rank_of_unit = |id: &str| {
        let at = look
            .programme
            .units
            .keys()
            .position(|unit| unit.as_str() == id);
        at.unwrap_or(usize::MAX)
    };
    let each = |pick: fn(&(String, String)) -> &String| -> Vec<String> {
        let all: BTreeSet<&String> = all.keys().map(pick).collect();
        all.into_iter().cloned().collect()
    };
    let mut categories = each(|(category, _)| category);
    categories.sort_by_key(|code| {
        let rank = rank_of_code.get(code.as_str()).copied();
        rank.unwrap_or(usize::MAX)
    });
    let mut places = each(|(_, place)| place);
    places.sort_by_key(|place| rank_of_unit(place));
    let is_wanted = |(category, place): &(String, String)| {
        (chosen.category.is_empty() || *category == chosen.category)
            && (chosen.place.is_empty() || *place == chosen.place)
    };
    let wanted: Grid = all
        .iter()
        .filter(|(key, _)| is_wanted(key))
        .map(|(key, cell)| (key.clone(), cell.clone()))
        .collect();
    let mut open: Vec<(&(String, String), &Cell)> =
        wanted.iter().filter(|(_, cell)| cell.to_do() > 0).collect();
    open.sort_by_key(|(key, cell)| {
        (
            cell.due().unwrap_or(base::Day::MAX),
            std::cmp::Reverse(cell.to_do()),
            (*key).clone(),
        )
    });
    let paging = Paging::of(open.len(), &chosen.p, |page| page_address(chosen, page));
    let to_do = open
        .get(paging.rows())
        .unwrap_or_default()
        .iter()
        .map(|((category, place), cell)| ToDo {
            place: place_name(place),
            category: category_name(category),
            numbers: numbers(look, quota, cell, cell.to_do(), (category, place)),
            due: cell.due().map(|due| words.day(due)).unwrap_or_default(),
            is_late: cell.is_late(look.today),
        })
        .collect();
    let shown_categories: Vec<&String> = categories
        .iter()
        .filter(|category| chosen.category.is_empty() || **category == chosen.category)
        .collect();
    let rows = places
        .iter()
        .filter(|place| chosen.place.is_empty() || **place == chosen.place)
        .map(|place| {
            let of_place = wanted
                .iter()
                .filter(|((_, own), _)| own == place)
                .map(|(_, cell)| cell);
            PlaceRow {
                name: place_name(place),
                is_own: *place == own && !own.is_empty(),
                numbers: match chosen.category.as_str() {
                    "" if place.is_empty() => of_place_without(look, quota, of_place),
                    category => total(look, quota, of_place, (category, place)),
                },
                cells: shown_categories
                    .iter()
                    .map(|category| {
                        let key = ((*category).clone(), place.clone());
                        let cell = wanted.get(&key)?;
                        Some(GridCell {
                            to_do: cell.to_do(),
                            done: cell.done,
                            planned: cell.planned,
                            address: records(
                                look,
                                quota,
                                quota.samples.as_str(),
                                (category, place),
                            ),
                            is_late: cell.is_late(look.today),
                        })
                    })
                    .collect(),
            }
        })
        .collect();
    let type_name = |id: &base::RecordTypeId| {
        let found = look.programme.record_types.get(id);
        found.map_or_else(String::new, |found| look.text(&found.name).to_owned())
    };
    Page::of(&QuotaPage {
        frame: look.frame(look.text(&quota.name)),
        id: quota.id.to_string(),
        total: total(
            look,
            quota,
            wanted.values(),
            (&chosen.category, &chosen.place),
        ),
        late: late(look, wanted.values()),
        places: places
            .iter()
            .filter(|place| !place.is_empty())
            .map(|place| (place.clone(), place_name(place), *place == chosen.place))
            .collect(),
        categories: categories
            .iter()
            .filter(|code| !code.is_empty())
            .map(|code| (code.clone(), category_name(code), *code == chosen.category))
            .collect(),
        has_filter: !chosen.place.is_empty() || !chosen.category.is_empty(),
        to_do,
        paging,
        heads: shown_categories
            .iter()
            .map(|code| category_name(code))
            .collect(),
        rows,
        samples: quota.samples.to_string(),
        samples_name: type_name(&quota.samples),
        plan: quota.plan.to_string(),
        plan_name: type_name(&quota.plan),
    })
}

/// The numbers of records without a place.
fn of_place_without<'c>(
    look: &Look<'_>,
    quota: &Quota,
    cells: impl Iterator<Item = &'c Cell>,
) -> Numbers {
    let mut sum = Cell::default();
    let mut to_do = 0;
    for cell in cells {
        sum.add(cell);
        to_do += cell.to_do();
    }
    numbers(look, quota, &sum, to_do, ("*", ""))
}
