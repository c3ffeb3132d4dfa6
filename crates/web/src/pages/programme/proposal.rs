//! The next version of the programme, before it is put in force.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Lang, Problem, Ratio};
use office::authority::Granted;
use office::proposal::{Proposal, Standing};
use programme::difference::Changed;

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Most findings and differences that one page shows; more is said by its number.
const LINES_MAX: usize = 300;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/programme/new", get(form).post(upload))
        .route("/programme/proposals/{id}", get(page))
        .route("/programme/proposals/{id}/file", get(file))
        .route("/programme/proposals/{id}/activate", post(activate))
        .route("/programme/proposals/{id}/drop", post(forget))
}

struct Waiting {
    id: i64,
    name: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "pages/programme/new.html")]
struct New {
    frame: Frame,
    problems: Vec<Problem>,
    waiting: Vec<Waiting>,
}

struct DifferenceRow {
    table: &'static str,
    key: String,
    name: String,
    change: (&'static str, &'static str),
    cells: Vec<(&'static str, String, String)>,
}

struct MovedRow {
    unit: String,
    name: String,
    before: String,
    after: String,
    grade_moves: bool,
}

#[derive(Template)]
#[template(path = "pages/programme/proposal.html")]
struct ProposalPage {
    frame: Frame,
    id: i64,
    file: String,
    version: String,
    /// Errors and warnings as `check` prints them, each at its place.
    findings: String,
    errors: usize,
    warnings: usize,
    /// Changes that what is recorded does not bear.
    against: String,
    is_refused: bool,
    differences: Vec<DifferenceRow>,
    more: usize,
    moved: Vec<MovedRow>,
    unmoved: usize,
    is_tried: bool,
    problems: Vec<Problem>,
}

fn may(look: &Look<'_>) -> Result<(), Refused> {
    let role = look.visitor()?.role.clone();
    if look.may(Granted::Activate) {
        return Ok(());
    }
    let name = look.role_name(&role);
    Err(crate::problems::not_for_role(&name.zh, &name.en).into())
}

async fn form(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| show_form(look, Vec::new())).await
}

fn show_form(look: &Look<'_>, problems: Vec<Problem>) -> Result<Page, Refused> {
    may(look)?;
    let words = Words { lang: look.lang() };
    let mut waiting = Vec::new();
    for upload in look.site.desk().uploads()? {
        // Templates of papers and files of refused forms wait at the same place.
        if upload.name.starts_with(crate::pages::papers::WAITING)
            || upload.name.starts_with(crate::kept_files::WAITING)
        {
            continue;
        }
        waiting.push(Waiting {
            id: upload.id,
            by: look.office.actor_name(upload.actor)?,
            at: words.moment(&look.programme, upload.saved),
            name: upload.name,
        });
    }
    Page::of(&New {
        frame: look.frame(match look.lang() {
            Lang::Zh => "上传方案新版本",
            Lang::En => "Upload a new version",
        }),
        problems,
        waiting,
    })
}

async fn upload(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        may(look)?;
        let Some(file) = posted.files.first() else {
            let problem = crate::problems::file_is_empty("");
            return Ok(show_form(look, vec![problem])?
                .with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY)
                .answer(None));
        };
        // Whatever cannot even be read is told at once.
        if let Err(problems) = look.office.propose(&file.name, &file.bytes) {
            return Ok(show_form(look, problems)?
                .with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY)
                .answer(None));
        }
        let id =
            look.site
                .desk()
                .keep_upload(who.actor, &file.name, &file.bytes, look.site.now())?;
        Ok(go_to(&format!("/programme/proposals/{id}")))
    })
    .await
}

/// The package as it was uploaded, to be edited and uploaded again.
async fn file(State(site): State<Site>, asked: Asked, Path(id): Path<i64>) -> Response {
    site.file(asked, move |look| {
        may(look)?;
        let none = || Refused::no_such(("方案版本", "proposed version"), id);
        let (upload, bytes) = look.site.desk().upload(id)?.ok_or_else(none)?;
        let (stem, ending) = upload.name.rsplit_once('.').unwrap_or((&upload.name, ""));
        let kind = if ending.eq_ignore_ascii_case("zip") {
            Kind::Zip
        } else {
            Kind::Xlsx
        };
        Ok(download::file(stem, kind, bytes))
    })
    .await
}

async fn page(State(site): State<Site>, asked: Asked, Path(id): Path<i64>) -> Response {
    site.page(asked, move |look| show(look, id, &[])).await
}

