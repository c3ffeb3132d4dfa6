//! The few kinds of charts that the pages need, as plain SVG made on the server.
//!
//! A chart answers a question in its title, labels its lines directly, and carries source, day, the
//! table of its data and itself as files. Its colours are classes of `assets/site.css`; as a file of its
//! own it brings them along ([`Lines::file`]). Positions along the width are percentages and text keeps
//! its size, so one drawing serves a phone, the drawer and paper. Why no crate draws them is in
//! ARCHITECTURE.md.

mod scale;
#[cfg(test)]
mod tests;

use askama::Template;
use base::Lang;

use crate::words::Words;
use scale::Scale;

/// One line of a chart.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// What the line is, written at its end.
    pub name: String,
    /// One for each label of the chart; `None` where there is no value.
    pub values: Vec<Option<f64>>,
    /// The same as they are read: values in their format, else the word for what they are.
    pub texts: Vec<String>,
}

/// What stands around every chart.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub lang: Lang,
    /// Unique on the page.
    pub id: String,
    /// The answer that the chart gives.
    pub title: String,
    /// Where the data come from, and the day and position for which they are true.
    pub source: String,
    /// Heading of the first column of the table.
    pub label_head: String,
    /// Where the drawing can be had as a file.
    pub svg: Option<String>,
    /// Where the data can be had as a file.
    pub csv: Option<String>,
}

/// Lines over time, with an optional target.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub around: Around,
    /// Along the width.
    pub labels: Vec<String>,
    /// The first is the one that the title is about.
    pub series: Vec<Series>,
    /// A target: the value and how it is read.
    pub target: Option<(f64, String)>,
    /// How a value on the scale is written.
    pub format: fn(f64) -> String,
}

/// Bars from zero, one under the other.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    pub around: Around,
    pub value_head: String,
    /// Label, value and how it is read; no value where there is none.
    pub rows: Vec<(String, Option<f64>, String)>,
}

const TOP: f64 = 30.0;
const BOTTOM: f64 = 188.0;
const HEIGHT: u32 = 216;
/// Where the first and last value stand, in percent of the width.
const LEFT: f64 = 9.0;
const RIGHT: f64 = 97.0;
/// Where a line's name may stand, from the height of its end: the first place that is free.
const END_PLACES: [f64; 6] = [-9.0, 18.0, -24.0, 33.0, -40.0, 50.0];
/// Pieces into which a line is cut to see what lies on it.
const STEPS: i32 = 24;
/// How wide a sign of a name is, in percent of a narrow drawing.
const ASCII_WIDTH: f64 = 1.4;
const SIGN_WIDTH: f64 = 2.6;

struct Segment {
    x1: String,
    y1: String,
    x2: String,
    y2: String,
}

struct Dot {
    x: String,
    y: String,
    text: String,
}

struct DrawnLine {
    name: String,
    is_main: bool,
    segments: Vec<Segment>,
    dots: Vec<Dot>,
    /// Where its name stands.
    end: Option<(String, String)>,
}

struct Tick {
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "chart/lines.svg")]
struct LinesSvg<'a> {
    around: &'a Around,
    is_file: bool,
    describes: String,
    height: u32,
    ticks: Vec<Tick>,
    labels: Vec<Tick>,
    lines: Vec<DrawnLine>,
    target: Option<(String, String, String)>,
    bottom: f64,
}

struct DrawnBar {
    label: String,
    text: String,
    label_y: u32,
    bar_y: u32,
    width: String,
}

#[derive(Template)]
#[template(path = "chart/bars.svg")]
struct BarsSvg<'a> {
    around: &'a Around,
    is_file: bool,
    describes: String,
    height: u32,
    bars: Vec<DrawnBar>,
}

