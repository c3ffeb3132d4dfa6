//! Made-up cases: opened, and walked through the declared steps as people would.
//!
//! A case is held in memory while it walks; every step passes the same judgement as a real one
//! (`casework::check`) and becomes an entry only when all cases of all distributions have walked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{ActionId, Day, FieldId, FlowId, Problem, Ratio, Rounding, ScorecardId, UnitId};
use casework::{Action, Bound, Field, FieldKind, Flow, Scope, Value};
use programme::Row;
use programme::model::{ItemTies, Programme, Scorecard};
use programme::schema::{Schema, TableSchema};

use super::days::{Among, Days, deal_share};
use super::dice::{Dice, ONE};
use super::fields::{FieldMaker, Made, Seen};
use super::judging::{Mark, Quality, in_ones, judge};
use super::{Papers, Refusals, problems};
use crate::case::{ActRequest, Case};
use crate::entry::{CaseOpenFacts, Evidence, Kind, Private};
use crate::folder::{Command, Office, Progress};

/// Working days between two steps when none are declared.
const DAYS_FROM: i64 = 1;
const DAYS_TO: i64 = 5;
/// Share of the points that is given when none is declared.
const QUALITY_FROM_PERCENT: i64 = 85;
/// How often one case can be sent back.
const RETURNS_MAX: usize = 3;
/// Decimal places of points whose field says none.
const PLACES: u8 = 2;

/// A distribution of cases.
pub(super) struct CaseMaker<'a> {
    programme: &'a Programme,
    row: &'a Row,
    id: &'a str,
    seed: u64,
    flow: &'a Flow,
    scorecard: Option<&'a Scorecard>,
    scorecard_id: Option<ScorecardId>,
    table: &'a TableSchema,
    fields: Vec<FieldMaker<'a>>,
    steps: Vec<StepMaker<'a>>,
    days: Days,
}

/// A row of `generate_step`, understood.
struct StepMaker<'a> {
    action: &'a Action,
    row: &'a Row,
    share: Option<Ratio>,
    days: (i64, i64),
    role: String,
    quality: (i64, i64),
    has_quality: bool,
}

