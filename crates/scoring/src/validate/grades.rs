//! Faults of bands, vetoes, quotas, consequences and the limits of the total.

use std::collections::BTreeSet;

use base::Ratio;

use super::{FaultAt, FaultTable, Faults};
use crate::definition::{
    Band, Combine, ConsequenceOn, Direction, GateKind, QuotaLimit, Role, Scorecard, TieAtEdge,
    TieKey, TotalRule,
};
use crate::problems;
use crate::words;

/// Everything from the total on.
pub(super) fn check(card: &Scorecard, faults: &mut Faults) {
    check_total_limits(card, faults);
    check_bands(card, faults);
    check_vetoes(card, faults);
    check_ranking(card, faults);
    check_consequences(card, faults);
}

fn grades(card: &Scorecard) -> impl Iterator<Item = &str> {
    card.bands.iter().map(|band| band.grade.as_str())
}

fn check_total_limits(card: &Scorecard, faults: &mut Faults) {
    let at = |key| FaultAt::new(FaultTable::Card, 0, key);
    for (key, cap) in [
        ("bonus_cap", &card.bonus_cap),
        ("deduction_cap", &card.deduction_cap),
    ] {
        if let Some(cap) = cap {
            faults.not_negative(cap, card.id.as_str(), at(key));
        }
    }
    if let (Some(floor), Some(cap)) = (&card.total_floor, &card.total_cap)
        && floor > cap
    {
        let (floor, cap) = (words::points(floor), words::points(cap));
        faults.add(
            at("total_floor"),
            problems::floor_above_cap(&card.id, floor, cap),
        );
    }
}

fn check_bands(card: &Scorecard, faults: &mut Faults) {
    let at = |i, key| FaultAt::new(FaultTable::Bands, i, key);
    let Some(worst) = card.bands.len().checked_sub(1) else {
        return;
    };
    faults.distinct(grades(card), ("等级", "grade"), |i| at(i, "grade"));
    let lowest = card
        .bands
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| a.from.cmp(&b.from));
    if let Some((
        i,
        Band {
            from: Some(from), ..
        },
    )) = lowest
    {
        faults.add(
            at(i, "from"),
            problems::bands_leave_gap(words::points(from)),
        );
    }
    let mut seen: BTreeSet<Option<&Ratio>> = BTreeSet::new();
    for (i, band) in card.bands.iter().enumerate() {
        if !seen.insert(band.from.as_ref()) {
            let from = band.from.as_ref().map_or("…".to_string(), words::points);
            faults.add(at(i, "from"), problems::bands_overlap(&band.grade, from));
        }
    }
    for (i, pair) in card.bands.windows(2).enumerate() {
        let [better, next] = pair else { continue };
        // `None` sorts below every bound.
        let ordered = match card.direction {
            Direction::HigherBetter => better.from >= next.from,
            Direction::LowerBetter => better.from <= next.from,
        };
        if !ordered {
            faults.add(at(i + 1, "from"), problems::bands_not_ordered(&next.grade));
        }
    }
    if let Some(highest) = highest_total(card) {
        for (i, band) in card.bands.iter().enumerate() {
            if let Some(from) = band.from.as_ref().filter(|from| *from > &highest) {
                let (from, highest) = (words::points(from), words::points(&highest));
                let problem = problems::band_out_of_reach(&band.grade, from, highest);
                faults.add(at(i, "from"), problem);
            }
        }
    }
    if card.bands.last().is_some_and(|band| !band.gates.is_empty()) {
        let grade = card.bands.last().map_or("", |band| &band.grade);
        faults.add(at(worst, "gates"), problems::gate_on_worst_band(grade));
    }
    for (i, band) in card.bands.iter().enumerate() {
        let ids = band.gates.iter().map(|gate| gate.id.as_str());
        faults.distinct(ids, ("门槛", "gate"), |entry| at(i, "gates").entry(entry));
        for (entry, gate) in band.gates.iter().enumerate() {
            if let GateKind::WorstGroup { limit } = &gate.kind {
                faults.share(limit, &gate.id, at(i, "gates").entry(entry));
            }
        }
    }
}

