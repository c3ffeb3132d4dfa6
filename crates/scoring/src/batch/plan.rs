//! A kernel over figures with known kinds of denominators: constants merged, formulas laid out.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use base::{Problem, Ratio};

use super::formula::Formula;
use super::scores::NO_GRADE;
use super::whole::{Below, Node, Nodes, WholeItem};
use super::{Kernel, Mark, Test};
use crate::card::CardState;
use crate::definition::Direction;
use crate::grade::{band_of, grade};
use crate::participant::{Participant, VetoHit};
use crate::total::{Earned, Quantity, add_up};

/// Which items of a row count: bits of those left out and of those pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Pattern {
    pub excluded: u64,
    pub pending: u64,
}

/// How the rows of one pattern are added up.
#[derive(Debug)]
pub(super) struct Plan {
    pub nodes: Vec<Node>,
    /// The node of the total; `None` when nothing counts.
    pub total: Option<usize>,
    /// Of each mark that is a gate on the worst group: the nodes that must not be below 0.
    pub worst: Vec<(usize, Vec<usize>)>,
    pub pending: bool,
}

/// A kernel over figures with known kinds of denominators.
#[derive(Debug)]
pub(super) struct Prepared {
    pub items: Vec<WholeItem>,
    pub tests: Vec<WholeTest>,
    /// 10^places.
    pub power: i64,
    /// Lower bounds of the bands in units of the last place, ascending, and the band from each on;
    /// first the band below all of them.
    pub bounds: Vec<i64>,
    pub bands: Vec<Option<usize>>,
    plans: Mutex<HashMap<Pattern, Option<Arc<Plan>>>>,
}

/// So many patterns are kept; more of them are laid out anew.
const PLANS_MAX: usize = 4096;

impl Prepared {
    pub fn new(kernel: &Kernel, below: &[Below]) -> Option<Prepared> {
        if below
            .iter()
            .any(|below| matches!(below, Below::Same(same) if *same <= 0))
        {
            return None;
        }
        let card = &kernel.card;
        let mut items = Vec::with_capacity(kernel.forms.len());
        for (form, item) in kernel.forms.iter().zip(&card.items) {
            let (floor, cap) = item.limits();
            items.push(WholeItem::new(form, below, [floor.as_ref(), cap.as_ref()])?);
        }
        let mut tests = Vec::new();
        for (mark, made) in kernel.grading.marks.iter().enumerate() {
            if let Mark::Veto(_, figure, test) | Mark::Gate(_, figure, test) = made {
                tests.push(WholeTest::new(mark, *figure, test, *below.get(*figure)?)?);
            }
        }
        let power = 10_i64.checked_pow(u32::from(card.rounding.places))?;
        let scale = Ratio::from_int(power);
        let mut bounds = Vec::new();
        for from in card.bands.iter().filter_map(|band| band.from.as_ref()) {
            // The rounded total is a whole number of last places; so is the first that reaches.
            let at = from * &scale;
            let cut = at.round(0, base::Rounding::Down);
            let up = if cut < at { &cut + &Ratio::ONE } else { cut };
            bounds.push(super::whole::whole(&up)?);
        }
        bounds.sort_unstable();
        bounds.dedup();
        let band_at = |units: i64| {
            let total = Ratio::from_int(units).checked_div(&scale)?;
            Some(band_of(&card.bands, &total))
        };
        let mut bands = vec![band_at(bounds.first().map_or(0, |first| first - 1))?];
        for bound in &bounds {
            bands.push(band_at(*bound)?);
        }
        Some(Prepared {
            items,
            tests,
            power,
            bounds,
            bands,
            plans: Mutex::default(),
        })
    }

    /// How rows of a pattern are added up; `None` where a constant does not fit.
    pub fn plan(&self, kernel: &Kernel, pattern: Pattern) -> Option<Arc<Plan>> {
        let mut known = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&pattern) {
            return found.clone();
        }
        if known.len() >= PLANS_MAX {
            known.clear();
        }
        let made = Plan::new(kernel, &self.items, pattern).map(Arc::new);
        known.insert(pattern, made.clone());
        made
    }
}

impl Plan {
    fn new(kernel: &Kernel, items: &[WholeItem], pattern: Pattern) -> Option<Plan> {
        let card = &kernel.card;
        let mut any_pending = false;
        let earned: Vec<Earned<Formula>> = card
            .items
            .iter()
            .enumerate()
            .map(|(number, item)| {
                let (low, high) = item.limits();
                let is = |bits: u64| bits >> number & 1 == 1;
                any_pending |= is(pattern.pending);
                let counts = !is(pattern.pending) && !is(pattern.excluded);
                Earned {
                    points: counts.then(|| Formula::item(number, low, high)),
                    max_points: item.max_points(),
                    pending: is(pattern.pending),
                }
            })
            .collect();
        let sums = add_up(card, &kernel.tree, &earned, &BTreeMap::new());
        let mut nodes = Nodes::default();
        let mut worst = Vec::new();
        for (mark, made) in kernel.grading.marks.iter().enumerate() {
            let Mark::WorstGroup(_, limit) = made else {
                continue;
            };
            let mut within = Vec::new();
            let tops = card.groups.iter().zip(&sums.groups);
            for (_, sum) in tops.filter(|(group, _)| group.parent.is_none()) {
                if sum.possible.is_zero() {
                    continue;
                }
                // points ÷ possible against the limit, both sides times possible
                let at_limit = Formula::constant(&(limit * &sum.possible));
                let toward = match (card.direction, sum.possible.is_negative()) {
                    (Direction::HigherBetter, false) | (Direction::LowerBetter, true) => 1,
                    _ => -1,
                };
                let beyond = sum.points.plus(&at_limit.times(&Ratio::from_int(-1)));
                within.push(nodes.add(&beyond.times(&Ratio::from_int(toward)), items)?);
            }
            worst.push((mark, within));
        }
        let total = match &sums.total_exact {
            None => None,
            Some(formula) => Some(nodes.add(formula, items)?),
        };
        Some(Plan {
            nodes: nodes.0,
            total,
            worst,
            pending: any_pending || sums.parts.iter().any(|part| part.pending),
        })
    }
}

