//! Sensors: how each stands, its recent readings on its subject's page, and its keys.

mod of_subject;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Moment, Problem};
use desk::readings::Sensor as Row;
use office::authority::Granted;
use programme::model::Sensor;

pub(crate) use of_subject::of_subject;

use crate::answer::{self, Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::{Look, Visitor};
use crate::pages::work::Line as WorkLine;
use crate::posted::Posted;
use crate::problems;
use crate::readings::{ONE_SENSOR, Standing, standing};
use crate::site::{Site, Told};
use crate::words::Words;

/// Most sensors of the page.
const LINES_MAX: usize = 500;
/// Most lines of the list of work.
const GAPS_MAX: usize = 100;
/// Most days of a key.
const DAYS_MAX: i64 = 1_100;
const DAY: i64 = 24 * 3_600_000_000;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sensors", get(page).post(make))
        .route("/sensors/forget", post(forget))
}

/// How a sensor stands, for people.
pub(super) struct Shown {
    pub lamp: &'static str,
    pub shape: &'static str,
    pub text: String,
}

/// A sensor.
struct Line {
    id: i64,
    subject: String,
    address: String,
    quantity: String,
    state: Shown,
    last: String,
    last_at: String,
    limit: String,
    unit: String,
    keys: usize,
    refused: u64,
    case: Option<u64>,
    summed: String,
}

#[derive(Template)]
#[template(path = "pages/sensors/sensors.html")]
struct Sensors {
    frame: Frame,
    lines: Vec<Line>,
    all: usize,
    gaps: usize,
    only_gaps: bool,
    rules: Vec<(String, String, bool)>,
    subject: String,
    days: String,
    days_max: i64,
    may_set: bool,
    told: Option<Told>,
    failure: Option<String>,
    problems: Vec<Problem>,
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    state: String,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    // Readings have no place in the page's tag.
    site.page(Asked { has: None, ..asked }, move |look| {
        show(look, &chosen, &Posted::default(), &[])
    })
    .await
}

/// Whether who looks makes keys and ends them.
fn may_set(look: &Look<'_>) -> bool {
    look.may(Granted::Key)
}

/// How a sensor stands, in words.
pub(super) fn state_of(look: &Look<'_>, row: &Row, now: Moment) -> Shown {
    let words = Words { lang: look.lang() };
    let (lamp, shape, text) = match standing(&look.programme, row, now) {
        Standing::Sending => ("on_track", "●", words.say("正常上报", "sending")),
        Standing::Gap => ("late", "■", words.say("断数", "no readings")),
        Standing::Silent => ("none", "○", words.say("还没有读数", "no reading yet")),
        Standing::Undeclared => ("none", "◇", words.say("方案已不再声明", "declared no more")),
    };
    Shown {
        lamp,
        shape,
        text: text.to_owned(),
    }
}

/// A value with its unit of measure.
pub(super) fn measured(look: &Look<'_>, sensor: &Sensor, value: &str) -> String {
    let unit = look.text(&sensor.unit_of_measure);
    if unit.is_empty() {
        value.to_owned()
    } else {
        format!("{value} {unit}")
    }
}

/// The limit of a sensor in words; empty without one.
pub(super) fn limit_of(look: &Look<'_>, sensor: &Sensor) -> String {
    let words = Words { lang: look.lang() };
    let Some(limit) = &sensor.limit else {
        return String::new();
    };
    let value = measured(look, sensor, &programme::shown::decimal(&limit.value));
    let side = if limit.is_least {
        words.say("不低于", "at least")
    } else {
        words.say("不高于", "at most")
    };
    match (words.lang, limit.minutes) {
        (_, 0) => format!("{side} {value}"),
        (base::Lang::Zh, minutes) => format!("{side} {value}，越限满{minutes}分钟立案处置"),
        (base::Lang::En, minutes) => format!("{side} {value}, for {minutes} min"),
    }
}

