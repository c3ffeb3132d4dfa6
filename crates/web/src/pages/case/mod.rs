//! The page of a case: what it is about, where it stands, every step, and what who looks can do now.
//!
//! Any flow of any programme: the fields of an action are the inputs of its form. A case of an assessment
//! item shows more, see `item.rs`.

pub(crate) mod beyond;
pub(crate) mod item;
mod lost;
pub(crate) mod next;
mod papers;
pub(crate) mod record;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Day, FieldId, Problem};
use casework::{
    Action, Amount, Field, FieldKind, StateKind, Value, When, open_actions, possible_actions,
};
use office::case::{ActRequest, Case};
use office::course::item_of;
use office::spaces::ReminderRow;
use office::work::task;
use programme::model::Corrected;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::assignments;
use crate::pages::field::shown::{Panel, panels};
use crate::pages::work::{Line, line, title_of};
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Most reminders that a case's page lists.
const REMINDERS_MAX: usize = 50;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/cases/{number}", get(page).post(act))
        .route("/cases/{number}/papers", post(papers::make))
}

/// An input of an action's form.
pub(crate) struct Input {
    pub name: String,
    pub label: String,
    /// `text`, `decimal`, `integer`, `day`, `choice`, `bool`.
    pub kind: &'static str,
    pub value: String,
    pub choices: Vec<(String, String)>,
    pub is_required: bool,
    /// In which case it is required, in words; empty where that does not hang on another input.
    pub required_when: String,
    pub note: String,
    /// The first and the last day that may be chosen, as `2018-03-05`; empty where there is none.
    pub earliest: String,
    pub latest: String,
}

/// An action's form.
pub(crate) struct ActForm {
    pub id: String,
    pub name: String,
    pub inputs: Vec<Input>,
    pub evidence_at_least: u32,
    pub is_reason_required: bool,
    pub reasons: Vec<(String, String)>,
    pub reason: String,
    /// What it would cut short: the limit and its last day. Then it says why.
    held: Option<(String, String)>,
    /// Points that it takes off.
    deducts: Option<String>,
    is_open: bool,
    /// It is the unit's self-score: filed evidence is offered, and it can be submitted at once.
    is_self_score: bool,
    /// What submits after it, where that is possible: action and name.
    then: Option<(String, String)>,
    /// The unit to which it passes the case on, or for which it opens one below.
    pub unit_to: Option<beyond::UnitChoice>,
    /// The open cases into which it could be merged.
    pub into: Option<beyond::CaseChoice>,
    /// It is taken by a record: the form of that record, and its name.
    pub record: Option<(String, String)>,
    /// The records that it writes, each with when it does.
    pub writes: Vec<(String, String)>,
}

struct Piece {
    sha256: String,
    name: String,
}

struct StepLine {
    action: String,
    by: String,
    role: String,
    unit: String,
    day: String,
    moment: String,
    to: String,
    /// The unit or case to which it passed the case on.
    passed: Option<(String, String)>,
    /// Time has done it and nobody has written it down yet.
    is_by_time: bool,
    reason: String,
    fields: Vec<(String, String)>,
    evidence: Vec<Piece>,
}

/// A deadline that was missed and locks the case where it stands.
struct LockLine {
    name: String,
    since: String,
    basis: String,
    /// What is locked, and what opens it again.
    actions: String,
    lifted_by: String,
}

struct ReminderLine {
    day: String,
    by: String,
    deadline: String,
    due: String,
}

