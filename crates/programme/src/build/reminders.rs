//! Reminders: which deadline they are about, on which days, and what follows when it stays missed.

use std::collections::BTreeSet;

use base::{DeadlineId, FlowId};
use casework::Flow;
use indexmap::IndexMap;

use super::fields::count;
use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{ASSIGNMENT, Escalation, Reminder};
use crate::problems;
use crate::rows::{Content, Row};

/// The most working days from a deadline.
const DAYS_MAX: i64 = 366;
/// Working days within which an assignment asks for a reply, where the row does not say.
const REPLY_WITHIN: u32 = 5;

pub(super) fn build(
    rows: &Rows,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> Vec<Reminder> {
    let of_row = |row: &Row, faults: &mut Faults| {
        let flow = flows.get(&FlowId::new(row.text("flow")?))?;
        let id = row.text("deadline")?;
        let deadline = DeadlineId::new(id);
        if flow.deadline(&deadline).is_none() {
            unknown_in(
                faults,
                ("flow", flow.id.as_str()),
                ("deadline", id),
                flow.deadlines.iter().map(|found| found.id.as_str()),
                row.span_of("deadline"),
            );
        }
        let mut days: BTreeSet<i64> = days(row, "before", 0, faults)
            .into_iter()
            .map(|days| -days)
            .collect();
        days.extend(self::days(row, "after", 1, faults));
        let escalates = escalates(row, flows, faults);
        if days.is_empty() && escalates.is_none() {
            faults.at(row.span.clone(), problems::reminder_of_nothing(id));
        }
        Some(Reminder {
            flow: flow.id.clone(),
            deadline,
            days: days.into_iter().collect(),
            escalates,
        })
    };
    rows.of("reminder")
        .iter()
        .filter_map(|row| of_row(row, faults))
        .collect()
}

/// The numbers of a list, each once and within what is possible.
fn days(row: &Row, column: &'static str, least: i64, faults: &mut Faults) -> Vec<i64> {
    let mut days = Vec::new();
    for cell in row.list(column) {
        let Content::Int(number) = cell.content else {
            continue;
        };
        if !(least..=DAYS_MAX).contains(&number) {
            let problem = problems::number_out_of_range(column, number, least, DAYS_MAX);
            faults.at(cell.span.clone(), problem);
        } else if days.contains(&number) {
            faults.at(cell.span.clone(), problems::listed_twice(number));
        } else {
            days.push(number);
        }
    }
    days
}

fn escalates(row: &Row, flows: &IndexMap<FlowId, Flow>, faults: &mut Faults) -> Option<Escalation> {
    const DAYS: &str = "escalate_after";
    const FLOW: &str = "escalate_to";
    const REPLY: &str = "reply_within";
    for (column, other) in [(DAYS, FLOW), (FLOW, DAYS), (REPLY, DAYS)] {
        if row.has(column) && !row.has(other) {
            faults.cell(row, column, problems::column_needs(column, other));
        }
    }
    let (days, to) = (row.int(DAYS)?, FlowId::new(row.text(FLOW)?));
    if !(1..=DAYS_MAX).contains(&days) {
        let problem = problems::number_out_of_range(DAYS, days, 1, DAYS_MAX);
        faults.cell(row, DAYS, problem);
    }
    if flows.get(&to)?.subject != ASSIGNMENT {
        faults.cell(row, FLOW, problems::escalates_to_no_assignment(&to));
    }
    let reply_within = if row.has(REPLY) {
        count(row, REPLY, 1, faults)?
    } else {
        REPLY_WITHIN
    };
    Some(Escalation {
        after: days,
        to,
        reply_within,
    })
}
