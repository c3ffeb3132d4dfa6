//! Audit: draws of published figures and of the records behind them, what the auditor found of each, and
//! what it comes to. How a draw can be repeated by anyone is in `docs/audit.md`.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use office::audit::{AuditLine, FindingRequest, SampleRequest, Tally, Verdict};
use office::authority::Granted;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::figure;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// Lines of a draw on its page; the workbook has all.
const LINES_MAX: usize = 300;
/// Fields of a record that are shown.
const FIELDS_MAX: usize = 6;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/audit", get(page).post(draw))
        .route("/audit/{draw}", get(one).post(find))
        .route("/audit/{draw}/list.csv", get(csv))
        .route("/audit/{draw}/list.xlsx", get(xlsx))
}

struct DrawLine {
    position: u64,
    is_drawn: bool,
    figures: usize,
    records: u32,
    frame: usize,
    seed: String,
    checked: String,
}

#[derive(Template)]
#[template(path = "pages/audit/audit.html")]
struct Audit {
    frame: Frame,
    draws: Vec<DrawLine>,
    may_draw: bool,
    problems: Vec<Problem>,
    figures: String,
    records: String,
    seed: String,
}

struct Line {
    line: String,
    /// The same as a part of an address.
    anchor: String,
    is_figure: bool,
    name: String,
    address: String,
    /// The publication or sealing that holds it.
    published_in: Option<u64>,
    value: String,
    fields: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    /// What was found: the verdict, what was found instead, a remark, and the entry.
    found: Option<(String, String, String, u64)>,
}

#[derive(Template)]
#[template(path = "pages/audit/draw.html")]
struct DrawPage {
    frame: Frame,
    draw: u64,
    lines: Vec<Line>,
    more: usize,
    figures: Counted,
    records: Counted,
    affected: Vec<(String, String, String)>,
    may_find: bool,
    verdicts: Vec<(&'static str, &'static str)>,
    problems: Vec<Problem>,
}

/// A tally in words.
struct Counted {
    drawn: u64,
    checked: u64,
    agrees: u64,
    differs: u64,
    not_found: u64,
}

impl Counted {
    fn of(tally: &Tally) -> Counted {
        Counted {
            drawn: tally.drawn,
            checked: tally.checked(),
            agrees: tally.agrees,
            differs: tally.differs,
            not_found: tally.not_found,
        }
    }
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| show(look, None, &[])).await
}

fn show(look: &Look<'_>, typed: Option<&Posted>, found: &[Problem]) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let mut draws = Vec::new();
    for (position, facts) in look.office.mirror().draws() {
        let is_drawn = facts.seed.is_some();
        let checked = if is_drawn {
            let report = look.office.audit_report(position.0)?;
            let drawn = report.figures.drawn + report.records.drawn;
            let checked = report.figures.checked() + report.records.checked();
            format!("{checked} / {drawn}")
        } else {
            String::new()
        };
        draws.push(DrawLine {
            position: position.0,
            is_drawn,
            figures: if is_drawn {
                facts.drawn.len()
            } else {
                facts.figures_wanted as usize
            },
            records: facts.records_wanted,
            frame: facts.frame.len(),
            seed: facts.seed.clone().unwrap_or_default(),
            checked,
        });
    }
    draws.reverse();
    let kept = |name: &str, else_: &str| {
        typed.map_or_else(|| else_.to_owned(), |posted| posted.get(name).to_owned())
    };
    Page::of(&Audit {
        frame: look.frame(words.say("审计", "Audit")),
        draws,
        may_draw: look.may(Granted::AuditDraw),
        problems: found.to_vec(),
        figures: kept("figures", "10"),
        records: kept("records", "5"),
        seed: kept("seed", ""),
    })
}

async fn draw(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let number = |name: &str| {
                let text = posted.get(name).trim();
                text.parse::<u32>()
                    .map_err(|_| vec![problems::not_a_number(text)])
            };
            let request = SampleRequest {
                figures: number("figures")?,
                records: number("records")?,
                ..SampleRequest::default()
            };
            office
                .draw_sample(&request, posted.get("seed").trim())
                .map_err(|problem| vec![problem])
        },
        |_, _, _, position| go_to(&format!("/audit/{position}")),
        |look, posted, found| show(look, Some(posted), found),
    )
    .await
}

async fn one(State(site): State<Site>, asked: Asked, Path(draw): Path<u64>) -> Response {
    site.page(asked, move |look| show_draw(look, draw, &[]))
        .await
}

