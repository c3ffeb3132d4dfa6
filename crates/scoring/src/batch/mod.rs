//! A scorecard applied to everyone at once, in whole numbers.
//!
//! [`score_card`](crate::score_card) is the meaning; a [`Kernel`] is the same scorecard compiled for columns of
//! figures: it is learnt from the very functions that score one card (`curve.rs` for items,
//! `formula.rs` for the total, `grade` for vetoes, gates and direct classes), with
//! all constants merged when it is made (`whole.rs`). It is exact: every product is shown to fit
//! before it is made, and a participant whose numbers are too large for that, or whom a rule
//! refuses, is scored as one card among the others (`run`). A scorecard that cannot be compiled says why
//! ([`NotBatchable`]) and is scored card by card.

mod curve;
mod formula;
mod plan;
mod run;
mod scores;
mod whole;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Figure, FigureState, ItemId, Problem, Ratio};

use crate::definition::{GateKind, Scorecard};
use crate::tree::GroupTree;
use curve::{ItemForm, form_of};
use plan::Prepared;
use whole::Below;

pub use scores::{ItemPoints, NO_GRADE, NO_POINTS, NO_TOTAL, Scores};

/// One figure of all participants, a row each: value = numerator ÷ denominator.
#[derive(Debug, Clone, Copy)]
pub struct FigureColumn<'a> {
    /// Numerators.
    pub numerators: &'a [i64],
    /// Denominators.
    pub denominators: Denominators<'a>,
    /// States. A row whose denominator is 0 does not apply, whatever stands here.
    pub states: States<'a>,
}

/// Denominators of a column.
#[derive(Debug, Clone, Copy)]
pub enum Denominators<'a> {
    /// The same for all rows.
    Same(i64),
    /// Each row's own.
    Each(&'a [i64]),
}

/// States of a column.
#[derive(Debug, Clone, Copy)]
pub enum States<'a> {
    /// The same for all rows.
    Same(FigureState),
    /// Each row's own.
    Each(&'a [FigureState]),
}

impl FigureColumn<'_> {
    #[inline]
    fn denominator(&self, row: usize) -> i64 {
        match self.denominators {
            Denominators::Same(denominator) => denominator,
            Denominators::Each(each) => each.get(row).copied().unwrap_or(0),
        }
    }

    /// The state of a row. Where there is nothing to divide by, the figure does not apply.
    #[inline]
    pub fn state(&self, row: usize) -> FigureState {
        let state = match self.states {
            States::Same(state) => state,
            States::Each(states) => states.get(row).copied().unwrap_or(FigureState::NotReported),
        };
        match state.has_value() && self.denominator(row) == 0 {
            true => FigureState::NotApplicable,
            false => state,
        }
    }

    /// The figure of a row.
    pub fn figure(&self, row: usize) -> Figure {
        let state = self.state(row);
        let numerator = self.numerators.get(row).copied().unwrap_or(0);
        let denominator = self.denominator(row);
        let (numerator, denominator) = (Ratio::from_int(numerator), Ratio::from_int(denominator));
        match state {
            FigureState::Value => Figure::value_of(numerator, denominator),
            FigureState::Preliminary => Figure::preliminary(numerator, denominator),
            FigureState::NotApplicable => Figure::not_applicable(),
            FigureState::NotReported => Figure::not_reported(),
            FigureState::NotCarried => Figure::not_carried(),
        }
    }
}

/// Whether a figure hits a veto or passes a gate. One without a value does neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// value > limit
    Above(Ratio),
    /// at least and at most, as far as given
    Within(Option<Ratio>, Option<Ratio>),
}

impl Test {
    /// Whether it holds for a figure.
    ///
    /// ```
    /// use base::{Figure, Ratio};
    /// use scoring::batch::Test;
    /// let veto = Test::Above(Ratio::ZERO);
    /// assert!(veto.holds(&Figure::whole(Ratio::ONE)));
    /// assert!(!veto.holds(&Figure::whole(Ratio::ZERO)));
    /// assert!(!veto.holds(&Figure::not_applicable()));
    /// ```
    pub fn holds(&self, figure: &Figure) -> bool {
        figure.value().is_some_and(|value| match self {
            Test::Above(limit) => value > *limit,
            Test::Within(least, most) => {
                least.as_ref().is_none_or(|least| value >= *least)
                    && most.as_ref().is_none_or(|most| value <= *most)
            }
        })
    }
}

