//! Formulas and curves in whole numbers: constants merged over common denominators, once.
//!
//! A value is numerator ÷ denominator with a denominator that is the same for all rows or each row's
//! own. Everything that does not depend on a row is multiplied out here, so that a row costs whole
//! additions and multiplications and, at the end, one division.

use base::{BigInt, FigureState, Ratio};

use super::curve::{Curve, Effect, Gives, ItemForm};
use super::formula::{Formula, Term};

/// Numbers of a row beyond this go the exact way, card by card, so that no product below overflows.
const ROW_MAX: i64 = 1 << 61;

/// A whole number of 64 bits, if it is one.
pub(super) fn whole(value: &Ratio) -> Option<i64> {
    i64::try_from(value.to_integer()?).ok()
}

/// The least common multiple; `None` beyond 64 bits.
fn lcm(a: i64, b: i64) -> Option<i64> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).checked_mul(b)
}

fn denominator_of(value: &Ratio) -> Option<i64> {
    i64::try_from(value.to_i128_parts()?.1).ok()
}

/// The common denominator of several numbers.
fn common<'a>(values: impl IntoIterator<Item = &'a Ratio>) -> Option<i64> {
    let mut found = 1;
    for value in values {
        found = lcm(found, denominator_of(value)?)?;
    }
    Some(found)
}

fn times(value: &Ratio, factor: i64) -> Option<i64> {
    whole(&(value * &Ratio::from_int(factor)))
}

/// How a figure's denominator is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Below {
    /// The same for all rows, above 0.
    Same(i64),
    /// Each row's own.
    Each,
}

/// What a segment does with a row's numerator n and denominator d; d is 1 where it is the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// points = (slope·n + base·d) ÷ (scale·d)
    Line { slope: i64, base: i64 },
    /// points = over·d ÷ (scale·n)
    Inverse { over: i64 },
    /// To be looked at card by card.
    Fault,
}

/// What a state does, over the item's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WholeEffect {
    ByRule,
    Points(i64),
    Excluded,
    Pending,
    Fault,
}

/// An item in whole numbers.
#[derive(Debug, Clone)]
pub(super) struct WholeItem {
    /// Which figure it reads, if any.
    pub figure: Option<usize>,
    /// Starts of the segments after the first: a value n ÷ d is in the segment where
    /// `n·unit ≥ start·d`, or `>` where the start itself does not belong to it.
    pub starts: Vec<(i64, bool)>,
    pub unit: i64,
    /// One for each segment.
    pub steps: Vec<Step>,
    /// Only lines: no fault and no hyperbola.
    pub only_lines: bool,
    /// Values must be whole: the numerator a multiple of this and of the row's own denominator.
    pub multiple_of: Option<i64>,
    /// Points are numerator ÷ (scale × the row's own part).
    pub scale: i64,
    /// Whether rows have a part of their own below the line.
    pub varies: bool,
    pub effects: [WholeEffect; 5],
    /// Numerators and denominators of a row beyond these go card by card.
    pub numerator_max: i64,
    pub denominator_max: i64,
    /// No points are further from 0 than this ÷ scale; `None`: not known beforehand.
    pub points_max: Option<i64>,
}

impl WholeItem {
    /// The item over figures with such denominators; `None` when a constant does not fit 64 bits.
    pub fn new(form: &ItemForm, below: &[Below], limits: [Option<&Ratio>; 2]) -> Option<WholeItem> {
        match form {
            ItemForm::Constant(effect) => WholeItem::constant(effect, limits),
            ItemForm::OfFigure {
                figure,
                curve,
                effects,
            } => {
                let below = below.get(*figure)?;
                WholeItem::of_curve(*figure, curve, effects, *below, limits)
            }
        }
    }

    fn constant(effect: &Effect, limits: [Option<&Ratio>; 2]) -> Option<WholeItem> {
        let scale = match effect {
            Effect::Points(points) => denominator_of(points)?,
            _ => 1,
        };
        let effect = whole_effect(effect, scale)?;
        Some(WholeItem {
            figure: None,
            starts: Vec::new(),
            unit: 1,
            steps: vec![Step::Line { slope: 0, base: 0 }],
            only_lines: true,
            multiple_of: None,
            scale,
            varies: false,
            effects: [effect; 5],
            numerator_max: ROW_MAX,
            denominator_max: ROW_MAX,
            points_max: points_max(limits, scale),
        })
    }

