//! Ratings: a scorecard applied to every subject of a type as of a day.
//!
//! The same engine as assessments. A [`Rater`] is a scorecard compiled once: it takes the figures of
//! all subjects as columns and gives grades, totals and item points as columns; a subject's card,
//! with its reasons, is made when someone looks at it. What cannot be compiled (ranks, judged items
//! that look at a figure) is scored card by card, with the same result.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use base::{
    Day, Figure, IndicatorId, Period, Position, Problem, Ratio, ScorecardId, SubjectTypeId,
};
use measure::{BySubject, Columns, SubjectFigures};
use programme::model::{Programme, Scorecard, Scored};
use scoring::batch::{FigureColumn, Kernel, NotBatchable, Reads, Scores};
use scoring::{Card, Input, Participant};

use crate::folder::Office;
use crate::problems;
use crate::standing;

/// A rating of subjects, a row each.
#[derive(Debug)]
pub struct Rating<'a> {
    /// Day.
    pub day: Day,
    /// Position.
    pub at: Position,
    rater: Arc<Rater>,
    columns: &'a Columns,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    /// In the order of the figures' subjects.
    Scores(SubjectFigures, Box<Scores>),
    /// In the order of their identities.
    Cards(Vec<Card>),
}

impl Rating<'_> {
    /// Scorecard.
    pub fn scorecard(&self) -> &ScorecardId {
        &self.rater.id
    }

    /// Subject type.
    pub fn subject_type(&self) -> &SubjectTypeId {
        &self.rater.subject_type
    }

    /// How many subjects were rated.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Scores(figures, _) => figures.subjects.len(),
            Rows::Cards(cards) => cards.len(),
        }
    }

    /// Whether there was no subject to rate.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The identity of a row's subject; empty for a row that is not there.
    pub fn subject(&self, row: usize) -> &str {
        match &self.rows {
            Rows::Scores(figures, _) => figures
                .subjects
                .get(row)
                .and_then(|number| self.columns.subject_id(&self.rater.subject_type, *number))
                .map_or("", |id| id),
            Rows::Cards(cards) => cards.get(row).map_or("", |card| &card.participant),
        }
    }

    /// The rows in the order of their subjects' identities.
    pub fn by_subject(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        rows.sort_by_key(|row| self.subject(*row));
        rows
    }

    /// The grade of a row.
    pub fn grade(&self, row: usize) -> Option<&str> {
        match &self.rows {
            Rows::Scores(_, scores) => scores.grade(row),
            Rows::Cards(cards) => cards.get(row)?.grade.as_deref(),
        }
    }

    /// The rounded total of a row.
    pub fn total(&self, row: usize) -> Option<Ratio> {
        match &self.rows {
            Rows::Scores(_, scores) => scores.total(row),
            Rows::Cards(cards) => cards.get(row)?.total.clone(),
        }
    }

    /// How many subjects have each grade, best first; `None` is no grade.
    pub fn grade_counts(&self) -> Vec<(Option<&str>, usize)> {
        match &self.rows {
            Rows::Scores(_, scores) => scores.grade_counts(),
            Rows::Cards(cards) => {
                let mut counts: Vec<(Option<&str>, usize)> = Vec::new();
                for card in cards {
                    let grade = card.grade.as_deref();
                    match counts.iter_mut().find(|(found, _)| *found == grade) {
                        Some((_, count)) => *count += 1,
                        None => counts.push((grade, 1)),
                    }
                }
                counts
            }
        }
    }

    /// The card of a row, with every reason.
    ///
    /// # Errors
    /// None that rating all of them has not met.
    pub fn card(&self, row: usize) -> Result<Cow<'_, Card>, Problem> {
        match &self.rows {
            Rows::Scores(figures, _) => {
                let views = views(&figures.columns);
                let figure = |number: usize| match views.get(number) {
                    Some(column) => column.figure(row),
                    None => Figure::not_applicable(),
                };
                self.rater.card(self.subject(row), figure).map(Cow::Owned)
            }
            Rows::Cards(cards) => match cards.get(row) {
                Some(card) => Ok(Cow::Borrowed(card)),
                None => Err(problems::no_such_subject("", self.day)),
            },
        }
    }

    /// The figures as the scorecard read them, a column for each indicator; `None` for a scorecard that is
    /// scored card by card.
    pub fn figures(&self) -> Option<Vec<FigureColumn<'_>>> {
        match &self.rows {
            Rows::Scores(figures, _) => Some(views(&figures.columns)),
            Rows::Cards(_) => None,
        }
    }

    /// Grades, totals and item points as columns, and the figures that they were made from; `None` for a
    /// scorecard that is scored card by card.
    pub fn columns(&self) -> Option<(&SubjectFigures, &Scores)> {
        match &self.rows {
            Rows::Scores(figures, scores) => Some((figures, scores)),
            Rows::Cards(_) => None,
        }
    }
}

