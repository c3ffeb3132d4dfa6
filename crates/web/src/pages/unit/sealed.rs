//! A unit's sealed result beside the present one: item by item the points then and now, and for each that is
//! another the entries that made the difference.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base::{Ratio, UnitId};
use office::restated::{Cause, Effect, Held, ItemBeside, beside_sealed};
use serde_json::Value as Json;

use super::Chosen;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::Seen;
use crate::pages::board::table::signed;
use crate::site::Site;

/// Most items whose entries are looked for; what is cut is said.
const ITEMS_MAX: usize = 40;
/// Most entries of an item, and most rows of an entry.
const ENTRIES_MAX: usize = 20;
const ROWS_MAX: usize = 5;

/// An entry that made a difference.
struct EntryLine {
    position: u64,
    kind: String,
    who: String,
    moment: String,
    /// The figure that it changed, before and after; empty for a step or a programme.
    figure: String,
    reason: String,
    rows: Vec<(String, Option<String>, &'static str)>,
}

struct Line {
    name: String,
    address: String,
    then: String,
    now: String,
    change: String,
    entries: Vec<EntryLine>,
    more: usize,
    /// Figures that count by days, where only the day is another.
    by_time: Vec<String>,
    /// Its entries were not looked for: too many items differ.
    is_beyond: bool,
}

#[derive(Template)]
#[template(path = "pages/unit/sealed.html")]
struct SealedCard {
    frame: Frame,
    unit: String,
    unit_name: String,
    suffix: String,
    position: u64,
    approval: String,
    sealed_on: String,
    truth: String,
    /// Total, grade and rank: name, then, now.
    whole: Vec<(&'static str, String, String)>,
    change: String,
    differing: Vec<Line>,
    same: Vec<Line>,
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &unit, &chosen))
        .await
}

fn show(look: &Look<'_>, unit: &str, chosen: &Chosen) -> Result<Page, Refused> {
    let seen = Seen::of(look, &chosen.wanted())?;
    let words = seen.words;
    let none = || Refused::no_such(("封存的结果", "sealed result"), unit);
    let assessment = &seen.assessment;
    let seals = look.office.mirror().seals(&seen.id, &assessment.period);
    let (position, facts) = seals
        .into_iter()
        .rfind(|(position, _)| *position <= assessment.at)
        .ok_or_else(none)?;
    let mut cards = facts.results.as_array().into_iter().flatten();
    let sealed = cards.find(|card| card["unit"].as_str() == Some(unit));
    let card = assessment
        .cards
        .iter()
        .find(|card| card.participant == unit);
    if sealed.is_none() && card.is_none() {
        return Err(none());
    }
    let sealed = sealed.cloned().unwrap_or(Json::Null);
    let then = |key: &str| match &sealed[key] {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => "—".to_owned(),
    };
    let dash = |text: Option<String>| text.unwrap_or_else(|| "—".to_owned());
    let total = dash(card.and_then(|card| card.total_text.clone()));
    let change = Ratio::parse_decimal(&then("total"))
        .zip(Ratio::parse_decimal(&total))
        .map(|(before, after)| signed(&(&after - &before)));
    let whole = vec![
        (words.say("总分", "Total"), then("total"), total),
        (
            words.say("等级", "Grade"),
            then("grade"),
            dash(card.and_then(|card| card.grade.clone())),
        ),
        (
            words.say("组内名次", "Rank in its group"),
            then("rank"),
            dash(card.and_then(|card| card.rank.map(|rank| rank.to_string()))),
        ),
    ];
    let cases = look.office.cases_of(&seen.id, &assessment.period)?;
    let (mut differing, mut same) = (Vec::new(), Vec::new());
    for item in beside_sealed(facts, assessment, unit) {
        let own = cases.get(&(item.item.clone(), UnitId::new(unit)));
        let mut line = line(&seen, &item, own.copied());
        if !item.differs() {
            same.push(line);
            continue;
        }
        line.is_beyond = differing.len() >= ITEMS_MAX;
        if !line.is_beyond {
            let causes = look.office.causes_beside(
                *position,
                facts,
                &UnitId::new(unit),
                &item.item,
                assessment.day,
            )?;
            line.more = causes.entries.len().saturating_sub(ENTRIES_MAX);
            let entries = causes.entries.iter().take(ENTRIES_MAX);
            line.entries = entries.map(|cause| entry(&seen, cause)).collect();
            line.by_time = causes
                .by_time
                .iter()
                .filter_map(|id| seen.programme.indicators.get(id))
                .map(|found| look.text(&found.name).to_owned())
                .collect();
        }
        differing.push(line);
    }
    Page::of(&SealedCard {
        frame: look.frame(format!(
            "{}{}{}",
            look.unit_name(unit),
            words.say("：", ": "),
            words.say("封存的与现在的", "as sealed and now")
        )),
        unit: unit.to_owned(),
        unit_name: look.unit_name(unit),
        suffix: seen.suffix(),
        position: position.0,
        approval: facts.approval.clone(),
        sealed_on: base::Day::parse(&facts.day)
            .map_or_else(|_| facts.day.clone(), |day| words.day(day)),
        truth: seen.truth(),
        whole,
        change: change.unwrap_or_default(),
        differing,
        same,
    })
}

