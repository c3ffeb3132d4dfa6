//! The leading group's meeting: the draft result with its vetoes and ranks, what appeals changed, what is
//! still open, and the step that seals it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use base::{Problem, UnitId};
use office::assessment::Ask;
use office::authority::Granted;
use office::course::APPROVAL_FIELD;
use office::seal::SealRequest;
use office::sealing::closes;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::kept_files::{self, KeptFile};
use crate::look::Look;
use crate::pages::case::{Input, form};
use crate::pages::course::{Course, actions, course};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// The form's field of the minutes.
const MINUTES: &str = "minutes";

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/meeting", get(page).post(seal))
}

struct Row {
    unit: String,
    name: String,
    rank: String,
    total: String,
    grade: String,
    grade_name: String,
    is_pending: bool,
    veto: Option<(String, String)>,
    quota: String,
    consequences: String,
}

struct Block {
    name: String,
    rows: Vec<Row>,
    grades: String,
}

struct Changed {
    number: u64,
    unit: String,
    item: String,
    before: String,
    after: String,
    /// The answer gave less than before.
    is_less: bool,
    reason: String,
}

/// A unit's items without points: each with its name, the case's number and its state.
struct Missing {
    unit: String,
    items: Vec<(String, u64, String)>,
}

/// Items whose units could still object, or wait for an answer, until a day.
struct Cut {
    /// The last day on which the units can object; empty where they have and wait for the answer.
    until: String,
    count: usize,
    units: Vec<String>,
    /// Their cases, where there are few.
    cases: Vec<(u64, String)>,
}

#[derive(Template)]
#[template(path = "pages/meeting/meeting.html")]
struct Meeting {
    frame: Frame,
    scheme: String,
    blocks: Vec<Block>,
    changed: Vec<Changed>,
    /// Answered appeals that left the points as they were.
    unchanged: Vec<Changed>,
    unfinished: usize,
    /// What sealing now would cut short.
    cuts: Vec<Cut>,
    as_it_stands: bool,
    why: String,
    minutes: Option<KeptFile>,
    /// What has to get its points before the result can be sealed.
    missing: Vec<Missing>,
    closing: usize,
    may_seal: bool,
    sealed: Option<(u64, String)>,
    inputs: Vec<Input>,
    has_approval: bool,
    approval: String,
    reason: String,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| show(look, None, &[])).await
}

fn show(look: &Look<'_>, posted: Option<&Posted>, problems: &[Problem]) -> Result<Page, Refused> {
    let who = look.visitor()?;
    if [
        "liaison",
        "unit_leader",
        "reviewer",
        "inspector",
        "verifier",
    ]
    .contains(&who.role.as_str())
    {
        let role = look.role_name(&who.role);
        return Err(crate::problems::not_for_role(&role.zh, &role.en).into());
    }
    let course = course(look)?;
    let words = Words { lang: look.lang() };
    let typed = |name: &str| {
        posted
            .map(|posted| posted.get(name).to_owned())
            .unwrap_or_default()
    };
    let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
    let ending = look
        .office
        .ending(course.id, &course.assessment.period, &who.role)?;
    let mut inputs = Vec::new();
    {
        let list = look.site.worklist(look.office)?;
        for case in list.open().filter(|case| course.has(case)) {
            if inputs.is_empty()
                && let Some(action) = actions(look, case)
                    .into_iter()
                    .find(|action| closes(case, action))
            {
                inputs = form(look, case, action, &typed).inputs;
            }
            if let Some((before, after, reason)) = appealed(look, case) {
                let shown = |points: &Option<base::Ratio>| {
                    points
                        .as_ref()
                        .map_or_else(|| "—".to_owned(), |points| words.points(points))
                };
                let to = if before == after {
                    &mut unchanged
                } else {
                    &mut changed
                };
                to.push(Changed {
                    number: case.number,
                    unit: case
                        .about
                        .unit
                        .as_deref()
                        .map(|unit| look.unit_name(unit))
                        .unwrap_or_default(),
                    item: crate::pages::work::title_of(look, case),
                    before: shown(&before),
                    after: shown(&after),
                    is_less: before > after,
                    reason,
                });
            }
        }
    }
    let has_approval = inputs
        .iter()
        .any(|input: &Input| input.name == format!("f.{APPROVAL_FIELD}"));
    Page::of(&Meeting {
        frame: look.frame(words.say("议定稿", "For the meeting")),
        scheme: look.text(&course.scorecard.name).to_owned(),
        blocks: blocks(look, &course, words),
        changed,
        unchanged,
        unfinished: ending.unfinished(),
        cuts: cuts(look, &course, words)?,
        as_it_stands: typed("as_it_stands") == "1",
        why: typed("why"),
        minutes: posted.and_then(|posted| kept_files::keep(look, posted, MINUTES)),
        missing: missing(look, &course)?,
        closing: ending.finished.len(),
        may_seal: look.may(Granted::Seal),
        sealed: look
            .office
            .mirror()
            .seals(course.id, &course.assessment.period)
            .last()
            .map(|(position, facts)| (position.0, facts.approval.clone())),
        inputs,
        has_approval,
        approval: typed("approval"),
        reason: typed("seal_reason"),
        problems: problems.to_vec(),
    })
}

