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

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::look::Look;
use crate::pages::board::Choice;
use crate::posted::Posted;
use crate::site::Site;
use crate::sorting::{Sort, Sorting, by_name};
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/plan/letters", get(page).post(countersign))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    state: String,
    /// Column; empty: the programme's order.
    sort: String,
    dir: String,
}

impl Chosen {
    fn sorting(&self) -> Sorting<'_> {
        Sorting {
            sort: &self.sort,
            dir: &self.dir,
            greatest_first: &["items", "scans"],
        }
    }

    /// The list from which a form was sent.
    fn posted(posted: &Posted) -> Chosen {
        let get = |name: &str| posted.get(name).to_owned();
        Chosen {
            state: get("state"),
            sort: get("sort"),
            dir: get("dir"),
        }
    }

    fn address(&self) -> String {
        let address = self.sorted(&self.sort, &self.dir);
        address.trim_end_matches('?').to_owned()
    }

    /// The address of the same list in another order.
    fn sorted(&self, sort: &str, dir: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("state", self.state.as_str()), ("sort", sort), ("dir", dir)] {
            if !value.is_empty() {
                coded.append_pair(name, value);
            }
        }
        format!("/plan/letters?{}", coded.finish())
    }
}

/// The heads by which the list is sorted.
struct Heads {
    name: Sort,
    items: Sort,
    state: Sort,
    signed: Sort,
    countersigned: Sort,
    scans: Sort,
}

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
    signed_day: String,
    signed_on: Option<String>,
    countersigned: String,
    countersigned_day: String,
    countersigned_on: Option<String>,
    scans: usize,
    order: LetterState,
    sign: &'static str,
    lamp: &'static str,
    state: &'static str,
    waits_for_me: bool,
    is_ticked: bool,
}

#[derive(Template)]
#[template(path = "pages/plan/letters.html")]
struct LettersPage {
    frame: Frame,
    problems: Vec<Problem>,
    heads: Heads,
    state: String,
    sort: String,
    dir: String,
    due: String,
    is_asked_for: bool,
    rows: Vec<Row>,
    all: usize,
    complete: usize,
    waiting: usize,
    states: Vec<Choice>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen, None, &[]))
        .await
}

/// A list that came back is ticked as it was sent, a new one wholly.
fn show(
    look: &Look<'_>,
    chosen: &Chosen,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
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
    let wanted =
        |letter: &&Letter| chosen.state.is_empty() || letter.state().as_str() == chosen.state;
    let mut rows = Vec::new();
    for letter in letters.iter().filter(wanted) {
        let state = letter.state();
        let (sign, lamp, name) = told(words, state, is_late);
        let last = letter.row.signed.last();
        let signature = |found: Option<&office::spaces::SignatureRow>| match found {
            None => Ok::<_, Problem>(String::new()),
            Some(found) => look.office.actor_name_in(found.by, look.lang()),
        };
        let day = |iso: Option<&String>| {
            let day = iso.and_then(|iso| base::Day::parse(iso).ok());
            day.map(|day| words.day(day)).unwrap_or_default()
        };
        let signed_on = last.map(|signed| signed.unit.day.clone());
        let countersigned_on = last
            .and_then(|signed| signed.group.as_ref())
            .map(|group| group.day.clone());
        rows.push(Row {
            name: look.unit_name(&letter.unit),
            items: letter.content.lines().count().saturating_sub(3),
            signed: signature(last.map(|signed| &signed.unit))?,
            countersigned: signature(last.and_then(|signed| signed.group.as_ref()))?,
            signed_day: day(signed_on.as_ref()),
            countersigned_day: day(countersigned_on.as_ref()),
            signed_on,
            countersigned_on,
            order: state,
            scans: last.map_or(0, |signed| signed.scans.len()),
            sign,
            lamp,
            state: name,
            waits_for_me: may_countersign && state == LetterState::Signed,
            is_ticked: posted.is_none_or(|posted| {
                let this = format!("{}@{}", letter.unit, letter.sha256);
                posted.all("letter").any(|ticked| ticked == this)
            }),
            sha256: letter.sha256.clone(),
            unit: letter.unit.clone(),
        });
    }
    let sorting = chosen.sorting();
    match chosen.sort.as_str() {
        "name" => sorting.by_key(&mut rows, |row| by_name(&row.name)),
        "items" => sorting.by_key(&mut rows, |row| Some(row.items)),
        "state" => sorting.by_key(&mut rows, |row| Some(row.order)),
        "signed" => sorting.by_key(&mut rows, |row| row.signed_on.clone()),
        "countersigned" => sorting.by_key(&mut rows, |row| row.countersigned_on.clone()),
        "scans" => sorting.by_key(&mut rows, |row| Some(row.scans)),
        _ => {}
    }
    let head = |id: &str, zh: &'static str, en: &'static str| {
        sorting.head(id, words.say(zh, en), |sort, dir| chosen.sorted(sort, dir))
    };
    Page::of(&LettersPage {
        heads: Heads {
            name: head("name", "责任单位", "Unit"),
            items: head("items", "任务", "Items"),
            state: head("state", "状态", "State"),
            signed: head("signed", "单位签字", "Signed for the unit"),
            countersigned: head(
                "countersigned",
                "领导小组签字",
                "Signed for the leading group",
            ),
            scans: head("scans", "扫描件", "Scans"),
        },
        state: chosen.state.clone(),
        sort: chosen.sort.clone(),
        dir: chosen.dir.clone(),
        frame: look.frame(words.say("目标责任书", "Responsibility letters")),
        problems: problems.to_vec(),
        is_asked_for: due.is_some(),
        due: due
            .map(|due| words.day_and_weekday(due))
            .unwrap_or_default(),
        all,
        complete,
        waiting: rows.iter().filter(|row| row.waits_for_me).count(),
        states: LetterState::ALL
            .iter()
            .map(|state| Choice {
                value: state.as_str().to_owned(),
                name: told(words, *state, false).2.to_owned(),
                is_chosen: chosen.state == state.as_str(),
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
        |site, _, posted, count| {
            let back = match posted.get("back") {
                "" => Chosen::posted(posted).address(),
                back => back.to_owned(),
            };
            go_and_tell(site, &back, Step::LettersCountersigned, count as u64, None)
        },
        |look, posted, problems| show(look, &Chosen::posted(posted), Some(posted), problems),
    )
    .await
}
