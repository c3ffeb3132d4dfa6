//! What flows do beyond their own steps and by themselves: opening by hand, extensions, notices, cases below.

use std::sync::Arc;

use base::{ActionId, DeadlineId, FieldId, FlowId, RoleId, StateId};
use casework::{Counts, Deadline, Extension, Filing, Flow, Length, Notice, When};
use indexmap::IndexMap;

use super::super::fields::count;
use super::super::{Faults, Rows};
use super::{Builder, OPEN_ACTION};
use crate::model::ASSIGNMENT;
use crate::problems;
use crate::rows::Row;

/// Cases below cases: of flows that a case can be opened of so, and never of one above.
pub(super) fn sub_cases(rows: &Rows, flows: &IndexMap<FlowId, Flow>, faults: &mut Faults) {
    let below = |id: &FlowId| -> Vec<FlowId> {
        let actions = flows.get(id).map_or(&[][..], |flow| &flow.actions);
        let opened = actions
            .iter()
            .filter_map(|action| action.beyond.opens.clone());
        opened.collect()
    };
    for row in rows.of("action") {
        let (Some(flow), Some(opens)) = (row.text("flow"), row.text("opens")) else {
            continue;
        };
        let (flow, opens) = (FlowId::new(flow), FlowId::new(opens));
        let Some(found) = flows.get(&opens) else {
            continue;
        };
        if found.subject == "item" || found.subject == ASSIGNMENT {
            let problem = problems::no_sub_case_of(&opens, &found.subject);
            faults.cell(row, "opens", problem);
        }
        if !found.filing.requires.is_empty() {
            let needed = found.filing.requires.iter().map(FieldId::as_str);
            let needed = needed.collect::<Vec<_>>().join(", ");
            faults.cell(
                row,
                "opens",
                problems::sub_case_needs_inputs(&opens, needed),
            );
        }
        // What can follow below, each flow once: a circle leads back to where it began.
        let (mut to_visit, mut seen) = (vec![opens.clone()], Vec::new());
        while let Some(next) = to_visit.pop() {
            if next == flow {
                faults.cell(row, "opens", problems::circular_sub_cases(&flow, &opens));
                break;
            }
            if !seen.contains(&next) {
                to_visit.extend(below(&next));
                seen.push(next);
            }
        }
    }
}

impl Builder<'_> {
    /// How a case is opened by hand: an action in all but name.
    pub(super) fn filing(&mut self, row: &Row) -> Filing {
        let mut filing = Filing {
            roles: row.texts("opened_by").iter().map(RoleId::new).collect(),
            ..Filing::default()
        };
        for action in self.rows.under("action", self.id) {
            if action.text("id").is_some_and(|id| **id == *OPEN_ACTION) {
                let problem = problems::reserved_name(OPEN_ACTION, OPEN_ACTION);
                self.faults.cell(action, "id", problem);
            }
        }
        let about = row.text("about").map_or("none", |about| &**about);
        if !filing.roles.is_empty() && matches!(about, "item" | ASSIGNMENT) {
            let problem = problems::not_opened_by_hand(self.id, about);
            self.faults.cell(row, "opened_by", problem);
        }
        for (field, when) in self.inputs_of(OPEN_ACTION) {
            match when {
                Some(When::Always) => filing.requires.push(field),
                None => filing.sets.push(field),
                // What opens a case asks for the same every time.
                Some(_) => {
                    let problem = problems::opens_with_condition(&field);
                    self.faults.at(row.span.clone(), problem);
                }
            }
        }
        filing
    }

    /// An extension; its days count as its deadline does where the row does not say.
    pub(super) fn extension<'d>(
        &mut self,
        row: &Arc<Row>,
        mut deadlines: impl Iterator<Item = &'d Deadline>,
    ) -> Option<Extension> {
        let id = DeadlineId::new(row.text("deadline")?);
        let deadline = deadlines.find(|deadline| deadline.id == id);
        let is_by_working_days = match row.text("counts").map(|word| &**word) {
            Some(word) => word == "working_days",
            None => {
                deadline.is_some_and(|deadline| matches!(deadline.length, Length::WorkingDays(_)))
            }
        };
        Some(Extension {
            deadline: id,
            asked_by: ActionId::new(row.text("asked_by")?),
            granted_by: ActionId::new(row.text("granted_by")?),
            refused_by: row.text("refused_by").map(ActionId::new),
            days: FieldId::new(row.text("days")?),
            counts: if is_by_working_days {
                Counts::WorkingDays
            } else {
                Counts::CalendarDays
            },
            at_most: count(row, "at_most", 0, self.faults)?,
            times: if row.has("times") {
                count(row, "times", 0, self.faults)?
            } else {
                1
            },
        })
    }

    pub(super) fn notice(&mut self, row: &Arc<Row>) -> Option<Notice> {
        let id = row.text("id")?;
        let columns = [format!("{id}_due"), format!("{id}_done")];
        let mut shared = self.fields.iter().map(|(field, _)| &field.id);
        if let Some(field) = shared
            .find(|field| columns.iter().any(|column| field.as_str() == column))
            .cloned()
        {
            let problem = problems::reserved_name(&field, columns.join(", "));
            self.faults.cell(row, "id", problem);
        }
        const LENGTHS: [&str; 3] = ["working_days", "calendar_days", "months"];
        let written: Vec<&str> = LENGTHS.into_iter().filter(|of| row.has(of)).collect();
        let length = match written.as_slice() {
            [] => {
                self.faults
                    .at(row.span.clone(), problems::notice_without_length(id));
                return None;
            }
            [first, second, ..] => {
                let problem = problems::said_twice(first, second);
                self.faults.cell(row, second, problem);
                return None;
            }
            ["working_days"] => Length::WorkingDays(count(row, "working_days", 0, self.faults)?),
            ["calendar_days"] => Length::CalendarDays(count(row, "calendar_days", 0, self.faults)?),
            _ => Length::Months(count(row, "months", 0, self.faults)?),
        };
        let actions = |column| row.texts(column).iter().map(ActionId::new).collect();
        Some(Notice {
            id: DeadlineId::new(id),
            name: row.name("name"),
            state: StateId::new(row.text("state")?),
            length,
            objections: actions("objections"),
            settled_by: actions("settled_by"),
            then: ActionId::new(row.text("then")?),
            basis: row.name("basis"),
        })
    }
}
