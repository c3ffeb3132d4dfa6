//! The course of an assessment beyond one case: many acts at once, the reasons and the evidence that a
//! self-score and a judgement must bring, what a unit has filed already, and what a sealed result opens.
//!
//! One case is in [`crate::case`]; here is what a person does with a column of them. Read
//! [`Office::act_many`] first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{FieldId, FlowId, ItemId, Period, Problem, Ratio, Rounding, ScorecardId, Text};
use casework::{FieldKind, Value};
use programme::model::{ItemTies, Programme, Scorecard};
use scoring::{ItemResult, PartScale, Role, Rule};

use crate::assessment::{Ask, Assessment};
use crate::authority::Granted;
use crate::case::{ActRequest, Case};
use crate::entry::{CaseOpenFacts, Evidence, Kind, Private};
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces::{self, CaseRow};
use crate::written::Writing;
use ledger::Precondition;

/// Most acts that one command takes.
pub const ACTS_MAX: usize = 2_000;
/// Decimal places of points that are proposed.
const PLACES: u8 = 2;

/// The field of a flow's closing step that carries the approval number of a sealed result.
pub const APPROVAL_FIELD: &str = "approval_no";

/// A piece of evidence that a unit has filed, and for what.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The piece.
    pub piece: Evidence,
    /// The cases in which it was filed, oldest first.
    pub cases: Vec<u64>,
}

/// What an assessment item's case is about, found in the programme.
#[derive(Debug, Clone, Copy)]
pub struct ItemOf<'p> {
    /// Its scorecard's identifier.
    pub scorecard_id: &'p ScorecardId,
    /// Its scorecard.
    pub scorecard: &'p Scorecard,
    /// The item as it is scored.
    pub item: &'p scoring::Item,
    /// What ties it to indicators and units.
    pub ties: &'p ItemTies,
}

/// The item that a case is about, where it is about one that the programme has.
pub fn item_of<'p>(programme: &'p Programme, about: &CaseOpenFacts) -> Option<ItemOf<'p>> {
    let wanted = ScorecardId::new(about.scorecard.as_deref()?);
    let (scorecard_id, scorecard) = programme.scorecards.get_key_value(&wanted)?;
    let id = ItemId::new(about.item.as_deref()?);
    Some(ItemOf {
        scorecard_id,
        scorecard,
        item: scorecard.card.items.iter().find(|item| item.id == id)?,
        ties: scorecard.items.get(&id)?,
    })
}

/// The points that figures and rule give for an item, without what people judged or set by hand; `None`
/// for items that are judged. A deduction is given by what it takes off.
pub fn proposed_points(of: ItemOf<'_>, result: &ItemResult) -> Option<Ratio> {
    if of.ties.judged {
        return None;
    }
    let is_given = !result.adjusted && result.deducted.is_none();
    let computed = if is_given {
        result.points.as_ref()
    } else {
        result.computed_points.as_ref()
    };
    computed.map(|points| points.abs().round(PLACES, Rounding::HalfUp))
}

/// A part of a composite item that people judge.
#[derive(Debug, Clone)]
pub struct JudgedPart<'c> {
    /// The flow's field that carries it.
    pub field: &'c casework::Field,
    /// Its weight.
    pub weight: Ratio,
    /// The most that it can be.
    pub most: Ratio,
}

/// The parts of an item whose points people give part by part, with the fields of the flow that carry them;
/// none for other items.
pub fn judged_parts<'c>(flow: &'c casework::Flow, of: ItemOf<'_>) -> Vec<JudgedPart<'c>> {
    let (Rule::CompositeOfParts { parts, scale }, true) = (&of.item.rule, of.ties.judged) else {
        return Vec::new();
    };
    parts
        .iter()
        .filter_map(|part| {
            Some(JudgedPart {
                field: flow.field(&FieldId::new(&part.part))?,
                weight: part.weight.clone(),
                most: match scale {
                    PartScale::Percent => Ratio::from_int(100),
                    PartScale::Points => part.weight.clone(),
                },
            })
        })
        .collect()
}

/// What the parts that are known come to in points, by their weights among themselves; `None` without any.
pub fn points_of_parts<'r>(
    of: ItemOf<'_>,
    known: impl Iterator<Item = (&'r JudgedPart<'r>, Ratio)>,
) -> Option<Ratio> {
    let (mut sum, mut weights) = (Ratio::ZERO, Ratio::ZERO);
    for (part, value) in known {
        sum = &sum + &(&part.weight * &value).checked_div(&part.most)?;
        weights = &weights + &part.weight;
    }
    let rate = sum.checked_div(&weights)?;
    Some((&of.item.points * &rate).round(PLACES, Rounding::HalfUp))
}

