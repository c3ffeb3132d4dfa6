//! Assignments: follow-up supervision and leaders' instructions. The list, and the form that makes one; each is a case
//! with the page that all cases have.

mod new;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, Lang, RoleId, UnitId};
use casework::possible_actions;
use office::assign::{flows, is_assignment, is_charged, text_of};
use office::authority::Granted;
use office::case::{Case, relation};
use office::work::task;
use programme::model::{CONTENT_FIELD, TITLE_FIELD};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::work::{lamp, left, reminded};
use crate::site::Site;
use crate::words::Words;

/// Most lines of the list.
const LINES_MAX: usize = 300;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/assignments", get(page))
        .merge(new::routes())
}

/// What an assignment's own page shows above its forms.
pub(crate) struct Panel {
    pub content: String,
    pub lead: (String, String),
    pub support: Vec<(String, String)>,
    pub since: String,
    /// Because of which cases it was made: number, what, the day that was missed.
    pub because: Vec<(u64, String, String)>,
    pub because_more: usize,
    pub made_by: String,
}

/// Most cases that a panel lists.
const BECAUSE_MAX: usize = 50;

/// What an assignment is called: its title, or that so much is late.
pub(crate) fn title_of(look: &Look<'_>, case: &Case) -> String {
    let title = text_of(case, TITLE_FIELD);
    if !title.is_empty() {
        return title;
    }
    let late = case.about.because.len();
    let named = case.about.because.first().and_then(|first| {
        let found = look.office.case(first.case).ok()?;
        // What an assignment was made for, and not that again, however long the chain.
        let is_made_for_another = is_assignment(&found.flow) && !found.about.because.is_empty();
        (!is_made_for_another).then(|| crate::pages::work::title_of(look, &found))
    });
    match (look.lang(), named, late) {
        (Lang::Zh, Some(name), 1) => format!("“{name}”逾期"),
        (Lang::En, Some(name), 1) => format!("Late: {name}"),
        (Lang::Zh, Some(name), _) => format!("“{name}”等{late}项逾期"),
        (Lang::En, Some(name), 2) => format!("Late: {name} and 1 more"),
        (Lang::En, Some(name), _) => format!("Late: {name} and {} more", late - 1),
        (Lang::Zh, None, _) => format!("{late}项逾期事项"),
        (Lang::En, None, 1) => "1 late item".to_owned(),
        (Lang::En, None, _) => format!("{late} late items"),
    }
}

/// The panel of an assignment; `None` for other cases.
pub(crate) fn panel(look: &Look<'_>, case: &Case) -> Option<Panel> {
    if !is_assignment(&case.flow) {
        return None;
    }
    let words = Words { lang: look.lang() };
    let named = |id: &str| (id.to_owned(), look.unit_name(id));
    let because: Vec<_> = case
        .about
        .because
        .iter()
        .take(BECAUSE_MAX)
        .filter_map(|due| {
            let found = look.office.case(due.case).ok()?;
            let day = Day::parse(&due.due).map_or_else(|_| due.due.clone(), |day| words.day(day));
            Some((due.case, crate::pages::work::title_of(look, &found), day))
        })
        .collect();
    Some(Panel {
        content: text_of(case, CONTENT_FIELD),
        lead: named(case.about.unit.as_deref().unwrap_or_default()),
        support: case.about.support.iter().map(|id| named(id)).collect(),
        since: words.day(case.state.opened_on()),
        because_more: case.about.because.len() - because.len(),
        because,
        made_by: look
            .office
            .actor_name_in(case.state.opening.by, look.lang())
            .unwrap_or_default(),
    })
}

/// Whether who looks sees all assignments and not only those of the own unit.
fn sees_all(look: &Look<'_>) -> bool {
    look.who()
        .is_some_and(|who| look.office.sees_all_assignments(&who.role))
}

/// Whether the list is of any use to who looks.
pub(crate) fn sees_some(look: &Look<'_>) -> bool {
    let is_charged = || {
        let unit = look.who().and_then(|who| who.unit.as_deref());
        look.site.worklist(look.office).is_ok_and(|list| {
            list.open()
                .any(|case| is_assignment(&case.flow) && is_charged(case, unit))
        })
    };
    flows(&look.programme).next().is_some() && (sees_all(look) || is_charged())
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    unit: String,
    /// `closed` or `all`; else those that are open.
    #[serde(default)]
    state: String,
}

struct Line {
    number: u64,
    what: String,
    kind: String,
    lead: String,
    support: String,
    since: String,
    due: String,
    left: String,
    lamp: &'static str,
    state: String,
    is_closed: bool,
    /// Of a closed one: by whom, when and with what verdict.
    closed: String,
    reminded: String,
    waits_for_me: bool,
    /// Others of the same kind, unit, days and state, by number and what they are about: one line says them all.
    alike: Vec<(u64, String)>,
}

impl Line {
    /// Whether one line can say both: nobody has begun with either, and they differ in what they are about alone.
    fn is_like(&self, other: &Line) -> bool {
        let same = |line: &Line| {
            [
                line.kind.clone(),
                line.lead.clone(),
                line.support.clone(),
                line.since.clone(),
                line.due.clone(),
                line.state.clone(),
                line.reminded.clone(),
                line.closed.clone(),
            ]
        };
        self.waits_for_me == other.waits_for_me && same(self) == same(other)
    }
}