impl Office {
    /// Rates every subject that is known on the day.
    ///
    /// # Errors
    /// No such scorecard, or one over units; a figure that cannot be measured (overflow).
    pub fn rate(
        &self,
        scorecard: &ScorecardId,
        day: Day,
        at: Position,
    ) -> Result<Rating<'_>, Problem> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let rater = self.rater(scorecard, at)?;
        rater.rate(self.mirror().columns(), day, at, threads)
    }

    /// The card of one subject, measured from its own rows.
    ///
    /// # Errors
    /// As [`Office::rate`], or there is no such subject on the day.
    pub fn rate_one(
        &self,
        scorecard: &ScorecardId,
        subject: &str,
        day: Day,
        at: Position,
    ) -> Result<Card, Problem> {
        let rater = self.rater(scorecard, at)?;
        rater.rate_one(self.mirror().columns(), subject, day, at)
    }

    /// The compiled scorecard of the programme that was in force at a position.
    ///
    /// # Errors
    /// No such scorecard, or one over units.
    pub fn rater(&self, scorecard: &ScorecardId, at: Position) -> Result<Arc<Rater>, Problem> {
        let programme = self.mirror().programme_as_of(at);
        let programme = programme.ok_or_else(problems::no_programme)?;
        self.mirror().raters().get(&programme, scorecard)
    }
}

/// A scorecard over subjects, compiled.
#[derive(Debug)]
pub struct Rater {
    programme: Arc<Programme>,
    id: ScorecardId,
    subject_type: SubjectTypeId,
    /// Each indicator that it needs, once; figures stand in this order.
    indicators: Vec<IndicatorId>,
    kernel: Result<Kernel, WhyNot>,
}

/// Why a scorecard is scored card by card.
#[derive(Debug, Clone, PartialEq)]
pub enum WhyNot {
    /// Cards are ranked against each other.
    Ranked,
    /// What the scorecard uses that a kernel has not.
    Uses(NotBatchable),
}

impl Rater {
    /// Compiles a scorecard of a programme.
    ///
    /// # Errors
    /// No such scorecard, or one over units.
    pub fn new(programme: &Arc<Programme>, id: &ScorecardId) -> Result<Rater, Problem> {
        let scorecard = programme
            .scorecards
            .get(id)
            .ok_or_else(|| problems::unknown_scorecard(id, ""))?;
        let Scored::Subjects(subject_type) = &scorecard.of else {
            return Err(problems::scorecard_of_units(id));
        };
        let indicators: Vec<IndicatorId> = standing::indicators(scorecard)
            .into_iter()
            .cloned()
            .collect();
        let kernel = match scorecard.ranked {
            true => Err(WhyNot::Ranked),
            false => {
                Kernel::new(&scorecard.card, &reads(scorecard, &indicators)).map_err(WhyNot::Uses)
            }
        };
        Ok(Rater {
            programme: programme.clone(),
            id: id.clone(),
            subject_type: subject_type.clone(),
            indicators,
            kernel,
        })
    }

