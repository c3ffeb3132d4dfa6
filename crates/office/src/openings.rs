//! Records that open cases: a failed batch its disposal, a visit that found hazards its instruction.
//!
//! Which records do, the programme says (`[[opening]]`). Time opens the case soon after the record came, as an append of its
//! own, so that entering a record never waits for it or fails by it. What has been opened is read from the cases themselves:
//! so it is done once for each record and flow, however often it is asked for, after a crash too; two processes at once
//! meet at a row of the state ([`crate::spaces::OF_RECORD`]). A record that was there before the programme said so opens
//! nothing, nor one whose date lies too far back: that is history, entered late. Read [`Office::open_from_records`] first.

use base::{Day, FieldId, FlowId, Position, Problem, SubjectTypeId};
use casework::{Flow, Scope};
use measure::list::{Listing, Test};
use measure::{RowId, RowView, Value};
use programme::expr::eval::{Facts, holds};
use programme::expr::{CompareOp, Expr, Node, Parameter};
use programme::model::{Corrected, Correction, Opening, Programme, RecordType};
use programme::schema::ColumnPath;

use crate::beyond::opened;
use crate::case::{Case, to_column, to_json};
use crate::entry::{CaseOpenFacts, Kind, Private};
use crate::folder::{Command, Office};
use crate::readings::attribute_on;

/// Most cases that are opened in one append.
const CASES_MAX: usize = 500;
/// Most records that are looked at in one round.
const ROWS_MAX: usize = 2_000_000;
/// The date that every record has.
const DAY: &str = "day";
/// Most cases above each other that are asked for a subject.
const ABOVE_MAX: usize = 16;

/// How the record that a case is about stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordNow {
    /// It is withdrawn.
    Withdrawn,
    /// It was revised since, and does not meet any more what opened the case.
    NoLonger,
    /// It was revised since.
    Revised,
}

/// What a rule says of a case that somebody wants to open by hand about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedByRecord {
    /// Why the record asks for none: what the rule demands; `None` when it does ask for one.
    pub refused: Option<String>,
    /// The case that there is already, open or brought to its end; not one that was called off or merged.
    pub there_is: Option<u64>,
    /// The opening's inputs that the record fills, each as text.
    pub fields: Vec<(FieldId, String)>,
}

/// A field of a record that should say something else, by what its case found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectedField {
    /// The field.
    pub field: FieldId,
    /// What the record says; empty: nothing.
    pub says: String,
    /// What it should say.
    pub should: String,
}

/// A record's row as conditions read it.
struct Row<'a>(RowView<'a>);

impl Facts for Row<'_> {
    fn value(&self, path: &ColumnPath) -> Value {
        match path {
            ColumnPath::Own(name) => self.0.value(name),
            ColumnPath::Joined { .. } => Value::Null,
        }
    }

    fn parameter(&self, _: Parameter) -> Option<Day> {
        None
    }
}

/// A value of a record as text that an input reads.
fn text_of(row: &RowView<'_>, column: &str) -> Option<String> {
    match row.value(column) {
        Value::Null | Value::Texts(_) => None,
        Value::Int(number) => {
            let exact = row.number(column).and_then(|number| number.exact_decimal());
            Some(exact.unwrap_or_else(|| number.to_string()))
        }
        Value::Day(day) => Some(day.to_string()),
        Value::Bool(answer) => Some(answer.to_string()),
        Value::Text(text) => Some(text.to_string()),
    }
}

/// What every row meets that meets a condition, as far as lists can test it: they look at packed columns, the condition
/// at single rows.
fn tests_of(when: &Expr, tests: &mut Vec<Test>) {
    match &when.node {
        Node::And(one, other) => {
            tests_of(one, tests);
            tests_of(other, tests);
        }
        Node::Compare(CompareOp::Equal, left, right) => {
            if let (Node::Column(ColumnPath::Own(column)), Node::Text(text)) =
                (&left.node, &right.node)
            {
                tests.push(Test::OneOf(column.clone(), vec![text.clone()]));
            }
        }
        _ => {}
    }
}

