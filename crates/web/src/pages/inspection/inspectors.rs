//! Inspectors of a record type beside their colleagues, and scores around a threshold: what chance alone would give,
//! and what there is.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use office::inspection::inspectors::{Comparison, Person};
use programme::model::{Inspectors, RecordType};
use sampling::colleagues::{OUTER, Standing};
use sampling::threshold::Around as Counts;

use super::{SEES_INSPECTORS, chance, percent};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::chart::{Around, Bars};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::records::{coded, shown, type_of};
use crate::paging::Paging;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/records/{type}/inspectors", get(page))
}

struct PersonRow {
    name: String,
    records: String,
    failures: String,
    results: u64,
    failed: u64,
    share: String,
    expected: String,
    limits: String,
    chance: String,
    standing: &'static str,
    /// `far`, `outside`, or nothing.
    tone: &'static str,
    /// The drawing: where limits and share lie, in percent of the width.
    drawn: Option<Drawn>,
    mean: String,
    mean_chance: String,
    is_mean_far: bool,
    around: String,
}

struct Drawn {
    outer_x: String,
    outer_width: String,
    inner_x: String,
    inner_width: String,
    share_x: String,
}

#[derive(Template)]
#[template(path = "pages/inspection/inspectors.html")]
struct InspectorsPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    period: String,
    note: String,
    compared_by: String,
    has_result: bool,
    has_score: bool,
    people: Vec<PersonRow>,
    paging: Paging,
    is_cut: bool,
    results: u64,
    share: String,
    strata: usize,
    unnamed: u64,
    far: usize,
    by_chance: String,
    scale: String,
    threshold: Option<ThresholdView>,
}

struct ThresholdView {
    threshold: String,
    window: String,
    below: u64,
    below_address: String,
    above: u64,
    above_address: String,
    chance: String,
    is_crowded: bool,
    chart: String,
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Chosen {
    /// Page.
    p: String,
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        look.only_for(SEES_INSPECTORS)?;
        let record_type = type_of(look, &of)?;
        let declared = look
            .programme
            .inspectors
            .get(&record_type.id)
            .ok_or_else(|| {
                Refused::no_such(("检查人员比较", "comparison of inspectors of"), &of)
            })?;
        show(look, record_type, declared, &chosen.p)
    })
    .await
}

/// The year's records of a type with further conditions.
fn records(look: &Look<'_>, of: &RecordType, with: &[(String, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(first) = look.programme.year.first() {
        query.append_pair("f.day.min", &first.to_string());
    }
    query.append_pair(
        "f.day.max",
        &look.programme.year.last().min(look.today).to_string(),
    );
    for (name, value) in with {
        query.append_pair(name, value);
    }
    format!("/records/{}?{}", coded(of.id.as_str()), query.finish())
}

fn show(
    look: &Look<'_>,
    record_type: &RecordType,
    declared: &Inspectors,
    asked: &str,
) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let year = look.programme.year;
    let found = super::kept::inspectors(look, declared)?;
    // The drawing's scale: round numbers around the greatest limit or share.
    let greatest = found
        .people
        .iter()
        .map(|person| person.beside.outer.1.max(share_of(person)))
        .filter(|value| value.is_finite())
        .fold(0.05, f64::max)
        .min(1.0);
    let scale = (greatest * 10.0).ceil() / 10.0;
    let paging = Paging::of(found.people.len(), asked, |page| format!("?p={page}"));
    let far = found
        .people
        .iter()
        .filter(|person| person.beside.standing() == Standing::FarOutside)
        .count();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred people")]
    let by_chance = OUTER * found.people.len() as f64;
    let names: Vec<String> = declared
        .compare
        .iter()
        .filter_map(|id| record_type.fields.get(id))
        .map(|field| look.text(&field.name).to_owned())
        .collect();
    Page::of(&InspectorsPage {
        frame: look.frame(words.say("检查人员比较", "Inspectors compared")),
        type_id: record_type.id.to_string(),
        type_name: look.text(&record_type.name).to_owned(),
        period: words.period(&year),
        note: look.text(&declared.basis).to_owned(),
        compared_by: names.join(words.say("、", ", ")),
        has_result: declared.result.is_some(),
        has_score: declared.score.is_some(),
        people: found
            .people
            .get(paging.rows())
            .unwrap_or_default()
            .iter()
            .map(|person| row(look, record_type, declared, person, scale))
            .collect(),
        paging,
        is_cut: found.is_cut,
        results: found.results,
        share: match found.results {
            0 => "—".to_owned(),
            #[expect(clippy::cast_precision_loss, reason = "counts of records")]
            results => percent(found.failed as f64 / results as f64, 1),
        },
        strata: found.strata,
        unnamed: found.unnamed,
        far,
        by_chance: format!("{by_chance:.2}"),
        scale: percent(scale, 0),
        threshold: threshold(look, record_type, declared, &found),
    })
}

fn share_of(person: &Person) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let (failed, compared) = (person.beside.failed as f64, person.beside.compared as f64);
    if compared > 0.0 {
        failed / compared
    } else {
        0.0
    }
}

