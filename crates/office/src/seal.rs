//! Sealing: an assessment's result, kept for good with what it stands on; and overrides before it.
//!
//! A sealed result never changes. A correction is a new sealing beside it, which names the one that
//! it corrects. It carries the position and the root of the tree, so that it can be proved later.

use base::{Figure, IndicatorId, ItemId, Lang, Period, Problem, Ratio, ScorecardId, UnitId};
use ledger::Nature;
use programme::model::Scorecard;
use scoring::ItemResult;
use serde_json::{Value as Json, json};

use crate::assessment::{Ask, Assessment, is_carried_by};
use crate::authority::Granted;
use crate::entry::{Kind, OverrideFacts, Private, SealFacts};
use crate::exact::{exact, kept};
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
    /// Why the result is sealed again; needed when it was sealed before.
    pub reason: Option<String>,
}

impl Office {
    /// Seals an assessment and gives the position of the sealing.
    ///
    /// # Errors
    /// Who acts may not; the folder is a demonstration and that was not said; the approval is missing; the day
    /// has not come; a card is still pending; the position is not the present one; it was sealed before and no
    /// reason is given.
    pub fn seal(&mut self, request: &SealRequest) -> Result<u64, Problem> {
        let command = self.seal_command(request)?;
        let heads = self.append(vec![command], &[])?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }

    /// The command that a sealing comes to, without appending it; the minutes are stored.
    pub(crate) fn seal_command(&self, request: &SealRequest) -> Result<Command, Problem> {
        self.authorise(Granted::Seal)?;
        let is_demonstration = self.nature() == Nature::Demonstration;
        if is_demonstration && !request.as_demonstration {
            return Err(problems::demonstration_not_sealed());
        }
        if request.approval.trim().is_empty() {
            return Err(problems::approval_missing());
        }
        let today = self.today()?;
        if request.ask.day > today {
            return Err(problems::seal_in_future(request.ask.day, today));
        }
        let corrects = self
            .mirror()
            .seals(&request.ask.scorecard, &request.ask.period)
            .last()
            .map(|(position, _)| position.0);
        let reason = request
            .reason
            .as_deref()
            .map(str::trim)
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned);
        if let (Some(position), None) = (corrects, &reason) {
            return Err(problems::sealed_before(position));
        }
        let assessment = self.assess(&request.ask)?;
        let programme = self.programme()?;
        let scorecard = &request.ask.scorecard;
        let scorecard = programme
            .scorecards
            .get(scorecard)
            .ok_or_else(|| problems::unknown_scorecard(scorecard, ""))?;
        let pending = assessment
            .cards
            .iter()
            .filter(|card| card.state == scoring::CardState::Pending)
            .count();
        if pending > 0 {
            return Err(problems::cards_pending(pending));
        }
        let head = self.ledger().head()?;
        if request.ask.at != head.size {
            return Err(problems::seal_at_head(request.ask.at, head.size));
        }
        let checkpoint = match self.keys()?.current() {
            Some(_) => Some(self.checkpoint()?.to_string()),
            None => None,
        };
        let (name, bytes) = &request.minutes;
        let evidence = self.store_evidence(name, bytes)?;
        let corrects = self
            .mirror()
            .seals(&request.ask.scorecard, &request.ask.period)
            .last()
            .map(|(position, _)| position.0);
        let facts = SealFacts {
            scorecard: request.ask.scorecard.to_string(),
            period: request.ask.period.to_string(),
            day: request.ask.day.to_string(),
            at: head.size.0,
            root: hex::encode(head.root),
            checkpoint,
            minutes: evidence.sha256.clone(),
            approval: request.approval.trim().to_owned(),
            demonstration: is_demonstration,
            corrects,
            reason,
            results: results(&assessment, scorecard),
        };
        let private = Private {
            evidence: vec![evidence],
            ..Private::default()
        };
        Command::new(Kind::Seal, &facts, &private)
    }
}

