//! What an item gives for each value of its figure, as segments: learnt from [`score_item`] itself.
//!
//! No rule's formula is written twice. From the rule's parameters come only the values at which its
//! formula can change; between two of them the item is scored at three values, and the line (or
//! hyperbola) through them is the segment. A rule that fits neither is refused, never approximated.

use base::{Figure, FigureState, GroupId, Ratio, Rounding};

use super::NotBatchable;
use crate::definition::{Direction, Item, Missing, Role};
use crate::item::score_item;
use crate::participant::Input;
use crate::rule::{self, Counting, Need, Rule, RuleInput};

/// A staircase with more steps is scored card by card.
const STEPS_MAX: i64 = 4096;

/// What a figure's value gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Gives {
    /// slope × value + base
    Line { slope: Ratio, base: Ratio },
    /// over ÷ value
    Inverse { over: Ratio },
    /// The rule refuses the value.
    Fault,
}

/// Values from a bound on, up to the next segment's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    /// Where it starts and whether that value itself belongs to it; `None`: from the least on.
    pub from: Option<(Ratio, bool)>,
    pub gives: Gives,
}

/// An item's points over all values of its figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// Ascending.
    pub segments: Vec<Segment>,
    /// The rule refuses values that are not whole.
    pub whole_only: bool,
}

/// What a state of the figure does to the item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// The rule reads the value.
    ByRule,
    /// Points that do not depend on any value.
    Points(Ratio),
    /// The item leaves points and possible points.
    Excluded,
    /// The item's points are open.
    Pending,
    /// The card cannot be scored.
    Fault,
}

/// An item as far as it does not depend on data.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ItemForm {
    /// The same for all (a judged item that nobody judged, say).
    Constant(Effect),
    /// It reads one figure.
    OfFigure {
        figure: usize,
        curve: Curve,
        /// By state, in the order of [`FigureState::ALL`].
        effects: Box<[Effect; 5]>,
    },
}

/// Learns the form of an item that reads the given figures.
pub(super) fn form_of(
    item: &Item,
    top: &GroupId,
    figures: &[usize],
) -> Result<ItemForm, NotBatchable> {
    let several = || NotBatchable::SeveralFigures {
        item: item.id.clone(),
        rule: item.rule.kind(),
    };
    let effect = |input: &Input| effect_of(item, top, input);
    match (item.rule.need(), figures) {
        (_, []) => Ok(ItemForm::Constant(effect(&Input::default()))),
        (Need::Figures(1), [figure]) => {
            let curve = curve_of(item, top)?;
            let of_state = |state| match state {
                FigureState::Value => Effect::ByRule,
                FigureState::Preliminary if item.when_missing.preliminary == Missing::Use => {
                    Effect::ByRule
                }
                FigureState::Preliminary => {
                    effect(&Input::figure(Figure::preliminary(Ratio::ONE, Ratio::ONE)))
                }
                FigureState::NotApplicable => effect(&Input::figure(Figure::not_applicable())),
                FigureState::NotReported => effect(&Input::figure(Figure::not_reported())),
                FigureState::NotCarried => effect(&Input::figure(Figure::not_carried())),
            };
            Ok(ItemForm::OfFigure {
                figure: *figure,
                curve,
                effects: Box::new(FigureState::ALL.map(of_state)),
            })
        }
        (Need::Level | Need::Points, _) => Err(NotBatchable::Judged {
            item: item.id.clone(),
        }),
        _ => Err(several()),
    }
}

fn effect_of(item: &Item, top: &GroupId, input: &Input) -> Effect {
    match score_item(item, top, Some(input)) {
        Err(_) => Effect::Fault,
        Ok(result) => match result.points {
            Some(points) => Effect::Points(points),
            None if result.pending => Effect::Pending,
            None => Effect::Excluded,
        },
    }
}

/// The points at a value; `None` where the rule refuses it.
fn points_at(item: &Item, top: &GroupId, value: &Ratio) -> Option<Ratio> {
    match effect_of(item, top, &Input::figure(Figure::whole(value.clone()))) {
        Effect::Points(points) => Some(points),
        _ => None,
    }
}

/// The rule's own points at a value, before floor and cap.
fn raw_points_at(item: &Item, value: &Ratio) -> Option<Ratio> {
    let input = RuleInput {
        values: std::slice::from_ref(value),
        judged: None,
        target: item.target.as_ref(),
        points: &item.points,
        role: item.role,
        format: item.format,
    };
    rule::points(&item.rule, &input).ok()
}

