//! Records of every type of any programme: which there are, lists, one record with its history, entering,
//! revising, withdrawing and importing. All of it follows from the types as the programme declares them.

pub(crate) mod entry;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod import;
pub(crate) mod inputs;
pub(crate) mod list;
pub(crate) mod record;
pub(crate) mod shown;
pub(crate) mod types;
pub(crate) mod views;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use programme::model::RecordType;

use crate::answer::Refused;
use crate::look::Look;
use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/records", get(types::page))
        .route("/records/{type}", get(list::page))
        .route("/records/{type}/export.csv", get(export::delimited))
        .route("/records/{type}/export.xlsx", get(export::workbook))
        .route("/records/{type}/views", post(views::save))
        .route("/records/{type}/new", get(entry::page).post(entry::submit))
        .route("/records/{type}/template", get(import::template))
        .route(
            "/records/{type}/import",
            get(import::start)
                .post(import::upload)
                .layer(DefaultBodyLimit::max(import::BODY_BYTES_MAX)),
        )
        .route(
            "/records/{type}/import/{id}",
            get(import::page).post(import::act),
        )
        .route(
            "/records/{type}/import/{id}/mapping.toml",
            get(import::mapping),
        )
        .route(
            "/records/{type}/import/{id}/rejects.xlsx",
            get(import::rejects),
        )
        .route("/records/{type}/{number}", get(record::page))
        .route("/records/{type}/{number}/receipt", get(record::receipt))
        .route(
            "/records/{type}/{number}/revise",
            get(entry::revise_page).post(entry::revise),
        )
        .route("/records/{type}/{number}/withdraw", post(record::withdraw))
}

/// The record type of an address.
pub(crate) fn type_of<'a>(look: &'a Look<'_>, id: &str) -> Result<&'a RecordType, Refused> {
    look.programme
        .record_types
        .get(id)
        .ok_or_else(|| Refused::no_such(("记录类型", "record type"), id))
}

/// A text for a query.
pub(crate) fn coded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