#[derive(Template)]
#[template(path = "pages/assignments/assignments.html")]
struct Assignments {
    frame: Frame,
    /// Flow and name.
    kinds: Vec<(String, String)>,
    /// Kinds that who looks can make.
    makes: Vec<(String, String)>,
    units: Vec<(String, String)>,
    flow: String,
    unit: String,
    state: String,
    lines: Vec<Line>,
    /// How many assignments there are, however they are put together.
    count: usize,
    more: usize,
    late: usize,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, chosen)).await
}

fn show(look: &Look<'_>, chosen: Chosen) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let all = sees_all(look);
    let is_shown = |case: &Case| {
        is_assignment(&case.flow)
            && (all || is_charged(case, who.unit.as_deref()))
            && (chosen.flow.is_empty() || *case.flow.id.as_str() == chosen.flow)
            && (chosen.unit.is_empty() || is_charged(case, Some(&chosen.unit)))
            && (chosen.state != "closed" || case.state.is_closed())
    };
    let mut cases: Vec<Case> = if matches!(chosen.state.as_str(), "closed" | "all") {
        look.office.assignments()?
    } else {
        let list = look.site.worklist(look.office)?;
        list.open()
            .filter(|case| is_assignment(&case.flow))
            .cloned()
            .collect()
    };
    cases.retain(is_shown);
    let mut lines: Vec<(bool, Day, Line)> = Vec::with_capacity(cases.len());
    for case in &cases {
        let (key, due, line) = line(look, words, case)?;
        lines.push((key, due, line));
    }
    // What is open first, by the day that it is due.
    lines.sort_by_key(|(is_closed, due, line)| (*is_closed, *due, line.number));
    let late = lines
        .iter()
        .filter(|(_, _, line)| line.lamp == "late")
        .count();
    let count = lines.len();
    let mut grouped: Vec<Line> = Vec::new();
    for (_, _, line) in lines {
        match grouped.iter_mut().rfind(|first| first.is_like(&line)) {
            Some(first) => first.alike.push((line.number, line.what)),
            None => grouped.push(line),
        }
    }
    let left_out = grouped.iter().skip(LINES_MAX);
    let more = left_out.map(|line| 1 + line.alike.len()).sum();
    grouped.truncate(LINES_MAX);
    let kinds: Vec<(String, String)> = flows(&look.programme)
        .map(|flow| (flow.id.to_string(), look.text(&flow.name).to_owned()))
        .collect();
    let units = look.programme.units.values();
    Page::of(&Assignments {
        frame: look.frame(words.say("督办与批示", "Follow-up and instructions")),
        makes: if look.may(Granted::Assign) {
            kinds.clone()
        } else {
            Vec::new()
        },
        kinds,
        units: if all {
            units
                .filter(|unit| unit.is_valid_on(look.today))
                .map(|unit| (unit.id.to_string(), look.unit_name(unit.id.as_str())))
                .collect()
        } else {
            Vec::new()
        },
        flow: chosen.flow,
        unit: chosen.unit,
        state: chosen.state,
        lines: grouped,
        count,
        more,
        late,
    })
}

fn line(look: &Look<'_>, words: Words, case: &Case) -> Result<(bool, Day, Line), Refused> {
    let who = look.visitor()?;
    let relation = relation(&look.programme, &case.about, who.unit.as_deref());
    let roles = [RoleId::new(&who.role)];
    let actions = possible_actions(&case.flow, &case.state, &roles, relation);
    let waits_for_me = !actions.is_empty();
    let found = task(&look.programme, case, actions, look.today);
    let name = |id: &str| {
        let unit = look.programme.units.get(&UnitId::new(id));
        unit.map_or_else(|| id.to_owned(), |_| look.unit_name(id))
    };
    let is_closed = case.state.is_closed();
    let closed = match (case.state.steps.last(), is_closed) {
        (Some(step), true) => {
            let by = look.office.actor_name_in(step.by, look.lang())?;
            let said = step
                .reason
                .clone()
                .into_iter()
                .chain(step.fields.values().map(ToString::to_string))
                .next()
                .unwrap_or_default();
            format!("{} · {by} · {said}", words.day(step.day))
        }
        _ => String::new(),
    };
    let separator = words.say("、", ", ");
    let support: Vec<String> = case.about.support.iter().map(|id| name(id)).collect();
    let due = found.due.as_ref().map(|due| due.due_on);
    let reminders = look.office.reminders_of(case.number)?;
    Ok((
        is_closed,
        due.unwrap_or(Day::MAX),
        Line {
            number: case.number,
            what: title_of(look, case),
            kind: look.text(&case.flow.name).to_owned(),
            lead: name(case.about.unit.as_deref().unwrap_or_default()),
            support: support.join(separator),
            since: words.day(case.state.opened_on()),
            due: due
                .map(|day| words.day_and_weekday(day))
                .unwrap_or_default(),
            left: left(words, found.working_days_left),
            lamp: lamp(&found),
            state: case.flow.state(&case.state.state).map_or_else(
                || case.state.state.to_string(),
                |state| look.text(&state.name).to_owned(),
            ),
            is_closed,
            closed,
            reminded: reminded(words, &reminders),
            waits_for_me,
            alike: Vec::new(),
        },
    ))
}
