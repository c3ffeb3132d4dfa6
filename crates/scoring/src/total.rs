//! From items to groups, parts and the exact total.
//!
//! A pure function of the definition, the item results and the given parts, so that a card can be
//! summed again with one item changed (see [`crate::sensitivity`]). Nothing is rounded here. It is
//! written over [`Quantity`], for the same words make a number of one participant's points and, in
//! [`crate::batch`], a formula over everyone's.

use std::collections::BTreeMap;

use base::Ratio;

use crate::card::{GroupResult, ItemResult, PartResult};
use crate::composite::weighted_mean;
use crate::definition::{Combine, Group, Missing, PartSource, Role, Scorecard, TotalRule};
use crate::tree::GroupTree;

/// What can be added up: a number, or a formula that gives one.
pub(crate) trait Quantity: Clone {
    /// A number that is known.
    fn constant(value: &Ratio) -> Self;
    /// The sum.
    fn plus(&self, other: &Self) -> Self;
    /// The product with a number that is known.
    fn times(&self, factor: &Ratio) -> Self;
    /// At most the limit, and whether that is known to have cut it.
    fn at_most(self, limit: &Ratio) -> (Self, bool);
    /// At least the limit, and whether that is known to have raised it.
    fn at_least(self, limit: &Ratio) -> (Self, bool);
}

impl Quantity for Ratio {
    fn constant(value: &Ratio) -> Ratio {
        value.clone()
    }

    fn plus(&self, other: &Ratio) -> Ratio {
        self + other
    }

    fn times(&self, factor: &Ratio) -> Ratio {
        self * factor
    }

    fn at_most(self, limit: &Ratio) -> (Ratio, bool) {
        match &self > limit {
            true => (limit.clone(), true),
            false => (self, false),
        }
    }

    fn at_least(self, limit: &Ratio) -> (Ratio, bool) {
        match &self < limit {
            true => (limit.clone(), true),
            false => (self, false),
        }
    }
}

/// What an item brings: its points where it counts, what it could give, whether it is open.
#[derive(Debug, Clone)]
pub(crate) struct Earned<Q> {
    pub points: Option<Q>,
    pub max_points: Ratio,
    pub pending: bool,
}

/// What a group comes to.
#[derive(Debug, Clone)]
pub(crate) struct GroupSum<Q> {
    pub points: Q,
    pub possible: Ratio,
    pub bonus: Q,
    pub deduction: Q,
    pub open_points: Ratio,
    pub capped: bool,
}

/// What a part of a composite total comes to.
#[derive(Debug, Clone)]
pub(crate) struct PartSum<Q> {
    pub value: Option<Q>,
    pub pending: bool,
}

/// Everything that is added up on a card.
#[derive(Debug, Clone)]
pub(crate) struct Sums<Q> {
    pub groups: Vec<GroupSum<Q>>,
    pub parts: Vec<PartSum<Q>>,
    pub bonus: Q,
    pub deduction: Q,
    pub total_exact: Option<Q>,
    pub possible: Ratio,
    pub open_points: Ratio,
}

/// Everything that is added up on a card, as the card shows it.
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
    let earned: Vec<Earned<Ratio>> = items
        .iter()
        .map(|result| Earned {
            points: result.points.clone(),
            max_points: result.max_points.clone(),
            pending: result.pending,
        })
        .collect();
    let sums = add_up(card, tree, &earned, given);
    let groups = card.groups.iter().zip(sums.groups);
    let parts = card.parts.iter().zip(sums.parts);
    Totals {
        groups: groups
            .map(|(group, sum)| GroupResult {
                group: group.id.clone(),
                parent: group.parent.clone(),
                points: sum.points,
                possible: sum.possible,
                bonus: sum.bonus,
                deduction: sum.deduction,
                open_points: sum.open_points,
                capped: sum.capped,
            })
            .collect(),
        parts: parts
            .map(|(part, sum)| PartResult {
                part: part.id.clone(),
                weight: part.weight.clone(),
                value: sum.value,
                pending: sum.pending,
            })
            .collect(),
        bonus: sums.bonus,
        deduction: sums.deduction,
        total_exact: sums.total_exact,
        possible: sums.possible,
        open_points: sums.open_points,
    }
}

