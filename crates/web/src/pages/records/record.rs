//! The page of one record: its fields, its evidence, its history, what it counts for.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::{IndicatorId, Problem, UnitId};
use measure::Query;
use office::authority::Granted;
use office::entry::{Evidence, Kind};
use office::history::HistoryEntry;
use programme::model::{Attribution, Indicator, Measure, RecordType};

use super::shown::{self, MASK, Shown};
use super::type_of;
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::field::shown::{Panel, panels};
use crate::pages::inspection::lots::{self, LotPanel};
use crate::pages::unit::figure_address;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Figures that are named.
const FIGURES_MAX: usize = 24;

pub(crate) struct FieldLine {
    pub name: String,
    pub shown: Shown,
    pub is_masked: bool,
}

/// A file with how it can be shown.
#[derive(Clone)]
pub(crate) struct Piece {
    pub sha256: String,
    pub name: String,
    pub size: String,
    /// `image`, `pdf` or `file`.
    pub kind: &'static str,
}

struct Difference {
    name: String,
    before: String,
    after: String,
}

struct VersionLine {
    what: (&'static str, &'static str),
    position: u64,
    by: String,
    moment: String,
    reason: String,
    differences: Vec<Difference>,
    added: Vec<String>,
    removed: Vec<String>,
    erased: usize,
}

/// A figure that counts the record.
struct Counted {
    name: String,
    address: String,
    /// How: in which part of the fraction.
    role: &'static str,
}

#[derive(Template)]
#[template(path = "pages/records/record.html")]
struct RecordPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    number: u64,
    position: u64,
    is_withdrawn: bool,
    withdrawn_why: String,
    fields: Vec<FieldLine>,
    pieces: Vec<Piece>,
    erased: usize,
    evidence_wanted: String,
    versions: Vec<VersionLine>,
    cases: Vec<(u64, String)>,
    /// The case of which a step wrote it.
    written_by: Option<(u64, String)>,
    /// Flows whose case the record asks for and has not: identifier and name.
    may_open: Vec<(String, String)>,
    /// Of a lot: its plan and verdict.
    lot: Option<LotPanel>,
    /// What came with it, where it was entered in the field.
    visits: Vec<Panel>,
    figures: Vec<Counted>,
    more_figures: usize,
    /// Indicators read records of this type, and this one is in none of them.
    is_in_none: bool,
    year: String,
    may_revise: bool,
    may_withdraw: bool,
    problems: Vec<Problem>,
    reason: String,
}

pub(crate) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path((of, number)): Path<(String, String)>,
) -> Response {
    site.page(asked, move |look| match number.parse() {
        Ok(number) => show(look, &of, number, &[], ""),
        Err(_) => Err(Refused::no_such(("记录", "record"), &number)),
    })
    .await
}

/// The history of a record of a type.
pub(crate) fn history_of(
    look: &Look<'_>,
    of: &str,
    number: u64,
) -> Result<Vec<HistoryEntry>, Refused> {
    let versions = look.office.history(number).map_err(Refused::missing)?;
    let is_of = versions
        .first()
        .is_some_and(|first| first.record_type == of);
    if is_of {
        Ok(versions)
    } else {
        Err(Refused::no_such(("记录", "record"), number))
    }
}

