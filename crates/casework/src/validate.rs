//! Whether a declared flow makes sense: asked once, before any case runs by it.
//!
//! A flow without faults cannot strand a case for a reason that its declaration showed: each state
//! can be reached and left, each case can be closed, each deadline can end. Every fault is found
//! in one run and says to which declaration it belongs. Next: `problems.rs` for the texts.

use std::collections::BTreeSet;
use std::fmt::Display;

use base::{ActionId, FieldId, Lang, Problem, Ratio, StateId};

use crate::deadline::{Deadline, End, Length, Start, WhenMissed};
use crate::field::{Bound, Field, FieldKind, When};
use crate::flow::{Action, Amount, Flow, StateKind};
use crate::notice::Notice;
use crate::problems;

mod clauses;

/// The longest time limit, in days or months.
pub const DEADLINE_LENGTH_MAX: u32 = 20_000;

/// Something wrong with a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The declaration that has it.
    pub part: FlowPart,
    /// The key of that declaration, as its Rust field is named; `id` when it is about the whole.
    pub key: &'static str,
    /// What is wrong and what would be right. It has no place in a source text: that is known to
    /// whoever read the flow from one.
    pub problem: Problem,
}

/// A declaration within a flow, by its index in the flow's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlowPart {
    /// The flow itself.
    Flow,
    /// One of [`Flow::states`].
    State(usize),
    /// One of [`Flow::fields`].
    Field(usize),
    /// One of [`Flow::actions`].
    Action(usize),
    /// One of [`Flow::deadlines`].
    Deadline(usize),
    /// One of [`Flow::extensions`].
    Extension(usize),
    /// One of [`Flow::notices`].
    Notice(usize),
}

/// Finds every fault of a flow; none means that cases can run by it.
///
/// ```
/// use casework::{FlowPart, example, validate};
/// let mut flow = example::flow();
/// assert!(validate(&flow).is_empty());
/// flow.actions.remove(2); // nobody answers
/// let codes: Vec<_> = validate(&flow).iter().map(|f| (f.part, f.problem.code)).collect();
/// assert_eq!(codes, [
///     (FlowPart::State(1), "F106"), // appealed cannot be left
///     (FlowPart::State(2), "F105"), // answered cannot be reached
///     (FlowPart::Deadline(0), "F115"), // so the deadline never ends
/// ]);
/// ```
pub fn validate(flow: &Flow) -> Vec<Fault> {
    let mut check = Check {
        flow,
        faults: Vec::new(),
    };
    check.duplicates();
    check.initial();
    for (at, field) in flow.fields.iter().enumerate() {
        check.field(at, field);
    }
    for (at, action) in flow.actions.iter().enumerate() {
        check.action(at, action);
    }
    check.ways();
    for (at, deadline) in flow.deadlines.iter().enumerate() {
        check.deadline(at, deadline);
    }
    check.locks();
    clauses::check(&mut check);
    check.faults.sort_by_key(|fault| fault.part);
    check.faults
}

struct Check<'flow> {
    flow: &'flow Flow,
    faults: Vec<Fault>,
}

impl<'flow> Check<'flow> {
    fn fault(&mut self, part: FlowPart, key: &'static str, problem: Problem) {
        self.faults.push(Fault { part, key, problem });
    }

    fn duplicates(&mut self) {
        let flow = self.flow;
        let states = flow.states.iter().map(|state| state.id.as_str());
        self.duplicates_among(("状态", "state"), FlowPart::State, states);
        let fields = flow.fields.iter().map(|field| field.id.as_str());
        self.duplicates_among(("字段", "field"), FlowPart::Field, fields);
        let actions = flow.actions.iter().map(|action| action.id.as_str());
        self.duplicates_among(("操作", "action"), FlowPart::Action, actions);
        let deadlines = flow.deadlines.iter().map(|deadline| deadline.id.as_str());
        self.duplicates_among(("期限", "deadline"), FlowPart::Deadline, deadlines);
        for (at, notice) in flow.notices.iter().enumerate() {
            let others = flow.notices.iter().take(at).map(|other| &other.id);
            let mut known = others.chain(flow.deadlines.iter().map(|deadline| &deadline.id));
            if known.any(|id| *id == notice.id) {
                let problem = duplicate(("公示", "notice"), &notice.id);
                self.fault(FlowPart::Notice(at), "id", problem);
            }
        }
    }

