//! The form that charges units with something: of any flow of assignments, with what registers it.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, FlowId, Position, Problem};
use casework::CaseState;
use office::Office;
use office::assign::{Assignment, is_assignment, register_of};
use office::authority::Granted;
use office::case::{ActRequest, Case};
use office::entry::CaseOpenFacts;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::{Input, form};
use crate::posted::{Posted, check_evidence};
use crate::problems;
use crate::site::Site;

const ADDRESS: &str = "/assignments/new";

pub(super) fn routes() -> Router<Site> {
    Router::new().route(ADDRESS, get(page).post(assign))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    flow: String,
}

#[derive(Template)]
#[template(path = "pages/assignments/new.html")]
struct New {
    frame: Frame,
    flow: String,
    title: String,
    content: String,
    due: String,
    unit: String,
    /// Unit, name, whether it is ticked as one that supports.
    units: Vec<(String, String, bool)>,
    has_support: bool,
    inputs: Vec<Input>,
    evidence_at_least: u32,
    draft: String,
    is_saved: bool,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen.flow, None, &[]))
        .await
}

fn show(
    look: &Look<'_>,
    flow: &str,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    if !look.may(Granted::Assign) {
        let role = look.role_name(&who.role);
        return Err(problems::not_for_role(&role.zh, &role.en).into());
    }
    let flow = look
        .programme
        .flows
        .get(&FlowId::new(flow))
        .filter(|flow| is_assignment(flow))
        .ok_or_else(|| Refused::no_such(("交办流程", "flow of assignments"), flow))?;
    let draft = format!("{ADDRESS}?flow={}", flow.id);
    let saved = look.site.desk().draft(who.actor, &draft)?;
    let typed = |name: &str| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => saved
            .as_ref()
            .and_then(|draft| draft.typed.get(name).cloned())
            .unwrap_or_default(),
    };
    let register = register_of(flow);
    let name = look.text(&flow.name);
    Page::of(&New {
        frame: look.frame(match look.lang() {
            base::Lang::Zh => format!("登记{name}"),
            base::Lang::En => format!("New: {name}"),
        }),
        flow: flow.id.to_string(),
        title: typed("title"),
        content: typed("content"),
        due: typed("due"),
        unit: typed("unit"),
        has_support: posted.is_some_and(|posted| posted.all("support").next().is_some()),
        units: look
            .programme
            .units
            .values()
            .filter(|unit| unit.is_valid_on(look.today))
            .map(|unit| {
                let id = unit.id.to_string();
                let is_ticked =
                    posted.is_some_and(|posted| posted.all("support").any(|one| one == id));
                let name = look.unit_name(&id);
                (id, name, is_ticked)
            })
            .collect(),
        inputs: register
            .map(|action| form(look, &nothing_yet(look, flow), action, &typed).inputs)
            .unwrap_or_default(),
        evidence_at_least: register.map_or(0, |action| action.requires_evidence_at_least),
        is_saved: saved.is_some() && posted.is_none(),
        draft,
        problems: problems.to_vec(),
    })
}

/// A case that is not there yet, for the inputs of what registers it.
fn nothing_yet(look: &Look<'_>, flow: &casework::Flow) -> Case {
    Case {
        number: 0,
        version: Position(0),
        state: CaseState {
            flow: flow.id.clone(),
            opening: casework::Opening {
                day: look.today,
                moment: look.site.now(),
                by: 0,
                rules: Position(0),
                reference_year: look.today.year(),
                fields: std::collections::BTreeMap::new(),
            },
            state: flow.initial.clone(),
            entered_on: look.today,
            fields: std::collections::BTreeMap::new(),
            evidence: Vec::new(),
            steps: Vec::new(),
            closed: None,
            sub_cases_open: 0,
        },
        about: CaseOpenFacts {
            flow: flow.id.to_string(),
            state: flow.initial.to_string(),
            day: look.today.to_string(),
            unit: None,
            scorecard: None,
            item: None,
            period: None,
            record: None,
            year: look.today.year(),
            fields: std::collections::BTreeMap::new(),
            support: Vec::new(),
            because: Vec::new(),
            subject: None,
            parent: None,
        },
        flow: std::sync::Arc::new(flow.clone()),
        by_time: Vec::new(),
        below: Vec::new(),
        merged: Vec::new(),
        opened_for: None,
    }
}

async fn assign(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| office.assign(&wanted(office, posted)?),
        |site, who, posted, number| {
            let draft = format!("{ADDRESS}?flow={}", posted.get("flow"));
            let _ = site.desk().drop_draft(who.actor, &draft);
            go_to(&format!("/cases/{number}"))
        },
        |look, posted, problems| show(look, posted.get("flow"), Some(posted), problems),
    )
    .await
}

/// What the form asks for.
fn wanted(office: &Office, posted: &Posted) -> Result<Assignment, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let mut evidence = Vec::new();
    for file in posted.files.iter().filter(|file| file.field == "evidence") {
        check_evidence(file).map_err(one)?;
        let stored = office.store_evidence(&file.name, &file.bytes);
        evidence.push(stored.map_err(one)?);
    }
    let due = posted.get("due").trim();
    Ok(Assignment {
        flow: posted.get("flow").to_owned(),
        title: posted.get("title").to_owned(),
        content: posted.get("content").to_owned(),
        due: match due {
            "" => None,
            text => Some(Day::parse(text).map_err(|_| one(problems::not_a_day(text)))?),
        },
        unit: posted.get("unit").to_owned(),
        support: posted.all("support").map(str::to_owned).collect(),
        register: ActRequest {
            fields: posted
                .with_prefix("f.")
                .filter(|(_, text)| !text.trim().is_empty())
                .map(|(id, text)| (id.to_owned(), text.trim().to_owned()))
                .collect(),
            evidence,
            ..ActRequest::default()
        },
    })
}
