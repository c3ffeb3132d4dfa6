//! The office's templates: which is in force, what a kind offers, and trying one before it is.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base::{Position, Problem};
use office::authority::Granted;
use office::papers::{About, PaperKind, PaperRequest};
use report::Field;
use serde::Deserialize;

use super::new::{kind_of_file, lines};
use super::{day, kind_of, only_issuers};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::download;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// How an uploaded template is called while it waits: with this before the kind and the file's name.
pub(crate) const WAITING: &str = "paper:";
/// Most lines of a preview, and most fields that are listed at once.
const LINES_MAX: usize = 60;
const FIELDS_MAX: usize = 400;

struct KindLine {
    id: &'static str,
    name: String,
    template: String,
    pattern: String,
    is_own: bool,
}

#[derive(Template)]
#[template(path = "pages/papers/templates.html")]
struct Templates {
    frame: Frame,
    kinds: Vec<KindLine>,
}

pub(super) async fn list(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| {
        let words = Words { lang: look.lang() };
        let mut kinds = Vec::new();
        for kind in PaperKind::all(&look.programme) {
            let template = look.office.templates(kind)?.into_iter().next();
            kinds.push(KindLine {
                id: kind.as_str(),
                name: look.text(&kind.name()).to_owned(),
                is_own: template.as_ref().is_some_and(|found| found.at.is_some()),
                pattern: template
                    .as_ref()
                    .map(|found| found.facts.pattern.clone())
                    .unwrap_or_default(),
                template: template.map(|found| found.name).unwrap_or_default(),
            });
        }
        Page::of(&Templates {
            frame: look.frame(words.say("公文模板", "Templates of papers")),
            kinds,
        })
    })
    .await
}

struct Version {
    at: Option<u64>,
    name: String,
    day: String,
    pattern: String,
}

struct FieldLine {
    zh: String,
    en: String,
    about: String,
}

struct ListLines {
    of: FieldLine,
    columns: Vec<FieldLine>,
}

#[derive(Template)]
#[template(path = "pages/papers/template.html")]
struct OneKind {
    frame: Frame,
    problems: Vec<Problem>,
    kind: &'static str,
    versions: Vec<Version>,
    fields: Vec<FieldLine>,
    lists: Vec<ListLines>,
    more: usize,
    may_change: bool,
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(kind): Path<String>,
) -> Response {
    site.page(asked, move |look| show(look, kind_of(look, &kind)?, &[]))
        .await
}

fn show(look: &Look<'_>, kind: PaperKind, problems: &[Problem]) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let known = kind.known(&look.programme);
    let line = |field: &Field| FieldLine {
        zh: field.name.zh.clone(),
        en: field.name.en.clone(),
        about: look.text(&field.about).to_owned(),
    };
    let versions = look
        .office
        .templates(kind)?
        .into_iter()
        .map(|template| Version {
            at: template.at.map(|at| at.0),
            day: day(words, &template.facts.day),
            pattern: template.facts.pattern,
            name: template.name,
        });
    Page::of(&OneKind {
        frame: look.frame(format!(
            "{}{}{}",
            words.say("", "Template: "),
            look.text(&kind.name()),
            words.say("模板", "")
        )),
        problems: problems.to_vec(),
        kind: kind.as_str(),
        versions: versions.collect(),
        more: known.fields.len().saturating_sub(FIELDS_MAX),
        fields: known.fields.iter().take(FIELDS_MAX).map(line).collect(),
        lists: known
            .lists
            .iter()
            .map(|(list, columns)| ListLines {
                of: line(list),
                columns: columns.iter().map(line).collect(),
            })
            .collect(),
        may_change: look.may(Granted::Publish),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    at: Option<u64>,
    built_in: Option<u8>,
}

pub(super) async fn file(
    State(site): State<Site>,
    asked: Asked,
    Path(kind): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    site.file(asked, move |look| {
        let templates = look.office.templates(kind_of(look, &kind)?)?;
        let is_wanted = |at: Option<Position>| match (wanted.built_in, wanted.at) {
            (Some(_), _) => at.is_none(),
            (None, Some(wanted)) => at == Some(Position(wanted)),
            (None, None) => true,
        };
        let template = templates.iter().find(|template| is_wanted(template.at));
        let template = template.ok_or_else(|| Refused::no_such(("模板", "template"), &kind))?;
        let bytes = look.office.template_bytes(template)?;
        let name = template
            .name
            .rsplit_once('.')
            .map_or(template.name.as_str(), |(name, _)| name);
        Ok(download::file(
            name,
            kind_of_file(&template.facts.format),
            bytes,
        ))
    })
    .await
}

pub(super) async fn upload(
    State(site): State<Site>,
    asked: Asked,
    Path(kind): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who| {
        only_issuers(look)?;
        let kind = kind_of(look, &kind)?;
        let Some(file) = posted.files.first() else {
            return Ok(show(look, kind, &[problems::no_file_chosen()])?.answer(None));
        };
        if let Err(problem) = report::format_of(&file.name, &file.bytes) {
            return Ok(show(look, kind, &[problem])?
                .with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY)
                .answer(None));
        }
        let name = format!("{WAITING}{}:{}", kind.as_str(), file.name);
        let id = look
            .site
            .desk()
            .keep_upload(who.actor, &name, &file.bytes, look.site.now())?;
        Ok(go_to(&format!(
            "/papers/templates/{}/try/{id}",
            kind.as_str()
        )))
    })
    .await
}