impl Office {
    /// Sets the points of an item for a unit by hand; `None` lifts an earlier override.
    ///
    /// # Errors
    /// No reason is given, there is no such item, the unit does not carry it or it cannot give such points
    /// (the whole assessment could then not be scored), or the ledger cannot be written.
    pub fn override_points(
        &mut self,
        scorecard: &ScorecardId,
        period: &Period,
        item: &ItemId,
        unit: &UnitId,
        points: Option<&Ratio>,
        reason: &str,
    ) -> Result<u64, Problem> {
        self.authorise(Granted::Override)?
            .check(unit.as_str(), period.last())?;
        if reason.trim().is_empty() {
            return Err(problems::reason_missing());
        }
        if let Some(points) = points {
            self.check_override(scorecard, period, item, unit, points)?;
        }
        let facts = OverrideFacts {
            scorecard: scorecard.to_string(),
            item: item.to_string(),
            unit: unit.to_string(),
            period: period.to_string(),
            points: points.map(shown),
            reason: reason.trim().to_owned(),
        };
        let heads = self.append(
            vec![Command::new(Kind::Override, &facts, &Private::default())?],
            &[],
        )?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }
}

impl Office {
    fn check_override(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        item: &ItemId,
        unit: &UnitId,
        points: &Ratio,
    ) -> Result<(), Problem> {
        let programme = self.programme()?;
        let found = programme
            .scorecards
            .get(scorecard)
            .ok_or_else(|| problems::unknown_scorecard(scorecard, ""))?;
        let declared = found.items.get(item).zip(
            found
                .card
                .items
                .iter()
                .find(|declared| &declared.id == item),
        );
        let Some((ties, declared)) = declared else {
            let known = found.items.keys().map(ItemId::as_str);
            return Err(problems::unknown_item(
                item,
                scorecard,
                programme::suggest(item.as_str(), known),
            ));
        };
        if !is_carried_by(&programme, ties, unit, period.last()) {
            return Err(problems::item_not_carried(item, unit, period));
        }
        let (floor, cap) = declared.limits();
        if floor.as_ref().is_some_and(|floor| points < floor)
            || cap.as_ref().is_some_and(|cap| points > cap)
        {
            let limit =
                |limit: &Option<Ratio>| limit.as_ref().map_or_else(|| "…".to_owned(), shown);
            return Err(problems::points_outside(
                item,
                unit,
                shown(points),
                limit(&floor),
                limit(&cap),
            ));
        }
        Ok(())
    }
}

/// A figure as it was when it was sealed.
fn figure(indicator: &IndicatorId, figure: &Figure) -> Json {
    let (state, numerator, denominator) = kept(figure);
    json!({
        "indicator": indicator.as_str(),
        "state": state,
        "numerator": numerator,
        "denominator": denominator,
    })
}

/// The result as it is sealed: every card with its items' figures, exact points and reasons, so that it can
/// be shown beside what is measured later without measuring it anew.
pub(crate) fn results(assessment: &Assessment, scorecard: &Scorecard) -> Json {
    let number = |ratio: &Option<Ratio>| ratio.as_ref().map(exact);
    let figures = |item: &ItemResult| -> Vec<Json> {
        let indicators = scorecard
            .items
            .get(&item.item)
            .map(|ties| ties.indicators.as_slice())
            .unwrap_or_default();
        indicators
            .iter()
            .zip(&item.figures)
            .map(|(indicator, measured)| figure(indicator, measured))
            .collect()
    };
    let cards: Vec<Json> = assessment
        .cards
        .iter()
        .map(|card| {
            let items: Vec<Json> = card
                .items
                .iter()
                .map(|item| {
                    let mut line = json!({
                        "item": item.item.as_str(),
                        "state": item.state.as_str(),
                        "figures": figures(item),
                        "target": number(&item.target),
                        "points": number(&item.points),
                        "computed_points": number(&item.computed_points),
                        "max_points": exact(&item.max_points),
                        "reason": item.reason.get(Lang::Zh),
                    });
                    if let (Some(deducted), Some(line)) = (&item.deducted, line.as_object_mut()) {
                        line.insert("deducted".to_owned(), Json::String(exact(deducted)));
                    }
                    line
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