#[derive(Template)]
#[template(path = "chart/chart.html")]
struct ChartHtml<'a> {
    around: &'a Around,
    words: Words,
    svg: String,
    heads: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Lines {
    /// The chart with title, table and files, for a page.
    pub fn html(&self) -> String {
        let heads = self.series.iter().map(|line| line.name.clone()).collect();
        around(&self.around, self.svg(false), heads, self.rows())
    }

    /// The drawing as a file of its own.
    pub fn file(&self) -> String {
        self.svg(true)
    }

    /// The data, a row for each label.
    pub fn csv(&self) -> Vec<Vec<String>> {
        let mut head = vec![self.around.label_head.clone()];
        head.extend(self.series.iter().map(|line| line.name.clone()));
        let rows = self.rows().into_iter().map(|(label, values)| {
            let mut row = vec![label];
            row.extend(values);
            row
        });
        std::iter::once(head).chain(rows).collect()
    }

    fn rows(&self) -> Vec<(String, Vec<String>)> {
        let text = |line: &Series, at: usize| line.texts.get(at).cloned().unwrap_or_default();
        self.labels
            .iter()
            .enumerate()
            .map(|(at, label)| {
                let values = self.series.iter().map(|line| text(line, at)).collect();
                (label.clone(), values)
            })
            .collect()
    }

    fn svg(&self, is_file: bool) -> String {
        let values = self
            .series
            .iter()
            .flat_map(|line| line.values.iter().flatten());
        let target = self.target.as_ref().map(|(value, _)| value);
        let scale = Scale::over(values.chain(target).copied());
        let y = |value: f64| BOTTOM - scale.share(value) * (BOTTOM - TOP);
        let last = self.labels.len().saturating_sub(1).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few dozen labels")]
        let x = |at: usize| LEFT + (RIGHT - LEFT) * at as f64 / last as f64;
        let mut taken: Vec<f64> = Vec::new();
        let drawn = self.drawn(&x, &y);
        let lines = self
            .series
            .iter()
            .enumerate()
            .map(|(number, line)| {
                let known: Vec<(usize, f64)> = line
                    .values
                    .iter()
                    .enumerate()
                    .filter_map(|(at, value)| Some((at, (*value)?)))
                    .collect();
                // A gap stays a gap: only neighbours are joined.
                let segments = known
                    .windows(2)
                    .filter_map(|two| match two {
                        [(a, from), (b, to)] if *b == *a + 1 => Some(Segment {
                            x1: percent(x(*a)),
                            y1: pixel(y(*from)),
                            x2: percent(x(*b)),
                            y2: pixel(y(*to)),
                        }),
                        _ => None,
                    })
                    .collect();
                let dots = known
                    .iter()
                    .map(|(at, value)| Dot {
                        x: percent(x(*at)),
                        y: pixel(y(*value)),
                        text: format!(
                            "{} {}",
                            self.labels.get(*at).map_or("", String::as_str),
                            line.texts.get(*at).map_or("", String::as_str)
                        ),
                    })
                    .collect();
                // The last value is that of its own label: a month's value is not the year's.
                let name = match known.last() {
                    Some((at, _)) => format!(
                        "{} {} {}",
                        line.name,
                        self.labels.get(*at).map_or("", String::as_str),
                        line.texts.get(*at).map_or("", String::as_str)
                    ),
                    None => line.name.clone(),
                };
                let end = known.last().map(|(at, value)| {
                    let free = |at_y: &f64| {
                        !taken.iter().any(|other| (other - at_y).abs() < 14.0)
                            && !drawn
                                .iter()
                                .any(|point| is_under(*point, x(*at), *at_y, &name))
                    };
                    // The first place that lies on no line and no other name: above its end, below it, further off.
                    let places = END_PLACES.map(|by| (y(*value) + by).clamp(10.0, BOTTOM - 3.0));
                    let at_y = places.into_iter().find(free).unwrap_or(y(*value) - 9.0);
                    taken.push(at_y);
                    (percent(x(*at)), pixel(at_y))
                });
                DrawnLine {
                    name,
                    is_main: number == 0,
                    segments,
                    dots,
                    end,
                }
            })
            .collect();
        // On a phone twelve short labels stand beside one another, of longer ones (hours and minutes) half as many.
        let longest = self.labels.iter().map(|label| label.chars().count()).max();
        let most = if longest.is_some_and(|longest| longest > 4) {
            6
        } else {
            12
        };
        let step = self.labels.len().div_ceil(most).max(1);
        LinesSvg {
            around: &self.around,
            is_file,
            describes: self.describes(),
            height: HEIGHT,
            ticks: scale
                .ticks()
                .into_iter()
                .map(|value| Tick {
                    at: pixel(y(value)),
                    text: (self.format)(value),
                })
                .collect(),
            labels: self
                .labels
                .iter()
                .enumerate()
                .filter(|(at, _)| at.is_multiple_of(step))
                .map(|(at, label)| Tick {
                    at: percent(x(at)),
                    text: label.clone(),
                })
                .collect(),
            lines,
            target: self
                .target
                .as_ref()
                .map(|(value, text)| (pixel(y(*value)), pixel(y(*value) - 5.0), text.clone())),
            bottom: BOTTOM,
        }
        .render()
        .unwrap_or_default()
    }

    /// Points along every line, close enough that nothing fits between them.
    fn drawn(&self, x: &impl Fn(usize) -> f64, y: &impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let mut points = Vec::new();
        for line in &self.series {
            for (at, two) in line.values.windows(2).enumerate() {
                let [Some(from), Some(to)] = two else {
                    continue;
                };
                for part in 0..=STEPS {
                    let share = f64::from(part) / f64::from(STEPS);
                    let across = x(at) + (x(at + 1) - x(at)) * share;
                    points.push((across, y(*from) + (y(*to) - y(*from)) * share));
                }
            }
        }
        points
    }

    /// The same in words, for those who hear it.
    fn describes(&self) -> String {
        let words = Words {
            lang: self.around.lang,
        };
        let mut parts: Vec<String> = self
            .series
            .iter()
            .map(|line| {
                let values: Vec<String> = self
                    .labels
                    .iter()
                    .zip(&line.texts)
                    .map(|(label, text)| format!("{label} {text}"))
                    .collect();
                format!(
                    "{}{}{}",
                    line.name,
                    words.say("：", ": "),
                    values.join(words.say("，", ", "))
                )
            })
            .collect();
        parts.extend(self.target.as_ref().map(|(_, text)| text.clone()));
        parts.join(words.say("。", ". "))
    }
}

