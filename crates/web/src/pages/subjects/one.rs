//! One subject: who it is, its grade with reasons, and everything about it along one line of time.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::{Day, Ratio};
use measure::Value;
use measure::list::{Listing, Order, Test};
use programme::model::{FieldType, SubjectType};
use programme::schema::Schema;
use scoring::{Card, Role};

use super::list::{rated_by, type_of};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::records::shown::{self, MASK};
use crate::site::Site;
use crate::words::Words;

/// Events of each record type and flow that are shown.
const EVENTS_OF_ONE: usize = 60;
/// Events that are shown.
const EVENTS_MAX: usize = 200;
/// Days on which the grade is looked at.
const GRADED_DAYS: usize = 40;
/// Fields of a record that its line says.
const FIELDS_SAID: usize = 4;

/// Links of one attribute that are shown.
const LINKS_MAX: usize = 20;

struct Attribute {
    name: String,
    value: String,
    address: Option<String>,
    since: String,
    /// What it was before: value, from day, position.
    earlier: Vec<(String, String, u64)>,
    position: u64,
}

struct Reason {
    name: String,
    points: String,
    reason: String,
    is_bad: bool,
}

struct Event {
    day: Day,
    /// For events of one day: the later entered stands first.
    order: u64,
    shown_day: String,
    /// `record`, `case`, `grade`.
    kind: &'static str,
    title: String,
    address: Option<String>,
    said: String,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "pages/subjects/one.html")]
struct OnePage {
    frame: Frame,
    type_id: String,
    type_name: String,
    id: String,
    identity: String,
    is_personal: bool,
    is_masked: bool,
    attributes: Vec<Attribute>,
    grade_title: String,
    grade: String,
    grade_name: String,
    total: String,
    vetoes: Vec<String>,
    gates: Vec<String>,
    reasons: Vec<Reason>,
    open: usize,
    events: Vec<Event>,
    has_more: bool,
    types: Vec<(String, String, String)>,
    link: String,
    /// Links that an attribute holds: to cameras and the like.
    links: Vec<(String, Vec<String>)>,
    /// By when it is due next.
    due: Vec<crate::pages::visits::Line>,
    /// The part about its sensors.
    readings: String,
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path((of, id)): Path<(String, String)>,
) -> Response {
    // Readings of sensors have no place in the page's tag.
    site.page(Asked { has: None, ..asked }, move |look| {
        show(look, &of, &id)
    })
    .await
}

fn show(look: &Look<'_>, of: &str, id: &str) -> Result<Page, Refused> {
    let subject_type = type_of(look, of)?;
    let none = || Refused::no_such(("对象", "subject"), id);
    let row = look.office.subject(of, id)?.ok_or_else(none)?;
    let name = look
        .office
        .mirror()
        .subject_name(of, id)
        .filter(|_| !subject_type.personal)
        .unwrap_or(id)
        .to_owned();
    let (mut events, types, mut has_more) = events(look, subject_type, id);
    let scorecard = rated_by(&look.programme, subject_type);
    let mut card = None;
    if let Some(scorecard) = scorecard {
        let rater = look.office.rater(&scorecard.card.id, look.at)?;
        let columns = look.office.mirror().columns();
        card = rater.rate_one(columns, id, look.today, look.at).ok();
        let graded = |day: Day| {
            let card = rater.rate_one(columns, id, day, look.at).ok()?;
            Some((card.grade?, card.total_text.unwrap_or_default()))
        };
        let changes = grade_changes(look, &events, look.text(&scorecard.name), graded);
        events.extend(changes);
    }
    events.sort_by_key(|event| std::cmp::Reverse((event.day, event.order)));
    has_more |= events.len() > EVENTS_MAX;
    events.truncate(EVENTS_MAX);
    let item_name = |item: &base::ItemId| {
        let items = scorecard.map(|scorecard| scorecard.card.items.iter());
        let found = items.into_iter().flatten().find(|found| found.id == *item);
        found
            .map(|found| look.text(&found.name).to_owned())
            .unwrap_or_default()
    };
    let grade = card
        .as_ref()
        .and_then(|card| card.grade.clone())
        .unwrap_or_default();
    let frame = look.frame(if name == id {
        format!("{} {id}", look.text(&subject_type.name))
    } else {
        name
    });
    let readings = crate::pages::sensors::of_subject(look, &frame, of, id)?;
    let attributes = attributes(look, subject_type, &row.attributes);
    Page::of(&OnePage {
        frame,
        readings,
        due: crate::pages::visits::of_subject(look, of, id)?,
        links: links(&attributes),
        type_id: of.to_owned(),
        type_name: look.text(&subject_type.name).to_owned(),
        identity: look.text(&subject_type.identity_name).to_owned(),
        is_personal: subject_type.personal,
        is_masked: subject_type.personal,
        attributes,
        grade_title: scorecard
            .map(|scorecard| look.text(&scorecard.name).to_owned())
            .unwrap_or_default(),
        grade_name: scorecard
            .and_then(|scorecard| scorecard.card.bands.iter().find(|band| band.grade == grade))
            .map(|band| look.text(&band.name).to_owned())
            .unwrap_or_default(),
        grade,
        total: card
            .as_ref()
            .and_then(|card| card.total_text.clone())
            .unwrap_or_default(),
        vetoes: card
            .iter()
            .flat_map(|card| &card.vetoes)
            .map(|veto| format!("{}: {}", look.text(&veto.name), look.text(&veto.reason)))
            .collect(),
        gates: card
            .iter()
            .flat_map(|card| &card.gate_reasons)
            .map(|gate| look.text(&gate.reason).to_owned())
            .collect(),
        reasons: card
            .as_ref()
            .map(|card| reasons(look, card, item_name))
            .unwrap_or_default(),
        open: events.iter().filter(|event| event.is_open).count(),
        events,
        has_more,
        types,
        link: format!("/subjects/{of}/{}", crate::pages::records::coded(id)),
        id: id.to_owned(),
    })
}

