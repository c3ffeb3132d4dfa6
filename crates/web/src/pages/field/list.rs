//! The day's visits: cases that wait for whoever looks, as cards by urgency or by place, with a tile for each place; the
//! visits of others that wait for her word as the second inspector; the forms of record types. What waits on the phone
//! itself is put in by `assets/field.js`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use base::Day;
use office::case::Case;
use office::field_visit::TakenVisit;
use programme::model::FieldType;
use serde::Deserialize;

use super::form::{actions, address_of, record_of};
use super::{account_of, only_for_entering, types};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::beyond::summary;
use crate::pages::work::{lamp, left, title_of};
use crate::site::Site;
use crate::words::Words;

/// Most cards of one list.
const CARDS_MAX: usize = 60;
/// Most waiting cases whose place is looked up for the tiles.
const PLACED_MAX: usize = 400;

pub(super) struct Card {
    number: u64,
    what: String,
    summary: String,
    state: String,
    place_name: String,
    address: String,
    /// Longitude and latitude, for the phone's own map.
    geo: String,
    due: String,
    left: String,
    lamp: &'static str,
    /// What can be done, with the addresses of the forms.
    actions: Vec<(String, String)>,
}

struct Tile {
    place: String,
    name: String,
    count: usize,
    late: usize,
    /// 1 to 5, by the share of the fullest.
    shade: usize,
    is_chosen: bool,
}

struct ToConfirm {
    key: String,
    what: String,
    by: String,
    moment: String,
}

struct TypeLine {
    id: String,
    name: String,
    subject: String,
}

#[derive(Template)]
#[template(path = "pages/field/list.html")]
struct List {
    frame: Frame,
    account: String,
    made: i64,
    made_shown: String,
    today: String,
    cards: Vec<Card>,
    total: usize,
    more: usize,
    tiles: Vec<Tile>,
    is_all_placed: bool,
    place: String,
    place_name: String,
    by_place: bool,
    to_confirm: Vec<ToConfirm>,
    types: Vec<TypeLine>,
    /// Addresses that the phone keeps, one to a line.
    keeps: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    by: String,
    #[serde(default)]
    place: String,
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let who = only_for_entering(look)?;
    let words = Words { lang: look.lang() };
    let found = waiting(look)?;
    let total = found.len();
    let mut placed = Vec::new();
    for (case, due, days, lamp) in found.into_iter().take(PLACED_MAX) {
        let place = place_of(look, &case);
        placed.push((place, case, due, days, lamp));
    }
    let is_all_placed = placed.len() == total;
    let tiles = tiles(look, &placed, &chosen.place);
    let by_place = chosen.by == "place";
    if by_place {
        // A stable sort: within a place the most urgent stays first.
        placed.sort_by(|a, b| a.0.cmp(&b.0));
    }
    placed.retain(|(place, ..)| chosen.place.is_empty() || *place == chosen.place);
    let shown = placed.len();
    let mut cards = Vec::new();
    for (place, case, due, days, lamp) in placed.into_iter().take(CARDS_MAX) {
        cards.push(card(look, words, &place, &case, due, days, lamp)?);
    }
    let to_confirm = look
        .office
        .visits_to_confirm(who.actor)?
        .iter()
        .map(|visit| to_confirm(look, words, visit))
        .collect::<Result<_, _>>()?;
    let types: Vec<TypeLine> = types(look)
        .into_iter()
        .map(|found| TypeLine {
            id: found.id.to_string(),
            name: look.text(&found.name).to_owned(),
            subject: found
                .subject
                .as_ref()
                .and_then(|id| look.programme.subject_types.get(id))
                .map(|found| look.text(&found.name).to_owned())
                .unwrap_or_default(),
        })
        .collect();
    let steps = cards.iter().flat_map(|card| &card.actions);
    let keeps = steps
        .map(|(_, address)| address.clone())
        .chain(
            types
                .iter()
                .map(|line| format!("/field/record/{}", line.id)),
        )
        .collect();
    let now = look.site.now();
    Page::of(&List {
        account: account_of(who),
        made: now.as_micros() / 1000,
        made_shown: words.moment(&look.programme, now),
        today: words.day_and_weekday(look.today),
        more: shown - cards.len(),
        cards,
        total,
        tiles,
        is_all_placed,
        place_name: place_name(look, &chosen.place),
        place: chosen.place.clone(),
        by_place,
        to_confirm,
        types,
        keeps,
        frame: look.frame(words.say("现场检查", "In the field")),
    })
}

