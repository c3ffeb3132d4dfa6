//! All items of one unit: figures, points, states, and what is ready to be submitted in one step.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Ratio;
use programme::model::Scorecard;
use scoring::{Card, Role, TotalRule};
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
    /// Self-scores of bonus items and of deductions; empty where there are none.
    bonus: String,
    deduction: String,
    /// How the total follows from the points.
    relation: String,
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
    // Bonus points and deductions are no part of what can be reached: they come after the total is scaled.
    let total = |role: Role, of: &dyn Fn(&CaseLine) -> Option<&Ratio>| -> String {
        let lines = rows.iter().map(|row| &row.line);
        let sum: Ratio = lines
            .filter(|line| line.role == role)
            .filter_map(of)
            .cloned()
            .sum();
        words.points(&sum.round(2, base::Rounding::HalfUp))
    };
    let outside = |role: Role| -> String {
        if rows.iter().any(|row| row.line.role == role) {
            total(role, &|line| line.own_points.as_ref())
        } else {
            String::new()
        }
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
        own_total: total(Role::Normal, &|line| line.own_points.as_ref()),
        given_total: total(Role::Normal, &|line| line.given_points.as_ref()),
        max_total: total(Role::Normal, &|line| Some(&line.max_points)),
        bonus: outside(Role::Bonus),
        deduction: outside(Role::Deduction),
        relation: card
            .and_then(|card| relation(words, course.scorecard, card))
            .unwrap_or_default(),
        points_total: card
            .and_then(|card| card.total_text.clone())
            .unwrap_or_default(),
        act,
        rows,
    })
}

/// How a card's total follows from its points, in words; `None` where it is not simply scaled.
fn relation(words: Words, scorecard: &Scorecard, card: &Card) -> Option<String> {
    let scale = match &scorecard.card.total {
        TotalRule::PercentOfCarried => Ratio::from_int(100),
        TotalRule::RescaledTo(full) => full.clone(),
        TotalRule::Points | TotalRule::WeightedMean => return None,
    };
    let tops = || card.groups.iter().filter(|group| group.parent.is_none());
    let points: Ratio = tops().map(|group| group.points.clone()).sum();
    let possible: Ratio = tops().map(|group| group.possible.clone()).sum();
    let scaled = &points.checked_div(&possible)? * &scale;
    let made = &(&scaled + &card.bonus) + &card.deduction;
    // Where a cap, a start or parts come in, the sum is another.
    if card.total_exact.as_ref() != Some(&made) {
        return None;
    }
    let number = |value: &Ratio| words.points(&value.round(2, base::Rounding::HalfUp));
    let total = card.total_text.clone()?;
    let (points, possible, scale) = (number(&points), number(&possible), number(&scale));
    let mut terms = format!("{points} ÷ {possible} × {scale}");
    if !card.bonus.is_zero() {
        let bonus = number(&card.bonus);
        terms.push_str(&match words.lang {
            base::Lang::Zh => format!(" + 加分 {bonus}"),
            base::Lang::En => format!(" + bonus {bonus}"),
        });
    }
    if !card.deduction.is_zero() {
        let deduction = number(&card.deduction.abs());
        terms.push_str(&match words.lang {
            base::Lang::Zh => format!(" − 扣分 {deduction}"),
            base::Lang::En => format!(" − deductions {deduction}"),
        });
    }
    Some(match words.lang {
        base::Lang::Zh => format!(
            "现在的总分 = 已计入的得分 ÷ 已计入项目的分值 × {scale}，再加减：{terms} = {total}。按数字计分的项目不等评定就计入，所以与“已评定合计”不同；加分、扣分项目不在分值之内。"
        ),
        base::Lang::En => format!(
            "Total now = points that count ÷ points of the items that count × {scale}, then bonus and deductions: {terms} = {total}. Items that are scored from figures count before anybody gives points, so this differs from “Given so far”; bonus and deductions are no part of what can be reached."
        ),
    })
}

/// Roles that act for one unit only.
fn is_of_unit(role: &str) -> bool {
    ["liaison", "unit_leader"].contains(&role)
}