    fn duplicates_among<'id>(
        &mut self,
        what: (&str, &str),
        part: impl Fn(usize) -> FlowPart,
        ids: impl Iterator<Item = &'id str>,
    ) {
        let mut seen = BTreeSet::new();
        for (at, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.fault(part(at), "id", duplicate(what, id));
            }
        }
    }

    fn initial(&mut self) {
        let flow = self.flow;
        match flow.state(&flow.initial) {
            None => self.declared_state(FlowPart::Flow, "initial", &flow.initial),
            Some(state) if state.kind == StateKind::Closed => {
                let problem = problems::initial_is_closed(&flow.initial);
                self.fault(FlowPart::Flow, "initial", problem);
            }
            Some(_) => {}
        }
        if !flow
            .states
            .iter()
            .any(|state| state.kind == StateKind::Closed)
        {
            self.fault(
                FlowPart::Flow,
                "states",
                problems::no_closed_state(&flow.id),
            );
        }
        for (at, state) in flow.states.iter().enumerate() {
            if state.kind != StateKind::Closed && state.outcome.is_some() {
                let problem = problems::outcome_of_open_state(&state.id);
                self.fault(FlowPart::State(at), "outcome", problem);
            }
        }
    }

    fn field(&mut self, at: usize, field: &Field) {
        let part = FlowPart::Field(at);
        if let FieldKind::Choice(choices) = &field.kind {
            if choices.is_empty() {
                let problem = bilingual("字段", "field", |what| {
                    problems::empty_list(what, &field.id)
                });
                self.fault(part, "kind", problem);
            }
            let mut seen = BTreeSet::new();
            for choice in choices {
                if !seen.insert(&choice.id) {
                    self.fault(part, "kind", duplicate(("选项", "choice"), &choice.id));
                }
            }
        }
        for (key, bound) in [("min", &field.min), ("max", &field.max)] {
            let Some(bound) = bound else { continue };
            if let Bound::Field(other) = bound {
                self.declared_field(part, key, other);
            }
            if self.bound_fits(field, bound) == Some(false) {
                self.fault(part, key, problems::bound_does_not_fit(&field.id, key));
            }
        }
        let crossed = match (&field.min, &field.max) {
            (Some(Bound::Number(min)), Some(Bound::Number(max))) => min > max,
            (Some(Bound::Day(min)), Some(Bound::Day(max))) => min > max,
            _ => false,
        };
        if crossed {
            self.fault(part, "min", problems::min_above_max(&field.id));
        }
    }

    /// None when it names a field that is not declared.
    fn bound_fits(&self, field: &Field, bound: &Bound) -> Option<bool> {
        let is_number =
            |kind: &FieldKind| matches!(kind, FieldKind::Decimal { .. } | FieldKind::Integer);
        let takes_number = is_number(&field.kind) || field.kind == FieldKind::Text;
        Some(match bound {
            Bound::Number(number) => {
                takes_number && (field.kind != FieldKind::Text || *number >= Ratio::from_int(0))
            }
            Bound::Day(_) | Bound::Opened | Bound::Step => field.kind == FieldKind::Day,
            Bound::Field(other) => {
                let other = &self.flow.field(other)?.kind;
                (takes_number && is_number(other))
                    || (field.kind == FieldKind::Day && *other == FieldKind::Day)
            }
        })
    }

    fn action(&mut self, at: usize, action: &Action) {
        let part = FlowPart::Action(at);
        if action.from.is_empty() {
            self.fault(part, "from", problems::action_without_from(&action.id));
        }
        for from in &action.from {
            self.declared_state(part, "from", from);
            let closed = self
                .flow
                .state(from)
                .is_some_and(|s| s.kind == StateKind::Closed);
            if closed && !action.reopens {
                let problem = problems::leaves_closed_state(&action.id, from);
                self.fault(part, "from", problem);
            }
        }
        self.declared_state(part, "to", &action.to);
        let by_itself = |notice: &Notice| notice.then == action.id;
        if action.roles.is_empty() && !self.flow.notices.iter().any(by_itself) {
            self.fault(part, "roles", problems::action_without_role(&action.id));
        }
        for wanted in &action.requires {
            self.declared_field(part, "requires", &wanted.field);
            match &wanted.when {
                When::Always => {}
                When::Given(field) => self.declared_field(part, "requires", field),
                When::Is(field, value) | When::IsNot(field, value) => {
                    self.declared_field(part, "requires", field);
                    let declared = self.flow.field(field);
                    if declared.is_some_and(|field| !field.kind.admits(value)) {
                        let problem = problems::condition_never_holds(&action.id, field);
                        self.fault(part, "requires", problem);
                    }
                }
            }
        }
        for field in &action.sets {
            self.declared_field(part, "sets", field);
        }
        if let Some(adds) = &action.adds {
            self.declared_field(part, "adds", &adds.field);
            let is_decimal = |id: &FieldId| {
                let kind = self.flow.field(id).map(|field| &field.kind);
                matches!(kind, None | Some(FieldKind::Decimal { .. }))
            };
            let (is_fit, amount) = match &adds.amount {
                Amount::Number(number) => (true, number),
                Amount::ShareOf(field, share) => (is_decimal(field), share),
            };
            if !is_fit || !is_decimal(&adds.field) || *amount <= Ratio::ZERO {
                let problem = problems::adds_to_no_number(&action.id, &adds.field);
                self.fault(part, "adds", problem);
            }
        }
        let Some(reasons) = &action.closes_with else {
            return;
        };
        let to = self.flow.state(&action.to);
        if to.is_some_and(|state| state.kind != StateKind::Closed) {
            let problem = problems::closing_reasons_without_closing(&action.id);
            self.fault(part, "closes_with", problem);
        }
        if reasons.is_empty() {
            let problem = bilingual("操作", "action", |what| {
                problems::empty_list(what, &action.id)
            });
            self.fault(part, "closes_with", problem);
        }
        let mut seen = BTreeSet::new();
        for reason in reasons {
            if !seen.insert(&reason.id) {
                let what = ("办结理由", "closing reason");
                self.fault(part, "closes_with", duplicate(what, &reason.id));
            }
        }
    }

    /// Every state can be reached, left and, in the end, closed.
    ///
    /// A misspelt state is told once, where it is written: what it might have been is taken to be
    /// right, so that it does not show up as ten more faults elsewhere.
    fn ways(&mut self) {
        let flow = self.flow;
        let declared = |id: &StateId| flow.state(id).is_some();
        let unclear = flow
            .actions
            .iter()
            .filter(|action| !action.from.iter().all(declared));
        let starts = unclear.map(|action| &action.to).chain([&flow.initial]);
        let reachable = reachable_from(flow, starts);
        let all_known = reachable.iter().all(|id| declared(id));
        let has_closed = flow
            .states
            .iter()
            .any(|state| state.kind == StateKind::Closed);
        for (at, state) in flow.states.iter().enumerate() {
            let part = FlowPart::State(at);
            if all_known && !reachable.contains(&state.id) {
                self.fault(part, "id", problems::unreachable_state(&state.id));
            }
            if state.kind == StateKind::Closed {
                continue;
            }
            let is_left = flow
                .actions_from(&state.id)
                .any(|action| action.to != state.id);
            if !is_left {
                self.fault(part, "id", problems::trap(&state.id));
            } else if has_closed && !may_close(flow, &state.id) {
                self.fault(part, "id", problems::never_closes(&state.id));
            }
        }
    }

    fn deadline(&mut self, at: usize, deadline: &Deadline) {
        let part = FlowPart::Deadline(at);
        let mut complete = true;
        match &deadline.starts {
            Start::OnOpen => {}
            Start::OnEnter(state) => {
                self.declared_state(part, "starts", state);
                let declared = self.flow.state(state);
                complete &= declared.is_some();
                if declared.is_some_and(|state| state.kind == StateKind::Closed) {
                    let problem = problems::starts_in_closed_state(&deadline.id, state);
                    self.fault(part, "starts", problem);
                    complete = false;
                }
            }
            Start::OnField(field) => {
                self.declared_field(part, "starts", field);
                let kind = self.flow.field(field).map(|field| &field.kind);
                if kind.is_some_and(|kind| *kind != FieldKind::Day) {
                    let problem = bilingual("日期", "a day", |wanted| {
                        problems::wrong_kind("starts", field, wanted)
                    });
                    self.fault(part, "starts", problem);
                }
            }
            Start::OnFixedDay { month, day, .. } => {
                self.month_day(part, "starts", deadline, *month, *day);
            }
        }
        match &deadline.ends {
            End::OnLeave(state) | End::OnEnter(state) => {
                self.declared_state(part, "ends", state);
                complete &= self.flow.state(state).is_some();
            }
            End::OnAction(actions) => {
                for action in actions {
                    self.declared_action(part, "ends", action);
                    complete &= self.flow.action(action).is_some();
                }
            }
        }
        if complete && self.flow.state(&self.flow.initial).is_some() && !self.can_end(deadline) {
            self.fault(part, "ends", problems::deadline_never_ends(&deadline.id));
        }
        match deadline.length {
            Length::WorkingDays(days) | Length::CalendarDays(days) | Length::Months(days) => {
                // A field can hold the last day itself.
                let is_the_field = matches!(
                    (&deadline.starts, &deadline.length),
                    (Start::OnField(_), Length::CalendarDays(0))
                );
                if (days == 0 && !is_the_field) || days > DEADLINE_LENGTH_MAX {
                    let problem = problems::bad_length(&deadline.id, days, DEADLINE_LENGTH_MAX);
                    self.fault(part, "length", problem);
                }
            }
            Length::FixedDay { month, day, .. } => {
                self.month_day(part, "length", deadline, month, day);
            }
        }
        let locked: &[ActionId] = match &deadline.when_missed {
            WhenMissed::Lock(actions) => actions,
            _ => &[],
        };
        for action in locked {
            self.declared_action(part, "when_missed", action);
        }
        for action in &deadline.holds {
            self.declared_action(part, "holds", action);
        }
        for action in &deadline.lifted_by {
            self.declared_action(part, "lifted_by", action);
            if locked.is_empty() || locked.contains(action) {
                let problem = problems::lifts_nothing(&deadline.id, action);
                self.fault(part, "lifted_by", problem);
            }
        }
    }

    fn month_day(
        &mut self,
        part: FlowPart,
        key: &'static str,
        deadline: &Deadline,
        month: u8,
        day: u8,
    ) {
        // 2000 was a leap year: it has every day that any year has.
        if base::Day::from_ymd(2000, month.into(), day.into()).is_none() {
            let problem = problems::no_such_month_day(&deadline.id, month, day);
            self.fault(part, key, problem);
        }
    }

    /// Whether some action that can follow the start ends the deadline.
    fn can_end(&self, deadline: &Deadline) -> bool {
        let flow = self.flow;
        let start = match &deadline.starts {
            Start::OnEnter(state) => state,
            Start::OnOpen | Start::OnField(_) | Start::OnFixedDay { .. } => &flow.initial,
        };
        let reachable = reachable_from(flow, [start]);
        reachable.iter().any(|id| flow.state(id).is_none())
            || flow.actions.iter().any(|action| {
                action
                    .from
                    .iter()
                    .filter(|from| reachable.contains(*from))
                    .any(|from| match &deadline.ends {
                        End::OnLeave(state) => from == state && action.to != *from,
                        End::OnEnter(state) => action.to == *state && action.to != *from,
                        End::OnAction(actions) => actions.contains(&action.id),
                    })
            })
    }

    /// A state from which every way out can lapse.
    fn locks(&mut self) {
        let flow = self.flow;
        let locked = |action: &Action| {
            flow.deadlines.iter().any(|deadline| {
                matches!(&deadline.when_missed, WhenMissed::Lock(ids) if ids.contains(&action.id))
            })
        };
        for (at, state) in flow.states.iter().enumerate() {
            let mut ways = flow
                .actions_from(&state.id)
                .filter(|a| a.to != state.id)
                .peekable();
            if state.kind != StateKind::Closed && ways.peek().is_some() && ways.all(locked) {
                let problem = problems::locked_trap(&state.id);
                self.fault(FlowPart::State(at), "id", problem);
            }
        }
    }

    fn declared_state(&mut self, part: FlowPart, key: &'static str, id: &StateId) {
        if self.flow.state(id).is_none() {
            let known = || self.flow.states.iter().map(|state| &state.id);
            let problem = problems::in_both(|lang| {
                problems::undeclared_state(id, problems::list(known(), lang))
            });
            self.fault(part, key, problem);
        }
    }

    fn declared_action(&mut self, part: FlowPart, key: &'static str, id: &ActionId) {
        if self.flow.action(id).is_none() {
            let known = || self.flow.actions.iter().map(|action| &action.id);
            let problem = problems::in_both(|lang| {
                problems::undeclared_action(id, problems::list(known(), lang))
            });
            self.fault(part, key, problem);
        }
    }

    fn declared_field(&mut self, part: FlowPart, key: &'static str, id: &FieldId) {
        if self.flow.field(id).is_none() {
            let known = || self.flow.fields.iter().map(|field| &field.id);
            let problem = problems::in_both(|lang| {
                problems::undeclared_field(id, problems::list(known(), lang))
            });
            self.fault(part, key, problem);
        }
    }
}

