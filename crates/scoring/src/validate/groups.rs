//! Faults of groups, of the sums and weights under them, and of the composite's parts.

use base::{GroupId, Ratio};

use super::{FaultAt, FaultTable, Faults, indices_by, weights_add_up};
use crate::definition::{
    Combine, GROUP_LEVELS_MAX, Group, Item, Missing, PartSource, Role, Scorecard, TotalRule,
};
use crate::problems;
use crate::words;

fn at(index: usize, key: &'static str) -> FaultAt {
    FaultAt::new(FaultTable::Groups, index, key)
}

/// References, nesting and limits of groups and parts.
pub(super) fn check(card: &Scorecard, faults: &mut Faults) {
    let ids = || card.groups.iter().map(|group| group.id.as_str());
    faults.distinct(ids(), ("分组", "group"), |i| at(i, "id"));
    for (i, group) in card.groups.iter().enumerate() {
        if let Some(points) = &group.points {
            faults.positive(points, group.id.as_str(), at(i, "points"));
        }
        if let Some(weight) = &group.weight {
            faults.positive(weight, group.id.as_str(), at(i, "weight"));
        }
        if let Some(parent) = &group.parent
            && faults.known(parent.as_str(), ids(), ("分组", "group"), at(i, "parent"))
        {
            check_nesting(card, i, group, faults);
        }
        let used = card.items.iter().any(|item| item.group == group.id)
            || card
                .groups
                .iter()
                .any(|other| other.parent.as_ref() == Some(&group.id));
        if !used {
            faults.add(at(i, "id"), problems::empty_group(&group.id));
        }
    }
    check_parts(card, faults);
}

fn check_nesting(card: &Scorecard, i: usize, group: &Group, faults: &mut Faults) {
    let above = |group: &Group| {
        let parent = group.parent.as_ref()?;
        card.groups.iter().find(|other| &other.id == parent)
    };
    let mut way_up = 1;
    let mut next = above(group);
    while let Some(parent) = next {
        if parent.id == group.id {
            return faults.add(at(i, "parent"), problems::group_cycle(&group.id));
        }
        way_up += 1;
        if way_up > card.groups.len() {
            return; // a cycle further up, named at the groups that are in it
        }
        next = above(parent);
    }
    if way_up > GROUP_LEVELS_MAX {
        faults.add(
            at(i, "parent"),
            problems::group_too_deep(&group.id, GROUP_LEVELS_MAX),
        );
    }
}

fn check_parts(card: &Scorecard, faults: &mut Faults) {
    let at = |i, key| FaultAt::new(FaultTable::Parts, i, key);
    let ids = card.parts.iter().map(|part| part.id.as_str());
    faults.distinct(ids, ("部分", "part"), |i| at(i, "id"));
    let tops = || {
        let tops = card.groups.iter().filter(|group| group.parent.is_none());
        tops.map(|group| group.id.as_str())
    };
    let mut sum = Ratio::ZERO;
    for (i, part) in card.parts.iter().enumerate() {
        faults.positive(&part.weight, &part.id, at(i, "weight"));
        sum = &sum + &part.weight;
        match &part.source {
            PartSource::Group(id) => {
                faults.known(
                    id.as_str(),
                    tops(),
                    ("顶层分组", "top group"),
                    at(i, "source"),
                );
            }
            PartSource::Given => {
                let allowed = matches!(
                    part.when_missing,
                    Missing::Zero | Missing::Exclude | Missing::Pending
                );
                if !allowed {
                    let problem = problems::missing_effect_not_allowed(&part.id, "when_missing");
                    faults.add(at(i, "when_missing"), problem);
                }
            }
            PartSource::Items => {}
        }
    }
    if !card.parts.is_empty() && !weights_add_up(&sum) {
        let last = card.parts.len().saturating_sub(1);
        let problem = problems::weights_do_not_add_up(&card.id, words::points(&sum));
        faults.add(at(last, "weight"), problem);
    }
}

