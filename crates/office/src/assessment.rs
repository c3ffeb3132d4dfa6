//! Assessments: the figures and judgements of every unit, gathered and scored.
//!
//! A score is a function of the columns at a position and a day, and of the programme; nothing is
//! stored. What is sealed is a copy of it ([`crate::seal`]). The course of each item, where points
//! are judged, is in [`crate::case`].

use std::collections::HashMap;
use std::sync::Arc;

use base::{
    Day, Figure, FlowId, IndicatorId, ItemId, Period, Position, Problem, Ratio, ScorecardId, UnitId,
};
use measure::{Columns, Query};
use programme::model::{Attribution, DEDUCTED_FIELD, ItemTies, Programme, Scorecard, Scored};
use programme::schema::Value;
use scoring::{Adjustment, Card, Input, Item, Judgement, Participant, Rule};

use crate::course::fields_of;
use crate::folder::Office;
use crate::mirror::Mirror;
use crate::problems;
use crate::standing;

/// A scored assessment.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Scorecard.
    pub scorecard: ScorecardId,
    /// Period.
    pub period: Period,
    /// Day for which it is true.
    pub day: Day,
    /// Position that it includes.
    pub at: Position,
    /// Cards in the programme's order of units, ranked.
    pub cards: Vec<Card>,
}

/// What an assessment is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Scorecard.
    pub scorecard: ScorecardId,
    /// Period.
    pub period: Period,
    /// Day.
    pub day: Day,
    /// Position.
    pub at: Position,
}

impl Office {
    /// Scores every unit that carries something.
    ///
    /// # Errors
    /// No such scorecard, or one over subjects; a figure that cannot be measured (overflow).
    pub fn assess(&self, ask: &Ask) -> Result<Assessment, Problem> {
        assess(self.mirror(), self.mirror().columns(), ask)
    }

    /// The scorecard of that name in the programme in force.
    ///
    /// # Errors
    /// There is none; the nearest is named.
    pub fn scorecard(&self, id: &str) -> Result<ScorecardId, Problem> {
        self.scorecard_at(id, self.position())
    }

    /// The scorecard of that name in the programme that was in force at a position.
    ///
    /// # Errors
    /// There is none; the nearest is named.
    pub fn scorecard_at(&self, id: &str, at: Position) -> Result<ScorecardId, Problem> {
        let programme = self
            .mirror()
            .programme_as_of(at)
            .ok_or_else(problems::no_programme)?;
        let wanted = ScorecardId::new(id);
        if programme.scorecards.contains_key(&wanted) {
            return Ok(wanted);
        }
        let known = programme.scorecards.keys().map(ScorecardId::as_str);
        Err(problems::unknown_scorecard(
            id,
            programme::suggest(id, known),
        ))
    }
}

/// Scores over given columns, so that a trial can use a copy.
pub(crate) fn assess(mirror: &Mirror, columns: &Columns, ask: &Ask) -> Result<Assessment, Problem> {
    let programme = mirror
        .programme_as_of(ask.at)
        .ok_or_else(problems::no_programme)?;
    assess_by(mirror, columns, &programme, ask)
}

/// Scores by a given programme, so that one that is only proposed can be tried.
pub(crate) fn assess_by(
    mirror: &Mirror,
    columns: &Columns,
    programme: &Arc<Programme>,
    ask: &Ask,
) -> Result<Assessment, Problem> {
    let scorecard = programme
        .scorecards
        .get(&ask.scorecard)
        .ok_or_else(|| problems::unknown_scorecard(&ask.scorecard, ""))?;
    if scorecard.of != Scored::Units {
        return Err(problems::scorecard_of_subjects(&ask.scorecard));
    }
    let gathered = Gathered::new(mirror, columns, programme, scorecard, ask)?;
    let mut cards = Vec::new();
    for unit in programme.units.values() {
        if let Some(participant) = gathered.participant(&unit.id)? {
            cards.push(scoring::score_card(&scorecard.card, &participant)?);
        }
    }
    if scorecard.ranked {
        scoring::rank_cards(&scorecard.card, &mut cards);
    }
    Ok(Assessment {
        scorecard: ask.scorecard.clone(),
        period: ask.period,
        day: ask.day,
        at: ask.at,
        cards,
    })
}

/// Whether the unit carries the item in the period (judged at its end).
pub fn is_carried_by(programme: &Programme, item: &ItemTies, unit: &UnitId, on: Day) -> bool {
    let found = programme.units.get(unit);
    found.is_some_and(|found| item.is_carried_by(found, on))
}

