//! One action on many cases, with a preview: send the drafts, compose, submit what is ready, close what was
//! sealed. All or none.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use casework::{Action, DueState};
use office::case::{ActRequest, Case};
use office::sealing::first_hold;
use serde::Deserialize;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::look::Look;
use crate::pages::case::{Input, form};
use crate::pages::course::{CaseLine, actions, course, line};
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Most cases of one preview.
pub(crate) const CASES_MAX: usize = 1_000;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/batch", get(page).post(act))
}

/// Which action, on which cases.
#[derive(Debug, Clone, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    action: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    back: String,
}

struct Row {
    line: CaseLine,
    is_ticked: bool,
    /// Until when a limit still runs that the step would cut short; empty for most.
    held: String,
}

/// Cases whose limit still runs until a day and would be cut short.
struct Held {
    limit: String,
    until: String,
    count: usize,
    units: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/batch/batch.html")]
struct Batch {
    frame: Frame,
    action: String,
    name: String,
    means: Vec<String>,
    rows: Vec<Row>,
    more: usize,
    inputs: Vec<Input>,
    held: Vec<Held>,
    is_reason_required: bool,
    reason: String,
    back: String,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen, None, &[]))
        .await
}

/// Whether an action can be taken on many cases at once: it asks for no evidence and for no points of each.
pub(crate) fn is_for_many(flow: &casework::Flow, action: &Action) -> bool {
    let gives_points = |id: &base::FieldId| {
        let field = flow.field(id);
        field.is_some_and(|field| matches!(field.kind, casework::FieldKind::Decimal { .. }))
    };
    action.requires_evidence_at_least == 0
        && action.closes_with.is_none()
        && !office::course::fields_of(action).any(gives_points)
}

fn show(
    look: &Look<'_>,
    chosen: &Chosen,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let course = course(look)?;
    let words = Words { lang: look.lang() };
    let mut rows = Vec::new();
    let mut held: Vec<(base::Day, Held)> = Vec::new();
    let mut more = 0;
    let mut first: Option<Case> = None;
    {
        let list = look.site.worklist(look.office)?;
        for case in list.open().filter(|case| course.has(case)) {
            let about = |wanted: &str, found: &Option<String>| {
                wanted.is_empty() || found.as_deref() == Some(wanted)
            };
            if !about(&chosen.item, &case.about.item) || !about(&chosen.unit, &case.about.unit) {
                continue;
            }
            let is_possible = actions(look, case)
                .into_iter()
                .any(|action| action.id == *chosen.action && is_for_many(&case.flow, action));
            if !is_possible {
                continue;
            }
            if rows.len() == CASES_MAX {
                more += 1;
                continue;
            }
            let number = case.number.to_string();
            if let Some(line) = line(look, &course, case) {
                let action = base::ActionId::new(&chosen.action);
                let hold = first_hold(&look.programme, case, &action, look.today);
                if let Some(hold) = &hold {
                    add_held(look, &mut held, hold, &line.unit_name);
                }
                rows.push(Row {
                    // What would be cut short is done only by whoever ticks it.
                    is_ticked: match posted {
                        Some(posted) => posted.all("case").any(|one| one == number),
                        None => hold.is_none(),
                    },
                    held: hold
                        .map(|hold| words.day_and_weekday(hold.run.due_on))
                        .unwrap_or_default(),
                    line,
                });
            }
            first.get_or_insert_with(|| case.clone());
        }
    }
    let flow = course
        .scorecard
        .flow
        .as_ref()
        .and_then(|id| look.programme.flows.get(id))
        .ok_or_else(|| Refused::no_such(("流程", "flow"), course.id))?;
    let action = flow
        .action(&base::ActionId::new(&chosen.action))
        .filter(|action| is_for_many(flow, action))
        .ok_or_else(|| Refused::no_such(("动作", "action"), &chosen.action))?;
    let typed = |name: &str| {
        posted
            .map(|posted| posted.get(name).to_owned())
            .unwrap_or_default()
    };
    let inputs = first
        .as_ref()
        .map(|case| form(look, case, action, &typed).inputs)
        .unwrap_or_default();
    Page::of(&Batch {
        frame: look.frame(look.text(&action.name)),
        action: action.id.to_string(),
        name: look.text(&action.name).to_owned(),
        means: means(look, flow, action, first.as_ref()),
        rows,
        more,
        inputs,
        held: {
            held.sort_by_key(|(day, _)| *day);
            held.into_iter().map(|(_, held)| held).collect()
        },
        is_reason_required: action.reason_required,
        reason: typed("reason"),
        back: chosen.back.clone(),
        problems: problems.to_vec(),
    })
}

