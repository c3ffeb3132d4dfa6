//! The form of a visit, for a thumb: one column, one question after another, then photographs, the second inspector and
//! the signature. What it asks follows from the record type or from the action of the flow.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base::{ActionId, Problem};
use office::case::Case;
use office::record::Fault;
use programme::model::RecordType;
use serde::Deserialize;

use super::send::keep_signature;
use super::{account_of, only_for_entering};
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::case::{self, ActForm};
use crate::pages::records::entry::{defaults, drafted, kept_pieces, store, typed_in};
use crate::pages::records::inputs::{Input, Typed, inputs};
use crate::pages::records::record::{Piece, pieces};
use crate::pages::records::type_of;
use crate::pages::work::{left, title_of};
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/field/form.html")]
struct FormPage {
    frame: Frame,
    account: String,
    /// The server's time when the page was made, in milliseconds: against it the phone finds how far its clock is off.
    made: i64,
    visit: String,
    /// What the visit is about, in one line for the phone's list.
    title: String,
    /// Where the case stands, for a step.
    about: Vec<(String, String)>,
    /// `type` or `case`, with `action`: what is sent beside the fields.
    hidden: Vec<(&'static str, String)>,
    inputs: Vec<Input>,
    subject_names: Option<String>,
    reasons: Vec<(String, String)>,
    closing_reason: String,
    /// Whether a reason is asked for, and must be given.
    reason: Option<bool>,
    reason_text: String,
    evidence_at_least: u32,
    evidence_wanted: String,
    kept: Vec<Piece>,
    seconds: Vec<(u64, String)>,
    second: String,
    signer: String,
    unsigned: String,
    kept_signature: String,
    button: String,
    problems: Vec<Problem>,
}

/// A step that can be taken in the field, where a case has several.
struct Choice {
    name: String,
    address: String,
}

#[derive(Template)]
#[template(path = "pages/field/choose.html")]
struct Choose {
    frame: Frame,
    number: u64,
    about: Vec<(String, String)>,
    choices: Vec<Choice>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    action: String,
    /// The subject of a record that is begun from its page.
    #[serde(default)]
    subject: String,
}

pub(super) async fn record(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        let record_type = type_of(look, &id)?;
        let mut typed = defaults(look, record_type);
        if !chosen.subject.is_empty() {
            typed.insert("subject".to_owned(), chosen.subject.clone());
        }
        of_record(look, record_type, &Given::default(), typed, &[], &[])
    })
    .await
}

pub(super) async fn case(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.page(asked, move |look| {
        of_case(look, number, &chosen.action, None, &[])
    })
    .await
}

/// The form as it was filled in, with what is wrong.
pub(super) fn again(look: &Look<'_>, posted: &Posted, found: &[Problem]) -> Result<Page, Refused> {
    if let Ok(number) = posted.get("case").parse::<u64>() {
        return of_case(look, number, posted.get("action"), Some(posted), found);
    }
    let record_type = type_of(look, posted.get("type"))?;
    let mut typed = typed_in(posted, record_type);
    let stored = store(look.office, posted, record_type, &mut typed);
    let kept = stored.unwrap_or_else(|_| kept_pieces(look.office, posted));
    let faults = drafted(look.office, record_type, &typed, kept.clone())
        .err()
        .unwrap_or_default();
    let words = Words { lang: look.lang() };
    let given = Given {
        kept: pieces(words, &kept),
        ..Given::of(look, posted)
    };
    // What a field has is told there.
    let is_told = |problem: &&Problem| {
        let at = |fault: &Fault| fault.field.is_some() && fault.problem == **problem;
        !faults.iter().any(at)
    };
    let mut above: Vec<Problem> = found.iter().filter(is_told).cloned().collect();
    if above.is_empty() {
        above.push(crate::problems::faults_below(faults.len()));
    }
    of_record(look, record_type, &given, typed, &faults, &above)
}

/// What was given beside the fields.
#[derive(Default)]
struct Given {
    visit: String,
    second: String,
    signer: String,
    unsigned: String,
    kept_signature: String,
    reason: String,
    closing_reason: String,
    kept: Vec<Piece>,
}

impl Given {
    fn of(look: &Look<'_>, posted: &Posted) -> Given {
        let text = |name: &str| posted.get(name).to_owned();
        Given {
            visit: text("visit"),
            second: text("second"),
            signer: text("signer"),
            unsigned: text("unsigned"),
            kept_signature: keep_signature(look.office, posted),
            reason: text("reason"),
            closing_reason: text("closing_reason"),
            kept: Vec::new(),
        }
    }
}