/// Each attribute as it is now, with what it was.
fn attributes(
    look: &Look<'_>,
    of: &SubjectType,
    told: &[(String, String, serde_json::Value, u64)],
) -> Vec<Attribute> {
    let words = Words { lang: look.lang() };
    let day = |text: &str| match text {
        "1900-01-01" => words.say("起初", "the beginning").to_owned(),
        _ => Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day)),
    };
    of.fields
        .values()
        .filter_map(|field| {
            let mut values: Vec<(&str, String, u64)> = told
                .iter()
                .filter(|(name, ..)| name == field.id.as_str())
                .map(|(_, from, json, at)| (from.as_str(), plain(json), *at))
                .collect();
            values.sort_by_key(|(from, _, at)| (*from, *at));
            let show = |text: &str| {
                if field.personal {
                    return shown::Shown {
                        text: MASK.to_owned(),
                        ..shown::Shown::default()
                    };
                }
                shown::of_text(look, field, text)
            };
            let (from, last, position) = values.pop()?;
            let value = show(&last);
            Some(Attribute {
                name: look.text(&field.name).to_owned(),
                value: value.text,
                address: value.address,
                since: day(from),
                earlier: values
                    .iter()
                    .rev()
                    .map(|(from, text, at)| (show(text).text, day(from), *at))
                    .collect(),
                position,
            })
        })
        .collect()
}

/// What attributes link to: texts that are addresses, several with spaces between.
fn links(attributes: &[Attribute]) -> Vec<(String, Vec<String>)> {
    let is_link = |part: &str| part.starts_with("https://") || part.starts_with("http://");
    attributes
        .iter()
        .filter(|attribute| {
            let mut parts = attribute.value.split_whitespace().peekable();
            parts.peek().is_some() && parts.all(is_link)
        })
        .map(|attribute| {
            let parts = attribute.value.split_whitespace().take(LINKS_MAX);
            (attribute.name.clone(), parts.map(str::to_owned).collect())
        })
        .collect()
}

