//! Lots of a record type: how strictly each maker's next lot is inspected, and how it came to that.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use office::inspection::lots::{Line, course, course_of};
use programme::model::{Field, LotSampling, RecordType};
use sampling::{Decision, Event, Outcome, Severity, State as Next};

use super::{severity as severity_words, why};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::records::{coded, shown, type_of};
use crate::paging::Paging;
use crate::site::Site;
use crate::words::Words;

/// Lots of a course that are shown, the newest.
const LINES_SHOWN: usize = 200;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/records/{type}/lots", get(page))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Chosen {
    maker: Option<String>,
    product: String,
    /// Page of the overview.
    p: String,
}

/// How the next lot is inspected.
struct Standing {
    severity: &'static str,
    /// `late`, `soon`, `good` or nothing, with a sign of its own.
    tone: &'static str,
    sign: &'static str,
    /// What it lacks or waits for.
    note: String,
}

struct CourseRow {
    maker: String,
    product: String,
    address: String,
    lots: usize,
    not_accepted: usize,
    standing: Standing,
    last: String,
}

#[derive(Template)]
#[template(path = "pages/inspection/lots.html")]
struct LotsPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    scheme: String,
    product_name: String,
    rows: Vec<CourseRow>,
    paging: Paging,
    is_cut: bool,
    tightened: usize,
    reduced: usize,
    discontinued: usize,
}

struct LineRow {
    record: u64,
    type_id: String,
    day: String,
    what: String,
    severity: &'static str,
    plan: String,
    found: String,
    verdict: &'static str,
    /// `late` or `good`.
    tone: &'static str,
    after: String,
    why: &'static str,
    is_switch: bool,
    is_short: String,
}

#[derive(Template)]
#[template(path = "pages/inspection/course.html")]
struct CoursePage {
    frame: Frame,
    type_id: String,
    type_name: String,
    scheme: String,
    maker: shown::Shown,
    standing: Standing,
    lines: Vec<LineRow>,
    earlier: usize,
    incomplete: usize,
    is_cut: bool,
    finder: String,
    decisions: Option<(String, String)>,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        let record_type = type_of(look, &of)?;
        let declared = declared(look, record_type)
            .ok_or_else(|| Refused::no_such(("抽样方案", "sampling plan of"), &of))?;
        match &chosen.maker {
            Some(maker) => one(look, record_type, declared, maker, &chosen.product),
            None => all(look, record_type, declared, &chosen.p),
        }
    })
    .await
}

/// How the lots of a type are inspected, where they are.
pub(crate) fn declared<'a>(
    look: &'a Look<'_>,
    record_type: &RecordType,
) -> Option<&'a LotSampling> {
    look.programme.lot_sampling.get(&record_type.id)
}

/// Level and AQL in words.
pub(crate) fn scheme(words: Words, declared: &LotSampling) -> String {
    let counts = match declared.is_per_hundred {
        true => words.say("每百单位不合格数", "nonconformities per 100 items"),
        false => words.say("不合格品", "nonconforming items"),
    };
    match words.lang {
        base::Lang::Zh => format!(
            "检验水平 {}，接收质量限 {}（{counts}）",
            declared.scheme.level.as_str(),
            declared.scheme.aql.as_str()
        ),
        base::Lang::En => format!(
            "level {}, AQL {} ({counts})",
            declared.scheme.level.as_str(),
            declared.scheme.aql.as_str()
        ),
    }
}

/// The address of a course.
fn address(declared: &LotSampling, maker: &str, product: &str) -> String {
    format!(
        "/records/{}/lots?maker={}&product={}",
        coded(declared.record_type.as_str()),
        coded(maker),
        coded(product)
    )
}

