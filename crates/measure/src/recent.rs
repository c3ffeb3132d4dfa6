//! Results of recent passes, brought forward when they are asked for again.
//!
//! After one more record, the totals of a unit need that record only: the pass is run over the rows
//! added since, and over those hidden since to take them away again. What cannot be taken away
//! (a greatest value, a latest report) is measured anew from all rows. A result is only ever used
//! for the same question under the same programme, and is then what a full pass would give.

use std::sync::{Arc, Mutex};

use base::{Day, IndicatorId};
use programme::schema::Source;

use crate::figures::{Asked, Division, Span};
use crate::gather::Plan;
use crate::pass::{Grouped, Kind, Outcome, Pass};
use crate::segment::{NewRow, Part, Place, Segment};
use crate::table::Table;

/// Results that are kept.
const ENTRIES_MAX: usize = 128;
/// Bytes of all that are kept, and of one.
const BYTES_MAX: usize = 64 << 20;
const ENTRY_BYTES_MAX: usize = 8 << 20;

/// The results; a copy of the columns starts with none.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Vec<Entry>>);

impl Clone for Recent {
    fn clone(&self) -> Recent {
        Recent::default()
    }
}

#[derive(Debug)]
struct Entry {
    question: Question,
    at: u64,
    /// Rows that the table ever had then.
    rows: usize,
    /// Tables of which attributes are taken, and their latest change then.
    joined: Vec<(Arc<str>, u64)>,
    shape: Vec<(i64, usize)>,
    outcome: Arc<Outcome>,
    bytes: usize,
}

/// All on which a pass depends, apart from rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    programme: u64,
    table: Arc<str>,
    day: Day,
    division: Division,
    /// By group of the unit tree, from which any unit's figures follow.
    by_unit: bool,
    /// A unit that is a condition on rows.
    unit: Option<i32>,
    field: Option<(programme::schema::ColumnPath, Option<Arc<str>>)>,
    /// Whether the rows are those of one subject, whichever.
    of_subject: bool,
    jobs: Vec<(IndicatorId, Vec<Span>)>,
}

impl Question {
    pub fn new(plan: &Plan<'_, '_>) -> Question {
        let asked = plan.asked();
        Question {
            programme: asked.in_force.at.0,
            table: plan.pass.steps.table.schema.name.clone(),
            day: asked.day,
            division: divided(asked).cloned().unwrap_or(Division::None),
            by_unit: is_by_unit(asked),
            unit: asked.unit.filter(|_| divided(asked).is_some()),
            field: asked.field.clone(),
            of_subject: plan.is_of_subject(),
            jobs: plan
                .jobs()
                .iter()
                .map(|job| (job.indicator.id.clone(), job.spans.clone()))
                .collect(),
        }
    }

    /// Whether it is the question of a plan.
    pub fn is_of(&self, plan: &Plan<'_, '_>) -> bool {
        let asked = plan.asked();
        let jobs = self.jobs.iter().zip(plan.jobs());
        self.day == asked.day
            && self.programme == asked.in_force.at.0
            && self.table == plan.pass.steps.table.schema.name
            && self.of_subject == plan.is_of_subject()
            && self.by_unit == is_by_unit(asked)
            && self.division == *divided(asked).unwrap_or(&Division::None)
            && self.unit == asked.unit.filter(|_| divided(asked).is_some())
            && self.field == asked.field
            && self.jobs.len() == plan.jobs().len()
            && jobs
                .rev()
                .all(|((id, spans), job)| *spans == job.spans && *id == job.indicator.id)
    }
}

/// Into which cells rows are divided, where it is not by the units that their groups give.
fn divided<'a>(asked: &'a Asked<'_>) -> Option<&'a Division> {
    match &asked.division {
        Division::None | Division::Units => None,
        division => Some(division),
    }
}

fn is_by_unit(asked: &Asked<'_>) -> bool {
    divided(asked).is_none() && (asked.unit.is_some() || asked.division == Division::Units)
}

/// What the places of tallies mean; new texts or strata change it.
fn shape(pass: &Pass<'_>) -> Vec<(i64, usize)> {
    let of = |group: &Grouped| (group.least, group.len);
    let keys = pass
        .keys
        .iter()
        .filter_map(|key| key.group.as_ref())
        .map(of);
    let strata = pass.tasks.iter().filter_map(|task| match &task.kind {
        Kind::Strata { stratum, .. } => Some(of(stratum)),
        _ => None,
    });
    keys.chain(strata).collect()
}

