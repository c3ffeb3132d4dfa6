//! A sealed result beside the present one, item by item: which points are another now, and which entries did it.

use std::sync::Arc;

use base::{Day, IndicatorId, ItemId, Position, Problem, Ratio, ScorecardId, UnitId};
use programme::model::{Attribution, DEDUCTED_FIELD, Programme};
use scoring::ItemResult;
use serde_json::Value as Json;

use super::sealed::items;
use super::{ChangedBy, Held, RestateAsk};
use crate::assessment::{Ask, Assessment};
use crate::entry::{OverrideFacts, SealFacts};
use crate::fold::{get, read};
use crate::folder::Office;
use crate::problems;
use crate::spaces::{self, CaseRow};

/// An item of a unit as it was sealed and as it is.
#[derive(Debug, Clone)]
pub struct ItemBeside {
    /// The item.
    pub item: ItemId,
    /// The points that were sealed; `None`: it was not carried, or had none.
    pub then: Option<Ratio>,
    /// The points now.
    pub now: Option<Ratio>,
    /// The most that it can give.
    pub possible: Ratio,
}

impl ItemBeside {
    /// Whether its points are another now.
    pub fn differs(&self) -> bool {
        self.then != self.now
    }
}

/// An entry that made a difference.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The figure that it changed; `None`: a step of the item's case, points set by hand, another programme.
    pub indicator: Option<IndicatorId>,
    /// The entry; without a figure the values before and after are empty.
    pub change: ChangedBy,
}

/// Why an item's points are another now.
#[derive(Debug, Clone, Default)]
pub struct Causes {
    /// The entries, oldest first.
    pub entries: Vec<Cause>,
    /// The figures that are another as of the day that is looked at than as of the sealed day, without any entry:
    /// what was declared to count by days.
    pub by_time: Vec<IndicatorId>,
}

/// The items of a unit in a sealed result beside an assessment, in the order of the assessment's card; items
/// that are no longer on it last.
pub fn beside_sealed(facts: &SealFacts, now: &Assessment, unit: &str) -> Vec<ItemBeside> {
    let ratio = |item: &Json, key: &str| Ratio::parse(item[key].as_str()?);
    let then: Vec<(&str, &Json)> = items(&facts.results)
        .filter(|(of, _)| *of == unit)
        .map(|(_, item)| (item["item"].as_str().unwrap_or_default(), item))
        .collect();
    let card = now.cards.iter().find(|card| card.participant == unit);
    let carried = |item: &&ItemResult| item.state != scoring::ItemState::NotCarried;
    let present: Vec<&ItemResult> = card
        .into_iter()
        .flat_map(|card| &card.items)
        .filter(carried)
        .collect();
    let mut found: Vec<ItemBeside> = present
        .iter()
        .map(|item| {
            let sealed = then.iter().find(|(id, _)| *id == item.item.as_str());
            ItemBeside {
                item: item.item.clone(),
                then: sealed.and_then(|(_, sealed)| ratio(sealed, "points")),
                now: item.points.clone(),
                possible: item.max_points.clone(),
            }
        })
        .collect();
    let gone = then
        .iter()
        .filter(|(id, _)| !present.iter().any(|item| item.item.as_str() == *id));
    found.extend(gone.map(|(id, item)| ItemBeside {
        item: ItemId::new(id),
        then: ratio(item, "points"),
        now: None,
        possible: ratio(item, "max_points").unwrap_or(Ratio::ZERO),
    }));
    found
}