fn standing(words: Words, next: &Next, is_cut: bool) -> Standing {
    if is_cut {
        return Standing {
            severity: words.say("未推算", "not followed"),
            tone: "soon",
            sign: "▲",
            note: words
                .say("批次太多，没有全部推算", "too many lots to follow them all")
                .to_owned(),
        };
    }
    if next.is_discontinued {
        return Standing {
            severity: words.say("暂停检验", "discontinued"),
            tone: "late",
            sign: "■",
            note: words
                .say(
                    "待供方改进并记录恢复决定",
                    "until the maker has put things right and that is recorded",
                )
                .to_owned(),
        };
    }
    let severity = severity_words(words, next.severity);
    match next.severity {
        Severity::Tightened => Standing {
            severity,
            tone: "soon",
            sign: "▲",
            note: match words.lang {
                base::Lang::Zh => format!(
                    "连续接收 {}/5，累计不接收 {}/5",
                    next.accepted_in_a_row, next.not_accepted
                ),
                base::Lang::En => format!(
                    "accepted in a row {} of 5, not accepted {} of 5",
                    next.accepted_in_a_row, next.not_accepted
                ),
            },
        },
        Severity::Reduced => Standing {
            severity,
            tone: "good",
            sign: "●",
            note: String::new(),
        },
        Severity::Normal => Standing {
            severity,
            tone: "",
            sign: "○",
            note: match words.lang {
                base::Lang::Zh => format!("转移得分 {}/30", next.score),
                base::Lang::En => format!("switching score {} of 30", next.score),
            },
        },
    }
}

fn name_of(look: &Look<'_>, field: Option<&Field>, text: &str) -> shown::Shown {
    match field {
        Some(field) if !text.is_empty() => shown::of_text(look, field, text),
        _ => shown::Shown {
            text: "—".to_owned(),
            ..shown::Shown::default()
        },
    }
}

fn field_of<'t>(of: &'t RecordType, id: Option<&base::FieldId>) -> Option<&'t Field> {
    id.and_then(|id| of.fields.get(id))
}

fn all(
    look: &Look<'_>,
    record_type: &RecordType,
    declared: &LotSampling,
    asked: &str,
) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let found = super::kept::lots(look, declared)?;
    let paging = Paging::of(found.all.len(), asked, |page| format!("?p={page}"));
    let maker = record_type.fields.get(&declared.maker);
    let product = field_of(record_type, declared.product.as_ref());
    let shown = found.all.get(paging.rows()).unwrap_or_default();
    let rows = shown.iter().map(|one| CourseRow {
        maker: name_of(look, maker, &one.maker).text,
        product: name_of(look, product, &one.product).text,
        address: address(declared, &one.maker, &one.product),
        lots: one.lots,
        not_accepted: one.not_accepted,
        standing: standing(words, &one.next, one.is_cut),
        last: one.last.map(|day| words.day(day)).unwrap_or_default(),
    });
    Page::of(&LotsPage {
        frame: look.frame(words.say("批检验的宽严程度", "Severity of lot inspection")),
        type_id: record_type.id.to_string(),
        type_name: look.text(&record_type.name).to_owned(),
        scheme: scheme(words, declared),
        product_name: product.map_or_else(String::new, |field| look.text(&field.name).to_owned()),
        rows: rows.collect(),
        paging,
        is_cut: found.is_cut,
        tightened: found.count(Severity::Tightened),
        reduced: found.count(Severity::Reduced),
        discontinued: found.discontinued(),
    })
}

