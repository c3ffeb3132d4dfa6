//! What the page of a case shows beyond its own steps: its clocks and why they moved, notices for objections, cases
//! above, below and merged, reports, its path on the flow's picture, and what was typed when somebody else was faster.

use askama::Template as _;
use base::{Day, Problem};
use casework::{Action, DueState, Moved, Transfer};
use office::case::Case;

use crate::answer::Refused;
use crate::look::Look;
use crate::pages::work::title_of;
use crate::picture::picture;
use crate::posted::Posted;
use crate::problems;
use crate::words::Words;

/// Most cases that a list on the page has, and most that are offered to be merged into.
const CASES_MAX: usize = 100;

pub(crate) struct DueLine {
    pub name: String,
    pub due: String,
    pub state: (&'static str, &'static str),
    pub lamp: &'static str,
    /// How the day moved: on which day, why, from, to.
    pub moves: Vec<(String, String, String, String)>,
    /// Why it cannot be counted.
    pub fault: Option<Problem>,
}

pub(crate) struct NoticeLine {
    pub name: String,
    pub basis: String,
    pub put_up: String,
    pub last: String,
    /// Whether objections can be made: otherwise it is up, and then it is over.
    pub takes_objections: bool,
    pub objections: usize,
    pub open: usize,
    /// Running, kept up by objections, ended, taken down.
    pub state: (&'static str, &'static str),
    pub lamp: &'static str,
    /// When it ends by itself, while it is up.
    pub ends: String,
    pub fault: Option<Problem>,
}

/// Another case.
pub(crate) struct Tie {
    pub number: u64,
    pub title: String,
    pub unit: String,
    pub state: String,
    pub is_closed: bool,
}

/// The cases that a case is tied to.
#[derive(Default)]
pub(crate) struct Ties {
    pub above: Option<Tie>,
    pub below: Vec<Tie>,
    pub merged: Vec<Tie>,
    pub into: Option<Tie>,
    /// The unit that it was opened for, where another has it now.
    pub opened_for: String,
    pub more: usize,
    /// The step of whoever looks that waits until every case below is closed.
    pub waits: Option<String>,
}

pub(crate) struct ReportLine {
    pub day: String,
    pub to: String,
    pub deadline: String,
}

/// A choice of units in a form.
pub(crate) struct UnitChoice {
    pub is_required: bool,
    pub chosen: String,
    pub units: Vec<(String, String)>,
}

/// A choice of cases in a form.
pub(crate) struct CaseChoice {
    pub chosen: String,
    pub cases: Vec<(u64, String)>,
}

pub(super) fn dues(look: &Look<'_>, case: &Case) -> Vec<DueLine> {
    let words = Words { lang: look.lang() };
    let calendar = &look.programme.calendar;
    let mut lines = Vec::new();
    for deadline in &case.flow.deadlines {
        let name = look.text(&deadline.name).to_owned();
        let runs = casework::due_of(&case.flow, &case.state, deadline, look.today, calendar);
        let runs = match runs {
            Ok(runs) => runs,
            Err(problem) => {
                lines.push(DueLine {
                    name,
                    due: String::new(),
                    state: ("不能计算", "cannot be counted"),
                    lamp: "none",
                    moves: Vec::new(),
                    fault: Some(problem),
                });
                continue;
            }
        };
        for run in runs {
            let (state, lamp) = match (run.state, run.stopped_since) {
                (DueState::Running, Some(_)) => (("停表中", "clock stopped"), "none"),
                (DueState::Running, None) => (("在期限内", "running"), "on_track"),
                (DueState::Met, _) => (("按期完成", "met"), "on_track"),
                (DueState::Late, _) if deadline.is_a_right() => (("已届满", "over"), "none"),
                (DueState::Late, _) => (("逾期", "late"), "late"),
                (DueState::Ceased, _) => (("已中止", "ceased"), "none"),
            };
            let moves = run.moves.iter().map(|moved| {
                let why = moved_words(words, moved.why);
                let day = |day: Day| words.short_day(day);
                (day(moved.on), why, day(moved.from), day(moved.to))
            });
            lines.push(DueLine {
                name: name.clone(),
                due: words.day_and_weekday(run.due_on),
                state,
                lamp,
                moves: moves.collect(),
                fault: None,
            });
        }
    }
    lines
}