    /// Why it is scored card by card; `None` when it is not.
    pub fn why_not_batched(&self) -> Option<&WhyNot> {
        self.kernel.as_ref().err()
    }

    /// Rates every subject that is known on the day.
    ///
    /// # Errors
    /// A figure that cannot be measured or scored.
    pub fn rate<'a>(
        self: &Arc<Rater>,
        columns: &'a Columns,
        day: Day,
        at: Position,
        threads: usize,
    ) -> Result<Rating<'a>, Problem> {
        let rating = |rows| Rating {
            day,
            at,
            rater: self.clone(),
            columns,
            rows,
        };
        if let Ok(kernel) = &self.kernel {
            let (subjects, period) = (&self.subject_type, as_of(day));
            let figures = columns.figures_by_subject(subjects, &self.indicators, period, day, at);
            // Figures beyond 64 bits have no columns; they are scored card by card.
            if let Ok(figures) = figures {
                let scores =
                    kernel.score(&views(&figures.columns), figures.subjects.len(), threads)?;
                return Ok(rating(Rows::Scores(figures, Box::new(scores))));
            }
        }
        Ok(rating(Rows::Cards(self.cards(columns, day, at)?)))
    }

    /// The card of one subject, measured from its own rows.
    ///
    /// # Errors
    /// There is no such subject on the day; a figure that cannot be measured or scored.
    pub fn rate_one(
        &self,
        columns: &Columns,
        subject: &str,
        day: Day,
        at: Position,
    ) -> Result<Card, Problem> {
        if !columns.knows_subject(&self.subject_type, subject, day, at) {
            return Err(problems::no_such_subject(subject, day));
        }
        let figures = self.figures_of(columns, subject, day, at)?;
        let figure = |number: usize| match figures.get(number) {
            Some(figure) => figure.clone(),
            None => Figure::not_applicable(),
        };
        self.card(subject, figure)
    }

    /// Grade, total and points of one subject as they are now, measured from its own rows: what a new
    /// record changes, without any words. `None` for a scorecard that is scored card by card, or figures
    /// beyond 64 bits; then there is [`Rater::rate_one`]. Whether the subject is known is not asked.
    ///
    /// # Errors
    /// A figure that cannot be measured or scored.
    pub fn score_one(
        &self,
        columns: &Columns,
        subject: &str,
        day: Day,
        at: Position,
    ) -> Result<Option<Scores>, Problem> {
        let Ok(kernel) = &self.kernel else {
            return Ok(None);
        };
        let (of, period) = (&self.subject_type, as_of(day));
        let figures = columns.columns_of_subject(of, subject, &self.indicators, period, day, at)?;
        let Some(figures) = figures else {
            return Ok(None);
        };
        kernel.score(&views(&figures), 1, 1).map(Some)
    }

    fn figures_of(
        &self,
        columns: &Columns,
        subject: &str,
        day: Day,
        at: Position,
    ) -> Result<Vec<Figure>, Problem> {
        let of = &self.subject_type;
        columns.figures_of_subject(of, subject, &self.indicators, as_of(day), day, at)
    }

    /// All cards, one by one, in the order of the subjects' identities.
    fn cards(&self, columns: &Columns, day: Day, at: Position) -> Result<Vec<Card>, Problem> {
        let mut measured: Vec<BySubject> = Vec::with_capacity(self.indicators.len());
        for indicator in &self.indicators {
            measured.push(columns.measure_by_subject(indicator, as_of(day), day, at)?);
        }
        let mut subjects: Vec<Arc<str>> = columns.subjects(&self.subject_type, day, at);
        subjects.sort();
        let mut cards = Vec::with_capacity(subjects.len());
        for subject in &subjects {
            let figure = |number: usize| match measured.get(number) {
                Some(figures) => figures.get(subject).clone(),
                None => Figure::not_applicable(),
            };
            cards.push(self.card(subject, figure)?);
        }
        if let Some(scorecard) = self.scorecard().filter(|scorecard| scorecard.ranked) {
            scoring::rank_cards(&scorecard.card, &mut cards);
        }
        Ok(cards)
    }

    fn scorecard(&self) -> Option<&Scorecard> {
        self.programme.scorecards.get(&self.id)
    }

    /// A subject's card; `figure` gives the figures by their place among the indicators.
    fn card(&self, subject: &str, figure: impl Fn(usize) -> Figure) -> Result<Card, Problem> {
        let scorecard = self
            .scorecard()
            .ok_or_else(|| problems::unknown_scorecard(&self.id, ""))?;
        let of = |indicator: &IndicatorId| {
            let number = self.indicators.iter().position(|known| known == indicator);
            number.map_or_else(Figure::not_applicable, &figure)
        };
        let mut participant = Participant {
            key: subject.to_owned(),
            ..Participant::default()
        };
        for (id, item) in &scorecard.items {
            let input = Input {
                figures: item.indicators.iter().map(of).collect(),
                ..Input::default()
            };
            participant.items.insert(id.clone(), input);
        }
        participant.vetoes = standing::vetoes(&self.programme, scorecard, of);
        participant.gates = standing::gates(scorecard, of);
        scoring::score_card(&scorecard.card, &participant)
    }
}