impl<'a> CaseMaker<'a> {
    /// Understands a distribution of cases.
    ///
    /// # Errors
    /// What the programme in force does not have.
    pub(super) fn of(
        programme: &'a Programme,
        row: &'a Row,
        id: &'a str,
        seed: u64,
    ) -> Result<CaseMaker<'a>, Vec<Problem>> {
        let of = row.text("of").map_or("", |of| of);
        let flow_id = FlowId::new(of.trim_start_matches("case:"));
        let table_name = Schema::cases_name(&flow_id);
        let (Some(flow), Some(table)) = (
            programme.flows.get(&flow_id),
            programme.schema.table(&table_name),
        ) else {
            return Err(vec![problems::unknown_made(id, of).at(row.span_of("of"))]);
        };
        let scorecard_id = row.text("scorecard").map(ScorecardId::new);
        let scorecard = scorecard_id
            .as_ref()
            .and_then(|id| programme.scorecards.get(id));
        if let (Some(scorecard), Some(named)) = (scorecard, &scorecard_id)
            && let Some(other) = scorecard.flow.as_ref().filter(|other| **other != flow_id)
        {
            return Err(vec![
                problems::other_flow(id, named, other).at(row.span_of("of")),
            ]);
        }
        let steps = programme
            .generate
            .steps
            .iter()
            .filter(|step| step.text("generate").is_some_and(|of| **of == *id));
        Ok(CaseMaker {
            programme,
            row,
            id,
            seed,
            flow,
            scorecard,
            scorecard_id,
            table,
            fields: FieldMaker::all(programme, id, table)?,
            steps: steps.filter_map(|row| StepMaker::of(row, flow)).collect(),
            days: Days::of(row, id, programme).map_err(|problem| vec![problem])?,
        })
    }

    /// Opens the cases and gives their numbers. Of an assessment all are opened, and those of the declared
    /// units are given (without `units`: all), even where they were open already.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub(super) fn open(
        &self,
        office: &mut Office,
        progress: Progress<'_>,
    ) -> Result<Vec<u64>, Problem> {
        let among = Among::of(
            self.row,
            "units",
            Some("unit_weights"),
            self.programme,
            &self.days,
        );
        if let Some(scorecard) = &self.scorecard_id {
            let period = &self.programme.year;
            office.open_assessment(scorecard, period, Some(self.days.bounds().0), progress)?;
            let units: Option<BTreeSet<&UnitId>> =
                among.map(|among| among.units().into_iter().map(|unit| &unit.id).collect());
            let cases = office.cases_of(scorecard, period)?.into_iter();
            let is_wanted = |unit: &UnitId| units.as_ref().is_none_or(|units| units.contains(unit));
            return Ok(cases
                .filter(|((_, unit), _)| is_wanted(unit))
                .map(|(_, number)| number)
                .collect());
        }
        let mut dice = Dice::new(self.seed, &[self.id, "cases"]);
        let number = |column: &str| {
            self.row
                .int(column)
                .and_then(|count| usize::try_from(count).ok())
        };
        let mut openings = Vec::new();
        match (number("per_unit"), &among) {
            (Some(each), Some(among)) => {
                for unit in among.units() {
                    openings.extend(
                        self.days
                            .draw_sorted_for(unit, each, &mut dice)
                            .into_iter()
                            .map(|day| (day, Some(unit.id.to_string()))),
                    );
                }
            }
            _ => {
                for day in self
                    .days
                    .draw_sorted(number("count").unwrap_or(0), &mut dice)
                {
                    let unit = among
                        .as_ref()
                        .map(|among| among.draw(day, self.id, &mut dice))
                        .transpose()?;
                    openings.push((day, unit.map(|unit| unit.id.to_string())));
                }
            }
        }
        openings.sort_by_key(|(day, _)| *day);
        let open = |(day, unit): (Day, Option<String>)| {
            let facts = CaseOpenFacts {
                flow: self.flow.id.to_string(),
                state: self.flow.initial.to_string(),
                day: day.to_string(),
                unit,
                scorecard: None,
                item: None,
                period: None,
                record: None,
                year: day.year(),
                fields: BTreeMap::new(),
            };
            Command::new(Kind::CaseOpen, &facts, &Private::default())
        };
        let commands = openings
            .into_iter()
            .map(open)
            .collect::<Result<Vec<_>, _>>()?;
        let heads = office.append_in_groups(commands, "cases", progress)?;
        Ok(heads.into_iter().map(|head| head.position.0).collect())
    }

    /// Walks the cases that nobody has acted on; gives the steps with their days, each case's in order.
    ///
    /// # Errors
    /// Every kind of step that is refused, once.
    pub(super) fn walk(
        &self,
        office: &Office,
        numbers: &[u64],
        papers: &mut Papers<'_>,
    ) -> Result<Vec<(Day, Command)>, Vec<Problem>> {
        let dealt: Vec<Vec<bool>> = self
            .steps
            .iter()
            .map(|step| step.deal(numbers.len(), self.seed, self.id))
            .collect();
        let mut refusals = Refusals::new(self.id);
        let mut taken = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            let case = office.case(*number).map_err(|problem| vec![problem])?;
            if !case.state.steps.is_empty() {
                continue;
            }
            let is_dealt: Vec<bool> = dealt
                .iter()
                .map(|step| step.get(index).copied().unwrap_or(false))
                .collect();
            let mut walker = Walker::new(self, office, case, index);
            if let Err((step, faults)) = walker.walk(&is_dealt, papers, &mut taken) {
                for problem in faults {
                    refusals.note(index + 1, step.action.id.as_str(), &problem, &[], step.row);
                }
            }
        }
        refusals.into_result()?;
        Ok(taken)
    }
}

