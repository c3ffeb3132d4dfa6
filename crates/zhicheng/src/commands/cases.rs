//! `case open|list|show|act`: the course of assessment items, step by step.

use base::RoleId;
use office::case::{ActRequest, Case};

use crate::arguments::{CaseAct, CaseCommand, CaseList, CaseOpen, CaseShow, Common};
use crate::commands::common;
use crate::commands::records::store;
use crate::failure::Outcome;
use crate::lang::say;
use crate::output::{Cell, Column, Format, print};
use crate::progress::Progress;

/// `zhicheng case …`
pub fn case(command: &CaseCommand, common: &Common) -> Outcome {
    match command {
        CaseCommand::Open(arguments) => open(arguments, common),
        CaseCommand::List(arguments) => list(arguments),
        CaseCommand::Show(arguments) => show(arguments),
        CaseCommand::Act(arguments) => act(arguments, common),
    }
}

fn open(arguments: &CaseOpen, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let programme = office.programme()?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let day = arguments.day.as_deref().map(common::day).transpose()?;
    let scorecard = office.scorecard(&arguments.scorecard)?;
    let mut progress = Progress::start();
    let opened = office.open_assessment(&scorecard, &period, day, &mut |done, total, what| progress.tell(done, total, what))?;
    drop(progress);
    println!("{} {opened}", say("已开办", "cases opened:"));
    Ok(())
}

fn list(arguments: &CaseList) -> Outcome {
    let office = common::open(&arguments.data)?;
    let programme = office.programme()?;
    let unit = arguments.unit.as_deref().map(|text| common::unit(&office, text)).transpose()?;
    let columns = [
        Column::number("case", "办件", "case"),
        Column::text("item", "项目", "item"),
        Column::text("unit", "单位", "unit"),
        Column::text("period", "期间", "period"),
        Column::text("state", "状态", "state"),
        Column::text("opened_on", "开办", "opened"),
        Column::text("last_step", "上一步", "last step"),
    ];
    let mut rows = Vec::new();
    for case in office.cases()? {
        let wanted_unit = unit.as_ref().is_none_or(|unit| case.about.unit.as_deref() == Some(unit.as_str()));
        let wanted_state = arguments.state.as_ref().is_none_or(|state| case.state.state.as_str() == state);
        if !(wanted_unit && wanted_state) {
            continue;
        }
        let unit = case.about.unit.clone().unwrap_or_default();
        rows.push(vec![
            Cell::same(case.number),
            Cell::same(case.about.item.clone().unwrap_or_default()),
            Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            Cell::same(case.about.period.clone().unwrap_or_default()),
            Cell::shown(case.state.state.to_string(), state_name(&case)),
            Cell::same(case.state.opened_on().to_string()),
            Cell::same(case.state.last_day().to_string()),
        ]);
    }
    print(arguments.output.format, &columns, &rows)?;
    Ok(())
}

fn state_name(case: &Case) -> String {
    case.flow.state(&case.state.state).map_or_else(|| case.state.state.to_string(), |state| common::text(&state.name).to_owned())
}

fn show(arguments: &CaseShow) -> Outcome {
    let office = common::open(&arguments.data)?;
    let case = office.case(arguments.case)?;
    print_case(&office, &case, arguments.output.format)
}

fn print_case(office: &office::Office, case: &Case, format: Format) -> Outcome {
    let columns = [
        Column::number("step", "步骤", "step"),
        Column::text("day", "日期", "day"),
        Column::text("action", "动作", "action"),
        Column::text("to", "到达", "state"),
        Column::text("role", "角色", "role"),
        Column::text("unit", "单位", "unit"),
        Column::text("actor", "谁", "who"),
        Column::text("fields", "内容", "content"),
        Column::text("reason", "理由", "reason"),
        Column::text("evidence", "佐证", "evidence"),
    ];
    let programme = office.programme()?;
    let mut rows = Vec::new();
    for (index, step) in case.state.steps.iter().enumerate() {
        let action = case.flow.action(&step.action).map_or_else(|| step.action.to_string(), |action| common::text(&action.name).to_owned());
        let to = case.flow.state(&step.to).map_or_else(|| step.to.to_string(), |state| common::text(&state.name).to_owned());
        let role = programme.roles.get(&step.role).map_or_else(|| step.role.to_string(), |name| common::text(name).to_owned());
        let unit = step.unit.as_ref().map(ToString::to_string).unwrap_or_default();
        let fields: Vec<String> = step.fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
        rows.push(vec![
            Cell::same(index as u64 + 1),
            Cell::same(step.day.to_string()),
            Cell::shown(step.action.to_string(), action),
            Cell::shown(step.to.to_string(), to),
            Cell::shown(step.role.to_string(), role),
            Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            Cell::same(office.actor_name(step.by)?),
            Cell::same(fields.join("; ")),
            Cell::from(step.reason.clone()),
            Cell::same(step.evidence.join("; ")),
        ]);
    }
    if format == Format::Table {
        let unit = case.about.unit.clone().unwrap_or_default();
        println!("{} {}  {}  {}  {}", say("办件", "case"), case.number, case.about.item.clone().unwrap_or_default(), common::unit_name(&programme, &unit), state_name(case));
    }
    print(format, &columns, &rows)?;
    if format == Format::Table {
        for due in casework::due(&case.flow, &case.state, office.today()?, &programme.calendar)? {
            let name = case.flow.deadline(&due.deadline).map_or("", |deadline| common::text(&deadline.name));
            println!("{} {name}：{}", say("期限", "deadline"), due.due_on);
        }
        let roles: Vec<RoleId> = programme.roles.keys().cloned().collect();
        let everyone = casework::Relation { own: true, lead: true };
        for action in casework::possible_actions(&case.flow, &case.state, &roles, everyone) {
            if let Some(found) = case.flow.action(&action) {
                let roles: Vec<&str> = found.roles.iter().map(RoleId::as_str).collect();
                println!("{} {action}（{}）：{}", say("可办", "possible:"), common::text(&found.name), roles.join("、"));
            }
        }
    }
    Ok(())
}

fn act(arguments: &CaseAct, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let evidence = store(&office, &arguments.evidence)?;
    let request = ActRequest {
        action: arguments.action.clone(),
        fields: common::settings(&arguments.fields)?.into_iter().collect(),
        evidence,
        reason: arguments.reason.clone(),
        closing_reason: arguments.closing_reason.clone(),
        day: arguments.day.as_deref().map(common::day).transpose()?,
        standing: None,
    };
    let case = office.act(arguments.case, &request)?;
    println!("{} {}：{}", say("办件", "case"), case.number, state_name(&case));
    Ok(())
}
