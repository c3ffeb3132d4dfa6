//! The pages, one folder each: route, handler, view and template side by side. To add one: a folder, a
//! line in `routes`, and its addresses in the list that the tests walk (`tests/walk`).

pub(crate) mod admin;
pub(crate) mod assessment;
pub(crate) mod assignments;
pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod board;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod circular;
pub(crate) mod course;
pub(crate) mod drafts;
pub(crate) mod evidence;
pub(crate) mod field;
pub(crate) mod figure;
pub(crate) mod first;
pub(crate) mod inspection;
pub(crate) mod item;
pub(crate) mod items;
pub(crate) mod leaders;
pub(crate) mod ledger;
pub(crate) mod map;
pub(crate) mod me;
pub(crate) mod meeting;
pub(crate) mod papers;
pub(crate) mod plan;
pub(crate) mod programme;
pub(crate) mod records;
pub(crate) mod remind;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod sensors;
pub(crate) mod sign_in;
pub(crate) mod subjects;
pub(crate) mod unit;
pub(crate) mod verify;
pub(crate) mod visits;
pub(crate) mod work;

use axum::Router;

use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .merge(sign_in::routes())
        .merge(first::routes())
        .merge(me::routes())
        .merge(admin::routes())
        .merge(work::routes())
        .merge(audit::routes())
        .merge(board::routes())
        .merge(unit::routes())
        .merge(plan::routes())
        .merge(papers::routes())
        .merge(programme::routes())
        .merge(case::routes())
        .merge(cases::routes())
        .merge(items::routes())
        .merge(batch::routes())
        .merge(assessment::routes())
        .merge(assignments::routes())
        .merge(remind::routes())
        .merge(meeting::routes())
        .merge(circular::routes())
        .merge(review::routes())
        .merge(verify::routes())
        .merge(drafts::routes())
        .merge(evidence::routes())
        .merge(field::routes())
        .merge(figure::routes())
        .merge(inspection::routes())
        .merge(item::routes())
        .merge(leaders::routes())
        .merge(ledger::routes())
        .merge(map::routes())
        .merge(records::routes())
        .merge(sensors::routes())
        .merge(subjects::routes())
        .merge(search::routes())
        .merge(visits::routes())
}
