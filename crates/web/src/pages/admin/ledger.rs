//! The ledger's state: how large it is, under which key it signs, what was signed last, and a verification of all of
//! it, which runs beside the work and tells how it ended.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use base::{Lang, Moment, Problem};
use desk::preferences::{BackupNote, NOBODY};
use office::authority::Granted;
use serde::{Deserialize, Serialize};

use super::only_administration;
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// The name under which the desk keeps how the last verification ended.
const VERIFICATION: &str = "verification";

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/ledger", get(page))
        .route("/admin/ledger/verify", post(verify))
}

/// How a verification ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Verification {
    began: i64,
    millis: u64,
    position: u64,
    evidence: u64,
    by: u64,
    /// What was wrong, in both languages; nothing where all is whole.
    fault: Option<(String, String)>,
}

struct Ended {
    is_whole: bool,
    fault: String,
    began: String,
    seconds: String,
    position: u64,
    evidence: u64,
    by: String,
}

struct Backup {
    place: String,
    position: u64,
    taken: String,
}

#[derive(Template)]
#[template(path = "pages/admin/ledger.html")]
struct LedgerPage {
    frame: Frame,
    origin: String,
    nature: &'static str,
    size: String,
    root: String,
    key: Option<String>,
    key_since: u64,
    keys: usize,
    signed: Option<u64>,
    is_running: bool,
    /// How far it is: how many of how many, of what.
    progress: String,
    ended: Option<Ended>,
    backup: Option<Backup>,
    may_verify: bool,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(Asked { has: None, ..asked }, show).await
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let ledger = look.office.ledger();
    let head = ledger.head()?;
    let chain = look.office.keys()?;
    let signed = look.office.key_files().signed()?;
    let desk = look.site.desk();
    let ended: Option<Verification> = desk
        .preference(NOBODY, VERIFICATION)?
        .and_then(|text| serde_json::from_str(&text).ok());
    let backup: Option<BackupNote> = desk.backup_note()?;
    Page::of(&LedgerPage {
        frame: look.frame(words.say("存证日志", "The ledger")),
        origin: ledger.origin().to_owned(),
        nature: if look.is_demonstration() {
            words.say("演示", "a demonstration")
        } else {
            words.say("真实", "real")
        },
        size: words.count(usize::try_from(head.size.0).unwrap_or(usize::MAX)),
        root: hex::encode(head.root),
        key: chain.current().map(|link| link.key.to_string()),
        key_since: chain.current().map_or(0, |link| link.at.0),
        keys: chain.links().len(),
        signed: signed
            .and_then(Result::ok)
            .map(|signed| signed.checkpoint().size),
        is_running: look.site.shared.is_verifying.load(Ordering::Acquire),
        progress: progress(look, words),
        ended: match ended {
            None => None,
            Some(found) => Some(Ended {
                is_whole: found.fault.is_none(),
                fault: found
                    .fault
                    .map(|(zh, en)| match look.lang() {
                        Lang::Zh => zh,
                        Lang::En => en,
                    })
                    .unwrap_or_default(),
                began: Moment::from_micros(found.began)
                    .map(|moment| words.moment(&look.programme, moment))
                    .unwrap_or_default(),
                seconds: format!("{}.{}", found.millis / 1000, found.millis % 1000 / 100),
                position: found.position,
                evidence: found.evidence,
                by: look.office.actor_name_in(found.by, look.lang())?,
            }),
        },
        backup: backup.map(|found| Backup {
            place: found.place,
            position: found.position,
            taken: words.moment(&look.programme, found.taken),
        }),
        may_verify: may_verify(look),
    })
}

/// How far a running verification is, in words; empty before it has counted anything.
fn progress(look: &Look<'_>, words: Words) -> String {
    let told = look.site.shared.verified.lock();
    let (done, all, what) = told.unwrap_or_else(PoisonError::into_inner).clone();
    if all == 0 {
        return String::new();
    }
    let count = |number: u64| words.count(usize::try_from(number).unwrap_or(usize::MAX));
    let what = match what.as_str() {
        "evidence" => words.say("件佐证", "pieces of evidence"),
        _ => words.say(
            "步（每条存证核验、重放各一步）",
            "steps (each entry is checked and replayed)",
        ),
    };
    format!("{} / {} {what}", count(done), count(all))
}

/// Who runs the system or audits.
pub(crate) fn may_verify(look: &Look<'_>) -> bool {
    [Granted::Activate, Granted::AuditFinding]
        .iter()
        .any(|command| look.may(*command))
}

async fn verify(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, _, who| {
        if !may_verify(look) {
            let name = look.role_name(&who.role);
            return Err(problems::not_for_role(&name.zh, &name.en).into());
        }
        // One at a time: it reads everything.
        if !look.site.shared.is_verifying.swap(true, Ordering::AcqRel) {
            let (site, by, dir) = (look.site.clone(), who.actor, look.office.dir().to_owned());
            let told = std::thread::Builder::new()
                .name("verify".to_owned())
                .spawn(move || run(&site, by, &dir));
            if told.is_err() {
                look.site
                    .shared
                    .is_verifying
                    .store(false, Ordering::Release);
                return Err(problems::broke_off().into());
            }
        }
        Ok(go_to("/admin/ledger#verification"))
    })
    .await
}

fn run(site: &Site, by: u64, dir: &std::path::Path) {
    let (began, clock) = (site.now(), Instant::now());
    *site
        .shared
        .verified
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = (0, 0, String::new());
    let told = std::panic::AssertUnwindSafe(&site.shared.verified);
    let done = std::panic::catch_unwind(|| {
        office::verify(dir, &mut |done, all, what| {
            let what = if what == "evidence" { what } else { "entries" };
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            *told = (done, all, what.to_owned());
        })
    })
    .unwrap_or_else(|_| Err(problems::broke_off()));
    let fault = |problem: &Problem| (problem.line(Lang::Zh), problem.line(Lang::En));
    let found = Verification {
        began: began.as_micros(),
        millis: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        position: done.as_ref().map_or(0, |done| done.position.0),
        evidence: done.as_ref().map_or(0, |done| done.evidence),
        by,
        fault: done.as_ref().err().map(fault),
    };
    if let Ok(text) = serde_json::to_string(&found) {
        // Where the desk refuses, the page shows the one before, and when that was.
        drop(
            site.desk()
                .set_preference(NOBODY, VERIFICATION, Some(&text)),
        );
    }
    site.shared.is_verifying.store(false, Ordering::Release);
}
