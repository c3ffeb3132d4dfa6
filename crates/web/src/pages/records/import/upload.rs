//! A file on its way in: straight to the disk, never whole in memory.

use std::fs::File;
use std::io::Write as _;

use axum::extract::Multipart;
use base::Problem;
use desk::Waiting;
use subtle::ConstantTimeEq as _;

use super::plan::Plan;
use crate::asked::Asked;
use crate::posted::bare_name;
use crate::problems;
use crate::site::Site;

/// Most bytes of a file: what `sheet` reads.
pub(super) const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Most bytes of the form around it. Of a file that is too large the rest is read and thrown away up to here: a browser
/// shows an answer only when it has sent all.
pub(crate) const BODY_BYTES_MAX: usize = 4 * FILE_BYTES_MAX;
/// Endings of what is a table.
const KINDS: &[&str] = &["xlsx", "xlsm", "csv", "tsv", "txt", "gz"];

/// Receives the file of the form; gives its name here.
pub(super) async fn receive(
    site: &Site,
    asked: &Asked,
    actor: u64,
    of: &str,
    mut form: Multipart,
) -> Result<String, Problem> {
    let mut is_of_here = false;
    while let Some(mut field) = form.next_field().await.map_err(problems::bad_form)? {
        match field.name().unwrap_or_default() {
            "csrf" => {
                let text = field.text().await.map_err(problems::bad_form)?;
                let expected = asked.csrf();
                is_of_here =
                    asked.token.is_some() && bool::from(text.as_bytes().ct_eq(expected.as_bytes()));
            }
            "file" => {
                // The proof stands before the file, so that nothing is written for who has none.
                if !is_of_here {
                    return Err(problems::forged());
                }
                let name = field.file_name().map(bare_name).unwrap_or_default();
                if name.is_empty() {
                    return Err(problems::no_file());
                }
                let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
                if !KINDS.contains(&ending.as_str()) {
                    return Err(problems::no_table(&name));
                }
                let now = site.now();
                let (id, path) = site.desk().begin_waiting(actor, now)?;
                let failed = |error: std::io::Error| problems::cannot_keep(error);
                let written = async {
                    let mut file = File::create(&path).map_err(failed)?;
                    let mut bytes = 0_usize;
                    while let Some(chunk) = field.chunk().await.map_err(problems::bad_form)? {
                        bytes += chunk.len();
                        if bytes <= FILE_BYTES_MAX {
                            file.write_all(&chunk).map_err(failed)?;
                        }
                    }
                    if bytes > FILE_BYTES_MAX {
                        let limit = FILE_BYTES_MAX / 1024 / 1024;
                        return Err(problems::table_too_large(&name, limit));
                    }
                    if bytes == 0 {
                        return Err(problems::file_is_empty(&name));
                    }
                    site.desk().save_waiting(&Waiting {
                        id: id.clone(),
                        actor,
                        of: of.to_owned(),
                        name: name.clone(),
                        bytes: bytes as u64,
                        came: now.as_micros(),
                        plan: Plan::default().to_text(),
                    })
                };
                if let Err(problem) = written.await {
                    site.desk().remove_waiting(&id)?;
                    return Err(problem);
                }
                return Ok(id);
            }
            _ => {}
        }
    }
    Err(problems::no_file())
}
