//! What a case does beyond itself, and what it owes to others: opening by hand and below another, passing to another
//! unit, merging, what time has done, and who acted meanwhile.
//!
//! The rules are those of `casework`; here are the other cases, units and people that it cannot see.

use std::collections::BTreeMap;

use base::{ActionId, Day, FieldId, FlowId, Problem, SubjectTypeId, UnitId};
use casework::{Flow, Opening, StateKind, Step, Transfer};
use ledger::Precondition;
use programme::model::Programme;

use crate::advance::CLOCK_ROLE;
use crate::case::{ActRequest, Case, to_column, to_json};
use crate::entry::{CaseActFacts, CaseOpenFacts, CasePassedFacts, Evidence, Kind, Private};
use crate::fold::get;
use crate::folder::{Command, Office, now};
use crate::problems;
use crate::spaces::{self, CaseRow};

/// Most cases below one case.
pub const BELOW_MAX: usize = 500;
/// Most persons that follow each other in one post while a case is open.
const MOVES_MAX: usize = 100;

/// A case that is to be opened by hand.
#[derive(Debug, Clone, Default)]
pub struct Filing {
    /// Flow.
    pub flow: String,
    /// The unit whose case it is; the actor's own when not said.
    pub unit: Option<String>,
    /// The subject that it is about, of a flow about subjects.
    pub subject: Option<String>,
    /// The record that it is about, of a flow about records.
    pub record: Option<u64>,
    /// Fields as text.
    pub fields: BTreeMap<String, String>,
    /// Civil day; today when not said.
    pub day: Option<Day>,
}

impl Case {
    /// That nobody has written it since it was read.
    pub(crate) fn precondition(&self) -> Precondition {
        Precondition {
            space: spaces::CASE,
            key: spaces::number_key(self.number),
            version: Some(self.version),
        }
    }

    /// The unit to which the case goes when it is sent back: the one before the last that it was passed to.
    fn unit_before(&self) -> Option<String> {
        let opened = self.opened_for.clone().or_else(|| self.about.unit.clone());
        let mut units: Vec<Option<String>> = vec![opened];
        for step in &self.state.steps {
            let action = self.flow.action(&step.action);
            match action.and_then(|action| action.beyond.transfers) {
                Some(Transfer::ToUnit) => {
                    units.push(step.unit_to.as_ref().map(ToString::to_string))
                }
                Some(Transfer::Back) => drop(units.pop()),
                None => {}
            }
        }
        units.pop();
        units.pop().flatten()
    }
}

impl Office {
    /// Opens a case by hand; gives its number.
    ///
    /// # Errors
    /// The flow does not let this role open one, or everything that is wrong with what was given.
    pub fn file_case(&mut self, filing: &Filing) -> Result<u64, Vec<Problem>> {
        self.decide_again(|office| office.file_now(filing))
    }

