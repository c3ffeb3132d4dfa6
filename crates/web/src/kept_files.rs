//! A file that came with a form which was refused: kept for whoever sent it, so that it need not be chosen again.
//! A browser never fills a file field in again, so the form names the kept file instead.

use base::Problem;

use crate::look::Look;
use crate::posted::{Posted, Upload};
use crate::site::Site;

/// Uploads of this kind wait under names that begin like this.
pub(crate) const WAITING: &str = "attached:";
/// The form's field that names the kept file.
pub(crate) const FIELD: &str = "kept_file";

/// A file that is kept: its number and its name.
#[derive(Debug, Clone)]
pub(crate) struct KeptFile {
    pub id: i64,
    pub name: String,
}

/// Keeps the file of a refused form, or goes on keeping the one that it named. Nothing where there is none, or
/// where it is too large to be kept.
pub(crate) fn keep(look: &Look<'_>, posted: &Posted, field: &str) -> Option<KeptFile> {
    let actor = look.who()?.actor;
    let Some(file) = posted.files.iter().find(|file| file.field == field) else {
        return named(look.site, actor, posted, field).ok()?.pop();
    };
    keep_one(look, actor, file)
}

/// Keeps all files of a field of a refused form, beside those that it named.
pub(crate) fn keep_all(look: &Look<'_>, posted: &Posted, field: &str) -> Vec<KeptFile> {
    let Some(who) = look.who() else {
        return Vec::new();
    };
    let mut kept = named(look.site, who.actor, posted, field).unwrap_or_default();
    let came = posted.files.iter().filter(|file| file.field == field);
    kept.extend(came.filter_map(|file| keep_one(look, who.actor, file)));
    kept
}

fn keep_one(look: &Look<'_>, actor: u64, file: &Upload) -> Option<KeptFile> {
    let name = format!("{WAITING}{}:{}", file.field, file.name);
    let desk = look.site.desk();
    let id = desk.keep_upload(actor, &name, &file.bytes, look.site.now());
    Some(KeptFile {
        id: id.ok()?,
        name: file.name.clone(),
    })
}

/// The kept files that a form names.
fn named(site: &Site, actor: u64, posted: &Posted, field: &str) -> Result<Vec<KeptFile>, Problem> {
    let found = found(site, actor, posted, field)?;
    Ok(found
        .into_iter()
        .map(|(id, file)| KeptFile {
            id,
            name: file.name,
        })
        .collect())
}

/// The file of a form: the one that came with it, else the one that it names.
///
/// # Errors
/// The desk refuses.
pub(crate) fn file_of(
    site: &Site,
    actor: u64,
    posted: &Posted,
    field: &str,
) -> Result<Option<Upload>, Problem> {
    if let Some(file) = posted.files.iter().find(|file| file.field == field) {
        return Ok(Some(file.clone()));
    }
    Ok(found(site, actor, posted, field)?
        .pop()
        .map(|(_, file)| file))
}

/// The files of a field of a form: those that it names, and those that came with it.
///
/// # Errors
/// The desk refuses.
pub(crate) fn files_of(
    site: &Site,
    actor: u64,
    posted: &Posted,
    field: &str,
) -> Result<Vec<Upload>, Problem> {
    let kept = found(site, actor, posted, field)?;
    let came = posted.files.iter().filter(|file| file.field == field);
    Ok(kept
        .into_iter()
        .map(|(_, file)| file)
        .chain(came.cloned())
        .collect())
}

/// Lets the kept files go when their form was taken.
pub(crate) fn let_go(site: &Site, actor: u64, posted: &Posted, field: &str) {
    for (id, _) in found(site, actor, posted, field).unwrap_or_default() {
        // What stays is thrown away by age.
        let _ = site.desk().drop_upload(id);
    }
}

fn found(
    site: &Site,
    actor: u64,
    posted: &Posted,
    field: &str,
) -> Result<Vec<(i64, Upload)>, Problem> {
    let mut found = Vec::new();
    for id in posted.all(FIELD).filter_map(|id| id.parse::<i64>().ok()) {
        let kept = site.desk().upload(id)?;
        let upload = kept
            .filter(|(kept, _)| kept.actor == actor)
            .and_then(|(kept, bytes)| {
                let name = kept.name.strip_prefix(WAITING)?.strip_prefix(field)?;
                Some(Upload {
                    field: field.to_owned(),
                    name: name.strip_prefix(':')?.to_owned(),
                    bytes,
                })
            });
        found.extend(upload.map(|upload| (id, upload)));
    }
    Ok(found)
}