fn plain(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("|"),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What the card says, item by item: what cost points first.
fn reasons(look: &Look<'_>, card: &Card, name: impl Fn(&base::ItemId) -> String) -> Vec<Reason> {
    let mut found: Vec<(Ratio, Reason)> = card
        .items
        .iter()
        .filter(|item| !item.excluded)
        .filter_map(|item| {
            let points = item.points.as_ref()?;
            let lost = &item.max_points - points;
            if lost == Ratio::ZERO && *points == Ratio::ZERO {
                return None;
            }
            let most = programme::shown::points(&item.max_points);
            let got = programme::shown::points(points);
            Some((
                lost.clone(),
                Reason {
                    name: name(&item.item),
                    points: if item.max_points == Ratio::ZERO {
                        got
                    } else {
                        format!("{got}/{most}")
                    },
                    reason: look.text(&item.reason).to_owned(),
                    is_bad: lost > Ratio::ZERO && item.role != Role::Bonus,
                },
            ))
        })
        .collect();
    found.sort_by(|one, other| other.0.cmp(&one.0));
    found.into_iter().map(|(_, reason)| reason).collect()
}

/// Events, the record types with how many each has, and whether there is more than is shown.
type Found = (Vec<Event>, Vec<(String, String, String)>, bool);

/// Records of all types and cases of all flows about the subject.
fn events(look: &Look<'_>, of: &SubjectType, id: &str) -> Found {
    let words = Words { lang: look.lang() };
    let columns = look.office.mirror().columns();
    let (mut events, mut types, mut has_more) = (Vec::new(), Vec::new(), false);
    let listing = |table: &str, column: &str, day: &str| Listing {
        tests: vec![Test::OneOf(column.into(), vec![id.into()])],
        order: Some(Order {
            column: day.into(),
            is_descending: true,
        }),
        ..Listing::new(table, look.at, EVENTS_OF_ONE)
    };
    for record_type in look.programme.record_types.values() {
        for field in record_type.fields.values() {
            if field.field_type != FieldType::Subject(of.id.clone()) || field.personal {
                continue;
            }
            let page = columns.list(&listing(record_type.id.as_str(), field.id.as_str(), "day"));
            if page.count == 0 {
                continue;
            }
            has_more |= page.has_more;
            types.push((
                look.text(&record_type.name).to_owned(),
                words.count(page.count as usize),
                format!(
                    "/records/{}?f.{}={}",
                    record_type.id,
                    field.id,
                    crate::pages::records::coded(id)
                ),
            ));
            for row in &page.rows {
                let Value::Day(day) = row.value("day") else {
                    continue;
                };
                let said: Vec<String> = record_type
                    .fields
                    .values()
                    .filter(|said| {
                        said.id != field.id && said.id.as_str() != "day" && !said.personal
                    })
                    .filter_map(|said| {
                        let text = shown::of_row(look, said, row).text;
                        (!text.is_empty()).then(|| format!("{} {text}", look.text(&said.name)))
                    })
                    .take(FIELDS_SAID)
                    .collect();
                events.push(Event {
                    day,
                    order: row.id(),
                    shown_day: words.day(day),
                    kind: "record",
                    title: look.text(&record_type.name).to_owned(),
                    address: Some(format!("/records/{}/{}", record_type.id, row.id())),
                    said: said.join(" · "),
                    is_open: false,
                });
                // What a record of it led to is its matter too.
                let about = look.office.cases_about(row.id()).into_iter();
                events.extend(about.filter_map(|number| case_event(look, number)));
            }
        }
    }
    for flow in look.programme.flows.values() {
        let table = Schema::cases_name(&flow.id);
        let page = columns.list(&listing(&table, "subject", "opened_on"));
        has_more |= page.has_more;
        for row in &page.rows {
            let Value::Day(day) = row.value("opened_on") else {
                continue;
            };
            let is_open = row.value("closed_on") == Value::Null;
            let state = match row.value("state") {
                Value::Text(state) => flow
                    .states
                    .iter()
                    .find(|found| *found.id.as_str() == *state)
                    .map_or_else(
                        || state.to_string(),
                        |found| look.text(&found.name).to_owned(),
                    ),
                _ => String::new(),
            };
            events.push(Event {
                day,
                order: row.id(),
                shown_day: words.day(day),
                kind: "case",
                title: look.text(&flow.name).to_owned(),
                address: Some(format!("/cases/{}", row.id())),
                said: state,
                is_open,
            });
        }
    }
    (events, types, has_more)
}

/// A case about a record of the subject; none where it is about the subject itself, which is found by that.
fn case_event(look: &Look<'_>, number: u64) -> Option<Event> {
    let words = Words { lang: look.lang() };
    let case = look.office.case(number).ok()?;
    if look
        .programme
        .subject_types
        .contains_key(case.flow.subject.as_str())
    {
        return None;
    }
    let day = case.state.opened_on();
    let state = case.flow.state(&case.state.state);
    Some(Event {
        day,
        order: number,
        shown_day: words.day(day),
        kind: "case",
        title: look.text(&case.flow.name).to_owned(),
        address: Some(format!("/cases/{number}")),
        said: state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
        is_open: !case.state.is_closed(),
    })
}

/// Where the grade of one day is another than that of the day before it among the days on which something
/// happened.
fn grade_changes(
    look: &Look<'_>,
    events: &[Event],
    title: &str,
    graded: impl Fn(Day) -> Option<(String, String)>,
) -> Vec<Event> {
    let words = Words { lang: look.lang() };
    let mut days: Vec<Day> = events
        .iter()
        .map(|event| event.day)
        .filter(|day| *day <= look.today)
        .collect();
    days.push(look.today);
    days.sort_unstable();
    days.dedup();
    let days = days.split_off(days.len().saturating_sub(GRADED_DAYS));
    let mut before: Option<String> = None;
    let mut changes = Vec::new();
    for day in days {
        let Some((grade, total)) = graded(day) else {
            continue;
        };
        if let Some(before) = before.filter(|before| *before != grade) {
            changes.push(Event {
                day,
                order: u64::MAX,
                shown_day: words.day(day),
                kind: "grade",
                title: format!("{before} → {grade}"),
                address: None,
                said: format!("{title} {total}"),
                is_open: false,
            });
        }
        before = Some(grade);
    }
    changes
}
