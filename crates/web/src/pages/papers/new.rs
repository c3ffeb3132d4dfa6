//! Making a paper: what it is about, what is typed for it, a draft to look at, and issuing it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use base::Problem;
use office::Office;
use office::papers::{About, DraftPaper, PaperKind, PaperRequest};

use super::{kind_of, kinds, only_issuers};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Most things to choose from.
const SUBJECTS_MAX: usize = 300;
/// Most lines of a preview.
const PREVIEW_MAX: usize = 60;

/// Something that is typed for a paper.
struct Typed {
    name: String,
    label: String,
    about: String,
    value: String,
    is_long: bool,
    is_day: bool,
}

#[derive(Template)]
#[template(path = "pages/papers/new.html")]
struct New {
    frame: Frame,
    problems: Vec<Problem>,
    kinds: Vec<(&'static str, String, bool)>,
    kind: &'static str,
    kind_name: String,
    has_subjects: bool,
    subjects: Vec<(String, String, bool)>,
    typed: Vec<Typed>,
    number: String,
    preview: Vec<Vec<String>>,
    more: usize,
    draft: String,
    is_demonstration: bool,
    /// That the same was issued before: the paper's position and number.
    before: Option<(u64, String)>,
    again: bool,
}

/// Fields of the form, by name.
type Fields = BTreeMap<String, String>;

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Query(fields): Query<Fields>,
) -> Response {
    site.page(asked, move |look| show(look, &fields, &[])).await
}

fn fields_of(posted: &Posted) -> Fields {
    let fields = posted.with_prefix("");
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What a form asks for.
fn request(kind: PaperKind, fields: &Fields) -> PaperRequest {
    let get = |name: &str| {
        fields
            .get(name)
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
    };
    PaperRequest {
        kind,
        about: if kind.about() == About::Year {
            String::new()
        } else {
            get("about")
        },
        typed: kind
            .typed()
            .into_iter()
            .map(|field| (field.name.en.clone(), get(&field.name.en)))
            .collect(),
        first_number: get("first_number").parse().ok(),
        as_demonstration: !get("as_demonstration").is_empty(),
    }
}

/// The same with what is filled in where nothing was typed: the declared body, else the visitor's unit, issues it.
fn with_issuer(look: &Look<'_>, mut request: PaperRequest) -> PaperRequest {
    if request.typed.get("issuer").is_none_or(String::is_empty) {
        let issuer = issuer(look, request.kind);
        request.typed.insert("issuer".to_owned(), issuer);
    }
    request
}

fn issuer(look: &Look<'_>, kind: PaperKind) -> String {
    let declared = look.programme.papers.get(kind.as_str());
    if let Some(issuer) = declared.and_then(|declared| declared.issuer.as_ref()) {
        return issuer.zh.clone();
    }
    let unit = look.who().and_then(|who| who.unit.as_deref());
    let unit = unit.and_then(|unit| look.programme.units.get(unit));
    unit.map_or_else(
        || look.programme.city.zh.clone(),
        |unit| unit.name_on(look.today).zh.clone(),
    )
}

fn show(look: &Look<'_>, fields: &Fields, problems: &[Problem]) -> Result<Page, Refused> {
    only_issuers(look)?;
    let words = Words { lang: look.lang() };
    let chosen = fields.get("kind").filter(|kind| !kind.is_empty());
    let kind = chosen.map(|kind| kind_of(look, kind)).transpose()?;
    let shown = kind.unwrap_or(PaperKind::Letter);
    let subjects = look
        .office
        .paper_subjects(shown, look.lang(), SUBJECTS_MAX)?;
    let mut request = with_issuer(look, request(shown, fields));
    let has_subjects = shown.about() != About::Year;
    let known = subjects.iter().any(|(id, _)| *id == request.about);
    if has_subjects && request.about.is_empty() {
        request.about = subjects
            .first()
            .map(|(id, _)| id.clone())
            .unwrap_or_default();
    }
    let mut subjects: Vec<(String, String, bool)> = subjects
        .into_iter()
        .map(|(id, name)| {
            let is = id == request.about;
            (id, name, is)
        })
        .collect();
    if has_subjects && !known && !request.about.is_empty() && !subjects.iter().any(|found| found.2)
    {
        // A case that is not late, or a unit that carries nothing: the address named it.
        let about = request.about.clone();
        subjects.insert(0, (about.clone(), about, true));
    }
    let mut problems = problems.to_vec();
    let (mut number, mut preview, mut more) = (String::new(), Vec::new(), 0);
    if kind.is_some() && (!has_subjects || !request.about.is_empty()) {
        match look.office.draft_paper(&request, None) {
            Ok(draft) => {
                let lines = lines(&draft)?;
                more = lines.len().saturating_sub(PREVIEW_MAX);
                preview = lines.into_iter().take(PREVIEW_MAX).collect();
                number = draft.number;
            }
            Err(problem) if problems.is_empty() => problems.push(problem),
            Err(_) => {}
        }
    }
    let typed = shown.typed().into_iter().map(|field| {
        let value = request
            .typed
            .get(&field.name.en)
            .cloned()
            .unwrap_or_default();
        Typed {
            label: label(look.text(&field.name)),
            about: said(look.text(&field.about)),
            is_long: field.name.en == "note",
            is_day: field.name.en == "demanded",
            name: field.name.en,
            value,
        }
    });
    let before = issued_before(look.office, &request)?;
    Page::of(&New {
        before,
        again: fields.get("again").is_some_and(|tick| tick == "1"),
        problems,
        kinds: kinds(look, kind),
        kind: kind.map_or("", PaperKind::as_str),
        kind_name: look.text(&shown.name()).to_owned(),
        has_subjects,
        subjects,
        typed: typed.collect(),
        number,
        preview,
        more,
        draft: format!("/papers/draft?{}", query(&request)),
        is_demonstration: look.is_demonstration(),
        frame: look.frame(words.say("出具公文", "Issue a paper")),
    })
}

/// The circular that stands already about the same sealed result.
fn issued_before(
    office: &Office,
    request: &PaperRequest,
) -> Result<Option<(u64, String)>, Problem> {
    if request.kind != PaperKind::Circular {
        return Ok(None);
    }
    let before = crate::pages::circular::issued(office, &request.about)?;
    Ok(before.map(|paper| (paper.at.0, paper.facts.text)))
}

/// A field's name as a label: the English names are words of the templates' language, such as `copied_to`.
pub(super) fn label(name: &str) -> String {
    let name = name.replace(['_', '.'], " ");
    let mut signs = name.chars();
    signs.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(signs).collect()
    })
}

