//! A figure divided: by month, by unit, by a field; its parts; the year before.

use std::sync::Arc;

use base::{IndicatorId, Lang, PartKind, Period};
use measure::{Address, By, Query};
use programme::model::{Attribution, Format, Programme};
use programme::schema::ColumnType;

use super::used::{Named, Use};
use super::{At, coded, fraction, link};
use crate::answer::Refused;
use crate::chart::{Around, Lines, Series};

/// Cells of a division that are shown.
const LINES_MAX: usize = 100;

/// A cell of a division.
pub(super) struct Line {
    pub name: String,
    pub value: String,
    pub fraction: Option<(String, String)>,
    pub address: String,
    /// Percent of the greatest, for the eye.
    pub width: i64,
}

/// An indicator that this one is made from.
pub(super) struct Part {
    pub name: String,
    pub value: String,
    pub address: String,
}

/// The table that an indicator reads; `None` for one that is derived from others.
pub(super) fn table_of(programme: &Programme, id: &IndicatorId) -> Option<Arc<str>> {
    let tables = programme.indicators.get(id)?.measure.tables();
    tables.first().map(|table| (*table).clone())
}

pub(super) fn parts(at: &At<'_>) -> Result<Vec<Part>, Refused> {
    let mut parts = Vec::new();
    for id in at.indicator()?.measure.indicators() {
        let Some(part) = at.programme.indicators.get(id) else {
            continue;
        };
        let address = Address {
            indicator: id.clone(),
            ..at.address.clone()
        };
        let figure = at.look.office.figure_at(&address)?;
        parts.push(Part {
            name: at.look.text(&part.name).to_owned(),
            value: at.shown(&figure, part),
            address: link(&address),
        });
    }
    Ok(parts)
}

/// The same figure of the year before, where there is something.
pub(super) fn last_year(at: &At<'_>) -> Result<Option<Line>, Refused> {
    let indicator = at.indicator()?;
    let Some(period) = at.address.period.year_earlier() else {
        return Ok(None);
    };
    let address = Address {
        period,
        ..at.address.clone()
    };
    let figure = at.look.office.figure_at(&address)?;
    let is_something = figure.value().is_some_and(|value| !value.is_zero());
    Ok(is_something.then(|| Line {
        name: at.words.period(&period),
        value: at.shown(&figure, indicator),
        fraction: fraction(at.words, &figure),
        address: link(&address),
        width: 0,
    }))
}

/// The course over the months of the period, last year's beside it.
pub(super) fn trend(at: &At<'_>, uses: &[Use]) -> Result<Option<Lines>, Refused> {
    let indicator = at.indicator()?;
    let kind = match at.address.period {
        Period::Years(..) => PartKind::Year,
        _ => PartKind::Month,
    };
    let Some(main) = course(at, at.address.period, kind)? else {
        return Ok(None);
    };
    let labels: Vec<String> = at
        .address
        .period
        .parts(kind)
        .iter()
        .map(|part| label(at, part))
        .collect();
    let title = title(at, indicator.format, &main, &labels)?;
    let mut series = vec![main];
    if kind == PartKind::Month
        && let Some(earlier) = at.address.period.year_earlier()
        && let Some(found) = course(at, earlier, kind)?
        && found.values.len() == labels.len()
    {
        series.push(found);
    }
    let target = uses.iter().find_map(|found| found.target.clone());
    // A year's target of a number that grows over the year is no line for its months.
    let is_rate = matches!(indicator.format, Format::Percent(_));
    let target = target.filter(|_| is_rate).map(|target| {
        let text = at
            .words
            .figure(&base::Figure::whole(target.clone()), indicator.format);
        (
            target.to_f64(),
            format!("{} {text}", at.say("目标", "Target")),
        )
    });
    let address = coded(&at.address.to_string());
    Ok(Some(Lines {
        around: Around {
            lang: at.words.lang,
            id: "figure-trend".to_owned(),
            title,
            source: source(at),
            label_head: match kind {
                PartKind::Year => at.say("年", "Year").to_owned(),
                _ => at.say("月", "Month").to_owned(),
            },
            svg: Some(format!("/figures/trend.svg?a={address}")),
            csv: Some(format!("/figures/trend.csv?a={address}")),
        },
        labels,
        series,
        target,
        format: if is_rate { as_percent } else { as_number },
    }))
}

