//! Faults of items and of their rules.

use base::{GroupId, Ratio};

use super::{FaultAt, FaultTable, Faults};
use crate::definition::{
    Combine, GROUP_LEVELS_MAX, Group, Item, Missing, Role, Scorecard, TotalRule,
};
use crate::problems;
use crate::rule::{Knot, Level, Need, Rule, Step};
use crate::words;

fn at(index: usize, key: &'static str) -> FaultAt {
    FaultAt::new(FaultTable::Items, index, key)
}

/// Every item by itself and against the card's groups and total.
pub(super) fn check(card: &Scorecard, faults: &mut Faults) {
    if card.items.is_empty() {
        faults.add(
            FaultAt::new(FaultTable::Card, 0, "items"),
            problems::no_items(&card.id),
        );
    }
    let ids = card.items.iter().map(|item| item.id.as_str());
    faults.distinct(ids, ("评分项", "item"), |i| at(i, "id"));
    for (i, item) in card.items.iter().enumerate() {
        let groups = card.groups.iter().map(|group| group.id.as_str());
        faults.known(
            item.group.as_str(),
            groups,
            ("分组", "group"),
            at(i, "group"),
        );
        check_limits(i, item, faults);
        check_missing(card, i, item, faults);
        check_target(i, item, faults);
        check_rule(i, item, faults);
    }
}

fn check_limits(i: usize, item: &Item, faults: &mut Faults) {
    let id = item.id.as_str();
    match item.role {
        Role::Normal => faults.positive(&item.points, id, at(i, "points")),
        Role::Bonus | Role::Deduction => faults.not_negative(&item.points, id, at(i, "points")),
    }
    if let Some(weight) = &item.weight {
        faults.positive(weight, id, at(i, "weight"));
    }
    if item.role == Role::Deduction {
        for (key, limit) in [("floor", &item.floor), ("cap", &item.cap)] {
            if let Some(limit) = limit.as_ref().filter(|limit| limit.is_positive()) {
                let problem = problems::deduction_limit_positive(id, key, words::points(limit));
                faults.add(at(i, key), problem);
            }
        }
    }
    if let (Some(floor), Some(cap)) = item.limits()
        && floor > cap
    {
        let (floor, cap) = (words::points(&floor), words::points(&cap));
        faults.add(at(i, "floor"), problems::floor_above_cap(id, floor, cap));
    }
}

fn check_missing(card: &Scorecard, i: usize, item: &Item, faults: &mut Faults) {
    let when = &item.when_missing;
    let need = item.rule.need();
    let by_figures = matches!(need, Need::Figures(_) | Need::Parts(_));
    let by_judge = !matches!(need, Need::Figures(_));
    // (effect, its name, whether the state can occur)
    let states = [
        (
            when.not_applicable,
            "when_missing.not_applicable",
            by_figures,
        ),
        (when.not_reported, "when_missing.not_reported", by_figures),
        (when.preliminary, "when_missing.preliminary", by_figures),
        (when.not_judged, "when_missing.not_judged", by_judge),
    ];
    for (effect, key, _) in states.iter().filter(|(_, _, occurs)| *occurs) {
        if *effect == Missing::Use && *key != "when_missing.preliminary" {
            faults.add(
                at(i, key),
                problems::missing_effect_not_allowed(&item.id, key),
            );
        }
    }
    let occurs = |wanted: Missing| {
        let found = states
            .iter()
            .find(|(effect, _, occurs)| *occurs && *effect == wanted);
        found.map(|(_, key, _)| *key)
    };
    if occurs(Missing::Base).is_some() && item.base_points.is_none() {
        faults.add(
            at(i, "base_points"),
            problems::base_points_missing(&item.id),
        );
    }
    let rescales = card.total != TotalRule::Points
        || !card.parts.is_empty()
        || groups_above(card, item).any(|group| group.combine != Combine::Sum);
    if let Some(key) = occurs(Missing::Exclude)
        && item.role == Role::Normal
        && !rescales
    {
        faults.add(at(i, key), problems::exclusion_costs_points(&item.id));
    }
}

/// The groups from the item's own up to the top.
fn groups_above<'a>(card: &'a Scorecard, item: &'a Item) -> impl Iterator<Item = &'a Group> {
    let find = |id: &GroupId| card.groups.iter().find(|group| &group.id == id);
    let up = move |group: &&Group| group.parent.as_ref().and_then(find);
    std::iter::successors(find(&item.group), up).take(GROUP_LEVELS_MAX)
}

