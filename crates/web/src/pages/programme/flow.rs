//! A flow of the programme in force as people read it: the picture, and the same in words.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use base::{ActionId, FlowId, StateId};
use casework::{
    Action, Counts, Deadline, End, Flow, Length, OnTransfer, Scope, Start, Transfer, WhenMissed,
};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::picture::{Picture, picture};
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/programme/flows/{flow}", get(page))
}

struct ActionRow {
    name: String,
    from: String,
    to: String,
    who: String,
    /// What it needs and does beyond the step.
    notes: Vec<String>,
}

struct DeadlineRow {
    name: String,
    starts: String,
    length: String,
    ends: String,
    notes: Vec<String>,
    basis: String,
}

struct NoticeRow {
    name: String,
    state: String,
    length: String,
    then: String,
    basis: String,
}

/// Records that open its cases.
struct OpeningRow {
    type_id: String,
    name: String,
    within_days: i64,
    date: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "pages/programme/flow.html")]
struct FlowPage {
    frame: Frame,
    picture: Picture,
    states: usize,
    may_open: bool,
    id: String,
    openings: Vec<OpeningRow>,
    actions: Vec<ActionRow>,
    deadlines: Vec<DeadlineRow>,
    notices: Vec<NoticeRow>,
}

async fn page(State(site): State<Site>, asked: Asked, Path(flow): Path<String>) -> Response {
    site.page(asked, move |look| show(look, &flow)).await
}

fn show(look: &Look<'_>, id: &str) -> Result<Page, Refused> {
    let flow = look
        .programme
        .flows
        .get(&FlowId::new(id))
        .ok_or_else(|| Refused::no_such(("流程", "flow"), id))?;
    let said = Said {
        look,
        flow,
        words: Words { lang: look.lang() },
    };
    Page::of(&FlowPage {
        frame: look.frame(look.text(&flow.name)),
        picture: picture(look, flow, None),
        states: flow.states.len(),
        may_open: super::super::cases::may_open(look, flow),
        id: flow.id.to_string(),
        openings: openings(look, flow),
        actions: flow
            .actions
            .iter()
            .map(|action| said.action(action))
            .collect(),
        deadlines: flow
            .deadlines
            .iter()
            .map(|deadline| said.deadline(deadline))
            .collect(),
        notices: flow
            .notices
            .iter()
            .map(|notice| NoticeRow {
                name: look.text(&notice.name).to_owned(),
                state: said.state(&notice.state),
                length: said.length(&notice.length),
                then: said.action_name(&notice.then),
                basis: look.text(&notice.basis).to_owned(),
            })
            .collect(),
    })
}

fn openings(look: &Look<'_>, flow: &Flow) -> Vec<OpeningRow> {
    let own = look.programme.openings.iter();
    let row = |opening: &programme::model::Opening| {
        let of = look.programme.record_types.get(&opening.of)?;
        let date = of.fields.get(&opening.date);
        Some(OpeningRow {
            type_id: of.id.to_string(),
            name: look.text(&of.name).to_owned(),
            within_days: opening.within_days,
            date: date.map_or_else(String::new, |field| look.text(&field.name).to_owned()),
            basis: look.text(&opening.basis).to_owned(),
        })
    };
    own.filter(|opening| opening.flow == flow.id)
        .filter_map(row)
        .collect()
}

/// A flow in the reader's words.
struct Said<'l, 'a> {
    look: &'l Look<'a>,
    flow: &'l Flow,
    words: Words,
}

impl Said<'_, '_> {
    fn state(&self, id: &StateId) -> String {
        let found = self.flow.state(id);
        found.map_or_else(
            || id.to_string(),
            |state| self.look.text(&state.name).to_owned(),
        )
    }

    fn action_name(&self, id: &ActionId) -> String {
        let found = self.flow.action(id);
        found.map_or_else(
            || id.to_string(),
            |action| self.look.text(&action.name).to_owned(),
        )
    }

    fn list(&self, names: impl Iterator<Item = String>) -> String {
        names.collect::<Vec<_>>().join(self.words.say("、", ", "))
    }

    fn action(&self, action: &Action) -> ActionRow {
        let say = |zh: &str, en: &str| self.words.say(zh, en).to_owned();
        let roles = action.roles.iter().map(|role| {
            let name = self.look.role_name(role.as_str());
            self.look.text(&name).to_owned()
        });
        let scope = match action.scope {
            Scope::Own => self.words.say("本单位", "own unit"),
            Scope::Lead => self.words.say("牵头单位", "lead unit"),
            Scope::Support => self.words.say("配合单位", "supporting units"),
            Scope::Filer => self.words.say("开办人本人", "whoever opened it"),
            Scope::All => self.words.say("全部", "all"),
        };
        let mut notes = Vec::new();
        if action.reason_required {
            notes.push(say("须说明理由", "needs a reason"));
        }
        if action.requires_evidence_at_least > 0 {
            let least = action.requires_evidence_at_least;
            notes.push(format!(
                "{} {least}",
                say("佐证不少于", "evidence, at least")
            ));
        }
        if action.closes_with.is_some() {
            notes.push(say("从清单选办结理由", "closes with a reason from a list"));
        }
        if action.beyond.waits_for_sub_cases {
            notes.push(say("子办件全部办结后", "after all cases below"));
        }
        if let Some(opens) = &action.beyond.opens {
            let below = self.look.programme.flows.get(opens);
            let name = below.map_or_else(
                || opens.to_string(),
                |flow| self.look.text(&flow.name).to_owned(),
            );
            notes.push(format!("{}{name}", say("开办子办件：", "opens below it: ")));
        }
        match action.beyond.transfers {
            Some(Transfer::ToUnit) => notes.push(say("移送别的单位", "passes on to another unit")),
            Some(Transfer::Back) => notes.push(say("退回原单位", "sends back")),
            None => {}
        }
        if action.beyond.merges {
            notes.push(say("并入另一办件", "merges into another case"));
        }
        if action.reopens {
            notes.push(say("重新办理", "reopens"));
        }
        ActionRow {
            name: self.look.text(&action.name).to_owned(),
            from: self.list(action.from.iter().map(|from| self.state(from))),
            to: self.state(&action.to),
            who: if action.roles.is_empty() {
                say("系统，公示届满时", "the system, at the end of a notice")
            } else {
                format!("{} · {scope}", self.list(roles))
            },
            notes,
        }
    }

