//! The sensors of one subject on its page: how each stands, and its last day as a chart with its table.

use askama::Template;
use base::{Moment, Problem, Ratio, Rounding};
use office::readings::Reading;
use programme::model::Sensor;

use super::{Shown, limit_of, measured, state_of};
use crate::chart::{Around, Lines, Series};
use crate::frame::Frame;
use crate::look::Look;
use crate::readings::numbers;
use crate::words::Words;

const HOUR: i64 = 3_600_000_000;
/// A chart shows so many parts of the day before the last reading.
const PARTS: i64 = 48;
const PART: i64 = HOUR / 2;
/// Most readings of a chart.
const READINGS_MAX: usize = 100_000;

struct Line {
    name: String,
    state: Shown,
    last: String,
    last_at: String,
    limit: String,
    refused: u64,
    case: Option<u64>,
    chart: String,
    summaries: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/sensors/of_subject.html")]
struct OfSubject<'f> {
    frame: &'f Frame,
    lines: Vec<Line>,
}

/// The part of a subject's page about its sensors; empty where it has none.
pub(crate) fn of_subject(
    look: &Look<'_>,
    frame: &Frame,
    subject_type: &str,
    id: &str,
) -> Result<String, Problem> {
    let words = Words { lang: look.lang() };
    let now = look.office.moment()?;
    let desk = look.site.desk();
    let mut lines = Vec::new();
    for row in desk.sensors_of(id)? {
        let Some(sensor) = look
            .programme
            .sensors
            .get(row.rule.as_str())
            .filter(|sensor| sensor.subject_type.as_str() == subject_type)
        else {
            continue;
        };
        let chart = match &row.last {
            Some((last, _)) => {
                let from = last.plus_micros(1 - PARTS * PART).unwrap_or(Moment::MIN);
                let to = last.plus_micros(1).unwrap_or(Moment::MAX);
                let kept = desk.readings(row.id, from, to, READINGS_MAX)?;
                chart(look, sensor, &numbers(kept), from, *last)
            }
            None => String::new(),
        };
        let yesterday = now.plus_micros(-24 * HOUR).unwrap_or(Moment::MIN);
        lines.push(Line {
            name: look.text(&sensor.name).to_owned(),
            state: state_of(look, &row, now),
            last: row
                .last
                .as_ref()
                .map(|(_, value)| measured(look, sensor, value))
                .unwrap_or_default(),
            last_at: row
                .last
                .as_ref()
                .map(|(at, _)| words.moment(&look.programme, *at))
                .unwrap_or_default(),
            limit: limit_of(look, sensor),
            refused: desk.readings_refused(row.id, yesterday, Moment::MAX, None)?,
            case: look.office.case_of_sensor(sensor, id)?,
            chart,
            summaries: sensor.summary.as_ref().map(|record_type| {
                let coded = crate::pages::records::coded(id);
                format!(
                    "/records/{record_type}?f.subject={coded}&f.sensor={}",
                    sensor.id
                )
            }),
        });
    }
    if lines.is_empty() {
        return Ok(String::new());
    }
    Ok(OfSubject { frame, lines }.render().unwrap_or_default())
}

/// The means of each half hour up to the last reading.
fn chart(
    look: &Look<'_>,
    sensor: &Sensor,
    readings: &[Reading],
    from: Moment,
    last: Moment,
) -> String {
    let words = Words { lang: look.lang() };
    let mut parts: Vec<Vec<&Ratio>> = vec![Vec::new(); usize::try_from(PARTS).unwrap_or_default()];
    for reading in readings {
        let part = (reading.at.as_micros() - from.as_micros()).div_euclid(PART);
        if let Some(part) = usize::try_from(part).ok().and_then(|at| parts.get_mut(at)) {
            part.push(&reading.value);
        }
    }
    let means: Vec<Option<Ratio>> = parts
        .iter()
        .map(|part| {
            let sum = part.iter().fold(Ratio::ZERO, |sum, value| &sum + *value);
            sum.checked_div(&Ratio::from_int(part.len() as u64))
        })
        .collect();
    let zone = look.office.zone().ok();
    let labels = (0..PARTS).map(|part| {
        let at = from.plus_micros((part + 1) * PART).unwrap_or(last);
        let Some(zone) = &zone else {
            return at.to_string();
        };
        let start = Moment::start_of(at.day_in(zone), zone).unwrap_or(at);
        let minutes = (at.as_micros() - start.as_micros()) / 60_000_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    });
    let over = sensor.limit.as_ref().map(|limit| {
        let beyond = readings
            .iter()
            .filter(|reading| limit.is_crossed_by(&reading.value));
        (i64::try_from(beyond.count()).unwrap_or_default() * sensor.every_s + 30).div_euclid(60)
    });
    let name = look.text(&sensor.name);
    let title = match over {
        None => words
            .say("{q}：最近24小时", "{q}: the last 24 hours")
            .to_owned(),
        Some(0) => words
            .say(
                "{q}：最近24小时没有越限",
                "{q}: within its limit for 24 hours",
            )
            .to_owned(),
        Some(minutes) => words
            .say(
                "{q}：最近24小时越限约{n}分钟",
                "{q}: beyond its limit for about {n} minutes of 24 hours",
            )
            .replace("{n}", &minutes.to_string()),
    };
    let text = |value: &Ratio| value.to_decimal(sensor.scale, Rounding::HalfUp);
    let lines = Lines {
        around: Around {
            lang: look.lang(),
            id: format!("readings-{}", sensor.id),
            title: title.replace("{q}", name),
            source: words
                .say(
                    "{k}条原始读数，每半小时平均，截至{m}；原始读数保存{d}天",
                    "{k} raw readings, means of half hours, up to {m}; raw readings are kept for {d} days",
                )
                .replace("{k}", &words.count(readings.len()))
                .replace("{m}", &words.moment(&look.programme, last))
                .replace("{d}", &sensor.kept_days.to_string()),
            label_head: words.say("半小时至", "Half hour to").to_owned(),
            svg: None,
            csv: None,
        },
        labels: labels.collect(),
        series: vec![Series {
            name: name.to_owned(),
            values: means
                .iter()
                .map(|mean| mean.as_ref().map(Ratio::to_f64))
                .collect(),
            texts: means
                .iter()
                .map(|mean| mean.as_ref().map_or_else(|| "—".to_owned(), text))
                .collect(),
        }],
        target: sensor.limit.as_ref().map(|limit| {
            let text = programme::shown::decimal(&limit.value);
            let word = words.say("限值", "limit");
            (limit.value.to_f64(), format!("{word} {text}"))
        }),
        format: |value| format!("{value:.0}"),
    };
    lines.html()
}