fn add_held(
    look: &Look<'_>,
    held: &mut Vec<(base::Day, Held)>,
    hold: &casework::Hold<'_>,
    unit: &str,
) {
    let until = hold.run.due_on;
    if !held.iter().any(|(day, _)| *day == until) {
        let new = Held {
            limit: look.text(&hold.deadline.name).to_owned(),
            until: Words { lang: look.lang() }.day_and_weekday(until),
            count: 0,
            units: Vec::new(),
        };
        held.push((until, new));
    }
    let Some((_, line)) = held.iter_mut().find(|(day, _)| *day == until) else {
        return;
    };
    line.count += 1;
    if !line.units.iter().any(|known| known == unit) {
        line.units.push(unit.to_owned());
    }
}

/// What the action leads to, in words: the state, the rights that begin and until when.
fn means(
    look: &Look<'_>,
    flow: &casework::Flow,
    action: &Action,
    example: Option<&Case>,
) -> Vec<String> {
    let words = Words { lang: look.lang() };
    let mut lines = Vec::new();
    if let Some(state) = flow.state(&action.to) {
        let name = look.text(&state.name);
        lines.push(match look.lang() {
            base::Lang::Zh => format!("之后的状态：{name}"),
            base::Lang::En => format!("They will be: {name}"),
        });
    }
    // What deadlines a step would start is known by taking it on a copy.
    let Some(example) = example else { return lines };
    let mut after = example.state.clone();
    let step = casework::Step {
        action: action.id.clone(),
        by: 0,
        role: base::RoleId::new("-"),
        unit: None,
        day: look.today,
        moment: look.site.now(),
        from: after.state.clone(),
        to: action.to.clone(),
        fields: BTreeMap::new(),
        evidence: Vec::new(),
        reason: None,
        closing_reason: None,
        unit_to: None,
        into: None,
    };
    if after.record(flow, step).is_err() {
        return lines;
    }
    for deadline in &flow.deadlines {
        let runs = casework::due_of(flow, &after, deadline, look.today, &look.programme.calendar)
            .unwrap_or_default();
        for run in runs {
            if run.state == DueState::Running && run.starts_on == look.today {
                let name = look.text(&deadline.name);
                let due = words.day_and_weekday(run.due_on);
                lines.push(format!("{name}{}{due}", words.say("：截止 ", ": until ")));
            }
        }
    }
    lines
}

async fn act(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let some = |text: &str| {
                let text = text.trim();
                (!text.is_empty()).then(|| text.to_owned())
            };
            let signed = posted.get("signed") == "1";
            let one = |problem: Problem| vec![problem];
            let (programme, today) = (
                office.programme().map_err(one)?,
                office.today().map_err(one)?,
            );
            let action = base::ActionId::new(posted.get("action"));
            // The reason for cutting a limit short is not written where none is cut short.
            let says_why = |number: u64| {
                office.case(number).is_ok_and(|case| {
                    case.flow
                        .action(&action)
                        .is_some_and(|action| action.reason_required)
                        || first_hold(&programme, &case, &action, today).is_some()
                })
            };
            let mut acts = Vec::new();
            for number in posted.all("case").filter_map(|text| text.parse().ok()) {
                let request = ActRequest {
                    action: posted.get("action").to_owned(),
                    fields: posted
                        .with_prefix("f.")
                        .filter_map(|(id, text)| Some((id.to_owned(), some(text)?)))
                        .collect(),
                    // What was signed is said in the entry itself.
                    reason: some(posted.get("reason"))
                        .filter(|_| says_why(number))
                        .or_else(|| {
                            signed.then(|| "已审阅，自评属实、材料真实，同意提交".to_owned())
                        }),
                    ..ActRequest::default()
                };
                acts.push((number, request));
            }
            office.act_many(&acts)
        },
        |site, _, posted, count| {
            let action: String =
                url::form_urlencoded::byte_serialize(posted.get("action").as_bytes()).collect();
            let one = posted.all("case").find_map(|text| text.parse().ok());
            match (posted.get("back"), one) {
                // Of a single step the list itself says what follows and who has it now.
                ("/work", Some(number)) if count == 1 => go_to(&format!("/work?done={number}")),
                ("", one) => {
                    let again = format!("/batch?action={action}");
                    go_and_tell(site, &again, Step::Cases, count as u64, one)
                }
                (back, one) => go_and_tell(site, back, Step::Cases, count as u64, one),
            }
        },
        |look, posted, problems| {
            let chosen = Chosen {
                action: posted.get("action").to_owned(),
                back: posted.get("back").to_owned(),
                ..Chosen::default()
            };
            show(look, &chosen, Some(posted), problems)
        },
    )
    .await
}
