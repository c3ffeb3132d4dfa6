//! A unit's evidence of the year as one volume: what it holds, the PDF, and the ZIP with what is no page.

use std::io::{Cursor, Write};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::Problem;
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

fn known(look: &Look<'_>, unit: &str) -> Result<(), Refused> {
    if look.programme.units.contains_key(unit) {
        Ok(())
    } else {
        Err(Refused::no_such(("单位", "unit"), unit))
    }
}

pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(unit): Path<String>) -> Response {
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

pub(super) async fn pdf(State(site): State<Site>, asked: Asked, Path(unit): Path<String>) -> Response {
    site.file(asked, move |look| {
        known(look, &unit)?;
        let volume = look.office.evidence_volume(&unit, look.today)?;
        Ok(download::file(&volume.name, Kind::Pdf, volume.pdf))
    })
    .await
}

pub(super) async fn zip(State(site): State<Site>, asked: Asked, Path(unit): Path<String>) -> Response {
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
            zip.write_all(&bytes).map_err(|error| failed(error.into()))?;
        }
        let bytes = zip.finish().map_err(failed).map_err(Problem::from)?.into_inner();
        Ok(download::file(&volume.name, Kind::Zip, bytes))
    })
    .await
}
