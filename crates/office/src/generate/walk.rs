//! One made-up case on its way through the declared steps.
//!
//! It takes each step when the flow lets it, goes an earlier way again when it was sent back, and fills
//! what a step asks for: first what the package declares, then what people usually write there.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, FieldId, Problem, Ratio, Rounding};
use casework::{Bound, Field, FieldKind, Scope, StateKind, Value};
use programme::model::ItemTies;

use super::Papers;
use super::cases::{CaseMaker, StepMaker};
use super::dice::{Dice, ONE, Shape};
use super::fields::{Made, Seen};
use super::judging::{Mark, Quality, judge};
use crate::case::{ActRequest, Case};
use crate::entry::Evidence;
use crate::folder::{Command, Office};
use crate::written::Writing;

/// How often one case can be sent back.
const RETURNS_MAX: usize = 3;
/// Most working days that a step takes when it is done again.
const DAYS_AGAIN: i64 = 5;
/// One self-score in so many is another than the figures give.
const DIFFERS_ONE_IN: u64 = 12;
/// Decimal places of points whose field says none.
const PLACES: u8 = 2;

/// One case on its way.
pub(super) struct Walker<'m, 'a> {
    maker: &'m CaseMaker<'a>,
    office: &'m Office,
    case: Case,
    ordinal: usize,
    ties: Option<&'a ItemTies>,
    item: Option<&'a scoring::Item>,
    quality: Quality,
    /// What figures and rule give, where the item is measured.
    measured: Option<Ratio>,
    dice: Dice,
}

impl<'m, 'a> Walker<'m, 'a> {
    pub(super) fn new(
        maker: &'m CaseMaker<'a>,
        office: &'m Office,
        case: Case,
        index: usize,
        measured: Option<Ratio>,
    ) -> Walker<'m, 'a> {
        let about = &case.about;
        let item_id = about.item.as_deref().unwrap_or_default();
        let unit = about.unit.as_deref().unwrap_or_default();
        // By what it is about, so that another item in the package changes no other case.
        let name = if about.item.is_some() {
            format!("{item_id}/{unit}")
        } else {
            index.to_string()
        };
        let mut dice = Dice::new(maker.seed, &[maker.id, "case", &name]);
        let quality = Quality::of(maker.seed, maker.id, unit, &mut dice);
        let ties = maker
            .scorecard
            .and_then(|scorecard| scorecard.items.get(item_id));
        let item = maker
            .scorecard
            .and_then(|scorecard| scorecard.card.items.iter().find(|item| item.id == item_id));
        Walker {
            maker,
            office,
            case,
            ordinal: index + 1,
            ties,
            item,
            quality,
            measured,
            dice,
        }
    }

    /// Takes the steps in their order, each when the case is where it can be taken.
    pub(super) fn walk(
        &mut self,
        is_dealt: &[bool],
        papers: &mut Papers<'_>,
        writing: &mut Writing,
        taken: &mut Vec<(Day, Command)>,
    ) -> Result<(), (&'m StepMaker<'a>, Vec<Problem>)> {
        let steps = &self.maker.steps;
        let mut done = vec![false; steps.len()];
        let mut at = 0;
        let mut last = None;
        let mut returns = 0;
        loop {
            let Some(step) = steps.get(at) else {
                // Sent back by the last step: what comes before it is done again, as far as all do it.
                let again =
                    last.filter(|last: &&StepMaker<'_>| last.is_detour() && returns < RETURNS_MAX);
                let earlier = |index: usize, step: &StepMaker<'_>| {
                    done.get(index) == Some(&true) && !step.is_detour() && self.is_possible(step)
                };
                match again.and_then(|_| {
                    steps
                        .iter()
                        .enumerate()
                        .find(|(index, step)| earlier(*index, step))
                }) {
                    Some((index, _)) => {
                        returns += 1;
                        at = index;
                        last = None;
                        continue;
                    }
                    None => return Ok(()),
                }
            };
            let index = at;
            at += 1;
            let is_wanted = is_dealt.get(index) == Some(&true) || self.carries_a_part(step);
            let is_again = step.is_detour() && done.get(index) == Some(&true);
            if !is_wanted || is_again || !self.is_possible(step) {
                continue;
            }
            let commands = self.take(step, papers, writing);
            let Some(commands) = commands.map_err(|faults| (step, faults))? else {
                return Ok(());
            };
            let day = self.case.state.last_day();
            taken.extend(commands.into_iter().map(|command| (day, command)));
            if let Some(done) = done.get_mut(index) {
                *done = true;
            }
            last = Some(step);
        }
    }