#[derive(Template)]
#[template(path = "pages/case/case.html")]
struct CasePage {
    frame: Frame,
    number: u64,
    may_supervise: bool,
    flow: String,
    state: String,
    line: Line,
    item: Option<item::ItemPanel>,
    lost: Option<lost::LostPanel>,
    done: Option<next::Done>,
    unit_id: String,
    fields: Vec<(String, String)>,
    forms: Vec<ActForm>,
    steps: Vec<StepLine>,
    locks: Vec<LockLine>,
    dues: Vec<beyond::DueLine>,
    notices: Vec<beyond::NoticeLine>,
    /// What it is about: address, name, kind.
    about: Vec<(String, String, String)>,
    /// What became of the record that it is about.
    record: Option<record::RecordPanel>,
    /// The records that its steps wrote: address and name.
    written: Vec<(String, String)>,
    /// A rule opened it where nobody can act: who could, and in which unit.
    unattended: Option<String>,
    /// Who opened it, and when that was recorded.
    opened: (String, String),
    ties: beyond::Ties,
    reports: Vec<beyond::ReportLine>,
    picture: Option<String>,
    papers: Option<papers::Panel>,
    /// The steps that were visits in the field.
    visits: Vec<Panel>,
    /// What was typed for an action that is no longer possible: label and text.
    kept: Vec<(String, String)>,
    /// The version that whoever looks sees.
    seen: u64,
    assigned: Option<assignments::Panel>,
    reminders: Vec<ReminderLine>,
    /// Assignments that were made because this case stayed late: number and title.
    followed: Vec<(u64, String)>,
    problems: Vec<Problem>,
    draft: String,
    is_saved: bool,
}

async fn page(State(site): State<Site>, asked: Asked, Path(number): Path<u64>) -> Response {
    site.page(asked, move |look| show(look, number, None, &[]))
        .await
}

fn show(
    look: &Look<'_>,
    number: u64,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let case = look.office.case(number).map_err(Refused::missing)?;
    let words = Words { lang: look.lang() };
    let relation = casework::Relation {
        filer: look.office.is_filed_by(&case, who.actor)?,
        ..office::case::relation(&look.programme, &case.about, who.unit.as_deref())
    };
    let roles = [base::RoleId::new(&who.role)];
    let calendar = &look.programme.calendar;
    let actions = open_actions(
        &case.flow,
        &case.state,
        &roles,
        relation,
        look.today,
        calendar,
    );
    let draft = format!("/cases/{number}");
    let saved = look.site.desk().draft(who.actor, &draft)?;
    let typed = |name: &str| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => saved
            .as_ref()
            .and_then(|draft| draft.typed.get(name).cloned())
            .unwrap_or_default(),
    };
    let forms: Vec<ActForm> = actions
        .iter()
        .filter_map(|id| case.flow.action(id))
        .map(|action| form(look, &case, action, &typed))
        .collect();
    let is_own = relation.own;
    let ticked: Vec<String> = posted
        .map(|posted| posted.all("reuse").map(str::to_owned).collect())
        .unwrap_or_default();
    let panel = item::panel(look, &case, &ticked, is_own)?;
    let of = item_of(&look.programme, &case.about);
    let one = forms.len() == 1;
    let forms: Vec<ActForm> = forms
        .into_iter()
        .map(|form| match of {
            Some(of) => {
                let form = judging_form(look, &case, of, form);
                self_form(look, &case, of, panel.as_ref(), form, &roles, relation)
            }
            None => form,
        })
        .map(|form| ActForm {
            is_open: one || form.id == typed("action"),
            ..form
        })
        .collect();
    let steps = steps(look, &case, words)?;
    let kept = beyond::kept(look, &case, posted, |id| {
        forms.iter().any(|form| form.id == id)
    });
    let reminders = look.office.reminders_of(number)?;
    Page::of(&CasePage {
        papers: papers::panel(look, &case)?,
        frame: look.frame(title_of(look, &case)),
        number,
        may_supervise: look.may(office::authority::Granted::Publish)
            && !case.state.is_closed()
            && (case.about.item.is_none()
                || task(&look.programme, &case, Vec::new(), look.today)
                    .due
                    .is_some_and(|due| due.due_on < look.today)),
        flow: look.text(&case.flow.name).to_owned(),
        state: state_name(look, &case, &case.state.state),
        line: line(
            look,
            &task(&look.programme, &case, actions, look.today),
            &reminders,
        ),
        assigned: assignments::panel(look, &case),
        reminders: reminder_lines(look, &case, &reminders)?,
        followed: followed(look, number)?,
        item: panel,
        lost: lost::panel(look, &case)?,
        done: if problems.is_empty() {
            next::just_done(look, &case)?
        } else {
            None
        },
        unit_id: case.about.unit.clone().unwrap_or_default(),
        fields: fields(look, &case, &case.state.fields),
        forms,
        steps,
        locks: locked(look, &case, words),
        dues: beyond::dues(look, &case),
        notices: beyond::notices(look, &case),
        about: beyond::about(look, &case)?,
        record: record::panel(look, &case)?,
        written: written(look, &case)?,
        unattended: next::unattended(look, &case)?,
        opened: beyond::opened(look, &case)?,
        ties: beyond::ties(look, &case)?,
        reports: beyond::reports(look, &case)?,
        picture: beyond::path(look, &case)?,
        visits: panels(look, number)?,
        kept,
        seen: case.version.0,
        problems: problems.to_vec(),
        is_saved: saved.is_some() && posted.is_none(),
        draft,
    })
}

