//! All items of one unit: figures, points, states, and what is ready to be submitted in one step.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Ratio;
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Seen, Wanted};
use crate::pages::case::asks_for_nothing;
use crate::pages::course::{CaseLine, actions, cases_of_unit, course_of, line};
use crate::site::Site;
use crate::sorting::{Sort, Sorting, by_name};
use crate::words::Words;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/units/{unit}/items", get(page))
}

/// As of when and in which order the items are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    day: String,
    at: String,
    /// Column; empty: the scheme's order.
    sort: String,
    dir: String,
}

impl Chosen {
    fn sorting(&self) -> Sorting<'_> {
        Sorting {
            sort: &self.sort,
            dir: &self.dir,
            greatest_first: &["figure", "max", "proposed", "own", "given"],
        }
    }

    fn query(&self, sort: &str, dir: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("day", self.day.as_str()),
            ("at", &self.at),
            ("sort", sort),
            ("dir", dir),
        ] {
            if !value.is_empty() {
                coded.append_pair(name, value);
            }
        }
        format!("?{}", coded.finish())
    }
}

/// The heads by which the table is sorted.
struct Heads {
    name: Sort,
    category: Sort,
    figure: Sort,
    max: Sort,
    proposed: Sort,
    own: Sort,
    given: Sort,
    state: Sort,
    due: Sort,
}

/// A case with whether it can be submitted now.
struct Row {
    line: CaseLine,
    is_ready: bool,
}

#[derive(Template)]
#[template(path = "pages/items/items.html")]
struct Items {
    frame: Frame,
    unit: String,
    suffix: String,
    day: String,
    at: String,
    sort: String,
    dir: String,
    heads: Heads,
    rows: Vec<Row>,
    /// What can be done with all that are ready: action and name.
    act: Option<(String, String)>,
    ready: usize,
    own_total: String,
    given_total: String,
    points_total: String,
    max_total: String,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &unit, &chosen))
        .await
}

/// Whether a role may read all items of a unit: until the draft is out, points that are given to one unit are no
/// other unit's business.
pub(crate) fn may_read(role: &str, own: Option<&str>, unit: &str) -> bool {
    own == Some(unit) || !is_of_unit(role)
}

fn sort(rows: &mut [Row], chosen: &Chosen) {
    let by = chosen.sorting();
    match chosen.sort.as_str() {
        "name" => by.by_key(rows, |row| by_name(&row.line.item_name)),
        "category" => by.by_key(rows, |row| by_name(&row.line.category)),
        "figure" => by.by_key(rows, |row| row.line.figure_value.clone()),
        "max" => by.by_key(rows, |row| Some(row.line.max_points.clone())),
        "proposed" => by.by_key(rows, |row| row.line.proposed_points.clone()),
        "own" => by.by_key(rows, |row| row.line.own_points.clone()),
        "given" => by.by_key(rows, |row| row.line.given_points.clone()),
        "state" => by.by_key(rows, |row| by_name(&row.line.state_name)),
        "due" => by.by_key(rows, |row| row.line.due_on),
        _ => {}
    }
}

fn show(look: &Look<'_>, unit: &str, chosen: &Chosen) -> Result<Page, Refused> {
    let who = look.visitor()?;
    if !look.programme.units.contains_key(unit) {
        return Err(Refused::no_such(("单位", "unit"), unit));
    }
    if !may_read(&who.role, who.unit.as_deref(), unit) {
        let role = look.role_name(&who.role);
        return Err(crate::problems::not_for_role(&role.zh, &role.en).into());
    }
    let wanted = Wanted {
        period: "",
        day: &chosen.day,
        at: &chosen.at,
    };
    let seen = Seen::of(look, &wanted)?;
    let course = course_of(&seen)?;
    let words = Words { lang: look.lang() };
    let mut act = None;
    let mut rows = Vec::new();
    for case in cases_of_unit(look, &course, unit)? {
        let ready = actions(look, &case)
            .into_iter()
            .filter(|_| seen.is_now())
            .find(|action| asks_for_nothing(action))
            .map(|action| (action.id.to_string(), look.text(&action.name).to_owned()));
        let Some(line) = line(look, &course, &case) else {
            continue;
        };
        rows.push(Row {
            line,
            is_ready: ready.is_some(),
        });
        act = act.or(ready);
    }
    sort(&mut rows, chosen);
    let total = |of: &dyn Fn(&CaseLine) -> Option<&Ratio>| -> String {
        let sum: Ratio = rows.iter().filter_map(|row| of(&row.line)).cloned().sum();
        words.points(&sum.round(2, base::Rounding::HalfUp))
    };
    let head = |id: &str, zh: &'static str, en: &'static str| {
        let sorting = chosen.sorting();
        sorting.head(id, words.say(zh, en), |sort, dir| {
            format!("/units/{unit}/items{}", chosen.query(sort, dir))
        })
    };
    let card = course
        .assessment
        .cards
        .iter()
        .find(|card| card.participant == unit);
    Page::of(&Items {
        frame: seen.frame(
            match look.lang() {
                base::Lang::Zh => format!("{}的考核项目", look.unit_name(unit)),
                base::Lang::En => format!("Items of {}", look.unit_name(unit)),
            },
            format!("/units/{unit}/items"),
        ),
        unit: unit.to_owned(),
        suffix: seen.suffix(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        sort: chosen.sort.clone(),
        dir: chosen.dir.clone(),
        heads: Heads {
            name: head("name", "项目", "Item"),
            category: head("category", "类别", "Category"),
            figure: head("figure", "数字", "Figure"),
            max: head("max", "分值", "Points"),
            proposed: head("proposed", "应得", "By rule"),
            own: head("own", "自评", "Self"),
            given: head("given", "评定", "Given"),
            state: head("state", "状态", "State"),
            due: head("due", "期限", "Due"),
        },
        ready: rows.iter().filter(|row| row.is_ready).count(),
        own_total: total(&|line| line.own_points.as_ref()),
        given_total: total(&|line| line.given_points.as_ref()),
        max_total: total(&|line| Some(&line.max_points)),
        points_total: card
            .and_then(|card| card.total_text.clone())
            .unwrap_or_default(),
        act,
        rows,
    })
}

/// Roles that act for one unit only.
fn is_of_unit(role: &str) -> bool {
    ["liaison", "unit_leader"].contains(&role)
}
