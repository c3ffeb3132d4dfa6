//! What a case that a sealed result opened is about: the items in which its unit lost points.
//!
//! Nothing of it is stored with the case. The sealed result says which points were given, at its own position;
//! scored again there it says them with their reasons.

use base::{Day, ItemId, Period, Position, Ratio, ScorecardId, Text};
use programme::model::Programme;
use scoring::{ItemState, Role};

use crate::assessment::{Ask, Assessment};
use crate::case::Case;
use crate::folder::Office;

/// An item in which points were lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostItem {
    /// The item.
    pub item: ItemId,
    /// Its name.
    pub name: Text,
    /// The points that were possible; 0 for a deduction.
    pub possible: Ratio,
    /// The points that were given; below 0 for a deduction.
    pub given: Ratio,
    /// What that is apart.
    pub lost: Ratio,
    /// How the points came about.
    pub reason: Text,
}

/// Whether a case is one that a sealed result opened: of a scorecard and a unit, about no single item.
pub fn is_opened_by_seal(case: &Case) -> bool {
    let about = &case.about;
    about.item.is_none()
        && about.scorecard.is_some()
        && about.period.is_some()
        && about.unit.is_some()
}

impl Office {
    /// The sealed result that opened a case: its position and how it was asked for.
    pub fn sealed_for(&self, case: &Case) -> Option<(Position, Ask)> {
        if !is_opened_by_seal(case) {
            return None;
        }
        let scorecard = ScorecardId::new(case.about.scorecard.as_deref()?);
        let text = case.about.period.as_deref()?;
        let found = self.mirror().all_seals().iter().rev();
        let (position, facts) = found
            .filter(|(position, _)| position.0 < case.number)
            .find(|(_, facts)| facts.scorecard == scorecard.as_str() && facts.period == text)?;
        let programme = self.mirror().programme_as_of(Position(facts.at))?;
        let ask = Ask {
            scorecard,
            period: Period::parse(text, programme.assessment_start).ok()?,
            day: Day::parse(&facts.day).ok()?,
            at: Position(facts.at),
        };
        Some((*position, ask))
    }
}

/// The items in which a unit lost points in an assessment, the most first, then as the programme lists them.
pub fn lost_items(programme: &Programme, assessment: &Assessment, unit: &str) -> Vec<LostItem> {
    let card = assessment
        .cards
        .iter()
        .find(|card| card.participant == unit);
    let declared = programme.scorecards.get(&assessment.scorecard);
    let mut found: Vec<LostItem> = card
        .into_iter()
        .flat_map(|card| &card.items)
        .filter(|item| item.state != ItemState::NotCarried && !item.excluded)
        .filter_map(|item| {
            let given = item.points.clone()?;
            let possible = match item.role {
                Role::Normal => item.max_points.clone(),
                Role::Deduction => Ratio::ZERO,
                Role::Bonus => return None,
            };
            let lost = &possible - &given;
            let name = declared.and_then(|declared| {
                let mut items = declared.card.items.iter();
                items.find(|found| found.id == item.item)
            });
            (lost > Ratio::ZERO).then(|| LostItem {
                name: name.map_or_else(|| Text::same(item.item.as_str()), |item| item.name.clone()),
                item: item.item.clone(),
                possible,
                given,
                lost,
                reason: item.reason.clone(),
            })
        })
        .collect();
    found.sort_by(|one, other| other.lost.cmp(&one.lost));
    found
}
