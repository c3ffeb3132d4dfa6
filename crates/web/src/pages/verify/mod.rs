//! Verification on the spot, for a phone: a list by unit, then one question after another, with photographs
//! and a receipt.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use office::case::{ActRequest, Case};
use office::course::{fields_of, judged_parts};
use serde::Deserialize;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::kept_files::{self, KeptFile};
use crate::look::Look;
use crate::pages::course::{CaseLine, Course, course, judging, line, note_field};
use crate::posted::{Posted, check_evidence};
use crate::site::Site;
use crate::words::Words;

/// The form's field of photographs.
const EVIDENCE: &str = "evidence";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/verify", get(list))
        .route("/verify/{number}", get(page).post(act))
}

struct UnitBlock {
    unit: String,
    lines: Vec<CaseLine>,
}

#[derive(Template)]
#[template(path = "pages/verify/list.html")]
struct List {
    frame: Frame,
    blocks: Vec<UnitBlock>,
    total: usize,
}

struct Receipt {
    number: u64,
    what: String,
    unit: String,
    position: u64,
    moment: String,
    pieces: usize,
}

#[derive(Template)]
#[template(path = "pages/verify/verify.html")]
struct Verify {
    frame: Frame,
    line: CaseLine,
    action: String,
    action_name: String,
    criterion: String,
    evidence: String,
    at_least: u32,
    points: String,
    /// Parts of a composite item that are given here: field, name, what is typed, the most.
    parts: Vec<(String, String, String, String)>,
    note: String,
    draft: String,
    nth: usize,
    of: usize,
    next: Option<u64>,
    receipt: Option<Receipt>,
    /// The photographs of a form that was refused.
    kept: Vec<KeptFile>,
    problems: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    done: u64,
}

/// The cases that who looks verifies, by unit.
fn waiting(look: &Look<'_>, course: &Course<'_>) -> Result<Vec<Case>, Refused> {
    let list = look.site.worklist(look.office)?;
    let mut cases: Vec<Case> = list
        .open()
        .filter(|case| course.has(case))
        .filter(|case| {
            judging(look, case, course.scorecard).is_some_and(|(action, _)| {
                action.requires_evidence_at_least > 0 && !action.reason_required
            })
        })
        .cloned()
        .collect();
    cases.sort_by(|a, b| {
        a.about
            .unit
            .cmp(&b.about.unit)
            .then(a.number.cmp(&b.number))
    });
    Ok(cases)
}

async fn list(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| {
        let course = course(look)?;
        let mut blocks: Vec<UnitBlock> = Vec::new();
        let mut total = 0;
        for case in waiting(look, &course)? {
            let Some(line) = line(look, &course, &case) else {
                continue;
            };
            total += 1;
            match blocks
                .last_mut()
                .filter(|block| block.unit == line.unit_name)
            {
                Some(block) => block.lines.push(line),
                None => blocks.push(UnitBlock {
                    unit: line.unit_name.clone(),
                    lines: vec![line],
                }),
            }
        }
        Page::of(&List {
            frame: look
                .frame(Words { lang: look.lang() }.say("实地核查", "Verification on the spot")),
            blocks,
            total,
        })
    })
    .await
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        show(look, number, chosen.done, None, &[])
    })
    .await
}

