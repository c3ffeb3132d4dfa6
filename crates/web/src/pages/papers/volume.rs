//! A unit's evidence of the year as one volume: what it holds, the PDF, and the ZIP with what is no page.

use std::io::{Cursor, Write};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::bare_name;
use crate::site::Site;
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/papers/volume.html")]
struct VolumePage {
    frame: Frame,
    unit: String,
    unit_name: String,
    pieces: usize,
    megabytes: String,
}

/// Roles that judge the evidence of every unit.
const JUDGES: &[&str] = &["reviewer", "verifier", "inspector"];

/// Whether who looks has to do with a unit's evidence: the unit, those above it, and who judges or oversees.
pub(crate) fn may_bind(look: &Look<'_>, unit: &str) -> bool {
    let own = look.who().and_then(|who| who.unit.as_deref());
    let is_own =
        own.is_some_and(|own| own == unit || look.programme.is_at_or_below(unit, own, look.today));
    is_own || super::sees_all(look) || look.has_role(JUDGES)
}

/// Refuses a unit that there is not, and who may not bind its evidence.
fn known(look: &Look<'_>, unit: &str) -> Result<(), Refused> {
    if !look.programme.units.contains_key(unit) {
        return Err(Refused::no_such(("单位", "unit"), unit));
    }
    if may_bind(look, unit) {
        return Ok(());
    }
    let role = look.role_name(&look.visitor()?.role);
    Err(crate::problems::not_for_role(&role.zh, &role.en).into())
}

pub(super) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
) -> Response {
    site.page(asked, move |look| {
        known(look, &unit)?;
        let words = Words { lang: look.lang() };
        let scorecard = crate::pages::board::scorecard_of(&look.programme, None);
        let filed = match scorecard {
            Some((id, _)) => look.office.filed_by(id, &look.programme.year, &unit)?,
            None => Vec::new(),
        };
        let bytes: u64 = filed.iter().map(|found| found.piece.size).sum();
        Page::of(&VolumePage {
            frame: look.frame(words.say("材料册", "Evidence volume")),
            unit_name: look.unit_name(&unit),
            unit,
            pieces: filed.len(),
            megabytes: format!("{}.{}", bytes >> 20, (bytes % (1 << 20)) * 10 / (1 << 20)),
        })
    })
    .await
}

pub(super) async fn pdf(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
) -> Response {
    site.file(asked, move |look| {
        known(look, &unit)?;
        let volume = look.office.evidence_volume(&unit, look.today)?;
        Ok(download::file(&volume.name, Kind::Pdf, volume.pdf))
    })
    .await
}

pub(super) async fn zip(
    State(site): State<Site>,
    asked: Asked,
    Path(unit): Path<String>,
) -> Response {
    site.file(asked, move |look| {
        known(look, &unit)?;
        let volume = look.office.evidence_volume(&unit, look.today)?;
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let failed = |error: zip::result::ZipError| report::problems::volume_not_written(error);
        // Evidence is packed already, most of it; the same volume has the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        let pdf = (format!("{}.pdf", volume.name), volume.pdf);
        for (name, bytes) in std::iter::once(pdf).chain(volume.attached) {
            let name = bare_name(&name);
            zip.start_file(name, options).map_err(failed)?;
            zip.write_all(&bytes)
                .map_err(|error| failed(error.into()))?;
        }
        let bytes = zip.finish().map_err(failed)?.into_inner();
        Ok(download::file(&volume.name, Kind::Zip, bytes))
    })
    .await
}