    fn of_curve(
        figure: usize,
        curve: &Curve,
        effects: &[Effect; 5],
        below: Below,
        limits: [Option<&Ratio>; 2],
    ) -> Option<WholeItem> {
        // With the same denominator D for all rows the row's d is 1 and the constants take D in.
        let denominator = match below {
            Below::Same(denominator) => denominator,
            Below::Each => 1,
        };
        let under = Ratio::from_int(denominator);
        let mut constants = Vec::new();
        for segment in &curve.segments {
            match &segment.gives {
                Gives::Line { slope, base } => {
                    constants.extend([slope.checked_div(&under)?, base.clone()]);
                }
                Gives::Inverse { over } => constants.push(over * &under),
                Gives::Fault => {}
            }
        }
        constants.extend(effects.iter().filter_map(|effect| match effect {
            Effect::Points(points) => Some(points.clone()),
            _ => None,
        }));
        let scale = common(&constants)?;
        let mut steps = Vec::with_capacity(curve.segments.len());
        for segment in &curve.segments {
            steps.push(match &segment.gives {
                Gives::Line { slope, base } => Step::Line {
                    slope: times(&slope.checked_div(&under)?, scale)?,
                    base: times(base, scale)?,
                },
                Gives::Inverse { over } => Step::Inverse {
                    over: times(&(over * &under), scale)?,
                },
                Gives::Fault => Step::Fault,
            });
        }
        let bounds: Vec<(Ratio, bool)> = curve
            .segments
            .iter()
            .filter_map(|segment| segment.from.clone())
            .map(|(from, inclusive)| (&from * &under, inclusive))
            .collect();
        let mut unit = common(bounds.iter().map(|(from, _)| from))?;
        let mut starts = Vec::with_capacity(bounds.len());
        for (from, inclusive) in &bounds {
            starts.push((times(from, unit)?, *inclusive));
        }
        if below != Below::Each {
            // Numerators are whole, so each bound is one whole number that belongs to its segment.
            for (start, inclusive) in &mut starts {
                let least = start.div_euclid(unit);
                let reaches = *inclusive && start.rem_euclid(unit) == 0;
                (*start, *inclusive) = (if reaches { least } else { least + 1 }, true);
            }
            unit = 1;
        }
        let mut whole_effects = [WholeEffect::Fault; 5];
        for (slot, effect) in whole_effects.iter_mut().zip(effects) {
            *slot = whole_effect(effect, scale)?;
        }
        let greatest = |values: &mut dyn Iterator<Item = i64>| {
            values.map(i64::unsigned_abs).max().unwrap_or(1).max(1)
        };
        let of_numerator = greatest(&mut steps.iter().map(|step| match step {
            Step::Line { slope, .. } => *slope,
            Step::Inverse { .. } | Step::Fault => 1,
        }));
        let of_denominator = greatest(&mut steps.iter().map(|step| match step {
            Step::Line { base, .. } => *base,
            Step::Inverse { over } => *over,
            Step::Fault => 1,
        }));
        let of_starts = greatest(&mut starts.iter().map(|(start, _)| *start));
        let room = |factor: u64| i64::try_from(ROW_MAX.unsigned_abs() / factor).unwrap_or(0);
        let only_lines = steps.iter().all(|step| matches!(step, Step::Line { .. }));
        let has_inverse = steps
            .iter()
            .any(|step| matches!(step, Step::Inverse { .. }));
        Some(WholeItem {
            figure: Some(figure),
            starts,
            unit,
            steps,
            only_lines,
            multiple_of: curve.whole_only.then_some(denominator),
            scale,
            varies: below == Below::Each || has_inverse,
            effects: whole_effects,
            numerator_max: room(of_numerator.max(unit.unsigned_abs())),
            denominator_max: room(of_denominator.max(of_starts)),
            points_max: points_max(limits, scale),
        })
    }

    /// The segment of a value: its number in `steps`.
    #[inline]
    pub fn segment(&self, numerator: i64, denominator: i64) -> usize {
        let reached = |(start, inclusive): &(i64, bool)| {
            let (value, start) = (numerator * self.unit, start * denominator);
            value > start || (*inclusive && value == start)
        };
        if self.starts.len() > 8 {
            return self.starts.partition_point(reached);
        }
        self.starts.iter().filter(|start| reached(start)).count()
    }

