//! An item across the units that carry it: its rule in words, who has how many points and why.

mod before;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{ItemId, Lang, Ratio, Rounding, UnitId};
use scoring::{ItemResult, ItemState, Role};
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::chart::{Around, Bars};
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Seen, Wanted};
use crate::site::Site;
use before::{Before, BeforeCell};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/items/{item}", get(page))
        .route("/items/{item}/units.csv", get(csv))
        .route("/items/{item}/distribution.svg", get(svg))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    period: String,
    day: String,
    at: String,
    /// Order: `unit`; else from the fewest points.
    sort: String,
}

impl Chosen {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            period: &self.period,
            day: &self.day,
            at: &self.at,
        }
    }
}

/// What the whole city has, and had the year before.
struct CityFigure {
    name: String,
    value: String,
    address: String,
    before: Option<(String, BeforeCell)>,
}

struct Line {
    unit: String,
    name: String,
    group: String,
    figure: String,
    figure_address: Option<String>,
    figure_value: Option<Ratio>,
    before: Option<BeforeCell>,
    target: String,
    points: Option<Ratio>,
    points_text: String,
    max: String,
    reason: String,
    state: ItemState,
    is_pending: bool,
    is_adjusted: bool,
    case: Option<u64>,
}

#[derive(Template)]
#[template(path = "pages/item/item.html")]
struct ItemPage {
    frame: Frame,
    item: String,
    truth: String,
    day: String,
    at: String,
    period: String,
    suffix: String,
    category: String,
    scheme: String,
    rule: String,
    criterion: String,
    basis: String,
    most: String,
    role: Option<&'static str>,
    lead: Option<(String, String)>,
    support: Vec<(String, String)>,
    serves: Vec<String>,
    due: Option<String>,
    evidence: String,
    indicators: Vec<CityFigure>,
    /// The year before, where units have figures of it.
    year_before: Option<String>,
    trend: Option<String>,
    target: Option<String>,
    carriers: usize,
    mean: String,
    chart: String,
    lines: Vec<Line>,
    is_by_unit: bool,
    by_points: String,
    by_unit: String,
    csv: String,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| show(look, &ItemId::new(&item), &chosen))
        .await
}

async fn csv(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let seen = Seen::of(look, &chosen.wanted())?;
        let id = ItemId::new(&item);
        let lines = lines(&seen, &id, &chosen)?;
        let words = seen.words;
        let mut rows = vec![
            [
                words.say("分组", "Group"),
                words.say("单位", "Unit"),
                words.say("数字", "Figure"),
                words.say("目标", "Target"),
                words.say("得分", "Points"),
                words.say("满分", "Possible"),
                words.say("缘由", "Why"),
            ]
            .map(str::to_owned)
            .to_vec(),
        ];
        rows.extend(lines.into_iter().map(|line| {
            let points = line.points.as_ref().map(programme::shown::decimal);
            vec![
                line.group,
                line.name,
                line.figure,
                line.target,
                points.unwrap_or_default(),
                line.max,
                line.reason,
            ]
        }));
        download::csv(&seen.item_name(&id), &rows)
    })
    .await
}

async fn svg(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let seen = Seen::of(look, &chosen.wanted())?;
        let id = ItemId::new(&item);
        let lines = lines(&seen, &id, &chosen)?;
        let role = seen
            .scorecard()?
            .card
            .items
            .iter()
            .find(|found| found.id == id)
            .map_or(Role::Normal, |found| found.role);
        let chart = distribution(&seen, &id, role, &lines);
        Ok(download::file(
            &seen.item_name(&id),
            Kind::Svg,
            chart.file(),
        ))
    })
    .await
}

fn no_such(id: &ItemId) -> Refused {
    Refused::no_such(("考核项目", "item"), id)
}

/// Who carries the item, in the order that is asked for.
fn lines(seen: &Seen<'_>, id: &ItemId, chosen: &Chosen) -> Result<Vec<Line>, Refused> {
    let scorecard = seen.scorecard()?;
    let ties = scorecard.items.get(id).ok_or_else(|| no_such(id))?;
    let cases = seen
        .look
        .office
        .cases_of(&seen.id, &seen.assessment.period)?;
    let indicator = ties.indicators.first();
    let mut lines: Vec<Line> = Vec::new();
    for card in &seen.assessment.cards {
        let Some(result) = card.item(id) else {
            continue;
        };
        if result.state == ItemState::NotCarried {
            continue;
        }
        let figure = match (indicator, result.figures.first()) {
            (Some(indicator), Some(figure)) => programme::shown::figure_of(
                &seen.programme,
                indicator,
                figure,
                seen.assessment.period,
                seen.words.lang,
            ),
            _ => String::new(),
        };
        let unit = &card.participant;
        lines.push(Line {
            name: seen.look.unit_name(unit),
            group: seen.group_name(card.ranking_group.as_deref().unwrap_or_default()),
            figure,
            figure_address: indicator.map(|indicator| seen.figure(indicator, Some(unit))),
            figure_value: result.figures.first().and_then(base::Figure::value),
            before: None,
            target: target(seen, ties, result),
            points_text: result
                .points
                .as_ref()
                .map_or_else(|| "—".to_owned(), |points| seen.words.points(points)),
            points: result.points.clone(),
            max: seen.words.points(&result.max_points),
            reason: seen.look.text(&result.reason).to_owned(),
            state: result.state,
            is_pending: result.pending,
            is_adjusted: result.adjusted,
            case: cases.get(&(id.clone(), UnitId::new(unit))).copied(),
            unit: unit.clone(),
        });
    }
    if chosen.sort != "unit" {
        // What is not decided yet first, then from the fewest points.
        lines.sort_by(|a, b| a.points.cmp(&b.points));
    }
    Ok(lines)
}

