//! Publishing: figures given to the public, kept for good with their addresses.
//!
//! What may be published is declared ([`Programme::is_public`]); a figure about one subject never is.
//! What was published does not change: a later publication of the same name follows it with a reason,
//! and [`crate::restated`] shows each figure beside its present value.

use std::collections::HashSet;

use base::{Day, Figure, IndicatorId, Period, Position, Problem, ScorecardId, UnitId};
use ledger::Nature;
use measure::{Address, By, Query};
use programme::model::{Attribution, Programme};

use crate::assessment::is_carried_by;
use crate::authority::Granted;
use crate::entry::{Kind, Private, PublishFacts, PublishedFigure};
use crate::exact::kept;
use crate::folder::{Command, Office};
use crate::problems;
use crate::reconcile::address;

/// The most figures of one publication.
pub const FIGURES_MAX: usize = 100_000;

/// What is to be published.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// Name of the publication.
    pub name: String,
    /// The addresses of the figures, in the order in which they are published.
    pub figures: Vec<Address>,
    /// Publish a demonstration as one: it is no official publication.
    pub as_demonstration: bool,
    /// Why it is published again; needed when that name was published before.
    pub reason: Option<String>,
}

impl Office {
    /// Publishes figures and gives the position of the publication.
    ///
    /// # Errors
    /// Who acts may not; the folder is a demonstration and that was not said; a figure is not declared public,
    /// is about one subject, stands elsewhere or twice, or cannot be measured; the name was published before
    /// and no reason is given.
    pub fn publish(&mut self, request: &PublishRequest) -> Result<u64, Problem> {
        self.authorise(Granted::Publish)?;
        let is_demonstration = self.nature() == Nature::Demonstration;
        if is_demonstration && !request.as_demonstration {
            return Err(problems::demonstration_not_published());
        }
        let name = request.name.trim();
        if name.is_empty() {
            return Err(problems::publication_unnamed());
        }
        let before = self.publication(name).map(|(position, _)| position.0);
        let reason = request.reason.as_deref().map(str::trim);
        let reason = reason.filter(|reason| !reason.is_empty());
        if let (Some(position), None) = (before, reason) {
            return Err(problems::published_before(name, position));
        }
        let today = self.today()?;
        self.check_figures(&request.figures, today)?;
        let head = self.ledger().head()?;
        let figures = request.figures.iter().map(|address| {
            let (state, numerator, denominator) = kept(&self.figure_at(address)?);
            Ok(PublishedFigure {
                address: address.to_string(),
                state,
                numerator,
                denominator,
            })
        });
        let facts = PublishFacts {
            name: name.to_owned(),
            day: today.to_string(),
            at: head.size.0,
            root: hex::encode(head.root),
            demonstration: is_demonstration,
            corrects: before,
            reason: reason.map(str::to_owned),
            figures: figures.collect::<Result<_, Problem>>()?,
        };
        let command = Command::new(Kind::Publish, &facts, &Private::default())?;
        let heads = self.append(vec![command], &[])?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }

    fn check_figures(&self, figures: &[Address], today: Day) -> Result<(), Problem> {
        if figures.is_empty() {
            return Err(problems::nothing_to_publish());
        }
        if figures.len() > FIGURES_MAX {
            return Err(problems::too_many_figures(figures.len(), FIGURES_MAX));
        }
        let programme = self.programme()?;
        let mut seen = HashSet::new();
        for address in figures {
            let there = self.mirror().columns().programme_at(address.at);
            let position = there.map_or(Position(0), |(_, position)| position);
            if address.at > self.position() || address.programme != position {
                return Err(problems::address_elsewhere(
                    address,
                    self.position(),
                    position,
                ));
            }
            // A retired indicator cannot become public any more; it is judged by the programme it had.
            let declared = there.is_some_and(|(there, _)| there.is_public(&address.indicator));
            if !declared && !programme.is_public(&address.indicator) {
                return Err(problems::not_public(&address.indicator));
            }
            if address.slice.subject.is_some() {
                return Err(problems::figure_of_subject(address));
            }
            if address.day > today {
                return Err(problems::publish_in_future(address.day, today));
            }
            if !seen.insert(address) {
                return Err(problems::figure_twice(address));
            }
        }
        Ok(())
    }

    /// The last publication of a name.
    pub fn publication(&self, name: &str) -> Option<&(Position, PublishFacts)> {
        let mut publications = self.mirror().publications().iter();
        publications.rfind(|(_, facts)| facts.name == name)
    }

    /// The figure at an address.
    ///
    /// # Errors
    /// It cannot be measured.
    pub fn figure_at(&self, address: &Address) -> Result<Figure, Problem> {
        let cells = self.mirror().columns().measure(&address.query())?;
        let figure = cells.into_iter().next().map(|cell| cell.figure);
        Ok(figure.unwrap_or_else(Figure::not_reported))
    }

    /// The addresses of an indicator's figures at the head: the city's, or with `by_unit` those of every unit
    /// that exists within the period.
    ///
    /// # Errors
    /// It cannot be measured.
    pub fn addresses_of(
        &self,
        indicator: &IndicatorId,
        by_unit: bool,
        period: Period,
        day: Day,
    ) -> Result<Vec<Address>, Problem> {
        let query = Query::new(indicator.clone(), period, day, self.position());
        let programme = self.mirror().programme_at();
        if !by_unit {
            return Ok(vec![address(&query, programme)]);
        }
        let cells = self
            .mirror()
            .columns()
            .measure(&query.clone().by(By::Unit))?;
        let units = cells.into_iter().filter_map(|cell| cell.slice.unit);
        Ok(units
            .map(|unit| address(&query.clone().for_unit(unit), programme))
            .collect())
    }

    /// The addresses of the public figures behind a scorecard's items, at the head: each for every unit that
    /// carries the item, or once where it is the city's. Figures that are not declared public are left out.
    ///
    /// # Errors
    /// There is no such scorecard, or it is over subjects.
    pub fn addresses_of_scorecard(
        &self,
        scorecard: &ScorecardId,
        period: Period,
        day: Day,
    ) -> Result<Vec<Address>, Problem> {
        let programme = self.programme()?;
        let Some(declared) = programme.scorecards.get(scorecard) else {
            return Err(problems::unknown_scorecard(scorecard, ""));
        };
        if declared.of != programme::model::Scored::Units {
            return Err(problems::scorecard_of_subjects(scorecard));
        }
        let on = period.last().min(day);
        let (mut addresses, mut seen) = (Vec::new(), HashSet::new());
        for item in declared.items.values() {
            for indicator in &item.indicators {
                if !programme.is_public(indicator) {
                    continue;
                }
                for unit in programme.units.keys() {
                    if !is_carried_by(&programme, item, unit, on) {
                        continue;
                    }
                    let query = Query::new(indicator.clone(), period, day, self.position());
                    let query = for_carrier(&programme, query, unit);
                    let address = address(&query, self.mirror().programme_at());
                    if seen.insert(address.clone()) {
                        addresses.push(address);
                    }
                }
            }
        }
        Ok(addresses)
    }
}

/// The question for the unit that carries an item, or for the city where the indicator is the city's.
pub(crate) fn for_carrier(programme: &Programme, query: Query, unit: &UnitId) -> Query {
    let indicator = programme.indicators.get(&query.indicator);
    let is_city = indicator.is_some_and(|found| found.attribution == Attribution::City);
    if is_city {
        query
    } else {
        query.for_unit(unit.clone())
    }
}