fn moved_words(words: Words, why: Moved) -> String {
    match (why, words.lang) {
        (Moved::Extended(days), base::Lang::Zh) => format!("批准延期 {days} 日"),
        (Moved::Extended(days), base::Lang::En) => format!("extended by {days} days"),
        (Moved::Stopped(Some(until)), base::Lang::Zh) => {
            format!("停表至{}", words.short_day(until))
        }
        (Moved::Stopped(Some(until)), base::Lang::En) => {
            format!("clock stopped until {}", words.short_day(until))
        }
        (Moved::Stopped(None), base::Lang::Zh) => "停表，尚未恢复".to_owned(),
        (Moved::Stopped(None), base::Lang::En) => "clock stopped, still".to_owned(),
        (Moved::Transferred, base::Lang::Zh) => "移送，重新计算".to_owned(),
        (Moved::Transferred, base::Lang::En) => "passed on, starts anew".to_owned(),
        (Moved::SentBack, base::Lang::Zh) => "退回，恢复原期限".to_owned(),
        (Moved::SentBack, base::Lang::En) => "sent back, as it was before".to_owned(),
    }
}

pub(super) fn notices(look: &Look<'_>, case: &Case) -> Vec<NoticeLine> {
    let words = Words { lang: look.lang() };
    let calendar = &look.programme.calendar;
    let runs = match casework::notices(&case.flow, &case.state, look.today, calendar) {
        Ok(runs) => runs,
        Err(problem) => {
            return vec![NoticeLine {
                name: words.say("公示", "Public notice").to_owned(),
                basis: String::new(),
                put_up: String::new(),
                last: String::new(),
                takes_objections: false,
                objections: 0,
                open: 0,
                state: ("不能计算", "cannot be counted"),
                lamp: "none",
                ends: String::new(),
                fault: Some(problem),
            }];
        }
    };
    let line = |run: casework::NoticeRun| {
        let declared = case.flow.notice(&run.notice)?;
        let (state, lamp) = match (run.taken_down_on, run.open) {
            (Some(down), _) if down > run.last_day => (("已届满", "ended"), "on_track"),
            (Some(_), _) => (("提前撤下", "taken down early"), "none"),
            (None, 0) => (("公示中", "up"), "soon"),
            (None, _) => (("有异议待处理", "objections open"), "late"),
        };
        let ends = run.ends_on.map(|day| words.day_and_weekday(day));
        Some(NoticeLine {
            name: look.text(&declared.name).to_owned(),
            basis: look.text(&declared.basis).to_owned(),
            put_up: words.day(run.put_up_on),
            last: words.day_and_weekday(run.last_day),
            takes_objections: !declared.objections.is_empty(),
            objections: run.objections,
            open: run.open,
            state,
            lamp,
            ends: ends.unwrap_or_default(),
            fault: None,
        })
    };
    runs.into_iter().filter_map(line).collect()
}

pub(super) fn ties(look: &Look<'_>, case: &Case) -> Result<Ties, Refused> {
    let tie = |number: u64| -> Result<Tie, Refused> {
        let found = look.office.case(number)?;
        Ok(Tie {
            number,
            title: title_of(look, &found),
            unit: unit_name(look, found.about.unit.as_deref()),
            state: super::state_name(look, &found, &found.state.state),
            is_closed: found.state.is_closed(),
        })
    };
    let some = |number: Option<u64>| number.map(tie).transpose();
    let list = |numbers: &[u64]| -> Result<Vec<Tie>, Refused> {
        numbers
            .iter()
            .rev()
            .take(CASES_MAX)
            .map(|number| tie(*number))
            .collect()
    };
    let into = case.state.steps.last().and_then(|step| step.into);
    Ok(Ties {
        above: some(case.about.parent)?,
        below: list(&case.below)?,
        merged: list(&case.merged)?,
        into: some(into.filter(|_| case.state.is_closed()))?,
        opened_for: case
            .opened_for
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        more: case.below.len().saturating_sub(CASES_MAX)
            + case.merged.len().saturating_sub(CASES_MAX),
        waits: waiting_step(look, case),
    })
}