fn state_name(look: &Look<'_>, case: &Case, id: &base::StateId) -> String {
    case.flow
        .state(id)
        .map_or_else(|| id.to_string(), |state| look.text(&state.name).to_owned())
}

/// The form of a step that judges: only levels and parts of this item, and what a reason must be.
fn judging_form(
    look: &Look<'_>,
    case: &Case,
    of: office::course::ItemOf<'_>,
    mut form: ActForm,
) -> ActForm {
    let named = |name: &str| {
        let id = name.strip_prefix("f.").unwrap_or(name);
        let mut fields = of
            .scorecard
            .judged_by
            .iter()
            .chain(&of.scorecard.self_scored_by);
        fields.any(|field| **field == *id)
    };
    // A level says what it takes by the item's own rule, and what it is worth.
    let levels = office::assessment::judged_levels(of.item);
    let words = Words { lang: look.lang() };
    let called = |(id, worth): &(&str, base::Ratio)| {
        let name = office::case::level_name(&look.programme, of.item, id, look.lang());
        let worth = words.points(worth);
        match look.lang() {
            base::Lang::Zh => format!("{name} · {worth} 分"),
            base::Lang::En => format!("{name} · {worth} points"),
        }
    };
    let by_level: Vec<(String, String)> = levels
        .iter()
        .map(|level| (level.0.to_owned(), called(level)))
        .collect();
    // Where points must be given the level follows from them; else either will do.
    let needs_points = form
        .inputs
        .iter()
        .any(|input| input.kind == "decimal" && input.is_required && named(&input.name));
    for input in form.inputs.iter_mut().filter(|input| named(&input.name)) {
        if input.kind == "choice" {
            input.choices.clone_from(&by_level);
            if !by_level.is_empty() && !needs_points {
                words
                    .say(
                        "分档与得分填一个即可，另一个由它确定",
                        "a level or points: either says the other",
                    )
                    .clone_into(&mut input.note);
            }
        }
    }
    let own: Vec<String> = office::course::judged_parts(&case.flow, of)
        .iter()
        .map(|part| part.field.id.to_string())
        .collect();
    let items = of.scorecard.card.items.iter();
    let parts: Vec<&str> = items
        .filter_map(|item| match &item.rule {
            scoring::Rule::CompositeOfParts { parts, .. } => Some(parts),
            _ => None,
        })
        .flatten()
        .map(|part| part.part.as_str())
        .collect();
    form.inputs.retain(|input| {
        let id = input.name.strip_prefix("f.").unwrap_or(&input.name);
        let is_level = input.kind == "choice" && named(&input.name);
        !(is_level && input.choices.is_empty())
            && (!parts.contains(&id) || own.iter().any(|part| part == id))
    });
    let judges = form.inputs.iter().any(|input| {
        let id = input.name.strip_prefix("f.").unwrap_or(&input.name);
        input.kind == "decimal" && of.scorecard.judged_by.iter().any(|field| **field == *id)
    });
    if judges {
        for input in form.inputs.iter_mut().filter(|input| input.kind == "text") {
            let note = words.say(
                "评分低于自评（没有自评的，低于满分），又不是按规则算出的，在这里写明扣分理由；原来填好、没有改过的不算",
                "points below the self-score (below full points where there is none) need their reason here, unless the rule gives them; what was filled in and is unchanged does not count",
            );
            note.clone_into(&mut input.note);
        }
    }
    form
}