/// A top group with what it comes to.
type Top<'a, Q> = (&'a Group, &'a GroupSum<Q>);

/// The one way from items to the total.
pub(crate) fn add_up<Q: Quantity>(
    card: &Scorecard,
    tree: &GroupTree,
    items: &[Earned<Q>],
    given: &BTreeMap<String, Ratio>,
) -> Sums<Q> {
    let zero = || Q::constant(&Ratio::ZERO);
    let groups = group_sums(card, tree, items);
    let tops: Vec<Top<'_, Q>> = card
        .groups
        .iter()
        .zip(&groups)
        .filter(|(group, _)| group.parent.is_none())
        .collect();
    let sum = |of: fn(&GroupSum<Q>) -> &Q| {
        tops.iter()
            .fold(zero(), |sum, (_, group)| sum.plus(of(group)))
    };
    let (bonus, _) = at_most(sum(|group| &group.bonus), card.bonus_cap.as_ref());
    let deduction_cap = card.deduction_cap.as_ref().map(|cap| &Ratio::ZERO - cap);
    let (deduction, _) = at_least(sum(|group| &group.deduction), deduction_cap.as_ref());

    let by_items = by_items(&card.total, &tops);
    let parts = part_sums(card, &tops, given);
    let (normal, possible) = match card.parts.is_empty() {
        true => by_items,
        false => {
            let counted = card.parts.iter().zip(&parts);
            let counted =
                counted.filter_map(|(part, sum)| Some((&part.weight, sum.value.as_ref()?)));
            (weighted_mean(counted), Ratio::from_int(100))
        }
    };
    let outside = card
        .items
        .iter()
        .zip(items)
        .any(|(item, earned)| item.role != Role::Normal && earned.points.is_some());
    let counts = normal.is_some() || card.start.is_some() || outside;
    let total_exact = counts.then(|| {
        let start = Q::constant(card.start.as_ref().unwrap_or(&Ratio::ZERO));
        let earned = start.plus(&normal.unwrap_or_else(zero));
        let total = earned.plus(&bonus).plus(&deduction);
        let (total, _) = at_most(total, card.total_cap.as_ref());
        at_least(total, card.total_floor.as_ref()).0
    });
    let open_points = tops
        .iter()
        .fold(Ratio::ZERO, |sum, (_, group)| &sum + &group.open_points);
    Sums {
        parts,
        bonus,
        deduction,
        total_exact,
        possible,
        open_points,
        groups,
    }
}

fn at_most<Q: Quantity>(value: Q, limit: Option<&Ratio>) -> (Q, bool) {
    match limit {
        Some(limit) => value.at_most(limit),
        None => (value, false),
    }
}

fn at_least<Q: Quantity>(value: Q, limit: Option<&Ratio>) -> (Q, bool) {
    match limit {
        Some(limit) => value.at_least(limit),
        None => (value, false),
    }
}

/// A child that counts: points, possible points, weight.
type Child<Q> = (Q, Ratio, Ratio);

/// What has been gathered for a group before it is combined.
#[derive(Clone)]
struct Gathered<Q> {
    children: Vec<Child<Q>>,
    /// Points of a full group when nothing is left out.
    nominal: Ratio,
    has_normal: bool,
    bonus: Q,
    deduction: Q,
    open_points: Ratio,
}