fn one(
    look: &Look<'_>,
    record_type: &RecordType,
    declared: &LotSampling,
    maker: &str,
    product: &str,
) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let columns = look.office.mirror().columns();
    let course = course(columns, declared, maker, product, look.at);
    if course.lines.is_empty() && course.incomplete == 0 {
        return Err(Refused::no_such(("批次的生产者", "maker with lots"), maker));
    }
    let product_field = field_of(record_type, declared.product.as_ref());
    let maker = name_of(look, record_type.fields.get(&declared.maker), maker);
    let product = match product_field {
        Some(_) => name_of(look, product_field, product).text,
        None => String::new(),
    };
    let earlier = course.lines.len().saturating_sub(LINES_SHOWN);
    let lines = course
        .lines
        .iter()
        .skip(earlier)
        .rev()
        .map(|line| line_row(look, words, declared, line))
        .collect();
    let title = match product.as_str() {
        "" => maker.text.clone(),
        product => format!("{} · {product}", maker.text),
    };
    Page::of(&CoursePage {
        frame: look.frame(title),
        type_id: record_type.id.to_string(),
        type_name: look.text(&record_type.name).to_owned(),
        scheme: scheme(words, declared),
        maker,
        standing: standing(words, &course.next, course.is_cut),
        lines,
        earlier,
        incomplete: course.incomplete,
        is_cut: course.is_cut,
        finder: finder(declared, course.next.severity),
        decisions: declared.decisions.as_ref().and_then(|decisions| {
            let of = look.programme.record_types.get(&decisions.record_type)?;
            Some((of.id.to_string(), look.text(&of.name).to_owned()))
        }),
    })
}

/// The finder for the next lot.
fn finder(declared: &LotSampling, severity: Severity) -> String {
    format!(
        "/programme/sampling?level={}&aql={}&severity={}&counts={}",
        declared.scheme.level.as_str(),
        declared.scheme.aql.as_str(),
        severity.as_str(),
        if declared.is_per_hundred {
            "nonconformities"
        } else {
            "items"
        }
    )
}

fn line_row(look: &Look<'_>, words: Words, declared: &LotSampling, line: &Line) -> LineRow {
    let (plan, verdict, tone) = verdict(words, line);
    let (what, found, type_id) = match line.event {
        Event::Lot(lot) => (
            match words.lang {
                base::Lang::Zh => format!("批量 {}", lot.size),
                base::Lang::En => format!("lot of {}", lot.size),
            },
            lot.found.to_string(),
            declared.record_type.to_string(),
        ),
        Event::Decision(decision) => (
            match decision {
                Decision::AllowReduced => words.say(
                    "决定：生产稳定，同意放宽",
                    "decision: steady, reduced inspection agreed to",
                ),
                Decision::EndReduced => words.say("决定：恢复正常检验", "decision: back to normal"),
                Decision::Resume => words.say("决定：恢复检验", "decision: resume"),
            }
            .to_owned(),
            String::new(),
            declared
                .decisions
                .as_ref()
                .map(|found| found.record_type.to_string())
                .unwrap_or_default(),
        ),
    };
    let after = &line.step.after;
    LineRow {
        record: line.record,
        type_id,
        day: words.day(line.day),
        what,
        severity: severity_words(words, line.step.severity),
        plan,
        found,
        verdict,
        tone,
        after: match (after.is_discontinued, after.severity) {
            (true, _) => words.say("暂停检验", "discontinued").to_owned(),
            (_, Severity::Normal) => match words.lang {
                base::Lang::Zh => format!("正常，得分 {}", after.score),
                base::Lang::En => format!("normal, score {}", after.score),
            },
            (_, Severity::Tightened) => match words.lang {
                base::Lang::Zh => format!(
                    "加严，连续接收 {}，累计不接收 {}",
                    after.accepted_in_a_row, after.not_accepted
                ),
                base::Lang::En => format!(
                    "tightened, {} in a row, {} not accepted",
                    after.accepted_in_a_row, after.not_accepted
                ),
            },
            (_, Severity::Reduced) => severity_words(words, Severity::Reduced).to_owned(),
        },
        why: why(words, line.step.why),
        is_switch: after.severity != line.step.severity || after.is_discontinued,
        is_short: short(look, line),
    }
}

