//! A figure and where it comes from: its value as a fraction, its definition as a sentence, its use, how
//! it was published, its course over the year, its parts, its SQL and its records. The same page stands
//! in the drawer beside whatever is read.
//!
//! Read [`At`] first: everything here is a question about one address.

mod divided;
mod index;
mod rows;
mod used;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query as Asks, State};
use axum::response::Response;
use axum::routing::get;
use base::{Figure, FigureState, Lang, Position};
use measure::{Address, Dialect, Query};
use programme::model::{Indicator, Programme};
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::frame::{Earlier, Frame};
use crate::look::Look;
use crate::pages::board::seen::truth;
use crate::problems;
use crate::site::Site;
use crate::words::Words;
use divided::{Line, Part};
use rows::Records;
use used::{Named, Use, Vintages};

/// Records shown beside the figure; the others stand on pages of their own.
const RECORDS_MAX: usize = 50;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/figures", get(page))
        .route("/figures/records", get(records))
        .route("/figures/records.csv", get(records_csv))
        .route("/figures/trend.svg", get(trend_svg))
        .route("/figures/trend.csv", get(trend_csv))
}

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Chosen {
    /// The figure's address; without one the list of all indicators is shown.
    #[serde(default)]
    a: String,
    /// The field by which it is divided.
    #[serde(default)]
    by: String,
    /// Words that the list is searched for.
    #[serde(default)]
    q: String,
    /// The day and the position as of which the list is shown; empty: now.
    #[serde(default)]
    day: String,
    #[serde(default)]
    at: String,
    /// Page of records, from 1.
    #[serde(default)]
    page: Option<usize>,
}

/// A figure's address with what stands behind it.
pub(super) struct At<'a> {
    pub look: &'a Look<'a>,
    pub programme: Arc<Programme>,
    pub address: Address,
    pub words: Words,
}

impl<'a> At<'a> {
    fn of(look: &'a Look<'a>, text: &str) -> Result<At<'a>, Refused> {
        let start = look.programme.assessment_start;
        let address = Address::parse(text, start).map_err(Refused::missing)?;
        if address.at > look.at {
            return Err(Refused::missing(problems::not_yet(address.at.0, look.at.0)));
        }
        let programme = look.office.mirror().programme_as_of(address.at);
        let programme = programme
            .ok_or_else(|| Refused::missing(problems::not_yet(address.at.0, look.at.0)))?;
        if !programme.indicators.contains_key(&address.indicator) {
            return Err(Refused::no_such(("指标", "indicator"), &address.indicator));
        }
        Ok(At {
            look,
            programme,
            address,
            words: Words { lang: look.lang() },
        })
    }

    pub fn indicator(&self) -> Result<&Indicator, Refused> {
        self.programme
            .indicators
            .get(&self.address.indicator)
            .ok_or_else(|| Refused::no_such(("指标", "indicator"), &self.address.indicator))
    }

    pub fn query(&self) -> Query {
        self.address.query()
    }

    pub fn measure(&self, query: &Query) -> Result<Vec<measure::Cell>, base::Problem> {
        self.look.office.mirror().columns().measure(query)
    }

    pub fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.words.say(zh, en)
    }

    /// A figure as it is read: in its format, or the word for why there is none.
    pub fn shown(&self, figure: &Figure, indicator: &Indicator) -> String {
        self.words.figure(figure, indicator.format)
    }

    fn name(&self) -> Result<String, Refused> {
        Ok(self.look.text(&self.indicator()?.name).to_owned())
    }

    /// The slice in words: the period, then what it is narrowed to.
    pub fn narrowed(&self) -> Vec<String> {
        let mut parts = vec![self.words.period(&self.address.period)];
        let slice = &self.address.slice;
        parts.push(slice.unit.as_ref().map_or_else(
            || self.look.text(&self.programme.city).to_owned(),
            |unit| self.look.unit_name(unit.as_str()),
        ));
        parts.extend(
            slice
                .subject
                .as_ref()
                .map(|subject| self.subject_name(subject)),
        );
        if let Some((field, value)) = &slice.field {
            let table = divided::table_of(&self.programme, &self.address.indicator);
            let (name, value) = table.map_or_else(
                || {
                    (
                        field.to_string(),
                        value.as_deref().unwrap_or_default().to_owned(),
                    )
                },
                |table| {
                    let name = programme::sentence::column_name(&self.programme, &table, field);
                    let value = value.as_ref().map_or_else(
                        || self.say("空", "empty").to_owned(),
                        |value| {
                            let value = programme::sentence::value_name(
                                &self.programme,
                                &table,
                                field,
                                value,
                            );
                            self.look.text(&value).to_owned()
                        },
                    );
                    (self.look.text(&name).to_owned(), value)
                },
            );
            parts.push(format!("{name}{}{value}", self.say("：", ": ")));
        }
        parts
    }

    fn subject_name(&self, id: &str) -> String {
        let mirror = self.look.office.mirror();
        self.programme
            .subject_types
            .keys()
            .find_map(|of| mirror.subject_name(of.as_str(), id))
            .map_or_else(|| id.to_owned(), str::to_owned)
    }
}