fn group_sums<Q: Quantity>(
    card: &Scorecard,
    tree: &GroupTree,
    items: &[Earned<Q>],
) -> Vec<GroupSum<Q>> {
    let nothing = Gathered {
        children: Vec::new(),
        nominal: Ratio::ZERO,
        has_normal: false,
        bonus: Q::constant(&Ratio::ZERO),
        deduction: Q::constant(&Ratio::ZERO),
        open_points: Ratio::ZERO,
    };
    let mut gathered = vec![nothing; card.groups.len()];
    for (item, earned) in card.items.iter().zip(items) {
        let Some(into) = tree
            .index
            .get(&item.group)
            .and_then(|i| gathered.get_mut(*i))
        else {
            continue; // an item without a group is refused before it is scored
        };
        if earned.pending {
            into.open_points = &into.open_points + &earned.max_points;
        }
        let points = earned.points.clone();
        match (item.role, points) {
            (Role::Normal, points) => {
                into.has_normal = true;
                into.nominal = &into.nominal + &earned.max_points;
                if let Some(points) = points {
                    let weight = item.weight.clone().unwrap_or(Ratio::ONE);
                    into.children
                        .push((points, earned.max_points.clone(), weight));
                }
            }
            (Role::Bonus, Some(points)) => into.bonus = into.bonus.plus(&points),
            (Role::Deduction, Some(points)) => into.deduction = into.deduction.plus(&points),
            (Role::Bonus | Role::Deduction, None) => {}
        }
    }
    let mut sums: Vec<Option<GroupSum<Q>>> = vec![None; card.groups.len()];
    for &i in &tree.bottom_up {
        let (Some(group), Some(own)) = (card.groups.get(i), gathered.get(i).cloned()) else {
            continue; // the tree's indices are those of the groups
        };
        let sum = combine(group, &own);
        if let Some(above) = tree
            .parent
            .get(i)
            .copied()
            .flatten()
            .and_then(|p| gathered.get_mut(p))
        {
            above.has_normal |= own.has_normal;
            above.nominal = &above.nominal + &full_points(group, &own);
            above.bonus = above.bonus.plus(&sum.bonus);
            above.deduction = above.deduction.plus(&sum.deduction);
            above.open_points = &above.open_points + &sum.open_points;
            if !sum.possible.is_zero() {
                let weight = group.weight.clone().unwrap_or(Ratio::ONE);
                above
                    .children
                    .push((sum.points.clone(), sum.possible.clone(), weight));
            }
        }
        if let Some(slot) = sums.get_mut(i) {
            *slot = Some(sum);
        }
    }
    // Each index stands once in `bottom_up`, so every slot is filled.
    sums.into_iter().flatten().collect()
}

/// The points of the group when everything is full and nothing is left out.
fn full_points<Q>(group: &Group, own: &Gathered<Q>) -> Ratio {
    match (group.combine, &group.points) {
        (Combine::Sum, Some(cap)) => own.nominal.clone().min(cap.clone()),
        (Combine::Sum, None) | (Combine::Rescaled, None) => own.nominal.clone(),
        (Combine::Rescaled | Combine::WeightedMean, Some(points)) => points.clone(),
        (Combine::WeightedMean, None) => Ratio::from_int(100),
    }
}

/// Points ÷ possible points; `None` when nothing was possible.
fn rate<Q: Quantity>(points: &Q, possible: &Ratio) -> Option<Q> {
    Some(points.times(&possible.reciprocal()?))
}

