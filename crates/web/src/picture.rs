//! A flow as a picture, and a case's path on it: which states it passed, on which days, and which actions it took.
//!
//! Where things stand is told by `casework::draw`; here are the words and classes. Colours are those of
//! `assets/site.css`, and are never the only sign: what was passed carries its days, what was taken is thicker.

use std::collections::BTreeMap;

use askama::Template;
use base::{Day, StateId};
use casework::{CaseState, Flow, StateKind};

use crate::look::Look;
use crate::words::Words;

struct Line {
    path: String,
    x: u32,
    y: u32,
    label: String,
    is_taken: bool,
    is_back: bool,
}

struct Boxed {
    class: &'static str,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    text_x: u32,
    text_y: u32,
    note_y: u32,
    name: String,
    note: String,
}

/// The picture, ready to be put into a page.
#[derive(Template)]
#[template(path = "ui/picture.html")]
pub(crate) struct Picture {
    id: &'static str,
    title: String,
    described: String,
    width: u32,
    height: u32,
    lines: Vec<Line>,
    boxes: Vec<Boxed>,
}

/// The days that a case was in each state.
type Stays = BTreeMap<StateId, Vec<(Day, Option<Day>)>>;

/// A flow, with the path of a case where one is given.
pub(crate) fn picture(look: &Look<'_>, flow: &Flow, case: Option<&CaseState>) -> Picture {
    let words = Words { lang: look.lang() };
    let drawing = casework::draw(flow, look.lang());
    let stays = case.map(|case| stays(flow, case)).unwrap_or_default();
    let times = |action: &base::ActionId, from: &StateId| {
        case.map_or(0, |case| {
            let steps = case.steps.iter();
            steps
                .filter(|step| step.action == *action && step.from == *from)
                .count()
        })
    };
    let label = |action: &base::ActionId, count: usize| {
        let name = flow.action(action).map_or_else(
            || action.to_string(),
            |found| look.text(&found.name).to_owned(),
        );
        match count {
            0 | 1 => name,
            more => format!("{name} ×{more}"),
        }
    };
    let mut lines: Vec<Line> = drawing
        .lines
        .iter()
        .map(|line| {
            let count = times(&line.action, &line.from);
            Line {
                path: line.path.clone(),
                x: line.label.0,
                y: line.label.1,
                label: label(&line.action, count),
                is_taken: count > 0,
                is_back: line.is_back,
            }
        })
        .collect();
    // What was taken is drawn over the rest.
    lines.sort_by_key(|line| line.is_taken);
    lines.extend(drawing.stays.iter().map(|stay| {
        let count = times(&stay.action, &stay.state);
        Line {
            path: String::new(),
            x: stay.label.0,
            y: stay.label.1,
            label: format!("↻ {}", label(&stay.action, count)),
            is_taken: count > 0,
            is_back: false,
        }
    }));
    let boxes = drawing
        .boxes
        .iter()
        .filter_map(|found| {
            let state = flow.state(&found.state)?;
            let (x, y, width, height) = found.at;
            let days = stays.get(&state.id);
            let is_now = case.is_some_and(|case| case.state == state.id);
            let note = match (days, case) {
                (Some(days), _) => note(words, days, look.today),
                (None, None) => kind(words, flow, state),
                (None, Some(_)) => String::new(),
            };
            let middle = y + height / 2;
            Some(Boxed {
                class: class(is_now, days.is_some(), state.kind),
                x,
                y,
                width,
                height,
                text_x: x + 12,
                text_y: if note.is_empty() {
                    middle + 5
                } else {
                    middle - 3
                },
                note_y: middle + 14,
                name: look.text(&state.name).to_owned(),
                note,
            })
        })
        .collect();
    let name = look.text(&flow.name);
    let state = case.and_then(|case| flow.state(&case.state));
    let state = state.map_or("", |state| look.text(&state.name));
    let (all, passed) = (flow.states.len(), stays.len());
    Picture {
        id: "flow",
        title: name.to_owned(),
        described: match (look.lang(), case) {
            (base::Lang::Zh, None) => format!("{name}的流程图，{all} 个状态；下面的表有同样的内容"),
            (base::Lang::En, None) => {
                format!("{name} as a diagram of {all} states; the tables below say the same")
            }
            (base::Lang::Zh, Some(_)) => {
                format!(
                    "{name}的流程图：{all} 个状态经过了 {passed} 个，现处于“{state}”；经过见办理经过"
                )
            }
            (base::Lang::En, Some(_)) => format!(
                "{name} as a diagram: {passed} of {all} states passed, now {state}; what was done is listed beside"
            ),
        },
        width: drawing.width,
        height: drawing.height,
        lines,
        boxes,
    }
}

fn class(is_now: bool, is_passed: bool, kind: StateKind) -> &'static str {
    match (is_now, is_passed, kind) {
        (true, _, _) => "now",
        (false, true, _) => "passed",
        (false, false, StateKind::Closed) => "closed",
        (false, false, StateKind::Waiting) => "waiting",
        (false, false, StateKind::Open) => "open",
    }
}

/// What a state is, where no case is shown.
fn kind(words: Words, flow: &Flow, state: &casework::State) -> String {
    let mut said = Vec::new();
    if flow.initial == state.id {
        said.push(words.say("起始", "start"));
    }
    if state.kind == StateKind::Closed {
        said.push(words.say("办结", "closed"));
    }
    if state.is_clock_stopped {
        said.push(words.say("停表", "clock stopped"));
    }
    if flow.notices.iter().any(|notice| notice.state == state.id) {
        said.push(words.say("公示", "public notice"));
    }
    said.join(words.say("、", ", "))
}

/// `6月4日–6月12日 8天`, and how often.
fn note(words: Words, days: &[(Day, Option<Day>)], today: Day) -> String {
    let Some((from, until)) = days.last() else {
        return String::new();
    };
    let to = until.unwrap_or(today);
    let count = to.days_since(*from);
    let (from, to) = (words.short_day(*from), words.short_day(to));
    let often = match days.len() {
        1 => String::new(),
        more => words.say("第N次 ", "×N ").replace('N', &more.to_string()),
    };
    let length = match (words.lang, count) {
        (base::Lang::Zh, count) => format!("{count}天"),
        (base::Lang::En, 1) => "1 day".to_owned(),
        (base::Lang::En, count) => format!("{count} days"),
    };
    match until {
        None => format!("{often}{from}{} · {length}", words.say("起", " on")),
        Some(_) if count == 0 => format!("{often}{from}"),
        Some(_) => format!("{often}{from}–{to} · {length}"),
    }
}

fn stays(flow: &Flow, case: &CaseState) -> Stays {
    let mut stays = Stays::new();
    let mut now = flow.initial.clone();
    let mut since = case.opening.day;
    for step in case.steps.iter().filter(|step| step.from != step.to) {
        stays.entry(now).or_default().push((since, Some(step.day)));
        now = step.to.clone();
        since = step.day;
    }
    let is_closed = flow
        .state(&now)
        .is_some_and(|state| state.kind == StateKind::Closed);
    stays
        .entry(now)
        .or_default()
        .push((since, is_closed.then_some(since)));
    stays
}
