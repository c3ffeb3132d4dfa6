//! My work: what waits for me, what is late, what came back, in due order.
//!
//! The office has hundreds of cases of which the page shows a few lines: all are put in their groups by what costs
//! little (`wait.rs`), those alike are bound (`sheaf.rs`), and only what is shown is made into a line.

mod sheaf;
mod wait;

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, Lang};
use office::assign::is_assignment;
use office::authority::Granted;
use office::spaces::ReminderRow;
use office::work::Task;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;
use sheaf::Sheaf;
use wait::{Names, Wait};

/// Most lines of one group; the rest is said by its number.
const LINES_MAX: usize = 200;
/// Working days from which a task is due soon.
const SOON_DAYS: i64 = 5;

/// A text in both languages.
type Both = (&'static str, &'static str);

/// The groups: id, title, and what stands where nothing waits.
const GROUPS: [(&str, Both, Both); 3] = [
    (
        "late",
        ("已逾期", "Late"),
        ("没有逾期的事项。", "Nothing is late."),
    ),
    (
        "soon",
        ("五个工作日内到期", "Due within five working days"),
        ("近期没有到期的事项。", "Nothing is due soon."),
    ),
    (
        "later",
        ("其余", "Later"),
        ("没有其他待办。", "Nothing else waits."),
    ),
];

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/work", get(page))
}

/// A line: what, for whom, due when, in which state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub address: String,
    pub what: String,
    pub unit: String,
    pub state: String,
    pub actions: Vec<String>,
    pub due: String,
    pub left: String,
    pub lamp: &'static str,
    /// It came back and is to be done again.
    pub came_back: bool,
    /// It was opened again after its last day.
    pub is_reopened: bool,
    /// A missed deadline locks it.
    pub is_locked: bool,
    /// An action that asks for nothing, so that it is done in place, with its name; and the case.
    pub at_once: Option<(String, String)>,
    pub number: u64,
    /// How often and when last it was reminded of; empty where never.
    pub reminded: String,
    /// It is an assignment: supervision, an instruction.
    pub is_assignment: bool,
    /// The flow's name, of an assignment.
    pub kind: String,
    /// A rule opened it where nobody can act.
    pub is_unattended: bool,
    /// Of a case that is no assessment item: its number and what it is about, which tells it from others like it.
    pub about: String,
}

struct Group {
    id: &'static str,
    title: Both,
    empty: Both,
    /// What many cases wait for alike.
    sheaves: Vec<Sheaf>,
    lines: Vec<Line>,
    more: usize,
}

impl Group {
    fn count(&self) -> usize {
        let bound: usize = self.sheaves.iter().map(|sheaf| sheaf.cases).sum();
        bound + self.lines.len() + self.more
    }
}