fn line(look: &Look<'_>, row: &Row, keys: usize, now: Moment) -> Result<Line, Problem> {
    let words = Words { lang: look.lang() };
    let sensor = look.programme.sensors.get(row.rule.as_str());
    let subject_type = sensor.map_or("", |sensor| sensor.subject_type.as_str());
    let name = look
        .office
        .mirror()
        .subject_name(subject_type, &row.subject);
    let unit = match sensor {
        Some(sensor) => look.office.sensor_unit(sensor, &row.subject, look.today)?,
        None => None,
    };
    let case = match sensor {
        Some(sensor) => look.office.case_of_sensor(sensor, &row.subject)?,
        None => None,
    };
    let since = now.plus_micros(-DAY).unwrap_or(Moment::MIN);
    Ok(Line {
        id: row.id,
        subject: name.unwrap_or(&row.subject).to_owned(),
        address: format!(
            "/subjects/{subject_type}/{}#readings",
            crate::pages::records::coded(&row.subject)
        ),
        quantity: sensor.map_or_else(
            || row.rule.clone(),
            |sensor| look.text(&sensor.name).to_owned(),
        ),
        state: state_of(look, row, now),
        last: match (sensor, &row.last) {
            (Some(sensor), Some((_, value))) => measured(look, sensor, value),
            (None, Some((_, value))) => value.clone(),
            _ => "—".to_owned(),
        },
        last_at: row
            .last
            .as_ref()
            .map(|(at, _)| words.moment(&look.programme, *at))
            .unwrap_or_default(),
        limit: sensor
            .map(|sensor| limit_of(look, sensor))
            .unwrap_or_default(),
        unit: unit.map(|unit| look.unit_name(&unit)).unwrap_or_default(),
        keys,
        refused: look
            .site
            .desk()
            .readings_refused(row.id, since, Moment::MAX, None)?,
        case,
        summed: row
            .summed_to
            .map(|to| words.moment(&look.programme, to))
            .unwrap_or_default(),
    })
}

fn show(
    look: &Look<'_>,
    chosen: &Chosen,
    posted: &Posted,
    problems: &[Problem],
) -> Result<Page, Refused> {
    look.visitor()?;
    let words = Words { lang: look.lang() };
    let now = look.office.moment()?;
    let (desk, only_gaps) = (look.site.desk(), chosen.state == "gap");
    let keys: std::collections::HashMap<i64, usize> =
        desk.sensor_keys(look.site.now())?.into_iter().collect();
    let rows = desk.sensors()?;
    let is_gap = |row: &&Row| standing(&look.programme, row, now) == Standing::Gap;
    let (all, gaps) = (rows.len(), rows.iter().filter(is_gap).count());
    let mut lines = Vec::new();
    let wanted = rows.iter().filter(|row| !only_gaps || is_gap(row));
    for row in wanted.take(LINES_MAX) {
        let keys = keys.get(&row.id).copied().unwrap_or_default();
        lines.push(line(look, row, keys, now)?);
    }
    let failure = look.site.shared.readings.failure();
    Page::of(&Sensors {
        frame: look.frame(words.say("传感器", "Sensors")),
        lines,
        all,
        gaps,
        only_gaps,
        rules: look
            .programme
            .sensors
            .values()
            .map(|sensor| {
                let of = look.programme.subject_types.get(&sensor.subject_type);
                let of = of.map(|of| look.text(&of.name)).unwrap_or_default();
                let name = format!("{of} · {}", look.text(&sensor.name));
                let id = sensor.id.to_string();
                let is_chosen = posted.get("sensor") == id;
                (id, name, is_chosen)
            })
            .collect(),
        subject: posted.get("subject").to_owned(),
        days: posted.get("days").to_owned(),
        days_max: DAYS_MAX,
        may_set: may_set(look),
        told: look.site.told_once(look.asked),
        failure: failure.map(|problem| problem.line(look.lang())),
        problems: problems.to_vec(),
    })
}

/// What whoever runs the system does, and back to the page.
async fn on_desk(
    site: Site,
    asked: Asked,
    posted: Posted,
    work: impl FnOnce(&Look<'_>, &Posted, &Visitor) -> Result<&'static str, Problem> + Send + 'static,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who: &Visitor| {
        if !may_set(look) {
            let name = look.role_name(&who.role);
            return Err(problems::not_for_role(&name.zh, &name.en).into());
        }
        match work(look, posted, who) {
            Ok(next) => Ok(go_to(next)),
            Err(problem) => {
                let told = [problem];
                let status = answer::status_of(&told);
                let page = show(look, &Chosen::default(), posted, &told)?;
                Ok(page.with_status(status).answer(None))
            }
        }
    })
    .await
}