impl Bars {
    /// The chart with title, table and files, for a page.
    pub fn html(&self) -> String {
        let rows = self
            .rows
            .iter()
            .map(|(label, _, text)| (label.clone(), vec![text.clone()]))
            .collect();
        around(
            &self.around,
            self.svg(false),
            vec![self.value_head.clone()],
            rows,
        )
    }

    /// The drawing as a file of its own.
    pub fn file(&self) -> String {
        self.svg(true)
    }

    fn svg(&self, is_file: bool) -> String {
        let words = Words {
            lang: self.around.lang,
        };
        let longest = self
            .rows
            .iter()
            .filter_map(|(_, value, _)| *value)
            .fold(0.0, |longest: f64, value| longest.max(value.abs()));
        let mut y = 0_u32;
        let bars: Vec<DrawnBar> = self
            .rows
            .iter()
            .map(|(label, value, text)| {
                let width = match value {
                    Some(value) if longest > 0.0 => value.abs() / longest * 100.0,
                    _ => 0.0,
                };
                let bar = DrawnBar {
                    label: label.clone(),
                    text: text.clone(),
                    label_y: y + 14,
                    bar_y: y + 19,
                    width: percent(width),
                };
                y += 34;
                bar
            })
            .collect();
        let told: Vec<String> = self
            .rows
            .iter()
            .map(|(label, _, text)| format!("{label} {text}"))
            .collect();
        BarsSvg {
            around: &self.around,
            is_file,
            describes: told.join(words.say("，", ", ")),
            height: y.max(1),
            bars,
        }
        .render()
        .unwrap_or_default()
    }
}

fn around(
    around: &Around,
    svg: String,
    heads: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
) -> String {
    ChartHtml {
        around,
        words: Words { lang: around.lang },
        svg,
        heads,
        rows,
    }
    .render()
    .unwrap_or_default()
}

/// Whether a point of a line would lie under a name that ends at `right` (percent) with its foot at `foot`.
fn is_under(point: (f64, f64), right: f64, foot: f64, name: &str) -> bool {
    let wide = |sign: char| {
        if sign.is_ascii() {
            ASCII_WIDTH
        } else {
            SIGN_WIDTH
        }
    };
    let width: f64 = name.chars().map(wide).sum();
    // At its very end the line touches the dot, which the name stands above or below.
    (right - width..right - 0.5).contains(&point.0) && (foot - 12.0..foot + 4.0).contains(&point.1)
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

fn pixel(value: f64) -> String {
    format!("{value:.1}")
}

#[derive(Template)]
#[template(path = "chart/spark.svg")]
struct SparkSvg {
    segments: Vec<Segment>,
    end: Option<(String, String)>,
}

/// A small line without scale or words, beside the number whose course it is.
pub(crate) fn spark(values: &[Option<f64>]) -> String {
    let scale = Scale::over(values.iter().flatten().copied());
    let last = values.len().saturating_sub(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a dozen months")]
    let x = |at: usize| 2.0 + 96.0 * at as f64 / last as f64;
    let y = |value: f64| 34.0 - scale.share(value) * 30.0;
    let known: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| Some((at, (*value)?)))
        .collect();
    let segments = known
        .windows(2)
        .filter_map(|two| match two {
            [(a, from), (b, to)] => Some(Segment {
                x1: percent(x(*a)),
                y1: pixel(y(*from)),
                x2: percent(x(*b)),
                y2: pixel(y(*to)),
            }),
            _ => None,
        })
        .collect();
    SparkSvg {
        segments,
        end: known
            .last()
            .map(|(at, value)| (percent(x(*at)), pixel(y(*value)))),
    }
    .render()
    .unwrap_or_default()
}