    fn is_possible(&self, step: &StepMaker<'_>) -> bool {
        let state = &self.case.state;
        step.action.from.contains(&state.state) && (step.action.reopens || !state.is_closed())
    }

    /// A composite's part must be filled by whoever carries it, or the item never has points.
    fn carries_a_part(&self, step: &StepMaker<'_>) -> bool {
        let is_judged = self.ties.is_some_and(|ties| ties.judged);
        is_judged
            && self
                .item
                .is_some_and(|item| parts(item).iter().any(|part| step.takes(&part.part)))
    }

    /// Takes a step, with the records that it writes; `None` when nobody can, or not yet: no unit leads the item, or its day is still to come.
    fn take(
        &mut self,
        step: &StepMaker<'_>,
        papers: &mut Papers<'_>,
        writing: &mut Writing,
    ) -> Result<Option<Vec<Command>>, Vec<Problem>> {
        let unit = match step.action.scope {
            Scope::Own => self.case.about.unit.clone(),
            Scope::Lead => match self.ties.and_then(|ties| ties.lead.as_ref()) {
                Some(lead) => Some(lead.to_string()),
                None => return Ok(None),
            },
            Scope::Support => self.case.about.support.first().cloned(),
            Scope::Filer | Scope::All => None,
        };
        let day = self.next_day(step);
        if self
            .maker
            .programme
            .demonstration_today
            .is_some_and(|today| today < day)
        {
            return Ok(None);
        }
        let evidence = self
            .evidence(step, papers)
            .map_err(|problem| vec![problem])?;
        let closes = self
            .maker
            .flow
            .state(&step.action.to)
            .is_some_and(|state| state.kind == StateKind::Closed);
        let reasons = step.action.closes_with.as_ref().filter(|_| closes);
        let request = ActRequest {
            action: step.action.id.to_string(),
            fields: self.fields(step, day),
            evidence,
            reason: step.action.reason_required.then(|| self.reason(step)),
            closing_reason: reasons
                .and_then(|reasons| self.dice.one_of(reasons))
                .map(|reason| reason.id.to_string()),
            day: Some(day),
            standing: Some((step.role.clone(), unit)),
            ..ActRequest::default()
        };
        let held = &mut self.case;
        self.office.act_held(held, &request, writing).map(Some)
    }

    /// So many working days after the step before; days of the calendar where holidays are not published.
    fn next_day(&mut self, step: &StepMaker<'_>) -> Day {
        let calendar = &self.maker.programme.calendar;
        let last = self.case.state.last_day();
        let is_again = self
            .case
            .state
            .steps
            .iter()
            .any(|taken| taken.action == step.action.id);
        // What is done again need only be put right.
        let most = if is_again { DAYS_AGAIN } else { i64::MAX };
        let count = self
            .dice
            .between(step.days.0.min(most), step.days.1.min(most), Shape::Uniform);
        let worked = u32::try_from(count).ok().and_then(|count| match count {
            0 => calendar.add_calendar_days_rolled(last, 0).ok(),
            count => calendar.add_working_days(last, count).ok(),
        });
        worked.or_else(|| last.plus_days(count)).unwrap_or(last)
    }

    fn is_self_score(&self, step: &StepMaker<'_>) -> bool {
        self.maker
            .scorecard
            .is_some_and(|card| card.self_scored_by.iter().any(|field| step.takes(field)))
    }

    /// What the action demands, and for a self-score what the item wants.
    fn evidence(
        &self,
        step: &StepMaker<'_>,
        papers: &mut Papers<'_>,
    ) -> Result<Vec<Evidence>, Problem> {
        let is_self_score = self.is_self_score(step);
        let of_item = self.ties.map_or(0, |ties| {
            if is_self_score {
                ties.evidence_at_least
            } else {
                0
            }
        });
        let wanted = step.action.requires_evidence_at_least.max(of_item);
        let about = self.subject_words();
        let described = self.ties.map_or("", |ties| ties.evidence.zh.as_str());
        (1..=wanted)
            .map(|piece| {
                papers.store(
                    &format!("{about}-{piece}"),
                    &format!("{about}，{described}（{piece}）"),
                )
            })
            .collect()
    }

