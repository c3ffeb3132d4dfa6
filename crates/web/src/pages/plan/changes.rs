//! Changes in mid-year: which units a new version touches, what it changes for each, and who has confirmed it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use base::{Lang, Position, Problem, Ratio};
use office::authority::Granted;
use office::letters::scorecard_of;
use programme::plan::{self, Aspect, Change, Line};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::frame::told::{Step, go_and_tell};
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/plan/changes", get(page))
        .route("/plan/changes/{unit}", get(of_unit).post(confirm))
}

struct UnitRow {
    unit: String,
    name: String,
    added: usize,
    changed: usize,
    dropped: usize,
    confirmed: Option<String>,
}

struct Version {
    position: u64,
    version: String,
    units: Vec<UnitRow>,
    confirmed: usize,
    untouched: usize,
}

#[derive(Template)]
#[template(path = "pages/plan/changes.html")]
struct ChangesPage {
    frame: Frame,
    versions: Vec<Version>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, show).await
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let none = || Refused::no_such(("记分卡", "scorecard"), "unit");
    let scorecard = scorecard_of(&look.programme).ok_or_else(none)?;
    let year = look.programme.year;
    let all = look.office.versions_of_year();
    let mirror = look.office.mirror();
    let mut versions = Vec::new();
    for pair in all.windows(2) {
        let &[before, at] = pair else { continue };
        let (Some(old), Some(new)) = (mirror.programme_as_of(before), mirror.programme_as_of(at))
        else {
            continue;
        };
        let mut units = Vec::new();
        for (unit, changes) in plan::units_touched(&new, &old, scorecard, &year) {
            let office = look.office;
            let confirmed = office.confirmed_version(scorecard, &year, unit.as_str(), at)?;
            let count = |is: &dyn Fn(&Change) -> bool| changes.iter().filter(|one| is(one)).count();
            units.push(UnitRow {
                name: look.unit_name(unit.as_str()),
                added: count(&|one| one.before.is_none()),
                changed: count(&|one| one.before.is_some() && one.after.is_some()),
                dropped: count(&|one| one.after.is_none()),
                confirmed: match confirmed {
                    None => None,
                    Some(signature) => Some(format!(
                        "{} · {}",
                        look.office.actor_name_in(signature.by, look.lang())?,
                        signature.day
                    )),
                },
                unit: unit.to_string(),
            });
        }
        let carriers = new
            .scorecards
            .get(scorecard)
            .map_or(0, |card| plan::units(&new, card, &year).count());
        versions.push(Version {
            position: at.0,
            version: new.version.to_string(),
            confirmed: units.iter().filter(|row| row.confirmed.is_some()).count(),
            untouched: carriers.saturating_sub(units.len()),
            units,
        });
    }
    versions.reverse();
    Page::of(&ChangesPage {
        frame: look.frame(words.say("年中任务调整", "Changes in mid-year")),
        versions,
    })
}

struct AspectRow {
    name: String,
    before: String,
    after: String,
}

struct ChangeRow {
    item: String,
    name: String,
    kind: (&'static str, &'static str),
    aspects: Vec<AspectRow>,
    is_there: bool,
}

#[derive(Template)]
#[template(path = "pages/plan/change.html")]
struct ChangePage {
    frame: Frame,
    problems: Vec<Problem>,
    unit: String,
    versions: Option<(String, String)>,
    rows: Vec<ChangeRow>,
    sha256: String,
    may_confirm: bool,
    has_letter: bool,
}

async fn of_unit(State(site): State<Site>, asked: Asked, Path(unit): Path<String>) -> Response {
    site.page(asked, move |look| show_unit(look, &unit, &[]))
        .await
}