/// Whether an action can be taken without filling anything in.
pub(crate) fn asks_for_nothing(action: &Action) -> bool {
    action.requires.is_empty()
        && action.sets.is_empty()
        && action.requires_evidence_at_least == 0
        && !action.reason_required
        && action.closes_with.is_none()
        && action.beyond == casework::Beyond::default()
}

/// What the form of a self-score has beyond others: the points that the rule proposes are filled in, and
/// what follows it can be done in the same step.
fn self_form(
    look: &Look<'_>,
    case: &Case,
    of: office::course::ItemOf<'_>,
    panel: Option<&item::ItemPanel>,
    mut form: ActForm,
    roles: &[base::RoleId],
    relation: casework::Relation,
) -> ActForm {
    let Some(action) = case
        .flow
        .action(&base::ActionId::new(&form.id))
        .filter(|action| item::is_self_score(of, action))
    else {
        return form;
    };
    form.is_self_score = true;
    let levels: Vec<String> = of
        .scorecard
        .self_scored_by
        .iter()
        .map(|field| format!("f.{field}"))
        .collect();
    // A measured item has no level to choose.
    form.inputs
        .retain(|input| input.kind == "decimal" || of.ties.judged || !levels.contains(&input.name));
    if let (Some(field), Some(proposed)) = (
        item::self_field(case, of, action),
        panel.and_then(|panel| panel.proposed.as_ref()),
    ) {
        let name = format!("f.{field}");
        for input in form.inputs.iter_mut().filter(|input| input.name == name) {
            if input.value.is_empty() {
                input.value.clone_from(proposed);
            }
            input.note = match look.lang() {
                base::Lang::Zh => {
                    format!("{}；按规则应得{proposed}，不同时在下面写明理由", input.note)
                }
                base::Lang::En => format!(
                    "{}; the rule gives {proposed}: write below why it differs",
                    input.note
                ),
            };
        }
    }
    // What is filled in was written before: it is no reason for a difference of now.
    if form.inputs.iter().any(|input| input.kind == "decimal") {
        let words = Words { lang: look.lang() };
        for input in form.inputs.iter_mut().filter(|input| input.kind == "text") {
            let note = words.say(
                "自评与应得不同时，在这里为这次的差异新写一句；原来填好、没有改过的不算",
                "where the self-score is not what the rule gives, write a new sentence on that here; what was filled in and is unchanged does not count",
            );
            note.clone_into(&mut input.note);
        }
    }
    let mut after = case.state.clone();
    after.state = action.to.clone();
    form.then = possible_actions(&case.flow, &after, roles, relation)
        .iter()
        .filter_map(|id| case.flow.action(id))
        .find(|next| asks_for_nothing(next))
        .map(|next| (next.id.to_string(), look.text(&next.name).to_owned()));
    form
}