/// Source, day and position, as they stand under a chart.
fn source(at: &At<'_>) -> String {
    let day = at.words.day(at.address.day);
    let what = table_of(&at.programme, &at.address.indicator)
        .map(|table| programme::sentence::rows_name(&at.programme, &table))
        .map(|text| at.look.text(&text).to_owned())
        .unwrap_or_else(|| {
            at.say("由其他指标算出", "made from other indicators")
                .to_owned()
        });
    match at.words.lang {
        Lang::Zh => format!("来源：{what}；截至{day}，#{}", at.address.at.0),
        Lang::En => format!("Source: {what}; as of {day}, #{}", at.address.at.0),
    }
}

fn as_percent(value: f64) -> String {
    let percent = value * 100.0;
    if (percent - percent.round()).abs() < 1e-6 {
        format!("{percent:.0}%")
    } else {
        format!("{percent:.1}%")
    }
}

fn as_number(value: f64) -> String {
    if value.abs() >= 10_000.0 {
        format!("{:.0}k", value / 1000.0)
    } else if (value - value.round()).abs() < 1e-6 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

/// The figures of the parts of a period; `None` where fewer than two have a value.
fn course(at: &At<'_>, period: Period, kind: PartKind) -> Result<Option<Series>, Refused> {
    let indicator = at.indicator()?;
    if period.parts(kind).len() < 2 {
        return Ok(None);
    }
    let query = Query {
        period,
        by: By::Part(kind),
        ..at.query()
    };
    let cells = at.measure(&query)?;
    let has_come =
        |cell: &measure::Cell| cell.period.first().is_some_and(|day| day <= at.address.day);
    let values: Vec<Option<f64>> = cells
        .iter()
        .map(|cell| {
            let value = cell.figure.value().filter(|_| has_come(cell))?;
            Some(value.to_f64())
        })
        .collect();
    let texts = cells
        .iter()
        .map(|cell| {
            if has_come(cell) {
                at.shown(&cell.figure, indicator)
            } else {
                String::new()
            }
        })
        .collect();
    let known = values
        .iter()
        .flatten()
        .filter(|value| **value != 0.0)
        .count();
    Ok((known >= 2).then(|| Series {
        name: at.words.period(&period),
        values,
        texts,
    }))
}

fn label(at: &At<'_>, part: &Period) -> String {
    match part {
        Period::Month(_, month) => match at.words.lang {
            Lang::Zh => format!("{month}月"),
            Lang::En => month.to_string(),
        },
        other => at.words.period(other),
    }
}

/// The highest and the lowest, in words.
fn title(at: &At<'_>, format: Format, line: &Series, labels: &[String]) -> Result<String, Refused> {
    let name = at.name()?;
    let known: Vec<(usize, f64)> = line
        .values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| Some((at, (*value)?)))
        .collect();
    let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((most, high)), Some((least, low))) = (most, least) else {
        return Ok(name);
    };
    let text = |at: usize| line.texts.get(at).map_or("", String::as_str);
    let label = |at: usize| labels.get(at).map_or("", String::as_str);
    let lowest_first = matches!(format, Format::Percent(_));
    Ok(match (at.words.lang, (high - low).abs() < f64::EPSILON) {
        (Lang::Zh, true) => format!("{name}各月都是{}", text(*most)),
        (Lang::En, true) => format!("{name}: {} in every month", text(*most)),
        (Lang::Zh, _) if lowest_first => format!(
            "{name}{}最低（{}），{}最高（{}）",
            label(*least),
            text(*least),
            label(*most),
            text(*most)
        ),
        (Lang::Zh, _) => format!(
            "{name}{}最多（{}），{}最少（{}）",
            label(*most),
            text(*most),
            label(*least),
            text(*least)
        ),
        (Lang::En, _) => format!(
            "{name}: lowest in month {} ({}), highest in month {} ({})",
            label(*least),
            text(*least),
            label(*most),
            text(*most)
        ),
    })
}

/// By unit; nothing where the figure already is of a unit, or is the city's.
pub(super) fn units(at: &At<'_>) -> Result<Vec<Line>, Refused> {
    let indicator = at.indicator()?;
    if at.address.slice.unit.is_some() || indicator.attribution == Attribution::City {
        return Ok(Vec::new());
    }
    let cells = match at.measure(&at.query().by(By::Unit)) {
        Ok(cells) => cells,
        // Rows that belong to no unit.
        Err(_) => return Ok(Vec::new()),
    };
    lines(at, cells, |slice| {
        slice
            .unit
            .as_ref()
            .map(|unit| at.look.unit_name(unit.as_str()))
            .unwrap_or_default()
    })
}

