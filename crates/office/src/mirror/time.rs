//! What time does to cases, as the columns are told of it.
//!
//! A notice that ends makes its case another one without an entry, so the columns are told beforehand what each case
//! will be and from which day on. Holidays that become known later count days that could not be counted before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{Day, FlowId, Position, Problem, WorkCalendar};
use programme::model::Programme;
use programme::schema::{Schema, Value};

use super::{CaseNow, Mirror};
use crate::problems;

impl Mirror {
    /// What a case will be from which day on, when nothing else happens to it.
    pub(super) fn expected_of(
        &self,
        case: &CaseNow,
        calendar: &WorkCalendar,
    ) -> Result<Vec<(Day, Vec<Value>)>, Problem> {
        let (accepted, flow_id) = self.accepted(case)?;
        let Some(flow) = accepted.flows.get(&flow_id) else {
            return Ok(Vec::new());
        };
        if flow.notices.is_empty() || case.closed.is_some() {
            return Ok(Vec::new());
        }
        let mut state = case.state_by(flow);
        let clock = casework::Clock {
            by: 0,
            moment: base::Moment::MIN,
        };
        let far = Day::MAX;
        // Without its calendar nothing is expected; it is again when the calendar is there.
        let steps = casework::pass_time(flow, &mut state, far, calendar, clock);
        let mut expected = Vec::new();
        let mut then = case.clone();
        for step in steps.unwrap_or_default() {
            then.take_step(flow, &step);
            expected.push((step.day, self.values_of_case(&then)?));
        }
        Ok(expected)
    }

    /// Cases whose days could not be counted by the calendar before are counted by the new one, and so are those with
    /// a notice.
    pub(super) fn count_again(&mut self, at: Position) -> Result<(), Problem> {
        let mut versions = self.programmes.values().rev();
        let (Some(now), Some(before)) = (versions.next(), versions.next()) else {
            return Ok(());
        };
        if now.calendar == before.calendar {
            return Ok(());
        }
        let (calendar, mut uncounted) = (before.calendar.clone(), Vec::new());
        for (number, case) in self.cases.open() {
            let (accepted, flow_id) = self.accepted(case)?;
            let Some(flow) = accepted.flows.get(&flow_id) else {
                continue;
            };
            let state = case.state_by(flow);
            let day = state.last_day();
            let is_counted = casework::due(flow, &state, day, &calendar).is_ok()
                && casework::notices(flow, &state, day, &calendar).is_ok();
            let is_another = !is_counted || !flow.notices.is_empty();
            if is_another && self.has_table_of(&flow_id) {
                uncounted.push((number, case.clone()));
            }
        }
        for (number, case) in uncounted {
            self.show_case(at, number, &case)?;
        }
        Ok(())
    }

    /// The calendars by which days were counted from one position until another.
    fn calendars_between(
        &self,
        from: Position,
        until: Option<Position>,
    ) -> Vec<(Position, Option<Position>, WorkCalendar)> {
        let mut spans: Vec<(Position, Option<Position>, WorkCalendar)> = Vec::new();
        let mut at = from;
        let later = self.programmes.keys().copied();
        let later = later.filter(|next| *next > from && until.is_none_or(|until| *next < until));
        for next in later.map(Some).chain([None]) {
            let calendar = self.programme_as_of(at).map(|found| found.calendar.clone());
            match spans.last_mut() {
                Some(last) if Some(&last.2) == calendar.as_ref() => last.1 = next.or(until),
                _ => spans.extend(calendar.map(|calendar| (at, next.or(until), calendar))),
            }
            at = next.unwrap_or(at);
        }
        spans
    }

    fn has_table_of(&self, flow: &FlowId) -> bool {
        let name = Schema::cases_name(flow);
        let mut versions = self.programmes.values();
        versions.any(|programme| programme.schema.table(&name).is_some())
    }

    /// The programme under which a case was accepted, and its flow.
    fn accepted(&self, case: &CaseNow) -> Result<(Arc<Programme>, FlowId), Problem> {
        let accepted = self
            .programme_as_of(Position(case.programme))
            .ok_or_else(problems::no_programme)?;
        Ok((accepted, FlowId::new(&case.opened.flow)))
    }

    /// What is expected of cases is not kept with the columns: it is told again, from each step until the next.
    pub(crate) fn expect_again(&mut self) -> Result<(), Problem> {
        let flows = self
            .programmes
            .values()
            .flat_map(|found| found.flows.values());
        let with_notices: BTreeSet<FlowId> = flows
            .filter(|flow| !flow.notices.is_empty())
            .map(|flow| flow.id.clone())
            .collect();
        let mut told = Vec::new();
        for (number, case) in self.cases.of_flows(|flow| with_notices.contains(flow)) {
            let case = &*case;
            let (accepted, flow_id) = self.accepted(case)?;
            let notices = accepted.flows.get(&flow_id).map(|flow| &flow.notices);
            if notices.is_none_or(Vec::is_empty) {
                continue;
            }
            let mut then = CaseNow::opened(case.opened.clone(), Position(case.programme));
            let mut from = Position(number);
            for step in case.steps.iter().map(Some).chain([None]) {
                let until = step.map(|step| Position(step.at));
                for (from, until, calendar) in self.calendars_between(from, until) {
                    for (day, values) in self.expected_of(&then, &calendar)? {
                        told.push((flow_id.clone(), number, from, until, day, values));
                    }
                }
                if let Some(step) = step {
                    then.take_row(
                        step.clone(),
                        accepted.flows.get(&flow_id).map(|flow| &**flow),
                    );
                    from = Position(step.at);
                }
            }
        }
        for (flow, id, from, until, day, values) in told {
            self.columns
                .expect_between(flow, id, from, until, day, values);
        }
        Ok(())
    }
}

impl CaseNow {
    /// The case as `casework` knows it.
    pub(super) fn state_by(&self, flow: &casework::Flow) -> casework::CaseState {
        crate::case::state_of_parts(
            flow,
            &self.opened,
            &self.steps,
            &self.state,
            &self.fields,
            self.closed.as_ref(),
        )
    }

    /// Takes a step that time does.
    fn take_step(&mut self, flow: &casework::Flow, step: &casework::Step) {
        let row = crate::spaces::StepRow {
            at: 0,
            action: step.action.to_string(),
            from: step.from.to_string(),
            to: step.to.to_string(),
            day: step.day.to_string(),
            by: 0,
            role: step.role.to_string(),
            unit: None,
            time: 0,
            fields: BTreeMap::new(),
            evidence: Vec::new(),
            reason: None,
            closing_reason: None,
            unit_to: None,
            into: None,
        };
        self.take_row(row, Some(flow));
    }

    /// Takes a step as the state keeps it.
    fn take_row(&mut self, row: crate::spaces::StepRow, flow: Option<&casework::Flow>) {
        let to = flow.and_then(|flow| flow.state(&base::StateId::new(&row.to)));
        let closed = to.filter(|to| to.kind == casework::StateKind::Closed);
        self.closed = closed.map(|to| {
            let outcome = to.outcome.as_ref().map(ToString::to_string);
            (row.day.clone(), outcome)
        });
        self.fields.extend(row.fields.clone());
        self.state.clone_from(&row.to);
        self.steps.push(row);
    }
}