pub(crate) fn form(
    look: &Look<'_>,
    case: &Case,
    action: &Action,
    typed: &impl Fn(&str) -> String,
) -> ActForm {
    let required = |field: &FieldId| {
        action
            .requires
            .iter()
            .any(|found| &found.field == field && found.when == When::Always)
    };
    let mut wanted: Vec<&FieldId> = action.requires.iter().map(|found| &found.field).collect();
    wanted.extend(
        action
            .sets
            .iter()
            .filter(|id| !action.requires.iter().any(|found| &found.field == *id)),
    );
    let inputs = wanted
        .into_iter()
        .filter_map(|id| case.flow.field(id))
        .map(|field| {
            let was = case.state.fields.get(&field.id).map(ToString::to_string);
            let name = format!("f.{}", field.id);
            let value = match typed(&name) {
                text if text.is_empty() => was.unwrap_or_default(),
                text => text,
            };
            let is_required = required(&field.id);
            let asked = input(
                look,
                (&case.state.fields, case.state.opened_on()),
                field,
                name,
                value,
                is_required,
            );
            Input {
                required_when: required_when(look, case, action, &field.id),
                ..asked
            }
        })
        .collect();
    let hold = office::sealing::first_hold(&look.programme, case, &action.id, look.today);
    let held = hold.map(|hold| {
        let until = Words { lang: look.lang() }.day_and_weekday(hold.run.due_on);
        (look.text(&hold.deadline.name).to_owned(), until)
    });
    ActForm {
        id: action.id.to_string(),
        name: look.text(&action.name).to_owned(),
        inputs,
        evidence_at_least: action.requires_evidence_at_least,
        is_reason_required: action.reason_required || held.is_some(),
        held,
        reasons: action
            .closes_with
            .iter()
            .flatten()
            .map(|reason| (reason.id.to_string(), look.text(&reason.name).to_owned()))
            .collect(),
        reason: typed("reason"),
        deducts: deducted_by(look, case, action),
        is_open: false,
        is_self_score: false,
        then: None,
        unit_to: beyond::unit_choice(look, case, action, typed),
        into: beyond::case_choice(look, case, action, typed),
        record: record::by_record(look, case, &action.id),
        writes: writes(look, case, action),
    }
}

/// On what it hangs that an action asks for a field, in words.
fn required_when(look: &Look<'_>, case: &Case, action: &Action, id: &FieldId) -> String {
    let mut required = action.requires.iter().filter(|found| &found.field == id);
    let when = required.next().map(|found| &found.when);
    match when.and_then(|when| condition(look, case, when)) {
        None => String::new(),
        Some(when) => match look.lang() {
            base::Lang::Zh => format!("{when}时必填"),
            base::Lang::En => format!("required when {when}"),
        },
    }
}

/// A condition on a field of a case, in words; `None` where there is none.
fn condition(look: &Look<'_>, case: &Case, when: &When) -> Option<String> {
    let words = Words { lang: look.lang() };
    let (on, is, value) = match when {
        When::Always => return None,
        When::Is(on, value) => (on, words.say("为", " is "), Some(value)),
        When::IsNot(on, value) => (on, words.say("不为", " is not "), Some(value)),
        When::Given(on) => (on, words.say("已填写", " is given"), None),
    };
    let on = case.flow.field(on)?;
    let value = value.map(|value| value_shown(look, on, value));
    let field = look.text(&on.name);
    Some(format!("{field}{is}{}", value.unwrap_or_default()))
}

/// The records that an action writes, each with when it does.
fn writes(look: &Look<'_>, case: &Case, action: &Action) -> Vec<(String, String)> {
    let words = Words { lang: look.lang() };
    let rules = look.office.writes_of(case, &action.id);
    let line = |rule: &programme::model::Written| {
        let of = look.programme.record_types.get(&rule.of)?;
        let mut notes: Vec<String> = Vec::new();
        if let Some(when) = condition(look, case, &rule.when) {
            notes.push(match look.lang() {
                base::Lang::Zh => format!("{when}时"),
                base::Lang::En => format!("when {when}"),
            });
        }
        if rule.without_subject {
            let mut from = rule
                .fields
                .iter()
                .filter(|(id, _)| id.as_str() == "subject");
            let from = from.find_map(|(_, from)| match from {
                Corrected::Input(id) => case.flow.field(id),
                Corrected::Value(_) => None,
            });
            let name = from.map(|field| look.text(&field.name));
            let name = name.unwrap_or(words.say("对象", "subject"));
            notes.push(match look.lang() {
                base::Lang::Zh => format!("没有{name}的不写"),
                base::Lang::En => format!("not without {name}"),
            });
        }
        let name = look.text(&of.name).to_owned();
        Some((name, notes.join(words.say("；", "; "))))
    };
    rules.iter().filter_map(line).collect()
}