/// The page of a figure.
pub(crate) fn link(address: &Address) -> String {
    link_of(&address.to_string())
}

fn link_of(address: &str) -> String {
    format!("/figures?a={}", coded(address))
}

fn coded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

struct Sql {
    id: &'static str,
    name: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "pages/figure/figure.html")]
struct FigurePage {
    frame: Frame,
    narrowed: Vec<String>,
    value: String,
    unit_of_measure: String,
    fraction: Option<(String, String)>,
    state: Option<String>,
    sentence: String,
    definition: String,
    source: String,
    basis: Option<String>,
    parts: Vec<Part>,
    uses: Vec<Use>,
    others: Vec<Named>,
    claims: Vec<String>,
    published: Vec<Vintages>,
    last_year: Option<Line>,
    trend: Option<String>,
    units: Vec<Line>,
    fields: Vec<Named>,
    field: String,
    by_field: Vec<Line>,
    sql: Vec<Sql>,
    records: Records,
    all_records: String,
    csv: String,
    day: String,
    position: u64,
    version: String,
    address: String,
    is_now: bool,
    now: String,
}

async fn page(State(site): State<Site>, asked: Asked, Asks(chosen): Asks<Chosen>) -> Response {
    site.page(asked, move |look| {
        if chosen.a.is_empty() {
            index::show(look, &chosen)
        } else {
            show(&At::of(look, &chosen.a)?, &chosen)
        }
    })
    .await
}

fn show(at: &At<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let indicator = at.indicator()?;
    let figure = at.look.office.figure_at(&at.address)?;
    let uses = used::uses(at)?;
    let fields = divided::fields(at, &chosen.by);
    let field = fields
        .iter()
        .find(|field| field.is_here)
        .map(|field| field.name.clone())
        .unwrap_or_default();
    let now = Address {
        day: at.look.today,
        programme: at.look.office.mirror().programme_at(),
        at: at.look.at,
        ..at.address.clone()
    };
    Page::of(&FigurePage {
        frame: Frame {
            earlier: is_earlier(at).then(|| Earlier {
                truth: truth(at.words, at.address.day, at.address.at),
                back: link(&now),
                in_drawer: true,
            }),
            ..at.look.frame(at.name()?)
        },
        narrowed: at.narrowed(),
        value: at.shown(&figure, indicator),
        unit_of_measure: if figure.value().is_some() {
            at.look.text(&indicator.unit_of_measure).to_owned()
        } else {
            String::new()
        },
        fraction: fraction(at.words, &figure),
        state: state(at, &figure, indicator),
        sentence: sentence(at, indicator),
        definition: at.look.text(&indicator.definition).to_owned(),
        source: at.look.text(&indicator.source).to_owned(),
        basis: indicator
            .row
            .text("basis")
            .map(|document| used::document(at, document)),
        parts: divided::parts(at)?,
        others: used::others(at),
        claims: used::claims(at),
        published: used::published(at)?,
        last_year: divided::last_year(at)?,
        trend: divided::trend(at, &uses)?.map(|chart| chart.html()),
        units: divided::units(at)?,
        by_field: divided::by_field(at, &fields)?,
        fields,
        field,
        sql: sql(at),
        records: rows::page(at, 0, RECORDS_MAX)?,
        all_records: format!("/figures/records?a={}", coded(&chosen.a)),
        csv: format!("/figures/records.csv?a={}", coded(&chosen.a)),
        day: at.words.day(at.address.day),
        position: at.address.at.0,
        version: at.programme.version.to_string(),
        address: at.address.to_string(),
        is_now: now == at.address,
        now: link(&now),
        uses,
    })
}

/// Whether a figure is of an earlier day or position than now.
fn is_earlier(at: &At<'_>) -> bool {
    at.address.day != at.look.today || at.address.at != at.look.at
}

/// Numerator and denominator as they are read, where the figure is a fraction.
fn fraction(words: Words, figure: &Figure) -> Option<(String, String)> {
    figure.value()?;
    let one = base::Ratio::from_int(1);
    (figure.denominator() != &one).then(|| {
        (
            words.exact(figure.numerator()),
            words.exact(figure.denominator()),
        )
    })
}

/// Why there is no plain value.
fn state(at: &At<'_>, figure: &Figure, indicator: &Indicator) -> Option<String> {
    let text = match figure.state() {
        FigureState::Value => return None,
        FigureState::NotApplicable => at.say(
            "不适用：没有应计的记录，分母为零。不适用不等于0。",
            "Not applicable: there is no record to count, so the denominator is zero. That is not 0.",
        ),
        FigureState::NotReported => at.say(
            "未报：应有的数还没有报来。",
            "Not reported: what it needs has not been reported yet.",
        ),
        FigureState::Preliminary => at.say(
            "初步数：定稿后可能改变。",
            "Preliminary: it may change when the final value comes.",
        ),
        FigureState::NotCarried => at.say(
            "不承担：这个数不归该单位。",
            "Not carried: this figure does not belong to the unit.",
        ),
    };
    let mut text = text.to_owned();
    if figure.state() == FigureState::NotReported
        && let Some(days) = indicator.expected_days
        && let Some(day) = at.address.period.last().plus_days(days.into())
    {
        let source = at.look.text(&indicator.source);
        let day = at.words.day(day);
        text.push_str(&match at.words.lang {
            Lang::Zh => format!("{source}应于{day}前报来。"),
            Lang::En => format!(" Expected by {day} from {source}."),
        });
    }
    Some(text)
}