/// What a field is, without the words that tell a template's author that it is typed.
fn said(about: &str) -> String {
    let about = about.strip_prefix("填写：").unwrap_or(about);
    about.strip_prefix("typed: ").unwrap_or(about).to_owned()
}

/// The lines of a draft, each with its cells.
pub(super) fn lines(draft: &DraftPaper) -> Result<Vec<Vec<String>>, Refused> {
    let text = report::text_of(&format!("draft.{}", draft.ending), &draft.bytes)?;
    let cells = |line: String| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    Ok(text
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .map(cells)
        .collect())
}

fn query(request: &PaperRequest) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("kind", request.kind.as_str());
    query.append_pair("about", &request.about);
    for (name, value) in request.typed.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

/// A draft as a file: not numbered for good, kept nowhere.
pub(super) async fn draft(
    State(site): State<Site>,
    asked: Asked,
    Query(fields): Query<Fields>,
) -> Response {
    site.file(asked, move |look| {
        only_issuers(look)?;
        let kind = kind_of(
            look,
            fields.get("kind").map(String::as_str).unwrap_or_default(),
        )?;
        let draft = look
            .office
            .draft_paper(&with_issuer(look, request(kind, &fields)), None)?;
        let name = format!("{}（草稿）", kind.name().zh);
        Ok(download::file(
            &name,
            kind_of_file(draft.ending),
            draft.bytes,
        ))
    })
    .await
}

pub(super) fn kind_of_file(ending: &str) -> Kind {
    if ending == "xlsx" {
        Kind::Xlsx
    } else {
        Kind::Docx
    }
}

pub(super) async fn issue(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    if !posted.get("preview").is_empty() {
        return site
            .desk_work(asked, posted, |look, posted, _| {
                Ok(show(look, &fields_of(posted), &[])?.answer(None))
            })
            .await;
    }
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let fields = fields_of(posted);
            let programme = office.programme().map_err(one)?;
            let kind = PaperKind::parse(&programme, posted.get("kind")).ok_or_else(|| {
                one(crate::problems::no_such_thing(
                    "公文",
                    "kind of paper",
                    posted.get("kind"),
                ))
            })?;
            let request = request(kind, &fields);
            if posted.get("again") != "1"
                && let Some((_, number)) = issued_before(office, &request).map_err(one)?
            {
                return Err(one(crate::problems::issued_already(number)));
            }
            office.issue_paper(&request).map_err(one)
        },
        |_, _, _, at| go_to(&format!("/papers/{at}")),
        |look, posted, problems| show(look, &fields_of(posted), problems),
    )
    .await
}