    /// Every field that the step asks for, and the optional ones that people fill.
    fn fields(&mut self, step: &StepMaker<'_>, day: Day) -> BTreeMap<String, String> {
        let share = self
            .quality
            .share(step.quality.0, step.quality.1, &mut self.dice);
        let mark = self
            .item
            .map(|item| judge(item, share, PLACES, &mut self.dice))
            .unwrap_or_default();
        let mark = match &self.measured {
            // Few units see it otherwise than the figures do; who reviews goes by the figures.
            Some(points) if !self.is_self_score(step) || self.dice.below(DIFFERS_ONE_IN) > 0 => {
                Mark {
                    points: points.clone(),
                    ..mark
                }
            }
            _ => mark,
        };
        let required = step
            .action
            .requires
            .iter()
            .map(|wanted| (&wanted.field, true));
        let optional = step.action.sets.iter().map(|field| (field, false));
        let mut filled = BTreeMap::new();
        for (id, is_required) in required.chain(optional) {
            let Some(field) = self.maker.flow.field(id) else {
                continue;
            };
            let declared = self
                .maker
                .fields
                .iter()
                .find(|maker| *maker.name == *id.as_str());
            let text = match declared {
                Some(maker) => {
                    let made = self.made(&filled);
                    maker.one(
                        &Seen {
                            table: self.maker.table,
                            made: &made,
                        },
                        day,
                        &mut self.dice,
                    )
                }
                None => self.usual(step, field, is_required, &mark, share, day),
            };
            if let Some(text) = text {
                filled.insert(id.to_string(), text);
            }
        }
        filled
    }

    /// What stands in a field for which nothing is declared.
    fn usual(
        &mut self,
        step: &StepMaker<'_>,
        field: &Field,
        is_required: bool,
        mark: &Mark,
        share: i64,
        day: Day,
    ) -> Option<String> {
        let id = field.id.as_str();
        let is_judged = self.ties.is_some_and(|ties| ties.judged);
        if let Some(value) = mark.parts.get(id).filter(|_| is_judged) {
            return self.within(field, value);
        }
        let is_mark = self.is_first_mark(id, step.has_quality);
        match &field.kind {
            FieldKind::Decimal { .. } if is_required => {
                let most = self.bound(field.max.as_ref());
                let points = if self.is_mark(id) {
                    Some(mark.points.clone())
                } else {
                    most.map(|most| &most * &of_share(share))
                };
                self.within(field, &points.unwrap_or_default())
            }
            FieldKind::Decimal { .. } => {
                let takes_points = is_mark && is_judged && mark.parts.is_empty();
                takes_points
                    .then(|| self.within(field, &mark.points))
                    .flatten()
            }
            FieldKind::Choice(choices) => {
                let level = mark
                    .level
                    .as_ref()
                    .filter(|_| is_judged && self.is_mark(id) && (is_required || is_mark));
                let level = level.filter(|level| {
                    choices
                        .iter()
                        .any(|choice| choice.id.as_str() == level.as_str())
                });
                let any = || {
                    is_required
                        .then(|| self.dice.one_of(choices))
                        .flatten()
                        .map(|choice| choice.id.to_string())
                };
                level.cloned().or_else(any)
            }
            FieldKind::Text => {
                let level = mark.level.clone().filter(|_| is_judged && is_mark);
                if self.is_mark(id) {
                    level
                } else {
                    Some(self.sentence(&field.name.zh))
                }
            }
            FieldKind::Day => is_required.then(|| day.to_string()),
            FieldKind::Integer => is_required.then(|| {
                let least = self
                    .bound(field.min.as_ref())
                    .map(|least| least.ceil())
                    .unwrap_or_else(|| Ratio::from_int(1));
                crate::values::shown(&least)
            }),
            FieldKind::Bool => is_required.then(|| "true".to_owned()),
        }
    }

