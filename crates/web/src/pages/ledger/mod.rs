//! The ledger: how far it reaches, and each entry with its facts and the proof that it stands in it.

mod names;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::Position;
use ledger::Entry;
use office::entry::Kind;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

/// Entries on one page.
const ENTRIES: u64 = 50;
/// Facts that are listed; the whole is to be had as it is stored.
const FACTS_MAX: usize = 200;
/// Signs of one fact.
const SIGNS_MAX: usize = 400;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/ledger", get(page))
        .route("/ledger/{position}", get(entry))
        .route("/ledger/{position}/facts.json", get(facts))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    /// The last position of the page.
    to: Option<u64>,
}

struct Line {
    position: u64,
    time: String,
    kind: String,
    who: String,
}

#[derive(Template)]
#[template(path = "pages/ledger/ledger.html")]
struct LedgerPage {
    frame: Frame,
    size: String,
    root: String,
    origin: String,
    checkpoint: Option<String>,
    lines: Vec<Line>,
    older: Option<u64>,
    newer: Option<u64>,
    may_verify: bool,
}

struct Fact {
    /// What the path is called; empty where it has no name.
    label: String,
    /// The name of what the value points to.
    shown: Option<String>,
    name: String,
    value: String,
    is_cut: bool,
}

#[derive(Template)]
#[template(path = "pages/ledger/entry.html")]
struct EntryPage {
    frame: Frame,
    position: u64,
    kind: String,
    time: String,
    who: String,
    programme: u64,
    command: String,
    leaf: String,
    private: String,
    erased_by: Option<u64>,
    /// Where its record or case can be read, and what that is called.
    of: Option<(String, String)>,
    facts: Vec<Fact>,
    more_facts: usize,
    raw: Option<String>,
    proof: Option<String>,
    proof_fault: String,
    previous: Option<u64>,
    next: Option<u64>,
}

/// What kinds of entries are called.
const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Key, "更换签名密钥", "signing key"),
    (Kind::Founded, "建档", "folder founded"),
    (Kind::Programme, "启用方案", "programme activated"),
    (Kind::Actor, "登记人员", "actor registered"),
    (Kind::Subject, "登记对象", "subject registered"),
    (Kind::Alias, "确认写法", "spelling confirmed"),
    (Kind::ImportedSubject, "导入对象", "subject imported"),
    (Kind::Record, "录入记录", "record"),
    (Kind::Revise, "更正记录", "record revised"),
    (Kind::Withdraw, "撤回记录", "record withdrawn"),
    (Kind::Erase, "抹去个人信息", "personal data erased"),
    (Kind::ImportOpen, "开始导入", "import begun"),
    (Kind::ImportClose, "完成导入", "import completed"),
    (Kind::ImportAbandon, "放弃导入", "import given up"),
    (Kind::CaseOpen, "事项立项", "case opened"),
    (Kind::Remind, "催办", "reminder"),
    (Kind::Assign, "交办", "assignment"),
    (Kind::CaseAct, "事项办理", "step of a case"),
    (Kind::CaseFiled, "办件登记", "case filed"),
    (Kind::CaseOfRecord, "记录开办", "case opened by a record"),
    (
        Kind::CasePassed,
        "办件移送、并案",
        "case passed on or merged",
    ),
    (Kind::CaseReported, "逾期报告", "late case reported"),
    (Kind::FieldVisit, "现场检查", "visit in the field"),
    (Kind::FieldVisitConfirmed, "确认现场检查", "visit confirmed"),
    (Kind::Override, "改定得分", "points set by hand"),
    (Kind::Seal, "封存结果", "result sealed"),
    (Kind::Publish, "公布", "published"),
    (Kind::AuditDraw, "审计抽样", "audit draw"),
    (Kind::AuditFinding, "审计结论", "audit finding"),
    (Kind::ActorClosed, "停用人员", "actor closed"),
    (Kind::ActorReopened, "恢复人员", "actor reopened"),
    (Kind::ActorMoved, "人员调整岗位", "actor moved"),
    (Kind::Deputy, "委托代办", "deputy named"),
    (Kind::DeputyEnded, "终止代办", "deputy ended"),
    (Kind::Handover, "工作交接", "handover"),
    (Kind::HandoverConfirmed, "确认接收", "handover confirmed"),
    (Kind::LetterSigned, "签订责任书", "letter signed"),
    (
        Kind::LetterCountersigned,
        "会签责任书",
        "letter countersigned",
    ),
    (Kind::LetterScan, "责任书扫描件", "letter's scan"),
    (Kind::ChangeConfirmed, "确认年中调整", "change confirmed"),
    (Kind::PaperTemplate, "启用公文模板", "template in force"),
    (Kind::Paper, "出具公文", "paper issued"),
    (Kind::PaperVoided, "公文作废", "paper void"),
    (Kind::CasePaper, "出具文书", "paper of a case issued"),
];

