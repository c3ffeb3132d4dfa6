//! The import wizard: a file is uploaded, its columns are matched, every fault is shown in its cell and put
//! right or dropped, and only then is it taken.
//!
//! The file waits on the desk (`desk::waiting`) with what was said of it; checks and the import itself go on
//! in the background (`jobs.rs`), so that a reload loses nothing.

mod jobs;
mod plan;
mod show;
mod upload;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::Problem;
use desk::Waiting;
use office::authority::Granted;

use self::jobs::{Outcome, Work};
use self::plan::{Came, Plan, Stage};
use self::show::{show, show_start};
use crate::answer::{self, Refused, go_to};
use crate::asked::Asked;
use crate::look::{Look, look_again};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

pub(crate) use self::jobs::Jobs;
pub(crate) use self::upload::BODY_BYTES_MAX;

/// Workbooks.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The name of a record or subject type that may be imported by who looks.
fn name_of(look: &Look<'_>, of: &str) -> Result<String, Refused> {
    let programme = &look.programme;
    let name = programme
        .record_types
        .get(of)
        .map(|found| &found.name)
        .or_else(|| programme.subject_types.get(of).map(|found| &found.name))
        .ok_or_else(|| Refused::no_such(("记录类型", "record type"), of))?;
    if look.may(Granted::Import) {
        return Ok(look.text(name).to_owned());
    }
    let role = look.role_name(&look.visitor()?.role);
    Err(problems::not_for_role(&role.zh, &role.en).into())
}

/// Where the list of what was imported is.
fn list_address(look: &Look<'_>, of: &str) -> String {
    if look.programme.record_types.contains_key(of) {
        format!("/records/{of}")
    } else {
        format!("/subjects/{of}")
    }
}

pub(crate) async fn start(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
) -> Response {
    site.page(asked, move |look| show_start(look, &of, &[]))
        .await
}

pub(crate) async fn template(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
) -> Response {
    site.file(asked, move |look| {
        let bytes = look
            .office
            .template(&of, look.lang())
            .map_err(Refused::missing)?;
        Ok(workbook(&format!("{of}.xlsx"), bytes))
    })
    .await
}

fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (CONTENT_TYPE, WORKBOOK.to_owned()),
            (CONTENT_DISPOSITION, disposition),
        ],
        bytes,
    )
        .into_response()
}

pub(crate) async fn upload(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let (look_asked, look_of) = (asked.clone(), of.clone());
    let actor = site
        .blocking(move |site| {
            look_again(site, &look_asked, |look| {
                name_of(look, &look_of).ok()?;
                Some(look.who()?.actor)
            })
        })
        .await
        .and_then(|found| found);
    let actor = match actor {
        Ok(Some(actor)) => actor,
        // The page says why.
        Ok(None) => return start(State(site), asked, Path(of)).await,
        Err(problem) => return answer::bare(asked.lang, &problem),
    };
    let received = match form {
        Ok(form) => upload::receive(&site, &asked, actor, &of, form).await,
        Err(error) => Err(problems::bad_form(error)),
    };
    match received {
        Ok(id) => go_to(&format!("/records/{of}/import/{id}")),
        Err(problem) => {
            let status = answer::status_of(std::slice::from_ref(&problem));
            site.file(asked, move |look| {
                Ok(show_start(look, &of, &[problem])?
                    .with_status(status)
                    .answer(None))
            })
            .await
        }
    }
}

/// The file of an address, when it is the visitor's.
fn waiting_of(look: &Look<'_>, of: &str, id: &str) -> Result<(Waiting, Plan), Refused> {
    let who = look.visitor()?;
    let found = look.site.desk().waiting(who.actor, id)?;
    let found = found
        .filter(|found| found.of == of)
        .ok_or_else(|| Refused::missing(problems::no_waiting_import(id)))?;
    let plan = Plan::of_text(&found.plan);
    Ok((found, plan))
}

fn save(site: &Site, waiting: &Waiting, plan: &Plan) -> Result<(), Problem> {
    site.desk().save_waiting(&Waiting {
        plan: plan.to_text(),
        ..waiting.clone()
    })
}

