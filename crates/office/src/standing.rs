//! What assessments and ratings share: vetoes and gates decided from figures.

use std::collections::BTreeMap;

use base::{Figure, IndicatorId, Text};
use programme::model::{GateTies, Programme, Scorecard, VetoTies};
use scoring::VetoHit;
use scoring::batch::Test;

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

/// When a figure hits a veto.
pub(crate) fn hits(veto: &VetoTies) -> Test {
    Test::Above(veto.above.clone())
}

/// When a figure passes a gate.
pub(crate) fn passes(gate: &GateTies) -> Test {
    Test::Within(gate.at_least.clone(), gate.at_most.clone())
}

/// The vetoes that a participant's figures hit.
pub(crate) fn vetoes(
    programme: &Programme,
    scorecard: &Scorecard,
    figure: impl Fn(&IndicatorId) -> Figure,
) -> BTreeMap<String, Option<VetoHit>> {
    let mut found_hits = BTreeMap::new();
    for veto in &scorecard.vetoes {
        let found = figure(&veto.indicator);
        let hit = found
            .value()
            .filter(|_| hits(veto).holds(&found))
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
        found_hits.insert(veto.id.to_string(), hit);
    }
    found_hits
}

/// The declared gates that a participant's figures pass. A figure without a value passes none.
pub(crate) fn gates(
    scorecard: &Scorecard,
    figure: impl Fn(&IndicatorId) -> Figure,
) -> BTreeMap<String, bool> {
    let mut results = BTreeMap::new();
    for gate in &scorecard.gates {
        let is_passed = passes(gate).holds(&figure(&gate.indicator));
        results.insert(gate.id.to_string(), is_passed);
    }
    results
}
