//! What assessments and ratings share: vetoes and gates decided from figures.

use std::collections::BTreeMap;

use base::{Figure, IndicatorId, Text};
use programme::model::{Programme, Scorecard};
use scoring::VetoHit;

/// Every indicator that a scorecard needs, each once, in the order of first use.
pub(crate) fn indicators(scorecard: &Scorecard) -> Vec<&IndicatorId> {
    let of_items = scorecard
        .items
        .values()
        .flat_map(|item| item.indicators.iter());
    let of_vetoes = scorecard.vetoes.iter().map(|veto| &veto.indicator);
    let of_gates = scorecard.gates.iter().map(|gate| &gate.indicator);
    let mut wanted: Vec<&IndicatorId> = Vec::new();
    for indicator in of_items.chain(of_vetoes).chain(of_gates) {
        if !wanted.contains(&indicator) {
            wanted.push(indicator);
        }
    }
    wanted
}

/// The vetoes that a participant's figures hit.
pub(crate) fn vetoes(
    programme: &Programme,
    scorecard: &Scorecard,
    figure: impl Fn(&IndicatorId) -> Figure,
) -> BTreeMap<String, Option<VetoHit>> {
    let mut hits = BTreeMap::new();
    for veto in &scorecard.vetoes {
        let hit = figure(&veto.indicator)
            .value()
            .filter(|value| *value > veto.above)
            .map(|value| {
                let name = programme
                    .indicators
                    .get(&veto.indicator)
                    .map(|indicator| indicator.name.clone())
                    .unwrap_or_default();
                let shown = crate::values::shown(&value);
                VetoHit {
                    count: value
                        .to_integer()
                        .and_then(|count| u32::try_from(count).ok())
                        .unwrap_or(1),
                    reason: Text {
                        zh: format!("{}：{shown}", name.zh),
                        en: format!("{}: {shown}", name.en),
                    },
                }
            });
        hits.insert(veto.id.to_string(), hit);
    }
    hits
}

/// The declared gates that a participant's figures pass. A figure without a value passes none.
pub(crate) fn gates(
    scorecard: &Scorecard,
    figure: impl Fn(&IndicatorId) -> Figure,
) -> BTreeMap<String, bool> {
    let mut results = BTreeMap::new();
    for gate in &scorecard.gates {
        let passes = figure(&gate.indicator).value().is_some_and(|value| {
            gate.at_least.as_ref().is_none_or(|least| value >= *least)
                && gate.at_most.as_ref().is_none_or(|most| value <= *most)
        });
        results.insert(gate.id.to_string(), passes);
    }
    results
}