fn show(look: &Look<'_>, id: i64, problems: &[Problem]) -> Result<Page, Refused> {
    may(look)?;
    let none = || Refused::no_such(("方案版本", "proposed version"), id);
    let (upload, bytes) = look.site.desk().upload(id)?.ok_or_else(none)?;
    let proposal = look.office.propose(&upload.name, &bytes)?;
    let texts = proposal.sources.texts();
    let shown: Vec<Problem> = proposal
        .checked
        .problems
        .iter()
        .take(LINES_MAX)
        .cloned()
        .collect();
    let findings = base::render(&shown, &texts, look.lang(), false);
    let errors = proposal
        .checked
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .count();
    let against = proposal
        .checked
        .programme
        .as_ref()
        .map(|programme| programme::check_against(programme, &look.programme))
        .unwrap_or_default();
    let is_refused = errors > 0 || against.iter().any(Problem::is_error);
    let (moved, unmoved, is_tried) = match (&proposal.checked.programme, is_refused) {
        (Some(programme), false) => effect(look, programme)?,
        _ => (Vec::new(), 0, false),
    };
    let all = differences(look, &proposal);
    let more = all.len().saturating_sub(LINES_MAX);
    Page::of(&ProposalPage {
        frame: look.frame(match look.lang() {
            Lang::Zh => "方案新版本",
            Lang::En => "The next version",
        }),
        id,
        file: upload.name,
        version: proposal
            .checked
            .programme
            .as_ref()
            .map(|programme| programme.version.to_string())
            .unwrap_or_default(),
        findings,
        errors,
        warnings: proposal.checked.problems.len() - errors,
        against: base::render(&against, &texts, look.lang(), false),
        is_refused,
        differences: all.into_iter().take(LINES_MAX).collect(),
        more,
        moved,
        unmoved,
        is_tried,
        problems: problems.to_vec(),
    })
}

fn differences(look: &Look<'_>, proposal: &Proposal) -> Vec<DifferenceRow> {
    proposal
        .differences
        .iter()
        .map(|found| DifferenceRow {
            table: match look.lang() {
                Lang::Zh => found.table.doc.0,
                Lang::En => found.table.doc.1,
            },
            key: found.key.clone(),
            name: look.text(&found.name).to_owned(),
            change: match found.change {
                Changed::Added => ("新增", "added"),
                Changed::Removed => ("删除", "removed"),
                Changed::Cells(_) => ("修改", "changed"),
            },
            cells: match &found.change {
                Changed::Cells(cells) => cells.clone(),
                _ => Vec::new(),
            },
        })
        .collect()
}

/// Who would stand otherwise, how many would not, and whether it could be tried at all.
fn effect(
    look: &Look<'_>,
    proposed: &std::sync::Arc<programme::model::Programme>,
) -> Result<(Vec<MovedRow>, usize, bool), Refused> {
    let Some((id, _)) = crate::pages::board::scorecard_of(&look.programme, None) else {
        return Ok((Vec::new(), 0, false));
    };
    let moved = look.office.effect_of(proposed, id)?;
    let all = crate::pages::board::assessed(look, id)?.cards.len();
    let shown = |standing: &Option<Standing>| match standing {
        None => "—".to_owned(),
        Some(standing) => format!(
            "{} · {} · {}",
            standing.total.as_ref().map_or_else(
                || "—".to_owned(),
                |total: &Ratio| programme::shown::points(total)
            ),
            standing.grade.as_deref().unwrap_or("—"),
            standing
                .rank
                .map_or_else(|| "—".to_owned(), |rank| format!("#{rank}")),
        ),
    };
    let unmoved = all.saturating_sub(moved.iter().filter(|row| row.before.is_some()).count());
    let grade = |standing: &Option<Standing>| {
        standing
            .as_ref()
            .and_then(|standing| standing.grade.clone())
    };
    let mut rows: Vec<MovedRow> = moved
        .iter()
        .map(|row| MovedRow {
            name: look.unit_name(&row.unit),
            unit: row.unit.clone(),
            before: shown(&row.before),
            after: shown(&row.after),
            grade_moves: grade(&row.before) != grade(&row.after),
        })
        .collect();
    rows.sort_by_key(|row| !row.grade_moves);
    Ok((rows, unmoved, true))
}

async fn activate(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<i64>,
    posted: Posted,
) -> Response {
    let desk = site.clone();
    site.command(
        asked,
        posted,
        move |office, _, _| {
            let one = |problem: Problem| vec![problem];
            let (upload, bytes) = desk.desk().upload(id).map_err(one)?.ok_or_else(|| {
                vec![crate::problems::no_such_thing(
                    "方案版本",
                    "proposed version",
                    id,
                )]
            })?;
            let proposal = office.propose(&upload.name, &bytes)?;
            match proposal.checked.programme {
                Some(programme) => office
                    .activate(&proposal.sources, programme)
                    .map_err(|problem| vec![problem]),
                None => Err(proposal.checked.problems),
            }
        },
        move |site, _, _, _| {
            // It is an entry now; what is left to throw away is a copy.
            let _ = site.desk().drop_upload(id);
            go_to("/programme")
        },
        move |look, _, problems| show(look, id, problems),
    )
    .await
}

async fn forget(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<i64>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, _, _| {
        may(look)?;
        look.site.desk().drop_upload(id)?;
        Ok(go_to("/programme/new"))
    })
    .await
}
