//! Ratings: a scorecard applied to every subject of a type as of a day.
//!
//! The same engine as assessments; the figures are measured by subject, once for each indicator.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, Figure, IndicatorId, Period, Position, Problem, ScorecardId};
use measure::{BySubject, Columns};
use programme::model::{Programme, Scorecard, Scored};
use scoring::{Card, Input, Participant};

use crate::folder::Office;
use crate::mirror::Mirror;
use crate::problems;
use crate::standing;

/// A rating of subjects.
#[derive(Debug, Clone)]
pub struct Rating {
    /// Scorecard.
    pub scorecard: ScorecardId,
    /// Subject type.
    pub subject_type: String,
    /// Day.
    pub day: Day,
    /// Position.
    pub at: Position,
    /// Cards, by subject's identity.
    pub cards: Vec<Card>,
}

impl Office {
    /// Rates every subject that is known on the day (or only one).
    ///
    /// # Errors
    /// No such scorecard, or one over units; no such subject.
    pub fn rate(
        &self,
        scorecard: &ScorecardId,
        day: Day,
        at: Position,
        only: Option<&str>,
    ) -> Result<Rating, Problem> {
        rate(
            self.mirror(),
            self.mirror().columns(),
            scorecard,
            day,
            at,
            only,
        )
    }
}

pub(crate) fn rate(
    mirror: &Mirror,
    columns: &Columns,
    id: &ScorecardId,
    day: Day,
    at: Position,
    only: Option<&str>,
) -> Result<Rating, Problem> {
    let programme = mirror
        .programme_as_of(at)
        .ok_or_else(problems::no_programme)?;
    let scorecard = programme
        .scorecards
        .get(id)
        .ok_or_else(|| problems::unknown_scorecard(id, ""))?;
    let Scored::Subjects(subject_type) = &scorecard.of else {
        return Err(problems::scorecard_of_units(id));
    };
    let figures = figures_by_subject(columns, scorecard, day, at)?;
    let mut subjects: Vec<Arc<str>> = columns.subjects(subject_type, day, at);
    if let Some(only) = only {
        if !subjects.iter().any(|found| **found == *only) {
            return Err(problems::no_such_subject(only, day));
        }
        subjects.retain(|found| **found == *only);
    }
    subjects.sort();
    let mut cards = Vec::with_capacity(subjects.len());
    for subject in &subjects {
        let participant = participant(&programme, scorecard, &figures, subject);
        cards.push(scoring::score_card(&scorecard.card, &participant)?);
    }
    if scorecard.ranked && only.is_none() {
        scoring::rank_cards(&scorecard.card, &mut cards);
    }
    Ok(Rating {
        scorecard: id.clone(),
        subject_type: subject_type.to_string(),
        day,
        at,
        cards,
    })
}

type BySubjectAndIndicator = HashMap<IndicatorId, BySubject>;

fn figures_by_subject(
    columns: &Columns,
    scorecard: &Scorecard,
    day: Day,
    at: Position,
) -> Result<BySubjectAndIndicator, Problem> {
    // A rating is as of a day: indicators over a window or to date end on it.
    let period = Period::Days(day, day);
    let mut measured = HashMap::new();
    for indicator in standing::indicators(scorecard) {
        measured.insert(
            indicator.clone(),
            columns.measure_by_subject(indicator, period, day, at)?,
        );
    }
    Ok(measured)
}

fn participant(
    programme: &Programme,
    scorecard: &Scorecard,
    figures: &BySubjectAndIndicator,
    subject: &str,
) -> Participant {
    let figure = |indicator: &IndicatorId| match figures.get(indicator) {
        Some(measured) => measured.get(subject).clone(),
        None => Figure::not_applicable(),
    };
    let mut participant = Participant {
        key: subject.to_owned(),
        ..Participant::default()
    };
    for (id, item) in &scorecard.items {
        let input = Input {
            figures: item.indicators.iter().map(figure).collect(),
            ..Input::default()
        };
        participant.items.insert(id.clone(), input);
    }
    participant.vetoes = standing::vetoes(programme, scorecard, figure);
    participant.gates = standing::gates(scorecard, figure);
    participant
}
