//! What is scored: one participant with its figures, judgements and facts.
//!
//! A participant is whatever the scorecard is applied to: a unit in an assessment, an enterprise in
//! a rating, an applicant in a round. The caller gathers everything; nothing is looked up here.

use std::collections::BTreeMap;

use base::{Figure, ItemId, Ratio, Text};

/// One participant and all that its card needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Participant {
    /// Who it is; unique among the cards that are ranked together.
    pub key: String,
    /// The group within which it is ranked (bureaus, townships, parks).
    pub ranking_group: Option<String>,
    /// Inputs by item. An item without input is not carried.
    pub items: BTreeMap<ItemId, Input>,
    /// Values (0 to 100) of the composite's given parts.
    pub parts: BTreeMap<String, Ratio>,
    /// Results of the declared gates; one that a band asks for and that is absent is an error.
    pub gates: BTreeMap<String, bool>,
    /// Results of all vetoes; `None`: looked at and not hit. An absent one is an error.
    pub vetoes: BTreeMap<String, Option<VetoHit>>,
    /// Values that decide between equal totals at a quota's edge.
    pub tie_values: BTreeMap<String, Ratio>,
}

/// What is known about one item of one participant.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Whether the participant carries the item.
    pub carried: bool,
    /// The figures: one for most rules, several for a product of rates or a composite of parts.
    pub figures: Vec<Figure>,
    /// What the assessor judged.
    pub judged: Option<Judgement>,
    /// The participant's own target, instead of the item's.
    pub target: Option<Ratio>,
    /// Points taken off for how the item was handled, such as being late; above 0.
    pub deducted: Option<Ratio>,
    /// Points set by hand, with the reason.
    pub adjustment: Option<Adjustment>,
}

impl Default for Input {
    /// Carried, with nothing known yet.
    fn default() -> Self {
        Input {
            carried: true,
            figures: Vec::new(),
            judged: None,
            target: None,
            deducted: None,
            adjustment: None,
        }
    }
}

impl Input {
    /// A carried item with one figure.
    ///
    /// ```
    /// use base::{Figure, Ratio};
    /// let input = scoring::Input::figure(Figure::value_of(Ratio::from_int(39), Ratio::from_int(40)));
    /// assert!(input.carried && input.judged.is_none());
    /// ```
    pub fn figure(figure: Figure) -> Self {
        Input {
            figures: vec![figure],
            ..Input::default()
        }
    }

    /// A carried item judged to be at a level.
    ///
    /// ```
    /// let input = scoring::Input::level("area_plan");
    /// assert_eq!(input.judged.unwrap().level.as_deref(), Some("area_plan"));
    /// ```
    pub fn level(level: impl Into<String>) -> Self {
        let judged = Judgement {
            level: Some(level.into()),
            ..Judgement::default()
        };
        Input {
            judged: Some(judged),
            ..Input::default()
        }
    }

    /// A carried item for which the assessor gave points.
    ///
    /// ```
    /// use base::Ratio;
    /// let input = scoring::Input::points(Ratio::from_int(3));
    /// assert_eq!(input.judged.unwrap().points, Some(Ratio::from_int(3)));
    /// ```
    pub fn points(points: Ratio) -> Self {
        let judged = Judgement {
            points: Some(points),
            ..Judgement::default()
        };
        Input {
            judged: Some(judged),
            ..Input::default()
        }
    }

    /// An item that the participant does not carry.
    ///
    /// ```
    /// assert!(!scoring::Input::not_carried().carried);
    /// ```
    pub fn not_carried() -> Self {
        Input {
            carried: false,
            ..Input::default()
        }
    }
}

/// What an assessor judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// The level or range chosen; for a judged binary item [`MET`] or [`NOT_MET`].
    pub level: Option<String>,
    /// The points given.
    pub points: Option<Ratio>,
    /// Values of the item's parts.
    pub parts: BTreeMap<String, Ratio>,
}

/// The level of a judged binary item that is met.
pub const MET: &str = "met";
/// The level of a judged binary item that is not met.
pub const NOT_MET: &str = "not_met";

/// Points set by hand (an override), signed as they count: a deduction's are negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The item's points, within its floor and cap.
    pub points: Ratio,
    /// Why.
    pub reason: String,
}

/// A veto that was hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VetoHit {
    /// How many records hit it.
    pub count: u32,
    /// What happened.
    pub reason: Text,
}