fn show(
    look: &Look<'_>,
    number: u64,
    done: u64,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let course = course(look)?;
    let case = look.office.case(number).map_err(Refused::missing)?;
    let none = || Refused::no_such(("核查事项", "verification"), number);
    let Some((action, _)) = judging(look, &case, course.scorecard) else {
        return moved(look, &case);
    };
    let of = office::course::item_of(&look.programme, &case.about).ok_or_else(none)?;
    let line = line(look, &course, &case).ok_or_else(none)?;
    let all = waiting(look, &course)?;
    let nth = all.iter().position(|one| one.number == number).unwrap_or(0);
    let draft = format!("/verify/{number}");
    let saved = look.site.desk().draft(who.actor, &draft)?;
    let typed = |name: &str| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => saved
            .as_ref()
            .and_then(|draft| draft.typed.get(name).cloned())
            .unwrap_or_default(),
    };
    let receipt = match done {
        0 => None,
        done => receipt(look, done)?,
    };
    let points = match typed("points") {
        text if text.is_empty() => line.given.clone(),
        text => text,
    };
    let parts: Vec<(String, String, String, String)> = judged_parts(&case.flow, of)
        .into_iter()
        .filter(|part| fields_of(action).any(|field| *field == part.field.id))
        .map(|part| {
            let field = part.field.id.to_string();
            let typed = typed(&format!("q.{field}"));
            let name = look.text(&part.field.name).to_owned();
            (field, name, typed, programme::shown::points(&part.most))
        })
        .collect();
    Page::of(&Verify {
        frame: look.frame(line.item_name.clone()),
        action: action.id.to_string(),
        action_name: look.text(&action.name).to_owned(),
        criterion: look.text(&of.ties.criterion).to_owned(),
        evidence: look.text(&of.ties.evidence).to_owned(),
        at_least: action.requires_evidence_at_least,
        points,
        parts,
        note: typed("note"),
        nth: nth + 1,
        of: all.len(),
        next: all
            .get(nth + 1)
            .or_else(|| all.first())
            .map(|case| case.number)
            .filter(|next| *next != number),
        draft,
        receipt,
        kept: posted.map_or_else(Vec::new, |posted| {
            kept_files::keep_all(look, posted, EVIDENCE)
        }),
        problems: problems.to_vec(),
        line,
    })
}

/// A case that is no longer to be verified: an address that was sent, a page that was left open.
#[derive(Template)]
#[template(path = "pages/verify/moved.html")]
struct Moved {
    frame: Frame,
    number: u64,
    state: String,
}

fn moved(look: &Look<'_>, case: &Case) -> Result<Page, Refused> {
    let state = case.flow.state(&case.state.state);
    Page::of(&Moved {
        frame: look.frame(crate::pages::work::title_of(look, case)),
        number: case.number,
        state: state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
    })
}

/// The receipt of what was handed in last on a case.
fn receipt(look: &Look<'_>, number: u64) -> Result<Option<Receipt>, Refused> {
    let words = Words { lang: look.lang() };
    let case = look.office.case(number).map_err(Refused::missing)?;
    let Some(step) = case.state.steps.last() else {
        return Ok(None);
    };
    Ok(Some(Receipt {
        number,
        what: crate::pages::work::title_of(look, &case),
        unit: case
            .about
            .unit
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        position: case.version.0,
        moment: words.moment(&look.programme, step.moment),
        pieces: step.evidence.len(),
    }))
}

async fn act(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    let at = site.clone();
    site.command(
        asked,
        posted,
        move |office, posted, who| {
            let one = |problem: Problem| vec![problem];
            let case = office.case(number).map_err(one)?;
            let programme = office.programme().map_err(one)?;
            let mut request = ActRequest {
                action: posted.get("action").to_owned(),
                ..ActRequest::default()
            };
            let action = case.flow.action(&base::ActionId::new(&request.action));
            let of = office::course::item_of(&programme, &case.about);
            if let (Some(action), Some(of)) = (action, of) {
                let points = posted.get("points").trim();
                let field = office::course::points_field(&case, action, &of.scorecard.judged_by);
                let typed = judged_parts(&case.flow, of).into_iter().filter_map(|part| {
                    let text = posted.get(&format!("q.{}", part.field.id)).trim();
                    (!text.is_empty()).then(|| (part.field.id.to_string(), text.to_owned()))
                });
                request.fields.extend(typed);
                if let (Some(field), false) = (field, points.is_empty()) {
                    request.fields.insert(field.to_string(), points.to_owned());
                }
                let note = posted.get("note").trim();
                if let (Some(field), false) = (note_field(&case, action), note.is_empty()) {
                    request.fields.insert(field, note.to_owned());
                }
            }
            for file in kept_files::files_of(&at, who.actor, posted, EVIDENCE).map_err(one)? {
                check_evidence(&file).map_err(one)?;
                request.evidence.push(
                    office
                        .store_evidence(&file.name, &file.bytes)
                        .map_err(one)?,
                );
            }
            office.act(number, &request)
        },
        move |site, who, posted, _| {
            kept_files::let_go(site, who.actor, posted, EVIDENCE);
            let _ = site
                .desk()
                .drop_draft(who.actor, &format!("/verify/{number}"));
            match posted.get("next").parse::<u64>() {
                Ok(next) => go_to(&format!("/verify/{next}?done={number}")),
                Err(_) => go_to(&format!("/cases/{number}")),
            }
        },
        move |look, posted, problems| show(look, number, 0, Some(posted), problems),
    )
    .await
}
