//! What a scorecard says: groups, items, totals, bands, vetoes, ranking and consequences.
//!
//! Plain data without behaviour, built by `programme` from a package and read by everything else
//! here. The rules that turn a figure or a judgement into points are in [`crate::rule`]; the faults
//! that a definition can have are found by [`crate::validate`].
//!
//! Points, weights, targets and limits are exact ratios. A rate is written as a ratio, so a target
//! of 98 % is 98/100, and a percentage point is 1/100.

use base::{GroupId, ItemId, Ratio, Rounding, ScorecardId, Text};

use crate::rule::Rule;

/// A scorecard: how figures and judgements of one participant become points, a total and a grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// The scorecard's id.
    pub id: ScorecardId,
    /// Groups of items, up to three levels deep ([`GROUP_LEVELS_MAX`]).
    pub groups: Vec<Group>,
    /// The items, in the order in which they are shown.
    pub items: Vec<Item>,
    /// Parts of a composite total; empty when the items alone make the total.
    pub parts: Vec<Part>,
    /// How the groups make the total.
    pub total: TotalRule,
    /// Points that everyone starts from (a credit score that starts at 100 and only loses points).
    pub start: Option<Ratio>,
    /// The most that all bonus items together can add.
    pub bonus_cap: Option<Ratio>,
    /// The most that all deduction items together can take, as a positive number.
    pub deduction_cap: Option<Ratio>,
    /// The total is never below this.
    pub total_floor: Option<Ratio>,
    /// The total is never above this.
    pub total_cap: Option<Ratio>,
    /// The one rounding, applied to the total before it is compared with the bands.
    pub rounding: TotalRounding,
    /// Whether a higher or a lower total is better.
    pub direction: Direction,
    /// Grade bands, always listed from the best grade to the worst. Empty: the card has no grades.
    pub bands: Vec<Band>,
    /// Vetoes and direct classes.
    pub vetoes: Vec<Veto>,
    /// How cards are ranked against each other.
    pub ranking: RankingRule,
    /// What follows from a grade or a veto.
    pub consequences: Vec<Consequence>,
}

/// Groups may be nested this deep: category, sub-category, block.
pub const GROUP_LEVELS_MAX: usize = 3;

impl Scorecard {
    /// A scorecard without content: points are added up, rounded to two places half up, higher is
    /// better. Fill in what the scheme says.
    ///
    /// ```
    /// use base::ScorecardId;
    /// let card = scoring::Scorecard::new(ScorecardId::new("assessment"));
    /// assert!(card.items.is_empty());
    /// assert_eq!(card.rounding.places, 2);
    /// ```
    pub fn new(id: ScorecardId) -> Self {
        Scorecard {
            id,
            groups: Vec::new(),
            items: Vec::new(),
            parts: Vec::new(),
            total: TotalRule::Points,
            start: None,
            bonus_cap: None,
            deduction_cap: None,
            total_floor: None,
            total_cap: None,
            rounding: TotalRounding::default(),
            direction: Direction::HigherBetter,
            bands: Vec::new(),
            vetoes: Vec::new(),
            ranking: RankingRule::default(),
            consequences: Vec::new(),
        }
    }
}

/// A group of items, possibly inside another group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The group's id, unique in the scorecard.
    pub id: GroupId,
    /// Its name.
    pub name: Text,
    /// The group in which it stands; `None` for a top group (a category).
    pub parent: Option<GroupId>,
    /// For [`Combine::Sum`] a cap on the sum; for the other ways the points of a full group
    /// (without it 100 for a weighted mean, the sum of the items for a rescaled sum).
    pub points: Option<Ratio>,
    /// Weight where the parent group or the total takes a weighted mean.
    pub weight: Option<Ratio>,
    /// How the children (normal items and groups) make the group's points.
    pub combine: Combine,
}

/// How children make the points of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    /// The points are added up, at most the group's `points`.
    #[default]
    Sum,
    /// The points that count, divided by what was possible, times the group's `points`: what is
    /// excluded hands its points to its neighbours in the group.
    Rescaled,
    /// Σ weight × rate ÷ Σ weight over the children that count, times the group's `points`; a rate
    /// is points ÷ possible points.
    WeightedMean,
}