/// What sealing now would cut short: objections that wait for their answer first, then by the last day.
fn cuts(look: &Look<'_>, course: &Course<'_>, words: Words) -> Result<Vec<Cut>, Refused> {
    let mut found = look
        .office
        .cut_short(course.id, &course.assessment.period, look.today)?;
    found.sort_by_key(|cut| (cut.until, cut.case));
    let mut cuts: Vec<(Option<base::Day>, Cut)> = Vec::new();
    for cut in found {
        let case = look.office.case(cut.case)?;
        let unit = look.unit_name(case.about.unit.as_deref().unwrap_or_default());
        if cuts.last().is_none_or(|(until, _)| *until != cut.until) {
            let until = cut.until.map(|day| words.day_and_weekday(day));
            let new = Cut {
                until: until.unwrap_or_default(),
                count: 0,
                units: Vec::new(),
                cases: Vec::new(),
            };
            cuts.push((cut.until, new));
        }
        let Some((_, line)) = cuts.last_mut() else {
            continue;
        };
        line.count += 1;
        if cut.until.is_none() {
            let title = crate::pages::work::title_of(look, &case);
            let between = words.say("·", " · ");
            line.cases
                .push((cut.case, format!("{unit}{between}{title}")));
        } else if !line.units.contains(&unit) {
            line.units.push(unit);
        }
    }
    Ok(cuts.into_iter().map(|(_, cut)| cut).collect())
}

/// What an answered appeal changed: points before, after, and what was answered.
fn appealed(
    look: &Look<'_>,
    case: &office::case::Case,
) -> Option<(Option<base::Ratio>, Option<base::Ratio>, String)> {
    let of = office::course::item_of(&look.programme, &case.about)?;
    let steps = &case.state.steps;
    let at = steps.iter().position(|step| {
        step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref()
            && step.reason.is_some()
            && of.scorecard.judged_by.iter().any(|field| {
                steps.iter().any(|other| {
                    other.moment <= step.moment
                        && other.fields.contains_key(&base::FieldId::new(field))
                })
            })
    })?;
    let answer = steps.get(at + 1)?;
    let levels = office::assessment::judged_levels(of.item);
    let points = |fields: &std::collections::BTreeMap<base::FieldId, casework::Value>| {
        of.scorecard.judged_by.iter().find_map(|field| {
            match fields.get(&base::FieldId::new(field))? {
                casework::Value::Number(points) => Some(points.clone()),
                // A level is worth its points.
                casework::Value::Text(level) => levels
                    .iter()
                    .find(|(id, _)| id == level)
                    .map(|(_, worth)| worth.clone()),
                _ => None,
            }
        })
    };
    let before = steps
        .iter()
        .take(at)
        .rev()
        .find_map(|step| points(&step.fields));
    let after = points(&answer.fields).or_else(|| before.clone());
    Some((before, after, answer.reason.clone().unwrap_or_default()))
}

/// The units whose result is open, with what is missing.
fn missing(look: &Look<'_>, course: &Course<'_>) -> Result<Vec<Missing>, Refused> {
    let cases = look.office.cases_of(course.id, &course.assessment.period)?;
    let mut found = Vec::new();
    for card in &course.assessment.cards {
        if card.state != scoring::CardState::Pending {
            continue;
        }
        let unit = UnitId::new(&card.participant);
        let mut items = Vec::new();
        for item in card.items.iter().filter(|item| item.pending) {
            let Some(number) = cases.get(&(item.item.clone(), unit.clone())) else {
                continue;
            };
            let case = look.office.case(*number)?;
            let state = case.flow.state(&case.state.state);
            items.push((
                crate::pages::work::title_of(look, &case),
                *number,
                state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
            ));
        }
        found.push(Missing {
            unit: look.unit_name(&card.participant),
            items,
        });
    }
    Ok(found)
}