#[derive(Template)]
#[template(path = "pages/work/work.html")]
struct Work {
    frame: Frame,
    places: Vec<(String, &'static str, &'static str)>,
    groups: Vec<Group>,
    /// What units were charged with: it heads the list.
    assignments: Vec<Line>,
    more_assigned: usize,
    total: usize,
    units: Vec<String>,
    items: Vec<String>,
    unit: String,
    item: String,
    done: Option<crate::pages::case::next::Done>,
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    item: String,
    /// The case of the step that was just taken.
    #[serde(default)]
    done: u64,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let who = look.visitor()?;
    // Letters and changes of the plan wait beside the cases.
    let beside = [
        crate::pages::plan::duties(look)?,
        crate::pages::field::duties(look),
        crate::pages::sensors::gaps(look)?,
    ]
    .concat();
    let list = look.site.worklist(look.office)?;
    let tasks = list.tasks_for(&look.programme, &who.role, who.unit.as_deref(), look.today);
    let names = Names::new(look);
    let mut waits: Vec<Wait<'_>> = beside.into_iter().map(Wait::of_line).collect();
    waits.extend(tasks.into_iter().map(|task| Wait {
        is_unattended: list.is_unattended(task.case),
        ..names.wait(task)
    }));
    let total = waits.len();
    let choices = |found: BTreeSet<&str>| -> Vec<String> {
        let named = found.into_iter().filter(|name| !name.is_empty());
        named.map(str::to_owned).collect()
    };
    let units = choices(waits.iter().map(|wait| &*wait.unit).collect());
    let items = choices(waits.iter().map(|wait| &*wait.what).collect());
    let wanted = |chosen: &str, found: &str| chosen.is_empty() || chosen == found;
    waits.retain(|wait| wanted(&chosen.unit, &wait.unit) && wanted(&chosen.item, &wait.what));
    // Within a group what came back is first; a stable sort keeps the days.
    waits.sort_by_key(|wait| !wait.came_back);
    let (assigned, waits): (Vec<Wait<'_>>, Vec<Wait<'_>>) =
        waits.into_iter().partition(|wait| wait.is_assignment);
    let mut of_groups: [Vec<Wait<'_>>; 3] = Default::default();
    for wait in waits {
        let at = match wait.lamp {
            "late" => 0,
            "soon" => 1,
            _ => 2,
        };
        if let Some(group) = of_groups.get_mut(at) {
            group.push(wait);
        }
    }
    let drawn = |waits: Vec<Wait<'_>>| -> Vec<Line> {
        let shown = waits.into_iter().take(LINES_MAX);
        shown
            .map(|wait| wait.line(look, |case| list.reminders_of(case)))
            .collect()
    };
    // Whoever looks for a unit or an item wants its lines.
    let is_bound = chosen.unit.is_empty() && chosen.item.is_empty();
    let mut groups = Vec::new();
    for (waits, (id, title, empty)) in of_groups.into_iter().zip(GROUPS) {
        let (sheaves, single) = match is_bound {
            true => sheaf::bind(look, waits),
            false => (Vec::new(), waits),
        };
        groups.push(Group {
            id,
            title,
            empty,
            sheaves,
            more: single.len().saturating_sub(LINES_MAX),
            lines: drawn(single),
        });
    }
    let more_assigned = assigned.len().saturating_sub(LINES_MAX);
    let assignments = drawn(assigned);
    drop(list);
    Page::of(&Work {
        places: places(look, &who.role, who.unit.as_deref()),
        frame: look.frame(match look.lang() {
            Lang::Zh => "我的工作",
            Lang::En => "My work",
        }),
        groups,
        assignments,
        more_assigned,
        total,
        units,
        items,
        unit: chosen.unit.clone(),
        item: chosen.item.clone(),
        done: match chosen.done {
            0 => None,
            number => crate::pages::case::next::just_done(
                look,
                &look.office.case(number).map_err(Refused::missing)?,
            )?,
        },
    })
}