async fn make(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    on_desk(site, asked, posted, |look, posted, who| {
        let (rule, subject) = (posted.get("sensor").trim(), posted.get("subject").trim());
        let sensor = look.office.sensor_on(&look.programme, rule, subject)?;
        let days: i64 = posted.get("days").trim().parse().unwrap_or_default();
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(problems::days_of_key(DAYS_MAX));
        }
        let (desk, now) = (look.site.desk(), look.site.now());
        let row = desk.know_sensor(rule, subject, look.office.moment()?)?;
        let name = format!("{} · {subject}", look.text(&sensor.name));
        let end = now.plus_micros(days * DAY).unwrap_or(now);
        let scope = format!("{ONE_SENSOR}{}", row.id);
        let secret = desk.make_token(&name, who.own, &[&scope], end, now)?;
        look.site.tell_once(look.asked, &name, secret);
        Ok("/sensors#told")
    })
    .await
}

async fn forget(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    on_desk(site, asked, posted, |look, posted, _| {
        let id = posted.get("sensor").parse().unwrap_or_default();
        look.site.desk().forget_sensor(id)?;
        look.site.shared.readings.forget();
        Ok("/sensors")
    })
    .await
}

/// Whether a gap of a sensor waits for somebody: for those who act on its cases, within their units, and for those who
/// make its keys.
fn waits_for(look: &Look<'_>, who: &Visitor, sensor: &Sensor, unit: Option<&str>) -> bool {
    if look.may(Granted::Key) {
        return true;
    }
    let flow = sensor.limit.as_ref().and_then(|limit| limit.opens.as_ref());
    let Some(flow) = flow.and_then(|flow| look.programme.flows.get(flow)) else {
        return false;
    };
    flow.actions.iter().any(|action| {
        let has_role = action.roles.iter().any(|role| role.as_str() == who.role);
        has_role && (action.scope == casework::Scope::All || unit == who.unit.as_deref())
    })
}

/// The gaps that wait for whoever looks, as lines of the list of work.
pub(crate) fn gaps(look: &Look<'_>) -> Result<Vec<WorkLine>, Refused> {
    let Some(who) = look.who().filter(|_| !look.programme.sensors.is_empty()) else {
        return Ok(Vec::new());
    };
    let words = Words { lang: look.lang() };
    let now = look.office.moment()?;
    let mut lines = Vec::new();
    for row in look.site.desk().sensors()? {
        if lines.len() == GAPS_MAX {
            break;
        }
        let Some(sensor) = look.programme.sensors.get(row.rule.as_str()) else {
            continue;
        };
        let Some((last, _)) = row.last.as_ref() else {
            continue;
        };
        if standing(&look.programme, &row, now) != Standing::Gap {
            continue;
        }
        let unit = look.office.sensor_unit(sensor, &row.subject, look.today)?;
        if !waits_for(look, who, sensor, unit.as_deref()) {
            continue;
        }
        let of = sensor.subject_type.as_str();
        let name = look.office.mirror().subject_name(of, &row.subject);
        let what = words.say("{s}：{q}断数", "{s}: no readings of {q}");
        lines.push(WorkLine {
            address: format!(
                "/subjects/{of}/{}#readings",
                crate::pages::records::coded(&row.subject)
            ),
            what: what
                .replace("{s}", name.unwrap_or(&row.subject))
                .replace("{q}", look.text(&sensor.name)),
            unit: unit.map(|unit| look.unit_name(&unit)).unwrap_or_default(),
            state: words
                .say("最后读数 {m}", "last reading {m}")
                .replace("{m}", &words.moment(&look.programme, *last)),
            lamp: "late",
            actions: vec![words.say("查看", "Look").to_owned()],
            ..WorkLine::default()
        });
    }
    Ok(lines)
}
