//! Flows: states, actions, inputs and deadlines put together as `casework` runs them.
//!
//! What a flow can get wrong as a machine (a state that cannot be left, a deadline that never ends)
//! is found by [`casework::validate`]; here its faults get their lines, and what only the text shows
//! is checked: how a name is to be understood, two inputs that share a field, lengths said twice. What they do beyond
//! their own steps is in `clauses.rs`.

mod clauses;

use std::sync::Arc;

use base::{
    ActionId, CodeId, Day, DeadlineId, FieldId, FlowId, Problem, Ratio, RoleId, Span, StateId,
    Text, VocabularyId,
};
use casework::{
    Action, Adds, Amount, Beyond, Bound, Choice, Deadline, End, Extension, FieldKind, Flow,
    FlowPart, Length, Notice, OnTransfer, Reason, Requirement, Scope, Start, State, StateKind,
    Transfer, When, WhenMissed,
};
use indexmap::IndexMap;

use super::fields::{count, scale};
use super::references::{unknown, unknown_in};
use super::{Faults, Rows, month_day, shown};
use crate::expr::{self, InputTest, Tested};
use crate::model::{
    ASSIGNMENT, CONTENT_FIELD, DEDUCTED_FIELD, DUE_FIELD, POINTS_FIELD, TITLE_FIELD, Vocabulary,
};
use crate::problems;
use crate::rows::Row;
use crate::schema::POINTS_SCALE;

/// Columns that every table of cases has, and words that stand for days; a field of a flow needs another name.
const RESERVED: &[&str] = &[
    "id",
    "opened_on",
    "unit",
    "place",
    "subject",
    "scorecard",
    "item",
    "period",
    "state",
    "closed_on",
    "outcome",
    "added",
    "hidden",
    "closing_reason",
    "parent",
    "merged_into",
    "today",
];
/// The word for the opening of a case, where another is an action.
const OPEN_ACTION: &str = "open";
/// How an element of a list asks for all codes of a vocabulary.
const VOCABULARY_PREFIX: &str = "vocabulary:";

type Vocabularies = IndexMap<VocabularyId, Vocabulary>;

pub(super) fn build(
    rows: &Rows,
    vocabularies: &Vocabularies,
    faults: &mut Faults,
) -> IndexMap<FlowId, Flow> {
    let mut flows = IndexMap::new();
    for row in rows.of("flow") {
        let Some(id) = row.text("id") else { continue };
        let mut builder = Builder {
            rows,
            id,
            vocabularies,
            fields: Vec::new(),
            is_about_item: false,
            faults,
        };
        if let Some(flow) = builder.flow(row) {
            flows.insert(flow.id.clone(), flow);
        }
    }
    clauses::sub_cases(rows, &flows, faults);
    flows
}

struct Builder<'a> {
    rows: &'a Rows,
    id: &'a Arc<str>,
    vocabularies: &'a Vocabularies,
    /// The flow's fields so far, each with the row that first declared it.
    fields: Vec<(casework::Field, Option<Arc<Row>>)>,
    is_about_item: bool,
    faults: &'a mut Faults,
}

