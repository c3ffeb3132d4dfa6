//! The import wizard: a file is uploaded, its columns are matched, every fault is shown in its cell and put
//! right or dropped, and only then is it taken.
//!
//! The file waits on the desk (`desk::waiting`) with what was said of it; checks and the import itself go on
//! in the background (`jobs.rs`), so that a reload loses nothing.

mod jobs;
mod plan;
mod upload;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{Problem, Severity};
use desk::Waiting;
use office::authority::Granted;
use office::import::{ImportReport, Peek};
use sheet::RejectedRow;

use self::jobs::{Outcome, Work};
use self::plan::{Came, Plan, Stage};
use crate::answer::{self, Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::{Look, look_again};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(crate) use self::jobs::Jobs;
pub(crate) use self::upload::BODY_BYTES_MAX;

/// Faulty rows of a page.
const ROWS_SHOWN: usize = 25;
/// Warnings that are listed.
const WARNINGS_SHOWN: usize = 20;
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

struct WaitingLine {
    id: String,
    name: String,
    size: String,
    came: String,
    stage: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "pages/records/import/start.html")]
struct StartPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    list: String,
    waiting: Vec<WaitingLine>,
    problems: Vec<Problem>,
    days: i64,
}

pub(crate) async fn start(
    State(site): State<Site>,
    asked: Asked,
    Path(of): Path<String>,
) -> Response {
    site.page(asked, move |look| show_start(look, &of, &[]))
        .await
}

fn show_start(look: &Look<'_>, of: &str, problems: &[Problem]) -> Result<Page, Refused> {
    let name = name_of(look, of)?;
    let words = Words { lang: look.lang() };
    let who = look.visitor()?;
    let waiting = look
        .site
        .desk()
        .waiting_of(who.actor, of)?
        .into_iter()
        .map(|found| WaitingLine {
            size: format!("{} KB", words.count((found.bytes as usize).div_ceil(1024))),
            came: base::Moment::from_micros(found.came)
                .map(|came| words.moment(&look.programme, came))
                .unwrap_or_default(),
            stage: match Plan::of_text(&found.plan).stage {
                Stage::Columns => ("待对应列", "columns to be matched"),
                Stage::Rows => ("待核对", "to be checked"),
                Stage::Taking => ("导入中", "being taken"),
                Stage::Taken => ("已导入", "taken"),
            },
            id: found.id,
            name: found.name,
        })
        .collect();
    Page::of(&StartPage {
        frame: look.frame(format!("{}{name}", words.say("导入：", "Import: "))),
        list: list_address(look, of),
        type_id: of.to_owned(),
        type_name: name,
        waiting,
        problems: problems.to_vec(),
        days: desk::waiting::DAYS_MAX,
    })
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

struct ColumnLine {
    number: usize,
    heading: String,
    samples: Vec<String>,
    /// Identifier, name, whether it is chosen.
    targets: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "pages/records/import/columns.html")]
struct ColumnsPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    file: String,
    sheet: String,
    sheets: Vec<String>,
    header_row: u32,
    columns: Vec<ColumnLine>,
    lacking: Vec<String>,
    problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "pages/records/import/progress.html")]
struct ProgressPage {
    frame: Frame,
    type_id: String,
    type_name: String,
    file: String,
    is_taking: bool,
    done: String,
    total: String,
    percent: u64,
}

/// A cell of a faulty row.
struct CellInput {
    column: usize,
    heading: String,
    text: String,
    faults: Vec<(String, String)>,
    size: usize,
}

