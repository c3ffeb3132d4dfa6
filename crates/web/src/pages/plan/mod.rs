//! The plan: the task breakdown table, responsibility letters, changes in mid-year and the next year.
//!
//! What is shown of which year says `seen.rs` of the board; the rows are made in `rows.rs`, files in `files.rs`.
//! Letters are in `letters.rs` and `letter.rs`, changes in `changes.rs`, the new year in `new_year.rs`.

mod changes;
mod files;
mod letter;
mod letters;
mod new_year;
mod rows;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Lang, Position};
use office::authority::Granted;
use office::tasks::TaskState;
use office::work::Duty;
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::Choice;
use crate::pages::board::seen::{Seen, Wanted};
use crate::pages::work::Line;
use crate::problems;
use crate::site::Site;
use crate::sorting::{Sort, Sorting};
use crate::words::Words;
use rows::{Block, Rows};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/plan", get(page))
        .route("/plan.xlsx", get(files::xlsx))
        .merge(letters::routes())
        .merge(letter::routes())
        .merge(changes::routes())
        .merge(new_year::routes())
}

/// What the table is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    /// Category.
    category: String,
    /// Unit: only what it has a part in, with its own figures.
    unit: String,
    /// Its part: carries, leads, supports.
    part: String,
    /// State.
    state: String,
    /// Words in names and criteria.
    q: String,
    /// Column; empty: the scheme's order.
    sort: String,
    /// `asc` or `desc`; empty: as the column is usually read.
    dir: String,
    /// `1`: with the figure as of each month's end.
    months: String,
    /// Position of a programme version: the plan as it was then.
    #[serde(rename = "as")]
    version: String,
    day: String,
    at: String,
}

impl Chosen {
    fn sorting(&self) -> Sorting<'_> {
        Sorting {
            sort: &self.sort,
            dir: &self.dir,
            greatest_first: &["points", "target", "now", "reached", "own"],
        }
    }

    /// The address of the same table in another order.
    fn sorted(&self, sort: &str, dir: &str) -> String {
        let other = Chosen {
            sort: sort.to_owned(),
            dir: dir.to_owned(),
            ..self.clone()
        };
        format!("/plan{}", other.with("", ""))
    }

    /// The address of the same table as of now.
    fn as_of_now(&self) -> String {
        let now = Chosen {
            version: String::new(),
            day: String::new(),
            at: String::new(),
            ..self.clone()
        };
        format!("/plan{}", now.with("", ""))
    }

    /// The query of the same table with one thing changed.
    fn with(&self, name: &str, value: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        for (key, kept) in [
            ("category", &self.category),
            ("unit", &self.unit),
            ("part", &self.part),
            ("state", &self.state),
            ("q", &self.q),
            ("sort", &self.sort),
            ("dir", &self.dir),
            ("months", &self.months),
            ("as", &self.version),
            ("day", &self.day),
            ("at", &self.at),
        ] {
            let kept = if key == name { value } else { kept.as_str() };
            if !kept.is_empty() {
                coded.append_pair(key, kept);
            }
        }
        format!("?{}", coded.finish())
    }
}

/// The assessment by the version that is asked for: as of the last position at which it was in force.
pub(super) fn seen<'a>(look: &'a Look<'a>, chosen: &Chosen) -> Result<Seen<'a>, Refused> {
    let at = if chosen.version.is_empty() {
        chosen.at.clone()
    } else {
        let number = chosen.version.trim().parse::<u64>();
        let number = number.map_err(|_| problems::not_a_position(&chosen.version))?;
        last_of(look, Position(number))?.0.to_string()
    };
    let wanted = Wanted {
        period: "",
        day: &chosen.day,
        at: &at,
    };
    Seen::of(look, &wanted)
}

/// The last position at which a version was in force.
fn last_of(look: &Look<'_>, version: Position) -> Result<Position, Refused> {
    let all: Vec<Position> = look.office.mirror().versions().map(|(at, _)| at).collect();
    let found = all.iter().position(|at| *at == version);
    let at = found.ok_or_else(|| Refused::no_such(("方案版本", "version"), version.0))?;
    Ok(match all.get(at + 1) {
        Some(next) => Position(next.0.saturating_sub(1)),
        None => look.at,
    })
}