fn check_target(i: usize, item: &Item, faults: &mut Faults) {
    match (item.rule.compares_with_target(), &item.target) {
        (true, None) => {
            faults.add(
                at(i, "target"),
                problems::target_missing(&item.id, item.rule.kind()),
            );
        }
        (false, Some(_)) => {
            faults.add(
                at(i, "target"),
                problems::target_unused(&item.id, item.rule.kind()),
            );
        }
        (true, Some(target)) if matches!(item.rule, Rule::Proportional { .. }) => {
            faults.not_negative(target, item.id.as_str(), at(i, "target"));
        }
        _ => {}
    }
}

fn check_rule(i: usize, item: &Item, faults: &mut Faults) {
    let id = item.id.as_str();
    match &item.rule {
        Rule::Binary { .. }
        | Rule::Proportional { .. }
        | Rule::RateTimesPoints
        | Rule::Judged
        | Rule::AsGiven => {}
        Rule::Tiered { levels } => check_levels(i, item, levels, faults),
        Rule::Linear { zero_at, full_at } => {
            if zero_at == full_at {
                faults.add(at(i, "rule.full_at"), problems::line_without_length(id));
            }
        }
        Rule::Steps { steps } => check_steps(i, item, steps, faults),
        Rule::Piecewise { knots } => check_knots(i, item, knots, faults),
        Rule::PerPointShort { deduct, unit, .. } => {
            faults.positive(deduct, id, at(i, "rule.deduct"));
            faults.positive(unit, id, at(i, "rule.unit"));
            refuse_for_bonus(i, item, faults);
        }
        Rule::PerMissing { deduct } => {
            faults.positive(deduct, id, at(i, "rule.deduct"));
            refuse_for_bonus(i, item, faults);
        }
        Rule::PerEvent { each, escalation } => {
            faults.positive(each, id, at(i, "rule.each"));
            if let Some(escalation) = escalation {
                faults.positive(&escalation.then_each, id, at(i, "rule.then_each"));
                if escalation.from_nth < 2 {
                    let problem = problems::escalation_too_early(id, escalation.from_nth);
                    faults.add(at(i, "rule.from_nth"), problem);
                }
            }
        }
        Rule::RankBased {
            by_rank,
            others,
            none,
        } => {
            if by_rank.is_empty() {
                faults.add(
                    at(i, "rule.by_rank"),
                    problems::rule_list_empty(id, "by_rank"),
                );
            }
            for (entry, points) in by_rank.iter().enumerate() {
                check_given_points(item, points, at(i, "rule.by_rank").entry(entry), faults);
            }
            check_given_points(item, others, at(i, "rule.others"), faults);
            if let Some(none) = none {
                check_given_points(item, none, at(i, "rule.none"), faults);
            }
        }
        Rule::ProductOfRates { rates } => {
            if *rates == 0 {
                faults.add(at(i, "rule.rates"), problems::rule_list_empty(id, "rates"));
            }
        }
        Rule::RangeByJudge { ranges } => {
            if ranges.is_empty() {
                faults.add(
                    at(i, "rule.ranges"),
                    problems::rule_list_empty(id, "ranges"),
                );
            }
            let ids = ranges.iter().map(|range| range.id.as_str());
            faults.distinct(ids, ("区间", "range"), |entry| {
                at(i, "rule.ranges").entry(entry)
            });
            for (entry, range) in ranges.iter().enumerate() {
                let place = at(i, "rule.ranges").entry(entry);
                if range.from > range.to {
                    let (from, to) = (words::points(&range.from), words::points(&range.to));
                    faults.add(place, problems::range_swapped(id, &range.id, from, to));
                }
                check_given_points(item, &range.from, place, faults);
                check_given_points(item, &range.to, place, faults);
            }
            check_reaches(
                i,
                item,
                ranges.iter().map(|range| &range.to),
                "rule.ranges",
                faults,
            );
        }
        Rule::CompositeOfParts { parts, .. } => {
            if parts.is_empty() {
                faults.add(at(i, "rule.parts"), problems::rule_list_empty(id, "parts"));
            }
            let ids = parts.iter().map(|part| part.part.as_str());
            faults.distinct(ids, ("部分", "part"), |entry| {
                at(i, "rule.parts").entry(entry)
            });
            for (entry, part) in parts.iter().enumerate() {
                faults.positive(&part.weight, id, at(i, "rule.parts").entry(entry));
            }
        }
    }
}

fn refuse_for_bonus(i: usize, item: &Item, faults: &mut Faults) {
    if item.role == Role::Bonus {
        let problem = problems::rule_does_not_fit_role(&item.id, item.rule.kind());
        faults.add(at(i, "role"), problem);
    }
}