/// The tables in which a role does its work: address and name in both languages.
fn places(
    look: &Look<'_>,
    role: &str,
    unit: Option<&str>,
) -> Vec<(String, &'static str, &'static str)> {
    let mut places = Vec::new();
    if look.may(Granted::Remind) {
        places.push(("/remind".to_owned(), "催办", "Remind units"));
    }
    if crate::pages::assignments::sees_some(look) {
        places.push((
            "/assignments".to_owned(),
            "督办与批示",
            "Follow-up and instructions",
        ));
    }
    if ["programme_office", "inspector"].contains(&role) && !look.programme.quotas.is_empty() {
        places.push(("/plan/quotas".to_owned(), "定额计划", "Plans by quota"));
    }
    if !look.programme.visit_rules.is_empty() {
        places.push(("/visits".to_owned(), "到期清单", "What is due"));
    }
    let declared = crate::pages::board::scorecard_of(&look.programme, None);
    let Some((_, scorecard)) = declared else {
        return places;
    };
    if let (Some(unit), "liaison" | "unit_leader") = (unit, role) {
        let coded: String = url::form_urlencoded::byte_serialize(unit.as_bytes()).collect();
        places.push((
            format!("/units/{coded}/items"),
            "本单位全部项目",
            "All items of the unit",
        ));
    }
    let leads = scorecard
        .items
        .values()
        .any(|ties| ties.lead.as_ref().map(base::UnitId::as_str) == unit && unit.is_some());
    if role == "reviewer" && leads {
        places.push(("/review".to_owned(), "逐项评审", "Review by item"));
    }
    if role == "verifier" {
        places.push(("/verify".to_owned(), "逐项核查", "Verify one by one"));
    }
    if ["programme_office", "leading_group", "auditor"].contains(&role) {
        places.push((
            "/assessment".to_owned(),
            "考核进度",
            "Progress of the assessment",
        ));
        places.push(("/meeting".to_owned(), "议定稿", "For the meeting"));
    }
    if crate::pages::admin::may_verify(look) {
        places.push((
            "/admin/ledger#verification".to_owned(),
            "核验存证日志",
            "Verify the ledger",
        ));
    } else if role == "leading_group" || role == "programme_office" {
        places.push(("/ledger".to_owned(), "存证日志", "The ledger"));
    }
    places
}

pub(crate) fn line(look: &Look<'_>, task: &Task<'_>, reminders: &[ReminderRow]) -> Line {
    let words = Words { lang: look.lang() };
    let case = task.case;
    let state = case.flow.state(&case.state.state);
    Line {
        address: format!("/cases/{}", case.number),
        what: title_of(look, case),
        unit: case
            .about
            .unit
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        state: state.map_or_else(
            || case.state.state.to_string(),
            |state| look.text(&state.name).to_owned(),
        ),
        actions: task
            .actions
            .iter()
            .filter_map(|id| case.flow.action(id))
            .map(|action| look.text(&action.name).to_owned())
            .collect(),
        due: task
            .due
            .as_ref()
            .map(|due| words.day_and_weekday(due.due_on))
            .unwrap_or_default(),
        left: left(words, task.working_days_left),
        lamp: lamp(task),
        came_back: crate::pages::case::item::came_back(case),
        is_reopened: crate::pages::case::item::is_reopened(case),
        is_locked: task.is_locked,
        at_once: task
            .actions
            .iter()
            .filter_map(|id| case.flow.action(id))
            .find(|action| {
                let by_record = look.programme.done_by_record(&case.flow.id, &action.id);
                by_record.is_none() && is_light(case, action)
            })
            .map(|action| (action.id.to_string(), look.text(&action.name).to_owned())),
        number: case.number,
        reminded: reminded(words, reminders),
        is_assignment: is_assignment(&case.flow),
        kind: look.text(&case.flow.name).to_owned(),
        is_unattended: false,
        about: match &case.about.item {
            Some(_) => String::new(),
            None => about(look, case),
        },
    }
}

fn about(look: &Look<'_>, case: &office::case::Case) -> String {
    let words = Words { lang: look.lang() };
    let number = |kind: &str, number: u64| format!("{kind} #{number}");
    let said = [
        format!("#{}", case.number),
        crate::pages::case::beyond::summary(look, case),
        case.about
            .record
            .map(|record| number(words.say("记录", "record"), record))
            .unwrap_or_default(),
        case.about
            .parent
            .map(|parent| number(words.say("属办件", "part of case"), parent))
            .unwrap_or_default(),
    ];
    let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(" · ")
}

/// How often and when last was reminded, in words; empty where nobody was.
pub(crate) fn reminded(words: Words, reminders: &[ReminderRow]) -> String {
    let Some(last) = reminders.last() else {
        return String::new();
    };
    let day = Day::parse(&last.day)
        .map(|day| words.day(day))
        .unwrap_or_default();
    match (words.lang, reminders.len()) {
        (Lang::Zh, 1) => format!("{day}催办"),
        (Lang::Zh, times) => format!("已催办{times}次，最近{day}"),
        (Lang::En, 1) => format!("reminded on {day}"),
        (Lang::En, times) => format!("reminded {times} times, last on {day}"),
    }
}

