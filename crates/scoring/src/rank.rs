//! Ranks within ranking groups, and quotas on grades.
//!
//! Ranks are standard competition ranks of the rounded totals: 1, 1, 3. A quota moves those beyond
//! it to the next worse grade; who moves is decided by total and, at the edge, by the declared rule.
//! Ranking starts from the grades before quotas, so doing it twice changes nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use base::{Ratio, Text};

use crate::card::{Card, CardState};
use crate::definition::{Direction, Quota, QuotaLimit, Scorecard, TieAtEdge, TieKey};
use crate::score::consequences_of;
use crate::words;

/// Ranks the cards and applies the quotas. The order of the cards does not matter and is kept.
///
/// Cards without a total, and as declared those with a forced grade or still pending, get no rank.
/// A forced grade takes a place of a quota and is never moved by it.
///
/// ```
/// use base::ScorecardId;
/// use scoring::{rank_cards, Scorecard};
/// let mut none = [];
/// rank_cards(&Scorecard::new(ScorecardId::new("assessment")), &mut none);
/// ```
pub fn rank_cards(card: &Scorecard, cards: &mut [Card]) {
    let mut groups: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    for (i, one) in cards.iter_mut().enumerate() {
        one.rank = None;
        one.ranked_of = None;
        one.quota_reason = None;
        one.grade = one.grade_before_quota.clone();
        groups.entry(one.ranking_group.clone()).or_default().push(i);
    }
    for (group, members) in &groups {
        set_ranks(card, cards, members);
        apply_quotas(card, cards, group.as_deref(), members);
    }
    for one in cards.iter_mut() {
        one.consequences = consequences_of(card, one);
    }
}

/// Better first.
fn by_value(direction: Direction, a: &Ratio, b: &Ratio) -> Ordering {
    match direction {
        Direction::HigherBetter => b.cmp(a),
        Direction::LowerBetter => a.cmp(b),
    }
}

/// Better first; what is missing last.
fn by_optional(direction: Direction, a: Option<&Ratio>, b: Option<&Ratio>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => by_value(direction, a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn set_ranks(card: &Scorecard, cards: &mut [Card], members: &[usize]) {
    let rule = &card.ranking;
    let mut ranked: Vec<(usize, Ratio)> = members
        .iter()
        .filter_map(|&i| {
            let one = cards.get(i)?;
            let out = (rule.exclude_vetoed && one.is_vetoed())
                || (!rule.include_pending && one.state == CardState::Pending);
            if out {
                None
            } else {
                Some((i, one.total.clone()?))
            }
        })
        .collect();
    ranked.sort_by(|a, b| by_value(card.direction, &a.1, &b.1));
    let ranked_of = u32::try_from(ranked.len()).ok();
    let mut rank = 0;
    let mut last: Option<&Ratio> = None;
    for (place, (i, total)) in (1u32..).zip(&ranked) {
        if last != Some(total) {
            rank = place;
        }
        last = Some(total);
        if let Some(one) = cards.get_mut(*i) {
            one.rank = Some(rank);
            one.ranked_of = ranked_of;
        }
    }
}

fn apply_quotas(card: &Scorecard, cards: &mut [Card], group: Option<&str>, members: &[usize]) {
    for pair in card.bands.windows(2) {
        let [band, next] = pair else { continue };
        let Some(quota) = quota_for(card, group, &band.grade) else {
            continue;
        };
        let seats = seats_of(quota, members.len());
        let holders: Vec<usize> = members
            .iter()
            .copied()
            .filter(|&i| {
                cards
                    .get(i)
                    .is_some_and(|one| one.grade.as_ref() == Some(&band.grade))
            })
            .collect();
        let (forced, mut movable): (Vec<usize>, Vec<usize>) = holders
            .into_iter()
            .partition(|&i| cards.get(i).is_some_and(Card::is_vetoed));
        let free = seats.saturating_sub(forced.len());
        if movable.len() <= free {
            continue;
        }
        movable.sort_by(|&a, &b| compare(card, cards, a, b));
        let kept = kept_at_edge(card, cards, &movable, free);
        for &i in movable.iter().skip(kept) {
            if let Some(one) = cards.get_mut(i) {
                one.grade = Some(next.grade.clone());
                one.quota_reason = Some(quota_reason(&band.grade, &next.grade, seats));
            }
        }
    }
}

/// The group's own quota for the grade, or the one for all groups.
fn quota_for<'a>(card: &'a Scorecard, group: Option<&str>, grade: &str) -> Option<&'a Quota> {
    let quotas = || {
        card.ranking
            .quotas
            .iter()
            .filter(|quota| quota.grade == grade)
    };
    let own = quotas().find(|quota| quota.group.is_some() && quota.group.as_deref() == group);
    own.or_else(|| quotas().find(|quota| quota.group.is_none()))
}

