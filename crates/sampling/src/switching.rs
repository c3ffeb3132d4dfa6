//! How strictly the next lot is inspected: the switching rules of clause 9.3, and 9.4.
//!
//! A pure function over what was recorded, in order. The standard leaves three judgements to people: that
//! production is steady and reduced inspection is agreed to, that it ends for another reason than a lot, and
//! that the maker has put things right after inspection was discontinued. They come as [`Decision`]s.

use crate::tables::{Aql, Level, NoPlan, Plan, Severity, plan};

/// Lots of which two that are not accepted lead to tightened inspection.
const LOOKED_BACK: usize = 5;
const NOT_ACCEPTED_MAX: usize = 2;
/// Lots accepted in a row that lead back to normal inspection.
const ACCEPTED_IN_A_ROW: u32 = 5;
/// Lots not accepted on tightened inspection with which it is discontinued.
const DISCONTINUED_AT: u32 = 5;
/// The switching score from which reduced inspection is possible.
const SCORE_WANTED: u32 = 30;

/// What is agreed for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    /// The inspection level.
    pub level: Level,
    /// The acceptance quality limit.
    pub aql: Aql,
}

/// A lot that was inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// Items in it.
    pub size: u64,
    /// Nonconforming items (or nonconformities) found in its sample.
    pub found: u32,
    /// Whether it was presented for the first time; lots presented again change nothing.
    pub is_original: bool,
}

/// What the responsible authority decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Production is steady and reduced inspection is agreed to, until [`Decision::EndReduced`].
    AllowReduced,
    /// Production is irregular, or another reason asks for normal inspection.
    EndReduced,
    /// The maker has put things right: inspection goes on, tightened.
    Resume,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A lot was inspected.
    Lot(Lot),
    /// Something was decided.
    Decision(Decision),
}

/// How things stand after what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// How strictly the next lot is inspected.
    pub severity: Severity,
    /// The switching score, on normal inspection.
    pub score: u32,
    /// Lots accepted one after the other, on tightened inspection.
    pub accepted_in_a_row: u32,
    /// Lots not accepted since tightened inspection began.
    pub not_accepted: u32,
    /// Whether reduced inspection is agreed to.
    pub is_reduced_allowed: bool,
    /// Whether inspection is discontinued until the maker has put things right.
    pub is_discontinued: bool,
}

impl Default for State {
    /// Inspection begins as normal.
    fn default() -> State {
        State {
            severity: Severity::Normal,
            score: 0,
            accepted_in_a_row: 0,
            not_accepted: 0,
            is_reduced_allowed: false,
            is_discontinued: false,
        }
    }
}

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The lot was accepted by this plan, or not.
    Judged(Plan, bool),
    /// There was no plan for it.
    NoPlan(NoPlan),
    /// Inspection was discontinued: the lot should not have been judged.
    Discontinued,
    /// A decision.
    Decided,
}

/// Why something changed, or that it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing but the score or the counts.
    Goes,
    /// Two of five or fewer consecutive lots were not accepted.
    TwoOfFive,
    /// Five lots in a row were accepted.
    FiveAccepted,
    /// The score reached 30, production is steady and the authority agrees.
    ScoreReached,
    /// The score reached 30; steady production and the authority's consent are missing.
    WaitsForConsent,
    /// A lot was not accepted on reduced inspection.
    NotAcceptedOnReduced,
    /// Ended by a decision.
    EndedByDecision,
    /// Five lots were not accepted on tightened inspection.
    FiveNotAccepted,
    /// Goes on after it was discontinued.
    Resumed,
    /// Presented again: it does not count.
    PresentedAgain,
}

/// An event with what it led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How strictly it was inspected.
    pub severity: Severity,
    /// What came of it.
    pub outcome: Outcome,
    /// How things stand after it.
    pub after: State,
    /// Why.
    pub why: Why,
}

/// Follows events in order. The last step says how the next lot is inspected; without events it is
/// [`State::default`].
#[must_use]
pub fn follow(scheme: Scheme, events: &[Event]) -> Vec<Step> {
    let mut course = Course {
        scheme,
        state: State::default(),
        recent: Vec::new(),
    };
    events.iter().map(|event| course.step(*event)).collect()
}