fn show_unit(look: &Look<'_>, unit: &str, problems: &[Problem]) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let none = || Refused::no_such(("单位", "unit"), unit);
    let scorecard = scorecard_of(&look.programme).ok_or_else(none)?;
    if !look.programme.units.contains_key(unit) {
        return Err(none());
    }
    let row = look
        .office
        .letter_row(scorecard, &look.programme.year, unit)?;
    let pending = look.office.pending_change(scorecard, unit, &row)?;
    let version = |at: Position| {
        look.office
            .mirror()
            .programme_as_of(at)
            .map(|found| format!("{} (#{at})", found.version))
            .unwrap_or_default()
    };
    let content = plan::content(&look.programme, scorecard, &look.programme.year, unit);
    let is_own = who.unit.as_deref() == Some(unit);
    Page::of(&ChangePage {
        frame: look.frame(match words.lang {
            Lang::Zh => format!("{}的任务调整", look.unit_name(unit)),
            Lang::En => format!("Changes for {}", look.unit_name(unit)),
        }),
        problems: problems.to_vec(),
        versions: pending
            .as_ref()
            .map(|pending| (version(pending.known), version(pending.now))),
        may_confirm: is_own && pending.is_some() && look.may(Granted::ConfirmChange),
        has_letter: !row.signed.is_empty(),
        rows: pending
            .map(|pending| pending.changes)
            .unwrap_or_default()
            .iter()
            .filter_map(|change| change_row(look, words, change))
            .collect(),
        sha256: office::letters::sha256_of(&content),
        unit: unit.to_owned(),
    })
}

fn change_row(look: &Look<'_>, words: Words, change: &Change) -> Option<ChangeRow> {
    let line = change.line()?;
    let kind = match (&change.before, &change.after) {
        (None, _) => ("新增", "added"),
        (_, None) => ("取消", "dropped"),
        _ => ("调整", "changed"),
    };
    let all = [Aspect::Part, Aspect::Points, Aspect::Target, Aspect::Due];
    let aspects = if change.aspects.is_empty() {
        &all[..]
    } else {
        &change.aspects[..]
    };
    let text = |line: &Option<Line>, aspect| {
        line.as_ref()
            .map(|line| aspect_text(look, words, line, aspect))
            .unwrap_or_default()
    };
    Some(ChangeRow {
        item: line.item.to_string(),
        name: look.text(&line.name).to_owned(),
        kind,
        is_there: change.after.is_some(),
        aspects: aspects
            .iter()
            .map(|aspect| AspectRow {
                name: look.text(&aspect.name()).to_owned(),
                before: text(&change.before, *aspect),
                after: text(&change.after, *aspect),
            })
            .filter(|row| !row.before.is_empty() || !row.after.is_empty())
            .collect(),
    })
}

fn aspect_text(look: &Look<'_>, words: Words, line: &Line, aspect: Aspect) -> String {
    let number = |value: &Ratio| {
        let indicator = look
            .programme
            .scorecards
            .values()
            .filter_map(|card| card.items.get(&line.item))
            .filter_map(|ties| ties.indicators.first())
            .find_map(|id| look.programme.indicators.get(id));
        match indicator {
            Some(found) => words.figure(&base::Figure::whole(value.clone()), found.format),
            None => words.points(value),
        }
    };
    match aspect {
        Aspect::Part => line
            .parts
            .iter()
            .map(|part| look.text(&part.name()).to_owned())
            .collect::<Vec<_>>()
            .join(words.say("、", ", ")),
        Aspect::Name => look.text(&line.name).to_owned(),
        Aspect::Points => words.points(&line.points),
        Aspect::Target => line.target.as_ref().map(number).unwrap_or_default(),
        Aspect::Due => line.due.map(|due| words.day(due)).unwrap_or_default(),
        Aspect::Criterion => look.text(&line.criterion).to_owned(),
        Aspect::Scoring => line.scoring.clone(),
        Aspect::Figure => line.figures.clone(),
    }
}

async fn confirm(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    posted: Posted,
) -> Response {
    let (confirms, again) = (unit.clone(), unit);
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let Some(scorecard) = scorecard_of(&programme).cloned() else {
                return Ok(0);
            };
            office
                .confirm_change(&scorecard, &confirms, posted.get("sha256"))
                .map_err(one)
        },
        |site, _, _, _| go_and_tell(site, "/work", Step::ChangeConfirmed, 1, None),
        move |look, _, problems| show_unit(look, &again, problems),
    )
    .await
}