fn show(
    look: &Look<'_>,
    of: &str,
    number: u64,
    problems: &[Problem],
    reason: &str,
) -> Result<Page, Refused> {
    let record_type = type_of(look, of)?;
    let versions = history_of(look, of, number)?;
    let words = Words { lang: look.lang() };
    let is_withdrawn = versions
        .last()
        .is_some_and(|last| last.kind == Kind::Withdraw);
    let last = versions
        .iter()
        .rev()
        .find(|version| version.kind != Kind::Withdraw);
    let who = look.visitor()?;
    let personal = look
        .office
        .personal_of(number, &who.role, who.unit.as_deref())?;
    let fields = last
        .map(|last| fields(look, record_type, last, personal.as_deref()))
        .unwrap_or_default();
    let unit = last.and_then(|last| {
        let mut fields = last.fields.iter();
        fields
            .find(|(id, _)| id == "unit")
            .map(|(_, unit)| unit.as_str())
    });
    let about = office::about::indicators_of(&look.programme, of);
    let mut figures = counted(look, &about, number, unit)?;
    let more_figures = figures.len().saturating_sub(FIGURES_MAX);
    figures.truncate(FIGURES_MAX);
    let mut cases = Vec::new();
    for case in look.office.cases_about(number) {
        let found = look.office.case(case)?;
        cases.push((case, crate::pages::work::title_of(look, &found)));
    }
    let written_by = match versions.first().and_then(|first| first.case) {
        Some(case) => {
            let found = look.office.case(case)?;
            Some((case, crate::pages::work::title_of(look, &found)))
        }
        None => None,
    };
    let may_open = match is_withdrawn {
        true => Vec::new(),
        false => opened_by_hand(look, number)?,
    };
    Page::of(&RecordPage {
        frame: look.frame(format!("{} #{number}", look.text(&record_type.name))),
        type_id: of.to_owned(),
        type_name: look.text(&record_type.name).to_owned(),
        number,
        position: versions.last().map_or(number, |last| last.position.0),
        is_withdrawn,
        withdrawn_why: versions
            .last()
            .filter(|_| is_withdrawn)
            .and_then(|last| last.reason.clone())
            .unwrap_or_default(),
        fields,
        pieces: last
            .map(|last| pieces(words, &last.evidence))
            .unwrap_or_default(),
        erased: versions.iter().map(|version| version.erased.len()).sum(),
        evidence_wanted: look.text(&record_type.evidence).to_owned(),
        versions: time_line(look, record_type, &versions)?,
        cases,
        written_by,
        may_open,
        lot: match is_withdrawn {
            true => None,
            false => lots::panel(look, record_type, number),
        },
        visits: panels(look, number)?,
        more_figures,
        is_in_none: figures.is_empty() && !about.is_empty(),
        year: words.period(&look.programme.year),
        figures,
        may_revise: !is_withdrawn && look.may(Granted::Submit),
        may_withdraw: !is_withdrawn && look.may(Granted::Withdraw),
        problems: problems.to_vec(),
        reason: reason.to_owned(),
    })
}

/// The flows whose case a record asks for, that has none yet and that who looks may open: time opens it soon, a person
/// sooner.
fn opened_by_hand(look: &Look<'_>, number: u64) -> Result<Vec<(String, String)>, Refused> {
    let mut found = Vec::new();
    for flow in look.programme.flows.values() {
        if flow.subject != "record" || !crate::pages::cases::may_open(look, flow) {
            continue;
        }
        let asked = look.office.asked_by_record(&flow.id, number)?;
        if asked.is_some_and(|asked| asked.refused.is_none() && asked.there_is.is_none()) {
            found.push((flow.id.to_string(), look.text(&flow.name).to_owned()));
        }
    }
    Ok(found)
}

