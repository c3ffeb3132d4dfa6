//! The field view: an inspector on a phone, with gloves, sun on the screen and perhaps no signal.
//!
//! `list.rs` is the day's visits as cards and tiles, `form.rs` the form of a record type or of a step with photographs,
//! signature and second inspector, `send.rs` takes a visit (a form without scripts, or what a phone kept and sends when
//! it can), `confirm.rs` lets the second inspector say that it was so, `shown.rs` says on a record's and a case's page
//! what came with the visit, `worker.rs` gives the service worker. Rules are in `office::visit`.

mod confirm;
mod form;
mod list;
mod send;
pub(crate) mod shown;
mod worker;

use axum::Router;
use axum::routing::{get, post};
use office::authority::Granted;
use programme::model::RecordType;

use crate::answer::Refused;
use crate::look::{Look, Visitor};
use crate::pages::work::Line;
use crate::site::Site;
use crate::words::Words;

/// Most record types whose forms are listed and kept on the phone.
const TYPES_MAX: usize = 60;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/field", get(list::page))
        .route("/field/record/{type}", get(form::record))
        .route("/field/case/{number}", get(form::case))
        .route("/field/visits", post(send::take))
        .route("/field/visits/{key}", get(confirm::receipt))
        .route("/field/visits/{key}/confirm", post(confirm::confirm))
        .route("/field/session", get(worker::session))
        .route("/field/worker.js", get(worker::script))
}

/// Whether who looks may use the field view: whoever may enter records.
pub(crate) fn may_use(look: &Look<'_>) -> bool {
    look.may(Granted::Submit)
}

fn only_for_entering<'l>(look: &'l Look<'_>) -> Result<&'l Visitor, Refused> {
    if may_use(look) {
        return look.visitor();
    }
    Err(crate::pages::records::entry::not_granted(look))
}

/// To whom belongs what a phone keeps: the account, and as whom it acts where it stands in for somebody.
pub(crate) fn account_of(who: &Visitor) -> String {
    match who.own == who.actor {
        true => who.login.clone(),
        false => format!("{} #{}", who.login, who.actor),
    }
}

/// What waits for somebody's word as second inspector, as a line of the list of work.
pub(crate) fn duties(look: &Look<'_>) -> Vec<Line> {
    let count = duties_count(look);
    if count == 0 {
        return Vec::new();
    }
    let words = Words { lang: look.lang() };
    vec![Line {
        address: "/field#confirm".to_owned(),
        what: match look.lang() {
            base::Lang::Zh => format!("确认{count}次现场检查"),
            base::Lang::En => format!("Confirm {count} visits in the field"),
        },
        state: words
            .say("您是第二名检查人员", "you are the second inspector")
            .to_owned(),
        lamp: "soon",
        ..Line::default()
    }]
}

/// How many these are, for the badge.
pub(crate) fn duties_count(look: &Look<'_>) -> usize {
    let who = look.who().filter(|_| may_use(look));
    who.map_or(0, |who| {
        look.office.count_to_confirm(who.actor).unwrap_or_default()
    })
}

/// The types that are entered in the field: those about a subject. Those with the most records come first.
fn types<'l>(look: &'l Look<'_>) -> Vec<&'l RecordType> {
    let columns = look.office.mirror().columns();
    let mut found: Vec<(u64, &RecordType)> = look
        .programme
        .record_types
        .values()
        .filter(|found| found.subject.is_some() && !found.future)
        .map(|found| {
            let listing = measure::list::Listing::new(found.id.as_str(), look.at, 1);
            (columns.list(&listing).count, found)
        })
        .collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.truncate(TYPES_MAX);
    found.into_iter().map(|(_, found)| found).collect()
}