impl Office {
    /// Why an item's points are another now than in a sealed result: the entries that changed a figure that it
    /// takes, the steps of its case, points set by hand and programmes that came into force.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn causes_beside(
        &self,
        position: Position,
        facts: &SealFacts,
        unit: &UnitId,
        item: &ItemId,
        day: Day,
    ) -> Result<Causes, Problem> {
        let (from, head) = (Position(facts.at), self.position());
        let programme = self.programme()?;
        let mut causes = Causes::default();
        for indicator in indicators_of(&programme, facts, item) {
            self.figure_causes(&programme, position, unit, &indicator, day, &mut causes)?;
        }
        let mut positions = self.steps_since(&programme, facts, unit, item, from)?;
        for at in self
            .mirror()
            .overrides_between(&facts.scorecard, &facts.period, from, head)
        {
            let set: OverrideFacts = read(&self.ledger().entry(at)?)?;
            if set.item == item.as_str() && set.unit == unit.as_str() {
                positions.push(at);
            }
        }
        positions.extend(self.programmes_that_changed(facts, unit, item, from, head)?);
        for at in positions {
            let empty = || Held::Text(String::new());
            causes.entries.push(Cause {
                indicator: None,
                change: self.changed_by(at, empty(), empty(), Vec::new())?,
            });
        }
        causes.entries.sort_by_key(|cause| cause.change.position);
        Ok(causes)
    }

    /// The entries that changed a figure of an item since it was sealed.
    fn figure_causes(
        &self,
        programme: &Programme,
        position: Position,
        unit: &UnitId,
        indicator: &IndicatorId,
        day: Day,
        causes: &mut Causes,
    ) -> Result<(), Problem> {
        let is_city = programme
            .indicators
            .get(indicator)
            .is_some_and(|found| found.attribution == Attribution::City);
        let ask = RestateAsk {
            indicator: Some(indicator.clone()),
            unit: (!is_city).then(|| unit.clone()),
            ..RestateAsk::default()
        };
        for (of, mut vintages) in self.published_figures(&ask)? {
            vintages.retain(|vintage| vintage.position == position);
            if vintages.is_empty() {
                continue;
            }
            let sealed_on = of.day;
            let query = super::query_of(&of, self.position());
            let restated = self.restated_figure(of, vintages)?;
            let known = causes.entries.len();
            for change in restated.changes {
                causes.entries.push(Cause {
                    indicator: Some(indicator.clone()),
                    change,
                });
            }
            if causes.entries.len() == known && day != sealed_on {
                let at_day = |day| {
                    self.held(&measure::Query {
                        day,
                        ..query.clone()
                    })
                };
                if at_day(day) != at_day(sealed_on) {
                    causes.by_time.push(indicator.clone());
                }
            }
        }
        Ok(())
    }

    /// The steps of an item's case since then that gave or took points.
    fn steps_since(
        &self,
        programme: &Programme,
        facts: &SealFacts,
        unit: &UnitId,
        item: &ItemId,
        from: Position,
    ) -> Result<Vec<Position>, Problem> {
        let key = spaces::key(&[
            &facts.scorecard,
            &facts.period,
            item.as_str(),
            unit.as_str(),
        ]);
        let state = self.state()?;
        let Some(number) = get::<u64>(&state, spaces::CASE_INDEX, &key)? else {
            return Ok(Vec::new());
        };
        let Some(row) = get::<CaseRow>(&state, spaces::CASE, &spaces::number_key(number))? else {
            return Ok(Vec::new());
        };
        let scorecard = programme
            .scorecards
            .get(&ScorecardId::new(&facts.scorecard));
        let counts = |field: &String| {
            field == DEDUCTED_FIELD
                || scorecard.is_some_and(|scorecard| {
                    let mut named = scorecard.judged_by.iter();
                    named.any(|name| **name == **field) || is_part(scorecard, item, field)
                })
        };
        let steps = row.steps.iter().filter(|step| step.at > from.0);
        Ok(steps
            .filter(|step| step.fields.keys().any(counts))
            .map(|step| Position(step.at))
            .collect())
    }

    /// The programmes that came into force since then and changed an item's points.
    fn programmes_that_changed(
        &self,
        facts: &SealFacts,
        unit: &UnitId,
        item: &ItemId,
        from: Position,
        head: Position,
    ) -> Result<Vec<Position>, Problem> {
        let programmes: Vec<Position> = self.mirror().programmes_between(from, head).collect();
        let mut found = Vec::new();
        for at in programmes {
            let points = |at: Position| {
                let programme = self.mirror().programme_as_of(at);
                let programme: Arc<Programme> = programme.ok_or_else(problems::no_programme)?;
                let period = base::Period::parse(&facts.period, programme.assessment_start)
                    .map_err(|_| problems::unreadable_entry(at.0, &facts.period))?;
                let assessment = self.assess(&Ask {
                    scorecard: ScorecardId::new(&facts.scorecard),
                    period,
                    day: super::day(at, &facts.day)?,
                    at,
                });
                // A programme without the scorecard gives no points.
                Ok::<_, Problem>(assessment.ok().and_then(|assessment| {
                    let mut cards = assessment.cards.iter();
                    let card = cards.find(|card| card.participant == unit.as_str())?;
                    card.item(item)?.points.clone()
                }))
            };
            if points(Position(at.0.saturating_sub(1)))? != points(at)? {
                found.push(at);
            }
        }
        Ok(found)
    }
}

/// The indicators that an item takes now, and those that it took when it was sealed.
fn indicators_of(programme: &Programme, facts: &SealFacts, item: &ItemId) -> Vec<IndicatorId> {
    let scorecard = programme
        .scorecards
        .get(&ScorecardId::new(&facts.scorecard));
    let ties = scorecard.and_then(|scorecard| scorecard.items.get(item));
    let mut found: Vec<IndicatorId> = ties.map(|ties| ties.indicators.clone()).unwrap_or_default();
    for (_, sealed) in items(&facts.results) {
        if sealed["item"].as_str() != Some(item.as_str()) {
            continue;
        }
        for figure in sealed["figures"].as_array().into_iter().flatten() {
            let id = IndicatorId::new(figure["indicator"].as_str().unwrap_or_default());
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// Whether a field carries a part of a composite item.
fn is_part(scorecard: &programme::model::Scorecard, item: &ItemId, field: &str) -> bool {
    let declared = scorecard.card.items.iter().find(|found| &found.id == item);
    match declared.map(|declared| &declared.rule) {
        Some(scoring::Rule::CompositeOfParts { parts, .. }) => {
            parts.iter().any(|part| part.part == field)
        }
        _ => false,
    }
}