fn combine<Q: Quantity>(group: &Group, own: &Gathered<Q>) -> GroupSum<Q> {
    let zero = || Q::constant(&Ratio::ZERO);
    let sums = || {
        let start = (zero(), Ratio::ZERO);
        own.children
            .iter()
            .fold(start, |(p, q), (points, possible, _)| {
                (p.plus(points), &q + possible)
            })
    };
    let full = full_points(group, own);
    let scaled = |rate: Option<Q>| match rate {
        Some(rate) => (rate.times(&full), full.clone()),
        None => (zero(), Ratio::ZERO),
    };
    let mut capped = false;
    let (points, possible) = match group.combine {
        Combine::Sum => {
            let (points, possible) = sums();
            let (within, cut) = at_most(points, group.points.as_ref());
            capped = cut;
            (within, at_most(possible, group.points.as_ref()).0)
        }
        Combine::Rescaled => {
            let (points, possible) = sums();
            scaled(rate(&points, &possible))
        }
        Combine::WeightedMean => {
            let rates: Vec<(&Ratio, Q)> = own
                .children
                .iter()
                .filter_map(|(points, possible, weight)| Some((weight, rate(points, possible)?)))
                .collect();
            scaled(weighted_mean(
                rates.iter().map(|(weight, rate)| (*weight, rate)),
            ))
        }
    };
    // A group of bonus or deduction items only: its points limit them.
    let limit = group.points.as_ref().filter(|_| !own.has_normal);
    let (bonus, bonus_cut) = at_most(own.bonus.clone(), limit);
    let lowest = limit.map(|limit| &Ratio::ZERO - limit);
    let (deduction, deduction_cut) = at_least(own.deduction.clone(), lowest.as_ref());
    capped |= bonus_cut || deduction_cut;
    GroupSum {
        points,
        possible,
        bonus,
        deduction,
        open_points: own.open_points.clone(),
        capped,
    }
}

/// The total of the top groups and what was possible; `None` when nothing counts.
fn by_items<Q: Quantity>(rule: &TotalRule, tops: &[Top<'_, Q>]) -> (Option<Q>, Ratio) {
    let counted = || tops.iter().filter(|(_, sum)| !sum.possible.is_zero());
    let points = counted().fold(Q::constant(&Ratio::ZERO), |sum, (_, group)| {
        sum.plus(&group.points)
    });
    let possible = counted().fold(Ratio::ZERO, |sum, (_, group)| &sum + &group.possible);
    let hundred = Ratio::from_int(100);
    let whole = rate(&points, &possible);
    match rule {
        TotalRule::Points => (whole.map(|_| points), possible),
        TotalRule::PercentOfCarried => (whole.map(|rate| rate.times(&hundred)), hundred),
        TotalRule::RescaledTo(full) => (whole.map(|rate| rate.times(full)), full.clone()),
        TotalRule::WeightedMean => {
            let rates: Vec<(Ratio, Q)> = counted()
                .filter_map(|(group, sum)| {
                    let weight = group.weight.clone().unwrap_or(Ratio::ONE);
                    Some((weight, rate(&sum.points, &sum.possible)?))
                })
                .collect();
            let mean = weighted_mean(rates.iter().map(|(weight, rate)| (weight, rate)));
            (mean.map(|mean| mean.times(&hundred)), hundred)
        }
    }
}

fn part_sums<Q: Quantity>(
    card: &Scorecard,
    tops: &[Top<'_, Q>],
    given: &BTreeMap<String, Ratio>,
) -> Vec<PartSum<Q>> {
    let hundred = Ratio::from_int(100);
    let percent = || match card.total {
        TotalRule::WeightedMean => by_items(&TotalRule::WeightedMean, tops).0,
        _ => by_items(&TotalRule::PercentOfCarried, tops).0,
    };
    let sum_of = |part: &crate::definition::Part| {
        let mut pending = false;
        let value = match &part.source {
            PartSource::Items => percent(),
            PartSource::Group(id) => tops
                .iter()
                .find(|(group, _)| &group.id == id)
                .and_then(|(_, sum)| rate(&sum.points, &sum.possible))
                .map(|rate| rate.times(&hundred)),
            PartSource::Given => match (given.get(&part.id), part.when_missing) {
                (Some(value), _) => Some(Q::constant(value)),
                (None, Missing::Zero) => Some(Q::constant(&Ratio::ZERO)),
                (None, Missing::Exclude) => None,
                (None, _) => {
                    pending = true;
                    None
                }
            },
        };
        PartSum { value, pending }
    };
    card.parts.iter().map(sum_of).collect()
}