fn line(seen: &Seen<'_>, item: &ItemBeside, case: Option<u64>) -> Line {
    let points = |points: &Option<Ratio>| {
        points
            .as_ref()
            .map_or_else(|| "—".to_owned(), |points| seen.words.points(points))
    };
    let change = item.now.as_ref().zip(item.then.as_ref());
    let name = seen.item_name(&item.item);
    Line {
        name: if name.is_empty() {
            item.item.to_string()
        } else {
            name
        },
        address: case.map_or_else(
            || format!("/items/{}", item.item),
            |number| format!("/cases/{number}"),
        ),
        then: points(&item.then),
        now: points(&item.now),
        change: change
            .map(|(now, then)| signed(&(now - then)))
            .unwrap_or_default(),
        entries: Vec::new(),
        more: 0,
        by_time: Vec::new(),
        is_beyond: false,
    }
}

fn entry(seen: &Seen<'_>, cause: &Cause) -> EntryLine {
    let (look, words) = (seen.look, seen.words);
    let change = &cause.change;
    let figure = cause.indicator.as_ref().map(|id| {
        let held = |held: &Held| match held {
            Held::Figure(figure) => programme::shown::figure_of(
                &seen.programme,
                id,
                figure,
                seen.assessment.period,
                words.lang,
            ),
            Held::Text(text) => text.clone(),
            Held::Gone(problem) => problem.what(words.lang).to_owned(),
        };
        let name = seen.programme.indicators.get(id);
        let name = name.map_or(id.as_str(), |found| look.text(&found.name));
        format!("{name} {} → {}", held(&change.before), held(&change.after))
    });
    let rows = change.rows.iter().take(ROWS_MAX).map(|row| {
        let table = seen.programme.record_types.get(row.table.as_str());
        let name = table.map_or(row.table.as_str(), |table| look.text(&table.name));
        let how = match row.effect {
            Effect::Entered => words.say("计入", "counts now"),
            Effect::Left => words.say("不再计入", "counts no longer"),
            Effect::Changed => words.say("改变", "counts otherwise"),
        };
        match &row.row {
            measure::RowId::Number(number) => {
                let address = table.map(|_| format!("/records/{}/{number}", row.table));
                (format!("{name} #{number}"), address, how)
            }
            measure::RowId::Name(id) => (format!("{name} {id}"), None, how),
        }
    });
    EntryLine {
        position: change.position.0,
        kind: crate::pages::ledger::kind_name(words, change.kind.number()),
        who: change.actor.clone(),
        moment: words.moment(&seen.programme, change.time),
        figure: figure.unwrap_or_default(),
        reason: change.reason.clone().unwrap_or_default(),
        rows: rows.collect(),
    }
}
