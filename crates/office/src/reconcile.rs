//! Reconciling: does the programme produce from its records what its city published?
//!
//! Each published figure is measured at its period and held against the published value by its
//! relation. A published rule is tried on a copy of the columns: an inserted event must force the
//! grade and bring the consequence, and taking it away must restore everything.

use base::{Day, FieldId, Lang, Period, Position, Problem, Ratio, Rounding, ScorecardId, UnitId};
use measure::{Address, Change, Columns, Query, Slice};
use programme::model::{Format, Production, Programme, Published, Relation, Trial};
use scoring::{Card, ConsequenceOn};
use sheet::Cell;

use crate::assessment::{Ask, assess};
use crate::folder::Office;
use crate::problems;
use crate::record::draft;
use crate::rows::record_values;

/// One published figure and what was produced.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// Claim.
    pub claim: String,
    /// Statement.
    pub statement: base::Text,
    /// The value as published.
    pub claimed: String,
    /// Unit of measure.
    pub unit_of_measure: String,
    /// Relation.
    pub relation: Relation,
    /// Period.
    pub period: Period,
    /// The value produced, on the scale of the claim; `None` when there is none.
    pub measured: Option<Ratio>,
    /// Whether the relation holds.
    pub met: bool,
    /// The figure's address, or what was tried.
    pub address: String,
}

/// The names of relations, as in packages and in `reconcile`'s output.
pub fn relation_name(relation: Relation) -> &'static str {
    match relation {
        Relation::Exact => "exact",
        Relation::Rounded1 => "rounded_1",
        Relation::MoreThan => "more_than",
        Relation::AtLeast => "at_least",
        Relation::Nearly => "nearly",
        Relation::About => "about",
    }
}

impl Office {
    /// Reconciles every published figure of the programme.
    ///
    /// # Errors
    /// A figure cannot be measured, or a trial's record is refused.
    pub fn reconcile(&self) -> Result<Vec<Reconciled>, Problem> {
        let programme = self.programme()?;
        let today = self.today()?;
        programme
            .published
            .iter()
            .map(|published| self.reconcile_one(&programme, published, today))
            .collect()
    }

    fn reconcile_one(
        &self,
        programme: &Programme,
        published: &Published,
        day: Day,
    ) -> Result<Reconciled, Problem> {
        let at = self.position();
        let (measured, is_share, address) = match &published.production {
            Production::Indicator(indicator) => {
                let query = Query::new(indicator.clone(), published.period, day, at);
                let cells = self.mirror().columns().measure(&query)?;
                let value = cells
                    .into_iter()
                    .next()
                    .and_then(|cell| cell.figure.value());
                let is_percent = published.unit_of_measure.as_ref() == "percent";
                let format = programme
                    .indicators
                    .get(indicator)
                    .map(|indicator| indicator.format);
                // A share is a fraction of one; the claim is printed in percent.
                let is_share = is_percent && matches!(format, Some(Format::Percent(_)));
                let value = if is_share {
                    value.map(|value| &value * &Ratio::from_int(100))
                } else {
                    value
                };
                (
                    value,
                    is_share,
                    address(&query, self.mirror().programme_at()).to_string(),
                )
            }
            Production::Veto(scorecard, veto, trial) => {
                let holds = self.try_rule(programme, scorecard, trial, |card| {
                    card.vetoes.iter().any(|hit| hit.veto == **veto)
                        && card.grade.as_deref()
                            == card.vetoes.first().map(|hit| hit.forces.as_str())
                })?;
                (
                    Some(Ratio::from_int(i64::from(holds))),
                    false,
                    format!("trial:{scorecard}/veto/{veto}?at={}", at.0),
                )
            }
            Production::Consequence(scorecard, consequence, trial) => {
                let declared = programme
                    .scorecards
                    .get(scorecard)
                    .and_then(|found| found.consequences.get(consequence));
                let holds = match (trial, declared) {
                    (Some(trial), Some(declared)) => {
                        self.try_rule(programme, scorecard, trial, |card| {
                            card.consequences.contains(declared)
                        })?
                    }
                    (None, Some(declared)) => self.follows_grade(scorecard, declared)?,
                    (_, None) => false,
                };
                (
                    Some(Ratio::from_int(i64::from(holds))),
                    false,
                    format!("trial:{scorecard}/consequence/{consequence}?at={}", at.0),
                )
            }
        };
        let met = measured
            .as_ref()
            .is_some_and(|measured| holds(published, measured, is_share));
        Ok(Reconciled {
            claim: published.id.to_string(),
            statement: published.statement.clone(),
            claimed: published.written.to_string(),
            unit_of_measure: published.unit_of_measure.to_string(),
            relation: published.relation,
            period: published.period,
            measured,
            met,
            address,
        })
    }