fn of_record(
    look: &Look<'_>,
    record_type: &RecordType,
    given: &Given,
    typed: Typed,
    faults: &[Fault],
    problems: &[Problem],
) -> Result<Page, Refused> {
    let id = record_type.id.to_string();
    let name = look.text(&record_type.name).to_owned();
    let words = Words { lang: look.lang() };
    let page = FormPage {
        title: name.clone(),
        hidden: vec![("type", id.clone())],
        inputs: inputs(look, record_type, &typed, faults, false),
        subject_names: record_type
            .subject
            .as_ref()
            .and_then(|id| look.programme.subject_types.get(id))
            .filter(|found| !found.personal)
            .map(|found| look.text(&found.name).to_owned()),
        evidence_at_least: record_type.evidence_at_least,
        evidence_wanted: look.text(&record_type.evidence).to_owned(),
        button: words.say("提交检查", "Send the visit").to_owned(),
        ..blank(look, name, given)?
    };
    let problems = problems.to_vec();
    Page::of(&FormPage { problems, ..page })
}

/// What every form has.
fn blank(look: &Look<'_>, title: String, given: &Given) -> Result<FormPage, Refused> {
    let who = only_for_entering(look)?;
    let mut seconds = Vec::new();
    for (number, row) in look.office.second_inspectors(who.actor)? {
        let unit = row.unit.as_deref().map(|unit| look.unit_name(unit));
        let name = look.office.actor_name_in(number, look.lang())?;
        let shown = match unit {
            Some(unit) if row.unit != who.unit => format!("{name} · {unit}"),
            _ => name,
        };
        // Those of the own unit first.
        seconds.push((row.unit != who.unit, number, shown));
    }
    seconds.sort();
    let frame = look.frame(title.clone());
    Ok(FormPage {
        account: account_of(who),
        made: look.site.now().as_micros() / 1000,
        visit: match given.visit.is_empty() {
            true => frame.once.clone(),
            false => given.visit.clone(),
        },
        frame,
        title,
        about: Vec::new(),
        hidden: Vec::new(),
        inputs: Vec::new(),
        subject_names: None,
        reasons: Vec::new(),
        closing_reason: given.closing_reason.clone(),
        reason: None,
        reason_text: given.reason.clone(),
        evidence_at_least: 0,
        evidence_wanted: String::new(),
        kept: given.kept.clone(),
        seconds: seconds
            .into_iter()
            .map(|(_, number, name)| (number, name))
            .collect(),
        second: given.second.clone(),
        signer: given.signer.clone(),
        unsigned: given.unsigned.clone(),
        kept_signature: given.kept_signature.clone(),
        button: String::new(),
        problems: Vec::new(),
    })
}

/// The actions on a case that somebody can take in the field: not those that pass it on, which the office does.
pub(super) fn actions<'c>(
    look: &Look<'_>,
    case: &'c Case,
) -> Result<Vec<&'c casework::Action>, Refused> {
    let who = look.visitor()?;
    let relation = casework::Relation {
        filer: look.office.is_filed_by(case, who.actor)?,
        ..office::case::relation(&look.programme, &case.about, who.unit.as_deref())
    };
    let roles = [base::RoleId::new(&who.role)];
    let calendar = &look.programme.calendar;
    let open = casework::open_actions(
        &case.flow,
        &case.state,
        &roles,
        relation,
        look.today,
        calendar,
    );
    let found = open.iter().filter_map(|id| case.flow.action(id));
    Ok(found
        .filter(|action| action.beyond == casework::Beyond::default())
        .collect())
}

/// The form of the record by which a step is taken, and its name.
pub(super) fn record_of(
    look: &Look<'_>,
    case: &Case,
    action: &ActionId,
) -> Option<(String, String)> {
    let of = look.programme.done_by_record(&case.flow.id, action)?;
    let name = look.text(&look.programme.record_types.get(of)?.name);
    let enter = Words { lang: look.lang() }.say("填报", "Enter: ");
    let subject = case.about.subject.as_deref().unwrap_or_default();
    let subject = crate::pages::records::coded(subject);
    Some((
        format!("/field/record/{of}?subject={subject}"),
        format!("{enter}{name}"),
    ))
}

/// The address of a step's form.
pub(super) fn address_of(case: u64, action: &ActionId) -> String {
    format!("/field/case/{case}?action={action}")
}