/// The first number that a case holds in one of these fields.
pub fn number_in(case: &Case, fields: &[std::sync::Arc<str>]) -> Option<Ratio> {
    fields
        .iter()
        .find_map(|field| match case.state.fields.get(&FieldId::new(field))? {
            Value::Number(number) => Some(number.clone()),
            Value::Integer(number) => Some(Ratio::from_int(*number)),
            _ => None,
        })
}

/// The fields of an action, in the flow's order.
pub fn fields_of(action: &casework::Action) -> impl Iterator<Item = &FieldId> {
    action
        .requires
        .iter()
        .map(|wanted| &wanted.field)
        .chain(&action.sets)
}

/// The numeric field by which an action judges or self-scores, of those that the scorecard names.
pub fn points_field<'c>(
    case: &'c Case,
    action: &'c casework::Action,
    named: &[std::sync::Arc<str>],
) -> Option<&'c FieldId> {
    fields_of(action).find(|id| {
        named.iter().any(|name| **name == *id.as_str())
            && case
                .flow
                .field(id)
                .is_some_and(|field| matches!(field.kind, FieldKind::Decimal { .. }))
    })
}

impl Office {
    /// Acts on many cases, all or none. A case may be named more than once: its acts follow each other.
    /// Gives how many cases were acted on.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, each fault with its item and unit.
    pub fn act_many(&mut self, acts: &[(u64, ActRequest)]) -> Result<usize, Vec<Problem>> {
        self.decide_again(|office| office.act_many_now(acts))
    }

