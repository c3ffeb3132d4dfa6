//! `case open|list|show|act`: the course of assessment items, step by step.

use std::sync::Arc;

use base::{Day, FlowId, Problem, RoleId, StateId, Text};
use casework::{Due, DueState, Flow};
use office::Office;
use office::case::{ActRequest, Case};
use programme::model::Programme;

use crate::arguments::{Advance, CaseAct, CaseCommand, CaseList, CaseOpen, CaseShow, Common};
use crate::commands::records::store;
use crate::commands::{common, erase, names};
use crate::failure::{Failure, Outcome};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print, stream};
use crate::problems;
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

/// `zhicheng advance`
pub fn advance(arguments: &Advance, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let day = match arguments.day.as_deref() {
        Some(text) => common::day(text)?,
        None => office.today()?,
    };
    let done = office.advance(day)?;
    outln!(
        "{day}  {} {}  {} {}  {} {}  {} {}  {} {}",
        say("催办", "reminded of"),
        done.reminded,
        say("转督办", "followed up"),
        done.assigned,
        say("报告", "reported"),
        done.reported,
        say("公示届满", "notices ended"),
        done.ended,
        say("记录开办", "opened by records"),
        done.opened
    );
    for problem in &done.unknown {
        outln!("{}", problem.what(lang()));
    }
    close_periods(&mut office, &arguments.data.data)
}

/// Sums up the readings of sensors whose periods are over, where there are any.
fn close_periods(office: &mut office::Office, dir: &std::path::Path) -> Outcome {
    let programme = office.programme()?;
    if programme.sensors.is_empty() || !dir.join(desk::FILE).exists() {
        return Ok(());
    }
    let (zone, now) = (office.zone()?, office.moment()?);
    let desk = desk::Desk::open(dir)?;
    let closed = web::close_periods(
        &desk,
        &programme,
        &zone,
        now,
        &mut |sensor, subject, span, summary, refused| {
            let written = office.write_summary(sensor, subject, span, summary, refused)?;
            Ok(written.is_some())
        },
    )?;
    outln!(
        "{} {}",
        say("读数汇总", "readings summed up to records:"),
        closed.written
    );
    for problem in &closed.failed {
        outln!("{}", problem.line(lang()));
    }
    Ok(())
}

