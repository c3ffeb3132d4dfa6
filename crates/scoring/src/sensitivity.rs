//! One at a time: what would the total gain if one item were full? Largest first.
//!
//! The card's own item results are summed again with one changed, so every cap, weight and
//! rescaling of the scorecard is in the answer. It is exact and not rounded.

use std::collections::BTreeMap;

use base::{ItemId, Problem, Ratio};

use crate::card::{Card, ItemResult};
use crate::definition::{Direction, Item, PartSource, Role, Scorecard};
use crate::total::totals;
use crate::tree::GroupTree;

/// What one item still has to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// The item.
    pub item: ItemId,
    /// Points between what it has and its best.
    pub open_points: Ratio,
    /// What the exact total would gain (where lower totals are better: lose) if the item were at
    /// its best and nothing else changed. It can differ from the points because of caps, weights
    /// and rescaling, and it can be zero.
    pub total_gain: Ratio,
}

/// The items that are not at their best, by what the total would gain; equal gains in the
/// scorecard's order. Items that do not count are left out.
///
/// ```
/// use base::ScorecardId;
/// use scoring::{open_items, score_card, Participant, Scorecard};
/// let card = Scorecard::new(ScorecardId::new("assessment"));
/// let result = score_card(&card, &Participant::default()).unwrap();
/// assert!(open_items(&card, &result).unwrap().is_empty());
/// ```
pub fn open_items(card: &Scorecard, result: &Card) -> Result<Vec<OpenItem>, Problem> {
    let tree = GroupTree::of(card)?;
    let given: BTreeMap<String, Ratio> = card
        .parts
        .iter()
        .filter(|part| part.source == PartSource::Given)
        .filter_map(|part| {
            let value = result
                .parts
                .iter()
                .find(|value| value.part == part.id)?
                .value
                .clone()?;
            Some((part.id.clone(), value))
        })
        .collect();
    let before = result.total_exact.clone().unwrap_or(Ratio::ZERO);
    let mut items = result.items.clone();
    let mut open = Vec::new();
    for (i, item) in card.items.iter().enumerate() {
        let Some(was) = items.get(i).cloned() else {
            continue;
        };
        let Some(best) = best_points(card.direction, item) else {
            continue;
        };
        let has = was.points.clone().unwrap_or(Ratio::ZERO);
        if was.excluded || (has == best && !was.pending) {
            continue;
        }
        let changed = ItemResult {
            points: Some(best.clone()),
            pending: false,
            ..was.clone()
        };
        set(&mut items, i, changed);
        let after = totals(card, &tree, &items, &given)
            .total_exact
            .unwrap_or(Ratio::ZERO);
        set(&mut items, i, was);
        let total_gain = match card.direction {
            Direction::HigherBetter => &after - &before,
            Direction::LowerBetter => &before - &after,
        };
        let open_points = (&best - &has).abs();
        open.push(OpenItem {
            item: item.id.clone(),
            open_points,
            total_gain,
        });
    }
    open.sort_by(|a, b| b.total_gain.cmp(&a.total_gain));
    Ok(open)
}

fn set(items: &mut [ItemResult], i: usize, result: ItemResult) {
    if let Some(slot) = items.get_mut(i) {
        *slot = result;
    }
}

/// The best an item can do: full points and no deduction, or where lower is better no points and
/// the full deduction; `None` when there is no limit.
fn best_points(direction: Direction, item: &Item) -> Option<Ratio> {
    let (floor, cap) = item.limits();
    match (direction, item.role) {
        (Direction::HigherBetter, Role::Normal) => Some(item.points.clone()),
        (Direction::HigherBetter, Role::Bonus | Role::Deduction) => cap,
        (Direction::LowerBetter, _) => floor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Combine, TotalRule};
    use crate::fixture::*;
    use crate::participant::Input;
    use crate::rule::Rule;
    use crate::score::score_card;

    fn three() -> (Scorecard, crate::Participant) {
        let items = ["a", "b", "c"].map(|id| item(id, "10", Rule::RateTimesPoints));
        let given = participant(
            "p",
            vec![
                ("a", Input::figure(figure("0.5"))),
                ("b", Input::figure(figure("0.2"))),
                ("c", Input::figure(figure("1"))),
            ],
        );
        (card_of(items.to_vec()), given)
    }

    #[test]
    fn the_largest_gain_stands_first_and_full_items_are_left_out() {
        let (card, given) = three();
        let open = open_items(&card, &score_card(&card, &given).unwrap()).unwrap();
        let gains: Vec<(&str, Ratio)> = open
            .iter()
            .map(|open| (open.item.as_str(), open.total_gain.clone()))
            .collect();
        assert_eq!(gains, [("b", ratio("8")), ("a", ratio("5"))]);
    }

    #[test]
    fn caps_and_weights_are_in_the_gain() {
        let (mut card, given) = three();
        // The group gives at most 20: 17 now, so each gains 3.
        if let Some(group) = card.groups.first_mut() {
            group.points = Some(ratio("20"));
        }
        let open = open_items(&card, &score_card(&card, &given).unwrap()).unwrap();
        assert!(open.iter().all(|open| open.total_gain == ratio("3")));
        // Weights 1, 3, 1 over 100: b gains 0.8 × 3/5 × 100 = 48, a gains 0.5 × 1/5 × 100 = 10.
        if let Some(group) = card.groups.first_mut() {
            group.combine = Combine::WeightedMean;
            group.points = None;
        }
        card.total = TotalRule::Points;
        for (item, weight) in card.items.iter_mut().zip(["1", "3", "1"]) {
            item.weight = Some(ratio(weight));
        }
        let open = open_items(&card, &score_card(&card, &given).unwrap()).unwrap();
        let gains: Vec<Ratio> = open.into_iter().map(|open| open.total_gain).collect();
        assert_eq!(gains, [ratio("48"), ratio("10")]);
    }

    #[test]
    fn where_lower_is_better_the_gain_is_what_is_lost() {
        let (mut card, given) = three();
        card.direction = Direction::LowerBetter;
        let open = open_items(&card, &score_card(&card, &given).unwrap()).unwrap();
        let first = open.first().unwrap();
        assert_eq!(
            (first.item.as_str(), &first.total_gain),
            ("c", &ratio("10"))
        );
    }
}