    fn act_many_now(&mut self, acts: &[(u64, ActRequest)]) -> Result<usize, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        if acts.is_empty() {
            return Err(one(problems::nothing_chosen()));
        }
        if acts.len() > ACTS_MAX {
            return Err(one(problems::too_many_at_once(acts.len(), ACTS_MAX)));
        }
        // What time has done is written down first: it is so whether or not the acts are taken.
        for number in acts
            .iter()
            .map(|(number, _)| *number)
            .collect::<BTreeSet<u64>>()
        {
            let case = self.case(number).map_err(one)?;
            if !case.by_time.is_empty() {
                self.write_down_time(&case).map_err(one)?;
            }
        }
        let mut held: BTreeMap<u64, Case> = BTreeMap::new();
        let mut assessed = None;
        let mut commands = Vec::with_capacity(acts.len());
        let mut writing = Writing::default();
        let mut faults = Vec::new();
        let mut refused = BTreeSet::new();
        for (number, request) in acts {
            if !held.contains_key(number) {
                held.insert(*number, self.case(*number).map_err(one)?);
            }
            // After a fault what follows on the same case could only fault for that.
            if refused.contains(number) {
                continue;
            }
            let Some(case) = held.get_mut(number) else {
                continue;
            };
            let demanded = self.demanded(case, request, &mut assessed)?;
            let judged = if demanded.is_empty() {
                self.act_held(case, request, &mut writing)
            } else {
                Err(demanded)
            };
            let below = self.below_of(case, request).map_err(one)?;
            match judged {
                Ok(step) => commands.extend(step.into_iter().chain(below)),
                Err(found) => {
                    refused.insert(*number);
                    let programme = self.programme().map_err(one)?;
                    faults.extend(
                        found
                            .into_iter()
                            .map(|problem| named(&programme, case, problem)),
                    );
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (subjects, relied) = writing.finish().map_err(one)?;
        commands.splice(0..0, subjects);
        let cases = held.values().map(|case| Precondition {
            space: spaces::CASE,
            key: spaces::number_key(case.number),
            version: Some(case.version),
        });
        let preconditions: Vec<Precondition> = cases.chain(relied).collect();
        self.append(commands, &preconditions).map_err(one)?;
        Ok(held.len())
    }

    /// What is wrong with an act, without acting.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn check_act(&self, number: u64, request: &ActRequest) -> Result<Vec<Problem>, Problem> {
        let case = self.case(number)?;
        let demanded = match self.demanded(&case, request, &mut None) {
            Ok(found) => found,
            Err(found) => return Ok(found),
        };
        if !demanded.is_empty() {
            return Ok(demanded);
        }
        Ok(self.act_faults(&case, request))
    }

    /// What an assessment demands of an act beyond its flow: a reason where a self-score is not what the rule
    /// gives and where a judgement takes points off, and as many pieces of evidence as the item declares.
    /// `assessed` keeps what was scored for it, for the next act.
    pub(crate) fn demanded(
        &self,
        case: &Case,
        request: &ActRequest,
        assessed: &mut Option<Assessment>,
    ) -> Result<Vec<Problem>, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let programme = self.programme().map_err(one)?;
        let Some(of) = item_of(&programme, &case.about) else {
            return Ok(Vec::new());
        };
        let Some(action) = case
            .flow
            .action(&base::ActionId::new(&request.action))
            .filter(|action| action.from.contains(&case.state.state))
        else {
            return Ok(Vec::new());
        };
        let given = |named: &[std::sync::Arc<str>]| {
            let field = points_field(case, action, named)?;
            Ratio::parse_decimal(request.fields.get(field.as_str())?.trim())
        };
        let mut faults = Vec::new();
        let name = &of.item.name;
        let is_self_score = fields_of(action).any(|id| {
            let named = &of.scorecard.self_scored_by;
            named.iter().any(|field| **field == *id.as_str())
        });
        if is_self_score {
            let pieces = pieces_after(case, request);
            if of
                .ties
                .evidence_at_most
                .is_some_and(|most| pieces > most as usize)
            {
                let most = of.ties.evidence_at_most.unwrap_or_default();
                faults.push(problems::too_many_pieces(&name.zh, &name.en, pieces, most));
            }
            let least = of.ties.evidence_at_least as usize;
            // What came with the records that are measured is not asked for again.
            if pieces < least && pieces + self.supplied(case, of).map_err(one)?.len() < least {
                let least = of.ties.evidence_at_least;
                faults.push(problems::too_few_pieces(&name.zh, &name.en, pieces, least));
            }
            let why = why(case, action, request);
            if let Some(given) = given(&of.scorecard.self_scored_by)
                && why != Why::Written
                && let Some(proposed) = self.proposed(case, of, assessed).map_err(one)?
                && given != proposed
            {
                let (given, proposed) = (
                    crate::values::shown(&given),
                    crate::values::shown(&proposed),
                );
                let (zh, en) = (&name.zh, &name.en);
                faults.push(problems::self_score_differs(zh, en, given, proposed));
                if why == Why::Before {
                    faults.push(problems::reason_not_new(zh, en));
                }
            }
        } else if let Some(given) = given(&of.scorecard.judged_by)
            && let why @ (Why::Nothing | Why::Before) = why(case, action, request)
            && let Some(than) = self.wanted(case, of, &given, assessed).map_err(one)?
        {
            let (given, than) = (crate::values::shown(&given), crate::values::shown(&than));
            let (zh, en) = (&name.zh, &name.en);
            faults.push(problems::deduction_without_reason(zh, en, given, than));
            if why == Why::Before {
                faults.push(problems::reason_not_new(zh, en));
            }
        }
        Ok(faults)
    }

    /// The points that figures and rule give for a case's item and unit.
    fn proposed(
        &self,
        case: &Case,
        of: ItemOf<'_>,
        assessed: &mut Option<Assessment>,
    ) -> Result<Option<Ratio>, Problem> {
        if of.ties.judged {
            return Ok(None);
        }
        let Some(period) = self.period_of(case)? else {
            return Ok(None);
        };
        let is_kept = assessed
            .as_ref()
            .is_some_and(|found| &found.scorecard == of.scorecard_id && found.period == period);
        if !is_kept {
            *assessed = Some(self.assess(&Ask {
                scorecard: of.scorecard_id.clone(),
                period,
                day: self.today()?,
                at: self.position(),
            })?);
        }
        let unit = case.about.unit.as_deref().unwrap_or_default();
        let result = assessed
            .as_ref()
            .and_then(|found| found.cards.iter().find(|card| card.participant == unit))
            .and_then(|card| card.item(&of.item.id));
        Ok(result.and_then(|result| proposed_points(of, result)))
    }

    /// What a judgement takes off from, when it does: the self-score, or full points where the unit has not scored
    /// itself. What the figures themselves give needs no other reason, and neither has what the unit itself gave.
    fn wanted(
        &self,
        case: &Case,
        of: ItemOf<'_>,
        given: &Ratio,
        assessed: &mut Option<Assessment>,
    ) -> Result<Option<Ratio>, Problem> {
        if of.item.role != Role::Normal {
            return Ok(None);
        }
        let own = number_in(case, &of.scorecard.self_scored_by);
        let than = own.unwrap_or_else(|| of.item.points.clone());
        if *given >= than {
            return Ok(None);
        }
        if self.proposed(case, of, assessed)?.as_ref() == Some(given) {
            return Ok(None);
        }
        Ok(Some(than))
    }

