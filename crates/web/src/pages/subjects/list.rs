//! The subjects of a type: search by name or identity, with the grade of each that is shown.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use office::authority::Granted;
use programme::model::{Programme, Scored, SubjectType};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

/// Subjects that are shown.
const SHOWN_MAX: usize = 50;
/// Matches that are put in order; of more the first that are found.
const MATCHES_MAX: usize = 5_000;

struct Line {
    id: String,
    name: String,
    grade: String,
    total: String,
}

#[derive(Template)]
#[template(path = "pages/subjects/list.html")]
struct ListPage {
    frame: Frame,
    type_id: String,
    identity: String,
    is_personal: bool,
    count: String,
    q: String,
    lines: Vec<Line>,
    is_cut: bool,
    grade_name: String,
    may_import: bool,
}

/// The scorecard that rates subjects of a type.
pub(super) fn rated_by<'p>(
    programme: &'p Programme,
    of: &SubjectType,
) -> Option<&'p programme::model::Scorecard> {
    programme
        .scorecards
        .values()
        .find(|scorecard| matches!(&scorecard.of, Scored::Subjects(found) if *found == of.id))
}

/// The subject type of an address.
pub(super) fn type_of<'a>(look: &'a Look<'_>, id: &str) -> Result<&'a SubjectType, Refused> {
    look.programme
        .subject_types
        .get(id)
        .ok_or_else(|| Refused::no_such(("对象类型", "subject type"), id))
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    let q = url::form_urlencoded::parse(asked.uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, text)| text.trim().chars().take(200).collect::<String>())
        .unwrap_or_default();
    site.page(asked, move |look| show(look, &id, &q)).await
}

fn show(look: &Look<'_>, id: &str, q: &str) -> Result<Page, Refused> {
    let of = type_of(look, id)?;
    let words = Words { lang: look.lang() };
    let count = look.office.mirror().subject_count(id);
    let mut found: Vec<(&str, &str)> = match (of.personal, q.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => look
            .office
            .mirror()
            .subjects(id)
            .take(SHOWN_MAX + 1)
            .collect(),
        (false, false) => look.office.subjects_like(id, q, MATCHES_MAX),
    };
    if !q.is_empty() {
        found.sort_by_key(|(id, name)| (!name.starts_with(q), name.len(), *id));
    }
    let is_cut = found.len() > SHOWN_MAX;
    found.truncate(SHOWN_MAX);
    let scorecard = rated_by(&look.programme, of);
    let rater = match scorecard {
        Some(scorecard) => Some(look.office.rater(&scorecard.card.id, look.at)?),
        None => None,
    };
    let columns = look.office.mirror().columns();
    let lines = found
        .into_iter()
        .map(|(id, name)| {
            let card = rater
                .as_ref()
                .and_then(|rater| rater.rate_one(columns, id, look.today, look.at).ok());
            Line {
                id: id.to_owned(),
                name: name.to_owned(),
                grade: card
                    .as_ref()
                    .and_then(|card| card.grade.clone())
                    .unwrap_or_default(),
                total: card.and_then(|card| card.total_text).unwrap_or_default(),
            }
        })
        .collect();
    Page::of(&ListPage {
        frame: look.frame(look.text(&of.name)),
        type_id: id.to_owned(),
        identity: look.text(&of.identity_name).to_owned(),
        is_personal: of.personal,
        count: words.count(count),
        q: q.to_owned(),
        lines,
        is_cut,
        grade_name: scorecard
            .map(|scorecard| look.text(&scorecard.name).to_owned())
            .unwrap_or_default(),
        may_import: look.may(Granted::Import),
    })
}