/// Which figures a scorecard reads, by their number among the columns.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// Of each item in the scorecard's order; an item without any has no input but that it is carried.
    pub items: Vec<Vec<usize>>,
    /// Of each veto, by its id.
    pub vetoes: BTreeMap<String, (usize, Test)>,
    /// Of each declared gate, by its id.
    pub gates: BTreeMap<String, (usize, Test)>,
}

/// What keeps a scorecard from being scored for all at once.
#[derive(Debug, Clone, PartialEq)]
pub enum NotBatchable {
    /// An item is judged, and also looks at a figure.
    Judged {
        /// The item.
        item: ItemId,
    },
    /// A rule reads several figures.
    SeveralFigures {
        /// The item.
        item: ItemId,
        /// Its rule.
        rule: &'static str,
    },
    /// A rule's points are neither lines nor hyperbolas, or have more steps than are listed.
    Shape {
        /// The item.
        item: ItemId,
        /// Its rule.
        rule: &'static str,
    },
    /// A veto or declared gate reads no figure.
    NotTested {
        /// Its id.
        id: String,
    },
    /// More items, or vetoes and gates, than fit into a row's marks.
    TooMany,
    /// The items read other figures than there are items.
    ItemsDiffer,
    /// The groups are broken.
    Broken(Problem),
}

impl fmt::Display for NotBatchable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBatchable::Judged { item } => write!(f, "item `{item}` is judged"),
            NotBatchable::SeveralFigures { item, rule } => {
                write!(f, "item `{item}` ({rule}) reads several figures")
            }
            NotBatchable::Shape { item, rule } => {
                write!(f, "item `{item}` ({rule}) has no listed pieces")
            }
            NotBatchable::NotTested { id } => write!(f, "`{id}` reads no figure"),
            NotBatchable::TooMany => write!(
                f,
                "more than {ITEMS_MAX} items or {MARKS_MAX} vetoes and gates"
            ),
            NotBatchable::ItemsDiffer => f.write_str("not one entry for each item"),
            NotBatchable::Broken(problem) => f.write_str(problem.code),
        }
    }
}

/// A row has one bit for each item.
pub const ITEMS_MAX: usize = 64;
/// A row has one bit for each veto and gate.
pub const MARKS_MAX: usize = 12;

/// A scorecard compiled for columns of figures.
///
/// ```
/// use base::{FigureState, GroupId, ItemId, Ratio, ScorecardId, Text};
/// use scoring::batch::{Denominators, FigureColumn, Kernel, Reads, States};
/// use scoring::*;
/// let mut card = Scorecard::new(ScorecardId::new("credit"));
/// card.groups.push(Group {
///     id: GroupId::new("g"),
///     name: Text::default(),
///     parent: None,
///     points: None,
///     weight: None,
///     combine: Combine::Sum,
/// });
/// let id = ItemId::new("pass");
/// let points = Ratio::from_int(100);
/// card.items.push(Item::new(id, GroupId::new("g"), Text::default(), points, Rule::RateTimesPoints));
/// card.bands = [("A", Some(90)), ("B", None)]
///     .map(|(grade, from)| Band {
///         grade: grade.into(),
///         from: from.map(Ratio::from_int::<i64>),
///         name: Text::default(),
///         gates: Vec::new(),
///     })
///     .to_vec();
///
/// let reads = Reads { items: vec![vec![0]], ..Reads::default() };
/// let kernel = Kernel::new(&card, &reads).unwrap();
/// // 19 of 20, 2 of 3
/// let column = FigureColumn {
///     numerators: &[19, 2],
///     denominators: Denominators::Each(&[20, 3]),
///     states: States::Same(FigureState::Value),
/// };
/// let scores = kernel.score(&[column], 2, 1).unwrap();
/// assert_eq!(scores.grade(0), Some("A"));
/// assert_eq!(scores.points(1, 0), Ratio::new(200, 3));
/// assert_eq!(scores.total(1), Ratio::new(6667, 100)); // rounded to two places
/// ```
#[derive(Debug)]
pub struct Kernel {
    card: Scorecard,
    reads: Reads,
    tree: GroupTree,
    forms: Vec<ItemForm>,
    grading: Grading,
    /// Constants merged for the denominators that were met, which are few.
    prepared: Mutex<HashMap<Vec<Below>, Option<Arc<Prepared>>>>,
}

