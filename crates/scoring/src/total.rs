//! From items to groups, parts and the exact total.
//!
//! A pure function of the definition, the item results and the given parts, so that a card can be
//! summed again with one item changed (see [`crate::sensitivity`]). Nothing is rounded here.

use std::collections::BTreeMap;

use base::Ratio;

use crate::card::{GroupResult, ItemResult, PartResult};
use crate::composite::composite;
use crate::definition::{Combine, Group, Missing, PartSource, Role, Scorecard, TotalRule};
use crate::tree::GroupTree;

/// Everything that is added up on a card.
pub(crate) struct Totals {
    pub groups: Vec<GroupResult>,
    pub parts: Vec<PartResult>,
    pub bonus: Ratio,
    pub deduction: Ratio,
    pub total_exact: Option<Ratio>,
    pub possible: Ratio,
    pub open_points: Ratio,
}

/// Adds up a card. `items` stand in the scorecard's order; `given` holds the composite's parts.
pub(crate) fn totals(
    card: &Scorecard,
    tree: &GroupTree,
    items: &[ItemResult],
    given: &BTreeMap<String, Ratio>,
) -> Totals {
    let groups = group_results(card, tree, items);
    let tops: Vec<(&Group, &GroupResult)> = card
        .groups
        .iter()
        .zip(&groups)
        .filter(|(group, _)| group.parent.is_none())
        .collect();
    let sum = |of: fn(&GroupResult) -> &Ratio| {
        tops.iter()
            .fold(Ratio::ZERO, |sum, (_, result)| &sum + of(result))
    };
    let bonus = at_most(sum(|group| &group.bonus), card.bonus_cap.as_ref());
    let deduction_cap = card.deduction_cap.as_ref().map(|cap| &Ratio::ZERO - cap);
    let deduction = at_least(sum(|group| &group.deduction), deduction_cap.as_ref());

    let by_items = by_items(&card.total, &tops);
    let parts = part_results(card, &tops, given);
    let (normal, possible) = match card.parts.is_empty() {
        true => by_items,
        false => {
            let counted = parts
                .iter()
                .filter_map(|part| Some((&part.weight, part.value.as_ref()?)));
            (composite(counted), Ratio::from_int(100))
        }
    };
    let outside = items
        .iter()
        .any(|item| item.role != Role::Normal && item.points.is_some());
    let counts = normal.is_some() || card.start.is_some() || outside;
    let total_exact = counts.then(|| {
        let start = card.start.clone().unwrap_or(Ratio::ZERO);
        let earned = &start + &normal.unwrap_or(Ratio::ZERO);
        let total = &(&earned + &bonus) + &deduction;
        at_least(
            at_most(total, card.total_cap.as_ref()),
            card.total_floor.as_ref(),
        )
    });
    let open_points = sum(|group| &group.open_points);
    Totals {
        parts,
        bonus,
        deduction,
        total_exact,
        possible,
        open_points,
        groups,
    }
}

fn at_most(value: Ratio, cap: Option<&Ratio>) -> Ratio {
    match cap {
        Some(cap) if &value > cap => cap.clone(),
        _ => value,
    }
}

fn at_least(value: Ratio, floor: Option<&Ratio>) -> Ratio {
    match floor {
        Some(floor) if &value < floor => floor.clone(),
        _ => value,
    }
}

/// A child that counts: points, possible points, weight.
type Child = (Ratio, Ratio, Ratio);

/// What has been gathered for a group before it is combined.
#[derive(Default, Clone)]
struct Gathered {
    children: Vec<Child>,
    /// Points of a full group when nothing is left out.
    nominal: Ratio,
    has_normal: bool,
    bonus: Ratio,
    deduction: Ratio,
    open_points: Ratio,
}

fn group_results(card: &Scorecard, tree: &GroupTree, items: &[ItemResult]) -> Vec<GroupResult> {
    let mut gathered = vec![Gathered::default(); card.groups.len()];
    for (item, result) in card.items.iter().zip(items) {
        let Some(into) = tree
            .index
            .get(&item.group)
            .and_then(|i| gathered.get_mut(*i))
        else {
            continue; // an item without a group is refused before it is scored
        };
        if result.pending {
            into.open_points = &into.open_points + &result.max_points;
        }
        let points = result.points.clone();
        match item.role {
            Role::Normal => {
                into.has_normal = true;
                into.nominal = &into.nominal + &result.max_points;
                if let Some(points) = points {
                    let weight = item.weight.clone().unwrap_or(Ratio::ONE);
                    into.children
                        .push((points, result.max_points.clone(), weight));
                }
            }
            Role::Bonus => into.bonus = &into.bonus + &points.unwrap_or(Ratio::ZERO),
            Role::Deduction => into.deduction = &into.deduction + &points.unwrap_or(Ratio::ZERO),
        }
    }
    let mut results: Vec<Option<GroupResult>> = vec![None; card.groups.len()];
    for &i in &tree.bottom_up {
        let (Some(group), Some(own)) = (card.groups.get(i), gathered.get(i).cloned()) else {
            continue; // the tree's indices are those of the groups
        };
        let result = combine(group, &own);
        if let Some(above) = tree
            .parent
            .get(i)
            .copied()
            .flatten()
            .and_then(|p| gathered.get_mut(p))
        {
            above.has_normal |= own.has_normal;
            above.nominal = &above.nominal + &full_points(group, &own);
            above.bonus = &above.bonus + &result.bonus;
            above.deduction = &above.deduction + &result.deduction;
            above.open_points = &above.open_points + &result.open_points;
            if !result.possible.is_zero() {
                let weight = group.weight.clone().unwrap_or(Ratio::ONE);
                above
                    .children
                    .push((result.points.clone(), result.possible.clone(), weight));
            }
        }
        if let Some(slot) = results.get_mut(i) {
            *slot = Some(result);
        }
    }
    // Each index stands once in `bottom_up`, so every slot is filled.
    results.into_iter().flatten().collect()
}