fn blocks(look: &Look<'_>, course: &crate::pages::course::Course<'_>, words: Words) -> Vec<Block> {
    let mut blocks: Vec<(String, Block)> = Vec::new();
    for card in &course.assessment.cards {
        let group = card.ranking_group.clone().unwrap_or_default();
        let grade = card.grade.clone().unwrap_or_default();
        let row = Row {
            unit: card.participant.clone(),
            name: look.unit_name(&card.participant),
            rank: card.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            total: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
            grade_name: course
                .scorecard
                .card
                .bands
                .iter()
                .find(|band| band.grade == grade)
                .map(|band| look.text(&band.name).to_owned())
                .unwrap_or_default(),
            grade,
            is_pending: card.state == scoring::CardState::Pending,
            veto: card.vetoes.first().map(|veto| {
                (
                    look.text(&veto.name).to_owned(),
                    look.text(&veto.basis).to_owned(),
                )
            }),
            quota: card
                .quota_reason
                .as_ref()
                .map(|reason| look.text(reason).to_owned())
                .unwrap_or_default(),
            consequences: card
                .consequences
                .iter()
                .map(|found| look.text(&found.text).to_owned())
                .collect::<Vec<_>>()
                .join(words.say("；", "; ")),
        };
        match blocks.iter_mut().find(|(found, _)| *found == group) {
            Some((_, block)) => block.rows.push(row),
            None => blocks.push((
                group.clone(),
                Block {
                    name: crate::pages::course::group_name(look, &group),
                    rows: vec![row],
                    grades: String::new(),
                },
            )),
        }
    }
    let mut blocks: Vec<Block> = blocks.into_iter().map(|(_, block)| block).collect();
    for block in &mut blocks {
        block
            .rows
            .sort_by_key(|row| row.rank.parse::<u32>().unwrap_or(u32::MAX));
        let count = |grade: &str| block.rows.iter().filter(|row| row.grade == grade).count();
        block.grades = course
            .scorecard
            .card
            .bands
            .iter()
            .map(|band| format!("{} {}", band.grade, count(&band.grade)))
            .collect::<Vec<_>>()
            .join("  ");
    }
    blocks
}

async fn seal(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let at = site.clone();
    site.command(
        asked,
        posted,
        move |office, posted, who| {
            let one = |problem: Problem| vec![problem];
            let mut faults = Vec::new();
            if posted.get("confirmed") != "1" {
                faults.push(problems::not_confirmed());
            }
            let programme = office.programme().map_err(one)?;
            let Some((scorecard, _)) = crate::pages::board::scorecard_of(&programme, None) else {
                return Err(one(problems::no_such_page()));
            };
            let unfinished = office
                .ending(scorecard, &programme.year, &who.role)
                .map_err(one)?
                .unfinished();
            if unfinished > 0 && posted.get("as_it_stands") != "1" {
                faults.push(problems::course_not_finished(unfinished));
            }
            let minutes = kept_files::file_of(&at, who.actor, posted, MINUTES).map_err(one)?;
            let Some(minutes) = minutes else {
                faults.push(problems::no_file_chosen());
                return Err(faults);
            };
            if let Err(problem) = crate::posted::check_evidence(&minutes) {
                faults.push(problem);
            }
            if !faults.is_empty() {
                return Err(faults);
            }
            let approval = match posted.get(&format!("f.{APPROVAL_FIELD}")) {
                "" => posted.get("approval"),
                text => text,
            };
            let reason = posted.get("seal_reason").trim();
            let request = SealRequest {
                ask: Ask {
                    scorecard: scorecard.clone(),
                    period: programme.year,
                    day: office.today().map_err(one)?,
                    at: office.position(),
                },
                minutes: (minutes.name, minutes.bytes),
                approval: approval.to_owned(),
                as_demonstration: office.nature() == ledger::Nature::Demonstration,
                reason: (!reason.is_empty()).then(|| reason.to_owned()),
            };
            // The result and the cases that it ends, all or nothing.
            let fields: std::collections::BTreeMap<String, String> = posted
                .with_prefix("f.")
                .map(|(id, text)| (id.to_owned(), text.trim().to_owned()))
                .collect();
            let why = (unfinished > 0).then(|| posted.get("why"));
            office.seal_and_close(&request, &fields, why)
        },
        |site, who, posted, position| {
            kept_files::let_go(site, who.actor, posted, MINUTES);
            go_and_tell(
                site,
                &format!("/circular/{position}"),
                Step::Sealed,
                1,
                None,
            )
        },
        |look, posted, problems| show(look, Some(posted), problems),
    )
    .await
}
