//! Opening a case by hand: of any flow that lets the role of who looks.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{FieldId, FlowId, Problem};
use casework::{Flow, StateKind};
use office::beyond::Filing;

use super::may_open;
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::{Input, opening_input};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

const ADDRESS: &str = "/cases/new";

pub(super) fn routes() -> Router<Site> {
    Router::new().route(ADDRESS, get(page).post(file))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    record: String,
}

#[derive(Template)]
#[template(path = "pages/cases/new.html")]
struct New {
    frame: Frame,
    flow: String,
    flow_name: String,
    unit: String,
    units: Vec<(String, String)>,
    /// Name of the kind of subject, where the flow is about one.
    subject_kind: Option<String>,
    subject: String,
    is_about_record: bool,
    record: String,
    /// Names and values of what is taken from the record.
    from_record: Vec<(String, String)>,
    inputs: Vec<Input>,
    /// Name and words of the first state.
    begins: String,
    draft: String,
    is_saved: bool,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen, None, &[]))
        .await
}

fn show(
    look: &Look<'_>,
    chosen: &Chosen,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let flow = look
        .programme
        .flows
        .get(&FlowId::new(&chosen.flow))
        .ok_or_else(|| Refused::no_such(("流程", "flow"), &chosen.flow))?;
    if !may_open(look, flow) {
        let role = look.role_name(&who.role);
        return Err(problems::not_for_role(&role.zh, &role.en).into());
    }
    let draft = format!("{ADDRESS}?flow={}", flow.id);
    let saved = look.site.desk().draft(who.actor, &draft)?;
    let typed = |name: &str| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => saved
            .as_ref()
            .and_then(|draft| draft.typed.get(name).cloned())
            .unwrap_or_default(),
    };
    let or = |text: String, other: &str| {
        if text.is_empty() {
            other.to_owned()
        } else {
            text
        }
    };
    let record = or(typed("record"), &chosen.record);
    let asked = match crate::pages::case::beyond::number(&record) {
        Ok(number) if flow.subject == "record" => {
            let of = look.office.asked_by_record(&flow.id, number);
            // Of no such record the form says so when it is sent.
            of.ok().flatten().map(|asked| asked.fields)
        }
        _ => None,
    }
    .unwrap_or_default();
    let is_taken = |id: &FieldId| asked.iter().any(|(taken, _)| taken == id);
    let subject_type = look.programme.subject_types.get(flow.subject.as_str());
    let own = who.unit.clone().unwrap_or_default();
    let name = look.text(&flow.name).to_owned();
    Page::of(&New {
        frame: look.frame(match look.lang() {
            base::Lang::Zh => format!("开办{name}"),
            base::Lang::En => format!("Open: {name}"),
        }),
        flow: flow.id.to_string(),
        unit: or(typed("unit"), &own),
        units: look
            .programme
            .units
            .values()
            .filter(|unit| unit.is_valid_on(look.today))
            .map(|unit| (unit.id.to_string(), look.unit_name(unit.id.as_str())))
            .collect(),
        subject_kind: subject_type.map(|found| look.text(&found.name).to_owned()),
        subject: or(typed("subject"), &chosen.subject),
        is_about_record: flow.subject == "record",
        inputs: inputs(look, flow, &typed, is_taken),
        from_record: asked
            .iter()
            .filter_map(|(id, text)| {
                let field = flow.field(id)?;
                Some((look.text(&field.name).to_owned(), text.clone()))
            })
            .collect(),
        record,
        begins: flow
            .state(&flow.initial)
            .filter(|state| state.kind != StateKind::Closed)
            .map(|state| look.text(&state.name).to_owned())
            .unwrap_or_default(),
        flow_name: name,
        is_saved: saved.is_some() && posted.is_none(),
        draft,
        problems: problems.to_vec(),
    })
}

/// What is asked for: the opening's inputs without those that the record fills.
fn inputs(
    look: &Look<'_>,
    flow: &Flow,
    typed: &impl Fn(&str) -> String,
    is_taken: impl Fn(&FieldId) -> bool,
) -> Vec<Input> {
    let required = flow.filing.requires.iter().map(|id| (id, true));
    let wanted = required.chain(flow.filing.sets.iter().map(|id| (id, false)));
    wanted
        .filter(|(id, _)| !is_taken(id))
        .filter_map(|(id, is_required): (&FieldId, bool)| {
            let field = flow.field(id)?;
            let value = typed(&format!("f.{id}"));
            Some(opening_input(look, field, value, is_required))
        })
        .collect()
}

async fn file(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| office.file_case(&filing(posted)?),
        |site, who, posted, number| {
            let draft = format!("{ADDRESS}?flow={}", posted.get("flow"));
            let _ = site.desk().drop_draft(who.actor, &draft);
            go_to(&format!("/cases/{number}"))
        },
        |look, posted, problems| {
            let chosen = Chosen {
                flow: posted.get("flow").to_owned(),
                record: posted.get("record").to_owned(),
                ..Chosen::default()
            };
            show(look, &chosen, Some(posted), problems)
        },
    )
    .await
}

fn filing(posted: &Posted) -> Result<Filing, Vec<Problem>> {
    let some = |name: &str| {
        let text = posted.get(name).trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let record = match some("record") {
        Some(text) => Some(crate::pages::case::beyond::number(&text).map_err(|found| vec![found])?),
        None => None,
    };
    Ok(Filing {
        flow: posted.get("flow").to_owned(),
        unit: some("unit"),
        subject: some("subject"),
        record,
        fields: posted
            .with_prefix("f.")
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(id, text)| (id.to_owned(), text.trim().to_owned()))
            .collect(),
        day: None,
    })
}
