//! One item of one participant: what is known, what its rule gives, floor and cap, adjustments.
//!
//! The order is fixed: not carried → missing data with its declared effect → rule → floor and cap →
//! points set by hand. The arithmetic of the rules is in [`crate::rule`].

use base::{FigureState, GroupId, Problem, Ratio, Text};

use crate::card::{ItemResult, ItemState};
use crate::definition::{Item, Missing, Role};
use crate::participant::{Adjustment, Input, Judgement};
use crate::problems;
use crate::rule::{self, Need, RuleInput};
use crate::words;

impl Item {
    /// The lowest and the highest points, signed as they count; `None`: no limit.
    ///
    /// ```
    /// use base::{GroupId, ItemId, Ratio, Text};
    /// use scoring::{Item, Role, Rule};
    /// let id = ItemId::new("accidents");
    /// let mut item = Item::new(id, GroupId::new("g"), Text::default(), Ratio::from_int(20), Rule::AsGiven);
    /// assert_eq!(item.limits(), (Some(Ratio::ZERO), Some(Ratio::from_int(20))));
    /// item.role = Role::Deduction;
    /// assert_eq!(item.limits(), (Some(Ratio::from_int(-20)), Some(Ratio::ZERO)));
    /// ```
    pub fn limits(&self) -> (Option<Ratio>, Option<Ratio>) {
        let named = |points: Ratio| {
            if self.points.is_zero() {
                None
            } else {
                Some(points)
            }
        };
        let (floor, cap) = match self.role {
            Role::Normal => (Some(Ratio::ZERO), Some(self.points.clone())),
            Role::Bonus => (Some(Ratio::ZERO), named(self.points.clone())),
            Role::Deduction => (named(&Ratio::ZERO - &self.points), Some(Ratio::ZERO)),
        };
        (self.floor.clone().or(floor), self.cap.clone().or(cap))
    }

    /// The points of a full item: its points, and nothing for a deduction.
    pub(crate) fn max_points(&self) -> Ratio {
        match self.role {
            Role::Normal | Role::Bonus => self.points.clone(),
            Role::Deduction => Ratio::ZERO,
        }
    }

    fn clamp(&self, points: Ratio) -> Ratio {
        let (floor, cap) = self.limits();
        let points = match cap {
            Some(cap) => points.min(cap),
            None => points,
        };
        match floor {
            Some(floor) => points.max(floor),
            None => points,
        }
    }
}

/// Scores one item.
pub(crate) fn score_item(
    item: &Item,
    top_group: &GroupId,
    input: Option<&Input>,
) -> Result<ItemResult, Problem> {
    let mut result = ItemResult {
        item: item.id.clone(),
        group: item.group.clone(),
        top_group: top_group.clone(),
        role: item.role,
        state: ItemState::NotCarried,
        figures: input.map(|input| input.figures.clone()).unwrap_or_default(),
        target: None,
        points: None,
        computed_points: None,
        deducted: None,
        max_points: item.max_points(),
        excluded: true,
        pending: false,
        adjusted: false,
        reason: words::text("不承担", "not carried"),
    };
    let carried = input.filter(|input| input.carried);
    let Some(input) = carried else {
        return match input.and_then(|input| input.adjustment.as_ref()) {
            Some(_) => Err(problems::adjustment_not_carried(&item.id)),
            None => Ok(result),
        };
    };
    let known = Known::of(item, input)?;
    if known.state != ItemState::NotCarried {
        result.state = known.state;
        result.target = target_of(item, input).cloned();
        let outcome = outcome_of(item, input, &known)?;
        result.excluded = matches!(outcome.effect, Effect::Excluded);
        result.pending = matches!(outcome.effect, Effect::Pending);
        result.reason = outcome.reason;
        if let Effect::Points(points) = outcome.effect {
            result.points = Some(points);
        }
        if let Some(deducted) = &input.deducted {
            deduct(item, deducted, &mut result);
        }
    }
    match &input.adjustment {
        Some(_) if known.state == ItemState::NotCarried => {
            Err(problems::adjustment_not_carried(&item.id))
        }
        Some(adjustment) => adjust(item, adjustment, result),
        None => Ok(result),
    }
}

fn target_of<'a>(item: &'a Item, input: &'a Input) -> Option<&'a Ratio> {
    match item.rule.compares_with_target() {
        true => input.target.as_ref().or(item.target.as_ref()),
        false => None,
    }
}

/// What is known: the state, the plain values and the judgement that the rule will read.
struct Known<'a> {
    state: ItemState,
    values: Vec<Ratio>,
    judged: Option<&'a Judgement>,
}

