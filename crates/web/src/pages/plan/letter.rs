//! A unit's responsibility letter: the paper, its two signatures, what was signed before, its scans.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Lang, Problem, Ratio};
use office::authority::Granted;
use office::letters::{LetterState, letter_due, scorecard_of};
use office::spaces::SignatureRow;
use programme::plan::{self, Part};
use serde::Deserialize;

use super::letters::told;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::look::Look;
use crate::posted::{Posted, check_evidence};
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/plan/letters/{unit}", get(page).post(sign))
        .route("/plan/letters/{unit}/scan", post(scan))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    /// The letter as it was signed at that position.
    signed: String,
}

struct ItemRow {
    number: usize,
    name: String,
    target: String,
    points: String,
    due: String,
}

struct Table {
    title: &'static str,
    rows: Vec<ItemRow>,
}

struct Signature {
    name: String,
    role: String,
    day: String,
    at: u64,
}

struct Signing {
    letter: u64,
    unit: Signature,
    group: Option<Signature>,
    sha256: String,
    is_now: bool,
    scans: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/plan/letter.html")]
struct LetterPage {
    frame: Frame,
    problems: Vec<Problem>,
    unit: String,
    name: String,
    issuer: String,
    heading: String,
    text: String,
    tables: Vec<Table>,
    points: String,
    sign: &'static str,
    lamp: &'static str,
    state: &'static str,
    due: String,
    is_changed: bool,
    changes: usize,
    sha256: String,
    may_sign: bool,
    may_countersign: bool,
    may_attach: bool,
    may_issue: bool,
    ours: Option<Signature>,
    theirs: Option<Signature>,
    signings: Vec<Signing>,
    is_demonstration: bool,
    /// The text as it was signed, where that is asked for.
    as_signed: Option<(u64, String)>,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &unit, &chosen, &[]))
        .await
}

fn show(
    look: &Look<'_>,
    unit: &str,
    chosen: &Chosen,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let programme = &look.programme;
    let none = || Refused::no_such(("责任书", "letter"), unit);
    let scorecard = scorecard_of(programme).ok_or_else(none)?;
    let declared = programme.scorecards.get(scorecard).ok_or_else(none)?;
    let letter = look
        .office
        .letter(scorecard, unit)
        .map_err(Refused::missing)?;
    let year = programme.year;
    let due = letter_due(programme, scorecard, &year);
    let state = letter.state();
    let is_late = due.is_some_and(|due| due < look.today);
    let (sign, lamp, state_name) = told(words, state, is_late);
    let signature = |found: &SignatureRow| -> Result<Signature, Problem> {
        let row = look.office.actor_of(found.by)?.unwrap_or_default();
        Ok(Signature {
            name: look.office.actor_name_in(found.by, look.lang())?,
            role: look.text(&look.role_name(&row.role)).to_owned(),
            day: base::Day::parse(&found.day).map_or(found.day.clone(), |day| words.day(day)),
            at: found.at,
        })
    };
    let mut signings = Vec::new();
    for signed in letter.row.signed.iter().rev() {
        signings.push(Signing {
            letter: signed.unit.at,
            unit: signature(&signed.unit)?,
            group: signed.group.as_ref().map(signature).transpose()?,
            sha256: signed.unit.sha256.clone(),
            is_now: signed.unit.sha256 == letter.sha256,
            scans: look
                .office
                .scans_of(signed)?
                .into_iter()
                .map(|piece| (piece.sha256, piece.name))
                .collect(),
        });
    }
    let now = letter.signed();
    let is_own = who.unit.as_deref() == Some(unit);
    let as_signed = match chosen.signed.as_str() {
        "" => None,
        number => {
            let number = number
                .parse::<u64>()
                .map_err(|_| crate::problems::not_a_position(number))?;
            let facts = look.office.letter_as_signed(number);
            let facts = facts.map_err(Refused::missing)?;
            if facts.unit != unit {
                return Err(none());
            }
            Some((number, facts.content))
        }
    };
    let lines = plan::lines(programme, scorecard, &year, unit);
    let points = lines
        .iter()
        .filter(|line| line.parts.contains(&Part::Carries))
        .filter(|line| {
            let items = &declared.card.items;
            items
                .iter()
                .any(|item| item.id == line.item && item.role == scoring::Role::Normal)
        })
        .fold(Ratio::ZERO, |sum, line| &sum + &line.points);
    let changes = look.office.pending_change(scorecard, unit, &letter.row)?;
    Page::of(&LetterPage {
        frame: look.frame(match words.lang {
            Lang::Zh => format!("{}目标责任书", look.unit_name(unit)),
            Lang::En => format!("Responsibility letter: {}", look.unit_name(unit)),
        }),
        problems: problems.to_vec(),
        name: look.unit_name(unit),
        issuer: issuer(look),
        heading: match words.lang {
            Lang::Zh => format!("{}目标责任书", words.period(&year)),
            Lang::En => format!("Responsibility letter for {year}"),
        },
        text: look.text(&declared.letter).to_owned(),
        tables: [
            (
                Part::Carries,
                ("一、承担的任务", "1. Tasks that the unit carries"),
            ),
            (
                Part::Leads,
                ("二、牵头的任务", "2. Tasks that the unit leads"),
            ),
            (
                Part::Supports,
                ("三、配合的任务", "3. Tasks that the unit supports"),
            ),
        ]
        .into_iter()
        .map(|(part, (zh, en))| Table {
            title: words.say(zh, en),
            rows: lines
                .iter()
                // What a unit carries and leads is its own task first.
                .filter(|line| line.parts.first() == Some(&part))
                .enumerate()
                .map(|(number, line)| item_row(look, words, declared, number + 1, line))
                .collect(),
        })
        .filter(|table| !table.rows.is_empty())
        .collect(),
        points: words.points(&points),
        sign,
        lamp,
        state: state_name,
        due: due
            .map(|due| words.day_and_weekday(due))
            .unwrap_or_default(),
        is_changed: state == LetterState::Changed,
        changes: changes.map_or(0, |pending| pending.changes.len()),
        may_sign: is_own && look.may(Granted::SignLetter) && now.is_none(),
        may_countersign: look.may(Granted::CountersignLetter) && state == LetterState::Signed,
        may_issue: look.may(office::authority::Granted::Publish),
        may_attach: !letter.row.signed.is_empty()
            && (look.may(Granted::CountersignLetter)
                || (look.may(Granted::Submit)
                    && (is_own || !["liaison", "unit_leader"].contains(&who.role.as_str())))),
        ours: now.map(|signed| signature(&signed.unit)).transpose()?,
        theirs: now
            .and_then(|signed| signed.group.as_ref())
            .map(signature)
            .transpose()?,
        signings,
        sha256: letter.sha256.clone(),
        is_demonstration: look.is_demonstration(),
        as_signed,
        unit: unit.to_owned(),
    })
}

