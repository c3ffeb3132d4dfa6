//! Sealed results beside the assessment scored again: points, totals, grades and ranks.

use std::collections::BTreeMap;
use std::rc::Rc;

use base::{IndicatorId, ItemId, Period, Position, Problem, ScorecardId, UnitId};
use measure::Slice;
use programme::model::Attribution;
use serde_json::Value as Json;

use super::changes::{Step, steps};
use super::{
    CHANGES_MAX, Held, Published, RestateAsk, Restatement, Source, Vintage, What, day, is_asked,
};
use crate::assessment::Ask;
use crate::entry::SealFacts;
use crate::exact::restored;
use crate::fold::{get, row};
use crate::folder::Office;
use crate::mirror::Mirror;
use crate::problems;
use crate::seal::results;
use crate::spaces::{self, CaseRow};

/// The values of a result, by unit, item (empty for the whole card) and what they are.
pub(crate) type Values = BTreeMap<(String, String, What), Held>;

/// The figures that stand on the cards of a sealing.
pub(crate) fn figures_of_seal(
    mirror: &Mirror,
    position: Position,
    facts: &SealFacts,
) -> Result<Vec<(Published, Held)>, Problem> {
    let programme = mirror
        .programme_as_of(Position(facts.at))
        .ok_or_else(problems::no_programme)?;
    let unreadable = |what: &str| problems::unreadable_entry(position.0, what);
    let period = period_of(mirror, position, facts)?;
    let day = day(position, &facts.day)?;
    let mut found = Vec::new();
    for (unit, item) in items(&facts.results) {
        for figure in item["figures"].as_array().into_iter().flatten() {
            let indicator = IndicatorId::new(text(figure, "indicator"));
            let (numerator, denominator) =
                (figure["numerator"].as_str(), figure["denominator"].as_str());
            let held = restored(text(figure, "state"), numerator, denominator)
                .ok_or_else(|| unreadable(indicator.as_str()))?;
            let is_city = programme
                .indicators
                .get(&indicator)
                .is_some_and(|found| found.attribution == Attribution::City);
            let of = Published {
                what: What::Figure,
                indicator: Some(indicator),
                scorecard: None,
                item: None,
                slice: Slice {
                    unit: (!is_city).then(|| UnitId::new(unit)),
                    ..Slice::default()
                },
                period,
                day,
            };
            found.push((of, Held::Figure(held)));
        }
    }
    Ok(found)
}