/// Whether an action needs nothing that is not there: no field, no reason, no evidence. What it may say is
/// left to the case's own page. A step that ends or sends on a case of all units is not done by the way.
fn is_light(case: &office::case::Case, action: &casework::Action) -> bool {
    action.scope == casework::Scope::Own
        && action.requires.is_empty()
        && action.requires_evidence_at_least == 0
        && !action.reason_required
        && action.closes_with.is_none()
        && case
            .flow
            .state(&action.to)
            .is_some_and(|state| state.kind != casework::StateKind::Closed)
}

/// What a case is about, in words: its item, what an assignment is called, else its flow.
pub(crate) fn title_of(look: &Look<'_>, case: &office::case::Case) -> String {
    if is_assignment(&case.flow) {
        return crate::pages::assignments::title_of(look, case);
    }
    if office::lost::is_opened_by_seal(case) {
        let words = Words { lang: look.lang() };
        let unit = look.unit_name(case.about.unit.as_deref().unwrap_or_default());
        let (text, start) = (
            case.about.period.as_deref().unwrap_or_default(),
            look.programme.assessment_start,
        );
        let period = base::Period::parse(text, start)
            .map_or_else(|_| text.to_owned(), |period| words.period(&period));
        let flow = look.text(&case.flow.name);
        return match look.lang() {
            Lang::Zh => format!("{unit}{period}{flow}"),
            Lang::En => format!("{flow} {period}: {unit}"),
        };
    }
    let item = case
        .about
        .scorecard
        .as_deref()
        .and_then(|id| look.programme.scorecards.get(id))
        .and_then(|scorecard| {
            let wanted = case.about.item.as_deref()?;
            scorecard
                .card
                .items
                .iter()
                .find(|item| item.id.as_str() == wanted)
        });
    match item {
        Some(item) => look.text(&item.name).to_owned(),
        None => look.text(&case.flow.name).to_owned(),
    }
}

/// The lamp of a day that is no case's.
pub(crate) fn lamp_of(due: base::Day, today: base::Day, left: Option<i64>) -> &'static str {
    match left {
        _ if due < today => "late",
        Some(left) if left <= SOON_DAYS => "soon",
        _ => "on_track",
    }
}

pub(crate) fn lamp(task: &Task<'_>) -> &'static str {
    match (&task.due, task.working_days_left) {
        (Some(due), _) if due.is_late() => "late",
        (Some(_), Some(left)) if left <= SOON_DAYS => "soon",
        (Some(_), _) => "on_track",
        (None, _) => "none",
    }
}

/// How many working days are left, in words.
pub(crate) fn left(words: Words, days: Option<i64>) -> String {
    match (days, words.lang) {
        (None, _) => String::new(),
        (Some(0), Lang::Zh) => "今天到期".to_owned(),
        (Some(0), Lang::En) => "due today".to_owned(),
        (Some(days), Lang::Zh) if days > 0 => format!("还有{days}个工作日"),
        (Some(1), Lang::En) => "1 working day left".to_owned(),
        (Some(days), Lang::En) if days > 0 => format!("{days} working days left"),
        (Some(days), Lang::Zh) => format!("逾期{}个工作日", -days),
        (Some(-1), Lang::En) => "1 working day late".to_owned(),
        (Some(days), Lang::En) => format!("{} working days late", -days),
    }
}

/// How much waits for whoever looks, for the badge.
pub(crate) fn waiting_for(look: &Look<'_>) -> usize {
    let Some(who) = look.who() else { return 0 };
    let cases = look.site.worklist(look.office).map_or(0, |list| {
        list.count_for(&look.programme, &who.role, who.unit.as_deref(), look.today)
    });
    cases + crate::pages::plan::duties_count(look) + crate::pages::field::duties_count(look).min(1)
}
