//! The circular (通报): the sealed result as a paper, and the rectification that it opens.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Day, Position, Problem};
use office::Office;
use office::authority::Granted;
use office::course::APPROVAL_FIELD;
use office::papers::{Paper, PaperKind};
use serde_json::Value as Json;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

/// Circulars that are looked through for one about a result.
const PAPERS_MAX: usize = 100;
/// Closed items that are looked through for what was typed at the sealing.
const CLOSED_MAX: usize = 20;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/circular/{position}", get(page))
        .route("/circular/{position}/open", post(open))
}

struct Row {
    unit: String,
    name: String,
    rank: String,
    total: String,
    grade: String,
}

struct Block {
    name: String,
    rows: Vec<Row>,
}

struct Named {
    name: String,
    units: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/circular/circular.html")]
struct Circular {
    frame: Frame,
    position: u64,
    title: String,
    issuer: String,
    /// Its own number, once it was issued as a paper; with that paper.
    number: Option<(u64, String)>,
    approval: String,
    day: String,
    basis: String,
    count: usize,
    grades: Vec<Named>,
    vetoes: Vec<Named>,
    consequences: Vec<Named>,
    blocks: Vec<Block>,
    minutes: String,
    /// What was typed with the minutes when it was sealed, such as their number: name and text.
    decided: Vec<(String, String)>,
    root: String,
    is_demonstration: bool,
    corrects: Option<(u64, String)>,
    to_open: usize,
    may_open: bool,
    may_issue: bool,
    opened: usize,
}

async fn page(State(site): State<Site>, asked: Asked, Path(position): Path<u64>) -> Response {
    site.page(asked, move |look| show(look, position)).await
}

fn show(look: &Look<'_>, position: u64) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let none = || Refused::no_such(("通报", "circular"), position);
    let (_, facts) = look
        .office
        .mirror()
        .all_seals()
        .iter()
        .find(|(found, _)| *found == Position(position))
        .ok_or_else(none)?;
    let id = base::ScorecardId::new(&facts.scorecard);
    let scorecard = look.programme.scorecards.get(&id).ok_or_else(none)?;
    let text = |card: &Json, key: &str| {
        card.get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let list = |card: &Json, key: &str| -> Vec<String> {
        card.get(key)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    let cards: &[Json] = facts.results.as_array().map_or(&[], Vec::as_slice);
    let mut blocks: Vec<(String, Block)> = Vec::new();
    let mut by_grade: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut vetoes: Vec<Named> = Vec::new();
    let mut consequences: Vec<Named> = Vec::new();
    let add = |to: &mut Vec<Named>, name: String, unit: &str| match to
        .iter_mut()
        .find(|found| found.name == name)
    {
        Some(found) => found.units.push(unit.to_owned()),
        None => to.push(Named {
            name,
            units: vec![unit.to_owned()],
        }),
    };
    for card in cards {
        let unit = text(card, "unit");
        let name = look.unit_name(&unit);
        let grade = text(card, "grade");
        by_grade
            .entry(grade.clone())
            .or_default()
            .push(name.clone());
        for veto in list(card, "vetoes") {
            let shown = scorecard
                .card
                .vetoes
                .iter()
                .find(|found| *found.id == *veto)
                .map_or(veto, |found| look.text(&found.name).to_owned());
            add(&mut vetoes, shown, &name);
        }
        for consequence in list(card, "consequences") {
            let shown = scorecard
                .consequences
                .values()
                .find(|found| found.text.zh == consequence)
                .map_or(consequence, |found| look.text(&found.text).to_owned());
            add(&mut consequences, shown, &name);
        }
        let group = text(card, "ranking_group");
        let row = Row {
            rank: card
                .get("rank")
                .and_then(Json::as_u64)
                .map(|rank| rank.to_string())
                .unwrap_or_default(),
            total: text(card, "total"),
            unit,
            name,
            grade,
        };
        match blocks.iter_mut().find(|(found, _)| *found == group) {
            Some((_, block)) => block.rows.push(row),
            None => {
                let block = Block {
                    name: crate::pages::course::group_name(look, &group),
                    rows: vec![row],
                };
                blocks.push((group, block));
            }
        }
    }
    for (_, block) in &mut blocks {
        block
            .rows
            .sort_by_key(|row| row.rank.parse::<u32>().unwrap_or(u32::MAX));
    }
    let grades = scorecard
        .card
        .bands
        .iter()
        .filter_map(|band| {
            Some(Named {
                name: match words.lang {
                    base::Lang::Zh => format!("{}（{}）", look.text(&band.name), band.grade),
                    base::Lang::En => format!("{} ({})", look.text(&band.name), band.grade),
                },
                units: by_grade.remove(&band.grade)?,
            })
        })
        .collect();
    let document = scorecard
        .approval
        .as_ref()
        .and_then(|id| look.programme.documents.get(&**id));
    let issued = issued(look.office, &position.to_string())?;
    let opened = look
        .office
        .consequence_cases(&id, &look.programme.year)?
        .len();
    Page::of(&Circular {
        frame: look.frame(words.say("通报", "Circular")),
        position,
        title: match look.lang() {
            base::Lang::Zh => format!("关于{}结果的通报", scorecard.name.zh),
            base::Lang::En => format!("Circular on the result: {}", scorecard.name.en),
        },
        issuer: match issued
            .as_ref()
            .and_then(|paper| paper.facts.parameters.get("issuer"))
        {
            Some(issuer) => issuer.clone(),
            None => issuer(look, position)?,
        },
        number: issued.map(|paper| (paper.at.0, paper.facts.text)),
        approval: facts.approval.clone(),
        day: Day::parse(&facts.day).map_or_else(|_| facts.day.clone(), |day| words.day(day)),
        basis: document
            .map(|document| look.text(&document.name).to_owned())
            .unwrap_or_default(),
        count: cards.len(),
        grades,
        vetoes,
        consequences,
        blocks: blocks.into_iter().map(|(_, block)| block).collect(),
        minutes: facts.minutes.clone(),
        decided: match facts.corrects {
            // A correction closes no cases: its minutes have no number of their own there.
            Some(_) => Vec::new(),
            None => decided(look, &id, &facts.period)?,
        },
        root: facts.root.clone(),
        is_demonstration: facts.demonstration,
        corrects: facts
            .corrects
            .map(|before| (before, facts.reason.clone().unwrap_or_default())),
        to_open: look
            .office
            .opened_by_seal(&id, &look.programme.year)?
            .len()
            .saturating_sub(opened),
        may_open: look.may(Granted::OpenCases),
        may_issue: look.may(Granted::Publish),
        opened,
    })
}

/// The circular that was issued about the sealed result as a paper, the newest that stands.
pub(crate) fn issued(office: &Office, about: &str) -> Result<Option<Paper>, Problem> {
    let (papers, _) = office.papers(Some(PaperKind::Circular), PAPERS_MAX)?;
    let mut papers = papers.into_iter();
    Ok(papers.find(|paper| paper.voided.is_none() && paper.facts.about == about))
}

/// What the meeting's form said beside the number of the approval: it stands in the step by which the sealing closed
/// each item.
fn decided(
    look: &Look<'_>,
    scorecard: &base::ScorecardId,
    period: &str,
) -> Result<Vec<(String, String)>, Refused> {
    let Ok(period) = base::Period::parse(period, look.programme.assessment_start) else {
        return Ok(Vec::new());
    };
    let cases = look.office.cases_of(scorecard, &period)?;
    for number in cases.values().take(CLOSED_MAX) {
        let case = look.office.case(*number)?;
        let Some(step) = case.state.steps.last().filter(|_| case.state.is_closed()) else {
            continue;
        };
        let texts = step.fields.iter().filter_map(|(id, value)| {
            let field = case.flow.field(id)?;
            match value {
                casework::Value::Text(text) if id.as_str() != APPROVAL_FIELD => {
                    Some((look.text(&field.name).to_owned(), text.clone()))
                }
                _ => None,
            }
        });
        let texts: Vec<(String, String)> = texts.collect();
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Ok(Vec::new())
}

/// The body that the programme declares to issue circulars, else the one that sealed the result, else the city.
fn issuer(look: &Look<'_>, position: u64) -> Result<String, Refused> {
    let declared = look.programme.papers.get(PaperKind::Circular.as_str());
    if let Some(issuer) = declared.and_then(|declared| declared.issuer.as_ref()) {
        return Ok(look.text(issuer).to_owned());
    }
    let entry = look.office.ledger().entry(Position(position))?;
    let unit = look
        .office
        .actor_of(entry.actor)?
        .and_then(|actor| actor.unit);
    Ok(unit.map_or_else(
        || look.text(&look.programme.city).to_owned(),
        |unit| look.unit_name(&unit),
    ))
}

async fn open(State(site): State<Site>, asked: Asked, posted: crate::posted::Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, _, _| {
            let one = |problem: base::Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let scorecard = crate::pages::board::scorecard_of(&programme, None)
                .map(|(id, _)| id.clone())
                .ok_or_else(|| one(crate::problems::no_such_page()))?;
            office
                .open_consequences(&scorecard, &programme.year)
                .map_err(one)
        },
        |site, _, _, count| {
            let one = site.office().read(a_rectification);
            go_and_tell(
                site,
                "/assessment",
                Step::Rectified,
                count,
                one.ok().flatten(),
            )
        },
        |_, _, problems| Err(Refused::from(problems.to_vec())),
    )
    .await
}

/// One of the cases that the sealed result has opened.
fn a_rectification(office: &Office) -> Option<u64> {
    let programme = office.programme().ok()?;
    let (scorecard, _) = crate::pages::board::scorecard_of(&programme, None)?;
    let opened = office.consequence_cases(scorecard, &programme.year).ok()?;
    Some(opened.last()?.number)
}