/// The name under which a scheme writes a rule's points.
fn written_key(key: &'static str) -> &'static str {
    match key.strip_prefix("rule.").unwrap_or(key) {
        "by_rank" => "ranks",
        "each" => "deduct",
        "then_each" => "then_deduct",
        "levels" => "points",
        "ranges" => "from / to",
        "knots" => "steps",
        other => other,
    }
}

/// Points written in a rule: not negative unless the floor allows it, and within the item.
fn check_given_points(item: &Item, points: &Ratio, place: FaultAt, faults: &mut Faults) {
    let id = item.id.as_str();
    let below_zero_allowed =
        item.role == Role::Normal && item.floor.as_ref().is_some_and(|floor| floor <= points);
    if points.is_negative() && !below_zero_allowed {
        faults.add(
            place,
            problems::negative(id, written_key(place.key), words::points(points)),
        );
    }
    let most = match item.role {
        Role::Normal | Role::Bonus => item.limits().1,
        Role::Deduction => item.limits().0.map(|floor| floor.abs()),
    };
    if let Some(most) = most.filter(|most| points > most) {
        let (value, most) = (words::points(points), words::points(&most));
        faults.add(
            place,
            problems::points_beyond_item(id, written_key(place.key), value, most),
        );
    }
}

/// Some level of a normal item should reach its points.
fn check_reaches<'a>(
    i: usize,
    item: &Item,
    points: impl Iterator<Item = &'a Ratio>,
    key: &'static str,
    faults: &mut Faults,
) {
    let Some(highest) = points.max().filter(|_| item.role == Role::Normal) else {
        return;
    };
    if highest < &item.points {
        let (highest, points) = (words::points(highest), words::points(&item.points));
        faults.add(
            at(i, key),
            problems::full_points_unreachable(&item.id, highest, points),
        );
    }
}

fn check_levels(i: usize, item: &Item, levels: &[Level], faults: &mut Faults) {
    let key = "rule.levels";
    if levels.is_empty() {
        faults.add(at(i, key), problems::rule_list_empty(&item.id, "levels"));
    }
    let ids = levels.iter().map(|level| level.id.as_str());
    faults.distinct(ids, ("档次", "level"), |entry| at(i, key).entry(entry));
    let unbounded = levels.iter().filter(|level| level.from.is_none()).count();
    if unbounded > 1 && unbounded < levels.len() {
        faults.add(at(i, key), problems::levels_mixed(&item.id));
    }
    let mut bounds: Vec<(usize, &Ratio)> = levels
        .iter()
        .enumerate()
        .filter_map(|(entry, level)| Some((entry, level.from.as_ref()?)))
        .collect();
    bounds.sort_by(|a, b| a.1.cmp(b.1));
    for pair in bounds.windows(2) {
        if let [(_, low), (entry, high)] = pair
            && low == high
        {
            let problem = problems::not_ascending(&item.id, key, words::points(high));
            faults.add(at(i, key).entry(*entry), problem);
        }
    }
    for (entry, level) in levels.iter().enumerate() {
        check_given_points(item, &level.points, at(i, key).entry(entry), faults);
    }
    check_reaches(
        i,
        item,
        levels.iter().map(|level| &level.points),
        key,
        faults,
    );
}

fn check_steps(i: usize, item: &Item, steps: &[Step], faults: &mut Faults) {
    let key = "rule.steps";
    if steps.is_empty() {
        faults.add(at(i, key), problems::rule_list_empty(&item.id, "steps"));
    }
    check_ascending(i, item, steps.iter().map(|step| &step.from), key, faults);
    for (entry, step) in steps.iter().enumerate() {
        check_given_points(item, &step.points, at(i, key).entry(entry), faults);
    }
    check_reaches(i, item, steps.iter().map(|step| &step.points), key, faults);
}

fn check_knots(i: usize, item: &Item, knots: &[Knot], faults: &mut Faults) {
    let key = "rule.knots";
    if knots.len() < 2 {
        faults.add(at(i, key), problems::rule_list_empty(&item.id, "knots"));
    }
    check_ascending(i, item, knots.iter().map(|knot| &knot.value), key, faults);
    for (entry, knot) in knots.iter().enumerate() {
        check_given_points(item, &knot.points, at(i, key).entry(entry), faults);
    }
    check_reaches(i, item, knots.iter().map(|knot| &knot.points), key, faults);
}

fn check_ascending<'a>(
    i: usize,
    item: &Item,
    values: impl Iterator<Item = &'a Ratio>,
    key: &'static str,
    faults: &mut Faults,
) {
    let mut before: Option<&Ratio> = None;
    for (entry, value) in values.enumerate() {
        if before.is_some_and(|before| value <= before) {
            let problem = problems::not_ascending(&item.id, key, words::points(value));
            faults.add(at(i, key).entry(entry), problem);
        }
        before = Some(value);
    }
}