/// What is needed for every participant, measured once.
struct Gathered<'a> {
    programme: &'a Programme,
    scorecard: &'a Scorecard,
    ask: &'a Ask,
    on: Day,
    by_unit: HashMap<IndicatorId, HashMap<UnitId, Figure>>,
    city: HashMap<IndicatorId, Figure>,
    judged: HashMap<(ItemId, UnitId), Judgement>,
    deducted: HashMap<(ItemId, UnitId), Ratio>,
    adjusted: HashMap<(ItemId, UnitId), Adjustment>,
}

impl<'a> Gathered<'a> {
    fn new(
        mirror: &Mirror,
        columns: &Columns,
        programme: &'a Arc<Programme>,
        scorecard: &'a Scorecard,
        ask: &'a Ask,
    ) -> Result<Gathered<'a>, Problem> {
        let mut gathered = Gathered {
            programme,
            scorecard,
            ask,
            on: ask.period.last().min(ask.day),
            by_unit: HashMap::new(),
            city: HashMap::new(),
            judged: HashMap::new(),
            deducted: HashMap::new(),
            adjusted: HashMap::new(),
        };
        for indicator in standing::indicators(scorecard) {
            gathered.measure(columns, indicator)?;
        }
        gathered.judgements(columns);
        for ((item, unit), facts) in mirror.overrides_at(&ask.scorecard, &ask.period, ask.at) {
            if let Some(points) = facts.points.as_deref().and_then(Ratio::parse_decimal) {
                gathered.adjusted.insert(
                    (item, unit),
                    Adjustment {
                        points,
                        reason: facts.reason.clone(),
                    },
                );
            }
        }
        Ok(gathered)
    }

    /// Measures an indicator for all units, or once for the city.
    fn measure(&mut self, columns: &Columns, id: &IndicatorId) -> Result<(), Problem> {
        if self.by_unit.contains_key(id) || self.city.contains_key(id) {
            return Ok(());
        }
        let is_city = self
            .programme
            .indicators
            .get(id)
            .is_some_and(|indicator| indicator.attribution == Attribution::City);
        let (period, day, at) = (self.ask.period, self.ask.day, self.ask.at);
        if is_city {
            let cells = columns.measure(&Query::new(id.clone(), period, day, at))?;
            let figure = cells
                .into_iter()
                .next()
                .map_or_else(Figure::not_reported, |cell| cell.figure);
            self.city.insert(id.clone(), figure);
        } else {
            self.by_unit
                .insert(id.clone(), columns.measure_by_unit(id, period, day, at)?);
        }
        Ok(())
    }

    fn figure(&self, id: &IndicatorId, unit: &UnitId) -> Figure {
        match self.city.get(id) {
            Some(figure) => figure.clone(),
            None => self
                .by_unit
                .get(id)
                .and_then(|figures| figures.get(unit))
                .cloned()
                .unwrap_or_else(Figure::not_carried),
        }
    }

    /// What reviewers and verifiers gave and what was taken off, read from the cases' columns.
    fn judgements(&mut self, columns: &Columns) {
        let Some(flow) = &self.scorecard.flow else {
            return;
        };
        let table = programme::schema::Schema::cases_name(flow);
        let steps = judging_steps(self.programme, self.scorecard, flow);
        let period = self.ask.period.to_string();
        for row in columns.rows_at(&table, self.ask.at) {
            let text = |name: &str| match row.value(name) {
                Value::Text(text) => Some(text),
                _ => None,
            };
            if text("scorecard").as_deref() != Some(self.ask.scorecard.as_str())
                || text("period").as_deref() != Some(period.as_str())
            {
                continue;
            }
            let (Some(item), Some(unit)) = (text("item"), text("unit")) else {
                continue;
            };
            let item = ItemId::new(&item);
            if let Some(deducted) = row.number(DEDUCTED_FIELD) {
                let key = (item.clone(), UnitId::new(&unit));
                self.deducted.insert(key, deducted);
            }
            let items = &self.scorecard.card.items;
            let declared = items.iter().find(|found| found.id == item);
            let levels = declared.map(judged_levels).unwrap_or_default();
            let mut judgement = Judgement::default();
            for fields in &steps {
                let points = fields.iter().find_map(|field| row.number(field));
                let level = fields.iter().find_map(|field| text(field));
                let (points, level) = told(&levels, points, level.map(|id| id.to_string()));
                judgement.points = judgement.points.or(points);
                judgement.level = judgement.level.or(level);
            }
            for part in self.parts_of(&item) {
                if let Some(points) = row.number(&part) {
                    judgement.parts.insert(part, points);
                }
            }
            if judgement != Judgement::default() {
                self.judged.insert((item, UnitId::new(&unit)), judgement);
            }
        }
    }

    /// Parts of a composite item: the flow carries each under the part's own name.
    fn parts_of(&self, item: &ItemId) -> Vec<String> {
        let found = self
            .scorecard
            .card
            .items
            .iter()
            .find(|found| &found.id == item);
        match found.map(|found| &found.rule) {
            Some(Rule::CompositeOfParts { parts, .. }) => {
                parts.iter().map(|part| part.part.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn participant(&self, unit: &UnitId) -> Result<Option<Participant>, Problem> {
        let mut participant = Participant {
            key: unit.to_string(),
            ..Participant::default()
        };
        let found = self.programme.units.get(unit);
        participant.ranking_group = found
            .and_then(|found| found.group_on(self.on))
            .map(ToString::to_string);
        for (id, item) in &self.scorecard.items {
            if !is_carried_by(self.programme, item, unit, self.on) {
                continue;
            }
            let input = Input {
                carried: true,
                figures: item
                    .indicators
                    .iter()
                    .map(|indicator| self.figure(indicator, unit))
                    .collect(),
                judged: if item.judged {
                    self.judged.get(&(id.clone(), unit.clone())).cloned()
                } else {
                    None
                },
                target: self.target(item, unit),
                deducted: self.deducted.get(&(id.clone(), unit.clone())).cloned(),
                adjustment: self.adjusted.get(&(id.clone(), unit.clone())).cloned(),
            };
            participant.items.insert(id.clone(), input);
        }
        if participant.items.is_empty() {
            return Ok(None);
        }
        participant.vetoes = standing::vetoes(self.programme, self.scorecard, |indicator| {
            self.figure(indicator, unit)
        });
        participant.gates =
            standing::gates(self.scorecard, |indicator| self.figure(indicator, unit));
        Ok(Some(participant))
    }

    /// The unit's own target for the period, or the item's.
    fn target(&self, item: &ItemTies, unit: &UnitId) -> Option<Ratio> {
        let found = self.programme.units.get(unit)?;
        item.target_for(found, &self.ask.period)
    }
}

/// The fields that judge, those of one step of the flow together, the step that counts most first.
fn judging_steps<'p>(
    programme: &Programme,
    scorecard: &'p Scorecard,
    flow: &FlowId,
) -> Vec<Vec<&'p str>> {
    let actions = programme.flows.get(flow).map(|flow| &flow.actions);
    let step_of = |field: &str| {
        actions?
            .iter()
            .position(|action| fields_of(action).any(|id| id.as_str() == field))
    };
    let mut steps: Vec<(Option<usize>, Vec<&str>)> = Vec::new();
    for field in &scorecard.judged_by {
        let at = step_of(field);
        match steps.iter_mut().find(|(of, _)| at.is_some() && *of == at) {
            Some((_, fields)) => fields.push(field),
            None => steps.push((at, vec![field])),
        }
    }
    steps.into_iter().map(|(_, fields)| fields).collect()
}

/// The levels of an item that is judged by them, and what each is worth: the id of a level beside its points.
/// None for items that are judged by points alone, or not at all.
pub fn judged_levels(item: &Item) -> Vec<(&str, Ratio)> {
    match &item.rule {
        Rule::Tiered { levels } => {
            let worth = levels
                .iter()
                .map(|level| (level.id.as_str(), level.points.clone()));
            worth.collect()
        }
        Rule::Binary { comparison: None } => vec![
            (scoring::MET, item.points.clone()),
            (scoring::NOT_MET, Ratio::ZERO),
        ],
        _ => Vec::new(),
    }
}

/// What one step says of an item: of one that is judged by levels, points tell the level and the level tells the
/// points, so that who gave one of them has given both.
fn told(
    levels: &[(&str, Ratio)],
    points: Option<Ratio>,
    level: Option<String>,
) -> (Option<Ratio>, Option<String>) {
    let of_level = |level: &String| {
        let found = levels.iter().find(|(id, _)| id == level)?;
        Some(found.1.clone())
    };
    let of_points = |points: &Ratio| {
        let found = levels.iter().find(|(_, worth)| worth == points)?;
        Some(found.0.to_owned())
    };
    let told_points = points.clone().or_else(|| level.as_ref().and_then(of_level));
    let told_level = level.or_else(|| points.as_ref().and_then(of_points));
    (told_points, told_level)
}