/// A test of a figure in whole numbers.
#[derive(Debug, Clone)]
pub(super) struct WholeTest {
    /// Which mark it makes.
    pub mark: usize,
    pub figure: usize,
    /// Over the same denominator: numerators from the first to the last pass.
    pub from: i64,
    pub to: i64,
    /// Over each row's own: what is compared, in 128 bits.
    pub each: Option<Test>,
}

impl WholeTest {
    fn new(mark: usize, figure: usize, test: &Test, below: Below) -> Option<WholeTest> {
        let Below::Same(denominator) = below else {
            return Some(WholeTest {
                mark,
                figure,
                from: 0,
                to: 0,
                each: Some(test.clone()),
            });
        };
        let at = |limit: &Ratio| {
            let limit = limit * &Ratio::from_int(denominator);
            let (numerator, denominator) = limit.to_i128_parts()?;
            let floor = numerator.div_euclid(denominator);
            let is_whole = numerator.rem_euclid(denominator) == 0;
            Some((i64::try_from(floor).ok()?, is_whole))
        };
        let (mut from, mut to) = (i64::MIN, i64::MAX);
        match test {
            Test::Above(limit) => from = at(limit)?.0.checked_add(1)?,
            Test::Within(least, most) => {
                if let Some(least) = least {
                    let (floor, is_whole) = at(least)?;
                    from = if is_whole {
                        floor
                    } else {
                        floor.checked_add(1)?
                    };
                }
                if let Some(most) = most {
                    to = at(most)?.0;
                }
            }
        }
        Some(WholeTest {
            mark,
            figure,
            from,
            to,
            each: None,
        })
    }
}

/// The grades that were looked up, by band, marks and whether the card is pending.
#[derive(Debug)]
pub(super) struct Grades<'k> {
    kernel: &'k Kernel,
    known: Vec<u8>,
    names: Vec<String>,
}

const UNKNOWN: u8 = 254;

impl<'k> Grades<'k> {
    pub fn new(kernel: &'k Kernel) -> Grades<'k> {
        let places = (kernel.card.bands.len() + 1) << (kernel.grading.marks.len() + 1);
        Grades {
            kernel,
            known: vec![UNKNOWN; places],
            names: grade_names(kernel),
        }
    }

    /// The number of the grade of a card; [`NO_GRADE`] for none.
    #[inline]
    pub fn of(
        &mut self,
        band: Option<usize>,
        marks: u16,
        pending: bool,
    ) -> Result<u8, Box<Problem>> {
        let band_place = band.map_or(0, |band| band + 1);
        let place = (band_place << self.kernel.grading.marks.len() | usize::from(marks)) << 1
            | usize::from(pending);
        match self.known.get(place) {
            Some(&known) if known != UNKNOWN => Ok(known),
            _ => {
                let found = self.look_up(band, marks, pending)?;
                if let Some(slot) = self.known.get_mut(place) {
                    *slot = found;
                }
                Ok(found)
            }
        }
    }

    /// Asks the one place where vetoes, gates and direct classes are decided.
    fn look_up(&self, band: Option<usize>, marks: u16, pending: bool) -> Result<u8, Box<Problem>> {
        let grading = &self.kernel.grading;
        let mut participant = Participant::default();
        for (number, mark) in grading.marks.iter().enumerate() {
            let is_set = marks >> number & 1 == 1;
            match mark {
                Mark::Veto(id, ..) => {
                    let hit = is_set.then(|| VetoHit {
                        count: 1,
                        reason: base::Text::default(),
                    });
                    participant.vetoes.insert(id.clone(), hit);
                }
                Mark::Gate(id, ..) | Mark::WorstGroup(id, _) => {
                    participant.gates.insert(id.clone(), is_set);
                }
            }
        }
        // Any total of the band stands for all of them: its lower bound, or far below the others'.
        let bands = &grading.card.bands;
        let lowest = bands.iter().filter_map(|band| band.from.clone()).min();
        let total = band.and_then(|i| bands.get(i)).map(|band| {
            let below_all = || &lowest.clone().unwrap_or(Ratio::ZERO) - &Ratio::ONE;
            band.from.clone().unwrap_or_else(below_all)
        });
        let state = match pending {
            true => CardState::Pending,
            false => CardState::Final,
        };
        let graded =
            grade(&grading.card, &participant, total.as_ref(), &[], state).map_err(Box::new)?;
        let number = graded.grade.and_then(|grade| {
            let place = self.names.iter().position(|name| *name == grade)?;
            u8::try_from(place).ok()
        });
        Ok(number.unwrap_or(NO_GRADE))
    }
}

/// The grades that a card can get: its bands', then what vetoes force without bands.
pub(super) fn grade_names(kernel: &Kernel) -> Vec<String> {
    let bands = kernel.card.bands.iter().map(|band| &band.grade);
    let forced = kernel.card.vetoes.iter().map(|veto| &veto.forces);
    let mut names: Vec<String> = Vec::new();
    for name in bands.chain(forced) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}