type Waits = (Case, Option<Day>, Option<i64>, &'static str);

/// The cases that wait for whoever looks, most urgent first: not the items of an assessment, which have tables of
/// their own.
fn waiting(look: &Look<'_>) -> Result<Vec<Waits>, Refused> {
    let who = look.visitor()?;
    let list = look.site.worklist(look.office)?;
    let tasks = list.tasks_for(&look.programme, &who.role, who.unit.as_deref(), look.today);
    let found = tasks
        .iter()
        .filter(|task| task.case.about.item.is_none() && !task.actions.is_empty());
    Ok(found
        .map(|task| {
            let due = task.due.as_ref().map(|due| due.due_on);
            (task.case.clone(), due, task.working_days_left, lamp(task))
        })
        .collect())
}

/// The unit at whose place a case is: the place of the record that it is about, else whose case it is.
fn place_of(look: &Look<'_>, case: &Case) -> String {
    let of_record = || {
        let versions = look.office.history(case.about.record?).ok()?;
        let last = versions
            .iter()
            .rev()
            .find(|version| !version.fields.is_empty())?;
        let value = |name: &str| {
            let found = last.fields.iter().find(|(id, _)| id == name);
            found.map(|(_, text)| text.clone())
        };
        value("place").or_else(|| value("unit"))
    };
    of_record()
        .or_else(|| case.about.unit.clone())
        .unwrap_or_default()
}

fn place_name(look: &Look<'_>, place: &str) -> String {
    match place {
        "" => Words { lang: look.lang() }
            .say("未注明地点", "no place")
            .to_owned(),
        unit => look.unit_name(unit),
    }
}

type Placed = (String, Case, Option<Day>, Option<i64>, &'static str);

fn tiles(look: &Look<'_>, placed: &[Placed], chosen: &str) -> Vec<Tile> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (place, _, _, _, lamp) in placed {
        let count = counts.entry(place).or_default();
        count.0 += 1;
        count.1 += usize::from(*lamp == "late");
    }
    let most = counts.values().map(|(count, _)| *count).max().unwrap_or(1);
    // In the order of the programme, in which neighbours usually stand together.
    let order = |place: &str| {
        let units = look.programme.units.keys();
        units.clone().position(|unit| unit.as_str() == place)
    };
    let mut tiles: Vec<(Option<usize>, Tile)> = counts
        .into_iter()
        .map(|(place, (count, late))| {
            let tile = Tile {
                place: place.to_owned(),
                name: place_name(look, place),
                count,
                late,
                shade: (count * 5).div_ceil(most).clamp(1, 5),
                is_chosen: !chosen.is_empty() && chosen == place,
            };
            (order(place), tile)
        })
        .collect();
    tiles.sort_by_key(|(order, _)| order.unwrap_or(usize::MAX));
    tiles.into_iter().map(|(_, tile)| tile).collect()
}

fn card(
    look: &Look<'_>,
    words: Words,
    place: &str,
    case: &Case,
    due: Option<Day>,
    days: Option<i64>,
    lamp: &'static str,
) -> Result<Card, Refused> {
    let state = case.flow.state(&case.state.state);
    let (address, geo) = where_is(look, case);
    let open = actions(look, case)?;
    Ok(Card {
        number: case.number,
        what: title_of(look, case),
        summary: summary(look, case),
        state: state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
        place_name: place_name(look, place),
        address,
        geo,
        due: due
            .map(|due| words.day_and_weekday(due))
            .unwrap_or_default(),
        left: left(words, days),
        lamp,
        actions: open
            .iter()
            .map(|action| {
                let name = look.text(&action.name).to_owned();
                let record = record_of(look, case, &action.id);
                match record {
                    Some((of, name)) => (name, of),
                    None => (name, address_of(case.number, &action.id)),
                }
            })
            .collect(),
    })
}

/// The address that the subject of a case has, and its coordinates.
fn where_is(look: &Look<'_>, case: &Case) -> (String, String) {
    let none = || (String::new(), String::new());
    let Ok(Some((subject_type, id))) = look.office.subject_of_case(case) else {
        return none();
    };
    let Some(declared) = look
        .programme
        .subject_types
        .get(&subject_type)
        .filter(|declared| !declared.personal)
    else {
        return none();
    };
    let Ok(Some(row)) = look.office.subject(subject_type.as_str(), &id) else {
        return none();
    };
    let mut address = String::new();
    let mut geo = String::new();
    for (attribute, _, value, _) in &row.attributes {
        let field = declared.fields.get(attribute.as_str());
        let is_place = field.is_some_and(|field| field.field_type == FieldType::Place);
        let Some(text) = value
            .as_str()
            .filter(|_| is_place || attribute == "address")
        else {
            continue;
        };
        match coordinates(text) {
            Some(found) => geo = found,
            None => text.clone_into(&mut address),
        }
    }
    (address, geo)
}

/// `longitude,latitude` as a `geo:` address has it.
fn coordinates(text: &str) -> Option<String> {
    let (longitude, latitude) = text.split_once([',', '，'])?;
    let number = |text: &str, most: f64| {
        let text = text.trim();
        let number: f64 = text.parse().ok()?;
        (number.abs() <= most).then(|| text.to_owned())
    };
    let (longitude, latitude) = (number(longitude, 180.0)?, number(latitude, 90.0)?);
    Some(format!("geo:{latitude},{longitude}"))
}

fn to_confirm(look: &Look<'_>, words: Words, visit: &TakenVisit) -> Result<ToConfirm, Refused> {
    let moment = base::Moment::from_micros(visit.row.time).unwrap_or(base::Moment::MIN);
    let (what, _) = super::shown::what_of(look, visit)?;
    Ok(ToConfirm {
        key: visit.key.clone(),
        what,
        by: look.office.actor_name_in(visit.row.by, look.lang())?,
        moment: words.moment(&look.programme, moment),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_open_the_phones_own_map_and_names_do_not() {
        let found = |text: &str| coordinates(text);
        assert_eq!(found("113.88, 29.72").as_deref(), Some("geo:29.72,113.88"));
        assert_eq!(found("蒲圻街道,人民路1号"), None);
        assert_eq!(found("200,29"), None);
        assert_eq!(found("113.88,95"), None);
    }
}
