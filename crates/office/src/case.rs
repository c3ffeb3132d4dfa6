//! Cases: opening them, acting on them, and what is due.
//!
//! `casework` judges an act; this file finds the case, the flow as it stood when the case was
//! accepted and the actor's standing, and writes the step that results. An assessment item's course
//! is a case like any other, opened for each unit that carries the item.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{
    ActionId, CodeId, Day, FieldId, FlowId, ItemId, Lang, Moment, Period, Position, Problem,
    RoleId, ScorecardId, UnitId,
};
use casework::{
    Act, CaseState, Clock, Closed, Field, FieldKind, Flow, Opening, Relation, Step, Value,
};
use ledger::EntryHead;
use programme::model::{DUE_FIELD, POINTS_FIELD, Programme};
use programme::schema::Value as ColumnValue;
use serde_json::Value as Json;

use crate::assessment::is_carried_by;
use crate::assessment::judged_levels;
use crate::authority::Granted;
use crate::entry::{CaseOpenFacts, Evidence, Kind, Private};
use crate::field_visit::Visit;
use crate::fold::{get, row};
use crate::folder::{Command, Office, Progress, now};
use crate::mirror::CasesWanted;
use crate::problems;
use crate::spaces::{self, CaseRow, StepRow};
use crate::values;
use crate::written::Writing;

/// Entries of one append: small enough to be flushed quickly, large enough for one flush to serve many.
pub(crate) const GROUP: usize = 2_000;

/// A case with the flow that it runs by.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its number: the position of the entry that opened it.
    pub number: u64,
    /// The version that was read: the position of its last entry.
    pub version: Position,
    /// How it stands.
    pub state: CaseState,
    /// What it is about.
    pub about: CaseOpenFacts,
    /// The flow as it stood when the case was accepted.
    pub flow: Arc<Flow>,
    /// The steps that time has taken of itself and that are not written down yet; `state` has them already.
    pub by_time: Vec<Step>,
    /// The cases below it.
    pub below: Vec<u64>,
    /// The cases that were merged into it.
    pub merged: Vec<u64>,
    /// The unit that opened it, where another has it now.
    pub opened_for: Option<String>,
}

/// What someone wants to do with a case.
#[derive(Debug, Clone, Default)]
pub struct ActRequest {
    /// Action.
    pub action: String,
    /// Fields as text.
    pub fields: BTreeMap<String, String>,
    /// Evidence that was stored already.
    pub evidence: Vec<Evidence>,
    /// Reason.
    pub reason: Option<String>,
    /// Reason from the action's list.
    pub closing_reason: Option<String>,
    /// Civil day; today when not said.
    pub day: Option<Day>,
    /// The unit to which it passes the case on, or for which it opens a case below.
    pub unit_to: Option<String>,
    /// The number of the case into which it is merged.
    pub into: Option<u64>,
    /// The version of the case that whoever acts has seen; acting on an older one is refused.
    pub seen: Option<Position>,
    /// Role and unit in which it is done, instead of the actor's own: for data that is generated.
    pub standing: Option<(String, Option<String>)>,
}

impl Office {
    /// The case of that number.
    ///
    /// # Errors
    /// There is none.
    pub fn case(&self, number: u64) -> Result<Case, Problem> {
        self.case_on(number, self.today()?)
    }

    fn case_on(&self, number: u64, day: Day) -> Result<Case, Problem> {
        let state = self.state()?;
        let Some((version, bytes)) = state.get(spaces::CASE, &spaces::number_key(number))? else {
            return Err(problems::no_such_case(number));
        };
        self.case_of(number, version, row(spaces::CASE, &bytes)?, day)
    }