    fn file_now(&mut self, filing: &Filing) -> Result<u64, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let (programme, today) = (self.programme().map_err(one)?, self.today().map_err(one)?);
        let (role, own) = self.acting_as().map_err(one)?;
        let flow = programme
            .flows
            .get(&FlowId::new(&filing.flow))
            .ok_or_else(|| one(problems::unknown_flow(&filing.flow)))?;
        if !flow.filing.roles.iter().any(|may| may.as_str() == role) {
            return Err(one(problems::not_opened_by_role(&flow.id, role)));
        }
        let day = filing.day.unwrap_or(today);
        let mut faults = Vec::new();
        if day > today {
            faults.push(problems::step_in_future(day, today));
        }
        let unit = filing.unit.clone().or(own);
        if let Some(unit) = &unit {
            faults.extend(unit_on(&programme, unit, day).err());
        }
        faults.extend(self.about_nothing(&programme, flow, filing).map_err(one)?);
        let given = match filing.record {
            Some(record) if flow.subject == "record" && faults.is_empty() => self
                .as_its_record_says(flow, record, &filing.fields, &mut faults)
                .map_err(one)?,
            _ => filing.fields.clone(),
        };
        let mut fields = BTreeMap::new();
        for (name, text) in given.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let id = FieldId::new(name);
            let is_taken = flow.filing.requires.contains(&id) || flow.filing.sets.contains(&id);
            match flow.field(&id).filter(|_| is_taken) {
                None => faults.push(problems::opening_field_unknown(name)),
                Some(field) => match field.read(text) {
                    Ok(value) if to_column(Some(field), &value).is_none() => {
                        faults.push(problems::beyond_column(text));
                    }
                    Ok(value) => drop(fields.insert(id, value)),
                    Err(problem) => faults.push(problem),
                },
            }
        }
        for id in &flow.filing.requires {
            let given = given.get(id.as_str());
            if given.is_none_or(|text| text.trim().is_empty()) {
                let name = flow
                    .field(id)
                    .map(|field| field.name.clone())
                    .unwrap_or_default();
                faults.push(problems::opening_field_missing(&name.zh, &name.en));
            }
        }
        let opening = Opening {
            day,
            moment: now(),
            by: self.acting(),
            rules: self.mirror().programme_at(),
            reference_year: day.year(),
            fields: fields.clone(),
        };
        match casework::open(flow, opening) {
            Ok(state) => {
                let notices = casework::notices(flow, &state, day, &programme.calendar);
                faults.extend(notices.err());
            }
            Err(found) => faults.extend(found),
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // A case about a record is about the record's subject too.
        let subject = match (&filing.subject, filing.record) {
            (None, Some(record)) => self.subject_of_record(&programme, record).map_err(one)?,
            _ => None,
        };
        let subject = subject.map(|(_, id)| id);
        let facts = CaseOpenFacts {
            subject: filing.subject.clone().or(subject),
            record: filing.record,
            fields: fields
                .iter()
                .map(|(id, value)| (id.to_string(), to_json(value)))
                .collect(),
            ..opened(flow, day, unit)
        };
        let command = Command::new(Kind::CaseFiled, &facts, &Private::default()).map_err(one)?;
        let heads = self.append(vec![command], &[]).map_err(one)?;
        Ok(heads.first().map_or(0, |head| head.position.0))
    }

    /// What was given to a case about a record, with what the record says itself. Where a rule opens such cases, the record
    /// must ask for one, there must be none yet, and nothing may be typed otherwise than the record has it.
    fn as_its_record_says(
        &self,
        flow: &Flow,
        record: u64,
        typed: &BTreeMap<String, String>,
        faults: &mut Vec<Problem>,
    ) -> Result<BTreeMap<String, String>, Problem> {
        let mut given = typed.clone();
        let Some(asked) = self.asked_by_record(&flow.id, record)? else {
            return Ok(given);
        };
        let (zh, en) = (&flow.name.zh, &flow.name.en);
        match asked.there_is {
            Some(case) => faults.push(problems::record_has_case(record, zh, en, case)),
            None => {
                let refused = asked.refused.as_ref();
                faults.extend(refused.map(|when| problems::record_asks_none(record, zh, en, when)));
            }
        }
        for (input, says) in asked.fields {
            let other = given.get(input.as_str()).map(|text| text.trim());
            if let Some(text) = other.filter(|text| !text.is_empty() && *text != says) {
                let name = flow.field(&input).map(|field| field.name.clone());
                let name = name.unwrap_or_default();
                faults.push(problems::not_as_its_record(&name.zh, &name.en, text, &says));
            }
            given.insert(input.to_string(), says);
        }
        Ok(given)
    }

    /// What a filed case should be about and is not.
    fn about_nothing(
        &self,
        programme: &Programme,
        flow: &Flow,
        filing: &Filing,
    ) -> Result<Option<Problem>, Problem> {
        let subject_type = SubjectTypeId::new(&flow.subject);
        if let Some(declared) = programme.subject_types.get(&subject_type) {
            let id = filing.subject.as_deref().unwrap_or_default();
            let is_known = self.mirror().subject_name(&flow.subject, id).is_some();
            let name = &declared.name.zh;
            return Ok((!is_known).then(|| problems::case_about_nothing(&flow.id, name, id)));
        }
        if flow.subject == "record" {
            let number = filing.record.unwrap_or_default();
            let is_record = number > 0
                && number <= self.position().0
                && self.ledger().entry(base::Position(number))?.kind == Kind::Record.number();
            let found = (!is_record)
                .then(|| problems::case_about_nothing(&flow.id, "记录 / record", number));
            return Ok(found);
        }
        Ok(None)
    }

    /// The command that opens a case below another.
    pub(crate) fn open_below(
        &self,
        above: &Case,
        flow: &FlowId,
        unit: Option<&str>,
        day: Option<Day>,
    ) -> Result<Command, Problem> {
        let programme = self.programme()?;
        let found = programme
            .flows
            .get(flow)
            .ok_or_else(|| problems::unknown_flow(flow))?;
        if above.below.len() >= BELOW_MAX {
            let count = above.below.len();
            return Err(problems::many_cases_below(above.number, count, BELOW_MAX));
        }
        let day = match day {
            Some(day) => day,
            None => self.today()?,
        };
        let unit = unit.map(str::to_owned).or_else(|| above.about.unit.clone());
        // What it is about is what the one above is about, as far as its flow is about such.
        let subject = self.subject_of_case(above)?.filter(|(subject_type, _)| {
            let is_about_subjects = programme.subject_types.contains_key(found.subject.as_str());
            !is_about_subjects || *found.subject == *subject_type.as_str()
        });
        let facts = CaseOpenFacts {
            subject: subject.map(|(_, id)| id),
            record: above.about.record,
            parent: Some(above.number),
            fields: carried_down(above, found),
            ..opened(found, day, unit)
        };
        Command::new(Kind::CaseFiled, &facts, &Private::default())
    }

    /// Whether a case is not closed.
    pub(crate) fn is_open(&self, case: u64) -> Result<bool, Problem> {
        let key = spaces::number_key(case);
        let row: Option<CaseRow> = get(&self.state()?, spaces::CASE, &key)?;
        let Some(row) = row.filter(|row| row.closed.is_none()) else {
            return Ok(false);
        };
        // One that time has closed is closed, also where nobody has written it down.
        let version = self.mirror().programme_as_of(base::Position(row.programme));
        let flow =
            version.and_then(|found| found.flows.get(&FlowId::new(&row.opened.flow)).cloned());
        match flow {
            Some(flow) if !flow.notices.is_empty() => Ok(!self.case(case)?.state.is_closed()),
            _ => Ok(true),
        }
    }

    /// Whether who acts opened the case: also under another number since, or as a deputy. Of one that a rule opened it is
    /// whose unit has it, or nobody could call it off.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn is_filed_by(&self, case: &Case, actor: u64) -> Result<bool, Problem> {
        let own = match self.actor_of(actor)?.and_then(|row| row.stands_in) {
            Some(stands_in) => stands_in.of,
            None => actor,
        };
        let mut by = case.state.opening.by;
        for _ in 0..MOVES_MAX {
            if by == own {
                return Ok(true);
            }
            match self.actor_of(by)?.and_then(|row| row.moved_to) {
                Some(moved_to) => by = moved_to,
                None => break,
            }
        }
        let opener = self.actor_of(case.state.opening.by)?;
        if opener.is_some_and(|row| row.role == CLOCK_ROLE) {
            let unit = self.actor_of(own)?.and_then(|row| row.unit);
            return Ok(unit.is_some() && unit == case.about.unit);
        }
        Ok(false)
    }

    pub(crate) fn is_filer(&self, case: &Case) -> Result<bool, Problem> {
        self.is_filed_by(case, self.acting())
    }

    /// Refuses an act on a case as it was before somebody else's, and says whose.
    pub(crate) fn check_seen(&self, case: &Case, request: &ActRequest) -> Result<(), Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let Some(seen) = request.seen.filter(|seen| *seen < case.version) else {
            return Ok(());
        };
        let key = spaces::number_key(case.number);
        let row: Option<CaseRow> =
            get(&self.state().map_err(one)?, spaces::CASE, &key).map_err(one)?;
        let steps = row.map(|row| row.steps).unwrap_or_default();
        let Some(step) = steps.iter().rev().find(|step| step.at > seen.0) else {
            return Ok(());
        };
        let programme = self.programme().map_err(one)?;
        let action = case
            .flow
            .action(&ActionId::new(&step.action))
            .map(|action| action.name.clone())
            .unwrap_or_default();
        let state = case
            .flow
            .state(&case.state.state)
            .map(|state| state.name.clone())
            .unwrap_or_default();
        let moment = base::Moment::from_micros(step.time);
        let at = match (moment, base::TimeZoneName::parse(&programme.time_zone)) {
            (Some(moment), Ok(zone)) => time_of(moment, &zone),
            _ => step.day.clone(),
        };
        let by = self.actor_name(step.by).map_err(one)?;
        Err(one(problems::case_moved_on(
            by, &action.zh, &action.en, &state.zh, &state.en, at,
        )))
    }

    /// Refuses a unit that is none, and another case that cannot be merged into.
    pub(crate) fn check_beyond(
        &self,
        case: &Case,
        request: &ActRequest,
        day: Day,
    ) -> Result<(), Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let programme = self.programme().map_err(one)?;
        let action = case.flow.action(&ActionId::new(&request.action));
        if let Some(unit) = &request.unit_to {
            unit_on(&programme, unit, day).map_err(one)?;
            let passes = action.is_some_and(|action| action.beyond.transfers.is_some());
            if passes && case.about.unit.as_ref() == Some(unit) {
                return Err(one(problems::passes_to_itself(unit)));
            }
        }
        if let Some(into) = request.into {
            let refusal = || one(problems::cannot_merge(case.number, into));
            let other = self.case(into).map_err(|_| refusal())?;
            if into == case.number || other.about.flow != case.about.flow || other.state.is_closed()
            {
                return Err(refusal());
            }
        }
        Ok(())
    }

    /// The command that a step comes to.
    pub(crate) fn step_command(
        &self,
        case: &Case,
        step: &Step,
        evidence: &[Evidence],
    ) -> Result<Command, Problem> {
        let act = step_facts(&case.flow, case.number, step);
        let private = Private {
            evidence: evidence.to_vec(),
            ..Private::default()
        };
        let action = case.flow.action(&step.action);
        let transfers = action.and_then(|action| action.beyond.transfers);
        if transfers.is_none() && step.into.is_none() {
            return Command::new(Kind::CaseAct, &act, &private);
        }
        let unit_to = match transfers {
            Some(Transfer::ToUnit) => step.unit_to.as_ref().map(ToString::to_string),
            Some(Transfer::Back) => case.unit_before(),
            None => None,
        };
        let facts = CasePassedFacts {
            act,
            unit_to,
            into: step.into,
        };
        Command::new(Kind::CasePassed, &facts, &private)
    }

    /// The commands that write down what time has done to a case.
    pub(crate) fn time_commands(&self, case: &Case) -> Result<Vec<Command>, Problem> {
        let steps = case.by_time.iter();
        steps
            .map(|step| self.step_command(case, step, &[]))
            .collect()
    }

    /// Writes down what time has done to a case, before somebody acts on it.
    pub(crate) fn write_down_time(&mut self, case: &Case) -> Result<(), Problem> {
        let acting = self.acting();
        // The id of the form belongs to what its sender does.
        let command_id = self.take_command_id();
        let done = self.write_as_time(case);
        self.set_acting(acting);
        self.set_command_id(command_id);
        done
    }

    fn write_as_time(&mut self, case: &Case) -> Result<(), Problem> {
        let mut commands: Vec<Command> = self.clock()?.into_iter().collect();
        commands.extend(self.time_commands(case)?);
        self.append(commands, &[case.precondition()]).map(drop)
    }
}