impl Recent {
    /// The outcome of a plan over all rows of its table.
    pub fn outcome(
        &self,
        asked: &Asked<'_>,
        plan: &Plan<'_, '_>,
        least_rows: usize,
    ) -> Arc<Outcome> {
        let (pass, table) = (&plan.pass, plan.pass.steps.table);
        let parts: Vec<&Part> = table.parts().collect();
        let is_worth_it = table.len() >= least_rows
            && matches!(table.schema.source, Source::Records(_) | Source::Cases(_))
            && asked.subject.is_none()
            && asked.division != Division::Subjects
            && asked.at >= table.changed()
            && pass
                .steps
                .joined
                .iter()
                .all(|joined| asked.at >= joined.changed());
        if !is_worth_it {
            return Arc::new(pass.run(&parts, None));
        }
        let known = self.0.lock().ok().and_then(|mut entries| {
            let place = entries
                .iter()
                .rposition(|entry| entry.question.is_of(plan))?;
            Some(entries.remove(place))
        });
        let shape = shape(pass);
        let joined: Vec<(Arc<str>, u64)> = pass
            .steps
            .joined
            .iter()
            .map(|table| (table.schema.name.clone(), table.changed()))
            .collect();
        let fits = |entry: &Entry| entry.shape == shape && entry.joined == joined;
        let (question, brought) = match known.filter(fits) {
            Some(entry) => brought_forward(entry, pass, table, &parts, asked.at),
            None => (Question::new(plan), None),
        };
        let outcome = brought.unwrap_or_else(|| Arc::new(pass.run(&parts, None)));
        let bytes: usize = outcome.tallies.iter().map(|tally| tally.bytes()).sum();
        if bytes <= ENTRY_BYTES_MAX
            && !outcome.beyond.contains(&true)
            && let Ok(mut entries) = self.0.lock()
        {
            entries.push(Entry {
                question,
                at: asked.at,
                rows: table.len(),
                joined,
                shape,
                outcome: outcome.clone(),
                bytes,
            });
            let mut total: usize = entries.iter().map(|entry| entry.bytes).sum();
            while entries.len() > ENTRIES_MAX || total > BYTES_MAX {
                total -= entries.remove(0).bytes;
            }
        }
        outcome
    }
}

/// The question of an entry, and its outcome with what happened since; `None` when that cannot be told.
fn brought_forward(
    entry: Entry,
    pass: &Pass<'_>,
    table: &Table,
    parts: &[&Part],
    at: u64,
) -> (Question, Option<Arc<Outcome>>) {
    let Entry {
        question,
        at: then,
        rows,
        outcome,
        ..
    } = entry;
    (
        question,
        moved_on(outcome, (then, rows), pass, table, parts, at),
    )
}

/// An outcome of `then`, a position and the rows that there were, with what happened since.
fn moved_on(
    mut outcome: Arc<Outcome>,
    then: (u64, usize),
    pass: &Pass<'_>,
    table: &Table,
    parts: &[&Part],
    at: u64,
) -> Option<Arc<Outcome>> {
    let (then, rows) = then;
    if then > at {
        return None;
    }
    let hidden = table.hidden_between(then, at)?;
    if hidden.is_empty() && rows == table.len() {
        return Some(outcome);
    }
    // Changes at the very position that was measured are no later ones.
    if then >= table.changed() {
        return None;
    }
    let now = Arc::make_mut(&mut outcome);
    now.merge(&pass.run(parts, Some(then)));
    if !hidden.is_empty() {
        let gone = Part {
            data: Arc::new(rows_hidden(table, &hidden, then)),
            hidden: Default::default(),
        };
        let gone = pass.run(&[&gone], None);
        for (tally, gone) in now.tallies.iter_mut().zip(&gone.tallies) {
            if !tally.subtract(gone) {
                return None;
            }
        }
    }
    (!now.beyond.contains(&true)).then_some(outcome)
}

/// The rows that counted at `after` and were hidden since, by the position and number of each hiding.
fn rows_hidden(table: &Table, hidden: &[(u64, u64)], after: u64) -> Segment {
    let width = table.all_columns().count();
    let mut gone = Segment::default();
    for (at, id) in hidden {
        let row = table.rows_with_id(*id).find(|row| {
            let (added, hidden) = table.span(*row);
            added.0 <= after && hidden.0 == *at
        });
        let Some(row) = row else {
            continue; // Added since, too: neither now nor then.
        };
        let cells: Vec<i64> = (0..width)
            .map(|place| table.get(row, Place::Column(place)))
            .collect();
        gone.push(&NewRow {
            id: *id,
            added: table.span(row).0.0,
            version: None,
            cells: &cells,
        });
    }
    gone
}