fn bytes_of(site: &Site, waiting: &Waiting) -> Result<Vec<u8>, Problem> {
    std::fs::read(site.desk().waiting_file(&waiting.id)).map_err(problems::cannot_keep)
}

/// Begins a check or the import of a file, unless one goes on.
fn begin(site: &Site, waiting: &Waiting, plan: &Plan, work: Work) {
    let Some(job) = site.shared.imports.begin(&waiting.id, work) else {
        return;
    };
    let (site, waiting, plan) = (site.clone(), waiting.clone(), plan.clone());
    // On a thread of its own: it may take minutes, and those that answer are few.
    std::thread::spawn(move || {
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            carry_out(&site, &waiting, &plan, work, &|done, total| {
                job.tell(done, total)
            })
        }));
        let outcome = worked.unwrap_or_else(|_| Err(vec![problems::broke_off()]));
        if work == Work::Take {
            let mut plan = plan;
            match &outcome {
                // Rows that are not sound kept all others out.
                Ok(report) if report.held_back > 0 || report.rejected_rows == report.rows => {
                    plan.stage = Stage::Rows;
                }
                Ok(report) => {
                    plan.stage = Stage::Taken;
                    plan.result = Some(Came::from(&**report));
                }
                Err(_) => plan.stage = Stage::Rows,
            }
            // Where it cannot be saved the page says so when it is asked for.
            let _ = save(&site, &waiting, &plan);
        }
        job.end(outcome);
    });
}

fn carry_out(
    site: &Site,
    waiting: &Waiting,
    plan: &Plan,
    work: Work,
    tell: &dyn Fn(u64, u64),
) -> Outcome {
    let bytes = bytes_of(site, waiting).map_err(|problem| vec![problem])?;
    let options = plan.options()?;
    let mut progress = |done: u64, total: u64, _: &str| tell(done, total);
    let report = match work {
        Work::Check => site.office().check_import(
            waiting.actor,
            &waiting.of,
            &waiting.name,
            &bytes,
            &options,
            &mut progress,
        )?,
        Work::Take => {
            let report = site.office().command(waiting.actor, None, |office| {
                office.import(&waiting.of, &waiting.name, &bytes, &options, &mut progress)
            })?;
            if let Ok(position) = site.office().read(office::Office::position) {
                site.tell(position);
            }
            report
        }
    };
    Ok(Arc::new(report))
}

pub(crate) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path((of, id)): Path<(String, String)>,
) -> Response {
    // No tag: what it shows moves on without the ledger.
    site.file(asked, move |look| {
        Ok(show(look, &of, &id, &[])?.answer(None))
    })
    .await
}

pub(crate) async fn act(
    State(site): State<Site>,
    asked: Asked,
    Path((of, id)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, _| {
        name_of(look, &of)?;
        let (waiting, mut plan) = waiting_of(look, &of, &id)?;
        let here = format!("/records/{of}/import/{id}");
        let jobs = &look.site.shared.imports;
        let goes_on = jobs.of(&id).is_some_and(|job| job.outcome().is_none());
        if goes_on {
            return Err(problems::busy().into());
        }
        match posted.get("do") {
            "remove" => {
                jobs.forget(&id);
                look.site.desk().remove_waiting(&id)?;
                return Ok(go_to(&format!("/records/{of}/import")));
            }
            _ if plan.stage == Stage::Taken => return Ok(go_to(&here)),
            // What is to be taken was checked before.
            "correct" | "reset" | "options" | "take" if plan.stage != Stage::Rows => {
                return Ok(go_to(&here));
            }
            "back" => plan.stage = Stage::Columns,
            "read" => {
                read_as(posted, &mut plan);
                plan.columns.clear();
                plan.stage = Stage::Columns;
            }
            "columns" => {
                read_as(posted, &mut plan);
                plan.columns = columns_in(posted);
                plan.stage = Stage::Rows;
            }
            "correct" => {
                let (cells, dropped) = rows_in(posted);
                plan.correct(cells, dropped);
            }
            "reset" => plan.edits = office::import::Edits::default(),
            "options" | "take" => {
                plan.revise = !posted.get("revise").is_empty();
                plan.reason = posted.get("reason").trim().chars().take(2000).collect();
                plan.valid_only = posted.get("mode") == "valid_only";
                if posted.get("do") == "take" {
                    if plan.revise && plan.reason.is_empty() {
                        let refused = office::problems::reason_missing();
                        let status = answer::status_of(std::slice::from_ref(&refused));
                        let page = show(look, &of, &id, &[refused])?;
                        return Ok(page.with_status(status).answer(None));
                    }
                    plan.stage = Stage::Taking;
                }
            }
            _ => return Ok(go_to(&here)),
        }
        save(look.site, &waiting, &plan)?;
        jobs.forget(&id);
        match plan.stage {
            Stage::Rows => begin(look.site, &waiting, &plan, Work::Check),
            Stage::Taking => begin(look.site, &waiting, &plan, Work::Take),
            Stage::Columns | Stage::Taken => {}
        }
        Ok(go_to(&here))
    })
    .await
}