/// The highest total, where it is known without looking at caps of nested groups.
fn highest_total(card: &Scorecard) -> Option<Ratio> {
    let hundred = Ratio::from_int(100);
    let normal = match &card.total {
        _ if !card.parts.is_empty() => hundred,
        TotalRule::PercentOfCarried | TotalRule::WeightedMean => hundred,
        TotalRule::RescaledTo(full) => full.clone(),
        TotalRule::Points => {
            if card
                .groups
                .iter()
                .any(|group| group.combine != Combine::Sum)
            {
                return None;
            }
            let normal = card.items.iter().filter(|item| item.role == Role::Normal);
            normal.fold(Ratio::ZERO, |sum, item| {
                let most = item.cap.as_ref().unwrap_or(&item.points);
                &sum + most
            })
        }
    };
    let bonus: Option<Ratio> = card
        .items
        .iter()
        .filter(|item| item.role == Role::Bonus)
        .try_fold(Ratio::ZERO, |sum, item| Some(&sum + &item.limits().1?));
    let bonus = match (bonus, &card.bonus_cap) {
        (Some(sum), Some(cap)) => sum.min(cap.clone()),
        (Some(sum), None) => sum,
        (None, cap) => cap.clone()?,
    };
    let start = card.start.clone().unwrap_or(Ratio::ZERO);
    let total = &(&start + &normal) + &bonus;
    Some(match &card.total_cap {
        Some(cap) => total.min(cap.clone()),
        None => total,
    })
}

fn check_vetoes(card: &Scorecard, faults: &mut Faults) {
    let at = |i, key| FaultAt::new(FaultTable::Vetoes, i, key);
    let ids = card.vetoes.iter().map(|veto| veto.id.as_str());
    faults.distinct(ids, ("一票否决", "veto"), |i| at(i, "id"));
    for (i, veto) in card.vetoes.iter().enumerate() {
        if !card.bands.is_empty() {
            faults.known(
                &veto.forces,
                grades(card),
                ("等级", "grade"),
                at(i, "forces"),
            );
        }
        if veto.basis.zh.trim().is_empty() && veto.basis.en.trim().is_empty() {
            faults.add(at(i, "basis"), problems::veto_without_basis(&veto.id));
        }
    }
}

fn check_ranking(card: &Scorecard, faults: &mut Faults) {
    let at = |i, key| FaultAt::new(FaultTable::Quotas, i, key);
    let worst = card.bands.last().map(|band| band.grade.as_str());
    let mut seen = BTreeSet::new();
    for (i, quota) in card.ranking.quotas.iter().enumerate() {
        let known = faults.known(
            &quota.grade,
            grades(card),
            ("等级", "grade"),
            at(i, "grade"),
        );
        if known && worst == Some(quota.grade.as_str()) {
            faults.add(at(i, "grade"), problems::quota_on_worst_grade(&quota.grade));
        }
        if !seen.insert((&quota.group, &quota.grade)) {
            faults.add(at(i, "grade"), problems::quota_twice(&quota.grade));
        }
        if let QuotaLimit::ShareOf(share, _) = &quota.at_most {
            faults.share(share, &quota.grade, at(i, "at_most"));
        }
    }
    if let TieAtEdge::ByKey(keys) = &card.ranking.tie_at_edge {
        for (entry, key) in keys.iter().enumerate() {
            let place = FaultAt::new(FaultTable::Card, 0, "ranking.tie_at_edge").entry(entry);
            match key {
                TieKey::Item(id) => {
                    let items = card.items.iter().map(|item| item.id.as_str());
                    faults.known(id.as_str(), items, ("评分项", "item"), place);
                }
                TieKey::Group(id) => {
                    let groups = card.groups.iter().map(|group| group.id.as_str());
                    faults.known(id.as_str(), groups, ("分组", "group"), place);
                }
                TieKey::Value { .. } => {}
            }
        }
    }
}

fn check_consequences(card: &Scorecard, faults: &mut Faults) {
    for (i, consequence) in card.consequences.iter().enumerate() {
        let place = FaultAt::new(FaultTable::Consequences, i, "on");
        match &consequence.on {
            ConsequenceOn::Grade(grade) if card.bands.is_empty() => {
                // Without bands only a veto gives a grade.
                let forced = card.vetoes.iter().map(|veto| veto.forces.as_str());
                faults.known(grade, forced, ("等级", "grade"), place);
            }
            ConsequenceOn::Grade(grade) => {
                faults.known(grade, grades(card), ("等级", "grade"), place);
            }
            ConsequenceOn::Veto(veto) => {
                let vetoes = card.vetoes.iter().map(|veto| veto.id.as_str());
                faults.known(veto, vetoes, ("一票否决", "veto"), place);
            }
        }
    }
}
