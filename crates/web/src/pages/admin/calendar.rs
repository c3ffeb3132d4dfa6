//! The work calendar: days off and make-up days of the published years, twelve small months each.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Day;
use serde::Deserialize;

use super::only_administration;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/admin/calendar", get(page))
}

#[derive(Debug, Default, Deserialize)]
struct Asks {
    year: Option<i32>,
}

/// A day of a month: its number, class, and words.
struct Cell {
    number: u32,
    class: &'static str,
    sign: &'static str,
    title: String,
}

struct Month {
    name: String,
    /// Weeks from Monday; a day of another month is none.
    weeks: Vec<Vec<Option<Cell>>>,
    working: u32,
}

struct Special {
    day: String,
    name: String,
    is_off: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/calendar.html")]
struct Calendar {
    frame: Frame,
    year: i32,
    years: Vec<(i32, bool)>,
    missing: Vec<i32>,
    source: String,
    is_published: bool,
    working: u32,
    months: Vec<Month>,
    specials: Vec<Special>,
    weekdays: [&'static str; 7],
}

/// The years in which deadlines of now run and whose holidays are not known: the programme's, this one and the next.
pub(super) fn missing_years(look: &Look<'_>) -> Vec<i32> {
    let first = look.programme.year.first();
    let asked = [
        look.programme.year.last().year(),
        look.today.year(),
        look.today.year() + 1,
    ];
    let asked: BTreeSet<i32> = first.map(Day::year).into_iter().chain(asked).collect();
    asked
        .into_iter()
        .filter(|year| !look.programme.calendar.has_year(*year))
        .collect()
}

async fn page(State(site): State<Site>, asked: Asked, Query(asks): Query<Asks>) -> Response {
    site.page(asked, move |look| show(look, asks.year)).await
}

fn show(look: &Look<'_>, asked: Option<i32>) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let calendar = &look.programme.calendar;
    let year = asked
        .filter(|year| (1900..=2200).contains(year))
        .unwrap_or_else(|| look.programme.year.last().year());
    let years: Vec<(i32, bool)> = calendar
        .years()
        .map(|(year, days)| (year, days.day_count > 0))
        .collect();
    let source = calendar.years().find(|(found, _)| *found == year);
    let months: Vec<Month> = (1..=12).map(|number| month(look, year, number)).collect();
    let mut specials = Vec::new();
    let mut day = Day::from_ymd(year, 1, 1);
    while let Some(found) = day.filter(|day| day.year() == year) {
        if let Some(special) = calendar.special_day(found) {
            specials.push(Special {
                day: words.day_and_weekday(found),
                name: special.name,
                is_off: special.is_off,
            });
        }
        day = found.plus_days(1);
    }
    Page::of(&Calendar {
        frame: look.frame(words.say("工作日历", "Work calendar")),
        missing: missing_years(look),
        source: source
            .map(|(_, days)| days.source.clone())
            .unwrap_or_default(),
        is_published: calendar.has_year(year),
        working: months.iter().map(|month| month.working).sum(),
        months,
        specials,
        years,
        year,
        weekdays: match look.lang() {
            base::Lang::Zh => ["一", "二", "三", "四", "五", "六", "日"],
            base::Lang::En => ["M", "T", "W", "T", "F", "S", "S"],
        },
    })
}

fn month(look: &Look<'_>, year: i32, number: u32) -> Month {
    let words = Words { lang: look.lang() };
    let mut weeks: Vec<Vec<Option<Cell>>> = Vec::new();
    let mut working = 0;
    let mut next = Day::from_ymd(year, number, 1);
    while let Some(day) = next.filter(|day| day.month() == number && day.year() == year) {
        let weekday = usize::try_from(day.weekday()).unwrap_or(1);
        if weeks.is_empty() || weekday == 1 {
            weeks.push(Vec::new());
        }
        if let Some(week) = weeks.last_mut() {
            while week.len() + 1 < weekday {
                week.push(None);
            }
            let cell = cell(look, day);
            if matches!(cell.class, "worked" | "made-up") {
                working += 1;
            }
            week.push(Some(cell));
        }
        next = day.plus_days(1);
    }
    if let Some(week) = weeks.last_mut() {
        while week.len() < 7 {
            week.push(None);
        }
    }
    Month {
        name: match look.lang() {
            base::Lang::Zh => format!("{number}月"),
            base::Lang::En => {
                let day = Day::from_ymd(year, number, 1).map(|day| words.day(day));
                let day = day.unwrap_or_default();
                day.split(' ').nth(1).unwrap_or_default().to_owned()
            }
        },
        weeks,
        working,
    }
}

/// A day by its class: colour, a sign, and words say the same.
fn cell(look: &Look<'_>, day: Day) -> Cell {
    let words = Words { lang: look.lang() };
    let special = look.programme.calendar.special_day(day);
    let is_weekend = day.weekday() >= 6;
    let (class, sign, what) = match &special {
        Some(special) if special.is_off => (
            "off",
            words.say("休", "–"),
            format!("{} {}", words.say("放假", "day off"), special.name),
        ),
        Some(special) => (
            "made-up",
            words.say("班", "+"),
            format!("{} {}", words.say("调休上班", "made up"), special.name),
        ),
        None if is_weekend => ("weekend", "", words.say("周末", "weekend").to_owned()),
        None => ("worked", "", String::new()),
    };
    Cell {
        number: day.day_of_month(),
        class,
        sign,
        title: what,
    }
}
