//! Reminding: who is late with what, how often they were reminded, and one button that reminds them all.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, Lang, Problem};
use office::authority::Granted;
use office::remind::{Awaited, SOON_DAYS, awaited, first_running};

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::work::{left, reminded, title_of};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// Most cases that are listed of one row; all of them are reminded of.
const LISTED_MAX: usize = 30;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/remind", get(page).post(remind))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    /// `soon`: also what is due within five working days.
    #[serde(default)]
    with: String,
    /// How many were reminded of.
    #[serde(default)]
    done: usize,
}

/// A case of a row.
struct Case {
    number: u64,
    what: String,
    unit: String,
    due: String,
    left: String,
    is_late: bool,
    reminded: String,
}

/// Whom something waits for, with everything that does.
struct Row {
    key: String,
    name: String,
    late: usize,
    soon: usize,
    /// Of the case that is late longest.
    worst: String,
    worst_days: i64,
    /// How many reminders there were, and the last.
    times: usize,
    last: String,
    cases: Vec<Case>,
    /// All of them, as the form carries them.
    numbers: Vec<String>,
    is_ticked: bool,
}

#[derive(Template)]
#[template(path = "pages/remind/remind.html")]
struct Remind {
    frame: Frame,
    rows: Vec<Row>,
    late: usize,
    soon: usize,
    with_soon: bool,
    note: String,
    done: usize,
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
    if !look.may(Granted::Remind) {
        let role = look.role_name(&who.role);
        return Err(problems::not_for_role(&role.zh, &role.en).into());
    }
    let with_soon = chosen.with == "soon";
    let rows = rows(look, with_soon, posted)?;
    Page::of(&Remind {
        frame: look.frame(match look.lang() {
            Lang::Zh => "催办",
            Lang::En => "Remind units",
        }),
        late: rows.iter().map(|row| row.late).sum(),
        soon: rows.iter().map(|row| row.soon).sum(),
        rows,
        with_soon,
        note: posted
            .map(|posted| posted.get("note").to_owned())
            .unwrap_or_default(),
        done: chosen.done,
        problems: problems.to_vec(),
    })
}

fn rows(look: &Look<'_>, with_soon: bool, posted: Option<&Posted>) -> Result<Vec<Row>, Refused> {
    let words = Words { lang: look.lang() };
    let list = look.site.worklist(look.office)?;
    let mut rows: BTreeMap<Awaited, Row> = BTreeMap::new();
    for case in list.open().filter(|case| !list.is_sealed(case)) {
        let Some(run) = first_running(&look.programme, case, look.today) else {
            continue;
        };
        let is_late = run.due.is_late();
        let is_wanted = is_late || (with_soon && run.left <= SOON_DAYS);
        if !is_wanted {
            continue;
        }
        let Some(whom) = awaited(&look.programme, case, &run.due.deadline) else {
            continue;
        };
        let row = rows.entry(whom.clone()).or_insert_with(|| {
            let key = key_of(&whom);
            Row {
                is_ticked: posted.is_none_or(|posted| posted.all("whom").any(|found| found == key)),
                name: name_of(look, &whom),
                key,
                late: 0,
                soon: 0,
                worst: String::new(),
                worst_days: i64::MIN,
                times: 0,
                last: String::new(),
                cases: Vec::new(),
                numbers: Vec::new(),
            }
        });
        let reminders = list.reminders_of(case.number);
        row.late += usize::from(is_late);
        row.soon += usize::from(!is_late);
        if -run.left > row.worst_days {
            row.worst_days = -run.left;
            row.worst = left(words, Some(run.left));
        }
        row.times = row.times.max(reminders.len());
        if let Some(last) = reminders.last().filter(|last| last.day > row.last) {
            row.last.clone_from(&last.day);
        }
        row.numbers.push(case.number.to_string());
        if row.cases.len() < LISTED_MAX {
            row.cases.push(Case {
                number: case.number,
                what: title_of(look, case),
                unit: case
                    .about
                    .unit
                    .as_deref()
                    .map(|unit| look.unit_name(unit))
                    .unwrap_or_default(),
                due: words.day_and_weekday(run.due.due_on),
                left: left(words, Some(run.left)),
                is_late,
                reminded: reminded(words, reminders),
            });
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    for row in &mut rows {
        if let Ok(day) = Day::parse(&row.last) {
            row.last = words.day(day);
        }
    }
    rows.sort_by_key(|row| {
        (
            std::cmp::Reverse(row.late),
            std::cmp::Reverse(row.worst_days),
        )
    });
    Ok(rows)
}

/// How the form names whom it is.
fn key_of(whom: &Awaited) -> String {
    match whom {
        Awaited::Unit(unit) => unit.clone(),
        Awaited::Roles(roles) => {
            let roles: Vec<&str> = roles.iter().map(base::RoleId::as_str).collect();
            format!("@{}", roles.join("+"))
        }
    }
}

fn name_of(look: &Look<'_>, whom: &Awaited) -> String {
    match whom {
        Awaited::Unit(unit) => look.unit_name(unit),
        Awaited::Roles(roles) => {
            let names: Vec<String> = roles
                .iter()
                .map(|role| look.text(&look.role_name(role.as_str())).to_owned())
                .collect();
            names.join(match look.lang() {
                Lang::Zh => "、",
                Lang::En => ", ",
            })
        }
    }
}

async fn remind(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| {
            // What was seen is what is reminded of: the form carries the cases of each row.
            let cases: Vec<u64> = posted
                .all("whom")
                .flat_map(|key| posted.get(&format!("of.{key}")).split(' '))
                .filter_map(|number| number.parse().ok())
                .collect();
            office.remind(&cases, Some(posted.get("note")))
        },
        |_, _, posted, count| {
            let with = if posted.get("with") == "soon" {
                "&with=soon"
            } else {
                ""
            };
            go_to(&format!("/remind?done={count}{with}"))
        },
        |look, posted, problems| {
            let chosen = Chosen {
                with: posted.get("with").to_owned(),
                done: 0,
            };
            show(look, &chosen, Some(posted), problems)
        },
    )
    .await
}