struct Course {
    scheme: Scheme,
    state: State,
    /// The last lots on normal inspection since it began: whether each was accepted.
    recent: Vec<bool>,
}

impl Course {
    fn step(&mut self, event: Event) -> Step {
        let severity = self.state.severity;
        let (outcome, why) = match event {
            Event::Decision(decision) => (Outcome::Decided, self.decide(decision)),
            Event::Lot(_) if self.state.is_discontinued => (Outcome::Discontinued, Why::Goes),
            Event::Lot(lot) => self.lot(lot),
        };
        Step {
            severity,
            outcome,
            after: self.state,
            why,
        }
    }

    fn begin(&mut self, severity: Severity) {
        self.recent.clear();
        self.state = State {
            severity,
            is_reduced_allowed: self.state.is_reduced_allowed,
            ..State::default()
        };
    }

    fn decide(&mut self, decision: Decision) -> Why {
        match decision {
            Decision::AllowReduced => {
                self.state.is_reduced_allowed = true;
                self.reduce()
            }
            Decision::EndReduced => {
                self.state.is_reduced_allowed = false;
                if self.state.severity != Severity::Reduced {
                    return Why::Goes;
                }
                self.begin(Severity::Normal);
                Why::EndedByDecision
            }
            Decision::Resume if self.state.is_discontinued => {
                self.begin(Severity::Tightened);
                Why::Resumed
            }
            Decision::Resume => Why::Goes,
        }
    }

    fn lot(&mut self, lot: Lot) -> (Outcome, Why) {
        let Scheme { level, aql } = self.scheme;
        let plan = match plan(lot.size, level, aql, self.state.severity) {
            Ok(plan) => plan,
            Err(none) => return (Outcome::NoPlan(none), Why::Goes),
        };
        let is_accepted = plan.accepts(lot.found);
        let outcome = Outcome::Judged(plan, is_accepted);
        if !lot.is_original {
            return (outcome, Why::PresentedAgain);
        }
        let why = match self.state.severity {
            Severity::Normal => self.normal(plan, lot.found, is_accepted),
            Severity::Tightened => self.tightened(is_accepted),
            Severity::Reduced if is_accepted => Why::Goes,
            Severity::Reduced => {
                self.begin(Severity::Normal);
                Why::NotAcceptedOnReduced
            }
        };
        (outcome, why)
    }

    fn normal(&mut self, plan: Plan, found: u32, is_accepted: bool) -> Why {
        self.recent.push(is_accepted);
        if self.recent.len() > LOOKED_BACK {
            self.recent.remove(0);
        }
        let not_accepted = self.recent.iter().filter(|accepted| !**accepted).count();
        if not_accepted >= NOT_ACCEPTED_MAX {
            self.begin(Severity::Tightened);
            return Why::TwoOfFive;
        }
        // 9.3.3.2: with Ac 0 or 1 an accepted lot gives 2; with more, one that a tighter AQL would accept gives 3.
        let gain = match plan.accept {
            0 | 1 if is_accepted => 2,
            0 | 1 => 0,
            _ if plan.accepts_one_step_tighter(self.scheme.aql, found) => 3,
            _ => 0,
        };
        self.state.score = if gain == 0 {
            0
        } else {
            self.state.score.saturating_add(gain)
        };
        self.reduce()
    }

    fn reduce(&mut self) -> Why {
        if self.state.severity != Severity::Normal || self.state.score < SCORE_WANTED {
            return Why::Goes;
        }
        if !self.state.is_reduced_allowed {
            return Why::WaitsForConsent;
        }
        self.begin(Severity::Reduced);
        Why::ScoreReached
    }

    fn tightened(&mut self, is_accepted: bool) -> Why {
        if is_accepted {
            self.state.accepted_in_a_row += 1;
            if self.state.accepted_in_a_row < ACCEPTED_IN_A_ROW {
                return Why::Goes;
            }
            self.begin(Severity::Normal);
            return Why::FiveAccepted;
        }
        self.state.accepted_in_a_row = 0;
        self.state.not_accepted += 1;
        if self.state.not_accepted < DISCONTINUED_AT {
            return Why::Goes;
        }
        self.state.is_discontinued = true;
        Why::FiveNotAccepted
    }
}
