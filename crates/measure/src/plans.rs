//! Plans that were compiled for recent questions.
//!
//! After one more record the same is asked again: compiling it would take longer than answering. A plan
//! depends on the question, the programme and the numbers of texts, never on rows; one in which that is
//! not so (groups between the bounds of what rows hold) is not kept.

use std::sync::{Mutex, PoisonError};

use crate::compile::CompiledSteps;
use crate::figures::Division;
use crate::gather::{Plan, Reading};
use crate::pass::{Key, Kind, Selected, Task};
use crate::recent::Question;

/// Plans that are kept.
const PLANS_MAX: usize = 128;

/// A plan without what it is run over.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub steps: CompiledSteps,
    pub selected: Vec<Selected>,
    pub keys: Vec<Key>,
    pub tasks: Vec<Task>,
    pub readings: Vec<Reading>,
}

/// The plans, those used last at the end; a copy of the columns starts with none.
#[derive(Debug, Default)]
pub(crate) struct Plans(Mutex<Vec<(Question, Compiled)>>);

impl Clone for Plans {
    fn clone(&self) -> Plans {
        Plans::default()
    }
}

impl Plans {
    /// Takes out what was compiled for the question of a plan.
    pub fn take(&self, plan: &Plan<'_, '_>) -> Option<Compiled> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known
            .iter()
            .rposition(|(question, _)| question.is_of(plan))?;
        Some(known.remove(place).1)
    }

    /// The question of a plan that can be kept.
    pub fn question(&self, plan: &Plan<'_, '_>) -> Option<Question> {
        let asked = plan.asked();
        let depends_on_rows = matches!(asked.division, Division::Subjects | Division::Field(_))
            || plan
                .pass
                .tasks
                .iter()
                .any(|task| matches!(task.kind, Kind::Strata { .. }));
        let is_of_another_subject = asked.subject.is_some() && !plan.is_of_subject();
        (!depends_on_rows && !is_of_another_subject).then(|| Question::new(plan))
    }

    /// Keeps a plan.
    pub fn put(&self, question: Question, compiled: Compiled) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PLANS_MAX {
            known.remove(0);
        }
        known.push((question, compiled));
    }
}
