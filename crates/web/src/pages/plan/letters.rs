//! All responsibility letters: who has signed, and what is missing. The leading group signs many at once.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use office::authority::Granted;
use office::letters::{Letter, LetterState, letter_due, scorecard_of};
use serde::Deserialize;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::Choice;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/plan/letters", get(page).post(countersign))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    state: String,
}

/// Every state with its name in addresses.
pub(super) const STATES: &[(LetterState, &str)] = &[
    (LetterState::Unsigned, "unsigned"),
    (LetterState::Changed, "changed"),
    (LetterState::Signed, "signed"),
    (LetterState::Complete, "complete"),
];

/// A state in words, with its sign and class.
pub(super) fn told(
    words: Words,
    state: LetterState,
    is_late: bool,
) -> (&'static str, &'static str, &'static str) {
    let open = if is_late {
        ("■", "late")
    } else {
        ("○", "none")
    };
    match state {
        LetterState::Unsigned => (open.0, open.1, words.say("单位未签", "not signed")),
        LetterState::Changed => (
            "▲",
            "soon",
            words.say("内容已调整，须重签", "changed since: sign again"),
        ),
        LetterState::Signed => (
            "◐",
            if is_late { "late" } else { "none" },
            words.say("待领导小组会签", "waits for the leading group"),
        ),
        LetterState::Complete => ("●", "on_track", words.say("已签订", "signed by both")),
    }
}

struct Row {
    unit: String,
    name: String,
    sha256: String,
    items: usize,
    signed: String,
    countersigned: String,
    scans: usize,
    sign: &'static str,
    lamp: &'static str,
    state: &'static str,
    waits_for_me: bool,
}

#[derive(Template)]
#[template(path = "pages/plan/letters.html")]
struct LettersPage {
    frame: Frame,
    problems: Vec<Problem>,
    due: String,
    is_asked_for: bool,
    rows: Vec<Row>,
    all: usize,
    complete: usize,
    waiting: usize,
    states: Vec<Choice>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen, &[])).await
}

fn show(look: &Look<'_>, chosen: &Chosen, problems: &[Problem]) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let none = || Refused::no_such(("记分卡", "scorecard"), "unit");
    let scorecard = scorecard_of(&look.programme).ok_or_else(none)?;
    let due = letter_due(&look.programme, scorecard, &look.programme.year);
    let is_late = due.is_some_and(|due| due < look.today);
    let may_countersign = look.may(Granted::CountersignLetter);
    let letters = look.office.letters(scorecard)?;
    let complete = letters
        .iter()
        .filter(|letter| letter.state() == LetterState::Complete)
        .count();
    let all = letters.len();
    let wanted = |letter: &&Letter| {
        let state = letter.state();
        chosen.state.is_empty()
            || STATES
                .iter()
                .any(|(found, name)| *found == state && *name == chosen.state)
    };
    let mut rows = Vec::new();
    for letter in letters.iter().filter(wanted) {
        let state = letter.state();
        let (sign, lamp, name) = told(words, state, is_late);
        let last = letter.row.signed.last();
        let signature = |found: Option<&office::spaces::SignatureRow>| match found {
            None => Ok::<_, Problem>(String::new()),
            Some(found) => {
                let name = look.office.actor_name_in(found.by, look.lang())?;
                Ok(format!("{name} · {}", found.day))
            }
        };
        rows.push(Row {
            name: look.unit_name(&letter.unit),
            items: letter.content.lines().count().saturating_sub(3),
            signed: signature(last.map(|signed| &signed.unit))?,
            countersigned: signature(last.and_then(|signed| signed.group.as_ref()))?,
            scans: last.map_or(0, |signed| signed.scans.len()),
            sign,
            lamp,
            state: name,
            waits_for_me: may_countersign && state == LetterState::Signed,
            sha256: letter.sha256.clone(),
            unit: letter.unit.clone(),
        });
    }
    Page::of(&LettersPage {
        frame: look.frame(words.say("目标责任书", "Responsibility letters")),
        problems: problems.to_vec(),
        is_asked_for: due.is_some(),
        due: due
            .map(|due| words.day_and_weekday(due))
            .unwrap_or_default(),
        all,
        complete,
        waiting: rows.iter().filter(|row| row.waits_for_me).count(),
        states: STATES
            .iter()
            .map(|(state, value)| Choice {
                value: (*value).to_owned(),
                name: told(words, *state, false).2.to_owned(),
                is_chosen: chosen.state == *value,
            })
            .collect(),
        rows,
    })
}

async fn countersign(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let Some(scorecard) = scorecard_of(&programme).cloned() else {
                return Ok(0);
            };
            // Each box says which text was read: the unit and its hash.
            let chosen: Vec<(String, String)> = posted
                .all("letter")
                .filter_map(|text| text.rsplit_once('@'))
                .map(|(unit, sha256)| (unit.to_owned(), sha256.to_owned()))
                .collect();
            office.countersign_letters(&scorecard, &chosen)
        },
        |_, _, posted, _| {
            let back = posted.get("back");
            go_to(if back.is_empty() {
                "/plan/letters"
            } else {
                back
            })
        },
        |look, _, problems| show(look, &Chosen::default(), problems),
    )
    .await
}