impl Builder<'_> {
    fn flow(&mut self, row: &Arc<Row>) -> Option<Flow> {
        let states: Vec<(State, Arc<Row>)> = self
            .rows
            .under("state", self.id)
            .iter()
            .filter_map(|row| Some((state(row)?, row.clone())))
            .collect();
        self.opening_fields(row);
        self.check_inputs();
        let filing = self.filing(row);
        let action_rows: Vec<Arc<Row>> = self.rows.under("action", self.id).to_vec();
        let actions: Vec<(Action, Arc<Row>)> = action_rows
            .iter()
            .filter_map(|row| Some((self.action(row)?, row.clone())))
            .collect();
        let state_ids: Vec<StateId> = states.iter().map(|(state, _)| state.id.clone()).collect();
        let deadline_rows: Vec<Arc<Row>> = self.rows.under("deadline", self.id).to_vec();
        let deadlines: Vec<(Deadline, Arc<Row>)> = deadline_rows
            .iter()
            .filter_map(|row| Some((self.deadline(row, &state_ids)?, row.clone())))
            .collect();
        let extension_rows: Vec<Arc<Row>> = self.rows.under("extension", self.id).to_vec();
        let extensions: Vec<(Extension, Arc<Row>)> = extension_rows
            .iter()
            .filter_map(|row| {
                let extension = self.extension(row, deadlines.iter().map(|(found, _)| found))?;
                Some((extension, row.clone()))
            })
            .collect();
        let notice_rows: Vec<Arc<Row>> = self.rows.under("notice", self.id).to_vec();
        let notices: Vec<(Notice, Arc<Row>)> = notice_rows
            .iter()
            .filter_map(|row| Some((self.notice(row)?, row.clone())))
            .collect();
        let about = row
            .text("about")
            .cloned()
            .unwrap_or_else(|| Arc::from("none"));
        let flow = Flow {
            id: FlowId::new(self.id),
            name: row.name("name"),
            subject: self.subject(row, &about),
            initial: StateId::new(row.text("initial")?),
            states: states.iter().map(|(state, _)| state.clone()).collect(),
            fields: self.fields.iter().map(|(field, _)| field.clone()).collect(),
            actions: actions.iter().map(|(action, _)| action.clone()).collect(),
            deadlines: deadlines
                .iter()
                .map(|(deadline, _)| deadline.clone())
                .collect(),
            extensions: extensions.iter().map(|(found, _)| found.clone()).collect(),
            notices: notices.iter().map(|(found, _)| found.clone()).collect(),
            filing,
        };
        for fault in casework::validate(&flow) {
            let owner = match fault.part {
                FlowPart::Flow => Some(row),
                FlowPart::State(at) => states.get(at).map(|(_, row)| row),
                FlowPart::Action(at) => actions.get(at).map(|(_, row)| row),
                FlowPart::Deadline(at) => deadlines.get(at).map(|(_, row)| row),
                FlowPart::Extension(at) => extensions.get(at).map(|(_, row)| row),
                FlowPart::Notice(at) => notices.get(at).map(|(_, row)| row),
                FlowPart::Field(at) => self.fields.get(at).and_then(|(_, row)| row.as_ref()),
            };
            let owner = owner.unwrap_or(row);
            self.faults
                .placed(fault.problem, owner.span_of(column_of(owner, fault.key)));
        }
        Some(flow)
    }

    /// What a case is about: a subject type where it has one, otherwise the word itself.
    fn subject(&mut self, row: &Row, about: &str) -> String {
        match row.text("subject_type") {
            Some(_) if about == "item" || about == ASSIGNMENT || about == "none" => {
                self.faults.cell(
                    row,
                    "subject_type",
                    problems::flow_without_subject(self.id, about),
                );
                about.to_owned()
            }
            Some(subject_type) => subject_type.to_string(),
            None => {
                if about == "subject" {
                    self.faults
                        .cell(row, "about", problems::flow_needs_subject_type(self.id));
                }
                about.to_owned()
            }
        }
    }

    /// A case about an item knows the item's points and due day from the start, an assignment what it is and until when.
    fn opening_fields(&mut self, row: &Row) {
        let about = row.text("about").map_or("none", |about| &**about);
        let field = |id: &str, name: Text, kind: FieldKind| casework::Field {
            id: FieldId::new(id),
            name,
            kind,
            min: None,
            max: None,
        };
        let points = FieldKind::Decimal {
            scale: POINTS_SCALE,
        };
        let fields = match about {
            "item" => vec![
                field(POINTS_FIELD, Text::new("分值", "Points"), points),
                field(DUE_FIELD, Text::new("完成时限", "Due day"), FieldKind::Day),
            ],
            ASSIGNMENT => vec![
                field(TITLE_FIELD, Text::new("事由", "Matter"), FieldKind::Text),
                field(
                    CONTENT_FIELD,
                    Text::new("内容和要求", "What is asked for"),
                    FieldKind::Text,
                ),
                field(DUE_FIELD, Text::new("办结期限", "Due day"), FieldKind::Day),
            ],
            _ => return,
        };
        self.fields
            .extend(fields.into_iter().map(|field| (field, None)));
        if about != "item" {
            return;
        }
        self.is_about_item = true;
        let deducts = |row: &Arc<Row>| row.has("deducts") || row.has("deducts_percent");
        if self.rows.under("action", self.id).iter().any(deducts) {
            let kind = FieldKind::Decimal {
                scale: POINTS_SCALE,
            };
            let name = Text::new("逾期重开扣分", "Off for being late");
            self.fields.push((field(DEDUCTED_FIELD, name, kind), None));
        }
    }

    /// Inputs belong to an action of the flow.
    fn check_inputs(&mut self) {
        let known: Vec<&str> = self
            .rows
            .ids_under("action", self.id)
            .chain([OPEN_ACTION])
            .collect();
        for row in self.rows.under("input", self.id) {
            let Some(action) = row.text("action") else {
                continue;
            };
            if !known.contains(&&**action) {
                unknown_in(
                    self.faults,
                    ("flow", self.id),
                    ("action", action),
                    known.iter().copied(),
                    row.span_of("action"),
                );
            }
        }
    }

    fn action(&mut self, row: &Arc<Row>) -> Option<Action> {
        let id = row.text("id")?;
        let mut action = Action {
            id: ActionId::new(id),
            name: row.name("name"),
            from: row.texts("from").iter().map(StateId::new).collect(),
            to: StateId::new(row.text("to")?),
            roles: row.texts("roles").iter().map(RoleId::new).collect(),
            scope: match row.text("scope").map(|scope| &**scope) {
                Some("lead") => Scope::Lead,
                Some("support") => Scope::Support,
                Some("filer") => Scope::Filer,
                Some("all") => Scope::All,
                _ => Scope::Own,
            },
            requires: Vec::new(),
            sets: Vec::new(),
            requires_evidence_at_least: count(row, "evidence_at_least", 0, self.faults)
                .unwrap_or(0),
            reason_required: row.bool("reason_required").unwrap_or(false),
            closes_with: None,
            reopens: row.bool("reopens").unwrap_or(false),
            adds: self.deduction(row),
            beyond: Beyond {
                opens: row.text("opens").map(FlowId::new),
                waits_for_sub_cases: row.bool("waits_for_sub_cases").unwrap_or(false),
                merges: row.bool("merges").unwrap_or(false),
                transfers: match row.text("transfers").map(|word| &**word) {
                    Some("to_unit") => Some(Transfer::ToUnit),
                    Some("back") => Some(Transfer::Back),
                    _ => None,
                },
            },
        };
        if self.is_about_item && (action.beyond.merges || action.beyond.transfers.is_some()) {
            let column = if action.beyond.merges {
                "merges"
            } else {
                "transfers"
            };
            self.faults
                .cell(row, column, problems::item_cannot_pass(id));
        }
        if row.has("closing_reasons") {
            let reasons = self.codes(row, "closing_reasons");
            action.closes_with = Some(
                reasons
                    .into_iter()
                    .map(|(id, name)| Reason { id, name })
                    .collect(),
            );
        }
        for (field, when) in self.inputs_of(id) {
            match when {
                Some(when) => action.requires.push(Requirement { field, when }),
                None => action.sets.push(field),
            }
        }
        Some(action)
    }

    /// When an input is required; `None` where it never is.
    fn requirement(&mut self, row: &Row) -> Option<When> {
        let is_required = row.bool("required").unwrap_or(false);
        let Some(text) = row.text("required_when") else {
            return is_required.then_some(When::Always);
        };
        if is_required {
            let problem = problems::said_twice("required", "required_when");
            self.faults.cell(row, "required_when", problem);
        }
        match when(text, &row.span_of("required_when")) {
            Ok(when) => Some(when),
            Err(found) => {
                self.faults.extend(found);
                None
            }
        }
    }

    /// The fields of an action, and when each is required.
    fn inputs_of(&mut self, action: &str) -> Vec<(FieldId, Option<When>)> {
        let inputs: Vec<Arc<Row>> = self
            .rows
            .under("input", self.id)
            .iter()
            .filter(|input| input.text("action").is_some_and(|of| **of == *action))
            .cloned()
            .collect();
        inputs
            .iter()
            .filter_map(|input| Some((self.input(input)?, self.requirement(input))))
            .collect()
    }

    /// What an action takes off an item's points: in points or in percent of them, never without a reason.
    fn deduction(&mut self, row: &Row) -> Option<Adds> {
        let (points, percent) = (row.decimal("deducts"), row.decimal("deducts_percent"));
        let column = match (points, percent) {
            (None, None) => return None,
            (Some(_), Some(_)) => {
                self.faults.cell(
                    row,
                    "deducts_percent",
                    problems::said_twice("deducts", "deducts_percent"),
                );
                return None;
            }
            (Some(_), None) => "deducts",
            (None, Some(_)) => "deducts_percent",
        };
        if !self.is_about_item {
            self.faults.cell(
                row,
                column,
                problems::column_needs(column, "about = \"item\""),
            );
            return None;
        }
        if !row.bool("reason_required").unwrap_or(false) {
            self.faults.cell(
                row,
                column,
                problems::column_needs(column, "reason_required = true"),
            );
        }
        let hundred = Ratio::from_int(100);
        if let Some(percent) = percent.filter(|percent| **percent > hundred) {
            self.faults.cell(
                row,
                column,
                problems::number_out_of_range(column, shown(percent), 0, 100),
            );
        }
        let amount = match (points, percent) {
            (Some(points), _) => Amount::Number(points.clone()),
            (None, percent) => {
                Amount::ShareOf(FieldId::new(POINTS_FIELD), percent?.checked_div(&hundred)?)
            }
        };
        Some(Adds {
            field: FieldId::new(DEDUCTED_FIELD),
            amount,
        })
    }

    /// The field that an input fills; inputs of one name are one field and must say the same of it.
    fn input(&mut self, row: &Arc<Row>) -> Option<FieldId> {
        let id = row.text("id")?;
        if RESERVED.contains(&&**id) || (self.is_about_item && **id == *DEDUCTED_FIELD) {
            let reserved = [RESERVED, &[DEDUCTED_FIELD]].concat().join(", ");
            self.faults
                .cell(row, "id", problems::reserved_name(id, reserved));
            return None;
        }
        let kind = self.kind(row)?;
        let bound = |column: &str| row.decimal(column).cloned().map(Bound::Number);
        let is_day = kind == FieldKind::Day;
        for column in ["not_before", "not_after"] {
            if row.has(column) && !is_day {
                let word = row.text("type").map_or("", |word| &**word);
                self.faults
                    .cell(row, column, problems::column_not_of_type(column, word));
            }
        }
        let day = |column: &str| {
            row.text(column)
                .filter(|_| is_day)
                .map(|text| day_bound(text))
        };
        let most = match row.text("max_field") {
            Some(_) if row.has("max") => {
                self.faults
                    .cell(row, "max_field", problems::said_twice("max", "max_field"));
                bound("max")
            }
            Some(field) => Some(Bound::Field(FieldId::new(field))),
            None => bound("max"),
        };
        let field = casework::Field {
            id: FieldId::new(id),
            name: row.name("name"),
            kind,
            min: day("not_before").or_else(|| bound("min")),
            max: day("not_after").or(most),
        };
        match self.fields.iter().find(|(known, _)| known.id == field.id) {
            Some((known, first)) => {
                let same =
                    known.kind == field.kind && known.min == field.min && known.max == field.max;
                if !same {
                    let action = first
                        .as_ref()
                        .and_then(|row| row.text("action").cloned())
                        .unwrap_or_else(|| Arc::from("—"));
                    self.faults
                        .cell(row, "id", problems::input_differs(id, action));
                }
            }
            None => self.fields.push((field.clone(), Some(row.clone()))),
        }
        Some(field.id)
    }

    fn kind(&mut self, row: &Arc<Row>) -> Option<FieldKind> {
        let word = row.text("type")?.clone();
        for (column, of) in [("scale", "decimal"), ("choices", "choice")] {
            if row.has(column) && &*word != of {
                self.faults
                    .cell(row, column, problems::column_not_of_type(column, &word));
            } else if !row.has(column) && &*word == of {
                self.faults
                    .cell(row, "type", problems::type_needs_column(&word, column));
            }
        }
        Some(match &*word {
            "text" => FieldKind::Text,
            "number" => FieldKind::Integer,
            "decimal" => FieldKind::Decimal {
                scale: scale(row, self.faults)?,
            },
            "date" => FieldKind::Day,
            "choice" => FieldKind::Choice(
                self.codes(row, "choices")
                    .into_iter()
                    .map(|(id, name)| Choice { id, name })
                    .collect(),
            ),
            "bool" => FieldKind::Bool,
            _ => return None,
        })
    }

    /// The entries of a list of choices; `vocabulary:ID` stands for the codes of a vocabulary.
    fn codes(&mut self, row: &Row, column: &str) -> Vec<(CodeId, Text)> {
        let mut codes = Vec::new();
        for (text, span) in row.texts_placed(column) {
            let Some(id) = text.strip_prefix(VOCABULARY_PREFIX) else {
                if self.vocabularies.contains_key(&*text) {
                    let problem = problems::choice_named_like_vocabulary(&text);
                    self.faults.at(span, problem);
                }
                codes.push((CodeId::new(&text), Text::same(&*text)));
                continue;
            };
            match self.vocabularies.get(id) {
                Some(vocabulary) => codes.extend(
                    vocabulary
                        .codes
                        .values()
                        .map(|code| (code.id.clone(), code.name.clone())),
                ),
                None => unknown(
                    self.faults,
                    "vocabulary",
                    id,
                    self.rows.ids("vocabulary"),
                    span,
                ),
            }
        }
        codes
    }

    fn deadline(&mut self, row: &Arc<Row>, states: &[StateId]) -> Option<Deadline> {
        let id = row.text("id")?;
        let (due, done) = (format!("{id}_due"), format!("{id}_done"));
        if let Some((field, _)) = self
            .fields
            .iter()
            .find(|(field, _)| [&due, &done].contains(&&field.id.to_string()))
        {
            self.faults.cell(
                row,
                "id",
                problems::reserved_name(&field.id, format!("{due}, {done}")),
            );
        }
        let starts = self.start(row, states);
        let ends = self.end(row, states);
        let length = self.length(row);
        let deadline = Deadline {
            id: DeadlineId::new(id),
            name: row.name("name"),
            starts: starts?,
            ends: ends?,
            length: length?,
            rolls: row.bool("rolls").unwrap_or(false),
            basis: row.name("basis"),
            when_missed: self.when_missed(row),
            lifted_by: row.texts("lifted_by").iter().map(ActionId::new).collect(),
            holds: row.texts("holds").iter().map(ActionId::new).collect(),
            runs_on: row.bool("runs_on").unwrap_or(false),
            on_transfer: match row.text("on_transfer").map(|word| &**word) {
                Some("starts_anew") => OnTransfer::StartsAnew,
                _ => OnTransfer::GoesOn,
            },
        };
        Some(deadline)
    }

    fn start(&mut self, row: &Row, states: &[StateId]) -> Option<Start> {
        let text = row.text("starts")?;
        if &**text == "open" {
            return Some(Start::OnOpen);
        }
        let is_state = states.iter().any(|state| state.as_str() == &**text);
        let field = self
            .fields
            .iter()
            .map(|(field, _)| field)
            .find(|field| field.id.as_str() == &**text && field.kind == FieldKind::Day);
        match (is_state, field) {
            (true, Some(_)) => {
                self.faults
                    .cell(row, "starts", problems::ambiguous_name(text));
                None
            }
            (true, None) => Some(Start::OnEnter(StateId::new(text))),
            (false, Some(field)) => Some(Start::OnField(field.id.clone())),
            (false, None) => {
                let dates = self
                    .fields
                    .iter()
                    .filter(|(field, _)| field.kind == FieldKind::Day)
                    .map(|(field, _)| field.id.as_str());
                let known: Vec<&str> = std::iter::once("open")
                    .chain(states.iter().map(|state| state.as_str()))
                    .chain(dates)
                    .collect();
                unknown_in(
                    self.faults,
                    ("flow", self.id),
                    ("state", text),
                    known,
                    row.span_of("starts"),
                );
                None
            }
        }
    }

    fn end(&mut self, row: &Row, states: &[StateId]) -> Option<End> {
        let text = row.text("ends")?;
        let is_state = |id: &str| states.iter().any(|state| state.as_str() == id);
        if let Some(state) = text.strip_prefix("enter:") {
            if !is_state(state) {
                let known = states.iter().map(|state| state.as_str());
                unknown_in(
                    self.faults,
                    ("flow", self.id),
                    ("state", state),
                    known,
                    row.span_of("ends"),
                );
                return None;
            }
            return Some(End::OnEnter(StateId::new(state)));
        }
        let actions: Vec<&str> = self.rows.ids_under("action", self.id).collect();
        let several: Vec<&str> = text.split(" or ").map(str::trim).collect();
        if several.len() > 1 {
            let unknown = several.iter().find(|action| !actions.contains(action));
            if let Some(unknown) = unknown {
                unknown_in(
                    self.faults,
                    ("flow", self.id),
                    ("action", unknown),
                    actions.iter().copied(),
                    row.span_of("ends"),
                );
                return None;
            }
            return Some(End::OnAction(
                several.into_iter().map(ActionId::new).collect(),
            ));
        }
        match (is_state(text), actions.contains(&&**text)) {
            (true, true) => {
                self.faults
                    .cell(row, "ends", problems::ambiguous_name(text));
                None
            }
            (true, false) => Some(End::OnLeave(StateId::new(text))),
            (false, true) => Some(End::OnAction(vec![ActionId::new(text)])),
            (false, false) => {
                let known = states.iter().map(|state| state.as_str()).chain(actions);
                unknown_in(
                    self.faults,
                    ("flow", self.id),
                    ("state", text),
                    known,
                    row.span_of("ends"),
                );
                None
            }
        }
    }

    fn length(&mut self, row: &Row) -> Option<Length> {
        const COLUMNS: &[&str] = &["working_days", "calendar_days", "months", "on"];
        let written: Vec<&str> = COLUMNS
            .iter()
            .copied()
            .filter(|column| row.has(column))
            .collect();
        let [column] = written.as_slice() else {
            match written.get(1) {
                Some(second) => self.faults.cell(
                    row,
                    second,
                    problems::said_twice(written.first().unwrap_or(second), second),
                ),
                None => self.faults.at(
                    row.span.clone(),
                    problems::deadline_without_length(row.text("id").map_or("", |id| &**id)),
                ),
            }
            return None;
        };
        if *column != "on" && row.has("year_offset") {
            self.faults.cell(
                row,
                "year_offset",
                problems::column_needs("year_offset", "on"),
            );
        }
        if *column == "working_days" && row.has("rolls") {
            self.faults
                .cell(row, "rolls", problems::working_days_do_not_roll());
        }
        Some(match *column {
            "working_days" => Length::WorkingDays(count(row, "working_days", 1, self.faults)?),
            "calendar_days" => Length::CalendarDays(count(row, "calendar_days", 0, self.faults)?),
            "months" => Length::Months(count(row, "months", 1, self.faults)?),
            _ => {
                let (month, day) = month_day(row, "on")?;
                let year_offset = row.int("year_offset").unwrap_or(0);
                let Some(year_offset) = i32::try_from(year_offset)
                    .ok()
                    .filter(|years| (-10..=10).contains(years))
                else {
                    self.faults.cell(
                        row,
                        "year_offset",
                        problems::number_out_of_range("year_offset", year_offset, -10, 10),
                    );
                    return None;
                };
                Length::FixedDay {
                    month,
                    day,
                    year_offset,
                }
            }
        })
    }

    fn when_missed(&mut self, row: &Row) -> WhenMissed {
        let is_lock = row
            .text("when_missed")
            .is_some_and(|word| &**word == "lock");
        if row.has("locks") && !is_lock {
            self.faults.cell(
                row,
                "locks",
                problems::column_needs("locks", "when_missed = \"lock\""),
            );
        }
        if is_lock && row.list("locks").is_empty() {
            self.faults.cell(
                row,
                "when_missed",
                problems::column_needs("when_missed = \"lock\"", "locks"),
            );
        }
        match row.text("when_missed").map(|word| &**word) {
            Some("lock") => {
                WhenMissed::Lock(row.texts("locks").iter().map(ActionId::new).collect())
            }
            Some("mark") => WhenMissed::Mark,
            _ => WhenMissed::Nothing,
        }
    }
}

