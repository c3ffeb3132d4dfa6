//! The pages, one folder each: route, handler, view and template side by side. To add one: a folder, a
//! line in [`routes`], and its addresses in the list that the tests walk (`tests/walk`).

pub(crate) mod board;
pub(crate) mod case;
pub(crate) mod drafts;
pub(crate) mod evidence;
pub(crate) mod figure;
pub(crate) mod item;
pub(crate) mod leaders;
pub(crate) mod ledger;
pub(crate) mod map;
pub(crate) mod programme;
pub(crate) mod search;
pub(crate) mod sign_in;
pub(crate) mod unit;
pub(crate) mod work;

use axum::Router;

use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .merge(sign_in::routes())
        .merge(work::routes())
        .merge(board::routes())
        .merge(unit::routes())
        .merge(programme::routes())
        .merge(case::routes())
        .merge(drafts::routes())
        .merge(evidence::routes())
        .merge(figure::routes())
        .merge(item::routes())
        .merge(leaders::routes())
        .merge(ledger::routes())
        .merge(map::routes())
        .merge(search::routes())
}
