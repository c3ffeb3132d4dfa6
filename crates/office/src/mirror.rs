//! The mirror: what the entries add up to in memory, so that every figure is right at once.
//!
//! It takes entries one after the other, from a replay at start or just appended, and feeds the
//! columns with typed changes. It decides nothing: imports' rows wait until their closing entry, a
//! revision replaces, a withdrawal hides. Throwing it away and taking all entries again gives the
//! same mirror (law 1).
//!
//! What it could not take must never be written down, or no start would come past that entry: `check.rs` says
//! so before anything is appended.

mod beside;
mod cases;
mod check;
mod time;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{
    Day, FieldId, FlowId, ItemId, Period, Position, Problem, ScorecardId, SubjectTypeId, UnitId,
};
use ledger::Entry;
use measure::{Change, Columns};
use programme::model::Programme;
use programme::schema::{Schema, TableSchema, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::cases::Cases;
pub use self::cases::CasesWanted;
use crate::activate::programme_of;
use crate::entry::{
    AuditDrawFacts, AuditFindingFacts, CaseOpenFacts, CasePassedFacts, ImportEndFacts, Kind,
    OverrideFacts, ProgrammeFacts, PublishFacts, SealFacts, SubjectFacts, WithdrawFacts,
};
use crate::problems;
use crate::rating::Raters;
use crate::rows::{RecordRow, RowForms};
use crate::spaces;
use crate::subject_names::SubjectNames;
use crate::values;

/// What the mirror needs of an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub position: Position,
    pub programme: Position,
    pub kind: u16,
    pub facts: &'a [u8],
}

impl<'a> From<&'a Entry> for Told<'a> {
    fn from(entry: &'a Entry) -> Told<'a> {
        Told {
            position: entry.position,
            programme: entry.programme,
            kind: entry.kind,
            facts: &entry.facts,
        }
    }
}

/// A case as its columns need it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CaseNow {
    opened: CaseOpenFacts,
    fields: BTreeMap<String, Json>,
    state: String,
    closed: Option<(String, Option<String>)>,
    steps: Vec<crate::spaces::StepRow>,
    /// Position of the programme under which it was accepted.
    programme: u64,
}

/// Everything in memory.
#[derive(Default)]
pub struct Mirror {
    position: Position,
    programmes: BTreeMap<Position, Arc<Programme>>,
    columns: Columns,
    cases: Cases,
    /// The cases about a record, in the order in which they were opened.
    about: HashMap<u64, Vec<u64>>,
    /// How records of the programme in force become rows.
    forms: RowForms,
    overrides: Vec<(Position, OverrideFacts)>,
    seals: Vec<(Position, SealFacts)>,
    publications: Vec<(Position, PublishFacts)>,
    draws: Vec<(Position, AuditDrawFacts)>,
    findings: Vec<(Position, AuditFindingFacts)>,
    names: SubjectNames,
    /// Subjects of imports that are under way.
    imported: HashMap<u64, Vec<SubjectFacts>>,
    raters: Raters,
}

impl Mirror {
    pub(crate) fn new() -> Mirror {
        Mirror::default()
    }

    /// What a check of records needs of it: programmes and subjects' names.
    pub(crate) fn without_columns(&self) -> Mirror {
        Mirror {
            position: self.position,
            programmes: self.programmes.clone(),
            names: self.names.clone(),
            ..Mirror::default()
        }
    }

    /// The number of the last entry that it has taken.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Compiled scorecards.
    pub(crate) fn raters(&self) -> &Raters {
        &self.raters
    }

    /// The columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The programme in force.
    pub fn programme(&self) -> Option<Arc<Programme>> {
        self.programmes.values().next_back().cloned()
    }

    /// The position of the programme in force; 0 before there is one.
    pub fn programme_at(&self) -> Position {
        self.programmes
            .keys()
            .next_back()
            .copied()
            .unwrap_or(Position(0))
    }

    /// Every programme that was ever in force, oldest first.
    pub(crate) fn programmes(&self) -> impl Iterator<Item = &Arc<Programme>> {
        self.programmes.values()
    }