fn state(row: &Row) -> Option<State> {
    Some(State {
        id: StateId::new(row.text("id")?),
        name: row.name("name"),
        kind: match row.text("kind").map(|kind| &**kind) {
            Some("waiting") => StateKind::Waiting,
            Some("closed") => StateKind::Closed,
            _ => StateKind::Open,
        },
        outcome: row.text("outcome").map(CodeId::new),
        is_clock_stopped: row.text("clock").is_some_and(|word| &**word == "stopped"),
    })
}

/// The column of a row that says what a key of a `casework` declaration says: the first one written.
fn column_of(row: &Row, key: &'static str) -> &'static str {
    let columns: &[&'static str] = match key {
        "requires" | "sets" => &["id"],
        "closes_with" => &["closing_reasons"],
        "when_missed" => &["locks", "when_missed"],
        "adds" => &["deducts", "deducts_percent"],
        "length" => &["working_days", "calendar_days", "months", "on"],
        "states" => &["initial"],
        "kind" => &["choices", "type"],
        "min" => &["min", "not_before"],
        "max" => &["max", "max_field", "not_after"],
        _ => return key,
    };
    columns
        .iter()
        .copied()
        .find(|column| row.has(column))
        .unwrap_or("id")
}

/// What the limit of a day says: a day, the opening, the step, or else a field.
fn day_bound(text: &str) -> Bound {
    match text {
        "opened_on" => Bound::Opened,
        "today" => Bound::Step,
        _ => Day::parse(text).map_or_else(|_| Bound::Field(FieldId::new(text)), Bound::Day),
    }
}

/// A condition on one field of a case.
///
/// # Errors
/// It cannot be read, or is another condition.
pub(super) fn when(text: &str, span: &Span) -> Result<When, Vec<Problem>> {
    let InputTest { field, test } = expr::parse_input_test(text, span)?;
    let field = FieldId::new(&field);
    Ok(match test {
        Tested::Is(text) => When::Is(field, casework::Value::Text(text.to_string())),
        Tested::IsNot(text) => When::IsNot(field, casework::Value::Text(text.to_string())),
        Tested::IsAnswer(answer) => When::Is(field, casework::Value::Bool(answer)),
        Tested::IsGiven => When::Given(field),
    })
}