impl Office {
    /// Opens the cases that records ask for and that are not there yet, as time; gives how many.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn open_from_records(&mut self, day: Day) -> Result<usize, Problem> {
        let acting = self.acting();
        let mut opened = 0;
        let done = loop {
            match self.decide_again(|office| office.open_some(day)) {
                Ok(0) => break Ok(opened),
                Ok(count) => opened += count,
                Err(problem) => break Err(problem),
            }
        };
        self.set_acting(acting);
        done
    }

    fn open_some(&mut self, day: Day) -> Result<usize, Problem> {
        let programme = self.programme()?;
        let mut commands = Vec::new();
        for opening in &programme.openings {
            self.commands_of(&programme, opening, day, &mut commands)?;
        }
        let count = commands.len();
        self.append_as_clock(commands)?;
        Ok(count)
    }

    /// The commands that open cases of one rule, as far as one append takes them.
    fn commands_of(
        &self,
        programme: &Programme,
        opening: &Opening,
        day: Day,
        commands: &mut Vec<Command>,
    ) -> Result<(), Problem> {
        let (Some(flow), Some(of)) = (
            programme.flows.get(&opening.flow),
            programme.record_types.get(&opening.of),
        ) else {
            return Ok(());
        };
        for tests in within(opening, day) {
            let listing = Listing {
                tests,
                ..Listing::new(opening.of.as_str(), self.position(), ROWS_MAX)
            };
            for row in self.mirror().columns().list(&listing).rows {
                if commands.len() == CASES_MAX {
                    return Ok(());
                }
                if self.mirror().has_case_about(row.id(), &opening.flow)
                    || !self.was_declared(opening, row.span().0)
                    || holds(&opening.when, &Row(row)) != Ok(Some(true))
                {
                    continue;
                }
                if let Some(facts) = self.case_of_row(opening, flow, of, row, day)? {
                    let private = Private::default();
                    commands.push(Command::new(Kind::CaseOfRecord, &facts, &private)?);
                }
            }
        }
        Ok(())
    }

    /// Whether the programme said so when the record became as it is.
    fn was_declared(&self, opening: &Opening, added: Position) -> bool {
        let then = self.mirror().programme_as_of(added);
        then.is_some_and(|then| then.openings.iter().any(|known| known.is_same(opening)))
    }

    /// What a record's case is from the start; none of a flow about subjects where the record names none.
    fn case_of_row(
        &self,
        opening: &Opening,
        flow: &Flow,
        of: &RecordType,
        row: RowView<'_>,
        day: Day,
    ) -> Result<Option<CaseOpenFacts>, Problem> {
        let subject = text_of(&row, "subject");
        if subject.is_none() && flow.subject != "record" {
            return Ok(None);
        }
        let mut unit = None;
        if let (Some(id), Some(subject_type)) = (&subject, &of.subject)
            && !opening.unit_from.is_empty()
        {
            let known = self.subject(subject_type.as_str(), id)?.unwrap_or_default();
            let mut fields = opening.unit_from.iter();
            unit = fields.find_map(|field| attribute_on(&known, field.as_str(), day));
        }
        let unit = unit.or_else(|| text_of(&row, "unit"));
        let mut facts = CaseOpenFacts {
            record: Some(row.id()),
            subject,
            ..opened(flow, day, unit)
        };
        for (input, field) in &opening.fields {
            // A field that cannot hold it stays empty: the case is opened all the same.
            let text = text_of(&row, field.as_str());
            let declared = flow.field(input);
            if let (Some(text), Some(declared)) = (text, declared)
                && let Ok(value) = declared.read(&text)
                && to_column(Some(declared), &value).is_some()
            {
                facts.fields.insert(input.to_string(), to_json(&value));
            }
        }
        Ok(Some(facts))
    }

    /// What the rules say of a case of a flow about a record, opened by hand; `None` where no rule opens such cases from
    /// records of that type: then anybody who may opens as many as he needs.
    ///
    /// # Errors
    /// The ledger cannot be read, or there is no such record.
    pub fn asked_by_record(
        &self,
        flow: &FlowId,
        record: u64,
    ) -> Result<Option<AskedByRecord>, Problem> {
        let programme = self.programme()?;
        let of = self.record_type(record)?;
        let mut rules = programme.openings.iter();
        let Some(rule) = rules.find(|rule| rule.flow == *flow && *rule.of.as_str() == *of) else {
            return Ok(None);
        };
        let columns = self.mirror().columns();
        let row = columns.row_at(&of, &RowId::Number(record), self.position());
        let meets = row.is_some_and(|row| holds(&rule.when, &Row(row)) == Ok(Some(true)));
        let fields = row.map(|row| {
            let filled = rule.fields.iter().filter_map(|(input, field)| {
                text_of(&row, field.as_str()).map(|text| (input.clone(), text))
            });
            filled.collect()
        });
        let mut there_is = None;
        for number in self.cases_about(record) {
            let case = self.case(number)?;
            if case.flow.id == *flow && !was_set_aside(&case) {
                there_is = Some(number);
            }
        }
        Ok(Some(AskedByRecord {
            refused: (!meets).then(|| rule.when.to_string()),
            there_is,
            fields: fields.unwrap_or_default(),
        }))
    }

    /// The case of a flow that a rule opened, or opens, because of the record that a case is about: no second one is opened
    /// below.
    pub(crate) fn is_opened_by_record(&self, case: &Case, flow: &FlowId) -> Result<bool, Problem> {
        let Some(record) = case.about.record else {
            return Ok(false);
        };
        let programme = self.programme()?;
        let is_declared = programme.openings.iter().any(|known| known.flow == *flow);
        Ok(is_declared && self.mirror().has_case_about(record, flow))
    }

    /// How the record that a case is about stands, where it is not as it was when the case was opened.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn record_now(&self, case: &Case) -> Result<Option<RecordNow>, Problem> {
        let Some(record) = case.about.record else {
            return Ok(None);
        };
        let versions = self.history(record)?;
        let Some(last) = versions.last() else {
            return Ok(None);
        };
        if last.kind == Kind::Withdraw {
            return Ok(Some(RecordNow::Withdrawn));
        }
        if last.position.0 < case.number {
            return Ok(None);
        }
        // By the rule under which the case was accepted, as everything about it.
        let then = self.mirror().programme_as_of(case.state.opening.rules);
        let openings = then.iter().flat_map(|then| &then.openings);
        let mut own = openings
            .filter(|opening| opening.flow == case.flow.id)
            .filter(|opening| *opening.of.as_str() == *last.record_type);
        let row = self.mirror().columns().row_at(
            &last.record_type,
            &RowId::Number(record),
            self.position(),
        );
        Ok(Some(match (own.next(), row) {
            (Some(opening), Some(row)) if holds(&opening.when, &Row(row)) != Ok(Some(true)) => {
                RecordNow::NoLonger
            }
            _ => RecordNow::Revised,
        }))
    }

    /// What the record that a case is about should say by the steps that were taken, where it says something else: each
    /// field with what it says and what it should.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn corrections_of(&self, case: &Case) -> Result<Vec<CorrectedField>, Problem> {
        let programme = self.programme()?;
        let declared = programme.corrections.iter();
        let own: Vec<&Correction> = declared.filter(|own| own.flow == case.flow.id).collect();
        let (Some(record), false) = (case.about.record, own.is_empty()) else {
            return Ok(Vec::new());
        };
        let versions = self.history(record)?;
        let Some(last) = versions.last().filter(|last| last.kind != Kind::Withdraw) else {
            return Ok(Vec::new());
        };
        let mut found: Vec<CorrectedField> = Vec::new();
        // The step that was taken last says it.
        for step in case.state.steps.iter().rev() {
            let of_step = |own: &&&Correction| {
                own.action == step.action && *own.of.as_str() == *last.record_type
            };
            for own in own.iter().filter(of_step) {
                let should = match &own.to {
                    Corrected::Value(value) => Some(value.to_string()),
                    Corrected::Input(input) => {
                        let value = case.state.fields.get(input);
                        value.map(ToString::to_string)
                    }
                };
                let Some(should) = should else { continue };
                if !found.iter().any(|known| known.field == own.field) {
                    let mut fields = last.fields.iter();
                    let says = fields.find(|(field, _)| *field == *own.field.as_str());
                    found.push(CorrectedField {
                        field: own.field.clone(),
                        says: says.map(|(_, text)| text.clone()).unwrap_or_default(),
                        should,
                    });
                }
            }
        }
        found.retain(|one| one.says != one.should);
        Ok(found)
    }

    /// The subject that a case is about: its own, that of its record, or that of the case above.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn subject_of_case(&self, case: &Case) -> Result<Option<(SubjectTypeId, String)>, Problem> {
        let programme = self.programme()?;
        let (mut about, mut flow_subject) = (case.about.clone(), case.flow.subject.clone());
        for _ in 0..ABOVE_MAX {
            let own = SubjectTypeId::new(&flow_subject);
            if let (true, Some(id)) = (
                programme.subject_types.contains_key(&own),
                about.subject.clone(),
            ) {
                return Ok(Some((own, id)));
            }
            if let Some(record) = about.record {
                let found = match about.subject {
                    Some(id) => self.type_of_subject(&programme, record)?.map(|of| (of, id)),
                    None => self.subject_of_record(&programme, record)?,
                };
                if found.is_some() {
                    return Ok(found);
                }
            }
            let Some(parent) = about.parent else {
                return Ok(None);
            };
            let above = self.case(parent)?;
            (about, flow_subject) = (above.about, above.flow.subject.clone());
        }
        Ok(None)
    }

    fn type_of_subject(
        &self,
        programme: &Programme,
        record: u64,
    ) -> Result<Option<SubjectTypeId>, Problem> {
        let of = self.record_type(record)?;
        let declared = programme.record_types.get(of.as_str());
        Ok(declared.and_then(|found| found.subject.clone()))
    }

    /// The subject of a record as it last stood.
    pub(crate) fn subject_of_record(
        &self,
        programme: &Programme,
        record: u64,
    ) -> Result<Option<(SubjectTypeId, String)>, Problem> {
        let Some(subject_type) = self.type_of_subject(programme, record)? else {
            return Ok(None);
        };
        let versions = self.history(record)?;
        let mut stated = versions.iter().rev().flat_map(|version| &version.fields);
        let subject = stated.find(|(field, _)| field == "subject");
        Ok(subject.map(|(_, id)| (subject_type, id.clone())))
    }
}