fn row(
    look: &Look<'_>,
    record_type: &RecordType,
    declared: &Inspectors,
    person: &Person,
    scale: f64,
) -> PersonRow {
    let words = Words { lang: look.lang() };
    let field = record_type.fields.get(&declared.inspector);
    let of_person = (format!("f.{}", declared.inspector), person.id.clone());
    let fails: Vec<(String, String)> = declared
        .result
        .iter()
        .flat_map(|judged| {
            let field = &judged.field;
            let fails = judged.fails.iter();
            fails.map(move |code| (format!("f.{field}"), code.to_string()))
        })
        .chain(std::iter::once(of_person.clone()))
        .collect();
    let beside = &person.beside;
    let standing = beside.standing();
    let at = |value: f64| format!("{:.2}%", (value / scale).clamp(0.0, 1.0) * 100.0);
    let width = |(low, high): (f64, f64)| at((high - low).max(0.002 * scale));
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let expected_share = beside.expected / (beside.compared.max(1)) as f64;
    PersonRow {
        name: field.map_or_else(
            || person.id.clone(),
            |field| shown::of_text(look, field, &person.id).text,
        ),
        records: records(look, record_type, std::slice::from_ref(&of_person)),
        failures: records(look, record_type, &fails),
        results: person.results,
        failed: person.failed,
        share: match person.results {
            0 => "—".to_owned(),
            #[expect(clippy::cast_precision_loss, reason = "counts of records")]
            results => percent(person.failed as f64 / results as f64, 1),
        },
        expected: match standing {
            Standing::NotCompared => "—".to_owned(),
            _ => percent(expected_share, 1),
        },
        limits: match standing {
            Standing::NotCompared => "—".to_owned(),
            _ => format!(
                "{}–{}",
                percent(beside.outer.0, 1),
                percent(beside.outer.1, 1)
            ),
        },
        chance: match standing {
            Standing::NotCompared => "—".to_owned(),
            _ => chance(words, beside.chance),
        },
        standing: match standing {
            Standing::NotCompared => words.say("没有可比的检查", "nothing to compare"),
            Standing::Within => words.say("与同事相当", "as colleagues"),
            Standing::Outside => words.say("超出95%界限", "outside the 95 % limits"),
            Standing::FarOutside => words.say(
                "超出99.8%界限，值得了解",
                "outside the 99.8 % limits: worth a look",
            ),
        },
        tone: match standing {
            Standing::FarOutside => "far",
            Standing::Outside => "outside",
            _ => "",
        },
        drawn: (standing != Standing::NotCompared).then(|| Drawn {
            outer_x: at(beside.outer.0),
            outer_width: width(beside.outer),
            inner_x: at(beside.inner.0),
            inner_width: width(beside.inner),
            share_x: at(share_of(person)),
        }),
        mean: person.mean.map_or_else(
            || "—".to_owned(),
            |mean| match words.lang {
                base::Lang::Zh => format!("{:.2}（预期 {:.2}）", mean.mean, mean.expected),
                base::Lang::En => format!("{:.2} (expected {:.2})", mean.mean, mean.expected),
            },
        ),
        mean_chance: person
            .mean
            .map(|mean| chance(words, mean.chance))
            .unwrap_or_default(),
        is_mean_far: person.mean.is_some_and(|mean| mean.chance < OUTER),
        around: person.around.as_ref().map_or_else(String::new, |around| {
            let (below, above) = around.nearest();
            format!("{below} | {above}")
        }),
    }
}

fn threshold(
    look: &Look<'_>,
    record_type: &RecordType,
    declared: &Inspectors,
    found: &Comparison,
) -> Option<ThresholdView> {
    let words = Words { lang: look.lang() };
    let (field, places) = declared.score.as_ref()?;
    let (threshold, window) = declared.threshold?;
    let around: &Counts = found.around.as_ref()?;
    let at = |units: i64| shown::scaled(units.into(), *places);
    let (below, above) = around.nearest();
    let chance_of = around.chance();
    // One unit of the last place before the threshold ends the window below it.
    let bounds = |least: i64, greatest: i64| {
        records(
            look,
            record_type,
            &[
                (format!("f.{field}.min"), at(least)),
                (format!("f.{field}.max"), at(greatest)),
            ],
        )
    };
    let label = |from: i64| format!("{}–{}", at(from), at(from + window - 1));
    let name_below = around.below.iter().enumerate().rev().map(|(step, count)| {
        let steps = i64::try_from(step).unwrap_or_default() + 1;
        (label(threshold - steps * window), *count)
    });
    let name_above = around.above.iter().enumerate().map(|(step, count)| {
        let steps = i64::try_from(step).unwrap_or_default();
        (label(threshold + steps * window), *count)
    });
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let rows: Vec<(String, Option<f64>, String)> = name_below
        .chain(name_above)
        .map(|(name, count)| (name, Some(count as f64), count.to_string()))
        .collect();
    let is_crowded = chance_of < OUTER;
    let title = match (is_crowded, words.lang) {
        (true, base::Lang::Zh) => format!("分数在 {} 之上扎堆", at(threshold)),
        (true, base::Lang::En) => format!("Scores crowd just above {}", at(threshold)),
        (false, base::Lang::Zh) => format!("{} 两侧的分数没有明显的落差", at(threshold)),
        (false, base::Lang::En) => format!("No clear jump at {}", at(threshold)),
    };
    let chart = Bars {
        around: Around {
            lang: look.lang(),
            id: "around".to_owned(),
            title,
            source: match words.lang {
                base::Lang::Zh => {
                    format!("{}，每段宽 {}", look.text(&record_type.name), at(window))
                }
                base::Lang::En => format!(
                    "{}, windows of {}",
                    look.text(&record_type.name),
                    at(window)
                ),
            },
            label_head: words.say("分数段", "Scores").to_owned(),
            svg: None,
            csv: None,
        },
        value_head: words.say("检查数", "Inspections").to_owned(),
        rows,
    }
    .html();
    Some(ThresholdView {
        threshold: at(threshold),
        window: at(window),
        below,
        below_address: bounds(threshold - window, threshold - 1),
        above,
        above_address: bounds(threshold, threshold + window - 1),
        chance: chance(words, chance_of),
        is_crowded,
        chart,
    })
}