/// A template that waits: the file's name and bytes.
fn waiting(look: &Look<'_>, kind: PaperKind, id: i64) -> Result<(String, Vec<u8>), Refused> {
    let none = || Refused::no_such(("等待启用的模板", "template that waits"), id);
    let (upload, bytes) = look.site.desk().upload(id)?.ok_or_else(none)?;
    let name = upload
        .name
        .strip_prefix(WAITING)
        .and_then(|name| name.strip_prefix(kind.as_str()));
    let name = name
        .and_then(|name| name.strip_prefix(':'))
        .ok_or_else(none)?;
    Ok((name.to_owned(), bytes))
}

struct MarkLine {
    written: String,
    places: String,
}

#[derive(Template)]
#[template(path = "pages/papers/try.html")]
struct Tried {
    frame: Frame,
    problems: Vec<Problem>,
    kind: &'static str,
    id: i64,
    name: String,
    marks: Vec<MarkLine>,
    is_usable: bool,
    preview: Vec<Vec<String>>,
    cannot_preview: Option<Problem>,
    pattern: String,
}

pub(super) async fn tried(
    State(site): State<Site>,
    asked: Asked,
    Path((kind, id)): Path<(String, i64)>,
) -> Response {
    site.page(asked, move |look| {
        show_tried(look, kind_of(look, &kind)?, id, None, &[])
    })
    .await
}

/// What a paper of that kind could be about now, for a preview with real data.
fn example(look: &Look<'_>, kind: PaperKind) -> Result<PaperRequest, Problem> {
    let about = match kind.about() {
        About::Year => String::new(),
        _ => look
            .office
            .paper_subjects(kind, look.lang(), 1)?
            .into_iter()
            .next()
            .map(|(id, _)| id)
            .unwrap_or_default(),
    };
    Ok(PaperRequest {
        kind,
        about,
        typed: std::collections::BTreeMap::new(),
        first_number: None,
        as_demonstration: true,
    })
}

fn show_tried(
    look: &Look<'_>,
    kind: PaperKind,
    id: i64,
    pattern: Option<&str>,
    told: &[Problem],
) -> Result<Page, Refused> {
    only_issuers(look)?;
    let words = Words { lang: look.lang() };
    let (name, bytes) = waiting(look, kind, id)?;
    let checked = look.office.check_template(kind, &name, &bytes)?;
    let is_usable = checked.is_usable();
    let mut marks: Vec<MarkLine> = Vec::new();
    for mark in checked.marks {
        let place = look.text(&mark.place);
        match marks.iter_mut().find(|known| known.written == mark.written) {
            Some(known) if known.places.chars().count() < 100 => {
                known.places.push_str(&format!("; {place}"))
            }
            Some(_) => {}
            None => marks.push(MarkLine {
                written: mark.written,
                places: place.to_owned(),
            }),
        }
    }
    let (mut preview, mut cannot_preview) = (Vec::new(), None);
    if is_usable {
        match example(look, kind)
            .and_then(|request| look.office.draft_paper(&request, Some((&name, &bytes))))
        {
            Ok(draft) => preview = lines(&draft)?.into_iter().take(LINES_MAX).collect(),
            Err(problem) => cannot_preview = Some(problem),
        }
    }
    let mut problems = told.to_vec();
    if problems.is_empty() {
        problems = checked.problems;
    }
    let before = look
        .office
        .templates(kind)?
        .into_iter()
        .next()
        .map(|found| found.facts.pattern);
    Page::of(&Tried {
        frame: look.frame(words.say("试用模板", "A template on trial")),
        problems,
        kind: kind.as_str(),
        id,
        name,
        marks,
        is_usable,
        preview,
        cannot_preview,
        pattern: pattern.map_or_else(|| before.unwrap_or_default(), str::to_owned),
    })
}

pub(super) async fn draft(
    State(site): State<Site>,
    asked: Asked,
    Path((kind, id)): Path<(String, i64)>,
) -> Response {
    site.file(asked, move |look| {
        only_issuers(look)?;
        let kind = kind_of(look, &kind)?;
        let (name, bytes) = waiting(look, kind, id)?;
        let draft = look
            .office
            .draft_paper(&example(look, kind)?, Some((&name, &bytes)))?;
        Ok(download::file(
            &format!("{}（试用）", kind.name().zh),
            kind_of_file(draft.ending),
            draft.bytes,
        ))
    })
    .await
}

pub(super) async fn put(
    State(site): State<Site>,
    asked: Asked,
    Path((kind, id)): Path<(String, i64)>,
    posted: Posted,
) -> Response {
    let desk = site.clone();
    let shown = kind.clone();
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let kind =
                PaperKind::parse(&programme, &kind).ok_or_else(|| one(problems::no_such_page()))?;
            let found = desk.desk().upload(id).map_err(one)?;
            let start = format!("{WAITING}{}:", kind.as_str());
            let waiting = found
                .as_ref()
                .and_then(|(upload, bytes)| Some((upload.name.strip_prefix(&start)?, bytes)));
            let (name, bytes) = waiting.ok_or_else(|| one(problems::no_such_page()))?;
            office
                .set_template(kind, name, bytes, posted.get("pattern"))
                .map(|_| kind)
        },
        move |site, _, _, kind| {
            // What waited is in force; where the desk refuses, it only stays listed.
            drop(site.desk().drop_upload(id));
            go_to(&format!("/papers/templates/{}", kind.as_str()))
        },
        move |look, posted, told| {
            show_tried(
                look,
                kind_of(look, &shown)?,
                id,
                Some(posted.get("pattern")),
                told,
            )
        },
    )
    .await
}