    /// The number of the case of an item, a unit and a period, if it was opened.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn case_of_item(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        item: &ItemId,
        unit: &UnitId,
    ) -> Result<Option<u64>, Problem> {
        let key = spaces::key(&[
            scorecard.as_str(),
            &period.to_string(),
            item.as_str(),
            unit.as_str(),
        ]);
        get(&self.state()?, spaces::CASE_INDEX, &key)
    }

    /// The numbers of all cases, open and closed, in their order. There may be millions: read them one by one.
    pub fn case_numbers(&self) -> Vec<u64> {
        let closed = CasesWanted::default();
        let closed = self.mirror().closed_cases(&closed);
        let mut numbers: Vec<u64> = self.mirror().open_cases().chain(closed).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The flows of every programme that there was, the latest of each first: an older case runs by an older one.
    pub fn flows_ever(&self) -> Vec<Arc<Flow>> {
        let mut programmes: Vec<_> = self.mirror().programmes().collect();
        programmes.reverse();
        let flows = programmes
            .into_iter()
            .flat_map(|found| found.flows.values());
        flows.cloned().collect()
    }

    /// The cases that are not closed, by number: a day's work looks at these, however many are closed. What time alone
    /// has closed is among them before it is written.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn open_cases(&self) -> Result<Vec<Case>, Problem> {
        self.open_cases_on(self.today()?)
    }

    /// The same with what time has done up to a day.
    pub(crate) fn open_cases_on(&self, day: Day) -> Result<Vec<Case>, Problem> {
        let numbers = self.mirror().open_cases();
        numbers.map(|number| self.case_on(number, day)).collect()
    }

    /// The cases of some flows, open or closed, by number.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn cases_of_flows(&self, flows: &[&FlowId]) -> Result<Vec<Case>, Problem> {
        let is_one = |flow: &str| flows.iter().any(|found| found.as_str() == flow);
        let mut numbers = self.mirror().open_cases_of(is_one);
        for flow in flows {
            let wanted = CasesWanted {
                flow: Some(flow.as_str()),
                ..CasesWanted::default()
            };
            numbers.extend(self.mirror().closed_cases(&wanted));
        }
        numbers.sort_unstable();
        numbers
            .into_iter()
            .map(|number| self.case(number))
            .collect()
    }

    pub(crate) fn case_of(
        &self,
        number: u64,
        version: Position,
        row: CaseRow,
        day: Day,
    ) -> Result<Case, Problem> {
        // A case keeps the rule version under which it was accepted.
        let programme = self
            .mirror()
            .programme_as_of(Position(row.programme))
            .ok_or_else(problems::no_programme)?;
        let flow = programme
            .flows
            .get(&FlowId::new(&row.opened.flow))
            .ok_or_else(|| problems::unknown_flow(&row.opened.flow))?
            .clone();
        let mut state = case_state(&flow, &row);
        for below in &row.below {
            state.sub_cases_open += u32::from(self.is_open(*below)?);
        }
        let by_time = if flow.notices.is_empty() {
            Vec::new()
        } else {
            let clock = Clock {
                by: 0,
                moment: state.last_moment(),
            };
            let calendar = &self.programme()?.calendar;
            // Without its calendar nothing happens by itself; the page says why.
            casework::pass_time(&flow, &mut state, day, calendar, clock).unwrap_or_default()
        };
        let mut about = row.opened;
        let unit = spaces::unit_after(about.unit.as_deref(), &row.steps);
        let opened_for = std::mem::replace(&mut about.unit, unit);
        let opened_for = opened_for.filter(|unit| about.unit.as_ref() != Some(unit));
        Ok(Case {
            number,
            version,
            state,
            about,
            flow,
            by_time,
            below: row.below,
            merged: row.merged,
            opened_for,
        })
    }

    /// Opens the case of every item for every unit that carries it in the period; those that are open
    /// already stay as they are. Gives how many were opened.
    ///
    /// # Errors
    /// The scorecard has no flow, or the ledger cannot be written.
    pub fn open_assessment(
        &mut self,
        scorecard: &ScorecardId,
        period: &Period,
        day: Option<Day>,
        progress: Progress<'_>,
    ) -> Result<u64, Problem> {
        let reach = self.authorise(Granted::OpenCases)?;
        let programme = self.programme()?;
        let found = programme
            .scorecards
            .get(scorecard)
            .ok_or_else(|| problems::unknown_scorecard(scorecard, ""))?;
        let flow_id = found
            .flow
            .clone()
            .ok_or_else(|| problems::scorecard_without_flow(scorecard))?;
        let flow = programme
            .flows
            .get(&flow_id)
            .ok_or_else(|| problems::unknown_flow(&flow_id))?;
        let day = match day {
            Some(day) => day,
            None => self.today()?,
        };
        let on = period.last();
        let year = on.year();
        let mut commands = Vec::new();
        for (item_id, item) in &found.items {
            let points = found
                .card
                .items
                .iter()
                .find(|card| &card.id == item_id)
                .map(|card| card.points.clone());
            for unit in programme
                .units
                .keys()
                .filter(|unit| is_carried_by(&programme, item, unit, on))
                .filter(|unit| reach.includes(unit.as_str(), on))
            {
                if self
                    .case_of_item(scorecard, period, item_id, unit)?
                    .is_some()
                {
                    continue;
                }
                let mut fields = BTreeMap::new();
                if let (Some(points), Some(_)) = (&points, flow.field(&FieldId::new(POINTS_FIELD)))
                {
                    fields.insert(
                        POINTS_FIELD.to_owned(),
                        Json::String(crate::values::shown(points)),
                    );
                }
                if let (Some((month, due_day)), Some(_)) =
                    (item.due, flow.field(&FieldId::new(DUE_FIELD)))
                    && let Some(due) = Day::from_ymd(year, month.into(), due_day.into())
                {
                    fields.insert(DUE_FIELD.to_owned(), Json::String(due.to_string()));
                }
                let facts = CaseOpenFacts {
                    flow: flow_id.to_string(),
                    state: flow.initial.to_string(),
                    day: day.to_string(),
                    unit: Some(unit.to_string()),
                    scorecard: Some(scorecard.to_string()),
                    item: Some(item_id.to_string()),
                    period: Some(period.to_string()),
                    record: None,
                    year,
                    fields,
                    support: Vec::new(),
                    because: Vec::new(),
                    subject: None,
                    parent: None,
                };
                commands.push(Command::new(Kind::CaseOpen, &facts, &Private::default())?);
            }
        }
        let total = commands.len() as u64;
        self.append_in_groups(commands, "cases", progress)?;
        Ok(total)
    }

    /// Appends many commands that do not depend on each other, a group at a time.
    pub(crate) fn append_in_groups(
        &mut self,
        commands: Vec<Command>,
        what: &str,
        progress: Progress<'_>,
    ) -> Result<Vec<EntryHead>, Problem> {
        let total = commands.len() as u64;
        let mut heads = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter();
        loop {
            let group: Vec<Command> = commands.by_ref().take(GROUP).collect();
            if group.is_empty() {
                return Ok(heads);
            }
            heads.extend(self.append(group, &[])?);
            progress(heads.len() as u64, total, what);
        }
    }

    /// Acts on a case.
    ///
    /// # Errors
    /// Every reason for which `casework` refuses the act; or someone else acted at the same time.
    pub fn act(&mut self, number: u64, request: &ActRequest) -> Result<Case, Vec<Problem>> {
        self.decide_again(|office| office.act_now(number, request, None))
    }

    /// Acts on a case by a visit in the field.
    pub(crate) fn act_visit(
        &mut self,
        number: u64,
        request: &ActRequest,
        visit: &Visit,
    ) -> Result<(), Vec<Problem>> {
        self.act_now(number, request, Some(visit)).map(drop)
    }

    fn act_now(
        &mut self,
        number: u64,
        request: &ActRequest,
        visit: Option<&Visit>,
    ) -> Result<Case, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let mut case = self.case(number).map_err(one)?;
        self.check_seen(&case, request)?;
        if !case.by_time.is_empty() {
            self.write_down_time(&case).map_err(one)?;
            case = self.case(number).map_err(one)?;
        }
        let faults = self.demanded(&case, request, &mut None)?;
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut writing = Writing::default();
        let mut commands = self.act_commands(&case, request, &mut writing)?;
        if let Some(visit) = visit {
            let joined = visit.join_step(self, number, &mut commands);
            joined.map_err(one)?;
        }
        let (subjects, relied) = writing.finish().map_err(one)?;
        commands.splice(0..0, subjects);
        let mut preconditions = vec![case.precondition()];
        preconditions.extend(relied);
        let above_and_below = case.below.iter().chain(&request.into);
        for other in above_and_below {
            preconditions.push(self.case(*other).map_err(one)?.precondition());
        }
        self.append(commands, &preconditions).map_err(one)?;
        self.case(number).map_err(one)
    }

    /// The command that an act comes to, without appending it.
    pub(crate) fn act_command(
        &self,
        case: &Case,
        request: &ActRequest,
    ) -> Result<Command, Vec<Problem>> {
        let step = self.judge(case, request, now())?;
        self.step_command(case, &step, &request.evidence)
            .map_err(|problem| vec![problem])
    }

    /// The same with the records that the step writes.
    fn step_commands(
        &self,
        case: &Case,
        request: &ActRequest,
        writing: &mut Writing,
    ) -> Result<Vec<Command>, Vec<Problem>> {
        let step = self.judge(case, request, now())?;
        let command = self.step_command(case, &step, &request.evidence);
        let mut commands = vec![command.map_err(|problem| vec![problem])?];
        commands.extend(self.written_by(case, &step, &request.evidence, writing)?);
        Ok(commands)
    }

    /// What is wrong with an act and with the records that it writes.
    pub(crate) fn act_faults(&self, case: &Case, request: &ActRequest) -> Vec<Problem> {
        let commands = self.step_commands(case, request, &mut Writing::default());
        commands.err().unwrap_or_default()
    }

    /// The same with the records that it writes and the case below that it opens.
    fn act_commands(
        &self,
        case: &Case,
        request: &ActRequest,
        writing: &mut Writing,
    ) -> Result<Vec<Command>, Vec<Problem>> {
        let mut commands = self.step_commands(case, request, writing)?;
        let below = self.below_of(case, request);
        commands.extend(below.map_err(|problem| vec![problem])?);
        Ok(commands)
    }

    /// The command that opens the case below that an act opens.
    pub(crate) fn below_of(
        &self,
        case: &Case,
        request: &ActRequest,
    ) -> Result<Option<Command>, Problem> {
        let action = case.flow.action(&ActionId::new(&request.action));
        let opens = action.and_then(|action| action.beyond.opens.as_ref());
        if let Some(opens) = opens
            && self.is_opened_by_record(case, opens)?
        {
            return Ok(None);
        }
        let below = opens
            .map(|opens| self.open_below(case, opens, request.unit_to.as_deref(), request.day));
        below.transpose()
    }

    fn judge(
        &self,
        case: &Case,
        request: &ActRequest,
        moment: Moment,
    ) -> Result<Step, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let programme = self.programme().map_err(one)?;
        let (role, unit) = match &request.standing {
            Some((role, unit)) => (role.clone(), unit.clone()),
            None => self.acting_as().map_err(one)?,
        };
        let mut fields = BTreeMap::new();
        let mut faults = Vec::new();
        // Made-up data may say what people may not.
        if request.standing.is_none() {
            faults.extend(only_by_record(&programme, case, &request.action));
        }
        for (name, text) in &request.fields {
            let id = FieldId::new(name);
            match case.flow.field(&id) {
                Some(field) => match field.read(text) {
                    Ok(value) if to_column(Some(field), &value).is_none() => {
                        faults.push(problems::beyond_column(text))
                    }
                    Ok(value) => drop(fields.insert(id, value)),
                    Err(problem) => faults.push(problem),
                },
                None => {
                    let known = case.flow.fields.iter().map(|field| field.id.as_str());
                    faults.push(problems::unknown_case_field(
                        name,
                        programme::suggest(name, known),
                    ));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let day = match request.day {
            Some(day) => day,
            None => self.today().map_err(one)?,
        };
        let today = self.today().map_err(one)?;
        if day > today {
            return Err(vec![problems::step_in_future(day, today)]);
        }
        points_of_a_level(&programme, &case.about, &fields).map_err(one)?;
        self.check_beyond(case, request, day)?;
        let filer = self.is_filer(case).map_err(one)?;
        let act = Act {
            action: ActionId::new(&request.action),
            by: self.acting(),
            roles: vec![RoleId::new(&role)],
            relation: Relation {
                filer,
                ..relation(&programme, &case.about, unit.as_deref())
            },
            unit: unit.map(UnitId::new),
            day,
            moment,
            fields,
            evidence: request
                .evidence
                .iter()
                .map(|piece| piece.sha256.clone())
                .collect(),
            reason: request.reason.clone(),
            closing_reason: request.closing_reason.as_ref().map(CodeId::new),
            unit_to: request.unit_to.as_ref().map(UnitId::new),
            into: request.into,
        };
        casework::check(&case.flow, &case.state, act, &programme.calendar)
    }
}

/// Why a step cannot be taken by hand, where a record takes it.
fn only_by_record(programme: &Programme, case: &Case, action: &str) -> Option<Problem> {
    let id = ActionId::new(action);
    let of = programme.done_by_record(&case.flow.id, &id)?;
    let record = programme.record_types.get(of)?;
    let action = case.flow.action(&id)?;
    Some(problems::done_by_record(
        &action.name.zh,
        &action.name.en,
        &record.name.zh,
        &record.name.en,
    ))
}

/// Points that judge an item of levels must be those of one of them, so that they say which it is; and a level
/// that is chosen beside them must be that one.
fn points_of_a_level(
    programme: &Programme,
    about: &CaseOpenFacts,
    fields: &BTreeMap<FieldId, Value>,
) -> Result<(), Problem> {
    let scorecard = about
        .scorecard
        .as_deref()
        .and_then(|id| programme.scorecards.get(id));
    let (Some(scorecard), Some(item)) = (scorecard, about.item.as_deref()) else {
        return Ok(());
    };
    let items = &scorecard.card.items;
    let Some(declared) = items.iter().find(|found| found.id.as_str() == item) else {
        return Ok(());
    };
    let levels = judged_levels(declared);
    if levels.is_empty() {
        return Ok(());
    }
    let listed = |lang: Lang| {
        let shown = levels.iter().map(|(id, points)| {
            let points = crate::values::shown(points);
            format!("{}（{points}）", level_name(programme, declared, id, lang))
        });
        shown.collect::<Vec<_>>().join("；")
    };
    let judging = || {
        let judges = |id: &FieldId| {
            scorecard
                .judged_by
                .iter()
                .any(|field| **field == *id.as_str())
        };
        fields
            .iter()
            .filter(move |(id, _)| judges(id))
            .map(|(_, value)| value)
    };
    let given = judging().find_map(|value| match value {
        Value::Number(points) => Some(points),
        _ => None,
    });
    let chosen = judging().find_map(|value| match value {
        Value::Text(level) => levels.iter().find(|(id, _)| **id == **level),
        _ => None,
    });
    let Some(points) = given else {
        return Ok(());
    };
    if !levels.iter().any(|(_, worth)| worth == points) {
        return Err(problems::points_of_no_level(
            crate::values::shown(points),
            item,
            listed(Lang::Zh),
            listed(Lang::En),
        ));
    }
    match chosen {
        Some((id, worth)) if worth != points => Err(problems::points_of_other_level(
            crate::values::shown(points),
            crate::values::shown(worth),
            level_name(programme, declared, id, Lang::Zh),
            level_name(programme, declared, id, Lang::En),
            listed(Lang::Zh),
            listed(Lang::En),
        )),
        _ => Ok(()),
    }
}

/// What a level of an item is called: what its rule says that it takes; of one that is met or not, the code's name.
pub fn level_name(programme: &Programme, item: &scoring::Item, level: &str, lang: Lang) -> String {
    if let scoring::Rule::Tiered { levels } = &item.rule
        && let Some(found) = levels.iter().find(|found| found.id == level)
    {
        return found.describes.get(lang).to_owned();
    }
    let codes = programme.vocabularies.values();
    let named = codes
        .filter_map(|vocabulary| vocabulary.codes.get(level))
        .next();
    named.map_or_else(|| level.to_owned(), |code| code.name.get(lang).to_owned())
}

/// How a unit stands to a case: it is the case's own, or leads the item that the case is about.
pub fn relation(programme: &Programme, about: &CaseOpenFacts, unit: Option<&str>) -> Relation {
    let own = unit.is_some() && unit == about.unit.as_deref();
    let lead = || {
        let scorecard = programme
            .scorecards
            .get(&ScorecardId::new(about.scorecard.as_deref()?))?;
        let item = scorecard.items.get(&ItemId::new(about.item.as_deref()?))?;
        item.lead.as_ref().map(|lead| Some(lead.as_str()) == unit)
    };
    Relation {
        own,
        lead: lead().unwrap_or(false),
        support: unit.is_some_and(|unit| about.support.iter().any(|found| found == unit)),
        filer: false,
    }
}

/// The canonical form of a case's value in an entry.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Integer(number) => Json::from(*number),
        Value::Bool(answer) => Json::Bool(*answer),
        other => Json::String(other.to_string()),
    }
}