/// The definition, for this period and day.
fn sentence(at: &At<'_>, indicator: &Indicator) -> String {
    let both = |make: &dyn Fn(Words) -> String| {
        base::Text::new(
            make(Words { lang: Lang::Zh }),
            make(Words { lang: Lang::En }),
        )
    };
    let end = at.address.period.last().min(at.address.day);
    let when = programme::sentence::When {
        period: both(&|words| words.period(&at.address.period)),
        end: both(&|words| words.day(end)),
    };
    let said = programme::sentence::indicator(&at.programme, indicator, Some(&when));
    at.look.text(&said).to_owned()
}

fn sql(at: &At<'_>) -> Vec<Sql> {
    let columns = at.look.office.mirror().columns();
    [
        ("sqlite", "SQLite", Dialect::Sqlite),
        ("postgres", "PostgreSQL", Dialect::Postgres),
        ("duckdb", "DuckDB", Dialect::DuckDb),
    ]
    .into_iter()
    .map(|(id, name, dialect)| Sql {
        id,
        name,
        text: columns
            .sql(&at.query(), dialect)
            .unwrap_or_else(|problem| format!("-- {}", problem.line(at.words.lang))),
    })
    .collect()
}

/// All records behind a figure, page by page.
#[derive(Template)]
#[template(path = "pages/figure/records.html")]
struct RecordsPage {
    frame: Frame,
    back: String,
    narrowed: Vec<String>,
    records: Records,
    csv: String,
    from: String,
    to: String,
    before: Option<String>,
    after: Option<String>,
}

/// Records on one page.
const PAGE_RECORDS: usize = 200;

async fn records(State(site): State<Site>, asked: Asked, Asks(chosen): Asks<Chosen>) -> Response {
    site.page(asked, move |look| {
        let at = At::of(look, &chosen.a)?;
        let number = chosen.page.unwrap_or(1).clamp(1, 1_000_000);
        let skipped = (number - 1) * PAGE_RECORDS;
        let records = rows::page(&at, skipped, PAGE_RECORDS)?;
        let address = |page: usize| format!("/figures/records?a={}&page={page}", coded(&chosen.a));
        let to = (skipped + PAGE_RECORDS).min(records.total);
        Page::of(&RecordsPage {
            frame: look.frame(at.name()?),
            back: link_of(&chosen.a),
            narrowed: at.narrowed(),
            csv: format!("/figures/records.csv?a={}", coded(&chosen.a)),
            from: at.words.count((skipped + 1).min(to)),
            to: at.words.count(to),
            before: (number > 1).then(|| address(number - 1)),
            after: (to < records.total).then(|| address(number + 1)),
            records,
        })
    })
    .await
}

async fn records_csv(
    State(site): State<Site>,
    asked: Asked,
    Asks(chosen): Asks<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let at = At::of(look, &chosen.a)?;
        download::csv(&at.name()?, &rows::csv(&at)?)
    })
    .await
}

fn trend(at: &At<'_>) -> Result<crate::chart::Lines, Refused> {
    let uses = used::uses(at)?;
    divided::trend(at, &uses)?.ok_or_else(|| Refused::no_such(("图", "chart"), "trend"))
}

/// The course of a figure over the months with last year's, for pages that show it; `None` where there is none.
pub(crate) fn trend_of(
    look: &Look<'_>,
    address: &Address,
) -> Result<Option<crate::chart::Lines>, Refused> {
    let at = At::of(look, &address.to_string())?;
    let uses = used::uses(&at)?;
    divided::trend(&at, &uses)
}

async fn trend_svg(State(site): State<Site>, asked: Asked, Asks(chosen): Asks<Chosen>) -> Response {
    site.file(asked, move |look| {
        let at = At::of(look, &chosen.a)?;
        Ok(download::file(&at.name()?, Kind::Svg, trend(&at)?.file()))
    })
    .await
}

async fn trend_csv(State(site): State<Site>, asked: Asked, Asks(chosen): Asks<Chosen>) -> Response {
    site.file(asked, move |look| {
        let at = At::of(look, &chosen.a)?;
        download::csv(&at.name()?, &trend(&at)?.csv())
    })
    .await
}

/// The address of an indicator's figure as of a position.
pub(crate) fn address_at(look: &Look<'_>, query: &Query, at: Position) -> Address {
    let programme = if at == look.at {
        look.office.mirror().programme_at()
    } else {
        at
    };
    office::reconcile::address(query, programme)
}
