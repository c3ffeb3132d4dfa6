//! Entering one record, and revising one: the form follows from the type.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::{FieldId, Problem};
use office::Office;
use office::authority::Granted;
use office::entry::{Evidence, Kind};
use office::record::{Draft, Fault, OnOther, Receipt, draft};
use programme::model::{FieldType, RecordType};
use sheet::Cell;

use super::inputs::{Input, Typed, inputs};
use super::record::{Piece, history_of, pieces};
use super::type_of;
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::inspection::lots::{FormPlan, form_plans};
use crate::posted::{Posted, check_evidence};
use crate::site::Site;
use crate::words::Words;

/// Between a kept file's hash and its name in the form.
const KEPT_SEPARATOR: char = ':';

#[derive(Template)]
#[template(path = "pages/records/entry.html")]
struct EntryPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    address: String,
    /// Of a revision.
    number: Option<u64>,
    inputs: Vec<Input>,
    subject_names: Option<String>,
    kept: Vec<Piece>,
    evidence_at_least: u32,
    evidence_wanted: String,
    reason: String,
    /// What concerns no field.
    problems: Vec<Problem>,
    is_saved: bool,
    /// The record that was just entered.
    entered: Option<u64>,
    was_known: bool,
    /// Of lots: how they are inspected, and the plan of each size.
    plans: Option<(String, Vec<FormPlan>)>,
}

/// What the form shows.
struct Filled {
    typed: Typed,
    kept: Vec<Evidence>,
    faults: Vec<Fault>,
    problems: Vec<Problem>,
    reason: String,
    is_saved: bool,
    number: Option<u64>,
}

pub(crate) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(asked.uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .collect();
    site.page(asked, move |look| {
        let record_type = type_of(look, &id)?;
        if !look.may(Granted::Submit) {
            return Err(not_granted(look));
        }
        let who = look.visitor()?;
        let saved = look
            .site
            .desk()
            .draft(who.actor, &format!("/records/{id}/new"))?;
        let like = query.get("like").and_then(|number| number.parse().ok());
        let filled: Vec<(String, String)> = query
            .iter()
            .filter_map(|(name, text)| Some((name.strip_prefix("f.")?.to_owned(), text.clone())))
            .collect();
        // Whoever comes from a case means what it says, not what was begun before.
        let saved = saved.filter(|_| filled.is_empty());
        let is_saved = saved.is_some() && like.is_none();
        let mut typed = match (like, saved) {
            (Some(number), _) => like_of(look, record_type, number)?,
            (None, Some(saved)) => saved
                .typed
                .into_iter()
                .filter_map(|(name, text)| Some((name.strip_prefix("f.")?.to_owned(), text)))
                .collect(),
            (None, None) => defaults(look, record_type),
        };
        typed.extend(typed_of(record_type, &filled));
        let filled = Filled {
            typed,
            kept: Vec::new(),
            faults: Vec::new(),
            problems: Vec::new(),
            reason: String::new(),
            is_saved,
            number: None,
        };
        let entered = query.get("entered").and_then(|number| number.parse().ok());
        show(
            look,
            record_type,
            filled,
            entered,
            query.contains_key("known"),
        )
    })
    .await
}

/// Refuses as the command would.
pub(crate) fn not_granted(look: &Look<'_>) -> Refused {
    let role = look
        .who()
        .map(|who| look.role_name(&who.role))
        .unwrap_or_default();
    crate::problems::not_for_role(&role.zh, &role.en).into()
}