/// Reads the canonical form back by the flow's field; text where the field is no longer declared.
pub(crate) fn from_json(field: Option<&Field>, json: &Json) -> Option<Value> {
    Some(match (field.map(|field| &field.kind), json) {
        (_, Json::Bool(answer)) => Value::Bool(*answer),
        (_, Json::Number(number)) => Value::Integer(number.as_i64()?),
        (Some(FieldKind::Decimal { .. }), Json::String(text)) => {
            Value::Number(base::Ratio::parse_decimal(text)?)
        }
        (Some(FieldKind::Day), Json::String(text)) => Value::Day(Day::parse(text).ok()?),
        (_, Json::String(text)) => Value::Text(text.clone()),
        _ => return None,
    })
}

/// A case's value as its column holds it; `None` when the column cannot.
pub(crate) fn to_column(field: Option<&Field>, value: &Value) -> Option<ColumnValue> {
    Some(match value {
        Value::Text(text) => ColumnValue::Text(text.as_str().into()),
        Value::Day(day) => ColumnValue::Day(*day),
        Value::Bool(answer) => ColumnValue::Bool(*answer),
        Value::Integer(number) => ColumnValue::Int(values::storable(*number)?),
        Value::Number(number) => match field.map(|field| &field.kind) {
            Some(FieldKind::Decimal { scale }) => {
                let units = number * &base::Ratio::from_int(10_i64.pow(u32::from(*scale).min(18)));
                ColumnValue::Int(values::storable(i64::try_from(units.to_integer()?).ok()?)?)
            }
            _ => ColumnValue::Null,
        },
    })
}

