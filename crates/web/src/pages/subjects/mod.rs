//! Subjects: enterprises and whatever else records are about.

mod find;
mod list;
mod one;

use axum::Router;
use axum::routing::get;

use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/subjects/{type}", get(list::page))
        .route("/subjects/{type}/find", get(find::page))
        .route("/subjects/{type}/{id}", get(one::page))
}
