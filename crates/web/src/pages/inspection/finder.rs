//! The plan finder: lot size, level, AQL and severity to sample and acceptance number, with what such a plan lets
//! through.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use sampling::oc::{Characteristic, Model};
use sampling::{AQLS, Aql, LEVELS, Level, NoPlan, Plan, Severity, plan};

use super::{percent, quality, severity as severity_words};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::chart::{Around, Lines, Series};
use crate::frame::Frame;
use crate::look::Look;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// Points of the curve.
const POINTS: u32 = 24;
/// From this part of the lot on, drawing the sample changes what is left: the lot's own curve is shown.
const SMALL_LOT: f64 = 0.1;
/// Lots up to so many items have a curve of their own.
const LOT_CURVE_MAX: u64 = 1_000_000;
/// The greatest lot that is asked for.
const LOT_MAX: u64 = 1_000_000_000_000;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/programme/sampling", get(page))
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Chosen {
    lot: String,
    level: String,
    aql: String,
    severity: String,
    counts: String,
}

/// The plan of one severity.
struct PlanLine {
    severity: &'static str,
    table: &'static str,
    is_chosen: bool,
    letter: String,
    sample: String,
    accept: String,
    reject: String,
    note: String,
}

struct Risk {
    name: &'static str,
    value: String,
    note: &'static str,
}

