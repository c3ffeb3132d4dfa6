//! The course of a unit: its total as of each month's end, last year's total, the cases that are open.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base::{Day, Lang};
use office::assessment::Ask;
use office::assign::{is_assignment, is_charged};
use office::case::Case;
use office::mirror::CasesWanted;
use office::work::task;
use scoring::Card;

use super::{CASES_MAX, Chosen};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::chart::{Around, Lines, Series};
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::Seen;
use crate::pages::board::table::signed;
use crate::site::Site;

/// An open case of the unit.
pub(super) struct CaseLine {
    pub number: u64,
    /// What kind of matter it is: an assessment item's course, follow-up, an instruction, rectification.
    pub kind: String,
    /// What it is about.
    pub what: String,
    /// Said where the unit only supports it.
    pub part: &'static str,
    pub state: String,
    pub due: String,
    pub lamp: &'static str,
}

/// Whether a case is a unit's: by what it is about, or because the unit supports an assignment.
fn is_of(case: &Case, unit: &str) -> bool {
    case.about.unit.as_deref() == Some(unit)
        || (is_assignment(&case.flow) && is_charged(case, Some(unit)))
}

/// The open cases of a unit, those of other courses than the assessment first, then by due day: the first few, and how
/// many more there are.
pub(super) fn open_cases(seen: &Seen<'_>, unit: &str) -> Result<(Vec<CaseLine>, usize), Refused> {
    let look = seen.look;
    if seen.is_now() {
        let list = look.site.worklist(look.office)?;
        let open = list.open().filter(|case| !list.is_sealed(case));
        return first_lines(seen, unit, open.filter(|case| is_of(case, unit)));
    }
    let mut then = Vec::new();
    // What was open then is open now, or was closed after that day.
    let (at, day) = (seen.assessment.at, seen.assessment.day);
    let (mirror, last) = (look.office.mirror(), day.to_string());
    let wanted = CasesWanted {
        closed_after: Some(&last),
        ..CasesWanted::default()
    };
    let mut numbers: Vec<u64> = mirror
        .open_cases()
        .chain(mirror.closed_cases(&wanted))
        .collect();
    numbers.sort_unstable();
    for number in numbers {
        let case = look.office.case(number)?;
        if is_of(&case, unit) {
            then.extend(look.office.case_as_of(number, at, day)?);
        }
    }
    first_lines(seen, unit, then.iter())
}

fn first_lines<'c>(
    seen: &Seen<'_>,
    unit: &str,
    cases: impl Iterator<Item = &'c Case>,
) -> Result<(Vec<CaseLine>, usize), Refused> {
    let flow = &seen.scorecard()?.flow;
    let mut found: Vec<(bool, Option<Day>, &Case)> = cases
        .filter(|case| !case.state.is_closed())
        .map(|case| {
            let due = task(&seen.programme, case, Vec::new(), seen.assessment.day).due;
            let is_assessment = flow.as_ref() == Some(&case.flow.id);
            (is_assessment, due.map(|due| due.due_on), case)
        })
        .collect();
    found.sort_by_key(|(is_assessment, due, case)| {
        (*is_assessment, due.unwrap_or(Day::MAX), case.number)
    });
    let more = found.len().saturating_sub(CASES_MAX);
    let shown = found.iter().take(CASES_MAX);
    let lines = shown.map(|(_, due, case)| line(seen, unit, case, *due));
    Ok((lines.collect(), more))
}

fn line(seen: &Seen<'_>, unit: &str, case: &Case, due: Option<Day>) -> CaseLine {
    let look = seen.look;
    let state = case.flow.state(&case.state.state);
    CaseLine {
        number: case.number,
        kind: look.text(&case.flow.name).to_owned(),
        what: crate::pages::work::title_of(look, case),
        part: match case.about.unit.as_deref() {
            Some(lead) if lead == unit => "",
            _ => seen.words.say("配合", "supports"),
        },
        state: state
            .map(|state| look.text(&state.name).to_owned())
            .unwrap_or_default(),
        due: due
            .map(|due| seen.words.day_and_weekday(due))
            .unwrap_or_default(),
        lamp: match due {
            None => "none",
            Some(due) if due < seen.assessment.day => "late",
            Some(_) => "on_track",
        },
    }
}

/// Last year's total: the year, the total, and how far this year's is from it.
pub(super) fn year_before(
    seen: &Seen<'_>,
    card: &Card,
) -> Option<(String, String, Option<String>)> {
    let period = seen.assessment.period.year_earlier()?;
    let totals = seen.year_before();
    let (_, text) = totals
        .into_iter()
        .find(|(unit, _)| *unit == card.participant)?;
    let before = base::Ratio::parse_decimal(&text);
    let change = match (&card.total, before) {
        (Some(now), Some(before)) => Some(signed(&(now - &before))),
        _ => None,
    };
    Some((seen.words.period(&period), text, change))
}