fn of_case(
    look: &Look<'_>,
    number: u64,
    chosen: &str,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let case = look.office.case(number).map_err(Refused::missing)?;
    let words = Words { lang: look.lang() };
    only_for_entering(look)?;
    let title = title_of(look, &case);
    let about = about(look, &case);
    let open = actions(look, &case)?;
    let only = match open.as_slice() {
        [one] if chosen.is_empty() => Some(*one),
        all => all
            .iter()
            .copied()
            .find(|action| action.id.as_str() == chosen),
    };
    let Some(action) = only else {
        let choices = open.iter().map(|action| Choice {
            name: look.text(&action.name).to_owned(),
            address: record_of(look, &case, &action.id)
                .map_or_else(|| address_of(number, &action.id), |(address, _)| address),
        });
        return Page::of(&Choose {
            frame: look.frame(title),
            number,
            about,
            choices: choices.collect(),
        });
    };
    // A step that a record takes is that record's form.
    let by_record = look.programme.done_by_record(&case.flow.id, &action.id);
    if let Some(record_type) = by_record.and_then(|of| look.programme.record_types.get(of)) {
        let mut typed = defaults(look, record_type);
        if let Some(subject) = &case.about.subject {
            typed.insert("subject".to_owned(), subject.clone());
        }
        let given = Given::default();
        return of_record(look, record_type, &given, typed, &[], problems);
    }
    let typed = |name: &str| posted.map_or_else(String::new, |posted| posted.get(name).to_owned());
    let made: ActForm = case::form(look, &case, action, &typed);
    let given = match posted {
        Some(posted) => {
            let kept = kept_pieces(look.office, posted);
            Given {
                kept: pieces(words, &kept),
                ..Given::of(look, posted)
            }
        }
        None => Given {
            reason: made.reason.clone(),
            ..Given::default()
        },
    };
    let colon = Words { lang: look.lang() }.say("：", ": ");
    let page = FormPage {
        title: format!("{title} · {}", made.name),
        about,
        hidden: vec![
            ("case", number.to_string()),
            ("action", action.id.to_string()),
        ],
        inputs: made
            .inputs
            .into_iter()
            .map(|input| as_thumbed(look, input))
            .collect(),
        reasons: made.reasons,
        reason: Some(made.is_reason_required),
        evidence_at_least: made.evidence_at_least,
        button: made.name.clone(),
        ..blank(look, [made.name.as_str(), colon, &title].concat(), &given)?
    };
    let problems = problems.to_vec();
    Page::of(&FormPage { problems, ..page })
}

/// What whoever stands before the door must know.
fn about(look: &Look<'_>, case: &Case) -> Vec<(String, String)> {
    let words = Words { lang: look.lang() };
    let unit = case.about.unit.as_deref();
    let found = office::work::task(&look.programme, case, Vec::new(), look.today);
    let mut lines = vec![
        (
            words.say("办件", "Case").to_owned(),
            format!("{} #{}", look.text(&case.flow.name), case.number),
        ),
        (
            words.say("单位", "Unit").to_owned(),
            unit.map(|unit| look.unit_name(unit)).unwrap_or_default(),
        ),
    ];
    if let Some(due) = &found.due {
        let day = words.day_and_weekday(due.due_on);
        let left = left(words, found.working_days_left);
        lines.push((words.say("期限", "Due").to_owned(), format!("{day} {left}")));
    }
    let summary = case::beyond::summary(look, case);
    if !summary.is_empty() {
        lines.push((words.say("对象", "About").to_owned(), summary));
    }
    lines.extend(case::fields(look, case, &case.state.fields));
    lines.retain(|(_, text)| !text.is_empty());
    lines
}

/// An input of an action as one of a record: one template shows both.
fn as_thumbed(look: &Look<'_>, input: case::Input) -> Input {
    let words = Words { lang: look.lang() };
    let is_day = input.kind == "day";
    let choices = match input.kind {
        "bool" => vec![
            ("true".to_owned(), words.say("是", "yes").to_owned()),
            ("false".to_owned(), words.say("否", "no").to_owned()),
        ],
        _ => input.choices,
    };
    // A day that must be said is nearly always today.
    let value = match input.value {
        text if text.is_empty() && is_day && input.is_required => look.today.to_string(),
        text => text,
    };
    Input {
        id: input
            .name
            .strip_prefix("f.")
            .unwrap_or(&input.name)
            .to_owned(),
        label: input.label,
        note: input.note,
        kind: match input.kind {
            "text" => "area",
            "choice" | "bool" => "select",
            "day" => "day",
            _ => "number",
        },
        choices: choices
            .into_iter()
            .map(|(id, name)| {
                let is_chosen = id == value;
                (id, name, is_chosen)
            })
            .collect(),
        value,
        is_required: input.is_required,
        is_personal: false,
        suffix: "",
        least: String::new(),
        greatest: String::new(),
        step: match input.kind {
            "integer" => "1".to_owned(),
            _ => "any".to_owned(),
        },
        length_max: 4000,
        subject_type: String::new(),
        subject_name: String::new(),
        identity_pattern: "",
        faults: Vec::new(),
    }
}
