//! One participant's card: items, groups, total, grade.
//!
//! The first function to read in this crate is [`score_card`].

use base::{Problem, Ratio};

use crate::card::{Card, CardState, ItemResult, ItemState};
use crate::definition::{Consequence, ConsequenceOn, PartSource, Scorecard};
use crate::grade;
use crate::item::score_item;
use crate::participant::Participant;
use crate::problems;
use crate::total::totals;
use crate::tree::GroupTree;
use crate::words;

/// Applies a scorecard to one participant. Rank and quotas follow with [`crate::rank_cards`].
///
/// Whatever the participant brings must be known to the scorecard, and the results of all vetoes
/// and of the gates that its total reaches must be there; otherwise the problem says what is
/// missing.
///
/// ```
/// use base::{Figure, GroupId, ItemId, Ratio, ScorecardId, Text};
/// use scoring::*;
/// let mut card = Scorecard::new(ScorecardId::new("assessment"));
/// card.groups.push(Group {
///     id: GroupId::new("targets"),
///     name: Text::new("质量目标", "Targets"),
///     parent: None,
///     points: None,
///     weight: None,
///     combine: Combine::Sum,
/// });
/// let name = Text::new("合格率", "Pass rate");
/// let rule = Rule::Proportional { better: Direction::HigherBetter };
/// let mut item =
///     Item::new(ItemId::new("pass"), GroupId::new("targets"), name, Ratio::from_int(4), rule);
/// item.target = Ratio::new(98, 100);
/// item.format = ValueFormat::Percent(2);
/// card.items.push(item);
///
/// let figure = Figure::value_of(Ratio::from_int(975), Ratio::from_int(1000));
/// let bureau = Participant {
///     key: "bureau".into(),
///     items: [(ItemId::new("pass"), Input::figure(figure))].into(),
///     ..Participant::default()
/// };
/// let result = score_card(&card, &bureau).unwrap();
/// assert_eq!(result.items[0].reason.zh, "97.5% ÷ 目标 98% × 4 分 ≈ 3.9796 分");
/// assert_eq!(result.total_exact, Ratio::new(195, 49)); // 3.9795918…
/// assert_eq!(result.total_text.as_deref(), Some("3.98"));
/// ```
pub fn score_card(card: &Scorecard, participant: &Participant) -> Result<Card, Problem> {
    refuse_wrong_inputs(card, participant)?;
    let tree = GroupTree::of(card)?;
    let mut items = Vec::with_capacity(card.items.len());
    for item in &card.items {
        let top = tree.index.get(&item.group).and_then(|i| tree.top.get(*i));
        let top = top.and_then(|i| card.groups.get(*i));
        let top = top.ok_or_else(|| problems::broken_groups(&item.group))?;
        items.push(score_item(item, &top.id, participant.items.get(&item.id))?);
    }
    let sums = totals(card, &tree, &items, &participant.parts);
    let state = state_of(&items, sums.parts.iter().any(|part| part.pending));
    let round = |total: &Ratio| total.round(card.rounding.places, card.rounding.mode);
    let total = sums.total_exact.as_ref().map(round);
    // Already rounded, so writing it out rounds nothing more.
    let total_text = total
        .as_ref()
        .map(|total| total.to_decimal(card.rounding.places, card.rounding.mode));
    let graded = grade::grade(card, participant, total.as_ref(), &sums.groups, state)?;
    let mut result = Card {
        participant: participant.key.clone(),
        ranking_group: participant.ranking_group.clone(),
        items,
        groups: sums.groups,
        parts: sums.parts,
        bonus: sums.bonus,
        deduction: sums.deduction,
        total_exact: sums.total_exact,
        total,
        total_text,
        possible: sums.possible,
        open_points: sums.open_points,
        state,
        grade_by_score: graded.grade_by_score,
        grade_before_quota: graded.grade.clone(),
        grade: graded.grade,
        vetoes: graded.vetoes,
        gate_reasons: graded.gate_reasons,
        rank: None,
        ranked_of: None,
        quota_reason: None,
        consequences: Vec::new(),
        tie_values: participant.tie_values.clone(),
    };
    result.consequences = consequences_of(card, &result);
    Ok(result)
}

/// What follows from a card's grade and vetoes.
pub(crate) fn consequences_of(card: &Scorecard, result: &Card) -> Vec<Consequence> {
    let applies = |consequence: &&Consequence| match &consequence.on {
        ConsequenceOn::Grade(grade) => result.grade.as_ref() == Some(grade),
        ConsequenceOn::Veto(veto) => result.vetoes.iter().any(|hit| &hit.veto == veto),
    };
    card.consequences.iter().filter(applies).cloned().collect()
}

fn state_of(items: &[ItemResult], part_pending: bool) -> CardState {
    let preliminary = |item: &ItemResult| item.state == ItemState::Preliminary && !item.adjusted;
    if part_pending || items.iter().any(|item| item.pending) {
        CardState::Pending
    } else if items.iter().any(preliminary) {
        CardState::Preliminary
    } else {
        CardState::Final
    }
}

/// Nothing that a participant brings is dropped in silence.
fn refuse_wrong_inputs(card: &Scorecard, participant: &Participant) -> Result<(), Problem> {
    let key = &participant.key;
    let known_item = |id: &base::ItemId| card.items.iter().any(|item| &item.id == id);
    if let Some(id) = participant.items.keys().find(|id| !known_item(id)) {
        return Err(problems::unknown_input(key, "评分项", "item", id));
    }
    let known_part = |id: &String| {
        card.parts
            .iter()
            .any(|part| &part.id == id && part.source == PartSource::Given)
    };
    if let Some(id) = participant.parts.keys().find(|id| !known_part(id)) {
        return Err(problems::unknown_input(key, "给定部分", "given part", id));
    }
    let hundred = Ratio::from_int(100);
    let outside = |value: &Ratio| value.is_negative() || value > &hundred;
    if let Some((id, value)) = participant.parts.iter().find(|(_, value)| outside(value)) {
        return Err(problems::part_value_outside(key, id, words::points(value)));
    }
    let known_veto = |id: &String| card.vetoes.iter().any(|veto| &veto.id == id);
    if let Some(id) = participant.vetoes.keys().find(|id| !known_veto(id)) {
        return Err(problems::unknown_input(key, "一票否决", "veto", id));
    }
    let known_gate = |id: &String| {
        card.bands
            .iter()
            .any(|band| band.gates.iter().any(|gate| &gate.id == id))
    };
    if let Some(id) = participant.gates.keys().find(|id| !known_gate(id)) {
        return Err(problems::unknown_input(key, "门槛", "gate", id));
    }
    Ok(())
}