    /// Whether the field carries what the scorecard reads as self-score or judgement.
    fn is_mark(&self, id: &str) -> bool {
        self.maker.scorecard.is_some_and(|card| {
            card.judged_by
                .iter()
                .chain(&card.self_scored_by)
                .any(|field| **field == *id)
        })
    }

    /// Whether the step should fill a mark that it may leave out: it has its own quality, or nobody gave
    /// one yet (a verification that finds nothing new leaves the reviewed points as they are).
    fn is_first_mark(&self, id: &str, has_quality: bool) -> bool {
        let Some(card) = self.maker.scorecard else {
            return false;
        };
        let lists = [&card.judged_by, &card.self_scored_by];
        let Some(list) = lists
            .into_iter()
            .find(|list| list.iter().any(|field| **field == *id))
        else {
            return false;
        };
        let kind = |id: &str| {
            self.maker
                .flow
                .field(&FieldId::new(id))
                .map(|field| matches!(field.kind, FieldKind::Decimal { .. }))
        };
        let is_given = |field: &Arc<str>| {
            kind(field) == kind(id) && self.case.state.fields.contains_key(&FieldId::new(field))
        };
        has_quality || !list.iter().any(is_given)
    }

    /// A number as the field takes it: its places, within its bounds.
    fn within(&self, field: &Field, number: &Ratio) -> Option<String> {
        let FieldKind::Decimal { scale } = field.kind else {
            return None;
        };
        let mut number = number.round(scale, Rounding::Down);
        if let Some(most) = self.bound(field.max.as_ref()).filter(|most| number > *most) {
            number = most.round(scale, Rounding::Down);
        }
        if let Some(least) = self
            .bound(field.min.as_ref())
            .filter(|least| number < *least)
        {
            number = least;
        }
        number.exact_decimal()
    }

    fn bound(&self, bound: Option<&Bound>) -> Option<Ratio> {
        match bound? {
            Bound::Number(number) => Some(number.clone()),
            Bound::Day(_) | Bound::Opened | Bound::Step => None,
            Bound::Field(other) => match self.case.state.fields.get(other)? {
                Value::Number(number) => Some(number.clone()),
                Value::Integer(number) => Some(Ratio::from_int(*number)),
                _ => None,
            },
        }
    }

    /// The case as a thing being made: for conditions over its columns.
    fn made(&self, filled: &BTreeMap<String, String>) -> Made {
        let mut made = Made {
            ordinal: self.ordinal,
            day: Some(self.case.state.last_day()),
            ..Made::default()
        };
        let about = &self.case.about;
        let known = [
            ("unit", &about.unit),
            ("scorecard", &about.scorecard),
            ("item", &about.item),
            ("period", &about.period),
        ];
        for (name, text) in known {
            if let Some(text) = text {
                made.cells.insert(name.into(), text.clone());
            }
        }
        made.cells
            .insert("state".into(), self.case.state.state.to_string());
        made.cells.insert("opened_on".into(), about.day.clone());
        for (id, value) in &self.case.state.fields {
            made.cells.insert(id.as_str().into(), value.to_string());
        }
        for (id, text) in filled {
            made.cells.insert(id.as_str().into(), text.clone());
        }
        made
    }

    fn subject_words(&self) -> String {
        self.item.map_or_else(
            || self.maker.flow.name.zh.clone(),
            |item| item.name.zh.clone(),
        )
    }

    /// One of the declared reasons, in turn.
    fn reason(&self, step: &StepMaker<'_>) -> String {
        let declared = step.row.texts("reasons");
        let at = self.ordinal.checked_rem(declared.len());
        at.and_then(|at| declared.get(at))
            .map_or_else(|| self.sentence(&step.action.name.zh), ToString::to_string)
    }

    fn sentence(&self, of: &str) -> String {
        format!("（演示）{of}：{}", self.subject_words())
    }
}

fn parts(item: &scoring::Item) -> &[scoring::PartWeight] {
    match &item.rule {
        scoring::Rule::CompositeOfParts { parts, .. } => parts,
        _ => &[],
    }
}

fn of_share(share: i64) -> Ratio {
    Ratio::new(i128::from(share), i128::from(ONE)).unwrap_or_default()
}
