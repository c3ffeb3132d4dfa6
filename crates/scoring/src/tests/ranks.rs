//! Ranks with ties, ranking groups, quotas and what happens at their edge.

use base::{ItemId, Ratio, Rounding};

use crate::fixture::*;
use crate::*;

fn card() -> Scorecard {
    let mut card = card_of(vec![item("score", "100", Rule::AsGiven)]);
    card.bands = vec![
        band("A", Some("90")),
        band("B", Some("80")),
        band("C", None),
    ];
    card.vetoes = vec![Veto {
        id: "major".into(),
        name: same("major"),
        basis: same("art. 9"),
        forces: "C".into(),
        effect: VetoEffect::Direct,
        kind: String::new(),
    }];
    card
}

/// Scores each total; `!` in front: vetoed, `/x` behind: ranking group x.
fn cards(card: &Scorecard, totals: &[&str]) -> Vec<Card> {
    let score = |(i, text): (usize, &&str)| {
        let (total, group) = match text.split_once('/') {
            Some((total, group)) => (total, Some(group.to_string())),
            None => (*text, None),
        };
        let vetoed = total.starts_with('!');
        let figure = figure(total.trim_start_matches('!'));
        let mut one = participant(&format!("p{i}"), vec![("score", Input::figure(figure))]);
        one.ranking_group = group;
        let hit = VetoHit {
            count: 1,
            reason: same("accident"),
        };
        one.vetoes.insert("major".into(), vetoed.then_some(hit));
        one.tie_values
            .insert("size".into(), Ratio::from_int(i64::try_from(i).unwrap()));
        score_card(card, &one).unwrap()
    };
    totals.iter().enumerate().map(score).collect()
}

fn ranks(card: &Scorecard, totals: &[&str]) -> Vec<u32> {
    let mut cards = cards(card, totals);
    rank_cards(card, &mut cards);
    cards.iter().map(|card| card.rank.unwrap_or(0)).collect()
}

fn grades(card: &Scorecard, totals: &[&str]) -> String {
    let mut cards = cards(card, totals);
    rank_cards(card, &mut cards);
    let once = cards.clone();
    rank_cards(card, &mut cards);
    assert_eq!(once, cards, "ranking twice changes nothing");
    cards
        .iter()
        .map(|card| card.grade.clone().unwrap_or("-".into()))
        .collect()
}

#[test]
fn ties_share_a_rank_and_the_next_is_skipped() {
    let mut card = card();
    assert_eq!(ranks(&card, &["95", "95", "90"]), [1, 1, 3]);
    assert_eq!(
        ranks(&card, &["70", "95", "80", "95", "80", "60"]),
        [5, 1, 3, 1, 3, 6]
    );
    // Equal after rounding is equal.
    assert_eq!(ranks(&card, &["89.994", "89.99", "89.995"]), [2, 2, 1]);
    assert_eq!(
        ranks(&card, &["5/x", "9/y", "7/x", "7/y", "8"]),
        [2, 1, 1, 2, 1]
    );
    card.direction = Direction::LowerBetter;
    card.bands.clear();
    card.vetoes.clear();
    assert_eq!(ranks_without_vetoes(&card, &["3", "1", "1"]), [3, 1, 1]);
}

fn ranks_without_vetoes(card: &Scorecard, totals: &[&str]) -> Vec<u32> {
    let score = |total: &&str| {
        let one = participant(total, vec![("score", Input::figure(figure(total)))]);
        score_card(card, &one).unwrap()
    };
    let mut cards: Vec<Card> = totals.iter().map(score).collect();
    rank_cards(card, &mut cards);
    cards.iter().map(|card| card.rank.unwrap_or(0)).collect()
}

#[test]
fn the_vetoed_and_the_pending_are_ranked_as_declared() {
    let mut card = card();
    assert_eq!(ranks(&card, &["!95", "90", "80"]), [1, 2, 3]);
    card.ranking.exclude_vetoed = true;
    assert_eq!(ranks(&card, &["!95", "90", "80"]), [0, 1, 2]);
    let mut cards = cards(&card, &["95", "90"]);
    cards[0].state = CardState::Pending;
    rank_cards(&card, &mut cards);
    assert_eq!(
        (cards[0].rank, cards[1].rank, cards[1].ranked_of),
        (None, Some(1), Some(1))
    );
    card.ranking.include_pending = true;
    rank_cards(&card, &mut cards);
    assert_eq!(
        (cards[0].rank, cards[1].rank, cards[1].ranked_of),
        (Some(1), Some(2), Some(2))
    );
}