fn target(seen: &Seen<'_>, ties: &programme::model::ItemTies, result: &ItemResult) -> String {
    let Some(target) = &result.target else {
        return String::new();
    };
    let format = ties
        .indicators
        .first()
        .and_then(|id| seen.programme.indicators.get(id))
        .map(|indicator| indicator.format);
    match format {
        Some(format) => seen
            .words
            .figure(&base::Figure::whole(target.clone()), format),
        None => seen.words.points(target),
    }
}

fn show(look: &Look<'_>, id: &ItemId, chosen: &Chosen) -> Result<Page, Refused> {
    let seen = Seen::of(look, &chosen.wanted())?;
    let words = seen.words;
    let scorecard = seen.scorecard()?;
    let ties = scorecard.items.get(id).ok_or_else(|| no_such(id))?;
    let items = &scorecard.card.items;
    let item = items
        .iter()
        .find(|item| &item.id == id)
        .ok_or_else(|| no_such(id))?;
    let mut lines = lines(&seen, id, chosen)?;
    let first = ties.indicators.first();
    let year_before = match first {
        Some(indicator) => Before::of(&seen, indicator)?,
        None => None,
    };
    if let Some(before) = &year_before {
        for line in &mut lines {
            line.before = before.of_unit(&seen, &line.unit, line.figure_value.as_ref());
        }
    }
    let trend = match first {
        Some(indicator) => before::trend(&seen, indicator)?,
        None => None,
    };
    let mut indicators = Vec::new();
    for indicator in &ties.indicators {
        indicators.extend(city_figure(&seen, indicator)?);
    }
    let unit = |id: &UnitId| (id.to_string(), look.unit_name(id.as_str()));
    let here = format!("/items/{id}");
    let suffix = seen.suffix();
    let joined = if suffix.is_empty() { "?" } else { "&" };
    Page::of(&ItemPage {
        year_before: year_before
            .filter(Before::has_units)
            .map(|before| before.year),
        trend: trend.map(|chart| chart.html()),
        frame: seen.frame(
            look.text(&item.name),
            format!("{here}{}", seen.suffix_of_now()),
        ),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        period: chosen.period.clone(),
        item: id.to_string(),
        truth: seen.truth(),
        category: category(&seen, &item.group),
        scheme: look.text(&scorecard.name).to_owned(),
        rule: look.text(&programme::sentence::rule(item)).to_owned(),
        criterion: look.text(&ties.criterion).to_owned(),
        basis: ties
            .row
            .bilingual("basis")
            .map(|basis| look.text(basis).to_owned())
            .unwrap_or_default(),
        most: words.points(&item.points),
        role: match item.role {
            Role::Normal => None,
            Role::Bonus => Some(words.say("加分项", "bonus")),
            Role::Deduction => Some(words.say("扣分项", "deduction")),
        },
        lead: ties.lead.as_ref().map(unit),
        support: ties.support.iter().map(unit).collect(),
        serves: ties.serves.iter().map(ToString::to_string).collect(),
        due: ties.due.map(|(month, day)| match words.lang {
            Lang::Zh => format!("{month}月{day}日前"),
            Lang::En => format!("by {month:02}-{day:02}"),
        }),
        evidence: look.text(&ties.evidence).to_owned(),
        indicators,
        target: item
            .target
            .as_ref()
            .filter(|_| item.rule.compares_with_target())
            .map(|target| {
                let format = ties
                    .indicators
                    .first()
                    .and_then(|id| seen.programme.indicators.get(id));
                format.map_or_else(
                    || words.points(target),
                    |found| words.figure(&base::Figure::whole(target.clone()), found.format),
                )
            }),
        carriers: lines.len(),
        mean: mean(&lines),
        chart: distribution(&seen, id, item.role, &lines).html(),
        is_by_unit: chosen.sort == "unit",
        by_points: format!("{here}{suffix}"),
        by_unit: format!("{here}{suffix}{joined}sort=unit"),
        csv: format!("{here}/units.csv{suffix}"),
        suffix,
        lines,
    })
}

