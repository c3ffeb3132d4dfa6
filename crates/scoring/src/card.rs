//! The result of a scorecard for one participant: every number with its reason.
//!
//! A card keeps the score whatever the vetoes say, the exact total beside the rounded one, and the
//! grade at each step (by score, after gates, after vetoes, after quotas), so that a reader can see
//! where it changed and why. Made by [`crate::score_card`], completed by [`crate::rank_cards`].

use std::collections::BTreeMap;

use base::{Figure, GroupId, ItemId, Ratio, Text};

use crate::definition::{Consequence, Role};

/// One participant's card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Who it is.
    pub participant: String,
    /// The group within which it is ranked.
    pub ranking_group: Option<String>,
    /// Item by item, in the scorecard's order.
    pub items: Vec<ItemResult>,
    /// Group by group, in the scorecard's order.
    pub groups: Vec<GroupResult>,
    /// The parts of a composite total, in the scorecard's order.
    pub parts: Vec<PartResult>,
    /// Bonus points, after the cap.
    pub bonus: Ratio,
    /// Deducted points, zero or negative, after the cap.
    pub deduction: Ratio,
    /// The exact total; `None` when nothing counts.
    pub total_exact: Option<Ratio>,
    /// The total after the one declared rounding; what is banded and ranked.
    pub total: Option<Ratio>,
    /// The total as text with the declared number of decimal places.
    pub total_text: Option<String>,
    /// The points that were possible on the scale of the total.
    pub possible: Ratio,
    /// Points of items that are still pending.
    pub open_points: Ratio,
    /// Whether the total is final.
    pub state: CardState,
    /// The grade of the total alone. While the card is pending, the grade of what it has so far.
    pub grade_by_score: Option<String>,
    /// The grade after gates and vetoes, before quotas; `None` while pending unless forced.
    pub grade_before_quota: Option<String>,
    /// The grade; `None` while pending unless forced, or when the scorecard has no bands.
    pub grade: Option<String>,
    /// The vetoes that were hit.
    pub vetoes: Vec<VetoResult>,
    /// Why better bands were refused.
    pub gate_reasons: Vec<GateReason>,
    /// The rank within the ranking group, from 1, once ranked.
    pub rank: Option<u32>,
    /// How many were ranked in the group, once ranked.
    pub ranked_of: Option<u32>,
    /// Why a quota moved the grade down.
    pub quota_reason: Option<Text>,
    /// What follows from the grade and the vetoes.
    pub consequences: Vec<Consequence>,
    /// The participant's values for ties at a quota's edge.
    pub tie_values: BTreeMap<String, Ratio>,
}

impl Card {
    /// The result of one item.
    pub fn item(&self, id: &ItemId) -> Option<&ItemResult> {
        self.items.iter().find(|item| &item.item == id)
    }

    /// The result of one group.
    pub fn group(&self, id: &GroupId) -> Option<&GroupResult> {
        self.groups.iter().find(|group| &group.group == id)
    }

    /// Whether a veto or direct class was hit, so that the grade does not follow the score alone.
    pub fn is_vetoed(&self) -> bool {
        !self.vetoes.is_empty()
    }
}

/// Whether a card's total can still change by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardState {
    /// All is known.
    Final,
    /// At least one preliminary figure was used.
    Preliminary,
    /// At least one item or part is pending.
    Pending,
}

/// What is known of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemState {
    /// A value or a judgement.
    Value,
    /// A preliminary figure.
    Preliminary,
    /// The figure does not apply.
    NotApplicable,
    /// The figure has not been reported.
    NotReported,
    /// No assessor has judged yet.
    NotJudged,
    /// The participant does not carry the item.
    NotCarried,
}

impl ItemState {
    /// The state's name in scripts and exports.
    ///
    /// ```
    /// assert_eq!(scoring::ItemState::NotJudged.as_str(), "not_judged");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            ItemState::Value => "value",
            ItemState::Preliminary => "preliminary",
            ItemState::NotApplicable => "not_applicable",
            ItemState::NotReported => "not_reported",
            ItemState::NotJudged => "not_judged",
            ItemState::NotCarried => "not_carried",
        }
    }
}

/// The points of one item and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemResult {
    /// The item.
    pub item: ItemId,
    /// The group in which it stands.
    pub group: GroupId,
    /// The top group (category) above it.
    pub top_group: GroupId,
    /// Normal, bonus or deduction.
    pub role: Role,
    /// What is known.
    pub state: ItemState,
    /// The figures that were used, as given.
    pub figures: Vec<Figure>,
    /// The target that was compared with, the participant's own or the item's.
    pub target: Option<Ratio>,
    /// The points as they count: negative for a deduction, `None` when excluded or pending.
    pub points: Option<Ratio>,
    /// What rule and data alone would give, where points were set by hand or taken off for how the item was
    /// handled.
    pub computed_points: Option<Ratio>,
    /// What was taken off for how the item was handled, as far as there were points to take.
    pub deducted: Option<Ratio>,
    /// The most that the item can give (0 for a deduction, which can only take).
    pub max_points: Ratio,
    /// The item counts neither in the points nor in the possible points.
    pub excluded: bool,
    /// The item's points are still open.
    pub pending: bool,
    /// Points were set by hand.
    pub adjusted: bool,
    /// How the points came about.
    pub reason: Text,
}

/// The points of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupResult {
    /// The group.
    pub group: GroupId,
    /// The group above it.
    pub parent: Option<GroupId>,
    /// Points of its normal items and groups, combined as declared.
    pub points: Ratio,
    /// What was possible among what counts.
    pub possible: Ratio,
    /// Bonus points earned in the group, at most the group's points in a group of bonus items
    /// only, before the card's cap.
    pub bonus: Ratio,
    /// Points deducted in the group, zero or negative, with the same limit.
    pub deduction: Ratio,
    /// Points of pending items.
    pub open_points: Ratio,
    /// A cap cut the points.
    pub capped: bool,
}

impl GroupResult {
    /// Points ÷ possible points, from 0 to 1; `None` when nothing was possible.
    pub fn rate(&self) -> Option<Ratio> {
        self.points.checked_div(&self.possible)
    }

    /// Points with bonus and deduction.
    pub fn net_points(&self) -> Ratio {
        &(&self.points + &self.bonus) + &self.deduction
    }
}

/// The value of one part of a composite total.
#[derive(Debug, Clone, PartialEq)]
pub struct PartResult {
    /// The part.
    pub part: String,
    /// Its weight.
    pub weight: Ratio,
    /// Its value from 0 to 100; `None` when excluded or pending.
    pub value: Option<Ratio>,
    /// The value is still open.
    pub pending: bool,
}

/// A veto that was hit.
#[derive(Debug, Clone, PartialEq)]
pub struct VetoResult {
    /// The veto.
    pub veto: String,
    /// Its name.
    pub name: Text,
    /// The legal basis.
    pub basis: Text,
    /// The grade that it forces.
    pub forces: String,
    /// The scheme's word for its kind.
    pub kind: String,
    /// How many records hit it.
    pub count: u32,
    /// What happened.
    pub reason: Text,
    /// Whether it changed the grade.
    pub changed_grade: bool,
}

/// A band that was refused in spite of the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReason {
    /// The grade that was refused.
    pub grade: String,
    /// The gate that failed.
    pub gate: String,
    /// Why, in words.
    pub reason: Text,
}
