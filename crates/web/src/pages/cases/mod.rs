//! The list of cases of every flow, and the form that opens one by hand.

mod new;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, FlowId};
use casework::Flow;
use office::assign::is_assignment;
use office::case::Case;
use office::mirror::CasesWanted;
use office::work::task;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::beyond::{summary, unit_name};
use crate::pages::work::{lamp, left, title_of};
use crate::site::Site;
use crate::words::Words;

/// From so many flows on that may be opened they are chosen from a list.
const OPENS_SHOWN_MAX: usize = 3;
/// Most lines of the list.
const LINES_MAX: usize = 50;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/cases", get(page))
        .merge(new::routes())
}

/// Whether who looks may open a case of a flow by hand.
pub(crate) fn may_open(look: &Look<'_>, flow: &Flow) -> bool {
    let role = look.who().map(|who| who.role.as_str());
    flow.filing
        .roles
        .iter()
        .any(|may| Some(may.as_str()) == role)
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    state: String,
    /// Only what is late.
    #[serde(default)]
    late: String,
    /// Goes on before this number.
    before: Option<u64>,
}

struct Line {
    number: u64,
    what: String,
    summary: String,
    unit: String,
    state: String,
    opened: String,
    due: String,
    left: String,
    lamp: &'static str,
}

#[derive(Template)]
#[template(path = "pages/cases/cases.html")]
struct CasesPage {
    frame: Frame,
    flows: Vec<(String, String)>,
    states: Vec<(String, String)>,
    units: Vec<(String, String)>,
    opens: Vec<(String, String)>,
    flow: String,
    unit: String,
    state: String,
    late: bool,
    count: usize,
    lines: Vec<Line>,
    next: Option<String>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    look.visitor()?;
    let words = Words { lang: look.lang() };
    let flow = look.programme.flows.get(&FlowId::new(&chosen.flow));
    let is_closed_wanted = flow
        .and_then(|flow| flow.state(&base::StateId::new(&chosen.state)))
        .is_some_and(|state| state.kind == casework::StateKind::Closed);
    let late = chosen.late == "1";
    let is_wanted = |case: &Case| {
        !is_assignment(&case.flow)
            && (chosen.flow.is_empty() || case.about.flow == chosen.flow)
            && (chosen.unit.is_empty() || case.about.unit.as_deref() == Some(chosen.unit.as_str()))
            && (chosen.state.is_empty() || case.state.state.as_str() == chosen.state)
            && (!late || is_late(look, case))
    };
    let is_on_page = |number: u64| chosen.before.is_none_or(|before| number < before);
    // Open cases are in memory; of closed ones only those of the page are read.
    let (count, mut cases): (usize, Vec<Case>) = if is_closed_wanted {
        let wanted = CasesWanted {
            flow: Some(&chosen.flow),
            unit: Some(chosen.unit.as_str()).filter(|unit| !unit.is_empty()),
            state: Some(&chosen.state),
            ..CasesWanted::default()
        };
        let mirror = look.office.mirror();
        let page = mirror
            .closed_cases(&wanted)
            .filter(|number| is_on_page(*number));
        let read = page
            .take(LINES_MAX + 1)
            .map(|number| look.office.case(number));
        let read = read.collect::<Result<_, _>>()?;
        (mirror.closed_cases(&wanted).count(), read)
    } else {
        let list = look.site.worklist(look.office)?;
        let (mut count, mut page) = (0, Vec::new());
        for case in list.open().rev().filter(|case| is_wanted(case)) {
            count += 1;
            if page.len() <= LINES_MAX && is_on_page(case.number) {
                page.push(case.clone());
            }
        }
        (count, page)
    };
    let has_more = cases.len() > LINES_MAX;
    cases.truncate(LINES_MAX);
    let next = cases.last().filter(|_| has_more).map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("flow", &chosen.flow)
            .append_pair("unit", &chosen.unit)
            .append_pair("state", &chosen.state)
            .append_pair("late", &chosen.late)
            .append_pair("before", &last.number.to_string());
        format!("/cases?{}", query.finish())
    });
    let flows = || {
        look.programme
            .flows
            .values()
            .map(|flow| &**flow)
            .filter(|flow| !is_assignment(flow))
    };
    let named = |flow: &Flow| (flow.id.to_string(), look.text(&flow.name).to_owned());
    Page::of(&CasesPage {
        frame: look.frame(words.say("办件", "Cases")),
        flows: flows().map(named).collect(),
        opens: flows()
            .filter(|flow| may_open(look, flow))
            .map(named)
            .collect(),
        states: flow
            .map(|flow| {
                let states = flow.states.iter();
                states
                    .map(|state| (state.id.to_string(), look.text(&state.name).to_owned()))
                    .collect()
            })
            .unwrap_or_default(),
        units: look
            .programme
            .units
            .values()
            .filter(|unit| unit.is_valid_on(look.today))
            .map(|unit| (unit.id.to_string(), look.unit_name(unit.id.as_str())))
            .collect(),
        flow: chosen.flow.clone(),
        unit: chosen.unit.clone(),
        state: chosen.state.clone(),
        late,
        count,
        lines: cases.iter().map(|case| line(look, words, case)).collect(),
        next,
    })
}

fn is_late(look: &Look<'_>, case: &Case) -> bool {
    let found = task(&look.programme, case, Vec::new(), look.today);
    found.due.is_some_and(|due| due.is_late())
}

fn line(look: &Look<'_>, words: Words, case: &Case) -> Line {
    let found = task(&look.programme, case, Vec::new(), look.today);
    let day = |day: Day| words.day(day);
    let state = case.flow.state(&case.state.state);
    Line {
        number: case.number,
        what: title_of(look, case),
        summary: summary(look, case),
        unit: unit_name(look, case.about.unit.as_deref()),
        state: state.map_or_else(
            || case.state.state.to_string(),
            |state| look.text(&state.name).to_owned(),
        ),
        opened: day(case.state.opened_on()),
        due: found
            .due
            .as_ref()
            .map(|due| day(due.due_on))
            .unwrap_or_default(),
        left: left(words, found.working_days_left),
        lamp: if case.state.is_closed() {
            "none"
        } else {
            lamp(&found)
        },
    }
}
