//! Reminders: which deadline they are about, on which days, and what follows when it stays missed.

use std::collections::BTreeSet;

use base::{DeadlineId, FlowId, RoleId};
use casework::Flow;
use indexmap::IndexMap;

use super::fields::count;
use super::references::unknown_in;
use super::{Faults, Rows};
use crate::model::{ASSIGNMENT, Escalation, Reminder, Report};
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
            reports: Vec::new(),
        })
    };
    let mut reminders: Vec<Reminder> = rows
        .of("reminder")
        .iter()
        .filter_map(|row| of_row(row, faults))
        .collect();
    for row in rows.of("escalation") {
        escalation(row, flows, &mut reminders, faults);
    }
    for reminder in &mut reminders {
        reminder.days.sort_unstable();
        reminder.reports.sort_by_key(|report| report.after);
    }
    reminders
}

/// A step of escalation, added to what is known of its deadline.
fn escalation(
    row: &Row,
    flows: &IndexMap<FlowId, Flow>,
    reminders: &mut Vec<Reminder>,
    faults: &mut Faults,
) -> Option<()> {
    const LATE: &str = "working_days_late";
    let flow = flows.get(&FlowId::new(row.text("flow")?))?;
    let id = row.text("deadline")?;
    let deadline = DeadlineId::new(id);
    match flow.deadline(&deadline) {
        None => unknown_in(
            faults,
            ("flow", flow.id.as_str()),
            ("deadline", id),
            flow.deadlines.iter().map(|found| found.id.as_str()),
            row.span_of("deadline"),
        ),
        Some(found) if found.when_missed != casework::WhenMissed::Mark => {
            faults.cell(row, "deadline", problems::escalates_no_fault(id));
        }
        Some(_) => {}
    }
    let after = row.int(LATE)?;
    if !(1..=DAYS_MAX).contains(&after) {
        let problem = problems::number_out_of_range(LATE, after, 1, DAYS_MAX);
        faults.cell(row, LATE, problem);
    }
    let step = row.text("step")?.clone();
    for (column, of) in [
        ("to", "follow_up"),
        ("reply_within", "follow_up"),
        ("roles", "report"),
    ] {
        if row.has(column) && *step != *of {
            faults.cell(row, column, problems::escalation_takes_no(&step, column));
        } else if !row.has(column) && *step == *of && column != "reply_within" {
            faults.at(row.span.clone(), problems::escalation_lacks(&step, column));
        }
    }
    let known = reminders
        .iter_mut()
        .position(|found| found.flow == flow.id && found.deadline == deadline);
    let known = known.unwrap_or_else(|| {
        reminders.push(Reminder {
            flow: flow.id.clone(),
            deadline,
            days: Vec::new(),
            escalates: None,
            reports: Vec::new(),
        });
        reminders.len() - 1
    });
    let reminder = reminders.get_mut(known)?;
    match &*step {
        "remind" if reminder.days.contains(&after) => {
            faults.cell(row, LATE, problems::listed_twice(after));
        }
        "remind" => reminder.days.push(after),
        "report" => reminder.reports.push(Report {
            after,
            roles: row.texts("roles").iter().map(RoleId::new).collect(),
        }),
        _ if reminder.escalates.is_some() => {
            faults.cell(row, "step", problems::followed_up_twice(id));
        }
        _ => {
            let to = FlowId::new(row.text("to")?);
            if flows.get(&to)?.subject != ASSIGNMENT {
                faults.cell(row, "to", problems::escalates_to_no_assignment(&to));
            }
            let reply_within = match row.has("reply_within") {
                true => count(row, "reply_within", 1, faults)?,
                false => REPLY_WITHIN,
            };
            reminder.escalates = Some(Escalation {
                after,
                to,
                reply_within,
            });
        }
    }
    Some(())
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