/// The city's figure of an indicator, with last year's.
fn city_figure(
    seen: &Seen<'_>,
    indicator: &base::IndicatorId,
) -> Result<Option<CityFigure>, Refused> {
    let Some(found) = seen.programme.indicators.get(indicator) else {
        return Ok(None);
    };
    let cells = seen
        .look
        .office
        .mirror()
        .columns()
        .measure(&measure::Query::new(
            indicator.clone(),
            seen.assessment.period,
            seen.assessment.day,
            seen.assessment.at,
        ));
    let Some(cell) = cells.ok().and_then(|cells| cells.into_iter().next()) else {
        return Ok(None);
    };
    let value = cell.figure.value();
    let before = Before::of(seen, indicator)?;
    let before = before.and_then(|before| {
        let cell = before.of_city(seen, value.as_ref())?;
        Some((before.year, cell))
    });
    Ok(Some(CityFigure {
        name: seen.look.text(&found.name).to_owned(),
        value: seen.words.figure(&cell.figure, found.format),
        address: seen.figure(indicator, None),
        before,
    }))
}

fn category(seen: &Seen<'_>, group: &base::GroupId) -> String {
    let Some(card) = seen.programme.scorecards.get(&seen.id) else {
        return String::new();
    };
    let groups = &card.card.groups;
    let mut found = groups.iter().find(|found| &found.id == group);
    while let Some(here) = found
        && let Some(parent) = &here.parent
    {
        found = groups.iter().find(|found| &found.id == parent);
    }
    found
        .map(|found| seen.look.text(&found.name).to_owned())
        .unwrap_or_default()
}

fn mean(lines: &[Line]) -> String {
    let known: Vec<&Ratio> = lines
        .iter()
        .filter_map(|line| line.points.as_ref())
        .collect();
    let sum = known.iter().fold(Ratio::ZERO, |sum, points| &sum + *points);
    let count = Ratio::from_int(i128::try_from(known.len()).unwrap_or(i128::MAX));
    sum.checked_div(&count).map_or_else(
        || "—".to_owned(),
        |mean| mean.to_decimal(2, Rounding::HalfUp),
    )
}

/// How many units have which part of the points.
fn distribution(seen: &Seen<'_>, id: &ItemId, role: Role, lines: &[Line]) -> Bars {
    let words = seen.words;
    let share = |line: &Line| {
        let points = line.points.as_ref()?;
        let max = Ratio::parse_decimal(&line.max)?;
        if max.is_zero() {
            // Of a deduction nothing taken is all that one can have.
            return Some(if points.is_zero() { 100 } else { 0 });
        }
        let percent = (points * &Ratio::from_int(100)).checked_div(&max)?;
        percent.to_decimal(0, Rounding::Down).parse::<i64>().ok()
    };
    let steps: [(&str, &str, i64, i64); 5] = [
        ("满分", "all points", 100, i64::MAX),
        ("七成五以上", "75 % and more", 75, 99),
        ("五成至七成五", "50 to 75 %", 50, 74),
        ("五成以下", "below 50 %", 1, 49),
        ("不得分", "none", i64::MIN, 0),
    ];
    let of_deduction = [
        ("没有扣分", "nothing deducted", 100, i64::MAX),
        ("有扣分", "deducted", i64::MIN, 99),
    ];
    let steps = if role == Role::Deduction {
        &of_deduction[..]
    } else {
        &steps[..]
    };
    let mut rows: Vec<(String, Option<f64>, String)> = Vec::new();
    let counted = |from: i64, to: i64| {
        lines
            .iter()
            .filter(|line| share(line).is_some_and(|share| (from..=to).contains(&share)))
            .count()
    };
    #[expect(clippy::cast_precision_loss, reason = "a few dozen units")]
    for (zh, en, from, to) in steps {
        let count = counted(*from, *to);
        rows.push((
            words.say(zh, en).to_owned(),
            Some(count as f64),
            count.to_string(),
        ));
    }
    let open = lines.iter().filter(|line| line.points.is_none()).count();
    if open > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a few dozen units")]
        rows.push((
            words
                .say("未评或不适用", "open or not applicable")
                .to_owned(),
            Some(open as f64),
            open.to_string(),
        ));
    }
    let full = counted(100, i64::MAX);
    let title = match (words.lang, role) {
        (Lang::Zh, Role::Deduction) => format!("{}个单位中{full}个没有扣分", lines.len()),
        (Lang::Zh, _) => format!("{}个单位中{full}个得满分", lines.len()),
        (Lang::En, Role::Deduction) => format!("{full} of {} units lost nothing", lines.len()),
        (Lang::En, _) => format!("{full} of {} units have all points", lines.len()),
    };
    Bars {
        around: Around {
            lang: words.lang,
            id: "item-distribution".to_owned(),
            title,
            source: seen.truth(),
            label_head: words.say("得分", "Points").to_owned(),
            svg: Some(format!("/items/{id}/distribution.svg{}", seen.suffix())),
            csv: Some(format!("/items/{id}/units.csv{}", seen.suffix())),
        },
        value_head: words.say("单位数", "Units").to_owned(),
        rows,
    }
}