fn curve_of(item: &Item, top: &GroupId) -> Result<Curve, NotBatchable> {
    let refused = || NotBatchable::Shape {
        item: item.id.clone(),
        rule: item.rule.kind(),
    };
    let whole_only = matches!(item.rule, Rule::PerEvent { .. } | Rule::RankBased { .. });
    let mut breaks = breaks_of(item).ok_or_else(refused)?;
    sort(&mut breaks);
    // Where floor or cap begins to cut.
    let raw = |value: &Ratio| raw_points_at(item, value);
    let mut cuts = Vec::new();
    let (floor, cap) = item.limits();
    for region in regions(&breaks) {
        let fitted = fit(&samples(&region, whole_only), raw).ok_or_else(refused)?;
        for limit in [&floor, &cap].into_iter().flatten() {
            cuts.extend(crossing(&fitted, limit));
        }
    }
    breaks.extend(cuts);
    sort(&mut breaks);
    let at = |value: &Ratio| points_at(item, top, value);
    let mut segments: Vec<Segment> = Vec::new();
    for region in regions(&breaks) {
        let values = samples(&region, whole_only);
        let Some(first) = values.first() else {
            continue; // no whole number lies in it
        };
        let gives = match &region {
            Region::At(_) => at(first).map_or(Gives::Fault, |base| Gives::Line {
                slope: Ratio::ZERO,
                base,
            }),
            _ => fit(&values, at).ok_or_else(refused)?,
        };
        let goes_on = segments.last().is_some_and(|last| {
            last.gives == gives
                || matches!(region, Region::At(_)) && last.gives.at(first) == gives.at(first)
        });
        if goes_on {
            continue;
        }
        // A single value that the line after it also gives belongs to that line.
        if let (Some(last), Region::Between(..) | Region::Above(_)) = (segments.last_mut(), &region)
            && let Some((value, true)) = &last.from
            && region.starts_at(value)
            && gives.at(value) == last.gives.at(value)
            && is_constant(&last.gives)
        {
            last.gives = gives;
            continue;
        }
        segments.push(Segment {
            from: region.start(),
            gives,
        });
    }
    // Below the first whole number nothing lies either: the first segment reaches down.
    if let Some(first) = segments.first_mut() {
        first.from = None;
    }
    Ok(Curve {
        segments,
        whole_only,
    })
}

fn is_constant(gives: &Gives) -> bool {
    matches!(gives, Gives::Line { slope, .. } if slope.is_zero())
}

fn sort(values: &mut Vec<Ratio>) {
    values.sort();
    values.dedup();
}

impl Gives {
    /// The points at a value; `None` for a fault.
    fn at(&self, value: &Ratio) -> Option<Ratio> {
        match self {
            Gives::Line { slope, base } => Some(&(slope * value) + base),
            Gives::Inverse { over } => over.checked_div(value),
            Gives::Fault => None,
        }
    }
}

/// Values between which the formula does not change.
enum Region {
    All,
    Below(Ratio),
    At(Ratio),
    Between(Ratio, Ratio),
    Above(Ratio),
}

impl Region {
    fn start(&self) -> Option<(Ratio, bool)> {
        match self {
            Region::All | Region::Below(_) => None,
            Region::At(at) => Some((at.clone(), true)),
            Region::Between(low, _) | Region::Above(low) => Some((low.clone(), false)),
        }
    }

    fn starts_at(&self, value: &Ratio) -> bool {
        self.start().is_some_and(|(start, _)| start == *value)
    }
}

fn regions(breaks: &[Ratio]) -> Vec<Region> {
    let (Some(first), Some(last)) = (breaks.first(), breaks.last()) else {
        return vec![Region::All];
    };
    let mut regions = vec![Region::Below(first.clone())];
    for (i, at) in breaks.iter().enumerate() {
        regions.push(Region::At(at.clone()));
        if let Some(next) = breaks.get(i + 1) {
            regions.push(Region::Between(at.clone(), next.clone()));
        }
    }
    regions.push(Region::Above(last.clone()));
    regions
}

/// Up to three values inside a region; of whole numbers all there are, up to three.
fn samples(region: &Region, whole_only: bool) -> Vec<Ratio> {
    let int = |n: i64| Ratio::from_int(n);
    let spread = [1, 2, 5].map(int);
    let down = |value: &Ratio| whole_below(value);
    match (region, whole_only) {
        (Region::All, _) => spread.to_vec(),
        (Region::At(at), true) if !at.is_integer() => Vec::new(),
        (Region::At(at), _) => vec![at.clone()],
        (Region::Below(high), true) => {
            let start = -whole_below(&-high); // the least whole number that is not below
            spread.iter().map(|step| &start - step).collect()
        }
        (Region::Below(high), false) => spread.iter().map(|step| high - step).collect(),
        (Region::Above(low), true) => spread.iter().map(|step| &down(low) + step).collect(),
        (Region::Above(low), false) => spread.iter().map(|step| low + step).collect(),
        (Region::Between(low, high), true) => [1, 2, 3]
            .map(|step| &down(low) + &int(step))
            .into_iter()
            .filter(|value| value < high)
            .collect(),
        (Region::Between(low, high), false) => {
            let quarter = |parts: i128| Ratio::new(parts, 4).unwrap_or(Ratio::ZERO);
            [1, 2, 3]
                .map(|parts| low + &(&(high - low) * &quarter(parts)))
                .to_vec()
        }
    }
}