fn show(
    look: &Look<'_>,
    record_type: &RecordType,
    filled: Filled,
    entered: Option<u64>,
    was_known: bool,
) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let name = look.text(&record_type.name).to_owned();
    let type_id = record_type.id.to_string();
    let title = match filled.number {
        Some(number) => format!("{} {name} #{number}", words.say("更正", "Revise")),
        None => format!("{}{name}", words.say("填报", "Enter: ")),
    };
    let is_revision = filled.number.is_some();
    let inputs = inputs(
        look,
        record_type,
        &filled.typed,
        &filled.faults,
        is_revision,
    );
    // What concerns no field, or one that the form has not.
    let mut problems = filled.problems;
    let whole = filled
        .faults
        .into_iter()
        .filter(|fault| match &fault.field {
            Some(field) => !record_type.fields.contains_key(field),
            None => true,
        });
    problems.extend(whole.map(|fault| fault.problem));
    Page::of(&EntryPage {
        frame: look.frame(title),
        address: match filled.number {
            Some(number) => format!("/records/{type_id}/{number}/revise"),
            None => format!("/records/{type_id}/new"),
        },
        type_id,
        type_name: name,
        number: filled.number,
        inputs,
        subject_names: record_type
            .subject
            .as_ref()
            .and_then(|id| look.programme.subject_types.get(id))
            .filter(|found| !is_revision && !found.personal)
            .map(|found| look.text(&found.name).to_owned()),
        kept: pieces(words, &filled.kept),
        evidence_at_least: record_type.evidence_at_least,
        evidence_wanted: look.text(&record_type.evidence).to_owned(),
        reason: filled.reason,
        problems,
        is_saved: filled.is_saved,
        entered,
        was_known,
        plans: form_plans(look, record_type),
    })
}

/// What a new form has: declared values, today, the visitor's unit.
pub(crate) fn defaults(look: &Look<'_>, record_type: &RecordType) -> Typed {
    let mut typed = Typed::new();
    for field in record_type.fields.values() {
        if let Some(text) = &field.default {
            typed.insert(field.id.to_string(), text.to_string());
        }
    }
    typed
        .entry("day".to_owned())
        .or_insert_with(|| look.today.to_string());
    let own = look.who().and_then(|who| who.unit.clone());
    if let Some(unit) = own.filter(|_| record_type.fields.contains_key("unit")) {
        typed.entry("unit".to_owned()).or_insert(unit);
    }
    typed
}

/// The fields of a record as they would be typed.
fn typed_of(record_type: &RecordType, fields: &[(String, String)]) -> Typed {
    fields
        .iter()
        .filter(|(id, _)| {
            record_type
                .fields
                .get(id.as_str())
                .is_some_and(|field| !field.personal)
        })
        .cloned()
        .collect()
}

/// As another record, but for its key and what describes it alone.
fn like_of(look: &Look<'_>, record_type: &RecordType, number: u64) -> Result<Typed, Refused> {
    let versions = history_of(look, record_type.id.as_str(), number)?;
    let last = versions
        .iter()
        .rev()
        .find(|version| version.kind != Kind::Withdraw);
    let mut typed = last
        .map(|last| typed_of(record_type, &last.fields))
        .unwrap_or_default();
    for id in &record_type.key {
        if !matches!(id.as_str(), "day" | "unit" | "place") {
            typed.remove(id.as_str());
        }
    }
    typed.retain(|id, _| {
        record_type
            .fields
            .get(id.as_str())
            .is_some_and(|field| field.field_type != FieldType::File)
    });
    Ok(typed)
}