fn show_draw(look: &Look<'_>, draw: u64, found: &[Problem]) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let none = |_| Refused::no_such(("抽样", "draw"), draw);
    let all = look.office.audit_lines(draw).map_err(none)?;
    let report = look.office.audit_report(draw).map_err(none)?;
    let more = all.len().saturating_sub(LINES_MAX);
    let verdict = |verdict: Verdict| match verdict {
        Verdict::Agrees => ("agrees", words.say("一致", "agrees")),
        Verdict::Differs => ("differs", words.say("不一致", "differs")),
        Verdict::NotFound => ("not_found", words.say("查无", "not found")),
    };
    Page::of(&DrawPage {
        frame: look.frame(format!("{} #{draw}", words.say("审计抽样", "Draw"))),
        draw,
        lines: all
            .iter()
            .take(LINES_MAX)
            .map(|found| line(look, found))
            .collect(),
        more,
        figures: Counted::of(&report.figures),
        records: Counted::of(&report.records),
        affected: report
            .affected
            .iter()
            .map(|affected| {
                (
                    name_of(look, &affected.address),
                    figure::link(&affected.address),
                    affected.lines.join(words.say("、", ", ")),
                )
            })
            .collect(),
        may_find: look.may(Granted::AuditFinding),
        verdicts: Verdict::ALL.into_iter().map(verdict).collect(),
        problems: found.to_vec(),
    })
}

fn name_of(look: &Look<'_>, address: &measure::Address) -> String {
    let name = look
        .programme
        .indicators
        .get(&address.indicator)
        .map_or_else(
            || address.indicator.to_string(),
            |found| look.text(&found.name).to_owned(),
        );
    let unit = address
        .slice
        .unit
        .as_ref()
        .map(|unit| look.unit_name(unit.as_str()));
    format!("{name} {} {}", unit.unwrap_or_default(), address.period)
}

fn line(look: &Look<'_>, found: &AuditLine) -> Line {
    let words = Words { lang: look.lang() };
    let indicator = look.programme.indicators.get(&found.address.indicator);
    let value = indicator.map_or_else(String::new, |indicator| {
        words.figure(&found.published, indicator.format)
    });
    let is_figure = found.record.is_none();
    let (name, address, fields, evidence) = match &found.record {
        None => (
            name_of(look, &found.address),
            figure::link(&found.address),
            Vec::new(),
            Vec::new(),
        ),
        Some(record) => {
            let of = programme::sentence::rows_name(&look.programme, &record.table);
            let address = if record.table.contains(':') {
                format!("/cases/{}", record.number)
            } else {
                format!("/records/{}/{}", record.table, record.number)
            };
            let fields = record
                .fields
                .iter()
                .take(FIELDS_MAX)
                .map(|(field, value)| {
                    let programme = &look.programme;
                    let name = programme::sentence::column_name(programme, &record.table, field);
                    let value =
                        programme::sentence::value_name(programme, &record.table, field, value);
                    (look.text(&name).to_owned(), look.text(&value).to_owned())
                })
                .collect();
            (
                format!("{} {}", look.text(&of), record.number),
                address,
                fields,
                record.evidence.clone(),
            )
        }
    };
    Line {
        anchor: found.line.replace('.', "-"),
        line: found.line.clone(),
        is_figure,
        name,
        address,
        published_in: is_figure.then_some(found.publication),
        value: if is_figure { value } else { String::new() },
        fields,
        evidence,
        found: found.found.as_ref().map(|found| {
            let verdict = Verdict::parse(&found.facts.verdict);
            let verdict = verdict.map_or_else(
                || found.facts.verdict.clone(),
                |verdict| words.say(verdict.zh(), verdict.as_str()).replace('_', " "),
            );
            (
                verdict,
                found.facts.value_found.clone().unwrap_or_default(),
                found.facts.note.clone().unwrap_or_default(),
                found.position.0,
            )
        }),
    }
}

async fn find(
    State(site): State<Site>,
    asked: Asked,
    Path(draw): Path<u64>,
    posted: Posted,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let filled = |name: &str| {
                let text = posted.get(name).trim();
                (!text.is_empty()).then(|| text.to_owned())
            };
            let request = FindingRequest {
                line: posted.get("line").to_owned(),
                verdict: posted.get("verdict").to_owned(),
                value_found: filled("value_found"),
                note: filled("note"),
            };
            office
                .keep_findings(draw, &[request])
                .map_err(|problem| vec![problem])
        },
        move |_, _, posted, _| {
            let line = posted.get("line").replace('.', "-");
            go_to(&format!("/audit/{draw}#line-{line}"))
        },
        move |look, _, found| show_draw(look, draw, found),
    )
    .await
}

async fn csv(State(site): State<Site>, asked: Asked, Path(draw): Path<u64>) -> Response {
    site.file(asked, move |look| {
        let bytes = look.office.audit_csv(draw, look.lang())?;
        Ok(download::file(&format!("audit-{draw}"), Kind::Csv, bytes))
    })
    .await
}

async fn xlsx(State(site): State<Site>, asked: Asked, Path(draw): Path<u64>) -> Response {
    site.file(asked, move |look| {
        let bytes = look.office.audit_workbook(draw, look.lang())?;
        Ok(download::file(&format!("audit-{draw}"), Kind::Xlsx, bytes))
    })
    .await
}