    /// Every programme that was ever in force with the position from which it was, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = (Position, &Arc<Programme>)> {
        self.programmes
            .iter()
            .map(|(at, programme)| (*at, programme))
    }

    /// The position of the programme that was in force at a position; 0 when none was.
    pub fn programme_position_as_of(&self, at: Position) -> Position {
        self.programmes
            .range(..=at)
            .next_back()
            .map_or(Position(0), |(from, _)| *from)
    }

    /// The programme that was in force at a position.
    pub fn programme_as_of(&self, at: Position) -> Option<Arc<Programme>> {
        self.programmes
            .range(..=at)
            .next_back()
            .map(|(_, programme)| programme.clone())
    }

    /// The name by which a subject was last made known.
    pub fn subject_name(&self, subject_type: &str, id: &str) -> Option<&str> {
        self.names.get(subject_type, id)
    }

    /// Known subjects of a type: identity and name.
    pub fn subjects<'a>(
        &'a self,
        subject_type: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.names.of(subject_type)
    }

    /// Known subjects of a type in the order of their identities, from after one on.
    pub fn subjects_after<'a>(
        &'a self,
        subject_type: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.names.after(subject_type, after)
    }

    /// How many subjects of a type are known.
    pub fn subject_count(&self, subject_type: &str) -> usize {
        self.names.count(subject_type)
    }

    /// The cases that were opened about a record, in the order of their numbers.
    pub(crate) fn cases_about(&self, record: u64) -> Vec<u64> {
        self.about.get(&record).cloned().unwrap_or_default()
    }

    /// Whether there is a case of a flow about a record, open or closed, whoever opened it.
    pub(crate) fn has_case_about(&self, record: u64, flow: &FlowId) -> bool {
        let mut about = self.about.get(&record).into_iter().flatten();
        about.any(|number| self.cases.flow_of(*number) == Some(flow.as_str()))
    }

    fn note_about(&mut self, number: u64, case: &CaseNow) {
        if let Some(record) = case.opened.record {
            self.about.entry(record).or_default().push(number);
        }
    }

    /// Sealings of a scorecard and period, oldest first, with their positions.
    pub fn seals(&self, scorecard: &ScorecardId, period: &Period) -> Vec<&(Position, SealFacts)> {
        let period = period.to_string();
        self.seals
            .iter()
            .filter(|(_, facts)| facts.scorecard == scorecard.as_str() && facts.period == period)
            .collect()
    }

    /// Every sealing, oldest first.
    pub fn all_seals(&self) -> &[(Position, SealFacts)] {
        &self.seals
    }

    /// Every publication, oldest first.
    pub fn publications(&self) -> &[(Position, PublishFacts)] {
        &self.publications
    }

    /// Every announced or drawn sample of an auditor, oldest first.
    pub fn draws(&self) -> &[(Position, AuditDrawFacts)] {
        &self.draws
    }

    /// Every finding of an auditor, oldest first.
    pub fn findings(&self) -> &[(Position, AuditFindingFacts)] {
        &self.findings
    }

    /// The positions of the overrides of a result after one position and up to another.
    pub(crate) fn overrides_between(
        &self,
        scorecard: &str,
        period: &str,
        after: Position,
        to: Position,
    ) -> impl Iterator<Item = Position> {
        self.overrides
            .iter()
            .filter(move |(at, facts)| {
                *at > after && *at <= to && facts.scorecard == scorecard && facts.period == period
            })
            .map(|(at, _)| *at)
    }

    /// The positions of the programmes that came into force after one position and up to another.
    pub(crate) fn programmes_between(
        &self,
        after: Position,
        to: Position,
    ) -> impl Iterator<Item = Position> {
        self.programmes
            .keys()
            .copied()
            .filter(move |at| *at > after && *at <= to)
    }

    /// The overrides in force at a position, by item and unit.
    pub(crate) fn overrides_at(
        &self,
        scorecard: &ScorecardId,
        period: &Period,
        at: Position,
    ) -> HashMap<(ItemId, UnitId), &OverrideFacts> {
        let period = period.to_string();
        let mut in_force = HashMap::new();
        for (position, facts) in &self.overrides {
            if *position <= at && facts.scorecard == scorecard.as_str() && facts.period == period {
                in_force.insert((ItemId::new(&facts.item), UnitId::new(&facts.unit)), facts);
            }
        }
        in_force
    }

    /// Whether a programme took force at that very position.
    pub(crate) fn has_programme_of(&self, at: Position) -> bool {
        self.programmes.contains_key(&at)
    }

    /// Every override that was ever told, oldest first.
    pub(crate) fn told_overrides(&self) -> &[(Position, OverrideFacts)] {
        &self.overrides
    }

    /// Every sealing, oldest first.
    pub(crate) fn told_seals(&self) -> &[(Position, SealFacts)] {
        &self.seals
    }

    /// Holds all but the columns against another mirror; what differs is named.
    pub(crate) fn same_beside_columns(&self, other: &Mirror) -> Result<(), &'static str> {
        let versions = |mirror: &Mirror| -> Vec<(Position, Arc<str>, Arc<str>)> {
            let all = mirror.programmes.iter();
            all.map(|(at, found)| (*at, found.id.clone(), found.version.clone()))
                .collect()
        };
        let parts = [
            ("programmes", versions(self) == versions(other)),
            ("cases", self.cases.same_as(&other.cases)),
            ("overrides", self.overrides == other.overrides),
            ("sealings", self.seals == other.seals),
            ("names", self.names == other.names),
        ];
        match parts.into_iter().find(|(_, agrees)| !agrees) {
            Some((what, _)) => Err(what),
            None => Ok(()),
        }
    }

    /// Takes the next entry.
    pub(crate) fn take(&mut self, told: &Told) -> Result<(), Problem> {
        self.take_with(told, None)
    }

    /// Passes over an entry as if it had no effect, to see that this is found.
    #[cfg(test)]
    pub(crate) fn pass_over(&mut self, at: Position) {
        self.position = at;
    }

    /// Takes the next entry; a record's row may have been made together with its facts, by the programme
    /// in force.
    pub(crate) fn take_with(&mut self, told: &Told, row: Option<RecordRow>) -> Result<(), Problem> {
        let at = told.position;
        let kind =
            Kind::from_number(told.kind).ok_or_else(|| problems::unknown_kind(at.0, told.kind))?;
        match kind {
            Kind::Programme => {
                let programme = programme_of(&facts::<ProgrammeFacts>(told)?)?;
                self.columns.apply(Change::Programme {
                    at,
                    programme: programme.clone(),
                })?;
                self.programmes.insert(at, programme);
                self.forms = RowForms::default();
                self.count_again(at)?;
            }
            Kind::Founded
            | Kind::Key
            | Kind::Actor
            | Kind::Alias
            | Kind::Erase
            | Kind::ImportOpen => {}
            Kind::Subject => self.take_subject(at, &facts(told)?)?,
            Kind::ImportedSubject => {
                let subject: SubjectFacts = facts(told)?;
                let import = subject.import.unwrap_or_default();
                self.imported.entry(import).or_default().push(subject);
            }
            Kind::Record | Kind::Revise => {
                let row = match row {
                    Some(row) => row,
                    None => {
                        let programme = self.programme().ok_or_else(problems::no_programme)?;
                        self.forms.read(&programme, at.0, told.facts)?
                    }
                };
                self.take_record(at, row)?;
            }
            Kind::Withdraw => {
                let withdrawn: WithdrawFacts = facts(told)?;
                let table = withdrawn.record_type.as_str().into();
                self.columns.apply(Change::Hide {
                    table,
                    id: withdrawn.record,
                    at,
                })?;
            }
            Kind::ImportClose => {
                let closed: ImportEndFacts = facts(told)?;
                for subject in self.imported.remove(&closed.import).unwrap_or_default() {
                    self.take_subject(at, &subject)?;
                }
                self.columns.apply(Change::Reveal {
                    import: closed.import,
                    at,
                })?;
            }
            Kind::ImportAbandon => {
                let abandoned: ImportEndFacts = facts(told)?;
                self.imported.remove(&abandoned.import);
                self.columns.apply(Change::Discard {
                    import: abandoned.import,
                    at,
                })?;
            }
            Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord => {
                let case = CaseNow::opened(facts(told)?, told.programme);
                self.show_case(at, at.0, &case)?;
                self.note_about(at.0, &case);
                self.cases.insert(at.0, case)?;
            }
            Kind::CaseAct | Kind::CasePassed => {
                let passed = step_of(told, kind)?;
                let number = passed.act.case;
                let mut case = self
                    .cases
                    .remove(number)
                    .ok_or_else(|| problems::missing_case(at.0, number))?;
                case.take(at, passed);
                self.show_case(at, number, &case)?;
                self.cases.insert(number, case)?;
            }
            Kind::Override => self.overrides.push((at, facts(told)?)),
            Kind::Seal => self.seals.push((at, facts(told)?)),
            Kind::Publish => self.publications.push((at, facts(told)?)),
            Kind::AuditDraw => self.draws.push((at, facts(told)?)),
            Kind::AuditFinding => self.findings.push((at, facts(told)?)),
            // Who acts, who signed what and was reminded of what, stands in the state alone: no figure knows it.
            Kind::ActorClosed
            | Kind::ActorReopened
            | Kind::ActorMoved
            | Kind::Deputy
            | Kind::DeputyEnded
            | Kind::Handover
            | Kind::HandoverConfirmed
            | Kind::LetterSigned
            | Kind::LetterCountersigned
            | Kind::LetterScan
            | Kind::ChangeConfirmed
            | Kind::Remind
            | Kind::CaseReported
            | Kind::FieldVisit
            | Kind::FieldVisitConfirmed => {}
            // Papers follow from figures; no figure follows from them.
            Kind::PaperTemplate | Kind::Paper | Kind::CasePaper | Kind::PaperVoided => {}
        }
        self.position = at;
        Ok(())
    }

    /// A record counts at once, or with its import.
    fn take_record(&mut self, at: Position, row: RecordRow) -> Result<(), Problem> {
        let RecordRow {
            table,
            record,
            import,
            values,
        } = row;
        let id = record.unwrap_or(at.0);
        if let Some(import) = import {
            return self.columns.apply(Change::Stage {
                import,
                table,
                id,
                at,
                values,
            });
        }
        if record.is_some() {
            self.columns.apply(Change::Hide {
                table: table.clone(),
                id,
                at,
            })?;
        }
        self.columns.apply(Change::Record {
            table,
            id,
            at,
            values,
        })
    }

    fn take_subject(&mut self, at: Position, subject: &SubjectFacts) -> Result<(), Problem> {
        let programme = self.programme().ok_or_else(problems::no_programme)?;
        let name = subject.attributes.get("name").and_then(Json::as_str);
        self.names.take(&subject.subject_type, &subject.id, name);
        let subject_type = SubjectTypeId::new(&subject.subject_type);
        let Some(attributes) = attributes_of(&programme, &subject_type, subject) else {
            return Ok(());
        };
        self.columns.apply(Change::Subject {
            subject_type,
            id: subject.id.as_str().into(),
            from: Day::parse(&subject.from).unwrap_or(Day::MIN),
            attributes,
            at,
        })
    }

    fn show_case(&mut self, at: Position, number: u64, case: &CaseNow) -> Result<(), Problem> {
        let values = self.values_of_case(case)?;
        let flow = FlowId::new(&case.opened.flow);
        self.columns.apply(Change::Case {
            flow: flow.clone(),
            id: number,
            at,
            values,
        })?;
        let in_force = self.programme().ok_or_else(problems::no_programme)?;
        for (day, values) in self.expected_of(case, &in_force.calendar)? {
            self.columns.apply(Change::Expected {
                flow: flow.clone(),
                id: number,
                at,
                day,
                values,
            })?;
        }
        Ok(())
    }

    /// A case's row.
    fn values_of_case(&self, case: &CaseNow) -> Result<Vec<Value>, Problem> {
        let accepted = self
            .programme_as_of(Position(case.programme))
            .ok_or_else(problems::no_programme)?;
        let flow_id = FlowId::new(&case.opened.flow);
        let name = Schema::cases_name(&flow_id);
        let flow = accepted
            .flows
            .get(&flow_id)
            .ok_or_else(|| problems::unknown_flow(&flow_id))?;
        // The case runs by the flow under which it was accepted; its row has the columns of the latest
        // programme that has the flow, for that is what the table has by now.
        let latest = self
            .programmes
            .values()
            .rev()
            .find(|programme| programme.schema.table(&name).is_some());
        let table = latest
            .and_then(|programme| programme.schema.table(&name))
            .ok_or_else(|| problems::unknown_flow(&flow_id))?;
        // Holidays are no rule: they are what is known by now.
        let in_force = self.programme().ok_or_else(problems::no_programme)?;
        Ok(case.values(&in_force, flow, table))
    }
}