/// What a kind of entry is called; its number where this version has no words for it.
pub(crate) fn kind_name(words: Words, number: u16) -> String {
    let kind = Kind::from_number(number);
    KINDS
        .iter()
        .find(|(known, ..)| Some(*known) == kind)
        .map_or_else(
            || kind.map_or_else(|| number.to_string(), |kind| format!("{kind:?}")),
            |(_, zh, en)| words.say(zh, en).to_owned(),
        )
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, chosen.to)).await
}

fn show(look: &Look<'_>, to: Option<u64>) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let last = to.unwrap_or(look.at.0).clamp(1, look.at.0);
    let first = last.saturating_sub(ENTRIES - 1).max(1);
    let mut lines = Vec::new();
    for entry in look
        .office
        .ledger()
        .entries(Position(first)..=Position(last))?
    {
        let entry = entry?;
        lines.push(Line {
            position: entry.position.0,
            time: words.moment(&look.programme, entry.time),
            kind: kind_name(words, entry.kind),
            who: look.office.actor_name(entry.actor)?,
        });
    }
    lines.reverse();
    let checkpoint = look.office.key_files().signed().ok().flatten();
    Page::of(&LedgerPage {
        frame: look.frame(words.say("存证日志", "The ledger")),
        size: look.at.0.to_string(),
        root: hex::encode(look.office.ledger().root_at(look.at)?),
        origin: look.office.ledger().origin().to_owned(),
        checkpoint: checkpoint
            .and_then(Result::ok)
            .map(|signed| signed.to_string()),
        lines,
        older: (first > 1).then(|| first - 1),
        newer: (last < look.at.0).then(|| (last + ENTRIES).min(look.at.0)),
        may_verify: crate::pages::admin::may_verify(look),
    })
}

fn found(look: &Look<'_>, position: u64) -> Result<Entry, Refused> {
    if position == 0 || position > look.at.0 {
        return Err(Refused::no_such(("存证", "entry"), position));
    }
    Ok(look.office.ledger().entry(Position(position))?)
}

async fn facts(State(site): State<Site>, asked: Asked, Path(position): Path<u64>) -> Response {
    site.file(asked, move |look| {
        let entry = found(look, position)?;
        Ok((
            [
                (CONTENT_TYPE, "application/json; charset=utf-8"),
                (CACHE_CONTROL, "private, no-cache"),
            ],
            entry.facts,
        )
            .into_response())
    })
    .await
}

async fn entry(State(site): State<Site>, asked: Asked, Path(position): Path<u64>) -> Response {
    site.page(asked, move |look| show_entry(look, position))
        .await
}