fn values_of(flow: &Flow, fields: &BTreeMap<String, Json>) -> BTreeMap<FieldId, Value> {
    fields
        .iter()
        .filter_map(|(name, json)| {
            let id = FieldId::new(name);
            let value = from_json(flow.field(&id), json)?;
            Some((id, value))
        })
        .collect()
}

/// The case as `casework` knows it, from its state row.
fn case_state(flow: &Flow, row: &CaseRow) -> CaseState {
    let mut state = state_of_parts(
        flow,
        &row.opened,
        &row.steps,
        &row.state,
        &row.fields,
        row.closed.as_ref(),
    );
    state.opening.moment = Moment::from_micros(row.time).unwrap_or(state.opening.moment);
    state.opening.by = row.by;
    state.opening.rules = Position(row.programme);
    state
}

/// The case as `casework` knows it, without who opened it and when that was recorded.
pub(crate) fn state_of_parts(
    flow: &Flow,
    opened: &CaseOpenFacts,
    steps: &[StepRow],
    state: &str,
    fields: &BTreeMap<String, Json>,
    closed: Option<&(String, Option<String>)>,
) -> CaseState {
    let opening = Opening {
        day: day_of(&opened.day),
        moment: moment_of(0),
        by: 0,
        rules: Position(0),
        reference_year: opened.year,
        fields: values_of(flow, &opened.fields),
    };
    let mut evidence: Vec<String> = Vec::new();
    for hash in steps.iter().flat_map(|step| &step.evidence) {
        if !evidence.contains(hash) {
            evidence.push(hash.clone());
        }
    }
    let steps: Vec<Step> = steps.iter().map(|step| step_of(flow, step)).collect();
    CaseState {
        flow: flow.id.clone(),
        state: base::StateId::new(state),
        entered_on: steps
            .iter()
            .rev()
            .find(|step| step.from != step.to)
            .map_or(opening.day, |step| step.day),
        fields: values_of(flow, fields),
        evidence,
        closed: closed.map(|(on, outcome)| Closed {
            on: day_of(on),
            outcome: outcome.as_ref().map(CodeId::new),
            reason: steps.last().and_then(|step| step.closing_reason.clone()),
        }),
        steps,
        sub_cases_open: 0,
        opening,
    }
}