fn open(arguments: &CaseOpen, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let programme = office.programme()?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let day = arguments.day.as_deref().map(common::day).transpose()?;
    let scorecard = names::scorecard(&office, &arguments.scorecard, office.position())?;
    let mut progress = Progress::start();
    let opened = office.open_assessment(&scorecard, &period, day, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    outln!("{} {opened}", say("已开办", "cases opened:"));
    Ok(())
}

fn list(arguments: &CaseList) -> Outcome {
    let office = common::open(&arguments.data)?;
    let programme = office.programme()?;
    let unit = arguments
        .unit
        .as_deref()
        .map(|text| common::unit(&office, text))
        .transpose()?;
    let columns = [
        Column::number("case", "办件", "case"),
        Column::text("flow", "流程", "flow"),
        Column::text("item", "项目", "item"),
        Column::text("about", "关于", "about"),
        Column::text("unit", "单位", "unit"),
        Column::text("period", "期间", "period"),
        Column::text("state", "状态", "state"),
        Column::text("opened_on", "开办", "opened"),
        Column::text("last_step", "上一步", "last step"),
        Column::text("deadline", "下一期限", "next deadline"),
        Column::text("due_on", "到期", "due"),
        Column::number("working_days_left", "还剩", "left"),
    ];
    let flows = office.flows_ever();
    let flow = arguments
        .flow
        .as_deref()
        .map(|text| flow_of(&flows, text))
        .transpose()?;
    let state = arguments
        .state
        .as_deref()
        .map(|text| state_of(&flows, text))
        .transpose()?;
    let today = office.today()?;
    let (mut late, mut count) = (0_u64, 0_u64);
    let line = |number: u64| -> Result<Option<Vec<Cell>>, Failure> {
        let case = office.case(number)?;
        let wanted_unit = unit
            .as_ref()
            .is_none_or(|unit| case.about.unit.as_deref() == Some(unit.as_str()));
        let wanted_state = state
            .as_ref()
            .is_none_or(|state| &case.state.state == state);
        let wanted_flow = flow.as_ref().is_none_or(|flow| case.flow.id == *flow);
        if !(wanted_unit && wanted_state && wanted_flow) {
            return Ok(None);
        }
        let next = running(&programme, &case, today);
        let is_late = next.as_ref().is_some_and(Due::is_late);
        if arguments.late && !is_late {
            return Ok(None);
        }
        count += 1;
        late += u64::from(is_late);
        let unit = case.about.unit.clone().unwrap_or_default();
        let [deadline, due_on, left] = next_cells(&programme, &case, next.as_ref(), today);
        Ok(Some(vec![
            Cell::same(case.number),
            Cell::shown(
                case.flow.id.to_string(),
                common::text(&case.flow.name).to_owned(),
            ),
            Cell::shown(
                case.about.item.clone().unwrap_or_default(),
                item_name(&programme, &case),
            ),
            about(&office, &programme, &case)?,
            Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            Cell::same(case.about.period.clone().unwrap_or_default()),
            Cell::shown(case.state.state.to_string(), state_name(&case)),
            Cell::same(case.state.opened_on().to_string()),
            Cell::same(case.state.last_day().to_string()),
            deadline,
            due_on,
            left,
        ]))
    };
    // Of a million cases none is kept but in a table, which needs the widths of its columns.
    let numbers = office.case_numbers();
    let rows = numbers.into_iter().map(line).filter_map(Result::transpose);
    stream(arguments.output.format, &columns, rows)?;
    if arguments.output.format == Format::Table {
        outln!(
            "{}",
            match lang() {
                base::Lang::Zh => format!("{count} 个办件，其中 {late} 个已逾期（截至 {today}）。"),
                base::Lang::En => format!(
                    "{count} {}, {late} overdue (as of {today}).",
                    if count == 1 { "case" } else { "cases" }
                ),
            }
        );
        common::mark(&office, Format::Table);
    }
    Ok(())
}

/// What a case is about, where that is no item: its subject, and its record.
fn about(office: &Office, programme: &Programme, case: &Case) -> Result<Cell, Failure> {
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    if let Some((of, id)) = office.subject_of_case(case)? {
        // Of persons only their opaque number is told.
        let is_person = programme
            .subject_types
            .get(&of)
            .is_none_or(|of| of.personal);
        let name = office.mirror().subject_name(of.as_str(), &id);
        names.push(name.filter(|_| !is_person).unwrap_or(&id).to_owned());
        ids.push(id);
    }
    if let Some(record) = case.about.record {
        names.push(format!("{} {record}", say("记录", "record")));
        ids.push(record.to_string());
    }
    Ok(Cell::shown(ids.join(" "), names.join(" · ")))
}

/// The flow of that id or name, of those that there ever were.
fn flow_of(flows: &[Arc<Flow>], word: &str) -> Result<FlowId, Failure> {
    let mut known: Vec<(&str, &Text)> = Vec::new();
    for flow in flows {
        if !known.iter().any(|(id, _)| *id == flow.id.as_str()) {
            known.push((flow.id.as_str(), &flow.name));
        }
    }
    match names::find(word, known.iter().copied()) {
        Some(id) => Ok(FlowId::new(id)),
        None => Err(problems::unknown_flow(word, names::suggestion(word, known)).into()),
    }
}

/// The state of that id or name, in the flows that there ever were.
fn state_of(flows: &[Arc<Flow>], word: &str) -> Result<StateId, Failure> {
    let mut known: Vec<(&str, &Text)> = Vec::new();
    for state in flows.iter().flat_map(|flow| &flow.states) {
        if !known.iter().any(|(id, _)| *id == state.id.as_str()) {
            known.push((state.id.as_str(), &state.name));
        }
    }
    match names::find(word, known.iter().copied()) {
        Some(id) => Ok(StateId::new(id)),
        None => Err(problems::unknown_state(word, names::suggestion(word, known)).into()),
    }
}

/// The deadline of a case that is still to be met and ends first: of an open case only.
fn running(programme: &Programme, case: &Case, today: Day) -> Option<Due> {
    if case.state.closed.is_some() {
        return None;
    }
    // A deadline that needs a year whose holidays are not published yet is left out here; `case show` tells.
    let dues = case.flow.deadlines.iter().filter_map(|deadline| {
        casework::due_of(
            &case.flow,
            &case.state,
            deadline,
            today,
            &programme.calendar,
        )
        .ok()
    });
    let open = dues.flatten().filter(|due| {
        due.done_on.is_none() && matches!(due.state, DueState::Running | DueState::Late)
    });
    open.min_by_key(|due| due.due_on)
}

/// The next deadline, its last day, and the working days left to it: negative when it has passed.
fn next_cells(programme: &Programme, case: &Case, next: Option<&Due>, today: Day) -> [Cell; 3] {
    let Some(due) = next else {
        return [Cell::none(""), Cell::none(""), Cell::none("")];
    };
    let left = match due.working_days_left(today, &programme.calendar) {
        Ok(left) => Cell::shown(left, left_words(due, left)),
        Err(_) => Cell::none(""),
    };
    [
        Cell::shown(due.deadline.to_string(), deadline_name(case, due)),
        Cell::same(due.due_on.to_string()),
        left,
    ]
}

/// `还剩 3 个工作日`, `逾期 2 个工作日`. A deadline can have passed by rest days only.
fn left_words(due: &Due, left: i64) -> String {
    let days = left.unsigned_abs();
    let noun = if days == 1 {
        "working day"
    } else {
        "working days"
    };
    match (due.is_late(), lang()) {
        (true, base::Lang::Zh) => format!("■ 逾期 {days} 个工作日"),
        (true, base::Lang::En) => format!("■ {days} {noun} overdue"),
        (false, base::Lang::Zh) => format!("还剩 {days} 个工作日"),
        (false, base::Lang::En) => format!("{days} {noun} left"),
    }
}

fn deadline_name(case: &Case, due: &Due) -> String {
    case.flow.deadline(&due.deadline).map_or_else(
        || due.deadline.to_string(),
        |deadline| common::text(&deadline.name).to_owned(),
    )
}

/// The name of the item that a case is about; its id where the programme no longer has it.
fn item_name(programme: &Programme, case: &Case) -> String {
    let id = case.about.item.clone().unwrap_or_default();
    let card = case
        .about
        .scorecard
        .as_ref()
        .and_then(|scorecard| programme.scorecards.get(scorecard.as_str()));
    card.map_or_else(
        || id.clone(),
        |card| super::card::item_name(card, &base::ItemId::new(&id)),
    )
}

/// How a deadline stands or ended.
fn due_words(programme: &Programme, case: &Case, due: &Due, today: Day) -> String {
    let late_by = |day: Day| {
        programme
            .calendar
            .working_days_between(due.due_on, day)
            .unwrap_or_default()
    };
    match (due.state, due.done_on, lang()) {
        (DueState::Running, _, _) => due
            .working_days_left(today, &programme.calendar)
            .map(|left| left_words(due, left))
            .unwrap_or_default(),
        (DueState::Met, done, base::Lang::Zh) => {
            format!("● 已于 {} 完成", done.unwrap_or(due.due_on))
        }
        (DueState::Met, done, base::Lang::En) => {
            format!("● done on {}", done.unwrap_or(due.due_on))
        }
        (DueState::Ceased, _, _) => say("因办结而终止", "ended by the closing").to_owned(),
        (DueState::Late, Some(done), base::Lang::Zh) => {
            format!("■ {done} 完成，逾期 {} 个工作日", late_by(done))
        }
        (DueState::Late, Some(done), base::Lang::En) => {
            format!("■ done on {done}, {} working days late", late_by(done))
        }
        (DueState::Late, None, _) if case.state.closed.is_some() => {
            say("■ 到办结时仍未完成", "■ not done when the case was closed").to_owned()
        }
        (DueState::Late, None, _) => left_words(due, -late_by(today)),
    }
}

/// The deadlines of a case; one that cannot be counted is told with the reason.
fn print_deadlines(programme: &Programme, case: &Case, today: Day) -> Outcome {
    let columns = [
        Column::text("deadline", "期限", "deadline"),
        Column::text("due_on", "到期", "due"),
        Column::text("state", "情况", "how it stands"),
    ];
    let mut rows = Vec::new();
    let mut faults: Vec<Problem> = Vec::new();
    for deadline in &case.flow.deadlines {
        match casework::due_of(
            &case.flow,
            &case.state,
            deadline,
            today,
            &programme.calendar,
        ) {
            Ok(dues) => rows.extend(dues.iter().map(|due| {
                vec![
                    Cell::same(deadline_name(case, due)),
                    Cell::same(due.due_on.to_string()),
                    Cell::same(due_words(programme, case, due, today)),
                ]
            })),
            Err(fault) => faults.push(fault),
        }
    }
    if !rows.is_empty() {
        print(Format::Table, &columns, &rows)?;
    }
    crate::output::tell(&faults, &[]);
    Ok(())
}

fn state_name(case: &Case) -> String {
    case.flow.state(&case.state.state).map_or_else(
        || case.state.state.to_string(),
        |state| common::text(&state.name).to_owned(),
    )
}

fn show(arguments: &CaseShow) -> Outcome {
    let office = common::open(&arguments.data)?;
    let case = office.case(arguments.case)?;
    print_case(&office, &case, arguments.output.format)
}

fn print_case(office: &Office, case: &Case, format: Format) -> Outcome {
    let erased = office.case_erasures(case.number)?;
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
        erase::erased_column(!erased.is_empty()),
    ];
    let programme = office.programme()?;
    let files = office.case_evidence(case.number)?;
    let mut rows = Vec::new();
    for (index, step) in case.state.steps.iter().enumerate() {
        let action = case.flow.action(&step.action).map_or_else(
            || step.action.to_string(),
            |action| common::text(&action.name).to_owned(),
        );
        let to = case.flow.state(&step.to).map_or_else(
            || step.to.to_string(),
            |state| common::text(&state.name).to_owned(),
        );
        let role = programme.roles.get(&step.role).map_or_else(
            || step.role.to_string(),
            |name| common::text(name).to_owned(),
        );
        let unit = step
            .unit
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let fields: Vec<String> = step
            .fields
            .iter()
            .map(|(field, value)| format!("{field}={value}"))
            .collect();
        let shown: Vec<String> = step
            .fields
            .iter()
            .map(|(field, value)| shown_field(case, field, value))
            .collect();
        let evidence = step.evidence.iter().map(|hash| {
            files
                .get(hash)
                .filter(|name| !name.is_empty())
                .cloned()
                .unwrap_or_else(|| hash.clone())
        });
        let of_step: Vec<_> = erased
            .iter()
            .filter(|part| step.evidence.contains(&part.what))
            .cloned()
            .collect();
        rows.push(vec![
            Cell::same(index as u64 + 1),
            Cell::same(step.day.to_string()),
            Cell::shown(step.action.to_string(), action),
            Cell::shown(step.to.to_string(), to),
            Cell::shown(step.role.to_string(), role),
            Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            Cell::same(office.actor_name(step.by)?),
            Cell::shown(fields.join("; "), shown.join(say("；", "; "))),
            Cell::from(step.reason.clone()),
            Cell::shown(
                step.evidence.join("; "),
                evidence.collect::<Vec<_>>().join(say("；", "; ")),
            ),
            erase::erased_cell(&of_step),
        ]);
    }
    if format == Format::Table {
        let unit = case.about.unit.clone().unwrap_or_default();
        outln!(
            "{} {}  {}  {}  {}",
            say("办件", "case"),
            case.number,
            item_label(&programme, case),
            common::unit_name(&programme, &unit),
            state_name(case)
        );
    }
    print(format, &columns, &rows)?;
    if format == Format::Table {
        print_deadlines(&programme, case, office.today()?)?;
        let roles: Vec<RoleId> = programme.roles.keys().cloned().collect();
        let everyone = casework::Relation {
            own: true,
            lead: true,
            support: true,
            filer: true,
        };
        let (today, calendar) = (office.today()?, &programme.calendar);
        let (flow, state) = (&case.flow, &case.state);
        for action in casework::open_actions(flow, state, &roles, everyone, today, calendar) {
            if let Some(found) = case.flow.action(&action) {
                let role = |id: &RoleId| {
                    programme
                        .roles
                        .get(id)
                        .map_or_else(|| id.to_string(), |name| names::labelled(id.as_str(), name))
                };
                let roles: Vec<String> = found.roles.iter().map(role).collect();
                let label = names::labelled(action.as_str(), &found.name);
                outln!(
                    "{}{label}{}{}",
                    say("可办：", "possible: "),
                    say("，由 ", ", by "),
                    roles.join(say("、", ", "))
                );
            }
        }
    }
    Ok(())
}