/// The records that a case has written: address and name with number.
fn written(look: &Look<'_>, case: &Case) -> Result<Vec<(String, String)>, Refused> {
    let records = look.office.written_of(case)?.into_iter();
    let shown = records.map(|(number, of)| {
        let declared = look.programme.record_types.get(of.as_str());
        let name = declared.map_or(of.as_str(), |of| look.text(&of.name));
        let name = format!("{name} #{number}");
        let of = crate::pages::records::coded(&of);
        (format!("/records/{of}/{number}"), name)
    });
    Ok(shown.collect())
}

/// An input of the form that opens a case by hand.
pub(crate) fn opening_input(
    look: &Look<'_>,
    field: &Field,
    value: String,
    is_required: bool,
) -> Input {
    let none = std::collections::BTreeMap::new();
    let name = format!("f.{}", field.id);
    input(look, (&none, look.today), field, name, value, is_required)
}

/// An input for a field; what the case holds and the day on which it was opened bound it.
fn input(
    look: &Look<'_>,
    (fields, opened_on): (&std::collections::BTreeMap<FieldId, Value>, Day),
    field: &Field,
    name: String,
    value: String,
    is_required: bool,
) -> Input {
    let (kind, choices) = match &field.kind {
        FieldKind::Text => ("text", Vec::new()),
        FieldKind::Decimal { .. } => ("decimal", Vec::new()),
        FieldKind::Integer => ("integer", Vec::new()),
        FieldKind::Day => ("day", Vec::new()),
        FieldKind::Bool => ("bool", Vec::new()),
        FieldKind::Choice(choices) => (
            "choice",
            choices
                .iter()
                .map(|choice| (choice.id.to_string(), look.text(&choice.name).to_owned()))
                .collect(),
        ),
    };
    let bound = |bound: &Option<casework::Bound>| match bound {
        Some(casework::Bound::Number(number)) => Some(programme::shown::points(number)),
        Some(casework::Bound::Day(day)) => Some(day.to_string()),
        Some(casework::Bound::Field(id)) => fields.get(id).map(ToString::to_string),
        Some(casework::Bound::Opened) => Some(opened_on.to_string()),
        Some(casework::Bound::Step) => Some(look.today.to_string()),
        None => None,
    };
    let (least, most) = (bound(&field.min), bound(&field.max));
    let note = match (kind, &least, &most) {
        ("text", _, _) | (_, None, None) => String::new(),
        (_, Some(least), Some(most)) => format!("{least}–{most}"),
        (_, Some(least), None) => format!("≥ {least}"),
        (_, None, Some(most)) => format!("≤ {most}"),
    };
    let of_day = |bound: Option<String>| bound.filter(|_| kind == "day").unwrap_or_default();
    Input {
        name,
        label: look.text(&field.name).to_owned(),
        kind,
        value,
        choices,
        is_required,
        required_when: String::new(),
        note,
        earliest: of_day(least),
        latest: of_day(most),
    }
}

pub(crate) fn fields(
    look: &Look<'_>,
    case: &Case,
    values: &std::collections::BTreeMap<FieldId, Value>,
) -> Vec<(String, String)> {
    case.flow
        .fields
        .iter()
        .filter_map(|field| {
            let value = values.get(&field.id)?;
            Some((
                look.text(&field.name).to_owned(),
                value_shown(look, field, value),
            ))
        })
        .collect()
}

/// What a field holds, in words.
fn value_shown(look: &Look<'_>, field: &Field, value: &Value) -> String {
    let words = Words { lang: look.lang() };
    match (&field.kind, value) {
        (FieldKind::Choice(choices), Value::Text(code)) => choices
            .iter()
            .find(|choice| choice.id.as_str() == code)
            .map_or_else(|| code.clone(), |choice| look.text(&choice.name).to_owned()),
        (_, Value::Day(day)) => words.day(*day),
        (_, Value::Bool(true)) => words.say("是", "yes").to_owned(),
        (_, Value::Bool(false)) => words.say("否", "no").to_owned(),
        (_, other) => other.to_string(),
    }
}