/// One line of a scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The item's id, unique in the scorecard.
    pub id: ItemId,
    /// The group in which it stands.
    pub group: GroupId,
    /// Its name.
    pub name: Text,
    /// The most it can give, or for a deduction the most it can take (0: no limit); not negative.
    pub points: Ratio,
    /// Whether it earns, adds on top, or takes away.
    pub role: Role,
    /// How the figure or the judgement becomes points.
    pub rule: Rule,
    /// The value that a rule with a target compares with; a participant may bring its own.
    pub target: Option<Ratio>,
    /// Lowest points; without it 0, and for a deduction `-points` (none when `points` is 0).
    pub floor: Option<Ratio>,
    /// Highest points; without it `points` (for a bonus of 0 points: none), for a deduction 0.
    pub cap: Option<Ratio>,
    /// What happens when there is no plain value.
    pub when_missing: WhenMissing,
    /// The base score (基础分) that [`Missing::Base`] gives.
    pub base_points: Option<Ratio>,
    /// Weight where the group takes a weighted mean.
    pub weight: Option<Ratio>,
    /// How values and targets are written in the reason.
    pub format: ValueFormat,
}

impl Item {
    /// A normal item with the usual defaults; the fields that differ are set afterwards.
    ///
    /// ```
    /// use base::{GroupId, ItemId, Ratio, Text};
    /// use scoring::{Item, Role, Rule};
    /// let name = Text { zh: "规划".into(), en: "Plan".into() };
    /// let item = Item::new(ItemId::new("plan"), GroupId::new("macro"), name, Ratio::from_int(1), Rule::Judged);
    /// assert_eq!(item.role, Role::Normal);
    /// ```
    pub fn new(id: ItemId, group: GroupId, name: Text, points: Ratio, rule: Rule) -> Self {
        Item {
            id,
            group,
            name,
            points,
            role: Role::Normal,
            rule,
            target: None,
            floor: None,
            cap: None,
            when_missing: WhenMissing::default(),
            base_points: None,
            weight: None,
            format: ValueFormat::default(),
        }
    }
}

/// What an item's points do to the total.
///
/// In a definition every number of points is written positive. A deduction item computes how many
/// points are lost and its result is shown negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Earns points that belong to the possible points.
    #[default]
    Normal,
    /// Adds points on top (加分项), outside the possible points.
    Bonus,
    /// Takes points away (扣分项), outside the possible points.
    Deduction,
}

/// How a value is written in a reason: `0.975` or `97.5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFormat {
    /// As a number with at most this many decimal places.
    Number(u8),
    /// As a percentage with at most this many decimal places.
    Percent(u8),
}

impl Default for ValueFormat {
    fn default() -> Self {
        ValueFormat::Number(4)
    }
}

/// The declared effect of each way in which a plain value can be missing.
///
/// An item that the participant does not carry is always left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhenMissing {
    /// The figure has an empty denominator or does not apply.
    pub not_applicable: Missing,
    /// The figure has not been reported.
    pub not_reported: Missing,
    /// The figure is preliminary; [`Missing::Use`] uses it and marks the card.
    pub preliminary: Missing,
    /// No assessor has judged yet.
    pub not_judged: Missing,
}

impl Default for WhenMissing {
    /// Exclude what does not apply, wait for what is not reported or judged, use what is
    /// preliminary.
    fn default() -> Self {
        WhenMissing {
            not_applicable: Missing::Exclude,
            not_reported: Missing::Pending,
            preliminary: Missing::Use,
            not_judged: Missing::Pending,
        }
    }
}

/// The effect of a missing value on the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No points; the item stays among the possible points.
    Zero,
    /// The item's base score.
    Base,
    /// Full points (for a deduction item: the full deduction).
    Full,
    /// The item leaves both the points and the possible points.
    Exclude,
    /// The total is not final; the item's points count as open.
    Pending,
    /// Use the preliminary figure; allowed only for `preliminary`.
    Use,
}

/// A part of a composite total (document review 40, site visit 30, unannounced visit 20, …).
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The part's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Its weight; the composite divides by the sum of the weights that count.
    pub weight: Ratio,
    /// Where its value (0 to 100) comes from.
    pub source: PartSource,
    /// What happens while a given part has no value: `Zero`, `Exclude` or `Pending`.
    pub when_missing: Missing,
}

/// Where the value of a part comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum PartSource {
    /// The normal items of this card, in percent of what was possible.
    Items,
    /// One group of this card, in percent of what was possible.
    Group(GroupId),
    /// A value from 0 to 100 that the participant brings.
    Given,
}

/// How the top groups make the total. Bonus and deduction items are added afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum TotalRule {
    /// The points of the top groups are added up.
    Points,
    /// Points of what counts ÷ what was possible × 100.
    PercentOfCarried,
    /// Points of what counts ÷ what was possible × the given full marks (1100, say).
    RescaledTo(Ratio),
    /// Σ weight × rate ÷ Σ weight × 100 over the top groups that count.
    WeightedMean,
}