// Days and moments in state rows were written by this software from checked values.
pub(crate) fn day_of(text: &str) -> Day {
    Day::parse(text).unwrap_or(Day::MIN)
}

fn moment_of(micros: i64) -> Moment {
    Moment::from_micros(micros).unwrap_or(Moment::MIN)
}

fn step_of(flow: &Flow, step: &StepRow) -> Step {
    Step {
        action: ActionId::new(&step.action),
        by: step.by,
        role: RoleId::new(&step.role),
        unit: step.unit.as_ref().map(UnitId::new),
        day: day_of(&step.day),
        moment: moment_of(step.time),
        from: base::StateId::new(&step.from),
        to: base::StateId::new(&step.to),
        fields: values_of(flow, &step.fields),
        evidence: step.evidence.clone(),
        reason: step.reason.clone(),
        closing_reason: step.closing_reason.as_ref().map(CodeId::new),
        unit_to: step.unit_to.as_ref().map(UnitId::new),
        into: step.into,
    }
}

/// The cases of an assessment, by item and unit, for many acts in a row.
pub type CasesByItem = BTreeMap<(ItemId, UnitId), u64>;

impl Office {
    /// The cases of an assessment.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn cases_of(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
    ) -> Result<CasesByItem, Problem> {
        let mut prefix = spaces::key(&[scorecard.as_str(), &period.to_string()]);
        prefix.push(0);
        let mut cases = CasesByItem::new();
        for found in self.state()?.scan(spaces::CASE_INDEX, &prefix) {
            let found = found?;
            let rest = String::from_utf8_lossy(found.key.get(prefix.len()..).unwrap_or_default())
                .into_owned();
            if let Some((item, unit)) = rest.split_once('\0') {
                cases.insert(
                    (ItemId::new(item), UnitId::new(unit)),
                    row(spaces::CASE_INDEX, &found.value)?,
                );
            }
        }
        Ok(cases)
    }

    /// The cases of one unit's items of a scorecard in a period, by item.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn cases_of_unit<'i>(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        unit: &UnitId,
        items: impl Iterator<Item = &'i ItemId>,
    ) -> Result<BTreeMap<ItemId, u64>, Problem> {
        let (state, period) = (self.state()?, period.to_string());
        let mut cases = BTreeMap::new();
        for item in items {
            let key = spaces::key(&[scorecard.as_str(), &period, item.as_str(), unit.as_str()]);
            if let Some(number) = get(&state, spaces::CASE_INDEX, &key)? {
                cases.insert(item.clone(), number);
            }
        }
        Ok(cases)
    }
}

impl Office {
    /// Acts on a case that is held in memory: it goes on there, and its command is given to be appended
    /// later, with those of the records that it writes. Nobody else may act on the case in between.
    ///
    /// # Errors
    /// Every reason for which `casework` refuses the act.
    pub(crate) fn act_held(
        &self,
        case: &mut Case,
        request: &ActRequest,
        writing: &mut Writing,
    ) -> Result<Vec<Command>, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let step = self.judge(case, request, now())?;
        let command = self
            .step_command(case, &step, &request.evidence)
            .map_err(one)?;
        let mut commands = vec![command];
        commands.extend(self.written_by(case, &step, &request.evidence, writing)?);
        case.state.record(&case.flow, step).map_err(one)?;
        Ok(commands)
    }
}