    pub fn effect(&self, state: FigureState) -> WholeEffect {
        let known = FigureState::ALL.iter().position(|found| *found == state);
        known
            .and_then(|place| self.effects.get(place))
            .copied()
            .unwrap_or(WholeEffect::Fault)
    }
}

fn whole_effect(effect: &Effect, scale: i64) -> Option<WholeEffect> {
    Some(match effect {
        Effect::ByRule => WholeEffect::ByRule,
        Effect::Points(points) => WholeEffect::Points(times(points, scale)?),
        Effect::Excluded => WholeEffect::Excluded,
        Effect::Pending => WholeEffect::Pending,
        Effect::Fault => WholeEffect::Fault,
    })
}

fn points_max([floor, cap]: [Option<&Ratio>; 2], scale: i64) -> Option<i64> {
    let furthest = floor?.abs().max(cap?.abs());
    // Rounded up: floor and cap need not be whole over the scale.
    let scaled = &furthest * &Ratio::from_int(scale);
    whole(&scaled.round(0, base::Rounding::Up))
}

/// A sum over one denominator, cut where it says so.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The value is the sum ÷ (scale × the rows' own parts).
    pub scale: i128,
    pub constant: i128,
    /// Items without parts of their own, with their factors.
    pub fixed: Vec<(usize, i128)>,
    /// Items with parts of their own.
    pub varying: Vec<(usize, i128)>,
    /// Nodes before this one.
    pub inner: Vec<(usize, i128)>,
    pub at_most: Option<i128>,
    pub at_least: Option<i128>,
}

/// A formula as nodes, the last of which is its value.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes(pub Vec<Node>);

impl Nodes {
    /// Multiplies a formula out; `None` when a constant does not fit 128 bits.
    pub fn add(&mut self, formula: &Formula, items: &[WholeItem]) -> Option<usize> {
        self.add_cut(formula, None, None, items)
    }

    fn add_cut(
        &mut self,
        formula: &Formula,
        at_most: Option<&Ratio>,
        at_least: Option<&Ratio>,
        items: &[WholeItem],
    ) -> Option<usize> {
        // Each term's factor over the denominator of what it multiplies.
        let mut of_items = Vec::new();
        let mut of_nodes = Vec::new();
        for (term, factor) in &formula.terms {
            match term {
                Term::Item(number) => {
                    let scale = Ratio::from_int(items.get(*number)?.scale);
                    of_items.push((*number, factor.checked_div(&scale)?));
                }
                Term::Cut(cut) => {
                    let (most, least) = (cut.at_most.as_ref(), cut.at_least.as_ref());
                    let node = self.add_cut(&cut.of, most, least, items)?;
                    let scale = Ratio::from_int(self.0.get(node)?.scale);
                    of_nodes.push((node, factor.checked_div(&scale)?));
                }
            }
        }
        let factors = of_items.iter().chain(&of_nodes).map(|(_, factor)| factor);
        let constants = [Some(&formula.constant), at_most, at_least];
        let mut scale = BigInt::from(1);
        for value in factors.chain(constants.into_iter().flatten()) {
            scale = big_lcm(&scale, &value.denominator());
        }
        let scale = i128::try_from(&scale).ok()?;
        let over = |value: &Ratio| (value * &Ratio::from_int(scale)).to_integer();
        let (mut fixed, mut varying, mut inner) = (Vec::new(), Vec::new(), Vec::new());
        for (number, factor) in &of_items {
            let into = match items.get(*number)?.varies {
                true => &mut varying,
                false => &mut fixed,
            };
            into.push((*number, over(factor)?));
        }
        for (node, factor) in &of_nodes {
            inner.push((*node, over(factor)?));
        }
        let limit = |limit: Option<&Ratio>| match limit {
            None => Some(None),
            Some(limit) => over(limit).map(Some),
        };
        self.0.push(Node {
            scale,
            constant: over(&formula.constant)?,
            fixed,
            varying,
            inner,
            at_most: limit(at_most)?,
            at_least: limit(at_least)?,
        });
        Some(self.0.len() - 1)
    }
}

fn big_lcm(a: &BigInt, b: &BigInt) -> BigInt {
    let zero = BigInt::from(0);
    let (mut x, mut y) = (a.clone(), b.clone());
    while y != zero {
        let rest = &x % &y;
        (x, y) = (y, rest);
    }
    a / &x * b
}