/// The rounding of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotalRounding {
    /// Decimal places kept.
    pub places: u8,
    /// The way of rounding.
    pub mode: Rounding,
}

impl Default for TotalRounding {
    fn default() -> Self {
        TotalRounding {
            places: 2,
            mode: Rounding::HalfUp,
        }
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Higher is better.
    #[default]
    HigherBetter,
    /// Lower is better.
    LowerBetter,
}

/// A grade and the totals that earn it.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The grade, unique in the scorecard ("A").
    pub grade: String,
    /// Its half-open lower bound: totals from here up to the next higher bound; `None` for the
    /// band of the lowest totals.
    pub from: Option<Ratio>,
    /// Its name (优秀).
    pub name: Text,
    /// What else the grade needs; a participant that fails one falls to the next worse grade.
    pub gates: Vec<Gate>,
}

/// A condition beside the total.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The gate's id; a declared gate's result comes with the participant under it.
    pub id: String,
    /// Its name, shown when it fails.
    pub name: Text,
    /// How it is decided.
    pub kind: GateKind,
}

/// How a gate is decided.
#[derive(Debug, Clone, PartialEq)]
pub enum GateKind {
    /// The participant brings the result.
    Declared,
    /// The worst rate (points ÷ possible points) among the top groups is not beyond the limit: at
    /// least the limit where higher is better, at most the limit where lower is better.
    WorstGroup {
        /// The limit, from 0 to 1.
        limit: Ratio,
    },
}

/// A veto (一票否决) or a direct class. The score is kept and shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Veto {
    /// The veto's id; its result comes with the participant under it.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The legal basis.
    pub basis: Text,
    /// The grade that it forces.
    pub forces: String,
    /// Whether it only lowers or sets the grade outright.
    pub effect: VetoEffect,
    /// A word of the scheme for lists and statistics; not read here.
    pub kind: String,
}

/// What a veto does with the grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VetoEffect {
    /// The grade is at best the forced one.
    #[default]
    NoBetterThan,
    /// The grade is the forced one, even when the score would give a worse one (direct class).
    Direct,
}

/// How cards are ranked. Ranks are standard competition ranks (1, 1, 3) of the rounded totals
/// within the participants' ranking groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankingRule {
    /// Participants with a forced grade get no rank.
    pub exclude_vetoed: bool,
    /// Participants whose total is not final are ranked by what they have so far.
    pub include_pending: bool,
    /// Limits on the number of participants in a grade.
    pub quotas: Vec<Quota>,
    /// What happens when equal totals stand across a quota's edge.
    pub tie_at_edge: TieAtEdge,
}

/// A limit on a grade within a ranking group; those beyond it move to the next worse grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// The ranking group; `None`: each ranking group that has no quota of its own for the grade.
    pub group: Option<String>,
    /// The limited grade.
    pub grade: String,
    /// How many may hold it.
    pub at_most: QuotaLimit,
}

/// The size of a quota.
#[derive(Debug, Clone, PartialEq)]
pub enum QuotaLimit {
    /// A number of participants.
    Count(u32),
    /// A share (0 to 1) of the participants of the ranking group, rounded to a whole number.
    ShareOf(Ratio, Rounding),
}

/// Equal totals across the edge of a quota.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TieAtEdge {
    /// All who are tied keep the grade; the quota is exceeded.
    AllIn,
    /// All who are tied move down; the quota is not filled.
    #[default]
    AllOut,
    /// The keys are compared in turn; who is still tied across the edge moves down.
    ByKey(Vec<TieKey>),
}

/// What decides between equal totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TieKey {
    /// The points of an item, more is better.
    Item(ItemId),
    /// The points of a group, more is better.
    Group(GroupId),
    /// A value that the participant brings under this name.
    Value {
        /// The name in the participant's tie values.
        name: String,
        /// Which way is better.
        better: Direction,
    },
}

/// What follows from a grade or a veto (commended; leaders barred from promotion that year).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    /// What brings it about.
    pub on: ConsequenceOn,
    /// What follows.
    pub text: Text,
    /// A word of the scheme for lists and statistics; not read here.
    pub kind: String,
}

/// What brings a consequence about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsequenceOn {
    /// The final grade is this one.
    Grade(String),
    /// This veto was hit.
    Veto(String),
}
