//! What the wizard shows of a file, as far as it is.

use std::fs::File;

use askama::Template;
use base::{Problem, Severity};
use desk::Waiting;
use office::import::{ImportReport, Peek};
use sheet::RejectedRow;

use super::jobs::Work;
use super::plan::{Came, Plan, Stage};
use super::{begin, list_address, name_of, save, waiting_of};
use crate::answer::{Page, Refused};
use crate::frame::Frame;
use crate::look::Look;
use crate::problems;
use crate::words::Words;

/// Faulty rows of a page.
const ROWS_SHOWN: usize = 25;
/// Warnings that are listed.
const WARNINGS_SHOWN: usize = 20;
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
    /// Most bytes of a file.
    most: usize,
}

pub(super) fn show_start(look: &Look<'_>, of: &str, problems: &[Problem]) -> Result<Page, Refused> {
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
        most: super::upload::FILE_BYTES_MAX,
    })
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

pub(super) fn show(
    look: &Look<'_>,
    of: &str,
    id: &str,
    found: &[Problem],
) -> Result<Page, Refused> {
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
    let file = File::open(look.site.desk().waiting_file(&waiting.id));
    let file = file.map_err(problems::cannot_keep)?;
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
                .peek(&waiting.of, &waiting.name, &file, &options)
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
                crate::remedies::here(&reason.problem, look.lang()),
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