fn steps(look: &Look<'_>, case: &Case, words: Words) -> Result<Vec<StepLine>, Refused> {
    let names = look.office.case_evidence(case.number)?;
    let mut lines = Vec::new();
    for step in case.state.steps.iter().rev() {
        lines.push(StepLine {
            action: case.flow.action(&step.action).map_or_else(
                || step.action.to_string(),
                |found| look.text(&found.name).to_owned(),
            ),
            by: if step.role.as_str() == casework::CLOCK_ROLE {
                office::advance::clock_name(look.lang()).to_owned()
            } else {
                look.office.actor_name(step.by)?
            },
            role: if step.role.as_str() == casework::CLOCK_ROLE {
                words.say("自动办理", "by itself").to_owned()
            } else {
                look.text(&look.role_name(step.role.as_str())).to_owned()
            },
            unit: step
                .unit
                .as_ref()
                .map(|unit| look.unit_name(unit.as_str()))
                .unwrap_or_default(),
            day: words.day(step.day),
            moment: words.moment(&look.programme, step.moment),
            to: state_name(look, case, &step.to),
            passed: match (&step.unit_to, step.into) {
                (_, Some(into)) => Some((format!("/cases/{into}"), format!("#{into}"))),
                (Some(unit), None) => {
                    Some((format!("/units/{unit}"), look.unit_name(unit.as_str())))
                }
                (None, None) => None,
            },
            is_by_time: case.by_time.contains(step),
            reason: step.reason.clone().unwrap_or_default(),
            fields: fields(look, case, &step.fields),
            evidence: step
                .evidence
                .iter()
                .map(|sha256| Piece {
                    name: names.get(sha256).cloned().unwrap_or_default(),
                    sha256: sha256.clone(),
                })
                .collect(),
        });
    }
    Ok(lines)
}

fn reminder_lines(
    look: &Look<'_>,
    case: &Case,
    reminders: &[ReminderRow],
) -> Result<Vec<ReminderLine>, Refused> {
    let words = Words { lang: look.lang() };
    let day =
        |text: &str| base::Day::parse(text).map_or_else(|_| text.to_owned(), |day| words.day(day));
    let mut lines = Vec::new();
    for row in reminders.iter().rev().take(REMINDERS_MAX) {
        let deadline = case.flow.deadline(&base::DeadlineId::new(&row.deadline));
        lines.push(ReminderLine {
            day: day(&row.day),
            by: look.office.actor_name_in(row.by, look.lang())?,
            deadline: deadline.map_or_else(
                || row.deadline.clone(),
                |found| look.text(&found.name).to_owned(),
            ),
            due: day(&row.due),
        });
    }
    Ok(lines)
}

/// The assignments that were made because a case stayed late.
fn followed(look: &Look<'_>, number: u64) -> Result<Vec<(u64, String)>, Refused> {
    let mut found = Vec::new();
    for row in look.office.followed_of(number)? {
        let case = look.office.case(row.assignment)?;
        found.push((case.number, title_of(look, &case)));
    }
    Ok(found)
}

/// The points that an action takes off the item's, as it declares.
fn deducted_by(look: &Look<'_>, case: &Case, action: &Action) -> Option<String> {
    let words = Words { lang: look.lang() };
    Some(match &action.adds.as_ref()?.amount {
        Amount::Number(points) => words.points(points),
        Amount::ShareOf(field, share) => {
            let Some(Value::Number(of)) = case.state.fields.get(field) else {
                return None;
            };
            let percent = words.points(&(share * &base::Ratio::from_int(100)));
            format!("{} ({percent} %)", words.points(&(of * share)))
        }
    })
}