fn show_entry(look: &Look<'_>, position: u64) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let entry = found(look, position)?;
    let json: Json = serde_json::from_slice(&entry.facts).unwrap_or_default();
    let mut facts = Vec::new();
    flatten(&json, "", &mut facts);
    let reader = names::Reader::of(look, &json);
    for fact in &mut facts {
        fact.label = reader.label(&fact.name);
        fact.shown = reader.value(&fact.name, &fact.value);
    }
    let more_facts = facts.len().saturating_sub(FACTS_MAX);
    facts.truncate(FACTS_MAX);
    let raw = serde_json::to_string_pretty(&json).unwrap_or_default();
    let (proof, proof_fault) = match proof(look, entry.position) {
        Ok(text) => (Some(text), String::new()),
        Err(problem) => (None, problem.line(look.lang())),
    };
    let private = match (&entry.private, entry.erased_by) {
        (_, Some(_)) => words.say("已抹去", "erased"),
        (Some(_), None) => words.say("有，不在这里显示", "there is one; it is not shown here"),
        (None, None) => words.say("没有", "none"),
    };
    Page::of(&EntryPage {
        frame: look.frame(format!("{} #{position}", words.say("存证", "Entry"))),
        position,
        kind: kind_name(words, entry.kind),
        time: words.moment(&look.programme, entry.time),
        who: look.office.actor_name(entry.actor)?,
        programme: entry.programme.0,
        command: hex::encode(entry.command_id),
        leaf: hex::encode(entry.leaf_hash()),
        private: private.to_owned(),
        erased_by: entry.erased_by.map(|at| at.0),
        of: of(look, &entry, &json),
        facts,
        more_facts,
        raw: (raw.len() <= 100_000).then_some(raw),
        proof,
        proof_fault,
        previous: (position > 1).then(|| position - 1),
        next: (position < look.at.0).then_some(position + 1),
    })
}

/// The proof in the newest checkpoint that is kept, or in a new one where that does not reach so far.
fn proof(look: &Look<'_>, position: Position) -> Result<String, base::Problem> {
    let kept = look.office.key_files().signed().ok().flatten();
    let kept = kept
        .and_then(Result::ok)
        .filter(|signed| signed.checkpoint().size >= position.0);
    Ok(look.office.prove_inclusion(position, kept)?.to_string())
}

/// The record, case or assessment of an entry.
fn of(look: &Look<'_>, entry: &Entry, json: &Json) -> Option<(String, String)> {
    let words = Words { lang: look.lang() };
    let number = |key: &str| json[key].as_u64();
    match Kind::from_number(entry.kind)? {
        Kind::Record | Kind::Revise | Kind::Withdraw => {
            let record = number("record").unwrap_or(entry.position.0);
            let of = json["type"].as_str()?;
            Some((
                format!("/records/{of}/{record}"),
                format!("{} {record}", words.say("记录", "Record")),
            ))
        }
        Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord => Some((
            format!("/cases/{}", entry.position.0),
            format!("{} {}", words.say("事项", "Case"), entry.position.0),
        )),
        Kind::CaseAct | Kind::CasePassed => {
            let case = number("case")?;
            Some((
                format!("/cases/{case}"),
                format!("{} {case}", words.say("事项", "Case")),
            ))
        }
        Kind::Subject | Kind::ImportedSubject => {
            let (of, id) = (json["type"].as_str()?, json["id"].as_str()?);
            let coded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
            Some((
                format!("/subjects/{of}/{coded}"),
                look.office
                    .mirror()
                    .subject_name(of, id)
                    .unwrap_or(id)
                    .to_owned(),
            ))
        }
        Kind::LetterSigned | Kind::LetterCountersigned | Kind::LetterScan => {
            let unit = json["unit"].as_str()?;
            let coded: String = url::form_urlencoded::byte_serialize(unit.as_bytes()).collect();
            Some((
                format!("/plan/letters/{coded}"),
                words.say("责任书", "Letter").to_owned(),
            ))
        }
        Kind::ChangeConfirmed => Some((
            "/plan/changes".to_owned(),
            words.say("年中调整", "Changes in mid-year").to_owned(),
        )),
        Kind::Paper | Kind::CasePaper => Some((
            format!("/papers/{}", entry.position.0),
            words.say("公文", "Paper").to_owned(),
        )),
        Kind::Seal => Some((
            "/board".to_owned(),
            words.say("记分榜", "Scoreboard").to_owned(),
        )),
        _ => None,
    }
}

/// Facts as lines: where they stand in the JSON, and what they say.
fn flatten(json: &Json, path: &str, out: &mut Vec<Fact>) {
    let under = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                flatten(value, &under(key), out);
            }
        }
        Json::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                flatten(value, &under(&(at + 1).to_string()), out);
            }
        }
        other => {
            let text = match other {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            };
            let value: String = text.chars().take(SIGNS_MAX).collect();
            out.push(Fact {
                label: String::new(),
                shown: None,
                name: path.to_owned(),
                is_cut: value.len() < text.len(),
                value,
            });
        }
    }
}