#[derive(Template)]
#[template(path = "pages/unit/trend.html")]
struct TrendPage {
    frame: Frame,
    back: String,
    chart: Option<String>,
}

/// The total as of each month's end, of the unit and the mean of its group.
fn lines(look: &Look<'_>, unit: &str, chosen: &Chosen) -> Result<Option<Lines>, Refused> {
    let seen = Seen::of(look, &chosen.wanted())?;
    let words = seen.words;
    let card = seen
        .assessment
        .cards
        .iter()
        .find(|card| card.participant == unit)
        .ok_or_else(|| Refused::no_such(("单位", "unit"), unit))?;
    let group: Vec<&str> = seen
        .assessment
        .cards
        .iter()
        .filter(|other| other.ranking_group == card.ranking_group)
        .map(|other| other.participant.as_str())
        .collect();
    let months = look.site.months(
        look.office,
        &Ask {
            scorecard: seen.id.clone(),
            period: seen.assessment.period,
            day: seen.assessment.day,
            at: seen.assessment.at,
        },
    )?;
    if months.len() < 2 {
        return Ok(None);
    }
    let own = months.iter().map(|(_, totals)| totals.get(unit));
    let values: Vec<Option<f64>> = own
        .clone()
        .map(|found| found.map(|(total, _)| *total))
        .collect();
    let texts: Vec<String> = own
        .map(|found| found.map_or_else(|| "—".to_owned(), |(_, text)| text.clone()))
        .collect();
    let means: Vec<Option<f64>> = months
        .iter()
        .map(|(_, totals)| {
            let known: Vec<f64> = group
                .iter()
                .filter_map(|unit| totals.get(*unit))
                .map(|(total, _)| *total)
                .collect();
            #[expect(clippy::cast_precision_loss, reason = "a few dozen units")]
            let count = known.len() as f64;
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / count)
        })
        .collect();
    let mean_texts = means
        .iter()
        .map(|mean| mean.map_or_else(|| "—".to_owned(), |mean| format!("{mean:.2}")))
        .collect();
    let name = look.unit_name(unit);
    let (first, last) = (texts.first(), texts.last());
    let (first, last) = (
        first.map_or("", String::as_str),
        last.map_or("", String::as_str),
    );
    let address = |kind: &str| format!("/units/{unit}/trend.{kind}{}", seen.suffix());
    Ok(Some(Lines {
        around: Around {
            lang: words.lang,
            id: "unit-trend".to_owned(),
            title: match words.lang {
                Lang::Zh => format!("{name}按月末记录计的总分从{first}到{last}"),
                Lang::En => {
                    format!("{name}: from {first} to {last} by the records of each month’s end")
                }
            },
            source: match words.lang {
                Lang::Zh => format!(
                    "{}；记录按各自日期计到月末，评定的分数按现在的评定",
                    seen.truth()
                ),
                Lang::En => format!(
                    "{}; records count up to each month’s end, judged points as they are now",
                    seen.truth()
                ),
            },
            label_head: words.say("月末", "Month’s end").to_owned(),
            svg: Some(address("svg")),
            csv: Some(address("csv")),
        },
        labels: months
            .iter()
            .map(|(day, _)| match words.lang {
                Lang::Zh => format!("{}月", day.month()),
                Lang::En => day.month().to_string(),
            })
            .collect(),
        series: vec![
            Series {
                name: words.say("本单位", "This unit").to_owned(),
                values,
                texts,
            },
            Series {
                name: words.say("本组平均", "Its group").to_owned(),
                values: means,
                texts: mean_texts,
            },
        ],
        target: None,
        format: |value| format!("{value:.0}"),
    }))
}

pub(super) async fn trend(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        let chart = lines(look, &unit, &chosen)?.map(|chart| chart.html());
        Page::of(&TrendPage {
            frame: look.frame(look.unit_name(&unit)),
            back: format!("/units/{unit}"),
            chart,
        })
    })
    .await
}

pub(super) async fn trend_svg(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let chart = lines(look, &unit, &chosen)?;
        let chart = chart.ok_or_else(|| Refused::no_such(("图", "chart"), "trend"))?;
        Ok(download::file(
            &look.unit_name(&unit),
            Kind::Svg,
            chart.file(),
        ))
    })
    .await
}

pub(super) async fn trend_csv(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let chart = lines(look, &unit, &chosen)?;
        let chart = chart.ok_or_else(|| Refused::no_such(("图", "chart"), "trend"))?;
        download::csv(&look.unit_name(&unit), &chart.csv())
    })
    .await
}