/// Which worksheet, and where its header is.
fn read_as(posted: &Posted, plan: &mut Plan) {
    let sheet = posted.get("sheet").trim();
    plan.sheet = (!sheet.is_empty()).then(|| sheet.to_owned());
    let row: u32 = posted.get("header_row").trim().parse().unwrap_or(1);
    plan.skip_rows = row.saturating_sub(1).min(100);
}

/// Each heading with what was chosen for it.
fn columns_in(posted: &Posted) -> Vec<(String, Option<String>)> {
    let mut columns: BTreeMap<usize, (String, Option<String>)> = BTreeMap::new();
    for (number, heading) in posted.with_prefix("h.") {
        if let Ok(number) = number.parse() {
            columns.insert(number, (heading.to_owned(), None));
        }
    }
    for (number, field) in posted.with_prefix("c.") {
        let number = number.parse().ok();
        if let Some((_, chosen)) = number.and_then(|number: usize| columns.get_mut(&number)) {
            *chosen = (!field.is_empty()).then(|| field.to_owned());
        }
    }
    columns.into_values().collect()
}

/// The cells of a row by their columns.
type Cells = BTreeMap<usize, String>;

/// What was typed into cells (`r.ROW.COLUMN`), and the rows that were dropped.
fn rows_in(posted: &Posted) -> (BTreeMap<u32, Cells>, Vec<u32>) {
    let mut cells: BTreeMap<u32, Cells> = BTreeMap::new();
    for (place, text) in posted.with_prefix("r.") {
        let place = place.split_once('.');
        let place = place.and_then(|(row, column)| Some((row.parse().ok()?, column.parse().ok()?)));
        if let Some((row, column)) = place.filter(|(_, column)| *column < 4096) {
            cells
                .entry(row)
                .or_default()
                .insert(column, text.to_owned());
        }
    }
    let dropped = posted
        .all("drop")
        .filter_map(|row| row.parse().ok())
        .collect();
    (cells, dropped)
}

pub(crate) async fn mapping(
    State(site): State<Site>,
    asked: Asked,
    Path((of, id)): Path<(String, String)>,
) -> Response {
    site.file(asked, move |look| {
        let (_, plan) = waiting_of(look, &of, &id)?;
        let disposition = format!("attachment; filename=\"mapping-{of}.toml\"");
        Ok((
            [
                (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, disposition),
            ],
            plan.mapping(look.lang()),
        )
            .into_response())
    })
    .await
}

pub(crate) async fn rejects(
    State(site): State<Site>,
    asked: Asked,
    Path((of, id)): Path<(String, String)>,
) -> Response {
    site.file(asked, move |look| {
        waiting_of(look, &of, &id)?;
        let outcome = look
            .site
            .shared
            .imports
            .of(&id)
            .and_then(|job| job.outcome());
        let Some(Ok(report)) = outcome else {
            return Ok(go_to(&format!("/records/{of}/import/{id}")));
        };
        let bytes = report.rejects_workbook(look.lang())?;
        Ok(workbook(&format!("{of}-rejects.xlsx"), bytes))
    })
    .await
}