/// A field of a step with its name, and its code's.
fn shown_field(case: &Case, field: &base::FieldId, value: &casework::Value) -> String {
    let Some(declared) = case.flow.field(field) else {
        return format!("{field}={value}");
    };
    let text = value.to_string();
    let named = match &declared.kind {
        casework::FieldKind::Choice(choices) => choices
            .iter()
            .find(|choice| choice.id.as_str() == text)
            .map(|choice| common::text(&choice.name).to_owned()),
        _ => None,
    };
    format!("{}={}", common::text(&declared.name), named.unwrap_or(text))
}

/// The item's name with its id.
fn item_label(programme: &Programme, case: &Case) -> String {
    let id = case.about.item.clone().unwrap_or_default();
    let name = item_name(programme, case);
    if name == id {
        id
    } else {
        format!("{name}{}{id}{}", say("（", " ("), say("）", ")"))
    }
}

fn act(arguments: &CaseAct, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let evidence = store(&office, &arguments.evidence)?;
    let flow = office.case(arguments.case)?.flow;
    let fields = || {
        flow.fields
            .iter()
            .map(|field| (field.id.as_str(), &field.name))
    };
    let action = names::meant(
        &arguments.action,
        flow.actions
            .iter()
            .map(|action| (action.id.as_str(), &action.name)),
    );
    let reasons = || {
        flow.action(&base::ActionId::new(&action))
            .and_then(|found| found.closes_with.as_deref())
            .unwrap_or_default()
    };
    let closing_reason = arguments.closing_reason.as_deref().map(|word| {
        names::meant(
            word,
            reasons()
                .iter()
                .map(|reason| (reason.id.as_str(), &reason.name)),
        )
    });
    let request = ActRequest {
        fields: common::settings(&arguments.fields)?
            .into_iter()
            .map(|(field, value)| (names::meant(&field, fields()), value))
            .collect(),
        evidence,
        reason: arguments.reason.clone(),
        closing_reason,
        day: arguments.day.as_deref().map(common::day).transpose()?,
        action,
        ..ActRequest::default()
    };
    let case = office.act(arguments.case, &request)?;
    outln!(
        "{} {}{}{}",
        say("办件", "case"),
        case.number,
        say("：", ": "),
        state_name(&case)
    );
    Ok(())
}