    /// Whether an inserted record makes `forced` true for a unit that it was false for, for every unit that
    /// can bear one, and whether withdrawing it restores the unit's card.
    fn try_rule(
        &self,
        programme: &Programme,
        scorecard: &ScorecardId,
        trial: &Trial,
        forced: impl Fn(&Card) -> bool,
    ) -> Result<bool, Problem> {
        let period = programme.year;
        let day = self.today()?;
        let at = self.position();
        let trial_at = Position(at.0 + 1);
        let withdrawn_at = Position(at.0 + 2);
        let ask = |at| Ask {
            scorecard: scorecard.clone(),
            period,
            day,
            at,
        };
        let before = assess(self.mirror(), self.mirror().columns(), &ask(at))?;
        let mut tried = 0;
        for card in before
            .cards
            .iter()
            .filter(|card| !forced(card))
            .take(TRIAL_UNITS_MAX)
        {
            let mut columns = self.mirror().columns().clone();
            self.insert_trial(
                programme,
                &mut columns,
                trial,
                &UnitId::new(&card.participant),
                day,
                trial_at,
            )?;
            let during = assess(self.mirror(), &columns, &ask(trial_at))?;
            let table = trial.record_type.as_str().into();
            columns.apply(Change::Hide {
                table,
                id: trial_at.0,
                at: withdrawn_at,
            })?;
            let after = assess(self.mirror(), &columns, &ask(withdrawn_at))?;
            let find = |cards: &[Card]| {
                cards
                    .iter()
                    .find(|found| found.participant == card.participant)
                    .cloned()
            };
            let (Some(during), Some(after)) = (find(&during.cards), find(&after.cards)) else {
                return Ok(false);
            };
            let score_kept = during.total == card.total;
            let restored = after.grade == card.grade
                && after.total == card.total
                && after.consequences == card.consequences;
            if !(forced(&during) && score_kept && restored) {
                return Ok(false);
            }
            tried += 1;
        }
        Ok(tried > 0)
    }

    fn insert_trial(
        &self,
        programme: &Programme,
        columns: &mut Columns,
        trial: &Trial,
        unit: &UnitId,
        day: Day,
        at: Position,
    ) -> Result<(), Problem> {
        let record_type = programme
            .record_types
            .get(&trial.record_type)
            .ok_or_else(|| problems::unknown_type(&trial.record_type, ""))?;
        let cell = |id: &FieldId| {
            let declared = trial
                .values
                .iter()
                .find(|(field, _)| field == id)
                .map(|(_, text)| Cell::text(text.to_string()));
            declared.or_else(|| match id.as_str() {
                "unit" | "place" => Some(Cell::text(unit.to_string())),
                "day" => Some(Cell::Date(day.min(programme.year.last()))),
                _ => None,
            })
        };
        let spellings = self.spellings()?;
        let mut wanted = record_type.clone();
        // A trial has no papers.
        wanted.evidence_at_least = 0;
        let made = draft(programme, &spellings, &wanted, cell, Vec::new()).map_err(|faults| {
            faults
                .into_iter()
                .next()
                .map_or_else(problems::no_programme, |fault| fault.problem)
        })?;
        let table = programme
            .schema
            .table(record_type.id.as_str())
            .ok_or_else(|| problems::unknown_type(&record_type.id, ""))?;
        let values = record_values(programme, table, &made);
        columns.apply(Change::Record {
            table: table.name.clone(),
            id: at.0,
            at,
            values,
        })
    }

    /// Whether a consequence of a grade stands on exactly the cards that have the grade, and on at least one.
    fn follows_grade(
        &self,
        scorecard: &ScorecardId,
        consequence: &scoring::Consequence,
    ) -> Result<bool, Problem> {
        let programme = self.programme()?;
        let period = programme.year;
        let day = self.today()?;
        let assessment = self.assess(&Ask {
            scorecard: scorecard.clone(),
            period,
            day,
            at: self.position(),
        })?;
        let listed = |card: &Card| card.consequences.contains(consequence);
        let entitled = |card: &Card| match &consequence.on {
            ConsequenceOn::Grade(grade) => card.grade.as_ref() == Some(grade),
            ConsequenceOn::Veto(veto) => card.vetoes.iter().any(|hit| hit.veto == *veto),
        };
        Ok(assessment.cards.iter().any(entitled)
            && assessment
                .cards
                .iter()
                .all(|card| listed(card) == entitled(card)))
    }
}

/// The address of the one answer to a question that is not divided.
pub fn address(query: &Query, programme: Position) -> Address {
    let slice = Slice {
        unit: query.unit.clone(),
        subject: query.subject.clone(),
        field: query.field.clone(),
    };
    Address {
        indicator: query.indicator.clone(),
        slice,
        period: query.period,
        day: query.day,
        programme,
        at: query.at,
    }
}

/// A trial is made for this many units at most; each makes a copy of the columns.
const TRIAL_UNITS_MAX: usize = 3;

/// Whether a produced value meets a published one. The relations are those of the cities' claims: see
/// [`Relation`].
pub fn holds(published: &Published, measured: &Ratio, is_share: bool) -> bool {
    let claimed = &published.value;
    let times = |numerator: i64, denominator: i64| {
        Ratio::new(numerator.into(), denominator.into()).map(|factor| claimed * &factor)
    };
    let within = |low: Option<Ratio>, high: Option<Ratio>| {
        low.is_some_and(|low| *measured >= low) && high.is_some_and(|high| *measured <= high)
    };
    match published.relation {
        Relation::Exact if published.unit_of_measure.as_ref() == "percent" => {
            measured.round(printed_places(&published.written), Rounding::HalfUp) == *claimed
        }
        Relation::Exact => measured == claimed,
        Relation::Rounded1 => {
            measured.round(1, Rounding::HalfUp) == claimed.round(1, Rounding::HalfUp)
        }
        Relation::MoreThan => {
            measured > claimed
                && times(11, 10).is_some_and(|limit| *measured < limit)
                && (!is_share || *measured <= Ratio::from_int(100))
        }
        Relation::AtLeast => measured >= claimed,
        Relation::Nearly => {
            times(9, 10).is_some_and(|least| *measured >= least) && measured < claimed
        }
        Relation::About => within(times(95, 100), times(105, 100)),
    }
}

/// The digits printed behind the decimal point.
fn printed_places(written: &str) -> u8 {
    let digits = written.trim_end_matches('%');
    digits.split_once('.').map_or(0, |(_, places)| {
        u8::try_from(places.len()).unwrap_or(u8::MAX)
    })
}

/// The statement in the asked language.
pub fn statement(reconciled: &Reconciled, lang: Lang) -> &str {
    reconciled.statement.get(lang)
}