/// The coded columns by which the figure can be divided; one of them is chosen.
pub(super) fn fields(at: &At<'_>, chosen: &str) -> Vec<Named> {
    let Some(table) = table_of(&at.programme, &at.address.indicator) else {
        return Vec::new();
    };
    let Some(schema) = at.programme.schema.table(&table) else {
        return Vec::new();
    };
    if at.address.slice.field.is_some() {
        return Vec::new();
    }
    let is_coded =
        |column: &ColumnType| matches!(column, ColumnType::Code(_) | ColumnType::Choice(_));
    let mut names: Vec<String> = Vec::new();
    for column in schema.columns.values().filter(|column| !column.personal) {
        if is_coded(&column.column_type) {
            names.push(column.name.to_string());
        }
        if matches!(column.column_type, ColumnType::Subject(_))
            && let Some(joined) = at.programme.schema.joined(column)
            && joined.name != schema.name
        {
            let attributes = joined
                .columns
                .values()
                .filter(|inner| is_coded(&inner.column_type) && !inner.personal);
            names.extend(attributes.map(|inner| format!("{}.{}", column.name, inner.name)));
        }
    }
    // The row's own fields first, then those of what it is about.
    names.sort_by_key(|name| name.contains('.'));
    let here = names
        .iter()
        .find(|name| *name == chosen)
        .or_else(|| names.first())
        .cloned();
    let address = coded(&at.address.to_string());
    names
        .into_iter()
        .map(|name| Named {
            name: at
                .look
                .text(&programme::sentence::column_name(
                    &at.programme,
                    &table,
                    &name,
                ))
                .to_owned(),
            note: String::new(),
            address: Some(format!("/figures?a={address}&by={name}#by-field")),
            is_here: here.as_ref() == Some(&name),
            id: name,
        })
        .collect()
}

/// By the chosen field.
pub(super) fn by_field(at: &At<'_>, fields: &[Named]) -> Result<Vec<Line>, Refused> {
    let Some(field) = fields.iter().find(|field| field.is_here) else {
        return Ok(Vec::new());
    };
    let Some(table) = table_of(&at.programme, &at.address.indicator) else {
        return Ok(Vec::new());
    };
    let by = By::Field(field.id.as_str().into());
    let Ok(cells) = at.measure(&at.query().by(by)) else {
        return Ok(Vec::new());
    };
    lines(at, cells, |slice| match &slice.field {
        Some((name, Some(value))) => {
            let value = programme::sentence::value_name(&at.programme, &table, name, value);
            at.look.text(&value).to_owned()
        }
        _ => at.say("（空）", "(empty)").to_owned(),
    })
}

/// Cells as lines, greatest first; those without a value, or with nothing counted, are left out.
fn lines(
    at: &At<'_>,
    cells: Vec<measure::Cell>,
    name: impl Fn(&measure::Slice) -> String,
) -> Result<Vec<Line>, Refused> {
    let indicator = at.indicator()?;
    let mut known: Vec<(f64, measure::Cell)> = cells
        .into_iter()
        .filter_map(|cell| {
            let value = cell.figure.value()?;
            let is_counted = !cell.figure.numerator().is_zero()
                || !cell.figure.denominator().is_integer()
                || matches!(indicator.format, Format::Percent(_));
            is_counted.then(|| (value.to_f64(), cell))
        })
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    known.truncate(LINES_MAX);
    let greatest = known
        .iter()
        .fold(0.0_f64, |most, (value, _)| most.max(value.abs()));
    Ok(known
        .into_iter()
        .map(|(value, cell)| {
            let address = Address {
                slice: cell.slice.clone(),
                ..at.address.clone()
            };
            #[expect(clippy::cast_possible_truncation, reason = "at most a hundred")]
            let width = if greatest > 0.0 {
                (value.abs() / greatest * 100.0).round() as i64
            } else {
                0
            };
            Line {
                name: name(&cell.slice),
                value: at.shown(&cell.figure, indicator),
                fraction: fraction(at.words, &cell.figure),
                address: link(&address),
                width,
            }
        })
        .collect())
}
