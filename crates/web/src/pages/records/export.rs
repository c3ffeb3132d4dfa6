//! What a list shows as a file: as delimited text or as a workbook, of any length in little memory.
//!
//! The list is gone through a piece at a time; between two pieces others read and write. Everything is of
//! the position at which the export began.

use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{FieldId, Lang, Problem};
use measure::list::Listing;
use programme::model::{Field, FieldType};
use sheet::{Cell, ColumnOut, DelimitedOptions, DelimitedOut, WorkbookStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::filter::{Sight, Wanted};
use super::shown;
use super::type_of;
use crate::answer::Refused;
use crate::asked::Asked;
use crate::look::Look;
use crate::site::Site;

/// Rows that are read together.
pub(crate) const PIECE_ROWS: usize = 5_000;
/// Bytes that are sent together.
pub(crate) const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait for a slow reader.
pub(crate) const PIECES_AHEAD: usize = 2;

/// What is exported, settled when it begins.
struct Order {
    listing: Listing,
    columns: Vec<FieldId>,
    headings: Vec<(String, bool)>,
    name: String,
    lang: Lang,
}

/// A row as cells.
type Cells = Vec<Cell>;

pub(crate) async fn delimited(state: State<Site>, asked: Asked, path: Path<String>) -> Response {
    export(
        state,
        asked,
        path,
        "csv",
        "text/csv; charset=utf-8",
        |site, asked, order, send| {
            let out = BufWriter::with_capacity(PIECE_BYTES, Chunks { send });
            let headings: Vec<&str> = order
                .headings
                .iter()
                .map(|(text, _)| text.as_str())
                .collect();
            let mut file =
                DelimitedOut::start(out, &headings, DelimitedOptions::for_spreadsheets())?;
            each(site, asked, order, |row| file.write_row(&row))?;
            file.finish()?
                .flush()
                .map_err(crate::problems::cannot_export)
        },
    )
    .await
}

pub(crate) async fn workbook(state: State<Site>, asked: Asked, path: Path<String>) -> Response {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    export(
        state,
        asked,
        path,
        "xlsx",
        KIND,
        |site, asked, order, send| {
            let columns: Vec<ColumnOut> = order
                .headings
                .iter()
                .map(|(heading, is_number)| match is_number {
                    true => ColumnOut::number(heading),
                    false => ColumnOut::text(heading),
                })
                .collect();
            let mut book = WorkbookStream::new(&order.name)?;
            book.begin_table(&order.name, &columns)?;
            each(site, asked, order, |row| book.row(row))?;
            let failed = |error: std::io::Error| crate::problems::cannot_export(error);
            let mut file = tempfile::tempfile().map_err(failed)?;
            book.finish(&mut file)?;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            let mut piece = vec![0; PIECE_BYTES];
            loop {
                let read = file.read(&mut piece).map_err(failed)?;
                let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else {
                    return Ok(());
                };
                if send
                    .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
                    .is_err()
                {
                    return Ok(());
                }
            }
        },
    )
    .await
}

pub(crate) type Sender = mpsc::Sender<Result<Bytes, std::io::Error>>;

async fn export(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
    ending: &'static str,
    kind: &'static str,
    write: impl FnOnce(&Site, &Asked, &Order, Sender) -> Result<(), Problem> + Send + 'static,
) -> Response {
    let (send, pieces) = mpsc::channel(PIECES_AHEAD);
    let work_site = site.clone();
    let work_asked = asked.clone();
    site.file(asked, move |look| {
        let order = order(look, &id, work_asked.uri.query().unwrap_or(""))?;
        let name = format!("{}-{}.{ending}", order.name, look.at.0);
        let coded: String = url::form_urlencoded::byte_serialize(name.as_bytes())
            .collect::<String>()
            .replace('+', "%20");
        let disposition =
            format!("attachment; filename=\"{id}.{ending}\"; filename*=UTF-8''{coded}");
        // On a thread of its own: a slow reader must not hold one of those that answer.
        std::thread::spawn(move || {
            let failed = send.clone();
            if let Err(problem) = write(&work_site, &work_asked, &order, send) {
                let told = std::io::Error::other(problem.line(order.lang));
                let _ = failed.blocking_send(Err(told));
            }
        });
        Ok((
            [
                (CONTENT_TYPE, kind.to_owned()),
                (CONTENT_DISPOSITION, disposition),
            ],
            Body::from_stream(ReceiverStream::new(pieces)),
        )
            .into_response())
    })
    .await
}

fn order(look: &Look<'_>, id: &str, query: &str) -> Result<Order, Refused> {
    let record_type = type_of(look, id)?;
    let wanted = Wanted::read(Sight::of(look), record_type, query);
    let mut listing = wanted.listing(look.at, record_type);
    listing.from = None;
    listing.is_before = false;
    listing.limit = PIECE_ROWS;
    listing.sums = Vec::new();
    let fields: Vec<&Field> = wanted
        .columns
        .iter()
        .filter_map(|id| record_type.fields.get(id))
        .filter(|field| !field.personal)
        .collect();
    let mut headings = vec![("#".to_owned(), true)];
    for field in &fields {
        let name = look.text(&field.name).to_owned();
        headings.push((name, shown::is_number(&field.field_type)));
    }
    // Whoever imports the file again needs the identity as well.
    Ok(Order {
        columns: fields.iter().map(|field| field.id.clone()).collect(),
        headings,
        name: look.text(&record_type.name).to_owned(),
        lang: look.lang(),
        listing,
    })
}

/// Gives every row of the list.
fn each(
    site: &Site,
    asked: &Asked,
    order: &Order,
    mut take: impl FnMut(Cells) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut listing = order.listing.clone();
    loop {
        let piece = crate::look::look_again(site, asked, |look| piece(look, order, &listing))??;
        let (rows, last) = piece;
        for row in rows {
            take(row)?;
        }
        match last {
            Some(number) => listing.from = Some(number),
            None => return Ok(()),
        }
    }
}

/// The next rows, and the number of the last when more follow.
fn piece(
    look: &Look<'_>,
    order: &Order,
    listing: &Listing,
) -> Result<(Vec<Cells>, Option<u64>), Problem> {
    let of = look.programme.record_types.get(&*listing.table);
    let of = of
        .ok_or_else(|| crate::problems::no_such_thing("记录类型", "record type", &listing.table))?;
    let fields: Vec<&Field> = order
        .columns
        .iter()
        .filter_map(|id| of.fields.get(id))
        .collect();
    let page = look.office.mirror().columns().list(listing);
    let rows = page
        .rows
        .iter()
        .map(|row| {
            let number = Cell::Number(row.id().to_string());
            let cells = fields.iter().map(|field| cell(look, field, row));
            std::iter::once(number).chain(cells).collect()
        })
        .collect();
    let last = page.rows.last().filter(|_| page.has_more);
    Ok((rows, last.map(measure::RowView::id)))
}

fn cell(look: &Look<'_>, field: &Field, row: &measure::RowView<'_>) -> Cell {
    let text = shown::text_of(field, row);
    if text.is_empty() {
        return Cell::Empty;
    }
    match &field.field_type {
        FieldType::Number | FieldType::Decimal(_) | FieldType::Money => Cell::Number(text),
        // As they are imported again: an identity, a day.
        FieldType::Subject(_) | FieldType::Date | FieldType::File => Cell::text(text),
        _ => Cell::text(shown::of_text(look, field, &text).text),
    }
}

/// Sends what is written.
pub(crate) struct Chunks {
    pub send: Sender,
}

impl std::io::Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.send
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| std::io::ErrorKind::BrokenPipe.into())
            .map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
