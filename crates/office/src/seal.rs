//! Sealing: an assessment's result, kept for good with what it stands on; and overrides before it.
//!
//! A sealed result never changes. A correction is a new sealing beside it, which names the one that
//! it corrects. It carries the position and the root of the tree, so that it can be proved later.

use base::{ItemId, Lang, Period, Problem, Ratio, ScorecardId, UnitId};
use ledger::Nature;
use serde_json::{Value as Json, json};

use crate::assessment::{Ask, Assessment};
use crate::entry::{Kind, OverrideFacts, Private, SealFacts};
use crate::folder::{Command, Office};
use crate::problems;
use crate::values::shown;

/// What a sealing needs beside the result.
#[derive(Debug, Clone)]
pub struct SealRequest {
    /// Which result.
    pub ask: Ask,
    /// The minutes of the meeting: name and bytes.
    pub minutes: (String, Vec<u8>),
    /// Approval number.
    pub approval: String,
    /// Seal a demonstration's result as a demonstration: it is no official result.
    pub as_demonstration: bool,
}

impl Office {
    /// Seals an assessment and gives the position of the sealing.
    ///
    /// # Errors
    /// The folder is a demonstration and that was not said; the approval is missing; a card is still
    /// pending; the position is not the present one.
    pub fn seal(&mut self, request: &SealRequest) -> Result<u64, Problem> {
        let is_demonstration = self.nature() == Nature::Demonstration;
        if is_demonstration && !request.as_demonstration {
            return Err(problems::demonstration_not_sealed());
        }
        if request.approval.trim().is_empty() {
            return Err(problems::approval_missing());
        }
        let assessment = self.assess(&request.ask)?;
        let pending = assessment.cards.iter().filter(|card| card.state == scoring::CardState::Pending).count();
        if pending > 0 {
            return Err(problems::cards_pending(pending));
        }
        let head = self.ledger().head()?;
        if request.ask.at != head.size {
            return Err(problems::seal_at_head(request.ask.at, head.size));
        }
        let (name, bytes) = &request.minutes;
        let evidence = self.store_evidence(name, bytes)?;
        let corrects = self.mirror().seals(&request.ask.scorecard, &request.ask.period).last().map(|(position, _)| position.0);
        let facts = SealFacts {
            scorecard: request.ask.scorecard.to_string(),
            period: request.ask.period.to_string(),
            day: request.ask.day.to_string(),
            at: head.size.0,
            root: hex::encode(head.root),
            minutes: evidence.sha256.clone(),
            approval: request.approval.trim().to_owned(),
            demonstration: is_demonstration,
            corrects,
            results: results(&assessment),
        };
        let private = Private { evidence: vec![evidence], ..Private::default() };
        let heads = self.append(vec![Command::new(Kind::Seal, &facts, &private)?], &[])?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}

impl Office {
    /// Sets the points of an item for a unit by hand; `None` lifts an earlier override.
    ///
    /// # Errors
    /// No reason is given, or the ledger cannot be written.
    pub fn override_points(
        &mut self,
        scorecard: &ScorecardId,
        period: &Period,
        item: &ItemId,
        unit: &UnitId,
        points: Option<&Ratio>,
        reason: &str,
    ) -> Result<u64, Problem> {
        if reason.trim().is_empty() {
            return Err(problems::reason_missing());
        }
        let facts = OverrideFacts {
            scorecard: scorecard.to_string(),
            item: item.to_string(),
            unit: unit.to_string(),
            period: period.to_string(),
            points: points.map(shown),
            reason: reason.trim().to_owned(),
        };
        let heads = self.append(vec![Command::new(Kind::Override, &facts, &Private::default())?], &[])?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}

/// The result as it is sealed: every card with its items' exact points and reasons.
fn results(assessment: &Assessment) -> Json {
    let number = |ratio: &Option<Ratio>| ratio.as_ref().map(shown);
    let cards: Vec<Json> = assessment
        .cards
        .iter()
        .map(|card| {
            let items: Vec<Json> = card
                .items
                .iter()
                .map(|item| {
                    json!({
                        "item": item.item.as_str(),
                        "state": item.state.as_str(),
                        "points": number(&item.points),
                        "max_points": shown(&item.max_points),
                        "reason": item.reason.get(Lang::Zh),
                    })
                })
                .collect();
            json!({
                "unit": card.participant,
                "total": card.total_text,
                "grade": card.grade,
                "rank": card.rank,
                "ranking_group": card.ranking_group,
                "vetoes": card.vetoes.iter().map(|veto| veto.veto.as_str()).collect::<Vec<_>>(),
                "consequences": card.consequences.iter().map(|consequence| consequence.text.get(Lang::Zh)).collect::<Vec<_>>(),
                "items": items,
            })
        })
        .collect();
    Json::Array(cards)
}