/// What the form brought, by field.
pub(crate) fn typed_in(posted: &Posted, record_type: &RecordType) -> Typed {
    let mut typed = Typed::new();
    for field in record_type.fields.values() {
        let name = format!("f.{}", field.id);
        let all: Vec<&str> = posted
            .all(&name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        if !all.is_empty() {
            typed.insert(field.id.to_string(), all.join("|"));
        }
    }
    let name = posted.get("f.subject_name").trim();
    if !name.is_empty() {
        typed.insert("subject_name".to_owned(), name.to_owned());
    }
    typed
}

/// Files that were handed in with an earlier try of the form, or belong to the record that is revised.
fn kept_in(posted: &Posted) -> Vec<Evidence> {
    posted
        .all("kept")
        .filter_map(|text| {
            let (sha256, name) = text.split_once(KEPT_SEPARATOR)?;
            ledger::EvidenceHash::parse(sha256)?;
            Some(Evidence {
                sha256: sha256.to_owned(),
                name: name.to_owned(),
                size: 0,
            })
        })
        .collect()
}

/// The same, of those that are stored, with their sizes.
pub(crate) fn kept_pieces(office: &Office, posted: &Posted) -> Vec<Evidence> {
    kept_in(posted)
        .into_iter()
        .filter_map(|piece| {
            let hash = ledger::EvidenceHash::parse(&piece.sha256)?;
            let size = office.evidence().get(hash).ok()?.len() as u64;
            Some(Evidence { size, ..piece })
        })
        .collect()
}

/// Stores what was uploaded: evidence, and files of fields, whose hashes are then typed.
pub(crate) fn store(
    office: &Office,
    posted: &Posted,
    record_type: &RecordType,
    typed: &mut Typed,
) -> Result<Vec<Evidence>, Problem> {
    let mut evidence = kept_pieces(office, posted);
    for file in &posted.files {
        check_evidence(file)?;
        let of_field = file
            .field
            .strip_prefix("f.")
            .and_then(|id| record_type.fields.get(id))
            .filter(|field| field.field_type == FieldType::File);
        let stored = match (of_field, file.field.as_str()) {
            (None, "evidence") | (Some(_), _) => office.store_evidence(&file.name, &file.bytes)?,
            _ => continue,
        };
        match of_field {
            Some(field) => {
                typed.insert(field.id.to_string(), stored.sha256);
            }
            None if evidence.iter().any(|known| known.sha256 == stored.sha256) => {}
            None => evidence.push(stored),
        }
    }
    Ok(evidence)
}

/// The subject by the name that stands where its identity should; the identity in the spelling of the type.
fn resolved(office: &Office, record_type: &RecordType, typed: &Typed) -> Typed {
    let mut typed = typed.clone();
    let Some(subject_type) = &record_type.subject else {
        return typed;
    };
    if let Some(text) = typed.get("subject").cloned() {
        let found = office.subjects_like(subject_type.as_str(), &text, 50);
        let mut named = found.iter().filter(|(_, name)| *name == text);
        if let (Some((id, _)), None) = (named.next(), named.next()) {
            typed.insert("subject".to_owned(), (*id).to_owned());
        }
    }
    typed
}

/// The draft that was typed.
pub(crate) fn drafted(
    office: &Office,
    record_type: &RecordType,
    typed: &Typed,
    evidence: Vec<Evidence>,
) -> Result<Draft, Vec<Fault>> {
    let whole = |problem| {
        vec![Fault {
            field: None,
            problem,
        }]
    };
    let typed = resolved(office, record_type, typed);
    let cell = |id: &FieldId| typed.get(id.as_str()).map(Cell::text);
    let programme = office.programme().map_err(whole)?;
    let spellings = office.spellings().map_err(whole)?;
    let mut made = draft(&programme, &spellings, record_type, cell, evidence)?;
    made.subject_name = typed.get("subject_name").cloned();
    Ok(made)
}

pub(crate) fn problems_of(faults: Vec<Fault>) -> Vec<Problem> {
    faults.into_iter().map(|fault| fault.problem).collect()
}

pub(crate) async fn submit(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let form = format!("/records/{id}/new");
    let again_id = id.clone();
    let work_id = id.clone();
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            office.authorise(Granted::Submit).map_err(one)?;
            let programme = office.programme().map_err(one)?;
            let record_type = programme
                .record_types
                .get(work_id.as_str())
                .ok_or_else(|| {
                    one(crate::problems::no_such_thing(
                        "记录类型",
                        "record type",
                        &work_id,
                    ))
                })?;
            let mut typed = typed_in(posted, record_type);
            let evidence = store(office, posted, record_type, &mut typed).map_err(one)?;
            let draft = drafted(office, record_type, &typed, evidence).map_err(problems_of)?;
            office.submit(&draft, OnOther::Refuse, None).map_err(one)
        },
        move |site, who, posted, receipt| {
            let _ = site.desk().drop_draft(who.actor, &form);
            let (number, is_known) = match receipt {
                Receipt::Added(number) | Receipt::Revised(number) => (number, false),
                Receipt::Unchanged(number) => (number, true),
            };
            let known = if is_known { "known" } else { "" };
            if posted.get("then") == "another" {
                let mark = if is_known { "&known" } else { "" };
                return go_to(&format!(
                    "/records/{id}/new?like={number}&entered={number}{mark}"
                ));
            }
            go_to(&format!("/records/{id}/{number}/receipt?{known}"))
        },
        move |look, posted, found| {
            let record_type = type_of(look, &again_id)?;
            show(
                look,
                record_type,
                refilled(look, record_type, posted, found, None),
                None,
                false,
            )
        },
    )
    .await
}