fn quota(grade: &str, at_most: QuotaLimit) -> Quota {
    Quota {
        group: None,
        grade: grade.into(),
        at_most,
    }
}

#[test]
fn those_beyond_a_quota_move_to_the_next_grade_and_meet_its_quota() {
    let mut card = card();
    card.ranking.quotas = vec![quota("A", QuotaLimit::Count(2))];
    assert_eq!(grades(&card, &["99", "92", "95", "90", "85"]), "ABABB");
    card.ranking.quotas.push(quota("B", QuotaLimit::Count(1)));
    // Of 92, 90 and 85 only the best keeps B.
    assert_eq!(grades(&card, &["99", "92", "95", "90", "85"]), "ABACC");
    let mut cards = cards(&card, &["99", "92", "95", "90", "85"]);
    rank_cards(&card, &mut cards);
    assert_eq!(
        cards[1].quota_reason.as_ref().unwrap().zh,
        "“A”名额 2 个已满，降为“B”"
    );
    assert_eq!(cards[1].grade_by_score.as_deref(), Some("A"));
    assert_eq!(cards[1].rank, Some(3));
}

#[test]
fn a_share_counts_the_whole_ranking_group() {
    let mut card = card();
    let five = ["99", "98", "97", "96", "70"];
    // 30 % of 5 is 1.5
    for (rounding, expected) in [
        (Rounding::Down, "ABBBC"),
        (Rounding::Up, "AABBC"),
        (Rounding::HalfUp, "AABBC"),
    ] {
        card.ranking.quotas = vec![quota("A", QuotaLimit::ShareOf(ratio("0.3"), rounding))];
        assert_eq!(grades(&card, &five), expected);
    }
    // Each group by itself; a group's own quota goes before the general one.
    card.ranking.quotas = vec![
        quota("A", QuotaLimit::Count(1)),
        Quota {
            group: Some("x".into()),
            ..quota("A", QuotaLimit::Count(2))
        },
    ];
    assert_eq!(
        grades(&card, &["99/x", "98/x", "97/x", "96/y", "95/y"]),
        "AABAB"
    );
}

#[test]
fn a_forced_grade_takes_a_place_and_is_not_moved() {
    let mut card = card();
    card.vetoes[0].forces = "A".into(); // a direct class to the best grade
    card.ranking.quotas = vec![quota("A", QuotaLimit::Count(2))];
    assert_eq!(grades(&card, &["!50", "99", "95", "91"]), "AABB");
}

#[test]
fn ties_at_the_edge_are_decided_as_declared() {
    let mut card = card();
    card.ranking.quotas = vec![quota("A", QuotaLimit::Count(2))];
    let totals = ["99", "95", "95", "95", "91"];
    card.ranking.tie_at_edge = TieAtEdge::AllOut;
    assert_eq!(grades(&card, &totals), "ABBBB");
    card.ranking.tie_at_edge = TieAtEdge::AllIn;
    assert_eq!(grades(&card, &totals), "AAAAB");
    // A tie that ends at the edge is none.
    for tie_at_edge in [TieAtEdge::AllIn, TieAtEdge::AllOut] {
        card.ranking.tie_at_edge = tie_at_edge;
        assert_eq!(grades(&card, &["95", "95", "91"]), "AAB");
    }
    // By size: p3 is the largest, p1 the smallest.
    let size = |better| TieKey::Value {
        name: "size".into(),
        better,
    };
    card.ranking.tie_at_edge = TieAtEdge::ByKey(vec![size(Direction::HigherBetter)]);
    assert_eq!(grades(&card, &totals), "ABBAB");
    card.ranking.tie_at_edge = TieAtEdge::ByKey(vec![
        TieKey::Item(ItemId::new("score")),
        size(Direction::LowerBetter),
    ]);
    assert_eq!(grades(&card, &totals), "AABBB");
    // Keys that do not decide leave the tied out.
    card.ranking.tie_at_edge = TieAtEdge::ByKey(vec![TieKey::Item(ItemId::new("score"))]);
    assert_eq!(grades(&card, &totals), "ABBBB");
    card.ranking.quotas = vec![quota("A", QuotaLimit::Count(0))];
    card.ranking.tie_at_edge = TieAtEdge::AllIn;
    assert_eq!(grades(&card, &totals), "BBBBB");
}