/// The heads by which the table is sorted.
struct Heads {
    number: Sort,
    name: Sort,
    points: Sort,
    target: Sort,
    now: Sort,
    own: Sort,
    reached: Sort,
    state: Sort,
    due: Sort,
    lead: Sort,
}

impl Heads {
    fn of(words: Words, chosen: &Chosen) -> Heads {
        let head = |id: &str, zh: &'static str, en: &'static str| {
            let sorting = chosen.sorting();
            sorting.head(id, words.say(zh, en), |sort, dir| chosen.sorted(sort, dir))
        };
        Heads {
            number: head("", "序号", "No."),
            name: head("name", "任务", "Item"),
            points: head("points", "分值", "Points"),
            target: head("target", "目标值", "Target"),
            now: head("now", "现在", "Now"),
            own: head("own", "得分", "Points given"),
            reached: head("reached", "达标单位", "Reached by"),
            state: head("state", "状态", "State"),
            due: head("due", "完成时限", "Due"),
            lead: head("lead", "牵头单位", "Lead"),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/plan/plan.html")]
struct PlanPage {
    frame: Frame,
    scheme: String,
    truth: String,
    blocks: Vec<Block>,
    /// Names of the months; none where they are not shown.
    months: Vec<String>,
    shown: usize,
    all: usize,
    points: String,
    categories: Vec<Choice>,
    units: Vec<Choice>,
    parts: Vec<Choice>,
    states: Vec<Choice>,
    versions: Vec<Choice>,
    heads: Heads,
    is_of_unit: bool,
    q: String,
    day: String,
    at: String,
    sort: String,
    dir: String,
    month_switch: String,
    has_months: bool,
    is_filtered: bool,
    file: String,
    may_start_year: bool,
    has_changes: bool,
    duties: Vec<Line>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let seen = seen(look, chosen)?;
    let words = seen.words;
    let rows = Rows::of(&seen, chosen)?;
    let choice = |value: &str, name: String, kept: &str| Choice {
        value: value.to_owned(),
        name,
        is_chosen: value == kept,
    };
    let scorecard = seen.scorecard()?;
    Page::of(&PlanPage {
        frame: seen.frame(words.say("任务分解表", "The plan"), chosen.as_of_now()),
        scheme: look.text(&scorecard.name).to_owned(),
        truth: seen.truth(),
        shown: rows.blocks.iter().map(|block| block.rows.len()).sum(),
        all: scorecard.items.len(),
        points: rows.points.clone(),
        categories: scorecard
            .card
            .groups
            .iter()
            .filter(|group| group.parent.is_none())
            .map(|group| {
                let name = look.text(&group.name).to_owned();
                choice(group.id.as_str(), name, &chosen.category)
            })
            .collect(),
        units: programme::plan::units(&seen.programme, scorecard, &seen.assessment.period)
            .map(|unit| {
                let name = look.unit_name(unit.id.as_str());
                choice(unit.id.as_str(), name, &chosen.unit)
            })
            .collect(),
        parts: ["carries", "leads", "supports"]
            .into_iter()
            .zip([
                programme::plan::Part::Carries,
                programme::plan::Part::Leads,
                programme::plan::Part::Supports,
            ])
            .map(|(value, part)| choice(value, look.text(&part.name()).to_owned(), &chosen.part))
            .collect(),
        states: TaskState::ALL
            .iter()
            .map(|state| {
                let name = look.text(&state.name()).to_owned();
                choice(state.as_str(), name, &chosen.state)
            })
            .collect(),
        versions: versions(look, words, chosen),
        heads: Heads::of(words, chosen),
        is_of_unit: !chosen.unit.is_empty(),
        q: chosen.q.clone(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        sort: chosen.sort.clone(),
        dir: chosen.dir.clone(),
        month_switch: format!(
            "/plan{}",
            chosen.with("months", if chosen.months == "1" { "" } else { "1" })
        ),
        has_months: !rows.months.is_empty(),
        is_filtered: [
            &chosen.category,
            &chosen.unit,
            &chosen.part,
            &chosen.state,
            &chosen.q,
        ]
        .iter()
        .any(|filter| !filter.is_empty()),
        file: format!("/plan.xlsx{}", chosen.with("sort", &chosen.sort)),
        may_start_year: look.may(Granted::Activate) && seen.is_now(),
        has_changes: look.office.versions_of_year().len() > 1,
        duties: if seen.is_now() {
            duties(look)?
        } else {
            Vec::new()
        },
        months: rows.months,
        blocks: rows.blocks,
    })
}

/// Every version of the programme, newest first.
fn versions(look: &Look<'_>, words: Words, chosen: &Chosen) -> Vec<Choice> {
    let mut all: Vec<Choice> = look
        .office
        .mirror()
        .versions()
        .map(|(at, found)| Choice {
            value: at.0.to_string(),
            name: format!("{} · {} (#{at})", words.period(&found.year), found.version),
            is_chosen: chosen.version == at.0.to_string(),
        })
        .collect();
    all.reverse();
    all
}

/// What waits of letters and changes for whoever looks, as lines of the list of work.
pub(crate) fn duties(look: &Look<'_>) -> Result<Vec<Line>, Refused> {
    let Some(who) = look.who() else {
        return Ok(Vec::new());
    };
    let found =
        look.site
            .worklist(look.office)?
            .duties_for(look.office, &who.role, who.unit.as_deref())?;
    Ok(found.iter().map(|duty| line(look, duty)).collect())
}

fn line(look: &Look<'_>, duty: &Duty) -> Line {
    let words = Words { lang: look.lang() };
    let of_unit = |kind: &str, unit: &str| {
        let coded: String = url::form_urlencoded::byte_serialize(unit.as_bytes()).collect();
        format!("/plan/{kind}/{coded}")
    };
    let (address, what, unit, state, action, due) = match duty {
        Duty::SignLetter { unit, again, due } => (
            of_unit("letters", unit),
            words.say("签订目标责任书", "Sign the responsibility letter"),
            unit.as_str(),
            if *again {
                words
                    .say("内容已调整，须重新签字", "the plan was changed: sign again")
                    .to_owned()
            } else {
                words.say("未签字", "not signed").to_owned()
            },
            words.say("签字", "Sign"),
            Some(*due),
        ),
        Duty::CountersignLetters { count, due } => (
            "/plan/letters?state=signed".to_owned(),
            words.say("会签目标责任书", "Countersign responsibility letters"),
            "",
            match words.lang {
                Lang::Zh => format!("{count}份待会签"),
                Lang::En => format!("{count} wait"),
            },
            words.say("会签", "Countersign"),
            Some(*due),
        ),
        Duty::ConfirmChange {
            unit,
            programme: _,
            items,
        } => (
            of_unit("changes", unit),
            words.say("确认年中任务调整", "Confirm the change of the plan"),
            unit.as_str(),
            match words.lang {
                Lang::Zh => format!("涉及本单位{items}项"),
                Lang::En => format!("{items} items of your unit"),
            },
            words.say("确认", "Confirm"),
            None,
        ),
    };
    let (left, lamp) = match due {
        None => (None, "none"),
        Some(due) => {
            let left = look
                .programme
                .calendar
                .working_days_between(look.today, due)
                .ok();
            (left, crate::pages::work::lamp_of(due, look.today, left))
        }
    };
    Line {
        address,
        what: what.to_owned(),
        unit: if unit.is_empty() {
            String::new()
        } else {
            look.unit_name(unit)
        },
        state,
        actions: vec![action.to_owned()],
        due: due
            .map(|due| words.day_and_weekday(due))
            .unwrap_or_default(),
        left: crate::pages::work::left(words, left),
        lamp,
        came_back: matches!(duty, Duty::SignLetter { again: true, .. }),
        ..Line::default()
    }
}

/// How much of that there is, for the badge.
pub(crate) fn duties_count(look: &Look<'_>) -> usize {
    duties(look).map_or(0, |lines| lines.len())
}