/// The greatest whole number that is not above.
fn whole_below(value: &Ratio) -> Ratio {
    let toward_zero = value.round(0, Rounding::Down);
    match &toward_zero > value {
        true => &toward_zero - &Ratio::ONE,
        false => toward_zero,
    }
}

/// The line or hyperbola through all values, or a fault at all of them; `None` when neither fits.
fn fit(values: &[Ratio], of: impl Fn(&Ratio) -> Option<Ratio>) -> Option<Gives> {
    let found: Vec<Option<Ratio>> = values.iter().map(&of).collect();
    if found.iter().all(Option::is_none) {
        return Some(Gives::Fault);
    }
    let points: Vec<Ratio> = found.into_iter().collect::<Option<_>>()?;
    let slope = match (values, points.as_slice()) {
        ([a, b, ..], [at_a, at_b, ..]) => (at_b - at_a).checked_div(&(b - a))?,
        _ => Ratio::ZERO,
    };
    let (first, at_first) = (values.first()?, points.first()?);
    let line = Gives::Line {
        base: at_first - &(&slope * first),
        slope,
    };
    let inverse = Gives::Inverse {
        over: first * at_first,
    };
    let fits = |gives: &Gives| {
        let mut pairs = values.iter().zip(&points);
        pairs.all(|(value, points)| gives.at(value).as_ref() == Some(points))
    };
    [line, inverse].into_iter().find(fits)
}

/// Where a segment reaches a limit.
fn crossing(gives: &Gives, limit: &Ratio) -> Option<Ratio> {
    match gives {
        Gives::Line { slope, base } => (limit - base).checked_div(slope),
        Gives::Inverse { over } => over.checked_div(limit),
        Gives::Fault => None,
    }
}

/// The values at which the rule's formula can change; `None` when there are too many to list.
fn breaks_of(item: &Item) -> Option<Vec<Ratio>> {
    let int = |n: i64| Ratio::from_int(n);
    let target = || item.target.iter().cloned();
    Some(match &item.rule {
        Rule::Binary { .. } => target().collect(),
        Rule::Tiered { levels } => levels.iter().filter_map(|l| l.from.clone()).collect(),
        Rule::Proportional { .. } => target().chain([Ratio::ZERO]).collect(),
        Rule::Linear { zero_at, full_at } => vec![zero_at.clone(), full_at.clone()],
        Rule::Steps { steps } => steps.iter().map(|step| step.from.clone()).collect(),
        Rule::Piecewise { knots } => knots.iter().map(|knot| knot.value.clone()).collect(),
        Rule::PerPointShort {
            deduct,
            unit,
            counting,
            better,
        } => {
            let Some(target) = item.target.clone() else {
                return Some(Vec::new());
            };
            match counting {
                Counting::ProRata => vec![target],
                Counting::WholeSteps => stairs(item, &target, deduct, unit, *better)?,
            }
        }
        Rule::PerMissing { .. } => vec![Ratio::ZERO],
        Rule::PerEvent { escalation, .. } => {
            let nth = escalation.as_ref().map_or(0, |found| found.from_nth);
            vec![Ratio::ZERO, int(i64::from(nth) - 1), int(i64::from(nth))]
        }
        Rule::RankBased { by_rank, .. } => {
            let last = i64::try_from(by_rank.len()).ok()?;
            (0..=last + 1).map(int).collect()
        }
        Rule::RateTimesPoints => vec![Ratio::ZERO, Ratio::ONE],
        Rule::AsGiven => Vec::new(),
        Rule::ProductOfRates { .. }
        | Rule::RangeByJudge { .. }
        | Rule::Judged
        | Rule::CompositeOfParts { .. } => return None,
    })
}

/// The edges of a staircase that goes down from the target until floor or cap ends it.
fn stairs(
    item: &Item,
    target: &Ratio,
    deduct: &Ratio,
    unit: &Ratio,
    better: Direction,
) -> Option<Vec<Ratio>> {
    let (floor, cap) = item.limits();
    let most = match item.role {
        Role::Normal | Role::Bonus => item.points.clone(),
        Role::Deduction => Ratio::ZERO,
    };
    // It starts at `most`; a cap below cuts its first steps, the floor ends it.
    let height = &most.max(cap.unwrap_or(Ratio::ZERO)) - &floor?;
    let steps = height.checked_div(deduct)?.round(0, Rounding::Up);
    let steps = i64::try_from(steps.to_integer()?).ok()? + 1;
    if !(0..=STEPS_MAX).contains(&steps) {
        return None;
    }
    let edge = |step: i64| {
        let away = unit * &Ratio::from_int(step);
        match better {
            Direction::HigherBetter => target - &away,
            Direction::LowerBetter => target + &away,
        }
    };
    Some((0..=steps).map(edge).collect())
}