#[derive(Template)]
#[template(path = "pages/inspection/finder.html")]
struct FinderPage {
    frame: Frame,
    lot: String,
    levels: Vec<(&'static str, bool)>,
    aqls: Vec<(&'static str, bool)>,
    severities: Vec<(&'static str, &'static str, bool)>,
    is_per_hundred: bool,
    answer: String,
    follows: String,
    plans: Vec<PlanLine>,
    risks: Vec<Risk>,
    chart: String,
    types: Vec<(String, String, String)>,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let declared = look.programme.lot_sampling.values().next();
    let mut faults = Vec::new();
    let clean: String = chosen
        .lot
        .chars()
        .filter(|sign| !matches!(sign, ',' | '，' | ' '))
        .collect();
    let lot = match clean.as_str() {
        "" => Some(1_000),
        text => text
            .parse::<u64>()
            .ok()
            .filter(|lot| (2..=LOT_MAX).contains(lot)),
    };
    if lot.is_none() {
        faults.push(problems::not_a_lot(&chosen.lot));
    }
    let usual = declared.map(|found| found.scheme);
    let level = Level::parse(&chosen.level)
        .or(usual.map(|scheme| scheme.level))
        .unwrap_or(Level::USUAL);
    let aql = Aql::parse(&chosen.aql)
        .or(usual.map(|scheme| scheme.aql))
        .or_else(|| Aql::parse("1.0"))
        .or_else(|| Aql::all().next());
    let Some(aql) = aql else {
        return Err(Refused::no_such(("接收质量限", "AQL"), &chosen.aql));
    };
    let severity = Severity::parse(&chosen.severity).unwrap_or(Severity::Normal);
    let wants_hundred = match chosen.counts.as_str() {
        "nonconformities" => true,
        "items" => false,
        _ => declared.is_some_and(|found| found.is_per_hundred),
    };
    let is_per_hundred = wants_hundred || !aql.may_be_percent();
    let found = lot.map(|lot| (lot, plan(lot, level, aql, severity)));
    let (answer, follows) = match &found {
        Some((lot, found)) => told(words, *lot, level, aql, severity, found),
        None => Default::default(),
    };
    let mut risks = Vec::new();
    let mut chart = String::new();
    if let Some((lot, Ok(plan))) = &found
        && !plan.is_whole_lot
    {
        let characteristic = of(*lot, *plan, is_per_hundred);
        risks = risks_of(words, characteristic, *lot, is_per_hundred);
        chart = curve(look, characteristic, *plan, aql, is_per_hundred);
    }
    Page::of(&FinderPage {
        frame: look.frame(words.say("抽样方案", "Sampling plans")),
        lot: lot.map_or_else(|| chosen.lot.clone(), |lot| lot.to_string()),
        levels: LEVELS
            .iter()
            .map(|name| (*name, *name == level.as_str()))
            .collect(),
        aqls: AQLS
            .iter()
            .map(|name| (*name, *name == aql.as_str()))
            .collect(),
        severities: Severity::ALL
            .into_iter()
            .map(|one| (one.as_str(), severity_words(words, one), one == severity))
            .collect(),
        is_per_hundred,
        answer,
        follows,
        plans: lot.map_or_else(Vec::new, |lot| {
            Severity::ALL
                .into_iter()
                .map(|one| line(words, one, one == severity, plan(lot, level, aql, one)))
                .collect()
        }),
        risks,
        chart,
        types: look
            .programme
            .lot_sampling
            .values()
            .filter_map(|found| {
                let of = look.programme.record_types.get(&found.record_type)?;
                let scheme = format!(
                    "{} {} · AQL {}",
                    words.say("检验水平", "level"),
                    found.scheme.level.as_str(),
                    found.scheme.aql.as_str()
                );
                Some((of.id.to_string(), look.text(&of.name).to_owned(), scheme))
            })
            .collect(),
        problems: faults,
    })
}

/// What a missing plan means.
pub(super) fn no_plan(words: Words, why: NoPlan) -> &'static str {
    match why {
        NoPlan::LotTooSmall => words.say(
            "批量小于2，没有抽样方案",
            "a lot of less than two has no sampling plan",
        ),
        NoPlan::NotVerified => words.say(
            "接收质量限大于6.5的放宽检验方案未能由两个独立来源核对，本系统不给出",
            "plans for reduced inspection above an AQL of 6.5 could not be checked against two independent sources and are not given out",
        ),
    }
}

fn told(
    words: Words,
    lot: u64,
    level: Level,
    aql: Aql,
    severity: Severity,
    found: &Result<Plan, NoPlan>,
) -> (String, String) {
    let plan = match found {
        Ok(plan) => plan,
        Err(why) => return (no_plan(words, *why).to_owned(), String::new()),
    };
    let answer = if plan.is_whole_lot {
        match words.lang {
            base::Lang::Zh => format!(
                "全数检验：{lot} 件逐件检验；不合格数不多于 {} 时接收",
                plan.accept
            ),
            base::Lang::En => format!(
                "Inspect the whole lot, all {lot} items; accept with at most {} nonconforming",
                plan.accept
            ),
        }
    } else {
        match words.lang {
            base::Lang::Zh => format!(
                "抽取 {} 件；不合格数不多于 {} 时接收，达到 {} 时不接收",
                plan.sample,
                plan.accept,
                plan.reject()
            ),
            base::Lang::En => format!(
                "Draw {} items; accept with at most {} nonconforming, do not accept with {} or more",
                plan.sample,
                plan.accept,
                plan.reject()
            ),
        }
    };
    let arrow = match (plan.first == plan.letter, words.lang) {
        (true, _) => String::new(),
        (false, base::Lang::Zh) => format!("，按箭头改用字码 {}", plan.letter),
        (false, base::Lang::En) => format!(", whose arrow leads to letter {}", plan.letter),
    };
    let follows = match words.lang {
        base::Lang::Zh => format!(
            "表1：批量 {lot}、检验水平 {} → 字码 {}；表{}：接收质量限 {}{arrow} → n = {}，Ac = {}，Re = {}",
            level.as_str(),
            plan.first,
            severity.table(),
            aql.as_str(),
            plan.sample,
            plan.accept,
            plan.reject()
        ),
        base::Lang::En => format!(
            "Table 1: lot size {lot}, level {} → letter {}; table {}: AQL {}{arrow} → n = {}, Ac = {}, Re = {}",
            level.as_str(),
            plan.first,
            severity.table(),
            aql.as_str(),
            plan.sample,
            plan.accept,
            plan.reject()
        ),
    };
    (answer, follows)
}

fn line(
    words: Words,
    severity: Severity,
    is_chosen: bool,
    found: Result<Plan, NoPlan>,
) -> PlanLine {
    let blank = PlanLine {
        severity: severity_words(words, severity),
        table: severity.table(),
        is_chosen,
        letter: String::new(),
        sample: String::new(),
        accept: String::new(),
        reject: String::new(),
        note: String::new(),
    };
    match found {
        Err(why) => PlanLine {
            note: no_plan(words, why).to_owned(),
            ..blank
        },
        Ok(plan) => PlanLine {
            letter: match plan.first == plan.letter {
                true => plan.letter.to_string(),
                false => format!("{} → {}", plan.first, plan.letter),
            },
            sample: plan.sample.to_string(),
            accept: plan.accept.to_string(),
            reject: plan.reject().to_string(),
            note: match plan.is_whole_lot {
                true => words.say("全数检验", "the whole lot").to_owned(),
                false => String::new(),
            },
            ..blank
        },
    }
}

fn of(lot: u64, plan: Plan, is_per_hundred: bool) -> Characteristic {
    #[expect(clippy::cast_precision_loss, reason = "counts of items")]
    let is_small = plan.sample as f64 > SMALL_LOT * lot as f64 && lot <= LOT_CURVE_MAX;
    Characteristic {
        sample: plan.sample,
        accept: plan.accept,
        model: match (is_per_hundred, is_small) {
            (true, _) => Model::Poisson,
            (false, true) => Model::Hypergeometric(lot),
            (false, false) => Model::Binomial,
        },
    }
}

fn risks_of(words: Words, of: Characteristic, lot: u64, is_per_hundred: bool) -> Vec<Risk> {
    let told = |value| quality(value, is_per_hundred);
    vec![
        Risk {
            name: words.say("生产方风险质量（接收概率95%）", "Producer’s risk quality (accepted with 95 %)"),
            value: told(of.accepted_with(0.95)),
            note: words.say("质量不差于此，至多5%的批被错误拒收", "of lots no worse than this at most 5 % are wrongly not accepted"),
        },
        Risk {
            name: words.say("无区别质量（接收概率50%）", "Indifference quality (50 %)"),
            value: told(of.refused_from(0.50)),
            note: words.say("这样的批一半接收、一半不接收", "half of such lots are accepted"),
        },
        Risk {
            name: words.say("使用方风险质量（接收概率10%）", "Consumer’s risk quality (10 %)"),
            value: told(of.refused_from(0.10)),
            note: words.say("质量差到此，仍有10%的批被接收", "of lots as bad as this 10 % are still accepted"),
        },
        Risk {
            name: words.say("平均检出质量上限（AOQL）", "Average outgoing quality limit (AOQL)"),
            value: told(of.outgoing_limit(Some(lot))),
            note: words.say("不接收的批全数检验并换掉不合格品时，放出的产品平均不差于此", "where lots that are not accepted are gone through and put right, what goes out is on average no worse"),
        },
    ]
}

fn curve(
    look: &Look<'_>,
    of: Characteristic,
    plan: Plan,
    aql: Aql,
    is_per_hundred: bool,
) -> String {
    let words = Words { lang: look.lang() };
    let points = of.curve(POINTS);
    let at_limit = of.acceptance(aql.percent() / 100.0);
    let bad = quality(of.refused_from(0.10), is_per_hundred);
    let limit = match is_per_hundred {
        true => aql.as_str().to_owned(),
        false => format!("{}%", aql.as_str()),
    };
    let title = match words.lang {
        base::Lang::Zh => format!(
            "质量等于接收质量限 {limit} 的批，{} 被接收；差到 {bad} 的，只有10%",
            percent(at_limit, 1)
        ),
        base::Lang::En => format!(
            "Lots at the AQL of {limit} are accepted in {} of cases, lots at {bad} in 10 %",
            percent(at_limit, 1)
        ),
    };
    let model = match of.model {
        Model::Binomial => words
            .say("二项分布（过程，B型）", "binomial (process, type B)")
            .to_owned(),
        Model::Hypergeometric(lot) => match words.lang {
            base::Lang::Zh => format!("超几何分布（批量 {lot} 的这一批，A型；样本超过批量的10%）"),
            base::Lang::En => format!(
                "hypergeometric (this lot of {lot}, type A; the sample is more than 10 % of it)"
            ),
        },
        Model::Poisson => words
            .say(
                "泊松分布（每百单位产品不合格数）",
                "Poisson (nonconformities per 100 items)",
            )
            .to_owned(),
    };
    Lines {
        around: Around {
            lang: look.lang(),
            id: "oc".to_owned(),
            title,
            source: match words.lang {
                base::Lang::Zh => format!(
                    "抽检特性曲线：n = {}，Ac = {}；{model}",
                    plan.sample, plan.accept
                ),
                base::Lang::En => format!(
                    "Operating characteristic: n = {}, Ac = {}; {model}",
                    plan.sample, plan.accept
                ),
            },
            label_head: match is_per_hundred {
                true => words
                    .say("每百单位产品不合格数", "Nonconformities per 100 items")
                    .to_owned(),
                false => words.say("不合格品率", "Nonconforming").to_owned(),
            },
            svg: None,
            csv: None,
        },
        labels: points
            .iter()
            .map(|(value, _)| match (*value, is_per_hundred) {
                (value, true) if value <= 0.0 => "0".to_owned(),
                (value, false) if value <= 0.0 => "0%".to_owned(),
                (value, _) => quality(value, is_per_hundred),
            })
            .collect(),
        series: vec![Series {
            name: words.say("接收概率", "Accepted").to_owned(),
            values: points.iter().map(|(_, chance)| Some(*chance)).collect(),
            texts: points
                .iter()
                .map(|(_, chance)| percent(*chance, 1))
                .collect(),
        }],
        target: None,
        format: |value| format!("{:.0}%", value * 100.0),
    }
    .html()
}