/// These states and all that can follow them; a misspelt one has none that follow.
fn reachable_from<'flow>(
    flow: &'flow Flow,
    starts: impl IntoIterator<Item = &'flow StateId>,
) -> BTreeSet<&'flow StateId> {
    let mut to_visit: Vec<&StateId> = starts.into_iter().collect();
    let mut reached: BTreeSet<&StateId> = to_visit.iter().copied().collect();
    while let Some(state) = to_visit.pop() {
        for action in flow.actions_from(state) {
            if reached.insert(&action.to) {
                to_visit.push(&action.to);
            }
        }
    }
    reached
}

/// Whether a closed state, or one whose kind is not known, can follow.
fn may_close(flow: &Flow, start: &StateId) -> bool {
    let reached = reachable_from(flow, [start]);
    reached.iter().any(|id| {
        flow.state(id)
            .is_none_or(|state| state.kind == StateKind::Closed)
    })
}

fn duplicate(what: (&str, &str), id: impl Display) -> Problem {
    bilingual(what.0, what.1, |what| problems::duplicate_id(what, &id))
}

fn bilingual(zh: &str, en: &str, make: impl Fn(&str) -> Problem) -> Problem {
    problems::in_both(|lang| match lang {
        Lang::Zh => make(zh),
        Lang::En => make(en),
    })
}