impl<'a> Known<'a> {
    fn of(item: &Item, input: &'a Input) -> Result<Known<'a>, Problem> {
        match item.rule.need() {
            Need::Figures(_) if input.judged.is_some() => {
                Err(problems::judged_where_measured(&item.id))
            }
            Need::Figures(_) => Ok(Known::of_figures(input)),
            Need::Level => Ok(Known::of_judgement(input, |judged| judged.level.is_some())),
            Need::Points => Ok(Known::of_judgement(input, |judged| judged.points.is_some())),
            Need::Parts(_) if input.judged.is_none() && !input.figures.is_empty() => {
                Ok(Known::of_figures(input))
            }
            Need::Parts(parts) => Ok(Known::of_judgement(input, |judged| {
                judged.parts.len() >= parts
            })),
        }
    }

    /// The state of several figures is that of the one that says least.
    fn of_figures(input: &'a Input) -> Known<'a> {
        let has = |state| input.figures.iter().any(|figure| figure.state() == state);
        let state = if has(FigureState::NotCarried) {
            ItemState::NotCarried
        } else if input.figures.is_empty() || has(FigureState::NotReported) {
            ItemState::NotReported
        } else if has(FigureState::NotApplicable) {
            ItemState::NotApplicable
        } else if has(FigureState::Preliminary) {
            ItemState::Preliminary
        } else {
            ItemState::Value
        };
        let values = input
            .figures
            .iter()
            .filter_map(|figure| figure.value())
            .collect();
        Known {
            state,
            values,
            judged: None,
        }
    }

    /// A unit that does not carry the figure of a judged item does not carry the item; otherwise
    /// the figures of a judged item only inform the assessor.
    fn of_judgement(input: &'a Input, complete: impl Fn(&Judgement) -> bool) -> Known<'a> {
        let judged = input.judged.as_ref().filter(|judged| complete(judged));
        let not_carried = input
            .figures
            .iter()
            .any(|figure| figure.state() == FigureState::NotCarried);
        let state = match judged {
            _ if not_carried => ItemState::NotCarried,
            Some(_) => ItemState::Value,
            None => ItemState::NotJudged,
        };
        Known {
            state,
            values: Vec::new(),
            judged,
        }
    }
}

enum Effect {
    Points(Ratio),
    Excluded,
    Pending,
}

struct Outcome {
    effect: Effect,
    reason: Text,
}

/// Points by rule or by the declared effect of what is missing.
fn outcome_of(item: &Item, input: &Input, known: &Known) -> Result<Outcome, Problem> {
    let missing = match known.state {
        ItemState::Value | ItemState::NotCarried => Missing::Use,
        ItemState::Preliminary => item.when_missing.preliminary,
        ItemState::NotReported => item.when_missing.not_reported,
        ItemState::NotJudged => item.when_missing.not_judged,
        ItemState::NotApplicable => {
            if let Some((points, reason)) = item.rule.points_without_result(item.role) {
                return Ok(limited(item, points, reason));
            }
            item.when_missing.not_applicable
        }
    };
    let has_values = matches!(known.state, ItemState::Value | ItemState::Preliminary);
    let full = match item.role {
        Role::Normal | Role::Bonus => item.points.clone(),
        Role::Deduction => &Ratio::ZERO - &item.points,
    };
    Ok(match missing {
        Missing::Use if has_values => {
            let outcome = outcome_by_rule(item, input, known)?;
            match known.state {
                ItemState::Preliminary => Outcome {
                    reason: words::text(
                        format!("{}（初步数）", outcome.reason.zh),
                        format!("{} (preliminary)", outcome.reason.en),
                    ),
                    ..outcome
                },
                _ => outcome,
            }
        }
        Missing::Zero => without_value(item, known.state, Ratio::ZERO, ("计 0 分", "no points")),
        Missing::Full => without_value(item, known.state, full, ("按满分计", "full points")),
        Missing::Base => {
            let base = item.base_points.clone();
            let base = base.ok_or_else(|| problems::base_points_missing(&item.id))?;
            without_value(item, known.state, base, ("给基础分", "base score"))
        }
        Missing::Exclude => Outcome {
            effect: Effect::Excluded,
            reason: state_and(known.state, ("不计入", "left out")),
        },
        // `Use` without a value to use is refused by validation; nothing is invented here.
        Missing::Pending | Missing::Use => Outcome {
            effect: Effect::Pending,
            reason: state_and(known.state, ("待定", "still open")),
        },
    })
}

fn outcome_by_rule(item: &Item, input: &Input, known: &Known) -> Result<Outcome, Problem> {
    let rule_input = RuleInput {
        values: &known.values,
        judged: known.judged,
        target: target_of(item, input),
        points: &item.points,
        role: item.role,
        format: item.format,
    };
    let named = |fault| problems::of_rule(&item.id, fault);
    let points = rule::points(&item.rule, &rule_input).map_err(named)?;
    let reason = rule::explain(&item.rule, &rule_input, &points).map_err(named)?;
    Ok(limited(item, points, reason))
}

/// Floor and cap, said where they cut.
fn limited(item: &Item, points: Ratio, reason: Text) -> Outcome {
    let within = item.clamp(points.clone());
    let reason = match within.cmp(&points) {
        std::cmp::Ordering::Equal => reason,
        std::cmp::Ordering::Less => words::text(
            format!("{}；封顶 {} 分", reason.zh, words::points(&within)),
            format!("{}; capped at {}", reason.en, words::points(&within)),
        ),
        std::cmp::Ordering::Greater => words::text(
            format!("{}；最低 {} 分", reason.zh, words::points(&within)),
            format!("{}; floor {}", reason.en, words::points(&within)),
        ),
    };
    Outcome {
        effect: Effect::Points(within),
        reason,
    }
}

fn without_value(item: &Item, state: ItemState, points: Ratio, effect: (&str, &str)) -> Outcome {
    let within = item.clamp(points);
    let effect = state_and(state, effect);
    let reason = words::text(
        format!("{}：{} 分", effect.zh, words::points(&within)),
        format!("{}: {}", effect.en, words::english_points(&within)),
    );
    Outcome {
        effect: Effect::Points(within),
        reason,
    }
}

/// "未报，待定"
fn state_and(state: ItemState, effect: (&str, &str)) -> Text {
    let (zh, en) = match state {
        ItemState::Value => ("有数", "value"),
        ItemState::Preliminary => ("初步数", "preliminary"),
        ItemState::NotApplicable => ("不适用", "not applicable"),
        ItemState::NotReported => ("未报", "not reported"),
        ItemState::NotJudged => ("未评", "not judged"),
        ItemState::NotCarried => ("不承担", "not carried"),
    };
    words::text(format!("{zh}，{}", effect.0), format!("{en}, {}", effect.1))
}

/// Takes off what was declared for how the item was handled, down to its floor; what is still open stays so.
fn deduct(item: &Item, deducted: &Ratio, result: &mut ItemResult) {
    let Some(points) = result.points.take() else {
        return;
    };
    let left = item.clamp(&points - deducted);
    let taken = &points - &left;
    let shown = words::points(&taken);
    let was = &result.reason;
    result.reason = words::text(
        format!("{}；逾期重开扣 {shown} 分", was.zh),
        format!("{}; {shown} off for being late", was.en),
    );
    result.points = Some(left);
    result.computed_points = Some(points);
    result.deducted = Some(taken);
}

/// Points set by hand take the place of the computed ones, which stay visible.
fn adjust(
    item: &Item,
    adjustment: &Adjustment,
    mut result: ItemResult,
) -> Result<ItemResult, Problem> {
    if adjustment.reason.trim().is_empty() {
        return Err(problems::adjustment_without_reason(&item.id));
    }
    if item.clamp(adjustment.points.clone()) != adjustment.points {
        let shown = |limit: Option<Ratio>| limit.map_or("…".to_string(), |l| words::points(&l));
        let (floor, cap) = item.limits();
        let points = words::points(&adjustment.points);
        return Err(problems::adjustment_outside(
            &item.id,
            points,
            shown(floor),
            shown(cap),
        ));
    }
    let by_hand = words::points(&adjustment.points);
    let why = &adjustment.reason;
    let was = &result.reason;
    result.reason = words::text(
        format!("人工调整为 {by_hand} 分：{why}（原：{}）", was.zh),
        format!("adjusted to {by_hand}: {why} (was: {})", was.en),
    );
    let given = result.points.take();
    result.computed_points = result.computed_points.or(given);
    result.deducted = None;
    result.points = Some(adjustment.points.clone());
    result.excluded = false;
    result.pending = false;
    result.adjusted = true;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use base::Figure;

    use super::*;
    use crate::definition::{Direction, WhenMissing};
    use crate::fixture::{figure, item, ratio as r};
    use crate::rule::{Escalation, Rule};

    fn score(item: &Item, input: Input) -> Result<ItemResult, Problem> {
        score_item(item, &GroupId::new("g"), Some(&input))
    }

    #[test]
    fn each_missing_state_has_its_declared_effect() {
        let mut rated = item("rate", "4", Rule::RateTimesPoints);
        rated.base_points = Some(r("2.5"));
        // (effect, points, excluded, pending)
        for (missing, points, excluded, pending) in [
            (Missing::Zero, Some("0"), false, false),
            (Missing::Base, Some("2.5"), false, false),
            (Missing::Full, Some("4"), false, false),
            (Missing::Exclude, None, true, false),
            (Missing::Pending, None, false, true),
        ] {
            for (given, state) in [
                (Figure::not_applicable(), ItemState::NotApplicable),
                (Figure::not_reported(), ItemState::NotReported),
                (Figure::preliminary(r("1"), r("2")), ItemState::Preliminary),
            ] {
                rated.when_missing = WhenMissing {
                    not_applicable: missing,
                    not_reported: missing,
                    preliminary: missing,
                    not_judged: missing,
                };
                let result = score(&rated, Input::figure(given)).unwrap();
                assert_eq!(result.state, state);
                assert_eq!(result.points, points.map(r), "{missing:?} {state:?}");
                assert_eq!((result.excluded, result.pending), (excluded, pending));
            }
        }
        rated.when_missing.preliminary = Missing::Use;
        let result = score(&rated, Input::figure(Figure::preliminary(r("1"), r("2")))).unwrap();
        assert_eq!(
            (result.points, result.state),
            (Some(r("2")), ItemState::Preliminary)
        );
        assert_eq!(result.reason.zh, "50% × 4 = 2 分（初步数）");
    }

    #[test]
    fn an_item_that_is_not_carried_is_always_left_out() {
        let rated = item("rate", "4", Rule::RateTimesPoints);
        let absent = score_item(&rated, &GroupId::new("g"), None).unwrap();
        assert_eq!(
            (absent.state, absent.excluded),
            (ItemState::NotCarried, true)
        );
        for input in [Input::not_carried(), Input::figure(Figure::not_carried())] {
            let mut adjusted = input.clone();
            assert_eq!(score(&rated, input).unwrap().state, ItemState::NotCarried);
            adjusted.adjustment = Some(Adjustment {
                points: r("1"),
                reason: "x".into(),
            });
            assert_eq!(score(&rated, adjusted).unwrap_err().code, "C207");
        }
    }

    #[test]
    fn a_judged_item_waits_for_its_judgement() {
        let judged = item("plan", "4", Rule::Judged);
        assert!(score(&judged, Input::default()).unwrap().pending);
        // The figure that informs the assessor is no judgement.
        let waiting = score(&judged, Input::figure(figure("3"))).unwrap();
        assert_eq!(
            (waiting.state, waiting.pending),
            (ItemState::NotJudged, true)
        );
        let done = score(&judged, Input::points(r("3"))).unwrap();
        assert_eq!(done.points, Some(r("3")));
        assert_eq!(
            score(&judged, Input::points(r("5"))).unwrap_err().code,
            "C215"
        );
        let rated = item("rate", "4", Rule::RateTimesPoints);
        assert_eq!(
            score(&rated, Input::points(r("3"))).unwrap_err().code,
            "C205"
        );
    }

    #[test]
    fn floors_and_caps_cut_and_say_so() {
        let mut events = item(
            "events",
            "15",
            Rule::PerEvent {
                each: r("5"),
                escalation: Some(Escalation {
                    from_nth: 2,
                    then_each: r("20"),
                }),
            },
        );
        // (role, floor, events, points)
        for (role, floor, given, points) in [
            (Role::Normal, None, "2", "0"),
            (Role::Normal, Some("-10"), "2", "-10"),
            (Role::Normal, Some("-10"), "1", "10"),
            (Role::Deduction, None, "1", "-5"),
            (Role::Deduction, None, "2", "-15"),
            (Role::Deduction, Some("-30"), "2", "-25"),
            (Role::Bonus, None, "1", "5"),
            (Role::Bonus, None, "3", "15"),
        ] {
            events.role = role;
            events.floor = floor.map(r);
            let result = score(&events, Input::figure(figure(given))).unwrap();
            assert_eq!(result.points, Some(r(points)), "{role:?} {given}");
        }
        events.role = Role::Deduction;
        events.floor = None;
        let result = score(&events, Input::figure(figure("2"))).unwrap();
        assert!(
            result.reason.zh.ends_with("；最低 −15 分"),
            "{}",
            result.reason.zh
        );
        assert_eq!(result.max_points, r("0"));
        // A deduction of 0 points has no limit.
        events.points = r("0");
        let result = score(&events, Input::figure(figure("3"))).unwrap();
        assert_eq!(result.points, Some(r("-45")));
    }

    #[test]
    fn points_set_by_hand_keep_the_computed_ones_beside_them() {
        let rated = item("rate", "4", Rule::RateTimesPoints);
        let adjusted = |points: &str, reason: &str| Input {
            adjustment: Some(Adjustment {
                points: r(points),
                reason: reason.into(),
            }),
            ..Input::figure(figure("0.5"))
        };
        let result = score(&rated, adjusted("3", "补报材料")).unwrap();
        assert_eq!(
            (result.points, result.computed_points),
            (Some(r("3")), Some(r("2")))
        );
        assert!(result.adjusted);
        assert_eq!(
            result.reason.zh,
            "人工调整为 3 分：补报材料（原：50% × 4 = 2 分）"
        );
        assert_eq!(
            score(&rated, adjusted("4.5", "x")).unwrap_err().code,
            "C206"
        );
        assert_eq!(score(&rated, adjusted("3", " ")).unwrap_err().code, "C208");
        let mut pending = adjusted("3", "x");
        pending.figures = vec![Figure::not_reported()];
        let result = score(&rated, pending).unwrap();
        assert_eq!((result.points, result.pending), (Some(r("3")), false));
    }

    #[test]
    fn what_is_taken_off_for_being_late_stops_at_the_floor() {
        let rated = item("rate", "4", Rule::RateTimesPoints);
        let late = |rate: &str, deducted: &str| Input {
            deducted: Some(r(deducted)),
            ..Input::figure(figure(rate))
        };
        // (rate, deducted, points, taken): 50 % of 4 is 2, less 0.4 is 1.6; 5 % of 4 is 0.2, and no less than 0.
        for (rate, deducted, points, taken) in [
            ("0.5", "0.4", "1.6", "0.4"),
            ("0.05", "0.4", "0", "0.2"),
            ("1", "0", "4", "0"),
        ] {
            let result = score(&rated, late(rate, deducted)).unwrap();
            assert_eq!(result.points, Some(r(points)), "{rate} − {deducted}");
            assert_eq!(result.deducted, Some(r(taken)));
        }
        let result = score(&rated, late("0.5", "0.4")).unwrap();
        assert_eq!(result.computed_points, Some(r("2")));
        assert_eq!(result.reason.zh, "50% × 4 = 2 分；逾期重开扣 0.4 分");
        // Open points stay open; points set by hand are what they are set to.
        let mut open = late("0.5", "0.4");
        open.figures = vec![Figure::not_reported()];
        assert_eq!(score(&rated, open).unwrap().deducted, None);
        let by_hand = Input {
            adjustment: Some(Adjustment {
                points: r("3"),
                reason: "x".into(),
            }),
            ..late("0.5", "0.4")
        };
        let result = score(&rated, by_hand).unwrap();
        assert_eq!(
            (result.points, result.computed_points, result.deducted),
            (Some(r("3")), Some(r("2")), None)
        );
    }

    #[test]
    fn a_participants_own_target_goes_before_the_items() {
        let mut rated = item(
            "rate",
            "4",
            Rule::Proportional {
                better: Direction::HigherBetter,
            },
        );
        rated.target = Some(r("100"));
        let plain = score(&rated, Input::figure(figure("50"))).unwrap();
        assert_eq!(plain.points, Some(r("2")));
        let own = Input {
            target: Some(r("200")),
            ..Input::figure(figure("50"))
        };
        let result = score(&rated, own).unwrap();
        assert_eq!(
            (result.points, result.target),
            (Some(r("1")), Some(r("200")))
        );
        rated.target = None;
        assert_eq!(
            score(&rated, Input::figure(figure("50"))).unwrap_err().code,
            "C209"
        );
    }

    #[test]
    fn no_result_to_rank_is_declared_by_the_rule() {
        let mut ranked = item(
            "rank",
            "6",
            Rule::RankBased {
                by_rank: vec![r("6")],
                others: r("3"),
                none: Some(r("1")),
            },
        );
        let result = score(&ranked, Input::figure(Figure::not_applicable())).unwrap();
        assert_eq!(result.points, Some(r("1")));
        ranked.rule = Rule::RankBased {
            by_rank: vec![r("6")],
            others: r("3"),
            none: None,
        };
        assert!(
            score(&ranked, Input::figure(Figure::not_applicable()))
                .unwrap()
                .excluded
        );
        let waiting = score(&ranked, Input::figure(Figure::not_reported())).unwrap();
        assert!(waiting.pending);
    }
}