/// A moment as a clock in the city shows it, to the minute.
pub(crate) fn time_of(moment: base::Moment, zone: &base::TimeZoneName) -> String {
    const MINUTE: i64 = 60_000_000;
    let day = moment.day_in(zone);
    let since =
        base::Moment::start_of(day, zone).map_or(0, |start| moment.as_micros() - start.as_micros());
    let minutes = since / MINUTE;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// A unit that there is on a day.
fn unit_on(programme: &Programme, id: &str, day: Day) -> Result<(), Problem> {
    let unit = programme.units.get(&UnitId::new(id));
    if unit.is_some_and(|unit| unit.is_valid_on(day)) {
        return Ok(());
    }
    let known = programme.units.keys().map(UnitId::as_str);
    Err(problems::unknown_unit(id, programme::suggest(id, known)))
}

/// What a case below knows from the start: what its opening takes and the one above has under the same name, of the same
/// type. Nobody types a number twice.
fn carried_down(above: &Case, below: &Flow) -> BTreeMap<String, serde_json::Value> {
    let taken = below.filing.requires.iter().chain(&below.filing.sets);
    let carried = taken.filter_map(|id| {
        let (field, from) = (below.field(id)?, above.flow.field(id)?);
        let value = above.state.fields.get(id)?;
        let is_read = field.kind == from.kind && field.read(&value.to_string()).is_ok();
        is_read.then(|| (id.to_string(), to_json(value)))
    });
    carried.collect()
}

/// The facts of a case that is opened on a day, about nothing yet.
pub(crate) fn opened(flow: &Flow, day: Day, unit: Option<String>) -> CaseOpenFacts {
    CaseOpenFacts {
        flow: flow.id.to_string(),
        state: flow.initial.to_string(),
        day: day.to_string(),
        unit,
        scorecard: None,
        item: None,
        period: None,
        record: None,
        year: day.year(),
        fields: BTreeMap::new(),
        support: Vec::new(),
        because: Vec::new(),
        subject: None,
        parent: None,
    }
}

fn step_facts(flow: &Flow, case: u64, step: &Step) -> CaseActFacts {
    let closed = flow
        .state(&step.to)
        .filter(|state| state.kind == StateKind::Closed);
    CaseActFacts {
        case,
        action: step.action.to_string(),
        from: step.from.to_string(),
        to: step.to.to_string(),
        day: step.day.to_string(),
        role: step.role.to_string(),
        unit: step.unit.as_ref().map(ToString::to_string),
        fields: step
            .fields
            .iter()
            .map(|(id, value)| (id.to_string(), to_json(value)))
            .collect(),
        reason: step.reason.clone(),
        closing_reason: step.closing_reason.as_ref().map(ToString::to_string),
        outcome: closed
            .and_then(|state| state.outcome.as_ref())
            .map(ToString::to_string),
        closes: closed.is_some(),
    }
}
