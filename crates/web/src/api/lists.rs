//! Lists of records: a page at a time, or the whole of it as a stream. The conditions are those of the pages.
//!
//! Every page of one walk is of the position at which it began, and goes on from a record and not from a number
//! of records: so what comes meanwhile moves nothing. A stream is read a piece at a time, however long it is.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base::{Lang, Position};
use measure::RowView;
use measure::list::Listing;
use office::Office;
use programme::model::{Field, Programme, RecordType};
use serde::{Deserialize, Serialize};
use sheet::{Cell, DelimitedOptions, DelimitedOut};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use super::door::{Asked, Head, Problem, Refused, Scope};
use crate::pages::records::export::{Chunks, PIECE_BYTES, PIECE_ROWS, PIECES_AHEAD, Sender};
use crate::pages::records::filter::{Sight, Wanted};
use crate::pages::records::shown::text_of;
use crate::problems;
use crate::site::Site;

/// Most records of one page.
const LIMIT_MAX: usize = 1000;

/// Which records, in which order. Conditions on fields stand beside these, as on the pages: `f.FIELD=VALUE`
/// (several mean any of them; a text is searched for; a unit means those below it too, unless `only=FIELD`),
/// `f.FIELD.min` and `f.FIELD.max` for numbers and days, `f.FIELD=-` for an empty field.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// A text that one of the fields of text has.
    #[allow(dead_code, reason = "read with the conditions on fields")]
    q: Option<String>,
    /// Field to order by, `id` for the record's number; with `-` before it from the greatest. Newest first
    /// when missing.
    #[allow(dead_code, reason = "read with the conditions on fields")]
    sort: Option<String>,
    /// The last position that counts; the present one when missing.
    at: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many at most, up to 1000; 100 when missing.
    limit: Option<usize>,
}

/// A record in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordListed)]
pub(crate) struct Listed {
    /// Its number.
    record: u64,
    /// Its fields as canonical text; personal and empty ones are left out.
    fields: BTreeMap<String, String>,
}

/// A page of records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordsPage)]
pub(crate) struct Page {
    /// In order.
    records: Vec<Listed>,
    /// How many meet the conditions, on all pages together.
    count: u64,
    /// The position of which all pages of this walk are.
    position: u64,
    /// Ask with it as `cursor` for more; `null` at the end.
    next: Option<String>,
}

fn type_of<'p>(programme: &'p Programme, id: &str) -> Result<&'p RecordType, Refused> {
    programme
        .record_types
        .get(id)
        .ok_or_else(|| Refused::no_such(("记录类型", "record type"), id))
}

/// The position and the record at which a page goes on.
fn cursor_of(text: &str) -> Option<(u64, u64)> {
    let (at, record) = text.split_once('.')?;
    Some((at.parse().ok()?, record.parse().ok()?))
}

/// The listing that a query asks for.
fn listing(
    office: &Office,
    programme: &Programme,
    record_type: &RecordType,
    query: &str,
    which: &Which,
    lang: Lang,
) -> Result<Listing, Refused> {
    let sight = Sight {
        office,
        programme,
        lang,
    };
    let wanted = Wanted::read(sight, record_type, query);
    if !wanted.faults.is_empty() {
        return Err(wanted.faults.into());
    }
    let goes_on = match &which.cursor {
        None => None,
        Some(text) => {
            Some(cursor_of(text).ok_or_else(|| problems::not_understood("cursor", text))?)
        }
    };
    let head = office.position().0;
    let at = goes_on.map(|(at, _)| at).or(which.at).unwrap_or(head);
    if at > head || office.mirror().programme_as_of(Position(at)).is_none() {
        return Err(problems::not_understood("at", at).into());
    }
    Ok(Listing {
        from: goes_on.map(|(_, record)| record),
        is_before: false,
        sums: Vec::new(),
        limit: which.limit.unwrap_or(100).clamp(1, LIMIT_MAX),
        ..wanted.listing(Position(at), record_type)
    })
}

/// The fields that are given to everyone who reads.
fn open_fields(record_type: &RecordType) -> impl Iterator<Item = &Field> {
    record_type.fields.values().filter(|field| !field.personal)
}

fn listed(record_type: &RecordType, row: &RowView<'_>) -> Listed {
    Listed {
        record: row.id(),
        fields: open_fields(record_type)
            .map(|field| (field.id.to_string(), text_of(field, row)))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
    }
}

