//! Imports: a file is checked as a whole, with every fault at its cell, and taken.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::Lang;
use office::import::{ImportOptions, ImportReport};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Head, Problem, Refused, Scope};
use crate::posted::bare_name;
use crate::problems;
use crate::remedies;
use crate::site::Site;

/// Most faults of one answer.
const FAULTS_MAX: usize = 500;

/// How a file is imported.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// The file's name; its ending says what it is (`.csv`, `.csv.gz`, `.xlsx`). `upload.csv` when missing.
    name: Option<String>,
    /// Only check it: nothing is written.
    #[serde(default)]
    dry_run: bool,
    /// Take the valid rows; else all or nothing.
    #[serde(default)]
    valid_only: bool,
    /// Take other content under a known key as a revision.
    #[serde(default)]
    revise: bool,
    /// Why it revises.
    reason: Option<String>,
    /// Leave columns out that the programme does not declare.
    #[serde(default)]
    ignore_unknown: bool,
}

/// A fault in a cell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellFault {
    /// Row in the file, from 1 with the header.
    row: Option<u32>,
    /// Heading.
    column: Option<String>,
    /// What stands there.
    value: Option<String>,
    /// The stable code.
    code: String,
    /// What is wrong.
    title: String,
    /// What would be right.
    detail: String,
    /// Whether the row is taken all the same.
    is_warning: bool,
}

/// What came of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// Rows with content below the header.
    rows: u64,
    /// Records that were added (of a dry run: would be).
    added: u64,
    /// Records that were revised.
    revised: u64,
    /// Records that were there already: the same file again adds nothing.
    unchanged: u64,
    /// Rows that were rejected.
    rejected: u64,
    /// Valid records that were not taken because a row was rejected.
    held_back: u64,
    /// Whether nothing was to be written.
    is_dry_run: bool,
    /// The position that made the rows visible; `null` when nothing was written.
    position: Option<u64>,
    /// The first 500 faults and warnings.
    faults: Vec<CellFault>,
}

fn told(report: &ImportReport, lang: Lang) -> Imported {
    Imported {
        rows: report.rows,
        added: report.added,
        revised: report.revised,
        unchanged: report.unchanged,
        rejected: report.rejected_rows,
        held_back: report.held_back,
        is_dry_run: report.dry_run,
        position: report.position,
        faults: report
            .problems
            .iter()
            .take(FAULTS_MAX)
            .map(|problem| {
                let place = problem.place.as_ref();
                CellFault {
                    row: place.and_then(|place| place.row),
                    column: place.and_then(|place| place.column.clone()),
                    value: place.and_then(|place| place.value.clone()),
                    code: problem.code.to_owned(),
                    title: problem.what(lang).to_owned(),
                    detail: remedies::here(problem, lang),
                    is_warning: !problem.is_error(),
                }
            })
            .collect(),
    }
}

/// Imports a file as records of a record type, or as subjects of a subject type. A rejected row is no error of the
/// request: it stands among the faults, and keeps all others out unless `valid_only` is asked for. A file is taken
/// once: sent again, its rows are `unchanged`.
#[utoipa::path(post, path = "/record-types/{type}/imports", tag = "records",
    params(("type" = String, Path, description = "record type or subject type"), How),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Imported),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "the file is too large"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn import(
    State(site): State<Site>,
    head: Head,
    Path(type_name): Path<String>,
    how: Result<Asked<How>, Refused>,
    bytes: Bytes,
) -> Response {
    let how = match how {
        Ok(Asked(how)) => how,
        Err(refused) => return refused.into_response(),
    };
    site.api_desk(
        head,
        Scope::Write,
        StatusCode::OK,
        move |site, head, caller| {
            let programme = site.office().read(|office| office.programme())??;
            let is_known = programme.record_types.contains_key(type_name.as_str())
                || programme.subject_types.contains_key(type_name.as_str());
            if !is_known {
                return Err(Refused::no_such(("记录类型", "record type"), type_name));
            }
            let name = bare_name(how.name.as_deref().unwrap_or("upload.csv"));
            if bytes.is_empty() {
                return Err(problems::file_is_empty(&name).into());
            }
            let options = ImportOptions {
                dry_run: how.dry_run,
                valid_only: how.valid_only,
                revise: how.revise,
                reason: how.reason,
                ignore_unknown: how.ignore_unknown,
                ..ImportOptions::default()
            };
            let (of, actor) = (type_name.as_str(), caller.actor);
            let mut quiet = |_: u64, _: u64, _: &str| ();
            let report = if options.dry_run {
                let office = site.office();
                office.check_import(actor, of, &name, &bytes, &options, &mut quiet)
            } else {
                site.office().command(actor, None, |office| {
                    office.import(of, &name, &bytes, &options, &mut quiet)
                })
            }?;
            if let Some(position) = report.position {
                site.tell(base::Position(position));
            }
            Ok(told(&report, head.lang))
        },
    )
    .await
}