/// The figures of the programme's year that count a record, each of the record's own unit where it counts there,
/// with the part that it has in them; then those that are made from them.
fn counted(
    look: &Look<'_>,
    about: &[&Indicator],
    number: u64,
    unit: Option<&str>,
) -> Result<Vec<Counted>, Refused> {
    let words = Words { lang: look.lang() };
    let columns = look.office.mirror().columns();
    let year = look.programme.year;
    let mut found: Vec<Counted> = Vec::new();
    let mut direct: Vec<(&IndicatorId, Option<&str>)> = Vec::new();
    for indicator in about {
        let city = Query::new(indicator.id.clone(), year, look.today, look.at);
        let own = unit
            .filter(|_| indicator.attribution != Attribution::City)
            .map(|unit| city.clone().for_unit(UnitId::new(unit)));
        let of_unit = own
            .map(|query| columns.counts_row(&query, number))
            .transpose()?
            .flatten();
        let (counts, of) = match of_unit {
            Some(counts) => (Some(counts), unit),
            None => (columns.counts_row(&city, number)?, None),
        };
        let Some(in_numerator) = counts else {
            continue;
        };
        let is_share = matches!(
            indicator.measure,
            Measure::Share { .. } | Measure::WeightedRatio { .. }
        );
        found.push(Counted {
            name: look.text(&indicator.name).to_owned(),
            address: figure_address(look, indicator.id.as_str(), of, &year),
            role: match (is_share, in_numerator) {
                (true, true) => words.say("计入分子和分母", "in numerator and denominator"),
                (true, false) => words.say("只计入分母", "in the denominator only"),
                (false, true) => words.say("计入", "counts"),
                (false, false) => words.say("参加比较", "was compared"),
            },
        });
        direct.push((&indicator.id, of));
    }
    for indicator in look.programme.indicators.values() {
        let Measure::Ratio {
            numerator,
            denominator,
            ..
        } = &indicator.measure
        else {
            continue;
        };
        let part = |id: &IndicatorId| direct.iter().find(|(direct, _)| *direct == id);
        let (above, below) = (part(numerator), part(denominator));
        let Some((_, of)) = above.or(below) else {
            continue;
        };
        found.push(Counted {
            name: look.text(&indicator.name).to_owned(),
            address: figure_address(look, indicator.id.as_str(), *of, &year),
            role: match (above.is_some(), below.is_some()) {
                (true, true) => words.say("计入分子和分母", "in numerator and denominator"),
                (true, false) => words.say("计入分子", "in the numerator"),
                _ => words.say("计入分母", "in the denominator"),
            },
        });
    }
    Ok(found)
}

/// The fields of a version in the type's order; what the type does not have any more stands last.
fn fields(
    look: &Look<'_>,
    record_type: &RecordType,
    version: &HistoryEntry,
    personal: Option<&[(String, String)]>,
) -> Vec<FieldLine> {
    let values: BTreeMap<&str, &str> = version
        .fields
        .iter()
        .map(|(id, text)| (id.as_str(), text.as_str()))
        .collect();
    let mut lines: Vec<FieldLine> = record_type
        .fields
        .values()
        .map(|field| FieldLine {
            name: look.text(&field.name).to_owned(),
            shown: if let (true, Some(personal)) = (field.personal, personal) {
                let found = personal.iter().find(|(id, _)| *id == field.id.as_str());
                shown::of_text(look, field, found.map_or("", |(_, text)| text))
            } else if field.personal {
                Shown {
                    text: MASK.to_owned(),
                    ..Shown::default()
                }
            } else {
                let text = values.get(field.id.as_str()).copied().unwrap_or("");
                shown::of_text(look, field, text)
            },
            is_masked: field.personal && personal.is_none(),
        })
        .collect();
    let retired = version
        .fields
        .iter()
        .filter(|(id, _)| !record_type.fields.contains_key(id.as_str()));
    lines.extend(retired.map(|(id, text)| FieldLine {
        name: id.clone(),
        shown: Shown {
            text: text.clone(),
            ..Shown::default()
        },
        is_masked: false,
    }));
    lines
}

/// Files with how they are shown.
pub(crate) fn pieces(words: Words, evidence: &[Evidence]) -> Vec<Piece> {
    evidence
        .iter()
        .map(|piece| {
            let ending = piece.name.rsplit('.').next().unwrap_or("").to_lowercase();
            Piece {
                sha256: piece.sha256.clone(),
                name: if piece.name.is_empty() {
                    piece.sha256.chars().take(12).collect()
                } else {
                    piece.name.clone()
                },
                size: format!("{} KB", words.count((piece.size as usize).div_ceil(1024))),
                kind: match ending.as_str() {
                    "jpg" | "jpeg" | "png" | "gif" | "webp" => "image",
                    "pdf" => "pdf",
                    _ => "file",
                },
            }
        })
        .collect()
}