    /// The period that a case belongs to, where it says one.
    fn period_of(&self, case: &Case) -> Result<Option<Period>, Problem> {
        let programme = self.programme()?;
        Ok(case
            .about
            .period
            .as_deref()
            .filter(|text| *text == programme.year.to_string())
            .map(|_| programme.year))
    }

    /// The evidence that stands in a case, oldest first, each piece once; what was erased is left out.
    ///
    /// # Errors
    /// There is no such case, or the ledger cannot be read.
    pub fn pieces_of(&self, case: u64) -> Result<Vec<Evidence>, Problem> {
        let row: CaseRow =
            crate::fold::get(&self.state()?, spaces::CASE, &spaces::number_key(case))?
                .ok_or_else(|| problems::no_such_case(case))?;
        let mut pieces: Vec<Evidence> = Vec::new();
        for step in row.steps.iter().filter(|step| !step.evidence.is_empty()) {
            let entry = self.ledger().entry(base::Position(step.at))?;
            for piece in self.private_part(&entry)?.0.evidence {
                if !pieces.iter().any(|known| known.sha256 == piece.sha256) {
                    pieces.push(piece);
                }
            }
        }
        Ok(pieces)
    }

    /// Every piece that a unit has filed in the cases of an assessment, so that nothing is asked for twice.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn filed_by(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        unit: &str,
    ) -> Result<Vec<Filed>, Problem> {
        let mut filed: Vec<Filed> = Vec::new();
        for ((_, of), number) in self.cases_of(scorecard, period)? {
            if of.as_str() != unit {
                continue;
            }
            for piece in self.pieces_of(number)? {
                match filed
                    .iter_mut()
                    .find(|known| known.piece.sha256 == piece.sha256)
                {
                    Some(known) => known.cases.push(number),
                    None => filed.push(Filed {
                        piece,
                        cases: vec![number],
                    }),
                }
            }
        }
        Ok(filed)
    }

    /// Opens what the sealed result opens: for each unit whose consequences name a flow a case of it, once.
    /// Gives how many were opened.
    ///
    /// # Errors
    /// Who acts may not; nothing was sealed; the ledger cannot be written.
    pub fn open_consequences(
        &mut self,
        scorecard: &ScorecardId,
        period: &Period,
    ) -> Result<u64, Problem> {
        self.decide_again(|office| office.open_consequences_now(scorecard, period))
    }

    fn open_consequences_now(
        &mut self,
        scorecard: &ScorecardId,
        period: &Period,
    ) -> Result<u64, Problem> {
        self.authorise(Granted::OpenCases)?;
        let programme = self.programme()?;
        let today = self.today()?;
        let mut known: Vec<(String, String)> = self
            .consequence_cases(scorecard, period)?
            .into_iter()
            .filter_map(|case| Some((case.about.flow.clone(), case.about.unit?)))
            .collect();
        let mut commands = Vec::new();
        for (unit, flow_id) in self.opened_by_seal(scorecard, period)? {
            let Some(flow) = programme.flows.get(&flow_id) else {
                continue;
            };
            let key = (flow_id.to_string(), unit.clone());
            if known.contains(&key) {
                continue;
            }
            known.push(key);
            let facts = CaseOpenFacts {
                flow: flow_id.to_string(),
                state: flow.initial.to_string(),
                day: today.to_string(),
                unit: Some(unit),
                scorecard: Some(scorecard.to_string()),
                item: None,
                period: Some(period.to_string()),
                record: None,
                year: today.year(),
                fields: BTreeMap::new(),
                support: Vec::new(),
                because: Vec::new(),
                subject: None,
                parent: None,
            };
            commands.push(Command::new(Kind::CaseOpen, &facts, &Private::default())?);
        }
        let count = commands.len() as u64;
        if count > 0 {
            self.append(commands, &[])?;
        }
        Ok(count)
    }

    /// The units for which the sealed result opens a case, with its flow, in the programme's order.
    ///
    /// # Errors
    /// Nothing was sealed, or the scorecard is gone.
    pub fn opened_by_seal(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
    ) -> Result<Vec<(String, FlowId)>, Problem> {
        let seals = self.mirror().seals(scorecard, period);
        let (_, facts) = seals
            .last()
            .ok_or_else(|| problems::not_sealed_yet(scorecard, period))?;
        let programme = self.programme()?;
        let declared = programme
            .scorecards
            .get(scorecard)
            .ok_or_else(|| problems::unknown_scorecard(scorecard, ""))?;
        let mut opened = Vec::new();
        for card in facts.results.as_array().into_iter().flatten() {
            let Some(unit) = card.get("unit").and_then(|unit| unit.as_str()) else {
                continue;
            };
            let texts = card.get("consequences").and_then(|found| found.as_array());
            for text in texts.into_iter().flatten().filter_map(|text| text.as_str()) {
                let flow = declared
                    .consequences
                    .iter()
                    .find(|(_, consequence)| consequence.text.zh == text)
                    .and_then(|(id, _)| declared.opens.get(id));
                if let Some(flow) = flow {
                    opened.push((unit.to_owned(), flow.clone()));
                }
            }
        }
        Ok(opened)
    }

    /// The cases that a sealed result has opened.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn consequence_cases(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
    ) -> Result<Vec<Case>, Problem> {
        let of_scorecard = |programme: &Arc<Programme>| {
            let found = programme.scorecards.get(scorecard);
            let opens = found.into_iter().flat_map(|found| found.opens.values());
            opens.cloned().collect::<Vec<FlowId>>()
        };
        let flows: BTreeSet<FlowId> = self.mirror().programmes().flat_map(of_scorecard).collect();
        let period = period.to_string();
        Ok(self
            .cases_of_flows(&flows.iter().collect::<Vec<_>>())?
            .into_iter()
            .filter(|case| {
                case.about.item.is_none()
                    && case.about.scorecard.as_deref() == Some(scorecard.as_str())
                    && case.about.period.as_deref() == Some(&*period)
            })
            .collect())
    }
}