    fn length(&self, length: &Length) -> String {
        match (length, self.words.lang) {
            (Length::WorkingDays(days), base::Lang::Zh) => format!("{days} 个工作日"),
            (Length::WorkingDays(days), base::Lang::En) => format!("{days} working days"),
            (Length::CalendarDays(days), base::Lang::Zh) => format!("{days} 日"),
            (Length::CalendarDays(days), base::Lang::En) => format!("{days} days"),
            (Length::Months(months), base::Lang::Zh) => format!("{months} 个月"),
            (Length::Months(months), base::Lang::En) => format!("{months} months"),
            (Length::FixedDay { month, day, .. }, base::Lang::Zh) => {
                format!("至{month}月{day}日")
            }
            (Length::FixedDay { month, day, .. }, base::Lang::En) => {
                format!("until {month:02}-{day:02}")
            }
        }
    }

    fn deadline(&self, deadline: &Deadline) -> DeadlineRow {
        let say = |zh: &str, en: &str| self.words.say(zh, en).to_owned();
        let mut notes = Vec::new();
        match &deadline.when_missed {
            WhenMissed::Nothing => {}
            WhenMissed::Mark => notes.push(say("逾期记录", "missing it is marked")),
            WhenMissed::Lock(actions) => {
                let names = self.list(actions.iter().map(|action| self.action_name(action)));
                notes.push(format!(
                    "{}{names}",
                    say("逾期锁定：", "locks when missed: ")
                ));
            }
        }
        if deadline.runs_on {
            notes.push(say("停表时照常计算", "runs on while the clock is stopped"));
        }
        if deadline.on_transfer == OnTransfer::StartsAnew {
            notes.push(say("移送后重新计算", "starts anew when passed on"));
        }
        let extensions = self.flow.extensions.iter();
        for extension in extensions.filter(|found| found.deadline == deadline.id) {
            let (most, times) = (extension.at_most, extension.times);
            let unit = match extension.counts {
                Counts::WorkingDays => self.words.say("个工作日", "working days"),
                Counts::CalendarDays => self.words.say("日", "days"),
            };
            notes.push(match self.words.lang {
                base::Lang::Zh => format!("经批准可延 {times} 次，每次不超过 {most} {unit}"),
                base::Lang::En => format!("can be extended {times} times by up to {most} {unit}"),
            });
        }
        let reminders = self.look.programme.reminders.iter();
        for rule in
            reminders.filter(|rule| rule.flow == self.flow.id && rule.deadline == deadline.id)
        {
            if let Some(escalation) = &rule.escalates {
                let after = escalation.after;
                notes.push(match self.words.lang {
                    base::Lang::Zh => format!("逾期 {after} 个工作日转督办"),
                    base::Lang::En => format!("followed up when {after} working days late"),
                });
            }
            for report in &rule.reports {
                let roles = report.roles.iter().map(|role| {
                    let name = self.look.role_name(role.as_str());
                    self.look.text(&name).to_owned()
                });
                let (after, to) = (report.after, self.list(roles));
                notes.push(match self.words.lang {
                    base::Lang::Zh => format!("逾期 {after} 个工作日报告{to}"),
                    base::Lang::En => format!("reported to {to} when {after} working days late"),
                });
            }
        }
        DeadlineRow {
            name: self.look.text(&deadline.name).to_owned(),
            starts: match &deadline.starts {
                Start::OnOpen => say("开办", "opening"),
                Start::OnEnter(state) => self.state(state),
                Start::OnField(field) => {
                    let found = self.flow.field(field);
                    found.map_or_else(
                        || field.to_string(),
                        |field| self.look.text(&field.name).to_owned(),
                    )
                }
                Start::OnFixedDay { month, day, .. } => format!("{month:02}-{day:02}"),
            },
            length: self.length(&deadline.length),
            ends: match &deadline.ends {
                End::OnLeave(state) => {
                    format!("{}{}", say("离开：", "leaving "), self.state(state))
                }
                End::OnEnter(state) => {
                    format!("{}{}", say("进入：", "entering "), self.state(state))
                }
                End::OnAction(actions) => {
                    self.list(actions.iter().map(|action| self.action_name(action)))
                }
            },
            notes,
            basis: self.look.text(&deadline.basis).to_owned(),
        }
    }
}