/// More kinds of denominators than any caller has are not kept.
const PREPARED_MAX: usize = 64;

impl Kernel {
    /// Compiles a scorecard.
    ///
    /// # Errors
    /// What keeps it from being scored for all at once; it is then scored card by card.
    pub fn new(card: &Scorecard, reads: &Reads) -> Result<Kernel, NotBatchable> {
        if card.items.len() != reads.items.len() {
            return Err(NotBatchable::ItemsDiffer);
        }
        let tree = GroupTree::of(card).map_err(NotBatchable::Broken)?;
        let grading = Grading::new(card, reads)?;
        if card.items.len() > ITEMS_MAX || grading.marks.len() > MARKS_MAX {
            return Err(NotBatchable::TooMany);
        }
        let mut forms = Vec::with_capacity(card.items.len());
        for (item, figures) in card.items.iter().zip(&reads.items) {
            let top = tree.index.get(&item.group).and_then(|i| tree.top.get(*i));
            let top = top.and_then(|i| card.groups.get(*i));
            let top = top
                .ok_or_else(|| NotBatchable::Broken(crate::problems::broken_groups(&item.group)))?;
            forms.push(form_of(item, &top.id, figures)?);
        }
        Ok(Kernel {
            card: card.clone(),
            reads: reads.clone(),
            tree,
            forms,
            grading,
            prepared: Mutex::default(),
        })
    }

    /// Scores the first `rows` rows of the columns with up to so many threads.
    ///
    /// # Errors
    /// What [`score_card`](crate::score_card) refuses, for the first row that it refuses.
    pub fn score(
        &self,
        columns: &[FigureColumn<'_>],
        rows: usize,
        threads: usize,
    ) -> Result<Scores, Problem> {
        run::score(self, columns, rows, threads)
    }

    /// The scorecard.
    pub fn card(&self) -> &Scorecard {
        &self.card
    }

    /// Constants merged for such denominators; `None` where they do not fit.
    fn prepare(&self, below: Vec<Below>) -> Option<Arc<Prepared>> {
        let mut known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&below) {
            return found.clone();
        }
        if known.len() >= PREPARED_MAX {
            known.clear();
        }
        let made = Prepared::new(self, &below).map(Arc::new);
        known.insert(below, made.clone());
        made
    }
}

/// What decides a grade beside the total: one mark a row for each veto and gate.
#[derive(Debug)]
struct Grading {
    /// The scorecard whose gates are all declared, for the marks say how each was decided.
    card: Scorecard,
    marks: Vec<Mark>,
}

/// How a mark is made.
#[derive(Debug, Clone)]
enum Mark {
    /// A veto, by its id, hit where the figure passes the test.
    Veto(String, usize, Test),
    /// A declared gate, passed where the figure passes the test.
    Gate(String, usize, Test),
    /// A gate on the worst group, under a name of its own, passed where no group is beyond the limit.
    WorstGroup(String, Ratio),
}

impl Grading {
    fn new(card: &Scorecard, reads: &Reads) -> Result<Grading, NotBatchable> {
        let not_tested = |id: &String| NotBatchable::NotTested { id: id.clone() };
        let mut marks = Vec::new();
        for veto in &card.vetoes {
            let (figure, test) = reads
                .vetoes
                .get(&veto.id)
                .ok_or_else(|| not_tested(&veto.id))?;
            marks.push(Mark::Veto(veto.id.clone(), *figure, test.clone()));
        }
        let mut declared = card.clone();
        let mut worst = 0;
        for gate in declared.bands.iter_mut().flat_map(|band| &mut band.gates) {
            match &gate.kind {
                GateKind::Declared => {
                    let known = |mark: &Mark| matches!(mark, Mark::Gate(id, ..) if id == &gate.id);
                    if !marks.iter().any(known) {
                        let found = reads.gates.get(&gate.id);
                        let (figure, test) = found.ok_or_else(|| not_tested(&gate.id))?;
                        marks.push(Mark::Gate(gate.id.clone(), *figure, test.clone()));
                    }
                }
                GateKind::WorstGroup { limit } => {
                    // No identifier holds a space, so the name is nobody else's.
                    let id = format!("worst group {worst}");
                    worst += 1;
                    marks.push(Mark::WorstGroup(id.clone(), limit.clone()));
                    gate.id = id;
                    gate.kind = GateKind::Declared;
                }
            }
        }
        Ok(Grading {
            card: declared,
            marks,
        })
    }
}