/// A problem of one case among many: it says of which item and unit.
fn named(programme: &Programme, case: &Case, problem: Problem) -> Problem {
    let unit = case.about.unit.as_deref().unwrap_or_default();
    let unit_name = programme
        .units
        .get(unit)
        .map_or_else(|| Text::same(unit), |unit| unit.name.clone());
    let what = item_of(programme, &case.about)
        .map_or_else(|| case.flow.name.clone(), |of| of.item.name.clone());
    let text = Text::new(
        format!("{}·{}：{}", unit_name.zh, what.zh, problem.what.zh),
        format!("{} · {}: {}", unit_name.en, what.en, problem.what.en),
    );
    Problem::new(problem.code, problem.severity, text, *problem.remedy)
}

/// Whether an act says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Nothing is written.
    Nothing,
    /// Only what stood there before: filled in beforehand, or written for an earlier step.
    Before,
    /// Something that was written for this act.
    Written,
}

/// Whether an act says why: in its reason, or in a text that it sets. Word for word what stands in the case
/// already was not written for it.
fn why(case: &Case, action: &casework::Action, request: &ActRequest) -> Why {
    let texts = fields_of(action).filter(|id| {
        let field = case.flow.field(id);
        field.is_some_and(|field| field.kind == FieldKind::Text)
    });
    let texts = texts.filter_map(|id| request.fields.get(id.as_str()));
    let said: Vec<&str> = texts
        .map(String::as_str)
        .chain(request.reason.as_deref())
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect();
    let stood_before = |text: &str| {
        let steps = &case.state.steps;
        let fields = case.state.fields.values();
        let fields = fields.chain(steps.iter().flat_map(|step| step.fields.values()));
        let mut reasons = steps.iter().filter_map(|step| step.reason.as_deref());
        reasons.any(|reason| reason.trim() == text)
            || fields
                .filter_map(|value| match value {
                    Value::Text(known) => Some(known.trim()),
                    _ => None,
                })
                .any(|known| known == text)
    };
    if said.is_empty() {
        Why::Nothing
    } else if said.iter().all(|text| stood_before(text)) {
        Why::Before
    } else {
        Why::Written
    }
}

/// The pieces of evidence that a case has from its own unit after an act, each once.
fn pieces_after(case: &Case, request: &ActRequest) -> usize {
    let mut pieces: Vec<&str> = case
        .state
        .steps
        .iter()
        .filter(|step| step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref())
        .flat_map(|step| step.evidence.iter().map(String::as_str))
        .chain(request.evidence.iter().map(|piece| piece.sha256.as_str()))
        .collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces.len()
}