struct FaultyRow {
    number: u32,
    cells: Vec<CellInput>,
    /// What concerns no cell.
    faults: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/records/import/rows.html")]
struct RowsPage {
    frame: Frame,
    id: String,
    type_id: String,
    type_name: String,
    file: String,
    counts: Came,
    header: Vec<String>,
    rows: Vec<FaultyRow>,
    ignored: Vec<String>,
    warnings: Vec<Problem>,
    more_warnings: usize,
    problems: Vec<Problem>,
    page: usize,
    pages: usize,
    shown_max: usize,
    is_cut: bool,
    corrected: usize,
    dropped: usize,
    valid_only: bool,
    revise: bool,
    reason: String,
    is_of_subjects: bool,
}

#[derive(Template)]
#[template(path = "pages/records/import/taken.html")]
struct TakenPage {
    frame: Frame,
    id: String,
    type_id: String,
    type_name: String,
    file: String,
    result: Came,
    list: String,
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

fn show(look: &Look<'_>, of: &str, id: &str, found: &[Problem]) -> Result<Page, Refused> {
    name_of(look, of)?;
    let (waiting, plan) = waiting_of(look, of, id)?;
    let job = look.site.shared.imports.of(id);
    match plan.stage {
        Stage::Columns => show_columns(look, &waiting, &plan, found),
        Stage::Taken => show_taken(look, &waiting, &plan),
        Stage::Rows | Stage::Taking => match job {
            Some(job) => match job.outcome() {
                None => show_progress(look, &waiting, job.work, job.told()),
                Some(Ok(report)) if job.work == Work::Check || plan.stage == Stage::Rows => {
                    let mut all = found.to_vec();
                    if job.work == Work::Take {
                        all.push(problems::held_back(report.rejected_rows));
                    }
                    show_rows(look, &waiting, &plan, &report, &all)
                }
                Some(Ok(_)) => show_taken(look, &waiting, &plan),
                Some(Err(problems)) if job.work == Work::Check => {
                    let mut all = found.to_vec();
                    all.extend(problems);
                    show_columns(look, &waiting, &plan, &all)
                }
                Some(Err(problems)) => {
                    // Checked again, with what kept it out told above.
                    look.site.shared.imports.forget(id);
                    begin(look.site, &waiting, &plan, Work::Check);
                    show_refused(look, &waiting, &problems)
                }
            },
            None if plan.stage == Stage::Taking => {
                let plan = Plan {
                    stage: Stage::Rows,
                    ..plan
                };
                save(look.site, &waiting, &plan)?;
                begin(look.site, &waiting, &plan, Work::Check);
                show_refused(look, &waiting, &[problems::import_broke_off()])
            }
            None => {
                begin(look.site, &waiting, &plan, Work::Check);
                show_progress(look, &waiting, Work::Check, (0, 0))
            }
        },
    }
}

/// What kept a file from being taken.
fn show_refused(look: &Look<'_>, waiting: &Waiting, problems: &[Problem]) -> Result<Page, Refused> {
    show_start(look, &waiting.of, problems)
}

fn show_columns(
    look: &Look<'_>,
    waiting: &Waiting,
    plan: &Plan,
    found: &[Problem],
) -> Result<Page, Refused> {
    let name = name_of(look, &waiting.of)?;
    let words = Words { lang: look.lang() };
    let bytes = bytes_of(look.site, waiting)?;
    // How the file is read, not yet which column is which.
    let reading = Plan {
        columns: Vec::new(),
        ..plan.clone()
    };
    let mut problems = found.to_vec();
    let peek = reading
        .options()
        .and_then(|options| {
            look.office
                .peek(&waiting.of, &waiting.name, &bytes, &options)
                .map_err(|problem| vec![problem])
        })
        .unwrap_or_else(|found| {
            problems.extend(found);
            Peek {
                sheet: None,
                sheets: Vec::new(),
                header: Vec::new(),
                samples: Vec::new(),
                matched: Vec::new(),
                targets: Vec::new(),
            }
        });
    let chosen = |at: usize, heading: &str| -> Option<String> {
        let said = plan.columns.get(at).filter(|(known, _)| known == heading);
        match said {
            Some((_, field)) => field.clone(),
            None => peek.matched.get(at).cloned().flatten(),
        }
    };
    let mut taken = Vec::new();
    let columns: Vec<ColumnLine> = peek
        .header
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let field = chosen(at, heading);
            taken.extend(field.clone());
            ColumnLine {
                number: at,
                heading: heading.clone(),
                samples: peek.samples.get(at).cloned().unwrap_or_default(),
                targets: peek
                    .targets
                    .iter()
                    .map(|target| {
                        let is_chosen = field.as_ref() == Some(&target.id);
                        let must = if target.is_required { " *" } else { "" };
                        let name = format!("{}{must}", look.text(&target.name));
                        (target.id.clone(), name, is_chosen)
                    })
                    .collect(),
            }
        })
        .collect();
    let lacking = peek
        .targets
        .iter()
        .filter(|target| target.is_required && !taken.contains(&target.id))
        .filter(|target| target.id != "subject" || !taken.iter().any(|id| id == "subject_name"))
        .map(|target| look.text(&target.name).to_owned())
        .collect();
    Page::of(&ColumnsPage {
        frame: look.frame(format!(
            "{}{name}",
            words.say("对应列：", "Match the columns: ")
        )),
        type_id: waiting.of.clone(),
        type_name: name,
        file: waiting.name.clone(),
        sheet: peek.sheet.clone().unwrap_or_default(),
        sheets: peek.sheets,
        header_row: plan.skip_rows + 1,
        columns,
        lacking,
        problems,
    })
}

