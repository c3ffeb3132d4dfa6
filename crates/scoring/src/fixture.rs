//! Short ways to write numbers, items and participants in this crate's tests.

use base::{Figure, GroupId, ItemId, Ratio, ScorecardId, Text};

use crate::*;

/// `97.5`, `-2` or `39/40` as an exact ratio.
pub(crate) fn ratio(text: &str) -> Ratio {
    match text.split_once('/') {
        Some((numerator, denominator)) => ratio(numerator)
            .checked_div(&ratio(denominator))
            .expect("denominator"),
        None => Ratio::parse_decimal(text).expect("decimal"),
    }
}

/// A text whose two languages are the same.
pub(crate) fn same(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

/// A figure with a plain value.
pub(crate) fn figure(text: &str) -> Figure {
    Figure::value_of(ratio(text), Ratio::from_int(1))
}

/// An item of the group `g`.
pub(crate) fn item(id: &str, points: &str, rule: Rule) -> Item {
    Item::new(
        ItemId::new(id),
        GroupId::new("g"),
        same(id),
        ratio(points),
        rule,
    )
}

/// A top group without points of its own.
pub(crate) fn group(id: &str) -> Group {
    Group {
        id: GroupId::new(id),
        name: same(id),
        parent: None,
        points: None,
        weight: None,
        combine: Combine::Sum,
    }
}

/// A band without gates.
pub(crate) fn band(grade: &str, from: Option<&str>) -> Band {
    Band {
        grade: grade.into(),
        from: from.map(ratio),
        name: same(grade),
        gates: Vec::new(),
    }
}

/// A card with the one group `g`.
pub(crate) fn card_of(items: Vec<Item>) -> Scorecard {
    let mut card = Scorecard::new(ScorecardId::new("card"));
    card.groups = vec![group("g")];
    card.items = items;
    card
}

/// A participant with the given inputs.
pub(crate) fn participant(key: &str, inputs: Vec<(&str, Input)>) -> Participant {
    Participant {
        key: key.into(),
        items: inputs
            .into_iter()
            .map(|(id, input)| (ItemId::new(id), input))
            .collect(),
        ..Participant::default()
    }
}