fn seats_of(quota: &Quota, members: usize) -> usize {
    match &quota.at_most {
        QuotaLimit::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
        QuotaLimit::ShareOf(share, rounding) => {
            let members = i128::try_from(members).unwrap_or(i128::MAX);
            let seats = (share * &Ratio::from_int(members)).round(0, *rounding);
            // A negative share is refused by validation; no seats then.
            seats
                .to_integer()
                .and_then(|seats| usize::try_from(seats).ok())
                .unwrap_or(0)
        }
    }
}

/// Better first: by total, then by the declared keys.
fn compare(card: &Scorecard, cards: &[Card], a: usize, b: usize) -> Ordering {
    let (Some(a), Some(b)) = (cards.get(a), cards.get(b)) else {
        return Ordering::Equal;
    };
    let by_total = by_optional(card.direction, a.total.as_ref(), b.total.as_ref());
    let TieAtEdge::ByKey(keys) = &card.ranking.tie_at_edge else {
        return by_total;
    };
    keys.iter()
        .fold(by_total, |order, key| order.then_with(|| by_key(key, a, b)))
}

fn by_key(key: &TieKey, a: &Card, b: &Card) -> Ordering {
    match key {
        TieKey::Item(id) => {
            let points = |card: &Card| card.item(id).and_then(|item| item.points.clone());
            by_optional(
                Direction::HigherBetter,
                points(a).as_ref(),
                points(b).as_ref(),
            )
        }
        TieKey::Group(id) => {
            let points = |card: &Card| card.group(id).map(|group| group.net_points());
            by_optional(
                Direction::HigherBetter,
                points(a).as_ref(),
                points(b).as_ref(),
            )
        }
        TieKey::Value { name, better } => {
            by_optional(*better, a.tie_values.get(name), b.tie_values.get(name))
        }
    }
}

/// How many of the sorted holders keep the grade when `free` places are there.
fn kept_at_edge(card: &Scorecard, cards: &[Card], sorted: &[usize], free: usize) -> usize {
    let Some(&first_out) = sorted.get(free) else {
        return sorted.len();
    };
    let tied = |&i: &usize| compare(card, cards, i, first_out) == Ordering::Equal;
    match card.ranking.tie_at_edge {
        TieAtEdge::AllIn => {
            // Only a tie across the edge brings more in.
            let crosses = free > 0 && sorted.get(free - 1).is_some_and(tied);
            match crosses {
                true => free + sorted.iter().skip(free).take_while(|i| tied(i)).count(),
                false => free,
            }
        }
        TieAtEdge::AllOut | TieAtEdge::ByKey(_) => {
            sorted.iter().take(free).take_while(|i| !tied(i)).count()
        }
    }
}

fn quota_reason(from: &str, to: &str, seats: usize) -> Text {
    words::text(
        format!("“{from}”名额 {seats} 个已满，降为“{to}”"),
        format!("the {seats} places of grade {from} are taken, moved to {to}"),
    )
}