/// Whether a case was closed without being gone through: called off by whoever opened it, or merged into another.
fn was_set_aside(case: &Case) -> bool {
    let last = case.state.steps.last();
    let action = last.and_then(|step| case.flow.action(&step.action));
    case.state.is_closed()
        && action.is_some_and(|action| action.scope == Scope::Filer || action.beyond.merges)
}

/// What lists test of a rule's records: the date lies within its days; where there is none, the record's day.
fn within(opening: &Opening, day: Day) -> Vec<Vec<Test>> {
    let from = day.plus_days(-opening.within_days).unwrap_or(Day::MIN);
    let bounds = |column: &FieldId| {
        let (from, to) = (i64::from(from.number()), i64::from(day.number()));
        Test::Within(column.as_str().into(), from, to)
    };
    let mut tests = Vec::new();
    tests_of(&opening.when, &mut tests);
    let with = |more: Vec<Test>| -> Vec<Test> { tests.iter().cloned().chain(more).collect() };
    let own = FieldId::new(DAY);
    if opening.date == own {
        return vec![with(vec![bounds(&own)])];
    }
    let empty = Test::Empty(opening.date.as_str().into());
    vec![
        with(vec![bounds(&opening.date)]),
        with(vec![empty, bounds(&own)]),
    ]
}