/// The form as it was filled in, with each fault at its field.
fn refilled(
    look: &Look<'_>,
    record_type: &RecordType,
    posted: &Posted,
    found: &[Problem],
    number: Option<u64>,
) -> Filled {
    let mut typed = typed_in(posted, record_type);
    let (kept, stored) = match store(look.office, posted, record_type, &mut typed) {
        Ok(kept) => (kept, true),
        Err(_) => (kept_in(posted), false),
    };
    let checked = match number {
        None => drafted(look.office, record_type, &typed, kept.clone()),
        Some(number) => {
            let typed = resolved(look.office, record_type, &typed);
            let cell = |id: &FieldId| typed.get(id.as_str()).cloned();
            look.office
                .draft_revision(number, record_type, cell, kept.clone())
        }
    };
    // What the fields have is told there; the rest above.
    let faults = checked.err().filter(|_| stored).unwrap_or_default();
    let is_told = |problem: &Problem| faults.iter().any(|fault| fault.problem == *problem);
    let mut problems: Vec<Problem> = found
        .iter()
        .filter(|found| !is_told(found))
        .cloned()
        .collect();
    if problems.is_empty() && faults.iter().all(|fault| fault.field.is_some()) {
        problems.push(crate::problems::faults_below(faults.len()));
    }
    Filled {
        typed,
        kept,
        faults,
        problems,
        reason: posted.get("reason").to_owned(),
        is_saved: false,
        number,
    }
}

pub(crate) async fn revise_page(
    State(site): State<Site>,
    asked: Asked,
    Path((of, number)): Path<(String, u64)>,
) -> Response {
    // A case that found what the record does not say leads here with it filled in.
    let filled_in: Vec<(String, String)> =
        url::form_urlencoded::parse(asked.uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .collect();
    site.page(asked, move |look| {
        let record_type = type_of(look, &of)?;
        if !look.may(Granted::Submit) {
            return Err(not_granted(look));
        }
        let versions = history_of(look, &of, number)?;
        let last = versions
            .last()
            .filter(|last| last.kind != Kind::Withdraw)
            .ok_or_else(|| Refused::from(office::problems::withdrawn_already(number)))?;
        let mut typed = typed_of(record_type, &last.fields);
        let fields = filled_in.iter();
        let fields: Vec<(String, String)> = fields
            .filter_map(|(name, text)| Some((name.strip_prefix("f.")?.to_owned(), text.clone())))
            .collect();
        typed.extend(typed_of(record_type, &fields));
        let reason = filled_in.iter().find(|(name, _)| name == "reason");
        let filled = Filled {
            typed,
            kept: last.evidence.clone(),
            faults: Vec::new(),
            problems: Vec::new(),
            reason: reason.map(|(_, text)| text.clone()).unwrap_or_default(),
            is_saved: false,
            number: Some(number),
        };
        show(look, record_type, filled, None, false)
    })
    .await
}

pub(crate) async fn revise(
    State(site): State<Site>,
    asked: Asked,
    Path((of, number)): Path<(String, u64)>,
    posted: Posted,
) -> Response {
    let (work_of, again_of) = (of.clone(), of.clone());
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            office.authorise(Granted::Submit).map_err(one)?;
            let programme = office.programme().map_err(one)?;
            let record_type = programme
                .record_types
                .get(work_of.as_str())
                .ok_or_else(|| {
                    one(crate::problems::no_such_thing(
                        "记录类型",
                        "record type",
                        &work_of,
                    ))
                })?;
            let mut typed = typed_in(posted, record_type);
            let evidence = store(office, posted, record_type, &mut typed).map_err(one)?;
            let typed = resolved(office, record_type, &typed);
            let cell = |id: &FieldId| typed.get(id.as_str()).cloned();
            let draft = office
                .draft_revision(number, record_type, cell, evidence)
                .map_err(problems_of)?;
            office
                .revise(number, &draft, posted.get("reason"))
                .map_err(one)
        },
        move |_, _, _, receipt| {
            let known = match receipt {
                Receipt::Unchanged(_) => "known",
                _ => "",
            };
            go_to(&format!("/records/{of}/{number}/receipt?{known}"))
        },
        move |look, posted, found| {
            let record_type = type_of(look, &again_of)?;
            let filled = refilled(look, record_type, posted, found, Some(number));
            show(look, record_type, filled, None, false)
        },
    )
    .await
}