/// A subject's attributes as the columns take them; `None` when the programme has no such type.
fn attributes_of(
    programme: &Programme,
    subject_type: &SubjectTypeId,
    subject: &SubjectFacts,
) -> Option<Vec<(Arc<str>, Value)>> {
    let declared = programme.subject_types.get(subject_type)?;
    let value = |attribute: &str, json: &Json| match declared.fields.get(&FieldId::new(attribute)) {
        Some(field) => {
            values::Value::from_json(json, &field.field_type).map(|value| value.to_column())
        }
        None => json.as_str().map(|text| Value::Text(text.into())),
    };
    let attributes = subject.attributes.iter();
    let known =
        attributes.filter_map(|(name, json)| Some((name.as_str().into(), value(name, json)?)));
    Some(known.collect())
}

impl CaseNow {
    fn opened(opened: CaseOpenFacts, programme: Position) -> CaseNow {
        CaseNow {
            fields: opened.fields.clone(),
            state: opened.state.clone(),
            closed: None,
            steps: Vec::new(),
            programme: programme.0,
            opened,
        }
    }

    fn take(&mut self, at: Position, passed: CasePassedFacts) {
        let act = passed.act;
        self.fields.extend(act.fields.clone());
        self.state.clone_from(&act.to);
        self.closed = act.closes.then(|| (act.day.clone(), act.outcome.clone()));
        self.steps.push(crate::spaces::StepRow {
            at: at.0,
            action: act.action.clone(),
            from: act.from.clone(),
            to: act.to.clone(),
            day: act.day.clone(),
            by: 0,
            role: act.role.clone(),
            unit: act.unit.clone(),
            time: 0,
            fields: act.fields.clone(),
            evidence: Vec::new(),
            reason: None,
            closing_reason: act.closing_reason.clone(),
            unit_to: passed.unit_to,
            into: passed.into,
        });
    }