fn locked(look: &Look<'_>, case: &Case, words: Words) -> Vec<LockLine> {
    let named = |ids: &[base::ActionId]| {
        let names = ids.iter().filter_map(|id| case.flow.action(id));
        let names: Vec<&str> = names.map(|action| look.text(&action.name)).collect();
        names.join(words.say("、", ", "))
    };
    casework::locks(
        &case.flow,
        &case.state,
        look.today,
        &look.programme.calendar,
    )
    .unwrap_or_default()
    .iter()
    .filter(|lock| office::work::is_in_the_way(case, lock))
    .map(|lock| LockLine {
        name: look.text(&lock.deadline.name).to_owned(),
        since: words.day_and_weekday(lock.run.due_on),
        basis: look.text(&lock.deadline.basis).to_owned(),
        actions: named(lock.actions),
        lifted_by: named(&lock.deadline.lifted_by),
    })
    .collect()
}

async fn act(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    let form = format!("/cases/{number}");
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let request = request(office, number, posted)?;
            let then = posted.get("then");
            if then.is_empty() {
                return office.act(number, &request);
            }
            let next = ActRequest {
                action: then.to_owned(),
                ..ActRequest::default()
            };
            office.act_many(&[(number, request), (number, next)])?;
            office.case(number).map_err(|problem| vec![problem])
        },
        move |site, who, _, case| {
            let _ = site.desk().drop_draft(who.actor, &form);
            let is_closed = case
                .flow
                .state(&case.state.state)
                .is_some_and(|state| state.kind == StateKind::Closed);
            go_to(&if is_closed {
                format!("/work?done={number}")
            } else {
                form
            })
        },
        move |look, posted, problems| show(look, number, Some(posted), problems),
    )
    .await
}

/// What the form asks for.
pub(crate) fn request(
    office: &office::Office,
    number: u64,
    posted: &Posted,
) -> Result<ActRequest, Vec<Problem>> {
    let case = office.case(number).map_err(|problem| vec![problem])?;
    let action = case.flow.action(&base::ActionId::new(posted.get("action")));
    let wanted = |id: &str| {
        action.is_some_and(|action| {
            action.sets.iter().any(|field| field.as_str() == id)
                || action
                    .requires
                    .iter()
                    .any(|found| found.field.as_str() == id)
        })
    };
    let mut evidence = Vec::new();
    for file in posted.files.iter().filter(|file| file.field == "evidence") {
        crate::posted::check_evidence(file).map_err(|problem| vec![problem])?;
        evidence.push(
            office
                .store_evidence(&file.name, &file.bytes)
                .map_err(|problem| vec![problem])?,
        );
    }
    let wanted_again: Vec<&str> = posted.all("reuse").collect();
    if let (false, Some(scorecard), Some(unit)) = (
        wanted_again.is_empty(),
        &case.about.scorecard,
        &case.about.unit,
    ) {
        let one = |problem: Problem| vec![problem];
        let year = office.programme().map_err(one)?.year;
        let filed = office
            .filed_by(&base::ScorecardId::new(scorecard), &year, unit)
            .map_err(one)?;
        // What was filed last year and is still valid can be used as well.
        let valid = office.still_valid(&case).map_err(one)?;
        let pieces = filed
            .into_iter()
            .map(|filed| filed.piece)
            .chain(valid.into_iter().map(|found| found.piece));
        evidence.extend(pieces.filter(|piece| wanted_again.contains(&piece.sha256.as_str())));
    }
    let some = |name: &str| {
        let text = posted.get(name).trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    Ok(ActRequest {
        action: posted.get("action").to_owned(),
        fields: posted
            .with_prefix("f.")
            .filter(|(id, text)| wanted(id) && !text.trim().is_empty())
            .map(|(id, text)| (id.to_owned(), text.trim().to_owned()))
            .collect(),
        evidence,
        reason: some("reason"),
        closing_reason: some("closing_reason"),
        unit_to: some("unit_to"),
        into: match some("into") {
            Some(text) => Some(beyond::number(&text).map_err(|problem| vec![problem])?),
            None => None,
        },
        seen: posted.get("seen").parse().ok().map(base::Position),
        ..ActRequest::default()
    })
}
