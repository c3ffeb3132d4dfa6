//! From the rounded total to the grade: band, gates, vetoes and direct classes.
//!
//! The score is never touched. Quotas come later, when all cards are known (see [`crate::rank`]).

use base::{Problem, Ratio, Text};

use crate::card::{CardState, GateReason, GroupResult, VetoResult};
use crate::definition::{Band, Direction, Gate, GateKind, Scorecard, VetoEffect};
use crate::participant::Participant;
use crate::problems;
use crate::words;

/// The grade at each step before quotas.
pub(crate) struct Graded {
    pub grade_by_score: Option<String>,
    pub grade: Option<String>,
    pub gate_reasons: Vec<GateReason>,
    pub vetoes: Vec<VetoResult>,
}

/// Grades a total.
pub(crate) fn grade(
    card: &Scorecard,
    participant: &Participant,
    total: Option<&Ratio>,
    groups: &[GroupResult],
    state: CardState,
) -> Result<Graded, Problem> {
    let by_score = total.and_then(|total| band_of(&card.bands, total));
    let grade_by_score = by_score
        .and_then(|i| card.bands.get(i))
        .map(|band| band.grade.clone());
    let mut gate_reasons = Vec::new();
    let after_gates = match by_score {
        Some(start) => Some(pass_gates(
            card,
            participant,
            groups,
            start,
            &mut gate_reasons,
        )?),
        None => None,
    };
    // What is not final has no grade of its own; only a veto can settle it before.
    let settled = after_gates.filter(|_| state != CardState::Pending);
    let (grade, vetoes) = apply_vetoes(card, participant, settled)?;
    Ok(Graded {
        grade_by_score,
        grade,
        gate_reasons,
        vetoes,
    })
}

/// The band with the highest lower bound that the total has reached.
pub(crate) fn band_of(bands: &[Band], total: &Ratio) -> Option<usize> {
    let reached = bands
        .iter()
        .enumerate()
        .filter(|(_, band)| band.from.as_ref().is_none_or(|from| from <= total));
    // `None` sorts below every bound.
    reached
        .max_by(|(_, a), (_, b)| a.from.cmp(&b.from))
        .map(|(i, _)| i)
}

/// Bands stand from best to worst, so falling is going on in the list.
fn pass_gates(
    card: &Scorecard,
    participant: &Participant,
    groups: &[GroupResult],
    start: usize,
    reasons: &mut Vec<GateReason>,
) -> Result<usize, Problem> {
    let last = card.bands.len().saturating_sub(1);
    for (i, band) in card.bands.iter().enumerate().skip(start) {
        let before = reasons.len();
        for gate in &band.gates {
            if let Some(reason) = gate_failure(card.direction, gate, participant, groups)? {
                let (grade, gate) = (band.grade.clone(), gate.id.clone());
                reasons.push(GateReason {
                    grade,
                    gate,
                    reason,
                });
            }
        }
        if reasons.len() == before {
            return Ok(i);
        }
    }
    Ok(last)
}

/// Why a gate is not passed, or `None`.
fn gate_failure(
    direction: Direction,
    gate: &Gate,
    participant: &Participant,
    groups: &[GroupResult],
) -> Result<Option<Text>, Problem> {
    match &gate.kind {
        GateKind::Declared => match participant.gates.get(&gate.id) {
            Some(true) => Ok(None),
            Some(false) => Ok(Some(words::text(
                format!("未达到“{}”", gate.name.get(base::Lang::Zh)),
                format!("“{}” is not met", gate.name.get(base::Lang::En)),
            ))),
            None => Err(problems::gate_result_missing(&participant.key, &gate.id)),
        },
        GateKind::WorstGroup { limit } => {
            let rates = groups
                .iter()
                .filter(|group| group.parent.is_none())
                .filter_map(|group| Some((group.rate()?, group)));
            let (worst, sign) = match direction {
                Direction::HigherBetter => (rates.min_by(|a, b| a.0.cmp(&b.0)), "<"),
                Direction::LowerBetter => (rates.max_by(|a, b| a.0.cmp(&b.0)), ">"),
            };
            let beyond = |rate: &Ratio| match direction {
                Direction::HigherBetter => rate < limit,
                Direction::LowerBetter => rate > limit,
            };
            Ok(worst.filter(|(rate, _)| beyond(rate)).map(|(rate, group)| {
                let percent = |rate: &Ratio| words::value(rate, crate::ValueFormat::Percent(2));
                let (rate, limit) = (percent(&rate), percent(limit));
                words::text(
                    format!("最差的分组“{}”得分率 {rate} {sign} {limit}", group.group),
                    format!(
                        "the worst group `{}` has {rate} {sign} {limit}",
                        group.group
                    ),
                )
            }))
        }
    }
}

/// Applies direct classes (the worst of them sets the grade), then vetoes (the grade is at best the
/// forced one). Without a settled grade, a direct class or a veto to the worst grade still counts.
fn apply_vetoes(
    card: &Scorecard,
    participant: &Participant,
    settled: Option<usize>,
) -> Result<(Option<String>, Vec<VetoResult>), Problem> {
    let mut hits = Vec::new();
    for veto in &card.vetoes {
        match participant.vetoes.get(&veto.id) {
            None => return Err(problems::veto_result_missing(&participant.key, &veto.id)),
            Some(None) => {}
            Some(Some(hit)) => hits.push((veto, hit)),
        }
    }
    let place = |grade: &str| card.bands.iter().position(|band| band.grade == grade);
    // Validation finds this too; a veto must never be lost for it.
    let lost = hits.iter().find(|(veto, _)| place(&veto.forces).is_none());
    if let Some((veto, _)) = lost.filter(|_| !card.bands.is_empty()) {
        let grades: Vec<&str> = card.bands.iter().map(|band| band.grade.as_str()).collect();
        let grades = grades.join(" / ");
        return Err(problems::unknown_reference(
            "等级",
            "grade",
            &veto.forces,
            grades,
        ));
    }
    let worst_of = |effect: VetoEffect| {
        let forced = hits.iter().filter(|(veto, _)| veto.effect == effect);
        forced.filter_map(|(veto, _)| place(&veto.forces)).max()
    };
    let direct = worst_of(VetoEffect::Direct);
    let limit = worst_of(VetoEffect::NoBetterThan);
    let worst = card.bands.len().checked_sub(1);
    let place_after = match (direct.or(settled), limit) {
        (Some(grade), Some(limit)) => Some(grade.max(limit)),
        (Some(grade), None) => Some(grade),
        (None, Some(limit)) if Some(limit) == worst => Some(limit),
        (None, _) => None,
    };
    let name = |i: usize| card.bands.get(i).map(|band| band.grade.clone());
    // A card without bands can still be given a grade by a veto (failed).
    let without_bands = || hits.first().map(|(veto, _)| veto.forces.clone());
    let grade = match card.bands.is_empty() {
        true => without_bands(),
        false => place_after.and_then(name),
    };
    let changed = place_after != settled || (card.bands.is_empty() && grade.is_some());
    let results = hits
        .iter()
        .map(|(veto, hit)| VetoResult {
            veto: veto.id.clone(),
            name: veto.name.clone(),
            basis: veto.basis.clone(),
            forces: veto.forces.clone(),
            kind: veto.kind.clone(),
            count: hit.count,
            reason: hit.reason.clone(),
            changed_grade: changed && grade.as_ref() == Some(&veto.forces),
        })
        .collect();
    Ok((grade, results))
}