fn verdict(words: Words, line: &Line) -> (String, &'static str, &'static str) {
    match line.step.outcome {
        Outcome::Judged(plan, is_accepted) => {
            let (verdict, tone) = match is_accepted {
                true => (words.say("接收", "accepted"), "good"),
                false => (words.say("不接收", "not accepted"), "late"),
            };
            let plan = format!(
                "{} · n {} · Ac {} · Re {}",
                plan.letter,
                plan.sample,
                plan.accept,
                plan.reject()
            );
            (plan, verdict, tone)
        }
        Outcome::NoPlan(why) => (super::finder::no_plan(words, why).to_owned(), "—", ""),
        Outcome::Discontinued => (
            words
                .say("检验已暂停，本批不应检验", "inspection was discontinued")
                .to_owned(),
            words.say("不判定", "not judged"),
            "late",
        ),
        Outcome::Decided => (String::new(), "", ""),
    }
}

fn short(look: &Look<'_>, line: &Line) -> String {
    let (Outcome::Judged(plan, _), Some(inspected), true) =
        (line.step.outcome, line.inspected, line.is_short())
    else {
        return String::new();
    };
    match look.lang() {
        base::Lang::Zh => format!("只检验了 {inspected} 件，方案要求 {}", plan.sample),
        base::Lang::En => format!("only {inspected} inspected, the plan wants {}", plan.sample),
    }
}

/// What the page of a lot's record says: its plan, its verdict, what follows.
pub(crate) struct LotPanel {
    pub scheme: String,
    pub severity: &'static str,
    pub plan: String,
    pub verdict: &'static str,
    pub tone: &'static str,
    pub why: &'static str,
    pub is_short: String,
    pub next: String,
    pub course: String,
}

/// That of a record, where its type is inspected by lots.
pub(crate) fn panel(look: &Look<'_>, record_type: &RecordType, record: u64) -> Option<LotPanel> {
    let declared = declared(look, record_type)?;
    let words = Words { lang: look.lang() };
    let course = course_of(look.office.mirror().columns(), declared, record, look.at)?;
    let line = course.lines.iter().find(|line| line.record == record)?;
    let (plan, verdict, tone) = verdict(words, line);
    let standing = standing(words, &course.next, course.is_cut);
    Some(LotPanel {
        scheme: scheme(words, declared),
        severity: severity_words(words, line.step.severity),
        plan,
        verdict,
        tone,
        why: why(words, line.step.why),
        is_short: short(look, line),
        next: match standing.note.as_str() {
            "" => standing.severity.to_owned(),
            note => match words.lang {
                base::Lang::Zh => format!("{}（{note}）", standing.severity),
                base::Lang::En => format!("{} ({note})", standing.severity),
            },
        },
        course: address(declared, &course.maker, &course.product),
    })
}

/// A row of the plans that a form shows: lots from so many to so many, and the plan of each severity.
pub(crate) struct FormPlan {
    pub lots: String,
    pub plans: Vec<String>,
}

/// The plans for every size of a lot, for who fills in the form.
pub(crate) fn form_plans(
    look: &Look<'_>,
    record_type: &RecordType,
) -> Option<(String, Vec<FormPlan>)> {
    let declared = declared(look, record_type)?;
    let words = Words { lang: look.lang() };
    let scheme_words = scheme(words, declared);
    let mut plans = Vec::new();
    for (least, greatest) in sampling::lot_sizes() {
        let each: Vec<String> = Severity::ALL
            .into_iter()
            .map(|severity| {
                let sampling::Scheme { level, aql } = declared.scheme;
                match sampling::plan(greatest.unwrap_or(least), level, aql, severity) {
                    Ok(plan) if plan.is_whole_lot => {
                        let all = words.say("全检", "all");
                        format!("{all} / {} / {}", plan.accept, plan.reject())
                    }
                    Ok(plan) => format!("{} / {} / {}", plan.sample, plan.accept, plan.reject()),
                    Err(_) => "—".to_owned(),
                }
            })
            .collect();
        let lots = match greatest {
            Some(greatest) => format!(
                "{}–{}",
                words.count(least as usize),
                words.count(greatest as usize)
            ),
            None => format!("≥ {}", words.count(least as usize)),
        };
        plans.push(FormPlan { lots, plans: each });
    }
    Some((scheme_words, plans))
}