impl<'a> StepMaker<'a> {
    fn of(row: &'a Row, flow: &'a Flow) -> Option<StepMaker<'a>> {
        let action = flow.action(&ActionId::new(row.text("action")?))?;
        let from = row.int("days_from");
        let low = from.unwrap_or(DAYS_FROM).max(0);
        let high = row
            .int("days_to")
            .unwrap_or_else(|| from.unwrap_or(DAYS_TO))
            .max(low);
        let quality = |column: &str| row.decimal(column).map(in_ones);
        let (least, most) = (quality("quality_from"), quality("quality_to"));
        let most_given = most.unwrap_or(ONE);
        Some(StepMaker {
            action,
            row,
            share: row.decimal("share").cloned(),
            days: (low, high),
            role: row
                .text("role")
                .map(ToString::to_string)
                .or_else(|| action.roles.first().map(ToString::to_string))
                .unwrap_or_default(),
            quality: (
                least.unwrap_or_else(|| (ONE * QUALITY_FROM_PERCENT / 100).min(most_given)),
                most_given,
            ),
            has_quality: least.is_some() || most.is_some(),
        })
    }

    /// Which of so many cases take the step: a declared share exactly.
    fn deal(&self, count: usize, seed: u64, id: &str) -> Vec<bool> {
        match &self.share {
            Some(share) => deal_share(
                share,
                count,
                &mut Dice::new(seed, &[id, "step", self.action.id.as_str()]),
            ),
            None => vec![true; count],
        }
    }

    /// A step that only some take: after it, a case may have to go an earlier way again.
    fn is_detour(&self) -> bool {
        self.share
            .as_ref()
            .is_some_and(|share| *share < Ratio::from_int(1))
    }

    fn takes(&self, field: &str) -> bool {
        let required = self.action.requires.iter().map(|wanted| &wanted.field);
        required
            .chain(&self.action.sets)
            .any(|known| known.as_str() == field)
    }
}

/// One case on its way.
struct Walker<'m, 'a> {
    maker: &'m CaseMaker<'a>,
    office: &'m Office,
    case: Case,
    ordinal: usize,
    ties: Option<&'a ItemTies>,
    item: Option<&'a scoring::Item>,
    quality: Quality,
    dice: Dice,
}

impl<'m, 'a> Walker<'m, 'a> {
    fn new(
        maker: &'m CaseMaker<'a>,
        office: &'m Office,
        case: Case,
        index: usize,
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
            dice,
        }
    }

    /// Takes the steps in their order, each when the case is where it can be taken.
    fn walk(
        &mut self,
        is_dealt: &[bool],
        papers: &mut Papers<'_>,
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
            let Some(command) = self.take(step, papers).map_err(|faults| (step, faults))? else {
                return Ok(());
            };
            taken.push((self.case.state.last_day(), command));
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

    /// Takes a step; `None` when nobody can, or not yet: no unit leads the item, or its day is still to come.
    fn take(
        &mut self,
        step: &StepMaker<'_>,
        papers: &mut Papers<'_>,
    ) -> Result<Option<Command>, Vec<Problem>> {
        let unit = match step.action.scope {
            Scope::Own => self.case.about.unit.clone(),
            Scope::Lead => match self.ties.and_then(|ties| ties.lead.as_ref()) {
                Some(lead) => Some(lead.to_string()),
                None => return Ok(None),
            },
            Scope::All => None,
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
            .is_some_and(|state| state.kind == casework::StateKind::Closed);
        let reasons = step.action.closes_with.as_ref().filter(|_| closes);
        let request = ActRequest {
            action: step.action.id.to_string(),
            fields: self.fields(step, day),
            evidence,
            reason: step
                .action
                .reason_required
                .then(|| self.sentence(&step.action.name.zh)),
            closing_reason: reasons
                .and_then(|reasons| self.dice.one_of(reasons))
                .map(|reason| reason.id.to_string()),
            day: Some(day),
            standing: Some((step.role.clone(), unit)),
        };
        self.office.act_held(&mut self.case, &request).map(Some)
    }

    /// So many working days after the step before; days of the calendar where holidays are not published.
    fn next_day(&mut self, step: &StepMaker<'_>) -> Day {
        let calendar = &self.maker.programme.calendar;
        let last = self.case.state.last_day();
        let count = self
            .dice
            .between(step.days.0, step.days.1, Default::default());
        let worked = u32::try_from(count).ok().and_then(|count| match count {
            0 => calendar.add_calendar_days_rolled(last, 0).ok(),
            count => calendar.add_working_days(last, count).ok(),
        });
        worked.or_else(|| last.plus_days(count)).unwrap_or(last)
    }

    /// What the action demands, and for a self-score what the item wants.
    fn evidence(
        &self,
        step: &StepMaker<'_>,
        papers: &mut Papers<'_>,
    ) -> Result<Vec<Evidence>, Problem> {
        let is_self_score = self
            .maker
            .scorecard
            .is_some_and(|card| card.self_scored_by.iter().any(|field| step.takes(field)));
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
            Bound::Day(_) => None,
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