/// Records of a type, a page at a time.
#[utoipa::path(get, path = "/record-types/{type}/records", tag = "records",
    params(("type" = String, Path, description = "record type"), Which), responses(
    (status = 200, body = Page), (status = 304, description = "as before"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn records(
    State(site): State<Site>,
    head: Head,
    Path(id): Path<String>,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let which = match which {
        Ok(Asked(which)) => which,
        Err(refused) => return refused.into_response(),
    };
    let (query, lang) = (head.query().to_owned(), head.lang);
    site.api_read(head, move |office, _| {
        let programme = office.programme()?;
        let record_type = type_of(&programme, &id)?;
        let listing = listing(office, &programme, record_type, &query, &which, lang)?;
        let page = office.mirror().columns().list(&listing);
        let last = page.rows.last().filter(|_| page.has_more).map(RowView::id);
        Ok(Page {
            records: page
                .rows
                .iter()
                .map(|row| listed(record_type, row))
                .collect(),
            count: page.count,
            position: listing.at.0,
            next: last.map(|record| format!("{}.{record}", listing.at.0)),
        })
    })
    .await
}

/// The form of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// Comma-separated with a header, UTF-8: the fields as they would be imported.
    Csv,
}

impl Form {
    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Form::Ndjson => "application/x-ndjson",
            Form::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// How the stream is written.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Written {
    /// `ndjson` when missing.
    #[serde(default)]
    #[param(inline)]
    format: Option<Form>,
}

impl Written {
    pub fn form(&self) -> Form {
        self.format.unwrap_or_default()
    }
}

/// What is streamed, settled when it begins.
struct Order {
    listing: Listing,
    record_type: RecordType,
    form: Form,
    lang: Lang,
}

/// All records of a type that meet the conditions, as one stream of any length; of the position at which it began
/// (`Zhicheng-Position`). A stream that breaks off ends without its last line break.
#[utoipa::path(get, path = "/record-types/{type}/stream", tag = "records",
    params(("type" = String, Path, description = "record type"), Written, Which), responses(
    (status = 200, content((String = "application/x-ndjson"), (String = "text/csv"))),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn stream(
    State(site): State<Site>,
    head: Head,
    Path(id): Path<String>,
    written: Result<Asked<Written>, Refused>,
    which: Result<Asked<Which>, Refused>,
) -> Response {
    let (written, which) = match (written, which) {
        (Ok(Asked(written)), Ok(Asked(which))) => (written, which),
        (Err(refused), _) | (_, Err(refused)) => return refused.into_response(),
    };
    let lang = head.lang;
    let order = site
        .blocking(move |site| {
            head.caller(site, Scope::Read)?;
            site.office().read(|office| {
                let programme = office.programme()?;
                let record_type = type_of(&programme, &id)?;
                let found = listing(office, &programme, record_type, head.query(), &which, lang)?;
                Ok::<_, Refused>(Order {
                    listing: Listing {
                        limit: PIECE_ROWS,
                        ..found
                    },
                    record_type: record_type.clone(),
                    form: written.form(),
                    lang,
                })
            })?
        })
        .await
        .unwrap_or_else(|problem| Err(problem.into()));
    let order = match order {
        Ok(order) => order,
        Err(refused) => return refused.in_language(lang).into_response(),
    };
    let kind = order.form.content_type();
    let position = order.listing.at.0.to_string();
    let (send, pieces) = mpsc::channel::<Result<Bytes, std::io::Error>>(PIECES_AHEAD);
    // On a thread of its own: a slow reader must not hold one of those that answer.
    std::thread::spawn(move || {
        let failed = send.clone();
        if let Err(problem) = write(&site, &order, send) {
            let told = std::io::Error::other(problem.line(order.lang));
            let _ = failed.blocking_send(Err(told));
        }
    });
    (
        StatusCode::OK,
        [
            (CONTENT_TYPE.as_str(), kind.to_owned()),
            ("zhicheng-position", position),
        ],
        Body::from_stream(ReceiverStream::new(pieces)),
    )
        .into_response()
}

fn write(site: &Site, order: &Order, send: Sender) -> Result<(), base::Problem> {
    let mut out = BufWriter::with_capacity(PIECE_BYTES, Chunks { send });
    let fields: Vec<&Field> = open_fields(&order.record_type).collect();
    match order.form {
        Form::Ndjson => {
            each(site, order, &fields, |record, texts| {
                let named = fields.iter().map(|field| field.id.to_string()).zip(texts);
                let line = Listed {
                    record,
                    fields: named.filter(|(_, text)| !text.is_empty()).collect(),
                };
                serde_json::to_writer(&mut out, &line).map_err(problems::cannot_export)?;
                out.write_all(b"\n").map_err(problems::cannot_export)
            })?;
            out.flush().map_err(problems::cannot_export)
        }
        Form::Csv => {
            let ids = fields.iter().map(|field| field.id.as_str());
            let header: Vec<&str> = std::iter::once("record").chain(ids).collect();
            let mut file = DelimitedOut::start(out, &header, DelimitedOptions::default())?;
            each(site, order, &fields, |record, texts| {
                let cells = texts.into_iter().map(|text| match text.is_empty() {
                    true => Cell::Empty,
                    false => Cell::text(text),
                });
                let number = std::iter::once(Cell::Number(record.to_string()));
                file.write_row(&number.chain(cells).collect::<Vec<Cell>>())
            })?;
            file.finish()?.flush().map_err(problems::cannot_export)
        }
    }
}

/// Gives every record with the texts of its fields. A piece is taken out before any of it is written, because
/// whoever reads the stream may be slow, and meanwhile others read and write here.
fn each(
    site: &Site,
    order: &Order,
    fields: &[&Field],
    mut take: impl FnMut(u64, Vec<String>) -> Result<(), base::Problem>,
) -> Result<(), base::Problem> {
    let mut listing = order.listing.clone();
    loop {
        let (rows, has_more) = site.office().read(|office| {
            let page = office.mirror().columns().list(&listing);
            let texts =
                |row: &RowView<'_>| fields.iter().map(|field| text_of(field, row)).collect();
            let rows: Vec<(u64, Vec<String>)> =
                page.rows.iter().map(|row| (row.id(), texts(row))).collect();
            (rows, page.has_more)
        })?;
        listing.from = rows.last().map(|(record, _)| *record);
        for (record, texts) in rows {
            take(record, texts)?;
        }
        if !has_more {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_position_and_a_record() {
        assert_eq!(cursor_of("512.77"), Some((512, 77)));
        for text in ["", "512", "512.", ".77", "-1.2", "a.b", "1.2.3"] {
            assert_eq!(cursor_of(text), None, "{text}");
        }
    }
}