fn show_progress(
    look: &Look<'_>,
    waiting: &Waiting,
    work: Work,
    (done, total): (u64, u64),
) -> Result<Page, Refused> {
    let name = name_of(look, &waiting.of)?;
    let words = Words { lang: look.lang() };
    let title = match work {
        Work::Check => words.say("正在检查", "Checking"),
        Work::Take => words.say("正在导入", "Taking"),
    };
    Page::of(&ProgressPage {
        frame: look.frame(title),
        type_id: waiting.of.clone(),
        type_name: name,
        file: waiting.name.clone(),
        is_taking: work == Work::Take,
        done: words.count(done as usize),
        total: if total == 0 {
            String::new()
        } else {
            words.count(total as usize)
        },
        percent: (done * 100).checked_div(total).unwrap_or(0).min(100),
    })
}

fn sentences(look: &Look<'_>, row: &RejectedRow, column: Option<usize>) -> Vec<(String, String)> {
    row.reasons
        .iter()
        .filter(|reason| reason.column == column)
        .map(|reason| {
            (
                reason.problem.what(look.lang()).to_owned(),
                reason.problem.remedy(look.lang()).to_owned(),
            )
        })
        .collect()
}

fn faulty(look: &Look<'_>, row: &RejectedRow, header: &[String]) -> FaultyRow {
    let cells = (0..header.len().max(row.row.cells.len()))
        .map(|column| {
            let text = row
                .row
                .cell(column)
                .map(|cell| cell.as_text().into_owned())
                .unwrap_or_default();
            let signs: usize = text
                .chars()
                .map(|sign| if sign.is_ascii() { 1 } else { 2 })
                .sum();
            CellInput {
                column,
                heading: header.get(column).cloned().unwrap_or_default(),
                size: (signs + 2).clamp(6, 34),
                faults: sentences(look, row, Some(column)),
                text,
            }
        })
        .collect();
    FaultyRow {
        number: row.row.number,
        cells,
        faults: sentences(look, row, None),
    }
}

fn show_rows(
    look: &Look<'_>,
    waiting: &Waiting,
    plan: &Plan,
    report: &ImportReport,
    found: &[Problem],
) -> Result<Page, Refused> {
    let name = name_of(look, &waiting.of)?;
    let words = Words { lang: look.lang() };
    let query = look.asked.uri.query().unwrap_or("");
    let wanted = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "p")
        .and_then(|(_, text)| text.parse::<usize>().ok())
        .unwrap_or(1);
    let pages = report.rejected.len().div_ceil(ROWS_SHOWN).max(1);
    let page = wanted.clamp(1, pages);
    let rows = report
        .rejected
        .iter()
        .skip((page - 1) * ROWS_SHOWN)
        .take(ROWS_SHOWN)
        .map(|row| faulty(look, row, &report.header))
        .collect();
    let warnings: Vec<Problem> = report
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Warning)
        .cloned()
        .collect();
    Page::of(&RowsPage {
        frame: look.frame(format!("{}{name}", words.say("核对：", "Check: "))),
        id: waiting.id.clone(),
        type_id: waiting.of.clone(),
        type_name: name,
        file: waiting.name.clone(),
        counts: Came::from(report),
        header: report.header.clone(),
        rows,
        ignored: report.ignored.clone(),
        more_warnings: warnings.len().saturating_sub(WARNINGS_SHOWN),
        warnings: warnings.into_iter().take(WARNINGS_SHOWN).collect(),
        problems: found.to_vec(),
        page,
        pages,
        shown_max: office::import::REJECTED_MAX,
        is_cut: report.rejected_rows > report.rejected.len() as u64,
        corrected: plan.edits.rows.len(),
        dropped: plan.edits.dropped.len(),
        valid_only: plan.valid_only,
        revise: plan.revise,
        reason: plan.reason.clone(),
        is_of_subjects: look
            .programme
            .subject_types
            .contains_key(waiting.of.as_str()),
    })
}

fn show_taken(look: &Look<'_>, waiting: &Waiting, plan: &Plan) -> Result<Page, Refused> {
    let name = name_of(look, &waiting.of)?;
    let words = Words { lang: look.lang() };
    // What the thread that took it saved since this page read it.
    let result = match &plan.result {
        Some(result) => result.clone(),
        None => waiting_of(look, &waiting.of, &waiting.id)?
            .1
            .result
            .unwrap_or_default(),
    };
    Page::of(&TakenPage {
        frame: look.frame(words.say("导入结果", "What came of it")),
        id: waiting.id.clone(),
        list: list_address(look, &waiting.of),
        type_id: waiting.of.clone(),
        type_name: name,
        file: waiting.name.clone(),
        result,
    })
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
