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
        let (id, file) = found(look.site, actor, posted, field).ok()??;
        return Some(KeptFile {
            id,
            name: file.name,
        });
    };
    let name = format!("{WAITING}{field}:{}", file.name);
    let desk = look.site.desk();
    let id = desk.keep_upload(actor, &name, &file.bytes, look.site.now());
    Some(KeptFile {
        id: id.ok()?,
        name: file.name.clone(),
    })
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
    Ok(found(site, actor, posted, field)?.map(|(_, file)| file))
}

/// Lets a kept file go when its form was taken.
pub(crate) fn let_go(site: &Site, actor: u64, posted: &Posted, field: &str) {
    if let Ok(Some((id, _))) = found(site, actor, posted, field) {
        // What stays is thrown away by age.
        let _ = site.desk().drop_upload(id);
    }
}

fn found(
    site: &Site,
    actor: u64,
    posted: &Posted,
    field: &str,
) -> Result<Option<(i64, Upload)>, Problem> {
    let Ok(id) = posted.get(FIELD).parse::<i64>() else {
        return Ok(None);
    };
    let kept = site
        .desk()
        .upload(id)?
        .filter(|(kept, _)| kept.actor == actor);
    Ok(kept.and_then(|(kept, bytes)| {
        let name = kept.name.strip_prefix(WAITING)?.strip_prefix(field)?;
        let upload = Upload {
            field: field.to_owned(),
            name: name.strip_prefix(':')?.to_owned(),
            bytes,
        };
        Some((id, upload))
    }))
}