fn waiting_step(look: &Look<'_>, case: &Case) -> Option<String> {
    let role = base::RoleId::new(&look.who()?.role);
    let mut waits = case
        .flow
        .actions_from(&case.state.state)
        .filter(|action| action.beyond.waits_for_sub_cases && action.roles.contains(&role));
    let found = waits.next().filter(|_| case.state.sub_cases_open > 0)?;
    Some(look.text(&found.name).to_owned())
}

/// What a case is about: address, what it is called, and what it is.
pub(super) fn about(
    look: &Look<'_>,
    case: &Case,
) -> Result<Vec<(String, String, String)>, Refused> {
    let words = Words { lang: look.lang() };
    let coded = |id: &str| url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>();
    let subject = |type_id: &str, id: &str| {
        let found = look.programme.subject_types.get(type_id);
        let kind = found.map_or(type_id, |found| look.text(&found.name));
        let known = look.office.mirror().subject_name(type_id, id);
        (
            format!("/subjects/{}/{}", coded(type_id), coded(id)),
            known.unwrap_or(id).to_owned(),
            kind.to_owned(),
        )
    };
    let mut about = Vec::new();
    if let Some(number) = case.about.record {
        let versions = look.office.history(number).map_err(Refused::missing)?;
        if let Some(last) = versions.last()
            && let Some(found) = look.programme.record_types.get(last.record_type.as_str())
        {
            let said = |id: &str| last.fields.iter().find(|(name, _)| name == id);
            let key = found
                .key
                .iter()
                .filter(|id| !matches!(id.as_str(), "subject" | "day"));
            let key: Vec<&str> = key
                .filter_map(|id| said(id.as_str()).map(|(_, text)| text.as_str()))
                .collect();
            about.push((
                format!("/records/{}/{number}", coded(&last.record_type)),
                match key.as_slice() {
                    [] => format!("#{number}"),
                    key => format!("{} #{number}", key.join(words.say("、", ", "))),
                },
                look.text(&found.name).to_owned(),
            ));
        }
    }
    if let Some((of, id)) = look
        .office
        .subject_of_case(case)
        .map_err(Refused::missing)?
    {
        about.push(subject(of.as_str(), &id));
    }
    Ok(about)
}

/// Who opened a case, and when it was recorded.
pub(super) fn opened(look: &Look<'_>, case: &Case) -> Result<(String, String), Refused> {
    let words = Words { lang: look.lang() };
    let entry = look.office.ledger().entry(base::Position(case.number))?;
    let by = look.office.actor_name_in(entry.actor, look.lang())?;
    Ok((by, words.moment(&look.programme, entry.time)))
}

pub(crate) fn unit_name(look: &Look<'_>, unit: Option<&str>) -> String {
    unit.map(|unit| look.unit_name(unit)).unwrap_or_default()
}

pub(super) fn reports(look: &Look<'_>, case: &Case) -> Result<Vec<ReportLine>, Refused> {
    let words = Words { lang: look.lang() };
    let rows = look.office.reports_of(case.number)?;
    Ok(rows
        .iter()
        .rev()
        .take(CASES_MAX)
        .map(|row| {
            let roles = row
                .roles
                .iter()
                .map(|role| look.text(&look.role_name(role)).to_owned());
            let deadline = case.flow.deadline(&base::DeadlineId::new(&row.deadline));
            ReportLine {
                day: Day::parse(&row.day).map_or_else(|_| row.day.clone(), |day| words.day(day)),
                to: roles.collect::<Vec<_>>().join(words.say("、", ", ")),
                deadline: deadline.map_or_else(
                    || row.deadline.clone(),
                    |found| look.text(&found.name).to_owned(),
                ),
            }
        })
        .collect())
}

/// The flow with the case's path on it. An assessment item's course is the same for all: its page has enough on it.
pub(super) fn path(look: &Look<'_>, case: &Case) -> Result<Option<String>, Refused> {
    let drawn = picture(look, &case.flow, Some(&case.state)).render();
    drawn.map(Some).map_err(|_| problems::broke_off().into())
}