impl Office {
    /// The points, totals, grades and ranks of sealed results beside those of the same assessment now.
    /// `figures` are the restated figures; what changed them may have changed the cards.
    pub(super) fn restate_seals(
        &self,
        ask: &RestateAsk,
        figures: &[Restatement],
    ) -> Result<Vec<Restatement>, Problem> {
        if ask.publication.is_some() || ask.indicator.is_some() {
            return Ok(Vec::new());
        }
        // Sealings of one result as of one day stand together, oldest first.
        let mut results: Vec<(ScorecardId, Period, Vec<Sealed<'_>>)> = Vec::new();
        for (position, facts) in self.mirror().all_seals() {
            let sealed = Sealed {
                position: *position,
                day: day(*position, &facts.day)?,
                facts,
            };
            let scorecard = ScorecardId::new(&facts.scorecard);
            let period = period_of(self.mirror(), *position, facts)?;
            let known = results.iter_mut().find(|(id, of, list)| {
                *id == scorecard
                    && *of == period
                    && list.first().is_some_and(|first| first.day == sealed.day)
            });
            match known {
                Some((_, _, list)) => list.push(sealed),
                None => results.push((scorecard, period, vec![sealed])),
            }
        }
        let mut restated = Vec::new();
        for (scorecard, period, sealings) in results {
            restated.extend(self.restate_result(ask, figures, &scorecard, period, &sealings)?);
        }
        Ok(restated)
    }

    fn restate_result(
        &self,
        ask: &RestateAsk,
        figures: &[Restatement],
        scorecard: &ScorecardId,
        period: Period,
        sealings: &[Sealed<'_>],
    ) -> Result<Vec<Restatement>, Problem> {
        let Some(first) = sealings.first() else {
            return Ok(Vec::new());
        };
        let (head, from) = (self.position(), Position(first.facts.at));
        let asked = |at, day| {
            self.values(&Ask {
                scorecard: scorecard.clone(),
                period,
                day,
                at,
            })
        };
        let present = asked(head, first.day);
        let today = self.today()?;
        let as_of_today = (today > first.day).then(|| asked(head, today));
        let then: Vec<Values> = sealings
            .iter()
            .map(|sealed| values_of(&sealed.facts.results))
            .collect();
        let is_same = present
            .as_ref()
            .is_ok_and(|present| then.iter().all(|then| then == present));
        let found: Vec<Step<Snapshot>> = if is_same {
            Vec::new()
        } else {
            let candidates = self.may_have_moved(figures, first, head)?;
            steps(from, head, candidates, CHANGES_MAX, |at| {
                Ok(Snapshot(asked(at, first.day).map(Rc::new).map_err(Rc::new)))
            })?
        };
        let nothing = Held::Text(String::new());
        let mut restated = Vec::new();
        let keys = then.iter().flat_map(BTreeMap::keys);
        let mut keys: Vec<_> = keys
            .chain(present.iter().flat_map(BTreeMap::keys))
            .collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (unit, item, what) = key;
            let of = Published {
                what: *what,
                indicator: None,
                scorecard: Some(scorecard.clone()),
                item: (!item.is_empty()).then(|| ItemId::new(item)),
                slice: Slice {
                    unit: Some(UnitId::new(unit)),
                    ..Slice::default()
                },
                period,
                day: first.day,
            };
            let vintages: Vec<Vintage> = sealings
                .iter()
                .zip(&then)
                .map(|(sealed, values)| Vintage {
                    source: Source::Seal(scorecard.clone()),
                    position: sealed.position,
                    at: Position(sealed.facts.at),
                    day: sealed.day,
                    held: values.get(key).cloned().unwrap_or_else(|| nothing.clone()),
                })
                .collect();
            if !is_asked(ask, &of, &vintages) {
                continue;
            }
            let of_values = |values: &Result<Values, Problem>| match values {
                Ok(values) => values.get(key).cloned().unwrap_or_else(|| nothing.clone()),
                Err(problem) => Held::Gone(problem.clone()),
            };
            let mut changes = Vec::new();
            for step in &found {
                let (before, after) = (step.before.held(key), step.after.held(key));
                if before != after {
                    changes.push(self.changed_by(step.at, before, after, Vec::new())?);
                }
            }
            restated.push(Restatement {
                of,
                vintages,
                present: of_values(&present),
                today: as_of_today.as_ref().map(of_values),
                changes,
                has_more: found.len() > CHANGES_MAX,
            });
        }
        Ok(restated)
    }

    /// The values of an assessment.
    fn values(&self, ask: &Ask) -> Result<Values, Problem> {
        let assessment = self.assess(ask)?;
        let programme = self
            .mirror()
            .programme_as_of(ask.at)
            .ok_or_else(problems::no_programme)?;
        let scorecard = programme
            .scorecards
            .get(&ask.scorecard)
            .ok_or_else(|| problems::unknown_scorecard(&ask.scorecard, ""))?;
        Ok(values_of(&results(&assessment, scorecard)))
    }

    /// Positions at which a sealed result may have changed: where a figure on its cards did, an override was
    /// set, a step of one of its cases was taken, or a programme came into force.
    fn may_have_moved(
        &self,
        figures: &[Restatement],
        sealed: &Sealed<'_>,
        head: Position,
    ) -> Result<Vec<Position>, Problem> {
        let from = Position(sealed.facts.at);
        let (scorecard, period) = (&sealed.facts.scorecard, &sealed.facts.period);
        let on_cards = |found: &&Restatement| {
            let mut vintages = found.vintages.iter();
            vintages.any(|vintage| vintage.position == sealed.position)
        };
        let changed = figures.iter().filter(on_cards);
        let mut positions: Vec<Position> = changed
            .flat_map(|found| found.changes.iter().map(|change| change.position))
            .collect();
        let mirror = self.mirror();
        positions.extend(mirror.overrides_between(scorecard, period, from, head));
        positions.extend(mirror.programmes_between(from, head));
        let prefix = spaces::key(&[scorecard, period, ""]);
        let state = self.state()?;
        for found in self.ledger().scan(spaces::CASE_INDEX, &prefix)? {
            let found = found?;
            let case: u64 = row(spaces::CASE_INDEX, &found.value)?;
            let case: Option<CaseRow> = get(&state, spaces::CASE, &spaces::number_key(case))?;
            let steps = case.into_iter().flat_map(|case| case.steps);
            positions.extend(steps.map(|step| Position(step.at)));
        }
        Ok(positions)
    }
}

/// A sealing.
struct Sealed<'a> {
    position: Position,
    day: base::Day,
    facts: &'a SealFacts,
}

/// A result at a position, or why there is none.
#[derive(Clone)]
struct Snapshot(Result<Rc<Values>, Rc<Problem>>);

impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        match (&self.0, &other.0) {
            (Ok(one), Ok(two)) => one == two,
            (Err(one), Err(two)) => one.code == two.code,
            _ => false,
        }
    }
}

impl Snapshot {
    fn held(&self, key: &(String, String, What)) -> Held {
        match &self.0 {
            Ok(values) => values
                .get(key)
                .cloned()
                .unwrap_or_else(|| Held::Text(String::new())),
            Err(problem) => Held::Gone(Problem::clone(problem)),
        }
    }
}

/// The values of a result as it is sealed.
pub(crate) fn values_of(results: &Json) -> Values {
    let mut values = Values::new();
    for (unit, item) in items(results) {
        let key = (unit.to_owned(), text(item, "item").to_owned(), What::Points);
        values.insert(key, Held::Text(text(item, "points").to_owned()));
    }
    for card in results.as_array().into_iter().flatten() {
        let rank = card["rank"].as_u64().map(|rank| rank.to_string());
        let whole = [
            (What::Total, text(card, "total").to_owned()),
            (What::Grade, text(card, "grade").to_owned()),
            (What::Rank, rank.unwrap_or_default()),
        ];
        for (what, value) in whole {
            let key = (text(card, "unit").to_owned(), String::new(), what);
            values.insert(key, Held::Text(value));
        }
    }
    values
}

/// The carried items of every card, with the unit of the card.
pub(super) fn items(results: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let cards = results.as_array().into_iter().flatten();
    cards.flat_map(|card| {
        let items = card["items"].as_array().into_iter().flatten();
        items
            .filter(|item| text(item, "state") != "not_carried")
            .map(|item| (text(card, "unit"), item))
    })
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

fn period_of(mirror: &Mirror, position: Position, facts: &SealFacts) -> Result<Period, Problem> {
    let programme = mirror
        .programme_as_of(Position(facts.at))
        .ok_or_else(problems::no_programme)?;
    Period::parse(&facts.period, programme.assessment_start)
        .map_err(|_| problems::unreadable_entry(position.0, &facts.period))
}