/// Newest first.
fn time_line(
    look: &Look<'_>,
    record_type: &RecordType,
    versions: &[HistoryEntry],
) -> Result<Vec<VersionLine>, Refused> {
    let words = Words { lang: look.lang() };
    let mut lines = Vec::new();
    let mut before: Option<&HistoryEntry> = None;
    for version in versions {
        let is_withdrawal = version.kind == Kind::Withdraw;
        lines.push(VersionLine {
            what: match version.kind {
                Kind::Withdraw => ("撤回", "withdrawn"),
                Kind::Revise => ("更正", "revised"),
                _ => ("提交", "submitted"),
            },
            position: version.position.0,
            by: version.actor.clone(),
            moment: words.moment(&look.programme, version.time),
            reason: version.reason.clone().unwrap_or_default(),
            differences: match before {
                Some(before) if !is_withdrawal => differences(look, record_type, before, version),
                _ => Vec::new(),
            },
            added: before.map_or_else(Vec::new, |before| names_only_in(version, before)),
            removed: match before {
                Some(before) if !is_withdrawal => names_only_in(before, version),
                _ => Vec::new(),
            },
            erased: version.erased.len(),
        });
        if !is_withdrawal {
            before = Some(version);
        }
    }
    lines.reverse();
    Ok(lines)
}

fn names_only_in(one: &HistoryEntry, other: &HistoryEntry) -> Vec<String> {
    let has = |piece: &Evidence| {
        other
            .evidence
            .iter()
            .any(|known| known.sha256 == piece.sha256)
    };
    one.evidence
        .iter()
        .filter(|piece| !has(piece))
        .map(|piece| piece.name.clone())
        .collect()
}

fn differences(
    look: &Look<'_>,
    record_type: &RecordType,
    before: &HistoryEntry,
    after: &HistoryEntry,
) -> Vec<Difference> {
    let value = |version: &HistoryEntry, id: &str| {
        let found = version.fields.iter().find(|(field, _)| field == id);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    record_type
        .fields
        .values()
        .filter(|field| !field.personal)
        .filter_map(|field| {
            let id = field.id.as_str();
            let (was, is) = (value(before, id), value(after, id));
            let text = |text: &str| {
                let shown = shown::of_text(look, field, text);
                match shown.note.is_empty() {
                    true => shown.text,
                    false => format!("{} {}", shown.text, shown.note),
                }
            };
            (was != is).then(|| Difference {
                name: look.text(&field.name).to_owned(),
                before: text(&was),
                after: text(&is),
            })
        })
        .collect()
}

pub(crate) async fn withdraw(
    State(site): State<Site>,
    asked: Asked,
    Path((of, number)): Path<(String, u64)>,
    posted: Posted,
) -> Response {
    let address = format!("/records/{of}/{number}");
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            office
                .withdraw(number, posted.get("reason"))
                .map_err(|problem| vec![problem])
        },
        move |_, _, _, _| go_to(&address),
        move |look, posted, problems| show(look, &of, number, problems, posted.get("reason")),
    )
    .await
}

#[derive(Template)]
#[template(path = "pages/records/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    number: u64,
    position: u64,
    moment: String,
    line: String,
    may_enter: bool,
    is_known: bool,
}

pub(crate) async fn receipt(
    State(site): State<Site>,
    asked: Asked,
    Path((of, number)): Path<(String, u64)>,
) -> Response {
    site.page(asked, move |look| {
        let record_type = type_of(look, &of)?;
        let versions = history_of(look, &of, number)?;
        let words = Words { lang: look.lang() };
        let Some(last) = versions.last() else {
            return Err(Refused::no_such(("记录", "record"), number));
        };
        let name = look.text(&record_type.name).to_owned();
        let moment = words.moment(&look.programme, last.time);
        let position = last.position.0;
        let line = match look.lang() {
            base::Lang::Zh => format!(
                "{name}，记录 #{number}，存证位置 {position}，{moment}，{}",
                last.actor
            ),
            base::Lang::En => format!(
                "{name}, record #{number}, ledger position {position}, {moment}, {}",
                last.actor
            ),
        };
        Page::of(&ReceiptPage {
            frame: look.frame(words.say("回执", "Receipt")),
            type_id: of.clone(),
            type_name: name,
            number,
            position,
            moment,
            line,
            may_enter: look.may(Granted::Submit),
            is_known: look.asked.uri.query() == Some("known"),
        })
    })
    .await
}