/// The units that an action can name.
pub(super) fn unit_choice(
    look: &Look<'_>,
    case: &Case,
    action: &Action,
    typed: &impl Fn(&str) -> String,
) -> Option<UnitChoice> {
    let passes = action.beyond.transfers == Some(Transfer::ToUnit);
    if !passes && action.beyond.opens.is_none() {
        return None;
    }
    let units = look.programme.units.values();
    let own = case.about.unit.as_deref();
    Some(UnitChoice {
        is_required: passes,
        chosen: typed("unit_to"),
        units: units
            .filter(|unit| unit.is_valid_on(look.today))
            .filter(|unit| !passes || Some(unit.id.as_str()) != own)
            .map(|unit| (unit.id.to_string(), look.unit_name(unit.id.as_str())))
            .collect(),
    })
}

/// The open cases of the same flow and unit, newest first: duplicates are near each other.
pub(super) fn case_choice(
    look: &Look<'_>,
    case: &Case,
    action: &Action,
    typed: &impl Fn(&str) -> String,
) -> Option<CaseChoice> {
    if !action.beyond.merges {
        return None;
    }
    let list = look.site.worklist(look.office).ok()?;
    let mut cases: Vec<(u64, String)> = list
        .open()
        .filter(|other| {
            other.number != case.number
                && other.about.flow == case.about.flow
                && other.about.unit == case.about.unit
                && !other.state.is_closed()
        })
        .map(|other| (other.number, summary(look, other)))
        .collect();
    cases.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    cases.truncate(CASES_MAX);
    Some(CaseChoice {
        chosen: typed("into"),
        cases,
    })
}

/// What tells a case from others of its flow: its subject and what its record is known by; where it has neither, the
/// first text that it was opened with. What was written in later steps says what was done, not what it is about.
pub(crate) fn summary(look: &Look<'_>, case: &Case) -> String {
    const CHARACTERS_MAX: usize = 60;
    let subject = look.office.subject_of_case(case).ok().flatten();
    let subject = subject.map(|(of, id)| {
        let known = look.office.mirror().subject_name(of.as_str(), &id);
        known.unwrap_or(&id).to_owned()
    });
    let record = case.about.record.and_then(|number| known_by(look, number));
    let mut said: Vec<String> = subject.into_iter().chain(record).collect();
    if said.is_empty() {
        let texts = case.flow.fields.iter().filter_map(|field| {
            let is_text = field.kind == casework::FieldKind::Text;
            let text = case.about.fields.get(field.id.as_str())?.as_str()?;
            is_text.then(|| text.chars().take(CHARACTERS_MAX).collect::<String>())
        });
        said.extend(texts.take(1));
    }
    said.join(" · ")
}

/// What a record is known by beside its subject and day: the first other field of its type's key.
fn known_by(look: &Look<'_>, number: u64) -> Option<String> {
    let of = look.office.record_type(number).ok()?;
    let record_type = look.programme.record_types.get(of.as_str())?;
    let row = look.office.mirror().columns().row_at(
        &of,
        &measure::RowId::Number(number),
        look.office.position(),
    )?;
    let mut key = record_type.key.iter().map(|id| id.as_str());
    let id = key.find(|id| !matches!(*id, "subject" | "day" | "unit"))?;
    match row.value(id) {
        measure::Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// A case's number as it was typed.
pub(crate) fn number(text: &str) -> Result<u64, Problem> {
    let text = text.trim().trim_start_matches('#');
    text.parse().map_err(|_| problems::no_case_number(text))
}

/// What was typed for an action that is not possible any more, so that nothing of it is lost.
pub(super) fn kept(
    look: &Look<'_>,
    case: &Case,
    posted: Option<&Posted>,
    is_offered: impl Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let Some(posted) = posted.filter(|posted| !is_offered(posted.get("action"))) else {
        return Vec::new();
    };
    let words = Words { lang: look.lang() };
    let label = |id: &str| {
        let field = case.flow.field(&base::FieldId::new(id));
        field.map_or_else(|| id.to_owned(), |field| look.text(&field.name).to_owned())
    };
    let mut kept: Vec<(String, String)> = posted
        .with_prefix("f.")
        .map(|(id, text)| (label(id), text.to_owned()))
        .collect();
    let reason = posted.get("reason").to_owned();
    kept.push((words.say("说明", "Reason").to_owned(), reason));
    kept.retain(|(_, text)| !text.trim().is_empty());
    kept
}