/// Who signs for the city: the leading group's unit where one is known by its role's people, else the city.
fn issuer(look: &Look<'_>) -> String {
    let tops = look.programme.units.values().find(|unit| {
        unit.parent_on(look.today).is_none()
            && unit.is_valid_on(look.today)
            && look
                .programme
                .units
                .values()
                .any(|below| below.parent_on(look.today) == Some(&unit.id))
    });
    match tops {
        Some(unit) => look.unit_name(unit.id.as_str()),
        None => look.text(&look.programme.city).to_owned(),
    }
}

fn item_row(
    look: &Look<'_>,
    words: Words,
    declared: &programme::model::Scorecard,
    number: usize,
    line: &plan::Line,
) -> ItemRow {
    let indicator = declared
        .items
        .get(&line.item)
        .and_then(|ties| ties.indicators.first())
        .and_then(|id| look.programme.indicators.get(id));
    let target = match (&line.target, indicator) {
        (Some(target), Some(indicator)) => {
            let figure = base::Figure::whole(target.clone());
            let text = words.figure(&figure, indicator.format);
            crate::pages::case::item::with_unit(look, indicator, text)
        }
        (Some(target), None) => words.points(target),
        (None, _) => look.text(&line.criterion).to_owned(),
    };
    let also: Vec<String> = line
        .parts
        .iter()
        .skip(1)
        .map(|part| look.text(&part.name()).to_owned())
        .collect();
    let name = look.text(&line.name).to_owned();
    ItemRow {
        number,
        name: if also.is_empty() {
            name
        } else {
            match words.lang {
                Lang::Zh => format!("{name}（兼{}）", also.join("、")),
                Lang::En => format!("{name} (also {})", also.join(", ")),
            }
        },
        target,
        points: words.points(&line.points),
        due: line.due.map(|due| words.day(due)).unwrap_or_default(),
    }
}

fn address(unit: &str) -> String {
    let coded: String = url::form_urlencoded::byte_serialize(unit.as_bytes()).collect();
    format!("/plan/letters/{coded}")
}

async fn sign(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    posted: Posted,
) -> Response {
    let (signs, then, again) = (unit.clone(), unit.clone(), unit);
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let Some(scorecard) = scorecard_of(&programme).cloned() else {
                return Ok(0);
            };
            office
                .sign_letter(&scorecard, &signs, posted.get("sha256"))
                .map_err(one)
        },
        move |site, _, _, _| go_and_tell(site, &address(&then), Step::LetterSigned, 1, None),
        move |look, _, problems| show(look, &again, &Chosen::default(), problems),
    )
    .await
}

async fn scan(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    posted: Posted,
) -> Response {
    let (of, then, again) = (unit.clone(), unit.clone(), unit);
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let Some(scorecard) = scorecard_of(&programme).cloned() else {
                return Ok(0);
            };
            let file = posted.files.iter().find(|file| file.field == "scan");
            let file = file.ok_or_else(|| one(crate::problems::file_is_empty("")))?;
            check_evidence(file).map_err(one)?;
            let piece = office
                .store_evidence(&file.name, &file.bytes)
                .map_err(one)?;
            office.attach_scan(&scorecard, &of, piece).map_err(one)
        },
        move |site, _, _, _| go_and_tell(site, &address(&then), Step::ScanAttached, 1, None),
        move |look, _, problems| show(look, &again, &Chosen::default(), problems),
    )
    .await
}
