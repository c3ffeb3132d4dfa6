//! Inspectors beside their colleagues: shares of failures, mean scores, scores around a threshold.

use std::collections::{BTreeMap, HashMap};

use base::{Day, Period, Position};
use measure::Columns;
use programme::model::Inspectors;
use sampling::colleagues::{Beside, MeanBeside, Scores, Stratum, beside, mean_beside};
use sampling::threshold::Around;

use super::{is_in, text, whole};

/// Windows that are counted on each side of a threshold.
pub const WINDOWS: usize = 5;
/// Inspectors that are compared; more are told.
pub const PEOPLE_MAX: usize = 2_000;

/// One inspector.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// As the field holds it.
    pub id: String,
    /// Inspections with a result.
    pub results: u64,
    /// Those that failed.
    pub failed: u64,
    /// Beside the colleagues.
    pub beside: Beside,
    /// The mean score beside the colleagues'.
    pub mean: Option<MeanBeside>,
    /// The scores around the threshold.
    pub around: Option<Around>,
}

/// Everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Inspectors with inspections, those with most of them first.
    pub people: Vec<Person>,
    /// Inspections with a result.
    pub results: u64,
    /// Those that failed.
    pub failed: u64,
    /// Kinds of comparable inspections.
    pub strata: usize,
    /// Inspections that name no inspector: they are in no comparison.
    pub unnamed: u64,
    /// All scores around the threshold.
    pub around: Option<Around>,
    /// There were more inspectors than are compared.
    pub is_cut: bool,
}

#[derive(Default, Clone)]
struct Found {
    results: u64,
    failed: u64,
    scores: u64,
    sum: f64,
    squares: f64,
}

/// Compares who inspected in a period, up to a day.
pub fn compare(
    columns: &Columns,
    declared: &Inspectors,
    period: &Period,
    today: Day,
    at: Position,
) -> Comparison {
    let mut people: BTreeMap<String, HashMap<usize, Found>> = BTreeMap::new();
    let mut arounds: HashMap<String, Around> = HashMap::new();
    let mut strata: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Found> = Vec::new();
    let mut around = declared.threshold.map(|_| Around::new(WINDOWS));
    let (mut unnamed, mut is_cut) = (0, false);
    for row in columns.rows_at(declared.record_type.as_str(), at) {
        if !is_in(&row, period, today) {
            continue;
        }
        let score = declared
            .score
            .as_ref()
            .and_then(|(field, places)| Some((whole(&row, field.as_str())?, *places)));
        if let (Some(around), Some((units, _)), Some((threshold, window))) =
            (&mut around, score, declared.threshold)
        {
            around.count(
                i128::from(units) - i128::from(threshold),
                i128::from(window),
            );
        }
        let id = text(&row, declared.inspector.as_str());
        if id.is_empty() {
            unnamed += 1;
            continue;
        }
        if people.len() == PEOPLE_MAX && !people.contains_key(&id) {
            is_cut = true;
            continue;
        }
        let kind: Vec<String> = declared
            .compare
            .iter()
            .map(|field| text(&row, field.as_str()))
            .collect();
        let next = strata.len();
        let stratum = *strata.entry(kind.join("\u{1f}")).or_insert(next);
        if stratum == all.len() {
            all.push(Found::default());
        }
        let failed = declared.result.as_ref().and_then(|judged| {
            let said = text(&row, judged.field.as_str());
            let is_among = |codes: &[std::sync::Arc<str>]| codes.iter().any(|code| **code == *said);
            let (fails, passes) = (is_among(&judged.fails), is_among(&judged.passes));
            (fails || passes).then_some(fails)
        });
        let own = people.entry(id.clone()).or_default();
        let own = own.entry(stratum).or_default();
        let both = [Some(own), all.get_mut(stratum)];
        for found in both.into_iter().flatten() {
            if let Some(failed) = failed {
                found.results += 1;
                found.failed += u64::from(failed);
            }
            if let Some((units, places)) = score {
                #[expect(clippy::cast_precision_loss, reason = "scores")]
                let value = units as f64 / 10_f64.powi(i32::from(places));
                found.scores += 1;
                found.sum += value;
                found.squares += value * value;
            }
        }
        if let (Some((units, _)), Some((threshold, window))) = (score, declared.threshold) {
            let own = arounds.entry(id).or_insert_with(|| Around::new(WINDOWS));
            own.count(
                i128::from(units) - i128::from(threshold),
                i128::from(window),
            );
        }
    }
    let mut people: Vec<Person> = people
        .into_iter()
        .map(|(id, own)| person(id, &own, &all, &mut arounds))
        .collect();
    people.sort_by(|one, other| (other.results, &one.id).cmp(&(one.results, &other.id)));
    Comparison {
        results: all.iter().map(|found| found.results).sum(),
        failed: all.iter().map(|found| found.failed).sum(),
        strata: strata.len(),
        unnamed,
        around,
        people,
        is_cut,
    }
}

fn person(
    id: String,
    own: &HashMap<usize, Found>,
    all: &[Found],
    arounds: &mut HashMap<String, Around>,
) -> Person {
    let mut shared: Vec<(usize, &Found)> = own.iter().map(|(at, found)| (*at, found)).collect();
    // In the order of strata, so that sums of decimals are the same each time.
    shared.sort_by_key(|(at, _)| *at);
    let pairs: Vec<(&Found, &Found)> = shared
        .into_iter()
        .filter_map(|(at, found)| Some((found, all.get(at)?)))
        .collect();
    let strata: Vec<Stratum> = pairs
        .iter()
        .map(|(own, all)| Stratum {
            own: own.results,
            own_failed: own.failed,
            all: all.results,
            all_failed: all.failed,
        })
        .collect();
    let scores: Vec<Scores> = pairs
        .iter()
        .map(|(own, all)| Scores {
            own: own.scores,
            own_sum: own.sum,
            all: all.scores,
            all_sum: all.sum,
            all_squares: all.squares,
        })
        .collect();
    Person {
        results: pairs.iter().map(|(own, _)| own.results).sum(),
        failed: pairs.iter().map(|(own, _)| own.failed).sum(),
        beside: beside(&strata),
        mean: mean_beside(&scores),
        around: arounds.remove(&id),
        id,
    }
}