/// A rating is as of a day: indicators over a window or to date end on it.
fn as_of(day: Day) -> Period {
    Period::Days(day, day)
}

/// Which figures the scorecard reads, by their place among the indicators.
fn reads(scorecard: &Scorecard, indicators: &[IndicatorId]) -> Reads {
    let number = |indicator: &IndicatorId| {
        let found = indicators.iter().position(|known| known == indicator);
        found.unwrap_or(usize::MAX) // it is among them: all that are needed were listed
    };
    let of_item = |item: &scoring::Item| {
        let ties = scorecard.items.get(&item.id);
        let used = ties.map(|ties| ties.indicators.iter().map(number).collect());
        used.unwrap_or_default()
    };
    let vetoes = scorecard.vetoes.iter();
    let gates = scorecard.gates.iter();
    Reads {
        items: scorecard.card.items.iter().map(of_item).collect(),
        vetoes: vetoes
            .map(|veto| {
                let reads = (number(&veto.indicator), standing::hits(veto));
                (veto.id.to_string(), reads)
            })
            .collect(),
        gates: gates
            .map(|gate| {
                let reads = (number(&gate.indicator), standing::passes(gate));
                (gate.id.to_string(), reads)
            })
            .collect(),
    }
}

/// The measured columns as the kernel reads them.
fn views(figures: &[measure::FigureColumn]) -> Vec<FigureColumn<'_>> {
    fn view(column: &measure::FigureColumn) -> FigureColumn<'_> {
        let measure::FigureColumn {
            numerators,
            denominators,
            states,
        } = column;
        FigureColumn {
            numerators,
            denominators: match denominators {
                measure::Denominators::Same(same) => scoring::batch::Denominators::Same(*same),
                measure::Denominators::Each(each) => scoring::batch::Denominators::Each(each),
            },
            states: match states {
                measure::States::Same(state) => scoring::batch::States::Same(*state),
                measure::States::Each(each) => scoring::batch::States::Each(each),
            },
        }
    }
    figures.iter().map(view).collect()
}

/// The raters that were asked for, each compiled once.
#[derive(Debug, Default)]
pub(crate) struct Raters(Mutex<HashMap<ScorecardId, Arc<Rater>>>);

impl Raters {
    /// The rater of a programme's scorecard; that of another version of the programme gives way.
    pub fn get(&self, programme: &Arc<Programme>, id: &ScorecardId) -> Result<Arc<Rater>, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(id)
            && Arc::ptr_eq(&found.programme, programme)
        {
            return Ok(found.clone());
        }
        let made = Arc::new(Rater::new(programme, id)?);
        known.insert(id.clone(), made.clone());
        Ok(made)
    }
}