/// The points of the group when everything is full and nothing is left out.
fn full_points(group: &Group, own: &Gathered) -> Ratio {
    match (group.combine, &group.points) {
        (Combine::Sum, Some(cap)) => own.nominal.clone().min(cap.clone()),
        (Combine::Sum, None) | (Combine::Rescaled, None) => own.nominal.clone(),
        (Combine::Rescaled | Combine::WeightedMean, Some(points)) => points.clone(),
        (Combine::WeightedMean, None) => Ratio::from_int(100),
    }
}

fn combine(group: &Group, own: &Gathered) -> GroupResult {
    let sums = || {
        let start = (Ratio::ZERO, Ratio::ZERO);
        own.children
            .iter()
            .fold(start, |(p, q), (points, possible, _)| {
                (&p + points, &q + possible)
            })
    };
    let full = full_points(group, own);
    let scaled = |rate: Option<Ratio>| match rate {
        Some(rate) => (&rate * &full, full.clone()),
        None => (Ratio::ZERO, Ratio::ZERO),
    };
    let mut capped = false;
    let (points, possible) = match group.combine {
        Combine::Sum => {
            let (points, possible) = sums();
            let within = at_most(points.clone(), group.points.as_ref());
            capped = within != points;
            (within, at_most(possible, group.points.as_ref()))
        }
        Combine::Rescaled => {
            let (points, possible) = sums();
            scaled(points.checked_div(&possible))
        }
        Combine::WeightedMean => {
            let rates: Vec<(&Ratio, Ratio)> = own
                .children
                .iter()
                .filter_map(|(points, possible, weight)| {
                    Some((weight, points.checked_div(possible)?))
                })
                .collect();
            scaled(composite(
                rates.iter().map(|(weight, rate)| (*weight, rate)),
            ))
        }
    };
    // A group of bonus or deduction items only: its points limit them.
    let limit = group.points.as_ref().filter(|_| !own.has_normal);
    let bonus = at_most(own.bonus.clone(), limit);
    let lowest = limit.map(|limit| &Ratio::ZERO - limit);
    let deduction = at_least(own.deduction.clone(), lowest.as_ref());
    capped |= bonus != own.bonus || deduction != own.deduction;
    GroupResult {
        group: group.id.clone(),
        parent: group.parent.clone(),
        points,
        possible,
        bonus,
        deduction,
        open_points: own.open_points.clone(),
        capped,
    }
}

/// The total of the top groups and what was possible; `None` when nothing counts.
fn by_items(rule: &TotalRule, tops: &[(&Group, &GroupResult)]) -> (Option<Ratio>, Ratio) {
    let counted = || tops.iter().filter(|(_, result)| !result.possible.is_zero());
    let points = counted().fold(Ratio::ZERO, |sum, (_, result)| &sum + &result.points);
    let possible = counted().fold(Ratio::ZERO, |sum, (_, result)| &sum + &result.possible);
    let hundred = Ratio::from_int(100);
    let rate = points.checked_div(&possible);
    match rule {
        TotalRule::Points => (rate.map(|_| points), possible),
        TotalRule::PercentOfCarried => (rate.map(|rate| &rate * &hundred), hundred),
        TotalRule::RescaledTo(full) => (rate.map(|rate| &rate * full), full.clone()),
        TotalRule::WeightedMean => {
            let rates: Vec<(Ratio, Ratio)> = counted()
                .filter_map(|(group, result)| {
                    Some((group.weight.clone().unwrap_or(Ratio::ONE), result.rate()?))
                })
                .collect();
            let mean = composite(rates.iter().map(|(weight, rate)| (weight, rate)));
            (mean.map(|mean| &mean * &hundred), hundred)
        }
    }
}

fn part_results(
    card: &Scorecard,
    tops: &[(&Group, &GroupResult)],
    given: &BTreeMap<String, Ratio>,
) -> Vec<PartResult> {
    let hundred = Ratio::from_int(100);
    let percent = || match card.total {
        TotalRule::WeightedMean => by_items(&TotalRule::WeightedMean, tops).0,
        _ => by_items(&TotalRule::PercentOfCarried, tops).0,
    };
    card.parts
        .iter()
        .map(|part| {
            let mut pending = false;
            let value = match &part.source {
                PartSource::Items => percent(),
                PartSource::Group(id) => tops
                    .iter()
                    .find(|(group, _)| &group.id == id)
                    .and_then(|(_, result)| result.rate())
                    .map(|rate| &rate * &hundred),
                PartSource::Given => match (given.get(&part.id), part.when_missing) {
                    (Some(value), _) => Some(value.clone()),
                    (None, Missing::Zero) => Some(Ratio::ZERO),
                    (None, Missing::Exclude) => None,
                    (None, _) => {
                        pending = true;
                        None
                    }
                },
            };
            PartResult {
                part: part.id.clone(),
                weight: part.weight.clone(),
                value,
                pending,
            }
        })
        .collect()
}