    /// The case's row: a value for each column of the table but the first, its number.
    fn values(
        &self,
        programme: &Programme,
        flow: &casework::Flow,
        table: &TableSchema,
    ) -> Vec<Value> {
        let text = |text: &Option<String>| {
            text.as_deref()
                .map_or(Value::Null, |text| Value::Text(text.into()))
        };
        let day = |text: &str| Day::parse(text).map_or(Value::Null, Value::Day);
        // The step that closed it, while it is closed.
        let last = self.closed.as_ref().and(self.steps.last());
        let number = |number: Option<u64>| {
            let number = number.and_then(|number| i64::try_from(number).ok());
            number.map_or(Value::Null, Value::Int)
        };
        let dues = self.dues(programme, flow);
        table
            .columns
            .values()
            .skip(1)
            .map(|column| match column.name.as_ref() {
                "opened_on" => day(&self.opened.day),
                "unit" => text(&spaces::unit_after(
                    self.opened.unit.as_deref(),
                    &self.steps,
                )),
                "subject" => text(&self.opened.subject),
                "parent" => number(self.opened.parent),
                "merged_into" => number(last.and_then(|step| step.into)),
                "closing_reason" => last.map_or(Value::Null, |step| text(&step.closing_reason)),
                "scorecard" => text(&self.opened.scorecard),
                "item" => text(&self.opened.item),
                "period" => text(&self.opened.period),
                "state" => Value::Text(self.state.as_str().into()),
                "closed_on" => self.closed.as_ref().map_or(Value::Null, |(on, _)| day(on)),
                "outcome" => self
                    .closed
                    .as_ref()
                    .map_or(Value::Null, |(_, outcome)| text(outcome)),
                name => match dues.get(name) {
                    Some(day) => Value::Day(*day),
                    None => self.field(flow, name),
                },
            })
            .collect()
    }