/// Points and weights of siblings.
pub(super) fn check_sums(card: &Scorecard, faults: &mut Faults) {
    let items_in = indices_by(card.items.iter().map(|item| item.group.clone()));
    let groups_in = indices_by(card.groups.iter().map(|group| group.parent.clone()));
    let none = Vec::new();
    for (i, group) in card.groups.iter().enumerate() {
        let items: Vec<(usize, &Item)> = items_in
            .get(&group.id)
            .unwrap_or(&none)
            .iter()
            .filter_map(|&i| Some((i, card.items.get(i)?)))
            .collect();
        let groups: Vec<(usize, &Group)> = groups_in
            .get(&Some(group.id.clone()))
            .unwrap_or(&none)
            .iter()
            .filter_map(|&i| Some((i, card.groups.get(i)?)))
            .filter(|(_, child)| child.id != group.id)
            .collect();
        check_points(i, group, &items, &groups, faults);
        if group.combine == Combine::WeightedMean {
            let normal = items.iter().filter(|(_, item)| item.role == Role::Normal);
            let weights: Vec<(FaultAt, &str, Option<&Ratio>)> = normal
                .map(|(i, item)| {
                    let at = FaultAt::new(FaultTable::Items, *i, "weight");
                    (at, item.id.as_str(), item.weight.as_ref())
                })
                .chain(groups.iter().map(|(i, group)| weight_of(*i, group)))
                .collect();
            check_weights(&weights, group.id.as_str(), at(i, "combine"), faults);
        }
    }
    if card.total == TotalRule::WeightedMean {
        let tops = card.groups.iter().enumerate();
        let tops = tops.filter(|(_, group)| group.parent.is_none() && holds_normal(card, group));
        let weights: Vec<_> = tops.map(|(i, group)| weight_of(i, group)).collect();
        let at = FaultAt::new(FaultTable::Card, 0, "total");
        check_weights(&weights, card.id.as_str(), at, faults);
    }
    if let TotalRule::RescaledTo(full) = &card.total {
        faults.positive(
            full,
            card.id.as_str(),
            FaultAt::new(FaultTable::Card, 0, "total"),
        );
    }
}

/// Whether a top group has normal items at any depth, so that it can weigh in the total.
fn holds_normal(card: &Scorecard, top: &Group) -> bool {
    let parent_of = |id: &GroupId| {
        let group = card.groups.iter().find(|group| &group.id == id);
        group.and_then(|group| group.parent.clone())
    };
    card.items
        .iter()
        .filter(|item| item.role == Role::Normal)
        .any(|item| {
            let mut at = Some(item.group.clone());
            for _ in 0..=GROUP_LEVELS_MAX {
                match at {
                    Some(id) if id == top.id => return true,
                    Some(id) => at = parent_of(&id),
                    None => return false,
                }
            }
            false
        })
}

fn weight_of(i: usize, group: &Group) -> (FaultAt, &str, Option<&Ratio>) {
    (at(i, "weight"), group.id.as_str(), group.weight.as_ref())
}

fn check_weights(
    weights: &[(FaultAt, &str, Option<&Ratio>)],
    parent: &str,
    at: FaultAt,
    faults: &mut Faults,
) {
    let mut sum = Ratio::ZERO;
    let mut complete = !weights.is_empty();
    for (at, id, weight) in weights {
        match weight {
            Some(weight) => sum = &sum + *weight,
            None => {
                complete = false;
                faults.add(*at, problems::weight_missing(id));
            }
        }
    }
    if complete && !weights_add_up(&sum) {
        faults.add(
            at,
            problems::weights_do_not_add_up(parent, words::points(&sum)),
        );
    }
}

/// A group's points against the sum of its normal items and groups, where that sum is known.
fn check_points(
    i: usize,
    group: &Group,
    items: &[(usize, &Item)],
    groups: &[(usize, &Group)],
    faults: &mut Faults,
) {
    let Some(declared) = &group.points else {
        return;
    };
    if group.combine == Combine::WeightedMean {
        return;
    }
    let normal: Vec<&Item> = items
        .iter()
        .map(|(_, item)| *item)
        .filter(|item| item.role == Role::Normal)
        .collect();
    if normal.is_empty() && groups.is_empty() {
        return; // bonus or deduction items only: the points are a cap
    }
    let mut sum = normal
        .iter()
        .fold(Ratio::ZERO, |sum, item| &sum + &item.points);
    for (_, child) in groups {
        match &child.points {
            Some(points) => sum = &sum + points,
            None => return,
        }
    }
    if &sum != declared {
        let (declared, sum) = (words::points(declared), words::points(&sum));
        faults.add(
            at(i, "points"),
            problems::group_points_differ(&group.id, declared, sum),
        );
    }
}