    fn field(&self, flow: &casework::Flow, name: &str) -> Value {
        let Some(json) = self.fields.get(name) else {
            return Value::Null;
        };
        let field = flow.field(&FieldId::new(name));
        crate::case::from_json(field, json)
            .and_then(|value| crate::case::to_column(field, &value))
            .unwrap_or_default()
    }

    /// Due and done days of the latest run of each deadline, by column name. A deadline over a year whose
    /// holidays are not published has none yet.
    fn dues(&self, programme: &Programme, flow: &casework::Flow) -> HashMap<String, Day> {
        let mut dues = HashMap::new();
        let state = self.state_by(flow);
        let as_of = state.last_day();
        for deadline in &flow.deadlines {
            for due in casework::due_of(flow, &state, deadline, as_of, &programme.calendar)
                .unwrap_or_default()
            {
                dues.insert(format!("{}_due", deadline.id), due.due_on);
                match due.done_on {
                    Some(done) => dues.insert(format!("{}_done", deadline.id), done),
                    None => dues.remove(&format!("{}_done", deadline.id)),
                };
            }
        }
        let runs = casework::notices(flow, &state, as_of, &programme.calendar);
        for run in runs.unwrap_or_default() {
            dues.insert(format!("{}_due", run.notice), run.last_day);
            match run.taken_down_on {
                Some(done) => dues.insert(format!("{}_done", run.notice), done),
                None => dues.remove(&format!("{}_done", run.notice)),
            };
        }
        dues
    }
}

/// A step; one that passes the case on is a step with more to it.
fn step_of(told: &Told, kind: Kind) -> Result<CasePassedFacts, Problem> {
    if kind == Kind::CasePassed {
        return facts(told);
    }
    Ok(CasePassedFacts {
        act: facts(told)?,
        unit_to: None,
        into: None,
    })
}

fn facts<T: serde::de::DeserializeOwned>(told: &Told) -> Result<T, Problem> {
    serde_json::from_slice(told.facts)
        .map_err(|error| problems::unreadable_entry(told.position.0, error))
}
